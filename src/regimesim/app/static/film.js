/* One history on the map: a slider of years, what the world looked like, and what happened. */

import { button, h, put } from "./dom.js";
import { engine } from "./engine.js";
import { dated, history, TERM_WORDS, whatFell } from "./history.js";
import { drawMap, inWords, layout, mapKey } from "./map.js";
import { slider } from "./stage.js";

const STEP = 350; // milliseconds a year

export class Film {
  constructor(design) {
    this.design = design;
    this.where = layout(design);
  }

  /** The world before anything happens. */
  still() {
    const { states, buffers, phases, prior } = this.design;
    const total = phases[0].states.reduce((sum, state) => sum + state.capability, 0);
    const frame = {
      capability: phases[0].states.map((state) => state.capability / total),
      trust: prior,
      war: [],
      estranged: [],
      standing: buffers.map(() => 1),
      turmoil: states.map(() => false),
    };
    return h(
      "figure",
      {},
      drawMap(this.design, this.where, frame, `${states.length} states and the small states between them.`),
      mapKey(),
    );
  }

  /** The film of a run; `ending`: and what ended it. */
  show(replicate, seed, ending = true) {
    const { frames, events, regime } = history(engine.kernel, this.design, replicate, seed);
    const map = h("div", { class: "map-place" });
    const words = h("p", { class: "map-words" });
    const list = h("ol", { class: "chronicle", tabindex: "0", "aria-label": "What happened" });
    const draw = (k) => {
      put(map, drawMap(this.design, this.where, frames[k], inWords(this.design, frames[k])));
      put(words, h("strong", {}, dated(this.design, k)), `: ${inWords(this.design, frames[k])}`);
      mark(list, k);
    };
    const { element, input } = slider({
      label: "Year",
      low: 0,
      high: frames.length - 1,
      start: 0,
      written: (k) => dated(this.design, k),
      moved: draw,
    });
    put(
      list,
      events.map(({ frame, date, kind, text }) =>
        h("li", { class: kind, "data-frame": frame }, h("span", { class: "date" }, date), " ", text),
      ),
    );
    draw(0);
    return h(
      "figure",
      { class: "film" },
      map,
      mapKey(),
      h("div", { class: "film-controls" }, this.player(input, frames.length), element),
      words,
      ending ? this.ending(regime, frames, events) : null,
      h("details", { open: true }, h("summary", {}, "What happened"), list),
    );
  }

  player(input, length) {
    let timer = null;
    const play = button("Play", () => {
      if (timer) {
        stop();
        return;
      }
      if (Number(input.value) >= length - 1) input.value = 0;
      play.textContent = "Stop";
      timer = setInterval(() => {
        if (Number(input.value) >= length - 1 || !play.isConnected) {
          stop();
          return;
        }
        input.value = Number(input.value) + 1;
        input.dispatchEvent(new Event("input"));
      }, STEP);
    });
    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    };
    return play;
  }

  /** What ended this run: when cooperation gave way, what its margin rested on, what had happened. */
  ending({ formed, end, ended }, frames, events) {
    if (!formed) return h("p", {}, "In this history lasting cooperation never forms.");
    if (!ended) return h("p", {}, "In this history cooperation still stands at the end.");
    const at = Math.min(frames.length - 1, Math.floor(end));
    const { name, fall, before, then } = whatFell(frames, at);
    const last = events
      .filter(({ frame, kind }) => frame >= at - 1 && frame <= at && kind !== "open")
      .slice(0, 5);
    return h(
      "div",
      { class: "ending" },
      h(
        "p",
        {},
        `In this history cooperation ends in ${dated(this.design, at)}. `,
        then < before
          ? `What speaks for cooperation had fallen in five years from ${figures(before)} to ${figures(then)} (mean margin of the pairs); most of it: ${TERM_WORDS[name]}, by ${figures(fall)}.`
          : "The mean margin of cooperation had not fallen before; single events ended it.",
      ),
      last.length ? h("p", {}, `From the year before: ${last.map(({ text }) => text).join(" ")}`) : null,
    );
  }
}

const figures = (value) => value.toFixed(2).replace("-", "−");

function mark(list, k) {
  let last = null;
  for (const item of list.children) {
    const frame = Number(item.dataset.frame);
    item.classList.toggle("now", frame === k);
    if (frame <= k) last = item;
  }
  if (last) list.scrollTop = last.offsetTop - list.offsetTop - list.clientHeight / 2;
  else list.scrollTop = 0;
}

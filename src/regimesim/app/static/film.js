/* One history on the map: a slider of years, what the world looked like, and what happened. */

import { causes } from "./collapse.js";
import { button, h, put } from "./dom.js";
import { engine } from "./engine.js";
import { dated, history } from "./history.js";
import { drawMap, inWords, layout, mapKey } from "./map.js";
import { slider } from "./stage.js";

const STEP = 350; // milliseconds a year
/** Years that are shown after an end that somebody is asked about. */
const AFTERWARDS = 2;
/** Causes of an end (`collapse.js`) as sentences; others are said as they are. */
const BECAUSE = {
  "memory faded": "the memory of war had faded",
  "new leaders": "new leaders had learnt less of restraint",
  "buffers lost": "small states between them had been lost",
  "grievances grew": "grievances had grown",
  "trust lost": "trust had been lost",
  "power shifted": "power had shifted",
  "enforcement failed": "nobody believed any more that others would act",
  "new conditions": "conditions had changed",
  misperception: "states had misread each other",
  "quarrels abroad": "quarrels abroad had spoilt their dealings",
  sanctions: "sanctions had cut their dealings off",
  chance: "hasty choices and accidents came together",
};

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

  /** The film of a run, and what ended it; if that is a `riddle`, the film goes only a little further than the end. */
  show(replicate, seed, riddle = false) {
    const played = history(engine.kernel, this.design, replicate, seed);
    const { regime } = played;
    const last = riddle ? Math.floor(regime.end / this.design.perYear) + AFTERWARDS : Infinity;
    const frames = played.frames.slice(0, last + 1);
    const events = played.events.filter(({ frame }) => frame <= last);
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
      riddle ? null : this.ending(regime, frames, events, { replicate, seed }),
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

  /** What ended this run, by the rule of the command line, and what had happened. */
  ending({ formed, onset, end, ended }, frames, events, { replicate, seed }) {
    if (!formed) return h("p", {}, "In this history lasting cooperation never forms.");
    if (!ended) return h("p", {}, "In this history cooperation still stands at the end.");
    const { design } = this;
    const at = Math.min(frames.length - 1, Math.floor(end / design.perYear));
    const asked = { design, replicates: [replicate], onset: [onset], end: [end], seed };
    const [cause] = causes(engine.kernel, asked);
    const last = events
      .filter(({ frame, kind }) => frame >= at - 1 && frame <= at && kind !== "open")
      .slice(0, 5);
    return h(
      "div",
      { class: "ending" },
      h(
        "p",
        {},
        `In this history cooperation ends in ${dated(design, at)}. What counted most: `,
        h("strong", {}, BECAUSE[cause] ?? cause),
        ".",
      ),
      last.length ? h("p", {}, `From the year before: ${last.map(({ text }) => text).join(" ")}`) : null,
    );
  }
}

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

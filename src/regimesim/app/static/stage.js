/* The stage of a screen: blocks that follow one another, bets that come before what is explained. */

import { button, calm, h, put, say } from "./dom.js";

export class Stage {
  constructor(place) {
    this.place = place;
    this.live = true;
  }

  /** Add a block beneath the others, and lead the reader to it. */
  add(...children) {
    const block = h("section", { class: "block", tabindex: "-1" }, children);
    this.place.append(block);
    if (this.begun) lead(block);
    return block;
  }

  /** The reader goes elsewhere: what is still being played is given up. */
  leave() {
    this.live = false;
  }

  /** From now on a new block is where the reader is led. */
  begin() {
    this.begun = true;
  }
}

/** Lead the reader to what is new. */
export function lead(block) {
  block.focus({ preventScroll: true });
  block.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "nearest" });
}

let made = 0;
const identifier = () => `field-${(made += 1)}`;

/** A bet on one of some answers, `[value, text]`; `done(value, text)` once. */
export function choose(question, options, done) {
  const buttons = options.map(([value, text]) =>
    button(
      text,
      () => {
        for (const one of buttons) {
          one.disabled = true;
          one.setAttribute("aria-pressed", String(one.textContent === text));
        }
        done(value, text);
      },
      { class: "choice", "aria-pressed": "false" },
    ),
  );
  return h(
    "fieldset",
    { class: "bet" },
    h("legend", {}, h("span", { class: "tag" }, "Your bet"), ` ${question}`),
    h("div", { class: "choices" }, buttons),
  );
}

/** A number that is moved; `moved(value)` at every move. */
export function slider({ label, low, high, step = 1, start, written = String, moved = () => {} }) {
  const id = identifier();
  const output = h("output", { for: id }, written(start));
  const input = h("input", {
    type: "range",
    id,
    min: low,
    max: high,
    step,
    value: start,
    "aria-valuetext": written(start),
  });
  input.addEventListener("input", () => {
    const value = Number(input.value);
    output.textContent = written(value);
    input.setAttribute("aria-valuetext", written(value));
    moved(value);
  });
  const element = h(
    "div",
    { class: "slider" },
    h("label", { for: id }, label),
    h("div", { class: "inputs" }, input, output),
  );
  return { element, input };
}

/** A bet on a number; `done(value)` once. */
export function wager(question, { low, high, step = 1, start, written }, done) {
  const { element, input } = slider({ label: question, low, high, step, start, written });
  const place = button(
    "Bet",
    () => {
      input.disabled = true;
      place.disabled = true;
      done(Number(input.value));
    },
    { class: "primary" },
  );
  return h("div", { class: "bet" }, h("span", { class: "tag" }, "Your bet"), element, place);
}

/** What came of a bet, in one sentence. */
export function verdict(won, text) {
  say(text);
  return h(
    "p",
    { class: won ? "verdict won" : "verdict" },
    h("strong", {}, won ? "You win your bet. " : "Not as you bet. "),
    text,
  );
}

/** Words of the field, once they have been felt. */
export function names(...parts) {
  return h("p", { class: "names" }, h("span", { class: "tag" }, "Its name"), " ", parts);
}

export const term = (word) => h("strong", {}, word);

/** Sources and small print, a click away. */
export function smallPrint(...paragraphs) {
  return h(
    "details",
    { class: "print" },
    h("summary", {}, "Sources and small print"),
    paragraphs.map((text) => h("p", {}, text)),
  );
}

/** The question that the next screen answers. */
export function onward(question, link, label = "Next") {
  return h(
    "p",
    { class: "onward" },
    h("span", { class: "question" }, question),
    " ",
    h("a", { class: "button primary", href: link }, `${label} →`),
  );
}

/** A line that tells how far the histories are. */
export function progress(text) {
  const line = h("p", { class: "quiet working" }, text);
  return { line, told: (more) => put(line, more) };
}

/* What the screens of the small game share: the two moves, the points, and the years played so far. */

import { button, h } from "./dom.js";
import { face } from "./faces.js";
import { POINTS } from "./games.js";

export const GAMES = 1000;
export const LUCK = 1815;

export const said = (keeps) => (keeps ? "kept the deal" : "cheated");
export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const small =
  "The game of this screen is a small one of two, written for this page. From the screen “A small country in between” on, the full model plays.";

/** Two buttons for a move; `moved(keeps)`. */
export function moves(moved) {
  return h(
    "div",
    { class: "choices" },
    button("Keep the deal", () => moved(true), { class: "keep" }),
    button("Cheat", () => moved(false), { class: "cheat" }),
  );
}

export function rule() {
  return h(
    "p",
    { class: "rule-line" },
    `Both keep: ${POINTS.reward} points each. One cheats: ${POINTS.temptation} for the cheat, ${POINTS.sucker} for the other. Both cheat: ${POINTS.punishment} each.`,
  );
}

/** The years of a game so far, as a list. */
export function ledger(rival) {
  const list = h("ol", { class: "ledger", "aria-label": "The years so far" });
  return {
    list,
    row: (text, own, other) =>
      list.append(
        h(
          "li",
          {},
          face("You", own > other ? 1 : own < other ? -1 : 0),
          h("span", {}, text),
          face(rival, other > own ? 1 : other < own ? -1 : 0),
        ),
      ),
  };
}

/** Lead the keyboard to the first button of a block, once it is there. */
export function focused(block) {
  queueMicrotask(() => block.querySelector("button:not(:disabled)")?.focus({ preventScroll: true }));
  return [];
}

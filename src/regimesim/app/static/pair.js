// The effective game of two states: a table of two by two, its name, and what it would take to cooperate.

import { h, number, put, table } from "./dom.js";

const GAMES = {
  "Prisoners' Dilemma": "each would rather defect, whatever the other does, and both would be better off if neither did",
  Chicken: "each would defect if the other yields, and yield if it defects",
  "Stag Hunt": "each would do as the other does, and cooperation by both is best",
  Harmony: "cooperation is the best answer to everything",
  Deadlock: "defection is the best answer to everything, and nobody regrets it",
  other: "a game without a common name",
};

export function drawPair(places, pair, label) {
  const [one, two] = pair.sides;
  const [a, b] = [label(one.state), label(two.state)];
  const buffers = pair.buffers.length
    ? ` Between them lie ${pair.buffers.join(", ")}, which bar ${Math.round(100 * pair.buffering)} % of the way.`
    : " Nothing lies between them.";
  const name = one.game === two.game
    ? [h("strong", {}, one.game), `: ${GAMES[one.game]}.`]
    : [h("strong", {}, one.game), ` for ${a} (${GAMES[one.game]}), `, h("strong", {}, two.game), ` for ${b} (${GAMES[two.game]}).`];
  put(places.name, ...name, buffers);
  put(places.table, game(one, two, a, b));
  put(places.words, [one, two].map((side) => h("p", { class: enough(side) ? "verdict enough" : "verdict" },
    `${enough(side) ? "✓" : "✗"} ${side.verdict}`)));
  put(places.terms, table("What weighs on each side at the start, in payoff units",
    ["Towards the other", "now", "future", "law", "norm", "sum", "trust has / needs"],
    [one, two].map((side) => [label(side.state), ...["now", "future", "law", "norm", "margin"].map((term) => number(side[term], 1)),
      `${number(side.trust, 2)} / ${side.trust_needed === null ? "not even 1" : number(side.trust_needed, 2)}`])));
}

const enough = (side) => side.discount_needed !== null && side.discount >= side.discount_needed;

function game(one, two, a, b) {
  const cell = (x, y) => h("td", {}, h("span", { class: "first" }, number(x, 1)), " , ", h("span", { class: "second" }, number(y, 1)));
  return h("table", { class: "game" },
    h("caption", {}, `Payoffs of a round: ${a} first, ${b} second`),
    h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, `${b} cooperates`), h("th", { scope: "col" }, `${b} defects`))),
    h("tbody", {},
      h("tr", {}, h("th", { scope: "row" }, `${a} cooperates`), cell(one.u_cc, two.u_cc), cell(one.u_cd, two.u_dc)),
      h("tr", {}, h("th", { scope: "row" }, `${a} defects`), cell(one.u_dc, two.u_cd), cell(one.u_dd, two.u_dd))));
}

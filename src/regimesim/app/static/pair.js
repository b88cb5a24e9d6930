/* What two states are really playing: the effective game of a pair, and what speaks for cooperation in it. */

import { h, number, put, spoken, table } from "./dom.js";
import { engine } from "./engine.js";
import { TERM_WORDS, TERMS } from "./history.js";
import { Lanes } from "./lanes.js";

/** Draw the pair that is chosen (two positions, changed in place), with a choice of another. */
export function drawPair(place, design, chosen) {
  const [a, b] = chosen;
  const list = (which) =>
    h(
      "select",
      {
        id: `pair-${which}`,
        onchange: (event) => {
          const k = Number(event.target.value);
          chosen[which] = k;
          if (chosen[1 - which] === k) chosen[1 - which] = k ? 0 : 1;
          drawPair(place, design, chosen);
        },
      },
      design.states.map((name, k) => h("option", { value: k, selected: k === chosen[which] }, spoken(name))),
    );
  const sides = gamesOf(design, [
    [a, b],
    [b, a],
  ]);
  const between = design.buffers
    .filter((buffer) => buffer.between.some(([i, j]) => i === Math.min(a, b) && j === Math.max(a, b)))
    .map(({ name }) => spoken(name));
  put(
    place,
    h(
      "div",
      { class: "pickers" },
      h("label", { for: "pair-0" }, "Between", list(0)),
      h("label", { for: "pair-1" }, "and", list(1)),
    ),
    h("p", {}, between.length ? `Between them: ${between.join(", ")}.` : "Nothing lies between them."),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "The game of the pair" },
      table(
        "At the start, a year; first own, then the other’s action",
        ["", ...sides.map(({ i }) => spoken(design.states[i]))],
        [
          ["It is playing", ...sides.map(({ game }) => h("strong", {}, game))],
          ...[
            ["both cooperate", "cc"],
            ["it defects alone", "dc"],
            ["it is betrayed", "cd"],
            ["estranged by a breach", "dd"],
          ].map(([words, name]) => [words, ...sides.map((side) => number(side[name]))]),
          ["trust in the other", ...sides.map(({ trust }) => number(trust))],
          ...TERMS.map((name, k) => [
            `for cooperation: ${TERM_WORDS[name]}`,
            ...sides.map(({ terms }) => number(terms[k])),
          ]),
          [
            "margin, all together",
            ...sides.map(({ terms }) => h("strong", {}, number(terms.reduce((sum, term) => sum + term, 0)))),
          ],
        ],
      ),
    ),
    h("p", { class: "quiet" }, "It cooperates where the margin is at least 0."),
  );
}

/** The effective games of some ordered pairs at the start of a design (docs/model.md 4.1). */
function gamesOf(design, pairs) {
  const lanes = new Lanes(engine.kernel, design, [0], 0n);
  const terms = lanes.margins();
  const { game, world, states: n } = lanes;
  return pairs.map(([i, j]) => {
    const at = i * n + j;
    const [cc, dc, cd, dd] = [game.reward[0], game.u_dc[at], game.u_cd[at], game.u_dd[at]];
    return {
      i,
      j,
      cc,
      dc,
      cd,
      dd,
      game: nameOf({ cc, dc, cd, dd }),
      trust: world.trust[at],
      terms: [...terms.subarray(at * 4, at * 4 + 4)],
    };
  });
}

/** The name of a game by its ordering: `theory.games.name_game`. */
function nameOf({ cc, dc, cd, dd }) {
  const near = 1e-9 * Math.max(...[cc, dc, cd, dd].map(Math.abs));
  const [tempted, resists, yields] = [dc > cc + near, dd > cd + near, cd > dd + near];
  if (!(cc > dd + near)) return tempted && !yields ? "Deadlock" : "other";
  if (!tempted) return resists ? "Stag Hunt" : "Harmony";
  if (!yields) return "Prisoners’ Dilemma";
  return cc >= cd - near ? "Chicken" : "other";
}

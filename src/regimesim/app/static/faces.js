/* Rivals with a face and a temper that one can recognise: brows, mouth and hat. */

import { h, s } from "./dom.js";

const RIVALS = {
  Tilda: { temper: "answers like with like", colour: "sky", brow: 0, mouth: 3, hat: "bun" },
  Grete: { temper: "never forgives", colour: "orange", brow: 5, mouth: -3, hat: "crown" },
  Bruno: { temper: "waits to see what you do", colour: "green", brow: -2, mouth: 0, hat: "cap" },
  Kaja: { temper: "follows your rule", colour: "pink", brow: -3, mouth: 5, hat: "bow" },
  Viktor: { temper: "takes what he can", colour: "red", brow: 6, mouth: 4, hat: "top" },
  You: { temper: "", colour: "blue", brow: -1, mouth: 2, hat: "none" },
};

const HATS = {
  none: [],
  bun: [["circle", { cx: 32, cy: 8, r: 7 }]],
  crown: [["path", { d: "M14 18 L14 4 L23 11 L32 2 L41 11 L50 4 L50 18 Z" }]],
  cap: [["path", { d: "M10 20 Q12 4 32 4 Q52 4 54 20 L62 22 L10 22 Z" }]],
  bow: [
    ["path", { d: "M32 10 L18 2 L18 18 Z" }],
    ["path", { d: "M32 10 L46 2 L46 18 Z" }],
  ],
  top: [
    ["path", { d: "M18 18 L20 0 L44 0 L46 18 Z" }],
    ["rect", { x: 8, y: 16, width: 48, height: 5 }],
  ],
};

/** A face; `mood` bends the mouth: 1 is pleased, -1 is not. */
export function face(name, mood = 0) {
  const { colour, brow, mouth, hat } = RIVALS[name];
  const bend = mouth + 5 * mood;
  return s(
    "svg",
    { class: `face ${colour}`, viewBox: "0 0 64 64", "aria-hidden": "true" },
    s("circle", { class: "skin", cx: 32, cy: 36, r: 24 }),
    HATS[hat].map(([tag, shape]) => s(tag, { class: "hat", ...shape })),
    [
      [22, 1],
      [42, -1],
    ].map(([x, side]) => [
      s("circle", { class: "ink", cx: x, cy: 34, r: 3 }),
      s("path", {
        class: "stroke",
        d: `M${x - 6} ${26 - (side * brow) / 2} L${x + 6} ${26 + (side * brow) / 2}`,
      }),
    ]),
    s("path", { class: "stroke", d: `M22 47 Q32 ${47 + bend} 42 47` }),
  );
}

/** A face with its name beneath, and what is known of the temper. */
export function portrait(name, mood = 0, told = true) {
  return h(
    "div",
    { class: "portrait" },
    face(name, mood),
    h("strong", {}, name),
    told && RIVALS[name].temper ? h("span", { class: "quiet" }, RIVALS[name].temper) : null,
  );
}

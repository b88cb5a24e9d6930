// The states as a network: circles by capability, lines by trust, small states as diamonds, wars red and dashed,
// estrangements grey and dotted.

import { h, listed, put, s } from "./dom.js";

const WIDE = 480;
const HIGH = 330;
const GAP = 30;

/** Where everything lies; computed once for a world. */
export function layout(world) {
  const n = world.states.length;
  const states = world.states.map((_, k) => {
    const turn = (2 * Math.PI * k) / n - Math.PI / 2;
    return { x: WIDE / 2 + 168 * Math.cos(turn), y: HIGH / 2 + 6 + 118 * Math.sin(turn) };
  });
  const small = world.buffers.map((buffer) => {
    const middle = { x: 0, y: 0 };
    for (const [a, b] of buffer.between) {
      middle.x += (states[a].x + states[b].x) / 2 / buffer.between.length;
      middle.y += (states[a].y + states[b].y) / 2 / buffer.between.length;
    }
    return { ...middle, home: middle };
  });
  for (let turn = 0; turn < 200; turn += 1) small.forEach((one, k) => settle(one, k, small, states));
  return { states, small };
}

function settle(one, k, small, states) {
  small.forEach((other, m) => { if (m !== k) push(one, other, GAP, k < m ? 1 : -1); });
  for (const state of states) push(one, state, 54, 1);
  one.x += 0.02 * (one.home.x - one.x);
  one.y += 0.02 * (one.home.y - one.y);
}

function push(one, other, least, way) {
  let dx = one.x - other.x;
  let dy = one.y - other.y;
  const apart = Math.hypot(dx, dy);
  if (apart >= least) return;
  if (apart < 1e-6) { dx = 0.6 * way; dy = 0.8 * way; }
  const length = Math.hypot(dx, dy);
  one.x += (dx / length) * (least - apart) * 0.5;
  one.y += (dy / length) * (least - apart) * 0.5;
}

const letter = (k) => String.fromCharCode(97 + (k % 26));

/**
 * Draw a moment. `frame` has capability, war, standing, turmoil and either trust between all (a table) or, for a
 * state that is played, `own` (its position) and its trust in each of the others.
 */
export function drawMap(place, world, where, frame, said, chosen = null) {
  const fighting = new Set(frame.war.map(([a, b]) => `${a}-${b}`));
  const lines = [];
  world.states.forEach((_, a) => world.states.forEach((__, b) => {
    if (b > a) lines.push(line(where, frame, a, b, fighting.has(`${a}-${b}`), chosen));
  }));
  put(place, s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": said },
    lines,
    world.buffers.map((buffer, k) => diamond(where.small[k], k, frame.standing[k])),
    world.states.map((state, k) => circle(where.states[k], state, frame, k))));
}

function line(where, frame, a, b, war, chosen) {
  const ends = { x1: where.states[a].x, y1: where.states[a].y, x2: where.states[b].x, y2: where.states[b].y };
  const picked = chosen && chosen[0] === a && chosen[1] === b
    ? s("line", { ...ends, class: "picked" }) : null;
  if (war) return [picked, s("line", { ...ends, class: "war" })];
  if ((frame.estranged ?? []).some(([c, d]) => c === a && d === b)) {
    return [picked, s("line", { ...ends, class: "estranged" })];
  }
  let trust = null;
  if (frame.own === undefined) trust = (frame.trust[a][b] + frame.trust[b][a]) / 2;
  else if (frame.own === a) trust = frame.trust[b];
  else if (frame.own === b) trust = frame.trust[a];
  if (trust === null) return [picked, s("line", { ...ends, class: "unknown" })];
  return [picked, s("line", { ...ends, class: "trust", "stroke-width": (0.8 + 6.5 * trust).toFixed(2),
    "stroke-opacity": (0.22 + 0.78 * trust).toFixed(2) })];
}

function diamond({ x, y }, k, standing) {
  const r = 11;
  return s("g", { class: standing ? "small" : "small lost" },
    s("path", { d: `M${x},${y - r}L${x + r},${y}L${x},${y + r}L${x - r},${y}Z` }),
    s("text", { x, y: y + 4, "text-anchor": "middle" }, letter(k)));
}

function circle({ x, y }, state, frame, k) {
  const r = 7 + 34 * Math.sqrt(frame.capability[k] ?? 0.1);
  const above = y < HIGH / 2 - 40;
  const label = above ? y - r - 6 : y + r + 15;
  return s("g", { class: `state${frame.turmoil[k] ? " turmoil" : ""}${frame.own === k ? " own" : ""}` },
    s("circle", { cx: x, cy: y, r: r.toFixed(1) }),
    s("text", { x, y: Math.max(12, Math.min(HIGH - 4, label)), "text-anchor": "middle" },
      state.label + (frame.turmoil[k] ? " (turmoil)" : "")));
}

/** What the letters in the diamonds stand for. */
export function drawBuffers(place, world, frame) {
  if (!world.buffers.length) { put(place); return; }
  put(place, h("p", { class: "help" }, "Small states between them: ", world.buffers.map((buffer, k) =>
    h("span", { class: frame.standing[k] ? "buffer" : "buffer lost" },
      `${letter(k)} ${buffer.label}${frame.standing[k] ? "" : " (absorbed)"}`))));
}

/** A moment in words: the map for those who cannot see it, and a caption for those who can. */
export function inWords(world, frame) {
  const label = (k) => world.states[k].label;
  const parts = [];
  if (frame.cooperation !== undefined) {
    parts.push(`cooperation on both sides in ${Math.round(100 * frame.cooperation)} % of pairs`);
  }
  parts.push(frame.war.length
    ? `war between ${listed(frame.war.map(([a, b]) => `${label(a)} and ${label(b)}`))}`
    : "no war");
  const apart = frame.estranged ?? [];
  if (apart.length) {
    parts.push(`estranged: ${listed(apart.map(([a, b]) => `${label(a)} and ${label(b)}`))}`);
  }
  const lost = world.buffers.filter((_, k) => !frame.standing[k]).map((buffer) => buffer.label);
  if (lost.length) parts.push(`absorbed: ${listed(lost)}`);
  const turmoil = frame.turmoil.flatMap((on, k) => (on ? [label(k)] : []));
  if (turmoil.length) parts.push(`revolution in ${listed(turmoil)}`);
  return `${parts.join("; ")}.`;
}

export const KEY = [
  h("span", { class: "key trust" }), " trust: the thicker and darker, the more  ",
  h("span", { class: "key war" }), " war  ",
  h("span", { class: "key estranged" }), " estranged  ",
  "● a state, larger if stronger  ", "◆ a small state between them",
];

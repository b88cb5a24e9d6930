/* The states where they lie: circles by capability, lines by trust, small states as diamonds between them. */

import { h, listed, s, spoken } from "./dom.js";
import { placeLabels } from "./labels.js";

const WIDE = 560;
const HIGH = 360;

/* Longitude and latitude, for the eye: seats of government, or the middle of a region. */
const PLACES = {
  Britain: [-2, 53],
  France: [1, 47.2],
  Russia: [36, 56],
  Austria: [17, 47.3],
  Prussia: [13.5, 53.4],
  Germany: [12, 51.5],
  Italy: [12.5, 42.5],
  Japan: [138, 37],
  Soviet_Union: [45, 56],
  United_States: [-95, 40],
  China: [110, 34],
  Low_Countries: [4.8, 51.6],
  Switzerland: [8, 46.4],
  German_Middle_States: [9.7, 50],
  Italian_States: [12, 42.6],
  Ottoman_Lands: [27, 42],
  Polish_Remnant: [21, 51.5],
  Scandinavia: [14, 59.5],
  Rhineland_and_Belgium: [6, 50.3],
  Successor_States: [20, 48.5],
  Mediterranean_States: [20, 38],
  Inner_Asia: [85, 42],
  Western_Hemisphere: [-65, 5],
  Divided_Europe: [13, 51],
  Neutral_Belt: [28, 30],
  South_East_Asia: [103, 14],
  Oceans: [-35, 30],
};

/* Coasts, as rough as a sketch: [longitude, latitude]. */
const EUROPE = [
  [
    [-9, 43.5],
    [-1.5, 43.4],
    [-1.2, 46],
    [-4.7, 48.4],
    [1.6, 50.2],
    [4.5, 52.5],
    [8.5, 53.8],
    [8.2, 57],
    [10.5, 57.6],
    [11, 54.2],
    [14.2, 53.9],
    [19, 54.4],
    [21, 57],
    [24, 58.5],
    [29, 60],
    [22, 60.5],
    [25.5, 65],
    [22, 65.8],
    [17.2, 61],
    [18.8, 59.8],
    [16.5, 56.5],
    [13, 55.5],
    [11, 59],
    [6, 58.2],
    [5, 62],
    [14, 68],
    [25, 71],
    [41, 66.5],
    [50, 68],
  ],
  [
    [-9, 43.5],
    [-9.4, 38.7],
    [-6, 36.2],
    [-1, 37.6],
    [3.2, 42.2],
    [7.5, 43.8],
    [10.2, 43.8],
    [15.8, 38.2],
    [18.4, 40.1],
    [14, 42.5],
    [12.5, 45.4],
    [15, 44.4],
    [19.4, 41.8],
    [22.8, 36.6],
    [24, 40.4],
    [27, 40.4],
    [29, 41.2],
    [28, 43.8],
    [31, 46.4],
    [36, 45.2],
    [41, 42],
  ],
  [
    [-5.5, 50.1],
    [1.3, 51.2],
    [1.6, 52.7],
    [-1.5, 55],
    [-3, 58.6],
    [-5.5, 57.5],
    [-3, 54.8],
    [-4.6, 53],
    [-3, 51.4],
    [-5.5, 50.1],
  ],
  [
    [-6, 52.2],
    [-10, 51.8],
    [-9.8, 54.2],
    [-7.3, 55.3],
    [-5.6, 54.4],
    [-6, 52.2],
  ],
];
const WORLD = [
  [
    [-165, 62],
    [-125, 70],
    [-95, 68],
    [-80, 62],
    [-65, 60],
    [-56, 52],
    [-70, 43],
    [-81, 26],
    [-97, 27],
    [-95, 17],
    [-80, 9],
    [-79, -2],
    [-71, -18],
    [-74, -50],
    [-66, -55],
    [-58, -38],
    [-35, -7],
    [-60, 9],
    [-77, 9],
    [-105, 20],
    [-124, 40],
    [-135, 58],
    [-165, 62],
  ],
  [
    [-9, 43],
    [-1, 46],
    [5, 53],
    [10, 57],
    [5, 62],
    [25, 71],
    [70, 73],
    [110, 76],
    [175, 69],
    [160, 60],
    [140, 54],
    [128, 39],
    [121, 30],
    [108, 18],
    [104, 2],
    [95, 17],
    [80, 8],
    [72, 20],
    [56, 26],
    [44, 13],
    [35, 29],
    [36, 37],
    [27, 37],
    [18, 40],
    [8, 44],
    [-5, 36],
    [-9, 43],
  ],
  [
    [-6, 35],
    [10, 37],
    [32, 31],
    [44, 11],
    [51, 11],
    [40, -8],
    [33, -28],
    [18, -34],
    [9, 2],
    [-8, 4],
    [-17, 15],
    [-6, 35],
  ],
  [
    [114, -22],
    [131, -12],
    [146, -18],
    [153, -28],
    [140, -38],
    [116, -34],
    [114, -22],
  ],
  [
    [131, 32],
    [141, 36],
    [142, 44],
  ],
];

const VIEWS = {
  europe: { west: -14, east: 46, south: 34.5, north: 63.5, coast: EUROPE },
  world: { west: -130, east: 150, south: -28, north: 76, coast: WORLD },
};

/** Where everything lies: on a map where the places are known, else in a ring; `kept` are the places of names. */
export function layout(world) {
  return { ...placed(world), kept: new Map() };
}

function placed({ states, buffers }) {
  const known = [...states, ...buffers.map(({ name }) => name)].every((name) => name in PLACES);
  if (!known) return ring(states, buffers);
  const wide = states.some((name) => ["Japan", "United_States", "China"].includes(name));
  const view = VIEWS[wide ? "world" : "europe"];
  const flat = ([east, north]) => ({
    x: ((east - view.west) / (view.east - view.west)) * WIDE,
    y: ((view.north - north) / (view.north - view.south)) * HIGH,
  });
  const found = {
    states: states.map((name) => flat(PLACES[name])),
    small: buffers.map(({ name }) => flat(PLACES[name])),
    coast: view.coast.map((points) => points.map(flat)),
  };
  if (wide) spread([...found.states, ...found.small], 44);
  return found;
}

function ring(states, buffers) {
  const n = states.length;
  const around = states.map((_, k) => {
    const turn = (2 * Math.PI * k) / n - (n === 2 ? Math.PI : Math.PI / 2);
    return { x: WIDE / 2 + 190 * Math.cos(turn), y: HIGH / 2 + 125 * Math.sin(turn) };
  });
  const small = buffers.map(({ between }) => middle(between.flatMap(([a, b]) => [around[a], around[b]])));
  spread(small, 36);
  return { states: around, small, coast: [] };
}

function middle(points) {
  const mean = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return { x: mean("x"), y: mean("y") };
}

/** Push apart what would cover each other. */
function spread(points, least) {
  for (let turn = 0; turn < 60; turn += 1) {
    points.forEach((one, k) => points.slice(k + 1).forEach((other) => push(one, other, least)));
  }
}

function push(one, other, least) {
  const [dx, dy] = [other.x - one.x || 0.1, other.y - one.y || 0.1];
  const apart = Math.hypot(dx, dy);
  if (apart >= least) return;
  const way = (least - apart) / (2 * apart);
  one.x -= dx * way;
  one.y -= dy * way;
  other.x += dx * way;
  other.y += dy * way;
}

/**
 * Draw a moment. `frame` has capability, war, estranged, standing and turmoil, and either trust between all (a table)
 * or, for a state that is played, `own` (its position) and its trust in each of the others.
 */
export function drawMap(world, where, frame, said) {
  const { states, buffers } = world;
  const lines = [];
  states.forEach((_, a) =>
    states.forEach((__, b) => {
      if (b > a) lines.push(line(where, frame, a, b));
    }),
  );
  const smalls = buffers.map(({ name }, k) => diamond(where.small[k], name, frame.standing[k]));
  const circles = states.map((name, k) => circle(where.states[k], name, frame, k));
  const svg = s(
    "svg",
    { class: "map", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": said },
    where.coast.map((points) =>
      s("path", {
        class: "coast",
        d: points.map(({ x, y }, k) => `${k ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join(""),
      }),
    ),
    lines,
    [...smalls, ...circles].map(({ group }) => group),
  );
  placeLabels(svg, [...circles, ...smalls], { wide: WIDE, high: HIGH }, where.kept);
  return svg;
}

const has = (pairs, a, b) => pairs.some(([c, d]) => c === a && d === b);

function line(where, frame, a, b) {
  const ends = { x1: where.states[a].x, y1: where.states[a].y, x2: where.states[b].x, y2: where.states[b].y };
  if (has(frame.war, a, b)) return s("line", { ...ends, class: "war" });
  if (has(frame.estranged, a, b)) return s("line", { ...ends, class: "estranged" });
  const trust = trusted(frame, a, b);
  if (trust === null) return s("line", { ...ends, class: "unknown" });
  return s("line", {
    ...ends,
    class: "trust",
    "stroke-width": (0.8 + 6 * trust).toFixed(2),
    "stroke-opacity": (0.2 + 0.7 * trust).toFixed(2),
  });
}

function trusted({ own, trust }, a, b) {
  if (own === undefined) return (trust[a][b] + trust[b][a]) / 2;
  if (own === a) return trust[b];
  return own === b ? trust[a] : null;
}

function diamond({ x, y }, name, standing) {
  const r = 8;
  const text = s("text", { x, y, "text-anchor": "middle" }, spoken(name));
  const group = s(
    "g",
    { class: standing ? "small" : "small lost" },
    s("title", {}, spoken(name) + (standing ? "" : " (absorbed)")),
    s("path", { d: `M${x},${y - r}L${x + r},${y}L${x},${y + r}L${x - r},${y}Z` }),
    text,
  );
  return { group, text, x, y, reach: r, up: false, must: false };
}

function circle({ x, y }, name, frame, k) {
  const r = 6 + 26 * Math.sqrt(frame.capability[k] ?? 0.1);
  const label = spoken(name) + (frame.turmoil[k] ? " (turmoil)" : "");
  const text = s("text", { x, y, "text-anchor": "middle" }, label);
  const group = s(
    "g",
    { class: `state${frame.turmoil[k] ? " turmoil" : ""}${frame.own === k ? " own" : ""}` },
    s("title", {}, label),
    s("circle", { cx: x, cy: y, r: r.toFixed(1) }),
    text,
  );
  return { group, text, x, y, reach: r, up: y <= HIGH / 2, must: true };
}

/** A moment in words. */
export function inWords({ states, buffers }, frame) {
  const pairs = (list) => listed(list.map(([a, b]) => `${spoken(states[a])} and ${spoken(states[b])}`));
  const parts = [];
  if (frame.cooperation !== undefined)
    parts.push(`Both cooperate in ${Math.round(100 * frame.cooperation)} % of pairs`);
  parts.push(frame.war.length ? `war between ${pairs(frame.war)}` : "no war");
  if (frame.estranged.length) parts.push(`estranged: ${pairs(frame.estranged)}`);
  const lost = buffers.filter((_, k) => !frame.standing[k]).map(({ name }) => spoken(name));
  if (lost.length) parts.push(`absorbed: ${listed(lost)}`);
  const turmoil = states.filter((_, k) => frame.turmoil[k]).map(spoken);
  if (turmoil.length) parts.push(`revolution in ${listed(turmoil)}`);
  const text = `${parts.join("; ")}.`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function mapKey() {
  return h(
    "p",
    { class: "quiet key-line" },
    h("span", { class: "key trust" }),
    " trust: the thicker, the more ",
    h("span", { class: "key war" }),
    " war ",
    h("span", { class: "key estranged" }),
    " estranged ",
    "● a state, larger if stronger ",
    "◆ a small state between them",
  );
}

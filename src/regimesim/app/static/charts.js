// The survival curves and the range of a slider, drawn as SVG with a text and a table beside it.

import { h, number, put, s, table } from "./dom.js";

const MARGIN = { left: 38, right: 10, top: 22, bottom: 32 };
const PANEL = { width: 300, height: 184 };
const SPELLS = { regime: "Cooperation", peace: "Peace" };

function scales(x0, x1, y0, y1) {
  const wide = PANEL.width - MARGIN.left - MARGIN.right;
  const high = PANEL.height - MARGIN.top - MARGIN.bottom;
  return {
    x: (value) => MARGIN.left + ((value - x0) / (x1 - x0 || 1)) * wide,
    y: (value) => MARGIN.top + (1 - (value - y0) / (y1 - y0 || 1)) * high,
  };
}

function ticks(low, high, about = 5) {
  const raw = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= raw);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1e6; value += step) found.push(value);
  return found;
}

function axes({ x, y }, xs, ys, title, below, percent) {
  const left = MARGIN.left;
  const right = PANEL.width - MARGIN.right;
  const foot = PANEL.height - MARGIN.bottom;
  const text = (value) => (percent ? `${Math.round(100 * value)} %` : String(Number(value.toPrecision(4))));
  return [
    ys.map((value) => s("line", { class: "rule", x1: left, x2: right, y1: y(value), y2: y(value) })),
    ys.map((value) => s("text", { class: "tick", x: left - 5, y: y(value) + 3.5, "text-anchor": "end" }, text(value))),
    xs.map((value) => s("text", { class: "tick", x: x(value), y: foot + 14, "text-anchor": "middle" },
      String(Number(value.toPrecision(4))))),
    s("line", { class: "axis", x1: left, x2: right, y1: foot, y2: foot }),
    s("text", { class: "title", x: left, y: 13 }, title),
    s("text", { class: "tick", x: right, y: PANEL.height - 3, "text-anchor": "end" }, below),
  ];
}

function steps(curve, values, { x, y }, horizon) {
  const parts = [];
  curve.years.forEach((year, k) => {
    parts.push(k === 0 ? `M${x(year)},${y(values[k])}` : `H${x(year)}V${y(values[k])}`);
  });
  return `${parts.join("")}H${x(horizon)}`;
}

function band(curve, scale, horizon) {
  const back = [];
  const { x, y } = scale;
  for (let k = curve.years.length - 1; k >= 0; k -= 1) {
    const right = k + 1 < curve.years.length ? curve.years[k + 1] : horizon;
    back.push(`L${x(right)},${y(curve.lower[k])}L${x(curve.years[k])},${y(curve.lower[k])}`);
  }
  return `${steps(curve, curve.upper, scale, horizon)}${back.join("")}Z`;
}

/** Share still standing after so many years. */
export function standing(curve, year) {
  let share = 1;
  curve.years.forEach((at, k) => { if (at <= year) share = curve.survival[k]; });
  return share;
}

/** Two panels: how long cooperation and peace stand, now and as published. */
export function drawCurves(place, caption, beside, found, changed) {
  const { survival } = found;
  const { horizon } = survival;
  const shares = (spell, which) => `${Math.round(100 * standing(survival[which][spell], horizon / 2))} in 100`;
  put(place, Object.entries(SPELLS).map(([spell, title]) => {
    const scale = scales(0, horizon, 0, 1);
    const now = survival.present[spell];
    const before = survival.published[spell];
    const said = `${title}: after ${horizon / 2} years it still stands in ${shares(spell, "present")} runs`
      + (changed ? `, as published in ${shares(spell, "published")}.` : ".");
    return s("svg", { viewBox: `0 0 ${PANEL.width} ${PANEL.height}`, role: "img", "aria-label": said },
      axes(scale, ticks(0, horizon, 4), [0, 0.25, 0.5, 0.75, 1], title, "years", true),
      s("path", { class: `band ${spell}`, d: band(now, scale, horizon) }),
      changed ? s("path", { class: "curve published", d: steps(before, before.survival, scale, horizon) }) : null,
      s("path", { class: `curve ${spell}`, d: steps(now, now.survival, scale, horizon) }));
  }));
  put(caption, `Share of ${survival.runs} runs in which it still stands, with 95 % bands. `,
    h("span", { class: "key now" }), changed ? " as it is set now " : " as published ",
    changed ? h("span", { class: "key was" }) : null, changed ? " as published, on the same seeds" : null);
  const years = ticks(0, horizon, 10);
  put(beside, table("Share of runs in which it still stands",
    ["After years", "Cooperation", ...(changed ? ["as published"] : []), "Peace", ...(changed ? ["as published"] : [])],
    years.map((year) => [year, ...["regime", "peace"].flatMap((spell) =>
      ["present", ...(changed ? ["published"] : [])].map((which) =>
        `${Math.round(100 * standing(survival[which][spell], year))} %`))])));
}

/** How long it lasts as one parameter goes over its range. */
export function drawRange(place, caption, beside, found, label, present) {
  const values = found.points.map((point) => point.value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const scale = scales(low, high, 0, found.horizon);
  const path = (spell) => found.points.map((point, k) =>
    `${k ? "L" : "M"}${scale.x(point.value)},${scale.y(point[spell][0])}`).join("");
  const wide = { viewBox: `0 0 ${PANEL.width} ${PANEL.height}`, role: "img" };
  const panel = (spell) => s("svg", { ...wide, "aria-label": `${SPELLS[spell]} in years by ${label}: ${found.points.map((p) => `at ${p.value} ${number(p[spell][0], 0)}`).join(", ")}.` },
    axes(scale, ticks(low, high, 5), ticks(0, found.horizon, 4), `${SPELLS[spell]}, mean years of ${found.horizon}`, label, false),
    typeof present === "number" && present >= low && present <= high
      ? [s("line", { class: "here", x1: scale.x(present), x2: scale.x(present), y1: MARGIN.top, y2: PANEL.height - MARGIN.bottom }),
        s("text", { class: "tick", x: Math.min(scale.x(present) + 4, PANEL.width - 30), y: PANEL.height - MARGIN.bottom - 5 }, "now")]
      : null,
    s("path", { class: `curve ${spell}`, d: path(spell) }),
    found.points.map((point) => [
      s("line", { class: `reach ${spell}`, x1: scale.x(point.value), x2: scale.x(point.value),
        y1: scale.y(point[spell][1]), y2: scale.y(point[spell][2]) }),
      spell === "regime"
        ? s("circle", { class: "dot regime", cx: scale.x(point.value), cy: scale.y(point[spell][0]), r: 3.2 })
        : s("rect", { class: "dot peace", x: scale.x(point.value) - 3, y: scale.y(point[spell][0]) - 3, width: 6, height: 6 }),
    ]));
  put(place, panel("regime"), panel("peace"));
  put(caption, `Mean years as ${label} goes from ${low} to ${high}, all else as it is set; ${found.runs} runs each, 95 % intervals.`);
  put(beside, table(`Years by ${label}`, [label, "Cooperation", "Peace", "What a round earns a state"],
    found.points.map((point) => [point.value, interval(point.regime), interval(point.peace), number(point.welfare, 2)])));
}

function interval([value, low, high]) {
  return `${number(value, 0)} [${number(low, 0)}, ${number(high, 0)}]`;
}

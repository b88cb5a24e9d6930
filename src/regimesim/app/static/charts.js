/* Small pictures as SVG. Each says in words what it shows; no colour is the only sign. */

import { number, s } from "./dom.js";
import { SPELLS, standing } from "./durations.js";

const MARGIN = { left: 46, right: 12, top: 24, bottom: 34 };
const PANEL = { width: 340, height: 210 };
/** Width of a picture that fills its column: letters keep their size on a phone. */
const column = () => (matchMedia("(max-width: 520px)").matches ? 340 : 560);

function scales(x0, x1, y0, y1, size = PANEL) {
  const wide = size.width - MARGIN.left - MARGIN.right;
  const high = size.height - MARGIN.top - MARGIN.bottom;
  return {
    size,
    x: (value) => MARGIN.left + ((value - x0) / (x1 - x0 || 1)) * wide,
    y: (value) => MARGIN.top + (1 - (value - y0) / (y1 - y0 || 1)) * high,
  };
}

/** Round numbers from low to high. */
export function ticks(low, high, about = 5) {
  const raw = (high - low) / about || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= raw * 0.999);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step / 1e6; value += step)
    found.push(Number(value.toPrecision(6)));
  return found;
}

const percent = (share) => `${Math.round(100 * share)} %`;

function axes({ x, y, size }, { xs, ys, title, below, written = String }) {
  const [left, right, foot] = [MARGIN.left, size.width - MARGIN.right, size.height - MARGIN.bottom];
  return [
    ys.map((value) => s("line", { class: "rule", x1: left, x2: right, y1: y(value), y2: y(value) })),
    ys.map((value) =>
      s("text", { class: "tick", x: left - 5, y: y(value) + 4, "text-anchor": "end" }, written(value)),
    ),
    xs.map((value) =>
      s("text", { class: "tick", x: x(value), y: foot + 15, "text-anchor": "middle" }, String(value)),
    ),
    s("line", { class: "axis", x1: left, x2: right, y1: foot, y2: foot }),
    s("text", { class: "title", x: left, y: 14 }, title),
    s("text", { class: "tick", x: right, y: size.height - 4, "text-anchor": "end" }, below),
  ];
}

function picture(size, said, ...parts) {
  return s("svg", { viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": said }, parts);
}

function steps(curve, values, { x, y }, horizon) {
  const parts = curve.years.map((year, k) =>
    k === 0 ? `M${x(year)},${y(values[k])}` : `H${x(Math.min(year, horizon))}V${y(values[k])}`,
  );
  return `${parts.join("")}H${x(horizon)}`;
}

function bandOf(curve, scale, horizon) {
  const { x, y } = scale;
  const back = [];
  for (let k = curve.years.length - 1; k >= 0; k -= 1) {
    const right = Math.min(curve.years[k + 1] ?? horizon, horizon);
    back.push(`L${x(right)},${y(curve.lower[k])}L${x(curve.years[k])},${y(curve.lower[k])}`);
  }
  return `${steps(curve, curve.upper, scale, horizon)}${back.join("")}Z`;
}

/** Share of runs in which it still stands, year by year; `before` is drawn behind, dashed. */
export function survivalPanel(spell, now, before, horizon) {
  const scale = scales(0, horizon, 0, 1);
  const half = Math.round(horizon / 2);
  const said =
    `${SPELLS[spell]}: after ${half} years it still stands in ${percent(standing(now, half))} of the runs` +
    (before ? `; as published in ${percent(standing(before, half))}.` : ".");
  return picture(
    PANEL,
    said,
    axes(scale, {
      xs: ticks(0, horizon),
      ys: [0, 0.25, 0.5, 0.75, 1],
      title: `${SPELLS[spell]} still stands`,
      below: "years",
      written: percent,
    }),
    s("path", { class: `band ${spell}`, d: bandOf(now, scale, horizon) }),
    before ? s("path", { class: "curve published", d: steps(before, before.share, scale, horizon) }) : null,
    s("path", { class: `curve ${spell}`, d: steps(now, now.share, scale, horizon) }),
  );
}

/** Marks across a picture, what was bet and what came of it: `[value, text, kind, before]`, each text on a line
 * of its own, left of its mark where it is to stand `before` it. */
function across(scale, marks) {
  return marks.map(([value, text, kind, before = false], line) => {
    const at = scale.x(value);
    const late = before || at > scale.size.width * 0.62;
    return [
      s("line", {
        class: `mark ${kind}`,
        x1: at,
        x2: at,
        y1: MARGIN.top - 4,
        y2: scale.size.height - MARGIN.bottom,
      }),
      s(
        "text",
        {
          class: `tick ${kind}`,
          x: at + (late ? -5 : 5),
          y: MARGIN.top + 6 + 16 * line,
          "text-anchor": late ? "end" : "start",
        },
        text,
      ),
    ];
  });
}

/** How many of some numbers fall where; `marks` are `[value, text, kind]`. */
export function histogram({ values, low, high, bin, title, below, marks = [], said }) {
  const counts = Array.from({ length: Math.ceil((high - low) / bin) }, () => 0);
  for (const value of values)
    counts[Math.min(counts.length - 1, Math.max(0, Math.floor((value - low) / bin)))] += 1;
  const size = { width: column(), height: 230 };
  const most = Math.max(...counts) * 1.12;
  const scale = scales(low, high, 0, most, size);
  return picture(
    size,
    said,
    axes(scale, { xs: ticks(low, high, 6), ys: ticks(0, most, 4), title, below }),
    counts.map((count, k) =>
      s("rect", {
        class: "bar",
        x: scale.x(low + k * bin) + 0.7,
        width: Math.max(0.5, scale.x(low + bin) - scale.x(low) - 1.4),
        y: scale.y(count),
        height: scale.y(0) - scale.y(count),
      }),
    ),
    across(scale, marks),
  );
}

/** One dot for each way to play: equal numbers are stacked. `own` is the position of the player's. */
export function dots({ values, own, title, below, said }) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const heights = new Map();
  const places = values.map((value) => {
    heights.set(value, (heights.get(value) ?? 0) + 1);
    return [value, heights.get(value)];
  });
  const tallest = Math.max(...heights.values());
  const size = { width: column(), height: Math.max(150, 70 + 17 * tallest) };
  const scale = scales(low - 1, high + 1, 0, tallest + 1, size);
  const [x, y] = own === null ? [0, 0] : places[own];
  return picture(
    size,
    said,
    axes(scale, { xs: ticks(low, high, 8), ys: [], title, below }),
    places.map(([value, level], k) =>
      s("circle", {
        class: k === own ? "dot own" : "dot",
        cx: scale.x(value),
        cy: scale.y(level - 0.4),
        r: k === own ? 7.5 : 5.5,
      }),
    ),
    own === null
      ? null
      : s(
          "text",
          { class: "tick bet", x: scale.x(x), y: scale.y(y - 0.4) - 11, "text-anchor": "middle" },
          "you",
        ),
  );
}

/** Horizontal bars with their intervals; `rows` are `{label, value, lower, upper, note, marked}`. */
export function bars({ rows, most, title, below, said, reference = null }) {
  const line = 34;
  const size = { width: column(), height: MARGIN.top + MARGIN.bottom + line * rows.length };
  const scale = scales(0, most * 1.08, 0, 1, size);
  const top = (k) => MARGIN.top + 4 + k * line;
  return picture(
    size,
    said,
    axes(scale, { xs: ticks(0, most, 5), ys: [], title, below }),
    reference === null ? null : across(scale, [[reference.value, "", "bet"]]),
    rows.map(({ label, value, lower, upper, marked, note = "" }, k) => [
      s(
        "text",
        { class: marked ? "label marked" : "label", x: MARGIN.left, y: top(k) + 10 },
        `${marked ? "▸ " : ""}${label}${note ? ` — ${note}` : ""}`,
      ),
      s("rect", {
        class: marked ? "bar marked" : "bar",
        x: MARGIN.left,
        y: top(k) + 14,
        height: 12,
        width: Math.max(1, scale.x(value) - MARGIN.left),
      }),
      lower === undefined
        ? null
        : s("line", {
            class: "reach",
            x1: scale.x(lower),
            x2: scale.x(upper),
            y1: top(k) + 20,
            y2: top(k) + 20,
          }),
      s(
        "text",
        {
          class: "tick",
          x: Math.min(size.width - 22, scale.x(Math.max(value, upper ?? 0)) + 6),
          y: top(k) + 24,
        },
        number(value, 0),
      ),
    ]),
    reference === null
      ? null
      : s("text", { class: "tick bet", x: MARGIN.left, y: size.height - 4 }, `┆ ${reference.text}`),
  );
}

/** Lines over a common axis; `series` are `{label, values, kind}`, `marks` as in `histogram`. */
export function lines({ xs, series, title, below, high, low = 0, marks = [], said, tickX = null }) {
  const size = { width: column(), height: 250 };
  const scale = scales(xs[0], xs.at(-1), low, high, size);
  return picture(
    size,
    said,
    axes(scale, { xs: tickX ?? ticks(xs[0], xs.at(-1), 5), ys: ticks(low, high, 5), title, below }),
    series.map(({ values, kind, label }, k) => {
      const at = Math.round((xs.length - 1) * (k % 2 ? 0.72 : 0.3));
      return [
        s("path", {
          class: `curve ${kind}`,
          d: values.map((value, n) => `${n ? "L" : "M"}${scale.x(xs[n])},${scale.y(value)}`).join(""),
        }),
        s(
          "text",
          {
            class: `series ${kind}`,
            x: scale.x(xs[at]),
            y: scale.y(values[at]) - 8,
            "text-anchor": "middle",
          },
          label,
        ),
      ];
    }),
    across(scale, marks),
  );
}

/** The chance that something lasts, year by year; `points` are its turning points, `{year, mark}`. */
export function courseChart({ design, moments, chance, question }, points, said) {
  const years = [...moments, question.known].map((round) => design.start + round / design.perYear);
  const size = { width: column(), height: 250 };
  const scale = scales(years[0], years.at(-1), 0, 1, size);
  const until = Math.floor(design.start + question.until / design.perYear);
  const date = design.start ? until : `year ${until + 1}`;
  const known = chance.map((value, k) => [years[k], value]).filter(([, value]) => !Number.isNaN(value));
  const upTo = known.findIndex(([year], k) => year !== years[k]);
  const inRow = upTo < 0 ? known : known.slice(0, upTo);
  return picture(
    size,
    said,
    axes(scale, {
      xs: ticks(years[0], years.at(-1), 6),
      ys: [0, 0.25, 0.5, 0.75, 1],
      title: `Chance of lasting to ${date}`,
      below: "history known up to the beginning of the year",
      written: percent,
    }),
    points.map(({ year }) =>
      s("rect", {
        class: "turn",
        x: scale.x(years[year]),
        width: Math.max(2, scale.x(years[year + 1]) - scale.x(years[year])),
        y: scale.y(1),
        height: scale.y(0) - scale.y(1),
      }),
    ),
    s("path", {
      class: "curve regime",
      d: inRow.map(([year, value], k) => `${k ? "L" : "M"}${scale.x(year)},${scale.y(value)}`).join(""),
    }),
    points.map(({ year, mark }, k) => {
      const [cx, cy] = [scale.x((years[year] + years[year + 1]) / 2), MARGIN.top + 12 + 20 * (k % 2)];
      return [
        s("circle", { class: "turn-mark", cx, cy, r: 9 }),
        s("text", { class: "turn-number", x: cx, y: cy + 4, "text-anchor": "middle" }, mark),
      ];
    }),
  );
}

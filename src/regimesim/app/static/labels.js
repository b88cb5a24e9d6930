/* Names on a map, placed so that none lies on another: each takes the first free place around its mark. */

const GAPS = [4, 12, 24, 40];
const ASIDE = 0.7; // share of a mark's reach that a diagonal place keeps from it
const APART = 2;
const UP = [0, -1];
const DOWN = [0, 1];
const AROUND = [
  [1, 0],
  [-1, 0],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
];

/**
 * Place the names of an SVG whenever its size changes, once it is shown: only then is known how large they are.
 *
 * A mark is `{text, x, y, reach, up, must}`: the text element, the middle of what it names and how far that
 * reaches, whether its first place is above, and whether the name must be shown. A name without a free place is
 * put where it covers marks only, or left out if it need not be shown. `kept` remembers places from one drawing to
 * the next, so that names do not jump.
 */
export function placeLabels(svg, marks, { wide, high }, kept) {
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0) placeAll(marks, { wide, high }, kept);
  }).observe(svg);
}

function placeAll(marks, frame, kept) {
  const taken = [];
  const covered = marks.map(({ x, y, reach }) => around(x, y, ASIDE * reach, ASIDE * reach));
  for (const mark of [...marks].sort((one, other) => other.must - one.must)) {
    const { text } = mark;
    const size = text.getBBox();
    const places = placesOf(mark, size, frame);
    const clear = (place) => !taken.some((other) => overlap(place, other));
    const free = (place) => clear(place) && !covered.some((other) => overlap(place, other));
    const before = places[kept.get(text.textContent)];
    const found = before && free(before) ? before : (places.find(free) ?? places.find(clear));
    const shown = found ?? places[0];
    moveInto(text, size, shown);
    text.setAttribute("visibility", found || mark.must ? "visible" : "hidden");
    if (!found && !mark.must) continue;
    kept.set(text.textContent, places.indexOf(shown));
    taken.push(shown);
  }
}

/** Boxes around a mark in the order in which they are tried: near before far. */
function placesOf({ x, y, reach, up }, { width, height }, frame) {
  const ways = [...(up ? [UP, DOWN] : [DOWN, UP]), ...AROUND];
  const [w, h] = [width / 2, height / 2];
  return GAPS.flatMap((gap) =>
    ways.map(([east, south]) => {
      const far = gap + reach * (east && south ? ASIDE : 1);
      const [right, down] = [x + east * (far + w), y + south * (far + h)];
      return around(within(right, w, frame.wide), within(down, h, frame.high), w, h);
    }),
  );
}

const within = (middle, half, size) =>
  Math.max(half + APART, Math.min(size - half - APART, middle));

const around = (x, y, w, h) => ({ left: x - w, right: x + w, top: y - h, bottom: y + h });

const overlap = (one, other) =>
  one.left < other.right + APART &&
  other.left < one.right + APART &&
  one.top < other.bottom + APART &&
  other.top < one.bottom + APART;

/** Move a text whose middle is its anchor into a box. */
function moveInto(text, size, box) {
  text.setAttribute("x", (box.left + box.right) / 2);
  text.setAttribute("y", Number(text.getAttribute("y")) + box.top - size.y);
}

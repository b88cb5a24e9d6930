/* Building elements. Texts go in as texts, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children; `onclick` and the like are listeners. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Put children in place of those that are there. */
export function put(element, ...children) {
  element.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined),
  );
}

export function button(text, onclick, more = {}) {
  return h("button", { type: "button", onclick, ...more }, text);
}

/** A table with a heading row and row headings. */
export function table(caption, heads, rows) {
  return h(
    "table",
    {},
    h("caption", {}, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((text) => h("th", { scope: "col" }, text)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map(([first, ...rest]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, first instanceof Node ? first : String(first)),
          rest.map((cell) => h("td", {}, cell)),
        ),
      ),
    ),
  );
}

/** A number as people read it: few decimals, a real minus sign. */
export function number(value, decimals = 2) {
  if (value === null || value === undefined) return "none";
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? (0).toFixed(decimals) : text).replace("-", "−");
}

/** `A`, `A and B`, `A, B and C`. */
export function listed(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A name as it is read: without underscores. */
export const spoken = (name) => name.replaceAll("_", " ");

export const capitalised = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Tell a reader of the screen. */
export function say(sentence) {
  $("said").textContent = sentence;
}

/** Show a refusal, or take it away. */
export function tell(sentence = "") {
  $("notice").hidden = !sentence;
  $("notice").textContent = sentence;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Keep how long something took, for those who measure the page. */
export function measure(name, start) {
  performance.clearMeasures(name);
  performance.measure(name, { start, end: performance.now() });
}

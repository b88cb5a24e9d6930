/* All worlds under all orders: a table that is filled when it is asked for. */

import { button, capitalised, h, number, put, table } from "./dom.js";
import { curves, restrictedMean } from "./durations.js";
import { engine } from "./engine.js";
import { breath, simulate } from "./pool.js";

const MATRIX_RUNS = 100;

/** Offer the table. */
export function offerMatrix(place, seed) {
  const { catalogue } = engine;
  const { data } = catalogue;
  const cells = new Map();
  const fill = button(`Play all of them, ${MATRIX_RUNS} runs each`, () => fillMatrix(fill, cells, seed));
  const cell = (world, order) => {
    const key = catalogue.key(world, order);
    if (!key) return "—";
    const link = h("a", { href: `#sandbox?world=${world}&order=${order}` }, "open");
    cells.set(key, link);
    return link;
  };
  put(
    place,
    h("p", { class: "quiet" }, "Years of cooperation / of peace, on average; choose one to open it."),
    fill,
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "All worlds under all orders" },
      table(
        "Worlds down, orders across",
        ["", ...Object.values(data.orders).map(({ title }) => capitalised(title))],
        Object.entries(data.worlds).map(([world, { title }]) => [
          title,
          ...Object.keys(data.orders).map((order) => cell(world, order)),
        ]),
      ),
    ),
  );
}

async function fillMatrix(fill, cells, seed) {
  fill.disabled = true;
  for (const [key, link] of cells) {
    if (!fill.isConnected) return; // the reader went elsewhere
    const design = engine.catalogue.compose(key);
    const found = await simulate(design, MATRIX_RUNS, seed);
    const now = curves(found);
    link.textContent = ["regime", "peace"]
      .map((spell) => number(restrictedMean(now[spell], design.years).value, 0))
      .join(" / ");
    await breath();
  }
  fill.disabled = false;
}

/* The page: what the address asks for, built and shown. */

import { $, button, h, put, tell } from "./dom.js";
import { engine, openEngine } from "./engine.js";
import { openPool, serve } from "./pool.js";
import { Sandbox } from "./sandbox.js";
import { SCREENS } from "./screens.js";
import { Stage } from "./stage.js";
import { StateGame } from "./state.js";

let shown = null;

function parts(current) {
  const place = SCREENS.findIndex(({ id }) => id === current);
  const steps = SCREENS.map(({ id, title }, k) =>
    h(
      "a",
      {
        href: `#${id}`,
        class: "step",
        "aria-label": `${k + 1}: ${title}`,
        title,
        "aria-current": id === current ? "page" : null,
      },
      String(k + 1),
    ),
  );
  const link = (id, text) =>
    h("a", { href: `#${id}`, class: "part", "aria-current": id === current ? "page" : null }, text);
  put(
    $("parts"),
    h(
      "span",
      {
        class: "steps",
        role: "group",
        "aria-label": place < 0 ? "Screens" : `Screen ${place + 1} of ${SCREENS.length}`,
      },
      steps,
    ),
    link("state", "Play a state"),
    link("sandbox", "Sandbox"),
  );
}

function screen(place, { title, build }, k) {
  const article = h(
    "article",
    { class: "screen" },
    h("p", { class: "quiet" }, `${k + 1} of ${SCREENS.length}`),
    h("h1", { tabindex: "-1" }, title),
  );
  put(place, article);
  const stage = new Stage(article);
  build(stage);
  return stage;
}

/** Show what the address asks for: `#fog`, `#sandbox?world=…`, `#state?…`. */
function show() {
  const [name, query = ""] = location.hash.slice(1).split("?");
  const known = SCREENS.findIndex(({ id }) => id === name);
  const chosen = known >= 0 || name === "sandbox" || name === "state" ? name : beginning();
  shown?.leave?.();
  tell();
  parts(chosen);
  const place = $("content");
  place.className = chosen === "sandbox" || chosen === "state" ? "wide" : "";
  document.body.dataset.part = chosen;
  if (chosen === "sandbox") shown = new Sandbox(place, query);
  else if (chosen === "state") shown = new StateGame(place, query);
  else shown = screen(place, SCREENS[Math.max(0, known)], Math.max(0, known));
  scrollTo(0, 0);
  if (performance.getEntriesByName("first screen").length === 0) performance.mark("first screen");
  else place.focus({ preventScroll: true });
}

/** Where a page begins that is asked for nothing: with the game, or with the world that was put into it. */
function beginning() {
  return "own" in engine.catalogue.data.designs ? "sandbox" : SCREENS[0].id;
}

async function main() {
  try {
    openPool(await openEngine());
  } catch {
    put(
      $("content"),
      h(
        "p",
        { class: "refusal" },
        "This browser is too old for this page. It needs Chrome 93, Firefox 114, Safari 16.4 or newer.",
      ),
    );
    return;
  }
  put(
    $("footer"),
    h(
      "p",
      {},
      `regimesim ${engine.catalogue.data.version}. Everything is computed in this browser; nothing is sent anywhere. `,
      button("Print", () => print(), { class: "link" }),
    ),
  );
  window.addEventListener("hashchange", show);
  show();
}

if (typeof document === "undefined") serve();
else await main();

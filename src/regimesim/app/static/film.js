// One run on the map, with a slider through time, a play button and the chronicle.

import { $, h, put } from "./dom.js";
import { drawBuffers, drawMap, inWords, KEY, layout } from "./map.js";

const PACE = 350;
let shown = null;
let timer = 0;

/** Show another run, or another world. */
export function showFilm(world, film, pair) {
  stop();
  shown = { world, film, where: layout(world), pair };
  $("time").max = film.frames.length - 1;
  $("time").value = Math.min(Number($("time").value), film.frames.length - 1);
  put($("map-key"), KEY.map((part) => (part.cloneNode ? part.cloneNode(true) : part)));
  put($("chronicle-summary"), film.summary);
  put($("chronicle"), film.entries.map((entry) => h("li", { "data-frame": entry.frame, class: entry.kind.replaceAll(" ", "-") },
    h("button", { type: "button", class: "date", "aria-label": `${entry.date}: show on the map`, onclick: () => go(entry.frame) }, entry.date),
    h("span", {}, ` ${entry.text}`),
    entry.detail.length ? h("ul", {}, entry.detail.map((line) => h("li", {}, line))) : null)));
  draw();
}

export function choosePair(pair) {
  if (shown) { shown.pair = pair; draw(); }
}

const year = (frame) => {
  const { film } = shown;
  return film.calendar ? String(Math.round(film.start + frame)) : `year ${frame + 1}`;
};

function draw() {
  const now = Number($("time").value);
  const frame = shown.film.frames[now];
  const words = inWords(shown.world, frame);
  $("time-year").textContent = year(now);
  $("time").setAttribute("aria-valuetext", year(now));
  drawMap($("map"), shown.world, shown.where, frame, `${year(now)}: ${words}`, shown.pair);
  drawBuffers($("buffers"), shown.world, frame);
  put($("map-text"), h("strong", {}, year(now)), `: ${words}`);
  mark(now);
}

/** Mark the entries of the year, and bring the last of them into view within the list. */
function mark(now) {
  let last = null;
  for (const item of $("chronicle").children) {
    const frame = Number(item.dataset.frame);
    item.classList.toggle("now", frame === now);
    if (frame <= now) last = item;
  }
  const list = $("chronicle");
  if (last && timer) list.scrollTop = last.offsetTop - list.offsetTop - list.clientHeight / 2;
}

function go(frame) {
  $("time").value = frame;
  draw();
}

function stop() {
  clearInterval(timer);
  timer = 0;
  $("map-play").textContent = "Play";
  $("map-play").setAttribute("aria-pressed", "false");
}

function playOrStop() {
  if (timer) { stop(); return; }
  if (!shown) return;
  if (Number($("time").value) >= shown.film.frames.length - 1) go(0);
  $("map-play").textContent = "Pause";
  $("map-play").setAttribute("aria-pressed", "true");
  timer = setInterval(() => {
    const next = Number($("time").value) + 1;
    if (next >= shown.film.frames.length) stop();
    else go(next);
  }, PACE);
}

export function wireFilm() {
  $("time").addEventListener("input", () => shown && draw());
  $("map-play").addEventListener("click", playOrStop);
}

// The page: what is chosen, asked of the server and drawn.

import { ask, latest } from "./api.js";
import { drawCurves, drawRange } from "./charts.js";
import { control, forget, group, show } from "./controls.js";
import { $, h, put } from "./dom.js";
import { choosePair, showFilm, wireFilm } from "./film.js";
import { drawPair } from "./pair.js";
import { showPlay, wirePlay } from "./play.js";
import { follow, link, question, setting } from "./setting.js";

const page = { catalogue: null, found: null, pair: [0, 1], filmed: "", about: null };

/** Show a refusal, or take it away. */
function tell(sentence) {
  $("notice").hidden = !sentence;
  $("notice").textContent = sentence ?? "";
}

function say(sentence) {
  $("said").textContent = sentence;
}

/** Write the setting into the address, so that a reload or a bookmark brings it back. */
function linked() {
  const hash = link();
  if (hash !== null && hash !== location.hash) history.replaceState(null, "", hash);
}

const look = latest(async () => {
  try {
    page.found = await ask("look", question());
    tell(null);
    draw();
    linked();
    refilm();
  } catch (error) {
    tell(error.message);
  }
});

const refilm = latest(async () => {
  const replicate = setting.replicate ?? page.found.typical;
  const key = JSON.stringify(question({ replicate }));
  if (key === page.filmed) return;
  try {
    const film = await ask("film", question({ replicate }));
    page.filmed = key;
    $("replicate").value = replicate;
    showFilm(page.found.scenario, film, page.pair);
  } catch (error) {
    tell(error.message);
  }
}, 500);

/** A control has been moved; null means back to as published. */
function changed(name, value) {
  if (value === null || value === page.found?.published[name]) delete setting.set[name];
  else setting.set[name] = value;
  const list = $("range-of");
  if ([...list.options].some((option) => option.value === name)) list.value = name;
  setting.moves = [];
  look();
}

function draw() {
  const { found } = page;
  show(found.values, found.published, found.later, found.idle);
  put($("answer"), found.answer.text);
  drawCurves($("curves"), $("curves-caption"), $("curves-table"), found, found.answer.changed);
  $("reset").hidden = !Object.keys(setting.set).length && !setting.without.length;
  const absent = [];
  for (const box of document.querySelectorAll("#arrangements input")) {
    const there = found.present.includes(box.value);
    box.checked = there && !setting.without.includes(box.value);
    box.disabled = !there;
    box.closest("div").hidden = !there;
    if (!there) absent.push(box.value);
  }
  put($("absent"), absent.length ? `Not in this world: ${absent.join(", ")}.` : null);
  put($("command"), found.command
    ? [h("span", { class: "help" }, "The same on a command line: "), h("code", {}, found.command)] : null);
  drawChosenPair();
}

function drawChosenPair() {
  const { pairs, scenario } = page.found;
  const n = scenario.states.length;
  page.pair = page.pair.map((k) => Math.min(k, n - 1));
  if (page.pair[0] === page.pair[1]) page.pair = [0, 1];
  const [a, b] = page.pair;
  const names = [scenario.states[a].name, scenario.states[b].name];
  let pair = pairs.find(({ sides }) => sides[0].state === names[0] && sides[1].state === names[1]);
  if (!pair) {
    pair = pairs.find(({ sides }) => sides[0].state === names[1] && sides[1].state === names[0]);
    pair = { ...pair, sides: [pair.sides[1], pair.sides[0]] };
  }
  $("pair-a").value = a;
  $("pair-b").value = b;
  const label = (name) => scenario.states.find((state) => state.name === name).label;
  drawPair({ name: $("pair-name"), table: $("pair-table"), terms: $("pair-terms"), words: $("pair-words") }, pair, label);
}

function pickPair(which, k) {
  const other = page.pair[1 - which];
  page.pair[which] = k;
  if (other === k) page.pair[1 - which] = k === 0 ? 1 : 0;
  drawChosenPair();
  choosePair([...page.pair].sort((x, y) => x - y));
}

/** Choose a world: build the controls of its states, then look at it. */
async function choose() {
  let about;
  try {
    about = await ask("about", question());
    tell(null);
  } catch (error) {
    tell(`${error.message} The scenario is shown as published instead.`);
    Object.assign(setting, { set: {}, without: [], runs: 300, seed: 0, yaml: null });
    if (!page.catalogue.scenarios.some(({ name }) => name === setting.scenario)) setting.scenario = first();
    about = await ask("about", question());
  }
  page.about = about;
  const list = $("scenario");
  list.querySelector("option[value='']")?.remove();
  if (setting.yaml !== null) list.append(h("option", { value: "" }, `${about.title} (your file)`));
  list.value = setting.yaml === null ? setting.scenario : "";
  put($("represents"), about.represents);
  forget(["states.", "buffers.", "years"]);
  put($("groups"), groups().map(([title, controls]) => group(title, controls, changed)));
  put($("computing"), control({ ...about.years, label: "years" }, changed), runs(), seed());
  $("time").value = 0;
  page.filmed = "";
  const found = await ask("look", question());
  page.found = found;
  const options = () => found.scenario.states.map((state, k) => h("option", { value: k }, state.label));
  put($("pair-a"), options());
  put($("pair-b"), options());
  put($("measured"));
  draw();
  linked();
  refilm();
}

const first = () => (page.catalogue.scenarios.find(({ name }) => name === "concert") ?? page.catalogue.scenarios[0]).name;

function groups() {
  const { catalogue, about } = page;
  const rest = catalogue.groups.map(({ name, controls }) =>
    [name, controls.filter((declared) => !catalogue.first.includes(declared.name))]);
  return [...rest.filter(([, controls]) => controls.length), ...about.groups.map(({ name, controls }) => [name, controls])];
}

function whole(name, title, help, least, most) {
  const input = h("input", { type: "number", id: `compute-${name}`, min: least, max: most, step: 1, value: setting[name],
    "aria-describedby": `compute-${name}-help`,
    onchange: () => { setting[name] = Math.round(Number(input.value)); look(); } });
  return h("div", { class: "control" }, h("div", { class: "head" }, h("label", { for: input.id }, title)),
    h("div", { class: "inputs" }, input), h("p", { class: "help", id: `compute-${name}-help` }, help));
}

const runs = () => whole("runs", "runs", "How many times the world is played. More runs, narrower bands.", 1, page.catalogue.limits.runs);
const seed = () => whole("seed", "seed", "Another number brings other luck, to both curves alike.", 0, 4294967295);

function buildCatalogue() {
  const { catalogue } = page;
  put($("scenario"), catalogue.scenarios.map(({ name, title }) => h("option", { value: name }, title || name.replaceAll("_", " "))));
  const all = catalogue.groups.flatMap(({ controls }) => controls);
  const lead = catalogue.first.map((name) => all.find((declared) => declared.name === name));
  const titled = ({ name }) => `${name.charAt(0).toUpperCase()}${name.slice(1).replace(".", ": ").replaceAll("_", " ")}`;
  put($("lead"), lead.map((declared) => control(declared, changed, titled(declared))));
  put($("range-of"), all.filter((declared) => declared.slide).map((declared) => h("option", { value: declared.name }, titled(declared))));
  $("range-of").value = catalogue.first[0];
  put($("arrangements"), catalogue.arrangements.map(({ name, about }) => h("div", { class: "arrangement" },
    h("input", { type: "checkbox", id: `without-${name}`, value: name, "aria-describedby": `without-${name}-help`, onchange: remove }),
    h("label", { for: `without-${name}` }, name),
    h("span", { class: "help", id: `without-${name}-help` }, about),
    h("span", { class: "hangs", id: `hangs-${name}` }))));
  put($("version"), `regimesim ${catalogue.version}. Everything is computed on the machine that serves this page; nothing leaves it.`);
}

function remove() {
  setting.without = [...document.querySelectorAll("#arrangements input")]
    .filter((box) => !box.disabled && !box.checked).map((box) => box.value);
  setting.moves = [];
  look();
}

/** Do something that takes a moment, with its button set still, and say so if it is refused. */
async function working(button, task) {
  button.disabled = true;
  try {
    await task();
    tell(null);
  } catch (error) {
    tell(error.message);
  } finally {
    button.disabled = false;
  }
}

async function measure() {
  const found = await ask("without", question());
  for (const place of document.querySelectorAll(".hangs")) put(place);
  for (const row of found.rows) {
    put($(`hangs-${row.name}`), `without it cooperation is ${row.regime} years shorter, peace ${row.peace}`);
  }
  put($("measured"), `Years out of ${found.horizon} with 95 % intervals, ${found.runs} runs each; a negative number says that it would last longer.`);
}

async function sweep() {
  const name = $("range-of").value;
  const found = await ask("sweep", question({ parameter: name, runs: Math.min(setting.runs, 150) }));
  drawRange($("range"), $("range-caption"), $("range-table"), found, $("range-of").selectedOptions[0].text, page.found.values[name]);
  $("range-details").hidden = false;
}

function download(name, text, kind) {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  say(`Saved as ${name}.`);
}

async function share() {
  const hash = link();
  if (hash === null) throw new Error("This scenario is too long for a link; save it as a file and send that.");
  const address = `${location.origin}/${hash}`;
  history.replaceState(null, "", hash);
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied. Whoever opens it on a machine that runs this page sees the same.");
  } catch {
    say(`Copy the address of this page: ${address}`);
  }
}

const stem = () => (setting.yaml === null ? setting.scenario : "scenario");

async function openFile() {
  const [file] = $("file").files;
  $("file").value = "";
  if (!file) return;
  if (file.size > page.catalogue.limits.yaml) {
    tell(`${file.name} is too large for a scenario: at most ${page.catalogue.limits.yaml} letters.`);
    return;
  }
  const yaml = await file.text();
  try {
    await ask("about", { yaml });
  } catch (error) {
    tell(error.message);
    return;
  }
  Object.assign(setting, { yaml, set: {}, without: [], replicate: null, moves: [], state: null });
  await choose();
  say(`${file.name} is open.`);
}

async function view(which) {
  setting.view = which;
  for (const name of ["watch", "play"]) {
    $(name).hidden = name !== which;
    $(`go-${name}`).setAttribute("aria-pressed", String(name === which));
  }
  if (which === "play") await showPlay();
  linked();
}

function wire() {
  $("scenario").addEventListener("change", async () => {
    const { value } = $("scenario");
    if (!value) return;
    Object.assign(setting, { scenario: value, yaml: null, set: {}, without: [], replicate: null, moves: [], state: null });
    await choose();
    if (setting.view === "play") await showPlay();
  });
  $("go-watch").addEventListener("click", () => view("watch"));
  $("go-play").addEventListener("click", () => view("play"));
  $("reset").addEventListener("click", () => { Object.assign(setting, { set: {}, without: [], moves: [] }); look(); $("answer-heading").focus(); });
  $("measure").addEventListener("click", () => working($("measure"), measure));
  $("sweep").addEventListener("click", () => working($("sweep"), sweep));
  $("share").addEventListener("click", () => working($("share"), share));
  $("save").addEventListener("click", () => working($("save"), async () =>
    download(`${stem()}.yaml`, (await ask("yaml", question())).text, "text/yaml")));
  $("data").addEventListener("click", () => working($("data"), async () =>
    download(`${stem()}-runs.csv`, (await ask("csv", question())).text, "text/csv")));
  $("open").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", openFile);
  $("replicate").addEventListener("change", () => { setting.replicate = Math.max(0, Math.round(Number($("replicate").value) || 0)); linked(); refilm(); });
  $("another").addEventListener("click", () => { setting.replicate = (Number($("replicate").value) + 1) % 4294967296; linked(); refilm(); });
  for (const [which, name] of ["pair-a", "pair-b"].entries()) {
    $(name).addEventListener("change", () => pickPair(which, Number($(name).value)));
  }
  window.addEventListener("hashchange", start);
  wireFilm();
  wirePlay({ tell, linked, world: () => page.found.scenario });
}

async function start() {
  follow(location.hash);
  if (setting.yaml === null && !location.hash) setting.scenario = first();
  await choose();
  await view(setting.view);
  document.documentElement.dataset.ready = "true";
}

try {
  page.catalogue = await ask("catalogue");
  buildCatalogue();
  wire();
  await start();
} catch (error) {
  tell(error.message);
}

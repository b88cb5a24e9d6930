// Playing a state. The server replays the game from the list of decisions; here the list is kept and sent.

import { ask } from "./api.js";
import { $, h, listed, number, put, table } from "./dom.js";
import { drawMap, inWords, layout } from "./map.js";
import { question, setting } from "./setting.js";

let told = null;
let busy = false;
let page = null;

/** `tell(sentence)` shows a refusal, `linked()` writes the address anew, `world()` gives the world. */
export function wirePlay(hooks) {
  page = hooks;
  $("play-start").addEventListener("click", () => begin());
  $("play-state").addEventListener("change", () => begin());
  $("decisions").addEventListener("submit", (event) => { event.preventDefault(); decide(1); });
}

/** Show the game of the setting: a new one, or as far as its decisions go. */
export async function showPlay() {
  const { states } = page.world();
  if (!states.some((state) => state.name === setting.state)) setting.state = states[0].name;
  put($("play-state"), states.map((state) => h("option", { value: state.name }, state.label)));
  $("play-state").value = setting.state;
  $("play-length").value = setting.length;
  $("play-luck").value = setting.luck;
  await refresh();
}

async function begin() {
  setting.state = $("play-state").value;
  setting.length = Math.max(1, Math.min(60, Math.round(Number($("play-length").value) || 20)));
  setting.luck = Math.max(0, Math.round(Number($("play-luck").value) || 0));
  setting.moves = [];
  $("play-length").value = setting.length;
  $("play-luck").value = setting.luck;
  await refresh();
  $("play-year").focus();
}

async function refresh() {
  busy = true;
  try {
    const { state, length, luck, moves } = setting;
    told = await ask("play", question({ state, length, replicate: luck, moves }));
    page.tell(null);
    const focused = document.activeElement?.id;
    draw();
    if (focused) $(focused)?.focus(); // a form drawn anew must not lose the keyboard
    page.linked();
  } catch (error) {
    page.tell(error.message);
  } finally {
    busy = false;
  }
}

async function decide(years) {
  if (busy || !told || told.over) return;
  const form = new FormData($("decisions"));
  const moves = told.others.map((other) => form.get(`towards-${other.name}`) ?? "C").join("");
  const left = told.length - told.played;
  for (let k = 0; k < Math.min(years, left); k += 1) setting.moves.push(moves);
  await refresh();
  if (told.over) $("play-year").focus();
}

function draw() {
  const world = page.world();
  const own = world.states.findIndex((state) => state.name === told.state);
  const frame = { ...told.known, own };
  const words = inWords(world, frame);
  drawMap($("play-map"), world, layout(world), frame, `As ${told.label} sees it: ${words}`);
  put($("play-map-text"), `As ${told.label} sees it: ${words} Lines from ${told.label} show its own trust; what others think of each other it cannot know.`);
  put($("play-year"), told.over ? `${told.length} years have passed` : `${told.year}: what will ${told.label} do?`);
  put($("play-news"), news());
  if (told.over) put($("decisions"));
  else drawDecisions();
  put($("reckoning"), told.reckoning ? reckoning() : null);
  put($("log"), told.years.map(archived).reverse());
}

/** What the last year brought, in a sentence or two. */
function news() {
  const last = told.years.at(-1);
  if (!last) return `Year 1 of ${told.length}. Every other state has its eyes on you.`;
  return `${last.year}: ${seen(last)} ${last.events.join(" ")}`.trim();
}

function seen(year) {
  const hostile = year.towards.filter((one) => one.dealt && one.saw < one.dealt);
  const fighting = year.towards.filter((one) => one.war);
  const parts = [];
  if (hostile.length) parts.push(`you saw ${listed(hostile.map((one) => `${label(one.other)} defect against you (${one.dealt - one.saw} of ${one.dealt} times)`))}`);
  else if (year.towards.some((one) => one.dealt)) parts.push("you saw nobody defect against you");
  if (fighting.length) parts.push(`you were at war with ${listed(fighting.map((one) => label(one.other)))}`);
  const text = parts.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const label = (name) => told.others.find((other) => other.name === name)?.label ?? name;

function drawDecisions() {
  const world = page.world();
  const last = told.years.at(-1);
  const advised = $("advice-wanted")?.checked ?? false;
  const rows = told.others.map((other, k) => {
    const position = world.states.findIndex((state) => state.name === other.name);
    const own = world.states.findIndex((state) => state.name === told.state);
    const war = told.known.war.some(([a, b]) => (a === position && b === own) || (b === position && a === own));
    const before = last ? last.towards[k] : null;
    const advice = told.advice[k];
    const name = `towards-${other.name}`;
    const chosen = before ? before.chose : "C";
    const pick = (letter, word) => h("label", { class: "pick" },
      h("input", { type: "radio", name, value: letter, checked: chosen === letter }), ` ${word}`);
    return h("fieldset", { class: "decision" },
      h("legend", {}, other.label),
      h("p", {}, "Your trust in it: ", h("meter", { min: 0, max: 1, value: told.known.trust[position], "aria-label": `your trust in ${other.label}` }),
        ` ${number(told.known.trust[position], 2)}`,
        before ? `. Last year ${before.dealt ? `you saw it cooperate ${before.saw} of ${before.dealt} times` : "you had no dealings"}.` : "."),
      war ? h("p", { class: "war-note" }, "You are at war with it. What you choose holds from the day the war ends.") : null,
      h("div", { class: "picks" }, pick("C", "Cooperation"), pick("D", "Defection")),
      h("p", { class: "advice", hidden: !advised }, counsel(advice)));
  });
  const show = h("input", { type: "checkbox", id: "advice-wanted", onchange: (event) => {
    for (const line of document.querySelectorAll("#decisions .advice")) line.hidden = !event.target.checked;
  } });
  show.checked = advised;
  put($("decisions"), rows,
    h("div", { class: "row" },
      h("button", { type: "submit", id: "play-next", class: "primary" }, "Live through the year"),
      h("button", { type: "button", id: "play-five", onclick: () => decide(5) }, "Five years so"),
      h("button", { type: "button", id: "play-back", disabled: !told.played, onclick: () => { if (!busy && setting.moves.length) { setting.moves.pop(); refresh(); } } }, "Take back a year"),
      h("label", {}, show, " Show what a prudent cabinet would say")));
}

function counsel(advice) {
  const words = advice.chance >= 0.5 ? "cooperation" : "defection";
  const sure = Math.round(100 * Math.max(advice.chance, 1 - advice.chance));
  return `A prudent cabinet would choose ${words} in ${sure} of 100 cases: now ${number(advice.now, 1)}, future ${number(advice.future, 1)}, law ${number(advice.law, 1)}, norm ${number(advice.norm, 1)}; together ${number(advice.margin, 1)}.`;
}

function archived(year) {
  return h("li", {}, h("strong", {}, year.year), ` ${seen(year)} ${year.events.join(" ")}`,
    h("ul", {}, year.towards.map((one) => h("li", {},
      one.dealt
        ? `${label(one.other)}: ${one.chose === "C" ? "cooperation" : "defection"}${deed(one)}; you saw it cooperate ${one.saw} of ${one.dealt} times; trust ${number(one.trust, 2)}${one.estranged ? "; estranged" : ""}${one.war ? "; war" : ""}`
        : `${label(one.other)}: ${one.war ? "war" : "estranged"} all year`))));
}

/** Where what was done is not what was ordered: an accident, or an act that nobody authorised. */
function deed(one) {
  const ordered = one.chose === "C" ? one.dealt : 0;
  return one.did === ordered ? "" : ` (but ${Math.abs(one.did - ordered)} times something else was done than you ordered)`;
}

function reckoning() {
  const { you, prudent, many, eyes } = told.reckoning;
  const peace = (found) => (found.held ? `held all ${found.years} years` : `held ${number(found.years, 1)} years`);
  const more = you.payoff - prudent.payoff;
  const verdict = Math.abs(more) < 0.005 ? "exactly as much as" : more > 0 ? "more than" : "less than";
  return [
    h("h3", {}, "The reckoning"),
    h("p", { id: "verdict", role: "status" }, `You earned ${number(you.payoff, 2)} a year, ${verdict} the prudent choice would have earned with the same luck (${number(prudent.payoff, 2)}). Your own peace ${peace(you.own_peace)}.`),
    table("You, and the prudent choice on the same seed", ["", "You", "The prudent choice"], [
      ["Earned in a year", number(you.payoff, 2), number(prudent.payoff, 2)],
      ["Peace for your state", peace(you.own_peace), peace(prudent.own_peace)],
      ["Peace for everybody", peace(you.peace), peace(prudent.peace)],
    ]),
    h("p", {}, `Was that luck? Your decisions, made blindly on ${many.runs} other seeds, earn ${number(many.you, 2)} a year on average and bring you a war in ${many.you_war} of them; the prudent choice earns ${number(many.prudent, 2)} and has a war in ${many.prudent_war}. You would have done better in ${many.better}.`),
    table("What your eyes could not see", ["State", "dealings", "defected", "did, and you missed it", "cooperated, and you saw defection", "trust in you at last"],
      eyes.map((one) => [label(one.other), String(one.dealings), String(one.exploited), String(one.missed), String(one.false_alarms), number(one.trust, 2)])),
    h("p", { class: "help" }, "A game with a known end tempts: nobody can answer what is done in its last years. What trust is left is what you hand to your successor."),
  ];
}

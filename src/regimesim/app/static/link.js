/* What is set, as a link, as YAML that the command line reads, and back. Whatever comes from outside is checked. */

import { listed } from "./dom.js";
import { engine } from "./engine.js";

export const MOST_RUNS = 5000;
const MOST_SEED = 2n ** 64n - 1n;

/** A sandbox as it begins. */
export const fresh = () => ({
  key: firstKey(),
  changes: {},
  without: [],
  runs: 1000,
  seed: 0n,
  replicate: 0,
});

function firstKey() {
  return "own" in engine.catalogue.data.designs ? "own" : "europe_1816 concert";
}

/** The part of an address behind #, which never leaves the browser. */
export function toHash({ key, changes, without, runs, seed, replicate }) {
  const [world, order] = key.split(" ");
  const parts = [["world", world], ...(order ? [["order", order]] : [])];
  for (const [name, value] of Object.entries(changes)) parts.push([name, written(name, value)]);
  if (without.length) parts.push(["without", without.join(",")]);
  if (runs !== 1000) parts.push(["runs", runs]);
  if (seed !== 0n) parts.push(["seed", seed]);
  if (replicate !== 0) parts.push(["replicate", replicate]);
  return parts.map((part) => part.map(encodeURIComponent).join("=")).join("&");
}

/**
 * What a link asks for; throws a sentence where it cannot be had.
 *
 * @param {string} text `world=europe_1816&order=concert&transparency.level=0.3`
 */
export function fromHash(text) {
  const found = fresh();
  const given = new Map(new URLSearchParams(text));
  const [world, order] = [given.get("world"), given.get("order")];
  if (world !== undefined) found.key = keyOf(world, order);
  for (const name of ["world", "order"]) given.delete(name);
  for (const [name, value] of given) take(found, name, value);
  checkRelations(found);
  return found;
}

/** The key of a world under an order, or an error that says which there are. */
export function keyOf(world, order) {
  const key = order === undefined ? world : `${world} ${order}`;
  const keys = Object.keys(engine.catalogue.data.designs);
  if (keys.includes(key)) return key;
  const orders = keys.filter((one) => one.startsWith(`${world} `)).map((one) => one.split(" ")[1]);
  if (orders.length) {
    const got = order === undefined ? "none is named" : `got “${shown(order)}”`;
    throw new Error(`The world “${shown(world)}” is here under the orders ${listed(orders)}; ${got}.`);
  }
  const worlds = [...new Set(keys.map((one) => one.split(" ")[0]))];
  throw new Error(`There is no world “${shown(world)}” on this page; there are ${listed(worlds)}.`);
}

const shown = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

function take(found, name, value) {
  if (name === "without") {
    const known = engine.catalogue.data.arrangements.map((a) => a.name);
    found.without = value.split(",").filter(Boolean);
    const wrong = found.without.find((one) => !known.includes(one));
    if (wrong !== undefined)
      throw new Error(`There is no arrangement “${shown(wrong)}”; there are ${known.join(", ")}.`);
  } else if (name === "runs") found.runs = whole(name, value, 1, MOST_RUNS);
  else if (name === "replicate") found.replicate = whole(name, value, 0, 2 ** 32 - 1);
  else if (name === "seed") found.seed = seedOf(value);
  else found.changes[name] = read(name, value, found.key);
}

export function seedOf(text) {
  const word = String(text).trim();
  if (!/^\d{1,20}$/.test(word) || BigInt(word) > MOST_SEED)
    throw new Error(`seed must be a whole number from 0 to 2^64 − 1; got “${shown(word)}”.`);
  return BigInt(word);
}

export function whole(name, text, least, most) {
  const value = Number(text);
  if (!/^\d+$/.test(String(text).trim()) || value < least || value > most) {
    throw new Error(`${name} must be a whole number from ${least} to ${most}; got “${shown(String(text))}”.`);
  }
  return value;
}

/** The declaration of a parameter, or of a setting of a state (`states.Austria.capability`). */
function declaredOf(name, key) {
  const { catalogue } = engine;
  const found = catalogue.ofState(key, name);
  if (found?.setting.name === "capability" && catalogue.data.designs[key].ranked)
    throw new Error(
      `Who sits where goes by rank under this order, and the page keeps the seats: type ${name} on the command line.`,
    );
  return found ? { ...found.setting, name } : catalogue.parameters.get(name);
}

/** Parameters of the same group or with the same last part as a name that there is not. */
function alike(name) {
  const [group, last] = [name.split(".")[0], name.split(".").at(-1)];
  const names = [...engine.catalogue.parameters.keys()];
  const found = names.filter((one) => one.split(".")[0] === group || one.split(".").at(-1) === last);
  return found.length ? `; there are ${listed(found)}` : "";
}

/** A parameter's value from text, as the kernel stores it. */
export function read(name, text, key) {
  const word = String(text).trim();
  if (name === "years") return yearsOf(word);
  const declared = declaredOf(name, key);
  if (!declared) throw new Error(`There is no parameter “${shown(name)}” on this page${alike(name)}.`);
  if (declared.kind === "choice") return choiceOf(declared, word);
  if (declared.kind === "switch") return switchOf(declared, word);
  const value = word === "inf" || word === ".inf" ? Infinity : Number(word);
  const low = value < declared.least || (declared.open && value === declared.least);
  const high = value > declared.most || (value === Infinity && !declared.infinite);
  if (word === "" || Number.isNaN(value) || ((low || high) && value !== declared.default)) {
    throw new Error(`${name} must lie in ${declared.bounds}; got “${shown(word)}”.`);
  }
  if (declared.kind === "integer" && Number.isFinite(value) && !Number.isInteger(value))
    throw new Error(`${name} must be a whole number; got “${shown(word)}”.`);
  return value;
}

function yearsOf(word) {
  const value = Number(word);
  if (!(value >= 1 && value <= 300))
    throw new Error(`years must lie in [1, 300] on this page; got “${shown(word)}”.`);
  return value;
}

function choiceOf({ name, choices }, word) {
  if (!choices.includes(word))
    throw new Error(`${name} must be one of ${choices.join(", ")}; got “${shown(word)}”.`);
  return choices.indexOf(word);
}

function switchOf({ name }, word) {
  if (word !== "true" && word !== "false")
    throw new Error(`${name} must be true or false; got “${shown(word)}”.`);
  return Number(word === "true");
}

/** A parameter's value as people write it. */
export function written(name, value) {
  const declared =
    engine.catalogue.parameters.get(name) ?? engine.catalogue.settings.get(name.split(".").at(-1));
  if (declared?.kind === "choice") return declared.choices[value];
  if (declared?.kind === "switch") return value ? "true" : "false";
  return value === Infinity ? "inf" : String(value);
}

/** Refuse parameters that are each within bounds but do not go together: `scenario.check_relations`. */
export function checkRelations({ key, changes, without }) {
  const design = engine.catalogue.compose(key, changes, without);
  const most = engine.catalogue.data.most.rounds;
  if (design.rounds > most)
    throw new Error(
      `At most ${most} rounds a run on this page; got ${design.rounds}. Take fewer years or fewer rounds a year.`,
    );
  for (const { parameters: p } of design.phases) {
    const [t, r, u, x] = ["temptation", "reward", "punishment", "sucker"].map((name) => p[`payoffs.${name}`]);
    const dilemma = engine.catalogue.parameters.get("payoffs.game").choices.indexOf("prisoners_dilemma");
    if (p["measure.collapse"] > p["measure.onset"])
      throw new Error("measure.collapse must not be above measure.onset.");
    if (p["payoffs.game"] === dilemma && !(t > r && r > u && u > x && 2 * r > t + x)) {
      throw new Error(
        "Payoffs must be a Prisoners’ Dilemma: temptation > reward > punishment > sucker, and 2 reward > temptation + sucker.",
      );
    }
    const perRound = p["shadow.discount_factor"] ** (1 / p["shadow.rounds_per_year"]);
    if (perRound > 1 - 1e-12 && p["shadow.punishment_years"] === Infinity)
      throw new Error("An endless future needs a finite shadow.punishment_years.");
  }
}

/** The same on the command line; empty where that takes a file. */
export function command({ key, changes, without, runs, seed }) {
  const [world, order] = key.split(" ");
  if (!order || without.length || key.startsWith("lesson")) return "";
  const settings = Object.entries(changes).map(([name, value]) => `${name}=${written(name, value)}`);
  return [
    "python -m regimesim run",
    `world=${world}`,
    `order=${order}`,
    ...settings,
    `runs=${runs}`,
    `seed=${seed}`,
  ].join(" ");
}

/** A scenario's file: a world, an order and what was changed. */
export function toYaml({ key, changes }) {
  const [world, order] = key.split(" ");
  const lines = [`defaults: [{/world: ${world}}, {/order: ${order}}, _self_]`];
  if (changes.years !== undefined) lines.push(`years: ${changes.years}`);
  const groups = new Map();
  const states = new Map();
  for (const [name, value] of Object.entries(changes)) {
    const [group, inner] = name.split(".");
    const [, state, setting] = /^states\.(.+)\.(\w+)$/.exec(name) ?? [];
    if (state !== undefined)
      states.set(state, [...(states.get(state) ?? []), `${setting}: ${yamlOf(written(name, value))}`]);
    else if (inner)
      groups.set(group, [...(groups.get(group) ?? []), `  ${inner}: ${yamlOf(written(name, value))}`]);
  }
  for (const [group, inner] of groups) lines.push(`${group}:`, ...inner);
  if (states.size) lines.push("states:");
  for (const [state, inner] of states) lines.push(`  ${state}: {${inner.join(", ")}}`);
  return `${lines.join("\n")}\n`;
}

const yamlOf = (text) => (text === "inf" ? ".inf" : text);

const MOST_YAML = 65536;
const KINDS =
  "defaults: [{/world: NAME}, {/order: NAME}, _self_], years, parameters in their groups, and settings of states";

/** What such a file asks for; throws a sentence where it holds anything else. */
export function fromYaml(text) {
  if (text.length > MOST_YAML) throw new Error(`The file is too long: at most ${MOST_YAML} letters.`);
  const found = fresh();
  let [chosen, group] = [false, ""];
  for (const [k, whole_] of text.split(/\r?\n/).entries()) {
    const line = whole_.replace(/\s+#.*$|^#.*$/, "").trimEnd();
    if (!line) continue;
    const choice =
      /^defaults: *\[ *\{ *\/world: *(\w+) *\}, *\{ *\/order: *(\w+) *\}(?:, *_self_)? *\]$/.exec(line);
    const inner = /^ +(\w+): *(\S.*)$/.exec(line);
    const outer = /^(\w+):(?: +(\S.*))?$/.exec(line);
    if (choice) {
      found.key = keyOf(choice[1], choice[2]);
      chosen = true;
    } else if (inner && group === "states") takeState(found, inner[1], inner[2]);
    else if (inner && group) {
      if (group !== "about")
        found.changes[`${group}.${inner[1]}`] = read(`${group}.${inner[1]}`, unquoted(inner[2]), found.key);
    } else if (outer && outer[1] === "years" && outer[2]) {
      found.changes.years = read("years", outer[2]);
      group = "";
    } else if (outer && !outer[2] && (["about", "states"].includes(outer[1]) || isGroup(outer[1])))
      [, group] = outer;
    else
      throw new Error(
        `Line ${k + 1} of the file is not read here: “${shown(line.trim())}”. This page reads ${KINDS}. To bring a whole world into the page, type: python -m regimesim demo +scenario=FILE`,
      );
  }
  if (!chosen) throw new Error(`The file chooses no world and order. This page reads ${KINDS}.`);
  checkRelations(found);
  return found;
}

/** Settings of a state in a file: `  Austria: {capability: 0.3, veto: true}`. */
function takeState(found, state, text) {
  const inside = /^\{(.*)\}$/.exec(text.trim());
  if (!inside) throw new Error(`The settings of ${shown(state)} must stand in braces: {capability: 0.3}.`);
  for (const pair of inside[1].split(",").filter((part) => part.trim())) {
    const [, setting, value] = /^ *(\w+): *(\S.*)$/.exec(pair) ?? [];
    const name = `states.${state}.${setting}`;
    found.changes[name] = read(name, unquoted(value ?? ""), found.key);
  }
}

const isGroup = (name) => [...engine.catalogue.parameters.values()].some((p) => p.group === name);
const unquoted = (text) => text.trim().replace(/^(["'])(.*)\1$/, "$2");

/** A row a run. */
export function toCsv(found) {
  const columns = {
    replicate: "replicate",
    regime_years: "regime",
    regime_ended: "regimeEnded",
    peace_years: "peace",
    peace_ended: "peaceEnded",
    wars: "wars",
    disputes: "disputes",
    cooperation_rate: "cooperation",
    welfare: "welfare",
    revolutions: "revolutions",
    buffers_lost: "buffersLost",
  };
  const rows = found.map((run) =>
    Object.values(columns)
      .map((name) => String(run[name]))
      .join(","),
  );
  return `${[Object.keys(columns).join(","), ...rows].join("\n")}\n`;
}

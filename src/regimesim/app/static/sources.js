/* Sources of chance in each round of a history, from which something came: those of analysis/sources.py. */

import { listed, spoken } from "./dom.js";
import { Lanes } from "./lanes.js";

const TREMBLE = 0;
const PUBLISH = 1;
const INTEND = 2;
const OBSERVE = 3;
const WAR = 4;
const NEGOTIATE = 5;
const PREVAIL = 6;
const TURNOVER = 8;
const SPREAD = 9;
const WAVE = 10;
const SANCTION = 12;
const EXIT = 14;
const PURSUE = 16;
const CONFER = 17;
const INQUIRY = 18;
const ABSORB = 1000;
const RESTORE = 2000;
const JOIN = 3000;
/** Channels of each side of a pair that deals. */
const OF_A_DEALING = [TREMBLE, INTEND, OBSERVE, PURSUE, PUBLISH, INQUIRY];
const BY_SANCTION = 3;

/** A history, played to its end: its first regime, and the sources of each of its rounds, `{round, words, addresses}`. */
export function playSources(kernel, design, replicate, seed) {
  const lanes = new Lanes(kernel, design, [replicate], seed);
  const rounds = [];
  while (lanes.round < design.rounds) {
    const before = beforeRound(lanes);
    lanes.decide();
    const decided = { open: [...lanes.world.open], withheld: [...lanes.world.withheld] };
    const margins = marginsOf(lanes);
    lanes.carryOut();
    rounds.push([...sourcesOf({ lanes, before, decided, margins, seed, round: lanes.round - 1 })]);
  }
  const { onset, end, ended } = lanes.regimes();
  const regime = { onset: onset[0], end: end[0], ended: ended[0] !== 0 };
  return { rounds, regime, drawn: drawnBy(lanes, seed) };
}

/** The draws of a source as they were, remembered address by address. */
function drawnBy(lanes, seed) {
  const known = new Map();
  return ({ round, addresses }) =>
    addresses.map(([channel, i, j]) => {
      const key = `${channel} ${i} ${j}`;
      if (!known.has(key)) known.set(key, lanes.drawn(seed, channel, i, j));
      return { round, channel, i, j, word: known.get(key)[round] };
    });
}

function beforeRound({ world }) {
  const { at_war, left, member, sovereign } = world;
  return Object.fromEntries(
    Object.entries({ at_war, left, member, sovereign }).map(([name, array]) => [name, [...array]]),
  );
}

function marginsOf(lanes) {
  const terms = lanes.margins();
  return Array.from({ length: terms.length / 4 }, (_, k) =>
    terms.subarray(4 * k, 4 * k + 4).reduce((sum, term) => sum + term, 0),
  );
}

function* sourcesOf(round) {
  const all = [
    ...homeFronts(round),
    ...dealings(round),
    ...sanctions(round),
    ...wars(round),
    ...losses(round),
  ];
  for (const [words, addresses] of all) yield { round: round.round, words, addresses };
}

const named = ({ design }) => design.states.map(spoken);
const others = (count, ...without) =>
  Array.from({ length: count }, (_, k) => k).filter((k) => !without.includes(k));

function* homeFronts({ lanes }) {
  const [{ world }, names] = [lanes, named(lanes)];
  const struck = names.filter((_, i) => world.revolted[i]);
  if (struck.length)
    yield [
      `a wave of revolution strikes ${listed(struck)}`,
      [[WAVE, 0, 0], ...names.map((_, i) => [SPREAD, i, i])],
    ];
  for (const [i, name] of names.entries())
    if (world.new_leader[i] && !world.revolted[i]) yield [`a new leader in ${name}`, [[TURNOVER, i, i]]];
}

function* dealings(round) {
  const { lanes, before } = round;
  const { world, states: n } = lanes;
  const names = named(lanes);
  const prudent = (i) => lanes.design.strategies[i] < 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const at = i * n + j;
      const words = [...seenBy(round, i, j), ...seenBy(round, j, i)];
      if (world.quarrel[at] > 0) words.push(`a quarrel abroad between ${names[i]} and ${names[j]}`);
      const broken = world.broke[at] > 0 && world.broke[at] !== BY_SANCTION;
      if (words.length && broken) words.push("the two are estranged");
      if (words.length) {
        const sides = OF_A_DEALING.flatMap((channel) => [
          [channel, i, j],
          [channel, j, i],
        ]);
        yield [listed(words), [...sides, [CONFER, i, j], [WAR, j, i]]];
      }
      const ended = (before.left[at] > 0 || world.broke[at] > 0) && world.left[at] === 0;
      const early = world.talks[at] > 0 && before.left[at] > 1 && world.at_war[at] === 0;
      if (ended && early && prudent(i) && prudent(j))
        yield [`${names[i]} and ${names[j]} end their estrangement early`, [[NEGOTIATE, i, j]]];
    }
  }
}

/** How i saw j's act, if it erred or j defected against its interest. */
function* seenBy({ lanes, decided, margins }, i, j) {
  const { world, states: n, design } = lanes;
  const [names, to, back] = [named(lanes), i * n + j, j * n + i];
  if (!decided.open[to]) return;
  if (world.action[back]) {
    if (world.seen[to]) return;
    const then = { 0: " and lets it pass", 1: "", 2: " and is told so" }[world.charge[to]];
    yield `${names[i]} misreads ${names[j]}${then}`;
    return;
  }
  const slipped = !decided.withheld[back] && design.strategies[j] < 0 && margins[back] >= 0;
  if (slipped || world.charge[to] > 0)
    yield `${names[j]} defects against ${names[i]}${slipped ? " against its interest" : ""}`;
}

function* sanctions({ lanes, before }) {
  const { world, states: n } = lanes;
  const names = named(lanes);
  for (let z = 0; z < n; z += 1) {
    const heard = world.sanction[z] >= 0 && world.accused[z] > 0;
    const joined = others(n).filter((k) => heard && world.joined[k * n + z] > 0);
    if (joined.length)
      yield [
        `${listed(joined.map((k) => names[k]))} exclude${joined.length > 1 ? "" : "s"} ${names[z]}`,
        others(n, z).map((k) => [SANCTION, k, z]),
      ];
  }
  for (const [i, name] of names.entries())
    if (world.member[i] < before.member[i]) yield [`${name} leaves the institution`, [[EXIT, i, i]]];
}

function* wars(round) {
  const { lanes, before } = round;
  const [n, names] = [lanes.states, named(lanes)];
  for (let i = 0; i < n; i += 1)
    for (let j = i + 1; j < n; j += 1)
      if (before.at_war[i * n + j] === 1)
        yield [
          `peace between ${names[i]} and ${names[j]}`,
          [[PREVAIL, i, j], ...lanes.design.buffers.map((_, k) => [RESTORE + k, i, j])],
        ];
  for (const [i, j] of begun(round))
    yield [
      `war between ${names[i]} and ${names[j]}`,
      [[WAR, i, j], ...others(n, i, j).map((k) => [JOIN + k, i, j])],
    ];
}

/** Pairs whose own war began, not one that drew them in: step 8 once more, in its order. */
function begun({ lanes, before, seed, round }) {
  const { world, states: n, design, phase } = lanes;
  const contagion = design.phases[phase].parameters["war.contagion"];
  const prudent = design.strategies.map((number) => number < 0);
  const broke = (a, b) => world.broke[Math.min(a, b) * n + Math.max(a, b)] > 0;
  const war = before.at_war.map((left) => left > 1);
  const apart = before.left.map((left, at) => {
    const [a, b] = [Math.floor(at / n), at % n];
    return prudent[a] && prudent[b] && (left > 0 || broke(a, b));
  });
  const fight = (a, b) => {
    for (const at of [a * n + b, b * n + a]) [war[at], apart[at]] = [true, false];
  };
  const found = [];
  const joins = (k, foe, other) => apart[k * n + foe] && !war[k * n + other] && !apart[k * n + other];
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      if (!world.due[i * n + j] || war[i * n + j]) continue;
      fight(i, j);
      found.push([i, j]);
      if (contagion === 0) continue;
      for (const k of others(n, i, j)) {
        const [foe] = [
          [i, j],
          [j, i],
        ].find(([one, other]) => joins(k, one, other)) ?? [null];
        if (foe !== null && lanes.drawn(seed, JOIN + k, i, j)[round] + 0.5 < contagion * 2 ** 32)
          fight(k, foe);
      }
    }
  }
  return found;
}

function* losses({ lanes: { world, design }, before }) {
  for (const [k, { name }] of design.buffers.entries())
    if (before.sovereign[k] > 0 && world.sovereign[k] === 0)
      yield [
        `${spoken(name)} is absorbed`,
        design.links.filter(([buffer]) => buffer === k).map(([, i, j]) => [ABSORB + k, i, j]),
      ];
}

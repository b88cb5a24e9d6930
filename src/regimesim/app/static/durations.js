/* Many runs of a design: how long cooperation and peace last in each, and what the share still standing is. */

import { Lanes } from "./lanes.js";

/** Years after which lanes are dropped whose fate is known, and the share of a block below which it is made smaller. */
const STEP = 5;
const FULL = 0.75;

/**
 * Years of cooperation and of peace of some replicates: those of `simulation.simulate.measure`. Nothing that comes after
 * both have ended is played.
 *
 * @param {number[]} points the draw of each, where the design has several
 */
export function durations(kernel, { design, replicates, seed, points }) {
  const found = new Map();
  let inside = replicates;
  let lanes = new Lanes(kernel, design, replicates, seed, points);
  for (;;) {
    lanes.play(lanes.round + Math.round(STEP * design.perYear));
    const spells = lanes.regimes();
    const on = [];
    inside.forEach((replicate, lane) => {
      if (lanes.round >= design.rounds || isOver(lanes, spells, lane))
        found.set(replicate, spellsOf(lanes, spells, lane, replicate));
      else on.push(lane);
    });
    if (!on.length) return replicates.map((replicate) => found.get(replicate));
    if (on.length >= FULL * inside.length) continue;
    inside = on.map((lane) => inside[lane]);
    lanes = Lanes.from(kernel, lanes.stand(), on, inside, seed);
  }
}

const isOver = ({ tally }, { onset, ended }, lane) =>
  onset[lane] >= 0 && ended[lane] !== 0 && tally.war_round[lane] >= 0;

function spellsOf({ design, tally, round }, { onset, end, ended }, lane, replicate) {
  const years = (rounds) => rounds / design.perYear;
  return {
    replicate,
    regime: onset[lane] < 0 ? 0 : years(end[lane] - onset[lane]),
    regimeEnded: ended[lane] !== 0,
    formed: onset[lane] >= 0,
    onset: onset[lane] < 0 ? null : years(onset[lane]),
    peace: years(tally.war_round[lane] < 0 ? round : tally.war_round[lane]),
    peaceEnded: tally.war_round[lane] >= 0,
  };
}

/** The same, and what else a run is measured by; all of it is played. */
export function wholeRuns(kernel, { design, replicates, seed, points }) {
  const lanes = new Lanes(kernel, design, replicates, seed, points);
  lanes.play();
  const spells = lanes.regimes();
  const { tally } = lanes;
  const pairs = (design.states.length * (design.states.length - 1)) / 2;
  return replicates.map((replicate, lane) => ({
    ...spellsOf(lanes, spells, lane, replicate),
    wars: tally.wars[lane],
    disputes: tally.disputes[lane],
    cooperation: cooperated(tally.cooperating, lane, replicates.length) / (design.rounds * pairs),
    welfare: design.perYear * (tally.welfare[lane] / (tally.weight[lane] > 0 ? tally.weight[lane] : 1)),
    revolutions: tally.revolutions[lane],
    buffersLost: tally.buffers_lost[lane],
  }));
}

function cooperated(cooperating, lane, lanes) {
  let sum = 0;
  for (let at = lane; at < cooperating.length; at += lanes) sum += cooperating[at];
  return sum;
}

/** Kaplan and Meier's curve of durations: `{years, share, lower, upper}`, steps from 0 on (`stats.survival`). */
function survival(years, ended) {
  const order = years.map((_, k) => k).sort((a, b) => years[a] - years[b]);
  const curve = { years: [0], share: [1], lower: [1], upper: [1], events: [0], atRisk: [years.length] };
  let [risk, share, sum] = [years.length, 1, 0];
  for (let k = 0; k < order.length;) {
    const year = years[order[k]];
    const [before, first] = [risk, k];
    let ends = 0;
    for (; k < order.length && years[order[k]] === year; k += 1) ends += Number(ended[order[k]]);
    risk -= k - first;
    if (!ends) continue;
    share *= 1 - ends / before;
    if (before > ends) sum += ends / (before * (before - ends));
    const [lower, highest] = band(share, sum, before);
    const upper = Math.min(highest, curve.upper.at(-1));
    push(curve, { years: year, share, lower, upper, events: ends, atRisk: before });
  }
  return curve;
}

function push(curve, row) {
  for (const [name, value] of Object.entries(row)) curve[name].push(value);
}

/** Greenwood's band on the log-log scale; the exact bound where all stand or none. */
function band(share, sum, atRisk) {
  if (share <= 1e-12) return [0, 1 - 0.025 ** (1 / atRisk)];
  if (share >= 1) return [0.025 ** (1 / atRisk), 1];
  const spread = (1.959964 * Math.sqrt(sum)) / -Math.log(share);
  return [Math.exp(Math.log(share) * Math.exp(spread)), Math.exp(Math.log(share) * Math.exp(-spread))];
}

/** Years it stands on average of the first so many, and the ends of a 95 % interval. */
export function restrictedMean({ years, share, events, atRisk }, horizon) {
  let [area, variance] = [0, 0];
  for (let k = years.length - 1; k >= 0; k -= 1) {
    area += share[k] * (Math.min(years[k + 1] ?? horizon, horizon) - Math.min(years[k], horizon));
    const left = atRisk[k] - events[k];
    if (left > 0) variance += area * area * (events[k] / (atRisk[k] * left));
  }
  const reach = 1.959964 * Math.sqrt(variance);
  return { value: area, lower: Math.max(0, area - reach), upper: Math.min(horizon, area + reach) };
}

/**
 * A mean of shares and the ends of its 95 % interval (`stats.estimates.mean`): Student's, by the first terms of its
 * series; of values that are all alike, what so many can miss.
 */
export function meanShare(values) {
  const [n, sum] = [values.length, (numbers) => numbers.reduce((total, x) => total + x, 0)];
  const value = sum(values) / n;
  if (n < 2) return { value, lower: 0, upper: 1 };
  const error = Math.sqrt(sum(values.map((x) => (x - value) ** 2)) / (n - 1) / n);
  if (error === 0) {
    const missed = 1 - 0.025 ** (1 / n);
    return { value, lower: value - missed * value, upper: value + missed * (1 - value) };
  }
  const [z, free] = [1.959964, n - 1];
  const once = (z ** 3 + z) / 4;
  const twice = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const reach = error * (z + once / free + twice / free ** 2);
  return { value, lower: Math.max(0, value - reach), upper: Math.min(1, value + reach) };
}

/** The first year at which at most half stand; null where that did not happen. */
export function median({ years, share }) {
  const k = share.findIndex((value) => value <= 0.5 + 1e-12);
  return k < 0 ? null : years[k];
}

/** Share still standing after so many years. */
export function standing({ years, share }, year) {
  let found = 1;
  for (let k = 0; k < years.length && years[k] <= year; k += 1) found = share[k];
  return found;
}

export const SPELLS = { regime: "Cooperation", peace: "Peace" };

/** Both curves of some runs. */
export function curves(found) {
  return {
    regime: survival(
      found.map((run) => run.regime),
      found.map((run) => run.regimeEnded),
    ),
    peace: survival(
      found.map((run) => run.peace),
      found.map((run) => run.peaceEnded),
    ),
  };
}

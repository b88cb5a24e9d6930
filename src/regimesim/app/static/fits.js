/* All settings that fit the record: a design under the draws of its states' set, and how far the draws' means reach.
 *
 * By the rules of simulation/assumptions.py (which draw a replicate has, what a draw sets) and
 * analysis/settings_that_fit.py (the range), so the numbers are those of `python -m regimesim run`.
 */

import { curves, meanShare, restrictedMean } from "./durations.js";
import { engine } from "./engine.js";
import { simulate } from "./pool.js";

const RUNS = 512;
const TAILS = [0.025, 0.975];
const TRUST = "trust.initial";
const CAUTIONS =
  "The range is of means, the middle 95 % of the draws; a single history scatters more. To fit is not to be confirmed: the record was looked at, and it says little.";

/**
 * A design under the draws that fit the record of its states; null where no record of them is known, or its draws set
 * nothing in it.
 *
 * @param {string[]} held parameters that no draw sets: those that were changed
 */
export function underDraws(design, held) {
  const found = Object.entries(engine.catalogue.data.fits).find(([, { states }]) =>
    sameStates(states, design),
  );
  if (!found) return null;
  const [name, set] = found;
  const first = design.phases[0].parameters;
  const varied = Object.keys(set.columns).filter(
    (parameter) =>
      !held.includes(parameter) &&
      first[parameter] === set.published[parameter] &&
      (parameter !== TRUST || alike(design)),
  );
  if (!varied.length) return null;
  const names = design.phases.map(({ parameters }) =>
    varied.filter((parameter) => parameters[parameter] === first[parameter]),
  );
  const columns = Object.fromEntries(varied.map((parameter) => [parameter, set.columns[parameter]]));
  return { name, set, varied, design: { ...design, fitted: { columns, names } } };
}

const sameStates = (states, design) =>
  states.length === design.states.length && states.every((state) => design.states.includes(state));

/** Whether all pairs begin with the trust of `trust.initial`. */
function alike({ prior, phases: [{ parameters }] }) {
  return prior.every((row, i) => row.every((trust, j) => i === j || trust === parameters[TRUST]));
}

/** Numbers with their binary digits mirrored at the point: 0, 1/2, 1/4, 3/4, 1/8, ... at 0, 1, 2, ... */
function radicalInverse(number) {
  let [value, part] = [0, 0.5];
  for (let left = number; left > 0; left = Math.floor(left / 2)) {
    value += part * (left % 2);
    part /= 2;
  }
  return value;
}

/** The draw of each of the first replicates, by its place in the cumulated weights. */
function pointsOf({ weight }, runs) {
  const total = weight.reduce((sum, one) => sum + one, 0);
  let reached = 0;
  const ends = weight.map((one) => (reached += one / total));
  return Array.from({ length: runs }, (_, replicate) => {
    const place = radicalInverse(replicate);
    const row = ends.findIndex((end) => end > place);
    return row < 0 ? weight.length - 1 : row;
  });
}

/** The range of each spell's mean over all draws, `{regime: [least, most], peace: …}`; null where it is not wanted any more. */
export async function ranges({ set, design }, seed, wanted, owner) {
  const points = pointsOf(set, RUNS);
  const pointOf = (replicate) => points[replicate];
  const found = await simulate(design, RUNS, seed, wanted, { pointOf, owner });
  if (found === null) return null;
  const now = curves(found);
  return Object.fromEntries(
    ["regime", "peace"].map((spell) => {
      const years = found.map((run) => run[spell]);
      const ended = found.map((run) => run[`${spell}Ended`]);
      return [spell, range(shares(now[spell], years, ended, design.years), points)];
    }),
  );
}

/**
 * The share of pair-years in dispute in the first years of the record: `{first, last, own, reach, rate}`, the mean of so
 * many runs of a design, the range over all draws and the record's own rate; null where the design does not cover those
 * years or it is not wanted any more. Only those years are played: they are the first of the same runs.
 */
export async function disputes({ set, design: under }, design, { runs, seed }, wanted, owner) {
  const { first, years, rate } = set.period;
  if (first !== design.start || years > design.years) return null;
  const pairs = (design.states.length * (design.states.length - 1)) / 2;
  const play = async (whole, number, pointOf) => {
    const early = { ...whole, years, rounds: Math.floor(years * whole.perYear + 0.5) };
    const found = await simulate(early, number, seed, wanted, { task: "wholeRuns", pointOf, owner });
    return found && found.map((run) => run.disputes / (years * pairs));
  };
  const points = pointsOf(set, RUNS);
  const own = await play(design, runs);
  const many = own && (await play(under, RUNS, (replicate) => points[replicate]));
  return many && { first, last: first + years - 1, own: meanShare(own), reach: range(many, points), rate };
}

/** What each run says of the restricted mean: the mean, and its influence on it (`stats.survival.restricted_mean`). */
function shares(curve, years, ended, horizon) {
  const rows = curve.years.length;
  const [area, reached] = [new Float64Array(rows + 1), new Float64Array(rows)];
  for (let k = rows - 1; k >= 0; k -= 1) {
    const width = Math.min(curve.years[k + 1] ?? horizon, horizon) - Math.min(curve.years[k], horizon);
    area[k] = area[k + 1] + curve.share[k] * width;
  }
  const lost = (k) => area[k] / Math.max(curve.atRisk[k] - curve.events[k], 1);
  for (let k = 0; k < rows; k += 1)
    reached[k] = (reached[k - 1] ?? 0) + (lost(k) * curve.events[k]) / curve.atRisk[k];
  const { value } = restrictedMean(curve, horizon);
  return years.map((year, run) => {
    let k = 0;
    while (k + 1 < rows && curve.years[k + 1] <= year) k += 1;
    return value + years.length * (reached[k] - (ended[run] ? lost(k) : 0));
  });
}

/** The middle 95 % of the draws' means, without the luck of their few runs. */
function range(values, group) {
  const means = withoutLuck(values, group).sort((a, b) => a - b);
  return TAILS.map((share) => {
    const at = share * (means.length - 1);
    const [low, part] = [Math.floor(at), at - Math.floor(at)];
    const [a, b] = [means[low], means[Math.min(low + 1, means.length - 1)]];
    return a + (b - a) * part;
  });
}

/** For each run the mean of its group, moved so that the spread is that of the groups: `stats.groups`. */
function withoutLuck(values, group) {
  const inside = new Map();
  values.forEach((value, k) => inside.set(group[k], [...(inside.get(group[k]) ?? []), value]));
  const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);
  const [runs, groups, whole] = [values.length, inside.size, sum(values) / values.length];
  const told = new Map(
    [...inside].map(([name, of]) => [name, { count: of.length, mean: sum(of) / of.length }]),
  );
  const all = [...told.values()];
  if (groups === 1) return values.map(() => whole);
  const within = sum(values.map((value, k) => (value - told.get(group[k]).mean) ** 2)) / (runs - groups);
  const between = sum(all.map(({ count, mean }) => count * (mean - whole) ** 2)) / (groups - 1);
  const size = (runs - sum(all.map(({ count }) => count ** 2)) / runs) / (groups - 1);
  const spread = Math.max(0, (between - within) / size);
  return values.map((_, k) => {
    const { count, mean } = told.get(group[k]);
    const total = spread + within / count;
    return whole + Math.sqrt(total > 0 ? spread / total : 1) * (mean - whole);
  });
}

/** A range in words: whole years where it reaches ten, else tenths. */
export function inWordsOf([least, most]) {
  const places = most >= 10 ? 0 : most >= 1 ? 1 : 3;
  return `${least.toFixed(places)} to ${most.toFixed(places)}`;
}

/** What was varied, what was not, and what it means. */
export function aboutDraws({ set, varied }) {
  const kept = Object.keys(set.columns).filter((name) => !varied.includes(name));
  return (
    `All settings that fit: ${varied.length} assumptions over ${set.weight.length} draws that fit the record of ${set.record}` +
    `${kept.length ? `; held as they are here: ${kept.join(", ")}` : ""}. ${CAUTIONS}`
  );
}

/* The course of a history: the chance that cooperation lasts, year by year, and the years that turned it.
 *
 * By the rules of analysis/turning_points.py: the same futures, the same years, the same parts.
 */

import { engine } from "./engine.js";
import { questionOf } from "./futures.js";
import { askPool, newOwner, withdraw } from "./pool.js";
import { playSources } from "./sources.js";

const MOST_POINTS = 6;
const LEAST_CHANGE = 0.04;
const SURE = 2.5758293035489;

let histories = 0;

/**
 * Fork `number` futures from each year of a history until its fate is known.
 *
 * `told(course)` is called as years become known: `chance` has a number a year, NaN where it is not known yet. Where it
 * returns false the rest is given up, and the result is null.
 */
export async function courseOf({ design, replicate, seed, number, owner = newOwner() }, told = () => true) {
  const played = playSources(engine.kernel, design, replicate, seed);
  const question = questionOf(design, played.regime);
  const { known } = question;
  const moments = [];
  for (let t = 0; t < known; t += design.perYear) moments.push(t);
  histories += 1;
  const history = { id: histories, design, replicate, seed, known };
  const stands = Array.from({ length: moments.length + 1 }, () => null);
  const outcome = Number(stood(played.regime, question));
  stands[moments.length] = new Uint8Array(number).fill(outcome);
  const course = {
    ...{ design, question, history, played, number, owner, moments, outcome, stands },
    chance: stands.map((row) => (row ? outcome : NaN)),
    points: [],
  };
  const live = await each(moments, told, course, (t) => ({ history, t, question, number, revealed: [] }));
  if (!live) return null;
  course.points = turning(course);
  return course;
}

const stood = ({ onset, end, ended }, { until }) => onset >= 0 && onset <= until && (!ended || end >= until);

/** Ask for all moments at once; false where the rest was given up. */
async function each(moments, told, course, question) {
  const { owner } = course;
  let live = true;
  await Promise.all(
    moments.map(async (t, year) => {
      const found = await askPool("futures", question(t), owner);
      if (!live) return;
      course.stands[year] = found;
      course.chance[year] = mean(found);
      if (told(course) === false) {
        live = false;
        withdraw(owner);
      }
    }),
  );
  return live;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of the difference of two rows, and its standard error. */
function step(before, after) {
  const moved = Array.from(after, (value, k) => value - before[k]);
  const change = mean(moved);
  return { change, error: Math.sqrt(mean(moved.map((value) => (value - change) ** 2)) / moved.length) };
}

/** The years that moved the chance most, in their order: `{year, before, after, change, error}`. */
function turning({ stands, chance }) {
  const steps = chance
    .slice(1)
    .map((after, year) => ({ year, before: chance[year], after, ...step(stands[year], stands[year + 1]) }));
  const size = ({ change }) => Math.abs(change);
  return steps
    .filter((one) => size(one) >= LEAST_CHANGE && size(one) > SURE * one.error)
    .sort((one, other) => size(other) - size(one) || one.year - other.year)
    .slice(0, MOST_POINTS)
    .sort((one, other) => one.year - other.year);
}

/** Sources of chance in a year of a course. */
export function inYear({ played, moments, question }, year) {
  return played.rounds.slice(moments[year], moments[year + 1] ?? question.known).flat();
}

/**
 * What each source of a year moved: `{round, words, change, error}`. They are made known to the futures one after the
 * other; null where the rest was given up.
 */
export async function partsOf(course, year, wanted = () => true) {
  const { history, question, number, played, owner } = course;
  const found = [];
  const byRound = new Map();
  for (const source of inYear(course, year))
    byRound.set(source.round, [...(byRound.get(source.round) ?? []), source]);
  const asked = [...byRound].flatMap(([t, sources]) =>
    Array.from({ length: sources.length + 1 }, (_, known) => ({
      history,
      t,
      question,
      number,
      revealed: sources.slice(0, known).flatMap(played.drawn),
    })),
  );
  const rows = await Promise.all(asked.map((one) => askPool("futures", one, owner)));
  if (!wanted()) return null;
  let at = 0;
  for (const sources of byRound.values()) {
    sources.forEach(({ round, words }, k) => {
      found.push({ round, words, ...step(rows[at + k], rows[at + k + 1]) });
    });
    at += sources.length + 1;
  }
  return found;
}

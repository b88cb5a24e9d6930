/* The course of a history, drawn: the chance that cooperation lasts under its years, and the turning points named. */

import { courseChart } from "./charts.js";
import { button, h, measure, number, put, say, table } from "./dom.js";
import { courseOf, inYear, partsOf } from "./course.js";
import { progress } from "./stage.js";

const PAUSE = 100; // milliseconds between two drawings
const REST = "the rest of the year: what might have happened and did not";
const MOST_NAMED = 3;
const MOST_PARTS = 5;

const percent = (chance) => `${Math.round(100 * chance)} %`;
const moved = (change) => `${change > 0 ? "+" : ""}${number(100 * change, 0)}`;

/** The beginning of a round as people say it. */
export function dateOf({ start, perYear }, round) {
  const years = round / perYear;
  return start ? String(Math.floor(start + years)) : `year ${Math.floor(years) + 1}`;
}

/** A year of a course as people say it. */
export const yearOf = ({ design, moments }, year) => dateOf(design, moments[year]);

/**
 * Play the futures of a history and draw its course as it becomes known; the course, or null where it is not wanted.
 *
 * @param {object} asked `design`, `replicate`, `seed`, `number` of futures from each year, and `owner` of the questions
 * @param {() => boolean} wanted whether the reader is still there
 */
export async function showCourse(place, asked, wanted) {
  const working = progress("");
  const picture = h("div", {});
  put(place, working.line, picture);
  const began = performance.now();
  let drawn = 0;
  const draw = (course) => put(picture, courseChart(course, pointsOf(course), saidOf(course)));
  const course = await courseOf(asked, (so) => {
    const ready = so.chance.filter((chance) => !Number.isNaN(chance)).length - 1;
    working.told(`Playing ${asked.number} futures from each year: ${ready} of ${so.moments.length} years …`);
    if (performance.now() - drawn > PAUSE) {
      drawn = performance.now();
      draw(so);
    }
    return wanted();
  });
  if (course === null) return null;
  working.line.remove();
  draw(course);
  measure("course", began);
  place.append(asTable(course));
  say(saidOf(course));
  return course;
}

/** The curve in numbers. */
function asTable(course) {
  const { design, moments, question, chance } = course;
  const years = [...moments.map((_, year) => yearOf(course, year)), "then"];
  return h(
    "details",
    {},
    h("summary", {}, "The chance as a table"),
    table(
      `Futures in which cooperation still stands in ${dateOf(design, question.until)}`,
      ["History known up to", "of 100"],
      years.map((year, k) => [year, number(100 * chance[k], 1)]),
    ),
  );
}

const pointsOf = (course) =>
  course.points.map((point, k) => ({
    ...point,
    mark: String(k + 1),
    date: yearOf(course, point.year),
  }));

/** In words: where the chance began, where it turned, and what came of it. */
function saidOf(course) {
  const { chance, question, design, outcome } = course;
  const turns = pointsOf(course).map(
    ({ date, before, after }) => `${date}, from ${percent(before)} to ${percent(after)}`,
  );
  return (
    `The chance that cooperation still stands in ${dateOf(design, question.until)}: ${percent(chance[0])} at the start, ` +
    `${outcome ? 100 : 0} % in the end. ` +
    (turns.length ? `Turning points: ${turns.join("; ")}.` : "No single year turned it.")
  );
}

/** The turning points as a list; each tells on request which event moved the chance by how much. */
export function listTurns(course, wanted) {
  const points = pointsOf(course);
  if (!points.length) return h("p", {}, "No single year moved it beyond what so few futures can tell.");
  return h(
    "ol",
    { class: "turns" },
    points.map((point) => {
      const parts = h("div", { class: "parts" });
      const ask = button(
        `What moved it in ${point.date}?`,
        async () => {
          ask.disabled = true;
          await showParts(parts, course, point, wanted);
          ask.remove();
        },
        { class: "link" },
      );
      return h(
        "li",
        {},
        h("strong", {}, point.date),
        `: from ${percent(point.before)} to ${percent(point.after)}. ${namedIn(course, point.year)} `,
        ask,
        parts,
      );
    }),
  );
}

/** What happened in a year, in a line. */
function namedIn(course, year) {
  const words = inYear(course, year).map((source) => source.words);
  if (!words.length) return "Nothing of note happened.";
  const more = words.length - MOST_NAMED;
  const shown = words.slice(0, MOST_NAMED).join("; ");
  return `${shown.charAt(0).toUpperCase()}${shown.slice(1)}${more > 0 ? `; and ${more} more` : ""}.`;
}

/** Which events of a year moved the chance, the largest first; those that moved it little are counted. */
export async function showParts(place, course, point, wanted) {
  put(place, h("p", { class: "quiet" }, "Playing the same futures with each event known …"));
  const parts = await partsOf(course, point.year, wanted);
  if (parts === null) return;
  const rest = point.change - parts.reduce((sum, { change }) => sum + change, 0);
  const rows = [...parts]
    .sort((one, other) => Math.abs(other.change) - Math.abs(one.change))
    .slice(0, MOST_PARTS)
    .filter(({ change }) => Math.round(100 * Math.abs(change)) > 0);
  const little = parts.length - rows.length;
  const small =
    parts.reduce((sum, { change }) => sum + change, 0) - rows.reduce((sum, row) => sum + row.change, 0);
  const line = (change, words) => h("li", {}, h("strong", {}, moved(change)), ` ${words}`);
  put(
    place,
    h(
      "ul",
      { class: "plain-list" },
      rows.map(({ round, words, change }) => line(change, `${seasonOf(course.design, round)}: ${words}`)),
      little ? line(small, `${little} other ${little === 1 ? "event" : "events"} together`) : null,
      line(rest, REST),
    ),
    h("p", { class: "quiet" }, "Together they are the change of the year."),
  );
  say(rows.length ? `${moved(rows[0].change)}: ${rows[0].words}` : REST);
}

function seasonOf({ start, perYear }, round) {
  if (perYear !== 4) return dateOf({ start, perYear }, round);
  return `${dateOf({ start, perYear }, round)} Q${1 + (Math.round(start * perYear + round) % perYear)}`;
}

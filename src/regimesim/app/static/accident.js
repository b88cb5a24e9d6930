/* Screen 10: two histories of the Concert, the year that turned each, and which of the two ends was an accident. */

import { histogram } from "./charts.js";
import { h } from "./dom.js";
import { engine } from "./engine.js";
import { Film } from "./film.js";
import { outcomes } from "./large_screens.js";
import { choose, lead, names, onward, progress, smallPrint, term, verdict, wager } from "./stage.js";
import { dateOf, listTurns, showCourse, showParts, yearOf } from "./turns.js";

const RUNS = 400;
const FUTURES = 200;
const SEED = 0n;
/** The year of the great revolutions: most histories end there, some before. */
const REVOLUTIONS = 1848;
/** Years by which a bet may miss the turning point. */
const NEAR = 2;
const YEARS_BEFORE = 5;
/** Shares between which an end is called neither an accident nor prepared. */
const [LITTLE, HALF] = [0.2, 0.5];

const percent = (chance) => `${Math.round(100 * chance)} %`;

export function accident(stage) {
  const design = engine.catalogue.compose("europe_1816 concert");
  const wait = progress("");
  stage.add(
    h(
      "p",
      {},
      "There is only one history, and once it has ended every step seems to lead to the end. Was the end bound to come, or was it an accident? Nobody can play our history again. The histories of this model can be played again, from any year on.",
    ),
    wait.line,
  );
  outcomes(stage, design, RUNS, (done) => wait.told(`Playing ${RUNS} histories: ${done} …`)).then(
    ({ found }) => {
      wait.line.remove();
      new Accident(stage, design, found).begin();
    },
  );
}

/** The middle of some runs by how long cooperation lasted. */
function middleOf(runs) {
  return [...runs].sort((a, b) => a.regime - b.regime || a.replicate - b.replicate)[runs.length >> 1];
}

class Accident {
  constructor(stage, design, found) {
    this.stage = stage;
    this.design = design;
    this.found = found;
    const ended = found.filter(({ regimeEnded, formed }) => regimeEnded && formed);
    const early = ended.filter((run) => this.endOf(run) < REVOLUTIONS - 1);
    const later = ended.filter((run) => this.endOf(run) >= REVOLUTIONS - 1);
    this.early = middleOf(early.length && later.length ? early : ended);
    this.late = middleOf(later.length ? later : ended);
  }

  /** The year in which cooperation ended in a run. */
  endOf({ onset, regime }) {
    return this.design.start + onset + regime;
  }

  get live() {
    return () => this.stage.live;
  }

  courseOf(place, run) {
    const asked = { design: this.design, replicate: run.replicate, seed: SEED, number: FUTURES };
    return showCourse(place, asked, this.live);
  }

  begin() {
    const last = Math.floor(this.endOf(this.early));
    const { start } = this.design;
    this.stage.add(
      h(
        "p",
        {},
        `Here is one history of the Concert. Cooperation ended in ${last}. Move through the years, and read what happened.`,
      ),
      new Film(this.design).show(this.early.replicate, SEED, true),
    );
    this.stage.add(
      wager(
        `Which year decided that it should end in ${last}?`,
        { low: start, high: last, start: Math.round((start + last) / 2), written: String },
        (bet) => this.reveal(bet),
      ),
    );
    this.stage.begin();
  }

  async reveal(bet) {
    const drawing = h("div", {});
    const place = this.stage.add(
      h(
        "p",
        {},
        `We stop this history at the beginning of each year, and let it go on ${FUTURES} times, each time with other luck. In how many of these futures does cooperation last for ten years longer than it did?`,
      ),
      drawing,
    );
    this.first = await this.courseOf(drawing, this.early);
    if (this.first === null) return;
    const most = largest(this.first);
    place.append(
      ...(most
        ? this.turned(most, bet)
        : [h("p", {}, "No single year decided it: the chance sank little by little.")]),
    );
    lead(place);
    this.askAgain();
  }

  turned(most, bet) {
    const year = Number(yearOf(this.first, most.year));
    const parts = h("div", { class: "parts" });
    showParts(parts, this.first, most, this.live);
    return [
      verdict(
        Math.abs(bet - year) <= NEAR,
        `You bet ${bet}. The chance moved most in ${year}: it was ${percent(most.before)} as the year began, and ${percent(most.after)} as it ended.`,
      ),
      h("p", {}, `What moved it in ${year}, in points of 100:`),
      parts,
    ];
  }

  askAgain() {
    const end = this.endOf(this.late);
    this.back = Math.max(0, Math.floor(end - this.design.start) - YEARS_BEFORE);
    this.stage.add(
      h(
        "p",
        {},
        `In another history cooperation lasted until ${Math.floor(end)}. In that time a wave of revolution ran across Europe, as it did in ours.`,
      ),
      choose(
        `Go back to ${this.design.start + this.back} in this history, and let it go on with other luck. How often does cooperation last for ten years longer than it did?`,
        [
          ["little", "Hardly ever: in less than 20 of 100"],
          ["some", "Sometimes: in 20 to 50 of 100"],
          ["often", "More often than not"],
        ],
        (answer, text) => this.close(answer, text),
      ),
    );
  }

  async close(answer, text) {
    const drawing = h("div", {});
    const place = this.stage.add(drawing);
    const course = await this.courseOf(drawing, this.late);
    if (course === null) return;
    const chance = course.chance[this.back] ?? course.chance.at(-1);
    const right = chance < LITTLE ? "little" : chance <= HALF ? "some" : "often";
    place.append(
      verdict(
        answer === right,
        `You bet “${text}”. It lasts in ${percent(chance)} of the futures from ${this.design.start + this.back}, and in ${percent(course.chance[0])} from ${this.design.start}.`,
      ),
      this.many(),
      h("p", {}, judged(this.first, "The first end")),
      h("p", {}, judged(course, "The second end")),
      h("h2", {}, "The turning points of both"),
      listTurns(this.first, this.live),
      listTurns(course, this.live),
      ...this.words(),
    );
    lead(place);
  }

  /** Both histories beside all. */
  many() {
    const { start, years } = this.design;
    const [first, second] = [this.early, this.late].map((run) => Math.floor(this.endOf(run)));
    return histogram({
      values: this.found.map((run) => (run.formed ? this.endOf(run) : start)),
      low: start,
      high: start + years,
      bin: 4,
      title: `${RUNS} histories of the same world`,
      below: "year of its end (last bar: it still stands)",
      marks: [
        [first, `first: ${first}`, "bet", true],
        [second, `second: ${second}`, "truth"],
      ],
      said: `Years in which cooperation ends in ${RUNS} histories of the same world: in the first one ${first}, in the second ${second}.`,
    });
  }

  words() {
    return [
      names(
        "A year in which the chance moves much is a ",
        term("turning point"),
        ". An end that could as well not have come is called ",
        term("contingent"),
        ". The chance moves by news alone: what everybody could expect is in it from the beginning.",
      ),
      smallPrint(
        `A win is a bet within ${NEAR} years of the largest change. The histories are the middle one of those that end before ${REVOLUTIONS - 1} and the middle one of the others, among the first ${RUNS}. Future k has the same luck from whatever year it is played, so two years differ by what happened between them.`,
        `The model knows the dates of 1848: that a wave of revolution would come then is given to every history. The same on a command line: python -m regimesim explain +scenario=concert replicate=${this.early.replicate} futures=${FUTURES}.`,
        "What happens keeps its luck while something else is replaced; that makes such comparisons fair (arXiv 2603.11084).",
      ),
      onward(
        "Which of these numbers hang on the assumptions? Change them, and look for turning points in other histories.",
        "#sandbox",
        "To the sandbox",
      ),
      h("p", {}, h("a", { href: "#state" }, "Or rule one of these states yourself, year by year.")),
    ];
  }
}

const largest = ({ points }) =>
  [...points].sort((a, b) => Math.abs(b.change) - Math.abs(a.change))[0] ?? null;

/** Whether an end was an accident: how likely it was that it would not come, as the year began that turned it. */
function judged(course, which) {
  const point = largest(course);
  const [year, chance] = point ? [point.year, point.before] : [0, course.chance[0]];
  const when = yearOf(course, year);
  const until = dateOf(course.design, course.question.until);
  const open = `as ${when} began, cooperation lasted to ${until} in ${percent(chance)} of the futures`;
  if (chance >= HALF) return `${which} was an accident: ${open}. It took what happened then.`;
  if (chance >= LITTLE) return `${which} was neither an accident nor bound to come: ${open}.`;
  return `${which} was no accident: ${open}. If not in this way, it would most likely have ended in another.`;
}

/* Play a state, year by year: see what it would see, decide towards each other, be reckoned with at the end.
 *
 * A game is its address: the world, the state, the years, the class code and the decisions. With it the run is played
 * again from the beginning, so a link brings back everything.
 */

import { button, h, number, put, say, spoken, table, tell } from "./dom.js";
import { engine } from "./engine.js";
import { dated, happened, publicly } from "./history.js";
import { Lanes } from "./lanes.js";
import { keyOf, seedOf, whole } from "./link.js";
import { drawMap, inWords, layout, mapKey } from "./map.js";
import { breath } from "./pool.js";
import {
  scrolled,
  chosen,
  seenIn,
  note,
  setIntentions,
  playRound,
  pairIn,
  frameOf,
  adviceOf,
} from "./sight.js";
import { choose, lead } from "./stage.js";

const OTHERS = 200;
const MOST_YEARS = 40;
const RULES = {
  prudent: "as a prudent cabinet would",
  keep: "always cooperate",
  like: "answer like with like",
  never: "never forgive",
  cheat: "always defect",
};

/** A game as it begins. */
const fresh = () => ({
  key: "own" in engine.catalogue.data.designs ? "own" : "europe_1816 concert",
  states: [engine.catalogue.data.designs.own ? 0 : 3],
  years: 15,
  code: 1816n,
  moves: [],
});

export class StateGame {
  constructor(place, query) {
    this.place = place;
    this.live = true;
    this.game = fresh();
    try {
      if (query) this.game = this.read(query);
    } catch (error) {
      tell(`${error.message} A new game is shown.`);
      this.game = fresh();
    }
    this.build();
    if (this.game.moves.length || query) this.play();
  }

  leave() {
    this.live = false;
  }

  /* ---- the address ---- */

  read(query) {
    const given = new Map(new URLSearchParams(query));
    const game = fresh();
    const [world, order] = [given.get("world"), given.get("order")];
    if (world !== undefined) game.key = keyOf(world, order);
    const { states } = engine.catalogue.data.designs[game.key];
    if (given.has("states"))
      game.states = given
        .get("states")
        .split(",")
        .map((name) => states.indexOf(name));
    else game.states = [Math.min(game.states[0], states.length - 1)];
    if (!game.states.length || game.states.includes(-1) || new Set(game.states).size < game.states.length)
      throw new Error(`Choose among the states ${states.join(", ")}.`);
    if (given.has("years")) game.years = whole("years", given.get("years"), 1, MOST_YEARS);
    if (given.has("code")) game.code = seedOf(given.get("code"));
    const letters = game.states.length * (states.length - 1);
    game.moves = (given.get("moves") ?? "").split(".").filter(Boolean);
    if (
      game.moves.length > game.years ||
      game.moves.some((move) => move.length !== letters || /[^CD]/.test(move))
    ) {
      throw new Error(`The moves of a year are ${letters} letters, C or D.`);
    }
    return game;
  }

  address() {
    const { key, states, years, code, moves } = this.game;
    const [world, order] = key.split(" ");
    const names = states.map((k) => this.design.states[k]).join(",");
    const parts = [
      ["world", world],
      ...(order ? [["order", order]] : []),
      ["states", names],
      ["years", years],
      ["code", code],
      ...(moves.length ? [["moves", moves.join(".")]] : []),
    ];
    history.replaceState(null, "", `#state?${parts.map((part) => part.join("=")).join("&")}`);
  }

  get design() {
    const design = engine.catalogue.compose(this.game.key, { years: this.game.years });
    return {
      ...design,
      strategies: design.strategies.map((number_, k) => (this.game.states.includes(k) ? -1 : number_)),
    };
  }

  /** Positions of the other states, for one that is played. */
  others(own) {
    return this.design.states.map((_, k) => k).filter((k) => k !== own);
  }

  /* ---- setting up ---- */

  build() {
    const { data } = engine.catalogue;
    const worlds = [
      ...("own" in data.designs ? [["own", data.designs.own.title]] : []),
      ...Object.entries(data.scenarios).map(([, { title, world, order }]) => [`${world} ${order}`, title]),
    ];
    const world = h(
      "select",
      {
        id: "game-world",
        onchange: () => {
          this.game = { ...this.game, key: world.value, states: [0], moves: [] };
          this.build();
        },
      },
      worlds.map(([key, title]) => h("option", { value: key, selected: key === this.game.key }, title)),
    );
    const years = h("input", {
      id: "game-years",
      type: "text",
      inputmode: "numeric",
      value: String(this.game.years),
    });
    const code = h("input", {
      id: "game-code",
      type: "text",
      inputmode: "numeric",
      value: String(this.game.code),
    });
    const boxes = this.design.states.map((name, k) =>
      h(
        "label",
        { class: "check" },
        h("input", { type: "checkbox", value: k, checked: this.game.states.includes(k) }),
        ` ${spoken(name)}`,
      ),
    );
    const begin = () => {
      try {
        const states = boxes
          .map((label) => label.firstChild)
          .filter((box) => box.checked)
          .map((box) => Number(box.value));
        if (!states.length) throw new Error("Choose at least one state to play.");
        this.game = {
          ...this.game,
          states,
          years: whole("years", years.value, 1, MOST_YEARS),
          code: seedOf(code.value),
          moves: [],
        };
        tell();
        this.play();
      } catch (error) {
        tell(error.message);
      }
    };
    this.table = h("div", { class: "game" });
    this.setup = h(
      "details",
      { class: "card setup no-print", open: true },
      h("summary", {}, "The game"),
      h(
        "p",
        {},
        "Each year you decide whether to cooperate with each other state or to defect. The others are prudent: they cooperate where it pays at the trust they have. You see what your envoys report, and they may be wrong.",
      ),
      h(
        "div",
        { class: "pickers" },
        h("label", { for: "game-world" }, "World", world),
        h("label", { for: "game-years" }, "Years", years),
        h("label", { for: "game-code" }, "Class code", code),
      ),
      h(
        "fieldset",
        {},
        h("legend", {}, "You play (several: take turns at one screen)"),
        h("div", { class: "checks" }, boxes),
      ),
      h(
        "p",
        { class: "quiet" },
        "The class code is the luck of the world. With the same code everybody meets the same accidents, leaders and revolutions: compare what you made of them.",
      ),
      button("Begin", begin, { class: "primary" }),
    );
    put(this.place, h("h1", {}, "Play a state"), this.setup, this.table);
  }

  /* ---- a year ---- */

  /** Play the whole game so far again, and ask for the next year. */
  play() {
    const { lanes, log } = this.replay(this.game.moves);
    const { moves, years } = this.game;
    this.setup.open = false;
    this.address();
    this.turn = { move: "", player: 0 };
    if (moves.length >= years) this.over(log);
    else this.ask(lanes, log);
  }

  /** The game by its moves, in one lane, with what every played state saw. */
  replay(moves) {
    const lanes = new Lanes(engine.kernel, this.design, [0], this.game.code);
    const log = moves.map((move, year) => this.oneYear(lanes, move, year));
    return { lanes, log };
  }

  oneYear(lanes, move, year) {
    const { perYear, states } = lanes.design;
    const [n, events] = [states.length, new Set()];
    const seen = this.game.states.map((own) =>
      this.others(own).map((other) => ({ other, dealt: 0, did: 0, saw: 0, war: false, apart: 0 })),
    );
    for (let round = 0; round < perYear; round += 1) {
      const before = publicly(lanes);
      playRound(lanes, this.game.states, move, n);
      this.game.states.forEach((own, p) => seen[p].forEach((row) => note(lanes.world, row, own, n)));
      for (const { text, kind } of happened(lanes, before, false)) if (kind !== "open") events.add(text);
    }
    return { year, move, seen, events: [...events] };
  }

  ask(lanes, log) {
    const own = this.game.states[this.turn.player];
    const others = this.others(own);
    const { states } = this.design;
    const frame = frameOf(lanes, own);
    const advice = adviceOf(lanes, own, others);
    const year = log.length;
    const rows = others.map((other, k) => this.decision(frame, log, own, other, k, advice[k]));
    const decide = button(
      `Decide for ${spoken(states[own])}`,
      () => {
        this.turn.move += rows.map(({ value }) => value()).join("");
        this.turn.player += 1;
        if (this.turn.player < this.game.states.length) {
          this.ask(lanes, log);
          return;
        }
        this.game.moves = [...this.game.moves, this.turn.move];
        this.play();
      },
      { class: "primary" },
    );
    const title = `${dated(this.design, year)}: you are ${spoken(states[own])}`;
    const block = h(
      "section",
      { class: "card", tabindex: "-1", "aria-label": title },
      h("h2", {}, title),
      h("p", { class: "quiet" }, `Year ${year + 1} of ${this.game.years}`),
      this.news(log.at(-1)),
      drawMap(
        this.design,
        layout(this.design),
        frame,
        `Your trust in the others on the map. ${inWords(this.design, frame)}`,
      ),
      mapKey(),
      h(
        "div",
        { class: "decisions" },
        rows.map(({ element }) => element),
      ),
      decide,
    );
    put(this.table, block, this.archive(log));
    say(title);
    if (year || this.turn.player) block.focus({ preventScroll: true });
  }

  news(last) {
    if (!last) return h("p", {}, "Nothing has happened yet.");
    return last.events.length
      ? h(
          "ul",
          { class: "plain-list" },
          last.events.map((text) => h("li", {}, text)),
        )
      : h("p", {}, "A quiet year.");
  }

  /** One other state: what was seen of it last year, and the choice. */
  decision(frame, log, own, other, k, advice) {
    const name = spoken(this.design.states[other]);
    const row = log.at(-1)?.seen[this.turn.player][k];
    const group = `towards-${other}`;
    const before = log.at(-1)?.move[this.turn.player * this.others(own).length + k] ?? "C";
    const radio = (value, text) =>
      h(
        "label",
        { class: "check" },
        h("input", { type: "radio", name: group, value, checked: value === before }),
        ` ${text}`,
      );
    const [keep, cheat] = [radio("C", "cooperate"), radio("D", "defect")];
    const fixed = pairIn(frame.war, own, other)
      ? "You are at war."
      : pairIn(frame.estranged, own, other)
        ? "You are estranged: no dealings for now."
        : "";
    const element = h(
      "fieldset",
      { class: "decision" },
      h("legend", {}, name),
      h("div", { class: "checks" }, keep, cheat),
      h(
        "p",
        { class: "quiet" },
        fixed || seenIn(row),
        " ",
        `Your trust: ${Math.round(100 * frame.trust[other])} %.`,
      ),
      h("details", {}, h("summary", {}, "What your cabinet says"), h("p", { class: "quiet" }, advice)),
    );
    return { element, value: () => (cheat.firstChild.checked ? "D" : "C") };
  }

  archive(log) {
    if (!log.length) return null;
    return h(
      "details",
      { class: "card archive" },
      h("summary", {}, "Your archives"),
      h(
        "ol",
        { reversed: true, class: "plain-list" },
        [...log].reverse().map((entry) =>
          h(
            "li",
            {},
            h("strong", {}, dated(this.design, entry.year)),
            " ",
            this.game.states.map((own, p) =>
              entry.seen[p].map(
                (row, k) =>
                  `${this.game.states.length > 1 ? `${spoken(this.design.states[own])} towards ` : ""}${spoken(this.design.states[row.other])}: ${chosen(entry.move, p, k, entry.seen[p].length)}; ${seenIn(row)} `,
              ),
            ),
            entry.events.join(" "),
          ),
        ),
      ),
    );
  }

  /* ---- the reckoning ---- */

  async over(log) {
    const names = this.game.states.map((k) => spoken(this.design.states[k]));
    const waiting = h("p", { class: "quiet" }, `Playing your decisions with ${OTHERS} other seeds …`);
    const block = h(
      "section",
      { class: "card", tabindex: "-1" },
      h("h2", {}, "Before the reckoning"),
      this.news(log.at(-1)),
    );
    put(this.table, block, this.archive(log));
    block.append(
      choose(
        `Would a prudent cabinet have earned more than you, with ${OTHERS} other seeds?`,
        [
          ["more", "More"],
          ["same", "About the same"],
          ["less", "Less"],
        ],
        async (bet) => {
          block.append(waiting);
          await breath();
          await this.reckon(bet, log, names);
        },
      ),
    );
    block.focus({ preventScroll: true });
  }

  /** Mean earnings a year and first own war of each played state, in some replicates, by moves or by a rule. */
  course(replicates, { decide, learn }) {
    const { design } = this;
    const lanes = new Lanes(engine.kernel, design, replicates, this.game.code);
    const count = replicates.length;
    const n = design.states.length;
    const earned = this.game.states.map(() => new Float64Array(count));
    const war = this.game.states.map(() => new Uint8Array(count));
    for (let t = 0; t < design.rounds; t += 1) {
      lanes.decide();
      decide?.(lanes, Math.floor(t / design.perYear));
      lanes.carryOut();
      learn?.(lanes);
      this.game.states.forEach((own, p) => {
        for (let lane = 0; lane < count; lane += 1) {
          earned[p][lane] += lanes.world.payoff[own * count + lane];
          for (let other = 0; other < n; other += 1)
            if (lanes.world.at_war[(own * n + other) * count + lane] > 0) war[p][lane] = 1;
        }
      });
    }
    return {
      earned: earned.map((sums) => [...sums].map((sum) => sum / this.game.years)),
      war: war.map((marks) => [...marks]),
    };
  }

  /** A simple rule in the place of decisions: what it intends, and what it learns of a round. */
  rule(name) {
    const memory = new Map();
    const each = (lanes, task) => {
      for (const own of this.game.states)
        for (const other of this.others(own)) {
          const first = (own * lanes.states + other) * lanes.lanes;
          for (let at = first; at < first + lanes.lanes; at += 1) if (lanes.world.open[at]) task(at);
        }
    };
    const next = {
      keep: () => true,
      cheat: () => false,
      like: (last, seen) => seen,
      never: (last, seen) => last && seen,
    }[name];
    const first = name !== "cheat";
    return {
      decide: (lanes) =>
        each(lanes, (at) => {
          lanes.world.intend[at] = Number(memory.get(at) ?? first);
        }),
      learn: (lanes) =>
        each(lanes, (at) => memory.set(at, next(memory.get(at) ?? first, Boolean(lanes.world.seen[at])))),
    };
  }

  async reckon(bet, log, names) {
    const { moves, states } = this.game;
    const n = this.design.states.length;
    const byMoves = { decide: (lanes, year) => setIntentions(lanes, states, moves[year], n) };
    const mine = this.course([0], byMoves);
    const seeds = Array.from({ length: OTHERS }, (_, k) => k + 1);
    const many = this.course(seeds, byMoves);
    const rules = {};
    for (const name of Object.keys(RULES)) {
      await breath();
      if (!this.live) return;
      rules[name] = this.course(seeds, name === "prudent" ? {} : this.rule(name));
    }
    this.results({ bet, log, names, mine, many, rules });
  }

  results({ bet, log, names, mine, many, rules }) {
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const block = h(
      "section",
      { class: "card sheet", tabindex: "-1" },
      h("h2", {}, "The reckoning"),
      h(
        "p",
        {},
        `${engine.catalogue.data.designs[this.game.key].title}; ${this.game.years} years; class code ${this.game.code}; you played ${names.join(" and ")}.`,
      ),
    );
    names.forEach((name, p) => {
      const [own, prudent] = [mean(many.earned[p]), mean(rules.prudent.earned[p])];
      const came = Math.abs(own - prudent) < 0.05 ? "same" : prudent > own ? "more" : "less";
      const better = many.earned[p].filter((value, k) => value > rules.prudent.earned[p][k]).length;
      const all = Object.entries(rules).map(([rule, course]) => [
        rule,
        mean(course.earned[p]),
        mean(course.war[p]),
      ]);
      const best = all.reduce((a, b) => (b[1] > a[1] ? b : a));
      block.append(
        h("h3", {}, name),
        h(
          "p",
          {},
          `With the luck of this game ${name} earned ${number(mine.earned[p][0])} a year${mine.war[p][0] ? " and fought a war" : " and kept out of war"}. `,
          p === 0 ? (came === bet ? "You win your bet. " : "Not as you bet. ") : "",
          `With ${OTHERS} other seeds your decisions earn ${number(own)} a year on average, a prudent cabinet ${number(prudent)}; yours are better with ${better} of ${OTHERS}.`,
        ),
        scrolled(
          `${name} with ${OTHERS} other seeds`,
          ["To decide", "earns a year", "has a war"],
          [
            ["as you did", number(own), `${Math.round(100 * mean(many.war[p]))} %`],
            ...all.map(([rule, earned, war]) => [
              RULES[rule] + (rule === best[0] ? " (the best rule)" : ""),
              number(earned),
              `${Math.round(100 * war)} %`,
            ]),
          ],
        ),
        this.hidden(p, name),
      );
    });
    block.append(
      h("h3", {}, "Your decisions"),
      scrolled(
        "C: cooperate, D: defect",
        [
          "Year",
          ...this.game.states.flatMap((own, p) =>
            this.others(own).map(
              (other) => `${names.length > 1 ? `${names[p]}–` : ""}${spoken(this.design.states[other])}`,
            ),
          ),
        ],
        log.map(({ year, move }) => [dated(this.design, year), ...move]),
      ),
      h(
        "p",
        { class: "quiet" },
        "Lucky or wise? What counts is not this game but the 200 others: a lucky gamble is not a good policy.",
      ),
      h(
        "div",
        { class: "tools no-print" },
        button("Print this sheet", () => print()),
        button("Play again with the same code", () => {
          this.game = { ...this.game, moves: [] };
          this.play();
        }),
      ),
    );
    put(this.table, block, this.archive(log));
    lead(block);
  }

  /** What could not be seen: what others really did. */
  hidden(p, name) {
    const lanes = new Lanes(engine.kernel, this.design, [0], this.game.code);
    const own = this.game.states[p];
    const n = this.design.states.length;
    const rows = this.others(own).map((other) => ({ other, betrayed: 0, wrongly: 0, missed: 0 }));
    while (lanes.round < lanes.design.rounds) {
      playRound(lanes, this.game.states, this.game.moves[Math.floor(lanes.round / lanes.design.perYear)], n);
      for (const row of rows) {
        const [to, back] = [own * n + row.other, row.other * n + own];
        if (!lanes.world.open[to]) continue;
        const [done, seen] = [lanes.world.action[back], lanes.world.seen[to]];
        row.betrayed += Number(!done);
        row.wrongly += Number(done && !seen);
        row.missed += Number(!done && seen);
      }
    }
    return scrolled(
      `What ${name} could not see: seasons in which another defected, in which it saw a defection that was none, in which it missed one; and the trust of the other at the end`,
      ["", "defected", "falsely seen to", "missed", "its trust"],
      rows.map(({ other, betrayed, wrongly, missed }) => [
        spoken(this.design.states[other]),
        betrayed,
        wrongly,
        missed,
        `${Math.round(100 * lanes.world.trust[other * n + own])} %`,
      ]),
    );
  }
}

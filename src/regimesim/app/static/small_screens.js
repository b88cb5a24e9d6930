/* Screens 1 to 5, played with a small game of two in plain view: what misperception, leniency, the future and third parties do. */

import { dots, histogram, lines } from "./charts.js";
import { button, h, listed, number, put, say } from "./dom.js";
import { face, portrait } from "./faces.js";
import {
  CASE,
  chance,
  earns,
  enforce,
  everyWay,
  fixed,
  play,
  POINTS,
  points,
  TEMPERS,
  total,
} from "./games.js";
import { choose, names, onward, slider, smallPrint, term, verdict, wager } from "./stage.js";

const GAMES = 1000;
const LUCK = 1815;

const said = (keeps) => (keeps ? "kept the deal" : "cheated");
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const small =
  "The game of this screen is a small one of two, written for this page. From the screen “A small country in between” on, the full model plays.";

/** Two buttons for a move; `moved(keeps)`. */
function moves(moved) {
  return h(
    "div",
    { class: "choices" },
    button("Keep the deal", () => moved(true), { class: "keep" }),
    button("Cheat", () => moved(false), { class: "cheat" }),
  );
}

function rule() {
  return h(
    "p",
    { class: "rule-line" },
    `Both keep: ${POINTS.reward} points each. One cheats: ${POINTS.temptation} for the cheat, ${POINTS.sucker} for the other. Both cheat: ${POINTS.punishment} each.`,
  );
}

/** The years of a game so far, as a list. */
function ledger(rival) {
  const list = h("ol", { class: "ledger", "aria-label": "The years so far" });
  return {
    list,
    row: (text, own, other) =>
      list.append(
        h(
          "li",
          {},
          face("You", own > other ? 1 : own < other ? -1 : 0),
          h("span", {}, text),
          face(rival, other > own ? 1 : other < own ? -1 : 0),
        ),
      ),
  };
}

/* ---------- 1: a deal ---------- */

export function deal(stage) {
  const years = 5;
  const mine = [];
  stage.add(
    h("div", { class: "faces" }, portrait("You"), portrait("Tilda", 0, false)),
    h(
      "p",
      {},
      "You and Tilda rule neighbouring countries. Each year each of you keeps a deal or cheats. You choose at the same time; then you see what she did. You play five years.",
    ),
    rule(),
  );
  stage.add(
    choose(
      "You do not know Tilda yet. Who will have more points after five years?",
      [
        ["I", "I"],
        ["she", "Tilda"],
        ["same", "Neither"],
      ],
      (bet) => playOn(bet),
    ),
  );
  stage.begin();

  function playOn(bet) {
    const game = ledger("Tilda");
    const place = h("div", {});
    const block = stage.add(h("h2", {}, "Five years with Tilda"), game.list, place);
    const ask = () =>
      put(
        place,
        h("p", {}, `Year ${mine.length + 1} of ${years}. What do you do?`),
        moves((keeps) => {
          mine.push(keeps);
          const last = play([fixed(mine), TEMPERS.like], mine.length, 0, chance(1)).at(-1).moves;
          const [own, other] = [earns(last[0], last[1]), earns(last[1], last[0])];
          const text = `You ${said(last[0])}, Tilda ${said(last[1])}: ${own} for you, ${other} for her.`;
          game.row(text, own, other);
          say(text);
          if (mine.length < years) ask();
          else {
            put(place);
            reckon(bet);
          }
        }),
        ...focused(block),
      );
    ask();
  }

  function reckon(bet) {
    const ways = everyWay(years);
    const all = ways.map((way) => points(play([fixed(way), TEMPERS.like], years, 0, chance(1))));
    const own = ways.findIndex((way) => way.every((keeps, k) => keeps === mine[k]));
    const [yours, hers] = all[own];
    const came = yours > hers ? "I" : yours < hers ? "she" : "same";
    const outcome = `You have ${yours} points, Tilda has ${hers}.`;
    const best = Math.max(...all.map(([you]) => you));
    const ahead = all.filter(([you, her]) => you > her).length;
    const behind = all.filter(([you, her]) => you < her).length;
    stage.add(
      verdict(came === bet, outcome),
      h(
        "p",
        {},
        `Tilda did each year what you had done the year before. There are only ${ways.length} ways to play five years with her. Here is what you would have with each:`,
      ),
      dots({
        values: all.map(([you]) => you),
        own,
        title: "Each dot: one way to play",
        below: "your points",
        said: `The 32 ways to play earn from ${Math.min(...all.map(([you]) => you))} to ${best} points; yours earned ${yours}.`,
      }),
      h(
        "p",
        {},
        `You end ahead of her in ${ahead} ways, and behind in ${behind === 0 ? "none" : behind}. But to be ahead is not to do well. Whoever cheats every year is ahead and has ${all.at(-1)[0]} points. Whoever keeps the deal every year is not ahead and has ${all[0][0]}.`,
      ),
      names(
        "To keep the deal is called ",
        term("cooperation"),
        ", to cheat ",
        term("defection"),
        ". Whatever the other does, you earn more by defecting; but if both defect, both earn less. That is the ",
        term("Prisoners’ Dilemma"),
        ". Tilda’s rule is ",
        term("tit for tat"),
        ".",
      ),
      smallPrint(
        "The best of all ways cheats in the last year only, when nobody can answer any more. If both know which year is the last, that thought eats up the year before it, and the one before that. The fourth screen comes back to it.",
        "Source: Axelrod, The Evolution of Cooperation, 1984; the points are his.",
        small,
      ),
      onward("You always saw exactly what Tilda did. What if you sometimes see it wrong?", "#fog"),
    );
  }
}

/** Lead the keyboard to the first button of a block, once it is there. */
function focused(block) {
  queueMicrotask(() => block.querySelector("button:not(:disabled)")?.focus({ preventScroll: true }));
  return [];
}

/* ---------- 2: fog ---------- */

export function fog(stage) {
  const [years, wrong] = [8, 1 / 6];
  const random = chance(Date.now() % 1e9);
  const [done, seenByHer, rows] = [[], [], []];
  stage.add(
    h("div", { class: "faces" }, portrait("You"), portrait("Tilda")),
    h(
      "p",
      {},
      "The same deal with Tilda, for eight years, but in fog: one report in six is wrong, yours and hers. Tilda still does what she believes you did. When your envoy reports that she cheated, you must bet: did she, or did he misread?",
    ),
    rule(),
  );
  const game = ledger("Tilda");
  const place = h("div", {});
  const block = stage.add(h("h2", {}, "Eight years in the fog"), game.list, place);
  stage.begin();
  ask();

  function ask() {
    if (rows.length === years) {
      put(place);
      truth();
      return;
    }
    put(
      place,
      h("p", {}, `Year ${rows.length + 1} of ${years}. What do you do?`),
      moves((keeps) => {
        const hers = seenByHer.at(-1) ?? true;
        done.push(keeps);
        seenByHer.push(random() < wrong ? !keeps : keeps);
        const report = random() < wrong ? !hers : hers;
        report ? note(keeps, hers, report, null) : doubt(keeps, hers);
      }),
      ...(rows.length ? focused(block) : []),
    );
  }

  function doubt(keeps, hers) {
    const text = `Your envoy reports: Tilda cheated.`;
    say(text);
    put(
      place,
      h("p", {}, `You ${said(keeps)}. ${text}`),
      choose(
        "Did she cheat, or did he misread?",
        [
          [false, "She cheated"],
          [true, "He misread"],
        ],
        (bet) => note(keeps, hers, false, bet),
      ),
      ...focused(block),
    );
  }

  function note(keeps, hers, report, bet) {
    rows.push({ keeps, hers, report, bet });
    const text = `You ${said(keeps)}; report: she ${said(report)}.`;
    game.row(text, Number(!report), 0);
    say(text);
    ask();
  }

  function truth() {
    const doubts = rows.filter(({ bet }) => bet !== null);
    const right = doubts.filter(({ hers, bet }) => hers === bet).length;
    const wrongly = rows.filter(({ hers, report }) => hers && !report).length;
    const cheated = rows.filter(({ hers }) => !hers).length;
    stage.add(
      h("h2", {}, "What she really did"),
      h(
        "ol",
        { class: "ledger plain" },
        rows.map(({ keeps, hers, report }) =>
          h(
            "li",
            { class: hers === report ? "" : "misread" },
            h(
              "span",
              {},
              `You ${said(keeps)}, she ${said(hers)}${hers === report ? "" : ` — reported: ${said(report)}`}`,
            ),
          ),
        ),
      ),
      h(
        "p",
        {},
        doubts.length
          ? `You were right in ${right} of ${plural(doubts.length, "doubt")}. `
          : "Your envoy never reported that she cheated. ",
        `She cheated in ${plural(cheated, "year")}; ${wrongly === 0 ? "no report accused her falsely" : `${plural(wrongly, "report")} accused her falsely`}.`,
      ),
    );
    stage.add(
      wager(
        "Now 1,000 games without you: two rulers like Tilda, 50 years, one report in twenty wrong. Both begin by keeping the deal. In how many years will both keep it, on average?",
        { low: 0, high: 50, start: 40, written: (value) => plural(value, "year") },
        many,
      ),
    );
  }

  function many(bet) {
    const dice = chance(LUCK);
    const kept = (misread) =>
      Array.from(
        { length: GAMES },
        () =>
          play([TEMPERS.like, TEMPERS.like], 50, misread, dice).filter((round) => round.moves.every(Boolean))
            .length,
      );
    const found = kept(0.05);
    const average = mean(found);
    stage.add(
      verdict(
        Math.abs(bet - average) <= 5,
        `You bet ${bet} years. In 1,000 games it is ${number(average, 0)} years of 50 on average.`,
      ),
      histogram({
        values: found,
        low: 0,
        high: 50,
        bin: 2,
        title: "1,000 games",
        below: "years in which both keep the deal",
        marks: [
          [bet, `your bet: ${bet}`, "bet"],
          [average, `mean: ${number(average, 0)}`, "truth"],
        ],
        said: `In 1,000 games both keep the deal in ${number(average, 0)} years of 50 on average. You bet ${bet}.`,
      }),
      h(
        "p",
        {},
        "Nobody here wants to cheat. One wrong report is enough: the answer to it is answered, and that is answered again.",
      ),
      names(
        "To see wrongly what the other did is ",
        term("misperception"),
        "; an accusation of somebody who kept the deal is a ",
        term("false alarm"),
        ". How well states see what others do is their ",
        term("transparency"),
        ".",
      ),
      smallPrint(
        "A win is a bet within five years of the mean. Without fog both keep the deal in all 50 years.",
        "Sources: Jervis, Perception and Misperception in International Politics, 1976; Molander 1985 for tit for tat with errors.",
        small,
      ),
      onward("Nobody meant harm. What would have stopped the quarrel?", "#forgive"),
    );
  }
}

/* ---------- 3: forgiving ---------- */

export function forgive(stage) {
  stage.add(
    h(
      "div",
      { class: "faces" },
      ["Kaja", "Bruno", "Tilda"].map((name) =>
        h(
          "div",
          { class: "portrait" },
          face(name),
          h("strong", {}, name),
          h("span", { class: "quiet" }, "plays your rule"),
        ),
      ),
      portrait("Viktor"),
    ),
    h(
      "p",
      {},
      "Still fog: one report in twenty is wrong. You have four neighbours. Three of them play whatever rule you play. The fourth is Viktor, and he always cheats. You cannot tell beforehand who is who.",
    ),
    h(
      "p",
      {},
      "Your rule: keep the deal with those who were reported to keep it. After a report of a cheat, forgive sometimes, and cheat back otherwise.",
    ),
  );
  stage.add(
    wager(
      "How often should you forgive, to earn most with all four together?",
      { low: 0, high: 100, step: 5, start: 50, written: (value) => `${value} % of the time` },
      reveal,
    ),
  );
  stage.begin();

  function reveal(bet) {
    const dice = chance(LUCK);
    const xs = Array.from({ length: 21 }, (_, k) => 5 * k);
    const earned = xs.map((x) => {
      const temper = TEMPERS.forgiving(x / 100);
      const against = (other) =>
        mean(Array.from({ length: GAMES / 4 }, () => points(play([temper, other], 50, 0.05, dice))[0] / 50));
      return [against(temper), against(TEMPERS.cheat)];
    });
    const together = earned.map(([like, cheat]) => (3 * like + cheat) / 4);
    const top = Math.max(...together);
    const best = xs[together.indexOf(top)];
    const yours = together[xs.indexOf(bet)];
    const never = together[0];
    const won = yours - never >= 0.9 * (top - never);
    stage.add(
      verdict(
        won,
        `With ${bet} % you earn ${number(yours, 2)} points a year; the best is ${best} %, with ${number(top, 2)}.`,
      ),
      lines({
        xs,
        low: 0,
        high: 3.4,
        title: "Points a year (250 games each)",
        below: "how often you forgive, in %",
        series: [
          { label: "with those who play your rule", values: earned.map(([like]) => like), kind: "like" },
          { label: "with Viktor", values: earned.map(([, cheat]) => cheat), kind: "against" },
          { label: "with all four", values: together, kind: "together" },
        ],
        marks: [[bet, `your bet: ${bet} %`, "bet"]],
        said: `All four together earn you ${number(never, 2)} points a year if you never forgive, ${number(top, 2)} if you forgive in ${best} %, and ${number(together.at(-1), 2)} if you always do.`,
      }),
      h(
        "p",
        {},
        "Never to forgive ruins you with your friends, because of the fog. Always to forgive makes you Viktor’s prey. Between the two, a wide middle is nearly as good as the best.",
      ),
      names(
        "To answer a defection by withdrawing cooperation is ",
        term("punishment"),
        "; to let it pass is ",
        term("leniency"),
        ". Too little of it lets misperceptions run on; too much invites defection.",
      ),
      smallPrint(
        "A win is a rule that gains at least 90 % of what the best gains over never forgiving.",
        "Sources: Axelrod and Dion 1988; Nowak and Sigmund 1992 for generous tit for tat.",
        small,
      ),
      onward("A threat to punish works only if there is a tomorrow. How much of a tomorrow?", "#shadow"),
    );
  }
}

/* ---------- 4: the shadow of the future ---------- */

export function shadow(stage) {
  const random = chance((Date.now() % 1e9) + 7);
  const again = 0.8;
  const mine = [];
  stage.add(
    h("div", { class: "faces" }, portrait("You"), portrait("Grete")),
    h(
      "p",
      {},
      "Grete keeps the deal until you cheat her once. From then on she never keeps it again. There is no fog. After each year a die decides whether you two meet again: the chance is 80 in 100.",
    ),
    rule(),
  );
  const game = ledger("Grete");
  const place = h("div", {});
  const block = stage.add(h("h2", {}, "As long as the die lets you"), game.list, place);
  stage.begin();
  let sum = 0;
  ask();

  function ask() {
    put(
      place,
      h("p", {}, `Year ${mine.length + 1}. What do you do?`),
      moves((keeps) => {
        mine.push(keeps);
        const { moves: last } = play([fixed(mine), TEMPERS.never], mine.length, 0, random).at(-1);
        const own = earns(last[0], last[1]);
        sum += own;
        game.row(
          `You ${said(last[0])}, Grete ${said(last[1])}: ${own} for you.`,
          own,
          earns(last[1], last[0]),
        );
        if (random() < again && mine.length < 20) {
          say(`${own} points. You meet again.`);
          ask();
        } else over();
      }),
      ...(mine.length ? focused(block) : []),
    );
  }

  function over() {
    put(
      place,
      h("p", {}, `The die ends it after ${plural(mine.length, "year")}. You have ${plural(sum, "point")}.`),
    );
    stage.add(
      wager(
        "You could cheat Grete at once, or always keep the deal. From what chance to meet again on does it earn more to keep it?",
        { low: 0, high: 100, step: 5, start: 75, written: (value) => `${value} in 100` },
        reveal,
      ),
    );
  }

  function reveal(bet) {
    const dice = chance(LUCK);
    const xs = Array.from({ length: 19 }, (_, k) => 5 * k);
    const earned = xs.map((x) => {
      const lengths = Array.from({ length: GAMES }, () => {
        let n = 1;
        while (dice() < x / 100) n += 1;
        return n;
      });
      return [
        mean(lengths.map((n) => POINTS.reward * n)),
        mean(lengths.map((n) => POINTS.temptation + POINTS.punishment * (n - 1))),
      ];
    });
    const needed = (POINTS.temptation - POINTS.reward) / (POINTS.temptation - POINTS.punishment);
    const sentence = h("p", { class: "live", "aria-live": "polite" });
    const show = (value) => {
      const [keep, cheat] = earned[xs.indexOf(value)];
      put(
        sentence,
        `At ${value} in 100, keeping the deal earns ${number(keep, 1)} points on average and cheating at once ${number(cheat, 1)}: `,
        h(
          "strong",
          {},
          Math.abs(value - 100 * needed) < 1
            ? "about the same."
            : keep > cheat
              ? "it pays to keep it."
              : "it pays to cheat.",
        ),
      );
    };
    const { element } = slider({
      label: "Chance to meet again",
      low: 0,
      high: 90,
      step: 5,
      start: 80,
      written: (value) => `${value} in 100`,
      moved: show,
    });
    show(80);
    stage.add(
      verdict(Math.abs(bet - 100 * needed) <= 5, `You bet ${bet} in 100. It is ${100 * needed} in 100.`),
      lines({
        xs,
        low: 0,
        high: 30,
        title: "Points, mean of 1,000 games each",
        below: "chance to meet again, in 100",
        series: [
          { label: "always keep it", values: earned.map(([keep]) => keep), kind: "together" },
          { label: "cheat at once", values: earned.map(([, cheat]) => cheat), kind: "against" },
        ],
        marks: [[bet, `your bet: ${bet}`, "bet"]],
        said: "Keeping the deal earns more than cheating at once from a chance of 50 in 100 on.",
      }),
      element,
      sentence,
      h(
        "p",
        {},
        "The rule did not change, and neither did Grete. Only tomorrow became more likely. That alone turns the better choice around.",
      ),
      names(
        "This is the ",
        term("shadow of the future"),
        ". What next year weighs beside this year is the ",
        term("discount factor"),
        ". The one that is just enough is the ",
        term("critical discount factor"),
        ".",
      ),
      smallPrint(
        `The critical value is (5 − 3) / (5 − 1) = ${number(needed, 2)}: the gain from cheating against the loss in every year after it.`,
        "Sources: Friedman 1971; Axelrod 1984; Taylor, Anarchy and Cooperation, 1976.",
        small,
      ),
      onward("Two can punish each other. What if the cheat lives off somebody else?", "#third"),
    );
  }
}

/* ---------- 5: a third state ---------- */

export function third(stage) {
  const years = 6;
  const mine = [];
  stage.add(
    h(
      "div",
      { class: "faces" },
      ["You", "Tilda", "Bruno", "Grete"].map((name) =>
        h("div", { class: "portrait" }, face(name), h("strong", {}, name)),
      ),
      portrait("Viktor"),
    ),
    h(
      "p",
      {},
      "Viktor robs a small island. Every year four states are asked to shut him out of their trade: you, Tilda, Bruno and Grete. To join costs ",
      h("strong", {}, `${CASE.cost} points`),
      `. If at least ${CASE.enough} of the four join, Viktor is stopped. If not, he robs you too, and you lose `,
      h("strong", {}, `${CASE.damage} points`),
      ".",
    ),
  );
  stage.add(
    choose(
      "It goes on for six years. What will cost you least?",
      [
        ["always", "To join every year"],
        ["sometimes", "To join in some years"],
        ["never", "Never to join"],
      ],
      playOn,
    ),
  );
  stage.begin();

  function playOn(bet) {
    const list = h("ol", { class: "ledger plain", "aria-label": "The years so far" });
    const place = h("div", {});
    const block = stage.add(h("h2", {}, "Six years"), list, place);
    const ask = () =>
      put(
        place,
        h("p", {}, `Year ${mine.length + 1} of ${years}. Do you join?`),
        h(
          "div",
          { class: "choices" },
          button("Join", () => chosen(true), { class: "keep" }),
          button("Stay out", () => chosen(false), { class: "cheat" }),
        ),
        ...focused(block),
      );
    const chosen = (joins) => {
      mine.push(joins);
      const last = enforce(mine).at(-1);
      const who = [
        ...(last.you ? ["you"] : []),
        ...Object.keys(last.others).filter((name) => last.others[name]),
      ];
      const text = `${listed(who)} joined. ${last.worked ? "Viktor is stopped" : "It fails, and Viktor robs you"}: ${last.points === 0 ? "0" : `−${-last.points}`} points.`;
      const line = text.charAt(0).toUpperCase() + text.slice(1);
      list.append(h("li", {}, face("Viktor", last.worked ? -1 : 1), h("span", {}, line)));
      say(line);
      if (mine.length < years) ask();
      else {
        put(place);
        reckon(bet);
      }
    };
    ask();
  }

  function reckon(bet) {
    const ways = everyWay(years);
    const costs = ways.map((way) => total(enforce(way)));
    const own = ways.findIndex((way) => way.every((joins, k) => joins === mine[k]));
    const best = Math.max(...costs);
    const minus = (value) => (value < 0 ? `−${-value}` : String(value));
    stage.add(
      verdict(
        bet === "sometimes",
        `You end with ${minus(costs[own])} points. To join every year costs ${-costs[0]}, never to join ${-costs.at(-1)}, and the cheapest of all ${ways.length} ways ${-best}.`,
      ),
      dots({
        values: costs,
        own,
        title: `Each dot: one of ${ways.length} ways to play`,
        below: "your points",
        said: `Joining always gives ${costs[0]} points, never ${costs.at(-1)}, the best way ${best}; yours gave ${costs[own]}.`,
      }),
      h(
        "p",
        {},
        "Grete always joined. Tilda joined as long as it had worked. Bruno joined if you had joined the year before. So the cheapest was to join every other year and to let the others pay in between. If all four think so at once, nobody stops Viktor; and after one failure Tilda stays out, and it costs years to win her back.",
      ),
      names(
        "To shut out a wrongdoer is a ",
        term("sanction"),
        ". To profit from it without paying is ",
        term("free riding"),
        ", and the trouble it brings is the ",
        term("problem of collective action"),
        ". What others expect of it is its ",
        term("credibility"),
        ".",
      ),
      smallPrint(
        "Sources: Olson, The Logic of Collective Action, 1965; Lipson, Are Security Regimes Possible?, ch. 1. The three rules of Tilda, Bruno and Grete are invented for this screen; in the model each state weighs what it would lose.",
        small,
      ),
      onward("Suppose nobody helps. Can the map help?", "#buffer"),
    );
  }
}

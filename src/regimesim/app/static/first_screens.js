/* Screens 1 to 3, played with the small game: a deal, misperception, leniency. */

import { dots, histogram, lines } from "./charts.js";
import { h, number, put, say } from "./dom.js";
import { face, portrait } from "./faces.js";
import { chance, earns, everyWay, fixed, play, points, TEMPERS } from "./games.js";
import { choose, names, onward, smallPrint, term, verdict, wager } from "./stage.js";
import { focused, GAMES, ledger, LUCK, mean, moves, plural, rule, said, small } from "./table_game.js";

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

/* Screens 4 and 5, played with the small game: the shadow of the future, and a third state. */

import { dots, lines } from "./charts.js";
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
import { focused, GAMES, ledger, LUCK, mean, moves, plural, rule, said, small } from "./table_game.js";

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

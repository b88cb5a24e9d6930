/* The sequence of screens: one idea each, played before it is named. */

import { bars, dots, histogram, lines, survivalPanel } from "./charts.js";
import { button, h, listed, number, put, say } from "./dom.js";
import { curves, median, restrictedMean } from "./durations.js";
import { engine } from "./engine.js";
import { face, portrait } from "./faces.js";
import { CASE, chance, earns, enforce, everyWay, fixed, play, POINTS, points, TEMPERS, total } from "./games.js";
import { Film } from "./film.js";
import { breath, simulate } from "./pool.js";
import { choose, lead, names, onward, progress, slider, smallPrint, term, verdict, wager } from "./stage.js";

const GAMES = 1000;
const RUNS = 1000;
const OF_ORDERS = 300;
const LUCK = 1815;

const said = (keeps) => (keeps ? "kept the deal" : "cheated");
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (value) => `${Math.round(100 * value)} %`;
const small = "The game of this screen is a small one of two, written for this page. From the screen “A small country in between” on, the full model plays.";

/** Two buttons for a move; `moved(keeps)`. */
function moves(moved) {
  return h("div", { class: "choices" },
    button("Keep the deal", () => moved(true), { class: "keep" }), button("Cheat", () => moved(false), { class: "cheat" }));
}

function rule() {
  return h("p", { class: "rule-line" }, `Both keep: ${POINTS.reward} points each. One cheats: ${POINTS.temptation} for the cheat, ${POINTS.sucker} for the other. Both cheat: ${POINTS.punishment} each.`);
}

/** The years of a game so far, as a list. */
function ledger(rival) {
  const list = h("ol", { class: "ledger", "aria-label": "The years so far" });
  return {
    list,
    row: (text, own, other) => list.append(h("li", {}, face("You", own > other ? 1 : own < other ? -1 : 0), h("span", {}, text), face(rival, other > own ? 1 : other < own ? -1 : 0))),
  };
}

/* ---------- 1: a deal ---------- */

function deal(stage) {
  const years = 5;
  const mine = [];
  stage.add(h("div", { class: "faces" }, portrait("You"), portrait("Tilda", 0, false)),
    h("p", {}, "You and Tilda rule neighbouring countries. Each year each of you keeps a deal or cheats. You choose at the same time; then you see what she did. You play five years."), rule());
  stage.add(choose("You do not know Tilda yet. Who will have more points after five years?",
    [["I", "I"], ["she", "Tilda"], ["same", "Neither"]], (bet) => playOn(bet)));
  stage.begin();

  function playOn(bet) {
    const game = ledger("Tilda");
    const place = h("div", {});
    const block = stage.add(h("h2", {}, "Five years with Tilda"), game.list, place);
    const ask = () => put(place, h("p", {}, `Year ${mine.length + 1} of ${years}. What do you do?`), moves((keeps) => {
      mine.push(keeps);
      const last = play([fixed(mine), TEMPERS.like], mine.length, 0, chance(1)).at(-1).moves;
      const [own, other] = [earns(last[0], last[1]), earns(last[1], last[0])];
      const text = `You ${said(last[0])}, Tilda ${said(last[1])}: ${own} for you, ${other} for her.`;
      game.row(text, own, other);
      say(text);
      if (mine.length < years) ask();
      else { put(place); reckon(bet); }
    }), ...focused(block));
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
    stage.add(verdict(came === bet, outcome),
      h("p", {}, `Tilda did each year what you had done the year before. There are only ${ways.length} ways to play five years with her. Here is what you would have with each:`),
      dots({ values: all.map(([you]) => you), own, title: "Each dot: one way to play", below: "your points", said: `The 32 ways to play earn from ${Math.min(...all.map(([you]) => you))} to ${best} points; yours earned ${yours}.` }),
      h("p", {}, `You end ahead of her in ${ahead} ways, and behind in ${behind === 0 ? "none" : behind}. But to be ahead is not to do well. Whoever cheats every year is ahead and has ${all.at(-1)[0]} points. Whoever keeps the deal every year is not ahead and has ${all[0][0]}.`),
      names("To keep the deal is called ", term("cooperation"), ", to cheat ", term("defection"), ". Whatever the other does, you earn more by defecting; but if both defect, both earn less. That is the ", term("Prisoners’ Dilemma"), ". Tilda’s rule is ", term("tit for tat"), "."),
      smallPrint("The best of all ways cheats in the last year only, when nobody can answer any more. If both know which year is the last, that thought eats up the year before it, and the one before that. The fourth screen comes back to it.",
        "Source: Axelrod, The Evolution of Cooperation, 1984; the points are his.", small),
      onward("You always saw exactly what Tilda did. What if you sometimes see it wrong?", "#fog"));
  }
}

/** Lead the keyboard to the first button of a block, once it is there. */
function focused(block) {
  queueMicrotask(() => block.querySelector("button:not(:disabled)")?.focus({ preventScroll: true }));
  return [];
}

/* ---------- 2: fog ---------- */

function fog(stage) {
  const [years, wrong] = [8, 1 / 6];
  const random = chance(Date.now() % 1e9);
  const [done, seenByHer, rows] = [[], [], []];
  stage.add(h("div", { class: "faces" }, portrait("You"), portrait("Tilda")),
    h("p", {}, "The same deal with Tilda, for eight years, but in fog: one report in six is wrong, yours and hers. Tilda still does what she believes you did. When your envoy reports that she cheated, you must bet: did she, or did he misread?"), rule());
  const game = ledger("Tilda");
  const place = h("div", {});
  const block = stage.add(h("h2", {}, "Eight years in the fog"), game.list, place);
  stage.begin();
  ask();

  function ask() {
    if (rows.length === years) { put(place); truth(); return; }
    put(place, h("p", {}, `Year ${rows.length + 1} of ${years}. What do you do?`), moves((keeps) => {
      const hers = seenByHer.at(-1) ?? true;
      done.push(keeps);
      seenByHer.push(random() < wrong ? !keeps : keeps);
      const report = random() < wrong ? !hers : hers;
      report ? note(keeps, hers, report, null) : doubt(keeps, hers);
    }), ...(rows.length ? focused(block) : []));
  }

  function doubt(keeps, hers) {
    const text = `Your envoy reports: Tilda cheated.`;
    say(text);
    put(place, h("p", {}, `You ${said(keeps)}. ${text}`),
      choose("Did she cheat, or did he misread?", [[false, "She cheated"], [true, "He misread"]], (bet) => note(keeps, hers, false, bet)), ...focused(block));
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
    stage.add(h("h2", {}, "What she really did"),
      h("ol", { class: "ledger plain" }, rows.map(({ keeps, hers, report }) => h("li", { class: hers === report ? "" : "misread" },
        h("span", {}, `You ${said(keeps)}, she ${said(hers)}${hers === report ? "" : ` — reported: ${said(report)}`}`)))),
      h("p", {}, doubts.length ? `You were right in ${right} of ${plural(doubts.length, "doubt")}. ` : "Your envoy never reported that she cheated. ",
        `She cheated in ${plural(cheated, "year")}; ${wrongly === 0 ? "no report accused her falsely" : `${plural(wrongly, "report")} accused her falsely`}.`));
    stage.add(wager("Now 1,000 games without you: two rulers like Tilda, 50 years, one report in twenty wrong. Both begin by keeping the deal. In how many years will both keep it, on average?",
      { low: 0, high: 50, start: 40, written: (value) => plural(value, "year") }, many));
  }

  function many(bet) {
    const dice = chance(LUCK);
    const kept = (misread) => Array.from({ length: GAMES }, () =>
      play([TEMPERS.like, TEMPERS.like], 50, misread, dice).filter((round) => round.moves.every(Boolean)).length);
    const found = kept(0.05);
    const average = mean(found);
    stage.add(verdict(Math.abs(bet - average) <= 5, `You bet ${bet} years. In 1,000 games it is ${number(average, 0)} years of 50 on average.`),
      histogram({ values: found, low: 0, high: 50, bin: 2, title: "1,000 games", below: "years in which both keep the deal",
        marks: [[bet, `your bet: ${bet}`, "bet"], [average, `mean: ${number(average, 0)}`, "truth"]], said: `In 1,000 games both keep the deal in ${number(average, 0)} years of 50 on average. You bet ${bet}.` }),
      h("p", {}, "Nobody here wants to cheat. One wrong report is enough: the answer to it is answered, and that is answered again."),
      names("To see wrongly what the other did is ", term("misperception"), "; an accusation of somebody who kept the deal is a ", term("false alarm"), ". How well states see what others do is their ", term("transparency"), "."),
      smallPrint("A win is a bet within five years of the mean. Without fog both keep the deal in all 50 years.", "Sources: Jervis, Perception and Misperception in International Politics, 1976; Molander 1985 for tit for tat with errors.", small),
      onward("Nobody meant harm. What would have stopped the quarrel?", "#forgive"));
  }
}

/* ---------- 3: forgiving ---------- */

function forgive(stage) {
  stage.add(h("div", { class: "faces" }, ["Kaja", "Bruno", "Tilda"].map((name) => h("div", { class: "portrait" }, face(name), h("strong", {}, name), h("span", { class: "quiet" }, "plays your rule"))), portrait("Viktor")),
    h("p", {}, "Still fog: one report in twenty is wrong. You have four neighbours. Three of them play whatever rule you play. The fourth is Viktor, and he always cheats. You cannot tell beforehand who is who."),
    h("p", {}, "Your rule: keep the deal with those who were reported to keep it. After a report of a cheat, forgive sometimes, and cheat back otherwise."));
  stage.add(wager("How often should you forgive, to earn most with all four together?", { low: 0, high: 100, step: 5, start: 50, written: (value) => `${value} % of the time` }, reveal));
  stage.begin();

  function reveal(bet) {
    const dice = chance(LUCK);
    const xs = Array.from({ length: 21 }, (_, k) => 5 * k);
    const earned = xs.map((x) => {
      const temper = TEMPERS.forgiving(x / 100);
      const against = (other) => mean(Array.from({ length: GAMES / 4 }, () => points(play([temper, other], 50, 0.05, dice))[0] / 50));
      return [against(temper), against(TEMPERS.cheat)];
    });
    const together = earned.map(([like, cheat]) => (3 * like + cheat) / 4);
    const top = Math.max(...together);
    const best = xs[together.indexOf(top)];
    const yours = together[xs.indexOf(bet)];
    const never = together[0];
    const won = yours - never >= 0.9 * (top - never);
    stage.add(verdict(won, `With ${bet} % you earn ${number(yours, 2)} points a year; the best is ${best} %, with ${number(top, 2)}.`),
      lines({ xs, low: 0, high: 3.4, title: "Points a year (250 games each)", below: "how often you forgive, in %", series: [
        { label: "with those who play your rule", values: earned.map(([like]) => like), kind: "like" },
        { label: "with Viktor", values: earned.map(([, cheat]) => cheat), kind: "against" },
        { label: "with all four", values: together, kind: "together" },
      ], marks: [[bet, `your bet: ${bet} %`, "bet"]], said: `All four together earn you ${number(never, 2)} points a year if you never forgive, ${number(top, 2)} if you forgive in ${best} %, and ${number(together.at(-1), 2)} if you always do.` }),
      h("p", {}, "Never to forgive ruins you with your friends, because of the fog. Always to forgive makes you Viktor’s prey. Between the two, a wide middle is nearly as good as the best."),
      names("To answer a defection by withdrawing cooperation is ", term("punishment"), "; to let it pass is ", term("leniency"), ". Too little of it lets misperceptions run on; too much invites defection."),
      smallPrint("A win is a rule that gains at least 90 % of what the best gains over never forgiving.", "Sources: Axelrod and Dion 1988; Nowak and Sigmund 1992 for generous tit for tat.", small),
      onward("A threat to punish works only if there is a tomorrow. How much of a tomorrow?", "#shadow"));
  }
}

/* ---------- 4: the shadow of the future ---------- */

function shadow(stage) {
  const random = chance(Date.now() % 1e9 + 7);
  const again = 0.8;
  const mine = [];
  stage.add(h("div", { class: "faces" }, portrait("You"), portrait("Grete")),
    h("p", {}, "Grete keeps the deal until you cheat her once. From then on she never keeps it again. There is no fog. After each year a die decides whether you two meet again: the chance is 80 in 100."), rule());
  const game = ledger("Grete");
  const place = h("div", {});
  const block = stage.add(h("h2", {}, "As long as the die lets you"), game.list, place);
  stage.begin();
  let sum = 0;
  ask();

  function ask() {
    put(place, h("p", {}, `Year ${mine.length + 1}. What do you do?`), moves((keeps) => {
      mine.push(keeps);
      const { moves: last } = play([fixed(mine), TEMPERS.never], mine.length, 0, random).at(-1);
      const own = earns(last[0], last[1]);
      sum += own;
      game.row(`You ${said(last[0])}, Grete ${said(last[1])}: ${own} for you.`, own, earns(last[1], last[0]));
      if (random() < again && mine.length < 20) { say(`${own} points. You meet again.`); ask(); } else over();
    }), ...(mine.length ? focused(block) : []));
  }

  function over() {
    put(place, h("p", {}, `The die ends it after ${plural(mine.length, "year")}. You have ${plural(sum, "point")}.`));
    stage.add(wager("You could cheat Grete at once, or always keep the deal. From what chance to meet again on does it earn more to keep it?",
      { low: 0, high: 100, step: 5, start: 75, written: (value) => `${value} in 100` }, reveal));
  }

  function reveal(bet) {
    const dice = chance(LUCK);
    const xs = Array.from({ length: 19 }, (_, k) => 5 * k);
    const earned = xs.map((x) => {
      const lengths = Array.from({ length: GAMES }, () => { let n = 1; while (dice() < x / 100) n += 1; return n; });
      return [mean(lengths.map((n) => POINTS.reward * n)), mean(lengths.map((n) => POINTS.temptation + POINTS.punishment * (n - 1)))];
    });
    const needed = (POINTS.temptation - POINTS.reward) / (POINTS.temptation - POINTS.punishment);
    const sentence = h("p", { class: "live", "aria-live": "polite" });
    const show = (value) => {
      const [keep, cheat] = earned[xs.indexOf(value)];
      put(sentence, `At ${value} in 100, keeping the deal earns ${number(keep, 1)} points on average and cheating at once ${number(cheat, 1)}: `,
        h("strong", {}, Math.abs(value - 100 * needed) < 1 ? "about the same." : keep > cheat ? "it pays to keep it." : "it pays to cheat."));
    };
    const { element } = slider({ label: "Chance to meet again", low: 0, high: 90, step: 5, start: 80, written: (value) => `${value} in 100`, moved: show });
    show(80);
    stage.add(verdict(Math.abs(bet - 100 * needed) <= 5, `You bet ${bet} in 100. It is ${100 * needed} in 100.`),
      lines({ xs, low: 0, high: 30, title: "Points, mean of 1,000 games each", below: "chance to meet again, in 100", series: [
        { label: "always keep it", values: earned.map(([keep]) => keep), kind: "together" },
        { label: "cheat at once", values: earned.map(([, cheat]) => cheat), kind: "against" },
      ], marks: [[bet, `your bet: ${bet}`, "bet"]], said: "Keeping the deal earns more than cheating at once from a chance of 50 in 100 on." }),
      element, sentence,
      h("p", {}, "The rule did not change, and neither did Grete. Only tomorrow became more likely. That alone turns the better choice around."),
      names("This is the ", term("shadow of the future"), ". What next year weighs beside this year is the ", term("discount factor"), ". The one that is just enough is the ", term("critical discount factor"), "."),
      smallPrint(`The critical value is (5 − 3) / (5 − 1) = ${number(needed, 2)}: the gain from cheating against the loss in every year after it.`, "Sources: Friedman 1971; Axelrod 1984; Taylor, Anarchy and Cooperation, 1976.", small),
      onward("Two can punish each other. What if the cheat lives off somebody else?", "#third"));
  }
}

/* ---------- 5: a third state ---------- */

function third(stage) {
  const years = 6;
  const mine = [];
  stage.add(h("div", { class: "faces" }, ["You", "Tilda", "Bruno", "Grete"].map((name) => h("div", { class: "portrait" }, face(name), h("strong", {}, name))), portrait("Viktor")),
    h("p", {}, "Viktor robs a small island. Every year four states are asked to shut him out of their trade: you, Tilda, Bruno and Grete. To join costs ", h("strong", {}, `${CASE.cost} points`),
      `. If at least ${CASE.enough} of the four join, Viktor is stopped. If not, he robs you too, and you lose `, h("strong", {}, `${CASE.damage} points`), "."));
  stage.add(choose("It goes on for six years. What will cost you least?",
    [["always", "To join every year"], ["sometimes", "To join in some years"], ["never", "Never to join"]], playOn));
  stage.begin();

  function playOn(bet) {
    const list = h("ol", { class: "ledger plain", "aria-label": "The years so far" });
    const place = h("div", {});
    const block = stage.add(h("h2", {}, "Six years"), list, place);
    const ask = () => put(place, h("p", {}, `Year ${mine.length + 1} of ${years}. Do you join?`),
      h("div", { class: "choices" }, button("Join", () => chosen(true), { class: "keep" }), button("Stay out", () => chosen(false), { class: "cheat" })), ...focused(block));
    const chosen = (joins) => {
      mine.push(joins);
      const last = enforce(mine).at(-1);
      const who = [...(last.you ? ["you"] : []), ...Object.keys(last.others).filter((name) => last.others[name])];
      const text = `${listed(who)} joined. ${last.worked ? "Viktor is stopped" : "It fails, and Viktor robs you"}: ${last.points === 0 ? "0" : `−${-last.points}`} points.`;
      const line = text.charAt(0).toUpperCase() + text.slice(1);
      list.append(h("li", {}, face("Viktor", last.worked ? -1 : 1), h("span", {}, line)));
      say(line);
      if (mine.length < years) ask();
      else { put(place); reckon(bet); }
    };
    ask();
  }

  function reckon(bet) {
    const ways = everyWay(years);
    const costs = ways.map((way) => total(enforce(way)));
    const own = ways.findIndex((way) => way.every((joins, k) => joins === mine[k]));
    const best = Math.max(...costs);
    const minus = (value) => (value < 0 ? `−${-value}` : String(value));
    stage.add(verdict(bet === "sometimes", `You end with ${minus(costs[own])} points. To join every year costs ${-costs[0]}, never to join ${-costs.at(-1)}, and the cheapest of all ${ways.length} ways ${-best}.`),
      dots({ values: costs, own, title: `Each dot: one of ${ways.length} ways to play`, below: "your points", said: `Joining always gives ${costs[0]} points, never ${costs.at(-1)}, the best way ${best}; yours gave ${costs[own]}.` }),
      h("p", {}, "Grete always joined. Tilda joined as long as it had worked. Bruno joined if you had joined the year before. So the cheapest was to join every other year and to let the others pay in between. If all four think so at once, nobody stops Viktor; and after one failure Tilda stays out, and it costs years to win her back."),
      names("To shut out a wrongdoer is a ", term("sanction"), ". To profit from it without paying is ", term("free riding"), ", and the trouble it brings is the ", term("problem of collective action"), ". What others expect of it is its ", term("credibility"), "."),
      smallPrint("Sources: Olson, The Logic of Collective Action, 1965; Lipson, Are Security Regimes Possible?, ch. 1. The three rules of Tilda, Bruno and Grete are invented for this screen; in the model each state weighs what it would lose.", small),
      onward("Suppose nobody helps. Can the map help?", "#buffer"));
  }
}

/* ---------- 6: a buffer ---------- */

const STRENGTH = "geography.buffer_effectiveness";

async function outcomes(design, runs, told = () => {}) {
  const found = await simulate(design, runs, 0n, (so, done) => { told(so.length, done); return true; });
  return { found, curves: curves(found) };
}

const lasting = (curve, horizon) => restrictedMean(curve, horizon).value;

function buffer(stage) {
  const { catalogue } = engine;
  const without = catalogue.compose("lesson between_two", { [STRENGTH]: 0 });
  stage.add(h("p", {}, "From here on the full model plays. States no longer follow a fixed rule. Every season each of them weighs what a breach would gain, what it would cost later, and how far it trusts the other. Your browser plays 1,000 histories of 100 years."),
    h("p", {}, "Two great powers of equal strength, North and South. Who strikes first has an advantage, and each knows it. Between them lies a small country. At first it cannot stop anybody."));
  const wait = progress("Playing 1,000 histories …");
  const block = stage.add(wait.line);
  outcomes(without, RUNS, (done) => wait.told(`Playing 1,000 histories: ${done} …`)).then(({ curves: before }) => {
    wait.line.remove();
    const peace = lasting(before.peace, 100);
    block.append(h("p", {}, `Peace then lasts ${number(peace, 0)} of 100 years on average, and cooperation ${number(lasting(before.regime, 100), 0)}.`),
      wager("Now let the small country be strong enough to stop any attack across it. How long will peace last?", { low: 0, high: 100, start: Math.round(peace), written: (value) => `${value} of 100 years` }, (bet) => reveal(bet, before)));
    stage.begin();
  });

  async function reveal(bet, before) {
    const working = progress("Playing …");
    const place = stage.add(working.line);
    const { curves: after } = await outcomes(catalogue.compose("lesson between_two", { [STRENGTH]: 1 }), RUNS);
    const peace = lasting(after.peace, 100);
    const panels = h("div", { class: "panels" });
    const sentence = h("p", { class: "live", "aria-live": "polite" });
    const show = (now, value) => {
      put(panels, survivalPanel("regime", now.regime, before.regime, 100), survivalPanel("peace", now.peace, before.peace, 100));
      put(sentence, `When it stops ${value} % of an attack: cooperation ${number(lasting(now.regime, 100), 0)} years, peace ${number(lasting(now.peace, 100), 0)}. Dashed: when it stops nothing.`);
    };
    let asked = 0;
    const { element } = slider({ label: "How much of an attack the small country stops", low: 0, high: 100, step: 5, start: 100, written: (value) => `${value} %`, moved: async (value) => {
      const mine = (asked += 1);
      const design = catalogue.compose("lesson between_two", { [STRENGTH]: value / 100 });
      await simulate(design, 400, 0n, (found) => { if (mine === asked) show(curves(found), value); return mine === asked; });
    } });
    working.line.remove();
    show(after, 100);
    place.append(verdict(Math.abs(bet - peace) <= 8, `You bet ${bet} years. Peace lasts ${number(peace, 0)} of 100 years on average.`), panels, element, sentence,
      h("p", {}, "The small country punishes nobody. It makes surprise worth less and being surprised less terrible. So neither has to strike out of fear of the other."),
      names("A small state between great powers is a ", term("buffer state"), ". That each makes itself safe by making the other unsafe is the ", term("security dilemma"), ". A buffer changes the game that the two are playing."),
      smallPrint("A win is a bet within eight years. Without the buffer the pair plays a Prisoners’ Dilemma; with a perfect one nobody gains by defecting at all (the game is called Harmony).",
        "The two are those of the world “Five equals” under self-help, with an advantage of offence of one half. Sources: Jervis, Cooperation under the Security Dilemma, 1978; docs/model.md, section 4.1."),
      onward("Europe in 1816 had seven small states between five powers. How long will that last?", "#europe"));
    lead(place);
  }
}

/* ---------- 7: five powers ---------- */

const RECORD = 38;

const quantile = (values, share_) => [...values].sort((a, b) => a - b)[Math.floor(share_ * values.length)];

/** Whether cooperation ended within two years of the revolutions of 1848. */
const aboutThen = ({ onset, regime, regimeEnded }) => Number(regimeEnded && Math.abs(onset + regime - 32) <= 2);

function europe(stage) {
  const design = engine.catalogue.compose("europe_1816 concert");
  const film = new Film(design);
  stage.add(h("p", {}, "Europe after Napoleon: Britain, France, Russia, Austria and Prussia. They remember a generation of war. They meet in conferences, took the loser back in, and keep small states between them. But memory fades, leaders change, and there will be revolutions."), film.still());
  stage.add(wager("Play it 1,000 times. In half of the histories cooperation ends within how many years?", { low: 0, high: 100, start: 50, written: (value) => plural(value, "year") }, reveal));
  stage.begin();

  async function reveal(bet) {
    const working = progress("Playing 1,000 histories …");
    const place = stage.add(working.line);
    const { found, curves: now } = await outcomes(design, RUNS, (done) => working.told(`Playing 1,000 histories: ${done} …`));
    const middle = median(now.regime);
    const lasted = found.map(({ regime }) => regime);
    working.line.remove();
    place.append(verdict(middle !== null && Math.abs(bet - middle) <= 6, `You bet ${bet} years. In the middle history cooperation lasts ${number(middle, 0)} years.`),
      histogram({ values: lasted, low: 0, high: 100, bin: 4, title: "1,000 histories", below: "years of cooperation (at 100: it still stands)",
        marks: [[bet, `your bet: ${bet}`, "bet"], [RECORD, `the record: ${RECORD}`, "truth"]], said: `In half of the histories cooperation ends within ${number(middle, 0)} years; you bet ${bet}; in the record it lasted ${RECORD} years, to the Crimean War.` }),
      h("p", {}, `The same world and the same rules, and yet one history in ten ends within ${number(quantile(lasted, 0.1), 0)} years, and ${share(mean(found.map(({ regimeEnded }) => Number(!regimeEnded))))} never. Historians let the Concert end with the revolutions of 1848 or with the Crimean War of 1854, after 32 or 38 years. Here ${share(mean(found.map(aboutThen)))} end within two years of 1848.`));
    const typical = found.reduce((best, run) => (Math.abs(run.regime - middle) < Math.abs(best.regime - middle) ? run : best));
    place.append(h("h2", {}, "One of them on the map"), film.show(typical.replicate, 0n),
      names("An arrangement by which rivals cooperate in what could ruin them is a ", term("security regime"), "; this one is the ", term("Concert of Europe"), "."),
      smallPrint(measured(design), "A win is a bet within six years. The mark of the record stands at 1854.",
        "Capabilities and dates are facts (Correlates of War); most other numbers are assumptions, chosen to fit the record of disputes and wars. Sources: Lipson, Are Security Regimes Possible?, ch. 1; Jervis, Security Regimes, 1982."),
      onward("Something carried it for a generation. What?", "#pillars"));
    lead(place);
  }
}

function measured({ phases: [{ parameters }] }) {
  const [onset, collapse, window] = ["onset", "collapse", "window"].map((name) => parameters[`measure.${name}`]);
  return `Cooperation stands once at least ${share(onset)} of the pairs cooperate over ${plural(window, "year")}, and ends where fewer than ${share(collapse)} do. These thresholds are assumptions; the reports of the command line give others beside them (docs/model.md, section 6).`;
}

/* ---------- 8: what carried it ---------- */

const PILLARS = {
  conferences: "the conferences", norms: "the memory of war", sanctions: "help against an offender",
  buffers: "the small states between", insulation: "colonial quarrels kept apart", settlement: "a peace that includes the loser",
};

function pillars(stage) {
  const key = "europe_1816 concert";
  const { catalogue } = engine;
  const there = catalogue.present(key, {}).filter((name) => name in PILLARS);
  stage.add(h("p", {}, "Six things are said to have carried the Concert. We take away one at a time, and play the same world with the same luck again."));
  stage.add(choose("Without which of them does cooperation end soonest?", there.map((name) => [name, PILLARS[name]]), reveal));
  stage.begin();

  async function reveal(bet) {
    const working = progress("");
    const place = stage.add(working.line);
    const rows = [];
    for (const [k, name] of [null, ...there].entries()) {
      working.told(`Playing ${OF_ORDERS} histories each: ${k + 1} of ${there.length + 1} …`);
      await breath();
      const { curves: now } = await outcomes(catalogue.compose(key, {}, name ? [name] : []), OF_ORDERS);
      rows.push({ name, ...restrictedMean(now.regime, 100) });
    }
    const [whole, ...less] = rows;
    const soonest = less.reduce((a, b) => (b.value < a.value ? b : a));
    const longest = less.reduce((a, b) => (b.value > a.value ? b : a));
    const betted = less.find(({ name }) => name === bet);
    working.line.remove();
    place.append(verdict(betted.lower <= soonest.upper, `With all six cooperation lasts ${number(whole.value, 0)} years of 100. It is shortest without ${PILLARS[soonest.name]}: ${number(soonest.value, 0)} years.`),
      bars({ rows: less.sort((a, b) => a.value - b.value).map(({ name, ...rest }) => ({ label: `without ${PILLARS[name]}`, marked: name === bet, ...rest })), most: 100, title: `Mean of ${OF_ORDERS} histories each`, below: "years of 100, 95 % intervals",
        reference: { value: whole.value, text: `with all: ${number(whole.value, 0)}` }, said: less.map(({ name, value }) => `without ${PILLARS[name]} ${number(value, 0)} years`).join(", ") }),
      longest.name === "buffers" && longest.lower > whole.upper ? h("p", {}, `And one of them surprises: without ${PILLARS[longest.name]} cooperation lasts longer, ${number(longest.value, 0)} years. With two powers and a strong buffer it was the other way round. These buffers stop only a part of an attack. With them a breach hurts its victim less, so the victim gives in sooner; then there is less to fear from a breach, and more are committed. Is that history, or only this model? It is a good question to ask of every model.`) : null,
      names("To take away one cause and leave all else is a ", term("counterfactual"), ". The computer can do it, and history cannot; but its answer is only as good as the model."),
      smallPrint("A win is a bet on the shortest, or on one that cannot be told from it with so many histories. The same seeds with and without, so that a difference is no luck. What absence means for each is in the documentation (analysis/arrangements.py); experiments 6 and 7 ask the same at full size.", "Sources of the six: Jervis 1982; Lipson, ch. 1; Schroeder and Elrod as they report them."),
      onward("These were arrangements among states. What if they had arranged something else?", "#orders"));
    lead(place);
  }
}

/* ---------- 9: change the order, keep the world ---------- */

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const ELSEWHERE = { equals_five: "five equal powers", powers_1920: "the seven powers of 1920", council_1946: "the five powers of 1946", superpowers_1946: "the two superpowers of 1946" };

function orders(stage) {
  const { catalogue } = engine;
  const all = Object.keys(catalogue.data.orders).filter((order) => catalogue.key("europe_1816", order));
  const title = (order) => capital(catalogue.data.orders[order].title);
  stage.add(h("p", {}, "Now change the order and keep the world. The same Europe of 1816: the same powers, the same small states, the same revolution of 1848. Only what the states arrange among themselves is another."),
    h("ul", { class: "plain-list" }, all.map((order) => h("li", {}, h("strong", {}, title(order)), ` — ${catalogue.data.orders[order].represents}`))));
  stage.add(choose("Under which of them does peace last longest in the Europe of 1816?", all.map((order) => [order, title(order)]), reveal));
  stage.begin();

  async function measured(list, keyOf, told) {
    const rows = [];
    for (const [k, name] of list.entries()) {
      told(`Playing ${OF_ORDERS} histories each: ${k + 1} of ${list.length} …`);
      await breath();
      const { curves: now } = await outcomes(catalogue.compose(keyOf(name)), OF_ORDERS);
      rows.push({ name, regime: restrictedMean(now.regime, 100), peace: restrictedMean(now.peace, 100) });
    }
    return rows;
  }

  const chart = (rows, spell, label, bet) => bars({
    rows: [...rows].sort((a, b) => b[spell].value - a[spell].value).map((row) => ({ label: label(row.name), marked: row.name === bet, ...row[spell] })),
    most: 100, title: spell === "peace" ? "Peace" : "Cooperation", below: "years of 100, mean and 95 % interval",
    said: rows.map((row) => `${label(row.name)} ${number(row[spell].value, 0)} years`).join(", "),
  });

  async function reveal(bet) {
    const working = progress("");
    const place = stage.add(working.line);
    const rows = await measured(all, (order) => `europe_1816 ${order}`, working.told);
    const best = rows.reduce((a, b) => (b.peace.value > a.peace.value ? b : a));
    const of = (name) => rows.find((row) => row.name === name);
    const [self, concert] = [of("self_help"), of("concert")];
    working.line.remove();
    place.append(verdict(of(bet).peace.upper >= best.peace.lower, `Peace lasts longest under ${catalogue.data.orders[best.name].title}: ${number(best.peace.value, 0)} years of 100. Under the Concert it is ${number(concert.peace.value, 0)}, under self-help ${number(self.peace.value, 0)}.`),
      h("div", { class: "panels wide" }, chart(rows, "peace", title, bet), chart(rows, "regime", title, bet)),
      h("p", {}, "Powers and small states were the same in all of these histories, and so was the luck. What differs is the order’s own work. But an order is easily written down: whether the states of 1816 would have agreed to it is a question that this model does not ask."));
    lead(place);
    stage.add(choose("Now keep the order and change the world. The Concert’s order goes abroad. Where does it keep peace longest?", Object.entries(ELSEWHERE), abroad));
  }

  async function abroad(bet) {
    const working = progress("");
    const place = stage.add(working.line);
    const rows = await measured(["europe_1816", ...Object.keys(ELSEWHERE)], (world) => `${world} concert`, working.told);
    const label = (world) => ELSEWHERE[world] ?? "Europe 1816";
    const others = rows.filter(({ name }) => name in ELSEWHERE);
    const best = others.reduce((a, b) => (b.peace.value > a.peace.value ? b : a));
    working.line.remove();
    place.append(verdict(others.find(({ name }) => name === bet).peace.upper >= best.peace.lower, `Among ${ELSEWHERE[best.name]} peace lasts ${number(best.peace.value, 0)} years of 100.`),
      h("div", { class: "panels wide" }, chart(rows, "peace", label, bet), chart(rows, "regime", label, bet)),
      h("p", {}, "The same order, and quite different fates. How long an order lasts depends on who lives under it and on what lies between them."),
      names("What is given to states (strength, geography, arms) is here called the ", term("world"), "; what they arrange among themselves is the ", term("order"), ". To ask what the order does in the same world is to ask for its ", term("autonomy from power"), "."),
      smallPrint("All worlds under all orders are a table of the sandbox. Which values are facts and which assumptions stands in each file (python -m regimesim show world=europe_1816).", "Sources: Jervis 1982; Lipson, ch. 1; Krasner, International Regimes, 1983."),
      onward("Every number so far hangs on assumptions. Change them.", "#sandbox", "To the sandbox"),
      h("p", {}, h("a", { href: "#state" }, "Or rule one of these states yourself, year by year.")));
    lead(place);
  }
}

export const SCREENS = [
  { id: "deal", title: "You and Tilda", build: deal },
  { id: "fog", title: "Did she cheat, or did you misread?", build: fog },
  { id: "forgive", title: "How often do you forgive?", build: forgive },
  { id: "shadow", title: "How much of a tomorrow?", build: shadow },
  { id: "third", title: "It is not your quarrel", build: third },
  { id: "buffer", title: "A small country in between", build: buffer },
  { id: "europe", title: "Five powers, 1816", build: europe },
  { id: "pillars", title: "What carried it?", build: pillars },
  { id: "orders", title: "Another order, the same world", build: orders },
];

/* Screens 6 to 9, played with the kernel: a buffer, the Concert, what carried it, and other orders and worlds. */

import { bars, histogram, survivalPanel } from "./charts.js";
import { capitalised, h, number, put } from "./dom.js";
import { curves, median, restrictedMean } from "./durations.js";
import { engine } from "./engine.js";
import { Film } from "./film.js";
import { breath, simulate } from "./pool.js";
import { choose, lead, names, onward, progress, slider, smallPrint, term, verdict, wager } from "./stage.js";

const RUNS = 1000;
const OF_ORDERS = 300;

const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (value) => `${Math.round(100 * value)} %`;

/* ---------- 6: a buffer ---------- */

const STRENGTH = "geography.buffer_effectiveness";

/** Runs of a design and their curves; where the reader has gone elsewhere it never comes back. */
export async function outcomes(stage, design, runs, told = () => {}) {
  const found = await simulate(design, runs, 0n, (so) => {
    told(so.length);
    return stage.live;
  });
  return found === null ? new Promise(() => {}) : { found, curves: curves(found) };
}

const lasting = (curve, horizon) => restrictedMean(curve, horizon).value;

export function buffer(stage) {
  const { catalogue } = engine;
  const without = catalogue.compose("lesson between_two", { [STRENGTH]: 0 });
  stage.add(
    h(
      "p",
      {},
      "From here on the full model plays. States no longer follow a fixed rule. Every season each of them weighs what a breach would gain, what it would cost later, and how far it trusts the other. Your browser plays 1,000 histories of 100 years.",
    ),
    h(
      "p",
      {},
      "Two great powers of equal strength, North and South. Who strikes first has an advantage, and each knows it. Between them lies a small country. At first it cannot stop anybody.",
    ),
  );
  const wait = progress("Playing 1,000 histories …");
  const block = stage.add(wait.line);
  outcomes(stage, without, RUNS, (done) => wait.told(`Playing 1,000 histories: ${done} …`)).then(
    ({ curves: before }) => {
      wait.line.remove();
      const peace = lasting(before.peace, 100);
      block.append(
        h(
          "p",
          {},
          `Peace then lasts ${number(peace, 0)} of 100 years on average, and cooperation ${number(lasting(before.regime, 100), 0)}.`,
        ),
        wager(
          "Now let the small country be strong enough to stop any attack across it. How long will peace last?",
          { low: 0, high: 100, start: Math.round(peace), written: (value) => `${value} of 100 years` },
          (bet) => reveal(bet, before),
        ),
      );
      stage.begin();
    },
  );

  async function reveal(bet, before) {
    const working = progress("Playing …");
    const place = stage.add(working.line);
    const { curves: after } = await outcomes(
      stage,
      catalogue.compose("lesson between_two", { [STRENGTH]: 1 }),
      RUNS,
    );
    const peace = lasting(after.peace, 100);
    const panels = h("div", { class: "panels" });
    const sentence = h("p", { class: "live", "aria-live": "polite" });
    const show = (now, value) => {
      put(
        panels,
        survivalPanel("regime", now.regime, before.regime, 100),
        survivalPanel("peace", now.peace, before.peace, 100),
      );
      put(
        sentence,
        `When it stops ${value} % of an attack: cooperation ${number(lasting(now.regime, 100), 0)} years, peace ${number(lasting(now.peace, 100), 0)}. Dashed: when it stops nothing.`,
      );
    };
    let asked = 0;
    const { element } = slider({
      label: "How much of an attack the small country stops",
      low: 0,
      high: 100,
      step: 5,
      start: 100,
      written: (value) => `${value} %`,
      moved: async (value) => {
        const mine = (asked += 1);
        const design = catalogue.compose("lesson between_two", { [STRENGTH]: value / 100 });
        await simulate(design, 400, 0n, (found) => {
          if (mine === asked) show(curves(found), value);
          return stage.live && mine === asked;
        });
      },
    });
    working.line.remove();
    show(after, 100);
    place.append(
      verdict(
        Math.abs(bet - peace) <= 8,
        `You bet ${bet} years. Peace lasts ${number(peace, 0)} of 100 years on average.`,
      ),
      panels,
      element,
      sentence,
      h(
        "p",
        {},
        "The small country punishes nobody. It makes surprise worth less and being surprised less terrible. So neither has to strike out of fear of the other.",
      ),
      names(
        "A small state between great powers is a ",
        term("buffer state"),
        ". That each makes itself safe by making the other unsafe is the ",
        term("security dilemma"),
        ". A buffer changes the game that the two are playing.",
      ),
      smallPrint(
        "A win is a bet within eight years. Without the buffer the pair plays a Prisoners’ Dilemma; with a perfect one nobody gains by defecting at all (the game is called Harmony).",
        "The two are those of the world “Five equals” under self-help, with an advantage of offence of one half. Sources: Jervis, Cooperation under the Security Dilemma, 1978; docs/model.md, section 4.1.",
      ),
      onward(
        "Europe in 1816 had seven small states between five powers. How long will that last?",
        "#europe",
      ),
    );
    lead(place);
  }
}

/* ---------- 7: five powers ---------- */

const RECORD = 38;

const quantile = (values, share_) => [...values].sort((a, b) => a - b)[Math.floor(share_ * values.length)];

/** Whether cooperation ended within two years of the revolutions of 1848. */
const aboutThen = ({ onset, regime, regimeEnded }) =>
  Number(regimeEnded && Math.abs(onset + regime - 32) <= 2);

export function europe(stage) {
  const design = engine.catalogue.compose("europe_1816 concert");
  const film = new Film(design);
  stage.add(
    h(
      "p",
      {},
      "Europe after Napoleon: Britain, France, Russia, Austria and Prussia. They remember a generation of war. They meet in conferences, took the loser back in, and keep small states between them. But memory fades, leaders change, and there will be revolutions.",
    ),
    film.still(),
  );
  stage.add(
    wager(
      "Play it 1,000 times. In half of the histories cooperation ends within how many years?",
      { low: 0, high: 100, start: 50, written: (value) => plural(value, "year") },
      reveal,
    ),
  );
  stage.begin();

  async function reveal(bet) {
    const working = progress("Playing 1,000 histories …");
    const place = stage.add(working.line);
    const { found, curves: now } = await outcomes(stage, design, RUNS, (done) =>
      working.told(`Playing 1,000 histories: ${done} …`),
    );
    const middle = median(now.regime);
    const lasted = found.map(({ regime }) => regime);
    working.line.remove();
    place.append(
      verdict(
        middle !== null && Math.abs(bet - middle) <= 6,
        `You bet ${bet} years. In the middle history cooperation lasts ${number(middle, 0)} years.`,
      ),
      histogram({
        values: lasted,
        low: 0,
        high: 100,
        bin: 4,
        title: "1,000 histories",
        below: "years of cooperation (at 100: it still stands)",
        marks: [
          [bet, `your bet: ${bet}`, "bet"],
          [RECORD, `the record: ${RECORD}`, "truth"],
        ],
        said: `In half of the histories cooperation ends within ${number(middle, 0)} years; you bet ${bet}; in the record it lasted ${RECORD} years, to the Crimean War.`,
      }),
      h(
        "p",
        {},
        `The same world and the same rules, and yet one history in ten ends within ${number(quantile(lasted, 0.1), 0)} years, and ${share(mean(found.map(({ regimeEnded }) => Number(!regimeEnded))))} never. Historians let the Concert end with the revolutions of 1848 or with the Crimean War of 1854, after 32 or 38 years. Here ${share(mean(found.map(aboutThen)))} end within two years of 1848.`,
      ),
    );
    const typical = found.reduce((best, run) =>
      Math.abs(run.regime - middle) < Math.abs(best.regime - middle) ? run : best,
    );
    place.append(
      h("h2", {}, "One of them on the map"),
      film.show(typical.replicate, 0n),
      names(
        "An arrangement by which rivals cooperate in what could ruin them is a ",
        term("security regime"),
        "; this one is the ",
        term("Concert of Europe"),
        ".",
      ),
      smallPrint(
        measured(design),
        "A win is a bet within six years. The mark of the record stands at 1854.",
        "Capabilities and dates are facts (Correlates of War); most other numbers are assumptions, chosen to fit the record of disputes and wars. Sources: Lipson, Are Security Regimes Possible?, ch. 1; Jervis, Security Regimes, 1982.",
      ),
      onward("Something carried it for a generation. What?", "#pillars"),
    );
    lead(place);
  }
}

function measured({ phases: [{ parameters }] }) {
  const [onset, collapse, window] = ["onset", "collapse", "window"].map(
    (name) => parameters[`measure.${name}`],
  );
  return `Cooperation stands once at least ${share(onset)} of the pairs cooperate over ${plural(window, "year")}, and ends where fewer than ${share(collapse)} do. These thresholds are assumptions; the reports of the command line give others beside them (docs/model.md, section 6).`;
}

/** Why a bet wins that was not on the first one. */
function tooClose(betted, first, won) {
  if (!won || betted.name === first.name) return "";
  return ` Yours is so close to it that ${OF_ORDERS} histories cannot tell them apart.`;
}

/* ---------- 8: what carried it ---------- */

const PILLARS = {
  conferences: "the conferences",
  norms: "the memory of war",
  sanctions: "help against an offender",
  buffers: "the small states between",
  insulation: "colonial quarrels kept apart",
  settlement: "a peace that includes the loser",
};

export function pillars(stage) {
  const key = "europe_1816 concert";
  const { catalogue } = engine;
  const there = catalogue.present(key, {}).filter((name) => name in PILLARS);
  stage.add(
    h(
      "p",
      {},
      "Six things are said to have carried the Concert. We take away one at a time, and play the same world with the same luck again.",
    ),
  );
  stage.add(
    choose(
      "Without which of them does cooperation end soonest?",
      there.map((name) => [name, PILLARS[name]]),
      reveal,
    ),
  );
  stage.begin();

  async function reveal(bet) {
    const working = progress("");
    const place = stage.add(working.line);
    const rows = [];
    for (const [k, name] of [null, ...there].entries()) {
      working.told(`Playing ${OF_ORDERS} histories each: ${k + 1} of ${there.length + 1} …`);
      await breath();
      const { curves: now } = await outcomes(
        stage,
        catalogue.compose(key, {}, name ? [name] : []),
        OF_ORDERS,
      );
      rows.push({ name, ...restrictedMean(now.regime, 100) });
    }
    const [whole, ...less] = rows;
    const soonest = less.reduce((a, b) => (b.value < a.value ? b : a));
    const longest = less.reduce((a, b) => (b.value > a.value ? b : a));
    const betted = less.find(({ name }) => name === bet);
    working.line.remove();
    place.append(
      verdict(
        betted.lower <= soonest.upper,
        `With all six cooperation lasts ${number(whole.value, 0)} years of 100. It is shortest without ${PILLARS[soonest.name]}: ${number(soonest.value, 0)} years.${tooClose(betted, soonest, betted.lower <= soonest.upper)}`,
      ),
      bars({
        rows: less
          .sort((a, b) => a.value - b.value)
          .map(({ name, ...rest }) => ({ label: `without ${PILLARS[name]}`, marked: name === bet, ...rest })),
        most: 100,
        title: `Mean of ${OF_ORDERS} histories each`,
        below: "years of 100, 95 % intervals",
        reference: { value: whole.value, text: `with all: ${number(whole.value, 0)}` },
        said: less.map(({ name, value }) => `without ${PILLARS[name]} ${number(value, 0)} years`).join(", "),
      }),
      longest.name === "buffers" && longest.lower > whole.upper
        ? h(
            "p",
            {},
            `And one of them surprises: without ${PILLARS[longest.name]} cooperation lasts longer, ${number(longest.value, 0)} years. With two powers and a strong buffer it was the other way round. These buffers stop only a part of an attack. With them a breach hurts its victim less, so the victim gives in sooner; then there is less to fear from a breach, and more are committed. Is that history, or only this model? It is a good question to ask of every model.`,
          )
        : null,
      names(
        "To take away one cause and leave all else is a ",
        term("counterfactual"),
        ". The computer can do it, and history cannot; but its answer is only as good as the model.",
      ),
      smallPrint(
        "A win is a bet on the shortest, or on one that cannot be distinguished from it with so many histories. The same seeds with and without, so that a difference is no luck. What absence means for each is in the documentation (analysis/arrangements.py); experiments 6 and 7 ask the same at full size.",
        "Sources of the six: Jervis 1982; Lipson, ch. 1; Schroeder and Elrod as they report them.",
      ),
      onward("These were arrangements among states. What if they had arranged something else?", "#orders"),
    );
    lead(place);
  }
}

/* ---------- 9: change the order, keep the world ---------- */

const ELSEWHERE = {
  equals_five: "five equal powers",
  powers_1920: "the seven powers of 1920",
  council_1946: "the five powers of 1946",
  superpowers_1946: "the two superpowers of 1946",
};

export function orders(stage) {
  const { catalogue } = engine;
  const all = Object.keys(catalogue.data.orders).filter((order) => catalogue.key("europe_1816", order));
  const title = (order) => capitalised(catalogue.data.orders[order].title);
  stage.add(
    h(
      "p",
      {},
      "Now change the order and keep the world. The same Europe of 1816: the same powers, the same small states, the same revolution of 1848. Only what the states arrange among themselves is another.",
    ),
    h(
      "ul",
      { class: "plain-list" },
      all.map((order) =>
        h("li", {}, h("strong", {}, title(order)), ` — ${catalogue.data.orders[order].represents}`),
      ),
    ),
  );
  stage.add(
    choose(
      "Under which of them does peace last longest in the Europe of 1816?",
      all.map((order) => [order, title(order)]),
      reveal,
    ),
  );
  stage.begin();

  async function measured(list, keyOf, told) {
    const rows = [];
    for (const [k, name] of list.entries()) {
      told(`Playing ${OF_ORDERS} histories each: ${k + 1} of ${list.length} …`);
      await breath();
      const { curves: now } = await outcomes(stage, catalogue.compose(keyOf(name)), OF_ORDERS);
      rows.push({ name, regime: restrictedMean(now.regime, 100), peace: restrictedMean(now.peace, 100) });
    }
    return rows;
  }

  const chart = (rows, spell, label, bet) =>
    bars({
      rows: [...rows]
        .sort((a, b) => b[spell].value - a[spell].value)
        .map((row) => ({ label: label(row.name), marked: row.name === bet, ...row[spell] })),
      most: 100,
      title: spell === "peace" ? "Peace" : "Cooperation",
      below: "years of 100, mean and 95 % interval",
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
    place.append(
      verdict(
        of(bet).peace.upper >= best.peace.lower,
        `Peace lasts longest under ${catalogue.data.orders[best.name].title}: ${number(best.peace.value, 0)} years of 100. Under the Concert it is ${number(concert.peace.value, 0)}, under self-help ${number(self.peace.value, 0)}.${tooClose(of(bet), best, of(bet).peace.upper >= best.peace.lower)}`,
      ),
      h("div", { class: "panels wide" }, chart(rows, "peace", title, bet), chart(rows, "regime", title, bet)),
      h(
        "p",
        {},
        "Powers and small states were the same in all of these histories, and so was the luck. What differs is the order’s own work. But an order is easily written down: whether the states of 1816 would have agreed to it is a question that this model does not ask.",
      ),
    );
    lead(place);
    stage.add(
      choose(
        "Now keep the order and change the world. The Concert’s order goes abroad. Where does it keep peace longest?",
        Object.entries(ELSEWHERE),
        abroad,
      ),
    );
  }

  async function abroad(bet) {
    const working = progress("");
    const place = stage.add(working.line);
    const rows = await measured(
      ["europe_1816", ...Object.keys(ELSEWHERE)],
      (world) => `${world} concert`,
      working.told,
    );
    const label = (world) => ELSEWHERE[world] ?? "Europe 1816";
    const others = rows.filter(({ name }) => name in ELSEWHERE);
    const best = others.reduce((a, b) => (b.peace.value > a.peace.value ? b : a));
    const betted = others.find(({ name }) => name === bet);
    working.line.remove();
    place.append(
      verdict(
        betted.peace.upper >= best.peace.lower,
        `Among ${ELSEWHERE[best.name]} peace lasts ${number(best.peace.value, 0)} years of 100.${tooClose(betted, best, betted.peace.upper >= best.peace.lower)}`,
      ),
      h("div", { class: "panels wide" }, chart(rows, "peace", label, bet), chart(rows, "regime", label, bet)),
      h(
        "p",
        {},
        "The same order, and quite different fates. How long an order lasts depends on who lives under it and on what lies between them.",
      ),
      names(
        "What is given to states (strength, geography, arms) is here called the ",
        term("world"),
        "; what they arrange among themselves is the ",
        term("order"),
        ". To ask what the order does in the same world is to ask for its ",
        term("autonomy from power"),
        ".",
      ),
      smallPrint(
        "All worlds under all orders are a table of the sandbox. Which values are facts and which assumptions stands in each file (python -m regimesim show world=europe_1816).",
        "Sources: Jervis 1982; Lipson, ch. 1; Krasner, International Regimes, 1983.",
      ),
      onward("Many histories, and one of them was ours. Did it have to end as it did?", "#accident"),
    );
    lead(place);
  }
}

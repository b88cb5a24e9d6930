/* The sandbox: any world under any order, any parameter, and what becomes of cooperation and peace. */

import { survivalPanel, ticks } from "./charts.js";
import { button, capitalised, h, measure, number, put, say, spoken, table, tell } from "./dom.js";
import { curves, restrictedMean, SPELLS, standing } from "./durations.js";
import { engine } from "./engine.js";
import { Film } from "./film.js";
import { aboutDraws, disputes, inWordsOf, ranges, underDraws } from "./fits.js";
import {
  checkRelations,
  command,
  fresh,
  fromHash,
  fromYaml,
  MOST_RUNS,
  read,
  seedOf,
  toCsv,
  toHash,
  toYaml,
  whole,
  written,
} from "./link.js";
import { offerMatrix } from "./matrix.js";
import { drawPair } from "./pair.js";
import { newOwner, simulate, whyEnded, withdraw } from "./pool.js";
import { listTurns, showCourse } from "./turns.js";

const SEARCH_SHOWS = 12;
/** Runs of the first curve, and milliseconds between two drawings. */
const FEW_RUNS = 100;
const PAUSE = 60;
/** Futures from each year, as many as a page can play while somebody waits: futures times years, rounds and pairs. */
const FUTURES = [200, 100, 50];
const MOST_WORK = 50_000_000;
const WHY =
  "A cause is what lowered the gain from cooperating most in the five years before it gave way; where nothing lowered it, what had estranged the pairs that did not cooperate.";
const TOO_LARGE =
  "How its chance moved takes too long in a page for so large a world: python -m regimesim explain tells it.";
const NO_RECORD =
  "Luck only: these states have no record of their own that would tell how far the assumptions reach.";

export class Sandbox {
  constructor(place, hash) {
    this.place = place;
    this.asked = 0;
    this.owner = newOwner();
    this.published = new Map();
    this.found = [];
    this.pair = [0, 1];
    this.setting = fresh();
    try {
      this.setting = hash ? fromHash(hash) : fresh();
      tell();
    } catch (error) {
      tell(`${error.message} The sandbox is shown as it begins.`);
    }
    this.build();
    this.look();
  }

  get catalogue() {
    return engine.catalogue;
  }

  design() {
    const { key, changes, without } = this.setting;
    return this.catalogue.compose(key, changes, without);
  }

  leave() {
    this.asked += 1;
    withdraw(this.owner);
  }

  /* ---- building ---- */

  build() {
    this.parts = Object.fromEntries(
      [
        "about",
        "answer",
        "reach",
        "why",
        "panels",
        "table",
        "command",
        "film",
        "pair",
        "switches",
        "headline",
        "hits",
        "changed",
        "matrix",
      ].map((name) => [name, h("div", { class: `part-${name}` })]),
    );
    this.parts.answer.setAttribute("role", "status");
    this.parts.runs = h("span", { class: "part-runs" });
    const { parts } = this;
    put(
      this.place,
      h("h1", {}, "Sandbox"),
      h(
        "div",
        { class: "sandbox" },
        h(
          "section",
          { class: "card lead", "aria-label": "World, order and the first sliders" },
          this.pickers(),
          parts.about,
          parts.headline,
          parts.changed,
        ),
        h(
          "section",
          { class: "card answers", "aria-labelledby": "answers" },
          h("h2", { id: "answers" }, "How long it lasts"),
          parts.answer,
          parts.reach,
          h(
            "figure",
            {},
            parts.panels,
            h(
              "figcaption",
              { class: "quiet" },
              "Share of the runs in which it still stands, with 95 % bands (luck). Dashed: as published, on the same seeds. ",
              parts.runs,
            ),
          ),
          parts.why,
          h("details", {}, h("summary", {}, "The curves as a table"), parts.table),
          parts.command,
          this.matrix(),
        ),
        h(
          "section",
          { class: "card more", "aria-labelledby": "more" },
          h("h2", { id: "more" }, "Change more"),
          this.search(),
          h("h3", {}, "Take something away"),
          parts.switches,
          this.luck(),
          this.tools(),
        ),
        h(
          "section",
          { class: "card run", "aria-labelledby": "run" },
          h("h2", { id: "run" }, "One run on the map"),
          parts.film,
        ),
        h(
          "section",
          { class: "card pair", "aria-labelledby": "pair" },
          h("h2", { id: "pair" }, "What two of them are really playing"),
          parts.pair,
        ),
      ),
    );
    this.refresh();
  }

  /** Build anew what depends on the world. */
  refresh() {
    const { data } = this.catalogue;
    const { key } = this.setting;
    put(
      this.parts.about,
      h(
        "p",
        { class: "quiet" },
        data.designs[key].represents ||
          [key.split(" ")]
            .flat()
            .map((name, k) => (k ? data.orders : data.worlds)[name]?.represents ?? "")
            .join(" "),
      ),
    );
    const [world, order] = key.split(" ");
    this.worldList.value = world;
    this.fillOrders(world, order);
    put(
      this.parts.headline,
      data.headline.map((name) => this.control(name)),
    );
    this.showChanged();
    this.showHits();
    this.showSwitches();
    this.pair = [0, 1];
  }

  matrix() {
    return h(
      "details",
      {
        ontoggle: (event) => {
          if (event.target.open && !this.parts.matrix.childElementCount)
            offerMatrix(this.parts.matrix, this.setting.seed);
        },
      },
      h("summary", {}, "All worlds under all orders"),
      this.parts.matrix,
    );
  }

  pickers() {
    const { data } = this.catalogue;
    const worlds = Object.entries(data.worlds).map(([name, { title }]) =>
      h("option", { value: name }, title),
    );
    if ("own" in data.designs)
      worlds.unshift(h("option", { value: "own" }, `${data.designs.own.title} (yours)`));
    this.worldList = h(
      "select",
      { id: "world", onchange: () => this.pick(this.worldList.value, this.orderList.value) },
      worlds,
    );
    this.orderList = h("select", {
      id: "order",
      onchange: () => this.pick(this.worldList.value, this.orderList.value),
    });
    return h(
      "div",
      { class: "pickers" },
      h("label", { for: "world" }, "World", this.worldList),
      h("label", { for: "order" }, "Order", this.orderList),
    );
  }

  fillOrders(world, order) {
    const { data } = this.catalogue;
    this.orderList.disabled = world === "own";
    put(
      this.orderList,
      world === "own"
        ? h("option", { value: "" }, "its own")
        : Object.entries(data.orders).map(([name, { title }]) =>
            h("option", { value: name, disabled: !this.catalogue.key(world, name) }, capitalised(title)),
          ),
    );
    if (order) this.orderList.value = order;
  }

  pick(world, order) {
    const wanted = order || "concert";
    const key =
      world === "own" ? "own" : (this.catalogue.key(world, wanted) ?? this.catalogue.key(world, "self_help"));
    this.setting = { ...this.setting, key, changes: this.takenAlong(key), without: [] };
    this.refresh();
    this.look();
  }

  /** Changes that another world can take over: those of states that it has too. */
  takenAlong(key) {
    const { parameters } = this.catalogue;
    const kept = ([name]) => name === "years" || parameters.has(name) || this.catalogue.ofState(key, name);
    const taken = Object.fromEntries(Object.entries(this.setting.changes).filter(kept));
    if (this.catalogue.data.designs[key].ranked)
      for (const name of Object.keys(taken)) if (name.endsWith(".capability")) delete taken[name];
    return taken;
  }

  tools() {
    this.file = h("input", {
      type: "file",
      accept: ".yaml,.yml",
      hidden: true,
      "aria-label": "A scenario file (YAML)",
      onchange: () => this.open(),
    });
    return h(
      "div",
      { class: "tools" },
      button("Copy link", () => this.share()),
      button("Save YAML", () => this.save()),
      button("Open YAML", () => this.file.click()),
      this.file,
      button("Data (CSV)", () => this.download("csv")),
      button("As published", () => this.reset()),
    );
  }

  reset() {
    const { key } = this.setting;
    this.setting = { ...fresh(), key };
    this.refresh();
    this.look();
  }

  /** A control for a parameter: a slider where it has a range, and always a field. */
  control(name) {
    const { declared, owner } = this.described(name);
    const id = `set-${name.replaceAll(/[^\w]/g, "-")}`;
    const value = this.valueOf(name);
    const label = h("label", { for: id }, `${capitalised(owner)}: ${declared.label}`);
    const field =
      declared.kind === "choice" || declared.kind === "switch"
        ? h(
            "select",
            { id, "aria-describedby": `${id}-help` },
            (declared.kind === "switch" ? ["false", "true"] : declared.choices).map((text) =>
              h("option", { selected: text === written(name, value) }, text),
            ),
          )
        : h("input", {
            id,
            type: "text",
            inputmode: "decimal",
            value: written(name, value),
            "aria-describedby": `${id}-help`,
          });
    field.addEventListener("change", () => this.change(name, field.value, field));
    const range = declared.slide
      ? h("input", {
          type: "range",
          min: declared.slide[0],
          max: declared.slide[1],
          step: declared.step,
          value,
          "aria-label": `${owner}: ${declared.label}, slider`,
        })
      : null;
    range?.addEventListener("input", () => {
      field.value = range.value;
      this.change(name, range.value, field, false);
    });
    range?.addEventListener("change", () => this.settleSoon());
    field.addEventListener("change", () => {
      if (range) range.value = field.value;
    });
    return h(
      "div",
      { class: "control" },
      label,
      h("div", { class: "inputs" }, range, field),
      h(
        "p",
        { class: "quiet", id: `${id}-help` },
        `${capitalised(declared.meaning)}${declared.unit ? ` (${declared.unit})` : ""}.`,
        this.idle(name),
      ),
    );
  }

  /** A note on a parameter that changes nothing in the world as published. */
  idle(name) {
    const reason = this.catalogue.data.designs[this.setting.key].idle[name];
    return reason ? h("strong", {}, ` As published it changes nothing here: ${reason}.`) : null;
  }

  /** The declaration of a parameter or of a state's setting, and its group or the state. */
  described(name) {
    const { key } = this.setting;
    const found = this.catalogue.ofState(key, name);
    if (!found) {
      const declared = this.catalogue.parameters.get(name);
      return { declared, owner: declared.group };
    }
    const { setting: declared, state, i } = found;
    const published = this.catalogue.compose(key).phases[0].states;
    const most = { capability: 2 * published[i].capability, revisionism: 5 }[declared.name];
    const step = most ? 10 ** Math.round(Math.log10(most / 100)) : declared.step;
    const low = declared.name === "capability" ? step : declared.least;
    const slide = declared.kind === "real" ? [low, most ?? declared.most] : null;
    return { declared: { ...declared, slide, step }, owner: spoken(state) };
  }

  valueOf(name, changes = this.setting.changes) {
    const { key } = this.setting;
    const found = this.catalogue.ofState(key, name);
    const { parameters, states } = this.catalogue.compose(key, changes).phases[0];
    return found ? states[found.i][found.setting.name] : parameters[name];
  }

  change(name, text, field, done = true) {
    try {
      const value = read(name, text, this.setting.key);
      const changes = { ...this.setting.changes, [name]: value };
      if (value === this.valueOf(name, {})) delete changes[name];
      checkRelations({ ...this.setting, changes });
      this.setting.changes = changes;
      field.removeAttribute("aria-invalid");
      tell();
    } catch (error) {
      field.setAttribute("aria-invalid", "true");
      tell(error.message);
      return;
    }
    this.showChanged();
    this.look(done);
  }

  /** After a slider has come to rest: what takes longer, once the curves are drawn. */
  settleSoon() {
    this.unsettled = true;
    if (this.place.dataset.ready === String(this.asked)) this.settle();
  }

  settle() {
    this.unsettled = false;
    this.showSwitches();
    this.showFilm();
    this.showPair();
  }

  search() {
    this.query = h("input", {
      type: "search",
      id: "search",
      autocomplete: "off",
      oninput: () => this.showHits(),
    });
    return h(
      "div",
      { class: "search" },
      h(
        "label",
        { for: "search" },
        `Search all ${this.catalogue.parameters.size} parameters, and each state’s own`,
      ),
      this.query,
      this.parts.hits,
    );
  }

  showHits() {
    const words = (this.query?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const { headline } = this.catalogue.data;
    const hits = words.length
      ? this.searched().filter(
          ({ name, label, meaning }) =>
            !headline.includes(name) &&
            words.every((word) => `${name} ${label} ${meaning}`.toLowerCase().includes(word)),
        )
      : [];
    put(
      this.parts.hits,
      hits.slice(0, SEARCH_SHOWS).map(({ name }) => this.control(name)),
      hits.length > SEARCH_SHOWS
        ? h("p", { class: "quiet" }, `${hits.length - SEARCH_SHOWS} more; type another word.`)
        : null,
      words.length && !hits.length ? h("p", { class: "quiet" }, "Nothing with these words.") : null,
    );
  }

  /** All that can be set: parameters, then the settings of each state. */
  searched() {
    const { parameters, settings, data } = this.catalogue;
    const { states, ranked } = data.designs[this.setting.key];
    const own = [...settings.values()].filter(({ name }) => !(ranked && name === "capability"));
    return [
      ...parameters.values(),
      ...states.flatMap((state) =>
        own.map((setting) => ({ ...setting, name: `states.${state}.${setting.name}` })),
      ),
    ];
  }

  showChanged() {
    const names = Object.keys(this.setting.changes);
    put(
      this.parts.changed,
      names.length
        ? h(
            "p",
            { class: "quiet" },
            "Changed: ",
            names.map((name) => [
              button(`${name} = ${written(name, this.setting.changes[name])} ✕`, () => this.undo(name), {
                class: "chip",
                "aria-label": `${name}: back to as published`,
              }),
              " ",
            ]),
          )
        : null,
    );
  }

  undo(name) {
    delete this.setting.changes[name];
    this.refresh();
    this.look();
  }

  showSwitches() {
    const { key, changes, without } = this.setting;
    const present = this.catalogue.present(key, changes);
    put(
      this.parts.switches,
      this.catalogue.data.arrangements
        .filter(({ name }) => present.includes(name))
        .map(({ name, about }) => {
          const box = h("input", {
            type: "checkbox",
            id: `with-${name}`,
            checked: !without.includes(name),
            onchange: () => {
              this.setting.without = box.checked
                ? this.setting.without.filter((one) => one !== name)
                : [...this.setting.without, name];
              this.look();
            },
          });
          return h(
            "p",
            { class: "switch" },
            box,
            h("label", { for: box.id }, h("strong", {}, name), ` ${about}`),
          );
        }),
      present.length ? null : h("p", { class: "quiet" }, "Nothing here could be taken away."),
    );
  }

  luck() {
    const field = (name, label, take) => {
      const input = h("input", {
        type: "text",
        inputmode: "numeric",
        id: `luck-${name}`,
        value: String(this.setting[name]),
        onchange: () => {
          try {
            this.setting[name] = take(input.value);
            tell();
            this.look();
          } catch (error) {
            tell(error.message);
          }
        },
      });
      return h("label", { for: input.id }, label, input);
    };
    return h(
      "div",
      { class: "pickers" },
      field("runs", "Runs", (text) => whole("runs", text, 1, MOST_RUNS)),
      field("seed", "Seed", seedOf),
    );
  }

  /* ---- answers ---- */

  /** Play anew and draw: with few runs at once, then with all. */
  async look(done = true) {
    const asked = (this.asked += 1);
    const wanted = () => asked === this.asked;
    const began = performance.now();
    const design = this.design();
    const { runs, seed } = this.setting;
    this.address();
    withdraw(this.owner);
    this.owner = newOwner();
    let [so, drawn] = [[], 0];
    const redraw = () => {
      if (!wanted() || !so.length) return;
      drawn = performance.now();
      this.draw(so, this.known(), design);
    };
    const sofar = (found, last) => {
      if (!wanted()) return false;
      so = found;
      const first = drawn === 0;
      if (first ? found.length >= Math.min(FEW_RUNS, runs) : last || performance.now() - drawn > PAUSE)
        redraw();
      if (first && drawn) measure("first redraw", began);
      return true;
    };
    const playing = simulate(design, runs, seed, sofar, { owner: this.owner });
    const before = this.playPublished(asked).then(redraw);
    this.unsettled ||= done;
    const found = await playing;
    if (found === null) return;
    measure("whole redraw", began);
    if (this.unsettled) this.settle();
    this.keepPublished(found);
    await before;
    if (!wanted()) return;
    this.found = found;
    this.drawTable();
    this.offerWhy(design);
    this.place.dataset.ready = String(asked);
    await this.playDraws(design, wanted);
  }

  /** What the world as published is known by. */
  publishedKey() {
    const { key, changes, runs, seed } = this.setting;
    return `${key} ${changes.years ?? ""} ${runs} ${seed}`;
  }

  /** Whether what is played is the world as published. */
  isPublished() {
    const { changes, without } = this.setting;
    return !without.length && !Object.keys(changes).some((name) => name !== "years");
  }

  /** Curves of the world as published, with the same years, if they are known and are not what is played. */
  known() {
    return this.isPublished() ? null : (this.published.get(this.publishedKey()) ?? null);
  }

  keepPublished(found) {
    if (this.isPublished()) this.published.set(this.publishedKey(), curves(found));
  }

  async playPublished(asked) {
    const wanted = this.publishedKey();
    if (this.isPublished() || this.published.has(wanted)) return;
    const { key, changes, runs, seed } = this.setting;
    const twin = this.catalogue.compose(key, "years" in changes ? { years: changes.years } : {});
    const wanting = () => asked === this.asked;
    const found = await simulate(twin, runs, seed, wanting, { owner: this.owner });
    if (found !== null) this.published.set(wanted, curves(found));
  }

  /** Offer to look into why cooperation ended. */
  offerWhy(design) {
    const { found } = this;
    const { seed } = this.setting;
    const ask = button("Why did it end?", async () => {
      ask.disabled = true;
      put(this.parts.why, h("p", { class: "quiet" }, "Looking into the runs in which it ended …"));
      const wanted = () => found === this.found;
      const { collapses, causes } = await whyEnded(design, found, seed, wanted);
      if (found === this.found) this.drawWhy(collapses, causes);
    });
    put(this.parts.why, ask);
  }

  drawWhy(collapses, causes) {
    if (!collapses) {
      put(this.parts.why, h("p", {}, "Cooperation ended in none of the runs."));
      return;
    }
    const shares = causes.map(([name, count]) => `${name} ${shareOfCauses(count / collapses)}`);
    put(
      this.parts.why,
      h(
        "p",
        {},
        h("strong", {}, "Why cooperation ended: "),
        `${shares.join(", ")} (of ${collapses} ${collapses === 1 ? "end" : "ends"} looked into).`,
      ),
      h("p", { class: "quiet" }, WHY),
    );
    say(shares.join(", "));
  }

  /** How far the answer reaches over all settings that fit the record, where there is one. */
  async playDraws(design, wanted) {
    const under = underDraws(design, Object.keys(this.setting.changes));
    if (!under) {
      put(this.parts.reach, h("p", { class: "quiet" }, NO_RECORD));
      return;
    }
    put(this.parts.reach, h("p", { class: "quiet" }, "All settings that fit the record are played …"));
    const found = await ranges(under, this.setting.seed, wanted, this.owner);
    if (found === null || !wanted()) return;
    const quarrels = h("p", {});
    put(
      this.parts.reach,
      h(
        "p",
        {},
        "All settings that fit the record: ",
        Object.entries(SPELLS).map(([spell, name], k) => [
          `${k ? "; " : ""}${name.toLowerCase()} `,
          h("strong", {}, inWordsOf(found[spell])),
          " years",
          this.caseOf(under, spell),
        ]),
        ".",
      ),
      quarrels,
      h(
        "details",
        {},
        h("summary", {}, "What these settings are"),
        h("p", { class: "quiet" }, aboutDraws(under)),
      ),
    );
    const counted = await disputes(under, design, this.setting, wanted, this.owner);
    if (counted !== null) put(quarrels, this.disputesLine(counted));
  }

  /** Disputes in the first years of the record: as it is set, over all settings that fit, and the record's own. */
  disputesLine({ first, last, own: { value, lower, upper }, reach, rate }) {
    return [
      `Disputes ${first}–${last}, share of pair-years: `,
      h("strong", {}, `${number(value, 3)} [${number(lower, 3)}, ${number(upper, 3)}]`),
      "; all settings that fit the record ",
      h("strong", {}, inWordsOf(reach)),
      `, the case: ${number(rate, 3)}.`,
    ];
  }

  /** The record's own spell, where the world under its order is the one that the set was made for. */
  caseOf({ set }, spell) {
    const { world, order } = this.catalogue.data.scenarios[set.scenario];
    const there = this.setting.key === `${world} ${order}` && set.case[spell];
    return there ? `, the case: ${there}` : "";
  }

  draw(found, before, design) {
    const now = curves(found);
    const spells = Object.keys(SPELLS);
    const { runs } = this.setting;
    put(
      this.parts.panels,
      spells.map((spell) => survivalPanel(spell, now[spell], before?.[spell] ?? null, design.years)),
    );
    const interval = (curve) => {
      const { value, lower, upper } = restrictedMean(curve, design.years);
      return `${number(value, 1)} [${number(lower, 1)}, ${number(upper, 1)}]`;
    };
    const never = found.filter(({ formed }) => !formed).length;
    put(this.parts.runs, `${found.length}${found.length < runs ? ` of ${runs}` : ""} runs.`);
    put(
      this.parts.answer,
      spells.map((spell) =>
        h(
          "p",
          {},
          `${SPELLS[spell]} lasts `,
          h("strong", {}, interval(now[spell])),
          ` of ${design.years} years on average`,
          before ? ` (as published ${interval(before[spell])})` : "",
          spell === "regime" && never ? `; in ${never} of ${found.length} runs it never forms.` : ".",
        ),
      ),
    );
  }

  drawTable() {
    const [now, before, { years: horizon }] = [curves(this.found), this.known(), this.design()];
    const columns = Object.keys(SPELLS).flatMap((spell) => [
      [SPELLS[spell], now[spell]],
      ...(before ? [["as published", before[spell]]] : []),
    ]);
    put(
      this.parts.table,
      table(
        `Share of ${this.found.length} runs in which it still stands`,
        ["After years", ...columns.map(([name]) => name)],
        ticks(0, horizon, 10).map((year) => [
          year,
          ...columns.map(([, curve]) => `${Math.round(100 * standing(curve, year))} %`),
        ]),
      ),
    );
    const line = command(this.setting);
    put(
      this.parts.command,
      line
        ? h("p", { class: "quiet" }, "The same on a command line, number for number: ", h("code", {}, line))
        : null,
    );
  }

  showFilm() {
    const design = this.design();
    const { replicate, seed } = this.setting;
    const input = h("input", {
      type: "text",
      inputmode: "numeric",
      id: "replicate",
      value: String(replicate),
      onchange: () => {
        try {
          this.setting.replicate = whole("replicate", input.value, 0, 2 ** 32 - 1);
          tell();
          this.address();
          this.showFilm();
        } catch (error) {
          tell(error.message);
        }
      },
    });
    const film = new Film(design).show(replicate, seed);
    const futures = futuresOf(design);
    const course = h("div", { class: "course" });
    const ask = button(`How did its chance move? (${futures} futures from each year)`, async () => {
      ask.remove();
      await this.showTurns(course, { design, replicate, seed, number: futures, owner: this.owner });
    });
    put(
      this.parts.film,
      h(
        "div",
        { class: "pickers" },
        h("label", { for: "replicate" }, "Run", input),
        button("Another run", () => {
          this.setting.replicate = (replicate + 1) % 2 ** 32;
          this.address();
          this.showFilm();
        }),
      ),
      film,
      futures ? ask : h("p", { class: "quiet" }, TOO_LARGE),
      course,
    );
  }

  /** The chance of the run that is shown, year by year, and its turning points. */
  async showTurns(place, asked) {
    const { asked: now } = this;
    const wanted = () => place.isConnected && now === this.asked;
    const drawing = h("div", {});
    put(place, drawing);
    const course = await showCourse(drawing, asked, wanted);
    if (course !== null) place.append(listTurns(course, wanted));
  }

  showPair() {
    drawPair(this.parts.pair, this.design(), this.pair);
  }

  /* ---- sharing ---- */

  address() {
    history.replaceState(null, "", `#sandbox?${toHash(this.setting)}`);
  }

  async share() {
    this.address();
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied.");
      tell();
    } catch {
      tell(`Copy the address of this page: ${location.href}`);
    }
  }

  save() {
    const { key, without } = this.setting;
    if (key === "own")
      tell("A world of your own is saved by the command line: python -m regimesim show NAME resolved=true");
    else if (without.length) tell("A file has no switches: put back what you took away, then save.");
    else this.download("yaml");
  }

  async download(kind) {
    const text = kind === "csv" ? toCsv(await this.wholeRuns()) : toYaml(this.setting);
    const name = `${this.setting.key.replace(" ", "_under_")}.${kind}`;
    const address = URL.createObjectURL(
      new Blob([text], { type: kind === "csv" ? "text/csv" : "text/yaml" }),
    );
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    say(`Saved as ${name}.`);
  }

  /** All that the runs are measured by; the curves need less. */
  wholeRuns() {
    const { runs, seed } = this.setting;
    return simulate(this.design(), runs, seed, () => true, { task: "wholeRuns" });
  }

  async open() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    try {
      this.setting = fromYaml(await file.text());
      tell();
      say(`${file.name} is open.`);
    } catch (error) {
      tell(error.message);
      return;
    }
    this.refresh();
    this.look();
  }
}

/** A share in whole points of 100, as the command line rounds it: a half goes to the even one. */
function shareOfCauses(share) {
  if (share < 0.005) return "under 1 %";
  const points = 100 * share;
  return `${points % 1 === 0.5 ? 2 * Math.round(points / 2) : Math.round(points)} %`;
}

/** How many futures from each year of a run are played here; 0 where even few are too many. */
function futuresOf({ rounds, perYear, states }) {
  const work = ((rounds / perYear) * (rounds / 2) * (states.length * (states.length - 1))) / 2;
  return FUTURES.find((number) => number * work <= MOST_WORK) ?? 0;
}

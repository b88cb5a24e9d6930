/* A block of replicates of one design, from phase to phase: what core/lanes.py is to the command line.
 *
 * The rules are in the kernel. Here its arrays are filled, and changed where a phase begins; every step is that of
 * core/lanes.py, so the same seed gives the same numbers.
 */

import { Kernel } from "./kernel.js";

export const WHOLE = 0;
const UNTIL_DECIDED = 1;
const SINCE_DECIDED = 2;

/** Spells of lanes in which no regime has formed. */
const NO_SPELL = { onset: -1, end: 0, ended: 1, number: 0, total: 0, since: -1, earliest: 0 };

const MARKS = [
  "accuses",
  "accused",
  "charge",
  "joined",
  "extended",
  "broke",
  "new_leader",
  "revolted",
  "wave",
  "systemic",
];

/** The ten pairs of round keys that a seed (a BigInt) stands for: `core.draws.round_keys`. */
function roundKeys(seed) {
  const low = seed & 0xffffffffn;
  const high = seed >> 32n;
  return Array.from({ length: 10 }, (_, r) =>
    [low + BigInt(r) * 0x9e3779b9n, high + BigInt(r) * 0xbb67ae85n].map((key) => Number(key & 0xffffffffn)),
  ).flat();
}

/** The "year" of a regime, in rounds. */
export function windowOf({ phases: [{ parameters }], perYear }) {
  return Math.max(1, Math.floor(parameters["measure.window"] * perYear + 0.5));
}

/** Fields of a world that hold nothing from round to round. */
const ROOM = ["reach", "sums"];

/** Put the lanes of some rows (lanes last) into others, each at the places wanted. */
function spread(rows, lanes, places, target) {
  const wanted = places.length;
  for (let row = 0; row * lanes < rows.length; row += 1) {
    for (let k = 0; k < wanted; k += 1) target[row * wanted + k] = rows[row * lanes + places[k]];
  }
}

/** Divide by the sum over states of each lane, added in their order. */
function toShares(values, states, lanes) {
  for (let lane = 0; lane < lanes; lane += 1) {
    let total = 0;
    for (let i = 0; i < states; i += 1) total += values[i * lanes + lane];
    for (let i = 0; i < states; i += 1) values[i * lanes + lane] /= total;
  }
}

export class Lanes {
  /**
   * @param {Kernel} kernel whose former blocks are forgotten
   * @param {object} design of `compose`
   * @param {number[]} replicates one a lane
   * @param {bigint} seed
   * @param {number[]} points draw of `design.fitted` that each lane is played under, where there are such draws
   */
  constructor(kernel, design, replicates, seed, points = replicates.map(() => 0)) {
    kernel.release();
    this.kernel = kernel;
    this.design = design;
    this.points = points;
    this.used = [...new Set(points)].sort((a, b) => a - b);
    this.lanes = replicates.length;
    this.states = design.states.length;
    this.round = 0;
    this.phase = 0;
    this.block = kernel.allocate({
      N: this.states,
      K: design.buffers.length,
      L: this.lanes,
      T: design.rounds,
      R: this.used.length,
      A: design.automata.length,
      M: design.links.length,
    });
    const { Luck, Setting } = this.block.arrays;
    Luck.keys.set(roundKeys(seed));
    Luck.replicate.set(replicates);
    this.block.numbers.Setting.rounds_per_year = design.perYear;
    this.block.numbers.Setting.one = Number(this.used.length === 1);
    Setting.links.set(design.links.flat());
    Setting.row.set(points.map((point) => this.used.indexOf(point)));
    this.fillStrategies();
    this.fillPrior(Setting.prior);
    this.enter(0);
    this.begin();
  }

  /**
   * Lanes that stand where others stood, and go on with luck of their own.
   *
   * @param {object} standing of `stand`
   * @param {number[]} places the lane of it that each of them continues
   */
  static from(kernel, standing, places, replicates, seed) {
    const { design, points, round, phase } = standing;
    const lanes = new Lanes(
      kernel,
      design,
      replicates,
      seed,
      places.map((place) => points[place]),
    );
    lanes.round = round;
    lanes.phase = phase;
    if (phase > 0) lanes.enter(phase);
    for (const bundle of ["World", "Tally"]) {
      for (const [name, rows] of Object.entries(standing[bundle]))
        spread(rows, points.length, places, lanes.block.arrays[bundle][name]);
    }
    lanes.keepRunning();
    return lanes;
  }

  /** What stands in these lanes now, kept apart from the kernel's memory. */
  stand() {
    const { arrays, places } = this.block;
    const kept = (bundle) =>
      Object.fromEntries(
        Object.keys(places[bundle])
          .filter((name) => !ROOM.includes(name))
          .map((name) => [name, arrays[bundle][name].slice()]),
      );
    const { design, points, round, phase } = this;
    return { design, points, round, phase, World: kept("World"), Tally: kept("Tally") };
  }

  get world() {
    return this.block.arrays.World;
  }
  get game() {
    return this.block.arrays.Game;
  }
  get tally() {
    return this.block.arrays.Tally;
  }

  /** Have these draws replaced in every lane: `core.draws.replaced_keys`. */
  replaceDraws(seed, replacements) {
    const rows = replacements.flatMap(({ round, channel, i, j, word }) => [
      [round, channel >> 1],
      [((Math.min(i, j) << 16) | Math.max(i, j)) >>> 0, 2 * (channel & 1) + Number(i > j)],
      [0, 1],
      [word, 0],
    ]);
    const keys = [...roundKeys(seed), ...rows.flat()];
    const { keys: place } = this.block.places.Luck;
    place.address = this.kernel.take(4 * keys.length);
    place.shape = [keys.length / 2, 2];
    place.size = keys.length;
    new Uint32Array(this.kernel.memory.buffer, place.address, keys.length).set(keys);
  }

  /** Draws of the only lane at an address, round by round: whole numbers of 32 bits. */
  drawn(seed, channel, i, j) {
    const { arrays } = this.block.arrays;
    arrays.keys.set(roundKeys(seed));
    const [replicate] = this.block.arrays.Luck.replicate;
    this.kernel.call("uniforms", this.block, { replicate, first: 0, channel, i, j });
    return Array.from(arrays.found, (unit) => Math.floor(unit * 2 ** 32));
  }

  /** Set rows, a number each, in every lane. */
  fillRows(array, rows) {
    rows.forEach((value, k) => array.fill(value, k * this.lanes, (k + 1) * this.lanes));
  }

  fillPairs(array, table) {
    this.fillRows(array, table.flat());
  }

  /** What trust begins with: that of the design, or of each lane's draw. */
  fillPrior(array) {
    const levels = this.design.fitted?.columns["trust.initial"];
    if (levels === undefined) {
      this.fillPairs(array, this.design.prior);
      return;
    }
    for (let i = 0; i < this.states; i += 1) {
      for (let j = 0; j < this.states; j += 1) {
        if (i === j) continue;
        array.set(
          this.points.map((point) => levels[point]),
          (i * this.states + j) * this.lanes,
        );
      }
    }
  }

  /** The parameters of a phase, for each draw that some lane is played under. */
  rows(phase) {
    const { parameters } = this.design.phases[phase];
    const { fitted } = this.design;
    if (fitted === undefined) return [parameters];
    return this.used.map((point) => ({
      ...parameters,
      ...Object.fromEntries(fitted.names[phase].map((name) => [name, fitted.columns[name][point]])),
    }));
  }

  fillStrategies() {
    const { Setting } = this.block.arrays;
    const { automata, strategies } = this.design;
    this.fillRows(Setting.strategy, strategies);
    Setting.alike.fill(1);
    Setting.cooperate.set(automata.flatMap((automaton) => automaton.cooperate));
    strategies.forEach((number, i) => {
      const { firm, following } = automata[number] ?? NO_AUTOMATON;
      const row = (array, k, value) => array.fill(value, k * this.lanes, (k + 1) * this.lanes);
      row(Setting.firm, i, firm);
      following.forEach((value, k) => row(Setting.following, k * this.states + i, value));
    });
  }

  /** Put the settings of a phase, by its number, in their place. */
  enter(number) {
    const { Setting } = this.block.arrays;
    const [phase, rows] = [this.design.phases[number], this.rows(number)];
    rows.forEach((parameters, r) => this.block.setRecord("parameters", r, parameters));
    const ofRow = (r) => this.design.fitted?.states?.[this.used[r]] ?? phase.states;
    rows.forEach((_, r) =>
      ofRow(r).forEach((state, i) => this.block.setRecord("states", i * rows.length + r, state)),
    );
    this.fillPairs(Setting.affinity, phase.affinity);
    this.fillRows(Setting.strength, phase.strength);
    this.fillRows(
      Setting.ground,
      phase.states.map((state) => state.revisionism),
    );
    const on = rows.map((parameters, r) =>
      switches(this.kernel, this.design, { parameters, states: ofRow(r) }),
    );
    Setting.on.set(on.reduce((all, one) => all.map((value, k) => Math.max(value, one[k]))));
  }

  begin() {
    const { world } = this;
    const { states } = this.design.phases[0];
    const rows = this.rows(0);
    const ofLanes = (name) => this.points.map((point) => rows[this.used.indexOf(point)][name]);
    this.fillRows(
      world.capability,
      states.map((state) => state.capability),
    );
    toShares(world.capability, this.states, this.lanes);
    this.fillRows(
      world.revisionism,
      states.map((state) => state.revisionism),
    );
    this.fillRows(
      world.member,
      states.map((state) => state.member),
    );
    this.fillPrior(world.trust);
    const norm = ofLanes("norms.initial");
    for (let i = 0; i < this.states; i += 1) world.norm.set(norm, i * this.lanes);
    world.credibility.set(ofLanes("sanctions.credibility"));
  }

  /** Enter the phase that the next round belongs to, if it is a new one. */
  enterPhase() {
    const { phases } = this.design;
    while (this.phase + 1 < phases.length && phases[this.phase + 1].round <= this.round) {
      const before = phases[this.phase].states;
      this.phase += 1;
      this.enter(this.phase);
      this.takeOver(before, phases[this.phase].states);
      this.game.fresh.fill(1);
      this.forgetRound();
      this.keepRunning();
    }
  }

  /** What is on runs its course under any rates. */
  keepRunning() {
    this.keepOn("war", this.world.at_war);
    this.keepOn("sanctions", this.world.fine);
  }

  keepOn(mechanism, left) {
    const { on } = this.block.arrays.Setting;
    if (left.some((rounds) => rounds > 0)) on[this.kernel.description.mechanisms.indexOf(mechanism)] = 1;
  }

  /** Move what states are by as much as their settings differ from those of the former phase. */
  takeOver(before, after) {
    const { capability, revisionism, member } = this.world;
    const { lanes } = this;
    let grown = false;
    for (const [i, state] of after.entries()) {
      const change = state.revisionism - before[i].revisionism;
      const ratio = state.capability / before[i].capability;
      grown ||= state.capability !== before[i].capability;
      for (let at = i * lanes; at < (i + 1) * lanes; at += 1) {
        if (change !== 0) revisionism[at] = Math.max(revisionism[at] + change, 0);
        if (state.member !== before[i].member) member[at] = state.member;
        if (state.capability !== before[i].capability) capability[at] *= ratio;
      }
    }
    if (grown) toShares(capability, this.states, lanes);
  }

  forgetRound() {
    for (const mark of MARKS) this.world[mark].fill(0);
    this.game.law.fill(0);
    this.world.sanction.fill(-1);
  }

  /** Play up to, not including, a round. */
  play(until = this.design.rounds) {
    const stop = Math.min(until, this.design.rounds);
    while (this.round < stop) {
      this.enterPhase();
      const last = Math.min(stop, this.design.phases[this.phase + 1]?.round ?? stop);
      this.call(last, WHOLE);
      this.round = last;
    }
  }

  /** Steps 1 to 3 of the next round; intentions may then be changed. */
  decide() {
    this.enterPhase();
    this.call(this.round + 1, UNTIL_DECIDED);
  }

  /** Steps 4 to 10, after `decide`. */
  carryOut() {
    this.call(this.round + 1, SINCE_DECIDED);
    this.round += 1;
  }

  call(last, part) {
    this.kernel.call("play", this.block, { first: this.round, last, part });
  }

  /** The terms (now, future, law, norm) of every margin: [N, N, 4, L]. */
  margins() {
    this.enterPhase();
    this.kernel.call("margins", this.block);
    return this.block.arrays.arrays.terms;
  }

  /** The first regime of each lane, in rounds, as far as they have been played. */
  regimes() {
    const { parameters } = this.design.phases[0];
    const window = windowOf(this.design);
    const scale = (window * this.states * (this.states - 1)) / 2;
    const { arrays, Tally, Spells } = this.block.arrays;
    arrays.cooperating.set(Tally.cooperating);
    for (const [name, fill] of Object.entries(NO_SPELL)) Spells[name].fill(fill);
    const place = this.block.places.arrays.cooperating;
    const { shape, size } = place;
    place.shape = [this.round, this.lanes];
    place.size = this.round * this.lanes;
    this.kernel.call("scan", this.block, {
      window,
      high: parameters["measure.onset"] * scale,
      low: parameters["measure.collapse"] * scale,
    });
    place.shape = shape;
    place.size = size;
    return Spells;
  }
}

const STAYS = Array.from({ length: 8 }, (_, k) => k);
/** A state without an automaton stays where it is: the last row of `core.strategies.as_bits`. */
const NO_AUTOMATON = {
  firm: 0,
  following: [0, 8].flatMap((first) => {
    const bits = STAYS.reduce((sum, k) => sum + (k + first) * 2 ** (4 * k), 0);
    return [bits, bits, bits, bits];
  }),
};

/** Which mechanisms are on: `core.lanes._switches`. */
function switches(kernel, design, { parameters: p, states }) {
  const prudent = design.strategies.some((number) => number < 0);
  const automata = design.automata.filter((_, number) => design.strategies.includes(number));
  const rule = design.rules[p["sanctions.rule"]];
  const errs = p["transparency.miss_rate"] > 0 || p["transparency.false_alarm_rate"] > 0;
  const on = {
    prudent,
    automata: automata.length > 0,
    leaders: p["domestic.turnover"] > 0 || p["domestic.revolution"] > 0,
    war: p["war.unilateral"] > 0 || p["war.mutual"] > 0,
    absorption: p["geography.absorption"] > 0,
    sanctions: rule !== "none",
    votes: rule === "centralized",
    protection: prudent && rule === "collective",
    growth: p["power.volatility"] > 0 || states.some((state) => state.growth !== 0),
    chance: automata.some(({ drawn }) => drawn) || (prudent && p["choice.temperature"] > 0),
    errors: errs && p["transparency.level"] < 1,
    accounts: true,
    large: automata.some(({ large }) => large),
    trembles: p["choice.tremble"] > 0,
    surprises: p["transparency.early_warning"] > 0 || p["deterrence.first_strike_gain"] > 0,
    allies: p["sanctions.alliance_weight"] > 0,
  };
  return kernel.description.mechanisms.map((name) => Number(on[name]));
}

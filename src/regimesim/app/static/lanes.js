/* A block of replicates of one design, from phase to phase: what core/lanes.py is to the command line.
 *
 * The rules are in the kernel. Here its arrays are filled, and changed where a phase begins; every step is that of
 * core/lanes.py, so the same seed gives the same numbers.
 */

import { Kernel } from "./kernel.js";

export const WHOLE = 0;
const UNTIL_DECIDED = 1;
const SINCE_DECIDED = 2;

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
   */
  constructor(kernel, design, replicates, seed) {
    kernel.release();
    this.kernel = kernel;
    this.design = design;
    this.lanes = replicates.length;
    this.states = design.states.length;
    this.round = 0;
    this.phase = 0;
    this.block = kernel.allocate({
      N: this.states,
      K: design.buffers.length,
      L: this.lanes,
      T: design.rounds,
      R: 1,
      A: design.automata.length,
      M: design.links.length,
    });
    const { Luck, Setting } = this.block.arrays;
    Luck.keys.set(roundKeys(seed));
    Luck.replicate.set(replicates);
    this.block.numbers.Setting.rounds_per_year = design.perYear;
    Setting.links.set(design.links.flat());
    this.fillStrategies();
    this.fillPairs(Setting.prior, design.prior);
    this.enter(design.phases[0]);
    this.begin();
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

  /** Set rows, a number each, in every lane. */
  fillRows(array, rows) {
    rows.forEach((value, k) => array.fill(value, k * this.lanes, (k + 1) * this.lanes));
  }

  fillPairs(array, table) {
    this.fillRows(array, table.flat());
  }

  fillStrategies() {
    const { Setting } = this.block.arrays;
    const { automata, strategies } = this.design;
    this.fillRows(Setting.strategy, strategies);
    Setting.cooperate.set(automata.flatMap((automaton) => automaton.cooperate));
    strategies.forEach((number, i) => {
      const { firm, following } = automata[number] ?? NO_AUTOMATON;
      const row = (array, k, value) => array.fill(value, k * this.lanes, (k + 1) * this.lanes);
      row(Setting.firm, i, firm);
      following.forEach((value, k) => row(Setting.following, k * this.states + i, value));
    });
  }

  /** Put the settings of a phase in their place. */
  enter(phase) {
    const { Setting } = this.block.arrays;
    this.block.setRecord("parameters", 0, phase.parameters);
    phase.states.forEach((state, i) => this.block.setRecord("states", i, state));
    this.fillPairs(Setting.affinity, phase.affinity);
    this.fillRows(Setting.strength, phase.strength);
    this.fillRows(
      Setting.ground,
      phase.states.map((state) => state.revisionism),
    );
    Setting.on.set(switches(this.kernel, this.design, phase));
  }

  begin() {
    const { world } = this;
    const { parameters, states } = this.design.phases[0];
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
    this.fillPairs(world.trust, this.design.prior);
    world.norm.fill(parameters["norms.initial"]);
    world.credibility.fill(parameters["sanctions.credibility"]);
  }

  /** Enter the phase that the next round belongs to, if it is a new one. */
  enterPhase() {
    const { phases } = this.design;
    while (this.phase + 1 < phases.length && phases[this.phase + 1].round <= this.round) {
      const before = phases[this.phase].states;
      this.phase += 1;
      this.enter(phases[this.phase]);
      this.takeOver(before, phases[this.phase].states);
      this.game.fresh.fill(1);
      this.forgetRound();
      this.keepOn("war", this.world.at_war);
      this.keepOn("sanctions", this.world.fine);
    }
  }

  /** What is on runs its course under any rates. */
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

  /** The first regime of each lane, in rounds. */
  regimes() {
    const { parameters } = this.design.phases[this.phase];
    const window = Math.max(1, Math.floor(parameters["measure.window"] * this.design.perYear + 0.5));
    const scale = (window * this.states * (this.states - 1)) / 2;
    const { arrays, Tally } = this.block.arrays;
    arrays.cooperating.set(Tally.cooperating);
    this.kernel.call("scan", this.block, {
      window,
      high: parameters["measure.onset"] * scale,
      low: parameters["measure.collapse"] * scale,
    });
    return this.block.arrays.Spells;
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

/* Why cooperation ended: the margin as it gave way against five years before, and who was estranged.
 *
 * By the rule of analysis/collapse.py, so that the shares are those of `python -m regimesim run`.
 */

import { Lanes, windowOf } from "./lanes.js";

const YEARS_BEFORE = 5;
const ROUNDING = 1e-9;
const [MEMORY, LEADERS, TRUST] = ["memory faded", "new leaders", "trust lost"];
const [APART, CONDITIONS] = ["estrangement in force", "new conditions"];
/** Causes that may have lowered the margin, and the parts of the world that carry each. */
const CAUSES = {
  [MEMORY]: [],
  [LEADERS]: [],
  "buffers lost": ["sovereign"],
  "grievances grew": ["revisionism", "turmoil"],
  [TRUST]: ["trust"],
  "power shifted": ["capability"],
  "enforcement failed": ["credibility", "member"],
  [APART]: ["left", "kind", "at_war"],
  [CONDITIONS]: [],
};
/** Why a pair does not cooperate. */
const GROUNDS = ["not estranged", "misperception", "quarrels abroad", "breach", "sanctions", "war"];
const [OPEN, FALSELY, ABROAD, RIGHTLY, EXCLUDED, AT_WAR] = GROUNDS.keys();
const APART_BY = {
  [FALSELY]: "misunderstanding",
  [RIGHTLY]: "breach",
  [EXCLUDED]: "sanction",
  [AT_WAR]: "war",
};
const [MISUNDERSTANDING, BREACH, SANCTION] = [1, 2, 3];
const COUNTED = ["false_alarms", "exploitations", "misses"];

const each = (count, value) => Array.from({ length: count }, (_, k) => value(k));
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The cause of each collapse: `replicates` whose regime began in round `onset` and collapsed from round `end` on. */
export function causes(kernel, { design, replicates, onset, end, seed }) {
  const window = windowOf(design);
  const way = gaveWay(kernel, design, replicates, seed, end, window);
  const begin = way.map((round, k) => Math.max(onset[k], round - Math.round(YEARS_BEFORE * design.perYear)));
  const course = followed(kernel, design, replicates, seed, { begin, way, end, window });
  const found = contributions(kernel, design, course.before, course.after, course.led);
  const later = contributions(kernel, design, course.before, course.later, course.ledLater);
  return replicates.map((_, lane) => {
    const nothing = Object.keys(CAUSES).every((cause) => found[cause][lane] >= -ROUNDING);
    return causeOf(nothing ? later : found, course.ground[lane], lane);
  });
}

/** The first round from `end` on in which fewer than the threshold's share of the pairs cooperate. */
function gaveWay(kernel, design, replicates, seed, end, window) {
  const lanes = new Lanes(kernel, design, replicates, seed);
  lanes.play(Math.max(...end) + window);
  const [{ cooperating }, n] = [lanes.tally, lanes.states];
  const low = design.phases[0].parameters["measure.collapse"] * ((n * (n - 1)) / 2);
  return end.map((first, lane) => {
    const k = each(window, (t) => cooperating[(first + t) * lanes.lanes + lane]).findIndex(
      (pairs) => pairs < low,
    );
    return first + Math.max(k, 0);
  });
}

/** The world of each lane at a time of its own. */
class Moment {
  constructor(lanes) {
    const { World, Tally } = lanes.stand();
    this.world = World;
    this.phases = each(lanes.lanes, () => lanes.phase);
    this.counted = Object.fromEntries(COUNTED.map((name) => [name, Tally[name]]));
  }

  /** Let some lanes be as they stand now. */
  keep(lanes, which) {
    const copy = (target, source) => {
      for (let row = 0; row < source.length; row += lanes.lanes)
        for (const lane of which) target[row + lane] = source[row + lane];
    };
    for (const name of Object.keys(this.world)) copy(this.world[name], lanes.world[name]);
    for (const name of COUNTED) copy(this.counted[name], lanes.tally[name]);
    for (const lane of which) this.phases[lane] = lanes.phase;
  }
}

/** Play lanes through their collapses. */
function followed(kernel, design, replicates, seed, { begin, way, end, window }) {
  const lanes = new Lanes(kernel, design, replicates, seed);
  const late = way.map((round) => Math.min(round + window, design.rounds) - 1);
  const moments = [
    [new Moment(lanes), begin],
    [new Moment(lanes), way],
    [new Moment(lanes), late],
  ];
  let norm = [...lanes.world.norm];
  const [led, ledLater] = [[...norm], [...norm]];
  const grounds = new Grounds(lanes);
  const last = Math.max(...late);
  for (let t = 0; t <= last; t += 1) {
    const [faded, settled] = [withoutNewLeaders(lanes, norm), whoSettles(lanes)];
    lanes.decide();
    const { world, lanes: count } = lanes;
    norm = norm.map((_, at) => (begin[at % count] < t ? faded[at] : world.norm[at]));
    for (const [moment, when] of moments) {
      const now = [...when.keys()].filter((lane) => when[lane] === t);
      if (now.length) moment.keep(lanes, now);
    }
    for (let at = 0; at < norm.length; at += 1) {
      if (way[at % count] === t) led[at] = norm[at];
      if (late[at % count] === t) ledLater[at] = norm[at];
    }
    lanes.carryOut();
    norm = norm.map((value, at) => (settled[at] ? 1 : value));
    grounds.look((lane) => end[lane] <= t && t < end[lane] + window);
  }
  const [before, after, later] = moments.map(([moment]) => moment);
  return { before, after, later, led, ledLater, ground: grounds.count };
}

/** Norms as they fade and are renewed in step 1 of the next round (docs/model.md, section 4.7). */
function withoutNewLeaders(lanes, norm) {
  lanes.enterPhase();
  const { parameters: p } = lanes.design.phases[lanes.phase];
  const m = lanes.design.perYear;
  const kept = Math.exp(-Math.log(2) / (p["norms.half_life"] * m));
  const renewed = 1 - Math.exp((-p["diplomacy.conference"] * p["norms.socialization"]) / m);
  return norm.map((value, at) => {
    const faded = value * kept;
    return faded + renewed * lanes.world.member[at] * (1 - faded);
  });
}

/** Which states of which lanes end a war in the coming round. */
function whoSettles({ world, states, lanes }) {
  return each(states * lanes, (at) => {
    const [i, lane] = [Math.floor(at / lanes), at % lanes];
    return each(states, (j) => world.at_war[(i * states + j) * lanes + lane]).includes(1);
  });
}

/** Why each pair is estranged, followed round by round. */
class Grounds {
  constructor(lanes) {
    this.lanes = lanes;
    this.ground = new Int8Array(lanes.states ** 2 * lanes.lanes);
    this.count = each(lanes.lanes, () => GROUNDS.map(() => 0));
  }

  /** Count the pairs without cooperation in the lanes that are `wanted`; then see which pairs break. */
  look(wanted) {
    const { world, states: n, lanes } = this.lanes;
    for (let i = 0; i < n; i += 1) {
      for (let j = i + 1; j < n; j += 1) {
        for (let lane = 0; lane < lanes; lane += 1) {
          const [to, back] = [(i * n + j) * lanes + lane, (j * n + i) * lanes + lane];
          const both = world.action[to] && world.action[back] && world.open[to];
          if (wanted(lane) && !both) this.count[lane][this.stateOf(to)] += 1;
          if (world.broke[to] > 0) this.ground[to] = this.brokenBy(to, back);
        }
      }
    }
  }

  stateOf(to) {
    const { world } = this.lanes;
    if (world.played[to] === 0) return AT_WAR;
    return world.open[to] > 0 ? OPEN : this.ground[to];
  }

  brokenBy(to, back) {
    const { world } = this.lanes;
    const charges = [
      [to, back],
      [back, to],
    ].filter(([one]) => world.charge[one] > 0);
    const [falsely, rightly] = [1, 0].map((did) => charges.some(([, other]) => world.action[other] === did));
    if (world.broke[to] === SANCTION) return EXCLUDED;
    if (world.broke[to] === BREACH) return rightly ? RIGHTLY : FALSELY;
    return falsely ? FALSELY : ABROAD;
  }
}

/** What each change in the world did to the mean margin, and whether it was misperceived. */
function contributions(kernel, design, before, after, led) {
  const total = meanMargin(kernel, design, after, {});
  const unfaded = after.world.norm.map(
    (norm, at) => norm * (led[at] > 0 ? before.world.norm[at] / led[at] : 1),
  );
  const found = {};
  for (const [cause, fields] of Object.entries(CAUSES)) {
    const parts = Object.fromEntries(fields.map((name) => [name, before.world[name]]));
    if (cause === MEMORY) parts.norm = unfaded;
    if (cause === LEADERS) parts.norm = led;
    const phases = cause === CONDITIONS ? before.phases : after.phases;
    const without = meanMargin(kernel, design, { ...after, phases }, parts);
    found[cause] = total.map((margin, lane) => margin - without[lane]);
  }
  found.misperceived = total.map((_, lane) => {
    const [alarms, defected, missed] = COUNTED.map(
      (name) => after.counted[name][lane] - before.counted[name][lane],
    );
    return alarms > 0 && alarms >= defected - missed;
  });
  found.kind = total.map((_, lane) => kindInForce(design.states.length, after.world, lane, total.length));
  return found;
}

/** Mean over pairs of the lesser margin of each lane, with some parts of its world replaced. */
function meanMargin(kernel, design, { world, phases }, parts) {
  const count = phases.length;
  const lanes = new Lanes(
    kernel,
    asRows(design),
    phases.map(() => 0),
    0n,
    phases,
  );
  const { Setting } = lanes.block.arrays;
  phases.forEach((number, lane) => {
    const { affinity, strength, states } = design.phases[number];
    const put = (array, values) => values.forEach((value, row) => (array[row * count + lane] = value));
    put(Setting.affinity, affinity.flat());
    put(Setting.strength, strength);
    put(
      Setting.ground,
      states.map(({ revisionism }) => revisionism),
    );
  });
  for (const [name, values] of Object.entries({ ...world, ...parts })) lanes.world[name].set(values);
  lanes.keepRunning();
  return leastOfPairs(lanes);
}

function leastOfPairs(lanes) {
  const { states: n, lanes: count } = lanes;
  const terms = lanes.margins();
  const margin = (i, j, lane) => sum(each(4, (k) => terms[((i * n + j) * 4 + k) * count + lane]));
  const pairs = each(n, (i) => each(n - i - 1, (k) => [i, i + 1 + k])).flat();
  return each(
    count,
    (lane) => sum(pairs.map(([i, j]) => Math.min(margin(i, j, lane), margin(j, i, lane)))) / pairs.length,
  );
}

/** A design whose phases are its draws, so that lanes may stand in different ones. */
function asRows(design) {
  const [first] = design.phases;
  const varied = Object.keys(first.parameters).filter((name) =>
    design.phases.some(({ parameters }) => parameters[name] !== first.parameters[name]),
  );
  const columns = Object.fromEntries(
    varied.map((name) => [name, design.phases.map(({ parameters }) => parameters[name])]),
  );
  return {
    ...design,
    phases: [first],
    fitted: { names: [varied], columns, states: design.phases.map(({ states }) => states) },
  };
}

/** The commonest kind of what keeps the pairs of a lane apart. */
function kindInForce(n, { left, kind, at_war }, lane, lanes) {
  const counts = GROUNDS.map(() => 0);
  const kinds = { [MISUNDERSTANDING]: FALSELY, [BREACH]: RIGHTLY, [SANCTION]: EXCLUDED };
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const at = (i * n + j) * lanes + lane;
      const ground = left[at] > 0 ? kinds[kind[at]] : undefined;
      if (ground !== undefined) counts[ground] += 1;
      if (at_war[at] > 0) counts[AT_WAR] += 1;
    }
  }
  return counts.indexOf(Math.max(...counts));
}

/** What lowered the margin most in a lane; if nothing, what estranged those that did not cooperate. */
function causeOf(found, counts, lane) {
  const lowest = Object.keys(CAUSES).reduce((a, b) => (found[b][lane] < found[a][lane] ? b : a));
  if (found[lowest][lane] < -ROUNDING) {
    if (lowest === TRUST && found.misperceived[lane]) return "misperception";
    const kind = APART_BY[found.kind[lane]];
    return lowest === APART && kind ? `${APART} (${kind})` : lowest;
  }
  const grounds = [FALSELY, ABROAD, EXCLUDED];
  const blameless = sum(grounds.map((ground) => counts[ground]));
  if (blameless > 0 && blameless >= counts[OPEN] + counts[RIGHTLY])
    return GROUNDS[grounds.reduce((a, b) => (counts[b] > counts[a] ? b : a))];
  return "chance";
}

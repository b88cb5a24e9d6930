/* One run, year by year: the world as each year ended, and what happened in it. */

import { spoken } from "./dom.js";
import { Lanes, WHOLE } from "./lanes.js";

export const TERMS = ["now", "future", "law", "norm"];
export const TERM_WORDS = {
  now: "gains of the day",
  future: "the future of the relationship",
  law: "expected sanctions",
  norm: "memory and conscience",
};
const KINDS = ["", "misunderstanding", "breach", "sanction"];

/** Play one replicate and keep `frames`, one a year, `events`, `{frame, date, text, kind}`, and its first `regime`. */
export function history(kernel, design, replicate, seed) {
  const lanes = new Lanes(kernel, design, [replicate], seed);
  const [frames, events] = [[], []];
  while (lanes.round < design.rounds) frames.push(oneYear(lanes, frames.length, events));
  const { onset, end, ended } = lanes.regimes();
  return {
    frames,
    events: withPhases(events, design),
    regime: { formed: onset[0] >= 0, onset: onset[0], end: end[0], ended: ended[0] !== 0 },
  };
}

function oneYear(lanes, frame, events) {
  const { design, states } = lanes;
  const [war, apart] = [new Set(), new Set()];
  const end = Math.min(design.rounds, (frame + 1) * design.perYear);
  const [first, rounds] = [lanes.round, end - lanes.round];
  while (lanes.round < end) {
    const before = publicly(lanes);
    lanes.enterPhase();
    lanes.call(lanes.round + 1, WHOLE);
    lanes.round += 1;
    for (const [a, b] of pairsOf(states)) {
      const at = a * states + b;
      if (lanes.world.at_war[at] > 0 || !lanes.world.played[at]) war.add(at);
      else if (!lanes.world.open[at]) apart.add(at);
    }
    for (const event of happened(lanes, before)) events.push({ frame, date: dated(design, frame), ...event });
  }
  const { world, tally } = lanes;
  let cooperating = 0;
  for (let t = first; t < end; t += 1) cooperating += tally.cooperating[t];
  const listOf = (set) => pairsOf(states).filter(([a, b]) => set.has(a * states + b));
  return {
    year: design.start + frame,
    capability: [...world.capability],
    trust: Array.from({ length: states }, (_, i) => [...world.trust.subarray(i * states, (i + 1) * states)]),
    war: listOf(war),
    estranged: listOf(new Set([...apart].filter((at) => !war.has(at)))),
    standing: [...world.sovereign],
    turmoil: [...world.turmoil].map((left) => left > 0),
    cooperation: cooperating / (rounds * pairsOf(states).length),
  };
}

/** The year of a frame as people say it: of the calendar, or since the start. */
export function dated({ start }, frame) {
  return start ? String(start + frame) : `year ${frame + 1}`;
}

function pairsOf(states) {
  const found = [];
  for (let a = 0; a < states; a += 1) for (let b = a + 1; b < states; b += 1) found.push([a, b]);
  return found;
}

/** What everybody can see, before a round. */
export function publicly({ world }) {
  return { war: [...world.at_war], left: [...world.left], standing: [...world.sovereign] };
}

/** What happened in the round that was just played, as `{text, kind}`. */
export function happened(lanes, before, inside = true) {
  const { world, states: n, design } = lanes;
  const names = design.states.map(spoken);
  const found = [];
  const tell = (kind, text) => found.push({ kind, text });
  if (world.wave[0]) tell("revolution", "A wave of revolution.");
  names.forEach((name, i) => {
    if (world.revolted[i]) tell("revolution", `Revolution in ${name}.`);
  });
  for (const [a, b] of pairsOf(n)) {
    const at = a * n + b;
    const both = `${names[a]} and ${names[b]}`;
    if (before.war[at] === 1 && world.at_war[at] === 0) tell("peace", `Peace between ${both}.`);
    if (world.at_war[at] > 0 && before.war[at] <= 1) tell("war", `War between ${both}.`);
    if (before.left[at] === 0 && world.left[at] > 0 && world.kind[at]) {
      tell(
        "estranged",
        `${both} are estranged: ${inside ? why(lanes, a, b) : `a ${KINDS[world.kind[at]]}`}.`,
      );
    }
    if (before.left[at] > 0 && world.left[at] === 0 && world.at_war[at] === 0)
      tell("open", `${both} deal with each other again.`);
  }
  design.buffers.forEach(({ name }, k) => {
    if (world.sovereign[k] !== before.standing[k]) {
      tell("buffer", `${spoken(name)} ${world.sovereign[k] ? "stands again" : "is absorbed"}.`);
    }
  });
  if (world.systemic[0]) tell("war", "Most states are at war.");
  return found;
}

/** Why a pair became estranged in this round. */
function why({ world, states: n, design }, a, b) {
  const kind = KINDS[world.kind[a * n + b]];
  if (kind === "sanction") return "one joins a sanction against the other";
  const charges = [
    [a, b],
    [b, a],
  ]
    .filter(([i, j]) => world.charge[i * n + j] > 0)
    .map(([i, j]) => [spoken(design.states[i]), spoken(design.states[j]), world.action[j * n + i] === 0]);
  if (kind === "misunderstanding") {
    return charges.length
      ? `${charges[0][0]} accused ${charges[0][1]} falsely, and they talked it over`
      : "a quarrel abroad";
  }
  return (
    charges
      .map(([accuser, accused, guilty]) =>
        guilty
          ? `${accused} defected, and ${accuser} saw it`
          : `${accuser} saw a defection of ${accused} that was none`,
      )
      .join("; ") || "a breach"
  );
}

function withPhases(events, design) {
  const changes = design.phases
    .slice(1)
    .filter(({ because }) => because)
    .map(({ year, because }) => {
      const frame = Math.floor(year);
      return { frame, date: dated(design, frame), kind: "epoch", text: `${because}.` };
    })
    .filter(({ frame }) => frame < design.years);
  return [...changes, ...events].sort((one, other) => one.frame - other.frame);
}

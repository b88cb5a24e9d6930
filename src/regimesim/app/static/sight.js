/* What a played state sees and does: its reports, its picture of the world, its intentions, its cabinet. */

import { capitalised, h, number, table } from "./dom.js";

/** A table that may be wider than a phone. */
export function scrolled(caption, heads, rows) {
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    table(caption, heads, rows),
  );
}

export function chosen(move, p, k, width) {
  return move[p * width + k] === "C" ? "you cooperated" : "you defected";
}

export function seenIn(row) {
  if (!row) return "No dealings yet.";
  if (row.war) return "Last year: war.";
  if (!row.dealt) return "Last year: no dealings, estranged.";
  const text =
    row.saw === row.dealt
      ? "it cooperated"
      : `it defected in ${row.dealt - row.saw} of ${row.dealt} dealings`;
  return `Last year your envoy reported: ${text}.`;
}

export function note(world, row, own, n) {
  const at = own * n + row.other;
  row.dealt += world.open[at];
  row.war ||= world.at_war[at] > 0 || !world.played[at];
  row.apart += Number(world.played[at] && !world.open[at]);
  row.did += Number(world.open[at] && world.action[at]);
  row.saw += Number(world.open[at] && world.seen[at]);
}

/** Write the intentions of the played states, where they are open to the other. */
export function setIntentions(lanes, states, move, n) {
  const { world, lanes: count } = lanes;
  states.forEach((own, p) => {
    const others = Array.from({ length: n }, (_, k) => k).filter((k) => k !== own);
    others.forEach((other, k) => {
      const told = Number(move[p * (n - 1) + k] === "C");
      for (let at = (own * n + other) * count; at < (own * n + other + 1) * count; at += 1)
        if (world.open[at]) world.intend[at] = told;
    });
  });
}

export function playRound(lanes, states, move, n) {
  lanes.decide();
  setIntentions(lanes, states, move, n);
  lanes.carryOut();
}

export const pairIn = (pairs, a, b) => pairs.some(([c, d]) => (c === a && d === b) || (c === b && d === a));

/** What a state sees of the world as it stands. */
export function frameOf({ world, states: n }, own) {
  const pairs = Array.from({ length: n * n }, (_, at) => [Math.floor(at / n), at % n]).filter(
    ([a, b]) => a < b,
  );
  return {
    own,
    capability: [...world.capability],
    trust: [...world.trust.subarray(own * n, (own + 1) * n)],
    war: pairs.filter(([a, b]) => world.at_war[a * n + b] > 0),
    estranged: pairs.filter(([a, b]) => world.kind[a * n + b] > 0 && world.at_war[a * n + b] === 0),
    standing: [...world.sovereign],
    turmoil: [...world.turmoil].map((left) => left > 0),
  };
}

/** What a prudent cabinet would say of each other state. */
export function adviceOf(lanes, own, others) {
  const terms = [...lanes.margins()];
  return others.map((other) => {
    const [now, future, law, norm] = terms.slice(
      (own * lanes.states + other) * 4,
      (own * lanes.states + other) * 4 + 4,
    );
    const margin = now + future + law + norm;
    return `${capitalised(margin >= 0 ? "cooperate" : "defect")} (margin ${number(margin)}): now ${number(now)}, the future ${number(future)}, sanctions ${number(law)}, conscience ${number(norm)}.`;
  });
}

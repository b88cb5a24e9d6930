/* A small game of two, in plain sight: what the first screens are played with.
 *
 * Moves are true (keep the deal) and false (cheat). The later screens are played with the kernel and not with this.
 */

export const POINTS = { temptation: 5, reward: 3, punishment: 1, sucker: 0 };

/** What one side earns in a round. */
export function earns(own, other) {
  if (own) return other ? POINTS.reward : POINTS.sucker;
  return other ? POINTS.temptation : POINTS.punishment;
}

/** Numbers in (0, 1) that are the same for the same seed: xorshift128 (Marsaglia 2003). */
export function chance(seed) {
  let [x, y, z, w] = [seed | 0 || 1, 362436069, 521288629, 88675123];
  const next = () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return ((w >>> 0) + 0.5) / 4294967296;
  };
  for (let k = 0; k < 20; k += 1) next();
  return next;
}

/** The tempers: each decides from what it saw of the other so far, and what it did itself. */
export const TEMPERS = {
  like: (seen) => seen.at(-1) ?? true,
  never: (seen) => !seen.includes(false),
  kind: () => true,
  cheat: () => false,
  forgiving: (share) => (seen, own, random) => (seen.at(-1) ?? true) || random() < share,
};

/**
 * A game between two tempers.
 *
 * `misread` is the chance that a move is seen as its opposite. Gives rounds `{moves, seen}`, a pair each.
 */
export function play(tempers, rounds, misread, random) {
  const own = [[], []];
  const seen = [[], []];
  const found = [];
  for (let round = 0; round < rounds; round += 1) {
    const moves = tempers.map((temper, k) => temper(seen[k], own[k], random));
    const looks = moves.map((_, k) => (random() < misread ? !moves[1 - k] : moves[1 - k]));
    moves.forEach((move, k) => {
      own[k].push(move);
      seen[k].push(looks[k]);
    });
    found.push({ moves, seen: looks });
  }
  return found;
}

/** Points of both sides over some rounds. */
export function points(rounds) {
  return [0, 1].map((k) => rounds.reduce((sum, { moves }) => sum + earns(moves[k], moves[1 - k]), 0));
}

/** Every way to choose in so many rounds: all keep first, all cheat last. */
export function everyWay(rounds) {
  return Array.from({ length: 2 ** rounds }, (_, code) =>
    Array.from({ length: rounds }, (__, k) => !((code >> (rounds - 1 - k)) & 1)),
  );
}

/** A player whose moves are laid down beforehand. */
export const fixed = (moves) => (seen) => moves[seen.length];

/** Four are asked to shut out a cheat. See the screen `third`. */
export const CASE = { cost: 2, damage: 4, enough: 3 };

/** Who of the others joins, from what happened before: Grete always, Tilda while it works, Bruno if you did. */
function othersJoin(before) {
  const last = before.at(-1);
  return { Grete: true, Tilda: last ? last.worked : true, Bruno: last ? last.you : false };
}

/** What comes of the cases, a choice each (true: join). */
export function enforce(choices) {
  const found = [];
  for (const you of choices) {
    const others = othersJoin(found);
    const joined = Number(you) + Object.values(others).filter(Boolean).length;
    const worked = joined >= CASE.enough;
    found.push({ you, others, joined, worked, points: -(you ? CASE.cost : 0) - (worked ? 0 : CASE.damage) });
  }
  return found;
}

export const total = (cases) => cases.reduce((sum, { points: each }) => sum + each, 0);

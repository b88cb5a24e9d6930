/* Futures of a history: the same world from some round on, with other luck; by the rules of analysis/futures.py.
 *
 * Future k of a history has the draws of replicate k under a seed made of the history's own seed and replicate, so
 * the numbers are those of `python -m regimesim explain`.
 */

import { Lanes, windowOf } from "./lanes.js";

const YEARS_AFTER = 10;
const STEP = 5;
const FULL = 0.75;
const SALT = 21;

/** Words of 32 bits of a whole number (a BigInt), the lowest first. */
function wordsOf(number) {
  const words = [];
  for (let left = number; left > 0n; left >>= 32n) words.push(Number(left & 0xffffffffn));
  return words.length ? words : [0];
}

const scrambled = (value) => (value ^ (value >>> 16)) >>> 0;

/** A hash whose constant moves on with every use. */
function hashing(first, factor) {
  let constant = first;
  return (value) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, factor) >>> 0;
    return scrambled(Math.imul(mixed, constant));
  };
}

/** Seed of the futures of one history: `numpy.random.SeedSequence((seed, replicate, 21)).generate_state(1, uint64)`. */
function futureSeed(seed, replicate) {
  const entropy = [seed, BigInt(replicate), BigInt(SALT)].flatMap(wordsOf);
  const hash = hashing(0x43b0d7e5, 0x931e8875);
  const mix = (x, y) => scrambled(Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y));
  const pool = Array.from({ length: 4 }, (_, k) => hash(entropy[k] ?? 0));
  for (let from = 0; from < 4; from += 1)
    for (let to = 0; to < 4; to += 1) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  for (const word of entropy.slice(4)) for (let to = 0; to < 4; to += 1) pool[to] = mix(pool[to], hash(word));
  const last = hashing(0x8b51f9dd, 0x58f38ded);
  const [low, high] = pool.slice(0, 2).map(last);
  return (BigInt(high) << 32n) | BigInt(low);
}

/**
 * The question whether the first regime still stands: in the round `until`, which is known by the round `last`.
 *
 * By default it is asked at the horizon of a history in which it still stands there, else ten years after its end.
 */
export function questionOf(design, { onset, end, ended }) {
  const window = windowOf(design);
  const { rounds, perYear } = design;
  const collapsed = onset >= 0 && ended;
  const gone = collapsed ? end : rounds - window;
  const stands = onset >= 0 && !ended;
  const until = stands ? rounds : Math.min(rounds, gone + YEARS_AFTER * perYear);
  const last = Math.min(rounds, until + window);
  return { until, last, known: collapsed ? Math.min(last, end + window) : last };
}

/** Whether it stands in each lane, and whether that can still change. */
function fates(lanes, { until, last }) {
  const { onset, end, ended } = lanes.regimes();
  const late = lanes.round >= last;
  return Array.from({ length: lanes.lanes }, (_, lane) => {
    const formed = onset[lane] >= 0 && onset[lane] <= until;
    const collapsed = onset[lane] >= 0 && ended[lane] !== 0;
    return { stands: formed && (!collapsed || end[lane] >= until), known: collapsed || late };
  });
}

/** The worlds of a history before each of its rounds, a lane each: kept for one history at a time. */
const kept = { id: null, stops: [] };

function stopsOf(kernel, { id, design, replicate, seed, known }) {
  if (kept.id !== id) {
    const lanes = new Lanes(kernel, design, [replicate], seed);
    kept.stops = [];
    for (let t = 0; t < known; t += 1) {
      lanes.play(t);
      kept.stops.push(lanes.stand());
    }
    kept.id = id;
  }
  return kept.stops;
}

/**
 * Whether the regime stands in each of so many futures of a history from round `t` on: 0 or 1 each.
 *
 * @param {object[]} revealed draws that all of them have: what is known already of what is to come
 */
export function futures(kernel, { history, t, question, number, revealed }) {
  const replicates = Array.from({ length: number }, (_, k) => k);
  const stop = stopsOf(kernel, history)[t];
  const seed = futureSeed(history.seed, history.replicate);
  let inside = replicates;
  let lanes = Lanes.from(
    kernel,
    stop,
    replicates.map(() => 0),
    replicates,
    seed,
  );
  if (revealed.length) {
    lanes.replaceDraws(seed, revealed);
    lanes.play(t + 1);
    lanes = Lanes.from(kernel, lanes.stand(), replicates, replicates, seed);
  }
  const stands = new Uint8Array(number);
  for (;;) {
    const found = fates(lanes, question);
    inside.forEach((future, lane) => {
      stands[future] = Number(found[lane].stands);
    });
    const on = found.flatMap(({ known }, lane) => (known ? [] : [lane]));
    if (!on.length) return stands;
    if (on.length < FULL * inside.length) {
      inside = on.map((lane) => inside[lane]);
      lanes = Lanes.from(kernel, lanes.stand(), on, inside, seed);
    }
    lanes.play(Math.min(question.last, lanes.round + STEP * history.design.perYear));
  }
}

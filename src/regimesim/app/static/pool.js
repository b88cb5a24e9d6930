/* Many runs on all processors: the script of this page once more in workers, each with a kernel of its own.
 *
 * Where a browser makes no workers for a file of one's own disk, the runs are played here, block by block.
 */

import { causes } from "./collapse.js";
import { durations, wholeRuns } from "./durations.js";
import { engine } from "./engine.js";
import { futures } from "./futures.js";
import { Kernel } from "./kernel.js";

/** Replicates in a block: fewer take longer each, more keep a worker from what is asked next. */
const TOGETHER = 128;
const FEWEST_TOGETHER = 16;
const MOST_WORKERS = 8;
/** Runs in the first blocks of all workers together: enough for a first curve. */
const FIRST_RUNS = 104;

/** What can be asked of a kernel, here or in a worker. */
const TASKS = { durations, wholeRuns, futures, causes };

const pool = { workers: 1, idle: [], waiting: [], next: 0, answers: new Map(), broken: false };

/** Start workers, if that is possible. */
export function openPool({ wasm, description }) {
  try {
    const source = document.querySelector("script[type=module]").textContent;
    const address = URL.createObjectURL(
      new Blob([`(async () => {${source}})();`], { type: "text/javascript" }),
    ); // no module: not from a disk
    const count = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency ?? 1));
    pool.workers = count;
    for (let k = 0; k < count; k += 1) start(new Worker(address), { wasm, description });
  } catch {
    pool.broken = true;
  }
}

function start(worker, opening) {
  worker.onmessage = ({ data }) => {
    if (data.id !== undefined) {
      pool.answers.get(data.id)(data.found);
      pool.answers.delete(data.id);
    }
    pool.idle.push(worker);
    serveNext();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    pool.broken = true;
    for (const [question, answer] of [...pool.waiting.splice(0), ...(worker.question ?? [])])
      answer(here(question));
  };
  worker.postMessage(opening);
}

function serveNext() {
  while (pool.idle.length && pool.waiting.length) {
    const worker = pool.idle.pop();
    const [question, answer] = pool.waiting.shift();
    worker.question = [[question, answer]];
    pool.next += 1;
    pool.answers.set(pool.next, answer);
    worker.postMessage({ id: pool.next, ...question });
  }
}

const here = ({ task, given }) => TASKS[task](engine.kernel, given);

/** The answer to a task of `TASKS`; `owner` is who may take the question back. */
export function askPool(task, given, owner) {
  const question = { task, given, owner };
  if (pool.broken) return breath().then(() => here(question));
  return new Promise((answer) => {
    pool.waiting.push([question, answer]);
    serveNext();
  });
}

/** Take back questions that nobody waits for any more; their answers are empty. */
export function withdraw(owner) {
  const kept = pool.waiting.filter(([question]) => question.owner !== owner);
  for (const [question, answer] of pool.waiting) if (question.owner === owner) answer([]);
  pool.waiting = kept;
}

/** Let the page answer to keys and paint. */
export function breath() {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

let owners = 0;

/** Somebody who may take questions back. */
export function newOwner() {
  owners += 1;
  return owners;
}

/** Numbers 0 .. runs - 1 in blocks: small ones first, one a worker, so that there is soon something to draw. */
function blocksOf(runs) {
  const first = Math.min(
    TOGETHER,
    Math.max(FEWEST_TOGETHER, 8 * Math.ceil(FIRST_RUNS / 8 / Math.max(1, pool.workers))),
  );
  const blocks = [];
  for (let from = 0; from < runs;) {
    const size = Math.min(from < first * pool.workers ? first : TOGETHER, runs - from);
    const begin = from;
    blocks.push(Array.from({ length: size }, (_, n) => begin + n));
    from += size;
  }
  return blocks;
}

/**
 * Replicates 0 .. runs - 1 of a design, in their order.
 *
 * `told(found, last)` is called after every block with what there is by then; where it returns false the rest is given
 * up, and the result is null.
 *
 * @param {object} more `task`, that of the runs (`durations` or `wholeRuns`), `pointOf`, the draw of a replicate, and
 *   `owner`, who may take them back
 */
export async function simulate(
  design,
  runs,
  seed,
  told = () => true,
  { task = "durations", pointOf, owner = newOwner() } = {},
) {
  const found = [];
  let given_up = false;
  const one = async (replicates) => {
    if (given_up) return;
    const points = pointOf && replicates.map(pointOf);
    const some = await askPool(task, { design, replicates, seed, points }, owner);
    if (given_up) return;
    found.push(...some);
    if (told(found, found.length === runs) !== false) return;
    given_up = true;
    withdraw(owner);
  };
  const blocks = blocksOf(runs);
  if (pool.broken) for (const replicates of blocks) await one(replicates);
  else await Promise.all(blocks.map(one));
  return given_up ? null : found.sort((a, b) => a.replicate - b.replicate);
}

/** Why the regimes of some runs of `simulate` ended: how many ended by each cause, the most frequent first. */
export async function whyEnded(design, found, seed, wanted = () => true) {
  const fell = found.filter(({ formed, regimeEnded }) => formed && regimeEnded);
  const owner = newOwner();
  const blocks = [];
  for (let k = 0; k < fell.length; k += TOGETHER) blocks.push(fell.slice(k, k + TOGETHER));
  const told = await Promise.all(
    blocks.map((runs) => {
      if (!wanted()) withdraw(owner);
      const rounds = (years) => Math.round(years * design.perYear);
      const onset = runs.map((run) => rounds(run.onset));
      const end = runs.map((run, k) => onset[k] + rounds(run.regime));
      const replicates = runs.map((run) => run.replicate);
      return askPool("causes", { design, replicates, onset, end, seed }, owner);
    }),
  );
  const counts = new Map();
  for (const cause of told.flat()) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const byName = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return { collapses: fell.length, causes: byName.sort(([, a], [, b]) => b - a) };
}

/** What a worker does: it is given the kernel, then blocks to play. */
export function serve() {
  let kernel = null;
  self.onmessage = async ({ data }) => {
    if (data.wasm) {
      kernel = await Kernel.open(data.wasm, data.description);
      self.postMessage({});
    } else {
      const { id, task, given } = data;
      self.postMessage({ id, found: TASKS[task](kernel, given) });
    }
  };
}

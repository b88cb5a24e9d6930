/* Many runs on all processors: the script of this page once more in workers, each with a kernel of its own.
 *
 * Where a browser makes no workers for a file of one's own disk, the runs are played here, block by block.
 */

import { durations } from "./durations.js";
import { engine } from "./engine.js";
import { Kernel } from "./kernel.js";

const TOGETHER = 64; // replicates in a block: more take memory, fewer take time
const MOST_WORKERS = 4;

const pool = { idle: [], waiting: [], next: 0, answers: new Map(), broken: false };

/** Start workers, if that is possible. */
export function openPool({ wasm, description }) {
  try {
    const source = document.querySelector("script[type=module]").textContent;
    const address = URL.createObjectURL(
      new Blob([`(async () => {${source}})();`], { type: "text/javascript" }),
    ); // no module: not from a disk
    const count = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency ?? 1));
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

const here = ({ design, replicates, seed }) => durations(engine.kernel, design, replicates, seed);

function ask(question) {
  if (pool.broken) return breath().then(() => here(question));
  return new Promise((answer) => {
    pool.waiting.push([question, answer]);
    serveNext();
  });
}

/** Take back questions that nobody waits for any more. */
function withdraw(owner) {
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

/**
 * Durations of replicates 0 .. runs - 1, in their order.
 *
 * `told(found, last)` is called after every block with what there is by then; where it returns false the rest is given
 * up, and the result is null.
 */
export async function simulate(design, runs, seed, told = () => true) {
  const found = [];
  const owner = (owners += 1);
  let given_up = false;
  const blocks = Array.from({ length: Math.ceil(runs / TOGETHER) }, (_, k) =>
    Array.from({ length: Math.min(TOGETHER, runs - k * TOGETHER) }, (__, n) => k * TOGETHER + n),
  );
  const one = async (replicates) => {
    if (given_up) return;
    const some = await ask({ design, replicates, seed, owner });
    if (given_up) return;
    found.push(...some);
    if (told(found, found.length === runs) !== false) return;
    given_up = true;
    withdraw(owner);
  };
  if (pool.broken) for (const replicates of blocks) await one(replicates);
  else await Promise.all(blocks.map(one));
  return given_up ? null : found.sort((a, b) => a.replicate - b.replicate);
}

/** What a worker does: it is given the kernel, then blocks to play. */
export function serve() {
  let kernel = null;
  self.onmessage = async ({ data }) => {
    if (data.wasm) {
      kernel = await Kernel.open(data.wasm, data.description);
      self.postMessage({});
    } else {
      const { id, design, replicates, seed } = data;
      self.postMessage({ id, found: durations(kernel, design, replicates, seed) });
    }
  };
}

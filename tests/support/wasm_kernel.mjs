/* Calls entries of the WebAssembly module for another process: see wasm_kernel.py.
 *
 * From stdin, again and again: four bytes, the length of a question in JSON, the question, and the content of every array
 * in the order of its list; to stdout: the content of every array after the call.
 */
import fs from "node:fs";

const [folder] = process.argv.slice(2);
const { Kernel } = await import(`${folder}/kernel.js`);
const description = JSON.parse(fs.readFileSync(`${folder}/kernel.json`));
const kernel = await Kernel.open(fs.readFileSync(`${folder}/kernel.wasm`), description);

function read(target) {
  let got = 0;
  while (got < target.length) {
    let count = 0;
    try {
      count = fs.readSync(0, target, got, target.length - got);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      continue;
    }
    if (count === 0) process.exit(0);
    got += count;
  }
  return target;
}

function write(source) {
  let done = 0;
  while (done < source.length) {
    try {
      done += fs.writeSync(1, source, done, source.length - done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

for (;;) {
  const length = new DataView(read(new Uint8Array(4)).buffer).getUint32(0, true);
  const { entry, sizes, numbers, integers, arrays } = JSON.parse(Buffer.from(read(new Uint8Array(length))));
  kernel.release();
  const block = kernel.allocate(sizes);
  const bytes = ([bundle, name]) => {
    const array = block.arrays[bundle][name];
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  };
  for (const array of arrays) read(bytes(array));
  for (const [bundle, name, value] of integers) block.numbers[bundle][name] = value;
  const start = process.hrtime.bigint();
  kernel.call(entry, block, numbers);
  const nanoseconds = new BigInt64Array([process.hrtime.bigint() - start]);
  write(new Uint8Array(nanoseconds.buffer));
  for (const array of arrays) write(bytes(array));
}

/* The compiled core in a browser, or in Node: allocates the arrays that an entry takes, and calls it.
 *
 *   const kernel = await Kernel.open(bytes_of_kernel_wasm, contents_of_kernel_json);
 *   const block = kernel.allocate({ N: 5, K: 3, L: 64, T: 400, R: 1, A: 0, M: 0 });
 *   block.arrays.World.trust.fill(0.5);             // typed arrays, the last axis contiguous
 *   block.numbers.Setting.rounds_per_year = 4;
 *   kernel.call("play", block, { first: 0, last: 400, part: 0 });
 *   block.arrays.Tally.cooperating;                 // results
 *   kernel.release();                               // forget every block
 *
 * What the arrays are is written in core/world.py, what the entries do in core/kernel.py and core/spells.py. Arrays are
 * made anew whenever memory grows: do not keep one across a call of `allocate`.
 */

const TYPES = {
  i1: Int8Array, b1: Uint8Array, i4: Int32Array, u4: Uint32Array, f8: Float64Array, u8: BigUint64Array,
};
const ALIGNMENT = 64;
const PAGE = 65536;
const RESULTS = 64; // bytes for the result that no entry gives and the error that none raises

export class Kernel {
  /** Compile and instantiate the module; `description` is the content of kernel.json. */
  static async open(bytes, description) {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    return new Kernel(memory, instance, description);
  }

  constructor(memory, instance, description) {
    this.memory = memory;
    this.instance = instance;
    this.description = description;
    this.release();
  }

  /** Forget every block. */
  release() {
    this.top = align(this.instance.exports.__heap_base.value, ALIGNMENT);
    this.results = this.take(RESULTS);
  }

  /** Reserve bytes, and give their address. */
  take(bytes) {
    const address = this.top;
    this.top = align(address + bytes, ALIGNMENT);
    const missing = this.top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** Allocate all bundles and arrays for some sizes: see `dimensions` of the description. */
  allocate(sizes) {
    return new Block(this, sizes);
  }

  /** Call an entry with the bundles of a block; `numbers` are its other arguments by name. */
  call(entry, block, numbers = {}) {
    const given = this.description.entries[entry].flatMap(({ name, kind }) => {
      if (kind === "bundle") return [block.table(name)];
      if (kind === "array") return block.asArgument(name);
      return [kind === "integer" ? BigInt(numbers[name]) : numbers[name]];
    });
    const status = this.instance.exports[entry](this.results, this.results + 16, ...given);
    if (status !== 0) throw new Error(`${entry} ended with status ${status}`);
  }
}

/** The arrays of some lanes, in the kernel's memory. */
export class Block {
  constructor(kernel, sizes) {
    this.kernel = kernel;
    this.sizes = sizes;
    this.numbers = {};
    this.places = {};
    const { bundles, arrays } = kernel.description;
    for (const [bundle, fields] of Object.entries(bundles)) {
      this.places[bundle] = {};
      this.numbers[bundle] = {};
      for (const field of fields) this.place(bundle, field);
    }
    this.places.arrays = {};
    for (const [name, field] of Object.entries(arrays)) this.place("arrays", { name, ...field });
    for (const [bundle, fields] of Object.entries(bundles)) {
      for (const { name, fill, type } of fields) {
        if (type === "integer") this.numbers[bundle][name] = 0;
        else if (fill !== undefined) this.arrays[bundle][name].fill(fill);
      }
    }
    this.tables = Object.fromEntries(Object.entries(bundles).map(([name, fields]) => [name, this.reserve(fields)]));
  }

  place(bundle, field) {
    if (field.type === "integer") return;
    const { records } = this.kernel.description;
    const shape = field.shape.map((length) => evaluate(length, this.sizes));
    const size = shape.reduce((product, length) => product * length, 1);
    const itemsize = records[field.type]?.size ?? TYPES[field.type].BYTES_PER_ELEMENT;
    const within = field["part of"] && this.places[bundle][field["part of"]];
    const start = within ? within.address + field.first * within.strides[0] : this.kernel.take(size * itemsize);
    if (!within) new Uint8Array(this.kernel.memory.buffer, start, size * itemsize).fill(0);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, itemsize));
    this.places[bundle][field.name] = { type: field.type, address: start, shape, size, itemsize, strides };
  }

  reserve(fields) {
    return this.kernel.take(fields.reduce((sum, { shape }) => sum + 32 + 16 * (shape ?? []).length, 0));
  }

  /** Typed arrays by bundle and name (`arrays.arrays` are those of no bundle); records are bytes. */
  get arrays() {
    const { buffer } = this.kernel.memory;
    if (this.buffer !== buffer) {
      this.buffer = buffer;
      this.views = mapped(this.places, (places) => mapped(places, (place) => view(buffer, place)));
    }
    return this.views;
  }

  /** Write the table of a bundle, and give its address. */
  table(bundle) {
    const at = this.tables[bundle];
    const data = new DataView(this.kernel.memory.buffer);
    let next = at;
    const word = (value) => {
      next = align(next, 8);
      data.setBigInt64(next, BigInt(value), true);
      next += 8;
    };
    const pointer = (value) => {
      data.setUint32(next, value, true);
      next += 4;
    };
    for (const { name, type } of this.kernel.description.bundles[bundle]) {
      if (type === "integer") {
        word(this.numbers[bundle][name]);
        continue;
      }
      const { address, shape, size, itemsize, strides } = this.places[bundle][name];
      next = align(next, 8);
      pointer(0);
      pointer(0);
      word(size);
      word(itemsize);
      pointer(address);
      for (const number of [...shape, ...strides]) word(number);
    }
    return at;
  }

  /** An array that is an argument by itself. */
  asArgument(name) {
    const { address, shape, size, itemsize, strides } = this.places.arrays[name];
    return [0, 0, BigInt(size), BigInt(itemsize), address, ...[...shape, ...strides].map(BigInt)];
  }

  /** Write a record of `Setting.parameters` or `Setting.states`: values by full name, as `war.cost`. */
  setRecord(name, index, values) {
    const { size, fields } = this.kernel.description.records[name];
    const data = new DataView(this.kernel.memory.buffer, this.places.Setting[name].address + index * size, size);
    for (const [field, type, offset] of fields) {
      if (!(field in values)) continue;
      if (type === "i8") data.setBigInt64(offset, BigInt(values[field]), true);
      else data.setFloat64(offset, values[field], true);
    }
  }
}

function align(number, to) {
  return Math.ceil(number / to) * to;
}

/** The length of an axis: `8`, `N`, `L+8`, `L/8`, rounded up, or `L|8`, the next multiple of 8. */
function evaluate(length, sizes) {
  const [, letter, sign, digits] = /^([A-Z]?)([+/|]?)(\d*)$/.exec(length);
  const [size, number] = [sizes[letter], Number(digits)];
  if (!letter) return number;
  if (sign === "+") return size + number;
  if (sign === "/") return Math.ceil(size / number);
  return sign === "|" ? align(size, number) : size;
}

function view(buffer, { type, address, size, itemsize }) {
  return type in TYPES ? new TYPES[type](buffer, address, size) : new Uint8Array(buffer, address, size * itemsize);
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

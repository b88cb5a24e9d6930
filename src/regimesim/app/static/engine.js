/* What is in the file, unpacked once: the kernel and the catalogue of worlds, orders and parameters. */

import { Kernel } from "./kernel.js";
import { Catalogue } from "./worlds.js";

async function unpacked(name) {
  const packed = Uint8Array.from(atob(document.getElementById(`packed-${name}`).textContent), (c) =>
    c.charCodeAt(0),
  );
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")));
}

export const engine = { kernel: null, catalogue: null };

/** Open all that is in the file; gives what workers need for kernels of their own. */
export async function openEngine() {
  const [kernel, about, data] = await Promise.all(["kernel", "description", "data"].map(unpacked));
  engine.catalogue = new Catalogue(await data.json());
  const [wasm, description] = [await kernel.arrayBuffer(), await about.json()];
  engine.kernel = await Kernel.open(wasm, description);
  return { wasm, description };
}

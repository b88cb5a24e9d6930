/* What is in the file, unpacked once: the kernel and the catalogue of worlds, orders and parameters. */

import { Kernel } from "./kernel.js";
import { Catalogue } from "./worlds.js";

async function unpacked(name) {
  const packed = Uint8Array.from(atob(document.getElementById(`packed-${name}`).textContent), (c) => c.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")));
}

export const engine = { kernel: null, catalogue: null };

export async function openEngine() {
  const [kernel, description, data] = await Promise.all(["kernel", "description", "data"].map(unpacked));
  engine.catalogue = new Catalogue(await data.json());
  engine.kernel = await Kernel.open(await kernel.arrayBuffer(), await description.json());
}

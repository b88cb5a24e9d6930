"""The WebAssembly module in the place of what numba compiles: entries that Node runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from checkout import ROOT, SUPPORT

from regimesim.core.bundles import ByReference

FOLDER = ROOT / "src/regimesim/core/browser"
DESCRIPTION = json.loads((FOLDER / "kernel.json").read_text())


SIZES = {
    "World": {"capability": "NL", "sovereign": "KL"},
    "Setting": {"parameters": "R", "cooperate": "A", "links": "M"},
    "Tally": {"cooperating": "TL"},
    "Spells": {"onset": "L"},
    "arrays": {"cooperating": "TL", "terms": "N", "found": "T"},
}
"""Axes that tell the sizes."""


class Node:
    """A process that runs entries of the module; ``seconds`` is the time spent in them."""

    def __init__(self, folder: Path = FOLDER) -> None:
        command = ["node", str(SUPPORT / "wasm_kernel.mjs"), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.seconds = 0.0

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def call(self, entry: str, *arguments: Any) -> None:
        """Call an entry; the arrays among the arguments, and in bundles, are changed as it changes them."""
        arrays, integers, numbers = [], [], {}
        for declared, value in zip(DESCRIPTION["entries"][entry], arguments, strict=True):
            name = declared["name"]
            if isinstance(value, ByReference):
                parts = list(zip(value._fields, value, strict=True))
                arrays += [(name, part, array) for part, array in parts if isinstance(array, np.ndarray)]
                integers += [(name, part, x) for part, x in parts if not isinstance(x, np.ndarray)]
            elif isinstance(value, np.ndarray):
                arrays.append(("arrays", name, value))
            else:
                numbers[name] = value
        question = {
            "entry": entry,
            "sizes": sizes_of(arrays),
            "numbers": numbers,
            "integers": integers,
            "arrays": [place[:2] for place in arrays],
        }
        self._ask(json.dumps(question).encode(), [array for *_, array in arrays])

    def _ask(self, question: bytes, arrays: list[np.ndarray]) -> None:
        to, back = self.process.stdin, self.process.stdout
        to.write(len(question).to_bytes(4, "little") + question)
        for array in arrays:
            to.write(np.ascontiguousarray(array).tobytes())
        to.flush()
        self.seconds += int.from_bytes(back.read(8), "little") / 1e9
        for array in arrays:
            found = np.frombuffer(back.read(array.nbytes), array.dtype).reshape(array.shape)
            if found.tobytes() != array.tobytes():
                array[...] = found


def sizes_of(arrays: list[tuple[str, str, np.ndarray]]) -> dict[str, int]:
    """Lengths of axes, 0 where no array tells."""
    sizes = dict.fromkeys(DESCRIPTION["dimensions"], 0)
    for bundle, name, array in arrays:
        sizes |= dict(zip(SIZES.get(bundle, {}).get(name, ""), array.shape, strict=False))
    return sizes

"""Make the compiled kernel that is shipped: a WebAssembly module for the browser, object code for processors.

    python tools/build_kernel.py wasm32                    the module and its description (needs a linker)
    python tools/build_kernel.py x86-64 x86-64-v3 aarch64  object code (needs nothing but numba)
    python tools/build_kernel.py --check                   is the module made from the present sources?

All are made from the same Python that numba compiles at the first call. Nothing of what is made is run here,
so any machine makes code for any other. A linker is ``wasm-ld`` of Debian's ``lld``, or Rust's ``rust-lld``;
the environment variable ``WASM_LD`` names another.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from regimesim.core import draws, kernel, spells, steps, world  # noqa: E402
from regimesim.core.bundles import ByReference, shape_of  # noqa: E402
from regimesim.core.keeping import SHIPPED, core_hash, entry_name  # noqa: E402
from regimesim.core.lanes import Design, Lanes  # noqa: E402
from regimesim.simulation.lowering import PARAMETER_RECORD, STATE_RECORD  # noqa: E402

BROWSER = ROOT / "src/regimesim/core/browser"
WASM = "wasm32"
NATIVE = ("x86-64", "x86-64-v3", "x86-64-v4", "aarch64")
LINKERS = ("wasm-ld", "wasm-ld-19", "wasm-ld-18", "wasm-ld-16", "rust-lld")
STACK = 1 << 16
"""Bytes of the module's stack, below all its data: an overflow traps."""


class Sizes(NamedTuple):
    """Lengths of axes, by the letters of :mod:`regimesim.core.world`."""

    N: int = 5
    K: int = 3
    L: int = 16
    T: int = 40
    R: int = 2
    A: int = 4
    M: int = 6


MEANING = {
    "N": "states",
    "K": "buffers",
    "L": "lanes",
    "T": "rounds",
    "R": "points: rows of parameters and of states",
    "A": "automata",
    "M": "links: pairs of states with a buffer between them",
}


class Entry(NamedTuple):
    """Entries that Python or JavaScript calls, with their arguments."""

    function: Any
    arguments: tuple[str, ...]


ENTRIES = {
    "play": Entry(kernel.play, ("World", "Game", "Setting", "Tally", "Luck", "first", "last", "part")),
    "margins": Entry(kernel.margins, ("World", "Game", "Setting", "terms")),
    "uniforms": Entry(draws.uniforms, ("keys", "replicate", "first", "channel", "i", "j", "found")),
    "scan": Entry(spells._scan, ("cooperating", "window", "high", "low", "Spells")),
}
"""Those of the browser."""

ALL_ENTRIES = ENTRIES | {
    "play_steps": Entry(
        steps.play_steps, ("World", "Game", "Setting", "Tally", "Luck", "t", "first", "last")
    ),
    "standing_terms": Entry(steps.standing_terms, ("World", "Game", "terms")),
    "draw_lanes": Entry(steps.draw_lanes, ("keys", "replicates", "t", "channel", "i", "j", "drawn")),
}
"""Those of a processor: mechanisms of a user's own play the steps of a round one by one."""


def examples(sizes: Sizes) -> dict[str, Any]:
    """Give an argument of every name, of some sizes."""
    n, buffers, lanes, rounds, points, automata, links = sizes
    design = Design(
        parameters=np.zeros((points, 1), PARAMETER_RECORD),
        states=np.ones((points, 1, n), STATE_RECORD),
        strategy=np.zeros((points, n), np.int8),
        affinity=np.zeros((points, 1, n, n)),
        prior=np.zeros((points, n, n)),
        strength=np.zeros((points, 1, buffers)),
        phase_rounds=np.zeros(1, np.int32),
        links=np.zeros((links, 3), np.int32),
        cooperate=np.zeros((automata, 16)),
        following=np.zeros((automata, 16, 2, 2), np.int32),
        rounds_per_year=4,
        rounds=rounds,
    )
    block = Lanes(design, np.arange(lanes) % points, np.arange(lanes), 1)
    bundles = (block.world, block.game, block.setting, block.tally, block.luck, spells.none_yet(lanes))
    return {
        **{type(bundle).__name__: bundle for bundle in bundles},
        "terms": np.zeros((n, n, 4, lanes)),
        "cooperating": np.zeros((rounds, lanes), np.int32),
        "keys": block.luck.keys,
        "found": np.zeros(rounds),
        "replicates": block.luck.replicate,
        "drawn": np.zeros(lanes),
        **dict.fromkeys(("t", "first", "last", "part", "window", "replicate", "channel", "i", "j"), 1),
        **dict.fromkeys(("high", "low"), 0.5),
    }


def object_files(targets: Sequence[str], chosen: Mapping[str, Entry]) -> list[bytes]:
    """Compile entries for some targets; this process can then compile for no other."""
    from regimesim.core import jit

    given = examples(Sizes())
    entries = {name: (entry.function, [given[x] for x in entry.arguments]) for name, entry in chosen.items()}
    return jit.object_codes(entries, [jit.MACHINES[target] for target in targets])


def link(objects: bytes) -> bytes:
    """Link a WebAssembly module from object code; it has no start, imports its memory and nothing else."""
    flags = [
        "--no-entry",
        "--import-memory",
        "--stack-first",
        "-z",
        f"stack-size={STACK}",
        "--strip-all",
        "-O2",
    ]
    flags += [f"--export={name}" for name in (*ENTRIES, "__heap_base")]
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "kernel.o"), Path(folder, "kernel.wasm")
        source.write_bytes(objects)
        subprocess.run([*linker(), *flags, str(source), "-o", str(made)], check=True)
        return made.read_bytes()


def linker() -> list[str]:
    """Find a linker for WebAssembly."""
    for name in filter(None, (os.environ.get("WASM_LD"), *LINKERS)):
        if found := shutil.which(name):
            return [found, "-flavor", "wasm"] if "rust-lld" in name else [found]
    raise SystemExit("no linker for WebAssembly: apt-get install lld, or name one in WASM_LD")


def description() -> dict[str, Any]:
    """Describe the module: what is to be allocated, in what shape, and what each entry takes."""
    given = examples(Sizes())
    return {
        "sources": core_hash(),
        "dimensions": MEANING,
        "records": {
            "parameters": record(PARAMETER_RECORD),
            "states": record(STATE_RECORD),
        },
        "mechanisms": [mechanism.name.lower() for mechanism in world.Mechanism],
        "bundles": {
            name: list(fields(name)) for name, value in given.items() if isinstance(value, ByReference)
        },
        "arrays": {
            name: {"type": value.dtype.str[1:], "shape": shape(lambda g, k=name: g[k].shape)}
            for name, value in given.items()
            if isinstance(value, np.ndarray) and any(name in entry.arguments for entry in ENTRIES.values())
        },
        "entries": {
            name: [{"name": x, "kind": kind(given[x])} for x in entry.arguments]
            for name, entry in ENTRIES.items()
        },
    }


def kind(value: Any) -> str:
    """Name how an argument is handed over."""
    if isinstance(value, ByReference):
        return "bundle"
    return {np.ndarray: "array", int: "integer", float: "real"}[type(value)]


def record(of: np.dtype[np.void]) -> dict[str, Any]:
    """Describe a record: bytes in all, and of each field its full name, type and offset."""
    return {"size": of.itemsize, "fields": list(leaves(of, "", 0))}


def leaves(of: np.dtype[np.void], prefix: str, start: int) -> Iterator[list[Any]]:
    """Go through the fields of a record and of the records in it."""
    for name, (inner, offset, *_) in (of.fields or {}).items():
        if inner.fields:
            yield from leaves(inner, f"{prefix}{name}.", start + offset)
        else:
            yield [prefix + name, inner.str[1:], start + offset]


def fields(bundle: str) -> Iterator[dict[str, Any]]:
    """Describe the entries of a bundle's table, in their order."""
    value = examples(Sizes())[bundle]
    owners: dict[int, tuple[str, np.ndarray]] = {}
    for name, entry in zip(value._fields, value, strict=True):
        if not isinstance(entry, np.ndarray):
            yield {"name": name, "type": "integer"}
            continue
        found: dict[str, Any] = {
            "name": name,
            "type": name if entry.dtype.names else entry.dtype.str[1:],
            "shape": shape(lambda g, k=name: getattr(g[bundle], k).shape),
        }
        if owner := part_of(entry, owners):
            found["part of"], found["first"] = owner
        else:
            owners[len(owners)] = name, entry
            if start := getattr(fresh(bundle), name, np.zeros(1)).flat[0].item():
                found["fill"] = start
        yield found


def fresh(bundle: str) -> Any:
    """Give what has just been allocated: every array of it holds one number."""
    n, buffers, lanes, rounds = Sizes()[:4]
    made = {
        "World": lambda: world.allocate_world(n, buffers, lanes),
        "Game": lambda: world.allocate_game(n, lanes),
        "Tally": lambda: world.allocate_tally(n, lanes, rounds),
        "Spells": lambda: spells.none_yet(lanes),
    }
    return made.get(bundle, lambda: None)()


def part_of(entry: np.ndarray, owners: Mapping[int, tuple[str, np.ndarray]]) -> tuple[str, int] | None:
    """Find an array before this one whose memory it lies in: its name, and where along its first axis."""
    for name, owner in owners.values():
        if entry.size and np.may_share_memory(entry, owner):
            start = entry.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
            return name, start // owner.strides[0]
    return None


def shape(of: Any) -> list[str]:
    """Tell the length of every axis in terms of sizes, by changing each of them a little."""
    base, step = Sizes(), 8
    here, nearby = of(examples(base)), of(examples(base._replace(L=base.L + 1)))
    lengths = [""] * len(here)
    for letter in Sizes._fields:
        there = of(examples(base._replace(**{letter: getattr(base, letter) + step})))
        for axis, (before, after) in enumerate(zip(here, there, strict=True)):
            if after != before:
                lengths[axis] = linear(letter, before, after - before, getattr(base, letter), step)
                if letter == "L" and nearby[axis] == after:
                    lengths[axis] = f"L|{step}" if lengths[axis] == "L" else lengths[axis]
    return [text or str(length) for text, length in zip(lengths, here, strict=True)]


def linear(letter: str, length: int, change: int, size: int, step: int) -> str:
    """Write a length that grows with a size: ``L``, ``L+8``, ``L/8`` rounded up, or ``L|8``, 8 times that."""
    if change == step:
        return letter if length == size else f"{letter}+{length - size}"
    assert length * step == size * change, (letter, length, change)
    return f"{letter}/{step // change}"


def build_module() -> None:
    """Make the WebAssembly module and its description, in their place."""
    (made,) = object_files([WASM], ENTRIES)
    BROWSER.mkdir(exist_ok=True)
    (BROWSER / "kernel.wasm").write_bytes(link(made))
    (BROWSER / "kernel.json").write_text(json.dumps(description(), indent=1) + "\n")


def build_native(targets: Sequence[str], folder: Path) -> None:
    """Make object code for processors, and the list of it that :mod:`regimesim.core.keeping` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    given = examples(Sizes())
    made = dict(zip(targets, object_files(targets, ALL_ENTRIES), strict=True))
    for target, code in made.items():
        (folder / f"{target}.o").write_bytes(code)
    contents = {
        "sources": core_hash(),
        "targets": {target: hashlib.sha256(code).hexdigest() for target, code in made.items()},
        "entries": {
            entry_name(entry.function): {
                "symbol": name,
                "shapes": [shape_of(given[x]) for x in entry.arguments],
            }
            for name, entry in ALL_ENTRIES.items()
        },
    }
    (folder / "built.json").write_text(json.dumps(contents, indent=1) + "\n")


def is_old() -> bool:
    """Tell whether the module that is there was made from other sources, or there is none."""
    try:
        return bool(json.loads((BROWSER / "kernel.json").read_text())["sources"] != core_hash())
    except OSError:
        return True


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{WASM}, {', '.join(NATIVE)}")
    parser.add_argument("--check", action="store_true", help="is the module made from the present sources?")
    parser.add_argument("--into", type=Path, default=SHIPPED, help="folder for object code")
    asked = parser.parse_args()
    if asked.check:
        print(
            "old: run  python tools/build_kernel.py wasm32" if is_old() else "made from the present sources"
        )
        return int(is_old())
    if unknown := set(asked.targets) - {WASM, *NATIVE}:
        parser.error(f"no target {', '.join(sorted(unknown))}: there are {WASM}, {', '.join(NATIVE)}")
    native = [target for target in asked.targets if target != WASM]
    if WASM in asked.targets and native:
        subprocess.run([sys.executable, __file__, WASM], check=True)
    elif WASM in asked.targets:
        build_module()
    if native:
        build_native(native, asked.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())

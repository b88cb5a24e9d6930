"""The same bits on every target: digests of golden runs and of random worlds, compared.

    python tests/support/same_bits.py                          all targets that there are
    python tests/support/same_bits.py --worlds 200 numba wasm  200 random worlds on two of them
    python tests/support/same_bits.py --lanes 131 numba wasm   in blocks that fill vectors, and leave a rest

Targets: ``numba`` compiles for this very machine; ``wasm`` is the module of the browser, in Node; ``python``
compiles nothing; ``x86-64``, ``x86-64-v3`` and so on are object code of ``python tools/build_kernel.py``, as
far as this machine runs it, and ``aarch64`` elsewhere is run by an emulator (``emulated_kernel.py``). A
digest is of every array that a run leaves: worlds, games, tallies, draws, margins, regimes, in some lanes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import generators
import golden
import numpy as np
import twins
from checkout import ROOT

import regimesim.simulation.lowering
from regimesim.core import draws, keeping, kernel, native, spells
from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.scenario.strategies import load_strategy
from regimesim.simulation.lowering import lower

ENTRIES = {"play": (kernel, "play"), "margins": (kernel, "margins"), "uniforms": (draws, "uniforms")}
ENTRIES |= {"scan": (spells, "_scan")}
BUNDLES = ("world", "game", "tally", "luck")
LANES = 3
"""... of a block, unless asked otherwise: plain Python goes through them one by one."""


def worlds(number: int) -> Iterator[Scenario]:
    """Golden worlds, and some that are drawn."""
    yield from map(golden.scenario_of, golden.WORLDS)
    for k in range(number):
        yield read_scenario(generators.world(random.Random(k)), f"random {k}")


def left_by(scenario: Scenario, lanes: int) -> dict[tuple[str, str], bytes]:
    """All bytes that a run leaves, by the name of the array: its first round in two parts."""
    block = Lanes(lower(scenario), np.zeros(lanes, np.intp), np.arange(lanes), golden.SEED)
    block.decide()
    block.carry_out()
    block.play(block.design.rounds)
    left = {name: getattr(block, name)._asdict() for name in BUNDLES}
    onset, found = np.full(lanes, 0.5), np.empty(7)
    left["spells"] = block.regimes(onset, onset / 2, block.design.rounds_per_year)._asdict()
    draws.uniforms(block.luck.keys, 1, 0, int(draws.OBSERVE), 1, 0, found)
    left["after"] = {"margins": block.margins(), "draws": found}
    return {(name, key): array.tobytes() for name, arrays in left.items() for key, array in arrays.items()}


def digest_of(scenario: Scenario, lanes: int) -> str:
    """A name for all that a run leaves."""
    digest = hashlib.sha256()
    for place, content in left_by(scenario, lanes).items():
        digest.update(repr(place).encode() + content)
    return digest.hexdigest()[:16]


def run_by(call: Callable[..., None]) -> None:
    """Have entries run by another process, for as long as this one lives."""
    for name, (module, function) in ENTRIES.items():
        setattr(module, function, lambda *given, name=name: call(name, *given))


def digests(target: str, number: int, lanes: int) -> dict[str, str]:
    """Digests of all worlds in this process."""
    regimesim.simulation.lowering.load_strategy = lambda name: twins.AUTOMATA.get(name) or load_strategy(name)
    if target not in ("numba", "wasm", "python") and target not in keeping.shipped_targets():
        raise SystemExit(
            f"no code of the present sources for {target}: python tools/build_kernel.py {target}"
        )
    with ExitStack() as stack:
        if target == "wasm":
            from wasm_kernel import Node

            run_by(stack.enter_context(Node()).call)
        elif target == "aarch64" and target not in native.usable_targets():
            from emulated_kernel import Emulator

            run_by(stack.enter_context(Emulator(keeping.SHIPPED / "aarch64.o")).call)
        return {scenario.name: digest_of(scenario, lanes) for scenario in worlds(number)}


def digests_elsewhere(target: str, number: int, lanes: int) -> dict[str, str]:
    """Digests in a process that has nothing but this target."""
    switches = {"NUMBA_DISABLE_JIT": str(int(target == "python")), "PYTHONPATH": str(ROOT / "src")}
    switches["REGIMESIM_TARGET"] = "numba" if target in ("wasm", "python") else target
    asked = ["--worlds", str(number), "--lanes", str(lanes)]
    command = [sys.executable, __file__, *asked, "--digests", target]
    done = subprocess.run(command, env=os.environ | switches, check=True, stdout=subprocess.PIPE)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def made_here() -> list[str]:
    """Name the targets whose object code is there and runs on this machine."""
    return [target for target in native.usable_targets() if target in keeping.shipped_targets()]


def compare(targets: list[str], number: int, lanes: int = LANES) -> int:
    """Print what differs; the number of worlds that do."""
    found: dict[str, dict[str, str]] = {}
    for target in targets:
        found[target] = digests_elsewhere(target, number, lanes)
        print(
            f"{target:10} {hashlib.sha256(json.dumps(found[target]).encode()).hexdigest()[:16]}", flush=True
        )
    first = found[targets[0]]
    different = [name for name in first if len({found[target][name] for target in targets}) > 1]
    for name in different:
        print(f"{name} differs:", {target: found[target][name] for target in targets})
    print(f"{len(first)} worlds on {len(targets)} targets: {len(different) or 'none'} differ")
    return len(different)


def main() -> int:
    """Run the command."""
    form: Any = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--worlds", type=int, default=20, help="how many random worlds")
    parser.add_argument("--lanes", type=int, default=LANES, help="how many lanes of each")
    parser.add_argument("--digests", metavar="TARGET", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.digests:
        print(json.dumps(digests(asked.digests, asked.worlds, asked.lanes)))
        return 0
    targets = asked.targets or ["numba", *made_here(), "wasm", "python"]
    return min(compare(targets, asked.worlds, asked.lanes), 1)


if __name__ == "__main__":
    sys.exit(main())

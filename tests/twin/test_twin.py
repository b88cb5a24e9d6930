"""The kernel against ``tests/support/naive.py``, written from the rules without a line of it."""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys

import generators
import naive
import pytest
import twins
from checkout import SUPPORT

import regimesim.simulation.lowering
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario


def random_scenario(number: int) -> Scenario:
    try:
        return read_scenario(generators.world(random.Random(number)), f"random {number}")
    except InputError:
        pytest.skip("the payoffs drawn are not a Prisoners' Dilemma")


@pytest.fixture(autouse=True)
def _automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)


@pytest.mark.parametrize("number", range(80))
def test_the_same_bits_in_any_world(number: int) -> None:
    """Every action, view, war, margin and float of a random world, round by round, and every measure."""
    twins.check(random_scenario(number), number * 1_000_003, number)


@pytest.mark.parametrize("number", range(100, 115))
def test_the_same_history_with_the_c_library(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its functions in place of the model's own: the same decisions, floats to a part in 10**12."""
    monkeypatch.setattr(naive, "exp", lambda x: math.exp(min(max(x, -700.0), 700.0)))
    monkeypatch.setattr(naive, "ln", math.log)
    monkeypatch.setattr(naive, "to_the_power", math.pow)
    scenario, seed = random_scenario(number), 2**64 - 1 - number
    history = twins.history_of(scenario, seed, number)
    lanes = twins.lanes_of(scenario, seed, number)
    twins.compare(scenario, lanes, history, 1e-12)
    twins.compare_measures(lanes, history.summary, 1e-12)


WITHOUT_COMPILER = """
import sys; sys.path.insert(0, {tests!r})
import hashlib, random, numpy as np
import generators, regimesim.simulation.lowering
regimesim.simulation.lowering.load_strategy = generators.AUTOMATA.__getitem__
from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
digest = hashlib.sha256()
for number in (1, 2, 3):
    scenario = read_scenario(generators.world(random.Random(number)), "w")
    lanes = Lanes(regimesim.simulation.lowering.lower(scenario), np.zeros(2, int), np.arange(2), 7)
    lanes.play(24)
    for array in (*lanes.world, *lanes.tally, *lanes.game):
        digest.update(np.ascontiguousarray(array).tobytes())
print(digest.hexdigest())
"""


def test_the_same_bits_with_the_compiler_disabled() -> None:
    code = WITHOUT_COMPILER.format(tests=str(SUPPORT))
    found = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", code], env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
            capture_output=True, text=True, check=True,
        ).stdout
        for disabled in ("0", "1")
    ]  # fmt: skip
    assert found[0] == found[1] != ""

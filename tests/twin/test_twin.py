"""The kernel against ``tests/naive.py``, which was written from the rules and shares no line with it."""

from __future__ import annotations

import importlib.util
import math
import os
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import regimesim.lowering
from regimesim.core.elementary import exponential
from regimesim.core.lanes import Lanes
from regimesim.lowering import lower
from regimesim.scenario import InputError, Scenario, read_scenario
from regimesim.simulate import measure

TESTS = Path(__file__).parents[1]
WHOLE = ("turmoil", "member", "at_war", "sovereign")
REAL = ("capability", "revisionism", "norm", "credibility", "payoff")
DONE = ("intend", "action", "seen")
OTHERS = 3
"""Lanes beside the one that is compared, so that the twin also shows that lanes do not touch each other."""


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generators = load("generators")


class OwnExponential:
    """``math`` with the kernel's exponential, which may differ from the C library's in the last bit."""

    def __getattr__(self, name: str) -> Any:
        return getattr(math, name)

    def exp(self, x: float) -> float:
        return float(exponential(float(x)))


def random_scenario(number: int) -> Scenario | None:
    try:
        return read_scenario(generators.world(random.Random(number)), f"random {number}")
    except InputError:
        return None


def both(scenario: Scenario, seed: int, replicate: int, naive: ModuleType) -> tuple[Lanes, Any]:
    replicates = np.array([*range(1000, 1000 + OTHERS), replicate])
    lanes = Lanes(lower(scenario), np.zeros(OTHERS + 1, int), replicates, seed)
    tables = {
        name: {"cooperate": automaton.cooperate, "next": automaton.next}
        for name, automaton in generators.AUTOMATA.items()
    }
    return lanes, naive.play(scenario, seed, replicate, tables)


def compare(scenario: Scenario, lanes: Lanes, history: Any, exact: bool) -> None:
    n, world = len(scenario.states), lanes.world
    off = ~np.eye(n, dtype=bool)
    automata = np.array([state.strategy != "prudent" for state in scenario.phases[0].states])
    for t, now in enumerate(history.rounds):
        lanes.play(t + 1)
        for name in WHOLE:
            assert np.array_equal(
                getattr(world, name)[..., -1], np.array(now[name]).reshape(getattr(world, name).shape[:-1])
            ), (t, name)
        assert np.array_equal(world.stance[automata, ..., -1], np.array(now["stance"])[automata]), t
        played = np.array(now["played"]) & off
        assert np.array_equal(world.played[..., -1].astype(bool) & off, played), t
        for name in DONE:
            there = np.array([[2 if x is None else x for x in row] for row in now[name]])
            assert np.array_equal(getattr(world, name)[played, -1], there[played]), (t, name)
        assert lanes.tally.cooperating[t, -1] == now["cooperating"], t
        for name in (*REAL, "trust"):
            here, there = getattr(world, name)[..., -1], np.array(now[name])
            if name == "trust":
                here, there = here[off], there[off]
            if exact:
                assert np.array_equal(here, there), (t, name)
            else:
                np.testing.assert_allclose(here, there, rtol=1e-12, atol=1e-12, err_msg=f"{t} {name}")


def compare_measures(lanes: Lanes, summary: dict[str, Any]) -> None:
    row = {name: column[-1] for name, column in measure(lanes).items()}
    assert math.isnan(row["regime_onset"]) == (summary["regime_onset"] is None)
    for name, there in summary.items():
        if there is None:
            continue
        if isinstance(there, bool | int):
            assert row[name] == there, name
        else:
            assert row[name] == pytest.approx(there, rel=1e-12, abs=1e-12), name


@pytest.fixture
def naive(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(regimesim.lowering, "load_strategy", generators.AUTOMATA.__getitem__)
    return load("naive")


@pytest.mark.parametrize("number", range(80))
def test_the_same_bits_in_any_world(number: int, naive: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every action, view, war and float of a random world, round by round, given the same exponential."""
    scenario = random_scenario(number)
    if scenario is None:
        pytest.skip("the payoffs drawn are not a Prisoners' Dilemma")
    monkeypatch.setattr(naive, "math", OwnExponential())
    # growth draws a normal quantile, of which two correct programs may differ in the last bit
    exact = scenario["power.volatility"] == 0
    lanes, history = both(scenario, number * 1_000_003, number, naive)
    compare(scenario, lanes, history, exact)
    compare_measures(lanes, history.summary)


@pytest.mark.parametrize("number", range(100, 115))
def test_the_same_history_with_the_c_library(number: int, naive: ModuleType) -> None:
    """With ``math.exp`` instead: the same decisions, floats equal to a part in 10**12."""
    scenario = random_scenario(number)
    if scenario is None:
        pytest.skip("the payoffs drawn are not a Prisoners' Dilemma")
    lanes, history = both(scenario, 2**64 - 1 - number, number, naive)
    compare(scenario, lanes, history, exact=False)


WITHOUT_COMPILER = """
import sys; sys.path.insert(0, {tests!r})
import hashlib, random, numpy as np
import generators, regimesim.lowering
regimesim.lowering.load_strategy = generators.AUTOMATA.__getitem__
from regimesim.core.lanes import Lanes
from regimesim.scenario import read_scenario
digest = hashlib.sha256()
for number in (1, 2, 3):
    scenario = read_scenario(generators.world(random.Random(number)), "w")
    lanes = Lanes(regimesim.lowering.lower(scenario), np.zeros(2, int), np.arange(2), 7)
    lanes.play(24)
    for array in (*lanes.world, *lanes.tally, *lanes.game):
        digest.update(np.ascontiguousarray(array).tobytes())
print(digest.hexdigest())
"""


def test_the_same_bits_with_the_compiler_disabled() -> None:
    code = WITHOUT_COMPILER.format(tests=str(TESTS))
    found = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", code], env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
            capture_output=True, text=True, check=True,
        ).stdout
        for disabled in ("0", "1")
    ]  # fmt: skip
    assert found[0] == found[1] != ""

"""The kernel against ``tests/support/naive.py``, written from the rules without a line of it."""

from __future__ import annotations

import itertools
import math
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import generators
import naive
import pytest
import twins
from checkout import SUPPORT
from handmade import world

import regimesim.simulation.lowering
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario


def random_scenario(number: int) -> Scenario:
    """A world of which none is refused: a skip here would hide that nothing is compared."""
    return read_scenario(generators.world(random.Random(number)), f"random {number}")


@pytest.fixture(autouse=True)
def _automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)


@pytest.mark.parametrize("number", range(80))
def test_the_same_bits_in_any_world(number: int) -> None:
    """Every action, view, war, margin and float of a random world, round by round, and every measure."""
    twins.check(random_scenario(number), number * 1_000_003, number)


def between_two(number: int) -> Scenario:
    """The same of the first two states alone, which no third one ever distracts."""
    tree = generators.world(random.Random(number))
    names = list(tree["states"])[:2]
    tree |= {"states": {name: tree["states"][name] for name in names}, "affinity": {"default": 0.1}}
    for buffer in tree["buffers"].values():
        buffer["between"] = [names]
    return read_scenario(tree, f"two of {number}")


@pytest.mark.parametrize("hundred", [2, *(pytest.param(n, marks=pytest.mark.verify) for n in (0, 1, 3, 4))])
def test_the_same_bits_between_two_states(hundred: int) -> None:
    """A hundred worlds, or ten of them, in every round and every measure."""
    for number in range(100 * hundred, 100 * hundred + (10 if hundred == 2 else 100)):
        twins.check(between_two(number), number, 0)


HAPPENINGS: dict[str, Callable[[Any], int]] = {
    "rounds": lambda h: len(h.rounds),
    "charges": lambda h: of_pairs(h, "charge", naive.PURSUED),
    "charges cleared": lambda h: of_pairs(h, "charge", naive.CLEARED),
    "misunderstandings": lambda h: h.summary["estrangements_misunderstanding"],
    "breaches": lambda h: h.summary["estrangements_breach"],
    "false breaches": lambda h: h.summary["estrangements_false"],
    "exclusions": lambda h: h.summary["estrangements_sanction"],
    "cases": lambda h: h.summary["sanctions_invoked"],
    "cases joined": lambda h: h.summary["sanctions_joined"],
    "cases against innocents": lambda h: h.summary["sanctions_on_innocents"],
    "rounds of fines": lambda h: sum(fine > 0 for now in h.rounds for fine in now["fine"]),
    "withholding": lambda h: of_pairs(h, "withheld", True),
    "wars": lambda h: h.summary["wars"],
    "systemic wars": lambda h: sum(now["systemic"] for now in h.rounds),
    "buffers lost": lambda h: h.summary["buffers_lost"],
    "buffers restored": lambda h: sum(
        not was and now
        for a, b in itertools.pairwise(h.rounds)
        for was, now in zip(a["sovereign"], b["sovereign"], strict=True)
    ),
    "revolutions": lambda h: h.summary["revolutions"],
    "new leaders": lambda h: sum(sum(now["new_leader"]) for now in h.rounds),
    "members lost": lambda h: sum(
        was and not now
        for a, b in itertools.pairwise(h.rounds)
        for was, now in zip(a["member"], b["member"], strict=True)
    ),
}


def of_pairs(history: Any, name: str, value: Any) -> int:
    """How often a table of a round has a value, of pairs of different states."""
    return sum(
        x == value
        for now in history.rounds
        for i, row in enumerate(now[name])
        for j, x in enumerate(row)
        if i != j
    )


def test_much_happens_in_these_worlds() -> None:
    """Of everything that the twin plays there is something to be compared: three times at least."""
    found = Counter[str]()
    for number in range(60):
        history = twins.history_of(random_scenario(number), number * 1_000_003, number)
        found.update({name: int(count(history)) for name, count in HAPPENINGS.items()})
    assert set(found) == set(HAPPENINGS)
    assert min(found.values()) >= 3, found
    assert found["rounds"] > 600


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


@pytest.mark.parametrize("number", range(4))
def test_each_of_many_lanes_plays_its_own_world(number: int) -> None:
    """Six points side by side, in three orders: whichever stands last, it is the twin's."""
    rng = random.Random(2000 + number)
    frame = generators.frame(rng, states=4)
    points = [read_scenario(generators.point(frame, rng), f"point {k}") for k in range(6)]
    strategies = {tuple(state.strategy for state in point.phases[0].states) for point in points}
    assert len(strategies) > 1
    for first in (0, 2, 5):
        scenario, *beside = points[first:] + points[:first]
        twins.check(scenario, 2**64 - 1 - number, number, *beside)


@pytest.mark.parametrize("rule", ["decentralized", "centralized", "collective", "balancing"])
def test_states_that_run_out_of_the_numbers_are_equals(rule: str) -> None:
    """One of four outgrows and defeats the others until their shares are rounded to 0.

    These then quarrel over a buffer, sanction each other, and fight: with 0 against 0 everywhere.
    """
    weak = {"capability": 1e-9, "growth": -1}
    states = {
        "A": {"capability": 1e12, "growth": 1, "strategy": "villain"},
        "B": {**weak, "revisionism": 9}, "C": weak, "D": {**weak, "resolve": 0.0},
    }  # fmt: skip
    scenario = world(
        states, years=185, power={"weight": 0.5}, shadow={"discount_factor": 0.5, "punishment_years": 4},
        war={"unilateral": 0.8, "years": 1, "capability_loss": 0.99, "resentment": 0.1},
        buffers={"Z": {"between": [["B", "C"]], "strength": 0.5}},
        sanctions={"cost": 0.0, "enforcement_value": 99, "balance_weight": 0.0},
        epochs=[
            {
                "year": 165, "war": {"unilateral": 0.3, "mutual": 0.3, "restoration": 0.5},
                "geography": {"absorption": 0.5}, "sanctions": {"rule": rule},
            }
        ],
    )  # fmt: skip
    history = twins.check(scenario, 1648, 0)
    late = history.rounds[165:]
    assert all(now["capability"][1:3] == [0.0, 0.0] for now in late)
    wars = [now["at_war"][1][2] > 0 for now in late]
    assert 0 < sum(wars) < len(wars)
    assert any(0 in now["sovereign"] for now in late)


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

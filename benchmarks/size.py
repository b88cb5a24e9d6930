"""Cost against the number of states, from 2 to 200, with each sanctions rule."""

from __future__ import annotations

import math
import time

import numpy as np

from benchmarks.timing import Row, at_most
from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for

TITLE = "Cost against the number of states"
STATES = (2, 5, 10, 20, 50, 100, 200)
FROM, TO, EQUAL = 50, 200, 128
RULES = ("none", "decentralized", "centralized", "collective", "balancing")
ROUNDS = 8
SETTINGS = {
    "years": 25,
    "transparency": {"level": 0.4, "miss_rate": 0.5, "false_alarm_rate": 0.1},
    "choice": {"temperature": 0.35},
    "trust": {"initial": 0.9},
    "war": {"unilateral": 0.02, "mutual": 0.25},
}


def measure(repetitions: int) -> list[Row]:
    """Nanoseconds a pair and round at each N, and by what power of N a round grows between 50 and 200."""
    places = [(rule, n, None) for rule in RULES for n in STATES]
    places += [(rule, n, EQUAL) for rule in RULES for n in (FROM, TO)]
    found: dict[tuple[str, int, int | None], list[float]] = {place: [] for place in places}
    designs = {(rule, n): _design(rule, n) for rule, n, _ in places}
    _seconds_a_round(designs[RULES[0], STATES[0]], None)  # loads what is compiled
    for _ in range(repetitions):
        for rule, n, lanes in places:
            found[rule, n, lanes].append(_seconds_a_round(designs[rule, n], lanes))
    rows = []
    for rule in RULES:
        for n in STATES:
            cost = [1e9 * s / (n * (n - 1) / 2) for s in found[rule, n, None]]
            rows.append(Row(f"rule {rule}, N = {n}", cost, "nanoseconds a pair and round"))
        powers = [
            math.log(large / small) / math.log(TO / FROM)
            for small, large in zip(found[rule, FROM, EQUAL], found[rule, TO, EQUAL], strict=True)
        ]
        rows.append(
            at_most(
                2.05, f"rule {rule}: in blocks of {EQUAL} lanes a round grows as N to the power", powers, ""
            )
        )
    return rows


def _design(rule: str, states: int):
    tree = {"sanctions": {"rule": rule}, "states": {f"S{k}": {} for k in range(states)}}
    return lower(read_scenario(tree | SETTINGS, f"{rule} {states}"))


def _seconds_a_round(design, lanes: int | None) -> float:
    """Of one run, after a first round that appraises its games; in blocks of so many lanes, or as usual."""
    size = lanes or lanes_for(design)
    block = Lanes(design, np.zeros(size, np.intp), np.arange(size), 0)
    block.play(1)
    begin = time.process_time()
    block.play(1 + ROUNDS)
    return (time.process_time() - begin) / ROUNDS / size

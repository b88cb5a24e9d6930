"""Threads: the whole program on two cores, on the clock."""

from __future__ import annotations

import time

from benchmarks.timing import Row, allowed, at_least, at_most, pin, ratios
from regimesim.simulation.simulate import simulate

TITLE = "Threads"
RUNS = 20_000
MANY = 1_000_000


def measure(repetitions: int) -> list[Row]:
    """Ratios of times on the clock on one and on two threads; nothing where there is one core."""
    if len(allowed()) < 2:
        return []
    pin(2)
    one, two = [], []
    for repetition in range(repetitions + 1):
        one_more, two_more = _wall(1), _wall(2)
        if repetition > 0:
            one.append(one_more)
            two.append(two_more)
    minutes = [seconds * MANY / RUNS / 60 for seconds in two]
    return [
        at_least(1.9, "two threads faster than one", ratios(one, two)),
        at_most(1, f"{MANY:,} centuries of the Concert on two cores", minutes, "minutes"),
    ]


def _wall(workers: int) -> float:
    begin = time.perf_counter()
    simulate("concert", runs=RUNS, workers=workers, record=0)
    return time.perf_counter() - begin

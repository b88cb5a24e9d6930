"""Rates taken in turn: every contestant once, then all again: a drift of the machine meets all alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Rate = Callable[[], float]
"""Does some work and gives how much of it was done per second of processor time."""


@dataclass(frozen=True)
class Row:
    """A line of the table: the median of some repetitions, and their spread."""

    what: str
    values: list[float]
    unit: str
    target: str = ""
    met: bool | None = None

    @property
    def median(self) -> float:
        """The middle of the values."""
        return statistics.median(self.values)


def at_least(bound: float, what: str, values: list[float], unit: str = "times") -> Row:
    """A row whose median should not lie below ``bound``."""
    return Row(what, values, unit, f"at least {bound:,g}", statistics.median(values) >= bound)


def at_most(bound: float, what: str, values: list[float], unit: str = "times") -> Row:
    """A row whose median should not lie above ``bound``."""
    return Row(what, values, unit, f"at most {bound:,g}", statistics.median(values) <= bound)


def within(bound: float, what: str, values: list[float]) -> Row:
    """A row whose median should not lie more than ``bound`` times from 1, to either side."""
    met = 1 / bound <= statistics.median(values) <= bound
    return Row(what, values, "times", f"within {bound:,g} in both directions", met)


def rate(work: Callable[[], object], amount: float, least: float = 0.3) -> Rate:
    """The rate of ``work``, which does ``amount`` of it; repeated until ``least`` seconds have gone by."""

    def measure() -> float:
        begin, done = time.process_time(), 0
        while True:
            work()
            done += 1
            if (spent := time.process_time() - begin) >= least:
                return amount * done / spent

    return measure


def in_turn(contestants: Mapping[str, Rate], repetitions: int) -> dict[str, list[float]]:
    """Rates of all contestants, one repetition of each at a time, after one that is not counted."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for repetition in range(repetitions + 1):
        for name, measure in contestants.items():
            value = measure()
            if repetition > 0:
                found[name].append(value)
    return found


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    """Ratios of rates, repetition by repetition."""
    return [a / b for a, b in zip(ours, theirs, strict=True)]


class Worker:
    """A contestant in an interpreter of its own: it measures once for every line it is sent."""

    def __init__(self, python: Path, script: Path) -> None:
        self.process = subprocess.Popen(
            [python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self) -> float:
        """One rate."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        """Let it go."""
        self.process.communicate()


def pin(cores: int) -> None:
    """Stay on so many of the cores that this process may use."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(allowed())[-cores:]))


def allowed() -> set[int]:
    """The cores that this process was given when it began."""
    return set(_ALLOWED)


_ALLOWED = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))

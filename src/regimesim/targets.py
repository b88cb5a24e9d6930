"""Targets of a calibration: rates of a stretch of the record, and the same rates of simulated histories.

A target has a kind and its years, and a name of both: ``disputes_1816_1853``, ``wars_1854_1870``. *Disputes*
are the share of pair-years in dispute, *wars* those begun between great powers in a year. The record is that
of Correlates of War unless a table of one's own is given (:mod:`regimesim.record`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Lanes
from regimesim.eras import Era, era_table
from regimesim.parameters import quoted
from regimesim.record import Record, read_disputes
from regimesim.scenario import InputError, Scenario, known

KINDS = {"disputes": "pair-years in dispute", "wars": "wars a year"}
SOURCE = "Correlates of War"


class Period(NamedTuple):
    """What happened between the great powers in some years, both included."""

    first: int
    last: int
    wars: int
    pair_years: int
    force_used: int  # pair-years in which it was
    fewest: int  # powers in a year
    most: int


PERIODS = (
    Period(1816, 1853, 0, 380, 12, 5, 5), Period(1854, 1870, 4, 225, 22, 5, 6),
    Period(1871, 1913, 1, 871, 19, 6, 8), Period(1919, 1938, 1, 369, 21, 5, 7),
    Period(1946, 1991, 1, 455, 84, 4, 7),
)  # fmt: skip
"""Great powers, from Correlates of War: major powers v2016, interstate wars v4, disputes v5."""


class Target(NamedTuple):
    """One rate of the record."""

    kind: str
    period: Period

    @property
    def name(self) -> str:
        """As it is typed."""
        return f"{self.kind}_{self.period.first}_{self.period.last}"

    @property
    def words(self) -> str:
        """As it is printed."""
        return f"{KINDS[self.kind]}, {self.period.first}-{self.period.last}"

    @property
    def value(self) -> float:
        """The rate of the record."""
        p = self.period
        return p.force_used / p.pair_years if self.kind == "disputes" else p.wars / (p.last + 1 - p.first)


def targets_of(
    scenario: Scenario, names: Sequence[str] | None = None, record: str | Path | None = None
) -> tuple[Target, ...]:
    """Targets for a scenario: those named, or what the record has on its years.

    Without names: both kinds for each period that lies within the years simulated; only periods that had as
    many powers as the scenario has states, if there are any.

    Parameters
    ----------
    scenario : Scenario
    names : sequence of str, optional
        With ``record``, of any years (``disputes_1820_1850``).
    record : path, optional
        A table of disputes, as ``history`` reads it.

    Raises
    ------
    InputError
        If there is no such target, or it lies outside the years simulated.
    """
    table = None if record is None else read_disputes(record)
    if names is None:
        periods = PERIODS if table is None else tuple(
            period for p in PERIODS if (period := _period(table, p.first, p.last)) is not None
        )  # fmt: skip
        within = [period for period in periods if _lies_within(period, scenario)]
        alike = [period for period in within if period.fewest <= len(scenario.states) <= period.most]
        if not within:
            raise InputError(_nothing(scenario, [Target(kind, p).name for p in periods for kind in KINDS]))
        return tuple(Target(kind, period) for period in alike or within for kind in KINDS)
    if not names:
        raise InputError("calibrate needs a target; leave targets= out for those of the scenario's years")
    found = tuple(_named(str(name), table) for name in names)
    for target in found:
        if found.count(target) > 1:
            raise InputError(f"target {target.name} is given twice")
        if not _lies_within(target.period, scenario):
            raise InputError(f"{target.name} {_outside(scenario)}")
    return found


def watcher(
    scenario: Scenario, targets: Sequence[Target]
) -> Callable[[Lanes], dict[str, NDArray[np.generic]]]:
    """What plays a block of lanes and keeps the targets of each: for :func:`regimesim.chunks.play_points`.

    Disputes and wars are running counts; a period's are those at its end less those at its beginning. Years
    of disputes are years of the run, so that a scenario has to begin with a whole year.
    """
    pairs = len(scenario.states) * (len(scenario.states) - 1) // 2

    def rounds_of(target: Target) -> tuple[int, int]:
        years = (target.period.first - scenario.start, target.period.last + 1 - scenario.start)
        return int(years[0]) * scenario.rounds_per_year, int(years[1]) * scenario.rounds_per_year

    spans = {target.name: rounds_of(target) for target in targets}
    stops = sorted({stop for span in spans.values() for stop in span})

    def watch(lanes: Lanes) -> dict[str, NDArray[np.generic]]:
        counts = {}
        for stop in stops:
            lanes.play(stop)
            counts[stop] = {"disputes": lanes.tally.disputes.copy(), "wars": lanes.tally.wars.copy()}
        kept: dict[str, NDArray[np.generic]] = {"replicate": lanes.luck.replicate.astype(np.int64)}
        for target in targets:
            first, last = spans[target.name]
            years = target.period.last + 1 - target.period.first
            number = counts[last][target.kind] - counts[first][target.kind]
            kept[target.name] = number / (years * pairs if target.kind == "disputes" else years)
        return kept

    return watch


def _named(name: str, table: Record | None) -> Target:
    if table is None:
        named = {Target(kind, period).name: Target(kind, period) for period in PERIODS for kind in KINDS}
        found: Target = known(name, named, "target")
        return found
    match = re.fullmatch(r"([a-z]+)_(\d{4})_(\d{4})", name)
    if match is None:
        raise InputError(f"a target is typed KIND_FIRST_LAST, such as disputes_1816_1853; got {quoted(name)}")
    kind, first, last = known(match[1], tuple(KINDS), "kind of target"), int(match[2]), int(match[3])
    if last < first:
        raise InputError(f"target {name} ends before it begins")
    period = _period(table, first, last)
    if period is None:
        raise InputError(
            f"{name}: {table.name} ({table.first}-{table.last}) does not cover all of these years"
        )
    return Target(kind, period)


def _period(table: Record, first: int, last: int) -> Period | None:
    """Some years of a table; None if it has not all of them."""
    if not (table.first <= first and last <= table.last):
        return None
    found = era_table(table, [Era(f"{first}-{last}", first, last)]).iloc[0]
    if int(found["years"]) < last + 1 - first:
        return None
    names = ("wars", "pair_years", "force_used", "powers_min", "powers_max")
    return Period(first, last, *(int(found[name]) for name in names))


def _lies_within(period: Period, scenario: Scenario) -> bool:
    whole = float(scenario.start).is_integer() and scenario.start > 0
    return whole and scenario.start <= period.first and period.last + 1 <= scenario.start + scenario.years


def _outside(scenario: Scenario) -> str:
    if not scenario.start or not float(scenario.start).is_integer():
        return f"cannot be a target: {scenario.name} has no calendar that begins with a year (about.start)"
    last = scenario.start + scenario.years - 1
    return f"lies outside the years of {scenario.name}, {scenario.start:g}-{last:g}"


def _nothing(scenario: Scenario, names: Sequence[str]) -> str:
    return (
        f"none of the record's periods can be a target: each {_outside(scenario)} "
        f"(all: {', '.join(names) or 'none'}); with record=PATH, targets=[disputes_FIRST_LAST] names others"
    )

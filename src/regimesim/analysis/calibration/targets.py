"""Targets of a calibration: rates of a stretch of the record, and the same rates of simulated histories.

A target has a kind and its years, and a name of both: ``disputes_1816_1853``, ``wars_1854_1870``. *Disputes*
are the share of pair-years in dispute, *wars* those begun between great powers in a year. The record is that
of Correlates of War unless a table of one's own is given (:mod:`regimesim.analysis.history.record`).

A record is a single history: it need not lie near the mean of a draw's histories, it must only be one that
could well have come from them. Every target is measured in standard deviations from the mean of the
histories *and* the record together, and the largest of these distances, the *implausibility* (history
matching: Craig, Goldstein, Seheult & Smith 1997; Vernon, Goldstein & Bower 2010, Bayesian Anal. 5, 619),
stands for a history as a whole. In place of a fixed cut-off at three standard deviations, the record's
implausibility is held against that of the simulated histories themselves. If the record came from the draw,
it would be as likely as any of them to be among the most implausible (a Monte Carlo test: Barnard 1963;
Besag & Clifford 1989, Biometrika 76, 633), however skewed, clustered or dependent on each other the targets
are, and however few the histories. So the draws that fit are a confidence set for all targets together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.history.eras import Era, era_table
from regimesim.analysis.history.rates import GREAT_POWERS, Period, group_of, lies_within
from regimesim.analysis.history.record import Record, read_disputes
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError, known, quoted
from regimesim.scenario.scenario import Scenario
from regimesim.stats.estimates import Floats

TARGET_KINDS = {"disputes": "pair-years in dispute", "wars": "wars a year"}
SOURCE = "Correlates of War"

TOLERANCE = 1e-9
"""Implausibilities closer than this are equal: counts of the same kind, scaled in different order."""


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
        return f"{TARGET_KINDS[self.kind]}, {self.period.first}-{self.period.last}"

    @property
    def value(self) -> float:
        """The rate of the record."""
        p = self.period
        return p.force_used / p.pair_years if self.kind == "disputes" else p.wars / (p.last + 1 - p.first)


def targets_of(
    scenario: Scenario, names: Sequence[str] | None = None, record: str | Path | Record | None = None
) -> tuple[Target, ...]:
    """Targets for a scenario: those named, or what the record has on its years.

    Without names: both kinds for each period that lies within the years simulated; only periods that had as
    many powers as the scenario has states, if there are any. Without a table, the record is that of the very
    states of the scenario where it is known.

    Parameters
    ----------
    scenario : Scenario
    names : sequence of str, optional
        With ``record``, of any years (``disputes_1820_1850``).
    record : path or Record, optional
        A table of disputes, as ``history`` reads it, or one that has been read.

    Raises
    ------
    InputError
        If there is no such target, or it lies outside the years simulated.
    """
    table = record if record is None or isinstance(record, Record) else read_disputes(record)
    known_periods = group_of(scenario).periods if table is None else GREAT_POWERS.periods
    if names is None:
        periods = (
            known_periods
            if table is None
            else tuple(
                period for p in known_periods if (period := _period(table, p.first, p.last)) is not None
            )
        )
        within = [period for period in periods if lies_within(period, scenario)]
        alike = [period for period in within if period.fewest <= len(scenario.states) <= period.most]
        if not within:
            raise InputError(
                _nothing(scenario, [Target(kind, p).name for p in periods for kind in TARGET_KINDS])
            )
        return tuple(Target(kind, period) for period in alike or within for kind in TARGET_KINDS)
    if not names:
        raise InputError("calibrate needs a target; leave targets= out for those of the scenario's years")
    found = tuple(_target_named(str(name), table, known_periods) for name in names)
    for target in found:
        if found.count(target) > 1:
            raise InputError(f"target {target.name} is given twice")
        if not lies_within(target.period, scenario):
            raise InputError(f"{target.name} {_outside(scenario)}")
    return found


def watcher(
    scenario: Scenario, targets: Sequence[Target]
) -> Callable[[Lanes], dict[str, NDArray[np.generic]]]:
    """Watch a block of lanes for its targets: for :func:`regimesim.sweeps.chunks.play_points`.

    Disputes and wars are running counts; a period's are those at its end minus those at its beginning. Years
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


def _target_named(name: str, table: Record | None, periods: Sequence[Period]) -> Target:
    if table is None:
        named = {
            Target(kind, period).name: Target(kind, period) for period in periods for kind in TARGET_KINDS
        }
        found: Target = known(name, named, "target")
        return found
    match = re.fullmatch(r"([a-z]+)_(\d{4})_(\d{4})", name)
    if match is None:
        raise InputError(f"a target is typed KIND_FIRST_LAST, such as disputes_1816_1853; got {quoted(name)}")
    kind, first, last = known(match[1], tuple(TARGET_KINDS), "kind of target"), int(match[2]), int(match[3])
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


def _outside(scenario: Scenario) -> str:
    if not scenario.start or not float(scenario.start).is_integer():
        return f"has its years, and {scenario.name} has no calendar that begins with a year (about.start)"
    last = scenario.start + scenario.years - 1
    return f"lies outside the years of {scenario.name}, {scenario.start:g}-{last:g}"


def _nothing(scenario: Scenario, names: Sequence[str]) -> str:
    return (
        f"none of the record's periods can be a target: each {_outside(scenario)} "
        f"(all: {', '.join(names) or 'none'}); with record=PATH, targets=[disputes_FIRST_LAST] names others"
    )


class Implausibility(NamedTuple):
    """N draws against one record of K targets.

    Attributes
    ----------
    distance : float array (N, K)
        Standard deviations by which the record lies above (or, negative, below) the mean.
    worst : float array (N,)
        The largest distance, without its sign.
    share : float array (N,)
        Share of histories, the record among them, that are at least as implausible: a p-value.
    alone : float array (N, K)
        The same if one target is all there is.
    """

    distance: Floats
    worst: Floats
    share: Floats
    alone: Floats


def implausibility(histories: Floats, record: Floats) -> Implausibility:
    """Measure how implausible a record is as one more history of each draw.

    Parameters
    ----------
    histories : float array (N, R, K)
        R simulated histories of each of N draws.
    record : float array (K,)
    """
    with_record = np.empty((histories.shape[1] + 1, histories.shape[2]))
    with_record[-1] = record
    rows = []
    for those in histories:
        with_record[:-1] = those
        centred = with_record - with_record.mean(axis=0)
        spread = centred.std(axis=0)
        distance = centred / np.where(spread > TOLERANCE, spread, np.inf)  # all alike: no distance
        size = np.abs(distance)
        worst = size.max(axis=1)
        rows.append(
            (
                distance[-1],
                worst[-1],
                (worst >= worst[-1] - TOLERANCE).mean(),
                (size >= size[-1] - TOLERANCE).mean(axis=0),
            )
        )
    return Implausibility(*(np.array(column) for column in zip(*rows, strict=True)))


def fewest_histories(confidence: float) -> int:
    """Count the histories that it takes before any draw can be told not to fit."""
    return int(np.ceil(1 / (1 - confidence) - TOLERANCE)) - 1

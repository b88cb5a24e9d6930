"""Robustness of an answer over the assumptions that it rests on: the same question put to many worlds.

A *draw* is one set of values for the *assumptions*, parameters of which nobody knows the right value, each
within its declared range (``Parameter.range``). A world takes from a draw what it uses: a mechanism that
is switched off stays off, so that anarchy with other assumptions is still anarchy. All worlds of a question
take the same draws and are played on the same seeds, so that within a draw they differ only by what is asked.

The *verdict* of a draw is 1 if the answer holds there beyond luck, -1 if its contrary does, and 0 if the runs
do not tell. :func:`robustness` gives their shares and, assumption by assumption, how well it parts the
draws in which the answer holds from the others.

Many worlds on the same seeds: how each fares, and by how much one does better than another.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.scenario.mechanisms import OFF, uses
from regimesim.scenario.messages import InputError, known
from regimesim.scenario.parameters import BY_NAME, Parameter
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import FittedSet, with_values
from regimesim.simulation.columns import SHARES
from regimesim.simulation.simulate import Columns
from regimesim.stats.estimates import Estimate, Floats, interval_of, mean, share, tails
from regimesim.stats.survival import restricted_mean, rmst, rmst_difference
from regimesim.sweeps.chunks import play_points
from regimesim.sweeps.design import fill_box
from regimesim.sweeps.points import Points

Verdicts = NDArray[np.int64]
TableOfDraws = Mapping[str, Sequence[float]]
"""A column for each assumption, a row for each draw."""

ASSUMPTION_DRAWS = 64
RUNS_A_DRAW = 12
"""Runs of each draw."""
DRAWS_SEED = 1815

COMMON = (
    "shadow.discount_factor",
    "shadow.punishment_years",
    "shadow.resolve",
    "shadow.rounds_per_year",
    "transparency.level",
    "transparency.miss_rate",
    "transparency.false_alarm_rate",
    "diplomacy.conference",
    "geography.buffer_effectiveness",
    "norms.restraint",
    "norms.half_life",
    "domestic.turnover",
    "periphery.rate",
    "war.mutual",
    "war.cost",
    "trust.learning_rate",
    "choice.temperature",
)
"""The assumptions that carry most of the shipped scenarios; drawn unless an experiment names others."""


_FITTED: ContextVar[FittedSet | None] = ContextVar("_FITTED", default=None)


def draws(
    names: Iterable[str] = COMMON, count: int = ASSUMPTION_DRAWS, seed: int = DRAWS_SEED
) -> dict[str, list[float]]:
    """Draws of some assumptions within their declared ranges, by a scrambled Sobol' sequence.

    Fewer draws of the same assumptions and seed are the first of more. Within :func:`drawing_from` those that
    the set knows of are the set's: row i takes the draw of replicate i.

    Raises
    ------
    InputError
        For an unknown parameter, or one that has no declared range.
    """
    ranges = {}
    for name in names:
        parameter: Parameter = known(name, BY_NAME, "parameter")
        if parameter.range is None or name == "trust.initial":
            raise InputError(f"{name} has no declared range to draw from")
        ranges[name] = parameter.range
    drawn = fill_box("sobol", ranges, count, seed)
    even = {name: [typed_value(name, value) for value in column] for name, column in drawn.items()}
    fitted = _FITTED.get()
    if fitted is None:
        return even
    rows = fitted.draw_of(np.arange(count))
    return even | {name: column[rows].tolist() for name, column in fitted.columns.items() if name in even}


@contextmanager
def drawing_from(fitted: FittedSet) -> Iterator[None]:
    """Let :func:`draws` take what it can from a set of assumptions that fit the record."""
    before = _FITTED.set(fitted)
    try:
        yield
    finally:
        _FITTED.reset(before)


def typed_value(name: str, value: float) -> float:
    """A drawn value as its parameter takes it: a whole number where only those are."""
    return round(value) if BY_NAME[name].kind == "integer" else value


def worlds(scenario: Scenario, drawn: TableOfDraws) -> list[Scenario]:
    """One world for each draw: the scenario with those of the drawn assumptions that it uses.

    A value that an epoch changes stays as the epoch has it; where it returns to the first phase's
    value it is the drawn one. What is switched off at the beginning stays off there.
    """
    used = [name for name in drawn if uses(scenario, name) and scenario[name] != OFF.get(name)]
    count = len(next(iter(drawn.values())))
    return [with_values(scenario, {name: drawn[name][row] for name in used}) for row in range(count)]


def play_worlds(worlds: Sequence[Scenario], runs: int = RUNS_A_DRAW, seed: int = DRAWS_SEED) -> Columns:
    """Play every world on the same seeds: columns of ``Results.runs``, each of shape (worlds, runs)."""
    points = Points(tuple(worlds), np.arange(len(worlds)), {}, ({},) * len(worlds))
    columns = play_points(points, runs, seed)
    return {name: column.reshape(len(worlds), runs) for name, column in columns.items()}


def durations(columns: Columns, horizon: float, spell: str = "regime") -> Floats:
    """Measure how long each run lasted within a horizon, in years, (worlds, runs).

    Where runs are censored before the horizon, its pseudo-observation: mean over a row is the RMST.
    """
    years, ended = columns[f"{spell}_years"], columns[f"{spell}_ended"]
    found = np.empty(years.shape)
    for row in range(len(years)):
        mean, influence = restricted_mean(years[row], ended[row], horizon)
        found[row] = mean + influence
    return found


def verdicts(differences: Floats, trifle: float = 0.0) -> Verdicts:
    """Row by row whether the mean is above ``trifle`` (1), below ``-trifle`` (-1) or neither (0).

    Parameters
    ----------
    differences : float array (draws, runs)
        Paired, run by run.
    trifle : float >= 0
        Too little to matter; Student's 95 % interval must lie beyond it.
    """
    from scipy.special import stdtrit

    runs = differences.shape[1]
    middle, spread = differences.mean(axis=1), differences.std(axis=1, ddof=1)
    reach = stdtrit(runs - 1, 0.975) * spread / math.sqrt(runs)
    return np.where(middle - reach > trifle, 1, 0) - np.where(middle + reach < -trifle, 1, 0)


def every(*parts: Verdicts) -> Verdicts:
    """The verdict of a claim of several parts: it holds if all do, and fails if the contrary of one holds."""
    stacked = np.stack(parts)
    return np.where((stacked == -1).any(axis=0), -1, np.where((stacked == 1).all(axis=0), 1, 0))


def robustness(found: Verdicts, drawn: TableOfDraws) -> dict[str, object]:
    """In what share of the draws an answer holds, and what parts them from the others.

    Returns
    -------
    dict
        Plain values. ``holds``, ``contrary`` and ``undecided`` are shares with Wilson's interval. For every
        assumption ``parts`` has the chance that it is higher in a draw where the answer holds than in one
        where it does not (.5: it does not matter), and its medians in the two.
    """
    number = len(found)
    shares = {
        word: interval_of(share(int((found == verdict).sum()), number))
        for word, verdict in (("holds", 1), ("contrary", -1), ("undecided", 0))
    }
    holds = found == 1
    parts = {}
    for name, column in drawn.items():
        values = np.asarray(column, np.float64)
        parts[name] = {
            "higher where it holds": interval_of(higher(values[holds], values[~holds])),
            "median where it holds": interval_of(median(values[holds])),
            "median elsewhere": interval_of(median(values[~holds])),
        }
    return {"draws": shares, "parts": parts}


def higher(one: Floats, other: Floats) -> Estimate:
    """Chance that a value of ``one`` is above a value of ``other``, ties counted as half.

    With the 95 % interval of Hanley and McNeil, but never narrower than if the two were alike (the variance
    of Mann and Whitney's statistic), since theirs shrinks to nothing where few values do not overlap; clipped
    to [0, 1], and without ends where either is empty.

    References
    ----------
    Hanley & McNeil 1982, Radiology 143, 29-36.

    Examples
    --------
    >>> higher(np.array([2.0, 4.0]), np.array([1.0, 3.0])).value
    0.75
    """
    if not len(one) or not len(other):
        return Estimate(math.inf, -math.inf, math.inf)
    above = (one[:, None] > other[None, :]).mean() + 0.5 * (one[:, None] == other[None, :]).mean()
    area = float(above)
    first, second = area / (2 - area), 2 * area * area / (1 + area)
    variance = area * (1 - area)
    variance += (len(one) - 1) * (first - area**2) + (len(other) - 1) * (second - area**2)
    error = math.sqrt(max(variance, 0.0) / (len(one) * len(other)))
    error = max(error, math.sqrt((len(one) + len(other) + 1) / (12 * len(one) * len(other))))
    reach = tails(0.95)[0] * error
    return Estimate(area, max(0.0, area - reach), min(1.0, area + reach), error)


def median(values: Floats) -> Estimate:
    """Median with a 95 % interval from order statistics, which holds for any distribution.

    With fewer than six values no such interval is finite.
    """
    if not len(values):
        return Estimate(math.inf, -math.inf, math.inf)
    from scipy.stats import binom

    ordered, count = np.sort(values), len(values)
    rank = int(binom.ppf(0.025, count, 0.5))
    if rank == 0:
        return Estimate(float(np.median(ordered)), -math.inf, math.inf)
    return Estimate(float(np.median(ordered)), float(ordered[rank - 1]), float(ordered[count - rank]))


class Outcomes:
    """Some worlds by name, played on the same seeds.

    Parameters
    ----------
    worlds : mapping of str to Scenario
    runs, seed : int
    horizon : float, optional
        Years, of restricted means; the shortest of the worlds' years by default.
    """

    def __init__(
        self, worlds: Mapping[str, Scenario], runs: int, seed: int, horizon: float | None = None
    ) -> None:
        self.worlds, self.runs = dict(worlds), runs
        self.horizon = horizon or min(world.years for world in worlds.values())
        columns = play_worlds(list(worlds.values()), runs, seed)
        self.columns: dict[str, Columns] = {
            name: {column: values[row] for column, values in columns.items()}
            for row, name in enumerate(worlds)
        }

    def years(self, name: str, spell: str = "regime") -> Estimate:
        """Restricted mean of a spell (``regime``, ``peace``, ..) in years."""
        return rmst(*self._sample(name, spell), self.horizon)

    def longer(self, one: str, other: str, spell: str = "regime") -> Estimate:
        """Years by which a spell lasts longer in one world than in another, paired."""
        return rmst_difference(
            self._sample(one, spell), self._sample(other, spell), self.horizon, paired=True
        )

    def mean(self, name: str, column: str) -> Estimate:
        """Mean of a column over runs."""
        return mean(self._values(name, column), (0.0, 1.0) if column in SHARES else None)

    def more(self, one: str, other: str, column: str) -> Estimate:
        """By how much the mean of a column is higher in one world than in another, paired."""
        limits = (-1.0, 1.0) if column in SHARES else None
        return mean(self._values(one, column) - self._values(other, column), limits)

    def told(self, name: str, *columns: str) -> dict[str, Any]:
        """Years of regime and of peace, and means of columns, as plain values."""
        found = {spell: interval_of(self.years(name, spell)) for spell in ("regime", "peace")}
        return found | {column: interval_of(self.mean(name, column)) for column in columns}

    def gained(self, one: str, other: str, *columns: str) -> dict[str, Any]:
        """Measure what one world has more of than another, paired, as plain values."""
        found = {spell: interval_of(self.longer(one, other, spell)) for spell in ("regime", "peace")}
        return found | {column: interval_of(self.more(one, other, column)) for column in columns}

    def _sample(self, name: str, spell: str) -> tuple[Any, Any]:
        columns = self.columns[name]
        return columns[f"{spell}_years"], columns[f"{spell}_ended"]

    def _values(self, name: str, column: str) -> Floats:
        return np.asarray(self.columns[name][column], np.float64)


def told_apart(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Tell whether two shares with intervals differ beyond luck.

    By the interval of their difference from the two (Zou & Donner 2008, Stat. Med. 27, 1693).

    >>> told_apart({"value": 0.5, "lower": 0.4, "upper": 0.6}, {"value": 0.6, "lower": 0.5, "upper": 0.7})
    False
    """
    low, high = sorted((one, other), key=lambda share: share["value"])
    reach = math.hypot(low["upper"] - low["value"], high["value"] - high["lower"])
    return high["value"] - low["value"] > reach

"""A row per point of a sweep, from its parts, in memory that does not grow with the number of runs.

Durations are multiples of a round, so how many ended and how many were cut off in each round says all that a
survival curve needs; other columns are summed run after run, so that no grouping of runs changes a bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.simulation.columns import RATES, SPELL_STEMS
from regimesim.stats.estimates import ROUNDING, Floats, Ints, tails
from regimesim.stats.survival import area_from, at_risk_of, loglog_band, restricted_mean_error, share_standing
from regimesim.sweeps.chunks import Rectangle
from regimesim.sweeps.points import Points

AT = (10, 20, 50, 100)
"""Years at which the share still standing is told."""

COLUMNS = (
    "point",
    "replicate",
    "regime_onset",
    *RATES,
    *(f"{spell}_{part}" for spell in SPELL_STEMS for part in ("years", "ended")),
)
"""Columns that are read of a part."""

CELLS = 4_000_000
"""Points by rounds that are counted at once."""

SummaryTable = dict[str, NDArray[Any]]


Reader = Callable[[Rectangle, Sequence[str]], Any]
"""Reads some columns of a chunk, as an Arrow table."""


def tabulate(
    points: Points, runs: int, chunks: Sequence[Rectangle], read: Reader, own: Sequence[str] = ()
) -> SummaryTable:
    """The summary of a sweep.

    Parameters
    ----------
    points : Points
    runs : int
    chunks : sequence of Rectangle
        All chunks, ascending in replicates for each point.
    read : callable
        Reads some columns of a chunk.
    own : sequence of str
        Columns that mechanisms have measured.
    """
    rates = (*RATES, *own)
    longest = max(world.rounds for world in points.worlds) + 1
    step = max(1, CELLS // longest)
    blocks = [
        _summary_block(points, (a, min(a + step, len(points))), runs, chunks, read, rates)
        for a in range(0, len(points), step)
    ]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _summary_block(
    points: Points,
    between: tuple[int, int],
    runs: int,
    chunks: Sequence[Rectangle],
    read: Reader,
    rates: Sequence[str],
) -> SummaryTable:
    first, last = between
    worlds = [points.worlds[k] for k in points.world[first:last]]
    per_year = np.array([world.rounds_per_year for world in worlds], np.float64)
    rounds = np.array([world.rounds for world in worlds])
    counts = {spell: _Counts(last - first, int(rounds.max()) + 1) for spell in SPELL_STEMS}
    sums = {name: _Sums(last - first) for name in rates}
    never = np.zeros(last - first)
    for rows in _rows_between(chunks, read, (first, last), list(dict.fromkeys((*COLUMNS, *rates)))):
        point = rows["point"] - first
        for spell in SPELL_STEMS:
            when = np.rint(rows[f"{spell}_years"] * per_year[point]).astype(np.intp)
            counts[spell].add(point, when, rows[f"{spell}_ended"])
        for name in rates:
            sums[name].add(point, rows[name].astype(np.float64))
        np.add.at(never, point, np.isnan(rows["regime_onset"]))
    table: SummaryTable = {"point": np.arange(first, last), "runs": np.full(last - first, runs)}
    for spell in SPELL_STEMS:
        table |= {f"{spell}_{name}": column for name, column in counts[spell].told(per_year, rounds).items()}
    table["never_formed"] = never / runs
    for name in rates:
        table[name], table[f"{name}_error"] = sums[name].mean_and_error(runs)
    return table


def _rows_between(
    chunks: Sequence[Rectangle], read: Reader, between: tuple[int, int], names: Sequence[str]
) -> Iterable[SummaryTable]:
    """Rows of the chunks that lie between two points, chunk after chunk."""
    first, last = between
    for chunk in chunks:
        if chunk.last_point > first and chunk.first_point < last:
            found = read(chunk, names)
            rows = {name: found[name].to_numpy() for name in names}
            inside = (rows["point"] >= first) & (rows["point"] < last)
            yield rows if inside.all() else {name: column[inside] for name, column in rows.items()}


class _Counts:
    """Ends and censorings by point and round."""

    def __init__(self, points: int, rounds: int) -> None:
        self.ended = np.zeros((points, rounds), np.int64)
        self.censored = np.zeros((points, rounds), np.int64)

    def add(self, point: Ints, when: NDArray[np.intp], ended: NDArray[np.bool_]) -> None:
        np.add.at(self.ended, (point[ended], when[ended]), 1)
        np.add.at(self.censored, (point[~ended], when[~ended]), 1)

    def told(self, per_year: Floats, rounds: Ints) -> SummaryTable:
        """Give what survival says, a number per point."""
        leaving = self.ended + self.censored
        at_risk = at_risk_of(leaving)
        share = share_standing(self.ended, at_risk)
        lower, upper = loglog_band(share, self.ended, at_risk, tails(0.95))
        horizon = rounds / per_year
        dates = np.arange(share.shape[1]) / per_year[:, None]
        mean, error = _restricted(share, self.ended, at_risk, dates, horizon)
        seen = leaving > 0
        table = {
            "median": _half(share, dates, seen),
            "median_lower": _half(lower, dates, seen),
            "median_upper": _half(upper, dates, seen),
            "rmst": mean,
            "rmst_error": error,
        }
        for years in AT:
            column = np.minimum(np.floor(years * per_year + ROUNDING).astype(np.intp), share.shape[1] - 1)
            at = share[np.arange(len(share)), column]
            table[f"at_{years}"] = np.where(years <= horizon, at, np.nan)
        table["standing"] = self.censored.sum(1) / leaving.sum(1)
        return table


def _restricted(
    share: Floats, events: Ints, at_risk: Ints, dates: Floats, horizon: Floats
) -> tuple[Floats, Floats]:
    mean, error = np.empty(len(share)), np.empty(len(share))
    for until in np.unique(horizon):  # worlds of different horizons are few
        for per_year in np.unique(dates[horizon == until, 1]):
            here = (horizon == until) & (dates[:, 1] == per_year)
            area = area_from(share[here], dates[here][0], float(until))
            mean[here] = np.minimum(area[:, 0], until)
            error[here] = restricted_mean_error(area, events[here], at_risk[here])
    return mean, error


def _half(share: Floats, dates: Floats, seen: NDArray[np.bool_]) -> Floats:
    below = (share <= 0.5 + ROUNDING) & seen
    first = below.argmax(axis=1)
    return np.where(below.any(axis=1), dates[np.arange(len(share)), first], np.nan)


class _Sums:
    """First and second moments by point, taken about each point's first value."""

    def __init__(self, points: int) -> None:
        self.about = np.full(points, np.nan)
        self.first, self.second = np.zeros(points), np.zeros(points)

    def add(self, point: Ints, values: Floats) -> None:
        new, where = np.unique(point, return_index=True)
        fresh = np.isnan(self.about[new])
        self.about[new[fresh]] = values[where[fresh]]
        apart = values - self.about[point]
        np.add.at(self.first, point, apart)  # in the order of rows: one run after the other
        np.add.at(self.second, point, apart * apart)

    def mean_and_error(self, runs: int) -> tuple[Floats, Floats]:
        mean = self.about + self.first / runs
        spread = np.maximum(self.second - self.first**2 / runs, 0.0)
        return mean, np.sqrt(spread / max(1, runs - 1) / runs) if runs > 1 else np.zeros(len(mean))

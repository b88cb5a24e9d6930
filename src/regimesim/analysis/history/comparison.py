"""A record of disputes beside a simulation: the same measures of both, with how sure they are.

Runs of which events were recorded are read as a record is: pair by pair and calendar year by calendar year,
with the same rule for how long a peace was (:mod:`regimesim.analysis.history.eras`). A war is one war in
both, however many join it; where wars overlap and share states, the model still tells them apart and the
record does not. A *dispute* of the model is a pair-year in which two states became estranged by a breach or
a misunderstanding, a war began between them, or a quarrel fell in their estrangement; of the record, one in
which force was used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.history.eras import Era, era_table, peace_curve, quiet_spells
from regimesim.analysis.history.record import Record
from regimesim.scenario.messages import InputError
from regimesim.simulation.columns import PEACE, WAR_BEGINS, WAR_JOINED
from regimesim.simulation.results import Results
from regimesim.stats.estimates import Estimate, tails
from regimesim.stats.survival import Curve, kaplan_meier

if TYPE_CHECKING:
    import pandas as pd

MOST_CELLS = 20_000_000
"""Pair-years of recorded runs that are looked through; further runs are left out."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """Recorded runs, read as a record is.

    Attributes
    ----------
    runs, years, pairs : int
        Runs looked through, whole years of each, pairs of states.
    peace : Curve
        Of pairs, until war; its band takes runs for independent, not pairs within a run.
    """

    runs: int
    years: int
    pairs: int
    peace: Curve


def simulated(results: Results) -> Simulated:
    """Read the recorded runs as a record of disputes.

    Raises
    ------
    InputError
        If no run was recorded, there is no pair, or the horizon is under a year.
    """
    n, years = len(results.scenario.states), math.floor(results.scenario.years)
    pairs = n * (n - 1) // 2
    if not results.yearly.shape[2] or not pairs or not years:
        raise InputError("to be set beside a record, a simulation needs recorded runs, two states and a year")
    runs = min(results.yearly.shape[2], max(1, MOST_CELLS // (pairs * years)))
    at_war, onset = _pair_years(results, runs, years, n)
    group, year = np.divmod(np.arange(at_war.size), years)
    found = quiet_spells(group, year, at_war.ravel(), onset.ravel())
    peace = _clustered(
        kaplan_meier(found.years, found.ended), found.group // pairs, found.years, found.ended, runs
    )
    return Simulated(runs, years, pairs, peace)


def _pair_years(
    results: Results, runs: int, years: int, n: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark each pair and year of a run in which it was at war, or a war began: (runs, pairs, years)."""
    happened, per_year = results.happened, results.scenario.rounds_per_year
    kept = np.isin(happened["kind"], (WAR_BEGINS, WAR_JOINED, PEACE)) & (happened["replicate"] < runs)
    run, kind, when = (happened[name][kept] for name in ("replicate", "kind", "round"))
    a, b = (np.asarray(happened[name][kept], np.int64) for name in ("actor", "target"))
    place = np.zeros((n, n), np.int64)
    place[np.triu_indices(n, 1)] = np.arange(n * (n - 1) // 2)
    place += place.T  # a state that joins may be named before or after its foe
    cell = run * (n * (n - 1) // 2) + place[a, b]
    order = np.lexsort((when, cell))
    cell, kind, year = cell[order], kind[order], np.asarray(when[order] // per_year, np.int64)
    start = np.flatnonzero((kind != PEACE) & (year < years))
    goes_on = np.append(cell[1:] == cell[:-1], False)[start]
    end = np.where(goes_on, np.append(year[1:], 0)[start], years - 1)
    change = np.zeros((runs * (n * (n - 1) // 2), years + 1), np.int32)
    np.add.at(change, (cell[start], year[start]), 1)
    np.add.at(change, (cell[start], np.minimum(end, years - 1) + 1), -1)
    onset = np.zeros(change.shape, np.bool_)
    onset[cell[start], year[start]] = True
    shape = (runs, n * (n - 1) // 2, years)
    return (change.cumsum(axis=1)[:, :-1] > 0).reshape(shape), onset[:, :-1].reshape(shape)


def _clustered(
    curve: Curve, run: NDArray[np.int64], years: NDArray[np.int64], ended: NDArray[np.bool_], runs: int
) -> Curve:
    """The curve with a band that lets the pairs of a run depend on one another.

    The logarithm of the share is a sum over years of ends minus those expected, run by run; its variance is
    that of these sums over runs (Ying & Wei 1994, J. Multivariate Anal. 50, 17), the band log-log as
    elsewhere.
    """
    ages = np.arange(int(curve.years[-1]) + 1)
    last = len(ages)
    ends = np.bincount(run[ended] * last + years[ended], minlength=runs * last).reshape(runs, last)
    leave = np.bincount(run * last + years, minlength=runs * last).reshape(runs, last)
    at_risk = leave[:, ::-1].cumsum(axis=1)[:, ::-1]
    total, hazard = at_risk.sum(axis=0), ends.sum(axis=0) / at_risk.sum(axis=0)
    left = np.maximum(total * (1 - hazard), 1)  # where none is left, the row has no band of this kind
    error = np.sqrt((((ends - at_risk * hazard) / left).cumsum(axis=1) ** 2).sum(axis=0))
    z, alpha = tails(0.95)
    share, error = curve.survival, error[curve.years.astype(np.int64)]
    inside = (share > 0) & (share < 1)
    logs = np.log(share, where=inside, out=np.full(share.size, -1.0))
    missed = alpha ** (1 / runs)
    lower = np.where(inside, np.exp(logs * np.exp(z * error / -logs)), np.where(share == 1, missed, 0.0))
    upper = np.where(inside, np.exp(logs * np.exp(-z * error / -logs)), 1.0)
    upper = np.where(share == 0, 1 - missed, upper)
    return replace(curve, lower=np.minimum(lower, share), upper=np.maximum(upper, share))


def beside(record: Record, results: Results, era: Era) -> pd.DataFrame:
    """The record of an era and a simulation, measure by measure.

    Columns: ``measure``; ``record``, ``record_lower``, ``record_upper``; ``model``, ``model_lower``,
    ``model_upper``. The measures: share of pair-years in dispute, wars a year, and the share of spells of
    peace (those after a war too) that last a quarter, half, three quarters and all of the years that both
    cover. 95 % intervals: Wilson, exact Poisson and log-log for the record; over runs for the model.

    Parameters
    ----------
    record : Record
    results : Results
        With recorded runs; best of as many years as the era.
    era : Era
    """
    import pandas as pd

    row = _row_of(record, era)
    seen, theirs = simulated(results), peace_curve(record, era)
    years = results.scenario.years
    rows: list[tuple[str, Estimate, Estimate]] = [
        (
            "pair-years in dispute",
            Estimate(row["share"], row["share_lower"], row["share_upper"]),
            _mean_over_runs(results.columns["disputes"] / (seen.pairs * math.ceil(years)), (0, 1)),
        ),
        (
            "wars a year",
            Estimate(row["war_rate"], row["war_rate_lower"], row["war_rate_upper"]),
            _mean_over_runs(results.columns["wars"] / years, (0, math.inf)),
        ),
    ]
    both = min(int(row["years"]), seen.years)
    for age in sorted({max(1, round(both * part / 4)) for part in (1, 2, 3, 4)}):
        rows.append(
            (
                f"peace of a pair lasts {age} year{'s' if age > 1 else ''}",
                share_after(theirs, age),
                share_after(seen.peace, age),
            )
        )
    return pd.DataFrame(
        [
            {"measure": name} | _columns_named("record", one) | _columns_named("model", other)
            for name, one, other in rows
        ]
    )


def _row_of(record: Record, era: Era) -> Any:
    table = era_table(record, [era])
    if table.iloc[0]["era"] != era.name:
        raise InputError(
            f"the record ({record.first}-{record.last}) has nothing on {era.name} ({era.start}-{era.end})"
        )
    return table.iloc[0]


def _columns_named(whose: str, e: Estimate) -> dict[str, Any]:
    return {whose: e.value, f"{whose}_lower": e.lower, f"{whose}_upper": e.upper}


def share_after(curve: Curve, age: float) -> Estimate:
    """The share of spells that last so many whole years."""
    place = max(int(np.searchsorted(curve.years, age - 1, side="right")) - 1, 0) if age > 0 else 0
    return Estimate(*(float(band[place]) for band in (curve.survival, curve.lower, curve.upper)))


def _mean_over_runs(values: NDArray[Any], limits: tuple[float, float]) -> Estimate:
    """A mean over runs; one run has no interval but the possible."""
    values = np.asarray(values, np.float64)
    mean = float(values.mean())
    if len(values) < 2:
        return Estimate(mean, limits[0], limits[1])
    reach = tails(0.95)[0] * float(values.std(ddof=1)) / math.sqrt(len(values))
    if reach == 0.0 and math.isfinite(limits[1]):  # nothing varied: what so many runs can miss
        missed = 1 - tails(0.95)[1] ** (1 / len(values))
        return Estimate(mean, max(limits[0], mean - missed), min(limits[1], mean + missed))
    return Estimate(mean, max(limits[0], mean - reach), min(limits[1], mean + reach))


def words_beside(table: pd.DataFrame) -> pd.DataFrame:
    """The table of :func:`beside` as text."""
    import pandas as pd

    def words(row: Any, whose: str) -> str:
        decimals = 4 if row["measure"] == "wars a year" else 3
        return Estimate(row[whose], row[f"{whose}_lower"], row[f"{whose}_upper"]).text(decimals)

    rows = {row["measure"]: [words(row, "record"), words(row, "model")] for _, row in table.iterrows()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["record", "model"])

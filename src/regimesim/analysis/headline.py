"""Company of a headline: the record's own rates, limits of the horizon, and the measure's window."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from regimesim.analysis.history.rates import GREAT_POWERS, Period, group_of, lies_within
from regimesim.simulation.assumptions import PUBLISHED
from regimesim.simulation.columns import QUANTITIES, WAR_BEGINS
from regimesim.simulation.results import Results

FEW_STATES = 3
"""Up to so many states the share of cooperating pairs takes few values, and thresholds on it decide much."""
WINDOWS = (1.0, 3.0, 5.0)
"""Years over which cooperation is averaged for the comparison."""
WINDOW_RUNS = 200
LIMIT = 0.95
"""Share of runs from which on the horizon, or the first year, sets a duration."""


class PeriodRates(NamedTuple):
    """Rates of a period in recorded runs beside the record's.

    Attributes
    ----------
    period : Period
        The record.
    disputes : float
        Share of pair-years with a dispute, mean over runs.
    wars : float
        Wars in the period, mean over runs.
    wars_lower, wars_upper : float
        Their middle 95 % over runs.
    """

    period: Period
    disputes: float
    wars: float
    wars_lower: float
    wars_upper: float


def beside_record(results: Results) -> tuple[PeriodRates, ...]:
    """Give rates by period, where the record of the very states is known and runs were recorded."""
    group, runs = group_of(results.scenario), results.yearly.shape[2]
    periods = [p for p in group.periods if lies_within(p, results.scenario)]
    if group is GREAT_POWERS or not runs:
        return ()
    n, start = len(results.scenario.states), int(results.scenario.start)
    disputes = results.yearly[QUANTITIES.index("disputes")]
    happened = results.happened
    begins = happened["kind"] == WAR_BEGINS
    year = happened["round"][begins] // results.scenario.rounds_per_year
    run = happened["replicate"][begins]
    found = []
    for period in periods:
        first, last = period.first - start, period.last + 1 - start
        share = float(disputes[first:last].mean()) / (n * (n - 1) / 2)
        wars = np.bincount(run[(year >= first) & (year < last)], minlength=runs)[:runs]
        lower, upper = np.quantile(wars, [0.025, 0.975])
        found.append(PeriodRates(period, share, float(wars.mean()), float(lower), float(upper)))
    return tuple(found)


def limit_of(results: Results, spell: str) -> str:
    """Tell whether a duration is at its ceiling or its floor: ``ceiling``, ``floor`` or nothing."""
    ended, years = results.columns[f"{spell}_ended"], results.columns[f"{spell}_years"]
    if float((~ended).mean()) >= LIMIT:
        return "ceiling"
    return "floor" if float((ended & (years <= 1 / results.scenario.rounds_per_year)).mean()) >= LIMIT else ""


def by_window(results: Results) -> dict[float, float]:
    """Give the restricted mean of the regime at several windows, in a world of two or three states.

    The same runs, at most 200 of them, are played again under another window.
    """
    from regimesim.simulation.simulate import simulate

    scenario = results.scenario
    if len(scenario.states) > FEW_STATES or not results.replayable:
        return {}
    runs, seed = min(len(results), WINDOW_RUNS), int(results.provenance["seed"])
    found = {}
    for window in WINDOWS:
        phases = tuple(
            replace(phase, parameters={**phase.parameters, "measure.window": window})
            for phase in scenario.phases
        )
        again = simulate(
            replace(scenario, phases=phases), runs, seed, record=0, assumptions=results.assumed or PUBLISHED
        )
        found[window] = again.summary("regime").rmst.value
    return found

"""Findings from the draws that fit: on parameters, alone and in pairs, and on the answers of ``compare``.

A parameter is *narrowed* if the draws that fit are distributed differently from those that do not
(regional sensitivity analysis: Hornberger & Spear 1981; the distance is Kolmogorov's and Smirnov's). A
parameter that is not narrowed may still be bound to another: a *trade-off* is a rank correlation inside the
set, where draws had none. Both are told from luck at one per cent for all parameters, or pairs, together.

For the answers, the fitted parameters are set in the scenario that was calibrated. In another, a parameter is
set only where it is *common*: where both are published with the same value of it, and that is not the neutral
one. So how patient states are is one assumption about the world and varies in all; a norm or a conference is
not switched on where there is none, and what a scenario has of its own stays its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.calibration.calibrate import Calibration, DrawColumns, as_numbers, as_typed
from regimesim.analysis.comparison import DEFAULT
from regimesim.scenario.compose import Assignment, compose
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.columns import SPELL_STEMS
from regimesim.simulation.simulate import Progress, check_runs
from regimesim.stats.survival import rmst, rmst_difference
from regimesim.sweeps.chunks import play_points
from regimesim.sweeps.design import points_of

if TYPE_CHECKING:
    import pandas as pd

LUCK = 0.01
"""Chance that luck narrows any parameter, or binds any pair."""

FEWEST_DRAWS = 10
"""Draws that fit (and that do not) below which nothing is said of their distribution."""

SHUT_OUT = 0.1
"""Share of a range at one of its ends without a draw that fits: worth a word."""

ANSWER_DRAWS, ANSWER_RUNS = 32, 300
"""Draws of the set, and runs of each scenario at each, by default."""


def narrowing(found: Calibration) -> pd.DataFrame:
    """Measure what is left of each parameter's range, a row each, those that narrowed most first.

    Columns: ``parameter``; ``low`` and ``high``, where it was sampled; ``published``; ``least``, ``q05``,
    ``median``, ``q95`` and ``most`` of the set; ``kept``, how wide the middle 90 % of the set is, as a share
    of that of all draws; ``distance`` (Kolmogorov-Smirnov) of the draws that fit from the others, its
    ``p_value``; ``narrowed``. Switches count as 0 and 1, choices by their place in the list.
    """
    import pandas as pd

    inside, ranges = found.draws["fits"].to_numpy(), found.problem.ranges
    rows = []
    for name, (low, high) in ranges.items():
        values = as_numbers(name, found.draws[name])
        row: dict[str, Any] = {
            "parameter": name,
            "low": low,
            "high": high,
            "published": float(as_numbers(name, [found.published[name]])[0]),
        }
        rows.append(
            row | _of_set(values, inside) | _distance_apart(values[inside], values[~inside], len(ranges))
        )
    return pd.DataFrame(rows).sort_values("distance", ascending=False, kind="stable", ignore_index=True)


def _of_set(values: Any, inside: Any) -> dict[str, float]:
    if not inside.any():
        return dict.fromkeys(("least", "q05", "median", "q95", "most", "kept"), np.nan)
    marks = np.quantile(values[inside], [0, 0.05, 0.5, 0.95, 1])
    wide = np.subtract(*np.quantile(values, [0.95, 0.05]))
    kept = float((marks[3] - marks[1]) / wide) if wide > 0 else 1.0
    names = ("least", "q05", "median", "q95", "most")
    return dict(zip(names, map(float, marks), strict=True)) | {"kept": kept}


def _distance_apart(fit: Any, rest: Any, parameters: int) -> dict[str, Any]:
    from scipy.stats import ks_2samp

    if min(len(fit), len(rest)) < FEWEST_DRAWS:
        return {"distance": 0.0, "p_value": 1.0, "narrowed": False}
    test = ks_2samp(fit, rest, method="asymp")
    return {
        "distance": float(test.statistic),
        "p_value": float(test.pvalue),
        "narrowed": bool(test.pvalue < LUCK / parameters),
    }


def tradeoffs(found: Calibration) -> pd.DataFrame:
    """Spearman's rank correlation of every two parameters inside the set, the strongest first.

    Columns: ``one``, ``other``, ``correlation``, ``p_value``, ``told`` (from luck).
    """
    import pandas as pd
    from scipy.stats import spearmanr

    columns = ["one", "other", "correlation", "p_value", "told"]
    inside, pairs = found.fitting, list(combinations(found.problem.ranges, 2))
    rows = []
    for one, other in pairs if len(inside) >= FEWEST_DRAWS else []:
        values = as_numbers(one, inside[one]), as_numbers(other, inside[other])
        if all(np.ptp(column) > 0 for column in values):
            rho, chance = spearmanr(*values)
            rows.append((one, other, float(rho), float(chance), bool(chance < LUCK / len(pairs))))
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("correlation", key=abs, ascending=False, kind="stable", ignore_index=True)


def agreed(found: Calibration) -> list[str]:
    """Find ends of ranges that no draw that fits lies in, though draws at large do."""
    said = []
    for _, row in narrowing(found).iterrows():
        name, span = row["parameter"], row["high"] - row["low"]
        if BY_NAME[name].kind in ("switch", "choice"):
            if row["least"] == row["most"]:
                said.append(f"{name} is {as_typed(name, row['least'])}")
            continue
        if row["least"] - row["low"] > SHUT_OUT * span:
            said.append(f"{name} is at least {as_typed(name, row['least'])}")
        if row["high"] - row["most"] > SHUT_OUT * span:
            said.append(f"{name} is at most {as_typed(name, row['most'])}")
    return said if len(found.fitting) >= FEWEST_DRAWS else []


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of ``compare`` at some draws of a set.

    Attributes
    ----------
    names : tuple of str
        The scenarios, the calibrated one first.
    varied : dict of str to tuple of str
        Which parameters were set in each.
    means : DataFrame
        A row per draw, scenario and kind of spell: ``draw``, ``scenario``, ``spell``, ``mean`` (RMST).
    differences : DataFrame
        A row per draw, kind of spell and pair of scenarios, on the same seeds: ``draw``, ``spell``,
        ``longer``, ``shorter``, ``estimate``, ``lower``, ``upper``.
    horizon : float
    draws, runs : int

    Draw -1 stands for the scenarios as they are.
    """

    names: tuple[str, ...]
    varied: dict[str, tuple[str, ...]]
    means: pd.DataFrame
    differences: pd.DataFrame
    horizon: float
    draws: int
    runs: int

    def ranges(self) -> pd.DataFrame:
        """A row per scenario and kind of spell: ``published``, ``least``, ``median``, ``most`` (RMST)."""
        import pandas as pd

        rows = []
        for (name, spell), group in self.means.groupby(["scenario", "spell"], sort=False):
            of_set = group.loc[group["draw"] >= 0, "mean"]
            rows.append(
                {
                    "scenario": name,
                    "spell": spell,
                    "published": float(group.loc[group["draw"] < 0, "mean"].iloc[0]),
                    "least": of_set.min(),
                    "median": of_set.median(),
                    "most": of_set.max(),
                }
            )
        return pd.DataFrame(rows)

    def orderings(self) -> pd.DataFrame:
        """A row per kind of spell and pair of scenarios: in what share of the draws which lasts longer.

        Columns: ``spell``, ``one``, ``other``; ``one_longer`` and ``other_longer``, where the 95 % interval
        of the paired difference says so; ``untold``, the rest; ``published``, the difference as published.
        """
        import pandas as pd

        rows = []
        for (spell, one, other), group in self.differences.groupby(
            ["spell", "longer", "shorter"], sort=False
        ):
            of_set = group[group["draw"] >= 0]
            above, below = float((of_set["lower"] > 0).mean()), float((of_set["upper"] < 0).mean())
            rows.append(
                {
                    "spell": spell,
                    "one": one,
                    "other": other,
                    "one_longer": above,
                    "other_longer": below,
                    "untold": 1 - above - below,
                    "published": float(group.loc[group["draw"] < 0, "estimate"].iloc[0]),
                }
            )
        return pd.DataFrame(rows)

    def certain(self) -> list[str]:
        """Say which order outlasts which at every draw."""
        said = []
        for row in self.orderings().to_dict("records"):
            for longer, shorter in (("one", "other"), ("other", "one")):
                if row[f"{longer}_longer"] == 1:
                    names = f"in {spoken(row[longer])} than in {spoken(row[shorter])}"
                    said.append(f"{SPELL_STEMS[row['spell']]} lasts longer {names}")
        return said


def answers_of_draws(
    found: Calibration,
    draws: int = ANSWER_DRAWS,
    runs: int = ANSWER_RUNS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Answers:
    """Compare the default orders at draws of the set, evenly chosen among those that fit.

    Parameters
    ----------
    found : Calibration
        With a draw that fits.
    draws : int
        At most so many.
    runs : int
        Of each order at each draw; seeds as in the calibration.
    workers, progress
        As in :func:`regimesim.simulate`.

    Raises
    ------
    InputError
        If no draw fits, or a number cannot be used.
    """
    check_runs(runs, found.seed, workers)
    if not len(found.fitting):
        raise InputError("no draw fits the record: there is nothing over which answers could vary")
    chosen = _evenly_chosen(len(found.fitting), draws)
    table, own = found.fitting.iloc[chosen], found.problem.published()
    columns = {name: np.append(table[name].to_numpy(), own[name]) for name in found.problem.ranges}
    worlds = _worlds(found)
    horizon = min(world.years for world in worlds.values())
    varied = {name: _common(found, name, world) for name, world in worlds.items()}
    played = {}
    for name in worlds:
        mine = {key: columns[key] for key in varied[name]}
        points = points_of(*_source(found, name, horizon), mine or {key: own[key] for key in list(own)[:1]})
        rows = play_points(points, runs, found.seed, workers, progress)
        played[name] = {key: _by_draw(rows[key], runs, len(chosen) + 1) for key in _durations()}
    names = np.append(table["draw"].to_numpy(), -1)
    return Answers(
        tuple(worlds),
        varied,
        _means_by_draw(played, names, horizon),
        _differences_by_draw(played, names, horizon),
        horizon,
        len(chosen),
        runs,
    )


def scenarios_of(found: Calibration) -> tuple[str, ...]:
    """The orders that are compared: those of ``compare``, and the one calibrated before them."""
    mine = found.problem.scenario.name
    return (mine, *(name for name in DEFAULT if name != mine))


def _worlds(found: Calibration) -> dict[str, Scenario]:
    mine = found.problem.scenario
    return {name: mine if name == mine.name else compose(name, ()) for name in scenarios_of(found)}


def _common(found: Calibration, name: str, world: Scenario) -> tuple[str, ...]:
    problem = found.problem
    if name == problem.scenario.name:
        return tuple(problem.ranges)
    published = compose(problem.source, ())
    return tuple(
        key for key in problem.ranges if published[key] == world[key] and world[key] != BY_NAME[key].default
    )


def _source(found: Calibration, name: str, horizon: float) -> tuple[str, Sequence[Assignment]]:
    problem, until = found.problem, ("years", f"{horizon:g}")
    if name != problem.scenario.name:
        return name, [until]
    return problem.source, [*(given for given in problem.settings if given[0].lstrip("+") != "years"), until]


def _evenly_chosen(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of a number of rows, evenly."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))


def _durations() -> tuple[str, ...]:
    return tuple(f"{spell}_{what}" for spell in SPELL_STEMS for what in ("years", "ended"))


def _by_draw(column: NDArray[Any], runs: int, draws: int) -> NDArray[Any]:
    """(draws, runs); what does not vary is the same at every draw."""
    return np.broadcast_to(column.reshape(-1, runs), (draws, runs))


def _spells_of_draw(columns: DrawColumns, spell: str, row: int) -> tuple[NDArray[Any], NDArray[Any]]:
    return columns[f"{spell}_years"][row], columns[f"{spell}_ended"][row]


def _means_by_draw(played: dict[str, DrawColumns], names: NDArray[Any], horizon: float) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "draw": int(draw),
                "scenario": name,
                "spell": spell,
                "mean": rmst(*_spells_of_draw(columns, spell, row), horizon).value,
            }
            for name, columns in played.items()
            for spell in SPELL_STEMS
            for row, draw in enumerate(names)
        ]
    )


def _differences_by_draw(played: dict[str, DrawColumns], names: NDArray[Any], horizon: float) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for spell in SPELL_STEMS:
        for one, other in combinations(played, 2):
            for row, draw in enumerate(names):
                pair = _spells_of_draw(played[one], spell, row), _spells_of_draw(played[other], spell, row)
                gap = rmst_difference(*pair, horizon)
                rows.append(
                    {
                        "draw": int(draw),
                        "spell": spell,
                        "longer": one,
                        "shorter": other,
                        "estimate": gap.value,
                        "lower": gap.lower,
                        "upper": gap.upper,
                    }
                )
    return pd.DataFrame(rows)

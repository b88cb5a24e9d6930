"""How the answers of ``compare`` vary over the draws that fit the record of one of its scenarios.

The fitted parameters are set in the scenario that was calibrated. In another, a parameter is set only where
it is *common*: where both are published with the same value of it, and that is not the neutral one. So how
patient states are is one judgement about the world and varies in all; a norm or a conference is not switched
on where there is none, and what a scenario has of its own stays its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.calibrate import Calibration
from regimesim.chunks import play_points
from regimesim.compare import DEFAULT, SPELLS
from regimesim.config import Setting, compose
from regimesim.expansion import points_of
from regimesim.parameters import BY_NAME
from regimesim.problem import Columns
from regimesim.scenario import InputError, Scenario, spoken
from regimesim.simulate import Progress, check_runs
from regimesim.survival import rmst, rmst_difference

if TYPE_CHECKING:
    import pandas as pd

DRAWS, RUNS = 32, 300
"""How many draws of the set, and runs of each scenario at each, unless told otherwise."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What ``compare`` says at some draws of a set.

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
            rows.append({
                "scenario": name, "spell": spell,
                "published": float(group.loc[group["draw"] < 0, "mean"].iloc[0]),
                "least": of_set.min(), "median": of_set.median(), "most": of_set.max(),
            })  # fmt: skip
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
            rows.append({
                "spell": spell, "one": one, "other": other, "one_longer": above, "other_longer": below,
                "untold": 1 - above - below,
                "published": float(group.loc[group["draw"] < 0, "estimate"].iloc[0]),
            })  # fmt: skip
        return pd.DataFrame(rows)

    def certain(self) -> list[str]:
        """Which order outlasts which at every draw, in words."""
        said = []
        for row in self.orderings().to_dict("records"):
            for longer, shorter in (("one", "other"), ("other", "one")):
                if row[f"{longer}_longer"] == 1:
                    names = f"in {spoken(row[longer])} than in {spoken(row[shorter])}"
                    said.append(f"{SPELLS[row['spell']]} lasts longer {names}")
        return said


def answers(
    found: Calibration,
    draws: int = DRAWS,
    runs: int = RUNS,
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
    chosen = _spread(len(found.fitting), draws)
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
        tuple(worlds), varied, _means(played, names, horizon), _differences(played, names, horizon),
        horizon, len(chosen), runs,
    )  # fmt: skip


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


def _source(found: Calibration, name: str, horizon: float) -> tuple[str, Sequence[Setting]]:
    problem, until = found.problem, ("years", f"{horizon:g}")
    if name != problem.scenario.name:
        return name, [until]
    return problem.source, [*(given for given in problem.settings if given[0].lstrip("+") != "years"), until]


def _spread(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of a number of rows, evenly."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))


def _durations() -> tuple[str, ...]:
    return tuple(f"{spell}_{what}" for spell in SPELLS for what in ("years", "ended"))


def _by_draw(column: NDArray[Any], runs: int, draws: int) -> NDArray[Any]:
    """(draws, runs); what does not vary is the same at every draw."""
    return np.broadcast_to(column.reshape(-1, runs), (draws, runs))


def _sample(columns: Columns, spell: str, row: int) -> tuple[NDArray[Any], NDArray[Any]]:
    return columns[f"{spell}_years"][row], columns[f"{spell}_ended"][row]


def _means(played: dict[str, Columns], names: NDArray[Any], horizon: float) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([
        {"draw": int(draw), "scenario": name, "spell": spell,
         "mean": rmst(*_sample(columns, spell, row), horizon).value}
        for name, columns in played.items() for spell in SPELLS for row, draw in enumerate(names)
    ])  # fmt: skip


def _differences(played: dict[str, Columns], names: NDArray[Any], horizon: float) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for spell in SPELLS:
        for one, other in combinations(played, 2):
            for row, draw in enumerate(names):
                pair = _sample(played[one], spell, row), _sample(played[other], spell, row)
                gap = rmst_difference(*pair, horizon)
                rows.append({
                    "draw": int(draw), "spell": spell, "longer": one, "shorter": other,
                    "estimate": gap.value, "lower": gap.lower, "upper": gap.upper,
                })  # fmt: skip
    return pd.DataFrame(rows)

"""Forecasts of all tasks, by the model and by its rivals, frozen with a checksum.

The model's forecast is the mixture of all histories of all draws of its assumptions. Those of :func:`fitting`
fit 1816-1870 (:func:`regimesim.analysis.calibration.calibrate.calibrate`) out of an even cover of *every*
assumption that the scenarios use, over its declared range; assumptions that only later worlds use are drawn
evenly. So no value that was chosen in the light of later years enters, except where a scenario's file sets
one for a single state or in a later phase. Histories are not held to the course of 1816-1870 one by one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.calibration.calibrate import Problem, calibrate
from regimesim.analysis.calibration.targets import TARGET_KINDS
from regimesim.analysis.factors import judgements_of
from regimesim.analysis.prediction.rivals import Rival
from regimesim.analysis.prediction.tasks import LEARNT, STRETCHES, TASKS, TRAINING, ForecastTask, Stretch
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.mechanisms import uses
from regimesim.scenario.messages import InputError, known
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import WEIGHT
from regimesim.simulation.simulate import Progress, check_runs
from regimesim.stats.estimates import Floats
from regimesim.sweeps.chunks import play_points
from regimesim.sweeps.design import fill_box, points_of
from regimesim.sweeps.points import SHAPING

if TYPE_CHECKING:
    import pandas as pd

MODEL = "model"
"""Column of a table of draws that weighs them; equal weights without it."""

Probabilities = dict[str, Floats]
"""By task: the probability of each of its values."""


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Forecasts of all tasks, made before anything of what came of them was read.

    Attributes
    ----------
    by : dict of forecaster to Probabilities
        The model first.
    draws : dict of task to float array (D, values)
        The model's forecast of each draw, for the uncertainty that comes of few draws.
    weights : float array (D,)
        Of the draws; together 1.
    runs : int
        Histories of each draw.
    table : DataFrame, optional
        The draws.
    """

    by: dict[str, Probabilities]
    draws: Probabilities
    weights: Floats
    runs: int
    table: pd.DataFrame | None = None

    @cached_property
    def text(self) -> str:
        """The forecasts as JSON: forecaster, task, probabilities."""
        plain = {
            name: {task: [float(f"{p:.12g}") for p in values] for task, values in forecast.items()}
            for name, forecast in self.by.items()
        }
        return json.dumps(plain, indent=1)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of :attr:`text`: the forecasts that were scored are those that were frozen."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def freeze(self, folder: Path) -> None:
        """Write ``forecasts.json`` and its checksum into a folder."""
        (folder / "forecasts.json").write_text(self.text, "utf-8")
        (folder / "forecasts.sha256").write_text(f"{self.checksum}  forecasts.json\n", "utf-8")

    def mixed(self, weights: Floats) -> Probabilities:
        """The model's forecasts under other weights of the draws, (B, values) for weights (B, D)."""
        return {task: _never_certain(weights @ rows, self._size) for task, rows in self.draws.items()}

    @property
    def _size(self) -> int:
        return len(self.weights) * self.runs

    @classmethod
    def of(
        cls,
        draws: Probabilities,
        weights: Floats,
        runs: int,
        rivals: Mapping[str, Rival],
        table: pd.DataFrame | None = None,
    ) -> Forecasts:
        """Mix the draws of the model, and ask the rivals."""
        size = len(weights) * runs
        model = {task.name: _never_certain(weights @ draws[task.name], size) for task in TASKS}
        others = {
            name: {task.name: _never_certain(rival(task), 10_000) for task in TASKS}
            for name, rival in rivals.items()
        }
        return cls({MODEL: model, **others}, draws, weights, runs, table)


def _never_certain(probabilities: Floats, size: int) -> Floats:
    """Probabilities with those of an even distribution mixed in, at the weight of one history of many.

    Otherwise a value that no history took would be impossible, and the log score without end.
    """
    values = probabilities.shape[-1]
    return np.asarray((size * probabilities + 1 / values) / (size + 1), np.float64)


def forecast(
    rivals: Mapping[str, Rival],
    assumptions: pd.DataFrame,
    runs: int = 40,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Forecasts:
    """Forecast every task by the model, under draws of its assumptions, and by its rivals.

    Parameters
    ----------
    rivals : mapping of name to Rival
    assumptions : DataFrame
        Draws of the model's assumptions, a row each: a column for each parameter, named in full, and perhaps
        a column ``weight``. A scenario takes those that it uses; others it has as its files say. Such as
        :func:`fitting` makes.
    runs : int
        Histories of each draw.
    seed, workers, progress
        As in :func:`regimesim.simulate`.

    Raises
    ------
    InputError
        If an argument cannot be used.
    """
    check_runs(runs, seed, workers)
    columns, weights = checked_forecasts(assumptions)
    rows: Probabilities = {}
    for stretch in STRETCHES:
        rows |= _histories(stretch, columns, len(weights), runs, seed, workers, progress)
    return Forecasts.of(rows, weights, runs, rivals, assumptions)


def fitting(
    draws: int = 1024,
    runs: int = 40,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Draw all assumptions of all scenarios, and keep the draws that could have given 1816-1870.

    Raises
    ------
    InputError
        If none fits.
    """
    names = assumed_names(TRAINING)
    targets = [f"{kind}_{period.first}_{period.last}" for period in LEARNT for kind in TARGET_KINDS]
    years = LEARNT[-1].last + 1 - LEARNT[0].first
    problem = Problem.of(TRAINING, [("years", f"{years}")], names, targets)
    found = calibrate(problem, draws, runs, seed, workers, progress).fitting
    if not len(found):
        raise InputError(f"none of {draws} draws fits 1816-1870; give more draws")
    table = found[list(names)].reset_index(drop=True)
    later = dict.fromkeys(
        n for stretch in STRETCHES for n in assumed_names(stretch.scenario) if n not in names
    )
    ranges = {name: BY_NAME[name].range or (0.0, 1.0) for name in later}
    return table.assign(**fill_box("sobol", ranges, len(table), seed + 1)) if ranges else table


def assumed_names(scenario: str) -> tuple[str, ...]:
    """Assumptions that a scenario uses and that are numbers in it."""
    chosen = load_scenario(scenario)
    return tuple(p.name for p in judgements_of(chosen) if p.name not in SHAPING)


def checked_forecasts(table: pd.DataFrame) -> tuple[dict[str, NDArray[Any]], Floats]:
    """Columns and weights of a table of draws.

    Raises
    ------
    InputError
        For a table without rows, an unknown parameter, or a value that is not permitted.
    """
    if not len(table):
        raise InputError("the table of assumptions has no rows")
    weights = np.ones(len(table))
    if WEIGHT in table:
        weights = table[WEIGHT].to_numpy(np.float64)
        if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
            raise InputError("the column weight must hold numbers of at least 0, and one above")
    columns = {}
    for name in table.columns:
        if name in (WEIGHT, "draw"):
            continue
        parameter = known(str(name), BY_NAME, "parameter", "the table of assumptions")
        if parameter.name in SHAPING:
            raise InputError(f"the table of assumptions: {name} shapes a world and cannot be drawn here")
        for value in table[name]:
            refusal = parameter.refusal(value.item() if isinstance(value, np.generic) else value)
            if refusal is not None:
                raise InputError(f"the table of assumptions: {name} {refusal}")
        columns[parameter.name] = table[name].to_numpy()
    return columns, weights / weights.sum()


def _histories(
    stretch: Stretch,
    columns: Mapping[str, NDArray[Any]],
    count: int,
    runs: int,
    seed: int,
    workers: int | None,
    progress: Progress | None,
) -> Probabilities:
    """Play the years of a stretch under every draw: of each task the share of histories at each value."""
    scenario = load_scenario(stretch.scenario)
    years = stretch.last + 1 - scenario.start
    own = {name: column for name, column in columns.items() if uses(scenario, name)}
    any_one = {"measure.window": np.full(count, scenario["measure.window"])}
    points = points_of(stretch.scenario, [("years", f"{years:g}")], own or any_one)
    played = play_points(points, runs, seed, workers, progress, watch=_watcher(stretch, scenario))
    found: Probabilities = {}
    for task in (task for task in TASKS if task.stretch == stretch):
        values = np.broadcast_to(played[task.kind].reshape(-1, runs), (count, runs))
        found[task.name] = _shares_of_outcomes(values, task, scenario)
    return found


def _watcher(stretch: Stretch, scenario: Scenario) -> Callable[[Lanes], dict[str, NDArray[np.generic]]]:
    """Watch a block year by year: disputes, wars and the first war of the stretch."""
    begin = max(0, int(stretch.first - scenario.start))
    skipped = int(scenario.start) + begin - stretch.first
    years = stretch.years - skipped

    def watch(lanes: Lanes) -> dict[str, NDArray[np.generic]]:
        m = scenario.rounds_per_year
        lanes.play(begin * m)
        before = lanes.tally.disputes.copy(), lanes.tally.wars.copy()
        first = np.full(len(lanes.points), stretch.years, np.int64)
        for year in range(years):
            lanes.play((begin + year + 1) * m)
            new = (lanes.tally.wars > before[1]) & (first == stretch.years)
            first[new] = skipped + year
        return {
            "replicate": lanes.luck.replicate.astype(np.int64),
            "disputes": (lanes.tally.disputes - before[0]).astype(np.int64),
            "wars": (lanes.tally.wars - before[1]).astype(np.int64),
            "first_war": first,
        }

    return watch


def _shares_of_outcomes(values: NDArray[Any], task: ForecastTask, scenario: Scenario) -> Floats:
    """Share of the histories of each draw at each value of a task, (D, values).

    Where more pair-years were simulated than the record has, each dispute is kept with the ratio of the two.
    """
    most = task.values - 1
    if task.kind == "disputes":
        n = len(scenario.states)
        years = task.stretch.last + 1 - max(task.stretch.first, int(scenario.start))
        simulated = years * n * (n - 1) // 2
        return _frequencies(values, simulated) @ thinning(simulated, most)
    return _frequencies(np.minimum(values, most), most)


def _frequencies(values: NDArray[Any], most: int) -> Floats:
    rows = [np.bincount(row, minlength=most + 1) / values.shape[1] for row in values]
    return np.asarray(rows, np.float64)


def thinning(simulated: int, recorded: int) -> Floats:
    """Chance that k of n disputes are kept, (simulated + 1, recorded + 1)."""
    from scipy.stats import binom

    keep = min(1.0, recorded / simulated)
    counts = np.arange(simulated + 1)[:, None]
    kept = np.asarray(binom.pmf(np.arange(recorded + 1), counts, keep), np.float64)
    kept[:, -1] += 1 - kept.sum(axis=1)
    return kept


def read_assumptions(path: str | Path) -> pd.DataFrame:
    """Read a table of draws, CSV or Parquet.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    import pandas as pd

    file = Path(path)
    if not file.is_file():
        raise InputError(f"no table of assumptions at {path}")
    try:
        table = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a table (CSV or Parquet): {error}") from None
    return table

"""Calibration: the set of all settings of a scenario that could have given the record, not the best of them.

A *problem* has some parameters of a scenario, where to look for them, and what to meet. *Draws* fill the
declared ranges of the parameters evenly (a scrambled Sobol' sequence). Each is played as often as every other
and on the same seeds, and *fits* if the record could be one of its histories
(:mod:`regimesim.analysis.calibration.targets`). The record is short, so many draws fit; what they have in
common is identified, and what follows from all of them is a result
(:mod:`regimesim.analysis.calibration.findings`). To fit is not to be confirmed: the targets were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.calibration.targets import (
    Target,
    fewest_histories,
    implausibility,
    targets_of,
    watcher,
)
from regimesim.analysis.history.record import Record
from regimesim.scenario.compose import Assignment, compose
from regimesim.scenario.limits import MOST_POINTS, whole_within
from regimesim.scenario.messages import InputError, known, quoted, show
from regimesim.scenario.parameters import BY_NAME, Parameter
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.simulate import Progress, check_runs
from regimesim.stats.estimates import Floats
from regimesim.sweeps.chunks import play_points
from regimesim.sweeps.design import fill_box, points_of
from regimesim.sweeps.points import SHAPING, Points

if TYPE_CHECKING:
    import pandas as pd

SET_CONFIDENCE = 0.95
MOST_HISTORIES = 20_000_000

HANDFUL = (
    "transparency.level",
    "shadow.discount_factor",
    "shadow.punishment_years",
    "norms.restraint",
    "norms.half_life",
    "diplomacy.conference",
    "geography.buffer_effectiveness",
    "war.unilateral",
    "war.mutual",
    "choice.temperature",
)
"""Fitted unless told otherwise, of what the scenario does not leave neutral: transparency, patience, memory,
conferences, buffers, the two war rates and how loosely advantage is followed."""

DrawColumns = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Calibration:
    """The outcome of :func:`calibrate`.

    Attributes
    ----------
    problem : Problem
    draws : DataFrame
        A row per draw: ``draw``; its parameters; of each target the mean over histories, ``_lower`` and
        ``_upper`` (the middle 95 %), ``_distance`` (of the record from them, in standard deviations) and
        ``_share`` (how many histories are as far, if it is all there is); ``implausibility``, the largest
        distance; ``worst``, whose it is; ``share`` of histories as implausible; ``fits``.
    published : Series
        The same of the scenario as it stands.
    runs, seed : int
        Histories of each draw, and their common luck.
    """

    problem: Problem
    draws: pd.DataFrame
    published: pd.Series[Any]
    runs: int
    seed: int

    @property
    def fitting(self) -> pd.DataFrame:
        """The draws that fit."""
        return self.draws[self.draws["fits"]]

    @property
    def nearest(self) -> pd.Series[Any]:
        """The least implausible draw."""
        return self.draws.iloc[int(self.draws["implausibility"].to_numpy().argmin())]

    @property
    def hardest(self) -> tuple[str, float]:
        """The target that alone rules out most draws, and what share of them."""
        alone = {target.name: self.excludes(target.name) for target in self.problem.targets}
        name = max(alone, key=lambda name: alone[name])
        return name, alone[name]

    def excludes(self, target: str) -> float:
        """The share of the draws that a target rules out alone."""
        return float((~_share_fits(self.draws[f"{target}_share"])).mean())

    @property
    def decisive(self) -> bool:
        """True if there are histories enough for a draw not to fit."""
        return self.runs >= fewest_histories(SET_CONFIDENCE)

    def targets(self) -> pd.DataFrame:
        """A row per target: what it is, and what it rules out.

        Columns: ``target``, ``record``; ``published`` with ``published_lower`` and ``published_upper``, the
        middle 95 % of the scenario's own histories; ``set_least`` and ``set_most``, the means of the draws
        that fit (missing if none does); ``excludes``, the share of draws that it rules out alone;
        ``worst_of``, the share of the draws that do not fit in which it is the most implausible.
        """
        import pandas as pd

        inside, outside = self.fitting, self.draws[~self.draws["fits"]]
        rows = [
            {
                "target": target.name,
                "record": target.value,
                "published": self.published[target.name],
                "published_lower": self.published[f"{target.name}_lower"],
                "published_upper": self.published[f"{target.name}_upper"],
                "set_least": inside[target.name].min(),
                "set_most": inside[target.name].max(),
                "excludes": self.excludes(target.name),
                "worst_of": float((outside["worst"] == target.name).mean()) if len(outside) else 0.0,
            }
            for target in self.problem.targets
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        name, count = self.problem.scenario.name, len(self.problem.ranges)
        return (
            f"<Calibration of {name}: {len(self.fitting):,} of {len(self.draws):,} draws of {count} "
            f"parameter{'s' if count != 1 else ''} fit>"
        )


def calibrate(
    problem: Problem | str,
    draws: int = 1024,
    runs: int = 200,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Play an even cover of a problem's parameters, and say which draws could have given the record.

    Parameters
    ----------
    problem : Problem, or the name of a scenario
    draws : int
        A power of two covers the ranges most evenly; more draws with the same seed begin with the fewer.
    runs : int
        Histories of each draw, on the same seeds for all; under 19, none can be told not to fit.
    seed : int in [0, 2**64)
        Of the luck of the histories and of the draws.
    workers, progress
        As in :func:`regimesim.simulate`.

    Raises
    ------
    InputError

    Examples
    --------
    >>> calibrate(Problem.of("concert", parameters=["war.mutual"]), draws=4, runs=2)
    <Calibration of concert: 4 of 4 draws of 1 parameter fit>
    """
    if isinstance(problem, str):
        problem = Problem.of(problem)
    check(problem, draws, runs, seed, workers)
    columns, own = problem.draws(draws, seed), problem.published()
    everything = {name: np.append(column, own[name]) for name, column in columns.items()}
    points = problem.points(everything)
    played = play_points(
        points, runs, seed, workers, progress, watch=watcher(problem.scenario, problem.targets)
    )
    histories = np.stack([np.asarray(played[t.name], np.float64) for t in problem.targets], axis=-1)
    rows = _judged(problem, everything, histories.reshape(draws + 1, runs, -1))
    return Calibration(problem, rows.iloc[:-1], rows.iloc[-1].drop("draw"), runs, seed)


def check(problem: Problem, draws: object, runs: object, seed: object, workers: object = None) -> None:
    """Refuse numbers that cannot be used, before anything is played."""
    check_runs(runs, seed, workers)
    assert isinstance(runs, int)
    tried = whole_within(draws, "draws", 1, MOST_POINTS - 1) + 1
    if tried * runs * len(problem.targets) > MOST_HISTORIES * 4:
        raise InputError(
            f"calibrate keeps at most {MOST_HISTORIES:,} histories; draws={draws} of runs={runs} are more"
        )


def _judged(problem: Problem, columns: DrawColumns, histories: Floats) -> pd.DataFrame:
    import pandas as pd

    names = [target.name for target in problem.targets]
    found = implausibility(histories, problem.record)
    lower, upper = np.quantile(histories, [(1 - SET_CONFIDENCE) / 2, (1 + SET_CONFIDENCE) / 2], axis=1)
    table: dict[str, Any] = {"draw": np.arange(len(histories))} | columns
    for k, name in enumerate(names):
        table |= {
            name: histories[:, :, k].mean(axis=1),
            f"{name}_lower": lower[:, k],
            f"{name}_upper": upper[:, k],
            f"{name}_distance": found.distance[:, k],
            f"{name}_share": found.alone[:, k],
        }
    worst = np.array(names, object)[np.abs(found.distance).argmax(axis=1)]
    judged = {"implausibility": found.worst, "worst": worst, "share": found.share}
    return pd.DataFrame(table | judged | {"fits": _share_fits(found.share)})


def _share_fits(share: Any) -> Any:
    return share > 1 - SET_CONFIDENCE + 1e-9


@dataclass(frozen=True)
class Problem:
    """Parameters that are fitted, and the targets that they are fitted to.

    Attributes
    ----------
    source : str
        The scenario's name or path.
    settings : tuple of (name, text)
        What was set in it, as typed.
    scenario : Scenario
        As it stands.
    ranges : dict of parameter to (low, high)
        Where each is sampled.
    targets : tuple of Target
    """

    source: str
    settings: tuple[Assignment, ...]
    scenario: Scenario
    ranges: dict[str, tuple[float, float]]
    targets: tuple[Target, ...]

    @classmethod
    def of(
        cls,
        source: str | Path,
        settings: Sequence[Assignment] = (),
        parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
        targets: Sequence[str] | None = None,
        record: str | Path | Record | None = None,
    ) -> Problem:
        """A problem, checked.

        Parameters
        ----------
        source : str or Path
            A scenario by name or by the path of its file.
        settings : sequence of (name, text)
        parameters : sequence of names, or mapping of name to (low, high), optional
            Declared ranges where no other are given; by default those of :data:`HANDFUL` that the scenario
            does not leave neutral.
        targets, record
            As in :func:`regimesim.analysis.calibration.targets.targets_of`.

        Raises
        ------
        InputError
        """
        scenario = compose(str(source), settings)
        chosen = _handful(scenario) if parameters is None else parameters
        ranges = _ranges(chosen)
        for key, _ in settings:
            if key.lstrip("+~") in ranges:
                raise InputError(f"{key.lstrip('+~')} cannot be both set and calibrated; leave it out")
        return cls(str(source), tuple(settings), scenario, ranges, targets_of(scenario, targets, record))

    @property
    def record(self) -> Floats:
        """The record's rates, (K,)."""
        return np.array([target.value for target in self.targets])

    def draws(self, count: int, seed: int) -> DrawColumns:
        """A column per parameter, (count,): an even cover of their ranges."""
        drawn = fill_box("sobol", self.ranges, count, seed)
        return {name: _array_of(values) for name, values in drawn.items()}

    def published(self) -> DrawColumns:
        """The parameters as the scenario has them, a column of one value each."""
        return {name: _array_of([self.scenario[name]]) for name in self.ranges}

    def points(self, columns: DrawColumns) -> Points:
        """Draws as worlds to be played."""
        return points_of(self.source, self.settings, columns)


def _handful(scenario: Scenario) -> tuple[str, ...]:
    found = tuple(name for name in HANDFUL if scenario[name] != BY_NAME[name].default)
    if not found:
        raise InputError(f"{scenario.name} leaves all of {', '.join(HANDFUL)} neutral; name parameters=[...]")
    return found


def _ranges(chosen: Sequence[str] | Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    ranges: dict[str, tuple[float, float]] = {}
    for name in chosen:
        parameter = known(str(name), BY_NAME, "parameter")
        if name in ranges:
            raise InputError(f"parameter {name} is given twice")
        given = chosen[name] if isinstance(chosen, Mapping) else None
        ranges[parameter.name] = _range_asked(parameter, given)
    if not ranges:
        raise InputError("calibrate needs a parameter; leave parameters= out for the usual handful")
    return ranges


def _range_asked(parameter: Parameter, given: Any) -> tuple[float, float]:
    name = parameter.name
    if name in SHAPING:
        raise InputError(f"{name} cannot be calibrated: it shapes the world and is no number in it")
    if parameter.kind in ("switch", "choice"):
        if given is not None:
            raise InputError(f"{name} is sampled over all its values; give no range")
        return 0.0, 1.0
    if given is None:
        if parameter.range is None:
            raise InputError(f"{name} has no declared range; write parameters={{{name}:[LOW,HIGH]}}")
        return parameter.range
    numbers = list(given) if isinstance(given, list | tuple) else []
    whole = all(isinstance(x, int | float) and not isinstance(x, bool) for x in numbers)
    if len(numbers) != 2 or not whole or not numbers[0] < numbers[1] < np.inf:
        raise InputError(f"{name} needs a range, [LOW,HIGH]; got {quoted(given)}")
    for end in numbers:
        refusal = parameter.refusal(end)
        if refusal is not None:
            raise InputError(f"{name} {refusal}")
    return float(numbers[0]), float(numbers[1])


def _array_of(values: Sequence[Any]) -> NDArray[Any]:
    words = isinstance(values[0], str)
    return np.array(values, object) if words else np.array(values, None if _switch(values[0]) else np.float64)


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def as_numbers(name: str, column: Any) -> Floats:
    """Values of a parameter as numbers: switches 0 and 1, choices by their place among all."""
    parameter = BY_NAME[name]
    if parameter.kind == "choice":
        return np.array([float(parameter.choices.index(value)) for value in column])
    return np.asarray(column, np.float64)


def as_typed(name: str, number: float) -> str:
    """The other way round: what to print, with a few figures."""
    parameter = BY_NAME[name]
    if parameter.kind == "choice":
        return parameter.choices[round(number)]
    return show(number > 0.5) if parameter.kind == "switch" else f"{number:.3g}"

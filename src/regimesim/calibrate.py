"""Which settings of a scenario could have given the record: the set of those that fit, not the best of them.

*Draws* fill the declared ranges of some parameters evenly (a scrambled Sobol' sequence). Each is played as
often as every other and on the same seeds, and *fits* if the record could be one of its histories
(:mod:`regimesim.implausibility`). The record is short, so many draws fit; what they have in common is
identified (:mod:`regimesim.identified`), and what follows from all of them is a result
(:mod:`regimesim.answers`). To fit is not to be confirmed: the targets were looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regimesim.chunks import play_points
from regimesim.expansion import MOST_POINTS
from regimesim.implausibility import Floats, fewest_histories, implausibility
from regimesim.parameters import quoted
from regimesim.problem import Columns, Problem
from regimesim.scenario import InputError
from regimesim.simulate import Progress, check_runs
from regimesim.targets import watcher

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
MOST_HISTORIES = 20_000_000


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
        return float((~_fits(self.draws[f"{target}_share"])).mean())

    @property
    def decisive(self) -> bool:
        """Whether there are histories enough for a draw not to fit."""
        return self.runs >= fewest_histories(CONFIDENCE)

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
                "target": target.name, "record": target.value,
                "published": self.published[target.name],
                "published_lower": self.published[f"{target.name}_lower"],
                "published_upper": self.published[f"{target.name}_upper"],
                "set_least": inside[target.name].min(), "set_most": inside[target.name].max(),
                "excludes": self.excludes(target.name),
                "worst_of": float((outside["worst"] == target.name).mean()) if len(outside) else 0.0,
            } for target in self.problem.targets
        ]  # fmt: skip
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
    )  # fmt: skip
    histories = np.stack([np.asarray(played[t.name], np.float64) for t in problem.targets], axis=-1)
    rows = _judged(problem, everything, histories.reshape(draws + 1, runs, -1))
    return Calibration(problem, rows.iloc[:-1], rows.iloc[-1].drop("draw"), runs, seed)


def check(problem: Problem, draws: object, runs: object, seed: object, workers: object = None) -> None:
    """Refuse numbers that cannot be used, before anything is played."""
    check_runs(runs, seed, workers)
    if isinstance(draws, bool) or not isinstance(draws, int):
        raise InputError(f"draws must be a whole number; got {quoted(draws)}")
    if not 1 <= draws < MOST_POINTS:
        raise InputError(f"draws must lie in [1, {MOST_POINTS - 1:,}]; got {draws:,}")
    assert isinstance(runs, int)
    if (draws + 1) * runs * len(problem.targets) > MOST_HISTORIES * 4:
        raise InputError(
            f"calibrate keeps at most {MOST_HISTORIES:,} histories; draws={draws} of runs={runs} are more"
        )


def _judged(problem: Problem, columns: Columns, histories: Floats) -> pd.DataFrame:
    import pandas as pd

    names = [target.name for target in problem.targets]
    found = implausibility(histories, problem.record)
    lower, upper = np.quantile(histories, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=1)
    table: dict[str, Any] = {"draw": np.arange(len(histories))} | columns
    for k, name in enumerate(names):
        table |= {
            name: histories[:, :, k].mean(axis=1), f"{name}_lower": lower[:, k], f"{name}_upper": upper[:, k],
            f"{name}_distance": found.distance[:, k], f"{name}_share": found.alone[:, k],
        }  # fmt: skip
    worst = np.array(names, object)[np.abs(found.distance).argmax(axis=1)]
    judged = {"implausibility": found.worst, "worst": worst, "share": found.share}
    return pd.DataFrame(table | judged | {"fits": _fits(found.share)})


def _fits(share: Any) -> Any:
    return share > 1 - CONFIDENCE + 1e-9

"""The whole sensitivity analysis of a scenario, and what it says in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from regimesim.analysis.factors import Box, left_out
from regimesim.analysis.sensitivity import (
    Indices,
    Outcome,
    Player,
    Screening,
    Swing,
    player,
    screen,
    swings,
    variance_shares,
)
from regimesim.scenario.messages import listed
from regimesim.simulation.results import percent
from regimesim.simulation.simulate import Progress
from regimesim.stats.estimates import finite

if TYPE_CHECKING:
    import pandas as pd

TIMES = 10
"""So many times the runs of a point make a swing: there are few, and each is looked at by itself."""

_NAMES = {"regime": "cooperation", "peace": "peace", "systemic": "systemic peace"}


@dataclass(frozen=True)
class Effort:
    """Amount of play: points of each design, and runs at each.

    Attributes
    ----------
    runs : int
        A point, in screening and for indices.
    trajectories, samples : int
        Of Morris, and of Sobol' (a power of two).
    top : int
        How many of the screened factors go on to the indices.
    """

    runs: int
    trajectories: int
    samples: int
    top: int

    def points(self, factors: int) -> tuple[int, int, int]:
        """Numbers of points that are screened, go into indices, and are moved one at a time."""
        top = min(self.top, factors)
        return self.trajectories * (factors + 1), self.samples * (top + 2), 2 * factors + 1

    def total(self, factors: int) -> int:
        """Runs in all."""
        screened, shared, moved = self.points(factors)
        return self.runs * (screened + shared + TIMES * moved)


@dataclass(frozen=True, eq=False)
class Influence:
    """Effects of the factors on an outcome of a scenario.

    Attributes
    ----------
    box : Box
    outcome : Outcome
    effort : Effort
    seed : int
    screening : Screening
    indices : Indices
    swings : tuple of Swing
    """

    box: Box
    outcome: Outcome
    effort: Effort
    seed: int
    screening: Screening
    indices: Indices
    swings: tuple[Swing, ...]

    @property
    def what(self) -> str:
        """The outcome in words."""
        name = self.outcome.name
        if self.outcome.horizon is None:
            return name.replace("_", " ")
        return f"years of {_NAMES.get(name, name.replace('_', ' '))}"

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """Assumptions that are not varied, since their mechanism is off in the scenario."""
        varied = {factor.name for factor in self.box.factors}
        return tuple(name for name in left_out(self.box.base) if name not in varied)

    @property
    def sentences(self) -> list[str]:
        """The finding; what else matters; what does not."""
        return [_foremost(self), *_together(self), _little(self)]

    def frame(self) -> pd.DataFrame:
        """A row per factor, in the order of the tornado; units: those of the outcome, shares of 1.

        Columns: parameter, low, high, own (the scenario's; empty where it differs by pair), unit;
        mu_star, mu_star_lower, mu_star_upper, mu, sigma; first and total, each with _lower and _upper (empty
        for factors that were not shared out); at_low and at_high, the paired differences from the scenario
        as it is, each with _lower and _upper.
        """
        import pandas as pd

        screened = {f.name: k for k, f in enumerate(self.screening.factors)}
        shared = {f.name: k for k, f in enumerate(self.indices.factors)}
        rows = []
        for swing in self.swings:
            factor, found = swing.factor, self.screening
            k = screened[factor.name]
            row: dict[str, Any] = {
                "parameter": factor.name,
                "low": factor.low,
                "high": factor.high,
                "own": factor.own,
                "unit": factor.parameter.unit,
                "mu_star": found.mu_star[k],
                "mu_star_lower": found.mu_star[k] - found.reach[k],
                "mu_star_upper": found.mu_star[k] + found.reach[k],
                "mu": found.mu[k],
                "sigma": found.sigma[k],
            }
            at = shared.get(factor.name)
            for name in ("first", "total"):
                estimate = getattr(self.indices, name)[at] if at is not None else None
                row |= {
                    f"{name}{end}": getattr(estimate, key) if estimate else math.nan
                    for end, key in _INTERVAL_ENDS
                }
            for name, estimate in (("at_low", swing.low), ("at_high", swing.high)):
                row |= {f"{name}{end}": getattr(estimate, key) for end, key in _INTERVAL_ENDS}
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def answer(self) -> dict[str, Any]:
        """Everything as plain values."""
        base, effort = self.box.base, self.effort
        points = dict(zip(("screening", "indices", "one at a time"), effort.points(self._count), strict=True))
        parameters = [
            {key: finite(value) for key, value in row.items()} for row in self.frame().to_dict("records")
        ]
        return {
            "scenario": base.name,
            "title": base.title,
            "outcome": self.outcome.name,
            "years": base.years,
            "seed": self.seed,
            "runs": effort.total(self._count),
            "runs a point": effort.runs,
            "runs a point, one at a time": TIMES * effort.runs,
            "points": points,
            "finding": self.sentences,
            "noise": {
                "screening": finite(self.screening.noise.share),
                "indices": finite(self.indices.noise.share),
                "indices, had every point luck of its own": finite(self.indices.noise.apart),
            },
            "interactions": self.indices.interactions,
            "mean over the box": self.indices.mean,
            "standard deviation over the box": self.indices.deviation,
            "parameters": parameters,
            "left out": list(self.left_out),
        }

    @property
    def _count(self) -> int:
        return len(self.box.factors)


_INTERVAL_ENDS = (("", "value"), ("_lower", "lower"), ("_upper", "upper"))


def influence(
    box: Box, outcome: Outcome, effort: Effort, seed: int, workers: int | None, progress: Progress | None
) -> Influence:
    """Screen all factors of a box, share out the variance among the foremost, and move each by itself."""

    def playing(runs: int) -> Player:
        return player(box, outcome, runs, seed, workers, progress)

    play = playing(effort.runs)
    screening = screen(box.factors, play, effort.trajectories, seed)
    indices = variance_shares(screening.foremost(effort.top), play, effort.samples, seed)
    moved = swings(box.factors, playing(TIMES * effort.runs), outcome.horizon)
    return Influence(box, outcome, effort, seed, screening, indices, moved)


def _foremost(found: Influence) -> str:
    indices, what = found.indices, found.what
    if indices.deviation == 0:
        return f"Nothing moves the {what} from one of these samples to another"
    order = sorted(range(len(indices.factors)), key=lambda k: -indices.total[k].value)
    first = indices.total[order[0]]
    rivals = [k for k in order if indices.total[k].upper >= first.lower]
    names = [indices.factors[k].name for k in rivals]
    if len(names) == 1:
        return (
            f"What moves the {what} most is {names[0]}: {percent(_bounded(first.value))} of the variance has "
            f"to do with it, {percent(_bounded(indices.first[order[0]].value))} with it alone"
        )
    if len(names) > 3:
        return f"No parameter can be told to move the {what} most; more samples= would tell them apart"
    either = listed(names, "or")
    return f"What moves the {what} most is {either}; these samples cannot tell which of them"


def _together(found: Influence) -> Sequence[str]:
    indices = found.indices
    if indices.deviation == 0:
        return ()
    share = percent(indices.interactions)
    return (
        f"{share} of the variance is in no parameter alone: how much one matters depends on where the others "
        "stand",
    )


def _little(found: Influence) -> str:
    """Those of which a step hardly moves the outcome wherever it is taken."""
    screening, least = found.screening, 0.02 * _span_of_outcome(found)
    upper = screening.mu_star + screening.reach
    idle = [f.name for f, most in zip(screening.factors, upper, strict=True) if most < least]
    size = f"{least:.2g}" + (" years" if found.outcome.horizon is not None else "")
    if not idle:
        return f"Every parameter may move it by {size} or more, somewhere in the box"
    which = f": {', '.join(idle)}" if len(idle) <= 6 else ""
    count = f"{len(idle)} of the {len(screening.factors)} parameters"
    return f"{count} move it by less than {size} on average{which}"


def _span_of_outcome(found: Influence) -> float:
    return found.outcome.horizon or 5 * found.indices.deviation


def _bounded(share: float) -> float:
    return min(1.0, max(0.0, share))

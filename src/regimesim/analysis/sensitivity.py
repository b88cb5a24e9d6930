"""Sensitivity of the answer to the assumptions: screened, shared out, and moved one at a time.

*Screening* (Morris 1991) walks through the box of all factors, one factor a step: ``mu_star`` is how much a
step moves the outcome on average, ``sigma`` how much that depends on where the step is taken. *Indices*
(Sobol' 2001) share out the variance of the outcome over the box: ``first`` is a factor's share alone,
``total`` its share with everything it interacts in. A *swing* moves one factor to a bound while all others
stay as the scenario has them.

An outcome is played as runs: (P, r), a row per point, a column per replicate. Replicate i has the same luck
at all points. What luck adds to all points alike moves no point against another and drops out; what is left
is the interaction of luck with the factors, whose share of the variance across points is *noise* (two-way
analysis of variance). It counts as interaction among factors in total indices.

References
----------
Morris 1991, Technometrics 33, 161; Campolongo, Cariboni & Saltelli 2007; Sobol' 2001, Math. Comput. Simul.
55, 271; Saltelli et al. 2010, Comput. Phys. Commun. 181, 259; all by SALib (Iwanaga, Usher & Herman 2022).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regimesim.analysis.factors import Box, Factor, FactorColumns
from regimesim.scenario.messages import InputError, known
from regimesim.simulation.columns import MEASURES, SPELL_NAMES
from regimesim.simulation.simulate import Progress
from regimesim.stats.estimates import Estimate, Floats, all_alike, mean
from regimesim.stats.survival import restricted_mean
from regimesim.sweeps.chunks import play_points

Player = Callable[[FactorColumns], Floats]
"""From values of factors at P points to an outcome per run, (P, r)."""

MORRIS_LEVELS = 4
"""Of each factor in screening."""

RESAMPLES = 1000
RUNS_AT_ONCE = 200_000
"""Runs that are kept in memory while they are being played."""


@dataclass(frozen=True)
class Noise:
    """Share of luck in the variance of an outcome across points.

    Attributes
    ----------
    share : float in [0, 1]
        With common luck, as played; NaN if every point was played once.
    apart : float in [0, 1]
        What it would be if every point had luck of its own.
    """

    share: float
    apart: float


@dataclass(frozen=True)
class Screening:
    """Elementary effects: of each factor, in units of the outcome, for a move over two thirds of its range.

    Attributes
    ----------
    factors : tuple of Factor
    mu_star, reach, mu, sigma : array (k,)
        Mean size, half the width of its 95 % bootstrap interval, mean with sign, and standard deviation.
    points : int
    noise : Noise
    """

    factors: tuple[Factor, ...]
    mu_star: Floats
    reach: Floats
    mu: Floats
    sigma: Floats
    points: int
    noise: Noise

    def foremost(self, count: int) -> tuple[Factor, ...]:
        """The factors with the largest effects, the largest first."""
        order = np.argsort(-self.mu_star, kind="stable")[:count]
        return tuple(self.factors[k] for k in order)


@dataclass(frozen=True)
class Indices:
    """Shares of variance; the others stay at the scenario's own values.

    Attributes
    ----------
    factors : tuple of Factor
    first, total : tuple of Estimate
        With 95 % bootstrap intervals over points.
    mean, deviation : float
        Of the outcome over the box.
    points : int
    noise : Noise
    """

    factors: tuple[Factor, ...]
    first: tuple[Estimate, ...]
    total: tuple[Estimate, ...]
    mean: float
    deviation: float
    points: int
    noise: Noise

    @property
    def interactions(self) -> float:
        """Share of the variance that no factor has alone."""
        alone = sum(first.value for first in self.first)
        return min(1.0, max(0.0, 1.0 - alone)) if self.deviation else 0.0


@dataclass(frozen=True)
class Swing:
    """Differences of the outcome from its value in the scenario if one factor goes to a bound."""

    factor: Factor
    low: Estimate
    high: Estimate

    @property
    def width(self) -> float:
        """From the lowest to the highest of the three."""
        ends = (self.low.value, self.high.value, 0.0)
        return max(ends) - min(ends)


def screen(factors: Sequence[Factor], play: Player, trajectories: int, seed: int = 0) -> Screening:
    """Elementary effects of every factor; plays ``trajectories * (k + 1)`` points.

    Raises
    ------
    InputError
        If SALib is not installed.
    """
    salib()
    from SALib.analyze import morris as effects
    from SALib.sample import morris as walks

    problem = _problem(factors)
    unit = np.asarray(walks.sample(problem, trajectories, MORRIS_LEVELS, seed=_seed(seed)), np.float64)
    played = play(_factor_columns(factors, unit))
    found = effects.analyze(
        problem,
        unit,
        played.mean(axis=1),
        num_levels=MORRIS_LEVELS,
        num_resamples=RESAMPLES,
        seed=_seed(seed),
    )
    # SALib's effects are per unit; a step is LEVELS / (2 (LEVELS - 1)) of the range
    step = MORRIS_LEVELS / (2 * (MORRIS_LEVELS - 1))
    mu_star, reach, mu, sigma = (
        step * _reals(found[name]) for name in ("mu_star", "mu_star_conf", "mu", "sigma")
    )
    return Screening(tuple(factors), mu_star, reach, mu, sigma, len(unit), noise_of(played))


def variance_shares(factors: Sequence[Factor], play: Player, samples: int, seed: int = 0) -> Indices:
    """Sobol' indices of factors; plays ``samples * (k + 2)`` points.

    Parameters
    ----------
    factors : sequence of Factor
    play : callable
    samples : int
        A power of two: points in the base of the design.
    seed : int

    Raises
    ------
    InputError
        If SALib is not installed.
    """
    salib()
    from SALib.analyze import sobol as shares
    from SALib.sample import sobol as design

    problem = _problem(factors)
    unit = np.asarray(design.sample(problem, samples, calc_second_order=False, seed=_seed(seed)), np.float64)
    played = play(_factor_columns(factors, unit))
    means, k = played.mean(axis=1), len(factors)
    base = means.reshape(samples, k + 2)[
        :, [0, -1]
    ]  # the points that fill the box; the others lie between two
    about = float(base.mean()), float(base.std(ddof=1)), len(unit), noise_of(played)
    if np.ptp(base) <= 1e-12 * max(1.0, float(np.abs(base).max())):
        none = (Estimate(0.0, 0.0, 0.0),) * k
        return Indices(tuple(factors), none, none, about[0], 0.0, *about[2:])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # resamples in which nothing varies
        found = shares.analyze(
            problem, means, calc_second_order=False, num_resamples=RESAMPLES, seed=_seed(seed)
        )
    first, total = (
        tuple(
            Estimate(float(value), float(value - reach), float(value + reach))
            for value, reach in zip(found[name], found[f"{name}_conf"], strict=True)
        )
        for name in ("S1", "ST")
    )
    return Indices(tuple(factors), first, total, *about)


def swings(factors: Sequence[Factor], play: Player, span: float | None = None) -> tuple[Swing, ...]:
    """Every factor at its bounds, the others as they are; the widest first. Plays ``2 k + 1`` points.

    Differences are paired: run i at a bound against run i of the scenario as it is.

    Parameters
    ----------
    factors, play
    span : float, optional
        How far an outcome can move at most; by default, as far as it did. Where not a single run moves,
        the interval allows such a move in the share of runs that a sample this size can miss.
    """
    own = np.array([factor.own for factor in factors])
    rows = np.repeat(own[None], 2 * len(factors) + 1, axis=0)
    for k, factor in enumerate(factors):
        rows[2 * k + 1, k], rows[2 * k + 2, k] = factor.low, factor.high
    played = play({factor.name: rows[:, k] for k, factor in enumerate(factors)})
    moved = played[1:] - played[0]
    reach = float(np.ptp(played)) if span is None else span
    made = [
        Swing(
            factor,
            *(
                Estimate(0.0, 0.0, 0.0, 0.0) if bound == factor.own else _effect(moved[2 * k + side], reach)
                for side, bound in enumerate((factor.low, factor.high))
            ),
        )
        for k, factor in enumerate(factors)
    ]
    return tuple(sorted(made, key=lambda swing: -swing.width))


def _effect(differences: Floats, span: float) -> Estimate:
    found = mean(differences, student=False, ddof=0)
    if found.standard_error:
        return found
    return all_alike(found.value, (found.value - span, found.value + span), len(differences))


def noise_of(played: Floats) -> Noise:
    """Measure the share of luck in the variance across points: two-way analysis, points by replicates."""
    points, runs = played.shape
    if runs < 2 or points < 2:
        return Noise(math.nan, math.nan)
    rows, columns, grand = played.mean(1, keepdims=True), played.mean(0, keepdims=True), played.mean()
    between = runs * float(rows.var(ddof=1))
    if between == 0:
        return Noise(0.0, 0.0)
    mixed = float(np.sum((played - rows - columns + grand) ** 2)) / ((points - 1) * (runs - 1))
    real = max(0.0, between - mixed) / runs
    luck = float(played.var(axis=1, ddof=1).mean()) / runs
    return Noise(min(1.0, mixed / between), luck / (real + luck) if real + luck else 0.0)


@dataclass(frozen=True)
class Outcome:
    """An outcome to ask about: a kind of spell up to a horizon in years, or a rate (horizon None)."""

    name: str
    horizon: float | None

    def of(self, played: Mapping[str, Any], runs: int) -> Floats:
        """Run by run, (P, runs).

        For a kind of spell, a run's pseudo-observation of the restricted mean: min(T, horizon)
        where nothing is cut off earlier.
        """
        if self.horizon is None:
            return np.asarray(played[self.name], np.float64).reshape(-1, runs)
        years = np.asarray(played[f"{self.name}_years"], np.float64).reshape(-1, runs)
        ended = np.asarray(played[f"{self.name}_ended"], np.bool_).reshape(-1, runs)
        pairs = (restricted_mean(*row, self.horizon) for row in zip(years, ended, strict=True))
        return np.array([mean + influence for mean, influence in pairs])


def outcome_of(box: Box, name: str) -> Outcome:
    """Find an outcome to ask about by its name; plays one run.

    Raises
    ------
    InputError
        For an outcome that there is not.
    """
    factor = box.factors[0]
    columns = play_points(box.points({factor.name: np.array([factor.low])}), 1, 0, 1)
    names = [*SPELL_NAMES, *(column for column in MEASURES if column in columns)]
    known(name, names, "outcome", most=len(names))
    return Outcome(name, box.base.years if name in SPELL_NAMES else None)


def player(
    box: Box, outcome: Outcome, runs: int, seed: int, workers: int | None, progress: Progress | None = None
) -> Player:
    """Give a function that plays the points of a box, with the same luck at every point."""

    def play(columns: FactorColumns) -> Floats:
        count = len(next(iter(columns.values())))
        step = max(1, RUNS_AT_ONCE // runs)
        parts = []
        for first in range(0, count, step):
            points = box.points({name: column[first : first + step] for name, column in columns.items()})
            parts.append(outcome.of(play_points(points, runs, seed, workers, progress), runs))
        return np.concatenate(parts)

    return play


def salib() -> None:
    """Refuse to go on without SALib."""
    from importlib.util import find_spec

    if find_spec("SALib") is None:
        raise InputError('sensitivity needs SALib: pip install "regimesim[stats]"')


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    return {
        "num_vars": len(factors),
        "names": [factor.name for factor in factors],
        "bounds": [[0.0, 1.0]] * len(factors),
    }


def _factor_columns(factors: Sequence[Factor], unit: Floats) -> FactorColumns:
    return {factor.name: factor.values(unit[:, k]) for k, factor in enumerate(factors)}


def _reals(values: Any) -> Floats:
    return np.ma.filled(np.ma.asarray(values, np.float64), np.nan)


def _seed(seed: int) -> int:
    """A seed for SALib, to which 0 is none."""
    return seed % (2**32 - 1) + 1

"""The making of a set of assumptions: prior, region, table, and draws that fit the record.

The *prior* is uniform over the declared ranges of the assumptions that a scenario uses. How time is cut
(``shadow.rounds_per_year``) is none of them: it shapes the world. Every draw is played once, with luck of
its own, to the end of the record's last period.

The record of the five powers is quiet, and most of the prior is not, so that few draws of it would come near.
As Fearnhead & Prangle (2012) do, a *pilot* finds the region in which nearly all of the posterior's weight
lies, and the table is drawn from the prior cut down to it. A regression of how far a pilot's outcome is from
the record on its parameters says where that is: the part of the prior with the least expected distance, as
large as it takes to hold nearly all of the pilot's draws that came nearest (found out of sample, by cross-
validation). Inside, the prior is as flat as before, so that no draw needs a weight for it. What is lost
outside is small, and told. Where the region would be most of the prior, all of it is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.calibration.inference import AcceptedDraws, Forest, Nearest, features
from regimesim.analysis.calibration.targets import Target, targets_of, watcher
from regimesim.analysis.factors import judgements_of
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import design_of_draws
from regimesim.simulation.simulate import lanes_for, on_threads
from regimesim.stats.estimates import Floats
from regimesim.sweeps.points import SHAPING

PILOT, DRAWS, SEED = 16_384, 65_536, 1815
"""Draws of the pilot and of the table, and the seed of all of it."""
KEPT_DRAWS = 256
"""Draws of a set."""
SETS = {"europe_1816": "concert", "superpowers_1946": "bipolar"}
"""The scenario that each shipped set is made for."""
NEAR_PILOT = 0.01
"""Share of the pilot that counts as nearest the record."""
HELD_OF_NEAR = 0.98
"""Share of those that the region has to hold, found out of sample."""
WORTH_CUTTING = 0.5
"""A region that would be more than this share of the prior is all of it."""
FOLDS = 5
_TRUTHS_FIRST = 2**31
"""Replicates of synthetic truths begin here, so that no truth shares its luck with a draw of the table."""


@dataclass(frozen=True)
class FitQuestion:
    """A scenario, and the record that its assumptions are asked about.

    Attributes
    ----------
    scenario : Scenario
        Up to the end of the record.
    targets : tuple of Target
    names : tuple of str
        The assumptions.
    low, high : float array (P,)
        Their declared ranges.
    """

    scenario: Scenario
    targets: tuple[Target, ...]
    names: tuple[str, ...]
    low: Floats
    high: Floats

    @classmethod
    def of(cls, scenario: str) -> FitQuestion:
        """The question of a shipped scenario."""
        world = load_scenario(scenario)
        targets = targets_of(world)
        last = max(target.period.last for target in targets) + 1
        used = [p for p in judgements_of(world) if p.name == "trust.initial" or p.name not in SHAPING]
        ranges = [p.range for p in used if p.range is not None]
        low, high = np.array(ranges).T
        world = replace(world, years=float(last - world.start))
        return cls(world, targets, tuple(p.name for p in used), low, high)

    @property
    def record(self) -> Floats:
        """The record's rates, (K,)."""
        return np.array([target.value for target in self.targets])

    @property
    def published(self) -> dict[str, float]:
        """Values of the assumptions as the scenario has them."""
        return {name: float(self.scenario[name]) for name in self.names}

    def position(self, values: dict[str, float]) -> Floats:
        """Values as positions in their ranges, (P,)."""
        return (np.array([values[name] for name in self.names]) - self.low) / (self.high - self.low)

    def columns(self, positions: Floats) -> dict[str, Floats]:
        """Positions as values, by name."""
        values = self.low + positions * (self.high - self.low)
        return {name: values[:, k] for k, name in enumerate(self.names)}

    def play(self, positions: Floats, seed: int, first: int = 0, workers: int | None = 1) -> Floats:
        """Play every draw once, draw i as replicate ``first + i``: its rates, (N, K)."""
        watch, size = watcher(self.scenario, self.targets), lanes_for(design_of_draws(self.scenario, {}, 1))

        def some(begin: int) -> Floats:
            here = positions[begin : begin + size]
            design = design_of_draws(self.scenario, self.columns(here), len(here))
            luck = first + begin + np.arange(len(here))
            found = watch(Lanes(design, np.arange(len(here)), luck, seed))
            return np.stack([np.asarray(found[t.name], np.float64) for t in self.targets], axis=1)

        return np.concatenate(on_threads(some, list(range(0, len(positions), size)), workers))


@dataclass(frozen=True, eq=False)
class Region:
    """A part of the box of parameters.

    Attributes
    ----------
    expected : callable, optional
        Expected distance from the record by positions, (N, P) to (N,); without it the region is all there is.
    limit : float
        Of that distance.
    share : float
        Of the prior that lies inside.
    held : float
        Share of the pilot's nearest draws inside, out of sample.
    """

    expected: Callable[[Floats], Floats] | None = None
    limit: float = math.inf
    share: float = 1.0
    held: float = 1.0

    def draw(self, count: int, parameters: int, random: np.random.Generator) -> Floats:
        """Draws of the prior that lie inside, (count, parameters)."""
        if self.expected is None:
            return random.random((count, parameters))
        kept: list[Floats] = []
        while sum(map(len, kept)) < count:
            tried = random.random((65_536, parameters))
            kept.append(tried[self.expected(tried) <= self.limit])
        return np.concatenate(kept)[:count]


def distance(outcomes: Floats, record: Floats, years: Floats) -> Floats:
    """Distance of outcomes from the record, in square roots of counts of events, (N,)."""
    away = (features(outcomes) - features(record)) * np.sqrt(years)
    return np.asarray(np.sqrt((away**2).sum(axis=1)))


def region_of(question: FitQuestion, pilot: AcceptedDraws) -> Region:
    """Find where the record could come from, by a pilot drawn from the whole prior."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.model_selection import KFold, cross_val_predict

    far = np.log(distance(pilot.outcomes, question.record, exposure(question)) + 0.5)
    model = HistGradientBoostingRegressor(learning_rate=0.06, max_iter=250, max_leaf_nodes=12, random_state=0)
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    expected = cross_val_predict(model, pilot.positions, far, cv=folds)
    near = far <= np.quantile(far, NEAR_PILOT)
    limit = float(np.quantile(expected[near], HELD_OF_NEAR))
    fitted = model.fit(pilot.positions, far)

    def predict(positions: Floats) -> Floats:
        return np.asarray(fitted.predict(positions), np.float64)

    inside = expected <= limit
    if inside.mean() > WORTH_CUTTING:
        return Region()
    return Region(predict, limit, float(inside.mean()), float(inside[near].mean()))


def exposure(question: FitQuestion) -> Floats:
    """Pair-years or years behind each target's rate, (K,)."""
    states = len(question.scenario.states)
    pairs = states * (states - 1) // 2
    return np.array([t.period.years * (pairs if t.kind == "disputes" else 1) for t in question.targets])


@dataclass(frozen=True, eq=False)
class Fit:
    """A question with its table.

    Attributes
    ----------
    question : Question
    region : Region
    table : Table
    seed : int
    """

    question: FitQuestion
    region: Region
    table: AcceptedDraws
    seed: int

    @cached_property
    def nearest(self) -> Nearest:
        """The first estimator."""
        return Nearest(self.table)

    @cached_property
    def forest(self) -> Forest:
        """The second."""
        return Forest(self.table, self.seed)

    def truths(self, count: int, near: int | None = None) -> AcceptedDraws:
        """Synthetic truths: draws of the prior within the region, and one history of each, new to the table.

        Parameters
        ----------
        count : int
            How many are wanted.
        near : int, optional
            Of so many truths, those are taken whose histories come nearest the record.
        """
        random = np.random.default_rng([self.seed, 2])
        positions = self.region.draw(near or count, len(self.question.names), random)
        found = AcceptedDraws(positions, self.question.play(positions, self.seed, _TRUTHS_FIRST))
        if near is None:
            return found
        far = distance(found.outcomes, self.question.record, exposure(self.question))
        nearest = np.argsort(far, kind="stable")[:count]
        return AcceptedDraws(found.positions[nearest], found.outcomes[nearest])

    def drawn(self, count: int = KEPT_DRAWS) -> dict[str, Floats]:
        """Draws that fit the record, all of one weight, with as many digits as a set has."""
        given = self.nearest.given(self.question.record)
        positions = given.positions[drawn_evenly(given.weight, count)]
        columns = self.question.columns(positions)
        return {name: np.array([float(f"{x:.4g}") for x in column]) for name, column in columns.items()}


def fit(scenario: str, draws: int = DRAWS, pilot: int = PILOT, seed: int = SEED) -> Fit:
    """Draw and play the table of a scenario.

    Parameters
    ----------
    scenario : str
        A shipped one whose states have a record.
    draws, pilot : int
        Rows of the table and of the pilot.
    seed : int
        Of the draws and of all luck.
    """
    question = FitQuestion.of(scenario)
    count = len(question.names)
    first = np.random.default_rng([seed, 0]).random((pilot, count))
    region = region_of(question, AcceptedDraws(first, question.play(first, seed)))
    positions = region.draw(draws, count, np.random.default_rng([seed, 1]))
    return Fit(question, region, AcceptedDraws(positions, question.play(positions, seed, pilot)), seed)


def drawn_evenly(weight: Floats, count: int, start: float = 0.5) -> NDArray[np.intp]:
    """Rows at equal steps through the cumulated weights (systematic resampling: Kitagawa 1996)."""
    place = (np.arange(count) + start) / count
    return np.minimum(np.searchsorted(np.cumsum(weight / weight.sum()), place), len(weight) - 1)

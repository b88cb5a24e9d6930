"""Changes of an order: several levers moved at once, what they cost, and what they bring about.

A *change* is a move for each lever (:mod:`regimesim.analysis.levers`), in force from the start. It costs, for
each lever, the share of the way from the published value to the end of the range, times a price that is 1
unless asked otherwise. All changes are played on the same seeds. What they are to bring about is an *aim*: a
chance that the regime (or the peace) stands so many years after the start, or so many years on average.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.forks import Spread, prolonged, spread_of
from regimesim.analysis.futures import future_seed, play_out, question_of
from regimesim.analysis.levers import LEVER_KINDS, Lever, all_levers, moved
from regimesim.core.lanes import Design, Lanes
from regimesim.scenario.messages import InputError, known, quoted, show
from regimesim.scenario.reading import MOST_YEARS
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import Assumed, design_of_draws
from regimesim.simulation.simulate import Progress, lanes_for, on_threads
from regimesim.stats.estimates import Estimate, Floats, mean, share
from regimesim.stats.groups import means_without_luck

SEARCH, CHOICE, REPORT = range(3)
"""Luck of its own: by which changes are searched, by which some are chosen, by which these are reported."""
RUNS_OVER_SET = 4096
"""Runs over the settings that fit the record: enough of each to tell in which of them an aim is reached."""
MOST_COST = 1e6
"""Price of a lever at most."""


class Aim(NamedTuple):
    """End that a change is to bring about.

    Attributes
    ----------
    spell : {"regime", "peace", "systemic"}
    stand, odds : float
        That it stands so many years after the start, with that chance.
    target : float or None
        Instead: the years that it lasts on average, up to the horizon.
    """

    spell: str
    stand: float
    odds: float
    target: float | None = None

    @property
    def wanted(self) -> float:
        """The number that is to be reached."""
        return self.odds if self.target is None else self.target

    def check(self, scenario: Scenario) -> None:
        """Refuse an aim that cannot be had, whatever the change."""
        if not 0 < self.odds <= 1:
            raise InputError(f"odds must lie in (0, 1]; got {quoted(self.odds)}")
        if not 0.25 <= self.stand <= MOST_YEARS:
            raise InputError(f"stand must lie in [0.25, {MOST_YEARS}] years; got {quoted(self.stand)}")
        if self.target is not None and not 0 < self.target < scenario.years:
            raise InputError(
                f"target must lie between 0 and the {show(scenario.years)} years of the scenario; got "
                f"{show(self.target)} (years= sets another horizon)"
            )


class OverSet(NamedTuple):
    """A change over all settings that fit the record.

    Attributes
    ----------
    spread : Spread
        Of the chance, or of the mean duration.
    reached : float
        Share of the settings in which the aim is reached.
    """

    spread: Spread
    reached: float


def long_enough(scenario: Scenario, aim: Aim) -> Scenario:
    """The same scenario, prolonged if the date that is asked of lies after its end.

    Raises
    ------
    InputError
        If the aim cannot be had.
    """
    aim.check(scenario)
    rounds = round(aim.stand * scenario.rounds_per_year) + question_of(scenario, aim.spell).window
    return prolonged(scenario, rounds) if aim.target is None else scenario


def prices_of(levers: Sequence[Lever], costs: Mapping[str, object]) -> Floats:
    """Price of each lever, 1 where none is given.

    Raises
    ------
    InputError
        For a lever that there is not, or a price that is none.
    """
    names = [lever.name for lever in levers]
    prices = np.ones(len(levers))
    for name, price in costs.items():
        if name in {lever.name for lever in all_levers()}.difference(names):
            raise InputError(f"costs: {name} is none of the levers that are tried here")
        at = names.index(str(known(name, names, "lever", "costs")))
        if isinstance(price, bool) or not isinstance(price, int | float) or not 0 < price <= MOST_COST:
            raise InputError(f"costs: that of {name} must be a number above 0; got {quoted(price)}")
        prices[at] = price
    return prices


@dataclass(frozen=True, eq=False)
class Changes:
    """Changes of one scenario's order, and what comes of them.

    Attributes
    ----------
    scenario : Scenario
        With a horizon that holds the date asked of (:func:`long_enough`).
    levers : tuple of Lever
    prices : float array (n,)
    aim : Aim
    seed : int
    under : Assumed or None
    workers : int or None
    """

    scenario: Scenario
    levers: tuple[Lever, ...]
    prices: Floats
    aim: Aim
    seed: int
    under: Assumed | None = None
    workers: int | None = None

    @property
    def room(self) -> NDArray[np.bool_]:
        """Tell for each lever whether it can be moved down, and up, (n, 2)."""
        sides = [[lever.room(self.scenario, side) for side in (-1, 1)] for lever in self.levers]
        return np.array(sides, np.bool_)

    @property
    def most(self) -> float:
        """The most that a change could bring about: 1, or the years up to the horizon."""
        return 1.0 if self.aim.target is None else self.scenario.years

    def cost(self, moves: Floats) -> Floats:
        """Cost of changes, (..., n) to (...)."""
        return np.asarray(np.abs(moves) @ self.prices)

    def division(self, moves: Floats) -> Floats:
        """Shares of the cost that go to each kind of levers, (C, n) to (C, kinds); 0 without a move."""
        kinds = list(LEVER_KINDS)
        of = np.array([[lever.kind == kind for kind in kinds] for lever in self.levers], np.float64)
        parts = (np.abs(moves) * self.prices) @ of
        total = parts.sum(axis=-1, keepdims=True)
        return np.asarray(np.divide(parts, total, out=np.zeros_like(parts), where=total > 0))

    def values(self, moves: Floats, runs: int, luck: int, progress: Progress | None = None) -> Floats:
        """Outcomes of changes, (C, n) to (C, runs): 1 where it stands in a run and else 0, or its years."""
        per_block = max(1, lanes_for(design_of_draws(self.scenario, {}, 1)) // runs)
        parts = [moves[first : first + per_block] for first in range(0, len(moves), per_block)]
        seed = self._seed(luck)

        def play(some: Floats) -> Floats:
            design = self.design(some)
            points, numbers = np.repeat(np.arange(len(some)), runs), np.tile(np.arange(runs), len(some))
            found = self._play(design, points, numbers, seed).reshape(len(some), runs)
            if progress is not None:
                progress(found.size)
            return found

        return np.concatenate(on_threads(play, parts, self.workers)) if parts else np.zeros((0, runs))

    def design(self, moves: Floats) -> Design:
        """A point for each change, (C, n)."""
        design = design_of_draws(self.scenario, {}, len(moves))
        rows = np.arange(len(moves))
        for lever, column in zip(self.levers, moves.T, strict=True):
            lever.write(design, rows, column)
        return design

    def over_set(self, move: Floats) -> OverSet | None:
        """Outcome of one change over the settings that fit, on the luck of the report."""
        if self.under is None or not self.under.columns:
            return None
        turned = {lever.name: (lever, part) for lever, part in zip(self.levers, move, strict=True) if part}
        own = {name: values for name, values in self.under.columns.items() if name not in turned}
        design = design_of_draws(self.scenario, own, len(self.under.draws))
        for lever, part in turned.values():
            lever.hold(design, self.scenario, float(part))
        runs = np.arange(RUNS_OVER_SET)
        draw = self.under.draw_of(runs)
        values = self._play(design, draw, runs, self._seed(REPORT))
        reached = means_without_luck(values, draw) >= self.aim.wanted
        return OverSet(spread_of(values, draw), float(reached.mean()))

    def estimate(self, values: Floats) -> Estimate:
        """Outcome of a change with a 95 % interval, from its values in some runs."""
        if self.aim.target is None:
            return share(int(values.sum()), values.size)
        return mean(values, (0.0, self.most))

    def scenario_of(self, move: Floats) -> Scenario:
        """The scenario with a change."""
        return moved(
            self.scenario, {lever: float(x) for lever, x in zip(self.levers, move, strict=True) if x}
        )

    def words(self, move: Floats) -> list[str]:
        """Tell a change lever by lever, what costs most first."""
        phase = self.scenario.phases[0]
        order = np.argsort(-np.abs(move) * self.prices, kind="stable")
        return [
            f"{self.levers[k].name} {self.levers[k].words(phase, float(move[k]))}" for k in order if move[k]
        ]

    def _seed(self, luck: int) -> int:
        return self.seed if luck == SEARCH else future_seed(self.seed, luck)

    def _play(self, design: Design, points: NDArray[np.intp], runs: NDArray[np.intp], seed: int) -> Floats:
        until = None if self.aim.target is not None else self.scenario.start + self.aim.stand
        question, size = question_of(self.scenario, self.aim.spell, until), lanes_for(design)
        found = []
        for first in range(0, len(points), size):
            some = slice(first, first + size)
            fates = play_out(Lanes(design, points[some], runs[some], seed), question)
            found.append(fates.years if self.aim.target is not None else fates.stands.astype(np.float64))
        return np.concatenate(found)

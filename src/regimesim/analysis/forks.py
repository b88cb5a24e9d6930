"""Forks of a history into other orders: it is stopped, and goes on from there with levers moved.

The world is copied as it stands before a round, with what is counted of it so far, and from that round on
another order is in force: in the phase of that round and in all later ones. A lever that is not moved at all
gives the futures of :mod:`regimesim.analysis.futures`, draw by draw.

Over the settings that fit the record the same world goes on under each of them in turn: what the draws of the
set say of all other parameters is in force from that round on, and the lever stands at the value that the
move leads to in the scenario as published.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.futures import Marks, Question, Stops, future_seed, play_out, question_of
from regimesim.analysis.levers import Lever
from regimesim.chronicle.replay import History
from regimesim.core.lanes import Design, Lanes
from regimesim.scenario.messages import InputError, quoted, show
from regimesim.scenario.reading import MOST_YEARS
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import TRUST, Assumed, design_of_draws, following
from regimesim.simulation.simulate import lanes_for
from regimesim.stats.estimates import Floats
from regimesim.stats.groups import means_without_luck

UNDER_SET = 1024
"""Futures over the settings that fit the record."""
MIDDLE_95 = (0.025, 0.975)
"""Ends of the middle 95 % of these settings."""
_FRESH = 23
"""Keeps the seed of fresh futures apart from that of the futures by which moves are chosen."""

Move = tuple[Lever, float]
"""A lever, and the share of the way to an end of its range."""


class Spread(NamedTuple):
    """A number over all settings that fit the record: its mean, and the middle 95 % of the settings."""

    mean: float
    least: float
    most: float


class Wanted(NamedTuple):
    """A wish: that something stands for some years from a change on, with some odds."""

    spell: str
    odds: float
    stand: float

    def check(self) -> None:
        """Refuse what cannot be wanted."""
        if not 0 < self.odds <= 1:
            raise InputError(f"odds must lie in (0, 1]; got {quoted(self.odds)}")
        if not 0.25 <= self.stand <= MOST_YEARS:
            raise InputError(f"stand must lie in [0.25, {MOST_YEARS}] years; got {quoted(self.stand)}")


def with_phase(scenario: Scenario, t: int) -> tuple[Scenario, int]:
    """The same scenario with a phase that begins in round ``t``, and the number of that phase."""
    starts = scenario.phase_rounds()
    number = bisect_left(starts, t)
    if number < len(starts) and starts[number] == t:
        return scenario, number
    phases = list(scenario.phases)
    phases.insert(number, replace(phases[number - 1], year=t / scenario.rounds_per_year, because=""))
    return replace(scenario, phases=tuple(phases)), number


def moved_from(scenario: Scenario, t: int, move: Move) -> Scenario:
    """The same scenario with a lever moved from round ``t`` on, in that phase and all later ones."""
    world, since = with_phase(scenario, t)
    later = (move[0].moved(phase, move[1]) for phase in world.phases[since:])
    return replace(world, phases=(*world.phases[:since], *later))


def prolonged(scenario: Scenario, rounds: int) -> Scenario:
    """The same scenario with a horizon of so many rounds at least; the last phase goes on.

    Raises
    ------
    InputError
        If that is longer than any run may be.
    """
    years = max(scenario.years, rounds / scenario.rounds_per_year)
    if years > MOST_YEARS:
        raise InputError(
            f"that takes {show(math.ceil(years))} years from the start; at most {MOST_YEARS} can be played"
        )
    return replace(scenario, years=float(years))


@dataclass(frozen=True, eq=False)
class _Stop:
    """A history before round ``t``.

    Attributes
    ----------
    scenario : Scenario
        With a phase that begins there, of number ``since``.
    one : Lanes
        The world as it stands, a lane.
    question : Question
        Of the date so many years later.
    """

    t: int
    scenario: Scenario
    since: int
    one: Lanes
    question: Question

    def lanes(self, design: Design, points: NDArray[np.intp], futures: NDArray[np.intp], seed: int) -> Lanes:
        """The world as it stands, in lanes that go on under points of a design."""
        lanes = Lanes(design, points, futures, seed)
        if self.t == 0:
            return lanes
        lanes.round = self.t - 1
        lanes.enter_phase()
        lanes.round = self.t
        for mine, its in ((lanes.world, self.one.world), (lanes.tally, self.one.tally)):
            for name in mine._fields:
                if name not in ("reach", "sums"):
                    getattr(mine, name)[:] = getattr(its, name)
        return lanes


class Forks:
    """A history that can be stopped at some rounds, and go on with levers moved.

    Parameters
    ----------
    history : History
    wanted : Wanted
    moments : sequence of int
        Rounds before which it is stopped.
    under : Assumed, optional
        The scenario under the settings that fit the record.

    Attributes
    ----------
    scenario : Scenario
        With a horizon that holds the last date asked of.
    """

    def __init__(
        self, history: History, wanted: Wanted, moments: Sequence[int], under: Assumed | None = None
    ) -> None:
        per_year, own = history.per_year, history.scenario
        stands = max(1, round(wanted.stand * per_year))
        window = question_of(own, wanted.spell).window
        self.scenario = prolonged(own, max(moments) + stands + window)
        replicate = int(history.lanes.luck.replicate[0])
        self.seed = future_seed(history.lanes.seed, replicate)
        self.fresh_seed = future_seed(self.seed, _FRESH)
        self.under = under if under is not None and under.columns else None
        self._stops: dict[int, _Stop] = {}
        design = design_of_draws(self.scenario, {}, 1)
        stopped = Stops(design, history.lanes.seed, replicate, moments, history.replacements)
        for t in moments:
            world, since = with_phase(self.scenario, t)
            question = question_of(self.scenario, wanted.spell, own.start + (t + stands) / per_year)
            self._stops[t] = _Stop(t, world, since, stopped[t], question)

    def stand(
        self, t: int, moves: Sequence[Move | None], futures: NDArray[np.intp], fresh: bool = False
    ) -> Marks:
        """Tell in which futures it stands, for each move of a lever before round ``t``, (moves, futures)."""
        stop = self._stops[t]
        design = design_of_draws(stop.scenario, {}, len(moves))
        for row, move in enumerate(moves):
            if move is not None:
                move[0].write(design, np.array([row]), np.array([move[1]]), stop.since)
        seed = self.fresh_seed if fresh else self.seed
        rows, numbers = np.repeat(np.arange(len(moves)), len(futures)), np.tile(futures, len(moves))
        return _stand(stop, design, rows, numbers, seed).reshape(len(moves), len(futures))

    def words(self, t: int, move: Move) -> str:
        """Values of a lever before and after a move before round ``t``."""
        stop = self._stops[t]
        return move[0].words(stop.scenario.phases[stop.since], move[1])

    def spread(self, t: int, move: Move | None) -> Spread | None:
        """The chance over the settings that fit, on fresh futures; None where there are none."""
        if self.under is None:
            return None
        stop, number = self._stops[t], len(self.under.draws)
        held = "" if move is None else move[0].name
        columns = {name: values for name, values in self.under.columns.items() if name != held}
        design = design_of_draws(stop.scenario, {}, number)
        for name, values in columns.items():
            _write_draws(design, stop, name, values)
        if move is not None:
            move[0].hold(design, stop.scenario, move[1], stop.since)
        futures = np.arange(UNDER_SET)
        draw = self.under.draw_of(futures)
        stands = _stand(stop, design, draw, futures, self.fresh_seed)
        return spread_of(stands.astype(np.float64), draw)


def _stand(
    stop: _Stop, design: Design, points: NDArray[np.intp], futures: NDArray[np.intp], seed: int
) -> Marks:
    """Play futures, each under a point of the design, in blocks; tell in which of them it stands."""
    size, stands = lanes_for(design), []
    for first in range(0, len(points), size):
        some = slice(first, first + size)
        stands.append(play_out(stop.lanes(design, points[some], futures[some], seed), stop.question).stands)
    return np.concatenate(stands)


def _write_draws(design: Design, stop: _Stop, name: str, values: Floats) -> None:
    """Put the draws of a parameter into force from the stop on, in the phases that keep the first's value."""
    group, _, key = name.partition(".")
    if name == TRUST:
        design.prior[:] = values[:, None, None] * (1.0 - np.eye(design.prior.shape[-1]))
    for phase in following(stop.scenario, name):
        if phase >= stop.since:
            design.parameters[group][key][:, phase] = values


def spread_of(values: Floats, draw: NDArray[np.intp]) -> Spread:
    """The mean over draws, and the middle 95 % of the draws' means with luck taken out."""
    least, most = np.quantile(means_without_luck(values, draw), MIDDLE_95)
    return Spread(float(values.mean()), float(max(0.0, least)), float(most))

"""One run, played again alone and round by round, with everything it went through kept.

A pair's state is looked at twice a round: as it was when the two *decided* (after the round's events), and as
the round *ended*. Arrays have the round first: ``history.decided.trust[t, i, j]``. Functions of numbers of
the core are compiled once for Python to call, and kept on disk: called as they are, each would be compiled
anew in every process, which takes longer than the telling.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.chronicle.entries import date_text
from regimesim.core import draws, elementary, events
from regimesim.core.compiler import entry
from regimesim.core.lanes import Design, Lanes
from regimesim.scenario.messages import spoken
from regimesim.scenario.parameters import Value
from regimesim.scenario.scenario import Phase, Scenario
from regimesim.simulation.lowering import lower

Array = NDArray[Any]


class Decided(NamedTuple):
    """The world when intentions were formed; N states, K buffers, T rounds."""

    capability: Array  # [T, N]
    revisionism: Array  # [T, N]
    norm: Array  # [T, N]
    turmoil: Array  # [T, N]
    member: Array  # [T, N]
    trust: Array  # [T, N, N]
    sovereign: Array  # [T, K]
    credibility: Array  # [T]
    new_leader: Array  # [T, N]
    wave: Array  # [T]
    intend: Array  # [T, N, N]
    played: Array  # [T, N, N]


class Ended(NamedTuple):
    """The world when the round was over, and what had been done in it."""

    capability: Array  # [T, N]
    revisionism: Array  # [T, N]
    norm: Array  # [T, N]
    member: Array  # [T, N]
    trust: Array  # [T, N, N]
    sovereign: Array  # [T, K]
    credibility: Array  # [T]
    at_war: Array  # [T, N, N]
    action: Array  # [T, N, N]
    seen: Array  # [T, N, N]
    accuses: Array  # [T, N, N]
    undone: Array  # [T, N, N]
    sanction: Array  # [T, N]
    joined: Array  # [T, N, N]


class Risks(NamedTuple):
    """What the game said when intentions were formed."""

    war_one: Array  # [T, N, N]
    war_both: Array  # [T, N, N]
    alarm: Array  # [T, N, N]


@dataclass(frozen=True)
class History:
    """A run and its lanes (one lane), as they are at the horizon."""

    scenario: Scenario
    design: Design
    lanes: Lanes
    decided: Decided
    ended: Ended
    risks: Risks
    terms: Array  # [T, N, N, 4] now, future, law, norm
    phase: Array  # [T] number of the phase

    @property
    def rounds(self) -> int:
        """T, the horizon."""
        return self.design.rounds

    @property
    def per_year(self) -> int:
        """m, rounds per year."""
        return self.design.rounds_per_year

    @property
    def window(self) -> int:
        """The year, in rounds, but at least four of them: what counts as more than a passing act."""
        return max(4, self.per_year)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The states, as printed."""
        return tuple(spoken(name) for name in self.scenario.states)

    @cached_property
    def buffers(self) -> tuple[str, ...]:
        """The buffer states, as printed."""
        return tuple(spoken(name) for name in self.scenario.buffers)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """All (i, j) with i < j."""
        n = len(self.names)
        return [(i, j) for i in range(n) for j in range(i + 1, n)]

    @cached_property
    def margin(self) -> Array:
        """[T, N, N] the sum of the four terms."""
        total: Array = self.terms.sum(-1)
        return total

    def phase_at(self, t: int) -> Phase:
        """What held in round t."""
        return self.scenario.phases[int(self.phase[t])]

    def setting(self, t: int, name: str) -> Value:
        """A parameter in round t."""
        return self.phase_at(t).parameters[name]

    def real(self, t: int, name: str) -> float:
        """A parameter in round t that is a number."""
        return float(self.setting(t, name))

    def prudent(self, i: int) -> bool:
        """Whether i weighs its margin, rather than following an automaton."""
        return int(self.design.strategy[0, i]) < 0

    def strategy(self, i: int) -> str:
        """The name of i's strategy, as printed."""
        return spoken(self.scenario.phases[0].states[i].strategy)

    def unit(self, t: int, channel: int, i: int, j: int) -> float:
        """The draw of that address (``core.draws``)."""
        return float(uniform(self.lanes.luck.keys, self.lanes.luck.replicate[0], t, channel, i, j))

    def date(self, t: int) -> str:
        """Round t as a date."""
        return date_text(self.scenario.start, self.per_year, t)

    def year(self, t: int) -> float:
        """Round t as a number of years in the calendar."""
        return self.scenario.start + t / self.per_year


def replay(scenario: Scenario, seed: int, replicate: int, design: Design | None = None) -> History:
    """Play one replicate again, alone; it ends exactly as it did in its batch."""
    design = design or lower(scenario)
    lanes = Lanes(design, np.zeros(1, np.intp), np.array([replicate]), seed)
    rounds, n = design.rounds, len(scenario.states)
    decided = Decided(*(_room(lanes.world, name, rounds) for name in Decided._fields))
    ended = Ended(*(_room(lanes.world, name, rounds) for name in Ended._fields))
    risks = Risks(*(_room(lanes.game, name, rounds) for name in Risks._fields))
    terms, phase = np.empty((rounds, n, n, 4)), np.empty(rounds, np.int32)
    for t in range(rounds):
        lanes.decide()
        phase[t] = lanes.phase
        _keep_round(lanes.world, decided, t)
        _keep_round(lanes.game, risks, t)
        terms[t] = lanes.margins()[..., 0]
        lanes.carry_out()
        _keep_round(lanes.world, ended, t)
    history = History(scenario, design, lanes, decided, ended, risks, terms, phase)
    _forget_leftovers(history)
    return history


def _room(source: Any, name: str, rounds: int) -> Array:
    array = getattr(source, name)
    return np.empty((rounds, *array.shape[:-1]), array.dtype)


def _keep_round(source: Any, target: NamedTuple, t: int) -> None:
    for name, array in zip(target._fields, target, strict=True):
        array[t] = getattr(source, name)[..., 0]


def _forget_leftovers(history: History) -> None:
    """Arrays of a mechanism that an epoch has switched off keep what they last held: clear them."""
    for t in range(history.rounds):
        if not (history.real(t, "domestic.turnover") or history.real(t, "domestic.revolution")):
            history.decided.new_leader[t] = history.decided.wave[t] = 0
        if history.setting(t, "sanctions.rule") == "none":
            history.ended.sanction[t] = -1.0
            history.ended.accuses[t] = history.ended.undone[t] = history.ended.joined[t] = 0


@entry
def uniform(keys: Any, replicate: Any, t: Any, channel: Any, i: Any, j: Any) -> Any:
    """The uniform number of an address (``core.draws``)."""
    return draws.draw(keys, replicate, t, channel, i, j)


@entry
def logistic_of(x: Any) -> Any:
    """``core.elementary.logistic``."""
    return elementary.logistic(x)


@entry
def chance_a_round(rate: Any, rounds_per_year: Any) -> Any:
    """``core.elementary.chance``."""
    return elementary.chance(rate, rounds_per_year)


@entry
def rounds_in(years: Any, rounds_per_year: Any) -> Any:
    """``core.events.rounds_of``."""
    return events.rounds_of(years, rounds_per_year)

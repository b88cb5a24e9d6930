"""One run, played again alone and round by round, with everything it went through kept.

A pair's state is looked at twice a round: as it was when the two *decided* (after the round's events), and as
the round *ended*. Arrays have the round first: ``history.decided.trust[t, i, j]``. Functions of numbers of
the core are compiled once for Python to call, and kept on disk: called as they are, each would be compiled
anew in every process, which takes longer than the telling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from regimesim.chronicle.entries import date_text
from regimesim.core import game
from regimesim.core.compiler import scalar
from regimesim.core.decision import chance_to_cooperate
from regimesim.core.draws import Replacement
from regimesim.core.lanes import Design, Lanes
from regimesim.scenario.limits import MOST_REPLICATE, MOST_SEED, whole_within
from regimesim.scenario.messages import spoken
from regimesim.scenario.parameters import Value
from regimesim.scenario.scenario import Phase, Scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.watching import Watch, drawn_from
from regimesim.stats.arrays import Array


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
    at_war: Array  # [T, N, N]
    left: Array  # [T, N, N]
    intend: Array  # [T, N, N]
    played: Array  # [T, N, N]
    open: Array  # [T, N, N]
    withheld: Array  # [T, N, N]


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
    charge: Array  # [T, N, N]
    accuses: Array  # [T, N, N]
    sanction: Array  # [T, N]
    joined: Array  # [T, N, N]


class Reckoned(NamedTuple):
    """Values of the game when intentions were formed."""

    alarm: Array  # [T, N, N] f_ij
    excluded: Array  # [T, N, N] what i loses if j excludes it
    join: Array  # [T, N, N] chance that i joins a sanction against j
    ending: Array  # [T, 2, N, N] i < j: chance of an early end of an estrangement, by kind


class Happening(NamedTuple):
    """An event of ``columns.KINDS``, by its code; -1 where there is no actor or target."""

    t: int
    kind: int
    actor: int
    target: int
    value: float


@dataclass(frozen=True)
class History:
    """A run and its lanes (one lane), as they are at the horizon."""

    scenario: Scenario
    design: Design
    lanes: Lanes
    decided: Decided
    ended: Ended
    reckoned: Reckoned
    terms: Array  # [T, N, N, 4] now, future, law, norm
    phase: Array  # [T] number of the phase
    happenings: tuple[Happening, ...]  # in the order of time
    draws: dict[tuple[int, int, int], Array] = field(default_factory=dict)  # [T] by address, once asked for
    replacements: tuple[Replacement, ...] = ()  # draws that are not those of their address

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

    @cached_property
    def willing(self) -> Array:
        """[T, N, N] whether i cooperates with j, or would if they were open (prudent states: by margin)."""
        willing = self.margin >= 0.0
        for i in range(len(self.names)):
            if not self.prudent(i):
                willing[:, i] = True
        for t in range(self.rounds):
            live = (self.decided.open[t] == 1) & (self.decided.withheld[t] == 0)
            kept = willing[t] if t == 0 else np.where(self._by_margin, willing[t], willing[t - 1])
            willing[t] = np.where(live, self.ended.action[t] == 1, kept)
        return willing

    @cached_property
    def _by_margin(self) -> Array:
        n = len(self.names)
        return np.array([[self.prudent(i)] * n for i in range(n)])

    def of_kind(self, *kinds: int) -> list[Happening]:
        """List what happened of these kinds, in the order of time."""
        return [event for event in self.happenings if event.kind in kinds]

    def chance_to_cooperate(self, t: int, i: int, j: int) -> float:
        """Chance that i intends to cooperate with j in round t, by its margin (model.md 4.3)."""
        margin, temperature = float(self.margin[t, i, j]), self.real(t, "choice.temperature")
        return float(chance_to_cooperate(margin, temperature, self.per_year))

    def phase_at(self, t: int) -> Phase:
        """Give the phase that held in round t."""
        return self.scenario.phases[int(self.phase[t])]

    def setting(self, t: int, name: str) -> Value:
        """A parameter in round t."""
        return self.phase_at(t).parameters[name]

    def real(self, t: int, name: str) -> float:
        """A parameter in round t that is a number."""
        return float(self.setting(t, name))

    def prudent(self, i: int) -> bool:
        """Tell whether i weighs its margin, rather than following an automaton."""
        return int(self.design.strategy[0, i]) < 0

    def strategy(self, i: int) -> str:
        """The name of i's strategy, as printed."""
        return spoken(self.scenario.phases[0].states[i].strategy)

    def unit(self, t: int, channel: int, i: int, j: int) -> float:
        """The draw of that address (``core.draws``)."""
        address = channel, i, j
        if address not in self.draws:
            self.draws[address] = drawn_from(self.lanes, 0, 0, self.rounds, *address)
        return float(self.draws[address][t])

    def date(self, t: int) -> str:
        """Round t as a date."""
        return date_text(self.scenario.start, self.per_year, t)

    def year(self, t: int) -> float:
        """Round t as a number of years in the calendar."""
        return self.scenario.start + t / self.per_year


def replay(
    scenario: Scenario,
    seed: int,
    replicate: int,
    design: Design | None = None,
    replacements: Sequence[Replacement] = (),
) -> History:
    """Play one replicate again, alone; it ends exactly as it did in its batch, unless draws are replaced.

    Raises
    ------
    InputError
        If the seed or the replicate is no whole number within its bounds.
    """
    seed = whole_within(seed, "seed", 0, MOST_SEED)
    replicate = whole_within(replicate, "replicate", 0, MOST_REPLICATE)
    design = design or lower(scenario)
    lanes = Lanes(design, np.zeros(1, np.intp), np.array([replicate]), seed)
    lanes.replace_draws(replacements)
    rounds, n = design.rounds, len(scenario.states)
    decided = Decided(*(_room(lanes.world, name, rounds) for name in Decided._fields))
    ended = Ended(*(_room(lanes.world, name, rounds) for name in Ended._fields))
    reckoned = Reckoned(*(_room(lanes.game, name, rounds) for name in Reckoned._fields))
    terms, phase = np.empty((rounds, n, n, 4)), np.empty(rounds, np.int32)
    watch = Watch(lanes)
    for t in range(rounds):
        lanes.decide()
        phase[t] = lanes.phase
        _keep_round(lanes.world, decided, t)
        _keep_round(lanes.game, reckoned, t)
        terms[t] = lanes.margins()[..., 0]
        lanes.carry_out()
        _keep_round(lanes.world, ended, t)
        watch.keep()
    found = watch.events()
    happenings = zip(*(column.tolist() for column in found[1:]), strict=True)
    return History(
        scenario,
        design,
        lanes,
        decided,
        ended,
        reckoned,
        terms,
        phase,
        tuple(map(Happening._make, happenings)),
        replacements=tuple(replacements),
    )


def _room(source: Any, name: str, rounds: int) -> Array:
    array = getattr(source, name)
    return np.empty((rounds, *array.shape[:-1]), array.dtype)


def _keep_round(source: Any, target: NamedTuple, t: int) -> None:
    for name, array in zip(target._fields, target, strict=True):
        array[t] = getattr(source, name)[..., 0]


@scalar
def rounds_in(years: Any, rounds_per_year: Any) -> Any:
    """``core.game.rounds_of``."""
    return game.rounds_of(years, rounds_per_year)

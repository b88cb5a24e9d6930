"""A block of lanes: one world for many replicates, and how it goes from phase to phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.automata import ALIKE, OF_TWO
from regimesim.core.draws import Replacement, replaced_keys
from regimesim.core.game import CENTRALIZED, COLLECTIVE, NONE
from regimesim.core.spells import Spells, regimes
from regimesim.core.strategies import HALF, as_bits
from regimesim.core.world import (
    Bits,
    Mechanism,
    Memory,
    Reals,
    Setting,
    Whole,
    allocate_game,
    allocate_luck,
    allocate_tally,
    allocate_world,
    clear,
    rejoin_game,
    rejoin_luck,
)

Row = TypeVar("Row", bound=np.generic)

_BYTES_OF_PAIR, _BYTES_OF_LANE = 400, 1_500
"""Of the arrays of a lane, about: of an ordered pair, and of all else but what is kept of every round."""


class Design(NamedTuple):
    """Points of a design as arrays: P points, E phases, N states, K buffers, A automata."""

    parameters: NDArray[np.void]  # [P, E] lowering.RECORD
    states: NDArray[np.void]  # [P, E, N] lowering.STATE_RECORD
    strategy: Bits  # [P, N] number of the automaton, -1: prudent
    affinity: Reals  # [P, E, N, N]
    prior: Reals  # [P, N, N]
    strength: Reals  # [P, E, K]
    phase_rounds: Whole  # [E] the round in which each phase begins
    links: Whole  # [*, 3] (buffer, i, j)
    cooperate: Reals  # [A, 16]
    following: Whole  # [A, 16, 2, 2]
    rounds_per_year: int
    rounds: int  # the horizon


class Lanes:
    """Some replicates of some points, from their first round on.

    Parameters
    ----------
    design : Design
    points : int array (L,)
        Which point each lane plays.
    replicates : int array (L,)
    seed : int in [0, 2**64)
    accounts : bool
        Whether trust moves and payoffs are added up where no decision rests on them. Where decisions do, they
        always are: afterwards the attribute says whether they are.

    Attributes
    ----------
    round : int
        The next round to be played.
    world, game, setting, tally, luck
        See :mod:`regimesim.core.world`.
    """

    def __init__(
        self,
        design: Design,
        points: NDArray[np.intp],
        replicates: NDArray[np.intp],
        seed: int,
        *,
        accounts: bool = True,
        settings: dict[int, Setting] | None = None,
    ) -> None:
        self.design, self.points, self.seed = design, points, seed
        self.used, row = np.unique(points, return_inverse=True)
        self.row = row.astype(np.int32)
        self.accounts = accounts or _rest_on_accounts(design, self.used)
        self._allocate(replicates)
        self._settings = {} if settings is None else settings
        self._stand_at(0, 0)
        self._begin()

    def _allocate(self, replicates: NDArray[np.intp]) -> None:
        lanes, states, rounds = len(self.points), self.design.states.shape[2], self.design.rounds
        memory = Memory(lanes * (_BYTES_OF_PAIR * states * states + 4 * rounds + _BYTES_OF_LANE))
        self.game = allocate_game(states, lanes, memory)
        self.world = allocate_world(states, self.design.strength.shape[2], lanes, memory)
        self.tally = allocate_tally(states, lanes, rounds, memory)
        self.luck = allocate_luck(self.seed, replicates, memory)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the attributes of other lanes: in a copy, arrays that shared memory do so again."""
        self.__dict__.update(state)
        self.game, self.luck = rejoin_game(self.game), rejoin_luck(self.luck)

    @property
    def years(self) -> float:
        """Time that has passed since the start."""
        return self.round / self.design.rounds_per_year

    def again(self, replicates: NDArray[np.intp]) -> Lanes:
        """Lanes that play the same points from the first round on, with other replicates."""
        alike = len(replicates) == len(self.points)
        return Lanes(
            self.design, self.points[: len(replicates)], replicates, self.seed,
            accounts=self.accounts, settings=self._settings if alike else None,
        )  # fmt: skip

    def restart(self, replicates: NDArray[np.intp]) -> Lanes:
        """Go back to the first round, with other replicates, and give themselves.

        Arrays stay where they are: what has been taken from them without a copy is overwritten.
        """
        self.luck.replicate[:] = replicates
        for bundle in (self.world, self.tally):
            clear(bundle)
        self.game.fresh[:] = self.game.unsettled[:] = 1
        self._stand_at(0, 0)
        self._forget_round()
        self._begin()
        return self

    def beside(self, lane: int, parameters: NDArray[np.void], states: NDArray[np.void]) -> Lanes:
        """Lanes that stand where one lane stands now, each under settings of its own.

        Parameters
        ----------
        lane : int
        parameters, states : record arrays (V, E), (V, E, N)
            One row for each lane wanted: see :class:`Design`.
        """
        number, of = len(parameters), self.design._asdict()
        for name in ("strategy", "affinity", "prior", "strength"):
            of[name] = np.repeat(of[name][self.points[lane]][None], number, axis=0)
        of |= {"parameters": parameters, "states": states}
        replicates = np.repeat(self.luck.replicate[lane : lane + 1], number).astype(np.intp)
        other = Lanes(Design(**of), np.arange(number), replicates, self.seed, accounts=self.accounts)
        other._stand_at(self.round, self.phase)
        for name in self.world._fields:
            if name not in _ROOM:
                getattr(other.world, name)[:] = getattr(self.world, name)[..., lane : lane + 1]
        return other

    def fork(self, places: NDArray[np.intp], replicates: NDArray[np.intp], seed: int | None = None) -> Lanes:
        """Lanes that stand where some of these stand now, and go on with luck of their own.

        Parameters
        ----------
        places : int array (K,)
            The lane that each of them continues; one may be continued many times.
        replicates : int array (K,)
        seed : int, optional
            That of these lanes by default.
        """
        return join([(self, places)], replicates, seed)

    def replace_draws(self, replacements: Sequence[Replacement]) -> None:
        """Have these draws replaced from now on, and no others: see :class:`Replacement`."""
        self.luck = self.luck._replace(keys=replaced_keys(self.seed, replacements))

    def _stand_at(self, round_: int, phase: int) -> None:
        self.round, self.phase = round_, phase
        self.setting = self._setting_of(phase)

    def play(self, until: int) -> None:
        """Play up to, not including, round ``until``, or to the horizon if that comes first."""
        until = min(until, self.design.rounds)
        while self.round < until:
            self.enter_phase()
            last = min(until, self._phase_end())
            self._play(last, kernel.WHOLE)
            self.round = last

    def decide(self) -> None:
        """Steps 1-3 of the next round; ``world.intend`` may then be changed."""
        self.enter_phase()
        self._play(self.round + 1, kernel.UNTIL_DECIDED)

    def carry_out(self) -> None:
        """Steps 4-10, after :meth:`decide`."""
        self._play(self.round + 1, kernel.SINCE_DECIDED)
        self.round += 1

    def _play(self, last: int, part: int) -> None:
        kernel.play(self.world, self.game, self.setting, self.tally, self.luck, self.round, last, part)

    def margins(self) -> Reals:
        """Appraise, and give the terms (now, future, law, norm) of every margin, [N, N, 4, L]."""
        self.enter_phase()
        states, lanes = self.world.capability.shape
        terms = np.zeros((states, states, 4, lanes))
        kernel.margins(self.world, self.game, self.setting, terms)
        return terms

    def regimes(self, onset: NDArray[np.float64], collapse: NDArray[np.float64], window: int) -> Spells:
        """The first regime of each lane; the thresholds are given lane by lane."""
        pairs = self.world.capability.shape[0] * (self.world.capability.shape[0] - 1) // 2
        played = self.tally.cooperating[: self.round]
        if (onset == onset[0]).all() and (collapse == collapse[0]).all():
            return regimes(played, pairs, window, float(onset[0]), float(collapse[0]))
        parts = np.unique(np.stack([onset, collapse]), axis=1).T
        found = regimes(played[:0], pairs, window, 0.0, 0.0)
        for high, low in parts:
            here = (onset == high) & (collapse == low)
            for target, source in zip(
                found, regimes(np.ascontiguousarray(played[:, here]), pairs, window, high, low), strict=True
            ):
                target[here] = source
        return found

    def _setting_of(self, phase: int) -> Setting:
        if phase not in self._settings:
            self._settings[phase] = self._make_setting(phase)
        return self._settings[phase]

    def _make_setting(self, phase: int) -> Setting:
        design, points, used = self.design, self.points, self.used
        firm, following = as_bits(design.cooperate, design.following)
        strategy = _lanes_last(design.strategy, points)
        return Setting(
            one=int(len(used) == 1),
            row=self.row,
            parameters=design.parameters[used, phase],
            states=np.ascontiguousarray(design.states[used, phase].T),
            strategy=strategy,
            affinity=_lanes_last(design.affinity[:, phase], points),
            prior=_lanes_last(design.prior, points),
            strength=_lanes_last(design.strength[:, phase], points),
            ground=np.ascontiguousarray(design.states[used, phase].T["revisionism"][:, self.row]),
            links=design.links,
            cooperate=design.cooperate,
            alike=_alike(strategy, design.following),
            firm=firm[strategy],
            following=np.ascontiguousarray(following[strategy].transpose(2, 3, 0, 1)),
            on=_switches(design, used, phase, self.accounts),
            rounds_per_year=design.rounds_per_year,
        )

    def _begin(self) -> None:
        world, setting, row = self.world, self.setting, self.row
        states, parameters = setting.states, setting.parameters
        world.capability[:] = _shares(states["capability"][:, row])
        world.revisionism[:] = states["revisionism"][:, row]
        world.norm[:] = parameters["norms"]["initial"][row]
        world.member[:] = states["member"][:, row]
        world.trust[:] = setting.prior
        world.credibility[:] = parameters["sanctions"]["credibility"][row]

    def enter_phase(self) -> None:
        """Enter the phase that the next round belongs to, if it is a new one."""
        starts = self.design.phase_rounds
        while self.phase + 1 < len(starts) and starts[self.phase + 1] <= self.round:
            self.phase += 1
            before = self.setting.states
            self.setting = self._setting_of(self.phase)
            after = self.setting.states
            self._take_over(before, after)
            self.game.fresh[:] = 1
            self._forget_round()
            self._keep_running()

    def _keep_running(self) -> None:
        """Have what is on run its course under any rates."""
        running = {Mechanism.WAR: self.world.at_war, Mechanism.SANCTIONS: self.world.fine}
        if any((left > 0).any() for left in running.values()):
            on = self.setting.on.copy()
            for mechanism, left in running.items():
                on[mechanism] |= (left > 0).any()
            if (on != self.setting.on).any():
                self.setting = self.setting._replace(on=on)

    def _take_over(self, before: NDArray[np.void], after: NDArray[np.void]) -> None:
        """Move what states are by as much as their settings differ from those of the former phase."""
        world, row = self.world, self.row
        change = after["revisionism"] - before["revisionism"]
        if change.any():
            moved = np.maximum(world.revisionism + change[:, row], 0.0)
            world.revisionism[:] = np.where(change[:, row] != 0.0, moved, world.revisionism)
        joined = after["member"]
        changed = joined != before["member"]
        if changed.any():
            world.member[:] = np.where(changed[:, row], joined[:, row], world.member)
        grown = after["capability"] != before["capability"]
        if grown.any():
            lanes = grown.any(axis=0)[row]
            ratio = after["capability"] / before["capability"]
            capability = world.capability * np.where(grown, ratio, 1.0)[:, row]
            world.capability[:] = np.where(lanes, _shares(capability), world.capability)

    def _forget_round(self) -> None:
        """Clear what happened last round: a mechanism that the new phase switches off would not."""
        world = self.world
        for mark in (world.accuses, world.accused, world.charge, world.joined, world.extended, world.broke):
            mark[:] = 0
        for mark in (world.new_leader, world.revolted, world.wave, world.systemic):
            mark[:] = 0
        self.game.law[:] = 0.0
        world.sanction[:] = -1.0

    def _phase_end(self) -> int:
        later = self.design.phase_rounds[self.phase + 1 :]
        return int(later[0]) if len(later) else self.design.rounds


_ROOM = ("reach", "sums")
"""Fields of a world that hold nothing from round to round."""


def join(
    parts: Sequence[tuple[Lanes, NDArray[np.intp]]], replicates: NDArray[np.intp], seed: int | None = None
) -> Lanes:
    """Make one block of lanes of several that stand in the same round of the same design.

    Parameters
    ----------
    parts : sequence of (Lanes, int array)
        Blocks, and which of their lanes are wanted: K in all.
    replicates : int array (K,)
        With whose luck each goes on.
    seed : int, optional
        That of the first block by default.
    """
    first = parts[0][0]
    points = np.concatenate([lanes.points[places] for lanes, places in parts])
    seed = first.seed if seed is None else seed
    other = Lanes(first.design, points, replicates, seed, accounts=first.accounts)
    other._stand_at(first.round, first.phase)
    for bundle in ("world", "tally"):
        target = getattr(other, bundle)
        for name in target._fields:
            if name not in _ROOM:
                copied = [getattr(getattr(lanes, bundle), name)[..., places] for lanes, places in parts]
                np.concatenate(copied, axis=-1, out=getattr(target, name))
    other._keep_running()
    return other


def _lanes_last(rows: NDArray[Row], points: NDArray[np.intp]) -> NDArray[Row]:
    """The row of each lane's point, lanes on the last axis."""
    if (points == points[0]).all():
        only = rows[points[:1]].reshape(*rows.shape[1:], 1)
        return np.repeat(only, len(points), axis=-1)
    return np.ascontiguousarray(np.moveaxis(rows[points], 0, -1))


def _alike(strategy: Bits, following: Whole) -> Bits:
    """Tell of which states the lanes follow one automaton."""
    alike = (strategy == strategy[:, :1]).all(axis=1)
    two = np.append((following <= 1).all(axis=(1, 2, 3)), False)[strategy[:, 0]]
    return np.where(alike, np.where(two, OF_TWO, ALIKE), 0).astype(np.int8)


def _shares(capability: Reals) -> Reals:
    """Divide by the sum over states, which is added in their order."""
    total = np.zeros(capability.shape[1])
    for share in capability:
        total += share
    return capability / total


def _switches(design: Design, points: NDArray[np.intp], phase: int, accounts: bool) -> Bits:
    parameters, states = design.parameters[points, phase], design.states[points, phase]
    strategy = design.strategy[points]
    automata, sight, rule = (
        strategy[strategy >= 0],
        parameters["transparency"],
        parameters["sanctions"]["rule"],
    )
    drawn = np.any((design.cooperate > 0.0) & (design.cooperate < 1.0), axis=1)
    large = np.any(design.following >= HALF, axis=(1, 2, 3))  # it can come to its second half
    errs = (sight["miss_rate"] > 0) | (sight["false_alarm_rate"] > 0)
    prudent, softly = (strategy < 0).any(axis=1), parameters["choice"]["temperature"] > 0
    on = {
        Mechanism.PRUDENT: prudent,
        Mechanism.AUTOMATA: strategy >= 0,
        Mechanism.LEADERS: (parameters["domestic"]["turnover"] > 0)
        | (parameters["domestic"]["revolution"] > 0),
        Mechanism.WAR: (parameters["war"]["unilateral"] > 0) | (parameters["war"]["mutual"] > 0),
        Mechanism.ABSORPTION: parameters["geography"]["absorption"] > 0,
        Mechanism.SANCTIONS: rule != NONE,
        Mechanism.VOTES: rule == CENTRALIZED,
        Mechanism.PROTECTION: prudent & (rule == COLLECTIVE),
        Mechanism.GROWTH: (parameters["power"]["volatility"] > 0) | (states["growth"] != 0).any(axis=1),
        Mechanism.CHANCE: np.append(drawn[automata], prudent & softly),
        Mechanism.ACCOUNTS: accounts,
        Mechanism.LARGE: large[automata],
        Mechanism.TREMBLES: parameters["choice"]["tremble"] > 0,
        Mechanism.ERRORS: errs & (sight["level"] < 1),
        Mechanism.SURPRISES: (sight["early_warning"] > 0)
        | (parameters["deterrence"]["first_strike_gain"] > 0),
        Mechanism.ALLIES: parameters["sanctions"]["alliance_weight"] > 0,
    }
    return np.array([np.any(on[mechanism]) for mechanism in Mechanism], np.int8)


def _rest_on_accounts(design: Design, points: NDArray[np.intp]) -> bool:
    """Tell whether anybody decides by trust, or is fined or fines: all but automata that nobody sanctions."""
    prudent = (design.strategy[points] < 0).any()
    return bool(prudent or (design.parameters[points]["sanctions"]["rule"] != 0).any())

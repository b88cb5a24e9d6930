"""A block of lanes: one world for many replicates, and how it goes from phase to phase."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.draws import round_keys
from regimesim.core.kernel import Mechanism
from regimesim.core.spells import Spells, regimes
from regimesim.core.strategies import as_bits
from regimesim.core.world import (
    Bits,
    Reals,
    Setting,
    Whole,
    allocate_game,
    allocate_tally,
    allocate_world,
)


class Design(NamedTuple):
    """Points of a design as arrays: P points, E phases, N states, K buffers, A automata."""

    parameters: NDArray[np.void]  # [P, E] parameters.RECORD
    states: NDArray[np.void]  # [P, E, N] parameters.STATE_RECORD
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

    Attributes
    ----------
    round : int
        The next round to be played.
    world, game, setting, tally
        See :mod:`regimesim.core.world`.
    """

    def __init__(
        self, design: Design, points: NDArray[np.intp], replicates: NDArray[np.intp], seed: int
    ) -> None:
        self.design, self.points, self.seed = design, points, seed
        self.replicates = replicates.astype(np.uint32)
        self.keys = round_keys(seed)
        self.words = np.empty((4, len(points)), np.uint32)
        lanes, states = len(points), design.states.shape[2]
        self.world = allocate_world(states, design.strength.shape[2], lanes)
        self.game = allocate_game(states, lanes)
        self.tally = allocate_tally(states, lanes, design.rounds)
        self.round = 0
        self.phase = 0
        self.setting = self._setting_of(0)
        self._begin()

    @property
    def years(self) -> float:
        """Time that has passed since the start."""
        return self.round / self.design.rounds_per_year

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
        kernel.play(
            self.world, self.game, self.setting, self.tally, self.keys, self.replicates, self.words,
            self.round, last, part,
        )  # fmt: skip

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
        parts = np.unique(np.stack([onset, collapse]), axis=1).T
        if len(parts) == 1:
            return regimes(played, pairs, window, float(onset[0]), float(collapse[0]))
        found = regimes(played[:0], pairs, window, 0.0, 0.0)
        for high, low in parts:
            here = (onset == high) & (collapse == low)
            for target, source in zip(
                found, regimes(np.ascontiguousarray(played[:, here]), pairs, window, high, low), strict=True
            ):
                target[here] = source
        return found

    def _setting_of(self, phase: int) -> Setting:
        design, points = self.design, self.points
        parameters = design.parameters[points, phase]
        states = np.ascontiguousarray(design.states[points, phase].T)
        strategy = np.ascontiguousarray(design.strategy[points].T)
        firm, following = as_bits(design.cooperate, design.following)
        return Setting(
            parameters=parameters,
            states=states,
            strategy=strategy,
            affinity=_lanes_last(design.affinity[points, phase]),
            prior=_lanes_last(design.prior[points]),
            strength=_lanes_last(design.strength[points, phase]),
            links=design.links,
            cooperate=design.cooperate,
            firm=firm[strategy],
            following=np.ascontiguousarray(np.moveaxis(following[strategy], -1, 0)),
            on=_switches(parameters, states, strategy, design.cooperate),
            rounds_per_year=design.rounds_per_year,
        )

    def _begin(self) -> None:
        world, setting = self.world, self.setting
        capability = setting.states["capability"]
        total = np.zeros(capability.shape[1])
        for row in capability:
            total += row
        world.capability[:] = capability / total
        world.revisionism[:] = setting.states["revisionism"]
        world.norm[:] = setting.parameters["norms"]["initial"]
        world.member[:] = setting.states["member"]
        world.trust[:] = setting.prior
        world.credibility[:] = setting.parameters["sanctions"]["credibility"]

    def enter_phase(self) -> None:
        """Enter the phase that the next round belongs to, if it is a new one."""
        starts = self.design.phase_rounds
        while self.phase + 1 < len(starts) and starts[self.phase + 1] <= self.round:
            self.phase += 1
            before, self.setting = self.setting, self._setting_of(self.phase)
            change = self.setting.states["revisionism"] - before.states["revisionism"]
            world = self.world
            world.revisionism[:] = np.where(
                change != 0.0, np.maximum(world.revisionism + change, 0.0), world.revisionism
            )
            joined = self.setting.states["member"]
            world.member[:] = np.where(joined != before.states["member"], joined, world.member)
            self.game.stale[:] = 2
            self._forget_round()
            if (world.at_war > 0).any():  # wars that are on run their course under any rates
                self.setting.on[Mechanism.WAR] = 1

    def _forget_round(self) -> None:
        """Clear what happened last round: a mechanism that the new phase switches off would not."""
        world = self.world
        for mark in (world.accuses, world.undone, world.joined, world.joiners):
            mark[:] = 0
        for mark in (world.new_leader, world.revolted, world.wave):
            mark[:] = 0
        world.sanction[:] = -1.0

    def _phase_end(self) -> int:
        later = self.design.phase_rounds[self.phase + 1 :]
        return int(later[0]) if len(later) else self.design.rounds


def _lanes_last(array: Reals) -> Reals:
    return np.ascontiguousarray(np.moveaxis(array, 0, -1))


def _switches(
    parameters: NDArray[np.void], states: NDArray[np.void], strategy: Bits, cooperate: Reals
) -> Bits:
    on = np.zeros(len(Mechanism), np.int8)
    on[Mechanism.PRUDENT] = np.any(strategy < 0)
    on[Mechanism.AUTOMATA] = np.any(strategy >= 0)
    drawn = np.any((cooperate > 0.0) & (cooperate < 1.0), axis=1)
    on[Mechanism.CHANCE] = np.any(drawn[strategy[strategy >= 0]]) or np.any(
        (strategy < 0) & (parameters["choice"]["temperature"] > 0)
    )
    on[Mechanism.LEADERS] = np.any(parameters["domestic"]["turnover"] > 0) or np.any(
        parameters["domestic"]["revolution"] > 0
    )
    on[Mechanism.WAR] = np.any(parameters["war"]["unilateral"] > 0) or np.any(parameters["war"]["mutual"] > 0)
    on[Mechanism.TALKS] = np.any(parameters["diplomacy"]["renegotiation"] > 0)
    on[Mechanism.ABSORPTION] = np.any(parameters["geography"]["absorption"] > 0)
    on[Mechanism.SANCTIONS] = np.any(parameters["sanctions"]["rule"] != 0)
    on[Mechanism.GROWTH] = np.any(parameters["power"]["volatility"] > 0) or np.any(states["growth"] != 0)
    return on

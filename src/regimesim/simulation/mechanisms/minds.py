"""States in Python in a batch: a model for every run of a block, all on the arrays of that block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import mesa

from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.agents import State
from regimesim.simulation.model import Board, RegimeModel, minded

Agents = Mapping[str, Callable[[RegimeModel, int], State]]


class Seat(RegimeModel):
    """One run of a block; it is the block that plays."""

    def __init__(self, case: Scenario, board: Board, lane: int, agents: Agents) -> None:
        lanes = board.lanes
        self.seed, self.replicate = lanes.seed, int(lanes.luck.replicate[lane])
        mesa.Model.__init__(self, rng=[self.seed, self.replicate])
        self.take_place(case, board, lane, agents)

    def step(self) -> None:
        """Refuse: the runs of a batch are played together."""
        raise InputError("a run of a batch cannot be stepped by its states; step a RegimeModel")


class Minds:
    """The states in Python of all runs of a block."""

    def __init__(self, lanes: Lanes, cases: Sequence[Scenario], agents: Agents) -> None:
        self.board = Board(lanes)
        self.seats = [Seat(case, self.board, lane, agents) for lane, case in enumerate(cases)]
        self._minded = [(seat, minded(seat.states)) for seat in self.seats]
        self._watching = [
            state
            for seat in self.seats
            for state in seat.states
            if getattr(state.observe, "__func__", None) is not State.observe
        ]

    def play_round(self) -> None:
        """Play a round: all decide before anybody acts."""
        board = self.board
        board.decide()
        answers = [answer for seat, states in self._minded for answer in seat.answers(states)]
        board.carry_out(answers)
        for state in self._watching:
            state.observe()

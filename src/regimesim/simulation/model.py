"""One run, round by round, in Mesa.

A :class:`RegimeModel` and its agents are views on the arrays of one lane of a block
(:mod:`regimesim.core.lanes`); a model that is stepped has a block of its own. The rules stay in the kernel: a
model that is stepped gives the same bits as the same replicate in a batch.
"""

from __future__ import annotations

import copy
import math
import operator
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.lanes import Lanes
from regimesim.core.spells import regimes
from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.limits import MOST_REPLICATE, MOST_SEED, plain, whole_within
from regimesim.scenario.messages import InputError, known, quoted, show
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.agents import (
    BufferState,
    Estrangement,
    OfState,
    Other,
    State,
    StateCollector,
    as_cooperation,
)
from regimesim.simulation.lowering import lower
from regimesim.simulation.mechanisms.arrays import array_of, take_over
from regimesim.simulation.mechanisms.block import OpenLanes, checked_mechanisms
from regimesim.simulation.mechanisms.mechanism import Frame, Mechanism

_MARGINS: Callable[..., None] = kernel.margins


class RegimeModel(mesa.Model):
    """One replicate of a scenario, played round by round.

    Parameters
    ----------
    scenario : Scenario, str, Path or mapping
        A scenario, the name or path of one, or a tree as in a file.
    seed : int in [0, 2**64), optional
        Without one, each model has another.
    replicate : int in [0, 2**32)
        The run that this is in a batch with the same seed: a stepped run equals it bit for bit.
    agents : mapping of str to type, optional
        A subclass of State for those that shall have one, or anything else that makes a State of the model
        and the position.
    mechanisms : sequence of Mechanism
        Called between the steps of a round; the model has copies of its own.
    rng : int, optional
        Mesa's name of ``seed``.
    **settings
        Settings of the scenario, with two underscores in the place of a dot:
        ``RegimeModel("concert", transparency__level=0.3, years=20)``, or
        ``RegimeModel("concert", **{"transparency.level": 0.3})``.

    Attributes
    ----------
    case : Scenario
        What is being played. (``scenario`` is a name of Mesa's own since 3.5.)
    states : list of State
    buffers : list of BufferState
    running : bool
        Whether the horizon has not been reached yet.
    datacollector : mesa.DataCollector
        Rows for the model and for every state, added after each round.
    lanes : Lanes
        The arrays themselves; the model's own lane of them is ``lane``, 0 where it is stepped.
    mechanisms : tuple of Mechanism

    Raises
    ------
    InputError
        For a scenario, seed, replicate or name that cannot be used, and where ``agents`` holds something
        that gives no State.

    Examples
    --------
    >>> from regimesim.scenario.reading import read_scenario
    >>> m = RegimeModel(read_scenario({"states": {"Athens": {}, "Sparta": {}}}, "greece"))
    >>> m.step()
    >>> m.state("Athens").did("Sparta"), m.state("Athens").payoff
    (True, 0.75)
    """

    _agents_numbered = 0

    @argument_kinds
    def __init__(
        self,
        scenario: Scenario | Mapping[str, Any] | str | Path = "",
        seed: int | None = None,
        replicate: int = 0,
        agents: Mapping[str, Callable[[RegimeModel, int], State]] | None = None,
        mechanisms: Sequence[Mechanism] = (),
        rng: int | None = None,
        **settings: Any,
    ) -> None:
        self.seed, self.replicate = (
            _seed_of(seed, rng),
            whole_within(replicate, "replicate", 0, MOST_REPLICATE),
        )
        super().__init__(rng=[self.seed, self.replicate])
        case = _loaded_scenario(scenario, settings)
        arrays = lower(case), np.zeros(1, np.intp), np.array([self.replicate]), self.seed
        frame = Frame(case.states, case.buffers, case.start)
        lanes = OpenLanes(*arrays, frame, checked_mechanisms(mechanisms)) if mechanisms else Lanes(*arrays)
        self.take_place(case, Board(lanes), 0, agents or {})
        self.datacollector = StateCollector(
            {name: name for name in ("year", "cooperation", "apart", "trust", "norm", "credibility", "wars")},
            {name: OfState(name) for name in ("name", "capability", "norm", "revisionism", "payoff")},
        )

    def take_place(
        self,
        case: Scenario,
        board: Board,
        lane: int,
        agents: Mapping[str, Callable[[RegimeModel, int], State]],
    ) -> None:
        """Become the model of one lane, with states of its own."""
        self.case, self.board, self.lane, self.lanes = case, board, lane, board.lanes
        for name in agents:
            known(name, case.states, "state", "agents")
        self.states: list[State] = []
        for position, name in enumerate(case.states):
            self.states.append(_made_state(agents.get(name, State), self, position))
        self.buffers = [BufferState(self, position) for position in range(len(case.buffers))]

    def __repr__(self) -> str:
        return (
            f"<RegimeModel {self.case.name}, {show(self.year)}: {self.round} of {self.case.rounds} rounds, "
            f"{len(self.states)} states, seed {self.seed}, replicate {self.replicate}>"
        )

    def __copy__(self) -> RegimeModel:
        """A model of its own: two models on the same arrays would spoil each other's run."""
        return copy.deepcopy(self)

    def step(self) -> None:
        """Play one round; at the horizon, nothing.

        Raises
        ------
        TypeError
            If a state's own ``intend`` gives anything but a bool, "C" or "D"; the round is then still open.
        """
        if self.round >= self.case.rounds:
            self.running = False
            return
        try:
            self._play_round()
        except BaseException:
            _schedule_next_step(self)
            raise

    def run(self, years: float | None = None) -> RegimeModel:
        """Play that many years, or to the horizon, and give the model back."""
        last = self.case.rounds
        if years is not None:
            years = plain(years)
            if isinstance(years, bool) or not isinstance(years, int | float) or not 0 <= years < math.inf:
                raise InputError(f"years must be a number that is not below 0; got {quoted(years)}")
            last = min(last, self.round + math.floor(years * self.case.rounds_per_year + 0.5))
        while self.running and self.round < last:
            self.step()
        return self

    def state(self, other: Other) -> State:
        """A state by name, or by position in the order of the states."""
        return self.states[self.position(other)]

    def position(self, other: Other) -> int:
        """The position of a state, given as itself, by name or by position.

        Raises
        ------
        InputError
            If there is no such state.
        """
        if isinstance(other, State) and other.model is self:
            return other.position
        names = self.case.states
        if isinstance(other, State):
            other = other.name
        if isinstance(other, str):
            return names.index(known(other, names, "state"))
        position = operator.index(other)
        if isinstance(other, bool) or not 0 <= position < len(names):
            raise InputError(f"no state {quoted(other)}; positions go from 0 to {len(names) - 1}")
        return position

    @property
    def dealt(self) -> NDArray[np.bool_]:
        """Pairs that had dealings in the last round: they were neither estranged nor at war, (N, N)."""
        return self.board.dealt[:, :, self.lane]

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """The mechanisms, as they stand in this run."""
        return self.lanes.mechanisms if isinstance(self.lanes, OpenLanes) else ()

    @property
    def round(self) -> int:
        """Number of rounds that have been played."""
        return int(self.lanes.round)

    @property
    def year(self) -> float:
        """Calendar time, in years: 1815.25 after the first quarter of 1815."""
        return self.case.start + self.lanes.years

    @property
    def cooperation(self) -> float:
        """Share of pairs in which both cooperated in the last round; nan before the first."""
        if self.round == 0:
            return math.nan
        return int(self.lanes.tally.cooperating[self.round - 1, self.lane]) / self._pairs

    @property
    def regime(self) -> bool:
        """True if a regime is in force in the last round, judged by the rounds played so far (model.md 6).

        A collapse shows only when a full window has been bad enough.
        """
        onset, collapse = (float(self.case[f"measure.{name}"]) for name in ("onset", "collapse"))
        begin = 0
        while True:
            played = self.lanes.tally.cooperating[begin : self.round, self.lane, None]
            first = regimes(played, self._pairs, self.case.window_rounds, onset, collapse)
            if first.onset[0] < 0 or not first.ended[0]:
                return bool(first.onset[0] >= 0)
            begin += int(first.end[0])

    @property
    def at_war(self) -> list[tuple[str, str]]:
        """The pairs of states at war, by name."""
        names = self.case.states
        fighting = np.argwhere(np.triu(self.lanes.world.at_war[:, :, self.lane]))
        return [(names[i], names[j]) for i, j in fighting]

    @property
    def estranged(self) -> dict[tuple[str, str], Estrangement]:
        """Estrangements of pairs of states, by their names, without one-sided withholding."""
        found = {}
        for i, state in enumerate(self.states):
            for other in self.states[i + 1 :]:
                one = state.estranged(other)
                if one is not None and one.kind != "withholding":
                    found[state.name, other.name] = one
        return found

    @property
    def apart(self) -> float:
        """Share of pairs that are estranged."""
        return len(self.estranged) / self._pairs

    @property
    def trust(self) -> float:
        """Mean trust over ordered pairs."""
        return float(self.lanes.world.trust[:, :, self.lane].sum()) / (2 * self._pairs)

    @property
    def norm(self) -> float:
        """Mean norm of the states."""
        return float(self.lanes.world.norm[:, self.lane].mean())

    @property
    def credibility(self) -> float:
        """Credibility of enforcement, in [0, 1]."""
        return float(self.lanes.world.credibility[self.lane])

    @property
    def wars(self) -> int:
        """Number of wars that have begun."""
        return int(self.lanes.tally.wars[self.lane])

    def appraised(self) -> NDArray[np.float64]:
        """Bring the effective games up to date, and give the terms of every margin, [N, N, 4].

        For views only: what happens next does not depend on whether anybody looked.
        """
        return self.board.appraised()[..., self.lane]

    def settle(self, name: str, place: int | tuple[int, int], value: float) -> None:
        """Set a number of the world, between two rounds; what depends on it follows.

        Raises
        ------
        InputError
            If a round has begun, or the value cannot be.
        """
        if self.board.deciding:
            raise InputError(f"{name} can be set between two rounds, and not while states decide")
        value = plain(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"{name} must be a number; got {quoted(value)}")
        array = array_of(self.lanes, name)
        before = array.copy()
        array[(*place, self.lane) if isinstance(place, tuple) else (place, self.lane)] = value
        take_over(self.lanes, name, before, "set")
        self.board.forget()

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Refuse to let a state or a buffer state go: they are the scenario's, and the rules count them."""
        if isinstance(agent, State | BufferState):
            agent.remove()
        super().deregister_agent(agent)

    def answers(self, states: Sequence[State]) -> list[Reply]:
        """Ask states for their intentions towards all with which they deal: (i, j, lane, cooperates)."""
        world, lane = self.lanes.world, self.lane
        return [
            (state.position, other.position, lane, as_cooperation(state.intend(other), state, other))
            for state in states
            for other in state.others
            if world.open[state.position, other.position, lane]
            and not world.withheld[state.position, other.position, lane]
        ]

    def register_agent(self, agent: mesa.Agent) -> None:
        """Number an agent, and let go of the model: the table in which Mesa 3.3 counts keeps it alive."""
        counters = getattr(mesa.Agent, "_ids", None)
        if isinstance(counters, dict):
            counters.pop(self, None)
            self._agents_numbered += 1
            agent.unique_id = self._agents_numbered
        super().register_agent(agent)

    @property
    def _pairs(self) -> int:
        return len(self.states) * (len(self.states) - 1) // 2

    def _play_round(self) -> None:
        own = minded(self.states)
        if own or self.board.deciding:
            self.board.decide()
            self.board.carry_out(self.answers(own))
        else:
            self.board.play()
        self.running = self.round < self.case.rounds
        for state in self.states:
            state.observe()
        self.datacollector.collect(self)


Reply = tuple[int, int, int, bool]
"""An intention: of i towards j, in a lane, to cooperate or not."""


class Board:
    """A block of lanes, and what the models on it share: what is reckoned for all of them at once.

    Attributes
    ----------
    lanes : Lanes
    deciding : bool
        Intentions have been formed and not been carried out.
    dealt : bool array (N, N, L)
        Pairs that had dealings in the last round.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes, self.deciding = lanes, False
        self.dealt: NDArray[np.bool_] = np.zeros(lanes.world.open.shape, np.bool_)
        self._terms: tuple[tuple[int, bool], NDArray[np.float64]] | None = None

    def play(self) -> None:
        """Play a round."""
        self.lanes.play(self.lanes.round + 1)
        self.dealt = self.lanes.world.open != 0

    def decide(self) -> None:
        """Form intentions, unless they are formed already."""
        if not self.deciding:
            self.lanes.decide()
            self.deciding = True

    def carry_out(self, answers: Sequence[Reply]) -> None:
        """Put answers in the place of intentions, and play the rest of the round."""
        for i, j, lane, cooperates in answers:
            self.lanes.world.intend[i, j, lane] = cooperates
        self.lanes.carry_out()
        self.deciding = False
        self.dealt = self.lanes.world.open != 0

    def appraised(self) -> NDArray[np.float64]:
        """Give the terms of every margin as things stand, [N, N, 4, L]."""
        lanes, moment = self.lanes, (self.lanes.round, self.deciding)
        if self._terms is None or self._terms[0] != moment:
            if self.deciding and isinstance(
                lanes, OpenLanes
            ):  # to appraise anew would undo what mechanisms did
                terms = lanes.terms_as_they_stand()
            else:
                states, number = lanes.world.capability.shape
                terms = np.zeros((states, states, 4, number))
                _MARGINS(lanes.world, lanes.game, lanes.setting, terms)
            self._terms = (moment, terms)
        return self._terms[1]

    def forget(self) -> None:
        """Have everything appraised anew: something has been set."""
        self._terms = None


def minded(states: Sequence[State]) -> list[State]:
    """List the states that have an ``intend`` of their own."""
    return [state for state in states if getattr(state.intend, "__func__", None) is not State.intend]


def _made_state(kind: Callable[[RegimeModel, int], State], model: RegimeModel, position: int) -> State:
    state = kind(model, position) if callable(kind) else kind
    if not isinstance(state, State):
        name = model.case.states[position]
        raise InputError(f"agents['{name}'] must be a subclass of State; got {quoted(kind)}")
    return state


def _loaded_scenario(
    scenario: Scenario | Mapping[str, Any] | str | Path, settings: Mapping[str, Any]
) -> Scenario:
    if isinstance(scenario, Scenario) and not settings:
        return scenario
    from regimesim.scenario.compose import load_scenario

    named = {name if "." in name else name.replace("__", "."): value for name, value in settings.items()}
    return load_scenario(scenario, named)


def _seed_of(seed: int | None, rng: int | None) -> int:
    """The seed given under either name, or one that nobody has had."""
    if seed is not None and rng is not None:
        raise InputError("seed and rng are one thing; give one of them")
    given = rng if seed is None else seed
    return secrets.randbits(63) if given is None else whole_within(given, "seed", 0, MOST_SEED)


def _schedule_next_step(model: RegimeModel) -> None:
    """After a failure: from Mesa 3.4 on, a step that does not come to its end schedules no further one."""
    schedule = getattr(model, "_default_schedule", None)
    if schedule is not None:
        schedule.pause()
        schedule.resume()

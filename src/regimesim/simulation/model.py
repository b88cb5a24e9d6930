"""One run, round by round, in Mesa.

A :class:`RegimeModel` and its agents are views on the arrays of a block with one lane
(:mod:`regimesim.core.lanes`). The rules stay in the kernel: a model that is stepped gives the same bits as
the same replicate in a batch.
"""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable, Mapping
from pathlib import Path

import mesa
import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.lanes import Lanes
from regimesim.core.spells import regimes
from regimesim.scenario.limits import MOST_REPLICATE, MOST_SEED, whole_within
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

_MARGINS: Callable[..., None] = kernel.margins


class RegimeModel(mesa.Model):
    """One replicate of a scenario, played round by round.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, or the name or path of one.
    seed : int in [0, 2**64)
    replicate : int in [0, 2**32)
        The run that this is in a batch with the same seed: a stepped run equals it bit for bit.
    agents : mapping of str to type, optional
        A subclass of State for those that shall have one, or anything else that makes a State of the model
        and the position.

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
        The arrays themselves, with one lane.
    dealt : bool array (N, N)
        Which pairs had dealings in the last round: they were neither estranged nor at war.

    Raises
    ------
    InputError
        For a scenario, seed, replicate or name that cannot be used.
    TypeError
        If ``agents`` holds something that gives no State.

    Examples
    --------
    >>> from regimesim.scenario.reading import read_scenario
    >>> m = RegimeModel(read_scenario({"states": {"Athens": {}, "Sparta": {}}}, "greece"))
    >>> m.step()
    >>> m.state("Athens").did("Sparta"), m.state("Athens").payoff
    (True, 0.75)
    """

    _agents_numbered = 0
    _between_decision_and_act = False

    def __init__(
        self,
        scenario: Scenario | str | Path,
        seed: int = 0,
        replicate: int = 0,
        agents: Mapping[str, Callable[[RegimeModel, int], State]] | None = None,
    ) -> None:
        self.seed, self.replicate = (
            whole_within(_plain_number(seed), "seed", 0, MOST_SEED),
            whole_within(_plain_number(replicate), "replicate", 0, MOST_REPLICATE),
        )
        super().__init__(rng=[self.seed, self.replicate])
        self.case = _loaded(scenario)
        self.lanes = Lanes(lower(self.case), np.zeros(1, np.intp), np.array([self.replicate]), self.seed)
        self.dealt: NDArray[np.bool_] = np.zeros((len(self.case.states),) * 2, np.bool_)
        self._terms: tuple[tuple[int, bool], NDArray[np.float64]] | None = None
        kinds = dict(agents or {})
        for name in kinds:
            known(name, self.case.states, "state", "agents")
        self.states: list[State] = []
        for position, name in enumerate(self.case.states):
            self.states.append(_made_state(kinds.get(name, State), self, position))
        self.buffers = [BufferState(self, position) for position in range(len(self.case.buffers))]
        self.datacollector = StateCollector(
            {name: name for name in ("year", "cooperation", "apart", "trust", "norm", "credibility", "wars")},
            {name: OfState(name) for name in ("name", "capability", "norm", "revisionism", "payoff")},
        )

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
        names = self.case.states
        if isinstance(other, State):
            other = other.position if other.model is self else other.name
        if isinstance(other, str):
            return names.index(known(other, names, "state"))
        position = operator.index(other)
        if isinstance(other, bool) or not 0 <= position < len(names):
            raise InputError(f"no state {quoted(other)}; positions go from 0 to {len(names) - 1}")
        return position

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
        return int(self.lanes.tally.cooperating[self.round - 1, 0]) / self._pairs

    @property
    def regime(self) -> bool:
        """True if a regime is in force in the last round, judged by the rounds played so far (model.md 6).

        A collapse shows only when a full window has been bad enough.
        """
        measure = {name: float(self.case[f"measure.{name}"]) for name in ("onset", "collapse", "window")}
        window = max(1, math.floor(measure["window"] * self.case.rounds_per_year + 0.5))
        begin = 0
        while True:
            played = self.lanes.tally.cooperating[begin : self.round]
            first = regimes(played, self._pairs, window, measure["onset"], measure["collapse"])
            if first.onset[0] < 0 or not first.ended[0]:
                return bool(first.onset[0] >= 0)
            begin += int(first.end[0])

    @property
    def at_war(self) -> list[tuple[str, str]]:
        """The pairs of states at war, by name."""
        names = self.case.states
        fighting = np.argwhere(np.triu(self.lanes.world.at_war[:, :, 0]))
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
        return float(self.lanes.world.trust[:, :, 0].sum()) / (2 * self._pairs)

    @property
    def norm(self) -> float:
        """Mean norm of the states."""
        return float(self.lanes.world.norm[:, 0].mean())

    @property
    def credibility(self) -> float:
        """Credibility of enforcement, in [0, 1]."""
        return float(self.lanes.world.credibility[0])

    @property
    def wars(self) -> int:
        """Number of wars that have begun."""
        return int(self.lanes.tally.wars[0])

    def appraised(self) -> NDArray[np.float64]:
        """Bring the effective games up to date, and give the terms of every margin, [N, N, 4, 1].

        For views only: what happens next does not depend on whether anybody looked.
        """
        moment = (self.round, self._between_decision_and_act)
        if self._terms is None or self._terms[0] != moment:
            states, lanes = len(self.states), self.lanes
            terms = np.zeros((states, states, 4, 1))
            _MARGINS(lanes.world, lanes.game, lanes.setting, terms)
            self._terms = (moment, terms)
        return self._terms[1]

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
        minded = [s for s in self.states if getattr(s.intend, "__func__", None) is not State.intend]
        if minded or self._between_decision_and_act:
            self._play_with(minded)
        else:
            self.lanes.play(self.round + 1)
        self.dealt = self.lanes.world.open[:, :, 0] != 0
        self.running = self.round < self.case.rounds
        for state in self.states:
            state.observe()
        self.datacollector.collect(self)

    def _play_with(self, minded: list[State]) -> None:
        """A round in which some states have an ``intend`` of their own: all decide before anybody acts."""
        world = self.lanes.world
        if not self._between_decision_and_act:
            self.lanes.decide()
            self._between_decision_and_act = True
        answers = [
            (state.position, other.position, as_cooperation(state.intend(other), state, other))
            for state in minded
            for other in state.others
            if world.open[state.position, other.position, 0]
            and not world.withheld[state.position, other.position, 0]
        ]
        for i, j, cooperates in answers:
            world.intend[i, j, 0] = cooperates
        self.lanes.carry_out()
        self._between_decision_and_act = False


def _made_state(kind: Callable[[RegimeModel, int], State], model: RegimeModel, position: int) -> State:
    state = kind(model, position) if callable(kind) else kind
    if not isinstance(state, State):
        name = model.case.states[position]
        raise TypeError(f"agents['{name}'] must be a subclass of State; got {quoted(kind)}")
    return state


def _loaded(scenario: Scenario | str | Path) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    from regimesim.scenario.compose import load_scenario

    return load_scenario(scenario)


def _schedule_next_step(model: RegimeModel) -> None:
    """After a failure: from Mesa 3.4 on, a step that does not come to its end schedules no further one."""
    schedule = getattr(model, "_default_schedule", None)
    if schedule is not None:
        schedule.pause()
        schedule.resume()


def _plain_number(value: int) -> int:
    return int(value) if isinstance(value, np.integer) else value

"""From scenarios to the arrays that the core plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Design
from regimesim.core.strategies import Automaton, pack
from regimesim.scenario.parameters import GROUPS, PARAMETERS, STATE, Parameter, Value, stored
from regimesim.scenario.scenario import Phase, Scenario
from regimesim.scenario.strategies import PRUDENT, load_strategy


def _record_type() -> np.dtype[np.void]:
    groups = []
    for group in GROUPS:
        fields = [(p.key, _storage(p)) for p in PARAMETERS if p.group == group]
        groups.append((group, np.dtype((np.record, fields))))
    return np.dtype((np.record, groups))


def _storage(parameter: Parameter) -> str:
    return {"real": "f8", "integer": "f8", "switch": "i8", "choice": "i8"}[parameter.kind]


PARAMETER_RECORD = _record_type()
"""The kernel's view of the parameters: nested, so that numba reads ``p.war.cost`` by its own name.

Choices are stored as their position in ``choices``; whole numbers as floats, because some may be
infinite. Elements are ``np.record``, so that plain Python reads them by name as well.
"""

STATE_RECORD = np.dtype((np.record, [(p.name, _storage(p)) for p in STATE]))


def lower(scenarios: Scenario | Sequence[Scenario]) -> Design:
    """The arrays of one scenario, or of several points that differ in their settings only.

    Parameters
    ----------
    scenarios : Scenario or sequence of Scenario
        With the same states, buffers, epochs, horizon and rounds per year.

    Raises
    ------
    InputError
        For a strategy that does not exist.
    """
    points = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    first = points[0]
    automata, numbers = _automata(points)
    cooperate, following = pack(automata)
    return Design(
        parameters=np.array(
            [[_parameter_values(phase) for phase in s.phases] for s in points], PARAMETER_RECORD
        ),
        states=np.array([[_state_values(phase) for phase in s.phases] for s in points], STATE_RECORD),
        strategy=np.array([[numbers[x.strategy] for x in s.phases[0].states] for s in points], np.int8),
        affinity=np.array([[phase.affinity for phase in s.phases] for s in points], np.float64),
        prior=np.array([s.prior for s in points], np.float64),
        strength=_strength(points),
        phase_rounds=np.array(first.phase_rounds(), np.int32),
        links=_links_of(first),
        cooperate=cooperate,
        following=following.astype(np.int32),
        rounds_per_year=first.rounds_per_year,
        rounds=first.rounds,
    )


def _parameter_values(phase: Phase) -> tuple[tuple[float, ...], ...]:
    return nested_values(phase.parameters)


def nested_values(values: Mapping[str, Value]) -> tuple[tuple[float, ...], ...]:
    """Parameters by full name as one nested tuple in the order of ``RECORD``."""
    groups: dict[str, list[float]] = {}
    for parameter in PARAMETERS:
        groups.setdefault(parameter.group, []).append(stored(parameter, values[parameter.name]))
    return tuple(tuple(group) for group in groups.values())


def _state_values(phase: Phase) -> list[tuple[float, ...]]:
    return [tuple(stored(p, state[p.name]) for p in STATE) for state in phase.states]


def _strength(points: Sequence[Scenario]) -> NDArray[np.float64]:
    values = [[[b.strength for b in phase.buffers] for phase in s.phases] for s in points]
    shape = (len(points), len(points[0].phases), len(points[0].buffers))
    return np.array(values, np.float64).reshape(shape)


def _links_of(scenario: Scenario) -> NDArray[np.int32]:
    links = [(k, i, j) for k, buffer in enumerate(scenario.phases[0].buffers) for i, j in buffer.between]
    return np.array(links, np.int32).reshape(-1, 3)


def _automata(points: Sequence[Scenario]) -> tuple[list[Automaton], dict[str, int]]:
    """The automata that the points use, each once, and the number of every strategy."""
    used = dict.fromkeys(state.strategy for s in points for state in s.phases[0].states)
    names = [name for name in used if name != PRUDENT]
    numbers = {name: number for number, name in enumerate(names)}
    return [load_strategy(name) for name in names], {PRUDENT: -1, **numbers}

"""Contrast of two scenarios: whatever differs between them and is not the order.

Two orders are compared fairly only in the same world. What belongs to a world, or to neither of the two, is
declared with each parameter (:mod:`regimesim.scenario.parameters`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from regimesim.scenario.messages import show
from regimesim.scenario.parameters import ORDER, PARAMETERS, STATE
from regimesim.scenario.scenario import Phase, Scenario

_OF_ORDER = frozenset(p.name for p in PARAMETERS if p.belongs == ORDER)
_OF_WORLD_STATE = tuple(p.name for p in STATE if p.belongs != ORDER)


def besides_order(a: Scenario, b: Scenario) -> tuple[str, ...]:
    """List what differs between two scenarios and is not the order, a phrase each; nothing if only that does.

    Examples
    --------
    >>> from regimesim.scenario.reading import read_scenario
    >>> pair = {"states": {"A": {}, "B": {}}}
    >>> wars = [{"war": {"mutual": 0.1, "cost": x}, "transparency": {"level": x / 100}} for x in (20.0, 30.0)]
    >>> two = [read_scenario(pair | war, "x") for war in wars]
    >>> besides_order(*two)
    ('war.cost 20 against 30',)
    """
    return tuple(_differences(a, b))


def _differences(a: Scenario, b: Scenario) -> Iterator[str]:
    if a.states != b.states:
        yield _against("states", a.states, b.states)
    yield from _of_parameters(a, b)
    if a.states == b.states:
        yield from _of_states(a, b)
        if a.prior != b.prior and a["trust.initial"] == b["trust.initial"]:
            yield "trust at the start, by pair"
        if a.phases[0].affinity != b.phases[0].affinity:
            yield "affinities"
    if a.buffers != b.buffers:
        yield _against("buffer states", a.buffers, b.buffers)
    elif a.phases[0].buffers != b.phases[0].buffers:
        yield "buffer states, where they lie or how strong they are"
    facts = [_dated(scenario) for scenario in (a, b)]
    if facts[0] != facts[1]:
        yield _against("changes of the world at a date", *facts)


def _against(what: str, first: Sequence[Any], second: Sequence[Any]) -> str:
    if len(first) == len(second):
        return f"other {what}"
    return f"{len(first) or 'no'} {what} against {len(second) or 'none'}"


def _of_parameters(a: Scenario, b: Scenario) -> Iterator[str]:
    for p in PARAMETERS:
        if p.belongs != ORDER and a[p.name] != b[p.name]:
            yield f"{p.name} {show(a[p.name])} against {show(b[p.name])}"


def _of_states(a: Scenario, b: Scenario) -> Iterator[str]:
    for one, other in zip(a.phases[0].states, b.phases[0].states, strict=True):
        for key in _OF_WORLD_STATE:
            if one[key] != other[key]:
                yield f"states.{one.name}.{key} {show(one[key])} against {show(other[key])}"


def _dated(scenario: Scenario) -> list[tuple[float, Any]]:
    """Changes of the world on the way: years since the start, and what changes to which value."""
    found, before = [], _world_of(scenario.phases[0])
    for phase in scenario.phases[1:]:
        after = _world_of(phase)
        changed = {name: value for name, value in after.items() if value != before[name]}
        if changed and phase.year < scenario.years:
            found.append((phase.year, changed))
        before = after
    return found


def _world_of(phase: Phase) -> dict[Any, Any]:
    """All settings of a phase that are not the order's, by name."""
    found: dict[Any, Any] = {n: value for n, value in phase.parameters.items() if n not in _OF_ORDER}
    found |= {(state.name, key): state[key] for state in phase.states for key in _OF_WORLD_STATE}
    found |= {buffer.name: buffer for buffer in phase.buffers}
    return found | {"affinity": phase.affinity}

"""Levers of an order: what could be arranged otherwise among the same states, and by how far.

A *lever* is a parameter that belongs to the order (:mod:`regimesim.scenario.parameters`) and has a declared
range, or the strength of all buffer states together, which lies in [0, 1]. A *move* of a lever is a share of
the way from where it stands to an end of its range: 0 leaves it, 1 takes it to the upper end, -1 to the lower
one, so that no move leaves the range. Where phases of a scenario have different values, each goes the same
share of its own way; a phase whose value lies outside the range is left as it is.

Levers are of four kinds, by what they would have states do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Design
from regimesim.scenario.mechanisms import OFF, what_is_missing
from regimesim.scenario.messages import InputError, known, listed, show
from regimesim.scenario.parameters import BUFFER_BY_NAME, BY_NAME, ORDER, PARAMETERS
from regimesim.scenario.scenario import Phase, Scenario
from regimesim.stats.estimates import Floats

LeverKind = Literal["seeing", "punishing", "binding", "ground"]

LEVER_KINDS: Mapping[LeverKind, str] = {
    "seeing": "transparency, publicity, inquiries, conferences",
    "punishing": "sanctions, length and certainty of punishment",
    "binding": "norms, and what estranged states agree on",
    "ground": "buffer states, insulation, settlement of wars",
}
"""Kinds of levers."""
BUFFERS = "buffers.strength"
"""The lever that is the strength of all buffer states together."""

_OF_LEVERS: Mapping[str, LeverKind] = {
    "diplomacy.conference": "seeing",
    "sanctions.inquiry": "seeing",
    BUFFERS: "ground",
}
_OF_LEVER_GROUPS: Mapping[str, LeverKind] = {
    "transparency": "seeing",
    "shadow": "punishing",
    "sanctions": "punishing",
    "deterrence": "punishing",
    "diplomacy": "binding",
    "norms": "binding",
    "periphery": "ground",
    "war": "ground",
}
_VALUE_DIGITS = 3
"""Of a value as it is shown."""


@dataclass(frozen=True)
class Lever:
    """A lever.

    Attributes
    ----------
    name : str
        Of the parameter, or :data:`BUFFERS`.
    low, high : float
        The declared range.
    """

    name: str
    low: float
    high: float

    @property
    def kind(self) -> LeverKind:
        """The kind of the lever."""
        return _OF_LEVERS.get(self.name) or _OF_LEVER_GROUPS[self.name.partition(".")[0]]

    def to(self, own: Floats, move: float | Floats) -> Floats:
        """Values after a move, of values before it; what lies outside the range stays."""
        end = np.where(np.asarray(move) < 0, self.low, self.high)
        start = np.clip(own, self.low, self.high)
        there = np.clip(start + np.abs(move) * (end - start), self.low, self.high)
        return np.where(start == own, there, own)

    def values(self, phase: Phase) -> Floats:
        """Values in a phase: one, or one for each buffer state."""
        if self.name == BUFFERS:
            return np.array([buffer.strength for buffer in phase.buffers])
        return np.array([float(phase.parameters[self.name])])

    def room(self, scenario: Scenario, side: int) -> bool:
        """Tell whether a move to that side (-1 or 1) changes anything in some phase."""
        return any((self.to(own, float(side)) != own).any() for own in map(self.values, scenario.phases))

    def moved(self, phase: Phase, move: float) -> Phase:
        """A phase after a move."""
        values = self.to(self.values(phase), move)
        if self.name != BUFFERS:
            return replace(phase, parameters={**phase.parameters, self.name: float(values[0])})
        pairs = zip(phase.buffers, values, strict=True)
        return replace(phase, buffers=tuple(replace(one, strength=float(value)) for one, value in pairs))

    def write(self, design: Design, rows: NDArray[np.intp], moves: Floats, since: int = 0) -> None:
        """Move it in some points of a design, in the phases from ``since`` on; (len(rows),) moves."""
        if self.name == BUFFERS:
            table, apart = design.strength, moves[:, None, None]
        else:
            group, _, key = self.name.partition(".")
            table, apart = design.parameters[group][key], moves[:, None]
        table[rows, since:] = self.to(table[rows, since:], apart)

    def hold(self, design: Design, scenario: Scenario, move: float, since: int = 0) -> None:
        """Put the value that a move leads to in this scenario into all points, from a phase on."""
        for number in range(since, len(scenario.phases)):
            values = self.to(self.values(scenario.phases[number]), move)
            if self.name == BUFFERS:
                design.strength[:, number] = values
            else:
                group, _, key = self.name.partition(".")
                design.parameters[group][key][:, number] = values[0]

    def words(self, phase: Phase, move: float) -> str:
        """Tell a move in a phase: ``0.79 to 0.91``; of buffer states the means."""
        before = self.values(phase)
        return " to ".join(_shortened(float(values.mean())) for values in (before, self.to(before, move)))


def _shortened(value: float) -> str:
    return show(float(f"{value:.{_VALUE_DIGITS}g}"))


@dataclass(frozen=True)
class Levers:
    """Levers of a scenario, and those that can do nothing in it.

    Attributes
    ----------
    levers : tuple of Lever
    left_out : dict of name to reason
        A clause each.
    """

    levers: tuple[Lever, ...]
    left_out: Mapping[str, str]

    def sentences(self) -> list[str]:
        """Say which are left out, a sentence a reason."""
        by_reason: dict[str, list[str]] = {}
        for name, reason in self.left_out.items():
            by_reason.setdefault(reason, []).append(name)
        return [f"{listed(names)}: {reason}." for reason, names in by_reason.items()]


def all_levers() -> tuple[Lever, ...]:
    """All levers that there are."""
    ranged = (p for p in PARAMETERS if p.belongs == ORDER and p.range is not None and p.kind == "real")
    strength = BUFFER_BY_NAME["strength"]
    found = [Lever(p.name, *p.range) for p in ranged if p.range is not None]
    return (*found, Lever(BUFFERS, strength.low, strength.high))


def levers_of(scenario: Scenario, names: Sequence[str] | None = None, together: bool = False) -> Levers:
    """Find the levers of a scenario.

    Parameters
    ----------
    scenario : Scenario
    names : sequence of str, optional
        These, instead of all.
    together : bool
        Whether several may be moved at once: then one counts that acts only where another has been moved.

    Raises
    ------
    InputError
        For a name that is no lever, or if none is left.
    """
    every = {lever.name: lever for lever in all_levers()}
    if names is not None and not names:
        raise InputError("levers=[] names none; leave it out for all that the scenario uses")
    chosen = [_lever_named(name, every) for name in dict.fromkeys(every if names is None else names)]
    world = _turned_up(scenario, chosen) if together else scenario
    reasons = {lever.name: _idle_reason(lever, scenario, world) for lever in chosen}
    found = Levers(
        tuple(lever for lever in chosen if not reasons[lever.name]),
        {name: reason for name, reason in reasons.items() if reason},
    )
    if not found.levers:
        raise InputError(f"no lever of {scenario.name} can be moved ({' '.join(found.sentences())[:-1]})")
    return found


def _lever_named(name: str, every: Mapping[str, Lever]) -> Lever:
    """The lever of a name; a parameter that is none is refused with the reason."""
    parameter = BY_NAME.get(name)
    if name in every or parameter is None:
        return known(name, every, "lever")  # type: ignore[no-any-return]
    if parameter.belongs != ORDER:
        of = "the world" if parameter.belongs == "world" else "how runs are measured"
        raise InputError(f"{name} is no lever: it belongs to {of}, not to the order")
    raise InputError(f"{name} is no lever: it has no declared range; set it: {name}=VALUE")


def _idle_reason(lever: Lever, scenario: Scenario, world: Scenario) -> str:
    """A clause that says why a lever can do nothing; empty if it can do something."""
    if lever.name == BUFFERS:
        if not scenario.buffers:
            return "there is no buffer state"
        missing = what_is_missing(world, f"buffers.{scenario.buffers[0]}.strength")
    else:
        missing = what_is_missing(world, lever.name)
    if missing:
        return missing
    if not any(lever.room(scenario, side) for side in (-1, 1)):
        return f"its value lies outside its range, {show(lever.low)} to {show(lever.high)}"
    return ""


def _turned_up(scenario: Scenario, chosen: Sequence[Lever]) -> Scenario:
    """The same world with the mechanism of every lever at work."""
    for lever in chosen:
        side = -1 if lever.high == OFF.get(lever.name, math.nan) else 1
        scenario = moved(scenario, {lever: side / 2})
    return scenario


def moved(scenario: Scenario, moves: Mapping[Lever, float]) -> Scenario:
    """The same world under an order with levers moved, in every phase."""
    phases = scenario.phases
    for lever, move in moves.items():
        phases = tuple(lever.moved(phase, move) for phase in phases)
    return replace(scenario, phases=phases)

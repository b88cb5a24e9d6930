"""Points of a design: worlds that differ in some settings, as a table, and as the arrays that the core plays.

A *world* is a scenario in full. A point is a world and the values of the *swept* settings; values that the
kernel only reads (``transparency.level``, ``states.France.revisionism``) are written into the arrays of
their world for all points at once, so that a hundred thousand points cost seconds. Settings that shape the
world (states, strategies, the number of rounds in a year) make worlds of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Design
from regimesim.scenario.mechanisms import OFF, what_is_missing
from regimesim.scenario.messages import show
from regimesim.scenario.parameters import BUFFER_BY_NAME, BY_NAME, STATE_BY_NAME, Parameter, Value, stored
from regimesim.scenario.scenario import Phase, Scenario, check_relations
from regimesim.simulation.assumptions import SET, VARYING, Assumed, assumed, needed_set, write_values
from regimesim.simulation.lowering import lower

if TYPE_CHECKING:
    import pandas as pd

Positions = NDArray[np.intp]

SHAPING = frozenset({"shadow.rounds_per_year", "trust.initial"})
"""Parameters that are more than a number in the kernel's record: how time is cut, and a table by pair."""


MOST_KINDS = 2_000
"""Points of different kinds that are looked at for settings that change nothing."""


class Place(NamedTuple):
    """Place of a swept value in the arrays of a world."""

    array: str  # "parameters", "states" or "strength"
    fields: tuple[str, ...]
    row: int  # which state or buffer; -1 where there is none
    phases: tuple[int, ...]  # those that follow the setting: an epoch may have set it anew


class Batch(NamedTuple):
    """Points that fit into one design."""

    design: Design
    chosen: Positions  # (P,) which of the points they are


@dataclass(frozen=True)
class Points:
    """A design of P points.

    Attributes
    ----------
    worlds : tuple of Scenario
    world : int array (P,)
        Which world each point is a variation of.
    columns : dict of str to array (P,)
        The value of every swept setting, by its name: floats, booleans or words.
    places : tuple of dict
        World by world, where the values stand that are written into its arrays.
    held : tuple of str, optional
        If given, every replicate is played under a draw of assumptions that fit the record
        (:mod:`regimesim.simulation.assumptions`); these are the parameters that no draw sets.
    """

    worlds: tuple[Scenario, ...]
    world: Positions
    columns: dict[str, NDArray[Any]]
    places: tuple[dict[str, Place], ...]
    held: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.world)

    @property
    def swept(self) -> tuple[str, ...]:
        """Names of the swept settings."""
        return tuple(self.columns)

    def without_swept(self, design: Design) -> Iterator[NDArray[Any]]:
        """All that a design of one world plays, with zeros where swept settings stand."""
        (places,) = self.places
        arrays = {name: np.array(value) for name, value in design._asdict().items()}
        for place in places.values():
            target = arrays[place.array]
            for field in place.fields:
                target = target[field]
            for e in place.phases:
                target[(0, e) if place.row < 0 else (0, e, place.row)] = 0
        yield from arrays.values()

    def take(self, first: int, last: int) -> Points:
        """The points ``first`` to ``last - 1``."""
        return self.select(np.arange(first, last))

    def select(self, chosen: Positions) -> Points:
        """Some points, without the worlds that they do not need."""
        kept, world = np.unique(self.world[chosen], return_inverse=True)
        columns = {name: column[chosen] for name, column in self.columns.items()}
        worlds, places = (tuple(of[k] for k in kept) for of in (self.worlds, self.places))
        return Points(worlds, world.astype(np.intp), columns, places, self.held)

    def under_draws(self) -> Points:
        """The same points, every replicate under a draw; what is swept no draw sets.

        Raises
        ------
        InputError
            If the record of some world's states is not known.
        """
        typed = {*(self.held or ()), *self.columns}
        known = {name for world in self.worlds for name in needed_set(world).columns}
        return replace(self, held=tuple(sorted(typed & known)))

    @cached_property
    def assumed(self) -> tuple[Assumed, ...]:
        """Each world under its draws; none where assumptions are as published."""
        if self.held is None:
            return ()
        found = [assumed(world, SET, self.held) for world in self.worlds]
        return tuple(one for one in found if one is not None)

    def drawn(self, batch: Batch, rows: Positions, replicates: Positions) -> Design:
        """A design with a point for each of some runs: rows of a batch, under their replicates' draws."""
        arrays = {name: getattr(batch.design, name)[rows].copy() for name in VARYING}
        design, worlds = batch.design._replace(**arrays), self.world[batch.chosen[rows]]
        for number in np.unique(worlds):
            here, under = np.flatnonzero(worlds == number), self.assumed[number]
            draw = under.draw_of(replicates[here])
            values = {name: column[draw] for name, column in under.columns.items()}
            write_values(design, here, under.scenario, values)
        return design

    def frame(self) -> pd.DataFrame:
        """A row per point: ``point`` and the swept settings."""
        import pandas as pd

        return pd.DataFrame({"point": np.arange(len(self))} | self.columns)

    def idle(self, names: Sequence[str]) -> dict[str, str]:
        """Find settings that change nothing at any point, and why.

        One point stands for all that have the same mechanisms at work. Of designs with too many kinds of
        points (:data:`MOST_KINDS`) nothing is said.

        Parameters
        ----------
        names : sequence of str
            Swept settings, or others that were typed.

        Returns
        -------
        dict of str to str
            A clause (:func:`regimesim.scenario.mechanisms.what_is_missing`) for each that is idle.
        """
        kinds = np.stack([self.world, *map(_positions_of, self.columns, self.columns.values())])
        examples = np.unique(kinds, axis=1, return_index=True)[1]
        found: dict[str, str] = dict.fromkeys(names, "") if len(examples) <= MOST_KINDS else {}
        for point in np.sort(examples):
            scenario = self.scenario(int(point))
            reasons = {name: what_is_missing(scenario, name) for name in found}
            found = {name: reason for name, reason in reasons.items() if reason}
        return found

    def batches(self) -> Iterator[Batch]:
        """The points as arrays; those of worlds that differ in shape are apart."""
        shapes: dict[Any, list[int]] = {}
        for number, world in enumerate(self.worlds):
            shapes.setdefault(_shape(world), []).append(number)
        for alike in shapes.values():
            chosen = np.flatnonzero(np.isin(self.world, alike))
            if len(chosen):
                yield Batch(self._lowered(alike, chosen), chosen)

    def scenario(self, point: int) -> Scenario:
        """The world of one point in full."""
        number = int(self.world[point])
        base, places = self.worlds[number], self.places[number]
        phases = list(base.phases)
        for name, place in places.items():
            value = python_value(self.columns[name][point])
            for e in place.phases:
                phases[e] = _phase_with(phases[e], name, place, value)
        return replace(base, phases=tuple(phases))

    def check(self) -> None:
        """Refuse points whose settings are each within bounds but do not go together.

        Raises
        ------
        InputError
        """
        for number, (world, places) in enumerate(zip(self.worlds, self.places, strict=True)):
            names = [name for name in places if _related(name)]
            if names:
                here = np.flatnonzero(self.world == number)
                points = zip(*(self.columns[name][here].tolist() for name in names), strict=True)
                for values in dict.fromkeys(points):
                    _check_point(world, places, dict(zip(names, values, strict=True)))

    def _lowered(self, worlds: Sequence[int], chosen: Positions) -> Design:
        alike = [self.worlds[k] for k in worlds]
        which = np.searchsorted(np.array(worlds), self.world[chosen])
        design = lower(alike)
        arrays = {
            name: getattr(design, name)[which]
            for name in ("parameters", "states", "strategy", "affinity", "prior", "strength")
        }
        for number in worlds:
            here = np.flatnonzero(self.world[chosen] == number)
            for name, place in self.places[number].items():
                parameter = declared_parameter(name)
                assert parameter is not None
                values = _as_numbers(parameter, self.columns[name][chosen[here]])
                target = arrays[place.array]
                for field in place.fields:
                    target = target[field]
                for e in place.phases:
                    target[(here, e) if place.row < 0 else (here, e, place.row)] = values
        return design._replace(**arrays)


def _related(name: str) -> bool:
    """Tell whether a parameter has to go together with others."""
    return name.partition(".")[0] in ("payoffs", "shadow", "measure")


def _check_point(world: Scenario, places: Mapping[str, Place], point: Mapping[str, Value]) -> None:
    for e, phase in enumerate(world.phases):
        given = {name: value for name, value in phase.parameters.items() if _related(name)}
        follows = {name: value for name, value in point.items() if e in places[name].phases}
        settings = " ".join(f"{name}={show(value)}" for name, value in follows.items())
        check_relations(given | follows, f"sweep, {settings}")


def declared_parameter(name: str) -> Parameter | None:
    """The declaration of a setting that is no more than a value in the kernel's arrays."""
    return None if name in SHAPING else declaration(name)


def declaration(name: str) -> Parameter | None:
    """The declaration of a setting of the world, of a state (``states.A.key``) or of a buffer."""
    head, _, rest = name.partition(".")
    _, _, key = rest.rpartition(".")
    if head == "states":
        return STATE_BY_NAME.get(key)
    if head == "buffers":
        return BUFFER_BY_NAME.get(key)
    return BY_NAME.get(name)


def place_of(name: str, one: Scenario, other: Scenario) -> Place | None:
    """Find where a setting stands, from two worlds that differ in it only; None if it shapes the world."""
    if declared_parameter(name) is None or _shape(one) != _shape(other):
        return None
    head, _, rest = name.partition(".")
    subject, _, key = rest.rpartition(".")
    differs = [
        e
        for e, (a, b) in enumerate(zip(one.phases, other.phases, strict=True))
        if _value_in_phase(a, name) != _value_in_phase(b, name)
    ]
    phases = tuple(differs)
    if head == "states":
        return Place("states", (key,), one.states.index(subject), phases)
    if head == "buffers":
        return Place("strength", (), one.buffers.index(subject), phases)
    return Place("parameters", (head, rest), -1, phases)


def _value_in_phase(phase: Phase, name: str) -> Value:
    head, _, rest = name.partition(".")
    subject, _, key = rest.rpartition(".")
    if head == "states":
        return next(state for state in phase.states if state.name == subject)[key]
    if head == "buffers":
        return next(buffer for buffer in phase.buffers if buffer.name == subject).strength
    return phase.parameters[name]


def _positions_of(name: str, column: NDArray[Any]) -> Positions:
    """Number the values of a setting by what they switch on: numbers of a parameter by off, 0 and others."""
    parameter = BY_NAME.get(name)
    if parameter is not None and parameter.kind in ("real", "integer"):
        off = OFF.get(name)
        return np.where(column == off, 2, np.where(column == 0, 1, 0)).astype(np.intp)
    return np.unique(column.astype(str), return_inverse=True)[1].astype(np.intp)


def _phase_with(phase: Phase, name: str, place: Place, value: Value) -> Phase:
    if place.array == "parameters":
        return replace(phase, parameters={**phase.parameters, name: _as_stored_value(name, value)})
    if place.array == "states":
        states = list(phase.states)
        settings = {**states[place.row].settings, place.fields[0]: _as_stored_value(name, value)}
        states[place.row] = replace(states[place.row], settings=settings)
        return replace(phase, states=tuple(states))
    buffers = list(phase.buffers)
    buffers[place.row] = replace(buffers[place.row], strength=float(value))
    return replace(phase, buffers=tuple(buffers))


def _as_stored_value(name: str, value: Value) -> Value:
    parameter = declared_parameter(name)
    assert parameter is not None
    if parameter.kind == "real":
        return float(value)
    return int(value) if parameter.kind == "integer" and value != math.inf else value


def _as_numbers(parameter: Parameter, values: NDArray[Any]) -> NDArray[np.float64]:
    if parameter.kind == "choice":
        return np.array([stored(parameter, value) for value in values.tolist()])
    return values.astype(np.float64)


def python_value(value: Any) -> Any:
    """A NumPy scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def _shape(world: Scenario) -> tuple[Any, ...]:
    """Give what the worlds of one design have in common."""
    buffers = tuple(buffer.between for buffer in world.phases[0].buffers)
    time = world.start, world.phase_rounds(), world.rounds_per_year, world.rounds
    return world.states, world.buffers, buffers, *time

"""Changes with time: epochs of a world, reforms of an order and the dates of its members become phases.

Epochs bear years of the calendar, reforms years since the order began (0: the start). Either is a list in the
order of time, or a table of such lists (*strands*), so that a part can be replaced or taken out. What changes
in the same year is one phase: the world's changes first, then the order's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regimesim.scenario.membership import seats
from regimesim.scenario.messages import InputError, inner_place, known, prefix, quoted, show, spoken
from regimesim.scenario.parameters import BUFFER_BY_NAME, FIXED, GROUPS, STATE_BY_NAME
from regimesim.scenario.scenario import Buffer, Phase, Power, check_value
from regimesim.scenario.tables import (
    block_of,
    bounded_number,
    free_text,
    only_known,
    pair_table,
    parameter_values,
    require_table,
)

MOST_EPOCHS = 100
_EPOCH = ("year", "because", "states", "buffers", "affinity", *GROUPS)
_SEATS = {"members": "member", "vetoes": "veto"}
"""Rules of an order, and the setting of each state that they stand for."""


@dataclass(frozen=True)
class PhaseChange:
    """Settings that hold from a year on, counted from the start, and the place where they stand."""

    year: float
    block: Mapping[str, Any]
    place: str


def changes_in_time(tree: Mapping[str, Any], start: float, place: str) -> list[PhaseChange]:
    """Read the changes of the world, then those of the order; ``start`` is a year of the calendar."""
    found = []
    for key, zero in (("epochs", start), ("reforms", 0.0)):
        here = inner_place(place, key)
        block = [] if tree.get(key) is None else tree[key]
        strands = block if isinstance(block, Mapping) else {"": block}
        for name, changes in strands.items():
            inner = inner_place(here, str(name)) if name else here
            if not isinstance(changes, list | None):
                raise InputError(
                    f"{prefix(inner)}must be a list of {key}, each with a year, or a table of such lists; "
                    f"got {quoted(changes)}"
                )
            found += _strand(changes or [], key, zero, inner)
    if len(found) > MOST_EPOCHS:
        raise InputError(f"{prefix(place)}at most {MOST_EPOCHS} epochs and reforms; got {len(found)}")
    return found


def _strand(changes: list[Any], key: str, zero: float, place: str) -> list[PhaseChange]:
    """A list of changes in the order of time."""
    found: list[PhaseChange] = []
    kind = "an epoch" if key == "epochs" else "a reform"
    before = 0.0
    for n, block in enumerate(changes):
        here = f"{place}[{n}]"
        require_table(block, here)
        only_known(block, _EPOCH, here, f"key of {kind}")
        if "year" not in block:
            raise InputError(f"{prefix(here)}{kind} needs a year")
        dated = bounded_number(block["year"], f"{prefix(here)}year", -10_000, 20_000)
        year = round(dated - zero, 9)  # 1926.7 - 1920 is 6.7
        if year <= before:
            raise InputError(f"{prefix(here)}year must come after {show(zero + before)}; got {show(dated)}")
        before = year
        found.append(PhaseChange(year, block, here))
    return found


def seated(tree: Mapping[str, Any], first: Phase, place: str) -> tuple[Phase, list[PhaseChange]]:
    """Give members and vetoes by the order's rules; a state's own setting comes before a rule."""
    blocks, changes = block_of(tree, "states"), []
    for key, setting in _SEATS.items():
        if (rule := tree.get(key)) is None:
            continue
        capability = {state.name: float(state["capability"]) for state in first.states}
        found = seats(rule, capability, inner_place(place, key))
        settled = tuple(
            state
            if setting in (blocks[state.name] or {})
            else replace(state, settings={**state.settings, setting: found.start[state.name]})
            for state in first.states
        )
        first = replace(first, states=settled)
        changes += [
            PhaseChange(
                year,
                {
                    "because": f"{spoken(name)} {_SEAT_WORDS[setting][held]}",
                    "states": {name: {setting: held}},
                },
                inner_place(place, key),
            )
            for year, name, held in found.changes
        ]
    return first, changes


_SEAT_WORDS = {"member": ("leaves", "joins"), "veto": ("loses its veto", "gains a veto")}


def phases_of(changes: Sequence[PhaseChange], first: Phase) -> tuple[Phase, ...]:
    """Let changes follow each other in the order of time; those of the same year are one phase."""
    phases = [first]
    for change in sorted(changes, key=lambda change: change.year):
        phase = _phase_changed(change, phases[-1])
        if phase.year == phases[-1].year:
            both = "; ".join(dict.fromkeys(filter(None, (phases[-1].because, phase.because))))
            phases[-1] = replace(phase, because=both)
        else:
            phases.append(phase)
    return tuple(phases)


def _phase_changed(change: PhaseChange, before: Phase) -> Phase:
    block, place = change.block, change.place
    changes = parameter_values(block, place)
    for name in changes:
        if name in FIXED:
            raise InputError(f"{prefix(place)}{name} holds for a whole run; it cannot change later")
    names = [state.name for state in before.states]
    return Phase(
        change.year,
        " ".join(free_text(block.get("because"), f"{prefix(place)}because").split()),
        {**before.parameters, **changes},
        _changed_states(block_of(block, "states"), before.states, inner_place(place, "states")),
        _changed_buffers(block_of(block, "buffers"), before.buffers, inner_place(place, "buffers")),
        pair_table(
            block_of(block, "affinity"),
            names,
            0.0,
            0.0,
            1e6,
            inner_place(place, "affinity"),
            base=before.affinity,
        ),
    )


def _changed_states(block: Any, states: tuple[Power, ...], place: str) -> tuple[Power, ...]:
    require_table(block, place)
    changed = {state.name: state for state in states}
    for name, settings in block.items():
        state = known(name, changed, "state", place)
        here = inner_place(place, name)
        require_table(settings, here)
        only_known(
            settings,
            list(STATE_BY_NAME),
            here,
            "setting that may change later",
        )
        new = {key: check_value(STATE_BY_NAME[key], value, here) for key, value in settings.items()}
        changed[name] = replace(state, settings={**state.settings, **new})
    return tuple(changed.values())


def _changed_buffers(block: Any, buffers: tuple[Buffer, ...], place: str) -> tuple[Buffer, ...]:
    require_table(block, place)
    changed = {buffer.name: buffer for buffer in buffers}
    for name, settings in block.items():
        buffer = known(name, changed, "buffer state", place)
        here = inner_place(place, name)
        require_table(settings, here)
        only_known(settings, BUFFER_BY_NAME, here, "setting that may change later")
        strength = check_value(BUFFER_BY_NAME["strength"], settings.get("strength", buffer.strength), here)
        changed[name] = replace(buffer, strength=float(strength))
    return tuple(changed.values())

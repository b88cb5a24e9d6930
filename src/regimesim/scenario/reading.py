"""Scenarios from trees of plain values, as YAML gives them; or a refusal in one sentence.

A table by pair has entries ``Britain-France`` (both ways), ``Britain-to-France`` (one way: what
Britain feels towards France) and ``default``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regimesim.scenario.files import check_tree
from regimesim.scenario.membership import seats
from regimesim.scenario.messages import InputError, inner_place, known, prefix, quoted, show, spoken
from regimesim.scenario.parameters import (
    BUFFER_BY_NAME,
    BY_NAME,
    FIXED,
    GROUPS,
    STATE,
    STATE_BY_NAME,
    Value,
    defaults,
)
from regimesim.scenario.scenario import (
    Buffer,
    Chosen,
    Pairs,
    Phase,
    Power,
    Scenario,
    check_phases,
    check_value,
)

MOST_POWERS = 200
MOST_BUFFER_STATES = 500
MOST_EPOCHS = 100
MOST_YEARS = 10_000
MOST_LETTERS = 60
"""Of a name; a title has one line, of at most five such names."""
TOP = (
    "about",
    "years",
    "strategy",
    "states",
    "members",
    "vetoes",
    "buffers",
    "affinity",
    "epochs",
    "reforms",
    *GROUPS,
)
"""Keys of a scenario's tree."""
_ABOUT = ("title", "represents", "claims", "start", "source", "world", "order")
_ABOUT_PART = {"world": ("name", "title", "represents", "source")}
_ABOUT_PART["order"] = (*_ABOUT_PART["world"], "least_states")
_EPOCH = ("year", "because", "states", "buffers", "affinity", *GROUPS)
_SEATS = {"members": "member", "vetoes": "veto"}
"""Rules of an order, and the setting of each state that they stand for."""


def read_scenario(tree: Mapping[str, Any], name: str, place: str = "") -> Scenario:
    """Build a scenario from a tree of plain values.

    Parameters
    ----------
    tree : mapping
        Keys are :data:`TOP`; only differences from the neutral values are needed.
    name : str
    place : str
        Where the tree came from, for messages (a file's path, say).

    Raises
    ------
    InputError
        If anything is unknown, of the wrong type, out of bounds or inconsistent.
    """
    _mapping(tree, place)
    check_tree(tree, place)
    _only(tree, TOP, place, "key")
    about = _read_about(_block_of(tree, "about"), place)
    years = _bounded_number(tree.get("years", 100), f"{prefix(place)}years", 0.25, MOST_YEARS)
    first = _first_phase(tree, place)
    _check_enough(tree, first, about, place)
    prior, trust = _prior(tree, [s.name for s in first.states], place)
    parameters = {**defaults(), **trust, **_groups(tree, place, skip="trust.initial")}
    first, seat_changes = _seated(tree, replace(first, parameters=parameters), place)
    changes = _in_time(tree, about["start"], place) + seat_changes
    phases = _phases(sorted(changes, key=lambda change: change.year), first)
    scenario = Scenario(name=name, years=years, phases=phases, prior=prior, **about)
    check_phases(scenario, place)
    return scenario


def check_alone(tree: Mapping[str, Any], place: str, whole: bool) -> None:
    """Check one file of a composition, so that a mistake is said of that file; ``whole`` if it has all states.

    Raises
    ------
    InputError
    """
    check_tree(tree, place)
    _only(tree, TOP, place, "key")
    _read_about(_block_of(tree, "about"), place)
    for change in _in_time(tree, float(_block_of(tree, "about").get("start", 0)), place):
        _groups(change.block, change.place)
    if whole:
        read_scenario({key: value for key, value in tree.items() if key != "trust"}, "", place)
    _groups(tree, place, skip="trust.initial")


def _read_about(block: Any, place: str) -> dict[str, Any]:
    here = inner_place(place, "about")
    _mapping(block, here)
    _only(block, _ABOUT, here, "key")
    claims = block.get("claims", [])
    if not isinstance(claims, list) or not all(isinstance(c, str) for c in claims):
        raise InputError(f"{prefix(here)}claims must be a list of ids such as [L8, L9]; got {quoted(claims)}")
    title = " ".join(_free_text(block.get("title"), f"{prefix(here)}title").split())
    if len(title) > 5 * MOST_LETTERS:
        raise InputError(
            f"{prefix(here)}title has {len(title):,} letters, at most {5 * MOST_LETTERS}; the rest may go "
            "into represents"
        )
    parts = {group: _about_part(_block_of(block, group), group, here) for group in _ABOUT_PART}
    world, order = parts["world"], parts["order"]
    under = " under ".join(filter(None, (world["title"], order["title"])))
    said = {key: " ".join(filter(None, (world[key], order[key]))) for key in ("represents", "source")}
    return {
        "title": title or under[:1].upper() + under[1:],
        "represents": _free_text(block.get("represents"), f"{prefix(here)}represents") or said["represents"],
        "source": _free_text(block.get("source"), f"{prefix(here)}source") or said["source"],
        "claims": tuple(claims),
        "start": _bounded_number(block.get("start", 0), f"{prefix(here)}start", -10_000, 10_000),
        "world": Chosen(world["name"], world["title"]),
        "order": Chosen(order["name"], order["title"]),
    }


def _about_part(block: Any, group: str, place: str) -> dict[str, str]:
    """What a world or an order says of itself."""
    here = inner_place(place, group)
    _mapping(block, here)
    _only(block, _ABOUT_PART[group], here, "key")
    texts = {key: _free_text(block.get(key), f"{prefix(here)}{key}") for key in _ABOUT_PART["world"]}
    texts["title"] = " ".join(texts["title"].split())
    for key in ("name", "title"):
        if len(texts[key]) > 2 * MOST_LETTERS:
            raise InputError(f"{prefix(here)}{key} has {len(texts[key])} letters, at most {2 * MOST_LETTERS}")
    return texts


def _check_enough(tree: Mapping[str, Any], first: Phase, about: Mapping[str, Any], place: str) -> None:
    """Refuse an order that makes no sense among so few states."""
    block = _block_of(_block_of(tree, "about"), "order")
    what = f"{prefix(place)}about.order.least_states"
    least = _bounded_number(block.get("least_states", 2), what, 2, MOST_POWERS)
    if len(first.states) < least:
        raise InputError(
            f"{prefix(place)}{about['order'].title or 'this order'} needs at least {show(least)} states; "
            f"{about['world'].title or 'this world'} has {len(first.states)}"
        )


def _free_text(value: Any, what: str) -> str:
    """A text, which may be left out or be a number such as a year."""
    if value is not None and not isinstance(value, str | int | float):
        raise InputError(f"{what} must be a text; got {quoted(value)}")
    return "" if value is None else str(value).strip()


def _name(name: Any, what: str, place: str) -> str:
    """The name of a state or buffer state: part of what is typed, printed and drawn."""
    if not isinstance(name, str):
        quotes = f"; in quotes if it is one: '{name}'" if isinstance(name, bool | int | float) else ""
        raise InputError(f"{prefix(place)}{what}'s name must be a word; got {quoted(name)}{quotes}")
    if not name or name != " ".join(name.split()) or "." in name:
        raise InputError(f"{prefix(place)}{what}'s name must be a word without a dot; got {quoted(name)}")
    if len(name) > MOST_LETTERS:
        raise InputError(
            f"{prefix(place)}{what}'s name has at most {MOST_LETTERS} letters; got {quoted(name)}"
        )
    return name


def _first_phase(tree: Mapping[str, Any], place: str) -> Phase:
    states = _block_of(tree, "states")
    here = inner_place(place, "states")
    _mapping(states, here)
    if not 2 <= len(states) <= MOST_POWERS:
        raise InputError(
            f"{prefix(here)}a scenario needs between 2 and {MOST_POWERS} states; got {len(states)}"
        )
    common = tree.get("strategy", "prudent")
    read = tuple(_read_state(key, block, common, here) for key, block in states.items())
    names = [state.name for state in read]
    _refuse_alike_pairs(names, here)
    buffers = _read_buffers(_block_of(tree, "buffers"), names, inner_place(place, "buffers"))
    affinity = pair_table(_block_of(tree, "affinity"), names, 0.0, 0.0, 1e6, inner_place(place, "affinity"))
    return Phase(0.0, "", {}, read, buffers, affinity)


def _read_state(name: Any, block: Any, strategy: Any, place: str) -> Power:
    here = inner_place(place, _name(name, "a state", place))
    block = {} if block is None else block
    _mapping(block, here)
    _only(block, ("strategy", *STATE_BY_NAME), here, "setting of a state")
    strategy = block.get("strategy", strategy)
    if not isinstance(strategy, str):
        raise InputError(f"{prefix(here)}strategy must be a name; got {quoted(strategy)}")
    given = {key: value for key, value in block.items() if key != "strategy"}
    settings: dict[str, Value] = {p.name: p.default for p in STATE}
    for key, value in given.items():
        settings[key] = check_value(STATE_BY_NAME[key], value, here)
    return Power(name, strategy, settings)


def _read_buffers(block: Any, states: Sequence[str], place: str) -> tuple[Buffer, ...]:
    _mapping(block, place)
    if len(block) > MOST_BUFFER_STATES:
        raise InputError(f"{prefix(place)}at most {MOST_BUFFER_STATES} buffer states; got {len(block)}")
    found = []
    for name, entry in block.items():
        here = inner_place(place, _name(name, "a buffer state", place))
        _mapping(entry, here)
        _only(entry, ("between", *BUFFER_BY_NAME), here, "setting of a buffer state")
        between = _between(entry.get("between"), states, inner_place(here, "between"))
        strength = check_value(BUFFER_BY_NAME["strength"], entry.get("strength", 0.5), here)
        found.append(Buffer(name, between, float(strength)))
    return tuple(found)


def _between(block: Any, states: Sequence[str], place: str) -> tuple[tuple[int, int], ...]:
    shape = "a list of pairs of states such as [[Britain, France]]"
    if not isinstance(block, list) or not block:
        raise InputError(f"{prefix(place)}must be {shape}; got {quoted(block)}")
    pairs = []
    for pair in block:
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError(f"{prefix(place)}must be {shape}; got {quoted(pair)}")
        i, j = (states.index(known(_name(name, "a state", place), states, "state", place)) for name in pair)
        if i == j:
            raise InputError(f"{prefix(place)}a buffer lies between two different states; got {quoted(pair)}")
        pairs.append((min(i, j), max(i, j)))
    return tuple(sorted(set(pairs)))


def pair_table(
    block: Any,
    states: Sequence[str],
    default: float,
    low: float,
    high: float,
    place: str,
    base: Pairs | None = None,
) -> Pairs:
    """A number for every ordered pair, from ``{A-B: both ways, A-to-B: one way, default: the rest}``."""
    _mapping(block, place)
    keys = _pairs(states) if set(block) - {"default"} else {}
    keys["default"] = []
    n = len(states)
    rest = _bounded_number(block.get("default", default), f"{prefix(place)}default", low, high)
    fresh = base is None or "default" in block
    table = [[rest if i != j else 0.0 for j in range(n)] for i in range(n)]
    if not fresh and base is not None:
        table = [list(row) for row in base]
    given = {key: known(str(key), keys, "pair", place) for key in block}
    for key in sorted(given, key=lambda key: (-len(given[key]), str(key))):  # what is said of one way wins
        for i, j in given[key]:
            table[i][j] = _bounded_number(block[key], f"{prefix(place)}{key}", low, high)
    return tuple(tuple(row) for row in table)


def _pairs(states: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """What pairs of states are called in a table, and which ordered pairs that means."""
    keys: dict[str, list[tuple[int, int]]] = {}
    for i, a in enumerate(states):
        for j, b in enumerate(states):
            if i != j:
                keys[f"{a}-{b}"] = [(i, j), (j, i)]
                keys[f"{a}-to-{b}"] = [(i, j)]
    return keys


def _refuse_alike_pairs(states: Sequence[str], place: str) -> None:
    """Refuse names of which two pairs would be called the same (A-B and C, A and B-C)."""
    if any("-" in name for name in states):
        called: dict[str, tuple[int, ...]] = {}
        for i, a in enumerate(states):
            for j, b in enumerate(states):
                for key, pair in ((f"{a}-{b}", (i, j)), (f"{a}-to-{b}", (i, j, 0))) if i != j else ():
                    if called.setdefault(key, pair) != pair:
                        raise InputError(
                            f"{prefix(place)}{key} would name two pairs of these states; rename one"
                        )


def _prior(tree: Mapping[str, Any], states: Sequence[str], place: str) -> tuple[Pairs, dict[str, Value]]:
    trust, here = _block_of(tree, "trust"), inner_place(place, "trust.initial")
    _mapping(trust, inner_place(place, "trust"))
    value = trust.get("initial", BY_NAME["trust.initial"].default)
    if isinstance(value, Mapping):
        default = float(BY_NAME["trust.initial"].default)
        table = pair_table(value, states, default, 0.0, 1.0, here)
        return table, {"trust.initial": float(value.get("default", default))}
    level = float(check_value(BY_NAME["trust.initial"], value, place))
    return pair_table({}, states, level, 0.0, 1.0, here), {"trust.initial": level}


def _groups(tree: Mapping[str, Any], place: str, skip: str = "") -> dict[str, Value]:
    found: dict[str, Value] = {}
    for group in GROUPS:
        block, here = _block_of(tree, group), inner_place(place, group)
        _mapping(block, here)
        keys = {p.name: p for p in BY_NAME.values() if p.group == group}
        for key, value in block.items():
            parameter = known(f"{group}.{key}", keys, "parameter", place)
            if parameter.name != skip:
                found[parameter.name] = check_value(parameter, value, place)
    return found


@dataclass(frozen=True)
class _Change:
    """Settings that hold from a year on, counted from the start."""

    year: float
    block: Mapping[str, Any]
    place: str


def _in_time(tree: Mapping[str, Any], start: float, place: str) -> list[_Change]:
    """Changes of the world (epochs, years of the calendar), then of the order (reforms, years since it began)."""
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


def _strand(changes: list[Any], key: str, zero: float, place: str) -> list[_Change]:
    """A list of changes in the order of time."""
    found: list[_Change] = []
    kind = "an epoch" if key == "epochs" else "a reform"
    before = 0.0
    for n, block in enumerate(changes):
        here = f"{place}[{n}]"
        _mapping(block, here)
        _only(block, _EPOCH, here, f"key of {kind}")
        if "year" not in block:
            raise InputError(f"{prefix(here)}{kind} needs a year")
        year = _bounded_number(block["year"], f"{prefix(here)}year", -10_000, 20_000) - zero
        if year <= before:
            raise InputError(
                f"{prefix(here)}year must come after {show(zero + before)}; got {show(zero + year)}"
            )
        before = year
        found.append(_Change(year, block, here))
    return found


def _seated(tree: Mapping[str, Any], first: Phase, place: str) -> tuple[Phase, list[_Change]]:
    """Give members and vetoes by the order's rules; what a state's own setting says comes before a rule."""
    blocks, changes = _block_of(tree, "states"), []
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
            _Change(
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


def _phases(changes: Sequence[_Change], first: Phase) -> tuple[Phase, ...]:
    """Phases in the order of time; what changes in the same year is one phase."""
    phases = [first]
    for change in changes:
        phase = _changed(change, phases[-1])
        if phase.year == phases[-1].year:
            both = "; ".join(dict.fromkeys(filter(None, (phases[-1].because, phase.because))))
            phases[-1] = replace(phase, because=both)
        else:
            phases.append(phase)
    return tuple(phases)


def _changed(change: _Change, before: Phase) -> Phase:
    block, place = change.block, change.place
    changes = _groups(block, place)
    for name in changes:
        if name in FIXED:
            raise InputError(f"{prefix(place)}{name} holds for a whole run; it cannot change later")
    names = [state.name for state in before.states]
    return Phase(
        change.year,
        " ".join(_free_text(block.get("because"), f"{prefix(place)}because").split()),
        {**before.parameters, **changes},
        _changed_states(_block_of(block, "states"), before.states, inner_place(place, "states")),
        _changed_buffers(_block_of(block, "buffers"), before.buffers, inner_place(place, "buffers")),
        pair_table(
            _block_of(block, "affinity"),
            names,
            0.0,
            0.0,
            1e6,
            inner_place(place, "affinity"),
            base=before.affinity,
        ),
    )


def _changed_states(block: Any, states: tuple[Power, ...], place: str) -> tuple[Power, ...]:
    _mapping(block, place)
    changed = {state.name: state for state in states}
    for name, settings in block.items():
        state = known(name, changed, "state", place)
        here = inner_place(place, name)
        _mapping(settings, here)
        _only(
            settings,
            list(STATE_BY_NAME),
            here,
            "setting that may change later",
        )
        new = {key: check_value(STATE_BY_NAME[key], value, here) for key, value in settings.items()}
        changed[name] = replace(state, settings={**state.settings, **new})
    return tuple(changed.values())


def _changed_buffers(block: Any, buffers: tuple[Buffer, ...], place: str) -> tuple[Buffer, ...]:
    _mapping(block, place)
    changed = {buffer.name: buffer for buffer in buffers}
    for name, settings in block.items():
        buffer = known(name, changed, "buffer state", place)
        here = inner_place(place, name)
        _mapping(settings, here)
        _only(settings, BUFFER_BY_NAME, here, "setting that may change later")
        strength = check_value(BUFFER_BY_NAME["strength"], settings.get("strength", buffer.strength), here)
        changed[name] = replace(buffer, strength=float(strength))
    return tuple(changed.values())


def _bounded_number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise InputError(f"{what} must be a number; got {quoted(value)}")
    if not low <= value <= high:
        raise InputError(f"{what} must lie in [{show(low)}, {show(high)}]; got {show(value)}")
    return float(value)


def _block_of(tree: Mapping[str, Any], key: str) -> Any:
    """What stands under a key that may be left out or left empty."""
    block = tree.get(key)
    return {} if block is None else block


def _mapping(block: Any, place: str) -> None:
    if not isinstance(block, Mapping):
        raise InputError(f"{prefix(place)}must be a table of names and values; got {quoted(block)}")


def _only(block: Mapping[str, Any], allowed: Iterable[str], place: str, kind: str) -> None:
    allowed = list(allowed)
    for key in block:
        known(key, allowed, kind, place)

"""Scenarios from trees of plain values, as YAML gives them; or a refusal in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from regimesim.scenario.files import check_tree
from regimesim.scenario.limits import plain
from regimesim.scenario.messages import InputError, MismatchError, inner_place, known, prefix, quoted, show
from regimesim.scenario.parameters import (
    BUFFER_BY_NAME,
    BY_NAME,
    GROUPS,
    STATE,
    STATE_BY_NAME,
    Value,
    defaults,
)
from regimesim.scenario.phases import changes_in_time, phases_of, seated
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
from regimesim.scenario.tables import (
    block_of,
    bounded_number,
    free_text,
    only_known,
    pair_table,
    parameter_values,
    refuse_alike_pairs,
    require_table,
)

MOST_POWERS = 200
MOST_BUFFER_STATES = 500
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
_ABOUT_PART: Mapping[str, tuple[str, ...]] = {
    "world": ("name", "title", "represents", "source"),
    "order": ("name", "title", "represents", "source", "least_states"),
}


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
    require_table(tree, place)
    check_tree(tree, place)
    tree = plain(tree)
    only_known(tree, TOP, place, "key")
    about = _read_about(block_of(tree, "about"), place)
    years = bounded_number(tree.get("years", 100), f"{prefix(place)}years", 0.25, MOST_YEARS)
    first = _first_phase(tree, place)
    _check_enough(tree, first, about, place)
    prior, trust = _prior(tree, [s.name for s in first.states], place)
    parameters = {**defaults(), **trust, **parameter_values(tree, place, skip="trust.initial")}
    first, seat_changes = seated(tree, replace(first, parameters=parameters), place)
    phases = phases_of(changes_in_time(tree, about["start"], place) + seat_changes, first)
    scenario = Scenario(name=name, years=years, phases=phases, prior=prior, **about)
    check_phases(scenario, place)
    return scenario


def in_order(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Put a tree into the order in which trees are shown, parameters as they are declared."""
    shown = {key: tree[key] for key in TOP if key in tree}
    for group in GROUPS:
        if isinstance(block := shown.get(group), Mapping):
            declared = {p.key: block[p.key] for p in BY_NAME.values() if p.group == group and p.key in block}
            shown[group] = declared | dict(block)
    return shown


def check_alone(tree: Mapping[str, Any], place: str, whole: bool) -> None:
    """Check one file of a composition (``whole``: it has all the states), so that a mistake is said of it.

    Raises
    ------
    InputError
    """
    check_tree(tree, place)
    only_known(tree, TOP, place, "key")
    _read_about(block_of(tree, "about"), place)
    for change in changes_in_time(tree, float(block_of(tree, "about").get("start", 0)), place):
        parameter_values(change.block, change.place)
    states = block_of(tree, "states")
    for name, block in states.items() if isinstance(states, Mapping) else ():
        _read_state(name, block, "prudent", inner_place(place, "states"))
    if whole:
        read_scenario({key: value for key, value in tree.items() if key != "trust"}, "", place)
    parameter_values(tree, place, skip="trust.initial")


def _read_about(block: Any, place: str) -> dict[str, Any]:
    here = inner_place(place, "about")
    require_table(block, here)
    only_known(block, _ABOUT, here, "key")
    claims = block.get("claims", [])
    if not isinstance(claims, list) or not all(isinstance(c, str) for c in claims):
        raise InputError(f"{prefix(here)}claims must be a list of ids such as [L8, L9]; got {quoted(claims)}")
    title = " ".join(free_text(block.get("title"), f"{prefix(here)}title").split())
    if len(title) > 5 * MOST_LETTERS:
        raise InputError(
            f"{prefix(here)}title has {len(title):,} letters, at most {5 * MOST_LETTERS}; the rest may go "
            "into represents"
        )
    parts = {group: _about_part(block_of(block, group), group, here) for group in _ABOUT_PART}
    world, order = parts["world"], parts["order"]
    under = " under ".join(filter(None, (world["title"], order["title"])))
    said = {key: " ".join(filter(None, (world[key], order[key]))) for key in ("represents", "source")}
    return {
        "title": title or under[:1].upper() + under[1:],
        "represents": free_text(block.get("represents"), f"{prefix(here)}represents") or said["represents"],
        "source": free_text(block.get("source"), f"{prefix(here)}source") or said["source"],
        "claims": tuple(claims),
        "start": bounded_number(block.get("start", 0), f"{prefix(here)}start", -10_000, 10_000),
        "world": Chosen(world["name"], world["title"]),
        "order": Chosen(order["name"], order["title"]),
    }


def _about_part(block: Any, group: str, place: str) -> dict[str, str]:
    """Read what a world or an order says of itself."""
    here = inner_place(place, group)
    require_table(block, here)
    only_known(block, _ABOUT_PART[group], here, "key")
    texts = {key: free_text(block.get(key), f"{prefix(here)}{key}") for key in _ABOUT_PART["world"]}
    texts["title"] = " ".join(texts["title"].split())
    for key in ("name", "title"):
        if len(texts[key]) > 2 * MOST_LETTERS:
            raise InputError(f"{prefix(here)}{key} has {len(texts[key])} letters, at most {2 * MOST_LETTERS}")
    return texts


def _check_enough(tree: Mapping[str, Any], first: Phase, about: Mapping[str, Any], place: str) -> None:
    """Refuse an order that makes no sense among so few states."""
    block = block_of(block_of(tree, "about"), "order")
    what = f"{prefix(place)}about.order.least_states"
    least = bounded_number(block.get("least_states", 2), what, 2, MOST_POWERS)
    if len(first.states) < least:
        raise MismatchError(
            f"{prefix(place)}{about['order'].title or 'this order'} needs at least {show(least)} states; "
            f"{about['world'].title or 'this world'} has {len(first.states)}"
        )


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
    states = block_of(tree, "states")
    here = inner_place(place, "states")
    require_table(states, here)
    if not 2 <= len(states) <= MOST_POWERS:
        raise InputError(
            f"{prefix(here)}a scenario needs between 2 and {MOST_POWERS} states; got {len(states)}"
        )
    common = tree.get("strategy", "prudent")
    read = tuple(_read_state(key, block, common, here) for key, block in states.items())
    names = [state.name for state in read]
    refuse_alike_pairs(names, here)
    buffers = _read_buffers(block_of(tree, "buffers"), names, inner_place(place, "buffers"))
    affinity = pair_table(block_of(tree, "affinity"), names, 0.0, 0.0, 1e6, inner_place(place, "affinity"))
    return Phase(0.0, "", {}, read, buffers, affinity)


def _read_state(name: Any, block: Any, strategy: Any, place: str) -> Power:
    here = inner_place(place, _name(name, "a state", place))
    block = {} if block is None else block
    require_table(block, here)
    only_known(block, ("strategy", *STATE_BY_NAME), here, "setting of a state")
    strategy = block.get("strategy", strategy)
    if not isinstance(strategy, str):
        raise InputError(f"{prefix(here)}strategy must be a name; got {quoted(strategy)}")
    given = {key: value for key, value in block.items() if key != "strategy"}
    settings: dict[str, Value] = {p.name: p.default for p in STATE}
    for key, value in given.items():
        settings[key] = check_value(STATE_BY_NAME[key], value, here)
    return Power(name, strategy, settings)


def _read_buffers(block: Any, states: Sequence[str], place: str) -> tuple[Buffer, ...]:
    require_table(block, place)
    if len(block) > MOST_BUFFER_STATES:
        raise InputError(f"{prefix(place)}at most {MOST_BUFFER_STATES} buffer states; got {len(block)}")
    found = []
    for name, entry in block.items():
        here = inner_place(place, _name(name, "a buffer state", place))
        require_table(entry, here)
        only_known(entry, ("between", *BUFFER_BY_NAME), here, "setting of a buffer state")
        between = _states_between(entry.get("between"), states, inner_place(here, "between"))
        strength = check_value(BUFFER_BY_NAME["strength"], entry.get("strength", 0.5), here)
        found.append(Buffer(name, between, float(strength)))
    return tuple(found)


def _states_between(block: Any, states: Sequence[str], place: str) -> tuple[tuple[int, int], ...]:
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


def _prior(tree: Mapping[str, Any], states: Sequence[str], place: str) -> tuple[Pairs, dict[str, Value]]:
    trust, here = block_of(tree, "trust"), inner_place(place, "trust.initial")
    require_table(trust, inner_place(place, "trust"))
    value = trust.get("initial", BY_NAME["trust.initial"].default)
    if isinstance(value, Mapping):
        default = float(BY_NAME["trust.initial"].default)
        table = pair_table(value, states, default, 0.0, 1.0, here)
        return table, {"trust.initial": float(value.get("default", default))}
    level = float(check_value(BY_NAME["trust.initial"], value, place))
    return pair_table({}, states, level, 0.0, 1.0, here), {"trust.initial": level}

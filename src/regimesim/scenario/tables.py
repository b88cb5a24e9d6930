"""Entries of a scenario's tree: numbers, texts, parameters, and tables by pair of states.

A table by pair has entries ``Britain-France`` (both ways), ``Britain-to-France`` (one way: what
Britain feels towards France) and ``default``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from regimesim.scenario.messages import InputError, inner_place, known, prefix, quoted, show
from regimesim.scenario.parameters import BY_NAME, GROUPS, Value
from regimesim.scenario.scenario import Pairs, check_value

_OF_GROUP = {group: {p.name: p for p in BY_NAME.values() if p.group == group} for group in GROUPS}


def free_text(value: Any, what: str) -> str:
    """A text, which may be left out or be a number such as a year."""
    if value is not None and not isinstance(value, str | int | float):
        raise InputError(f"{what} must be a text; got {quoted(value)}")
    return "" if value is None else str(value).strip()


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
    require_table(block, place)
    keys = _pairs(states) if set(block) - {"default"} else {}
    keys["default"] = []
    n = len(states)
    rest = bounded_number(block.get("default", default), f"{prefix(place)}default", low, high)
    fresh = base is None or "default" in block
    table = [[rest if i != j else 0.0 for j in range(n)] for i in range(n)]
    if not fresh and base is not None:
        table = [list(row) for row in base]
    given = {key: known(str(key), keys, "pair", place) for key in block}
    for key in sorted(given, key=lambda key: (-len(given[key]), str(key))):  # what is said of one way wins
        for i, j in given[key]:
            table[i][j] = bounded_number(block[key], f"{prefix(place)}{key}", low, high)
    return tuple(tuple(row) for row in table)


def _pairs(states: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Read what pairs of states are called in a table, and which ordered pairs that means."""
    keys: dict[str, list[tuple[int, int]]] = {}
    for i, a in enumerate(states):
        for j, b in enumerate(states):
            if i != j:
                keys[f"{a}-{b}"] = [(i, j), (j, i)]
                keys[f"{a}-to-{b}"] = [(i, j)]
    return keys


def refuse_alike_pairs(states: Sequence[str], place: str) -> None:
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


def parameter_values(tree: Mapping[str, Any], place: str, skip: str = "") -> dict[str, Value]:
    found: dict[str, Value] = {}
    for group in GROUPS:
        block, here = block_of(tree, group), inner_place(place, group)
        require_table(block, here)
        for key, value in block.items():
            parameter = known(f"{group}.{key}", _OF_GROUP[group], "parameter", place)
            if parameter.name != skip:
                found[parameter.name] = check_value(parameter, value, place)
    return found


def bounded_number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise InputError(f"{what} must be a number; got {quoted(value)}")
    if not low <= value <= high:
        raise InputError(f"{what} must lie in [{show(low)}, {show(high)}]; got {show(value)}")
    return float(value)


def block_of(tree: Mapping[str, Any], key: str) -> Any:
    """Give what stands under a key that may be left out or left empty."""
    block = tree.get(key)
    return {} if block is None else block


def require_table(block: Any, place: str) -> None:
    if not isinstance(block, Mapping):
        raise InputError(f"{prefix(place)}must be a table of names and values; got {quoted(block)}")


def only_known(block: Mapping[str, Any], allowed: Iterable[str], place: str, kind: str) -> None:
    allowed = list(allowed)
    for key in block:
        known(key, allowed, kind, place)

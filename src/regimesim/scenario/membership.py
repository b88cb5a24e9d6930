"""Membership of an order, and vetoes in it, by rules that hold in any world.

Only here does an order name a state. A *rule* says who holds a *seat* (is a member, or has a veto):

- ``all``, ``none``
- ``{strongest: 5}``: so many states, those with the largest capability at the start; of equals, the first
- ``{named: [Britain, France], otherwise: all}``: these states, in a world that has all of them; in any other
  world the second rule. With dates, in years since the order began:
  ``{named: {Britain: always, Germany: {from: 6.7, until: 13.8}, United_States: never}, otherwise: all}``.
  A state with an ``until`` before any ``from`` holds its seat from the start; either may be a list of years.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from regimesim.scenario.messages import InputError, inner_place, known, prefix, quoted, show

_SHAPE = "all, none, {strongest: NUMBER} or {named: [STATE, ...], otherwise: RULE}"
_ALWAYS, _NEVER = "always", "never"


@dataclass(frozen=True)
class Seats:
    """Holders of a seat in one world.

    Attributes
    ----------
    start : mapping of state to bool
    changes : tuple of (years since the order began, state, bool)
        In the order of time.
    """

    start: Mapping[str, bool]
    changes: tuple[tuple[float, str, bool], ...] = ()


def seats(rule: Any, states: Mapping[str, float], place: str) -> Seats:
    """Read a rule in a world.

    Parameters
    ----------
    rule : all, none or mapping
    states : mapping of state to capability
    place : str
        Where the rule stands, for messages.

    Raises
    ------
    InputError

    Examples
    --------
    >>> seats({"strongest": 1}, {"A": 1.0, "B": 2.0}, "").start
    {'A': False, 'B': True}
    >>> seats({"named": {"A": "always", "B": {"from": 6.7}}}, {"A": 1.0, "B": 2.0}, "").changes
    ((6.7, 'B', True),)
    """
    if rule in ("all", "none"):
        return Seats(dict.fromkeys(states, rule == "all"))
    if not isinstance(rule, Mapping) or len({"strongest", "named"} & set(rule)) != 1:
        raise InputError(f"{prefix(place)}must be {_SHAPE}; got {quoted(rule)}")
    for key in rule:
        known(str(key), ("strongest",) if "strongest" in rule else ("named", "otherwise"), "rule", place)
    if "strongest" in rule:
        return Seats(_strongest(rule["strongest"], states, inner_place(place, "strongest")))
    named = _named_blocks(rule["named"], inner_place(place, "named"))
    if all(name in states for name in named):
        return _seats_of(named, states, inner_place(place, "named"))
    return _unless_member(rule, named, states, place)


def _strongest(number: Any, states: Mapping[str, float], place: str) -> dict[str, bool]:
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= 1000:
        raise InputError(f"{prefix(place)}must be a whole number of states, at least 1; got {quoted(number)}")
    first = sorted(states, key=lambda name: -states[name])[:number]
    return {name: name in first for name in states}


def _unless_member(
    rule: Mapping[str, Any], named: Mapping[str, Any], states: Mapping[str, float], place: str
) -> Seats:
    """The rule for a world that has not all of the states named; a name that looks misspelt is refused."""
    missing = [name for name in named if name not in states]
    others = [name for name in states if name not in named]
    for name in missing:
        if near := difflib.get_close_matches(name, others, 1, 0.8):
            raise InputError(f"{prefix(place)}no state {quoted(name)}. Did you mean '{near[0]}'?")
    if "otherwise" not in rule:
        raise InputError(
            f"{prefix(place)}{', '.join(missing[:3])} not in this world; "
            "add a rule for other worlds, such as otherwise: all"
        )
    here = inner_place(place, "otherwise")
    if isinstance(rule["otherwise"], Mapping) and "named" in rule["otherwise"]:
        raise InputError(f"{prefix(here)}must hold in any world: all, none or {{strongest: NUMBER}}")
    return seats(rule["otherwise"], states, here)


def _named_blocks(block: Any, place: str) -> dict[str, Any]:
    """The states that are named, each with its dates."""
    if isinstance(block, list) and block and all(isinstance(name, str) for name in block):
        return dict.fromkeys(block, _ALWAYS)
    if isinstance(block, Mapping) and block:
        return {str(name): dates for name, dates in block.items()}
    raise InputError(
        f"{prefix(place)}must be a list of states, or a table such as "
        f"{{Britain: always, Germany: {{from: 6, until: 13}}}}; got {quoted(block)}"
    )


def _seats_of(named: Mapping[str, Any], states: Mapping[str, float], place: str) -> Seats:
    start, changes = dict.fromkeys(states, False), []
    for name, dates in named.items():
        here = inner_place(place, name)
        if dates in (_ALWAYS, _NEVER):
            start[name] = dates == _ALWAYS
            continue
        if not isinstance(dates, Mapping) or not dates:
            raise InputError(
                f"{prefix(here)}must be always, never or {{from: YEAR, until: YEAR}}; got {quoted(dates)}"
            )
        turns = _turns(dates, here)
        start[name] = not turns[0][1]
        changes += [(year, name, held) for year, held in turns]
    return Seats(start, tuple(sorted(changes, key=lambda change: change[0])))


def _turns(dates: Mapping[str, Any], place: str) -> list[tuple[float, bool]]:
    """Years in which a seat is taken (True) and left (False), one after the other."""
    found: list[tuple[float, bool]] = []
    for key, value in dates.items():
        known(str(key), ("from", "until"), "date", place)
        years: Sequence[Any] = value if isinstance(value, list) else [value]
        for year in years:
            if isinstance(year, bool) or not isinstance(year, int | float) or not 0 < year <= 10_000:
                raise InputError(
                    f"{prefix(inner_place(place, str(key)))}must be years since the order began, above 0; "
                    f"got {quoted(year)}"
                )
            found.append((round(float(year), 9), key == "from"))
    found.sort()
    for (_, before), (year, held) in pairwise(found):
        if before == held:
            twice = "taken" if held else "left"
            raise InputError(f"{prefix(place)}a seat is {twice} twice, the second time in year {show(year)}")
    if not found:
        raise InputError(f"{prefix(place)}has no year in it")
    return found

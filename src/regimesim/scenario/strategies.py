"""Strategies by name: from the files in ``configs/strategy``, from a file of one's own, or from a family.

A *spec* is what a user types for a strategy: ``tit_for_tat`` (a file that comes with the package),
``punish(3)`` (a member of a family), ``my/own.yaml`` (a file).
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from regimesim.core.strategies import FAMILIES, MOST_STATES, Automaton, Follow, zero_determinant_extortion
from regimesim.scenario.files import path_of, read_yaml, shown_path, strategy_names, there
from regimesim.scenario.messages import InputError, known, quoted

PRUDENT = "prudent"
"""The strategy that is no automaton: it weighs its advantage (model.md 4.3)."""

_STRATEGY_KEYS = ("title", "about", "source", "states")
OUTCOMES = ("CC", "CD", "DC", "DD")
_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\((.*)\)\s*", re.DOTALL)


def strategy_about(name: str) -> str:
    """Give what the file of a strategy says of it, in a sentence.

    Raises
    ------
    InputError
        If the file cannot be used.
    """
    if name == PRUDENT:
        path = path_of("strategy", name)
        raise InputError(f"{shown_path(path)}: the name '{PRUDENT}' is taken; give the file another")
    load_strategy(name)
    tree = read_yaml(path_of("strategy", name), "strategy")
    return " ".join(str(tree.get("about", "")).split())


def names_of_states(name: str) -> tuple[str, ...]:
    """Names that the states of a strategy have in its file, in the file's order."""
    return tuple(read_yaml(path_of("strategy", name), "strategy")["states"])


def load_strategy(spec: str) -> Automaton:
    """The automaton that ``spec`` stands for.

    Parameters
    ----------
    spec : str
        The name of a file in ``configs/strategy`` (of the working folder, or of the package), a family with
        numbers such as ``memory_one(1, 0, 0, 1)``, ``generous_tit_for_tat(1/3)`` or ``punish(3)``, or the
        path of a YAML file. For ``zero_determinant_extortion`` the numbers are chi, phi and, if they are not
        5, 3, 1, 0, the payoffs T, R, P, S.

    Raises
    ------
    InputError
        If there is no such strategy, or its file or numbers cannot be used.

    Examples
    --------
    >>> load_strategy("punish(2)").cooperate
    (1.0, 0.0, 0.0)
    """
    called = _CALL.fullmatch(spec)
    if called:
        return _from_family(called[1], called[2], spec)
    if spec.endswith((".yaml", ".yml")):
        return _from_file(Path(spec), spec)
    if spec in FAMILIES and spec not in strategy_names():
        raise InputError(f"strategy '{spec}' needs numbers: {_usage(spec)}")
    path = path_of("strategy", str(known(spec, strategy_names(), "strategy")))
    return _from_file(path, shown_path(path))


def read_strategy(tree: Mapping[str, Any], name: str, place: str = "") -> Automaton:
    """Build an automaton from a tree of plain values.

    Parameters
    ----------
    tree : mapping
        Keys ``title``, ``about``, ``source`` and ``states``: a table of states, the first being where it
        starts, each with ``cooperate`` (a probability) and ``after`` (the next state for ``CC``, ``CD``,
        ``DC`` and ``DD``: own action, then the action seen).
    name : str
    place : str
        Where the tree came from, for messages.

    Raises
    ------
    InputError
        If anything is missing, unknown, of the wrong type or out of bounds.
    """
    _check_table_of(tree, place, _STRATEGY_KEYS, "key")
    here = f"{place}, states" if place else "states"
    states = tree.get("states")
    _check_table_of(states, here)
    assert isinstance(states, Mapping)
    if not 1 <= len(states) <= MOST_STATES:
        raise InputError(f"{here}: an automaton has between 1 and {MOST_STATES} states; got {len(states)}")
    numbers: dict[str, int] = {}
    for label in states:
        if not isinstance(label, str):
            raise InputError(
                f"{here}: a state's name must be a word, in quotes if need be; got {quoted(label)}"
            )
        numbers[label] = len(numbers)
    read = [_read_row(block, numbers, f"{here}.{label}") for label, block in states.items()]
    return Automaton(name, tuple(chance for chance, _ in read), tuple(follow for _, follow in read))


def _read_row(block: Any, numbers: Mapping[str, int], place: str) -> tuple[float, Follow]:
    _check_table_of(block, place, ("cooperate", "after"), "key")
    chance = block.get("cooperate")
    if isinstance(chance, bool) or not isinstance(chance, int | float):
        raise InputError(f"{place}: cooperate must be a number in [0, 1]; got {quoted(chance)}")
    if not 0.0 <= chance <= 1.0:
        raise InputError(f"{place}: cooperate must lie in [0, 1]; got {quoted(chance)}")
    here = f"{place}.after"
    after = block.get("after")
    _check_table_of(after, here, OUTCOMES, "outcome")
    for outcome in OUTCOMES:
        if outcome not in after:
            raise InputError(f"{here}: what follows {outcome} is missing; it must name a state")
    cc, cd, dc, dd = (_target(after[o], numbers, f"{here}.{o}") for o in OUTCOMES)
    return float(chance), ((dd, dc), (cd, cc))


def _target(label: Any, numbers: Mapping[str, int], place: str) -> int:
    number: int = known(label if isinstance(label, str) else quoted(label), numbers, "state", place)
    return number


def _check_table_of(block: Any, place: str, keys: Iterable[str] = (), kind: str = "") -> None:
    at = f"{place}: " if place else ""
    if not isinstance(block, Mapping):
        raise InputError(f"{at}must be a table of names and values; got {quoted(block)}")
    for key in block if kind else ():
        known(key, tuple(keys), kind, place)


def _from_file(path: Path, place: str) -> Automaton:
    if not there(path):
        raise InputError(f"{place}: no such file (strategies by name: {', '.join(strategy_names())})")
    return read_strategy(read_yaml(path, "strategy"), path.stem, place)


def _from_family(name: str, arguments: str, spec: str) -> Automaton:
    family: Callable[..., Automaton] = known(name, FAMILIES, "family of strategies")
    numbers = [_probability(word, spec) for word in arguments.split(",")] if arguments.strip() else []
    if family is zero_determinant_extortion and len(numbers) == 6:
        return _built(family, (*numbers[:2], tuple(numbers[2:])), spec)
    required, allowed = _arity(family)
    if not required <= len(numbers) <= allowed:
        raise InputError(f"strategy '{spec}' has {len(numbers)} numbers: {_usage(name)}")
    return _built(family, tuple(numbers), spec)


def _built(family: Callable[..., Automaton], arguments: tuple[Any, ...], spec: str) -> Automaton:
    try:
        return family(*arguments)
    except ValueError as error:
        raise InputError(f"strategy '{spec}': {error}") from None


def _arity(family: Callable[..., Automaton]) -> tuple[int, int]:
    """Count the numbers that a family needs, and takes at most (a table of payoffs is not a number)."""
    numbers = [p for p in inspect.signature(family).parameters.values() if p.name != "payoffs"]
    return sum(p.default is p.empty for p in numbers), len(numbers)


def _usage(name: str) -> str:
    words = [p for p in inspect.signature(FAMILIES[name]).parameters if p != "payoffs"]
    return f"type {name}({', '.join(words)})"


def _probability(word: str, spec: str) -> float:
    """A number as typed: ``0.3``, ``1/3``, ``inf``."""
    above, slash, below = word.partition("/")
    try:
        number = float(above) / (float(below) if slash else 1.0)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"strategy '{spec}': {quoted(word.strip())} is not a number") from None
    if math.isnan(number):
        raise InputError(f"strategy '{spec}': {quoted(word.strip())} is not a number")
    return number

"""Kinds of the arguments of public functions, declared once by name and checked at the door.

Values are checked where they are used, in words of their own (bounds, names that exist). Here it is only
asked whether an argument is the kind of thing that its name stands for, so that a list where a table belongs
is a sentence about that argument and no error from somewhere inside.
"""

from __future__ import annotations

import functools
import inspect
import numbers
import os
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, ParamSpec, TypeVar

from regimesim.scenario.messages import InputError, quoted

P = ParamSpec("P")
R = TypeVar("R")


class ArgumentKind(NamedTuple):
    """Requirement on an argument: a test, and the same in words."""

    fits: Callable[[Any], bool]
    words: str


def _is_list(value: object) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str | bytes)


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and value == value  # nan is none


def _is_truth(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")


_TEXT = ArgumentKind(lambda value: isinstance(value, str), "a word in quotes")
_NUMBER = ArgumentKind(_is_number, "a number")
_PATH = ArgumentKind(lambda value: isinstance(value, str | os.PathLike), "the path of a folder")
_TRUTH = ArgumentKind(_is_truth, "True or False")
_TEXTS = ArgumentKind(
    lambda value: _is_list(value) and all(isinstance(part, str) for part in value), "a list of words"
)

ARGUMENTS: Mapping[str, ArgumentKind] = {
    "accounts": _TRUTH,
    "agents": ArgumentKind(
        lambda value: isinstance(value, Mapping), "a table of classes by state: agents={'Britain': Mine}"
    ),
    "budget": _NUMBER,
    "costs": ArgumentKind(
        lambda value: isinstance(value, Mapping), "a table of prices: costs={'transparency.level': 2}"
    ),
    "extend": _TRUTH,
    "held": _TEXTS,
    "engine": ArgumentKind(
        lambda value: isinstance(value, str) or hasattr(value, "name"),
        "the name of an engine: engine='processes'",
    ),
    "horizon": _NUMBER,
    "levers": _TEXTS,
    "mechanisms": ArgumentKind(
        lambda value: isinstance(value, list | tuple), "a list of objects: mechanisms=[Mine()]"
    ),
    "odds": _NUMBER,
    "orders": _TEXTS,
    "overrides": ArgumentKind(
        _is_list, 'a table {"transparency.level": 0.3} or a list ["transparency.level=0.3"]'
    ),
    "out": _PATH,
    "path": _PATH,
    "played": ArgumentKind(
        lambda value: _is_list(value) and all(hasattr(part, "scenario") for part in value),
        "a list of results",
    ),
    "progress": ArgumentKind(
        callable, "a function, which is called with what is done and what there is to do"
    ),
    "scenarios": ArgumentKind(_is_list, "a list of scenarios, such as ['concert', 'bipolar']"),
    "settings": ArgumentKind(
        lambda value: isinstance(value, Mapping) and all(map(_is_list, value.values())),
        "a table of lists: settings={'war.cost': [1, 2]}",
    ),
    "spell": _TEXT,
    "stand": _NUMBER,
    "target": _NUMBER,
    "until": _NUMBER,
    "what": _TEXT,
    "worlds": _TEXTS,
}
"""Those of an argument that is None by default may be None."""


def argument_kinds(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse arguments that are not of the kind that :data:`ARGUMENTS` declares for their name.

    Raises
    ------
    InputError
        From the function that is given back.

    Examples
    --------
    >>> @argument_kinds
    ... def first(path="here"):
    ...     return path
    >>> first(3)
    Traceback (most recent call last):
        ...
    regimesim.scenario.messages.InputError: path must be the path of a folder; got 3
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            kind, argument = ARGUMENTS.get(name), signature.parameters[name]
            if kind is None or value is argument.default or argument.kind is argument.VAR_KEYWORD:
                continue
            if not kind.fits(value):
                raise InputError(f"{name} must be {kind.words}; got {quoted(value)}")
        return function(*args, **kwargs)

    return checked

"""Reading what comes from outside: JSON of bounded size, and YAML (see :mod:`regimesim.trees`)."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from regimesim.app.limits import MOST_YAML
from regimesim.parameters import quoted
from regimesim.scenario import InputError
from regimesim.trees import parse_yaml

_PLACE = "your file"


def read_json(text: bytes) -> dict[str, Any]:
    """A question: one JSON table.

    Raises
    ------
    InputError
    """
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise InputError("the question is nested too deeply") from None
    except (ValueError, UnicodeDecodeError):  # not JSON, not UTF-8, or a number of thousands of digits
        raise InputError("the question is not JSON") from None
    if not isinstance(found, dict):
        raise InputError("the question must be a table of names and values")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def read_yaml(text: str) -> dict[str, Any]:
    """A scenario of one's own as a tree of plain values.

    Raises
    ------
    InputError
    """
    if len(text) > MOST_YAML:
        raise InputError(f"{_PLACE} has {len(text):,} characters; at most {MOST_YAML:,} are read here")
    tree = parse_yaml(text, _PLACE)
    if not isinstance(tree, dict):
        raise InputError(f"{_PLACE}: a scenario is a table of names and values; got {quoted(tree)}")
    return tree

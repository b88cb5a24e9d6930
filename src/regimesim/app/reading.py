"""Reading what comes from outside: JSON and YAML of bounded size, depth and kind.

YAML is read without anchors, aliases and tags: with them a short text can stand for a tree too large for any
memory, or for an object of Python's.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import yaml

from regimesim.app.limits import MOST_YAML
from regimesim.parameters import quoted
from regimesim.scenario import InputError

MOST_DEPTH = 12
MOST_LETTERS = 2_000
"""Longest single word or text in a scenario."""

_LARGEST = 1e15
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
    try:
        tree = yaml.load(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise InputError(f"{_PLACE}{line}: {getattr(error, 'problem', None) or 'not YAML'}") from None
    except (ValueError, OverflowError, RecursionError):  # a date that is none, a number without end
        raise InputError(f"{_PLACE} holds a value that cannot be read") from None
    if not isinstance(tree, dict):
        raise InputError(f"{_PLACE}: a scenario is a table of names and values; got {quoted(tree)}")
    check_tree(tree)
    return tree


def check_tree(value: Any) -> None:
    """Refuse numbers and texts that no scenario needs.

    Raises
    ------
    InputError
    """
    if isinstance(value, dict):
        for key, entry in value.items():
            check_tree(key)
            check_tree(entry)
    elif isinstance(value, list):
        for entry in value:
            check_tree(entry)
    elif isinstance(value, str):
        if len(value) > MOST_LETTERS:
            raise InputError(f"a text of {len(value):,} letters is too long; at most {MOST_LETTERS:,}")
    elif isinstance(value, int) and abs(value) > _LARGEST:
        raise InputError(f"a number of {len(str(abs(value)))} digits is too large")


class _PlainLoader(yaml.SafeLoader):
    """The safe loader, without anchors, aliases and tags, and not deeper than a scenario is."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(
                None, None, "anchors (&) and aliases (*) are not read here; write the value out",
                event.start_mark,
            )  # fmt: skip
        if getattr(event, "tag", None) is not None:
            raise yaml.composer.ComposerError(None, None, "tags (!) are not read here", event.start_mark)
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise yaml.composer.ComposerError(
                None, None, f"nested more than {MOST_DEPTH} deep", event.start_mark
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

"""Files of settings: trees of plain values, read from YAML of bounded size, depth and kind.

A file of settings says what it says, and nothing else: no anchors and aliases (a short text could stand for
a tree too large for any memory), no tags (a text could stand for an object of Python's), no ``${...}`` that
would be filled in from elsewhere, nothing said twice.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, NoReturn

import yaml

from regimesim.parameters import quoted
from regimesim.resources import configs_folder
from regimesim.scenario import MOST_DEPTH, InputError, check_tree

LARGEST_FILE = 1_000_000
"""Bytes of a file of settings, at most."""

_EXPONENT = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+")
"""Numbers that YAML 1.1 takes for words, but nobody else does."""


def read_yaml(path: Path, what: str = "scenario", most: int = LARGEST_FILE) -> dict[str, Any]:
    """The table of names and values in a file of settings; ``what`` it is, for messages.

    Raises
    ------
    InputError
    """
    place = shown(path)
    tree = parse_yaml(read_text(path, what, most), place)
    if not isinstance(tree, dict):
        raise InputError(f"{place}: a {what} is a table of names and values; got {quoted(tree)}")
    return tree


def read_text(path: Path, what: str, most: int = LARGEST_FILE) -> str:
    """The text of a file, which must be an ordinary one and not too large.

    Raises
    ------
    InputError
    """
    try:
        if path.exists() and not path.is_file():  # a folder, or a pipe that would be waited for
            raise InputError(f"{shown(path)} is not a file")
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise InputError(f"{shown(path)} is too large for a {what}: at most {most:,} bytes")
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"no {what} file {quoted(str(path))}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{shown(path)} cannot be read: byte {error.start + 1} is not of UTF-8") from None
    except OSError as error:
        raise InputError(f"{shown(path)} cannot be read: {error.strerror or error}") from None
    except ValueError:  # a null byte in the path
        raise InputError(f"no {what} file {quoted(str(path))}") from None


def yaml_of(tree: Any) -> str:
    """A tree as YAML that :func:`parse_yaml` reads as the same."""
    text: str = yaml.dump(tree, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)
    return text


def there(path: Path) -> bool:
    """Whether there is anything of that name; no if it cannot be a name."""
    try:
        return path.exists()
    except (OSError, ValueError):  # too long; a null byte
        return False


def parse_yaml(text: str, place: str) -> Any:
    """What a YAML text says; errors begin with ``place``.

    Raises
    ------
    InputError
    """
    try:
        tree = yaml.load(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise InputError(f"{place}{line}: {getattr(error, 'problem', None) or 'not YAML'}") from None
    try:
        check_tree(tree)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    return tree


def shown(path: Path) -> str:
    """A path as it is named to people: short where it can be."""
    shipped = configs_folder()
    for folder, prefix in ((shipped.resolve(), Path("configs")), (Path.cwd(), Path())):
        try:
            return str(prefix / path.resolve().relative_to(folder))
        except (ValueError, OSError, RuntimeError):  # elsewhere; a name too long; links in a circle
            continue
    return str(path)


class _PlainLoader(yaml.SafeLoader):
    """The safe loader, without anchors, aliases and tags, not deeper than settings are, each key once."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._refuse("anchors (&) and aliases (*) are not read; write the value out", event)
        if getattr(event, "tag", None) is not None:
            self._refuse("tags (!) are not read", event)
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self._refuse(f"nested more than {MOST_DEPTH} deep", event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:  # a date that is none, thousands of digits
            if len(node.value) > 100:
                self._refuse(f"a number of {len(node.value):,} digits is too large", node)
            self._refuse(f"{quoted(node.value)} cannot be read: {error}", node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    self._refuse(f"{quoted(key.value)} is given twice", key)
                seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)

    def _refuse(self, words: str, at: Any) -> NoReturn:
        raise yaml.constructor.ConstructorError(None, None, words, at.start_mark)


class _PlainDumper(yaml.SafeDumper):
    """Writes what :class:`_PlainLoader` reads as the same."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _one in (_PlainLoader, _PlainDumper):
    _one.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("-+0123456789"))

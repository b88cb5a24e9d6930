"""Files of settings: where they are found, and how they are read.

The package's own lie in ``configs``; a user's own stand in a folder of that name in the working directory and
go before them. A file says what it says, and nothing else: YAML of bounded size, depth and kind, with no
anchors and aliases (a short text could stand for a tree too large for any memory), no tags (a text could
stand for an object of Python's), no ``${...}`` that would be filled in from elsewhere, nothing said twice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Mapping
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from regimesim.scenario.messages import InputError, known, legible, prefix, quoted

LONGEST_TEXT = 2_000
MOST_DEPTH = 12
"""Tables and lists within each other in a file of settings."""

LARGEST_FILE = 1_000_000
"""Bytes of a file of settings, at most."""

_REMEMBERED = 65_536
"""Letters of a text that is not parsed again."""

_EXPONENT = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+")
"""Numbers that YAML 1.1 takes for words, but nobody else does."""


def configs_folder() -> Path:
    """The folder of scenarios, strategies, sweeps and engines.

    A wheel carries it inside the package; in a checkout it lies at the top.

    Raises
    ------
    FileNotFoundError
        If the installation lacks it.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "configs", package.parent.parent / "configs"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{package / 'configs'} is missing; install regimesim again")


def strategy_names() -> tuple[str, ...]:
    """Names of the strategies that are files, the user's own included, in the order of the alphabet."""
    return tuple(names_of("strategy"))


def check_tree(value: Any, place: str = "", depth: int = 0) -> None:
    """Refuse texts that no setting needs, wherever they stand in a tree.

    Raises
    ------
    InputError
    """
    if depth > MOST_DEPTH:
        raise InputError(f"{prefix(place)}nested more than {MOST_DEPTH} deep")
    if isinstance(value, Mapping):
        for key, entry in value.items():
            check_tree(key, place, depth + 1)
            check_tree(entry, place, depth + 1)
    elif isinstance(value, list | tuple):
        for entry in value:
            check_tree(entry, place, depth + 1)
    elif isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InputError(f"{prefix(place)}a text of {len(value):,} letters is too long")
        if "${" in value:
            raise InputError(
                f"{prefix(place)}${{...}} is not filled in; write the value out; got {quoted(value)}"
            )
        if not legible(value):
            raise InputError(f"{prefix(place)}a sign that cannot be shown in {quoted(value)}")


def read_yaml(path: Path, what: str = "scenario", most: int = LARGEST_FILE) -> dict[str, Any]:
    """The table of names and values in a file of settings; ``what`` it is, for messages.

    Raises
    ------
    InputError
    """
    place = shown_path(path)
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
            raise InputError(f"{shown_path(path)} is not a file")
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise InputError(f"{shown_path(path)} is too large for a {what}: at most {most:,} bytes")
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"no {what} file {quoted(str(path))}") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown_path(path)} cannot be read: byte {error.start + 1} is not of UTF-8"
        ) from None
    except OSError as error:
        raise InputError(f"{shown_path(path)} cannot be read: {error.strerror or error}") from None
    except ValueError:  # a null byte in the path
        raise InputError(f"no {what} file {quoted(str(path))}") from None


def yaml_of(tree: Any) -> str:
    """A tree as YAML that :func:`parse_yaml` reads as the same."""
    text: str = yaml.dump(tree, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)
    return text


def there(path: Path) -> bool:
    """Tell whether there is anything of that name; no if it cannot be a name."""
    try:
        return path.exists()
    except (OSError, ValueError):  # too long; a null byte
        return False


def parse_yaml(text: str, place: str) -> Any:
    """Read a YAML text; errors begin with ``place``.

    Raises
    ------
    InputError
    """
    if len(text) > _REMEMBERED:
        return _parsed_yaml.__wrapped__(text, place)
    return deepcopy(_parsed_yaml(text, place))


@lru_cache(maxsize=64)
def _parsed_yaml(text: str, place: str) -> Any:
    """Parse a text; files are asked for again and again, and parsing is most of the work."""
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


def shown_path(path: Path) -> str:
    """A path as it is named to people: short where it can be."""
    shipped = configs_folder()
    for folder, beginning in ((shipped.resolve(), Path("configs")), (Path.cwd(), Path())):
        try:
            return str(beginning / path.resolve().relative_to(folder))
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


def scenario_names() -> list[str]:
    """Names of the scenarios that can be run, the user's own included."""
    return names_of("scenario")


def names_of(kind: str) -> list[str]:
    """Names of the files of one kind: ``scenario``, ``world``, ``order``, ``strategy``, ``sweep``, ...."""
    files = (path for folder in _folders() for path in (folder / kind).glob("*.yaml"))
    return sorted({path.stem for path in files if path.is_file() and legible(path.stem)})


def path_of(kind: str, name: str) -> Path:
    """The file of one kind that is given by name or by path.

    Raises
    ------
    InputError
    """
    if name.endswith((".yaml", ".yml")) or os.sep in name:
        path = Path(os.path.expanduser(name))
        if not there(path):
            shipped = f"; the one that comes with regimesim is +{kind}={path.stem}"
            raise InputError(f"no {kind} file {quoted(name)}{shipped if path.stem in names_of(kind) else ''}")
        if not path.stem.strip(". "):  # the name becomes that of a folder
            raise InputError(f"{quoted(name)} gives the {kind} no name; call the file something else")
        return path
    known(name, names_of(kind), kind)
    return next(p for p in (f / kind / f"{name}.yaml" for f in _folders()) if p.is_file())


def _folders() -> list[Path]:
    own = Path.cwd() / "configs"
    shipped = configs_folder()
    return [own, shipped] if own.is_dir() and own.resolve() != shipped.resolve() else [shipped]

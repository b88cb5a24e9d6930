"""Where files of settings are found, and how they are read: the package's own and the user's.

A user's own stand in a folder ``configs`` of the working directory and go before those of the package.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from regimesim.parameters import quoted
from regimesim.resources import configs_folder
from regimesim.scenario import InputError, known

LARGEST_FILE = 1_000_000
"""Bytes of a file of settings, at most."""


def scenario_names() -> list[str]:
    """Names of the scenarios that can be run, the user's own included."""
    return names_of("scenario")


def names_of(kind: str) -> list[str]:
    """Names of the files of one kind: ``scenario``, ``sweep``, ``engine``."""
    files = (path for folder in _folders() for path in (folder / kind).glob("*.yaml"))
    return sorted({path.stem for path in files if path.is_file()})


def path_of(kind: str, name: str) -> Path:
    """The file of one kind that is given by name or by path.

    Raises
    ------
    InputError
    """
    if name.endswith((".yaml", ".yml")) or os.sep in name:
        path = Path(os.path.expanduser(name))
        if not path.is_file():
            shipped = f"; the one that comes with regimesim is +{kind}={path.stem}"
            raise InputError(f"no {kind} file {quoted(name)}{shipped if path.stem in names_of(kind) else ''}")
        return path
    known(name, names_of(kind), kind)
    return next(p for p in (f / kind / f"{name}.yaml" for f in _folders()) if p.is_file())


def _folders() -> list[Path]:
    own = Path.cwd() / "configs"
    shipped = configs_folder()
    return [own, shipped] if own.is_dir() and own.resolve() != shipped.resolve() else [shipped]


def read_yaml(path: Path, what: str = "scenario") -> dict[str, Any]:
    """The table of names and values in a file of settings; ``what`` it is, for messages.

    Raises
    ------
    InputError
    """
    import yaml

    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{shown(path)} is too large for a {what}")
        tree = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise InputError(f"{shown(path)}{line}: {getattr(error, 'problem', None) or 'not YAML'}") from None
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a date that is none
        raise InputError(f"{shown(path)} cannot be read: {error}") from None
    if not isinstance(tree, dict):
        raise InputError(f"{shown(path)}: a {what} is a table of names and values; got {quoted(tree)}")
    return tree


def scenario_tree(name: str) -> dict[str, Any]:
    """The tree of plain values in the file of a scenario (errors: :func:`path_of`, :func:`read_yaml`)."""
    return read_yaml(path_of("scenario", name))


def shown(path: Path) -> str:
    """A path as it is named to people: short where it can be."""
    shipped = configs_folder()
    try:
        return str(Path("configs") / path.resolve().relative_to(shipped.resolve()))
    except ValueError:
        pass
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)

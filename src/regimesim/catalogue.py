"""Where files of settings are found: the package's own and the user's.

A user's own stand in a folder ``configs`` of the working directory and go before those of the package.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from regimesim.parameters import legible, quoted
from regimesim.resources import configs_folder
from regimesim.scenario import InputError, known
from regimesim.trees import read_yaml, there


def scenario_names() -> list[str]:
    """Names of the scenarios that can be run, the user's own included."""
    return names_of("scenario")


def names_of(kind: str) -> list[str]:
    """Names of the files of one kind: ``scenario``, ``sweep``, ``engine``."""
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


def scenario_tree(name: str) -> dict[str, Any]:
    """The tree of plain values in the file of a scenario (errors: :func:`path_of`,
    :func:`regimesim.trees.read_yaml`)."""
    return read_yaml(path_of("scenario", name))

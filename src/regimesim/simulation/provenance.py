"""Provenance of a result: versions, machine, seed, settings."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from regimesim.core.keeping import core_hash, target

_LIBRARIES = ("numpy", "numba", "pandas", "pyarrow", "mesa", "hydra-core", "matplotlib")


PYTHON = "python code"
"""Key under which stands what was played that is no part of the program: mechanisms, states in Python."""


def program_version() -> str:
    """The installed version of the package; ``unknown`` where it runs without being installed."""
    return _version("regimesim")


def provenance(**settings: Any) -> dict[str, Any]:
    """Give what is needed to make a result again.

    Parameters
    ----------
    **settings
        Anything that plain JSON can hold (seed, runs, scenario ...).
    """
    return {
        "program": "regimesim",
        "version": program_version(),
        "core": _core(),
        "kernel": target(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv[:],
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "libraries": {name: _version(name) for name in _LIBRARIES},
        **settings,
    }


@cache  # what is loaded stays what it is, and looking it up takes as long as some simulations
def _core() -> str:
    return core_hash()


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"

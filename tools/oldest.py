"""The oldest dependencies that pyproject.toml allows on a Python, as constraints for pip.

    python tools/oldest.py python3.11 > oldest.txt
    python3.11 -m pip install -e ".[test]" -c oldest.txt

The oldest of a library is the oldest allowed version with a wheel for that Python; what only these libraries
ask for is of today.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("stats", "cluster", "excel", "report")


def uv(*arguments: object, **options: Any) -> str:
    """Carry out a command of uv, which neither fetches a Python nor reads settings; what it printed."""
    from uv import find_uv_bin

    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    command = [find_uv_bin(), "--quiet", "--no-config", "--no-python-downloads", *map(str, arguments)]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    return str(done.stdout)


def wheels_only(extras: Sequence[str] = EXTRAS) -> list[str]:
    """Options by which none of our dependencies is built from source."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(r for e in extras for r in project["optional-dependencies"][e])]
    return [option for text in asked for option in ("--only-binary", Requirement(text).name)]


def oldest(python: str | Path, extras: Sequence[str] = EXTRAS) -> str:
    """Constraints, a line each, that hold our own dependencies at the oldest allowed versions.

    Parameters
    ----------
    python : str or Path
        An interpreter.
    extras : sequence of str
        Extras whose dependencies count as ours.
    """
    given = [option for extra in extras for option in ("--extra", extra)]
    return uv(
        "pip", "compile", "--no-header", "--no-annotate", "--resolution", "lowest-direct", "--python", python,
        *wheels_only(extras), *given, ROOT / "pyproject.toml",
    )  # fmt: skip


if __name__ == "__main__":
    print(oldest(sys.argv[1], sys.argv[2:] or EXTRAS), end="")

"""Checksums of the files in a folder, a line each, as ``sha256sum`` writes and checks them."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from tokenize import TokenError

from regimesim.simulation.folders import write_whole

SUMS = "checksums.txt"
"""The list of a folder."""

DAMAGE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""Errors that readers of JSON, Parquet and NumPy's files (with heads in Python) meet in damaged files."""

_LINE = re.compile(r"([0-9a-f]{64})  ([^/\0\n]+)")


def seal(folder: Path, names: Iterable[str] | None = None) -> None:
    """Write the list of a folder: of some files, or of all that are in it."""
    chosen = (path.name for path in folder.iterdir() if path.is_file()) if names is None else names
    _write_sums(folder, {name: sum_of(folder / name) for name in chosen if name != SUMS})


def reseal(folder: Path, names: Iterable[str]) -> None:
    """Write some files of a folder into its list anew."""
    _write_sums(folder, listed_sums(folder) | {name: sum_of(folder / name) for name in names})


def listed_sums(folder: Path) -> dict[str, str]:
    """Read the list of a folder: by name, the checksum of each file when it was written.

    Raises
    ------
    ValueError, OSError
        If there is none, or something else stands in it.
    """
    if not (folder / SUMS).is_file():
        raise ValueError(f"{SUMS} is missing")
    lines = (folder / SUMS).read_text("utf-8").splitlines()
    matches = [_LINE.fullmatch(line) for line in lines]
    found = {match[2]: match[1] for match in matches if match}
    if len(found) < len(lines):
        raise ValueError(f"{SUMS} has been changed")
    return found


def check_sums(folder: Path, needed: Collection[str], endings: Collection[str] = ()) -> None:
    """Refuse a folder in which a file is not what it was when its list was written.

    Parameters
    ----------
    folder : Path
    needed : collection of str
        Files that have to be there; others may have been removed.
    endings : collection of str
        Files with these endings are not looked at.

    Raises
    ------
    ValueError, OSError
        What is missing or changed.
    """
    listed = listed_sums(folder)
    for name in needed:
        if not (folder / name).is_file():
            raise ValueError(f"{name} is missing")
        if name not in listed:
            raise ValueError(f"{SUMS} has no line for {name}")
    looked_at = [name for name in listed if name in needed or not name.endswith(tuple(endings))]
    changed = [
        name
        for name in looked_at
        if (folder / name).exists()
        and (not (folder / name).is_file() or sum_of(folder / name) != listed[name])
    ]
    if changed:
        raise ValueError(f"changed since: {', '.join(changed)}")


def sum_of(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_sums(folder: Path, sums: dict[str, str]) -> None:
    text = "".join(f"{number}  {name}\n" for name, number in sorted(sums.items()))
    write_whole(folder / SUMS, text.encode())

"""Results on disk: Parquet for tables, YAML for settings, JSON for provenance.

A result is written into a folder beside its place and moved there when it is complete: whatever stands under
its own name is whole. The name is chosen before anything is made, so that at no moment an interrupt finds
something made that nobody would take away again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.parameters import legible, quoted
from regimesim.results import Results, provenance_json
from regimesim.scenario import InputError, Scenario, read_scenario, tree_of
from regimesim.trees import read_yaml, there, yaml_of

if TYPE_CHECKING:
    import pyarrow as pa

PARTIAL = ".partial-"
_RUNS, _SERIES, _CODED, _PAIRS = "runs.parquet", "yearly.npy", "happened.npz", "pair_spells.npy"
_CONFIG, _PROVENANCE, _SUMS = "config.yaml", "provenance.json", "checksums.txt"
_READ_AGAIN = (_RUNS, _SERIES, _CODED, _PAIRS, _CONFIG, _PROVENANCE)
_LARGEST_CONFIG = 20_000_000
_DAMAGE = (OSError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, MemoryError,
           RuntimeError, SyntaxError, TokenError, zipfile.BadZipFile, zlib.error)  # fmt: skip
"""What readers of JSON, Parquet and NumPy's files (with heads in Python) meet in files that are not what they
should be."""


def save_results(results: Results, path: Path, more: Callable[[Path], object] | None = None) -> Path:
    """Write results into the new folder ``path``; ``more`` may add files before it appears.

    Raises
    ------
    InputError
        If the folder exists already or cannot be written.
    """

    def fill(folder: Path) -> None:
        write_results(results, folder)
        if more is not None:
            more(folder)

    return write_folder(path, fill)


def write_results(results: Results, folder: Path) -> None:
    """Write the files of results into a folder in the making."""
    import pyarrow.parquet as pq

    pq.write_table(_runs_table(results), folder / _RUNS)
    pq.write_table(_table(results.paths), folder / "paths.parquet")
    pq.write_table(_table(results.events), folder / "events.parquet")
    pq.write_table(_table(results.pairs), folder / "pairs.parquet")
    for name, array in ((_SERIES, results.yearly), (_PAIRS, results.pair_spells)):
        file = io.BytesIO()  # into a file itself, NumPy would not say why it cannot write
        np.save(file, array)
        (folder / name).write_bytes(file.getbuffer())
    np.savez_compressed(folder / _CODED, **results.happened)  # type: ignore[arg-type]
    (folder / _CONFIG).write_text(scenario_yaml(results.scenario), "utf-8")
    (folder / _PROVENANCE).write_text(provenance_json(results.provenance), "utf-8")
    (folder / _SUMS).write_text(_sums(folder), "utf-8")


def write_folder(path: Path, fill: Callable[[Path], None]) -> Path:
    """Make a folder with everything that ``fill`` writes into it, or none at all."""
    check_absent(path)
    try:
        with workshop(path.parent) as partial:
            try:
                fill(partial)
            except InputError as error:  # of a file in the making: it is said of what it is to be
                raise InputError(str(error).replace(str(partial), str(path))) from None
            try:
                os.rename(partial, path)
            except OSError:
                if os.path.lexists(path):
                    raise InputError(
                        f"out={path} was taken by another command meanwhile; choose another"
                    ) from None
                raise
    except OSError as error:
        raise InputError(f"cannot write to {path}: {reason(error)}") from None
    return path


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A new folder in ``folder`` for what is not finished, and ``folder`` itself if there is none.

    Afterwards it is gone, but for what has been moved out of it, and so is a folder made for nothing.
    """
    missing = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    partial = aside(folder / "any")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for place in missing:
            with suppress(OSError):  # something is in it
                place.rmdir()


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file under another name and move it to its place: what has its name is whole.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    partial = aside(path)
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def aside(path: Path) -> Path:
    """A name beside a place, for what is not finished; nothing is made, so that an interrupt leaves nothing.

    It is absolute: a library may take a relative path for an address of the web.
    """
    return path.absolute().with_name(f"{PARTIAL}{secrets.token_hex(8)}")


def reason(error: OSError) -> str:
    """Why the system refuses, in its words."""
    return os.strerror(error.errno) if error.errno else " ".join(str(error).split())


def folder_named(out: str) -> Path:
    """The folder that ``out=DIR`` names.

    Raises
    ------
    InputError
        If that is no name.
    """
    if not out.strip():
        raise InputError("out= needs the name of a folder")
    folder = os.path.expanduser(out)
    if folder.startswith("~"):
        raise InputError(f"out={out}: there is nobody of that name; a folder so called is out=./{out}")
    return Path(folder)


def folder_of_now(*names: str) -> Path:
    """A folder in ``outputs``, named after the time; where clocks are set back, another of that time."""
    now = datetime.now().isoformat(timespec="microseconds").replace(":", "-")
    folder = Path("outputs", *names, now)
    for number in count(2):
        if not os.path.lexists(folder):
            break
        folder = folder.with_name(f"{now}-{number}")
    return folder


def check_absent(path: Path) -> None:
    """Refuse a folder to be made that is there already, or whose name cannot be."""
    try:
        path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"cannot write to {path}: {reason(error)}") from None
    except ValueError:  # a null byte
        raise InputError(f"{quoted(str(path))} cannot be the name of a folder") from None
    raise InputError(f"out={path} exists already; choose another folder or remove it")


def check_writable(folder: Path) -> None:
    """Refuse a folder that nothing could be written into, before any work is done; leaves nothing behind."""
    nearest = folder
    try:
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        if not nearest.is_dir():
            raise InputError(f"cannot write to {folder}: {nearest} is not a folder")
        probe = aside(nearest / "probe")
        try:
            probe.mkdir()
        finally:
            with suppress(FileNotFoundError):
                probe.rmdir()
    except OSError as error:
        raise InputError(f"cannot write to {nearest}: {reason(error)}") from None
    except ValueError:  # a null byte
        raise InputError(f"{quoted(str(folder))} cannot be the name of a folder") from None


def load_results(path: str | Path) -> Results:
    """Results from a folder that :meth:`Results.save` or the command ``run`` wrote.

    Raises
    ------
    InputError
        If the folder does not hold results, or they are damaged.
    """
    folder = Path(path)
    if not there(folder / _RUNS):
        raise InputError(f"no results in {folder} (there is no {_RUNS})")
    try:
        _check_sums(folder)
        return _load(folder)
    except _DAMAGE as error:
        words = " ".join(str(error).split())
        raise InputError(f"the results in {folder} are damaged: {words or type(error).__name__}") from None


def _sums(folder: Path) -> str:
    """Checksums of the files that are read again, a line each, as ``sha256sum`` writes and checks them."""
    lines = []
    for name in _READ_AGAIN:
        if not (folder / name).is_file():
            raise ValueError(f"{name} is missing")
        with open(folder / name, "rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")
    return "".join(lines)


def _check_sums(folder: Path) -> None:
    if not (folder / _SUMS).is_file():
        raise ValueError(f"{_SUMS} is missing")
    written, found = (folder / _SUMS).read_text("utf-8"), _sums(folder)
    if written != found:
        changed = [line.split()[1] for line in found.splitlines() if line not in written.splitlines()]
        raise ValueError(f"changed since: {', '.join(changed) or _SUMS}")


def _load(folder: Path) -> Results:
    import pyarrow.parquet as pq

    provenance = json.loads((folder / _PROVENANCE).read_text("utf-8"))
    if not isinstance(provenance["seed"], int) or not legible(str(provenance["scenario"])):
        raise ValueError(f"{_PROVENANCE} names no seed or no scenario")
    tree = read_yaml(folder / _CONFIG, "scenario", _LARGEST_CONFIG)
    scenario = read_scenario(tree, str(provenance["scenario"]), str(folder / _CONFIG))
    with open(folder / _RUNS, "rb") as file:
        table = pq.read_table(file).drop_columns(["scenario"])
    columns = {name: table[name].to_numpy() for name in table.column_names}
    try:
        with open(folder / _CODED, "rb") as file, np.load(file) as coded:
            happened = {name: np.asarray(coded[name]) for name in coded.files}  # what is no array is bytes
        series, spells = (_array(folder / name) for name in (_SERIES, _PAIRS))
    except _DAMAGE:  # what NumPy says of it is not for people
        raise ValueError(f"{_SERIES}, {_PAIRS} or {_CODED} does not hold arrays of numbers") from None
    results = Results(scenario, columns, series, happened, provenance, spells)
    results.check()
    return results


def _array(path: Path) -> NDArray[Any]:
    """One array; ``np.load`` would also take an archive of several."""
    with open(path, "rb") as file:
        found: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return found


def scenario_yaml(scenario: Scenario) -> str:
    """A scenario as YAML that :func:`regimesim.load_scenario` reads back."""
    return "# @package _global_\n" + yaml_of(tree_of(scenario))


def _runs_table(results: Results) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = {"scenario": np.full(len(results), results.scenario.name)}
    return pa.table(columns | results.columns)


def _table(frame: Any) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)

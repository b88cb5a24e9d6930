"""Results on disk: Parquet for tables, YAML for settings, JSON for provenance.

A result is written into a folder beside its place and moved there when it is complete: whatever stands under
its own name is whole.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regimesim.results import Results, provenance_json
from regimesim.scenario import InputError, Scenario, read_scenario, tree_of

if TYPE_CHECKING:
    import pyarrow as pa

_SERIES, _CODED, _PAIRS = "yearly.npy", "happened.npz", "pair_spells.npy"
PARTIAL = ".partial-"


def save_results(results: Results, path: Path, more: Callable[[Path], object] | None = None) -> Path:
    """Write results into the new folder ``path``; ``more`` may add files before it appears.

    Raises
    ------
    InputError
        If the folder exists already or cannot be written.
    """

    def fill(folder: Path) -> None:
        import pyarrow.parquet as pq

        pq.write_table(_runs_table(results), folder / "runs.parquet")
        pq.write_table(_table(results.paths), folder / "paths.parquet")
        pq.write_table(_table(results.events), folder / "events.parquet")
        pq.write_table(_table(results.pairs), folder / "pairs.parquet")
        np.save(folder / _SERIES, results.yearly)
        np.save(folder / _PAIRS, results.pair_spells)
        np.savez_compressed(folder / _CODED, allow_pickle=False, **results.happened)
        (folder / "config.yaml").write_text(scenario_yaml(results.scenario), "utf-8")
        (folder / "provenance.json").write_text(provenance_json(results.provenance), "utf-8")
        if more is not None:
            more(folder)

    return write_folder(path, fill)


def write_folder(path: Path, fill: Callable[[Path], None]) -> Path:
    """Make a folder with everything that ``fill`` writes into it, or none at all."""
    check_absent(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=path.parent))
    except OSError as error:
        raise InputError(f"cannot write to {path.parent}: {error.strerror or error}") from None
    try:
        fill(partial)
        os.chmod(partial, 0o755)
        os.rename(partial, path)
    except OSError as error:
        _discard(partial)
        if path.exists():
            raise InputError(f"out={path} was taken by another command meanwhile; choose another") from None
        raise InputError(f"cannot write to {path}: {error.strerror or error}") from None
    except BaseException:
        _discard(partial)
        raise
    return path


def _discard(folder: Path) -> None:
    """Remove a folder, also while a library's own thread is still finishing a file in it."""
    deadline = time.monotonic() + 10  # a busy machine may let that thread wait for seconds
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists() or time.monotonic() > deadline:
            return
        time.sleep(0.05)


def check_absent(path: Path) -> None:
    """Refuse a folder to be made that is there already, or whose name cannot be."""
    try:
        path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"cannot write to {path}: {error.strerror or error}") from None
    raise InputError(f"out={path} exists already; choose another folder or remove it")


def check_writable(folder: Path) -> None:
    """Refuse a folder that nothing could be written into, before any work is done; leaves nothing behind."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise InputError(f"cannot write to {folder}: {there} is not a folder")
    try:
        with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=there):
            pass
    except OSError as error:
        raise InputError(f"cannot write to {there}: {error.strerror or error}") from None


def load_results(path: str | Path) -> Results:
    """Results from a folder that :meth:`Results.save` or the command ``run`` wrote.

    Raises
    ------
    InputError
        If the folder does not hold results, or they are damaged.
    """
    folder = Path(path)
    if not (folder / "runs.parquet").is_file():
        raise InputError(f"no results in {folder} (there is no runs.parquet)")
    try:
        return _load(folder)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"the results in {folder} are damaged: {error}") from None


def _load(folder: Path) -> Results:
    import pyarrow.parquet as pq
    import yaml

    provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
    tree = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    scenario = read_scenario(tree, str(provenance["scenario"]), str(folder / "config.yaml"))
    table = pq.read_table(folder / "runs.parquet").drop_columns(["scenario"])
    columns = {name: table[name].to_numpy() for name in table.column_names}
    with np.load(folder / _CODED) as coded:
        happened = dict(coded)
    spells = np.load(folder / _PAIRS)
    return Results(scenario, columns, np.load(folder / _SERIES), happened, provenance, spells)


def scenario_yaml(scenario: Scenario) -> str:
    """A scenario as YAML that :func:`regimesim.load_scenario` reads back."""
    import yaml

    return "# @package _global_\n" + yaml.safe_dump(tree_of(scenario), sort_keys=False, allow_unicode=True)


def _runs_table(results: Results) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = {"scenario": np.full(len(results), results.scenario.name)}
    return pa.table(columns | results.columns)


def _table(frame: Any) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)

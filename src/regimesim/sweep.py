"""Many points, many runs of each, in pieces that outlive what happens to the machine.

A sweep is a folder (:mod:`regimesim.dataset`). Doing the same sweep again goes on where it stopped; what is
already there is checked and kept. Nothing in its results depends on where, in how many pieces or in what
order it was played.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from regimesim.chunks import Rectangle
from regimesim.clusters import EngineError
from regimesim.config import SweepRequest
from regimesim.continuation import reconciled
from regimesim.dataset import LOG, SUMMARY, Folder, Keys, Manifest
from regimesim.engines import Engine, Task, carry_out, engine_of
from regimesim.expansion import Table, expand, typed
from regimesim.points import Points
from regimesim.scenario import InputError
from regimesim.simulate import Progress, check_runs
from regimesim.storage import reason, write_whole
from regimesim.swept import SweepResults, summarised
from regimesim.tabulation import tabulate

MOST_TOTAL = 10_000_000_000


def sweep(
    scenario: str | Path,
    settings: Mapping[str, Sequence[Any]] | Table,
    out: str | Path,
    runs: int = 100,
    seed: int = 0,
    *,
    overrides: Mapping[str, Any] | None = None,
    engine: Engine | str = "local",
    extend: bool = False,
    progress: Progress | None = None,
) -> SweepResults:
    """Simulate every combination of some settings, and keep all runs in a folder.

    Parameters
    ----------
    scenario : name or path
    settings : mapping of str to sequence
        The values of every swept setting: ``{"transparency.level": [0.2, 0.4], "scenario": [...]}``.
    out : path
        The folder; if a sweep like this one is there, it is gone on with.
    runs : int
        Replicates of every point; replicate i has the same luck at every point.
    seed : int in [0, 2**64)
    overrides : mapping of str to value, optional
        Settings that are the same at every point.
    engine : Engine or str
        Where it is played: ``local``, ``processes``, ``dask``, ``slurm``.
    extend : bool
        Whether runs and points may be added to the sweep that is there.
    progress : callable, optional
        Called with numbers of runs as they are done (those that were there, first).

    Raises
    ------
    InputError
        If something cannot be used, or the folder holds another sweep.

    Examples
    --------
    >>> import regimesim as rs, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = rs.sweep("anarchy", {"transparency.level": [0.2, 0.8]}, folder, runs=8)
    ...     found.summary["point"].tolist()
    [0, 1]
    """
    fixed = tuple((name, typed(value)) for name, value in (overrides or {}).items())
    tables = [{name: list(values)} for name, values in settings.items()]
    points = expand(SweepRequest(str(scenario), fixed, {}, {}, ()), tables)
    chosen = engine_of(engine, {}) if isinstance(engine, str) else engine
    return conduct(points, Path(out), runs, seed, engine=chosen, extend=extend, progress=progress)


def conduct(
    points: Points,
    folder: Path,
    runs: int,
    seed: int,
    *,
    engine: Engine,
    extend: bool = False,
    progress: Progress | None = None,
) -> SweepResults:
    """Carry out a sweep, or go on with it (arguments: :func:`sweep`).

    Raises
    ------
    InputError
    """
    check_runs(runs, seed)
    if runs * len(points) > MOST_TOTAL:
        raise InputError(f"at most {MOST_TOTAL:,} runs in a sweep; got {runs * len(points):,}")
    place = Folder(folder)
    try:
        if not place.exists and not place.vacant:
            raise InputError(f"out={folder} holds something else than a sweep; choose another folder")
        with place.alone():
            return _conduct_alone(points, place, runs, seed, engine, extend, progress)
    except EngineError as error:
        raise InputError(f"{error}.  {_kept(place)}") from None
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {reason(error)}.  {_kept(place)}") from None


def _conduct_alone(
    points: Points,
    place: Folder,
    runs: int,
    seed: int,
    engine: Engine,
    extend: bool,
    progress: Progress | None,
) -> SweepResults:
    log = _Log(place.path / LOG)
    points, manifest, changed = reconciled(points, place, runs, seed, extend)
    if changed:
        (place.path / SUMMARY).unlink(missing_ok=True)
        place.begin(points, manifest)
        log(f"{len(points):,} points of {runs:,} runs, seed {seed}")
    points, manifest = place.read()
    keys = Keys(points, manifest)
    whole, damaged = place.mend(keys)
    for name in damaged:
        log(f"not whole or not of this sweep, put into damaged/: {name}")
    advance = progress or (lambda _: None)
    missing = [chunk for chunk in manifest.chunks if chunk not in whole]
    advance(sum(chunk.runs for chunk in whole))
    if missing:
        (place.path / SUMMARY).unlink(missing_ok=True)
        log(f"{len(missing)} of {len(manifest.chunks)} chunks to be played (engine {engine.name})")
        tasks = (_task(place, points, manifest, keys, chunk) for chunk in missing)
        carry_out(engine, place.path, tasks, lambda chunk: advance(chunk.runs), log)
        place.tidy()
    if not summarised(place.path):
        _summarise(place, points, manifest)
        log("complete")
    return SweepResults(place.path, points, manifest)


def _task(place: Folder, points: Points, manifest: Manifest, keys: Keys, chunk: Rectangle) -> Task:
    some = points.take(chunk.first_point, chunk.last_point)
    core = str(manifest.about.get("core"))
    return Task(str(place.path.absolute()), some, chunk, manifest.seed, keys[chunk], core)


def _summarise(place: Folder, points: Points, manifest: Manifest) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts, wanted = place.parts(), manifest.chunks
    if gone := [chunk for chunk in wanted if chunk not in parts]:
        raise EngineError(f"{len(gone)} of {len(wanted)} parts have been taken away since they were written")
    ordered = {chunk: parts[chunk] for chunk in sorted(wanted, key=lambda c: (c.first, c.first_point))}
    buffer = io.BytesIO()
    table = pa.table(tabulate(points, manifest.runs, ordered))
    pq.write_table(table, buffer, write_page_checksum=True)
    write_whole(place.path / SUMMARY, buffer.getvalue())


def _kept(place: Folder) -> str:
    """What is on disk after a failure."""
    if not place.exists:
        return "Nothing was written."
    try:
        _, manifest = place.read()
        there = place.parts()
    except (InputError, OSError):
        return "What was written cannot be read now"
    total = sum(chunk.runs for chunk in manifest.chunks)
    done = sum(chunk.runs for chunk in manifest.chunks if chunk in there)
    return f"{done:,} of {total:,} runs are kept; the same command goes on from there"


class _Log:
    """A file that what happens is written to, a line each."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, words: str) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{datetime.now().isoformat(timespec='seconds')}  {words}\n")

"""Many points, many runs of each, in pieces that outlive what happens to the machine.

A sweep is a folder (:mod:`regimesim.sweeps.dataset`). Doing the same sweep again goes on where it stopped;
what is already there is checked and kept. Nothing in its results depends on where, in how many pieces or in
what order it was played. What counts as the same sweep is what the kernel would play, not the text of a
configuration.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from regimesim.scenario.compose import SweepRequest
from regimesim.scenario.messages import InputError, known, show
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import CHOICES, PUBLISHED, SET
from regimesim.simulation.folders import system_reason, write_whole
from regimesim.simulation.provenance import program_version
from regimesim.simulation.simulate import Progress, check_runs
from regimesim.sweeps.chunks import Rectangle, runs_of_chunk
from regimesim.sweeps.clusters import EngineError
from regimesim.sweeps.dataset import LOG, SUMMARY_FILE, Cut, Folder, Keys, Manifest, extended, new_manifest
from regimesim.sweeps.design import DesignTable, expand, typed
from regimesim.sweeps.engines import Engine, Task, carry_out, engine_of
from regimesim.sweeps.points import Points
from regimesim.sweeps.results import SweepResults, summarised
from regimesim.sweeps.summary import tabulate

MOST_TOTAL = 10_000_000_000

_ANEW = "out=DIR begins anew"


def sweep(
    scenario: str | Path,
    settings: Mapping[str, Sequence[Any]] | DesignTable,
    out: str | Path,
    runs: int = 100,
    seed: int = 0,
    *,
    overrides: Mapping[str, Any] | None = None,
    assumptions: str = PUBLISHED,
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
    assumptions : {"published", "set"}
        As in :func:`regimesim.simulate`; replicate i is played under the same draw at every point.
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
    points = expand(SweepRequest(str(scenario), fixed, {}, ()), tables)
    points = points_under(points, assumptions, tuple(overrides or ()))
    chosen = engine_of(engine, {}) if isinstance(engine, str) else engine
    return conduct(points, Path(out), runs, seed, engine=chosen, extend=extend, progress=progress)


def points_under(points: Points, assumptions: str, typed: tuple[str, ...]) -> Points:
    """The points as they are played: under the draws that fit the record, if they are asked for.

    Raises
    ------
    InputError
        If there is no such choice, or no record of the states of some world.
    """
    if known(assumptions, CHOICES, "choice of assumptions") == PUBLISHED:
        return points
    return replace(points, held=typed).under_draws()


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
        raise InputError(f"cannot write to {folder}: {system_reason(error)}.  {_kept(place)}") from None


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
        (place.path / SUMMARY_FILE).unlink(missing_ok=True)
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
        (place.path / SUMMARY_FILE).unlink(missing_ok=True)
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
    write_whole(place.path / SUMMARY_FILE, buffer.getvalue())


def _kept(place: Folder) -> str:
    """Say what is on disk after a failure."""
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


def reconciled(
    points: Points, place: Folder, runs: int, seed: int, extend: bool
) -> tuple[Points, Manifest, bool]:
    """The sweep that is to be there when this is done, and whether its manifest has to be written."""
    whole = Rectangle(0, len(points), 0, runs)
    if not place.exists:
        cut = Cut(whole, runs_of_chunk(points, runs))
        return points, new_manifest(seed, runs, [cut], scenario=points.worlds[0].name), True
    before, manifest = place.read()
    _refuse_changes(points, before, manifest, seed, place.path)
    merged = merged_points(before, points, place.path)
    if len(merged) == len(before) and runs == manifest.runs and len(points) == len(before):
        return before, manifest, False
    if extend:
        return _extended(before, merged, manifest, max(runs, manifest.runs))
    there = f"{place.path} holds a sweep of {len(before):,} points of {manifest.runs:,} runs"
    asked = f"{len(points):,} of {runs:,}"
    if len(merged) == len(before) and runs <= manifest.runs:
        raise InputError(f"{there}, more than the {asked} asked for; extend=true shows it, {_ANEW}")
    grown = f"{len(merged):,} points of {max(runs, manifest.runs):,} runs"
    raise InputError(f"{there}, not of {asked}; extend=true makes it {grown}, {_ANEW}")


def _extended(before: Points, merged: Points, manifest: Manifest, runs: int) -> tuple[Points, Manifest, bool]:
    """A sweep with replicates added to the points that are there, and points added to those."""
    size = runs_of_chunk(merged, runs)
    cuts = [
        Cut(rectangle, size)
        for rectangle in (
            Rectangle(0, len(before), manifest.runs, runs),
            Rectangle(len(before), len(merged), 0, runs),
        )
        if rectangle.runs
    ]
    return merged, extended(manifest, runs, cuts), bool(cuts)


def _refuse_changes(points: Points, before: Points, manifest: Manifest, seed: int, folder: Path) -> None:
    """Refuse to go on with a sweep whose runs would not be of one kind with those that are there."""
    about, now = manifest.about, new_manifest(seed, 1, []).about
    if seed != manifest.seed:
        raise InputError(f"{folder} holds a sweep with seed={manifest.seed}, not {seed}; {_ANEW}")
    if about.get("core") != now["core"]:
        raise InputError(
            f"{folder} was begun with another version of the model (regimesim {about.get('version')}; this "
            f"is {program_version()}): its runs would not be of one kind; "
            f"finish it with that version, or {_ANEW}"
        )
    if points.held != before.held:
        kinds = (SET if one.held is not None else PUBLISHED for one in (before, points))
        raise InputError("{} holds a sweep with assumptions={}, not {}; {}".format(folder, *kinds, _ANEW))
    if set(points.swept) != set(before.swept):
        raise InputError(f"{folder} varies {', '.join(before.swept)}, not {', '.join(points.swept)}; {_ANEW}")


def merged_points(before: Points, points: Points, folder: Path) -> Points:
    """The points that were there, then those that are new.

    Raises
    ------
    InputError
        If a point that was there would be another world now.
    """
    names = before.swept
    rows = [list(zip(*(p.columns[name].tolist() for name in names), strict=True)) for p in (before, points)]
    position = {row: k for k, row in enumerate(rows[0])}
    old, new = identities(before), identities(points)
    fresh = []
    for k, row in enumerate(rows[1]):
        if row not in position:
            fresh.append(k)
        elif old[before.world[position[row]]] != new[points.world[k]]:
            difference = _first_difference(before.scenario(position[row]), points.scenario(k))
            raise InputError(f"{folder} holds a sweep of another world{difference}; {_ANEW}")
    if not fresh:
        return before
    added = points.select(np.array(fresh))
    return Points(
        (*before.worlds, *added.worlds),
        np.concatenate([before.world, added.world + len(before.worlds)]),
        {name: np.concatenate([before.columns[name], added.columns[name]]) for name in names},
        (*before.places, *added.places),
        before.held,
    )


def identities(points: Points) -> list[str]:
    """A name for what each world plays, apart from the settings that are swept in it."""
    found = []
    for number in range(len(points.worlds)):
        alone = points.select(np.flatnonzero(points.world == number)[:1])
        digest = hashlib.sha256()
        for batch in alone.batches():
            for array in alone.without_swept(batch.design):
                digest.update(np.ascontiguousarray(array).tobytes())
        found.append(digest.hexdigest())
    return found


def _first_difference(one: Scenario, other: Scenario) -> str:
    """The first setting in which two worlds differ, in words."""
    for a, b in zip(one.phases, other.phases, strict=False):
        for name, value in a.parameters.items():
            if value != b.parameters[name]:
                return f": {name} was {show(value)}, not {show(b.parameters[name])}"
    if one.states != other.states:
        return ": its states were others"
    if one.years != other.years:
        return f": {one.years:g} years, not {other.years:g}"
    return ""

"""Many points, many runs of each, in pieces that outlive what happens to the machine.

A sweep is a folder (:mod:`regimesim.sweeps.dataset`). Doing the same sweep again goes on where it stopped;
what is already there is checked and kept. Nothing in its results depends on where, in how many pieces or in
what order it was played. What counts as the same sweep is what the kernel would play, not the text of a
configuration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.compose import Overrides, SweepRequest, assignments, load_scenario
from regimesim.scenario.messages import InputError, known, show, spelt
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import CHOICES, PUBLISHED, SET
from regimesim.simulation.folders import system_reason
from regimesim.simulation.mechanisms.extension import NO_EXTENSION, Extension
from regimesim.simulation.mechanisms.mechanism import Mechanism
from regimesim.simulation.provenance import PYTHON, program_version
from regimesim.simulation.simulate import Progress, check_runs
from regimesim.sweeps.chunks import Rectangle, runs_of_chunk
from regimesim.sweeps.clusters import EngineError
from regimesim.sweeps.dataset import (
    DESIGN,
    LOG,
    MANIFEST,
    Cut,
    DamagedSweep,
    Folder,
    Keys,
    Manifest,
    extended,
    new_manifest,
)
from regimesim.sweeps.design import DesignTable, expand
from regimesim.sweeps.engines import Engine, Task, carry_out, engine_of
from regimesim.sweeps.parts import Damaged, Parts, read_summary, remove_summary, write_summary
from regimesim.sweeps.points import Points
from regimesim.sweeps.results import SweepResults
from regimesim.sweeps.summary import SummaryTable, tabulate

if TYPE_CHECKING:
    from regimesim.simulation.mechanisms.minds import Agents

MOST_TOTAL = 10_000_000_000


def _anew() -> str:
    return spelt("out=DIR begins anew", "another folder begins anew")


def _more() -> str:
    return spelt("extend=true", "extend=True")


@argument_kinds
def sweep(
    scenario: Scenario | Mapping[str, Any] | str | Path,
    settings: Mapping[str, Sequence[Any]] | DesignTable,
    out: str | Path,
    runs: int = 100,
    seed: int = 0,
    *,
    overrides: Overrides = (),
    assumptions: str = PUBLISHED,
    engine: Engine | str = "local",
    extend: bool = False,
    progress: Progress | None = None,
    mechanisms: Sequence[Mechanism] = (),
    agents: Agents | None = None,
) -> SweepResults:
    """Simulate every combination of some settings, and keep all runs in a folder.

    Parameters
    ----------
    scenario : Scenario, name, path or mapping
    settings : mapping of str to sequence
        The values of every swept setting: ``{"transparency.level": [0.2, 0.4], "scenario": [...]}``.
    out : path
        The folder; if a sweep like this one is there, it is gone on with.
    runs : int
        Replicates of every point; replicate i has the same luck at every point.
    seed : int in [0, 2**64)
    overrides : mapping of str to value, or sequence of str
        Settings that are the same at every point, as of :func:`regimesim.load_scenario`.
    assumptions : {"published", "set"}
        As in :func:`regimesim.simulate`; replicate i is played under the same draw at every point.
    engine : Engine or str
        Where it is played: ``local``, ``processes``, ``dask``, ``slurm``.
    extend : bool
        Whether runs and points may be added to the sweep that is there.
    progress : callable, optional
        Called with numbers of runs as they are done (those that were there, first).
    mechanisms, agents
        Mechanisms, and states in Python, as of :func:`regimesim.simulate`; each is the same at every point.
        With other engines than ``local`` their classes must stand in a module that workers can import.

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
    tables = [{name: list(values)} for name, values in settings.items()]
    if not isinstance(scenario, Scenario | str | Path):
        scenario = load_scenario(scenario)
    base = scenario if isinstance(scenario, Scenario) else None
    fixed = tuple(assignments(overrides))
    points = expand(SweepRequest("" if base else str(scenario), fixed, {}, ()), tables, base)
    points = points_under(points, assumptions, tuple(name.lstrip("+") for name, _ in fixed))
    chosen = engine_of(engine, {}) if isinstance(engine, str) else engine
    extension = Extension.of(mechanisms, agents)
    return conduct(
        points, Path(out), runs, seed, engine=chosen, extend=extend, progress=progress, extension=extension
    )


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
    extension: Extension = NO_EXTENSION,
) -> SweepResults:
    """Carry out a sweep, or go on with it (arguments: :func:`sweep`).

    Raises
    ------
    InputError
    """
    check_runs(runs, seed)
    runs, seed = int(runs), int(seed)
    if runs * len(points) > MOST_TOTAL:
        raise InputError(f"at most {MOST_TOTAL:,} runs in a sweep; got {runs * len(points):,}")
    place = Folder(folder)
    try:
        if not (place.exists or place.vacant or place.candidates()):
            raise InputError(
                f"{spelt('out=', '')}{folder} holds something else than a sweep; choose another folder"
            )
        with place.alone():
            return _conduct_alone(points, place, runs, seed, engine, extend, progress, extension)
    except EngineError as error:
        raise InputError(f"{error}.  {_kept_parts(place)}") from None
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {system_reason(error)}.  {_kept_parts(place)}") from None


def _conduct_alone(
    points: Points,
    place: Folder,
    runs: int,
    seed: int,
    engine: Engine,
    extend: bool,
    progress: Progress | None,
    extension: Extension,
) -> SweepResults:
    log = _Log(place.path / LOG)
    about = extension.about()
    for name in repaired(points, place, runs, seed, about):
        log(f"missing or damaged, written anew: {name}")
    points, manifest, changed = reconciled(points, place, runs, seed, extend, about)
    if changed:
        remove_summary(place.path)
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
        remove_summary(place.path)
        log(f"{len(missing)} of {len(manifest.chunks)} chunks to be played (engine {engine.name})")
        tasks = (_task(place, points, manifest, keys, chunk, extension) for chunk in missing)
        carry_out(engine, place.path, tasks, lambda chunk: advance(chunk.runs), log)
        place.tidy()
    parts = Parts(place, points, manifest)
    if not _summarised(parts):
        _summarise(points, parts)
        log("complete")
    return SweepResults(place.path, points, manifest)


def _task(
    place: Folder, points: Points, manifest: Manifest, keys: Keys, chunk: Rectangle, extension: Extension
) -> Task:
    some = points.take(chunk.first_point, chunk.last_point)
    core = str(manifest.about.get("core"))
    return Task(str(place.path.absolute()), some, chunk, manifest.seed, keys[chunk], core, extension)


def _summarise(points: Points, parts: Parts) -> None:
    try:
        write_summary(parts, table_of(points, parts))
    except Damaged as error:
        raise EngineError(str(error)) from None


def table_of(points: Points, parts: Parts) -> SummaryTable:
    """Make the summary of all parts."""
    return tabulate(points, parts.manifest.runs, parts.chunks, parts.table, parts.own_columns())


def _summarised(parts: Parts) -> bool:
    """Tell whether there is a summary, whole and of these parts."""
    try:
        read_summary(parts)
    except Damaged:
        return False
    return True


def _kept_parts(place: Folder) -> str:
    """Say what is on disk after a failure."""
    if not place.exists:
        return "Nothing was written."
    try:
        _, manifest = place.read()
        there = place.candidates()
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


def repaired(
    points: Points,
    place: Folder,
    runs: int,
    seed: int,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> list[str]:
    """Write the manifest and the design anew where they are damaged and this command says what stood in them.

    The manifest knows its points by their checksum; parts know by theirs which points, seed and version of
    the model they belong to. So nothing is mended on the word of the command alone.

    Returns
    -------
    list of str
        The files that were written anew.

    Raises
    ------
    InputError
        If they are damaged and this command is of another sweep.
    """
    if place.vacant:
        return []
    damage = _damage_of(place)
    for there in (_readable(place), _readable(place, points)):
        if there is not None and (place.holds_some_of(Keys(*there)) or not place.candidates()):
            if not damage:
                return []
            remove_summary(place.path)
            place.write_design(there[0])
            return [DESIGN]
    manifest = _new_manifest(points, runs, seed, about)
    if place.holds_some_of(Keys(points, manifest)):  # and none of the manifest that is there
        remove_summary(place.path)
        place.begin(points, manifest)
        return [DESIGN, MANIFEST]
    if damage:
        raise InputError(
            f"{damage}; the command that made it writes it anew, with all its points, runs and seed; "
            f"{_anew()}"
        )
    return []


def _damage_of(place: Folder) -> str:
    """Say what is wrong with manifest and design; nothing if nothing is."""
    try:
        place.read()
    except DamagedSweep as error:
        return str(error)
    return ""


def _readable(place: Folder, points: Points | None = None) -> tuple[Points, Manifest] | None:
    """Manifest and points, those of the command if they are given; None if they do not fit each other."""
    try:
        return place.read(listed=False, points=points)
    except DamagedSweep:
        return None


def _new_manifest(points: Points, runs: int, seed: int, about: Mapping[str, Any]) -> Manifest:
    cut = Cut(Rectangle(0, len(points), 0, runs), runs_of_chunk(points, runs))
    return new_manifest(seed, runs, [cut], scenario=points.worlds[0].name, **about)


def reconciled(
    points: Points,
    place: Folder,
    runs: int,
    seed: int,
    extend: bool,
    about: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Points, Manifest, bool]:
    """The sweep that is to be there when this is done, and whether its manifest has to be written.

    ``about``: what its manifest says of mechanisms and states in Python.
    """
    if not place.exists:
        return points, _new_manifest(points, runs, seed, about), True
    before, manifest = place.read()
    _refuse_changes(points, before, manifest, seed, place.path)
    if manifest.about.get(PYTHON) != about.get(PYTHON):
        raise InputError(
            f"{place.path} holds a sweep with other mechanisms or states in Python, or with other code of "
            f"theirs; {_anew()}"
        )
    merged = merged_points(before, points, place.path)
    if len(merged) == len(before) and runs == manifest.runs and len(points) == len(before):
        return before, manifest, False
    if extend:
        return _extended(before, merged, manifest, max(runs, manifest.runs))
    there = f"{place.path} holds a sweep of {len(before):,} points of {manifest.runs:,} runs"
    asked = f"{len(points):,} of {runs:,}"
    if len(merged) == len(before) and runs <= manifest.runs:
        raise InputError(f"{there}, more than the {asked} asked for; {_more()} shows it, {_anew()}")
    grown = f"{len(merged):,} points of {max(runs, manifest.runs):,} runs"
    raise InputError(f"{there}, not of {asked}; {_more()} makes it {grown}, {_anew()}")


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
        raise InputError(f"{folder} holds a sweep with seed={manifest.seed}, not {seed}; {_anew()}")
    if about.get("core") != now["core"]:
        raise InputError(
            f"{folder} was begun with another version of the model (regimesim {about.get('version')}; this "
            f"is {program_version()}): its runs would not be of one kind; "
            f"finish it with that version, or {_anew()}"
        )
    if points.held != before.held:
        kinds = (SET if one.held is not None else PUBLISHED for one in (before, points))
        raise InputError("{} holds a sweep with assumptions={}, not {}; {}".format(folder, *kinds, _anew()))
    if set(points.swept) != set(before.swept):
        raise InputError(
            f"{folder} varies {', '.join(before.swept)}, not {', '.join(points.swept)}; {_anew()}"
        )


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
            raise InputError(f"{folder} holds a sweep of another world{difference}; {_anew()}")
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

"""What is there of a sweep, and what is asked: to begin, to go on, to extend or to refuse.

What counts as the same sweep is what the kernel would play, not the text of a configuration.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from regimesim.chunks import Rectangle, runs_of_chunk
from regimesim.dataset import Cut, Folder, Manifest, extended, new_manifest
from regimesim.parameters import show
from regimesim.points import Points
from regimesim.provenance import program_version
from regimesim.scenario import InputError, Scenario

_ANEW = "out=DIR begins anew"


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
            difference = _difference(before.scenario(position[row]), points.scenario(k))
            raise InputError(f"{folder} holds a sweep of another world{difference}; {_ANEW}")
    if not fresh:
        return before
    added = points.select(np.array(fresh))
    return Points(
        (*before.worlds, *added.worlds),
        np.concatenate([before.world, added.world + len(before.worlds)]),
        {name: np.concatenate([before.columns[name], added.columns[name]]) for name in names},
        (*before.places, *added.places),
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


def _difference(one: Scenario, other: Scenario) -> str:
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

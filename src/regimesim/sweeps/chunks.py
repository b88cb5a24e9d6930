"""Pieces of a design: some replicates of some points, played as one task and measured as one table.

A *rectangle* is every one of some replicates of every one of some points. It is cut into *chunks*
replicates first, so that a design of which a part has been played is equally far at all its points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from regimesim.core.lanes import Lanes
from regimesim.simulation.mechanisms.extension import NO_EXTENSION, Extension
from regimesim.simulation.simulate import Columns, Progress, lanes_for, measure, on_threads
from regimesim.sweeps.points import Batch, Points, Positions

SECONDS_A_STEP = 17e-9
"""Time of one directed pair in one round, roughly: 0.17 ms for five powers and a hundred years."""

SECONDS_A_CHUNK = 3.0
LEAST_RUNS = 256
"""Runs in a chunk of a small design: fewer would fill the processor's vectors badly."""
MOST_RUNS_OF_CHUNK = 100_000
"""So that the table of a chunk stays within some tens of megabytes, however cheap its runs are."""

ChunkWatch = Callable[[Lanes], Columns]
"""Plays a block of lanes and says what is kept of each; ``point`` is filled in afterwards."""


class Rectangle(NamedTuple):
    """Points ``first_point`` to ``last_point - 1`` by replicates ``first`` to ``last - 1``."""

    first_point: int
    last_point: int
    first: int
    last: int

    @property
    def runs(self) -> int:
        """Number of runs that it holds."""
        return (self.last_point - self.first_point) * (self.last - self.first)


def runs_of_chunk(points: Points, runs: int) -> int:
    """Count the runs of a chunk of a few seconds; at least sixteen chunks where there is enough to do.

    Depends on the design alone, so that a sweep is cut in the same way on every machine.
    """
    steps = max(world.rounds * len(world.states) ** 2 for world in points.worlds)
    by_time = SECONDS_A_CHUNK / (SECONDS_A_STEP * steps)
    by_share = runs * len(points) / 16
    return max(1, int(min(by_time, MOST_RUNS_OF_CHUNK, max(by_share, LEAST_RUNS))))


def cut(rectangle: Rectangle, size: int) -> list[Rectangle]:
    """A rectangle in pieces of at most ``size`` runs, the first replicates of all points first."""
    count = rectangle.last_point - rectangle.first_point
    points = min(count, size)
    replicates = max(1, size // points)
    return [
        Rectangle(a, min(a + points, rectangle.last_point), r, min(r + replicates, rectangle.last))
        for r in range(rectangle.first, rectangle.last, replicates)
        for a in range(rectangle.first_point, rectangle.last_point, points)
    ]


def to_the_horizon(lanes: Lanes) -> Columns:
    """Play a block to its end; the columns of ``Results.runs``."""
    lanes.play(lanes.design.rounds)
    return measure(lanes)


def play_chunk(
    points: Points,
    chunk: Rectangle,
    seed: int,
    watch: ChunkWatch = to_the_horizon,
    extension: Extension = NO_EXTENSION,
) -> Columns:
    """A row per run of a chunk, in the order of points, then replicates.

    Parameters
    ----------
    points : Points
        Those of the chunk only: ``points.take(chunk.first_point, chunk.last_point)``.
    chunk : Rectangle
    seed : int
    watch : callable
        What is done with each block (what it raises ends the chunk); the columns of ``Results.runs`` unless
        told otherwise.
    extension : Extension
        Mechanisms, and states in Python.
    """

    parts, places = [], []
    replicates = np.arange(chunk.first, chunk.last)
    for batch in points.batches():
        which = np.repeat(np.arange(len(batch.chosen)), len(replicates))
        luck = np.tile(replicates, len(batch.chosen))
        for block in _slices(len(which), lanes_for(batch.design)):
            lanes = _lanes_of(points, batch, which[block], luck[block], seed, extension)
            measured = watch(lanes)
            measured["point"] = batch.chosen[which[block]] + chunk.first_point
            parts.append(measured)
        places.append(batch.chosen[which])
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(np.concatenate(places), kind="stable")
    return {name: column[order] for name, column in table.items()}


def _lanes_of(
    points: Points, batch: Batch, which: Positions, luck: Positions, seed: int, extension: Extension
) -> Lanes:
    design, places = batch.design, which
    if points.held is not None:
        design, places = points.drawn(batch, which, luck), np.arange(len(which))
    if not extension:
        return Lanes(design, places, luck, seed)
    first = int(batch.chosen[which[0]])
    return extension.lanes(design, places, luck, seed, lambda _: points.scenario(first))


def play_points(
    points: Points,
    runs: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    watch: ChunkWatch = to_the_horizon,
) -> Columns:
    """Every replicate of every point, in memory: a row per run, points in order, then replicates.

    Replicate i has the same luck at every point. What would not fit into memory is a sweep's business
    (:mod:`regimesim.sweep`).
    """
    size = min(runs_of_chunk(points, runs), max(LEAST_RUNS, runs * len(points) // 8))
    chunks = cut(Rectangle(0, len(points), 0, runs), size)

    def play(chunk: Rectangle) -> Columns:
        played = play_chunk(points.take(chunk.first_point, chunk.last_point), chunk, seed, watch)
        if progress is not None:
            progress(chunk.runs)
        return played

    parts = on_threads(play, chunks, workers)
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((table["replicate"], table["point"]))
    return {name: column[order] for name, column in table.items()}


def _slices(count: int, size: int) -> Iterator[slice]:
    for first in range(0, count, size):
        yield slice(first, min(count, first + size))

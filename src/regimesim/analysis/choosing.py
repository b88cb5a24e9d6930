"""Choice among changes of an order that a search has found, on luck of its own.

A change is *pruned* by putting back levers whose move does nothing, and *shrunk* by moving all of them less.

The *division* of a change is how its cost falls to kinds of levers, in thirds: changes of one division are
one way, of which the cheapest is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.changes import CHOICE, SEARCH, Changes
from regimesim.analysis.diversity import Archive, divisions
from regimesim.simulation.simulate import Progress
from regimesim.stats.estimates import Floats
from regimesim.stats.frontier import nondominated

CHOICE_RUNS, SHRINKING_RUNS = 400, 1000
"""Runs of each change among which some are chosen, and of those that are shrunk."""
MOST_FRONTIER, MOST_WAYS = 8, 6
"""Changes of the frontier, and ways, that are chosen."""
GAIN = 0.02
"""Least gain that is reported, as a share of the most there could be."""
_NEARLY = 0.9
SHRINKING = 5
"""Halvings of the part of a change that still suffices."""

RowNumbers = NDArray[np.intp]


class Selection(NamedTuple):
    """Changes that are to be told.

    Attributes
    ----------
    frontier, ways : float arrays (*, n)
        By rising cost; the ways by falling value where none reaches the aim.
    reached : bool
        Whether the ways reach the aim.
    """

    frontier: Floats
    ways: Floats
    reached: bool


def choose(changes: Changes, archive: Archive, runs: int, progress: Progress | None = None) -> Selection:
    """Choose the frontier and the ways among what a search has found.

    Parameters
    ----------
    changes : Changes
    archive : Archive
    runs : int
        Of the search, for pruning.
    progress : callable, optional
    """

    def searched(moves: Floats) -> Floats:
        return np.asarray(changes.values(moves, runs, SEARCH, progress).mean(axis=1))

    def afresh(moves: Floats, runs: int = CHOICE_RUNS) -> Floats:
        return np.asarray(changes.values(moves, runs, CHOICE, progress).mean(axis=1))

    wanted, cost = changes.aim.wanted, changes.cost(archive.moves)
    best = nondominated(cost, archive.value)
    ways = candidates(divisions_of(changes, archive.moves), cost, archive.value, wanted)
    rows, floors = np.concatenate([best, ways]), np.append(archive.value[best], np.full(len(ways), wanted))
    some = pruned(archive.moves[rows], np.minimum(floors, archive.value[rows]), changes.prices, searched)
    some = np.unique(np.concatenate([np.zeros((1, some.shape[1])), some]), axis=0)
    value = afresh(some)
    published = float(value[changes.cost(some) == 0][0])
    kept, reached = _ways(changes, some, value, published)
    if reached:
        kept = shrunk(kept, wanted, partial(afresh, runs=SHRINKING_RUNS))
        some, value = np.concatenate([some, kept]), np.append(value, afresh(kept))
        kept = kept[np.argsort(changes.cost(kept), kind="stable")]
    front = nondominated(changes.cost(some), value)
    front = front[climbing(value[front], published, GAIN * changes.most)]
    return Selection(some[thinned(front)], kept, reached)


def divisions_of(changes: Changes, moves: Floats) -> RowNumbers:
    """The division of each change, as the number of the nearest one in thirds."""
    parts = changes.division(moves)
    thirds = divisions(parts.shape[1])
    return np.asarray(((parts[:, None] - thirds) ** 2).sum(axis=-1).argmin(axis=1), np.intp)


def unlike(moves: Floats) -> RowNumbers:
    """Of several changes, in their order, those that do not contain one before.

    A change contains another if it moves all levers of it to the same sides, and nearly as far or further.
    """
    kept: list[int] = []
    for row, move in enumerate(moves):
        contains = (np.sign(moves[kept]) * move >= _NEARLY * np.abs(moves[kept])).all(axis=1)
        if not contains.any():
            kept.append(row)
    return np.array(kept, np.intp)


def climbing(value: Floats, least: float, gain: float) -> RowNumbers:
    """Of rising values those that are higher by so much than the one kept before, at first than ``least``."""
    kept: list[int] = []
    for place, one in enumerate(value):
        if one >= least + gain:
            kept.append(place)
            least = float(one)
    return np.array(kept, np.intp)


def candidates(division: RowNumbers, cost: Floats, value: Floats, wanted: float) -> RowNumbers:
    """Of each division the cheapest change that reaches what is wanted, or else the best one."""
    found = []
    for one in np.unique(division[cost > 0]):
        mine = np.flatnonzero((division == one) & (cost > 0))
        enough = mine[value[mine] >= wanted]
        found.append(enough[np.argmin(cost[enough])] if len(enough) else mine[np.argmax(value[mine])])
    return np.array(found, np.intp)


def _ways(changes: Changes, some: Floats, value: Floats, published: float) -> tuple[Floats, bool]:
    """The ways to the aim, and whether they reach it; none where nothing has to be changed."""
    wanted, cost = changes.aim.wanted, changes.cost(some)
    if published >= wanted:
        return some[:0], False
    rows = candidates(divisions_of(changes, some), cost, value, wanted)
    reached = bool((value[rows] >= wanted).any())
    better = rows[value[rows] >= wanted] if reached else rows[value[rows] >= published + GAIN * changes.most]
    ranked = better[np.argsort(cost[better] if reached else -value[better], kind="stable")]
    return some[ranked[unlike(some[ranked])][:MOST_WAYS]], reached


def pruned(moves: Floats, floor: Floats, prices: Floats, evaluate: Callable[[Floats], Floats]) -> Floats:
    """Put levers back whose move does nothing, one by one, the cheapest first.

    Parameters
    ----------
    moves : float array (C, n)
    floor : float array (C,)
        Below which what comes of a change must not fall.
    prices : float array (n,)
    evaluate : callable
    """
    moves = moves.copy()
    order = np.argsort(np.abs(moves) * prices, axis=1, kind="stable")
    for lever in order.T:
        rows = np.flatnonzero(moves[np.arange(len(moves)), lever] != 0)
        rows = rows[(moves[rows] != 0).sum(axis=1) > 1]
        if not len(rows):
            continue
        without = moves[rows].copy()
        without[np.arange(len(rows)), lever[rows]] = 0.0
        enough = evaluate(without) >= floor[rows]
        moves[rows[enough]] = without[enough]
    return moves


def shrunk(moves: Floats, wanted: float, evaluate: Callable[[Floats], Floats]) -> Floats:
    """Move all levers of each change less far by the same factor, as long as what is wanted is reached."""
    low, high = np.zeros(len(moves)), np.ones(len(moves))
    for _ in range(SHRINKING):
        middle = (low + high) / 2
        enough = evaluate(moves * middle[:, None]) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(moves * high[:, None])


def thinned(places: RowNumbers, most: int = MOST_FRONTIER) -> RowNumbers:
    """Some of many places, the first and the last among them."""
    if len(places) <= most:
        return places
    return places[np.unique(np.linspace(0, len(places) - 1, most).round().astype(np.intp))]

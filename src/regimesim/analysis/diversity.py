"""Search for changes of an order that do well at each cost, and in different ways: quality diversity.

An archive has a cell for each level of cost and each division of it among kinds of levers (thirds of it to
each), and keeps in it the change that does best. It is filled from moves of one lever and of two, then by
evolution strategies that start anew from what the archive holds and are rewarded for improving any cell of
it, and by recombination of what it holds. The result is a best change *found* in each cell, no proof that
there is no better one.

References
----------
Mouret & Clune 2015, arXiv 1504.04909 (MAP-Elites). Vassiliades, Chatzilygeroudis & Mouret 2018, *IEEE
Transactions on Evolutionary Computation* 22(4), 623-630 (cells around centroids). Fontaine, Togelius,
Nikolaidis & Hoover 2020, GECCO, 94-102 (evolution strategies that improve an archive). Tjanaka et al. 2023,
GECCO, 220-229 (the library ``ribs``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.scenario.messages import InputError
from regimesim.stats.estimates import Floats

COST_LEVELS, THIRDS = 10, 3
"""Levels of cost up to the budget, and the parts into which a cost is divided."""
BUDGET_SHARES = (0.25, 0.5, 0.75, 1.0)
"""Shares of the budget, or of the way if that is less, of the moves of single levers."""
LEADING = 8
"""Moves of single levers that are put together in pairs."""
_DEAD = 0.15
"""Numbers of a solution below it move nothing: few levers are moved at a time."""
_EMITTERS, _BATCH, _FIRST_STEP = 3, 12, 0.3
_RECOMBINED, _ISO, _ALONG = 24, 0.05, 0.3


@dataclass(frozen=True)
class Space:
    """Changes that may be tried.

    Attributes
    ----------
    prices : float array (n,)
        Of each lever.
    room : bool array (n, 2)
        Whether it can be moved down, and up.
    budget : float
        Cost at most.
    division : function of moves (C, n) to (C, kinds)
    """

    prices: Floats
    room: NDArray[np.bool_]
    budget: float
    division: Callable[[Floats], Floats]

    def decoded(self, solutions: Floats) -> Floats:
        """Changes that solutions stand for, (C, n): within the ranges and the budget, with few levers."""
        beyond = np.maximum(np.abs(solutions) - _DEAD, 0.0) / (1.0 - _DEAD)
        moves = np.sign(solutions) * np.minimum(beyond, 1.0)
        free = np.where(moves < 0, self.room[:, 0], self.room[:, 1])
        return self.within(np.where(free, moves, 0.0))

    def within(self, moves: Floats) -> Floats:
        """The same changes, those that cost too much moved less far."""
        cost = np.abs(moves) @ self.prices
        part = np.minimum(1.0, np.divide(self.budget, cost, out=np.ones_like(cost), where=cost > 0))
        return np.asarray(moves * part[:, None])

    def encoded(self, moves: Floats) -> Floats:
        """Solutions that stand for changes."""
        return np.where(moves == 0, 0.0, np.sign(moves) * (_DEAD + (1.0 - _DEAD) * np.abs(moves)))

    def measures(self, moves: Floats) -> Floats:
        """Place changes in the archive: by the cost as a share of the budget, and by the division of it."""
        cost = np.abs(moves) @ self.prices / self.budget
        return np.column_stack([cost, self.division(moves)])

    def singles(self) -> Floats:
        """Moves of one lever each, to both sides."""
        moves = []
        for lever, side in zip(*np.nonzero(self.room), strict=True):
            most = min(1.0, self.budget / self.prices[lever])
            for part in BUDGET_SHARES:
                move = np.zeros(len(self.prices))
                move[lever] = (-1.0, 1.0)[side] * part * most
                moves.append(move)
        return np.array(moves)

    def pairs(self, moves: Floats) -> Floats:
        """Each two of some moves of single levers, half and half."""
        both = [(one + other) / 2 for one, other in combinations(moves, 2) if not (one * other).any()]
        return self.within(np.array(both)) if both else np.zeros((0, len(self.prices)))


class Archive(NamedTuple):
    """Changes found, at most one in each cell.

    Attributes
    ----------
    moves : float array (C, n)
    value : float array (C,)
    tried : int
        Changes that were evaluated.
    """

    moves: Floats
    value: Floats
    tried: int


Evaluate = Callable[[Floats], Floats]
"""Function from changes to their values, (C, n) to (C,)."""


def ribs_or_refusal() -> tuple[Any, Any, Any]:
    """The parts of ``ribs`` that are used.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        from ribs import archives, emitters, schedulers
    except ImportError:
        raise InputError('different ways are searched by ribs: pip install "regimesim[remedies]"') from None
    return archives, emitters, schedulers


def divisions(kinds: int) -> Floats:
    """All divisions of a cost among kinds, in thirds, (divisions, kinds)."""
    whole = [parts for parts in product(range(THIRDS + 1), repeat=kinds) if sum(parts) == THIRDS]
    return np.array(whole) / THIRDS


def centroids(kinds: int) -> Floats:
    """Cells by level of cost and division of it, (cells, 1 + kinds)."""
    levels = (np.arange(COST_LEVELS) + 0.5) / COST_LEVELS
    return np.array([(level, *parts) for level in levels for parts in divisions(kinds)])


def diverse(space: Space, evaluate: Evaluate, tries: int, seed: int) -> Archive:
    """Fill an archive of changes.

    Parameters
    ----------
    space : Space
    evaluate : callable
    tries : int
        Changes to be evaluated at most; moves of single levers and of pairs among them.
    seed : int
        Of the search; what comes of a change has luck of its own.
    """
    archives, emitters, schedulers = ribs_or_refusal()
    size, kinds = len(space.prices), space.division(np.zeros((1, len(space.prices)))).shape[1]
    seeds = np.random.SeedSequence((seed, size)).generate_state(_EMITTERS + 2).tolist()
    archive = archives.CVTArchive(
        solution_dim=size, centroids=centroids(kinds), ranges=[(0.0, 1.0)] * (1 + kinds), seed=seeds.pop()
    )
    tried = _begin(space, evaluate, archive, tries)
    scheduler = schedulers.Scheduler(archive, _sources(archive, emitters, seeds))
    while tried + _EMITTERS * _BATCH + _RECOMBINED <= tries:
        moves = space.decoded(scheduler.ask())
        scheduler.tell(evaluate(moves), space.measures(moves))
        tried += len(moves)
    return Archive(space.decoded(archive.data("solution")), archive.data("objective"), tried)


def _sources(archive: Any, emitters: Any, seeds: Sequence[int]) -> list[Any]:
    """Evolution strategies that begin at the best of an archive, and recombination of what it holds."""
    best = archive.data("solution")[np.argsort(-archive.data("objective"), kind="stable")]
    strategies = [
        emitters.EvolutionStrategyEmitter(
            archive, x0=best[k % len(best)], sigma0=_FIRST_STEP, batch_size=_BATCH, seed=seeds[k]
        )
        for k in range(_EMITTERS)
    ]
    crossing = emitters.IsoLineEmitter(
        archive, iso_sigma=_ISO, line_sigma=_ALONG, x0=best[0], batch_size=_RECOMBINED, seed=seeds[_EMITTERS]
    )
    return [*strategies, crossing]


def _begin(space: Space, evaluate: Evaluate, archive: Any, tries: int) -> int:
    """Put moves of single levers and of pairs into an archive; how many there were."""
    singles = space.singles()[:tries]
    values = evaluate(singles)
    archive.add(space.encoded(singles), values, space.measures(singles))
    order = np.argsort(-values, kind="stable")
    leading: list[int] = []
    for row in order:  # the best of each lever
        if not any((singles[row] * singles[other]).any() for other in leading):
            leading.append(int(row))
    pairs = space.pairs(singles[leading[:LEADING]])[: max(0, tries - len(singles))]
    if len(pairs):
        archive.add(space.encoded(pairs), evaluate(pairs), space.measures(pairs))
    return len(singles) + len(pairs)

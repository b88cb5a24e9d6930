"""Smallest moves of levers that give some odds, before one round of a history.

The chance need not grow with the move: a lever may do good up to a point and harm beyond. So some shares of
the way are tried, from small to large, to each side, and the step before the first that suffices is halved a
few times. What is found is a smallest move of that grid, no proof that no smaller one would do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from regimesim.analysis.forks import Move
from regimesim.analysis.futures import Marks, Places
from regimesim.analysis.levers import Lever

MOVE_FUTURES, SCREENED = 400, 50
"""Futures of each move that may suffice, and those after which others are put aside."""
SHARES_TRIED, HALVINGS = (0.25, 0.5, 0.75, 1.0), 4
"""Shares of the way that are tried, and how often the step before the first that suffices is halved."""
_PUT_ASIDE = 3.0
"""Standard errors below the odds wanted."""

MoveOutcomes = Callable[[Sequence[Move | None], Places], Marks]
"""Tells for some moves, and some futures by number, in which of them it stands: (moves, futures)."""


class Found(NamedTuple):
    """Moves of one lever.

    Attributes
    ----------
    smallest : float in [-1, 1]
        That gives the odds; NaN if none does.
    best, chance : float
        The move with the highest chance among those tried, and that chance.
    """

    smallest: float
    best: float
    chance: float


class _Tried:
    """Chances of moves, each as far as it has been played."""

    def __init__(self, outcomes: MoveOutcomes, futures: int) -> None:
        self.outcomes, self.futures = outcomes, np.arange(futures)
        self.chance: dict[Move, float] = {}

    def play(self, moves: Sequence[Move]) -> None:
        """Give these moves all futures, if they have not had them."""
        new = [move for move in dict.fromkeys(moves) if move not in self.chance]
        if new:
            chances = self.outcomes(new, self.futures).mean(axis=1)
            self.chance |= zip(new, chances.tolist(), strict=True)

    def screen(self, moves: Sequence[Move], odds: float) -> None:
        """Give these moves a few futures, and all of them to those that may still reach the odds."""
        few = self.futures[:SCREENED]
        stands = self.outcomes(moves, few)
        least = odds - _PUT_ASIDE * math.sqrt(odds * (1 - odds) / len(few))
        chances = stands.mean(axis=1).tolist()
        on = [row for row, chance in enumerate(chances) if chance >= least]
        rest = self.futures[SCREENED:]
        if on and len(rest):
            more = self.outcomes([moves[row] for row in on], rest)
            for row, values in zip(on, more, strict=True):
                chances[row] = float(np.concatenate([stands[row], values]).mean())
        self.chance |= zip(moves, chances, strict=True)


def smallest_moves(
    outcomes: MoveOutcomes, sides: Sequence[tuple[Lever, int]], odds: float, futures: int = MOVE_FUTURES
) -> dict[Lever, Found]:
    """Find for each lever the smallest move that gives the odds.

    Parameters
    ----------
    outcomes : callable
    sides : sequence of (Lever, -1 or 1)
        The levers, and the sides to which they can be moved.
    odds : float
    futures : int
    """
    tried = _Tried(outcomes, futures)
    tried.screen([(lever, side * part) for lever, side in sides for part in SHARES_TRIED], odds)
    brackets = {one: ends for one in sides if (ends := _bracket(tried, *one, odds))}
    for _ in range(HALVINGS):
        middles = {one: (low + high) / 2 for one, (low, high) in brackets.items()}
        tried.play([(lever, side * middle) for (lever, side), middle in middles.items()])
        for (lever, side), middle in middles.items():
            low, high = brackets[lever, side]
            enough = tried.chance[lever, side * middle] >= odds
            brackets[lever, side] = (low, middle) if enough else (middle, high)
    return {lever: _found_of(tried, lever, brackets) for lever, _ in sides}


def _bracket(tried: _Tried, lever: Lever, side: int, odds: float) -> tuple[float, float] | None:
    """The first share of the grid that suffices, and the one before it."""
    before = 0.0
    for part in SHARES_TRIED:
        if tried.chance[lever, side * part] >= odds:
            return before, part
        before = part
    return None


def _found_of(tried: _Tried, lever: Lever, brackets: dict[tuple[Lever, int], tuple[float, float]]) -> Found:
    enough = [side * high for (mine, side), (_, high) in brackets.items() if mine == lever]
    mine = {move: chance for (one, move), chance in tried.chance.items() if one == lever}
    best = max(mine, key=lambda move: (mine[move], -abs(move)))
    return Found(min(enough, key=abs, default=math.nan), best, mine[best])


def unmoved(outcomes: MoveOutcomes, futures: int = MOVE_FUTURES) -> float:
    """The chance if no lever is moved, on the same futures."""
    return float(outcomes([None], np.arange(futures)).mean())

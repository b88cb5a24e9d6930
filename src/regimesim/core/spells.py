"""From a path of cooperation to spells: onset, collapse, censoring (model.md 6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.bundles import by_reference
from regimesim.core.compiler import entry


@by_reference
class Spells(NamedTuple):
    """The first regime of each lane, in rounds, and how many there were."""

    onset: NDArray[np.int32]  # [L] -1 where none formed
    end: NDArray[np.int32]  # [L] collapse, or the horizon
    ended: NDArray[np.bool_]  # [L] False where the horizon came first; True where none formed
    number: NDArray[np.int32]  # [L]


def none_yet(lanes: int) -> Spells:
    """Spells of lanes in which no regime has formed."""
    return Spells(
        np.full(lanes, -1, np.int32),
        np.zeros(lanes, np.int32),
        np.ones(lanes, np.bool_),
        np.zeros(lanes, np.int32),
    )


def regimes(cooperating: NDArray[np.int32], pairs: int, window: int, onset: float, collapse: float) -> Spells:
    """Find the first regime in every lane.

    Parameters
    ----------
    cooperating : int array (T, L)
        Pairs that cooperated.
    pairs : int
        How many there are.
    window : int
        The "year", in rounds.
    onset, collapse : float
        In force from the first round whose preceding year has a mean share of at least ``onset``; collapsed
        at the start of the first full year with a mean below ``collapse``.
    """
    found = none_yet(cooperating.shape[1])
    scale = float(window * pairs)
    _scan(cooperating, window, onset * scale, collapse * scale, found)
    return found


@entry
def _scan(cooperating, window, high, low, found):
    rounds, lanes = cooperating.shape
    for lane in range(lanes):
        earliest = window
        total = 0
        onset = -1
        for t in range(rounds + 1):
            # `total` is the sum over rounds t - window .. t - 1
            if t >= window:
                if onset < 0:
                    if t >= earliest and t < rounds and total >= high:
                        onset = t
                        found.number[lane] += 1
                        if found.number[lane] == 1:
                            found.onset[lane], found.end[lane], found.ended[lane] = t, rounds, False
                elif t - window >= onset and total < low:
                    if found.number[lane] == 1:
                        found.end[lane], found.ended[lane] = t - window, True
                    earliest = t
                    onset = -1
            if t < rounds:
                total += cooperating[t, lane]
                if t >= window:
                    total -= cooperating[t - window, lane]

"""From a path of cooperation to spells: onset, collapse, censoring (model.md 6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.bundles import by_reference
from regimesim.core.compiler import entry, lanewise


@by_reference
class Spells(NamedTuple):
    """The first regime of each lane, in rounds, and how many there were."""

    onset: NDArray[np.int32]  # [L] -1 where none formed
    end: NDArray[np.int32]  # [L] collapse, or the horizon
    ended: NDArray[np.bool_]  # [L] False where the horizon came first; True where none formed
    number: NDArray[np.int32]  # [L]
    # on the way
    total: NDArray[np.int32]  # [L] pairs that cooperated in the last year, added up
    since: NDArray[np.int32]  # [L] onset of the regime in force, -1 where there is none
    earliest: NDArray[np.int32]  # [L] round in which the next one may begin


def none_yet(lanes: int) -> Spells:
    """Spells of lanes in which no regime has formed."""
    return Spells(
        np.full(lanes, -1, np.int32),
        np.zeros(lanes, np.int32),
        np.ones(lanes, np.bool_),
        np.zeros(lanes, np.int32),
        np.zeros(lanes, np.int32),
        np.full(lanes, -1, np.int32),
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
    rounds, (at_least, below) = cooperating.shape[0], (np.ceil(high), np.ceil(low))  # totals are whole
    for lane in range(found.earliest.shape[0]):
        found.earliest[lane] = window
    for t in range(rounds + 1):
        if t >= window:
            _begin_or_end(
                found.onset, found.end, found.ended, found.number, found.total, found.since, found.earliest,
                t, window, rounds, int(at_least), int(below),
            )  # fmt: skip
        if t < rounds:
            _add(found.total, cooperating[t], 1)
        if window <= t < rounds:
            _add(found.total, cooperating[t - window], -1)


@lanewise
def _begin_or_end(
    onset, end, ended, number, total, since, earliest, t, window, rounds, at_least, below
):  # fmt: skip
    """Look at the year before round ``t``, of which ``total`` is the sum."""
    for lane in range(total.shape[0]):
        begun, sum_ = since[lane], total[lane]
        begins = (begun < 0) & (t >= earliest[lane]) & (t < rounds) & (sum_ >= at_least)
        ends = (begun >= 0) & (t - window >= begun) & (sum_ < below)
        count = number[lane] + begins
        first = count == 1
        number[lane] = count
        onset[lane] = t if begins & first else onset[lane]
        until = t - window if ends & first else end[lane]
        end[lane] = rounds if begins & first else until
        ended[lane] = (ended[lane] | (ends & first)) & (1 - (begins & first))
        earliest[lane] = t if ends else earliest[lane]
        standing = -1 if ends else begun
        since[lane] = t if begins else standing


@lanewise
def _add(total, row, times):
    for lane in range(total.shape[0]):
        total[lane] += times * row[lane]

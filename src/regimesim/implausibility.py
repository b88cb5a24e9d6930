"""Could the record be one history of the model? One record against many simulated histories of a draw.

A record is a single history: it need not lie near the mean of a draw's histories, it must only be one that
could well have come from them. Every target is measured in standard deviations from the mean of the
histories *and* the record together, and the largest of these distances, the *implausibility* (history
matching: Craig, Goldstein, Seheult & Smith 1997; Vernon, Goldstein & Bower 2010, Bayesian Anal. 5, 619),
stands for a history as a whole. In place of a fixed cut-off at three standard deviations, the record's
implausibility is held against that of the simulated histories themselves. If the record came from the draw,
it would be as likely as any of them to be among the most implausible (a Monte Carlo test: Barnard 1963;
Besag & Clifford 1989, Biometrika 76, 633), however skewed, clustered or dependent on each other the targets
are, and however few the histories. So the draws that fit are a confidence set for all targets together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Implausibilities closer than this are equal: counts of the same kind, scaled in different order."""


class Implausibility(NamedTuple):
    """N draws against one record of K targets.

    Attributes
    ----------
    distance : float array (N, K)
        Standard deviations by which the record lies above (or, negative, below) the mean.
    worst : float array (N,)
        The largest distance, without its sign.
    share : float array (N,)
        Share of histories, the record among them, that are at least as implausible: a p-value.
    alone : float array (N, K)
        The same if one target is all there is.
    """

    distance: Floats
    worst: Floats
    share: Floats
    alone: Floats


def implausibility(histories: Floats, record: Floats) -> Implausibility:
    """How implausible a record is as one more history of each draw.

    Parameters
    ----------
    histories : float array (N, R, K)
        R simulated histories of each of N draws.
    record : float array (K,)
    """
    with_record = np.empty((histories.shape[1] + 1, histories.shape[2]))
    with_record[-1] = record
    rows = []
    for those in histories:
        with_record[:-1] = those
        centred = with_record - with_record.mean(axis=0)
        spread = centred.std(axis=0)
        distance = centred / np.where(spread > ROUNDING, spread, np.inf)  # all alike: no distance
        size = np.abs(distance)
        worst = size.max(axis=1)
        rows.append((
            distance[-1], worst[-1], (worst >= worst[-1] - ROUNDING).mean(),
            (size >= size[-1] - ROUNDING).mean(axis=0),
        ))  # fmt: skip
    return Implausibility(*(np.array(column) for column in zip(*rows, strict=True)))


def fewest_histories(confidence: float) -> int:
    """How many histories it takes before any draw can be told not to fit."""
    return int(np.ceil(1 / (1 - confidence) - ROUNDING)) - 1

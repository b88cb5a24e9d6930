"""Rival blocs: two camps, and how well they fit who was hostile to whom (model.md 6).

Two states are *hostile* in a year if they were estranged or at war in some round of it. A division of the
states into two camps *fits* a pair if the pair is hostile across camps, or not hostile within one. The share
of pairs that contradict the best division is the frustration index of the signed graph (Harary 1959; Aref &
Wilson 2019, *J. Complex Networks* 7, 163).
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

MOST_EXACT = 9
"""Up to so many states every division is tried; beyond, the best that a climb from each state finds."""

LEAST_HOSTILE, LEAST_FIT = 1 / 3, 0.9
"""Shares of pairs from which on a year has rival blocs."""

_ROUNDING = 1e-12


def blocs_fit(hostile: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of pairs that fit the best division into two camps.

    Parameters
    ----------
    hostile : bool array (N, N, ...)
        Symmetric; the diagonal is not looked at.

    Returns
    -------
    float array (...)

    Examples
    --------
    >>> triangle = ~np.eye(3, dtype=bool)  # all hostile to all: one pair must be in the same camp
    >>> round(float(blocs_fit(triangle)), 3)
    0.667
    """
    n = len(hostile)
    above = np.triu_indices(n, 1)
    pairs = hostile[above].reshape(len(above[0]), -1)
    fitting = _best(pairs, n) if n <= MOST_EXACT else _climbed(hostile.reshape(n, n, -1))
    shares: NDArray[np.float64] = (fitting / max(1, len(pairs))).reshape(hostile.shape[2:])
    return shares


def has_rival_blocs(hostile: NDArray[np.bool_], fit: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell whether at least a third of the pairs are hostile and nine in ten fit.

    Parameters
    ----------
    hostile : bool array (N, N, ...)
    fit : float array (...)
        As :func:`blocs_fit` gives it.
    """
    share = hostile[np.triu_indices(len(hostile), 1)].mean(axis=0)
    marked: NDArray[np.bool_] = (share >= LEAST_HOSTILE - _ROUNDING) & (fit >= LEAST_FIT - _ROUNDING)
    return marked


@cache
def _divisions(n: int) -> NDArray[np.bool_]:
    """List which pairs lie across, [2**(n - 1), P]; state 0 is always in the first camp."""
    i, j = np.triu_indices(n, 1)
    camps = np.array([(False, *rest) for rest in product((False, True), repeat=n - 1)])
    across: NDArray[np.bool_] = camps[:, i] != camps[:, j]
    return across


def _best(pairs: NDArray[np.bool_], n: int) -> NDArray[np.float64]:
    """The largest number of pairs that fit a division, column by column of ``pairs`` [P, *].

    Many columns are alike: each kind is looked at once, and in whole numbers, for which no threads of a
    library of linear algebra are woken.
    """
    weights = 2 ** np.arange(len(pairs), dtype=np.int64)
    _, first, place = np.unique(weights @ pairs, return_index=True, return_inverse=True)
    across = _divisions(n).astype(np.int64)
    fitting: NDArray[np.int64] = (2 * across - 1) @ pairs[:, first].astype(np.int64) + (1 - across).sum(1)[
        :, None
    ]
    best: NDArray[np.float64] = fitting.max(0)[place].astype(np.float64)
    return best


def _climbed(hostile: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The same for more states: from each state's foes against the rest, while a change of sides helps."""
    n, _, many = hostile.shape
    sign = np.where(hostile, -1.0, 1.0) * (1.0 - np.eye(n))[..., None]
    best = np.zeros(many)
    for start in range(n):
        camp = np.where(hostile[start], -1.0, 1.0)
        for _ in range(n * n):
            gain = -camp * np.einsum("ijl,jl->il", sign, camp)
            most = gain.argmax(axis=0)
            moves = np.flatnonzero(gain[most, np.arange(many)] > 0)
            if not len(moves):
                break
            camp[most[moves], moves] *= -1.0
        agreeing = np.einsum("il,ijl,jl->l", camp, sign, camp) / 2  # fitting minus contradicting
        best = np.maximum(best, (n * (n - 1) / 2 + agreeing) / 2)
    return best

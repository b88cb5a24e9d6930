"""Markov chains: what is reached, where a chain is in the long run.

A *chain* is a matrix of transition probabilities, ``[i, j]`` from state i to state j, rows summing to 1, that
starts in state 0. A set of states is *closed* if the chain never leaves it and *irreducible* if each of its
states is reached from each other.

Everything is made a stationary distribution of an irreducible chain and found by elimination without
subtraction (Grassmann, Taksar and Heyman 1985, Operations Research 33, 1107-1116), which keeps full relative
precision however small the probabilities.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def reachable(chain: Reals) -> NDArray[np.bool_]:
    """Which states can be reached from which, in any number of steps.

    Parameters
    ----------
    chain : ndarray of float, shape (n, n)

    Returns
    -------
    ndarray of bool, shape (n, n)
        ``[i, j]``: j can be reached from i. Every state reaches itself.

    Examples
    --------
    >>> reachable(np.array([[0.5, 0.5], [0.0, 1.0]])).tolist()
    [[True, True], [False, True]]
    """
    reach = (chain > 0.0) | np.eye(len(chain), dtype=bool)
    while True:
        further = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0.0
        if (further == reach).all():
            return reach
        reach = further


def cesaro(chain: Reals) -> Reals:
    """Long-run share of rounds in each state, from state 0.

    Right for every chain: a periodic one is averaged over its period, and several closed sets are
    weighted by their chances of being reached.

    Parameters
    ----------
    chain : ndarray of float, shape (n, n)

    Returns
    -------
    ndarray of float, shape (n,)
        Sums to 1.

    References
    ----------
    Kemeny and Snell 1960, Finite Markov Chains, ch. 3 and 5.

    Examples
    --------
    >>> cesaro(np.array([[0.0, 1.0], [1.0, 0.0]]))  # there and back for ever
    array([0.5, 0.5])
    """
    reach = reachable(chain)
    mutual = reach & reach.T
    closed = ~(reach & ~mutual).any(axis=1) & reach[0]
    share = np.zeros(len(chain))
    classes = np.unique(mutual[closed], axis=0)
    for members, weight in zip(classes, _absorption(chain, reach[0] & ~closed, classes), strict=True):
        share += weight * recurrent(chain, members)
    return share


def _absorption(chain: Reals, transient: NDArray[np.bool_], classes: NDArray[np.bool_]) -> Reals:
    """Chance of ending in each closed class from state 0: each is made one state that leads to the start."""
    if len(classes) == 1:
        return np.ones(1)
    passing = np.flatnonzero(transient)  # state 0 is the first of them
    count = len(passing)
    folded = np.zeros((count + len(classes), count + len(classes)))
    folded[:count, :count] = chain[np.ix_(passing, passing)]
    folded[:count, count:] = chain[passing] @ classes.T
    folded[count:, 0] = 1.0
    ends = recurrent(folded, np.ones(len(folded), dtype=bool))[count:]
    return np.asarray(ends / ends.sum())


def recurrent(chain: Reals, members: NDArray[np.bool_]) -> Reals:
    """Stationary distribution of a closed, irreducible set of states.

    Parameters
    ----------
    chain : ndarray of float, shape (n, n)
    members : ndarray of bool, shape (n,)
        The set; that it is closed and irreducible is trusted.

    Returns
    -------
    ndarray of float, shape (n,)
        Sums to 1; 0 outside the set.

    References
    ----------
    Grassmann, Taksar and Heyman 1985, Operations Research 33, 1107-1116.
    """
    index = np.flatnonzero(members)
    p = chain[np.ix_(index, index)].copy()
    for k in range(len(index) - 1, 0, -1):
        p[:k, k] /= p[k, :k].sum()
        p[:k, :k] += np.outer(p[:k, k], p[k, :k])
    weights = np.ones(len(index))
    for k in range(1, len(index)):
        weights[k] = weights[:k] @ p[:k, k]
    share = np.zeros(len(chain))
    share[index] = weights / weights.sum()
    return share

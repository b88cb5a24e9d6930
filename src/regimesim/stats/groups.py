"""Means of groups of runs, with the luck of the runs taken out of their spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regimesim.stats.estimates import Floats


def means_without_luck(values: Floats, group: NDArray[np.intp]) -> Floats:
    """Estimate the mean of each group so that their spread is that of the groups, not of the runs in them.

    Means of a few runs each differ more than what the groups stand for does, by luck. The spread between
    groups is estimated as in an analysis of variance with random groups of unequal size, and every mean is
    moved towards the common one by the factor that gives the means that spread (constrained empirical Bayes:
    Louis 1984, J. Am. Stat. Assoc. 79, 393).

    Parameters
    ----------
    values : float array (n,)
        One a run.
    group : int array (n,)
        The group of each run; some group must have two runs or more.

    Returns
    -------
    float array (n,)
        For each run the estimated mean of its group.

    Raises
    ------
    ValueError
        If no group has two runs, so that luck cannot be told from groups.

    Examples
    --------
    >>> means_without_luck(np.array([1.0, 3.0, 2.0, 4.0]), np.array([0, 0, 1, 1])).tolist()
    [2.5, 2.5, 2.5, 2.5]
    """
    _, which, count = np.unique(group, return_inverse=True, return_counts=True)
    groups, runs = len(count), len(values)
    if runs == groups:
        raise ValueError("it takes two runs in some group to tell luck from what groups differ in")
    means, whole = np.bincount(which, values) / count, values.mean()
    within = ((values - means[which]) ** 2).sum() / (runs - groups)
    if groups == 1:
        return np.full(runs, whole)
    between = (count * (means - whole) ** 2).sum() / (groups - 1)
    size = (runs - (count**2).sum() / runs) / (groups - 1)
    spread = max(0.0, (between - within) / size)
    luck = within / count
    factor = np.sqrt(np.divide(spread, spread + luck, out=np.ones(groups), where=spread + luck > 0))
    return np.asarray((whole + factor * (means - whole))[which])

"""Frontiers: of several things, those than which none is both cheaper and better."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def nondominated(cost: ArrayLike, value: ArrayLike) -> NDArray[np.intp]:
    """Find those than which none is at most as dear and at least as good, and one of the two strictly.

    Parameters
    ----------
    cost, value : array_like of float, shape (n,)
        Of several alike only the first counts.

    Returns
    -------
    int array
        Their places, by rising cost; their values rise as well.

    Examples
    --------
    >>> nondominated([1, 2, 2, 3, 0], [5, 4, 6, 6, 1]).tolist()
    [4, 0, 2]
    """
    costs, values = np.asarray(cost, np.float64), np.asarray(value, np.float64)
    order = np.lexsort((np.arange(len(costs)), -values, costs))
    best = np.maximum.accumulate(values[order])
    rises = np.append(True, best[1:] > best[:-1])[: len(order)]
    return np.asarray(order[rises], np.intp)

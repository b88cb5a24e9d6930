"""Hazards of durations: rates of ending by age.

Terms and arguments as in :mod:`regimesim.stats.survival`. SciPy is imported by the functions that need it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from regimesim.stats.estimates import Floats, tails
from regimesim.stats.survival import checked_sample

if TYPE_CHECKING:
    import pandas as pd


def hazard(
    years: ArrayLike, ended: ArrayLike, bins: int | ArrayLike, confidence: float = 0.95
) -> pd.DataFrame:
    """Ends per year stood, by age, with exact Poisson intervals.

    A duration of 0 years never stood: it is left out here (see ``Summary.never``). So are ages that no
    run reached, where there is no rate to speak of.

    Parameters
    ----------
    years, ended, confidence
        As in :func:`kaplan_meier`.
    bins : int, or array_like of float, shape (B + 1,)
        How many equal bins up to the longest duration, or their edges in years, rising, from 0 or later.
        A bin holds its right edge, not its left.

    Returns
    -------
    DataFrame
        start, end (years), events, exposure (years), hazard, lower, upper (per year).

    Raises
    ------
    ValueError
        As :func:`kaplan_meier`, and for bins that are no such thing.

    References
    ----------
    Garwood 1936, Biometrika 28, 437.
    """
    import pandas as pd
    from scipy.special import gammaincinv  # type: ignore[import-untyped, unused-ignore]

    years, ended = checked_sample(years, ended)
    alpha = tails(confidence)[1]
    edges = _edges(bins, float(years.max()))
    ends = np.sort(years[ended])
    counts = np.diff(np.searchsorted(ends, edges, side="right"))
    pairs = pairwise(edges)
    exposure = np.array([(np.clip(years, start, end) - start).sum() for start, end in pairs])
    start, end, counts, exposure = (x[exposure > 0] for x in (edges[:-1], edges[1:], counts, exposure))
    lower = np.where(counts > 0, gammaincinv(np.maximum(counts, 1), alpha), 0.0)
    upper = gammaincinv(counts + 1, 1 - alpha)
    rates = {"hazard": counts / exposure, "lower": lower / exposure, "upper": upper / exposure}
    return pd.DataFrame({"start": start, "end": end, "events": counts, "exposure": exposure, **rates})


def _edges(bins: int | ArrayLike, longest: float) -> Floats:
    """Edges of bins of age, checked."""
    if isinstance(bins, int | np.integer):
        if bins < 1:
            raise ValueError(f"bins must be 1 or more, got {bins}")
        return np.linspace(0, longest, int(bins) + 1)
    edges = np.asarray(bins, dtype=np.float64)
    if edges.ndim != 1 or edges.size < 2 or edges[0] < 0 or not (np.diff(edges) > 0).all():
        raise ValueError(f"bins must be a number of bins or rising edges from 0 or later, got {bins}")
    return edges

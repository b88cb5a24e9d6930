"""Life tables: how many ended and how many were at risk at each date, for one sample or many at once.

The last axis is time, in the order of dates; any axes before it are samples. Terms and sources are those of
:mod:`regimesim.survival`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def at_risk_of(leaving: Ints) -> Ints:
    """Runs still watched just before each date, from those that leave at it (they end or are censored)."""
    return np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]


def standing(events: Ints, at_risk: Ints) -> Floats:
    """Share standing after each date (Kaplan-Meier)."""
    return np.cumprod(1 - events / np.maximum(at_risk, 1), axis=-1, dtype=np.float64)


def greenwood(events: Ints, at_risk: Ints) -> Floats:
    """d / (n (n - d)), and 0 where all at risk end (the curve is 0 from there)."""
    left = at_risk - events
    return np.where(left > 0, events / (np.maximum(at_risk, 1) * np.maximum(left, 1.0)), 0.0)


def loglog_band(
    share: Floats, events: Ints, at_risk: Ints, tails: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Both ends of the curve's band; where the share is 1 or 0 the exact binomial bound.

    Parameters
    ----------
    tails : (float, float)
        The normal quantile, and the probability beyond it (:func:`regimesim.survival.tails`).
    """
    z, alpha = tails
    inside = (share > 0) & (share < 1)
    logs = np.log(share, where=inside, out=np.full(share.shape, -1.0))
    spread = z * np.sqrt(np.cumsum(greenwood(events, at_risk), axis=-1)) / -logs
    bound = alpha ** (1 / np.maximum(at_risk, 1))
    lower = np.where(inside, np.exp(logs * np.exp(spread)), np.where(share == 1, bound, 0.0))
    upper = np.where(inside, np.exp(logs * np.exp(-spread)), 1.0)
    return lower, upper


def area_from(share: Floats, times: Floats, horizon: float) -> Floats:
    """Area beneath the curve from each date to the horizon."""
    pieces = share * np.diff(np.minimum(times, horizon), append=horizon)
    return np.cumsum(pieces[..., ::-1], axis=-1)[..., ::-1]


def restricted_mean_error(area: Floats, events: Ints, at_risk: Ints) -> Floats:
    """Standard error of the restricted mean, one a sample."""
    variance: Floats = np.sum(area**2 * greenwood(events, at_risk), axis=-1)
    return np.sqrt(variance)

"""Survival of spells: durations in years, some of them cut off by the horizon.

*Ended* runs tell their duration, *censored* ones (``ended`` False) only that it is longer. Where a run
ends at the date at which another is censored, the end comes first. A duration of 0 years is legal: a
regime that never formed; it counts as ended, so a curve may drop at year 0. A *curve* is the share
still standing, estimated by Kaplan and Meier (1958, JASA 53, 457); the *RMST* is the area beneath it up to a
horizon, in words the years it stands on average out of the first so many (Royston & Parmar 2013, BMC
Med. Res. Methodol. 13, 152). A *sample* is a pair ``(years, ended)``, one entry a run. A *life table* has how
many ended and how many were at risk at each date, for one sample or many at once: its last axis is time, in
the order of dates; any axes before it are samples.

Curve and RMST are written here with NumPy alone, because SciPy's ``ecdf`` takes a second to import
and has no RMST. How the rate of ending changes is in :mod:`regimesim.stats.hazards`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regimesim.stats.estimates import (
    ROUNDING,
    Estimate,
    Floats,
    Ints,
    all_alike,
    error_of,
    normal_estimate,
    tails,
)

if TYPE_CHECKING:
    import pandas as pd

Sample = tuple[ArrayLike, ArrayLike]


def at_risk_of(leaving: Ints) -> Ints:
    """Runs still watched just before each date, from those that leave at it (they end or are censored)."""
    return np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]


def share_standing(events: Ints, at_risk: Ints) -> Floats:
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
        The normal quantile, and the probability beyond it (:func:`regimesim.stats.estimates.tails`).
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


@dataclass(frozen=True, eq=False)
class Curve:
    """A Kaplan-Meier curve: a step function, each row holding from its year to the next row's.

    The first row is year 0 with everyone standing. Durations of 0 years make a second row at year 0,
    so that a drop there is drawn, and :meth:`at` year 0 is the share after it.

    Attributes
    ----------
    years : ndarray of float64, shape (R,)
        0, then every distinct duration in order.
    survival, lower, upper : ndarray of float64, shape (R,), in [0, 1]
        Share standing longer than this, with its pointwise band; ``lower <= survival <= upper``.
    at_risk, events : ndarray of int64, shape (R,)
        Runs standing just before that year, and runs that ended in it.
    """

    years: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    at_risk: Ints
    events: Ints

    @overload
    def at(self, years: float) -> float: ...
    @overload
    def at(self, years: Floats | Sequence[float]) -> Floats: ...
    def at(self, years: Any) -> Any:
        """Share standing longer than ``years`` (a number or an array); past the last row, its value."""
        return self.survival[np.maximum(np.searchsorted(self.years, years, side="right") - 1, 0)]

    def median(self) -> Estimate:
        """First year at which at most half stand, with the years at which the band's ends cross a half.

        ``math.inf`` where that did not happen while runs were watched (Brookmeyer & Crowley 1982,
        Biometrics 38, 29).
        """
        value, lower, upper = (self._half(share) for share in (self.survival, self.lower, self.upper))
        return Estimate(value, lower, upper, horizon=float(self.years[-1]))

    def frame(self) -> pd.DataFrame:
        """Tidy table: years, survival, lower, upper, at_risk."""
        import pandas as pd

        names = ("years", "survival", "lower", "upper", "at_risk")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def _half(self, share: Floats) -> float:
        below = share <= 0.5 + ROUNDING
        return float(self.years[below.argmax()]) if below.any() else math.inf

    def _area(self, share: Floats, horizon: float) -> float:
        return float(share @ np.diff(np.minimum(self.years, horizon), append=horizon))


def kaplan_meier(years: ArrayLike, ended: ArrayLike, confidence: float = 0.95) -> Curve:
    """Share still standing by year, with Greenwood's variance on the log-log scale.

    Log-log bands are undefined where the share is 1 or 0, so these rows have the exact binomial bound
    for the n runs at risk: where nothing has ended yet the lower end is ``alpha ** (1 / n)``, where all
    have ended the upper end is ``1 - alpha ** (1 / n)`` (never above the row before), with ``alpha``
    half of what ``confidence`` leaves. So no band ever claims certainty.

    Parameters
    ----------
    years : array_like of float, shape (n,), >= 0
        Durations.
    ended : array_like of bool, shape (n,)
        False where the duration is only known to be longer.
    confidence : float in (0, 1)
        Of the pointwise bands.

    Raises
    ------
    ValueError
        For an empty sample, unequal lengths, or a duration that is negative or not finite.

    References
    ----------
    Kaplan & Meier 1958; Greenwood 1926; Kalbfleisch & Prentice 2002, section 1.4 (log-log).

    Examples
    --------
    >>> kaplan_meier([1, 2, 2, 5], [True, True, False, False]).survival.tolist()
    [1.0, 0.75, 0.5, 0.5]
    """
    years, ended = checked_sample(years, ended)
    z, alpha = tails(confidence)
    times, events, at_risk, _ = _tally(years, ended)
    times, events = np.append(0.0, times), np.append(0, events)
    at_risk = np.append(years.size, at_risk)
    share = share_standing(events, at_risk)
    lower, upper = loglog_band(share, events, at_risk, (z, alpha))
    if share[-1] == 0:  # only the last row can be
        upper[-1] = min(upper[-2], 1 - alpha ** (1 / at_risk[-1]))
    return Curve(times, share, lower, upper, at_risk, events)


def rmst(years: ArrayLike, ended: ArrayLike, horizon: float, confidence: float = 0.95) -> Estimate:
    """Restricted mean: years it stands on average within the first ``horizon``, in [0, horizon].

    The standard error is the estimator's: the root of the sum over end times t of ``A(t)**2 * d /
    (n * (n - d))``, where A(t) is the area under the curve from t to the horizon and d of n runs at risk
    end at t; a last end that takes all (n = d) has no area to its right and adds nothing. lifelines'
    ``restricted_mean_survival_time(return_variance=True)`` is something else: the variance of
    min(T, horizon) over runs, which does not shrink as runs are added.

    The interval is normal, clipped to [0, horizon]. Where the sample shows no spread (nothing ended,
    all at one date, a single run) it would be a point and claim certainty; there it is the area under
    the two ends of the curve's band instead. Past the longest duration the curve is held level
    (Gill 1980), which credits a run watched for 97 of 100 years with at most 3.

    Parameters
    ----------
    years, ended, confidence
        As in :func:`kaplan_meier`.
    horizon : float, > 0
        Years.

    Raises
    ------
    ValueError
        As :func:`kaplan_meier`, and for a horizon that is not a positive finite number.

    References
    ----------
    Royston & Parmar 2013; Andersen, Hansen & Klein 2004, Lifetime Data Anal. 10, 335.
    """
    mean, influence = restricted_mean(years, ended, horizon)
    error = error_of(influence)
    if error > ROUNDING * horizon:
        return normal_estimate(mean, error, (0, horizon), confidence)
    curve = kaplan_meier(years, ended, confidence)
    lower, upper = (curve._area(band, horizon) for band in (curve.lower, curve.upper))
    return Estimate(mean, min(lower, mean), min(max(upper, mean), horizon), 0.0, horizon)


def rmst_difference(
    a: Sample, b: Sample, horizon: float, paired: bool = True, confidence: float = 0.95
) -> Estimate:
    """Years by which ``a`` outlasts ``b`` within the first ``horizon``: RMST(a) - RMST(b).

    Paired, run i of ``a`` and run i of ``b`` had the same seed. Each run has a pseudo-observation, the
    RMST plus that run's influence on it (with no censoring before the horizon simply min(T, horizon)), and
    the standard error is that of the mean of their differences: luck common to both cancels. Unpaired,
    the two variances add. Both use the variance of :func:`rmst`, so that the ratio of two standard errors
    is the gain from pairing. If the sample shows no spread, the interval allows any difference at all
    in the share of runs that a sample this size can miss.

    Parameters
    ----------
    a, b : (years, ended)
        Two samples, each as in :func:`kaplan_meier`.
    horizon : float, > 0
        Years.
    paired : bool
        Whether equal positions are equal seeds.

    Raises
    ------
    ValueError
        As :func:`rmst`, and for paired samples of different size.

    References
    ----------
    Andersen & Perme 2010, Stat. Methods Med. Res. 19, 71 (pseudo-observations); Jaeckel 1972
    (the infinitesimal jackknife, which gives them without leaving runs out one by one).
    """
    (mean_a, influence_a), (mean_b, influence_b) = (restricted_mean(*sample, horizon) for sample in (a, b))
    sizes = influence_a.size, influence_b.size
    if paired and sizes[0] != sizes[1]:
        raise ValueError(
            f"paired samples must hold the same replicates, got {sizes[0]} and {sizes[1]}; use paired=False"
        )
    value = mean_a - mean_b
    if paired:
        error = error_of(influence_a - influence_b)
    else:
        error = math.hypot(error_of(influence_a), error_of(influence_b))
    if error > ROUNDING * horizon:
        return normal_estimate(value, error, (-horizon, horizon), confidence)
    if not paired:
        one, other = rmst(*a, horizon, confidence), rmst(*b, horizon, confidence)
        return Estimate(value, one.lower - other.upper, one.upper - other.lower, 0.0, horizon)
    return all_alike(value, (-horizon, horizon), sizes[0], confidence)


@dataclass(frozen=True)
class Summary:
    """A sample in short.

    Attributes
    ----------
    runs : int
    median, rmst : Estimate
        Years.
    censored, never : float in [0, 1]
        Shares of runs still standing when last seen, and of runs with a duration of 0 years.
    """

    runs: int
    median: Estimate
    rmst: Estimate
    censored: float
    never: float


def summary(years: ArrayLike, ended: ArrayLike, horizon: float, confidence: float = 0.95) -> Summary:
    """Median, RMST and share censored of a sample; arguments and errors as :func:`rmst`."""
    years, ended = checked_sample(years, ended)
    median = kaplan_meier(years, ended, confidence).median()
    never = float(np.mean((years == 0) & ended))
    return Summary(years.size, median, rmst(years, ended, horizon, confidence), float(np.mean(~ended)), never)


def checked_sample(years: ArrayLike, ended: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Two equally long arrays, checked."""
    durations, ends = np.asarray(years, dtype=np.float64), np.asarray(ended)
    if durations.ndim != 1 or durations.shape != ends.shape or durations.size == 0:
        shapes = f"{durations.shape} and {ends.shape}"
        raise ValueError(f"years and ended must be equally long lists of a run or more, got {shapes}")
    wrong = ~(np.isfinite(durations) & (durations >= 0))
    if wrong.any():
        raise ValueError(f"durations must be finite and not negative, got {durations[wrong][0]:g} years")
    return durations, ends.astype(np.bool_)


def _tally(years: Floats, ended: NDArray[np.bool_]) -> tuple[Floats, Ints, Ints, Ints]:
    """Distinct durations, ends and runs at risk at each, and which of them each run has."""
    times, where, counts = np.unique(years, return_inverse=True, return_counts=True)
    events = np.bincount(where[ended], minlength=times.size)
    return times, events, at_risk_of(counts), where


def restricted_mean(years: ArrayLike, ended: ArrayLike, horizon: float) -> tuple[float, Floats]:
    """RMST, and the influence of each run on it (shape (n,), mean 0).

    The influence is n times the derivative of the RMST with respect to the weight of a run. Its mean
    square over n is the integrated Greenwood variance exactly, since ends at one date do not correlate
    with those at another among the runs at risk.
    """
    years, ended = checked_sample(years, ended)
    if not (math.isfinite(horizon) and horizon > 0):
        raise ValueError(f"horizon must be a positive number of years, got {horizon:g}")
    times, events, at_risk, where = _tally(years, ended)
    area = area_from(share_standing(events, at_risk), times, horizon)
    step = area / np.maximum(at_risk - events, 1)  # where all at risk end, the area is 0
    exposure = np.cumsum(step * events / at_risk)
    mean = min(float(min(times[0], horizon) + area[0]), float(horizon))  # rounding may pass the horizon
    return mean, years.size * (exposure[where] - step[where] * ended)

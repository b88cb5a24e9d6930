"""Whether the end comes sooner or later: hazards, trends, tests and regressions of durations.

Terms and arguments as in :mod:`regimesim.stats.survival`. SciPy and lifelines are imported by the functions
that need them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from regimesim.stats.estimates import Estimate, Floats, Ints, tails
from regimesim.stats.survival import Sample, checked_sample

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


@dataclass(frozen=True)
class Trend:
    """Whether age makes an end likelier: the Weibull shape, above 1 if so, and words for it.

    ``shape`` is None where the durations do not determine one; the words then say why.
    """

    shape: Estimate | None
    words: str


def weibull_shape(years: ArrayLike, ended: ArrayLike, confidence: float = 0.95) -> Trend:
    """Whether the hazard rises, falls or is constant: the shape of a Weibull fitted by maximum likelihood.

    The profile likelihood has one root, found by SciPy's ``brentq``, and the interval is normal in the
    logarithm of the shape. Neither library is used for the fit: SciPy's censored fit has no interval, and
    lifelines is optional, while a verdict must not depend on what is installed. Durations of 0 years
    never stood and are left out.

    Parameters
    ----------
    years, ended, confidence
        As in :func:`kaplan_meier`.

    References
    ----------
    Lawless 2003, Statistical Models and Methods for Lifetime Data, section 5.2.
    """
    years, ended = checked_sample(years, ended)
    z = tails(confidence)[0]
    stood = years > 0
    ended, ends = ended[stood], int(ended[stood].sum())
    if ends == 0:
        return Trend(None, "none that stood has ended: whether age matters cannot be judged")
    logs = np.log(years[stood]) - math.log(years.max())
    gap = float(logs[ended].mean())

    def moments(shape: float) -> tuple[float, float]:
        weights = np.exp(shape * logs)
        mean = float(np.average(logs, weights=weights))
        return mean, float(np.average((logs - mean) ** 2, weights=weights))

    def slope(log_shape: float) -> float:
        shape = math.exp(log_shape)
        return moments(shape)[0] - 1 / shape - gap

    if slope(10) <= 0:
        return Trend(None, "all ended at the longest duration: no shape describes that")
    from scipy.optimize import brentq  # type: ignore[import-untyped, unused-ignore]

    shape = math.exp(brentq(slope, -10, 10))
    error = 1 / math.sqrt(ends * (1 / shape**2 + moments(shape)[1]))
    factor = math.exp(z * error / shape)
    estimate = Estimate(shape, shape / factor, shape * factor, error)
    if estimate.lower > 1:
        return Trend(estimate, "rising: the longer it has stood, the likelier it is to end")
    if estimate.upper < 1:
        return Trend(estimate, "falling: the longer it has stood, the safer it is")
    return Trend(estimate, "not told apart from constant: how long it has stood says nothing")


@dataclass(frozen=True, eq=False)
class LogRank:
    """A log-rank test: chi-square ``statistic`` on ``degrees`` of freedom and its ``p_value``.

    ``observed`` and ``expected`` (shape (k,), groups in the order given) are the ends that happened, and
    those that would have if all groups shared one curve.
    """

    statistic: float
    degrees: int
    p_value: float
    observed: Ints
    expected: Floats


def logrank(groups: Mapping[str, Sample]) -> LogRank:
    """Whether several samples could share one survival curve.

    The test takes samples to be independent. On paired seeds it is then too cautious; there
    :func:`rmst_difference` is the sharper answer. SciPy's ``logrank`` compares two groups only.

    Parameters
    ----------
    groups : mapping of name to (years, ended)
        At least two samples, each as in :func:`kaplan_meier`.

    Raises
    ------
    ValueError
        As :func:`kaplan_meier`, and for fewer than two groups.

    References
    ----------
    Mantel 1966, Cancer Chemother. Rep. 50, 163; Kalbfleisch & Prentice 2002, section 1.5.
    """
    from scipy.special import chdtrc  # type: ignore[import-untyped, unused-ignore]

    if len(groups) < 2:
        raise ValueError(f"a log-rank test compares two groups or more, got {len(groups)}")
    samples = [checked_sample(*sample) for sample in groups.values()]
    dates = np.unique(np.concatenate([years[ended] for years, ended in samples]))
    at_risk = np.array([years.size - np.searchsorted(np.sort(years), dates) for years, _ in samples])
    ends = np.zeros_like(at_risk)
    for row, (years, ended) in zip(ends, samples, strict=True):
        row += np.bincount(np.searchsorted(dates, years[ended]), minlength=dates.size)
    d, n = ends.sum(axis=0), at_risk.sum(axis=0)
    share = at_risk / n
    weight = d * (n - d) / np.maximum(n - 1, 1)
    covariance = np.diag(share @ weight) - (share * weight) @ share.T
    observed, expected = ends.sum(axis=1), share @ d
    excess = (observed - expected)[:-1]  # the last follows from the others
    statistic = float(excess @ np.linalg.pinv(covariance[:-1, :-1], hermitian=True) @ excess)
    degrees = len(groups) - 1
    return LogRank(statistic, degrees, float(chdtrc(degrees, statistic)), observed, expected)


def cox(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    cluster: str | None = None,
    spell: str = "regime",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Hazard ratios of parameters in a sweep: proportional hazards by lifelines, robust errors.

    Parameters
    ----------
    frame : DataFrame
        A row per run with ``<spell>_years``, ``<spell>_ended``, the covariates and the cluster.
    covariates : sequence of str
        Numeric columns, each taking at least two values.
    cluster : str, optional
        Column naming what shares its luck (the replicate, where seeds are shared over points). Without
        it the errors are still robust, each run its own cluster.
    spell : str
        Which duration: regime, peace, ...

    Returns
    -------
    DataFrame
        covariate, hazard_ratio (for one unit more), lower, upper, coefficient, standard_error, p_value.

    Raises
    ------
    ImportError
        If lifelines is missing.
    ValueError
        If a column is missing or constant, if nothing ended, or if no finite ratio fits.

    References
    ----------
    Cox 1972, J. R. Stat. Soc. B 34, 187; Lin & Wei 1989, JASA 84, 1074 (robust); Efron for ties.
    """
    import warnings

    try:
        from lifelines import CoxPHFitter  # type: ignore[import-untyped, unused-ignore]
        from lifelines.exceptions import (  # type: ignore[import-untyped, unused-ignore]
            ConvergenceError,
            ConvergenceWarning,
        )
    except ImportError as missing:
        raise ImportError('Cox regression needs lifelines; type: pip install "regimesim[stats]"') from missing
    import pandas as pd

    z = tails(confidence)[0]
    table, scale = _cox_table(frame, list(covariates), cluster, spell)
    names = {"duration_col": "years", "event_col": "ended", "cluster_col": "cluster", "robust": True}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # lifelines' own use of NumPy and pandas
            warnings.simplefilter("error", ConvergenceWarning)
            fitted = CoxPHFitter().fit(table, **names).summary
    except (ConvergenceError, ConvergenceWarning) as failure:
        raise ValueError(
            f"no finite hazard ratios for {', '.join(covariates)}: one follows from the others, or decides"
            " alone whether a run ends; leave it out"
        ) from failure
    coefficient, error = fitted["coef"].to_numpy() / scale, fitted["se(coef)"].to_numpy() / scale
    bounds = [coefficient, coefficient - z * error, coefficient + z * error]
    with np.errstate(over="ignore"):
        ratios = dict(zip(("hazard_ratio", "lower", "upper"), np.exp(bounds), strict=True))
    rest = {"coefficient": coefficient, "standard_error": error, "p_value": fitted["p"].to_numpy()}
    return pd.DataFrame({"covariate": list(covariates), **ratios, **rest})


def _cox_table(
    frame: pd.DataFrame, covariates: list[str], cluster: str | None, spell: str
) -> tuple[pd.DataFrame, Floats]:
    """Checked columns, the covariates with unit spread (lifelines warns of small ones), and the spreads."""
    import pandas as pd

    columns = [f"{spell}_years", f"{spell}_ended", *covariates, *([cluster] if cluster else [])]
    for name in columns:
        if name not in frame:
            there = ", ".join(map(str, frame))
            raise ValueError(f"no column {name!r} to fit a Cox model with; there are {there}")
    years, ended = checked_sample(frame[columns[0]], frame[columns[1]])
    if not ended.any():
        raise ValueError(f"no {spell} ended in {years.size} runs, so no hazard can be compared")
    values = frame[covariates].to_numpy(dtype=float)
    scale: Floats = values.std(axis=0)
    for name, column in zip(covariates, values.T, strict=True):
        if not np.isfinite(column).all() or np.ptp(column) == 0:
            raise ValueError(f"the covariate {name} must be finite and take at least two values")
    table = pd.DataFrame((values - values.mean(axis=0)) / scale)
    codes = pd.factorize(frame[cluster])[0] if cluster else np.arange(years.size)
    return table.assign(years=years, ended=ended, cluster=codes), scale


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

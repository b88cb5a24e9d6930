"""Estimates with intervals: means, shares, rates, and what an interval lets one say.

All intervals are of 95 % unless told otherwise. A verdict that an interval does not bear is ``"open"``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDING = 1e-9
"""A share or a standard error (as a fraction of the horizon) closer than this to a bound is at it."""

OPEN = "open"
"""An answer's words where its intervals do not tell."""

STUDENT, STUDENT_LEVEL = Path(__file__).with_name("student.npy"), 0.975
"""Table of Student's quantiles, and the probability that each of them leaves below it."""

NORMAL_QUANTILE = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Estimate:
    """A number with its confidence interval; ``math.inf`` where it is not reached, never NaN.

    Attributes
    ----------
    value, lower, upper : float
        The estimate and the ends of its interval.
    standard_error : float or None
        Of the estimator; None where the interval was not made from one.
    horizon : float
        How far was watched: what an infinite number is *over*, in words.
    """

    value: float
    lower: float
    upper: float
    standard_error: float | None = None
    horizon: float = math.inf

    def text(self, decimals: int | None = None) -> str:
        """Words for a table; as many decimals as the interval deserves unless told.

        >>> Estimate(47.2, 43.1, 51.3).text()
        '47 [43, 51]'
        >>> Estimate(math.inf, 73, math.inf, horizon=100).text()
        'over 100 [73, over 100]'
        >>> Estimate(math.inf, math.inf, math.inf, horizon=100).text()
        'over 100'
        """
        if decimals is None:
            numbers = [x for x in (self.value, self.lower, self.upper) if math.isfinite(x)]
            width = (max(numbers) - min(numbers)) / 2 if numbers else 0.0
            whole = all(x == round(x) for x in numbers)
            decimals = min(3, max(0, -math.floor(math.log10(width)))) if width > 0 else 0 if whole else 1

        def word(number: float) -> str:
            if math.isinf(number):
                return f"over {self.horizon:g}" if 0 < self.horizon < math.inf else "not reached"
            return f"{round(number, decimals) + 0.0:.{decimals}f}"  # + 0.0 turns -0 into 0

        if math.isinf(self.lower):
            return word(self.value)
        return f"{word(self.value)} [{word(self.lower)}, {word(self.upper)}]"


def tails(confidence: float) -> tuple[float, float]:
    """The normal quantile of a two-sided confidence, and the probability beyond it."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence:g}")
    alpha = (1 - confidence) / 2
    return -NormalDist().inv_cdf(alpha), alpha


def error_of(influence: Floats) -> float:
    return float(np.linalg.norm(influence)) / influence.size


def normal_estimate(value: float, error: float, limits: tuple[float, float], confidence: float) -> Estimate:
    reach = tails(confidence)[0] * error
    return Estimate(value, max(value - reach, limits[0]), min(value + reach, limits[1]), error, limits[1])


def interval_of(estimate: Estimate) -> dict[str, float | None]:
    """An estimate as plain values; None for what is not finite (not reached within the horizon)."""
    return {
        name: number if math.isfinite(number) else None
        for name, number in (("value", estimate.value), ("lower", estimate.lower), ("upper", estimate.upper))
    }


def mean(
    values: ArrayLike, limits: tuple[float, float] | None = None, *, student: bool = True, ddof: int = 1
) -> Estimate:
    """Mean of independent values with a 95 % interval.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Two or more for Student's interval.
    limits : (float, float), optional
        Between which values must lie. Where none differs from another, the interval then is that of
        :func:`all_alike`; without, it is a point.
    student : bool
        Student's interval, or the normal one, which is cut at the limits.
    ddof : int
        The variance is the sum of squares over n - ddof; 0 for that of an influence function, as in
        :func:`regimesim.stats.survival.rmst_difference`.

    Raises
    ------
    ValueError
        For fewer than two values, which tell nothing of their spread.

    Examples
    --------
    >>> mean([1, 2, 3, 4]).text()
    '2 [0, 5]'
    >>> mean([1.0] * 40, limits=(0, 1)).text()
    '1.00 [0.91, 1.00]'
    """
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or numbers.size < 1 + student:
        raise ValueError(f"a mean with an interval needs a list of two values or more, got {numbers.shape}")
    middle, freedom = float(numbers.mean()), max(1, numbers.size - ddof)
    error = float(np.linalg.norm(numbers - middle)) / math.sqrt(freedom * numbers.size)
    if limits is not None and error <= (0.0 if student else ROUNDING * (limits[1] - limits[0]) / 2):
        return all_alike(middle, limits, numbers.size)
    if not student:
        return normal_estimate(middle, error, limits or (-math.inf, math.inf), 0.95)
    reach = student_quantile(numbers.size - 1) * error
    return Estimate(middle, middle - reach, middle + reach, error)


def student_quantile(freedom: int) -> float:
    """The quantile of Student's distribution at 97.5 %.

    >>> round(student_quantile(10), 3)
    2.228
    """
    tabulated = _student_table()
    if freedom <= len(tabulated):
        return float(tabulated[freedom - 1])
    from scipy.special import stdtrit

    return float(stdtrit(freedom, STUDENT_LEVEL))


@cache
def _student_table() -> Floats:
    """Quantiles for 1, 2, ... degrees of freedom, as SciPy gives them (``tools/tabulate_student.py``)."""
    table: Floats = np.load(STUDENT, allow_pickle=False)
    return table


def mean_of(values: Floats, bound: float) -> Estimate:
    """Mean over runs of values in [-bound, bound], with the interval of a difference of restricted means."""
    return mean(values, (-bound, bound), student=False, ddof=0)


def all_alike(value: float, limits: tuple[float, float], number: int, confidence: float = 0.95) -> Estimate:
    """Estimate from cases none of which differs from another.

    It allows any value between the limits in the share of cases that a sample of this size can miss.
    """
    missed, (low, high) = 1 - tails(confidence)[1] ** (1 / number), limits
    return Estimate(value, value - missed * (value - low), value + missed * (high - value), 0.0, high)


def share(hits: int, cases: int, confidence: float = 0.95) -> Estimate:
    """A share with Wilson's interval, which is right near 0 and 1 as well.

    Raises
    ------
    ValueError
        If there are no cases, or more hits than cases.

    References
    ----------
    Wilson 1927, J. American Statistical Association 22, 209-212.

    Examples
    --------
    >>> share(0, 100).text(3)
    '0.000 [0.000, 0.037]'
    """
    if not 0 <= hits <= cases or cases == 0:
        raise ValueError(f"a share needs cases, and no more hits than cases; got {hits} of {cases}")
    quantile = tails(confidence)[0]
    rate, weight = hits / cases, quantile * quantile / cases
    middle = (rate + weight / 2) / (1 + weight)
    reach = quantile / (1 + weight) * math.sqrt(rate * (1 - rate) / cases + weight / (4 * cases))
    return Estimate(rate, max(0.0, min(rate, middle - reach)), min(1.0, max(rate, middle + reach)))


def sign(estimate: Estimate, trifle: float = 0.0) -> str:
    """Judge a difference from its interval: ``more``, ``less``, or ``open``.

    Parameters
    ----------
    estimate : Estimate
    trifle : float >= 0
        Too little to matter. An interval wholly within it is told as ``same``.

    Examples
    --------
    >>> sign(Estimate(3.0, 1.0, 5.0)), sign(Estimate(1.0, -1.0, 3.0)), sign(Estimate(0.1, -0.2, 0.4), 0.5)
    ('more', 'open', 'same')
    """
    if estimate.lower > trifle:
        return "more"
    if estimate.upper < -trifle:
        return "less"
    if -trifle <= estimate.lower and estimate.upper <= trifle:
        return "same"
    return OPEN


def near(estimate: Estimate, exact: float) -> bool:
    """Tell whether an estimate is where theory says, but for luck: within 4.5 standard errors (1 in 150,000).

    Parameters
    ----------
    estimate : Estimate
        With a 95 % interval.
    exact : float

    Examples
    --------
    >>> near(Estimate(2.0, 1.0, 3.0), 4.0), near(Estimate(2.0, 1.0, 3.0), 5.0)
    (True, False)
    """
    end = estimate.upper if exact > estimate.value else estimate.lower
    return abs(exact - estimate.value) <= 4.5 / NORMAL_QUANTILE * abs(end - estimate.value) + 1e-9


def poisson(count: int, years: float, confidence: float = 0.95) -> Estimate:
    """Events a year with the exact interval of a Poisson count (Garwood 1936, Biometrika 28, 437)."""
    from scipy.special import gammaincinv  # type: ignore[import-untyped, unused-ignore]

    alpha = tails(confidence)[1]
    lower = float(gammaincinv(count, alpha)) if count else 0.0
    return Estimate(count / years, lower / years, float(gammaincinv(count + 1, 1 - alpha)) / years)


def value_and_ends(estimate: Estimate) -> list[float | None]:
    """Value and interval for JSON."""
    return [finite(number) for number in (estimate.value, estimate.lower, estimate.upper)]


def finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value

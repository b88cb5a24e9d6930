"""Answers of experiments: estimates as plain values, and whether two answers are the same but for luck.

An *answer* is made of names and plain values, nested as one likes. A number that rests on luck is an
*estimate*, ``{"value": .., "lower": .., "upper": ..}`` with a 95 % interval; one that does not is a plain
number. A judgement that the intervals do not bear is ``"open"``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from regimesim.survival import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Answer = Mapping[str, Any]

ERROR_RATE = 1e-3
"""Chance that an answer is called different although only luck is: one rate for all its estimates."""

OPEN = "open"
"""What an answer says where its intervals do not tell."""

_Z = NormalDist().inv_cdf(0.975)
_ESTIMATE = frozenset(("value", "lower", "upper"))


def told(estimate: Estimate) -> dict[str, float | None]:
    """An estimate as plain values; None for what is not finite (not reached within the horizon)."""
    return {
        name: number if math.isfinite(number) else None
        for name, number in (("value", estimate.value), ("lower", estimate.lower), ("upper", estimate.upper))
    }


def mean(values: ArrayLike, limits: tuple[float, float] | None = None) -> Estimate:
    """Mean of independent values with Student's 95 % interval.

    Parameters
    ----------
    values : array_like of float, shape (n,), n >= 2
    limits : (float, float), optional
        Between which values must lie. Where none differs from another, the interval then allows any value
        between them in the share of cases that a sample of this size can miss; without, it is a point.

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
    import numpy as np
    from scipy.special import stdtrit

    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or numbers.size < 2:
        raise ValueError(f"a mean with an interval needs a list of two values or more, got {numbers.shape}")
    middle, error = float(numbers.mean()), float(numbers.std(ddof=1)) / math.sqrt(numbers.size)
    if error == 0.0 and limits is not None:
        missed = 1 - 0.025 ** (1 / numbers.size)
        low, high = limits
        return Estimate(middle, middle - missed * (middle - low), middle + missed * (high - middle), 0.0)
    reach = float(stdtrit(numbers.size - 1, 0.975)) * error
    return Estimate(middle, middle - reach, middle + reach, error)


def share(hits: int, cases: int) -> Estimate:
    """A share with Wilson's 95 % interval, which is right near 0 and 1 as well.

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
    rate, weight = hits / cases, _Z * _Z / cases
    middle = (rate + weight / 2) / (1 + weight)
    reach = _Z / (1 + weight) * math.sqrt(rate * (1 - rate) / cases + weight / (4 * cases))
    return Estimate(rate, max(0.0, min(rate, middle - reach)), min(1.0, max(rate, middle + reach)))


def sign(estimate: Estimate, trifle: float = 0.0) -> str:
    """What an interval says of a difference: ``more``, ``less``, or ``open``.

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
    """Whether an estimate is where theory says, but for luck: within 4.5 standard errors (1 in 150,000).

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
    return abs(exact - estimate.value) <= 4.5 / _Z * abs(end - estimate.value) + 1e-9


def plain(answer: Any) -> Any:
    """An answer as JSON gives it back: names as text, numbers of NumPy as numbers.

    Raises
    ------
    ValueError
        For a number that is not finite (say None, as :func:`told` does).
    """

    def number(value: Any) -> Any:
        if hasattr(value, "tolist"):
            return value.tolist()
        raise TypeError(f"an answer is made of plain values; got {type(value).__name__}")

    return json.loads(json.dumps(answer, allow_nan=False, default=number))


def is_estimate(value: Any) -> bool:
    """Whether a part of an answer is an estimate."""
    return isinstance(value, Mapping) and value.keys() == _ESTIMATE


def leaves(answer: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The parts of an answer with their places (``a.b.2``), estimates whole."""
    if is_estimate(answer) or not isinstance(answer, Mapping | list):
        yield place, answer
        return
    parts = answer.items() if isinstance(answer, Mapping) else enumerate(answer)
    for name, part in parts:
        yield from leaves(part, f"{place}.{name}" if place else str(name))


def differences(found: Answer, expected: Answer, scale: float = 1.0) -> list[str]:
    """In what an answer is not the expected one; each a sentence.

    At scale 1 the same draws were made, so all numbers must agree to a millionth. At another, an estimate may
    be off by what luck explains: its distance from the expected value is held against the two intervals put
    together (Zou and Donner 2008, Statistics in Medicine 27, 1693-1702), widened so that the chance of a
    single false alarm in the whole answer is :data:`ERROR_RATE`. (The smaller run is part of the larger, so
    that the two are nearer than independent ones; the test is cautious.) ``open`` on either side then
    agrees with anything: the estimate behind it is compared anyway.
    """
    ours, theirs = dict(leaves(plain(found))), dict(leaves(plain(expected)))
    wrong = [f"{place}: missing" for place in theirs if place not in ours]
    wrong += [f"{place}: not expected" for place in ours if place not in theirs]
    number = sum(is_estimate(value) for value in theirs.values())
    wider = NormalDist().inv_cdf(1 - ERROR_RATE / (2 * max(1, number))) / _Z
    for place in theirs:
        if place in ours and not _agree(ours[place], theirs[place], scale, wider):
            wrong.append(f"{place}: {in_words(ours[place])}, expected {in_words(theirs[place])}")
    return wrong


def _agree(found: Any, expected: Any, scale: float, wider: float) -> bool:
    if is_estimate(found) and is_estimate(expected):
        if scale == 1.0:
            return all(_equal(found[end], expected[end]) for end in _ESTIMATE)
        return _within_luck(found, expected, wider)
    if scale != 1.0 and OPEN in (found, expected):
        return True
    return _equal(found, expected)


def _equal(found: Any, expected: Any) -> bool:
    numbers = [isinstance(x, int | float) and not isinstance(x, bool) for x in (found, expected)]
    if all(numbers):
        return math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-9)
    return type(found) is type(expected) and bool(found == expected)


def _within_luck(found: Mapping[str, Any], expected: Mapping[str, Any], wider: float) -> bool:
    a, b = _ends(found), _ends(expected)
    if a[0] > b[0]:
        a, b = b, a
    if math.isinf(a[2]) or math.isinf(b[1]):
        return True
    if math.isinf(b[0]):
        return False
    # the lower one may reach up, the higher one down
    rounding = 1e-6 * max(1.0, abs(a[0]), abs(b[0]))
    return b[0] - a[0] <= wider * math.hypot(a[2] - a[0], b[0] - b[1]) + rounding


def _ends(estimate: Mapping[str, Any]) -> tuple[float, float, float]:
    value, lower, upper = (estimate[end] for end in ("value", "lower", "upper"))
    return (
        math.inf if value is None else value,
        -math.inf if lower is None else lower,
        math.inf if upper is None else upper,
    )


def in_words(part: Any) -> str:
    """A part of an answer, short."""
    if is_estimate(part):
        return Estimate(*_ends(part)).text()
    if isinstance(part, float):
        return f"{part:.6g}"
    return "not reached" if part is None else str(part)


def rounded(answer: Any) -> Any:
    """The same to eight digits: what two machines agree on."""
    if isinstance(answer, Mapping):
        return {name: rounded(part) for name, part in answer.items()}
    if isinstance(answer, list):
        return [rounded(part) for part in answer]
    return float(f"{answer:.8g}") if isinstance(answer, float) else answer

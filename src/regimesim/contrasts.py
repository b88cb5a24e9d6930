"""What a sweep says, in sentences that its errors bear out: the titles of its pictures.

Points share their luck, so that differences between them are surer than independent errors say; those errors
are what a summary has, and a sentence that holds with them holds the more. The best of many points is held
against the others with the quantile of as many comparisons (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from regimesim.axes import Axis
from regimesim.scenario import Scenario, known, spoken

if TYPE_CHECKING:
    import pandas as pd

Reals = NDArray[np.float64]

NAMES = {"regime": "cooperation", "peace": "peace"}


class Swept(Protocol):
    """What is drawn: the result of a sweep."""

    design: pd.DataFrame  # a row per point: ``point`` and the swept settings by full name
    summary: pd.DataFrame  # a row per point: ``point``, ``runs``, and what was measured
    worlds: tuple[Scenario, ...]
    provenance: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Field:
    """An outcome at every point of a sweep.

    Attributes
    ----------
    name : str
        ``regime`` or ``peace``, or a column of the summary.
    values, errors : float array (P,)
        In the order of the design; NaN where a point has not been played.
    horizon : float, optional
        Of a duration, in years.
    """

    name: str
    values: Reals
    errors: Reals
    horizon: float | None

    @property
    def spoken(self) -> str:
        """Its name in a sentence."""
        return NAMES.get(self.name, spoken(self.name))

    @property
    def title(self) -> str:
        """Its name with its unit."""
        if self.horizon is None:
            return spoken(self.name)
        return f"years of {self.spoken}, mean up to {self.horizon:g}"

    @property
    def band(self) -> tuple[Reals, Reals]:
        """The ends of 95 % intervals; those of a duration lie within the horizon."""
        reach = 1.959964 * np.nan_to_num(self.errors)
        low, high = self.values - reach, self.values + reach
        if self.horizon is None:
            return low, high
        return np.clip(low, 0, self.horizon), np.clip(high, 0, self.horizon)

    def number(self, value: float) -> str:
        """A value as it is spoken of."""
        return _number(value) if self.horizon is None else f"{_number(value)} years"


def fields(swept: Swept, outcome: str) -> list[Field]:
    """The outcomes that are meant by ``regime``, ``peace``, ``both`` or the name of a column.

    Raises
    ------
    InputError
        For one that the summary does not hold.
    """
    summary = swept.summary.set_index("point").reindex(swept.design["point"])
    columns = [str(name) for name in summary.columns]
    rates = [name for name in columns if f"{name}_error" in columns and not name.endswith("_rmst")]
    names = ["regime", "peace"] if outcome == "both" else [outcome]
    known(outcome, ["both", "regime", "peace", *rates], "outcome")
    horizon = max(world.years for world in swept.worlds)
    found = []
    for name in names:
        column, until = (f"{name}_rmst", horizon) if name in NAMES else (name, None)
        values, errors = (summary[c].to_numpy(np.float64) for c in (column, f"{column}_error"))
        found.append(Field(name, values, errors, until))
    return found


def finding(axes: Sequence[Axis], design: pd.DataFrame, field: Field) -> str:
    """What a sweep says of an outcome."""
    if len(axes) == 1:
        order = np.argsort(axes[0].place(design[axes[0].name]), kind="stable")
        sorted_ = Field(field.name, field.values[order], field.errors[order], field.horizon)
        return along(axes[0], sorted_)
    return movers(axes, design, field)


def along(axis: Axis, field: Field) -> str:
    """Where along an axis an outcome is greatest."""
    lasts = f"{capital(field.spoken)} {'lasts' if field.horizon is not None else 'is'}"
    best = alike(field, 1)
    if len(best) == np.isfinite(field.values).sum():
        return f"No difference in {field.spoken} between these values of {axis.short} can be told from luck"
    most = "longest" if field.horizon is not None else "greatest"
    values, top = field.values, int(np.nanargmax(field.values))
    if not axis.ordered:
        names = [axis.text(axis.values[k]) for k in best]
        listed = ", ".join(names[:-1]) + " or " * (len(names) > 1) + names[-1]
        if len(best) > 3:
            return f"{lasts} {most} with any of {len(best)} settings of {axis.short}; luck hides which"
        return f"{lasts} {most} with {axis.short} {listed} ({field.number(values[top])})"
    if _one_way(field, 1) or _one_way(field, -1):
        more = "longer" if field.horizon is not None else "greater"
        way = "higher" if _one_way(field, 1) else "lower"
        ends = f"{field.number(values[0])} at {axis.text(axis.values[0])}"
        last = f"{_number(values[-1])} at {axis.text(axis.values[-1])}"
        return f"{lasts} {more} the {way} the {axis.short}: {ends}, {last}"
    low, high = axis.text(axis.values[best[0]]), axis.text(axis.values[best[-1]])
    if low == high:
        return f"{lasts} {most} at {axis.short} {low} ({field.number(values[top])})"
    return f"{lasts} {most} somewhere from {axis.short} {low} to {high} (about {field.number(values[top])})"


def alike(field: Field, sign: int) -> list[int]:
    """The points that cannot be told from the greatest (sign 1) or the least (-1)."""
    values = np.where(np.isfinite(field.values), sign * field.values, -np.inf)
    errors, top = np.nan_to_num(field.errors), int(np.argmax(values))
    reach = _quantile(len(values) - 1) * np.hypot(errors, errors[top])
    near = values >= values[top] - np.maximum(reach, 1e-9 * abs(values[top]))
    return [int(k) for k in np.flatnonzero(near)]


def _one_way(field: Field, sign: int) -> bool:
    """Whether it rises (falls) from end to end, but for what luck may do."""
    steps = sign * np.diff(field.values)
    reach = _quantile(len(steps)) * np.hypot(field.errors[1:], field.errors[:-1])
    ends = len(field.values) - 1 in alike(field, sign) and 0 in alike(field, -sign)
    return bool(ends and np.all(steps >= -reach))


def movers(axes: Sequence[Axis], design: pd.DataFrame, field: Field) -> str:
    """Which axis moves an outcome most, on average over the others."""
    low, high = (field.values[np.nanargmin(sign * field.values)] for sign in (1, -1))
    across = (
        f"{capital(field.spoken)} {'lasts' if field.horizon is not None else 'goes'} from {_number(low)} "
    )
    across += f"to {field.number(high)}"
    if len(alike(field, 1)) == np.isfinite(field.values).sum():
        return f"No difference in {field.spoken} between these points can be told from luck"
    swings = sorted((_swing(axis, design, field) for axis in axes), key=lambda swing: -swing[0])
    (one, error, name), (two, other, second) = swings[:2]
    if one - two <= _quantile(len(axes)) * float(np.hypot(error, other)):
        return f"{across}; it moves alike with {name} and {second}"
    rest = (
        f"with {second} by {_number(two)}" if len(axes) == 2 else f"with the others by {_number(two)} or less"
    )
    return f"{across}; it moves most with {name}, by {_number(one)} on average, {rest}"


def _swing(axis: Axis, design: pd.DataFrame, field: Field) -> tuple[float, float, str]:
    """From the least to the greatest mean along an axis, its error, and the axis."""
    place = axis.place(design[axis.name])
    played = np.isfinite(field.values)
    counts = np.bincount(place[played], minlength=len(axis))
    sums = np.bincount(place[played], field.values[played], len(axis))
    squares = np.bincount(place[played], np.nan_to_num(field.errors[played]) ** 2, len(axis))
    held = counts > 0
    means, errors = sums[held] / counts[held], np.sqrt(squares[held]) / counts[held]
    ends = [int(means.argmin()), int(means.argmax())]
    return float(np.ptp(means)), float(np.hypot(*errors[ends])), axis.short


def followed(axes: Sequence[Axis], design: pd.DataFrame, field: Field) -> str:
    """Which axis an outcome follows most closely over a sample of points."""
    from scipy.stats import spearmanr

    played = np.isfinite(field.values)
    if played.sum() < 4 or np.ptp(field.values[played]) == 0:
        return f"{capital(field.spoken)} is {field.number(float(np.nanmean(field.values)))} at these points"
    found = []
    for axis in axes:
        place = axis.place(design[axis.name])[played]
        if axis.ordered and np.ptp(place) > 0:
            found.append((float(spearmanr(place, field.values[played]).statistic), axis.short))
    if not found:
        return f"{capital(field.spoken)} at the points of this sweep"
    rho, name = max(found, key=lambda pair: abs(pair[0]))
    if abs(rho) * np.sqrt(played.sum() - 1) < _quantile(len(found)):
        return f"{capital(field.spoken)} follows none of these settings by itself"
    way = "rises" if rho > 0 else "falls"
    return f"{capital(field.spoken)} {way} most clearly with {name} (rank correlation {rho:.2f})"


def _quantile(comparisons: int) -> float:
    return NormalDist().inv_cdf(1 - 0.025 / max(1, comparisons))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def capital(words: str) -> str:
    """A sentence begins with a capital."""
    return words[0].upper() + words[1:]

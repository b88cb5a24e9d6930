"""A sweep as it is drawn: its axes and outcomes, the thresholds of theory, and what its errors bear out.

Points share their luck, so that differences between them are surer than independent errors say; those errors
are what a summary has, and a sentence that holds with them holds the more. The best of many points is held
against the others with the quantile of as many comparisons (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.pairs import Margins, margins_of, points_from
from regimesim.report.figures.axes import Axis
from regimesim.report.figures.style import PURPLE, RED, length
from regimesim.report.sentences import capitalized
from regimesim.scenario.messages import InputError, known, spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.columns import RATES, SPELL_STEMS
from regimesim.stats.estimates import NORMAL_QUANTILE, Floats

if TYPE_CHECKING:
    import pandas as pd


class Swept(Protocol):
    """The result of a sweep, as it is drawn."""

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
    values: Floats
    errors: Floats
    horizon: float | None

    @property
    def spoken(self) -> str:
        """Its name in a sentence."""
        return SPELL_STEMS.get(self.name, spoken(self.name))

    @property
    def title(self) -> str:
        """Its name with its unit."""
        if self.horizon is None:
            return spoken(self.name)
        return f"years of {self.spoken}, restricted mean ({self.horizon:g})"

    @property
    def band(self) -> tuple[Floats, Floats]:
        """The ends of 95 % intervals; those of a duration lie within the horizon."""
        reach = NORMAL_QUANTILE * np.nan_to_num(self.errors)
        low, high = self.values - reach, self.values + reach
        if self.horizon is None:
            return low, high
        return np.clip(low, 0, self.horizon), np.clip(high, 0, self.horizon)

    def number(self, value: float) -> str:
        """A value as it is spoken of."""
        return _rounded_number(value) if self.horizon is None else f"{_rounded_number(value)} years"


def fields(swept: Swept, outcome: str) -> list[Field]:
    """The outcomes that are meant by ``regime``, ``peace``, ``both`` or the name of a column.

    Raises
    ------
    InputError
        For one that the summary does not hold.
    """
    summary = swept.summary.set_index("point").reindex(swept.design["point"])
    rates = [name for name in RATES if name in summary.columns]
    names = ["regime", "peace"] if outcome == "both" else [outcome]
    names_known = ["both", "regime", "peace", *rates]
    known(outcome, names_known, "outcome", most=len(names_known))
    horizon = max(world.years for world in swept.worlds)
    found = []
    for name in names:
        column, until = (f"{name}_rmst", horizon) if name in SPELL_STEMS else (name, None)
        values, errors = (summary[c].to_numpy(np.float64) for c in (column, f"{column}_error"))
        found.append(Field(name, values, errors, until))
    return found


def sweep_finding(axes: Sequence[Axis], design: pd.DataFrame, field: Field) -> str:
    """Say what a sweep shows of an outcome."""
    if len(axes) == 1:
        order = np.argsort(axes[0].place(design[axes[0].name]), kind="stable")
        sorted_ = Field(field.name, field.values[order], field.errors[order], field.horizon)
        return along(axes[0], sorted_)
    return movers(axes, design, field)


def along(axis: Axis, field: Field) -> str:
    """Say where along an axis an outcome is greatest."""
    lasts = f"{capitalized(field.spoken)} {'lasts' if field.horizon is not None else 'is'}"
    best = cells_alike(field, 1)
    if len(best) == np.isfinite(field.values).sum():
        return f"No difference in {field.spoken} between these values of {axis.short} is beyond luck"
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
        last = f"{_rounded_number(values[-1])} at {axis.text(axis.values[-1])}"
        return f"{lasts} {more} the {way} the {axis.short}: {ends}, {last}"
    low, high = axis.text(axis.values[best[0]]), axis.text(axis.values[best[-1]])
    if low == high:
        return f"{lasts} {most} at {axis.short} {low} ({field.number(values[top])})"
    return f"{lasts} {most} somewhere from {axis.short} {low} to {high} (about {field.number(values[top])})"


def cells_alike(field: Field, sign: int) -> list[int]:
    """The points that cannot be told from the greatest (sign 1) or the least (-1)."""
    values = np.where(np.isfinite(field.values), sign * field.values, -np.inf)
    errors, top = np.nan_to_num(field.errors), int(np.argmax(values))
    reach = _quantile(len(values) - 1) * np.hypot(errors, errors[top])
    near = values >= values[top] - np.maximum(reach, 1e-9 * abs(values[top]))
    return [int(k) for k in np.flatnonzero(near)]


def _one_way(field: Field, sign: int) -> bool:
    """Tell whether it rises (falls) from end to end, but for what luck may do."""
    steps = sign * np.diff(field.values)
    reach = _quantile(len(steps)) * np.hypot(field.errors[1:], field.errors[:-1])
    ends = len(field.values) - 1 in cells_alike(field, sign) and 0 in cells_alike(field, -sign)
    return bool(ends and np.all(steps >= -reach))


def movers(axes: Sequence[Axis], design: pd.DataFrame, field: Field) -> str:
    """Find which axis moves an outcome most, on average over the others."""
    low, high = (field.values[np.nanargmin(sign * field.values)] for sign in (1, -1))
    across = f"{capitalized(field.spoken)} {'lasts' if field.horizon is not None else 'goes'} from "
    across += f"{_rounded_number(low)} to {field.number(high)}"
    if len(cells_alike(field, 1)) == np.isfinite(field.values).sum():
        return f"No difference in {field.spoken} between these points is beyond luck"
    swings = sorted((_swing(axis, design, field) for axis in axes), key=lambda swing: -swing[0])
    (one, error, name), (two, other, second) = swings[:2]
    if one - two <= _quantile(len(axes)) * float(np.hypot(error, other)):
        return f"{across}; it moves alike with {name} and {second}"
    rest = (
        f"with {second} by {_rounded_number(two)}"
        if len(axes) == 2
        else f"with the others by {_rounded_number(two)} or less"
    )
    return f"{across}; it moves most with {name}, by {_rounded_number(one)} on average, {rest}"


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
    """Find which axis an outcome follows most closely over a sample of points."""
    from scipy.stats import spearmanr

    played = np.isfinite(field.values)
    if played.sum() < 4 or np.ptp(field.values[played]) == 0:
        return (
            f"{capitalized(field.spoken)} is {field.number(float(np.nanmean(field.values)))} at these points"
        )
    found = []
    for axis in axes:
        place = axis.place(design[axis.name])[played]
        if axis.ordered and np.ptp(place) > 0:
            found.append((float(spearmanr(place, field.values[played]).statistic), axis.short))
    if not found:
        return f"{capitalized(field.spoken)} at the points of this sweep"
    rho, name = max(found, key=lambda pair: abs(pair[0]))
    if abs(rho) * np.sqrt(played.sum() - 1) < _quantile(len(found)):
        return f"{capitalized(field.spoken)} follows none of these settings by itself"
    way = "rises" if rho > 0 else "falls"
    return f"{capitalized(field.spoken)} {way} most clearly with {name} (rank correlation {rho:.2f})"


def _quantile(comparisons: int) -> float:
    return NormalDist().inv_cdf(1 - 0.025 / max(1, comparisons))


def _rounded_number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"


MOST_LINES = 6
"""Words of which each has a line of its own."""


class Threshold(NamedTuple):
    """Line and name of a threshold."""

    kind: str
    colour: str
    line: Any
    words: str


THRESHOLD_LINES = (
    Threshold("critical_mean", RED, "-", "the future alone suffices, mean of the pairs"),
    Threshold("critical_least", RED, (0, (4, 2)), "the future alone suffices, hardest pair"),
    Threshold("start_mean", PURPLE, "-", "cooperation pays at the start, mean of the pairs"),
    Threshold("start_least", PURPLE, (0, (1, 1)), "cooperation pays at the start, hardest pair"),
)


def changes_sign(margin: NDArray[np.float64]) -> bool:
    return bool(np.nanmin(margin) < 0 < np.nanmax(margin)) if np.isfinite(margin).any() else False


@dataclass(frozen=True, eq=False)
class Landscape:
    """A sweep as it is drawn: its axes and outcomes, point by point.

    Attributes
    ----------
    swept : Swept
    axes : tuple of Axis
        The settings that take several values.
    fields : tuple of Field
    margins : Margins, optional
        None where they cannot be told.
    """

    swept: Swept
    axes: tuple[Axis, ...]
    fields: tuple[Field, ...]
    margins: Margins | None

    @classmethod
    def of(cls, swept: Swept, outcome: str = "both") -> Landscape:
        """Gather what there is to draw.

        Raises
        ------
        InputError
            For an unknown outcome, or a sweep in which nothing varies or nothing has been played.
        """
        found = tuple(fields(swept, outcome))
        if not any(np.isfinite(field.values).any() for field in found):
            raise InputError("no point of this sweep has been played yet")
        axes = tuple(
            Axis.of(str(name), swept.design[name]) for name in swept.design.columns if name != "point"
        )
        axes = tuple(axis for axis in axes if len(axis) > 1)
        if not axes:
            raise InputError("this sweep has a single point; there is nothing to draw it against")
        points = points_from(swept.design, swept.worlds)
        return cls(swept, axes, found, margins_of(points) if points is not None else None)

    @property
    def is_grid(self) -> bool:
        """True if every combination of the axes' values is there, once."""
        rows = {tuple(row) for row in zip(*(self._places(axis).tolist() for axis in self.axes), strict=True)}
        count = math.prod(len(axis) for axis in self.axes)
        return len(rows) == count == len(self.swept.design)

    @property
    def findings(self) -> list[str]:
        """A sentence for each outcome."""
        tell = sweep_finding if len(self.axes) == 1 or self.is_grid else followed
        return [tell(self.axes, self.swept.design, field) for field in self.fields]

    @property
    def advice(self) -> str:
        """Advise on a sweep that is too wide for a picture; empty if it is not."""
        if self.drawn != "scatter":
            return ""
        return (
            "A sweep of more than three axes, or one that is no grid, is drawn against each axis while the "
            "others vary; to share out what moves the outcome, use the command sensitivity."
        )

    @property
    def drawn(self) -> str:
        """As what it is drawn: lines, dots, families (of lines), plane, multiples or scatter."""
        if len(self.axes) == 1 and len(self.axes[0]) == len(self.swept.design):
            return "lines" if self.axes[0].ordered else "dots"
        if self.family is not None:
            return "families"
        if self.is_grid and len(self.axes) in (2, 3):
            return "plane" if len(self.axes) == 2 else "multiples"
        return "scatter"

    @property
    def family(self) -> tuple[Axis, Axis] | None:
        """The axis of numbers and that of words, if there is one each and the words are not too many."""
        if len(self.axes) != 2 or not self.is_grid:
            return None
        words, numbers = sorted(self.axes, key=lambda axis: axis.ordered)
        return (
            (numbers, words) if numbers.ordered and not words.ordered and len(words) <= MOST_LINES else None
        )

    def grid(self, column: NDArray[np.float64], *axes: Axis) -> NDArray[np.float64]:
        """Values of the points as an array with an axis for each of ``axes``."""
        array = np.full([len(axis) for axis in axes], np.nan)
        array[tuple(self._places(axis) for axis in axes)] = column
        return array

    def margins_on(self, *axes: Axis) -> Margins | None:
        """The margins as arrays with an axis for each of ``axes``."""
        if self.margins is None:
            return None
        return Margins(*(self.grid(column, *axes) for column in self.margins))

    @property
    def seen(self) -> list[Threshold]:
        """Find which thresholds cross what was swept."""
        if self.margins is None or not any(axis.ordered for axis in self.axes):
            return []
        found = []
        for mean, least in (THRESHOLD_LINES[:2], THRESHOLD_LINES[2:]):
            margins = [getattr(self.margins, threshold.kind) for threshold in (mean, least)]
            alike = np.allclose(margins[0], margins[1], equal_nan=True)
            drawn = (
                [mean._replace(words=f"{mean.words.partition(',')[0]}, all pairs alike")]
                if alike
                else [mean, least]
            )
            found += [threshold for threshold in drawn if changes_sign(getattr(self.margins, threshold.kind))]
        return found

    @property
    def made_of(self) -> str:
        """Scenario, points, runs, years, seed, version."""
        swept, about = self.swept, self.swept.provenance
        names = list(dict.fromkeys(world.name for world in swept.worlds))
        listed = spoken(", ".join(names)) if len(names) <= 3 else f"{len(names)} scenarios"
        runs = swept.summary["runs"]
        count = f"{runs.min():,}" if runs.min() == runs.max() else f"{runs.min():,} to {runs.max():,}"
        years = length(max(world.years for world in swept.worlds))
        return (
            f"Scenario {listed} · {len(swept.design):,} points · {count} runs a point of {years} · seed "
            f"{about.get('seed', 'unknown')} · regimesim, version {about.get('version', 'unknown')}"
        )

    @property
    def threshold_note(self) -> str:
        """Say what the thresholds are, and on which side of those that are not seen all points lie."""
        if self.margins is None or not np.isfinite(self.margins.start_mean).any():
            return ""
        sides = []
        for kind, words in (
            ("critical", "The future alone suffices"),
            ("start", "Cooperation pays at the start"),
        ):
            mean, least = (getattr(self.margins, f"{kind}_{of}") for of in ("mean", "least"))
            if np.nanmin(least) >= 0:
                sides.append(f"{words} for every pair at every point.")
                continue
            if np.nanmin(mean) >= 0 or np.nanmax(mean) < 0:
                where = "every" if np.nanmin(mean) >= 0 else "no"
                sides.append(f"{words} for the mean of the pairs at {where} point.")
            if np.nanmax(least) < 0:
                sides.append(f"{words} for the hardest pair at no point.")
        if np.isnan(self.margins.start_mean).any():
            sides.append("Points without a prudent state have none.")
        what = (
            "Thresholds of theory: the future alone, under full trust (the critical discount factor); or "
            "with law, norm and trust as they are at the start."
        )
        return " ".join([what, *sides])

    def _places(self, axis: Axis) -> NDArray[np.intp]:
        return axis.place(self.swept.design[axis.name])

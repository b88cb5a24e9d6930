"""A sweep as it is drawn: its axes and outcomes, the thresholds that theory puts across them, its caption."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.axes import Axis
from regimesim.contrasts import Field, Swept, fields, finding, followed
from regimesim.palette import PURPLE, RED, length
from regimesim.scenario import InputError, spoken
from regimesim.thresholds import Margins, margins_of, points_from


class Threshold(NamedTuple):
    """How a threshold is drawn and named."""

    kind: str
    colour: str
    line: Any
    words: str


THRESHOLDS = (
    Threshold("critical_mean", RED, "-", "the future alone suffices, mean of the pairs"),
    Threshold("critical_least", RED, (0, (4, 2)), "the future alone suffices, hardest pair"),
    Threshold("start_mean", PURPLE, "-", "restraint pays at the start, mean of the pairs"),
    Threshold("start_least", PURPLE, (0, (1, 1)), "restraint pays at the start, hardest pair"),
)


def changes(margin: NDArray[np.float64]) -> bool:
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
        """What there is to draw.

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
        """Whether every combination of the axes' values is there, once."""
        rows = {tuple(row) for row in zip(*(self._places(axis).tolist() for axis in self.axes), strict=True)}
        count = math.prod(len(axis) for axis in self.axes)
        return len(rows) == count == len(self.swept.design)

    @property
    def findings(self) -> list[str]:
        """A sentence for each outcome."""
        tell = finding if len(self.axes) == 1 or self.is_grid else followed
        return [tell(self.axes, self.swept.design, field) for field in self.fields]

    @property
    def advice(self) -> str:
        """What to do with a sweep that is too wide for a picture; empty if it is not."""
        if self.drawn != "scatter":
            return ""
        return (
            "A sweep of more than three axes, or one that is no grid, is drawn against each axis while the "
            "others vary; to share out what moves the outcome, use the command sensitivity."
        )

    @property
    def drawn(self) -> str:
        """As what it is drawn: lines, dots, plane, multiples or scatter."""
        if len(self.axes) == 1 and len(self.axes[0]) == len(self.swept.design):
            return "lines" if self.axes[0].ordered else "dots"
        if self.is_grid and len(self.axes) in (2, 3):
            return "plane" if len(self.axes) == 2 else "multiples"
        return "scatter"

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
        """Which thresholds cross what was swept."""
        if self.margins is None or not any(axis.ordered for axis in self.axes):
            return []
        found = []
        for mean, least in (THRESHOLDS[:2], THRESHOLDS[2:]):
            margins = [getattr(self.margins, threshold.kind) for threshold in (mean, least)]
            alike = np.allclose(margins[0], margins[1], equal_nan=True)
            drawn = (
                [mean._replace(words=f"{mean.words.partition(',')[0]}, all pairs alike")]
                if alike
                else [mean, least]
            )
            found += [threshold for threshold in drawn if changes(getattr(self.margins, threshold.kind))]
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
        """What the thresholds are, and on which side of those that are not seen all points lie."""
        if self.margins is None or not np.isfinite(self.margins.start_mean).any():
            return ""
        sides = []
        for kind, words in (
            ("critical", "The future alone suffices"),
            ("start", "Restraint pays at the start"),
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
        what = (
            "Thresholds of theory: the future alone, under full trust (the critical discount factor); or "
            "with law, norm and trust as they are at the start."
        )
        return " ".join([what, *sides])

    def _places(self, axis: Axis) -> NDArray[np.intp]:
        return axis.place(self.swept.design[axis.name])

"""The axes of a sweep: where the values of a setting stand on a picture, and how they are written.

Numbers stand where they are, or at their logarithm if they are spread that way; words, and numbers with
neither order of spacing, stand in a row. ``inf`` stands a step beyond the last number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from regimesim.scenario.messages import show, spoken
from regimesim.scenario.parameters import BUFFER, BY_NAME, STATE, Parameter
from regimesim.stats.estimates import Floats

MOST_TICKS = 9
_LETTERS_AN_INCH = 12
_VAGUE = ("level", "rate", "weight", "cost", "rule", "initial", "years", "exit", "reset", "spread", "pledge")
_OWN = {p.name: p for p in (*STATE, *BUFFER)}


@dataclass(frozen=True, eq=False)
class Axis:
    """A swept setting as an axis.

    Attributes
    ----------
    name : str
    values : tuple
        Each once; numbers in their order, words in the order of the design.
    at : float array (n,)
        Where they stand, increasing.
    scale : {"linear", "log", "row"}
    """

    name: str
    values: tuple[Any, ...]
    at: Floats
    scale: str

    @classmethod
    def of(cls, name: str, column: Any) -> Axis:
        """The axis of a column of a design."""
        values = list(dict.fromkeys(np.asarray(column).tolist()))
        if any(isinstance(value, bool | str) for value in values):
            return cls(name, tuple(values), np.arange(len(values), dtype=np.float64), "row")
        numbers = np.array(sorted(values), np.float64)
        finite = numbers[np.isfinite(numbers)]
        scale = _scale_of_numbers(finite)
        at = {"linear": finite, "log": np.log10(np.maximum(finite, 1e-300))}.get(
            scale, np.arange(len(finite), dtype=np.float64)
        )
        if len(finite) < len(numbers):
            step = (at[-1] - at[0]) / (len(at) - 1) if len(at) > 1 else 1.0
            at = np.append(at, at[-1] + step if len(at) else 0.0)
        return cls(name, tuple(numbers.tolist()), at, scale)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def ordered(self) -> bool:
        """True if between two values there are others: whether lines may be drawn along it."""
        return not any(isinstance(value, bool | str) for value in self.values)

    @property
    def edges(self) -> Floats:
        """Edges between one cell and the next, (n + 1,)."""
        if len(self.at) == 1:
            return np.array([self.at[0] - 0.5, self.at[0] + 0.5])
        middles = (self.at[1:] + self.at[:-1]) / 2
        return np.concatenate([[2 * self.at[0] - middles[0]], middles, [2 * self.at[-1] - middles[-1]]])

    @property
    def title(self) -> str:
        """Name, as it is typed, and unit."""
        unit = self._declared.unit if self._declared else ""
        return f"{self.name} ({unit})" if unit else self.name

    @property
    def short(self) -> str:
        """The name without its group, where that says enough."""
        head, _, key = self.name.partition(".")
        if head in ("states", "buffers") or self.name not in BY_NAME or key in _VAGUE:
            return spoken(self.name.replace(".", " "))
        return spoken(key)

    @property
    def _declared(self) -> Parameter | None:
        return BY_NAME.get(self.name) or _OWN.get(self.name.rpartition(".")[2])

    def text(self, value: Any) -> str:
        """A value as it is written."""
        if isinstance(value, str):
            return spoken(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "∞" if math.isinf(value) else show(float(f"{value:.4g}"))

    def place(self, column: Any) -> NDArray[np.intp]:
        """Find which of the values each entry of a column is."""
        number = {value: k for k, value in enumerate(self.values)}
        return np.array([number[value] for value in np.asarray(column).tolist()], np.intp)

    def ticks(self) -> tuple[list[float], list[str]]:
        """Place and name the ticks."""
        brief = all(len(self.text(value)) <= 4 for value in self.values)
        if self.scale == "row" or not np.all(np.isfinite(self.values)) or (len(self) <= MOST_TICKS and brief):
            if self.scale != "row" and len(self) <= MOST_TICKS:
                kept = _ticks_apart(self.at)
            else:
                kept = list(range(0, len(self), math.ceil(len(self) / (MOST_TICKS if self.ordered else 24))))
            return [float(self.at[k]) for k in kept], [self.text(self.values[k]) for k in kept]
        low, high = self.values[0], self.values[-1]
        if self.scale == "log":
            powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            numbers = [x * 10.0**k for k in powers for x in (1, 2, 5)]
        else:
            numbers = [float(x) for x in MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]
        reach = 1e-9 * (high - low)
        numbers = [x for x in numbers if low - reach <= x <= high + reach]
        return [math.log10(x) if self.scale == "log" else x for x in numbers], [self.text(x) for x in numbers]

    def draw(self, ax: Axes, side: str = "x", title: bool = True) -> None:
        """Ticks and title on a side of a picture."""
        at, words = self.ticks()
        box, dpi = ax.get_window_extent(), ax.figure.dpi
        if side == "x":
            long = max(map(len, words), default=0) * len(words) > _LETTERS_AN_INCH * box.width / dpi
            tilt: dict[str, Any] = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if long else {}
            ax.set_xticks(at, words, **tilt)
            if title:
                ax.set_xlabel(self._titled(box.width / dpi), fontsize=9.5, parse_math=False)
        else:
            ax.set_yticks(at, words)
            if title:
                ax.set_ylabel(self._titled(box.height / dpi), fontsize=9.5, parse_math=False)

    def _titled(self, inches: float) -> str:
        """The title, its unit on a line of its own where there is not the room."""
        return self.title if len(self.title) <= _LETTERS_AN_INCH * inches else self.title.replace(" (", "\n(")


def _scale_of_numbers(numbers: Floats) -> str:
    """The scale on which numbers are spread most evenly; in a row if on neither."""
    if len(numbers) < 3:
        return "linear"
    linear = _evenness(numbers)
    if linear > 0.97:
        return "linear"
    if numbers[0] > 0 and _evenness(np.log(numbers)) > max(linear, 0.97):
        return "log"
    return "row" if len(numbers) <= MOST_TICKS else "linear"


def _evenness(numbers: Floats) -> float:
    return float(np.corrcoef(np.arange(len(numbers)), numbers)[0, 1])


def _ticks_apart(at: Floats) -> list[int]:
    """Values that stand far enough from one another to be written."""
    least, kept = (at[-1] - at[0]) / 14, [0]
    for k in range(1, len(at)):
        if at[k] - at[kept[-1]] >= least:
            kept.append(k)
    return kept

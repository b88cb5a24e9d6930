"""Outcomes of a sweep along one axis: lines with bands, dots with intervals, scatter."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from regimesim.axes import Axis
from regimesim.landscape import Landscape
from regimesim.palette import BLUE, ORANGE, PALE

LOOKS = ((BLUE, "-", "o"), (ORANGE, "--", "s"))


def lines(sweep: Landscape, ax: Axes) -> Axes:
    """Outcomes along an axis, with 95 % bands, and the thresholds of theory across it."""
    (axis,) = sweep.axes
    for field, (colour, line, marker) in zip(sweep.fields, LOOKS, strict=False):
        low, high = (sweep.grid(end, axis) for end in field.band)
        ax.fill_between(axis.at, low, high, color=colour, alpha=0.2, linewidth=0)
        values = sweep.grid(field.values, axis)
        ax.plot(axis.at, values, color=colour, linestyle=line, linewidth=1.8, label=field.spoken,
                marker=marker if len(axis) <= 40 else "", markersize=4)  # fmt: skip
    axis.draw(ax)
    height(sweep, ax)
    for threshold in sweep.seen:
        margin = sweep.grid(getattr(sweep.margins, threshold.kind), axis)
        for k, place in enumerate(crossings(axis.at, margin)):
            ax.axvline(place, color=threshold.colour, linewidth=1.6, linestyle=threshold.line,
                       label=threshold.words.replace(", ", ",\n") if k == 0 else None)  # fmt: skip
    ax.legend(fontsize=8.5, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def height(sweep: Landscape, ax: Axes, side: str = "y") -> None:
    """The axis of the outcomes."""
    first = sweep.fields[0]
    both = len(sweep.fields) > 1
    title = f"years, mean up to {first.horizon:g}" if both else first.title
    if first.horizon is not None:
        most = 1.03 * max(float(np.nanmax(field.band[1])) for field in sweep.fields)
        whole = 1.03 * first.horizon
        (ax.set_ylim if side == "y" else ax.set_xlim)(
            0, whole if most > 0.5 * whole else max(most, 0.01 * whole)
        )
    (ax.set_ylabel if side == "y" else ax.set_xlabel)(title, fontsize=9.5)


def dots(sweep: Landscape, ax: Axes) -> Axes:
    """Outcomes at settings that are words, with 95 % intervals."""
    (axis,) = sweep.axes
    for k, (field, (colour, _, marker)) in enumerate(zip(sweep.fields, LOOKS, strict=False)):
        rows = axis.at + (0.16 * (2 * k - 1) if len(sweep.fields) > 1 else 0)
        low, high_ = (sweep.grid(end, axis) for end in field.band)
        ax.hlines(rows, low, high_, color=colour, linewidth=2)
        ax.plot(sweep.grid(field.values, axis), rows, marker, color=colour, markersize=6, label=field.spoken)
    axis.draw(ax, "y")
    ax.set_ylim(len(axis) - 0.4, -0.6)
    ax.grid(axis="y", color=PALE, linewidth=0.5)
    height(sweep, ax, "x")
    ax.legend(fontsize=8.5, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def scatter(sweep: Landscape, axis: Axis, ax: Axes) -> Axes:
    """Outcomes against one axis, while all others vary, and their means along it."""
    place = axis.place(sweep.swept.design[axis.name])
    for field, (colour, line, _) in zip(sweep.fields, LOOKS, strict=False):
        played = np.isfinite(field.values)
        at, values = axis.at[place[played]], field.values[played]
        alpha = max(0.06, min(0.6, 60 / len(values)))
        ax.plot(at, values, "o", color=colour, alpha=alpha, markersize=3, markeredgewidth=0, rasterized=True)
        bins = np.array_split(np.argsort(at, kind="stable"), 8)
        if len(axis) <= 12:
            bins = [np.flatnonzero(at == value) for value in axis.at]
        means = np.array([(at[b].mean(), values[b].mean()) for b in bins if len(b)])
        ax.plot(*means.T, "o", linestyle=line if axis.ordered else "none", color=colour, linewidth=2,
                markersize=4, path_effects=[withStroke(linewidth=3.5, foreground="white")])  # fmt: skip
    axis.draw(ax)
    height(sweep, ax)
    return ax


def crossings(at: NDArray[np.float64], margin: NDArray[np.float64]) -> list[float]:
    """Where a margin goes through 0 between two values."""
    found = []
    for k in range(len(at) - 1):
        one, two = margin[k], margin[k + 1]
        if np.isfinite(one) and np.isfinite(two) and (one < 0) != (two < 0):
            found.append(float(at[k] + (at[k + 1] - at[k]) * one / (one - two)))
    return found

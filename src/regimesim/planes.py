"""Outcomes of a sweep on a plane: heat maps with their contours and the thresholds of theory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from regimesim.axes import Axis
from regimesim.curves import crossings
from regimesim.landscape import Threshold, changes
from regimesim.palette import BLACK, PALE, note
from regimesim.thresholds import Margins

COLOURS = "cividis"
"""Even in lightness, and the same to all eyes (Nuñez, Anderton & Renslow 2018)."""

_WRITTEN = 42
"""Cells up to which each holds its number."""

_HALO: list[AbstractPathEffect] = [withStroke(linewidth=4.0, foreground="white")]


class Panel(NamedTuple):
    """A heat map: an outcome and the margins on a plane, [y, x]."""

    values: NDArray[np.float64]
    margins: Margins | None
    thresholds: Sequence[Threshold] = ()
    written: bool = True  # numbers in the cells, if they are few


def heat(ax: Axes, x: Axis, y: Axis, panel: Panel, scale: Normalize) -> Any:
    """An outcome on a plane, its contours, and the thresholds of theory drawn across it."""
    mesh = ax.pcolormesh(x.edges, y.edges, np.ma.masked_invalid(panel.values), cmap=COLOURS, norm=scale,
                         rasterized=panel.values.size > 2_500)  # fmt: skip
    ax.set_facecolor(PALE)
    ax.spines[:].set_visible(False)
    if panel.written and panel.values.size <= _WRITTEN:
        _numbers(ax, x, y, panel.values, scale)
    elif x.ordered and y.ordered and min(panel.values.shape) >= 4:
        _contours(ax, x, y, panel.values, scale)
    for threshold in panel.thresholds:
        _draw_threshold(ax, x, y, getattr(panel.margins, threshold.kind), threshold)
    return mesh


def _draw_threshold(ax: Axes, x: Axis, y: Axis, margin: NDArray[np.float64], threshold: Threshold) -> None:
    """Where a margin is 0: a line, or in each column (row) of words a piece of one."""
    style: dict[str, Any] = {"colors": threshold.colour, "linewidths": 2.2}
    if x.ordered and y.ordered and changes(margin):
        drawn = ax.contour(x.at, y.at, margin, levels=[0.0], linestyles=[threshold.line], **style)
        drawn.set_path_effects(_HALO)
    elif y.ordered and not x.ordered:
        for k, (left, right) in enumerate(pairwise(x.edges)):
            for height in crossings(y.at, margin[:, k]):
                ax.hlines(height, left, right, linestyles=threshold.line, path_effects=_HALO, **style)
    elif x.ordered:
        for k, (low, high) in enumerate(pairwise(y.edges)):
            for place in crossings(x.at, margin[k]):
                ax.vlines(place, low, high, linestyles=threshold.line, path_effects=_HALO, **style)


def _numbers(ax: Axes, x: Axis, y: Axis, values: NDArray[np.float64], scale: Normalize) -> None:
    for row, at_y in enumerate(y.at):
        for column, at_x in enumerate(x.at):
            value = values[row, column]
            if np.isfinite(value):
                colour = "white" if scale(value) < 0.55 else BLACK
                text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"
                note(ax, at_x, at_y, text, ha="center", va="center", color=colour, bbox=None)


def _contours(ax: Axes, x: Axis, y: Axis, values: NDArray[np.float64], scale: Normalize) -> None:
    levels = [v for v in MaxNLocator(5).tick_values(np.nanmin(values), np.nanmax(values))
              if np.nanmin(values) < v < np.nanmax(values)]  # fmt: skip
    if not levels:
        return
    colours = ["white" if scale(level) < 0.55 else BLACK for level in levels]
    drawn = ax.contour(
        x.at, y.at, np.ma.masked_invalid(values), levels=levels, colors=colours, linewidths=0.7
    )
    ax.clabel(drawn, fontsize=7.5, fmt=lambda level: f"{level:g}")

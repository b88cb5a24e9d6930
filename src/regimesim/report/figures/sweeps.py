"""Pictures of sweeps: heat maps with the threshold of theory, lines with bands, small multiples, scatter.

What is drawn follows from the design: a line for one axis of numbers, dots for one of words, a line for each
word where there is one of either; a heat map for a grid of two other axes, one for each value of a third; for
anything else, the outcome against each axis. The
threshold is where the margin of cooperation at the start is 0 (:mod:`regimesim.analysis.pairs`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from regimesim.analysis.pairs import Margins
from regimesim.report.figures.axes import Axis
from regimesim.report.figures.landscape import Field, Landscape, Swept, Threshold, changes_sign
from regimesim.report.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    HEAT_COLOURS,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    Look,
    blank,
    framed,
    key_above,
    looks,
    note,
    save_figures,
    tidy,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.report.sentences import capitalized

MOST_PANELS = 5
MOST_SCATTERED = 9

LINE_STYLES = (
    Look(BLUE, "-", "o"),
    Look(ORANGE, "--", "s"),
    Look(GREEN, "-.", "^"),
    Look(RED, ":", "D"),
    Look(BLACK, (0, (8, 2)), "P"),  # type: ignore[arg-type]
    Look(PURPLE, (0, (5, 1, 1, 1)), "v"),  # type: ignore[arg-type]
)
"""Lines for the words of an axis, each told by colour, stroke and mark."""
LOOKS = ((BLUE, "-", "o"), (ORANGE, "--", "s"))

_WRITTEN = 42
"""Cells up to which each holds its number."""

_HALO: list[AbstractPathEffect] = [withStroke(linewidth=4.0, foreground="white")]


@drawn
def phase_figure(swept: Swept, outcome: str = "both") -> Figure:
    """The picture of a sweep, with title and caption.

    Parameters
    ----------
    swept : Swept
        Anything with the attributes ``design``, ``summary``, ``worlds`` and ``provenance``.
    outcome : str
        ``both`` (cooperation and peace), ``regime``, ``peace``, or a column of the summary.

    Raises
    ------
    InputError
        For an unknown outcome, or where there is nothing to draw.
    """
    return figure_of(Landscape.of(swept, outcome))


@drawn
def figure_of(sweep: Landscape) -> Figure:
    """The picture of what there is to draw."""
    pictures = {
        "lines": _line_figure,
        "dots": _dot_figure,
        "families": _family_figure,
        "plane": _plane_figure,
        "multiples": _multiples_figure,
        "scatter": _scatter_figure,
    }
    figure, signs = pictures[sweep.drawn](sweep)
    return framed(figure, ". ".join(sweep.findings), f"{signs}\n{sweep.made_of}")


def _line_figure(sweep: Landscape) -> tuple[Figure, str]:
    figure, (ax,) = blank(8.8, 4.6, (0.09, 0.2, 0.88, 0.64))
    lines(sweep, ax)
    key_above(figure, ax, columns=3)
    return figure, f"Bands: 95 % intervals. {sweep.threshold_note}".strip()


def _dot_figure(sweep: Landscape) -> tuple[Figure, str]:
    high = 1.9 + 0.42 * len(sweep.axes[0])
    figure, (ax,) = blank(8.8, high, (0.25, 1.0 / high, 0.55, 0.42 * len(sweep.axes[0]) / high))
    dots(sweep, ax)
    key_above(figure, ax)
    return figure, "Lines: 95 % intervals."


def _family_figure(sweep: Landscape) -> tuple[Figure, str]:
    count = len(sweep.fields)
    wide = 1.1 + 4.6 * count
    figure, axes = blank(
        wide, 4.6, *((((0.8 + 4.6 * k) / wide, 0.2, 4.0 / wide, 0.64)) for k in range(count))
    )
    for ax, field in zip(axes, sweep.fields, strict=True):
        family(sweep, field, ax)
        ax.set_title(capitalized(field.spoken), loc="left", fontsize=10.5, weight="bold")
        if ax is not axes[0]:
            ax.set_ylabel("")
    key_above(figure, *axes)
    marks = " Upright marks: where a threshold of theory is crossed." if sweep.seen else ""
    return figure, f"Bands: 95 % intervals.{marks} {sweep.threshold_note}".strip()


def _plane_figure(sweep: Landscape) -> tuple[Figure, str]:
    x, y = sweep.axes
    count = len(sweep.fields)
    wide = 1.9 + 4.4 * count
    share = 3.6 / wide
    boxes = [((1.0 + k * 4.25) / wide, 0.285, share, 0.52) for k in range(count)]
    bar = ((1.0 + count * 4.25 - 0.42) / wide, 0.285, 0.16 / wide, 0.52)
    figure, axes = blank(wide, 6.4, *boxes, bar)
    scale = _common_scale(sweep)
    for ax, field in zip(axes, sweep.fields, strict=False):
        panel = HeatMap(sweep.grid(field.values, y, x), sweep.margins_on(y, x), sweep.seen)
        mesh = heat(ax, x, y, panel, scale)
        x.draw(ax)
        y.draw(ax, "y", title=ax is axes[0])
        ax.set_title(capitalized(field.spoken), loc="left", fontsize=10.5, weight="bold")
    _colour_bar(figure, mesh, axes[-1], sweep)
    _name_thresholds(figure, sweep, axes[:-1])
    return figure, sweep.threshold_note


def _multiples_figure(sweep: Landscape) -> tuple[Figure, str]:
    facet = min(sweep.axes, key=lambda axis: (axis.ordered, len(axis)))
    x, y = (axis for axis in sweep.axes if axis is not facet)
    chosen = np.unique(np.linspace(0, len(facet) - 1, min(MOST_PANELS, len(facet))).round().astype(int))
    rows, columns = len(sweep.fields), len(chosen)
    wide, high = 2.0 + 2.55 * columns, 2.75 + 2.5 * rows
    boxes = [
        ((0.95 + 2.55 * c) / wide, (1.7 + 2.5 * (rows - 1 - r)) / high, 2.3 / wide, 2.05 / high)
        for r in range(rows)
        for c in range(columns)
    ]
    bar = ((0.95 + 2.55 * columns) / wide, 1.7 / high, 0.15 / wide, (2.5 * rows - 0.45) / high)
    figure, axes = blank(wide, high, *boxes, bar)
    scale, margins = _common_scale(sweep), sweep.margins_on(facet, y, x)
    for r, field in enumerate(sweep.fields):
        values = sweep.grid(field.values, facet, y, x)
        for c, k in enumerate(chosen):
            ax = axes[r * columns + c]
            part = Margins(*(column[k] for column in margins)) if margins is not None else None
            mesh = heat(ax, x, y, HeatMap(values[k], part, sweep.seen, written=False), scale)
            x.draw(ax, title=r == rows - 1)
            y.draw(ax, "y", title=c == 0)
            ax.set_title(
                f"{capitalized(field.spoken)}\n{facet.name} {facet.text(facet.values[k])}",
                loc="left",
                fontsize=9,
                parse_math=False,
            )
            if r < rows - 1:
                ax.set_xticklabels([])
            if c:
                ax.set_yticklabels([])
    _colour_bar(figure, mesh, axes[-1], sweep)
    _name_thresholds(figure, sweep, axes[:-1])
    some = (
        f"{len(chosen)} of {len(facet)} values of {facet.short} are shown. "
        if len(chosen) < len(facet)
        else ""
    )
    return figure, some + sweep.threshold_note


def _common_scale(sweep: Landscape) -> Normalize:
    """One scale for all panels."""
    values = np.concatenate([field.values for field in sweep.fields])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return Normalize(low, high if high > low else low + 1)


def _colour_bar(figure: Figure, mesh: Any, ax: Axes, sweep: Landscape) -> None:
    figure.colorbar(mesh, cax=ax)
    first = sweep.fields[0]
    ax.spines[:].set_visible(False)
    words = f"years, restricted mean ({first.horizon:g})" if len(sweep.fields) > 1 else first.title
    ax.set_ylabel(words, fontsize=9.5)


def _name_thresholds(figure: Figure, sweep: Landscape, panels: Sequence[Axes]) -> None:
    """Name the thresholds that are drawn, above the panels."""
    handles = [
        Line2D([], [], color=t.colour, linestyle=t.line, linewidth=2.2, label=t.words) for t in sweep.seen
    ]
    key_above(figure, *panels, columns=2, also=handles)


def _scatter_figure(sweep: Landscape) -> tuple[Figure, str]:
    axes = sweep.axes[:MOST_SCATTERED]
    columns = min(3, len(axes))
    rows = math.ceil(len(axes) / columns)
    wide, high = 1.0 + 3.3 * columns, 2.4 + 2.6 * rows
    boxes = [
        (
            (0.75 + 3.3 * (k % columns)) / wide,
            (1.4 + 2.6 * (rows - 1 - k // columns)) / high,
            2.8 / wide,
            1.75 / high,
        )
        for k in range(len(axes))
    ]
    figure, panels = blank(wide, high, *boxes)
    for k, (axis, ax) in enumerate(zip(axes, panels, strict=True)):
        scatter(sweep, axis, tidy(ax))
        if k % columns:
            ax.set_ylabel("")
    handles = [
        Patch(color=colour, label=f.spoken) for f, (colour, *_) in zip(sweep.fields, LOOKS, strict=False)
    ]
    key_above(figure, *panels, also=handles)
    hidden = len(sweep.axes) - len(axes)
    more = f" {hidden} more axes are not shown." if hidden else ""
    return (
        figure,
        f"A dot is a point of the sweep; lines: means of points with like values. {sweep.advice}{more}",
    )


def save_sweep_figure(sweep: Landscape, folder: Path, name: str = "phase") -> list[Path]:
    """Write the picture of a sweep into a folder, as PNG and SVG; returns the paths."""
    return save_figures([(name, figure_of(sweep))], folder)


def lines(sweep: Landscape, ax: Axes) -> Axes:
    """Outcomes along an axis, with 95 % bands, and the thresholds of theory across it."""
    (axis,) = sweep.axes
    for field, (colour, line, marker) in zip(sweep.fields, LOOKS, strict=False):
        low, high = (sweep.grid(end, axis) for end in field.band)
        ax.fill_between(axis.at, low, high, color=colour, alpha=0.2, linewidth=0)
        values = sweep.grid(field.values, axis)
        ax.plot(
            axis.at,
            values,
            color=colour,
            linestyle=line,
            linewidth=1.8,
            label=field.spoken,
            marker=marker if len(axis) <= 40 else "",
            markersize=4,
        )
    axis.draw(ax)
    height(sweep, ax)
    for threshold in sweep.seen:
        margin = sweep.grid(getattr(sweep.margins, threshold.kind), axis)
        for k, place in enumerate(crossings(axis.at, margin)):
            ax.axvline(
                place,
                color=threshold.colour,
                linewidth=1.6,
                linestyle=threshold.line,
                label=threshold.words if k == 0 else None,
            )
    return ax


def family(sweep: Landscape, field: Field, ax: Axes) -> Axes:
    """One outcome along the axis of numbers: a line with its band for each word of the other axis."""
    assert sweep.family is not None
    numbers, words = sweep.family
    low, high = (sweep.grid(end, words, numbers) for end in field.band)
    values = sweep.grid(field.values, words, numbers)
    drawn = _looks_of_words(words)
    for k, (word, style) in enumerate(zip(words.values, drawn, strict=True)):
        ax.fill_between(numbers.at, low[k], high[k], color=style.colour, alpha=0.15, linewidth=0)
        ax.plot(
            numbers.at,
            values[k],
            color=style.colour,
            linestyle=style.line,
            linewidth=1.8,
            marker=style.marker if len(numbers) <= 40 else "",
            markersize=4.5,
            label=f"{words.name}: {words.text(word)}",
        )
    for threshold in sweep.seen:
        margin = sweep.grid(getattr(sweep.margins, threshold.kind), words, numbers)
        _mark_crossings(ax, numbers.at, values, margin, threshold)
    numbers.draw(ax)
    height(sweep, ax)
    return ax


def _looks_of_words(words: Axis) -> list[Look]:
    if words.name == "scenario":
        return list(looks([str(value) for value in words.values]).values())
    return list(LINE_STYLES[: len(words)])


def _mark_crossings(
    ax: Axes,
    at: NDArray[np.float64],
    values: NDArray[np.float64],
    margin: NDArray[np.float64],
    threshold: Threshold,
) -> None:
    """Mark on each line where its margin is 0."""
    places = [
        (place, np.interp(place, at, line))
        for line, own in zip(values, margin, strict=True)
        for place in crossings(at, own)
    ]
    ax.plot(
        *(np.array(places).T if places else ([], [])),
        linestyle="none",
        marker="|",
        markersize=18,
        markeredgewidth=2.2 if threshold.kind.endswith("mean") else 1.2,
        color=threshold.colour,
        label=threshold.words,
    )


def height(sweep: Landscape, ax: Axes, side: str = "y") -> None:
    """The axis of the outcomes."""
    first = sweep.fields[0]
    both = len(sweep.fields) > 1
    title = f"years, restricted mean ({first.horizon:g})" if both else first.title
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
        ax.plot(
            *means.T,
            "o",
            linestyle=line if axis.ordered else "none",
            color=colour,
            linewidth=2,
            markersize=4,
            path_effects=[withStroke(linewidth=3.5, foreground="white")],
        )
    axis.draw(ax)
    height(sweep, ax)
    return ax


def crossings(at: NDArray[np.float64], margin: NDArray[np.float64]) -> list[float]:
    """Find where a margin goes through 0 between two values."""
    found = []
    for k in range(len(at) - 1):
        one, two = margin[k], margin[k + 1]
        if np.isfinite(one) and np.isfinite(two) and (one < 0) != (two < 0):
            found.append(float(at[k] + (at[k + 1] - at[k]) * one / (one - two)))
    return found


class HeatMap(NamedTuple):
    """A heat map: an outcome and the margins on a plane, [y, x]."""

    values: NDArray[np.float64]
    margins: Margins | None
    thresholds: Sequence[Threshold] = ()
    written: bool = True  # numbers in the cells, if they are few


def heat(ax: Axes, x: Axis, y: Axis, panel: HeatMap, scale: Normalize) -> Any:
    """An outcome on a plane, its contours, and the thresholds of theory drawn across it."""
    mesh = ax.pcolormesh(
        x.edges,
        y.edges,
        np.ma.masked_invalid(panel.values),
        cmap=HEAT_COLOURS,
        norm=scale,
        rasterized=panel.values.size > 2_500,
    )
    ax.set_facecolor(PALE)
    ax.spines[:].set_visible(False)
    if panel.written and panel.values.size <= _WRITTEN:
        _numbers_in_cells(ax, x, y, panel.values, scale)
    elif x.ordered and y.ordered and min(panel.values.shape) >= 4:
        _contours(ax, x, y, panel.values, scale)
    for threshold in panel.thresholds:
        _draw_threshold(ax, x, y, getattr(panel.margins, threshold.kind), threshold)
    return mesh


def _draw_threshold(ax: Axes, x: Axis, y: Axis, margin: NDArray[np.float64], threshold: Threshold) -> None:
    """Draw where a margin is 0: a line, or in each column (row) of words a piece of one."""
    style: dict[str, Any] = {"colors": threshold.colour, "linewidths": 2.2}
    if x.ordered and y.ordered and changes_sign(margin):
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


def _numbers_in_cells(ax: Axes, x: Axis, y: Axis, values: NDArray[np.float64], scale: Normalize) -> None:
    for row, at_y in enumerate(y.at):
        for column, at_x in enumerate(x.at):
            value = values[row, column]
            if np.isfinite(value):
                colour = "white" if scale(value) < 0.55 else BLACK
                text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"
                note(ax, at_x, at_y, text, ha="center", va="center", color=colour, bbox=None)


def _contours(ax: Axes, x: Axis, y: Axis, values: NDArray[np.float64], scale: Normalize) -> None:
    levels = [
        v
        for v in MaxNLocator(5).tick_values(np.nanmin(values), np.nanmax(values))
        if np.nanmin(values) < v < np.nanmax(values)
    ]
    if not levels:
        return
    colours = ["white" if scale(level) < 0.55 else BLACK for level in levels]
    drawn = ax.contour(
        x.at, y.at, np.ma.masked_invalid(values), levels=levels, colors=colours, linewidths=0.7
    )
    ax.clabel(drawn, fontsize=7.5, fmt=lambda level: f"{level:g}")

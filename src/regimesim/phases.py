"""Pictures of sweeps: heat maps with the threshold of theory, lines with bands, small multiples, scatter.

What is drawn follows from the design: a line for one axis of numbers, dots for one of words, a heat map for a
grid of two axes, one for each value of a third; for anything else, the outcome against each axis. The
threshold is where the margin of restraint at the start is 0 (:mod:`regimesim.thresholds`).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from regimesim.contrasts import Swept, capital
from regimesim.curves import LOOKS, dots, lines, scatter
from regimesim.landscape import Landscape
from regimesim.palette import blank, framed, tidy
from regimesim.planes import Panel, heat
from regimesim.plots import svg
from regimesim.thresholds import Margins

MOST_PANELS = 5
MOST_SCATTERED = 9


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


def figure_of(sweep: Landscape) -> Figure:
    """The picture of what there is to draw."""
    pictures = {
        "lines": _line_figure, "dots": _dot_figure, "plane": _plane_figure, "multiples": _multiples_figure,
        "scatter": _scatter_figure,
    }  # fmt: skip
    figure, signs = pictures[sweep.drawn](sweep)
    return framed(figure, ". ".join(sweep.findings), f"{signs}\n{sweep.made_of}")


def _line_figure(sweep: Landscape) -> tuple[Figure, str]:
    figure, (ax,) = blank(9.6, 5.2, (0.08, 0.24, 0.58, 0.56))
    lines(sweep, ax)
    words = sweep.axes[0].title
    ax.set_xlabel(words, fontsize=9.5, parse_math=False)
    return figure, f"Bands: 95 % intervals. {sweep.threshold_note}".strip()


def _dot_figure(sweep: Landscape) -> tuple[Figure, str]:
    high = 1.9 + 0.42 * len(sweep.axes[0])
    figure, (ax,) = blank(8.8, high, (0.25, 1.0 / high, 0.55, 0.42 * len(sweep.axes[0]) / high))
    dots(sweep, ax)
    return figure, "Lines: 95 % intervals."


def _plane_figure(sweep: Landscape) -> tuple[Figure, str]:
    x, y = sweep.axes
    count = len(sweep.fields)
    wide = 1.9 + 4.4 * count
    share = 3.6 / wide
    boxes = [((1.0 + k * 4.25) / wide, 0.285, share, 0.52) for k in range(count)]
    bar = ((1.0 + count * 4.25 - 0.42) / wide, 0.285, 0.16 / wide, 0.52)
    figure, axes = blank(wide, 6.4, *boxes, bar)
    scale = _scale(sweep)
    for ax, field in zip(axes, sweep.fields, strict=False):
        panel = Panel(sweep.grid(field.values, y, x), sweep.margins_on(y, x), sweep.seen)
        mesh = heat(ax, x, y, panel, scale)
        x.draw(ax)
        y.draw(ax, "y", title=ax is axes[0])
        ax.set_title(capital(field.spoken), loc="left", fontsize=10.5, weight="bold")
    _colour_bar(figure, mesh, axes[-1], sweep)
    _legend(figure, sweep, (1.0 / wide, 0.165))
    return figure, sweep.threshold_note


def _multiples_figure(sweep: Landscape) -> tuple[Figure, str]:
    facet = min(sweep.axes, key=lambda axis: (axis.ordered, len(axis)))
    x, y = (axis for axis in sweep.axes if axis is not facet)
    chosen = np.unique(np.linspace(0, len(facet) - 1, min(MOST_PANELS, len(facet))).round().astype(int))
    rows, columns = len(sweep.fields), len(chosen)
    wide, high = 2.0 + 2.55 * columns, 2.75 + 2.5 * rows
    boxes = [
        ((0.95 + 2.55 * c) / wide, (1.7 + 2.5 * (rows - 1 - r)) / high, 2.3 / wide, 2.05 / high)
        for r in range(rows) for c in range(columns)
    ]  # fmt: skip
    bar = ((0.95 + 2.55 * columns) / wide, 1.7 / high, 0.15 / wide, (2.5 * rows - 0.45) / high)
    figure, axes = blank(wide, high, *boxes, bar)
    scale, margins = _scale(sweep), sweep.margins_on(facet, y, x)
    for r, field in enumerate(sweep.fields):
        values = sweep.grid(field.values, facet, y, x)
        for c, k in enumerate(chosen):
            ax = axes[r * columns + c]
            part = Margins(*(column[k] for column in margins)) if margins is not None else None
            mesh = heat(ax, x, y, Panel(values[k], part, sweep.seen, written=False), scale)
            x.draw(ax, title=r == rows - 1)
            y.draw(ax, "y", title=c == 0)
            ax.set_title(f"{capital(field.spoken)}\n{facet.name} {facet.text(facet.values[k])}", loc="left",
                         fontsize=9, parse_math=False)  # fmt: skip
            if r < rows - 1:
                ax.set_xticklabels([])
            if c:
                ax.set_yticklabels([])
    _colour_bar(figure, mesh, axes[-1], sweep)
    _legend(figure, sweep, (0.95 / wide, 1.15 / high))
    some = (
        f"{len(chosen)} of {len(facet)} values of {facet.short} are shown. "
        if len(chosen) < len(facet)
        else ""
    )
    return figure, some + sweep.threshold_note


def _scale(sweep: Landscape) -> Normalize:
    """One scale for all panels."""
    values = np.concatenate([field.values for field in sweep.fields])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return Normalize(low, high if high > low else low + 1)


def _colour_bar(figure: Figure, mesh: Any, ax: Axes, sweep: Landscape) -> None:
    figure.colorbar(mesh, cax=ax)
    first = sweep.fields[0]
    ax.spines[:].set_visible(False)
    words = f"years, mean up to {first.horizon:g}" if len(sweep.fields) > 1 else first.title
    ax.set_ylabel(words, fontsize=9.5)


def _legend(figure: Figure, sweep: Landscape, corner: tuple[float, float]) -> None:
    handles: list[Any] = [
        Line2D([], [], color=t.colour, linestyle=t.line, linewidth=2.2, label=t.words) for t in sweep.seen
    ]
    if handles:
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=corner, fontsize=8.5, frameon=False,
                      ncols=2, borderaxespad=0.0, borderpad=0.0, handlelength=3.2)  # fmt: skip


def _scatter_figure(sweep: Landscape) -> tuple[Figure, str]:
    axes = sweep.axes[:MOST_SCATTERED]
    columns = min(3, len(axes))
    rows = math.ceil(len(axes) / columns)
    wide, high = 1.0 + 3.3 * columns, 2.4 + 2.6 * rows
    boxes = [
        ((0.75 + 3.3 * (k % columns)) / wide, (1.4 + 2.6 * (rows - 1 - k // columns)) / high,
         2.8 / wide, 1.75 / high)
        for k in range(len(axes))
    ]  # fmt: skip
    figure, panels = blank(wide, high, *boxes)
    for k, (axis, ax) in enumerate(zip(axes, panels, strict=True)):
        scatter(sweep, axis, tidy(ax))
        if k % columns:
            ax.set_ylabel("")
    handles = [
        Patch(color=colour, label=f.spoken) for f, (colour, *_) in zip(sweep.fields, LOOKS, strict=False)
    ]
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.75 / wide, 1 - 1.12 / high), ncols=2,
                  fontsize=8.5, frameon=False, borderaxespad=0.0, borderpad=0.0)  # fmt: skip
    hidden = len(sweep.axes) - len(axes)
    more = f" {hidden} more axes are not shown." if hidden else ""
    return (
        figure,
        f"A dot is a point of the sweep; lines: means of points with like values. {sweep.advice}{more}",
    )


def save_phase(sweep: Landscape, folder: Path, name: str = "phase") -> list[Path]:
    """Write the picture of a sweep into a folder, as PNG and SVG; returns the paths."""
    figure = figure_of(sweep)
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    figure.savefig(paths[0], dpi=150, metadata={"Software": None})
    paths[1].write_text(svg(figure), encoding="utf-8")
    return paths

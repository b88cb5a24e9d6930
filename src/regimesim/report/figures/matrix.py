"""Picture of a matrix: a heat map of worlds by orders for each measure, combinations of scenarios framed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from regimesim.analysis.matrix import CELL_MEASURES, Matrix, Measure
from regimesim.report.figures.style import (
    BLACK,
    HEAT_COLOURS,
    ORANGE,
    blank,
    framed,
    length,
    save_figures,
    wrapped,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.report.sentences import capitalized
from regimesim.scenario.messages import listed, spoken
from regimesim.stats.estimates import Floats

_CELL = (1.42, 0.95)
"""Width and height of a cell, in inches."""
_LEFT, _BETWEEN, _RIGHT = 1.75, 0.35, 0.25
_BELOW, _ABOVE = 1.0, 1.6


@drawn
def matrix_figure(found: Matrix) -> Figure:
    """Heat maps side by side: cooperation, peace, disputes."""
    columns, rows = len(found.orders), len(found.worlds)
    wide, tall = _CELL[0] * columns, _CELL[1] * rows
    width = _LEFT + len(CELL_MEASURES) * wide + (len(CELL_MEASURES) - 1) * _BETWEEN + _RIGHT
    height = _BELOW + tall + _ABOVE
    boxes = [
        ((_LEFT + k * (wide + _BETWEEN)) / width, _BELOW / height, wide / width, tall / height)
        for k in range(len(CELL_MEASURES))
    ]
    figure, axes = blank(width, height, *boxes)
    for k, (ax, measure) in enumerate(zip(axes, CELL_MEASURES, strict=True)):
        draw_cells(found, ax, measure)
        if k:
            ax.set_yticklabels([])
    _explain_frames(found, figure, (_LEFT / width, (_BELOW - 0.28) / height))
    first, second = (found.finding(measure.name) for measure in CELL_MEASURES[:2])
    return framed(figure, f"{first}; {second[0].lower()}{second[1:]}", _matrix_caption(found))


def draw_cells(found: Matrix, ax: Axes, measure: Measure) -> Axes:
    """One heat map: in each cell the number and its 95 % interval; ``-`` where nothing was played."""
    values = _cell_values(found, measure)
    top = found.years if measure.spell else max(1e-9, float(np.nanmax(values)))
    scale, colours = Normalize(0, top), colormaps[HEAT_COLOURS]
    ax.imshow(np.ma.masked_invalid(values), cmap=colours, norm=scale, aspect="auto")
    for row, world in enumerate(found.worlds):
        for column, order in enumerate(found.orders):
            paint = colours(scale(values[row, column]))
            _write_number(found, ax, (world, order), measure, (column, row), paint)
    for k in range(1, max(values.shape)):
        ax.axvline(k - 0.5, color="white", linewidth=2.5)
        ax.axhline(k - 0.5, color="white", linewidth=2.5)
    for place in _framed_places(found):
        _frame(ax, *place)
    ax.set_xticks(range(len(found.orders)), [_broken(found.titles[name], 12) for name in found.orders])
    ax.set_yticks(range(len(found.worlds)), [_broken(found.titles[name], 14) for name in found.worlds])
    ax.tick_params(length=0, labelsize=11, labeltop=True, labelbottom=False, pad=6)
    ax.spines[:].set_visible(False)
    unit = f"years of {found.years:g}" if measure.spell else measure.unit
    title = f"{capitalized(measure.name)} ({unit})"
    ax.set_title(title, loc="left", fontsize=13, weight="bold", pad=14)
    return ax


def _cell_values(found: Matrix, measure: Measure) -> Floats:
    values = np.full((len(found.worlds), len(found.orders)), np.nan)
    for row, world in enumerate(found.worlds):
        for column, order in enumerate(found.orders):
            if (world, order) in found.results:
                values[row, column] = found.estimate((world, order), measure.name).value
    return values


def _write_number(
    found: Matrix, ax: Axes, cell: tuple[str, str], measure: Measure, at: tuple[int, int], paint: Any
) -> None:
    number, _, interval = found.text(cell, measure.name).partition(" [")
    light = 0.299 * paint[0] + 0.587 * paint[1] + 0.114 * paint[2] > 0.5
    style: dict[str, Any] = {"ha": "center", "color": BLACK if light or number == "-" else "white"}
    ax.text(*at, number, fontsize=17, weight="bold", va="bottom" if interval else "center", **style)
    if interval:
        ax.text(at[0], at[1] + 0.1, f"[{interval}", fontsize=9.5, va="top", **style)


def _framed_places(found: Matrix) -> list[tuple[int, int]]:
    return [
        (column, row)
        for row, world in enumerate(found.worlds)
        for column, order in enumerate(found.orders)
        if (world, order) in found.own
    ]


def _frame(ax: Axes, column: int, row: int) -> None:
    """An orange frame with a white one inside it, seen on any colour."""
    for inset, colour, thick in ((0.035, ORANGE, 4.5), (0.075, "white", 1.2)):
        corner = (column - 0.5 + inset, row - 0.5 + inset)
        side = 1 - 2 * inset
        ax.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=colour, linewidth=thick, zorder=6))


def _explain_frames(found: Matrix, figure: Figure, at: tuple[float, float]) -> None:
    """Say below the maps what the frames are."""
    if not found.own:
        return
    frame = Patch(facecolor="white", edgecolor=ORANGE, linewidth=3)
    names = listed([spoken(name) for name in found.own.values()])
    words = f"a world with its own order: {names}"
    figure.legend(
        [frame],
        [words],
        loc="upper left",
        bbox_to_anchor=at,
        fontsize=11,
        frameon=False,
        borderaxespad=0,
        borderpad=0,
    )


def _broken(words: str, width: int) -> str:
    return wrapped(words, width)


def _matrix_caption(found: Matrix) -> str:
    signs = "In brackets: 95 % intervals. Every cell on the same seeds; along a row only the order differs."
    made = f"seed {found.seed} · regimesim, version {found.provenance.get('version', 'unknown')}"
    return f"{signs}\n{found.runs:,} runs of {length(found.years)} a cell · {made}"


def save_matrix_figure(found: Matrix, folder: Path) -> list[Path]:
    """Write the picture into a folder, as PNG and SVG; returns the paths."""
    return save_figures([("matrix", matrix_figure(found))], folder)

"""A picture of turning points: the chance that something lasts, year by year, in one history."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regimesim.analysis.turning_points import TurningPoints, Year, likeliest
from regimesim.report.figures.style import BLACK, BLUE, RED, blank, framed, label, note
from regimesim.scenario.messages import show

MOST_NAMED = 4
"""Turning points whose names are written into the picture."""
_LETTERS = 34
"""Of a line of a name."""
_BAND = 2.0
"""Standard errors to each side of the line."""


def draw_turning_points(found: TurningPoints, ax: Axes | None = None) -> Axes:
    """Draw the chance year by year, with the turning points named.

    Parameters
    ----------
    found : TurningPoints
    ax : Axes, optional
        Where; by default a new figure with title and caption.
    """
    if ax is None:
        return turning_figure(found).axes[0]
    label(ax, "year", f"chance to stand in {show(found.until)} (%)")
    ax.set(ylim=(-0.03, 1.06), xlim=(found.year[0], found.year[-1]))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    low, high = (found.chance + side * _BAND * found.error for side in (-1, 1))
    ax.fill_between(found.year, low.clip(0, 1), high.clip(0, 1), color=BLUE, alpha=0.2, linewidth=0)
    ax.plot(found.year, found.chance, color=BLUE, linewidth=1.8)
    named = sorted(found.points, key=lambda point: -abs(point.change))[:MOST_NAMED]
    for point in found.points:
        place = found.year.searchsorted(point.year)
        across, up = found.year[place : place + 2], found.chance[place : place + 2]
        ax.plot(across, up, color=RED, linewidth=2.6, marker="o", markersize=3.5)
        if point in named:
            _name(ax, found, point)
    return ax


def _name(ax: Axes, found: TurningPoints, point: Year) -> None:
    """Write a turning point's name where there is more room: above a low chance, below a high one."""
    change = likeliest(point)
    words = textwrap.fill(f"{change.date}: {change.cause}", _LETTERS)
    low = point.before < 0.5
    right = point.year > (found.year[0] + found.year[-1]) / 2
    note(
        ax,
        point.year,
        max(point.before, point.after) + 0.04 if low else min(point.before, point.after) - 0.04,
        words,
        ha="right" if right else "left",
        va="bottom" if low else "top",
        fontsize=8,
        color=BLACK,
    )


def turning_figure(found: TurningPoints) -> Figure:
    """The same as a picture that stands alone."""
    figure, (ax,) = blank(8.5, 4.2, (0.09, 0.2, 0.88, 0.62))
    draw_turning_points(found, ax)
    caption = (
        f"Scenario {found.scenario.name}, run {found.replicate}, seed {found.seed}. {found.futures:,} "
        "futures from each year; band: two standard errors. Red: turning points."
    )
    return framed(figure, found.sentence, caption)

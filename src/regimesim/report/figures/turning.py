"""A picture of turning points: the chance that something lasts, year by year, in one history."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regimesim.analysis.turning_points import TurningPoints, likeliest
from regimesim.report.figures.style import BLUE, GROUND, RED, blank, framed, label
from regimesim.report.matplotlib_alone import drawn
from regimesim.scenario.messages import show

_BAND = 2.0
"""Standard errors to each side of the line."""
_LINE_HEIGHT, _REST = 0.17, 3.4
"""Height of a line of the caption, and of all the rest of the picture, in inches."""


@drawn
def draw_turning_points(found: TurningPoints, ax: Axes | None = None) -> Axes:
    """Draw the chance year by year, with the turning points numbered.

    Parameters
    ----------
    found : TurningPoints
    ax : Axes, optional
        Where; by default a new figure with a title, and a caption that names the turning points.
    """
    if ax is None:
        return turning_figure(found).axes[0]
    label(ax, "year", f"chance to stand in {show(found.until)} (%)")
    ax.set(ylim=(-0.04, 1.08), xlim=(found.year[0], found.year[-1]))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    low, high = (found.chance + side * _BAND * found.error for side in (-1, 1))
    ax.fill_between(found.year, low.clip(0, 1), high.clip(0, 1), color=BLUE, alpha=0.2, linewidth=0)
    ax.plot(found.year, found.chance, color=BLUE, linewidth=1.8)
    for number, point in enumerate(found.points, 1):
        place = int(found.year.searchsorted(point.year))
        across, up = found.year[place : place + 2], found.chance[place : place + 2]
        ax.plot(across, up, color=RED, linewidth=2.6, marker="o", markersize=3.5)
        ax.annotate(
            str(number),
            (float(across.mean()), float(up.mean())),
            (8, 0),
            textcoords="offset points",
            fontsize=9,
            weight="bold",
            va="center",
            bbox=GROUND,
        )
    return ax


@drawn
def turning_figure(found: TurningPoints) -> Figure:
    """The same as a picture that stands alone."""
    named = []
    for number, point in enumerate(found.points, 1):
        change = likeliest(point)
        named.append(f"{number}  {change.date}: {change.cause} ({change.change:+.2f})")
    high = _REST + _LINE_HEIGHT * (len(named) + 2)
    below = _LINE_HEIGHT * (len(named) + 1)
    box = (0.09, (below + 0.65) / high, 0.88, (high - below - 1.45) / high)
    figure, (ax,) = blank(8.5, high, box)
    draw_turning_points(found, ax)
    about = (
        f"Scenario {found.scenario.name}, run {found.replicate}, seed {found.seed}. {found.futures:,} "
        "futures from each year; band: two standard errors."
    )
    return framed(figure, found.sentence, "\n".join([*named, about]))

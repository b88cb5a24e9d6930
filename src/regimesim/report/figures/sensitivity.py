"""Pictures of a sensitivity analysis: the tornado (one at a time), and the screening."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regimesim.analysis.influence import TIMES, Influence
from regimesim.analysis.sensitivity import Swing
from regimesim.report.figures.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE,
    blank,
    framed,
    key_above,
    label,
    length,
    note,
    save_figures,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.scenario.messages import spoken
from regimesim.stats.estimates import NORMAL_QUANTILE, Estimate

MOST_BARS = 24


def tornado(found: Influence, ax: Axes) -> Axes:
    """A bar per factor: what the outcome gains or loses at each of its bounds, the widest on top."""
    shown = found.swings[:MOST_BARS]
    left, right = (max(_outer(e, side) for s in shown for e in (s.low, s.high)) for side in (-1, 1))
    reach = max(left, right) or 1.0
    for row, swing in enumerate(shown):
        for estimate, colour, hatch in ((swing.low, ORANGE, "////"), (swing.high, BLUE, "")):
            ax.barh(row, estimate.value, 0.72, color=colour, hatch=hatch, edgecolor="white", linewidth=0.4)
            ax.plot([estimate.lower, estimate.upper], [row, row], color=BLACK, linewidth=1.2, zorder=4)
        _write_bounds(ax, swing, row, reach)
    ax.axvline(0, color=BLACK, linewidth=0.9)
    ax.set_yticks(range(len(shown)), [swing.factor.name for swing in shown])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(-left - 0.17 * reach, right + 0.17 * reach)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    label(ax, f"{found.what}, gained on the scenario as it is")
    ax.barh(0, 0, color=ORANGE, hatch="////", edgecolor="white", label="at the lower bound")
    ax.barh(0, 0, color=BLUE, label="at the upper bound")
    return ax


def _write_bounds(ax: Axes, swing: Swing, row: int, reach: float) -> None:
    """The bounds, written at the ends of their bars; of two bars on one side, the longer says both."""
    factor = swing.factor
    sides: dict[int, list[tuple[float, str]]] = {-1: [], 1: []}
    low, high = swing.low, swing.high
    for value, estimate in ((factor.low, low), (factor.high, high)):
        other = high if estimate is low else low
        side = 1 if estimate.value > 0 or (estimate.value == 0 and other.value < 0) else -1
        sides[side].append((abs(estimate.value), factor.text(value)))
    for side, entries in sides.items():
        if entries:
            entries.sort()
            furthest = max(_outer(estimate, side) for estimate in (low, high))
            note(
                ax,
                side * (furthest + 0.012 * reach),
                row,
                ", ".join(text for _, text in entries),
                va="center",
                ha="left" if side > 0 else "right",
                fontsize=7.5,
                color=GREY,
                bbox=None,
            )


def _outer(estimate: Estimate, side: int) -> float:
    return max(0.0, side * (estimate.upper if side > 0 else estimate.lower))


@drawn
def tornado_figure(found: Influence) -> Figure:
    """The tornado with title and caption."""
    rows = min(MOST_BARS, len(found.swings))
    high = 2.1 + 0.25 * rows
    figure, (ax,) = blank(8.8, high, (0.27, 1.22 / high, 0.7, 0.25 * rows / high))
    tornado(found, ax)
    key_above(figure, ax)
    hidden = found.swings[MOST_BARS:]
    more = f" {len(hidden)} more move it by {hidden[0].width:.2g} or less." if hidden else ""
    signs = (
        "Each parameter at the bound that is written at the bar, the others as the scenario has them; lines: "
        f"95 % intervals of the paired difference.{more}"
    )
    widest = found.swings[0]
    unit = " years" if found.outcome.horizon is not None else ""
    headline = (
        f"By itself, {widest.factor.name} moves the {found.what} most, over {widest.width:.3g}{unit}"
        if _is_distinguished(found)
        else f"By itself, no parameter is sure to move the {found.what} most"
    )
    return framed(figure, headline, f"{signs}\n{_sample_words(found, TIMES * found.effort.runs)}")


def _is_distinguished(found: Influence) -> bool:
    """Tell whether the widest swing is wider than the next, by the errors of both."""
    if found.swings[0].width == 0:
        return False
    if len(found.swings) == 1:
        return True
    one, two = found.swings[:2]
    errors = [e.standard_error or 0.0 for swing in (one, two) for e in (swing.low, swing.high)]
    return one.width - two.width > NORMAL_QUANTILE * float(np.linalg.norm(errors))


def morris(found: Influence, ax: Axes) -> Axes:
    """Draw how much a step moves the outcome on average, and how uneven its effect is over the box."""
    screening = found.screening
    shown = screening.foremost(MOST_BARS)
    at = [screening.factors.index(factor) for factor in shown]
    rows = np.arange(len(at))
    mu, reach, sigma = screening.mu_star[at], screening.reach[at], screening.sigma[at]
    ax.hlines(rows, np.maximum(mu - reach, 0), mu + reach, color=BLUE, linewidth=2.2)
    ax.plot(mu, rows, "o", color=BLUE, markersize=6, label="mean size (mu*), with its interval")
    ax.plot(
        sigma,
        rows,
        "D",
        markerfacecolor="white",
        markeredgecolor=ORANGE,
        markeredgewidth=1.6,
        markersize=5.5,
        label="standard deviation (sigma): how uneven it is",
    )
    ax.set_yticks(rows, [factor.name for factor in shown])
    ax.set(ylim=(len(shown) - 0.4, -0.6), xlim=(0, None))
    ax.grid(axis="y", color=PALE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    label(ax, f"effect of a step, {found.what}")
    return ax


@drawn
def morris_figure(found: Influence) -> Figure:
    """The screening with title and caption."""
    rows = min(MOST_BARS, len(found.screening.factors))
    high = 2.1 + 0.25 * rows
    figure, (ax,) = blank(8.8, high, (0.27, 1.22 / high, 0.7, 0.25 * rows / high))
    morris(found, ax)
    key_above(figure, ax)
    signs = (
        "A step is two thirds of a parameter's range, from a random place in the box. Where the standard "
        "deviation is above the mean, the effect is felt in some places and not in others."
    )
    return framed(figure, _widely(found), f"{signs}\n{_sample_words(found, found.effort.runs)}")


def _widely(found: Influence) -> str:
    screening = found.screening
    order = [screening.factors.index(factor) for factor in screening.foremost(len(screening.factors))]
    first, ends = order[0], screening.mu_star + screening.reach
    least = screening.mu_star[first] - screening.reach[first]
    rivals = sum(1 for k in order if ends[k] >= least)
    if rivals > 1:
        return f"Screening cannot tell which of {rivals} parameters moves the {found.what} most"
    unit = " years" if found.outcome.horizon is not None else ""
    return (
        f"Over the whole box, a step in {screening.factors[first].name} moves the {found.what} most, by "
        f"{screening.mu_star[first]:.2g}{unit}"
    )


def _sample_words(found: Influence, runs: int) -> str:
    from regimesim.simulation.provenance import program_version

    base = found.box.base
    title = f" ({spoken(base.title)})" if base.title else ""
    return (
        f"Scenario {spoken(base.name)}{title} · {len(found.box.factors)} parameters · {runs:,} runs a point "
        f"of {length(base.years)} · seed {found.seed} · regimesim, version {program_version()}"
    )


def save_sensitivity_figures(found: Influence, folder: Path) -> list[Path]:
    """Write tornado and morris into a folder, each as PNG and SVG."""
    return save_figures((("tornado", tornado_figure(found)), ("morris", morris_figure(found))), folder)

"""Pictures of remedies: levers by years for one history, the frontier and the ways for an order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from regimesim.analysis.cheapest import CheapestChanges, OrderChange
from regimesim.analysis.levers import LEVER_KINDS
from regimesim.analysis.remedies import LeverCourse, Remedies
from regimesim.report.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    HEAT_COLOURS,
    OCHRE,
    ORANGE,
    PALE,
    blank,
    framed,
    key_above,
    label,
    note,
    save_figures,
    whiskers,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.scenario.messages import show, spoken

KIND_COLOURS = {"seeing": BLUE, "punishing": ORANGE, "binding": GREEN, "ground": OCHRE}
_HATCHES = {"seeing": "", "punishing": "//", "binding": "..", "ground": "xx"}
"""Colour is not the only sign of a kind."""
_VALUE_AND_ENDS = ("value", "lower", "upper")
_OVER_SET = "all settings that fit (middle 95 %)"
_FEWEST_BARS = 3
"""Room for so many ways, so that a bar alone is no block."""
_LEAST_HELP = 0.05
"""Rise of the chance in some year without which a lever is not drawn."""
_LEVER_HIGH, _YEAR_WIDE = 0.27, 0.56
"""Inches of a lever and of a year."""
_FOR_NAMES, _FOR_KEY = 2.4, 0.9
"""Inches for the names of levers, and for the key of colours."""


@drawn
def draw_remedies(found: Remedies, ax: Axes | None = None) -> Axes:
    """Draw levers by years: in colour the best chance, as a number the smallest move that suffices.

    Parameters
    ----------
    found : Remedies
    ax : Axes, optional
        Where; by default a new figure with title, key and caption.
    """
    if ax is None:
        return remedies_figure(found).axes[0]
    rows = [("nothing moved", found.unmoved, np.full(len(found.year), np.nan))]
    rows += [(course.lever.name, course.best, course.move) for course in _helpful(found)]
    paint, scale = colormaps[HEAT_COLOURS], Normalize(0, 1)
    ax.imshow([best for _, best, _ in rows], cmap=paint, norm=scale, aspect="auto")
    for down, (_, best, move) in enumerate(rows):
        for across in np.flatnonzero(np.abs(move) > 0):
            _write_move(ax, (int(across), down), float(move[across]), paint(scale(best[across])))
    for k in range(1, len(rows)):
        ax.axhline(k - 0.5, color="white", linewidth=1.5)
    ax.set_xticks(range(len(found.year)), [show(year) for year in found.year])
    ax.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    label(ax, "year from which on it is moved")
    return ax


def _helpful(found: Remedies) -> list[LeverCourse]:
    """Levers that raise the chance in some year by more than a little."""
    return [one for one in found.courses if (one.best - found.unmoved).max() >= _LEAST_HELP]


def _write_move(ax: Axes, at: tuple[int, int], move: float, paint: Any) -> None:
    """A move that suffices: a frame, and in it the share of the way with its sign."""
    light = 0.299 * paint[0] + 0.587 * paint[1] + 0.114 * paint[2] > 0.5
    corner = (at[0] - 0.46, at[1] - 0.42)
    ax.add_patch(
        Rectangle(corner, 0.92, 0.84, fill=False, edgecolor=BLACK if light else "white", linewidth=1)
    )
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7.5, "parse_math": False}
    ax.text(*at, f"{100 * move:+.0f} %", color=BLACK if light else "white", **style)


@drawn
def remedies_figure(found: Remedies) -> Figure:
    """The same as a picture that stands alone."""
    wide, tall = max(3.0, _YEAR_WIDE * len(found.year)), _LEVER_HIGH * (len(_helpful(found)) + 1)
    width, height = max(7.0, _FOR_NAMES + wide + _FOR_KEY), tall + 1.6
    wide = width - _FOR_NAMES - _FOR_KEY
    low = 0.8 / height
    figure, (ax, key) = blank(
        width,
        height,
        (_FOR_NAMES / width, low, wide / width, tall / height),
        ((_FOR_NAMES + wide + 0.15) / width, low, 0.14 / width, tall / height),
    )
    draw_remedies(found, ax)
    _draw_key(key)
    return framed(figure, _remedies_headline(found), _remedies_caption(found))


def _draw_key(ax: Axes) -> None:
    ax.imshow(np.linspace(1, 0, 101)[:, None], cmap=HEAT_COLOURS, norm=Normalize(0, 1), aspect="auto")
    ax.yaxis.tick_right()
    ax.set_yticks([0, 25, 50, 75, 100], ["100 %", "75 %", "50 %", "25 %", "0 %"])
    ax.set_xticks([])
    ax.tick_params(length=0, labelsize=8)
    ax.spines[:].set_visible(False)


def _remedies_headline(found: Remedies) -> str:
    asked = f"{show(found.wanted.stand)} more years with odds of {show(found.wanted.odds)}"
    if not found.courses:
        return f"{asked}: nothing had to be moved"
    if not found.sufficient:
        return f"{asked}: no single lever of the order would have given them"
    names = [course.lever.name for course in found.sufficient]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{asked}: {', '.join(names[:2])}{more} would have given them"


def _undrawn(found: Remedies) -> str:
    number = len(found.courses) - len(_helpful(found))
    less = f"raise it by less than {100 * _LEAST_HELP:.0f} points in every year"
    return f"Not drawn: {number} levers that {less}. " if number else ""


def _remedies_caption(found: Remedies) -> str:
    made = f"Scenario {spoken(found.scenario.name)}, run {found.replicate}, seed {found.seed}"
    return (
        "Colour: the best chance that a move of that lever gives, from that year on. Framed: the smallest "
        "move found that gives the odds, in % of the way to the upper (+) or lower (-) end of the range.\n"
        f"{_undrawn(found)}{made}. {found.futures:,} futures of each move that may suffice, fewer of others."
    )


@drawn
def draw_frontier(found: CheapestChanges, ax: Axes) -> Axes:
    """Draw cost against what comes of it: the frontier as a line, the ways as diamonds."""
    points, scale = [found.published, *found.frontier], _scale(found)
    for some, marker, colour, name in (
        (points, "o", BLUE, "frontier"),
        (found.ways, "D", BLACK, "ways" if found.reached else "best of each way"),
    ):
        if not some:
            continue
        cost = [one.cost for one in some]
        ends = [{end: scale * getattr(one.estimate, end) for end in _VALUE_AND_ENDS} for one in some]
        whiskers(ax, cost, ends, fmt=marker, color=colour, zorder=3)
        line = "-" if marker == "o" else "none"
        values = [one["value"] for one in ends]
        ax.plot(cost, values, color=colour, marker=marker, markersize=5, linestyle=line, label=name)
    _draw_over_set(ax, points, found.ways, scale)
    ax.axhline(scale * found.changes.aim.wanted, color=GREY, linewidth=1, linestyle="--")
    top = 104.0 if found.changes.aim.target is None else None
    ax.set(xlim=(-0.03 * found.budget, 1.03 * found.budget), ylim=(0, top))
    words = "chance to stand so long (%)" if found.changes.aim.target is None else "years on average"
    label(ax, "cost", words)
    return ax


def _draw_over_set(
    ax: Axes, points: Sequence[OrderChange], ways: Sequence[OrderChange], scale: float
) -> None:
    """Draw the same changes over all settings that fit: the mean, and of the frontier the middle 95 %."""
    spread = [(one.cost, *(scale * x for x in one.over_set.spread)) for one in points if one.over_set]
    if not spread:
        return
    cost, middle, least, most = zip(*spread, strict=True)
    ax.fill_between(cost, least, most, color=PALE, alpha=0.45, linewidth=0, label=_OVER_SET, zorder=0)
    ax.plot(cost, middle, color=GREY, linewidth=1.2, linestyle=":", label="their mean")
    hollow = [(one.cost, scale * one.over_set.spread.mean) for one in ways if one.over_set]
    if hollow:
        style: dict[str, Any] = {"marker": "D", "markersize": 4, "linestyle": "none"}
        ax.plot(*zip(*hollow, strict=True), color=GREY, markerfacecolor="none", **style)


def _scale(found: CheapestChanges) -> float:
    return 100.0 if found.changes.aim.target is None else 1.0


@drawn
def draw_ways(found: CheapestChanges, ax: Axes) -> Axes:
    """Draw how the cost of each way falls to kinds of levers, with the levers beside it."""
    for number, way in enumerate(found.ways):
        left = 0.0
        for kind, colour in KIND_COLOURS.items():
            part = way.cost * way.division.get(kind, 0.0)
            style: dict[str, Any] = {"color": colour, "hatch": _HATCHES[kind], "edgecolor": "white"}
            ax.barh(number, part, left=left, height=0.45, **style)
            left += part
        note(ax, 0.0, number - 0.3, _way_named(way), va="bottom", fontsize=7.5)
    ax.set(ylim=(max(_FEWEST_BARS, len(found.ways)) - 0.4, -0.75), xlim=(0, 1.03 * found.budget))
    ax.set_yticks([])
    label(ax, "cost, by kind of lever")
    return ax


def _way_named(way: OrderChange) -> str:
    names = [f"{name} {100 * move:+.0f} %" for name, move in way.moves.items()]
    more = f", {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


@drawn
def cheapest_figure(found: CheapestChanges) -> Figure:
    """The frontier and the ways side by side, as a picture that stands alone."""
    tall = max(3.4, 0.62 * len(found.ways) + 0.4)
    both, alone = ((0.07, 0.14, 0.38, 0.74), (0.51, 0.14, 0.47, 0.74)), ((0.11, 0.14, 0.86, 0.74),)
    figure, axes = blank(*((11.0, tall + 1.2, *both) if found.ways else (7.0, tall + 1.2, *alone)))
    draw_frontier(found, axes[0])
    if found.ways:
        draw_ways(found, axes[1])
    kinds = [
        Patch(facecolor=KIND_COLOURS[kind], hatch=_HATCHES[kind], edgecolor="white", label=kind)
        for kind in LEVER_KINDS
        if any(way.division.get(kind) for way in found.ways)
    ]
    key_above(figure, *axes, columns=8, also=kinds)
    return framed(figure, _finding(found), _cheapest_caption(found))


def _finding(found: CheapestChanges) -> str:
    aim, scale = found.changes.aim, _scale(found)
    if aim.target is None:
        wanted, unit = f"{100 * aim.odds:.0f} % odds of {show(aim.stand)} years", " %"
    else:
        wanted, unit = f"{show(aim.target)} years on average", " years"
    own = f"as published {scale * found.published.estimate.value:.0f}{unit}"
    if found.reached:
        return f"{wanted} cost {found.ways[0].cost:.2f} at least, of what was found ({own})"
    if not found.ways:
        return f"{wanted}: nothing has to be changed ({own})"
    best = max(one.estimate.value for one in (*found.frontier, *found.ways))
    most = f"the best for a cost of {show(found.budget)} gives {scale * best:.0f}{unit}"
    return f"{wanted}: not found; {most} ({own})"


def _cheapest_caption(found: CheapestChanges) -> str:
    hollow = "Hollow: ways, over all settings that fit." if found.published.over_set else ""
    return (
        "Cost 1: one lever of price 1 moved all the way to the end of its declared range. Lines: 95 % "
        f"intervals on fresh seeds. Dashed: what is wanted. {hollow}\n"
        f"Scenario {spoken(found.changes.scenario.name)}, seed {found.changes.seed}; {found.tried:,} changes "
        f"tried, {found.runs:,} runs each."
    )


def save_cheapest_figure(found: CheapestChanges, folder: Path) -> list[Path]:
    """Write the picture into a folder, as PNG and SVG; returns the paths."""
    return save_figures([("remedies", cheapest_figure(found))], folder)

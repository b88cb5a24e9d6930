"""Pictures with the years of the calendar across: cooperation, trust and norms, the terms of the margin."""

from __future__ import annotations

import math
import textwrap
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from regimesim.report import sentences
from regimesim.report.figures.style import (
    BLACK,
    BLUE,
    GREY,
    GROUND,
    ORANGE,
    RED,
    TERM_COLOURS,
    is_narrow,
    label,
    look,
    note,
    spread_out,
)
from regimesim.simulation.columns import QUANTITIES, WAR_BEGINS
from regimesim.simulation.results import QUANTILES, Results
from regimesim.stats.estimates import Floats

MOST_VERTICES = 400
"""Of a yearly line; longer horizons are thinned out, so that files stay small."""

MOST_NAME_ROWS = 9
"""Of names of epochs above a picture; where they do not fit, only the lines are drawn."""

ROW_HEIGHT = 11
"""Height of such a row, in points."""


def century(results: Results, ax: Axes) -> Axes:
    """Draw how cooperation goes: bands over runs, their median, a few single runs, and the typical one."""
    label(ax, _calendar_label(results), "pairs that cooperate (%)")
    ax.set(ylim=(-0.02, 1.05), xlim=_first_and_last(results))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    _epochs(results, ax)
    if not _recorded(results, ax):
        return ax
    rates, (x, pick) = _yearly_series(results, "cooperation"), _years_drawn(results)
    low, lower, middle, upper, high = np.quantile(rates, QUANTILES, axis=1)[:, pick]
    colour, typical = look(results.scenario.name).colour, results.typical()
    several = rates.shape[1] > 1
    if several:
        ax.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0, label="nine tenths of the runs")
        ax.fill_between(x, lower, upper, color=colour, alpha=0.3, linewidth=0, label="half of the runs")
    for n, run in enumerate(np.unique(np.linspace(0, rates.shape[1] - 1, 5).astype(int)) if several else []):
        ax.plot(x, rates[pick, run], color=GREY, linewidth=0.5, label="_" if n else "single runs")
    if several:
        ax.plot(x, middle, color=colour, linewidth=2.2, linestyle="--", label="median")
    ax.plot(x, rates[pick, typical], color=BLACK, linewidth=1.4, label=f"typical run (number {typical})")
    _turning_points(results, ax, rates[:, typical], typical)
    draw_key(ax, 4.4)
    return ax


def draw_key(ax: Axes, below: float) -> None:
    """Write what the lines and bands are, in a row so far below the axes (in letters)."""
    if not ax.get_legend_handles_labels()[0]:
        return
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        borderaxespad=below,
        ncols=2 if is_narrow() else 6,
        fontsize=8,
        frameon=False,
        handlelength=1.6,
        columnspacing=1.2,
    )


def _turning_points(results: Results, ax: Axes, rates: Floats, run: int) -> None:
    """Mark where the typical run's regime falls and where its first great-power war begins."""
    happened, columns, start = results.happened, results.columns, results.scenario.start
    points = []
    if columns["regime_ended"][run] and columns["regime_years"][run] > 0:
        fall = float(columns["regime_onset"][run] + columns["regime_years"][run])
        points.append(("regime falls", "o", fall))
    wars = happened["round"][(happened["kind"] == WAR_BEGINS) & (happened["replicate"] == run)]
    if wars.size:
        points.append(("first war", "X", float(wars.min()) / results.scenario.rounds_per_year))
    for words, marker, year in points:
        height = float(np.interp(year, np.arange(len(rates)), rates))
        ax.plot([start + year], [height], marker, markersize=7, color=RED, markeredgecolor="white", zorder=4)
        war = marker == "X"  # its name stands above and to the right, the fall's below and to the left
        above = height < 0.9 if war else height < 0.12
        right = year < (0.85 if war else 0.15) * len(rates)
        ax.annotate(
            words,
            (start + year, height),
            (5 if right else -5, 5 if above else -5),
            textcoords="offset points",
            fontsize=8,
            ha="left" if right else "right",
            va="bottom" if above else "top",
            bbox=GROUND,
            zorder=5,
        )


def trust(results: Results, ax: Axes) -> Axes:
    """Draw what states expect of one another, and how far leaders are bound by norms: means and bands."""
    label(ax, _calendar_label(results), "level (0 to 1)")
    ax.set(ylim=(-0.02, 1.05), xlim=_first_and_last(results), yticks=[0, 0.5, 1])
    if not _recorded(results, ax):
        return ax
    x, pick = _years_drawn(results)
    lines = [("trust", BLUE, "-")]
    if sentences.bound(results):
        lines.append(("norm", ORANGE, "--"))
    else:
        note(ax, 0.99, 0.04, "norms have no weight here", transform=ax.transAxes, ha="right", color=GREY)
    ends = spread_out([float(_yearly_series(results, name)[-1].mean()) for name, _, _ in lines], 0.12)
    for (name, colour, line), end in zip(lines, ends, strict=True):
        values = _yearly_series(results, name)
        low, high = np.quantile(values, (QUANTILES[0], QUANTILES[-1]), axis=1)[:, pick]
        ax.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        ax.plot(x, values.mean(axis=1)[pick], color=colour, linewidth=2.0, linestyle=line, label=name)
        _beside(ax, end, {"trust": "trust", "norm": "norms"}[name])
    return ax


def why(results: Results, ax: Axes) -> Axes:
    """Draw what holds states back (layers: future, law, norm) against what defection gains now (line)."""
    label(ax, _calendar_label(results), "payoff units")
    ax.set_xlim(*_first_and_last(results))
    if not _recorded(results, ax):
        return ax
    means, (x, pick) = sentences.terms(results), _years_drawn(results)
    base, places = np.zeros(len(x)), []
    names = {"future": "estrangement", "law": "sanctions", "norm": "restraint within"}
    for term, words in names.items():
        if np.abs(means[term]).max() < 1e-9:
            continue
        top = base + means[term][pick]
        layer: dict[str, Any] = {
            "facecolor": TERM_COLOURS[term],
            "alpha": 0.75,
            "linewidth": 0.8,
            "edgecolor": "white",
        }
        ax.fill_between(x, base, top, label=term, **layer)
        places.append((f"{term}\n({words})", term, float(base[-1] + top[-1]) / 2))
        base = top
    gain = -means["now"][pick]
    ax.plot(x, gain, color=BLACK, linewidth=2.4, label="now")
    ax.plot(x, gain, color="white", linewidth=0.7, linestyle="--")
    places.append(("gain now\nfrom defection", "now", float(gain[-1])))
    high, low = max(base.max(), gain.max(), 0.1) * 1.08, min(base.min(), gain.min(), 0.0) * 1.08
    ax.set_ylim(low, high)
    heights = spread_out([end for _, _, end in places], 0.14 * (high - low))
    for (words, term, _), height in zip(places, heights, strict=True):
        _beside(ax, height, words, TERM_COLOURS[term])
    return ax


def _recorded(results: Results, ax: Axes) -> bool:
    """Tell whether there is a series to draw; if not, the picture says so."""
    if results.yearly.shape[2]:
        return True
    words = "No yearly series were recorded: simulate with record=1000"
    note(ax, 0.5, 0.5, words, transform=ax.transAxes, ha="center", color=GREY)
    return False


def _yearly_series(results: Results, quantity: str) -> Floats:
    series: Floats = results.yearly[QUANTITIES.index(quantity)]
    return series


def _years_drawn(results: Results) -> tuple[Floats, NDArray[np.intp]]:
    """Dates to draw at, and the rows that belong to them; a single year is drawn from beginning to end."""
    count = results.yearly.shape[1]
    if count == 1:
        return results.scenario.start + np.array([0.0, 1.0]), np.zeros(2, np.intp)
    pick = np.unique(np.linspace(0, count - 1, min(count, MOST_VERTICES)).astype(np.intp))
    return results.scenario.start + pick.astype(np.float64), pick


def _first_and_last(results: Results) -> tuple[float, float]:
    start = results.scenario.start
    return start, start + max(1, results.yearly.shape[1] - 1)


def _calendar_label(results: Results) -> str:
    return "calendar year" if results.scenario.start else "years since the start"


def _beside(ax: Axes, height: float, words: str, ground: str | None = None) -> None:
    """Name a line or layer at its right end, on a ground of its colour if one is given."""
    style: dict[str, Any] = {"bbox": None}
    if ground:
        box = {"facecolor": ground, "edgecolor": "none", "pad": 2.0}
        style = {"bbox": box, "color": BLACK if ground == ORANGE else "white"}
    note(ax, 1.02, height, words, transform=ax.get_yaxis_transform(), va="center", **style)


class Epoch(NamedTuple):
    """A change of settings: its date, its name, where that begins (share of the width) and in which row."""

    year: float
    words: str
    left: float
    row: int


def epoch_names(results: Results) -> list[Epoch]:
    """Place the names of the epochs: a name stands above all later ones that begin beneath it."""
    scenario, (first, last) = results.scenario, _first_and_last(results)
    placed: list[Epoch] = []
    for phase in reversed([phase for phase in scenario.phases[1:] if phase.year < scenario.years]):
        year = scenario.start + phase.year
        letters, letter = (30, 0.019) if is_narrow() else (60, 0.0082)
        words = textwrap.shorten(f"{math.floor(year)} {phase.because}".strip(), letters, placeholder=" ...")
        place, width = (year - first) / (last - first), letter * len(words)
        beneath = [later.row for later in placed if later.left < place + width + 0.01]
        left = place if place + width < 1.09 else max(0.0, place - width - 0.01)
        placed.append(Epoch(year, words, left, max(beneath, default=-1) + 1))
    return placed


def rows_above(results: Results) -> int:
    """Count the rows that the names of the epochs take above a picture."""
    return min(MOST_NAME_ROWS, 1 + max((epoch.row for epoch in epoch_names(results)), default=-1))


def _epochs(results: Results, ax: Axes) -> None:
    """A line where the settings change, with the reason above the picture."""
    first, last = _first_and_last(results)
    style: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points"}
    leader = {"arrowstyle": "-", "color": GREY, "linewidth": 0.8, "linestyle": ":"}
    for epoch in epoch_names(results):
        ax.axvline(epoch.year, color=GREY, linewidth=0.8, linestyle=":")
        if epoch.row >= MOST_NAME_ROWS:
            continue
        left, height = first + epoch.left * (last - first), 5 + ROW_HEIGHT * epoch.row
        ax.annotate(epoch.words, (left, 1), (2, height), fontsize=8, color=GREY, parse_math=False, **style)
        ax.annotate("", (epoch.year, 1), (0, height + 8), arrowprops=leader, **style)

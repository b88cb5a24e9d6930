"""Pictures of a calibration: the set of draws that fit, the targets, and how the answers vary over the set.

``set`` shows in each part of a parameter's range what share of the draws fits, and the pairs that are bound
to each other most; ``targets`` sets the record among the rates of all draws and of those that fit;
``answers`` has a mark a draw for how long cooperation and peace last.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from regimesim.analysis.calibration.calibrate import Calibration, as_numbers
from regimesim.analysis.calibration.findings import Answers, narrowing, tradeoffs
from regimesim.report.figures.style import (
    BLACK,
    BLUE,
    ORANGE,
    PALE,
    Look,
    blank,
    framed,
    key_above,
    label,
    looks,
    note,
    save_figures,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.scenario.messages import listed, spoken
from regimesim.scenario.parameters import BY_NAME
from regimesim.simulation.columns import SPELL_STEMS
from regimesim.simulation.provenance import program_version
from regimesim.simulation.results import percent

ACROSS = 5
PARTS_OF_RANGE = 10
TELLING = 3
"""Pairs of parameters drawn against each other."""

MOST_DOTS = 2_000

_LEAST_APART = 0.11
"""Share of an axis between two numbers that are written on it."""


@drawn
def set_figure(found: Calibration) -> Figure:
    """Draw the share of draws that fits along each parameter, and the pairs most bound to each other."""
    table, bound = narrowing(found), tradeoffs(found).head(TELLING)
    rows, extra = math.ceil(len(table) / ACROSS), bool(len(bound))
    high = 1.45 + 2.05 * rows + 3.35 * extra
    boxes = []
    for k in range(len(table)):
        row, column = divmod(k, ACROSS)
        boxes.append((0.06 + 0.19 * column, 1 - (0.75 + 2.05 * row + 1.35) / high, 0.155, 1.35 / high))
    for k in range(len(bound)):
        boxes.append((0.06 + 0.325 * k, 1.2 / high, 0.265, 2.45 / high))
    figure, axes = blank(12.5, high, *boxes)
    for ax, name in zip(axes, table["parameter"], strict=False):
        _along(found, ax, name)
    for ax, (_, pair) in zip(axes[len(table) :], bound.iterrows(), strict=True):
        _draw_pair(found, ax, pair["one"], pair["other"], pair["correlation"])
    axes[0].set_ylabel("draws that fit (%)", fontsize=9)
    signs = (
        "Bars: of the draws in each part of a parameter's range, the share that fits; dashed: of all draws. "
        "Triangle: the scenario as it stands. Parameters that narrowed most come first."
    )
    if extra:
        signs += " Below, pairs bound to each other within the set; large: draws that fit; small: the others."
    return framed(figure, _headline(found), _calibration_caption(found, signs))


def _along(found: Calibration, ax: Axes, name: str) -> None:
    parameter, (low, high) = BY_NAME[name], found.problem.ranges[name]
    values, fits = as_numbers(name, found.draws[name]), found.draws["fits"].to_numpy()
    edges = np.linspace(low, high, PARTS_OF_RANGE + 1)
    if parameter.kind != "real":
        high = len(parameter.choices) - 1 if parameter.kind == "choice" else high
        edges = np.linspace(low, high + 1, min(PARTS_OF_RANGE, round(high - low) + 1) + 1) - 0.5
    there = np.histogram(values, edges)[0]
    share = 100 * np.histogram(values[fits], edges)[0] / np.maximum(there, 1)
    ax.bar(edges[:-1], share, np.diff(edges), align="edge", color=BLUE, edgecolor="white", linewidth=0.8)
    ax.axhline(100 * fits.mean(), color=BLACK, linewidth=1.0, linestyle="--")
    ax.set(xlim=(edges[0], edges[-1]), ylim=(0, max(1.0, 1.12 * share.max(), 112 * fits.mean())))
    stands = float(as_numbers(name, [found.published[name]])[0])
    if edges[0] <= stands <= edges[-1]:
        ax.plot(
            [stands],
            [0],
            marker="^",
            markersize=8,
            color=ORANGE,
            markeredgecolor=BLACK,
            clip_on=False,
            zorder=6,
        )
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    _ticks(ax, name)
    label(ax, name)


def _ticks(ax: Axes, name: str) -> None:
    parameter = BY_NAME[name]
    if parameter.kind == "switch":
        ax.set_xticks([0, 1], ["false", "true"])
    elif parameter.kind == "choice":
        ax.set_xticks(range(len(parameter.choices)), [word[:7] for word in parameter.choices], fontsize=6.5)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=parameter.kind == "integer"))


def _draw_pair(found: Calibration, ax: Axes, one: str, other: str, correlation: float) -> None:
    some = found.draws.iloc[:MOST_DOTS]
    fits = some["fits"].to_numpy()
    x, y = as_numbers(one, some[one]), as_numbers(other, some[other])
    ax.scatter(x[~fits], y[~fits], s=3, color=PALE, linewidth=0)
    ax.scatter(x[fits], y[fits], s=13, color=BLUE, edgecolor=BLACK, linewidth=0.3)
    stands = [float(as_numbers(name, [found.published[name]])[0]) for name in (one, other)]
    if np.isfinite(stands).all():
        ax.plot(
            *([value] for value in stands),
            marker="^",
            markersize=8,
            color=ORANGE,
            markeredgecolor=BLACK,
            zorder=6,
        )
    note(ax, 0.0, 1.03, f"rank correlation {correlation:+.2f}", transform=ax.transAxes, va="bottom")
    if BY_NAME[other].kind == "integer":
        ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    _ticks(ax, one)
    label(ax, one, other)


@drawn
def targets_figure(found: Calibration) -> Figure:
    """The record's rates among those of all draws and of the draws that fit."""
    count = len(found.problem.targets)
    across = min(2, count)
    rows = math.ceil(count / across)
    high = 1.5 + 2.6 * rows
    wide, boxes = 0.86 / across - 0.02, []
    for k in range(count):
        row, column = divmod(k, across)
        boxes.append((0.08 + 0.48 * column, 1 - (0.7 + 2.6 * row + 1.8) / high, wide, 1.8 / high))
    figure, axes = blank(10.5, high, *boxes)
    for ax, target in zip(axes, found.problem.targets, strict=True):
        _among(found, ax, target.name, target.value, target.words)
    key_above(figure, *axes)
    signs = (
        "Bars: means of a draw's histories, on a scale of square roots; a single history, as the record is, "
        "scatters about them. Below, the scenario as it stands: the middle 95 % of its histories, their mean."
    )
    return framed(figure, _hardest(found), _calibration_caption(found, signs))


def _among(found: Calibration, ax: Axes, name: str, record: float, words: str) -> None:
    means, inside = found.draws[name].to_numpy(), found.fitting[name].to_numpy()
    published = found.published
    low, high = published[f"{name}_lower"], published[f"{name}_upper"]
    top = 1.05 * max(record, float(means.max()), float(high), 1e-3)
    edges = (
        top * np.linspace(0, 1, PARTS_OF_RANGE * 2 + 1) ** 2
    )  # even on the axis, whose scale is of square roots
    parts = [100 * np.histogram(values, edges)[0] / max(1, len(values)) for values in (means, inside)]
    tall = max(float(part.max()) for part in parts)
    ax.stairs(parts[0], edges, fill=True, color=PALE, label="all draws")
    ax.stairs(parts[1], edges, fill=True, color=BLUE, alpha=0.75, label="draws that fit")
    ax.plot(
        [record] * 2,
        [0, 1.05 * tall],
        color=BLACK,
        linewidth=1.6,
        linestyle="--",
        clip_on=False,
        label="the record",
    )
    ax.plot([low, high], [-0.07 * tall] * 2, color=ORANGE, linewidth=3, solid_capstyle="butt")
    ax.plot(
        [published[name]],
        [-0.07 * tall],
        marker="^",
        markersize=8,
        color=ORANGE,
        markeredgecolor=BLACK,
        clip_on=False,
        zorder=6,
        linestyle="none",
        label="the scenario as it stands",
    )
    ax.set_xscale("function", functions=(_root, np.square))
    ax.set(xlim=(0, top), ylim=(-0.14 * tall, 1.08 * tall))
    ax.set_xticks(_ticks_of_roots(top))
    ax.set_yticks([tick for tick in MaxNLocator(4).tick_values(0, tall) if 0 <= tick <= tall])
    label(ax, words, "draws of each kind (%)")


def _ticks_of_roots(top: float) -> list[float]:
    """Round numbers from 0 to ``top`` that stand apart on a scale of square roots."""
    kept = [0.0]
    for tick in MaxNLocator(8).tick_values(0, top):
        if kept[-1] < tick <= top and _root(tick) - _root(kept[-1]) >= _LEAST_APART * _root(top):
            kept.append(float(tick))
    return kept


def _root(values: Any) -> Any:
    return np.sqrt(np.maximum(values, 0))


@drawn
def answers_figure(found: Calibration, over: Answers) -> Figure:
    """Draw how long cooperation and peace last at draws of the set, a mark each."""
    high = 1.9 + 0.55 * len(over.names)
    boxes = [(0.19 + 0.42 * k, 1.05 / high, 0.36, (high - 2.0) / high) for k in range(2)]
    figure, axes = blank(10.5, high, *boxes)
    drawn = looks(over.names)
    for ax, (spell, words) in zip(axes, SPELL_STEMS.items(), strict=True):
        for row, name in enumerate(over.names):
            _strip(over, ax, spell, name, row, drawn[name])
        ax.set(xlim=(-0.02 * over.horizon, 1.02 * over.horizon), ylim=(len(over.names) - 0.5, -0.5))
        names = [spoken(name) for name in over.names] if spell == "regime" else [""] * len(over.names)
        ax.set_yticks(range(len(over.names)), names)
        label(ax, f"years of {words}, restricted mean ({over.horizon:g})")
    signs = (
        f"Filled: a draw of the set ({over.draws} of them, {over.runs} runs each); bar: their median; "
        "hollow: the scenario as it stands. Fitted parameters are set elsewhere only where common to both."
    )
    return framed(figure, _varying(over), _calibration_caption(found, signs))


def _strip(over: Answers, ax: Axes, spell: str, name: str, row: int, style: Look) -> None:
    chosen = over.means[(over.means["scenario"] == name) & (over.means["spell"] == spell)]
    years, stands = chosen.loc[chosen["draw"] >= 0, "mean"], chosen.loc[chosen["draw"] < 0, "mean"]
    shift = np.random.default_rng(row).uniform(-0.22, 0.22, len(years))
    ax.scatter(years, row + shift, s=18, color=style.colour, alpha=0.6, linewidth=0)
    ax.plot([years.median()] * 2, [row - 0.32, row + 0.32], color=BLACK, linewidth=1.6)
    ax.scatter(stands, [row], s=70, facecolor="white", edgecolor=style.colour, linewidth=1.8, zorder=5)
    ax.axhline(row, color=PALE, linewidth=0.6, zorder=0)


def _headline(found: Calibration) -> str:
    table, bound = narrowing(found), tradeoffs(found)
    share = f"{len(found.fitting):,} of {len(found.draws):,} draws fit the record"
    if not len(found.fitting):
        return f"None of {len(found.draws):,} draws fits the record"
    words = list(table.loc[table["narrowed"], "parameter"])
    told = "no parameter is narrowed by it alone" if not words else f"what it narrows: {listed(words)}"
    pairs = bound[bound["told"]]
    if len(pairs):
        told += f"; bound together: {pairs.iloc[0]['one']} and {pairs.iloc[0]['other']}"
    return f"{share}; {told}"


def _hardest(found: Calibration) -> str:
    worst, excludes = found.hardest
    words = {target.name: target.words for target in found.problem.targets}[worst]
    return f"The hardest target, {words}, alone rules out {percent(excludes)} of the draws"


def _varying(over: Answers) -> str:
    words = over.certain()
    some = f"all {over.draws} draws of the set"
    return f"At {some}, {listed(words)}" if words else f"No order outlasts another at {some}"


def _calibration_caption(found: Calibration, signs: str) -> str:
    made = f"seed {found.seed} · regimesim, version {program_version()}"
    name, draws = spoken(found.problem.scenario.name), f"{len(found.draws):,} draws"
    last = f"Scenario {name} · {draws}, {found.runs:,} histories each, on the same seeds"
    return f"{signs}\n{last} · {made}"


def save_calibration_figures(found: Calibration, over: Answers | None, folder: Path) -> list[Path]:
    """Write the pictures into a folder, each as PNG and SVG."""
    pictures: dict[str, Any] = {"set": set_figure(found), "targets": targets_figure(found)}
    if over is not None:
        pictures["answers"] = answers_figure(found, over)
    return save_figures(pictures.items(), folder)

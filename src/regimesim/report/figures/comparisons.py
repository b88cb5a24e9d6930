"""Pictures of comparisons: scenarios beside each other, and a record of disputes beside a simulation.

``survival`` has a curve a scenario, named where it ends; ``plane`` has a cloud of runs and one large mark a
scenario; ``course`` has medians year by year. All stand alone, as those of
:mod:`regimesim.report.figures.runs` do: the title says what was found, the caption what it was made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from regimesim.analysis.comparison import COMPARISON_CAUTION, HISTORICAL_MARKS, Comparison
from regimesim.analysis.history.comparison import share_after, simulated
from regimesim.analysis.history.eras import Era, caution, peace_curve
from regimesim.analysis.history.record import Record
from regimesim.report import sentences
from regimesim.report.figures.style import (
    BLACK,
    GREY,
    PALE,
    Look,
    blank,
    framed,
    is_narrow,
    label,
    length,
    looks,
    note,
    save_figures,
    spread_out,
    wrapped,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.scenario.messages import known, spoken
from regimesim.simulation.columns import QUANTITIES, SPELL_STEMS
from regimesim.simulation.results import Results, percent

MOST_CLOUD_POINTS = 400
"""Runs drawn a scenario in the plane."""

RECORD_ROW = 0.155
"""Height of a row of numbers at risk, in inches."""


@drawn
def draw_comparison(comparison: Comparison, kind: str = "survival") -> Figure:
    """Draw one picture.

    Parameters
    ----------
    comparison : Comparison
    kind : {"survival", "plane", "course"}

    Raises
    ------
    InputError
        For an unknown kind.
    """
    pictures: dict[str, Callable[[Comparison], Figure]] = {
        "survival": survivals_figure,
        "plane": plane_figure,
        "course": course_figure,
    }
    return known(kind, pictures, "picture")(comparison)  # type: ignore[no-any-return]


@drawn
def survivals_figure(comparison: Comparison) -> Figure:
    """Survival of cooperation and of peace side by side, with the durations of the record."""
    strip = RECORD_ROW * len(comparison.names)
    high = 5.6 + strip
    low, tall = (1.45 + strip) / high, 3.0 / high
    figure, axes = blank(13.0, high, (0.1, low, 0.285, tall), (0.58, low, 0.285, tall))
    for ax, spell in zip(axes, SPELL_STEMS, strict=True):
        draw_survivals(comparison, ax, spell)
        words = sentences.wording(spell)
        finding = wrapped(comparison.finding(spell), 60)
        above = 1.09 + 0.055 * finding.count("\n")
        note(ax, 0, above, words.name, transform=ax.transAxes, va="bottom", fontsize=10.5, weight="bold")
        note(ax, 0, 1.02, finding, transform=ax.transAxes, va="bottom", fontsize=9)
    signs = "Kaplan-Meier curves, 95 % bands; below the axes, runs at risk: still standing and still watched."
    marks = (
        "Dotted: durations of the record; the Cold War's only as years of peace: whether it was a regime is "
    )
    marks += f"the question. {COMPARISON_CAUTION}"
    return framed(figure, comparison_headline(comparison), comparison_caption(comparison, signs, marks))


def draw_survivals(comparison: Comparison, ax: Axes, spell: str = "regime") -> Axes:
    """A Kaplan-Meier curve a scenario, with its band, its name where it ends and its runs at risk."""
    horizon, words = comparison.years, sentences.wording(spell)
    ends = []
    for name, style in looks(comparison.names).items():
        curve = comparison.results[name].curve(spell)
        years = np.append(curve.years, max(horizon, curve.years[-1]))
        share, lower, upper = (np.append(x, x[-1]) for x in (curve.survival, curve.lower, curve.upper))
        ax.fill_between(years, lower, upper, step="post", color=style.colour, alpha=0.15, linewidth=0)
        ax.step(
            years, share, where="post", color=style.colour, linestyle=style.line, linewidth=2.0, label=name
        )
        ends.append(float(share[-1]))
    ax.set(xlim=(0, horizon), ylim=(0, 1.23))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    label(ax, words.since, words.share)
    _name_curves(comparison, ax, ends)
    _mark_record(ax, spell, horizon)
    _at_risk(comparison, ax, spell)
    return ax


def _name_curves(comparison: Comparison, ax: Axes, ends: Sequence[float]) -> None:
    """The names of the curves at their ends, moved apart, inside the height of the axes."""
    apart, horizon = 0.07, comparison.years
    heights = spread_out(ends, apart)
    lift = max(0.0, 0.01 - min(heights)) - max(0.0, max(heights) - 1.2)
    for (name, style), end, height in zip(looks(comparison.names).items(), ends, heights, strict=True):
        place = height + lift
        ax.plot([horizon, 1.035 * horizon], [end, place], color=style.colour, linewidth=0.8, clip_on=False)
        note(
            ax,
            1.045 * horizon,
            place,
            spoken(name),
            color=style.colour,
            va="center",
            weight="bold",
            clip_on=False,
        )


def _mark_record(ax: Axes, spell: str, horizon: float) -> None:
    """The durations of the record: dotted lines, their names above the curves."""
    shown = [mark for mark in HISTORICAL_MARKS if spell in mark.spells and mark.years < horizon]
    for row, mark in enumerate(shown):
        top = 1.1 + 0.075 * (len(shown) - 1 - row)
        ax.plot(
            [mark.years, mark.years], [0, top], color=BLACK, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1
        )
        ax.plot([mark.years], [top], marker="v", color=BLACK, markersize=5)
        left = mark.years < 0.6 * horizon
        note(
            ax,
            mark.years + (0.02 if left else -0.02) * horizon,
            top,
            f"{mark.name}: {mark.years:g} years",
            ha="left" if left else "right",
            va="center",
            fontsize=8,
        )


def _at_risk(comparison: Comparison, ax: Axes, spell: str) -> None:
    horizon = comparison.years
    ticks = np.asarray([t for t in MaxNLocator(5).tick_values(0, horizon) if 0 <= t <= horizon])
    ax.set_xticks(ticks)
    below: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    below |= {"va": "top", "fontsize": 7.5}
    for row, (name, style) in enumerate(looks(comparison.names).items()):
        curve = comparison.results[name].curve(spell)
        standing = np.append(curve.at_risk, 0)[np.searchsorted(curve.years, ticks, side="left")]
        unknown = (ticks > curve.years[-1]) & (curve.survival[-1] > 0)
        drop = -37 - 72 * RECORD_ROW * row
        for tick, number, nobody in zip(ticks, standing, unknown, strict=True):
            words = "\N{EN DASH}" if nobody else f"{number:,}"
            ax.annotate(words, (tick, 0), xytext=(0, drop), ha="center", color=GREY, **below)
        ax.annotate(
            spoken(name),
            (0, 0),
            xytext=(-16, drop),
            ha="right",
            color=style.colour,
            parse_math=False,
            **below,
        )


@drawn
def plane_figure(comparison: Comparison) -> Figure:
    """Years of peace across, years of cooperation up: where deterrence and regimes sit apart."""
    figure, (ax,) = blank(8.6, 8.6, (0.1, 0.155, 0.87, 0.76))
    draw_plane(comparison, ax)
    signs = (
        f"Small: a run (the first {min(MOST_CLOUD_POINTS, comparison.runs)}, moved a little at random so "
        "that they do not hide one another). Large: the restricted mean (RMST) with its 95 % "
        "intervals."
    )
    if peaceful := [spoken(name) for name in comparison.names if not _warlike(comparison, name)]:
        signs += f" No war can break out in {', '.join(peaceful)}."
    return framed(figure, _far_apart(comparison), comparison_caption(comparison, signs))


def draw_plane(comparison: Comparison, ax: Axes) -> Axes:
    """A thin cloud of runs and one large mark a scenario; the corners and the diagonal are named."""
    horizon = comparison.years
    ax.set(xlim=(-0.04 * horizon, 1.06 * horizon), ylim=(-0.11 * horizon, 1.11 * horizon))
    label(
        ax, "years of peace (to the first war between great powers)", "years of cooperation (of the regime)"
    )
    ax.plot([0, horizon], [0, horizon], color=PALE, linewidth=1.2, zorder=1)
    _name_corners(ax, horizon)
    marks = []
    for position, (name, style) in enumerate(looks(comparison.names).items()):
        columns = comparison.results[name].columns
        peace, regime = (
            np.minimum(columns[f"{spell}_years"][:MOST_CLOUD_POINTS], horizon)
            for spell in ("peace", "regime")
        )
        across, up = (0.012 * horizon * _scatter(len(peace), 2 * position + k) for k in (0, 1))
        ax.scatter(peace + across, regime + up, s=7, color=style.colour, alpha=0.22, linewidth=0, zorder=2)
        marks.append(_mark_mean(ax, comparison, name, style))
    _mark_names(comparison, ax, marks)
    return ax


def _name_corners(ax: Axes, horizon: float) -> None:
    words: dict[str, Any] = {"fontsize": 9.5, "style": "italic", "color": GREY, "weight": "bold"}
    letters = 18 if is_narrow() else 60
    regime, deterrence, outlives = (
        wrapped(name, letters)
        for name in (
            "regime: peace and cooperation",
            "deterrence: peace without cooperation",
            "cooperation that outlives its wars",
        )
    )
    note(ax, 1.05 * horizon, 1.065 * horizon, regime, ha="right", va="center", **words)
    note(
        ax,
        1.05 * horizon,
        -0.065 * horizon,
        deterrence,
        ha="right",
        va="center",
        **words,
    )
    note(ax, 0, -0.065 * horizon, "neither", va="center", **words)
    note(ax, 0, 1.065 * horizon, outlives, va="center", **words)
    along: dict[str, Any] = {"rotation": 45, "rotation_mode": "anchor", "transform_rotates_text": True}
    ax.text(
        0.5 * horizon,
        0.505 * horizon,
        "cooperation as long as peace",
        ha="center",
        va="bottom",
        fontsize=8,
        color=GREY,
        zorder=4,
        **along,
    )


def _mark_mean(ax: Axes, comparison: Comparison, name: str, style: Look) -> tuple[float, float]:
    peace, regime = (comparison.results[name].summary(s, comparison.years).rmst for s in ("peace", "regime"))
    reach = [[[e.value - e.lower], [e.upper - e.value]] for e in (peace, regime)]
    ax.errorbar(
        peace.value,
        regime.value,
        xerr=reach[0],
        yerr=reach[1],
        color=BLACK,
        elinewidth=1.2,
        capsize=3,
        zorder=6,
    )
    edge: dict[str, Any] = {} if style.marker == "x" else {"edgecolor": BLACK}
    ax.scatter(
        [peace.value],
        [regime.value],
        s=150,
        color=style.colour,
        marker=style.marker,
        linewidth=1.2,
        zorder=7,
        label=name,
        **edge,
    )
    return peace.value, regime.value


def _mark_names(comparison: Comparison, ax: Axes, marks: Sequence[tuple[float, float]]) -> None:
    """Names beside the marks, towards the middle; those on one side are moved apart."""
    horizon = comparison.years
    for right in (True, False):
        side = [k for k, (peace, _) in enumerate(marks) if (peace < 0.6 * horizon) == right]
        heights = spread_out([marks[k][1] for k in side], 0.045 * horizon)
        for k, height in zip(side, heights, strict=True):
            name = comparison.names[k]
            place = (marks[k][0] + (0.035 if right else -0.035) * horizon, height)
            ax.plot([marks[k][0], place[0]], [marks[k][1], height], color=GREY, linewidth=0.7, zorder=5)
            note(
                ax,
                *place,
                spoken(name),
                ha="left" if right else "right",
                va="center",
                weight="bold",
                fontsize=9.5,
                color=looks(comparison.names)[name].colour,
                zorder=8,
            )


def _scatter(number: int, salt: int) -> NDArray[np.float64]:
    """Small moves in [-1, 1], the same every time."""
    return np.random.default_rng(salt).uniform(-1, 1, number)


@drawn
def course_figure(comparison: Comparison) -> Figure:
    """Draw how cooperation and trust go: the median of each scenario, and the middle half of its runs."""
    figure, axes = blank(13.0, 5.0, (0.05, 0.2, 0.33, 0.62), (0.55, 0.2, 0.33, 0.62))
    for ax, quantity, words in zip(
        axes, ("cooperation", "trust"), ("pairs that cooperate (share)", "mean trust (0 to 1)"), strict=True
    ):
        draw_course(comparison, ax, quantity)
        label(ax, "years since the start", words)
    signs = "Lines: medians over runs. Bands: the middle half of the runs."
    return framed(figure, comparison.finding("regime"), comparison_caption(comparison, signs))


def draw_course(comparison: Comparison, ax: Axes, quantity: str) -> Axes:
    """A yearly series of each scenario, named where it ends."""
    index, ends = QUANTITIES.index(quantity), []
    for name, style in looks(comparison.names).items():
        series = comparison.results[name].yearly[index]
        if not series.size:
            note(
                ax,
                0.5,
                0.5,
                "No yearly series were recorded",
                transform=ax.transAxes,
                ha="center",
                color=GREY,
            )
            return ax
        low, middle, high = np.quantile(series, (0.25, 0.5, 0.75), axis=1)
        times = np.arange(len(series), dtype=np.float64)
        if len(series) == 1:  # a single year is drawn from beginning to end
            times, (low, middle, high) = np.array([0.0, 1.0]), (np.repeat(x, 2) for x in (low, middle, high))
        ax.fill_between(times, low, high, color=style.colour, alpha=0.13, linewidth=0)
        ax.plot(times, middle, color=style.colour, linestyle=style.line, linewidth=2.0, label=name)
        ends.append(float(middle[-1]))
    ax.set(xlim=(0, times[-1]), ylim=(-0.02, 1.05))
    for (name, style), end, height in zip(
        looks(comparison.names).items(), ends, spread_out(ends, 0.07), strict=True
    ):
        ax.plot(
            [times[-1], 1.035 * times[-1]], [end, height], color=style.colour, linewidth=0.8, clip_on=False
        )
        note(
            ax,
            1.045 * times[-1],
            height,
            spoken(name),
            color=style.colour,
            va="center",
            weight="bold",
            clip_on=False,
        )
    return ax


def comparison_headline(comparison: Comparison) -> str:
    """The means of few scenarios, or which of many lasts longest."""
    if len(comparison.names) > 4:
        regime, peace = (comparison.finding(spell) for spell in SPELL_STEMS)
        return f"{regime}; {peace[0].lower()}{peace[1:]}"
    words = []
    for spell, word in SPELL_STEMS.items():
        means = [(n, r.summary(spell, comparison.years).rmst.value) for n, r in comparison.results.items()]
        words.append(f"{word} lasts " + ", ".join(f"{mean:.0f} in {spoken(name)}" for name, mean in means))
    return f"Out of {sentences.years(comparison.years)}, {'; '.join(words)}"


def _warlike(comparison: Comparison, name: str) -> bool:
    """Tell whether war can break out in a scenario at all."""
    phases = comparison.results[name].scenario.phases
    return any(float(p.parameters[f"war.{kind}"]) > 0 for p in phases for kind in ("unilateral", "mutual"))


def _far_apart(comparison: Comparison) -> str:
    """Find scenarios with far more peace than cooperation, from the intervals of both means."""
    far = []
    for name, results in comparison.results.items():
        peace, regime = (results.summary(spell, comparison.years).rmst for spell in ("peace", "regime"))
        if _warlike(comparison, name) and peace.lower - regime.upper > 0.1 * comparison.years:
            far.append(spoken(name))
    if not far:
        return "Nowhere does peace last much longer than cooperation: no deterrence without a regime here"
    rest = " only" if len(far) < len(comparison.names) else ""
    return f"Peace far outlasts cooperation{rest} in {', '.join(far)}: the mark of deterrence"


def comparison_caption(comparison: Comparison, *notes: str) -> str:
    """Write what the picture was made of, after what its signs mean."""
    about = next(iter(comparison.results.values())).provenance
    names = ", ".join(spoken(name) for name in comparison.names)
    runs = f"{comparison.runs:,} run{'s' if comparison.runs != 1 else ''}"
    made = f"seed {about.get('seed', 'unknown')} · regimesim, version {about.get('version', 'unknown')}"
    last = f"Scenarios {names} · {runs} of {length(comparison.years)} each, on the same seeds · {made}"
    return "\n".join([*notes, last])


def save_comparison_figures(comparison: Comparison, folder: str | Path) -> list[Path]:
    """Write all pictures into a folder, each as PNG and SVG; returns the six paths."""
    kinds = ("survival", "plane", "course")
    return save_figures(((kind, draw_comparison(comparison, kind)) for kind in kinds), folder)


@drawn
def history_figure(record: Record, results: Results, era: Era) -> Figure:
    """Peace of pairs: the record of an era against a simulation, with bands, and the caution below."""
    from regimesim.report.figures import style as palette

    seen, theirs = simulated(results), peace_curve(record, era)
    span = float(min(max(theirs.years[-1], 1), seen.years))
    figure, (ax,) = palette.blank(8.5, 5.4, (0.09, 0.26, 0.885, 0.58))
    style = palette.look(results.scenario.name)
    name = f"simulated: {spoken(results.scenario.name)}"
    ax.fill_between(
        theirs.years, theirs.lower, theirs.upper, step="post", color=palette.PALE, alpha=0.6, linewidth=0
    )
    ax.fill_between(
        seen.peace.years,
        seen.peace.lower,
        seen.peace.upper,
        step="post",
        color=style.colour,
        alpha=0.25,
        linewidth=0,
    )
    ax.step(
        theirs.years,
        theirs.survival,
        where="post",
        color=palette.BLACK,
        linewidth=2.0,
        linestyle="--",
        label=f"record: {era.name}",
    )
    ax.step(
        seen.peace.years, seen.peace.survival, where="post", color=style.colour, linewidth=2.0, label=name
    )
    ax.set(xlim=(0, span), ylim=(0, 1.04))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    palette.label(ax, "whole years of peace", "spells of peace between pairs that last longer (%)")
    ax.legend(loc="lower left", fontsize=9, frameon=False)
    one, other = (percent(share_after(curve, span).value) for curve in (theirs, seen.peace))
    headline = (
        f"Of the spells of peace between pairs, {one} last {span:g} years in the record, {other} simulated"
    )
    about = palette.caption_of(
        results,
        "Kaplan-Meier curves of spells of peace, those after a war included; 95 % bands (pairs of the "
        "record, runs of the model taken for independent).",
        f"Record: {record.name}, {era.name} ({era.start}-{era.end}).",
    )
    return palette.framed(figure, headline, f"{about}\n{caution(record, era)}")

"""Pictures of results: functions that take results and an axes, and return the axes.

``survival`` shows how long it lasts, ``century`` how cooperation goes, ``trust`` what states expect and hold
themselves to, ``why`` what keeps them from defecting. A *figure* is a picture that stands alone:
its title says what was found, its caption what it was made of. pyplot is never used: it keeps state.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from regimesim.report import sentences
from regimesim.report.figures.style import (
    BLACK,
    GREY,
    blank,
    caption_of,
    framed,
    label,
    look,
    note,
    save_figures,
    svg,
    tidy,
    wrapped,
)
from regimesim.report.figures.timeline import (
    ROW_HEIGHT,
    century,
    draw_key,
    epoch_names,
    rows_above,
    trust,
    why,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.scenario.messages import known, spoken
from regimesim.simulation.columns import THRESHOLDS
from regimesim.simulation.results import Results, percent
from regimesim.stats.survival import Curve


@drawn
def draw_run(results: Results, kind: str, ax: Axes | None = None) -> Axes:
    """Draw one picture.

    Parameters
    ----------
    results : Results
    kind : {"survival", "century", "why", "trust"}
    ax : Axes, optional
        Where; by default a new figure with title and caption (``draw(...).figure.savefig("picture.png")``).

    Raises
    ------
    InputError
        For an unknown kind.
    """
    pictures: dict[str, tuple[Callable[[Results, Axes], Axes], Callable[[Results], str]]] = {
        "survival": (draw_survival, sentences.lasting_sentence),
        "century": (century, sentences.course_sentence),
        "why": (why, sentences.restraint),
        "trust": (trust, sentences.expectations),
    }
    known(kind, pictures, "picture")
    picture, found = pictures[kind]
    if ax is not None:
        return picture(results, tidy(ax))
    high = 5.2 + (rows_above(results) * ROW_HEIGHT / 72 if kind == "century" else 0.0)
    figure, (ax,) = blank(8.5, high, (0.09, 1.2 / high, 0.745, 3.15 / high))
    picture(results, ax)
    framed(figure, found(results), caption_of(results, _SIGNS[kind], *_thresholds(ax)))
    return ax


_SIGNS = {
    "survival": "Kaplan-Meier curve, 95 % band; what the horizon cuts off counts as standing until then.",
    "century": "Bands: the middle half and the middle nine tenths of the runs.",
    "trust": "Lines: means over runs; bands: the middle nine tenths of the runs.",
    "why": "Means over pairs and runs. Layers: what holds a state back. Line: what defection gains it now.",
}


def draw_survival(
    results: Results, ax: Axes, spell: str = "regime", marks: Mapping[str, float] | None = None
) -> Axes:
    """Draw how long it lasts: the Kaplan-Meier curve of a kind of spell, its band and its median.

    Parameters
    ----------
    results : Results
    ax : Axes
    spell : str
        ``regime``, ``peace`` or ``systemic``; the regime also at the two other pairs of thresholds.
    marks : mapping of str to float, optional
        Years to mark from outside, by the name that they are given (``{"the record": 38}``).
    """
    curve, words, horizon = results.curve(spell), sentences.wording(spell), results.scenario.years
    style = look(results.scenario.name)
    band: dict[str, Any] = {"color": style.colour, "alpha": 0.2, "linewidth": 0}
    ax.fill_between(curve.years, curve.lower, curve.upper, step="post", **band)
    ax.step(curve.years, curve.survival, where="post", color=style.colour, linewidth=2.0, label=spell)
    ax.set(xlim=(0, horizon), ylim=(0, 1.12))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    label(ax, words.since, words.share)
    if spell == "regime":
        _other_thresholds(results, ax, curve)
    _median(ax, curve, horizon)
    if curve.years[-1] == 0:
        note(ax, horizon / 2, 0.5, sentences.lasting_sentence(results, spell), ha="center", color=GREY)
    for name, year in (marks or {}).items():
        ax.plot([year, year], [0, 1.02], color=BLACK, linewidth=1.0, linestyle=(0, (1, 2)))
        ax.plot([year], [1.02], marker="v", color=BLACK, markersize=6)
        side = "left" if year < 0.6 * horizon else "right"
        note(ax, year + (0.015 if side == "left" else -0.015) * horizon, 1.045, f"{name}: {year:g}", ha=side)
    return ax


def _median(ax: Axes, curve: Curve, horizon: float) -> None:
    median = curve.median()
    if not 0 < median.value < horizon:
        return
    ax.plot([0, median.value, median.value], [0.5, 0.5, 0], color=GREY, linewidth=0.9, linestyle="--")
    left = median.value < 0.62 * horizon
    note(
        ax,
        median.value + (0.02 if left else -0.02) * horizon,
        0.52 if left else 0.42,
        f"median {median.text()} years",
        ha="left" if left else "right",
    )


def _other_thresholds(results: Results, ax: Axes, curve: Curve) -> None:
    """The same runs at the two other pairs of thresholds, where that makes a difference."""
    ages = np.linspace(0, results.scenario.years, 101)
    handles, places = [], []
    for spell, line in zip(THRESHOLDS, (":", "-."), strict=True):
        if f"{spell}_years" not in results.columns:
            continue
        other = results.curve(spell)
        share = other.at(ages)
        gap = np.abs(share - curve.at(ages))
        if gap.max() < 0.02:
            continue
        style: dict[str, Any] = {"color": GREY, "linewidth": 1.0, "linestyle": line, "label": spell}
        handles += ax.step(other.years, other.survival, where="post", **style)
        above = spell == "regime_loose"  # nothing is drawn above it, nothing below the stricter one
        room = (share > 0.6) & (ages < 0.62 * ages[-1]) if above else (share > 0.08) & (ages > 0.3 * ages[-1])
        if room.any():
            place = int(np.argmax(np.where(room, gap, -1.0)))
            places.append((ages[place], share[place] + (0.01 if above else -0.02), above))
    labels = [f"{THRESHOLDS[str(handle.get_label())].word} thresholds" for handle in handles]
    if len(places) < len(handles):
        ax.legend(handles, labels, loc="upper right", fontsize=8, frameon=False, labelcolor=GREY)
        return
    for (age, height, above), words in zip(places, labels, strict=True):
        side = {"ha": "left", "va": "bottom"} if above else {"ha": "right", "va": "top"}
        note(ax, age, height, words, fontsize=8, color=GREY, **side)


def _thresholds(ax: Axes) -> list[str]:
    """Say what the thin grey lines are, if there are any."""
    if not any(str(line.get_label()) in THRESHOLDS for line in ax.get_lines()):
        return []
    one, other = THRESHOLDS.values()
    return [
        f"Grey: the same runs if a regime begins at {100 * one.onset:g} % and falls under "
        f"{100 * one.collapse:g} % ({one.word}), or {other.percents}."
    ]


def at_risk(results: Results, ax: Axes, spell: str) -> None:
    """Under the axis of :func:`draw_survival`, how many runs still stand and are watched at each tick."""
    curve, horizon = results.curve(spell), results.scenario.years
    ticks = np.asarray([t for t in MaxNLocator(5).tick_values(0, horizon) if 0 <= t <= horizon])
    ax.set_xticks(ticks)
    standing = np.append(curve.at_risk, 0)[np.searchsorted(curve.years, ticks, side="left")]
    unknown = (ticks > curve.years[-1]) & (curve.survival[-1] > 0)
    below: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    below |= {"va": "top", "fontsize": 7.5, "color": GREY}
    for tick, number, nobody in zip(ticks, standing, unknown, strict=True):
        words = "\N{EN DASH}" if nobody else f"{number:,}"
        ax.annotate(words, (tick, 0), xytext=(0, -19), ha="center", **below)
    ax.annotate("at risk", (0, 0), xytext=(-16, -19), ha="right", **below)
    ax.xaxis.labelpad = 14


@drawn
def survival_figure(results: Results, marks: Mapping[str, Mapping[str, float]] | None = None) -> Figure:
    """Draw how long cooperation and peace last; ``marks`` by spell, as ``{"regime": {"the record": 38}}``."""
    figure, axes = blank(10.0, 5.3, (0.075, 0.26, 0.405, 0.52), (0.575, 0.26, 0.405, 0.52))
    for ax, spell in zip(axes, ("regime", "peace"), strict=True):
        draw_survival(results, ax, spell, (marks or {}).get(spell))
        at_risk(results, ax, spell)
        words = wrapped(sentences.lasting_sentence(results, spell), 60)
        above = 1.04 + 0.062 * (1 + words.count("\n"))
        note(ax, 0, 1.02, words, transform=ax.transAxes, va="bottom", fontsize=9)
        name = sentences.wording(spell).name
        note(ax, 0, above, name, transform=ax.transAxes, fontsize=10.5, weight="bold")
    at_risk_means = "At risk: runs that still stand and are still watched."
    notes = [_SIGNS["survival"], at_risk_means, *_thresholds(axes[0])]
    if marks:
        notes.append("The record is one case; a mark is no test.")
    return framed(figure, sentences.run_headline(results), caption_of(results, *notes))


@drawn
def century_figure(results: Results) -> Figure:
    """Cooperation, trust and norms through time, with the epochs of the scenario."""
    strip = rows_above(results) * ROW_HEIGHT / 72
    high = 6.3 + strip
    boxes = [(0.075, low / high, 0.825, tall / high) for low, tall in ((2.85, 2.65), (1.05, 1.35))]
    figure, (above, below) = blank(10.0, high, *boxes)
    century(results, above)
    trust(results, below)
    above.set_xlabel("")
    above.tick_params(labelbottom=False)
    draw_key(above, 0.8)
    for epoch in epoch_names(results):
        below.axvline(epoch.year, color=GREY, linewidth=0.8, linestyle=":")
    notes = (_SIGNS["century"], "Below: means over runs, and the middle nine tenths.")
    return framed(figure, sentences.course_sentence(results), caption_of(results, *notes))


def ends(causes: Mapping[str, float], ax: Axes, collapses: int | None = None) -> Axes:
    """Bars of what ended regimes: shares of the collapses by cause, with counts if their number is given."""
    ranked = sorted(causes.items(), key=lambda item: item[1])
    label(ax, "collapses (%)")
    ax.barh(range(len(ranked)), [share for _, share in ranked], color=GREY, height=0.62)
    names = [textwrap.fill(spoken(name), 24) for name, _ in ranked]
    ax.set_yticks(range(len(ranked)), names, parse_math=False)
    if not ranked:
        note(ax, 0.5, 0.5, sentences.foremost(causes), transform=ax.transAxes, ha="center", color=GREY)
    most = max([share for _, share in ranked], default=0.0) or 1.0
    ax.set_xlim(0, 1.35 * most)
    ax.set_xticks([t for t in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(0, most) if 0 <= t <= most])
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}")
    for row, (_, share) in enumerate(ranked):
        count = f" ({share * collapses:,.0f})" if collapses is not None else ""
        note(ax, share + 0.02 * most, row, percent(share) + count, va="center")
    return ax


@drawn
def why_figure(
    results: Results, causes: Mapping[str, float] | None = None, collapses: int | None = None
) -> Figure:
    """Draw what holds states back through time, and beside it, if given, what ended the regimes.

    Parameters
    ----------
    results : Results
    causes : mapping of name to share in [0, 1], optional
    collapses : int, optional
        How many collapses the shares are of.
    """
    if causes is None:
        figure, (left,) = blank(8.0, 5.2, (0.085, 0.2, 0.75, 0.62))
        finding = sentences.restraint(results)
    else:
        figure, (left, right) = blank(11.0, 5.2, (0.06, 0.2, 0.41, 0.56), (0.73, 0.2, 0.25, 0.56))
        finding = f"{sentences.foremost(causes)}. {sentences.restraint(results)}"
        right.set_title("What ended the regimes", loc="left", fontsize=10.5, weight="bold")
        left.set_title("What holds states back", loc="left", fontsize=10.5, weight="bold")
        ends(causes, right, collapses)
    why(results, left)
    return framed(figure, finding, caption_of(results, _SIGNS["why"]))


def save_run_figures(
    results: Results, folder: str | Path, causes: Mapping[str, float] | None = None
) -> list[Path]:
    """Write survival, century and why into a folder, each as PNG and SVG; returns the six paths."""
    figures = {
        "survival": survival_figure(results),
        "century": century_figure(results),
        "why": why_figure(results, causes),
    }
    return save_figures(figures.items(), folder)


@drawn
def inline_svg(results: Results) -> str:
    """A small survival curve for a notebook."""
    figure, (ax,) = blank(5.0, 3.1, (0.13, 0.17, 0.84, 0.79))
    draw_survival(results, ax)
    return svg(figure, sentences.lasting_sentence(results))

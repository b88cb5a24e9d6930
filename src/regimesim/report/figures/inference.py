"""Pictures of an inference: ranks of synthetic truths, coverage, what the record says of each parameter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regimesim.analysis.calibration.checking import INTERVAL, RISK, WITHIN, Calibrated
from regimesim.analysis.calibration.making import Made
from regimesim.report.figures.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE,
    blank,
    framed,
    label,
    save_figures,
)
from regimesim.report.matplotlib_alone import drawn
from regimesim.scenario.messages import spoken
from regimesim.simulation.provenance import program_version

_FIGURE_WIDTH = 11.5
_GRID = np.linspace(0.0, 1.0, 101)


@drawn
def ranks_figure(made: Made) -> Figure:
    """Draw how far the ranks of truths are from uniform, a line a parameter, and how often intervals hold."""
    boxes = [(0.08 + 0.49 * (k % 2), 0.57 - 0.42 * (k // 2), 0.41, 0.29) for k in range(len(made.checks))]
    figure, axes = blank(_FIGURE_WIDTH, 7.6, *boxes)
    for ax, ((estimator, truths), found) in zip(axes, made.checks.items(), strict=True):
        _excess(ax, found)
        ax.set_title(f"{estimator}, truths {truths}\n{_words(found)}", fontsize=9, loc="left")
        label(ax, "rank of the truth in its posterior", "share of ranks below - rank")
    uneven = sum(len(found.uneven) for found in made.checks.values())
    total = len(made.columns) * len(made.checks)
    verdict = f"Ranks of truths are uniform in {total - uneven} of {total} cases"
    count = len(next(iter(made.checks.values())))
    caption = (
        f"A line for each of {len(made.columns)} parameters: 0 throughout if the ranks of {count} truths are "
        f"uniform; a slope down through the middle tells of posteriors that are too narrow. Shaded: where "
        f"all lines of a panel stay with {100 * (1 - RISK):.0f} % if their ranks are uniform (Kolmogorov-"
        f"Smirnov). Orange: outside. {_origin_words(made)}"
    )
    return framed(figure, f"{verdict}: {spoken(made.name)}", caption)


def _excess(ax: Axes, found: Calibrated) -> None:
    from scipy.stats import kstwo

    count, parameters = found.ranks.shape
    reach = float(kstwo.ppf((1 - RISK) ** (1 / parameters), count))
    ax.fill_between(_GRID, -reach, reach, color=PALE, linewidth=0)
    for column in found.ranks.T:
        excess = np.searchsorted(np.sort(column), _GRID, side="right") / count - _GRID
        outside = np.abs(excess).max() > reach
        ax.plot(_GRID, excess, color=ORANGE if outside else BLUE, linewidth=1.4 if outside else 0.5)
    ax.axhline(0.0, color=BLACK, linewidth=0.8)
    ax.set(xlim=(0, 1), ylim=(-1.5 * reach, 1.5 * reach))


def _words(found: Calibrated) -> str:
    ranks = "uniform" if found.uniform else "not uniform"
    return f"ranks {ranks}, {100 * INTERVAL:.0f} % intervals hold {100 * found.coverage:.1f} %"


@drawn
def coverage_figure(made: Made) -> Figure:
    """Draw for each parameter how often its interval holds the truth, by estimator."""
    names = list(made.columns)
    high = 2.0 + 0.2 * len(names)
    boxes = [(0.27 + 0.37 * k, 0.9 / high, 0.33, (high - 2.0) / high) for k in range(2)]
    figure, axes = blank(_FIGURE_WIDTH, high, *boxes)
    where = list(dict.fromkeys(truths for _, truths in made.checks))
    places = np.arange(len(names))[::-1]
    for ax, truths in zip(axes, where, strict=True):
        ax.axvspan(100 * (INTERVAL - WITHIN), 100 * (INTERVAL + WITHIN), color=PALE, linewidth=0)
        for shift, estimator, colour, marker in (
            (0.14, "nearest", BLUE, "o"),
            (-0.14, "forest", ORANGE, "s"),
        ):
            frame = 100 * made.checks[estimator, truths].frame()[["coverage", "lower", "upper"]]
            ends = np.abs(frame[["lower", "upper"]].to_numpy() - frame[["coverage"]].to_numpy()).T
            ax.errorbar(
                frame["coverage"], places + shift, xerr=ends, fmt=marker, color=colour, markersize=3.5,
                linewidth=0.8, label=estimator,
            )  # fmt: skip
        ax.set_yticks(places, names if ax is axes[0] else [""] * len(names), fontsize=7.5)
        ax.set(xlim=(80, 100), ylim=(-0.8, len(names) - 0.2))
        ax.set_title(f"truths {truths}", fontsize=9.5, loc="left")
        label(ax, f"truths held by intervals of {100 * INTERVAL:.0f} % (%)")
    axes[0].legend(fontsize=8, frameon=False, loc="lower left")
    least, most = (100 * end(found.coverage for found in made.checks.values()) for end in (min, max))
    headline = (
        f"Over all parameters, intervals of {100 * INTERVAL:.0f} % hold {least:.1f} to {most:.1f} % of truths"
    )
    shaded = f"{100 * INTERVAL:.0f} ± {100 * WITHIN:.0f} %"
    caption = f"With Wilson's 95 % intervals; shaded: {shaded}. {_origin_words(made)}"
    return framed(figure, f"{headline}: {spoken(made.name)}", caption)


@drawn
def parameters_figure(made: Made) -> Figure:
    """Draw what each parameter is given the record, within its range, by both estimators."""
    frame = made.parameters.sort_values(["identified", "distance"], ascending=False)
    high = 2.0 + 0.25 * len(frame)
    figure, axes = blank(_FIGURE_WIDTH, high, (0.27, 0.95 / high, 0.63, (high - 1.85) / high))
    ax, places = axes[0], np.arange(len(frame))[::-1]
    span = (frame["high"] - frame["low"]).to_numpy()
    low = frame["low"].to_numpy()
    for name, place, known in zip(frame["parameter"], places, frame["identified"], strict=True):
        ax.text(-0.015, place, name, ha="right", va="center", fontsize=8, color=BLACK if known else GREY)
    ends = [(frame[name].to_numpy() - low) / span for name in ("q05", "median", "q95", "published")]
    colours = [BLUE if known else GREY for known in frame["identified"]]
    ax.hlines(places, 0, 1, color=PALE, linewidth=5)
    ax.hlines(places, ends[0], ends[2], color=colours, linewidth=2.4)
    ax.scatter(ends[1], places, s=22, color=colours, zorder=3, label="median given the record")
    ax.scatter(
        ends[3],
        places,
        s=30,
        marker="^",
        color=ORANGE,
        edgecolor=BLACK,
        linewidth=0.5,
        zorder=4,
        label="published",
    )
    differ = frame["differ"].to_numpy()
    for place in places[differ]:
        ax.text(1.01, place, "the two differ", fontsize=7, va="center")
    ax.set(xlim=(0, 1), ylim=(-0.8, len(frame) - 0.2), yticks=[])
    label(ax, "place in the declared range")
    ax.legend(fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    known = int(frame["identified"].sum())
    headline = f"The record says something of {known} of {len(frame)} assumptions"
    caption = (
        "Pale: the declared range. Lines: the middle 90 % of the draws that fit the record; grey: not "
        f"identified, about as wide as before. {_origin_words(made)}"
    )
    return framed(figure, f"{headline}: {spoken(made.name)}", caption)


def _origin_words(made: Made) -> str:
    draws, seed = len(made.fit.table), made.fit.seed
    return f"{draws:,} draws of one history each, seed {seed}, regimesim {program_version()}."


def save_inference_figures(made: Made, folder: Path) -> list[Path]:
    """Write all of them into a folder."""
    return save_figures(
        [
            ("ranks", ranks_figure(made)),
            ("coverage", coverage_figure(made)),
            ("parameters", parameters_figure(made)),
        ],
        folder,
    )

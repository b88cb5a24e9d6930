"""Picture of predictions: of each task the forecasts of all forecasters, and what came."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from regimesim.analysis.prediction.forecasts import MODEL
from regimesim.analysis.prediction.scores import NULL, Scores
from regimesim.analysis.prediction.tasks import STRETCHES, TASK_KINDS, TASKS, WORDS, ForecastTask
from regimesim.report.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, blank, framed, label
from regimesim.report.matplotlib_alone import drawn
from regimesim.report.sentences import capitalized

_LOOKS = {MODEL: (BLUE, "o"), NULL: (BLACK, "s"), "climatology": (GREEN, "^"), "logit": (ORANGE, "D")}


@drawn
def prediction_figure(found: Scores) -> Figure:
    """Draw a panel for each task: kinds across, stretches of years down."""
    wide, high = 12.5, 7.1
    boxes = [
        (0.11 + 0.305 * k, 1 - (1.05 + 1.75 * row + 1.1) / high, 0.25, 1.1 / high)
        for row in range(len(STRETCHES))
        for k in range(len(TASK_KINDS))
    ]
    figure, axes = blank(wide, high, *boxes)
    for place, ax in enumerate(axes):
        row, k = divmod(place, len(TASK_KINDS))
        task = ForecastTask(TASK_KINDS[k], STRETCHES[row])
        draw_task(found, ax, task)
        if row == 0:
            ax.set_title(capitalized(WORDS[task.kind]), loc="left", fontsize=11, weight="bold", pad=12)
        if k == 0:
            ax.set_ylabel(f"{task.stretch.who}\n{task.stretch.first}-{task.stretch.last}", fontsize=10)
    handle = Line2D([], [], color=BLACK, linewidth=1.6, linestyle=(0, (2, 1)), label="what came")
    figure.legend(handles=[handle], loc="lower left", bbox_to_anchor=(0.1, 0.055), fontsize=10, frameon=False)
    crps, log = (_lost_to_null(found, score) for score in ("crps", "log_score"))
    title = (
        f"The model loses to a stationary Poisson process on {crps} of {len(TASKS)} tasks by CRPS, on {log} "
        "by log score"
    )
    signs = (
        "Marks: medians; lines: the middle 90 % of each forecast. All forecasters learnt from 1816-1870 only."
    )
    made = f"{len(found.forecasts.weights):,} draws, {found.forecasts.runs} histories each"
    return framed(figure, title, f"{signs}\n{made} · forecasts frozen {found.forecasts.checksum[:12]}")


def draw_task(found: Scores, ax: Axes, task: ForecastTask) -> Axes:
    """Forecasts of one task as intervals, and what came as a line."""
    part = found.table[found.table["task"] == task.name]
    names = list(part["forecaster"])
    ends = zip(*(part[name].tolist() for name in ("median", "lower", "upper")), strict=True)
    for place, (middle, low, high) in enumerate(ends):
        colour, marker = _LOOKS.get(names[place], (GREY, "x"))
        y = len(names) - 1 - place
        ax.plot([low, high], [y, y], color=colour, linewidth=2.2, solid_capstyle="round")
        ax.plot([middle], [y], marker=marker, color=colour, markersize=7)
    ax.axvline(found.outcomes[task.name], color=BLACK, linewidth=1.6, linestyle=(0, (2, 1)), zorder=0)
    ax.set_yticks(range(len(names)), names[::-1])
    ax.set_ylim(-0.6, len(names) - 0.4)
    if task.kind == "first_war":
        last = task.stretch.years
        ticks = [0, last // 2, last]
        ax.set_xticks(ticks, [task.shown(tick) for tick in ticks])
        ax.set_xlim(-0.03 * last, 1.03 * last)
    else:
        ax.set_xlim(left=-0.5)
    label(ax)
    return ax


def _lost_to_null(found: Scores, score: str) -> int:
    rows = found.against[(found.against["rival"] == NULL) & (found.against["score"] == score)]
    return int((rows[rows["of"].isin(found.outcomes)]["difference"] > 0).sum())

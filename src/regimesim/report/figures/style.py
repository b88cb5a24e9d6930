"""Style of the pictures: colours that everyone can tell apart, letters, margins, the caption.

Colours are those of Okabe and Ito (2008, jfly.uni-koeln.de/color). No colour is ever the only sign: scenarios
also differ in line and marker, terms in how dark they are.
"""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from regimesim.report.matplotlib_alone import drawn, own_settings
from regimesim.scenario.messages import spoken

if TYPE_CHECKING:
    from regimesim.simulation.results import Results

BLACK, GREY, PALE = "#1a1a1a", "#5f5f5f", "#d0d0d0"
BLUE, SKY, GREEN, ORANGE, RED, PURPLE, OCHRE = (
    "#0072b2",
    "#56b4e9",
    "#009e73",
    "#e69f00",
    "#d55e00",
    "#cc79a7",
    "#8a6d00",
)

PanelBounds = tuple[float, float, float, float]
"""Left, bottom, width and height, as shares of a figure."""


class Look(NamedTuple):
    """Colour, line and mark of one scenario, everywhere."""

    colour: str
    line: str
    marker: str


SCENARIOS = {
    "concert": Look(BLUE, "-", "o"),
    "bipolar": Look(RED, "--", "s"),
    "collective_security": Look(GREEN, "-.", "^"),
    "balance_kaplan": Look(PURPLE, (0, (5, 1, 1, 1, 1, 1)), "D"),  # type: ignore[arg-type]
    "anarchy": Look(BLACK, ":", "x"),
    "trade": Look(ORANGE, (0, (8, 2)), "P"),  # type: ignore[arg-type]
}
OTHERS = (
    Look(SKY, "-", "v"),
    Look(OCHRE, "--", "<"),
    Look(GREY, "-.", ">"),
    Look(PURPLE, ":", "*"),
    Look(GREEN, "--", "h"),
    Look(RED, "-", "d"),
)
SALT = "regimesim"
"""Names of parts inside an SVG are made from this, so that the same results give the same file."""

TERM_COLOURS = {"now": BLACK, "future": BLUE, "law": GREEN, "norm": ORANGE}
"""The four terms of the margin; from dark to light, so that they differ in grey."""


_NEAR_COLOURS = {SKY: BLUE, OCHRE: ORANGE, GREY: BLACK}
"""Colours that are taken for another one where both are in a picture."""


def looks(names: Sequence[str]) -> dict[str, Look]:
    """Choose how scenarios in one picture are drawn: no two in colours that are near each other.

    Those without a look of their own take the others, first of colours that are not there yet; of many
    scenarios some share a colour, and differ in line and mark.
    """
    chosen = {name: SCENARIOS[name] for name in names if name in SCENARIOS}
    free = list(OTHERS)
    for name in names:
        if name not in chosen:
            taken = [_NEAR_COLOURS.get(style.colour, style.colour) for style in chosen.values()]
            style = min(free, key=lambda x: taken.count(_NEAR_COLOURS.get(x.colour, x.colour)))
            chosen[name] = style
            free = [other for other in free if other is not style] or list(OTHERS)
    return {name: chosen[name] for name in names}


def look(scenario: str, position: int = 0) -> Look:
    """Choose how a scenario is drawn; one without a colour of its own takes one by its place in the list."""
    return SCENARIOS.get(scenario) or OTHERS[position % len(OTHERS)]


@contextmanager
def boxes_for_missing_letters() -> Iterator[None]:
    """Let letters that no font here has be boxes on a picture, which is no matter for a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


class NotebookFigure(Figure):
    """A figure that a notebook shows, although pyplot knows nothing of it."""

    def savefig(self, *where: Any, **how: Any) -> None:
        """Write it, with a box for a letter that no font here has."""
        with boxes_for_missing_letters(), own_settings():
            super().savefig(*where, **how)

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=100, metadata={"Software": None})
        return file.getvalue()


class NotebookAxes(Axes):
    """Axes of a picture; where they are the result of a cell, the notebook shows the whole picture."""

    def _repr_png_(self) -> bytes | None:
        picture = self.figure
        return picture._repr_png_() if isinstance(picture, NotebookFigure) else None


HEAT_COLOURS = "cividis"
"""Of heat maps: even in lightness, and the same to all eyes (Nuñez, Anderton & Renslow 2018); bright is
long, or many."""
NARROW = 5.1
"""Inches: the width of a telephone's screen, letters as large as those of its text."""
_NARROW: ContextVar[bool] = ContextVar("narrow", default=False)
_FEWEST_LETTERS = 12
"""Letters of a line below which it is not folded any more."""
EDGE, APART = 0.12, 0.16
"""Inches between the edge of a figure and its words, and between these and what is drawn."""


def narrow(draw: Callable[[], Figure]) -> Figure:
    """Draw a figure for a narrow screen: its panels below one another, letters as large as elsewhere."""
    kept = _NARROW.set(True)
    try:
        return draw()
    finally:
        _NARROW.reset(kept)


def is_narrow() -> bool:
    """Tell whether a figure is drawn for a narrow screen."""
    return _NARROW.get()


def blank(width: float, height: float, *boxes: PanelBounds) -> tuple[Figure, list[Axes]]:
    """A figure (inches) and an axes in each box."""
    if _NARROW.get():
        tall = [height * box[3] for box in boxes]
        width, height = NARROW, sum(tall) + len(boxes)
        ends = [sum(tall[: k + 1]) + k for k in range(len(boxes))]
        room = 0.74  # share of the width: words stand on either side of a panel
        boxes = tuple(
            (0.13, 1 - end / height, room, each / height) for end, each in zip(ends, tall, strict=True)
        )
    figure = NotebookFigure(figsize=(width, height), facecolor="white")
    return figure, [tidy(figure.add_axes(box, axes_class=NotebookAxes)) for box in boxes]


def tidy(ax: Axes) -> Axes:
    """Two thin lines instead of a frame, small numbers."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(GREY)
    ax.tick_params(labelsize=9, color=GREY, labelcolor=BLACK)
    return ax


def label(ax: Axes, x: str = "", y: str = "") -> None:
    """Name the axes, with units."""
    ax.set_xlabel(x, fontsize=9.5)
    ax.set_ylabel(y, fontsize=9.5)


GROUND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
"""A ground for words on a picture, so that lines below do not cross them."""


def note(ax: Axes, x: float, y: float, words: str, **style: Any) -> None:
    """Words on a picture; never read as mathematics."""
    style = {"fontsize": 8.5, "color": BLACK, "bbox": GROUND, "parse_math": False, "zorder": 5, **style}
    ax.text(x, y, words, **style)


def whiskers(
    ax: Axes,
    places: Sequence[float],
    estimates: Sequence[Mapping[str, float]],
    across: bool = False,
    **style: Any,
) -> None:
    """Estimates (``value``, ``lower``, ``upper``) with their intervals; ``across``: places go upwards."""
    values = [estimate["value"] for estimate in estimates]
    reach = [[e["value"] - e["lower"] for e in estimates], [e["upper"] - e["value"] for e in estimates]]
    style = {"fmt": "o", "ms": 5, "lw": 1.2, **style}
    if across:
        ax.errorbar(values, places, xerr=reach, **style)
    else:
        ax.errorbar(places, values, yerr=reach, **style)


@boxes_for_missing_letters()
def framed(figure: Figure, headline: str, caption: str) -> Figure:
    """The finding above, where it came from below; the figure becomes as high as that needs."""
    title_style: dict[str, Any] = {"fontsize": 12.5, "weight": "bold", "color": BLACK}
    title = figure.suptitle("", x=0.02, y=1, ha="left", va="top", parse_math=False, **title_style)
    foot = figure.text(0.02, 0, "", fontsize=7.5, color=GREY, va="bottom", parse_math=False)
    title_high, foot_high = _folded(title, headline), _folded(foot, caption)
    if _NARROW.get():
        _stack(figure)
    _refit(figure, EDGE + title_high + APART, EDGE + foot_high + APART)
    high = float(figure.get_size_inches()[1])
    title.set_y(1 - EDGE / high)
    foot.set_y(EDGE / high)
    return figure


def _folded(text: Text, words: str) -> float:
    """Give a text its words, in lines as long as its figure is wide; its height in inches."""
    figure = text.get_figure(root=True)
    assert figure is not None
    room = 0.955 * float(figure.get_size_inches()[0])
    letters = max(map(len, words.splitlines()), default=1)
    while True:
        lines = [line for part in words.splitlines() for line in wrapped(part, letters).splitlines()]
        width = max((_width_of(line, text) for line in lines), default=0.0)
        if width <= room or letters <= _FEWEST_LETTERS:
            break
        letters = max(_FEWEST_LETTERS, min(letters - 1, int(letters * room / width)))
    text.set_text("\n".join(lines))
    return float(text.get_window_extent().height) / figure.dpi


def _width_of(line: str, text: Text) -> float:
    """Width of a line in inches by the outlines of its letters, which is the same at any resolution."""
    points = text_to_path.get_text_width_height_descent(line, text.get_fontproperties(), ismath=False)[0]
    return float(points) / 72


def _stack(figure: Figure) -> None:
    """Put panels below one another, each as wide as the words beside it leave it."""
    wide, high = (float(inches) for inches in figure.get_size_inches())
    below = high
    for ax in figure.axes:
        for _ in range(2):  # the ticks of a narrower panel may be others
            left, bottom, width, tall = ax.get_position(original=True).bounds
            words = ax.get_tightbbox()
            if words is None:
                break
            over_left = max(0.0, EDGE / 2 - words.x0 / figure.dpi) / wide
            over_right = max(0.0, words.x1 / figure.dpi - (wide - EDGE / 2)) / wide
            ax.set_position((left + over_left, bottom, max(0.3, width - over_left - over_right), tall))
        words = ax.get_tightbbox()
        if words is None:
            continue
        drop = below - float(words.y1) / figure.dpi
        left, bottom, width, tall = ax.get_position(original=True).bounds
        ax.set_position((left, bottom + drop / high, width, tall))
        below -= float(words.height) / figure.dpi + APART


def _refit(figure: Figure, above: float, below: float) -> None:
    """Leave so many inches above and below what is drawn; no panel or legend changes its size."""
    boxes = [box.bounds for ax in figure.axes if (box := ax.get_tightbbox()) is not None]
    boxes += [legend.get_window_extent().bounds for legend in figure.legends]
    low = min(bottom for _, bottom, _, _ in boxes) / figure.dpi
    top = max(bottom + tall for _, bottom, _, tall in boxes) / figure.dpi
    wide, before = (float(inches) for inches in figure.get_size_inches())
    high, lift = top - low + above + below, below - low
    anchors = [figure.transFigure.inverted().transform_bbox(x.get_bbox_to_anchor()) for x in figure.legends]
    figure.set_size_inches(wide, high)
    for ax in figure.axes:
        left, bottom, width, tall = ax.get_position(original=True).bounds
        ax.set_position((left, (bottom * before + lift) / high, width, tall * before / high))
    for legend, anchor in zip(figure.legends, anchors, strict=True):
        place = (anchor.x0, (anchor.y0 * before + lift) / high, anchor.width, anchor.height * before / high)
        legend.set_bbox_to_anchor(place, transform=figure.transFigure)


@boxes_for_missing_letters()
def key_above(figure: Figure, *panels: Axes, columns: int = 6, also: Sequence[Artist] = ()) -> None:
    """One key for all panels, in rows above them: what is named in several is named once.

    ``also``: artists with a label that stand in no panel.
    """
    handles: dict[str, Any] = {}
    for ax in panels:
        for handle, name in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(name, handle)
    handles |= {str(artist.get_label()): artist for artist in also}
    if not handles:
        return
    boxes = [box for ax in panels if (box := ax.get_tightbbox()) is not None]
    left = min(ax.get_window_extent().x0 for ax in panels)
    up = max(box.y1 for box in boxes) + APART * figure.dpi
    anchor = figure.transFigure.inverted().transform((left, up)).tolist()
    style: dict[str, Any] = {"fontsize": 8.5, "frameon": False, "borderaxespad": 0.0, "borderpad": 0.0}
    for rows in range(math.ceil(len(handles) / columns), len(handles) + 1):
        key = figure.legend(
            list(handles.values()),
            list(handles),
            loc="lower left",
            bbox_to_anchor=anchor,
            ncols=math.ceil(len(handles) / rows),
            **style,
        )
        if key.get_window_extent().x1 <= figure.bbox.width or rows == len(handles):
            return
        key.remove()


def caption_of(results: Results, *notes: str) -> str:
    """Write what a picture was made of: scenario, runs, years, seed, version; then what its signs mean."""
    scenario, about = results.scenario, results.provenance
    title = f" ({spoken(scenario.title)})" if scenario.title else ""
    runs = f"{len(results):,} run{'s' if len(results) != 1 else ''} of {length(scenario.years)}"
    made = f"seed {about.get('seed', 'unknown')} · regimesim, version {about.get('version', 'unknown')}"
    return "\n".join([" ".join(notes), f"Scenario {spoken(scenario.name)}{title} · {runs} · {made}"]).strip()


def wrapped(words: str, width: int) -> str:
    """Words in lines of so many letters; a number stays with its %."""
    return textwrap.fill(words.replace(" %", "\u00a0%"), width).replace("\u00a0%", " %")


def length(years: float) -> str:
    """A number of years in words."""
    return f"{years:,g} year{'s' if years != 1 else ''}"


def spread_out(heights: Sequence[float], apart: float) -> list[float]:
    """The same heights, moved so that labels do not cover one another."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=lambda i: moved[i])
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + apart)
    lift = (sum(moved) - sum(heights)) / max(1, len(moved))
    return [height - lift for height in moved]


@drawn
def svg(figure: Figure, title: str = "") -> str:
    """A figure as SVG for a page: text as text, the same for the same figure; ``title`` is read aloud."""
    file = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": SALT}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    if title:
        head = f'<svg role="img" aria-label="{escape(title)}" '
        text = head + text[text.index("<svg") + 5 :]
    return text


def save_figures(figures: Iterable[tuple[str, Figure]], folder: str | Path) -> list[Path]:
    """Write figures into a folder under their names, each as PNG and SVG; returns the paths."""
    folder, paths = Path(folder), list[Path]()
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures:
        paths += [save_png(figure, folder / f"{name}.png"), folder / f"{name}.svg"]
        paths[-1].write_text(svg(figure), encoding="utf-8")
    return paths


@drawn
def save_png(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG, the same bytes for the same figure."""
    figure.savefig(path, dpi=150, metadata={"Software": None})
    return path

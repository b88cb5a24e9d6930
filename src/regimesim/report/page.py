"""The page itself: its parts, its pictures, its scripts, and the file that they make.

Vega, Vega-Lite and Vega-Embed come with the package ``vl-convert-python`` (the extra ``report``). Binding
them together into one script takes longer than all the rest of a page, so the script is kept in the cache
folder, under the package's version.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple

from matplotlib.figure import Figure

from regimesim.chronicle import Chronicle, chronicle
from regimesim.core.keeping import cache_folder
from regimesim.report.charts import Spec
from regimesim.report.figures.style import narrow, svg
from regimesim.report.markup import Html, details, element, paragraphs, section, together
from regimesim.scenario.messages import InputError
from regimesim.simulation.folders import system_reason, write_whole
from regimesim.simulation.provenance import program_version
from regimesim.simulation.results import Results

MOST_TOLD = 100_000
"""Rounds times ordered pairs up to which a run is told; beyond, telling takes longer than simulating."""

BELOW = "The numbers are in the table below."
"""Ends the words that stand for a chart."""

PACKAGE = "vl-convert-python"
MISSING = (
    'The charts of this page are still pictures; with the extra "report" (pip install "regimesim[report]") '
    "they would show their numbers under the pointer."
)


class Choice(NamedTuple):
    """One chart that a place on the page may show, with words for those who cannot see it."""

    name: str
    words: str
    spec: Spec


@dataclass(frozen=True)
class Panel:
    """A place for a live chart: several choices are offered by a control."""

    name: str
    title: str
    finding: str
    choices: Sequence[Choice]


class Still(NamedTuple):
    """A picture that has been drawn: its SVG, a name of its own, words for it, and how to draw it again."""

    svg: str
    name: str
    words: str
    draw: Callable[[], Figure]


@dataclass(frozen=True)
class Picture:
    """A figure: a still, the live charts that take its place, what they show, and the numbers as tables."""

    still: Still
    panels: Sequence[Panel]
    caption: str
    numbers: str
    key: str = ""


@dataclass(frozen=True)
class Page:
    """A page in the making.

    Attributes
    ----------
    title, asked : str
        What stands first: a name, and what was asked.
    sections : list of (name, heading, content)
    pictures : list of Picture
        Those that stand in the sections.
    """

    title: str
    asked: Html
    sections: list[tuple[str, str, Html]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    def add(self, name: str, heading: str, *children: str) -> None:
        """Add a section."""
        self.sections.append((name, heading, together(children)))

    def picture(self, picture: Picture) -> Html:
        """Take a picture into the page; the figure, to be put into a section."""
        self.pictures.append(picture)
        panels = [_panel(panel) for panel in picture.panels] if vega_script() else []
        content = _stills(picture.still, bool(panels))
        if panels:
            content += [Html(picture.key), element("div", *panels, class_="panels")]
        return element(
            "figure",
            *content,
            element("figcaption", picture.caption),
            details("The same in numbers", picture.numbers),
            data_charts=bool(panels),
        )

    def text(self) -> str:
        """The whole file."""
        script = vega_script()
        links = [element("li", element("a", heading, href=f"#{name}")) for name, heading, _ in self.sections]
        return Template(_resource("page.html")).substitute(
            title=escape(self.title),
            generator=f"regimesim {program_version()}",
            style=_resource("page.css"),
            header=together([element("h1", self.title), self.asked]),
            contents=element("nav", element("ul", *links), aria_label="Contents"),
            main=together(section(*part) for part in self.sections),
            footer=paragraphs(
                f"Written by regimesim, version {program_version()}. This file needs nothing but itself.",
                "" if script else MISSING,
            ),
            scripts=self._scripts(script) if script else "",
        )

    def _scripts(self, library: str) -> str:
        charts = {
            panel.name: [{"words": choice.words, "spec": choice.spec} for choice in panel.choices]
            for picture in self.pictures
            for panel in picture.panels
        }
        numbers = json.dumps(charts, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
        return "\n".join(
            [
                f'<script type="application/json" id="charts">{numbers}</script>',
                f"<script>{library}</script>",
                f"<script>\n{_resource('page.js')}</script>",
            ]
        )

    def write(self, path: str | Path) -> Path:
        """Write the file, whole or not at all; one of that name is replaced.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        path, text = Path(path), self.text()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
        except OSError as error:
            raise InputError(f"cannot write to {path}: {system_reason(error)}") from None
        return path


def _stills(found: Still, live: bool) -> list[Html]:
    """The still; where no live chart takes its place, another for narrow screens."""
    broad = still(found.svg, found.name, found.words)
    if live:
        return [element("div", broad, class_="still", tabindex="0")]
    small = still(svg(narrow(found.draw)), f"narrow-{found.name}", found.words)
    return [
        element("div", broad, class_="still broad", tabindex="0"),
        element("div", small, class_="still narrow"),
    ]


def _panel(panel: Panel) -> Html:
    live = element("div", class_="live", id=panel.name, role="img", aria_label=panel.choices[0].words)
    parts = [element("h3", panel.title), paragraphs(panel.finding)]
    if len(panel.choices) > 1:
        chooser = f"{panel.name}-choice"
        options = [element("option", choice.name) for choice in panel.choices]
        label = element("label", "Show: ", for_=chooser)
        parts.append(
            element(
                "p",
                label,
                element("select", *options, id=chooser, aria_controls=panel.name),
                class_="chooser",
            )
        )
    return element("div", *parts, live, class_="panel")


def still(svg: str, name: str, words: str) -> Html:
    """A picture of matplotlib's within a page.

    Names of its parts are made its own, ``words`` are read aloud, and places are rounded to hundredths of a
    point.
    """
    inside = svg[svg.index("<svg") + 4 :]
    inside = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", inside, flags=re.DOTALL)
    inside = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", inside)
    inside = re.sub(r' (?:d|x|y)="[^"]*"', lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]), inside)
    head = element("svg", role="img", aria_label=words).removesuffix("></svg>")
    return Html(head + inside)


def tell(results: Results) -> Chronicle | None:
    """The chronicle of the typical run; None where there would be too much to tell."""
    states = len(results.scenario.states)
    if results.scenario.rounds * states * (states - 1) > MOST_TOLD:
        return None
    replicate = int(results.columns["replicate"][results.typical()])
    design = results.design if results.assumed is None else None
    return chronicle(results.world(replicate), int(results.provenance["seed"]), replicate, design=design)


def story_html(story: Chronicle | None, command: str) -> Html:
    """A chronicle as a list of dated entries."""
    again = paragraphs_with("The same on the terminal: ", command)
    if story is None:
        words = "This world is too large to tell a run of it here."
        return together([paragraphs(words), again])
    entries = []
    for entry in story.entries:
        text = [element("p", entry.text)]
        text += [element("p", "\n".join(entry.detail), class_="detail")] if entry.detail else []
        entries.append(element("li", element("span", entry.date, class_="date"), element("div", *text)))
    return together(
        [
            paragraphs(f"Run {story.replicate}, seed {story.seed}. {story.summary}"),
            element("ol", *entries, class_="chronicle"),
            again,
        ]
    )


def paragraphs_with(words: str, command: str) -> Html:
    """A sentence that ends with something to type, if there is anything."""
    return element("p", words, element("code", command)) if command else Html("")


@cache
def _resource(name: str) -> str:
    return (files("regimesim.report") / name).read_text("utf-8")


def vega_script() -> str | None:
    """The script, which defines ``vegaEmbed``; None where the package is not installed."""
    try:
        kept = cache_folder().parent / f"vega-{version(PACKAGE)}.js"
        import vl_convert
    except (PackageNotFoundError, ImportError):
        return None
    with contextlib.suppress(OSError):
        checksum, _, content = kept.read_bytes().partition(b"\n")
        if checksum == _script_checksum(content):
            return content.decode()
    made = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace(
        "</script", r"<\/script"
    )
    with contextlib.suppress(OSError):  # without a cache it is made again next time
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, _script_checksum(made.encode()) + b"\n" + made.encode())
    return made


def _script_checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()

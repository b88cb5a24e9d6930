"""HTML from Python values: whatever is not HTML already is escaped when it enters an element.

Lines and markers of :mod:`regimesim.report.figures.style` are drawn here as a browser draws them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from regimesim.report.figures.style import BLACK, Look
from regimesim.scenario.messages import spoken

if TYPE_CHECKING:
    import pandas as pd

_EMPTY = {"br", "meta", "link"}

_DASHES = {"-": [1, 0], "--": [7, 4], "-.": [9, 3, 2, 3], ":": [2, 3]}

_OUTLINES = {
    "o": "M-.8,0A.8,.8,0,1,1,.8,0A.8,.8,0,1,1,-.8,0Z",
    "s": "M-.7,-.7H.7V.7H-.7Z",
    "^": "M0,-.9L.85,.7H-.85Z",
    "v": "M0,.9L.85,-.7H-.85Z",
    "<": "M-.9,0L.7,-.85V.85Z",
    ">": "M.9,0L-.7,-.85V.85Z",
    "D": "M0,-.95L.95,0L0,.95L-.95,0Z",
    "d": "M0,-.95L.55,0L0,.95L-.55,0Z",
    "P": "M-.3,-.85H.3V-.3H.85V.3H.3V.85H-.3V.3H-.85V-.3H-.3Z",
    "x": "M-.8,-.55L-.55,-.8L0,-.25L.55,-.8L.8,-.55L.25,0L.8,.55L.55,.8L0,.25L-.55,.8L-.8,.55L-.25,0Z",
    "*": "M0,-.95L.22,-.3L.9,-.3L.36,.12L.56,.78L0,.38L-.56,.78L-.36,.12L-.9,-.3L-.22,-.3Z",
    "h": "M0,-.9L.78,-.45V.45L0,.9L-.78,.45V-.45Z",
}
"""Markers by matplotlib's letters, in a square from -1 to 1."""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str | bool) -> Html:
    """An element; children that are no HTML are escaped, as are the values of attributes.

    An underscore at the end of an attribute's name is dropped and one inside is a hyphen; True stands for
    an attribute without a value.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    words = [name]
    for key, value in attributes.items():
        written = key.rstrip("_").replace("_", "-")
        words += [written] if value is True else [f'{written}="{escape(value)}"'] if value else []
    inside = together(children)
    return Html(f"<{' '.join(words)}>" + ("" if name in _EMPTY else f"{inside}</{name}>"))


def together(parts: Iterable[str]) -> Html:
    """Parts one after the other."""
    return Html("".join(part if isinstance(part, Html) else escape(part, quote=False) for part in parts))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], named: int = 1, class_: str = ""
) -> Html:
    """A table whose first ``named`` cells of a row name it; it scrolls by itself where it is too wide.

    On a narrow screen a row is a list: every cell stands beside the head of its column. A row name that is
    empty belongs to the name above it.
    """
    body, group = [], ""
    for row in rows:
        cells = []
        for place, cell in enumerate(row):
            if place < named:
                group = cell if place == 0 and cell else group
                cells.append(element("th", cell or group, scope="row"))
            else:
                cells.append(element("td", cell, data_label=head[place]))
        body.append(element("tr", *cells))
    top = element("tr", *(element("th", cell, scope="col") if cell else element("td") for cell in head))
    inner = element(
        "table", element("caption", caption), element("thead", top), element("tbody", *body), class_=class_
    )
    return element("div", inner, class_="wide", role="region", aria_label=caption, tabindex="0")


def frame_table(caption: str, frame: pd.DataFrame) -> Html:
    """A table of text, such as the headline of results; its index names the rows."""
    names = [name if isinstance(name, tuple) else (str(name),) for name in frame.index]
    head = ["" if name is None else str(name) for name in frame.index.names]
    rows = [[*map(str, name), *map(str, row)] for name, row in zip(names, frame.to_numpy(), strict=True)]
    return table(caption, [*head, *map(str, frame.columns)], rows, named=len(names[0]), class_="figures")


def section(name: str, title: str, *children: str) -> Html:
    """A part of the page with a heading of its own, which the contents lead to."""
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, *children, id=name, aria_labelledby=f"{name}-title")


def details(summary: str, *children: str, open_: bool = False) -> Html:
    """Make a part that is shown on demand."""
    return element("details", element("summary", summary), *children, open=open_)


def paragraphs(*words: str, class_: str = "") -> Html:
    """Sentences, a paragraph each; empty ones are left out."""
    return together(element("p", text, class_=class_) for text in words if text)


def definitions(pairs: Iterable[tuple[str, str]]) -> Html:
    """Terms and what they mean."""
    return element("dl", *(together((element("dt", term), element("dd", words))) for term, words in pairs))


def dashes(look: Look) -> list[float]:
    """Lengths of strokes and gaps, in pixels."""
    line: str | tuple[int, tuple[float, ...]] = look.line
    return [1.6 * length for length in line[1]] if isinstance(line, tuple) else list(_DASHES[line])


def outline(look: Look) -> str:
    """The outline of a marker, as a path."""
    return _OUTLINES[look.marker]


def scenario_key(looks: Mapping[str, Look]) -> Html:
    """The key: name, line and marker of each scenario."""
    entries = []
    for name, look in looks.items():
        dash = " ".join(f"{length:g}" for length in dashes(look))
        line = element("path", d="M0,7H48", stroke=look.colour, stroke_width="2.5", stroke_dasharray=dash)
        mark = element(
            "path",
            d=outline(look),
            fill=look.colour,
            stroke=BLACK,
            stroke_width=".12",
            transform="translate(24,7) scale(6)",
        )
        sample = element("svg", line, mark, viewBox="0 0 48 14", aria_hidden="true")
        entries.append(element("li", sample, spoken(name)))
    return element("ul", together(entries), class_="key")

"""HTML from Python values: whatever is not HTML already is escaped when it enters an element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_EMPTY = {"br", "meta", "link"}


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

    A row name that is empty belongs to the name above it.
    """
    body, group = [], ""
    for row in rows:
        cells = []
        for place, cell in enumerate(row):
            if place < named:
                group = cell if place == 0 and cell else group
                cells.append(element("th", cell or group, scope="row"))
            else:
                cells.append(element("td", cell))
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
    """What is shown on demand."""
    return element("details", element("summary", summary), *children, open=open_)


def paragraphs(*words: str, class_: str = "") -> Html:
    """Sentences, a paragraph each; empty ones are left out."""
    return together(element("p", text, class_=class_) for text in words if text)


def definitions(pairs: Iterable[tuple[str, str]]) -> Html:
    """Terms and what they mean."""
    return element("dl", *(together((element("dt", term), element("dd", words))) for term, words in pairs))

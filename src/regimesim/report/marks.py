"""The lines and markers of :mod:`regimesim.palette` as a browser draws them, and the key to them."""

from __future__ import annotations

from collections.abc import Mapping

from regimesim.palette import BLACK, Look
from regimesim.report.markup import Html, element, together
from regimesim.scenario import spoken

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


def dashes(look: Look) -> list[float]:
    """Lengths of strokes and gaps, in pixels."""
    line: str | tuple[int, tuple[float, ...]] = look.line
    return [1.6 * length for length in line[1]] if isinstance(line, tuple) else list(_DASHES[line])


def outline(look: Look) -> str:
    """The outline of a marker, as a path."""
    return _OUTLINES[look.marker]


def key(looks: Mapping[str, Look]) -> Html:
    """The key: name, line and marker of each scenario."""
    entries = []
    for name, look in looks.items():
        dash = " ".join(f"{length:g}" for length in dashes(look))
        line = element("path", d="M0,7H48", stroke=look.colour, stroke_width="2.5", stroke_dasharray=dash)
        mark = element("path", d=outline(look), fill=look.colour, stroke=BLACK, stroke_width=".12",
                       transform="translate(24,7) scale(6)")  # fmt: skip
        sample = element("svg", line, mark, viewBox="0 0 48 14", aria_hidden="true")
        entries.append(element("li", sample, spoken(name)))
    return element("ul", together(entries), class_="key")

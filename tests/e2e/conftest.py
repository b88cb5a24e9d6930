"""Commands whose words are tested here are not tested for their pictures, which take most of their time."""

import base64
from pathlib import Path

import pytest

from regimesim.report.figures.style import NotebookFigure

WORDS_ONLY = (
    "test_advice",
    "test_assumptions_option",
    "test_command_line",
    "test_paths",
    "test_sensitivity_command",
    "test_snippets",
)
"""Modules whose pictures are a dot; those of other tests are drawn (``tests/exact/report``)."""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="72pt" viewBox="0 0 72 72"></svg>'
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def a_dot_for_a_picture(request, monkeypatch):
    """Write a dot instead of drawing."""
    if Path(request.module.__file__).stem in WORDS_ONLY:
        monkeypatch.setattr(NotebookFigure, "savefig", _dot)


def _dot(figure, where, *, format="png", **how):
    if hasattr(where, "write"):
        where.write(SVG if format == "svg" else PNG)
    else:
        Path(where).write_bytes(PNG)

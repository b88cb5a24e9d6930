"""Views of results: the drawings and pages by which results show themselves (``results.plot()``).

Results lie below the package that draws, and do not import it. They ask here for a view by its name;
:data:`HOME`, the module above that registers all views, is loaded when the first is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

HOME = "regimesim.report.views"
"""The module that registers the views."""

VIEWS: dict[str, Callable[..., Any]] = {}


def register(name: str, function: Callable[..., Any]) -> None:
    """Let ``function`` be the view of that name."""
    VIEWS[name] = function


def view(name: str) -> Callable[..., Any]:
    """Give the function that makes a view.

    Raises
    ------
    KeyError
        If none is registered under that name.
    """
    if name not in VIEWS:
        import_module(HOME)
    return VIEWS[name]

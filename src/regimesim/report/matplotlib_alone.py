"""matplotlib without the settings of whoever starts the program: pictures look the same everywhere.

A file ``matplotlibrc`` of the working folder, of the home folder or of ``MATPLOTLIBRC`` may ask for LaTeX,
for fonts or for sizes; they would spoil a picture, or end it. ``MPLBACKEND`` may name what does not exist,
and matplotlib could not even be imported.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ParamSpec, TypeVar

Passed = ParamSpec("Passed")
Returned = TypeVar("Returned")

_BACKEND = "MPLBACKEND"


def _import_alone() -> None:
    """Import matplotlib whatever backend is asked for; one that there is holds for others in this process."""
    asked = os.environ.pop(_BACKEND, None)
    try:
        import matplotlib

        if asked:
            with suppress(ValueError):
                matplotlib.rcParams["backend"] = asked
    finally:
        if asked is not None:
            os.environ[_BACKEND] = asked


_import_alone()


@contextmanager
def own_settings() -> Iterator[None]:
    """While this lasts, matplotlib's own defaults hold."""
    import matplotlib

    with matplotlib.rc_context(_defaults()):
        yield


@functools.cache
def _defaults() -> dict[Any, Any]:
    import matplotlib

    kept = ("backend", "interactive", "toolbar", "svg.")  # not of how a picture looks
    return {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith(kept)}


def drawn(function: Callable[Passed, Returned]) -> Callable[Passed, Returned]:
    """Let a function draw under matplotlib's own defaults."""

    @functools.wraps(function)
    def draw(*positional: Passed.args, **named: Passed.kwargs) -> Returned:
        with own_settings():
            return function(*positional, **named)

    return draw

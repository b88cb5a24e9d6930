"""Functions of numbers of the core, for Python to call: compiled once and kept on disk.

Called as they are, each would be compiled anew in every process, which takes longer than the telling.
"""

from __future__ import annotations

from typing import Any

from regimesim.core import draws, elementary, events
from regimesim.core.compiler import entry

__all__ = ["chance", "draw", "logistic", "rounds_of"]


@entry
def draw(keys: Any, replicate: Any, t: Any, channel: Any, i: Any, j: Any) -> Any:
    """The uniform number of an address (``core.draws``)."""
    return draws.draw(keys, replicate, t, channel, i, j)


@entry
def logistic(x: Any) -> Any:
    """``core.elementary.logistic``."""
    return elementary.logistic(x)


@entry
def chance(rate: Any, rounds_per_year: Any) -> Any:
    """``core.elementary.chance``."""
    return elementary.chance(rate, rounds_per_year)


@entry
def rounds_of(years: Any, rounds_per_year: Any) -> Any:
    """``core.events.rounds_of``."""
    return events.rounds_of(years, rounds_per_year)

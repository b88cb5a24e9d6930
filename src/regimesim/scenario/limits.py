"""Numbers that people give, and their limits: how many runs, which seeds. Nothing heavy is imported here."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

from regimesim.scenario.messages import InputError, quoted

MOST_RUNS = 100_000_000
MOST_SEED = 2**64 - 1
MOST_REPLICATE = 2**32 - 1
MOST_WORKERS = 1024
MOST_FUTURES = 100_000
"""Forked from each year of a run."""
MOST_TRIES, MOST_RUNS_EACH = 1_000_000, 100_000
"""Changes of an order that are tried, and runs of each."""
MOST_POINTS = 2_000_000
"""Of a design: of a sweep, and of the draws of a calibration with the scenario as it stands."""


def whole_within(value: object, name: str, low: int, high: int, note: str = "") -> int:
    """Give a whole number back, or refuse what is none or lies out of its bounds.

    Parameters
    ----------
    value : object
    name : str
        For the message.
    low, high : int
        Both are permitted.
    note : str
        Said after the bounds: ``" (0: any that is free)"``.

    Raises
    ------
    InputError

    Examples
    --------
    >>> whole_within(3, "runs", 1, 5)
    3
    """
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{name} must be a whole number; got {quoted(value)}")
    if not low <= value <= high:
        raise InputError(f"{name} must lie in [{low}, {high}]{note}; got {quoted(value)}")
    return value


def plain(value: Any) -> Any:
    """Give numbers of NumPy and of other libraries as Python's own, also within tables and lists.

    >>> import numpy as np
    >>> plain({"level": np.float32(0.5), "years": (np.int64(3), np.True_)})
    {'level': 0.5, 'years': [3, True]}
    """
    if isinstance(value, str | bool | int | float) and type(value).__module__ == "builtins":
        return value
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else value

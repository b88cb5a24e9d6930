"""Limits of the numbers that people give: how many runs, which seeds. Nothing heavy is imported here."""

from __future__ import annotations

from regimesim.scenario.messages import InputError, quoted

MOST_RUNS = 100_000_000
MOST_SEED = 2**64 - 1
MOST_REPLICATE = 2**32 - 1
MOST_WORKERS = 1024
MOST_FUTURES = 100_000
"""Forked from each year of a run."""
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
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{name} must be a whole number; got {quoted(value)}")
    if not low <= value <= high:
        raise InputError(f"{name} must lie in [{low}, {high}]{note}; got {quoted(value)}")
    return value

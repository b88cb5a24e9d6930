"""How much the page may ask for: sizes that fit a screen, and work that is done before anybody gets bored."""

from __future__ import annotations

import time
from collections.abc import Mapping

from regimesim.scenario import InputError, Scenario

MOST_BODY = 131_072
"""Bytes of a question."""

MOST_YAML = 65_536
"""Characters of a scenario of one's own."""

MOST_STATES = 12
MOST_BUFFERS = 40
MOST_EPOCHS = 30
MOST_YEARS = 300
MOST_ROUNDS = 2_400
MOST_RUNS = 2_000
MOST_WORK = 30_000_000
"""Dealings between two states in all runs of a question together: some seconds on one core."""

MOST_PLAYED = 60
"""Years for which one may play a state."""

SECONDS = 10.0
"""Longest time for which a question is worked at."""

SHOWN: Mapping[str, int] = {
    "body": MOST_BODY, "yaml": MOST_YAML, "runs": MOST_RUNS, "years": MOST_YEARS, "played": MOST_PLAYED,
}  # fmt: skip
"""What the page should know of these."""


def check_world(scenario: Scenario) -> Scenario:
    """Refuse a scenario that is too large for the page.

    Raises
    ------
    InputError
    """
    sizes = (
        ("states", len(scenario.states), MOST_STATES),
        ("buffer states", len(scenario.buffers), MOST_BUFFERS),
        ("epochs", len(scenario.phases) - 1, MOST_EPOCHS),
        ("years", scenario.years, MOST_YEARS),
        ("rounds a run (years times shadow.rounds_per_year)", scenario.rounds, MOST_ROUNDS),
    )
    for what, size, most in sizes:
        if size > most:
            raise InputError(
                f"at most {most:,} {what} on this page; got {size:,g} "
                "(python -m regimesim run takes larger worlds)"
            )
    return scenario


def check_work(scenario: Scenario, runs: int, worlds: int = 1, rounds: int | None = None) -> None:
    """Refuse more work than a page should wait for.

    Parameters
    ----------
    scenario : Scenario
    runs : int
        Of each world.
    worlds : int
        How many worlds of this size are played.
    rounds : int, optional
        Of each run; to the horizon by default.

    Raises
    ------
    InputError
    """
    states = len(scenario.states)
    work = runs * worlds * (rounds or scenario.rounds) * states * (states - 1) // 2
    if work > MOST_WORK:
        fewer = max(1, runs * MOST_WORK // work)
        raise InputError(
            f"that would be {work:,} dealings between two states, and this page plays at most "
            f"{MOST_WORK:,} at a time; take {fewer:,} runs or fewer, or fewer years"
        )


class Deadline:
    """A stop-watch that work looks at between its blocks: ``progress`` of :func:`regimesim.simulate`."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def __call__(self, _done: int = 0) -> None:
        """Go on, or give up.

        Raises
        ------
        InputError
            When the time is over.
        """
        if time.monotonic() > self._end:
            raise InputError(
                f"this took longer than {self.seconds:g} seconds and was stopped; ask for fewer runs or years"
            )

"""Many worlds on the same seeds: how each fares, and by how much one does better than another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from regimesim.answer import mean, told
from regimesim.robustness import Floats, play
from regimesim.scenario import Scenario
from regimesim.simulate import Columns
from regimesim.survival import Estimate, rmst, rmst_difference

SHARES = frozenset(
    (
        "cooperation_rate", "trust", "credibility", "expectation_error", "restraint_against_interest",
        "exploitation_rate", "false_alarm_share", "miss_share",
    )
)  # fmt: skip
"""Columns that lie between 0 and 1."""


class Outcomes:
    """Some worlds by name, played on the same seeds.

    Parameters
    ----------
    worlds : mapping of str to Scenario
    runs, seed : int
    horizon : float, optional
        Years, of restricted means; the shortest of the worlds' years by default.
    """

    def __init__(
        self, worlds: Mapping[str, Scenario], runs: int, seed: int, horizon: float | None = None
    ) -> None:
        self.worlds, self.runs = dict(worlds), runs
        self.horizon = horizon or min(world.years for world in worlds.values())
        columns = play(list(worlds.values()), runs, seed)
        self.columns: dict[str, Columns] = {
            name: {column: values[row] for column, values in columns.items()}
            for row, name in enumerate(worlds)
        }

    def years(self, name: str, spell: str = "regime") -> Estimate:
        """Restricted mean of a spell (``regime``, ``peace``, ..) in years."""
        return rmst(*self._sample(name, spell), self.horizon)

    def longer(self, one: str, other: str, spell: str = "regime") -> Estimate:
        """Years by which a spell lasts longer in one world than in another, paired."""
        return rmst_difference(
            self._sample(one, spell), self._sample(other, spell), self.horizon, paired=True
        )

    def mean(self, name: str, column: str) -> Estimate:
        """Mean of a column over runs."""
        return mean(self._values(name, column), (0.0, 1.0) if column in SHARES else None)

    def more(self, one: str, other: str, column: str) -> Estimate:
        """By how much the mean of a column is higher in one world than in another, paired."""
        limits = (-1.0, 1.0) if column in SHARES else None
        return mean(self._values(one, column) - self._values(other, column), limits)

    def told(self, name: str, *columns: str) -> dict[str, Any]:
        """Years of regime and of peace, and means of columns, as plain values."""
        found = {spell: told(self.years(name, spell)) for spell in ("regime", "peace")}
        return found | {column: told(self.mean(name, column)) for column in columns}

    def gained(self, one: str, other: str, *columns: str) -> dict[str, Any]:
        """What one world has more of than another, paired, as plain values."""
        found = {spell: told(self.longer(one, other, spell)) for spell in ("regime", "peace")}
        return found | {column: told(self.more(one, other, column)) for column in columns}

    def _sample(self, name: str, spell: str) -> tuple[Any, Any]:
        columns = self.columns[name]
        return columns[f"{spell}_years"], columns[f"{spell}_ended"]

    def _values(self, name: str, column: str) -> Floats:
        return np.asarray(self.columns[name][column], np.float64)

"""Tasks of prediction: which numbers of which years, by whom, and the years that may be learnt from.

What came of them stands in :mod:`regimesim.analysis.history.rates` and is read by the scores alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from regimesim.analysis.history.rates import FIVE_POWERS, Period

TaskKind = Literal["disputes", "wars", "first_war"]
TASK_KINDS: tuple[TaskKind, ...] = ("disputes", "wars", "first_war")
WORDS: dict[str, str] = {
    "disputes": "disputes (pair-years)",
    "wars": "wars begun",
    "first_war": "year of the first war",
}
MOST_WARS = 60
"""The last value of a number of wars: so many or more."""

LEARNT: tuple[Period, ...] = tuple(p for p in FIVE_POWERS.periods if p.last <= 1870)
"""The years that forecasters learn from: the five powers from 1816 to 1870."""
TRAINING = "concert"
"""The scenario of those years."""
LEARNT_PAIRS = 10


class Stretch(NamedTuple):
    """Years that are to be predicted.

    Attributes
    ----------
    scenario : str
        Whose world and order these years have; the order is thus given, not predicted.
    who : str
        The powers of the record.
    first, last : int
    pair_years : int
        On the record.
    pairs : int
        Of a single pair, 1: its wars are not those of a system of powers.
    """

    scenario: str
    who: str
    first: int
    last: int
    pair_years: int
    pairs: int

    @property
    def years(self) -> int:
        """Number of years."""
        return self.last + 1 - self.first

    @property
    def war_years(self) -> float:
        """Years in which a system of powers has as many chances of war."""
        return self.years / LEARNT_PAIRS if self.pairs == 1 else float(self.years)


STRETCHES = (
    Stretch("concert", "five powers", 1871, 1913, 430, 10),
    Stretch("league", "great powers", 1919, 1938, 369, 21),
    Stretch("bipolar", "superpowers", 1946, 1991, 46, 1),
)
"""The world of 1920 stands for 1919 as well, which is not simulated."""


@dataclass(frozen=True)
class ForecastTask:
    """A number to be told in advance.

    Attributes
    ----------
    kind : {"disputes", "wars", "first_war"}
    stretch : Stretch
    """

    kind: TaskKind
    stretch: Stretch

    @property
    def name(self) -> str:
        """As it is written in tables: ``disputes_1871_1913``."""
        return f"{self.kind}_{self.stretch.first}_{self.stretch.last}"

    @property
    def words(self) -> str:
        """As it is printed."""
        return f"{WORDS[self.kind]}, {self.stretch.who} {self.stretch.first}-{self.stretch.last}"

    @property
    def values(self) -> int:
        """Number of values that it may take: counts from 0, or years of the stretch and then *none*."""
        sizes = {
            "disputes": self.stretch.pair_years,
            "wars": MOST_WARS,
            "first_war": self.stretch.years,
        }
        return sizes[self.kind] + 1

    def shown(self, value: int) -> str:
        """A value as it is printed: a count, or a year of the calendar."""
        if self.kind != "first_war":
            return str(value)
        return "none" if value == self.stretch.years else str(self.stretch.first + value)


TASKS = tuple(ForecastTask(kind, stretch) for kind in TASK_KINDS for stretch in STRETCHES)

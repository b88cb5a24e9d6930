"""Rates of the record: what happened among certain great powers in certain years, as facts with their source.

Counts are of Correlates of War (major powers v2016, interstate wars v4, disputes v5); a war of many is one.
"""

from __future__ import annotations

from typing import NamedTuple

from regimesim.scenario.scenario import Scenario


class Period(NamedTuple):
    """Counts of what happened between the great powers in some years, both included."""

    first: int
    last: int
    wars: int
    pair_years: int
    force_used: int  # pair-years in which it was
    fewest: int  # powers in a year
    most: int

    @property
    def years(self) -> int:
        """Length in years."""
        return self.last + 1 - self.first

    @property
    def dispute_rate(self) -> float:
        """Share of pair-years in which force was used."""
        return self.force_used / self.pair_years


class Group(NamedTuple):
    """States of the record, and what happened among them."""

    words: str
    states: frozenset[str]  # as the worlds name them; none: all great powers
    periods: tuple[Period, ...]


FIVE_POWERS = Group(
    "the same five powers",
    frozenset({"Britain", "France", "Russia", "Austria", "Prussia"}),
    (
        Period(1816, 1847, 0, 320, 4, 5, 5),
        Period(1848, 1853, 0, 60, 8, 5, 5),
        Period(1854, 1870, 4, 170, 19, 5, 5),
        Period(1871, 1913, 0, 430, 9, 5, 5),
    ),
)
SUPERPOWERS = Group(
    "the same two powers",
    frozenset({"United_States", "Soviet_Union"}),
    (
        Period(1946, 1962, 0, 17, 12, 2, 2),
        Period(1963, 1979, 0, 17, 9, 2, 2),
        Period(1980, 1991, 0, 12, 5, 2, 2),
    ),
)
GREAT_POWERS = Group(
    "all great powers",
    frozenset(),
    (
        Period(1816, 1853, 0, 380, 12, 5, 5),
        Period(1854, 1870, 4, 225, 22, 5, 6),
        Period(1871, 1913, 1, 871, 19, 6, 8),
        Period(1919, 1938, 1, 369, 21, 5, 7),
        Period(1946, 1991, 1, 455, 84, 4, 7),
    ),
)

WAR_YEARS: dict[str, tuple[int, ...]] = {
    "five powers": (1854, 1859, 1866, 1870),
    "superpowers": (),
    "great powers": (1854, 1859, 1866, 1870, 1904, 1914, 1938, 1939, 1939, 1950),
}
"""Years in which wars between them began (Correlates of War, interstate wars v4): numbers 22, 28, 55, 58, 85,
106, 133, 136, 139 and 151."""


def record_of(who: str, first: int, last: int) -> Period:
    """Counts of some whole periods of ``five powers``, ``superpowers`` or ``great powers``, put together.

    >>> record_of("superpowers", 1946, 1991).force_used
    26
    """
    groups = {"five powers": FIVE_POWERS, "superpowers": SUPERPOWERS, "great powers": GREAT_POWERS}
    inside = [p for p in groups[who].periods if first <= p.first and p.last <= last]
    wars, pair_years = sum(p.wars for p in inside), sum(p.pair_years for p in inside)
    force_used = sum(p.force_used for p in inside)
    fewest, most = min(p.fewest for p in inside), max(p.most for p in inside)
    return Period(first, last, wars, pair_years, force_used, fewest, most)


def group_of(scenario: Scenario) -> Group:
    """Choose the record of a scenario's very states, or that of all great powers."""
    for group in (FIVE_POWERS, SUPERPOWERS):
        if group.states == set(scenario.states):
            return group
    return GREAT_POWERS


def lies_within(period: Period, scenario: Scenario) -> bool:
    """Tell whether a scenario's calendar covers all years of a period."""
    whole = float(scenario.start).is_integer() and scenario.start > 0
    return whole and scenario.start <= period.first and period.last + 1 <= scenario.start + scenario.years

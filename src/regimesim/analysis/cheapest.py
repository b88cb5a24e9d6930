"""The cheapest changes of an order: what each cost can bring about, and different ways to the same end.

The search (:mod:`regimesim.analysis.diversity`) fills an archive on the seeds of the search. Its best are
pruned and some of them chosen on seeds of their own (:mod:`regimesim.analysis.choosing`): those than which
none is both cheaper and better, the *frontier*, and for each division of the cost among kinds of levers the
cheapest that reaches the aim, the *ways*. What is reported is played on fresh seeds, which neither the search
nor the choice has seen, and over the settings that fit the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from regimesim.analysis.changes import REPORT, SEARCH, Aim, Changes, OverSet, long_enough, prices_of
from regimesim.analysis.choosing import (
    CHOICE_RUNS,
    MOST_FRONTIER,
    MOST_WAYS,
    SHRINKING,
    SHRINKING_RUNS,
    choose,
)
from regimesim.analysis.diversity import Space, diverse, ribs_or_refusal
from regimesim.analysis.levers import LEVER_KINDS, levers_of
from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.limits import MOST_RUNS_EACH, MOST_SEED, MOST_TRIES, MOST_WORKERS, whole_within
from regimesim.scenario.messages import InputError, quoted
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import SET, Assumed, assumed, set_of
from regimesim.simulation.simulate import Progress, as_scenario
from regimesim.simulation.views import view
from regimesim.stats.estimates import Estimate, Floats, interval_of

if TYPE_CHECKING:
    import pandas as pd

RUNS_EACH, TRIES = 100, 1500
"""Runs of each change that is tried, and how many are."""
REPORT_RUNS = 1000
"""Runs of each change that is reported."""


@dataclass(frozen=True)
class OrderChange:
    """A change of the order that is reported.

    Attributes
    ----------
    moves : dict of lever name to share of the way in [-1, 1]
        Levers that are moved, what costs most first.
    words : tuple of str
        The same with values: ``transparency.level 0.79 to 0.91``.
    cost : float
    division : dict of kind to share of the cost
        Kinds that have one, the largest first.
    reaches : bool
        Whether the aim was reached where it was chosen.
    estimate : Estimate
        What comes of it, on fresh seeds: a chance, or years.
    over_set : OverSet or None
        Over the settings that fit the record, on fresh seeds.
    """

    moves: Mapping[str, float]
    words: tuple[str, ...]
    cost: float
    division: Mapping[str, float]
    reaches: bool
    estimate: Estimate
    over_set: OverSet | None

    def vector(self, changes: Changes) -> Floats:
        """The moves of all levers, (n,)."""
        return np.array([self.moves.get(lever.name, 0.0) for lever in changes.levers])

    def row(self, levers: Sequence[str]) -> dict[str, Any]:
        """The change as a row of a table: numbers by column, NaN where no record is known."""
        over, own = self.over_set, self.estimate
        least, most = (np.nan, np.nan) if over is None else over.spread[1:]
        return {
            "cost": self.cost,
            "reaches": self.reaches,
            **{end: getattr(own, end) for end in ("value", "lower", "upper")},
            "set_least": least,
            "set_most": most,
            "set_reached": np.nan if over is None else over.reached,
            **{kind: self.division.get(kind, 0.0) for kind in LEVER_KINDS},
            **{name: self.moves.get(name, 0.0) for name in levers},
        }

    def plain(self) -> dict[str, Any]:
        """The change as plain values."""
        over = self.over_set
        return {
            "cost": self.cost,
            "moves": dict(self.moves),
            "values": list(self.words),
            "division": dict(self.division),
            "reaches": self.reaches,
            "estimate": interval_of(self.estimate),
            "over the settings that fit": over and {**over.spread._asdict(), "reached in": over.reached},
        }


@dataclass(frozen=True)
class CheapestChanges:
    """Cheapest changes of one order.

    Attributes
    ----------
    changes : Changes
        What was asked: the scenario, the levers and their prices, the aim.
    budget : float
    published : OrderChange
        No change at all.
    frontier : tuple of OrderChange
        By rising cost.
    ways : tuple of OrderChange
        To the aim, by rising cost, no two with the same division; if none reaches it, the best of each.
    tried, runs : int
        Changes that were tried, and runs of each.
    prolonged : bool
        Whether runs go on after the scenario's own years.
    left_out : tuple of str
        Sentences on levers that can do nothing here.
    """

    changes: Changes
    budget: float
    published: OrderChange
    frontier: tuple[OrderChange, ...]
    ways: tuple[OrderChange, ...]
    tried: int
    runs: int
    prolonged: bool
    left_out: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Tell whether some way reaches the aim within the budget."""
        return any(way.reaches for way in self.ways)

    def frame(self) -> pd.DataFrame:
        """A row per reported change: its part in the answer, cost, estimate, kinds, moves of levers."""
        import pandas as pd

        parts = {"published": (self.published,), "frontier": self.frontier, "way": self.ways}
        levers = [lever.name for lever in self.changes.levers]
        rows = [{"part": part, **one.row(levers)} for part, some in parts.items() for one in some]
        return pd.DataFrame(rows)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        prices = zip(self.changes.levers, self.changes.prices.tolist(), strict=True)
        return {
            "scenario": self.changes.scenario.name,
            "aim": self.changes.aim._asdict(),
            "budget": self.budget,
            "costs": {lever.name: price for lever, price in prices},
            "reached": self.reached,
            "published": self.published.plain(),
            "frontier": [one.plain() for one in self.frontier],
            "ways": [one.plain() for one in self.ways],
            "tried": self.tried,
            "runs": self.runs,
            "prolonged": self.prolonged,
            "left out": list(self.left_out),
        }

    def plot(self) -> Any:
        """Draw the frontier and the ways; shows itself in a notebook."""
        return view("cheapest.plot")(self)


class Means(NamedTuple):
    """Means to an end: the levers that may be moved, their prices and the budget.

    Attributes
    ----------
    levers : sequence of str or None
        Those that may be moved; all that the scenario uses by default.
    costs : mapping of lever name to price
        1 where none is given.
    budget : float
        Cost at most.
    """

    levers: Sequence[str] | None = None
    costs: Mapping[str, object] = MappingProxyType({})
    budget: float = 1.0

    def check(self) -> None:
        """Refuse a budget that is none."""
        if isinstance(self.budget, bool) or not 0 < self.budget < np.inf:
            raise InputError(f"budget must be a number above 0; got {quoted(self.budget)}")


class SearchEffort(NamedTuple):
    """Work that is put into a search.

    Attributes
    ----------
    tries, runs : int
        Changes that are tried, and runs of each.
    workers : int or None
        Threads; all cores by default.
    progress : callable or None
        Called with the number of runs that are done since; :attr:`total` is about how many there are.
    """

    tries: int = TRIES
    runs: int = RUNS_EACH
    workers: int | None = None
    progress: Progress | None = None

    @property
    def total(self) -> int:
        """Runs, about."""
        told = MOST_WAYS + MOST_FRONTIER + 1
        shrunk = MOST_WAYS * SHRINKING * SHRINKING_RUNS
        return self.tries * self.runs + 4 * told * CHOICE_RUNS + told * REPORT_RUNS + shrunk

    def check(self) -> None:
        """Refuse numbers that cannot be used."""
        whole_within(self.tries, "tries", 1, MOST_TRIES)
        whole_within(self.runs, "runs", 1, MOST_RUNS_EACH)
        if self.workers is not None:
            whole_within(self.workers, "workers", 1, MOST_WORKERS)


EVERYTHING, USUAL = Means(), SearchEffort()
"""All levers at a price of 1, and the effort made unless asked otherwise."""


@argument_kinds
def cheapest_changes(
    scenario: Scenario | str | Path,
    seed: int = 0,
    *,
    levers: Sequence[str] | None = None,
    costs: Mapping[str, float] | None = None,
    stand: float = 50.0,
    odds: float = 0.9,
    target: float | None = None,
    budget: float = 1.0,
    spell: str = "regime",
    tries: int = TRIES,
    runs: int = RUNS_EACH,
    workers: int | None = None,
) -> CheapestChanges:
    """Find the cheapest changes of an order with which it stands, and different ways to the same end.

    Parameters
    ----------
    scenario : Scenario, name or path
    seed : int in [0, 2**64)
    levers : sequence of str, optional
        Parameters of the order that may be moved; by default all that the scenario uses.
    costs : mapping of lever name to float, optional
        Price of a move all the way to the end of the range; 1 where none is given.
    stand, odds : float
        Wanted: the chance that it stands so many years after the start.
    target : float, optional
        Instead: years that it lasts on average, up to the horizon.
    budget : float
        Cost at most.
    spell : {"regime", "peace", "systemic"}
    tries, runs : int
        Changes that are tried, and runs of each.
    workers : int, optional
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        If an argument cannot be used, or the package ``ribs`` is not there.

    Examples
    --------
    >>> found = cheapest_changes("concert", stand=20, tries=40, runs=10)
    >>> found.frontier[0].cost <= found.frontier[-1].cost <= found.budget
    True
    """
    made = as_scenario(scenario)
    under = None if set_of(made) is None else assumed(made, SET)
    aim, means = Aim(spell, stand, odds, target), Means(levers, costs or {}, budget)
    return cheapest_of(made, aim, means, seed, under, SearchEffort(tries, runs, workers))


def cheapest_of(
    scenario: Scenario,
    aim: Aim,
    means: Means = EVERYTHING,
    seed: int = 0,
    under: Assumed | None = None,
    effort: SearchEffort = USUAL,
) -> CheapestChanges:
    """Find the cheapest changes; see :func:`cheapest_changes`.

    Parameters
    ----------
    scenario : Scenario
    aim : Aim
    means : Means
    seed : int
    under : Assumed, optional
        The settings that fit the record, over which reported changes are played as well.
    effort : SearchEffort
    """
    whole_within(seed, "seed", 0, MOST_SEED)
    effort.check()
    means.check()
    ribs_or_refusal()
    found = levers_of(scenario, means.levers, together=True)
    prices, budget = prices_of(found.levers, means.costs), float(means.budget)
    changes = Changes(long_enough(scenario, aim), found.levers, prices, aim, seed, under, effort.workers)
    space = Space(prices, changes.room, budget, changes.division)

    def evaluate(moves: Floats) -> Floats:
        return np.asarray(changes.values(moves, effort.runs, SEARCH, effort.progress).mean(axis=1))

    archive = diverse(space, evaluate, effort.tries, seed)
    chosen = choose(changes, archive, effort.runs, effort.progress)

    def told(move: Floats, reaches: bool = False) -> OrderChange:
        return _told_change(changes, move, reaches, effort.progress)

    return CheapestChanges(
        changes=changes,
        budget=budget,
        published=told(np.zeros(len(found.levers))),
        frontier=tuple(map(told, chosen.frontier)),
        ways=tuple(told(move, chosen.reached) for move in chosen.ways),
        tried=archive.tried,
        runs=effort.runs,
        prolonged=changes.scenario.years > scenario.years,
        left_out=tuple(found.sentences()),
    )


def _told_change(changes: Changes, move: Floats, reaches: bool, progress: Progress | None) -> OrderChange:
    """A change as it is on fresh seeds, and over the settings that fit."""
    values = changes.values(move[None], REPORT_RUNS, REPORT, progress)[0]
    by_cost = sorted(np.flatnonzero(move), key=lambda k: -abs(move[k]) * changes.prices[k])
    shares = dict(zip(LEVER_KINDS, changes.division(move[None])[0].tolist(), strict=True))
    return OrderChange(
        {changes.levers[k].name: float(move[k]) for k in by_cost},
        tuple(changes.words(move)),
        float(changes.cost(move)),
        {kind: part for kind, part in sorted(shares.items(), key=lambda one: -one[1]) if part > 0},
        reaches,
        changes.estimate(values),
        changes.over_set(move),
    )

"""Ablation: the same seeds with and without an arrangement, and shares of what all do together.

A *world* here is a scenario with some of its arrangements (:mod:`regimesim.analysis.arrangements`) taken
away. Two worlds on the same seeds differ only by what was taken away, so their difference is paired.

Taking one arrangement away from a full world understates it where another could stand in for it, and giving
it to a bare world overstates it. Shapley (1953, *Contributions to the Theory of Games* II, 307) averages what
it adds over all orders in which the arrangements could have come; the shares add up to what all do together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regimesim.analysis.arrangements import ARRANGEMENT_GROUPS, ARRANGEMENTS, arrangements_of, without
from regimesim.analysis.comparison import Difference, spell_sample
from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.messages import InputError, known, spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import PUBLISHED, Assumed, assumed
from regimesim.simulation.results import Results
from regimesim.simulation.simulate import Progress, as_scenario, check_runs, simulate
from regimesim.stats.estimates import Estimate, Floats, finite, mean_of, value_and_ends
from regimesim.stats.survival import restricted_mean, rmst

if TYPE_CHECKING:
    import pandas as pd

MOST_ARRANGEMENTS = 8
"""Most arrangements whose shares are sought: 2**8 worlds are played."""


class Worlds:
    """A scenario with any of its arrangements taken away, on the same seeds; each world is played once.

    Parameters
    ----------
    scenario, runs, seed, years, workers, progress, assumptions
        As in :func:`regimesim.simulate`.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        runs: int = 1000,
        seed: int = 0,
        years: float | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
        assumptions: str | Assumed = PUBLISHED,
    ) -> None:
        check_runs(runs, seed, workers)
        self.scenario = as_scenario(scenario, years)
        self.runs, self.seed, self.workers, self.progress = runs, seed, workers, progress
        self.under = assumed(self.scenario, assumptions)
        self.present = arrangements_of(self.scenario)
        self.absent = tuple(name for name in ARRANGEMENTS if name not in self.present)
        self._played: dict[frozenset[str], Results] = {}

    def results(self, removed: Collection[str] = ()) -> Results:
        """The outcome without these (what is absent already makes no difference)."""
        key = frozenset(removed) & frozenset(self.present)
        if key not in self._played:
            world = without(self.scenario, *(name for name in self.present if name in key))
            self._played[key] = simulate(
                world,
                self.runs,
                self.seed,
                workers=self.workers,
                record=0,
                assumptions=self.under or PUBLISHED,
                progress=self.progress,
            )
        return self._played[key]

    def difference(
        self, more: Collection[str], less: Collection[str], spell: str, horizon: float
    ) -> Difference:
        """Difference in RMST: the world without ``less`` minus the one without ``more``."""
        kept, bare = self.results(less), self.results(more)
        if kept is bare:  # the very same world: no luck could part them
            same, name = Estimate(0.0, 0.0, 0.0, 0.0, horizon), self.scenario.name
            return Difference(name, name, same, same)
        return Difference.of(kept, bare, spell, horizon)

    def horizon(self, horizon: float | None) -> float:
        """The horizon of a restricted mean, checked."""
        until = self.scenario.years if horizon is None else float(horizon)
        if not 0 < until <= self.scenario.years:
            raise InputError(
                f"horizon must lie in (0, {self.scenario.years:g}], the years simulated; got {until:g}"
            )
        return until


@dataclass(frozen=True)
class Removal:
    """One change, and what it takes (or, for one arrangement alone, what that adds to a world without any).

    Attributes
    ----------
    change : str
        In words.
    removed : tuple of str
    regime, peace : Estimate
        Years of cooperation and of peace that hang on it: paired differences in RMST. Positive: it lengthens.
    regime_years, peace_years : Estimate
        RMST of the changed world.
    narrowed : float
        By what factor the same seeds narrowed the interval of ``regime``.
    """

    change: str
    removed: tuple[str, ...]
    regime: Estimate
    peace: Estimate
    regime_years: Estimate
    peace_years: Estimate
    narrowed: float


@dataclass(frozen=True)
class Ablation:
    """The outcome of :func:`regimesim.ablate`.

    Attributes
    ----------
    scenario : str
    runs : int
    horizon : float
    rows : tuple of Removal
    absent : tuple of str
        Arrangements that were left out: the scenario has none to take away.
    """

    scenario: str
    runs: int
    horizon: float
    rows: tuple[Removal, ...]
    absent: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """A row a change, as numbers."""
        import pandas as pd

        rows = []
        for row in self.rows:
            found: dict[str, object] = {"change": row.change, "removed": ", ".join(row.removed)}
            for name in ("regime", "peace", "regime_years", "peace_years"):
                for part, number in zip(
                    ("", "_lower", "_upper"), value_and_ends(getattr(row, name)), strict=True
                ):
                    found[name + part] = number
            rows.append(found | {"narrowed_by": finite(row.narrowed)})
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """The same as text."""
        import pandas as pd

        return pd.DataFrame(
            {
                "cooperation hangs on it": {row.change: row.regime.text() for row in self.rows},
                "peace hangs on it": {row.change: row.peace.text() for row in self.rows},
                "cooperation left": {row.change: row.regime_years.text() for row in self.rows},
                "peace left": {row.change: row.peace_years.text() for row in self.rows},
            }
        )

    def __str__(self) -> str:
        absent = f"\nNot in this scenario: {', '.join(self.absent)}." if self.absent else ""
        return f"{spoken(self.scenario)}, years out of {self.horizon:g}\n{self.table().to_string()}{absent}"


@argument_kinds
def ablate(
    scenario: Scenario | str | Path | Worlds,
    what: str = "institutions",
    runs: int = 1000,
    seed: int = 0,
    years: float | None = None,
    workers: int | None = None,
    *,
    horizon: float | None = None,
    progress: Progress | None = None,
) -> Ablation:
    """Take arrangements away, on the same seeds, and see how much shorter it lasts.

    Parameters
    ----------
    scenario : Scenario, name, path or Worlds
        Worlds that were played already are not played again (and bring their own runs, seed and years).
    what : str
        ``institutions`` (together: autonomy from power), ``everything``, the name of an arrangement,
        ``each`` (one at a time), ``only`` (all but one), or ``full`` (all of these).
    runs, seed, years, workers, progress
        As in :func:`regimesim.simulate`.
    horizon : float, optional
        Of the restricted means; the scenario's years by default.

    Raises
    ------
    InputError
        If an argument cannot be used.
    """
    worlds = (
        scenario if isinstance(scenario, Worlds) else Worlds(scenario, runs, seed, years, workers, progress)
    )
    until = worlds.horizon(horizon)
    return Ablation(
        worlds.scenario.name,
        worlds.runs,
        until,
        tuple(_removal(worlds, until, *asked) for asked in changes_of(worlds.present, what)),
        worlds.absent,
    )


Removals = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Name of a change, what it removes, and what has been removed from the world it is held against."""


def changes_of(present: tuple[str, ...], what: str) -> list[Removals]:
    """The changes that ``ablate`` makes in a scenario with these arrangements."""
    each: list[Removals] = [(f"without {name}", (name,), ()) for name in present]
    only: list[Removals] = [
        (f"{name} alone", tuple(o for o in present if o != name), present) for name in present
    ]
    groups = {
        g: (f"without {g}", tuple(m for m in of if m in present), ()) for g, of in ARRANGEMENT_GROUPS.items()
    }
    kinds: dict[str, list[Removals]] = {"each": each, "only": only, "full": [*groups.values(), *each, *only]}
    kinds |= {name: [group] for name, group in groups.items()}
    kinds |= {name: [(f"without {name}", (name,) if name in present else (), ())] for name in ARRANGEMENTS}
    return known(what, kinds, "arrangement")  # type: ignore[no-any-return]


def _removal(
    worlds: Worlds, until: float, change: str, removed: tuple[str, ...], against: tuple[str, ...]
) -> Removal:
    more, less = (removed, against) if not against else (against, removed)
    parted = [worlds.difference(more, less, spell, until) for spell in ("regime", "peace")]
    left = [rmst(*spell_sample(worlds.results(removed), spell), until) for spell in ("regime", "peace")]
    regime, peace = parted
    return Removal(change, removed, regime.paired, peace.paired, left[0], left[1], regime.narrowed)


def shapley_values(worth: Mapping[frozenset[str], Floats], players: Sequence[str]) -> dict[str, Floats]:
    """Shapley values of a game.

    Parameters
    ----------
    worth : mapping from each set of players to float array of any one shape
        What every coalition is worth, the empty one included; entry by entry a game of its own.
    players : sequence of str

    Returns
    -------
    dict of str to float array
        They add up to the worth of all players minus that of none.

    Examples
    --------
    >>> worth = {(): 0, ("a",): 1, ("b",): 2, ("a", "b"): 5}
    >>> values = shapley_values({frozenset(s): np.array(v) for s, v in worth.items()}, ["a", "b"])
    >>> {name: float(value) for name, value in values.items()}
    {'a': 2.0, 'b': 3.0}
    """
    values = {}
    for player in players:
        others = [other for other in players if other != player]
        value = np.zeros_like(worth[frozenset()], dtype=np.float64)
        for coalition in coalitions(others):
            orders = len(players) * comb(len(others), len(coalition))
            value = value + (worth[coalition | {player}] - worth[coalition]) / orders
        values[player] = value
    return values


def coalitions(players: Sequence[str]) -> list[frozenset[str]]:
    """All sets of players, the smallest first."""
    sizes = range(len(players) + 1)
    return [frozenset(members) for size in sizes for members in combinations(players, size)]


@dataclass(frozen=True)
class Shares:
    """The outcome of :func:`shapley`.

    Attributes
    ----------
    scenario, spell : str
    runs : int
    horizon : float
    years : dict of str to Estimate
        Years of RMST that each arrangement accounts for.
    total : Estimate
        What all of them do together: the sum of the shares.
    absent, kept : tuple of str
        Arrangements that the scenario has not, and those that were not asked about and stayed as they are.
    """

    scenario: str
    spell: str
    runs: int
    horizon: float
    years: dict[str, Estimate]
    total: Estimate
    absent: tuple[str, ...]
    kept: tuple[str, ...] = ()

    def estimate(self, name: str) -> Estimate:
        """The share of an arrangement, or of all of them ``together``."""
        return self.total if name == "together" else self.years[name]

    def frame(self) -> pd.DataFrame:
        """A row an arrangement, the largest share first, and the total: years and interval."""
        import pandas as pd

        ranked = sorted(self.years.items(), key=lambda item: -item[1].value)
        rows = [(name, *value_and_ends(found)) for name, found in [*ranked, ("together", self.total)]]
        return pd.DataFrame(rows, columns=["arrangement", "years", "lower", "upper"])

    def __str__(self) -> str:
        word = {"regime": "cooperation"}.get(self.spell, self.spell)
        ranked = sorted(self.years.items(), key=lambda item: -item[1].value)
        lines = [f"  {name:<13} {found.text(1)}" for name, found in [*ranked, ("together", self.total)]]
        absent = f"\nNot in this scenario: {', '.join(self.absent)}." if self.absent else ""
        title = f"{spoken(self.scenario)}: years of {word} out of {self.horizon:g} by arrangement"
        return "\n".join([f"{title} (Shapley, 95 % intervals)", *lines]) + absent


def shapley(
    scenario: Scenario | str | Path | Worlds,
    runs: int = 300,
    seed: int = 0,
    years: float | None = None,
    workers: int | None = None,
    *,
    spell: str = "regime",
    horizon: float | None = None,
    among: Iterable[str] | None = None,
    most: int = MOST_ARRANGEMENTS,
    progress: Progress | None = None,
) -> Shares:
    """Share out among the arrangements what they do together, by playing the 2**k worlds on the same seeds.

    Each run has a pseudo-observation in every world (its RMST plus the run's influence on it; where nothing
    is censored before the horizon simply min(T, horizon)), and Shapley values of its own; their mean is
    the share, and their spread over runs its interval, in which luck common to the worlds cancels.

    Parameters
    ----------
    scenario, runs, seed, years, workers, progress
        As in :func:`regimesim.analysis.ablation.ablate`.
    spell : str
        ``regime`` or ``peace`` (or another that ``Results.runs`` has).
    horizon : float, optional
        Of the restricted means; the scenario's years by default.
    among : names of arrangements, optional
        Share out what these do, the rest being kept as it is.
    most : int
        Refuse more arrangements than this: 2**most worlds are played.

    Raises
    ------
    InputError
        If an argument cannot be used, or there are more arrangements than ``most``.
    """
    worlds = (
        scenario if isinstance(scenario, Worlds) else Worlds(scenario, runs, seed, years, workers, progress)
    )
    until = worlds.horizon(horizon)
    asked = worlds.present if among is None else tuple(_arrangements_among(worlds, among))
    if len(asked) > most:
        raise InputError(
            f"{len(asked)} arrangements make 2**{len(asked)} worlds; at most {most} are shared out. "
            f"Choose some with among  (all: {', '.join(worlds.present)})"
        )
    worth = {
        kept: pseudo_observations(worlds, [name for name in asked if name not in kept], spell, until)
        for kept in coalitions(asked)
    }
    values = shapley_values(worth, asked)
    total = worth[frozenset(asked)] - worth[frozenset()]
    return Shares(
        worlds.scenario.name,
        spell,
        worlds.runs,
        until,
        {name: mean_of(value, until) for name, value in values.items()},
        mean_of(total, until) if asked else Estimate(0.0, 0.0, 0.0, 0.0, until),
        worlds.absent,
        tuple(name for name in worlds.present if name not in asked),
    )


def pseudo_observations(worlds: Worlds, removed: Sequence[str], spell: str, horizon: float) -> Floats:
    """A pseudo-observation of RMST for every run (Andersen & Perme 2010), in replicate order."""
    mean, influence = restricted_mean(*spell_sample(worlds.results(removed), spell), horizon)
    return mean + influence


def _arrangements_among(worlds: Worlds, among: Iterable[str]) -> list[str]:
    wanted = [known(name, worlds.present, "arrangement in this scenario") for name in among]
    return [name for name in worlds.present if name in wanted]

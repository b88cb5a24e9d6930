"""How much each arrangement has done: Shapley's share of what all of them do together.

Taking one arrangement away from a full world understates it where another could stand in for it, and giving
it to a bare world overstates it. Shapley (1953, *Contributions to the Theory of Games* II, 307) averages what
it adds over all orders in which the arrangements could have come; the shares add up to what all do together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regimesim.ablation import Worlds
from regimesim.paired import plain, sample
from regimesim.scenario import InputError, Scenario, known, spoken
from regimesim.simulate import Progress
from regimesim.survival import Estimate, error_of, normal_estimate, restricted_mean, tails

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MOST = 8
"""Most arrangements whose shares are sought: 2**8 worlds are played."""


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
        They add up to the worth of all players less that of none.

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
        rows = [(name, *plain(found)) for name, found in [*ranked, ("together", self.total)]]
        return pd.DataFrame(rows, columns=["arrangement", "years", "lower", "upper"])

    def __str__(self) -> str:
        word = {"regime": "cooperation"}.get(self.spell, self.spell)
        ranked = sorted(self.years.items(), key=lambda item: -item[1].value)
        lines = [f"  {name:<13} {found.text(1)}" for name, found in [*ranked, ("together", self.total)]]
        absent = f"\nNot in this scenario: {', '.join(self.absent)}." if self.absent else ""
        title = f"{spoken(self.scenario)}: years of {word} out of {self.horizon:g} by arrangement"
        return "\n".join([f"{title} (Shapley, 95 % intervals)", *lines]) + absent


def shapley(
    scenario: Scenario | str | Path | Worlds, runs: int = 300, seed: int = 0, years: float | None = None,
    workers: int | None = None, *, spell: str = "regime", horizon: float | None = None,
    among: Iterable[str] | None = None, most: int = MOST, progress: Progress | None = None,
) -> Shares:  # fmt: skip
    """Share out among the arrangements what they do together, by playing the 2**k worlds on the same seeds.

    Each run has a pseudo-observation in every world (its RMST plus the run's influence on it; where nothing
    is censored before the horizon simply min(T, horizon)), and Shapley values of its own; their mean is
    the share, and their spread over runs its interval, in which luck common to the worlds cancels.

    Parameters
    ----------
    scenario, runs, seed, years, workers, progress
        As in :func:`regimesim.ablation.ablate`.
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
    worlds = scenario if isinstance(scenario, Worlds) else Worlds(
        scenario, runs, seed, years, workers, progress
    )  # fmt: skip
    until = worlds.horizon(horizon)
    asked = worlds.present if among is None else tuple(_asked(worlds, among))
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
        worlds.scenario.name, spell, worlds.runs, until,
        {name: mean_of(value, until) for name, value in values.items()},
        mean_of(total, until) if asked else Estimate(0.0, 0.0, 0.0, 0.0, until),
        worlds.absent, tuple(name for name in worlds.present if name not in asked),
    )  # fmt: skip


def pseudo_observations(worlds: Worlds, removed: Sequence[str], spell: str, horizon: float) -> Floats:
    """A pseudo-observation of RMST for every run (Andersen & Perme 2010), in replicate order."""
    mean, influence = restricted_mean(*sample(worlds.results(removed), spell), horizon)
    return mean + influence


def mean_of(values: Floats, bound: float) -> Estimate:
    """The mean over runs of values in [-bound, bound], with a 95 % interval.

    Where no run differs from another the interval allows any value in the share of runs that a sample of this
    size can miss, as :func:`regimesim.survival.rmst_difference` does.
    """
    mean = float(values.mean())
    error = error_of(values - mean)
    if error > 1e-9 * bound:
        return normal_estimate(mean, error, (-bound, bound), 0.95)
    seen = tails(0.95)[1] ** (1 / len(values))
    missed = (1 - seen) * bound
    return Estimate(mean, seen * mean - missed, seen * mean + missed, 0.0, bound)


def _asked(worlds: Worlds, among: Iterable[str]) -> list[str]:
    wanted = [known(name, worlds.present, "arrangement in this scenario") for name in among]
    return [name for name in worlds.present if name in wanted]

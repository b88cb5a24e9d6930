"""What hangs on an arrangement: the same seeds with and without it.

A *world* here is a scenario with some of its arrangements (:mod:`regimesim.arrangements`) taken away. Two
worlds on the same seeds differ only by what was taken away, so their difference is paired.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.arrangements import ARRANGEMENTS, GROUPS, arrangements_of, without
from regimesim.paired import Difference, finite, plain, sample
from regimesim.results import Results
from regimesim.scenario import InputError, Scenario, known, spoken
from regimesim.simulate import Progress, as_scenario, check_runs, simulate
from regimesim.survival import Estimate, rmst

if TYPE_CHECKING:
    import pandas as pd


class Worlds:
    """A scenario with any of its arrangements taken away, on the same seeds; each world is played once.

    Parameters
    ----------
    scenario, runs, seed, years, workers, progress
        As in :func:`regimesim.simulate`.
    """

    def __init__(
        self, scenario: Scenario | str | Path, runs: int = 1000, seed: int = 0, years: float | None = None,
        workers: int | None = None, progress: Progress | None = None,
    ) -> None:  # fmt: skip
        check_runs(runs, seed, workers)
        self.scenario = as_scenario(scenario, years)
        self.runs, self.seed, self.workers, self.progress = runs, seed, workers, progress
        self.present = arrangements_of(self.scenario)
        self.absent = tuple(name for name in ARRANGEMENTS if name not in self.present)
        self._played: dict[frozenset[str], Results] = {}

    def results(self, removed: Collection[str] = ()) -> Results:
        """The outcome without these (what is absent already makes no difference)."""
        key = frozenset(removed) & frozenset(self.present)
        if key not in self._played:
            world = without(self.scenario, *(name for name in self.present if name in key))
            self._played[key] = simulate(
                world, self.runs, self.seed, workers=self.workers, record=0, progress=self.progress
            )
        return self._played[key]

    def difference(
        self, more: Collection[str], less: Collection[str], spell: str, horizon: float
    ) -> Difference:
        """Difference in RMST: the world without ``less`` less the one without ``more``."""
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
                for part, number in zip(("", "_lower", "_upper"), plain(getattr(row, name)), strict=True):
                    found[name + part] = number
            rows.append(found | {"narrowed_by": finite(row.narrowed)})
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """The same as text."""
        import pandas as pd

        return pd.DataFrame({
            "cooperation hangs on it": {row.change: row.regime.text() for row in self.rows},
            "peace hangs on it": {row.change: row.peace.text() for row in self.rows},
            "cooperation left": {row.change: row.regime_years.text() for row in self.rows},
            "peace left": {row.change: row.peace_years.text() for row in self.rows},
        })  # fmt: skip

    def __str__(self) -> str:
        absent = f"\nNot in this scenario: {', '.join(self.absent)}." if self.absent else ""
        return f"{spoken(self.scenario)}, years out of {self.horizon:g}\n{self.table().to_string()}{absent}"


def ablate(
    scenario: Scenario | str | Path | Worlds, what: str = "institutions", runs: int = 1000, seed: int = 0,
    years: float | None = None, workers: int | None = None, *, horizon: float | None = None,
    progress: Progress | None = None,
) -> Ablation:  # fmt: skip
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
    worlds = scenario if isinstance(scenario, Worlds) else Worlds(
        scenario, runs, seed, years, workers, progress
    )  # fmt: skip
    until = worlds.horizon(horizon)
    return Ablation(
        worlds.scenario.name, worlds.runs, until,
        tuple(_removal(worlds, until, *asked) for asked in changes(worlds.present, what)), worlds.absent,
    )  # fmt: skip


Asked = tuple[str, tuple[str, ...], tuple[str, ...]]
"""What a change is called, what it removes, and what has been removed from the world it is held against."""


def changes(present: tuple[str, ...], what: str) -> list[Asked]:
    """The changes that ``ablate`` makes in a scenario with these arrangements."""
    each: list[Asked] = [(f"without {name}", (name,), ()) for name in present]
    only: list[Asked] = [
        (f"{name} alone", tuple(o for o in present if o != name), present) for name in present
    ]
    groups = {g: (f"without {g}", tuple(m for m in of if m in present), ()) for g, of in GROUPS.items()}
    kinds: dict[str, list[Asked]] = {"each": each, "only": only, "full": [*groups.values(), *each, *only]}
    kinds |= {name: [group] for name, group in groups.items()}
    kinds |= {name: [(f"without {name}", (name,) if name in present else (), ())] for name in ARRANGEMENTS}
    return known(what, kinds, "arrangement")  # type: ignore[no-any-return]


def _removal(
    worlds: Worlds, until: float, change: str, removed: tuple[str, ...], against: tuple[str, ...]
) -> Removal:
    more, less = (removed, against) if not against else (against, removed)
    parted = [worlds.difference(more, less, spell, until) for spell in ("regime", "peace")]
    left = [rmst(*sample(worlds.results(removed), spell), until) for spell in ("regime", "peace")]
    regime, peace = parted
    return Removal(change, removed, regime.paired, peace.paired, left[0], left[1], regime.narrowed)

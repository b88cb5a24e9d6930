"""Comparison of scenarios on the same seeds: which order lasts longer, and how sure that is.

Replicate i of every scenario has the same luck, so that differences between scenarios are *paired*: what is
common to both cancels. Both kinds of duration are read at one horizon, the same for all.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.contrast import besides_order
from regimesim.scenario.messages import InputError, known, listed, spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import PUBLISHED, Assumed, assumed, set_of
from regimesim.simulation.columns import SPELL_STEMS, THRESHOLDS
from regimesim.simulation.results import Results, percent
from regimesim.simulation.simulate import Progress, as_scenario, simulate
from regimesim.simulation.views import view
from regimesim.stats.estimates import Estimate, finite, value_and_ends
from regimesim.stats.survival import rmst_difference

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from regimesim.analysis.matrix import Matrix

DEFAULT = ("concert", "bipolar", "collective_security")
"""Scenarios that are compared by default."""

COMPARISON_CAUTION = (
    "Great powers fought ten wars with one another in 192 years, .052 a year; at that rate 38 quiet years "
    "come by chance with probability .14 and 46 with .09: one Concert cannot by itself tell a regime from "
    "luck."
)
"""To be printed beside every comparison with the record."""


class Mark(NamedTuple):
    """A duration of the record, and what it is a duration of."""

    name: str
    years: float
    spells: tuple[str, ...]


HISTORICAL_MARKS = (
    Mark("Concert 1816\N{EN DASH}1853", 38.0, ("regime", "peace")),
    Mark("Cold War 1946\N{EN DASH}1991", 46.0, ("peace",)),
)
"""The record of the great powers (Correlates of War). Whether the Cold War was a regime is what is asked, so
its years are marked as years of peace between the two only."""


class OnTheSameSeeds:
    """Results of several worlds with equal horizon, seed and replicates.

    Attributes
    ----------
    results : mapping to Results
    """

    results: Mapping[Any, Results]

    @property
    def years(self) -> float:
        """The common horizon."""
        return self._first.scenario.years

    @property
    def runs(self) -> int:
        """Runs of each world."""
        return len(self._first)

    @property
    def seed(self) -> int:
        """The common seed."""
        return int(self._first.provenance["seed"])

    @property
    def _first(self) -> Results:
        return next(iter(self.results.values()))


@dataclass(frozen=True, eq=False)
class Comparison(OnTheSameSeeds):
    """The outcome of :func:`regimesim.compare`.

    Attributes
    ----------
    results : dict of str to Results
        By name, in the order asked for; equal horizon, seed and replicates.
    """

    results: dict[str, Results]

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios, in their order."""
        return tuple(self.results)

    def table(self, horizon: float | None = None) -> pd.DataFrame:
        """The headline, as text: two rows a scenario, cooperation and peace.

        Columns: the median, the restricted mean and the share still standing (censored), with 95 %
        intervals; the share in which no regime formed; disputes and wars in a hundred pair-years, which do
        not depend on the number of states.
        """
        import pandas as pd

        until, rows = self._horizon(horizon), {}
        for name, results in self.results.items():
            counted = {kind: f"{rate.value:.1f}" for kind, rate in rates(results).items()}
            for spell, word in SPELL_STEMS.items():
                found, regime = results.summary(spell, until), spell == "regime"
                rows[spoken(name), word] = {
                    "median": found.median.text(),
                    f"restricted mean ({until:g})": found.rmst.text(),
                    "standing": percent(found.censored),
                    "never formed": percent(results.never_formed) if regime else "-",
                    **{kind: rate if not regime else "" for kind, rate in counted.items()},
                }
        frame = pd.DataFrame(rows).T
        frame.index.names = ["scenario", "of"]
        return frame

    def differences(
        self, horizon: float | None = None, spell: str = "regime", against: str | None = None
    ) -> list[Difference]:
        """Paired differences in RMST, of every pair of scenarios or of all others against one.

        Raises
        ------
        InputError
            For a horizon beyond the years simulated, an unknown kind of spell or an unknown name.
        """
        until = self._horizon(horizon)
        pairs = list(combinations(self.names, 2))
        if against is not None:
            known(against, self.names, "scenario in this comparison")
            pairs = [(against, other) for other in self.names if other != against]
        found = []
        for a, b in pairs:
            found.append(Difference.of(self.results[a], self.results[b], spell, until))
        return found

    def rmst(
        self, horizon: float | None = None, spell: str = "regime", against: str | None = None
    ) -> pd.DataFrame:
        """The same as a table of numbers.

        Columns: ``longer``, ``shorter``, ``estimate``, ``lower``, ``upper``, ``standard_error``,
        ``unpaired_standard_error``, ``narrowed_by``, the factor by which pairing narrowed the interval, and
        ``besides_the_order``, what differs between the two and is not the order.
        """
        import pandas as pd

        rows = [
            {
                "longer": d.longer,
                "shorter": d.shorter,
                "estimate": d.paired.value,
                "lower": d.paired.lower,
                "upper": d.paired.upper,
                "standard_error": d.paired.standard_error or 0.0,
                "unpaired_standard_error": d.unpaired.standard_error or 0.0,
                "narrowed_by": d.narrowed,
                "besides_the_order": "; ".join(d.besides),
            }
            for d in self.differences(horizon, spell, against)
        ]
        return pd.DataFrame(rows)

    def finding(self, spell: str = "regime") -> str:
        """Say which lasts longest, so far as the paired intervals tell the scenarios apart."""
        word, until = SPELL_STEMS.get(spell, spoken(spell)), self.years
        means = {name: results.summary(spell, until).rmst.value for name, results in self.results.items()}
        best = max(means, key=lambda name: means[name])
        close = [d.shorter for d in self.differences(until, spell, against=best) if not d.paired.lower > 0]
        top = [spoken(name) for name in (best, *close)]
        if len(top) == len(means):
            return f"How long {word} lasts cannot be distinguished among {listed(top)}"
        if not close:
            return f"{word.capitalize()} lasts longest in {top[0]}, {means[best]:.0f} of {until:g} years"
        return f"{word.capitalize()} lasts longest in {listed(top)}, which cannot be distinguished"

    @cached_property
    def answer(self) -> dict[str, Any]:
        """Everything that the comparison has to say, as plain values (None: beyond the horizon)."""
        return {
            "scenarios": list(self.names),
            "runs": self.runs,
            "years": self.years,
            "seed": self.seed,
            "findings": {spell: self.finding(spell) for spell in SPELL_STEMS},
            "spells": {name: _spell_summaries(results) for name, results in self.results.items()},
            "never formed": {name: results.never_formed for name, results in self.results.items()},
            "rates": {
                name: {kind: value_and_ends(rate) for kind, rate in rates(results).items()}
                for name, results in self.results.items()
            },
            "differences": {
                spell: [
                    {key: finite(value) for key, value in row.items()}
                    for row in self.rmst(spell=spell).to_dict("records")
                ]
                for spell in (*SPELL_STEMS, *THRESHOLDS)
            },
            "record": {mark.name: mark.years for mark in HISTORICAL_MARKS},
            "caution": COMPARISON_CAUTION,
        }

    def plot(self, kind: str = "survival") -> Figure:
        """Draw ``survival``, ``plane`` or ``course``."""
        drawn: Figure = view("comparison.plot")(self, kind)
        return drawn

    def report(self, path: str | Path) -> Path:
        """Write a page that opens anywhere, all in one file.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        written: Path = view("comparison.report")(self, path)
        return written

    def save(self, path: str | Path, command: str = "", matrix: Matrix | None = None) -> Path:
        """Write a new folder: a page, a folder of results each scenario, tables, pictures and a summary.

        Parameters
        ----------
        path : str or Path
        command : str, optional
            What was typed, for the page.
        matrix : Matrix, optional
            To be shown with it.

        Raises
        ------
        InputError
            If the folder exists or cannot be written.
        """
        written: Path = view("comparison.save")(self, Path(path), command, matrix)
        return written

    def _horizon(self, horizon: float | None) -> float:
        until = self.years if horizon is None else float(horizon)
        if not 0 < until <= self.years:
            raise InputError(f"horizon must lie in (0, {self.years:g}], the years simulated; got {until:g}")
        return until

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.names)}: {self.runs:,} runs of {self.years:g} years each>"

    def _repr_html_(self) -> str:
        return f"<h4>{self.finding()}</h4>{self.table().to_html(border=0)}"


@argument_kinds
def compare(
    scenarios: Sequence[Scenario | str | Path] | Mapping[str, Scenario | str | Path] = DEFAULT,
    runs: int = 1000,
    seed: int = 0,
    years: float | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    assumptions: str = PUBLISHED,
    held: Collection[str] = (),
) -> Comparison:
    """Simulate several scenarios on the same seeds.

    Parameters
    ----------
    scenarios : sequence, or mapping from a name of your own
        Scenarios, names or paths; at least two.
    runs, seed, workers, progress
        As in :func:`regimesim.simulate`.
    years : float, optional
        The common horizon; by default the shortest of the scenarios' own.
    assumptions : {"published", "set"}
        As in :func:`regimesim.simulate`; scenarios whose states have no record are played as published.
    held : names of parameters
        Those that no draw sets.

    Raises
    ------
    InputError
        If an argument cannot be used, or two scenarios have one name.

    Examples
    --------
    >>> compare(["anarchy", "trade"], runs=8, years=10)
    <Comparison of anarchy, trade: 8 runs of 10 years each>
    """
    chosen = named(scenarios, years)
    shortest = min(scenario.years for scenario in chosen)
    under = {s.name: _assumptions_of(s, chosen, assumptions, held) for s in chosen}
    results = {
        s.name: simulate(s, runs, seed, shortest, workers, assumptions=under[s.name], progress=progress)
        for s in chosen
    }
    return Comparison(results)


def _assumptions_of(
    scenario: Scenario, among: Sequence[Scenario], assumptions: str, held: Collection[str]
) -> str | Assumed:
    """Draws for a scenario that has a set; refused only where none of the scenarios has one."""
    if set_of(scenario) is None and any(set_of(other) is not None for other in among):
        return PUBLISHED
    return assumed(scenario, assumptions, held) or PUBLISHED


def named(
    scenarios: Sequence[Scenario | str | Path] | Mapping[str, Scenario | str | Path],
    years: float | None = None,
) -> list[Scenario]:
    """The scenarios to be compared, each with a name of its own."""
    if isinstance(scenarios, Mapping):
        chosen = [replace(as_scenario(s, years), name=str(name)) for name, s in scenarios.items()]
    else:
        chosen = [as_scenario(s, years) for s in scenarios]
    names = [scenario.name for scenario in chosen]
    if len(names) < 2:
        raise InputError(f"compare needs two scenarios or more; got {', '.join(names) or 'none'}")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two scenarios are called '{name}'; give them names of your own in a table")
        if not name or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
            raise InputError(f"'{name}' cannot be the name of a folder; give the scenario another name")
    return chosen


def _spell_summaries(results: Results) -> dict[str, dict[str, Any]]:
    found = {}
    for spell in (*SPELL_STEMS, *THRESHOLDS):
        short = results.summary(spell)
        found[spell] = {
            "median": value_and_ends(short.median),
            "mean": value_and_ends(short.rmst),
            "standing": short.censored,
        }
    return found


@dataclass(frozen=True, eq=False)
class Difference:
    """By how many years one scenario outlasts another.

    Attributes
    ----------
    longer, shorter : str
        The estimate is the first's RMST minus the second's (it may be negative).
    paired, unpaired : Estimate
        On the same seeds, and as if the seeds had been different.
    besides : tuple of str
        What differs between the two scenarios and is not the order.
    """

    longer: str
    shorter: str
    paired: Estimate
    unpaired: Estimate
    besides: tuple[str, ...] = ()

    @classmethod
    def of(cls, a: Results, b: Results, spell: str, horizon: float) -> Difference:
        """Of two results of the same replicates and seed."""
        samples = spell_sample(a, spell), spell_sample(b, spell)
        paired, unpaired = (rmst_difference(*samples, horizon, paired=same) for same in (True, False))
        besides = besides_order(a.scenario, b.scenario)
        return cls(a.scenario.name, b.scenario.name, paired, unpaired, besides)

    @property
    def narrowed(self) -> float:
        """The unpaired standard error over the paired one; infinite if no two runs differ by luck at all."""
        one, other = self.paired.standard_error or 0.0, self.unpaired.standard_error or 0.0
        if one > 0:
            return other / one
        return math.inf if other > 0 else 1.0

    @property
    def told(self) -> bool:
        """True if the interval lies on one side of 0."""
        return self.paired.lower > 0 or self.paired.upper < 0


def spell_sample(results: Results, spell: str) -> tuple[Any, Any]:
    """Durations of one kind of spell, a run each, and whether they ended."""
    if f"{spell}_years" not in results.columns:
        results.curve(spell)  # refuses it in a sentence
    return results.columns[f"{spell}_years"], results.columns[f"{spell}_ended"]


def rates(results: Results) -> dict[str, Estimate]:
    """Disputes and wars in a hundred pair-years."""
    states = len(results.scenario.states)
    scale = 100 / (results.scenario.years * states * (states - 1) / 2)
    found = {}
    for kind in ("disputes", "wars"):
        rate = results.rate(kind)
        ends = (max(0.0, scale * rate.lower), scale * rate.upper)
        found[kind] = Estimate(scale * rate.value, *ends, scale * (rate.standard_error or 0.0))
    return found

"""Both uncertainties of an answer: luck at the published setting, and all settings that fit the record.

Luck is the interval of a mean over runs, and shrinks as runs are added. Assumptions are another matter: the
same mean, asked of every draw of the scenario's set (:mod:`regimesim.simulation.assumptions`), spreads over
a range that no number of runs makes smaller. Each draw is played a few times only, so luck is taken out of
that spread (:func:`regimesim.stats.groups.means_without_luck`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from regimesim.analysis.history.rates import GREAT_POWERS, Period, group_of, lies_within
from regimesim.core.lanes import Lanes
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import SET, Assumed, assumed, set_of
from regimesim.simulation.columns import QUANTITIES, SPELL_STEMS
from regimesim.simulation.lowering import lower
from regimesim.simulation.results import Results
from regimesim.simulation.simulate import Columns, begun, lanes_for, measure, on_threads
from regimesim.stats.estimates import Estimate, Floats, mean, value_and_ends
from regimesim.stats.groups import means_without_luck
from regimesim.stats.survival import restricted_mean, rmst

if TYPE_CHECKING:
    import pandas as pd

    from regimesim.analysis.comparison import Comparison

SET_RUNS = 512
"""Runs of all draws together, or of the published setting, where the other has been played."""
FEWEST_RUNS = 2
"""Runs of which a mean with an interval can be told."""
TAILS = (0.025, 0.975)
CAUTIONS = (
    "The range is of means, the middle 95 % of the draws; a single history, as the case is, scatters more. "
    "To fit is not to be confirmed: the record was looked at, and it says little."
)
"""Said with every range."""


@dataclass(frozen=True)
class Line:
    """One quantity with both uncertainties.

    Attributes
    ----------
    name : str
        In words.
    published : Estimate
        At the published setting; its interval is luck.
    least, most : float
        The middle 95 % of the settings that fit.
    case : str
        The same in the record, in words; empty where nothing can stand beside it.
    """

    name: str
    published: Estimate
    least: float
    most: float
    case: str

    def cells(self) -> dict[str, str]:
        """The line as text: ``as is``, ``95 % (luck)``, ``all settings that fit``, ``the case``."""
        places = 0 if self.most >= 10 else 1 if self.most >= 1 else 3
        set_to = self.published
        value, lower, upper, least, most = (
            f"{x:.{places}f}" for x in (set_to.value, set_to.lower, set_to.upper, self.least, self.most)
        )
        return {
            "as is": value,
            "95 % (luck)": f"[{lower}, {upper}]",
            "all settings that fit": f"{least} to {most}",
            "the case": self.case or "-",
        }

    def plain(self) -> dict[str, Any]:
        """The line as plain values."""
        return {
            "published": value_and_ends(self.published),
            "all settings that fit": [self.least, self.most],
            "the case": self.case or None,
        }


@dataclass(frozen=True)
class Uncertainties:
    """Lines of a headline with both uncertainties.

    Attributes
    ----------
    lines : tuple of Line
    under : Assumed
        The scenario under the draws.
    """

    lines: tuple[Line, ...]
    under: Assumed

    def table(self) -> pd.DataFrame:
        """A row a line, as text: ``as is``, ``95 % (luck)``, ``all settings that fit``, ``the case``."""
        import pandas as pd

        return pd.DataFrame.from_dict(self.rows(), orient="index")

    def rows(self) -> dict[str, dict[str, str]]:
        """The same as plain values: rows of cells by the names of their columns."""
        return {line.name: line.cells() for line in self.lines}

    def sentence(self) -> str:
        """Say what was varied, what was not, and what it means."""
        return f"{self.under.words()} {CAUTIONS}"

    def plain(self) -> dict[str, Any]:
        """The answer as plain values."""
        return {line.name: line.plain() for line in self.lines} | self.under.told()


def begin_set(
    scenario: Scenario, seed: int, workers: int | None = None, held: Collection[str] = ()
) -> Callable[[], RunSample] | None:
    """Begin to play all settings that fit, beside whatever else is done; None where there is no set.

    Returns
    -------
    callable or None
        Gives ``ahead`` of :func:`both_uncertainties` for runs of the published setting with this seed.
    """
    if set_of(scenario) is None:
        return None
    under = assumed(scenario, SET, held)
    if under is None or not under.columns:
        return None
    return begun(lambda: _set_played(scenario, seed, under, 1), workers)


def both_uncertainties(
    results: Results,
    workers: int | None = None,
    held: Collection[str] = (),
    ahead: Callable[[], RunSample] | None = None,
) -> Uncertainties | None:
    """Set what all settings that fit say beside what the published one says.

    Parameters
    ----------
    results : Results
        Of the published setting, or of all that fit (``assumptions="set"``); the other is played for it.
    workers : int, optional
    held : names of parameters
        Those that no draw sets.
    ahead : callable, optional
        What :func:`begin_set` gave for the same scenario, seed and names.

    Returns
    -------
    Uncertainties or None
        None where the record of the states is not known, or its draws set nothing in the scenario.
    """
    if set_of(results.scenario) is None:
        return None
    under = results.assumed or assumed(results.scenario, SET, held)
    assert under is not None
    if not under.columns:
        return None
    scenario, seed = results.scenario, int(results.provenance["seed"])
    own = RunSample.of(results)
    if results.assumed is None:
        published, many = own, ahead() if ahead else _set_played(scenario, seed, under, workers)
    else:
        published = _set_played(scenario, seed, None, workers)
        enough = len(results) >= 2 * len(under.draws)
        many = own if enough else _set_played(scenario, seed, under, workers)
    lines = (*_spell_lines(results, published, many), *_disputes(results, published, many))
    return Uncertainties(lines, under)


class RunSample(NamedTuple):
    """Runs of a scenario: columns of ``Results.runs``, and disputes in the record's first period."""

    columns: Columns
    disputes: Floats  # share of pair-years; of the first runs only, or none

    @classmethod
    def of(cls, results: Results) -> RunSample:
        """Runs that are there."""
        period = first_period(results.scenario)
        return cls(results.columns, np.zeros(0) if period is None else dispute_rates(results, period))


def _set_played(scenario: Scenario, seed: int, under: Assumed | None, workers: int | None) -> RunSample:
    """Play the scenario as it is published, or under its draws."""
    design = lower(scenario) if under is None else under.design()
    size, period = lanes_for(design), first_period(scenario)
    pairs = len(scenario.states) * (len(scenario.states) - 1) / 2

    def block(first: int) -> RunSample:
        luck = np.arange(first, min(SET_RUNS, first + size))
        point = np.zeros(len(luck), np.intp) if under is None else under.draw_of(luck)
        lanes, counts = Lanes(design, point, luck, seed), []
        for year in () if period is None else (period.first, period.last + 1):
            lanes.play(int(year - scenario.start) * scenario.rounds_per_year)
            counts.append(lanes.tally.disputes.copy())
        lanes.play(design.rounds)
        years = 0 if period is None else period.years
        rates = (counts[1] - counts[0]) / (years * pairs) if counts else np.zeros(0)
        return RunSample(measure(lanes), rates)

    parts = on_threads(block, list(range(0, SET_RUNS, size)), workers)
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return RunSample(columns, np.concatenate([part.disputes for part in parts]))


def _spell_lines(results: Results, published: RunSample, many: RunSample) -> list[Line]:
    horizon, lines = results.scenario.years, []
    for spell, word in SPELL_STEMS.items():
        years, ended = (many.columns[f"{spell}_{what}"] for what in ("years", "ended"))
        middle, influence = restricted_mean(years, ended, horizon)
        found = rmst(published.columns[f"{spell}_years"], published.columns[f"{spell}_ended"], horizon)
        ends = _middle_range(middle + influence, many)
        lines.append(Line(f"{word}, years", found, *ends, _case(results, spell)))
    return lines


def _disputes(results: Results, published: RunSample, many: RunSample) -> list[Line]:
    """The share of pair-years in dispute in the first period of the record that the scenario covers."""
    period = first_period(results.scenario)
    draws = np.unique(many.columns["point"][: len(many.disputes)])
    if period is None or len(published.disputes) < FEWEST_RUNS or len(many.disputes) <= len(draws):
        return []
    name = f"disputes {period.first}-{period.last} (of pair-years)"
    found = mean(published.disputes, (0.0, 1.0))
    return [Line(name, found, *_middle_range(many.disputes, many), f"{period.dispute_rate:.3f}")]


def dispute_rates(results: Results, period: Period) -> Floats:
    """Share of pair-years with a dispute in some years, for each recorded run."""
    states, start = len(results.scenario.states), int(results.scenario.start)
    disputes = results.yearly[QUANTITIES.index("disputes")]
    within = disputes[period.first - start : period.last + 1 - start]
    return np.asarray(within.mean(axis=0, dtype=np.float64) / (states * (states - 1) / 2))


def first_period(scenario: Scenario) -> Period | None:
    """The first period of the record of these very states that the scenario covers."""
    group = group_of(scenario)
    inside = [period for period in group.periods if lies_within(period, scenario)]
    return inside[0] if inside and group is not GREAT_POWERS else None


def _middle_range(values: Floats, many: RunSample) -> tuple[float, float]:
    """The middle 95 % of the draws' means."""
    group = np.asarray(many.columns["point"][: len(values)], np.intp)
    least, most = np.quantile(means_without_luck(values, group), TAILS)
    return float(least), float(most)


def _case(results: Results, spell: str) -> str:
    """The record's own spell, where the scenario is the one that the set was made for."""
    found = set_of(results.scenario)
    if found is None or found.about["scenario"] != results.scenario.name:
        return ""
    return str(found.about["case"].get(spell, ""))


def uncertainties(
    found: Comparison, workers: int | None = None, held: Collection[str] = ()
) -> dict[str, Uncertainties]:
    """Both uncertainties of each scenario of a comparison whose states have a record, by name."""
    both = {name: both_uncertainties(one, workers, held) for name, one in found.results.items()}
    return {name: one for name, one in both.items() if one is not None}

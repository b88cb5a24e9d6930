"""Matrix of worlds by orders: every order in every world, on the same seeds.

A scenario joins one world with one order, so that two scenarios differ in both. The matrix plays each order
in each world. Within a world only the order differs; within an order, the world. Replicate i has the same
luck in every cell, and differences are taken run by run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from regimesim.analysis.comparison import DEFAULT, OnTheSameSeeds, rates, spell_sample
from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.composition import CHOSEN_GROUPS, own_cell, pairings
from regimesim.scenario.contrast import besides_order
from regimesim.scenario.files import names_of
from regimesim.scenario.messages import InputError, MismatchError, known, listed, spoken
from regimesim.scenario.remarks import remarks
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.results import Results
from regimesim.simulation.simulate import Progress, as_scenario, simulate
from regimesim.simulation.views import view
from regimesim.stats.estimates import Estimate, Floats, mean_of, value_and_ends
from regimesim.stats.survival import restricted_mean, rmst_difference
from regimesim.stats.variance import Split, split

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from regimesim.scenario.compose import Overrides

Cell = tuple[str, str]
"""A world and an order, by name."""


class Measure(NamedTuple):
    """A number of every cell.

    Attributes
    ----------
    name, unit : str
    spell : str
        Of which it is the restricted mean; nothing for a rate.
    """

    name: str
    unit: str
    spell: str


CELL_MEASURES = (
    Measure("cooperation", "years", "regime"),
    Measure("peace", "years", "peace"),
    Measure("disputes", "in 100 pair-years", ""),
)
"""Restricted means of cooperation and of peace, and disputes, which do not depend on the number of states."""
MEASURE = {measure.name: measure for measure in CELL_MEASURES}


@dataclass(frozen=True)
class Effect:
    """Difference between two cells of a row or a column, on the same seeds.

    Attributes
    ----------
    measure : str
    cell, against : (world, order)
        The estimate is the first's minus the second's.
    estimate : Estimate
    besides : tuple of str
        What differs between the two and is not the order.
    """

    measure: str
    cell: Cell
    against: Cell
    estimate: Estimate
    besides: tuple[str, ...]

    @property
    def within(self) -> str:
        """Group that both share: ``world`` or ``order``."""
        return CHOSEN_GROUPS[0] if self.cell[0] == self.against[0] else CHOSEN_GROUPS[1]


@dataclass(frozen=True, eq=False)
class Matrix(OnTheSameSeeds):
    """The outcome of :func:`regimesim.matrix`.

    Attributes
    ----------
    worlds, orders : tuple of str
        Rows and columns, by name.
    results : dict of (world, order) to Results
        Equal horizon, seed and replicates; without the cells that make no sense.
    refused : dict of (world, order) to str
        Those, and why.
    """

    worlds: tuple[str, ...]
    orders: tuple[str, ...]
    results: dict[Cell, Results]
    refused: dict[Cell, str]

    @property
    def provenance(self) -> dict[str, Any]:
        """Seed, versions and the like, the same for all cells."""
        return {name: value for name, value in self._first.provenance.items() if name != "scenario"}

    @cached_property
    def own(self) -> dict[Cell, str]:
        """Cells that a scenario's file combines, with the scenario's name."""
        named = pairings()
        return {cell: named[cell] for cell in self.results if cell in named}

    @cached_property
    def titles(self) -> dict[str, str]:
        """Worlds and orders as they are called in a sentence."""
        found = {}
        for cell, results in self.results.items():
            chosen = (results.scenario.world, results.scenario.order)
            for name, part in zip(cell, chosen, strict=True):
                found[name] = part.title or spoken(name)
        return {name: found.get(name, spoken(name)) for name in (*self.worlds, *self.orders)}

    @cached_property
    def remarks(self) -> dict[str, tuple[Cell, ...]]:
        """Arrangements of an order that can do nothing in a world, and combinations that were refused."""
        found: dict[str, tuple[Cell, ...]] = {}
        said = [(r, cell) for cell, results in self.results.items() for r in remarks(results.scenario)]
        for words, cell in [*said, *((why, cell) for cell, why in self.refused.items())]:
            found[words] = (*found.get(words, ()), cell)
        return found

    @property
    def remark_lines(self) -> list[str]:
        """The same as sentences."""
        lines = []
        for words, cells in self.remarks.items():
            names = [f"{self.titles[world]} under {self.titles[order]}" for world, order in cells]
            lines.append(f"{listed(names)}: {words}")
        return lines

    def estimate(self, cell: Cell, measure: str = "cooperation") -> Estimate:
        """Give the number of a cell with its 95 % interval.

        Raises
        ------
        InputError
            For an unknown measure, or a cell that was not played.
        """
        one = _measure(measure)
        if cell not in self.results:
            why = self.refused.get(cell, "it is not in this matrix")
            raise InputError(f"no cell {' under '.join(cell)}: {why}")
        results = self.results[cell]
        if one.spell:
            return results.summary(one.spell, self.years).rmst
        return rates(results)[one.name]

    def effects(self, measure: str = "cooperation", within: str = "world") -> list[Effect]:
        """Differences within each world between orders, or within each order between worlds.

        Every cell of a row (column) minus each one before it.

        Raises
        ------
        InputError
            For an unknown measure or group.
        """
        one = _measure(measure)
        known(within, CHOSEN_GROUPS, "group")
        lines = (
            [[(world, order) for order in self.orders] for world in self.worlds]
            if within == CHOSEN_GROUPS[0]
            else [[(world, order) for world in self.worlds] for order in self.orders]
        )
        found = []
        for line in lines:
            played = [cell for cell in line if cell in self.results]
            found += [
                self._effect(one, cell, against) for k, cell in enumerate(played) for against in played[:k]
            ]
        return found

    def effect(self, measure: str, cell: Cell, against: Cell) -> Effect | None:
        """Give the difference between two cells; None where one was not played."""
        if cell not in self.results or against not in self.results:
            return None
        return self._effect(_measure(measure), cell, against)

    def _effect(self, measure: Measure, cell: Cell, against: Cell) -> Effect:
        a, b = self.results[cell], self.results[against]
        if measure.spell:
            samples = spell_sample(a, measure.spell), spell_sample(b, measure.spell)
            estimate = rmst_difference(*samples, self.years)
        else:
            estimate = mean_of(self._values(cell, measure) - self._values(against, measure), 100.0)
        return Effect(measure.name, cell, against, estimate, besides_order(a.scenario, b.scenario))

    def _values(self, cell: Cell, measure: Measure) -> Floats:
        """Value of each replicate; of a restricted mean, its pseudo-observation."""
        results = self.results[cell]
        if measure.spell:
            mean, influence = restricted_mean(*spell_sample(results, measure.spell), self.years)
            return mean + influence
        states = len(results.scenario.states)
        scale = 100 / (self.years * states * (states - 1) / 2)
        return np.asarray(scale * results.columns[measure.name], np.float64)

    @cached_property
    def shares(self) -> dict[str, Split]:
        """Split the variance between cells into world, order and interaction, by measure.

        Rows are worlds, columns orders (:mod:`regimesim.stats.variance`); empty where a cell was not played,
        or where there is one world, one order or one run.
        """
        whole = len(self.results) == len(self.worlds) * len(self.orders)
        if not whole or min(len(self.worlds), len(self.orders), self.runs) < 2:
            return {}
        found = {}
        for measure in CELL_MEASURES:
            cells = [
                [self._values((world, order), measure) for order in self.orders] for world in self.worlds
            ]
            found[measure.name] = split(np.moveaxis(np.asarray(cells), 2, 0))
        return found

    def table(self, measure: str = "cooperation") -> pd.DataFrame:
        """Worlds by orders as text, with intervals; ``-`` for what was refused."""
        import pandas as pd

        rows = {
            self.titles[world]: {
                self.titles[order]: self.text((world, order), measure) for order in self.orders
            }
            for world in self.worlds
        }
        return pd.DataFrame(rows).T

    def text(self, cell: Cell, measure: str) -> str:
        """Write the number of a cell with its interval."""
        return self.estimate(cell, measure).text() if cell in self.results else "-"

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row for each cell and measure.

        Columns: ``world``, ``order``, ``scenario`` (the one whose own combination it is, if any),
        ``measure``, ``value``, ``lower``, ``upper``.
        """
        import pandas as pd

        rows = [
            (*cell, self.own.get(cell, ""), m.name, *value_and_ends(self.estimate(cell, m.name)))
            for cell in self.results
            for m in CELL_MEASURES
        ]
        names = ["world", "order", "scenario", "measure", "value", "lower", "upper"]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def runs_frame(self) -> pd.DataFrame:
        """A row for each run of each cell: ``world``, ``order``, and the columns of ``Results.runs``."""
        import pandas as pd

        parts = []
        for (world, order), results in self.results.items():
            part = results.runs.drop(columns=["scenario", "point"])
            part.insert(0, "order", order)
            part.insert(0, "world", world)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def effect_frame(self) -> pd.DataFrame:
        """All differences within worlds and within orders, a row each.

        Columns: ``within``, ``measure``, ``world``, ``order``, ``against_world``, ``against_order``,
        ``difference``, ``lower``, ``upper``, ``besides_the_order``.
        """
        import pandas as pd

        rows = [
            (e.within, m.name, *e.cell, *e.against, *value_and_ends(e.estimate), "; ".join(e.besides))
            for m in CELL_MEASURES
            for group in CHOSEN_GROUPS
            for e in self.effects(m.name, group)
        ]
        names = ["within", "measure", "world", "order", "against_world", "against_order", "difference"]
        return pd.DataFrame(rows, columns=[*names, "lower", "upper", "besides_the_order"])

    @cached_property
    def share_frame(self) -> pd.DataFrame:
        """Shares of the variance. Columns: ``measure``, ``of``, ``share``, ``lower``, ``upper``."""
        import pandas as pd

        rows = [
            (measure, of, *value_and_ends(share))
            for measure, found in self.shares.items()
            for of, share in parts_of(found).items()
        ]
        return pd.DataFrame(rows, columns=["measure", "of", "share", "lower", "upper"])

    def finding(self, measure: str = "cooperation") -> str:
        """Say which of world and order makes the larger difference, so far as the intervals tell."""
        name = _measure(measure).name.capitalize()
        found = self.shares.get(measure)
        if found is None:
            return f"{name} is shown cell by cell; its variance cannot be split"
        parts = {word: share for word, share in parts_of(found).items() if word != "luck"}
        first, second, *_ = sorted(parts, key=lambda word: -parts[word].value)
        verb = "follow" if measure == "disputes" else "follows"
        if parts[first].lower <= parts[second].upper:
            return f"{name} {verb} {_PHRASE[first]} and {_PHRASE[second]} most, which cannot be distinguished"
        share = f"{100 * parts[first].value:.0f} % of the variance between cells"
        return f"{name} {verb} {_PHRASE[first]} most ({share})"

    @cached_property
    def answer(self) -> dict[str, Any]:
        """Everything that the matrix has to say, as plain values."""
        return {
            "worlds": list(self.worlds),
            "orders": list(self.orders),
            "runs": self.runs,
            "years": self.years,
            "seed": self.seed,
            "findings": {m.name: self.finding(m.name) for m in CELL_MEASURES},
            "cells": self.frame.to_dict("records"),
            "differences": self.effect_frame.to_dict("records"),
            "shares of the variance": self.share_frame.to_dict("records"),
            "remarks": {words: [list(cell) for cell in cells] for words, cells in self.remarks.items()},
        }

    def plot(self) -> Figure:
        """Draw heat maps, the combinations of scenarios framed."""
        drawn: Figure = view("matrix.plot")(self)
        return drawn

    def report(self, path: str | Path) -> Path:
        """Write a page that opens anywhere, all in one file.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        written: Path = view("matrix.report")(self, path)
        return written

    def save(self, path: str | Path, command: str = "") -> Path:
        """Write a new folder: a page, tables, the picture, a row for each run of each cell, a summary.

        Raises
        ------
        InputError
            If the folder exists or cannot be written.
        """
        written: Path = view("matrix.save")(self, Path(path), command)
        return written

    def __repr__(self) -> str:
        size = f"{len(self.worlds)} worlds by {len(self.orders)} orders"
        return f"<Matrix of {size}: {self.runs:,} runs of {self.years:g} years a cell>"

    def _repr_html_(self) -> str:
        tables = "".join(
            f"<h5>{m.name} ({m.unit})</h5>{self.table(m.name).to_html(border=0)}" for m in CELL_MEASURES
        )
        return f"<h4>{self.finding()}</h4>{tables}"


_PHRASE = {"world": "the world", "order": "the order", "interaction": "the fit of world and order"}


def parts_of(found: Split) -> dict[str, Estimate]:
    """Give the parts of a variance by name."""
    return {
        "world": found.rows,
        "order": found.columns,
        "interaction": found.interaction,
        "luck": found.luck,
    }


def share_with_interval(share: Estimate) -> str:
    """Write a share with its interval in per cent, without the sign.

    >>> share_with_interval(Estimate(0.5, 0.25, 0.75))
    '50 [25, 75]'
    """
    return Estimate(100 * share.value, 100 * share.lower, 100 * share.upper).text(0)


def _measure(name: str) -> Measure:
    one: Measure = known(name, MEASURE, "measure")
    return one


@argument_kinds
def matrix(
    worlds: Sequence[str] | None = None,
    orders: Sequence[str] | None = None,
    runs: int = 1000,
    seed: int = 0,
    years: float | None = None,
    workers: int | None = None,
    *,
    overrides: Overrides = (),
    played: Sequence[Results] = (),
    progress: Progress | None = None,
) -> Matrix:
    """Simulate every order in every world on the same seeds.

    Parameters
    ----------
    worlds, orders : sequence of str, optional
        Names or paths; those of the scenarios that :func:`regimesim.compare` takes by default.
    runs, seed, workers, progress
        As in :func:`regimesim.simulate`; runs of each cell.
    years : float, optional
        The common horizon; by default the shortest of the worlds' own.
    overrides : sequence of str or mapping
        Settings of all cells, as on the command line: ``["transparency.level=0.3"]``.
    played : sequence of Results
        Cells that have been simulated already; used where scenario, seed and runs are the same.

    Raises
    ------
    InputError
        If an argument cannot be used, or no combination makes sense.

    Examples
    --------
    >>> matrix(["trade", "equals_five"], ["self_help", "concert"], runs=4, years=5)
    <Matrix of 2 worlds by 2 orders: 4 runs of 5 years a cell>
    """
    rows, columns = (
        _names(given, group) for given, group in zip((worlds, orders), CHOSEN_GROUPS, strict=True)
    )
    scenarios, refused = cells_of(rows, columns, overrides, years)
    shortest = min(scenario.years for scenario in scenarios.values())
    results = {}
    for cell, scenario in scenarios.items():
        one = replace(scenario, years=shortest)
        found = next((r for r in played if _is(r, one, runs, seed)), None)
        results[cell] = found or simulate(one, runs, seed, None, workers, record=0, progress=progress)
    stems = [tuple(Path(name).stem for name in names) for names in (rows, columns)]
    return Matrix(stems[0], stems[1], results, refused)


def cells_of(
    worlds: Sequence[str], orders: Sequence[str], overrides: Overrides = (), years: float | None = None
) -> tuple[dict[Cell, Scenario], dict[Cell, str]]:
    """Compose the scenario of each cell, or say why the two make no sense together.

    Raises
    ------
    InputError
        If there is no such world or order, a setting cannot be used, or no cell makes sense.
    """
    from regimesim.scenario.compose import load_scenario, override_words

    settings = override_words(overrides)
    found: dict[Cell, Scenario] = {}
    refused: dict[Cell, str] = {}
    for world in worlds:
        for order in orders:
            cell = (Path(world).stem, Path(order).stem)
            try:
                chosen = load_scenario("", [f"world={world}", f"order={order}", *settings])
                found[cell] = as_scenario(chosen, years)
            except MismatchError as error:
                refused[cell] = str(error)
    if not found:
        raise InputError(next(iter(refused.values())))
    return found, refused


def default_cells() -> tuple[list[str], list[str]]:
    """Worlds, and orders, of the scenarios that are compared by default."""
    cells = [own_cell(name) for name in DEFAULT]
    return list(dict.fromkeys(w for w, _ in cells)), list(dict.fromkeys(o for _, o in cells))


def _names(given: Sequence[str] | None, group: str) -> list[str]:
    if given is None:
        return default_cells()[0 if group == CHOSEN_GROUPS[0] else 1]
    if isinstance(given, str) or not given:
        raise InputError(f"{group}s must be a list such as {names_of(group)[:2]}; got {given!r}")
    names = [str(name) for name in given]
    stems = [Path(name).stem for name in names]
    for stem in stems:
        if stems.count(stem) > 1:
            raise InputError(f"two {group}s are called '{stem}'; give one file another name")
    return names


def _is(results: Results, scenario: Scenario, runs: int, seed: int) -> bool:
    """Tell whether results are those of a scenario, whatever it calls itself."""
    if len(results) != runs or results.provenance.get("seed") != seed:
        return False
    called: Mapping[str, Any] = {"name": "", "title": "", "represents": "", "claims": (), "source": ""}
    return replace(results.scenario, **called) == replace(scenario, **called)

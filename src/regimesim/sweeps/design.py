"""From what a sweep is asked to vary to the points of its design.

A design is the product of *tables*: a grid has one of a single column for every setting that is varied, a
sample (Latin hypercube, Sobol' sequence) or a file of points is a table of several columns. A sweep may
take its tables from a file in ``configs/sweep`` and from the command line, which has the last word.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.scenario.compose import Assignment, SweepRequest, compose, several, text_of, value_of
from regimesim.scenario.files import LARGEST_FILE, path_of, read_yaml, shown_path
from regimesim.scenario.limits import MOST_POINTS, plain, whole_within
from regimesim.scenario.messages import LARGEST_NUMBER, InputError, known, quoted, show, spelt
from regimesim.scenario.parameters import Parameter
from regimesim.scenario.scenario import Scenario
from regimesim.sweeps.points import Place, Points, declaration, declared_parameter, place_of, python_value

DESIGNS = ("grid", "latin_hypercube", "sobol", "table")
_SWEEP_KEYS = ("about", "design", "runs", "points", "seed", "settings")

DesignTable = dict[str, list[Any]]
"""Columns of equal length: settings that go together, row by row."""


@dataclass(frozen=True)
class Sheet:
    """A file of ``configs/sweep``: tables, and how many runs it suggests."""

    tables: tuple[DesignTable, ...]
    runs: int | None = None
    name: str = field(default="")


def expand(asked: SweepRequest, tables: Sequence[DesignTable] = (), base: Scenario | None = None) -> Points:
    """The points of a sweep: every combination of the rows of all tables.

    Parameters
    ----------
    asked : SweepRequest
        Its swept settings make a table each, and replace those of the same name in ``tables``.
    tables : sequence of Table
    base : Scenario, optional
        In the place of the scenario that is named.

    Raises
    ------
    InputError
        If there is nothing to vary, too much of it, or a point cannot be simulated.
    """
    typed = {key.lstrip("+") for key, _ in asked.settings} | set(asked.swept)
    kept = [{name: column for name, column in table.items() if name not in typed} for table in tables]
    kept += [{name: list(values)} for name, values in asked.swept.items()]
    columns = product([table for table in kept if table])
    if not columns:
        example = spelt(
            "transparency.level=0.2,0.4 or transparency.level=range(0,1,0.1)",
            '{"transparency.level": [0.2, 0.4]}',
        )
        raise InputError(f"sweep over what? Give a setting several values: {example}")
    return points_of(base or asked.scenario, asked.settings, columns)


def product(tables: Sequence[DesignTable]) -> dict[str, NDArray[Any]]:
    """All combinations of the rows of tables; the last table varies fastest."""
    lengths = [len(next(iter(table.values()))) for table in tables]
    count = math.prod(lengths)
    if count > MOST_POINTS:
        raise InputError(f"sweep: at most {MOST_POINTS:,} points; got {count:,}")
    columns: dict[str, NDArray[Any]] = {}
    if tables:
        rows = np.unravel_index(np.arange(count), lengths)
        for table, row in zip(tables, rows, strict=True):
            for name, values in table.items():
                if name in columns:
                    raise InputError(f"sweep: {name} is given twice")
                columns[name] = _column_of(name, values)[row]
    return columns


def points_of(
    scenario: str | Scenario, settings: Sequence[Assignment], columns: Mapping[str, NDArray[Any]]
) -> Points:
    """Points of one scenario (or several, in a column ``scenario``) from columns of values.

    Raises
    ------
    InputError
    """
    free = [
        name
        for name in columns
        if declared_parameter(name) is not None and len(set(columns[name].tolist())) > 1
    ]
    for name in free:
        _refuse(name, columns[name])
    shaping = [name for name in columns if name not in free]
    keys = list(zip(*(columns[name].tolist() for name in shaping), strict=True)) if shaping else []
    combinations = list(dict.fromkeys(keys)) or [()]
    number = {key: k for k, key in enumerate(combinations)}
    count = len(next(iter(columns.values())))
    world = np.array([number[key] for key in keys] if keys else np.zeros(count), np.intp)
    worlds, places = [], []
    for k, key in enumerate(combinations):
        given = dict(zip(shaping, key, strict=True))
        here = np.flatnonzero(world == k)
        values = {name: columns[name][here] for name in free}
        made = _World(given.pop("scenario", scenario), settings, given, values)
        worlds.append(made.base)
        places.append({name: made.place(name) for name in free})
    points = Points(tuple(worlds), world, dict(columns), tuple(places))
    points.check()
    return points


class _World:
    """One world of a design: composed as the first of its points, and once more for every free setting."""

    def __init__(
        self,
        scenario: str | Scenario,
        settings: Sequence[Assignment],
        given: Mapping[str, Any],
        values: Mapping[str, NDArray[Any]],
    ) -> None:
        self.scenario, self.settings, self.values = scenario, settings, values
        self.first = dict(given) | {name: python_value(column[0]) for name, column in values.items()}
        self.base = self._composed(self.first)

    def _composed(self, given: Mapping[str, Any]) -> Scenario:
        return compose(self.scenario, [*self.settings, *((name, text_of(v)) for name, v in given.items())])

    def place(self, name: str) -> Place:
        """Find where a free setting stands in this world, by changing it."""
        parameter = declared_parameter(name)
        assert parameter is not None
        refused = None
        for value in _others(parameter, self.values[name]):
            try:
                found = place_of(name, self.base, self._composed(self.first | {name: value}))
            except InputError as error:  # this value does not go with the others of the first point
                refused = error
                continue
            assert found is not None
            return found
        raise refused or InputError(f"sweep: {name} cannot be varied")


def _others(parameter: Parameter, column: NDArray[Any]) -> list[Any]:
    """Values other than the first to try a setting with: those of the design, then any."""
    first = python_value(column[0])
    given = [value for value in dict.fromkeys(column.tolist()) if value != first][:8]
    if parameter.kind == "switch":
        return [not first]
    if parameter.kind == "choice":
        return [choice for choice in parameter.choices if choice != first]
    near = [first + step for step in (1e-3, -1e-3, 1, -1) if parameter.refusal(first + step) is None]
    return given + near


def _refuse(name: str, column: NDArray[Any]) -> None:
    parameter = declared_parameter(name)
    assert parameter is not None
    for value in dict.fromkeys(column.tolist()):
        refusal = parameter.refusal(value)
        if refusal is not None:
            raise InputError(f"sweep: {name} {refusal}")


def _column_of(name: str, values: Sequence[Any]) -> NDArray[Any]:
    """Values of one setting as an array of numbers, of truth values or of words."""
    values = plain(list(values))
    kinds = {bool if isinstance(v, bool) else float if isinstance(v, int | float) else str for v in values}
    if len(kinds) > 1:
        raise InputError(f"sweep: {name} mixes numbers and words: {quoted(values)}")
    if kinds == {str}:
        return np.array([str(v) for v in values], object)
    if kinds == {bool}:
        return np.array(values)
    if too_large := [value for value in values if isinstance(value, int) and abs(value) > LARGEST_NUMBER]:
        raise InputError(f"sweep: {name} cannot be {show(too_large[0])}")
    return np.array(values, np.float64)


def read_sheet(name: str) -> Sheet:
    """A file of ``configs/sweep`` by name or path: see ``docs/how-to.md``.

    Raises
    ------
    InputError
    """
    path = path_of("sweep", name)
    tree, place = read_yaml(path, "sweep"), shown_path(path)
    for key in tree:
        known(str(key), _SWEEP_KEYS, "key", place)
    kind, settings = tree.get("design", "grid"), tree.get("settings")
    known(str(kind), DESIGNS, "design", place)
    if not isinstance(settings, dict) or not settings:
        raise InputError(f"{place}: settings must be a table of what is varied; got {quoted(settings)}")
    runs = tree.get("runs")
    if kind == "grid":
        tables = tuple({str(key): _values_listed(str(key), value, place)} for key, value in settings.items())
    elif kind == "table":
        tables = (
            _rows_of_sheet(
                {str(key): _values_listed(str(key), v, place) for key, v in settings.items()}, place
            ),
        )
    else:
        tables = (_sample_of_file(str(kind), settings, tree, place),)
    return Sheet(tables, runs, path.stem)


def read_points(path: str | Path) -> DesignTable:
    """A table of points from a CSV file: a column per setting; a column ``point`` is passed over.

    Raises
    ------
    InputError
    """
    import pandas as pd

    file = Path(os.path.expanduser(path))
    try:
        if not file.is_file():
            raise InputError(f"no table of points {quoted(str(path))}")
        if file.stat().st_size > 200 * LARGEST_FILE:
            raise InputError(f"{shown_path(file)} is too large for a table of points")
        frame = pd.read_csv(file, skipinitialspace=True, compression=None)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        words = " ".join(str(error).split())
        raise InputError(f"{shown_path(file)} cannot be read as a table of points: {words}") from None
    table = {str(name).strip(): frame[name].tolist() for name in frame.columns if name != "point"}
    if not table or not len(frame):
        raise InputError(f"{shown_path(file)} holds no points; its first line names the settings")
    for name, column in table.items():
        empty = [row for row, value in enumerate(column, 2) if isinstance(value, float) and math.isnan(value)]
        if empty:
            raise InputError(f"{shown_path(file)}, line {empty[0]}: {name} is empty")
    return table


def _values_listed(name: str, value: Any, place: str) -> list[Any]:
    """The values of a setting in a sweep's file: a list, or Hydra's words for one."""
    if isinstance(value, str):
        return list(several(name, value) or (value_of(name, value),))
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(v, bool | int | float | str) for v in values):
        raise InputError(f"{place}: {name} must be a list of values, or range(0,1,0.1); got {quoted(value)}")
    return values


def _rows_of_sheet(table: DesignTable, place: str) -> DesignTable:
    lengths = {name: len(column) for name, column in table.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} {count}" for name, count in lengths.items())
        raise InputError(f"{place}: the columns of a table are equally long; got {counts}")
    return table


def _sample_of_file(
    kind: str, settings: Mapping[Any, Any], tree: Mapping[str, Any], place: str
) -> DesignTable:
    count, seed = tree.get("points", 256), tree.get("seed", 0)
    for name, number, least, most in (("points", count, 1, MOST_POINTS), ("seed", seed, 0, 2**63)):
        whole_within(number, f"{place}: {name}", least, most)
    bounds = {str(name): _bounds(str(name), given, place) for name, given in settings.items()}
    return fill_box(kind, bounds, count, seed)


def fill_box(kind: str, bounds: Mapping[str, tuple[float, float]], count: int, seed: int) -> DesignTable:
    """Points that fill a box evenly: a ``latin_hypercube``, or a scrambled ``sobol`` sequence.

    Parameters
    ----------
    bounds : mapping of setting to (low, high)
        Whole numbers are drawn with both ends; switches and choices take no bounds.
    """
    import warnings

    from scipy.stats import qmc

    engine = (qmc.LatinHypercube if kind == "latin_hypercube" else qmc.Sobol)(len(bounds), rng=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Sobol: balance only at powers of two
        unit = engine.random(count)
    return {name: scaled(name, unit[:, k], *box) for k, (name, box) in enumerate(bounds.items())}


def scaled(name: str, unit: NDArray[np.float64], low: float, high: float) -> list[Any]:
    """Numbers in [0, 1) as values of a setting between its bounds."""
    parameter = declaration(name)
    kind = parameter.kind if parameter else "real"
    if parameter is not None and kind == "switch":
        return [bool(u >= 0.5) for u in unit]
    if parameter is not None and kind == "choice":
        return [parameter.choices[int(u * len(parameter.choices))] for u in unit]
    if kind == "integer":
        return [math.floor(low + u * (high - low + 1)) for u in unit]
    return [low + float(u) * (high - low) for u in unit]


def _bounds(name: str, given: Any, place: str) -> tuple[float, float]:
    parameter = declaration(name)
    if parameter is not None and parameter.kind in ("switch", "choice"):
        return (0.0, 1.0)
    if given in (None, "declared"):
        if parameter is None or parameter.range is None:
            raise InputError(f"{place}: {name} has no declared range; write {name}: [LOW, HIGH]")
        return parameter.range
    if isinstance(given, list) and len(given) == 2 and all(isinstance(x, int | float) for x in given):
        low, high = given
        if -LARGEST_NUMBER < low < high < LARGEST_NUMBER:
            return float(low), float(high)
    raise InputError(f"{place}: {name} needs its bounds, [LOW, HIGH]; got {quoted(given)}")

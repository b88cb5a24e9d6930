"""Results of a simulation: a row per run, yearly series, dated events, and where they came from.

On disk they are a folder: Parquet for tables, YAML for settings, JSON for provenance, and checksums of all
that is in it.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Design
from regimesim.scenario.files import read_yaml, there, yaml_of
from regimesim.scenario.messages import InputError, legible, spoken
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario, tree_of
from regimesim.simulation.assumptions import Assumed, told_again
from regimesim.simulation.checksums import DAMAGE, check_sums, seal
from regimesim.simulation.columns import (
    COLLAPSE,
    EVENT_ARRAYS,
    EVENT_NAMES,
    OF_BUFFERS,
    ONSET,
    QUANTITIES,
    RUN,
    SPELL_NAMES,
    Recording,
)
from regimesim.simulation.folders import write_folder
from regimesim.simulation.lowering import lower
from regimesim.simulation.provenance import PYTHON
from regimesim.simulation.views import view
from regimesim.simulation.watching import order_of
from regimesim.stats.estimates import Estimate, mean
from regimesim.stats.survival import Curve, Summary, kaplan_meier, summary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.axes import Axes

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_RUNS, _SERIES, _CODED, _PAIRS = "runs.parquet", "yearly.npy", "happened.npz", "pair_spells.npy"
_CONFIG, _PROVENANCE = "config.yaml", "provenance.json"
_READ_AGAIN = (_RUNS, _SERIES, _CODED, _PAIRS, _CONFIG, _PROVENANCE)
_DRAWN_ANEW = (".png", ".svg")
"""Pictures, which nothing is read from, and which ``plot`` draws anew."""
_LARGEST_CONFIG = 20_000_000


@dataclass(frozen=True)
class Results:
    """The outcome of :func:`regimesim.simulate`.

    Attributes
    ----------
    scenario : Scenario
    columns : dict of name to array (runs,)
        The table :attr:`runs`, column by column.
    yearly : float array (Q, Y, R)
        Series of ``columns.QUANTITIES`` in each of Y years for the first R replicates.
    happened : dict of name to array
        The table :attr:`events`, coded.
    provenance : dict
    pair_spells : int array (3, P, R)
        Of each pair, the rounds of its first mutual cooperation, first breakdown and first war.
    lowered : Design, optional
        What the core played; see :attr:`design`.
    gave_way : int array (runs,), optional
        The round in which the cooperation of each regime gave way, -1 where none has ended; not kept on disk.
    """

    scenario: Scenario
    columns: dict[str, NDArray[Any]]
    yearly: NDArray[np.float32]
    happened: dict[str, NDArray[Any]]
    provenance: dict[str, Any] = field(repr=False)
    pair_spells: NDArray[np.int32] = field(default_factory=lambda: np.zeros((3, 0, 0), np.int32), repr=False)
    lowered: Design | None = field(default=None, repr=False, compare=False)
    gave_way: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_parts(
        cls,
        scenario: Scenario,
        columns: Sequence[dict[str, NDArray[Any]]],
        recordings: Sequence[Recording | None],
        provenance: dict[str, Any],
        design: Design | None = None,
        gave_way: NDArray[np.int64] | None = None,
    ) -> Results:
        """Put blocks of lanes together, in their order."""
        joined = {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}
        kept = [r for r in recordings if r is not None]
        blank = np.zeros((len(QUANTITIES), _years_of(scenario), 0), np.float32)
        yearly = np.concatenate([r.yearly for r in kept], axis=2) if kept else blank
        pairs = np.concatenate([r.pairs for r in kept], axis=2) if kept else np.zeros((3, 0, 0), np.int32)
        return cls(scenario, joined, yearly, _events(kept), provenance, pairs, design, gave_way)

    def __len__(self) -> int:
        return len(self.columns["replicate"])

    @cached_property
    def design(self) -> Design:
        """Arrays that the core played: those of the simulation, or made again where they were not kept."""
        if self.lowered is not None:
            return self.lowered
        return lower(self.scenario) if self.assumed is None else self.assumed.design()

    @cached_property
    def assumed(self) -> Assumed | None:
        """The draws that the runs were played under; None where assumptions were as published."""
        told = self.provenance.get("assumptions")
        return None if told is None else told_again(self.scenario, told)

    def world(self, replicate: int) -> Scenario:
        """The world that one replicate was played in."""
        return self.scenario if self.assumed is None else self.assumed.world(replicate)

    @property
    def replayable(self) -> bool:
        """True if its runs can be played again: there were no mechanisms and no states in Python."""
        return PYTHON not in self.provenance

    def check(self) -> None:
        """Refuse parts that do not belong together, as a file from elsewhere may hold them.

        Raises
        ------
        ValueError
        """
        own = set(self.columns) - set(RUN) if PYTHON in self.provenance else set()
        if set(self.columns) - own != set(RUN):
            raise ValueError(f"its columns are not those of a run: {sorted(set(self.columns) ^ set(RUN))}")
        runs, world = len(self), self.scenario
        for name, column in self.columns.items():
            if (
                (column.dtype.kind not in "biuf" if name in own else not RUN[name].holds(column))
                or column.shape != (runs,)
                or not runs
            ):
                raise ValueError(f"the column {name} is not one of a run's")
            if (
                column.dtype.kind == "f"
                and not np.isfinite(column).all()
                and not (name in own or RUN[name].missing)
            ):
                raise ValueError(f"the column {name} holds what is no number")
        kept = self.yearly.shape[-1] if self.yearly.ndim == 3 else -1
        if self.yearly.shape != (len(QUANTITIES), _years_of(world), kept) or not 0 <= kept <= runs:
            raise ValueError("its yearly series are not those of its scenario")
        if self.yearly.dtype.kind != "f" or not np.isfinite(self.yearly).all():
            raise ValueError("its yearly series hold what is no number")
        pairs, states = self.pair_spells, len(world.states)
        if pairs.dtype.kind != "i" or pairs.shape not in (
            (3, states * (states - 1) // 2, kept),
            (3, 0, 0),
        ):
            raise ValueError("its spells of pairs are not those of its scenario")
        self._check_events(kept)

    def _check_events(self, kept: int) -> None:
        coded, world = self.happened, self.scenario
        if set(coded) != set(EVENT_ARRAYS) or len({column.shape for column in coded.values()}) != 1:
            raise ValueError("its events are not whole")
        actors = np.where(np.isin(coded["kind"], OF_BUFFERS), len(world.buffers), len(world.states))
        ends = (kept, world.rounds, len(EVENT_NAMES), actors, len(world.states))
        for name, least, end in zip(EVENT_ARRAYS, (0, 0, 0, -1, -1), ends, strict=False):
            column = coded[name]
            if column.dtype.kind != "i" or column.ndim != 1 or ((column < least) | (column >= end)).any():
                raise ValueError(f"its events hold a {name} that cannot be")
        if coded["value"].dtype.kind != "f" or not (coded["value"] >= 0).all():
            raise ValueError("its events hold a value that cannot be")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row per run: durations of its regime and its peace, and what was counted and measured in it.

        Columns: ``regimesim.simulation.columns.RUNS``.
        """
        import pandas as pd

        frame = pd.DataFrame(self.columns)
        frame.insert(0, "scenario", self.scenario.name)
        return frame

    @cached_property
    def paths(self) -> pd.DataFrame:
        """Yearly series as quantiles over runs (columns: ``regimesim.simulation.columns.PATHS``)."""
        import pandas as pd

        if self.yearly.shape[2] == 0:
            return pd.DataFrame(
                columns=["quantity", "year", "mean", *(f"q{100 * q:02.0f}" for q in QUANTILES)]
            )
        levels = np.quantile(self.yearly, QUANTILES, axis=2)
        years = self.scenario.start + np.arange(self.yearly.shape[1])
        return pd.DataFrame(
            {
                "quantity": np.repeat(QUANTITIES, len(years)),
                "year": np.tile(years, len(QUANTITIES)),
                "mean": self.yearly.mean(axis=2).ravel(),
                **{f"q{100 * q:02.0f}": level.ravel() for q, level in zip(QUANTILES, levels, strict=True)},
            }
        )

    @cached_property
    def events(self) -> pd.DataFrame:
        """Dated events of the recorded replicates (columns: ``regimesim.simulation.columns.EVENTS``)."""
        import pandas as pd

        states, buffers = np.array([*self.scenario.states, ""]), np.array([*self.scenario.buffers, ""])
        coded, per_year = self.happened, self.scenario.rounds_per_year
        of_buffers = np.isin(coded["kind"], OF_BUFFERS)
        actor = np.where(
            of_buffers,
            buffers[np.where(of_buffers, coded["actor"], -1)],
            states[np.where(of_buffers, -1, coded["actor"])],
        )
        frame = pd.DataFrame(
            {
                "replicate": coded["replicate"],
                "round": coded["round"],
                "kind": np.array(EVENT_NAMES)[coded["kind"]],
                "actor": actor,
                "target": states[coded["target"]],
                "value": coded["value"],
            }
        )
        frame = pd.concat([frame, self._regime_events()], ignore_index=True)
        frame.insert(2, "year", self.scenario.start + frame["round"] / per_year)
        return frame.sort_values(["replicate", "round"], kind="stable", ignore_index=True)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Spells of every pair in the recorded replicates (``regimesim.simulation.columns.PAIRS``)."""
        import pandas as pd

        states, per_year, horizon = self.scenario.states, self.scenario.rounds_per_year, self.scenario.rounds
        onset, breakdown, war = self.pair_spells.reshape(3, -1)
        runs = self.pair_spells.shape[2]
        names = [(a, b) for i, a in enumerate(states) for b in states[i + 1 :]] if runs else []
        formed = onset >= 0
        end = np.where(breakdown >= 0, breakdown, horizon)
        return pd.DataFrame(
            {
                "replicate": np.tile(self.columns["replicate"][:runs], len(names)),
                "state_a": np.repeat([a for a, _ in names], runs),
                "state_b": np.repeat([b for _, b in names], runs),
                "restraint_onset": np.where(formed, onset / per_year, np.nan),
                "restraint_years": np.where(formed, end - onset, 0) / per_year,
                "restraint_ended": ~formed | (breakdown >= 0),
                "peace_years": np.where(war >= 0, war, horizon) / per_year,
                "peace_ended": war >= 0,
            }
        )

    def _regime_events(self) -> pd.DataFrame:
        import pandas as pd

        recorded = self.columns["replicate"] < self.yearly.shape[2]
        per_year = self.scenario.rounds_per_year
        onset, years = self.columns["regime_onset"], self.columns["regime_years"]
        formed = recorded & ~np.isnan(onset)
        fell = formed & self.columns["regime_ended"]
        parts = [
            (ONSET, formed, onset),
            (COLLAPSE, fell, onset + years),
        ]
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "replicate": self.columns["replicate"][where],
                        "round": np.rint(when[where] * per_year).astype(np.int64),
                        "kind": kind,
                        "actor": "",
                        "target": "",
                        "value": 0.0,
                    }
                )
                for kind, where, when in parts
            ],
            ignore_index=True,
        )

    def survival(self, spell: str = "regime") -> pd.DataFrame:
        """Kaplan-Meier curve of ``regime``, ``peace`` or ``systemic`` (columns:
        ``regimesim.simulation.columns.SURVIVAL``)."""
        return self.curve(spell).frame()

    def curve(self, spell: str = "regime") -> Curve:
        """The same as arrays (:class:`regimesim.stats.survival.Curve`)."""
        return kaplan_meier(*self._spell(spell))

    def summary(self, spell: str = "regime", horizon: float | None = None) -> Summary:
        """Median, restricted mean and shares of one kind of spell."""
        return summary(*self._spell(spell), horizon or self.scenario.years)

    def _spell(self, spell: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        if f"{spell}_ended" not in self.columns:
            raise InputError(f"no spell {spell!r}.  (all: {', '.join(SPELL_NAMES)})")
        return self.columns[f"{spell}_years"], self.columns[f"{spell}_ended"]

    def table(self) -> pd.DataFrame:
        """The headline: a row each for regime and peace, as text.

        Columns: ``median``, ``restricted mean (H)`` (H the horizon), ``still standing``, ``never formed``.
        """
        import pandas as pd

        return pd.DataFrame.from_dict(self.headline(), orient="index")

    def headline(self) -> dict[str, dict[str, str]]:
        """The headline as plain values: a row each for regime and peace, of cells by their columns' names."""
        formed = {"regime": percent(self.never_formed), "peace": "-"}
        return {name: self._headline_row(name, words) for name, words in formed.items()}

    def _headline_row(self, spell: str, never: str) -> dict[str, str]:
        found = self.summary(spell)
        return {
            "median": found.median.text(),
            f"restricted mean ({self.scenario.years:g})": found.rmst.text(),
            "still standing": percent(found.censored),
            "never formed": never,
        }

    @property
    def never_formed(self) -> float:
        """Share of runs in which no regime formed within the horizon."""
        return float(np.isnan(self.columns["regime_onset"]).mean())

    def rate(self, column: str) -> Estimate:
        """Mean over runs of a column, with a normal 95 % interval."""
        return mean(self.columns[column], student=False)

    def typical(self) -> int:
        """The replicate nearest the median regime (the first of them), among those recorded if any are."""
        recorded = self.yearly.shape[2] or len(self)
        years = self.columns["regime_years"][:recorded]
        return int(np.argmin(np.abs(years - np.median(years))))

    def plot(self, kind: str = "survival", ax: Axes | None = None) -> Axes:
        """Draw ``survival``, ``century`` or ``why``."""
        drawn: Axes = view("run.plot")(self, kind, ax)
        return drawn

    def report(self, path: str | Path) -> Path:
        """Write a page that opens anywhere, all in one file.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        written: Path = view("run.report")(self, path)
        return written

    def save(self, path: str | Path) -> Path:
        """Write tables, settings and provenance into a new folder; it appears whole or not at all.

        Raises
        ------
        InputError
            If the folder exists or cannot be written.
        """

        return save_results(self, Path(path))

    def __repr__(self) -> str:
        s = self.scenario
        return f"<Results of {s.name}: {len(self):,} runs of {s.years:g} years>"

    def _repr_html_(self) -> str:
        title = f"{spoken(self.scenario.title or self.scenario.name)}: {len(self):,} runs"
        return f"<h4>{title}</h4>{self.table().to_html(border=0)}{view('run.inline')(self)}"


def _years_of(scenario: Scenario) -> int:
    """Count the years of a yearly series; the last may be a part of one."""
    return -(-scenario.rounds // scenario.rounds_per_year)


def percent(share: float) -> str:
    """A share as people read it; small but not zero is said so."""
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 < share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %"


def _events(recordings: Sequence[Recording]) -> dict[str, NDArray[Any]]:
    types = dict.fromkeys(EVENT_ARRAYS, np.int64) | {"value": np.float64}
    runs = np.cumsum([0, *(recording.yearly.shape[2] for recording in recordings)])
    parts = [
        recording.events._replace(lane=recording.events.lane + first)
        for recording, first in zip(recordings, runs, strict=False)
    ]
    order = order_of(np.concatenate([np.zeros(0, np.int64), *(part.lane for part in parts)]))
    return {
        name: np.concatenate([np.zeros(0, types[name]), *columns])[order].astype(types[name], copy=False)
        for name, *columns in zip(EVENT_ARRAYS, *parts, strict=True)
    }


def json_text(answer: Any) -> str:
    """An answer as JSON that every reader accepts: null for what no number suffices for."""
    return json.dumps(_sayable(answer), indent=2, allow_nan=False)


def _sayable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sayable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(entry) for entry in value]
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def provenance_json(provenance: dict[str, Any]) -> str:
    """Provenance as it is written to disk."""
    return json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"


def save_results(results: Results, path: Path, more: Callable[[Path], object] | None = None) -> Path:
    """Write results into the new folder ``path``; ``more`` may add files before it appears.

    Raises
    ------
    InputError
        If the folder exists already or cannot be written.
    """

    def fill(folder: Path) -> None:
        _write_tables(results, folder)
        if more is not None:
            more(folder)
        seal(folder)

    return write_folder(path, fill)


def write_results(results: Results, folder: Path) -> None:
    """Write the files of results into a folder in the making, and their checksums."""
    _write_tables(results, folder)
    seal(folder)


def _write_tables(results: Results, folder: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(_runs_table(results), folder / _RUNS)
    pq.write_table(_arrow_table(results.paths), folder / "paths.parquet")
    pq.write_table(_arrow_table(results.events), folder / "events.parquet")
    pq.write_table(_arrow_table(results.pairs), folder / "pairs.parquet")
    for name, array in ((_SERIES, results.yearly), (_PAIRS, results.pair_spells)):
        file = io.BytesIO()  # into a file itself, NumPy would not say why it cannot write
        np.save(file, array)
        (folder / name).write_bytes(file.getbuffer())
    np.savez_compressed(folder / _CODED, **results.happened)  # type: ignore[arg-type]
    (folder / _CONFIG).write_text(scenario_yaml(results.scenario), "utf-8")
    (folder / _PROVENANCE).write_text(provenance_json(results.provenance), "utf-8")


def load_run(path: str | Path) -> Results:
    """Results from a folder that :meth:`Results.save` or the command ``run`` wrote.

    Raises
    ------
    InputError
        If the folder does not hold results, or they are damaged.
    """
    folder = Path(path)
    if not there(folder / _RUNS):
        raise InputError(f"no results in {folder} (there is no {_RUNS})")
    try:
        check_sums(folder, _READ_AGAIN, _DRAWN_ANEW)
        return _load_folder(folder)
    except DAMAGE as error:
        words = " ".join(str(error).split())
        raise InputError(f"the results in {folder} are damaged: {words or type(error).__name__}") from None


def _load_folder(folder: Path) -> Results:
    import pyarrow.parquet as pq

    provenance = json.loads((folder / _PROVENANCE).read_text("utf-8"))
    if not isinstance(provenance["seed"], int) or not legible(str(provenance["scenario"])):
        raise ValueError(f"{_PROVENANCE} names no seed or no scenario")
    tree = read_yaml(folder / _CONFIG, "scenario", _LARGEST_CONFIG)
    scenario = read_scenario(tree, str(provenance["scenario"]), str(folder / _CONFIG))
    with open(folder / _RUNS, "rb") as file:
        table = pq.read_table(file).drop_columns(["scenario"])
    columns = {name: table[name].to_numpy() for name in table.column_names}
    try:
        with open(folder / _CODED, "rb") as file, np.load(file) as coded:
            happened = {name: np.asarray(coded[name]) for name in coded.files}  # what is no array is bytes
        series, spells = (_array(folder / name) for name in (_SERIES, _PAIRS))
    except DAMAGE:  # what NumPy says of it is not for people
        raise ValueError(f"{_SERIES}, {_PAIRS} or {_CODED} does not hold arrays of numbers") from None
    results = Results(scenario, columns, series, happened, provenance, spells)
    results.check()
    return results


def _array(path: Path) -> NDArray[Any]:
    """One array; ``np.load`` would also take an archive of several."""
    with open(path, "rb") as file:
        found: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return found


def scenario_yaml(scenario: Scenario) -> str:
    """A scenario as YAML that :func:`regimesim.load_scenario` reads back."""
    return "# @package _global_\n" + yaml_of(tree_of(scenario))


def _runs_table(results: Results) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = {"scenario": np.full(len(results), results.scenario.name)}
    return pa.table(columns | results.columns)


def _arrow_table(frame: Any) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)

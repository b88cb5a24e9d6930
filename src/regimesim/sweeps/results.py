"""Results of a sweep: a row per point in memory, a row per run on disk until it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.messages import InputError, known
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.columns import RUN
from regimesim.simulation.results import load_run
from regimesim.stats.survival import Curve, kaplan_meier
from regimesim.sweeps.dataset import SUMMARY_FILE, Folder, Manifest
from regimesim.sweeps.parts import Damaged, Parts, read_summary
from regimesim.sweeps.points import Points

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.dataset

    from regimesim.simulation.results import Results


@dataclass(frozen=True)
class SweepResults:
    """Results of a sweep, read from its folder when they are asked for.

    Attributes
    ----------
    folder : Path
    points : Points
    manifest : Manifest
    """

    folder: Path
    points: Points
    manifest: Manifest

    @property
    def worlds(self) -> tuple[Scenario, ...]:
        """The scenarios that the points are variations of."""
        return self.points.worlds

    @property
    def provenance(self) -> dict[str, Any]:
        """Origin of the results: seed, runs, version, command ..."""
        return self.manifest.about | {
            "seed": self.manifest.seed,
            "runs": self.manifest.runs,
            "years": self.worlds[0].years,
        }

    @cached_property
    def design(self) -> pd.DataFrame:
        """A row per point: ``point`` and the swept settings."""
        return self.points.frame()

    @cached_property
    def parts(self) -> Parts:
        """The parts, which are checked when they are read."""
        return Parts(Folder(self.folder), self.points, self.manifest)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row per point (columns: ``regimesim.simulation.columns.SUMMARY``).

        Raises
        ------
        InputError
            If the sweep is not finished, or its summary is damaged or was made from other parts.
        """
        if not (self.folder / SUMMARY_FILE).is_file():
            raise InputError(f"the sweep in {self.folder} is not finished; the same command goes on with it")
        with self._refusing():
            frame: pd.DataFrame = read_summary(self.parts).to_pandas()
        return frame

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Say of which sweep something is damaged."""
        try:
            yield
        except Damaged as error:
            raise InputError(f"the sweep in {self.folder}: {error}") from None

    @cached_property
    def table(self) -> pd.DataFrame:
        """The design and its summary side by side."""
        return self.design.merge(self.summary, on="point")

    def dataset(self) -> pyarrow.dataset.Dataset:
        """All runs, unread: for pyarrow, DuckDB or Polars. Every part is checked now, and not again.

        Raises
        ------
        InputError
            If a part is missing or damaged.
        """
        import pyarrow.dataset

        with self._refusing():
            paths = [self.parts.path(chunk) for chunk in self.parts.chunks]
        return pyarrow.dataset.dataset([str(path.absolute()) for path in paths])

    def read_runs(
        self, points: Sequence[int] | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Rows of some points (all by default), in the order of points, then replicates.

        Parameters
        ----------
        points : sequence of int, optional
        columns : sequence of str, optional
            As in ``Results.runs``; all by default.

        Raises
        ------
        InputError
            If a part that holds them is missing or damaged, or there is no such column.
        """
        import pyarrow as pa

        kept = None if columns is None else list(dict.fromkeys(["point", "replicate", *columns]))
        for name in columns or ():
            known(name, ("point", *(name for name in RUN if name != "seed")), "column")
        chunks = self.parts.of_points(points) or self.parts.chunks[:1]
        with self._refusing():
            table = pa.concat_tables([self.parts.table(chunk, kept) for chunk in chunks])
        frame: pd.DataFrame = table.select(kept or table.column_names).to_pandas()
        if points is not None:
            frame = frame[frame["point"].isin([int(point) for point in points])]
        return frame.sort_values(["point", "replicate"], ignore_index=True)

    def curve(self, point: int, spell: str = "regime") -> Curve:
        """Kaplan-Meier curve of one point."""
        rows = self.read_runs([point], [f"{spell}_years", f"{spell}_ended"])
        return kaplan_meier(rows[f"{spell}_years"], rows[f"{spell}_ended"])

    def __len__(self) -> int:
        return len(self.points)

    def __repr__(self) -> str:
        names = ", ".join(self.points.swept)
        return f"<Sweep of {names}: {len(self):,} points of {self.manifest.runs:,} runs>"

    def _repr_html_(self) -> str:
        return f"<h4>{len(self):,} points of {self.manifest.runs:,} runs</h4>{self.table.head(20).to_html()}"


@argument_kinds
def load_results(path: str | Path) -> Results | SweepResults:
    """Load a folder: the results of a run, or a sweep, whose runs stay on disk until asked for.

    Raises
    ------
    InputError
        If the folder holds neither, or what it holds is damaged.
    """
    place = Folder(Path(path))
    if not place.exists:
        return load_run(path)
    return SweepResults(place.path, *place.read())

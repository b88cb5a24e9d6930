"""Results of a sweep: a row per point in memory, a row per run on disk until it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.scenario.messages import InputError
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.results import load_run
from regimesim.stats.survival import Curve, kaplan_meier
from regimesim.sweeps.dataset import PARTS, SUMMARY_FILE, Folder, Manifest
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
    def summary(self) -> pd.DataFrame:
        """A row per point (columns: ``regimesim.simulation.columns.SUMMARY``).

        Raises
        ------
        InputError
            If the sweep is not finished.
        """
        path = self.folder / SUMMARY_FILE
        if not path.is_file():
            raise InputError(f"the sweep in {self.folder} is not finished; the same command goes on with it")
        try:
            frame: pd.DataFrame = _read_summary(path).to_pandas()
        except (OSError, ValueError) as error:
            raise InputError(f"{path} is damaged: {error}; the same sweep writes it anew") from None
        return frame

    @cached_property
    def table(self) -> pd.DataFrame:
        """The design and its summary side by side."""
        return self.design.merge(self.summary, on="point")

    def dataset(self) -> pyarrow.dataset.Dataset:
        """All runs, unread: for pyarrow, DuckDB or Polars."""
        import pyarrow.dataset

        parts = Folder(self.folder).parts().values()
        return pyarrow.dataset.dataset([str(path.absolute()) for path in parts])

    def read_runs(
        self, points: Sequence[int] | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Rows of some points (all by default), in the order of points, then replicates.

        Parameters
        ----------
        points : sequence of int, optional
        columns : sequence of str, optional
            As in ``Results.runs``; all by default.
        """
        import pyarrow.dataset

        kept = None if columns is None else list(dict.fromkeys(["point", "replicate", *columns]))
        chosen = None if points is None else pyarrow.dataset.field("point").isin([int(p) for p in points])
        try:
            frame: pd.DataFrame = self.dataset().to_table(kept, chosen).to_pandas()
        except (OSError, ValueError) as error:
            raise InputError(
                f"a part in {self.folder / PARTS} is damaged: {error}; the same sweep plays it again"
            ) from None
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


def _read_summary(path: Path) -> pyarrow.Table:
    import pyarrow.parquet as pq

    return pq.read_table(path.absolute(), page_checksum_verification=True)


def summarised(folder: Path) -> bool:
    """Tell whether there is a summary, and whole."""
    try:
        _read_summary(folder / SUMMARY_FILE)
    except (OSError, ValueError):
        return False
    return True

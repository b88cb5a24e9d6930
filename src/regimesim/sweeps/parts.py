"""Parts of a sweep and the summary made from them, which are read only if they are what they should be.

A part has its checksum in its name: of its content, and of what its chunk plays. The summary says which parts
of which manifest it was made from, and stands in the list of checksums. What fails is refused, and the same
sweep plays or writes it anew.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.simulation.checksums import DAMAGE, SUMS, listed_sums, seal
from regimesim.simulation.columns import RUN
from regimesim.simulation.folders import write_whole
from regimesim.sweeps.chunks import Rectangle
from regimesim.sweeps.dataset import DESIGN, MANIFEST, PARTS, SUMMARY_FILE, Folder, Keys, Manifest, content_of
from regimesim.sweeps.points import Points
from regimesim.sweeps.summary import SummaryTable

if TYPE_CHECKING:
    import pyarrow as pa

_MADE_FROM = b"made from"
_PLAYED_AGAIN = "the same sweep plays it again"


class Damaged(ValueError):
    """Something in the folder of a sweep is not there, or not as it should be; the message says what."""


class Parts:
    """The parts of a sweep.

    Parameters
    ----------
    place : Folder
    points : Points
    manifest : Manifest
    """

    def __init__(self, place: Folder, points: Points, manifest: Manifest) -> None:
        self.folder, self.manifest, self.keys = place.path, manifest, Keys(points, manifest)
        self.chunks = sorted(manifest.chunks, key=lambda chunk: (chunk.first, chunk.first_point))
        self.files = place.candidates()

    def identity(self) -> str:
        """Give a checksum of all parts and of what they were asked for, from their names.

        Raises
        ------
        Damaged
            If a part is missing.
        """
        missing = [chunk for chunk in self.chunks if chunk not in self.files]
        if missing:
            raise Damaged(f"{len(missing):,} of {len(self.chunks):,} parts are missing; {_PLAYED_AGAIN}")
        digest = hashlib.sha256(self.manifest.identity.encode())
        for chunk in self.chunks:
            alone = self.files[chunk]
            digest.update((alone[0] if len(alone) == 1 else self.path(chunk)).name.encode())
        return digest.hexdigest()

    def path(self, chunk: Rectangle) -> Path:
        """The file of a chunk, its content checked.

        Raises
        ------
        Damaged
        """
        return self._checked(chunk)[0]

    def table(self, chunk: Rectangle, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of a chunk, their file checked.

        Raises
        ------
        Damaged
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        content = pa.BufferReader(self._checked(chunk)[1])
        return pq.read_table(content, columns=None if columns is None else list(columns))

    def own_columns(self) -> tuple[str, ...]:
        """Name the columns that mechanisms have measured, the same in every part.

        Raises
        ------
        Damaged
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = pq.read_schema(pa.BufferReader(self._checked(self.chunks[0])[1])).names
        return tuple(name for name in names if name not in RUN)

    def of_points(self, points: Sequence[int] | None) -> list[Rectangle]:
        """The chunks that hold some points."""
        if points is None:
            return self.chunks
        return [c for c in self.chunks if any(c.first_point <= point < c.last_point for point in points)]

    def _checked(self, chunk: Rectangle) -> tuple[Path, bytes]:
        """The file of a chunk and its content; of several, the one that belongs here."""
        files = self.files.get(chunk, [])
        for path in files:
            try:
                content = content_of(path)
            except (OSError, ValueError):  # gone, or no file
                continue
            if self.keys.fit(path, chunk, content):
                return path, content
        if files:
            raise Damaged(f"{PARTS}/{files[0].name} is damaged or of another sweep; {_PLAYED_AGAIN}")
        raise Damaged(
            f"a part of {len(self.chunks):,} is missing (points {chunk.first_point} on); {_PLAYED_AGAIN}"
        )


def write_summary(parts: Parts, table: SummaryTable) -> None:
    """Write the summary of some parts, and the list of checksums."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made_from = {_MADE_FROM: parts.identity().encode()}
    buffer = io.BytesIO()
    pq.write_table(pa.table(table).replace_schema_metadata(made_from), buffer, write_page_checksum=True)
    write_whole(parts.folder / SUMMARY_FILE, buffer.getvalue())
    seal(parts.folder, (MANIFEST, DESIGN, SUMMARY_FILE))


def read_summary(parts: Parts) -> pa.Table:
    """Read the summary, if it is whole and made from these parts.

    Raises
    ------
    Damaged
    """
    import pyarrow.parquet as pq

    made_from = parts.identity()
    try:
        content = content_of(parts.folder / SUMMARY_FILE)
        if hashlib.sha256(content).hexdigest() != listed_sums(parts.folder).get(SUMMARY_FILE):
            raise Damaged(f"{SUMMARY_FILE} is not the one in {SUMS}")
        table = pq.read_table(io.BytesIO(content), page_checksum_verification=True)
        if (table.schema.metadata or {}).get(_MADE_FROM) != made_from.encode():
            raise Damaged(f"{SUMMARY_FILE} was made from other parts")
        return table
    except DAMAGE as error:
        reason = " ".join(str(error).split())
        raise Damaged(f"{reason or type(error).__name__}; the same sweep writes it anew") from None


def remove_summary(folder: Path) -> None:
    """Take away the summary and the list of checksums, which speak of parts that are about to change."""
    for name in (SUMS, SUMMARY_FILE):
        (folder / name).unlink(missing_ok=True)

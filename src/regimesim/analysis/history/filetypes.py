"""Tables in files of several kinds, read as text: CSV, Excel, Stata, Parquet and Feather, also compressed.

The kind is told from the content, not from the name. Nothing of a file is read before it is known how large
it is, and only the columns that are asked for.
"""

from __future__ import annotations

import codecs
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.scenario.messages import InputError, quoted

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MOST_BYTES_READ, MOST_ROWS_READ = 200_000_000, 2_000_000
MOST_UNPACKED = 1_000_000_000
"""Bytes that a compressed file may come to."""

FILE_TYPES = "CSV, Excel (.xlsx), Stata (.dta), Parquet or Feather"

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an Excel file of the old kind (.xls); save it as .xlsx or CSV",
    b"$FL2": "an SPSS file; save it as CSV or Stata",
    b"RDX": "an R file; write.csv(table, file) makes a CSV file of it",
    b"X\n\0\0": "an R file; write.csv(table, file) makes a CSV file of it",
    b"BZh": "compressed with bzip2; unpack it first",
    b"\xfd7zXZ": "compressed with xz; unpack it first",
    b"FEA1": "a Feather file of version 1; write it anew, or as CSV",
}
"""Kinds of file that are known by their first bytes and not read."""


@dataclass(frozen=True)
class TableFile:
    """A table that has been opened.

    Attributes
    ----------
    file : Path
    kind : str
        In words: ``CSV separated by semicolons``.
    names : tuple of str
        Of its columns, as they are written.
    """

    file: Path
    kind: str
    names: tuple[str, ...]
    read: Callable[[Sequence[int]], pa.Table]

    def texts(self, places: Sequence[int]) -> pd.DataFrame:
        """Some columns as text, by their place; what is not there is empty.

        Raises
        ------
        InputError
            If they cannot be read, or there are no rows or too many.
        """
        import pyarrow as pa

        chosen = sorted(set(places))
        with _reading(self.file):
            table = self.read(chosen)
            _refuse_rows(self.file, table.num_rows)
            text = {str(place): _as_text(column) for place, column in zip(chosen, table.columns, strict=True)}
            frame: pd.DataFrame = pa.table(text).to_pandas().astype(object)
        if frame.empty:
            raise InputError(f"{self.file} has no rows")
        return frame


def open_table(file: Path) -> TableFile:
    """Open a table of any kind.

    Raises
    ------
    InputError
        If there is none, it is too large, or it is of a kind that is not read.
    """
    with _reading(file):
        content, packed = _unpacked(file, _content_of(file))
        kind, names, read = _opened(file, content)
    return TableFile(file, f"{kind}{packed}", tuple(map(str, names)), read)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    """Say in a sentence what goes wrong; libraries raise anything, and warn, where a file is damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"{file} cannot be read as a table ({FILE_TYPES}): {reason}") from None


OpenedTable = tuple[str, Sequence[str], Callable[[Sequence[int]], "pa.Table"]]


def _opened(file: Path, content: bytes) -> OpenedTable:
    if content[:4] == b"PAR1":
        return _parquet(file, content)
    if content[:6] == b"ARROW1":
        return _feather(content)
    if content[:11] == b"<stata_dta>" or re.match(rb"[\x69-\x73][\x01\x02]\x01", content):
        return _stata(content)
    if content[:4] == b"PK\3\4":
        return _excel(file, content)
    for begin, words in _OTHERS.items():
        if content.startswith(begin):
            raise InputError(f"{file} is {words}")
    return _csv(file, content)


def _content_of(file: Path) -> bytes:
    size = file.stat().st_size
    if size > MOST_BYTES_READ:
        raise InputError(f"{file} is too large: {size:,} bytes, at most {MOST_BYTES_READ:,}")
    content = file.read_bytes()
    if not content:
        raise InputError(f"{file} is empty")
    return content


def _unpacked(file: Path, content: bytes) -> tuple[bytes, str]:
    if content[:2] != b"\x1f\x8b":
        return content, ""
    import gzip

    with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
        unpacked = packed.read(MOST_UNPACKED + 1)
    if len(unpacked) > MOST_UNPACKED:
        raise InputError(f"{file} is too large: unpacked, over {MOST_UNPACKED:,} bytes")
    if not unpacked:
        raise InputError(f"{file} is empty")
    return unpacked, ", compressed"


def _refuse_rows(file: Path, rows: int) -> None:
    if rows > MOST_ROWS_READ:
        raise InputError(f"{file} is too large: {rows:,} rows, at most {MOST_ROWS_READ:,}")


def _parquet(file: Path, content: bytes) -> OpenedTable:
    from pyarrow import parquet

    whole = parquet.ParquetFile(io.BytesIO(content))
    _refuse_rows(file, whole.metadata.num_rows)
    names = whole.schema_arrow.names
    if len(set(names)) < len(names):  # they can be asked for by name only
        return "Parquet", names, lambda places: whole.read().select(list(places))
    return "Parquet", names, lambda places: whole.read(columns=[names[place] for place in places])


def _feather(content: bytes) -> OpenedTable:
    from pyarrow import ipc

    def read(places: Sequence[int]) -> pa.Table:
        options = ipc.IpcReadOptions(included_fields=list(places))
        return ipc.open_file(io.BytesIO(content), options=options).read_all()

    return "Feather", ipc.open_file(io.BytesIO(content)).schema.names, read


def _stata(content: bytes) -> OpenedTable:
    import pandas as pd
    import pyarrow as pa

    with pd.read_stata(io.BytesIO(content), iterator=True) as reader:
        names = list(reader.variable_labels())

    def read(places: Sequence[int]) -> pa.Table:
        chosen = [names[place] for place in places]
        frame = pd.read_stata(
            io.BytesIO(content), columns=chosen, convert_categoricals=False, convert_dates=False
        )
        return pa.Table.from_pandas(frame[chosen], preserve_index=False)

    return "Stata", names, read


def _excel(file: Path, content: bytes) -> OpenedTable:
    """The first sheet of a workbook; another archive is told by what it holds."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    inside = archive.namelist()
    if "xl/workbook.xml" not in inside:
        holds = quoted(", ".join(inside[:3]))[1:-1]
        raise InputError(f"{file} is an archive ({holds}); unpack it and give the table in it")
    if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
        raise InputError(f"{file} is too large: unpacked, over {MOST_UNPACKED:,} bytes")
    try:
        import openpyxl
    except ImportError:
        raise InputError(
            f"{file} is an Excel file, which takes the library openpyxl: "
            'pip install "regimesim[excel]", or save the sheet as CSV'
        ) from None
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    title = book.sheetnames[0]
    rows = [row for row in book[title].iter_rows(values_only=True) if any(v is not None for v in row)]
    if not rows:
        raise InputError(f"{file} has no rows: its first sheet, {quoted(title)}, is empty")
    names = ["" if value is None else str(value) for value in rows[0]]
    more = f", the first sheet ({title}) of {len(book.sheetnames)}" if len(book.sheetnames) > 1 else ""
    return f"Excel{more}", names, lambda places: _cells(rows[1:], places)


def _cells(rows: Sequence[Sequence[Any]], places: Sequence[int]) -> pa.Table:
    import pyarrow as pa

    columns = {
        str(place): pa.array(
            [_cell_text(row[place]) if place < len(row) else "" for row in rows], pa.string()
        )
        for place in places
    }
    return pa.table(columns)


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _csv(file: Path, content: bytes) -> OpenedTable:
    import pyarrow as pa
    from pyarrow import csv

    text, coded = _in_utf8(file, content)
    text, mark = _without_remarks(file, text)
    parsing = csv.ParseOptions(delimiter=mark, newlines_in_values=b'"' in text)
    with csv.open_csv(io.BytesIO(text), parse_options=parsing) as reader:
        names = list(reader.schema.names)
    numbered = [str(place) for place in range(len(names))]

    def read(places: Sequence[int]) -> pa.Table:
        wanted = [str(place) for place in places]
        return csv.read_csv(
            io.BytesIO(text),
            read_options=csv.ReadOptions(column_names=numbered, skip_rows=1),
            parse_options=parsing,
            convert_options=csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string())
            ),
        )

    return f"CSV separated by {_SEPARATORS[mark]}{coded}", names, read


def _in_utf8(file: Path, content: bytes) -> tuple[bytes, str]:
    """Text in UTF-8, and what else it was in."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(codec).encode(), "" if name == "UTF-8" else f", in {name}"
    head = content[:4096]
    for codec, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) > 0.4 * len(zeros) and len(content) % 2 == 0:
            return content.decode(codec).encode(), ", in UTF-16"
    if b"\0" in head:
        raise InputError(f"{file} is no table of a kind that is read: {FILE_TYPES}")
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252").encode(), ", in Windows-1252"
    return content, ""


def _without_remarks(file: Path, text: bytes) -> tuple[bytes, str]:
    """A table without the remarks before and between its lines, and the sign that separates its columns."""
    said = re.match(rb'\s*"?sep=(.)"?\s*?[\r\n]+', text, re.IGNORECASE)
    text = text[said.end() if said else 0 :].lstrip(b"\r\n")
    if re.search(rb"(?:^|[\r\n])[ \t]*#", text):
        text = b"".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith(b"#"))
    head = re.split(rb"[\r\n]", text.lstrip(b"\r\n"), maxsplit=1)[0]
    mark = said[1].decode("latin-1") if said else max(_SEPARATORS, key=lambda sign: head.count(sign.encode()))
    if mark not in _SEPARATORS:
        listed = ", ".join(_SEPARATORS.values())
        raise InputError(f"{file} begins with sep={mark}; the columns of a table are separated by {listed}")
    return text.lstrip(b"\r\n"), mark


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), ""))

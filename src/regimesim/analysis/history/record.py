"""A user's record of disputes: a table with a row for every pair of states in every year, read and checked.

A *pair-year* is a row: two states, in either order, in a calendar year in which both belong to the system.
A pair enters the record with its first row and leaves it in any year without one. *Hostility* is the
highest level the two came to in that year, as the Correlates of War codes it: 0 none, 1 no militarised
action, 2 threat, 3 display, 4 use of force, 5 war. *Force used* means 4 or 5.

Which war a pair of states at war is fighting: several pairs may fight one war.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.scenario.messages import InputError, known, quoted

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NEEDED = ("year", "state_a", "state_b", "hostility")
MAY_BE = ("war", "war_onset", "war_id")
IN_A_FOLDER = "great_power_dyad_years.csv"
EARLIEST, LATEST = -4000, 3000
WAR_LEVEL, FORCE_LEVEL = 5, 4
ONE_WAR = "Pairs that begin to fight in one year and share a state, or join states at war, count as one war."
MOST_BYTES, MOST_ROWS = 200_000_000, 2_000_000

Bools = NDArray[np.bool_]

Wars = dict[tuple[Any, Any], int]


@dataclass(frozen=True, eq=False)
class Record:
    """A record of disputes, checked: :func:`read_disputes` makes it.

    Attributes
    ----------
    name : str
        Of the file it came from.
    rows : DataFrame
        ``state_a``, ``state_b`` (in the order of the alphabet), ``year``, ``hostility``, ``war``,
        ``war_onset`` and ``war_number`` (which war of the record it is; -1 in peace), by pair and year.
    doubts : tuple of str
        What the table did not say and how it was made up for, in sentences.
    """

    name: str
    rows: pd.DataFrame
    doubts: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        """The first year."""
        return int(self.rows["year"].min())

    @property
    def last(self) -> int:
        """The last year."""
        return int(self.rows["year"].max())

    def war_years(self) -> NDArray[np.int64]:
        """The year in which each war began, in order (see :func:`number_wars`)."""
        begun = self.rows[self.rows["war_onset"]].groupby("war_number")["year"].min()
        joined = self.rows[self.rows["war_number"] >= 0].groupby("war_number")["year"].min()
        return np.sort(begun[begun == joined[begun.index]].to_numpy(np.int64))

    def __repr__(self) -> str:
        return f"<Record {self.name}: {len(self.rows):,} pair-years, {self.first}-{self.last}>"


def read_disputes(path: str | Path, columns: Mapping[str, str] | None = None) -> Record:
    """Read a table of disputes and check it.

    Parameters
    ----------
    path : str or Path
        A CSV (separated by comma, semicolon or tab; UTF-8) or Parquet file, or a folder that holds
        ``great_power_dyad_years.csv``. Columns ``year``, ``state_a``, ``state_b``, ``hostility`` (0 to 5);
        optional ``war`` and ``war_onset`` (0 or 1) and ``war_id`` (which war it is: any text). Others are
        not read.
    columns : mapping of str to str, optional
        What these columns are called in the table, where it is something else: ``{"state_a": "ccode1"}``.

    Raises
    ------
    InputError
        If there is no such table, or something in it cannot be; the message says what and where.
    """
    import pandas as pd

    file = _file_of(Path(path))
    names = {name: name for name in (*NEEDED, *MAY_BE)}
    for name, called in (columns or {}).items():
        known(name, names, "column", "columns")
        names[name] = str(called)
    table = _text(file, names, set(columns or {}))
    years = _whole_numbers(table, "year", names, (EARLIEST, LATEST), file)
    sides = [_states_of(table, side, names, file) for side in ("state_a", "state_b")]
    frame = pd.DataFrame({"state_a": np.minimum(*sides), "state_b": np.maximum(*sides), "year": years})
    frame["hostility"] = _whole_numbers(table, "hostility", names, (0, WAR_LEVEL), file)
    _refuse_same_state(frame, file)
    for name in ("war", "war_onset"):
        if name in table:
            frame[name] = _whole_numbers(table, name, names, (0, 1), file).astype(np.bool_)
    if "war_id" in table:
        frame["war_id"] = table["war_id"]
    frame = frame.sort_values(["state_a", "state_b", "year"], ignore_index=True)
    _refuse_twice(frame, file)
    doubts = _with_wars(frame, file)
    return Record(file.name, frame, doubts)


def _with_wars(frame: pd.DataFrame, file: Path) -> tuple[str, ...]:
    """Add what the table does not say of wars, and say so."""
    doubts = []
    if "war" not in frame:
        given = frame.get("war_onset", False)
        frame.insert(4, "war", (frame["hostility"] == WAR_LEVEL) | given)
        doubts.append("The table has no column war: every pair-year of hostility 5 counts as war.")
    same = (frame["state_a"] == frame["state_a"].shift()) & (frame["state_b"] == frame["state_b"].shift())
    follows = same & (frame["year"] == frame["year"].shift() + 1)
    if "war_onset" not in frame:
        still = follows & frame["war"].shift(fill_value=False)
        frame.insert(5, "war_onset", frame["war"] & ~still)
        doubts.append("The table has no column war_onset: a war begins in its first year on the record.")
    odd = frame[frame["war_onset"] & ~frame["war"]]
    if len(odd):
        raise InputError(f"{file}: {_pair_year(odd.iloc[0])} has war_onset 1 but war 0")
    frame["war_number"] = -1
    at_war = frame["war"].to_numpy()
    fought = frame[at_war]
    if "war_id" in frame:
        if (fought["war_id"] == "").any():
            nameless = fought[fought["war_id"] == ""].iloc[0]
            raise InputError(f"{file}: {_pair_year(nameless)} is at war but has no war_id")
        codes = fought.sort_values("year", kind="stable")["war_id"].unique()
        numbers = fought["war_id"].map({code: number for number, code in enumerate(codes)}).to_numpy()
        del frame["war_id"]
    else:
        arrays = (fought[name].to_numpy() for name in ("year", "state_a", "state_b", "war_onset"))
        numbers = number_wars(*arrays)
        if len(fought):
            doubts.append(ONE_WAR)
    frame.loc[at_war, "war_number"] = numbers.astype(np.int64)
    return tuple(doubts)


def _pair_year(row: Any) -> str:
    return f"the pair {row['state_a']}-{row['state_b']} in {row['year']}"


def _refuse_same_state(frame: pd.DataFrame, file: Path) -> None:
    alone = frame[frame["state_a"] == frame["state_b"]]
    if len(alone):
        raise InputError(
            f"{file}: row {alone.index[0] + 1} pairs {quoted(alone.iloc[0]['state_a'])} with itself"
        )


def _refuse_twice(frame: pd.DataFrame, file: Path) -> None:
    twice = frame[frame.duplicated(["state_a", "state_b", "year"])]
    if len(twice):
        raise InputError(
            f"{file}: {_pair_year(twice.iloc[0])} is there twice (in either order); "
            "give the highest hostility of the year once"
        )


def _states_of(table: pd.DataFrame, name: str, names: Mapping[str, str], file: Path) -> NDArray[Any]:
    found = table[name].str.strip()
    empty = (found == "").to_numpy()
    if empty.any():
        raise InputError(f"{file}: {names[name]} is empty in row {empty.argmax() + 1}")
    return found.to_numpy(object)


def _whole_numbers(
    table: pd.DataFrame, name: str, names: Mapping[str, str], bounds: tuple[int, int], file: Path
) -> NDArray[np.int64]:
    """A column of whole numbers within bounds."""
    import pandas as pd

    text = table[name].str.strip()
    numbers = pd.to_numeric(text.replace({"true": "1", "false": "0"}), errors="coerce").to_numpy(np.float64)
    wrong = ~((numbers >= bounds[0]) & (numbers <= bounds[1]) & (numbers == np.round(numbers)))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"{file}: {names[name]} must be a whole number from {bounds[0]} to {bounds[1]}; "
            f"got {quoted(str(text.iloc[row]))} in row {row + 1}"
        )
    return numbers.astype(np.int64)


def _file_of(path: Path) -> Path:
    try:
        file = path / IN_A_FOLDER if path.is_dir() else path
        if not file.is_file():
            inside = f" (the folder holds no {IN_A_FOLDER})" if path.is_dir() else ""
            raise InputError(f"no table of disputes at {path}{inside}")
        size = file.stat().st_size
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"{quoted(str(path))} cannot be read: {error}") from None
    if size == 0:
        raise InputError(f"{file} is empty")
    if size > MOST_BYTES:
        raise InputError(f"{file} is too large: {size:,} bytes, at most {MOST_BYTES:,}")
    return file


def _text(file: Path, names: Mapping[str, str], asked: set[str]) -> pd.DataFrame:
    """The columns wanted, as text, under the names that they have here."""
    import pyarrow as pa

    try:
        table = _open(file, names, asked)
        arrays = {
            name: table.column(names[name]).cast(pa.string())
            for name in names
            if names[name] in table.column_names
        }
        frame: pd.DataFrame = pa.table(arrays).to_pandas().fillna("").astype(object)
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{file} cannot be read as a table (CSV or Parquet): {reason}") from None
    if frame.empty:
        raise InputError(f"{file} has no rows")
    return frame


def _open(file: Path, names: Mapping[str, str], asked: set[str]) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv, parquet

    with file.open("rb") as opened:
        head = opened.read(65_536)
    if head[:4] == b"PAR1":
        whole = parquet.ParquetFile(file)
        wanted = _wanted(file, whole.schema_arrow.names, names, asked)
        _refuse_rows(file, whole.metadata.num_rows)
        return whole.read(columns=wanted)
    if b"\0" in head:
        raise InputError(f"{file} is neither CSV nor Parquet")
    line = head.split(b"\n", 1)[0]
    mark = max(",;\t", key=lambda sign: line.count(sign.encode()))
    parsing = csv.ParseOptions(delimiter=mark)
    with csv.open_csv(file, parse_options=parsing) as reader:
        wanted = _wanted(file, reader.schema.names, names, asked)
    typed = csv.ConvertOptions(include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()))
    table = csv.read_csv(file, parse_options=parsing, convert_options=typed)
    _refuse_rows(file, table.num_rows)
    return table


def _refuse_rows(file: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise InputError(f"{file} is too large: {rows:,} rows, at most {MOST_ROWS:,}")


def _wanted(file: Path, there: list[str], names: Mapping[str, str], asked: set[str]) -> list[str]:
    """Name the columns to read; refuses a table without those that are needed."""
    missing = [
        names[name] for name in names if (name in NEEDED or name in asked) and names[name] not in there
    ]
    if missing:
        shown = ", ".join(map(str, there[:12])) + (" ..." if len(there) > 12 else "")
        hint = ", ".join(f"columns.{name}=..." for name in NEEDED if names[name] in missing)
        raise InputError(
            f"{file} has no column {' and no column '.join(missing)}; it has {quoted(shown)[1:-1]}"
            + (f" (other names: {hint})" if hint else "")
        )
    wanted = sorted({name for name in names.values() if name in there})
    twice = [name for name in wanted if there.count(name) > 1]
    if twice:
        raise InputError(f"{file} has the column {twice[0]} more than once")
    return wanted


def number_wars(
    years: NDArray[np.int64], first: NDArray[Any], second: NDArray[Any], onset: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Number the war that each pair-year of war belongs to.

    A war is what hangs together: pairs that begin to fight in the same year and share a state, directly or
    by way of others at war in that year, fight one war, and so does a pair that joins states already at
    war. A pair that fought the year before and begins anew fights another war, unless it is drawn into one
    by a third.

    Parameters
    ----------
    years, first, second, onset : arrays (n,)
        The pair-years of war only, in any order: year, the two states, whether the pair's war began then.

    Returns
    -------
    int64 array (n,), numbers from 0 in the order of time
    """
    numbers = np.full(len(years), -1, np.int64)
    before: Wars = {}
    wars = 0
    previous = None
    order = np.lexsort((second, first, years))
    for year, rows in groupby(order.tolist(), key=lambda row: int(years[row])):
        fought: Wars = before if previous == year - 1 else {}
        now: Wars = {}
        for component in _hanging_together(list(rows), first, second):
            pairs = {row: (first[row], second[row]) for row in component}
            going_on = {row: fought[pair] for row, pair in pairs.items() if pair in fought and not onset[row]}
            joined = min(going_on.values(), default=wars)
            wars += not going_on
            for row, pair in pairs.items():
                numbers[row] = now[pair] = going_on.get(row, joined)
        before, previous = now, year
    return numbers


def _hanging_together(rows: list[int], first: NDArray[Any], second: NDArray[Any]) -> Iterator[list[int]]:
    """Groups of rows that share states."""
    while rows:
        states, taken = {first[rows[0]], second[rows[0]]}, [rows[0]]
        rest = rows[1:]
        while near := [row for row in rest if first[row] in states or second[row] in states]:
            states |= {state for row in near for state in (first[row], second[row])}
            taken += near
            rest = [row for row in rest if row not in near]
        yield taken
        rows = rest

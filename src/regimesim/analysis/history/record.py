"""A user's record of disputes: a table of pairs of states, in any of several formats, read and checked.

A *pair-year* is two states, in either order, in a calendar year in which both belong to the system. A pair
enters the record with its first pair-year and leaves it in any year without one. *Hostility* is the highest
level the two came to in that year, as the Correlates of War codes it: 0 none, 1 no militarised action,
2 threat, 3 display, 4 use of force, 5 war. *Force used* means 4 or 5.

A table has a row for every pair-year, or for disputes only. The years of peace of the latter are made from
spells of membership (:mod:`regimesim.analysis.history.members`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.history.filetypes import open_table
from regimesim.analysis.history.formats import recognised
from regimesim.analysis.history.members import Members, from_first_to_last, read_members
from regimesim.analysis.history.rows import PAIR_YEAR, PEACE_LEVEL, UNKNOWN, WAR_LEVEL, Rows, pair_year
from regimesim.analysis.history.statenames import Key
from regimesim.analysis.history.wars import number_wars
from regimesim.scenario.messages import InputError, known, listed, quoted

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("year", "state_a", "state_b", "hostility")
MAY_BE = ("start", "end", "war", "war_onset", "war_id")
DYADS_FILE = "great_power_dyad_years.csv"
ONE_WAR = "Pairs that begin to fight in one year and share a state, or join states at war, count as one war."


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
    read_as : str
        The format in which it was read, in a sentence.
    """

    name: str
    rows: pd.DataFrame
    doubts: tuple[str, ...] = ()
    read_as: str = ""

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


def read_disputes(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    members: str | Path | None = None,
    covers: tuple[int, int] | None = None,
) -> Record:
    """Read a table of disputes and check it.

    Parameters
    ----------
    path : str or Path
        A table (CSV, Excel, Stata, Parquet or Feather; also compressed with gzip) in one of the formats of
        :mod:`regimesim.analysis.history.formats`, or a folder that holds ``great_power_dyad_years.csv``.
        One's own table has the columns ``year``, ``state_a``, ``state_b``, ``hostility`` (0 to 5), or
        ``start`` and ``end`` in place of ``year``; optional ``war`` and ``war_onset`` (yes or no) and
        ``war_id`` (which war it is: any text). Others are not read.
    columns : mapping of str to str, optional
        What these columns are called in the table, where it is something else: ``{"state_a": "ccode1"}``.
    members : str or Path, optional
        A table of the states that belonged to the system and when
        (:func:`regimesim.analysis.history.members.read_members`). Others are left out; where the table holds
        disputes only, all pairs of members are at peace in years without a row.
    covers : (first, last), optional
        The years that the table covers; by default those of its rows, of its format and of ``members``.

    Raises
    ------
    InputError
        If there is no such table, or something in it cannot be; the message says what and where.
    """
    for name in columns or {}:
        known(name, (*NEEDED, *MAY_BE), "column", "columns")
    opened = open_table(_file_of(Path(path)))
    rows = Rows(opened, *recognised(opened.file, opened.names, columns or {}))
    spells, doubts = (None, []) if members is None else read_members(members)
    shown = rows.names(() if spells is None else spells.names)
    frame = rows.frame(shown)
    system = _System(opened.file, spells, shown, covers, rows.format.since)
    if rows.format.disputes_only or not (frame["hostility"] == PEACE_LEVEL).any():
        frame = system.with_peace(frame)
    else:
        frame = system.narrowed(frame)
    frame, unknown = _without_unknown(frame, opened.file)
    frame, wars = _with_wars(frame, opened.file)
    said = (*rows.doubts, *doubts, *system.doubts, *unknown, *wars)
    return Record(opened.file.name, frame, said, rows.read_as)


class _System:
    """States that belong to the system of a table, and the years that it covers."""

    def __init__(
        self,
        file: Path,
        members: Members | None,
        shown: Mapping[Key, str],
        covers: tuple[int, int] | None,
        since: int | None,
    ) -> None:
        self.file, self.members, self.shown = file, members, shown
        self.covers, self.since = covers, since
        self.doubts: list[str] = []
        if covers is not None and covers[1] < covers[0]:
            raise InputError(f"covers={covers[0]}-{covers[1]} ends before it begins")

    def with_peace(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows of disputes, and one for every other pair of members and year."""
        members = self.members or self._members_of(frame)
        first, last = self._years(frame, members)
        whole = members.pair_years(first, last, self.shown)
        kept = self._inside(frame, whole, members)
        if len(whole) > len(kept):
            self._say_how_peace_is_made(members, first, last)
        joined = whole.merge(kept, on=PAIR_YEAR, how="left").sort_values(PAIR_YEAR, ignore_index=True)
        joined["hostility"] = joined["hostility"].fillna(PEACE_LEVEL).astype(np.int64)
        for name in ("war", "war_onset"):
            if name in joined:
                joined[name] = joined[name].eq(True)
        if "war_id" in joined:
            joined["war_id"] = joined["war_id"].fillna("")
        return joined

    def narrowed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The pair-years of members, within the years that are asked for."""
        if self.members is None and self.covers is None:
            return self._with_doubt_of_gaps(frame)
        first, last = self.covers or (int(frame["year"].min()), int(frame["year"].max()))
        frame = frame[frame["year"].between(first, last)].reset_index(drop=True)
        if frame.empty:
            raise InputError(f"{self.file} has no row from {first} to {last}")
        if self.members is None:
            return frame
        return self._inside(frame, self.members.pair_years(first, last, self.shown), self.members)

    def _members_of(self, frame: pd.DataFrame) -> Members:
        names = {name: key for key, name in self.shown.items()}
        keys = [frame[side].map(names).to_numpy(object) for side in ("state_a", "state_b")]
        return from_first_to_last(keys, frame["year"].to_numpy(np.int64), self.shown, self.file.name)

    def _years(self, frame: pd.DataFrame, members: Members) -> tuple[int, int]:
        """The years that the disputes cover: as is said, or from where members and format begin."""
        if self.covers is not None:
            first, last = self.covers
        else:
            begins = int(frame["year"].min()) if self.members is None else int(members.first.min())
            first = max(begins, begins if self.since is None else self.since)
            last = min(int(frame["year"].max()), int(members.last.max()))
        return first, last

    def _say_how_peace_is_made(self, members: Members, first: int, last: int) -> None:
        who = (
            "Each state is taken to belong to the system from its first to its last year in the table "
            "(members=FILE, with state, start and end, says who belonged when)"
            if self.members is None
            else f"Each state is taken to belong to the system as {members.source} says"
        )
        self.doubts.append(
            f"The table holds disputes only. {who}, and each pair to be at peace in years without a row, "
            f"{first}-{last} (covers=FIRST-LAST gives other years)."
        )

    def _inside(self, frame: pd.DataFrame, whole: pd.DataFrame, members: Members) -> pd.DataFrame:
        """Rows of members, with a word about those that are left out."""
        found = frame.merge(whole, on=PAIR_YEAR)
        if self.members is not None:
            self._say_who_is_absent(frame, members)
        if left := len(frame) - len(found):
            whose = f"states or years outside {members.source}" if self.members else "years not covered"
            self.doubts.append(f"{left:,} of {len(frame):,} pairs and years in the table are of {whose}.")
        if found.empty:
            raise InputError(f"{self.file} has no row of two states in {members.source} while they belonged")
        return found.sort_values(PAIR_YEAR, ignore_index=True)

    def _say_who_is_absent(self, frame: pd.DataFrame, members: Members) -> None:
        there = {*frame["state_a"], *frame["state_b"]}
        absent = list(dict.fromkeys(self.shown[key] for key in members.key if self.shown[key] not in there))
        if len(absent) == len(set(members.key)):
            raise InputError(
                f"{self.file} names none of the states in {members.source} ({_some(absent)}); its own are "
                f"{_some(sorted(there))}"
            )
        if absent:
            self.doubts.append(f"{_some(absent)} of {members.source}: no row in {self.file.name}.")

    def _with_doubt_of_gaps(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows as they are, with a word if most pairs and years between them have none."""
        pairs = frame.groupby(["state_a", "state_b"])["year"]
        years = int((pairs.max() + 1 - pairs.min()).sum())
        if 2 * len(frame) < years:
            self.doubts.append(
                f"Of {years:,} years between a pair's first row and its last, {years - len(frame):,} have no "
                "row and are not counted; if they were years of peace, the table needs rows for them."
            )
        return frame


def _some(names: list[str]) -> str:
    return quoted(listed(names[:8]) + (" and others" if len(names) > 8 else ""))[1:-1]


def _without_unknown(frame: pd.DataFrame, file: Path) -> tuple[pd.DataFrame, list[str]]:
    """Pair-years whose hostility is known; most of them have to be."""
    unknown = (frame["hostility"] == UNKNOWN).to_numpy()
    if not unknown.any():
        return frame, []
    if 2 * unknown.sum() >= len(frame):
        raise InputError(
            f"{file}: hostility is missing in {unknown.sum():,} of {len(frame):,} pairs and years; it is 0 "
            "in years without a dispute"
        )
    said = f"{unknown.sum():,} pairs and years of unknown hostility are no part of the record."
    return frame[~unknown].reset_index(drop=True), [said]


def _with_wars(frame: pd.DataFrame, file: Path) -> tuple[pd.DataFrame, list[str]]:
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
        raise InputError(f"{file}: {pair_year(odd.iloc[0])} has war_onset 1 but war 0")
    frame["war_number"] = -1
    at_war = frame["war"].to_numpy()
    fought = frame[at_war]
    if "war_id" in frame:
        if (fought["war_id"] == "").any():
            nameless = fought[fought["war_id"] == ""].iloc[0]
            raise InputError(f"{file}: {pair_year(nameless)} is at war but has no war_id")
        codes = fought.sort_values("year", kind="stable")["war_id"].unique()
        numbers = fought["war_id"].map({code: number for number, code in enumerate(codes)}).to_numpy()
        del frame["war_id"]
    else:
        arrays = (fought[name].to_numpy() for name in ("year", "state_a", "state_b", "war_onset"))
        numbers = number_wars(*arrays)
        if len(fought):
            doubts.append(ONE_WAR)
    frame.loc[at_war, "war_number"] = numbers.astype(np.int64)
    return frame, doubts


def _file_of(path: Path) -> Path:
    try:
        file = path / DYADS_FILE if path.is_dir() else path
        if file.is_file():
            return file
        inside = f" (the folder holds no {DYADS_FILE})" if path.is_dir() else ""
    except (OSError, ValueError) as error:
        raise InputError(f"{quoted(str(path))} cannot be read: {error}") from None
    raise InputError(f"no table of disputes at {path}{inside}")

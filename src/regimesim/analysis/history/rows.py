"""Rows of a table of disputes, whatever its format: a pair of states, a year, their hostility, and wars.

Where several rows speak of one pair and year, as directed dyads and overlapping disputes do, the highest
hostility counts. The literature whittles such rows down to one (by onset, then fatalities, then hostility:
Miller 2022, Conflict Manag. Peace Sci. 39); of what whittling chooses among, only the level is read here. A
dispute of several years has its highest hostility in each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.history.cells import Numbers, TextColumn, Texts, is_nothing
from regimesim.analysis.history.filetypes import MOST_ROWS_READ, TableFile
from regimesim.analysis.history.formats import Format
from regimesim.analysis.history.statenames import Key, abbreviation, doubts_about, keys_of, names_by_key
from regimesim.scenario.messages import InputError, quoted

if TYPE_CHECKING:
    import pandas as pd

PEACE_LEVEL, FORCE_LEVEL, WAR_LEVEL = 0, 4, 5
PAIR_YEAR = ["state_a", "state_b", "year"]

UNKNOWN = -1
"""Hostility of a pair in a year of which the table does not tell it."""
INTERSTATE = 2
"""Conflicts between states, as UCDP numbers its types."""

SPELLS_NOTE = "A dispute of several years counts with its highest hostility in each of them."
LEVELS_NOTE = (
    "UCDP's intensity 1 (25 to 999 deaths in battle) counts as use of force, 2 (1,000 or more) as war."
)


class Rows:
    """The rows of a table that has been recognised.

    Attributes
    ----------
    format : Format
    doubts : list of str
        What is to be said of how the rows were read; it grows as they are.
    """

    def __init__(self, opened: TableFile, found: Format, places: Mapping[str, int]) -> None:
        table = opened.texts(list(places.values()))
        self.opened, self.format, self.count = opened, found, len(table)
        numbers = np.arange(1, self.count + 1)
        self.columns = {
            role: TextColumn(opened.file, opened.names[place], table[str(place)].to_numpy(object), numbers)
            for role, place in places.items()
        }
        self.doubts: list[str] = []
        if "kind" in self.columns:
            self._keep_conflicts_between_states()

    @property
    def read_as(self) -> str:
        """The format, the columns and the kind of file, in a sentence."""
        names = ", ".join(dict.fromkeys(column.name for column in self.columns.values()))
        return f"Read as {self.format.title} ({names}), {self.opened.kind}: {self.count:,} rows."

    def names(self, others: Sequence[str]) -> dict[Key, str]:
        """The name under which each state is shown; ``others`` are names from elsewhere."""
        here = [*self.columns["state_a"].filled(), *self.columns["state_b"].filled()]
        self.doubts += doubts_about(here)
        if self.format.coded:
            return {key: abbreviation(key) for key in names_by_key([*here, *others])}
        return names_by_key(others) | names_by_key(here)

    def frame(self, shown: Mapping[Key, str]) -> pd.DataFrame:
        """A row for each row of the table and each of its years, the highest hostility of a pair and year.

        Columns: ``state_a``, ``state_b`` (in the order of the alphabet), ``year``, ``hostility``
        (:data:`UNKNOWN` if it is), and those of ``war``, ``war_onset`` and ``war_id`` that the table has.
        """
        import pandas as pd

        sides = self._sides(shown)
        first, last = self._years()
        frame = pd.DataFrame({"state_a": np.minimum(*sides), "state_b": np.maximum(*sides), "year": first})
        frame["hostility"] = self._hostility()
        for name in ("war", "war_onset"):
            if name in self.columns:
                frame[name] = self.columns[name].switches()
        if "war_id" in self.columns:
            frame["war_id"] = ["" if is_nothing(cell) else cell for cell in self.columns["war_id"].cells]
        return self._folded(self._year_by_year(frame, last + 1 - first))

    def _keep_conflicts_between_states(self) -> None:
        kept = np.flatnonzero(self.columns["kind"].numbers(1, 4) == INTERSTATE)
        if not len(kept):
            raise InputError(f"{self.opened.file} has no conflict between states (type_of_conflict 2)")
        if left := self.count - len(kept):
            self.doubts.append(f"{left:,} rows of conflicts that are not between states are left out.")
        self.columns = {role: column.take(kept) for role, column in self.columns.items()}
        for column in (self.columns["state_a"], self.columns["state_b"]):
            several = np.array(["," in name for name in column.cells])
            if several.any():
                row = column.rows[several.argmax()]
                raise InputError(
                    f"{column.file}: {column.name} names several states in row {row}; "
                    "take UCDP's dyadic table, which has a row for each pair"
                )

    def _sides(self, shown: Mapping[Key, str]) -> tuple[Texts, Texts]:
        """The two states of each row, by the names under which they are shown."""
        columns = self.columns["state_a"], self.columns["state_b"]
        one, other = (self._shown(column, shown) for column in columns)
        same = one == other
        if same.any():
            row = int(same.argmax())
            typed = [column.cells[row] for column in columns]
            spelled = "" if typed[0] == typed[1] else f": {quoted(typed[1])} is the same state"
            place = f"{self.opened.file}: row {columns[0].rows[row]}"
            raise InputError(f"{place} pairs {quoted(typed[0])} with itself{spelled}")
        return one, other

    def _shown(self, column: TextColumn, shown: Mapping[Key, str]) -> Texts:
        found = np.empty(len(column.cells), object)
        found[:] = [shown[key] for key in keys_of(column.filled())]
        return found

    def _years(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first and the last year of each row."""
        if "year" in self.columns:
            self.columns["year"].filled()
            years = self.columns["year"].years().astype(np.int64)
            return years, years
        start, end = self.columns["start"], self.columns["end"]
        start.filled()
        first, last = start.years().astype(np.int64), end.years()
        if open_ended := int(np.isnan(last).sum()):
            self.doubts.append(f"{open_ended:,} disputes without {end.name} count in their first year only.")
        until = np.where(np.isnan(last), first, last).astype(np.int64)
        if (wrong := until < first).any():
            row = int(wrong.argmax())
            raise InputError(
                f"{start.file}: row {start.rows[row]} ends ({until[row]}) before it begins ({first[row]})"
            )
        if (until > first).any():
            self.doubts.append(SPELLS_NOTE)
        return first, until

    def _hostility(self) -> NDArray[np.int64]:
        """The level of each row; where a table says that no dispute was going on, its level is 0."""
        if "intensity" in self.columns:
            self.doubts.append(LEVELS_NOTE)
            found = self.columns["intensity"].numbers(1, 2) + (FORCE_LEVEL - 1)
        elif "hostility" in self.columns:
            found = self._levels("hostility")
        else:
            found = np.fmax(self._levels("hostility_1"), self._levels("hostility_2"))
        if "ongoing" in self.columns:
            found = np.where(np.isnan(found) & ~self.columns["ongoing"].switches(), PEACE_LEVEL, found)
        return np.where(np.isnan(found), UNKNOWN, found).astype(np.int64)

    def _levels(self, role: str) -> Numbers:
        if role in self.columns:
            return self.columns[role].numbers(PEACE_LEVEL, WAR_LEVEL)
        return np.full(len(self.columns["state_a"].cells), np.nan)

    def _year_by_year(self, frame: pd.DataFrame, years: NDArray[np.int64]) -> pd.DataFrame:
        """Repeat each row for its years; a war begins in the first of them."""
        if years.sum() > MOST_ROWS_READ:
            raise InputError(
                f"{self.opened.file} is too large: {years.sum():,} pairs and years, at most "
                f"{MOST_ROWS_READ:,}"
            )
        longer = frame.loc[frame.index.repeat(years)].reset_index(drop=True)
        after = np.arange(len(longer)) - np.repeat(np.cumsum(years) - years, years)
        longer["year"] += after
        if "war_onset" in longer:
            longer["war_onset"] &= after == 0
        return longer

    def _folded(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row for each pair and year."""
        frame = frame.sort_values(PAIR_YEAR, ignore_index=True)
        several = frame.duplicated(PAIR_YEAR, keep=False)
        if not several.any():
            return frame
        groups = frame.groupby(PAIR_YEAR, sort=False)
        if "war_id" in frame:
            self._refuse_two_wars(frame[frame["war_id"] != ""])
        count = int(frame[several].groupby(PAIR_YEAR).ngroups)
        self.doubts.append(
            f"{count:,} pairs and years have several rows (both directions, or several disputes): the "
            "highest hostility counts."
        )
        return groups.max().reset_index()

    def _refuse_two_wars(self, fought: pd.DataFrame) -> None:
        distinct = fought.drop_duplicates([*PAIR_YEAR, "war_id"])
        twice = distinct[distinct.duplicated(PAIR_YEAR)]
        if len(twice):
            row = twice.iloc[0]
            raise InputError(
                f"{self.opened.file}: {pair_year(row)} has two wars by {self.columns['war_id'].name}; "
                "give one of them"
            )


def pair_year(row: pd.Series) -> str:
    """A pair and a year in words."""
    return f"the pair {row['state_a']}-{row['state_b']} in {row['year']}"

"""Membership of the system of states: which states belonged to it in which years.

A table of disputes has no rows for the years of peace. They are made from the *spells of membership*, a
state from one year to another, both included: every pair of members in a year is a pair-year. Without such
a table a state counts as a member from its first to its last year in the disputes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.history.cells import TextColumn
from regimesim.analysis.history.filetypes import MOST_ROWS_READ, open_table
from regimesim.analysis.history.formats import recognised_membership
from regimesim.analysis.history.statenames import Key, doubts_about, keys_of
from regimesim.scenario.messages import InputError

if TYPE_CHECKING:
    import pandas as pd

MEMBERS_FILE = "great_powers.csv"
NO_LAST_YEAR = 9999


@dataclass(frozen=True, eq=False)
class Members:
    """Spells of membership.

    Attributes
    ----------
    source : str
        Name of the table.
    key : object array (n,)
        The state of each spell (:func:`regimesim.analysis.history.statenames.key_of`).
    names : tuple of str
        Its name, as the table has it.
    first, last : int arrays (n,)
        Years, both included.
    """

    source: str
    key: NDArray[Any]
    names: tuple[str, ...]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def pair_years(self, first: int, last: int, shown: Mapping[Key, str]) -> pd.DataFrame:
        """All pairs of members in each of some years: ``state_a``, ``state_b``, ``year``.

        Parameters
        ----------
        first, last : int
            Years, both included.
        shown : mapping of key to str
            Names of the states.

        Raises
        ------
        InputError
            If there are too many, or none.
        """
        import pandas as pd

        years = [(year, self.of(year, shown)) for year in range(first, last + 1)]
        count = sum(len(there) * (len(there) - 1) // 2 for _, there in years)
        if count > MOST_ROWS_READ:
            raise InputError(
                f"{self.source} makes {count:,} pairs of states and years, at most {MOST_ROWS_READ:,}; "
                "name fewer states with members=FILE, or fewer years with covers=FIRST-LAST"
            )
        if not count:
            raise InputError(f"{self.source} has no year from {first} to {last} with two states")
        sides = [[there[half] for half in np.triu_indices(len(there), 1)] for _, there in years]
        return pd.DataFrame(
            {
                "state_a": np.concatenate([side[0] for side in sides]),
                "state_b": np.concatenate([side[1] for side in sides]),
                "year": np.repeat([year for year, _ in years], [len(side[0]) for side in sides]),
            }
        )

    def of(self, year: int, shown: Mapping[Key, str]) -> NDArray[Any]:
        """The members in a year, each once, in the order of the alphabet."""
        inside = self.key[(self.first <= year) & (year <= self.last)]
        return np.array(sorted({shown[key] for key in inside}), object)


def read_members(path: str | Path) -> tuple[Members, list[str]]:
    """Read a table of memberships, and say what is doubtful in it.

    Parameters
    ----------
    path : str or Path
        A table with the columns ``state``, ``start``, ``end`` (years or dates; no end: until today), one of
        the Correlates of War's (``stateabb``, ``styear``, ``endyear``), or a row per state and year; or a
        folder that holds ``great_powers.csv``.

    Raises
    ------
    InputError
        If there is no such table, or something in it cannot be.
    """
    path = Path(path)
    file = path / MEMBERS_FILE if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"no table of members at {file}")
    opened = open_table(file)
    places = recognised_membership(file, opened.names)
    table = opened.texts(list(places.values()))
    numbers = np.arange(1, len(table) + 1)
    columns = {
        role: TextColumn(file, opened.names[place], table[str(place)].to_numpy(object), numbers)
        for role, place in places.items()
    }
    names = tuple(map(str, columns["state"].filled()))
    first, last = _membership_spells(columns)
    return Members(file.name, keys_of(names), names, first, last), doubts_about(names)


def _membership_spells(columns: Mapping[str, TextColumn]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last year of each row; without an end it lasts until today."""
    begin = columns["start" if "start" in columns else "year"]
    begin.filled()
    first = begin.years().astype(np.int64)
    if begin is columns.get("year"):
        return first, first
    ends = columns["end"].years()
    last = np.where(np.isnan(ends), NO_LAST_YEAR, ends).astype(np.int64)
    if (wrong := last < first).any():
        row = int(wrong.argmax())
        raise InputError(
            f"{begin.file}: row {begin.rows[row]} ends ({last[row]}) before it begins ({first[row]})"
        )
    return first, last


def from_first_to_last(
    keys: Sequence[NDArray[Any]], years: NDArray[np.int64], shown: Mapping[Key, str], source: str
) -> Members:
    """Make members of all states in a table of disputes, each from its first to its last year there."""
    import pandas as pd

    both = pd.DataFrame({"key": np.concatenate(keys), "year": np.concatenate([years] * len(keys))})
    spans = both.groupby("key", sort=False)["year"].agg(["min", "max"])
    key = spans.index.to_numpy(object)
    return Members(
        source,
        key,
        tuple(shown[state] for state in key),
        spans["min"].to_numpy(np.int64),
        spans["max"].to_numpy(np.int64),
    )

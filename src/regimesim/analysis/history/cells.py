"""Cells of a table, given meaning: years, levels, switches and names, or nothing.

Nothing is an empty cell and the codes for what is not known, ``-9``, ``-8`` and ``NA``, in every column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.scenario.messages import InputError, quoted
from regimesim.stats.arrays import Bools

Texts = NDArray[np.object_]
Numbers = NDArray[np.float64]

EARLIEST, LATEST = -4000, 3000
MISSING_WORDS = frozenset(("", "-9", "-8", "-9.0", "-8.0", "na", "n/a", "<na>", "nan", "null", "none", "."))
"""Words that stand for nothing, in small letters."""
TRUTH_WORDS = dict.fromkeys(("1", "1.0", "true", "t", "yes", "y"), 1.0) | dict.fromkeys(
    ("0", "0.0", "false", "f", "no", "n"), 0.0
)


@dataclass(frozen=True, eq=False)
class TextColumn:
    """A column of a table.

    Attributes
    ----------
    file : Path
    name : str
        As the table has it.
    cells : object array (n,)
        Text, without spaces around it.
    rows : int array (n,)
        Where each cell stands in the table, from 1.
    """

    file: Path
    name: str
    cells: Texts
    rows: NDArray[np.int64]

    def take(self, kept: NDArray[np.int64]) -> TextColumn:
        """Some of its cells."""
        return replace(self, cells=self.cells[kept], rows=self.rows[kept])

    def missing(self) -> Bools:
        """Tell which cells are nothing."""
        return self._each(is_nothing, np.bool_)

    def filled(self) -> Texts:
        """The cells.

        Raises
        ------
        InputError
            If one is nothing.
        """
        gone = self.missing()
        if gone.any():
            row = int(gone.argmax())
            shown = f" ({quoted(self.cells[row])})" if self.cells[row] else ""
            raise InputError(f"{self.file}: {self.name} is missing{shown} in row {self.rows[row]}")
        return self.cells

    def numbers(self, least: int, most: int) -> Numbers:
        """Whole numbers within bounds; nothing is NaN."""
        return self._read(_number_of_cell, least, most, f"must be a whole number from {least} to {most}")

    def years(self) -> Numbers:
        """Years; nothing is NaN."""
        rule = f"must be a whole number from {EARLIEST} to {LATEST}, or a date"
        return self._read(year_of, EARLIEST, LATEST, rule)

    def switches(self) -> Bools:
        """Yes or no, in any of their spellings."""
        self.filled()
        found = self._read(lambda cell: TRUTH_WORDS.get(cell.casefold()), 0, 1, "must be yes or no (1 or 0)")
        return found.astype(np.bool_)

    def _read(self, meaning: Callable[[str], float | None], least: int, most: int, rule: str) -> Numbers:
        def one(cell: str) -> float:
            value = None if is_nothing(cell) else meaning(cell)
            return np.nan if value is None else value

        found = self._each(one, np.float64)
        wrong = ~(self.missing() | ((found >= least) & (found <= most) & (found == np.round(found))))
        if wrong.any():
            row = int(wrong.argmax())
            raise InputError(
                f"{self.file}: {self.name} {rule}; got {quoted(self.cells[row])} in row {self.rows[row]}"
            )
        return found

    def _each(self, meaning: Callable[[str], Any], dtype: Any) -> NDArray[Any]:
        """A value for each cell, worked out once for cells that are alike."""
        import pandas as pd

        codes, alike = pd.factorize(self.cells)
        values: NDArray[Any] = np.array([meaning(cell) for cell in alike], dtype)[codes]
        return values


def is_nothing(cell: str) -> bool:
    """Tell whether a cell stands for nothing.

    >>> is_nothing("-9"), is_nothing("NA"), is_nothing(""), is_nothing("-7")
    (True, True, True, False)
    """
    return cell.casefold() in MISSING_WORDS


def year_of(cell: str) -> float | None:
    """Give the year of a number or a date; None if it is neither.

    >>> [year_of(cell) for cell in ("1848", "1848.0", "1848-12-02", "2.12.1848", "-431", "soon")]
    [1848.0, 1848.0, 1848.0, 1848.0, -431.0, None]
    """
    number = _number_of_cell(cell)
    if number is not None:
        return number
    years = re.findall(r"(?<!\d)\d{4}(?!\d)", cell)
    return float(years[0]) if len(years) == 1 else None


def _number_of_cell(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None

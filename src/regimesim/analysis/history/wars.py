"""Wars of a record: which war a pair of states at war is fighting, for several pairs may fight one war."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

Wars = dict[tuple[Any, Any], int]


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

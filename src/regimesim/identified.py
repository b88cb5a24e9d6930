"""What a set of draws that fit says about parameters: alone, in pairs, and where all of them agree.

A parameter is *narrowed* if the draws that fit are distributed differently from those that do not
(regional sensitivity analysis: Hornberger & Spear 1981; the distance is Kolmogorov's and Smirnov's). A
parameter that is not narrowed may still be bound to another: a *trade-off* is a rank correlation inside the
set, where draws had none. Both are told from luck at one per cent for all parameters, or pairs, together.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from regimesim.calibrate import Calibration
from regimesim.parameters import BY_NAME
from regimesim.problem import as_numbers, as_typed

if TYPE_CHECKING:
    import pandas as pd

LUCK = 0.01
"""Chance that luck narrows any parameter, or binds any pair."""

FEWEST = 10
"""Draws that fit (and that do not) below which nothing is said of their distribution."""

SHUT_OUT = 0.1
"""Share of a range at one of its ends without a draw that fits: worth a word."""


def narrowing(found: Calibration) -> pd.DataFrame:
    """How much of each parameter's range is left, a row each, those that narrowed most first.

    Columns: ``parameter``; ``low`` and ``high``, where it was sampled; ``published``; ``least``, ``q05``,
    ``median``, ``q95`` and ``most`` of the set; ``kept``, how wide the middle 90 % of the set is, as a share
    of that of all draws; ``distance`` (Kolmogorov-Smirnov) of the draws that fit from the others, its
    ``p_value``; ``narrowed``. Switches count as 0 and 1, choices by their place in the list.
    """
    import pandas as pd

    inside, ranges = found.draws["fits"].to_numpy(), found.problem.ranges
    rows = []
    for name, (low, high) in ranges.items():
        values = as_numbers(name, found.draws[name])
        row: dict[str, Any] = {
            "parameter": name, "low": low, "high": high,
            "published": float(as_numbers(name, [found.published[name]])[0]),
        }  # fmt: skip
        rows.append(row | _of_set(values, inside) | _apart(values[inside], values[~inside], len(ranges)))
    return pd.DataFrame(rows).sort_values("distance", ascending=False, kind="stable", ignore_index=True)


def _of_set(values: Any, inside: Any) -> dict[str, float]:
    if not inside.any():
        return dict.fromkeys(("least", "q05", "median", "q95", "most", "kept"), np.nan)
    marks = np.quantile(values[inside], [0, 0.05, 0.5, 0.95, 1])
    wide = np.subtract(*np.quantile(values, [0.95, 0.05]))
    kept = float((marks[3] - marks[1]) / wide) if wide > 0 else 1.0
    names = ("least", "q05", "median", "q95", "most")
    return dict(zip(names, map(float, marks), strict=True)) | {"kept": kept}


def _apart(fit: Any, rest: Any, parameters: int) -> dict[str, Any]:
    from scipy.stats import ks_2samp

    if min(len(fit), len(rest)) < FEWEST:
        return {"distance": 0.0, "p_value": 1.0, "narrowed": False}
    test = ks_2samp(fit, rest, method="asymp")
    return {
        "distance": float(test.statistic), "p_value": float(test.pvalue),
        "narrowed": bool(test.pvalue < LUCK / parameters),
    }  # fmt: skip


def tradeoffs(found: Calibration) -> pd.DataFrame:
    """Spearman's rank correlation of every two parameters inside the set, the strongest first.

    Columns: ``one``, ``other``, ``correlation``, ``p_value``, ``told`` (from luck).
    """
    import pandas as pd
    from scipy.stats import spearmanr

    columns = ["one", "other", "correlation", "p_value", "told"]
    inside, pairs = found.fitting, list(combinations(found.problem.ranges, 2))
    rows = []
    for one, other in pairs if len(inside) >= FEWEST else []:
        values = as_numbers(one, inside[one]), as_numbers(other, inside[other])
        if all(np.ptp(column) > 0 for column in values):
            rho, chance = spearmanr(*values)
            rows.append((one, other, float(rho), float(chance), bool(chance < LUCK / len(pairs))))
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("correlation", key=abs, ascending=False, kind="stable", ignore_index=True)


def agreed(found: Calibration) -> list[str]:
    """What holds in every draw that fits and not in the draws at large: ends of ranges that are shut out."""
    said = []
    for _, row in narrowing(found).iterrows():
        name, span = row["parameter"], row["high"] - row["low"]
        if BY_NAME[name].kind in ("switch", "choice"):
            if row["least"] == row["most"]:
                said.append(f"{name} is {as_typed(name, row['least'])}")
            continue
        if row["least"] - row["low"] > SHUT_OUT * span:
            said.append(f"{name} is at least {as_typed(name, row['least'])}")
        if row["high"] - row["most"] > SHUT_OUT * span:
            said.append(f"{name} is at most {as_typed(name, row['most'])}")
    return said if len(found.fitting) >= FEWEST else []

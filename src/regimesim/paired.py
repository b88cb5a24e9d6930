"""Two results on the same seeds: by how much one outlasts the other, and what pairing gains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from regimesim.results import Results
from regimesim.survival import Estimate, rmst_difference


@dataclass(frozen=True, eq=False)
class Difference:
    """By how many years one scenario outlasts another.

    Attributes
    ----------
    longer, shorter : str
        The estimate is the first's RMST less the second's (it may be negative).
    paired, unpaired : Estimate
        On the same seeds, and as if the seeds had been different.
    """

    longer: str
    shorter: str
    paired: Estimate
    unpaired: Estimate

    @classmethod
    def of(cls, a: Results, b: Results, spell: str, horizon: float) -> Difference:
        """Of two results of the same replicates and seed."""
        samples = sample(a, spell), sample(b, spell)
        paired, unpaired = (rmst_difference(*samples, horizon, paired=same) for same in (True, False))
        return cls(a.scenario.name, b.scenario.name, paired, unpaired)

    @property
    def narrowed(self) -> float:
        """The unpaired standard error over the paired one; infinite if no two runs differ by luck at all."""
        one, other = self.paired.standard_error or 0.0, self.unpaired.standard_error or 0.0
        if one > 0:
            return other / one
        return math.inf if other > 0 else 1.0

    @property
    def told(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.paired.lower > 0 or self.paired.upper < 0


def sample(results: Results, spell: str) -> tuple[Any, Any]:
    """Durations of one kind of spell, a run each, and whether they ended."""
    if f"{spell}_years" not in results.columns:
        results.curve(spell)  # refuses it in a sentence
    return results.columns[f"{spell}_years"], results.columns[f"{spell}_ended"]


def rates(results: Results) -> dict[str, Estimate]:
    """Disputes and wars in a hundred pair-years."""
    states = len(results.scenario.states)
    scale = 100 / (results.scenario.years * states * (states - 1) / 2)
    found = {}
    for kind in ("disputes", "wars"):
        rate = results.rate(kind)
        ends = (max(0.0, scale * rate.lower), scale * rate.upper)
        found[kind] = Estimate(scale * rate.value, *ends, scale * (rate.standard_error or 0.0))
    return found


def plain(estimate: Estimate) -> list[float | None]:
    """Value and interval for JSON."""
    return [finite(number) for number in (estimate.value, estimate.lower, estimate.upper)]


def finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value

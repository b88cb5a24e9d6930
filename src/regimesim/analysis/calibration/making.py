"""Everything about one set of assumptions: draws, whether the inference is calibrated, provenance."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regimesim.analysis.calibration.checking import (
    INTERVAL,
    NEAR_OF,
    TRUTHS,
    Calibrated,
    Standing,
    calibrated,
    identification,
    standing,
)
from regimesim.analysis.calibration.fitting import SETS, Fit, FitQuestion, fit
from regimesim.analysis.calibration.inference import Estimator
from regimesim.analysis.calibration.targets import SOURCE
from regimesim.analysis.history.rates import group_of
from regimesim.simulation.assumptions import WEIGHT
from regimesim.simulation.provenance import provenance
from regimesim.stats.estimates import Floats

if TYPE_CHECKING:
    import pandas as pd

EVERYWHERE, NEAR = "drawn from the prior", "near the record"
CASES = {
    "europe_1816": {"regime": "32-38 (to 1848 or 1853)", "peace": "38 (to 1853)"},
    "superpowers_1946": {"peace": "46 (to 1991)"},
}
"""Durations for which a set is made; whether the Cold War was a regime is the question itself."""
SAMPLE = 64
"""Draws that are played for the fingerprint."""


@dataclass(frozen=True, eq=False)
class Made:
    """A set, and what was found of it.

    Attributes
    ----------
    name : str
    fit : Fit
    columns : dict of full name to float array (D,)
    checks : dict of (estimator, truths) to Calibrated
    parameters : DataFrame
        Of :func:`regimesim.analysis.calibration.checking.identification`.
    standing : Standing
    """

    name: str
    fit: Fit
    columns: dict[str, Floats]
    checks: dict[tuple[str, str], Calibrated]
    parameters: pd.DataFrame
    standing: Standing

    def table(self) -> str:
        """The draws as CSV: a column for each parameter, and the weight."""
        count = len(next(iter(self.columns.values())))
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*self.columns, WEIGHT])
        for row in zip(*self.columns.values(), strict=True):
            writer.writerow([*(f"{x:.4g}" for x in row), f"{1 / count:.6g}"])
        return file.getvalue()

    def about(self, command: str) -> dict[str, Any]:
        """Provenance, as it is kept beside the table."""
        question, region = self.fit.question, self.fit.region
        made = provenance(seed=self.fit.seed)
        frame = self.parameters
        identified = frame["identified"]
        return {
            "command": command,
            "made": made["made"],
            "version": made["version"],
            "core": made["core"],
            "sha256": hashlib.sha256(self.table().encode("utf-8")).hexdigest(),
            "fingerprint": fingerprint(question, self.columns),
            "seed": self.fit.seed,
            "scenario": question.scenario.name,
            "states": list(question.scenario.states),
            "record": group_of(question.scenario).words,
            "source": SOURCE,
            "targets": {target.name: target.value for target in question.targets},
            "case": CASES[self.name],
            "published": question.published,
            "prior": {
                name: [float(low), float(high)]
                for name, low, high in zip(question.names, question.low, question.high, strict=True)
            },
            "table": len(self.fit.table),
            "share of the prior": region.share,
            "share of near pilots held": region.held,
            "calibration": {
                f"{estimator}, truths {truths}": {
                    "truths": len(found),
                    f"coverage of {100 * INTERVAL:.0f} %": found.coverage,
                    "ranks not uniform": list(found.uneven),
                }
                for (estimator, truths), found in self.checks.items()
            },
            "identified": list(frame.loc[identified, "parameter"]),
            "not identified": list(frame.loc[~identified, "parameter"]),
            "estimators differ in": list(frame.loc[frame["differ"], "parameter"]),
            "published setting": {
                "share of its histories as surprising as the record": self.standing.share,
                "draws to which the record is more surprising": self.standing.below,
                "draws whose middle 95 % of histories hold the record": self.standing.fitting,
            },
        }


def fingerprint(question: FitQuestion, columns: dict[str, Floats], count: int = SAMPLE) -> str:
    """A name for what the first draws of a set come to: of rules, scenario and targets together."""
    values = np.column_stack(list(columns.values()))[:count]
    positions = (values - question.low) / (question.high - question.low)
    played = question.play(positions, 0)
    return hashlib.sha256(np.round(played, 9).tobytes()).hexdigest()[:16]


def make(
    name: str,
    draws: int,
    pilot: int,
    seed: int,
    truths: int = TRUTHS,
    near_of: int = NEAR_OF,
    say: Callable[[str], None] = lambda _: None,
) -> Made:
    """Make one of the shipped sets, and check it.

    Parameters
    ----------
    name : str
        Of :data:`regimesim.analysis.calibration.fitting.SETS`.
    draws, pilot, seed
        As in :func:`regimesim.analysis.calibration.fitting.fit`.
    truths, near_of : int
        Synthetic truths, and of how many those near the record are chosen.
    say : callable, optional
        Told what is being done.
    """
    say(f"{name}: playing {draws:,} draws")
    found = fit(SETS[name], draws, pilot, seed)
    columns = found.drawn()
    estimators: dict[str, Estimator] = {"nearest": found.nearest, "forest": found.forest}
    known = {EVERYWHERE: found.truths(truths), NEAR: found.truths(truths, near_of)}
    checks = {}
    for estimator, which in estimators.items():
        for words, table in known.items():
            say(f"{name}: {len(table):,} truths {words}, estimator {estimator}")
            checks[estimator, words] = calibrated(which, table, found.question.names)
    say(f"{name}: the published setting among the draws")
    record = found.question.record
    parameters = identification(found, found.nearest.given(record), found.forest.given(record))
    low, high = found.question.low, found.question.high
    positions = (np.column_stack(list(columns.values())) - low) / (high - low)
    return Made(name, found, columns, checks, parameters, standing(found, positions))

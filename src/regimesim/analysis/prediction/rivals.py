"""Rivals of the model: forecasters that know rates of 1816-1870, or capability and contiguity, and no theory.

- The *null*: disputes and wars come by chance at a rate that never changes, as interstate wars do within what
  their record tells (Clauset 2018, Science Advances 4, eaao3580). The rate is uncertain: Jeffreys' prior, so
  that counts are negative binomial.
- *Climatology*: one of the three periods of 1816-1870 comes again, each as likely as it was long.
- The *logit*: a pair has a dispute, or begins a war, in a year with a chance that follows the difference of
  capabilities and whether the two touch by land (the usual dyadic model: Bremer 1992, J. Conflict Resolution
  36, 309). It takes a user's own record, and is told the capabilities of the years to be predicted.

Wars and first wars are those of a system of powers in a year; for a single pair its share of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.prediction.tasks import LEARNT, ForecastTask, Stretch
from regimesim.scenario.messages import InputError
from regimesim.stats.estimates import Floats

if TYPE_CHECKING:
    import pandas as pd

Rival = Callable[[ForecastTask], Floats]
"""Gives the probability of each value of a task."""

JEFFREYS = 0.5
"""Addition of Jeffreys' prior of a Poisson rate to the count."""


def rates_learnt() -> tuple[Floats, Floats, Floats, Floats]:
    """Disputes, wars, pair-years and years of the periods that are learnt from."""
    columns = zip(*((p.force_used, p.wars, p.pair_years, p.years) for p in LEARNT), strict=True)
    disputes, wars, pair_years, years = (np.asarray(column, np.float64) for column in columns)
    return disputes, wars, pair_years, years


def null(task: ForecastTask) -> Floats:
    """Forecast by a stationary Poisson process, its rate learnt from 1816-1870."""
    from scipy.stats import nbinom

    disputes, wars, pair_years, years = rates_learnt()
    events, span, exposure = (
        (disputes.sum(), pair_years.sum(), float(task.stretch.pair_years))
        if task.kind == "disputes"
        else (wars.sum(), years.sum(), task.stretch.war_years)
    )
    shape = events + JEFFREYS
    if task.kind != "first_war":
        counts = np.arange(task.values)
        return _closed(np.asarray(nbinom.pmf(counts, shape, span / (span + exposure)), np.float64))
    quiet = np.asarray((span / (span + _elapsed(task))) ** shape, np.float64)
    return np.asarray(np.append(quiet[:-1] - quiet[1:], quiet[-1]), np.float64)


def climatology(task: ForecastTask) -> Floats:
    """Forecast by the periods of 1816-1870, each as likely as it was long."""
    from scipy.stats import poisson

    disputes, wars, pair_years, years = rates_learnt()
    found = np.zeros(task.values)
    for k, share in enumerate(years / years.sum()):
        if task.kind == "first_war":
            quiet = np.exp(-wars[k] / years[k] * _elapsed(task))
            found += share * np.append(quiet[:-1] - quiet[1:], quiet[-1])
            continue
        mean = (
            disputes[k] / pair_years[k] * task.stretch.pair_years
            if task.kind == "disputes"
            else wars[k] / years[k] * task.stretch.war_years
        )
        found += share * _closed(np.asarray(poisson.pmf(np.arange(task.values), mean), np.float64))
    return found


def _elapsed(task: ForecastTask) -> Floats:
    """Exposure up to the beginning of each year of a stretch, and to its end."""
    stretch = task.stretch
    return np.arange(stretch.years + 1, dtype=np.float64) * (stretch.war_years / stretch.years)


def _closed(probabilities: Floats) -> Floats:
    """Count whatever lies beyond the last value as the last value."""
    found = probabilities.copy()
    found[-1] += max(0.0, 1 - found.sum())
    return found


FOLDER_NEEDS = ("great_power_dyad_years.csv", "capabilities.csv")
CODES: Mapping[str, frozenset[str]] = {
    "five powers": frozenset({"UKG", "FRN", "RUS", "AUH", "GMY"}),
    "superpowers": frozenset({"USA", "RUS"}),
}
"""Of the Correlates of War; all states of the table for the great powers."""
RIVAL_SPREAD = 2.5
"""Standard deviation of the prior of each coefficient, on standardised columns (Gelman et al. 2008)."""
POSTERIOR, DRAWN_HISTORIES = 400, 25
"""Draws of the coefficients, and histories of each."""


@dataclass(frozen=True, eq=False)
class Logit:
    """Dyadic logit of disputes and of onsets of war.

    Attributes
    ----------
    table : DataFrame
        A row a pair and year: ``year``, ``state_a``, ``state_b``, ``dispute``, ``onset``, ``gap`` (absolute
        log ratio of capabilities) and ``land`` (1 if the two touch).
    seed : int
    """

    table: pd.DataFrame
    seed: int = 0

    @classmethod
    def of(cls, folder: str | Path, seed: int = 0) -> Logit:
        """Read a folder with ``great_power_dyad_years.csv`` and ``capabilities.csv``.

        Columns: of the first ``year``, ``state_a``, ``state_b``, ``hostility``, ``war_onset`` and
        ``contiguity`` (1: by land); of the second ``year``, ``state`` and ``cinc``.

        Raises
        ------
        InputError
            If a file or a column is missing.
        """
        pairs, powers = (_read_distances(Path(folder) / name) for name in FOLDER_NEEDS)
        _need(pairs, FOLDER_NEEDS[0], "year state_a state_b hostility war_onset contiguity")
        _need(powers, FOLDER_NEEDS[1], "year state cinc")
        strength = powers.set_index(["year", "state"])["cinc"]
        for side in ("a", "b"):
            keys = list(zip(pairs["year"], pairs[f"state_{side}"], strict=True))
            pairs[f"cinc_{side}"] = strength.reindex(keys).to_numpy()
        pairs = pairs.dropna(subset=["cinc_a", "cinc_b"])
        made = pairs[["year", "state_a", "state_b"]].assign(
            dispute=pairs["hostility"] >= 4,
            onset=pairs["war_onset"] > 0,
            gap=np.abs(np.log(pairs["cinc_a"] / pairs["cinc_b"])),
            land=(pairs["contiguity"] == 1).astype(float),
        )
        return cls(made.reset_index(drop=True), seed)

    def __call__(self, task: ForecastTask) -> Floats:
        """Forecast a task."""
        rows = self._rows(task.stretch)
        learnt = self.table[self.table["year"] <= LEARNT[-1].last]
        chances = self._chances(learnt, rows, "dispute" if task.kind == "disputes" else "onset")
        generator = np.random.default_rng(self.seed)
        happens = generator.random((DRAWN_HISTORIES, *chances.shape)) < chances
        if task.kind == "disputes":
            values = np.asarray(happens.sum(axis=-1), np.int64)
        else:
            values = _by_year(happens, rows["year"].to_numpy(), task)
        counts = np.bincount(np.minimum(values, task.values - 1).ravel(), minlength=task.values)
        return np.asarray(counts / counts.sum(), np.float64)

    def _rows(self, stretch: Stretch) -> pd.DataFrame:
        """Pairs and years of a stretch; nothing of what came of them."""
        codes = CODES.get(stretch.who)
        table = self.table[self.table["year"].between(stretch.first, stretch.last)]
        if codes is not None:
            table = table[table["state_a"].isin(codes) & table["state_b"].isin(codes)]
        return table[["year", "gap", "land"]]

    def _chances(self, learnt: pd.DataFrame, rows: pd.DataFrame, of: str) -> Floats:
        """Chance of each pair and year under each draw of the coefficients, (POSTERIOR, rows)."""
        middle, scale = learnt[["gap", "land"]].mean(), learnt[["gap", "land"]].std()
        known, asked = (
            np.column_stack([np.ones(len(t)), ((t[["gap", "land"]] - middle) / scale).to_numpy()])
            for t in (learnt, rows)
        )
        mode, spread = logit_fit(known, learnt[of].to_numpy(np.float64))
        drawn = np.random.default_rng(self.seed + 1).multivariate_normal(mode, spread, POSTERIOR)
        return np.asarray(1 / (1 + np.exp(-(drawn @ asked.T))), np.float64)


def logit_fit(columns: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Fit a logit with a weak prior: its mode, and the inverse of the curvature there (Laplace).

    Parameters
    ----------
    columns : float array (n, k)
        The first is the constant, whose prior is four times as wide.
    outcome : float array (n,) of 0 and 1
    """
    precision = np.full(columns.shape[1], RIVAL_SPREAD**-2)
    precision[0] = (4 * RIVAL_SPREAD) ** -2
    mode = np.zeros(columns.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-columns @ mode))
        slope = columns.T @ (outcome - chance) - precision * mode
        curvature = (columns * (chance * (1 - chance))[:, None]).T @ columns + np.diag(precision)
        step = np.linalg.solve(curvature, slope)
        mode = mode + step * min(1.0, 2.0 / max(1e-9, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-10:
            break
    return mode, np.asarray(np.linalg.inv(curvature), np.float64)


def _by_year(happens: NDArray[np.bool_], years: NDArray[Any], task: ForecastTask) -> NDArray[np.int64]:
    """Wars, or the first year with one: pairs that begin to fight in one year fight one war."""
    stretch = task.stretch
    busy = np.stack(
        [happens[..., years == year].any(axis=-1) for year in range(stretch.first, stretch.last + 1)], axis=-1
    )
    if task.kind == "wars":
        return np.asarray(busy.sum(axis=-1), np.int64)
    return np.where(busy.any(axis=-1), busy.argmax(axis=-1), stretch.years).astype(np.int64)


def _read_distances(file: Path) -> pd.DataFrame:
    import pandas as pd

    if not file.is_file():
        raise InputError(f"the logit needs {' and '.join(FOLDER_NEEDS)} in one folder; there is no {file}")
    try:
        return pd.read_csv(file)
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a table: {error}") from None


def _need(table: pd.DataFrame, name: str, columns: str) -> None:
    missing = [column for column in columns.split() if column not in table]
    if missing:
        raise InputError(f"{name} has no column {', '.join(missing)}")

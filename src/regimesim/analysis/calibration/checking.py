"""Checks of an inference: is it calibrated, what does it identify, do two estimators agree?

*Simulation-based calibration* (Cook, Gelman & Rubin 2006; Talts et al. 2018, arXiv:1804.06788): truths are
drawn from the prior, each plays one history, and the estimator is asked for the parameters given that
history. If it is right, each truth's rank in its posterior is uniform, and intervals of 90 % hold the truth
in 90 % of cases. Ranks that heap up at the ends tell of posteriors that are too narrow, in the middle of too
wide ones. The test is Kolmogorov's and Smirnov's, parameter by parameter, with Holm's correction over all.

Where a posterior is like the prior, the record says nothing of that parameter, and it is *not
identified*. The measure is the largest difference of their distribution functions (Kolmogorov's distance).
Two estimators are compared by how far apart their means lie, in standard deviations of the prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regimesim.analysis.calibration.fitting import Fit
from regimesim.analysis.calibration.inference import AcceptedDraws, Estimator, Posterior
from regimesim.analysis.calibration.targets import implausibility
from regimesim.stats.estimates import Floats, share

if TYPE_CHECKING:
    import pandas as pd

TRUTHS, NEAR_OF = 512, 8_192
"""Synthetic truths; and of how many those near the record are chosen."""
INTERVAL = 0.9
"""Of the intervals whose coverage is counted."""
WITHIN = 0.03
"""Greatest distance of coverage from that."""
RISK = 0.05
"""Chance that a calibrated estimator fails the test of uniform ranks in any parameter."""
IDENTIFIED = 0.1
"""Distance between what a parameter is given the record and its prior from which it is identified, where both
estimators find as much. Luck alone rarely goes so far with some hundreds of draws."""
UNIFORM_SPREAD = 12**-0.5
"""Standard deviation of a position that is uniform between 0 and 1: the prior's."""
FAR_APART = 0.25
"""Means of two estimators that lie further apart, in the prior's standard deviations, differ."""
RANKED_HISTORIES = 99
"""Histories of each setting of a set, with which the record is compared."""


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Ranks of truths in their posteriors.

    Attributes
    ----------
    names : tuple of str
        Of the parameters.
    ranks : float array (truths, P)
    inside : bool array (truths, P)
        Whether the interval of 90 % holds the truth.
    """

    names: tuple[str, ...]
    ranks: Floats
    inside: Any

    @property
    def coverage(self) -> float:
        """Share of truths that their intervals hold, over all parameters."""
        return float(self.inside.mean())

    def frame(self) -> pd.DataFrame:
        """A row a parameter.

        Columns: ``parameter``; ``coverage`` with ``lower`` and ``upper`` (Wilson, 95 %); ``distance`` of the
        ranks from uniform (Kolmogorov-Smirnov), ``p_value``, and ``uniform`` (after Holm's correction).
        """
        import pandas as pd
        from scipy.stats import kstest

        rows = []
        for k, name in enumerate(self.names):
            test, held = kstest(self.ranks[:, k], "uniform"), share(int(self.inside[:, k].sum()), len(self))
            rows.append((name, held.value, held.lower, held.upper, float(test.statistic), float(test.pvalue)))
        columns = ["parameter", "coverage", "lower", "upper", "distance", "p_value"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.assign(uniform=~rejected(frame["p_value"].to_numpy()))

    @property
    def uneven(self) -> tuple[str, ...]:
        """Parameters whose ranks are told from uniform ones."""
        frame = self.frame()
        return tuple(frame.loc[~frame["uniform"], "parameter"])

    @property
    def uniform(self) -> bool:
        """True if there is none."""
        return not self.uneven

    @property
    def covers(self) -> bool:
        """True if coverage over all parameters is near enough to that of the interval."""
        return abs(self.coverage - INTERVAL) <= WITHIN

    def __len__(self) -> int:
        return len(self.ranks)


def rejected(p_values: Floats) -> Any:
    """Tell which tests fail at :data:`RISK` for all together (Holm 1979, Scand. J. Stat. 6, 65).

    >>> rejected(np.array([0.001, 0.03, 0.5])).tolist()
    [True, False, False]
    """
    order = np.argsort(p_values)
    passed = p_values[order] > RISK / np.arange(len(p_values), 0, -1)
    found = np.zeros(len(p_values), np.bool_)
    found[order] = np.cumsum(passed) == 0
    return found


def calibrated(estimator: Estimator, truths: AcceptedDraws, names: tuple[str, ...]) -> Calibrated:
    """Ask an estimator for the parameters behind histories of which they are known."""
    tail = (1 - INTERVAL) / 2
    ranks = []
    for truth, outcome in zip(truths.positions, truths.outcomes, strict=True):
        ranks.append(estimator.given(outcome).rank(truth))
    found = np.array(ranks)
    return Calibrated(names, found, (found >= tail) & (found <= 1 - tail))


def identification(fit: Fit, one: Posterior, other: Posterior) -> pd.DataFrame:
    """Measure what the record says of each parameter, a row each, by two estimators.

    Columns: ``parameter``; ``low``, ``high``, its range; ``published`` and its ``rank`` among the draws;
    ``q05``, ``median``, ``q95`` given the record; ``width``, the standard deviation given the record over the
    prior's; ``moved``, how far its mean moves, in those of the prior; ``distance`` from the prior; the same
    three by the other estimator (``other_width`` ..); ``identified``; ``apart``, how far the two means lie
    apart; ``differ``.
    """
    import pandas as pd

    question = fit.question
    low, high = question.low, question.high
    marks = low + one.quantiles(np.array([0.05, 0.5, 0.95])) * (high - low)
    frame = pd.DataFrame({"parameter": question.names, "low": low, "high": high})
    frame["published"] = list(question.published.values())
    frame["rank"] = one.rank(question.position(question.published))
    frame["q05"], frame["median"], frame["q95"] = marks
    for name, posterior in (("", one), ("other_", other)):
        frame[f"{name}width"] = _spread(posterior) / UNIFORM_SPREAD
        frame[f"{name}moved"] = (posterior.mean() - 0.5) / UNIFORM_SPREAD
        frame[f"{name}distance"] = _distance(posterior)
    frame["identified"] = frame[["distance", "other_distance"]].min(axis=1) >= IDENTIFIED
    frame["apart"] = frame["moved"] - frame["other_moved"]
    return frame.assign(differ=frame["apart"].abs() > FAR_APART)


def _distance(posterior: Posterior) -> Floats:
    """Kolmogorov's distance of each parameter's draws from a uniform distribution, (P,)."""
    found = []
    for column in posterior.positions.T:
        order = np.argsort(column)
        above = np.cumsum(posterior.weight[order])
        below = above - posterior.weight[order]
        found.append(max(np.abs(above - column[order]).max(), np.abs(below - column[order]).max()))
    return np.array(found)


def _spread(posterior: Posterior) -> Floats:
    away = (posterior.positions - posterior.mean()) ** 2
    found: Floats = np.sqrt(posterior.weight @ away)
    return found


@dataclass(frozen=True)
class Standing:
    """The published setting among the draws of a set, by how surprising the record is to each.

    Attributes
    ----------
    share : float
        Of the published setting's histories, those at least as far from their mean as the record.
    below : float
        Share of the draws to which the record is more surprising.
    fitting : float
        Share of the draws of which the record is among the 95 % least surprising histories.
    """

    share: float
    below: float
    fitting: float


def standing(
    fit: Fit, positions: Floats, histories: int = RANKED_HISTORIES, workers: int | None = 1
) -> Standing:
    """Play each draw of a set, and the published setting, many times: could the record come from it?"""
    everything = np.vstack([positions, fit.question.position(fit.question.published)])
    seed = fit.seed + 1  # of histories that neither the table nor a truth has
    played = [fit.question.play(everything, seed, k * len(everything), workers) for k in range(histories)]
    found = implausibility(np.stack(played, axis=1), fit.question.record).share
    own, draws = found[-1], found[:-1]
    return Standing(float(own), float((draws < own).mean()), float((draws > RISK).mean()))

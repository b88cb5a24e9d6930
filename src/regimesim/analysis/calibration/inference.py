"""Likelihood-free inference: from simulated pairs of parameters and outcomes to draws that fit one outcome.

A *table* has a row a draw: parameters as positions between 0 and 1 in their ranges, uniform in a *region* of
the box, and the outcomes of one history played there with luck of its own. Two estimators read it.

*Nearest draws* (semi-automatic approximate Bayesian computation: Fearnhead & Prangle 2012, J. R. Stat. Soc. B
74, 419). The summary of an outcome is the mean of the parameters given it, from a regression on the outcome's
square roots, their squares and products. The draws whose summaries are nearest count, the nearer the more
(Epanechnikov's kernel), and each is moved to where it would have been had its outcome been the one asked
about, by a local linear regression on the logits, which stay within the ranges (Beaumont, Zhang & Balding
2002, Genetics 162, 2025; Blum & François 2010, Stat. Comput. 20, 63).

*Forest* (Raynal et al. 2019, Bioinformatics 35, 1720). A random forest predicts the parameters from the
outcome; a draw's weight is how often it shares a leaf with the outcome asked about. Here one forest has all
parameters as outputs, so that its weights are of whole settings.

The two have little in common but the table: where they agree, what they say is not theirs but the table's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from regimesim.stats.estimates import Floats

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.pipeline import Pipeline

NEAREST = 0.01
"""Share of the table that counts as near."""
TREES, LEAF, OF_A_TREE = 128, 20, 8_192
"""Trees of the forest, draws of a leaf at the least, and draws that a tree is grown from at the most."""
_EDGE = 1e-6
"""Positions are kept so far from the ends of their ranges, where logits are infinite."""


class AcceptedDraws(NamedTuple):
    """Draws and what came of them.

    Attributes
    ----------
    positions : float array (N, P)
        In [0, 1].
    outcomes : float array (N, K)
        Not negative.
    """

    positions: Floats
    outcomes: Floats

    def __len__(self) -> int:
        return len(self.positions)


class Posterior(NamedTuple):
    """Weighted draws given one outcome.

    Attributes
    ----------
    positions : float array (D, P)
    weight : float array (D,)
        They add up to 1.
    """

    positions: Floats
    weight: Floats

    def rank(self, truth: Floats) -> Floats:
        """The share of the weight below each parameter of a truth, (P,)."""
        below: Floats = self.weight @ (self.positions < truth)
        return below

    def quantiles(self, levels: Floats) -> Floats:
        """Weighted quantiles, (levels, P)."""
        return np.stack([weighted_quantiles(column, self.weight, levels) for column in self.positions.T], 1)

    def mean(self) -> Floats:
        """Means of the parameters, (P,)."""
        found: Floats = self.weight @ self.positions
        return found


class Estimator(Protocol):
    """An estimator: gives weighted draws for an outcome."""

    def given(self, outcome: Floats) -> Posterior:
        """Draws that fit one outcome, (K,)."""


def weighted_quantiles(values: Floats, weight: Floats, levels: Floats) -> Floats:
    """The least values below or at which at least these shares of the weight lie.

    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25]), np.array([0.5, 0.9]))
    array([2., 3.])
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weight[order])
    place = np.searchsorted(cumulated, np.asarray(levels) * cumulated[-1] - 1e-12)
    found: Floats = values[order][np.minimum(place, len(values) - 1)]
    return found


def features(outcomes: Floats) -> Floats:
    """Square roots of rates: counts of rare events are about equally uncertain on that scale."""
    return np.sqrt(outcomes)


@dataclass(frozen=True, eq=False)
class Nearest:
    """Semi-automatic summaries, nearest draws, regression adjustment.

    Attributes
    ----------
    table : Table
    share : float
        Of the table that counts as near.
    """

    table: AcceptedDraws
    share: float = NEAREST

    @cached_property
    def regression(self) -> Pipeline:
        """Means of the parameters given an outcome."""
        from sklearn.linear_model import LinearRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import PolynomialFeatures, StandardScaler

        made = make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), LinearRegression())
        made.fit(features(self.table.outcomes), self.table.positions)
        return made

    @cached_property
    def summaries(self) -> Floats:
        """Summaries of the table's outcomes, (N, P)."""
        return self.summary(self.table.outcomes)

    def summary(self, outcomes: Floats) -> Floats:
        """Means of the parameters given some outcomes, (.., P)."""
        found: Floats = np.asarray(self.regression.predict(features(np.atleast_2d(outcomes))), np.float64)
        return found

    def given(self, outcome: Floats) -> Posterior:
        """Draws that fit one outcome, moved to it."""
        asked = self.summary(outcome)[0]
        far = ((self.summaries - asked) ** 2).sum(axis=1)
        count = max(2, round(self.share * len(self.table)))
        near = np.argpartition(far, count)[: count + 1]
        reach = far[near].max()
        weight = 1.0 - far[near] / reach if reach > 0 else np.ones(len(near))
        near, weight = near[weight > 0], weight[weight > 0]
        moved = self._moved(near, weight, outcome)
        return Posterior(moved, weight / weight.sum())

    def _moved(self, near: NDArray[np.intp], weight: Floats, outcome: Floats) -> Floats:
        """Positions as they would be at the outcome asked about: local linear in features, on logits."""
        positions = np.clip(self.table.positions[near], _EDGE, 1 - _EDGE)
        logit = np.log(positions / (1 - positions))
        away = features(self.table.outcomes[near]) - features(outcome)
        design = np.column_stack([np.ones(len(near)), away])
        root = np.sqrt(weight)[:, None]
        slopes = np.linalg.lstsq(design * root, logit * root, rcond=None)[0][1:]
        found: Floats = 1.0 / (1.0 + np.exp(-(logit - away @ slopes)))
        return found


@dataclass(frozen=True, eq=False)
class Forest:
    """Weights of a random forest.

    Attributes
    ----------
    table : Table
    seed : int
    trees : int
    """

    table: AcceptedDraws
    seed: int = 0
    trees: int = TREES

    @cached_property
    def forest(self) -> RandomForestRegressor:
        """Parameters by outcome."""
        from sklearn.ensemble import RandomForestRegressor

        made = RandomForestRegressor(
            self.trees, min_samples_leaf=LEAF, max_samples=min(1.0, OF_A_TREE / len(self.table)),
            max_features=0.5, random_state=self.seed,
        )  # fmt: skip
        return made.fit(features(self.table.outcomes).astype(np.float32), self.table.positions)

    @cached_property
    def leaves(self) -> NDArray[Any]:
        """The leaf of each draw in each tree, (trees, N)."""
        return self._leaves_of(self.table.outcomes)

    @cached_property
    def sizes(self) -> list[NDArray[np.int64]]:
        """Number of draws of the table in each leaf of each tree."""
        return [np.bincount(leaf) for leaf in self.leaves]

    def _leaves_of(self, outcomes: Floats) -> NDArray[Any]:
        found = self.forest.apply(features(np.atleast_2d(outcomes)).astype(np.float32))
        return np.ascontiguousarray(found.T.astype(np.int32))

    def given(self, outcome: Floats) -> Posterior:
        """Draws that share leaves with one outcome."""
        weight = np.zeros(len(self.table))
        asked = self._leaves_of(outcome)[:, 0]
        for leaf, one, size in zip(self.leaves, asked, self.sizes, strict=True):
            weight[leaf == one] += 1.0 / size[one]
        near = np.flatnonzero(weight)
        return Posterior(self.table.positions[near], weight[near] / weight.sum())

"""Variance of a two-way table of means, split between its rows, its columns and their interaction.

A table has a cell for each row and column, and the same replicates in every cell. Effects are *fixed*, and
each cell counts alike: the effect of a row is the mean of its cells minus that of all, the interaction what
rows and columns leave. The square of an effect that is measured with noise is too large by the variance of
the noise; the replicates tell that variance, and it is taken off (as omega squared does: Hays 1963,
Statistics for Psychologists). What is left below 0 is set to 0. Intervals are the percentile bootstrap over
replicates, drawn as wholes, so that luck shared by the cells stays shared (Efron & Tibshirani 1993, ch. 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from regimesim.stats.estimates import Estimate, Floats, tails

BOOTSTRAP_DRAWS = 1999
"""Samples of the bootstrap."""


@dataclass(frozen=True)
class Split:
    """Shares of a variance, each with a 95 % interval.

    Attributes
    ----------
    rows, columns, interaction : Estimate
        Of the variance between the cells' means; together 1, or all 0 where no cell differs from another.
    luck : Estimate
        Share of the variance of single replicates of all cells that lies within cells.
    """

    rows: Estimate
    columns: Estimate
    interaction: Estimate
    luck: Estimate


class _Moments(NamedTuple):
    """Means over replicates of effects and of their squares, and of the variance within cells."""

    effects: tuple[Floats, Floats, Floats]
    squares: tuple[Floats, Floats, Floats]
    within: Floats


def split(values: Floats, confidence: float = 0.95, draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> Split:
    """Split the variance of a table.

    Parameters
    ----------
    values : float array (R, A, B)
        Of each replicate in each cell; two replicates, rows and columns or more.
    confidence : float
    draws, seed : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        For a table that is too small, or has a cell without a number.

    Examples
    --------
    >>> import numpy as np
    >>> rows_only = np.array([[0.0, 0.0], [2.0, 2.0]]) + np.array([-1.0, 1.0, -1.0, 1.0])[:, None, None]
    >>> found = split(rows_only)
    >>> found.rows.value, found.columns.value, round(found.luck.value, 4)
    (1.0, 0.0, 0.5714)
    """
    if values.ndim != 3 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise ValueError(f"needs two replicates, rows and columns or more, all numbers; got {values.shape}")
    number = len(values)
    generator = np.random.default_rng(seed)
    weights = generator.multinomial(number, np.full(number, 1 / number), size=draws) / number
    centred = values - values.mean(axis=0).mean()
    here = _variance_parts(_moments(centred, np.full((1, number), 1 / number)), number)[0]
    drawn = _variance_parts(_moments(centred, weights), number)
    alpha = tails(confidence)[1]
    ends = np.quantile(drawn, [alpha, 1 - alpha], axis=0)
    told = (Estimate(float(v), float(low), float(high)) for v, low, high in zip(here, *ends, strict=True))
    return Split(*told)


def _moments(values: Floats, weights: Floats) -> _Moments:
    """Weighted means over replicates, a row of ``weights`` each."""
    row_means, column_means = values.mean(axis=2), values.mean(axis=1)
    overall = values.mean(axis=(1, 2))
    rows, columns = row_means - overall[:, None], column_means - overall[:, None]
    rest = values - row_means[:, :, None] - column_means[:, None, :] + overall[:, None, None]
    flat = [part.reshape(len(values), -1) for part in (rows, columns, rest)]
    cells = values.reshape(len(values), -1)
    within = np.maximum(weights @ cells**2 - (weights @ cells) ** 2, 0.0).mean(axis=1)
    effects, squares = (tuple(weights @ part**power for part in flat) for power in (1, 2))
    return _Moments(effects, squares, within)


def _variance_parts(moments: _Moments, number: int) -> Floats:
    """Shares of rows, columns and interaction, and of luck, [draws, 4]."""
    parts = []
    for mean, square in zip(moments.effects, moments.squares, strict=True):
        noise = np.maximum(square - mean**2, 0.0) / (number - 1)
        parts.append(np.maximum((mean**2 - noise).mean(axis=1), 0.0))
    between = np.sum(parts, axis=0)
    within = moments.within * number / (number - 1)
    shares = [np.divide(part, between, out=np.zeros_like(between), where=between > 0) for part in parts]
    whole = between + within
    luck = np.divide(within, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.stack([*shares, luck], axis=1)

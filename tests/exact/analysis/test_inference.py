"""Likelihood-free inference where the answer is known, and checks that find what is wrong."""

from functools import partial

import numpy as np
import pytest
from scipy.stats import kstest

from regimesim.analysis.calibration.checking import calibrated, rejected
from regimesim.analysis.calibration.fitting import Region, drawn_evenly
from regimesim.analysis.calibration.inference import (
    AcceptedDraws,
    Forest,
    Nearest,
    Posterior,
    weighted_quantiles,
)

pytest.importorskip("sklearn")
COUNTS = 40


def rare_events(count, seed, exposure=COUNTS):
    """Two rates uniform on [0, 1], one of which is seen in Poisson counts; the other is not seen at all."""
    random = np.random.default_rng(seed)
    positions = random.random((count, 2))
    seen = random.poisson(exposure * positions[:, 0]) / exposure
    noise = random.poisson(3, count) / 3
    return AcceptedDraws(positions, np.column_stack([seen, noise]))


def exact_quantiles(seen, levels, exposure=COUNTS):
    """Of the rate given a count, on a grid: a gamma density cut off at 1."""
    grid = (np.arange(20_000) + 0.5) / 20_000
    log = seen * exposure * np.log(grid) - exposure * grid
    mass = np.exp(log - log.max())
    return np.interp(levels, np.cumsum(mass) / mass.sum(), grid)


@pytest.fixture(scope="module")
def table():
    return rare_events(12_000, 0)


@pytest.mark.parametrize("seen", [0.1, 0.5, 0.8])
@pytest.mark.parametrize(
    ("kind", "near"), [(partial(Nearest, share=0.05), 0.035), (Forest, 0.06)], ids=["nearest", "forest"]
)
def test_both_estimators_find_the_exact_posterior(table, kind, near, seen):
    levels = np.array([0.05, 0.5, 0.95])
    given = kind(table).given(np.array([seen, 1.0]))
    found = given.quantiles(levels)
    np.testing.assert_allclose(found[:, 0], exact_quantiles(seen, levels), atol=near)
    assert given.weight.sum() == pytest.approx(1)
    np.testing.assert_allclose(found[:, 1], levels, atol=3 * near)  # of what is not seen: the prior


def test_ranks_of_a_right_estimator_are_uniform_and_its_intervals_cover(table):
    truths = rare_events(500, 1)
    found = calibrated(Nearest(table, 0.03), truths, ("seen", "unseen"))
    assert found.uniform
    assert found.covers
    assert kstest(found.ranks[:, 0], "uniform").pvalue > 0.005


class TooSure:
    """An estimator that believes twice as much as it should."""

    def __init__(self, right):
        self.right = right

    def given(self, outcome):
        found = self.right.given(outcome)
        middle = found.mean()
        return Posterior(middle + 0.5 * (found.positions - middle), found.weight)


def test_ranks_of_an_estimator_that_is_too_sure_are_not(table):
    found = calibrated(TooSure(Nearest(table, 0.03)), rare_events(500, 1), ("seen", "unseen"))
    assert not found.uniform
    assert not found.covers
    assert found.coverage < 0.75


def test_moved_draws_stay_within_their_ranges(table):
    given = Nearest(table, 0.2).given(np.array([0.0, 0.0]))
    assert given.positions.min() > 0
    assert given.positions.max() < 1


def test_the_correction_of_holm_by_hand():
    """.05 / 3 = .0167, .05 / 2 = .025, .05: the second is passed, so the third is not asked."""
    assert rejected(np.array([0.04, 0.001, 0.03])).tolist() == [False, True, False]
    assert rejected(np.array([0.01, 0.02, 0.04])).tolist() == [True, True, True]


def test_weighted_quantiles_by_hand():
    values, weight = np.array([4.0, 1.0, 2.0, 3.0]), np.array([0.1, 0.4, 0.3, 0.2])
    assert weighted_quantiles(values, weight, np.array([0.0, 0.4, 0.41, 0.7, 1.0])).tolist() == [
        1,
        1,
        2,
        2,
        4,
    ]


def test_rows_at_even_steps_through_the_weights():
    assert drawn_evenly(np.array([1.0, 0.0, 3.0]), 4).tolist() == [0, 2, 2, 2]


def test_a_region_gives_what_lies_inside():
    region = Region(lambda x: x[:, 0], 0.25)
    found = region.draw(1000, 3, np.random.default_rng(0))
    assert found.shape == (1000, 3)
    assert found[:, 0].max() <= 0.25
    assert kstest(found[:, 0] / 0.25, "uniform").pvalue > 0.001
    assert kstest(found[:, 1], "uniform").pvalue > 0.001

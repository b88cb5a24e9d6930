"""Means of groups without luck, against spreads that are known."""

import numpy as np
import pytest

from regimesim.stats.groups import means_without_luck


def test_by_hand():
    """Means 2 and 8, within 2, between 36: the spread of groups is (36 - 2) / 2 = 17, luck of a mean 1."""
    found = means_without_luck(np.array([1.0, 3.0, 7.0, 9.0]), np.array([4, 4, 9, 9]))
    factor = np.sqrt(17 / 18)
    np.testing.assert_allclose(found, 5 + 3 * factor * np.array([-1, -1, 1, 1]))


def test_groups_of_unequal_size_by_hand():
    """Means 2 of two and 7 of three, 5 of all. Within (2 + 8) / 3, between 2 * 9 + 3 * 4 = 30; a group counts
    for 5 - (4 + 9) / 5 = 2.4 runs, so the spread is (30 - 10 / 3) / 2.4 = 100 / 9."""
    found = means_without_luck(np.array([1.0, 3.0, 5.0, 7.0, 9.0]), np.array([0, 0, 1, 1, 1]))
    two, three = (100 / 9) / (100 / 9 + 10 / 6), (100 / 9) / (100 / 9 + 10 / 9)
    np.testing.assert_allclose(found, 5 + np.array([-3] * 2 + [2] * 3) * np.sqrt([two] * 2 + [three] * 3))


def test_the_spread_is_that_of_the_groups():
    random = np.random.default_rng(0)
    middle = random.normal(50.0, 2.0, 4000)
    group = np.repeat(np.arange(4000), 2)
    values = middle[group] + random.normal(0.0, 5.0, 8000)
    found = means_without_luck(values, group)
    assert found.std() == pytest.approx(2.0, rel=0.1)
    assert values.reshape(-1, 2).mean(axis=1).std() > 3.5  # with luck it is twice as wide


def test_groups_that_do_not_differ_have_one_mean():
    random = np.random.default_rng(1)
    found = means_without_luck(random.normal(size=2000), np.repeat(np.arange(500), 4))
    assert found.std() < 0.15  # means of four each spread by .5
    assert means_without_luck(np.array([1.0, 2.0]), np.array([0, 0])).tolist() == [1.5, 1.5]


def test_one_run_of_each_tells_nothing():
    with pytest.raises(ValueError, match="two runs"):
        means_without_luck(np.arange(3.0), np.arange(3))

"""The split of a two-way table: by hand, without noise, with shared luck, and its coverage."""

import numpy as np
import pytest

from regimesim.stats.variance import split

MEANS = np.array([[1.0, 2.0], [3.0, 8.0]])
"""Grand mean 3.5; rows -2 and 2, columns -1.5 and 1.5, interaction 1 and -1: squares 4, 2.25 and 1."""
SHARES = np.array([4, 2.25, 1]) / 7.25


def values(found):
    return [found.rows.value, found.columns.value, found.interaction.value]


def test_a_table_without_noise_by_hand():
    found = split(np.stack([MEANS] * 3))
    np.testing.assert_allclose(values(found), SHARES)
    assert found.luck.value == pytest.approx(0, abs=1e-12)
    for share in (found.rows, found.columns, found.interaction):
        assert share.lower == pytest.approx(share.value) == share.upper


def test_noise_is_taken_off_by_hand():
    """Two replicates differ by 2 in one cell of four: each mean is 1 too large there; worked by hand.

    The cell (0, 0) is 0 and 2. A row's effect then is -2.25 and -1.75 in the two replicates: the variance of
    its mean is .0625; the same for columns and for the interaction.
    """
    apart = np.array([[1.0, 0.0], [0.0, 0.0]])
    one = np.stack([MEANS - apart, MEANS + apart])
    corrected = np.array([4, 2.25, 1]) - 0.0625
    found = split(one)
    np.testing.assert_allclose(values(found), corrected / corrected.sum())
    within = 2 / 4  # variance 2 in one cell of four
    assert found.luck.value == pytest.approx(within / (within + corrected.sum()))


def test_luck_that_all_cells_share_moves_no_share_of_the_means():
    noise = np.random.default_rng(0).normal(size=(50, 2, 2))
    shared = np.random.default_rng(1).normal(scale=5, size=(50, 1, 1))
    alone, together = split(MEANS + noise), split(MEANS + noise + shared)
    np.testing.assert_allclose(values(alone), values(together))
    assert together.luck.value > alone.luck.value


def test_rows_and_columns_change_places():
    table = MEANS + np.random.default_rng(0).normal(size=(50, 2, 2))
    there, back = split(table), split(table.transpose(0, 2, 1))
    assert there.rows.value == pytest.approx(back.columns.value)
    assert there.columns.value == pytest.approx(back.rows.value)


def test_cells_that_do_not_differ_have_no_shares():
    found = split(np.ones((4, 2, 3)))
    assert values(found) == [0, 0, 0] and found.luck.value == 0


@pytest.mark.parametrize("shape", [(1, 2, 2), (5, 1, 2), (5, 2, 1), (5, 4)])
def test_a_table_that_is_too_small(shape):
    with pytest.raises(ValueError, match="two replicates, rows and columns or more"):
        split(np.zeros(shape))


def test_a_cell_without_a_number():
    with pytest.raises(ValueError, match="all numbers"):
        split(np.full((3, 2, 2), np.nan))


def cover(tables, runs):
    """Share of tables in which each interval holds the true share, with luck that cells share in part."""
    generator = np.random.default_rng(3)
    hits = np.zeros(3)
    for _ in range(tables):
        noise = generator.normal(scale=3, size=(runs, 2, 2)) + generator.normal(scale=3, size=(runs, 1, 2))
        found = split(MEANS + noise, draws=499)
        for k, share in enumerate((found.rows, found.columns, found.interaction)):
            hits[k] += share.lower <= SHARES[k] <= share.upper
    return hits / tables


def test_the_intervals_cover():
    """In 150 tables 95 % are 142; fewer than 132 would come by chance once in a thousand times."""
    assert (cover(150, 200) >= 132 / 150).all()


@pytest.mark.verify
def test_the_intervals_cover_closely():
    assert (np.abs(cover(2000, 300) - 0.95) < 0.02).all()

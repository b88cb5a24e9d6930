"""Student's quantile, from a table and beyond it."""

import numpy as np
import pytest
from scipy.special import stdtrit

from regimesim.stats.estimates import STUDENT, student_quantile

IN_BOOKS = {1: 12.706, 2: 4.303, 5: 2.571, 10: 2.228, 30: 2.042, 120: 1.980, 100_000: 1.960}


@pytest.mark.parametrize(("freedom", "quantile"), IN_BOOKS.items())
def test_quantiles_of_textbooks(freedom, quantile):
    assert round(student_quantile(freedom), 3) == quantile


def test_the_table_is_scipys():
    """Not to the last bit: versions of SciPy differ in it, and results shall not."""
    table = np.load(STUDENT)
    assert table == pytest.approx(stdtrit(np.arange(1, len(table) + 1), 0.975), rel=1e-12)


def test_nothing_jumps_where_the_table_ends():
    last = len(np.load(STUDENT))
    inside, at_end, beyond = (student_quantile(last + step) for step in (-1, 0, 1))
    assert inside > at_end > beyond
    assert inside - at_end == pytest.approx(at_end - beyond, rel=0.01)

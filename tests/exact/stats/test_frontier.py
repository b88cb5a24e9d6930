"""The frontier of several things against its definition, pair by pair."""

import numpy as np
import pytest

from regimesim.stats.frontier import nondominated


def by_definition(cost, value):
    """Those that nothing dominates; of several alike the first."""
    kept = []
    for one in range(len(cost)):
        others = [k for k in range(len(cost)) if k != one]
        dominated = any(
            cost[k] <= cost[one] and value[k] >= value[one]
            and (cost[k] < cost[one] or value[k] > value[one] or k < one)
            for k in others
        )  # fmt: skip
        if not dominated:
            kept.append(one)
    return kept


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_nothing_dominates(seed):
    draws = np.random.default_rng(seed)
    cost, value = draws.integers(0, 6, 30) / 2, draws.integers(0, 6, 30) / 3
    found = nondominated(cost, value)
    assert sorted(found.tolist()) == by_definition(cost, value)
    assert (np.diff(cost[found]) > 0).all() and (np.diff(value[found]) > 0).all()


def test_few_things():
    assert nondominated([], []).tolist() == []
    assert nondominated([2], [1]).tolist() == [0]
    assert nondominated([1, 1], [3, 3]).tolist() == [0]

"""Rival blocs: worlds of friends and foes of which the camps are plain to see."""

import numpy as np
import pytest

from regimesim.simulation.blocs import blocs_fit, has_rival_blocs


def foes(n, pairs):
    """Who is hostile to whom."""
    hostile = np.zeros((n, n), bool)
    for i, j in pairs:
        hostile[i, j] = hostile[j, i] = True
    return hostile


ALLIANCE_AND_ENTENTE = [(i, j) for i in (0, 1, 2) for j in (3, 4, 5)]
CASES = {
    "all at peace: one camp, and nobody outside": (4, [], 1.0, False),
    # 0 in a camp of its own would contradict three friendships
    "one feud in ten pairs": (5, [(0, 1)], 9 / 10, False),
    "three against three": (6, ALLIANCE_AND_ENTENTE, 1.0, True),
    "three against three, and a feud among friends": (6, [*ALLIANCE_AND_ENTENTE, (0, 1)], 14 / 15, True),
    "two more feuds": (6, [*ALLIANCE_AND_ENTENTE, (0, 1), (3, 4)], 13 / 15, False),
    "all against one": (5, [(0, j) for j in range(1, 5)], 1.0, True),
    "all against all": (3, [(0, 1), (0, 2), (1, 2)], 2 / 3, False),
    "a triangle of foes and a bystander": (4, [(0, 1), (0, 2), (1, 2)], 4 / 6, False),
    "a square of foes": (4, [(0, 1), (1, 2), (2, 3), (3, 0)], 1.0, True),
}


@pytest.mark.parametrize(("n", "pairs", "fit", "rival"), CASES.values(), ids=CASES.keys())
def test_fit_and_mark(n, pairs, fit, rival):
    hostile = foes(n, pairs)
    assert blocs_fit(hostile) == pytest.approx(fit, abs=1e-12)
    assert bool(has_rival_blocs(hostile, blocs_fit(hostile))) is rival


def test_a_third_is_enough_and_less_is_not():
    third = foes(4, [(0, 1), (0, 2)])  # of six pairs; 0 alone contradicts 0-3 only
    assert blocs_fit(third) == pytest.approx(5 / 6)
    five = foes(6, [(0, j) for j in range(1, 6)])  # 5 of 15, and all of them fit
    assert bool(has_rival_blocs(five, blocs_fit(five)))
    four = foes(6, [(0, j) for j in range(1, 5)])  # 4 of 15; 0-5 contradicts: 14 of 15 fit
    assert blocs_fit(four) == pytest.approx(14 / 15)
    assert not bool(has_rival_blocs(four, blocs_fit(four)))


def test_many_runs_at_once_are_those_alone():
    rng = np.random.default_rng(0)
    some = rng.random((7, 7, 50)) < 0.4
    hostile = some | some.swapaxes(0, 1)
    together = blocs_fit(hostile)
    assert together.shape == (50,)
    assert together.tolist() == [float(blocs_fit(hostile[..., k])) for k in range(50)]


def test_who_is_who_does_not_matter():
    rng = np.random.default_rng(1)
    for _ in range(20):
        some = rng.random((6, 6)) < 0.5
        hostile, order = some | some.T, rng.permutation(6)
        assert blocs_fit(hostile) == blocs_fit(hostile[np.ix_(order, order)])


def test_more_than_nine_states():
    """Two camps of six, with a twelfth of the relations turned round: what was planted is found at least."""
    camp = np.repeat([0, 1], 6)
    across = camp[:, None] != camp
    assert blocs_fit(across) == 1.0
    rng = np.random.default_rng(2)
    for _ in range(10):
        turned = np.triu(rng.random((12, 12)) < 1 / 12, 1)
        hostile = across ^ (turned | turned.T)
        planted = 1 - turned.sum() / 66
        assert planted - 1e-12 <= float(blocs_fit(hostile)) <= 1.0

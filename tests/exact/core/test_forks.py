"""Lanes that are stopped, copied and put together go on as if nothing had been done to them."""

import numpy as np
import pytest
from eventful import busy

from regimesim.core.draws import TREMBLE, WHOLE_ROUND, Replacement
from regimesim.core.lanes import Lanes, join
from regimesim.simulation.lowering import lower

RUNS = 12
ROOM = ("reach", "sums")


def lanes_of(design, replicates, seed=5):
    return Lanes(design, np.zeros(len(replicates), np.intp), np.asarray(replicates), seed)


def content(lanes):
    """Everything that a lane is and counted, in the order of replicates."""
    order = np.argsort(lanes.luck.replicate)
    world = {name: getattr(lanes.world, name)[..., order] for name in lanes.world._fields if name not in ROOM}
    return world | {f"tally {name}": getattr(lanes.tally, name)[..., order] for name in lanes.tally._fields}


def assert_same(one, other):
    mine, theirs = content(one), content(other)
    assert [name for name in mine if not np.array_equal(mine[name], theirs[name])] == []


@pytest.fixture(scope="module")
def design():
    """A world in which everything happens; a phase without turnover and war begins in year 40."""
    return lower(busy("decentralized"))


@pytest.fixture(scope="module")
def whole(design):
    lanes = lanes_of(design, np.arange(RUNS))
    lanes.play(design.rounds)
    assert lanes.tally.wars.sum() > 0 and lanes.tally.buffers_lost.sum() > 0
    return lanes


def test_forks_on_their_own_luck_go_on_as_the_run_did(design, whole):
    lanes = lanes_of(design, np.arange(RUNS))
    for t in (1, 30, 119, 120, 121, 159, 160, 161, 200, design.rounds):
        lanes.play(t)
        places = np.roll(np.arange(RUNS), t)
        lanes = lanes.fork(places, lanes.luck.replicate[places].astype(np.intp))
    assert_same(lanes, whole)


def test_blocks_that_are_joined_go_on_as_one(design, whole):
    parts = [lanes_of(design, np.arange(first, first + 4)) for first in (0, 4, 8)]
    for part in parts:
        part.play(90)
    joined = join([(part, np.arange(4)) for part in parts], np.arange(RUNS))
    joined.play(design.rounds)
    assert_same(joined, whole)


def test_a_fork_on_other_luck_is_another_run_from_there_on(design):
    lanes = lanes_of(design, [3])
    lanes.play(100)
    forked = lanes.fork(np.zeros(2, np.intp), np.array([3, 4]))
    assert np.array_equal(forked.world.trust[..., 0], forked.world.trust[..., 1])
    forked.play(design.rounds)
    assert not np.array_equal(forked.world.trust[..., 0], forked.world.trust[..., 1])


def test_all_rounds_replaced_make_another_run(design, whole):
    """A run with the luck of another run in every round is that other run."""
    lanes = lanes_of(design, np.arange(RUNS) + 100)
    lanes.replace_draws(
        [Replacement(t, WHOLE_ROUND, 0, 0, k, k + 100) for t in range(60) for k in range(RUNS)]
    )
    lanes.play(60)
    other = lanes_of(design, np.arange(RUNS))
    other.play(60)
    assert_same(lanes, other)


def test_a_replacement_is_of_one_run_or_of_all(design):
    plain, one, every = (lanes_of(design, np.arange(RUNS)) for _ in range(3))
    draw = Replacement(0, int(TREMBLE), 0, 1, 0, 5)
    one.replace_draws([draw])
    every.replace_draws([draw._replace(replicate=None)])
    for lanes in (plain, one, every):
        lanes.play(1)
    assert (plain.world.action[0, 1] == plain.world.intend[0, 1]).all()  # no accident by itself
    assert list(np.flatnonzero(one.world.action[0, 1] != one.world.intend[0, 1])) == [5]
    assert (every.world.action[0, 1] != every.world.intend[0, 1]).all()
    one.replace_draws(())
    assert one.luck.keys.shape == (10, 2)

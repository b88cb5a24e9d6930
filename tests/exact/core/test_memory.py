"""Arrays of a block: side by side, each from the beginning of a line of the cache on."""

import numpy as np
import pytest

from regimesim.core.lanes import Lanes
from regimesim.core.world import LINE, Memory
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for


@pytest.mark.parametrize("name", ["concert", "bipolar", "league"])
def test_a_block_lies_in_one_piece(name):
    """Its size is reckoned beforehand, by round numbers: they must do, and not take twice as much."""
    design = lower(load_scenario(name))
    size = lanes_for(design)
    lanes = Lanes(design, np.zeros(size, np.intp), np.arange(size), 0)
    arrays = [array for bundle in (lanes.game, lanes.world, lanes.tally) for array in bundle if array.size]
    first = min(array.ctypes.data for array in arrays)
    last = max(array.ctypes.data + array.nbytes for array in arrays)
    whole = sum(array.nbytes for array in {array.ctypes.data: array for array in arrays}.values())
    assert last - first < 1.1 * whole and lanes.world.trust.base is lanes.game.gain.base
    assert all(array.ctypes.data % LINE == 0 for array in arrays)


def test_another_piece_where_the_first_does_not_suffice():
    memory = Memory(100)
    small, large, after = (
        memory.zeros((3,), np.int8),
        memory.zeros((50,), np.float64),
        memory.zeros((), np.int32),
    )
    for array in (small, large, after):
        assert array.ctypes.data % LINE == 0 and not array.any()
        array[...] = 7
    assert small.tolist() == [7] * 3 and set(large) == {7.0} and after == 7

"""Tables of bundles: what compiled code reads, kept with the bundle and shared by threads."""

import copy
import ctypes
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from regimesim.core import bundles
from regimesim.core.world import allocate_luck, allocate_world


def words_at(address, number):
    return list((ctypes.c_int64 * number).from_address(address))


def test_a_table_says_where_the_arrays_are():
    world = allocate_world(3, 2, 5)
    first = world.capability
    found = words_at(bundles.address_of(world), 9)
    assert found == [0, 0, 15, 8, first.ctypes.data, 3, 5, 40, 8]


def test_a_copy_has_a_table_of_its_own():
    luck = allocate_luck(1, np.arange(8))
    address = bundles.address_of(luck)
    for other in (
        copy.deepcopy(luck),
        pickle.loads(pickle.dumps(luck)),
        luck._replace(some=luck.some.copy()),
    ):
        assert bundles.address_of(other) != address
        assert words_at(bundles.address_of(other), 5)[4] == other.keys.ctypes.data
    assert bundles.address_of(luck) == address


def test_threads_share_one_table(monkeypatch):
    """Both make one at the same moment; the one that is not taken is given to nobody."""
    both, real = threading.Barrier(2, timeout=20), bundles.words_of

    def together(value):
        if value is world.reach:  # the last array
            both.wait()
        return real(value)

    world = allocate_world(2, 1, 3)
    monkeypatch.setattr(bundles, "words_of", together)
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(bundles.address_of, [world, world])
    assert one == other == bundles.address_of(world)


def test_every_order_of_axes_is_another_shape():
    square = np.zeros((4, 4))
    found = {bundles.shape_of(array) for array in (square, square.T, square[::2, ::2], square[:, 0])}
    assert len(found) == 4
    square.flags.writeable = False
    assert bundles.shape_of(square) == "<f8[2, read-only]"

"""Addressed draws: the published generator, and no correlation between neighbouring addresses."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from regimesim.core.compiler import entry
from regimesim.core.draws import (
    INTEND,
    NEGOTIATE,
    OBSERVE,
    PUBLISH,
    TREMBLE,
    WAR,
    WHOLE_ROUND,
    Replacement,
    certain,
    draw,
    fill_words,
    limit,
    philox,
    replaced_keys,
    round_keys,
    unit,
)
from regimesim.core.world import allocate_luck

VECTORS = [
    ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, 0xFFFFFFFFFFFFFFFF, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        0x299F31D0A4093822,
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@entry
def one(keys, replicate, t, channel, i, j):
    return draw(keys, replicate, t, channel, i, j)


@entry
def block(luck, t, channel, i, j):
    fill_words(luck, t, channel, i, j)


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_published_vectors(counter, key, expected):
    """Known answers of philox4x32-10 in Random123's kat_vectors (Salmon et al. 2011)."""
    words = philox(*(np.uint32(c) for c in counter), round_keys(key))
    assert tuple(int(word) for word in words) == expected


@pytest.mark.parametrize(("first", "second"), [(TREMBLE, PUBLISH), (INTEND, OBSERVE), (WAR, NEGOTIATE)])
def test_a_block_is_four_addressed_draws(first, second):
    luck = allocate_luck(2**63 + 5, np.arange(7))
    block(luck, 31, first, 2, 5)
    for lane, replicate in enumerate(luck.replicate):
        by_address = [(first, 2, 5), (first, 5, 2), (second, 2, 5), (second, 5, 2)]
        for word, (channel, i, j) in zip(luck.words[:, lane], by_address, strict=True):
            assert one(luck.keys, replicate, 31, channel, i, j) == unit(word)


@pytest.mark.parametrize("chance", [0.0, 1e-300, 1e-11, 0.05, 0.3, 0.5, 1 - 1e-11, 1 - 2**-53, 1.0])
def test_a_limit_of_words_is_the_chance(chance):
    """Words are compared with a limit as exact fractions are with the chance, next to it and at the ends."""
    for edge in (chance, *(np.nextafter(chance, side) for side in (0.0, 1.0))):
        exact = math.ceil(Fraction(float(edge)) * 2**32 - Fraction(1, 2))  # words with (w + 1/2) / 2**32 < p
        near = {0, 1, exact - 2, exact - 1, exact, exact + 1, 2**32 - 2, 2**32 - 1}
        for word in (w for w in near if 0 <= w < 2**32):
            comes_true = np.uint32(word) < limit(edge) or certain(edge)
            assert comes_true == (Fraction(2 * word + 1, 2**33) < Fraction(float(edge)))


@pytest.mark.parametrize("word", [0, 1, 2, 3, 1000, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1])
def test_a_chance_that_equals_a_draw_is_not_undercut_by_it(word):
    chance = unit(np.uint32(word))
    assert not (np.uint32(word) < limit(chance) or certain(chance))
    above = np.nextafter(chance, 2.0)
    assert np.uint32(word) < limit(above) or certain(above)


def test_every_address_has_its_own_draw():
    """Neighbours in any coordinate differ: seed, replicate, round, channel, i, j."""
    seen = set()
    for seed, replicate, t, channel, i, j in itertools.product(
        (0, 1, 2**32), (0, 1), (0, 1), (0, 1, 2), (0, 1, 2), (0, 1, 2)
    ):
        if i != j:
            seen.add(one(round_keys(seed), np.uint32(replicate), t, channel, i, j))
    assert len(seen) == 3 * 2 * 2 * 3 * 6


def sample(axis: str, n: int) -> np.ndarray:
    """Draws along one coordinate of the address, the others fixed."""
    at = {"replicate": 3, "t": 5, "i": 1, "j": 2, "seed": 0} | {"channel": INTEND}
    found = np.empty(n)
    for k in range(n):
        a = at | {axis: k + (3 if axis == "j" else 0)}
        found[k] = one(round_keys(a["seed"]), np.uint32(a["replicate"]), a["t"], a["channel"], a["i"], a["j"])
    return found


@pytest.mark.parametrize("axis", ["replicate", "t", "j", "seed"])
def test_uniform_and_uncorrelated_along_every_axis(axis):
    """Mean, variance, lag-one correlation and a chi-square of 64 cells, each within z = 5 (1 in a
    million)."""
    n = 20_000
    u = sample(axis, n)
    assert abs(u.mean() - 0.5) < 5 * np.sqrt(1 / 12 / n)
    assert abs(u.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / n)
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 5 / np.sqrt(n)
    counts = np.histogram(u, 64, (0, 1))[0]
    chi2 = ((counts - n / 64) ** 2 / (n / 64)).sum()
    assert abs(chi2 - 63) < 5 * np.sqrt(2 * 63)


ADDRESSES = [(channel, i, j) for channel in (INTEND, OBSERVE) for i, j in ((2, 5), (5, 2))]


def replaced_block(keys, replicates=range(4), t=31):
    luck = allocate_luck(9, np.array(replicates))._replace(keys=keys)
    block(luck, t, INTEND, 2, 5)
    return luck.words[:, : len(luck.replicate)].copy()


@pytest.mark.parametrize(("place", "address"), list(enumerate(ADDRESSES)))
def test_a_replaced_draw_is_the_only_one_that_differs(place, address):
    plain = replaced_block(round_keys(9))
    keys = replaced_keys(9, [Replacement(31, *map(int, address), 77, 2)])
    expected = plain.copy()
    expected[place, 2] = 77
    assert np.array_equal(replaced_block(keys), expected)
    assert one(keys, np.uint32(2), 31, *address) == unit(np.uint32(77))
    assert one(keys, np.uint32(3), 31, *address) == unit(plain[place, 3])
    assert np.array_equal(replaced_block(keys, t=32), replaced_block(round_keys(9), t=32))


def test_of_two_replacements_the_first_holds_and_one_draw_goes_before_its_round():
    first, second = (Replacement(31, int(INTEND), 2, 5, value) for value in (77, 88))
    whole = Replacement(31, WHOLE_ROUND, 0, 0, 1_000)
    words = replaced_block(replaced_keys(9, [first, second, whole]))
    other = replaced_block(round_keys(9), [1_000] * 4)
    assert (words[0] == 77).all() and np.array_equal(words[1:], other[1:])


def test_a_round_may_have_the_luck_of_another_run():
    keys = replaced_keys(9, [Replacement(31, WHOLE_ROUND, 0, 0, 6, 1)])
    words, other = replaced_block(keys), replaced_block(round_keys(9), [0, 6, 2, 3])
    assert np.array_equal(words, other)
    for channel in (TREMBLE, INTEND, WAR):
        assert one(keys, np.uint32(1), 31, channel, 5, 2) == one(
            round_keys(9), np.uint32(6), 31, channel, 5, 2
        )

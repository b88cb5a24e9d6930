"""Addressed random numbers: every draw is a pure function of where it is used.

``draw(keys, replicate, t, channel, i, j)`` is uniform on (0, 1) and depends on its address and on
nothing else. A run is therefore the same alone or in a batch, stepped or not, on any number of
threads, and a mechanism that is switched off leaves all other draws untouched.

The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy
as 1, 2, 3", SC'11): key = the seed, counter = (round, block, pair, replicate). One call gives four
32-bit words. A *channel* names a purpose; two neighbouring channels of a pair share a call, so that
what a pair needs at one time costs one call:

    block = channel // 2        word = 2 * (channel % 2) + (1 if i > j else 0)
    pair  = min(i, j) * 65536 + max(i, j)
    u     = (word's value + 0.5) / 2**32

Draws may be *replaced*, to ask what else would have become of a run: see :class:`Replacement`. That is looked
up once for a block of lanes, and only where something is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from regimesim.core.compiler import entry, kernel, lanewise, scalar


def _channel(number: int) -> Any:
    """A NumPy integer: numba would compile a function anew for each literal that it is given."""
    return np.int64(number)


TREMBLE, PUBLISH = _channel(0), _channel(1)
"""(i, j): is i's intention towards j flipped? Does i's charge against j become public?"""
INTEND, OBSERVE = _channel(2), _channel(3)
"""(i, j): does i slip, or its automaton cooperate with j? What does i see of j? Drawn at once."""
WAR, NEGOTIATE = _channel(4), _channel(5)
"""(i, j) with i < j: does a conflict become war? Does an estrangement end early? (j, i): a quarrel abroad."""
PREVAIL = _channel(6)
"""(i, j) with i < j: does i win?"""
TURNOVER, SPREAD = _channel(8), _channel(9)
"""(i, i): does i's leader change? Does a wave of revolution strike i?"""
WAVE, GROWTH = _channel(10), _channel(11)
"""(0, 0): does a wave begin? (i, i): the shock to i's growth."""
SANCTION = _channel(12)
"""(k, z): does k join against z?"""
EXIT = _channel(14)
"""(z, z): does z, sanctioned, leave?"""
PURSUE, CONFER = _channel(16), _channel(17)
"""(i, j): does i act on its accusation of j? With i < j: do the two confer on a charge?"""
INQUIRY = _channel(18)
"""(i, j): does an inquiry clear j of i's false charge?"""
ABSORB = _channel(1_000)
"""+ k, (i, j) with i < j: who absorbs buffer k while the two are estranged?"""
RESTORE = _channel(2_000)
"""+ k, (i, j) with i < j: does the settlement between i and j restore buffer k?"""
JOIN = _channel(3_000)
"""+ k, (i, j) with i < j: does k join the war between i and j?"""

MOST_BUFFERS = RESTORE - ABSORB

NOBODY = np.int64(0)
"""Stands for both states where a draw belongs to none."""

WHOLE_ROUND = -1
"""Stands for a channel where all draws of a round are those of another replicate."""

_KEYS, _ROWS = 10, 4
"""Rows of the generator's keys, and those that each replacement adds below them."""
_ALL_BLOCKS = 0xFFFFFFFF

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_UNIT, _WORDS = 2.0**-32, 2.0**32
TOGETHER = 8
"""Number of draws that are as dear as one."""


def round_keys(seed: int) -> np.ndarray:
    """The ten pairs of round keys that ``seed`` stands for.

    Parameters
    ----------
    seed : int in [0, 2**64)

    Returns
    -------
    ndarray of uint32, shape (10, 2)
    """
    low, high = seed & 0xFFFFFFFF, seed >> 32
    keys = [((low + r * 0x9E3779B9) & 0xFFFFFFFF, (high + r * 0xBB67AE85) & 0xFFFFFFFF) for r in range(10)]
    return np.array(keys, dtype=np.uint32)


class Replacement(NamedTuple):
    """A draw, or all draws of a round, that are not those of their address."""

    round: int
    channel: int  # WHOLE_ROUND: all of them
    i: int
    j: int
    value: int  # the word that stands there instead, or the replicate whose draws do
    replicate: int | None = None  # of which run; None: of every one


def replaced_keys(seed: int, replacements: Sequence[Replacement]) -> np.ndarray:
    """Round keys of ``seed``, and below them what is replaced.

    Of two replacements of the same draw the first one holds.

    Returns
    -------
    ndarray of uint32, shape (10 + 4 R, 2)
        Of each of R replacements: (round, block), (pair, word), (replicate, 1 if it is for every one),
        (value, 0).
    """
    rows = [row for one in replacements for row in _rows_of(one)]
    return np.concatenate([round_keys(seed), np.array(rows, np.uint32).reshape(-1, 2)])


def _rows_of(one: Replacement) -> list[tuple[int, int]]:
    whole = one.channel == WHOLE_ROUND
    block = _ALL_BLOCKS if whole else one.channel // 2
    word = 0 if whole else 2 * (one.channel % 2) + (one.i > one.j)
    pair = (min(one.i, one.j) << 16) | max(one.i, one.j)
    return [(one.round, block), (pair, word), (one.replicate or 0, one.replicate is None), (one.value, 0)]


@scalar
def _mix(c0, c1, c2, c3, k0, k1):
    """One round; all are 64 bits wide, of which the upper half is never read: that saves converting."""
    first = _M0 * (c0 & _LOW)
    second = _M1 * (c2 & _LOW)
    return (second >> _HALF) ^ c1 ^ np.uint64(k0), second, (first >> _HALF) ^ c3 ^ np.uint64(k1), first


@scalar
def philox(c0, c1, c2, c3, keys):
    """Philox4x32-10 of one counter (four uint32) under ``keys`` from :func:`round_keys`."""
    c0, c1, c2, c3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[0, 0], keys[0, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[1, 0], keys[1, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[2, 0], keys[2, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[3, 0], keys[3, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[4, 0], keys[4, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[5, 0], keys[5, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[6, 0], keys[6, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[7, 0], keys[7, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[8, 0], keys[8, 1])
    c0, c1, c2, c3 = _mix(c0, c1, c2, c3, keys[9, 0], keys[9, 1])
    return np.uint32(c0 & _LOW), np.uint32(c1 & _LOW), np.uint32(c2 & _LOW), np.uint32(c3 & _LOW)


@scalar
def unit(word):
    """A 32-bit word as a number in (0, 1)."""
    return (np.float64(word) + 0.5) * _UNIT


@scalar
def words_below(chance):
    """For how many of the 2**32 words ``unit(word) < chance``.

    Exact: ``chance * 2**32`` only moves the exponent, and what is lost by taking one half from a number below
    one half lies below zero.
    """
    return min(max(np.ceil(chance * _WORDS - 0.5), 0.0), _WORDS)


@scalar
def limit(chance):
    """Give what a word has to be below to come true with probability ``chance``, unless that is certain."""
    return np.uint32(min(words_below(chance), _WORDS - 1.0))


@scalar
def certain(chance):
    """Tell whether every word comes true: the one count that does not fit into a word."""
    return words_below(chance) == _WORDS


@scalar
def _is_for(keys, row, replicate):
    return keys[row + 2, 1] == 1 or keys[row + 2, 0] == replicate


@scalar
def _any_replaced(keys):
    return keys.shape[0] > _KEYS


@kernel
def draw(keys, replicate, t, channel, i, j):
    """One uniform number on (0, 1): that of ``channel`` for ``(i, j)`` in round ``t``."""
    pair = (min(i, j) << 16) | max(i, j)
    w0, w1, w2, w3 = philox(np.uint32(t), np.uint32(channel >> 1), np.uint32(pair), replicate, keys)
    if _any_replaced(keys):
        w0, w1, w2, w3 = _replaced(keys, replicate, t, channel >> 1, pair, w0, w1, w2, w3)
    if channel & 1:
        return unit(w3 if i > j else w2)
    return unit(w1 if i > j else w0)


@entry
def uniforms(keys, replicate, first, channel, i, j, found):
    """Draw at an address in round ``first`` and those after it, for those who tell of a run.

    Parameters
    ----------
    keys : uint32 array (10, 2)
        See :func:`round_keys`.
    replicate, first, channel, i, j : int
    found : float array (T,)
        Set to the uniform numbers.
    """
    for k in range(found.shape[0]):
        found[k] = draw(keys, np.uint32(replicate), first + k, channel, i, j)


@kernel
def _replaced(keys, replicate, t, block, pair, w0, w1, w2, w3):
    """The words of a block, of which some or all may be replaced."""
    for row in range(_KEYS, keys.shape[0], _ROWS):
        if keys[row, 0] == t and keys[row, 1] == _ALL_BLOCKS and _is_for(keys, row, replicate):
            w0, w1, w2, w3 = philox(np.uint32(t), np.uint32(block), np.uint32(pair), keys[row + 3, 0], keys)
            break
    for row in range(keys.shape[0] - _ROWS, _KEYS - 1, -_ROWS):
        same = keys[row, 0] == t and keys[row, 1] == block and keys[row + 1, 0] == pair
        if same and _is_for(keys, row, replicate):
            word, value = keys[row + 1, 1], keys[row + 3, 0]
            w0, w1 = (value if word == 0 else w0), (value if word == 1 else w1)
            w2, w3 = (value if word == 2 else w2), (value if word == 3 else w3)
    return w0, w1, w2, w3


@kernel
def _replace_words(words, replicates, count, keys, t, block, pair):
    for place in range(count):
        w0, w1, w2, w3 = words[0, place], words[1, place], words[2, place], words[3, place]
        w0, w1, w2, w3 = _replaced(keys, replicates[place], t, block, pair, w0, w1, w2, w3)
        words[0, place], words[1, place], words[2, place], words[3, place] = w0, w1, w2, w3


@kernel
def fill_some(luck, t, channel, i, j, count):
    """Draw what :func:`fill_words` does for the first ``count`` lanes of ``luck.some``, in their places."""
    words, some, replicate, chosen, keys = luck.words, luck.some, luck.replicate, luck.chosen, luck.keys
    c0, c1 = np.uint32(t), np.uint32(channel >> 1)
    c2 = np.uint32((i << 16) | j)
    for place in range(count):
        chosen[place] = replicate[some[place]]
    room = -(-count // TOGETHER) * TOGETHER  # whole vectors: what is beyond is not read
    _fill(words[0, :room], words[1, :room], words[2, :room], words[3, :room], chosen[:room], c0, c1, c2, keys)
    if _any_replaced(keys):
        _replace_words(words, chosen, count, keys, t, channel >> 1, c2)


@kernel
def fill_words(luck, t, channel, i, j):
    """All four words of a pair's block, for every lane.

    Overwrites ``luck.words``: ``channel`` of (i, j) and (j, i), then ``channel + 1`` of (i, j) and (j, i),
    for i <= j and an even channel.
    """
    words = luck.words
    c0, c1 = np.uint32(t), np.uint32(channel >> 1)
    c2 = np.uint32((i << 16) | j)
    _fill(words[0], words[1], words[2], words[3], luck.replicate, c0, c1, c2, luck.keys)
    if _any_replaced(luck.keys):
        lanes = luck.replicate.shape[0]
        _replace_words(words, luck.replicate, lanes, luck.keys, t, channel >> 1, c2)


@kernel
def fill_first(luck, t, channel, i, j):
    """The word of ``channel`` for (i, j), i <= j, for every lane and an even channel: the first of a block.

    Overwrites ``luck.words[0]``, and may overwrite all.
    """
    if _any_replaced(luck.keys):
        fill_words(luck, t, channel, i, j)
    else:
        c0, c1, c2 = np.uint32(t), np.uint32(channel >> 1), np.uint32((i << 16) | j)
        _draw_first(luck.words[0], luck.replicate, c0, c1, c2, luck.keys)


@lanewise
def _draw_first(first, replicate, c0, c1, c2, keys):
    for lane in range(replicate.shape[0]):
        first[lane], _, _, _ = philox(c0, c1, c2, replicate[lane], keys)


@kernel
def mark_below(luck, t, channel, i, j, limits, marks):
    """Set bit 0 of ``marks`` where the word of (i, j), i < j, lies below a limit; bit 1 for (j, i).

    For an even channel. May overwrite ``luck.words``.
    """
    if _any_replaced(luck.keys):
        fill_words(luck, t, channel, i, j)
        _compare(luck.words[0], luck.words[1], limits, marks)
    else:
        c0, c1, c2 = np.uint32(t), np.uint32(channel >> 1), np.uint32((i << 16) | j)
        _draw_and_compare(luck.replicate, limits, marks, c0, c1, c2, luck.keys)


@lanewise
def _compare(first, second, limits, marks):
    for lane in range(marks.shape[0]):
        marks[lane] |= (first[lane] < limits[lane]) | ((second[lane] < limits[lane]) << 1)


@lanewise
def _draw_and_compare(replicate, limits, marks, c0, c1, c2, keys):
    for lane in range(marks.shape[0]):
        first, second, _, _ = philox(c0, c1, c2, replicate[lane], keys)
        marks[lane] |= (first < limits[lane]) | ((second < limits[lane]) << 1)


@lanewise
def _fill(first, second, third, fourth, replicate, c0, c1, c2, keys):
    for lane in range(replicate.shape[0]):
        w0, w1, w2, w3 = philox(c0, c1, c2, replicate[lane], keys)
        first[lane] = w0
        second[lane] = w1
        third[lane] = w2
        fourth[lane] = w3

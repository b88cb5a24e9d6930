"""States that follow an automaton (model.md 4.4): what it does, and where it goes next."""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import inlined, kernel, lanewise, scalar
from regimesim.core.draws import unit

ALIKE, OF_TWO = 1, 2
"""All lanes follow one automaton, or none does; and one of two states at most, which needs no shifts."""


@kernel
def follow(world, setting, i, j, words):
    """Step 3 for states that follow an automaton (words: INTEND)."""
    strategy, stance, intend = setting.strategy[i], world.stance[i, j], world.intend[i, j]
    for lane in range(strategy.shape[0]):
        if strategy[lane] >= 0:
            intend[lane] = unit(words[lane]) < setting.cooperate[strategy[lane], stance[lane]]


@kernel
def follow_firmly(world, setting, i, j):
    """The same where no automaton leaves anything to chance."""
    strategy, stance, intend = setting.strategy[i], world.stance[i, j], world.intend[i, j]
    firm = setting.firm[i]
    if setting.alike[i]:
        if strategy[0] >= 0:
            _follow_one(intend, stance, firm[0])
        return
    for lane in range(strategy.shape[0]):
        restrains, before = _restrains(firm[lane], stance[lane]), intend[lane]
        intend[lane] = restrains if strategy[lane] >= 0 else before


@lanewise
def _follow_one(intend, stance, firm):
    for lane in range(stance.shape[0]):
        intend[lane] = _restrains(firm, stance[lane])


@scalar
def _restrains(firm, state):
    """Look up a bit; that the number of the state is below 16 allows shifts of 32 bits."""
    return np.int8((firm >> (np.uint32(state) & np.uint32(15))) & np.uint32(1))


@kernel
def move_on(world, setting, i, j):
    """Step 9 for automata of at most eight states; the stance of prudent states stays as it is."""
    stance, own, seen = world.stance[i, j], world.action[i, j], world.seen[i, j]
    played, first = world.played[i, j], setting.following[0]
    dd, dc, cd, cc = first[0, i], first[1, i], first[2, i], first[3, i]
    if setting.alike[i] == OF_TWO:
        _move_of_two(stance, own, seen, played, dd[0], dc[0], cd[0], cc[0])
        return
    if setting.alike[i]:
        _move_one(stance, own, seen, played, dd[0], dc[0], cd[0], cc[0])
        return
    for lane in range(stance.shape[0]):
        state = stance[lane]
        word = _of_four(own[lane], seen[lane], dd[lane], dc[lane], cd[lane], cc[lane])
        stance[lane] = _next_state(word, state) if played[lane] else state


@lanewise
def _move_one(stance, own, seen, played, dd, dc, cd, cc):
    for lane in range(stance.shape[0]):
        state = stance[lane]
        word = _of_four(own[lane], seen[lane], dd, dc, cd, cc)
        stance[lane] = _next_state(word, state) if played[lane] else state


@scalar
def _next_state(word, state):
    """Look up four bits of a half of the states."""
    return np.int8((word >> (np.uint32(4 * state) & np.uint32(31))) & np.uint32(15))


@inlined
def _move_of_two(stance, own, seen, played, dd, dc, cd, cc):
    _move_between(
        stance, own, seen, played,
        np.int8(dd & 15), np.int8(dc & 15), np.int8(cd & 15), np.int8(cc & 15),
        np.int8((dd >> 4) & 15), np.int8((dc >> 4) & 15), np.int8((cd >> 4) & 15), np.int8((cc >> 4) & 15),
    )  # fmt: skip


@lanewise
def _move_between(stance, own, seen, played, dd, dc, cd, cc, dd_second, dc_second, cd_second, cc_second):
    for lane in range(stance.shape[0]):
        state, mine, theirs = stance[lane], own[lane], seen[lane]
        first = _of_four(mine, theirs, dd, dc, cd, cc)
        second = _of_four(mine, theirs, dd_second, dc_second, cd_second, cc_second)
        after = second if state else first
        stance[lane] = after if played[lane] else state


@kernel
def move_far(world, setting, i, j):
    """The same for automata of any size."""
    stance, own, seen, played = world.stance[i, j], world.action[i, j], world.seen[i, j], world.played[i, j]
    first, second = setting.following[0], setting.following[1]
    for lane in range(stance.shape[0]):
        state = stance[lane]
        low = _of_four(
            own[lane], seen[lane], first[0, i, lane], first[1, i, lane], first[2, i, lane], first[3, i, lane]
        )
        high = _of_four(
            own[lane],
            seen[lane],
            second[0, i, lane],
            second[1, i, lane],
            second[2, i, lane],
            second[3, i, lane],
        )
        word = high if state & 8 else low
        stance[lane] = _next_state(word, state & 7) if played[lane] else state


@scalar
def _of_four(own, seen, dd, dc, cd, cc):
    """Choose what belongs to an outcome. All four are read, so that the loop can be vectorised."""
    after_d = dc if seen else dd
    after_c = cc if seen else cd
    return after_c if own else after_d

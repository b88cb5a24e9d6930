"""States that follow an automaton (model.md 4.4): what it does, and where it goes next."""

from __future__ import annotations

from regimesim.core.compiler import kernel
from regimesim.core.draws import unit


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
    for lane in range(strategy.shape[0]):
        restrains, before = (firm[lane] >> stance[lane]) & 1, intend[lane]
        intend[lane] = restrains if strategy[lane] >= 0 else before


@kernel
def move_on(world, setting, i, j):
    """Step 9 for automata; the stance of prudent states stays as it is."""
    stance, own, seen = world.stance[i, j], world.action[i, j], world.seen[i, j]
    played, following = world.played[i, j], setting.following
    dd, dc, cd, cc = following[0, i], following[1, i], following[2, i], following[3, i]
    for lane in range(stance.shape[0]):
        # all four are read: a loop that reads one of several is not vectorised
        after_dd, after_dc, after_cd, after_cc = dd[lane], dc[lane], cd[lane], cc[lane]
        after_d = after_dc if seen[lane] else after_dd
        after_c = after_cc if seen[lane] else after_cd
        state = stance[lane]
        after = ((after_c if own[lane] else after_d) >> (4 * state)) & 15
        stance[lane] = after if played[lane] else state

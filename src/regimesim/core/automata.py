"""States that follow an automaton (model.md 4.4): what it does, and where it goes next."""

from __future__ import annotations

from regimesim.core.compiler import kernel
from regimesim.core.draws import unit


@kernel
def follow(world, setting, i, j, words):
    """Step 3 for states that follow an automaton."""
    strategy, stance, intend = setting.strategy[i], world.stance[i, j], world.intend[i, j]
    for lane in range(strategy.shape[0]):
        if strategy[lane] >= 0:
            intend[lane] = unit(words[lane]) < setting.cooperate[strategy[lane], stance[lane]]


@kernel
def move_on(world, setting, i, j):
    """Step 9 for automata."""
    strategy, stance, played = setting.strategy[i], world.stance[i, j], world.played[i, j]
    own, seen = world.action[i, j], world.seen[i, j]
    for lane in range(strategy.shape[0]):
        if strategy[lane] >= 0 and played[lane]:
            stance[lane] = setting.following[strategy[lane], stance[lane], own[lane], seen[lane]]

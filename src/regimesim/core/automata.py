"""States that follow an automaton (model.md 4.4): what it does, and where it goes next."""

from __future__ import annotations

from regimesim.core.compiler import kernel
from regimesim.core.draws import unit


@kernel
def follow(world, setting, i, j, words):
    """Step 3 for states that follow an automaton (words: INTEND)."""
    strategy, stance, intend = setting.strategy[i], world.stance[i, j], world.intend[i, j]
    for lane in range(strategy.shape[0]):
        follows = strategy[lane] >= 0
        chance = setting.cooperate[strategy[lane] if follows else 0, stance[lane]]
        intend[lane] = unit(words[lane]) < chance if follows else intend[lane]


@kernel
def move_on(world, setting, i, j):
    """Step 9 for automata."""
    strategy, stance, played = setting.strategy[i], world.stance[i, j], world.played[i, j]
    own, seen = world.action[i, j], world.seen[i, j]
    for lane in range(strategy.shape[0]):
        follows = strategy[lane] >= 0
        place = 4 * stance[lane] + 2 * own[lane] + seen[lane]
        after = setting.following[strategy[lane] if follows else 0, place]
        stance[lane] = after if follows and played[lane] else stance[lane]

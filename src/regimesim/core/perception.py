"""What is done, what is seen of it, and what becomes public (model.md 3, steps 4 and 5).

All that chance does to a pair in these steps is drawn, and compared, in one loop. It comes to six bits:
whether the intention of i is flipped, and that of j; whether i takes restraint for exploitation, and whether
it catches exploitation; the same of j. What follows from them is loops over bytes, which go by many lanes at
a time.
"""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel
from regimesim.core.draws import TREMBLE, philox, unit
from regimesim.core.game import chances_of


@kernel
def draw_chances(luck, game, t, i, j):
    """Draw for a pair i < j in every lane (channels TREMBLE and OBSERVE); overwrites ``luck.chances``."""
    replicate, keys, chances = luck.replicate, luck.keys, luck.chances
    tremble, hit, alarm = game.tremble_limit, game.hit_limit, game.alarm_limit[i, j]
    public, certain = game.public_signal, game.certain[i, j]
    c0, c1, c2 = np.uint32(t), np.uint32(TREMBLE >> 1), np.uint32((i << 16) | j)
    for lane in range(replicate.shape[0]):
        w0, w1, mine, own = philox(c0, c1, c2, replicate[lane], keys)
        theirs = mine if public[lane] else own
        chances[lane] = certain[lane] | chances_of(
            w0 < tremble[lane], w1 < tremble[lane],
            mine < alarm[lane], mine < hit[lane], theirs < alarm[lane], theirs < hit[lane],
        )  # fmt: skip


@kernel
def draw_trembles(luck, game, t, i, j):
    """The same where nobody errs about what it sees."""
    replicate, keys, chances = luck.replicate, luck.keys, luck.chances
    tremble, certain = game.tremble_limit, game.certain[i, j]
    c0, c1, c2 = np.uint32(t), np.uint32(TREMBLE >> 1), np.uint32((i << 16) | j)
    for lane in range(replicate.shape[0]):
        w0, w1, _, _ = philox(c0, c1, c2, replicate[lane], keys)
        chances[lane] = certain[lane] | (w0 < tremble[lane]) | ((w1 < tremble[lane]) << 1)


@kernel
def act_in_plain_sight(world, luck, i, j):
    """Both actions of a pair i < j, which both see as they are."""
    chances, intend_ij, intend_ji = luck.chances, world.intend[i, j], world.intend[j, i]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    for lane in range(chances.shape[0]):
        bits = chances[lane]
        own, other = intend_ij[lane] ^ (bits & 1), intend_ji[lane] ^ ((bits >> 1) & 1)
        action_ij[lane], action_ji[lane] = own, other
        seen_ij[lane], seen_ji[lane] = other, own


@kernel
def act_and_observe(world, luck, i, j):
    """Both actions of a pair i < j and both views of them, in every lane, given ``luck.chances``."""
    chances = luck.chances
    intend_ij, intend_ji = world.intend[i, j], world.intend[j, i]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    for lane in range(chances.shape[0]):
        bits = chances[lane]
        own, other = intend_ij[lane] ^ (bits & 1), intend_ji[lane] ^ ((bits >> 1) & 1)
        action_ij[lane], action_ji[lane] = own, other
        seen_ij[lane] = 1 - (((bits >> 2) if other else (bits >> 3)) & 1)
        seen_ji[lane] = 1 - (((bits >> 4) if own else (bits >> 5)) & 1)


@kernel
def publish(world, game, luck, i, j):
    """Which accusations of a pair i < j become public (``luck.words``: INTEND, PUBLISH)."""
    publicity, played, words = game.publicity, world.played[i, j], luck.words
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    accuses_ij, accuses_ji = world.accuses[i, j], world.accuses[j, i]
    for lane in range(publicity.shape[0]):
        heard_ij = unit(words[2, lane]) < publicity[lane]
        heard_ji = unit(words[3, lane]) < publicity[lane]
        accuses_ij[lane] = (seen_ij[lane] == 0) & (played[lane] != 0) & heard_ij
        accuses_ji[lane] = (seen_ji[lane] == 0) & (played[lane] != 0) & heard_ji

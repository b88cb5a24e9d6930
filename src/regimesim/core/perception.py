"""What is done, what is seen of it, and what becomes public (model.md 3, steps 4 and 5)."""

from __future__ import annotations

from regimesim.core.compiler import kernel
from regimesim.core.draws import unit


@kernel
def act_and_observe(world, game, i, j, words):
    """Both actions of a pair i < j and both views of them, in every lane (words: TREMBLE, OBSERVE)."""
    tremble, hit, alarm, public = game.tremble, game.hit, game.alarm[i, j], game.public_signal
    intend_ij, intend_ji = world.intend[i, j], world.intend[j, i]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    for lane in range(tremble.shape[0]):
        flip_ij, flip_ji = unit(words[0, lane]) < tremble[lane], unit(words[1, lane]) < tremble[lane]
        action_ij[lane] = (intend_ij[lane] != 0) != flip_ij
        action_ji[lane] = (intend_ji[lane] != 0) != flip_ji
    for lane in range(tremble.shape[0]):
        mine = unit(words[2, lane])
        theirs = mine if public[lane] else unit(words[3, lane])
        seen_ij[lane] = mine >= (alarm[lane] if action_ji[lane] else hit[lane])
        seen_ji[lane] = theirs >= (alarm[lane] if action_ij[lane] else hit[lane])
        # `mine >= hit` is an exploitation overlooked, that is, restraint seen


@kernel
def publish(world, game, i, j, words):
    """Which accusations of a pair i < j become public (words: INTEND, PUBLISH)."""
    publicity, played = game.publicity, world.played[i, j]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    accuses_ij, accuses_ji = world.accuses[i, j], world.accuses[j, i]
    for lane in range(publicity.shape[0]):
        heard_ij = unit(words[2, lane]) < publicity[lane]
        heard_ji = unit(words[3, lane]) < publicity[lane]
        accuses_ij[lane] = (seen_ij[lane] == 0) & (played[lane] != 0) & heard_ij
        accuses_ji[lane] = (seen_ji[lane] == 0) & (played[lane] != 0) & heard_ji

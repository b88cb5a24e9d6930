"""What is counted while a run goes on (model.md 6)."""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel


@kernel
def count_pair(world, tally, t, i, j):
    """Step 10 for a pair, while trust is still what it was when the two decided."""
    played = world.played[i, j]
    for lane in range(played.shape[0]):
        both = played[lane] & world.action[i, j, lane] & world.action[j, i, lane]
        tally.cooperating[t, lane] += both
        begun = tally.pair_onset[i, j, lane] >= 0
        tally.pair_onset[i, j, lane] = t if both and not begun else tally.pair_onset[i, j, lane]
        broke = begun and not both and tally.pair_breakdown[i, j, lane] < 0
        tally.pair_breakdown[i, j, lane] = t if broke else tally.pair_breakdown[i, j, lane]
    disputed = tally.disputed[i, j]
    for lane in range(played.shape[0]):
        open_ij = (1 - world.action[i, j, lane]) & (1 - world.seen[j, i, lane])
        open_ji = (1 - world.action[j, i, lane]) & (1 - world.seen[i, j, lane])
        now = (open_ij | open_ji) & played[lane]
        tally.disputes[lane] += now & (1 - disputed[lane])
        disputed[lane] |= now


@kernel
def count_side(world, game, setting, tally, i, j):
    """What i believed and did, and what it saw of j."""
    trust, own, other, seen = world.trust[i, j], world.action[i, j], world.action[j, i], world.seen[i, j]
    played, strategy, against = world.played[i, j], setting.strategy[i], game.against[i, j]
    for lane in range(trust.shape[0]):
        tally.trust[lane] += trust[lane]
        tally.error[lane] += played[lane] * abs(trust[lane] - other[lane])
    for lane in range(trust.shape[0]):
        live = np.int32(played[lane])
        restraint = live & own[lane] & (strategy[lane] < 0)
        tally.dealt[lane] += live
        tally.exploitations[lane] += live & (1 - own[lane])
        tally.false_alarms[lane] += live & other[lane] & (1 - seen[lane])
        tally.misses[lane] += live & (1 - other[lane]) & seen[lane]
        tally.restrained[lane] += restraint
        tally.against[lane] += restraint & against[lane]


@kernel
def count_round(world, game, setting, tally, t):
    """Step 10 for the whole."""
    n, lanes = world.capability.shape
    for lane in range(lanes):
        total = 0.0
        for i in range(n):
            total += world.payoff[i, lane]
        tally.welfare[lane] += tally.present[lane] * (total / n)
        tally.weight[lane] += tally.present[lane]
        tally.present[lane] *= game.discount[lane]
        tally.credibility[lane] += world.credibility[lane]
    if (t + 1) % setting.rounds_per_year == 0:
        _count_spread(world, tally)


@kernel
def _count_spread(world, tally):
    """How far observers differ: the standard deviation of b_ij over i, averaged over j."""
    n, lanes = world.capability.shape
    for lane in range(lanes):
        total = 0.0
        for j in range(n):
            mean = 0.0
            for i in range(n):
                if i != j:
                    mean += world.trust[i, j, lane]
            mean /= n - 1
            square = 0.0
            for i in range(n):
                if i != j:
                    square += (world.trust[i, j, lane] - mean) * (world.trust[i, j, lane] - mean)
            total += np.sqrt(square / (n - 1))
        tally.spread[lane] += total / n

"""What is counted while a run goes on (model.md 6)."""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel


@kernel
def count_pair(world, tally, t, i, j):
    """Whether a pair i < j cooperates, and its disputes."""
    played, cooperating, disputed = world.played[i, j], tally.cooperating[t], tally.disputed[i, j]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    onset, breakdown = tally.pair_onset[i, j], tally.pair_breakdown[i, j]
    for lane in range(played.shape[0]):
        both = played[lane] & action_ij[lane] & action_ji[lane]
        cooperating[lane] += both
        begun = onset[lane] >= 0
        onset[lane] = t if both and not begun else onset[lane]
        broke = begun and not both and breakdown[lane] < 0
        breakdown[lane] = t if broke else breakdown[lane]
    for lane in range(played.shape[0]):
        open_ij = (1 - action_ij[lane]) & (1 - seen_ji[lane])
        open_ji = (1 - action_ji[lane]) & (1 - seen_ij[lane])
        now = (open_ij | open_ji) & played[lane]
        tally.disputes[lane] += now & (1 - disputed[lane])
        disputed[lane] |= now


@kernel
def count_sides(world, game, setting, tally, i, j):
    """What both sides of a pair believed and did, and what each saw of the other.

    To be called while trust is still what it was when the two decided.
    """
    played, trust_ij, trust_ji = world.played[i, j], world.trust[i, j], world.trust[j, i]
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    against_ij, against_ji = game.against[i, j], game.against[j, i]
    strategy_i, strategy_j = setting.strategy[i], setting.strategy[j]
    for lane in range(played.shape[0]):
        tally.trust[lane] = (tally.trust[lane] + trust_ij[lane]) + trust_ji[lane]
        surprise_ij = played[lane] * abs(trust_ij[lane] - action_ji[lane])
        surprise_ji = played[lane] * abs(trust_ji[lane] - action_ij[lane])
        tally.error[lane] = (tally.error[lane] + surprise_ij) + surprise_ji
    for lane in range(played.shape[0]):
        live = np.int32(played[lane])
        defects_ij, defects_ji = 1 - action_ij[lane], 1 - action_ji[lane]
        tally.dealt[lane] += live + live
        tally.exploitations[lane] += live * (defects_ij + defects_ji)
        tally.false_alarms[lane] += live * (
            (action_ji[lane] & (1 - seen_ij[lane])) + (action_ij[lane] & (1 - seen_ji[lane]))
        )
        tally.misses[lane] += live * ((defects_ji & seen_ij[lane]) + (defects_ij & seen_ji[lane]))
    for lane in range(played.shape[0]):
        restraint_ij = played[lane] & action_ij[lane] & (strategy_i[lane] < 0)
        restraint_ji = played[lane] & action_ji[lane] & (strategy_j[lane] < 0)
        tally.restrained[lane] += restraint_ij + restraint_ji
        tally.against[lane] += (restraint_ij & against_ij[lane]) + (restraint_ji & against_ji[lane])


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

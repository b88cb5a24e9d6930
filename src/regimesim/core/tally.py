"""Counts that are kept while a run goes on (model.md 6)."""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel, lanewise


@kernel
def count_pair(world, game, tally, t, i, j):
    """Tell whether a pair i < j cooperates, since when and until when."""
    open_, action_ij, action_ji = world.open[i, j], world.action[i, j], world.action[j, i]
    _count_actions(open_, action_ij, action_ji, tally.cooperating[t], tally.dealt, tally.exploitations)
    if game.unsettled[i, j]:
        onset, breakdown = tally.pair_onset[i, j], tally.pair_breakdown[i, j]
        _date_spell(action_ij, action_ji, onset, breakdown, np.int32(t))
        game.unsettled[i, j] = _any_negative(breakdown)


@lanewise
def _count_actions(live, action_ij, action_ji, cooperating, dealt, exploitations):
    for lane in range(live.shape[0]):
        open_, own, other = live[lane], action_ij[lane], action_ji[lane]
        cooperating[lane] += own & other
        dealt[lane] += open_ + open_
        exploitations[lane] += (open_ & (1 - own)) + (open_ & (1 - other))


@lanewise
def _date_spell(action_ij, action_ji, onset, breakdown, now):
    """Date the first spell of cooperation."""
    for lane in range(onset.shape[0]):
        both = action_ij[lane] & action_ji[lane]
        begun, broken = onset[lane], breakdown[lane]
        begins, breaks = (now if both else begun), (broken if both else now)
        onset[lane] = begins if begun < 0 else begun
        breakdown[lane] = breaks if (begun >= 0) & (broken < 0) else broken


@lanewise
def _any_negative(numbers):
    found = 0
    for lane in range(numbers.shape[0]):
        found |= numbers[lane] < 0
    return found


@kernel
def count_disputes(world, tally, i, j):
    """Tell whether a pair i < j is estranged, and whether it has a dispute."""
    _count_disputes(
        world.played[i, j],
        world.open[i, j],
        world.broke[i, j],
        world.quarrel[i, j],
        tally.disputed[i, j],
        tally.apart,
    )


@lanewise
def _count_disputes(played, open_, broke, quarrel, disputed, apart):
    for lane in range(played.shape[0]):
        estranged = played[lane] & (1 - open_[lane])
        disputed[lane] |= (broke[lane] == 1) | (broke[lane] == 2) | (estranged & quarrel[lane])
        apart[lane] += estranged


@kernel
def count_errors(world, tally, i, j):
    """Count what both sides of a pair saw wrongly of each other."""
    _count_errors(
        world.open[i, j],
        world.action[i, j],
        world.action[j, i],
        world.seen[i, j],
        world.seen[j, i],
        tally.false_alarms,
        tally.misses,
    )


@lanewise
def _count_errors(played, action_ij, action_ji, seen_ij, seen_ji, false_alarms, misses):
    for lane in range(played.shape[0]):
        live, own, other = played[lane], action_ij[lane], action_ji[lane]
        mine, theirs = seen_ij[lane], seen_ji[lane]
        false_alarms[lane] += (live & other & (1 - mine)) + (live & own & (1 - theirs))
        misses[lane] += (live & (1 - other) & mine) + (live & (1 - own) & theirs)


@kernel
def count_restraint(world, game, setting, tally, i, j):
    """Cooperation of prudent states, and how much of it was against their short-run interest."""
    _count_restraint(
        world.open[i, j],
        world.action[i, j],
        world.action[j, i],
        game.against[i, j],
        game.against[j, i],
        setting.strategy[i],
        setting.strategy[j],
        tally.restrained,
        tally.against,
    )


@lanewise
def _count_restraint(
    played, action_ij, action_ji, against_ij, against_ji, strategy_i, strategy_j, restrained, against
):  # fmt: skip
    for lane in range(played.shape[0]):
        own = played[lane] & action_ij[lane] & (strategy_i[lane] < 0)
        other = played[lane] & action_ji[lane] & (strategy_j[lane] < 0)
        restrained[lane] += own + other
        against[lane] += (own & against_ij[lane]) + (other & against_ji[lane])


@kernel
def count_round(world, game, tally):
    """Step 10 for the whole: payoffs, discounted, and credibility."""
    n, lanes = world.payoff.shape
    total, welfare, weight = world.sums[0], tally.welfare, tally.weight
    present, discount = tally.present, game.discount
    for lane in range(lanes):
        total[lane] = 0.0
    for i in range(n):
        payoff = world.payoff[i]
        for lane in range(lanes):
            total[lane] += payoff[lane]
    for lane in range(lanes):
        welfare[lane] += present[lane] * (total[lane] / n)
        weight[lane] += present[lane]
        present[lane] *= discount[lane]
    for lane in range(lanes):
        tally.credibility[lane] += world.credibility[lane]


@kernel
def count_year(tally):
    """At the end of a year: the pairs that had a dispute in it."""
    n, disputes = tally.disputed.shape[0], tally.disputes
    for i in range(n):
        for j in range(i + 1, n):
            disputed = tally.disputed[i, j]
            for lane in range(disputes.shape[0]):
                disputes[lane] += disputed[lane]
                disputed[lane] = 0


@kernel
def count_spread(world, tally):
    """Measure how far observers differ: the standard deviation of b_ij over i, averaged over j."""
    n, lanes = world.capability.shape
    mean, square, total = world.sums[0], world.sums[1], world.sums[2]
    for lane in range(lanes):
        total[lane] = 0.0
    for j in range(n):
        for lane in range(lanes):
            mean[lane] = square[lane] = 0.0
        for i in range(n):
            if i != j:
                trust = world.trust[i, j]
                for lane in range(lanes):
                    mean[lane] += trust[lane]
        for lane in range(lanes):
            mean[lane] /= n - 1
        for i in range(n):
            if i != j:
                trust = world.trust[i, j]
                for lane in range(lanes):
                    apart = trust[lane] - mean[lane]
                    square[lane] += apart * apart
        for lane in range(lanes):
            total[lane] += np.sqrt(square[lane] / (n - 1))
    for lane in range(lanes):
        tally.spread[lane] += total[lane] / n

"""Sanctions as they are expected, and the protection of victims: the five rules (model.md 4.5).

What a case would come to is reckoned every round, in all lanes at once, because decisions rest on it. Cases
themselves are in :mod:`regimesim.core.cases`.
"""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import inlined, kernel, lanewise, scalar
from regimesim.core.elementary import exponential, logistic
from regimesim.core.estrangement import cost_of
from regimesim.core.game import ALL, BALANCING, CENTRALIZED, COLLECTIVE, DECENTRALIZED, EACH
from regimesim.core.world import Mechanism

_ALLIES = int(Mechanism.ALLIES)
_TOTAL, _ENFORCING, _PLEDGE, FLAT, _ALLY, _STRENGTH, _PUBLIC = range(7)
"""Rows of ``world.sums``: a sum over states, and what is the same for all cases of a round."""


@kernel
def weigh_enforcement(world, game, setting):
    """Weigh what joining is worth and costs, as far as it is the same for all."""
    sums = world.sums
    for lane in range(game.rule.shape[0]):
        p = setting.parameters[setting.row[lane]]
        sums[_ENFORCING, lane] = p.sanctions.enforcement_value * world.credibility[lane]
        sums[_PLEDGE, lane] = p.sanctions.pledge if game.rule[lane] == COLLECTIVE else 0.0
        sums[FLAT, lane], sums[_ALLY, lane] = p.sanctions.cost, p.sanctions.alliance_weight
        sums[_STRENGTH, lane] = p.sanctions.balance_weight
        sums[_PUBLIC, lane] = p.transparency.publicity if game.rule[lane] == COLLECTIVE else 0.0


@kernel
def weigh_joining(world, game, setting, z):
    """Set the chance of every other k to join a sanction against z, and z's loss in all (``sums``)."""
    n, total = world.capability.shape[0], world.sums[_TOTAL]
    for lane in range(total.shape[0]):
        total[lane] = 0.0
    for k in range(n):
        if k != z:
            if setting.one:
                _weigh_for(world, game, setting, k, z, ALL)
            else:
                _weigh_for(world, game, setting, k, z, EACH)


@inlined
def _weigh_for(world, game, setting, k, z, each):
    """Hand over the rows of k's thoughts about a sanction against z."""
    sums = world.sums
    _weigh_joining(
        game.join[k, z],
        sums[_TOTAL],
        game.forgone[k, z],
        game.excluded[z, k],
        world.open[k, z],
        world.played[k, z],
        setting.affinity[k, z] if setting.on[_ALLIES] else game.nothing,
        world.norm[k],
        world.member[k],
        setting.strategy[k],
        world.capability[z],
        game.rule,
        game.restraint,
        game.temperature,
        sums[_ENFORCING],
        sums[_PLEDGE],
        sums[FLAT],
        sums[_ALLY],
        sums[_STRENGTH],
        world.capability.shape[0],
        each,
    )


@lanewise
def _weigh_joining(
    join, total, forgone, lost, open_, played, affinity, norm, member, strategy, capability, rule,
    restraint, temperature, enforcing, pledge, flat, ally, strength, n, each,
):  # fmt: skip
    for lane in range(join.shape[0]):
        rate = lane * each
        by_rule = enforcing[lane] + restraint[rate] * norm[lane] + pledge[rate]
        by_strength = strength[rate] * (n * capability[lane])
        worth = by_strength if rule[rate] == BALANCING else by_rule
        yearly = forgone[lane]
        given_up = yearly if open_[lane] else 0.0
        net = worth - flat[rate] - ally[rate] * affinity[lane] - given_up
        bound = (member[lane] != 0) | (rule[rate] == BALANCING)
        chance = join_chance(net, temperature[rate])
        joins = chance if bound & (strategy[lane] < 0) & (played[lane] != 0) else 0.0
        join[lane] = joins
        total[lane] += lost_through(joins, lost[lane], open_[lane])


@scalar
def join_chance(net, temperature):
    """Probability of joining at a net gain of ``net``."""
    soft = temperature > 0.0
    p = logistic(net / (temperature if soft else 1.0))
    firm = 1.0 if net >= 0.0 else 0.0
    return p if soft else firm


@kernel
def expect_sanctions(world, game, setting, i, votes):
    """Set law_ij: what a case that j brings against i would cost i, as far as it is to be expected.

    Called when it has been weighed who would join against i.
    """
    n, lanes = world.capability.shape
    for j in range(n):
        if j != i:
            _expect_from(
                game.law[i, j],
                game.exposed[i, j],
                world.sums[_TOTAL],
                game.rule,
                world.member[i],
                game.join[j, i],
                game.excluded[i, j],
                world.open[i, j],
            )
    if votes:
        for lane in range(lanes):
            if game.rule[lane] == CENTRALIZED:
                _expect_vote(world, game, setting, i, lane)


@scalar
def lost_through(join, excluded, open_):
    """x_k: what i loses through one third state."""
    expected = join * excluded
    return expected if open_ else 0.0


@lanewise
def _expect_from(law, exposed, total, rule, member, join, excluded, open_):
    """law_ij where those who join are one by one estranged."""
    for lane in range(law.shape[0]):
        others = max(0.0, total[lane] - lost_through(join[lane], excluded[lane], open_[lane]))
        outside = (rule[lane] == DECENTRALIZED) & (member[lane] == 0)
        law[lane] = exposed[lane] * (0.0 if outside else others)


@kernel
def _expect_vote(world, game, setting, i, lane):
    """law_ij where members vote."""
    n = world.capability.shape[0]
    p = setting.parameters[setting.row[lane]].sanctions
    mean = spread = members = lost = 0.0
    able = 0
    for k in range(n):
        if world.member[k, lane]:
            members += world.capability[k, lane]
        if k != i:
            c, join = world.capability[k, lane], game.join[k, i, lane]
            able += may_be_asked(world, setting, i, k, lane)
            mean += join * c
            spread += join * (1.0 - join) * (c * c)
            lost += _lost_if_passed(world, game, setting, i, k, lane)
    vetoed = is_vetoed(world, setting, i, lane)
    for j in range(n):
        if j != i:
            c, join = world.capability[j, lane], game.join[j, i, lane]
            accuser = c if world.member[j, lane] and setting.strategy[j, lane] < 0 else 0.0
            votes = mean - join * c + accuser
            variance = spread - join * (1.0 - join) * (c * c)
            third = able > may_be_asked(world, setting, i, j, lane)
            passing = _pass_chance(votes, variance, p.quorum * members) if third and not vetoed else 0.0
            excluded = max(0.0, lost - _lost_if_passed(world, game, setting, i, j, lane))
            game.law[i, j, lane] = game.exposed[i, j, lane] * (
                passing * (excluded + p.severity * game.fined[lane])
            )


@kernel
def may_be_asked(world, setting, i, k, lane):
    """Tell whether k votes on a case against i unless it brings it."""
    return int(world.member[k, lane] and setting.strategy[k, lane] < 0 and world.played[i, k, lane])


@kernel
def _lost_if_passed(world, game, setting, i, k, lane):
    """Y_k: what i loses if k has to exclude it."""
    asked = may_be_asked(world, setting, i, k, lane) and world.open[i, k, lane]
    return game.excluded[i, k, lane] if asked else 0.0


@scalar
def _pass_chance(votes, variance, need):
    """Chance that a vote passes, by a normal distribution (Bowling et al. 2009's logistic approximation)."""
    if variance <= 0.0:
        return 1.0 if votes >= need else 0.0
    z = (votes - need) / np.sqrt(variance)
    z = min(max(z, -10.0), 10.0)
    return 1.0 / (1.0 + exponential(-(1.5976 * z + 0.070566 * (z * z * z))))


@kernel
def is_vetoed(world, setting, i, lane):
    """Tell whether a holder of a veto shields i."""
    p = setting.parameters[setting.row[lane]].sanctions
    for k in range(world.capability.shape[0]):
        if world.member[k, lane] and setting.states[k, setting.row[lane]].veto:
            if k == i or setting.affinity[k, i, lane] > p.veto_affinity:
                return True
    return False


@kernel
def protect(world, game):
    """Collective defence: what an attack pays, and costs its victim, where others would meet it."""
    n, lanes = world.capability.shape
    total, public, punishment = world.sums[_TOTAL], world.sums[_PUBLIC], game.punishment
    for i in range(n):
        for lane in range(lanes):
            total[lane] = 0.0
        for k in range(n):
            if k != i:
                join, capability = game.join[k, i], world.capability[k]
                for lane in range(lanes):
                    total[lane] += join[lane] * capability[lane]
        for j in range(n):
            if j != i:
                gain, loss, bare = game.gain[i, j], game.loss[j, i], game.bare_loss[j, i]
                join, capability, own = game.join[j, i], world.capability[j], world.capability[i]
                for lane in range(lanes):
                    force = max(0.0, total[lane] - join[lane] * capability[lane])
                    both = force + own[lane]
                    share = force / both
                    shield = public[lane] * (share if both > 0.0 else 0.0)
                    gain[lane] = (1.0 - shield) * gain[lane] + shield * punishment[lane]
                    loss[lane] = (1.0 - shield) * bare[lane] + shield * punishment[lane]


@kernel
def revalue(world, game, setting, i, j):
    """Reckon what follows from protection: flows, the value of open dealings, the cost of exclusion."""
    loss, toll, reward = game.loss[i, j], game.toll[i, j], game.reward
    trust, low, high = world.trust[i, j], min(i, j), max(i, j)
    dread, healing, one = game.dread[i, j], game.healing[low, high], game.one[i, j]
    worth, excluded, span, paid = (
        game.value[i, j],
        game.excluded[i, j],
        game.span[2, low, high],
        game.paid[2, i, j],
    )
    forgone, m = game.forgone[i, j], setting.rounds_per_year
    for lane in range(loss.shape[0]):
        distrust = (reward[lane] - (loss[lane] - toll[lane]) + dread[lane]) / healing[lane]
        worth[lane] = one[lane] - (1.0 - trust[lane]) * distrust
        excluded[lane] = cost_of(worth[lane], span[lane], paid[lane])
        forgone[lane] = excluded[lane] / m

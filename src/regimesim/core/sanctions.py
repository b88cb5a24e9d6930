"""Third parties answer exploitation: the five rules (model.md 4.5)."""

from __future__ import annotations

from regimesim.core.compiler import kernel
from regimesim.core.draws import EXIT, SANCTION, draw
from regimesim.core.game import (
    BALANCING,
    CENTRALIZED,
    COLLECTIVE,
    DECENTRALIZED,
    NONE,
    balancing_net,
    expected_joiners,
    join_chance,
    set_law,
)


@kernel
def sanction(world, setting, tally, keys, replicate, t):
    """Step 6: who is accused, and who joins against them."""
    n, lanes = world.capability.shape
    for lane in range(lanes):
        rule = int(setting.parameters[lane].sanctions.rule)
        for i in range(n):
            world.sanction[i, lane] = -1.0
            for j in range(n):
                world.undone[i, j, lane] = 0
                world.joined[j, i, lane] = 0
        if rule != NONE:
            for i in range(n):
                if _accused(world, rule, i, lane):
                    _sanction_one(world, setting, keys, replicate[lane], t, i, lane)
                    tally.invoked[lane] += 1
                    tally.sanctioned[lane] += world.sanction[i, lane] > 0.0


@kernel
def _accused(world, rule, i, lane):
    n = world.capability.shape[0]
    if rule == DECENTRALIZED and not world.member[i, lane]:
        return False
    for j in range(n):
        if j != i and world.played[i, j, lane]:
            if rule == BALANCING and not world.action[i, j, lane]:
                return True
            if rule != BALANCING and world.accuses[j, i, lane]:
                return True
    return False


@kernel
def _sanction_one(world, setting, keys, replicate, t, i, lane):
    """The procedure against i: who joins, and M_i."""
    n = world.capability.shape[0]
    p = setting.parameters[lane]
    rule = int(p.sanctions.rule)
    possible, strength = 0.0, 0.0
    for k in range(n):
        if k != i and (rule == BALANCING or world.member[k, lane]):
            possible += world.capability[k, lane]
            net = _net(world, setting, p, rule, k, i, lane)
            if draw(keys, replicate, t, SANCTION, k, i) < join_chance(net, p.choice.temperature):
                world.joined[k, i, lane] = 1
                strength += world.capability[k, lane]
    if rule == CENTRALIZED:
        passed = strength >= p.sanctions.quorum * _members_strength(world, lane) and not _vetoed(
            world, setting, p, i, lane
        )
        for k in range(n):
            world.joined[k, i, lane] = passed and k != i and world.member[k, lane]
        world.sanction[i, lane] = 1.0 if passed and possible > 0.0 else 0.0
    else:
        world.sanction[i, lane] = strength / possible if possible > 0.0 else 0.0
    if rule == COLLECTIVE:
        _undo(world, strength, i, lane)


@kernel
def _net(world, setting, p, rule, k, i, lane):
    """What k gains by joining against i."""
    n = world.capability.shape[0]
    kappa = world.credibility[lane]
    if rule == BALANCING:
        return balancing_net(p, n, kappa, world.capability[i, lane], setting.affinity[k, i, lane])
    net = p.sanctions.enforcement_value * kappa
    if rule == COLLECTIVE:
        net += p.sanctions.pledge
    return (
        net
        + p.norms.restraint * world.norm[k, lane]
        - p.sanctions.cost / expected_joiners(kappa, n)
        - p.sanctions.alliance_weight * setting.affinity[k, i, lane]
    )


@kernel
def _members_strength(world, lane):
    total = 0.0
    for k in range(world.capability.shape[0]):
        if world.member[k, lane]:
            total += world.capability[k, lane]
    return total


@kernel
def _vetoed(world, setting, p, i, lane):
    for k in range(world.capability.shape[0]):
        if world.member[k, lane] and setting.states[k, lane].veto:
            if k == i or setting.affinity[k, i, lane] > p.sanctions.veto_affinity:
                return True
    return False


@kernel
def _undo(world, strength, i, lane):
    """Collective defence: i gains nothing from a victim that is defended by more than i's strength."""
    for j in range(world.capability.shape[0]):
        victim = world.played[i, j, lane] and not world.action[i, j, lane] and world.action[j, i, lane]
        if j != i and victim and world.accuses[j, i, lane]:
            others = strength - world.capability[j, lane] if world.joined[j, i, lane] else strength
            if others + world.capability[j, lane] > world.capability[i, lane]:
                world.undone[i, j, lane] = 1


@kernel
def charge(world, setting):
    """Step 7: what sanctions cost those who suffer them and those who impose them."""
    n, lanes = world.capability.shape
    for lane in range(lanes):
        p = setting.parameters[lane]
        for i in range(n):
            world.joiners[i, lane] = 0
            for k in range(n):
                world.joiners[i, lane] += world.joined[k, i, lane]
        for k in range(n):
            loss = 0.0
            for i in range(n):
                if i == k and world.sanction[i, lane] > 0.0:
                    loss += p.sanctions.severity * world.sanction[i, lane]
                elif world.joined[k, i, lane]:
                    loss += p.sanctions.cost / world.joiners[i, lane]
            world.payoff[k, lane] -= loss


@kernel
def learn_from_sanctions(world, game, setting, keys, replicate, t):
    """Step 9 for the institution: credibility follows what enforcement did; the sanctioned may leave."""
    n, lanes = world.capability.shape
    for lane in range(lanes):
        p = setting.parameters[lane]
        invoked = False
        for i in range(n):
            mass = world.sanction[i, lane]
            if mass >= 0.0:
                invoked = True
                world.credibility[lane] += p.sanctions.credibility_learning * (mass - world.credibility[lane])
                leaves = draw(keys, replicate[lane], t, EXIT, i, i) < p.sanctions.exit * mass
                if mass > 0.0 and world.member[i, lane] and leaves:
                    world.member[i, lane] = 0
                    game.stale[lane] = 1
        if invoked and game.stale[lane] == 0:
            set_law(world, game, setting, lane)

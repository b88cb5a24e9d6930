"""Third parties answer exploitation: the five rules (model.md 4.5).

The case against a state is heard in all lanes at once, and every state in turn says in each whether it
joins: lanes go by in the inner loop, so that rows of arrays are read one after another.
"""

from __future__ import annotations

from regimesim.core.compiler import kernel
from regimesim.core.draws import EXIT, SANCTION, draw, fill_words, unit
from regimesim.core.game import (
    BALANCING,
    CENTRALIZED,
    COLLECTIVE,
    DECENTRALIZED,
    NONE,
    any_marked,
    expected_joiners,
    restrains,
    set_law,
)

_POSSIBLE, _STRENGTH, _MEMBERS, _ENFORCING, _SHARE, _ALLIANCE, _BALANCING = range(7)
"""Rows of ``world.sums``: capability of those who could join, of those who do, of all members; what
enforcement is worth, what a joiner expects to pay, and the weights of an ally and of strength."""


@kernel
def sanction(world, game, setting, tally, luck, t):
    """Step 6: who is accused, and who joins against them."""
    n, lanes = world.capability.shape
    _weigh(world, game, setting)
    for i in range(n):
        accused = world.accused[i]
        _accuse(world, game, i)
        for j in range(n):
            undone, joined = world.undone[i, j], world.joined[j, i]
            for lane in range(lanes):
                undone[lane] = 0
            for lane in range(lanes):
                joined[lane] = 0
        if any_marked(accused):
            _call(world, game, setting, luck, t, i)
            _judge(world, game, setting, i)
        for lane in range(lanes):
            if accused[lane]:
                tally.invoked[lane] += 1
                tally.sanctioned[lane] += world.sanction[i, lane] > 0.0
            else:
                world.sanction[i, lane] = -1.0


@kernel
def _weigh(world, game, setting):
    """What is the same for all cases of a round."""
    n, lanes = world.capability.shape
    enforcing, share, members = world.sums[_ENFORCING], world.sums[_SHARE], world.sums[_MEMBERS]
    for lane in range(lanes):
        p, kappa = setting.parameters[setting.row[lane]], world.credibility[lane]
        worth = p.sanctions.enforcement_value * kappa
        enforcing[lane] = worth + p.sanctions.pledge if game.rule[lane] == COLLECTIVE else worth
        share[lane] = p.sanctions.cost / expected_joiners(kappa, n)
        world.sums[_ALLIANCE, lane] = p.sanctions.alliance_weight
        world.sums[_BALANCING, lane] = p.sanctions.balance_weight
        members[lane] = 0.0
    for k in range(n):
        capability, member = world.capability[k], world.member[k]
        for lane in range(lanes):
            members[lane] += capability[lane] if member[lane] else 0.0


@kernel
def _accuse(world, game, i):
    """In which lanes there is a case against i."""
    n, lanes = world.capability.shape
    accused, member, rule = world.accused[i], world.member[i], game.rule
    for lane in range(lanes):
        accused[lane] = 0
    for j in range(n):
        if j != i:
            played, restrained, accuses = world.played[i, j], world.action[i, j], world.accuses[j, i]
            for lane in range(lanes):
                case = 1 - restrained[lane] if rule[lane] == BALANCING else accuses[lane]
                accused[lane] |= played[lane] & case
    for lane in range(lanes):
        bound = (rule[lane] != NONE) & ((rule[lane] != DECENTRALIZED) | (member[lane] != 0))
        accused[lane] &= bound


@kernel
def _call(world, game, setting, luck, t, i):
    """Every other state decides whether it joins against i."""
    n, lanes = world.capability.shape
    possible, strength = world.sums[_POSSIBLE], world.sums[_STRENGTH]
    for lane in range(lanes):
        possible[lane] = strength[lane] = 0.0
    for k in range(n):
        if k != i:
            fill_words(luck, t, SANCTION, min(i, k), max(i, k))
            _join(world, game, setting, luck.words[0 if k < i else 1], k, i)
            capability, joined = world.capability[k], world.joined[k, i]
            for lane in range(lanes):
                strength[lane] += capability[lane] if joined[lane] else 0.0
            _could_join(world, game, k, i)


@kernel
def _join(world, game, setting, words, k, i):
    """Whether k joins against i, where there is a case against i and k is asked."""
    accused, member, joined, rule = world.accused[i], world.member[k], world.joined[k, i], game.rule
    norm, restraint, capability = world.norm[k], game.restraint, world.capability[i]
    enforcing, share, alliance = world.sums[_ENFORCING], world.sums[_SHARE], world.sums[_ALLIANCE]
    balancing, affinity, temperature = world.sums[_BALANCING], setting.affinity[k, i], game.temperature
    n = world.capability.shape[0]
    for lane in range(joined.shape[0]):
        by_strength = balancing[lane] * (n * capability[lane] - 1.0)
        by_guilt = enforcing[lane] + restraint[lane] * norm[lane]
        worth = by_strength if rule[lane] == BALANCING else by_guilt
        net = worth - share[lane] - alliance[lane] * affinity[lane]
        asked = accused[lane] & (member[lane] | (rule[lane] == BALANCING))
        joined[lane] = asked & restrains(net, temperature[lane], unit(words[lane]))


@kernel
def _could_join(world, game, k, i):
    accused, member, possible = world.accused[i], world.member[k], world.sums[_POSSIBLE]
    capability, rule = world.capability[k], game.rule
    for lane in range(possible.shape[0]):
        asked = accused[lane] & (member[lane] | (rule[lane] == BALANCING))
        possible[lane] += capability[lane] if asked else 0.0


@kernel
def _judge(world, game, setting, i):
    """What joining comes to: M_i, whether a vote passes, whose loss is undone."""
    possible, strength, members = world.sums[_POSSIBLE], world.sums[_STRENGTH], world.sums[_MEMBERS]
    for lane in range(possible.shape[0]):
        if world.accused[i, lane]:
            mass = strength[lane] / possible[lane] if possible[lane] > 0.0 else 0.0
            if game.rule[lane] == CENTRALIZED:
                quorum = setting.parameters[setting.row[lane]].sanctions.quorum
                passed = strength[lane] >= quorum * members[lane] and not _vetoed(world, setting, i, lane)
                for k in range(world.capability.shape[0]):
                    world.joined[k, i, lane] = passed and k != i and world.member[k, lane]
                mass = 1.0 if passed and possible[lane] > 0.0 else 0.0
            elif game.rule[lane] == COLLECTIVE:
                _undo(world, strength[lane], i, lane)
            world.sanction[i, lane] = mass


@kernel
def _vetoed(world, setting, i, lane):
    p = setting.parameters[setting.row[lane]]
    for k in range(world.capability.shape[0]):
        if world.member[k, lane] and setting.states[k, setting.row[lane]].veto:
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
    loss = world.sums[_POSSIBLE]
    for i in range(n):
        joiners = world.joiners[i]
        for lane in range(lanes):
            joiners[lane] = 0
        for k in range(n):
            joined = world.joined[k, i]
            for lane in range(lanes):
                joiners[lane] += joined[lane]
    for k in range(n):
        payoff = world.payoff[k]
        for lane in range(lanes):
            loss[lane] = 0.0
        for i in range(n):
            if i == k:
                for lane in range(lanes):
                    if world.sanction[i, lane] > 0.0:
                        loss[lane] += (
                            setting.parameters[setting.row[lane]].sanctions.severity * world.sanction[i, lane]
                        )
            else:
                joined, joiners = world.joined[k, i], world.joiners[i]
                if any_marked(joined):
                    for lane in range(lanes):
                        if joined[lane]:
                            loss[lane] += setting.parameters[setting.row[lane]].sanctions.cost / joiners[lane]
        for lane in range(lanes):
            payoff[lane] -= loss[lane]


@kernel
def learn_from_sanctions(world, game, setting, luck, t):
    """Step 9 for the institution: credibility follows what enforcement did; the sanctioned may leave."""
    n, lanes = world.capability.shape
    invoked = world.invoked
    for lane in range(lanes):
        invoked[lane] = 0
    for i in range(n):
        accused = world.accused[i]
        if any_marked(accused):
            for lane in range(lanes):
                invoked[lane] |= accused[lane]
                if accused[lane]:
                    p, mass = setting.parameters[setting.row[lane]], world.sanction[i, lane]
                    world.credibility[lane] += p.sanctions.credibility_learning * (
                        mass - world.credibility[lane]
                    )
                    if mass > 0.0 and world.member[i, lane]:
                        if draw(luck.keys, luck.replicate[lane], t, EXIT, i, i) < p.sanctions.exit * mass:
                            world.member[i, lane] = 0
                            game.stale[lane] = 1
    for lane in range(lanes):
        if invoked[lane] and game.stale[lane] == 0:
            set_law(world, game, setting, lane)

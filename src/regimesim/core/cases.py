"""Cases: who is accused, who joins a sanction, who pays, and what institutions learn (model.md 3 and 4.5).

Cases are few: their lanes are listed, and each third state is asked in all of them.
"""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel, lanewise, scalar
from regimesim.core.draws import EXIT, SANCTION, draw, fill_some, unit
from regimesim.core.estrangement import SANCTION as EXCLUSION
from regimesim.core.game import (
    BALANCING,
    CENTRALIZED,
    DECENTRALIZED,
    NONE,
    any_marked,
    list_marked,
    stale_all,
)
from regimesim.core.sanctions import FLAT, is_vetoed, may_be_asked

_ASKED, _POSSIBLE, _JOINED, _VOTES, _MEMBERS, _GUILTY = range(6)
"""Rows of ``luck.cases``, case by case in the order of ``luck.some``: how many were asked, the capability of
these, of those who joined, of those who are for it, and of all members; how many charges are true."""


@kernel
def sanction(world, game, setting, tally, luck, t):
    """Step 6: who is accused, and who joins against them."""
    n = world.capability.shape[0]
    world.dues[:] = 0.0
    for z in range(n):
        for k in range(n):
            world.joined[k, z, :] = 0
        world.sanction[z, :] = -1.0
        _accuse(world, game, setting, z)
        _take_marks(luck.marks, world.accused[z])
        count = list_marked(luck)
        if count > 0:
            _hear(world, game, setting, tally, luck, t, z, count)


@lanewise
def _take_marks(marks, accused):
    for lane in range(accused.shape[0]):
        marks[lane] = accused[lane]


@kernel
def _hear(world, game, setting, tally, luck, t, z, count):
    """Hear the cases against z in ``luck.some``: who joins, and what comes of it."""
    n = world.capability.shape[0]
    luck.cases[:, :count] = 0.0
    for k in range(n):
        _answer(world, game, setting, luck, t, k, z, count)
    for place in range(count):
        _close(world, game, setting, tally, luck, z, place)
    for k in range(n):
        joined = world.joined[k, z]
        for place in range(count):
            lane = luck.some[place]
            if joined[lane]:
                world.dues[k, lane] += world.sums[FLAT, lane]
                _exclude(world, game, setting, tally, k, z, lane)


@kernel
def _answer(world, game, setting, luck, t, k, z, count):
    """Find in which of these cases k is asked, and which it joins; overwrites ``luck.words``."""
    cases, capability, member, joined = luck.cases, world.capability[k], world.member[k], world.joined[k, z]
    if k == z:
        for place in range(count):
            lane = luck.some[place]
            cases[_MEMBERS, place] += capability[lane] if member[lane] else 0.0
        return
    fill_some(luck, t, SANCTION, min(k, z), max(k, z), count)
    words, chance = luck.words[1 if k > z else 0], game.join[k, z]
    played, charge, accuses = world.played[k, z], world.charge[k, z], world.accuses[k, z]
    open_, withheld, action = world.open[z, k], world.withheld[z, k], world.action[z, k]
    rule, strategy = game.rule, setting.strategy[k]
    for place in range(count):
        lane = luck.some[place]
        c, is_member = capability[lane], member[lane]
        by_all = rule[lane] == BALANCING
        brings = _brings(by_all, charge[lane], open_[lane], withheld[lane], action[lane])
        asked = _can_join(by_all, is_member, strategy[lane], played[lane]) & (1 - brings)
        joins = asked & (unit(words[place]) < chance[lane])
        joined[lane] = joins
        # a sum to which 0 is added stays what it is
        cases[_MEMBERS, place] += c * is_member
        cases[_ASKED, place] += asked
        cases[_POSSIBLE, place] += c * asked
        cases[_JOINED, place] += c * joins
        cases[_VOTES, place] += c * (joins | (is_member & brings))
        cases[_GUILTY, place] += accuses[lane] & (1 - action[lane])


@scalar
def _brings(by_all, charge, open_, withheld, action):
    """1 where a state brings a case: by a charge, or, where power is balanced, for having been exploited."""
    exploited = open_ & (1 - withheld) & (1 - action)
    return exploited if by_all else np.int8(charge != 0)


@scalar
def _can_join(by_all, member, strategy, played):
    """1 where a state would be asked to join, unless it brings the case."""
    return (by_all | (member != 0)) & (strategy < 0) & (played != 0)


@kernel
def _close(world, game, setting, tally, luck, z, place):
    """Settle a case against z, by those who join or by a vote."""
    lane, cases = luck.some[place], luck.cases
    if cases[_ASKED, place] == 0.0:
        world.accused[z, lane] = 0
        return
    possible = cases[_POSSIBLE, place]
    share = cases[_JOINED, place] / possible if possible > 0.0 else 0.0
    if game.rule[lane] == CENTRALIZED:
        quorum = setting.parameters[setting.row[lane]].sanctions.quorum
        enough = cases[_VOTES, place] >= quorum * cases[_MEMBERS, place]
        passed = enough and not is_vetoed(world, setting, z, lane)
        share = 1.0 if passed else 0.0
        for k in range(world.capability.shape[0]):
            if k != z:
                asked = may_be_asked(world, setting, z, k, lane) and world.charge[k, z, lane] == 0
                world.joined[k, z, lane] = passed and asked
    world.sanction[z, lane] = share
    tally.invoked[lane] += 1
    tally.response[lane] += share
    if share > 0.0:
        tally.sanctioned[lane] += 1
        if game.rule[lane] != BALANCING and cases[_GUILTY, place] == 0.0:
            tally.innocents[lane] += 1


@kernel
def _accuse(world, game, setting, z):
    """In which lanes somebody may bring a case against z."""
    n, lanes = world.capability.shape
    accused, member, rule = world.accused[z], world.member[z], game.rule
    for lane in range(lanes):
        accused[lane] = 0
    for j in range(n):
        if j != z:
            open_, withheld, action, accuses = (
                world.open[z, j],
                world.withheld[z, j],
                world.action[z, j],
                world.accuses[j, z],
            )
            for lane in range(lanes):
                defected = open_[lane] & (1 - withheld[lane]) & (1 - action[lane])
                accused[lane] |= defected if rule[lane] == BALANCING else accuses[lane]
    for lane in range(lanes):
        bound = (rule[lane] != NONE) & ((rule[lane] != DECENTRALIZED) | (member[lane] != 0))
        accused[lane] &= bound


@kernel
def _exclude(world, game, setting, tally, k, z, lane):
    """k withdraws its cooperation from z; both do if z is prudent, too."""
    rounds = game.rounds[lane]
    left = world.left[k, z, lane]
    if left > rounds:
        return
    world.left[k, z, lane] = rounds
    if left > 0:
        world.extended[k, z, lane] = 1
    if setting.strategy[z, lane] < 0:
        world.left[z, k, lane] = rounds
        world.extended[z, k, lane] = world.extended[k, z, lane]
        if left == 0:
            world.kind[k, z, lane] = world.kind[z, k, lane] = EXCLUSION
            world.broke[min(k, z), max(k, z), lane] = EXCLUSION
            tally.estrangements[EXCLUSION - 1, lane] += 1


@kernel
def pay_dues(world, game, setting):
    """Step 7: fines are paid and count down, new ones begin, and joining is paid for.

    Called when payoffs are flows still; gives them back as payoffs of the round.
    """
    n, lanes = world.capability.shape
    m = setting.rounds_per_year
    for i in range(n):
        payoff, fine, dues, case, rule = (
            world.payoff[i],
            world.fine[i],
            world.dues[i],
            world.sanction[i],
            game.rule,
        )
        for lane in range(lanes):
            if fine[lane] > 0:
                payoff[lane] -= setting.parameters[setting.row[lane]].sanctions.severity
                fine[lane] -= 1
            if rule[lane] == CENTRALIZED and case[lane] > 0.0:
                fine[lane] = max(fine[lane], game.rounds[lane])
        for lane in range(lanes):
            payoff[lane] = payoff[lane] / m - dues[lane]


@kernel
def learn_from_sanctions(world, game, setting, luck, t):
    """Step 9 for the institution: credibility follows what enforcement did; the sanctioned may leave."""
    n, lanes = world.capability.shape
    for i in range(n):
        accused = world.accused[i]
        if any_marked(accused):
            for lane in range(lanes):
                if accused[lane]:
                    p, share = setting.parameters[setting.row[lane]].sanctions, world.sanction[i, lane]
                    world.credibility[lane] += p.credibility_learning * (share - world.credibility[lane])
                    if share > 0.0 and world.member[i, lane]:
                        if draw(luck.keys, luck.replicate[lane], t, EXIT, i, i) < p.exit * share:
                            world.member[i, lane] = 0
                            stale_all(game, i, lane)

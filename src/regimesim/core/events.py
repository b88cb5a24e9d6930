"""What befalls states: leaders, revolutions, growth; war, settlement and the loss of buffers.

Rates are small, so most lanes see nothing in a round: these loops branch, and draw only where a draw may
matter.
"""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel, scalar
from regimesim.core.draws import (
    ABSORB,
    GROWTH,
    JOIN,
    NOBODY,
    PREVAIL,
    RESTORE,
    TURNOVER,
    WAR,
    WAVE,
    draw,
    fill_words,
    unit,
)
from regimesim.core.elementary import exponential, normal_quantile
from regimesim.core.game import any_marked


@scalar
def rounds_of(years, rounds_per_year):
    """A stretch of time in rounds, to the nearest."""
    return int(np.floor(years * rounds_per_year + 0.5))


@kernel
def grow(world, game, setting, luck, t):
    """Capabilities at the turn of a year."""
    n, lanes = world.capability.shape
    for lane in range(lanes):
        volatility = setting.parameters[setting.row[lane]].power.volatility
        moving = volatility > 0.0
        for i in range(n):
            moving = moving or setting.states[i, setting.row[lane]].growth != 0.0
        if moving:
            for i in range(n):
                shock = normal_quantile(draw(luck.keys, luck.replicate[lane], t, GROWTH, i, i))
                world.capability[i, lane] *= exponential(
                    setting.states[i, setting.row[lane]].growth + volatility * shock
                )
            _normalise(world, lane)
            game.stale[lane] = max(game.stale[lane], 1)


@kernel
def _normalise(world, lane):
    total = 0.0
    for i in range(world.capability.shape[0]):
        total += world.capability[i, lane]
    for i in range(world.capability.shape[0]):
        world.capability[i, lane] /= total


@kernel
def remember(world, game, setting):
    """Turmoil runs out; norms fade, and conferences renew them."""
    n, lanes = world.capability.shape
    for i in range(n):
        turmoil, norm, member = world.turmoil[i], world.norm[i], world.member[i]
        if any_marked(turmoil):
            for lane in range(lanes):
                if turmoil[lane] > 0:
                    turmoil[lane] -= 1
                    if turmoil[lane] == 0:
                        world.revisionism[i, lane] += setting.parameters[
                            setting.row[lane]
                        ].domestic.nationalism
                        game.stale[lane] = max(game.stale[lane], 1)
        fade, socialize = game.fade, game.socialize
        for lane in range(lanes):
            faded = norm[lane] * fade[lane]
            norm[lane] = faded + socialize[lane] * member[lane] * (1.0 - faded)


@kernel
def change_leaders(world, game, setting, tally, luck, t):
    """Turnover, and waves of revolution."""
    n, lanes = world.capability.shape
    words = luck.words
    fill_words(luck, t, WAVE, NOBODY, NOBODY)
    for lane in range(lanes):
        world.wave[lane] = unit(words[0, lane]) < game.wave[lane]
    for i in range(n):
        fill_words(luck, t, TURNOVER, i, i)
        for lane in range(lanes):
            world.new_leader[i, lane] = 0
            world.revolted[i, lane] = 0
            if unit(words[0, lane]) < game.turnover[lane]:
                _succeed(world, setting, i, lane)
        for lane in range(lanes):
            if (
                world.wave[lane]
                and unit(words[2, lane]) < setting.parameters[setting.row[lane]].domestic.spread
            ):
                _revolt(world, game, setting, i, lane)
                tally.revolutions[lane] += 1


@kernel
def _succeed(world, setting, i, lane):
    p = setting.parameters[setting.row[lane]]
    world.new_leader[i, lane] = 1
    world.norm[i, lane] = p.norms.institutionalization * world.norm[i, lane]
    for j in range(world.capability.shape[0]):
        if j != i:
            world.trust[i, j, lane] += p.domestic.reset * (
                setting.prior[i, j, lane] - world.trust[i, j, lane]
            )


@kernel
def _revolt(world, game, setting, i, lane):
    p = setting.parameters[setting.row[lane]]
    rounds = rounds_of(p.domestic.turmoil_years, setting.rounds_per_year)
    world.revolted[i, lane] = 1
    world.turmoil[i, lane] = rounds
    if rounds == 0:
        world.revisionism[i, lane] += p.domestic.nationalism
    _succeed(world, setting, i, lane)
    game.stale[lane] = max(game.stale[lane], 1)


@kernel
def end_wars(world, game, setting, luck, t):
    """Wars count down, and are settled when they end."""
    n, lanes = world.capability.shape
    for i in range(n):
        for j in range(i + 1, n):
            at_war = world.at_war[i, j]
            for lane in range(lanes):
                if at_war[lane] > 0:
                    at_war[lane] -= 1
                    world.at_war[j, i, lane] = at_war[lane]
                    if at_war[lane] == 0:
                        _settle(world, game, setting, luck, t, i, j, lane)


@kernel
def _settle(world, game, setting, luck, t, i, j, lane):
    p = setting.parameters[setting.row[lane]]
    both = world.capability[i, lane] + world.capability[j, lane]
    odds = world.capability[i, lane] / both if both > 0.0 else 0.5
    i_prevails = draw(luck.keys, luck.replicate[lane], t, PREVAIL, i, j) < odds
    winner, loser = (i, j) if i_prevails else (j, i)
    if p.war.capability_loss != 0.0:
        lost = p.war.capability_loss * world.capability[loser, lane]
        world.capability[loser, lane] -= lost
        world.capability[winner, lane] += lost / 2.0
        _normalise(world, lane)
    world.revisionism[loser, lane] += p.war.resentment
    world.trust[i, j, lane] = world.trust[j, i, lane] = p.war.settlement_trust
    world.norm[i, lane] = world.norm[j, lane] = 1.0
    for link in range(setting.links.shape[0]):
        k = setting.links[link, 0]
        if setting.links[link, 1] == i and setting.links[link, 2] == j and not world.sovereign[k, lane]:
            world.sovereign[k, lane] = (
                draw(luck.keys, luck.replicate[lane], t, RESTORE + k, i, j) < p.war.restoration
            )
    game.stale[lane] = max(game.stale[lane], 1)


@kernel
def quarrel(world, luck, t, i, j):
    """Whether i < j exploit each other in any lane; if so, draw (channels WAR and NEGOTIATE)."""
    action_ij, action_ji, restraint = world.action[i, j], world.action[j, i], 1
    for lane in range(action_ij.shape[0]):
        restraint &= action_ij[lane] & action_ji[lane]
    if not restraint:
        fill_words(luck, t, WAR, i, j)
    return not restraint


@kernel
def begin_wars(world, game, setting, tally, luck, t, i, j):
    """Exploitation between i < j turns to war (``luck.words``: WAR)."""
    words = luck.words
    action_ij, action_ji = world.action[i, j], world.action[j, i]
    played, at_war = world.played[i, j], world.at_war[i, j]
    for lane in range(action_ij.shape[0]):
        if played[lane] & (1 - (action_ij[lane] & action_ji[lane])) and at_war[lane] == 0:
            one_sided = action_ij[lane] != action_ji[lane]
            risk = game.war_one[i, j, lane] if one_sided else game.war_both[i, j, lane]
            if unit(words[0, lane]) < risk:
                _wage(world, game, setting, tally, luck, t, i, j, lane)


@kernel
def _wage(world, game, setting, tally, luck, t, i, j, lane):
    """A war between i and j, whoever joins it, and what it costs all of them."""
    n = world.capability.shape[0]
    p = setting.parameters[setting.row[lane]]
    rounds = max(1, rounds_of(p.war.years, setting.rounds_per_year))
    fighting = 2
    if p.war.contagion > 0.0:
        fighting = _choose_sides(world, setting, luck, t, i, j, lane)
        side = world.side[lane]
        for a in range(n):
            if side[a] != 0:
                for b in range(a + 1, n):
                    if side[a] * side[b] == 2:
                        _fight(world, game, tally, t, a, b, lane, rounds)
    else:
        _fight(world, game, tally, t, i, j, lane, rounds)
    tally.wars[lane] += 1
    if tally.war_round[lane] < 0:
        tally.war_round[lane] = t
    if tally.systemic_round[lane] < 0 and 2 * fighting >= n:
        tally.systemic_round[lane] = t


@kernel
def _choose_sides(world, setting, luck, t, i, j, lane):
    """Who joins the war between i and j; gives how many fight."""
    contagion = setting.parameters[setting.row[lane]].war.contagion
    side = world.side[lane]
    for k in range(side.shape[0]):
        side[k] = 0
    side[i], side[j] = 1, 2
    fighting = 2
    for k in range(side.shape[0]):
        if k != i and k != j:
            for_i, for_j = setting.affinity[k, i, lane], setting.affinity[k, j, lane]
            if for_i != for_j and draw(luck.keys, luck.replicate[lane], t, JOIN + k, i, j) < contagion:
                side[k] = 1 if for_i > for_j else 2
                fighting += 1
    return fighting


@kernel
def _fight(world, game, tally, t, a, b, lane, rounds):
    """a < b are at war from now on, unless they were already."""
    if world.at_war[a, b, lane] == 0:
        world.at_war[a, b, lane] = world.at_war[b, a, lane] = rounds
        world.payoff[a, lane] -= game.cost[a, b, lane]
        world.payoff[b, lane] -= game.cost[b, a, lane]
        if tally.pair_war[a, b, lane] < 0:
            tally.pair_war[a, b, lane] = t


@kernel
def absorb_buffers(world, game, setting, tally, luck, t):
    """States that exploit each other across buffers swallow them."""
    n, lanes = world.capability.shape
    for i in range(n):
        for link in range(setting.links.shape[0]):
            k, a, b = setting.links[link, 0], setting.links[link, 1], setting.links[link, 2]
            if i in (a, b):
                j = b if i == a else a
                action, played, sovereign = world.action[i, j], world.played[i, j], world.sovereign[k]
                for lane in range(lanes):
                    if sovereign[lane] & played[lane] & (1 - action[lane]):
                        if draw(luck.keys, luck.replicate[lane], t, ABSORB + k, i, j) < game.absorb[lane]:
                            sovereign[lane] = 0
                            tally.buffers_lost[lane] += 1
                            _swell(world, setting, i, lane)
                            game.stale[lane] = max(game.stale[lane], 1)


@kernel
def _swell(world, setting, i, lane):
    gain = setting.parameters[setting.row[lane]].geography.absorption_gain
    if gain > 0.0:
        world.capability[i, lane] += gain
        _normalise(world, lane)

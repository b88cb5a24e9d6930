"""Events that befall states: leaders, revolutions, growth; war, settlement and the loss of buffers.

Rates are small, so most lanes see nothing in a round: these loops branch, and draw only where a draw may
matter.
"""

from __future__ import annotations

from regimesim.core.compiler import kernel, lanewise
from regimesim.core.draws import (
    ABSORB,
    GROWTH,
    JOIN,
    NOBODY,
    PREVAIL,
    RESTORE,
    TURNOVER,
    WAVE,
    draw,
    fill_first,
    fill_some,
    fill_words,
    unit,
)
from regimesim.core.elementary import exponential, normal_quantile
from regimesim.core.game import any_marked, list_marked, rounds_of, stale_all


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
            _normalise(world, game, lane)


@kernel
def _normalise(world, game, lane):
    """Divide shares by their sum; what depends on them is out of date."""
    total = 0.0
    for i in range(world.capability.shape[0]):
        total += world.capability[i, lane]
    for i in range(world.capability.shape[0]):
        world.capability[i, lane] /= total
        stale_all(game, i, lane)


@kernel
def remember(world, game, setting):
    """Turmoil runs out; norms fade, and conferences renew them; fresh grievances fade."""
    n, lanes = world.capability.shape
    for i in range(n):
        turmoil = world.turmoil[i]
        if any_marked(turmoil):
            for lane in range(lanes):
                if turmoil[lane] > 0:
                    turmoil[lane] -= 1
                    if turmoil[lane] == 0:
                        world.revisionism[i, lane] += setting.parameters[
                            setting.row[lane]
                        ].domestic.nationalism
        _fade(
            world.norm[i],
            world.revisionism[i],
            world.member[i],
            setting.ground[i],
            game.fade,
            game.socialize,
            game.forget,
        )


@lanewise
def _fade(norm, grievance, member, ground, fade, socialize, forget):
    for lane in range(norm.shape[0]):
        faded = norm[lane] * fade[lane]
        norm[lane] = faded + socialize[lane] * member[lane] * (1.0 - faded)
        grievance[lane] -= forget[lane] * max(0.0, grievance[lane] - ground[lane])


@kernel
def satisfy(world, setting, i, lane):
    """A success abroad satisfies part of a fresh grievance."""
    fresh = max(0.0, world.revisionism[i, lane] - setting.ground[i, lane])
    world.revisionism[i, lane] -= setting.parameters[setting.row[lane]].war.satisfaction * fresh


@kernel
def change_leaders(world, game, setting, tally, luck, t):
    """Turnover, and waves of revolution."""
    n, lanes = world.capability.shape
    words = luck.words
    fill_first(luck, t, WAVE, NOBODY, NOBODY)
    for lane in range(lanes):
        world.wave[lane] = unit(words[0, lane]) < game.wave[lane]
    any_wave = any_marked(world.wave)
    for i in range(n):
        if any_wave:
            fill_words(luck, t, TURNOVER, i, i)
        else:
            fill_first(luck, t, TURNOVER, i, i)
        _mark_new(luck.marks, world.new_leader[i], world.revolted[i], words[0], game.turnover)
        for place in range(list_marked(luck)):
            _succeed(world, setting, i, luck.some[place])
        for lane in range(lanes if any_wave else 0):
            if (
                world.wave[lane]
                and unit(words[2, lane])
                < setting.parameters[setting.row[lane]].domestic.spread
                * setting.states[i, setting.row[lane]].unrest
            ):
                _revolt(world, setting, i, lane)
                tally.revolutions[lane] += 1


@lanewise
def _mark_new(marks, new_leader, revolted, words, turnover):
    for lane in range(revolted.shape[0]):
        marks[lane] = new_leader[lane] = unit(words[lane]) < turnover[lane]
        revolted[lane] = 0


@kernel
def _succeed(world, setting, i, lane):
    p = setting.parameters[setting.row[lane]]
    world.new_leader[i, lane] = 1
    world.norm[i, lane] = p.norms.institutionalization * world.norm[i, lane]
    for j in range(world.capability.shape[0]):
        if j != i and p.domestic.reset > 0.0:
            world.trust[i, j, lane] += p.domestic.reset * (
                setting.prior[i, j, lane] - world.trust[i, j, lane]
            )


@kernel
def _revolt(world, setting, i, lane):
    p = setting.parameters[setting.row[lane]]
    rounds = rounds_of(p.domestic.turmoil_years, setting.rounds_per_year)
    world.revolted[i, lane] = 1
    world.turmoil[i, lane] = rounds
    if rounds == 0:
        world.revisionism[i, lane] += p.domestic.nationalism
    _succeed(world, setting, i, lane)


@kernel
def end_wars(world, game, setting, luck, t):
    """Wars count down, and are settled when they end."""
    n, lanes = world.capability.shape
    for i in range(n):
        for j in range(i + 1, n):
            at_war = world.at_war[i, j]
            for lane in range(lanes if any_marked(at_war) else 0):
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
        _normalise(world, game, lane)
    satisfy(world, setting, winner, lane)
    world.revisionism[loser, lane] += p.war.resentment
    world.trust[i, j, lane] = world.trust[j, i, lane] = p.war.settlement_trust
    world.norm[i, lane] = world.norm[j, lane] = 1.0
    for link in range(setting.links.shape[0]):
        k = setting.links[link, 0]
        if setting.links[link, 1] == i and setting.links[link, 2] == j and not world.sovereign[k, lane]:
            world.sovereign[k, lane] = (
                draw(luck.keys, luck.replicate[lane], t, RESTORE + k, i, j) < p.war.restoration
            )
            if world.sovereign[k, lane]:
                _redraw(game, setting, k, lane)


@kernel
def _redraw(game, setting, k, lane):
    """Have the pairs that a buffer separates appraised again."""
    for link in range(setting.links.shape[0]):
        if setting.links[link, 0] == k:
            game.stale[setting.links[link, 1], setting.links[link, 2], lane] = 1


@kernel
def begin_wars(world, game, setting, tally, luck, t):
    """Conflicts turn to war, pair by pair in order; third states join."""
    n, lanes = world.capability.shape
    systemic = world.systemic
    for lane in range(lanes):
        systemic[lane] = 0
    for i in range(n):
        for j in range(i + 1, n):
            due, at_war = world.due[i, j], world.at_war[i, j]
            if any_marked(due):
                for lane in range(lanes):
                    if due[lane] and at_war[lane] == 0:
                        _wage(world, game, setting, tally, luck, t, i, j, lane)
                        systemic[lane] = 1
    if any_marked(systemic):
        for lane in range(lanes):
            if systemic[lane]:
                systemic[lane] = _is_systemic(world, lane)
                if systemic[lane] and tally.systemic_round[lane] < 0:
                    tally.systemic_round[lane] = t


@kernel
def _wage(world, game, setting, tally, luck, t, i, j, lane):
    """A war between i and j, and who joins it."""
    _fight(world, game, tally, t, i, j, lane)
    contagion = setting.parameters[setting.row[lane]].war.contagion
    if contagion > 0.0:
        for k in range(world.capability.shape[0]):
            if k != i and k != j:
                for foe, other in ((i, j), (j, i)):
                    hostile = _estranged(world, setting, k, foe, lane)
                    free = world.at_war[k, other, lane] == 0 and not _estranged(
                        world, setting, k, other, lane
                    )
                    if hostile and free:
                        if draw(luck.keys, luck.replicate[lane], t, JOIN + k, i, j) < contagion:
                            _fight(world, game, tally, t, min(k, foe), max(k, foe), lane)
                        break
    tally.wars[lane] += 1
    if tally.war_round[lane] < 0:
        tally.war_round[lane] = t


@kernel
def _estranged(world, setting, i, j, lane):
    prudent = setting.strategy[i, lane] < 0 and setting.strategy[j, lane] < 0
    return prudent and world.left[i, j, lane] > 0


@kernel
def _fight(world, game, tally, t, a, b, lane):
    """a < b are at war from now on; whatever stood between them ends."""
    world.at_war[a, b, lane] = world.at_war[b, a, lane] = game.war_rounds[lane]
    world.left[a, b, lane] = world.left[b, a, lane] = 0
    world.kind[a, b, lane] = world.kind[b, a, lane] = 0
    world.payoff[a, lane] -= game.cost[a, b, lane]
    world.payoff[b, lane] -= game.cost[b, a, lane]
    tally.disputed[a, b, lane] = 1
    if tally.pair_war[a, b, lane] < 0:
        tally.pair_war[a, b, lane] = t


@kernel
def _is_systemic(world, lane):
    """Tell whether at least three states, and half of all, are connected by pairs at war."""
    n = world.capability.shape[0]
    reach = world.reach[lane]
    reach[:] = 0
    for start in range(n):
        if reach[start] == 0:
            reach[start], size, grows = 1, 1, True
            while grows:
                grows = False
                for a in range(n):
                    if reach[a] == 1:
                        for b in range(n):
                            if a != b and reach[b] == 0 and world.at_war[a, b, lane] > 0:
                                reach[b], size, grows = 1, size + 1, True
            if size >= 3 and 2 * size >= n:
                return 1
            for a in range(n):  # looked at: not reached from another start
                if reach[a] == 1:
                    reach[a] = 2
    return 0


@kernel
def absorb_buffers(world, game, setting, tally, luck, t):
    """Buffers between estranged states are swallowed by one of them."""
    for link in range(setting.links.shape[0]):
        k, i, j = setting.links[link, 0], setting.links[link, 1], setting.links[link, 2]
        _mark_contested(
            luck.marks, world.played[i, j], world.open[i, j], world.at_war[i, j], world.sovereign[k]
        )
        count = list_marked(luck)
        if count > 0:
            fill_some(luck, t, ABSORB + k, i, j, count)
        for place in range(count):
            lane, u = luck.some[place], unit(luck.words[2 * (k % 2), place])
            p = game.absorb[lane]
            if u < p:
                mine, other = world.capability[i, lane], world.capability[j, lane]
                share = mine / (mine + other) if mine + other > 0.0 else 0.5
                _absorb(world, game, setting, tally, k, i if u < p * share else j, lane)


@lanewise
def _mark_contested(marks, played, open_, at_war, sovereign):
    for lane in range(played.shape[0]):
        marks[lane] = sovereign[lane] & played[lane] & (1 - open_[lane]) & (at_war[lane] == 0)


@kernel
def _absorb(world, game, setting, tally, k, i, lane):
    world.sovereign[k, lane] = 0
    tally.buffers_lost[lane] += 1
    satisfy(world, setting, i, lane)
    _redraw(game, setting, k, lane)
    gain = setting.parameters[setting.row[lane]].geography.absorption_gain
    if gain > 0.0:
        world.capability[i, lane] += gain
        _normalise(world, game, lane)

"""The effective game of a pair: what only a change in the world's structure moves (model.md 4.1 and 4.2)."""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel, scalar
from regimesim.core.draws import certain, limit
from regimesim.core.elementary import chance, exponential, power
from regimesim.core.estrangement import FOREVER, discounted_rounds, reckon_estrangement, resolve_of

NONE, DECENTRALIZED, CENTRALIZED, COLLECTIVE, BALANCING = 0, 1, 2, 3, 4
"""Sanction rules, by their position in ``parameters``' choices."""

EACH, ALL = np.int64(1), np.int64(0)  # integers of NumPy: see ``draws``
"""Rates are read lane by lane, or once for all lanes: a factor of the lane's number in a loop that is
compiled for either, and keeps in registers what is the same for all."""

_LN2 = 0.6931471805599453
MANY = 64
"""Lanes that are looked at together, to see whether there is anything to do in any of them."""
_COLDEST, _UNREACHED = 1e300, 2.0**34


@kernel
def any_marked(marks):
    """Tell whether any lane is marked: most often none is, and many lanes are looked at together."""
    found = 0
    for lane in range(marks.shape[0]):
        found |= marks[lane]
    return found != 0


@kernel
def list_marked(luck):
    """List the lanes that are marked in ``luck.marks``, in ``luck.some``, and give how many there are."""
    marks, packed, some = luck.marks, luck.packed, luck.some
    count, whole = 0, packed.shape[0] - packed.shape[0] % 8
    for first in range(0, whole, 8):
        if _any_of_eight(packed, first):
            for place in range(first, first + 8):
                if packed[place] != 0:
                    count = _list_eight(marks, some, 8 * place, count)
    for place in range(whole, packed.shape[0]):
        if packed[place] != 0:
            count = _list_eight(marks, some, 8 * place, count)
    return count


@scalar
def _list_eight(marks, some, first, count):
    """List what is marked of eight lanes without a branch: what is written in vain is written over."""
    for lane in range(first, first + 8):
        some[count] = lane
        count += marks[lane] != 0
    return count


@scalar
def _any_of_eight(packed, first):
    low = packed[first] | packed[first + 1] | packed[first + 2] | packed[first + 3]
    high = packed[first + 4] | packed[first + 5] | packed[first + 6] | packed[first + 7]
    return (low | high) != 0


@scalar
def rounds_of(years, rounds_per_year):
    """A length in rounds: to the nearest, at least one unless it is 0; 2^30 are without end."""
    if years * rounds_per_year >= FOREVER:
        return FOREVER
    if years == 0.0:
        return 0
    return max(1, int(np.floor(years * rounds_per_year + 0.5)))


@scalar
def hit_chance(miss_rate, level, rounds_per_year):
    """q: the chance that a defection is seen; a miss is of a breach that lasts a quarter."""
    return 1.0 - power(miss_rate * (1.0 - level), 4.0 / rounds_per_year)


@scalar
def alarm_chance(rate, level, meeting, blur, rounds_per_year):
    """f: the chance per round that cooperation is taken for defection."""
    return chance(rate * (1.0 - level) * (1.0 - meeting) * blur, rounds_per_year)


@scalar
def coolness_of(temperature):
    """1 / temperature, of a size that any margin can be multiplied by, and 0 where there is no chance."""
    return min(1.0 / temperature, _COLDEST) if temperature > 0.0 else 0.0


@kernel
def set_rates(game, setting, lane):
    """Set everything in ``game`` that only a new phase can change."""
    p = setting.parameters[setting.row[lane]]
    m = setting.rounds_per_year
    level = p.transparency.level
    game.reward[lane] = p.payoffs.reward
    game.punishment[lane] = p.payoffs.punishment
    game.hit[lane] = hit_chance(p.transparency.miss_rate, level, m)
    game.restraint[lane] = p.norms.restraint
    game.temperature[lane] = p.choice.temperature
    game.readiness[lane] = m if p.choice.temperature > 0.0 else _UNREACHED
    game.coolness[lane] = coolness_of(p.choice.temperature)
    game.rule[lane] = int(p.sanctions.rule)
    game.tremble_limit[lane] = limit(p.choice.tremble)
    game.hit_limit[lane] = limit(game.hit[lane])
    game.learning[lane] = 1.0 - power(1.0 - p.trust.learning_rate, 1.0 / m)
    discount = power(p.shadow.discount_factor, 1.0 / m)
    rounds, war_rounds = rounds_of(p.shadow.punishment_years, m), rounds_of(p.war.years, m)
    game.discount[lane] = discount
    game.rounds[lane], game.war_rounds[lane] = rounds, war_rounds
    game.after_war[lane] = power(discount, float(war_rounds) + 1.0)
    game.waste[lane] = float(war_rounds) if discount == 1.0 else discount - game.after_war[lane]
    game.fined[lane] = discounted_rounds(discount, rounds)
    game.calmed[lane] = 1.0 - p.domestic.preoccupation
    game.intrusion[lane] = p.transparency.intrusion_cost * (level * level)
    game.shock[lane] = p.trust.shock
    game.fade[lane] = exponential(-_LN2 / (p.norms.half_life * m))
    game.forget[lane] = chance(_LN2 / p.domestic.grievance_half_life, m)
    game.socialize[lane] = chance(p.diplomacy.conference * p.norms.socialization, m)
    game.turnover[lane] = chance(p.domestic.turnover, m)
    game.wave[lane] = chance(p.domestic.revolution, m)
    game.talk[lane] = chance(p.diplomacy.renegotiation, m)
    game.absorb[lane] = chance(p.geography.absorption, m)


@kernel
def new_phase(game, setting):
    """Set the rates of the lanes for which a phase has just begun, and have their pairs appraised."""
    if any_marked(game.fresh):
        n = game.stale.shape[0]
        for i in range(n):
            for lane in range(game.fresh.shape[0]):
                if game.fresh[lane]:
                    game.pursue[i, lane] = resolve_of(setting, i, lane)
            for j in range(i + 1, n):
                stale, fresh = game.stale[i, j], game.fresh
                for lane in range(fresh.shape[0]):
                    stale[lane] |= fresh[lane]
        for lane in range(game.fresh.shape[0]):
            if game.fresh[lane]:
                if lane > 0 and setting.row[lane] == setting.row[lane - 1] and game.fresh[lane - 1]:
                    _copy_rates(game, lane)
                else:
                    set_rates(game, setting, lane)
        game.fresh[:] = 0


@kernel
def _copy_rates(game, lane):
    """Take over the rates of the lane before."""
    for kind in range(game.rates.shape[0]):
        game.rates[kind, lane] = game.rates[kind, lane - 1]
    for row in (game.tremble_limit, game.hit_limit):
        row[lane] = row[lane - 1]
    for row in (game.rounds, game.war_rounds):
        row[lane] = row[lane - 1]
    game.rule[lane] = game.rule[lane - 1]


@kernel
def stale_all(game, i, lane):
    """Mark every pair of a state as stale."""
    for j in range(game.stale.shape[0]):
        game.stale[min(i, j), max(i, j), lane] = 1


@kernel
def appraise(world, game, setting, i, j):
    """Bring what is known of a pair i < j up to date in all lanes in which it is stale.

    Most lanes are like another one as far as this goes: they are given what was found for that.
    """
    stale = game.stale[i, j]
    if any_marked(stale):
        if _all_alike(world, game, setting, i, j):
            _separate(world, game, setting, i, j, 0)
            _appraise_all(world, game, setting, i, j)
        else:
            count = 0
            for first in range(0, stale.shape[0], MANY):
                last = min(first + MANY, stale.shape[0])
                if any_marked(stale[first:last]):
                    count = _appraise_some(world, game, setting, i, j, first, last, count)
            if count > 0:
                _copy_from_models(game, i, j, count)


@kernel
def _all_alike(world, game, setting, i, j):
    """Tell whether the pair is stale in every lane, and nothing that counts is different in any."""
    stale, row, differ = game.stale[i, j], setting.row, 0
    for lane in range(row.shape[0]):
        differ |= (stale[lane] == 0) | (row[lane] != row[0])
    for k in (i, j):
        capability, member = world.capability[k], world.member[k]
        for lane in range(row.shape[0]):
            differ |= (capability[lane] != capability[0]) | (member[lane] != member[0])
    if differ == 0:
        for link in range(setting.links.shape[0]):
            if setting.links[link, 1] == i and setting.links[link, 2] == j:
                sovereign = world.sovereign[setting.links[link, 0]]
                for lane in range(row.shape[0]):
                    differ |= sovereign[lane] != sovereign[0]
    return differ == 0


@kernel
def _appraise_all(world, game, setting, i, j):
    """Appraise one lane, and give to all what was found for that."""
    _appraise_pair(world, game, setting, i, j, 0)
    game.models[i, j, 0] = 0
    _spread(game.buffer[i, j])
    _spread(game.buffer[j, i])
    for kind in range(game.structure.shape[0]):
        _spread(game.structure[kind, i, j])
        if kind >= game.between.shape[0]:
            _spread(game.structure[kind, j, i])
    _spread(game.alarm_limit[i, j])
    _spread(game.certain[i, j])
    stale = game.stale[i, j]
    for lane in range(stale.shape[0]):
        stale[lane] = 0


@kernel
def _spread(row):
    """Give to all lanes what the first one has."""
    first = row[0]
    for lane in range(row.shape[0]):
        row[lane] = first


@kernel
def _appraise_some(world, game, setting, i, j, first, last, count):
    """Appraise the lanes that are stale one by one, but for those that are like one that has been appraised.

    These are added to the ``count`` in ``game.like``, and counted.
    """
    stale = game.stale[i, j]
    for lane in range(first, last):
        if stale[lane]:
            _separate(world, game, setting, i, j, lane)
            model = _find_model(world, game, setting, i, j, lane)
            if model < 0:
                _appraise_pair(world, game, setting, i, j, lane)
                game.models[i, j, lane % game.models.shape[2]] = lane
            else:
                game.like[0, count], game.like[1, count] = lane, model
                count += 1
            stale[lane] = 0
    return count


@kernel
def _copy_from_models(game, i, j, count):
    """Give to the first lanes of ``game.like`` what was found for the second ones."""
    for kind in range(game.structure.shape[0]):
        _copy_some(game.structure[kind, i, j], game.like, count)
        if kind >= game.between.shape[0]:
            _copy_some(game.structure[kind, j, i], game.like, count)
    _copy_some(game.alarm_limit[i, j], game.like, count)
    _copy_some(game.certain[i, j], game.like, count)


@kernel
def _copy_some(row, like, count):
    for place in range(count):
        row[like[0, place]] = row[like[1, place]]


@kernel
def _find_model(world, game, setting, i, j, lane):
    """Give a lane that has been appraised and of which nothing that counts is different, or -1."""
    for place in range(game.models.shape[2]):
        model = game.models[i, j, place]
        if game.stale[i, j, model] == 0 and setting.row[model] == setting.row[lane]:
            same = game.buffer[i, j, model] == game.buffer[i, j, lane]
            for k in (i, j):
                same &= world.capability[k, model] == world.capability[k, lane]
                same &= world.member[k, model] == world.member[k, lane]
            if same:
                return model
    return -1


@kernel
def _appraise_pair(world, game, setting, i, j, lane):
    p, m = setting.parameters[setting.row[lane]], setting.rounds_per_year
    s_i, s_j = _second_strike(setting, i, lane), _second_strike(setting, j, lane)
    block = game.buffer[i, j, lane]
    meeting = p.diplomacy.conference * world.member[i, lane] * world.member[j, lane]
    one_sided = _one_side(world, game, setting, i, j, lane, block, s_j)
    other_sided = _one_side(world, game, setting, j, i, lane, block, s_i)
    calm = (1.0 - p.deterrence.prudence * (s_i * s_j)) * _fear(p.war.cost, p.deterrence.retaliation, s_i, s_j)
    both = p.war.mutual * calm
    open_risk = chance(p.war.unilateral * calm, m)
    risk_m = chance(both * (1.0 - p.diplomacy.mediation * meeting), m)
    risk_b, risk_s = chance(both, m), chance(p.sanctions.escalation * both, m)
    mixed = setting.strategy[i, lane] >= 0 or setting.strategy[j, lane] >= 0
    alarm = _alarm(setting, p, i, j, lane, meeting)
    spill = 0.0 if mixed else _abroad(p, m, s_i * s_j) * (1.0 - meeting)
    _set_chances(game, p, alarm, i, j, lane)
    for a, b, cost in ((i, j, one_sided), (j, i, other_sided)):
        game.confer[a, b, lane] = meeting
        game.alarm[a, b, lane], game.abroad[a, b, lane] = alarm, spill
        game.war_open[a, b, lane] = open_risk
        game.war_estranged[0, a, b, lane] = risk_m
        game.war_estranged[1, a, b, lane] = risk_b
        game.war_estranged[2, a, b, lane] = risk_s
        game.cost[a, b, lane] = cost
        game.toll[a, b, lane] = m * open_risk * cost
        game.u_dd[a, b, lane] = p.payoffs.punishment - m * risk_b * cost
    reckon_estrangement(game, setting, i, j, lane)
    game.exposed[i, j, lane] = _exposed(game, setting, i, j, lane)
    game.exposed[j, i, lane] = _exposed(game, setting, j, i, lane)


@kernel
def _exposed(game, setting, i, j, lane):
    """Weigh a case that j brings against i: the factor of X_ij in law_ij."""
    p, rule = setting.parameters[setting.row[lane]], game.rule[lane]
    if rule == BALANCING:
        return game.discount[lane]
    if rule == NONE or setting.strategy[j, lane] >= 0:
        return 0.0
    r_j = resolve_of(setting, j, lane)
    wrong = game.alarm[i, j, lane] * (1.0 - game.confer[i, j, lane]) * (1.0 - p.sanctions.inquiry)
    return game.discount[lane] * r_j * p.transparency.publicity * (game.hit[lane] - wrong)


@kernel
def _one_side(world, game, setting, i, j, lane, block, s_j):
    """Appraise what i wants of j and fears from it; gives the cost of a war to i."""
    p = setting.parameters[setting.row[lane]]
    tau, pay = p.transparency.level, p.payoffs
    warning = p.transparency.early_warning * (1.0 - (1.0 - tau) * (1.0 - block))
    exposure = max(
        0.0, (1.0 + p.geography.offense_advantage) * (1.0 - p.geography.buffer_effectiveness * block)
    )
    w_ij = _weight(p.power.weight, world.capability[i, lane], world.capability[j, lane])
    w_ji = _weight(p.power.weight, world.capability[j, lane], world.capability[i, lane])
    knowing = 1.0 + p.transparency.target_knowledge * (tau * tau * tau)
    game.appetite[i, j, lane] = (pay.temptation - pay.reward) * exposure * w_ij * knowing
    nuclear = setting.states[i, setting.row[lane]].nuclear
    game.strike[i, j, lane] = p.deterrence.first_strike_gain * (1.0 - s_j) if nuclear else 0.0
    game.warning[i, j, lane] = warning
    loss = pay.punishment - (pay.punishment - pay.sucker) * exposure * w_ji
    game.bare_loss[i, j, lane] = game.loss[i, j, lane] = (1.0 - warning) * loss + warning * pay.punishment
    return p.war.cost * w_ji + p.deterrence.retaliation * s_j


@kernel
def _second_strike(setting, i, lane):
    state = setting.states[i, setting.row[lane]]
    return state.second_strike if state.nuclear else 0.0


@scalar
def _weight(power_weight, own, other):
    both = own + other
    if both == 0.0:  # both have run out of the numbers: equals
        return 1.0
    return (1.0 - power_weight) + power_weight * 2.0 * own / both


@scalar
def _fear(war_cost, retaliation, s_i, s_j):
    """Share of the risk of war that is left where it is dear: 1 where war costs nothing."""
    if war_cost == 0.0:
        return 1.0
    return (war_cost / (war_cost + retaliation * s_j) + war_cost / (war_cost + retaliation * s_i)) / 2.0


@kernel
def _alarm(setting, p, i, j, lane, meeting):
    """f_ij: the chance that cooperation is taken for defection."""
    row = setting.row[lane]
    distance = abs(setting.states[i, row].ideology - setting.states[j, row].ideology)
    blur = 1.0 + p.diplomacy.cleavage * distance
    return alarm_chance(
        p.transparency.false_alarm_rate, p.transparency.level, meeting, blur, setting.rounds_per_year
    )


@kernel
def _abroad(p, rounds_per_year, deterrence):
    """The chance of a quarrel abroad that is not kept from spilling over."""
    rate = (1.0 - p.periphery.insulation) * p.periphery.rate * (1.0 + p.periphery.paradox * deterrence)
    return chance(rate, rounds_per_year)


@kernel
def _set_chances(game, p, alarm, i, j, lane):
    hit = game.hit[lane]
    game.alarm_limit[i, j, lane] = limit(alarm)
    game.certain[i, j, lane] = chances_of(
        certain(p.choice.tremble),
        certain(p.choice.tremble),
        certain(alarm),
        certain(hit),
        certain(alarm),
        certain(hit),
    )


@scalar
def chances_of(flips_i, flips_j, alarms_i, catches_i, alarms_j, catches_j):
    """Put together what the draws of a pair come to, in the bits of one number."""
    return flips_i | (flips_j << 1) | (alarms_i << 2) | (catches_i << 3) | (alarms_j << 4) | (catches_j << 5)


@kernel
def _separate(world, game, setting, i, j, lane):
    """Set B_ij = 1 - product over sovereign buffers between i < j of (1 - strength)."""
    open_ = 1.0
    for link in range(setting.links.shape[0]):
        k = setting.links[link, 0]
        if setting.links[link, 1] == i and setting.links[link, 2] == j:
            open_ *= 1.0 - (setting.strength[k, lane] if world.sovereign[k, lane] else 0.0)
    game.buffer[i, j, lane] = game.buffer[j, i, lane] = 1.0 - open_

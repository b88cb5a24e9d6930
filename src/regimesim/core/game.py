"""The effective game of a pair, and whether restraint is worth it (model.md 4.1-4.3)."""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import entry, kernel, scalar
from regimesim.core.draws import certain, limit, unit
from regimesim.core.elementary import chance, exponential, logistic, power

INFINITE = np.inf
NONE, DECENTRALIZED, CENTRALIZED, COLLECTIVE, BALANCING = 0, 1, 2, 3, 4
"""Sanction rules, by their position in ``parameters``' choices."""

_LN2 = 0.6931471805599453


@scalar
def patience(discount, punishment_rounds, hit, alarm):
    """Worth of the future per unit of what the relationship gives over mutual exploitation.

    The discounted loss that one exploitation brings about, if it is answered by K rounds in which
    cooperation is withdrawn, cheating is seen with probability q and imagined with probability f (Green &
    Porter 1984):

        delta (q - f) (1 - delta^K) / (1 - delta (1 - f) - f delta^(K+1))

    Parameters
    ----------
    discount : float in (0, 1]
        delta, per round.
    punishment_rounds : float
        K >= 1, may be infinite (then discount < 1).
    hit, alarm : float in [0, 1]
        q and f.
    """
    return worth_of_future(
        discount, endured_share(discount, punishment_rounds), punishment_rounds, hit, alarm
    )


@scalar
def endured_share(discount, punishment_rounds):
    """delta^K: what the future after a punishment weighs."""
    return 0.0 if punishment_rounds == INFINITE else power(discount, punishment_rounds)


@scalar
def worth_of_future(discount, endured, punishment_rounds, hit, alarm):
    """:func:`patience`, given delta^K."""
    if discount == 1.0:
        worth = punishment_rounds / (1.0 + alarm * punishment_rounds)
        return (hit - alarm) * worth
    return (
        discount
        * (hit - alarm)
        * (1.0 - endured)
        / (1.0 - discount * (1.0 - alarm) - alarm * endured * discount)
    )


@entry
def patience_of(discount, punishment_rounds, hit, alarm):
    """:func:`patience` for callers in Python: kept compiled on disk."""
    return patience(discount, punishment_rounds, hit, alarm)


@scalar
def values(trust, reward, u_dc, u_cd, u_dd):
    """(v_C, v_D): expected payoffs of restraint and of exploitation at ``trust``."""
    v_c = trust * reward + (1.0 - trust) * u_cd
    v_d = trust * u_dc + (1.0 - trust) * u_dd
    return v_c, v_d


@scalar
def future_term(patience_, v_c, u_dd):
    """What the future of the relationship is worth: patience times the stake, floored at 0."""
    return patience_ * max(0.0, v_c - u_dd)


@scalar
def restrains(margin, temperature, u):
    """Whether a prudent state restrains itself, given a uniform draw (no branch: lanes go side by side)."""
    soft = temperature > 0.0
    p = logistic(margin / (temperature if soft else 1.0))
    return (u < p) if soft else (margin >= 0.0)


@kernel
def any_marked(marks):
    """Whether any lane is marked: most often none is, and many lanes are looked at together."""
    found = 0
    for lane in range(marks.shape[0]):
        found |= marks[lane]
    return found != 0


@kernel
def set_rates(game, setting, lane):
    """Everything in ``game`` that only a new phase can change."""
    p = setting.parameters[setting.row[lane]]
    m = setting.rounds_per_year
    level = p.transparency.level
    game.reward[lane] = p.payoffs.reward
    game.punishment[lane] = p.payoffs.punishment
    game.hit[lane] = 1.0 - p.transparency.miss_rate * (1.0 - level)
    game.restraint[lane] = p.norms.restraint
    game.temperature[lane] = p.choice.temperature
    game.rule[lane] = int(p.sanctions.rule)
    game.tremble_limit[lane] = limit(p.choice.tremble)
    game.hit_limit[lane] = limit(game.hit[lane])
    game.publicity[lane] = p.transparency.publicity
    game.public_signal[lane] = p.transparency.public_signal
    game.learning[lane] = p.trust.learning_rate
    game.discount[lane] = power(p.shadow.discount_factor, 1.0 / m)
    game.endured[lane] = endured_share(game.discount[lane], p.shadow.punishment_rounds)
    game.intrusion[lane] = p.transparency.intrusion_cost * (level * level)
    game.fade[lane] = exponential(-_LN2 / (p.norms.half_life * m))
    game.socialize[lane] = chance(p.diplomacy.conference * p.norms.socialization, m)
    game.turnover[lane] = chance(p.domestic.turnover, m)
    game.wave[lane] = chance(p.domestic.revolution, m)
    game.talk[lane] = chance(p.diplomacy.renegotiation, m)
    game.absorb[lane] = chance(p.geography.absorption, m)
    game.unilateral[lane] = chance(p.war.unilateral, m)
    game.mutual[lane] = chance(p.war.mutual, m)
    game.abroad[lane] = chance(p.periphery.rate, m)


@kernel
def appraise(world, game, setting):
    """Step 2: bring the effective games of all stale lanes up to date."""
    if not any_marked(game.stale):
        return
    for lane in range(game.stale.shape[0]):
        if game.stale[lane] > 0:
            _appraise_lane(world, game, setting, lane)
            set_law(world, game, setting, lane)
            game.stale[lane] = 0


@kernel
def _appraise_lane(world, game, setting, lane):
    n = world.capability.shape[0]
    p = setting.parameters[setting.row[lane]]
    _buffering(world, game, setting, lane)
    tau = p.transparency.level
    discount, endured, hit = game.discount[lane], game.endured[lane], game.hit[lane]
    rounds = p.shadow.punishment_rounds
    for i in range(n):
        for j in range(n):
            if i != j:
                block = game.buffer[i, j, lane]
                s_i, s_j = _second_strike(setting, i, lane), _second_strike(setting, j, lane)
                meeting = p.diplomacy.conference * world.member[i, lane] * world.member[j, lane]
                warning = p.transparency.early_warning * (1.0 - (1.0 - tau) * (1.0 - block))
                exposure = max(
                    0.0,
                    (1.0 + p.geography.offense_advantage) * (1.0 - p.geography.buffer_effectiveness * block),
                )
                w_ij = _weight(p.power.weight, world.capability[i, lane], world.capability[j, lane])
                w_ji = _weight(p.power.weight, world.capability[j, lane], world.capability[i, lane])
                gain = _temptation(world, setting, i, lane, exposure, w_ij)
                if setting.states[i, setting.row[lane]].nuclear:
                    gain += p.deterrence.first_strike_gain * (1.0 - s_j)
                loss = p.payoffs.punishment - (p.payoffs.punishment - p.payoffs.sucker) * exposure * w_ji
                game.gain[i, j, lane] = (1.0 - warning) * gain + warning * p.payoffs.punishment
                game.loss[i, j, lane] = (1.0 - warning) * loss + warning * p.payoffs.punishment
                calm = (1.0 - p.deterrence.prudence * s_i * s_j) * (1.0 - p.diplomacy.mediation * meeting)
                one, both = game.unilateral[lane] * calm, game.mutual[lane] * calm
                cost = p.war.cost * w_ji + p.deterrence.retaliation * s_j
                game.war_one[i, j, lane], game.war_both[i, j, lane] = one, both
                game.cost[i, j, lane] = cost
                game.u_dc[i, j, lane] = game.gain[i, j, lane] - one * cost
                game.u_cd[i, j, lane] = game.loss[i, j, lane] - one * cost
                game.u_dd[i, j, lane] = p.payoffs.punishment - both * cost
                alarm = _alarm(game, setting, i, j, lane, meeting, s_i * s_j)
                game.alarm[i, j, lane] = alarm
                game.patience[i, j, lane] = worth_of_future(discount, endured, rounds, hit, alarm)
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
    """What the draws of a pair come to, in the bits of one number."""
    return flips_i | (flips_j << 1) | (alarms_i << 2) | (catches_i << 3) | (alarms_j << 4) | (catches_j << 5)


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


@kernel
def _temptation(world, setting, i, lane, exposure, weight):
    """T_ij before the nuclear term."""
    p = setting.parameters[setting.row[lane]]
    pay = p.payoffs
    knowing = 1.0 + p.transparency.target_knowledge * p.transparency.level
    appetite = (pay.temptation - pay.reward) * exposure * weight * knowing + world.revisionism[i, lane]
    if world.turmoil[i, lane] > 0:
        appetite = appetite * (1.0 - p.domestic.preoccupation)
    return pay.reward + appetite


@kernel
def _alarm(game, setting, i, j, lane, meeting, deterrence):
    """f_ij, with the spill-over of quarrels abroad."""
    p = setting.parameters[setting.row[lane]]
    apart = abs(setting.states[i, setting.row[lane]].ideology - setting.states[j, setting.row[lane]].ideology)
    alarm = p.transparency.false_alarm_rate * (1.0 - p.transparency.level) * (1.0 - meeting)
    alarm = min(max(alarm * (1.0 + p.diplomacy.cleavage * apart), 0.0), 1.0)
    abroad = game.abroad[lane]
    if deterrence > 0.0:
        abroad = chance(p.periphery.rate * (1.0 + p.periphery.paradox * deterrence), setting.rounds_per_year)
    spill = (1.0 - p.periphery.insulation) * abroad
    return 1.0 - (1.0 - alarm) * (1.0 - spill)


@kernel
def _buffering(world, game, setting, lane):
    """B_ij = 1 - product over sovereign buffers between i and j of (1 - strength)."""
    n = world.capability.shape[0]
    for i in range(n):
        for j in range(n):
            game.buffer[i, j, lane] = 1.0
    for link in range(setting.links.shape[0]):
        k, i, j = setting.links[link, 0], setting.links[link, 1], setting.links[link, 2]
        if world.sovereign[k, lane]:
            game.buffer[i, j, lane] *= 1.0 - setting.strength[k, lane]
            game.buffer[j, i, lane] = game.buffer[i, j, lane]
    for i in range(n):
        for j in range(n):
            game.buffer[i, j, lane] = 1.0 - game.buffer[i, j, lane]


@kernel
def set_law(world, game, setting, lane):
    """The sanction that each state expects for an exploitation."""
    p = setting.parameters[setting.row[lane]]
    rule = game.rule[lane]
    n = world.capability.shape[0]
    kappa = world.credibility[lane]
    for i in range(n):
        if rule == NONE or (rule == DECENTRALIZED and not world.member[i, lane]):
            game.law[i, lane] = 0.0
        elif rule == BALANCING:
            worth = 0.0
            for k in range(n):
                if k != i:
                    worth += setting.affinity[k, i, lane]
            net = balancing_net(p, n, kappa, world.capability[i, lane], worth / (n - 1))
            game.law[i, lane] = p.sanctions.severity * join_chance(net, p.choice.temperature)
        else:
            game.law[i, lane] = game.hit[lane] * p.transparency.publicity * p.sanctions.severity * kappa


@scalar
def expected_joiners(kappa, n):
    """J = 1 + kappa (N - 2)."""
    return 1.0 + kappa * (n - 2)


@kernel
def balancing_net(p, n, kappa, capability, affinity):
    """What a state gains by opposing one of that capability, under balancing."""
    return (
        p.sanctions.balance_weight * (n * capability - 1.0)
        - p.sanctions.cost / expected_joiners(kappa, n)
        - p.sanctions.alliance_weight * affinity
    )


@scalar
def join_chance(net, temperature):
    """Probability of joining at a net gain of ``net``."""
    if temperature > 0.0:
        return logistic(net / temperature)
    return 1.0 if net >= 0.0 else 0.0


@kernel
def margin_terms(world, game, i, j, lane):
    """The four terms of i's margin towards j: now (v_C - v_D), future, law, norm."""
    v_c, v_d = values(
        world.trust[i, j, lane], game.reward[lane],
        game.u_dc[i, j, lane], game.u_cd[i, j, lane], game.u_dd[i, j, lane],
    )  # fmt: skip
    future = future_term(game.patience[i, j, lane], v_c, game.u_dd[i, j, lane])
    return v_c - v_d, future, game.law[i, lane], game.restraint[lane] * world.norm[i, lane]


@kernel
def decide(world, game, i, j, words):
    """Step 3 for prudent states: i's intention towards j in every lane (words: INTEND)."""
    trust, intend, against = world.trust[i, j], world.intend[i, j], game.against[i, j]
    u_dc, u_cd, u_dd = game.u_dc[i, j], game.u_cd[i, j], game.u_dd[i, j]
    worth, law, norm = game.patience[i, j], game.law[i], world.norm[i]
    reward, restraint, temperature = game.reward, game.restraint, game.temperature
    for lane in range(trust.shape[0]):
        v_c, v_d = values(trust[lane], reward[lane], u_dc[lane], u_cd[lane], u_dd[lane])
        future = future_term(worth[lane], v_c, u_dd[lane])
        margin = (v_c - v_d) + future + law[lane] + restraint[lane] * norm[lane]
        intend[lane] = restrains(margin, temperature[lane], unit(words[lane]))
        against[lane] = v_d > v_c

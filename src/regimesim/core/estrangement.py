"""Estrangement and the worth of open dealings: the closed forms of model.md 4.3."""

from __future__ import annotations

import numpy as np

from regimesim.core.compiler import kernel, scalar
from regimesim.core.elementary import exponential, power

FOREVER = 2**30
"""Rounds of an estrangement without end: more than any run has."""
MISUNDERSTANDING, BREACH, SANCTION = 1, 2, 3
"""Kinds of estrangement; in arrays by kind they stand one place earlier."""
_M, _B, _S = 0, 1, 2


@scalar
def discounted_rounds(factor, rounds):
    """Sum of ``factor**s`` over s < ``rounds``."""
    if factor == 1.0:
        return float(rounds)
    return (1.0 - survival(factor, rounds)) / (1.0 - factor)


@scalar
def survival(factor, rounds):
    """``factor**rounds``: 0 where the rounds are without end."""
    return 0.0 if rounds >= FOREVER else power(factor, float(rounds))


@scalar
def staying(conceding, estranged, temperature, rounds_per_year):
    """Chance per round that a side does not concede: one that would rather yield than stay estranged may."""
    if conceding > estranged:
        if temperature == 0.0:
            return 0.0
        return power(1.0 / (1.0 + exponential((conceding - estranged) / temperature)), 1.0 / rounds_per_year)
    return 1.0


@scalar
def outside(discount, risk, ending, rounds, war_rounds, after_war):
    """(G, B, D): discounted rounds of an estrangement, discount at its end, what open dealings lose.

    Parameters
    ----------
    discount : float in (0, 1]
        Per round.
    risk, ending : float in [0, 1]
        Chances per round of war and of an early end.
    rounds, war_rounds : int
        ``FOREVER`` for an estrangement without end.
    after_war : float
        ``discount**(war_rounds + 1)``.
    """
    factor = discount * (1.0 - risk) * (1.0 - ending)
    last = survival(factor, rounds)
    total = float(rounds) if factor == 1.0 else (1.0 - last) / (1.0 - factor)
    end = last + (risk * after_war + discount * (1.0 - risk) * ending) * total
    return total, end, total * (1.0 + risk * war_rounds) if discount == 1.0 else 1.0 - end


@scalar
def cost_of(value, span, paid):
    """Lambda: what an estrangement costs, given the value of open dealings."""
    return max(0.0, value * span - paid)


@scalar
def value_of_open(discount, reward, a, a_m, a_b, paid_m, paid_b, span_m, span_b, end_m, end_b):
    """O1: what open dealings are worth to a pair that cooperates; at a discount of 1 a flow."""
    if discount == 1.0:
        return (reward + (a_m * paid_m + a_b * paid_b)) / (1.0 + (a_m * span_m + a_b * span_b))
    return (reward + discount * (a_m * paid_m + a_b * paid_b)) / (
        1.0 - discount * (1.0 - a) - discount * (a_m * end_m + a_b * end_b)
    )


@scalar
def mishaps(alarm, abroad, meeting, r_i, r_j):
    """(a, a_M, a_B): chances per round that a pair that cooperates is estranged all the same."""
    a = 1.0 - (1.0 - r_i * alarm) * (1.0 - r_j * alarm) * (1.0 - abroad)
    a_b = (1.0 - meeting) * (1.0 - (1.0 - r_i * alarm) * (1.0 - r_j * alarm))
    return a, a - a_b, a_b


@scalar
def answers(hit, alarm, abroad, meeting, r_i, r_j):
    """(d_M, d_B): chances that a defection of i's is followed by an estrangement of each kind."""
    d_b = r_j * hit + (1.0 - r_j * hit) * (1.0 - meeting) * r_i * alarm
    d_m = 1.0 - (1.0 - r_j * hit) * (1.0 - r_i * alarm) * (1.0 - abroad) - d_b
    return d_m, d_b


@kernel
def reckon_estrangement(game, setting, i, j, lane):
    """Set what a pair i < j expects of an estrangement of each kind and of open dealings."""
    p, m = setting.parameters[setting.row[lane]], setting.rounds_per_year
    heat, discount = game.temperature[lane], game.discount[lane]
    staying_i = staying(exploited(game, i, j, lane), game.u_dd[i, j, lane], heat, m)
    staying_j = staying(exploited(game, j, i, lane), game.u_dd[j, i, lane], heat, m)
    conceding = 1.0 - staying_i * staying_j
    ending_m = 1.0 - (1.0 - conceding) * (1.0 - game.confer[i, j, lane] * game.talk[lane])
    rounds, war_rounds, after_war = game.rounds[lane], float(game.war_rounds[lane]), game.after_war[lane]
    risk_m, risk_b = game.war_estranged[_M, i, j, lane], game.war_estranged[_B, i, j, lane]
    risk_s = game.war_estranged[_S, i, j, lane]
    total_m, end_m, span_m = outside(discount, risk_m, ending_m, rounds, war_rounds, after_war)
    total_b, end_b, span_b = outside(discount, risk_b, conceding, rounds, war_rounds, after_war)
    total_s, _, span_s = outside(discount, risk_s, 0.0, rounds, war_rounds, after_war)
    punishment = p.payoffs.punishment
    for a, b in ((i, j), (j, i)):
        cost = game.cost[a, b, lane]
        game.ending[_M, a, b, lane], game.ending[_B, a, b, lane] = ending_m, conceding
        game.paid[_M, a, b, lane] = (punishment - m * risk_m * cost) * total_m
        game.paid[_B, a, b, lane] = (punishment - m * risk_b * cost) * total_b
        game.paid[_S, a, b, lane] = (punishment - m * risk_s * cost) * total_s
        game.span[_M, a, b, lane], game.span[_B, a, b, lane] = span_m, span_b
        game.span[_S, a, b, lane] = span_s
        _reckon_open(game, setting, a, b, lane, end_m, end_b)


@kernel
def _reckon_open(game, setting, i, j, lane, end_m, end_b):
    """Set what open dealings are worth to i, and what a defection of its own brings about."""
    discount, hit, reward = game.discount[lane], game.hit[lane], game.reward[lane]
    f, g, meeting = game.alarm[i, j, lane], game.abroad[i, j, lane], game.confer[i, j, lane]
    r_i, r_j = resolve_of(setting, i, lane), resolve_of(setting, j, lane)
    a, a_m, a_b = mishaps(f, g, meeting, r_i, r_j)
    paid_m, paid_b = game.paid[_M, i, j, lane], game.paid[_B, i, j, lane]
    span_m, span_b = game.span[_M, i, j, lane], game.span[_B, i, j, lane]
    one = value_of_open(discount, reward, a, a_m, a_b, paid_m, paid_b, span_m, span_b, end_m, end_b)
    dread = discount * r_i * (hit - f) * (1.0 - r_j * f) * (1.0 - g) * cost_of(one, span_b, paid_b)
    game.one[i, j, lane], game.dread[i, j, lane] = one, dread
    healing = 1.0 - discount * (1.0 - game.learning[lane]) * (1.0 - a)
    game.healing[i, j, lane] = np.inf if discount == 1.0 else healing  # in averages a passing loss is none
    game.distrust[i, j, lane] = (reward - exploited(game, i, j, lane) + dread) / game.healing[i, j, lane]
    game.apart[_M, i, j, lane], game.apart[_B, i, j, lane] = a_m, a_b
    d_m, d_b = answers(hit, f, g, meeting, r_i, r_j)
    game.brings[_M, i, j, lane], game.brings[_B, i, j, lane] = d_m, d_b


@kernel
def exploited(game, i, j, lane):
    """u_CD without protection."""
    return game.bare_loss[i, j, lane] - game.toll[i, j, lane]


@kernel
def resolve_of(setting, i, lane):
    """Resolve of a state, its own or that of all; an automaton is reckoned to answer every offence."""
    row = setting.row[lane]
    own = setting.states[i, row].resolve
    shared = setting.parameters[row].shadow.resolve
    return 1.0 if setting.strategy[i, lane] >= 0 else (own if own >= 0.0 else shared)

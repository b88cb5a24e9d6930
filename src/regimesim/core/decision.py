"""Decisions: what trust, norms, grievances and credibility make of cooperation (model.md 4.1, 4.3)."""

from __future__ import annotations

from regimesim.core.compiler import inlined, kernel, lanewise, scalar
from regimesim.core.draws import unit
from regimesim.core.elementary import exponential, power
from regimesim.core.estrangement import cost_of
from regimesim.core.game import ALL, EACH, list_marked
from regimesim.core.world import Mechanism

_SURPRISES = int(Mechanism.SURPRISES)
_M, _B, _S = 0, 1, 2
NOW, FUTURE, LAW, NORM = 0, 1, 2, 3
"""The terms of a margin."""


@kernel
def tempt(world, game, setting, i, j):
    """Reckon what defection pays now, as grievances and turmoil stand; without protection."""
    if setting.one:
        _want_at(world, game, i, j, ALL)
    else:
        _want_at(world, game, i, j, EACH)
    if setting.on[_SURPRISES]:
        _strike(game.gain[i, j], game.strike[i, j], game.warning[i, j], game.punishment)


@inlined
def _want_at(world, game, i, j, each):
    gain, appetite = game.gain[i, j], game.appetite[i, j]
    _want(gain, appetite, world.revisionism[i], world.turmoil[i], game.calmed, game.reward, each)


@lanewise
def _want(gain, appetite, grievance, turmoil, calmed, reward, each):
    for lane in range(gain.shape[0]):
        rate = lane * each
        wanted = appetite[lane] + grievance[lane]
        dulled = wanted * calmed[rate]
        gain[lane] = reward[rate] + (dulled if turmoil[lane] > 0 else wanted)


@lanewise
def _strike(gain, strike, warning, punishment):
    """A first strike adds to the gain, and a warning takes it away."""
    for lane in range(gain.shape[0]):
        full = gain[lane] + strike[lane]
        gain[lane] = (1.0 - warning[lane]) * full + warning[lane] * punishment[lane]


@kernel
def value(world, game, setting, i, j):
    """Reckon what open dealings are worth at the trust there is, and what exclusion from them would cost."""
    low, high = min(i, j), max(i, j)
    _value(
        game.value[i, j],
        game.excluded[i, j],
        game.forgone[i, j],
        game.one[i, j],
        game.distrust[i, j],
        world.trust[i, j],
        game.span[_S, low, high],
        game.paid[_S, i, j],
        setting.rounds_per_year,
    )


@lanewise
def _value(worth, excluded, forgone, one, distrust, trust, span, paid, m):
    for lane in range(one.shape[0]):
        present = one[lane] - (1.0 - trust[lane]) * distrust[lane]
        worth[lane] = present
        lost = cost_of(present, span[lane], paid[lane])
        excluded[lane], forgone[lane] = lost, lost / m


@scalar
def values(trust, reward, u_dc, u_cd, both):
    """(v_C, v_D): expected flows of cooperation and of defection at ``trust``."""
    v_c = trust * reward + (1.0 - trust) * u_cd
    v_d = trust * u_dc + (1.0 - trust) * both
    return v_c, v_d


@scalar
def future_term(trust, discount, risk, waste, value, loss_m, loss_b, d_m, d_b, a_m, a_b):
    """Reckon what a defection costs in the future of the relationship, against the path without it."""
    broken = discount * ((1.0 - trust * risk) * (d_m * loss_m + d_b * loss_b) - a_m * loss_m - a_b * loss_b)
    return broken + trust * risk * waste * value


@kernel
def margin_terms(world, game, i, j, lane):
    """The four terms of i's margin towards j: now (v_C - v_D), future, law, norm; sets u_DC and u_CD."""
    low, high = min(i, j), max(i, j)
    game.u_dc[i, j, lane] = game.gain[i, j, lane] - game.toll[i, j, lane]
    game.u_cd[i, j, lane] = game.loss[i, j, lane] - game.toll[i, j, lane]
    both = game.punishment[lane] - game.toll[i, j, lane]
    trust, worth = world.trust[i, j, lane], game.value[i, j, lane]
    v_c, v_d = values(trust, game.reward[lane], game.u_dc[i, j, lane], game.u_cd[i, j, lane], both)
    future = future_term(
        trust,
        game.discount[lane],
        game.war_open[low, high, lane],
        game.waste[lane],
        worth,
        cost_of(worth, game.span[_M, low, high, lane], game.paid[_M, i, j, lane]),
        cost_of(worth, game.span[_B, low, high, lane], game.paid[_B, i, j, lane]),
        game.brings[_M, i, j, lane],
        game.brings[_B, i, j, lane],
        game.apart[_M, low, high, lane],
        game.apart[_B, low, high, lane],
    )
    return v_c - v_d, future, game.law[i, j, lane], game.restraint[lane] * world.norm[i, lane]


@kernel
def decide(world, game, setting, tally, luck, words, i, j):
    """Step 3 for prudent states: i's intention towards j in every lane (``words``: its draws, INTEND)."""
    if setting.one:
        _weigh_terms(world, game, setting, tally, luck, words, i, j, ALL)
    else:
        _weigh_terms(world, game, setting, tally, luck, words, i, j, EACH)
    intend, margin = world.intend[i, j], luck.margin
    for place in range(list_marked(luck)):
        lane = luck.some[place]
        if slips_at(margin[lane], game.temperature[lane], words[lane], setting.rounds_per_year):
            intend[lane] ^= 1


@inlined
def _weigh_terms(world, game, setting, tally, luck, words, i, j, each):
    """Hand over the rows of a decision."""
    low, high = min(i, j), max(i, j)
    span, paid, brings, apart, pivotal = game.span, game.paid, game.brings, game.apart, tally.pivotal
    _decide(
        world.intend[i, j],
        luck.margin,
        luck.marks,
        game.against[i, j],
        tally.willing,
        pivotal[NOW],
        pivotal[FUTURE],
        pivotal[LAW],
        pivotal[NORM],
        world.open[i, j],
        world.withheld[i, j],
        setting.strategy[i],
        world.trust[i, j],
        game.value[i, j],
        game.gain[i, j],
        game.loss[i, j],
        game.toll[i, j],
        game.war_open[low, high],
        span[_M, low, high],
        span[_B, low, high],
        paid[_M, i, j],
        paid[_B, i, j],
        brings[_M, i, j],
        brings[_B, i, j],
        apart[_M, low, high],
        apart[_B, low, high],
        game.law[i, j],
        world.norm[i],
        game.discount,
        game.waste,
        game.reward,
        game.punishment,
        game.restraint,
        game.coolness,
        game.readiness,
        words,
        each,
    )


@lanewise
def _decide(
    intend, margin, slips, against, willing, turned_now, turned_future, turned_law, turned_norm,
    open_, withheld, strategy, trust, worth, gain, loss, toll, risk, span_m, span_b, paid_m, paid_b,
    d_m, d_b, a_m, a_b, law, norm, discount, waste, reward, punishment, restraint, coolness, readiness,
    words, each,
):  # fmt: skip
    for lane in range(margin.shape[0]):
        rate = lane * each
        b, o, cost = trust[lane], worth[lane], toll[lane]
        v_c, v_d = values(b, reward[rate], gain[lane] - cost, loss[lane] - cost, punishment[rate] - cost)
        loss_m, loss_b = cost_of(o, span_m[lane], paid_m[lane]), cost_of(o, span_b[lane], paid_b[lane])
        now = v_c - v_d
        future = future_term(
            b, discount[rate], risk[lane], waste[rate], o,
            loss_m, loss_b, d_m[lane], d_b[lane], a_m[lane], a_b[lane],
        )  # fmt: skip
        within = restraint[rate] * norm[lane]
        total = now + future + law[lane] + within
        free = open_[lane] & (1 - withheld[lane])
        wants = free & (total >= 0.0)
        counted = wants & (strategy[lane] < 0)
        margin[lane], intend[lane], against[lane] = total, wants, v_d > v_c
        willing[lane] += counted
        turned_now[lane] += counted & (total - now < 0.0)
        turned_future[lane] += counted & (total - future < 0.0)
        turned_law[lane] += counted & (total - law[lane] < 0.0)
        turned_norm[lane] += counted & (total - within < 0.0)
        slips[lane] = may_slip(total, coolness[rate], readiness[rate], words[lane]) & free


@scalar
def may_slip(margin, coolness, readiness, word):
    """Tell whether a slip is possible: few lanes have to know exactly.

    With g = exp(x), ``(1 - u)**m > g / (1 + g)`` takes m * u < 1 / g, for -m * ln(1 - u) >= m * u and
    ln(1 + 1 / g) <= 1 / g; and g is more than the first terms of its series. One in a thousand is more than
    rounding, as u is not below 2**-33.
    """
    x = abs(margin) * coolness
    grown = ((x * (1.0 / 6.0) + 0.5) * x + 1.0) * x + 1.0
    return unit(word) * readiness * grown < 1.001


@scalar
def steadiness(margin, temperature):
    """Chance of no slip in a year, at a temperature above 0."""
    return 1.0 / (1.0 + exponential(-(abs(margin) / temperature)))


@scalar
def slips_at(margin, temperature, word, rounds_per_year):
    """Tell whether a state does not do what its margin says, given its draw: (1 - u)**m decides."""
    base = rare = 1.0 - unit(word)
    for _ in range(rounds_per_year - 1):
        rare *= base
    return temperature > 0.0 and rare > steadiness(margin, temperature)


@scalar
def chance_to_cooperate(margin, temperature, rounds_per_year):
    """Chance per round that a prudent state intends to cooperate, for those who tell of decisions.

    Parameters
    ----------
    margin : float
        The sum of the four terms, payoff units.
    temperature : float >= 0
        Lambda; 0 is a strict best reply.
    rounds_per_year : int

    Examples
    --------
    >>> chance_to_cooperate(0.0, 1.0, 1), chance_to_cooperate(0.0, 0.0, 4)
    (0.5, 1.0)
    >>> round(chance_to_cooperate(1.0, 0.5, 4), 4)  # (1 / (1 + e**-2)) ** (1/4)
    0.9688
    """
    wants = margin >= 0.0
    if temperature == 0.0:
        return 1.0 if wants else 0.0
    steady = power(steadiness(margin, temperature), 1.0 / rounds_per_year)
    return steady if wants else 1.0 - steady

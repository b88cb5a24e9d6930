"""Decisions: what trust, norms, grievances and credibility make of cooperation (model.md 4.1, 4.3)."""

from __future__ import annotations

from regimesim.core.compiler import entry, kernel, scalar
from regimesim.core.draws import unit
from regimesim.core.elementary import exponential, power
from regimesim.core.estrangement import cost_of
from regimesim.core.game import any_marked

_M, _B, _S = 0, 1, 2
NOW, FUTURE, LAW, NORM = 0, 1, 2, 3
"""The terms of a margin."""
_MARGIN, _LOSS_M, _LOSS_B = 4, 5, 6
"""Rows of ``luck.terms`` after these (that of LAW is not used)."""
_COLD = 1e-90
"""A temperature whose third power is near what no number is below."""


@kernel
def tempt(world, game, i, j):
    """Reckon what defection pays now, as grievances and turmoil stand; without protection."""
    appetite, strike, warning = game.appetite[i, j], game.strike[i, j], game.warning[i, j]
    grievance, turmoil, calmed = world.revisionism[i], world.turmoil[i], game.calmed
    reward, punishment, toll = game.reward, game.punishment, game.toll[i, j]
    gain, u_dc = game.gain[i, j], game.u_dc[i, j]
    for lane in range(gain.shape[0]):
        wanted = appetite[lane] + grievance[lane]
        dulled = wanted * calmed[lane]
        wanted = dulled if turmoil[lane] > 0 else wanted
        full = reward[lane] + wanted + strike[lane]
        gain[lane] = (1.0 - warning[lane]) * full + warning[lane] * punishment[lane]
        u_dc[lane] = gain[lane] - toll[lane]


@kernel
def value(world, game, i, j):
    """Reckon what open dealings are worth at the trust there is, and what exclusion from them would cost."""
    one, distrust, trust = game.one[i, j], game.distrust[i, j], world.trust[i, j]
    span, paid, worth, excluded = (
        game.span[i, j, _S],
        game.paid[i, j, _S],
        game.value[i, j],
        game.excluded[i, j],
    )
    for lane in range(one.shape[0]):
        worth[lane] = one[lane] - (1.0 - trust[lane]) * distrust[lane]
        excluded[lane] = cost_of(worth[lane], span[lane], paid[lane])


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
    """The four terms of i's margin towards j: now (v_C - v_D), future, law, norm."""
    both = game.punishment[lane] - game.toll[i, j, lane]
    trust, worth = world.trust[i, j, lane], game.value[i, j, lane]
    v_c, v_d = values(trust, game.reward[lane], game.u_dc[i, j, lane], game.u_cd[i, j, lane], both)
    future = future_term(
        trust,
        game.discount[lane],
        game.war_open[i, j, lane],
        game.waste[lane],
        worth,
        cost_of(worth, game.span[i, j, _M, lane], game.paid[i, j, _M, lane]),
        cost_of(worth, game.span[i, j, _B, lane], game.paid[i, j, _B, lane]),
        game.brings[i, j, _M, lane],
        game.brings[i, j, _B, lane],
        game.apart[i, j, _M, lane],
        game.apart[i, j, _B, lane],
    )
    return v_c - v_d, future, game.law[i, j, lane], game.restraint[lane] * world.norm[i, lane]


@kernel
def draw_slips(luck, words, rounds_per_year):
    """The draws of one side as powers: ``luck.slips[1]`` is (1 - u)**m."""
    base, rare = luck.slips[0], luck.slips[1]
    for lane in range(base.shape[0]):
        base[lane] = rare[lane] = 1.0 - unit(words[lane])
    for _ in range(rounds_per_year - 1):
        for lane in range(base.shape[0]):
            rare[lane] *= base[lane]


@kernel
def expect(world, game, luck, i, j):
    """Reckon what i expects of its relationship with j: ``luck.terms`` is the future; overwritten."""
    span, paid, brings, apart = game.span[i, j], game.paid[i, j], game.brings[i, j], game.apart[i, j]
    worth, loss_m, loss_b = game.value[i, j], luck.terms[_LOSS_M], luck.terms[_LOSS_B]
    span_m, span_b, paid_m, paid_b = span[_M], span[_B], paid[_M], paid[_B]
    for lane in range(worth.shape[0]):
        loss_m[lane] = cost_of(worth[lane], span_m[lane], paid_m[lane])
    for lane in range(worth.shape[0]):
        loss_b[lane] = cost_of(worth[lane], span_b[lane], paid_b[lane])
    trust, risk, future = world.trust[i, j], game.war_open[i, j], luck.terms[FUTURE]
    d_m, d_b, a_m, a_b = brings[_M], brings[_B], apart[_M], apart[_B]
    discount, waste = game.discount, game.waste
    for lane in range(worth.shape[0]):
        future[lane] = future_term(
            trust[lane],
            discount[lane],
            risk[lane],
            waste[lane],
            worth[lane],
            loss_m[lane],
            loss_b[lane],
            d_m[lane],
            d_b[lane],
            a_m[lane],
            a_b[lane],
        )


@kernel
def weigh(world, game, luck, i, j):
    """The terms of i's margin towards j and their sum, in ``luck.terms``."""
    expect(world, game, luck, i, j)
    trust, norm, reward, punishment = world.trust[i, j], world.norm[i], game.reward, game.punishment
    u_dc, u_cd, toll, against = game.u_dc[i, j], game.u_cd[i, j], game.toll[i, j], game.against[i, j]
    now, future, law, within = luck.terms[NOW], luck.terms[FUTURE], game.law[i, j], luck.terms[NORM]
    margin, restraint = luck.terms[_MARGIN], game.restraint
    for lane in range(trust.shape[0]):
        v_c, v_d = values(trust[lane], reward[lane], u_dc[lane], u_cd[lane], punishment[lane] - toll[lane])
        now[lane] = v_c - v_d
        against[lane] = v_d > v_c
    for lane in range(trust.shape[0]):
        within[lane] = restraint[lane] * norm[lane]
        margin[lane] = now[lane] + future[lane] + law[lane] + within[lane]


@kernel
def decide(world, game, setting, tally, luck, i, j):
    """Step 3 for prudent states: i's intention towards j in every lane (``luck.slips``: its draws)."""
    weigh(world, game, luck, i, j)
    margin, temperature, rare = luck.terms[_MARGIN], game.temperature, luck.slips[1]
    intend, open_, withheld = world.intend[i, j], world.open[i, j], world.withheld[i, j]
    strategy, willing, counted = setting.strategy[i], tally.willing, world.suspects
    for lane in range(margin.shape[0]):
        free = open_[lane] & (1 - withheld[lane])
        wants = margin[lane] >= 0.0
        intend[lane] = free & wants
        counted[lane] = free & wants & (strategy[lane] < 0)
        willing[lane] += counted[lane]
    _count_pivotal(luck.terms[NOW], margin, counted, tally.pivotal[NOW])
    _count_pivotal(luck.terms[FUTURE], margin, counted, tally.pivotal[FUTURE])
    _count_pivotal(game.law[i, j], margin, counted, tally.pivotal[LAW])
    _count_pivotal(luck.terms[NORM], margin, counted, tally.pivotal[NORM])
    for lane in range(margin.shape[0]):
        counted[lane] = (
            may_slip(margin[lane], temperature[lane], rare[lane]) & open_[lane] & (1 - withheld[lane])
        )
    if any_marked(counted):
        for lane in range(margin.shape[0]):
            if counted[lane] and slips_at(margin[lane], temperature[lane], rare[lane]):
                intend[lane] ^= 1


@kernel
def _count_pivotal(term, margin, counted, pivotal):
    """Count the decisions that a term turned: without it the margin were negative."""
    for lane in range(margin.shape[0]):
        pivotal[lane] += counted[lane] & (margin[lane] - term[lane] < 0.0)


@scalar
def may_slip(margin, temperature, rare):
    """Tell whether a slip is possible: exp(x) is more than its first terms, so few lanes have to know it.

    ``rare * (1 + exp(-x)) > 1`` needs ``rare * (1 + e) > e`` for every e < exp(x); one part in 10**9 is more
    than rounding.
    """
    x = abs(margin)
    heat = temperature if temperature > 0.0 else 1.0
    # all of it times heat**3, which saves a division
    grown = heat * heat * heat + x * heat * heat + 0.5 * x * x * heat + (1.0 / 6.0) * x * x * x
    cold = (temperature > 0.0) & (temperature < _COLD)
    return ((rare * (heat * heat * heat + grown)) * 1.000000001 > grown) | cold


@scalar
def steadiness(margin, temperature):
    """Chance of no slip in a year, at a temperature above 0."""
    return 1.0 / (1.0 + exponential(-(abs(margin) / temperature)))


@scalar
def slips_at(margin, temperature, rare):
    """Tell whether a state does not do what its margin says, given (1 - u)**m."""
    return temperature > 0.0 and rare > steadiness(margin, temperature)


@entry
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

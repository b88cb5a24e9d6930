"""Closed forms of a pair against a Markov chain, hand-worked and published numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markov import B, Chain, M, S

from regimesim import theory
from regimesim.theory import Relationship

AXELROD = (5.0, 3.0, 1.0, 0.0)
share, rate = st.floats(0.0, 1.0), st.floats(0.0, 1.5)

relationships = st.builds(
    Relationship,
    temptation=st.floats(3.1, 8), reward=st.floats(2, 3), punishment=st.floats(-1, 1.5),
    sucker=st.floats(-4, 1.4), discount_factor=st.floats(0.3, 0.97),
    rounds_per_year=st.sampled_from([1, 2, 4, 12]), punishment_years=st.floats(0.1, 2.5),
    level=share, miss_rate=share, false_alarm_rate=rate, resolve=share, other_resolve=st.none() | share,
    confer=share, quarrels=rate, renegotiation=rate, mediation=share, escalation=share,
    war_unilateral=rate, war_mutual=rate, war_cost=st.floats(0, 20), war_years=st.floats(0.3, 2),
    temperature=st.sampled_from([0.0, 0.3, 1.0]),
)  # fmt: skip


def near(value, tolerance=1e-9):
    return pytest.approx(value, rel=tolerance, abs=tolerance)


@given(relationships)
@settings(max_examples=150, deadline=None)
def test_values_are_those_of_the_chain(pair):
    chain = Chain(pair)
    value = chain.values()
    assert pair.value * chain.m == near(value[0])
    for kind in (M, B, S):
        there = value[chain.number[kind, chain.length]]
        assert pair.cost(kind) * chain.m == near(max(0.0, value[0] - there), 1e-7)


@given(relationships)
@settings(max_examples=150, deadline=None)
def test_the_margin_is_that_of_the_chain_where_estrangement_is_worse_than_open_dealings(pair):
    chain = Chain(pair)
    value = chain.values()
    if all(value[chain.number[kind, chain.length]] <= value[0] for kind in (M, B)):
        assert pair.margin == near(chain.margin(), 1e-7)


@given(relationships)
@settings(max_examples=150, deadline=None)
def test_the_loss_is_that_of_the_chain_wherever_estrangement_leads(pair):
    assert pair.loss == near(Chain(pair).margin(), 1e-7)


companies = st.builds(
    replace, relationships, states=st.integers(3, 6), publicity=share, inquiry=share,
    joining=st.floats(0.05, 0.95), renewing=st.none() | st.floats(0, 0.95),
)  # fmt: skip


@given(companies)
@settings(max_examples=60, deadline=None)
def test_among_others_everything_is_that_of_a_chain_with_exclusion(pair):
    """Given how often others shut a pair out, or prolong its estrangement, all the rest is exact."""
    open_, excluded, extended = pair._company
    chain = Chain(pair, excluded, extended)
    shares, value, wait = chain.shares(), chain.values(), chain.rounds_until_open()
    assert pair.value * chain.m == near(value[0], 1e-7)
    for kind in (M, B, S):
        start = chain.number[kind, chain.length]
        assert pair.cost(kind) * chain.m == near(max(0.0, value[0] - value[start]), 1e-6)
        assert pair.years_of(kind) * chain.m == near(wait[start], 1e-6)
        assert pair.chance_of(kind) == near(chain.after(False)[start])
    assert pair.cooperation_share == near(shares[0], 1e-6)
    assert pair.average_payoff == near(shares @ chain.paid(), 1e-5)
    assert extended == 0.0 or open_ == near(shares[0], 1e-6)


@given(relationships)
@settings(max_examples=60, deadline=None)
def test_near_full_trust_value_and_loss_are_those_of_full_trust(pair):
    nearly = replace(pair, trust=1 - 1e-8, learning_rate=0.5)
    assert nearly.value == near(pair.value, 1e-4)
    assert nearly.loss == near(pair.loss, 1e-4)


@given(relationships)
@settings(max_examples=150, deadline=None)
def test_frequency_and_length_are_those_of_the_chain(pair):
    chain = Chain(pair)
    shares, wait = chain.shares(), chain.rounds_until_open()
    leaves = 1 - chain.after(False)[0]
    assert pair.cooperation_share == near(shares[0], 1e-6)
    assert (1 / (pair.years_between * chain.m) if leaves > 0 else 0.0) == near(leaves)
    for kind in (M, B, S):
        start = chain.number[kind, chain.length]
        assert pair.years_of(kind) * chain.m == near(wait[start], 1e-6)
        assert pair.chance_of(kind) == near(chain.after(False)[start])
    assert pair.average_payoff == near(shares @ chain.paid(), 1e-6)


@given(relationships)
@settings(max_examples=60, deadline=None)
def test_without_discounting_costs_are_against_the_average(pair):
    """At a yearly factor of 1 and just below it the margin is the same, and so are costs of estrangement."""
    patient, nearly = replace(pair, discount_factor=1.0), replace(pair, discount_factor=1 - 1e-9)
    assert patient.margin == near(nearly.margin, 1e-3)
    for kind in (M, B, S):
        assert patient.cost(kind) == near(nearly.cost(kind), 1e-3)
    assert patient.value == near(pair.average_payoff)


# ---------------------------------------------------------------- by hand


def test_a_year_of_estrangement_by_hand():
    """m = 1, delta = 1/2, one year: it costs R - P = 2 once, in the next round; T - R = 2 is gained. And the
    value is R / (1 - delta) = 6."""
    pair = Relationship(*AXELROD, discount_factor=0.5, rounds_per_year=1, punishment_years=1)
    assert (pair.value, pair.cost("breach")) == (near(6), near(2))
    assert pair.margin == near(-2 + 0.5 * 2)
    two = replace(pair, punishment_years=2)
    assert two.margin == near(-2 + 0.5 * (2 + 0.5 * 2))


def test_green_and_porter_by_hand():
    """m = 1, alarms .2 of each side, no discounting, three years of estrangement: a = .36, so cooperation
    has a share 1 / (1 + .36 * 3), and the pair earns the mean of 3 and 1 by that share."""
    alarms = -math.log(0.8)
    pair = Relationship(*AXELROD, 1.0, 1, 3, level=0, false_alarm_rate=alarms)
    assert pair.years_between == near(1 / 0.36)
    assert pair.cooperation_share == near(1 / 2.08)
    assert pair.average_payoff == near((3 + 0.36 * 3 * 1) / 2.08)
    assert pair.years_of("breach") == 3


def test_a_war_by_hand():
    """m = 1, estranged for two years; war comes each year with chance 1/2, costs 10, lasts three years."""
    pair = Relationship(5, 3, 1, -10, 1.0, 1, 2, war_mutual=math.log(2), war_cost=10, war_years=3)
    # year 1; then war (three more) or year 2; then war (three more) or open
    assert pair.years_of("breach") == near(1 + 0.5 * 3 + 0.5 * (1 + 0.5 * 3))
    assert pair.estrangement("breach").payoff == near(1.5 * (1 - 0.5 * 10))


def test_distrust_by_hand():
    """m = 1, delta = 1/2, trust 1/2 that never heals, blind and at peace: 3 or -4, each year. One defection
    gains 2 or 5, and nobody sees it."""
    pair = Relationship(5, 3, 1, -4, 0.5, 1, level=0, miss_rate=1, trust=0.5, punishment_years=1)
    assert pair.value == near((3 - 4) / 2 / (1 - 0.5))
    assert pair.loss == near(-(2 + 5) / 2)
    healing = replace(pair, learning_rate=1.0)  # seen once, trust is full: blind eyes see cooperation always
    assert healing.value == near((3 - 4) / 2 + 0.5 * 6)


def test_exclusion_by_hand():
    """Three states that see all, answer for two years, and join always: a defection costs the third, too, 2
    in each of two years: 1/2 * 2 + 1/4 * 2."""
    pair = Relationship(*AXELROD, 0.5, 1, 2, states=3, publicity=1.0, joining=1.0)
    assert pair.loss - replace(pair, states=2).loss == near(1.5)
    assert replace(pair, publicity=0.5).loss - replace(pair, states=2).loss == near(0.75)
    assert pair.margin == replace(pair, states=2).margin


def test_resolve_by_hand():
    """Half a resolve is half the chance that a defection is answered."""
    pair = Relationship(*AXELROD, discount_factor=0.5, rounds_per_year=1, punishment_years=2, resolve=0.5)
    assert pair.future == near(0.5 * replace(pair, resolve=1.0).future)
    assert replace(pair, other_resolve=1.0).future == replace(pair, resolve=1.0).future


# ---------------------------------------------------------------- what is needed

needs = [
    (theory.discount_needed, "discount_factor"),
    (theory.transparency_needed, "level"),
    (theory.resolve_needed, "resolve"),
]


@given(st.floats(3.2, 8), st.floats(-1, 2.5))
@settings(max_examples=60, deadline=None)
def test_the_textbook_discount_factor(temptation, punishment):
    """(T - R)/(T - P), Friedman 1971, per round: m times a year its m-th power."""
    pair = Relationship(temptation, 3.0, punishment, -5.0, rounds_per_year=4)
    assert theory.discount_needed(pair) == near(((temptation - 3) / (temptation - punishment)) ** 4, 1e-6)


@pytest.mark.parametrize(("rounds", "published"), [(2, 0.6180), (3, 0.5437)])
def test_a_punishment_of_k_rounds(rounds, published):
    """Osborne 2004, An Introduction to Game Theory, ch. 14: delta + ... + delta^K >= 1."""
    pair = Relationship(*AXELROD, rounds_per_year=1, punishment_years=rounds)
    assert theory.discount_needed(pair) == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(("ask", "name"), needs)
def test_at_what_is_needed_a_defection_neither_pays_nor_costs(ask, name):
    pair = Relationship(
        *AXELROD, discount_factor=0.8, punishment_years=1, level=0.5, miss_rate=0.9, false_alarm_rate=0.1,
        resolve=0.7, confer=0.3, war_mutual=0.1, war_cost=5, quarrels=0.1,
    )  # fmt: skip
    least = ask(pair)
    assert 0 < least < 1
    assert Chain(replace(pair, **{name: least})).margin() == near(0, 1e-6)
    assert Chain(replace(pair, **{name: 0.98 * least})).margin() < 0 < Chain(
        replace(pair, **{name: min(1.0, 1.02 * least)})
    ).margin()  # fmt: skip


def test_punishment_needed_is_the_first_length_that_deters():
    pair = Relationship(*AXELROD, discount_factor=0.7, level=0, miss_rate=0.5, resolve=0.4)
    least = theory.punishment_needed(pair)
    chains = [Chain(replace(pair, punishment_years=years)).margin() for years in (least - 0.25, least)]
    assert chains[0] < 0 <= chains[1]


@pytest.mark.parametrize(("ask", "name"), needs)
def test_where_nothing_suffices(ask, name):
    assert ask(Relationship(9, 3, 3, 0)) == math.inf
    assert ask(Relationship(2, 3, 1, 0)) == pytest.approx(0, abs=1e-5)


# ---------------------------------------------------------------- Abreu, Milgrom and Pearce


def likelihood_ratio(pair):
    chain = Chain(pair)
    return (1 - chain.after(True, war=False)[0]) / (1 - chain.after(False)[0])


def noisy(m, **changes):
    """A pair that is watched badly, the same per year for every number of dealings."""
    return replace(Relationship(*AXELROD, 0.9, m, level=0.0, miss_rate=0.5, false_alarm_rate=0.05), **changes)


@pytest.mark.parametrize("m", [2, 4, 12])
def test_the_best_cooperation_is_that_of_abreu_milgrom_and_pearce(m):
    """R - (T - R)/(l - 1): Abreu, Milgrom and Pearce 1991, Econometrica 59, proposition 1. A resolve fits to
    whole rounds, and the likelihood ratio moves with it a little."""
    flow, best = theory.best_cooperation(noisy(m))
    bound = 3 - (5 - 3) / (likelihood_ratio(best) - 1)
    assert flow == near(bound, 1e-6)
    assert Chain(best).margin() == near(0, 1e-6)


@pytest.mark.verify
def test_with_noise_per_year_more_frequent_dealings_do_not_lead_to_full_cooperation():
    """Abreu, Milgrom and Pearce 1991: bad news that comes at a rate bounds cooperation away from the best
    however often states deal, by the ratio of the rates; a quarter's miss rate makes a defection's rate
    -4 ln(miss). If every dealing is watched as well as a quarter, what is lost vanishes."""
    limit_of_ratio = (-4 * math.log(0.5) + 0.05) / (2 * 0.05)
    flows = {m: theory.best_cooperation(noisy(m))[0] for m in (4, 12, 52)}
    assert all(flow < 3 - 2 / (limit_of_ratio - 1) + 1e-9 for flow in flows.values())
    assert abs(flows[52] - (3 - 2 / (limit_of_ratio - 1))) < 0.01
    each = {m: 0.5 ** (m / 4) for m in flows}  # so that one dealing is missed with chance one half
    watched = {m: theory.best_cooperation(noisy(m, miss_rate=miss))[0] for m, miss in each.items()}
    assert watched[4] == flows[4] and watched[4] < watched[12] < watched[52]
    assert 3 - watched[52] < (3 - flows[52]) / 5


def test_noise_per_year_leaves_the_clock_little_to_say():
    """Margins at 4 and at 12 dealings a year differ by far less than with a miss rate per dealing."""
    quarterly, monthly = noisy(4, punishment_years=1), noisy(12, punishment_years=1)
    same_eyes = replace(monthly, miss_rate=0.5**3)
    assert abs(monthly.future - quarterly.future) < 0.5 * abs(same_eyes.future - quarterly.future)


# ---------------------------------------------------------------- renegotiation


def test_talks_help_where_they_are_of_misunderstandings_only():
    """Talks shorten what nobody meant and leave the answer to a breach: value and margin rise. If breaches
    were talked over as well (a sanction's length shortened), the answer would deter less."""
    pair = noisy(4, punishment_years=1, confer=0.5, quarrels=0.5)
    talking = replace(pair, renegotiation=4.0)
    assert talking.value > pair.value and talking.margin > pair.margin
    assert talking.years_of("misunderstanding") < pair.years_of("misunderstanding")
    assert talking.years_of("breach") == pair.years_of("breach")
    shorter = replace(pair, punishment_years=talking.years_of("misunderstanding"))
    assert shorter.margin < pair.margin


def test_concessions_shorten_estrangement_in_chicken_and_deter_less():
    dilemma = Relationship(
        5, 3, 0, -0.5, 0.8, punishment_years=1, war_mutual=0.1, war_cost=2, temperature=0.3
    )
    chicken = replace(dilemma, war_cost=20)
    assert dilemma.years_of("breach") == pytest.approx(1, rel=0.2)
    assert chicken.years_of("breach") < 0.5
    firm = replace(chicken, temperature=0.0)
    assert firm.years_of("breach") == pytest.approx(0.25, rel=0.3)  # one round, unless war comes


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temptation": math.nan}, "temptation must be a finite number"),
        ({"level": 1.2}, "level must lie in"),
        ({"other_resolve": -0.1}, "other_resolve must lie in"),
        ({"war_cost": -1.0}, "war_cost must be a finite number of at least 0"),
        ({"discount_factor": 0.0}, "discount_factor must lie in"),
        ({"rounds_per_year": 0}, "rounds_per_year must be at least 1"),
        ({"punishment_years": -1.0}, "punishment_years must be at least 0"),
        ({"discount_factor": 1.0}, "needs punishment_years that end"),
        ({"states": 1}, "states must be at least 2"),
        ({"renewing": 1.1}, "renewing must lie in"),
        ({"trust": 0.5, "states": 3}, "trust below 1 needs 2 states"),
        ({"trust": 0.5, "discount_factor": 1.0, "punishment_years": 1.0}, "trust below 1 needs 2 states"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(Relationship(*AXELROD), **changes)


def test_a_grudge_without_end_among_others():
    """In the long run everybody is estranged from everybody; what is not seen wrongly lasts."""
    pair = Relationship(*AXELROD, level=0, false_alarm_rate=0.1, states=4, publicity=1.0, joining=1.0)
    assert pair.cooperation_share == pytest.approx(0.0, abs=1e-6)
    assert pair.years_of("breach") == pair.years_of("sanction") == math.inf
    assert np.isfinite(pair.value) and np.isfinite(pair.loss)
    assert replace(pair, level=1.0).cooperation_share == 1.0


def test_a_grudge_without_end():
    pair = Relationship(*AXELROD, level=0, false_alarm_rate=0.1)
    assert pair.years_of("breach") == math.inf and pair.cooperation_share == 0.0
    assert pair.average_payoff == 1.0
    assert replace(pair, level=1.0).average_payoff == 3.0
    assert np.isfinite(pair.value) and pair.value < replace(pair, level=1.0).value

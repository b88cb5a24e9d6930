"""Exact theory against published numbers, hand-worked cases and plain programs written from the definitions.

Payoffs are T, R, P, S = 5, 3, 1, 0 unless said otherwise; *flip noise* is tremble on both sides.
"""

import itertools
import math
import random
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regimesim import theory
from regimesim.core.strategies import Automaton, generous_tit_for_tat, memory_one, punish
from regimesim.scenario.strategies import load_strategy
from regimesim.theory import chains, games
from regimesim.theory.chains import cesaro

AXELROD = (5.0, 3.0, 1.0, 0.0)
C, D = 1, 0


def against_itself(spec, noise):
    strategy = load_strategy(spec)
    return chains.stationary(strategy, strategy, AXELROD, tremble=noise)


# ---------------------------------------------------------------- published long-run payoffs


@pytest.mark.parametrize("noise", [1e-12, 0.001, 0.01, 0.05, 0.3, 0.5, 0.9, 1 - 1e-9])
def test_tit_for_tat_with_itself_earns_the_mean_of_all_payoffs(noise):
    """(T + R + P + S)/4 = 2.25 at any noise in (0, 1): Molander 1985, J. Conflict Resolution 29; Nowak and
    Sigmund 1992, Nature 355."""
    assert against_itself("tit_for_tat", noise).payoff == pytest.approx((2.25, 2.25), abs=1e-12)


def test_tit_for_tat_with_itself_without_noise_cooperates_for_ever():
    assert against_itself("tit_for_tat", 0).payoff == (3.0, 3.0)


@pytest.mark.parametrize(("noise", "published"), [(0.01, 2.95109), (0.05, 2.7765)])
def test_win_stay_lose_shift_with_itself(noise, published):
    """Nowak and Sigmund 1993, Nature 364. By hand: after any round both intend the same, C with probability
    k = (1-e)^2 + e^2."""
    k = (1 - noise) ** 2 + noise**2
    mixed = noise * (1 - noise) * (5 + 0)
    by_hand = k * (3 * (1 - noise) ** 2 + mixed + noise**2) + (1 - k) * (
        (1 - noise) ** 2 + mixed + 3 * noise**2
    )
    for spec in ("win_stay_lose_shift", "memory_one(1, 0, 0, 1)"):
        assert against_itself(spec, noise).payoff[0] == pytest.approx(by_hand, abs=1e-13)
        assert against_itself(spec, noise).payoff[0] == pytest.approx(published, abs=5e-6)


@pytest.mark.parametrize(("noise", "published"), [(0.01, 2.97032), (0.05, 2.859375)])
def test_generous_tit_for_tat_with_itself(noise, published):
    """Molander 1985; Nowak and Sigmund 1992. By hand: each action depends only on the other's last, so the
    two are independent, cooperation has probability q / (q + e), q = 1/3 (1-e) + 2/3 e."""
    q = (1 - noise) / 3 + noise * 2 / 3
    c = q / (q + noise)
    by_hand = 3 * c**2 + 5 * c * (1 - c) + (1 - c) ** 2
    payoff = against_itself("generous_tit_for_tat", noise).payoff[0]
    assert payoff == pytest.approx(by_hand, abs=1e-13)
    assert payoff == pytest.approx(published, abs=5e-6)


@pytest.mark.parametrize(("noise", "published"), [(0.01, 1.0397), (0.05, 1.1925)])
def test_grim_with_one_round_of_memory_with_itself(noise, published):
    """(1, 0, 0, 0) of Nowak and Sigmund 1993, which returns to cooperation if both slip at once. By hand:
    trust holds a share e^2 / (e^2 + 1 - (1-e)^2) of rounds."""
    share = noise**2 / (noise**2 + 1 - (1 - noise) ** 2)
    mixed = noise * (1 - noise) * 5
    trusting, grim = (3 * (1 - noise) ** 2 + mixed + noise**2), ((1 - noise) ** 2 + mixed + 3 * noise**2)
    for spec in ("grim", "memory_one(1, 0, 0, 0)"):
        payoff = against_itself(spec, noise).payoff[0]
        assert payoff == pytest.approx(share * trusting + (1 - share) * grim, abs=1e-13)
        assert payoff == pytest.approx(published, abs=5e-6)


@pytest.mark.parametrize(("noise", "by_hand"), [(0.01, 1.0299), (0.05, 1.1475)])
def test_grim_that_never_returns_earns_what_slips_are_worth(noise, by_hand):
    """Friedman's trigger is absorbed in defection: (1-e)^2 P + e(1-e)(T + S) + e^2 R."""
    assert against_itself("punish(inf)", noise).payoff[0] == pytest.approx(by_hand, abs=1e-13)


def test_extortion():
    """Press and Dyson 2012, PNAS 109: chi = 3, phi = 1/26 is (11/13, 1/2, 7/26, 0), earns 41/11 against
    always cooperate, and leaves it 21/11."""
    strategy = load_strategy("zero_determinant_extortion(3, 1/26)")
    assert strategy.cooperate[1:] == pytest.approx((11 / 13, 1 / 2, 7 / 26, 0), abs=1e-15)
    play = chains.stationary(strategy, load_strategy("always_cooperate"), AXELROD)
    assert play.payoff == pytest.approx((41 / 11, 21 / 11), abs=1e-12)


CHANCES = st.floats(0.05, 0.95)


@given(st.tuples(CHANCES, CHANCES, CHANCES, CHANCES))
@settings(max_examples=60, deadline=None)
def test_extortion_holds_its_relation_against_everyone(chances):
    """Press and Dyson 2012, on extortion: s_X - P = chi (s_Y - P)."""
    own, other = chains.stationary(load_strategy("zero_determinant"), memory_one(*chances), AXELROD).payoff
    assert own - 1 == pytest.approx(3 * (other - 1), abs=1e-10)


@given(st.floats(0, 1), st.tuples(CHANCES, CHANCES, CHANCES, CHANCES))
@settings(max_examples=60, deadline=None)
def test_zero_determinant_relation_holds_against_everyone(generosity, chances):
    """Press and Dyson 2012: any p with p - (1, 1, 0, 0) = alpha s_X + beta s_Y + gamma."""
    alpha, beta, gamma = 0.02, -0.06 - generosity * 0.04, 0.04 + generosity * 0.04
    p = [1 + 3 * alpha + 3 * beta + gamma, 1 + 5 * beta + gamma, 5 * alpha + gamma, alpha + beta + gamma]
    relation = theory.zero_determinant_relation(p, AXELROD)
    assert relation == pytest.approx((alpha, beta, gamma), abs=1e-12)
    own, other = chains.stationary(memory_one(*p), memory_one(*chances), AXELROD).payoff
    assert relation.own * own + relation.other * other + relation.constant == pytest.approx(0, abs=1e-10)


def test_zero_determinant_relations_of_known_strategies():
    """Press and Dyson 2012: tit for tat is the fair one (chi = 1); win-stay lose-shift imposes none; nor
    does one that only repeats itself."""
    own, other, constant = theory.zero_determinant_relation((1, 0, 1, 0), AXELROD)
    assert own == pytest.approx(-other) and constant == pytest.approx(0, abs=1e-12) and own > 0.1
    assert theory.zero_determinant_relation((1, 0, 0, 1), AXELROD) is None
    assert theory.zero_determinant_relation((1, 1, 0, 0), AXELROD) is None


# ---------------------------------------------------------------- critical discount factors


def test_grim_trigger():
    """(T - R)/(T - P): Friedman 1971, Rev. Economic Studies 38."""
    assert games.critical_discount(AXELROD) == pytest.approx(0.5, abs=1e-12)
    assert games.critical_discount((4, 3, 2, 0)) == pytest.approx(0.5, abs=1e-12)
    assert games.critical_discount((9, 3, 1, 0)) == pytest.approx(0.75, abs=1e-12)


@pytest.mark.parametrize(("rounds", "published"), [(2, 0.6180), (3, 0.5437)])
def test_punishment_of_k_rounds(rounds, published):
    """delta + ... + delta^K >= 1: Osborne 2004, An Introduction to Game Theory, ch. 14."""
    factor = games.critical_discount(AXELROD, punishment_rounds=rounds)
    assert factor == pytest.approx(published, abs=5e-5)
    assert sum(factor**k for k in range(1, rounds + 1)) == pytest.approx(1, abs=1e-12)


def test_punishment_of_one_round_never_suffices_here():
    """Osborne 2004, ch. 14: delta >= 1 is needed."""
    assert games.critical_discount(AXELROD, punishment_rounds=1) == math.inf
    assert games.critical_discount((4, 3, 1, 0), punishment_rounds=1) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(
    ("alarm", "hit", "published"), [(0.01, 0.9, 0.5319), (0.05, 0.8, 0.5882), (0.1, 0.5, 0.7692)]
)
def test_grim_under_alarms(alarm, hit, published):
    """(T-R) / [(q-f)(R-P) + (1-f)(T-R)]: the constraint of Green and Porter 1984, Econometrica 52, for K
    infinite."""
    factor = games.critical_discount(AXELROD, hit=hit, alarm=alarm)
    assert factor == pytest.approx(published, abs=5e-5)
    assert factor == pytest.approx(2 / (2 * (hit - alarm) + 2 * (1 - alarm)), abs=1e-12)


@given(st.floats(0.3, 1), st.floats(0, 0.3), st.integers(1, 60), st.floats(3.1, 5.9))
@settings(max_examples=150, deadline=None)
def test_green_porter_at_the_critical_factor_cheating_is_worth_nothing(hit, alarm, rounds, temptation):
    """Green and Porter 1984, solved as two value equations: V = R + delta[(1-f)V + fW], with W
    that of K rounds of P and then V; cheating gives T + delta[(1-q)V + qW]."""
    t, r, p = temptation, 3.0, 1.0

    def gain(delta):
        wait = p * (1 - delta**rounds) / (1 - delta)
        v = (r + delta * alarm * wait) / (1 - delta * (1 - alarm) - alarm * delta ** (rounds + 1))
        w = wait + delta**rounds * v
        return t + delta * ((1 - hit) * v + hit * w) - v

    factor = games.critical_discount((t, r, p, 0.0), punishment_rounds=rounds, hit=hit, alarm=alarm)
    if factor == math.inf:
        assert gain(1 - 1e-6) > -1e-4
    elif factor < 1 - 1e-5:
        assert gain(factor) == pytest.approx(0, abs=1e-6)
        assert gain(0.9 * factor) > 0 > gain(0.5 * (1 + factor))


def test_tit_for_tat_must_deter_two_ways_of_cheating():
    """max{(T-R)/(T-P), (T-R)/(R-S)}: Axelrod 1984, Proposition 2."""
    assert games.critical_discount(AXELROD, "tit_for_tat") == pytest.approx(2 / 3, abs=1e-12)
    assert games.critical_discount((4, 3, 2, 0), "tit_for_tat") == pytest.approx(1 / 2, abs=1e-12)


def test_pavlov_punishes_one_round():
    """(T-R)/(R-P): Kraines and Kraines 1989; none at 5, 3, 1, 0, where T + P = 2R."""
    assert games.critical_discount(AXELROD, "win_stay_lose_shift") == math.inf
    assert games.critical_discount((4, 3, 1, 0), "win_stay_lose_shift") == pytest.approx(0.5, abs=1e-12)


DEVIATIONS = [
    (AXELROD, {}, "punish(inf)", memory_one(0, 0, 0, 0, 0)),
    (AXELROD, {"trigger": "tit_for_tat"}, "tit_for_tat", memory_one(0, 0, 1, 1, 0)),
    ((4, 3, 2, 0), {"trigger": "tit_for_tat"}, "tit_for_tat", memory_one(0, 0, 0, 0, 0)),
    (
        (4, 3, 1, 0),
        {"trigger": "win_stay_lose_shift"},
        "win_stay_lose_shift",
        Automaton("slip", (0.0, 1.0, 0.0), (((2, 2), (2, 2)), ((1, 2), (2, 1)), ((1, 2), (2, 1)))),
    ),
    (
        AXELROD,
        {"punishment_rounds": 3},
        "punish(3)",
        Automaton("slip", (0.0, 0.0, 0.0, 0.0, 1.0), tuple(((s, s), (s, s)) for s in (1, 2, 3, 4, 4))),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("payoffs", "asked", "spec", "deviation"), DEVIATIONS)
def test_at_the_critical_factor_the_best_deviation_earns_just_the_reward(payoffs, asked, spec, deviation):
    """Two programs agree: the closed form and discounted play of a deviating automaton."""
    factor = games.critical_discount(payoffs, **asked)

    def earns(delta):
        return chains.discounted(deviation, load_strategy(spec), payoffs, delta).payoff[0]

    assert earns(factor) == pytest.approx(3, abs=1e-9)
    assert earns(factor - 0.02) > 3 > earns(factor + 0.02)


@pytest.mark.parametrize(
    ("payoffs", "asked", "answer"),
    [
        ((3, 3, 1, 0), {}, 0.0),
        ((2, 3, 1, 0), {"trigger": "tit_for_tat"}, 0.0),
        ((5, 3, 3, 0), {}, math.inf),
        (AXELROD, {"hit": 0.2, "alarm": 0.2}, math.inf),
        (AXELROD, {"hit": 0.1, "alarm": 0.4}, math.inf),
        (AXELROD, {"hit": 0.9, "alarm": 0.45}, math.inf),  # (q-f)/f = 1 only in the limit
        (AXELROD, {"hit": 0.0}, math.inf),
    ],
)
def test_where_any_or_no_discount_factor_suffices(payoffs, asked, answer):
    assert games.critical_discount(payoffs, **asked) == answer


def test_a_barely_sufficient_alarm_rate_needs_a_long_future():
    assert 0.99 < games.critical_discount(AXELROD, hit=0.9, alarm=0.449) < 1


# ---------------------------------------------------------------- many states


def test_random_matching():
    """Own memory alone (n-1)(T-R)/[(n-1)(T-R) + (R-P)], .8 for n = 5; a public record (T-R)/(T-P): Kandori
    1992, Rev. Economic Studies 59."""
    assert games.matching_discount(AXELROD, 5) == pytest.approx(0.8, abs=1e-15)
    assert games.matching_discount(AXELROD, 2) == pytest.approx(games.critical_discount(AXELROD), abs=1e-12)
    for n in (2, 5, 50):
        assert games.matching_discount(AXELROD, n, "public") == pytest.approx(0.5, abs=1e-15)
        delta = games.matching_discount((7, 3, 1, 0), n)
        # what is lost each round is R - P with the one cheated, met again with probability 1/(n-1)
        assert delta / (1 - delta) * (3 - 1) / (n - 1) == pytest.approx(7 - 3, abs=1e-9)


@pytest.mark.parametrize("pairs", [1, 2, 4, 9])
def test_pooling_like_pairs_changes_nothing(pairs):
    """Bernheim and Whinston 1990, RAND J. Economics 21: irrelevance for like games under perfect
    monitoring."""
    assert games.pooled_discount([AXELROD] * pairs) == pytest.approx(
        games.critical_discount(AXELROD), abs=1e-12
    )


def test_pooling_unlike_pairs_shares_the_slack():
    easy, hard = (3.5, 3, 1, 0), (9, 3, 1, 0)
    pooled = games.pooled_discount([easy, hard])
    assert pooled == pytest.approx(6.5 / 10.5, abs=1e-12)
    assert games.critical_discount(easy) < pooled < games.critical_discount(hard)


# ---------------------------------------------------------------- generosity, trust, worlds


def test_optimal_generosity():
    """min{1 - (T-R)/(R-S), (R-P)/(T-P)}, 1/3 at 5, 3, 1, 0: Molander 1985; Nowak and Sigmund 1992."""
    assert theory.optimal_generosity(AXELROD) == pytest.approx(1 / 3, abs=1e-15)
    assert theory.optimal_generosity((9, 8, 7, 0)) == pytest.approx(1 / 2, abs=1e-15)
    assert theory.optimal_generosity((9, 4, 1, 0)) == 0.0


@pytest.mark.parametrize(
    ("payoffs", "cheats"),
    [
        (AXELROD, [memory_one(0, 0, 0, 0, 0), memory_one(0, 0, 1, 1, 0)]),
        ((9, 8, 7, 0), [memory_one(0, 0, 0, 0, 0)]),
    ],
)
def test_more_generosity_than_optimal_invites_defection(payoffs, cheats):
    """At the optimum the best cheat (always, or every other round) earns R; above it, more."""
    best = theory.optimal_generosity(payoffs)

    def temptation(generosity):
        host = generous_tit_for_tat(generosity)
        return max(chains.stationary(cheat, host, payoffs).payoff[0] for cheat in cheats)

    assert temptation(best) == pytest.approx(payoffs[1], abs=1e-9)
    assert temptation(best - 0.02) < payoffs[1] < temptation(best + 0.02)


def test_trust_threshold_of_the_assurance_game():
    """(P - S)/[(R - T) + (P - S)]: Kydd 2005, Trust and Mistrust in International Relations, ch. 2."""
    assert games.trust_threshold((3, 4, 1, 0)) == pytest.approx(1 / 2, abs=1e-15)
    assert games.trust_threshold((3, 4, 2, -1)) == pytest.approx(3 / 4, abs=1e-15)
    assert games.trust_threshold((3, 4, 0, 1)) == 0.0  # harmony
    assert games.trust_threshold((4, 4, 1, 0)) == 1.0
    assert games.trust_threshold(AXELROD) == math.inf
    assert games.trust_threshold((5, 3, 0, 1)) == math.inf  # chicken: full trust invites defection


def test_the_future_lowers_the_trust_that_is_required():
    """An assurance game with 1 to lose from being alone and 1 from leaving the other: at a future of 1/2 a
    quarter less trust will do; in Axelrod's game a future of 2 is just enough at any trust below none."""
    assert games.trust_threshold((3, 4, 1, 0), future=0.5) == pytest.approx(0.25, abs=1e-15)
    assert games.trust_threshold((5, 3, 2, 1), future=2.0) == 0.0
    assert games.trust_threshold((5, 3, 5, 1), future=2.0) == 1.0
    assert games.trust_threshold(AXELROD, future=1.99) == math.inf


@given(*[st.floats(-5, 5)] * 4, st.floats(0, 20))
@settings(max_examples=300, deadline=None)
def test_trust_threshold_against_a_scan(t, r, p, s, future):
    def margin(b):
        v_c, v_d = b * r + (1 - b) * s, b * t + (1 - b) * p
        return v_c - v_d + future

    threshold = games.trust_threshold((t, r, p, s), future)
    if threshold == math.inf:
        assert margin(1.0) < 0
        return
    for b in np.linspace(threshold, 1, 50):
        assert margin(b) >= -1e-9
    if threshold > 1e-3:
        assert margin(threshold - 1e-6) <= 1e-9


def test_four_worlds():
    """Jervis 1978, World Politics 30, table on p. 211."""
    worlds = {(o, d): theory.jervis_world(o, d) for o, d in itertools.product((True, False), repeat=2)}
    assert [worlds[k].number for k in ((True, False), (False, False), (True, True), (False, True))] == [
        1,
        2,
        3,
        4,
    ]
    assert worlds[True, False].name == "doubly dangerous" and worlds[False, True].name == "doubly stable"


# ---------------------------------------------------------------- how long cooperation lasts


@pytest.mark.parametrize("alarm", [0.5, 0.05, 1e-3, 1e-9])
def test_cooperation_lasts_one_over_a(alarm):
    """Green and Porter 1984: a normal phase is geometric with mean 1/a."""
    assert theory.cooperation_duration(alarm) == pytest.approx(1 / alarm, rel=1e-15)
    one_sided = chains.cooperation_lifetime(punish(3), punish(3), 10, false_alarm=(alarm, 0.0))
    assert one_sided.mean == pytest.approx(1 / alarm, rel=1e-12)
    assert one_sided.survival[1:] == pytest.approx([(1 - alarm) ** t for t in range(10)], rel=1e-12)
    both = chains.cooperation_lifetime(punish(3), punish(3), 10, false_alarm=alarm)
    assert both.mean == pytest.approx(theory.cooperation_duration(2 * alarm - alarm**2), rel=1e-12)


def test_lifetimes_by_hand():
    always, never, coin = (load_strategy(s) for s in ("always_cooperate", "always_defect", "random"))
    assert theory.cooperation_duration(0.0) == math.inf
    assert chains.cooperation_lifetime(always, always).mean == math.inf
    assert chains.cooperation_lifetime(always, always, 3).survival.tolist() == [1, 1, 1, 1]
    assert chains.cooperation_lifetime(always, never).mean == 0.0
    assert chains.cooperation_lifetime(always, never, 2).survival.tolist() == [1, 0, 0]
    assert chains.cooperation_lifetime(coin, coin).mean == pytest.approx(1 / 3, abs=1e-15)
    assert chains.cooperation_lifetime(coin, always).mean == pytest.approx(1.0, abs=1e-15)
    e = 1e-12
    rare = chains.cooperation_lifetime(always, always, tremble=e).mean
    assert rare == pytest.approx(1 / (2 * e) - 0.75, rel=1e-15)


def test_what_survives_for_ever_with_some_probability_lasts_for_ever_on_average():
    half = Automaton("half", (0.5, 1.0), (((0, 0), (1, 1)), ((1, 1), (1, 1))))
    life = chains.cooperation_lifetime(half, load_strategy("always_cooperate"), 5)
    assert life.mean == math.inf
    assert life.survival.tolist() == [1, 0.5, 0.5, 0.5, 0.5, 0.5]


# ---------------------------------------------------------------- plain programs, from the definitions


def look(action, u, miss, false_alarm):
    return (C if u < miss else D) if action == D else (D if u < false_alarm else C)


def naive_step(mass, a, b, *, tremble, miss, false_alarm):
    """One round, by listing every way in which it may go. ``mass`` maps joint states to probabilities."""
    after, outcomes = {}, {}
    for (s, r), weight in mass.items():
        for own_a, own_b, wrong_a, wrong_b, flip_a, flip_b in itertools.product((0, 1), repeat=6):
            p = weight
            p *= a.cooperate[s] if own_a else 1 - a.cooperate[s]
            p *= b.cooperate[r] if own_b else 1 - b.cooperate[r]
            p *= tremble[0] if flip_a else 1 - tremble[0]
            p *= tremble[1] if flip_b else 1 - tremble[1]
            x, y = own_a ^ flip_a, own_b ^ flip_b
            error_a = false_alarm[0] if y else miss[0]
            error_b = false_alarm[1] if x else miss[1]
            p *= error_a if wrong_a else 1 - error_a
            p *= error_b if wrong_b else 1 - error_b
            key = (a.next[s][x][y ^ wrong_a], b.next[r][y][x ^ wrong_b])
            after[key] = after.get(key, 0.0) + p
            outcomes[x, y] = outcomes.get((x, y), 0.0) + p
    return after, outcomes


@st.composite
def automata(draw, most=4):
    n = draw(st.integers(1, most))
    chance = st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0])
    state = st.integers(0, n - 1)
    pair = st.tuples(state, state)
    return Automaton(
        "any",
        tuple(draw(st.lists(chance, min_size=n, max_size=n))),
        tuple(draw(st.lists(st.tuples(pair, pair), min_size=n, max_size=n))),
    )


ERROR = st.sampled_from([0.0, 0.05, 0.3, 1.0])
ERRORS = st.tuples(ERROR, ERROR)
NOISE = st.fixed_dictionaries({"tremble": ERRORS, "miss": ERRORS, "false_alarm": ERRORS})


@given(automata(3), automata(3), NOISE)
@settings(max_examples=50, deadline=None)
def test_one_round_is_that_of_the_plain_program(a, b, noise):
    matrix = chains.transition_matrix(a, b, **noise)
    assert matrix.sum(axis=1) == pytest.approx(1, abs=1e-12)
    for s, r in itertools.product(range(len(a)), range(len(b))):
        after, _ = naive_step({(s, r): 1.0}, a, b, **noise)
        expected = np.zeros(len(matrix))
        for (s2, r2), p in after.items():
            expected[s2 * len(b) + r2] += p
        assert matrix[s * len(b) + r] == pytest.approx(expected, abs=1e-12)


@given(automata(3), automata(3), NOISE, st.floats(0.0, 0.9))
@settings(max_examples=25, deadline=None)
def test_discounted_payoff_is_the_sum_over_rounds(a, b, noise, delta):
    mass, total, together, weight = {(0, 0): 1.0}, 0.0, 0.0, 1 - delta
    for _ in range(500):
        mass, outcomes = naive_step(mass, a, b, **noise)
        mass = {key: p for key, p in mass.items() if p}
        pay = {(C, C): 3.0, (C, D): 0.0, (D, C): 5.0, (D, D): 1.0}
        total += weight * sum(p * pay[o] for o, p in outcomes.items())
        together += weight * outcomes.get((C, C), 0.0)
        weight *= delta
        if weight < 1e-11:
            break
    play = chains.discounted(a, b, AXELROD, delta, **noise)
    assert play.payoff[0] == pytest.approx(total, abs=1e-9)
    assert play.mutual_cooperation == pytest.approx(together, abs=1e-9)


def power_iteration(matrix):
    """Where the lazy chain (every other step a pause) is after 2^40 rounds: periods vanish, limits stay."""
    lazy = 0.5 * (matrix + np.eye(len(matrix)))
    for _ in range(40):
        lazy = lazy @ lazy
        lazy /= lazy.sum(axis=1, keepdims=True)
    return lazy[0]


@given(automata(), automata(), NOISE)
@settings(max_examples=200, deadline=None)
def test_stationary_equals_power_iteration(a, b, noise):
    matrix = chains.transition_matrix(a, b, **noise)
    play = chains.stationary(a, b, AXELROD, **noise)
    limit = play.states.ravel()
    assert limit == pytest.approx(power_iteration(matrix), abs=1e-9)
    assert limit @ matrix == pytest.approx(limit, abs=1e-12)
    assert limit.sum() == pytest.approx(1, abs=1e-12) and play.outcomes.sum() == pytest.approx(1, abs=1e-12)


@given(automata(), automata(), NOISE)
@settings(max_examples=100, deadline=None)
def test_exchanging_the_sides_exchanges_the_results(a, b, noise):
    swapped = {name: pair[::-1] for name, pair in noise.items()}
    one, two = chains.stationary(a, b, AXELROD, **noise), chains.stationary(b, a, AXELROD, **swapped)
    assert one.payoff == pytest.approx(two.payoff[::-1], abs=1e-10)
    assert one.cooperation == pytest.approx(two.cooperation[::-1], abs=1e-10)
    assert one.outcomes == pytest.approx(two.outcomes.T, abs=1e-10)


@given(automata(), ERROR, ERROR, ERROR)
@settings(max_examples=60, deadline=None)
def test_like_against_like_is_symmetric(a, tremble, miss, alarm):
    play = chains.stationary(a, a, AXELROD, tremble, miss, alarm)
    assert play.payoff[0] == pytest.approx(play.payoff[1], abs=1e-10)


@given(automata(), automata(), NOISE, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_names_of_states_do_not_matter(a, b, noise, rng):
    order = [0, *rng.sample(range(1, len(a)), len(a) - 1)]  # order[new] is the old number
    new = {old: i for i, old in enumerate(order)}
    table = tuple(tuple(tuple(new[n] for n in row) for row in a.next[old]) for old in order)
    renamed = Automaton("renamed", tuple(a.cooperate[old] for old in order), table)
    one, two = chains.stationary(a, b, AXELROD, **noise), chains.stationary(renamed, b, AXELROD, **noise)
    assert one.payoff == pytest.approx(two.payoff, abs=1e-10)
    assert one.states[order] == pytest.approx(two.states, abs=1e-10)


@given(automata(3), automata(3), NOISE)
@settings(max_examples=30, deadline=None)
def test_lifetime_is_that_of_the_plain_program(a, b, noise):
    life = chains.cooperation_lifetime(a, b, 12, **noise)
    mass, survival = {(0, 0): 1.0}, [1.0]
    for _ in range(12):
        kept = {}
        for key, weight in mass.items():
            # condition on mutual cooperation by dropping every way in which somebody defected
            for after, p in naive_cooperative(key, a, b, **noise):
                kept[after] = kept.get(after, 0.0) + weight * p
        mass = kept
        survival.append(sum(mass.values()))
    assert life.survival == pytest.approx(survival, abs=1e-12)
    long = chains.cooperation_lifetime(a, b, 4000, **noise).survival
    if long[-1] < 1e-14:
        assert life.mean == pytest.approx(long[1:].sum(), rel=1e-9, abs=1e-12)
    else:
        assert life.mean == math.inf or life.mean > long[1:].sum()


def naive_cooperative(key, a, b, *, tremble, miss, false_alarm):
    s, r = key
    p = math.prod(
        chance * (1 - flip) + (1 - chance) * flip
        for chance, flip in ((a.cooperate[s], tremble[0]), (b.cooperate[r], tremble[1]))
    )
    for seen_a, seen_b in itertools.product((C, D), repeat=2):
        q = p
        for alarm, seen in zip(false_alarm, (seen_a, seen_b), strict=True):
            q *= alarm if seen == D else 1 - alarm
        yield (a.next[s][C][seen_a], b.next[r][C][seen_b]), q


# ---------------------------------------------------------------- limits by hand


def test_periodic_play_is_averaged_over_its_period():
    """Tit for tat and its suspicious twin echo each other for ever: C against D, D against C."""
    suspicious = memory_one(1, 0, 1, 0, start=0)
    play = chains.stationary(load_strategy("tit_for_tat"), suspicious, AXELROD)
    assert play.payoff == (2.5, 2.5) and play.mutual_cooperation == 0.0


def test_what_the_first_round_decides_is_weighted_by_its_chances():
    """Two that repeat their first action, drawn with probability .3 and .5: four closed classes."""
    a, b = memory_one(1, 1, 0, 0, start=0.3), memory_one(1, 1, 0, 0, start=0.5)
    play = chains.stationary(a, b, AXELROD)
    assert play.outcomes == pytest.approx(np.array([[0.35, 0.35], [0.15, 0.15]]), abs=1e-15)
    assert play.payoff[0] == pytest.approx(0.15 * 3 + 0.35 * 5 + 0.35 * 1, abs=1e-15)
    assert play.cooperation == pytest.approx((0.3, 0.5), abs=1e-15)


def test_each_error_is_its_own_sides():
    """Tit for tat before one that always cooperates errs by its own hand and eyes only."""
    always, copy = load_strategy("always_cooperate"), load_strategy("tit_for_tat")

    def restraint(**noise):
        return chains.stationary(always, copy, AXELROD, **noise).cooperation

    assert restraint(tremble=(0.1, 0.0)) == pytest.approx((0.9, 0.9), abs=1e-12)
    assert restraint(tremble=(0.0, 0.1)) == pytest.approx((1.0, 0.9), abs=1e-12)
    assert restraint(false_alarm=(0.1, 0.0)) == pytest.approx((1.0, 1.0), abs=1e-12)
    assert restraint(false_alarm=(0.0, 0.1)) == pytest.approx((1.0, 0.9), abs=1e-12)
    assert restraint(miss=0.1) == pytest.approx((1.0, 1.0), abs=1e-12)
    assert restraint(tremble=(1.0, 0.0), miss=(0.0, 0.1)) == pytest.approx((0.0, 0.1), abs=1e-12)


def test_rare_errors_are_not_lost_in_rounding():
    """Two-way chain with rates e and 2e: shares 2/3 and 1/3 however small e is."""
    for e in (1e-3, 1e-18, 1e-200):
        assert cesaro(np.array([[1 - e, e], [2 * e, 1 - 2 * e]])) == pytest.approx([2 / 3, 1 / 3], rel=1e-14)


def test_discounted_tends_to_stationary():
    a, b = load_strategy("contrite_tit_for_tat"), load_strategy("two_tits_for_tat")
    far = chains.discounted(a, b, AXELROD, 1 - 1e-9, tremble=0.02, miss=0.1, false_alarm=0.05)
    assert far.payoff == pytest.approx(
        chains.stationary(a, b, AXELROD, tremble=0.02, miss=0.1, false_alarm=0.05).payoff, abs=1e-6
    )


@pytest.mark.parametrize(
    ("first", "second", "noise"),
    [
        ("contrite_tit_for_tat", "contrite_tit_for_tat", (0.05, 0.1, 0.02)),
        ("generous_tit_for_tat", "win_stay_lose_shift", (0.02, 0.0, 0.1)),
        ("tit_for_two_tats", "zero_determinant", (0.0, 0.2, 0.05)),
    ],
)
def test_stationary_is_what_a_plain_simulation_finds(first, second, noise):
    """200 runs of 600 rounds, the first 100 left out; |z| < 4 (two-sided error 6e-5 each), seed fixed."""
    a, b = load_strategy(first), load_strategy(second)
    tremble, miss, alarm = noise
    rng = random.Random(1)
    means = []
    for _ in range(200):
        s = r = together = 0
        for t in range(600):
            x = int(rng.random() < a.cooperate[s]) ^ (rng.random() < tremble)
            y = int(rng.random() < b.cooperate[r]) ^ (rng.random() < tremble)
            seen_a, seen_b = look(y, rng.random(), miss, alarm), look(x, rng.random(), miss, alarm)
            s, r = a.next[s][x][seen_a], b.next[r][y][seen_b]
            together += (x and y) if t >= 100 else 0
        means.append(together / 500)
    exact = chains.stationary(a, b, AXELROD, *noise).mutual_cooperation
    z = (statistics.mean(means) - exact) / (statistics.stdev(means) / math.sqrt(len(means)))
    assert abs(z) < 4


# ---------------------------------------------------------------- refusals


TFT = load_strategy("tit_for_tat")


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: chains.stationary(TFT, TFT, AXELROD, tremble=1.1), "tremble must lie in"),
        (lambda: chains.stationary(TFT, TFT, AXELROD, miss=(0.1, -0.1)), "miss must lie in"),
        (lambda: chains.stationary(TFT, TFT, AXELROD, false_alarm=math.nan), "false_alarm must lie in"),
        (lambda: chains.discounted(TFT, TFT, AXELROD, 1.0), "discount_factor must lie in"),
        (lambda: chains.cooperation_lifetime(TFT, TFT, -1), "rounds must not be negative"),
        (lambda: games.critical_discount((5, 3, 1)), "four finite numbers"),
        (lambda: games.critical_discount((5, math.nan, 1, 0)), "four finite numbers"),
        (lambda: games.critical_discount(AXELROD, "grimm"), "trigger must be"),
        (lambda: games.critical_discount(AXELROD, punishment_rounds=0), "punishment_rounds must be"),
        (lambda: games.critical_discount(AXELROD, hit=1.2), "hit must lie in"),
        (lambda: games.critical_discount(AXELROD, "tit_for_tat", alarm=0.1), "are for trigger 'grim'"),
        (lambda: games.matching_discount(AXELROD, 1), "states must be at least 2"),
        (lambda: games.matching_discount(AXELROD, 3, "secret"), "record must be"),
        (lambda: games.pooled_discount([]), "at least one game"),
        (lambda: theory.optimal_generosity((3, 5, 1, 0)), "Prisoners' Dilemma"),
        (lambda: theory.zero_determinant_relation((1, 0, 1), AXELROD), "four probabilities"),
        (lambda: theory.zero_determinant_relation((1, 0, 1, 2), AXELROD), "must lie in"),
        (lambda: games.trust_threshold(AXELROD, math.inf), "future must be"),
        (lambda: theory.cooperation_duration(-0.1), "alarm must lie in"),
    ],
)
def test_what_makes_no_sense_is_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()

"""The simulator reproduces the textbook: where cooperation begins to be worth it."""

import math

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.theory import Relationship, discount_needed
from regimesim.theory.games import critical_discount

payoffs = st.tuples(
    st.floats(0.2, 3), st.floats(0.2, 3), st.floats(0.2, 3)
).map(lambda gaps: (gaps[0] + gaps[1] + gaps[2], gaps[1] + gaps[2], gaps[2], 0.0)).filter(
    lambda g: 2 * g[1] > g[0] + 1e-3
)  # fmt: skip
"""(T, R, P, S) of a Prisoners' Dilemma."""


def first_intention(game, **settings):
    """Whether a prudent state with full trust and strict choice cooperates in round 0; a round is a year."""
    t, r, p, s = game
    tree = {
        "payoffs": {"temptation": t, "reward": r, "punishment": p, "sucker": s},
        "shadow": {"rounds_per_year": 1, **settings.pop("shadow")},
        "transparency": {"level": 0.0, **settings.pop("transparency", {})},
        "trust": {"initial": 1.0},
        "states": {"A": {}, "B": {}},
        "years": 1,
    }
    lanes = Lanes(lower(read_scenario(tree, "textbook")), np.zeros(1, int), np.zeros(1, int), 0)
    lanes.play(1)
    return bool(lanes.world.intend[0, 1, 0])


@settings(max_examples=300, deadline=None)
@given(payoffs, st.floats(0.02, 0.98))
@example((5.0, 3.0, 1.0, 0.0), 0.5)
def test_the_grim_threshold(game, discount):
    """Neutral mechanisms, b = 1, temperature 0: cooperation if and only if delta >= (T - R)/(T - P)."""
    t, r, p, _ = game
    threshold = (t - r) / (t - p)
    if abs(discount - threshold) > 1e-9:
        assert first_intention(game, shadow={"discount_factor": discount}) == (discount >= threshold)


def sight_of(hit, alarm):
    """Settings that give these chances per round of a year: a miss is of a quarter, an alarm has a rate."""
    return {"miss_rate": (1 - hit) ** 0.25, "false_alarm_rate": -math.log(1 - alarm)}


@settings(max_examples=300, deadline=None)
@given(payoffs, st.floats(0.02, 0.995), st.integers(1, 40), st.floats(0, 1), st.floats(0, 0.9))
def test_the_constraint_under_imperfect_monitoring(game, delta, rounds, hit, alarm):
    """Hit q, alarm f of each side, K years: V = R + delta ((1 - a) V + a W), W = P + ... + delta^K V, and one
    defection gives T + delta ((1 - d) V + d W), with a = 1 - (1 - f)^2 and d = 1 - (1 - q)(1 - f)."""
    t, r, p, _ = game
    a, d = 1 - (1 - alarm) ** 2, 1 - (1 - hit) * (1 - alarm)
    wait = p * (1 - delta**rounds) / (1 - delta)
    v = (r + delta * a * wait) / (1 - delta * (1 - a) - a * delta ** (rounds + 1))
    w = wait + delta**rounds * v
    gain = t + delta * ((1 - d) * v + d * w) - v
    if abs(gain) > 1e-7:
        acts = first_intention(
            game,
            shadow={"discount_factor": delta, "punishment_years": rounds},
            transparency=sight_of(hit, alarm),
        )
        assert acts == (gain < 0)


@settings(max_examples=200, deadline=None)
@given(payoffs, st.one_of(st.integers(2, 30), st.just(math.inf)), st.floats(0.5, 1))
def test_theory_and_kernel_meet_at_the_critical_discount(game, rounds, hit):
    """Just above ``critical_discount`` of the textbook the kernel cooperates, just below it does not."""
    critical = critical_discount(game, punishment_rounds=rounds, hit=hit)
    for shift, expected in ((1e-6, True), (-1e-6, False)):
        delta = critical + shift
        if 0 < delta < 0.9999:
            shadow = {"discount_factor": delta, "punishment_years": rounds}
            assert first_intention(game, shadow=shadow, transparency=sight_of(hit, 0.0)) == expected


@settings(max_examples=40, deadline=None)
@given(payoffs, st.one_of(st.integers(2, 30), st.just(math.inf)), st.floats(0.5, 1), st.floats(0, 0.2))
def test_theory_and_kernel_meet_at_the_discount_factor_that_a_pair_needs(game, rounds, hit, alarm):
    """The same with alarms of each side, for ``theory.discount_needed``."""
    sight = sight_of(hit, alarm)
    needed = discount_needed(
        Relationship(*game, rounds_per_year=1, punishment_years=rounds, level=0.0, **sight)
    )
    for shift, expected in ((1e-6, True), (-1e-6, False)):
        delta = needed + shift
        if 0.02 < delta < 0.9999:
            shadow = {"discount_factor": delta, "punishment_years": rounds}
            assert first_intention(game, shadow=shadow, transparency=sight) == expected

"""The simulator reproduces the textbook: where restraint begins to be worth it."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regimesim.core.game import patience
from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.theory.games import critical_discount

payoffs = st.tuples(
    st.floats(0.2, 3), st.floats(0.2, 3), st.floats(0.2, 3)
).map(lambda gaps: (gaps[0] + gaps[1] + gaps[2], gaps[1] + gaps[2], gaps[2], 0.0)).filter(
    lambda g: 2 * g[1] > g[0] + 1e-3
)  # fmt: skip
"""(T, R, P, S) of a Prisoners' Dilemma."""


def first_intention(game, **settings):
    """Does a prudent state with full trust and strict choice restrain itself in round 0?"""
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
    """Neutral mechanisms, b = 1, temperature 0: restraint if and only if delta >= (T - R)/(T - P)."""
    t, r, p, _ = game
    threshold = (t - r) / (t - p)
    if abs(discount - threshold) > 1e-9:
        assert first_intention(game, shadow={"discount_factor": discount}) == (discount >= threshold)


@settings(max_examples=300, deadline=None)
@given(payoffs, st.floats(0.02, 0.995), st.integers(1, 40), st.floats(0, 1), st.floats(0, 1))
def test_the_constraint_under_imperfect_monitoring(game, delta, rounds, miss, alarm):
    """Hit q, alarm f, K punishment rounds: the inequality at the end of model.md 4.3."""
    t, r, p, _ = game
    q, f = 1 - miss, alarm
    left = delta * (q - f) * (1 - delta**rounds) * (r - p)
    right = (t - r) * (1 - delta * (1 - f) - f * delta ** (rounds + 1))
    if abs(left - right) > 1e-9:
        acts = first_intention(
            game,
            shadow={"discount_factor": delta, "punishment_rounds": rounds},
            transparency={"miss_rate": miss, "false_alarm_rate": alarm},
        )
        assert acts == (left >= right)


@settings(max_examples=200, deadline=None)
@given(payoffs, st.one_of(st.integers(2, 30), st.just(math.inf)), st.floats(0.5, 1), st.floats(0, 0.3))
def test_theory_and_kernel_meet_at_the_critical_discount(game, rounds, hit, alarm):
    """Just above ``critical_discount`` the kernel restrains itself, just below it does not."""
    critical = critical_discount(game, punishment_rounds=rounds, hit=hit, alarm=alarm)
    sight = {"miss_rate": 1 - hit, "false_alarm_rate": alarm}
    for shift, expected in ((1e-6, True), (-1e-6, False)):
        delta = critical + shift
        if 0 < delta < 0.9999:
            shadow = {"discount_factor": delta, "punishment_rounds": rounds}
            assert first_intention(game, shadow=shadow, transparency=sight) == expected


def test_patience_is_the_sum_it_stands_for():
    """With q = 1, f = 0 and K rounds: delta + delta**2 + ... + delta**K (each round of punishment costs the
    stake)."""
    for delta, rounds in ((0.5, 1), (0.9, 3), (0.97, 12)):
        assert patience(delta, float(rounds), 1.0, 0.0) == pytest.approx(
            sum(delta**k for k in range(1, rounds + 1)), rel=1e-12
        )
    assert patience(1.0, 4.0, 1.0, 0.0) == pytest.approx(4.0)
    assert patience(0.8, math.inf, 1.0, 0.0) == pytest.approx(0.8 / 0.2)

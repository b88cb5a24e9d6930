"""Rare wars: splitting finds what is known in closed form and what plain runs find, and knows its error."""

import math

import numpy as np
import pytest
from handmade import world

import regimesim as rs
from regimesim.analysis.splitting import RareEvent, class_of, rare_event
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError
from regimesim.simulation.lowering import lower
from regimesim.stats.estimates import Estimate, near, share

ALL_DEFECT = {name: {"strategy": "always_defect"} for name in "AB"}


def distance(found: RareEvent, value: float) -> float:
    """Standard errors from what is known."""
    return (found.probability.value - value) / found.probability.standard_error


@pytest.mark.parametrize("rate", [0.2, 0.002])
def test_a_constant_hazard_is_found(rate):
    """Two states that always defect: no war in five years with probability exp(-5 rate)."""
    made = world(ALL_DEFECT, m=4, years=5, war={"unilateral": rate})
    found = rare_event(made, "peace", runs=4096, seed=3)
    assert abs(distance(found, -math.expm1(-5 * rate))) < 4.5
    assert found.probability.lower < found.probability.value < found.probability.upper


def chain(spread):
    """A war of two, in which a third may join: the systemic war needs the first war and then the second."""
    states = {name: {"strategy": "always_defect"} for name in "ABC"}
    return world(states, m=1, years=6, war={"unilateral": spread, "years": 2})


def systemic_by_hand(chance, rounds, length=2):
    """Chance that two of three pairs come to be at war at once: a Markov chain of rounds left, by hand.

    Pairs at peace begin a war with the same chance, one by one; a war of two rounds that begins in round t is
    on when wars are begun in round t + 1, and is over in t + 2.
    """
    alive = {(0, 0, 0): 1.0}
    came = 0.0
    for _ in range(rounds):
        after = {}
        for left, weight in alive.items():
            ended = [max(0, one - 1) for one in left]
            for begins in np.ndindex(2, 2, 2):
                part, now = weight, []
                for one, war, begin in zip(left, ended, begins, strict=True):
                    free = one == 0
                    part *= (chance if begin else 1 - chance) if free else (0.0 if begin else 1.0)
                    now.append(length if begin and free else war)
                if part > 0 and sum(one > 0 for one in now) >= 2 and any(begins):
                    came += part
                elif part > 0:
                    after[tuple(now)] = after.get(tuple(now), 0.0) + part
        alive = after
    return came


@pytest.mark.parametrize("rate", [0.05, 0.004])
def test_a_war_that_needs_two_wars_is_found(rate):
    expected = systemic_by_hand(-math.expm1(-rate), 6)
    found = rare_event(chain(rate), runs=8192, seed=4)
    assert abs(distance(found, expected)) < 4.5
    assert found.weights[1, 0] < 0.5 and found.weights[0, 0] == 1.0


def test_at_one_in_a_hundred_thousand_it_saves_most_of_the_rounds():
    """A third of such wars come in a single round, from peace, where no splitting helps."""
    rate = 0.00045
    expected = systemic_by_hand(-math.expm1(-rate), 6)
    assert 0.5e-5 < expected < 2e-5
    found = rare_event(chain(rate), runs=8192, seed=4)
    assert abs(distance(found, expected)) < 4.5 and found.cost_ratio > 5
    plain = expected * (1 - expected) / found.probability.standard_error**2 * 6
    assert found.cost_ratio == pytest.approx(plain / found.lane_rounds, rel=0.5)


@pytest.mark.verify
def test_plain_runs_of_the_concert_agree():
    made = rs.load_scenario("concert", ["domestic.revolution=0"])
    plain = rs.simulate(made, 200_000, 1, years=10, record=0).columns["systemic_ended"]
    found = rare_event(made, years=10, runs=8192).probability
    error = found.standard_error + math.sqrt(plain.mean() / plain.size)
    assert near(Estimate(found.value, found.value - 1.96 * error, found.value + 1.96 * error), plain.mean())
    assert share(int(plain.sum()), plain.size).upper < 0.01


@pytest.mark.verify
def test_its_interval_holds_as_often_as_it_says():
    expected = systemic_by_hand(-math.expm1(-0.01), 6)
    found = [rare_event(chain(0.01), runs=1024, seed=seed).probability for seed in range(100)]
    assert sum(one.lower <= expected <= one.upper for one in found) >= 86


def test_classes_are_told_by_hand():
    made = world(4, years=3, war={"mutual": 0.5})
    lanes = Lanes(lower(made), np.zeros(3, np.intp), np.arange(3), 0)
    lanes.world.left[0, 1, 1] = lanes.world.left[1, 0, 1] = 2
    lanes.world.at_war[2, 3, 1] = lanes.world.at_war[3, 2, 1] = 1
    for i in range(4):
        for j in range(4):
            if i != j:
                lanes.world.left[i, j, 2] = 1
    assert list(class_of(lanes)) == [0, 7, 5]


def test_it_can_be_had_again_and_other_luck_is_other():
    made = chain(0.02)
    one, again, other = (rare_event(made, runs=512, seed=seed) for seed in (1, 1, 2))
    assert one.probability == again.probability != other.probability
    assert np.array_equal(one.weights, again.weights) and one.lane_rounds == again.lane_rounds


def test_what_never_comes_is_refused():
    peaceful = world({name: {"strategy": "always_cooperate"} for name in "AB"}, years=2)
    with pytest.raises(InputError, match="no such war came in 64 runs"):
        rare_event(peaceful, "peace", runs=64)
    with pytest.raises(InputError, match="no spell 'regime'"):
        rare_event(peaceful, "regime")

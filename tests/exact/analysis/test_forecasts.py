"""Forecasts: scores by hand, and a memoryless world in which every forecast is known."""

import math

import numpy as np
import pytest
from handmade import world

from regimesim.analysis.forecasts import ChanceForecasts, forecasts
from regimesim.scenario.messages import InputError
from regimesim.stats.estimates import mean, near

RATE = 0.08
ALL_DEFECT = {name: {"strategy": "always_defect"} for name in "AB"}


def by_hand(forecast, came, place=None, futures=11):
    made = np.atleast_2d(np.array(forecast, float))
    years = 10.0 * np.arange(len(made))
    places = made if place is None else np.atleast_2d(np.array(place, float))
    return ChanceForecasts(
        "made", "peace", 50.0, years, futures, np.array([made, made]), places, np.array(came, float)
    )


def test_scores_are_those_worked_out_by_hand():
    """Squares .04, .01, .64, .16; what eleven futures add: .016, .009, .016, .024; base rate one half."""
    made = by_hand([0.2, 0.9, 0.8, 0.4], [0, 1, 0, 0.8])
    squares = np.array([0.04, 0.01, 0.64, 0.16]) - np.array([0.016, 0.009, 0.016, 0.024])
    (brier,) = made.brier()
    assert brier.value == pytest.approx(squares.mean())
    base = (np.array([0, 1, 0, 0.8]) - 0.45) ** 2
    (skill,), (resolved,) = made.skill(), made.resolved()
    assert skill.value == pytest.approx((base - squares).mean())
    assert resolved.value == pytest.approx((base - squares).mean() / base.mean())


def test_drift_is_the_mean_step_and_the_last_is_to_the_outcome():
    made = by_hand([[0.2, 0.4, 0.6], [0.3, 0.3, 0.9]], [0, 1, 1])
    first, last = made.drift()
    assert first.value == pytest.approx((0.1 - 0.1 + 0.3) / 3)
    assert last.value == pytest.approx((-0.3 + 0.7 + 0.1) / 3)


def test_reliability_counts_runs_by_their_forecasts():
    made = by_hand([[0.05, 0.02, 0.55, 0.52], [0.95, 0.03, 1.0, 0.58]], [1, 0, 1, 0])
    low, middle, high = made.reliability()
    assert (low.number, middle.number, high.number) == (3, 3, 2)
    assert [(one.low, one.high) for one in made.reliability()] == [(0.0, 0.1), (0.5, 0.6), (0.9, 1.0)]
    assert [one.came.value for one in (low, middle, high)] == pytest.approx([1 / 3, 1 / 3, 1.0])
    assert low.forecast == pytest.approx(0.1 / 3) and high.forecast == pytest.approx(0.975)
    assert 0.0 <= low.came.lower < low.came.value < low.came.upper <= 1.0
    assert low.apart.value == pytest.approx(low.came.value - low.forecast)


def test_a_forecast_is_held_against_the_half_by_which_it_was_not_sorted():
    made = by_hand([0.5, 0.5], [1, 0])
    halves = np.array([[[0.95, 0.15]], [[0.65, 0.35]]])
    made = ChanceForecasts("made", "peace", 50.0, made.year, 20, halves, made.place, made.came)
    low, high = made.reliability()
    assert (low.forecast, high.forecast) == (0.35, 0.65) and list(made.forecast[0]) == [0.8, 0.25]
    assert high.apart.value == pytest.approx(0.35)


def test_places_are_counted_and_unevenness_is_told():
    even = by_hand([0.5] * 100, [0] * 100, np.arange(100) / 100 + 0.005)
    assert even.places(0) == [10] * 10 and even.uniform(0) == pytest.approx(1.0)
    uneven = by_hand([0.5] * 100, [0] * 100, np.full(100, 0.95))
    assert uneven.places(0)[-1] == 100 and uneven.uniform(0) < 1e-9
    half = by_hand(
        [0.5] * 20, [0] * 20, [0.05] * 3 + [0.15] * 1 + [*np.repeat(np.arange(2, 10) / 10 + 0.05, 2)]
    )
    # chi2 = (1 + 1) / 2 = 1 with 9 degrees of freedom: 0.9994 (any table)
    assert half.uniform(0) == pytest.approx(0.99944, abs=1e-5)


def test_in_a_memoryless_world_forecasts_are_those_of_the_rate():
    """At peace in year y the chance of peace to year 20 is exp(-.08 (20 - y)), at war it is 0."""
    made = forecasts(
        world(ALL_DEFECT, m=2, years=24, war={"unilateral": RATE}), 20, [4, 0, 12], spell="peace",
        runs=240, futures=20, seed=2,
    )  # fmt: skip
    assert list(made.year) == [0, 4, 12] and made.until == 20
    for year, row in zip(made.year, made.forecast, strict=True):
        at_peace = row > 0
        assert near(mean(row[at_peace]), math.exp(-RATE * (20 - year)))
        assert near(mean(at_peace.astype(float)), math.exp(-RATE * year))
    assert all(abs(one.value) < 4.5 / 1.96 * (one.upper - one.value) for one in made.drift())
    assert near(made.resolved()[0], 0.0) and made.resolved()[2].lower > 0.1
    assert all(made.uniform(d) > 1e-5 for d in range(3))
    assert list(made.frame()["year"]) == [0, 4, 12]


def test_forecasts_do_not_depend_on_threads():
    made = world(ALL_DEFECT, m=2, years=8, war={"unilateral": RATE})
    one, two = (
        forecasts(made, 8, [2], spell="peace", runs=40, futures=6, workers=workers) for workers in (1, 3)
    )
    assert np.array_equal(one.forecast, two.forecast) and np.array_equal(one.place, two.place)


@pytest.mark.parametrize(("futures", "years"), [(1, [0]), (0, [0]), (6, []), (6, [8]), (6, [-1])])
def test_what_cannot_be_forecast_is_refused(futures, years):
    made = world(ALL_DEFECT, years=8, war={"unilateral": RATE})
    with pytest.raises(InputError, match="an even number of futures and years from 0 to before 8"):
        forecasts(made, 8, years, spell="peace", futures=futures)

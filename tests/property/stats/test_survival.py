"""What holds for every sample of durations, ties, zeros and censoring included."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regimesim.stats.survival import kaplan_meier, rmst, rmst_difference, summary

pytestmark = pytest.mark.filterwarnings("error")

HORIZON = 20.0
DATES = st.one_of(st.integers(0, 12).map(float), st.floats(0.001, 100))
SAMPLES = st.lists(st.tuples(DATES, st.booleans()), min_size=1, max_size=40).map(
    lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
)
PAIRS = st.lists(st.tuples(DATES, st.booleans(), DATES, st.booleans()), min_size=1, max_size=40).map(
    lambda rows: tuple((np.array([r[i] for r in rows]), np.array([r[i + 1] for r in rows])) for i in (0, 2))
)
CONFIDENCES = st.floats(0.5, 0.999)


@given(SAMPLES, CONFIDENCES)
def test_curve_falls_from_1_within_its_band(sample, confidence):
    curve = kaplan_meier(*sample, confidence)
    assert (curve.years[0], curve.survival[0]) == (0, 1)
    assert (np.diff(curve.years) >= 0).all() and (np.diff(curve.survival) <= 0).all()
    assert (curve.lower >= 0).all() and (curve.upper <= 1).all()
    assert (curve.lower <= curve.survival).all() and (curve.survival <= curve.upper).all()
    assert curve.events.sum() == sample[1].sum()
    median = curve.median()
    assert median.lower <= median.value <= median.upper


@given(SAMPLES)
def test_uncensored_curve_is_the_share_of_longer_durations(sample):
    years = sample[0]
    curve = kaplan_meier(years, np.ones(years.size, bool))
    assert curve.at(curve.years) == pytest.approx([np.mean(years > year) for year in curve.years], abs=1e-12)


@example((np.array([0.1, 0.2]), np.array([False, False])), 0.95)  # rounds above 20
@given(SAMPLES, CONFIDENCES)
def test_rmst_lies_within_the_horizon_and_its_interval(sample, confidence):
    estimate = rmst(*sample, HORIZON, confidence)
    assert 0 <= estimate.lower <= estimate.value <= estimate.upper <= HORIZON
    curve = kaplan_meier(*sample)
    grid = np.unique(np.append(curve.years[curve.years < HORIZON], HORIZON))
    assert estimate.value == pytest.approx(np.sum(curve.at(grid[:-1]) * np.diff(grid)), abs=1e-9)


@given(SAMPLES)
def test_uncensored_rmst_is_the_mean_of_capped_durations(sample):
    capped = np.minimum(sample[0], HORIZON)
    estimate = rmst(sample[0], np.ones(capped.size, bool), HORIZON)
    assert estimate.value == pytest.approx(capped.mean(), abs=1e-9)
    assert estimate.standard_error == pytest.approx(capped.std() / np.sqrt(capped.size), abs=1e-7)


@given(SAMPLES)
def test_standard_error_is_the_integrated_greenwood_sum(sample):
    curve = kaplan_meier(*sample)
    total = 0.0
    for year, n, d in zip(curve.years, curve.at_risk, curve.events, strict=True):
        later = np.unique(np.append(curve.years[(curve.years >= year) & (curve.years < HORIZON)], HORIZON))
        if year < HORIZON and d < n:
            total += np.sum(curve.at(later[:-1]) * np.diff(later)) ** 2 * d / (n * (n - d))
    assert rmst(*sample, HORIZON).standard_error == pytest.approx(np.sqrt(total), abs=1e-7)


@given(PAIRS)
def test_difference_is_antisymmetric_and_bounded(pair):
    a, b = pair
    for paired in (True, False):
        one, other = rmst_difference(a, b, HORIZON, paired), rmst_difference(b, a, HORIZON, paired)
        assert (one.value, one.lower, one.upper) == pytest.approx((-other.value, -other.upper, -other.lower))
        assert -HORIZON - 1e-9 <= one.lower <= one.value <= one.upper <= HORIZON + 1e-9


@given(SAMPLES)
def test_order_of_runs_does_not_matter(sample):
    turned = sample[0][::-1], sample[1][::-1]
    assert summary(*turned, HORIZON).median == summary(*sample, HORIZON).median
    assert rmst(*turned, HORIZON).value == pytest.approx(rmst(*sample, HORIZON).value, abs=1e-9)


@given(SAMPLES)
def test_ending_later_never_shortens(sample):
    """A run that is seen to stand longer can only raise the curve."""
    years, ended = sample
    assert rmst(years + 1, ended, HORIZON + 1).value >= rmst(years, ended, HORIZON).value - 1e-9
    assert rmst(years, np.zeros_like(ended), HORIZON).value == pytest.approx(HORIZON)

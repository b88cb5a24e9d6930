"""Survival analysis against arithmetic by hand, published tables, and other programs.

The leukaemia remissions (weeks; 6-MP against placebo; Freireich et al. 1963, Blood 21, 699; Gehan 1965)
are the worked example of most textbooks; Stata lists them at data.princeton.edu/pop509/gehan.html.
The AML data are those of R's ``survival`` package (Miller 1981).
"""

import math
import subprocess
import sys
import warnings

import numpy as np
import pytest

from regimesim.stats.estimates import Estimate
from regimesim.stats.hazards import hazard
from regimesim.stats.survival import kaplan_meier, rmst, rmst_difference, summary

SIX_MP = (
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
)
PLACEBO = ([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [1] * 21)
AML_MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
AML_NOT = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
FOUR = ([2, 3, 3, 6], [True, True, False, True])
"""One ends at 2; at 3 one ends and one is censored; the last ends at 6."""

DEGENERATE = {
    "everything censored": ([100.0] * 50, [False] * 50),
    "nothing censored": ([3.0, 7.0, 7.0, 20.0, 41.0], [True] * 5),
    "a single run that ended": ([5.0], [True]),
    "a single run that stands": ([100.0], [False]),
    "no regime ever formed": ([0.0] * 50, [True] * 50),
    "a single run without a regime": ([0.0], [True]),
    "all at one date": ([7.0] * 50, [True] * 50),
    "ends and censoring at one date": ([7.0] * 50, [True, False] * 25),
    "ends and censoring at year 0": ([0.0] * 50, [True, False] * 25),
    "censored at different dates": ([97.0, 98.5, 99.0], [False] * 3),
    "half never formed, half stand": ([0.0, 100.0] * 10, [True, False] * 10),
}


def censored_sample(seed, runs=200, scale=60.0):
    """Exponential durations, censored at a uniform date or at 100 years."""
    random = np.random.default_rng(seed)
    true, watched = random.exponential(scale, runs), np.minimum(random.uniform(20, 200, runs), 100)
    return np.minimum(true, watched), true <= watched


class TestKaplanMeier:
    def test_by_hand(self):
        """4 at risk, 1 ends at 2: 3/4. 3 at risk at 3 (the censored one still is), 1 ends: 3/4 * 2/3 = 1/2.

        1 at risk at 6, 1 ends: 0. Years 0, 2, 3, 6."""
        curve = kaplan_meier(*FOUR)
        assert curve.years.tolist() == [0, 2, 3, 6]
        assert curve.survival == pytest.approx([1, 3 / 4, 1 / 2, 0])
        assert curve.at_risk.tolist() == [4, 4, 3, 1]
        assert curve.events.tolist() == [0, 1, 1, 1]

    def test_log_log_band_by_hand(self):
        """At 2: S = 3/4, Greenwood sum 1 / (4 * 3) = 1/12, log(3/4) = -0.287682.

        Standard error of log(-log S) = sqrt(1/12) / 0.287682 = 1.003452; times 1.959964 is 1.966730.
        exp(1.966730) = 7.147264: lower 0.75 ** 7.147264 = 0.127947, upper 0.75 ** (1 / 7.147264) = 0.960549.
        At 3: S = 1/2, sum 1/12 + 1 / (3 * 2) = 1/4, sqrt = 1/2, over log 2 = 0.721348, times 1.959964
        is 1.413815, exp = 4.111612: lower 0.5 ** 4.111612 = 0.057847, upper 0.5 ** (1 / 4.111612)
        = 0.844861."""
        curve = kaplan_meier(*FOUR)
        assert curve.lower[1:3] == pytest.approx([0.127947, 0.057847], abs=2e-6)
        assert curve.upper[1:3] == pytest.approx([0.960549, 0.844861], abs=2e-6)

    def test_band_where_log_log_is_undefined_by_hand(self):
        """Before any end 4 of 4 stand: lower 0.025 ** (1/4) = 0.397635. At 6 the one at risk ends: its exact
        upper end is 1 - 0.025 = 0.975, above that of the row before, 0.844861, which therefore holds."""
        curve = kaplan_meier(*FOUR)
        assert (curve.lower[0], curve.upper[0]) == pytest.approx((0.397635, 1), abs=1e-6)
        assert (curve.lower[-1], curve.upper[-1]) == pytest.approx((0, 0.844861), abs=1e-6)

    def test_published_table_of_6_mp(self):
        """Stata, ``sts list``: Survivor Function and [95% Conf. Int.] at the seven relapses."""
        listing = """ 6 0.8571 0.6197 0.9516
                      7 0.8067 0.5631 0.9228
                     10 0.7529 0.5032 0.8894
                     13 0.6902 0.4316 0.8491
                     16 0.6275 0.3675 0.8049
                     22 0.5378 0.2678 0.7468
                     23 0.4482 0.1881 0.6801"""
        table = np.array([line.split() for line in listing.splitlines()], float)
        curve = kaplan_meier(*SIX_MP)
        rows = curve.events > 0
        assert curve.years[rows].tolist() == table[:, 0].tolist()
        ours = np.column_stack([curve.survival, curve.lower, curve.upper])[rows]
        assert ours == pytest.approx(table[:, 1:], abs=5e-5)

    def test_published_first_row_of_placebo(self):
        """Stata: ``1 21 2 0 0.9048 0.0641 0.6700 0.9753``; ``2 19 2 0 0.8095 0.0857 0.5689 0.9239``."""
        curve = kaplan_meier(*PLACEBO)
        assert curve.lower[1:3] == pytest.approx([0.6700, 0.5689], abs=5e-5)
        assert curve.upper[1:3] == pytest.approx([0.9753, 0.9239], abs=5e-5)

    def test_published_medians(self):
        """Medians 23 weeks under 6-MP and 8 under placebo."""
        assert kaplan_meier(*SIX_MP).median().value == 23
        assert kaplan_meier(*PLACEBO).median().value == 8

    @pytest.mark.parametrize("confidence", [0.8, 0.95])
    def test_agrees_with_lifelines(self, confidence):
        """Survival, bands and median on 200 runs with durations of 0, ties and censoring among them."""
        lifelines = pytest.importorskip("lifelines")
        from lifelines.utils import median_survival_times

        years, ended = censored_sample(1)
        years = np.where(years < 5, 0, np.ceil(years))
        curve = kaplan_meier(years, ended, confidence)
        theirs = lifelines.KaplanMeierFitter(alpha=1 - confidence).fit(years, ended)
        band = theirs.confidence_interval_survival_function_
        rows = slice(1, None)  # theirs has one row for year 0, after the drop
        assert curve.years[rows] == pytest.approx(theirs.survival_function_.index.to_numpy())
        assert curve.survival[rows] == pytest.approx(theirs.survival_function_.to_numpy()[:, 0])
        assert np.c_[curve.lower, curve.upper][rows] == pytest.approx(band.to_numpy(), abs=1e-9)
        assert curve.median().value == theirs.median_survival_time_
        assert [curve.median().lower, curve.median().upper] == list(median_survival_times(band).to_numpy()[0])

    def test_agrees_with_scipy(self):
        from scipy.stats import CensoredData, ecdf

        years, ended = censored_sample(2)
        theirs = ecdf(CensoredData(years[ended], right=years[~ended])).sf
        assert kaplan_meier(years, ended).at(theirs.quantiles) == pytest.approx(theirs.probabilities)

    def test_drop_at_year_0_is_two_rows(self):
        """3 of 10 never formed: 1 at first, then 0.7, both at year 0; ``at(0)`` is after the drop."""
        curve = kaplan_meier([0, 0, 0, *range(1, 8)], [True] * 10)
        assert curve.years[:3].tolist() == [0, 0, 1]
        assert curve.survival[:3] == pytest.approx([1, 0.7, 0.6])
        assert curve.at(0) == pytest.approx(0.7)

    def test_end_comes_before_censoring_at_one_date(self):
        """Both at 7: 2 at risk, 1 ends, so 1/2; had censoring come first it would be 0."""
        assert kaplan_meier([7, 7], [True, False]).at(7) == 0.5

    def test_at_is_right_continuous_and_keeps_shape(self):
        curve = kaplan_meier(*FOUR)
        assert curve.at([0, 1.99, 2, 5, 6, 99]) == pytest.approx([1, 1, 0.75, 0.5, 0, 0])
        assert curve.at(np.array([[2.0], [3.0]])).shape == (2, 1)
        assert curve.at(2.5) == 0.75

    def test_half_is_reached_in_spite_of_rounding(self):
        """Ends a year apart: half stand after half of them, though the product of ratios is above 1/2."""
        runs = 24
        curve = kaplan_meier(np.arange(1, runs + 1), np.ones(runs, bool))
        assert curve.at(runs / 2) > 0.5
        assert curve.median().value == runs / 2

    def test_all_ended_at_one_date_has_an_exact_upper_end(self):
        """0 of 50: 1 - 0.025 ** (1/50) = 0.071122 (Clopper & Pearson)."""
        assert kaplan_meier([7.0] * 50, [True] * 50).upper[-1] == pytest.approx(0.071122, abs=1e-6)

    def test_frame_is_tidy(self):
        frame = kaplan_meier(*FOUR).frame()
        assert list(frame) == ["years", "survival", "lower", "upper", "at_risk"]
        assert len(frame) == 4


class TestEstimateText:
    @pytest.mark.parametrize(
        ("estimate", "text"),
        [
            (Estimate(47.2, 43.1, 51.3), "47 [43, 51]"),
            (Estimate(4.72, 4.31, 5.13), "4.7 [4.3, 5.1]"),
            (Estimate(-0.04, -0.31, 0.23), "0.0 [-0.3, 0.2]"),
            (Estimate(math.inf, math.inf, math.inf, horizon=100), "over 100"),
            (Estimate(math.inf, 73, math.inf, horizon=100), "over 100 [73, over 100]"),
            (Estimate(47, 43, math.inf, horizon=60), "47 [43, over 60]"),
            (Estimate(math.inf, math.inf, math.inf), "not reached"),
            (Estimate(0, 0, 0), "0 [0, 0]"),
            (Estimate(12.34, 12.34, 12.34), "12.3 [12.3, 12.3]"),
        ],
    )
    def test_words(self, estimate, text):
        assert estimate.text() == text

    def test_decimals_on_request(self):
        assert Estimate(47.2, 43.1, 51.3).text(decimals=1) == "47.2 [43.1, 51.3]"


class TestRmst:
    def test_by_hand(self):
        """Area to 5: 2 * 1 + 1 * 3/4 + 2 * 1/2 = 3.75. Right of 2: 0.75 + 1 = 1.75; right of 3: 1.

        Variance 1.75**2 / (4 * 3) + 1**2 / (3 * 2) = 0.255208 + 0.166667 = 0.421875; root 0.649519.
        Interval 3.75 -+ 1.273034, the upper end 5.023034 clipped to 5."""
        estimate = rmst(*FOUR, horizon=5)
        assert estimate.value == pytest.approx(3.75)
        assert estimate.standard_error == pytest.approx(0.649519, abs=1e-6)
        assert (estimate.lower, estimate.upper) == pytest.approx((2.476966, 5), abs=1e-6)

    def test_last_end_that_takes_all_adds_nothing_by_hand(self):
        """To 10: 2 + 0.75 + 3 * 0.5 = 4.25; right of 2 2.25, of 3 1.5, of 6 (n = d) 0.

        Variance 2.25**2 / 12 + 1.5**2 / 6 = 0.796875, root 0.892679."""
        estimate = rmst(*FOUR, horizon=10)
        assert estimate.value == pytest.approx(4.25)
        assert estimate.standard_error == pytest.approx(0.892679, abs=1e-6)

    @pytest.mark.parametrize(
        ("sample", "mean", "error"),
        [(AML_MAINTAINED, 52.64545, 19.828676), (AML_NOT, 22.70833, 4.180767)],
    )
    def test_published_by_r(self, sample, mean, error):
        """R ``print(survfit(Surv(time, status) ~ x, aml), rmean = 161)``: 52.6 (19.83) and 22.7 (4.18)."""
        estimate = rmst(*sample, horizon=161)
        assert estimate.value == pytest.approx(mean, abs=1e-5)
        assert estimate.standard_error == pytest.approx(error, rel=1e-4)

    def test_mean_agrees_with_lifelines(self):
        lifelines = pytest.importorskip("lifelines")
        from lifelines.utils import restricted_mean_survival_time

        years, ended = censored_sample(3)
        for horizon in (0.5, 10, 60, 100):
            theirs = restricted_mean_survival_time(lifelines.KaplanMeierFitter().fit(years, ended), t=horizon)
            assert rmst(years, ended, horizon).value == pytest.approx(theirs, rel=1e-9)

    def test_standard_error_is_not_lifelines_variance(self):
        """Theirs is the variance of min(T, t): the same for ten times the runs, where ours falls by ten."""
        lifelines = pytest.importorskip("lifelines")
        from lifelines.utils import restricted_mean_survival_time

        def both(copies):
            years, ended = (np.tile(x, copies) for x in censored_sample(3))
            fitter = lifelines.KaplanMeierFitter().fit(years, ended)
            with warnings.catch_warnings(action="ignore"):  # of lifelines' numerical integration
                theirs = restricted_mean_survival_time(fitter, t=80, return_variance=True)[1]
            return rmst(years, ended, 80).standard_error ** 2, theirs

        (ours, theirs), (ours_of_ten, theirs_of_ten) = both(1), both(10)
        assert theirs_of_ten == pytest.approx(theirs, rel=1e-6)
        assert ours_of_ten == pytest.approx(ours / 10, rel=0.02)

    @pytest.mark.parametrize("seed", [4, 5])
    def test_standard_error_agrees_with_bootstrap(self, seed):
        """2,000 resamples: their spread is known to 1.6 in 100 (one standard error); allowed 6 in 100."""
        years, ended = censored_sample(seed)
        random = np.random.default_rng(seed)
        draws = random.integers(years.size, size=(2000, years.size))
        spread = np.std([rmst(years[draw], ended[draw], 80).value for draw in draws])
        assert rmst(years, ended, 80).standard_error == pytest.approx(spread, rel=0.06)

    def test_interval_covers_the_truth(self):
        """Exponential, mean 60: RMST(80) = 60 (1 - exp(-80/60)). 95 in 100 of 2,000 samples, -+ 2 in 100."""
        truth = 60 * (1 - math.exp(-80 / 60))
        estimates = [rmst(*censored_sample(1000 + seed), horizon=80) for seed in range(2000)]
        covered = np.mean([estimate.lower <= truth <= estimate.upper for estimate in estimates])
        assert covered == pytest.approx(0.95, abs=0.02)

    def test_interval_without_spread_by_hand(self):
        """All 50 stand at 100: at worst 0.025 ** (1/50) = 0.928878 of runs do, so 92.8878 years.

        All 50 end at 7: at worst that share do and the others stand to 100: 7 + 0.071122 * 93 = 13.6143."""
        standing, ending = rmst([100] * 50, [False] * 50, 100), rmst([7] * 50, [True] * 50, 100)
        assert (standing.value, standing.lower, standing.upper) == pytest.approx(
            (100, 92.8878, 100), abs=1e-4
        )
        assert (ending.value, ending.upper) == pytest.approx((7, 13.6143), abs=1e-4)

    def test_curve_is_held_level_past_the_longest_duration(self):
        """Of two one ends at 4, one is watched to 8: 4 + 6 * 1/2 = 7 of the first 10."""
        assert rmst([4, 8], [True, False], 10).value == pytest.approx(7)


class TestRmstDifference:
    def test_by_hand(self):
        """min(T, 10) is 2, 4, 10 and 1, 3, 8: differences 1, 1, 2, mean 4/3, mean square deviation 2/9.

        Standard error sqrt(2/9 / 3) = 0.272166. Unpaired: mean square deviations 104/9 and 26/3,
        sqrt((104/9 + 26/3) / 3) = 2.596294."""
        a, b = ([2, 4, 30], [True] * 3), ([1, 3, 8], [True] * 3)
        paired, unpaired = (rmst_difference(a, b, 10, paired=paired) for paired in (True, False))
        assert paired.value == pytest.approx(4 / 3)
        assert unpaired.value == pytest.approx(4 / 3)
        assert paired.standard_error == pytest.approx(0.272166, abs=1e-6)
        assert unpaired.standard_error == pytest.approx(2.596294, abs=1e-6)

    def test_agrees_with_leaving_one_out(self):
        """Pseudo-observations n R - (n - 1) R without i, the slow way; they differ by the order of 1 / n."""
        a = censored_sample(6)
        b = a[0] * 0.8, a[1]

        def pseudo(years, ended):
            n, whole = years.size, rmst(years, ended, 80).value
            parts = [rmst(np.delete(years, i), np.delete(ended, i), 80).value for i in range(n)]
            return n * whole - (n - 1) * np.array(parts)

        difference = pseudo(*a) - pseudo(*b)
        ours = rmst_difference(a, b, 80)
        assert ours.value == pytest.approx(difference.mean(), rel=0.01)
        assert ours.standard_error == pytest.approx(difference.std() / math.sqrt(difference.size), rel=0.01)

    def test_agrees_with_bootstrap_of_pairs(self):
        """2,000 resamples of pairs; their spread is known to 1.6 in 100; allowed 6 in 100."""
        random = np.random.default_rng(7)
        luck, limit = random.exponential(1, 200), random.uniform(30, 150, 200)
        a, b = ((np.minimum(luck * mean, limit), luck * mean <= limit) for mean in (60, 45))
        draws = random.integers(200, size=(2000, 200))
        parts = [[rmst(x[draw], y[draw], 80).value for x, y in (a, b)] for draw in draws]
        spread = np.std([one - other for one, other in parts])
        assert rmst_difference(a, b, 80).standard_error == pytest.approx(spread, rel=0.06)

    def test_unpaired_is_the_two_variances_added(self):
        unpaired = rmst_difference(SIX_MP, PLACEBO, 20, paired=False)
        parts = [rmst(*sample, 20) for sample in (SIX_MP, PLACEBO)]
        assert unpaired.value == pytest.approx(parts[0].value - parts[1].value)
        assert unpaired.standard_error == pytest.approx(math.hypot(*(part.standard_error for part in parts)))

    def test_common_luck_narrows_the_interval(self):
        """100,000 runs that differ by a tenth on the same luck: over ten times as precise, in closed form."""
        random = np.random.default_rng(8)
        luck = random.exponential(60, 100_000)
        a, b = ((np.minimum(x, 100), x < 100) for x in (luck, luck * 1.1))
        paired, unpaired = (rmst_difference(a, b, 100, paired=paired) for paired in (True, False))
        assert paired.value == pytest.approx(unpaired.value)
        assert unpaired.standard_error > 10 * paired.standard_error

    def test_twins_differ_by_nothing_but_what_a_sample_can_miss(self):
        """50 equal pairs: up to 1 - 0.025 ** (1/50) = 0.071122 of pairs may differ, by up to 100 years."""
        twin = censored_sample(9, runs=50)
        estimate = rmst_difference(twin, twin, 100)
        assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx(
            (0, -7.1122, 7.1122), abs=1e-4
        )

    def test_a_constant_difference_is_no_spread_in_spite_of_rounding(self):
        """All 20 pairs differ by a tenth: 1 - 0.025 ** (1/20) = 0.168434 of pairs may be otherwise."""
        years, ended = np.random.default_rng(13).exponential(30, 20), np.ones(20, bool)
        estimate = rmst_difference((years + 0.1, ended), (years, ended), 500)
        assert estimate.standard_error == 0
        assert estimate.upper == pytest.approx(0.1 * 0.831566 + 500 * 0.168434, abs=1e-3)

    def test_different_sizes_cannot_be_paired(self):
        with pytest.raises(ValueError, match="the same replicates, got 21 and 4; use paired=False"):
            rmst_difference(SIX_MP, FOUR, 20)


class TestHazard:
    def test_by_hand(self):
        """To 3: 2 + 3 + 3 + 3 = 11 years, two ends (2 and 3, the right edge belongs); to 6: 3 years, one."""
        table = hazard(*FOUR, bins=[0, 3, 6])
        assert table["events"].tolist() == [2, 1]
        assert table["exposure"].tolist() == [11, 3]
        assert table["hazard"].tolist() == pytest.approx([2 / 11, 1 / 3])

    def test_published_poisson_limits(self):
        """Garwood 1936: 0 ends [0, 3.689], 1 [0.0253, 5.572], 10 [4.795, 18.39]; here over 1,000 years."""
        for ends, limits in {0: (0, 3.689), 1: (0.0253, 5.572), 10: (4.795, 18.390)}.items():
            table = hazard([10.0] * 100, [True] * ends + [False] * (100 - ends), bins=1)
            assert 1000 * table[["lower", "upper"]].to_numpy()[0] == pytest.approx(limits, abs=5e-4)

    def test_durations_of_0_never_stood(self):
        with_them = hazard([0, 0, *FOUR[0]], [True, True, *FOUR[1]], bins=3)
        assert with_them.equals(hazard(*FOUR, bins=3))

    def test_ages_that_no_run_reached_are_left_out(self):
        assert hazard(*FOUR, bins=[0, 3, 6, 9, 12])["end"].tolist() == [3, 6]

    def test_number_of_bins(self):
        assert hazard(*FOUR, bins=3)[["start", "end"]].to_numpy().tolist() == [[0, 2], [2, 4], [4, 6]]

    @pytest.mark.parametrize("bins", [0, [3], [3, 2], [-1, 2], [0, math.nan]])
    def test_refuses_bins_that_are_none(self, bins):
        with pytest.raises(ValueError, match="bins must be"):
            hazard(*FOUR, bins=bins)


class TestEdges:
    @pytest.mark.parametrize("sample", DEGENERATE.values(), ids=DEGENERATE)
    def test_never_a_warning_or_nan(self, sample):
        """Every public function on every degenerate sample; intervals are ordered and hold the estimate."""
        curve, short = kaplan_meier(*sample), summary(*sample, horizon=100)
        assert np.isfinite(curve.frame().to_numpy()).all()
        assert ((curve.lower <= curve.survival) & (curve.survival <= curve.upper)).all()
        assert np.isfinite(hazard(*sample, bins=4).to_numpy()).all()
        estimates = [short.median, short.rmst]
        estimates += [rmst_difference(sample, sample, 100, paired=paired) for paired in (True, False)]
        for estimate in estimates:
            assert estimate.lower <= estimate.value <= estimate.upper
            assert "nan" not in estimate.text()

    @pytest.mark.parametrize(
        ("name", "median", "mean"),
        [
            ("everything censored", "over 100", "100 [93, 100]"),
            ("a single run that ended", "5 [0, over 5]", "5 [0, 98]"),
            ("a single run that stands", "over 100 [0, over 100]", "100 [3, 100]"),
            ("no regime ever formed", "0 [0, 0]", "0 [0, 7]"),
            ("all at one date", "7 [7, 7]", "7 [7, 14]"),
        ],
    )
    def test_words(self, name, median, mean):
        short = summary(*DEGENERATE[name], horizon=100)
        assert (short.median.text(), short.rmst.text()) == (median, mean)

    def test_summary_counts(self):
        short = summary([0, 0, 5, 100], [True, True, True, False], horizon=100)
        assert (short.runs, short.censored, short.never) == (4, 0.25, 0.5)

    @pytest.mark.parametrize(
        ("years", "ended", "message"),
        [
            ([], [], "a run or more"),
            ([1, 2], [True], "equally long"),
            ([-1.0], [True], "not negative, got -1 years"),
            ([math.nan], [True], "finite"),
        ],
    )
    def test_refuses_what_is_no_sample(self, years, ended, message):
        with pytest.raises(ValueError, match=message):
            kaplan_meier(years, ended)

    @pytest.mark.parametrize("horizon", [0, -1, math.inf, math.nan])
    def test_refuses_what_is_no_horizon(self, horizon):
        with pytest.raises(ValueError, match="horizon must be a positive number of years"):
            rmst(*FOUR, horizon)

    def test_refuses_what_is_no_confidence(self):
        with pytest.raises(ValueError, match="confidence must lie between 0 and 1, got 95"):
            kaplan_meier(*FOUR, confidence=95)

    def test_import_is_light(self):
        """Neither SciPy, lifelines, pandas nor anything but NumPy comes with the module or with a curve."""
        code = (
            "import sys; from regimesim.stats.survival import summary; summary([1, 2], [True, False], 10);"
            "print([name for name in ('scipy', 'lifelines', 'pandas') if name in sys.modules])"
        )
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert answer.stdout.strip() == "[]"

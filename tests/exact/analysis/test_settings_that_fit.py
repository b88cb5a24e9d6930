"""Both uncertainties of a headline."""

import numpy as np
import pytest

import regimesim as rs
from regimesim.analysis import settings_that_fit
from regimesim.analysis.settings_that_fit import (
    begin_set,
    both_uncertainties,
    dispute_rates,
    first_period,
    uncertainties,
)
from regimesim.stats.groups import means_without_luck


@pytest.fixture(scope="module")
def concert():
    return rs.simulate("concert", runs=64, seed=2)


def test_the_published_setting_is_the_run_s_own(concert):
    lines = {line.name: line for line in both_uncertainties(concert).lines}
    assert lines["cooperation, years"].published == concert.summary("regime").rmst
    assert lines["cooperation, years"].case == "32-38 (to 1848 or 1853)"
    rates = dispute_rates(concert, first_period(concert.scenario))
    assert lines["disputes 1816-1847 (of pair-years)"].published.value == pytest.approx(rates.mean())
    assert lines["disputes 1816-1847 (of pair-years)"].case == "0.013"  # 4 of 320 pair-years


def test_the_range_is_of_the_draws_means(concert):
    many = rs.simulate("concert", runs=settings_that_fit.SET_RUNS, seed=2, assumptions="set", record=512)
    found = both_uncertainties(concert).lines
    middle = means_without_luck(many.columns["peace_years"], many.columns["point"])
    assert (found[1].least, found[1].most) == pytest.approx(tuple(np.quantile(middle, (0.025, 0.975))))
    rates = dispute_rates(many, first_period(many.scenario))
    ends = np.quantile(means_without_luck(rates, many.columns["point"]), (0.025, 0.975))
    assert (found[2].least, found[2].most) == pytest.approx(tuple(ends))


def test_luck_shrinks_with_runs_and_assumptions_do_not():
    few, more = (both_uncertainties(rs.simulate("bipolar", runs=runs)).lines[1] for runs in (20, 2000))
    assert (few.published.upper - few.published.lower) > 5 * (more.published.upper - more.published.lower)
    assert (few.least, few.most) == (more.least, more.most)


def test_a_run_under_the_set_gives_the_same_lines():
    one = both_uncertainties(rs.simulate("bipolar", runs=512, seed=4))
    other = both_uncertainties(rs.simulate("bipolar", runs=512, seed=4, assumptions="set"))
    assert other.table().to_dict() == one.table().to_dict()


def test_what_is_held_is_named():
    found = both_uncertainties(rs.simulate(rs.load_scenario("bipolar", ["war.cost=10"]), runs=4))
    assert "held as they are here: war.cost" in found.sentence()
    typed = both_uncertainties(rs.simulate("bipolar", runs=4), held=["war.cost"])
    assert "war.cost" not in typed.under.columns


def test_the_case_is_said_of_the_scenario_that_the_set_is_of_only():
    other = rs.simulate(rs.load_scenario("concert", ["order=self_help", "years=20"]), runs=4)
    assert [line.case for line in both_uncertainties(other).lines] == ["", ""]


def test_without_a_record_there_is_nothing():
    assert both_uncertainties(rs.simulate("anarchy", runs=4, years=5)) is None
    found = rs.compare(["bipolar", "anarchy"], runs=4, years=5)
    assert list(uncertainties(found)) == ["bipolar"]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_set_may_be_played_ahead(workers):
    results, held = rs.simulate("bipolar", runs=20, seed=4), ["war.cost"]
    ahead = begin_set(results.scenario, 4, workers, held)
    one, other = both_uncertainties(results, workers, held, ahead), both_uncertainties(results, workers, held)
    assert one.lines == other.lines and one.under.held == other.under.held == ("war.cost",)


def test_there_may_be_nothing_to_play_ahead():
    assert begin_set(rs.load_scenario("anarchy"), 0) is None
    concert = rs.load_scenario("concert")
    assert begin_set(concert, 0, held=list(rs.assumptions("concert").columns)) is None

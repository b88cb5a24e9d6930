"""Draws of judgements: what they change in a world, and what is said of them."""

import numpy as np
import pytest

from regimesim.analysis.arrangements import without
from regimesim.analysis.factors import judgements, judgements_of
from regimesim.analysis.robustness import (
    COMMON,
    drawing_from,
    draws,
    durations,
    every,
    higher,
    median,
    play_worlds,
    robustness,
    told_apart,
    verdicts,
    worlds,
)
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.files import scenario_names
from regimesim.scenario.mechanisms import OFF
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import BY_NAME
from regimesim.simulation.assumptions import read_set
from regimesim.simulation.simulate import simulate
from regimesim.stats.survival import rmst


def test_draws_lie_within_the_declared_ranges_and_fill_them():
    drawn = draws(COMMON, 64)
    for name, values in drawn.items():
        low, high = BY_NAME[name].range
        assert low <= min(values) and max(values) <= high
        counts = np.histogram(values, 4, (low, high))[0]
        slack = 2 if BY_NAME[name].kind == "integer" else 0  # whole numbers do not split into even quarters
        assert abs(counts - 16).max() <= slack, name  # Sobol': even in each


def test_fewer_draws_are_the_first_of_more():
    few, many = draws(COMMON, 5), draws(COMMON, 9)
    assert all(many[name][:5] == few[name] for name in COMMON)


def test_only_judgements_with_a_declared_range_are_drawn():
    with pytest.raises(InputError, match=r"payoffs\.temptation has no declared range"):
        draws(["payoffs.temptation"])
    with pytest.raises(InputError, match=r"Did you mean 'norms\.restraint'"):
        draws(["norms.restrain"])


def test_what_is_switched_off_stays_off():
    drawn = draws(["norms.restraint", "war.cost", "sanctions.severity", "trust.learning_rate"], 3)
    for world, cost, rate in zip(
        worlds(load_scenario("anarchy"), drawn), drawn["war.cost"], drawn["trust.learning_rate"], strict=True
    ):
        assert world["war.cost"] == cost and world["trust.learning_rate"] == rate
        assert world["norms.restraint"] == 0 and world["sanctions.severity"] == 2
    council, own = load_scenario("security_council"), load_scenario("security_council")["sanctions.severity"]
    assert {w["sanctions.severity"] for w in worlds(council, drawn)} == {own}  # each has a veto: none passes
    without = load_scenario("security_council", ["vetoes=none"])
    assert [w["sanctions.severity"] for w in worlds(without, drawn)] == drawn["sanctions.severity"]


def test_an_epoch_that_changes_a_judgement_keeps_its_value():
    drawn = draws(["deterrence.prudence", "war.cost"], 2)
    (world, _) = worlds(load_scenario("bipolar"), drawn)
    told = [phase.parameters["deterrence.prudence"] for phase in world.phases]
    drawn_here = drawn["deterrence.prudence"][0]
    assert told == [drawn_here if phase.year < 17 else 0.8 for phase in world.phases]  # from 1963
    assert {phase.parameters["war.cost"] for phase in world.phases} == {drawn["war.cost"][0]}


def test_every_world_is_played_as_if_it_were_alone():
    """Other arrangements, other lengths of a round: one table, each with the luck of its replicates."""
    concert = load_scenario("concert", ["transparency.level=0.3"])
    few = [concert, without(concert, "institutions"), concert.with_parameters({"shadow.rounds_per_year": 2})]
    columns = play_worlds(few, runs=12, seed=3)
    for row, world in enumerate(few):
        alone = simulate(world, runs=12, seed=3, record=0)
        for name in ("regime_years", "peace_years", "welfare"):
            assert np.array_equal(columns[name][row], alone.columns[name])
        found = rmst(alone.columns["regime_years"], alone.columns["regime_ended"], 60)
        assert durations(columns, 60)[row].mean() == pytest.approx(found.value)


def test_verdicts_by_hand():
    rows = np.array([[1.0, 2, 3, 2], [-1, -2, -3, -2], [-5, 5, 1, 0], [0, 0, 0, 0]])
    assert verdicts(rows).tolist() == [1, -1, 0, 0]
    assert verdicts(rows, trifle=1).tolist() == [0, 0, 0, 0]  # 2 +- 1.299
    assert verdicts(rows, trifle=0.7).tolist() == [1, -1, 0, 0]
    assert every(np.array([1, 1, 0, 1]), np.array([1, 0, -1, -1])).tolist() == [1, 0, -1, -1]


def test_the_share_that_holds_and_what_parts_it():
    drawn = {"war.cost": [1.0, 2, 3, 4, 5, 6], "norms.restraint": [1.0, 6, 2, 5, 3, 4]}
    found = robustness(np.array([-1, 0, 0, 1, 1, 1]), drawn)
    values = {word: part["value"] for word, part in found["draws"].items()}
    assert values == {"holds": 0.5, "contrary": pytest.approx(1 / 6), "undecided": pytest.approx(1 / 3)}
    cost, restraint = found["parts"].values()
    assert cost["higher where it holds"]["value"] == 1 and cost["higher where it holds"]["lower"] < 1
    assert cost["median where it holds"]["value"] == 5 and cost["median elsewhere"]["value"] == 2
    assert restraint["higher where it holds"]["value"] == pytest.approx(6 / 9)  # 3, 4 and 5 are above 1 and 2


def test_where_it_always_holds_nothing_parts_the_draws():
    found = robustness(np.ones(8, int), {"war.cost": range(8)})
    assert found["draws"]["holds"]["value"] == 1 and found["draws"]["holds"]["lower"] < 0.7
    assert set(found["parts"]["war.cost"]["higher where it holds"].values()) == {None}


def test_medians_and_ranks_against_scipy():
    """The sign test's interval (Conover 1999, table A3: n=20, ranks 6 and 15), the Mann-Whitney statistic."""
    from scipy.stats import mannwhitneyu

    values = np.random.default_rng(1).permutation(np.arange(1.0, 21.0))
    found = median(values)
    assert (found.value, found.lower, found.upper) == (10.5, 6, 15)
    one, other = values[:8], np.append(values[8:], values[0])
    assert higher(one, other).value == pytest.approx(mannwhitneyu(one, other).statistic / (8 * 13))
    assert median(values[:5]).upper == np.inf


def test_a_world_takes_what_a_sensitivity_analysis_would_vary():
    """One rule; a value with permitted ones on both sides switches nothing off."""
    names = [p.name for p in judgements() if p.name not in ("trust.initial", "shadow.rounds_per_year")]
    drawn = draws(names, 1)
    for name in scenario_names():
        scenario = load_scenario(name)
        (world,) = worlds(scenario, drawn)
        moved = {n for n in names if world[n] != scenario[n]}
        assert moved <= {p.name for p in judgements_of(scenario)}
        assert "geography.offense_advantage" in moved and "geography.offense_advantage" not in OFF


def test_draws_from_a_set_are_those_of_the_replicates_and_the_rest_is_even():
    fitted = read_set("europe_1816")
    names = ["war.cost", "transparency.target_knowledge"]
    even = draws(names, 6, 1)
    with drawing_from(fitted):
        found = draws(names, 6, 1)
    assert found["war.cost"] == [fitted.columns["war.cost"][row] for row in fitted.draw_of(np.arange(6))]
    assert found["transparency.target_knowledge"] == even["transparency.target_knowledge"]
    assert draws(names, 6, 1) == even


def test_shares_are_told_apart_by_the_interval_of_their_difference():
    """Reaches .1 and .1: root of .02 is .141."""
    one = {"value": 0.5, "lower": 0.4, "upper": 0.6}
    assert told_apart(one, {"value": 0.65, "lower": 0.55, "upper": 0.7})
    assert not told_apart(one, {"value": 0.64, "lower": 0.54, "upper": 0.7})
    assert told_apart({"value": 0.65, "lower": 0.55, "upper": 0.7}, one)

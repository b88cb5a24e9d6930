"""Assumptions that fit the record: which draw a replicate takes, and that it is the world of that draw."""

import json

import numpy as np
import pytest

import regimesim as rs
from regimesim.analysis.calibration.fitting import SETS, FitQuestion
from regimesim.analysis.calibration.making import SAMPLE, fingerprint
from regimesim.analysis.collapse import causes_of_collapse
from regimesim.chronicle.replay import replay
from regimesim.simulation import assumptions
from regimesim.simulation.assumptions import (
    Assumed,
    assumed,
    design_of_draws,
    drawn_by_weight,
    radical_inverse,
    read_set,
    set_names,
    with_values,
)
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import measure
from regimesim.sweeps.chunks import play_points
from regimesim.sweeps.design import points_of
from regimesim.sweeps.sweep import points_under

RUNS = 24


@pytest.fixture(scope="module")
def results():
    return rs.simulate("concert", runs=RUNS, seed=3, assumptions="set")


def test_places_of_replicates_by_hand():
    assert radical_inverse(np.arange(8)).tolist() == [0, 0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875]
    assert radical_inverse(np.array([2**32 - 1]))[0] == 1 - 2.0**-32


def test_draws_are_taken_by_their_weight():
    weight = np.array([0.5, 0.125, 0.0, 0.375])
    rows = drawn_by_weight(weight, radical_inverse(np.arange(64)))
    assert np.bincount(rows, minlength=4).tolist() == [32, 8, 0, 24]
    alone = drawn_by_weight(weight, radical_inverse(np.array([17])))
    assert alone[0] == rows[17]  # whatever else is asked for


@pytest.mark.parametrize("name", SETS)
def test_the_first_replicates_take_each_draw_once(name):
    fitted = read_set(name)
    assert sorted(fitted.draw_of(np.arange(len(fitted)))) == list(range(len(fitted)))


@pytest.mark.parametrize("name", SETS)
def test_a_point_of_the_design_is_the_scenario_with_those_values(name):
    under = assumed(rs.load_scenario(SETS[name]), "set")
    design = under.design()
    for replicate in (0, 1, 77):
        row = int(under.draw_of(np.array([replicate]))[0])
        alone = lower(under.world(replicate))
        for array in ("parameters", "states", "prior", "strength", "affinity", "strategy"):
            assert np.array_equal(getattr(design, array)[row], getattr(alone, array)[0]), array


def test_each_replicate_is_the_run_of_its_own_world(results):
    for replicate in (0, 5, RUNS - 1):
        alone = rs.simulate(results.world(replicate), runs=replicate + 1, seed=3)
        for name, column in results.columns.items():
            if name != "point":
                assert np.array_equal(column[replicate], alone.columns[name][-1], equal_nan=True), name
        history = replay(results.world(replicate), 3, replicate)
        assert measure(history.lanes)["welfare"][0] == results.columns["welfare"][replicate]


def test_worlds_differ_from_replicate_to_replicate(results):
    levels = {results.world(replicate)["transparency.level"] for replicate in range(RUNS)}
    assert len(levels) == RUNS
    assert results.scenario["transparency.level"] not in levels


def test_a_cause_of_collapse_is_that_of_the_replicate_played_alone(results):
    found = causes_of_collapse(results)
    assert len(found.replicate)
    for k in (0, len(found.replicate) - 1):
        replicate = int(found.replicate[k])
        alone = causes_of_collapse(rs.simulate(results.world(replicate), runs=replicate + 1, seed=3))
        assert alone.cause[alone.replicate == replicate].tolist() == [found.cause[k]]


def test_results_that_are_saved_know_their_draws(results, tmp_path):
    again = rs.load_results(results.save(tmp_path / "run"))
    assert again.world(7) == results.world(7)
    assert np.array_equal(again.design.parameters, results.design.parameters)


def test_results_of_another_set_are_refused(results, tmp_path):
    folder = results.save(tmp_path / "run")
    again = rs.load_results(folder)
    again.provenance["assumptions"]["sha256"] = "0"
    with pytest.raises(rs.InputError, match="another set of assumptions than today's 'europe_1816'"):
        again.world(0)


def test_what_is_typed_stays():
    typed = rs.load_scenario("concert", ["transparency.level=0.9"])
    under = assumed(typed, "set")
    assert "transparency.level" in under.kept
    assert under.world(4)["transparency.level"] == 0.9
    published = rs.load_scenario("concert")
    same = assumed(published, "set", held=["transparency.level"])  # typed, with the published value
    assert same.world(4)["transparency.level"] == published["transparency.level"]


def test_another_order_keeps_what_it_brings():
    under = assumed(rs.load_scenario("concert", ["order=self_help"]), "set")
    assert {"diplomacy.conference", "norms.restraint"} <= set(under.kept)
    assert "shadow.discount_factor" in under.columns
    assert under.world(9)["norms.restraint"] == 0


def test_what_an_epoch_changes_stays_and_what_it_gives_back_follows():
    under = assumed(rs.load_scenario("concert"), "set")
    values = [phase.parameters["domestic.revolution"] for phase in under.world(2).phases]
    own = [phase.parameters["domestic.revolution"] for phase in under.scenario.phases]
    assert 6.0 in own
    row = int(under.draw_of(np.array([2]))[0])
    drawn = under.draws.columns["domestic.revolution"][row]
    assert values == [6.0 if x == 6.0 else drawn for x in own]


def test_trust_at_the_start_is_set_for_all_pairs_or_not_at_all():
    under = assumed(rs.load_scenario("concert"), "set")
    world = under.world(1)
    trust = {x for i, row in enumerate(world.prior) for j, x in enumerate(row) if i != j}
    assert trust == {world["trust.initial"]} != {under.scenario["trust.initial"]}
    uneven = rs.load_scenario("concert", ["+trust.initial.Britain-France=0.3"])
    assert "trust.initial" in assumed(uneven, "set").kept


def test_a_world_without_a_record_says_so():
    with pytest.raises(rs.InputError, match="no set of assumptions that fit the record for anarchy"):
        rs.simulate("anarchy", runs=1, assumptions="set")
    with pytest.raises(rs.InputError, match="no choice of assumptions 'sets'"):
        rs.simulate("concert", runs=1, assumptions="sets")


def test_published_is_as_without_the_word():
    one, other = rs.simulate("bipolar", runs=4), rs.simulate("bipolar", runs=4, assumptions="published")
    assert all(np.array_equal(x, other.columns[k], equal_nan=True) for k, x in one.columns.items())


def test_a_comparison_varies_what_it_can():
    found = rs.compare(["concert", "anarchy"], runs=6, assumptions="set")
    alone = rs.simulate("concert", runs=6, years=found.years, assumptions="set")
    assert np.array_equal(found.results["concert"].columns["wars"], alone.columns["wars"])
    assert found.results["anarchy"].assumed is None
    with pytest.raises(rs.InputError, match="no set of assumptions"):
        rs.compare(["trade", "anarchy"], runs=2, assumptions="set")


def test_a_sweep_plays_the_same_draws_at_every_point():
    points = points_of("concert", [("years", "30")], {"war.cost": np.array([10.0, 40.0])})
    played = play_points(points_under(points, "set", ("years",)), 5, 8)
    for number, cost in enumerate((10.0, 40.0)):
        world = rs.load_scenario("concert", ["years=30", f"war.cost={cost}"])
        alone = rs.simulate(world, runs=5, seed=8, assumptions="set")
        here = played["point"] == number
        for name in ("welfare", "disputes", "regime_years"):
            assert np.array_equal(played[name][here], alone.columns[name]), name


def test_a_sweep_under_a_set_is_told_from_one_without(tmp_path):
    settings, folder = {"war.cost": [10.0, 40.0]}, tmp_path / "sweep"
    asked = {"runs": 2, "overrides": {"years": 10}}
    found = rs.sweep("concert", settings, folder, assumptions="set", **asked)
    assert rs.sweep("concert", settings, folder, assumptions="set", **asked).points.held == found.points.held
    assert "war.cost" in rs.load_results(folder).points.held
    with pytest.raises(rs.InputError, match="a sweep with assumptions=set, not published"):
        rs.sweep("concert", settings, folder, **asked)


def test_the_table_has_parameters_and_weights():
    table = rs.assumptions("concert")
    assert list(table.columns)[-1] == "weight"
    assert set(table.columns[:-1]) == set(FitQuestion.of("concert").names)
    assert table["weight"].sum() == pytest.approx(1)


@pytest.mark.parametrize("name", SETS)
def test_a_set_belongs_to_today_s_scenario_and_rules(name):
    """If not, the rules, a scenario or a target have changed: python tools/fit_assumptions.py --write."""
    fitted, question = read_set(name), FitQuestion.of(SETS[name])
    assert fitted.published == question.published
    assert fitted.about["targets"] == {target.name: target.value for target in question.targets}
    assert fitted.about["fingerprint"] == fingerprint(question, fitted.columns, SAMPLE)
    for values, low, high in zip(fitted.columns.values(), question.low, question.high, strict=True):
        assert low <= values.min() <= values.max() <= high


def test_a_table_that_was_changed_is_refused(tmp_path, monkeypatch):
    name = set_names()[0]
    source = assumptions.configs_folder() / assumptions.FOLDER
    folder = tmp_path / assumptions.FOLDER
    folder.mkdir()
    (folder / f"{name}.json").write_text((source / f"{name}.json").read_text("utf-8"), "utf-8")
    (folder / f"{name}.csv").write_text((source / f"{name}.csv").read_text("utf-8") + "\n", "utf-8")
    monkeypatch.setattr(assumptions, "configs_folder", lambda: tmp_path)
    read_set.cache_clear()
    try:
        with pytest.raises(rs.InputError, match="is not the table that"):
            read_set(name)
    finally:
        read_set.cache_clear()


def test_values_by_hand():
    scenario = rs.load_scenario("bipolar")
    design = design_of_draws(scenario, {"war.cost": np.array([7.0, 9.0])}, 2)
    assert design.parameters["war"]["cost"][:, 0].tolist() == [7.0, 9.0]
    assert with_values(scenario, {"war.cost": 9.0})["war.cost"] == 9.0
    assert json.dumps(Assumed(scenario, read_set("superpowers_1946")).told())

"""Ways in which people use Python: NumPy's numbers, tables of settings, scenarios from tables, its words."""

import dataclasses
import inspect
import math
import re
from fractions import Fraction

import numpy as np
import pytest

import regimesim as rs
from regimesim.scenario.compose import assignments, load_scenario, override_words
from regimesim.scenario.files import scenario_names
from regimesim.scenario.messages import InputError, prompt, spelt
from regimesim.scenario.scenario import tree_of

TREE = {
    "about": {"start": np.int64(1900)},
    "years": np.float32(20),
    "states": {
        "A": {"capability": np.int16(2), "veto": np.True_},
        "B": {},
        "C": {"ideology": Fraction(1, 4)},
    },
    "buffers": {"Hills": {"between": (("A", "B"),), "strength": np.float64(0.5)}},
    "affinity": {"A-to-B": np.array(0.3)},
    "transparency": {"level": np.float64(0.5)},
}


def test_numbers_of_numpy_are_numbers_wherever_one_goes(tmp_path):
    scenario = rs.Scenario.from_dict(TREE, "mine")
    assert scenario.years == 20.0 and scenario.start == 1900.0
    assert scenario.phases[0].states[2]["ideology"] == 0.25
    assert scenario.phases[0].affinity[0][1] == 0.3
    plain = rs.simulate(scenario, 6, 5, 4.0, 1)
    found = rs.simulate(scenario, np.int32(6), np.uint64(5), np.float32(4), np.int8(1))
    assert found.columns["trust"].tolist() == plain.columns["trust"].tolist()
    assert (
        scenario.with_parameters({"war.cost": np.float32(2), "shadow.rounds_per_year": np.int64(2)}).rounds
        == 40
    )
    swept = rs.sweep(scenario, {"transparency.level": np.linspace(0, 1, 3), "shadow.rounds_per_year": np.array([2, 4])}, tmp_path / "s", np.int64(2), np.int64(1))  # fmt: skip  # noqa: E501
    assert sorted(set(swept.design["transparency.level"])) == [0.0, 0.5, 1.0] and len(swept) == 6
    model = rs.RegimeModel(scenario, np.int64(5), np.int64(2), transparency__level=np.float64(0.25))
    assert model.run(np.float64(1)).round == 4 and model.case["transparency.level"] == 0.25
    compared = rs.compare([scenario, "anarchy"], np.int64(4), np.int64(1), np.float64(2))
    assert compared.runs == 4
    assert rs.ablate("concert", "institutions", np.int64(4), np.int64(0), np.float64(2)).runs == 4


def test_whole_trees_are_plain_afterwards():
    kinds = {str, int, float, bool, list, dict}
    stack = [rs.Scenario.from_dict(TREE).to_dict()]
    while stack:
        entry = stack.pop()
        assert type(entry) in kinds
        stack += entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else []


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_of_the_program_comes_back_from_its_table(name):
    scenario = rs.load_scenario(name)
    assert rs.Scenario.from_dict(scenario.to_dict(), name) == scenario


@pytest.mark.parametrize(
    "overrides",
    [
        {"transparency.level": 0.3},
        {"years": 12, "states.France.revisionism": 1.5},
        {"strategy": "memory_one(0.9, 0.1, 0.9, 0.2)"},
        {"epochs": []},
        {"trust.initial": 0.4, "affinity.Britain-France": 0.2},
        {"shadow.punishment_years": math.inf},
        {"payoffs.game": "any", "payoffs.sucker": 2},
        {"members": {"named": ["Britain", "Austria"], "otherwise": "all"}},
        {"members": {"strongest": 2}},
        {"~buffers.Switzerland": None},
        {"transparency": {"level": 0.3, "miss_rate": 0.1}},
    ],
    ids=str,
)
def test_a_scenario_that_is_there_is_changed_as_one_that_is_named(overrides):
    named = rs.load_scenario("concert", overrides)
    there = rs.load_scenario(rs.load_scenario("concert"), overrides)
    assert there.phases[0] == named.phases[0]
    assert named.prior == there.prior and named.years == there.years
    assert there.phases[1:] == named.phases[1:] or "epochs" not in overrides
    assert rs.load_scenario("concert", override_words(overrides)) == named


def test_a_setting_that_an_epoch_changes_is_changed_by_it_again():
    """transparency.level holds from the start; epochs go on to change what they change."""
    named = rs.load_scenario("league", {"war.cost": 7})
    assert rs.load_scenario(rs.load_scenario("league"), {"war.cost": 7}) == named


def test_a_sweep_of_a_scenario_is_that_of_its_name(tmp_path):
    levels, options = {"transparency.level": [0.2, 0.6]}, {"overrides": {"years": 5}}
    named = rs.sweep("concert", levels, tmp_path / "a", 8, **options)
    there = rs.sweep(load_scenario("concert"), levels, tmp_path / "b", 8, **options)
    listed = rs.sweep("concert", levels, tmp_path / "c", 8, overrides=["years=5"])
    table = rs.sweep(tree_of(load_scenario("concert")), levels, tmp_path / "d", 8, **options)
    for found in (there, listed, table):
        assert found.summary.equals(named.summary)


@pytest.mark.parametrize("place", [rs.simulate, rs.RegimeModel, lambda s: rs.compare([s, "anarchy"], 2)])
def test_a_table_stands_for_a_scenario(place):
    assert place({"states": {"A": {}, "B": {}}, "years": 2}) is not None


def test_a_scenario_is_no_sequence():
    with pytest.raises(TypeError, match="not iterable"):
        iter(rs.load_scenario("anarchy"))
    assert dataclasses.is_dataclass(rs.Scenario)


IN_PYTHON = {
    "transparency.level must lie in [0, 1]; got 1.4 (overrides)": lambda: rs.load_scenario(
        "concert", {"transparency.level": 1.4}
    ),
    'or overrides={"world": NAME, "order": NAME}': lambda: rs.load_scenario(),
    'which order? Add "order": NAME': lambda: rs.load_scenario(overrides={"world": "europe_1816"}),
    'overrides must be a table {"transparency.level": 0.3} or a list': lambda: rs.load_scenario(
        "concert", "transparency.level=0.3"
    ),
    "the scenario is given apart from its overrides": lambda: assignments({"scenario": "concert"}),
    "keeps its world and its order; give its name instead (overrides)": lambda: rs.load_scenario(
        rs.load_scenario("concert"), {"order": "self_help"}
    ),
    "defaults are of files": lambda: rs.Scenario.from_dict({"defaults": ["concert"]}),
    '{"transparency.level": [0.2, 0.4]}': lambda: rs.sweep("concert", {}, "nowhere"),
    "seed and rng are one thing": lambda: rs.RegimeModel("concert", 1, rng=2),
    "seed must be a whole number; got 'x'": lambda: rs.RegimeModel("concert", "x"),
    "runs must be a whole number; got 2.5": lambda: rs.simulate("concert", np.float64(2.5)),
    "no parameter 'transparency.levl'. Did you mean": lambda: rs.RegimeModel("concert", transparency__levl=1),
}


@pytest.mark.parametrize("sentence", IN_PYTHON)
def test_what_is_wrong_is_said_in_the_words_of_python(sentence):
    with pytest.raises(InputError, match=re.escape(sentence)) as error:
        IN_PYTHON[sentence]()
    assert "command line" not in str(error.value) and "+scenario" not in str(error.value)


def test_a_sweep_that_is_there_is_spoken_of_in_python(tmp_path):
    rs.sweep("anarchy", {"transparency.level": [0.2, 0.4]}, tmp_path / "s", 2)
    with pytest.raises(InputError, match=r"extend=True makes it 3 points of 2 runs, another folder begins"):
        rs.sweep("anarchy", {"transparency.level": [0.2, 0.4, 0.6]}, tmp_path / "s", 2)
    with pytest.raises(InputError, match="holds a sweep with seed=0, not 1; another folder begins anew"):
        rs.sweep("anarchy", {"transparency.level": [0.2, 0.4]}, tmp_path / "s", 2, 1)


def test_advice_is_for_where_a_person_types():
    assert spelt("out=DIR", "out") == "out"
    with prompt():
        assert spelt("out=DIR", "out") == "out=DIR"
    assert spelt("out=DIR", "out") == "out"


SMALL = rs.Scenario.from_dict({"states": {"A": {}, "B": {}, "C": {}}, "years": 3}, "small")
PUBLIC = {
    rs.simulate: {"scenario": SMALL, "runs": 2},
    rs.compare: {"scenarios": [SMALL, "anarchy"], "runs": 2, "years": 3},
    rs.matrix: {"worlds": ["trade"], "orders": ["self_help"], "runs": 2, "years": 3},
    rs.sweep: {"scenario": SMALL, "settings": {"war.cost": [1]}, "runs": 2},
    rs.turning_points: {"scenario": SMALL, "futures": 50},
    rs.remedies: {"scenario": SMALL, "futures": 50},
    rs.cheapest_changes: {"scenario": SMALL, "runs": 10, "tries": 20},
    rs.ablate: {"scenario": SMALL, "runs": 2},
    rs.load_results: {},
    rs.load_scenario: {},
    rs.RegimeModel: {"scenario": SMALL},
}
WRONG = (-1, math.nan, b"x", ["x"], {"x": 1}, object(), [None], (1, 2))


def arguments_of_public_functions():
    for function in PUBLIC:
        for argument in inspect.signature(function).parameters.values():
            if argument.kind is not argument.VAR_KEYWORD:
                yield pytest.param(function, argument.name, id=f"{function.__name__}-{argument.name}")


def test_every_public_function_is_asked():
    functions = (getattr(rs, name) for name in rs.__all__)
    asked = {thing for thing in functions if inspect.isfunction(thing)} - {rs.assumptions}
    assert asked < set(PUBLIC)


@pytest.mark.parametrize(("function", "name"), list(arguments_of_public_functions()))
def test_an_argument_of_the_wrong_kind_is_a_sentence_about_it(function, name, tmp_path):
    refused = 0
    for number, value in enumerate(WRONG):
        given = {**PUBLIC[function], name: value}
        if function is rs.sweep and name != "out":
            given["out"] = tmp_path / str(number)
        try:
            function(**given)
        except InputError as error:
            refused += bool(str(error))
    assert refused >= 6  # a table may stand for a list of its names

"""Worlds, orders and parameters that the page is given are those the program itself plays."""

import json
import math

import pytest

from regimesim.analysis.arrangements import ARRANGEMENTS
from regimesim.app.worlds import HEADLINE, LESSON, OWN, design_of, page_data
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.composition import scenario_tree
from regimesim.scenario.files import names_of, scenario_names
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import BY_NAME, PARAMETERS, STATE, defaults, stored
from regimesim.scenario.reading import read_scenario


@pytest.fixture(scope="module")
def data():
    return page_data()


def real(value):
    return float(value) if isinstance(value, str) else value


def neutral():
    return {name: stored(BY_NAME[name], value) for name, value in defaults().items()}


def replayed(design):
    """Parameters of each phase, as the page comes to them."""
    values = neutral()
    for phase in design["phases"]:
        values = values | {name: real(value) for name, value in phase["set"].items()}
        yield values


def test_phases_come_to_the_parameters_and_states_of_the_scenario(data):
    for name in (*scenario_names(), "europe_1816_under_collective_security"):
        scenario = load_scenario(name)
        design = data["designs"][f"{scenario.world.name} {scenario.order.name}"]
        assert len(design["phases"]) == len(scenario.phases)
        for phase, found, values in zip(scenario.phases, design["phases"], replayed(design), strict=True):
            assert values == {key: stored(BY_NAME[key], x) for key, x in phase.parameters.items()}
            assert found["states"] == [[stored(p, state[p.name]) for p in STATE] for state in phase.states]
            assert found["strength"] == [buffer.strength for buffer in phase.buffers]
            assert (found["year"], found["affinity"]) == (phase.year, [list(row) for row in phase.affinity])
        assert design["prior"] == [list(row) for row in scenario.prior]


def test_what_is_changed_at_the_start_is_changed_again_where_a_file_says_so(data):
    """As on the command line: the wave of 1848 comes and goes, whatever the rate was before."""
    design = data["designs"]["europe_1816 concert"]
    design = json.loads(json.dumps(design))
    design["phases"][0]["set"]["domestic.revolution"] = 0.5
    expected = load_scenario("concert", ["domestic.revolution=0.5"])
    rates = [values["domestic.revolution"] for values in replayed(design)]
    assert rates == [phase.parameters["domestic.revolution"] for phase in expected.phases]
    assert len(set(rates)) == 3


def test_there_is_every_combination_that_there_can_be(data):
    for world in names_of("world"):
        for order in names_of("order"):
            try:
                load = read_scenario(scenario_tree(f"{world}_under_{order}"), "x")
            except InputError:
                load = None
            assert (f"{world} {order}" in data["designs"]) == (load is not None)


def test_absence_is_that_of_the_arrangements(data):
    """Each rule of the table gives, on every phase of every design, what the arrangement itself gives."""
    tables = {a["name"]: a for a in data["arrangements"]}
    assert list(tables) == list(ARRANGEMENTS)
    for key, design in data["designs"].items():
        for values in replayed(design):
            typed = {name: typed_value(name, value) for name, value in values.items()}
            for name, arrangement in ARRANGEMENTS.items():
                expected = typed | dict(arrangement.absent(typed))
                found = without(values, tables[name])
                assert {n: typed_value(n, x) for n, x in found.items()} == expected, (key, name)
                acts = all(any(values[n] > 0 for n in names) for names in tables[name]["needs"])
                assert acts == arrangement.acts(typed), (key, name)


def typed_value(name, value):
    parameter = BY_NAME[name]
    return parameter.choices[int(value)] if parameter.kind == "choice" else value


def without(values, table):
    rule = values["sanctions.rule"]
    if ("only" in table and rule != table["only"]) or rule == table.get("unless"):
        return values
    change = {"to": lambda old, new: new, "at most": min, "at least": max}
    return values | {name: change[how](values[name], value) for name, how, value in table["absent"]}


def test_every_parameter_has_a_control_with_its_declaration(data):
    assert [p["name"] for p in data["parameters"]] == [p.name for p in PARAMETERS]
    for found, parameter in zip(data["parameters"], PARAMETERS, strict=True):
        assert real(found["default"]) == stored(parameter, parameter.default)
        assert (found["meaning"], found["bounds"]) == (parameter.meaning, parameter.bounds())
        if found["slide"]:
            low, high = found["slide"]
            assert parameter.low <= low < high <= parameter.high and math.isfinite(high)
            assert 20 <= (high - low) / found["step"] <= 500 or found["kind"] == "integer"
    assert set(HEADLINE) <= set(BY_NAME)


def test_a_world_of_ones_own_comes_with_what_was_typed():
    own = load_scenario("trade", ["transparency.level=0.37", "years=12"])
    design = page_data(own)["designs"][OWN]
    assert design["phases"][0]["set"]["transparency.level"] == 0.37 and design["years"] == 12
    assert design == design_of(own, scenario_tree("trade")) | {
        "title": design["title"],
        "phases": design["phases"],
    }


def test_the_lesson_on_buffers_is_two_equals_and_one_buffer(data):
    design = data["designs"][LESSON]
    assert design["states"] == ["North", "South"] and len(design["buffers"]) == 1
    (phase,) = design["phases"]
    assert phase["states"][0] == phase["states"][1] and phase["strength"] == [1.0]


def test_a_world_that_is_too_large_is_refused():
    tree = {"states": {f"S{k}": {} for k in range(13)}}
    with pytest.raises(InputError, match="at most 12 states on the page; got 13"):
        page_data(read_scenario(tree, "many"))

"""Habits of Mesa's users: batch_run, settings by name, data collectors, removing, setting, a page."""

import re

import mesa
import numpy as np
import pytest

import regimesim as rs
from regimesim.scenario.messages import InputError
from regimesim.simulation.agents import State

PAIR = {"states": {"Athens": {}, "Sparta": {}}, "years": 3, "shadow": {"rounds_per_year": 1}}
NOISY = {
    "states": {"Athens": {}, "Sparta": {}, "Corinth": {}, "Thebes": {}},
    "years": 20,
    "transparency": {"false_alarm_rate": 0.3},
    "power": {"volatility": 0.1},
}


def batch(parameters, **options):
    found = mesa.batch_run(rs.RegimeModel, parameters, display_progress=False, max_steps=80, **options)
    rows = [row for row in found if row.get("name", "Athens") == "Athens" and row.get("name")]
    return [(row["capability"], row["cooperation"]) for row in rows]


def test_runs_without_a_seed_differ_and_with_one_repeat():
    scenario = rs.Scenario.from_dict(NOISY)
    assert len(set(batch({"scenario": scenario}, iterations=4))) == 4
    assert len(set(batch({"scenario": scenario, "seed": 7}, iterations=4))) == 1
    assert len(set(batch({"scenario": scenario, "seed": 7, "replicate": range(4)}))) == 4
    models = [rs.RegimeModel(scenario, rng=7).run(), rs.RegimeModel(scenario, 7).run()]
    assert len({model.state("Athens").capability for model in models}) == 1


def test_settings_are_arguments_by_name():
    dotted = rs.RegimeModel("concert", 1, **{"transparency.level": 0.3})
    spelled = rs.RegimeModel("concert", 1, transparency__level=0.3)
    assert dotted.case == spelled.case == rs.load_scenario("concert", {"transparency.level": 0.3})
    other = rs.RegimeModel("concert", 1, states__France__revisionism=1.5, order="self_help", years=9)
    assert other.case.order.name == "self_help" and other.case.years == 9
    assert other.state("France").revisionism == 1.5
    levels = {"scenario": rs.Scenario.from_dict(NOISY), "seed": 1, "power__volatility": [0.1, 0.2]}
    assert len(set(batch(levels))) == 2


@pytest.mark.parametrize("act", [lambda s: s.remove(), lambda s: s.model.deregister_agent(s)])
def test_a_state_cannot_be_removed(act):
    model = rs.RegimeModel({**PAIR, "buffers": {"Corinth": {"between": [["Athens", "Sparta"]]}}}, 0)
    with pytest.raises(InputError, match=re.escape('overrides={"~states.Athens": None}')):
        act(model.state("Athens"))
    with pytest.raises(InputError, match="let it be absorbed: sovereign = False"):
        act(model.buffers[0])
    assert len(model.agents) == 3 and model.run().round == 3


def test_what_a_state_is_can_be_set_between_rounds():
    tree = {**PAIR, "states": {"A": {}, "B": {"capability": 2}, "C": {}}, "power": {"weight": 1.0}}
    model = rs.RegimeModel(tree, 0)
    a, b, c = model.states
    a.capability = 0.5
    assert [s.capability for s in model.states] == pytest.approx([0.5, 1 / 3, 1 / 6], abs=1e-15)
    assert a.game_with(c).u_dc == pytest.approx(3 + 2 * 2 * 0.75)  # w = 2 c_i / (c_i + c_j)
    a.norm, a.revisionism, a.member = 0.25, 0.5, False
    assert (a.norm, a.revisionism, a.member) == (0.25, 0.5, False)
    before = a.reasons(b).now
    a.set_trust_in("B", np.float64(0.1))
    assert (a.trust_in(b), b.trust_in(a)) == (0.1, 1.0) and a.reasons(b).now != before
    model.agents.select(agent_type=State).set("norm", 0.75)
    assert {state.norm for state in model.states} == {0.75}


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda s: setattr(s, "capability", 1.0), "capability is a share of all, in (0, 1); got 1.0"),
        (lambda s: setattr(s, "capability", "x"), "capability is a share of all, in (0, 1); got 'x'"),
        (lambda s: setattr(s, "norm", 2), "set: norm must lie in [0, 1]"),
        (lambda s: setattr(s, "norm", True), "norm must be a number; got True"),
        (lambda s: s.set_trust_in("Sparta", -1), "set: trust must lie in [0, 1]"),
        (lambda s: s.set_trust_in("Athens", 1), "Athens has no dealings with itself"),
    ],
)
def test_what_cannot_be_set_is_said(act, sentence):
    state = rs.RegimeModel(PAIR, 0).state("Athens")
    with pytest.raises(InputError, match=re.escape(sentence)):
        act(state)
    assert (state.capability, state.norm, state.trust_in("Sparta")) == (0.5, 1.0, 1.0)


def test_nothing_is_set_while_states_decide():
    class Meddler(rs.State):
        def intend(self, other):
            self.norm = 0.5
            return True

    with pytest.raises(InputError, match="norm can be set between two rounds"):
        rs.RegimeModel(PAIR, 0, agents={"Athens": Meddler}).step()


def test_a_data_collector_of_ones_own():
    model = rs.RegimeModel(PAIR, 0)
    own = mesa.DataCollector({"wars": "wars"}, {"payoff": lambda a: getattr(a, "payoff", None)})
    while model.running:
        model.step()
        own.collect(model)
    assert own.get_model_vars_dataframe()["wars"].tolist() == [0, 0, 0]
    assert own.get_agent_vars_dataframe()["payoff"].tolist() == [3.0] * 6


@pytest.mark.filterwarnings("ignore")  # of its own libraries
def test_a_page_of_mesas():
    solara = pytest.importorskip("solara", reason="pip install 'regimesim[solara]'")
    from mesa.visualization import Slider, SolaraViz, make_plot_component

    model = rs.RegimeModel("concert", 1, transparency__level=0.5)
    page = SolaraViz(
        model,
        components=[make_plot_component(["cooperation", "trust"])],
        model_params={
            "scenario": "concert",
            "seed": 1,
            "transparency__level": Slider("transparency", 0.5, 0, 1, 0.1),
        },
    )
    box, context = solara.render(page, handle_error=False)
    try:
        assert box.children
    finally:
        context.close()

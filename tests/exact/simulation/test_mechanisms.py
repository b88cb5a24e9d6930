"""Mechanisms between the steps of a round: each place, each array, in one run, in batches and in sweeps."""

import copy
import itertools
import pickle
import random
import re
import zlib

import generators
import naive
import numpy as np
import pytest
import twins
from extending import Cautious, Idle, Summit

import regimesim as rs
from regimesim.analysis.headline import by_window
from regimesim.core.lanes import Lanes
from regimesim.core.steps import STEPS
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.simulation import lowering
from regimesim.simulation.mechanisms.arrays import READABLE, WRITABLE
from regimesim.simulation.mechanisms.block import OpenLanes
from regimesim.simulation.mechanisms.mechanism import Frame, Mechanism
from regimesim.simulation.simulate import measure
from regimesim.sweeps.engines import engine_of

PAIR = {"years": 3, "shadow": {"rounds_per_year": 1}, "states": {"Athens": {}, "Sparta": {}}}
BUSY = {
    "years": 20,
    "states": {"A": {"capability": 2}, "B": {"revisionism": 0.5}, "C": {}, "D": {"strategy": "tit_for_tat"}},
    "transparency": {"level": 0.3, "miss_rate": 0.2, "false_alarm_rate": 0.3},
    "sanctions": {"rule": "decentralized"},
    "war": {"unilateral": 0.1, "mutual": 0.3, "cost": 6, "years": 1},
    "domestic": {"turnover": 0.2, "reset": 0.5},
    "choice": {"temperature": 0.4},
}


def pair(**changes):
    return read_scenario({**PAIR, **changes}, "greece")


def acting(step, act, *writes, **also):
    """A mechanism that does one thing in every round, in one place."""
    body = {"writes": writes, step: lambda self, moment: act(moment), **also}
    return type("Acting", (Mechanism,), body)()


def same(one, other):
    return all(np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one)


@pytest.mark.parametrize("number", range(12))
def test_one_that_does_nothing_changes_no_bit(number, monkeypatch):
    monkeypatch.setattr(lowering, "load_strategy", twins.AUTOMATA.__getitem__)
    scenario = read_scenario(generators.world(random.Random(4000 + number)), "random")
    design, which = lowering.lower(scenario), np.zeros(9, np.intp)
    plain = Lanes(design, which, np.arange(9), number)
    frame = Frame(scenario.states, scenario.buffers, scenario.start)
    opened = OpenLanes(design, which, np.arange(9), number, frame, [Idle()])
    for lanes in (plain, opened):
        lanes.play(design.rounds // 2)
        lanes.decide()
        lanes.carry_out()
        lanes.play(design.rounds)
    for name in ("trust", "left", "capability", "norm", "member", "credibility", "payoff", "seen", "stance"):
        assert np.array_equal(getattr(plain.world, name), getattr(opened.world, name)), name
    assert same(measure(plain), measure(opened))


def test_one_that_does_nothing_changes_nothing_that_is_recorded():
    plain, idle = (rs.simulate("concert", 6, 4, years=25, mechanisms=m) for m in ([], [Idle()]))
    assert same(plain.columns, idle.columns) and same(plain.happened, idle.happened)
    assert np.array_equal(plain.yearly, idle.yearly)
    assert np.array_equal(plain.pair_spells, idle.pair_spells)


def test_steps_come_in_order_and_all_of_after_before_any_of_before():
    heard = []
    names = [f"{when}_{step}" for step in STEPS for when in ("before", "after")]

    def listener(label):
        body = {n: (lambda self, moment, n=n: heard.append((label, moment.round, n))) for n in names}
        return type("Listener", (Mechanism,), {"__deepcopy__": lambda self, memo: self, **body})()

    rs.simulate(pair(years=2), 1, mechanisms=[listener("x"), listener("y")])
    expected = ["before_events"]
    for one, following in itertools.pairwise(STEPS):
        expected += [f"after_{one}", f"before_{following}"]
    expected.append("after_record")
    assert heard == [(label, t, name) for t in (0, 1) for name in expected for label in "xy"]


@pytest.mark.parametrize("name", WRITABLE)
def test_an_array_can_be_written_at_its_times_and_at_no_other(name):
    tries = {}

    def tried(when):
        def act(self, moment):
            tries[when] = getattr(moment, name).flags.writeable

        return act

    body = {f"before_{step}": tried(step) for step in STEPS} | {"after_record": tried("next round")}
    rs.simulate(read_scenario(BUSY, "busy"), 1, years=1, mechanisms=[type("Trier", (Mechanism,), {"writes": (name,), **body})()])  # fmt: skip  # noqa: E501
    assert [when for when, could in tries.items() if could] == [
        when for when in (*STEPS, "next round") if when in WRITABLE[name].before
    ]
    others = type("Trier", (Mechanism,), {"writes": (), **body})()
    rs.simulate(read_scenario(BUSY, "busy"), 1, years=1, mechanisms=[others])
    assert not any(tries.values())


def test_what_is_intended_done_and_seen_is_what_a_mechanism_says():
    def none(name):
        return lambda moment: getattr(moment, name).__setitem__(slice(None), 0)

    peaceful = rs.simulate(pair(), 4)
    assert peaceful.rate("cooperation_rate").value == 1.0
    intending = rs.simulate(pair(), 4, mechanisms=[acting("before_act", none("intend"), "intend")])
    doing = rs.simulate(pair(), 4, mechanisms=[acting("after_act", none("action"), "action")])
    for found in (intending, doing):  # a breach in round 0, for which both are estranged ever after
        assert found.rate("cooperation_rate").value == 0.0
        assert found.rate("estrangements_breach").value == 1.0
        assert found.rate("estrangements_false").value == 0.0
        assert found.rate("exploitation_rate").value == 1.0
    seeing = rs.simulate(pair(), 4, mechanisms=[acting("after_observe", none("seen"), "seen")])
    assert seeing.rate("cooperation_rate").value == pytest.approx(1 / 3)
    assert seeing.rate("estrangements_false").value == 1.0
    assert seeing.rate("false_alarm_share").value == 1.0


def test_a_term_of_the_margin_turns_a_decision():
    """Distrust of .2 and a future of no worth: now = .2 (3 - 5) + .8 (0 - 1) = -1.2, future 0."""
    tree = PAIR | {
        "years": 1,
        "trust": {"initial": 0.2},
        "shadow": {"rounds_per_year": 1, "discount_factor": 0.01},
    }
    scenario = read_scenario(tree, "greece")
    terms = rs.RegimeModel(scenario, seed=0).state("Athens").reasons("Sparta")
    short = -terms.margin
    assert terms.now == pytest.approx(-1.2) and 0 < short < 1.3

    def found(more):
        expecting = acting("after_appraise", lambda m: m.law.__iadd__(more), "law")
        return rs.simulate(scenario, 2, mechanisms=[expecting]).rate("cooperation_rate").value

    assert found(short - 1e-6) == 0.0
    assert found(short + 1e-6) == 1.0


def test_what_defection_gains_is_believed_and_paid():
    """Athens alone is told to defect in round 0: it earns the raised temptation, 5 + 2."""

    def act(moment):
        if moment.round == 0:
            moment.gain[0, 1] += 2.0

    def betray(self, moment):
        if moment.round == 0:
            moment.intend[0, 1] = 0

    earned = []
    mechanism = acting(
        "before_decide", act, "gain", "intend",
        before_act=betray, after_pay=lambda self, moment: earned.append(moment.payoff[:, 0].copy()),
        __deepcopy__=lambda self, memo: self,
    )  # fmt: skip
    model = rs.RegimeModel(pair(), seed=0, mechanisms=[mechanism])
    before = model.state("Athens").reasons("Sparta").now
    model.step()
    assert earned[0].tolist() == [7.0, 0.0]
    assert before == 3.0 - 5.0


def test_wars_are_begun_and_estrangements_ended():
    def declare(moment):
        if moment.round == 1:
            moment.due[0, 1] = 1

    found = rs.simulate(
        pair(war={"cost": 4, "years": 1}), 3, mechanisms=[acting("after_pay", declare, "due")]
    )
    assert found.columns["wars"].tolist() == [1, 1, 1]
    assert found.columns["peace_years"].tolist() == [1.0, 1.0, 1.0]
    assert found.events.query("kind == 'war'")["round"].tolist() == [1, 1, 1]


def test_capabilities_are_divided_by_their_sum_and_felt_at_once():
    """With power_weight 1, w of 3 against 1 is 2 * 3/4: the appetites are (5 - 3) * 1.5 and 2 * .5."""
    scenario = pair(power={"weight": 1.0})

    def grow(moment):
        if moment.round == 1:
            moment.capability[0] = 1.5

    model = rs.RegimeModel(scenario, seed=0, mechanisms=[acting("before_events", grow, "capability")])
    model.run(2)
    assert [s.capability for s in model.states] == [0.75, 0.25]
    assert [model.states[i].game_with(1 - i).u_dc for i in (0, 1)] == [3 + 3.0, 3 + 1.0]


def test_draws_are_those_of_the_page_at_an_address_of_their_own():
    drawn = {}

    def act(moment):
        drawn[moment.round] = moment.draw(3, 1, 0)

    mechanism = acting("before_events", act)
    rs.simulate(pair(), 5, seed=77, workers=1, mechanisms=[mechanism])
    channel = 2**16 + zlib.crc32(b"Acting") % 2**20 * 2**10 + 3
    for t, numbers in drawn.items():
        assert numbers.tolist() == [naive.uniform(77, r, t, channel, 1, 0) for r in range(5)]
    assert len({x for numbers in drawn.values() for x in numbers}) == 15


def test_parameters_and_names_are_those_of_each_run(tmp_path):
    heard = []

    def act(moment):
        if moment.round == 0:
            rule, level = moment.parameter("sanctions.rule"), moment.parameter("transparency.level")
            heard.extend(zip(rule.tolist(), level.tolist(), strict=True))
            assert moment.states[moment.position("Sparta")] == "Sparta" and moment.year == 1900.0

    scenario = pair(about={"start": 1900})
    rs.sweep(
        scenario,
        {"sanctions.rule": ["none", "centralized"], "transparency.level": np.array([0.25, 0.5])},
        tmp_path / "s", 2, mechanisms=[acting("before_events", act)],
    )  # fmt: skip
    assert sorted(set(heard)) == [(r, x) for r in ("centralized", "none") for x in (0.25, 0.5)]
    assert len(heard) == 8


def test_a_measure_is_a_column_of_runs_and_survives_a_folder(tmp_path):
    found = rs.simulate("concert", 40, 5, years=40, mechanisms=[Summit(12)])
    plain = rs.simulate("concert", 40, 5, years=40)
    ended = found.runs["summits_ended"]
    assert (ended == ended.round()).all() and ended.max() >= 1
    assert found.rate("summits_ended").value == ended.mean()
    assert found.summary("regime").rmst.lower < found.summary("regime").rmst.upper
    assert found.rate("estranged_share").value < plain.rate("estranged_share").value
    found.save(tmp_path / "kept")
    again = rs.load_results(tmp_path / "kept")
    assert again.columns["summits_ended"].tolist() == ended.tolist()
    assert "Summit(every=12)" in again.provenance["python code"]["mechanisms"][0]


def test_a_stepped_run_is_the_run_of_the_batch_in_blocks_of_any_size():
    scenario, minds = read_scenario(BUSY, "busy"), {"B": Cautious, "C": Cautious}
    found = rs.simulate(scenario, 7, 9, workers=1, mechanisms=[Summit()], agents=minds)
    small = rs.simulate(scenario, 7, 9, workers=7, mechanisms=[Summit()], agents=minds)
    assert same(found.columns, small.columns)
    for replicate in range(4):
        model = rs.RegimeModel(scenario, 9, replicate, minds, [Summit()]).run()
        stepped = measure(model.lanes)
        for name in set(stepped) - {"point", "regime_onset"}:
            assert stepped[name][0] == found.columns[name][replicate], name
        assert model.mechanisms[0].ended.tolist() == [found.columns["summits_ended"][replicate]]
        assert any(state.down for state in model.states if isinstance(state, Cautious)) or replicate
    plain = rs.simulate(scenario, 7, 9)
    assert (found.columns["cooperation_rate"] != plain.columns["cooperation_rate"]).all()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_of_a_model_goes_on_by_itself(copied):
    model = rs.RegimeModel("concert", 2, mechanisms=[Summit(4)], years=20).run(5)
    other = copied(model)
    model.run()
    assert other.round == 20
    other.run()
    assert other.mechanisms[0] is not model.mechanisms[0]
    assert other.mechanisms[0].ended.tolist() == model.mechanisms[0].ended.tolist()
    assert np.array_equal(other.lanes.world.trust, model.lanes.world.trust)


def test_a_sweep_has_them_at_every_point_with_intervals_and_is_resumed(tmp_path):
    levels, options = {"transparency.level": [0.2, 0.6]}, {"mechanisms": [Summit()], "agents": {"B": Cautious}}  # fmt: skip  # noqa: E501
    scenario = read_scenario(BUSY, "busy")
    found = rs.sweep(scenario, levels, tmp_path / "s", 12, 3, **options)
    for point, level in enumerate(levels["transparency.level"]):
        alone = rs.simulate(rs.load_scenario(scenario, {"transparency.level": level}), 12, 3, **options)
        assert found.read_runs([point])["summits_ended"].tolist() == alone.columns["summits_ended"].tolist()
        row = found.summary.iloc[point]
        assert row["summits_ended"] == pytest.approx(alone.rate("summits_ended").value)
        assert row["summits_ended_error"] == pytest.approx(alone.rate("summits_ended").standard_error)
        assert row["regime_rmst"] == pytest.approx(alone.summary("regime").rmst.value)
    again = rs.sweep(scenario, levels, tmp_path / "s", 12, 3, **options)
    assert again.summary.equals(found.summary)
    with pytest.raises(InputError, match="other mechanisms or states in Python"):
        rs.sweep(scenario, levels, tmp_path / "s", 12, 3, mechanisms=[Summit(9)], agents={"B": Cautious})
    with pytest.raises(InputError, match="other mechanisms or states in Python"):
        rs.sweep(scenario, levels, tmp_path / "s", 12, 3)


@pytest.mark.verify
def test_workers_of_other_processes_play_the_same(tmp_path):
    options = {"mechanisms": [Summit()], "agents": {"B": Cautious}}
    scenario, levels = read_scenario(BUSY, "busy"), {"transparency.level": [0.2, 0.6]}
    here = rs.sweep(scenario, levels, tmp_path / "a", 12, 3, **options)
    there = rs.sweep(
        scenario, levels, tmp_path / "b", 12, 3, engine=engine_of("processes", {"workers": 1}), **options
    )
    assert here.summary.equals(there.summary)


WRONG = {
    "a step": (lambda: type("M", (Mechanism,), {"before_act": 1, "after_acting": 1}), "no step 'acting'"),
    "a method": (
        lambda: type("M", (Mechanism,), {"measure": lambda self: {}}),
        "M.measure would never be called; did you mean measures?",
    ),
    "an array": (lambda: type("M", (Mechanism,), {"writes": ("trusts",)}), "Did you mean 'trust'?"),
    "one name": (lambda: type("M", (Mechanism,), {"writes": "trust"}), "writes = ('trust',)"),
    "a class": (lambda: rs.simulate(pair(), 1, mechanisms=[Summit]), "Summit(), with brackets"),
    "a function": (
        lambda: rs.simulate(pair(), 1, mechanisms=[print]),
        "subclass of Mechanism; got <built-in",
    ),
    "a state": (lambda: rs.simulate(pair(), 1, agents={"Atens": Cautious}), "Did you mean 'Athens'?"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_none_is_refused(name):
    make, sentence = WRONG[name]
    with pytest.raises(InputError, match=re.escape(sentence)):
        make()


def put(name, value, where=slice(None)):
    return lambda moment: getattr(moment, name).__setitem__(where, value)


BAD = {
    "not named": ("before_events", put("trust", 0.5), (), "Acting.before_events writes what it may not write here; it may write nothing here (its class names no array in writes)"),  # noqa: E501
    "not now": ("before_act", put("trust", 0.5), ("trust",), "it may write nothing here (trust: before events, appraise, record or next round)"),  # noqa: E501
    "out of bounds": ("before_events", put("trust", 1.5), ("trust",), "Acting.before_events: trust must lie in [0, 1]"),  # noqa: E501
    "no number": ("before_events", put("norm", np.nan), ("norm",), "norm must hold finite numbers"),
    "one-sided": ("before_events", put("left", 3, (0, 1)), ("left",), "left must be the same both ways"),
    "no capability": ("before_events", put("capability", 0), ("capability",), "must not be 0 for all states"),
    "a channel": ("before_events", lambda m: m.draw(5000), (), "a channel lies in [0, 1023]; got 5000"),
    "no parameter": ("before_events", lambda m: m.parameter("war.costs"), (), "Did you mean 'war.cost'?"),
    "no state": ("before_events", lambda m: m.position("Sparte"), (), "Did you mean 'Sparta'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_written_is_said_and_spoils_the_run(name):
    step, act, writes, sentence = BAD[name]
    model = rs.RegimeModel(pair(), seed=0, mechanisms=[acting(step, act, *writes)])
    with pytest.raises(InputError, match=re.escape(sentence)):
        model.step()
    with pytest.raises(InputError, match="failed in the middle of a round"):
        model.step()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"wars": np.zeros(2)}, "'wars' cannot be the name of a column"),
        ({"a b": np.zeros(2)}, "'a b' cannot be the name of a column"),
        ({"mine": np.zeros(3)}, "mine must be an array of 2 numbers, one for each run"),
        ({"mine": ["x", "y"]}, "mine must be an array of 2 numbers"),
    ],
)
def test_a_measure_that_is_no_column_is_refused(given, sentence):
    mechanism = acting("after_record", lambda m: None, measures=lambda self: given)
    with pytest.raises(InputError, match=re.escape(sentence)):
        rs.simulate(pair(), 2, workers=1, mechanisms=[mechanism])


def test_an_unknown_array_is_an_attribute_error():
    mechanism = acting("before_events", lambda m: m.trsut)
    with pytest.raises(AttributeError, match="Did you mean 'trust'"):
        rs.RegimeModel(pair(), seed=0, mechanisms=[mechanism]).step()


def test_all_arrays_are_there():
    seen = []
    mechanism = acting("before_events", lambda m: seen.extend((n, getattr(m, n).shape) for n in dir(m) if n in {**WRITABLE, **READABLE}))  # fmt: skip  # noqa: E501
    rs.RegimeModel(pair(buffers={"Corinth": {"between": [["Athens", "Sparta"]]}}), seed=0, mechanisms=[mechanism]).step()  # fmt: skip  # noqa: E501
    axes = {name: w.axes for name, w in WRITABLE.items()} | {name: a for name, (_, a) in READABLE.items()}
    long = {"state": 2, "buffer": 1}
    assert dict(seen) == {name: (*(long[axis] for axis in of), 1) for name, of in axes.items()}


def test_why_a_regime_ended_is_not_told_by_rules_that_were_not_played(tmp_path):
    found = rs.simulate("concert", 4, years=10, mechanisms=[Summit()])
    with pytest.raises(InputError, match="were played with mechanisms or states in Python"):
        found.report(tmp_path / "report.html")
    assert found.plot("survival") is not None and by_window(found) == {}
    assert "<svg" in found._repr_html_()

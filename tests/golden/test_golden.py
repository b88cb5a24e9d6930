"""Golden runs hold however they are played; a difference is told in words (``tests/support/golden.py``)."""

import itertools
import json
import os
import random
import subprocess
import sys
from fractions import Fraction

import golden
import naive
import numpy as np
import pytest
from checkout import SUPPORT

from regimesim.core.compiler import entry
from regimesim.scenario.parameters import BUFFER, PARAMETERS, STATE
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.model import RegimeModel
from regimesim.simulation.simulate import simulate


def hold(scenario, record):
    """Decisions as recorded, floats within the tolerance; what rounding changed is printed."""
    found = list(golden.differences(scenario, golden.recorded(scenario.name), record))
    print(golden.report(found))
    assert not any(difference.counts for difference in found), golden.report(found)


@pytest.fixture(params=golden.WORLDS)
def scenario(request):
    return golden.scenario_of(request.param)


def test_compiled_and_side_by_side(scenario):
    hold(scenario, golden.played(scenario))


def test_the_twin_gives_what_is_recorded(scenario):
    """The records are its answers, so they change with the rules only."""
    hold(scenario, golden.played_by_twin(scenario))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_on_threads(scenario, threads):
    """In a batch of two blocks every recorded replicate is what it is alone, to the last bit."""
    last = max(golden.REPLICATES)
    rows = golden.rows_of(simulate(scenario, last + 1, golden.SEED, workers=threads, record=0).columns)
    record = golden.recorded(scenario.name)
    batch = {str(k): {"runs": rows[k], "rounds": record[str(k)]["rounds"]} for k in golden.REPLICATES}
    hold(scenario, batch)
    now = golden.played(scenario)
    assert [repr(batch[k]["runs"]) for k in batch] == [repr(now[k]["runs"]) for k in batch]


def test_stepped(scenario):
    for replicate in golden.REPLICATES:
        model = RegimeModel(scenario, golden.SEED, replicate)
        lines = []
        while model.running:
            model.step()
            lines.append(golden.line_of(model.lanes, 0))
        assert lines == golden.played(scenario)[str(replicate)]["rounds"]


def elsewhere(**environment):
    """What the command says in a process of its own."""
    paths = os.pathsep.join([str(SUPPORT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-W", "error", str(SUPPORT / "golden.py"), "--print"],
        env={**os.environ, "PYTHONPATH": paths, **environment}, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def all_played():
    return {world: golden.played(golden.scenario_of(world)) for world in golden.WORLDS}


def test_without_the_compiler():
    """The same bits."""
    assert elsewhere(NUMBA_DISABLE_JIT="1") == golden.printed(all_played())


@pytest.mark.verify
@pytest.mark.parametrize("processor", [{"NUMBA_CPU_NAME": "generic"}, {"NUMBA_CPU_FEATURES": ""}])
def test_for_another_processor(processor, tmp_path):
    """The same bits without this one's wide vectors and other features; all is compiled anew."""
    found = elsewhere(NUMBA_DISABLE_JIT="0", REGIMESIM_CACHE=str(tmp_path), **processor)
    assert found == golden.printed(all_played())


@entry
def multiply_and_add(a, b, c, out):
    for lane in range(out.shape[0]):
        out[lane] = a[lane] * b[lane] + c[lane]


def test_products_are_rounded_before_they_are_added():
    """A processor can multiply and add with one rounding; compiled code that did would have other bits."""
    rng = random.Random(0)
    a, b = ([rng.uniform(1, 2) for _ in range(1000)] for _ in range(2))
    c = [-x * y for x, y in zip(a, b, strict=True)]
    out = np.empty(1000)
    multiply_and_add(np.array(a), np.array(b), np.array(c), out)
    assert not out.any()
    at_once = [float(Fraction(x) * Fraction(y) + Fraction(z)) for x, y, z in zip(a, b, c, strict=True)]
    assert sum(x != 0.0 for x in at_once) > 900  # one rounding would leave what the first one cut off


def test_the_worlds_leave_nothing_neutral():
    """Every parameter of a mechanism is set, and differs from its default, in some world; so are states'."""
    worlds = [golden.scenario_of(world) for world in golden.WORLDS]
    phases = [phase for scenario in worlds for phase in scenario.phases]
    for parameter in PARAMETERS:
        if parameter.group not in ("payoffs", "measure"):
            assert any(phase.parameters[parameter.name] != parameter.default for phase in phases), (
                parameter.name
            )
    states = [state for phase in phases for state in phase.states]
    for parameter in STATE:
        assert any(state[parameter.name] != parameter.default for state in states), parameter.name
    strengths = [buffer.strength for phase in phases for buffer in phase.buffers]
    assert any(strength != BUFFER[0].default for strength in strengths)
    assert {phase.parameters["sanctions.rule"] for phase in phases} == {
        "none", "decentralized", "centralized", "collective", "balancing",
    }  # fmt: skip


def test_everything_happens_in_the_worlds():
    """Wars, lost buffers, revolutions, sanctions, members that leave, buffers that come back, and growth."""
    rows = [one["runs"] for world in golden.WORLDS for one in golden.recorded(world).values()]
    for name in (
        "wars", "buffers_lost", "revolutions", "sanctions_joined", "sanctions_on_innocents", "regime_spells",
        "disputes", "estrangements_misunderstanding", "estrangements_breach", "estrangements_sanction",
        "estrangements_false", "systemic_ended",
    ):  # fmt: skip
        assert sum(row[name] for row in rows) > 0, name
    assert {found for world in golden.WORLDS for found in happenings(golden.scenario_of(world))} == {
        "a member leaves", "a buffer comes back", "powers change", "others join a war", "a charge is cleared",
        "a fine is paid", "a state withholds from an automaton",
    }  # fmt: skip


def happenings(scenario):
    """What the table of runs does not count, by the twin."""
    for replicate in golden.REPLICATES:
        rounds = naive.play(scenario, golden.SEED, replicate, golden.tables(scenario)).rounds
        for before, now in itertools.pairwise(rounds):
            if any(a > b for a, b in zip(before["member"], now["member"], strict=True)):
                yield "a member leaves"
            if any(a < b for a, b in zip(before["sovereign"], now["sovereign"], strict=True)):
                yield "a buffer comes back"
            if before["capability"] != now["capability"]:
                yield "powers change"
            if any(naive.CLEARED in row for row in now["charge"]):
                yield "a charge is cleared"
            if any(now["fine"]):
                yield "a fine is paid"
            if any(map(any, now["withheld"])):
                yield "a state withholds from an automaton"
            begun = [
                b > a
                for x, y in zip(before["at_war"], now["at_war"], strict=True)
                for a, b in zip(x, y, strict=True)
            ]
            if scenario["war.contagion"] and sum(begun) > 2:
                yield "others join a war"


# ------------------------------------------------------------------------------------- what differs, in words


def edge(tremble):
    """Two states that always cooperate but for accidents, so that no pair is ever estranged."""
    tree = {"years": 3, "states": {"Athens": {}, "Sparta": {}}, "choice": {"tremble": tremble}}
    tree["strategy"] = "always_cooperate"
    return read_scenario(tree, "greece")


def told(scenario, before, after):
    found = list(golden.differences(scenario, before, after))
    return golden.report(found), any(difference.counts for difference in found)


def one(record):
    return {"0": json.loads(json.dumps(record["0"]))}


def test_nothing_differs_from_itself():
    record = golden.played(edge(0.2))
    assert told(edge(0.2), record, json.loads(json.dumps(record))) == ("", False)


def test_a_decision_that_rounding_tipped_is_named_so():
    """The tremble of Sparta in round 5, on either side of its draw."""
    u = naive.uniform(golden.SEED, 0, 5, naive.TREMBLE, 1, 0)
    others = [
        naive.uniform(golden.SEED, 0, t, naive.TREMBLE, *pair) for t in range(5) for pair in ((0, 1), (1, 0))
    ]
    below, above = edge(u - 1e-12), edge(u + 1e-12)
    assert not any(abs(u - other) < 1e-11 for other in others)
    text, counts = told(below, one(golden.played(below)), one(golden.played(above)))
    first = text.splitlines()[0]
    assert counts and first.startswith("greece, replicate 0, round 5, Athens and Sparta: ")
    assert first.endswith("from its threshold: rounding tipped it")
    assert float(first.split(" was ")[1].split()[0]) == pytest.approx(1e-12, rel=0.01)


def test_a_decision_by_another_rule_is_named_so():
    before, after = one(golden.played(edge(0.2))), one(golden.played(edge(0.2)))
    acts, floats = after["0"]["rounds"][4].split(" | ")
    assert acts == before["0"]["rounds"][4].split(" | ")[0]
    after["0"]["rounds"][4] = {"C": "D", "D": "C"}[acts[0]] + acts[1:] + " | " + floats
    text, counts = told(edge(0.2), before, after)
    assert counts and "round 4, Athens and Sparta" in text and "a rule has changed" in text


def test_a_view_is_told_from_an_act():
    scenario = golden.scenario_of("congress")
    before, after = golden.played(scenario), golden.played(scenario)
    t, line = next((t, x) for t, x in enumerate(before["1"]["rounds"]) if x.startswith("CC "))
    after["1"]["rounds"][t] = "C'" + line[1:]
    text, counts = told(scenario, before, after)
    assert counts and f"congress, replicate 1, round {t}, Britain and France: C'C in place of CC" in text


def test_a_war_that_did_not_begin_is_traced_to_the_round_before():
    scenario = golden.scenario_of("automata")
    before, after = golden.played(scenario), golden.played(scenario)
    replicate, t = next(
        (k, t) for k, one in before.items() for t, line in enumerate(one["rounds"]) if ".." in line and t > 0
    )
    after[replicate]["rounds"][t] = before[replicate]["rounds"][t].replace("..", "CC", 1)
    text, counts = told(scenario, before, after)
    assert counts and f"round {t}," in text and "CC in place of .." in text and "a rule has changed" in text


@pytest.mark.parametrize(("shift", "counts"), [(1e-15, False), (1e-3, True)])
def test_a_float_is_said_to_be_rounded_or_wrong(shift, counts):
    scenario = edge(0.0)
    before, after = one(golden.played(scenario)), one(golden.played(scenario))
    acts, trust, payoff = after["0"]["rounds"][3].replace(" | ", " ").rsplit(" ", 2)
    moved = f"{acts} | {trust} {float(payoff) + 3 * shift!r}"
    after["0"]["rounds"][3] = moved
    after["0"]["runs"]["welfare"] += 3 * shift
    text, wrong = told(scenario, before, after)
    assert wrong is counts
    lines = text.splitlines()
    assert len(lines) == 2 and "round 3, mean payoff" in lines[0] and "welfare" in lines[1]
    assert all(("more than rounding" in line) is counts for line in lines)


def test_what_is_no_float_has_no_tolerance():
    scenario = edge(0.2)
    before, after = one(golden.played(scenario)), one(golden.played(scenario))
    after["0"]["runs"]["disputes"] += 1
    after["0"]["rounds"].pop()
    text, counts = told(scenario, before, after)
    assert counts and "disputes" in text and "rounds in place of" in text

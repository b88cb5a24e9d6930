"""Is it a regime: what an interval allows to be said, and worlds whose answer is known beforehand."""

import json

import numpy as np
import pytest

from regimesim.analysis.ablation import Worlds
from regimesim.analysis.verdict import (
    Test,
    Verdict,
    _convergence,
    _course_of_errors,
    errors_by_half,
    is_it_a_regime,
    judged,
)
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.simulate import simulate
from regimesim.stats.estimates import Estimate


def made(strategy="prudent", years=20, **groups):
    return read_scenario(
        {"years": years, "strategy": strategy, "states": {"A": {}, "B": {}, "C": {}}, **groups}, "made"
    )


@pytest.mark.parametrize(
    ("lower", "upper", "outcome"),
    [
        (6, 20, "yes"), (5, 20, "partly"), (0.1, 20, "partly"), (0.1, 4, "no"), (0, 20, "open"),
        (-3, 20, "open"), (-3, 5, "open"), (-3, 4, "no"), (-9, -1, "no"), (0, 0, "no"),
    ],
)  # fmt: skip
def test_no_more_is_said_than_the_interval_allows(lower, upper, outcome):
    assert judged(Estimate((lower + upper) / 2, lower, upper), 5) == outcome


def verdict(**outcomes):
    names = ("strong test", "transaction costs", "expectations", "coordination", "restraint", "convergence")
    found = dict.fromkeys(names, "yes") | {k.replace("_", " "): v for k, v in outcomes.items()}
    return Verdict("made_up", 1, 10, (), tuple(Test(n, "?", found[n], "-", {}) for n in names))


class TestSentence:
    def test_where_all_agree(self):
        assert verdict().sentence == "made up: all tests say yes."

    def test_where_they_disagree(self):
        said = verdict(strong_test="no").sentence
        assert "strong test: no; weaker test: yes" in said
        assert "disagree, as Jervis and Lipson do over the Cold War" in said

    def test_what_is_open_is_no_disagreement(self):
        assert "disagree" not in verdict(strong_test="open").sentence

    def test_parts_of_the_weaker_test(self):
        assert verdict(expectations="no").weaker == "partly"
        assert "disagree" in verdict(expectations="no").sentence
        no = dict.fromkeys(("transaction_costs", "expectations", "coordination"), "no")
        assert verdict(**no).weaker == "no"
        assert verdict(**no | {"coordination": "open"}).weaker == "open"


def test_anarchy_is_no_regime():
    found = is_it_a_regime("anarchy", 40, years=40)
    assert found.institutions == ()
    assert "no institutions to take away" in found["strong test"].words
    assert {found[n].outcome for n in ("strong test", "restraint", "coordination", "expectations")} == {"no"}
    assert found["strong test"].numbers["cooperation gained"] == Estimate(0, 0, 0, 0, 40)


def test_a_norm_that_carries_everything():
    """A one-shot dilemma (nobody cares for tomorrow) in which the norm outweighs the gain."""
    bound = made(shadow={"discount_factor": 1e-9}, norms={"restraint": 10.0})
    found = is_it_a_regime(bound, 60)
    gained = found["strong test"].numbers["cooperation gained"]
    assert gained.value == 20
    assert (
        found["strong test"].outcome == found["coordination"].outcome == found["restraint"].outcome == "yes"
    )
    assert found["coordination"].numbers["gained"].value == 1
    against = found["restraint"].numbers
    assert against["against interest"].value == against["share of restraint"].value == 1
    assert against["without institutions"].value == 0


def test_errors_by_half_are_the_error_of_the_whole():
    """Automata are never estranged and there is no war, so that both halves count alike."""
    scenario = made("tit_for_tat", years=16, choice={"tremble": 0.1})
    halves = errors_by_half(Worlds(scenario, 10))
    whole = simulate(scenario, 10).columns["expectation_error"]
    assert (whole > 0).all()
    np.testing.assert_allclose((halves[0] + halves[1]) / 2, whole)


def test_expectations_that_have_converged():
    found = is_it_a_regime(made(), 200)["convergence"]
    assert (found.outcome, found.numbers["error, second half"].value) == ("yes", 0)
    assert "have converged" in found.words


@pytest.mark.parametrize(
    ("fall", "near", "outcome", "words"),
    [
        ((0.02, 0.01, 0.03), True, "yes", "have converged"),
        ((0.00, -0.01, 0.01), True, "yes", "have converged"),
        ((-0.02, -0.03, -0.01), True, "partly", "grow less so"),
        ((-0.07, -0.08, -0.06), True, "no", "diverge"),
        ((-0.02, -0.03, -0.01), False, "no", "diverge"),
        ((0.08, 0.06, 0.10), False, "yes", "converge"),
        ((0.02, -0.06, 0.10), False, "open", "are not shown to converge"),
    ],
)
def test_errors_that_grow_have_not_converged(fall, near, outcome, words):
    found, said = _course_of_errors(Estimate(*fall), near)
    assert found == outcome and words in said


def test_the_sentence_on_small_errors_that_grow():
    """Errors of about .02 in the first half and of .04 in the second."""
    noise = np.linspace(-0.005, 0.005, 60)
    found = _convergence(0.02 + noise, 0.04 - noise)
    assert found.outcome == "partly"
    assert found.words.startswith(
        "Expectations are near to what is done, but grow less so: their mean error is 0.02 in the first half "
        "of the years and 0.04 in the second (up by 0.020 ["
    )


def test_the_strong_test_tells_kaplan_from_waltz():
    """Restraint from within is an institution's, restraint by others is power's (J3)."""
    kaplan, waltz = (is_it_a_regime(f"balance_{name}", 60) for name in ("kaplan", "waltz"))
    assert set(kaplan.institutions) - set(waltz.institutions) == {"norms"}
    alone = [found["strong test"].numbers["power alone"] for found in (kaplan, waltz)]
    assert alone[0].upper < alone[1].lower


@pytest.mark.parametrize("runs", [1, 2, 30])
@pytest.mark.parametrize(
    "scenario",
    [
        made("always_cooperate", norms={"restraint": 1}),
        made("always_defect", diplomacy={"conference": 0.5}, war={"mutual": 1.0}),
        made("always_defect", years=0.25, diplomacy={"renegotiation": 1.0, "conference": 0.5}),
        made(diplomacy={"conference": 0.5}, transparency={"false_alarm_rate": 0.3}),
    ],
    ids=["all stand", "none forms", "a quarter", "noise"],
)
def test_degenerate_worlds(scenario, runs):
    """Warnings are errors, here as everywhere."""
    found = is_it_a_regime(scenario, runs)
    assert np.isfinite(found.frame()[["value", "lower", "upper"]].to_numpy(dtype=float)).all()
    assert "nan" not in (str(found) + json.dumps(found.plain(), allow_nan=False)).lower()
    if runs == 1:
        assert found["strong test"].outcome == "open"

"""Worlds on common seeds, and what becomes of a claim."""

import numpy as np
import pytest

from regimesim.analysis.arrangements import without
from regimesim.analysis.experiments import claims_in_order, finding, findings, verdict
from regimesim.analysis.robustness import Outcomes
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.simulate import simulate
from regimesim.stats.estimates import OPEN, Estimate
from regimesim.stats.survival import rmst, rmst_difference


def test_outcomes_are_those_of_each_world_alone():
    """By another way: each world simulated by itself, differences by the survival module."""
    whole = load_scenario("concert", ["transparency.level=0.3"])
    bare = without(whole, "institutions")
    found = Outcomes({"whole": whole, "bare": bare}, 30, 5, horizon=60)
    one, other = (simulate(world, runs=30, seed=5, record=0).columns for world in (whole, bare))
    for spell in ("regime", "peace"):
        samples = [(c[f"{spell}_years"], c[f"{spell}_ended"]) for c in (one, other)]
        assert found.years("whole", spell) == rmst(*samples[0], 60)
        assert found.longer("whole", "bare", spell) == rmst_difference(*samples, 60, paired=True)
    assert found.mean("bare", "disputes").value == pytest.approx(np.mean(other["disputes"]))
    gained = found.gained("whole", "bare", "disputes")
    assert gained["disputes"]["value"] == pytest.approx(np.mean(one["disputes"] - other["disputes"]))
    assert list(found.told("whole", "wars")) == ["regime", "peace", "wars"]
    assert found.runs == 30 and found.horizon == 60


def test_the_horizon_is_the_shortest_of_the_worlds():
    worlds = {"a": load_scenario("trade", ["years=5"]), "b": load_scenario("trade", ["years=8"])}
    assert Outcomes(worlds, 4, 0).horizon == 5


def test_a_share_without_spread_is_no_point():
    found = Outcomes({"a": load_scenario("trade", ["years=5"])}, 40, 0)
    assert found.mean("a", "wars").lower == found.mean("a", "wars").upper == 0
    calm = found.mean("a", "credibility")
    assert calm.lower < calm.upper


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        (["more", "more"], "borne out"),
        (["more", "less"], "only where"),
        (["more", "same"], "only where"),
        (["less", "same"], "contrary"),
        (["more", OPEN], "only where"),
        (["same", OPEN], "undecided"),
    ],
)
def test_what_becomes_of_a_claim(parts, outcome):
    assert verdict(*parts) == outcome


def shares(holds, contrary):
    return {"holds": {"value": holds}, "contrary": {"value": contrary}}


@pytest.mark.parametrize(
    ("parts", "draws", "outcome"),
    [
        (["more", "more"], shares(0.6, 0.04), "borne out"),
        (["more", "more"], shares(0.6, 0.05), "only where"),
        (["more", "more"], shares(0.0, 0.0), "only where"),
        (["less", "same"], shares(0.04, 0.5), "contrary"),
        (["less", "same"], shares(0.05, 0.5), "only where"),
        (["more", "less"], shares(0.9, 0.0), "only where"),
        ([OPEN], shares(0.9, 0.0), "undecided"),
    ],
)
def test_the_draws_have_their_say(parts, draws, outcome):
    assert verdict(*parts, draws=draws) == outcome


def test_a_finding_is_plain_and_found_again():
    robust = {"draws": shares(0.5, 0.0), "parts": {}}
    made = finding({"at dawn": "more", "at dusk": "same"}, "years gained", Estimate(3.0, 1.0, 5.0), robust)
    assert made["estimate"] == {"value": 3.0, "lower": 1.0, "upper": 5.0}
    assert (made["verdict"], made["where"]) == ("only where", "at dawn")
    assert finding({"at dawn": "more"}, "", Estimate(3.0, 1.0, 5.0), robust)["where"] == ""
    rare = {"draws": shares(0.5, 0.1), "parts": {}}
    assert "the contrary" in finding({"at dawn": "more"}, "", Estimate(3.0, 1.0, 5.0), rare)["where"]
    assert findings({"claims": {"L1": made}}) == {"L1": made} and findings({}) == {}
    assert claims_in_order(["J2", "L10", "J1", "L2"]) == ["L2", "L10", "J1", "J2"]

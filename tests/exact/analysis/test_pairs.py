"""What a pair needs to cooperate: thresholds worked out by hand, and the rules on both sides of them."""

import math

import numpy as np
import pytest

from regimesim.analysis.pairs import margins_of, needed_and_had, pairs_of
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.sweeps.design import points_of, product


def world(**groups):
    shadow = {"rounds_per_year": 1, **groups.pop("shadow", {})}
    return read_scenario({"states": {"A": {}, "B": {}}, **groups, "shadow": shadow}, "made")


def needed(scenario):
    return pairs_of(scenario)[0].first


@pytest.mark.parametrize("per_year", [1, 4, 12])
def test_grim(per_year):
    """(T - R) / (T - P) = 1/2 a round, and so 2^-m a year."""
    side = needed(world(shadow={"rounds_per_year": per_year}))
    assert side.discount_needed == pytest.approx(0.5**per_year, abs=1e-6)
    assert (side.u_cc, side.u_dc, side.u_cd, side.u_dd) == (3, 5, 0, 1)


def test_the_resolve_that_counts_is_the_others():
    """A defection of A is answered with the resolve of B."""
    (pair,) = pairs_of(world(states={"A": {"resolve": 0.3}, "B": {"resolve": 0.9}}))
    assert (pair.first.resolve, pair.second.resolve) == (0.9, 0.3)
    assert pair.first.future == pytest.approx(3 * pair.second.future)


@pytest.mark.parametrize("years", [2, 3, 5])
def test_punishment_of_some_years(years):
    """d (1 - d^L) (R - P) = (1 - d) (T - R): with both gains 2, d + d^2 + ... + d^L = 1."""
    roots = np.roots([1.0] * years + [-1.0])
    least = max(root.real for root in roots if abs(root.imag) < 1e-12)
    assert needed(world(shadow={"punishment_years": years})).discount_needed == pytest.approx(least, abs=1e-6)


def test_one_year_is_never_enough():
    """d = 1 would be needed."""
    assert needed(world(shadow={"punishment_years": 1})).discount_needed == math.inf


def test_a_coin_of_an_eye():
    """Half of all breaches are overlooked: d .5 (1 - d^L) / (1 - d) >= 1, for L without end d >= 2/3."""
    dim = world(transparency={"level": 0.0, "miss_rate": 0.5**0.25})  # a miss lasts a quarter, a round four
    assert needed(dim).discount_needed == pytest.approx(2 / 3, abs=1e-6)


def test_leniency_needs_more_patience():
    """To answer every second offence is to overlook it."""
    lenient = world(shadow={"resolve": 0.5})
    assert needed(lenient).discount_needed == pytest.approx(2 / 3, abs=1e-6)


def test_nothing_to_gain_needs_nothing_and_no_future_is_not_enough():
    harmony = world(payoffs={"temptation": 2.5, "sucker": 1.5, "game": "any"})
    assert needed(harmony).discount_needed == 0.0 and needed(harmony).trust_needed == 0.0
    deadlock = world(payoffs={"reward": 0.5, "game": "any"})
    assert needed(deadlock).discount_needed == needed(deadlock).trust_needed == math.inf


def test_trust_in_a_stag_hunt_without_a_future():
    """(P - S) / [(R - T) + (P - S)] = 1 / (1 + 1), at a discount factor of next to nothing (Kydd 2005)."""
    hunt = world(payoffs={"temptation": 2.0, "game": "any"}, shadow={"discount_factor": 1e-9})
    assert needed(hunt).trust_needed == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("name", ["concert", "bipolar", "collective_security"])
def test_the_margin_turns_at_what_is_needed(name):
    """On both sides of the threshold, in worlds that are composed anew with that discount factor or trust."""
    scenario = load_scenario(name, ["norms.restraint=0", "sanctions.pledge=0"])
    first = pairs_of(scenario)[0]
    for (i, j), side in (((0, 1), first.first), ((1, 0), first.second)):
        for key, value in (
            ("shadow.discount_factor", side.discount_needed),
            ("trust.initial", side.trust_needed),
        ):
            for factor, enough in ((0.999, False), (1.001, True)):
                if not 0 < value * factor < 1 or value == 0:
                    continue
                changes = ["norms.restraint=0", "sanctions.pledge=0", f"{key}={value * factor}"]
                changes += ["trust.initial=1"] if key.startswith("shadow") else []
                again = load_scenario(name, changes)
                terms = Lanes(lower(again), np.zeros(1, np.intp), np.zeros(1, np.intp), 0).margins()[
                    i, j, :2, 0
                ]
                assert (terms.sum() >= 0) == enough, (key, value)


def test_critical_margins_of_a_sweep_are_those_under_full_trust():
    points = points_of(
        "concert",
        [("norms.restraint", "0"), ("sanctions.rule", "none")],
        product([{"trust.initial": [0.3, 1.0]}]),
    )
    found = margins_of(points)
    assert found.critical_mean[0] == found.critical_mean[1]
    assert found.start_mean[1] == pytest.approx(found.critical_mean[1])  # full trust; no law, no norm
    assert found.start_mean[0] != pytest.approx(found.critical_mean[0])


@pytest.mark.parametrize(
    ("need", "has", "text"),
    [(0.6, 0.9, ".60 (.90)"), (math.inf, 0.9, "none suffices (.90)"), (0.0, 1.0, "none (1.00)")],
)
def test_in_words(need, has, text):
    assert needed_and_had(need, has) == text

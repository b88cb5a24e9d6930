"""One impulse: a single breach, and what is withheld in answer, round by round."""

import math

import numpy as np
import pytest
from paired import BLIND, WAR, cooperate, lanes_of, relationship_of, world, z_of

LANES = 4_000
SURE = {"level": 1.0, "miss_rate": 0.5, "false_alarm_rate": 0.3}
RULES = {
    "none": {},
    "decentralized": {"cost": 0.1, "enforcement_value": 8.0},
    "centralized": {"cost": 0.1, "enforcement_value": 8.0, "severity": 2.0},
    "collective": {"cost": 0.1, "enforcement_value": 8.0, "pledge": 0.5},
    "balancing": {"cost": 0.1, "balance_weight": 8.0},
}


def impulse(tree, lanes=LANES, of=(0, 1)):
    """Rounds in which others withhold from S0 after its one breach against S1, (states, lanes)."""
    block = lanes_of(tree, lanes)
    withheld = np.zeros((len(tree["states"]), lanes))
    while block.round < block.design.rounds:
        block.decide()
        withheld += (block.world.played[0] == 1) & (block.world.open[0] == 0)
        cooperate(block)
        if block.round == 0:
            block.world.intend[of] = 0
        block.carry_out()
    return withheld


@pytest.mark.parametrize(("years", "m", "rounds"), [(1.0, 4, 4), (1.5, 4, 6), (0.5, 12, 6), (3.0, 1, 3)])
def test_in_full_sight_a_breach_is_answered_for_as_long_as_was_threatened(years, m, rounds):
    """Not one round more or less: ``punishment_years`` times m."""
    shadow = {"punishment_years": years, "rounds_per_year": m}
    withheld = impulse(world(years=10, transparency=SURE, shadow=shadow), 50)
    assert (withheld[1] == rounds).all()


def test_a_grudge_lasts_to_the_end():
    tree = world(years=10, transparency=SURE, shadow={"punishment_years": math.inf})
    assert (impulse(tree, 20)[1] == 39).all()


@pytest.mark.parametrize("resolve", [0.2, 0.5, 0.9])
def test_leniency_answers_a_share_of_breaches(resolve):
    tree = world(years=10, transparency=SURE, shadow={"resolve": resolve})
    withheld = impulse(tree)[1]
    assert set(withheld) == {0.0, 4.0}
    assert abs(z_of(withheld, 4 * resolve)) < 3.5


def test_half_blind_eyes_answer_what_they_see():
    tree = world(years=10, transparency=BLIND)
    withheld = impulse(tree)[1]
    assert abs(z_of(withheld, 4 * relationship_of(tree).hit)) < 3.5


def test_war_cuts_an_answer_short():
    """Expected rounds in which the pair is estranged, not at war: sum of (1 - h)^s, over s < L, unless the
    breach itself brought war."""
    tree = world(years=10, payoffs={"sucker": -10.0}, transparency=SURE, war={**WAR, "mutual": 0.5})
    h1, h = 1 - math.exp(-0.1 / 4), 1 - math.exp(-0.5 / 4)
    due = (1 - h1) * (1 - (1 - h) ** 4) / h
    assert abs(z_of(impulse(tree)[1], due)) < 3.5


@pytest.mark.parametrize("rule", RULES)
def test_third_parties_answer_under_each_rule(rule):
    """Five states in full sight: under every rule but none all others withhold from the culprit for a year.
    (The price of joining is what they lose themselves; here enforcement is worth it to all.)"""
    tree = world(5, years=10, transparency=SURE, sanctions={"rule": rule, **RULES[rule]})
    withheld = impulse(tree, 50)
    assert (withheld[1] == 4).all()
    assert (withheld[2:] == (0 if rule == "none" else 4)).all()


@pytest.mark.parametrize("rule", ["decentralized", "collective"])
def test_where_enforcement_is_a_toss_up_the_share_that_joins_is_the_chance_that_was_reckoned_with(rule):
    tree = world(
        5, years=10, transparency={**SURE, "publicity": 0.6}, choice={"temperature": 0.5},
        sanctions={"rule": rule, "cost": 0.1, "enforcement_value": 4.0},
    )  # fmt: skip
    block = lanes_of(tree, 1)
    block.margins()
    chances = block.game.join[2:, 0, 0]
    assert ((chances > 0.05) & (chances < 0.95)).all()
    withheld = impulse(tree)
    for k in range(2, 5):
        assert abs(z_of(withheld[k], 0.6 * 4 * chances[k - 2])) < 3.5


def test_under_a_vote_all_join_or_none():
    tree = world(
        5, years=10, transparency=SURE, choice={"temperature": 0.5},
        sanctions={"rule": "centralized", "cost": 0.1, "enforcement_value": 4.0, "quorum": 0.6},
    )  # fmt: skip
    withheld = impulse(tree, 1_000)[2:]
    assert ((withheld == 4).all(axis=0) | (withheld == 0).all(axis=0)).all()
    assert 0.1 < (withheld[0] == 4).mean() < 0.9


def test_a_fine_is_paid_for_as_long():
    """Under a centralized rule the culprit pays severity / m in each of the rounds that follow, beside what
    exclusion by all costs: (R - P) of each of four pairs."""
    tree = world(5, years=10, transparency=SURE, sanctions={"rule": "centralized", **RULES["centralized"]})
    paid = []
    for breach in (False, True):
        block = lanes_of(tree, 1)
        total = 0.0
        while block.round < block.design.rounds:
            block.decide()
            if breach and block.round == 0:
                block.world.intend[0, 1] = 0
            block.carry_out()
            total += block.world.payoff[0, 0]
        paid.append(total)
    gained, excluded, fined = (5 - 3) / 4, 4 * 4 * (3 - 1) / 4, 4 * 2.0 / 4
    assert paid[0] - paid[1] == pytest.approx(excluded + fined - gained)

"""Cheating does not pay where margins are firm; a leniency that is known does not pay, a secret one does."""

import numpy as np
import pytest
from paired import ENFORCED, NOISE, WAR, world

from regimesim.analysis import deviations
from regimesim.analysis.deviations import (
    AfterAccusation,
    Always,
    BeforeTheEnd,
    Deviation,
    MemoryTwo,
    Never,
    NeverAccuse,
    NeverJoin,
    Once,
    OneIn,
    WhileTrusted,
)
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario

SIGHT = {"level": 1.0}
CHEATS = [Once, OneIn, lambda: OneIn(8), WhileTrusted, AfterAccusation, Always]


def scenario(*states, **groups):
    return read_scenario(world(*states, **groups), "world")


CLEAN = scenario(years=10, transparency=SIGHT)


def test_what_a_deviation_costs_by_hand():
    """Two states in full sight, m = 4, a year of estrangement, T, R, P = 5, 3, 1; ten years of forty
    rounds."""
    found = {x.deviation: x.loss.value for x in deviations.losses(CLEAN, "S0", runs=2)}
    assert found["once"] == pytest.approx((4 * 2 - 2) / 40)  # 4 rounds at 1 instead of 3, and 2 gained
    assert found["always"] == pytest.approx((32 * 2 - 8 * 2) / 40)  # it cheats in one round of five
    # of rounds 3, 7, 11 ... every other one falls on the estrangement that the one before it began
    assert found["one in 4"] == pytest.approx((20 * 2 - 5 * 2) / 40)
    assert found["before the horizon"] == pytest.approx((3 * 2 - 1 * 2) / 40)
    assert found["never defect"] == found["never accuse"] == found["after accusation"] == 0.0


def test_without_a_deviation_nothing_is_lost():
    noisy = scenario(3, years=10, transparency=NOISE, war=WAR, choice={"temperature": 0.5})
    (found,) = deviations.losses(noisy, "S1", [Deviation()], runs=20)
    assert found.loss.value == found.loss.upper == found.present.value == 0.0 and found.defections == 0.0


@pytest.mark.parametrize(
    "groups",
    [
        {"transparency": NOISE},
        {"transparency": NOISE, "war": WAR, "diplomacy": {"conference": 0.5, "mediation": 0.5}},
        {"transparency": NOISE, "choice": {"temperature": 0.2}, "shadow": {"punishment_years": 2.0}},
        {"transparency": NOISE, "trust": {"shock": 0.5}, "sanctions": {"rule": "collective", **ENFORCED}},
    ],
)
def test_no_rule_of_cheating_pays_where_margins_are_firm(groups):
    made = scenario(3, years=20, **groups)
    for make in CHEATS:
        (found,) = deviations.losses(made, "S0", [make()], runs=100)
        assert found.firm_loss.upper > 0 or found.firm_loss.value == 0, found
        assert not found.pays, found


def test_the_best_automaton_of_memory_two_does_not_beat_cooperation():
    """In a pair that answers breaches the search ends with one that cooperates in peace, and earns nothing
    more on other seeds; in one that never does it finds that to defect for ever pays."""
    made = scenario(years=20, transparency=NOISE)
    best = deviations.best_answer(made, 0, runs=40, seed=1)
    assert best.tables[0, 24] == 1  # after two rounds of peace
    (found,) = deviations.losses(made, "S0", [best], runs=100)
    assert found.loss.value > -0.02
    meek = scenario(years=20, transparency=SIGHT, own={"S1": {"resolve": 0.0}}, norms={"restraint": 5.0})
    best = deviations.best_answer(meek, 0, runs=4, seed=1)
    assert best.tables[0, 24] == 0
    (found,) = deviations.losses(meek, "S0", [best], runs=4)
    assert found.pays and found.loss.value == pytest.approx(3 - 5)


def test_automata_of_memory_two_remember_what_was_done_and_seen():
    """Tit for tat by its table, held against the rounds of a block."""
    lanes = deviations.Lanes(
        deviations.lower(scenario(years=5, transparency=NOISE)), np.zeros(64, np.intp), np.arange(64), 3
    )
    last = np.arange(25) % 5
    copy = MemoryTwo(np.isin(last, [0, 2, 4]).astype(np.int8))
    copy.begin(lanes, 0)
    seen = np.ones(64, int)
    while lanes.round < 20:
        lanes.decide()
        copy.choose(lanes, 0)
        open_ = lanes.world.open[0, 1] == 1
        assert (lanes.world.intend[0, 1][open_] == seen[open_]).all()
        lanes.carry_out()
        copy.learn(lanes, 0)
        seen = np.where(open_, lanes.world.seen[0, 1], 1)
    assert (lanes.tally.estrangements > 0).any()


def test_a_lenient_state_gains_in_secret_and_loses_if_it_is_known():
    """Why resolve is a reputation: who does not answer false alarms is spared what they cost; but the others'
    margins rest on the answer that they expect."""
    made = scenario(3, years=40, transparency={**NOISE, "false_alarm_rate": 0.4}, choice={"temperature": 0.3})
    (secret,) = deviations.losses(made, "S0", [NeverAccuse(0.2)], runs=200)
    known = deviations.known_leniency(made, "S0", 0.2, runs=200)
    assert secret.loss.upper < 0, secret
    assert known.loss.lower > 0, known


def test_never_joining_saves_the_price_of_sanctions():
    """Where enforcement is worth it to a state only in its own eyes, not to join is cheaper."""
    made = scenario(4, years=20, transparency=NOISE, sanctions={"rule": "decentralized", **ENFORCED})
    (found,) = deviations.losses(made, "S0", [NeverJoin()], runs=100)
    assert found.pays


def test_confined_deviations_leave_other_decisions_alone():
    """Where no margin is firm, confined cheating is none; where all are, it is the same."""
    heat = scenario(years=10, transparency=SIGHT, choice={"temperature": 50.0})
    (found,) = deviations.losses(heat, "S0", [Always()], runs=8)
    assert found.firm == 0.0 and found.firm_loss.value == 0.0 and found.loss.value != 0.0
    (found,) = deviations.losses(CLEAN, "S0", [Always()], runs=2)
    assert found.firm == 1.0 and found.firm_loss.value == found.loss.value


def test_the_horizon_is_no_secret_to_one_that_cheats_in_the_last_round():
    (found,) = deviations.losses(CLEAN, "S0", [BeforeTheEnd(0.25)], runs=2)
    assert found.pays and found.loss.value == pytest.approx(-2 / 40)


def test_one_that_never_defects_is_one_that_never_slips():
    made = scenario(years=20, transparency=SIGHT, choice={"temperature": 2.0})
    (found,) = deviations.losses(made, "S0", [Never()], runs=100)
    assert found.defections < 0 and found.firm_loss is None


def test_an_unknown_state_is_refused():
    with pytest.raises(InputError, match="no state 'S7'"):
        deviations.losses(CLEAN, "S7", runs=2)

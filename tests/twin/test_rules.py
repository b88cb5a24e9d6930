"""Worlds made by hand whose history is known: accusations, sanctions of each rule, wars that spread, buffers.

What must come of them is worked out from ``docs/model.md``, and both the twin and the kernel must give it.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import generators
import naive
import numpy as np
import pytest
import twins
from handmade import FLAT, LENIENT, MYOPIC, SEED, against_one, world

import regimesim.simulation.lowering
from regimesim.core.lanes import Lanes
from regimesim.simulation.lowering import lower

ONE_VILLAIN = {"A": {"strategy": "villain"}, "B": {}, "C": LENIENT}
"""B accuses A, and C may be asked."""
CENTRAL = against_one("centralized")


@pytest.fixture(autouse=True)
def _automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)


def flat(states: Any, m: int = 1, years: float = 2, **tree: Any) -> Any:
    """A world in which nothing is gained or lost by anything but what is set."""
    return world(states, m, years, **{**FLAT, **tree})


def first(scenario: Any) -> Any:
    """The first round, and the response to a case against A."""
    return twins.check(scenario, SEED, 0).rounds[0]


# -------------------------------------------------------------------------------------- who accuses whom


def test_one_breach_is_answered_for_as_long_as_is_said() -> None:
    """One accident, three rounds of estrangement, trust restored to that of an agreement, and no more."""
    scenario = world(
        2, 2, 10, shadow={"discount_factor": 0.9, "punishment_years": 1.5}, trust={"shock": 1.0},
        diplomacy={"agreement_trust": 0.75}, choice={"tremble": 1.0},
        epochs=[{"year": 0.5, "choice": {"tremble": 0.0}}],
    )  # fmt: skip
    rounds = twins.check(scenario, SEED, 0).rounds
    assert [now["left"][0][1] for now in rounds[:5]] == [3, 2, 1, 0, 0]
    assert [now["kind"][0][1] for now in rounds[:5]] == [naive.BREACH] * 3 + [naive.NONE] * 2
    assert [now["open"][0][1] for now in rounds[:5]] == [True, False, False, False, True]
    assert rounds[3]["trust"][0][1] == 0.75
    assert [now["payoff"][0] for now in rounds[:5]] == [0.5, 0.5, 0.5, 0.5, 1.5]


def test_a_state_withholds_from_an_automaton_alone_and_begins_again() -> None:
    """Two rounds after each charge; meanwhile it neither accuses nor learns, and is no offender."""
    states = {"A": {"strategy": "villain"}, "B": {}}
    scenario = world(states, 1, 6, shadow={"punishment_years": 2}, trust={"shock": 0.5})
    rounds = twins.check(scenario, SEED, 0).rounds
    assert [now["left"][1][0] for now in rounds] == [2, 1, 0, 2, 1, 0]
    assert {now["left"][0][1] for now in rounds} == {0}
    assert [now["withheld"][1][0] for now in rounds] == [False, True, True] * 2
    assert [now["charge"][1][0] for now in rounds] == [naive.PURSUED, naive.NONE, naive.NONE] * 2
    trusts = [now["trust"][1][0] for now in rounds]
    assert trusts[:3] == [trusts[0]] * 3 and trusts[3] < trusts[0]


@pytest.mark.parametrize("conference", [0.0, 0.5])
def test_who_confers_finds_a_false_charge_to_be_a_misunderstanding(conference: float) -> None:
    """Both are taken for defectors; the draw of the conference decides for both at once."""
    scenario = world(
        2,
        transparency={"false_alarm_rate": 52},
        diplomacy={"conference": conference},
        norms={"restraint": 99},
    )
    kinds = set()
    for replicate in range(8):
        now = twins.check(scenario, SEED, replicate).rounds[0]
        meets = naive.uniform(SEED, replicate, 0, naive.CONFER, 0, 1) < conference
        assert now["kind"][0][1] == (naive.MISUNDERSTANDING if meets else naive.BREACH)
        kinds.add(now["kind"][0][1])
    assert kinds == ({naive.BREACH, naive.MISUNDERSTANDING} if conference else {naive.BREACH})


def test_a_true_charge_beside_a_cleared_one_is_a_breach() -> None:
    """A defects by accident, B does not; each takes the other for a defector, and the two confer."""
    scenario = world(
        {"A": {"strategy": "prudent"}, "B": {}}, transparency={"false_alarm_rate": 52},
        diplomacy={"conference": 0.9}, choice={"tremble": 0.5}, norms={"restraint": 99},
    )  # fmt: skip
    for replicate in range(60):
        history = twins.check(scenario, SEED, replicate)
        now = history.rounds[0]
        if (now["action"][0][1], now["action"][1][0]) == (naive.D, naive.C) and now["charge"][0][1]:
            assert now["charge"][1][0] == naive.PURSUED and now["broke"][0][1] == naive.BREACH
            if now["charge"][0][1] == naive.CLEARED:
                assert history.summary["estrangements_false"] == 0
                return
    raise AssertionError("no replicate has it")


# ------------------------------------------------------------------------------------------ who joins


@pytest.mark.parametrize(("cost", "joins"), [(1.0, True), (math.nextafter(1.0, 2), False)])
def test_a_net_gain_of_0_is_joining(cost: float, joins: bool) -> None:
    """Worth 1 * 1 and nothing forgone, against the cost."""
    now = first(flat(ONE_VILLAIN, sanctions=against_one("decentralized", cost=cost)))
    assert now["response"] == {0: float(joins)}
    assert now["left"][2][0] == (math.inf if joins else 0)
    assert now["payoff"][2] == 8.0 - cost * joins


@pytest.mark.parametrize(("share", "joins"), [(1.0001, True), (0.9999, False)])
@pytest.mark.parametrize("m", [1, 2])
def test_who_excludes_gives_up_its_own_dealings(m: int, share: float, joins: bool) -> None:
    """R - P is lost for ever, at a discount of .9 a year: 20 rounds of a year, 38.97 of half a year."""
    worth = share * (3 - 1) / (1 - 0.9 ** (1 / m)) / m
    states = {"A": {"strategy": "villain"}, "B": {}, "C": LENIENT}
    now = first(world(states, m, sanctions={**against_one("decentralized"), "enforcement_value": worth}))
    assert now["response"][0] == float(joins)


@pytest.mark.parametrize("rule", generators.RULES)
@pytest.mark.parametrize("members", ["", "A", "B", "AB", "BC", "ABC"])
def test_who_is_a_member(rule: str, members: str) -> None:
    """Nobody, the accused alone, the accuser, those who are asked."""
    states = {name: {"member": name in members, **some} for name, some in ONE_VILLAIN.items()}
    settings = against_one(rule, exit=0.9, credibility_learning=0.5, cost=0.2, balance_weight=5.0)
    now = twins.check(flat(states, years=3, sanctions=settings), SEED, 0).rounds[0]
    if rule == "balancing":  # A defects towards both: nobody is asked
        assert now["response"] == {}
    else:
        case = rule != "none" and "C" in members and (rule != "decentralized" or "A" in members)
        assert set(now["response"]) == ({0} if case else set())


@pytest.mark.parametrize("capability", [3.0, 1.0])
def test_the_strength_of_a_state_is_what_balancing_answers(capability: float) -> None:
    """A and B defect towards each other alone; C and D join where 2.5 N c_z is at least 2 + R - P."""
    states = {"A": {"capability": capability}, "B": {}, "C": {}, "D": {}}
    scenario = world(
        states, shadow=MYOPIC, buffers=apart(4, [(0, 1)]), geography={"buffer_effectiveness": 1.0},
        sanctions={"rule": "balancing", "balance_weight": 2.5, "cost": 2.0},
    )  # fmt: skip
    now = first(scenario)
    strong = 2.5 * 4 * capability / (capability + 3) >= 4
    assert strong == (capability == 3.0)
    assert now["response"] == {0: float(strong), 1: 0.0}
    assert now["broke"][0] == [naive.NONE, naive.BREACH, *[naive.SANCTIONED * strong] * 2]


@pytest.mark.parametrize("tempted", [True, False])
def test_balancing_asks_only_after_a_defection_whether_or_not_it_was_seen(tempted: bool) -> None:
    """Nobody sees anything: there are no charges, and yet those to whom nothing was done join."""
    edges = [(0, 1)] if tempted else []
    scenario = world(
        4, transparency={"miss_rate": 1.0}, shadow=MYOPIC, buffers=apart(4, edges),
        geography={"buffer_effectiveness": 1.0}, sanctions={"rule": "balancing", "balance_weight": 9e3},
    )  # fmt: skip
    now = first(scenario)
    assert now["action"][0][1] == (naive.D if tempted else naive.C)
    assert not any(map(any, now["charge"])) and now["broke"][0][1] == naive.NONE
    assert now["response"] == ({0: 1.0, 1: 1.0} if tempted else {})


@pytest.mark.parametrize(("quorum", "passes"), [(0.5, True), (math.nextafter(0.5, 1), False), (0.0, True)])
def test_a_vote_of_just_the_quorum_passes(quorum: float, passes: bool) -> None:
    """Of four equal members one is accused, one holds it dear, one accuses and one votes with it."""
    states = {**ONE_VILLAIN, "D": LENIENT}
    rule = against_one("centralized", quorum=quorum)
    now = first(flat(states, sanctions=rule, affinity={"default": 0, "D-to-A": 1.5}))
    assert now["response"][0] == float(passes)
    assert [now["joined"][k][0] for k in range(4)] == [False, False, passes, passes]  # all who were asked


@pytest.mark.parametrize(("affinity", "passes"), [(0.5, True), (math.nextafter(0.5, 1), False)])
def test_affinity_at_the_threshold_is_no_veto(affinity: float, passes: bool) -> None:
    states = {**ONE_VILLAIN, "B": {"veto": True}}
    rule = against_one("centralized", alliance_weight=0.0, veto_affinity=0.5)
    now = first(flat(states, sanctions=rule, affinity={"default": 0, "B-to-A": affinity}))
    assert now["response"][0] == float(passes)


@pytest.mark.parametrize("veto", ["A", "B", "C", "outsider"])
def test_who_may_veto(veto: str) -> None:
    """The accused itself, or a member that holds it dear; nobody from outside."""
    states = {**ONE_VILLAIN, "D": LENIENT, "E": {"member": False, **LENIENT}}
    who = {"outsider": "E"}.get(veto, veto)
    states[who] = {**states[who], "veto": True}
    rule = against_one("centralized", alliance_weight=0.0, veto_affinity=0.5)
    affinity = {"default": 0, "C-to-A": 0.9, "E-to-A": 0.9}
    assert first(flat(states, sanctions=rule, affinity=affinity))["response"][0] == float(
        veto in ("B", "outsider")
    )


def test_a_fine_is_paid_for_as_long_as_an_estrangement_lasts() -> None:
    """From the round after the case on: 4 flows of 2 others, less 3, halved, for two rounds."""
    states = {**ONE_VILLAIN, "B": {"member": True}}
    scenario = flat(
        states, 2, 4, sanctions={**CENTRAL, "severity": 3.0},
        shadow={**MYOPIC, "punishment_years": 1}, epochs=[{"year": 0.5, "transparency": {"publicity": 0.0}}],
    )  # fmt: skip
    rounds = twins.check(scenario, SEED, 0).rounds
    assert [now["fine"][0] for now in rounds[:4]] == [2, 1, 0, 0]
    assert [now["payoff"][0] for now in rounds[:4]] == [4.0, 2.5, 2.5, 4.0]


@pytest.mark.parametrize("inquiry", [0.0, 0.5, 1.0])
def test_an_inquiry_clears_the_falsely_accused_only(inquiry: float) -> None:
    """A saint is taken for a defector; what the inquiry finds false makes no case."""
    states = {"A": {"strategy": "saint"}, "B": {}, "C": LENIENT}
    scenario = flat(
        states, transparency={"false_alarm_rate": 52}, sanctions=against_one("decentralized", inquiry=inquiry)
    )
    for replicate in range(6):
        history = twins.check(scenario, SEED, replicate)
        cleared = naive.uniform(SEED, replicate, 0, naive.INQUIRY, 1, 0) < inquiry
        assert history.rounds[0]["response"].get(0) == (None if cleared else 1.0)
        if not cleared:
            assert history.summary["sanctions_on_innocents"] >= 1
    guilty = flat(ONE_VILLAIN, sanctions=against_one("decentralized", inquiry=1.0))
    history = twins.check(guilty, SEED, 0)
    assert history.rounds[0]["response"] == {0: 1.0} and history.summary["sanctions_on_innocents"] == 0


@pytest.mark.parametrize("rule", ["decentralized", "centralized", "collective"])
def test_a_sanction_lengthens_what_is_left_of_an_estrangement(rule: str) -> None:
    """B broke with A at first; two rounds later C accuses A, and B, asked, begins its five rounds anew."""
    states = {"A": {"revisionism": 500}, "B": {}, "C": LENIENT}
    scenario = world(
        states, 1, 9, sanctions=against_one(rule, enforcement_value=1e4), shadow={"punishment_years": 5},
        transparency={"publicity": 0.0},
        epochs=[{"year": 2, "transparency": {"publicity": 1.0}, "states": {"C": {"resolve": 1.0}}}],
    )  # fmt: skip
    rounds = twins.check(scenario, SEED, 0).rounds
    assert [now["left"][0][1] for now in rounds[:5]] == [5, 4, 5, 4, 3]
    assert rounds[2]["kind"][0][1:] == [naive.BREACH] * 2  # it keeps its kind


def test_enforcement_that_fails_is_remembered_and_who_is_sanctioned_may_leave() -> None:
    for cost, response in [(0.0, 1.0), (9.0, 0.0)]:
        rule = against_one("decentralized", cost=cost, exit=1.0, credibility_learning=0.25)
        now = first(flat(ONE_VILLAIN, sanctions={**rule, "credibility": 0.5, "enforcement_value": 4.0}))
        assert now["response"] == {0: response}
        assert now["credibility"] == 0.5 + 0.25 * (response - 0.5)
        assert now["member"][0] == (response == 0.0)


@pytest.mark.parametrize("publicity", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("strength", [1.0, 3.0])
def test_collective_security_protects(publicity: float, strength: float) -> None:
    """B and C of one each meet an attack of A on B, C alone with strength 1 against that of A."""
    states = {"A": {"capability": strength}, "B": {}, "C": {}}
    scenario = world(
        states, sanctions={"rule": "collective", "cost": 0.0, "enforcement_value": 1e6},
        transparency={"publicity": publicity},
    )  # fmt: skip
    look = twins.check(scenario, SEED, 0).appraised[0]
    shield = publicity * (1 / (1 + strength))
    assert look[0][1]["gain"] == pytest.approx(5 + shield * (1 - 5))
    assert look[1][0]["loss"] == pytest.approx(0 + shield * (1 - 0))
    own = publicity * (strength / (strength + 1))  # A and C, but for the victim
    assert look[1][2]["gain"] == pytest.approx(5 + own * (1 - 5))


# --------------------------------------------------------------------------------------- war and buffers

WARLIKE = {"unilateral": 52, "years": 3, "cost": 1.25}


def apart(states: int, edges: list[tuple[int, int]]) -> dict[str, Any]:
    """Buffers between all pairs but some: where there is one, nothing is to be gained."""
    pairs = itertools.combinations(range(states), 2)
    return {
        f"Z{i}{j}": {"between": [[chr(65 + i), chr(65 + j)]], "strength": 1.0}
        for i, j in pairs if (i, j) not in edges
    }  # fmt: skip


@pytest.mark.parametrize(
    ("states", "edges", "systemic"),
    [
        (2, [(0, 1)], False),
        (3, [(0, 1)], False),
        (3, [(0, 2), (1, 2)], True),
        (4, [(0, 1), (2, 3)], False),
        (4, [(0, 3), (1, 3)], True),
        (5, [(2, 3), (3, 4)], True),
        (6, [(0, 5), (3, 5)], True),
        (6, [(0, 1), (2, 3), (4, 5)], False),
        (7, [(0, 1), (1, 2)], False),
        (7, [(0, 1), (1, 2), (4, 5), (5, 6)], False),
        (7, [(0, 6), (1, 4), (1, 5), (4, 6)], True),
    ],
)
def test_a_war_is_systemic_if_it_connects_three_and_half_of_all(
    states: int, edges: list[tuple[int, int]], systemic: bool
) -> None:
    scenario = world(
        states,
        shadow=MYOPIC,
        war=WARLIKE,
        buffers=apart(states, edges),
        geography={"buffer_effectiveness": 1.0},
    )
    history = twins.check(scenario, SEED, 0)
    at_war = history.rounds[0]["at_war"]
    assert {(i, j) for i in range(states) for j in range(i) if at_war[i][j]} == {(j, i) for i, j in edges}
    assert history.summary["systemic_ended"] == systemic
    assert history.summary["wars"] == len(edges)


def test_what_a_state_of_many_wars_pays_is_subtracted_in_their_order() -> None:
    states = {name: {"capability": c} for name, c in zip("ABCDE", (1, 3, 4, 7, 11), strict=True)}
    edges = [(0, k) for k in range(1, 5)]
    scenario = world(
        states, war={**WARLIKE, "cost": 1.37}, power={"weight": 0.9}, shadow=MYOPIC, norms={"restraint": 0.2},
        buffers=apart(5, edges), geography={"buffer_effectiveness": 1.0},
    )  # fmt: skip
    now = first(scenario)
    assert all(now["at_war"][0][1:])
    weights = [0.1 + 0.9 * 2 * c / (1 + c) for c in (3, 4, 7, 11)]
    assert now["action"][0][1:] == [naive.C] * 4  # A alone has too much to lose
    assert now["payoff"][0] == pytest.approx(sum((1 - w) - 1.37 * w for w in weights))


HOSTILITIES = {
    "C against A": {"C": "A"},
    "C against B": {"C": "B"},
    "C against both": {"C": "AB"},
    "C and D take sides": {"C": "A", "D": "B"},
    "C and D against A": {"C": "A", "D": "A"},
    "D alone": {"D": "B"},
    "nobody": {},
}


@pytest.mark.parametrize("contagion", [0.0, 1.0])
@pytest.mark.parametrize("name", HOSTILITIES)
def test_wars_are_joined_along_hostilities(name: str, contagion: float) -> None:
    """A and B break, others sanction one of them, both or none; then A and B fight, and a sanction does not.

    Who is estranged from one of the two alone joins against it.
    """
    hostile = HOSTILITIES[name]
    dear = {
        f"{k}-to-{z}": 0.0 if z in hostile.get(k, "") else 50.0 for k, z in itertools.product("CD", "AB")
    }  # fmt: skip
    scenario = world(
        4, years=3, shadow=MYOPIC, buffers=apart(4, [(0, 1)]), geography={"buffer_effectiveness": 1.0},
        sanctions=against_one("decentralized", enforcement_value=10.0), affinity={"default": 0.0, **dear},
        war={"mutual": 52, "cost": 1.25, "years": 3, "contagion": contagion},
    )  # fmt: skip
    history = twins.check(scenario, SEED, 0)
    before, after = history.rounds[:2]
    expected = {("A", "B")}
    estranged = {("A", "B")} | {(z, k) for k, foes in hostile.items() for z in foes}
    if contagion:
        expected |= {(foes, k) for k, foes in hostile.items() if len(foes) == 1}
    assert pairs_of(before["left"]) == estranged and pairs_of(before["at_war"]) == set()
    assert pairs_of(after["at_war"]) == expected
    assert history.summary["wars"] == 1
    assert history.summary["systemic_ended"] == (len(expected) > 1)
    fights = sum("A" in pair for pair in expected)
    broken = sum("A" in pair for pair in estranged)
    assert after["payoff"][0] == 3.0 * (3 - broken) + 1.0 * broken - 1.25 * fights


def pairs_of(table: Any) -> set[tuple[str, str]]:
    """Pairs with an entry above 0."""
    n = len(table)
    return {(chr(65 + i), chr(65 + j)) for i, j in itertools.combinations(range(n), 2) if table[i][j] > 0}


def test_a_settlement() -> None:
    """One prevails: it gains half of what the other loses, and half of its fresh grievance is gone."""
    states = {"A": {"strategy": "villain", "capability": 3}, "B": {"strategy": "villain"}}
    scenario = world(
        states, years=3, norms={"initial": 0.5},
        war={
            "unilateral": 52, "years": 1, "capability_loss": 0.2, "resentment": 0.5, "satisfaction": 0.5,
            "settlement_trust": 0.7,
        },
        domestic={"revolution": 52, "spread": 1, "nationalism": 0.8, "turmoil_years": 0},
        epochs=[{"year": 1, "domestic": {"revolution": 0}}],
    )  # fmt: skip
    winners = set()
    for replicate in range(6):
        rounds = twins.check(scenario, SEED, replicate).rounds
        assert rounds[0]["revisionism"] == [0.8, 0.8]
        won = int(naive.uniform(SEED, replicate, 1, naive.PREVAIL, 0, 1) >= 0.75)
        winners.add(won)
        assert rounds[1]["revisionism"][won] == 0.4 and rounds[1]["revisionism"][1 - won] == 1.3
        lost = 0.2 * (0.75, 0.25)[1 - won]
        whole = 1 - lost / 2
        assert rounds[1]["capability"][1 - won] == pytest.approx(((0.75, 0.25)[1 - won] - lost) / whole)
        assert rounds[1]["trust"][0][1] == rounds[1]["trust"][1][0] == 0.7
        assert rounds[1]["norm"] == [1.0, 1.0]
    assert winners == {0, 1}


def test_who_absorbs_a_buffer_is_satisfied() -> None:
    """As by a victory; and the two then stand closer to each other."""
    scenario = world(
        {"A": {}, "B": {"capability": 1e-9}}, years=3, shadow=MYOPIC,
        buffers={"Z": {"between": [["A", "B"]], "strength": 0.5}},
        geography={"absorption": 52, "buffer_effectiveness": 1.0}, war={"satisfaction": 0.75},
        domestic={"revolution": 52, "spread": 1, "nationalism": 0.8, "turmoil_years": 0},
        epochs=[{"year": 1, "domestic": {"revolution": 0}}],
    )  # fmt: skip
    history = twins.check(scenario, SEED, 0)
    assert [now["sovereign"] for now in history.rounds] == [[True], [False], [False]]
    assert history.rounds[1]["revisionism"] == [pytest.approx(0.2), 0.8]
    assert [history.appraised[t][0][1]["loss"] for t in (0, 1, 2)] == [0.5, 0.5, 0.0]


@pytest.mark.parametrize("rule", ["none", "decentralized", "centralized", "collective", "balancing"])
def test_two_states_without_any_capability_are_equals(rule: str) -> None:
    """Where both shares are rounded to 0: in the effective game, in war, over a buffer and in a sanction."""
    scenario = world(
        4, years=4, power={"weight": 0.5}, shadow={**MYOPIC, "punishment_years": 9},
        buffers={"Z": {"between": [["B", "C"]], "strength": 0.5}}, geography={"absorption": 52},
        sanctions=against_one(rule, enforcement_value=99.0, balance_weight=99.0),
        war={"years": 1, "capability_loss": 0.5, "resentment": 1.0},
        epochs=[{"year": 2, "war": {"mutual": 52}}],
    )  # fmt: skip
    replicates = range(12)
    lanes = Lanes(lower(scenario), np.zeros(12, np.intp), np.array(replicates), SEED)
    lanes.world.capability[:] = np.array([1.0, 0.0, 0.0, 0.0])[:, None]
    lanes.play(1)
    alone = 3 + 2 * 0.75  # T - R of 2, of which a buffer leaves 3 in 4; A, who has it all, would prevent it
    assert (lanes.game.gain[1, 2] == (1 if rule == "collective" else alone)).all()
    lanes.play(2)
    absorbed = [naive.uniform(SEED, k, 1, naive.ABSORB, 1, 2) < 0.5 for k in replicates]
    assert set(absorbed) == {True, False} and not lanes.world.sovereign.any()
    lanes.play(4)
    lost = [
        (
            naive.uniform(SEED, k, 3, naive.PREVAIL, 1, 2) < 0.5,
            naive.uniform(SEED, k, 3, naive.PREVAIL, 2, 3) >= 0.5,
        )
        for k in replicates
    ]
    assert len(set(lost)) == 4
    against_a = lanes.tally.pair_war[0, 2] == 2  # which A, who has it all, always wins
    losses = against_a + (0 if rule == "collective" else np.array(lost).sum(axis=1))
    assert np.array_equal(lanes.world.revisionism[2], losses)  # sanctions that do not escalate keep the peace
    assert np.isfinite(lanes.margins()).all()

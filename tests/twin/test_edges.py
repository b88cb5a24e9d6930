"""Small worlds against the twin, at the edges of the rules: ties, bounds, draws that equal their threshold.

They are small enough to be played without the compiler, too (``tools/mutation.py``).
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from typing import Any

import generators
import naive
import numpy as np
import pytest
import twins

import regimesim.simulation.lowering
from regimesim.core.lanes import Lanes
from regimesim.core.spells import regimes
from regimesim.core.strategies import memory_one
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario

SEED = 1648
RULES = generators.RULES


def small(number: int) -> tuple[Scenario, Scenario]:
    """A random world of a few rounds, and one with other parameters to be played beside it."""
    rng = random.Random(number)
    rule, m, window = RULES[number % 5], rng.choice([1, 2, 3]), rng.choice([0.5, 1, 3])
    names = [f"S{i}" for i in range((3, 4, 2, 3, 5)[number % 7 % 5])]
    pairs = [list(pair) for pair in itertools.combinations(names, 2)]
    buffers = {
        f"B{k}": {"between": rng.sample(pairs, min(len(pairs), 2)), "strength": rng.random()}
        for k in range(2)
    }
    world = {
        "years": 10 / m,
        "states": {name: generators.state(rng) for name in names},
        "buffers": buffers,
        "affinity": {"default": 0.2, f"{names[0]}-to-{names[-1]}": 0.7, f"{names[-1]}-to-{names[0]}": 0.1},
        "epochs": [
            {
                "year": 2.25, "war": {"unilateral": 0.0, "mutual": rng.choice([0.0, 0.8])},
                "states": {names[0]: {"revisionism": 0.0, "member": rng.random() < 0.5}},
                "affinity": {"default": 0.3},
            },
            {
                "year": 3, "transparency": {"level": rng.random()}, "shadow": {"discount_factor": 0.7},
                "domestic": {"revolution": 0.6, "turnover": 0.0}, "buffers": {"B1": {"strength": 0.9}},
                "states": {names[1]: {"revisionism": rng.random(), "growth": 0.01}},
            },
        ],
    }  # fmt: skip
    tree, beside = generators.lively(rule, rng, 0.25), generators.lively(rng.choice(RULES), rng, 0.5)
    for some in (tree, beside):
        some.setdefault("shadow", {})["rounds_per_year"] = m
        some["measure"]["window"] = window
    return read_scenario({**world, **tree}, "small"), read_scenario({**world, **beside}, "beside")


@pytest.fixture(autouse=True)
def _automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)


@pytest.mark.parametrize("number", range(15))
def test_small_worlds(number: int) -> None:
    scenario, beside = small(number)
    twins.check(scenario, number * 7_919, number, beside)


# ------------------------------------------------------------------------------- draws at their thresholds


def world(states: Any = 2, m: int = 1, years: float = 2, **tree: Any) -> Scenario:
    """A neutral world with full sight, but for what is said."""
    names = {chr(65 + i): {} for i in range(states)} if isinstance(states, int) else states
    tree.setdefault("transparency", {}).setdefault("level", 0.0)
    tree.setdefault("shadow", {})["rounds_per_year"] = m
    return read_scenario({"years": years, "states": names, **tree}, "edge")


def solved(function: Callable[[float], float], target: float, guess: float) -> float:
    """A number near ``guess`` of which ``function``, rising and smooth, gives exactly ``target``."""
    low, high = guess - 1e-6, guess + 1e-6
    assert function(low) < target < function(high)
    while math.nextafter(low, high) < high:
        middle = (low + high) / 2
        if function(middle) == target:
            return middle
        low, high = (middle, high) if function(middle) < target else (low, middle)
    for _ in range(2000):
        low = math.nextafter(low, -math.inf)
        if function(low) == target:
            return low
    raise LookupError("no such number")


def rate(probability: float) -> float:
    """The yearly rate with that probability in a round, at one round a year."""
    return solved(lambda r: 1.0 - naive.exp(-r / 1.0), probability, -math.log1p(-probability))


def choice(probability: float) -> float:
    """The margin at which restraint has that probability, at temperature 1."""
    if probability < 0.51:
        raise LookupError("only margins above 0 can be set")
    return solved(
        lambda m: 1.0 / (1.0 + naive.exp(-m)), probability, math.log(probability / (1 - probability))
    )


def hesitant(probability: float) -> Scenario:
    """A state that restrains itself with that probability, whatever happens."""
    twins.AUTOMATA["hesitant"] = memory_one(*(probability,) * 5)
    return world({"A": {"strategy": "hesitant"}, "B": {}})


HOSTILE = {"A": {"strategy": "villain"}, "B": {"strategy": "villain"}}
KIND = {"A": {"strategy": "saint"}, "B": {"strategy": "saint"}}
BUFFER = {"Z": {"between": [["A", "B"]], "strength": 0.5}}

THRESHOLDS: dict[str, tuple[tuple[int, int, int, int], Callable[[float], Scenario]]] = {
    "tremble": ((naive.TREMBLE, 0, 1, 0), lambda u: world(choice={"tremble": u})),
    "tremble back": ((naive.TREMBLE, 1, 0, 0), lambda u: world(choice={"tremble": u})),
    "tremble among errors": (
        (naive.TREMBLE, 0, 1, 0),
        lambda u: world(choice={"tremble": u}, transparency={"miss_rate": 0.1}),
    ),
    "tremble among errors back": (
        (naive.TREMBLE, 1, 0, 0),
        lambda u: world(choice={"tremble": u}, transparency={"miss_rate": 0.1}),
    ),
    "alarm": (
        (naive.OBSERVE, 0, 1, 0),
        lambda u: world(KIND, transparency={"false_alarm_rate": u}),
    ),
    "alarm back": (
        (naive.OBSERVE, 1, 0, 0),
        lambda u: world(KIND, transparency={"false_alarm_rate": u}),
    ),
    "miss": (
        (naive.OBSERVE, 0, 1, 0),
        lambda u: world(HOSTILE, transparency={"miss_rate": 1.0 - u}),
    ),
    "miss back": (
        (naive.OBSERVE, 1, 0, 0),
        lambda u: world(HOSTILE, transparency={"miss_rate": 1.0 - u}),
    ),
    "publicity": (
        (naive.PUBLISH, 0, 1, 0),
        lambda u: world(
            {"A": {"strategy": "villain"}, "B": {"strategy": "villain"}, "C": {}},
            transparency={"publicity": u},
            sanctions={"rule": "centralized", "quorum": 0.0},
        ),
    ),
    "publicity back": (
        (naive.PUBLISH, 1, 0, 0),
        lambda u: world(
            {"A": {"strategy": "villain"}, "B": {"strategy": "villain"}, "C": {}},
            transparency={"publicity": u},
            sanctions={"rule": "centralized", "quorum": 0.0},
        ),
    ),
    "automaton": ((naive.INTEND, 0, 1, 0), hesitant),
    "war of one": (
        (naive.WAR, 0, 1, 0),
        lambda u: world(
            {"A": {"strategy": "villain"}, "B": {"strategy": "saint"}}, war={"unilateral": rate(u)}
        ),
    ),
    "war of both": ((naive.WAR, 0, 1, 0), lambda u: world(HOSTILE, war={"mutual": rate(u)})),
    "agreement": (
        (naive.NEGOTIATE, 0, 1, 0),
        lambda u: world(HOSTILE, diplomacy={"renegotiation": rate(u)}),
    ),
    "turnover": (
        (naive.TURNOVER, 0, 0, 0),
        lambda u: world(domestic={"turnover": rate(u)}, norms={"institutionalization": 0.5}),
    ),
    "wave": (
        (naive.WAVE, 0, 0, 0),
        lambda u: world(domestic={"revolution": rate(u), "spread": 1.0, "nationalism": 0.1}),
    ),
    "spread": (
        (naive.SPREAD, 1, 1, 0),
        lambda u: world(domestic={"revolution": 52, "spread": u, "nationalism": 0.1}),
    ),
    "absorption": (
        (naive.ABSORB, 1, 0, 0),
        lambda u: world(
            {"A": {"strategy": "saint"}, "B": {"strategy": "villain"}},
            buffers=BUFFER,
            geography={"absorption": rate(u)},
        ),
    ),
    "restoration": (
        (naive.RESTORE, 0, 1, 1),
        lambda u: world(
            HOSTILE,
            buffers=BUFFER,
            geography={"absorption": 52},
            war={"mutual": 52, "years": 1, "restoration": u},
            years=3,
        ),
    ),
    "contagion": (
        (naive.JOIN + 2, 0, 1, 0),
        lambda u: world(
            {**HOSTILE, "C": {"strategy": "saint"}},
            affinity={"default": 0.1, "C-to-A": 0.9},
            war={"mutual": 52, "contagion": u},
        ),
    ),
    "prevail": (
        (naive.PREVAIL, 0, 1, 1),
        lambda u: world(
            {
                "A": {"strategy": "villain", "capability": u},
                "B": {"strategy": "villain", "capability": 1.0 - u},
            },
            war={"mutual": 52, "years": 1, "resentment": 1.0},
            years=3,
        ),
    ),
    "exit": (
        (naive.EXIT, 0, 0, 0),
        lambda u: world(
            {"A": {"strategy": "villain"}, "B": {}, "C": {}},
            sanctions={"rule": "centralized", "quorum": 0.0, "exit": u},
        ),
    ),
    "choice": (
        (naive.INTEND, 0, 1, 0),
        lambda u: world(
            payoffs={"temptation": 4.0, "reward": 4.0, "punishment": 4.0, "sucker": 4.0, "game": "any"},
            norms={"restraint": choice(u)},
            choice={"temperature": 1.0},
        ),
    ),
    "joining": (
        (naive.SANCTION, 2, 0, 0),
        lambda u: world(
            {"A": {"strategy": "villain"}, "B": {}, "C": {}},
            sanctions={
                "rule": "decentralized",
                "cost": 0.0,
                "enforcement_value": choice(u),
                "credibility": 1.0,
            },
            choice={"temperature": 1.0},
        ),
    ),
}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_a_draw_that_equals_its_threshold_is_not_below_it(name: str) -> None:
    """At the draw itself nothing happens, a hair above it something does: in the twin and in the kernel."""
    (channel, i, j, t), build = THRESHOLDS[name]
    for replicate in range(100):
        u = naive.uniform(SEED, replicate, t, channel, i, j)
        try:
            build(u), build(u + 2.0**-32)
        except LookupError:  # rounding leaves that number out
            continue
        quiet, loud = (twins.check(build(x), SEED, replicate) for x in (u, u + 2.0**-32))
        assert told(quiet) != told(loud)
        return
    raise AssertionError("no replicate has a draw that the threshold can equal")


def told(history: Any) -> str:
    """What a draw may change, round by round."""
    kept = ("action", "seen", "at_war", "sovereign", "member", "turmoil", "trust", "revisionism", "response")
    return repr([[now[name] for name in (*kept, "norm", "public")] for now in history.rounds])


# ------------------------------------------------------------------------------------------------ ties

ONE_VILLAIN = {"A": {"strategy": "villain"}, "B": {}, "C": {}}


def test_a_margin_of_0_is_restraint() -> None:
    """T - R = R - P, and one round of punishment at a discount factor of 1: nothing is gained or lost."""
    history = twins.check(world(shadow={"discount_factor": 1.0, "punishment_rounds": 1}), SEED, 0)
    assert history.terms[0][0][1] == (-2.0, 2.0, 0.0, 0.0)
    assert history.rounds[0]["action"][0][1] == 1


def test_a_net_gain_of_0_is_joining() -> None:
    """Worth of the rule .5 * .5, cost .375 / (1 + .5 * 1)."""
    rule = {"rule": "decentralized", "cost": 0.375, "enforcement_value": 0.5, "credibility": 0.5}
    assert twins.check(world(ONE_VILLAIN, sanctions=rule), SEED, 0).rounds[0]["response"] == {0: 1.0}


def test_no_strength_above_the_mean_is_still_opposed_where_it_costs_nothing() -> None:
    rule = {"rule": "balancing", "cost": 0.0}
    assert twins.check(world(ONE_VILLAIN, sanctions=rule), SEED, 0).rounds[0]["response"][0] == 1.0


@pytest.mark.parametrize(("quorum", "passes"), [(0.5, True), (math.nextafter(0.5, 1), False), (0.0, True)])
def test_a_vote_of_just_the_quorum_passes(quorum: float, passes: bool) -> None:
    """Of four equal members one is accused, one holds it dear, and two vote."""
    states = {**ONE_VILLAIN, "D": {}}
    rule = {"rule": "centralized", "cost": 0.0, "quorum": quorum}
    scenario = world(states, sanctions=rule, affinity={"default": 0, "D-to-A": 2.0})
    assert twins.check(scenario, SEED, 0).rounds[0]["response"][0] == float(passes)


@pytest.mark.parametrize(("affinity", "passes"), [(0.5, True), (math.nextafter(0.5, 1), False)])
def test_affinity_at_the_threshold_is_no_objection(affinity: float, passes: bool) -> None:
    states = {"A": {"strategy": "villain"}, "B": {"veto": True}, "C": {}}
    rule = {"rule": "centralized", "cost": 0.0, "quorum": 0.1, "alliance_weight": 0.0, "veto_affinity": 0.5}
    scenario = world(states, sanctions=rule, affinity={"default": 0, "B-to-A": affinity})
    assert twins.check(scenario, SEED, 0).rounds[0]["response"][0] == float(passes)


@pytest.mark.parametrize("veto", ["A", "B", "C", "outsider"])
def test_who_may_object(veto: str) -> None:
    """The accused itself, or a member that holds it dear; nobody from outside."""
    states = {"A": {"strategy": "villain"}, "B": {}, "C": {}, "D": {}, "E": {"member": False}}
    states[{"outsider": "E"}.get(veto, veto)]["veto"] = True
    rule = {"rule": "centralized", "cost": 0.0, "quorum": 0.1, "alliance_weight": 0.0, "veto_affinity": 0.5}
    affinity = {"default": 0, "C-to-A": 0.9, "E-to-A": 0.9}
    response = twins.check(world(states, sanctions=rule, affinity=affinity), SEED, 0).rounds[0]["response"][0]
    assert response == float(veto in ("B", "outsider"))


@pytest.mark.parametrize("dear", [0.0, 9.0])
@pytest.mark.parametrize(("capability", "weaker"), [(2.0, False), (1.99, True)])
def test_defenders_must_be_stronger(capability: float, weaker: bool, dear: float) -> None:
    """A against B and C of a quarter each. A tie undoes nothing; C, who holds A dear, defends itself only."""
    states = {"A": {"strategy": "villain", "capability": capability}, "B": {}, "C": {}}
    rule = {"rule": "collective", "cost": 0.0}
    scenario = world(states, sanctions=rule, affinity={"default": 0, "C-to-A": dear})
    now = twins.check(scenario, SEED, 0).rounds[0]
    assert now["undone"][0][1:] == [weaker and dear == 0.0, weaker]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("members", ["", "A", "B", "AB", "BC"])
def test_who_is_a_member(rule: str, members: str) -> None:
    """Nobody, the accused alone, others alone."""
    states = {**{name: {"member": name in members} for name in "ABC"}}
    states["A"]["strategy"] = "villain"
    settings = {"rule": rule, "exit": 0.9, "credibility_learning": 0.5, "cost": 0.2, "quorum": 0.0}
    twins.check(world(states, years=3, sanctions=settings), SEED, 0)


@pytest.mark.parametrize("years", [0.02, 0.25, 0.49, 0.75, 1.0])
@pytest.mark.parametrize("m", [1, 2])
def test_lengths_are_rounded_to_the_nearest_round(m: int, years: float) -> None:
    """A war lasts a round at least; turmoil may last none, and then leaves nationalism at once."""
    war = {"mutual": 52, "years": years, "resentment": 0.5}
    home = {
        "revolution": 1.0,
        "spread": 0.7,
        "turmoil_years": years,
        "nationalism": 0.25,
        "preoccupation": 0.5,
    }
    twins.check(world(HOSTILE, m, 4, war=war, domestic=home), SEED, 1)


@pytest.mark.parametrize("dear", [0.3, 0.4, 0.5])
def test_who_prefers_neither_side_stays_out(dear: float) -> None:
    states = {**HOSTILE, "C": {"strategy": "saint"}, "D": {"strategy": "saint"}}
    affinity = {"default": 0.4, "C-to-A": dear, "D-to-B": 0.6}
    scenario = world(states, war={"mutual": 52, "contagion": 1.0, "cost": 1.0}, affinity=affinity)
    now = twins.check(scenario, SEED, 0).rounds[0]
    assert [now["at_war"][2][0] > 0, now["at_war"][2][1] > 0] == [dear < 0.4, dear > 0.4]


def test_one_against_all() -> None:
    """What a state of many wars pays is subtracted in the order of its enemies."""
    states = {
        name: {"strategy": "villain" if name < "C" else "saint", "capability": c}
        for name, c in zip("ABCDE", (1, 3, 4, 7, 11), strict=True)
    }
    scenario = world(
        states, war={"mutual": 52, "contagion": 1.0, "cost": 1.37}, power={"weight": 0.9},
        affinity={"default": 0.1, "C-to-B": 0.5, "D-to-B": 0.5, "E-to-B": 0.5},
    )  # fmt: skip
    assert all(twins.check(scenario, SEED, 0).rounds[0]["at_war"][0][1:])


@pytest.mark.parametrize("states", [2, 3, 4, 5])
def test_a_war_of_half_the_states_is_systemic(states: int) -> None:
    names = {chr(65 + i): {"strategy": "villain" if i < 2 else "saint"} for i in range(states)}
    history = twins.check(world(names, war={"mutual": 52}), SEED, 0)
    assert history.summary["systemic_ended"] == (states <= 4)


@pytest.mark.parametrize(
    "shadow",
    [
        {"discount_factor": 1.0, "punishment_rounds": 3},
        {"discount_factor": 0.8, "punishment_rounds": 1},
        {"discount_factor": 0.8, "punishment_rounds": math.inf},
        {"discount_factor": 0.05, "punishment_rounds": 2},
    ],
)
def test_patience(shadow: dict[str, float]) -> None:
    sight = {"miss_rate": 0.4, "false_alarm_rate": 0.3, "level": 0.5}
    twins.check(world(3, 2, 4, shadow=shadow, transparency=sight, choice={"temperature": 0.7}), SEED, 0)


def test_a_state_that_sees_more_than_there_is() -> None:
    """False alarms are cut at 1, and may exceed what is seen of exploitation."""
    states = {"A": {"ideology": 0.0}, "B": {"ideology": 1.0}, "C": {"ideology": 0.5}}
    sight = {"miss_rate": 0.9, "false_alarm_rate": 0.6}
    history = twins.check(
        world(states, years=4, transparency=sight, diplomacy={"cleavage": 1.0}, choice={"temperature": 1}),
        SEED,
        0,
    )
    assert history.rounds[0]["game"][0][1].alarm == 1.0 and history.terms[0][0][1][1] < 0.0


@pytest.mark.parametrize(
    ("growth", "volatility"), [(0.1, 0.0), (-0.1, 0.0), (0.0, 0.5), (0.1, 0.5), (0.0, 0.0)]
)
def test_growth(growth: float, volatility: float) -> None:
    """Also beside lanes that grow otherwise; shares that do not quite add up to 1 show who is divided."""
    states = {name: {"capability": c} for name, c in zip("ABCD", (8, 9, 5, 1), strict=True)}
    still, moving = world(states, 2, 4), world(states, 2, 4, power={"volatility": 0.3})
    grown = {**states, "B": {"capability": 9, "growth": growth}}
    twins.check(world(grown, 2, 4, power={"volatility": volatility, "weight": 0.5}), SEED, 0, still)
    twins.check(still, SEED, 0, moving)
    twins.check(world(grown, 2, 4), SEED, 0, moving)
    all_grow = {name: {**some, "growth": growth} for name, some in grown.items()}
    twins.check(world(all_grow, 2, 4), SEED, 0)


def test_two_states_that_run_out_of_the_numbers_are_equals() -> None:
    """One of three outgrows and defeats the others until their shares are rounded to 0."""
    weak = {"capability": 1e-9, "growth": -1, "strategy": "villain"}
    states = {"A": {"capability": 1e12, "growth": 1, "strategy": "villain"}, "B": weak, "C": weak}
    war = {"mutual": 0.6, "years": 1, "capability_loss": 0.99, "resentment": 0.1}
    history = twins.check(world(states, years=226, power={"weight": 0.5}, war=war), SEED, 0)
    found = [t for t, now in enumerate(history.rounds) if now["capability"] == [1.0, 0.0, 0.0]]
    assert found[0] > 200
    wars = [bool(history.rounds[t]["at_war"][1][2]) for t in found]
    assert 0 < sum(wars) < len(wars)


@pytest.mark.parametrize("gain", [0.0, 0.1])
def test_what_a_buffer_brings(gain: float) -> None:
    """Shares are divided by their sum, which is not quite 1 here, only where something is gained."""
    states = {name: {"capability": c} for name, c in zip("ABCD", (8, 9, 5, 1), strict=True)}
    states["A"]["strategy"] = "villain"
    geography = {"absorption": 52, "absorption_gain": gain}
    history = twins.check(world(states, buffers=BUFFER, geography=geography), SEED, 0)
    before, after = 8 / 23, history.rounds[0]["capability"][0]
    assert (after == before) == (gain == 0.0) and history.summary["buffers_lost"] == 1


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("tremble", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("miss", "alarm"), [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.2)])
def test_chances_that_are_certain(miss: float, alarm: float, tremble: float, public: bool) -> None:
    """Alone, and beside lanes in which they are not; with an automaton of many states."""
    states = {"A": {"strategy": "wanderer 13"}, "B": {"strategy": "tit_for_tat"}, "C": {"strategy": "saint"}}
    sight = {"miss_rate": miss, "false_alarm_rate": alarm, "public_signal": public}
    scenario = world(states, years=6, transparency=sight, choice={"tremble": tremble})
    twins.check(scenario, SEED, 0)
    twins.check(scenario, SEED, 0, world(states, years=6, transparency={"miss_rate": 0.3}))


@pytest.mark.parametrize("size", [8, 9, 13])
def test_an_automaton_of_many_states(size: int) -> None:
    states = {"A": {"strategy": f"wanderer {size}"}, "B": {"strategy": f"wanderer {size}"}, "C": {}}
    sight = {"miss_rate": 0.4, "false_alarm_rate": 0.3}
    history = twins.check(world(states, years=40, transparency=sight, choice={"tremble": 0.2}), SEED, 0)
    visited = {now["stance"][i][j] for now in history.rounds for i in (0, 1) for j in range(3) if i != j}
    assert visited == set(range(size))


def test_nuclear_states() -> None:
    """Both, one, or none; a second strike without nuclear arms is none."""
    states = {
        "A": {"nuclear": True, "second_strike": 0.7},
        "B": {"nuclear": True, "second_strike": 0.4},
        "C": {"second_strike": 0.9},
    }
    scenario = world(
        states, 1, 5,
        deterrence={"retaliation": 3, "first_strike_gain": 0.8, "prudence": 0.6},
        periphery={"rate": 0.4, "insulation": 0.3, "paradox": 2},
        war={"unilateral": 0.3, "mutual": 0.6, "cost": 1.5},
        choice={"temperature": 1.0}, power={"weight": 0.7},
    )  # fmt: skip
    twins.check(scenario, SEED, 0)


@pytest.mark.parametrize("replicates", [[7, 8, 9], [7]])
def test_the_same_points_again(replicates: list[int]) -> None:
    """As many lanes or fewer, through all phases."""
    scenario, beside = small(1)
    lanes = twins.lanes_of(scenario, SEED, 0, beside)
    lanes.play(lanes.design.rounds)
    again = lanes.again(np.array(replicates))
    fresh = Lanes(lanes.design, lanes.points[: len(replicates)], np.array(replicates), SEED)
    again.play(again.design.rounds)
    fresh.play(fresh.design.rounds)
    for kind in ("world", "tally"):
        for name, array in getattr(fresh, kind)._asdict().items():
            assert twins.same_bits(array, getattr(getattr(again, kind), name)), name


def test_phases() -> None:
    """Two in a round, one that changes nothing, one beyond the end, one that ends what was on."""
    war = {"mutual": 3, "unilateral": 1, "years": 2, "resentment": 0.5}
    epochs = [
        {"year": 1, "states": {"A": {"revisionism": 0.2}, "B": {"member": False}}},
        {"year": 1.2, "states": {"A": {"revisionism": 0.0}}, "war": {"mutual": 0, "unilateral": 0}},
        {"year": 2.25, "war": {"mutual": 3}, "states": {"B": {"member": True}, "C": {"revisionism": 0.3}}},
        {"year": 3, "sanctions": {"rule": "none"}, "domestic": {"turnover": 0, "revolution": 0}},
        {"year": 90, "war": {"mutual": 0}},
    ]
    states = {"A": {"revisionism": 0.9, "strategy": "villain"}, "B": {}, "C": {"revisionism": 0.3}}
    scenario = world(
        states, 2, 5, war=war, epochs=epochs, sanctions={"rule": "decentralized", "exit": 0.8},
        domestic={"turnover": 0.5, "revolution": 0.5, "nationalism": 0.2},
    )  # fmt: skip
    twins.check(scenario, SEED, 0)


# --------------------------------------------------------------------------------------------- measures


class Spelled:
    """As much of a world as the twin's search for regimes looks at."""

    def __init__(self, n: int, window: float) -> None:
        self.n, self.m, self.scenario = n, 1, {"measure.window": window}


def test_spells_of_any_path() -> None:
    """Onset and collapse in random paths, at thresholds that counts meet exactly."""
    rng = random.Random(6)
    for _ in range(400):
        n, rounds, window = rng.randint(2, 4), rng.randint(1, 16), rng.randint(1, 4)
        pairs = n * (n - 1) // 2
        paths = np.array([[rng.randint(0, pairs) for _ in range(3)] for _ in range(rounds)], np.int32)
        low, high = sorted(rng.choice([0.0, 0.25, 0.5, 0.75, 1.0]) for _ in range(2))
        found = regimes(paths, pairs, window, high, low)
        for lane in range(3):
            spells = naive.regime_spells(Spelled(n, window), paths[:, lane].tolist(), high, low)
            assert found.number[lane] == len(spells)
            onset, collapse = spells[0] if spells else (-1, 0)
            assert found.onset[lane] == onset
            assert found.ended[lane] == (not spells or collapse is not None)
            assert found.end[lane] == (rounds if collapse is None else collapse)


def test_thresholds_of_ones_own() -> None:
    """Points side by side with the same onset and another collapse, and the reverse."""
    twins.AUTOMATA["hesitant"] = memory_one(*(0.8,) * 5)
    states = {name: {"strategy": "hesitant"} for name in "ABC"}
    for one, other in [((0.5, 0.2), (0.5, 0.5)), ((0.5, 0.3), (0.9, 0.3)), ((0.9, 0.6), (0.5, 0.5))]:
        named = [{"onset": high, "collapse": low} for high, low in (one, other)]
        scenario, beside = (world(states, 1, 20, measure=measure) for measure in named)
        here = twins.check(scenario, SEED, 1, beside).summary
        there = twins.check(beside, SEED, 1, scenario).summary
        assert (here["regime_onset"], here["regime_years"]) != (there["regime_onset"], there["regime_years"])

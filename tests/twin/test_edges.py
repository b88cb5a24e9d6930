"""Small worlds against the twin, at the edges of the rules: ties, bounds, lengths, phases, many lanes.

They are small enough to be played without the compiler, too (``tools/mutation.py``).
"""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import generators
import naive
import numpy as np
import pytest
import twins
from handmade import BUFFER, FLAT, HOSTILE, MYOPIC, SEED, world
from numpy.typing import NDArray

import regimesim.simulation.lowering
from regimesim.core.lanes import Lanes
from regimesim.core.spells import regimes
from regimesim.core.strategies import memory_one
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower

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
    frame = {
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
        some.setdefault("trust", {})["initial"] = {"default": rng.random(), f"{names[0]}-to-{names[1]}": 0.9}
    return read_scenario({**frame, **tree}, "small"), read_scenario({**frame, **beside}, "beside")


@pytest.fixture(autouse=True)
def _automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)


@pytest.mark.parametrize("number", range(15))
def test_small_worlds(number: int) -> None:
    scenario, beside = small(number)
    twins.check(scenario, number * 7_919, number, beside)


@pytest.mark.parametrize("number", range(15, 22))
def test_small_worlds_step_by_step(number: int) -> None:
    """As those play whose mechanisms come in between the steps; the first year has no growth."""
    scenario, _ = small(number)
    twins.check_steps(scenario, number * 7_919, number)


def test_growth_step_by_step() -> None:
    states = {"A": {"capability": 8, "growth": 0.1}, "B": {"capability": 9}, "C": {"capability": 5}}
    twins.check_steps(world(states, 2, 4, power={"volatility": 0.3, "weight": 0.5}), SEED, 0)


# ------------------------------------------------------------------------------------ patience and lengths


@pytest.mark.parametrize("heat", [0.0, 0.7])
@pytest.mark.parametrize("m", [1, 2, 12])
@pytest.mark.parametrize(
    "shadow",
    [
        {"discount_factor": 1.0, "punishment_years": 3},
        {"discount_factor": 1.0, "punishment_years": 0.02},
        {"discount_factor": 0.8, "punishment_years": 1},
        {"discount_factor": 0.8, "punishment_years": math.inf},
        {"discount_factor": 0.05, "punishment_years": 2},
        {"discount_factor": 1e-300, "punishment_years": 2},
    ],
)
def test_patience(shadow: dict[str, float], m: int, heat: float) -> None:
    """Distrust, noise and wars, which all bear on the value of open dealings."""
    sight = {"miss_rate": 0.4, "false_alarm_rate": 0.3, "level": 0.5}
    trust = {"initial": {"default": 0.7, "A-to-B": 0.0, "B-to-A": 1.0}, "shock": 0.5}
    twins.check(
        world(
            3, m, 8 / m, shadow=shadow, transparency=sight, choice={"temperature": heat}, trust=trust,
            war={"unilateral": 0.2, "mutual": 0.3, "cost": 2, "years": 0.5}, diplomacy={"conference": 0.4},
        ),
        SEED, 0,
    )  # fmt: skip


@pytest.mark.parametrize("years", [0.02, 0.25, 0.49, 0.75, 1.0])
@pytest.mark.parametrize("m", [1, 2])
def test_lengths_are_rounded_to_the_nearest_round(m: int, years: float) -> None:
    """A war and an estrangement last a round at least; turmoil of 0 leaves nationalism at once."""
    for turmoil in (years, 0.0):
        home = {
            "revolution": 1.0, "spread": 0.7, "turmoil_years": turmoil, "nationalism": 0.25,
            "preoccupation": 0.5,
        }  # fmt: skip
        war = {"unilateral": 52, "years": years, "resentment": 0.5}
        twins.check(world(HOSTILE, m, 4, war=war, domestic=home), SEED, 1)
        shadow = {**MYOPIC, "punishment_years": years}
        history = twins.check(world(2, m, 6, shadow=shadow, domestic=home), SEED, 1)
        length = max(1, math.floor(years * m + 0.5))
        found = [now["left"][0][1] for now in history.rounds]
        pattern = list(range(length, -1, -1))
        assert found == (pattern * 12)[: len(found)]


@pytest.mark.parametrize("heat", [0.0, 0.5])
@pytest.mark.parametrize("sucker", [-1.0, 1.0, 1.5])
def test_concession(sucker: float, heat: float) -> None:
    """In Chicken a state rather yields than stays estranged: surely, perhaps, or not at all."""
    payoffs = {"temptation": 5, "reward": 3, "punishment": 1, "sucker": sucker, "game": "any"}
    shadow = {"discount_factor": 0.6, "punishment_years": 3}
    history = twins.check(
        world(3, 2, 8, payoffs=payoffs, shadow=shadow, choice={"temperature": heat, "tremble": 0.2}), SEED, 0
    )
    lengths = {now["left"][0][1] for now in history.rounds}
    if heat == 0.0 or sucker < 1.0:  # left after the round in which the pair broke, and after the next
        assert (5 in lengths) == (sucker <= 1.0)


# -------------------------------------------------------------------------------------- noise and automata


def test_a_state_that_sees_more_than_there_is() -> None:
    """False alarms may be likelier than that a defection is seen: cooperation then brings more charges."""
    states = {"A": {"ideology": 0.0}, "B": {"ideology": 1.0}, "C": {"ideology": 0.5}}
    sight = {"miss_rate": 0.9, "false_alarm_rate": 3.0}
    history = twins.check(
        world(
            states, 4, 4, transparency=sight, diplomacy={"cleavage": 1.0, "conference": 0.3},
            choice={"temperature": 1}, sanctions={"rule": "collective"}, shadow={"punishment_years": 0.5},
        ),
        SEED, 0,
    )  # fmt: skip
    look = history.appraised[0][0][1]
    assert look["f"] > look["q"] and history.terms[0][0][1][2] < 0.0


@pytest.mark.parametrize("tremble", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("miss", "alarm"), [(0.0, 0.0), (1.0, 0.0), (0.0, 52.0), (1.0, 52.0), (0.5, 0.2)])
@pytest.mark.parametrize("strategies", ["wanderer 13,tit_for_tat,saint", "prudent,saint,prudent"])
def test_chances_that_are_certain(strategies: str, miss: float, alarm: float, tremble: float) -> None:
    """Alone, and beside lanes in which they are not."""
    states = {name: {"strategy": word} for name, word in zip("ABC", strategies.split(","), strict=True)}
    sight = {"miss_rate": miss, "false_alarm_rate": alarm}
    shadow = {"punishment_years": 1}
    scenario = world(states, years=6, transparency=sight, choice={"tremble": tremble}, shadow=shadow)
    twins.check(scenario, SEED, 0)
    twins.check(scenario, SEED, 0, world(states, years=6, transparency={"miss_rate": 0.3}, shadow=shadow))


@pytest.mark.parametrize("size", [8, 9, 13])
def test_an_automaton_of_many_states(size: int) -> None:
    states = {"A": {"strategy": f"wanderer {size}"}, "B": {"strategy": f"wanderer {size}"}, "C": {}}
    sight = {"miss_rate": 0.4, "false_alarm_rate": 0.3}
    history = twins.check(world(states, years=40, transparency=sight, choice={"tremble": 0.2}), SEED, 0)
    visited = {now["stance"][i][j] for now in history.rounds for i in (0, 1) for j in range(3) if i != j}
    assert visited == set(range(size))


# ------------------------------------------------------------------------------- power, arms, geography


def test_nuclear_states() -> None:
    """Both, one, or none; a second strike without nuclear arms is none."""
    states = {
        "A": {"nuclear": True, "second_strike": 0.7},
        "B": {"nuclear": True, "second_strike": 0.4},
        "C": {"second_strike": 0.9},
    }
    for cost in (0.0, 1.5):
        scenario = world(
            states, 1, 5,
            deterrence={"retaliation": 3, "first_strike_gain": 0.8, "prudence": 0.6},
            periphery={"rate": 0.4, "insulation": 0.3, "paradox": 2},
            war={"unilateral": 0.3, "mutual": 0.6, "cost": cost},
            choice={"temperature": 1.0}, power={"weight": 0.7}, shadow={"punishment_years": 1},
        )  # fmt: skip
        twins.check(scenario, SEED, 0)


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


@pytest.mark.parametrize("gain", [0.0, 0.1])
def test_what_a_buffer_brings(gain: float) -> None:
    """Shares are divided by their sum, which is not quite 1 here, only where something is gained."""
    states = {name: {"capability": c} for name, c in zip("ABCD", (8, 9, 5, 1), strict=True)}
    geography = {"absorption": 52, "absorption_gain": gain}
    buffers = {**BUFFER, "Y": {"between": [["A", "B"], ["A", "C"], ["C", "D"]], "strength": 0.2}}
    scenario = world(states, buffers=buffers, geography=geography, shadow=MYOPIC)
    history = twins.check(scenario, SEED, 0)
    before, after = (now["capability"][3] for now in history.rounds)
    assert (after == before) == (gain == 0.0) and history.summary["buffers_lost"] == 2


# --------------------------------------------------------------------------------------------------- phases


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


@pytest.mark.parametrize("number", range(6))
def test_an_epoch_may_change_anything(number: int) -> None:
    """Every parameter that is not for the whole run, and every setting of a state."""
    rng = random.Random(1000 + number)
    frame = generators.frame(rng, states=3 + number % 3)
    scenario, *beside = (read_scenario(generators.point(frame, rng), f"point {k}") for k in range(3))
    changed = [
        set(p.parameters) - {n for n in p.parameters if p.parameters[n] == q.parameters[n]}
        for p, q in itertools.pairwise(scenario.phases)
    ]
    assert all(len(names) > 55 for names in changed)
    twins.check(scenario, SEED + number, number, *beside)


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(RULES, 2)))
def test_one_rule_after_another(before: str, after: str) -> None:
    """Estrangements, fines and votes that are under way are carried on, or not heard of any more."""
    states = {
        "A": {"revisionism": 5}, "B": {"resolve": 0.5}, "C": {"resolve": 0.3}, "D": {"strategy": "villain"},
    }  # fmt: skip
    rule = {"cost": 0.1, "enforcement_value": 9, "severity": 2, "exit": 0.2, "balance_weight": 4}
    scenario = world(
        states, 2, 6, sanctions={"rule": before, **rule}, shadow={"punishment_years": 1.5},
        epochs=[{"year": 3, "sanctions": {"rule": after}}], choice={"tremble": 0.1},
    )  # fmt: skip
    twins.check(scenario, SEED, 0)


# ------------------------------------------------------------------------------------------ side by side


@pytest.mark.parametrize("replicates", [[7, 8, 9], [7]])
def test_the_same_points_again(replicates: list[int]) -> None:
    """As many lanes or fewer, through all phases."""
    scenario, beside = small(1)
    lanes = twins.lanes_of(scenario, SEED, 0, beside)
    lanes.play(lanes.design.rounds)
    played_alike(lanes.again(np.array(replicates)), np.array(replicates))


@pytest.mark.parametrize("number", range(3))
def test_the_same_lanes_from_the_first_round(number: int) -> None:
    """In the memory of what they played before, to the end or not."""
    scenario, beside = small(number)
    lanes = twins.lanes_of(scenario, SEED, 0, beside)
    for rounds in (3, lanes.design.rounds):
        lanes.play(rounds)
        replicates = lanes.luck.replicate.astype(np.intp) + 7
        played_alike(lanes.restart(replicates), replicates)


@pytest.mark.parametrize("number", range(6))
def test_a_block_of_one_point_and_one_of_two_that_are_the_same(number: int) -> None:
    """Rates are read once for all lanes where all play one point."""
    scenario, _ = small(number)
    design, replicates = lower([scenario, scenario]), np.arange(9)
    one = Lanes(design, np.zeros(9, np.intp), replicates, SEED)
    one.play(design.rounds)
    two = Lanes(design, replicates % 2, replicates, SEED)
    two.play(design.rounds)
    assert (one.setting.one, two.setting.one) == (1, 0)
    assert_same(one, two)


def played_alike(lanes: Lanes, replicates: NDArray[np.intp]) -> None:
    """Play lanes, and others that begin in memory of their own."""
    fresh = Lanes(lanes.design, lanes.points[: len(replicates)], replicates, SEED)
    for each in (lanes, fresh):
        each.play(each.design.rounds)
    assert_same(fresh, lanes)


def assert_same(one: Lanes, other: Lanes) -> None:
    """World and tally are the same, to the bit."""
    for kind in ("world", "tally"):
        for name, array in getattr(one, kind)._asdict().items():
            if name not in ("sums", "reach"):
                assert twins.same_bits(array, getattr(getattr(other, kind), name)), name


def test_the_same_world_beside_itself_under_other_settings() -> None:
    """It weighs what it would if an epoch brought those settings now; under its own it goes on as it was."""
    states = {"A": {"revisionism": 0.4}, "B": {"resolve": 0.6}, "C": {"strategy": "tit_for_tat"}}
    tree: dict[str, Any] = {
        "choice": {"tremble": 0.2, "temperature": 0.5}, "shadow": {"punishment_years": 1},
        "trust": {"initial": {"default": 0.8, "A-to-B": 0.3}}, "affinity": {"default": 0.1, "C-to-A": 0.4},
        "buffers": BUFFER, "sanctions": {"rule": "decentralized", "enforcement_value": 3},
    }  # fmt: skip
    changes = [
        {"year": 2, "transparency": {"level": 0.9, "miss_rate": 0.5}, "war": {"mutual": 0.4, "cost": 3}},
        {"year": 2, "shadow": {"discount_factor": 0.6}, "states": {"B": {"ideology": 0.9, "resolve": 0.1}}},
    ]
    plain = Lanes(lower(world(states, 2, 4, **tree)), np.zeros(5, np.intp), np.arange(5), SEED)
    plain.play(4)
    changed = []
    for change in changes:
        lanes = Lanes(
            lower(world(states, 2, 4, **tree, epochs=[change])), np.zeros(5, np.intp), np.arange(5), SEED
        )
        lanes.play(4)
        changed.append(lanes)
    own = plain.design
    for lane in range(5):
        parameters = np.stack([own.parameters[0, :1], *(c.design.parameters[0, 1:] for c in changed)])
        settings = np.stack([own.states[0, :1], *(c.design.states[0, 1:] for c in changed)])
        beside = plain.beside(lane, parameters, settings)
        terms = beside.margins()
        assert np.array_equal(terms[..., 0], plain.margins()[..., lane])
        for k, lanes in enumerate(changed, 1):
            assert np.array_equal(terms[..., k], lanes.margins()[..., lane])
            assert not np.array_equal(terms[..., k], terms[..., 0])
        beside.play(8)
        alone = Lanes(own, np.zeros(1, np.intp), np.array([lane]), SEED)
        alone.play(8)
        for name in ("trust", "left", "kind", "payoff", "capability", "credibility", "stance"):
            here, there = getattr(beside.world, name), getattr(alone.world, name)
            assert twins.same_bits(here[..., :1], there), name


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


def test_a_margin_of_0_is_cooperation() -> None:
    """T - R = R - P, and one round of punishment at a discount factor of 1: nothing is gained or lost."""
    history = twins.check(world(shadow={"discount_factor": 1.0, "punishment_years": 1}), SEED, 0)
    assert history.terms[0][0][1] == (-2.0, 2.0, 0.0, 0.0)
    assert history.rounds[0]["action"][0][1] == naive.C


def test_nothing_at_stake() -> None:
    """Four equal payoffs: every term is 0, everybody cooperates, and only accidents break what there is."""
    history = twins.check(world(3, 2, 4, choice={"tremble": 0.3}, **FLAT), SEED, 0)
    assert set(itertools.chain(*itertools.chain(*history.terms))) <= {(0.0, 0.0, 0.0, 0.0), None}
    assert history.summary["estrangements_breach"] > 0

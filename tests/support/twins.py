"""The kernel held against ``tests/support/naive.py``, round by round and to the last bit."""

from __future__ import annotations

import math
from typing import Any

import generators
import naive
import numpy as np

from regimesim.core.estrangement import FOREVER
from regimesim.core.lanes import Lanes
from regimesim.core.steps import STEPS, play_steps
from regimesim.core.strategies import Automaton
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import measure


def wanderer(states: int) -> Automaton:
    """An automaton that comes to all its states."""
    following = (
        (((5 * s + 1) % states, (s + 4) % states), ((s + states - 1) % states, (3 * s + 2) % states))
        for s in range(states)
    )
    return Automaton(f"wanderer {states}", tuple(float(s % 3 != 2) for s in range(states)), tuple(following))


AUTOMATA = {
    **generators.AUTOMATA,
    "saint": Automaton("saint", (1.0,), (((0, 0), (0, 0)),)),
    **{f"wanderer {states}": wanderer(states) for states in (8, 9, 13)},
    "villain": Automaton("villain", (0.0,), (((0, 0), (0, 0)),)),
}
"""What a strategy's name stands for, here and in the twin."""

WHOLE = ("turmoil", "member", "at_war", "kind", "sovereign", "new_leader", "revolted")
REAL = ("capability", "revisionism", "norm", "credibility", "payoff")
DONE = ("intend", "action", "seen")
CLOSE = ("trust", "expectation_error", "trust_spread")
"""Measures whose sums are in another order than the twin's."""


def history_of(scenario: Scenario, seed: int, replicate: int) -> Any:
    """What the twin plays."""
    tables = {name: {"cooperate": a.cooperate, "next": a.next} for name, a in AUTOMATA.items()}
    return naive.play(scenario, seed, replicate, tables)


def lanes_of(scenario: Scenario, seed: int, replicate: int, *beside: Scenario) -> Lanes:
    """A block whose last lane is the run in question, next to others, also of ``beside``."""
    others = [*range(len(beside), -1, -1), 0] if beside else [0, 0]
    replicates = np.array([*range(1000, 1000 + len(others)), replicate])
    return Lanes(lower([scenario, *beside]), np.array([*others, 0]), replicates, seed)


def compare(scenario: Scenario, lanes: Lanes, history: Any, tolerance: float = 0.0) -> None:
    """Every round of the last lane: what is decided, done, seen, paid, learnt, and why."""
    for t, now in enumerate(history.rounds):
        before = lanes.world.payoff.copy()
        lanes.decide()
        assert same_bits(lanes.world.payoff, before), t  # what states have when they decide is last round's
        terms = lanes.margins()[..., -1]
        lanes.carry_out()
        compare_round(scenario, lanes, now, t, tolerance)
        for i in range(len(terms)):
            for j, there in enumerate(history.terms[t][i]):
                if there is not None:
                    near(terms[i, j], np.array(there), tolerance, f"{t} margin {i} {j}")


def compare_round(scenario: Scenario, lanes: Lanes, now: Any, t: int, tolerance: float) -> None:
    """The world after a round, and what was done in it."""
    n, world = len(scenario.states), lanes.world
    off = ~np.eye(n, dtype=bool)
    automata = np.array([state.strategy != "prudent" for state in scenario.phases[0].states])
    for name in WHOLE:
        here = getattr(world, name)[..., -1]
        assert np.array_equal(here, np.array(now[name]).reshape(here.shape)), (t, name)
    assert np.array_equal(world.stance[automata, ..., -1], np.array(now["stance"])[automata]), t
    for name in ("played", "open", "withheld"):
        assert np.array_equal(getattr(world, name)[off, -1], np.array(now[name])[off]), (t, name)
    open_ = np.array(now["open"]) & off
    for name in DONE:
        there = np.array([[2 if x is None else x for x in row] for row in now[name]])
        assert np.array_equal(getattr(world, name)[open_, -1], there[open_]), (t, name)
    assert lanes.tally.cooperating[t, -1] == now["cooperating"], t
    assert world.systemic[-1] == now["systemic"], t
    compare_offences(scenario, lanes, now, t)
    for name in REAL:
        near(getattr(world, name)[..., -1], np.array(now[name]), tolerance, f"{t} {name}")
    near(world.trust[off, -1], np.array(now["trust"])[off], tolerance, f"{t} trust")
    response = np.array([now["response"].get(i, -1.0) for i in range(n)])
    near(world.sanction[:, -1], response, tolerance, f"{t} sanction")


def compare_offences(scenario: Scenario, lanes: Lanes, now: Any, t: int) -> None:
    """Who withholds from whom and for how long, who charged whom, what broke, who was sanctioned."""
    n, world = len(scenario.states), lanes.world
    off = ~np.eye(n, dtype=bool)
    left = np.where(world.left[..., -1] > FOREVER // 2, np.inf, world.left[..., -1])
    assert np.array_equal(left[off], np.array(now["left"], float)[off]), (t, "left")
    fine = np.where(world.fine[..., -1] > FOREVER // 2, np.inf, world.fine[..., -1])
    assert np.array_equal(fine, np.array(now["fine"], float)), (t, "fine")
    assert np.array_equal(world.charge[off, -1], np.array(now["charge"])[off]), (t, "charge")
    above = np.triu(off)
    assert np.array_equal(world.broke[above, -1], np.array(now["broke"])[above]), (t, "broke")
    if scenario_rule(scenario, t) != "none":
        assert np.array_equal(world.joined[off, -1], np.array(now["joined"])[off]), (t, "joined")
        if scenario_rule(scenario, t) != "balancing":
            accused = world.accused[..., -1].astype(bool)
            public = np.array(now["public"]).any(axis=0)
            assert not (accused & ~public).any(), (t, "accused")


def scenario_rule(scenario: Scenario, t: int) -> Any:
    """The rule of sanctions in a round."""
    begun = [
        phase for phase, first in zip(scenario.phases, scenario.phase_rounds(), strict=True) if first <= t
    ]
    return begun[-1].parameters["sanctions.rule"]


def near(here: Any, there: Any, tolerance: float, what: str) -> None:
    """Equal to the last bit, unless there is a tolerance."""
    if tolerance == 0.0:
        assert np.array_equal(here, there), (what, here, there)
    else:
        np.testing.assert_allclose(here, there, rtol=tolerance, atol=tolerance, err_msg=what)


def compare_measures(lanes: Lanes, summary: dict[str, Any], tolerance: float = 0.0) -> None:
    """The row of ``runs``."""
    row = {name: column[-1] for name, column in measure(lanes).items()}
    assert set(row) == {*summary, "point", "replicate", "seed"}
    for name, there in summary.items():
        if there is None:
            assert math.isnan(row[name]), name
        else:
            near(row[name], there, max(tolerance, 1e-12) if name in CLOSE else tolerance, name)


def compare_pairs(lanes: Lanes, history: Any) -> None:
    """When each pair first cooperated, first ceased to, and first fought."""
    n = lanes.world.capability.shape[0]
    for i in range(n):
        for j in range(i + 1, n):
            both = [
                now["open"][i][j] and now["action"][i][j] and now["action"][j][i] for now in history.rounds
            ]
            onset = both.index(1) if 1 in both else -1
            after = [t for t, good in enumerate(both) if t > onset >= 0 and not good]
            wars = [t for t, now in enumerate(history.rounds) if now["at_war"][i][j] > 0]
            tally = lanes.tally
            found = [kept[i, j, -1] for kept in (tally.pair_onset, tally.pair_breakdown, tally.pair_war)]
            assert found == [onset, (after or [-1])[0], (wars or [-1])[0]], (i, j)


def check(scenario: Scenario, seed: int, replicate: int, *beside: Scenario) -> Any:
    """Everything, also of a block that is played at a stroke; gives the twin's history."""
    history = history_of(scenario, seed, replicate)
    lanes = lanes_of(scenario, seed, replicate, *beside)
    compare(scenario, lanes, history)
    compare_measures(lanes, history.summary)
    compare_pairs(lanes, history)
    assert lanes.years == len(history.rounds) / scenario.rounds_per_year
    stroke = lanes_of(scenario, seed, replicate, *beside)
    stroke.play(stroke.design.rounds)
    for name in lanes.world._fields:
        assert same_bits(getattr(lanes.world, name), getattr(stroke.world, name)), name
    for name in lanes.tally._fields:
        assert same_bits(getattr(lanes.tally, name), getattr(stroke.tally, name)), name
    return history


def check_steps(scenario: Scenario, seed: int, replicate: int) -> None:
    """The world after every round, and every measure, of a block that is played step by step."""
    history, lanes = history_of(scenario, seed, replicate), lanes_of(scenario, seed, replicate)
    for t, now in enumerate(history.rounds):
        lanes.enter_phase()
        play_steps(lanes.world, lanes.game, lanes.setting, lanes.tally, lanes.luck, t, 0, len(STEPS))
        lanes.round += 1
        compare_round(scenario, lanes, now, t, 0.0)
    compare_measures(lanes, history.summary)


def same_bits(a: Any, b: Any) -> bool:
    """Whether two arrays hold the same bits."""
    return np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()

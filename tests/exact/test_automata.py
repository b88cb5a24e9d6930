"""Automata in the kernel, held against their tables; and what is left out when nobody asks for accounts."""

import numpy as np
import pytest

import regimesim as rs
from regimesim.core.lanes import Lanes
from regimesim.scenario.strategies import load_strategy
from regimesim.simulation.columns import ACCOUNTED
from regimesim.simulation.lowering import lower

NOISY = {
    "choice.tremble": 0.2,
    "transparency.level": 0.2,
    "transparency.miss_rate": 0.4,
    "transparency.false_alarm_rate": 0.3,
}


@pytest.mark.parametrize("name", ["punish(15)", "punish(7)", "two_tits_for_tat", "contrite_tit_for_tat"])
def test_every_state_leads_where_the_table_says(world, name):
    """Small automata (at most eight states) and large ones go different ways through the kernel."""
    states = {"A": {"strategy": name}, "B": {"strategy": "tit_for_two_tats"}}
    design = lower(world(NOISY, states=states, years=25))
    lanes = Lanes(design, np.zeros(40, np.intp), np.arange(40), 0)
    table, visited = load_strategy(name).next, set()
    while lanes.round < 100:
        before = lanes.world.stance[0, 1].copy()
        lanes.play(lanes.round + 1)
        own, seen = lanes.world.action[0, 1], lanes.world.seen[0, 1]
        expected = [table[s][o][e] for s, o, e in zip(before, own, seen, strict=True)]
        np.testing.assert_array_equal(lanes.world.stance[0, 1], expected)
        visited.update(before)
    assert visited == set(range(len(table)))


def test_without_accounts_everything_else_is_the_same(world):
    scenario = world(NOISY, states={k: {"strategy": "tit_for_tat"} for k in "ABC"})
    full, lean = (
        rs.simulate(scenario, runs=30).columns,
        rs.simulate(scenario, runs=30, accounts=False).columns,
    )
    assert set(full) - set(lean) == ACCOUNTED
    for name, column in lean.items():
        np.testing.assert_array_equal(column, full[name])
    assert 0 < full["exploitation_rate"].mean() < 1


@pytest.mark.parametrize("setting", [{}, {"sanctions.rule": "decentralized", "sanctions.severity": 1.0}])
def test_where_decisions_rest_on_accounts_they_are_kept(world, setting):
    """One prudent state is enough, and so are sanctions among automata."""
    first = "tit_for_tat" if setting else "prudent"
    scenario = world(
        {**NOISY, **setting}, states={"A": {"strategy": first}, "B": {"strategy": "tit_for_tat"}}
    )
    full, asked = (
        rs.simulate(scenario, runs=30).columns,
        rs.simulate(scenario, runs=30, accounts=False).columns,
    )
    assert set(asked) == set(full)
    for name, column in asked.items():
        np.testing.assert_array_equal(column, full[name])

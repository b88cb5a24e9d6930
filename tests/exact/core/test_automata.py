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


@pytest.mark.parametrize(
    "names",
    [
        ["tit_for_tat"],
        ["punish(inf)"],
        ["punish(7)"],
        ["punish(15)"],
        ["two_tits_for_tat"],
        ["contrite_tit_for_tat"],
        ["punish(7)", "tit_for_tat", "always_defect"],
        ["tit_for_tat", "punish(15)"],
    ],
    ids=" ".join,
)
def test_every_state_does_and_leads_to_what_the_table_says(world, names):
    """Automata of two, eight and sixteen states go different ways, and so do those that differ by lane."""
    strategies = [{"A": {"strategy": name}, "B": {"strategy": "tit_for_two_tats"}} for name in names]
    design = lower([world(NOISY, states=states, years=25) for states in strategies])
    point = np.arange(40) % len(names)
    lanes = Lanes(design, point, np.arange(40), 0)
    here, there = [load_strategy(names[k]) for k in point], [load_strategy("tit_for_two_tats")] * 40
    visited = [set() for _ in names]
    while lanes.round < 100:
        before = lanes.world.stance.copy()
        lanes.play(lanes.round + 1)
        for i, j, automata in ((0, 1, here), (1, 0, there)):
            own, seen, intended = (getattr(lanes.world, k)[i, j] for k in ("action", "seen", "intend"))
            stances = list(zip(automata, before[i, j], strict=True))
            assert intended.tolist() == [one.cooperate[stance] for one, stance in stances]
            after = [one.next[s][o][e] for (one, s), o, e in zip(stances, own, seen, strict=True)]
            np.testing.assert_array_equal(lanes.world.stance[i, j], after)
        for k, stance in zip(point, before[0, 1], strict=True):
            visited[k].add(stance)
    assert visited == [set(range(len(load_strategy(name)))) for name in names]


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

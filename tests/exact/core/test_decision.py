"""Decisions: the chance that is told is the share in which it happens; slips wherever they are possible."""

import math

import numpy as np
import pytest
import twins
from handmade import FLAT, world

from regimesim.core.decision import chance_to_cooperate
from regimesim.core.lanes import Lanes
from regimesim.simulation.lowering import lower

MANY = 40_000
ERRORS = 4.5
"""Standard errors: by chance one comparison in 150,000 is farther off."""


def share_of_cooperation(scenario, lanes=MANY):
    """In how many of many lanes the first state intends to cooperate with the second in the first round."""
    block = Lanes(lower(scenario), np.zeros(lanes, np.intp), np.arange(lanes), 5)
    block.decide()
    return float(block.world.intend[0, 1].mean()), float(block.margins()[0, 1, :, 0].sum())


@pytest.mark.parametrize("m", [1, 2, 4, 12])
@pytest.mark.parametrize("temptation", [4.0, 4.8, 5.5])
def test_the_chance_that_is_told_is_the_share_in_which_it_happens(temptation, m):
    scenario = world(
        2, m, 1, choice={"temperature": 0.8}, payoffs={"temptation": temptation, "sucker": -1},
        shadow={"discount_factor": 0.7, "punishment_years": 1 / m},
    )  # fmt: skip
    share, margin = share_of_cooperation(scenario)
    told = chance_to_cooperate(margin, 0.8, m)
    assert 0.02 < told < 0.999
    assert abs(share - told) < ERRORS * math.sqrt(told * (1 - told) / MANY)


def test_by_hand():
    """A slip in a year has the chance 1 / (1 + e**(|margin| / lambda)); none in a round, the m-th root."""
    assert chance_to_cooperate(2 * math.log(3), 2.0, 1) == pytest.approx(3 / 4)
    assert chance_to_cooperate(-2 * math.log(3), 2.0, 1) == pytest.approx(1 / 4)
    assert chance_to_cooperate(2 * math.log(3), 2.0, 2) == pytest.approx(math.sqrt(3 / 4))
    assert chance_to_cooperate(-2 * math.log(3), 2.0, 2) == pytest.approx(1 - math.sqrt(3 / 4))
    assert [chance_to_cooperate(x, 0.0, 4) for x in (1.0, 0.0, -1e-300)] == [1.0, 1.0, 0.0]


@pytest.mark.parametrize("temperature", [1e-300, 1e-120, 1e-91, 1e-80, 1e-9, 1.0, 1e6])
def test_a_tie_is_broken_at_any_temperature(temperature):
    """At a margin of 0 every second intention is a slip, however strict choice is otherwise."""
    scenario = world(2, choice={"temperature": temperature}, **FLAT)
    share, margin = share_of_cooperation(scenario, 4_000)
    assert margin == 0.0
    assert abs(share - 0.5) < ERRORS * 0.5 / math.sqrt(4_000)
    twins.check(scenario, 1648, 0)

"""What the documents say of remedies of the Concert: weaker buffer states, and which way is the surer one."""

import numpy as np
import pytest

from regimesim.analysis.changes import REPORT, Aim, Changes, long_enough
from regimesim.analysis.levers import levers_of
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.assumptions import Assumed, needed_set
from regimesim.stats.estimates import mean

FIFTY_YEARS = Aim("regime", 50.0, 0.9)
CHEAPEST, SURER = (0.518 - 0.25) / 0.75, (0.779 - 0.25) / 0.75
"""Moves of resolve: with buffer states a third weaker, and with them as they are."""


@pytest.fixture(scope="module")
def concert():
    made = load_scenario("concert")
    levers = levers_of(made, ["shadow.resolve", "buffers.strength"]).levers
    under = Assumed(made, needed_set(made))
    return Changes(long_enough(made, FIFTY_YEARS), levers, np.ones(2), FIFTY_YEARS, 5, under)


@pytest.mark.verify
def test_half_of_the_buffers_strength_is_better_than_all_or_none(concert):
    whole, half, none = concert.values(np.array([[0.0, 0.0], [0.0, -0.5], [0.0, -1.0]]), 600, REPORT)
    assert (
        mean(half - whole).lower > 0.2 and mean(half - none).lower > 0.05 and mean(none - whole).lower > 0.05
    )


@pytest.mark.verify
def test_the_cheaper_way_is_the_less_sure_one(concert):
    moves = np.array([[CHEAPEST, -0.337], [SURER, 0.0]])
    cheap, dear = concert.cost(moves)
    values = concert.values(moves, 600, REPORT)
    assert cheap < dear and (values.mean(axis=1) > 0.84).all()
    first, second = (concert.over_set(move) for move in moves)
    assert first.reached < second.reached - 0.1 and first.spread.mean < second.spread.mean - 0.1

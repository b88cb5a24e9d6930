"""Too much transparency: what it shortens, what it costs, and that the two are not the same (claim L3)."""

from itertools import pairwise

import numpy as np
import pytest

import regimesim as rs
from regimesim.analysis.comparison import Difference

RUNS = 400


def at(level, **knowledge):
    """The Concert with so much sight."""
    words = [f"transparency.{name}={value}" for name, value in knowledge.items()]
    scenario = rs.load_scenario("concert", [f"transparency.level={level}", *words])
    return rs.simulate(scenario, runs=RUNS, record=0)


def longer(one, other):
    """By how many years cooperation lasts longer in one, on the same seeds: the interval."""
    found = Difference.of(one, other, "regime", 100.0).paired
    return found.lower, found.upper


def test_knowledge_that_arms_exploiters_makes_it_shorter_then_longer_not_the_other_way():
    """With a strong target_knowledge the gain from exploiting grows in step with sight, but what sight takes
    from false alarms counts most near the end of the scale: so the bottom lies inside, not the top."""
    blind, half, clear = (at(level, target_knowledge=4) for level in (0, 0.5, 1))
    assert longer(half, blind)[1] < 0
    assert longer(clear, half)[0] > 0


@pytest.mark.parametrize("knowledge", [0, 0.5, 1])
def test_within_plausible_knowledge_more_sight_never_shortens_it(knowledge):
    levels = [at(level, target_knowledge=knowledge) for level in (0, 0.25, 0.5, 0.75, 1)]
    for less, more in pairwise(levels):
        assert longer(more, less)[1] >= 0


def test_what_sight_costs_is_paid_in_earnings_not_in_years():
    """Nobody decides by what being inspected costs: earnings are best at little sight, duration at much."""
    blind, little, clear = (at(level, intrusion_cost=2) for level in (0, 0.1, 1))
    earned = [results.columns["welfare"] for results in (blind, little, clear)]
    for other in (earned[0], earned[2]):
        gain = earned[1] - other
        assert gain.mean() > 3 * gain.std(ddof=1) / np.sqrt(RUNS)
    assert longer(clear, little)[0] > 0
    plain = at(1, intrusion_cost=0)
    np.testing.assert_array_equal(plain.columns["regime_years"], clear.columns["regime_years"])

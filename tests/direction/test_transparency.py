"""Too much transparency: what it shortens, what it costs, and that the two are not the same (claim L3)."""

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

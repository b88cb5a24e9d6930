"""More of X lengthens or shortens cooperation: a world changed in one thing, on paired seeds."""

import numpy as np
import pytest

from regimesim.scenario.compose import load_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.simulate import simulate
from regimesim.stats.survival import rmst_difference

RUNS = 400
BASE = {"transparency.level": "0.3", "epochs": "[]"}
"""Nearer the critical region than the scenario itself, so that effects have room in both directions."""

LONGER = {
    "a longer shadow": ("shadow.discount_factor", 0.7, 0.95),
    "more transparency, at no cost": ("transparency.level", 0.2, 0.4),
    "more conferences": ("diplomacy.conference", 0.1, 0.8),
    "more buffering": ("geography.buffer_effectiveness", 0.2, 0.9),
    "slower forgetting": ("norms.half_life", 5, 200),
}
SHORTER = {
    "more revolutions": ("domestic.revolution", 0.0, 0.2),
    "offence advantage": ("geography.offense_advantage", 0.0, 0.3),
    "revisionism": ("states.France.revisionism", 0.0, 1.5),
}


def changed(**changes: object) -> Scenario:
    """The base world with some settings changed."""
    return load_scenario("concert", [f"{key}={value}" for key, value in {**BASE, **changes}.items()])


def sample(parameter: str, value: float) -> tuple[np.ndarray, np.ndarray]:
    columns = simulate(changed(**{parameter: value}), runs=RUNS, seed=11, record=0).columns
    return columns["regime_years"], columns["regime_ended"]


@pytest.mark.parametrize(("parameter", "low", "high"), LONGER.values(), ids=LONGER)
def test_lengthens(parameter: str, low: float, high: float) -> None:
    gain = rmst_difference(sample(parameter, high), sample(parameter, low), 100, paired=True)
    assert gain.lower > 0, gain.text()


@pytest.mark.parametrize(("parameter", "low", "high"), SHORTER.values(), ids=SHORTER)
def test_shortens(parameter: str, low: float, high: float) -> None:
    gain = rmst_difference(sample(parameter, high), sample(parameter, low), 100, paired=True)
    assert gain.upper < 0, gain.text()


def test_more_dealings_are_more_occasions_to_be_mis_seen() -> None:
    """Patience per round grows with the frequency of dealings; under noise cooperation is shorter all the
    same."""
    gain = rmst_difference(
        sample("shadow.rounds_per_year", 6), sample("shadow.rounds_per_year", 2), 100, paired=True
    )
    assert gain.upper < 0, gain.text()
    clear = {"transparency.level": 1, "domestic.revolution": 0, "periphery.rate": 0}
    for dealings in (2, 6):
        scenario = changed(**clear, **{"shadow.rounds_per_year": dealings})
        assert not simulate(scenario, 50, 11, record=0).columns["regime_ended"].any()

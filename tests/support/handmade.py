"""Small worlds made by hand, for the twin and the kernel alike."""

from __future__ import annotations

from typing import Any

from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario

SEED = 1648

HOSTILE = {"A": {"strategy": "villain"}, "B": {"strategy": "villain"}}
KIND = {"A": {"strategy": "saint"}, "B": {"strategy": "saint"}}
BUFFER = {"Z": {"between": [["A", "B"]], "strength": 0.5}}

MYOPIC = {"discount_factor": 1e-300}
"""The future is worth less than any rounding: prudent states defect."""
FLAT = {
    "payoffs": {"temptation": 4, "reward": 4, "punishment": 4, "sucker": 4, "game": "any"},
    "shadow": MYOPIC,
}
"""Nothing is gained or lost by anything: what is left of a margin or of a worth is what is set."""

LENIENT = {"resolve": 0.0}
"""A state that accuses nobody, so that it is asked to join against those who defect towards it."""


def world(states: Any = 2, m: int = 1, years: float = 2, **tree: Any) -> Scenario:
    """A neutral world without transparency, but for what is said; ``states`` is a number or a table."""
    names = {chr(65 + i): {} for i in range(states)} if isinstance(states, int) else states
    whole = {"years": years, "states": names, **tree}
    whole["transparency"] = {"level": 0.0, **whole.get("transparency", {})}
    whole["shadow"] = {"rounds_per_year": m, **whole.get("shadow", {})}
    return read_scenario(whole, "edge")


def against_one(rule: str, cost: float = 0.0, **settings: Any) -> dict[str, Any]:
    """A rule of sanctions that is joined wherever its worth of 1 exceeds what speaks against it."""
    return {
        "rule": rule, "cost": cost, "enforcement_value": 1.0, "credibility": 1.0, "quorum": 0.0, **settings,
    }  # fmt: skip

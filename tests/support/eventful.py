"""A world in which everything happens that can happen."""

from __future__ import annotations

from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario


def busy(rule: str = "none", years: float = 60) -> Scenario:
    """A world in which everything may happen."""
    tree = {
        "about": {"start": 1900}, "years": years, "strategy": "prudent", "measure": {"window": 1},
        "states": {"A": {"capability": 3, "veto": True}, "B": {"ideology": 0.9},
                "C": {"revisionism": 0.4}, "D": {}},
        "buffers": {"K": {"between": [["A", "B"], ["A", "C"]]}, "L_L": {"between": [["C", "D"]]}},
        "affinity": {"default": 0.1, "A-B": 0.8}, "choice": {"temperature": 0.4, "tremble": 0.01},
        "shadow": {"rounds_per_year": 4, "discount_factor": 0.85, "punishment_years": 1.5, "resolve": 0.8},
        "transparency": {"level": 0.3, "miss_rate": 0.4, "false_alarm_rate": 0.3, "publicity": 0.5},
        "trust": {"shock": 0.5},
        "diplomacy": {"conference": 0.4, "cleavage": 0.5, "renegotiation": 0.4, "agreement_trust": 0.7},
        "norms": {"restraint": 1.5, "half_life": 20, "institutionalization": 0.6},
        "domestic": {"turnover": 0.1, "reset": 0.3, "revolution": 0.06, "nationalism": 0.3,
                  "preoccupation": 0.7},
        "geography": {"absorption": 0.1, "absorption_gain": 0.02},
        "periphery": {"rate": 0.3, "insulation": 0.5},
        "war": {"unilateral": 0.05, "mutual": 0.3, "cost": 8, "capability_loss": 0.1, "resentment": 0.3,
             "restoration": 0.6, "contagion": 0.4, "satisfaction": 0.2},
        "sanctions": {"rule": rule, "pledge": 0.5, "exit": 0.1}, "power": {"volatility": 0.02},
        "epochs": [{"year": 1930, "because": "The stakes rise", "payoffs": {"temptation": 5.5}},
                {"year": 1940, "domestic": {"turnover": 0.0, "revolution": 0.0}}] if years > 40 else [],
    }  # fmt: skip
    return read_scenario(tree, "busy")

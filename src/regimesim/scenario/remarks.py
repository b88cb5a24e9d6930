"""Remarks on a scenario: settings of its order that have no effect in its world."""

from __future__ import annotations

from regimesim.scenario.messages import show
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.scenario import Scenario

_NEED_ARMS = ("deterrence.prudence", "deterrence.retaliation", "deterrence.first_strike_gain")


def remarks(scenario: Scenario) -> tuple[str, ...]:
    """Say which arrangements of an order can do nothing, a sentence each.

    Examples
    --------
    >>> from regimesim.scenario.reading import read_scenario
    >>> pair = {"states": {"A": {}, "B": {}}, "sanctions": {"rule": "collective"}}
    >>> remarks(read_scenario(pair, "pair"))[0]
    'sanctions.rule=collective has no effect between two states: there is no third state to join a sanction.'
    """
    return tuple(filter(None, (_without_third_state(scenario), _without_arms(scenario), _alone(scenario))))


def _without_third_state(scenario: Scenario) -> str:
    rules = _values(scenario, "sanctions.rule")
    if len(scenario.states) > 2 or not rules:
        return ""
    return (
        f"sanctions.rule={rules[0]} has no effect between two states: "
        "there is no third state to join a sanction."
    )


def _without_arms(scenario: Scenario) -> str:
    set_here = [name for name in _NEED_ARMS if _values(scenario, name)]
    if not set_here or any(state["nuclear"] for phase in scenario.phases for state in phase.states):
        return ""
    have = "have" if len(set_here) > 1 else "has"
    return f"{' and '.join(set_here)} {have} no effect: no state of this world has nuclear arms."


def _alone(scenario: Scenario) -> str:
    most = max(sum(bool(state["member"]) for state in phase.states) for phase in scenario.phases)
    talks = _values(scenario, "diplomacy.conference")
    if most > 1 or not talks:
        return ""
    return f"diplomacy.conference={talks[0]} has no effect: fewer than two states are members at any time."


def _values(scenario: Scenario, name: str) -> list[str]:
    """Values that a parameter takes at some time, other than the neutral one."""
    found = dict.fromkeys(phase.parameters[name] for phase in scenario.phases)
    return [show(value) for value in found if value != BY_NAME[name].default]

"""Remarks on a scenario: settings that have no effect in it, be they its own or typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regimesim.scenario.mechanisms import what_is_missing
from regimesim.scenario.messages import listed, show
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


def unused(scenario: Scenario, names: Iterable[str]) -> tuple[str, ...]:
    """Say which of the settings that were typed change nothing in a scenario, and why; a sentence a reason.

    Parameters
    ----------
    scenario : Scenario
        As it is with these settings.
    names : iterable of str
        Full names (:func:`regimesim.scenario.compose.names_typed`).

    Examples
    --------
    >>> from regimesim.scenario.compose import load_scenario
    >>> unused(load_scenario("anarchy", ["sanctions.cost=2"]), ["sanctions.cost", "transparency.level"])
    ('sanctions.cost changes nothing in anarchy: no third state answers a charge (sanctions.rule=none)',)
    """
    return told_unused(scenario.name, {name: what_is_missing(scenario, name) for name in names})


def told_unused(where: str, reasons: Mapping[str, str]) -> tuple[str, ...]:
    """Put names and reasons into sentences; a name whose reason is empty is used, and not spoken of."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    return tuple(
        f"{listed(names)} {'change' if len(names) > 1 else 'changes'} nothing in {where}: {reason}"
        for reason, names in by_reason.items()
        if reason
    )


def _without_third_state(scenario: Scenario) -> str:
    rules = _values_by_phase(scenario, "sanctions.rule")
    if len(scenario.states) > 2 or not rules:
        return ""
    return (
        f"sanctions.rule={rules[0]} has no effect between two states: "
        "there is no third state to join a sanction."
    )


def _without_arms(scenario: Scenario) -> str:
    set_here = [name for name in _NEED_ARMS if _values_by_phase(scenario, name)]
    if not set_here or any(state["nuclear"] for phase in scenario.phases for state in phase.states):
        return ""
    have = "have" if len(set_here) > 1 else "has"
    return f"{' and '.join(set_here)} {have} no effect: no state of this world has nuclear arms."


def _alone(scenario: Scenario) -> str:
    most = max(sum(bool(state["member"]) for state in phase.states) for phase in scenario.phases)
    talks = _values_by_phase(scenario, "diplomacy.conference")
    if most > 1 or not talks:
        return ""
    return f"diplomacy.conference={talks[0]} has no effect: fewer than two states are members at any time."


def _values_by_phase(scenario: Scenario, name: str) -> list[str]:
    """Values that a parameter takes at some time, other than the neutral one."""
    found = dict.fromkeys(phase.parameters[name] for phase in scenario.phases)
    return [show(value) for value in found if value != BY_NAME[name].default]

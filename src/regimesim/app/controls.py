"""Controls of the page: the scenarios, and a control for everything that can be set."""

from __future__ import annotations

import math
from typing import Any

from regimesim.analysis.arrangements import ARRANGEMENTS
from regimesim.app.setting import PAGE_YEARS, SHOWN, Trees, check_world
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.composition import scenario_tree
from regimesim.scenario.files import scenario_names, strategy_names
from regimesim.scenario.mechanisms import what_is_missing
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.parameters import (
    BUFFER,
    GROUPS,
    ORDER,
    PARAMETERS,
    SCENARIO,
    STATE,
    Parameter,
    Value,
)
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.scenario.strategies import PRUDENT
from regimesim.simulation.provenance import program_version

FIRST_CONTROLS = ("transparency.level", "shadow.discount_factor")
"""What a class begins with; everything else lies behind its group."""

YEARS = Parameter(
    "years",
    SCENARIO,
    100,
    "how long a run is watched",
    "real",
    0.25,
    PAGE_YEARS,
    range=(10, 200),
    unit="years",
)


def read_trees() -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The trees of all scenarios that fit the page, and why the others do not."""
    trees, left_out = {}, {}
    for name in scenario_names():
        try:
            check_world(load_scenario(name))
            trees[name] = scenario_tree(name)
        except InputError as error:
            left_out[name] = str(error)
    return trees, left_out


def catalogue(trees: Trees) -> dict[str, Any]:
    """Everything the page needs before anybody has chosen anything."""
    titles = {name: _about_scenario(read_scenario(tree, name)) for name, tree in trees.items()}
    return {
        "version": program_version(),
        "limits": dict(SHOWN),
        "first": list(FIRST_CONTROLS),
        "scenarios": [{"name": name, **about} for name, about in titles.items()],
        "groups": [
            {"name": group, "controls": [control(p, p.name) for p in PARAMETERS if p.group == group]}
            for group in GROUPS
        ],
        "arrangements": [
            {"name": a.name, "about": a.about, "institution": a.institution} for a in ARRANGEMENTS.values()
        ],
    }


def _about_scenario(scenario: Scenario) -> dict[str, str]:
    return {"title": spoken(scenario.title), "represents": " ".join(scenario.represents.split())}


def controls_of(scenario: Scenario) -> list[dict[str, Any]]:
    """Controls of each state and of the buffer states of a scenario, group by group."""
    strategy = Parameter(
        "strategy",
        ORDER,
        PRUDENT,
        "how the state decides",
        "choice",
        choices=(PRUDENT, *strategy_names()),
        source="4.4",
    )
    groups = [
        {
            "name": spoken(state),
            "controls": [control(p, f"states.{state}.{p.name}") for p in (*STATE, strategy)],
        }
        for state in scenario.states
    ]
    if scenario.buffers:
        named = [
            control(BUFFER[0], f"buffers.{name}.strength") | {"label": spoken(name)}
            for name in scenario.buffers
        ]
        groups.append({"name": "buffer states", "controls": named})
    return groups


def control(parameter: Parameter, name: str) -> dict[str, Any]:
    """Give what a slider, a switch or a list has to know of a parameter."""
    p = parameter
    low, high = p.range or (p.low, p.high)
    slides = p.kind in ("real", "integer") and math.isfinite(low) and math.isfinite(high) and high <= 1e3
    return {
        "name": name,
        "label": spoken(p.key or p.name),
        "kind": p.kind,
        "default": as_json(p.default),
        "bounds": p.bounds(),
        "least": p.low if math.isfinite(p.low) else None,
        "most": p.high if math.isfinite(p.high) else None,
        "slide": [low, high] if slides else None,
        "step": 1 if p.kind == "integer" else step(high - low) if slides else "any",
        "infinite": p.takes_infinity,
        "choices": list(p.choices),
        "unit": p.unit,
        "meaning": p.meaning,
        "symbol": p.symbol,
        "source": f"section {p.source}" if p.source[:1].isdigit() else p.source,
    }


def step(width: float) -> float:
    """A power of ten that cuts a stretch into about a hundred steps.

    >>> step(1.0), step(0.49), step(200.0)
    (0.01, 0.01, 1.0)
    """
    return float(10.0 ** round(math.log10(width / 100)))


def as_json(value: Value) -> Value:
    """A value as JSON can say it."""
    return "inf" if value == math.inf else value


def values_of(scenario: Scenario) -> dict[str, Value]:
    """Everything that can be set, with its value at the start of a scenario."""
    first = scenario.phases[0]
    found: dict[str, Value] = {name: as_json(value) for name, value in first.parameters.items()}
    for state in first.states:
        found |= {f"states.{state.name}.{p.name}": as_json(state[p.name]) for p in STATE}
        found[f"states.{state.name}.strategy"] = state.strategy
    found |= {f"buffers.{buffer.name}.strength": buffer.strength for buffer in first.buffers}
    return found | {"years": scenario.years}


def idle(scenario: Scenario) -> dict[str, str]:
    """Name the settings that change nothing in a scenario, each with a clause that says why."""
    reasons = {name: what_is_missing(scenario, name) for name in values_of(scenario)}
    return {name: reason for name, reason in reasons.items() if reason}


def changed_later(scenario: Scenario) -> dict[str, str]:
    """Name those of these that an epoch changes, and when first: a year of the calendar."""
    found: dict[str, str] = {}
    before = values_of(scenario)
    for phase in scenario.phases[1:]:
        after = {name: as_json(value) for name, value in phase.parameters.items()}
        for state in phase.states:
            after |= {f"states.{state.name}.{p.name}": as_json(state[p.name]) for p in STATE}
        after |= {f"buffers.{buffer.name}.strength": buffer.strength for buffer in phase.buffers}
        for name, value in after.items():
            if value != before[name]:
                found.setdefault(name, f"{scenario.start + phase.year:g}")
    return found

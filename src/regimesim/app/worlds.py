"""Worlds, orders and parameters as plain data: all that the page needs of the files, ready for the kernel.

A *design* of the page is a world under an order, phase by phase: parameters that a phase sets (as the kernel
stores them, so a choice is its number), and settings of states, strengths of buffers and affinities in full.
A parameter that is changed on the page is set in the first phase, and a later phase may set it again: as on
the command line.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from regimesim.analysis.arrangements import ARRANGEMENTS, BASE_LEVEL, PUNITIVE
from regimesim.analysis.settings_that_fit import first_period
from regimesim.core.strategies import HALF, as_bits, pack
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.composition import CHOSEN_GROUPS, combined_name, merge, part_tree, scenario_tree
from regimesim.scenario.files import names_of, scenario_names
from regimesim.scenario.mechanisms import what_is_missing
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.parameters import (
    BY_NAME,
    ORDER,
    PARAMETERS,
    STATE,
    WORLD,
    Belongs,
    Parameter,
    Value,
    defaults,
    stored,
)
from regimesim.scenario.phases import changes_in_time
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Phase, Scenario, tree_of
from regimesim.scenario.strategies import PRUDENT, load_strategy
from regimesim.scenario.tables import parameter_values
from regimesim.simulation.assumptions import read_set, set_names
from regimesim.simulation.provenance import program_version

LESSON = "lesson between_two"
"""The key of the world of the screen on buffers."""
OWN = "own"
"""The key of a world that came with ``+scenario=``."""
MOST_STATES, MOST_BUFFERS, MOST_ROUNDS = 12, 40, 2_400
"""Futures and runs that a page shows and a phone plays while somebody waits."""
HEADLINE = ("transparency.level", "shadow.discount_factor", "diplomacy.conference", "norms.half_life")
"""The sliders that come first; all others are behind a search."""

Data = dict[str, Any]
Parts = Mapping[Belongs, Mapping[str, Data]]
"""Trees of all worlds and orders, by name."""


def page_data(own: Scenario | None = None) -> Data:
    """Give everything that the page knows.

    Parameters
    ----------
    own : Scenario, optional
        A world of the user's, shown first.

    Raises
    ------
    InputError
        If ``own`` is too large for a page.
    """
    parts = {group: {name: part_tree(group, name) for name in names_of(group)} for group in CHOSEN_GROUPS}
    designs = dict(_combinations(parts)) | {LESSON: between_two(parts)}
    if own is not None:
        designs[OWN] = design_of(_small_enough(own), tree_of(own))
    return {
        "version": program_version(),
        "most": {"states": MOST_STATES, "buffers": MOST_BUFFERS, "rounds": MOST_ROUNDS},
        "headline": list(HEADLINE),
        "parameters": [declared(p) for p in PARAMETERS],
        "settings": [declared(p) for p in STATE],
        "worlds": {name: _about(tree, "world") for name, tree in parts[WORLD].items()},
        "orders": {name: _about(tree, "order") for name, tree in parts[ORDER].items()},
        "scenarios": {name: _about_scenario(name) for name in scenario_names()},
        "designs": designs,
        "strategies": _strategies(designs.values()),
        "arrangements": arrangements(),
        "fits": {name: fitted(name) for name in set_names()},
    }


def fitted(name: str) -> Data:
    """Give a set of assumptions that fit a record, a list of draws for each parameter.

    With the first period of the record: its first year, its length and the share of pair-years in dispute.
    """
    found = read_set(name)
    period = first_period(load_scenario(found.about["scenario"]))
    assert period is not None
    return {
        "period": {"first": period.first, "years": period.years, "rate": period.dispute_rate},
        **{key: found.about[key] for key in ("scenario", "states", "record", "case", "published")},
        "columns": {name: column.tolist() for name, column in found.columns.items()},
        "weight": found.weight.tolist(),
    }


def _combinations(parts: Parts) -> Iterable[tuple[str, Data]]:
    for world, given in parts[WORLD].items():
        for order, arranged in parts[ORDER].items():
            tree = deepcopy(given)
            merge(tree, deepcopy(arranged))
            try:
                found = _small_enough(read_scenario(tree, combined_name(world, order)))
            except InputError:  # an order that asks for more states than the world has
                continue
            yield f"{world} {order}", design_of(found, tree)


def between_two(parts: Parts) -> Data:
    """Give two equals of the world of five, under self-help, with an advantage of offence and a buffer."""
    tree = deepcopy(parts[WORLD]["equals_five"])
    merge(tree, deepcopy(parts[ORDER]["self_help"]))
    tree["states"] = {"North": {"capability": 0.5}, "South": {"capability": 0.5}}
    tree["buffers"] = {"The small country": {"between": [["North", "South"]], "strength": 1.0}}
    tree["geography"] |= {"offense_advantage": 0.5, "absorption": 0.0}
    tree["about"]["world"]["title"] = "Two rivals and a small country"
    return design_of(read_scenario(tree, "between_two"), tree)


def _small_enough(scenario: Scenario) -> Scenario:
    sizes = (
        ("states", len(scenario.states), MOST_STATES),
        ("buffer states", len(scenario.buffers), MOST_BUFFERS),
        ("rounds a run (years times shadow.rounds_per_year)", scenario.rounds, MOST_ROUNDS),
    )
    for what, size, most in sizes:
        if size > most:
            raise InputError(
                f"at most {most:,} {what} on the page; got {size:,} "
                "(python -m regimesim run takes larger worlds)"
            )
    return scenario


def _about(tree: Data, group: str) -> Data:
    about = tree.get("about", {}).get(group, {})
    return {key: _line(about.get(key, "")) for key in ("title", "represents", "source")}


def _about_scenario(name: str) -> Data:
    about = scenario_tree(name)["about"]
    return {
        **{key: _line(about.get(key, "")) for key in ("title", "represents", "source")},
        **{group: about.get(group, {}).get("name", "") for group in CHOSEN_GROUPS},
    }


def _line(text: str) -> str:
    return " ".join(str(text).split())


def declared(parameter: Parameter) -> Data:
    """Give what a slider, a switch or a list has to know of a parameter."""
    p = parameter
    low, high = p.range or (p.low, p.high)
    slides = p.kind in ("real", "integer") and math.isfinite(low) and math.isfinite(high) and high <= 1e3
    return {
        "name": p.name,
        "label": spoken(p.key or p.name),
        "group": p.group,
        "belongs": p.belongs,
        "kind": p.kind,
        "default": number(stored(p, p.default)),
        "least": number(p.low),
        "most": number(p.high),
        "open": p.open_low,
        "slide": [low, high] if slides else None,
        "step": 1 if p.kind == "integer" else step(high - low) if slides else "any",
        "infinite": p.takes_infinity,
        "choices": list(p.choices),
        "unit": p.unit,
        "meaning": p.meaning,
        "bounds": p.bounds(),
        "source": f"docs/model.md, section {p.source}" if p.source[:1].isdigit() else p.source,
    }


def step(width: float) -> float:
    """A power of ten that cuts a stretch into about a hundred steps.

    >>> step(1.0), step(0.49), step(200.0)
    (0.01, 0.01, 1.0)
    """
    return float(10.0 ** round(math.log10(width / 100)))


def number(value: float) -> float | str:
    """A number as JSON can say it."""
    return str(value) if math.isinf(value) else value


def design_of(scenario: Scenario, tree: Mapping[str, Any]) -> Data:
    """Give a scenario as the page plays it; ``tree`` is the one it was read from."""
    first = scenario.phases[0]
    sets = _settings_by_year(scenario, tree)
    before = [first, *scenario.phases]
    return {
        "title": spoken(scenario.title or scenario.name),
        "represents": _line(scenario.represents),
        "start": scenario.start,
        "years": scenario.years,
        "states": list(scenario.states),
        "strategies": [state.strategy for state in first.states],
        "buffers": [{"name": b.name, "between": [list(pair) for pair in b.between]} for b in first.buffers],
        "prior": [list(row) for row in scenario.prior],
        "phases": [
            _phase(phase, sets[phase.year]) | {"own": _own(phase, earlier, scenario, tree)}
            for phase, earlier in zip(scenario.phases, before, strict=False)
        ],
        "idle": _idle(scenario),
        "ranked": any(tree.get(rule) not in (None, "all") for rule in ("members", "vetoes")),
    }


def _own(phase: Phase, before: Phase, scenario: Scenario, tree: Mapping[str, Any]) -> list[list[int]]:
    """List what a later phase sets of states, as (state, setting): a change at the start ends there."""
    named = {
        (state, key)
        for change in changes_in_time(tree, scenario.start, "")
        if change.year == phase.year
        for state, block in change.block.get("states", {}).items()
        for key in block
    }
    return [
        [i, k]
        for i, (now, former) in enumerate(zip(phase.states, before.states, strict=True))
        for k, p in enumerate(STATE)
        if (now.name, p.name) in named or now[p.name] != former[p.name]
    ]


def _idle(scenario: Scenario) -> dict[str, str]:
    """Name the parameters and settings of states that change nothing, each with a clause that says why."""
    names = [parameter.name for parameter in PARAMETERS]
    names += [f"states.{state}.{p.name}" for state in scenario.states for p in STATE]
    reasons = {name: what_is_missing(scenario, name) for name in names}
    return {name: reason for name, reason in reasons.items() if reason}


def _settings_by_year(scenario: Scenario, tree: Mapping[str, Any]) -> dict[float, Mapping[str, Value]]:
    """Parameters that each phase sets: of the first what is not neutral, of a later one all it names."""
    neutral = defaults()
    first = {name: x for name, x in scenario.phases[0].parameters.items() if x != neutral[name]}
    found: dict[float, dict[str, Value]] = {phase.year: {} for phase in scenario.phases}
    found[0.0] |= first
    for change in sorted(changes_in_time(tree, scenario.start, ""), key=lambda change: change.year):
        found[change.year] |= parameter_values(change.block, "")
    return dict(found)


def _phase(phase: Phase, sets: Mapping[str, Value]) -> Data:
    return {
        "year": phase.year,
        "because": phase.because,
        "set": {name: number(stored(BY_NAME[name], value)) for name, value in sets.items()},
        "states": [[number(stored(p, state[p.name])) for p in STATE] for state in phase.states],
        "strength": [buffer.strength for buffer in phase.buffers],
        "affinity": [list(row) for row in phase.affinity],
    }


def _strategies(designs: Iterable[Data]) -> dict[str, Data]:
    names = sorted({name for design in designs for name in design["strategies"]} - {PRUDENT})
    return {name: _strategy(name) for name in names}


def _strategy(name: str) -> Data:
    """Give an automaton as the kernel reads it."""
    cooperate, following = pack([load_strategy(name)])
    firm, after = as_bits(cooperate, following)
    return {
        "cooperate": cooperate[0].tolist(),
        "firm": int(firm[0]),
        "following": after[0].astype(int).ravel().tolist(),
        "large": bool((following >= HALF).any()),
        "drawn": bool(((cooperate > 0) & (cooperate < 1)).any()),
    }


def arrangements() -> list[Data]:
    """Give what each arrangement's absence sets: to a value, or to one at most or at least.

    The same rules as in :mod:`regimesim.analysis.arrangements`; a test holds one against the other.
    """
    resentment, trust = PUNITIVE
    rule, none = BY_NAME["sanctions.rule"], ("sanctions.rule", "to", 0.0)
    balancing = float(rule.choices.index("balancing"))
    absence: Mapping[str, Sequence[tuple[str, str, float]]] = {
        "conferences": [
            (name, "to", 0.0)
            for name in ("diplomacy.conference", "diplomacy.mediation", "norms.socialization")
        ],
        "negotiation": [("diplomacy.renegotiation", "to", 0.0)],
        "norms": [("norms.restraint", "to", 0.0)],
        "sanctions": [none],
        "transparency": [("transparency.level", "at most", BASE_LEVEL)],
        "balancing": [none],
        "buffers": [],
        "insulation": [("periphery.insulation", "to", 0.0)],
        "settlement": [
            ("war.resentment", "at least", resentment),
            ("war.settlement_trust", "at most", trust),
        ],
    }
    needs: Mapping[str, Sequence[Sequence[str]]] = {  # in some phase, of each list one that is above 0
        "conferences": [["diplomacy.conference"]],
        "negotiation": [["diplomacy.renegotiation"], ["diplomacy.conference"]],
        "norms": [["norms.restraint"]],
        "transparency": [
            [
                f"transparency.{name}"
                for name in (
                    "miss_rate",
                    "false_alarm_rate",
                    "early_warning",
                    "target_knowledge",
                    "intrusion_cost",
                )
            ]
        ],
        "buffers": [["geography.buffer_effectiveness", "transparency.early_warning"]],
        "insulation": [["periphery.rate"]],
        "settlement": [["war.unilateral", "war.mutual"]],
    }
    rules = {"sanctions": {"unless": balancing}, "balancing": {"only": balancing}}
    return [
        {"name": a.name, "about": a.about, "absent": [list(x) for x in absence[a.name]]}
        | {"needs": [list(names) for names in needs.get(a.name, [])]}
        | rules.get(a.name, {})
        for a in ARRANGEMENTS.values()
    ]

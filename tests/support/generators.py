"""Random worlds: trees of plain values for ``read_scenario``, valid or refused for their payoffs."""

from __future__ import annotations

import random
from typing import Any

from regimesim.core.strategies import Automaton, memory_one
from regimesim.scenario.parameters import BY_NAME, FIXED, PARAMETERS, Parameter, Value

AUTOMATA: dict[str, Automaton] = {
    "tit_for_tat": memory_one(1, 0, 1, 0),
    "win_stay_lose_shift": memory_one(1, 0, 0, 1),
    "hesitant": memory_one(0.9, 0.2, 0.6, 0.3, 0.5),
}
RULES = BY_NAME["sanctions.rule"].choices
UNTOUCHED = ("payoffs", "measure")
OFTEN = {
    "diplomacy.renegotiation": (0.3, 1.5),
    "domestic.turnover": (0.1, 0.8),
    "domestic.revolution": (0.1, 1.0),
    "domestic.nationalism": (0.0, 1.0),
    "domestic.turmoil_years": (0.0, 3.0),
    "geography.absorption": (0.3, 2.0),
    "geography.absorption_gain": (0.0, 0.2),
    "shadow.punishment_years": (0.1, 3.0),
    "shadow.resolve": (0.2, 1.0),
    "domestic.grievance_half_life": (0.5, 5.0),
    "war.satisfaction": (0.0, 1.0),
    "war.unilateral": (0.1, 0.6),
    "war.mutual": (0.2, 1.5),
    "war.cost": (0.0, 4.0),
    "war.years": (0.1, 3.0),
    "war.contagion": (0.0, 0.9),
    "war.restoration": (0.3, 1.0),
    "norms.half_life": (1.0, 10.0),
    "deterrence.retaliation": (0.0, 8.0),
    "sanctions.cost": (0.0, 0.5),
    "sanctions.enforcement_value": (0.0, 20.0),
    "sanctions.quorum": (0.0, 0.6),
    "sanctions.exit": (0.0, 1.0),
    "sanctions.inquiry": (0.0, 0.6),
    "norms.socialization": (0.0, 0.5),
    "transparency.miss_rate": (0.0, 0.8),
    "transparency.false_alarm_rate": (0.0, 2.0),
    "choice.tremble": (0.0, 0.3),
    "sanctions.credibility_learning": (0.1, 0.9),
    "periphery.rate": (0.0, 1.0),
}
"""Ranges in which much happens in a few rounds."""


def world(rng: random.Random) -> dict[str, Any]:
    """A scenario in which anything may be on: every rule, wars, buffers, epochs, growth, automata, 2 to 6
    states."""
    names = [f"S{i}" for i in range(rng.choice([2, 3, 3, 4, 4, 5, 6]))]
    tree: dict[str, Any] = {"years": rng.choice([8, 12])}
    for parameter in PARAMETERS:
        if parameter.group not in UNTOUCHED and rng.random() < 0.75:
            lively = rng.random() < 0.7 and parameter.kind == "real"
            tree.setdefault(parameter.group, {})[parameter.key] = (often if lively else setting)(
                parameter, rng
            )
    tree["states"] = {name: state(rng) for name in names}
    pairs = [[a, b] for i, a in enumerate(names) for b in names[:i]]
    tree["buffers"] = {
        f"B{k}": {"between": rng.sample(pairs, min(len(pairs), rng.randint(1, 2))), "strength": rng.random()}
        for k in range(rng.randint(0, 4))
    }
    tree["affinity"] = {"default": rng.uniform(0, 0.5), f"{names[0]}-{names[1]}": rng.uniform(0, 1)}
    tree["epochs"] = [_epoch(names, list(tree["buffers"]), rng)]
    return tree


def setting(parameter: Parameter, rng: random.Random) -> Value:
    """A plausible value."""
    if parameter.kind == "switch":
        return rng.random() < 0.5
    if parameter.kind == "choice":
        return rng.choice(parameter.choices)
    if parameter.name == "shadow.rounds_per_year":
        return rng.choice([1, 2, 4])
    low, high = parameter.range or (0.0, 1.0)
    value = rng.uniform(low, high)
    if parameter.group == "domestic":  # otherwise too rare to matter in a few years
        value = min(2 * value, parameter.high)
    return int(value) if parameter.kind == "integer" else value


def state(rng: random.Random) -> dict[str, Any]:
    return {
        **({"resolve": rng.random()} if rng.random() < 0.5 else {}), "unrest": rng.random(),
        "capability": rng.uniform(0.5, 3), "ideology": rng.random(), "revisionism": rng.uniform(0, 0.5),
        "nuclear": rng.random() < 0.3, "second_strike": rng.random(), "veto": rng.random() < 0.3,
        "member": rng.random() < 0.9, "growth": rng.choice([0, rng.uniform(-0.02, 0.02)]),
        "strategy": rng.choice([*["prudent"] * 7, *AUTOMATA]),
    }  # fmt: skip


def _epoch(names: list[str], buffers: list[str], rng: random.Random) -> dict[str, Any]:
    return {
        "year": 5, "transparency": {"level": rng.random()},
        "war": {"unilateral": 0.0, "mutual": rng.choice([0.0, 0.5])},
        "domestic": {"turnover": rng.choice([0.0, 0.2]), "revolution": rng.choice([0.0, 0.2])},
        "states": {
            names[0]: {"revisionism": rng.random(), "member": rng.random() < 0.5},
            names[1]: {"capability": rng.uniform(0.5, 3)},
        },
        "buffers": {name: {"strength": 0.2} for name in buffers[:1]},
    }  # fmt: skip


def frame(rng: random.Random, states: int) -> dict[str, Any]:
    """What points that are played side by side have in common: states, buffers, epochs and time."""
    names = [f"S{i}" for i in range(states)]
    pairs = [[a, b] for i, a in enumerate(names) for b in names[:i]]
    between = {f"B{k}": rng.sample(pairs, min(len(pairs), k)) for k in (1, 2)}
    return {
        "names": names, "between": between, "years": 6, "begin": (1.5, 3, 4.75), "m": rng.choice([1, 2, 3]),
        "window": rng.choice([0.5, 1, 2]),
    }  # fmt: skip


def point(frame: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A scenario in a frame; each of its epochs changes whatever an epoch may change."""
    names, buffers = frame["names"], list(frame["between"])

    def everything() -> dict[str, Any]:
        tree = lively(rng.choice(RULES), rng, 0.1)
        ways = {f"{a}-to-{b}": rng.uniform(0, 1) for a, b in (rng.sample(names, 2) for _ in range(2))}
        return {
            **tree, "affinity": {"default": rng.uniform(0, 0.5), **ways},
            "states": {name: state(rng) for name in names},
            "buffers": {name: {"strength": rng.random()} for name in buffers},
        }  # fmt: skip

    tree = {**everything(), "years": frame["years"], "epochs": []}
    tree["shadow"]["rounds_per_year"] = frame["m"]
    tree["measure"]["window"] = frame["window"]
    tree.setdefault("trust", {})["initial"] = {
        "default": rng.random(),
        f"{names[0]}-to-{names[1]}": rng.random(),
    }
    for name, between in frame["between"].items():
        tree["buffers"][name]["between"] = between
    for year in frame["begin"]:
        epoch = {"year": year, **everything()}
        del epoch["measure"]
        for name in FIXED:
            group, _, key = name.partition(".")
            epoch.get(group, {}).pop(key, None)
        for settings in epoch["states"].values():
            del settings["strategy"]
        tree["epochs"].append(epoch)
    return tree


def lively(rule: str, rng: random.Random, neutral: float) -> dict[str, dict[str, Any]]:
    """Parameters anywhere, a share of them left neutral: a world in which much happens, with any payoffs."""
    tree: dict[str, dict[str, Any]] = {"sanctions": {}, "shadow": {}}
    for parameter in PARAMETERS:
        named = parameter.name in ("sanctions.rule", "shadow.rounds_per_year")
        if parameter.group not in UNTOUCHED and not named and rng.random() >= neutral:
            tree.setdefault(parameter.group, {})[parameter.key] = often(parameter, rng)
    tree["sanctions"]["rule"] = rule
    punishment, sucker = rng.uniform(0.5, 2), rng.uniform(-1, 0.4)
    reward = punishment + rng.uniform(0.5, 2)
    temptation = reward + rng.uniform(0.1, min(1.5, reward - sucker - 0.01))
    tree["payoffs"] = {
        "temptation": temptation, "reward": reward, "punishment": punishment, "sucker": sucker,
    }  # fmt: skip
    high = rng.uniform(0.4, 0.9)
    tree["measure"] = {"onset": high, "collapse": high * rng.random()}
    return tree


def often(parameter: Parameter, rng: random.Random) -> Value:
    """A value with which something happens soon."""
    if parameter.kind == "switch":
        return rng.random() < 0.5
    low, high = OFTEN.get(parameter.name) or parameter.range or (0.0, 1.0)
    return rng.randint(1, 4) if parameter.kind == "integer" else rng.uniform(low, high)

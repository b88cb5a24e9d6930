"""Formation: from mistrust and without a norm, does a regime form, when, and what does it take?"""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.pairs import at_equal_worth
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    COMMON,
    Outcomes,
    draws,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import BLUE, GREY, ORANGE, blank, framed, label, whiskers
from regimesim.scenario.messages import spoken
from regimesim.simulation.simulate import Columns
from regimesim.stats.estimates import Estimate, Floats, interval_of, mean, mean_of, share, sign
from regimesim.stats.survival import kaplan_meier

SMALL = 0.1
SEED, RUNS, YEARS = 18, 200, 100.0
MISTRUST = ("trust.initial=0.2", "norms.initial=0")
"""Each expects the others to defect, and nobody remembers a war that taught restraint."""
ORDERS = (
    "self_help",
    "deterrence",
    "balance_waltz",
    "balance_kaplan",
    "security_council",
    "league",
    "collective_security",
    "concert",
)
SCENARIOS = (
    "anarchy",
    "bipolar",
    "balance_waltz",
    "balance_kaplan",
    "security_council",
    "league",
    "collective_security",
    "concert",
    "trade",
)
WORLD = "europe_1816"
NO_WAR = {"war.unilateral": 0.0, "war.mutual": 0.0}
NO_TRUST_IN_PEACE = {"war.settlement_trust": 0.2}
"""A peace after which each side trusts as little as at the start."""
WAVE_YEARS, WAVE = 10.0, 5.0
"""A wave of war: so many years at the start in which war breaks out so many times as often."""
ADDED = {
    "talks": {"diplomacy.conference": 0.86},
    "transparency": {"transparency.level": 0.95},
    "a norm": {"norms.restraint": 1.7},
    "quarrels kept apart": {"periphery.insulation": 0.9},
    "sanctions": {"sanctions.rule": "decentralized"},
}
"""Arrangements that self-help lacks, at the Concert's values; transparency is higher than any order's."""
REMOVED = {
    "talks": {"diplomacy.conference": 0.0},
    "transparency": {"transparency.level": 0.2},
    "a norm": {"norms.restraint": 0.0},
    "quarrels kept apart": {"periphery.insulation": 0.0},
    "sanctions": {"sanctions.rule": "none"},
}
OF_WAR = ("no war", "no trust in peace")
LEVERS = ("talks", "transparency", "a wave of war")
SECURITY, TRADE = "equals_five", "trade"


def made(world: str, order: str, start: tuple[str, ...] = MISTRUST) -> rs.Scenario:
    return rs.load_scenario("", [f"world={world}", f"order={order}", *start])


def with_wave(scenario: rs.Scenario) -> rs.Scenario:
    """The same world with a wave of war at its start; what changes later is left as it is."""
    first = scenario.phases[0]
    risk = {name: WAVE * float(first.parameters[name]) for name in NO_WAR}
    wave = replace(first, parameters={**first.parameters, **risk})
    after = replace(first, year=WAVE_YEARS, because="The wave of war is over")
    return replace(scenario, phases=(wave, after, *scenario.phases[1:]))


def asked() -> dict[str, rs.Scenario]:
    """Every world of this question by name."""
    found = {f"{order}, mistrust": made(WORLD, order) for order in ORDERS}
    found |= {f"{order}, trust": made(WORLD, order, ()) for order in ORDERS}
    found |= {f"scenario {name}": rs.load_scenario(name, MISTRUST) for name in SCENARIOS}
    for order, changed in (("self_help", ADDED), ("concert", REMOVED)):
        base = found[f"{order}, mistrust"]
        for name, values in changed.items():
            found[f"{order}, {name}"] = base.with_parameters(values)
        found[f"{order}, a wave of war"] = with_wave(base)
        found[f"{order}, no war"] = base.with_parameters(NO_WAR)
        found[f"{order}, no trust in peace"] = base.with_parameters(NO_TRUST_IN_PEACE)
    for order in ("self_help", "concert"):
        found[f"security, {order}"], found[f"trade, {order}"] = made(SECURITY, order), made(TRADE, order)
    found["dear trade, self_help"] = at_equal_worth(found["trade, self_help"], found["security, self_help"])
    return found


def waits(columns: Columns) -> Floats:
    """Years until a regime forms, the horizon where none does."""
    onset = np.asarray(columns["regime_onset"], np.float64)
    return np.where(np.isnan(onset), YEARS, onset)


def told(found: Outcomes, name: str) -> dict[str, object]:
    """Formation of a regime: share, time, length, and the century that follows."""
    columns = found.columns[name]
    waiting = waits(columns)
    formed = waiting < YEARS
    middle = kaplan_meier(waiting, formed).median()
    return {
        "forms in": interval_of(share(int(formed.sum()), len(formed))),
        "median years until it forms": interval_of(middle),
        "years without one": interval_of(mean(waiting, (0.0, YEARS), student=False, ddof=0)),
        "years that it lasts": interval_of(found.years(name)),
        "cooperative years": interval_of(found.mean(name, "cooperative_years")),
        "wars": interval_of(found.mean(name, "wars")),
    }


def sooner(found: Outcomes, one: str, other: str) -> Estimate:
    """Years by which a regime forms sooner in one world than in another, paired."""
    return mean_of(waits(found.columns[other]) - waits(found.columns[one]), YEARS)


def robust(count: int) -> dict:
    """The same questions over draws of the judgements."""
    drawn = draws(COMMON, count, SEED)

    def first(scenarios: list[rs.Scenario]) -> Floats:
        return waits(play_worlds(scenarios, seed=SEED))

    def bases(world: str, order: str) -> list[rs.Scenario]:
        return worlds(made(world, order), drawn)

    alone = bases(WORLD, "self_help")
    waiting = first(alone)
    levers = {
        "talks": [w.with_parameters(ADDED["talks"]) for w in alone],
        "transparency": [w.with_parameters(ADDED["transparency"]) for w in alone],
        "a wave of war": [with_wave(w) for w in alone],
    }
    hastened = {name: verdicts(waiting - first(list_)) for name, list_ in levers.items()}
    harder = {
        order: verdicts(first(bases(SECURITY, order)) - first(bases(TRADE, order)))
        for order in ("self_help", "concert")
    }
    parts = {f"{name}, added to self-help, hastens it": v for name, v in hastened.items()}
    parts |= {f"later in security, under {spoken(order)}": v for order, v in harder.items()}
    return {
        "parts": {name: robustness(v, {})["draws"] for name, v in parts.items()},
        "M6": robustness(every(*hastened.values()), drawn),
        "J1": robustness(every(*harder.values()), drawn),
    }


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=20)
    found = Outcomes(asked(), runs, SEED, YEARS)
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    added = {
        name: sooner(found, f"self_help, {name}", "self_help, mistrust")
        for name in (*ADDED, "a wave of war", *OF_WAR)
    }
    removed = {name: sooner(found, "concert, mistrust", f"concert, {name}") for name in (*REMOVED, *OF_WAR)}
    later = {
        "under self-help": sooner(found, "trade, self_help", "security, self_help"),
        "under the Concert's order": sooner(found, "trade, concert", "security, concert"),
        "at equal worth of an estrangement": sooner(found, "dear trade, self_help", "security, self_help"),
    }
    return {
        "orders in Europe 1816": {order: told(found, f"{order}, mistrust") for order in ORDERS},
        "lost to mistrust in Europe 1816": {
            order: {
                "cooperative years": interval_of(
                    found.more(f"{order}, trust", f"{order}, mistrust", "cooperative_years")
                )
            }
            for order in ORDERS
        },
        "scenarios in their own worlds": {name: told(found, f"scenario {name}") for name in SCENARIOS},
        "sooner than under self-help": {name: interval_of(years) for name, years in added.items()},
        "later than under the Concert": {name: interval_of(years) for name, years in removed.items()},
        "self-help with": {
            name: told(found, f"self_help, {name}") for name in (*ADDED, "a wave of war", *OF_WAR)
        },
        "the Concert without": {name: told(found, f"concert, {name}") for name in (*REMOVED, *OF_WAR)},
        "security and trade": {
            name: told(found, name)
            for name in (
                "security, self_help",
                "trade, self_help",
                "dear trade, self_help",
                "security, concert",
                "trade, concert",
            )
        },
        "later in security than in trade": {name: interval_of(years) for name, years in later.items()},
        "over the judgements": firm["parts"],
        "claims": {
            "J1": finding(
                {name: sign(years) for name, years in later.items()},
                "years by which a regime forms later in security than in trade, from mistrust "
                "under self-help",
                later["under self-help"],
                firm["J1"],
            ),
            "M6": finding(
                {f"{name} hastens it": sign(added[name]) for name in LEVERS},
                "years by which talks hasten a regime in the Europe of 1816, from mistrust under self-help",
                added["talks"],
                firm["M6"],
            )
            | {
                "claim": "From mistrust, talks, transparency and a wave of war each hasten the forming of a "
                "regime."
            },
        },
    }


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(11.0, 5.0, (0.15, 0.2, 0.33, 0.62), (0.66, 0.2, 0.32, 0.62))
    parts = answer["orders in Europe 1816"]
    rows = list(range(len(ORDERS)))[::-1]
    ends = [parts[order]["years without one"] for order in ORDERS]
    whiskers(left, rows, ends, across=True, color=BLUE, fmt="o")
    left.set_yticks(rows, [spoken(order) for order in ORDERS])
    label(left, "years until a regime forms (100: never)")
    for k, (group, colour, marker, offset, name) in enumerate(
        (
            ("sooner than under self-help", ORANGE, "P", 0.12, "sooner with it than under self-help"),
            ("later than under the Concert", GREY, "s", -0.12, "later without it than under the Concert"),
        )
    ):
        names = ["a wave of war", *ADDED]
        told = [n for n in names if n in answer[group]]
        places = [len(names) - 1 - names.index(n) + offset for n in told]
        whiskers(
            right,
            places,
            [answer[group][n] for n in told],
            across=True,
            color=colour,
            fmt=marker,
            label=name,
        )
        if k == 0:
            right.set_yticks(range(len(names)), names[::-1])
    right.axvline(0, color=GREY, linewidth=0.8)
    right.legend(fontsize=8.5, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    label(right, "years by which a regime forms sooner")
    left.set_xlim(0, None)
    return framed(
        figure,
        "How soon a regime forms from mistrust, by order, and what hastens it",
        f"Europe 1816, trust .2 and no norm at the start; {RUNS:,} runs of {YEARS:g} years, means with 95 % "
        f"intervals, seed {SEED}.",
    )

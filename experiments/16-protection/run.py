"""Protection: collective security beside decentralized sanctions of equal severity; five rules by pairs."""

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    COMMON,
    Outcomes,
    draws,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import BLUE, GREEN, ORANGE, blank, framed, key_above, label, whiskers
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.stats.estimates import interval_of, sign

SMALL = 0.2
SEED, RUNS, YEARS = 16, 150, 100.0
RULES = ("none", "decentralized", "centralized", "collective", "balancing")
ORDERS = ("concert", "collective_security")
SEVERITY, WORTH = 2.0, 3.0
"""Of all rules, and what a rule that all believe in is worth to those who uphold it."""
MEASURED = ("cooperative_years", "disputes", "wars", "sanctions_response", "exploitation_rate")
TOLD_BY = ("cooperative_years", "disputes", "estrangements_sanction", "sanctions_invoked", "welfare")
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""


def under(order: str, rule: str) -> rs.Scenario:
    """An order with another rule, at equal severity, cost, worth and publicity, and without a pledge."""
    tree = tree_of(rs.load_scenario(order))
    tree["sanctions"] = tree.get("sanctions", {}) | {
        "rule": rule,
        "severity": SEVERITY,
        "enforcement_value": WORTH,
        "cost": 0.5,
        "pledge": 0,
    }
    return read_scenario(tree, order)


def two(rule: str) -> rs.Scenario:
    """Two states under the rule, who have no third to turn to."""
    tree = tree_of(under("concert", rule))
    for part in ("buffers", "epochs"):
        tree.pop(part, None)
    tree |= {"states": {"A": {}, "B": {}}, "affinity": {}, "trust": tree["trust"] | {"initial": 0.9}}
    return read_scenario(tree, "two")


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=30)
    found = {
        order: Outcomes({rule: under(order, rule) for rule in RULES}, runs, SEED, YEARS) for order in ORDERS
    }
    pair = Outcomes({rule: two(rule) for rule in RULES}, runs, SEED, YEARS)
    gain = {o: found[o].more("collective", "decentralized", "cooperative_years") for o in ORDERS}
    less = {o: found[o].more("decentralized", "collective", "exploitation_rate") for o in ORDERS}
    bare = pair.columns["none"]
    same = all(
        np.array_equal(pair.columns[rule][name], bare[name], equal_nan=True)
        for rule in RULES[1:]
        for name in ("cooperative_years", "regime_years", "peace_years", "disputes", "wars")
    )
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    return {
        "rules": {o: {rule: found[o].told(rule, *MEASURED) for rule in RULES} for o in ORDERS},
        "cooperative years added by a rule": {
            o: {rule: interval_of(found[o].more(rule, "none", "cooperative_years")) for rule in RULES[1:]}
            for o in ORDERS
        },
        "collective has more than decentralized": {
            o: found[o].gained("collective", "decentralized", *MEASURED) for o in ORDERS
        },
        "told apart by": {
            o: {f"{a} and {b}": apart(found[o], a, b) for a, b in combinations(RULES, 2)} for o in ORDERS
        },
        "between two states no rule changes anything": same,
        "over the judgements": firm["parts"],
        "claims": {
            "M4": finding(
                {f"more cooperation in {o.replace('_', ' ')}": sign(gain[o]) for o in ORDERS}
                | {f"less exploitation in {o.replace('_', ' ')}": sign(less[o]) for o in ORDERS},
                "cooperative years that collective security adds to decentralized sanctions in the Concert",
                gain["concert"],
                firm["M4"],
            )
            | {
                "claim": (
                    "All for one protects besides punishing: at equal severity it "
                    "sustains more cooperation than exclusion by choice."
                )
            }
        },
    }


def apart(found: Outcomes, one: str, other: str) -> dict[str, str]:
    """By which measures one rule has more or less than another, beyond luck."""
    return {name: sign(found.more(one, other, name)) for name in TOLD_BY}


def robust(count: int) -> dict:
    """Collective against decentralized in the Concert, over draws of the judgements."""
    drawn = draws(
        (*COMMON, "transparency.publicity", "sanctions.cost", "sanctions.enforcement_value"), count, SEED
    )
    collective, other, none = (
        play_worlds(worlds(under("concert", rule), drawn), seed=SEED)["cooperative_years"]
        for rule in ("collective", "decentralized", "none")
    )
    more = verdicts(collective - other, TRIFLE)
    return {
        "parts": {
            "collective cooperates more than decentralized": robustness(more, {})["draws"],
            "collective cooperates more than no rule": robustness(verdicts(collective - none, TRIFLE), {})[
                "draws"
            ],
        },
        "M4": robustness(more, drawn),
    }


def draw(answer: Answer) -> Figure:
    figure, axes = blank(9.6, 4.0, (0.15, 0.18, 0.37, 0.6), (0.6, 0.18, 0.37, 0.6))
    measures = (("cooperative_years", BLUE, "o"), ("regime", ORANGE, "s"), ("peace", GREEN, "^"))
    for ax, order in zip(axes, ORDERS, strict=True):
        for shift, (column, colour, marker) in zip((0.2, 0.0, -0.2), measures, strict=True):
            ends = [answer["rules"][order][rule][column] for rule in RULES]
            places = [height + shift for height in range(len(RULES))]
            whiskers(ax, places, ends, across=True, color=colour, fmt=marker, label=column.replace("_", " "))
        ax.set_yticks(range(len(RULES)), RULES if ax is axes[0] else [""] * len(RULES))
        ax.set_title(order.replace("_", " "), fontsize=10, loc="left")
        label(ax, f"years of {YEARS:g}")
    key_above(figure, *axes)
    return framed(
        figure,
        "Five rules at equal severity",
        f"{RUNS} runs a rule on the same seeds, seed {SEED}, 95 % intervals.",
    )

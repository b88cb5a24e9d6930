"""Exclusion: who joins, what it deters, and why everybody would rather leave it to others."""

from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import deviations
from regimesim.analysis.experiments import Answer, finding, runs_at
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
from regimesim.report.figures.style import BLUE, ORANGE, blank, framed, label, whiskers
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.stats.estimates import Estimate, interval_of, sign

SMALL = 0.2
SEED, RUNS, YEARS = 15, 100, 100.0
COSTS, AFFINITIES, STATES = (0.0, 0.5, 1.0, 2.0), (0.0, 0.5, 1.0, 2.0), (3, 5, 7, 9)
WORTH = 3.0
"""What a rule that all believe in is worth to those who uphold it, in all worlds of this experiment."""
MEASURED = ("cooperative_years", "sanctions_response", "sanctions_on_innocents", "pivotal_law")
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""


def concert(rule: str = "decentralized", cost: float = 0.5, affinity: float = 0.0) -> rs.Scenario:
    tree = tree_of(rs.load_scenario("concert"))
    tree["sanctions"] |= {"rule": rule, "cost": cost, "enforcement_value": WORTH}
    return read_scenario(tree | {"affinity": {"default": affinity}}, "concert")


def equals(states: int, rule: str) -> rs.Scenario:
    """So many equal states that meet as in the Concert."""
    tree = tree_of(concert(rule))
    for part in ("buffers", "epochs"):
        tree.pop(part, None)
    tree |= {
        "states": {f"S{i}": {} for i in range(states)},
        "affinity": {},
        "trust": tree["trust"] | {"initial": 0.9},
    }
    return read_scenario(tree, f"{states} equals")


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=20)
    asked = {f"cost {cost:g}": concert(cost=cost) for cost in COSTS}
    asked |= {f"affinity {worth:g}": concert(affinity=worth) for worth in AFFINITIES}
    asked["none"] = concert("none")
    asked |= {f"{rule} {n}": equals(n, rule) for n in STATES for rule in ("none", "decentralized")}
    found = Outcomes(asked, runs, SEED, YEARS)

    def added(name: str, bare: str = "none") -> Estimate:
        return found.more(name, bare, "cooperative_years")

    (free,) = deviations.losses(concert(), "Russia", [deviations.NeverJoin()], runs=runs, seed=SEED)
    spared = Estimate(-free.loss.value, -free.loss.upper, -free.loss.lower)
    dearer = found.more(f"cost {COSTS[0]:g}", f"cost {COSTS[-1]:g}", "cooperative_years")
    wanted = found.more(f"affinity {AFFINITIES[0]:g}", f"affinity {AFFINITIES[-1]:g}", "cooperative_years")
    fewer = found.more(f"decentralized {STATES[0]}", f"decentralized {STATES[-1]}", "sanctions_response")
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    return {
        "by cost": {f"{x:g}": found.told(f"cost {x:g}", *MEASURED) for x in COSTS},
        "by affinity": {f"{x:g}": found.told(f"affinity {x:g}", *MEASURED) for x in AFFINITIES},
        "by number of states": {
            f"{n}": {"years added": interval_of(added(f"decentralized {n}", f"none {n}"))}
            | found.told(f"decentralized {n}", *MEASURED)
            for n in STATES
        },
        "cooperative years added": {
            **{f"cost {x:g}": interval_of(added(f"cost {x:g}")) for x in COSTS},
            **{f"affinity {x:g}": interval_of(added(f"affinity {x:g}")) for x in AFFINITIES},
        },
        "payoff a year that Russia gains by never joining": interval_of(spared),
        "over the judgements": firm["parts"],
        "claims": {
            "M3": finding(
                {
                    "cheap exclusion lengthens cooperation": sign(added(f"cost {COSTS[0]:g}")),
                    "the less the dearer it is": sign(dearer),
                    "the less the more culprits are wanted": sign(wanted),
                    "of few a greater share joins than of many": sign(fewer),
                    "who never joins gains": sign(spared),
                },
                "cooperative years that exclusion adds to the Concert where joining is free",
                added(f"cost {COSTS[0]:g}"),
                firm["M3"],
            )
            | {
                "claim": (
                    "Exclusion by those who choose to works where it is cheap and nobody "
                    "is wanted as an ally; each would rather leave it to others."
                )
            }
        },
    }


def robust(count: int) -> dict:
    """Cheap against none and against dear, over draws of the judgements."""
    drawn = draws((*COMMON, "transparency.publicity", "sanctions.enforcement_value"), count, SEED)
    cases = {"none": concert("none"), "cheap": concert(cost=COSTS[0]), "dear": concert(cost=COSTS[-1])}
    years = {n: play_worlds(worlds(w, drawn), seed=SEED)["cooperative_years"] for n, w in cases.items()}
    cheap = verdicts(years["cheap"] - years["none"], TRIFLE)
    dear = verdicts(years["cheap"] - years["dear"], TRIFLE)
    return {
        "parts": {
            "cheap exclusion lengthens": robustness(cheap, {})["draws"],
            "cheap exclusion does more than dear": robustness(dear, {})["draws"],
        },
        "M3": robustness(every(cheap, dear), drawn),
    }


def draw(answer: Answer) -> Figure:
    boxes = tuple((0.07 + 0.32 * k, 0.2, 0.26, 0.58) for k in range(3))
    figure, axes = blank(10.5, 4.0, *boxes)
    added = answer["cooperative years added"]
    for ax, places, word, words in (
        (axes[0], COSTS, "cost", "cost of joining"),
        (axes[1], AFFINITIES, "affinity", "worth of every culprit as an ally"),
    ):
        whiskers(ax, places, [added[f"{word} {x:g}"] for x in places], color=BLUE, fmt="o-")
        label(ax, words, "cooperative years added" if ax is axes[0] else "")
    shares = [answer["by number of states"][f"{n}"]["sanctions_response"] for n in STATES]
    whiskers(axes[2], STATES, shares, color=ORANGE, fmt="s-")
    label(axes[2], "number of equal states", "share of capability that joins")
    return framed(
        figure,
        "Exclusion by cost, affinity and number",
        f"Concert with decentralized sanctions; {RUNS} runs a point on the same seeds, "
        f"seed {SEED}, 95 % intervals.",
    )

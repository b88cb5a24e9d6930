"""Orders in the same world, and the shipped scenarios: which lasts longer, and is self-help the shortest?"""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.arrangements import without
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.pairs import Side, pairs_of
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    Outcomes,
    draws,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    blank,
    framed,
    key_above,
    label,
    whiskers,
)
from regimesim.scenario.files import scenario_names
from regimesim.scenario.messages import spoken
from regimesim.stats.estimates import Estimate, interval_of, sign

SMALL = 0.15
SEED, RUNS, YEARS = 1, 150, 100.0
THREE = ("concert", "collective_security", "bipolar")
PAIRS = (("concert", "collective_security"), ("concert", "bipolar"), ("collective_security", "bipolar"))
WORLDS = ("europe_1816", "powers_1920", "equals_five")
ORDERS = ("self_help", "concert", "collective_security", "deterrence")
MEASURED = ("cooperative_years", "disputes", "wars")
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""


def under(world: str, order: str) -> rs.Scenario:
    """A world under an order, for a century."""
    return rs.load_scenario("concert", [f"world={world}", f"order={order}", f"years={YEARS:g}"])


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=24)
    names = scenario_names()
    shipped = Outcomes({name: rs.load_scenario(name) for name in names}, runs, SEED)
    same = {w: Outcomes({o: under(w, o) for o in ORDERS}, runs, SEED, YEARS) for w in WORLDS}
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    gains = {
        f"{spoken(order)} in {spoken(w)}": found.more(order, "self_help", "cooperative_years")
        for w, found in same.items()
        for order in ORDERS[1:]
    }
    worth = {name: games(name) for name in THREE}
    dear = {
        f"in {spoken(name)}": worth[name]["margin"] - worth[name]["margin without institutions"]
        for name in THREE[:2]
    }
    return {
        "scenarios": {name: shipped.told(name, *MEASURED) for name in names},
        "differences": {f"{a} over {b}": shipped.gained(a, b, *MEASURED) for a, b in PAIRS},
        "orders in the same world": {
            w: {order: found.told(order, *MEASURED) for order in ORDERS} for w, found in same.items()
        },
        "more than under self-help": {
            w: {order: found.gained(order, "self_help", *MEASURED) for order in ORDERS[1:]}
            for w, found in same.items()
        },
        "expectations": {name: expectations(name, runs) for name in THREE[:2]},
        "games": worth,
        "over the judgements": firm["parts"],
        "claims": {
            "L1": finding(
                {name: sign(gain) for name, gain in gains.items()},
                "cooperative years that the Concert adds to self-help in the Europe of 1816",
                gains["concert in europe 1816"],
                firm["L1"],
            ),
            "L7": finding(
                {name: sign(Estimate(gain, gain, gain)) for name, gain in dear.items()},
                "payoff that cooperation is worth in the Concert with its "
                "institutions (mean margin at the start)",
                Estimate(worth["concert"]["margin"], -np.inf, np.inf),
                firm["L7"],
            ),
        },
    }


def expectations(name: str, runs: int) -> dict:
    """What its institutions do to errors of expectation, and to the spread between observers (L6)."""
    whole = rs.load_scenario(name)
    found = Outcomes({"with": whole, "without": without(whole, "institutions")}, runs, SEED)
    return {
        word: {f"{which} institutions": interval_of(found.mean(which, column)) for which in found.worlds}
        for word, column in (("error", "expectation_error"), ("spread between observers", "trust_spread"))
    }


def games(name: str) -> dict:
    """The game of a year, what cooperation in it is worth, and the patience that it asks for (L7)."""
    whole = rs.load_scenario(name)
    bare = without(whole, "institutions")
    return {
        "games": ", ".join(sorted({side.game for side in sides(whole)})),
        "margin": margin(whole),
        "margin without institutions": margin(bare),
        "discount factor needed": needed(sides(whole)),
        "discount factor needed without institutions": needed(sides(bare)),
    }


def sides(scenario: rs.Scenario) -> list[Side]:
    return [side for pair in pairs_of(scenario) for side in (pair.first, pair.second)]


def margin(scenario: rs.Scenario) -> float:
    """What cooperation is worth at the start, over all ordered pairs."""
    return float(np.mean([side.margin for side in sides(scenario)]))


def needed(found: list[Side]) -> float | None:
    middle = float(np.median([side.discount_needed for side in found]))
    return middle if middle < 1 else None


def robust(count: int) -> dict:
    """Orders in the Europe of 1816 over draws of the judgements."""
    drawn = draws(count=count, seed=SEED)
    years = {
        order: play_worlds(worlds(under("europe_1816", order), drawn), seed=SEED)["cooperative_years"]
        for order in ORDERS
    }
    above = {order: verdicts(years[order] - years["self_help"], TRIFLE) for order in ORDERS[1:]}
    whole = worlds(rs.load_scenario("concert"), drawn)
    worth = [margin(world) - margin(without(world, "institutions")) for world in whole]
    dearer = np.sign(np.round(worth, 9)).astype(np.int64)
    parts = {f"{spoken(order)} cooperates more than self-help": found for order, found in above.items()}
    for a, b in (("concert", "collective_security"), ("concert", "deterrence")):
        parts[f"{spoken(a)} cooperates more than {spoken(b)}"] = verdicts(years[a] - years[b], TRIFLE)
    return {
        "parts": {name: robustness(found, {})["draws"] for name, found in parts.items()},
        "L1": robustness(every(*above.values()), drawn),
        "L7": robustness(dearer, drawn),
    }


def draw(answer: Answer) -> Figure:
    boxes = tuple((0.2 + 0.27 * k, 0.17, 0.24, 0.6) for k in range(len(WORLDS)))
    figure, axes = blank(10.4, 4.2, *boxes)
    measures = (("cooperative_years", BLUE, "o"), ("regime", ORANGE, "s"), ("peace", GREEN, "^"))
    for ax, world in zip(axes, WORLDS, strict=True):
        found = answer["orders in the same world"][world]
        for shift, (column, colour, marker) in zip((0.18, 0, -0.18), measures, strict=True):
            places = [height + shift for height in range(len(ORDERS))]
            ends = [found[order][column] for order in ORDERS]
            word = column.replace("_", " ")
            whiskers(ax, places, ends, across=True, color=colour, fmt=marker, label=word)
        ax.set_yticks(range(len(ORDERS)), [spoken(o) if ax is axes[0] else "" for o in ORDERS])
        ax.set_title(spoken(world), fontsize=10, loc="left")
        ax.set_xlim(-2, 102)
        ax.axvline(0, color=GREY, lw=0.4)
        label(ax, f"years of the first {YEARS:g}")
    key_above(figure, *axes)
    return framed(
        figure,
        "Four orders, each in the same three worlds",
        f"Means with 95 % intervals, {RUNS} runs each on the same seeds, seed {SEED}.",
    )

"""Is it a regime? The strong test and the weaker one, restraint and expectations, for every scenario."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.ablation import Worlds, ablate
from regimesim.analysis.arrangements import without
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    COMMON,
    Outcomes,
    draws,
    durations,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.analysis.verdict import TRIFLE, Verdict, is_it_a_regime
from regimesim.report.figures.style import BLUE, GREY, ORANGE, blank, framed, label, whiskers
from regimesim.scenario.files import scenario_names
from regimesim.scenario.messages import spoken
from regimesim.stats.estimates import OPEN, Estimate, interval_of, sign

SMALL = 0.2
SEED = 1982
RUNS = {"bipolar": 1_000}
"""Two states cost little, and their case is the closest."""
OTHERS = 150
YEARS = 100.0
LITTLE = TRIFLE * YEARS
JUDGEMENTS = (
    *COMMON, "norms.institutionalization", "norms.socialization", "diplomacy.renegotiation",
    "sanctions.severity", "sanctions.balance_weight", "deterrence.retaliation", "deterrence.prudence",
)  # fmt: skip
load_scenario = cache(rs.load_scenario)
PARTS = ("transaction costs", "expectations", "coordination")


@cache
def _wary() -> rs.Scenario:
    return rs.load_scenario("concert", ["trust.initial=0.5"])


def told_or_open(outcome: str) -> str:
    """``partly`` is an effect of which the runs do not tell whether it is more than a trifle."""
    return outcome if outcome in ("yes", "no") else OPEN


def weaker(tests: Verdict) -> str:
    """The weaker test as a whole."""
    parts = {told_or_open(tests[name].outcome) for name in PARTS}
    if OPEN in parts:
        return OPEN
    return parts.pop() if len(parts) == 1 else "in part"


def tested(tests: Verdict) -> dict:
    """Outcomes and numbers of all tests of one scenario."""
    names = ("strong test", *PARTS, "restraint", "convergence")
    return {
        "weaker test": weaker(tests),
        **{
            name: {"outcome": told_or_open(tests[name].outcome)}
            | {what: interval_of(number) for what, number in tests[name].numbers.items()}
            for name in names
        },
    }


def least(estimate: Estimate, trifle: float) -> Estimate:
    """By how much an effect falls short of a trifle."""
    return Estimate(trifle - estimate.value, trifle - estimate.upper, trifle - estimate.lower)


def beyond(estimate: Estimate, trifle: float) -> Estimate:
    """By how much an effect goes beyond a trifle."""
    return Estimate(estimate.value - trifle, estimate.lower - trifle, estimate.upper - trifle)


def expectations(runs: int) -> Outcomes:
    """The Concert with less trust at the start, and with a shorter view."""
    base = load_scenario("concert")
    asked = {
        "as it was": base,
        "wary": _wary(),
        "short view": base.with_parameters({"shadow.discount_factor": 0.65}),
    }
    return Outcomes(asked, runs, SEED)


def balance(runs: int) -> dict:
    """Kaplan's balance and Waltz's side by side, and what hangs on each arrangement of theirs."""
    names = ("balance_kaplan", "balance_waltz")
    side = Outcomes({name: load_scenario(name) for name in names}, runs, SEED)
    parts = {
        name: {
            row.change: {"regime": interval_of(row.regime), "peace": interval_of(row.peace)}
            for row in ablate(Worlds(load_scenario(name), runs, SEED), "each").rows
        }
        for name in names
    }
    return {"Kaplan's against Waltz's": side.gained(*names, "disputes", "wars"), "hangs on": parts}


def robust(count: int) -> dict:
    """The same questions over draws of the judgements."""
    drawn = draws(JUDGEMENTS, count, SEED)
    gains, errors = {}, {}
    for name in ("concert", "balance_kaplan", "balance_waltz", "bipolar"):
        full = worlds(load_scenario(name), drawn)
        with_, bare = (
            play_worlds(rows, seed=SEED) for rows in (full, [without(w, "institutions") for w in full])
        )
        gains[name] = durations(with_, YEARS) - durations(bare, YEARS)
        errors[name] = bare["expectation_error"] - with_["expectation_error"]
        if name == "concert":
            wary = worlds(_wary(), drawn)
            short = [w.with_parameters({"shadow.discount_factor": _shorter(w)}) for w in full]
            view = [
                verdicts(durations(with_, YEARS) - durations(play_worlds(other, seed=SEED), YEARS))
                for other in (wary, short)
            ]
    return {
        "L16": robustness(verdicts(gains["concert"], LITTLE), drawn),
        "L6": robustness(verdicts(errors["concert"], TRIFLE), drawn),
        "J2": robustness(every(*view), drawn),
        "J3": robustness(verdicts(gains["balance_kaplan"] - gains["balance_waltz"], LITTLE), drawn),
        "J4": robustness(verdicts(LITTLE - gains["bipolar"]), drawn),
    }


def _shorter(world: rs.Scenario) -> float:
    return float(world["shadow.discount_factor"]) - 0.15


def run(scale: float = 1.0) -> Answer:
    tests = {
        name: is_it_a_regime(load_scenario(name), runs_at(scale, RUNS.get(name, OTHERS), least=60), SEED)
        for name in scenario_names()
    }
    runs = runs_at(scale, OTHERS, least=60)
    trusting, balances = expectations(runs), balance(runs)
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=10))
    bound = [name for name in tests if tests[name].institutions]
    strong = {name: tests[name]["strong test"].numbers["cooperation gained"] for name in bound}
    steadier = {name: tests[name]["expectations"].numbers["gained"] for name in bound}
    apart = Estimate(*_difference(strong["balance_kaplan"], strong["balance_waltz"]))
    two, concert = tests["bipolar"], tests["concert"]
    own = [
        least(two["strong test"].numbers["cooperation gained"], LITTLE),
        least(two["strong test"].numbers["peace gained"], LITTLE),
        *(least(two[name].numbers["gained"], TRIFLE) for name in ("expectations", "coordination")),
        least(two["restraint"].numbers["gained"], TRIFLE),
    ]
    view = [trusting.longer("as it was", other) for other in ("wary", "short view")]
    restraint = concert["restraint"].numbers["gained"]
    return {
        "tests": {name: tested(found) for name, found in tests.items()},
        "strong test": {
            name: {
                "verdict": told_or_open(found["strong test"].outcome),
                **{
                    w: interval_of(found["strong test"].numbers[w])
                    for w in ("cooperation gained", "peace gained")
                },
                "weaker test": weaker(found),
            }
            for name, found in tests.items()
        },
        "the Concert's cooperation": {
            "gained by trust of .9 at the start over .5": interval_of(view[0]),
            "gained by the scenario's discount factor over .65": interval_of(view[1]),
        },
        "the balance": balances | {"institutions carry more in Kaplan's": interval_of(apart)},
        "claims": {
            "L16": finding(
                {spoken(name): sign(beyond(gain, LITTLE)) for name, gain in strong.items()},
                "years of the Concert's cooperation that hang on institutions",
                strong["concert"],
                firm["L16"],
            ),
            "L6": finding(
                {spoken(name): sign(beyond(gain, TRIFLE)) for name, gain in steadier.items()},
                "of mean error of expectation that institutions take away in the Concert",
                steadier["concert"],
                firm["L6"],
            ),
            "J2": finding(
                {
                    "trust lengthens": sign(view[0]),
                    "a longer view lengthens": sign(view[1]),
                    "institutions add restraint against interest": sign(beyond(restraint, TRIFLE)),
                },
                "years of the Concert's cooperation that rest on trust of .9 at the start, not .5",
                view[0],
                firm["J2"],
            ),
            "J3": finding(
                {
                    "more hangs on institutions in Kaplan's": sign(beyond(apart, LITTLE)),
                    "little does in Waltz's": sign(least(strong["balance_waltz"], LITTLE)),
                },
                "years by which institutions carry more of Kaplan's balance than of Waltz's",
                apart,
                firm["J3"],
            ),
            "J4": finding(
                dict(
                    zip(
                        (
                            "little cooperation hangs on institutions",
                            "little peace",
                            "expectations are no steadier",
                            "nothing is better coordinated",
                            "nor is there more restraint",
                        ),
                        map(sign, own),
                        strict=True,
                    )
                ),
                "years of the superpowers' cooperation that hang on institutions",
                strong["bipolar"],
                firm["J4"],
            ),
        },
    }


def _difference(one: Estimate, other: Estimate) -> tuple[float, float, float]:
    """Of two estimates on worlds of their own, as if independent (on the same seeds: cautious)."""
    value = one.value - other.value
    down = np.hypot(one.value - one.lower, other.upper - other.value)
    up = np.hypot(one.upper - one.value, other.value - other.lower)
    return value, float(value - down), float(value + up)


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 4.8, (0.2, 0.2, 0.36, 0.6), (0.62, 0.2, 0.35, 0.6))
    names = sorted(
        answer["tests"], key=lambda n: answer["tests"][n]["strong test"]["cooperation gained"]["value"]
    )
    places = np.arange(len(names))
    strong = [answer["tests"][name]["strong test"] for name in names]
    alone = np.array([part["power alone"]["value"] for part in strong])
    gained = np.array([part["cooperation gained"]["value"] for part in strong])
    left.barh(places, alone, height=0.6, color=GREY, label="power alone")
    left.barh(
        places,
        gained,
        height=0.6,
        left=alone,
        color=BLUE,
        hatch="//",
        edgecolor="white",
        label="institutions",
    )
    left.set_yticks(places, [spoken(name) for name in names])
    left.set_xlim(0, 100)
    left.legend(fontsize=8.5, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    for part, colour, marker, shift in (
        ("without institutions", ORANGE, "s", -0.1),
        ("mean error of expectation", BLUE, "o", 0.1),
    ):
        errors = [answer["tests"][name]["expectations"][part] for name in names]
        text = "with them" if part != "without institutions" else part
        whiskers(right, places + shift, errors, across=True, color=colour, fmt=marker, label=text)
    right.set_yticks(places, [])
    right.set_xlim(0, 0.4)
    right.legend(fontsize=8.5, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    label(left, "years of cooperation, of 100")
    label(right, "mean error of expectation")
    return framed(
        figure,
        "What power alone brings, and what institutions add",
        f"{OTHERS:,} runs ({RUNS['bipolar']:,} of bipolar) with and without institutions on the "
        f"same seeds, seed {SEED}; right: 95 % intervals within the marks.",
    )

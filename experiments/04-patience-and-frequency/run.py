"""Patience against frequency of dealings: what theory asks for, and what lasts under noise."""

import math

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.pairs import pairs_of
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
from regimesim.report.figures.style import BLACK, blank, framed, label
from regimesim.stats.estimates import interval_of, share, sign

SMALL = 0.2
SEED, RUNS, YEARS = 4, 80, 100.0
PATIENCE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
ROUNDS = (1, 2, 4, 12)
OFTEN, SELDOM, USUAL = 12, 2, 4
PATIENT, HASTY = 0.9, 0.6
WORLDS = {"the Concert": "concert", "self-help": "anarchy"}
CLEAR = {"transparency.miss_rate": 0.0, "transparency.false_alarm_rate": 0.0, "periphery.rate": 0.0}
KINDS = ("as it is", "an error by dealing", "without noise")
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""


def often(world: rs.Scenario, rounds: int, kind: str = "as it is") -> rs.Scenario:
    """The world with so many dealings a year.

    As it is, errors and quarrels have rates a year. By dealing, each dealing may be misread as easily as one
    of a quarter is.
    """
    changes: dict[str, float] = {"shadow.rounds_per_year": rounds}
    if kind == "without noise":
        changes |= CLEAR
    if kind == "an error by dealing":
        rate = float(world["transparency.false_alarm_rate"]) * rounds / USUAL
        changes["transparency.false_alarm_rate"] = rate
    return world.with_parameters(changes)


def patient(world: rs.Scenario, discount: float) -> rs.Scenario:
    return world.with_parameters({"shadow.discount_factor": discount})


def needed(world: rs.Scenario) -> float | None:
    """Patience from which on cooperation sustains itself at full trust: median over sides."""
    sides = [side.discount_needed for pair in pairs_of(world) for side in (pair.first, pair.second)]
    middle = float(np.median(sides))
    return middle if math.isfinite(middle) and middle < 1 else None


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=20)
    answer: dict = {}
    steps: dict = {}
    for word, name in WORLDS.items():
        base = rs.load_scenario(name)
        found = Outcomes(
            {
                f"{kind} {m} {x:g}": patient(often(base, m, kind), x)
                for kind in KINDS
                for m in ROUNDS
                for x in PATIENCE
            },
            runs,
            SEED,
            YEARS,
        )
        answer[word] = {
            kind: {
                f"{m} a year": {
                    f"{x:g}": interval_of(found.mean(f"{kind} {m} {x:g}", "cooperative_years"))
                    for x in PATIENCE
                }
                for m in ROUNDS
            }
            for kind in KINDS
        }
        answer[f"discount factor needed, {word}"] = {
            kind: {f"{m} a year": needed(often(base, m, kind)) for m in ROUNDS} for kind in KINDS
        }
        steps[word] = {
            f"{kind}: more patience, {USUAL} a year": found.more(
                f"{kind} {USUAL} {PATIENT:g}", f"{kind} {USUAL} {HASTY:g}", "cooperative_years"
            )
            for kind in KINDS
        } | {
            f"{kind}: more dealings, patience {x:g}": found.more(
                f"{kind} {OFTEN} {x:g}", f"{kind} {SELDOM} {x:g}", "cooperative_years"
            )
            for kind in KINDS
            for x in (HASTY, 0.8, PATIENT)
        }
    answer["cooperative years added"] = {
        word: {name: interval_of(step) for name, step in by_name.items()} for word, by_name in steps.items()
    }
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    answer["over the judgements"] = firm["parts"]
    asked = [name for name in steps["the Concert"] if name.startswith("as it is")]
    answer["claims"] = {
        "L2": finding(
            {
                f"{name.removeprefix(KINDS[0])[2:]}, in {word}": sign(steps[word][name])
                for word in WORLDS
                for name in asked
            },
            "cooperative years of the Concert that a discount factor of .9 adds to one of .6",
            steps["the Concert"][asked[0]],
            firm["L2"],
        )
    }
    return answer


def robust(count: int) -> dict:
    """Over draws of the other judgements, in the Concert."""
    drawn = draws(
        [n for n in COMMON if n not in ("shadow.discount_factor", "shadow.rounds_per_year")], count, SEED
    )
    made = worlds(rs.load_scenario("concert"), drawn)
    changes = {
        "patient": lambda world: patient(world, PATIENT),
        "hasty": lambda world: patient(world, HASTY),
        "often": lambda world: often(world, OFTEN),
        "seldom": lambda world: often(world, SELDOM),
    }
    years = {
        name: play_worlds([change(world) for world in made], seed=SEED)["cooperative_years"]
        for name, change in changes.items()
    }
    patience = verdicts(years["patient"] - years["hasty"], TRIFLE)
    dealings = verdicts(years["often"] - years["seldom"], TRIFLE)
    asked = [[needed(often(world, m)) or 1.0 for world in made] for m in (OFTEN, SELDOM)]
    fewer = sum(a < b for a, b in zip(*asked, strict=True))
    return {
        "parts": {
            "patience lengthens": robustness(patience, {})["draws"],
            "frequent dealings lengthen": robustness(dealings, {})["draws"],
            "frequent dealings ask for less patience": {"holds": interval_of(share(fewer, count))},
        },
        "L2": robustness(every(patience, dealings), drawn),
    }


def draw(answer: Answer) -> Figure:
    boxes = tuple((0.07 + 0.325 * k, 0.2, 0.25, 0.54) for k in range(3))
    figure, axes = blank(11.5, 4.0, *boxes)
    for ax, kind in zip(axes, KINDS, strict=True):
        part = answer["the Concert"][kind]
        rows = np.array([[part[f"{m} a year"][f"{x:g}"]["value"] for x in PATIENCE] for m in ROUNDS])
        ax.imshow(rows, origin="lower", aspect="auto", cmap="cividis", vmin=0, vmax=100)
        for (row, column), value in np.ndenumerate(rows):
            colour = "white" if value < 50 else BLACK
            ax.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=8, color=colour)
        ax.set_xticks(range(len(PATIENCE)), [f"{x:g}" for x in PATIENCE])
        ax.set_yticks(range(len(ROUNDS)), [str(m) for m in ROUNDS])
        ax.set_title(kind, fontsize=10, loc="left")
        label(ax, "yearly discount factor", "dealings a year" if kind == KINDS[0] else "")
    added = answer["cooperative years added"]["the Concert"]
    patience = added[f"as it is: more patience, {USUAL} a year"]["value"]
    dealings = added["as it is: more dealings, patience 0.9"]["value"]
    return framed(
        figure,
        f"In the Concert more patience adds {patience:.1f} cooperative years, more dealings {dealings:.1f}",
        f"In the cells: cooperative years in {YEARS:g}; {RUNS} runs a cell, seed {SEED}. More patience: "
        f"a discount factor of {PATIENT:g} for {HASTY:g}, at {USUAL} dealings a year; more dealings: "
        f"{OFTEN} a year for {SELDOM}, at {PATIENT:g}.",
    )

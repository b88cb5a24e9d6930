"""Patience against frequency of dealings: what the theory asks for, and what lasts under noise."""

import math

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import robustness
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.analysis.pairs import pairs_of
from regimesim.report.figures.style import BLACK, blank, framed, label
from regimesim.stats.estimates import interval_of, mean_of, share, sign
from regimesim.stats.survival import rmst

SMALL = 0.05
SEED, RUNS, YEARS = 4, 100, 100
PATIENCE = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
ROUNDS = (1, 2, 4, 8)
OFTEN, SELDOM = 8, 2
PATIENT, HASTY = 0.95, 0.7
WORLDS = {
    "concert with less sight": ("concert", ("transparency.level=0.3", "epochs=[]")),
    "self-help with more sight": ("anarchy", ("transparency.level=0.7",)),
}
CLEAR = {
    "transparency.miss_rate": 0.0,
    "transparency.false_alarm_rate": 0.0,
    "periphery.rate": 0.0,
    "choice.temperature": 0.1,
}
"""Nobody errs; choice follows advantage closely, as loosely as its declared range allows at least."""
KINDS = ("as it is", "by the year", "without noise")
RUNS_A_DRAW, TRIFLE = 24, 1.0


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=20)
    answer: dict = {}
    for name, (base, settings) in WORLDS.items():
        world = rs.load_scenario(base, list(settings))
        answer[name] = {
            "needed yearly discount factor": {
                kind: {f"{m} a year": needed(often(world, m, kind)) for m in ROUNDS} for kind in KINDS
            }
        }
        for kind in KINDS:
            answer[name][kind] = grid(world, kind, runs)
    answer["robustness"] = robust(scale)
    return answer


def often(world: rs.Scenario, rounds: int, kind: str = "as it is") -> rs.Scenario:
    """The world with so many dealings a year.

    As it is, punishment lasts so many rounds, and trust learns by the round. By the year, both keep the pace
    that they have in a year of four rounds, and an error is as frequent in a year.
    """
    changes: dict[str, float] = {"shadow.rounds_per_year": rounds}
    if kind == "without noise":
        changes |= CLEAR
    if kind == "by the year":
        pace = 4 / rounds
        changes |= {
            "shadow.punishment_rounds": max(1, round(float(world["shadow.punishment_rounds"]) / pace)),
            "trust.learning_rate": 1 - (1 - float(world["trust.learning_rate"])) ** pace,
            "transparency.false_alarm_rate": min(1.0, pace * float(world["transparency.false_alarm_rate"])),
        }
    return world.with_parameters(changes)


def patient(world: rs.Scenario, discount: float) -> rs.Scenario:
    return world.with_parameters({"shadow.discount_factor": discount})


def needed(world: rs.Scenario) -> float | None:
    """Patience from which on restraint sustains itself at full trust: median over the sides of all pairs."""
    middle = float(
        np.median([side.discount_needed for pair in pairs_of(world) for side in (pair.first, pair.second)])
    )
    return middle if math.isfinite(middle) else None


def grid(world: rs.Scenario, kind: str, runs: int) -> dict:
    found: dict = {}
    years: dict[tuple[int, float], np.ndarray] = {}
    for rounds in ROUNDS:
        played = robustness.play_worlds(
            [patient(often(world, rounds, kind), x) for x in PATIENCE], runs, SEED
        )
        rows = robustness.durations(played, YEARS)
        years |= {(rounds, x): row for x, row in zip(PATIENCE, rows, strict=True)}
        ends = zip(played["regime_years"], played["regime_ended"], strict=True)
        found[f"{rounds} a year"] = {
            f"patience {x:g}": interval_of(rmst(*end, YEARS)) for x, end in zip(PATIENCE, ends, strict=True)
        }
    found["more patience, four a year"] = longer(years[4, PATIENT], years[4, HASTY])
    for x in (0.3, HASTY, PATIENT):
        found[f"more dealings, patience {x:g}"] = longer(years[OFTEN, x], years[SELDOM, x])
    return found


def longer(one: np.ndarray, other: np.ndarray) -> dict:
    gap = mean_of(one - other, YEARS)
    return {"years more": interval_of(gap), "which is": sign(gap)}


def robust(scale: float) -> dict:
    """Over draws of the other judgements, in the Concert and under self-help."""
    count = runs_at(scale, robustness.DRAWS, least=10)
    found: dict = {}
    for base in ("concert", "anarchy"):
        drawn = robustness.draws((*robustness.COMMON, "shadow.punishment_rounds"), count)
        made = robustness.worlds(rs.load_scenario(base), drawn)
        years = {
            key: robustness.durations(
                robustness.play_worlds([change(world) for world in made], RUNS_A_DRAW), YEARS
            )
            for key, change in {
                "patient": lambda world: patient(world, PATIENT),
                "hasty": lambda world: patient(world, HASTY),
                "often": lambda world: often(world, OFTEN),
                "seldom": lambda world: often(world, SELDOM),
            }.items()
        }  # fmt: skip
        fewer = [needed(often(world, OFTEN)) or 1.0 for world in made]
        more = [needed(often(world, SELDOM)) or 1.0 for world in made]
        lower = sum(a < b for a, b in zip(fewer, more, strict=True))
        higher = sum(a > b for a, b in zip(fewer, more, strict=True))
        found[base] = {
            "patience lengthens": robustness.robustness(
                robustness.verdicts(years["patient"] - years["hasty"], TRIFLE), drawn
            ),
            "frequent dealings lengthen": robustness.robustness(
                robustness.verdicts(years["often"] - years["seldom"], TRIFLE), drawn
            ),
            "frequent dealings ask for less patience": interval_of(share(lower, count)),
            "frequent dealings ask for more patience": interval_of(share(higher, count)),
        }
    return found


def draw(answer: Answer) -> Figure:
    boxes = tuple((0.07 + 0.325 * k, 0.2, 0.25, 0.54) for k in range(3))
    figure, axes = blank(11.5, 4.4, *boxes)
    name = "concert with less sight"
    part = answer[name]
    for ax, kind in zip(axes, KINDS, strict=True):
        table = np.array(
            [[part[kind][f"{m} a year"][f"patience {x:g}"]["value"] for x in PATIENCE] for m in ROUNDS]
        )
        ax.imshow(table, origin="lower", aspect="auto", cmap="cividis", vmin=0, vmax=100)
        for row in range(len(ROUNDS)):
            for column in range(len(PATIENCE)):
                value = table[row, column]
                ax.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=8,
                        color="white" if value < 50 else BLACK)  # fmt: skip
        asked = [part["needed yearly discount factor"][kind][f"{m} a year"] for m in ROUNDS]
        places = [np.interp(x, PATIENCE, range(len(PATIENCE)), left=-0.5) for x in asked]
        edges = [row + side for row in range(len(ROUNDS)) for side in (-0.5, 0.5)]
        ax.plot(np.repeat(places, 2), edges, color="white", lw=1.5, ls="--")
        ax.set_xticks(range(len(PATIENCE)), [f"{x:g}" for x in PATIENCE])
        ax.set_yticks(range(len(ROUNDS)), [str(m) for m in ROUNDS])
        ax.set_title(kind, fontsize=10, loc="left")
        label(ax, "yearly discount factor (patience)", "dealings a year" if kind == KINDS[0] else "")
    return framed(
        figure,
        "Frequent dealings help the hasty and, as each may be misread, harm the patient",
        f"Concert at transparency.level .3; years of cooperation in {YEARS}; {RUNS} runs a cell, "
        f"seed {SEED}. "
        "Dashed: the discount factor that theory asks for at full trust (left edge: below .1).",
    )

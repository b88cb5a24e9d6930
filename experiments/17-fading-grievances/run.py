"""Fading grievances: do disputes fall again after a wave of nationalism, and only because grievances fade?"""

from dataclasses import replace

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
from regimesim.report.figures.style import BLUE, GREY, ORANGE, RED, blank, framed, key_above, label, whiskers
from regimesim.simulation.simulate import Columns
from regimesim.stats.estimates import Estimate, Floats, interval_of, mean, sign

SMALL = 0.2
SEED, RUNS, YEARS = 17, 200, 98.0
PERIODS = {"1816 to 1847": (0.0, 32.0), "1848 to 1870": (32.0, 55.0), "1871 to 1913": (55.0, 98.0)}
HALF_LIVES = {"5 years": 5.0, "12 years": 12.0, "40 years": 40.0, "never": np.inf}
NATIONALISM = (0.0, 1.75, 3.5)
PAIRS = 10
FADES, LASTS = "12 years", "never"


def fading(half_life: float, **changes: float) -> rs.Scenario:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return rs.load_scenario("concert").with_parameters({"domestic.grievance_half_life": half_life, **named})


def ending(world: rs.Scenario, years: float) -> rs.Scenario:
    """The same world on the same seeds, watched for so many years."""
    phases = tuple(phase for phase in world.phases if phase.year < years)
    return replace(world, years=years, phases=phases)


def by_period(columns: dict[float, Columns]) -> dict[str, Floats]:
    """Disputes in 100 pair-years, period by period, run by run: what one horizon counts more than another."""
    counted = {years: table["disputes"].astype(float) for years, table in columns.items()}
    nothing = np.zeros_like(counted[YEARS])
    return {
        name: (counted[b] - counted.get(a, nothing)) / ((b - a) * PAIRS / 100)
        for name, (a, b) in PERIODS.items()
    }


def played(made: dict[str, rs.Scenario], runs: int) -> dict[str, dict[str, Floats]]:
    asked = {f"{name} {b:g}": ending(w, b) for name, w in made.items() for _, b in PERIODS.values()}
    found = Outcomes(asked, runs, SEED)
    return {
        name: by_period({b: found.columns[f"{name} {b:g}"] for _, b in PERIODS.values()}) for name in made
    }


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=30)
    made = {f"half-life {name}": fading(years) for name, years in HALF_LIVES.items()}
    made |= {f"nationalism {x:g}": fading(12.0, domestic__nationalism=x) for x in NATIONALISM}
    made["no satisfaction"] = fading(12.0, war__satisfaction=0.0)
    rates = played(made, runs)
    found = Outcomes(made, runs, SEED, YEARS)
    _, middle, late = PERIODS
    fades, lasts = (rates[f"half-life {name}"] for name in (FADES, LASTS))
    calmer, calmer_than = mean(fades[middle] - fades[late]), mean(lasts[late] - fades[late])
    still = mean(lasts[middle] - lasts[late])
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    return {
        "disputes in 100 pair-years": {
            name: {period: interval_of(mean(rate)) for period, rate in by_name.items()}
            for name, by_name in rates.items()
        },
        "told": {name: found.told(name, "cooperative_years", "wars") for name in made},
        "fewer after 1870 than in the years of unrest": {
            f"half-life {FADES}": interval_of(calmer),
            f"half-life {LASTS}": interval_of(still),
        },
        "over the judgements": firm["parts"],
        "claims": {
            "M5": finding(
                {
                    "disputes fall again where grievances fade": sign(calmer),
                    "they are fewer than where grievances last": sign(calmer_than),
                    "where grievances last they do not fall": sign(_reversed(still), 0.0),
                },
                "disputes in 100 pair-years fewer after 1870 than in 1848 to 1870, "
                "with a half-life of 12 years",
                calmer,
                firm["M5"],
            )
            | {"claim": "The peace recovers after a wave of nationalism because grievances fade."}
        },
    }


def _reversed(estimate: Estimate) -> Estimate:
    return Estimate(-estimate.value, -estimate.upper, -estimate.lower)


def robust(count: int) -> dict:
    """Fading against lasting grievances, over draws of the judgements: disputes after 1870."""
    drawn = draws((*COMMON, "domestic.nationalism", "domestic.spread"), count, SEED)
    late = {}
    for name in (FADES, LASTS):
        made = worlds(fading(HALF_LIVES[name]), drawn)
        tables = {
            b: play_worlds([ending(world, b) for world in made], seed=SEED) for b in (32.0, 55.0, YEARS)
        }
        late[name] = by_period(tables)
    _, middle, last = PERIODS
    fewer = verdicts(late[LASTS][last] - late[FADES][last])
    falls = verdicts(late[FADES][middle] - late[FADES][last])
    return {
        "parts": {
            "fewer disputes after 1870 where grievances fade": robustness(fewer, {})["draws"],
            "disputes fall after 1870 where they fade": robustness(falls, {})["draws"],
        },
        "M5": robustness(fewer, drawn),
    }


def draw(answer: Answer) -> Figure:
    figure, (ax,) = blank(7.5, 4.2, (0.11, 0.18, 0.86, 0.62))
    for name, colour, fmt in zip(
        HALF_LIVES, (GREY, BLUE, ORANGE, RED), ("o-", "s-", "^-", "D-"), strict=True
    ):
        ends = list(answer["disputes in 100 pair-years"][f"half-life {name}"].values())
        whiskers(ax, range(len(PERIODS)), ends, color=colour, fmt=fmt, label=f"half-life {name}")
    ax.set_xticks(range(len(PERIODS)), list(PERIODS))
    ax.set_ylim(bottom=0)
    ax.margins(x=0.08)
    key_above(figure, ax)
    label(ax, "", "disputes in 100 pair-years")
    return framed(
        figure,
        "Disputes before, in and after the years of unrest, by how fast grievances fade",
        f"Concert; {RUNS} runs a point on the same seeds, seed {SEED}, 95 % intervals.",
    )

"""How much transparency is too much? Cooperation, peace and payoff against what states see of each other."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
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
from regimesim.report.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    blank,
    framed,
    key_above,
    label,
    whiskers,
)
from regimesim.stats.estimates import Estimate, interval_of, mean, sign

SMALL = 0.15
SEED, RUNS, YEARS = 2, 100, 100.0
LEVELS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
WORLDS = {"the Concert": "concert", "self-help": "anarchy"}
PRICES: dict[str, dict[str, float]] = {
    "free": {},
    "intrusion costs 1": {"transparency.intrusion_cost": 1.0},
    "secrets tempt (1)": {"transparency.target_knowledge": 1.0},
    "secrets tempt (2)": {"transparency.target_knowledge": 2.0},
    "it warns (.5)": {"transparency.early_warning": 0.5},
}
"""What transparency brings besides sight; target knowledge of 2 lies beyond its declared range of 0 to 1."""
COARSE = (0.0, 0.35, 0.65, 1.0)
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""


def at(world: rs.Scenario, level: float) -> rs.Scenario:
    return world.with_parameters({"transparency.level": level})


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=24)
    answer: dict = {}
    best: dict = {}
    for word, name in WORLDS.items():
        base = rs.load_scenario(name)
        asked = {
            f"{price} {x:g}": at(base.with_parameters(changes), x)
            for price, changes in PRICES.items()
            for x in LEVELS
        }
        found = Outcomes(asked, runs, SEED, YEARS)
        answer[word] = {
            what: {
                price: {f"{x:g}": interval_of(measure(found, f"{price} {x:g}", what)) for x in LEVELS}
                for price in PRICES
            }
            for what in ("cooperative_years", "peace", "welfare")
        }
        best[word] = {price: inner(found, price) for price in PRICES}
    answer["the best inner level has more than"] = {
        f"{word}, {price}": {name: interval_of(gap) for name, gap in gaps.items()}
        for word, by_price in best.items()
        for price, gaps in by_price.items()
    }
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    concert = best["the Concert"]
    more = concert["free"]["full transparency than none, cooperative years"]
    parts = {
        "transparency lengthens": more,
        "too much costs payoff where intrusion has a price": concert["intrusion costs 1"][
            "full transparency, payoff"
        ],
        "too much costs cooperation where secrets tempt": concert["secrets tempt (1)"][
            "full transparency, cooperative years"
        ],
    }
    answer["over the judgements"] = firm["parts"]
    answer["claims"] = {
        "L3": finding(
            {name: sign(part) for name, part in parts.items()},
            "cooperative years that full transparency adds to none in the Concert",
            more,
            firm["L3"],
        )
    }
    return answer


def measure(found: Outcomes, name: str, what: str) -> Estimate:
    return found.years(name, what) if what == "peace" else found.mean(name, what)


def inner(found: Outcomes, price: str) -> dict[str, Estimate]:
    """What the best inner level has more than the ends; half of the runs choose it, half compare."""
    gaps = {}
    for what, word in (("cooperative_years", "cooperative years"), ("welfare", "payoff")):
        values = np.array([found.columns[f"{price} {x:g}"][what] for x in LEVELS])
        early, late = values[:, : found.runs // 2], values[:, found.runs // 2 :]
        best = 1 + int(early[1:-1].mean(axis=1).argmax())
        gaps[f"no transparency, {word}"] = mean(late[best] - late[0])
        gaps[f"full transparency, {word}"] = mean(late[best] - late[-1])
        gaps[f"full transparency than none, {word}"] = mean(values[-1] - values[0])
    return gaps


def robust(count: int) -> dict:
    """Is there a best inner level of cooperation, over draws of the judgements in which secrets tempt?"""
    names = [name for name in COMMON if name != "transparency.level"]
    drawn = draws([*names, "transparency.target_knowledge"], count, SEED)
    base = worlds(rs.load_scenario("concert", ["transparency.target_knowledge=0.5"]), drawn)
    years = np.stack(
        [play_worlds([at(world, x) for world in base], seed=SEED)["cooperative_years"] for x in COARSE]
    )
    half = years.shape[2] // 2
    best = 1 + years[1:-1, :, :half].mean(axis=2).argmax(axis=0)
    chosen = years[best, np.arange(count), half:]
    above = [verdicts(chosen - years[end, :, half:], TRIFLE) for end in (0, -1)]
    more = verdicts(years[-1] - years[0], TRIFLE)
    parts = {
        "full transparency cooperates more than none": more,
        "an inner level cooperates more than either end": every(*above),
    }
    return {
        "parts": {name: robustness(found, {})["draws"] for name, found in parts.items()},
        "L3": robustness(more, drawn),
    }


def signed(years: float) -> str:
    """A number of years with its sign; 0 has none."""
    return f"{years:+.0f}" if abs(years) >= 0.5 else "0"


def draw(answer: Answer) -> Figure:
    boxes = ((0.07, 0.2, 0.25, 0.55), (0.4, 0.2, 0.25, 0.55), (0.73, 0.2, 0.25, 0.55))
    figure, axes = blank(11.5, 4.4, *boxes)
    looks = dict(
        zip(PRICES, ((GREY, "o-"), (BLUE, "s--"), (ORANGE, "^-."), (RED, "v-"), (GREEN, "D:")), strict=True)
    )
    places = (
        ("the Concert", "cooperative_years", f"cooperative years in {YEARS:g}"),
        ("the Concert", "welfare", "payoff a year (discounted mean)"),
        ("self-help", "cooperative_years", f"cooperative years in {YEARS:g}"),
    )
    for ax, (word, what, words) in zip(axes, places, strict=True):
        for price, (colour, fmt) in looks.items():
            ends = [answer[word][what][price][f"{x:g}"] for x in LEVELS]
            wider = {"lw": 3.5, "ms": 9, "alpha": 0.6} if price == "free" else {}
            whiskers(ax, LEVELS, ends, color=colour, fmt=fmt, label=price, **wider)
        ax.set_title(word, fontsize=10, loc="left")
        label(ax, "transparency (transparency.level)", words)
    key_above(figure, *axes)
    gained = answer["claims"]["L3"]["estimate"]["value"]
    tempted = answer["the Concert"]["cooperative_years"]["secrets tempt (2)"]
    lost = tempted["1"]["value"] - tempted["0"]["value"]
    return framed(
        figure,
        f"Full transparency against none in the Concert: {signed(gained)} cooperative years, "
        f"{signed(lost)} where secrets tempt most",
        f"{RUNS} runs a point, seed {SEED}, 95 % intervals. A price of intrusion moves payoffs only: "
        "left and right its marks lie on those of free transparency.",
    )

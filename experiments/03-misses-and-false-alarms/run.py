"""Misses against false alarms: as much of either, and which of the two ends cooperation."""

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
from regimesim.report.figures.style import BLUE, ORANGE, blank, framed, key_above, label, whiskers
from regimesim.stats.estimates import interval_of, sign

SMALL = 0.15
SEED, RUNS, YEARS = 3, 150, 100.0
TOTALS = (0.2, 0.4, 0.6)
"""Chance that a defection of a quarter is missed plus false alarms a year, at transparency 0."""
SHARES = (0.0, 0.5, 1.0)
"""What part of the error is false alarms."""
MIDDLE = 0.4
TALKS = {"with conferences": (), "without conferences": ("diplomacy.conference=0",)}
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""
MEASURED = ("cooperative_years", "disputes", "exploitation_rate")
ERRORS = ("transparency.miss_rate", "transparency.false_alarm_rate")


def mistaken(world: rs.Scenario, total: float, part: float) -> rs.Scenario:
    """The world with so much error in all, of which this part is false alarms."""
    return world.with_parameters(dict(zip(ERRORS, (total * (1 - part), total * part), strict=True)))


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=24)
    base = {talk: rs.load_scenario("concert", list(settings)) for talk, settings in TALKS.items()}
    found = Outcomes(
        {
            f"{talk} {total:g} {part:g}": mistaken(base[talk], total, part)
            for talk in TALKS
            for total in TOTALS
            for part in SHARES
        },
        runs,
        SEED,
        YEARS,
    )
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    gaps = {
        f"{talk}, error {total:g}": found.more(
            f"{talk} {total:g} 0", f"{talk} {total:g} 1", "cooperative_years"
        )
        for talk in TALKS
        for total in TOTALS
    }
    talked = {
        word: found.more(
            f"with conferences {MIDDLE:g} {part}",
            f"without conferences {MIDDLE:g} {part}",
            "cooperative_years",
        )
        for word, part in (("against misses", 0), ("against false alarms", 1))
    }
    return {
        **{
            talk: {
                f"error {total:g}, {part:g} of it false alarms": found.told(
                    f"{talk} {total:g} {part:g}", *MEASURED
                )
                for total in TOTALS
                for part in SHARES
            }
            for talk in TALKS
        },
        "cooperative years more with misses than with as many false alarms": {
            name: interval_of(gap) for name, gap in gaps.items()
        },
        "cooperative years that conferences add": {name: interval_of(gap) for name, gap in talked.items()},
        "over the judgements": firm["parts"],
        "claims": {
            "L4": finding(
                {f"false alarms end it sooner {name}": sign(gap) for name, gap in gaps.items()}
                | {"conferences help against false alarms": sign(talked["against false alarms"])},
                "cooperative years more with misses than with as many false alarms, "
                "with conferences, at the middle error",
                gaps[f"with conferences, error {MIDDLE:g}"],
                firm["L4"],
            )
        },
    }


def robust(count: int) -> dict:
    """All misses against all false alarms in equal number, over draws of the other judgements."""
    left_out = (*ERRORS, "diplomacy.conference")
    drawn = draws([name for name in (*COMMON, "diplomacy.cleavage") if name not in left_out], count, SEED)
    years = {}
    for talk, settings in TALKS.items():
        made = worlds(rs.load_scenario("concert", list(settings)), drawn)
        for word, part in (("misses", 0.0), ("alarms", 1.0)):
            played = play_worlds([mistaken(world, MIDDLE, part) for world in made], seed=SEED)
            years[talk, word] = played["cooperative_years"]
    gap = {talk: verdicts(years[talk, "misses"] - years[talk, "alarms"], TRIFLE) for talk in TALKS}
    with_, bare = TALKS
    helped = verdicts(years[with_, "alarms"] - years[bare, "alarms"], TRIFLE)
    parts = {f"misses cooperate more than as many false alarms, {talk}": found for talk, found in gap.items()}
    parts["conferences help against false alarms"] = helped
    return {
        "parts": {name: robustness(found, {})["draws"] for name, found in parts.items()},
        "L4": robustness(every(gap[with_], helped), drawn),
    }


def draw(answer: Answer) -> Figure:
    figure, axes = blank(9.6, 4.2, (0.08, 0.2, 0.4, 0.56), (0.56, 0.2, 0.4, 0.56))
    for ax, total in zip(axes, TOTALS[1:], strict=True):
        for talk, colour, marker in zip(TALKS, (BLUE, ORANGE), "os", strict=True):
            ends = [
                answer[talk][f"error {total:g}, {part:g} of it false alarms"]["cooperative_years"]
                for part in SHARES
            ]
            whiskers(ax, SHARES, ends, color=colour, fmt=marker + "-", label=talk)
        ax.set_ylim(0, 103)
        ax.set_title(f"misses and false alarms together {total:g}", fontsize=10, loc="left")
        label(ax, "share of the error that is false alarms", f"cooperative years in {YEARS:g}")
    key_above(figure, *axes)
    return framed(
        figure,
        "Misses and false alarms, as much of either",
        f"Concert; means with 95 % intervals, {RUNS} runs a point, seed {SEED}. Errors at transparency 0.",
    )

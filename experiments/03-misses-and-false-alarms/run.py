"""Misses against false alarms: the same total of error, and which half of it ends cooperation."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import robustness
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, ORANGE, blank, framed, label
from regimesim.stats.estimates import interval_of, mean, mean_of, sign
from regimesim.stats.survival import rmst

SMALL = 0.08
SEED, RUNS, YEARS = 3, 200, 100
TOTALS = (0.1, 0.2, 0.3)
"""Chance of a miss plus chance of a false alarm at level 0; at the level of the Concert .6 of it is left."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""What part of the error is false alarms."""
MIDDLE = 0.2
TALKS = {"with conferences": (), "without conferences": ("diplomacy.conference=0",)}
RUNS_A_DRAW, TRIFLE = 30, 1.0


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS)
    answer: dict = {}
    kept: dict[str, np.ndarray] = {}
    for talk, settings in TALKS.items():
        base = rs.load_scenario("concert", list(settings))
        answer[talk] = {}
        for total in TOTALS:
            played = robustness.play_worlds([mistaken(base, total, part) for part in SHARES], runs, SEED)
            years = robustness.durations(played, YEARS)
            answer[talk][f"error {total:g}"] = {
                f"{part:g} of it false alarms": told_row(played, row) for row, part in enumerate(SHARES)
            } | {"misses against false alarms": longer(years[0], years[-1])}
            if total == MIDDLE:
                kept[talk] = years
    gain = kept["with conferences"] - kept["without conferences"]
    answer["conferences, error 0.2"] = {
        "against misses": longer(kept["with conferences"][0], kept["without conferences"][0]),
        "against false alarms": longer(kept["with conferences"][-1], kept["without conferences"][-1]),
        "more against false alarms than against misses": longer(gain[-1], gain[0]),
    }
    answer["one more in twenty, from the Concert's own"] = a_little_more(runs)
    answer["robustness"] = robust(scale)
    return answer


def mistaken(world: rs.Scenario, total: float, part: float) -> rs.Scenario:
    """The world with so much error in all, of which this part is false alarms."""
    return world.with_parameters(
        {"transparency.miss_rate": total * (1 - part), "transparency.false_alarm_rate": total * part}
    )


def told_row(played: dict, row: int) -> dict:
    return {
        "years of cooperation": interval_of(
            rmst(played["regime_years"][row], played["regime_ended"][row], YEARS)
        ),
        "years of peace": interval_of(rmst(played["peace_years"][row], played["peace_ended"][row], YEARS)),
        "exploitation per dealing": interval_of(mean(played["exploitation_rate"][row])),
    }


def longer(one: np.ndarray, other: np.ndarray) -> dict:
    gap = mean_of(one - other, YEARS)
    return {"years more": interval_of(gap), "which is": sign(gap)}


def a_little_more(runs: int) -> dict:
    """Either error raised by .05 from the Concert's own misses (.5) and false alarms (.1)."""
    base = rs.load_scenario("concert")
    more = [
        base,
        base.with_parameters({"transparency.miss_rate": 0.55}),
        base.with_parameters({"transparency.false_alarm_rate": 0.15}),
    ]
    years = robustness.durations(robustness.play_worlds(more, runs, SEED), YEARS)
    return {
        "misses": longer(years[1], years[0]),
        "false alarms": longer(years[2], years[0]),
        "misses less than false alarms": longer(years[1], years[2]),
    }


def robust(scale: float) -> dict:
    """All misses against all false alarms in equal number, over draws of the other judgements."""
    names = [
        name
        for name in (*robustness.COMMON, "diplomacy.cleavage")
        if name not in ("transparency.miss_rate", "transparency.false_alarm_rate", "diplomacy.conference")
    ]
    drawn = robustness.draws(names, runs_at(scale, robustness.DRAWS, least=16))
    years = {}
    for talk, settings in TALKS.items():
        worlds = robustness.worlds(rs.load_scenario("concert", list(settings)), drawn)
        points = [mistaken(world, MIDDLE, part) for part in (0.0, 1.0) for world in worlds]
        found = robustness.durations(robustness.play_worlds(points, RUNS_A_DRAW), YEARS)
        years[talk] = found[: len(worlds)], found[len(worlds) :]
    helped = [with_ - bare for with_, bare in zip(*years.values(), strict=True)]
    claims = {
        f"misses last longer than as many false alarms, {talk}": misses - alarms
        for talk, (misses, alarms) in years.items()
    } | {
        "conferences lengthen it where the error is false alarms": helped[1],
        "conferences lengthen it more against false alarms than against misses": helped[1] - helped[0],
    }
    return {
        claim: robustness.robustness(robustness.verdicts(gap, TRIFLE), drawn) for claim, gap in claims.items()
    }


def draw(answer: Answer) -> Figure:
    figure, axes = blank(9.6, 4.4, (0.08, 0.2, 0.4, 0.56), (0.56, 0.2, 0.4, 0.56))
    styles = dict(zip(TALKS, ((BLUE, "-", "o"), (ORANGE, "--", "s")), strict=True))
    for ax, total in zip(axes, (0.2, 0.3), strict=True):
        for talk, (colour, dashes, marker) in styles.items():
            parts = answer[talk][f"error {total:g}"]
            ends = [parts[f"{part:g} of it false alarms"]["years of cooperation"] for part in SHARES]
            reach = [[e["value"] - e["lower"] for e in ends], [e["upper"] - e["value"] for e in ends]]
            ax.errorbar(
                SHARES, [e["value"] for e in ends], yerr=reach, fmt=marker, ls=dashes, ms=5, lw=1.2,
                color=colour, label=talk, capsize=2,
            )  # fmt: skip
        ax.set_ylim(0, 103)
        ax.set_title(f"misses and false alarms together {total:g}", fontsize=10, loc="left")
        label(ax, "share of the error that is false alarms", f"years of cooperation in {YEARS}")
    axes[0].legend(fontsize=8.5, frameon=False, loc="lower left")
    return framed(
        figure,
        "The same error shortens cooperation the more of it is false alarms",
        f"Concert; restricted means with 95 % intervals, {RUNS} runs a point, seed {SEED}. "
        "Errors at level 0; at the Concert's level .6 of them is left.",
    )

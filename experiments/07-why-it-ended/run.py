"""Why the Concert ended: memory, leaders, 1848, the cleavage, the buffers."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.collapse import causes_of_collapse
from regimesim.analysis.experiments import Answer, finding, runs_at, verdict
from regimesim.analysis.robustness import (
    COMMON,
    DRAWS,
    Outcomes,
    draws,
    durations,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import BLUE, GREY, RED, blank, framed, label, whiskers
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.stats.estimates import Estimate, interval_of, share, sign
from regimesim.stats.hazards import hazard, weibull_shape

SMALL = 0.08
SEED = 1848
RUNS = 1_000
SIGHT = {"as it is": 0.4, "dimmer": 0.3}
"""The scenario, and the same with less sight, where more of it ends within the century."""
CHANGES: dict[str, dict[str, float]] = {
    "memory does not fade": {"norms.half_life": np.inf},
    "leaders stay": {"domestic.turnover": 0.0},
    "offices teach new leaders": {"norms.institutionalization": 1.0},
    "memory and leaders stay": {"norms.half_life": np.inf, "domestic.turnover": 0.0},
    "no revolutions": {"domestic.revolution": 0.0},
    "revolutions leave no nationalism": {"domestic.nationalism": 0.0},
    "no fear for order at home": {"domestic.preoccupation": 0.0},
    "buffers are not absorbed": {"geography.absorption": 0.0},
    "no cleavage": {"diplomacy.cleavage": 0.0},
    "a cleavage of 2": {"diplomacy.cleavage": 2.0},
    "a cleavage of 5": {"diplomacy.cleavage": 5.0},
    "a cleavage of 10": {"diplomacy.cleavage": 10.0},
}
AGES = (0.0, 20.0, 32.0, 52.0, 76.0, 100.0)
"""Years since 1816: 1836, 1848, 1868, 1892, 1916."""
BEARABLE = 10.0
"""Years of a century that a cleavage may cost without breaking the Concert (a judgement)."""
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""
UNRULY = ("revolutions leave no nationalism", "buffers are not absorbed")
JUDGEMENTS = (
    *COMMON, "norms.institutionalization", "domestic.nationalism", "domestic.preoccupation",
    "geography.absorption", "diplomacy.cleavage",
)  # fmt: skip


def concert(sight: float, *overrides: str) -> rs.Scenario:
    return rs.load_scenario("concert", [f"transparency.level={sight:g}", *overrides])


def unified(scenario: rs.Scenario) -> rs.Scenario:
    """The same, but its German and Italian buffers end in 1871."""
    tree = tree_of(scenario)
    ended = {name: {"strength": 0.0} for name in ("German_Middle_States", "Italian_States")}
    tree["epochs"] = [*tree["epochs"], {"year": 1871, "because": "unification", "buffers": ended}]
    return read_scenario(tree, scenario.name)


def world(sight: float, runs: int) -> tuple[dict, Outcomes]:
    """The Concert at one level of sight, and what it gains when one thing is undone."""
    base = concert(sight)
    asked = {"as it was": base} | {name: base.with_parameters(to) for name, to in CHANGES.items()}
    asked |= {"no 1848": concert(sight, "epochs=[]"), "buffers end in 1871": unified(base)}
    found = Outcomes(asked, runs, SEED)
    columns = found.columns["as it was"]
    years, ended = columns["regime_years"], columns["regime_ended"]
    table = hazard(years, ended, AGES)
    trend = weibull_shape(years, ended).shape
    return {
        "as it was": found.told("as it was", "disputes", "wars", "cooperation_rate"),
        "collapses a year": {
            f"{1816 + row.start:g} to {1816 + row.end:g}": interval_of(
                Estimate(row.hazard, row.lower, row.upper)
            )
            for row in table.itertuples()
        },
        "shape of the hazard": interval_of(trend) if trend else None,
        "gained if": {name: found.gained(name, "as it was") for name in asked if name != "as it was"},
        "why regimes collapsed": causes(base, runs),
    }, found


def causes(scenario: rs.Scenario, runs: int) -> dict:
    """Shares of what lowered the margin of restraint most in the five years before a collapse."""
    found = causes_of_collapse(rs.simulate(scenario, runs=runs, seed=SEED, record=0))
    number = len(found.replicate)
    counts = {cause: round(part * number) for cause, part in found.shares.items()}
    names = ("memory faded", "buffers lost", "grievances grew", "trust lost", "mis-seen acts", "chance")
    rest = number - sum(counts.get(name, 0) for name in names)
    listed = {name: counts.get(name, 0) for name in names} | {"anything else": rest}
    return {name: interval_of(share(count, number)) for name, count in listed.items()}


def robust(count: int) -> dict:
    """The same questions over draws of the judgements."""
    drawn = draws(JUDGEMENTS, count)
    base = worlds(rs.load_scenario("concert"), drawn)
    names = (
        "memory and leaders stay", "memory does not fade", "revolutions leave no nationalism",
        "buffers are not absorbed", "no fear for order at home", "no cleavage",
    )  # fmt: skip
    lasted = {"as it was": durations(play_worlds(base), 100)}
    lasted |= {
        name: durations(play_worlds([w.with_parameters(CHANGES[name]) for w in base]), 100) for name in names
    }
    gained = {name: lasted[name] - lasted["as it was"] for name in names}
    unruly = every(*(verdicts(gained[name]) for name in names[2:4]))
    parts = {name: robustness(verdicts(gain), {})["draws"] for name, gain in gained.items()}
    return {
        "parts": parts,
        "L12": robustness(verdicts(gained["memory and leaders stay"]), drawn),
        "L13": robustness(unruly, drawn),
        "L10": robustness(verdicts(BEARABLE - gained["no cleavage"]), drawn),
    }


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=80)
    answer: dict = {}
    found: dict[str, Outcomes] = {}
    for name, sight in SIGHT.items():
        answer[name], found[name] = world(sight, runs)
    firm = robust(runs_at(scale, DRAWS, least=14))
    dim = found["dimmer"]

    def gain(name: str) -> Estimate:
        return dim.longer(name, "as it was")

    shape = answer["dimmer"]["shape of the hazard"]
    rises = sign(Estimate(*(shape[end] - 1 for end in ("value", "lower", "upper"))))
    worn = ("memory does not fade", "leaders stay", "offices teach new leaders")
    fear = gain("no fear for order at home")
    lost = gain("no cleavage")
    costs = (lost, found["as it is"].longer("no cleavage", "as it was"))
    borne = [sign(Estimate(BEARABLE - e.value, BEARABLE - e.upper, BEARABLE - e.lower)) for e in costs]
    at_home = sign(Estimate(-fear.value, -fear.upper, -fear.lower), TRIFLE)
    answer["over the judgements"] = firm["parts"]
    answer["claims"] = {
        "L12": finding(
            verdict(rises, *(sign(gain(name)) for name in worn)),
            "years gained where memory does not fade and leaders stay, with dimmer sight",
            gain("memory and leaders stay"),
            firm["L12"],
        ),
        "L13": finding(
            verdict(*(sign(gain(name)) for name in UNRULY), at_home),
            "years gained where revolutions leave no nationalism, with dimmer sight",
            gain("revolutions leave no nationalism"),
            firm["L13"],
            "it is nationalism and absorbed buffers: whether governments fear for order at home "
            "hardly matters",
        ),
        "L10": finding(
            verdict(sign(lost), *borne),
            "years that the cleavage costs the Concert",
            costs[1],
            firm["L10"],
            "there is as much sight as in the scenario; with less the cleavage costs more than ten years",
        ),
    }
    return answer


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(10.4, 5.0, (0.26, 0.2, 0.3, 0.62), (0.66, 0.2, 0.31, 0.62))
    names = list(answer["dimmer"]["gained if"])[::-1]
    for shift, (case, colour, marker) in zip(
        (0.12, -0.12), (("as it is", GREY, "o"), ("dimmer", BLUE, "s")), strict=True
    ):
        gains = [answer[case]["gained if"][name]["regime"] for name in names]
        places = np.arange(len(names)) + shift
        sight = f"sight {SIGHT[case]:g}"
        whiskers(left, places, gains, across=True, color=colour, fmt=marker, label=sight)
        rates = answer[case]["collapses a year"]
        middles = [(int(name[:4]) + int(name[-4:])) / 2 for name in rates]
        hundred = [{end: 100 * rate[end] for end in rate} for rate in rates.values()]
        whiskers(right, middles, hundred, color=colour, fmt=marker + "-", label=sight)
    left.set_yticks(range(len(names)), names)
    left.axvline(0, color=GREY, lw=0.8, ls=":")
    right.axvline(1848, color=RED, lw=0.8, ls=":")
    right.set_ylim(bottom=0)
    left.legend(fontsize=8.5, frameon=False, loc="lower left")
    right.legend(fontsize=8.5, frameon=False, loc="lower right")
    label(left, "years of cooperation gained, of 100")
    label(right, "year (dotted: 1848)", "collapses in 100 years of standing")
    return framed(
        figure,
        "The risk rises from 1848 on, and nationalism takes more than fading memory does",
        f"{RUNS:,} runs at each level of sight, the same seeds, 95 % intervals, seed {SEED}. "
        "Left: one thing undone, or the cleavage deepened.",
    )

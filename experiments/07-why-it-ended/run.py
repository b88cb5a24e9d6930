"""Why the Concert ended: the wave of 1848 crossed with what fades; worlds in which memory alone decides."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.collapse import causes_of_collapse
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
from regimesim.report.figures.style import BLUE, GREY, ORANGE, blank, framed, key_above, label, whiskers
from regimesim.report.sentences import capitalized
from regimesim.stats.estimates import Estimate, interval_of, mean, share, sign

SMALL = 0.15
SEED, RUNS, YEARS = 1848, 300, 100.0
WAVES = {"with the wave of 1848": (), "without it": ("~epochs.revolutions",)}
UNDONE: dict[str, dict[str, float]] = {
    "memory does not fade": {"norms.half_life": np.inf},
    "leaders stay": {"domestic.turnover": 0.0},
    "offices teach new leaders": {"norms.institutionalization": 1.0},
    "none of the three fades": {
        "norms.half_life": np.inf,
        "domestic.turnover": 0.0,
        "norms.institutionalization": 1.0,
    },
    "grievances do not fade": {"domestic.grievance_half_life": np.inf},
    "revolutions leave no nationalism": {"domestic.nationalism": 0.0},
    "no fear for order at home": {"domestic.preoccupation": 0.0},
    "buffers are not absorbed": {"geography.absorption": 0.0},
    "no cleavage": {"diplomacy.cleavage": 0.0},
    "a cleavage of 2": {"diplomacy.cleavage": 2.0},
}
MEASURED = ("cooperative_years", "disputes", "wars")
WINDOW = (30.0, 55.0)
"""Years since 1816 within which collapses are counted: 1846 to 1871."""
HALF_LIVES = {"10 years": 10.0, "40 years": 40.0, "never": np.inf}
LOW = {
    "shadow.resolve": 0.1,
    "domestic.revolution": 0.0,
    "domestic.nationalism": 0.0,
    "domestic.turnover": 0.0,
}
"""Little is answered, and nothing else wears: restraint must come from memory."""
BEARABLE, TRIFLE = 10.0, 1.0
"""Years of a century that a cleavage may cost without breaking it, and that are too few to matter."""
JUDGEMENTS = (
    *COMMON,
    "norms.institutionalization",
    "domestic.nationalism",
    "domestic.preoccupation",
    "domestic.grievance_half_life",
    "geography.absorption",
    "diplomacy.cleavage",
)


def asked() -> dict[str, rs.Scenario]:
    """Every wave with each thing undone; worlds in which memory alone decides."""
    found = {}
    for wave, settings in WAVES.items():
        base = rs.load_scenario("concert", list(settings))
        found[f"{wave}, as it is"] = base
        found |= {f"{wave}, {name}": base.with_parameters(to) for name, to in UNDONE.items()}
    calm = rs.load_scenario("concert", ["~epochs.revolutions"]).with_parameters(LOW)
    for name, years in HALF_LIVES.items():
        found[f"memory alone, {name}"] = calm.with_parameters({"norms.half_life": years})
    found["united in 1871 or not"] = rs.load_scenario("concert", ["world=europe_1816_without_unification"])
    return found


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=40)
    found = Outcomes(asked(), runs, SEED, YEARS)
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    names = ("as it is", *UNDONE)
    first, second = WAVES

    def gain(name: str, wave: str = first, spell: str = "regime") -> Estimate:
        return found.longer(f"{wave}, {name}", f"{wave}, as it is", spell)

    worn = ("memory does not fade", "leaders stay", "offices teach new leaders")
    alone = found.more("memory alone, never", "memory alone, 10 years", "cooperative_years")
    unruly = ("revolutions leave no nationalism", "buffers are not absorbed")
    fear = gain("no fear for order at home")
    cleft = gain("no cleavage")
    bearable = Estimate(BEARABLE - cleft.value, BEARABLE - cleft.upper, BEARABLE - cleft.lower)
    return {
        "years of the regime": {
            name: {wave: interval_of(found.years(f"{wave}, {name}")) for wave in WAVES} for name in names
        },
        "told": {wave: {name: found.told(f"{wave}, {name}", *MEASURED) for name in names} for wave in WAVES},
        "years of the regime gained": {
            name: {wave: interval_of(gain(name, wave)) for wave in WAVES} for name in UNDONE
        },
        "collapses between 1846 and 1871": {
            name: {wave: interval_of(in_window(found, f"{wave}, {name}")) for wave in WAVES} for name in names
        },
        "years of the regime that the wave costs": interval_of(
            found.longer(f"{second}, as it is", f"{first}, as it is")
        ),
        "memory alone": {name: found.told(f"memory alone, {name}", *MEASURED) for name in HALF_LIVES},
        "cooperative years gained by a memory without end": interval_of(alone),
        "without unification": found.gained("united in 1871 or not", f"{first}, as it is", *MEASURED),
        "why regimes collapsed": {
            wave: causes(found.worlds[f"{wave}, as it is"], min(runs, RUNS // 2)) for wave in WAVES
        },
        "over the judgements": firm["parts"],
        "claims": {
            "L12": finding(
                {f"{name}, {wave}": sign(gain(name, wave)) for name in worn for wave in WAVES}
                | {"where memory alone decides": sign(alone)},
                "years of the regime gained where neither memory nor leaders nor what "
                "they learn fades, with the wave",
                gain("none of the three fades"),
                firm["L12"],
            ),
            "L13": finding(
                {name: sign(gain(name)) for name in unruly}
                | {
                    "fear at home lengthened it": sign(
                        Estimate(-fear.value, -fear.upper, -fear.lower), TRIFLE
                    )
                },
                "years of the regime gained where revolutions leave no nationalism, with the wave",
                gain(unruly[0]),
                firm["L13"],
            ),
            "L10": finding(
                {"it costs something": sign(cleft), "it costs less than ten years": sign(bearable)},
                "years of the regime that the cleavage costs the Concert",
                cleft,
                firm["L10"],
            ),
        },
    }


def in_window(found: Outcomes, name: str) -> Estimate:
    """Share of runs whose first regime collapses within the window of years."""
    columns = found.columns[name]
    end = np.nan_to_num(columns["regime_onset"]) + columns["regime_years"]
    return mean(columns["regime_ended"] & (end >= WINDOW[0]) & (end < WINDOW[1]), (0.0, 1.0))


def causes(scenario: rs.Scenario, runs: int) -> dict:
    """Shares of what lowered the margin most before a collapse, the rarer ones together."""
    found = causes_of_collapse(rs.simulate(scenario, runs=runs, seed=SEED, record=0))
    number = len(found.replicate)
    counts = {cause: round(part * number) for cause, part in found.shares.items()}
    names = (
        "memory faded",
        "new leaders",
        "buffers lost",
        "grievances grew",
        "trust lost",
        "misperception",
        "chance",
    )
    rest = number - sum(counts.get(name, 0) for name in names)
    return {n: interval_of(share(counts.get(n, 0), number)) for n in names} | {
        "anything else": interval_of(share(rest, number))
    }


def robust(count: int) -> dict:
    """The same questions over draws of the judgements, with the wave."""
    drawn = draws(JUDGEMENTS, count, SEED)
    base = worlds(rs.load_scenario("concert"), drawn)
    names = (
        "none of the three fades",
        "memory does not fade",
        "revolutions leave no nationalism",
        "buffers are not absorbed",
        "no fear for order at home",
        "no cleavage",
    )
    whole = play_worlds(base, seed=SEED)["cooperative_years"]
    gained = {
        name: play_worlds([w.with_parameters(UNDONE[name]) for w in base], seed=SEED)["cooperative_years"]
        - whole
        for name in names
    }
    parts = {name: robustness(verdicts(gain, TRIFLE), {})["draws"] for name, gain in gained.items()}
    unruly = every(*(verdicts(gained[name]) for name in names[2:4]))
    return {
        "parts": parts,
        "L12": robustness(verdicts(gained["none of the three fades"]), drawn),
        "L13": robustness(unruly, drawn),
        "L10": robustness(verdicts(BEARABLE - gained["no cleavage"]), drawn),
    }


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(10.4, 5.0, (0.26, 0.18, 0.36, 0.62), (0.72, 0.18, 0.25, 0.62))
    names = list(answer["years of the regime"])[::-1]
    for shift, wave, colour, marker in zip((0.12, -0.12), WAVES, (BLUE, ORANGE), "os", strict=True):
        ends = [answer["years of the regime"][name][wave] for name in names]
        places = np.arange(len(names)) + shift
        whiskers(left, places, ends, across=True, color=colour, fmt=marker, label=wave)
    left.set_yticks(range(len(names)), names)
    label(left, f"years of the regime, of {YEARS:g}")
    ends = [answer["memory alone"][name]["cooperative_years"] for name in HALF_LIVES]
    whiskers(right, range(len(HALF_LIVES)), ends, color=GREY, fmt="o-")
    right.set_xticks(range(len(HALF_LIVES)), list(HALF_LIVES))
    label(right, "half-life of memory, where it alone decides", "cooperative years")
    key_above(figure, left)
    wave, gained = next(iter(WAVES)), answer["years of the regime gained"]
    most = max(gained, key=lambda name: gained[name][wave]["value"])
    return framed(
        figure,
        f"{capitalized(wave)} the regime gains most, {gained[most][wave]['value']:.0f} years, where {most}",
        f"Left: one thing undone at a time. {RUNS:,} runs a world, the same seeds, 95 % intervals, "
        f"seed {SEED}.",
    )

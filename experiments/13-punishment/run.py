"""A threat that is carried out: what one defection costs, and what longer and surer punishment does."""

from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import deviations
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
from regimesim.stats.estimates import interval_of, sign

SMALL = 0.2
SEED, RUNS, YEARS = 13, 100, 100.0
LENGTHS = (0.25, 0.5, 1.0, 2.0, 3.0)
RESOLVE = (0.1, 0.35, 0.7, 1.0)
SHORT, LONG, SELDOM, SURE = 0.5, 2.0, 0.1, 0.7
MEASURED = ("cooperative_years", "disputes", "estranged_share")
CHEAT = "Russia"
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""


def threat(world: rs.Scenario, years: float | None = None, resolve: float | None = None) -> rs.Scenario:
    changes = {"shadow.punishment_years": years, "shadow.resolve": resolve}
    return world.with_parameters({name: value for name, value in changes.items() if value is not None})


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=20)
    base = rs.load_scenario("concert")
    asked = {
        f"{years:g} {resolve:g}": threat(base, years, resolve) for years in LENGTHS for resolve in RESOLVE
    }
    asked |= {f"long {years:g}": threat(base, years) for years in LENGTHS}
    asked |= {f"sure {resolve:g}": threat(base, resolve=resolve) for resolve in RESOLVE}
    found = Outcomes(asked, runs, SEED, YEARS)
    cheats = deviations.losses(base, CHEAT, [deviations.Once(), deviations.OneIn(4)], runs=runs, seed=SEED)
    lost = {part.deviation: part.loss for part in cheats}
    longer = found.more(f"long {LONG:g}", f"long {SHORT:g}", "cooperative_years")
    surer = found.more(f"sure {SURE:g}", f"sure {SELDOM:g}", "cooperative_years")
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))
    return {
        f"payoff a year that {CHEAT} loses by defecting": {n: interval_of(loss) for n, loss in lost.items()},
        "cooperative years by years of punishment": {
            f"{years:g}": {
                f"resolve {resolve:g}": interval_of(found.mean(f"{years:g} {resolve:g}", "cooperative_years"))
                for resolve in RESOLVE
            }
            for years in LENGTHS
        },
        "by length, at the scenario's resolve": {
            f"{y:g} years": found.told(f"long {y:g}", *MEASURED) for y in LENGTHS
        },
        "by resolve, at the scenario's length": {
            f"{r:g}": found.told(f"sure {r:g}", *MEASURED) for r in RESOLVE
        },
        "cooperative years added": {"by longer": interval_of(longer), "by surer": interval_of(surer)},
        "over the judgements": firm["parts"],
        "claims": {
            "M1": finding(
                {
                    "defecting one quarter in four costs the cheat": sign(lost["one in 4"]),
                    "longer punishment lengthens cooperation": sign(longer),
                    "surer punishment lengthens cooperation": sign(surer),
                },
                f"payoff a year that {CHEAT} loses in the Concert by defecting one quarter in four",
                lost["one in 4"],
                firm["M1"],
            )
            | {
                "claim": (
                    "A threat that is carried out deters: defection costs, and longer and "
                    "surer punishment lengthen cooperation."
                )
            }
        },
    }


def robust(count: int) -> dict:
    """Longer and surer, over draws of the other judgements."""
    left_out = ("shadow.punishment_years", "shadow.resolve")
    drawn = draws([name for name in COMMON if name not in left_out], count, SEED)
    base = worlds(rs.load_scenario("concert"), drawn)
    cases = {"short": (SHORT, None), "long": (LONG, None), "seldom": (None, SELDOM), "sure": (None, SURE)}
    years = {
        name: play_worlds([threat(world, *case) for world in base], seed=SEED)["cooperative_years"]
        for name, case in cases.items()
    }
    longer = verdicts(years["long"] - years["short"], TRIFLE)
    surer = verdicts(years["sure"] - years["seldom"], TRIFLE)
    return {
        "parts": {
            "longer punishment lengthens": robustness(longer, {})["draws"],
            "surer punishment lengthens": robustness(surer, {})["draws"],
        },
        "M1": robustness(every(longer, surer), drawn),
    }


def draw(answer: Answer) -> Figure:
    figure, (ax,) = blank(7.5, 4.4, (0.11, 0.18, 0.86, 0.62))
    table = answer["cooperative years by years of punishment"]
    for resolve, colour, fmt in zip(
        RESOLVE, (GREY, BLUE, ORANGE, GREEN), ("o-", "s-", "^-", "D-"), strict=True
    ):
        ends = [row[f"resolve {resolve:g}"] for row in table.values()]
        whiskers(ax, LENGTHS, ends, color=colour, fmt=fmt, label=f"resolve {resolve:g}")
    ax.axvline(1.0, color=RED, lw=0.6, ls=":")
    key_above(figure, ax)
    label(ax, "years of punishment", f"cooperative years in {YEARS:g}")
    return framed(
        figure,
        "Length and sureness of punishment in the Concert",
        f"{RUNS} runs a point on the same seeds, seed {SEED}, 95 % intervals.",
    )

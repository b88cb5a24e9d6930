"""Leniency and reputation: a state that is known to be lenient, and one that is so in secret."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import deviations
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.robustness import COMMON, draws, every, robustness, worlds
from regimesim.report.figures.style import BLUE, GREY, ORANGE, blank, framed, key_above, label, whiskers
from regimesim.stats.estimates import Estimate, interval_of, sign

SMALL = 0.12
SEED, RUNS, DRAWS, RUNS_A_DRAW = 14, 200, 32, 16
CASES = {
    "Russia in the Concert": ("concert", "Russia"),
    "Britain in the Concert": ("concert", "Britain"),
    "a state under self-help": ("anarchy", "A"),
}
SHARES = (0.0, 0.25, 0.5, 0.75)
"""Of its accusations, how many the lenient state acts on."""


def gained(loss: Estimate) -> Estimate:
    return Estimate(-loss.value, -loss.upper, -loss.lower)


def both(world: rs.Scenario, who: str, kept: float, runs: int) -> tuple[Estimate, Estimate]:
    """Payoff a year that a lenient state gains, in secret and known."""
    resolve = float(world["shadow.resolve"])
    (secret,) = deviations.losses(world, who, [deviations.NeverAccuse(kept * resolve)], runs=runs, seed=SEED)
    known = deviations.known_leniency(world, who, kept * resolve, runs=runs, seed=SEED)
    return gained(secret.loss), gained(known.loss)


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=20)
    found = {
        case: {kept: both(rs.load_scenario(name), who, kept, runs) for kept in SHARES}
        for case, (name, who) in CASES.items()
    }
    firm = robust(runs_at(scale, DRAWS, least=8))
    parts = {}
    for case, by_share in found.items():
        secret, known = by_share[0.25]
        parts |= {
            f"{case} gains in secret": sign(secret),
            f"{case} loses if it is known": sign(gained(known)),
        }
    return {
        "payoff a year gained": {
            case: {
                f"acts on {kept:g} of its accusations": {
                    "in secret": interval_of(secret),
                    "known": interval_of(known),
                }
                for kept, (secret, known) in by_share.items()
            }
            for case, by_share in found.items()
        },
        "over the judgements": firm["parts"],
        "claims": {
            "M2": finding(
                parts,
                "payoff a year that Russia loses in the Concert if it is known to act "
                "on a quarter of its accusations",
                gained(found["Russia in the Concert"][0.25][1]),
                firm["M2"],
            )
            | {
                "claim": (
                    "Resolve is a reputation: a state that is known to be lenient loses, "
                    "one that is so in secret gains."
                )
            }
        },
    }


def robust(count: int) -> dict:
    """The same for Russia in the Concert, over draws of the judgements."""
    drawn = draws(COMMON, count, SEED)
    told = [both(w, "Russia", 0.25, RUNS_A_DRAW) for w in worlds(rs.load_scenario("concert"), drawn)]
    code = {"more": 1, "less": -1}
    secret = np.array([code.get(sign(one), 0) for one, _ in told])
    known = np.array([code.get(sign(gained(other)), 0) for _, other in told])
    return {
        "parts": {
            "secret leniency gains": robustness(secret, {})["draws"],
            "known leniency loses": robustness(known, {})["draws"],
        },
        "M2": robustness(every(secret, known), drawn),
    }


def draw(answer: Answer) -> Figure:
    boxes = tuple((0.07 + 0.32 * k, 0.2, 0.26, 0.55) for k in range(len(CASES)))
    figure, axes = blank(10.5, 4.0, *boxes)
    for ax, case in zip(axes, CASES, strict=True):
        rows = list(answer["payoff a year gained"][case].values())
        for how, colour, fmt in (("in secret", BLUE, "o-"), ("known", ORANGE, "s-")):
            whiskers(ax, SHARES, [row[how] for row in rows], color=colour, fmt=fmt, label=how)
        ax.axhline(0, color=GREY, lw=0.6)
        ax.set_title(case, fontsize=10, loc="left")
        label(ax, "share of its accusations it acts on", "payoff a year gained" if ax is axes[0] else "")
    key_above(figure, *axes)
    return framed(
        figure,
        "Leniency in secret, and leniency that is known",
        f"{RUNS} runs on the same seeds, seed {SEED}, 95 % intervals. 1 would be the "
        f"state's own resolve, and no change.",
    )

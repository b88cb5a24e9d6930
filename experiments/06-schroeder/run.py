"""The three arrangements of Schroeder, taken from the Concert in turn, and how much each has done."""

from itertools import chain

from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import robustness
from regimesim.analysis.ablation import (
    Shares,
    Worlds,
    coalitions,
    pseudo_observations,
    shapley,
    shapley_values,
)
from regimesim.analysis.arrangements import without
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.report.figures.style import BLUE, ORANGE, blank, framed, key_above, label
from regimesim.stats.estimates import Estimate, interval_of, mean_of, sign

SMALL = 0.2
SEED, RUNS, YEARS = 6, 100, 100
ARRANGEMENTS = {
    "duties and guarantees": ("norms", "conferences", "negotiation"),
    "small states between": ("buffers",),
    "disputes overseas kept apart": ("insulation",),
}
"""Schroeder's three, in the words of ``regimesim.analysis.arrangements``."""
PARTS = tuple(chain.from_iterable(ARRANGEMENTS.values()))
CASES = {"the Concert": (), "with less transparency": ("transparency.level=0.3",)}
SPELLS = {"cooperation": "regime", "peace": "peace"}
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=24)
    found: dict = {}
    gaps: dict = {}
    for case, settings in CASES.items():
        found[case], gaps[case] = concert(rs.load_scenario("concert", list(settings)), runs)
    firm = robust(scale)
    here = gaps["the Concert"]
    return found | {
        "over the judgements": {name: part["draws"] for name, part in firm.items()},
        "claims": {
            "L11": finding(
                {f"{name}, for {word}": sign(here[word, name]) for word in SPELLS for name in ARRANGEMENTS},
                "years of the Concert's regime lost where small states no longer stand between",
                here["cooperation", "small states between"],
                firm["each of the three lengthens cooperation"],
            ),
            "L9": finding(
                {f"for {word}": sign(here[word, "conferences"]) for word in SPELLS},
                "years of the Concert's regime that hang on conferences",
                here["cooperation", "conferences"],
                firm["conferences lengthen cooperation"],
            ),
        },
    }


def concert(scenario: rs.Scenario, runs: int) -> tuple[dict, dict[tuple[str, str], Estimate]]:
    worlds = Worlds(scenario, runs, SEED, YEARS)
    found: dict = {}
    gaps: dict[tuple[str, str], Estimate] = {}
    for word, spell in SPELLS.items():
        gaps |= {(word, name): lost(worlds, parts, spell) for name, parts in ARRANGEMENTS.items()}
        gaps |= {(word, part): lost(worlds, (part,), spell) for part in PARTS}
        whole = worlds.results().summary(spell, YEARS).rmst
        bare = worlds.results(PARTS).summary(spell, YEARS).rmst
        by_part = shapley(worlds, spell=spell, horizon=YEARS, among=PARTS)
        found[word] = {
            "years with all": interval_of(whole),
            "years with none of them": interval_of(bare),
            "lost if it alone is taken away": {
                name: interval_of(gaps[word, name]) for name in (*ARRANGEMENTS, *PARTS)
            },
            "Shapley share of three": shares_of_three(worlds, spell),
            "Shapley share by part": shares(by_part),
        }  # fmt: skip
    return found, gaps


def lost(worlds: Worlds, removed: tuple[str, ...], spell: str) -> Estimate:
    return worlds.difference(removed, (), spell, YEARS).paired


def shares_of_three(worlds: Worlds, spell: str) -> dict:
    """Each of the three as one player, whatever it is made of."""
    worth = {
        kept: pseudo_observations(worlds, absent(kept), spell, YEARS)
        for kept in coalitions(list(ARRANGEMENTS))
    }
    values = shapley_values(worth, list(ARRANGEMENTS))
    together = worth[frozenset(ARRANGEMENTS)] - worth[frozenset()]
    return {name: interval_of(mean_of(value, YEARS)) for name, value in values.items()} | {
        "together": interval_of(mean_of(together, YEARS))
    }


def absent(kept: frozenset[str]) -> list[str]:
    return [part for name, parts in ARRANGEMENTS.items() if name not in kept for part in parts]


def shares(found: Shares) -> dict:
    return {name: interval_of(found.estimate(name)) for name in (*PARTS, "together")}


def robust(scale: float) -> dict:
    """Over draws of the judgements: does each, taken away alone, shorten cooperation?"""
    names = (*robustness.COMMON, "periphery.insulation", "diplomacy.renegotiation")
    drawn = robustness.draws(names, runs_at(scale, robustness.ASSUMPTION_DRAWS, least=8), SEED)
    base = robustness.worlds(rs.load_scenario("concert"), drawn)
    asked = ARRANGEMENTS | {"conferences": ("conferences",)}
    whole = robustness.play_worlds(base, seed=SEED)["cooperative_years"]
    alone = {
        name: robustness.verdicts(
            whole
            - robustness.play_worlds([without(world, *parts) for world in base], seed=SEED)[
                "cooperative_years"
            ],
            TRIFLE,
        )
        for name, parts in asked.items()
    }
    found = {
        f"{name}: cooperation is less without": robustness.robustness(v, drawn) for name, v in alone.items()
    }
    three = [alone[name] for name in ARRANGEMENTS]
    found["each of the three lengthens cooperation"] = robustness.robustness(robustness.every(*three), drawn)
    found["conferences lengthen cooperation"] = robustness.robustness(alone["conferences"], drawn)
    return found


def draw(answer: Answer) -> Figure:
    figure, axes = blank(10.2, 4.4, (0.22, 0.2, 0.35, 0.53), (0.62, 0.2, 0.35, 0.53))
    names = list(ARRANGEMENTS)
    for ax, case in zip(axes, CASES, strict=True):
        for shift, word, colour, marker in ((0.12, "cooperation", BLUE, "o"), (-0.12, "peace", ORANGE, "s")):
            for k, name in enumerate(names):
                part = answer[case][word]
                for end, filled, down in (
                    (part["Shapley share of three"][name], True, 0.0),
                    (part["lost if it alone is taken away"][name], False, 0.06),
                ):
                    words = f"{word}: {'Shapley share' if filled else 'lost if it alone is taken away'}"
                    ax.errorbar(
                        end["value"], len(names) - 1 - k + shift - down,
                        xerr=[[end["value"] - end["lower"]], [end["upper"] - end["value"]]], fmt=marker,
                        ms=6, lw=1.2, color=colour, mfc=colour if filled else "white",
                        label=words if k == 0 else None,
                    )  # fmt: skip
        ax.set_yticks(range(len(names)), names[::-1] if ax is axes[0] else [""] * len(names))
        ax.set_ylim(-0.5, len(names) - 0.5)
        ax.set_title(case, fontsize=10, loc="left")
        ax.axvline(0, color=BLUE, lw=0.4)
        label(ax, f"years of the first {YEARS}")
    key_above(figure, *axes)
    return framed(
        figure,
        "What hangs on each of the three arrangements",
        f"Concert; {RUNS} runs a world on the same seeds, seed {SEED}, 95 % intervals.",
    )

"""The three arrangements of Schroeder, taken from the Concert in turn, and how much each has done."""

from itertools import chain

import numpy as np
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
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, ORANGE, blank, framed, label
from regimesim.stats.estimates import interval_of, mean_of, sign

SMALL = 0.05
SEED, RUNS, YEARS = 6, 200, 100
ARRANGEMENTS = {
    "duties and guarantees": ("norms", "conferences", "negotiation"),
    "small states between": ("buffers",),
    "disputes overseas kept apart": ("insulation",),
}
"""Schroeder's three, in the words of ``regimesim.analysis.arrangements``."""
PARTS = tuple(chain.from_iterable(ARRANGEMENTS.values()))
CASES = {"the Concert": (), "with less sight": ("transparency.level=0.3",)}
"""As it is, and nearer to where it breaks: at .4 it stands for most of the century whatever one does."""
SPELLS = {"cooperation": "regime", "peace": "peace"}
RUNS_A_DRAW, TRIFLE = 24, 0.5


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS)
    answer: dict = {
        case: concert(rs.load_scenario("concert", list(settings)), runs) for case, settings in CASES.items()
    }
    answer["robustness"] = robust(scale)
    return answer


def concert(scenario: rs.Scenario, runs: int) -> dict:
    worlds = Worlds(scenario, runs, SEED, YEARS)
    found: dict = {}
    for word, spell in SPELLS.items():
        whole = worlds.results().summary(spell, YEARS).rmst
        bare = worlds.results(PARTS).summary(spell, YEARS).rmst
        by_part = shapley(worlds, spell=spell, horizon=YEARS, among=PARTS)
        found[word] = {
            "years with all": interval_of(whole),
            "years with none of them": interval_of(bare),
            "removed alone": {
                name: parted(worlds, parts, spell) for name, parts in ARRANGEMENTS.items()
            },
            "removed alone, by part": {part: parted(worlds, (part,), spell) for part in PARTS},
            "Shapley share of three": shares_of_three(worlds, spell),
            "Shapley share by part": shares(by_part),
        }  # fmt: skip
    return found


def parted(worlds: Worlds, removed: tuple[str, ...], spell: str) -> dict:
    gap = worlds.difference(removed, (), spell, YEARS).paired
    return {"years that hang on it": interval_of(gap), "it does": sign(gap)}


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
    """Over draws of the judgements: does each, taken away alone, shorten it; whose share is largest?"""
    names = [name for name in robustness.COMMON if name != "diplomacy.conference"]
    names += ["diplomacy.conference", "periphery.insulation", "diplomacy.renegotiation"]
    drawn = robustness.draws(names, runs_at(scale, robustness.DRAWS, least=10))
    base = robustness.worlds(rs.load_scenario("concert"), drawn)
    found: dict = {}
    played = {
        kept: robustness.play_worlds([without(world, *absent(kept)) for world in base], RUNS_A_DRAW)
        for kept in coalitions(list(ARRANGEMENTS))
    }
    for word, spell in SPELLS.items():
        worth = {kept: robustness.durations(columns, YEARS, spell) for kept, columns in played.items()}
        everything = frozenset(ARRANGEMENTS)
        alone = {
            name: robustness.verdicts(worth[everything] - worth[everything - {name}], TRIFLE)
            for name in ARRANGEMENTS
        }
        values = shapley_values(worth, list(ARRANGEMENTS))
        found[word] = {
            f"removed alone, {name} shortens it": robustness.robustness(verdicts, drawn)
            for name, verdicts in alone.items()
        }
        found[word] |= {
            f"the share of {name} is above 0": robustness.robustness(
                robustness.verdicts(value, TRIFLE), drawn
            )["draws"]
            for name, value in values.items()
        }
        for name, value in values.items():
            others = [robustness.verdicts(value - values[other]) for other in ARRANGEMENTS if other != name]
            found[word][f"the share of {name} is the largest"] = robustness.robustness(
                np.minimum.reduce(others), drawn
            )["draws"]
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
                    (part["removed alone"][name]["years that hang on it"], False, 0.06),
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
    figure.legend(
        *axes[0].get_legend_handles_labels(), fontsize=8, frameon=False, ncols=4, loc="upper left",
        bbox_to_anchor=(0.08, 0.88),
    )  # fmt: skip
    return framed(
        figure,
        "Small states between and duties did most, disputes overseas kept apart least",
        f"Concert; {RUNS} runs a world on the same seeds, seed {SEED}, 95 % intervals.",
    )

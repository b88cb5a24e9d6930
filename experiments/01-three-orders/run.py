"""Which lasts longer, the Concert, two superpowers or collective security? Is anarchy the shortest?"""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import robustness
from regimesim.analysis.arrangements import without
from regimesim.analysis.comparison import rates, spell_sample
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.analysis.pairs import Side, pairs_of
from regimesim.report.figures.style import GREY, blank, framed, label, look
from regimesim.scenario.files import scenario_names
from regimesim.scenario.messages import spoken
from regimesim.stats.estimates import interval_of, mean, sign
from regimesim.stats.survival import rmst_difference

SMALL = 0.05
SEED, RUNS, YEARS = 1, 500, 100
RUNS_A_DRAW = 30
THREE = ("concert", "collective_security", "bipolar")
PAIRS = (("concert", "collective_security"), ("concert", "bipolar"), ("collective_security", "bipolar"))
SPELLS = {"cooperation": "regime", "peace": "peace"}
TRIFLE = 1.0
"""Years that are too few to matter."""


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=32)
    names = scenario_names()
    played = {name: rs.simulate(name, runs=runs, seed=SEED, years=YEARS, record=0) for name in names}
    answer: dict = {"scenarios": {name: in_short(results) for name, results in played.items()}}
    answer["differences"] = {
        f"{a} over {b}": {word: longer(played[a], played[b], spell) for word, spell in SPELLS.items()}
        for a, b in PAIRS
    }
    answer["anarchy is shorter than"] = {
        name: longer(played[name], played["anarchy"], "regime") for name in names if name != "anarchy"
    }
    answer["expectations"] = {name: expectations(name, runs) for name in ("concert", "collective_security")}
    answer["games"] = {name: games(name) for name in names}
    answer["robustness"] = robust(scale)
    return answer


def in_short(results: rs.Results) -> dict:
    """Means up to the horizon, what stands at its end, disputes and wars in a hundred pair-years."""
    found: dict = {}
    for word, spell in SPELLS.items():
        short = results.summary(spell)
        found[f"years of {word}"] = interval_of(short.rmst)
        found[f"{word} stands at the end"] = interval_of(mean(~results.columns[f"{spell}_ended"]))
    for word, rate in rates(results).items():
        found[f"{word} in 100 pair-years"] = interval_of(rate)
    return found


def longer(one: rs.Results, other: rs.Results, spell: str) -> dict:
    gap = rmst_difference(spell_sample(one, spell), spell_sample(other, spell), YEARS)
    return {"years more": interval_of(gap), "which is": sign(gap)}


def expectations(name: str, runs: int) -> dict:
    """What its institutions do to errors of expectation, and to the spread between observers (L6)."""
    whole = rs.load_scenario(name)
    one, bare = (
        rs.simulate(world, runs=runs, seed=SEED, years=YEARS, record=0).columns
        for world in (whole, without(whole, "institutions"))
    )
    found = {}
    for word, column in (("error", "expectation_error"), ("spread between observers", "trust_spread")):
        found[word] = interval_of(mean(one[column]))
        found[f"{word} without institutions"] = interval_of(mean(bare[column]))
    return found


def games(name: str) -> dict:
    """The game of a round, what restraint in it is worth, and the patience that it asks for (L7)."""
    whole = rs.load_scenario(name)
    with_, bare = sides(whole), sides(without(whole, "institutions"))
    return {
        "games": sorted({side.game for side in with_}),
        "margin": margin(whole),
        "margin without institutions": margin(without(whole, "institutions")),
        "discount factor needed": needed(with_),
        "discount factor needed without institutions": needed(bare),
    }


def sides(scenario: rs.Scenario) -> list[Side]:
    return [side for pair in pairs_of(scenario) for side in (pair.first, pair.second)]


def margin(scenario: rs.Scenario) -> float:
    """What restraint is worth at the start, over all ordered pairs."""
    return float(np.mean([side.margin for side in sides(scenario)]))


def needed(found: list[Side]) -> float | None:
    middle = float(np.median([side.discount_needed for side in found]))
    return middle if middle < 1 else None


def robust(scale: float) -> dict:
    """The same comparisons over draws of the judgements."""
    drawn = robustness.draws(count=runs_at(scale, robustness.DRAWS, least=10))
    years: dict[str, dict[str, np.ndarray]] = {}
    for name in scenario_names():
        columns = robustness.play_worlds(robustness.worlds(rs.load_scenario(name), drawn), RUNS_A_DRAW)
        years[name] = {word: robustness.durations(columns, YEARS, spell) for word, spell in SPELLS.items()}
    found: dict = {}
    for a, b in PAIRS:
        for word in SPELLS:
            verdicts = robustness.verdicts(years[a][word] - years[b][word], TRIFLE)
            found[f"{a} has more {word} than {b}"] = robustness.robustness(verdicts, drawn)
    above = {
        name: robustness.verdicts(years[name]["cooperation"] - years["anarchy"]["cooperation"], TRIFLE)
        for name in years
        if name != "anarchy"
    }
    found["longer than anarchy"] = {
        name: robustness.robustness(verdicts, drawn)["draws"] for name, verdicts in above.items()
    }
    # where nothing or everything lasts there is no difference to be told: shorter than anarchy is what counts
    none_below = np.where(np.stack(list(above.values())).min(axis=0) >= 0, 1, -1)
    found["no order is shorter than anarchy"] = robustness.robustness(none_below, drawn)
    found["institutions make restraint worth more in the concert"] = robustness.robustness(
        worthier(drawn), drawn
    )
    return found


def worthier(drawn: robustness.DrawTable) -> robustness.Verdicts:
    """Draw by draw whether the mean margin at the start is higher with institutions (L7); no luck in it."""
    whole = robustness.worlds(rs.load_scenario("concert"), drawn)
    gained = [margin(world) - margin(without(world, "institutions")) for world in whole]
    return np.sign(np.round(gained, 9)).astype(np.int64)


def draw(answer: Answer) -> Figure:
    figure, axes = blank(9.6, 4.6, (0.19, 0.17, 0.37, 0.64), (0.6, 0.17, 0.37, 0.64))
    found = answer["scenarios"]
    names = sorted(found, key=lambda name: found[name]["years of cooperation"]["value"])
    for ax, word in zip(axes, SPELLS, strict=True):
        for height, name in enumerate(names):
            end = found[name][f"years of {word}"]
            reach = [[end["value"] - end["lower"]], [end["upper"] - end["value"]]]
            sight = look(name) if name in THREE else None
            ax.errorbar(
                end["value"], height, xerr=reach, fmt=sight.marker if sight else "o",
                color=sight.colour if sight else GREY, ms=7 if sight else 4, lw=1.5,
            )  # fmt: skip
        ax.set_yticks(range(len(names)), [spoken(name) if ax is axes[0] else "" for name in names])
        ax.set_xlim(-2, 102)
        ax.grid(axis="x", lw=0.4)
        label(ax, f"years of {word} in the first {YEARS}")
    return framed(
        figure,
        "Collective security that sees all cooperates longest, the Concert nearly as long; "
        "anarchy is shortest",
        f"Restricted means with 95 % intervals, {RUNS} runs each, seed {SEED}. Large: the three that the "
        "question is about.",
    )

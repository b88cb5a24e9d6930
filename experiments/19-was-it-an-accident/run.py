"""Was it an accident? When and by what the fate of the Concert is decided, and whether forecasts hold."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.ablation import Worlds
from regimesim.analysis.arrangements import arrangements_of
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.analysis.forecasts import Bin, ChanceForecasts, forecasts
from regimesim.analysis.futures import play_out, question_of
from regimesim.analysis.hinges import hinges_of
from regimesim.analysis.splitting import rare_event
from regimesim.analysis.wordings import happened
from regimesim.chronicle.replacements import kind_of
from regimesim.chronicle.replay import replay
from regimesim.core.draws import WAR, Replacement
from regimesim.core.lanes import Lanes
from regimesim.report.figures.style import BLUE, GREY, blank, framed, label, whiskers
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for
from regimesim.stats.estimates import Estimate, Floats, interval_of, mean, share

SMALL = 0.05
SEED, RUNS, FUTURES = 18, 1000, 40
UNTIL = 1850
FIFTHS = 5
YEARS = (1824, 1832, 1840, 1848, 1848.5, 1849)
QUARRELS = (1842, 1847)
HISTORIES, PAIRED, PLAIN, ROOTS = 24, 2048, 100_000, 2048
REPEATS = 3
AS_IT_IS: tuple[str, ...] = ()
CALMER = ("domestic.revolution=0", "war.contagion=0.03")
TEN, LAST = 10.0, 10.0
PREVENTED, MISFORTUNE = "one thing less than happened", "one misfortune more"
MISFORTUNES = ("war", "quarrel", "observe", "intend", "tremble", "wave", "spread")
"""Draws that, made as small as can be, make happen what nobody would wish: 0 is a war, or a false charge."""


def run(scale: float = 1.0) -> Answer:
    made = forecasts("concert", UNTIL, YEARS, runs=runs_at(scale, RUNS, 100), futures=FUTURES, seed=SEED)
    return {
        "forecasts": told_forecasts(made),
        "reliability": told_reliability(made),
        "one quarrel": quarrels(runs_at(scale, PAIRED, 128)),
        "hinges": told_hinges(runs_at(scale, HISTORIES, 1)),
        "rare wars": rare_wars(scale),
        "switches": switches(runs_at(scale, RUNS, 100)),
    }


def told_forecasts(made: ChanceForecasts) -> dict:
    """Quality of forecasts in each year, and how much of what was uncertain is then known."""
    parts = zip(
        made.year, made.forecast, made.brier(), made.skill(), made.resolved(), made.drift(), strict=True
    )
    return {
        f"{year:g}": {
            "forecast": interval_of(mean(row)),
            "Brier score": interval_of(brier),
            "better than the base rate by": interval_of(skill),
            "known by then": interval_of(resolved),
            "drift to the next": interval_of(drift),
        }
        for year, row, brier, skill, resolved, drift in parts
    }


def told_reliability(made: ChanceForecasts) -> dict:
    """Share of forecasts that came true, and whether runs lie among their futures as one of them."""
    bins = {round(part.low * FIFTHS): part for part in made.reliability(FIFTHS)}
    came = {f"{k / FIFTHS:g} to {(k + 1) / FIFTHS:g}": told_bin(bins.get(k)) for k in range(FIFTHS)}
    places = {f"{year:g}": interval_of(mean(row)) for year, row in zip(made.year, made.place, strict=True)}
    outer = {
        f"{year:g}": interval_of(share(int(((row < 0.1) | (row > 0.9)).sum()), len(row)))
        for year, row in zip(made.year, made.place, strict=True)
    }
    return {"forecasts of": came, "mean place": places, "in the outer fifth": outer}


def told_bin(part: Bin | None) -> dict:
    """Share of forecasts of about that which came true; where there were none, anything may be."""
    came, apart = (part.came, part.apart) if part else (Estimate(0.5, 0.0, 1.0), Estimate(0.0, -1.0, 1.0))
    return {"came": interval_of(came), "came minus forecast": interval_of(apart)}


def stands(world: rs.Scenario, runs: int, replaced: list[Replacement]) -> Floats:
    """1 where the regime of a run stands, with draws of all runs replaced."""
    design, question = lower(world), question_of(world, until=UNTIL)
    size, found = lanes_for(design), []
    for first in range(0, runs, size):
        own = np.arange(first, min(runs, first + size))
        lanes = Lanes(design, np.zeros(len(own), np.intp), own, SEED)
        lanes.replace_draws(replaced)
        lanes.play(max((one.round for one in replaced), default=-1) + 1)
        lanes.replace_draws(())
        found.append(play_out(lanes, question).stands)
    return np.concatenate(found).astype(float)


def quarrels(runs: int) -> dict:
    """Effect of one quarrel between two of the five on the chance: mean over pairs, on the same seeds."""
    answer = {}
    for name, settings in {"as it is": (), "no buffer is absorbed": ("geography.absorption=0",)}.items():
        world = rs.load_scenario("concert", [*settings])
        plain = stands(world, runs, [])
        for year in QUARRELS:
            t = round((year - world.start) * world.rounds_per_year)
            pairs = combinations(range(len(world.states)), 2)
            gained = [stands(world, runs, [Replacement(t, int(WAR), j, i, 0)]) - plain for i, j in pairs]
            answer[f"{year}, {name}"] = interval_of(mean(np.mean(gained, axis=0)))
        answer[f"chance to stand in {UNTIL}, {name}"] = interval_of(share(int(plain.sum()), runs))
    return answer


def told_hinges(count: int) -> dict:
    """Draws of the last ten years that turn the ending of histories that did not last."""
    world, found, k = rs.load_scenario("concert"), [], 0
    question = question_of(world)
    while len(found) < count:
        history = replay(world, SEED, k)
        if not question.fates(history.lanes).stands[0]:
            ended = history.year(question.known_from(history.lanes) - question.window)
            found.append(hinges_of(history, futures=2, since=max(world.start, ended - LAST)))
        k += 1
    counted = dict.fromkeys(("a round", "a single draw", PREVENTED, MISFORTUNE), 0)
    rounds = agree = 0
    for one in found:
        prevented = [happened(one.history, *draw[:4]) for draw in one.turning]
        worse = [kind_of(draw)[0] in MISFORTUNES and draw.value == 0 for draw in one.turning]
        counted["a round"] += bool(one.rounds)
        counted["a single draw"] += bool(one.turning)
        counted[PREVENTED] += any(prevented)
        counted[MISFORTUNE] += any(bad and not had for bad, had in zip(worse, prevented, strict=True))
        single = {draw.round for draw in one.turning}
        rounds, agree = rounds + len(one.rounds), agree + sum(part.round in single for part in one.rounds)
    answer = {f"turned by {name}": interval_of(share(number, count)) for name, number in counted.items()}
    answer["rounds whose luck turns it with a single draw that does"] = interval_of(
        share(agree, max(1, rounds))
    )
    return answer


def rare_wars(scale: float) -> dict:
    """Systemic wars within ten years by splitting, beside plain runs where there are enough of them."""
    answer = {}
    for name, settings in {"under a thousandth": AS_IT_IS, "a few in a hundred thousand": CALMER}.items():
        world = rs.load_scenario("concert", [*settings])
        roots = runs_at(scale, ROOTS, 1024)
        found = [rare_event(world, years=TEN, runs=roots, seed=SEED + k) for k in range(REPEATS)]
        values = np.array([one.probability.value for one in found])
        error = math.sqrt(sum(float(one.probability.standard_error or 0) ** 2 for one in found)) / REPEATS
        reach = math.exp(1.96 * error / values.mean())
        both = Estimate(float(values.mean()), values.mean() / reach, values.mean() * reach)
        saved = mean(np.log([one.cost_ratio for one in found]))
        answer[name] = {
            "by splitting, of a million": interval_of(times(both, 1e6)),
            "rounds of plain runs for the same error, to one": {
                end: math.exp(number) for end, number in interval_of(saved).items() if number is not None
            },
        }
    runs = runs_at(scale, PLAIN, 20_000)
    plain = rs.simulate(rs.load_scenario("concert", [*AS_IT_IS]), runs, SEED, years=TEN, record=0)
    came = share(int(plain.columns["systemic_ended"].sum()), runs)
    answer["under a thousandth"]["by plain runs, of a million"] = interval_of(times(came, 1e6))
    return answer


def times(one: Estimate, factor: float) -> Estimate:
    return replace(one, value=one.value * factor, lower=one.lower * factor, upper=one.upper * factor)


def switches(runs: int) -> dict:
    """Years that each arrangement carries on the same seeds, and the share of runs that they need of it."""
    batches = [Worlds("concert", runs // 5, SEED + k) for k in range(5)]
    answer = {}
    for name in arrangements_of(batches[0].scenario):
        parts = [one.difference((name,), (), "regime", one.scenario.years) for one in batches]
        answer[name] = {
            "years of the regime": interval_of(mean([part.paired.value for part in parts])),
            "runs needed, of those on other seeds": interval_of(mean([part.narrowed**-2 for part in parts])),
        }
    return answer


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.5, 4.4, (0.08, 0.2, 0.38, 0.56), (0.58, 0.2, 0.4, 0.56))
    known = [part["known by then"] for part in answer["forecasts"].values()]
    whiskers(left, YEARS, known, color=BLUE, fmt="o-")
    left.set(ylim=(-0.03, 1.03), xlim=(UNTIL - 30, UNTIL))
    label(left, "year", "share of the uncertainty that is resolved")
    came = answer["reliability"]["forecasts of"]
    middles = [part["came"]["value"] - part["came minus forecast"]["value"] for part in came.values()]
    right.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    whiskers(right, middles, [part["came"] for part in came.values()], color=BLUE)
    label(right, "forecast", "share that came true")
    return framed(
        figure,
        f"Two quarters of 1848 decide whether the Concert stands in {UNTIL}; forecasts are calibrated",
        f"Concert; {RUNS:,} runs, {FUTURES} futures behind each forecast, seed {SEED}, 95 % intervals.",
    )

"""Punishment, who pays for it, and what it can hold up (Axelrod 1986; Boyd & Richerson 1992)."""

import math

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, GREEN, GREY, ORANGE, blank, framed, label, note
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.columns import QUANTITIES
from regimesim.stats.estimates import interval_of, mean, share, sign

SMALL = 0.1
SEED = 1986
YEARS, LATE, RUNS = 60, 10, 400
TEMPERATURE = 0.35
BASE = {"rule": "decentralized", "severity": 8.0, "cost": 1.0, "enforcement_value": 1.0, "credibility": 0.9}
DILEMMA = {"temptation": 5.0, "reward": 3.0, "punishment": 1.0, "sucker": 0.0}
USELESS = {"temptation": 4.0, "reward": 1.0, "punishment": 3.0, "sucker": 0.0, "game": "any"}
"""Mutual restraint is worse for everybody than its absence (Deadlock)."""
DEAR = {"cost": 2.0, "enforcement_value": 1.5}
STARTS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.9)


def world(states: int = 8, payoffs: dict = DILEMMA, **sanctions: object) -> rs.Scenario:
    """Like states with so short a view that nothing but sanctions could make restraint worth it."""
    return read_scenario(
        {
            "years": YEARS,
            "states": {f"S{i}": {} for i in range(states)},
            "payoffs": payoffs,
            "shadow": {"discount_factor": 0.05, "rounds_per_year": 4, "punishment_rounds": 6},
            "transparency": {"level": 0.4, "miss_rate": 0.5, "false_alarm_rate": 0.05, "publicity": 1},
            "diplomacy": {"renegotiation": 1, "agreement_trust": 0.65},
            "sanctions": {"credibility_learning": 0.1, **BASE, **sanctions},
            "trust": {"initial": 0.9, "learning_rate": 0.1},
            "choice": {"temperature": TEMPERATURE},
        },
        "village",
    )


def late(results: rs.Results, quantity: str) -> np.ndarray:
    """Mean of a yearly series over the last years, run by run."""
    return results.yearly[QUANTITIES.index(quantity), -LATE:].mean(axis=0)


def outcome(runs: int, **settings: object) -> tuple[dict, dict[str, np.ndarray]]:
    """Cooperation and credibility in the last ten years, payoff over all."""
    results = rs.simulate(world(**settings), runs=runs, seed=SEED, record=runs)
    found = {
        "cooperation": late(results, "cooperation"),
        "credibility": late(results, "credibility"),
        "payoff per round and partner": results.columns["welfare"] / (len(results.scenario.states) - 1),
    }
    limits = {"cooperation": (0.0, 1.0)}
    return {name: interval_of(mean(values, limits.get(name))) for name, values in found.items()}, found


def difference(more: dict[str, np.ndarray], less: dict[str, np.ndarray]) -> dict:
    """Cooperation in one world less that in another, on the same seeds."""
    gap = mean(more["cooperation"] - less["cooperation"])
    return {"more cooperation": interval_of(gap), "which is": sign(gap)}


def joining(credibility: float, states: int, cost: float, value: float) -> float:
    """Chance that a state joins, by the rule of model.md 4.5."""
    net = value * credibility - cost / (1 + credibility * (states - 2))
    return 1 / (1 + math.exp(-net / TEMPERATURE))


def resting_points(states: int, cost: float, value: float) -> list[float]:
    """Where credibility neither rises nor falls: as many join as were expected to."""
    grid = np.linspace(0, 1, 20_001)
    drift = np.array([joining(k, states, cost, value) - k for k in grid])
    turns = np.flatnonzero(np.sign(drift[1:]) != np.sign(drift[:-1]))
    return [float((grid[i] + grid[i + 1]) / 2) for i in turns]


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=40)
    none, without = outcome(runs, rule="none")
    answer: dict = {"no sanctions": none}
    answer["sanctions"], with_ = outcome(runs)
    answer["sanctions"] |= difference(with_, without)

    answer["by severity"] = {f"{s:g}": outcome(runs, severity=s)[0] for s in (0.0, 2.0, 4.0, 8.0)}

    starts = {start: outcome(runs, credibility=start, **DEAR) for start in STARTS}
    answer["by credibility at the start, dear sanctions"] = {
        "resting points": resting_points(8, DEAR["cost"], DEAR["enforcement_value"]),
        **{
            f"{start:g}": told_ | {"share of runs that end in cooperation": _ends(found)}
            for start, (told_, found) in starts.items()
        },
        "common against rare": difference(starts[STARTS[-1]][1], starts[STARTS[0]][1]),
    }

    kept, with_value = outcome(runs, enforcement_value=1.0)
    bare, without_value = outcome(runs, enforcement_value=0.0)
    answer["what makes states punish"] = {
        "a worth of its own": kept,
        "nothing": bare,
        "a worth against nothing": difference(with_value, without_value),
        "credibility lost without it": interval_of(mean(0.9 - without_value["credibility"])),
    }

    few, many = (outcome(runs, states=n, cost=2.0) for n in (3, 16))
    answer["by number of states, cost 2"] = {
        "3": few[0],
        "16": many[0],
        "16 against 3": difference(many[1], few[1]),
    }

    useless, held = outcome(runs, payoffs=USELESS)
    free, left = outcome(runs, payoffs=USELESS, rule="none")
    loss = mean(held["payoff per round and partner"] - left["payoff per round and partner"])
    answer["a rule that harms all who keep it"] = {
        "sanctions": useless,
        "no sanctions": free,
        **difference(held, left),
        "payoff gained by it": interval_of(loss),
    }
    return answer


def _ends(found: dict[str, np.ndarray]) -> dict:
    late_ = found["cooperation"]
    return interval_of(share(int((late_ > 0.5).sum()), len(late_)))


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 4.4, (0.08, 0.2, 0.4, 0.58), (0.56, 0.2, 0.4, 0.58))
    part = answer["by credibility at the start, dear sanctions"]
    grid = np.linspace(0, 1, 200)
    left.plot(
        grid, [joining(k, 8, DEAR["cost"], DEAR["enforcement_value"]) for k in grid], color=BLUE, lw=1.8
    )
    left.plot(grid, grid, color=GREY, lw=0.8, ls=":")
    for n, point in enumerate(part["resting points"]):
        stable = n % 2 == 0
        left.plot(point, point, "o", ms=8, color=BLUE, mfc=BLUE if stable else "white")
    note(left, 0.03, 0.9, "filled: returns to it; open: leaves it")
    left.set_ylim(0, 1.02)
    label(left, "credibility: how many are expected to join", "chance that a state joins")
    for name, colour, marker in (("cooperation", GREEN, "o"), ("credibility", ORANGE, "s")):
        ends = [part[f"{start:g}"][name] for start in STARTS]
        reach = [[e["value"] - e["lower"] for e in ends], [e["upper"] - e["value"] for e in ends]]
        values = [e["value"] for e in ends]
        right.errorbar(STARTS, values, yerr=reach, fmt=marker + "-", ms=5, lw=1, color=colour, label=name)
    right.axvline(part["resting points"][1], color=GREY, lw=0.8, ls=":")
    right.set_ylim(0, 1.05)
    right.legend(fontsize=8.5, frameon=False, loc="center right")
    label(right, "credibility at the start", f"in the last {LATE} of {YEARS} years")
    return framed(
        figure,
        "Where it is common punishment keeps itself up, where it is rare it dies out",
        f"Eight states, cost 2, worth of enforcement 1.5. Left: the rule. Right: {RUNS} runs each, 95 % "
        f"intervals, seed {SEED}; dotted: the open point of the left.",
    )

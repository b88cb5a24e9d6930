"""Punishment, who pays for it, and what it can hold up (Axelrod 1986; Boyd & Richerson 1992)."""

import math

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, GREEN, GREY, ORANGE, blank, framed, key_above, label, note
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.columns import QUANTITIES
from regimesim.stats.estimates import interval_of, mean, share, sign

SMALL = 0.1
SEED = 1986
YEARS, LATE, RUNS = 40, 10, 60
PATIENCE, LENGTH, PER_YEAR = 0.02, 6, 4
"""Discount factor of a year, rounds of exclusion, rounds a year."""
TEMPERATURE = 0.35
BASE = {"rule": "decentralized", "cost": 0.3, "enforcement_value": 2.0, "credibility": 0.9}
DILEMMA = {"temptation": 5.0, "reward": 3.0, "punishment": 1.0, "sucker": 0.0}
USELESS = {"temptation": 4.0, "reward": 1.0, "punishment": 3.0, "sucker": 0.0, "game": "any"}
"""Mutual cooperation is worse for everybody than mutual defection (Deadlock)."""
DEAR = {"cost": 1.0, "enforcement_value": 3.0}
FINE = {"rule": "centralized", "severity": 30.0}
STARTS = (0.05, 0.2, 0.4, 0.6, 0.9)
PUBLICITY = (0.0, 0.1, 0.3, 1.0)


def world(
    states: int = 8, payoffs: dict = DILEMMA, publicity: float = 1.0, **sanctions: object
) -> rs.Scenario:
    """Like states with so short a view that nothing but sanctions could make cooperation worth it."""
    return read_scenario(
        {
            "years": YEARS,
            "states": {f"S{i}": {} for i in range(states)},
            "payoffs": payoffs,
            "shadow": {
                "discount_factor": PATIENCE,
                "rounds_per_year": PER_YEAR,
                "punishment_years": LENGTH / PER_YEAR,
            },
            "transparency": {
                "level": 0.4,
                "miss_rate": 0.5,
                "false_alarm_rate": 0.02,
                "publicity": publicity,
            },
            "diplomacy": {"renegotiation": 1, "agreement_trust": 0.9},
            "sanctions": {"credibility_learning": 0.1, **BASE, **sanctions},
            "trust": {"initial": 0.9, "learning_rate": 0.35},
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
        "payoff per year and partner": results.columns["welfare"] / (len(results.scenario.states) - 1),
    }
    limits = {"cooperation": (0.0, 1.0)}
    return {name: interval_of(mean(values, limits.get(name))) for name, values in found.items()}, found


def difference(more: dict[str, np.ndarray], less: dict[str, np.ndarray]) -> dict:
    """Cooperation in one world less that in another, on the same seeds."""
    gap = mean(more["cooperation"] - less["cooperation"])
    return {"more cooperation": interval_of(gap), "which is": sign(gap)}


def joining(credibility: float, cost: float, value: float) -> float:
    """Chance that a state that is open with the accused joins, by model.md 4.5 and without false alarms."""
    patience = PATIENCE ** (1 / PER_YEAR)
    given_up = (DILEMMA["reward"] - DILEMMA["punishment"]) * (1 - patience**LENGTH) / (1 - patience)
    net = value * credibility - cost - given_up / PER_YEAR
    return 1 / (1 + math.exp(-net / TEMPERATURE))


def resting_points(cost: float, value: float) -> list[float]:
    """Where credibility neither rises nor falls: as many join as were expected to."""
    grid = np.linspace(0, 1, 20_001)
    drift = np.array([joining(k, cost, value) - k for k in grid])
    turns = np.flatnonzero(np.sign(drift[1:]) != np.sign(drift[:-1]))
    return [float((grid[i] + grid[i + 1]) / 2) for i in turns]


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=16)
    none, without = outcome(runs, rule="none")
    answer: dict = {"no sanctions": none}
    answer["sanctions"], with_ = outcome(runs)
    answer["sanctions"] |= difference(with_, without)

    answer["by publicity"] = {f"{s:g}": outcome(runs, publicity=s)[0] for s in PUBLICITY}

    starts = {start: outcome(runs, credibility=start, **DEAR) for start in STARTS}
    answer["by credibility at the start, dear sanctions"] = {
        "resting points": resting_points(DEAR["cost"], DEAR["enforcement_value"]),
        **{
            f"{start:g}": told_ | {"share of runs that end in cooperation": _ends(found)}
            for start, (told_, found) in starts.items()
        },
        "common against rare": difference(starts[STARTS[-1]][1], starts[STARTS[0]][1]),
    }

    bare, without_value = outcome(runs, enforcement_value=0.0)
    answer["what makes states punish"] = {
        "a worth of its own": answer["sanctions"],
        "nothing": bare,
        "a worth against nothing": difference(with_, without_value),
        "credibility lost without it": interval_of(mean(0.9 - without_value["credibility"])),
    }

    few, many = (outcome(runs, states=n) for n in (3, 12))
    answer["by number of states"] = {
        "3": few[0],
        "12": many[0],
        "12 against 3": difference(many[1], few[1]),
    }

    free, left = outcome(runs, payoffs=USELESS, rule="none")
    answer["a rule that harms all who keep it"] = {"no sanctions": free}
    for name, rule in (("exclusion", {}), ("a fine", FINE)):
        useless, held = outcome(runs, payoffs=USELESS, **rule)
        loss = mean(held["payoff per year and partner"] - left["payoff per year and partner"])
        answer["a rule that harms all who keep it"][name] = {
            **useless,
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
    left.plot(grid, [joining(k, DEAR["cost"], DEAR["enforcement_value"]) for k in grid], color=BLUE, lw=1.8)
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
    key_above(figure, right)
    label(right, "credibility at the start", f"in the last {LATE} of {YEARS} years")
    return framed(
        figure,
        "Punishment has three resting points, and most runs that begin low end high",
        f"Eight states, cost 1, worth of enforcement 3. Left: the rule. Right: {RUNS} runs each, 95 % "
        f"intervals, seed {SEED}; dotted: the open point of the left.",
    )

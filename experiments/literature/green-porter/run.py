"""Cooperation and punishment in turns under imperfect observation (Green & Porter 1984)."""

import math

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, GREEN, ORANGE, blank, framed, key_above, label, note
from regimesim.scenario.reading import read_scenario
from regimesim.stats.estimates import interval_of, mean, near, share

SMALL = 0.1
SEED = 1984
RUNS = 1_000
ROUNDS = 600
PAYOFFS = (5.0, 3.0, 1.0, 0.0)
PLAYED = {"temptation": 3.2, "reward": 3, "punishment": 1, "sucker": 0}
"""Tempting so little that one round of punishment deters, so that every length can be played."""
ALARMS = (0.02, 0.05, 0.1, 0.2)
"""Chances that either side raises a false alarm in a round."""
LENGTHS = (1, 3, 8)
DISCOUNTS = (0.7, 0.8, 0.9)
MARKS = (0.25, 0.5, 1.0, 2.0)
"""Durations, in expected ones, at which the distribution is looked at."""


def rate(alarm: float) -> float:
    """False alarms a year of one side, at a round a year, that make so many of either side."""
    return -math.log(1 - alarm) / 2


def pair(alarm: float, length: int, automata: bool = False) -> rs.Scenario:
    """Two states that punish for so many rounds what they take for defection; nobody ever means it.

    Prudent states accuse each other to the face, so that both know of the estrangement; automata keep
    what they saw to themselves.
    """
    strategy = {"strategy": f"punish({length})"} if automata else {}
    return read_scenario(
        {
            "years": ROUNDS,
            "payoffs": PLAYED,
            "shadow": {"rounds_per_year": 1, "discount_factor": 0.95, "punishment_years": length},
            "transparency": {"level": 0, "false_alarm_rate": rate(alarm)},
            "trust": {"initial": 1},
            "states": {name: dict(strategy) for name in ("Athens", "Sparta")},
        },
        "cartel",
    )


def renewal(alarm: float, length: int) -> float:
    """Share of rounds in a cooperative phase when each ends with chance ``alarm`` and ``length`` follow."""
    normal = np.zeros(ROUNDS)
    for now in range(ROUNDS):
        normal[now] = 1.0 if now == 0 else normal[now - 1] * (1 - alarm)
        if now > length:
            normal[now] += normal[now - 1 - length] * alarm
    return float(normal.mean())


def durations(alarm: float, runs: int) -> dict:
    """Rounds of cooperation before its first breakdown, whichever side raises the alarm."""
    found = {}
    for name, automata in (("prudent states", False), ("automata", True)):
        scenario = pair(alarm, LENGTHS[0], automata)
        lasted = rs.simulate(scenario, runs=runs, seed=SEED, record=runs).pairs.restraint_years.to_numpy()
        marks = sorted({max(1, round(mark / alarm)) for mark in MARKS})
        theory = rs.theory.cooperation_duration(alarm) * (1 - (1 - alarm) ** ROUNDS)
        longer = {mark: share(int((lasted > mark).sum()), len(lasted)) for mark in marks}
        found[name] = {
            "mean": interval_of(mean(lasted)),
            "mean in theory": theory,
            "share that lasts longer than": {
                str(mark): {"found": interval_of(part), "geometric": (1 - alarm) ** mark}
                for mark, part in longer.items()
            },
            "agrees with theory": near(mean(lasted), theory)
            and all(near(part, (1 - alarm) ** mark) for mark, part in longer.items()),
        }
    return found


def in_cooperation(alarm: float, length: int, runs: int) -> dict:
    """Share of rounds in a cooperative phase."""
    together, apart = (
        mean(found.columns["cooperation_rate"])
        for found in (
            rs.simulate(pair(alarm, length, kind), runs=runs, seed=SEED, record=0) for kind in (False, True)
        )
    )
    theory = renewal(alarm, length)
    return {
        "found": interval_of(together),
        "in theory": theory,
        "in the long run": 1 / (1 + alarm * length),
        "agrees with theory": near(together, theory),
        "automata": interval_of(apart),
    }


def deterring(alarm: float, discount: float) -> dict:
    """The shortest punishment that makes cooperation pay, and what cooperation is then worth."""
    for length in range(1, 16):
        if discount >= rs.theory.critical_discount(PAYOFFS, punishment_rounds=length, alarm=alarm):
            worth = value(alarm, discount, length)
            longer = value(alarm, discount, length + 2)
            return {"rounds": length, "worth": worth, "worth with two rounds more": longer}
    return {"rounds": None, "worth": None, "worth with two rounds more": None}


def value(alarm: float, discount: float, length: int) -> float:
    """Discounted payoff per round of both cooperating, by the recursion of Green and Porter."""
    _, r, p, _ = PAYOFFS
    punished = sum(discount**k for k in range(1, length + 1)) * p
    total = (r + alarm * punished) / (1 - discount * (1 - alarm) - alarm * discount ** (length + 1))
    return (1 - discount) * total


def cheating_pays(alarm: float, discount: float, length: int) -> bool:
    """Tell whether defecting once beats cooperation: the one-shot deviation, by hand."""
    t, _, p, _ = PAYOFFS
    v = value(alarm, discount, length) / (1 - discount)
    punished = sum(discount**k for k in range(1, length + 1)) * p
    return t + punished + discount ** (length + 1) * v > v


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS)
    return {
        "rounds until the first breakdown": {f"alarm {a:g}": durations(a, runs) for a in ALARMS},
        "share of rounds in cooperation": {
            f"alarm {a:g}": {f"punished for {k}": in_cooperation(a, k, runs) for k in LENGTHS} for a in ALARMS
        },
        "shortest punishment that deters": {
            f"discount {d:g}": {f"alarm {a:g}": deterring(a, d) for a in ALARMS} for d in DISCOUNTS
        },
        "the constraint is that of one deviation": all(
            cheating_pays(a, d, k) == (d < rs.theory.critical_discount(PAYOFFS, punishment_rounds=k, alarm=a))
            for a in ALARMS
            for d in DISCOUNTS
            for k in range(1, 16)
        ),
    }


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 4.6, (0.08, 0.2, 0.38, 0.6), (0.58, 0.2, 0.38, 0.6))
    fine = np.linspace(0.015, 0.22, 80)
    lasted = answer["rounds until the first breakdown"].values()
    for name, colour, marker in (("prudent states", BLUE, "o"), ("automata", ORANGE, "s")):
        _points(left, ALARMS, [part[name]["mean"] for part in lasted], colour, marker, name)
    for length, colour, marker in zip(LENGTHS, (BLUE, ORANGE, GREEN), "os^", strict=True):
        parts = answer["share of rounds in cooperation"].values()
        found = [part[f"punished for {length}"]["found"] for part in parts]
        _points(right, ALARMS, found, colour, marker)
        right.plot(fine, 1 / (1 + fine * length), color=colour, lw=1)
        note(right, 0.225, 1 / (1 + 0.22 * length), f"K = {length}", color=colour, va="center")
    left.plot(fine, 1 / fine, color=BLUE, lw=1)
    key_above(figure, left)
    right.set_xlim(0, 0.25)
    right.set_ylim(0, 1.02)
    left.set_ylim(0, 60)
    label(left, "chance a of a false alarm per round", "rounds until the first breakdown")
    label(right, "chance a of a false alarm per round", "share of rounds in cooperation")
    return framed(
        figure,
        "Noise sets how long cooperation lasts, punishment how long it is away",
        f"Points: {RUNS:,} runs of {ROUNDS} rounds, 95 % intervals (mostly within the marks), seed {SEED}. "
        "Lines, left: 1/a; right: 1/(1 + aK), in the long run.",
    )


def _points(ax, x, estimates, colour, marker, name=None) -> None:
    values = np.array([e["value"] for e in estimates])
    reach = [[e["value"] - e["lower"] for e in estimates], [e["upper"] - e["value"] for e in estimates]]
    ax.errorbar(x, values, yerr=reach, fmt=marker, ms=5, color=colour, label=name)

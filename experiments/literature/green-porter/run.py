"""Cooperation and punishment in turns under imperfect observation (Green & Porter 1984)."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, GREEN, ORANGE, blank, framed, label, note
from regimesim.scenario.reading import read_scenario
from regimesim.stats.estimates import interval_of, mean, near, share

SMALL = 0.1
SEED = 1984
RUNS = 2_000
ROUNDS = 600
PAYOFFS = (5.0, 3.0, 1.0, 0.0)
ALARMS = (0.02, 0.05, 0.1, 0.2)
LENGTHS = (1, 3, 8)
DISCOUNTS = (0.7, 0.8, 0.9)
MARKS = (0.25, 0.5, 1.0, 2.0)
"""Durations, in expected ones, at which the distribution is looked at."""


def pair(alarm: float, length: int, public: bool) -> rs.Scenario:
    """Two states that punish for so many rounds whatever they take for exploitation; nobody ever means it."""
    return read_scenario(
        {
            "years": ROUNDS,
            "shadow": {"rounds_per_year": 1},
            "transparency": {"level": 0, "false_alarm_rate": alarm, "public_signal": public},
            "states": {name: {"strategy": f"punish({length})"} for name in ("Athens", "Sparta")},
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
    """How long cooperation lasts before its first breakdown, with one signal for both and one for each."""
    found = {}
    for name, public in (("one signal for both", True), ("a signal each", False)):
        chance = alarm if public else 1 - (1 - alarm) ** 2
        scenario = pair(alarm, LENGTHS[0], public)
        lasted = rs.simulate(scenario, runs=runs, seed=SEED, record=runs).pairs.restraint_years.to_numpy()
        marks = sorted({max(1, round(mark / chance)) for mark in MARKS})
        theory = rs.theory.cooperation_duration(chance) * (1 - (1 - chance) ** ROUNDS)
        longer = {mark: share(int((lasted > mark).sum()), len(lasted)) for mark in marks}
        found[name] = {
            "mean": interval_of(mean(lasted)),
            "mean in theory": theory,
            "share that lasts longer than": {
                str(mark): {"found": interval_of(rate), "geometric": (1 - chance) ** mark}
                for mark, rate in longer.items()
            },
            "agrees with theory": near(mean(lasted), theory)
            and all(near(rate, (1 - chance) ** mark) for mark, rate in longer.items()),
        }
    return found


def in_cooperation(alarm: float, length: int, runs: int) -> dict:
    """Share of rounds in a cooperative phase."""
    results = rs.simulate(pair(alarm, length, public=True), runs=runs, seed=SEED, record=0)
    found, theory = mean(results.columns["cooperation_rate"]), renewal(alarm, length)
    return {
        "found": interval_of(found),
        "in theory": theory,
        "in the long run": 1 / (1 + alarm * length),
        "agrees with theory": near(found, theory),
    }


def deterring(alarm: float, discount: float) -> dict:
    """The shortest punishment that makes restraint pay, and what restraint is then worth."""
    for length in range(1, 16):
        if discount >= rs.theory.critical_discount(PAYOFFS, punishment_rounds=length, alarm=alarm):
            worth = value(alarm, discount, length)
            longer = value(alarm, discount, length + 2)
            return {"rounds": length, "worth": worth, "worth with two rounds more": longer}
    return {"rounds": None, "worth": None, "worth with two rounds more": None}


def value(alarm: float, discount: float, length: int) -> float:
    """Discounted payoff per round of both restraining themselves, by the recursion of Green and Porter."""
    _, r, p, _ = PAYOFFS
    punished = sum(discount**k for k in range(1, length + 1)) * p
    total = (r + alarm * punished) / (1 - discount * (1 - alarm) - alarm * discount ** (length + 1))
    return (1 - discount) * total


def cheating_pays(alarm: float, discount: float, length: int) -> bool:
    """Whether exploiting once, at the best moment, beats restraint: the one-shot deviation, by hand."""
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
    for name, colour, marker in (("one signal for both", BLUE, "o"), ("a signal each", ORANGE, "s")):
        _points(left, ALARMS, [part[name]["mean"] for part in lasted], colour, marker, name)
    for length, colour, marker in zip(LENGTHS, (BLUE, ORANGE, GREEN), "os^", strict=True):
        parts = answer["share of rounds in cooperation"].values()
        found = [part[f"punished for {length}"]["found"] for part in parts]
        _points(right, ALARMS, found, colour, marker)
        right.plot(fine, 1 / (1 + fine * length), color=colour, lw=1)
        note(right, 0.225, 1 / (1 + 0.22 * length), f"K = {length}", color=colour, va="center")
    left.plot(fine, 1 / fine, color=BLUE, lw=1)
    left.plot(fine, 1 / (1 - (1 - fine) ** 2), color=ORANGE, lw=1)
    left.legend(fontsize=8.5, frameon=False)
    right.set_xlim(0, 0.25)
    right.set_ylim(0, 1.02)
    left.set_ylim(0, 60)
    label(left, "chance a of a false alarm per round", "rounds until the first breakdown")
    label(right, "chance a of a false alarm per round", "share of rounds in cooperation")
    return framed(
        figure,
        "Noise sets how long cooperation lasts, punishment how long it is away",
        f"Points: {RUNS:,} runs of {ROUNDS} rounds, 95 % intervals (mostly within the marks), seed {SEED}. "
        "Lines, left: 1/a and 1/(1 - (1 - a)²); right: 1/(1 + aK), in the long run.",
    )


def _points(ax, x, estimates, colour, marker, name=None) -> None:
    values = np.array([e["value"] for e in estimates])
    reach = [[e["value"] - e["lower"] for e in estimates], [e["upper"] - e["value"] for e in estimates]]
    ax.errorbar(x, values, yerr=reach, fmt=marker, ms=5, color=colour, label=name)

"""Do those who practise collective security fare better than those who do not (Cusack & Stoll 1994)?"""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, GREY, ORANGE, blank, framed, key_above, label
from regimesim.scenario.reading import read_scenario
from regimesim.stats.estimates import interval_of, mean, sign
from regimesim.stats.survival import rmst_difference

SMALL = 0.08
SEED = 1994
STATES, YEARS = 6, 100
RUNS, WATCHED = 80, 20
"""Runs for wars; runs that are stepped through, for payoffs and capabilities."""
PRACTISING = (0, 2, 3, 4, 6)
RULES = ("decentralized", "collective")


def world(practising: int, rule: str) -> rs.Scenario:
    """Six like powers under self-help, of which some are members; wars cost the loser three tenths."""
    return read_scenario(
        {
            "years": YEARS,
            "states": {f"S{i}": {"member": i < practising} for i in range(STATES)},
            "payoffs": {"temptation": 9, "reward": 3, "punishment": 1, "sucker": -4},
            "shadow": {"discount_factor": 0.6, "rounds_per_year": 4, "punishment_years": 1.5},
            "transparency": {"level": 0.4, "miss_rate": 0.5, "false_alarm_rate": 0.02, "publicity": 1},
            "sanctions": {
                "rule": rule if practising else "none",
                "cost": 0.2,
                "enforcement_value": 5,
                "pledge": 1,
                "credibility": 0.8,
                "credibility_learning": 0.1,
            },
            "diplomacy": {"agreement_trust": 0.9},
            "periphery": {"rate": 0.02, "insulation": 0},
            "war": {
                "unilateral": 0.02,
                "mutual": 0.25,
                "cost": 12,
                "years": 2,
                "settlement_trust": 0.55,
                "capability_loss": 0.3,
            },
            "power": {"weight": 0.25},
            "trust": {"initial": 0.9, "learning_rate": 0.35},
            "choice": {"temperature": 0.35},
        },
        f"{practising} of {STATES} {rule}",
    )


def first_wars(results: rs.Results) -> tuple[np.ndarray, np.ndarray]:
    """Years until each state's first war, and the number of its wars, (runs, states)."""
    runs = len(results)
    first, number = np.full((runs, STATES), float(YEARS)), np.zeros((runs, STATES))
    wars = results.events[results.events.kind == "war"]
    for side in (wars.actor, wars.target):
        state = side.str[1:].astype(int).to_numpy()
        np.minimum.at(first, (wars.replicate.to_numpy(), state), wars.year.to_numpy())
        np.add.at(number, (wars.replicate.to_numpy(), state), 1)
    return first, number


def gap(per_state: np.ndarray, practising: int) -> dict:
    """What those who practise have more than the others, run by run."""
    difference = mean(per_state[:, :practising].mean(axis=1) - per_state[:, practising:].mean(axis=1))
    return {
        "practising": interval_of(mean(per_state[:, :practising].mean(axis=1))),
        "others": interval_of(mean(per_state[:, practising:].mean(axis=1))),
        "difference": interval_of(difference),
        "which is": sign(difference),
    }


def watched(practising: int, rule: str, runs: int) -> dict:
    """Payoff per year and capability at the end, of those who practise and of the others."""
    earned, left = np.zeros((runs, STATES)), np.zeros((runs, STATES))
    scenario = world(practising, rule)
    for replicate in range(runs):
        model = rs.RegimeModel(scenario, seed=SEED, replicate=replicate)
        while model.running:
            model.step()
            earned[replicate] += [state.payoff for state in model.states]
        left[replicate] = [state.capability * STATES for state in model.states]
    return {
        "payoff per year": gap(earned / YEARS, practising),
        "capability at the end (1 at the start)": gap(left, practising),
        "share that keeps half of its capability": gap((left >= 0.5).astype(float), practising),
    }


def run(scale: float = 1.0) -> Answer:
    runs, few = runs_at(scale, RUNS), runs_at(scale, WATCHED, least=8)
    answer: dict = {"no rule, the same three set apart": watched(3, "none", few)}
    for rule in RULES:
        answer[rule] = {}
        nobody = rs.simulate(world(0, rule), runs=runs, seed=SEED, record=0).columns
        for practising in PRACTISING:
            results = rs.simulate(world(practising, rule), runs=runs, seed=SEED, record=runs)
            peace = results.columns["peace_years"], results.columns["peace_ended"]
            against = nobody["peace_years"], nobody["peace_ended"]
            found: dict = {"years of peace in the system": interval_of(results.summary("peace").rmst)}
            if practising:
                gain = rmst_difference(peace, against, YEARS, paired=True)
                found |= {"more than if nobody practises": interval_of(gain), "which is": sign(gain)}
            if 0 < practising < STATES:
                first, number = first_wars(results)
                found["years until a state's first war"] = gap(first, practising)
                found["wars of a state in a century"] = gap(number, practising)
            answer[rule][f"{practising} of {STATES} practise"] = found
        answer[rule][f"3 of {STATES} practise"] |= watched(3, rule, few)
    return answer


def draw(answer: Answer) -> Figure:
    figure, axes = blank(9.6, 4.4, (0.08, 0.2, 0.4, 0.56), (0.56, 0.2, 0.4, 0.56))
    for ax, rule in zip(axes, RULES, strict=True):
        parts = {n: answer[rule][f"{n} of {STATES} practise"] for n in PRACTISING}
        system = [parts[n]["years of peace in the system"] for n in PRACTISING]
        _line(ax, PRACTISING, system, GREY, "x", "first war of anybody")
        mixed = [n for n in PRACTISING if 0 < n < STATES]
        for who, words, colour, marker in (
            ("practising", "first war of one that practises", BLUE, "o"),
            ("others", "first war of one that does not", ORANGE, "s"),
        ):
            first = [parts[n]["years until a state's first war"][who] for n in mixed]
            _line(ax, mixed, first, colour, marker, words)
        ax.set_ylim(0, 100)
        ax.set_title(f"rule: {rule}", fontsize=10, loc="left")
        label(ax, f"states of {STATES} that practise collective security", "years")
    key_above(figure, *axes)
    return framed(
        figure,
        "Collective security lengthens peace a little if all practise it, and does not favour its members",
        f"Restricted means over {YEARS} years, 95 % intervals; {RUNS} runs each, seed {SEED}.",
    )


def _line(ax, x, estimates, colour, marker, name) -> None:
    values = np.array([e["value"] for e in estimates])
    reach = [[e["value"] - e["lower"] for e in estimates], [e["upper"] - e["value"] for e in estimates]]
    ax.errorbar(x, values, yerr=reach, fmt=marker + "-", ms=5, lw=1, color=colour, label=name)

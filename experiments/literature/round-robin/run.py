"""Round robin of the strategy library, with and without slips (Axelrod 1980; Wu & Axelrod 1995)."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, GREY, ORANGE, blank, framed, label
from regimesim.scenario.files import strategy_names
from regimesim.scenario.messages import spoken
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.scenario.strategies import load_strategy
from regimesim.stats.estimates import interval_of, mean, near, sign

SMALL = 0.15
SEED = 1995
PAYOFFS = (5.0, 3.0, 1.0, 0.0)
SLIP = 0.01
"""One intention in a hundred goes wrong, as in Wu and Axelrod's tournament."""
SETTLING, COUNTED = 400, 600
"""Rounds that are left out, and rounds that count."""
RUNS = 12
GENERATIONS = 3_000

ENTRIES = (*strategy_names(), "generous_tit_for_tat(0.1)")
"""The library, and the generosity of Wu and Axelrod: one exploitation in ten is let pass."""
RIVALS = ("contrite_tit_for_tat", "generous_tit_for_tat", "generous_tit_for_tat(0.1)", "win_stay_lose_shift")
"""The remedies against noise that Wu and Axelrod compare; generosity at two levels."""
REMEDIES = ("tit_for_tat", *RIVALS, "always_defect", "always_cooperate", "random")
FIELDS = {
    "the remedies and three unconditional ones": REMEDIES,
    "the library without punish_2 and punish_3": tuple(n for n in ENTRIES if not n.startswith("punish")),
    "the whole library": ENTRIES,
}


def exact(slip: float) -> np.ndarray:
    """Long-run payoff per round of each entry (row) against each (column), its own twin included."""
    automata = [load_strategy(name) for name in ENTRIES]
    table = np.empty((len(automata), len(automata)))
    for i, a in enumerate(automata):
        for j in range(i, len(automata)):
            table[i, j], table[j, i] = rs.theory.stationary(a, automata[j], PAYOFFS, tremble=slip).payoff
    return table


def tournament(slip: float) -> Scenario:
    """Every strategy is entered twice, so that each also meets its twin."""
    t, r, p, s = PAYOFFS
    return read_scenario(
        {
            "years": SETTLING + COUNTED,
            "shadow": {"rounds_per_year": 1},
            "payoffs": {"temptation": t, "reward": r, "punishment": p, "sucker": s},
            "choice": {"tremble": slip},
            "states": {f"S{n}_{k}": {"strategy": name} for n, name in enumerate(ENTRIES) for k in (1, 2)},
        },
        "round robin",
    )  # fmt: skip


def played(slip: float, runs: int) -> np.ndarray:
    """Mean payoff per round and partner of each entry in each run, (entries, runs)."""
    scenario = tournament(slip)
    scores = np.zeros((len(ENTRIES), runs))
    for run_ in range(runs):
        model = rs.RegimeModel(scenario, seed=SEED, replicate=run_)
        model.run(SETTLING)
        earned = np.zeros(len(model.states))
        for _ in range(COUNTED):
            model.step()
            earned += [state.payoff for state in model.states]
        per_round = earned / (COUNTED * (len(model.states) - 1))
        scores[:, run_] = per_round.reshape(-1, 2).mean(axis=1)
    return scores


def expected(table: np.ndarray) -> np.ndarray:
    """Score of each entry where all are entered twice and nobody meets itself."""
    n = len(table)
    return (2 * table.sum(axis=1) - np.diag(table)) / (2 * n - 1)


def selected(table: np.ndarray, field: tuple[str, ...]) -> dict[str, float]:
    """Shares of the population when every entry of a field grows as it earns among those that are left."""
    chosen = [ENTRIES.index(name) for name in field]
    among, shares = table[np.ix_(chosen, chosen)], np.full(len(chosen), 1 / len(chosen))
    for _ in range(GENERATIONS):
        earned = among @ shares
        shares *= earned / (shares @ earned)
    return {field[i]: float(shares[i]) for i in np.argsort(-shares) if shares[i] > 1e-3}


def run(scale: float = 1.0) -> Answer:
    answer: dict = {}
    runs = runs_at(scale, RUNS, least=8)
    for case, slip in (("without slips", 0.0), ("with slips", SLIP)):
        table, scores = exact(slip), played(slip, runs)
        theory = expected(table)
        order = np.argsort(-theory.round(9), kind="stable")
        more = {
            name: mean(scores[ENTRIES.index(name)] - scores[ENTRIES.index("tit_for_tat")]) for name in RIVALS
        }
        answer[case] = {
            "ranking": [ENTRIES[i] for i in order],
            "score": {ENTRIES[i]: float(theory[i]) for i in order},
            "score in play": {ENTRIES[i]: interval_of(mean(scores[i])) for i in order},
            "play agrees with theory": all(near(mean(scores[i]), theory[i]) for i in range(len(theory))),
            "more than tit for tat": {name: interval_of(estimate) for name, estimate in more.items()},
            "which is": {name: sign(estimate) for name, estimate in more.items()},
        }
    defector = ENTRIES.index("always_defect")
    answer["with slips"] |= {
        "against its twin": {name: float(table[i, i]) for i, name in enumerate(ENTRIES)},
        "against always_defect": {name: float(table[i, defector]) for i, name in enumerate(ENTRIES)},
        "left after selection among": {name: selected(table, field) for name, field in FIELDS.items()},
    }
    return answer


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 5.2, (0.22, 0.2, 0.35, 0.62), (0.62, 0.2, 0.35, 0.62))
    names = answer["with slips"]["ranking"][::-1]
    places = np.arange(len(names))
    for case, colour, marker, shift in (("without slips", GREY, "o", 0.12), ("with slips", BLUE, "s", -0.12)):
        scores = [answer[case]["score in play"][name] for name in names]
        values = np.array([score["value"] for score in scores])
        reach = [[s["value"] - s["lower"] for s in scores], [s["upper"] - s["value"] for s in scores]]
        left.errorbar(values, places + shift, xerr=reach, fmt=marker, ms=5, color=colour, label=case)
    twins = [answer["with slips"]["against its twin"][name] for name in names]
    right.barh(places, twins, height=0.55, color=ORANGE)
    left.set_yticks(places, [spoken(name) for name in names])
    right.set_yticks(places, [])
    right.set_xlim(0, 3.1)
    left.legend(fontsize=8.5, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    label(left, "payoff per round and partner, 95 % intervals")
    label(right, "payoff against its own twin, with slips")
    return framed(
        figure,
        "Forgiveness and contrition outdo tit for tat once hands slip",
        f"Each of {len(names)} strategies entered twice; payoffs 5, 3, 1, 0; {RUNS} runs of {COUNTED} "
        f"rounds, 1 % slips, seed {SEED}. Against a twin: exact.",
    )

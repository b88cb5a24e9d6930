"""How much forgiveness is best (Molander 1985; Nowak & Sigmund 1992, 1993)."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLUE, GREEN, ORANGE, blank, framed, label, note
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.strategies import load_strategy
from regimesim.stats.estimates import interval_of, mean, near, share, sign

SMALL = 0.1
SEED = 1992
GAMES = {
    "Axelrod's": (5.0, 3.0, 1.0, 0.0),
    "a poor reward": (4.0, 3.0, 2.0, 0.0),
    "that of the security scenarios": (6.0, 3.0, 1.0, -3.0),
}
SLIPS = (1e-2, 1e-3, 1e-4, 1e-5)
ASIDE = 0.12
"""How far to either side of the optimum it is played."""
PLAYED_SLIP, SETTLING, COUNTED, VICTIMS, RUNS = 0.005, 50, 250, 10, 24
POPULATIONS, GENERATIONS, STRATEGIES = 200, 4_000, 100
CATALYST = (0.99, 0.01)
"""Tit for tat, nearly: what Nowak and Sigmund add to the population."""

Reactive = np.ndarray
"""(p, q): chances of cooperation after the other's cooperation and after its defection."""


# ---------------------------------------------------------------- the optimum, exactly


REPLIES = ("always_cooperate", "always_defect", "memory_one(0, 0, 1, 1)", "memory_one(1, 1, 0, 0)")
"""Every way to choose by one's own last act: always, never, every other time, as before. A host that looks at
the guest's last act alone cannot be outdone by more (its two states are those of a Markov decision)."""


def replies(generosity: float, payoffs: tuple[float, ...], slip: float) -> list[float]:
    """What each of these earns against generous tit for tat, in the long run."""
    host = load_strategy(f"generous_tit_for_tat({generosity:.17g})")
    guests = [load_strategy(name) for name in REPLIES]
    return [rs.theory.stationary(guest, host, payoffs, tremble=slip).payoff[0] for guest in guests]


def safe(generosity: float, payoffs: tuple[float, ...], slip: float) -> bool:
    """Check that no reply earns more than unfailing cooperation does."""
    earned = replies(generosity, payoffs, slip)
    return earned[0] >= max(earned) - 1e-12


def most_generous(payoffs: tuple[float, ...], slip: float) -> float:
    """The generosity from which on it pays to exploit."""
    low, high = 0.0, 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if safe(middle, payoffs, slip) else (low, middle)
    return low


def among_themselves(payoffs: tuple[float, ...], slip: float) -> list[float]:
    """What generous players earn from each other at generosity 0, .1, ... 1."""
    players = [load_strategy(f"generous_tit_for_tat({g / 10})") for g in range(11)]
    return [rs.theory.stationary(p, p, payoffs, tremble=slip).payoff[0] for p in players]


# ---------------------------------------------------------------- the optimum, played


def earned_from(victims: str, guest: str, payoffs: tuple[float, ...], runs: int) -> np.ndarray:
    """Payoff per round (a year each) and partner of one guest among many like states, run by run."""
    t, r, p, s = payoffs
    scenario = read_scenario(
        {
            "years": SETTLING + COUNTED,
            "shadow": {"rounds_per_year": 1},
            "payoffs": {"temptation": t, "reward": r, "punishment": p, "sucker": s},
            "choice": {"tremble": PLAYED_SLIP},
            "states": {
                "Guest": {"strategy": guest},
                **{f"V{n}": {"strategy": victims} for n in range(VICTIMS)},
            },
        },
        "guest",
    )
    means = np.empty(runs)
    for replicate in range(runs):
        model = rs.RegimeModel(scenario, seed=SEED, replicate=replicate).run(SETTLING)
        total = 0.0
        for _ in range(COUNTED):
            model.step()
            total += model.state("Guest").payoff
        means[replicate] = total / (COUNTED * VICTIMS)
    return means


def exploiting(payoffs: tuple[float, ...]) -> str:
    """The exploiter that comes first as generosity grows: every time, or every other time."""
    t, r, p, s = payoffs
    return "always_defect" if (r - p) / (t - p) < 1 - (t - r) / (r - s) else "memory_one(0, 0, 1, 1)"


def played(payoffs: tuple[float, ...], runs: int) -> dict:
    """Does exploiting earn more than cooperation, a little below the optimum and a little above it?"""
    best, guest = rs.theory.optimal_generosity(payoffs), exploiting(payoffs)
    found: dict = {"exploiter": guest}
    for name, generosity in (("below", best - ASIDE), ("above", best + ASIDE)):
        victims = f"generous_tit_for_tat({generosity:.6f})"
        gain = mean(
            earned_from(victims, guest, payoffs, runs)
            - earned_from(victims, "always_cooperate", payoffs, runs)
        )
        host = load_strategy(victims)
        exact = [
            rs.theory.stationary(load_strategy(x), host, payoffs, tremble=PLAYED_SLIP).payoff[0]
            for x in (guest, "always_cooperate")
        ]
        found[name] = {
            "gain from exploiting": interval_of(gain),
            "in theory": exact[0] - exact[1],
            "agrees with theory": near(gain, exact[0] - exact[1]),
            "which is": sign(gain),
        }
    return found


# ---------------------------------------------------------------- selection


def payoff_table(strategies: Reactive, payoffs: tuple[float, ...]) -> np.ndarray:
    """Long-run payoff of each reactive strategy (row) against each (Nowak & Sigmund 1992).

    What the two do in one round does not correlate, since each looks at the other's last act alone.
    """
    t, r, p, s = payoffs
    after_c, after_d = strategies.T
    slope = after_c - after_d
    mine = (slope[:, None] * after_d + after_d[:, None]) / (1 - slope[:, None] * slope)
    yours = mine.T
    return r * mine * yours + s * mine * (1 - yours) + t * (1 - mine) * yours + p * (1 - mine) * (1 - yours)


def selection(catalyst: bool, populations: int) -> dict:
    """Populations of random reactive strategies, with and without one that is nearly tit for tat."""
    draw_ = np.random.default_rng(SEED)
    payoffs = GAMES["Axelrod's"]
    strategies = draw_.uniform(0.0, 1.0, (populations, STRATEGIES, 2))
    if catalyst:
        strategies[:, 0] = CATALYST
    table = np.stack([payoff_table(one, payoffs) for one in strategies])
    shares = np.full((populations, STRATEGIES), 1 / STRATEGIES)
    for _ in range(GENERATIONS):
        earned = (table @ shares[..., None])[..., 0]
        shares *= earned / (shares * earned).sum(axis=1, keepdims=True)
    common = (shares * earned).sum(axis=1)
    ends_well = common > 2.0  # halfway between mutual defection and mutual cooperation
    winners = strategies[np.arange(populations), shares.argmax(axis=1)][ends_well]
    restrained = int(ends_well.sum())
    found: dict = {"share that ends in cooperation": interval_of(share(restrained, populations))}
    if catalyst:  # without it there are too few
        after_c, after_d = winners.T
        found["winners' cooperation after cooperation"] = interval_of(mean(after_c))
        found["winners' cooperation after defection"] = interval_of(mean(after_d))
    return found


def table_agrees() -> bool:
    """Whether the formula for reactive strategies gives what the chain of the automata gives."""
    strategies = np.random.default_rng(SEED).uniform(0.05, 0.95, (6, 2))
    table = payoff_table(strategies, GAMES["Axelrod's"])
    automata = [load_strategy(f"memory_one({p}, {q}, {p}, {q})") for p, q in strategies]
    chains = [[rs.theory.stationary(a, b, GAMES["Axelrod's"]).payoff[0] for b in automata] for a in automata]
    return bool(np.allclose(table, chains, atol=1e-9))


def pavlov() -> dict:
    """Win-stay lose-shift: what always exploiting it earns, and what its own kind earns (1993)."""
    stay = load_strategy("win_stay_lose_shift")
    found = {}
    for name, payoffs in (*GAMES.items(), ("a rich reward", (4.0, 3.0, 1.0, 0.0))):
        t, r, p, _ = payoffs
        theft = load_strategy("always_defect")
        found[name] = {
            "among its kind": rs.theory.stationary(stay, stay, payoffs, tremble=1e-5).payoff[0],
            "an exploiter from it": rs.theory.stationary(theft, stay, payoffs, tremble=1e-5).payoff[0],
            "resists where R is above": (t + p) / 2,
            "R": r,
        }
    return found


def run(scale: float = 1.0) -> Answer:
    answer: dict = {"optimum": {}}
    for name, payoffs in GAMES.items():
        answer["optimum"][name] = {
            "payoffs": list(payoffs),
            "formula": rs.theory.optimal_generosity(payoffs),
            "most generosity that is safe, by slips": {f"{e:g}": most_generous(payoffs, e) for e in SLIPS},
            "earned among themselves at 0, .1 .. 1": among_themselves(payoffs, 0.01),
            "in play": played(payoffs, runs_at(scale, RUNS, least=8)),
        }
    answer["selection"] = {
        "formula agrees with the chains": table_agrees(),
        "with a near tit for tat": selection(True, runs_at(scale, POPULATIONS, least=20)),
        "without": selection(False, runs_at(scale, POPULATIONS, least=20)),
    }
    answer["win-stay lose-shift"] = pavlov()
    return answer


def draw(answer: Answer) -> Figure:
    figure, axes = blank(9.6, 4.4, *[(0.07 + 0.32 * n, 0.2, 0.26, 0.56) for n in range(3)])
    grid = np.linspace(0, 1, 41)
    for ax, (name, payoffs) in zip(axes, GAMES.items(), strict=True):
        for guest, words, colour, line in (
            ("always_cooperate", "cooperation", BLUE, "-"),
            ("always_defect", "exploiting always", ORANGE, "--"),
            ("memory_one(0, 0, 1, 1)", "every other time", GREEN, "-."),
        ):
            hosts = [load_strategy(f"generous_tit_for_tat({g})") for g in grid]
            earned = [
                rs.theory.stationary(load_strategy(guest), h, payoffs, tremble=1e-4).payoff[0] for h in hosts
            ]
            ax.plot(grid, earned, color=colour, ls=line, lw=1.6, label=words)
        best = answer["optimum"][name]["formula"]
        ax.axvline(best, color="black", lw=0.8, ls=":")
        ax.set_title(f"{name} ({', '.join(f'{x:g}' for x in payoffs)})", fontsize=9.5, loc="left")
        note(ax, best + 0.02, ax.get_ylim()[0] + 0.15, f"{best:.2f}")
        label(ax, "generosity of the host", "payoff per round" if ax is axes[0] else "")
    figure.legend(
        *axes[0].get_legend_handles_labels(), fontsize=8.5, frameon=False, ncols=3, loc=(0.06, 0.83)
    )
    return framed(
        figure,
        "Up to the published optimum nothing beats cooperation towards generous tit for tat",
        "Exact long-run payoff against generous tit for tat, slips 1 in 10,000. Dotted: "
        "min(1 - (T-R)/(R-S), (R-P)/(T-P)). Payoffs T, R, P, S in brackets.",
    )

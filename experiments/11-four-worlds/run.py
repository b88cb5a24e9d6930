"""Jervis's four worlds: whether attack is favoured by whether arms can be distinguished; other obstacles."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.pairs import pairs_of
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    COMMON,
    Outcomes,
    draws,
    durations,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import BLUE, GREEN, ORANGE, RED, blank, framed, label, whiskers
from regimesim.stats.estimates import interval_of, sign

SMALL = 0.2
SEED = 1978
RUNS = 100
YEARS = 100.0
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""
OFFENSE = (-0.5, 0.0, 0.5)
SIGHT = (0.1, 0.5, 0.9)
CORNERS = {
    "doubly dangerous": (0.5, 0.1),
    "dilemma, but distinguishable": (0.5, 0.9),
    "no dilemma, but not distinguishable": (-0.5, 0.1),
    "doubly safe": (-0.5, 0.9),
}
"""Offence advantage and sight: the four worlds of Jervis (1978), in his order."""
POWERS = {"concert": ("Britain", "France", "Russia", "Austria", "Prussia"), "trade": tuple("ABCDE")}
OBSTACLES: dict[str, dict[str, float]] = {
    "zero sums: mutual cooperation is worth 2.6, not 3": {"payoffs.reward": 2.6},
    "leaders fall twice as often": {"domestic.turnover": 0.22},
    "nationalism near its most (6)": {"domestic.nationalism": 6.0},
    "attack is favoured": {"geography.offense_advantage": 0.5},
    "arms look alike: twice the false alarms": {"transparency.false_alarm_rate": 0.3},
    "inspection is refused: transparency .1": {"transparency.level": 0.1},
}
EXPANSION = "all want to expand: revisionism of 1"
JUDGEMENTS = tuple(name for name in COMMON if name != "transparency.level")


def corner(world: rs.Scenario, offense: float, sight: float) -> rs.Scenario:
    changes = {"geography.offense_advantage": offense, "transparency.level": sight}
    return world.with_parameters(changes)


def obstacles(name: str, runs: int) -> tuple[dict, Outcomes]:
    """A world with each obstacle in turn."""
    base = rs.load_scenario(name)
    wanting = [f"states.{who}.revisionism=1" for who in POWERS[name]]
    asked = {"as it is": base, EXPANSION: rs.load_scenario(name, wanting)}
    asked |= {what: base.with_parameters(changes) for what, changes in OBSTACLES.items()}
    found = Outcomes(asked, runs, SEED, YEARS)
    lost = {what: found.gained("as it is", what) for what in asked if what != "as it is"}
    return {"as it is": found.told("as it is"), "years lost where": lost}, found


def robust(count: int) -> dict:
    """The four worlds and the obstacles over draws of the judgements."""
    drawn = draws(JUDGEMENTS, count, SEED)
    anarchy = worlds(rs.load_scenario("anarchy"), drawn)
    lasted = {
        name: durations(play_worlds([corner(w, *place) for w in anarchy], seed=SEED), YEARS)
        for name, place in CORNERS.items()
    }
    worst, seen, no_dilemma, best = lasted.values()
    order = every(
        *(verdicts(middle - worst) for middle in (seen, no_dilemma)),
        *(verdicts(best - middle) for middle in (seen, no_dilemma)),
    )
    concert = worlds(rs.load_scenario("concert"), drawn)
    base = durations(play_worlds(concert, seed=SEED), YEARS)
    lost = [
        verdicts(
            base
            - durations(
                play_worlds([w.with_parameters(_kept(w, changes)) for w in concert], seed=SEED), YEARS
            )
        )
        for changes in OBSTACLES.values()
    ]
    parts = {what: robustness(found, {})["draws"] for what, found in zip(OBSTACLES, lost, strict=True)}
    parts["the four worlds are in Jervis's order"] = robustness(order, {})["draws"]
    parts["the second world outlasts the third"] = robustness(verdicts(seen - no_dilemma), {})["draws"]
    return {"parts": parts, "L18": robustness(_none_contrary(lost), drawn)}


def _kept(world: rs.Scenario, changes: dict[str, float]) -> dict[str, float]:
    """An obstacle as a factor where its parameter is drawn."""
    twice = {"domestic.turnover", "transparency.false_alarm_rate"}
    return {name: 2 * float(world[name]) if name in twice else value for name, value in changes.items()}


def _none_contrary(parts: list[np.ndarray]) -> np.ndarray:
    """Holds where no obstacle lengthens, and at least half of them are seen to shorten."""
    stacked = np.stack(parts)
    contrary = (stacked == -1).any(axis=0)
    return np.where(contrary, -1, np.where((stacked == 1).mean(axis=0) >= 0.5, 1, 0))


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=40)
    base = rs.load_scenario("anarchy")
    asked = {f"{o:g} {s:g}": corner(base, o, s) for o in OFFENSE for s in SIGHT}
    asked |= {name: corner(base, *place) for name, place in CORNERS.items()}
    found = Outcomes(asked, runs, SEED, YEARS)
    worst, seen, no_dilemma, best = CORNERS
    steps = {
        f"{better} over {worse}": found.longer(better, worse)
        for better, worse in (
            (seen, worst), (no_dilemma, worst), (best, seen), (best, no_dilemma),
            (no_dilemma, seen),
        )
    }  # fmt: skip
    hindered = {name: obstacles(name, runs) for name in POWERS}
    concert = hindered["concert"][1]
    lost = [concert.longer("as it is", what) for what in (*OBSTACLES, EXPANSION)]
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=12))
    return {
        "four worlds": {
            name: found.told(name, "cooperative_years", "disputes", "wars")
            | {"game": pairs_of(asked[name])[0].game}
            for name in CORNERS
        },
        "years of cooperation": {
            f"{o:g}": {f"{s:g}": interval_of(found.years(f"{o:g} {s:g}")) for s in SIGHT} for o in OFFENSE
        },
        "years of peace": {
            f"{o:g}": {f"{s:g}": interval_of(found.years(f"{o:g} {s:g}", "peace")) for s in SIGHT}
            for o in OFFENSE
        },
        "one world over another": {name: interval_of(step) for name, step in steps.items()},
        "obstacles": {name: part for name, (part, _) in hindered.items()},
        "over the judgements": firm["parts"],
        "claims": {
            "L18": finding(
                {what: sign(loss, TRIFLE) for what, loss in zip((*OBSTACLES, EXPANSION), lost, strict=True)},
                "years of the Concert's cooperation lost where inspection is refused",
                lost[list(OBSTACLES).index("inspection is refused: transparency .1")],
                firm["L18"],
            ),
        },
    }


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(10.4, 4.8, (0.07, 0.2, 0.3, 0.6), (0.73, 0.2, 0.24, 0.6))
    looks = zip(OFFENSE, (BLUE, GREEN, RED), "osD", strict=True)
    for offense, colour, marker in looks:
        part = answer["years of cooperation"][f"{offense:g}"]
        values = [part[f"{s:g}"] for s in SIGHT]
        whiskers(
            left, SIGHT, values, color=colour, fmt=marker + "-", label=f"{offense:+g}" if offense else "0"
        )
    left.set_ylim(0, 105)
    left.legend(
        fontsize=8.5,
        frameon=False,
        title="attack favoured by",
        title_fontsize=8.5,
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
    )
    names = list(answer["obstacles"]["concert"]["years lost where"])[::-1]
    places = np.arange(len(names))
    for name, colour, marker, shift in (("concert", BLUE, "o", 0.12), ("trade", ORANGE, "P", -0.12)):
        lost = [answer["obstacles"][name]["years lost where"][what]["regime"] for what in names]
        reach = [[e["value"] - e["lower"] for e in lost], [e["upper"] - e["value"] for e in lost]]
        right.errorbar(
            [e["value"] for e in lost], places + shift, xerr=reach, fmt=marker, ms=5, color=colour, label=name
        )
    right.set_yticks(places, [what.partition(":")[0] for what in names])
    right.axvline(0, color="#5f5f5f", lw=0.8, ls=":")
    right.legend(fontsize=8.5, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    label(left, "sight (transparency.level)", "years of cooperation, of 100")
    label(right, "years of cooperation lost, of 100")
    return framed(
        figure,
        "Sight and favoured defence make up for each other; without either nothing lasts",
        f"Left: five equal states under anarchy. {RUNS:,} runs of 100 years, restricted means and paired "
        f"differences with 95 % intervals (mostly within the marks), seed {SEED}.",
    )

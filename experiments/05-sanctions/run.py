"""Five rules of sanctions by cost and affinity, beside a step in transparency; League and Council."""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    COMMON,
    Outcomes,
    TableOfDraws,
    draws,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.core.lanes import Lanes
from regimesim.report.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    blank,
    framed,
    key_above,
    label,
    whiskers,
)
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.simulation.lowering import lower
from regimesim.stats.estimates import Estimate, interval_of, mean, share, sign

SMALL = 0.2
SEED, RUNS, YEARS = 5, 100, 100.0
RULES = ("decentralized", "centralized", "collective", "balancing")
STATES, COSTS, AFFINITIES = (3, 5, 9), (0.2, 0.5, 1.0, 2.0), (0.0, 0.5, 1.0, 2.0)
MIDDLE = {"states": 5, "cost": 0.5, "affinity": 0.1}
OTHERS: dict[str, dict[str, float]] = {
    "more transparency (.4 to .6)": {"transparency.level": 0.6},
    "more patience (.82 to .92)": {"shadow.discount_factor": 0.92},
}
BASE = {"transparency.level": 0.4, "shadow.discount_factor": 0.82}
JUDGED = (
    *(name for name in COMMON if name not in BASE),
    "transparency.publicity",
    "sanctions.cost",
    "sanctions.enforcement_value",
    "sanctions.credibility_learning",
)
TRIFLE = 1.0
"""Years of a century that are too few to matter (a judgement)."""
LEAGUE_YEARS, COUNCIL_YEARS = 15.0, 15.0
"""Enough to see what Manchuria left behind, and what the Council does, over draws."""
OWN = "Abyssinia, Italy as dear as it was"
CASES = {
    "Manchuria, wanted by all": ("Japan", 1931.75, 10.0),
    "Manchuria, wanted by none": ("Japan", 1931.75, 0.0),
    OWN: ("Italy", 1935.75, None),
    "Abyssinia, wanted by none": ("Italy", 1935.75, 0.0),
}
COUNCIL = ("United_States", "Soviet_Union", "Britain", "France", "China")
NO_VETO = tuple(f"states.{who}.veto=false" for who in COUNCIL)


def world(rule: str, states: int, cost: float, affinity: float) -> rs.Scenario:
    """Like states under self-help, with a rule in which many believe."""
    tree = tree_of(rs.load_scenario("anarchy"))
    tree |= {"states": {f"S{i}": {} for i in range(states)}, "affinity": {"default": affinity}}
    tree["trust"] = tree["trust"] | {"initial": 0.9}
    tree["transparency"] |= {"level": BASE["transparency.level"], "publicity": 0.8}
    tree["shadow"] |= {"discount_factor": BASE["shadow.discount_factor"]}
    tree["sanctions"] = {
        "rule": rule,
        "severity": 2,
        "cost": cost,
        "enforcement_value": 3,
        "alliance_weight": 1.5,
        "credibility": 0.5,
        "credibility_learning": 0.05,
    }
    return read_scenario(tree, f"{rule} of {states}")


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=20)
    parts = {
        "by number of states": [MIDDLE | {"states": n} for n in STATES],
        "by cost": [MIDDLE | {"cost": cost} for cost in COSTS],
        "by affinity": [MIDDLE | {"affinity": worth} for worth in AFFINITIES],
    }
    answer: dict = {}
    kept: dict[tuple, Outcomes] = {}
    for part, cases in parts.items():
        key = part.removeprefix("by ").split()[0].replace("number", "states")
        answer[part] = {}
        for case in cases:
            name = tuple(case.values())
            kept.setdefault(name, outcomes(case, runs))
            answer[part][f"{case[key]:g}"] = gains(kept[name])
    rules, _ = rules_of_the_concert(runs)
    answer["rules in the Concert, at equal severity"] = rules
    answer["League"], failed = league(runs)
    answer["Security Council"], acts = council(runs)
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=8))

    def added(name: str, **case: float) -> Estimate:
        found = kept[tuple((MIDDLE | case).values())]
        return found.more(name, "none", "cooperative_years")

    def less(one: tuple, other: tuple) -> Estimate:
        """Cooperative years that decentralized sanctions add more in one case than in another."""
        gaps = [
            kept[name].columns["decentralized"]["cooperative_years"]
            - kept[name].columns["none"]["cooperative_years"]
            for name in (one, other)
        ]
        return mean(gaps[0] - gaps[1])

    middle = kept[tuple(MIDDLE.values())]
    steps = {name: middle.more(name, "decentralized", "cooperative_years") for name in OTHERS}
    falls = {
        "with cost": less((5, COSTS[0], 0.1), (5, COSTS[-1], 0.1)),
        "with affinity": less((5, 0.5, AFFINITIES[0]), (5, 0.5, AFFINITIES[-1])),
        "with number": less((STATES[0], 0.5, 0.1), (STATES[-1], 0.5, 0.1)),
    }
    answer["cooperative years more than decentralized sanctions add"] = {
        n: interval_of(e) for n, e in steps.items()
    }
    answer["what decentralized sanctions add falls"] = {n: interval_of(e) for n, e in falls.items()}
    answer["over the judgements"] = firm["parts"]
    own = failed["answered"][OWN]
    answer["claims"] = {
        "L5": finding(
            {f"{name} adds more": sign(step) for name, step in steps.items()}
            | {f"they do less {name}": sign(fall) for name, fall in falls.items()},
            "cooperative years by which a step in transparency adds more than "
            "decentralized sanctions, at a cost of .5",
            steps["more transparency (.4 to .6)"],
            firm["L5"],
        ),
        "L19": finding(
            {
                "an unanswered Manchuria costs credibility": sign(failed["lost"]["Manchuria"]),
                "so does Abyssinia, at the scenario's affinities": sign(failed["lost"]["Abyssinia"]),
                "fewer than half answer Italy": sign(
                    Estimate(0.5 - own.value, 0.5 - own.upper, 0.5 - own.lower)
                ),
            },
            "of credibility lost where a culprit whom all want goes unanswered",
            failed["lost"]["Manchuria"],
            firm["L19"],
        ),
        "L20": finding(
            {"it acts more with the chair empty": sign(acts["away more than present"])},
            "of the cases of 1950 on which the Council acts, more with the patron's "
            "chair empty than with it there",
            acts["away more than present"],
            firm["L20"],
        ),
    }
    return answer


def outcomes(case: dict, runs: int) -> Outcomes:
    """No rule, every rule, and a step in transparency or patience instead."""
    none = world("none", **case)
    made = {"none": none} | {rule: world(rule, **case) for rule in RULES}
    made |= {name: none.with_parameters(changes) for name, changes in OTHERS.items()}
    return Outcomes(made, runs, SEED, YEARS)


def gains(found: Outcomes) -> dict:
    """Cooperative years without a rule, and what each rule or step adds."""
    added = {
        name: interval_of(found.more(name, "none", "cooperative_years"))
        for name in found.worlds
        if name != "none"
    }
    return {"without a rule": interval_of(found.mean("none", "cooperative_years"))} | added


def rules_of_the_concert(runs: int) -> tuple[dict, Outcomes]:
    made = {rule: rs.load_scenario("concert", [f"sanctions.rule={rule}"]) for rule in ("none", *RULES)}
    found = Outcomes(made, runs, SEED, YEARS)
    return {rule: found.told(rule, "cooperative_years", "disputes", "wars") for rule in made}, found


def league(runs: int) -> tuple[dict, dict]:
    """A year of aggression against the League: how many answer, and what credibility is left."""
    found: dict = {}
    kept = {name: aftermath(*case, runs) for name, case in CASES.items()}
    for name, (answered, credibility) in kept.items():
        found[name] = {
            "answer, of all capability": interval_of(mean(answered)),
            "credibility left": interval_of(mean(credibility)),
        }
    lost = {
        place: mean(kept[f"{place}, wanted by none"][1] - kept[name][1])
        for place, name in (("Manchuria", "Manchuria, wanted by all"), ("Abyssinia", OWN))
    }
    answered = {name: mean(part[0]) for name, part in kept.items()}
    return {
        "cases": found,
        "credibility lost where the culprit is wanted": {w: interval_of(gap) for w, gap in lost.items()},
    }, {"lost": lost, "answered": answered}


def aftermath(who: str, year: float, worth: float | None, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """How much answers the aggressor in the year, and what credibility is left at its end."""
    made = aggression(who, year, worth)
    design, place = lower(made), made.states.index(who)
    lanes = Lanes(design, np.zeros(runs, np.intp), np.arange(runs), SEED)
    m = design.rounds_per_year
    first = round((year - made.start) * m)
    lanes.play(first)
    invoked, answered = np.zeros(runs), np.zeros(runs)
    for now in range(first + 1, first + m + 1):
        lanes.play(now)
        response = lanes.world.sanction[place]  # negative where nobody accused it
        invoked += response >= 0
        answered += np.maximum(response, 0.0)
    return answered[invoked > 0] / invoked[invoked > 0], lanes.world.credibility.copy()


def aggression(who: str, year: float, worth: float | None) -> rs.Scenario:
    """The League in which one state is set on expansion for a year, dear to the others or not."""
    start = rs.load_scenario("league", ["sanctions.exit=0"])
    tree, place = tree_of(start), start.states.index(who)
    usual = float(start.phases[0].states[place]["revisionism"])
    begin: dict = {"year": year, "states": {who: {"revisionism": usual + 3.0}}}
    end: dict = {"year": year + 1, "states": {who: {"revisionism": usual}}}
    if worth is not None:
        begin["affinity"] = {f"{other}-to-{who}": worth for other in start.states if other != who}
    tree["epochs"] = {"dated": tree["epochs"], "a year": [begin, end]}
    return read_scenario(tree, "league")


def council(runs: int) -> tuple[dict, dict]:
    """The Council with its vetoes and without, and the case of 1950 with the patron there and away."""
    found: dict = {}
    for name, settings in {"with vetoes": (), "without vetoes": NO_VETO}.items():
        made = Outcomes({"it": rs.load_scenario("security_council", list(settings))}, runs, SEED)
        columns = made.columns["it"]
        acted = columns["sanctions_joined"] / np.maximum(1, columns["sanctions_invoked"])
        found[name] = {
            "acted on, of the cases brought": interval_of(mean(acted, (0.0, 1.0))),
            "cooperative years": interval_of(made.mean("it", "cooperative_years")),
        }
    there, away = (korea(away, 8 * runs) for away in (False, True))
    gap = Estimate(
        away.value - there.value,
        away.value - there.value - np.hypot(away.value - away.lower, there.upper - there.value),
        away.value - there.value + np.hypot(away.upper - away.value, there.value - there.lower),
    )
    return {
        "orders": found,
        "acted on, of the cases of 1950": {
            "the patron is there": interval_of(there),
            "its chair is empty": interval_of(away),
        },
    }, {"away more than present": gap}


def korea(away: bool, runs: int) -> Estimate:
    """Share of the cases of 1950 against the client of a veto holder, without a veto, that are acted on.

    The world of the Council has the five powers only; China, which fought in Korea, stands for the culprit.
    """
    tree = tree_of(rs.load_scenario("security_council"))
    tree["states"]["China"] |= {"veto": False}
    tree["affinity"] |= {"Soviet_Union-to-China": 1.0, "United_States-to-China": 0.1}
    begin: dict = {"year": 1950, "states": {"China": {"revisionism": 3.0}}}
    end: dict = {"year": 1951, "states": {"China": {"revisionism": 0.0}}}
    if away:
        begin["states"]["Soviet_Union"], end["states"]["Soviet_Union"] = {"member": False}, {"member": True}
    tree["epochs"] = {"dated": tree["epochs"], "a year": [begin, end]}
    made = read_scenario(tree, "security_council")
    design, place = lower(made), made.states.index("China")
    lanes = Lanes(design, np.zeros(runs, np.intp), np.arange(runs), SEED)
    first = round((1950 - made.start) * design.rounds_per_year)
    lanes.play(first)
    brought = acted = 0
    for now in range(first + 1, first + design.rounds_per_year + 1):
        lanes.play(now)
        response = lanes.world.sanction[place]
        brought += int((response >= 0).sum())
        acted += int((response > 0).sum())
    return share(acted, brought)


def robust(count: int) -> dict:
    """Over draws of the judgements: what a rule adds, beside transparency and patience."""
    drawn = draws(JUDGED, count, SEED)
    base = worlds(world("decentralized", **MIDDLE), drawn)
    none = [one.with_parameters({"sanctions.rule": "none"}) for one in base]
    made = {"none": none, "decentralized": base}
    made |= {name: [one.with_parameters(changes) for one in none] for name, changes in OTHERS.items()}
    years = {name: play_worlds(rows, seed=SEED)["cooperative_years"] for name, rows in made.items()}
    lengthens = verdicts(years["decentralized"] - years["none"], TRIFLE)
    more = {name: verdicts(years[name] - years["decentralized"], TRIFLE) for name in OTHERS}
    parts = {"decentralized sanctions lengthen": lengthens}
    parts |= {f"{name} adds more than they": found for name, found in more.items()}
    return {
        "parts": {name: robustness(found, {})["draws"] for name, found in parts.items()},
        "L5": robustness(next(iter(more.values())), drawn),
        **failures(drawn),
    }


def failures(drawn: TableOfDraws) -> dict:
    """Over the same draws: what failing to act costs the League (L19), and the veto the Council (L20)."""
    wanted, unwanted = (
        play_worlds(worlds(replace(aggression(*CASES[name]), years=LEAGUE_YEARS), drawn), seed=SEED)[
            "credibility"
        ]
        for name in ("Manchuria, wanted by all", "Manchuria, wanted by none")
    )
    acted = []
    for given in (NO_VETO, ()):
        made = replace(rs.load_scenario("security_council", list(given)), years=COUNCIL_YEARS)
        columns = play_worlds(worlds(made, drawn), seed=SEED)
        acted.append(columns["sanctions_joined"] / np.maximum(1, columns["sanctions_invoked"]))
    return {
        "L19": robustness(verdicts(unwanted - wanted), drawn),
        "L20": robustness(verdicts(acted[0] - acted[1]), drawn),
    }


def draw(answer: Answer) -> Figure:
    boxes = tuple((0.06 + 0.32 * k, 0.2, 0.26, 0.52) for k in range(3))
    figure, axes = blank(11.5, 4.6, *boxes)
    colours = (BLUE, GREEN, ORANGE, PURPLE, BLACK, GREY)
    looks = dict(
        zip((*RULES, *OTHERS), zip(colours, ("o-", "^-", "s-", "D-", "x--", "+:"), strict=True), strict=True)
    )
    for ax, (part, words) in zip(
        axes,
        {
            "by number of states": "number of states",
            "by cost": "cost of joining",
            "by affinity": "worth of every culprit as an ally",
        }.items(),
        strict=True,
    ):
        found = answer[part]
        places = [float(key) for key in found]
        for name, (colour, fmt) in looks.items():
            whiskers(ax, places, [found[key][name] for key in found], color=colour, fmt=fmt, label=name)
        label(ax, words, "cooperative years added" if ax is axes[0] else "")
    key_above(figure, *axes)
    return framed(
        figure,
        "Sanctions by number of states, cost and affinity, beside a step in transparency or patience",
        f"Self-help among like states; {YEARS:g} years, {RUNS} runs a point, the same seeds ({SEED}), 95 % "
        "intervals. Where not varied: five states, cost .5, affinity .1.",
    )

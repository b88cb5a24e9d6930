"""What do sanctions do? Five rules by number of states, cost and affinity, beside sight and patience."""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import robustness
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.core.lanes import Lanes
from regimesim.report.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, blank, framed, label
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.simulation.lowering import lower
from regimesim.stats.estimates import interval_of, mean, mean_of, share, sign

SMALL = 0.05
SEED, RUNS, YEARS = 5, 150, 100
RULES = ("decentralized", "centralized", "collective", "balancing")
STATES, COSTS, AFFINITIES = (3, 5, 9), (0.2, 0.5, 1.0, 2.0), (0.0, 0.3, 0.6, 1.0)
MIDDLE = {"states": 5, "cost": 0.5, "affinity": 0.1}
OTHERS = {
    "more sight (.5 to .7)": {"transparency.level": 0.7},
    "more patience (.85 to .95)": {"shadow.discount_factor": 0.95},
}
JUDGED = (
    *robustness.COMMON,
    "transparency.publicity",
    "sanctions.severity",
    "sanctions.cost",
    "sanctions.enforcement_value",
    "sanctions.credibility_learning",
)
RUNS_A_DRAW, TRIFLE = 24, 1.0
COUNCIL = ("United_States", "Soviet_Union", "Britain", "France", "China")
NO_VETO = tuple(f"states.{who}.veto=false" for who in COUNCIL)
LEAGUE_YEARS, COUNCIL_YEARS = 15.0, 15.0
"""Enough to see what Manchuria left behind, and what the Council does, over draws."""
WALK_OUT = (
    "epochs=[{year:1950,states:{Soviet_Union:{member:false}}},"
    "{year:1950.5,states:{Soviet_Union:{member:true}}}]"
)
CASES = {
    "Manchuria, wanted by all": ("Japan", 1931.75, 10.0),
    "Manchuria, wanted by none": ("Japan", 1931.75, 0.0),
    "Abyssinia, Italy as dear as it was": ("Italy", 1935.75, None),
    "Abyssinia, wanted by none": ("Italy", 1935.75, 0.0),
}


def world(rule: str, states: int, cost: float, affinity: float, level: float = 0.5) -> rs.Scenario:
    """Like states under self-help that see a little more, with an untried rule at a middling price."""
    tree = tree_of(rs.load_scenario("anarchy"))
    tree |= {"states": {f"S{i}": {} for i in range(states)}, "affinity": {"default": affinity}}
    tree["trust"] = {**tree["trust"], "initial": 0.9}
    tree["transparency"] |= {"level": level, "publicity": 0.9}
    tree["sanctions"] = {
        "rule": rule,
        "severity": 2,
        "cost": cost,
        "enforcement_value": 0.5,
        "pledge": 0.5,
        "credibility": 0.5,
        "credibility_learning": 0.1,
    }
    return read_scenario(tree, f"{rule} of {states}")


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=16)
    answer: dict = {
        "by number of states": {f"{n}": gains(MIDDLE | {"states": n}, runs) for n in STATES},
        "by cost": {f"{cost:g}": gains(MIDDLE | {"cost": cost}, runs) for cost in COSTS},
        "by affinity": {f"{worth:g}": gains(MIDDLE | {"affinity": worth}, runs) for worth in AFFINITIES},
        "many against few": many_against_few(runs),
    }
    answer["League"] = league(runs)
    answer["Security Council"] = council(runs)
    answer["robustness"] = robust(scale)
    return answer


def gains(case: dict, runs: int) -> dict:
    """What each rule, and what sight and patience, add to no rule at all."""
    none = world("none", **case)
    made = {rule: world(rule, **case) for rule in RULES}
    made |= {name: none.with_parameters(changes) for name, changes in OTHERS.items()}
    played = robustness.play_worlds([none, *made.values()], runs, SEED)
    regime = robustness.durations(played, YEARS)
    found: dict = {"no rule": {"years of cooperation": interval_of(mean(regime[0]))}}
    for row, name in enumerate(made, 1):
        gap = mean_of(regime[row] - regime[0], YEARS)
        found[name] = {
            "years added": interval_of(gap),
            "which is": sign(gap),
            "cooperation added": interval_of(
                mean(played["cooperation_rate"][row] - played["cooperation_rate"][0])
            ),
        }
    return found


def many_against_few(runs: int) -> dict:
    """What a decentralized rule adds to the rate of cooperation: the most states less the fewest, by cost."""
    found = {}
    for cost in COSTS:
        added = []
        for states in (STATES[0], STATES[-1]):
            case = MIDDLE | {"states": states, "cost": cost}
            rate = robustness.play_worlds(
                [world("none", **case), world("decentralized", **case)], runs, SEED
            )["cooperation_rate"]
            added.append(rate[1] - rate[0])
        gap = mean(added[1] - added[0])
        found[f"cost {cost:g}"] = {"cooperation added more": interval_of(gap), "which is": sign(gap)}
    return found


def league(runs: int) -> dict:
    """A year of aggression against the League: how many answer, and what credibility is left."""
    found: dict = {}
    kept = {name: aftermath(*case, runs) for name, case in CASES.items()}
    for name, (answered, credibility) in kept.items():
        found[name] = {
            "answer, of all capability": interval_of(mean(answered)),
            "credibility left": interval_of(mean(credibility)),
        }
    for place in ("Manchuria", "Abyssinia"):
        wanted, not_wanted = (kept[name] for name in CASES if name.startswith(place))
        found[f"{place}: credibility lost where it is wanted"] = interval_of(mean(not_wanted[1] - wanted[1]))
    return found


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
    tree["epochs"] = sorted([*tree["epochs"], begin, end], key=lambda epoch: epoch["year"])
    return read_scenario(tree, "league")


def council(runs: int) -> dict:
    """The Council with its vetoes, without them, and with the empty chair of 1950."""
    cases = {
        "with vetoes": (),
        "without vetoes": NO_VETO,
        "an empty chair in 1950": (WALK_OUT,),
    }
    found: dict = {}
    kept: dict = {}
    for name, settings in cases.items():
        made = rs.load_scenario("security_council", list(settings))
        played = {k: v[0] for k, v in robustness.play_worlds([made], runs, SEED).items()}
        kept[name] = played, robustness.durations({k: v[None] for k, v in played.items()}, YEARS)[0]
        acted = played["sanctions_joined"] / np.maximum(1, played["sanctions_invoked"])
        found[name] = {
            "acted on, of the cases brought": interval_of(mean(acted)),
            "years of cooperation": interval_of(mean(kept[name][1])),
        }
    gap = mean(kept["without vetoes"][1] - kept["with vetoes"][1])
    found["years added without vetoes"] = interval_of(gap)
    found["in the half-year of the empty chair"] = empty_chair(runs)
    return found


def empty_chair(runs: int) -> dict:
    """Share of the accusations against North Korea that the Council acts on, January to June 1950."""
    found = {}
    for name, settings in {"Soviet Union present": ["epochs=[]"], "Soviet Union away": [WALK_OUT]}.items():
        made = rs.load_scenario("security_council", settings)
        design, place = lower(made), made.states.index("North_Korea")
        lanes = Lanes(design, np.zeros(runs, np.intp), np.arange(runs), SEED)
        first = round((1950 - made.start) * design.rounds_per_year)
        lanes.play(first)
        brought = acted = 0
        for now in (first + 1, first + 2):
            lanes.play(now)
            response = lanes.world.sanction[place]
            brought += int((response >= 0).sum())
            acted += int((response > 0).sum())
        found[name] = interval_of(share(acted, brought))
    return found


def robust(scale: float) -> dict:
    """Over draws of the judgements: does a rule lengthen cooperation, and less than sight or patience?"""
    drawn = robustness.draws(JUDGED, runs_at(scale, robustness.DRAWS, least=6))
    low = {"transparency.level": 0.5, "shadow.discount_factor": 0.85}
    base = robustness.worlds(world("decentralized", **MIDDLE), drawn)
    made = {
        rule: [one.with_parameters({"sanctions.rule": rule} | held(one)) for one in base]
        for rule in ("none", "decentralized", "collective")
    }
    for name, changes in OTHERS.items():
        made[name] = [
            one.with_parameters(
                held(one) | {key: held(one)[key] + value - low[key] for key, value in changes.items()}
            )
            for one in made["none"]
        ]
    years = {
        name: robustness.durations(robustness.play_worlds(worlds, RUNS_A_DRAW), YEARS)
        for name, worlds in made.items()
    }
    added = {name: rows - years["none"] for name, rows in years.items() if name != "none"}
    found = {
        f"the rule {rule} lengthens cooperation": robustness.robustness(
            robustness.verdicts(added[rule], TRIFLE), drawn
        )
        for rule in ("decentralized", "collective")
    }
    for name in OTHERS:
        found[f"{name} adds more than the rule decentralized"] = robustness.robustness(
            robustness.verdicts(added[name] - added["decentralized"], TRIFLE), drawn
        )
    return found | failures(drawn)


def failures(drawn: robustness.DrawTable) -> dict:
    """Over the same draws: what failing to act costs the League (L19), and the veto the Council (L20)."""
    wanted, unwanted = (
        robustness.play_worlds(
            robustness.worlds(replace(aggression(*CASES[name]), years=LEAGUE_YEARS), drawn), RUNS_A_DRAW
        )
        for name in ("Manchuria, wanted by all", "Manchuria, wanted by none")
    )
    vetoes, free = (
        robustness.play_worlds(
            robustness.worlds(
                replace(rs.load_scenario("security_council", list(given)), years=COUNCIL_YEARS), drawn
            ),
            RUNS_A_DRAW,
        )
        for given in ((), NO_VETO)
    )
    acted = [c["sanctions_joined"] / np.maximum(1, c["sanctions_invoked"]) for c in (free, vetoes)]
    return {
        "a culprit whom all want costs credibility": robustness.robustness(
            robustness.verdicts(unwanted["credibility"] - wanted["credibility"]), drawn
        ),
        "without vetoes the Council acts more often": robustness.robustness(
            robustness.verdicts(acted[0] - acted[1]), drawn
        ),
    }


def held(one: rs.Scenario) -> dict:
    """Sight and patience of a draw, low enough that a step up stays within bounds."""
    return {
        "transparency.level": min(float(one["transparency.level"]), 0.8),
        "shadow.discount_factor": min(float(one["shadow.discount_factor"]), 0.895),
    }


def draw(answer: Answer) -> Figure:
    boxes = tuple((0.06 + 0.32 * k, 0.2, 0.26, 0.52) for k in range(3))
    figure, axes = blank(11.5, 4.6, *boxes)
    looks = dict(
        zip(
            (*RULES, *OTHERS),
            ((BLUE, "-", "o"), (GREEN, "-", "^"), (ORANGE, "-", "s"), (PURPLE, "-", "D"),
             (BLACK, "--", "x"), (GREY, ":", "+")),
            strict=True,
        )
    )  # fmt: skip
    for ax, (part, words) in zip(
        axes,
        {"by number of states": "number of states", "by cost": "cost of a sanction",
         "by affinity": "worth of every culprit as an ally"}.items(),
        strict=True,
    ):  # fmt: skip
        found = answer[part]
        x = [float(key) for key in found]
        for name, (colour, dashes, marker) in looks.items():
            ends = [found[key][name]["years added"] for key in found]
            reach = [[e["value"] - e["lower"] for e in ends], [e["upper"] - e["value"] for e in ends]]
            ax.errorbar(x, [e["value"] for e in ends], yerr=reach, fmt=marker, ls=dashes, ms=5, lw=1.2,
                        color=colour, label=name)  # fmt: skip
        label(ax, words, "years of cooperation added" if ax is axes[0] else "")
    figure.legend(
        *axes[0].get_legend_handles_labels(), fontsize=8, frameon=False, ncols=6, loc="upper left",
        bbox_to_anchor=(0.05, 0.85),
    )  # fmt: skip
    return framed(
        figure,
        "What sanctions add depends on their price; sight and patience need nobody to pay for them",
        f"Self-help among like states at transparency.level .5; {YEARS} years, {RUNS} runs a point, the same "
        f"seeds ({SEED}), 95 % intervals. Where not varied: five states, cost .5, affinity .1.",
    )

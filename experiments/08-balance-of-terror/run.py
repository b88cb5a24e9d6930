"""The balance of terror: when it is delicate, when durable, and what prudence does to it."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.arrangements import without
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.pairs import pairs_of
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    Outcomes,
    draws,
    durations,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import BLUE, GREEN, GREY, RED, blank, framed, key_above, label, whiskers
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.stats.estimates import Estimate, interval_of, mean, sign
from regimesim.stats.hazards import hazard

SMALL = 0.2
SEED = 1946
RUNS = 200
STRIKES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)
PRUDENCE = (0.0, 0.5, 0.8)
CARE = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9)
DELICATE, SECURE = 0.1, 1.0
"""Second strikes of a few bombers on open fields, and of a force that cannot be found."""
MEASURED = ("cooperative_years", "disputes", "wars", "exploitation_rate")
POWERS = ("United_States", "Soviet_Union")
ERAS = (0.0, 9.0, 17.0, 26.0, 46.0, 100.0)
"""Years since 1946: to 1955 (one side could strike), to 1963, to 1972, to 1992, and on."""
JUDGEMENTS = (
    "shadow.discount_factor", "shadow.punishment_years", "shadow.resolve", "shadow.rounds_per_year",
    "transparency.level", "transparency.miss_rate", "transparency.false_alarm_rate",
    "geography.buffer_effectiveness", "deterrence.retaliation", "deterrence.first_strike_gain",
    "deterrence.prudence", "periphery.rate", "periphery.paradox", "war.unilateral", "war.mutual", "war.cost",
    "trust.learning_rate", "choice.temperature",
)  # fmt: skip
WARS = 0.05
"""Wars in a century that are too few to matter."""


load_scenario = cache(rs.load_scenario)


def terror(strike: float, *, other: float | None = None, **deterrence: float) -> rs.Scenario:
    """Two nuclear powers all the while, with second strikes that stay what they are."""
    tree = tree_of(load_scenario("bipolar"))
    del tree["epochs"]
    for who, secure in zip(POWERS, (strike, strike if other is None else other), strict=True):
        tree["states"][who] |= {"nuclear": True, "second_strike": secure}
    return read_scenario(tree | {"deterrence": tree["deterrence"] | deterrence}, "bipolar")


def prudent(strike: float, prudence: float) -> rs.Scenario:
    return terror(strike, prudence=prudence)


def grid(runs: int) -> tuple[dict, Outcomes]:
    """Every second strike at every prudence."""
    asked = {f"{s:g} {p:g}": prudent(s, p) for s in STRIKES for p in PRUDENCE}
    asked |= {f"1 {p:g}": prudent(1.0, p) for p in CARE}
    asked["one side only"] = terror(0.9, other=0.0)
    asked |= {f"{s:g} no gain": terror(s, first_strike_gain=0.0) for s in (DELICATE, SECURE)}
    found = Outcomes(asked, runs, SEED)
    told_ = {
        f"prudence {p:g}": {
            f"{s:g}": found.told(f"{s:g} {p:g}", *MEASURED) | {"game": games(asked[f"{s:g} {p:g}"])}
            for s in STRIKES
        }
        for p in PRUDENCE
    }
    secure = {f"{p:g}": found.told(f"1 {p:g}", *MEASURED) | {"game": games(asked[f"1 {p:g}"])} for p in CARE}
    return {
        "by second strike": told_,
        "by prudence, where the second strike is secure": secure,
        "one side strikes back, the other cannot": found.told("one side only", *MEASURED)
        | {"game": games(asked["one side only"])},
        "peace lost to the gain of striking first": {
            f"{s:g}": interval_of(found.longer(f"{s:g} no gain", f"{s:g} 0.5", "peace"))
            for s in (DELICATE, SECURE)
        },
    }, found


def games(scenario: rs.Scenario) -> str:
    return pairs_of(scenario)[0].game


def history(runs: int) -> tuple[dict, Outcomes]:
    """The scenario with its dates, and without what was learnt."""
    base = load_scenario("bipolar")
    found = Outcomes(
        {
            "as it is": base,
            "no channels": without(base, "conferences", "negotiation"),
            "no prudence": base.with_parameters({"deterrence.prudence": 0.0}),
            "no paradox": base.with_parameters({"periphery.paradox": 0.0}),
        },
        runs,
        SEED,
    )
    columns = found.columns["as it is"]
    table = hazard(columns["peace_years"], columns["peace_ended"], ERAS)
    return {
        "the scenario": found.told("as it is", *MEASURED),
        "first wars a year": {
            f"{1946 + row.start:g} to {1946 + row.end:g}": interval_of(
                Estimate(row.hazard, row.lower, row.upper)
            )
            for row in table.itertuples()
        },
        **{
            f"gained by {name}": found.gained("as it is", f"no {name}", *MEASURED)
            for name in ("channels", "prudence", "paradox")
        },
    }, found


def gap(found: Outcomes) -> Estimate:
    """Years by which peace outlasts cooperation in the scenario."""
    columns = found.columns["as it is"]
    table = {name: column[None] for name, column in columns.items()}
    return mean((durations(table, found.horizon, "peace") - durations(table, found.horizon))[0])


def robust(count: int) -> dict:
    """The same questions over draws of the judgements."""
    drawn = draws(JUDGEMENTS, count, SEED)
    secure, delicate = (worlds(terror(s), drawn) for s in (SECURE, DELICATE))
    careful, careless = ([w.with_parameters({"deterrence.prudence": p}) for w in secure] for p in (0.8, 0.0))
    base = worlds(load_scenario("bipolar"), drawn)
    names = ("secure", "delicate", "careful", "careless", "base", "no channels", "no prudence", "no paradox")
    all_ = (
        secure, delicate, careful, careless, base,
        [without(w, "conferences", "negotiation") for w in base],
        [w.with_parameters({"deterrence.prudence": 0.0}) for w in base],
        [w.with_parameters({"periphery.paradox": 0.0}) for w in base],
    )  # fmt: skip
    columns = {name: play_worlds(list_, seed=SEED) for name, list_ in zip(names, all_, strict=True)}
    peace = {name: durations(c, 100, "peace") for name, c in columns.items()}

    def more(one: str, other: str, column: str) -> np.ndarray:
        return verdicts(columns[one][column].astype(float) - columns[other][column])

    parts = {
        "peace outlasts cooperation": verdicts(peace["base"] - durations(columns["base"], 100)),
        "channels lengthen peace": verdicts(peace["base"] - peace["no channels"]),
        "prudence lengthens peace": verdicts(peace["base"] - peace["no prudence"]),
        "the paradox brings disputes": more("base", "no paradox", "disputes"),
        "the paradox brings wars": more("base", "no paradox", "wars"),
    }
    first, second = list(parts.values())[:3], list(parts.values())[3:]
    found = {
        "L14": robustness(verdicts(peace["secure"] - peace["delicate"]), drawn),
        "L15": robustness(every(*first), drawn),
        "J5": robustness(more("careful", "careless", "exploitation_rate"), drawn),
        "J6": robustness(every(*second), drawn),
    }
    return {"claims": found, "parts": {name: robustness(v, {})["draws"] for name, v in parts.items()}}


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=100)
    told_, by_strike = grid(runs)
    dated, scenario = history(runs)
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=20))
    durable = {p: by_strike.longer(f"1 {p:g}", f"{DELICATE:g} {p:g}", "peace") for p in PRUDENCE}
    channels, prudence = (
        scenario.longer("as it is", f"no {name}", "peace") for name in ("channels", "prudence")
    )
    care = by_strike.more("1 0.8", "1 0", "exploitation_rate")
    terror_ = by_strike.more("0.5 0.5", "0 0.5", "exploitation_rate")
    disputes, wars = (scenario.more("as it is", "no paradox", name) for name in ("disputes", "wars"))
    calm = Estimate(WARS - wars.value, WARS - wars.upper, WARS - wars.lower)
    apart = gap(scenario)
    return {
        **told_,
        **dated,
        "peace gained from a delicate to a secure balance": {
            f"prudence {p:g}": interval_of(gain) for p, gain in durable.items()
        },
        "years by which peace outlasts cooperation": interval_of(apart),
        "exploitation added by care where both second strikes are secure": interval_of(care),
        "exploitation added by the wish to avoid war": interval_of(terror_),
        "over the judgements": firm["parts"],
        "claims": {
            "L14": finding(
                {f"at prudence {p:g}": sign(gain) for p, gain in durable.items()},
                "years of peace that a secure second strike has over a delicate one, at middling prudence",
                durable[0.5],
                firm["claims"]["L14"],
            ),
            "L15": finding(
                {
                    "peace outlasts cooperation": sign(apart),
                    "channels lengthen peace": sign(channels),
                    "prudence lengthens peace": sign(prudence),
                },
                "years of peace that the channels add",
                channels,
                firm["claims"]["L15"],
            ),
            "J5": finding(
                {"where both take care": sign(care), "where a second strike grows": sign(terror_)},
                "of all dealings by which exploitation rises where both take care",
                care,
                firm["claims"]["J5"],
            ),
            "J6": finding(
                {"the paradox brings disputes": sign(disputes), "and no more wars": sign(calm)},
                "disputes of a century that the paradox adds",
                disputes,
                firm["claims"]["J6"],
            ),
        },
    }


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 4.6, (0.07, 0.2, 0.4, 0.6), (0.56, 0.2, 0.4, 0.6))
    for p, colour, marker in zip(PRUDENCE, (BLUE, GREEN, RED), "os^", strict=True):
        part = answer["by second strike"][f"prudence {p:g}"]
        whiskers(
            left,
            STRIKES,
            [part[f"{s:g}"]["peace"] for s in STRIKES],
            color=colour,
            fmt=marker + "-",
            label=f"prudence {p:g}",
        )
    part = answer["by prudence, where the second strike is secure"]
    for spell, colour, marker in (("peace", RED, "^"), ("regime", GREY, "D")):
        name = "peace" if spell == "peace" else "cooperation"
        whiskers(
            right, CARE, [part[f"{p:g}"][spell] for p in CARE], color=colour, fmt=marker + "-", label=name
        )
    for ax in (left, right):
        ax.set_ylim(0, 105)
        key_above(figure, ax)
    label(left, "second strike of both sides", "years of peace, of 100")
    label(right, "prudence, where both second strikes are secure", "years, of 100")
    return framed(
        figure,
        "Peace by second strike, and by prudence",
        f"Two powers with fixed second strikes; {RUNS:,} runs of 100 years, restricted means with 95 % "
        f"intervals (mostly within the marks), seed {SEED}.",
    )

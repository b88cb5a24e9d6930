"""Security against trade at equal patience and sight: loss, war, and the depth of conflict."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.pairs import at_equal_worth, pairs_of
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
from regimesim.report.figures.style import BLUE, GREY, ORANGE, RED, blank, framed, key_above, label, whiskers
from regimesim.stats.estimates import finite, interval_of, sign

SMALL = 0.2
SEED = 3
RUNS = 100
YEARS = 100.0
STEPS = (0.0, 0.5, 1.0, 2.0)
"""From the losses of trade (0) to those of anarchy (1), and beyond."""
DEPTHS = (-0.5, -0.25, 0.0, 0.25, 0.5)
"""How much the attack is favoured, in both: it scales what exploitation gains and costs."""
GRUDGES = (0.0, 0.5, 1.0, 2.0)
"""Revisionism of every state."""
TRADE = {"payoffs.temptation": 5.0, "payoffs.sucker": 0.0}
SECURITY = {"payoffs.temptation": 5.0, "payoffs.sucker": float(rs.load_scenario("anarchy")["payoffs.sucker"])}
MILD = {"payoffs.sucker": 0.0}
"""The loss of the exploited that trade has."""
PEACEFUL = {"war.unilateral": 0.0, "war.mutual": 0.0}
JUDGEMENTS = COMMON


def losses(step: float) -> dict[str, float]:
    """Between the losses of trade and those of security."""
    return {name: TRADE[name] + step * (SECURITY[name] - TRADE[name]) for name in TRADE}


def grudge(name: str, revisionism: float) -> rs.Scenario:
    return rs.load_scenario(name, [f"states.{who}.revisionism={revisionism:g}" for who in "ABCDE"])


def asked() -> dict[str, rs.Scenario]:
    """Every world of this question by name."""
    trade, anarchy = rs.load_scenario("trade"), rs.load_scenario("anarchy")
    found = {"trade": trade, "anarchy": anarchy, "concert": rs.load_scenario("concert")}
    found["dear trade"] = at_equal_worth(trade, anarchy)
    for step in STEPS:
        found[f"losses {step:g}, without war"] = anarchy.with_parameters(PEACEFUL | losses(step))
        found[f"losses {step:g}, with war"] = anarchy.with_parameters(losses(step))
    found["mild losses"] = anarchy.with_parameters(MILD)
    for name, base in (("trade", trade), ("anarchy", anarchy)):
        for depth in DEPTHS:
            found[f"{name}, depth {depth:g}"] = base.with_parameters({"geography.offense_advantage": depth})
        for size in GRUDGES:
            found[f"{name}, grudge {size:g}"] = grudge(name, size)
    return found


def robust(count: int) -> dict:
    """The same questions over draws of the judgements."""
    drawn = draws(JUDGEMENTS, count, SEED)
    trade, anarchy = (worlds(rs.load_scenario(name), drawn) for name in ("trade", "anarchy"))

    def lasts(list_: list[rs.Scenario], changes: dict[str, float] | None = None) -> np.ndarray:
        return durations(play_worlds([w.with_parameters(changes or {}) for w in list_], seed=SEED), YEARS)

    security, commerce = lasts(anarchy), lasts(trade)
    unarmed = lasts(anarchy, PEACEFUL)
    shallow = lasts(anarchy, {"geography.offense_advantage": -0.5})
    deep = lasts(trade, {"geography.offense_advantage": 0.5})
    loss = verdicts(lasts(anarchy, MILD) - security)
    parts = {
        "what the exploited lose shortens cooperation": loss,
        "war lengthens it": verdicts(security - unarmed),
        "shallow security outlasts trade": verdicts(shallow - commerce),
        "deep trade falls short of trade": verdicts(commerce - deep),
    }
    return {
        "parts": {name: robustness(v, {})["draws"] for name, v in parts.items()},
        "L17": robustness(loss, drawn),
        "J7": robustness(every(*list(parts.values())[2:]), drawn),
    }


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=60)
    found = Outcomes(asked(), runs, SEED, YEARS)
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=16))
    longer, equal = (found.longer(name, "anarchy") for name in ("trade", "dear trade"))
    sucker = found.longer("losses 0, without war", "losses 1, without war")
    grave = found.longer("mild losses", "anarchy")
    war = found.longer("losses 1, without war", "losses 1, with war")
    shallow = found.longer("anarchy, depth -0.5", "trade")
    deep = found.longer("trade", "trade, depth 0.5")
    return {
        "by losses": {
            kind: {f"{s:g}": found.told(f"losses {s:g}, {kind}", "cooperative_years") for s in STEPS}
            for kind in ("without war", "with war")
        },
        "what it takes": {
            name: takes(found.worlds[name])
            for name in ("trade", "dear trade", "losses 1, without war", "anarchy")
        },
        "by depth of conflict": {
            name: {f"{d:g}": found.told(f"{name}, depth {d:g}") for d in DEPTHS}
            for name in ("trade", "anarchy")
        },
        "by grudge": {
            name: {f"{g:g}": found.told(f"{name}, grudge {g:g}") for g in GRUDGES}
            for name in ("trade", "anarchy")
        },
        "years of cooperation": {
            "trade over anarchy": interval_of(longer),
            "the Concert over trade": interval_of(found.longer("concert", "trade")),
            "lost to what the exploited lose, at trade's temptation": interval_of(sucker),
            "lost to what the exploited lose, in anarchy": interval_of(grave),
            "dear trade over anarchy, at equal worth of an estrangement": interval_of(equal),
            "lost to war": interval_of(war),
            "dear trade over trade": interval_of(found.longer("dear trade", "trade")),
            "shallow security over trade": interval_of(shallow),
            "trade over deep trade": interval_of(deep),
        },
        "over the judgements": firm["parts"],
        "claims": {
            "L17": finding(
                {
                    "what the exploited lose, without war": sign(sucker),
                    "what they lose, with war": sign(grave),
                    "war": sign(war),
                },
                "years lost to what the exploited lose, in anarchy",
                grave,
                firm["L17"],
            ),
            "J7": finding(
                {
                    "shallow security outlasts trade": sign(shallow),
                    "deep trade falls short of trade": sign(deep),
                },
                "years by which security with half of its exposure outlasts trade",
                shallow,
                firm["J7"],
            ),
        },
    }


def takes(scenario: rs.Scenario) -> dict[str, float | None]:
    """Give the patience a year and the trust that restraint needs at the start; None where none is enough."""
    side = pairs_of(scenario)[0].first
    return {"discount factor": finite(side.discount_needed), "trust": finite(side.trust_needed)}


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 4.6, (0.07, 0.2, 0.4, 0.6), (0.56, 0.2, 0.4, 0.6))
    kinds = (("without war", "no war", BLUE, "o"), ("with war", "with war", RED, "D"))
    for kind, name, colour, marker in kinds:
        part = answer["by losses"][kind]
        whiskers(
            left, STEPS, [part[f"{s:g}"]["regime"] for s in STEPS], color=colour, fmt=marker + "-", label=name
        )
    for name, colour, marker in (("trade", ORANGE, "P"), ("anarchy", GREY, "x")):
        part = answer["by depth of conflict"][name]
        whiskers(
            right,
            DEPTHS,
            [part[f"{d:g}"]["regime"] for d in DEPTHS],
            color=colour,
            fmt=marker + "-",
            label=name,
        )
    for ax in (left, right):
        ax.set_ylim(0, 105)
        key_above(figure, ax)
    label(left, "loss of the exploited: trade's (0) to security's (1)", "years of cooperation, of 100")
    label(right, "depth of conflict (below 0 the defence is favoured)", "years of cooperation, of 100")
    return framed(
        figure,
        "Security and trade by loss, war and depth of conflict",
        f"Five equal states under self-help, patience and transparency the same; {RUNS:,} runs, restricted "
        f"means with 95 % intervals (mostly within the marks), seed {SEED}.",
    )

"""Security against trade at equal patience and sight: loss, war, and the depth of conflict."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at, verdict
from regimesim.analysis.pairs import pairs_of
from regimesim.analysis.robustness import (
    COMMON,
    DRAWS,
    Outcomes,
    draws,
    durations,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import BLUE, GREEN, GREY, ORANGE, RED, blank, framed, label, whiskers
from regimesim.stats.estimates import interval_of, sign

SMALL = 0.1
SEED = 3
RUNS = 600
YEARS = 100.0
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)
"""From the losses of trade (0) to those of anarchy (1), and beyond."""
DEPTHS = (-0.75, -0.5, -0.25, 0.0, 0.25, 0.5)
"""How much the attack is favoured, in both: it scales what exploitation gains and costs."""
GRUDGES = (0.0, 0.5, 1.0, 2.0)
"""Revisionism of every state."""
TRADE = {"payoffs.temptation": 5.0, "payoffs.sucker": 0.0}
SECURITY = {"payoffs.temptation": 6.0, "payoffs.sucker": -3.0}
MILD = {"payoffs.sucker": -0.5}
"""The mildest loss that leaves security's temptation a Prisoners' Dilemma: taking turns must not pay."""
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
    for step in STEPS:
        both = losses(step)
        found[f"losses {step:g}"] = anarchy.with_parameters(PEACEFUL | both)
        found[f"losses {step:g}, with war"] = anarchy.with_parameters(both)
        sucker = {"payoffs.sucker": both["payoffs.sucker"]}
        found[f"sucker {step:g}"] = anarchy.with_parameters(PEACEFUL | TRADE | sucker)
        gain = {"payoffs.temptation": both["payoffs.temptation"]}
        found[f"temptation {step:g}"] = anarchy.with_parameters(gain)
    found["mild losses"] = anarchy.with_parameters(MILD)
    for name, base in (("trade", trade), ("anarchy", anarchy)):
        for depth in DEPTHS:
            found[f"{name}, depth {depth:g}"] = base.with_parameters({"geography.offense_advantage": depth})
        for size in GRUDGES:
            found[f"{name}, grudge {size:g}"] = grudge(name, size)
    return found


def robust(count: int) -> dict:
    """The same questions over draws of the judgements."""
    drawn = draws(JUDGEMENTS, count)
    trade, anarchy = (worlds(rs.load_scenario(name), drawn) for name in ("trade", "anarchy"))

    def lasts(list_: list[rs.Scenario], changes: dict[str, float] | None = None) -> np.ndarray:
        return durations(play_worlds([w.with_parameters(changes or {}) for w in list_]), YEARS)

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
        "J1": robustness(verdicts(commerce - security), drawn),
        "J7": robustness(every(*list(parts.values())[2:]), drawn),
    }


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=60)
    found = Outcomes(asked(), runs, SEED, YEARS)
    firm = robust(runs_at(scale, DRAWS, least=16))
    harder = found.longer("trade", "anarchy")
    sucker = found.longer("sucker 0", "sucker 1")
    grave = found.longer("mild losses", "anarchy")
    war = found.longer("losses 1", "losses 1, with war")
    shallow = found.longer("anarchy, depth -0.5", "trade")
    deep = found.longer("trade", "trade, depth 0.5")
    return {
        "by losses": {
            kind: {f"{s:g}": found.told(kind.format(f"{s:g}")) for s in STEPS}
            for kind in ("losses {}", "losses {}, with war", "sucker {}", "temptation {}")
        },
        "what it takes": {
            name: takes(found.worlds[name]) for name in ("trade", "sucker 1", "losses 1", "anarchy")
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
            "trade over anarchy": interval_of(harder),
            "the Concert over trade": interval_of(found.longer("concert", "trade")),
            "lost to what the exploited lose, at trade's temptation": interval_of(sucker),
            "lost to what the exploited lose, in anarchy": interval_of(grave),
            "lost to security's temptation, at a grave loss": interval_of(
                found.longer("temptation 0", "temptation 1")
            ),
            "lost to war": interval_of(war),
            "shallow security over trade": interval_of(shallow),
            "trade over deep trade": interval_of(deep),
        },
        "over the judgements": firm["parts"],
        "claims": {
            "L17": finding(
                verdict(sign(sucker), sign(grave), sign(war)),
                "years lost to what the exploited lose, in anarchy",
                grave,
                firm["L17"],
                "it is what the exploited lose that counts; war by itself deters, and lengthens cooperation",
            ),
            "J1": finding(
                verdict(sign(harder)),
                "years by which trade cooperates longer than anarchy",
                harder,
                firm["J1"],
            ),
            "J7": finding(
                verdict(sign(shallow), sign(deep)),
                "years by which security with half of its exposure outlasts trade",
                shallow,
                firm["J7"],
            ),
        },
    }


def takes(scenario: rs.Scenario) -> dict[str, float]:
    """What restraint asks for at the start: patience a year, and trust."""
    side = pairs_of(scenario)[0].first
    return {"discount factor": side.discount_needed, "trust": side.trust_needed}


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 4.6, (0.07, 0.2, 0.4, 0.6), (0.56, 0.2, 0.4, 0.6))
    kinds = (
        ("temptation {}", "temptation alone, war and grave loss", ORANGE, "s"),
        ("sucker {}", "loss alone, no war", GREEN, "^"),
        ("losses {}", "both, no war", BLUE, "o"),
        ("losses {}, with war", "both, with war", RED, "D"),
    )
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
        ax.legend(fontsize=8.5, frameon=False, loc="upper right")
    label(left, "payoffs: from those of trade (0) to security (1)", "years of cooperation, of 100")
    label(right, "depth of conflict (below 0 the defence is favoured)", "years of cooperation, of 100")
    return framed(
        figure,
        "Security is hard because of what the exploited lose, not because of war",
        f"Five equal states under self-help, patience and sight the same; {RUNS:,} runs, restricted "
        f"means with 95 % intervals (mostly within the marks), seed {SEED}.",
    )

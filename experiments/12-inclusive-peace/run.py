"""Inclusive and punitive peace over three hundred years of wars and settlements."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis.experiments import Answer, finding, runs_at
from regimesim.analysis.robustness import (
    ASSUMPTION_DRAWS,
    COMMON,
    Outcomes,
    draws,
    every,
    play_worlds,
    robustness,
    verdicts,
    worlds,
)
from regimesim.report.figures.style import blank, framed, key_above, label, look, whiskers
from regimesim.scenario.messages import spoken
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.stats.estimates import Estimate, interval_of, sign

SMALL = 0.3
SEED = 1815
RUNS = 60
YEARS = 300.0
ORDERS = ("concert", "balance_kaplan", "balance_waltz")
RESENTMENT = (0.0, 0.5, 1.0, 2.0)
TRUST = (0.3, 0.55, 0.8)
PEACES: dict[str, dict[str, float]] = {
    "inclusive": {"war.resentment": 0.0, "war.settlement_trust": 0.55},
    "bitter": {"war.resentment": 1.0, "war.settlement_trust": 0.55},
    "wary": {"war.resentment": 0.0, "war.settlement_trust": 0.3},
    "punitive": {"war.resentment": 1.0, "war.settlement_trust": 0.3},
    "dismembering": {"war.capability_loss": 0.3},
}
"""What a settlement leaves: a grievance of the loser, little trust, both, or the loss of a third of power."""
MEASURED = ("wars", "disputes", "cooperative_years")
TRIFLE = 5.0
"""Wars in three centuries that are too few to matter (a judgement)."""
AFFINITY = 0.3
"""What any state may be worth to any other as an ally, where alliances may change."""
JUDGEMENTS = (*COMMON, "war.resentment", "war.years", "war.settlement_trust", "sanctions.balance_weight")


def order(name: str) -> rs.Scenario:
    """An order of three hundred years."""
    tree = tree_of(rs.load_scenario(name)) | {"years": YEARS}
    return read_scenario(tree, name)


def allied(scenario: rs.Scenario) -> rs.Scenario:
    """The same order where every state may be an ally of any other tomorrow."""
    return read_scenario(tree_of(scenario) | {"affinity": {"default": AFFINITY}}, scenario.name)


def asked() -> dict[str, rs.Scenario]:
    """Every world of this question by name."""
    found = {}
    for name in ORDERS:
        base = order(name)
        found |= {f"{name} {peace}": base.with_parameters(to) for peace, to in PEACES.items()}
        for resentment in RESENTMENT:
            for trust in TRUST:
                peace = {"war.resentment": resentment, "war.settlement_trust": trust}
                found[f"{name} {resentment:g} {trust:g}"] = base.with_parameters(peace)
    open_ = allied(order("balance_waltz"))
    for peace in ("inclusive", "bitter", "dismembering"):
        found[f"allied {peace}"] = open_.with_parameters(PEACES[peace])
    return found


def robust(count: int) -> dict:
    """The same questions over draws of the judgements."""
    drawn = draws(JUDGEMENTS, count, SEED)
    hard = {"war.resentment": 1.0, "war.settlement_trust": 0.3}

    def bred(name: str, kind: dict[str, float], harsh: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        base = worlds(rs.load_scenario(name), drawn)
        one, other = (play_worlds([w.with_parameters(to) for w in base], seed=SEED) for to in (kind, harsh))
        wars = other["wars"].astype(float) - one["wars"]
        return verdicts(wars), verdicts(one["cooperation_rate"] - other["cooperation_rate"])

    concert = bred("concert", PEACES["inclusive"], hard)
    bitter = {name: bred(name, {"war.resentment": 0.0}, {"war.resentment": 1.0}) for name in ORDERS[1:]}
    parts = {f"resentment breeds wars in {spoken(name)}": part[0] for name, part in bitter.items()}
    parts["a punitive peace breeds wars in the concert"] = concert[0]
    return {
        "parts": {name: robustness(found, {})["draws"] for name, found in parts.items()},
        "L8": robustness(every(*concert), drawn),
        "J8": robustness(every(*(part[0] for part in bitter.values())), drawn),
    }


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=14)
    found = Outcomes(asked(), runs, SEED, YEARS)
    firm = robust(runs_at(scale, ASSUMPTION_DRAWS, least=10))

    def wars(name: str, one: str, other: str) -> Estimate:
        """Wars of three hundred years that one peace brings more than another."""
        return found.more(f"{name} {one}", f"{name} {other}", "wars")

    cooperation = found.more("concert inclusive", "concert punitive", "cooperation_rate")
    bitter = {name: wars(name, "bitter", "inclusive") for name in ORDERS}
    return {
        "by peace": {
            name: {peace: found.told(f"{name} {peace}", *MEASURED) for peace in PEACES} for name in ORDERS
        },
        "wars by resentment and trust": {
            name: {
                f"{r:g}": {f"{t:g}": interval_of(found.mean(f"{name} {r:g} {t:g}", "wars")) for t in TRUST}
                for r in RESENTMENT
            }
            for name in ORDERS
        },
        "where all may be allies tomorrow": {
            peace: found.told(f"allied {peace}", *MEASURED)
            for peace in ("inclusive", "bitter", "dismembering")
        },
        "wars more than after an inclusive peace": {
            name: {
                peace: interval_of(wars(name, peace, "inclusive")) for peace in PEACES if peace != "inclusive"
            }
            for name in ORDERS
        },
        "cooperation gained by an inclusive peace": interval_of(cooperation),
        "where all may be allies, wars that resentment adds": interval_of(
            wars("allied", "bitter", "inclusive")
        ),
        "where all may be allies, wars that dismembering adds": interval_of(
            wars("allied", "dismembering", "inclusive")
        ),
        "over the judgements": firm["parts"],
        "claims": {
            "L8": finding(
                {
                    "a punitive peace brings wars": sign(wars("concert", "punitive", "inclusive")),
                    "it costs cooperation": sign(cooperation),
                },
                "wars of three centuries that a punitive peace adds in the Concert",
                wars("concert", "punitive", "inclusive"),
                firm["L8"],
            ),
            "J8": finding(
                {f"resentment brings wars in {spoken(name)}": sign(bitter[name]) for name in ORDERS[1:]}
                | {
                    f"dismembering does in {spoken(name)}": sign(
                        wars(name, "dismembering", "inclusive"), TRIFLE
                    )
                    for name in ORDERS[1:]
                },
                "wars of three centuries that resentment adds in Waltz's balance",
                bitter["balance_waltz"],
                firm["J8"],
            ),
        },
    }


def draw(answer: Answer) -> Figure:
    figure, (left, right) = blank(9.6, 4.6, (0.08, 0.2, 0.4, 0.6), (0.57, 0.2, 0.4, 0.6))
    for position, name in enumerate(ORDERS):
        style = look(name, position)
        part = answer["wars by resentment and trust"][name]
        values = [part[f"{r:g}"]["0.55"] for r in RESENTMENT]
        whiskers(
            left,
            RESENTMENT,
            values,
            color=style.colour,
            marker=style.marker,
            ls=style.line,
            fmt="",
            label=spoken(name),
        )
        parts = [answer["by peace"][name][peace]["cooperative_years"] for peace in PEACES]
        places = np.arange(len(PEACES)) + (position - 1) * 0.12
        whiskers(right, places, parts, color=style.colour, fmt=style.marker, label=spoken(name))
    right.set_xticks(range(len(PEACES)), list(PEACES), fontsize=8)
    left.set_ylim(bottom=0)
    label(left, "resentment that a defeat leaves (payoff)", "wars in 300 years")
    label(right, "kind of peace", "cooperative years of 300")
    key_above(figure, left)
    more = answer["claims"]["L8"]["estimate"]["value"]
    return framed(
        figure,
        f"A punitive peace adds {more:.1f} wars in three centuries of the Concert",
        f"{RUNS:,} runs of three hundred years, 95 % intervals, seed {SEED}. Left: settlement trust .55.",
    )

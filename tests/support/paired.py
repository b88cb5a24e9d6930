"""Worlds in which the margin is held against paired runs, and how two runs on the same luck are played."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.theory import Relationship

SEED = 20_260_301
BLIND = {"miss_rate": 0.5, "level": 0.3}
NOISE = {**BLIND, "false_alarm_rate": 0.2}
WAR = {"unilateral": 0.1, "mutual": 0.2, "cost": 10.0, "years": 2.0}
ENFORCED = {"cost": 0.1, "enforcement_value": 8.0}


def world(states=2, years=30, **groups):
    """Like states at full trust; what theory leaves aside (loss of trust, of power) is off."""
    tree = {
        "years": years,
        "states": {f"S{i}": {} for i in range(states)},
        "payoffs": {"temptation": 5.0, "reward": 3.0, "punishment": 1.0, "sucker": -1.0},
        "shadow": {"rounds_per_year": 4, "discount_factor": 0.75, "punishment_years": 1.0},
        "transparency": {"level": 0.5},
        "trust": {"initial": 1.0, "shock": 0.0, "learning_rate": 0.4},
        "war": {"settlement_trust": 1.0},
        "diplomacy": {"agreement_trust": 1.0},
    }
    own = groups.pop("own", {})
    for group, values in groups.items():
        tree[group] = {**tree.get(group, {}), **values}
    for name, values in own.items():
        tree["states"][name] = values
    return tree


WORLDS = {
    "clean": world(),
    "noise": world(transparency=NOISE),
    "twelve dealings a year": world(transparency=NOISE, shadow={"rounds_per_year": 12}),
    "war": world(transparency=NOISE, war=WAR),
    "war and power": world(
        transparency=NOISE, war=WAR, power={"weight": 1.0}, own={"S0": {"capability": 2.0}},
        geography={"offense_advantage": 0.3},
    ),
    "mediation": world(
        transparency=NOISE, war={**WAR, "mutual": 0.3},
        diplomacy={"conference": 0.6, "mediation": 0.7, "renegotiation": 1.0},
    ),
    "quarrels": world(
        transparency=NOISE, periphery={"rate": 0.4, "insulation": 0.3},
        diplomacy={"conference": 0.4, "renegotiation": 0.8},
    ),
    "leniency": world(
        transparency=BLIND | {"false_alarm_rate": 0.05}, shadow={"resolve": 0.4, "punishment_years": 3.0}
    ),
    "two resolves": world(
        transparency=BLIND | {"false_alarm_rate": 0.05}, diplomacy={"conference": 0.3},
        shadow={"punishment_years": 3.0}, own={"S0": {"resolve": 0.5}, "S1": {"resolve": 0.9}},
    ),
    "Chicken": world(
        payoffs={"sucker": -0.5}, transparency=NOISE, choice={"temperature": 0.4},
        war={"mutual": 0.5, "cost": 20.0, "years": 1.0},
    ),
    "exclusion, three states": world(3, transparency=BLIND, sanctions={"rule": "decentralized", **ENFORCED}),
    "exclusion, five states": world(5, transparency=BLIND, sanctions={"rule": "decentralized", **ENFORCED}),
    "exclusion, twelve states": world(
        12, 20, transparency=BLIND, sanctions={"rule": "decentralized", **ENFORCED}
    ),
    "exclusion and war": world(
        5, transparency=BLIND, war=WAR,
        sanctions={"rule": "decentralized", "cost": 0.1, "enforcement_value": 40.0, "escalation": 0.7},
    ),
    "collective": world(
        5, transparency={**BLIND, "publicity": 0.6},
        sanctions={"rule": "collective", **ENFORCED, "pledge": 0.5},
    ),
    "centralized": world(
        5, transparency={**BLIND, "publicity": 0.6},
        sanctions={"rule": "centralized", **ENFORCED, "severity": 2.0},
    ),
    "balancing": world(
        5, transparency=BLIND, sanctions={"rule": "balancing", "cost": 0.1, "balance_weight": 8.0}
    ),
    "inquiry": world(
        5, transparency=BLIND | {"false_alarm_rate": 0.01},
        sanctions={"rule": "decentralized", **ENFORCED, "inquiry": 1.0},
    ),
}  # fmt: skip
"""All cooperate in each of them but for mishaps (in Chicken, where choices slip, they are held to it). States
are numbered, and S0 will defect on S1."""


def lanes_of(tree, lanes, seed=SEED):
    """Many replicates of a world."""
    return Lanes(lower(read_scenario(tree, "world")), np.zeros(lanes, np.intp), np.arange(lanes), seed)


def discount_of(lanes):
    """Per round."""
    factor = lanes.setting.parameters["shadow"]["discount_factor"][0]
    return factor ** (1 / lanes.setting.rounds_per_year)


def cooperate(lanes):
    """All intend to cooperate wherever they can."""
    lanes.world.intend[:] = (lanes.world.open == 1) & (lanes.world.withheld == 0)


def play_out(lanes, defect=None, choose=None):
    """Play to the horizon: discounted payoff of S0, and whether all meant to cooperate wherever they could.

    ``defect`` is the pair (i, j) of which i defects on j in the first round; ``choose`` may change what is
    intended.
    """
    paid, weight, loyal = np.zeros(len(lanes.points)), 1.0, True
    factor, first = discount_of(lanes), lanes.round
    while lanes.round < lanes.design.rounds:
        lanes.decide()
        free = (lanes.world.open == 1) & (lanes.world.withheld == 0)
        loyal = loyal and bool((lanes.world.intend == free).all())
        if choose is not None:
            choose(lanes)
        if defect is not None and lanes.round == first:
            lanes.world.intend[defect] = 0
        lanes.carry_out()
        paid += weight * lanes.world.payoff[0]
        weight *= factor
    return paid, loyal


def believed(lanes):
    """S1 plays as S0 expects: it cooperates with the chance of S0's trust. S0 cooperates."""
    luck = np.random.default_rng([1, lanes.round]).random(len(lanes.points))
    open_ = lanes.world.open[0, 1]
    lanes.world.intend[1, 0] = open_ & (luck < lanes.world.trust[0, 1])
    lanes.world.intend[0, 1] = open_


def loss_of_one_defection(tree, lanes, choose=None, payoff=False):
    """(m times the discounted payoff that one defection costs in each lane, margin, loyalty of all).

    With ``payoff`` also the discounted payoff without it.
    """
    without, with_it = lanes_of(tree, lanes), lanes_of(tree, lanes)
    margin = with_it.margins()[0, 1].sum(axis=0)
    assert np.ptp(margin) < 1e-12
    path, loyal = play_out(without, choose=choose)
    cheated, _ = play_out(with_it, defect=(0, 1), choose=choose)
    found = without.setting.rounds_per_year * (path - cheated), float(margin[0]), loyal
    return (*found, path) if payoff else found


def relationship_of(tree, **given):
    """The pair of a world of like states as theory takes it, at full trust unless ``given`` says otherwise.

    In a world of more than two third states join with certainty, as they do in the worlds above.
    """
    t, s, d, p, w, q, c = (
        tree.get(g, {})
        for g in ("payoffs", "shadow", "diplomacy", "transparency", "war", "periphery", "sanctions")
    )
    excluding = c.get("rule", "none") in ("decentralized", "collective")
    return Relationship(
        **t, discount_factor=s["discount_factor"], rounds_per_year=s["rounds_per_year"],
        punishment_years=s["punishment_years"], resolve=s.get("resolve", 1.0), level=p["level"],
        miss_rate=p.get("miss_rate", 0.0), false_alarm_rate=p.get("false_alarm_rate", 0.0),
        confer=d.get("conference", 0.0), mediation=d.get("mediation", 0.0),
        renegotiation=d.get("renegotiation", 0.0),
        quarrels=(1 - q.get("insulation", 1.0)) * q.get("rate", 0.0),
        war_unilateral=w.get("unilateral", 0.0), war_mutual=w.get("mutual", 0.0),
        war_cost=w.get("cost", 0.0), war_years=w.get("years", 2.0),
        temperature=tree.get("choice", {}).get("temperature", 0.0), escalation=c.get("escalation", 0.0),
        learning_rate=tree["trust"]["learning_rate"],
        **{
            "states": len(tree["states"]), "publicity": p.get("publicity", 1.0),
            "inquiry": c.get("inquiry", 0.0), "joining": float(excluding), **given,
        },
    )  # fmt: skip


FAMILY = 1e-3
"""Chance of a false alarm in all comparisons of a test together."""


def bound(comparisons):
    """Bound of one of so many |z|."""
    return NormalDist().inv_cdf(1 - FAMILY / (2 * comparisons))


def z_of(samples, expected):
    """Standard errors between the mean of independent samples and what is expected; 0 if they are equal."""
    away = samples.mean() - expected
    error = samples.std(ddof=1) / math.sqrt(len(samples))
    return 0.0 if abs(away) < 1e-9 else away / max(error, 1e-300)

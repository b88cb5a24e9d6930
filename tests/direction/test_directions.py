"""More of X lengthens or shortens Y: small worlds changed in one thing, on paired seeds.

The signs are those that ``docs/model.md`` gives, in worlds where little but the mechanism is at work, so that
no scenario is needed for them. The paired difference must be more than four of its standard errors: by chance
one comparison in thirty thousand would show it.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest

from regimesim.simulation.simulate import simulate

RUNS, SEED, ERRORS = 300, 11, 4.0

AMPLE: dict[str, Any] = {
    "shadow.rounds_per_year": 4, "shadow.discount_factor": 0.9, "shadow.punishment_years": 1,
    "transparency.level": 0.3, "transparency.miss_rate": 0.2, "transparency.false_alarm_rate": 0.3,
    "payoffs.temptation": 3.5, "trust.shock": 0.3, "choice.temperature": 0.2,
}  # fmt: skip
"""Cooperation is well worth it: what ends it is misperception."""
TEMPTED = {
    **AMPLE, "payoffs.temptation": 4.5, "shadow.punishment_years": 0.25,
    "transparency.false_alarm_rate": 0.05, "choice.temperature": 0.4,
}  # fmt: skip
"""Cooperation is barely worth it: what ends it is temptation."""
CLEAN = {"shadow.rounds_per_year": 4, "shadow.punishment_years": 0.25, "transparency.level": 1.0}
"""No noise at all."""
DOUBTFUL = {
    **TEMPTED, "payoffs.temptation": 4.0, "transparency.false_alarm_rate": 0.3, "trust.initial": 0.7,
    "trust.learning_rate": 0.2, "diplomacy.agreement_trust": 0.0, "trust.shock": 0.5,
}  # fmt: skip
"""Nobody is sure of the others."""
HOME = {
    **AMPLE, "domestic.revolution": 0.1, "domestic.nationalism": 4.0, "domestic.spread": 0.8,
    "domestic.grievance_half_life": 10,
}  # fmt: skip
MEMORY = {**TEMPTED, "payoffs.temptation": 5.2, "norms.restraint": 1.2, "norms.half_life": 10}
LEADERS = {**MEMORY, "norms.half_life": math.inf, "domestic.turnover": 0.2, "norms.institutionalization": 0.5}
ABROAD = {**AMPLE, "periphery.rate": 0.4, "periphery.insulation": 0.3}
TALKING = {**ABROAD, "diplomacy.conference": 0.5, "diplomacy.renegotiation": 0.5}
WARS = {**ABROAD, "war.mutual": 0.3, "war.cost": 5, "war.years": 2, "diplomacy.conference": 0.4}
BUFFERED = {**TEMPTED, "payoffs.temptation": 5.2, "geography.buffer_effectiveness": 0.5}
ARMED = {**WARS, "deterrence.retaliation": 1.0, "war.mutual": 0.2, "war.cost": 2.0}
"""Estranged states have more to lose by yielding than by war: nobody concedes."""
RULED = {
    **TEMPTED, "payoffs.temptation": 5.5, "shadow.resolve": 0.7, "sanctions.rule": "decentralized",
    "sanctions.enforcement_value": 1.0, "sanctions.cost": 0.1, "choice.tremble": 0.01,
}  # fmt: skip
JUST = {**RULED, "transparency.false_alarm_rate": 0.3, "payoffs.temptation": 3.5}
"""Nobody is tempted, and charges are false."""
VOTING = {**RULED, "sanctions.rule": "centralized", "sanctions.quorum": 0.3}
DEFENDED = {
    **RULED, "sanctions.rule": "collective", "sanctions.enforcement_value": 0.0, "payoffs.temptation": 5.9,
}  # fmt: skip
OPPOSED = {**RULED, "sanctions.rule": "balancing", "sanctions.balance_weight": 1.0}


class Direction(NamedTuple):
    """``sign`` is that of the change of a column as a parameter goes from ``low`` to ``high``."""

    where: dict[str, Any]
    parameter: str
    low: Any
    high: Any
    column: str
    sign: int
    rest: dict[str, Any] = {}  # noqa: RUF012


COOPERATION = "cooperative_years"
LONGER = {
    "a longer shadow of the future": Direction(TEMPTED, "shadow.discount_factor", 0.8, 0.95, COOPERATION, 1),
    "a longer punishment, where temptation ends it": Direction(
        {**CLEAN, "payoffs.temptation": 5.5}, "shadow.punishment_years", 0.25, 2, COOPERATION, 1
    ),
    "more transparency": Direction(AMPLE, "transparency.level", 0.1, 0.7, COOPERATION, 1),
    "more transparency, where it is tempting": Direction(
        {**TEMPTED, "transparency.miss_rate": 0.9}, "transparency.level", 0.1, 0.7, COOPERATION, 1
    ),
    "an early warning": Direction(TEMPTED, "transparency.early_warning", 0.0, 0.5, COOPERATION, 1),
    "more conferences": Direction(AMPLE, "diplomacy.conference", 0.0, 0.8, COOPERATION, 1),
    "talks": Direction(TALKING, "diplomacy.renegotiation", 0.0, 2.0, COOPERATION, 1),
    "more trust after agreements": Direction(DOUBTFUL, "diplomacy.agreement_trust", 0.1, 0.9, COOPERATION, 1),
    "less readiness to accuse, where nobody is tempted": Direction(
        AMPLE, "shadow.resolve", 0.9, 0.3, COOPERATION, 1
    ),
    "faster learning": Direction(
        {**TEMPTED, "trust.initial": 0.5}, "trust.learning_rate", 0.05, 0.8, COOPERATION, 1
    ),
    "more trust at the start": Direction(TEMPTED, "trust.initial", 0.3, 1.0, COOPERATION, 1),
    "norms that weigh more": Direction(MEMORY, "norms.restraint", 0.2, 2.0, COOPERATION, 1),
    "slower forgetting": Direction(MEMORY, "norms.half_life", 4, 60, COOPERATION, 1),
    "conferences that keep memory alive": Direction(
        {**MEMORY, "diplomacy.conference": 0.5}, "norms.socialization", 0.0, 0.5, COOPERATION, 1
    ),
    "institutions that outlast leaders": Direction(
        LEADERS, "norms.institutionalization", 0.3, 1.0, COOPERATION, 1
    ),
    "grievances that fade": Direction(HOME, "domestic.grievance_half_life", 40, 3, COOPERATION, 1),
    "turmoil that preoccupies": Direction(
        {**HOME, "domestic.turmoil_years": 5, "payoffs.temptation": 5}, "domestic.preoccupation", 0.0, 1.0,
        COOPERATION, 1,
    ),
    "insulation from quarrels abroad": Direction(ABROAD, "periphery.insulation", 0.2, 0.9, COOPERATION, 1),
    "stronger buffers": Direction(BUFFERED, "geography.buffer_effectiveness", 0.2, 0.9, COOPERATION, 1),
    "third states that care": Direction(RULED, "sanctions.enforcement_value", 0.1, 4.0, COOPERATION, 1),
    "a pledge": Direction(DEFENDED, "sanctions.pledge", 0.0, 4.0, COOPERATION, 1),
    "a fine": Direction(
        {**VOTING, "sanctions.enforcement_value": 3.0}, "sanctions.severity", 0.0, 5.0, COOPERATION, 1
    ),
}  # fmt: skip
SHORTER = {
    "accidents": Direction(AMPLE, "choice.tremble", 0.0, 0.02, COOPERATION, -1),
    "looser choice": Direction(AMPLE, "choice.temperature", 0.1, 0.8, COOPERATION, -1),
    "a longer punishment, where misperception ends it": Direction(
        AMPLE, "shadow.punishment_years", 0.5, 3, COOPERATION, -1
    ),
    "less readiness to accuse, where it is tempting": Direction(
        {**CLEAN, "payoffs.temptation": 4.2}, "shadow.resolve", 1.0, 0.3, COOPERATION, -1
    ),
    "false alarms": Direction(AMPLE, "transparency.false_alarm_rate", 0.1, 0.6, COOPERATION, -1),
    "misses": Direction(TEMPTED, "transparency.miss_rate", 0.1, 0.95, COOPERATION, -1),
    "a cleavage of ideology": Direction(AMPLE, "diplomacy.cleavage", 0.0, 2.0, COOPERATION, -1),
    "secrets that tell where to strike": Direction(
        {**TEMPTED, "transparency.level": 0.8}, "transparency.target_knowledge", 0.0, 1.0, COOPERATION, -1
    ),
    "loss of trust": Direction(DOUBTFUL, "trust.shock", 0.0, 1.0,
        COOPERATION, -1,
    ),
    "revolutions": Direction(HOME, "domestic.revolution", 0.0, 0.2, COOPERATION, -1),
    "nationalism": Direction(HOME, "domestic.nationalism", 0.0, 2.0, COOPERATION, -1),
    "unrest that spreads": Direction(HOME, "domestic.spread", 0.1, 0.9, COOPERATION, -1),
    "new leaders without memory": Direction(LEADERS, "domestic.turnover", 0.0, 0.3, COOPERATION, -1),
    "quarrels abroad": Direction(ABROAD, "periphery.rate", 0.1, 0.5, COOPERATION, -1),
    "an advantage of the offensive": Direction(
        BUFFERED, "geography.offense_advantage", -0.3, 0.3, COOPERATION, -1
    ),
    "buffers that are absorbed": Direction(BUFFERED, "geography.absorption", 0.0, 0.5, COOPERATION, -1),
    "a gain from striking first": Direction(
        {**TEMPTED, "payoffs.temptation": 4.0}, "deterrence.first_strike_gain", 0.0, 2.0, COOPERATION, -1
    ),
}  # fmt: skip
OTHERWISE = {
    "retaliation makes wars fewer": Direction(WARS, "deterrence.retaliation", 0.0, 20.0, "wars", -1),
    "prudence makes wars fewer": Direction(ARMED, "deterrence.prudence", 0.0, 1.0, "wars", -1),
    "mediation makes wars fewer": Direction(WARS, "diplomacy.mediation", 0.0, 0.9, "wars", -1),
    "the paradox makes disputes more": Direction(ARMED, "periphery.paradox", 0.0, 3.0, "disputes", 1),
    "an inclusive peace makes wars fewer": Direction(
        {**WARS, "payoffs.temptation": 4.5}, "war.resentment", 2.0, 0.0, "wars", -1
    ),
    "contagion makes wars systemic": Direction(
        {**WARS, "war.mutual": 0.1}, "war.contagion", 0.0, 0.9, "systemic_ended", 1
    ),
    "escalation makes wars of sanctions": Direction(
        {**RULED, "sanctions.enforcement_value": 3.0, "war.mutual": 0.5},
        "sanctions.escalation", 0.0, 1.0, "wars", 1,
    ),
    "what it costs keeps states from joining": Direction(
        RULED, "sanctions.cost", 0.0, 1.0, "sanctions_response", -1
    ),
    "who lives from the accused does not join": Direction(
        RULED, "sanctions.alliance_weight", 0.0, 2.0, "sanctions_response", -1, {"affinity": 0.5}
    ),
    "what is public is answered more often": Direction(
        RULED, "transparency.publicity", 0.2, 1.0, "sanctions_invoked", 1
    ),
    "an inquiry spares the innocent": Direction(
        {**JUST, "sanctions.enforcement_value": 3.0},
        "sanctions.inquiry", 0.0, 0.9, "sanctions_on_innocents", -1,
    ),
    "a quorum is harder to reach": Direction(VOTING, "sanctions.quorum", 0.2, 0.9, "sanctions_response", -1),
    "what is enforced is believed": Direction(
        {**RULED, "sanctions.credibility": 0.3}, "sanctions.enforcement_value", 0.0, 20.0, "credibility", 1
    ),
    "strength is opposed": Direction(OPPOSED, "sanctions.balance_weight", 0.2, 3.0, "sanctions_response", 1),
    "a warned victim is exploited less": Direction(
        TEMPTED, "transparency.early_warning", 0.0, 0.5, "exploitation_rate", -1
    ),
    "inspection costs": Direction(AMPLE, "transparency.intrusion_cost", 0.0, 1.0, "welfare", -1),
    "restoration gives buffers back": Direction(
        {**WARS, "geography.absorption": 0.5, "war.cost": 0.0}, "war.restoration", 0.0, 1.0, "buffers_lost", 1
    ),
}  # fmt: skip
"""Columns that are not cooperation; a buffer can be lost again only where it was given back."""

STATES = {
    "A": {"ideology": 0.0}, "B": {"ideology": 1.0}, "C": {}, "D": {"capability": 1.5},
}  # fmt: skip
NUCLEAR = {"nuclear": True, "second_strike": 0.8}


def column(world: Any, direction: Direction, value: Any) -> np.ndarray:
    """The measure in every run, at one value of the parameter."""
    nuclear = direction.parameter.startswith("deterrence.") or "deterrence.retaliation" in direction.where
    rest = dict(direction.rest)
    affinity = {"default": rest.pop("affinity", 0.0)}
    states = {name: {**state, **(NUCLEAR if nuclear else {})} for name, state in STATES.items()}
    scenario = world(
        {**direction.where, **rest, direction.parameter: value}, states=states, years=40, affinity=affinity,
        buffers={name: {"between": [list(name)], "strength": 0.7} for name in ("AB", "BC")},
    )  # fmt: skip
    return simulate(scenario, runs=RUNS, seed=SEED, record=0).columns[direction.column].astype(float)


def apart(world: Any, direction: Direction) -> float:
    """By how many standard errors the paired difference is on the side where it should be."""
    gain = column(world, direction, direction.high) - column(world, direction, direction.low)
    return float(direction.sign * gain.mean() / max(gain.std(ddof=1) / math.sqrt(RUNS), 1e-12))


@pytest.mark.parametrize("name", LONGER)
def test_lengthens(name: str, world: Any) -> None:
    assert apart(world, LONGER[name]) > ERRORS


@pytest.mark.parametrize("name", SHORTER)
def test_shortens(name: str, world: Any) -> None:
    assert apart(world, SHORTER[name]) > ERRORS


@pytest.mark.parametrize("name", OTHERWISE)
def test_moves(name: str, world: Any) -> None:
    assert apart(world, OTHERWISE[name]) > ERRORS


def test_dealing_more_often_is_not_to_be_misperceived_more_often(world: Any) -> None:
    """Rates are yearly: six dealings a year instead of two change cooperation by less than a twentieth.

    A false alarm more in each dealing would take two thirds of it.
    """
    often, seldom = (
        column(world, Direction(AMPLE, "shadow.rounds_per_year", 2, 6, COOPERATION, 1), m).mean()
        for m in (6, 2)
    )
    assert abs(often - seldom) < 0.05 * seldom

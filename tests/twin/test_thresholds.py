"""Draws that equal their thresholds, in the twin and in the kernel: a draw is below, or it is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import naive
import pytest
import twins
from handmade import BUFFER, FLAT, HOSTILE, KIND, LENIENT, MYOPIC, SEED, against_one, world

import regimesim.simulation.lowering
from regimesim.core.strategies import memory_one
from regimesim.scenario.scenario import Scenario

HAIR = 2.0**-32
"""The distance between neighbouring draws."""


@pytest.fixture(autouse=True)
def _automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)


def solved(function: Callable[[float], float], target: float, guess: float) -> float:
    """A number near ``guess`` of which ``function``, rising and smooth, gives exactly ``target``."""
    low, high = guess - 1e-6, guess + 1e-6
    if not function(low) < target < function(high):
        raise LookupError("no such number")
    while math.nextafter(low, high) < high:
        middle = (low + high) / 2
        if function(middle) == target:
            return middle
        low, high = (middle, high) if function(middle) < target else (low, middle)
    for _ in range(2000):
        low = math.nextafter(low, -math.inf)
        if function(low) == target:
            return low
    raise LookupError("no such number")


def rate(probability: float) -> float:
    """The yearly rate with that probability in a round, at one round a year."""
    return solved(lambda r: 1.0 - naive.exp(-r / 1.0), probability, -math.log1p(-probability))


def logit(probability: float) -> float:
    """What has that probability at a temperature of 1; only what is above 0 can be set."""
    if probability < 0.51:
        raise LookupError("would be negative")
    return solved(
        lambda x: 1.0 / (1.0 + naive.exp(-x)), probability, math.log(probability / (1 - probability))
    )


def miss(probability: float) -> float:
    """The ``miss_rate`` at which a defection is seen with that probability, at four rounds a year."""
    return 1.0 - solved(lambda x: 1.0 - naive.to_the_power(1.0 - x, 1.0), probability, probability)


def talks(probability: float) -> float:
    """The rate of ``renegotiation`` that ends a misunderstanding so often, at K = .5 and one round a year."""
    if probability > 0.49:
        raise LookupError("half of them do not meet")
    return solved(
        lambda r: 1.0 - (1.0 - 0.0) * (1.0 - 0.5 * (1.0 - naive.exp(-r / 1.0))),
        probability, -math.log1p(-2 * probability),
    )  # fmt: skip


def yielding(probability: float) -> float:
    """S - P at which one of two alike concedes so often, at a temperature of 1 and one round a year."""

    def ends(gain: float) -> float:
        stays = naive.to_the_power(1.0 / (1.0 + naive.exp(gain / 1.0)), 1.0)
        return 1.0 - stays * stays

    if probability < 0.76:
        raise LookupError("nobody has anything to gain")
    stays = math.sqrt(1 - probability)
    return solved(ends, probability, math.log(1 / stays - 1))


def hesitant(probability: float) -> Scenario:
    """A state that cooperates with that probability, whatever happens."""
    twins.AUTOMATA[f"hesitant {probability}"] = memory_one(*(probability,) * 5)
    return world({"A": {"strategy": f"hesitant {probability}"}, "B": {}})


def accused(
    sanctions: dict[str, Any], transparency: dict[str, Any] | None = None, **accuser: Any
) -> Scenario:
    """A defects; B, who accuses it, and C, who may join, do not."""
    states = {"A": {"strategy": "villain"}, "B": accuser, "C": LENIENT}
    return world(states, sanctions=sanctions, transparency=transparency or {}, **FLAT)


def hostile(m: int = 1, **tree: Any) -> Scenario:
    """Two prudent states that break at once, and stay estranged."""
    return world(2, m, shadow=MYOPIC, **tree)


NOISE = {"miss_rate": 0.1}
AGGRESSOR = {"A": {"revisionism": 99.0}, "B": {}, "C": LENIENT}
"""A defects towards the other two; B breaks with it, and C may join, by a sanction."""

THRESHOLDS: dict[str, tuple[tuple[int, int, int, int], Callable[[float], Scenario]]] = {
    "tremble": ((naive.TREMBLE, 0, 1, 0), lambda u: world(choice={"tremble": u})),
    "tremble back": ((naive.TREMBLE, 1, 0, 0), lambda u: world(choice={"tremble": u})),
    "tremble among errors": (
        (naive.TREMBLE, 0, 1, 0), lambda u: world(choice={"tremble": u}, transparency=NOISE),
    ),
    "tremble among errors back": (
        (naive.TREMBLE, 1, 0, 0), lambda u: world(choice={"tremble": u}, transparency=NOISE),
    ),
    "false alarm": (
        (naive.OBSERVE, 0, 1, 0), lambda u: world(KIND, transparency={"false_alarm_rate": rate(u)}),
    ),
    "false alarm back": (
        (naive.OBSERVE, 1, 0, 0), lambda u: world(KIND, transparency={"false_alarm_rate": rate(u)}),
    ),
    "a defection seen": (
        (naive.OBSERVE, 0, 1, 0), lambda u: world(HOSTILE, 4, transparency={"miss_rate": miss(u)}),
    ),
    "a defection seen back": (
        (naive.OBSERVE, 1, 0, 0), lambda u: world(HOSTILE, 4, transparency={"miss_rate": miss(u)}),
    ),
    "resolve of one's own": ((naive.PURSUE, 1, 0, 0), lambda u: accused({}, resolve=u)),
    "resolve of all": (
        (naive.PURSUE, 0, 1, 0),
        lambda u: world({"A": {}, "B": {"strategy": "villain"}}, shadow={"resolve": u}),
    ),
    "conferring": (
        (naive.CONFER, 0, 1, 0),
        lambda u: world(
            transparency={"false_alarm_rate": 52}, diplomacy={"conference": u}, norms={"restraint": 9},
        ),
    ),
    "a quarrel abroad": (
        (naive.QUARREL, 1, 0, 0), lambda u: world(periphery={"rate": rate(u), "insulation": 0.0}),
    ),
    "publicity": (
        (naive.PUBLISH, 1, 0, 0), lambda u: accused(against_one("centralized"), {"publicity": u}),
    ),
    "publicity against the second": (
        (naive.PUBLISH, 0, 1, 0),
        lambda u: world(
            {"A": {}, "B": {"strategy": "villain"}, "C": LENIENT},
            sanctions=against_one("collective"), transparency={"publicity": u}, **FLAT,
        ),
    ),
    "inquiry": (
        (naive.INQUIRY, 1, 0, 0),
        lambda u: world(
            {"A": {"strategy": "saint"}, "B": {}, "C": LENIENT}, transparency={"false_alarm_rate": 52},
            sanctions=against_one("decentralized", inquiry=u), **FLAT,
        ),
    ),
    "joining a sanction": (
        (naive.SANCTION, 2, 0, 0),
        lambda u: world(
            {"A": {"strategy": "villain"}, "B": {}, "C": LENIENT},
            sanctions={**against_one("decentralized"), "enforcement_value": logit(u)},
            choice={"temperature": 1.0}, **FLAT,
        ),
    ),
    "leaving": ((naive.EXIT, 0, 0, 0), lambda u: accused(against_one("decentralized", exit=u))),
    "an automaton": ((naive.INTEND, 0, 1, 0), hesitant),
    "a slip": (
        (naive.INTEND, 0, 1, 0),
        lambda u: world(norms={"restraint": logit(1.0 - u)}, choice={"temperature": 1.0}, **FLAT),
    ),
    "a slip back": (
        (naive.INTEND, 1, 0, 0),
        lambda u: world(norms={"restraint": logit(1.0 - u)}, choice={"temperature": 1.0}, **FLAT),
    ),
    "a slip in half a year": (
        (naive.INTEND, 0, 1, 0),
        lambda u: world(
            2, 2, norms={"restraint": logit((1.0 - u) * (1.0 - u))}, choice={"temperature": 1.0}, **FLAT,
        ),
    ),
    "war after a defection": (
        (naive.WAR, 0, 1, 0),
        lambda u: world(
            {"A": {"strategy": "villain"}, "B": {"strategy": "saint"}}, war={"unilateral": rate(u)}
        ),
    ),
    "war after a breach": ((naive.WAR, 0, 1, 1), lambda u: hostile(war={"mutual": rate(u)})),
    "war after a misunderstanding": (
        (naive.WAR, 0, 1, 1),
        lambda u: world(
            periphery={"rate": 52, "insulation": 0}, norms={"restraint": 9}, war={"mutual": rate(u)}
        ),
    ),
    "war after a sanction": (
        (naive.WAR, 0, 2, 1),
        lambda u: world(
            AGGRESSOR, war={"mutual": rate(u)},
            sanctions={**against_one("decentralized", escalation=1.0), "enforcement_value": 99.0},
        ),
    ),
    "an end by talks": (
        (naive.NEGOTIATE, 0, 1, 1),
        lambda u: world(
            2, 1, 3, periphery={"rate": 52, "insulation": 0}, norms={"restraint": 9},
            diplomacy={"conference": 0.5, "renegotiation": talks(u)},
        ),
    ),
    "an end by concession": (
        (naive.NEGOTIATE, 0, 1, 1),
        lambda u: world(
            2, 1, 3,
            payoffs={"temptation": 9, "reward": 8, "punishment": 0, "sucker": yielding(u), "game": "any"},
            shadow=MYOPIC, choice={"temperature": 1.0, "tremble": 1.0},
        ),
    ),
    "turnover": (
        (naive.TURNOVER, 0, 0, 0),
        lambda u: world(domestic={"turnover": rate(u)}, norms={"institutionalization": 0.5}),
    ),
    "a wave": (
        (naive.WAVE, 0, 0, 0),
        lambda u: world(domestic={"revolution": rate(u), "spread": 1.0, "nationalism": 0.1}),
    ),
    "spread of a wave": (
        (naive.SPREAD, 1, 1, 0),
        lambda u: world(domestic={"revolution": 52, "spread": u, "nationalism": 0.1}),
    ),
    "unrest": (
        (naive.SPREAD, 1, 1, 0),
        lambda u: world(
            {"A": {}, "B": {"unrest": u}}, domestic={"revolution": 52, "spread": 1.0, "nationalism": 0.1}
        ),
    ),
    "absorption": (
        (naive.ABSORB, 0, 1, 1), lambda u: hostile(buffers=BUFFER, geography={"absorption": rate(u)}),
    ),
    "who absorbs": (
        (naive.ABSORB, 0, 1, 1),
        lambda u: world(
            {"A": {"capability": u}, "B": {"capability": 1.0 - u}}, shadow=MYOPIC, buffers=BUFFER,
            geography={"absorption": 52, "absorption_gain": 0.1},
        ),
    ),
    "restoration": (
        (naive.RESTORE, 0, 1, 3),
        lambda u: hostile(
            years=5, buffers=BUFFER, geography={"absorption": 52}, war={"years": 1, "restoration": u},
            epochs=[{"year": 2, "war": {"mutual": 52}}],
        ),
    ),
    "joining a war": (
        (naive.JOIN + 2, 0, 1, 1),
        lambda u: world(
            AGGRESSOR, war={"mutual": 52, "contagion": u},
            sanctions={**against_one("decentralized"), "enforcement_value": 99.0},
        ),
    ),
    "prevailing": (
        (naive.PREVAIL, 0, 1, 1),
        lambda u: world(
            {
                "A": {"strategy": "villain", "capability": u},
                "B": {"strategy": "villain", "capability": 1.0 - u},
            },
            years=3, war={"unilateral": 52, "years": 1, "resentment": 1.0},
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", THRESHOLDS)
def test_a_draw_that_equals_its_threshold_is_not_below_it(name: str) -> None:
    """At the draw itself nothing happens, a hair above it something does: in the twin and in the kernel.

    Rounding leaves some numbers out, and in some replicates the draw decides nothing; one in which it does is
    asked for.
    """
    (channel, i, j, t), build = THRESHOLDS[name]
    for replicate in range(100):
        u = naive.uniform(SEED, replicate, t, channel, i, j)
        try:
            below, above = build(u), build(u + HAIR)
        except LookupError:
            continue
        if told(twins.check(below, SEED, replicate)) != told(twins.check(above, SEED, replicate)):
            return
    raise AssertionError("no replicate has a draw that the threshold can equal")


KEPT = (
    "action", "seen", "charge", "left", "kind", "at_war", "sovereign", "member", "turmoil", "revisionism",
    "norm", "capability", "response", "public",
)  # fmt: skip


def told(history: Any) -> str:
    """What a draw may change, round by round."""
    return repr([[now[name] for name in KEPT] for now in history.rounds])

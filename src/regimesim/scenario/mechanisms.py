"""Mechanisms of a scenario: which of its settings are at work, and what keeps the others from it.

A setting is *at work* where something that states do, or that happens to them, may depend on it. A parameter
that stands at the value that switches its own mechanism off (no contagion, no trembling, a memory that never
fades) changes nothing, and neither does one that *needs* another mechanism which is off: the cost of a war
where none can come.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from regimesim.scenario.messages import show
from regimesim.scenario.parameters import BY_NAME, PARAMETERS
from regimesim.scenario.scenario import Phase, Scenario
from regimesim.scenario.strategies import PRUDENT

OFF = {
    p.name: p.default
    for p in PARAMETERS
    if p.default in (0.0, math.inf) and p.default in (p.low, p.high) and p.kind != "switch"
} | {"norms.institutionalization": 1.0, "periphery.insulation": 1.0, "shadow.resolve": 1.0}
OFF.pop("shadow.punishment_years")
"""Values at which a parameter switches its own mechanism off: 0, never, or all of it.

Such a value ends what is permitted. A 0 with values on both sides is one like any other: that attack and
defence are equally strong is an assumption, too; an estrangement without end is no mechanism that is off.
"""


@dataclass(frozen=True)
class Need:
    """Condition without which a setting changes nothing.

    Attributes
    ----------
    missing : str
        What is said where it is not met: a clause.
    met : callable
        Given a phase, whether it is met there.
    """

    missing: str
    met: Callable[[Phase], bool]


def _is_on(phase: Phase, *names: str) -> bool:
    """Tell whether none of these parameters switches its mechanism off."""
    return all(phase.parameters[name] != OFF[name] for name in names)


def _on(*names: str) -> tuple[Need, ...]:
    """Needs of mechanisms that are switched by a parameter of their own."""
    return tuple(Need(f"{name} is {show(OFF[name])}", partial(_has_on, name)) for name in names)


def _has_on(name: str, phase: Phase) -> bool:
    return _is_on(phase, name)


def _rule(phase: Phase) -> str:
    return str(phase.parameters["sanctions.rule"])


def _prudent(phase: Phase) -> bool:
    return any(state.strategy == PRUDENT for state in phase.states)


def _has_war(phase: Phase) -> bool:
    return _is_on(phase, "war.unilateral") or _is_on(phase, "war.mutual")


def _may_absorb(phase: Phase) -> bool:
    return bool(phase.buffers) and _is_on(phase, "geography.absorption") and _prudent(phase)


def _secure(phase: Phase) -> bool:
    armed = (state for state in phase.states if state["nuclear"])
    return sum(float(state["second_strike"]) > 0 for state in armed) > 1


def _revolts(phase: Phase) -> bool:
    restless = any(float(state["unrest"]) > 0 for state in phase.states)
    return restless and _is_on(phase, "domestic.revolution")


def _has_grievances(phase: Phase) -> bool:
    """Tell whether a grievance may be fresh: by a revolution or a lost war."""
    resented = _has_war(phase) and _is_on(phase, "war.resentment")
    return resented or (_revolts(phase) and _is_on(phase, "domestic.nationalism"))


def _divided(phase: Phase) -> bool:
    places = [float(state["ideology"]) for state in phase.states]
    return any(one != other for one, other in combinations(places, 2))


def _unequal(phase: Phase) -> bool:
    """Tell whether capabilities differ, or may come to."""
    strengths = {float(state["capability"]) for state in phase.states}
    grows = any(float(state["growth"]) != 0 for state in phase.states)
    lost = _has_war(phase) and _is_on(phase, "war.capability_loss")
    gained = _may_absorb(phase) and _is_on(phase, "geography.absorption_gain")
    return len(strengths) > 1 or grows or lost or gained or _is_on(phase, "power.volatility")


def _new_leader_differs(phase: Phase) -> bool:
    return _is_on(phase, "domestic.reset") or _is_on(phase, "norms.restraint", "norms.institutionalization")


_SIGHT = ("miss_rate", "false_alarm_rate", "early_warning", "target_knowledge", "intrusion_cost")

_DECIDES = Need("every state follows an automaton, and none weighs what it does", _prudent)
_THREE = Need("there is no third state to join a sanction", lambda x: len(x.states) > 2)
_ANSWERED = Need("no third state answers a charge (sanctions.rule=none)", lambda x: _rule(x) != "none")
_CHARGED = Need("sanctions.rule=balancing answers strength, not charges", lambda x: _rule(x) != "balancing")
_WAR_POSSIBLE = Need("no war can come (war.unilateral and war.mutual are 0)", _has_war)
_ARMED = Need("no state has nuclear arms", lambda x: any(state["nuclear"] for state in x.states))
_SECURE = Need("no two states have nuclear arms and a second_strike above 0", _secure)
_BUFFERS = Need("there is no buffer state", lambda x: bool(x.buffers))
_SHIELDS = Need(
    "no buffer state has a strength above 0", lambda x: any(buffer.strength > 0 for buffer in x.buffers)
)
_FRIENDS = Need(
    "there is no affinity between states", lambda x: any(value > 0 for row in x.affinity for value in row)
)
_SEEN = Need(
    f"it has nothing to act on ({', '.join(f'transparency.{name}' for name in _SIGHT)} are 0)",
    lambda x: any(_is_on(x, f"transparency.{name}") for name in _SIGHT),
)
_LEADERS_CHANGE = Need(
    "no leader changes (domestic.turnover and domestic.revolution are 0)",
    lambda x: _is_on(x, "domestic.turnover") or _is_on(x, "domestic.revolution"),
)
_RESTLESS = Need(
    "no state has an unrest above 0", lambda x: any(float(state["unrest"]) > 0 for state in x.states)
)
_REVOLTS = Need("there are no revolutions (domestic.revolution is 0)", _revolts)
_GRIEVANCES = Need(
    "no grievance is ever fresh (war.resentment and domestic.nationalism are 0)", _has_grievances
)
_DIVIDED = Need("all states have the same ideology", _divided)
_UNEQUAL = Need("all states are equally strong, and stay so", _unequal)
_DIFFERS = Need(
    "a new leader is like the old one (domestic.reset is 0, and no norm is lost)", _new_leader_differs
)
_INHERITS = Need(
    "every prudent state has a resolve of its own",
    lambda x: any(float(state["resolve"]) < 0 for state in x.states if state.strategy == PRUDENT),
)
_SPOILS = Need(
    "there is no war and no buffer state to win (war.unilateral, war.mutual, geography.absorption)",
    lambda x: _has_war(x) or _may_absorb(x),
)


def _under_rule(rule: str) -> Need:
    return Need(f"used under sanctions.rule={rule} only", lambda x: _rule(x) == rule)


_MAY_PASS = Need(
    "every state has a veto, and so no sanction passes",
    lambda x: _rule(x) != "centralized" or not all(state["veto"] and state["member"] for state in x.states),
)
_SANCTIONS_POSSIBLE = (_DECIDES, _ANSWERED, _THREE, _MAY_PASS)
_ACCUSED = (_DECIDES, _ANSWERED, _THREE, _CHARGED)
_NORMS = (_DECIDES, *_on("norms.restraint"))

_OF_GROUPS: Mapping[str, tuple[Need, ...]] = {
    "sanctions": _SANCTIONS_POSSIBLE,
    "war": (_WAR_POSSIBLE,),
    "norms": _NORMS,
    "trust": (_DECIDES,),
}
"""Needs of every parameter of a group that names none of its own."""

_OF_PARAMETERS: Mapping[str, tuple[Need, ...]] = {
    "shadow.discount_factor": (_DECIDES,),
    "shadow.punishment_years": (_DECIDES,),
    "shadow.resolve": (_DECIDES, _INHERITS),
    "transparency.level": (_SEEN,),
    "transparency.publicity": _ACCUSED,
    "diplomacy.mediation": (_DECIDES, *_on("war.mutual", "diplomacy.conference")),
    "diplomacy.cleavage": (*_on("transparency.false_alarm_rate"), _DIVIDED),
    "diplomacy.renegotiation": (_DECIDES, *_on("diplomacy.conference")),
    "diplomacy.agreement_trust": (_DECIDES,),
    "sanctions.rule": (_DECIDES, _THREE),
    "sanctions.severity": (*_SANCTIONS_POSSIBLE, _under_rule("centralized")),
    "sanctions.escalation": (*_SANCTIONS_POSSIBLE, *_on("war.mutual")),
    "sanctions.inquiry": (*_ACCUSED, *_on("transparency.false_alarm_rate")),
    "sanctions.pledge": (*_SANCTIONS_POSSIBLE, _under_rule("collective")),
    "sanctions.alliance_weight": (*_SANCTIONS_POSSIBLE, _FRIENDS),
    "sanctions.enforcement_value": (*_SANCTIONS_POSSIBLE, _CHARGED),
    "sanctions.credibility": (_DECIDES, _ANSWERED, _THREE),
    "sanctions.credibility_learning": (_DECIDES, _ANSWERED, _THREE),
    "sanctions.balance_weight": (*_SANCTIONS_POSSIBLE, _under_rule("balancing")),
    "sanctions.quorum": (*_SANCTIONS_POSSIBLE, _under_rule("centralized")),
    "sanctions.veto_affinity": (*_SANCTIONS_POSSIBLE, _under_rule("centralized"), _FRIENDS),
    "geography.buffer_effectiveness": (_BUFFERS, _SHIELDS),
    "geography.absorption": (_DECIDES, _BUFFERS),
    "geography.absorption_gain": (_DECIDES, _BUFFERS, *_on("geography.absorption")),
    "deterrence.retaliation": (_ARMED, _WAR_POSSIBLE),
    "deterrence.first_strike_gain": (_ARMED,),
    "deterrence.prudence": (_SECURE, _WAR_POSSIBLE),
    "norms.restraint": (_DECIDES,),
    "norms.socialization": (*_NORMS, *_on("diplomacy.conference")),
    "norms.institutionalization": (*_NORMS, _LEADERS_CHANGE),
    "domestic.turnover": (_DIFFERS,),
    "domestic.reset": (_LEADERS_CHANGE,),
    "domestic.revolution": (_RESTLESS,),
    "domestic.spread": (_REVOLTS,),
    "domestic.turmoil_years": (_REVOLTS,),
    "domestic.preoccupation": (_REVOLTS,),
    "domestic.nationalism": (_REVOLTS,),
    "domestic.grievance_half_life": (_GRIEVANCES,),
    "periphery.rate": (_DECIDES, *_on("periphery.insulation")),
    "periphery.insulation": (_DECIDES, *_on("periphery.rate")),
    "periphery.paradox": (_DECIDES, _SECURE, *_on("periphery.rate", "periphery.insulation")),
    "war.unilateral": (),
    "war.mutual": (_DECIDES,),
    "war.restoration": (_WAR_POSSIBLE, _BUFFERS, *_on("geography.absorption")),
    "war.contagion": (
        _WAR_POSSIBLE,
        _DECIDES,
        Need("there is no third state that could join", lambda x: len(x.states) > 2),
    ),
    "war.satisfaction": (_SPOILS, _GRIEVANCES),
    "power.weight": (_UNEQUAL,),
    "choice.temperature": (_DECIDES,),
}
"""Conditions besides its own value under which a parameter changes anything."""


def uses(scenario: Scenario, name: str) -> bool:
    """Tell whether a scenario uses a parameter: whether its mechanism is at work in some phase."""
    own = OFF.get(name)
    if own is not None and all(phase.parameters[name] == own for phase in scenario.phases):
        return False
    return not what_is_missing(scenario, name)


def what_is_missing(scenario: Scenario, name: str) -> str:
    """Say what keeps a setting from changing anything, whatever its own value.

    Parameters
    ----------
    scenario : Scenario
    name : str
        A parameter, or a setting of a state or a buffer state (``states.France.veto``).

    Returns
    -------
    str
        A clause; empty where nothing does, and for what no need is declared of.
    """
    needs = _needs_of(name)
    if any(all(need.met(phase) for need in needs) for phase in scenario.phases):
        return ""
    for need in needs:
        if not any(need.met(phase) for phase in scenario.phases):
            return need.missing
    return "what it needs is never at work at one time"


def _needs_of(name: str) -> tuple[Need, ...]:
    if name in BY_NAME:
        return _OF_PARAMETERS.get(name, _OF_GROUPS.get(BY_NAME[name].group, ()))
    group, _, rest = name.partition(".")
    owner, _, key = rest.rpartition(".")
    if group == "states" and owner:
        return _needs_of_state(owner, key)
    if group == "buffers" and key == "strength":
        return _BUFFER_NEEDS
    return _OF_LISTS.get(name, _OF_LISTS.get(group, ()))


_AS_MEMBER = Need(
    "members have nothing in common (diplomacy.conference and transparency.intrusion_cost are 0, "
    "sanctions.rule is none)",
    lambda x: (
        _rule(x) not in ("none", "balancing")
        or _is_on(x, "diplomacy.conference")
        or _is_on(x, "transparency.intrusion_cost")
    ),
)
_VETOES = (_DECIDES, _ANSWERED, _THREE, _under_rule("centralized"))
_DETERS = Need(
    "nuclear arms deter nobody (deterrence.retaliation, deterrence.prudence, "
    "deterrence.first_strike_gain and periphery.paradox are 0)",
    lambda x: any(
        _is_on(x, name)
        for name in (
            "deterrence.retaliation",
            "deterrence.prudence",
            "deterrence.first_strike_gain",
            "periphery.paradox",
        )
    ),
)
_BUFFER_NEEDS = (
    Need(
        "buffer states protect nobody (geography.buffer_effectiveness and transparency.early_warning are 0)",
        lambda x: (
            float(x.parameters["geography.buffer_effectiveness"]) > 0
            or _is_on(x, "transparency.early_warning")
        ),
    ),
)
_OF_LISTS: Mapping[str, tuple[Need, ...]] = {
    "affinity": _SANCTIONS_POSSIBLE,
    "members": (_AS_MEMBER,),
    "vetoes": _VETOES,
}
"""Needs of what is no parameter."""

_OF_STATES: Mapping[str, tuple[Need, ...]] = {
    "ideology": _on("transparency.false_alarm_rate", "diplomacy.cleavage"),
    "nuclear": (_DETERS,),
    "second_strike": (_DETERS,),
    "veto": _VETOES,
    "unrest": _on("domestic.revolution"),
    "member": (_AS_MEMBER,),
}


def _needs_of_state(state: str, key: str) -> tuple[Need, ...]:
    needs = _OF_STATES.get(key, ())
    if key == "resolve":
        follows = f"{state} follows an automaton, which does not weigh what it does"
        needs = (Need(follows, lambda x: _setting(x, state, "strategy") == PRUDENT),)
    elif key == "second_strike":
        needs = (
            Need(f"{state} has no nuclear arms", lambda x: _setting(x, state, "nuclear") is True),
            *needs,
        )
    return needs


def _setting(phase: Phase, name: str, key: str) -> object:
    state = next((state for state in phase.states if state.name == name), None)
    if state is None:
        return None
    return state.strategy if key == "strategy" else state[key]

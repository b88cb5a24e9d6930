"""Which judgements a scenario makes: parameters with a plausible range whose mechanism is on in it.

A mechanism is *on* in a scenario if it is at work in some phase. A parameter that stands at the value that
switches its mechanism off (no contagion, no trembling, a memory that never fades) throughout, or whose
mechanism needs another one that is off (the cost of a war where none can come), changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from regimesim.parameters import BY_NAME, PARAMETERS, Parameter
from regimesim.scenario import Phase, Scenario
from regimesim.strategy import PRUDENT

OFF = {p.name: p.default for p in PARAMETERS if p.default in (0.0, math.inf) and p.kind != "switch"} | {
    "norms.institutionalization": 1.0,
    "periphery.insulation": 1.0,
}
"""Values at which a parameter switches its own mechanism off: 0, never, or all of it."""


@dataclass(frozen=True)
class _Phase:
    """What can be asked of a phase."""

    phase: Phase

    def on(self, *names: str) -> bool:
        """Whether none of these parameters switches its mechanism off."""
        return all(self.phase.parameters[name] != OFF[name] for name in names)

    @property
    def war(self) -> bool:
        return self.on("war.unilateral") or self.on("war.mutual")

    @property
    def rule(self) -> str:
        return str(self.phase.parameters["sanctions.rule"])

    @property
    def prudent(self) -> bool:
        return any(state.strategy == PRUDENT for state in self.phase.states)

    @property
    def nuclear(self) -> bool:
        return any(state["nuclear"] for state in self.phase.states)

    @property
    def secure(self) -> bool:
        armed = (state for state in self.phase.states if state["nuclear"])
        return sum(float(state["second_strike"]) > 0 for state in armed) > 1

    @property
    def buffers(self) -> bool:
        return any(buffer.strength > 0 for buffer in self.phase.buffers)

    @property
    def affinity(self) -> bool:
        return any(value > 0 for row in self.phase.affinity for value in row)

    @property
    def sight(self) -> bool:
        names = ("miss_rate", "false_alarm_rate", "early_warning", "target_knowledge", "intrusion_cost")
        return any(self.on(f"transparency.{name}") for name in names)

    @property
    def leaders(self) -> bool:
        return self.on("domestic.turnover") or self.on("domestic.revolution")

    @property
    def norms(self) -> bool:
        return self.on("norms.restraint")


_NEEDS: Mapping[str, Callable[[_Phase], bool]] = {
    "shadow.discount_factor": lambda x: x.prudent,
    "shadow.punishment_rounds": lambda x: x.prudent,
    "transparency.level": lambda x: x.sight,
    "transparency.publicity": lambda x: x.rule not in ("none", "balancing"),
    "diplomacy.mediation": lambda x: x.war and x.on("diplomacy.conference"),
    "diplomacy.cleavage": lambda x: x.on("transparency.false_alarm_rate"),
    "diplomacy.agreement_trust": lambda x: x.on("diplomacy.renegotiation"),
    "sanctions.pledge": lambda x: x.rule == "collective",
    "sanctions.alliance_weight": lambda x: x.affinity,
    "sanctions.enforcement_value": lambda x: x.rule != "balancing",
    "sanctions.balance_weight": lambda x: x.rule == "balancing",
    "sanctions.quorum": lambda x: x.rule == "centralized",
    "sanctions.veto_affinity": lambda x: x.rule == "centralized" and x.affinity,
    "geography.buffer_effectiveness": lambda x: x.buffers,
    "geography.absorption": lambda x: x.buffers,
    "geography.absorption_gain": lambda x: x.buffers and x.on("geography.absorption"),
    "deterrence.retaliation": lambda x: x.nuclear and x.war,
    "deterrence.first_strike_gain": lambda x: x.nuclear,
    "deterrence.prudence": lambda x: x.secure and x.war,
    "norms.initial": lambda x: x.norms,
    "norms.half_life": lambda x: x.norms,
    "norms.socialization": lambda x: x.norms and x.on("diplomacy.conference"),
    "norms.institutionalization": lambda x: x.norms and x.leaders,
    "domestic.reset": lambda x: x.leaders,
    "domestic.spread": lambda x: x.on("domestic.revolution"),
    "domestic.turmoil_years": lambda x: x.on("domestic.revolution"),
    "domestic.preoccupation": lambda x: x.on("domestic.revolution"),
    "domestic.nationalism": lambda x: x.on("domestic.revolution"),
    "periphery.rate": lambda x: x.on("periphery.insulation"),
    "periphery.insulation": lambda x: x.on("periphery.rate"),
    "periphery.paradox": lambda x: x.secure and x.on("periphery.rate", "periphery.insulation"),
    "war.restoration": lambda x: x.buffers and x.on("geography.absorption"),
    "war.contagion": lambda x: x.affinity,
}
"""What else must be at work for a parameter to change anything."""

_FOR_DECIDING = ("choice.temperature", *(p.name for p in PARAMETERS if p.group == "norms"))
"""Read by prudent states and by those that decide about sanctions only."""


def judgements_of(scenario: Scenario) -> tuple[Parameter, ...]:
    """The judgement parameters that a scenario uses, in the order of their declaration."""
    return tuple(p for p in judgements() if _used(p.name, [_Phase(phase) for phase in scenario.phases]))


def judgements() -> tuple[Parameter, ...]:
    """All parameters that have a declared range."""
    return tuple(p for p in PARAMETERS if p.range is not None)


def _used(name: str, phases: list[_Phase]) -> bool:
    own = OFF.get(name)
    if own is not None and all(phase.phase.parameters[name] == own for phase in phases):
        return False
    return any(_acts(name, phase) for phase in phases)


def _acts(name: str, phase: _Phase) -> bool:
    group = BY_NAME[name].group
    if group == "sanctions" and phase.rule == "none":
        return False
    if group == "war" and not phase.war:
        return False
    if not phase.prudent and (group == "trust" or (phase.rule == "none" and name in _FOR_DECIDING)):
        return False
    return name not in _NEEDS or _NEEDS[name](phase)

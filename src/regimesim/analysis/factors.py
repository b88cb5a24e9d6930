"""Factors of a sensitivity analysis: parameters between bounds, and the assumptions a scenario makes.

A *factor* is a parameter and the bounds between which it is varied; a *box* is a scenario with factors.
Factors that are not named in a point stay as the scenario has them. An *assumption* is a parameter with a
plausible range whose mechanism is *on* in the scenario, that is, at work in some phase. A parameter that
stands at the value that switches its mechanism off (no contagion, no trembling, a memory that never fades)
throughout, or whose mechanism needs another one that is off (the cost of a war where none can come), changes
nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from regimesim.scenario.compose import Assignment, compose, text_of
from regimesim.scenario.messages import InputError, known, settings_place, show
from regimesim.scenario.parameters import BY_NAME, PARAMETERS, Parameter
from regimesim.scenario.scenario import Phase, Scenario, check_relations
from regimesim.scenario.strategies import PRUDENT
from regimesim.stats.estimates import Floats
from regimesim.sweeps.design import scaled
from regimesim.sweeps.points import Place, Points, place_of, python_value

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

FactorColumns = Mapping[str, Floats]
"""Values of factors by name, (P,) each."""

_INTERVAL = re.compile(r"interval\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)")
_TRUST, _ROUNDS = "trust.initial", "shadow.rounds_per_year"
_WORLD_STEP = 2
"""Decimals of an initial trust: every value of it is a world of its own, and a hundred are enough."""


@dataclass(frozen=True)
class _Phase:
    """A phase, and the questions that conditions ask about it."""

    phase: Phase

    def on(self, *names: str) -> bool:
        """Tell whether none of these parameters switches its mechanism off."""
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

    @property
    def revolutions(self) -> bool:
        return self.on("domestic.revolution") and any(
            float(state["unrest"]) > 0 for state in self.phase.states
        )

    @property
    def grievances(self) -> bool:
        """True if a grievance may be fresh: by a revolution or a lost war."""
        resented = self.war and self.on("war.resentment")
        return resented or (self.revolutions and self.on("domestic.nationalism"))

    @property
    def accused(self) -> bool:
        """True if accusations may be answered by third states."""
        return self.prudent and self.rule not in ("none", "balancing")


_NEEDS: Mapping[str, Callable[[_Phase], bool]] = {
    "shadow.discount_factor": lambda x: x.prudent,
    "shadow.punishment_years": lambda x: x.prudent,
    "shadow.resolve": lambda x: x.prudent and any(float(state["resolve"]) < 0 for state in x.phase.states),
    "transparency.level": lambda x: x.sight,
    "transparency.publicity": lambda x: x.accused,
    "diplomacy.mediation": lambda x: x.prudent and x.on("war.mutual", "diplomacy.conference"),
    "diplomacy.cleavage": lambda x: x.on("transparency.false_alarm_rate"),
    "diplomacy.renegotiation": lambda x: x.prudent and x.on("diplomacy.conference"),
    "diplomacy.agreement_trust": lambda x: x.prudent,
    "sanctions.severity": lambda x: x.rule == "centralized",
    "sanctions.escalation": lambda x: x.on("war.mutual"),
    "sanctions.inquiry": lambda x: x.accused and x.on("transparency.false_alarm_rate"),
    "sanctions.pledge": lambda x: x.rule == "collective",
    "sanctions.alliance_weight": lambda x: x.affinity,
    "sanctions.enforcement_value": lambda x: x.rule != "balancing",
    "sanctions.balance_weight": lambda x: x.rule == "balancing",
    "sanctions.quorum": lambda x: x.rule == "centralized",
    "sanctions.veto_affinity": lambda x: x.rule == "centralized" and x.affinity,
    "geography.buffer_effectiveness": lambda x: x.buffers,
    "geography.absorption": lambda x: x.prudent and x.buffers,
    "geography.absorption_gain": lambda x: x.prudent and x.buffers and x.on("geography.absorption"),
    "deterrence.retaliation": lambda x: x.nuclear and x.war,
    "deterrence.first_strike_gain": lambda x: x.nuclear,
    "deterrence.prudence": lambda x: x.secure and x.war,
    "norms.initial": lambda x: x.norms,
    "norms.half_life": lambda x: x.norms,
    "norms.socialization": lambda x: x.norms and x.on("diplomacy.conference"),
    "norms.institutionalization": lambda x: x.norms and x.leaders,
    "domestic.reset": lambda x: x.leaders,
    "domestic.revolution": lambda x: x.revolutions,
    "domestic.spread": lambda x: x.revolutions,
    "domestic.turmoil_years": lambda x: x.revolutions,
    "domestic.preoccupation": lambda x: x.revolutions,
    "domestic.nationalism": lambda x: x.revolutions,
    "domestic.grievance_half_life": lambda x: x.grievances,
    "periphery.rate": lambda x: x.prudent and x.on("periphery.insulation"),
    "periphery.insulation": lambda x: x.prudent and x.on("periphery.rate"),
    "periphery.paradox": lambda x: x.secure and x.on("periphery.rate", "periphery.insulation"),
    "war.mutual": lambda x: x.prudent,
    "war.restoration": lambda x: x.buffers and x.on("geography.absorption"),
    "war.contagion": lambda x: x.prudent and len(x.phase.states) > 2,
    "war.satisfaction": lambda x: x.grievances,
}
"""What else must be at work for a parameter to change anything."""

_FOR_DECIDING = ("choice.temperature", *(p.name for p in PARAMETERS if p.group == "norms"))
"""Read by prudent states only."""


def judgements_of(scenario: Scenario) -> tuple[Parameter, ...]:
    """The assumptions that a scenario uses, in the order of their declaration."""
    return tuple(p for p in judgements() if uses(scenario, p.name))


def judgements() -> tuple[Parameter, ...]:
    """All parameters that have a declared range."""
    return tuple(p for p in PARAMETERS if p.range is not None)


def uses(scenario: Scenario, name: str) -> bool:
    """Tell whether a scenario uses a parameter: whether its mechanism is at work in some phase."""
    phases = [_Phase(phase) for phase in scenario.phases]
    own = OFF.get(name)
    if own is not None and all(phase.phase.parameters[name] == own for phase in phases):
        return False
    return any(_acts(name, phase) for phase in phases)


def _acts(name: str, phase: _Phase) -> bool:
    group = BY_NAME[name].group
    if group == "sanctions" and (phase.rule == "none" or not phase.prudent):
        return False
    by_absorbing = name == "war.satisfaction" and phase.buffers and phase.on("geography.absorption")
    if group == "war" and not (phase.war or by_absorbing):
        return False
    if not phase.prudent and (group == "trust" or name in _FOR_DECIDING):
        return False
    return name not in _NEEDS or _NEEDS[name](phase)


@dataclass(frozen=True)
class Factor:
    """A parameter that is varied.

    Attributes
    ----------
    name : str
    low, high : float
        Both are reached.
    own : float
        The scenario's own value at its start; NaN where it differs by pair.
    """

    name: str
    low: float
    high: float
    own: float

    @property
    def parameter(self) -> Parameter:
        """Its declaration."""
        return BY_NAME[self.name]

    def values(self, unit: Floats) -> Floats:
        """Numbers in [0, 1] as values between the bounds; whole numbers for a parameter that is one."""
        below_one = np.minimum(unit, math.nextafter(1.0, 0.0))
        if self.parameter.kind == "real":
            below_one = unit
        values = np.array(scaled(self.name, below_one, self.low, self.high), np.float64)
        return values.round(_WORLD_STEP) if self.name == _TRUST else values

    def changed(self) -> float:
        """A value that is not the scenario's own."""
        value = self.high if self.high != self.own else self.low
        return int(value) if self.parameter.kind == "integer" else value

    def text(self, value: float) -> str:
        """A value as it is printed."""
        return "by pair" if math.isnan(value) else show(float(f"{value:.3g}"))


def intervals(arguments: Sequence[str]) -> tuple[dict[str, tuple[float, float]], list[str]]:
    """Bounds that were typed, ``norms.half_life=interval(10,50)``, and the arguments that remain.

    Raises
    ------
    InputError
    """
    bounds, others = {}, []
    for word in arguments:
        key, _, text = word.partition("=")
        found = _INTERVAL.fullmatch(text.strip())
        if found is None:
            others.append(word)
            continue
        name = str(known(key.strip().lstrip("+"), list(BY_NAME), "parameter", settings_place()))
        try:
            low, high = (float(end) for end in found.groups())
        except ValueError:
            raise InputError(f"{word}: an interval has two numbers, interval(0.1,0.5)") from None
        bounds[name] = (low, high)
    return bounds, others


def factors_of(
    scenario: Scenario, names: Sequence[str] | None, bounds: Mapping[str, tuple[float, float]]
) -> tuple[Factor, ...]:
    """The factors of an analysis: the assumptions that a scenario uses, or those named.

    Parameters
    ----------
    scenario : Scenario
    names : sequence of str, optional
        Instead of those that the scenario uses.
    bounds : mapping of name to (low, high)
        Instead of the declared ones; a parameter named here only is a factor too.

    Raises
    ------
    InputError
        For an unknown name, a parameter without bounds, or bounds that are not permitted.
    """
    used = [p.name for p in judgements_of(scenario)]
    chosen = used if names is None else list(names)
    if names is not None and not chosen:
        raise InputError("parameters=[] names none; leave it out for all that the scenario uses")
    factors = []
    for name in dict.fromkeys([*chosen, *bounds]):
        parameter = BY_NAME[str(known(name, list(BY_NAME), "parameter", "parameters"))]
        factors.append(_factor_of(parameter, scenario, bounds.get(name)))
    _check_corners(scenario, factors)
    return tuple(factors)


def _factor_of(parameter: Parameter, scenario: Scenario, given: tuple[float, float] | None) -> Factor:
    name = parameter.name
    if parameter.kind in ("switch", "choice"):
        raise InputError(f"{name} is no number; compare its settings with the command sweep")
    ends = given or parameter.range
    if ends is None:
        raise InputError(f"{name} has no declared range; give it one: {name}=interval(LOW,HIGH)")
    for end in ends:
        refusal = parameter.refusal(end)
        if refusal is not None or not math.isfinite(end):
            raise InputError(f"{name}=interval: {name} {refusal or f'must be finite; got {show(end)}'}")
    if not ends[0] < ends[1]:
        raise InputError(f"{name}=interval({show(ends[0])},{show(ends[1])}): the first must be the lower")
    own = float(scenario[name])
    if name == _TRUST:
        trust = {x for i, row in enumerate(scenario.prior) for j, x in enumerate(row) if i != j}
        own = trust.pop() if len(trust) == 1 else math.nan
    return Factor(name, float(ends[0]), float(ends[1]), own)


def _check_corners(scenario: Scenario, factors: Sequence[Factor]) -> None:
    """Refuse bounds between which settings need not go together.

    The conditions are linear in each, so that they hold everywhere if they hold in the corners.
    """
    related = [f for f in factors if f.parameter.group in ("payoffs", "shadow", "measure")]
    for phase in scenario.phases:
        for corner in product(*((f.low, f.high) for f in related)):
            values = dict(zip((f.name for f in related), corner, strict=True))
            told = " ".join(f"{name}={show(value)}" for name, value in values.items())
            check_relations({**phase.parameters, **values}, f"between the bounds, {told}")


class Box:
    """A scenario and the factors that are varied in it.

    Parameters
    ----------
    name : str
        The scenario's.
    settings : sequence of (name, text)
        What else was set, everywhere.
    factors : sequence of Factor
    """

    def __init__(self, name: str, settings: Sequence[Assignment], factors: Sequence[Factor]) -> None:
        self.name, self.settings, self.factors = name, tuple(settings), tuple(factors)
        self.base = compose(name, self.settings)
        self.places = self._places()

    def points(self, columns: FactorColumns) -> Points:
        """The points at which factors have these values."""
        shaping = [name for name in (_ROUNDS, _TRUST) if name in columns]
        count = len(next(iter(columns.values())))
        keys = list(zip(*(columns[name].tolist() for name in shaping), strict=True)) or [()] * count
        # a NaN is not equal to itself: by its text it is
        number: dict[str, int] = {}
        world = np.array([number.setdefault(repr(key), len(number)) for key in keys], np.intp)
        first = dict(zip(map(repr, reversed(keys)), reversed(keys), strict=True))
        worlds = tuple(self._world(dict(zip(shaping, first[key], strict=True))) for key in number)
        places = {name: self.places[name] for name in columns if name not in shaping}
        return Points(worlds, world, dict(columns), (places,) * len(worlds))

    def _world(self, given: Mapping[str, float]) -> Scenario:
        world = self.base
        if _ROUNDS in given:
            world = compose(self.name, [*self.settings, (_ROUNDS, text_of(int(given[_ROUNDS])))])
        trust = given.get(_TRUST, math.nan)
        return world if math.isnan(trust) else _trusting(world, python_value(trust))

    def _places(self) -> dict[str, Place]:
        """Find where each factor stands in the arrays, from a world in which all of them are changed."""
        free = [factor for factor in self.factors if factor.name not in (_TRUST, _ROUNDS)]
        changes = [(factor.name, text_of(factor.changed())) for factor in free]
        changed = compose(self.name, [*self.settings, *changes]) if changes else self.base
        found = {factor.name: place_of(factor.name, self.base, changed) for factor in free}
        return {name: place for name, place in found.items() if place is not None}


def _trusting(scenario: Scenario, trust: float) -> Scenario:
    """The same world with one initial trust for all pairs."""
    n = len(scenario.states)
    prior = tuple(tuple(trust if i != j else 0.0 for j in range(n)) for i in range(n))

    def changed(phase: Phase) -> Phase:
        return replace(phase, parameters={**phase.parameters, _TRUST: trust})

    return replace(scenario, prior=prior, phases=tuple(map(changed, scenario.phases)))


def left_out(scenario: Scenario) -> tuple[str, ...]:
    """Assumptions whose mechanism is off in a scenario."""
    used = {p.name for p in judgements_of(scenario)}
    return tuple(p.name for p in judgements() if p.name not in used)

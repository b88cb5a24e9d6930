"""Factors of a sensitivity analysis: parameters between bounds, and the assumptions a scenario makes.

A *factor* is a parameter and the bounds between which it is varied; a *box* is a scenario with factors.
Factors that are not named in a point stay as the scenario has them. An *assumption* is a parameter with a
plausible range whose mechanism is at work in the scenario (:mod:`regimesim.scenario.mechanisms`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from regimesim.scenario.compose import Assignment, compose, text_of
from regimesim.scenario.mechanisms import OFF, uses, what_is_missing
from regimesim.scenario.messages import InputError, known, settings_place, show
from regimesim.scenario.parameters import BY_NAME, PARAMETERS, Parameter
from regimesim.scenario.scenario import Phase, Scenario, check_relations
from regimesim.stats.estimates import Floats
from regimesim.sweeps.design import scaled
from regimesim.sweeps.points import Place, Points, place_of, python_value

FactorColumns = Mapping[str, Floats]
"""Values of factors by name, (P,) each."""

_INTERVAL = re.compile(r"interval\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)")
_TRUST, _ROUNDS = "trust.initial", "shadow.rounds_per_year"
_WORLD_STEP = 2
"""Decimals of an initial trust: every value of it is a world of its own, and a hundred are enough."""


def judgements_of(scenario: Scenario) -> tuple[Parameter, ...]:
    """The assumptions that a scenario uses, in the order of their declaration."""
    return tuple(p for p in judgements() if uses(scenario, p.name))


def judgements() -> tuple[Parameter, ...]:
    """All parameters that have a declared range."""
    return tuple(p for p in PARAMETERS if p.range is not None)


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

    def idle(self, names: Sequence[str]) -> dict[str, str]:
        """Find settings that change nothing, and why (:func:`idle_within`)."""
        return idle_within(self.name, self.settings, {f.name: (f.low, f.high) for f in self.factors}, names)

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


def idle_within(
    scenario: str,
    settings: Sequence[Assignment],
    bounds: Mapping[str, tuple[float, float]],
    names: Sequence[str],
) -> dict[str, str]:
    """Find settings that change nothing even where all that is varied has its mechanism at work.

    Parameters
    ----------
    scenario : str
    settings : sequence of (name, text)
        What else was set.
    bounds : mapping of name to (low, high)
        What is varied.
    names : sequence of str

    Returns
    -------
    dict of str to str
        A clause that says why, for each that is idle.
    """
    turned = ((name, _turned(name, *ends)) for name, ends in bounds.items())
    world = compose(scenario, [*settings, *((name, show(value)) for name, value in turned)])
    reasons = {name: what_is_missing(world, name) for name in names}
    return {name: reason for name, reason in reasons.items() if reason}


def _turned(name: str, low: float, high: float) -> Any:
    """A value within some bounds at which the parameter's mechanism is at work, if there is one."""
    parameter = BY_NAME.get(name)
    if parameter is not None and parameter.choices:
        return parameter.choices[-1]
    return low if low != OFF.get(name) else high


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

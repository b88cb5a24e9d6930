"""A scenario: which states there are, what lies between them, what rules hold and when they change.

A *phase* is a stretch of time in which every setting is constant; a scenario is a sequence of phases, the
first of which begins at its start and each further one at an *epoch*.
:func:`regimesim.scenario.reading.read_scenario` makes one from a tree, :func:`tree_of` gives the tree back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from regimesim.scenario.limits import plain
from regimesim.scenario.messages import InputError, known, prefix, show
from regimesim.scenario.parameters import BY_NAME, STATE_BY_NAME, Parameter, Value

_READER = "regimesim.scenario.reading"
"""The module above that reads trees; loaded when it is asked for."""

Pairs = tuple[tuple[float, ...], ...]
"""A number for every ordered pair of states: ``table[i][j]`` is what i feels towards j."""


@dataclass(frozen=True)
class Power:
    """A great power: its name and its settings in one phase (keys as in ``parameters.STATE``)."""

    name: str
    strategy: str
    settings: Mapping[str, Value]

    def __getitem__(self, key: str) -> Value:
        return self.settings[key]


@dataclass(frozen=True)
class Buffer:
    """A small state between great powers: the pairs it separates (by position) and its strength."""

    name: str
    between: tuple[tuple[int, int], ...]
    strength: float


@dataclass(frozen=True)
class Phase:
    """All settings of a stretch of time that begins ``year`` years after the start."""

    year: float
    because: str
    parameters: Mapping[str, Value]
    states: tuple[Power, ...]
    buffers: tuple[Buffer, ...]
    affinity: Pairs


@dataclass(frozen=True)
class Chosen:
    """The world or the order of a scenario: its file's name, and its title as it stands in a sentence."""

    name: str
    title: str

    def __bool__(self) -> bool:
        return bool(self.name or self.title)


def window_rounds(years: float, per_year: int) -> int:
    """Rounds for which a regime must stand, or fail to: of ``measure.window``, at least one."""
    return max(1, math.floor(years * per_year + 0.5))


@dataclass(frozen=True)
class Scenario:
    """A world to simulate: valid by construction.

    Attributes
    ----------
    name, title, represents, source : str
    claims : tuple of str
        Ids of the claims (``seeds/``) that the scenario bears on.
    start : float
        Calendar year of round 0.
    years : float
        Horizon, in years.
    phases : tuple of Phase
        In the order of time; the first has ``year`` 0.
    prior : table of float in [0, 1]
        Trust of each ordered pair at the start, and what new leaders return to.
    world, order : Chosen
        What it is composed of; both empty where one file says it all.
    """

    name: str
    title: str
    represents: str
    claims: tuple[str, ...]
    source: str
    start: float
    years: float
    phases: tuple[Phase, ...]
    prior: Pairs
    world: Chosen = Chosen("", "")
    order: Chosen = Chosen("", "")

    __iter__ = None  # a scenario is one value, and no sequence of values to be gone through

    @classmethod
    def from_dict(cls, tree: Mapping[str, Any], name: str = "scenario") -> Scenario:
        """Make a scenario from a table of names and values, as a file of ``configs/scenario`` holds it.

        Parameters
        ----------
        tree : mapping
            Only what differs from the neutral values. Tuples and NumPy's numbers and arrays will do.
        name : str

        Raises
        ------
        InputError
            If anything is unknown, of the wrong type, out of bounds or inconsistent.

        Examples
        --------
        >>> Scenario.from_dict({"states": {"A": {}, "B": {"capability": 2}}, "war": {"mutual": 0.2}}).states
        ('A', 'B')
        """
        if "defaults" in tree:
            raise InputError(
                "defaults are of files; in Python begin with load_scenario('concert', {...}) and its changes"
            )
        made: Scenario = import_module(_READER).read_scenario(tree, name)
        return made

    def to_dict(self) -> dict[str, Any]:
        """Give the table that :meth:`from_dict` makes this scenario from."""
        return tree_of(self)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states, in their order."""
        return tuple(state.name for state in self.phases[0].states)

    @property
    def buffers(self) -> tuple[str, ...]:
        """Names of the buffer states, in their order."""
        return tuple(buffer.name for buffer in self.phases[0].buffers)

    @property
    def window_rounds(self) -> int:
        """Rounds for which a regime must stand, or fail to."""
        return window_rounds(float(self["measure.window"]), self.rounds_per_year)

    @property
    def rounds_per_year(self) -> int:
        """m of ``docs/model.md``."""
        return int(self["shadow.rounds_per_year"])

    @property
    def rounds(self) -> int:
        """Length of the horizon in rounds."""
        return max(1, math.floor(self.years * self.rounds_per_year + 0.5))

    def __getitem__(self, name: str) -> Value:
        """A parameter's value at the start."""
        return self.phases[0].parameters[name]

    def phase_rounds(self) -> tuple[int, ...]:
        """The round in which each phase begins."""
        return tuple(math.floor(phase.year * self.rounds_per_year + 0.5) for phase in self.phases)

    def with_parameters(self, changes: Mapping[str, Value]) -> Scenario:
        """The same world with some parameters changed, in every phase.

        Parameters
        ----------
        changes : mapping of full name to value

        Raises
        ------
        InputError
            For an unknown name or a value that is not permitted.
        """
        changes = plain(changes)
        for name, value in changes.items():
            check_value(known(name, BY_NAME, "parameter"), value, "")
            if name == "trust.initial":
                raise InputError("trust.initial is a table by pair; change it in the scenario's tree")
        altered = tuple(
            replace(phase, parameters={**phase.parameters, **_as_stored(changes)}) for phase in self.phases
        )
        scenario = replace(self, phases=altered)
        check_phases(scenario, "")
        return scenario


def tree_of(scenario: Scenario) -> dict[str, Any]:
    """The tree of plain values that :func:`read_scenario` makes this scenario from; only differences.

    >>> from regimesim.scenario.reading import read_scenario
    >>> s = read_scenario({"states": {"A": {}, "B": {}}, "war": {"cost": 3}}, "x")
    >>> read_scenario(tree_of(s), "x") == s
    True
    """
    first, names = scenario.phases[0], scenario.states
    tree: dict[str, Any] = {
        "about": {
            "title": scenario.title,
            "represents": scenario.represents,
            "claims": list(scenario.claims),
            "source": scenario.source,
            "start": scenario.start,
            **{
                group: {"name": chosen.name, "title": chosen.title}
                for group, chosen in (("world", scenario.world), ("order", scenario.order))
                if chosen
            },
        },
        "years": scenario.years,
        "states": {
            s.name: {"strategy": s.strategy} | _changed_settings(s.settings, STATE_BY_NAME)
            for s in first.states
        },
        "buffers": {
            b.name: {"between": [[names[i], names[j]] for i, j in b.between], "strength": b.strength}
            for b in first.buffers
        },
        "affinity": _tree_of_pairs(first.affinity, names),
    }
    _put(tree, {name: v for name, v in first.parameters.items() if v != BY_NAME[name].default})
    prior = _tree_of_pairs(scenario.prior, names) | {"default": scenario["trust.initial"]}
    tree.setdefault("trust", {})["initial"] = prior
    tree["epochs"] = [
        _tree_of_epoch(before, phase, scenario)
        for before, phase in zip(scenario.phases, scenario.phases[1:], strict=False)
    ]
    return tree


def _tree_of_epoch(before: Phase, phase: Phase, scenario: Scenario) -> dict[str, Any]:
    tree: dict[str, Any] = {"year": scenario.start + phase.year, "because": phase.because}
    _put(tree, {name: v for name, v in phase.parameters.items() if v != before.parameters[name]})
    states = {
        new.name: {key: v for key, v in new.settings.items() if v != old[key]}
        for old, new in zip(before.states, phase.states, strict=True)
    }
    tree["states"] = {name: block for name, block in states.items() if block}
    tree["buffers"] = {
        new.name: {"strength": new.strength}
        for old, new in zip(before.buffers, phase.buffers, strict=True)
        if new.strength != old.strength
    }
    if phase.affinity != before.affinity:
        tree["affinity"] = _tree_of_pairs(phase.affinity, scenario.states) | {"default": 0.0}
    return tree


def _tree_of_pairs(table: Pairs, names: Sequence[str]) -> dict[str, float]:
    return {f"{a}-to-{b}": table[i][j] for i, a in enumerate(names) for j, b in enumerate(names) if i != j}


def _changed_settings(settings: Mapping[str, Value], declared: Mapping[str, Parameter]) -> dict[str, Value]:
    return {key: value for key, value in settings.items() if value != declared[key].default}


def _put(tree: dict[str, Any], values: Mapping[str, Value]) -> None:
    for name, value in values.items():
        group, _, key = name.partition(".")
        tree.setdefault(group, {})[key] = value


def check_phases(scenario: Scenario, place: str) -> None:
    for phase in scenario.phases:
        check_relations(phase.parameters, place)
    if scenario.rounds > 1_000_000:
        raise InputError(f"{prefix(place)}at most 1,000,000 rounds a run; got {scenario.rounds:,}")


def check_relations(values: Mapping[str, Value], place: str) -> None:
    """Refuse parameters (by full name) that are each within bounds but do not go together."""
    if float(values["measure.collapse"]) > float(values["measure.onset"]):
        raise InputError(f"{prefix(place)}measure.collapse must not be above measure.onset")
    t, r, p, s = (
        float(values[f"payoffs.{name}"]) for name in ("temptation", "reward", "punishment", "sucker")
    )
    if values["payoffs.game"] == "prisoners_dilemma" and not (t > r > p > s and 2 * r > t + s):
        raise InputError(
            f"{prefix(place)}payoffs must be a Prisoners' Dilemma, temptation > reward > punishment > sucker "
            f"and 2 reward > temptation + sucker; got {show(t)}, {show(r)}, {show(p)}, {show(s)} "
            "(payoffs.game=any allows other games)"
        )
    per_round = float(values["shadow.discount_factor"]) ** (1.0 / float(values["shadow.rounds_per_year"]))
    if per_round > 1.0 - 1e-12 and values["shadow.punishment_years"] == math.inf:
        raise InputError(
            f"{prefix(place)}shadow.discount_factor={show(values['shadow.discount_factor'])} needs a finite "
            "shadow.punishment_years "
            "(an endless future and an endless punishment have no comparable worth)"
        )


def check_value(parameter: Parameter, value: Any, place: str) -> Value:
    value = plain(value)
    refusal = parameter.refusal(value)
    if refusal is not None:
        raise InputError(f"{prefix(place)}{parameter.name} {refusal}")
    return _as_stored({parameter.name: value}, parameter)[parameter.name]


def _as_stored(values: Mapping[str, Value], parameter: Parameter | None = None) -> dict[str, Value]:
    kinds = {name: (parameter or BY_NAME[name]).kind for name in values}
    return {
        name: float(value)
        if kinds[name] == "real"
        else int(value)
        if kinds[name] == "integer" and value != math.inf
        else value
        for name, value in values.items()
    }

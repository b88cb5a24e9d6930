"""Arrangements of states among themselves, and the same world without them.

An *arrangement* is something in a scenario that could be absent while the powers remain what they are; taking
it away puts its parameters at their value of absence in every phase and touches neither capabilities, arms,
payoffs nor home fronts. An arrangement that is absent already, or has nothing to act on, is left out and said
to be. What absence is:

===============  =========================================================================================
conferences      no conference, hence no mediation and no socialization of leaders
negotiation      estranged states do not come back to the table
norms            nobody cooperates for the rule's sake
sanctions        no third state answers an accusation (rule ``none``, unless it is ``balancing``)
transparency     the level falls to :data:`BASE_LEVEL` where it is above it
balancing        nobody joins against the strong (rule ``none`` instead of ``balancing``)
buffers          the small states stay on the map but block nothing (strength 0)
insulation       0: every quarrel abroad is felt at home. The neutral value 1 switches quarrels off, which is
                 what a perfect arrangement would do, not what its absence does
settlement       a punitive peace (:data:`PUNITIVE`) instead of one that includes the loser
===============  =========================================================================================

The first five are *institutions*: their absence is the twin by which autonomy from power is measured
(``docs/model.md`` 6). Balancing is a rule of the model but no institution: strength draws it, not guilt, and
nobody has agreed to it, so that in Waltz's balance it is power's own work (Jervis 1982). Buffers and
insulation lie on the map, the settlement in the outcome of wars. Whoever counts these in asks for
``"everything"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from regimesim.scenario.messages import known
from regimesim.scenario.parameters import Value
from regimesim.scenario.scenario import Phase, Scenario

BASE_LEVEL = 0.79
"""Transparency where nobody has arranged for more: embassies and newspapers, no inspection.
The level of `anarchy`, and of every shipped scenario but the ideal of collective security (an assumption)."""

PUNITIVE = (1.0, 0.3)
"""Resentment and settlement trust of a punitive peace: the variant that `concert` names (an assumption)."""

Absence = Callable[[Mapping[str, Value]], Mapping[str, Value]]
Acts = Callable[[Mapping[str, Value]], bool]


@dataclass(frozen=True)
class Arrangement:
    """One arrangement.

    Attributes
    ----------
    name, about : str
    institution : bool
        Whether the autonomy twin is without it.
    absent : function from a phase's parameters to those that change in its absence
    acts : function from a phase's parameters to whether it has anything to act on in that phase
    """

    name: str
    about: str
    institution: bool
    absent: Absence
    acts: Acts

    def removed(self, scenario: Scenario) -> Scenario:
        """The same world without it."""
        return replace(scenario, phases=tuple(self._phase(phase) for phase in scenario.phases))

    def present(self, scenario: Scenario) -> bool:
        """Tell whether taking it away could change anything."""
        acts = any(self.acts(phase.parameters) for phase in scenario.phases)
        return acts and self.removed(scenario) != scenario

    def _phase(self, phase: Phase) -> Phase:
        buffers = phase.buffers
        if self.name == "buffers":
            buffers = tuple(replace(buffer, strength=0.0) for buffer in buffers)
        return replace(
            phase, parameters={**phase.parameters, **self.absent(phase.parameters)}, buffers=buffers
        )


def _real_value(values: Mapping[str, Value], name: str) -> float:
    return float(values[name])


def _positive(*names: str) -> Acts:
    return lambda values: any(_real_value(values, name) > 0 for name in names)


def _constant(**changes: Value) -> Absence:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return lambda values: named


def _base(values: Mapping[str, Value]) -> Mapping[str, Value]:
    level = min(_real_value(values, "transparency.level"), BASE_LEVEL)
    return {"transparency.level": level}


def _punitive(values: Mapping[str, Value]) -> Mapping[str, Value]:
    resentment, trust = PUNITIVE
    return {
        "war.resentment": max(_real_value(values, "war.resentment"), resentment),
        "war.settlement_trust": min(_real_value(values, "war.settlement_trust"), trust),
    }


ARRANGEMENTS: Mapping[str, Arrangement] = {
    a.name: a
    for a in (
        Arrangement(
            "conferences",
            "doubts are talked through, quarrels mediated, leaders socialized",
            True,
            _constant(diplomacy__conference=0.0, diplomacy__mediation=0.0, norms__socialization=0.0),
            _positive("diplomacy.conference"),
        ),
        Arrangement(
            "negotiation",
            "estranged states come back to the table",
            True,
            _constant(diplomacy__renegotiation=0.0),
            lambda values: all(
                _real_value(values, f"diplomacy.{name}") > 0 for name in ("renegotiation", "conference")
            ),
        ),
        Arrangement(
            "norms",
            "restraint from within",
            True,
            _constant(norms__restraint=0.0),
            _positive("norms.restraint"),
        ),
        Arrangement(
            "sanctions",
            "third states exclude the accused, by a rule",
            True,
            lambda values: {} if values["sanctions.rule"] == "balancing" else {"sanctions.rule": "none"},
            lambda values: True,
        ),
        Arrangement(
            "transparency",
            "more is seen than embassies and newspapers show",
            True,
            _base,
            _positive(
                *(
                    f"transparency.{name}"
                    for name in (
                        "miss_rate",
                        "false_alarm_rate",
                        "early_warning",
                        "target_knowledge",
                        "intrusion_cost",
                    )
                )
            ),
        ),
        Arrangement(
            "balancing",
            "third states exclude whoever defects for its strength",
            False,
            lambda values: {"sanctions.rule": "none"} if values["sanctions.rule"] == "balancing" else {},
            lambda values: True,
        ),
        Arrangement(
            "buffers",
            "small states lie between the powers",
            False,
            lambda values: {},
            _positive("geography.buffer_effectiveness", "transparency.early_warning"),
        ),
        Arrangement(
            "insulation",
            "quarrels abroad are kept apart",
            False,
            _constant(periphery__insulation=0.0),
            _positive("periphery.rate"),
        ),
        Arrangement(
            "settlement",
            "a peace includes the loser",
            False,
            _punitive,
            _positive("war.unilateral", "war.mutual"),
        ),
    )
}
INSTITUTIONS = tuple(name for name, a in ARRANGEMENTS.items() if a.institution)
ARRANGEMENT_GROUPS: Mapping[str, tuple[str, ...]] = {
    "institutions": INSTITUTIONS,
    "everything": tuple(ARRANGEMENTS),
}


def without(scenario: Scenario, *names: str) -> Scenario:
    """The same world without these arrangements.

    Parameters
    ----------
    scenario : Scenario
    *names : str
        Of :data:`ARRANGEMENTS`, or ``institutions`` or ``everything``.

    Raises
    ------
    InputError
        For an unknown name.
    """
    for name in _members_of_groups(names):
        scenario = ARRANGEMENTS[name].removed(scenario)
    return scenario


def arrangements_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of the arrangements that a scenario has, in the order of :data:`ARRANGEMENTS`."""
    return tuple(name for name, a in ARRANGEMENTS.items() if a.present(scenario))


def _members_of_groups(names: Iterable[str]) -> list[str]:
    listed = {**{name: (name,) for name in ARRANGEMENTS}, **ARRANGEMENT_GROUPS}
    return list(dict.fromkeys(m for name in names for m in known(name, listed, "arrangement")))

"""A scenario: which states there are, what lies between them, what rules hold and when they change.

A *phase* is a stretch of time in which every setting is constant; a scenario is a sequence of phases, the
first of which begins at its start and each further one at an *epoch*. :func:`read_scenario` turns
a tree (as YAML gives it) into a :class:`Scenario` or refuses it in one sentence.

A table by pair has entries ``Britain-France`` (both ways), ``Britain-to-France`` (one way: what
Britain feels towards France) and ``default``.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regimesim.parameters import (
    BUFFER,
    BY_NAME,
    FIXED,
    GROUPS,
    STATE,
    Parameter,
    Value,
    defaults,
    legible,
    quoted,
    show,
)

Pairs = tuple[tuple[float, ...], ...]
"""A number for every ordered pair of states: ``table[i][j]`` is what i feels towards j."""

MOST_STATES = 200
MOST_BUFFERS = 500
MOST_EPOCHS = 100
MOST_YEARS = 10_000
MOST_LETTERS = 60
"""Of a name; a title has one line, of at most five such names."""
LONGEST_TEXT = 2_000
MOST_DEPTH = 12
"""Tables and lists within each other in a file of settings."""

_STATE = {p.name: p for p in STATE}
_BUFFER = {p.name: p for p in BUFFER}
_TOP = ("about", "years", "strategy", "states", "buffers", "affinity", "epochs", *GROUPS)
_ABOUT = ("title", "represents", "claims", "start", "source")
_EPOCH = ("year", "because", "states", "buffers", "affinity", *GROUPS)


class InputError(ValueError):
    """Something a person asked for cannot be done; the message is one sentence that says what to change."""


@dataclass(frozen=True)
class State:
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
    states: tuple[State, ...]
    buffers: tuple[Buffer, ...]
    affinity: Pairs


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

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states, in their order."""
        return tuple(state.name for state in self.phases[0].states)

    @property
    def buffers(self) -> tuple[str, ...]:
        """Names of the buffer states, in their order."""
        return tuple(buffer.name for buffer in self.phases[0].buffers)

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
        for name, value in changes.items():
            _check(known(name, BY_NAME, "parameter"), value, "")
            if name == "trust.initial":
                raise InputError("trust.initial is a table by pair; change it in the scenario's tree")
        altered = tuple(
            replace(phase, parameters={**phase.parameters, **_as_stored(changes)}) for phase in self.phases
        )
        scenario = replace(self, phases=altered)
        _check_phases(scenario, "")
        return scenario


def tree_of(scenario: Scenario) -> dict[str, Any]:
    """The tree of plain values that :func:`read_scenario` makes this scenario from; only differences.

    >>> s = read_scenario({"states": {"A": {}, "B": {}}, "war": {"cost": 3}}, "x")
    >>> read_scenario(tree_of(s), "x") == s
    True
    """
    first, names = scenario.phases[0], scenario.states
    tree: dict[str, Any] = {
        "about": {
            "title": scenario.title, "represents": scenario.represents, "claims": list(scenario.claims),
            "source": scenario.source, "start": scenario.start,
        },
        "years": scenario.years,
        "states": {s.name: {"strategy": s.strategy} | _differences(s.settings, _STATE) for s in first.states},
        "buffers": {
            b.name: {"between": [[names[i], names[j]] for i, j in b.between], "strength": b.strength}
            for b in first.buffers
        },
        "affinity": _tree_of_pairs(first.affinity, names),
    }  # fmt: skip
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
    return {
        f"{a}-to-{b}": table[i][j]
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i != j
    }  # fmt: skip


def _differences(settings: Mapping[str, Value], declared: Mapping[str, Parameter]) -> dict[str, Value]:
    return {key: value for key, value in settings.items() if value != declared[key].default}


def _put(tree: dict[str, Any], values: Mapping[str, Value]) -> None:
    for name, value in values.items():
        group, _, key = name.partition(".")
        tree.setdefault(group, {})[key] = value


def spoken(name: str) -> str:
    """A name as it is printed: ``United_States`` is typed, ``United States`` is read."""
    return name.replace("_", " ")


def known(name: str, names: Iterable[str] | Mapping[str, Any], kind: str, place: str = "") -> Any:
    """The entry of that name, or a refusal that suggests the nearest one.

    Returns the value if ``names`` is a mapping, otherwise the name itself.
    """
    if name in names:
        return names[name] if isinstance(names, Mapping) else name
    listed = list(names)
    near = difflib.get_close_matches(str(name), listed, 1, 0.6)
    hint = f". Did you mean '{near[0]}'?" if near else "."
    if len(listed) <= 16:
        hint += f"  (all: {', '.join(listed) or 'none'})"
    raise InputError(f"{_at(place)}no {kind} {quoted(name)}{hint}")


def read_scenario(tree: Mapping[str, Any], name: str, place: str = "") -> Scenario:
    """Build a scenario from a tree of plain values.

    Parameters
    ----------
    tree : mapping
        Keys ``about``, ``years``, ``strategy``, ``states``, ``buffers``, ``affinity``, ``epochs`` and the
        parameter groups; only differences from the neutral values are needed.
    name : str
    place : str
        Where the tree came from, for messages (a file's path, say).

    Raises
    ------
    InputError
        If anything is unknown, of the wrong type, out of bounds or inconsistent.
    """
    _mapping(tree, place)
    check_tree(tree, place)
    _only(tree, _TOP, place, "key")
    about = _about(_block(tree, "about"), place)
    years = _number(tree.get("years", 100), f"{_at(place)}years", 0.25, MOST_YEARS)
    first = _first_phase(tree, place)
    prior, trust = _prior(tree, [s.name for s in first.states], place)
    parameters = {**defaults(), **trust, **_groups(tree, place, skip="trust.initial")}
    first = replace(first, parameters=parameters)
    epochs = tree.get("epochs")
    phases = _phases([] if epochs is None else epochs, first, about["start"], place)
    scenario = Scenario(name=name, years=years, phases=phases, prior=prior, **about)
    _check_phases(scenario, place)
    return scenario


def check_tree(value: Any, place: str = "", depth: int = 0) -> None:
    """Refuse texts that no setting needs, wherever they stand in a tree.

    Raises
    ------
    InputError
    """
    if depth > MOST_DEPTH:
        raise InputError(f"{_at(place)}nested more than {MOST_DEPTH} deep")
    if isinstance(value, Mapping):
        for key, entry in value.items():
            check_tree(key, place, depth + 1)
            check_tree(entry, place, depth + 1)
    elif isinstance(value, list | tuple):
        for entry in value:
            check_tree(entry, place, depth + 1)
    elif isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InputError(f"{_at(place)}a text of {len(value):,} letters is too long")
        if "${" in value:
            raise InputError(
                f"{_at(place)}${{...}} is not filled in; write the value out; got {quoted(value)}"
            )
        if not legible(value):
            raise InputError(f"{_at(place)}a sign that cannot be shown in {quoted(value)}")


def _about(block: Any, place: str) -> dict[str, Any]:
    here = _into(place, "about")
    _mapping(block, here)
    _only(block, _ABOUT, here, "key")
    claims = block.get("claims", [])
    if not isinstance(claims, list) or not all(isinstance(c, str) for c in claims):
        raise InputError(f"{_at(here)}claims must be a list of ids such as [L8, L9]; got {quoted(claims)}")
    title = " ".join(_words(block.get("title"), f"{_at(here)}title").split())
    if len(title) > 5 * MOST_LETTERS:
        raise InputError(
            f"{_at(here)}title has {len(title):,} letters, at most {5 * MOST_LETTERS}; the rest may go "
            "into represents"
        )
    return {
        "title": title,
        "represents": _words(block.get("represents"), f"{_at(here)}represents"),
        "source": _words(block.get("source"), f"{_at(here)}source"),
        "claims": tuple(claims),
        "start": _number(block.get("start", 0), f"{_at(here)}start", -10_000, 10_000),
    }


def _words(value: Any, what: str) -> str:
    """A text, which may be left out or be a number such as a year."""
    if value is not None and not isinstance(value, str | int | float):
        raise InputError(f"{what} must be a text; got {quoted(value)}")
    return "" if value is None else str(value).strip()


def _name(name: Any, what: str, place: str) -> str:
    """The name of a state or buffer state: part of what is typed, printed and drawn."""
    if not isinstance(name, str):
        quotes = f"; in quotes if it is one: '{name}'" if isinstance(name, bool | int | float) else ""
        raise InputError(f"{_at(place)}{what}'s name must be a word; got {quoted(name)}{quotes}")
    if not name or name != " ".join(name.split()) or "." in name:
        raise InputError(f"{_at(place)}{what}'s name must be a word without a dot; got {quoted(name)}")
    if len(name) > MOST_LETTERS:
        raise InputError(f"{_at(place)}{what}'s name has at most {MOST_LETTERS} letters; got {quoted(name)}")
    return name


def _first_phase(tree: Mapping[str, Any], place: str) -> Phase:
    states = _block(tree, "states")
    here = _into(place, "states")
    _mapping(states, here)
    if not 2 <= len(states) <= MOST_STATES:
        raise InputError(f"{_at(here)}a scenario needs between 2 and {MOST_STATES} states; got {len(states)}")
    common = tree.get("strategy", "prudent")
    read = tuple(_state(key, block, common, here) for key, block in states.items())
    names = [state.name for state in read]
    _refuse_alike_pairs(names, here)
    buffers = _buffers(_block(tree, "buffers"), names, _into(place, "buffers"))
    affinity = pair_table(_block(tree, "affinity"), names, 0.0, 0.0, 1e6, _into(place, "affinity"))
    return Phase(0.0, "", {}, read, buffers, affinity)


def _state(name: Any, block: Any, strategy: Any, place: str) -> State:
    here = _into(place, _name(name, "a state", place))
    block = {} if block is None else block
    _mapping(block, here)
    _only(block, ("strategy", *_STATE), here, "setting of a state")
    strategy = block.get("strategy", strategy)
    if not isinstance(strategy, str):
        raise InputError(f"{_at(here)}strategy must be a name; got {quoted(strategy)}")
    given = {key: value for key, value in block.items() if key != "strategy"}
    settings: dict[str, Value] = {p.name: p.default for p in STATE}
    for key, value in given.items():
        settings[key] = _check(_STATE[key], value, here)
    return State(name, strategy, settings)


def _buffers(block: Any, states: Sequence[str], place: str) -> tuple[Buffer, ...]:
    _mapping(block, place)
    if len(block) > MOST_BUFFERS:
        raise InputError(f"{_at(place)}at most {MOST_BUFFERS} buffer states; got {len(block)}")
    found = []
    for name, entry in block.items():
        here = _into(place, _name(name, "a buffer state", place))
        _mapping(entry, here)
        _only(entry, ("between", *_BUFFER), here, "setting of a buffer state")
        between = _between(entry.get("between"), states, _into(here, "between"))
        strength = _check(_BUFFER["strength"], entry.get("strength", 0.5), here)
        found.append(Buffer(name, between, float(strength)))
    return tuple(found)


def _between(block: Any, states: Sequence[str], place: str) -> tuple[tuple[int, int], ...]:
    shape = "a list of pairs of states such as [[Britain, France]]"
    if not isinstance(block, list) or not block:
        raise InputError(f"{_at(place)}must be {shape}; got {quoted(block)}")
    pairs = []
    for pair in block:
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError(f"{_at(place)}must be {shape}; got {quoted(pair)}")
        i, j = (states.index(known(_name(name, "a state", place), states, "state", place)) for name in pair)
        if i == j:
            raise InputError(f"{_at(place)}a buffer lies between two different states; got {quoted(pair)}")
        pairs.append((min(i, j), max(i, j)))
    return tuple(sorted(set(pairs)))


def pair_table(
    block: Any, states: Sequence[str], default: float, low: float, high: float, place: str,
    base: Pairs | None = None,
) -> Pairs:  # fmt: skip
    """A number for every ordered pair, from ``{A-B: both ways, A-to-B: one way, default: the rest}``."""
    _mapping(block, place)
    keys = _pairs(states) if set(block) - {"default"} else {}
    keys["default"] = []
    n = len(states)
    rest = _number(block.get("default", default), f"{_at(place)}default", low, high)
    fresh = base is None or "default" in block
    table = [[rest if i != j else 0.0 for j in range(n)] for i in range(n)]
    if not fresh and base is not None:
        table = [list(row) for row in base]
    given = {key: known(str(key), keys, "pair", place) for key in block}
    for key in sorted(given, key=lambda key: (-len(given[key]), str(key))):  # what is said of one way wins
        for i, j in given[key]:
            table[i][j] = _number(block[key], f"{_at(place)}{key}", low, high)
    return tuple(tuple(row) for row in table)


def _pairs(states: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """What pairs of states are called in a table, and which ordered pairs that means."""
    keys: dict[str, list[tuple[int, int]]] = {}
    for i, a in enumerate(states):
        for j, b in enumerate(states):
            if i != j:
                keys[f"{a}-{b}"] = [(i, j), (j, i)]
                keys[f"{a}-to-{b}"] = [(i, j)]
    return keys


def _refuse_alike_pairs(states: Sequence[str], place: str) -> None:
    """Refuse names of which two pairs would be called the same (A-B and C, A and B-C)."""
    if any("-" in name for name in states):
        called: dict[str, tuple[int, ...]] = {}
        for i, a in enumerate(states):
            for j, b in enumerate(states):
                for key, pair in ((f"{a}-{b}", (i, j)), (f"{a}-to-{b}", (i, j, 0))) if i != j else ():
                    if called.setdefault(key, pair) != pair:
                        raise InputError(
                            f"{_at(place)}{key} would name two pairs of these states; rename one"
                        )


def _prior(tree: Mapping[str, Any], states: Sequence[str], place: str) -> tuple[Pairs, dict[str, Value]]:
    trust, here = _block(tree, "trust"), _into(place, "trust.initial")
    _mapping(trust, _into(place, "trust"))
    value = trust.get("initial", BY_NAME["trust.initial"].default)
    if isinstance(value, Mapping):
        default = float(BY_NAME["trust.initial"].default)
        table = pair_table(value, states, default, 0.0, 1.0, here)
        return table, {"trust.initial": float(value.get("default", default))}
    level = float(_check(BY_NAME["trust.initial"], value, place))
    return pair_table({}, states, level, 0.0, 1.0, here), {"trust.initial": level}


def _groups(tree: Mapping[str, Any], place: str, skip: str = "") -> dict[str, Value]:
    found: dict[str, Value] = {}
    for group in GROUPS:
        block, here = _block(tree, group), _into(place, group)
        _mapping(block, here)
        keys = {p.name: p for p in BY_NAME.values() if p.group == group}
        for key, value in block.items():
            parameter = known(f"{group}.{key}", keys, "parameter", place)
            if parameter.name != skip:
                found[parameter.name] = _check(parameter, value, place)
    return found


def _phases(epochs: Any, first: Phase, start: float, place: str) -> tuple[Phase, ...]:
    here = _into(place, "epochs")
    if not isinstance(epochs, list) or len(epochs) > MOST_EPOCHS:
        raise InputError(f"{_at(here)}must be a list of at most {MOST_EPOCHS} epochs, each with a year")
    phases = [first]
    for n, block in enumerate(epochs):
        phases.append(_epoch(block, phases[-1], start, f"{here}[{n}]"))
    return tuple(phases)


def _epoch(block: Any, before: Phase, start: float, place: str) -> Phase:
    _mapping(block, place)
    _only(block, _EPOCH, place, "key of an epoch")
    if "year" not in block:
        raise InputError(f"{_at(place)}an epoch needs a year")
    year = _number(block["year"], f"{_at(place)}year", -10_000, 20_000) - start
    if year <= before.year:
        raise InputError(
            f"{_at(place)}year must come after {show(start + before.year)}; got {show(start + year)}"
        )
    changes = _groups(block, place)
    for name in changes:
        if name in FIXED:
            raise InputError(f"{_at(place)}{name} holds for a whole run; an epoch cannot change it")
    names = [state.name for state in before.states]
    return Phase(
        year,
        " ".join(_words(block.get("because"), f"{_at(place)}because").split()),
        {**before.parameters, **changes},
        _changed_states(_block(block, "states"), before.states, _into(place, "states")),
        _changed_buffers(_block(block, "buffers"), before.buffers, _into(place, "buffers")),
        pair_table(_block(block, "affinity"), names, 0.0, 0.0, 1e6, _into(place, "affinity"),
                   base=before.affinity),
    )  # fmt: skip


def _changed_states(block: Any, states: tuple[State, ...], place: str) -> tuple[State, ...]:
    _mapping(block, place)
    changed = {state.name: state for state in states}
    for name, settings in block.items():
        state = known(name, changed, "state", place)
        here = _into(place, name)
        _mapping(settings, here)
        _only(
            settings, list(_STATE), here, "setting that an epoch may change"
        )
        new = {key: _check(_STATE[key], value, here) for key, value in settings.items()}
        changed[name] = replace(state, settings={**state.settings, **new})
    return tuple(changed.values())


def _changed_buffers(block: Any, buffers: tuple[Buffer, ...], place: str) -> tuple[Buffer, ...]:
    _mapping(block, place)
    changed = {buffer.name: buffer for buffer in buffers}
    for name, settings in block.items():
        buffer = known(name, changed, "buffer state", place)
        here = _into(place, name)
        _mapping(settings, here)
        _only(settings, _BUFFER, here, "setting that an epoch may change")
        strength = _check(_BUFFER["strength"], settings.get("strength", buffer.strength), here)
        changed[name] = replace(buffer, strength=float(strength))
    return tuple(changed.values())


def _check_phases(scenario: Scenario, place: str) -> None:
    for phase in scenario.phases:
        check_relations(phase.parameters, place)
    if scenario.rounds > 1_000_000:
        raise InputError(f"{_at(place)}at most 1,000,000 rounds a run; got {scenario.rounds:,}")


def check_relations(values: Mapping[str, Value], place: str) -> None:
    """Refuse parameters (by full name) that are each within bounds but do not go together."""
    if float(values["measure.collapse"]) > float(values["measure.onset"]):
        raise InputError(f"{_at(place)}measure.collapse must not be above measure.onset")
    t, r, p, s = (
        float(values[f"payoffs.{name}"]) for name in ("temptation", "reward", "punishment", "sucker")
    )
    if values["payoffs.game"] == "prisoners_dilemma" and not (t > r > p > s and 2 * r > t + s):
        raise InputError(
            f"{_at(place)}payoffs must be a Prisoners' Dilemma, temptation > reward > punishment > sucker "
            f"and 2 reward > temptation + sucker; got {show(t)}, {show(r)}, {show(p)}, {show(s)} "
            "(payoffs.game=any allows other games)"
        )
    per_round = float(values["shadow.discount_factor"]) ** (1.0 / float(values["shadow.rounds_per_year"]))
    if per_round > 1.0 - 1e-12 and values["shadow.punishment_years"] == math.inf:
        raise InputError(
            f"{_at(place)}shadow.discount_factor={show(values['shadow.discount_factor'])} needs a finite "
            "shadow.punishment_years "
            "(an endless future and an endless punishment have no comparable worth)"
        )


def _check(parameter: Parameter, value: Any, place: str) -> Value:
    refusal = parameter.refusal(value)
    if refusal is not None:
        raise InputError(f"{_at(place)}{parameter.name} {refusal}")
    return _as_stored({parameter.name: value}, parameter)[parameter.name]


def _as_stored(values: Mapping[str, Value], parameter: Parameter | None = None) -> dict[str, Value]:
    kinds = {name: (parameter or BY_NAME[name]).kind for name in values}
    return {
        name: float(value) if kinds[name] == "real" else int(value)
        if kinds[name] == "integer" and value != math.inf else value
        for name, value in values.items()
    }  # fmt: skip


def _number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise InputError(f"{what} must be a number; got {quoted(value)}")
    if not low <= value <= high:
        raise InputError(f"{what} must lie in [{show(low)}, {show(high)}]; got {show(value)}")
    return float(value)


def _block(tree: Mapping[str, Any], key: str) -> Any:
    """What stands under a key that may be left out or left empty."""
    block = tree.get(key)
    return {} if block is None else block


def _mapping(block: Any, place: str) -> None:
    if not isinstance(block, Mapping):
        raise InputError(f"{_at(place)}must be a table of names and values; got {quoted(block)}")


def _only(block: Mapping[str, Any], allowed: Iterable[str], place: str, kind: str) -> None:
    allowed = list(allowed)
    for key in block:
        known(key, allowed, kind, place)


def _at(place: str) -> str:
    """``place`` as the beginning of a message."""
    return f"{place}: " if place else ""


def _into(place: str, key: str) -> str:
    """A place inside a place: ``file.yaml, states.France``."""
    if not place:
        return key
    return f"{place}.{key}" if ", " in place or not place.endswith((".yaml", ".yml")) else f"{place}, {key}"

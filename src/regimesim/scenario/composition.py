"""Composition of a scenario from files: a world, an order, and assumptions that files share.

A file may begin with a defaults list in Hydra's grammar, such as
``defaults: [{/world: europe_1816}, {/order: concert}, _self_]``. What it names is merged in its order, with
``_self_`` for the file itself (last, if it is not named). Tables are merged; numbers, texts and lists replace
what was there. An entry is one of

- ``_self_``
- ``{/world: NAME}``, ``{/order: NAME}``: a choice, which ``world=`` and ``order=`` swap on the command line
- ``NAME``: another file of the same folder; ``/assumptions/NAME``: a file of shared assumptions
- ``{override /order: NAME}``: a choice in the place of one that a named file makes

A *world* is what is given, an *order* what states arrange. Each parameter is declared to belong to one of
them (:mod:`regimesim.scenario.parameters`), and a file is refused if it sets what belongs to the other.
A *combination* is a world and an order without a scenario's file; its name is ``WORLD_under_ORDER``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regimesim.scenario.files import names_of, path_of, read_yaml, scenario_names, shown_path, there
from regimesim.scenario.messages import InputError, known, quoted
from regimesim.scenario.parameters import BY_NAME, GROUPS, ORDER, SCENARIO, STATE_BY_NAME, WORLD, Belongs

CHOSEN_GROUPS: tuple[Belongs, ...] = (WORLD, ORDER)
"""Groups of files of which a scenario has one each."""
UNDER = "_under_"
_ASSUMPTIONS = "assumptions"
_SELF = "_self_"
_OWN_KEYS: Mapping[str, tuple[str, ...]] = {
    WORLD: ("states", "buffers", "affinity", "epochs", "years"),
    ORDER: ("strategy", "members", "vetoes", "reforms"),
}
"""Keys of a file of either group besides parameters and ``about``."""
_OF_THE_SCENARIO = ("title", "represents", "claims", "source")
"""Keys by which a scenario's file speaks of its own combination: not true of another."""


@dataclass(frozen=True)
class Composition:
    """Files merged to one tree.

    Attributes
    ----------
    name : str
        The scenario's, or ``WORLD_under_ORDER``.
    place : str
        The file that was asked for, for messages.
    tree : mapping
        Without ``defaults``; ``about.world.name`` and ``about.order.name`` are the choices made.
    parts : tuple of (place, mapping)
        The files in the order in which they were merged.
    files : tuple of Path
        Those of them that say something of this scenario, in the same order, each once.
    """

    name: str
    place: str
    tree: dict[str, Any]
    parts: tuple[tuple[str, Mapping[str, Any]], ...]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class _Part:
    """A file read: whose it is (a world's, an order's or the scenario's) and what it says."""

    role: Belongs
    path: Path
    tree: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Name of the file in messages."""
        return shown_path(self.path)


@dataclass
class _Walk:
    """A walk through defaults lists: choices from outside come before those of the files."""

    given: Mapping[str, str]
    overridden: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    """Choices as the files make them, without those given."""

    def choose(self, group: str, name: str, place: str) -> str:
        if group in self.made:
            raise InputError(f"{place}: defaults choose a {group} twice; override it: override /{group}")
        self.own[group] = self.overridden.get(group, name)
        self.made[group] = self.given.get(group, self.own[group])
        return self.made[group]


def composition(name: str, choices: Mapping[str, str] | None = None) -> Composition:
    """Compose a scenario.

    Parameters
    ----------
    name : str
        Of a scenario, the path of its file, or ``WORLD_under_ORDER``.
    choices : mapping, optional
        A ``world`` or an ``order`` in the place of the scenario's own, by name or path.

    Raises
    ------
    InputError
        If there is no such file, a defaults list cannot be read, or a file sets what is not its own.
    """
    choices = choices or {}
    combined = combination(name)
    if combined is not None:
        return _of_choices({**combined, **choices}, (), CHOSEN_GROUPS)
    path = path_of("scenario", name)
    place, walk = shown_path(path), _Walk(choices)
    parts = list(_parts_of_scenario(path, SCENARIO, SCENARIO, walk, ()))
    for group in walk.overridden:
        if group not in walk.made:
            raise InputError(f"{place}: defaults override /{group}, but no file named there chooses one")
    missing = [group for group in CHOSEN_GROUPS if group in choices and group not in walk.made]
    if missing and not walk.made:
        raise InputError(
            f"{place} has no {missing[0]} of its own that {missing[0]}={choices[missing[0]]} could "
            f"replace; begin it with defaults: [{{/world: NAME}}, {{/order: NAME}}, _self_]"
        )
    if walk.made == walk.own and not missing:
        if walk.overridden:
            parts = [part if part.place == place else _without_title(part) for part in parts]
        return _composed(path.stem, place, parts, walk.made)
    made = {**walk.made, **choices}
    parts = [_without_title(part) for part in parts]
    return _of_choices(made, parts, [group for group in CHOSEN_GROUPS if group in missing])


def part_tree(group: Belongs, name: str) -> dict[str, Any]:
    """Merge the files of a world or an order alone.

    Raises
    ------
    InputError
    """
    tree: dict[str, Any] = {}
    for part in _parts_of_scenario(path_of(group, name), group, group, _Walk({}), ()):
        merge(tree, deepcopy(dict(part.tree)))
    return tree


def part_files(group: Belongs, name: str) -> tuple[Path, ...]:
    """List the files of a world or an order alone, in the order in which they are merged.

    Raises
    ------
    InputError
    """
    return _files_of_parts(tuple(_parts_of_scenario(path_of(group, name), group, group, _Walk({}), ())))


def _files_of_parts(parts: Sequence[_Part]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(part.path for part in parts if part.tree != {"about": {}}))


def scenario_tree(name: str, choices: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Merge the files of a scenario to a tree of plain values (errors: :func:`composition`)."""
    return composition(name, choices).tree


def combination(name: str) -> dict[str, str] | None:
    """Split ``WORLD_under_ORDER`` into the two; None where the name is a scenario's or a file's.

    >>> combination("europe_1816_under_self_help")
    {'world': 'europe_1816', 'order': 'self_help'}
    """
    if UNDER not in name or name in scenario_names() or there(Path(name)):
        return None
    world, _, order = name.rpartition(UNDER)
    return {WORLD: world, ORDER: order} if world and order else None


def own_cell(scenario: str) -> tuple[str, str]:
    """Name the world and the order that a scenario's file combines.

    Raises
    ------
    InputError
        If there is no such scenario, or it is not composed of the two.
    """
    about = composition(scenario).tree.get("about")
    about = about if isinstance(about, Mapping) else {}
    names = [(about.get(group) or {}).get("name") for group in CHOSEN_GROUPS]
    if not all(isinstance(name, str) for name in names):
        raise InputError(f"the scenario '{scenario}' is not composed of a world and an order")
    return str(names[0]), str(names[1])


def pairings() -> dict[tuple[str, str], str]:
    """Name the scenario of each world and order that a scenario's file combines; a broken file is left out.

    Of several scenarios with the same two, the first by name.
    """
    found: dict[tuple[str, str], str] = {}
    for name in scenario_names():
        with suppress(InputError, AttributeError):
            found.setdefault(own_cell(name), name)
    return found


def combined_name(world: str, order: str) -> str:
    """Name a combination: the inverse of :func:`combination`."""
    return f"{world}{UNDER}{order}"


def merge(table: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Put changes into a table, in place: tables within are merged, all else is replaced."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            merge(table[key], value)
        else:
            table[key] = value


def _of_choices(
    choices: Mapping[str, str], parts: Sequence[_Part], missing: Sequence[Belongs]
) -> Composition:
    """A world and an order that no scenario's file combines: what was read, and the groups still missing."""
    more = [
        part
        for group in missing
        for part in _parts_of_scenario(path_of(group, choices[group]), group, group, _Walk({}), ())
    ]
    names = {group: Path(choices[group]).stem for group in CHOSEN_GROUPS if group in choices}
    if len(names) < len(CHOSEN_GROUPS):
        group = next(group for group in CHOSEN_GROUPS if group not in names)
        raise InputError(f"which {group}? Add {group}=NAME  (all: {', '.join(names_of(group))})")
    place = " and ".join(shown_path(path_of(group, choices[group])) for group in CHOSEN_GROUPS)
    return _composed(combined_name(names[WORLD], names[ORDER]), place, (*parts, *more), names)


def _without_title(part: _Part) -> _Part:
    """Leave out what a scenario's file says of the combination that it makes."""
    about = part.tree.get("about")
    if part.role != SCENARIO or not isinstance(about, Mapping):
        return part
    kept = {key: value for key, value in about.items() if key not in _OF_THE_SCENARIO}
    return _Part(part.role, part.path, {**part.tree, "about": kept})


def _composed(name: str, place: str, parts: Sequence[_Part], made: Mapping[Any, str]) -> Composition:
    tree: dict[str, Any] = {}
    for part in parts:
        merge(tree, deepcopy(dict(part.tree)))
    for group, chosen in made.items():
        merge(tree, {"about": {group: {"name": Path(chosen).stem}}})
    return Composition(
        name, place, tree, tuple((part.place, part.tree) for part in parts), _files_of_parts(parts)
    )


def _parts_of_scenario(
    path: Path, group: str, role: Belongs, walk: _Walk, inside: tuple[Path, ...]
) -> Iterator[_Part]:
    """A file and those that it stands on, in the order in which they are merged."""
    place, resolved = shown_path(path), path.resolve()
    if resolved in inside:
        raise InputError(f"{place}: defaults go round in a circle")
    tree = read_yaml(path, group)
    entries = _entries(tree.pop("defaults", None), place)
    _check_belongs(tree, role, place)
    for prefixed, chosen in entries:
        if prefixed.startswith("override "):
            walk.overridden.setdefault(_choice(prefixed.removeprefix("override "), role, place), chosen)
    for key, name in entries:
        if key.startswith("override "):
            continue
        if key == _SELF:
            yield _Part(role, path, tree)
        elif key == "":
            folder, _, stem = name.lstrip("/").rpartition("/")
            folder = _named_folder(folder if name.startswith("/") else folder or group, group, name, place)
            yield from _parts_of_scenario(_file(folder, stem, place), folder, role, walk, (*inside, resolved))
        else:
            chosen_group = _choice(key, role, place)
            chosen = walk.choose(chosen_group, name, place)
            found = _file(chosen_group, chosen, "" if chosen_group in walk.given else place)
            yield from _parts_of_scenario(found, chosen_group, chosen_group, walk, (*inside, resolved))


def _entries(defaults: Any, place: str) -> list[tuple[str, str]]:
    """Read a defaults list as (group, name): no group for a file, ``_self_`` for the file itself."""
    if defaults is None:
        return [(_SELF, "")]
    if not isinstance(defaults, list):
        raise InputError(f"{place}: defaults is a list such as [{{/world: NAME}}, {{/order: NAME}}, _self_]")
    found = []
    for entry in defaults:
        if isinstance(entry, str):
            found.append((_SELF, "") if entry == _SELF else ("", entry))
        elif isinstance(entry, Mapping) and len(entry) == 1:
            ((key, name),) = entry.items()
            found.append((" ".join(str(key).split()), _part_chosen(key, name, place)))
        else:
            raise InputError(
                f"{place}: an entry of defaults is NAME or {{/world: NAME}}; got {quoted(entry)}"
            )
    if (_SELF, "") not in found:
        found.append((_SELF, ""))
    if found.count((_SELF, "")) > 1:
        raise InputError(f"{place}: defaults name _self_ twice")
    return found


def _part_chosen(key: Any, name: Any, place: str) -> str:
    if not isinstance(name, str):
        raise InputError(f"{place}: defaults, {key} takes one name; got {quoted(name)}")
    return name


def _choice(key: str, role: Belongs, place: str) -> Belongs:
    """The group that an entry chooses from."""
    group = next((group for group in CHOSEN_GROUPS if key == f"/{group}"), None)
    if group is None:
        near = f"; write /{key}" if key in CHOSEN_GROUPS else ""
        raise InputError(f"{place}: defaults choose a /world or an /order; got {quoted(key)}{near}")
    if role != SCENARIO:
        raise InputError(f"{place}: only a scenario chooses a world and an order; got {quoted(key)}")
    return group


def _named_folder(folder: str, group: str, name: str, place: str) -> str:
    """The folder of a file that another one stands on."""
    if folder == group or name.startswith(f"/{_ASSUMPTIONS}/"):
        return folder
    if folder in CHOSEN_GROUPS:
        raise InputError(f"{place}: write {{/{folder}: {name.rpartition('/')[2]}}} in defaults, not {name}")
    raise InputError(f"{place}: defaults name files of {group} or /{_ASSUMPTIONS}; got {quoted(name)}")


def _file(group: str, name: str, place: str) -> Path:
    """A file by name, as a defaults list gives it; by path only from the command line (no place)."""
    if not place:
        return path_of(group, name)
    known(name, names_of(group), group, f"{place}: defaults")
    return path_of(group, name)


def _check_belongs(tree: Mapping[str, Any], role: Belongs, place: str) -> None:
    """Refuse what belongs to the other group, or to the scenario."""
    if role == SCENARIO:
        return
    other = ORDER if role == WORLD else WORLD
    for key in tree:
        if key in _OWN_KEYS[other]:
            raise _misplaced(key, other, role, place)
        if key not in (*_OWN_KEYS[role], *GROUPS, "about"):
            known(str(key), [*_OWN_KEYS[role], *GROUPS, "about"], "key", place)
    _check_about(tree.get("about"), role, place)
    _check_block(tree, role, place)
    later = tree.get("epochs" if role == WORLD else "reforms")
    for block in later.values() if isinstance(later, Mapping) else [later]:
        for change in block if isinstance(block, list) else ():
            if isinstance(change, Mapping):
                _check_block(change, role, place)
                for key in ("states", "buffers", "affinity"):
                    if role == ORDER and key in change:
                        raise _misplaced(key, WORLD, role, place)


def _check_about(about: Any, role: Belongs, place: str) -> None:
    allowed = (role, "start") if role == WORLD else (role,)
    for key in about if isinstance(about, Mapping) else ():
        if key not in allowed:
            raise InputError(
                f"{place}: about.{key} is a scenario's; here write about: {{{role}: {{title: ..., "
                "represents: ..., source: ...}}}}"
            )


def _check_block(block: Mapping[str, Any], role: Belongs, place: str) -> None:
    """Check the parameters, and the settings of states, in a file or in one of its changes."""
    for group in GROUPS:
        values = block.get(group)
        for key in values if isinstance(values, Mapping) else ():
            parameter = BY_NAME.get(f"{group}.{key}")
            if parameter is not None and parameter.belongs != role:
                raise _misplaced(parameter.name, parameter.belongs, role, place)
    states = block.get("states")
    for name, settings in states.items() if isinstance(states, Mapping) else ():
        for key in settings if isinstance(settings, Mapping) else ():
            declared = STATE_BY_NAME.get(str(key))
            if key == "strategy" or (declared is not None and declared.belongs != role):
                raise _misplaced(f"states.{name}.{key}", ORDER, role, place)


_ELSEWHERE: Mapping[str, str] = {
    WORLD: f"belongs to a world (a file in configs{os.sep}world)",
    ORDER: f"belongs to an order (a file in configs{os.sep}order)",
    SCENARIO: "belongs to neither world nor order (a scenario's file or the command line may set it)",
}


def _misplaced(what: str, owner: str, role: str, place: str) -> InputError:
    this = "a world" if role == WORLD else "an order"
    rule = {"member": "members", "veto": "vetoes"}.get(what.rpartition(".")[2], "")
    instead = f"; write it as its {rule}" if rule and what.startswith("states.") else ""
    return InputError(f"{place}: {what} {_ELSEWHERE[owner]}, and this is {this}{instead}")

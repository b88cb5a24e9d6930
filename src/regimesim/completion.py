"""What can come next on the command line, for a shell that asks while it is being typed.

Commands and their options are read off the table of help (``cli.COMMANDS``), so that help and completion say
the same; parameters off their declarations. Nothing heavy is imported: a shell asks at every tab.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.catalogue import names_of, scenario_names, scenario_tree
from regimesim.parameters import BUFFER, BY_NAME, STATE
from regimesim.resources import strategy_names

if TYPE_CHECKING:
    from regimesim.cli import Command

SHELLS = ("bash", "zsh", "fish")

_FLAGS = {
    "--quiet": "print only where the results are",
    "--json": "print the result as JSON",
    "--help": "what the command takes",
    "--version": "print the version",
}
_OPTION = re.compile(r"(?<![\w.,(])(\+?)([a-z][a-z.]*)=(\[?)")
"""An option in a usage: its sign, its name, and a bracket if it takes a list."""

_PATHS = ("out", "points", "record")
_FILES_OR_NAMES = ("scenario", "strategy")
_SWITCH = ("true", "false")
_WORDS = {"open": _SWITCH, "extend": _SWITCH, "outcome": ("regime", "peace")}
_DECLARED = BY_NAME | {p.name: p for p in (*STATE, *BUFFER)}


@dataclass(frozen=True)
class Choice:
    """A word that can stand where one is being typed, and what it means."""

    word: str
    about: str = ""


def choices(words: Sequence[str], commands: Mapping[str, Command]) -> list[Choice]:
    """What the last of the words can become.

    Parameters
    ----------
    words : sequence of str
        Those after the program's name, without a shell's quotes; the last is being typed and may be empty.
    commands : mapping
        As ``cli.COMMANDS``.

    Raises
    ------
    InputError
        If the scenario that is named cannot be read.
    """
    *before, current = words
    given = [word for word in before if not word.startswith("-")]
    if current.startswith("-"):
        found = [Choice(word, about) for word, about in _FLAGS.items()]
    elif not given or given == ["help"]:
        found = [Choice(name, command.about) for name, command in commands.items()]
    elif given[0] not in commands:
        found = []
    elif "=" in current:
        found = _values(given, current, commands[given[0]].usage)
    elif given[0] in ("history", "plot") and len(given) == 1:
        found = _paths(current)
    elif given[0] in _NAMED and len(given) == 1:
        names = _to_next_dot(_NAMED[given[0]](), current)
        found = [Choice(name, _about(name)) for name in names]
    else:
        found = _settings(given, current, commands[given[0]].usage)
    return [choice for choice in found if choice.word.startswith(current)]


def _shown() -> Iterable[str]:
    return (*scenario_names(), "prudent", *strategy_names(), *BY_NAME)


def _experiments() -> Iterable[str]:
    from regimesim.experiment import experiments

    return experiments()


_NAMED: Mapping[str, Callable[[], Iterable[str]]] = {
    "completion": lambda: SHELLS,
    "experiment": _experiments,
    "list": lambda: ("scenarios", "strategies", "parameters"),
    "show": _shown,
}
"""Commands whose first word is a name."""


def _settings(given: Sequence[str], current: str, usage: str) -> list[Choice]:
    """Names of settings with their sign of equality: the command's own, then those of the scenario."""
    seen = {word.lstrip("+").partition("=")[0] for word in given[1:]}
    options = [(sign, name) for sign, name, _ in _OPTION.findall(usage) if name not in seen]
    found = [Choice(f"{sign if not current or current[0] == '+' else ''}{name}=") for sign, name in options]
    if "PARAMETER=" in usage:
        keys = _to_next_dot((key for key in _keys(given, current) if key not in seen), current)
        found += [Choice(key if key.endswith(".") else f"{key}=", _about(key)) for key in keys]
    return found


def _keys(given: Sequence[str], current: str) -> list[str]:
    """Settings of a scenario; a file is read only if one of its states or buffers is asked for."""
    group = current.partition(".")[0]
    if "." not in current or group not in ("states", "buffers"):
        return [*BY_NAME, "strategy", "states.", "buffers."]
    settings = [*(p.name for p in STATE), "strategy"] if group == "states" else [p.name for p in BUFFER]
    return [f"{group}.{name}.{setting}" for name in _members(given, group) for setting in settings]


def _members(given: Sequence[str], group: str) -> list[str]:
    """Names of the states or buffers of the scenario that is asked about."""
    named = [word.partition("=")[2] for word in given if word.lstrip("+").startswith("scenario=")]
    if given[0] == "show":
        named += given[1:2]
    elif given[0] == "demo":
        named += ["concert"]
    return [str(name) for name in scenario_tree(named[0].partition(",")[0]).get(group) or ()] if named else []


def _values(given: Sequence[str], current: str, usage: str) -> list[Choice]:
    """A setting with each of its values, as far as these can be told."""
    key, _, text = current.partition("=")
    name = key.lstrip("+")
    last = name.rpartition(".")[2]
    if name in _PATHS or (last in _FILES_OR_NAMES and text.startswith(("/", "./", "../", "~"))):
        return [Choice(f"{key}={path.word}") for path in _paths(text)]
    cut = max(text.rfind("["), text.rfind(",")) + 1
    before, rest = f"{key}={text[:cut]}", text[cut:]
    values = [value for value in _known(given[0], name, last) if value not in re.split(r"[\[,]", text[:cut])]
    lists = {option for _, option, bracket in _OPTION.findall(usage) if bracket}
    if name not in lists:
        return [Choice(before + value) for value in values]
    found = _to_next_dot(values, rest)
    before += "" if cut else "["
    ends = (",", "]") if len(found) == 1 and not found[0].endswith(".") else ("",)
    return [Choice(before + value + end, _about(value)) for value in found for end in ends]


def _known(command: str, name: str, last: str) -> Sequence[str]:
    """Values that a setting can have, where they are words."""
    declared = BY_NAME.get(name) or (_DECLARED.get(last) if name.count(".") == 2 else None)
    if declared is not None:
        return declared.choices or (_SWITCH if declared.kind == "switch" else ())
    if name in ("scenario", "scenarios"):
        return scenario_names()
    if last == "strategy":
        return ("prudent", *strategy_names())
    if name in ("sweep", "engine"):
        return names_of(name)
    if name == "parameters":
        return list(BY_NAME)
    return (*_WORDS.get(name, ()), *(["both"] if (command, name) == ("plot", "outcome") else []))


def _to_next_dot(names: Iterable[str], current: str) -> list[str]:
    """Names that begin with ``current``, cut after the next dot: groups come before what is in them.

    >>> _to_next_dot(["war.cost", "war.years", "trust.initial"], "")
    ['war.', 'trust.']
    >>> _to_next_dot(["war.cost", "war.years", "trust.initial"], "w")
    ['war.cost', 'war.years']
    """
    fitting = [name for name in names if name.startswith(current)]
    while True:
        ends = (name.find(".", len(current)) + 1 for name in fitting)
        found = list(dict.fromkeys(name[: end or None] for name, end in zip(fitting, ends, strict=True)))
        if len(found) != 1 or found[0] == current or not found[0].endswith("."):
            return found
        current = found[0]


def _about(name: str) -> str:
    parameter = _DECLARED.get(name) or _DECLARED.get(name.rpartition(".")[2])
    return f"{parameter.meaning}: {parameter.bounds()}" if parameter is not None else ""


def _paths(start: str) -> list[Choice]:
    """Files and folders whose path begins so; hidden ones only if a dot was typed."""
    folder, slash, name = start.rpartition("/")
    top = Path(os.path.expanduser(folder + slash or "."))
    inside = sorted(top.iterdir()) if top.is_dir() else []
    return [
        Choice(f"{folder}{slash}{path.name}{'/' if path.is_dir() else ''}")
        for path in inside
        if path.name.startswith(name) and (name or not path.name.startswith("."))
    ]

"""The command ``completion``: scripts for shells, and what can come next while a command is being typed.

Commands and their options are read off their declarations (``cli.table.COMMANDS``), as help is; parameters
off theirs. Nothing heavy is imported: a shell asks at every tab. A script does as little as it can: it hands
on what has been typed and inserts what it is answered. Whatever goes wrong there, nothing is printed into the
line that is being typed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.cli.table import SWITCHES
from regimesim.scenario.composition import CHOSEN_GROUPS, part_tree, scenario_tree
from regimesim.scenario.files import names_of, scenario_names, strategy_names
from regimesim.scenario.messages import InputError, known
from regimesim.scenario.parameters import BUFFER, BY_NAME, STATE, WORLD

if TYPE_CHECKING:
    from regimesim.cli.table import Command, Flags, Given, Option

_BASH = r"""
_regimesim() {
    local word
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(
        "${1/#\~/$HOME}" completion words bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null
    )
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=./,] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _regimesim regimesim
"""

_ZSH = r"""
#compdef regimesim
_regimesim() {
    local word about
    local -a whole partial whole_about partial_about
    while IFS=$'\t' read -r word about; do
        if [[ $word == *[=./,] ]]; then
            partial+=("$word") partial_about+=("$word${about:+  -- $about}")
        else
            whole+=("$word") whole_about+=("$word${about:+  -- $about}")
        fi
    done < <(
        "${(Q)words[1]/#\~/$HOME}" completion words zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null
    )
    (( $#whole )) && compadd -l -d whole_about -a whole
    (( $#partial )) && compadd -l -S '' -d partial_about -a partial
    (( $#whole + $#partial ))
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _regimesim "$@"; else compdef _regimesim regimesim; fi
"""

_FISH = r"""
function __regimesim_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    $words[1] completion words fish $words[2..-1] "$current" 2>/dev/null
end
complete -c regimesim -f -a '(__regimesim_words)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}

_FILES_OR_NAMES = ("scenario", "strategy", *CHOSEN_GROUPS)
_BOTH = ("true", "false")
_DECLARED = BY_NAME | {p.name: p for p in (*STATE, *BUFFER)}


def completion(given: Given, flags: Flags) -> None:
    """Print the script of a shell."""
    if len(given.words) != 1:
        raise InputError(f"which shell? python -m regimesim completion {' | '.join(_SCRIPTS)}")
    print(known(given.words[0], _SCRIPTS, "shell").strip())


def answer_shell(asked: Sequence[str], commands: Mapping[str, Command]) -> None:
    """Print what a script asks for: a line for each word, with its meaning after a tab where that is shown.

    Parameters
    ----------
    asked : sequence of str
        The shell and what it hands on: of bash the line up to the cursor and its word breaks, of the others
        the words, the last being typed.
    commands : mapping
        As ``cli.COMMANDS``.
    """
    shell, *typed = asked
    if shell == "bash":
        lines = _for_bash(typed[0], typed[1], commands)
    else:
        words = [*typed[:-1], read(typed[-1])[0][-1]] if shell == "fish" else typed
        lines = [f"{choice.word}\t{choice.about}".rstrip() for choice in choices(words, commands)]
    print("".join(f"{line}\n" for line in lines), end="")


def _for_bash(line: str, breaks: str, commands: Mapping[str, Command]) -> list[str]:
    """The ends of words that bash is to insert: it replaces what follows the last of its breaks."""
    words, start, quote = read(line, breaks)
    found = choices(words[1:], commands)
    ends = [choice.word[start:] for choice in found]
    return ends if quote else [re.sub(r"([^\w@%+=:,./~-])", r"\\\1", end) for end in ends]


def read(line: str, breaks: str = "") -> tuple[list[str], int, str]:
    """The words of a line that may end anywhere.

    Returns
    -------
    words : list of str
        Without quotes and backslashes; the last is being typed and may be empty.
    start : int
        Letters of the last word before its last break or opening quote.
    quote : str
        The quote that is open, or nothing.

    >>> read("regimesim run +scenario=con", "=:")
    (['regimesim', 'run', '+scenario=con'], 10, '')
    >>> read("plot 'my res")
    (['plot', 'my res'], 0, "'")
    """
    words, word, start, quote, escaped = [], "", 0, "", False
    for letter in line:
        if escaped or (quote and letter not in (quote, "\\")) or (quote == "'" and letter == "\\"):
            word, escaped = word + letter, False
        elif letter == "\\":
            escaped = True
        elif quote:
            quote = ""
        elif letter in "'\"":
            quote, start = letter, len(word)
        elif letter.isspace():
            if word:
                words.append(word)
            word, start = "", 0
        else:
            word += letter
            start = len(word) if letter in breaks else start
    return [*words, word], start, quote


@dataclass(frozen=True)
class Completion:
    """A word that can stand where one is being typed, and what it means."""

    word: str
    about: str = ""


def choices(words: Sequence[str], commands: Mapping[str, Command]) -> list[Completion]:
    """List what the last of the words can become.

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
        found = [Completion(switch.words[-1], switch.about) for switch in SWITCHES]
    elif not given or given == ["help"]:
        found = [Completion(name, command.about) for name, command in commands.items()]
    elif given[0] not in commands:
        found = []
    elif "=" in current:
        found = _values_offered(given, current, commands[given[0]])
    elif commands[given[0]].offers and len(given) == 1:
        found = _first_words(commands[given[0]].offers, current)
    else:
        found = _settings(given, current, commands[given[0]])
    return [choice for choice in found if choice.word.startswith(current)]


def _what_can_be_shown() -> Iterable[str]:
    return (*scenario_names(), *names_of("world"), *names_of("order"), "prudent", *strategy_names(), *BY_NAME)


def _experiments() -> Iterable[str]:
    from regimesim.analysis.experiments import experiments

    return experiments()


_NAMES_OF: Mapping[str, Callable[[], Iterable[str]]] = {
    "engine": lambda: names_of("engine"),
    "experiment": _experiments,
    "parameter": lambda: BY_NAME,
    "scenario": scenario_names,
    "sweep": lambda: names_of("sweep"),
    "thing": _what_can_be_shown,
}
"""Names that an option or a first word may take, by what they are names of."""


def _offered(offers: tuple[str, ...] | str) -> Iterable[str]:
    return _NAMES_OF[offers]() if isinstance(offers, str) else offers


def _first_words(offers: tuple[str, ...] | str, current: str) -> list[Completion]:
    if offers == "path":
        return _paths(current)
    return [Completion(name, _meaning_of(name)) for name in _to_next_dot(_offered(offers), current)]


def _settings(given: Sequence[str], current: str, command: Command) -> list[Completion]:
    """Names of settings with their sign of equality: the command's own, then those of the scenario."""
    seen = {word.lstrip("+").partition("=")[0] for word in given[1:]}
    found = []
    for option in command.options:
        if option.name not in seen:
            sign = "+" if option.plus and (not current or current[0] == "+") else ""
            found.append(Completion(f"{sign}{option.name}=", option.about))
    if command.parameters:
        keys = _to_next_dot((key for key in _keys(given, current) if key not in seen), current)
        found += [Completion(key if key.endswith(".") else f"{key}=", _meaning_of(key)) for key in keys]
    return found


def _keys(given: Sequence[str], current: str) -> list[str]:
    """Settings of a scenario; a file is read only if one of its states or buffers is asked for."""
    group = current.partition(".")[0]
    if "." not in current or group not in ("states", "buffers"):
        return [*BY_NAME, *CHOSEN_GROUPS, "members", "vetoes", "strategy", "states.", "buffers."]
    settings = [*(p.name for p in STATE), "strategy"] if group == "states" else [p.name for p in BUFFER]
    return [f"{group}.{name}.{setting}" for name in _members_of(given, group) for setting in settings]


def _members_of(given: Sequence[str], group: str) -> list[str]:
    """Names of the states or buffers of the scenario that is asked about."""
    named = [word.partition("=")[2] for word in given if word.lstrip("+").startswith("scenario=")]
    if given[0] == "show":
        named += given[1:2]
    first = {
        key.lstrip("+"): value.partition(",")[0]
        for key, _, value in (word.partition("=") for word in given)
        if key.lstrip("+") in CHOSEN_GROUPS
    }
    if named:
        return [str(name) for name in scenario_tree(named[0].partition(",")[0], first).get(group) or ()]
    return [str(name) for name in part_tree(WORLD, first[WORLD]).get(group) or ()] if WORLD in first else []


def _values_offered(given: Sequence[str], current: str, command: Command) -> list[Completion]:
    """A setting with each of its values, as far as these can be told."""
    key, _, text = current.partition("=")
    name = key.lstrip("+")
    last = name.rpartition(".")[2]
    option = next((option for option in command.options if option.name == name), None)
    if (option is not None and option.kind == "path") or (
        last in _FILES_OR_NAMES and text.startswith(("/", "./", "../", "~"))
    ):
        return [Completion(f"{key}={path.word}") for path in _paths(text)]
    cut = max(text.rfind("["), text.rfind(",")) + 1
    before, rest = f"{key}={text[:cut]}", text[cut:]
    seen = re.split(r"[\[,]", text[:cut])
    values = [value for value in _known_values(option, name, last) if value not in seen]
    if option is None or option.kind != "names":
        return [Completion(before + value) for value in values]
    found = _to_next_dot(values, rest)
    before += "" if cut else "["
    ends = (",", "]") if len(found) == 1 and not found[0].endswith(".") else ("",)
    return [Completion(before + value + end, _meaning_of(value)) for value in found for end in ends]


def _known_values(option: Option | None, name: str, last: str) -> Iterable[str]:
    """Values that a setting can have, where they are words."""
    declared = BY_NAME.get(name) or (_DECLARED.get(last) if name.count(".") == 2 else None)
    if declared is not None:
        return declared.choices or (_BOTH if declared.kind == "switch" else ())
    if option is not None:
        return _BOTH if option.kind == "switch" else _offered(option.offers)
    if name in CHOSEN_GROUPS:
        return names_of(name)
    if name in ("members", "vetoes"):
        return ("all", "none")
    return ("prudent", *strategy_names()) if last == "strategy" else ()


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


def _meaning_of(name: str) -> str:
    parameter = _DECLARED.get(name) or _DECLARED.get(name.rpartition(".")[2])
    return f"{parameter.meaning}: {parameter.bounds()}" if parameter is not None else ""


def _paths(start: str) -> list[Completion]:
    """Files and folders whose path begins so; hidden ones only if a dot was typed."""
    folder, slash, name = start.rpartition("/")
    top = Path(os.path.expanduser(folder + slash or "."))
    inside = sorted(top.iterdir()) if top.is_dir() else []
    return [
        Completion(f"{folder}{slash}{path.name}{'/' if path.is_dir() else ''}")
        for path in inside
        if path.name.startswith(name) and (name or not path.name.startswith("."))
    ]

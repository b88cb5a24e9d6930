"""YAML and command-line overrides to a Scenario; the only module that knows Hydra.

A scenario's files (:mod:`regimesim.scenario.composition`) hold its differences from the neutral world. They
are put upon it, then what was typed, in Hydra's grammar for values; keys are checked here, because Hydra
itself would accept a misspelt one.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.composition import (
    CHOSEN_GROUPS,
    Composition,
    combination,
    combined_name,
    composition,
    merge,
)
from regimesim.scenario.files import MOST_DEPTH, check_tree, names_of, scenario_names, there
from regimesim.scenario.limits import plain
from regimesim.scenario.messages import InputError, known, quoted, settings_place, show, spelt
from regimesim.scenario.parameters import BUFFER, BY_NAME, GROUPS, STATE, defaults
from regimesim.scenario.reading import TOP, check_alone, read_scenario
from regimesim.scenario.scenario import Scenario, tree_of
from regimesim.scenario.strategies import PRUDENT, load_strategy
from regimesim.scenario.tables import pair_table

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

MOST_VALUES = 100_000
"""Of one setting in a sweep."""
LONGEST = 100_000
"""Letters of one setting as it is typed."""
_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_TABLES = ("about", "states", "buffers", "affinity", *GROUPS)
_NESTED = frozenset(("states", "buffers", *GROUPS))
"""Tables of which each entry is a setting, or a table of settings."""

_WHOLE_ERROR = "HYDRA_FULL_ERROR"
"""With it Hydra raises what it would otherwise print before it leaves the program."""
_HYDRAS = re.compile(
    r"hydra/(launcher|sweeper)=\w+$|hydra\.(launcher|sweeper)\.\w+(\.\w+)*=|hydra\.sweep\.(sub)?dir="
)
"""Settings of Hydra's own that say how jobs are started, not what code is run."""

_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?P<fraction>\.[0-9]{1,15})?")
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_NO_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "nan": ..., "inf": ...}
"""Words that are values to Hydra, in letters of any size; ``...``: its own parser reads them."""

_WORD = re.compile(r"[^\W\d][\w-]*")
"""A text that Hydra's grammar takes for a text without quotes."""

Overrides = Mapping[str, Any] | Sequence[str]
"""Settings as a table, or as they are typed on the command line."""

_FILLED = re.compile(r"(now:[^${}]*|hydra\.job\.\w+)\}")
"""Texts that Hydra may fill in for ``${...}``: the time, and of a job its number or name."""

Assignment = tuple[str, str]
"""A name, with Hydra's sign before it if one was given, and the value as it was typed."""


class SeveralValues(InputError):
    """A setting with several values where one is wanted."""

    def __init__(self, key: str, text: str) -> None:
        decimal = _DECIMAL.fullmatch(text)
        point = f"; if a decimal is meant, write {text.replace(',', '.')}" if decimal else ""
        super().__init__(f"{key}={text} gives several values where one is wanted{point}")
        self.key, self.text = key, text


@dataclass(frozen=True)
class Request:
    """A scenario that was asked for, and the settings that made it."""

    scenario: Scenario
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class SweepRequest:
    """Request of a sweep: settings that are the same everywhere, and those that are varied."""

    scenario: str
    settings: tuple[Assignment, ...]
    swept: dict[str, tuple[Any, ...]]  # ``scenario`` among them if several were named
    overrides: tuple[str, ...]


@argument_kinds
def load_scenario(
    scenario: Scenario | Mapping[str, Any] | str | Path = "", overrides: Overrides = ()
) -> Scenario:
    """Load a scenario by name or by the path of a YAML file, or change one that is there.

    Parameters
    ----------
    scenario : str, Path, Scenario or mapping
        A mapping is a tree as in a file. May be left out where ``overrides`` choose a world and an order.
    overrides : mapping of str to value, or sequence of str
        ``{"order": "collective_security", "transparency.level": 0.3}``, or as on the command line:
        ``["order=collective_security", "transparency.level=0.3"]``.

    Raises
    ------
    InputError
        If there is no such scenario, or a setting cannot be used.

    Examples
    --------
    >>> concert = load_scenario("concert", {"transparency.level": 0.3, "states.France.revisionism": 1})
    >>> load_scenario(concert, {"years": 20})["transparency.level"]
    0.3
    """
    if isinstance(scenario, str | Path):
        named = [f"scenario={scenario}"] if str(scenario) else []
        return request([*named, *override_words(overrides)]).scenario
    base = scenario if isinstance(scenario, Scenario) else read_scenario(scenario, "scenario")
    return compose(base, assignments(overrides))


def override_words(overrides: Overrides) -> list[str]:
    """Settings as they are typed on the command line.

    Raises
    ------
    InputError
        If they are neither a table nor a list.

    Examples
    --------
    >>> override_words({"transparency.level": 0.25, "members": ["A", "B"], "~epochs.arms": None})
    ['transparency.level=0.25', 'members=[A,B]', '~epochs.arms']
    """
    if isinstance(overrides, Mapping):
        return [
            str(key) if value is None and str(key).startswith("~") else f"{key}={text_of(value)}"
            for key, value in overrides.items()
        ]
    if isinstance(overrides, str) or not all(isinstance(word, str) for word in overrides):
        raise InputError(
            'overrides are a table {"transparency.level": 0.3} or a list ["transparency.level=0.3"]; '
            f"got {quoted(overrides)}"
        )
    return list(overrides)


def assignments(overrides: Overrides) -> list[Assignment]:
    """The same as names and texts.

    Raises
    ------
    InputError
        If they name a scenario.
    """
    name, settings = _sorted(override_words(overrides), ())
    if name is not None:
        raise InputError("the scenario is given apart from its overrides")
    return settings


def text_of(value: Any, inside: bool = False) -> str:
    """A value as one would type it, to the last bit; within a list or a table a text has quotes if need be.

    >>> text_of({"A": [0.1, float("inf")], "B c": "none"})
    "{A:[0.1,inf],'B c':none}"
    """
    value = plain(value)
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        entries = (f"{text_of(key, True)}:{text_of(entry, True)}" for key, entry in value.items())
        return f"{{{','.join(entries)}}}"
    if isinstance(value, list):
        return f"[{','.join(text_of(entry, True) for entry in value)}]"
    if isinstance(value, str) and inside and not _WORD.fullmatch(value):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(value) if isinstance(value, float) and math.isfinite(value) else show(value)


def request(arguments: Sequence[str], options: Collection[str] = ()) -> Request:
    """Read a scenario and its settings.

    Parameters
    ----------
    arguments : sequence of str
        ``+scenario=concert transparency.level=0.3 runs=500``; the ``+`` may be left out. A world and an order
        may be swapped (``order=self_help``), or stand without a scenario (``world=trade order=self_help``).
    options : collection of str
        Names that might have been meant by one that there is not: the options of a command.

    Raises
    ------
    InputError
    """
    name, settings = _sorted(arguments, options)
    if name is not None:
        _check_single("scenario", name)
    name = _combined(settings) if name is None else name
    return Request(compose(name, settings, tuple(options)), tuple(arguments))


def sweep_request(arguments: Sequence[str], options: Collection[str] = ()) -> SweepRequest:
    """Read a sweep's arguments: as :func:`request`, where a setting may have several values.

    Several values are written as Hydra writes them: ``0.5,0.9``, ``range(0,1,0.025)``, ``choice(a,b)``.

    Raises
    ------
    InputError
    """
    name, settings = _sorted(arguments, options)
    fixed: list[Assignment] = []
    swept: dict[str, tuple[Any, ...]] = {}
    for key, text in [("scenario", name), *settings]:
        if text is None:
            continue
        values = several(key, text) if not key.startswith("~") else ()
        if values:
            swept[key.lstrip("+")] = values
        elif key != "scenario":
            fixed.append((key, text))
    if name is None:
        first = {key: (key, str(values[0])) for key, values in swept.items() if key in CHOSEN_GROUPS}
        name = _combined([*fixed, *first.values()])
    return SweepRequest(name, tuple(fixed), swept, tuple(arguments))


def _combined(settings: Sequence[Assignment]) -> str:
    """Name the combination of a world and an order that were typed without a scenario."""
    chosen = {key.lstrip("+"): _unquoted(text) for key, text in settings if key.lstrip("+") in CHOSEN_GROUPS}
    if not chosen:
        for key, _ in settings:
            if near := get_close_matches(key.lstrip("+"), ("scenario", *CHOSEN_GROUPS), 1, 0.8):
                raise InputError(f"{settings_place()}: no setting {quoted(key)}. Did you mean '{near[0]}'?")
        what = spelt("Add +scenario=NAME", "Give its name")
        pair = spelt("world=NAME order=NAME", 'overrides={"world": NAME, "order": NAME}')
        raise InputError(f"which scenario? {what}  (all: {', '.join(scenario_names())}), or {pair}")
    for group in CHOSEN_GROUPS:
        if group not in chosen:
            added = spelt(f"{group}=NAME", f'"{group}": NAME')
            raise InputError(f"which {group}? Add {added}  (all: {', '.join(names_of(group))})")
    return combined_name(*(chosen[group] for group in CHOSEN_GROUPS))


def several(key: str, text: str) -> tuple[Any, ...]:
    """The values of a sweep in Hydra's grammar; none if it is a single value.

    >>> several("transparency.level", "range(0.1,0.4,0.1)")
    (0.1, 0.2, 0.3)
    >>> several("transparency.level", "0.1")
    ()
    """
    if plain_value(text) is not ...:
        return ()
    from hydra.errors import HydraException

    try:
        override = _parsed_override(key, text)
    except InputError:
        if _free(key):
            return ()
        raise
    if not override.is_sweep_override():
        return ()
    try:
        swept = (_swept(value) for value in override.sweep_iterator())
        values = tuple(islice(filter(_before_stop(override.value()), swept), MOST_VALUES + 1))
    except (HydraException, ValueError, ArithmeticError):
        raise InputError(
            f"{key}={text}: a sweep takes values such as 0.5,0.9 or range(0,1,0.1) ({settings_place()})"
        ) from None
    if len(values) > MOST_VALUES:
        raise InputError(f"{key}={text} gives more than {MOST_VALUES:,} values ({settings_place()})")
    return values


def _before_stop(sweep: Any) -> Callable[[Any], bool]:
    """Tell whether a value belongs to a range: rounding makes Hydra's ``range(0.1,0.4,0.1)`` end with 0.4."""
    step, stop = getattr(sweep, "step", None), getattr(sweep, "stop", None)
    if step is None or stop is None:
        return lambda _: True
    return lambda value: (stop - value) / step > 1e-9


def _swept(value: Any) -> Any:
    """A value as Hydra's iterator gives it: without quotes, 0.7 instead of 0.7000000000000001."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    return getattr(value, "text", value)


def _free(key: str) -> bool:
    """Tell whether a setting is text that need not follow Hydra's grammar: a path, a strategy's family."""
    return key.lstrip("+").rpartition(".")[2] in ("scenario", "strategy", *CHOSEN_GROUPS)


def hydra_jobs(arguments: Sequence[str], job: Callable[[list[str], Path], None]) -> None:
    """Hydra's multirun: every combination of values is a job, started by the launcher that Hydra is told.

    Parameters
    ----------
    arguments : sequence of str
        Settings, some with several values, and settings of Hydra's own (``hydra/launcher=joblib``): which
        launcher or sweeper, theirs, and the folder. Any other could name code to be run.
    job : callable
        Given the arguments of one job and the folder that Hydra made for it.
    """
    import hydra
    from hydra.core.config_store import ConfigStore
    from hydra.core.hydra_config import HydraConfig
    from hydra.errors import HydraException

    def task(_: Any) -> None:
        here = HydraConfig.get()
        job([word.lstrip("+") for word in here.overrides.task], Path(here.runtime.output_dir))

    folder = "hydra.sweep.dir=outputs/multirun/${now:%Y-%m-%dT%H-%M-%S.%f}"
    own = [word for word in arguments if word.lstrip("+~").startswith("hydra")]
    for word in own:
        if not _HYDRAS.match(word) or "_target_" in word:
            raise InputError(
                f"{quoted(word)} is not handed to Hydra; what may be: hydra/launcher=NAME, "
                "hydra/sweeper=NAME, settings of theirs (hydra.launcher.NAME=...), hydra.sweep.dir=DIR"
            )
        if not all(_FILLED.match(part) for part in word.split("${")[1:]):
            raise InputError(
                f"{quoted(word)} reads what is not the job's; what may be filled in: ${{now:%Y-%m-%d}}, "
                "${hydra.job.num}, ${hydra.job.override_dirname}"
            )
        if not word.partition("=")[2].strip():
            raise InputError(f"{quoted(word)} gives nothing after the =")
    settings = ["+" + word.lstrip("+") for word in arguments if word not in own]
    for word in settings:
        _parsed_override(*_split(word.lstrip("+"), ()))  # refused here in a sentence rather than by Hydra
    if not any(word.startswith("hydra.sweep.dir=") for word in own):
        own.append(folder)
    ConfigStore.instance().store(name="jobs", node={})
    before, whole = sys.argv, os.environ.get(_WHOLE_ERROR)
    sys.argv, os.environ[_WHOLE_ERROR] = [before[0], "--multirun", *settings, *own], "1"
    try:
        hydra.main(config_path=None, config_name="jobs", version_base="1.3")(task)()
    except Exception as error:
        if isinstance(error, InputError) or not (isinstance(error, HydraException) or _of_hydra(error)):
            raise
        raise InputError(f"Hydra refuses the jobs: {' '.join(str(error).split())}") from None
    finally:
        sys.argv = before
        os.environ.pop(_WHOLE_ERROR)
        os.environ |= {} if whole is None else {_WHOLE_ERROR: whole}


def _of_hydra(error: Exception) -> bool:
    """Tell whether an error is of Hydra's own configuration; OmegaConf's are told by their module."""
    return type(error).__module__.partition(".")[0] in ("hydra", "omegaconf")


def _sorted(arguments: Sequence[str], options: Collection[str]) -> tuple[str | None, list[Assignment]]:
    """Sort arguments into the name of a scenario, if there is one, and settings."""
    name: str | None = None
    settings: list[Assignment] = []
    seen: set[str] = set()
    for key, value in (_split(argument, options) for argument in arguments):
        bare = key.lstrip("+")
        if bare in seen:
            raise InputError(f"{bare} is given twice ({settings_place()})")
        seen.add(bare)
        if bare == "scenario":
            name = _unquoted(value)
        else:
            settings.append((key, value))
    return name, settings


def _split(argument: str, options: Collection[str]) -> tuple[str, str]:
    key, equals, value = argument.partition("=")
    bare = key.strip().lstrip("+~")
    sign = key.strip().removesuffix(bare)
    if bare and sign in ("", "+", "++", "~") and (equals or sign == "~"):
        return key.strip(), value
    if bare == "scenario" or bare in scenario_names() or bare.endswith((".yaml", ".yml")):
        hint = f"; write +scenario={'NAME' if bare == 'scenario' else bare}, without spaces"
    elif bare in options or bare in BY_NAME or bare == "years":
        hint = f"; write {bare}=VALUE, without spaces"
    else:
        hint = ""
    raise InputError(f"{quoted(argument)} is not of the form name=value{hint} ({settings_place()})")


def _unquoted(text: str) -> str:
    """Text without the quotes around it that a shell has left."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def literal(text: str) -> str:
    """Text as it was typed, whatever it is: the name of a folder or a file.

    Raises
    ------
    InputError
        If it is too long.
    """
    check_tree(text, settings_place())
    return _unquoted(text)


def option_value(name: str, text: str) -> Any:
    """Read the value of a command's option; ``1e6`` is a whole number like any other.

    Raises
    ------
    InputError
    """
    value = _hydra_value(name, text)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def value_of(key: str, text: str) -> Any:
    """One value as it was typed for a setting: text where the setting is text, otherwise Hydra's grammar.

    Raises
    ------
    InputError
    """
    if not _free(key):
        return _hydra_value(key, text)
    _check_single(key, text)
    return _unquoted(text)


def _check_single(key: str, text: str) -> None:
    """Refuse several values of what is text: names of scenarios, worlds, orders, strategies."""
    if set(text) & set(",(") and not there(Path(_unquoted(text))) and several(key, text):
        raise SeveralValues(key, text)


def _hydra_value(key: str, text: str) -> Any:
    """A value in Hydra's grammar: numbers, words, lists, tables."""
    simple = plain_value(text)
    if simple is not ...:
        return float("inf") if simple == "infinity" else simple
    override = _parsed_override(key, text)
    if override.is_sweep_override():
        raise SeveralValues(key, text)
    value = override.value()
    check_tree(value, settings_place())
    return float("inf") if value in ("inf", "infinity") else value


def plain_value(text: str) -> Any:
    """A number or a word as Hydra reads it; ``...`` for all else, for which its parser is worth importing.

    >>> plain_value("0.3"), plain_value("prudent"), plain_value("[0.3]")
    (0.3, 'prudent', Ellipsis)
    """
    if number := _PLAIN_NUMBER.fullmatch(text):
        return float(text) if number["fraction"] else int(text)
    return _NO_WORDS.get(text.lower(), text) if _PLAIN_WORD.fullmatch(text) else ...


def _parsed_override(key: str, text: str) -> Override:
    """``key=text`` as Hydra reads it; the key itself plays no part."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    if len(text) > LONGEST or _depth(text) > MOST_DEPTH:
        raise InputError(
            f"{key}={quoted(text)} is too long, or nested too deeply, to be read ({settings_place()})"
        )
    try:
        return OverridesParser.create().parse_override(f"x={text}")
    except (HydraException, ValueError):  # ValueError: a number of thousands of digits
        raise InputError(f"{key}={text} cannot be read; put text with special characters in quotes") from None


def _depth(text: str) -> int:
    """Measure how deeply brackets of any kind are nested."""
    return max(accumulate((sign in "([{") - (sign in ")]}") for sign in text), default=0)


def compose(name: str | Scenario, settings: Sequence[Assignment], options: Sequence[str] = ()) -> Scenario:
    """Compose the scenario of that name (or path), or change one that is there, by settings in their order.

    Raises
    ------
    InputError
        If there is no such scenario, or a setting cannot be used.
    """
    if isinstance(name, Scenario):
        return _scenario_changed(name, settings, options) if settings else name
    found, settings = _chosen_files(name, settings)
    if not settings:
        return _read_files(found)
    check_tree(found.tree, found.place)
    try:
        return _read_with(settings, found, options)[0]
    except InputError:
        _read_files(found)  # a mistake of a file is said of the file
        raise


def _scenario_changed(scenario: Scenario, settings: Sequence[Assignment], options: Sequence[str]) -> Scenario:
    """A scenario that is there with settings applied, as to a file that says all of it."""
    for key, _ in settings:
        if key.lstrip("+~") in CHOSEN_GROUPS:
            raise InputError(
                f"{key}: a scenario that is there keeps its world and its order; give its name instead "
                f"({settings_place()})"
            )
    tree = tree_of(scenario)
    strategies = {block["strategy"] for block in tree["states"].values()}
    tree["strategy"] = strategies.pop() if len(strategies) == 1 else PRUDENT
    for block in tree["states"].values():
        if block["strategy"] == tree["strategy"]:
            del block["strategy"]
    tree["affinity"] = _only_exceptions(tree["affinity"], scenario.states, 0.0)
    trust = tree["trust"]["initial"]
    tree["trust"]["initial"] = _only_exceptions(trust, scenario.states, trust["default"])
    return _read_with(settings, Composition(scenario.name, "", tree, (), ()), options)[0]


def _only_exceptions(table: Mapping[str, float], names: Sequence[str], default: float) -> dict[str, float]:
    """A table by pair of states: the default and what differs from it, both ways where that is one number."""
    found = {"default": default}
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            there, back = f"{a}-to-{b}", f"{b}-to-{a}"
            if table[there] == table[back]:
                found[f"{a}-{b}"] = table[there]
            else:
                found |= {there: table[there], back: table[back]}
    return {name: value for name, value in found.items() if name == "default" or value != default}


def settled(scenario: str, overrides: Sequence[str] = ()) -> tuple[dict[str, Any], Scenario]:
    """Compose a scenario's tree, with what was typed applied: what its files say, or differs from neutral.

    Parameters
    ----------
    scenario, overrides
        As for :func:`load_scenario`.

    Raises
    ------
    InputError
    """
    _, settings = _sorted(overrides, ())
    found, settings = _chosen_files(scenario or _combined(settings), settings)
    if not settings:
        return found.tree, _read_files(found)
    read, tree = _read_with(settings, found, ())
    for parameter in BY_NAME.values():
        here, written = tree.get(parameter.group, {}), found.tree.get(parameter.group) or {}
        if here.get(parameter.key) == parameter.default and parameter.key not in written:
            del here[parameter.key]
    return {key: value for key, value in tree.items() if key not in GROUPS or value}, read


def names_typed(arguments: Sequence[str]) -> tuple[str, ...]:
    """List the parameters, and the settings of states and buffer states, that arguments set.

    >>> names_typed(["+scenario=concert", "war.cost=9", "sanctions={cost:1,quorum:.6}", "~epochs"])
    ('war.cost', 'sanctions.cost', 'sanctions.quorum')
    """
    found: list[str] = []
    for argument in arguments:
        key, _, text = argument.partition("=")
        bare = key.strip().lstrip("+")
        head = bare.partition(".")[0]
        if head in (*_TABLES[1:], "members", "vetoes"):
            tabular = bare not in BY_NAME and text.lstrip().startswith("{")
            found += _names_within(bare, value_of(bare, text) if tabular else None)
    return tuple(dict.fromkeys(found))


def _names_within(name: str, value: Any) -> list[str]:
    """A setting by its full name, or those in a table of them."""
    if name in BY_NAME or not isinstance(value, dict) or name.partition(".")[0] not in _NESTED:
        return ["trust.initial" if name.startswith("trust.initial.") else name]
    return [full for key, inner in value.items() for full in _names_within(f"{name}.{key}", inner)]


def files_asked(scenario: str, overrides: Sequence[str] = ()) -> tuple[Path, ...]:
    """List the files that a scenario is made of; none where settings beside a world and an order were typed.

    Raises
    ------
    InputError
    """
    _, settings = _sorted(overrides, ())
    found, others = _chosen_files(scenario or _combined(settings), settings)
    return () if others else found.files


def _chosen_files(name: str, settings: Sequence[Assignment]) -> tuple[Composition, list[Assignment]]:
    """Compose the files, with the world and the order that settings choose; and the other settings."""
    choices, others = {}, []
    for key, text in settings:
        if key.lstrip("+~") not in CHOSEN_GROUPS:
            others.append((key, text))
        elif key.startswith("~") or not text.strip():
            raise InputError(f"{key.lstrip('~')} takes a name: {key.lstrip('~')}=NAME ({settings_place()})")
        else:
            choices[key.lstrip("+")] = value_of(key.lstrip("+"), text)
    if combination(name) is not None and len(choices) == len(CHOSEN_GROUPS):
        name = combined_name(*(choices[group] for group in CHOSEN_GROUPS))
    return composition(name, choices), others


def _read_with(
    settings: Sequence[Assignment], found: Composition, options: Sequence[str]
) -> tuple[Scenario, dict[str, Any]]:
    tree = _full_tree(found.tree)
    for key, text in settings:
        _check_key(key.lstrip("+~"), tree, options)
        _apply(tree, key, text)
    try:
        return _read_checked(tree, found.name), tree
    except InputError as error:
        raise InputError(f"{settings_place()}: {error}") from None


def _read_files(found: Composition) -> Scenario:
    """Read a composition; a mistake is said of the file in which it stands, as far as that can be told."""
    try:
        return _read_checked(found.tree, found.name, found.place)
    except InputError:
        with_states = [place for place, tree in found.parts if tree.get("states")]
        for place, tree in found.parts:
            check_alone(tree, place, with_states == [place])
        raise


def _read_checked(tree: Mapping[str, Any], name: str, place: str = "") -> Scenario:
    """Read a scenario; refuse a strategy that does not exist while its file and key can still be named."""
    scenario = read_scenario(tree, name, place)
    for state in scenario.phases[0].states:
        if state.strategy != PRUDENT:
            try:
                load_strategy(state.strategy)
            except InputError as error:
                where = f"{place}, " if place else ""
                raise InputError(f"{where}states.{state.name}.strategy: {error}") from None
    return scenario


def _full_tree(file_tree: Mapping[str, Any]) -> dict[str, Any]:
    """Put a scenario's differences upon the neutral world."""
    tree = _neutral()
    merge(tree, deepcopy(dict(file_tree)))
    return tree


def _neutral() -> dict[str, Any]:
    tree: dict[str, Any] = {group: {} for group in GROUPS}
    for name, value in defaults().items():
        tree[BY_NAME[name].group][BY_NAME[name].key] = value
    return tree


def _apply(tree: dict[str, Any], key: str, text: str) -> None:
    """Apply a setting, as Hydra's ``++key=text`` or ``~key`` would if its keys took every name of a state.

    Raises
    ------
    InputError
    """
    bare = key.lstrip("+~")
    *outer, last = bare.split(".")
    for word in outer:
        tree = _inside(tree, word)
    if key.startswith("~"):
        if text:
            raise InputError(
                f"{key} takes something out and has no value; got {quoted(text)} ({settings_place()})"
            )
        if last not in tree:
            raise InputError(f"{key}: there is no {bare} to be taken out ({settings_place()})")
        del tree[last]
        return
    value = value_of(bare, text)
    _check_table(bare, value, text)
    if bare in BY_NAME and not isinstance(value, dict):
        refusal = BY_NAME[bare].refusal(value)
        if refusal is not None:
            raise InputError(f"{bare} {refusal} ({settings_place()})")
    if isinstance(value, dict) and last in tree and bare not in ("members", "vetoes"):
        merge(_inside(tree, last), value)
    else:
        tree[last] = value


def _inside(tree: dict[str, Any], key: str) -> dict[str, Any]:
    """The table under a key; a number for all pairs becomes a table with that default."""
    found = tree.get(key)
    if not isinstance(found, dict):
        found = tree[key] = {} if found is None else {"default": found}
    return found


def _check_table(key: str, value: Any, text: str) -> None:
    """Refuse what cannot be merged into a table, and a table that would change nothing."""
    if key not in _TABLES or (isinstance(value, dict) and value):
        return
    if value in ({}, [], None, ""):
        raise InputError(
            f"{key}={text} would change nothing; ~{key}.NAME takes a single one out ({settings_place()})"
        )
    hint = (
        f"; set one of them, such as {next(p for p in BY_NAME if p.startswith(key))}" if key in GROUPS else ""
    )
    raise InputError(f"{key} is a table of names and values; got {text}{hint} ({settings_place()})")


def _check_key(key: str, tree: Mapping[str, Any], options: Sequence[str]) -> None:
    """Refuse a key that nothing would read."""
    head, _, rest = key.partition(".")
    if key in BY_NAME or key in TOP or key.startswith("trust.initial."):
        return
    names = [*BY_NAME, *(k for k in TOP if k not in GROUPS), *options]
    if head == "states" and rest:
        names = _settings_of(tree, key, "state", ["strategy", *(p.name for p in STATE)])
    elif head == "buffers" and rest:
        names = _settings_of(tree, key, "buffer", ["between", *(p.name for p in BUFFER)])
    elif head in ("epochs", "reforms") and rest:
        names = [f"{head}.{name}" for name in _names_in(tree, head)]
    elif head == "affinity" and rest:
        pair_table({rest: 0.0}, _names_in(tree, "states"), 0.0, 0.0, 1.0, settings_place())
        return
    known(key, names, "parameter", settings_place())


def _names_in(tree: Mapping[str, Any], group: str) -> list[str]:
    """Names of the states or buffers in a file's tree."""
    found = tree.get(group)
    return [str(name) for name in found] if isinstance(found, dict) else []


_NEW = {"state": "{capability:1}", "buffer": "{strength:0.5,between:[[ONE,OTHER]]}"}
"""Settings with which a state or a buffer state is added."""


def _settings_of(tree: Mapping[str, Any], key: str, kind: str, settings: Sequence[str]) -> list[str]:
    """List what can be set of states or buffer states.

    Raises
    ------
    InputError
        If none of them has the name that stands in the key, or one like it; says which there are.
    """
    group, _, rest = key.partition(".")
    names = _names_in(tree, group)
    asked = next((rest.removesuffix(f".{s}") for s in settings if rest.endswith(f".{s}")), rest)
    if not any(rest == name or rest.startswith(f"{name}.") for name in names) and not get_close_matches(
        asked, names, 1, 0.6
    ):
        raise InputError(
            f"{settings_place()}: no {kind} {quoted(asked)} in this scenario "
            f"(all: {', '.join(names) or 'none'}); one is added with {group}={{{asked}:{_NEW[kind]}}}"
        )
    return [f"{group}.{name}.{setting}" for name in names for setting in settings] + [
        f"{group}.{name}" for name in names
    ]

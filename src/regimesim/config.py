"""YAML and command-line overrides to a Scenario; the only module that knows Hydra.

The tree is composed by Hydra from ``configs/`` (the package's own, and a folder ``configs`` in the
working directory if there is one) and validated here: Hydra itself would accept a misspelt key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regimesim.parameters import BUFFER, BY_NAME, GROUPS, STATE, defaults, quoted
from regimesim.resources import configs_folder
from regimesim.scenario import InputError, Scenario, known, pair_table, read_scenario
from regimesim.strategy import PRUDENT, load_strategy

COMMAND_LINE = "(command line)"
_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_LARGEST_FILE = 1_000_000
_TREE = ("about", "years", "strategy", "states", "buffers", "affinity", "epochs", *GROUPS)
_TABLES = ("about", "states", "buffers", "affinity", *GROUPS)
_LITERAL = ("out",)  # the name of a folder: whatever it is, it is text


@dataclass(frozen=True)
class Request:
    """What a command was asked to do: a scenario and the command's own options."""

    scenario: Scenario
    options: dict[str, Any]
    overrides: tuple[str, ...]


def scenario_names() -> list[str]:
    """Names of the scenarios that can be run, the user's own included."""
    files = (path for folder in _folders() for path in (folder / "scenario").glob("*.yaml"))
    return sorted({path.stem for path in files if path.is_file()})


def scenario_tree(name: str) -> dict[str, Any]:
    """The tree of plain values in the file of a scenario.

    Raises
    ------
    InputError
        If there is no such scenario, or its file cannot be read.
    """
    return _read_yaml(_scenario_path(name))


def load_scenario(scenario: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario by name or by the path of a YAML file.

    Parameters
    ----------
    scenario : str or Path
    overrides : sequence of str
        As on the command line: ``["transparency.level=0.3", "states.France.revisionism=0"]``.

    Raises
    ------
    InputError
        If there is no such scenario, or a setting cannot be used.
    """
    return request([f"scenario={scenario}", *overrides], {}).scenario


def request(arguments: Sequence[str], options: Mapping[str, Any]) -> Request:
    """Read a command's arguments: a scenario, its overrides and the command's own options.

    Parameters
    ----------
    arguments : sequence of str
        ``+scenario=concert transparency.level=0.3 runs=500``; the ``+`` may be left out.
    options : mapping
        The command's options with their defaults (``runs``, ``seed`` ...).

    Raises
    ------
    InputError
    """
    chosen = dict(options)
    name, settings = None, []
    seen: set[str] = set()
    for key, value in (_split(argument, options) for argument in arguments):
        bare = key.lstrip("+")
        if bare in seen:
            raise InputError(f"{bare} is given twice {COMMAND_LINE}")
        seen.add(bare)
        if bare == "scenario":
            name = _unquoted(value)
        elif bare in options:
            chosen[bare] = _option(bare, value)
        else:
            settings.append((key, value))
    if name is None:
        raise InputError(f"which scenario? Add +scenario=NAME  (all: {', '.join(scenario_names())})")
    scenario = _compose(name, settings, tuple(options))
    return Request(scenario, chosen, tuple(arguments))


def _split(argument: str, options: Mapping[str, Any]) -> tuple[str, str]:
    key, equals, value = argument.partition("=")
    bare = key.strip().lstrip("+")
    if bare and (equals or argument.startswith("~")):
        return key.strip(), value
    if bare == "scenario" or bare in scenario_names():
        hint = f"; write +scenario={'NAME' if bare == 'scenario' else bare}, without spaces"
    elif bare in options or bare in BY_NAME or bare == "years":
        hint = f"; write {bare}=VALUE, without spaces"
    else:
        hint = ""
    raise InputError(f"{quoted(argument)} is not of the form name=value{hint} {COMMAND_LINE}")


def _unquoted(text: str) -> str:
    """Text without the quotes around it that a shell has left."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _option(name: str, text: str) -> Any:
    """The value of a command's own option; ``1e6`` is a whole number like any other."""
    if name in _LITERAL:
        return _unquoted(text)
    value = _value(name, text)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _value(key: str, text: str) -> Any:
    """A value in Hydra's grammar: numbers, words, lists, tables."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(f"{_parsable(key)}={text}")
    except HydraException:
        raise InputError(f"{key}={text} cannot be read; put text with special characters in quotes") from None
    if override.is_sweep_override():
        point = f"; if a decimal is meant, write {text.replace(',', '.')}" if _DECIMAL.fullmatch(text) else ""
        raise InputError(f"{key}={text} gives several values where one is wanted{point}")
    value = override.value()
    return (
        {"inf": float("inf"), "infinity": float("inf")}.get(value, value) if isinstance(value, str) else value
    )


def _parsable(key: str) -> str:
    return "x" if set(key) & set("+~") else key


def _compose(name: str, settings: Sequence[tuple[str, str]], options: Sequence[str]) -> Scenario:
    path = _scenario_path(name)
    file_tree = _read_yaml(path)
    place = _shown(path)
    alone = read_scenario(file_tree, path.stem, place)
    _check_strategies(alone, place)
    if not settings:
        return alone
    for key, _ in settings:
        _check_key(key.lstrip("+~"), alone, options)
    strategies = [_unquoted(value) for key, value in settings if key.lstrip("+") == "strategy"]
    overrides = [_override(key, value) for key, value in settings if key.lstrip("+") != "strategy"]
    tree = _hydra_tree(path, overrides)
    if strategies:  # to Hydra, `strategy` is the folder of that name
        tree["strategy"] = strategies[0]
    try:
        scenario = read_scenario(tree, path.stem)
        _check_strategies(scenario)
        return scenario
    except InputError as error:
        raise InputError(f"{COMMAND_LINE.strip('()')}: {error}") from None


def _check_strategies(scenario: Scenario, place: str = "") -> None:
    """Refuse a strategy that does not exist while its file and key can still be named."""
    for state in scenario.phases[0].states:
        if state.strategy != PRUDENT:
            try:
                load_strategy(state.strategy)
            except InputError as error:
                where = f"{place}, " if place else ""
                raise InputError(f"{where}states.{state.name}.strategy: {error}") from None


def _hydra_tree(path: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """The scenario's file with overrides applied, composed by Hydra."""
    from hydra import compose, initialize_config_dir
    from hydra.core.config_store import ConfigStore
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    store = ConfigStore.instance()
    GlobalHydra.instance().clear()
    try:
        store.store(name="neutral", node=_neutral(), package="_global_")
        store.store(group="scenario", name="_chosen", node=_read_yaml(path), package="_global_")
        with initialize_config_dir(str(configs_folder()), version_base="1.3"):
            composed = compose("config", ["+scenario=_chosen", *overrides])
        tree = OmegaConf.to_container(composed, resolve=False)
    except (HydraException, OmegaConfBaseException) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        asked = " ".join(override.lstrip("+") for override in overrides)
        raise InputError(f"{asked} cannot be applied: {reason}") from None
    assert isinstance(tree, dict)
    return {str(key): value for key, value in tree.items() if key in _TREE}


def _neutral() -> dict[str, Any]:
    tree: dict[str, Any] = {group: {} for group in GROUPS}
    for name, value in defaults().items():
        tree[BY_NAME[name].group][BY_NAME[name].key] = value
    return tree


def _override(key: str, text: str) -> str:
    """A checked override in Hydra's words; impossible values are refused here."""
    bare = key.lstrip("+~")
    if key.startswith("~"):
        return f"~{bare}"
    if bare == "strategy" or bare.endswith(".strategy"):
        # a family with its numbers, `memory_one(1, 0, 0, 1)`, is no call of Hydra's
        return f"++{bare}='{_unquoted(text)}'"
    value = _value(bare, text)
    _check_table(bare, value, text)
    if bare in BY_NAME and not isinstance(value, dict):
        refusal = BY_NAME[bare].refusal(value)
        if refusal is not None:
            raise InputError(f"{bare} {refusal} {COMMAND_LINE}")
    if isinstance(value, float) and value == float("inf"):
        text = "inf"
    return f"++{bare}={text}"


def _check_table(key: str, value: Any, text: str) -> None:
    """Refuse what cannot be merged into a table, and a table that would change nothing."""
    if key not in _TABLES or (isinstance(value, dict) and value):
        return
    if value in ({}, [], None, ""):
        raise InputError(
            f"{key}={text} would change nothing; ~{key}.NAME takes a single one out {COMMAND_LINE}"
        )
    hint = (
        f"; set one of it, such as {next(p for p in BY_NAME if p.startswith(key))}" if key in GROUPS else ""
    )
    raise InputError(f"{key} is a table of names and values; got {text}{hint} {COMMAND_LINE}")


def _check_key(key: str, scenario: Scenario, options: Sequence[str]) -> None:
    """Refuse a key that nothing would read."""
    head, _, rest = key.partition(".")
    if key in BY_NAME or key in _TREE or key.startswith("trust.initial."):
        return
    names = [*BY_NAME, *(k for k in _TREE if k not in GROUPS), *options]
    if head == "states" and rest:
        names = _settings_of("states", scenario.states, ["strategy", *(p.name for p in STATE)])
    elif head == "buffers" and rest:
        names = _settings_of("buffers", scenario.buffers, ["between", *(p.name for p in BUFFER)])
    elif head == "affinity" and rest:
        pair_table({rest: 0.0}, scenario.states, 0.0, 0.0, 1.0, COMMAND_LINE.strip("()"))
        return
    known(key, names, "parameter", COMMAND_LINE.strip("()"))


def _settings_of(group: str, names: Sequence[str], settings: Sequence[str]) -> list[str]:
    return [f"{group}.{name}.{setting}" for name in names for setting in settings] + [
        f"{group}.{name}" for name in names
    ]


def _folders() -> list[Path]:
    own = Path.cwd() / "configs"
    shipped = configs_folder()
    return [own, shipped] if own.is_dir() and own.resolve() != shipped.resolve() else [shipped]


def _scenario_path(name: str) -> Path:
    """The file of a scenario given by name or by path."""
    if name.endswith((".yaml", ".yml")) or os.sep in name:
        path = Path(os.path.expanduser(name))
        if not path.is_file():
            shipped = f"; the one that comes with regimesim is +scenario={path.stem}"
            raise InputError(
                f"no scenario file {quoted(name)}{shipped if path.stem in scenario_names() else ''}"
            )
        return path
    known(name, scenario_names(), "scenario")
    return next(p for p in (f / "scenario" / f"{name}.yaml" for f in _folders()) if p.is_file())


def _read_yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(f"{_shown(path)} is too large for a scenario")
        tree = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise InputError(f"{_shown(path)}{line}: {getattr(error, 'problem', None) or 'not YAML'}") from None
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a date that is none
        raise InputError(f"{_shown(path)} cannot be read: {error}") from None
    if not isinstance(tree, dict):
        raise InputError(f"{_shown(path)}: a scenario is a table of names and values; got {quoted(tree)}")
    return tree


def _shown(path: Path) -> str:
    """A path as it is named to people: short where it can be."""
    shipped = configs_folder()
    try:
        return str(Path("configs") / path.resolve().relative_to(shipped.resolve()))
    except ValueError:
        pass
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)

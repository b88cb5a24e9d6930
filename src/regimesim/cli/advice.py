"""Advice at the prompt: what to type instead of what cannot be done, and which settings change nothing."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from regimesim.scenario.compose import Request, SeveralValues, names_typed, request
from regimesim.scenario.remarks import unused

if TYPE_CHECKING:
    from regimesim.cli.table import Command, Flags, Given

PROGRAM = "python -m regimesim"

HYDRAS_FLAGS = {
    ("--cfg", "-c", "--info", "-i", "--resolve", "--package", "-p"): "what a scenario comes to is shown by: "
    f"{PROGRAM} show SCENARIO resolved=true",
    ("--config-name", "-cn", "--config-path", "-cp", "--config-dir", "-cd"): "a scenario of your own is "
    "+scenario=NAME (a file in configs/scenario) or +scenario=FILE.yaml",
    ("--run", "-r"): "leave it out: run does so",
    ("--hydra-help",): f"what a command takes is shown by: {PROGRAM} help run",
    ("--shell-completion", "-sc"): f"completion is set up by: {PROGRAM} completion bash",
    ("--experimental-rerun",): "the command that made a run stands in its report.html; type it again",
}
"""Options of Hydra's own programs, and what does the same here."""


def of_hydras_flag(word: str, arguments: Sequence[str]) -> str:
    """Say what does the work of an option of Hydra's; nothing where it is none."""
    name = word.partition("=")[0]
    advice = next((words for names, words in HYDRAS_FLAGS.items() if name in names), "")
    return advice.replace("SCENARIO", _scenario_in(arguments) or "NAME")


def _scenario_in(arguments: Sequence[str]) -> str:
    named = (word.partition("=")[2] for word in arguments if word.lstrip("+").startswith("scenario="))
    return next(named, "")


def of_hydras_setting(word: str, multirun: bool) -> str:
    """Say what does the work of a setting of Hydra's (``hydra.run.dir=DIR``); nothing where it is none."""
    name, _, value = word.lstrip("+~").partition("=")
    if not name.startswith(("hydra.", "hydra/")):
        return ""
    if name in ("hydra.run.dir", "hydra.output_subdir") and not multirun:
        return f"the folder is chosen by out={value or 'DIR'}"
    if name == "hydra.run.dir":
        return f"with -m the folder of all jobs is hydra.sweep.dir={value or 'DIR'}"
    return "" if multirun else "settings of Hydra's own go with run -m"


def of_several_values(found: SeveralValues, command: Command, arguments: Sequence[str]) -> str:
    """Say which command takes several values of a setting; nothing where none does."""
    if found.key == "scenario":
        return f"to set them beside each other: {PROGRAM} compare scenarios=[{found.text}]"
    own = {option.key for option in command.options if option.kind != "setting"}
    if found.key in own:
        return f"to do it for each of them: {PROGRAM} run -m {shlex.join(arguments)}" * (
            command.name == "run"
        )
    if not command.parameters:
        return ""
    kept = [word for word in arguments if "=" in word and word.partition("=")[0].lstrip("+") not in own]
    named = [f"+scenario={name}" for name in _named_otherwise(command, arguments)]
    return f"to simulate each of them: {PROGRAM} sweep {shlex.join([*named, *kept])}"


def _named_otherwise(command: Command, arguments: Sequence[str]) -> list[str]:
    """The scenario of a command that takes it as its first word, or those of one that takes a list."""
    if command.words:
        return [word for word in arguments[:1] if "=" not in word]
    lists = [option for option in command.options if option.name == "scenarios"]
    typed = (word.partition("=")[2].strip("[]") for word in arguments if word.startswith("scenarios="))
    return [next(typed, ",".join(option.default)) for option in lists]


def asked(given: Given, flags: Flags, settings: Sequence[str] | None = None) -> Request:
    """Read the scenario and its settings, and say which of them change nothing."""
    found = request(given.settings if settings is None else settings, given.options)
    say(flags, unused_of(found))
    return found


def unused_of(found: Request) -> tuple[str, ...]:
    """Sentences on those settings of a request that change nothing in its scenario."""
    return unused(found.scenario, names_typed(found.overrides))


def say(flags: Flags, sentences: Iterable[str]) -> None:
    """Say something on stderr at once, unless only the folder is wanted."""
    if not flags.quiet:
        for sentence in sentences:
            print(f"regimesim: {sentence}", file=sys.stderr, flush=True)

"""The command ``experiment``: which experiments there are, or one of them made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from regimesim.analysis.experiments import (
    Answer,
    Experiment,
    differences,
    experiment,
    experiments,
    findings,
    in_words,
    leaves,
    plain,
    record,
    rounded,
    write,
)
from regimesim.cli import output
from regimesim.scenario.messages import InputError, known, quoted
from regimesim.simulation.folders import (
    write_folder,
)
from regimesim.simulation.results import json_text

if TYPE_CHECKING:
    from regimesim.cli.table import Flags

_EXPERIMENT_OPTIONS = ("scale", "seed", "record", "out")


def experiment_command(arguments: Sequence[str], flags: Flags) -> None:
    """Make an experiment again; without a name, say which there are."""
    names = [word for word in arguments if "=" not in word]
    options = _options([word for word in arguments if "=" in word])
    if len(names) > 1:
        raise InputError(f"one experiment at a time; got {', '.join(names)}")
    if not names:
        _list(flags)
        return
    chosen, scale = experiment(names[0]), _scale_of(options.get("scale", "1"))
    seed = _seed_of(options["seed"]) if "seed" in options else None
    if _record(options):
        _record_anew(chosen, flags)
        return
    folder = output.output_folder(options.get("out"), "experiment", chosen.name)
    expected = chosen.expected
    module = chosen.load(seed)
    with output.working(f"asking {chosen.name} again", flags):
        found = rounded(plain(module.run(scale)))
        draw = getattr(module, "draw", None)
        write_folder(folder, lambda partial: write(partial, "answer.json", found, draw))
    wrong = differences(found, expected, scale, same_seed=seed is None)
    if flags.json:
        answer = {"experiment": chosen.name, "scale": scale, "answer": found, "differences": wrong}
        print(json_text(answer | {"folder": str(folder)}))
    elif flags.quiet:
        print(folder)
    else:
        _print_answer(chosen, scale, seed, found, expected, wrong)
        print(f"\n{folder}/  {' '.join(sorted(path.name for path in folder.iterdir()))}")
    if wrong:
        raise SystemExit(1)


def _options(words: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition("=")
        name = known(name.lstrip("+"), _EXPERIMENT_OPTIONS, "option")
        if name in given:
            raise InputError(f"{name} is given twice")
        given[name] = value
    return given


def _scale_of(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        raise InputError(f"scale must be a number such as 0.1; got {quoted(text)}") from None
    if not 0 < scale <= 1:
        raise InputError(f"scale must lie in (0, 1]; got {text}")
    return scale


def _seed_of(text: str) -> int:
    if not text.isdigit() or int(text) >= 2**64:
        raise InputError(f"seed must be a whole number in [0, 2^64); got {quoted(text)}")
    return int(text)


def _record(options: dict[str, str]) -> bool:
    text = options.get("record", "false")
    if text not in ("true", "false"):
        raise InputError(f"record must be true or false; got {quoted(text)}")
    if text == "true" and len(options) > 1:
        raise InputError("what is recorded is made at full size and at the experiment's own seed")
    return text == "true"


def _record_anew(chosen: Experiment, flags: Flags) -> None:
    with output.working(f"recording {chosen.name}", flags):
        answer = record(chosen)
    for claim, part in findings(answer).items():
        told = f"{part['verdict']} {part['where']}".strip()
        print(f"{claim}: {told}; {in_words(part['estimate'])} {part['measured']}")
    print(f"{chosen.folder}/")


def _list(flags: Flags) -> None:
    found = experiments()
    if flags.json:
        print(json_text([{"name": name, "title": one.title} for name, one in found.items()]))
        return
    wide = max(map(len, found), default=0)
    for name, one in found.items():
        print(name if flags.quiet else f"{name:<{wide}}  {one.title}".rstrip())


def _print_answer(
    chosen: Experiment,
    scale: float,
    seed: int | None,
    found: Answer,
    expected: Answer,
    wrong: Sequence[str],
) -> None:
    size = "" if scale == 1 else f", at {scale:g} of its size"
    size += "" if seed is None else f", seed {seed}"
    print(output.bold(chosen.title or chosen.name) + f"   {chosen.name}{size}\n")
    recorded: dict[str, Any] = dict(leaves(expected))
    rows = [("", "now", "recorded")]
    rows += [
        (place, in_words(part), in_words(recorded[place]) if place in recorded else "-")
        for place, part in leaves(found)
    ]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for row in rows:
        print(f" {row[0]:<{wide[0]}}  {row[1]:<{wide[1]}}  {row[2]}".rstrip())
    print()
    if wrong:
        print("This is not what is recorded:\n" + "\n".join(f" {line}" for line in wrong))
    elif scale == 1 and seed is None:
        print("Every number is the recorded one.")
    else:
        print("Agrees with what is recorded, within the luck of so many runs.")

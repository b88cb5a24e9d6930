"""The command ``experiment``: which experiments there are, or one of them made again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from regimesim.analysis.experiment_pages import filled
from regimesim.analysis.experiments import (
    Answer,
    Experiment,
    differences,
    experiment,
    experiments,
    in_words,
    leaves,
    plain_answer,
    rounded,
    verdicts_by_seed,
    write,
)
from regimesim.cli import output
from regimesim.scenario.messages import InputError
from regimesim.simulation.folders import check_writable, drawing, workshop, write_folder
from regimesim.simulation.results import json_text

if TYPE_CHECKING:
    from regimesim.cli.table import Flags, Given

ANOTHER = 1
"""The exit code where an answer is not the recorded one."""


def experiment_command(given: Given, flags: Flags) -> int:
    """Make an experiment again; without a name, say which there are.

    Returns
    -------
    int
        The exit code: :data:`ANOTHER` if the answer is not the recorded one and was not to be recorded.
    """
    if len(given.words) > 1:
        raise InputError(f"one experiment at a time; got {', '.join(given.words)}")
    if not given.words:
        _list(flags)
        return 0
    chosen, scale = experiment(given.words[0]), given.options["scale"]
    seed = given.options["seed"]
    if given.options["record"]:
        return _record_answer(chosen, given, flags)
    folder = output.output_folder(given.options["out"], "experiment", chosen.name)
    expected, module = chosen.expected, chosen.load(seed)
    with output.working(f"asking {chosen.name} again", flags):
        found = rounded(plain_answer(module.run(scale)))
        write_folder(folder, lambda partial: _write_answer(module, found, partial, "answer.json"))
    wrong = differences(found, expected, scale, same_seed=seed is None)
    answer = {"experiment": chosen.name, "scale": scale, "answer": found, "differences": wrong}

    def screen() -> None:
        _print_answer(chosen, scale if seed is None else 0, found, expected, wrong)
        print(f"\n{folder}/  {' '.join(sorted(path.name for path in folder.iterdir()))}")

    output.announce(flags, folder, answer, screen)
    return ANOTHER if wrong else 0


def _record_answer(chosen: Experiment, given: Given, flags: Flags) -> int:
    """Make the answer at its full size and write it, with figure and page, into the experiment's folder."""
    scale = given.options["scale"]
    if scale != 1 or given.options["seed"] is not None or given.options["out"] is not None:
        raise InputError(
            "record=true writes the answer at full size and own seed beside run.py; it goes without scale=, "
            "seed= and out="
        )
    check_writable(chosen.folder)
    module = chosen.load()
    before = chosen.expected if chosen.recorded else {}
    with output.working(f"asking {chosen.name}", flags):
        found = rounded(plain_answer(module.run(scale)))
        by_seed = verdicts_by_seed(chosen, found)
        if by_seed:
            found["verdicts by seed"] = by_seed
        with workshop(chosen.folder) as partial:
            _write_answer(module, found, partial, "expected.json")
            _write_page(chosen, found, partial)
            for path in partial.iterdir():
                os.replace(path, chosen.folder / path.name)
    changed = differences(found, before)
    answer = {"experiment": chosen.name, "scale": scale, "answer": found, "differences": changed}
    output.announce(
        flags, chosen.folder, answer, lambda: _print_answer(chosen, scale, found, before, changed, "before")
    )
    return 0


def _write_answer(module: ModuleType, found: Answer, folder: Path, name: str) -> None:
    """Write an answer as ``name``, and its figure if it has one, into a folder."""
    write(folder, name, found)
    draw = getattr(module, "draw", None)
    if draw is not None:
        with drawing():
            from regimesim.report.figures.style import save_png
            from regimesim.report.matplotlib_alone import own_settings

            with own_settings():
                save_png(draw(found), folder / "figure.png")


def _write_page(chosen: Experiment, found: Answer, folder: Path) -> None:
    """Write the page with the numbers of the answer, where it has a template."""
    template = chosen.folder / "page.md"
    if template.is_file():
        (folder / "README.md").write_text(filled(template.read_text("utf-8"), found), "utf-8")


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
    found: Answer,
    expected: Answer,
    wrong: Sequence[str],
    beside: str = "recorded",
) -> None:
    size = "" if scale == 1 else f", at {scale:g} of its size" if scale else ", with other luck"
    print(output.bold(chosen.title or chosen.name) + f"   {chosen.name}{size}\n")
    recorded: dict[str, Any] = dict(leaves(expected))
    rows = [("", "now", beside)]
    rows += [
        (place, in_words(part), in_words(recorded[place]) if place in recorded else "-")
        for place, part in leaves(found)
    ]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for row in rows:
        print(f" {row[0]:<{wide[0]}}  {row[1]:<{wide[1]}}  {row[2]}".rstrip())
    print()
    if beside != "recorded":
        count = f"{len(wrong)} of the numbers before are others now" if wrong else "Every number is as before"
        print(f"Recorded in {chosen.folder}. {count}.")
    elif wrong:
        print("This is not what is recorded:\n" + "\n".join(f" {line}" for line in wrong))
    elif scale == 1:
        print("Every number is the recorded one.")
    else:
        print("Agrees with what is recorded, within the luck of so many runs.")

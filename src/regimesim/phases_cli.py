"""The command ``plot``: takes its arguments and the flags, and draws."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim import console
from regimesim.results import Results, json_text
from regimesim.scenario import InputError, known
from regimesim.storage import folder_named, reason, workshop
from regimesim.trees import there

if TYPE_CHECKING:
    from regimesim.cli import Flags

_OPTIONS = ("outcome", "out")


def plot_command(arguments: Sequence[str], flags: Flags) -> None:
    """Draw what a folder of results holds: a sweep over its axes, a run anew."""
    from regimesim.swept import load_results

    path, options = _asked(arguments)
    results: Any = load_results(path)
    folder = folder_named(options["out"]) if "out" in options else path
    if isinstance(results, Results):
        if "outcome" in options:
            raise InputError(
                "outcome= is for a sweep; this folder holds a run, of which all pictures are drawn"
            )
        found: list[str] = []
        draw = _of_run(results)
    else:
        found, draw = _of_sweep(results, options.get("outcome", "both"))
    with console.working("drawing", flags):
        paths = _written(folder, draw, replace=folder == path)
    if flags.json:
        print(json_text({"folder": str(folder), "pictures": [p.name for p in paths], "finding": found}))
        return
    for sentence in [] if flags.quiet else found:
        print(textwrap.fill(sentence if sentence.endswith(".") else f"{sentence}.", console.width()))
    print(folder if flags.quiet else f"{folder}/  {' '.join(p.name for p in paths)}")


def _asked(arguments: Sequence[str]) -> tuple[Path, dict[str, str]]:
    options, paths = {}, []
    for word in arguments:
        key, equals, value = word.partition("=")
        if equals and not there(Path(word)):
            name = str(known(key, _OPTIONS, "option"))
            if name in options:
                raise InputError(f"{name} is given twice")
            options[name] = value
        else:
            paths.append(word)
    if len(paths) != 1:
        raise InputError("plot takes the folder of a run or a sweep: plot outputs/sweep/concert/...")
    return Path(os.path.expanduser(paths[0])), options


Draw = Callable[[Path], list[Path]]


def _of_run(results: Results) -> Draw:
    from regimesim.diagnose import causes_of_collapse
    from regimesim.plots import save_figures

    return lambda folder: save_figures(results, folder, causes_of_collapse(results).shares)


def _of_sweep(results: Any, outcome: str) -> tuple[list[str], Draw]:
    from regimesim.landscape import Landscape
    from regimesim.phases import save_phase

    sweep = Landscape.of(results, outcome)
    name = "phase" if outcome == "both" else f"phase_{outcome}"
    found = [*sweep.findings, *([sweep.advice] if sweep.advice else [])]
    return found, lambda folder: save_phase(sweep, folder, name)


def draw_sweep(results: Any, outcome: str = "both") -> list[Path]:
    """Draw a sweep into its own folder."""
    return _written(results.folder, _of_sweep(results, outcome)[1])


def _written(folder: Path, draw: Draw, replace: bool = True) -> list[Path]:
    """Pictures drawn aside and then put into a folder, in place of those of the same name if so wanted."""
    try:
        with workshop(folder) as partial:
            paths = draw(partial)
            for path in paths:
                if not replace and os.path.lexists(folder / path.name):
                    raise InputError(f"{folder / path.name} is there already; choose another with out=")
            for path in paths:
                os.replace(path, folder / path.name)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {reason(error)}; choose another with out=") from None
    return [folder / path.name for path in paths]

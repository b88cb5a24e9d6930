"""``run -m``: Hydra starts a run for every combination of values, by whichever of its launchers is chosen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.config import hydra_jobs
from regimesim.scenario import InputError

if TYPE_CHECKING:
    from regimesim.cli import Flags


def multirun(arguments: Sequence[str], flags: Flags) -> None:
    """Carry out the jobs; what one of them refuses is said, and does not stop the others.

    Raises
    ------
    InputError
        After all jobs, if one of those in this process was refused.
    """
    refused = []

    def job(words: list[str], folder: Path) -> None:
        from regimesim.commands import run

        try:
            run([*words, f"out={folder / 'results'}"], replace(flags, multirun=False))
        except InputError as error:
            refused.append(words)
            print(f"regimesim: {' '.join(words)}: {error}", file=sys.stderr)

    hydra_jobs(arguments, job)
    if refused:
        raise InputError(f"{len(refused)} of the jobs could not be done as asked")

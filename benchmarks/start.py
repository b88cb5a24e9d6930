"""The start: how long a person waits for an answer, in a fresh environment with the wheel in it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import FOLDER
from benchmarks.timing import Row, allowed, at_most, pin

TITLE = "Start: fresh processes of an installed wheel"
MOST_COLD = 5
"""Repetitions with empty caches."""


@dataclass(frozen=True)
class Command:
    """A command line, the text in the last line of its answer, and the seconds it may take."""

    arguments: tuple[str, ...]
    mark: str
    target: float

    @property
    def name(self) -> str:
        """The command as one types it."""
        return f"`regimesim {' '.join(self.arguments)}`"


class Waited(NamedTuple):
    """Seconds on the clock: until the answer was printed, and until the process had ended."""

    answered: float
    ended: float


COLD = Command(("run", "+scenario=concert"), "Typical run", 3.0)
WARM = (
    Command(("run", "+scenario=concert"), "Typical run", 1.2),
    Command(("run", "+scenario=concert", "runs=10"), "Typical run", 0.8),
    Command(("explain", "+scenario=concert", "replicate=17"), "All years together", 1.0),
    Command(("--help",), "--version", 0.05),
)


def measure(repetitions: int) -> list[Row]:
    """Seconds on the clock from the start of a process to its answer; size and installation of the wheel."""
    pin(len(allowed()))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        wheel, built = _timed(lambda: _build(folder / "wheel"))
        installed = Installed(folder)
        _, first = _timed(lambda: installed.install(wheel))
        alone = [_timed(lambda: installed.install(wheel, "--no-deps"))[1] for _ in range(repetitions)]
        cold = [installed.wait(COLD, f"cold{k}") for k in range(min(repetitions, MOST_COLD))]
        compiled = installed.wait(COLD, "numba", {"REGIMESIM_TARGET": "numba"})
        warm = _in_turn(installed, repetitions)
        return [
            *_rows(COLD, cold, ", empty caches"),
            Row(
                "the same with nothing compiled in the wheel: the answer is there after",
                [compiled.answered],
                "seconds",
            ),
            *(row for command in WARM for row in _rows(command, warm[command], "")),
            Row("size of the wheel", [wheel.stat().st_size / 1e6], "MB"),
            Row("building the wheel", [built], "seconds"),
            Row("installing it beside what it needs", alone, "seconds"),
            Row("installing it with all that it needs, which pip may have to fetch", [first], "seconds"),
        ]


def _rows(command: Command, waited: list[Waited], state: str) -> list[Row]:
    answered, ended = ([getattr(one, name) for one in waited] for name in Waited._fields)
    return [
        at_most(command.target, f"{command.name}{state}: the answer is there after", answered, "seconds"),
        Row("the process ends after", ended, "seconds"),
    ]


def _in_turn(installed: Installed, repetitions: int) -> dict[Command, list[Waited]]:
    """Every command once, then all again; the first time fills the caches, and is not counted."""
    waited: dict[Command, list[Waited]] = {command: [] for command in WARM}
    for repetition in range(repetitions + 1):
        for command, found in waited.items():
            one = installed.wait(command, "warm")
            if repetition > 0:
                found.append(one)
    return waited


def _timed(work: Callable[[], Path | None]) -> tuple[Path, float]:
    begin = time.perf_counter()
    found = work()
    return found or Path(), time.perf_counter() - begin


def _build(folder: Path) -> Path:
    """The wheel of this checkout, with code for this machine."""
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    subprocess.run([*pip, "--wheel-dir", folder, FOLDER.parent], check=True, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    return wheel


class Installed:
    """A fresh environment, and an empty folder in which commands are carried out."""

    def __init__(self, folder: Path) -> None:
        self.caches, self.here = folder / "caches", folder / "here"
        self.here.mkdir()
        venv.create(folder / "venv", with_pip=True)
        self.programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")

    def install(self, wheel: Path, *options: str) -> None:
        """Install the wheel, again if it is there."""
        pip = (self.programs / "python", "-m", "pip", "install", "-qq", "--force-reinstall")
        subprocess.run([*pip, *options, wheel], check=True, env=self._environment("pip"))

    def wait(self, command: Command, caches: str, settings: dict[str, str] | None = None) -> Waited:
        """Carry out a command, with caches in a folder of that name."""
        begin = time.perf_counter()
        with subprocess.Popen(
            [self.programs / "regimesim", *command.arguments], cwd=self.here, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=self._environment(caches) | (settings or {}),
        ) as process:  # fmt: skip
            assert process.stdout is not None
            read = [(time.perf_counter() - begin, line) for line in process.stdout]
            status = process.wait()
        ended = time.perf_counter() - begin
        if status:
            raise RuntimeError(f"{command.name} ended with status {status}")
        return Waited(next(seconds for seconds, line in read if command.mark in line), ended)

    def _environment(self, caches: str) -> dict[str, str]:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "REGIMESIM"))
        }
        folder = self.caches / caches
        folder.mkdir(parents=True, exist_ok=True)
        return kept | {"REGIMESIM_CACHE": str(folder), "MPLCONFIGDIR": str(folder)}

"""Threads, and whole commands: from an empty cache, from a full one, and on two cores."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.timing import Row, allowed, at_least, at_most, pin, ratios
from regimesim.simulation.simulate import simulate

TITLE = "Threads and whole commands"
COMMAND = ("run", "+scenario=concert", "runs=1000")
RUNS = 20_000
MANY = 1_600_000
COLD = 3
"""Repetitions with an empty cache: each compiles everything."""


def measure(repetitions: int) -> list[Row]:
    """Ratios of wall time on two threads, and seconds of wall time and of processor time a command."""
    rows = []
    if len(allowed()) >= 2:
        pin(2)
        one, two = [], []
        for repetition in range(repetitions + 1):
            one_more, two_more = _wall(1), _wall(2)
            if repetition > 0:
                one.append(one_more)
                two.append(two_more)
        rows.append(at_least(1.8, "two threads faster than one", ratios(one, two)))
        minutes = [seconds * MANY / RUNS / 60 for seconds in two]
        rows.append(at_most(6, f"{MANY:,} centuries of the Concert on two cores", minutes, "minutes"))
    with tempfile.TemporaryDirectory() as folder:
        cold = [_command(Path(folder) / f"cold{k}", Path(folder)) for k in range(COLD)]
        warm = [_command(Path(folder) / "cold0", Path(folder)) for _ in range(repetitions)]
    command = f"`regimesim {' '.join(COMMAND)}`"
    rows += [
        at_most(20, f"{command}, empty cache", [wall for wall, _ in cold], "seconds"),
        Row("the same, processor time", [used for _, used in cold], "seconds"),
        at_most(4, f"{command}, full cache", [wall for wall, _ in warm], "seconds"),
        Row("the same, processor time", [used for _, used in warm], "seconds"),
    ]
    return rows


def _wall(workers: int) -> float:
    begin = time.perf_counter()
    simulate("concert", runs=RUNS, workers=workers, record=0)
    return time.perf_counter() - begin


def _command(cache: Path, folder: Path) -> tuple[float, float]:
    """Wall time and processor time of the main command in a process of its own."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    out = folder / f"out{time.monotonic_ns()}"
    subprocess.run(
        [sys.executable, "-m", "regimesim", *COMMAND, f"out={out}"],
        env={**os.environ, "REGIMESIM_CACHE": str(cache)}, check=True, capture_output=True,
    )  # fmt: skip
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

"""Cost of keeping a sweep beyond playing it, and its memory against the number of runs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.timing import Row, at_most
from regimesim.scenario.compose import SweepRequest
from regimesim.sweeps.chunks import Rectangle, cut, play_chunk, runs_of_chunk
from regimesim.sweeps.dataset import Cut, Folder, new_manifest
from regimesim.sweeps.design import expand
from regimesim.sweeps.engines import engine_of
from regimesim.sweeps.points import Points
from regimesim.sweeps.sweep import conduct

TITLE = "Sweeps"
LEVELS = (0.2, 0.4, 0.6, 0.8)
CHUNKS = 4
FEW, MANY, LENGTH = 200_000, 1_000_000, 10_000
"""Runs of two sweeps, and of their chunks; left to itself a small sweep has shorter ones, and takes less."""
FLAT = 1.05
"""Memory that five times as many runs may take, against that of the few."""
PEAK = """
import pathlib, resource, sys, tempfile
import regimesim as rs
from regimesim.sweeps import chunks
chunks.MOST_RUNS_OF_CHUNK = int(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    rs.sweep("bipolar", {"transparency.level": [0.2, 0.8]}, folder + "/s", runs=int(sys.argv[1]) // 2,
             overrides={"years": 5})
status = pathlib.Path("/proc/self/status")
if status.exists():  # ru_maxrss counts the memory of whoever started the process, too
    print(int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure(repetitions: int) -> list[Row]:
    """Processor time of a sweep over that of its runs alone, in turn; peak memory of few and of many runs."""
    points = expand(SweepRequest("concert", (), {"transparency.level": LEVELS}, ()))
    size = runs_of_chunk(points, 1_000_000)  # as long as the chunks of a large sweep are
    whole = Cut(Rectangle(0, len(points), 0, CHUNKS * size // len(points)), size)
    added, seconds, checking = [], [], []
    for repetition in range(repetitions + 1):
        alone, (swept, checked) = _alone(points, whole), _swept(points, whole)
        if repetition > 0:  # the first compiles or loads
            added.append(100 * (swept / alone - 1))
            seconds.append(alone / CHUNKS)
            checking.append(checked)
    return [
        at_most(10, "a sweep's processor time beyond that of its runs", added, "%"),
        Row("checking the parts, of the time to read all runs", checking, "%"),
        Row("a chunk, processor time", seconds, "seconds"),
        *_memory(),
    ]


def _memory() -> list[Row]:
    """Peaks of few and of many runs."""
    few, many = _peak(FEW), _peak(MANY)
    return [
        Row(f"peak memory, {FEW:,} runs in chunks of {LENGTH:,}", [few], "MB"),
        Row(f"peak memory, {MANY:,} runs", [many], "MB"),
        at_most(FLAT, "that of many runs against that of few", [many / few]),
    ]


def _alone(points: Points, whole: Cut) -> float:
    begin = time.process_time()
    for chunk in cut(*whole):
        play_chunk(points.take(chunk.first_point, chunk.last_point), chunk, 0)
    return time.process_time() - begin


def _swept(points: Points, whole: Cut) -> tuple[float, float]:
    """Seconds of a sweep, and the share of checking its parts in the time of reading them, in percent."""
    begin, runs = time.process_time(), whole.rectangle.last
    with tempfile.TemporaryDirectory() as folder:
        Folder(Path(folder)).begin(points, new_manifest(0, runs, [whole]))
        found = conduct(points, Path(folder), runs, 0, engine=engine_of("local", {"workers": 1}))
        done = time.process_time()
        found.dataset()
        checked = time.process_time()
        found.read_runs()
        return done - begin, 100 * (checked - done) / (time.process_time() - checked)


def _peak(runs: int) -> float:
    """Peak memory of a process that sweeps so many short runs."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(runs), str(LENGTH)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)

"""What keeping a sweep costs: runs a second through ``sweep`` against the kernel alone, in alternation.

    python benchmarks/sweep_overhead.py [RUNS_OF_A_CHUNK] [ROUNDS]

Both play the same sixteen chunks of the Concert on one thread; the sweep also writes its parts, checks them,
and makes its summary. By default a chunk holds as many runs as the longest that a sweep makes. Prints the
runs a second of either, in wall time and in processor time, and what the sweep adds.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from regimesim.chunks import Rectangle, cut, play_chunk, runs_of_chunk
from regimesim.config import SweepRequest
from regimesim.engines import engine_of
from regimesim.expansion import expand
from regimesim.simulate import MOST_RUNS
from regimesim.sweep import conduct

CHUNKS = 16
LEVELS = [0.2, 0.4, 0.6, 0.8]


def seconds_of(task):
    """Wall time and processor time of a task."""
    wall, busy = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - wall, time.process_time() - busy


def main(arguments):
    """Measure and print."""
    request = SweepRequest("concert", (), {"transparency.level": tuple(LEVELS)}, {}, ())
    points = expand(request)
    size = int(arguments[0]) if arguments else runs_of_chunk(points, MOST_RUNS)
    rounds = int(arguments[1]) if len(arguments) > 1 else 3
    runs = CHUNKS * size // len(points)
    chunks = cut(Rectangle(0, len(points), 0, runs), runs_of_chunk(points, runs))
    engine = engine_of("local", {"workers": 1})
    play_chunk(points, Rectangle(0, len(points), 0, 8), 0)  # compiled, or loaded

    def alone():
        for chunk in chunks:
            play_chunk(points.take(chunk.first_point, chunk.last_point), chunk, 0)

    def swept():
        with tempfile.TemporaryDirectory() as folder:
            conduct(points, Path(folder) / "sweep", runs, 0, engine=engine)

    swept_first = [bool(number % 2) for number in range(rounds)]
    times = []
    for first in swept_first:
        pair = [seconds_of(task) for task in ((swept, alone) if first else (alone, swept))]
        times.append(pair[::-1] if first else pair)
    measured = np.array(times)  # round, (alone, swept), (wall, processor)
    total = runs * len(points)
    print(f"{len(chunks)} chunks of about {total / len(chunks):,.0f} runs, {rounds} rounds in alternation")
    print(f"a chunk takes {median(measured[:, 0, 0]) / len(chunks):.1f} s by the kernel alone")
    for k, name in enumerate(("wall time", "processor time")):
        kernel, sweep = (total / median(measured[:, j, k]) for j in (0, 1))
        added = median(measured[:, 1, k] / measured[:, 0, k]) - 1
        print(f"{name:<15}{kernel:9,.0f} runs/s alone {sweep:9,.0f} runs/s swept   {added:+.1%}")


if __name__ == "__main__":
    main(sys.argv[1:])

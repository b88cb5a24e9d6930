"""Count of the processors that this process may use: fewer than the machine has, where others share it.

A process may be bound to some processors (its *affinity*: ``taskset``, a job of SLURM), and a control group
may give it the time of so many and no more (its *quota*: a container).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

_GROUPS, _OF_PROCESS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def processors() -> int:
    """Count the processors that this process may use, at least 1."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.floor(min(bound, quota()) + 0.5))


def quota(groups: Path = _GROUPS, of_process: Path = _OF_PROCESS) -> float:
    """Give how many processors' time the control groups of this process allow; inf if they set no limit.

    Parameters
    ----------
    groups : Path
        Where control groups are mounted.
    of_process : Path
        The file that names those of this process: a line each, ``NUMBER:CONTROLLERS:PATH``.
    """
    try:
        lines = of_process.read_text("utf-8").splitlines()
    except OSError:  # no Linux
        return math.inf
    limits = [math.inf]
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:  # the one tree of version 2
            limits += [_share(place / "cpu.max") for place in _upwards(groups, path)]
        elif "cpu" in controllers.split(","):
            for place in _upwards(groups / controllers, path):
                limits.append(_share(place / "cpu.cfs_quota_us", place / "cpu.cfs_period_us"))
    return min(limits)


def _upwards(root: Path, path: str) -> Iterator[Path]:
    """The folder of a group and those of the groups around it; in a container its path may not be there."""
    place = root / path.lstrip("/")
    yield place
    while place != root and root in place.parents:
        place = place.parent
        yield place


def _share(*files: Path) -> float:
    """Quota divided by period, from one file with both or a file for each."""
    try:
        words = [word for file in files for word in file.read_text("ascii").split()]
        allowed, period = float(words[0]), float(words[1])
    except (OSError, ValueError, IndexError):  # "max"
        return math.inf
    return allowed / period if allowed > 0 and period > 0 else math.inf

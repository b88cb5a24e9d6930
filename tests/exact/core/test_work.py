"""How much the kernel does: counted, not timed. The lines it runs with the compiler disabled are its work."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from numba.core.errors import NumbaError

from regimesim.core import kernel
from regimesim.core.compiler import entry
from regimesim.core.jit import dispatcher_of

RULES = ("none", "decentralized", "centralized", "collective", "balancing")

COUNT = """
import json, sys
import numpy as np
from regimesim.core import kernel
from regimesim.core.lanes import Lanes
from regimesim.simulation.lowering import lower
from regimesim.scenario.reading import read_scenario

CORE = kernel.__file__.rpartition("kernel.py")[0]
SETTINGS = {
    "transparency": {"level": 0.0, "false_alarm_rate": 0.5, "miss_rate": 0.5},
    "diplomacy": {"renegotiation": 0.5},
    "war": {"unilateral": 0.4, "mutual": 0.4, "years": 0.25},
    "domestic": {"turnover": 0.2, "revolution": 0.2},
    "power": {"volatility": 0.1},
    "trust": {"initial": 0.5},
    "choice": {"temperature": 50.0},
}


def work(rule, states, rounds):
    tree = {"years": 25, "sanctions": {"rule": rule}, "states": {f"S{k}": {} for k in range(states)}}
    lanes = Lanes(lower(read_scenario(tree | SETTINGS, "w")), np.zeros(1, int), np.arange(1), 3)
    lines = 0

    def local(frame, event, _):
        nonlocal lines
        lines += event == "line"
        return local

    sys.settrace(lambda frame, *_: local if frame.f_code.co_filename.startswith(CORE) else None)
    lanes.play(rounds)
    sys.settrace(None)
    return lines


found = {}
for rule in sys.argv[1].split(","):
    found[rule] = {"states": [work(rule, n, 4) for n in (4, 8, 16)],
                   "rounds": [work(rule, 4, t) for t in (8, 16, 24)]}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def work():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", COUNT, ",".join(RULES)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize("rule", RULES)
def test_work_grows_with_the_square_of_the_states(work, rule):
    """Of a + b N + c N**2 the differences between N = 4, 8 and 16 grow fourfold at most; of N**3, eightfold.
    Everything may happen here: noise, accusations, wars, revolutions, talks, growth."""
    small, middle, large = work[rule]["states"]
    assert large - middle < 4.6 * (middle - small)


@pytest.mark.parametrize("rule", RULES)
def test_work_grows_with_the_rounds(work, rule):
    first, second, third = work[rule]["rounds"]
    assert third - second < 1.3 * (second - first)
    assert second - first < 1.3 * first


def test_nothing_is_allocated_in_a_round():
    """The kernel is compiled without numba's memory manager, under which an array cannot be made."""

    @entry
    def allocates(size):
        return np.zeros(size).sum()

    with pytest.raises(NumbaError):
        allocates(3)
    assert dispatcher_of(kernel.play).targetoptions["_nrt"] is False

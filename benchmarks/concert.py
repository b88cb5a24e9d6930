"""The Concert of Europe: the whole of it beside a Mesa model of the same rules, its inner loop beside C."""

from __future__ import annotations

import ctypes

import numpy as np

from benchmarks.automata import address
from benchmarks.machine import native
from benchmarks.mesa_concert import Concert
from benchmarks.timing import Row, at_least, at_most, in_turn, rate, ratios
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for, simulate

TITLE = "The Concert of Europe, a century"
SEED = 0
MESA_RUNS = 5
CALM = (
    "war.unilateral=0", "war.mutual=0", "domestic.turnover=0", "domestic.revolution=0",
    "diplomacy.renegotiation=0", "geography.absorption=0", "epochs=[]",
)  # fmt: skip
"""What befalls states is switched off; deciding, acting, seeing, paying and learning are left."""

WORLD = ("norm", "trust", "payoff", "intend", "action", "seen")
GAME = (
    "gain", "loss", "u_dc", "u_cd", "u_dd", "patience", "law", "alarm_limit", "hit_limit", "tremble_limit",
    "certain", "against", "reward", "punishment", "restraint", "temperature", "learning", "discount", "fade",
)  # fmt: skip
TALLY = (
    "cooperating", "disputes", "false_alarms", "misses", "exploitations", "dealt", "restrained", "against",
    "disputed", "error", "trust", "welfare", "weight", "present",
)  # fmt: skip
"""The arrays of the C program's Block, in its order."""


def measure(repetitions: int) -> list[Row]:
    """Centuries a second, against Mesa and against C."""
    whole, calm = lower(load_scenario("concert")), lower(load_scenario("concert", CALM))
    size = lanes_for(whole)
    _same_as_mesa()
    _same_as_c(calm, size)
    found = in_turn(
        {
            "whole": rate(lambda: _play(whole, size), size),
            "mesa": rate(lambda: _play_mesa(keep=False), MESA_RUNS, least=0.0),
            "mesa that keeps": rate(lambda: _play_mesa(keep=True), MESA_RUNS, least=0.0),
            "inner": rate(lambda: _play(calm, size), size),
            "c": _C(calm, size).rate(),
        },
        repetitions,
    )
    return [
        Row("regimesim, one run of a century", [1e3 / x for x in found["whole"]], "milliseconds"),
        at_least(300, "faster than Mesa, the same rules as they read", ratios(found["whole"], found["mesa"])),
        at_least(
            300,
            "faster than Mesa, where it keeps games while nothing happens",
            ratios(found["whole"], found["mesa that keeps"]),
        ),
        at_most(2, "slower than C, the inner loop laid out the same way", ratios(found["c"], found["inner"])),
        Row("the whole, against its inner loop", ratios(found["inner"], found["whole"]), "times"),
    ]


def _play(design, size: int) -> Lanes:
    lanes = Lanes(design, np.zeros(size, np.intp), np.arange(size), SEED)
    lanes.play(design.rounds)
    return lanes


def _play_mesa(runs: int = MESA_RUNS, *, keep: bool) -> np.ndarray:
    scenario, found = load_scenario("concert"), []
    for run in range(runs):
        model = Concert(scenario, run, keep)
        for _ in range(scenario.rounds):
            model.step()
        found.append([np.mean(model.cooperating) / 10, model.wars, model.buffers_lost])
    return np.array(found)


def _same_as_mesa(runs: int = 60) -> None:
    """Means over runs must agree within five standard errors."""
    theirs = _play_mesa(runs, keep=True)
    columns = simulate("concert", runs=2_000, seed=SEED, record=0).columns
    ours = np.stack([columns[name] for name in ("cooperation_rate", "wars", "buffers_lost")], axis=1)
    error = np.sqrt(theirs.var(0, ddof=1) / len(theirs) + ours.var(0, ddof=1) / len(ours))
    z = (theirs.mean(0) - ours.mean(0)) / error
    if (abs(z) > 5).any():
        raise AssertionError(f"the Mesa model plays another game: z = {z}")


class _C:
    """The C program on arrays of its own, which begin as regimesim's do."""

    def __init__(self, design, size: int) -> None:
        lanes = self.lanes = Lanes(design, np.zeros(size, np.intp), np.arange(size), SEED)
        lanes.margins()  # appraises; nothing has been played
        self.fields = [getattr(lanes.world, name) for name in WORLD]
        self.fields += [getattr(lanes.game, name) for name in GAME]
        self.fields += [getattr(lanes.tally, name) for name in TALLY]
        self.begin = [field.copy() for field in self.fields]
        self.block = (ctypes.c_void_p * len(self.fields))(*(field.ctypes.data for field in self.fields))
        self.run = native("concert").play

    def play(self) -> None:
        """From the first round to the horizon."""
        for field, value in zip(self.fields, self.begin, strict=True):
            field[:] = value
        lanes, design = self.lanes, self.lanes.design
        n, size = lanes.world.capability.shape
        self.run(
            self.block, n, size, 0, design.rounds, design.rounds_per_year,
            *map(address, (lanes.luck.keys, lanes.luck.replicate, lanes.luck.words, lanes.luck.chances)),
        )  # fmt: skip

    def rate(self):
        """Runs a second."""
        return rate(self.play, len(self.lanes.points))


def _same_as_c(design, size: int) -> None:
    c, ours = _C(design, size), _play(design, size)
    c.play()
    off = ~np.eye(len(ours.world.norm), dtype=np.bool_)
    for bundle, names in ((("world"), WORLD), ("tally", TALLY)):
        for name in names:
            here, there = (getattr(getattr(x, bundle), name) for x in (c.lanes, ours))
            if here.ndim == 3 and name not in ("disputed",):
                here, there = here[off], there[off]
            if not np.array_equal(here, there):
                raise AssertionError(f"C played another game than regimesim: {bundle}.{name} differs")

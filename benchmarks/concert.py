"""The Concert of Europe: the whole of it beside a Mesa model of the same rules, its inner loop beside C."""

from __future__ import annotations

import ctypes
import re
from functools import cache

import numpy as np

from benchmarks.machine import FOLDER, native
from benchmarks.mesa_concert import Concert
from benchmarks.timing import Rate, Row, at_least, in_turn, rate, ratios, within
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for, simulate

TITLE = "The Concert of Europe, a century"
SEED = 0
MESA_RUNS = 3
CALM = (
    "war.unilateral=0", "war.mutual=0", "domestic.turnover=0", "domestic.revolution=0",
    "diplomacy.renegotiation=0", "geography.absorption=0", "sanctions.rule=none", "epochs=[]",
)  # fmt: skip
"""Switched off is what befalls states, and what third states do; what two do to each other is left."""

COMPARED = (
    "cooperation_rate", "trust", "wars", "buffers_lost", "revolutions", "estrangements_misunderstanding",
    "estrangements_breach", "estrangements_sanction", "sanctions_invoked", "sanctions_joined",
)  # fmt: skip
"""Measures in which the Mesa model must agree."""


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
    against = {name: ratios(found["whole"], found[name]) for name in ("mesa", "mesa that keeps")}
    return [
        Row("regimesim, one run of a century", [1e3 / x for x in found["whole"]], "milliseconds"),
        at_least(450, "faster than Mesa, the same rules as they read", against["mesa"]),
        at_least(
            450, "faster than Mesa, where it keeps games while nothing happens", against["mesa that keeps"]
        ),
        within(
            1.2, "slower than C, the inner loop laid out the same way", ratios(found["c"], found["inner"])
        ),
        Row("the whole, against its inner loop", ratios(found["inner"], found["whole"]), "times"),
    ]


def _play(design, size: int) -> Lanes:
    lanes = Lanes(design, np.zeros(size, np.intp), np.arange(size), SEED)
    lanes.play(design.rounds)
    return lanes


def play_mesa(scenario, run: int, keep: bool = False) -> Concert:
    """One run, to its horizon."""
    model = Concert(scenario, run, keep)
    for _ in range(scenario.rounds):
        model.step()
    return model


def _play_mesa(runs: int = MESA_RUNS, *, keep: bool) -> list[Concert]:
    scenario = load_scenario("concert")
    return [play_mesa(scenario, run, keep) for run in range(runs)]


def _same_as_mesa(runs: int = 60) -> None:
    """Means over runs must agree within five standard errors."""
    measured = [model.measures() for model in _play_mesa(runs, keep=True)]
    theirs = np.array([[one[name] for name in COMPARED] for one in measured], np.float64)
    columns = simulate("concert", runs=2_000, seed=SEED, record=0).columns
    ours = np.stack([columns[name] for name in COMPARED], axis=1)
    error = np.sqrt(theirs.var(0, ddof=1) / len(theirs) + ours.var(0, ddof=1) / len(ours))
    z = (theirs.mean(0) - ours.mean(0)) / error
    if (abs(z) > 5).any():
        apart = dict(zip(COMPARED, z.round(1).tolist(), strict=True))
        raise AssertionError(f"the Mesa model plays another game; standard errors apart: {apart}")


@cache
def _fields() -> dict[str, list[str]]:
    """Names of the arrays that the C program takes of each bundle, in its order."""
    source = (FOLDER / "native" / "concert.c").read_text(encoding="utf-8")
    structs = re.findall(r"typedef struct \{([^}]*)\} (\w+);", source)
    bundles = {name.lower(): re.findall(r"\*(\w+)", body) for body, name in structs}
    return {name: bundles[name] for name in ("world", "game", "setting", "tally", "luck")}


class _C:
    """The C program on arrays of its own, which begin as regimesim's do."""

    def __init__(self, design, size: int) -> None:
        lanes = self.lanes = Lanes(design, np.zeros(size, np.intp), np.arange(size), SEED)
        lanes.margins()  # appraises; nothing has been played
        parameters = lanes.setting.parameters[lanes.setting.row]
        rules = {
            "shock": np.ascontiguousarray(parameters["trust"]["shock"]),
            "agreement_trust": np.ascontiguousarray(parameters["diplomacy"]["agreement_trust"]),
        }
        self.arrays = {
            bundle: [
                rules[name] if name in rules else getattr(getattr(lanes, bundle), name) for name in names
            ]
            for bundle, names in _fields().items()
        }
        self.tables = [_table(arrays) for arrays in self.arrays.values()]
        self.changed = [array for name in ("world", "game", "tally") for array in self.arrays[name]]
        self.begin = [array.copy() for array in self.changed]
        self.run = native("concert").play

    def play(self) -> None:
        """From the first round to the horizon."""
        for array, value in zip(self.changed, self.begin, strict=True):
            array[:] = value
        design = self.lanes.design
        self.run(*self.tables, *self.lanes.world.capability.shape, design.rounds, design.rounds_per_year)

    def rate(self) -> Rate:
        """Runs a second."""
        return rate(self.play, len(self.lanes.points))


def _table(arrays: list[np.ndarray]) -> ctypes.Array[ctypes.c_void_p]:
    """Addresses of arrays; these live as long as whoever made the table keeps them."""
    assert all(array.flags.c_contiguous for array in arrays)
    return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))


def _same_as_c(design, size: int) -> None:
    """Every array of the world and of what is counted must end with the same bits."""
    c, ours = _C(design, size), _play(design, size)
    c.play()
    for bundle in ("world", "game", "tally"):
        for name in getattr(ours, bundle)._fields:
            here, there = (getattr(getattr(lanes, bundle), name) for lanes in (c.lanes, ours))
            if name not in _UNLIKE and here.tobytes() != there.tobytes():
                raise AssertionError(f"C played another game than regimesim: {bundle}.{name} differs")


_UNLIKE = ("sums", "reach", "u_dc", "u_cd", "like")
"""Fields that are room only, or set when margins are asked for, as they are before C begins."""

"""The Concert of Europe: the whole of it beside a Mesa model of the same rules, its inner loop beside C."""

from __future__ import annotations

import ctypes
import re
from functools import cache

import numpy as np

from benchmarks.machine import FOLDER, native
from benchmarks.mesa_concert import Concert
from benchmarks.timing import Row, at_least, in_turn, rate, ratios, within
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for, simulate

TITLE = "The Concert of Europe, a century"
SEED = 0
MESA_RUNS = 3
CALM = (
    "war.unilateral=0", "war.mutual=0", "domestic.turnover=0", "domestic.revolution=0",
    "diplomacy.renegotiation=0", "geography.absorption=0", "epochs=[]",
)  # fmt: skip
"""Switched off is what befalls states; what they do to each other is left."""
RULES = {
    "diplomacy": ("agreement_trust",), "transparency": ("publicity",),
    "sanctions": ("enforcement_value", "pledge", "cost", "alliance_weight", "balance_weight", "inquiry",
                  "severity", "exit", "credibility_learning"),
}  # fmt: skip
"""Parameters that the C program is given as arrays of lanes."""

COMPARED = (
    "cooperation_rate", "trust", "wars", "buffers_lost", "revolutions", "estrangements_misunderstanding",
    "estrangements_breach", "estrangements_sanction", "sanctions_invoked", "sanctions_joined",
)  # fmt: skip
"""Measures in which the Mesa model must agree."""


def measure(repetitions: int) -> list[Row]:
    """Centuries a second, against Mesa and against C."""
    whole = lower(load_scenario("concert"))
    size = lanes_for(whole)
    replicates = np.arange(size)
    again = Lanes(whole, np.zeros(size, np.intp), replicates, SEED)
    inner = _Inner(lower(load_scenario("concert", CALM)), size)
    _same_as_mesa()
    _same_as_c(inner)
    found = in_turn(
        {
            "whole": rate(lambda: again.restart(replicates).play(whole.rounds), size),
            "mesa": rate(lambda: _play_mesa(keep=False), MESA_RUNS, least=0.0),
            "mesa that keeps": rate(lambda: _play_mesa(keep=True), MESA_RUNS, least=0.0),
            "inner": rate(inner.play, size),
            "c": rate(inner.play_in_c, size),
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


class _Inner:
    """The inner loop in a block of lanes that can be begun again: by regimesim, or by the program in C."""

    def __init__(self, design, size: int) -> None:
        lanes = self.lanes = Lanes(design, np.zeros(size, np.intp), np.arange(size), SEED)
        lanes.margins()  # appraises; nothing has been played
        self.program = native("concert").play
        reckoned = [getattr(lanes.game, name) for name in _RECKONED]
        self.changed = [*lanes.world, *reckoned, *lanes.tally]
        self.begin = [array.copy() for array in self.changed]
        parameters = lanes.setting.parameters[lanes.setting.row]
        rules = {
            name: np.ascontiguousarray(parameters[group][name])
            for group, names in RULES.items()
            for name in names
        }
        self.arrays = [
            [rules[name] if name in rules else getattr(getattr(lanes, bundle), name) for name in names]
            for bundle, names in _fields().items()
        ]
        self.tables = [_table(arrays) for arrays in self.arrays]

    def play(self) -> None:
        """Play it to its horizon."""
        self._begin()
        self.lanes.play(self.lanes.design.rounds)

    def play_in_c(self) -> None:
        """The same by the other program."""
        self._begin()
        design = self.lanes.design
        self.program(*self.tables, *self.lanes.world.capability.shape, design.rounds, design.rounds_per_year)

    def _begin(self) -> None:
        self.lanes.round = 0
        for array, value in zip(self.changed, self.begin, strict=True):
            array[...] = value

    def ended(self) -> dict[str, bytes]:
        """All that the world, its games and the counts ended with."""
        bundles = {name: getattr(self.lanes, name) for name in ("world", "game", "tally")}
        return {
            f"{bundle}.{name}": array.tobytes()
            for bundle, arrays in bundles.items()
            for name, array in arrays._asdict().items()
            if name not in _ROOM
        }


_RECKONED = ("gain", "value", "excluded", "forgone", "join", "law", "against", "unsettled")
"""Fields of a game that a round changes."""
_ROOM = ("sums", "reach", "like")
"""Fields that hold nothing from round to round."""


def _table(arrays: list[np.ndarray]) -> ctypes.Array[ctypes.c_void_p]:
    """Addresses of arrays; these live as long as whoever made the table keeps them."""
    assert all(array.flags.c_contiguous for array in arrays)
    return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))


def _same_as_c(inner: _Inner) -> None:
    """Every array must end with the same bits."""
    inner.play()
    ours = inner.ended()
    inner.play_in_c()
    if unlike := [name for name, content in inner.ended().items() if content != ours[name]]:
        raise AssertionError(f"C played another game than regimesim: {', '.join(unlike)} differ")

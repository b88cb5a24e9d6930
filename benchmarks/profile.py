"""Steps of a round, each alone, again and again on a world in the middle of its history.

A step that is repeated finds its numbers in the nearest cache and its branches foreseen, so that the sum
is less than a round; the shares say what would be worth another thought.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from benchmarks import automata
from benchmarks.timing import Row, in_turn, rate
from regimesim.core import kernel
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for

TITLE = "Steps of a round"
REPEATED = 100

PAIR = """
def step(world, game, setting, tally, luck, t):
    n = world.capability.shape[0]
    for _ in range({repeated}):
        for i in range(n):
            for j in range(i + 1, n):
                {call}
"""
ROUND = """
def step(world, game, setting, tally, luck, t):
    for _ in range({repeated}):
        {call}
"""
BOTH = {
    "count pairs": (PAIR, "count_pair(world, tally, t, i, j)"),
    "count beliefs": (PAIR, "count_beliefs(world, tally, i, j)"),
    "pay": (PAIR, "pay(world, game, i, j)"),
    "learn": (PAIR, "learn(world, game, i, j)"),
    "count rounds": (ROUND, "count_round(world, game, tally)"),
    "count years, a year in each round": (ROUND, "count_spread(world, tally); count_year(tally)"),
    "remember": (ROUND, "remember(world, game, setting)"),
}
AUTOMATA = {
    "draw trembles": (PAIR, "draw_trembles(luck, game, t, i, j)"),
    "act": (PAIR, "act_in_plain_sight(world, luck, i, j)"),
    "follow": (PAIR, "follow_firmly(world, setting, i, j); follow_firmly(world, setting, j, i)"),
    "move on": (PAIR, "move_on(world, setting, i, j); move_on(world, setting, j, i)"),
    **BOTH,
}
CONCERT = {
    "draw intentions": (PAIR, "fill_words(luck, t, INTEND, i, j)"),
    "decide": (PAIR, "decide(world, game, i, j, luck.words[0]); decide(world, game, j, i, luck.words[1])"),
    "draw trembles and views": (PAIR, "draw_chances(luck, game, t, i, j)"),
    "act, observe": (PAIR, "act_and_observe(world, luck, i, j)"),
    "count errors": (PAIR, "count_errors(world, tally, i, j)"),
    "count restraint": (PAIR, "count_restraint(world, game, setting, tally, i, j)"),
    **BOTH,
    "leaders": (ROUND, "change_leaders(world, game, setting, tally, luck, t)"),
    "appraise, all lanes": (ROUND, "game.stale[:] = 1; appraise(world, game, setting)"),
    "wars end": (ROUND, "end_wars(world, game, setting, luck, t)"),
    "wars begin": (
        PAIR,
        "quarrel(world, luck, t, i, j); begin_wars(world, game, setting, tally, luck, t, i, j)",
    ),
    "absorb": (ROUND, "absorb_buffers(world, game, setting, tally, luck, t)"),
}


def measure(repetitions: int) -> list[Row]:
    """Nanoseconds a pair and round in each step, for automata and for the Concert."""
    rows = []
    for name, design, steps in (
        ("automata", lower(read_scenario(automata.TREE, "automata")), AUTOMATA),
        ("concert", lower(load_scenario("concert")), CONCERT),
    ):
        size = lanes_for(design)
        lanes = Lanes(design, np.zeros(size, np.intp), np.arange(size), 0)
        middle = design.rounds // 2 + 1
        lanes.play(middle)
        states = lanes.world.capability.shape[0]
        amount = REPEATED * size * states * (states - 1) / 2
        found = in_turn(
            {step: rate(_repeat(*source, lanes, middle), amount, 0.02) for step, source in steps.items()},
            repetitions,
        )
        rows += [
            Row(f"{name}: {step}", [1e9 / x for x in values], "nanoseconds a pair and round")
            for step, values in found.items()
        ]
    return rows


def _repeat(template: str, call: str, lanes: Lanes, t: int):
    space: dict[str, Any] = {**vars(kernel)}
    exec(template.format(call=call, repeated=REPEATED), space)
    step = numba.njit(error_model="numpy", _nrt=False)(space["step"])
    bundles = [
        type(x)._make(_copy(field) for field in x)
        for x in (lanes.world, lanes.game, lanes.setting, lanes.tally, lanes.luck)
    ]
    game = bundles[
        1
    ]  # trust, norms and discounts stay what they are, or repetition would drive them to nothing
    game.learning[:], game.fade[:], game.discount[:] = 0.0, 1.0, 1.0
    return lambda: step(*bundles, t)


def _copy(field):
    return field.copy() if isinstance(field, np.ndarray) else field

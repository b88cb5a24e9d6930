"""Steps of a round, each alone, again and again on a world in the middle of its history.

A step that is repeated finds its numbers in the nearest cache and its branches foreseen, so that the sum
is less than a round; the shares say what would be worth another thought.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numba
import numpy as np

from benchmarks import automata
from benchmarks.timing import Row, in_turn, rate
from regimesim.core import jit, kernel  # noqa: F401  (jit: numba learns of the core's functions)
from regimesim.core.lanes import Lanes
from regimesim.core.world import Game
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for

TITLE = "Steps of a round"
REPEATED = 100
BEGIN = "make a block of lanes and play its first round, spread over all rounds"

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
STATE = """
def step(world, game, setting, tally, luck, t):
    n = world.capability.shape[0]
    for _ in range({repeated}):
        for i in range(n):
            {call}
"""
BOTH = {
    "remember": (ROUND, "remember(world, game, setting)"),
    "tempt": (PAIR, "tempt(world, game, setting, i, j); tempt(world, game, setting, j, i)"),
    "learn": (PAIR, "learn(world, game, setting, tally, i, j)"),
    "count pairs": (PAIR, "count_pair(world, game, tally, t, i, j)"),
    "pay": (PAIR, "pay(world, game, setting, i, j)"),
    "count rounds": (ROUND, "count_round(world, game, tally)"),
    "count years, a year in each round": (ROUND, "count_spread(world, tally); count_year(tally)"),
}
AUTOMATA = {
    "follow": (PAIR, "follow_firmly(world, setting, i, j); follow_firmly(world, setting, j, i)"),
    "draw trembles": (PAIR, "be_certain(luck, game, i, j); draw_trembles(luck, game, t, i, j)"),
    "act": (PAIR, "act_in_plain_sight(world, luck, i, j)"),
    "move on": (PAIR, "move_on(world, setting, i, j); move_on(world, setting, j, i)"),
    "share out": (ROUND, "share_out(world, setting.rounds_per_year)"),
    "suspect": (PAIR, "suspect_plainly(world, game, i, j); suspect_plainly(world, game, j, i)"),
    **BOTH,
}
CONCERT = {
    "change leaders": (ROUND, "change_leaders(world, game, setting, tally, luck, t)"),
    "mark": (PAIR, "mark(world, setting, i, j, True)"),
    "appraise, all lanes": (PAIR, "game.stale[i, j, :] = 1; appraise(world, game, setting, i, j)"),
    "value": (PAIR, "value(world, game, setting, i, j); value(world, game, setting, j, i)"),
    "weigh enforcement": (ROUND, "weigh_enforcement(world, game, setting)"),
    "weigh joining": (STATE, "weigh_joining(world, game, setting, i)"),
    "expect sanctions": (STATE, "expect_sanctions(world, game, setting, i, False)"),
    "draw intentions and views": (PAIR, "fill_words(luck, t, INTEND, i, j)"),
    "decide": (
        PAIR,
        "decide(world, game, setting, tally, luck, luck.words[0], i, j); "
        "decide(world, game, setting, tally, luck, luck.words[1], j, i)",
    ),
    "compare views": (PAIR, "draw_chances(luck, game, i, j)"),
    "act, observe": (PAIR, "act_and_observe(world, luck, i, j)"),
    "draw conflicts": (PAIR, "fill_words(luck, t, WAR, i, j)"),
    "compare conflicts": (PAIR, "draw_conflict(world, game, luck, i, j)"),
    "accuse": (
        PAIR,
        "accuse(world, game, setting, tally, luck, t, i, j, notice(world, luck, i, j))",
    ),
    "notice": (PAIR, "notice(world, luck, i, j)"),
    "suspect": (
        PAIR,
        "noticed = notice(world, luck, i, j); "
        "suspect(world, game, luck, i, j, noticed); suspect(world, game, luck, j, i, noticed)",
    ),
    "count disputes": (PAIR, "count_disputes(world, tally, i, j)"),
    "count restraint": (PAIR, "count_restraint(world, game, setting, tally, i, j)"),
    "count errors": (PAIR, "count_errors(world, tally, i, j)"),
    "sanction": (ROUND, "sanction(world, game, setting, tally, luck, t)"),
    "pay dues": (ROUND, "pay_for_intrusion(world, game); pay_dues(world, game, setting)"),
    "end wars": (ROUND, "end_wars(world, game, setting, luck, t)"),
    "begin wars": (ROUND, "begin_wars(world, game, setting, tally, luck, t)"),
    "absorb buffers": (ROUND, "absorb_buffers(world, game, setting, tally, luck, t)"),
    "reconcile": (PAIR, "reconcile(world, setting, luck, i, j)"),
    "learn from sanctions": (ROUND, "learn_from_sanctions(world, game, setting, luck, t)"),
    **BOTH,
}
"""Steps of the Concert; *accuse* and *suspect* include *notice*."""


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
        dyads = size * states * (states - 1) / 2
        contestants = {
            step: rate(_repeat(*source, lanes, middle), REPEATED * dyads, 0.02)
            for step, source in steps.items()
        }
        contestants[BEGIN] = rate(partial(_begin, lanes), dyads * design.rounds, 0.02)
        found = in_turn(contestants, repetitions)
        rows += [
            Row(f"{name}: {step}", [1e9 / x for x in values], "nanoseconds a pair and round")
            for step, values in found.items()
        ]
    return rows


@cache
def _compiled(template: str, call: str) -> Callable[..., None]:
    space: dict[str, Any] = dict(vars(kernel))
    exec(template.format(call=call, repeated=REPEATED), space)
    return numba.njit(error_model="numpy", _nrt=False)(space["step"])


def _repeat(template: str, call: str, lanes: Lanes, t: int) -> Callable[[], None]:
    step = _compiled(template, call)
    apart = lanes.fork(np.arange(len(lanes.points)), lanes.luck.replicate.astype(np.intp))
    for name in ("words", "margin", "packed", "some", "chosen", "chances"):
        getattr(apart.luck, name)[...] = getattr(lanes.luck, name)
    apart.margins()  # appraises
    _keep_still(apart.game)
    return lambda: step(apart.world, apart.game, apart.setting, apart.tally, apart.luck, t)


def _begin(lanes: Lanes) -> None:
    lanes.restart(np.arange(len(lanes.points))).play(1)


def _keep_still(game: Game) -> None:
    """Have trust, norms and discounts stay what they are: repetition would drive them to nothing."""
    game.learning[:], game.forget[:], game.shock[:] = 0.0, 0.0, 0.0
    game.fade[:], game.discount[:] = 1.0, 1.0

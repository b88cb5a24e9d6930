"""Where theory puts the thresholds in a sweep: what restraint is worth at the start, point by point.

Two conditions (``docs/model.md`` 4.3) for a prudent state towards another. *Critical*: under full trust the
future alone outweighs the gain of exploiting, without law or norm; with the discount factor as an axis this
is the critical discount factor. *Start*: the margin is above 0 at the trust, the law and the norm that there
are. Each is a margin in payoff units per round, and a threshold where it is 0: the mean of all prudent sides,
or the hardest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Lanes
from regimesim.points import Place, Points, declared
from regimesim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Reals = NDArray[np.float64]
AT_ONCE = 2_000


class Margins(NamedTuple):
    """Of each point, (P,): mean and least over sides; NaN where no state is prudent."""

    critical_mean: Reals
    critical_least: Reals
    start_mean: Reals
    start_least: Reals


def margins_of(points: Points) -> Margins:
    """The margins at the start, over all sides of all pairs that a prudent state has."""
    found = Margins(*np.full((4, len(points)), np.nan))
    for batch in points.batches():
        for first in range(0, len(batch.chosen), AT_ONCE):
            which = np.arange(first, min(first + AT_ONCE, len(batch.chosen)))
            lanes = Lanes(batch.design, which, np.zeros(len(which), np.intp), 0)
            start = lanes.margins().sum(axis=2)
            game = lanes.game
            critical = (game.reward - game.u_dc) + game.patience * np.maximum(0.0, game.reward - game.u_dd)
            prudent = (batch.design.strategy[which] < 0).T[:, None, :]
            aside = np.eye(len(start), dtype=bool)[..., None] | ~prudent
            for k, margin in enumerate((critical, start)):
                for target, value in zip(found[2 * k : 2 * k + 2], _over_sides(margin, aside), strict=True):
                    target[batch.chosen[which]] = value
    return found


def _over_sides(margin: Reals, aside: NDArray[np.bool_]) -> tuple[Reals, Reals]:
    """Mean and least over ordered pairs, without those aside; NaN where all are."""
    none = aside.all((0, 1))
    mean = np.where(aside, 0.0, margin).sum((0, 1)) / np.maximum((~aside).sum((0, 1)), 1)
    least = np.where(aside, np.inf, margin).min((0, 1))
    return np.where(none, np.nan, mean), np.where(none, np.nan, least)


def points_from(design: pd.DataFrame, worlds: Sequence[Scenario]) -> Points | None:
    """The points of a sweep at their start, from its table and its worlds.

    Worlds are numbered in the order in which their settings appear in the table, as
    :func:`regimesim.expansion.points_of` does; None if that does not give as many as there are.
    """
    columns = {name: design[name].to_numpy() for name in design.columns if name != "point"}
    free = [n for n, c in columns.items() if declared(n) is not None and len(set(c.tolist())) > 1]
    keys = list(zip(*(c.tolist() for n, c in columns.items() if n not in free), strict=True))
    keys = keys or [()] * len(design)
    number: dict[tuple[object, ...], int] = {}
    world = np.array([number.setdefault(key, len(number)) for key in keys], np.intp)
    if len(number) != len(worlds):
        return None
    places = tuple({name: _at_start(name, each) for name in free} for each in worlds)
    return Points(tuple(worlds), world, columns, places)


def _at_start(name: str, world: Scenario) -> Place:
    """Where a setting stands in the first phase of a world."""
    head, _, rest = name.partition(".")
    subject, _, key = rest.rpartition(".")
    if head == "states":
        return Place("states", (key,), world.states.index(subject), (0,))
    if head == "buffers":
        return Place("strength", (), world.buffers.index(subject), (0,))
    return Place("parameters", (head, rest), -1, (0,))

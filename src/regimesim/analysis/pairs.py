"""Pairs of states: what each is really playing, what it takes to cooperate, and where thresholds lie.

What cooperation takes is asked of the rules themselves: the margin of ``docs/model.md`` 4.3 is reckoned by
the core at many discount factors, or many degrees of trust, at once.

In a sweep the thresholds of theory come from two conditions for a prudent state towards another. *Critical*:
under full trust the future alone outweighs the gain of defecting, without law or norm; with the discount
factor as an axis this is the critical discount factor. *Start*: the margin is above 0 at the trust, the law
and the norm that there are. Each is a margin in payoff units, and a threshold where it is 0: the mean of all
prudent sides, or the hardest of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.lanes import Design, Lanes
from regimesim.core.world import World, allocate_game
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower
from regimesim.stats.estimates import Floats
from regimesim.sweeps.points import Place, Points, declared
from regimesim.theory.games import name_game

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 2_000
GRID, HALVINGS = 129, 32
"""A margin is looked at on a grid of values; the interval in which it last turns is then halved."""
_PATIENT = 1.0 - 1e-9
_ROUNDING = 1e-9
NOW, FUTURE = 0, 1


@dataclass(frozen=True)
class Side:
    """One state's side of a pair, at one time.

    Attributes
    ----------
    state, other : str
    u_cc, u_dc, u_cd, u_dd : float
        The effective game, payoffs per year; ``u_dd`` is that of an estrangement by a breach.
    game : str
        Its name by the ordering of the four.
    discount_needed, discount : float
        Yearly discount factor from which on mutual cooperation sustains itself under full trust, without law
        or norm (inf: none below 1 does), and the one the state has.
    trust_needed, trust : float
        Trust from which on cooperation is worth it at the state's own discount factor, without law or norm
        (inf: none is enough), and the trust it has.
    now, future, law, norm : float
        Terms of its margin.
    """

    state: str
    other: str
    u_cc: float
    u_dc: float
    u_cd: float
    u_dd: float
    game: str
    discount_needed: float
    discount: float
    trust_needed: float
    trust: float
    now: float
    future: float
    law: float
    norm: float

    @property
    def margin(self) -> float:
        """Sum of the terms of the decision: cooperation where it is at least 0."""
        return self.now + self.future + self.law + self.norm


@dataclass(frozen=True)
class Pair:
    """Two states, the buffers that lie between them and how much of the way they bar."""

    first: Side
    second: Side
    buffers: tuple[str, ...]
    buffering: float

    @property
    def game(self) -> str:
        """The name of the game, or both names where the sides differ."""
        one, two = self.first.game, self.second.game
        return one if one == two else f"{one} / {two}"

    @property
    def harder(self) -> Side:
        """The side for which cooperation takes more."""
        return max(self.first, self.second, key=lambda side: (side.discount_needed, side.trust_needed))


def pairs_of(scenario: Scenario, design: Design | None = None) -> list[Pair]:
    """Every pair at the start of a scenario; ``design``: its arrays, where they have been made already."""
    lanes = Lanes(design or lower(scenario), np.zeros(1, np.intp), np.zeros(1, np.intp), 0)
    return pairs_in(lanes, scenario)


def pairs_in(lanes: Lanes, scenario: Scenario, lane: int = 0) -> list[Pair]:
    """Every pair of a lane as it stands."""
    terms = lanes.margins()[..., lane]
    names, needs = scenario.states, needs_in(lanes, lane)
    between: dict[tuple[int, int], list[str]] = {}
    for k, i, j in lanes.setting.links:
        if lanes.world.sovereign[k, lane]:
            between.setdefault((int(i), int(j)), []).append(scenario.buffers[k])
    return [
        Pair(
            _side_of(lanes, names, (i, j), terms, needs, lane),
            _side_of(lanes, names, (j, i), terms, needs, lane),
            tuple(between.get((i, j), [])),
            float(lanes.game.buffer[i, j, lane]),
        )
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]


def _side_of(
    lanes: Lanes, names: Sequence[str], pair: tuple[int, int], terms: Floats, needs: Needs, lane: int
) -> Side:
    game, (i, j) = lanes.game, pair
    shadow = lanes.setting.parameters[lanes.row[lane]]["shadow"]
    u_cc, u_dc, u_cd, u_dd = (
        float(x)
        for x in (game.reward[lane], game.u_dc[i, j, lane], game.u_cd[i, j, lane], game.u_dd[i, j, lane])
    )
    return Side(
        names[i],
        names[j],
        u_cc,
        u_dc,
        u_cd,
        u_dd,
        name_game(u_cc, u_dc, u_cd, u_dd),
        float(needs.discount[i, j]),
        float(shadow["discount_factor"]),
        float(needs.trust[i, j]),
        float(lanes.world.trust[i, j, lane]),
        *(float(x) for x in terms[i, j]),
    )


class Needs(NamedTuple):
    """The least discount factor, and the least trust, from which on cooperation is worth it, (N, N) each."""

    discount: Floats
    trust: Floats


def needs_in(lanes: Lanes, lane: int = 0) -> Needs:
    """Find what cooperation takes in each ordered pair of a lane as it stands, without law or norm."""
    n = lanes.world.capability.shape[0]

    def by_discount(values: Floats) -> Floats:
        """A discount factor is one for a whole world: each value has a world of its own."""
        different, place = np.unique(values, return_inverse=True)
        margins = _short_margins(lanes, lane, np.ones((n, n, len(different))), different)
        found: Floats = np.take_along_axis(margins, place.reshape(values.shape), axis=2)
        return found

    def by_trust(values: Floats) -> Floats:
        return _short_margins(lanes, lane, values)

    return Needs(_least(by_discount, n, _PATIENT), _least(by_trust, n, 1.0))


def _least(margins: Callable[[Floats], Floats], n: int, high: float) -> Floats:
    """The least value in [0, ``high``] from which on each pair's margin is at least 0; inf where it is not at
    ``high``.

    ``margins`` takes values [N, N, G], pair by pair, and gives as many margins.
    """
    grid = np.linspace(0.0, high, GRID)
    short = margins(np.broadcast_to(grid, (n, n, GRID)).copy()) < -_ROUNDING
    last = np.where(short.any(axis=2), GRID - 1 - short[..., ::-1].argmax(axis=2), -1)
    below, above = grid[np.maximum(last, 0)], grid[np.minimum(last + 1, GRID - 1)]
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        too_low = margins(middle[..., None])[..., 0] < -_ROUNDING
        below, above = np.where(too_low, middle, below), np.where(too_low, above, middle)
    return np.where(last < 0, 0.0, np.where(last == GRID - 1, np.inf, above))


def _short_margins(lanes: Lanes, lane: int, trust: Floats, discount: Floats | None = None) -> Floats:
    """Margins without law and norm where trust is [N, N, G] and, if given, the discount factor [G]."""
    n, _, many = trust.shape
    setting, which, row = lanes.setting, np.full(many, lane), np.full(many, lanes.row[lane])
    fields: dict[str, NDArray[Any]] = lanes.world._asdict()
    world = World(
        **{k: np.ascontiguousarray(v[which] if k == "reach" else v[..., which]) for k, v in fields.items()}
    )
    world.trust[:] = trust
    parameters = setting.parameters[row]
    if discount is not None:
        parameters["shadow"]["discount_factor"] = discount
    by_lane = ("strategy", "affinity", "prior", "strength", "ground", "firm", "following")
    repeated: dict[str, Any] = {n: np.ascontiguousarray(getattr(setting, n)[..., which]) for n in by_lane}
    states, rows = np.ascontiguousarray(setting.states[:, row]), np.arange(many, dtype=np.int32)
    held = setting._replace(row=rows, parameters=parameters, states=states, **repeated)
    terms = np.zeros((n, n, 4, many))
    kernel.margins(world, allocate_game(n, many), held, terms)
    return terms[:, :, NOW] + terms[:, :, FUTURE]


def needed_and_had(needed: float, has: float) -> str:
    """Write what cooperation takes, and in brackets what there is: ``.60 (.90)``."""
    if math.isinf(needed) or needed > 1:
        return f"none suffices ({decimal(has)})"
    return f"none ({decimal(has)})" if needed <= 0 else f"{decimal(needed)} ({decimal(has)})"


def decimal(number: float) -> str:
    """A share without its leading zero."""
    text = f"{number:.2f}"
    return text[1:] if text.startswith("0.") else text


class Margins(NamedTuple):
    """Of each point, (P,): mean and least over sides; NaN where no state is prudent."""

    critical_mean: Floats
    critical_least: Floats
    start_mean: Floats
    start_least: Floats


def margins_of(points: Points) -> Margins:
    """The margins at the start, over all sides of all pairs that a prudent state has."""
    found = Margins(*np.full((4, len(points)), np.nan))
    for batch in points.batches():
        for first in range(0, len(batch.chosen), AT_ONCE):
            which = np.arange(first, min(first + AT_ONCE, len(batch.chosen)))
            lanes = Lanes(batch.design, which, np.zeros(len(which), np.intp), 0)
            start = lanes.margins().sum(axis=2)
            lanes.world.trust[:] = 1.0
            critical = lanes.margins()[:, :, (NOW, FUTURE)].sum(axis=2)
            prudent = (batch.design.strategy[which] < 0).T[:, None, :]
            aside = np.eye(len(start), dtype=bool)[..., None] | ~prudent
            for k, margin in enumerate((critical, start)):
                for target, value in zip(found[2 * k : 2 * k + 2], _over_sides(margin, aside), strict=True):
                    target[batch.chosen[which]] = value
    return found


def _over_sides(margin: Floats, aside: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean and least over ordered pairs, without those aside; NaN where all are."""
    none = aside.all((0, 1))
    mean = np.where(aside, 0.0, margin).sum((0, 1)) / np.maximum((~aside).sum((0, 1)), 1)
    least = np.where(aside, np.inf, margin).min((0, 1))
    return np.where(none, np.nan, mean), np.where(none, np.nan, least)


def points_from(design: pd.DataFrame, worlds: Sequence[Scenario]) -> Points | None:
    """The points of a sweep at their start, from its table and its worlds.

    Worlds are numbered in the order in which their settings appear in the table, as
    :func:`regimesim.sweeps.design.points_of` does; None if that does not give as many as there are.
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
    """Find where a setting stands in the first phase of a world."""
    head, _, rest = name.partition(".")
    subject, _, key = rest.rpartition(".")
    if head == "states":
        return Place("states", (key,), world.states.index(subject), (0,))
    if head == "buffers":
        return Place("strength", (), world.buffers.index(subject), (0,))
    return Place("parameters", (head, rest), -1, (0,))

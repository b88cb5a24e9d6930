"""Pairs of states: what each is really playing, what it takes to cooperate, and where thresholds lie.

The condition of theory (``docs/model.md`` 4.3) for a prudent state towards another is *critical*: at full
trust one defection does not pay by what it gains now and what it costs in the future of the relationship,
without expected sanction or norm. *Start* is the margin at the trust, the sanctions and the norm that there
are. Both are margins in payoff per year, and a threshold is where one is 0: over all sides the mean of them,
or the hardest.

What a side *needs* of a setting is the least value at which the critical condition holds, all else as it is,
for all pairs alike: the discount factor, the level of transparency, the resolve of all states, the length of
punishment. It is found by playing the kernel's own appraisal on a grid, and again between two points of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.innocents import Prospects, prospects_of
from regimesim.core.estrangement import cost_of
from regimesim.core.lanes import Design, Lanes
from regimesim.scenario.parameters import INHERIT
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.results import Results
from regimesim.stats.estimates import Floats
from regimesim.sweeps.points import Place, Points, declared_parameter
from regimesim.theory.games import name_game

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 2_000
_BISECTIONS = 64
_LONGEST_CHAIN = 20
"""Years of punishment that are tried before one without end."""
_MOST_WORSE, _HALVINGS = 50.0, 30
"""Greatest loss of mutual defection that is tried, and how finely."""
_LEAST_DISCOUNT, _MOST_DISCOUNT = 1e-6, 1.0 - 1e-9
NOW, FUTURE, LAW = 0, 1, 2
_BREACH = 1


@dataclass(frozen=True)
class Needs:
    """Needs of cooperation under full trust, without sanction or norm: least values of one setting each.

    Attributes
    ----------
    discount, transparency, resolve : float
        Yearly discount factor, level of transparency, resolve of all; inf where no value suffices.
    punishment_years : float
        Length of an estrangement, in years.
    trust : float
        Trust at which a state's own now and future are enough, all else as it is.
    """

    discount: float
    transparency: float
    resolve: float
    punishment_years: float
    trust: float


@dataclass(frozen=True)
class Side:
    """One state's side of a pair, at one time.

    Attributes
    ----------
    state, other : str
    u_cc, u_dc, u_cd, u_dd : float
        The effective game, payoffs per year.
    game : str
        Its name by the ordering of the four.
    needs : Needs
        What cooperation takes.
    discount, transparency, resolve, punishment_years, trust : float
        What there is of each; the resolve is the other's.
    years_between : float
        Expected years of cooperation until mishaps, or cases against innocents, estrange the pair (inf:
        never).
    estranged_years : float
        Expected length of what a breach brings, war and cases included (inf: without end).
    cooperation_share : float
        Share of time in which both cooperate in the long run, if only these estrange them.
    by_others : float
        Chance per round that a case against an innocent estranges the pair.
    breach_cost : float
        What a breach costs, discounted, at full trust: a flow times years.
    now, future, law, norm : float
        Terms of its margin; law is the expected sanction.
    """

    state: str
    other: str
    u_cc: float
    u_dc: float
    u_cd: float
    u_dd: float
    game: str
    needs: Needs
    discount: float
    transparency: float
    resolve: float
    punishment_years: float
    trust: float
    years_between: float
    estranged_years: float
    cooperation_share: float
    by_others: float
    breach_cost: float
    now: float
    future: float
    law: float
    norm: float

    @property
    def margin(self) -> float:
        """Sum of the terms of the decision: cooperation where it is at least 0."""
        return self.now + self.future + self.law + self.norm

    @property
    def discount_needed(self) -> float:
        """Yearly discount factor needed."""
        return self.needs.discount

    @property
    def trust_needed(self) -> float:
        """Trust needed."""
        return self.needs.trust


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
    """List every pair at the start of a scenario; ``design``: its arrays, where they are made already."""
    lanes = Lanes(design or lower(scenario), np.zeros(1, np.intp), np.zeros(1, np.intp), 0)
    return pairs_in(lanes, scenario)


def pairs_at_start(results: Results) -> list[Pair]:
    """The same of the scenario of some results, as it is published where its assumptions varied."""
    return pairs_of(results.scenario, results.design if results.assumed is None else None)


def pairs_in(lanes: Lanes, scenario: Scenario, lane: int = 0) -> list[Pair]:
    """Every pair of a lane as it stands."""
    terms = lanes.margins()[..., lane]
    names, needs, prospects = scenario.states, _needs(lanes, lane), prospects_of(lanes, lane)
    between: dict[tuple[int, int], list[str]] = {}
    for k, i, j in lanes.setting.links:
        if lanes.world.sovereign[k, lane]:
            between.setdefault((int(i), int(j)), []).append(scenario.buffers[k])
    return [
        Pair(
            _side_of(lanes, names, (i, j), needs, prospects, terms, lane),
            _side_of(lanes, names, (j, i), needs, prospects, terms, lane),
            tuple(between.get((i, j), [])),
            float(lanes.game.buffer[i, j, lane]),
        )
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]


def _side_of(
    lanes: Lanes,
    names: Sequence[str],
    pair: tuple[int, int],
    needs: Floats,
    prospects: Prospects,
    terms: Floats,
    lane: int,
) -> Side:
    game, (i, j) = lanes.game, pair
    shared = lanes.setting.parameters[lanes.row[lane]]
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
        Needs(*(float(x) for x in needs[:, i, j])),
        float(shared["shadow"]["discount_factor"]),
        float(shared["transparency"]["level"]),
        float(game.pursue[j, lane]),
        float(shared["shadow"]["punishment_years"]),
        float(lanes.world.trust[i, j, lane]),
        float(prospects.years_between[i, j]),
        float(prospects.years_of_breach[i, j]),
        float(prospects.share[i, j]),
        float(prospects.by_others[i, j]),
        _breach_cost(lanes, i, j, lane),
        *(float(x) for x in terms[i, j]),
    )


def _breach_cost(lanes: Lanes, i: int, j: int, lane: int) -> float:
    """Cost of a breach to i, discounted, at full trust."""
    game, (low, high) = lanes.game, sorted((i, j))
    span, paid = game.span[_BREACH, low, high, lane], game.paid[_BREACH, i, j, lane]
    return float(cost_of(game.one[i, j, lane], span, paid)) / lanes.setting.rounds_per_year


def _needs(lanes: Lanes, lane: int) -> Floats:
    """Least values of each setting, in the order of :class:`Needs`, [5, N, N]."""
    m = lanes.setting.rounds_per_year
    shares = np.linspace(0.0, 1.0, _BISECTIONS + 1)
    ends = float(lanes.setting.parameters[lanes.row[lane]]["shadow"]["discount_factor"]) < 1.0
    lengths = np.append(np.arange(1, _LONGEST_CHAIN * m + 1) / m, [np.inf] * ends)
    return np.stack(
        [
            _least_value(
                lanes, lane, "shadow.discount_factor", np.clip(shares, _LEAST_DISCOUNT, _MOST_DISCOUNT)
            ),
            _least_value(lanes, lane, "transparency.level", shares),
            _least_value(lanes, lane, "shadow.resolve", shares),
            _least_value(lanes, lane, "shadow.punishment_years", lengths, between=False),
            _least_value(lanes, lane, "trust", shares),
        ]
    )


def _least_value(lanes: Lanes, lane: int, name: str, values: Floats, between: bool = True) -> Floats:
    """The least value at which the critical margin is not negative, [N, N]; infinite where there is none.

    ``between``: also between the values given, first on a finer grid and there by a straight line.
    """
    pays = _critical(lanes, lane, name, values) >= 0.0
    first = np.where(pays.any(axis=2), pays.argmax(axis=2), len(values))
    least = np.append(values, np.inf)[first]
    if between:
        for place in np.unique(first[(first > 0) & (first < len(values))]):
            finer = np.linspace(values[place - 1], values[place], _BISECTIONS + 1)
            found = _crossing(finer, _critical(lanes, lane, name, finer))
            least = np.where(first == place, found, least)
    nothing = values[0] <= _LEAST_DISCOUNT  # a share: the least there is
    return np.where(first == 0, 0.0, least) if nothing else least


def _crossing(values: Floats, margins: Floats) -> Floats:
    """Find where margins [N, N, V] first rise through zero, on a straight line between two values, [N, N]."""
    above = np.maximum((margins >= 0.0).argmax(axis=2), 1)
    low, high = (np.take_along_axis(margins, k[..., None], axis=2)[..., 0] for k in (above - 1, above))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(np.isfinite(low) & (low < high), high / (high - low), 0.0)
    return np.asarray(values[above] - np.clip(share, 0.0, 1.0) * (values[above] - values[above - 1]))


def _critical(lanes: Lanes, lane: int, name: str, values: Floats) -> Floats:
    """now + future of every side under each of some values of one setting, [N, N, V]."""
    design, point = lanes.design, int(lanes.points[lane])
    parameters = np.repeat(design.parameters[point : point + 1], len(values), axis=0)
    states = np.repeat(design.states[point : point + 1], len(values), axis=0)
    group, _, key = name.partition(".")
    if key:
        parameters[group][key] = values[:, None]
    if name == "shadow.resolve":
        states["resolve"] = INHERIT
    other = lanes.beside(lane, parameters, states)
    other.world.trust[:] = values if name == "trust" else 1.0
    terms = other.margins()
    return np.asarray(terms[:, :, NOW] + terms[:, :, FUTURE])


def at_equal_worth(world: Scenario, other: Scenario) -> Scenario:
    """Let an estrangement cost at the start of a world what it costs in another, where it may end in war.

    Mutual defection pays so much less, and what the exploited lose is as much below it as before.
    """

    def at(worse: float) -> Scenario:
        names = ("payoffs.punishment", "payoffs.sucker")
        return world.with_parameters({name: _world_number(world, name) - worse for name in names})

    goal, low, high = _cost_of_estrangement(other), 0.0, _MOST_WORSE
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _cost_of_estrangement(at(middle)) < goal else (low, middle)
    return at(low)


def _world_number(world: Scenario, name: str) -> float:
    value = world[name]
    assert isinstance(value, int | float)
    return float(value)


def _cost_of_estrangement(scenario: Scenario) -> float:
    return pairs_of(scenario)[0].first.breach_cost


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
            critical = lanes.margins()[:, :, :LAW].sum(axis=2)
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
    free = [n for n, c in columns.items() if declared_parameter(n) is not None and len(set(c.tolist())) > 1]
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

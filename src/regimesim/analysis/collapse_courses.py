"""Courses of collapses: lanes played through the end of their regimes, and the moments of each that are kept.

Each lane is kept at times of its own: the world as it stands when intentions are formed, and the settings
that hold. The norm that there would be without new leaders runs beside, and so does why pairs are estranged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.estrangement import BREACH, MISUNDERSTANDING, SANCTION
from regimesim.core.lanes import Lanes
from regimesim.core.world import Reals, Setting, World, allocate_game
from regimesim.simulation.watching import Cells, marked

OPEN, FALSELY, ABROAD, RIGHTLY, EXCLUDED, AT_WAR = range(6)
"""Why a pair does not cooperate: it is open and somebody defects; it was estranged by a false charge (cleared
or not), by a quarrel abroad alone, by a true charge, by a sanction; it is at war."""
_GROUNDS = 6
COUNTED = ("false_alarms", "exploitations", "misses")


@dataclass(frozen=True)
class MomentOfEnd:
    """The world and what held, each lane at a time of its own."""

    world: World
    setting: Setting
    counted: dict[str, NDArray[np.int32]]

    @classmethod
    def of(cls, lanes: Lanes) -> MomentOfEnd:
        """All lanes as they stand, with a row of settings each."""
        return cls(
            World._make(field.copy() for field in lanes.world),
            _by_lane(lanes),
            {name: getattr(lanes.tally, name).copy() for name in COUNTED},
        )

    def only(self, which: NDArray[np.intp]) -> MomentOfEnd:
        """Some of the lanes, with arrays of their own."""
        world = World(
            **{
                name: getattr(self.world, name).take(which, 0 if name == "reach" else -1)
                for name in World._fields
            }
        )
        chosen: dict[str, Any] = {name: getattr(self.setting, name).take(which, -1) for name in _OF_LANES}
        setting = self.setting._replace(row=np.arange(len(which), dtype=np.int32), **chosen)
        return MomentOfEnd(world, setting, {name: count[which] for name, count in self.counted.items()})

    def keep(self, lanes: Lanes, which: NDArray[np.intp], places: NDArray[np.intp]) -> None:
        """Let the world of some lanes be as it stands now."""
        for name in _STANDING:
            getattr(self.world, name)[..., places] = getattr(lanes.world, name)[..., which]
        for name in COUNTED:
            self.counted[name][places] = getattr(lanes.tally, name)[which]

    def hold(self, setting: Setting, which: NDArray[np.intp], places: NDArray[np.intp]) -> None:
        """Let some rows of settings hold."""
        for name in _OF_PHASES:
            getattr(self.setting, name)[..., places] = getattr(setting, name)[..., which]
        np.maximum(self.setting.on, setting.on, out=self.setting.on)

    def terms(self) -> Reals:
        """The terms of every margin, [N, N, 4, L]."""
        n, lanes = self.world.capability.shape
        terms = np.zeros((n, n, 4, lanes))
        kernel.margins(self.world, allocate_game(n, lanes), self.setting, terms)
        return terms

    def margin(self, **parts: NDArray[Any]) -> Reals:
        """Mean over pairs of the lesser margin, with some parts of the world replaced, [L]."""
        rows = {name: np.ascontiguousarray(part) for name, part in parts.items()}
        return mean_margin(MomentOfEnd(self.world._replace(**rows), self.setting, {}).terms())


_STANDING = World._fields[: World._fields.index("played")]
"""Fields of a world that go on from round to round: all else, margins too, follows from them."""
_OF_PHASES = ("parameters", "states", "affinity", "prior", "strength", "ground")
_OF_LANES = (*_OF_PHASES, "strategy", "firm", "following")
"""Settings that :func:`_by_lane` gives a row a lane, and those of them that a new phase may change."""


def mean_terms(terms: Reals) -> Reals:
    n = len(terms)
    mean: Reals = terms.sum((0, 1)).T / (n * (n - 1))
    return mean


def mean_margin(terms: Reals) -> Reals:
    """Mean over pairs of the lesser margin, [L]; added in their order, however many lanes there are."""
    margin = terms.sum(2)
    i, j = np.triu_indices(len(margin), 1)
    total = np.zeros(margin.shape[-1])
    for lesser in np.minimum(margin[i, j], margin[j, i]):
        total += lesser
    return total / len(i)


def _by_lane(lanes: Lanes) -> Setting:
    """Give what holds now, a row a lane: lanes are kept at different times, maybe in different phases."""
    setting, row = lanes.setting, lanes.row
    return setting._replace(
        one=0,
        row=np.arange(len(row), dtype=np.int32),
        parameters=setting.parameters[row],
        states=np.ascontiguousarray(setting.states[:, row]),
        affinity=setting.affinity.copy(),
        prior=setting.prior.copy(),
        strength=setting.strength.copy(),
        ground=setting.ground.copy(),
        on=setting.on.copy(),
    )


class Times(NamedTuple):
    """Rounds to look at, lane by lane: the years before, the giving way, the bad window and its length."""

    begin: NDArray[np.int64]
    way: NDArray[np.int64]
    end: NDArray[np.int64]
    window: int


@dataclass(frozen=True)
class Course:
    """Parts of some collapses that are kept.

    Attributes
    ----------
    before, after, later : MomentOfEnd
        The world as the years before begin, as cooperation gives way, and one window later.
    led, led_later : float arrays (N, L)
        The norm that there would be at the latter two had no leader changed.
    ground : int array (6, L)
        Pairs and rounds without cooperation in the bad window, by the numbers above.
    """

    before: MomentOfEnd
    after: MomentOfEnd
    later: MomentOfEnd
    led: Reals
    led_later: Reals
    ground: NDArray[np.int64]


def follow_collapses(lanes: Lanes, times: Times) -> Course:
    """Play lanes through their collapses."""
    last = times.end + times.window - 1
    later = np.minimum(times.way + times.window, lanes.design.rounds) - 1
    kept = Moments(lanes, (times.begin, times.way, later))
    course, grounds = NormAlone(lanes), Grounds(lanes)
    led, led_later = lanes.world.norm.copy(), lanes.world.norm.copy()
    for t in range(int(later.max()) + 1):
        if t < kept.first:
            lanes.play(t + 1)
        else:
            course.decide(times.begin < t)
            kept.keep(t, course.setting)
            led = np.where(times.way == t, course.norm, led)
            led_later = np.where(later == t, course.norm, led_later)
            course.carry_out()
        grounds.look((times.end <= t) & (t <= last))
    before, after, at_last = kept.moments()
    return Course(before, after, at_last, led, led_later, grounds.count)


class Moments:
    """Some moments of each lane, kept as they come.

    Attributes
    ----------
    lanes : Lanes
    when : int array (M * L,)
        Rounds of the first moment lane by lane, then those of the next.
    first : int
        The first of these rounds.
    """

    def __init__(self, lanes: Lanes, when: Sequence[NDArray[np.int64]]) -> None:
        self.lanes, self.when = lanes, np.concatenate(when)
        self.first = int(self.when.min())
        self._every = np.arange(len(when[0]))
        self._kept = MomentOfEnd.of(lanes).only(np.tile(self._every, len(when)))
        self._held: dict[int, tuple[Setting, list[NDArray[np.intp]]]] = {}

    def keep(self, t: int, setting: Setting) -> None:
        """Keep lanes as they stand, if one of their moments is in round t, in which ``setting`` holds."""
        places = np.flatnonzero(self.when == t)
        if len(places):
            self._kept.keep(self.lanes, places % len(self._every), places)
            self._held.setdefault(id(setting), (setting, []))[1].append(places)

    def moments(self) -> list[MomentOfEnd]:
        """All lanes at the first moment, at the next, and so on."""
        for setting, parts in self._held.values():  # once for each phase: settings are many
            places = np.concatenate(parts)
            self._kept.hold(setting, places % len(self._every), places)
        lanes = len(self._every)
        return [self._kept.only(self._every + first) for first in range(0, len(self.when), lanes)]


class NormAlone:
    """Lanes that are played, and the norm that there would be had no leader changed.

    Attributes
    ----------
    lanes : Lanes
    norm : float array (N, L)
    setting : Setting
        What holds now, a row a lane.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes, self.norm = lanes, lanes.world.norm.copy()
        self._held: Setting | None = None

    def decide(self, begun: NDArray[np.bool_]) -> None:
        """Steps 1-3 of the next round; only in the lanes ``begun`` is the norm another one."""
        world = self.lanes.world
        self.lanes.enter_phase()
        if self._held is not self.lanes.setting:
            self._enter(self.lanes.setting)
        faded = self.norm * self._fade
        faded = faded + self._renewed * world.member * (1.0 - faded)
        self._settled = world.at_war == 1
        self.lanes.decide()
        self.norm = np.where(begun, faded, world.norm)

    def carry_out(self) -> None:
        """Steps 4-10; those who settle a war remember it anew."""
        self.lanes.carry_out()
        if self._settled.any():
            self.norm = np.where(self._settled.any(axis=1), 1.0, self.norm)

    def _enter(self, setting: Setting) -> None:
        """Let a norm fade and be renewed as in step 1 (model.md 4.7, *Memory*) under these settings."""
        self._held, self.setting = setting, _by_lane(self.lanes)
        row, m = self.lanes.row, self.lanes.design.rounds_per_year
        norms, diplomacy = setting.parameters["norms"], setting.parameters["diplomacy"]
        self._fade = np.exp(-math.log(2.0) / (norms["half_life"][row] * m))
        taught = diplomacy["conference"][row] * norms["socialization"][row]
        self._renewed = 1.0 - np.exp(-taught / m)


class Grounds:
    """Why each pair is estranged, followed round by round.

    Attributes
    ----------
    count : int array (6, L)
        Pairs and rounds without cooperation that were looked at, by the numbers above.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        n, _, many = lanes.world.left.shape
        self.upper = np.triu_indices(n, 1)
        self.ground = np.zeros((n, n, many), np.int8)
        self.count = np.zeros((_GROUNDS, many), np.int64)

    def look(self, where: NDArray[np.bool_]) -> None:
        """Count the pairs without cooperation in the lanes ``where``; then see which pairs break."""
        self._count(np.flatnonzero(where))
        world = self.lanes.world
        broken = marked(world.broke[None])
        if not len(broken.lane):
            return
        broke, (false, true) = broken.of(world.broke[None]), _charged(world, broken)
        ground = np.where(
            broke == SANCTION,
            EXCLUDED,
            np.where(broke == BREACH, np.where(true, RIGHTLY, FALSELY), FALSELY),
        )
        ground = np.where((broke == MISUNDERSTANDING) & ~false, ABROAD, ground)
        self.ground[broken.actor, broken.target, broken.lane] = ground

    def _count(self, which: NDArray[np.intp]) -> None:
        if not len(which):
            return
        world, (i, j) = self.lanes.world, self.upper
        here, there = (i[:, None], j[:, None], which), (j[:, None], i[:, None], which)
        both = (world.action[here] & world.action[there] & world.open[here]) > 0
        state = np.where(world.open[here] > 0, OPEN, self.ground[here])
        state = np.where(world.played[here] == 0, AT_WAR, state)
        for number in range(_GROUNDS):
            self.count[number, which] += ((state == number) & ~both).sum(0)


def _charged(world: World, broken: Cells) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell whether either of two states has charged the other falsely, and whether rightly."""
    charge, action = world.charge[None], world.action[None]
    charges = broken.of(charge) > 0, broken.back(charge) > 0
    guilty = broken.back(action) == 0, broken.of(action) == 0
    false = (charges[0] & ~guilty[0]) | (charges[1] & ~guilty[1])
    true = (charges[0] & guilty[0]) | (charges[1] & guilty[1])
    return false, true

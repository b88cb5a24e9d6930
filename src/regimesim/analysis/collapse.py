"""Why cooperation ended: the margin as it gave way against five years before, and who was estranged.

Each run whose regime collapsed is played again (a run is a function of its address) and its world kept at two
times, as intentions are formed: when cooperation gave way, and five years before that or at the onset if that
was later. A collapse is dated to the beginning of a bad window; cooperation *gives way* in the first round of
that window in which the share of cooperating pairs is below the threshold.

A pair cooperates only while it is worth it to both, so its margin is that of the side for which it is less.
The mean over pairs is a function of what states remember, trust, fear and own; putting one of these back to
its former value and leaving the rest as it is gives that one's part in the fall. What lowered the margin most
is the cause. What new leaders took from a norm is told from what faded by letting the norm run on from five
years before without a change of leaders. Where nothing had lowered the margin, the world one window later is
looked at in the same way: an accident may begin what lost trust then keeps going.

Cooperation may also break down among states whose margins nothing lowered, because they are estranged: by
charges that were false, by quarrels abroad, or by sanctions. Then what estranged most is the cause, if the
three account for at least half of the pairs that did not cooperate in the bad window, wars aside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.estrangement import BREACH, MISUNDERSTANDING, SANCTION
from regimesim.core.lanes import Lanes
from regimesim.core.world import Reals, Setting, World, allocate_game
from regimesim.scenario.messages import InputError
from regimesim.simulation.results import Results
from regimesim.simulation.simulate import few_lanes, lanes_for, on_threads, round_of_giving_way
from regimesim.simulation.watching import Cells, marked

YEARS_BEFORE = 5.0

MEMORY, LEADERS, APART, CONDITIONS = "memory faded", "new leaders", "estrangement in force", "new conditions"
CAUSES: Mapping[str, tuple[str, ...]] = {
    MEMORY: (),
    LEADERS: (),
    "buffers lost": ("sovereign",),
    "grievances grew": ("revisionism", "turmoil"),
    "trust lost": ("trust",),
    "power shifted": ("capability",),
    "enforcement failed": ("credibility", "member"),
    APART: ("left", "kind", "at_war"),
    CONDITIONS: (),
}
"""Causes that may have lowered the margin, and the parts of the world that carry each. The two that share the
norm differ by its course; *estrangement in force* leaves fewer states that could still join a sanction; *new
conditions* are those of an epoch. *Trust lost* is called *misperception* in years in which there were false
alarms, and at least as many as defections seen."""

MISPERCEPTION, QUARRELS, SANCTIONS, CHANCE = "misperception", "quarrels abroad", "sanctions", "chance"
"""Causes where nothing lowered the margin. *Chance* is hasty choices and accidents."""

GROUNDS = ("not estranged", MISPERCEPTION, QUARRELS, "breach", SANCTIONS, "war")
"""Why a pair does not cooperate: it is open and somebody defects; it was estranged by a false charge (cleared
or not), by a quarrel abroad alone, by a true charge, by a sanction; it is at war."""
_OPEN, _FALSELY, _ABROAD, _RIGHTLY, _EXCLUDED, _WAR = range(6)
_COUNTED = ("false_alarms", "exploitations", "misses")
_ROUNDING_OF_SHARES = 1e-9


@dataclass(frozen=True)
class Causes:
    """Why the regimes of some runs collapsed.

    Attributes
    ----------
    replicate : int array (R,)
        The runs whose regime formed and collapsed.
    cause : str array (R,)
    shares : dict of str to float
        Share of each cause among them, the most frequent first.
    contribution : dict of str to float array (R,)
        What each change since five years before added to the mean margin of pairs (payoff units; negative: it
        undermined cooperation).
    before, after : float arrays (R, 4)
        Mean terms of the margin (``columns.TERMS``) at both times, over ordered pairs.
    standing : dict of str to float array (R,)
        Of the pairs and rounds without cooperation in the first bad window, the share of each of
        :data:`GROUNDS`.
    """

    replicate: NDArray[np.int64]
    cause: NDArray[np.str_]
    shares: dict[str, float]
    contribution: dict[str, NDArray[np.float64]]
    before: Reals
    after: Reals
    standing: dict[str, NDArray[np.float64]]


def causes_of_collapse(results: Results, most: int = 2000, workers: int | None = None) -> Causes:
    """Find why regimes collapsed.

    Parameters
    ----------
    results : Results
    most : int
        At most so many of the runs, the first ones, are looked into.
    workers : int, optional
        Threads.

    Raises
    ------
    InputError
        If the runs cannot be played again.
    """
    if not results.replayable:
        raise InputError(
            "these runs were played with mechanisms or states in Python, and cannot be played again to see "
            "why their regimes ended; a report needs runs by the rules alone"
        )
    columns, per_year = results.columns, results.scenario.rounds_per_year
    fell = columns["regime_ended"] & ~np.isnan(columns["regime_onset"])
    chosen = np.nonzero(fell)[0][:most]
    onset = np.rint(columns["regime_onset"][chosen] * per_year).astype(np.int64)
    end = onset + np.rint(columns["regime_years"][chosen] * per_year).astype(np.int64)
    replicate = columns["replicate"][chosen].astype(np.int64)
    point = columns["point"][chosen].astype(np.intp)
    design, seed = results.design, int(results.provenance["seed"])
    window = max(1, math.floor(float(results.scenario["measure.window"]) * per_year + 0.5))
    known = results.gave_way

    def look(which: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
        luck = replicate[which].astype(np.intp)
        lanes = Lanes(design, point[which], luck, seed)
        if known is None:
            lanes.play(int((end[which] + window).max()))
            way = round_of_giving_way(lanes, {name: columns[name][chosen[which]] for name in _REGIME})
            lanes = lanes.again(luck)
        else:
            way = known[chosen[which]]
        begin = np.maximum(onset[which], way - round(YEARS_BEFORE * per_year))
        course = follow_collapses(lanes, Times(begin, way, end[which], window))
        return _found_in(course) | {"ground": course.ground.T}

    blocks = _blocks_by_end(end, lanes_for(design), few_lanes(design))
    return _gathered(replicate, _in_order(on_threads(look, blocks, workers), blocks))


_REGIME = ("regime_onset", "regime_years", "regime_ended")
_LATEST = 0.05
"""Share of collapses, the latest, that are played apart: all others are over long before them."""


def _blocks_by_end(end: NDArray[np.int64], size: int, few: int) -> list[NDArray[np.intp]]:
    """Divide collapses into blocks of those that come at about the same time: none is played on for long."""
    order = np.argsort(end, kind="stable")
    if len(order) <= few:
        return [order] if len(order) else []
    soon = len(order) - math.floor(_LATEST * len(order))
    number = 2 * math.ceil(soon / (2 * size))
    blocks = [order[soon:], *np.array_split(order[:soon], number)]
    return [block for block in blocks if len(block)]


def _in_order(
    parts: list[dict[str, NDArray[Any]]], blocks: list[NDArray[np.intp]]
) -> dict[str, NDArray[Any]]:
    """Join what was found in blocks, in the order of the runs."""
    if not parts:
        return {}
    order = np.argsort(np.concatenate(blocks))
    return {name: np.concatenate([part[name] for part in parts])[order] for name in parts[0]}


def _found_in(course: Course) -> dict[str, NDArray[Any]]:
    """Measure what each change did as cooperation gave way, or one window later where nothing had done it."""
    found = contributions(course.before, course.after, course.led)
    least = np.min([found[cause] for cause in CAUSES], axis=0)
    nothing = np.flatnonzero(least >= -_ROUNDING_OF_SHARES)
    if len(nothing):
        before, later = course.before.only(nothing), course.later.only(nothing)
        led = course.led_later[:, nothing]
        for name, values in contributions(before, later, led).items():
            found[name][nothing] = values
    return found


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
            {name: getattr(lanes.tally, name).copy() for name in _COUNTED},
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
        for name in _COUNTED:
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
        return _mean_margin(MomentOfEnd(self.world._replace(**rows), self.setting, {}).terms())


_STANDING = World._fields[: World._fields.index("played")]
"""Fields of a world that go on from round to round: all else, margins too, follows from them."""
_OF_PHASES = ("parameters", "states", "affinity", "prior", "strength", "ground")
_OF_LANES = (*_OF_PHASES, "strategy", "firm", "following")
"""Settings that :func:`_by_lane` gives a row a lane, and those of them that a new phase may change."""


def _mean_terms(terms: Reals) -> Reals:
    n = len(terms)
    mean: Reals = terms.sum((0, 1)).T / (n * (n - 1))
    return mean


def _mean_margin(terms: Reals) -> Reals:
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
        Pairs and rounds without cooperation in the bad window, by :data:`GROUNDS`.
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
        Pairs and rounds without cooperation that were looked at, by :data:`GROUNDS`.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        n, _, many = lanes.world.left.shape
        self.upper = np.triu_indices(n, 1)
        self.ground = np.zeros((n, n, many), np.int8)
        self.count = np.zeros((len(GROUNDS), many), np.int64)

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
            _EXCLUDED,
            np.where(broke == BREACH, np.where(true, _RIGHTLY, _FALSELY), _FALSELY),
        )
        ground = np.where((broke == MISUNDERSTANDING) & ~false, _ABROAD, ground)
        self.ground[broken.actor, broken.target, broken.lane] = ground

    def _count(self, which: NDArray[np.intp]) -> None:
        if not len(which):
            return
        world, (i, j) = self.lanes.world, self.upper
        here, there = (i[:, None], j[:, None], which), (j[:, None], i[:, None], which)
        both = (world.action[here] & world.action[there] & world.open[here]) > 0
        state = np.where(world.open[here] > 0, _OPEN, self.ground[here])
        state = np.where(world.played[here] == 0, _WAR, state)
        for number in range(len(GROUNDS)):
            self.count[number, which] += ((state == number) & ~both).sum(0)


def _charged(world: World, broken: Cells) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell whether either of two states has charged the other falsely, and whether rightly."""
    charge, action = world.charge[None], world.action[None]
    charges = broken.of(charge) > 0, broken.back(charge) > 0
    guilty = broken.back(action) == 0, broken.of(action) == 0
    false = (charges[0] & ~guilty[0]) | (charges[1] & ~guilty[1])
    true = (charges[0] & guilty[0]) | (charges[1] & guilty[1])
    return false, true


def contributions(before: MomentOfEnd, after: MomentOfEnd, led: Reals) -> dict[str, NDArray[Any]]:
    """Measure what each change in the world did to the mean margin, and tell whether it was misperceived."""
    terms = after.terms()
    found: dict[str, NDArray[Any]] = {
        "before": _mean_terms(before.terms()),
        "after": _mean_terms(terms),
    }
    total, norm = _mean_margin(terms), after.world.norm
    unfaded = norm * np.divide(before.world.norm, led, out=np.ones_like(led), where=led > 0)
    for cause, fields in CAUSES.items():
        parts = {name: getattr(before.world, name) for name in fields}
        if cause in (MEMORY, LEADERS):
            parts = {"norm": unfaded if cause == MEMORY else led}
        held = before.setting if cause == CONDITIONS else after.setting
        found[cause] = total - MomentOfEnd(after.world, held, {}).margin(**parts)
    alarms, defected, missed = (after.counted[k] - before.counted[k] for k in _COUNTED)
    found[MISPERCEPTION] = (alarms > 0) & (alarms >= defected - missed)
    found["kind"] = _kind_in_force(after.world)
    return found


def _kind_in_force(world: World) -> NDArray[np.int64]:
    """The commonest kind of what keeps pairs apart, by its place in :data:`_APART_BY`."""
    upper = np.triu(np.ones(world.left.shape[:2], np.bool_), 1)
    kind = np.where(world.left[upper] > 0, world.kind[upper], 0)
    kinds = {_FALSELY: MISUNDERSTANDING, _RIGHTLY: BREACH, _EXCLUDED: SANCTION}
    counts = np.zeros((len(GROUNDS), kind.shape[1]))
    for number, code in kinds.items():
        counts[number] = (kind == code).sum(0)
    counts[_WAR] = (world.at_war[upper] > 0).sum(0)
    return np.asarray(counts.argmax(0), np.int64)


_APART_BY = {_FALSELY: "misunderstanding", _RIGHTLY: "breach", _EXCLUDED: "sanction", _WAR: "war"}


_NO_TERMS = np.zeros((0, 4))


def _gathered(replicate: NDArray[np.int64], joined: Mapping[str, NDArray[Any]]) -> Causes:
    if not joined:
        joined = {**{name: np.zeros(0) for name in CAUSES}, **dict.fromkeys(("before", "after"), _NO_TERMS)}
        joined = joined | {"ground": np.zeros((0, len(GROUNDS)))}
    standing = joined["ground"] / np.maximum(1, joined["ground"].sum(axis=1, keepdims=True))
    cause = np.array([_cause_of_collapse(joined, standing[k], k) for k in range(len(replicate))], str)
    found, counts = np.unique(cause, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return Causes(
        replicate,
        cause,
        {str(found[k]): float(counts[k] / len(replicate)) for k in order},
        {name: joined[name] for name in CAUSES},
        joined["before"],
        joined["after"],
        {name: standing[:, k] for k, name in enumerate(GROUNDS)},
    )


def _cause_of_collapse(found: Mapping[str, NDArray[Any]], standing: NDArray[np.float64], k: int) -> str:
    """Find what lowered the margin most in run k; if nothing, what estranged those that did not cooperate."""
    lowest = min(CAUSES, key=lambda cause: found[cause][k])
    if found[lowest][k] < -_ROUNDING_OF_SHARES:
        if lowest == "trust lost" and found[MISPERCEPTION][k]:
            return MISPERCEPTION
        kind = _APART_BY.get(int(found["kind"][k]), "")
        return f"{APART} ({kind})" if lowest == APART and kind else lowest
    grounds = (_FALSELY, _ABROAD, _EXCLUDED)
    blameless = sum(standing[number] for number in grounds)
    if blameless > 0 and blameless >= standing[_OPEN] + standing[_RIGHTLY]:
        return GROUNDS[max(grounds, key=lambda number: standing[number])]
    return CHANCE

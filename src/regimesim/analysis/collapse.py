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
from collections.abc import Mapping
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
from regimesim.simulation.simulate import lanes_for, on_threads

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
    size = lanes_for(design)
    blocks = [slice(first, first + size) for first in range(0, len(chosen), size)]

    low = float(results.scenario["measure.collapse"])

    def look(block: slice) -> dict[str, NDArray[Any]]:
        which = replicate[block].astype(np.intp)
        lanes = Lanes(design, point[block], which, seed)
        way = gave_way_by_lane(lanes, end[block], window, low)
        begin = np.maximum(onset[block], way - round(YEARS_BEFORE * per_year))
        course = follow_collapses(lanes.again(which), Times(begin, way, end[block], window))
        found = contributions(course.before, course.after, course.led)
        later = contributions(course.before, course.later, course.led_later)
        nothing = np.min([found[cause] for cause in CAUSES], axis=0) >= -_ROUNDING_OF_SHARES
        for name, values in found.items():
            chosen_rows = nothing if values.ndim == 1 else nothing[:, None]
            found[name] = np.where(chosen_rows, later[name], values)
        return found | {"ground": course.ground.T}

    return _gathered(replicate, on_threads(look, blocks, workers))


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

    def keep(self, lanes: Lanes, which: NDArray[np.intp]) -> None:
        """Let some lanes be as they stand now."""
        for name in World._fields:
            if name != "reach":  # room for a search; its lanes are first
                getattr(self.world, name)[..., which] = getattr(lanes.world, name)[..., which]
        setting = _by_lane(lanes)
        for name in ("parameters", "states", "affinity", "prior", "strength", "ground"):
            getattr(self.setting, name)[..., which] = getattr(setting, name)[..., which]
        np.maximum(self.setting.on, setting.on, out=self.setting.on)
        for name in _COUNTED:
            self.counted[name][which] = getattr(lanes.tally, name)[which]

    def terms(self) -> Reals:
        """The terms of every margin, [N, N, 4, L]."""
        n, lanes = self.world.capability.shape
        terms = np.zeros((n, n, 4, lanes))
        kernel.margins(self.world, allocate_game(n, lanes), self.setting, terms)
        return terms

    def margin(self, **parts: NDArray[Any]) -> Reals:
        """Mean over pairs of the lesser margin, with some parts of the world replaced, [L]."""
        margin = MomentOfEnd(self.world._replace(**parts), self.setting, {}).terms().sum(2)
        i, j = np.triu_indices(len(margin), 1)
        mean: Reals = np.minimum(margin[i, j], margin[j, i]).mean(0)
        return mean


def _mean_terms(terms: Reals) -> Reals:
    n = len(terms)
    mean: Reals = terms.sum((0, 1)).T / (n * (n - 1))
    return mean


def _by_lane(lanes: Lanes) -> Setting:
    """Give what holds now, a row a lane: lanes are kept at different times, maybe in different phases."""
    setting, row = lanes.setting, lanes.row
    return setting._replace(
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


def gave_way_by_lane(lanes: Lanes, end: NDArray[np.int64], window: int, low: float) -> NDArray[np.int64]:
    """The first round from ``end`` on in which fewer than ``low`` of the pairs cooperate; plays the lanes."""
    lanes.play(int((end + window).max()))
    n = lanes.world.capability.shape[0]
    rounds = end[:, None] + np.arange(window)
    cooperating = lanes.tally.cooperating[rounds, np.arange(len(end))[:, None]]
    way: NDArray[np.int64] = end + (cooperating < low * (n * (n - 1) / 2)).argmax(axis=1)
    return way


@dataclass(frozen=True)
class Course:
    """Parts of some collapses that are kept.

    Attributes
    ----------
    before, after, later : Moment
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
    moments = {name: (MomentOfEnd.of(lanes), when) for name, when in
               (("before", times.begin), ("after", times.way), ("later", later))}  # fmt: skip
    norm = lanes.world.norm.copy()
    led, led_later = norm.copy(), norm.copy()
    grounds, count = Grounds(lanes), np.zeros((len(GROUNDS), len(last)), np.int64)
    for t in range(int(later.max()) + 1):
        faded, settled = _without_new_leaders(lanes, norm), lanes.world.at_war == 1
        lanes.decide()
        norm = np.where(times.begin < t, faded, lanes.world.norm)
        for moment, when in moments.values():
            if (now := np.flatnonzero(when == t)).size:
                moment.keep(lanes, now)
        led, led_later = np.where(times.way == t, norm, led), np.where(later == t, norm, led_later)
        lanes.carry_out()
        norm = np.where(settled.any(axis=1), 1.0, norm)
        grounds.look(count, (times.end <= t) & (t <= last))
    kept = {name: moment for name, (moment, _) in moments.items()}
    return Course(**kept, led=led, led_later=led_later, ground=count)


def _without_new_leaders(lanes: Lanes, norm: Reals) -> Reals:
    """Let a norm fade and be renewed, as in step 1 of the next round (model.md 4.7, *Memory*)."""
    lanes.enter_phase()
    p, m = lanes.setting.parameters[lanes.row], lanes.design.rounds_per_year
    faded = norm * np.exp(-math.log(2.0) / (p["norms"]["half_life"] * m))
    renewed = 1.0 - np.exp(-p["diplomacy"]["conference"] * p["norms"]["socialization"] / m)
    return faded + renewed * lanes.world.member * (1.0 - faded)  # type: ignore[no-any-return]


class Grounds:
    """Why each pair is estranged, followed round by round."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        n = lanes.world.capability.shape[0]
        self.upper = np.triu(np.ones((n, n), np.bool_), 1)
        self.ground = np.zeros((n, n, lanes.world.capability.shape[1]), np.int8)

    def look(self, count: NDArray[np.int64], where: NDArray[np.bool_]) -> None:
        """Count the pairs without cooperation in the lanes ``where``; then see which pairs break."""
        world = self.lanes.world
        both = (world.action & world.action.swapaxes(0, 1) & world.open) > 0
        if where.any():
            state = np.where(world.played == 0, _WAR, np.where(world.open > 0, _OPEN, self.ground))
            state = state[self.upper]
            for number in range(len(GROUNDS)):
                count[number] += ((state == number) & ~both[self.upper]).sum(0) * where
        charge, did = world.charge, world.action.swapaxes(0, 1)
        false = (charge > 0) & (did > 0)
        true = (charge > 0) & (did == 0)
        broke, by_false, by_true = world.broke, _either(false), _either(true)
        ground = np.where(
            broke == SANCTION,
            _EXCLUDED,
            np.where(broke == BREACH, np.where(by_true, _RIGHTLY, _FALSELY), _FALSELY),
        )
        ground = np.where((broke == MISUNDERSTANDING) & ~by_false, _ABROAD, ground)
        self.ground = np.where(broke > 0, ground, self.ground).astype(np.int8)


def _either(marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell whether one side at least of each pair is marked."""
    return marks | marks.swapaxes(0, 1)


def contributions(before: MomentOfEnd, after: MomentOfEnd, led: Reals) -> dict[str, NDArray[Any]]:
    """Measure what each change in the world did to the mean margin, and tell whether it was misperceived."""
    found: dict[str, NDArray[Any]] = {
        "before": _mean_terms(before.terms()),
        "after": _mean_terms(after.terms()),
    }
    total, norm = after.margin(), after.world.norm
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


def _gathered(replicate: NDArray[np.int64], parts: list[dict[str, NDArray[Any]]]) -> Causes:
    none = {cause: np.zeros(0) for cause in CAUSES} | {"before": np.zeros((0, 4)), "after": np.zeros((0, 4))}
    none |= {"ground": np.zeros((0, len(GROUNDS)))}
    joined = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]} if parts else none
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

"""Why cooperation ended: the margin as it gave way against five years before, and who was estranged.

Each run whose regime collapsed is played again (a run is a function of its address) and its world kept at two
times, as intentions are formed: when cooperation gave way, and five years before that or at the onset if that
was later. A collapse is dated to the beginning of a bad window; cooperation *gives way* in the first round of
that window in which the share of cooperating pairs is below the threshold.

A pair cooperates only while it is worth it to both, so its margin is that of the side for which it is less.
The mean over pairs is a function of what states remember, trust, fear and own; putting one of these back to
its former value and leaving the rest as it is gives that one's part in the fall. What lowered the margin most
is the cause. What new leaders took from a norm is separated from what faded by letting the norm run on from
five years before without a change of leaders. Where nothing had lowered the margin, the world one window
later is looked at in the same way: an accident may begin what lost trust then keeps going.

Cooperation may also break down among states whose margins nothing lowered, because they are estranged: by
charges that were false, by quarrels abroad, or by sanctions. Then what estranged most is the cause, if the
three account for at least half of the pairs that did not cooperate in the bad window, wars aside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.collapse_courses import (
    ABROAD,
    AT_WAR,
    COUNTED,
    EXCLUDED,
    FALSELY,
    OPEN,
    RIGHTLY,
    Course,
    MomentOfEnd,
    Times,
    follow_collapses,
    mean_margin,
    mean_terms,
)
from regimesim.core.estrangement import BREACH, MISUNDERSTANDING, SANCTION
from regimesim.core.lanes import Lanes
from regimesim.core.world import Reals, World
from regimesim.scenario.messages import InputError
from regimesim.simulation.results import Results
from regimesim.simulation.simulate import few_lanes, lanes_for, on_threads, regimes_ended, round_of_giving_way

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
"""Names of why a pair does not cooperate, by the numbers of :mod:`regimesim.analysis.collapse_courses`."""
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
    chosen, onset, end = (found[:most] for found in regimes_ended(columns, per_year))
    replicate = columns["replicate"][chosen].astype(np.int64)
    point = columns["point"][chosen].astype(np.intp)
    design, seed = results.design, int(results.provenance["seed"])
    window = results.scenario.window_rounds
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


def contributions(before: MomentOfEnd, after: MomentOfEnd, led: Reals) -> dict[str, NDArray[Any]]:
    """Measure what each change in the world did to the mean margin, and tell whether it was misperceived."""
    terms = after.terms()
    found: dict[str, NDArray[Any]] = {
        "before": mean_terms(before.terms()),
        "after": mean_terms(terms),
    }
    total, norm = mean_margin(terms), after.world.norm
    unfaded = norm * np.divide(before.world.norm, led, out=np.ones_like(led), where=led > 0)
    for cause, fields in CAUSES.items():
        parts = {name: getattr(before.world, name) for name in fields}
        if cause in (MEMORY, LEADERS):
            parts = {"norm": unfaded if cause == MEMORY else led}
        held = before.setting if cause == CONDITIONS else after.setting
        found[cause] = total - MomentOfEnd(after.world, held, {}).margin(**parts)
    alarms, defected, missed = (after.counted[k] - before.counted[k] for k in COUNTED)
    found[MISPERCEPTION] = (alarms > 0) & (alarms >= defected - missed)
    found["kind"] = _kind_in_force(after.world)
    return found


def _kind_in_force(world: World) -> NDArray[np.int64]:
    """The commonest kind of what keeps pairs apart, by its place in :data:`_APART_BY`."""
    upper = np.triu(np.ones(world.left.shape[:2], np.bool_), 1)
    kind = np.where(world.left[upper] > 0, world.kind[upper], 0)
    kinds = {FALSELY: MISUNDERSTANDING, RIGHTLY: BREACH, EXCLUDED: SANCTION}
    counts = np.zeros((len(GROUNDS), kind.shape[1]))
    for number, code in kinds.items():
        counts[number] = (kind == code).sum(0)
    counts[AT_WAR] = (world.at_war[upper] > 0).sum(0)
    return np.asarray(counts.argmax(0), np.int64)


_APART_BY = {FALSELY: "misunderstanding", RIGHTLY: "breach", EXCLUDED: "sanction", AT_WAR: "war"}


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
    grounds = (FALSELY, ABROAD, EXCLUDED)
    blameless = sum(standing[number] for number in grounds)
    if blameless > 0 and blameless >= standing[OPEN] + standing[RIGHTLY]:
        return GROUNDS[max(grounds, key=lambda number: standing[number])]
    return CHANCE

"""Watching a block of lanes go by: yearly means and dated events, lane by lane."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Lanes

QUANTITIES = (
    "cooperation", "trust", "norm", "credibility", "war", "buffers", "revisionism",
    "now", "future", "law", "norm_term",
)  # fmt: skip
"""Yearly series: share of pairs that cooperated; mean trust, norm, credibility; shares of pairs at war and
of buffer states sovereign; mean revisionism; and the means of the four terms of the margin, at the end of a
year."""

WAR, PEACE, LOST, RESTORED, REVOLUTION, LEADER, LEFT, JOINED = range(8)
KINDS = ("war", "peace", "buffer lost", "buffer restored", "revolution", "new leader", "left", "joined")
ONSET, COLLAPSE = "regime begins", "regime collapses"


class Event(NamedTuple):
    """One kind of event in one round, in all lanes where it happened (-1: no such state)."""

    round: int
    kind: int
    lane: NDArray[np.intp]
    actor: NDArray[np.intp]
    target: NDArray[np.intp]


class Recording(NamedTuple):
    """What a block went through."""

    yearly: NDArray[np.float32]  # [Q, Y, L]
    events: list[Event]
    pairs: NDArray[
        np.int32
    ]  # [3, P, L] per pair: first restraint, first breakdown after it, first war (-1: never)


def play_and_record(lanes: Lanes) -> Recording:
    """Play a block to its horizon, noting what happens."""
    rounds, per_year = lanes.design.rounds, lanes.design.rounds_per_year
    years = -(-rounds // per_year)
    yearly = np.zeros((len(QUANTITIES), years, len(lanes.points)), np.float32)
    events: list[Event] = []
    while lanes.round < rounds:
        before = _watched(lanes)
        lanes.play(lanes.round + 1)
        _note(lanes, before, events)
        if lanes.round % per_year == 0 or lanes.round == rounds:
            year = (lanes.round - 1) // per_year
            yearly[:, year] = _means(lanes, lanes.round - year * per_year)
    return Recording(yearly, events, _pair_spells(lanes))


def _pair_spells(lanes: Lanes) -> NDArray[np.int32]:
    i, j = np.triu_indices(lanes.world.capability.shape[0], 1)
    tally = lanes.tally
    return np.stack([tally.pair_onset[i, j], tally.pair_breakdown[i, j], tally.pair_war[i, j]])


def _watched(lanes: Lanes) -> dict[str, NDArray[Any]]:
    world = lanes.world
    fields = ("at_war", "sovereign", "member")
    return {name: getattr(world, name).copy() for name in fields}


def _note(lanes: Lanes, before: dict[str, NDArray[Any]], events: list[Event]) -> None:
    world, t = lanes.world, lanes.round - 1
    upper = np.triu(np.ones(world.at_war.shape[:2], np.bool_), 1)[..., None]
    changes = (
        # a pair that settles may be drawn into another war in the same round
        (WAR, (world.at_war > 0) & (before["at_war"] <= 1) & upper),
        (PEACE, (before["at_war"] == 1) & upper),
        (LOST, world.sovereign < before["sovereign"]),
        (RESTORED, world.sovereign > before["sovereign"]),
        (REVOLUTION, world.revolted > 0),
        (LEADER, world.new_leader > 0),
        (LEFT, world.member < before["member"]),
        (JOINED, world.member > before["member"]),
    )
    for kind, happened in changes:
        if happened.any():
            *places, lane = np.nonzero(happened)
            actor = places[0]
            target = places[1] if len(places) > 1 else np.full_like(actor, -1)
            events.append(Event(t, kind, lane, actor, target))


def _means(lanes: Lanes, rounds: int) -> NDArray[np.float64]:
    world, n = lanes.world, lanes.world.capability.shape[0]
    pairs = n * (n - 1)
    terms = lanes.margins()
    cooperating = lanes.tally.cooperating[lanes.round - rounds : lanes.round]
    off = ~np.eye(n, dtype=np.bool_)
    return np.stack([
        cooperating.sum(0) / (rounds * pairs / 2),
        world.trust[off].sum(0) / pairs,
        world.norm.sum(0) / n,
        world.credibility,
        (world.at_war[off] > 0).sum(0) / pairs,
        world.sovereign.sum(0) / max(1, len(world.sovereign)),
        world.revisionism.sum(0) / n,
        *(terms[:, :, term].sum((0, 1)) / pairs for term in range(4)),
    ])  # fmt: skip

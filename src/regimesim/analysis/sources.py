"""Sources of chance in a round of a history: what was drawn, what came of it, and how that is told.

A *source* is a group of draws that decide one thing: whether a wave of revolution comes and whom it strikes,
whether a state has a new leader, how a pair's dealing goes, whether war breaks out. Only those are listed of
which something came.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from regimesim.chronicle.entries import date_text
from regimesim.chronicle.replay import Happening, History
from regimesim.core import draws
from regimesim.core.draws import Replacement
from regimesim.scenario.messages import listed
from regimesim.simulation import columns as kinds

Address = tuple[int, int, int]
"""Channel, i, j."""

OF_A_DEALING = tuple(
    int(channel)
    for channel in (
        draws.TREMBLE,
        draws.INTEND,
        draws.OBSERVE,
        draws.PURSUE,
        draws.PUBLISH,
        draws.INQUIRY,
    )
)
"""Channels of each side of a pair that deals."""

_WORDS = 2**32


class Source(NamedTuple):
    """A source of chance from which something came."""

    round: int
    words: str
    addresses: tuple[Address, ...]


def date_of(history: History, t: int) -> str:
    """Round t as a date, which of a round after the last is that of the end."""
    return date_text(history.scenario.start, history.per_year, t)


def as_drawn(history: History, source: Source) -> list[Replacement]:
    """The draws of a source as they were, for every replicate."""
    return [
        Replacement(source.round, channel, i, j, int(history.unit(source.round, channel, i, j) * _WORDS))
        for channel, i, j in source.addresses
    ]


def sources_of(history: History, t: int) -> list[Source]:
    """List the sources of round t from which something came, in the order of the rules."""
    happened = [event for event in history.happenings if event.t == t]
    return [
        *_home_fronts(history, t, happened),
        *_dealings(history, t, happened),
        *_sanctions(history, t, happened),
        *_sources_of_wars(history, t, happened),
        *_buffers(history, t, happened),
    ]


def _of(happened: list[Happening], *which: int) -> list[Happening]:
    return [event for event in happened if event.kind in which]


def _home_fronts(history: History, t: int, happened: list[Happening]) -> Iterator[Source]:
    names = history.names
    struck = [event.actor for event in _of(happened, kinds.REVOLUTION)]
    if struck:
        spread = ((int(draws.SPREAD), i, i) for i in range(len(names)))
        words = f"a wave of revolution strikes {listed([names[i] for i in struck])}"
        yield Source(t, words, ((int(draws.WAVE), 0, 0), *spread))
    for event in _of(happened, kinds.LEADER):
        if event.actor not in struck:
            address = (int(draws.TURNOVER), event.actor, event.actor)
            yield Source(t, f"a new leader in {names[event.actor]}", (address,))


def _dealings(history: History, t: int, happened: list[Happening]) -> Iterator[Source]:
    for i, j in history.pairs:
        words = [*_seen(history, t, i, j), *_seen(history, t, j, i)]
        among = [event for event in happened if {event.actor, event.target} == {i, j}]
        one, other = history.names[i], history.names[j]
        words += [f"a quarrel abroad between {one} and {other}" for _ in _of(among, kinds.QUARREL)]
        if words and _of(among, kinds.MISUNDERSTOOD, kinds.BREACHED):
            words.append("the two are estranged")
        if words:
            sides = [(channel, a, b) for channel in OF_A_DEALING for a, b in ((i, j), (j, i))]
            abroad = (int(draws.WAR), j, i)
            yield Source(t, listed(words), (*sides, (int(draws.CONFER), i, j), abroad))
        if _of(among, kinds.ENDED_EARLY):
            talks = f"{one} and {other} end their estrangement early"
            yield Source(t, talks, ((int(draws.NEGOTIATE), i, j),))


def _seen(history: History, t: int, i: int, j: int) -> list[str]:
    """Say how i saw j's act, if it erred or j defected against its interest."""
    decided, ended = history.decided, history.ended
    one, other = history.names[i], history.names[j]
    if not decided.open[t, i, j]:
        return []
    if ended.action[t, j, i]:
        if ended.seen[t, i, j]:
            return []
        then = {0: " and lets it pass", 1: "", 2: " and is told so"}[int(ended.charge[t, i, j])]
        return [f"{one} misreads {other}{then}"]
    slipped = not decided.withheld[t, j, i] and history.prudent(j) and history.margin[t, j, i] >= 0
    charged = ended.charge[t, i, j] > 0
    if not (slipped or charged):
        return []
    return [f"{other} defects against {one}{' against its interest' if slipped else ''}"]


def _sanctions(history: History, t: int, happened: list[Happening]) -> Iterator[Source]:
    names, n = history.names, len(history.names)
    for z in range(n):
        joined = [event.actor for event in _of(happened, kinds.SANCTIONED) if event.target == z]
        if joined:
            asked = tuple((int(draws.SANCTION), k, z) for k in range(n) if k != z)
            yield Source(t, f"{listed([names[k] for k in joined])} exclude{_s(joined)} {names[z]}", asked)
    for event in _of(happened, kinds.LEFT):
        address = (int(draws.EXIT), event.actor, event.actor)
        yield Source(t, f"{names[event.actor]} leaves the institution", (address,))


def _s(several: list[int]) -> str:
    return "" if len(several) > 1 else "s"


def _sources_of_wars(history: History, t: int, happened: list[Happening]) -> Iterator[Source]:
    names, n = history.names, len(history.names)
    buffers = range(len(history.buffers))
    for event in _of(happened, kinds.PEACE):
        i, j = sorted((event.actor, event.target))
        restored = ((int(draws.RESTORE) + k, i, j) for k in buffers)
        words = f"peace between {names[i]} and {names[j]}"
        yield Source(t, words, ((int(draws.PREVAIL), i, j), *restored))
    for event in _of(happened, kinds.WAR_BEGINS):
        i, j = sorted((event.actor, event.target))
        joins = ((int(draws.JOIN) + k, i, j) for k in range(n) if k not in (i, j))
        yield Source(t, f"war between {names[i]} and {names[j]}", ((int(draws.WAR), i, j), *joins))


def _buffers(history: History, t: int, happened: list[Happening]) -> Iterator[Source]:
    for event in _of(happened, kinds.LOST):
        k = event.actor
        pairs = tuple((int(draws.ABSORB) + k, int(a), int(b)) for of, a, b in history.design.links if of == k)
        yield Source(t, f"{history.names[event.target]} absorbs {history.buffers[k]}", pairs)

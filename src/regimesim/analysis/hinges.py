"""Hinges of a history: the smallest changes of chance with which it would have ended otherwise.

Every draw has an address, so one of them can be replaced and all others left as they are. Asked are, in this
order: whole *rounds* that have the luck of other runs, *single draws* that come out the other way, and, where
nothing that happened decides it alone, *pairs* of things that happened. A hinge is a change after which
the regime (or the peace) stands at the date asked for where it did not, or does not where it did.

A draw that comes out the other way is one that prevents what happened, or makes happen what did not. All that
are looked at in a round are tried; from the next round on all luck is that of the history again.
"""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from regimesim.analysis.futures import (
    Marks,
    Places,
    Question,
    Stops,
    futures_of,
    play_out,
    pooled,
    stands_alike,
)
from regimesim.analysis.sources import Address, date_of, sources_of
from regimesim.analysis.turning_points import asked_of
from regimesim.analysis.wordings import conditional, happened
from regimesim.chronicle.entries import count, likely, span
from regimesim.chronicle.replacements import LARGEST_PLACE, listed_words, replacement_word
from regimesim.chronicle.replay import History
from regimesim.core import draws
from regimesim.core.draws import WHOLE_ROUND, Replacement
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import show
from regimesim.simulation import columns as kinds
from regimesim.simulation.simulate import on_threads

LUCKS = 16
"""Other runs whose luck each round is given."""
FUTURES_OF_A_HINGE = 200
"""Of each hinge."""
MOST_HINGES = 8
"""Hinges that are told of each kind."""
MOST_LOOKED_AT = 24
"""Hinges of which the futures are played, before the best of them are told."""
MOST_PAIRED = 64
"""Draws of which all pairs are tried: the last ones from which something came."""
_AT_ONCE = 128
"""Lanes that are played together through a round in which draws are replaced."""
_SHARES_TRIED = 4
"""Parts of the single draws, each for a thread."""
_NOTHING = 0

Candidate = tuple[Replacement, ...]


@dataclass(frozen=True)
class Hinge:
    """A change of chance that turns the ending.

    Attributes
    ----------
    replacements : tuple of Replacement
    words : str
        What would have been otherwise: ``had Austria not misread Prussia in 1848 Q3``.
    prevents : bool
        Whether it is all of things that happened and then do not.
    gained : int
        Rounds for which it stands longer in this history, within the horizon; negative: shorter.
    stands : bool
        Whether it then stands to the horizon.
    chance : float
        That it stands at the date asked for, given the history up to and with the change.
    """

    replacements: Candidate
    words: str
    prevents: bool
    gained: int
    stands: bool
    chance: float


class RoundHinge(NamedTuple):
    """A round with whose luck in other runs the ending would have been another."""

    round: int
    share: float  # of the other runs
    other: int  # one of them


@dataclass(frozen=True)
class Hinges:
    """Hinges of a history.

    Attributes
    ----------
    history : History
    question : Question
    rounds : tuple of RoundHinge
        All of them, in the order of time.
    draws, pairs : tuple of Hinge
        Those told: first what prevents something that happened, then by the chance that they lead to.
    tried : int
        Single draws that were tried.
    turning : tuple of Replacement
        All single draws that turned the ending, in the order of time.
    asked : tuple of str
        Words with which ``explain`` plays the history; made of its scenario's name if there are none.
    """

    history: History
    question: Question
    rounds: tuple[RoundHinge, ...]
    draws: tuple[Hinge, ...]
    pairs: tuple[Hinge, ...]
    tried: int
    turning: tuple[Replacement, ...]
    asked: tuple[str, ...] = ()

    def command(self, replacements: Sequence[Replacement]) -> str:
        """The command that plays this history with draws replaced."""
        history = self.history
        seed, replicate = history.lanes.seed, int(history.lanes.luck.replicate[0])
        own = [
            f"+scenario={history.scenario.name}",
            f"replicate={replicate}",
            *([f"seed={seed}"] if seed else []),
        ]
        words = [*(self.asked or own), listed_words(history.scenario, (*history.replacements, *replacements))]
        return f"python -m regimesim explain {shlex.join(words)}"

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        told = [
            {
                "words": hinge.words,
                "replace": [replacement_word(self.history.scenario, one) for one in hinge.replacements],
                "prevents": hinge.prevents,
                "years": hinge.gained / self.history.per_year,
                "chance": hinge.chance,
            }
            for hinge in (*self.draws, *self.pairs)
        ]
        rounds = [
            {"date": date_of(self.history, one.round), "share": one.share, "other": one.other}
            for one in self.rounds
        ]
        return {"rounds": rounds, "hinges": told, "tried": self.tried, "turning": len(self.turning)}

    def text(self, width: int = 100) -> str:
        """The hinges as lines of at most ``width`` characters, but for commands."""
        wide, date = max(30, width), show(self.history.year(self.question.until))
        lines = [f"Hinges (what turns the ending in {date})"]
        words = f"Rounds: {count(len(self.rounds), 'round')} whose luck alone turns it"
        words += f" (each tried with the luck of {LUCKS} other runs)"
        told = sorted(self.rounds, key=lambda one: (-one.share, one.round))[:MOST_HINGES]
        dates = [f"{date_of(self.history, one.round)} {likely(one.share)}" for one in told]
        lines += textwrap.wrap(f"{words}{': ' if dates else ''}{', '.join(dates)}.", wide)
        words = f"Single draws: {len(self.turning):,} of {self.tried:,} turn it"
        lines += ["", f"{words}{':' if self.draws else '.'}"]
        for hinge in (*self.draws, *self.pairs):
            if self.pairs and hinge is self.pairs[0]:
                lines.append("Pairs of draws:")
            lines += textwrap.wrap(self.sentence(hinge), wide, initial_indent="  ", subsequent_indent="    ")
            lines.append(f"    {self.command(hinge.replacements)}")
        return "\n".join(lines)

    def sentence(self, hinge: Hinge) -> str:
        """Outcome of the history, and those of its futures."""
        whose = {"regime": "the regime", "peace": "peace", "systemic": "systemic peace"}[self.question.spell]
        years = span(abs(hinge.gained), self.history.per_year)
        how = f"stood {'another ' if hinge.gained > 0 else ''}{years}{'' if hinge.gained > 0 else ' less'}"
        how += ", to the end of the record," if hinge.stands and hinge.gained > 0 else ""
        futures = f"in {likely(hinge.chance)} of its futures it stands in "
        futures += show(self.history.year(self.question.until))
        return f"{hinge.words}, {whose} would have {how} in this history; {futures}."

    def __str__(self) -> str:
        return self.text()


def hinges_of(
    history: History,
    spell: str = "regime",
    until: float | None = None,
    futures: int = FUTURES_OF_A_HINGE,
    workers: int | None = None,
    since: float | None = None,
) -> Hinges:
    """Find the hinges of a history that has been played again.

    Parameters
    ----------
    history : History
    spell : {"regime", "peace", "systemic"}
    until : float, optional
        Year of the calendar in which it must still stand; as in
        :func:`regimesim.analysis.turning_points.turning_points` by default.
    futures : int
        Of each hinge that is told.
    workers : int, optional
        Threads; all cores by default. The result does not depend on it.
    since : float, optional
        Year of the calendar from which on draws are tried; the start by default.

    Raises
    ------
    InputError
        If the question cannot be asked.
    """
    question = asked_of(history, spell, until)
    bench = _Bench(history, question)
    others = [k for k in range(LUCKS + 1) if k != bench.replicate][:LUCKS]
    first = 0 if since is None else round((since - history.scenario.start) * history.per_year)
    tried = range(max(0, first), bench.known)
    lucks = [(Replacement(t, WHOLE_ROUND, 0, 0, k),) for t in tried for k in others]
    candidates = [(one,) for t in tried for one in single_draws(history, t)]
    shares = [lucks, *(candidates[k::_SHARES_TRIED] for k in range(_SHARES_TRIED))]
    turns = on_threads(bench.turn, shares, workers)
    turning = [
        one
        for share, turned in zip(shares[1:], turns[1:], strict=True)
        for one, it in zip(share, turned, strict=True)
        if it
    ]
    turning.sort(key=lambda one: one[0][:5])
    rounds = tuple(_rounds(tried, turns[0].reshape(-1, len(others)), others))
    single = bench.told(turning, futures)
    pairs: tuple[Hinge, ...] = ()
    if not any(hinge.prevents for hinge in single):
        pairs = bench.told(bench.turning_pairs(), futures)
    return Hinges(history, question, rounds, single, pairs, len(candidates), tuple(one for (one,) in turning))


def _rounds(tried: Sequence[int], turns: Marks, others: Sequence[int]) -> Iterator[RoundHinge]:
    """Rounds whose luck alone turns the ending, of turns [round, other run]."""
    for t, row in zip(tried, turns, strict=True):
        if row.any():
            yield RoundHinge(t, float(row.mean()), others[int(row.argmax())])


class _Pool(NamedTuple):
    """Blocks of lanes that have been changed, and the numbers of the changes, block after block."""

    parts: list[tuple[Lanes, Places]]
    numbers: Places

    def with_part(self, lanes: Lanes, numbers: Places) -> _Pool:
        """The same with another block."""
        part = (lanes, np.arange(len(numbers)))
        return _Pool([*self.parts, part], np.concatenate([self.numbers, numbers]))

    def of_parts(self) -> list[Places]:
        """The numbers, block by block."""
        ends = np.cumsum([len(places) for _, places in self.parts])
        return np.split(self.numbers, ends[:-1]) if self.parts else []


class _Bench:
    """A history that can be played again with draws replaced, many changes at once."""

    def __init__(self, history: History, question: Question) -> None:
        self.history, self.question = history, question
        self.known = question.known_from(history.lanes)
        self.replicate = int(history.lanes.luck.replicate[0])
        own = (history.design, history.lanes.seed, self.replicate)
        self.stops = Stops(*own, range(self.known + 1), history.replacements)
        self.ends_standing = bool(question.fates(history.lanes).stands[0])

    def turn(self, candidates: Sequence[Candidate]) -> Marks:
        """Tell which changes, of one round each, turn the ending."""
        by_round: dict[int, list[int]] = {}
        for number, (one,) in enumerate(candidates):
            by_round.setdefault(one.round, []).append(number)
        stands = np.full(len(candidates), self.ends_standing)
        pool = _Pool([], np.zeros(0, np.intp))
        year = self.history.per_year
        for first in range(0, self.known, year):
            end = min(first + year, self.known)
            for lanes, _ in pool.parts:
                lanes.play(end)
            for t in range(first, end):
                for chosen in _batches(by_round.get(t, [])):
                    lanes = self._changed(t, [candidates[k] for k in chosen])
                    self._on_own_luck(lanes).play(end)
                    pool = pool.with_part(lanes, np.array(chosen))
            pool = self._settled(pool, stands)
        for lanes, _ in pool.parts:
            stands[pool.numbers] = play_out(lanes, self.question).stands
        turned: Marks = stands != self.ends_standing
        return turned

    def _settled(self, pool: _Pool, stands: Marks) -> _Pool:
        """Make one block of all, without the lanes whose fate is known, which is noted."""
        parts, on = [], []
        for (lanes, _), own in zip(pool.parts, pool.of_parts(), strict=True):
            found = self.question.fates(lanes)
            stands[own[found.known]] = found.stands[found.known]
            left = ~found.known & ~stands_alike(lanes, self.stops[lanes.round])
            if left.any():
                parts.append((lanes, np.flatnonzero(left)))
                on.append(own[left])
        if not parts:
            return _Pool([], np.zeros(0, np.intp))
        lanes = self._on_own_luck(pooled(parts))
        return _Pool([(lanes, np.arange(len(lanes.points)))], np.concatenate(on))

    def _on_own_luck(self, lanes: Lanes) -> Lanes:
        """Give lanes the luck of the history, with what was replaced in it from the beginning."""
        lanes.luck.replicate[:] = self.replicate
        lanes.replace_draws(self.history.replacements)
        return lanes

    def _changed(self, t: int, candidates: Sequence[Candidate]) -> Lanes:
        """Play round t once for each change; lanes have the numbers of the changes for replicates."""
        number = len(candidates)
        lanes = self.stops[t].fork(np.zeros(number, np.intp), np.arange(number))
        self._play_changed(lanes, t, candidates)
        return lanes

    def _play_changed(self, lanes: Lanes, t: int, candidates: Sequence[Candidate]) -> None:
        """Play round t: lane k with what candidate k replaces, and otherwise the luck of the history."""
        own = [
            one._replace(replicate=k) for k, parts in enumerate(candidates) for one in parts if one.round == t
        ]
        base = [one._replace(replicate=None) for one in self.history.replacements if one.round == t]
        lanes.luck.replicate[:] = np.arange(len(candidates))
        lanes.replace_draws([*own, *base, Replacement(t, WHOLE_ROUND, 0, 0, self.replicate)])
        lanes.play(t + 1)

    def turning_pairs(self) -> list[Candidate]:
        """Pairs of the last things that happened without both of which the ending is another."""
        ended = _end(self.history.lanes, self.question)
        undone = [
            Replacement(source.round, *address, LARGEST_PLACE)
            for t in range(min(self.known, ended + self.history.per_year))
            for source in sources_of(self.history, t)
            for address in source.addresses
            if happened(self.history, source.round, *address)
        ][-MOST_PAIRED:]
        candidates = list(combinations(undone, 2))
        found: list[Candidate] = []
        for chosen in _batches(range(len(candidates)), 2 * _AT_ONCE):
            batch = [candidates[k] for k in chosen]
            turns = self._fates(batch) != self.ends_standing
            found += [one for one, turned in zip(batch, turns, strict=True) if turned]
        return found

    def _fates(self, candidates: Sequence[Candidate]) -> Marks:
        """Play changes of several rounds each, all from the earliest of them on."""
        rounds = sorted({one.round for parts in candidates for one in parts})
        number = len(candidates)
        lanes = self.stops[rounds[0]].fork(np.zeros(number, np.intp), np.arange(number))
        for t in rounds:
            self._on_own_luck(lanes).play(t)
            self._play_changed(lanes, t, candidates)
        return play_out(self._on_own_luck(lanes), self.question).stands

    def told(self, turning: Sequence[Candidate], futures: int) -> tuple[Hinge, ...]:
        """The hinges that are told, of all that turn the ending."""
        prevents = {one: all(happened(self.history, *part[:4]) for part in one) for one in turning}
        order = sorted(turning, key=lambda one: (not prevents[one], -max(part.round for part in one)))
        hinges = [self._hinge(one, prevents[one], futures) for one in order[:MOST_LOOKED_AT]]
        sign = -1 if self.ends_standing else 1
        hinges.sort(key=lambda one: (not one.prevents, -sign * one.chance, one.replacements[0].round))
        return tuple(hinges[:MOST_HINGES])

    def _hinge(self, candidate: Candidate, prevents: bool, futures: int) -> Hinge:
        history, question = self.history, self.question
        own = [one._replace(replicate=self.replicate) for one in candidate]
        last = max(one.round for one in own) + 1
        replaced = (*own, *history.replacements)
        stops = Stops(history.design, history.lanes.seed, self.replicate, [last, history.rounds], replaced)
        chance = futures_of(stops, last, question, futures).stands.mean()
        was, then = (_end(lanes, question) for lanes in (history.lanes, stops[history.rounds]))
        words = conditional(history, own)
        stands = bool(then == history.rounds)
        return Hinge(tuple(own), words, prevents, then - was, stands, float(chance))


def _end(lanes: Lanes, question: Question) -> int:
    """The round in which it ended in a history played to its horizon, or the horizon."""
    if question.spell != "regime":
        first = {"peace": lanes.tally.war_round, "systemic": lanes.tally.systemic_round}[question.spell][0]
        return lanes.round if first < 0 else int(first)
    found = lanes.regimes(np.array([question.onset]), np.array([question.collapse]), question.window)
    return int(found.end[0]) if found.onset[0] >= 0 else 0


def _batches(numbers: Sequence[int], size: int = _AT_ONCE) -> Iterator[Sequence[int]]:
    for first in range(0, len(numbers), size):
        yield numbers[first : first + size]


def single_draws(history: History, t: int) -> list[Replacement]:
    """List each draw that is looked at in round t, made as small and as large as it can be."""
    return [
        Replacement(t, channel, i, j, value)
        for channel, i, j in looked_at(history, t)
        for value in (_NOTHING, LARGEST_PLACE)
    ]


def looked_at(history: History, t: int) -> Iterator[Address]:
    """List the draws that the rules look at in round t, and no more than a few others."""
    n, decided, ended = len(history.names), history.decided, history.ended
    events = [event for event in history.happenings if event.t == t]
    yield (int(draws.WAVE), 0, 0)
    wave = any(event.kind == kinds.WAVE for event in events)
    for i in range(n):
        yield (int(draws.TURNOVER), i, i)
        if wave:
            yield (int(draws.SPREAD), i, i)
        if history.real(t, "power.volatility") > 0 and t > 0 and t % history.per_year == 0:
            yield (int(draws.GROWTH), i, i)
    for i in range(n):
        for j in range(n):
            if i != j and decided.open[t, i, j]:
                yield from _of_a_side(history, t, i, j)
    for i, j in history.pairs:
        if decided.played[t, i, j]:
            yield (int(draws.WAR), i, j)
            yield (int(draws.WAR), j, i)
        if decided.left[t, i, j] > 0:
            yield (int(draws.NEGOTIATE), i, j)
        if decided.open[t, i, j] and not (ended.seen[t, i, j] and ended.seen[t, j, i]):
            yield (int(draws.CONFER), i, j)
    for z in (int(z) for z in np.flatnonzero(ended.sanction[t] >= 0)):
        yield (int(draws.EXIT), z, z)
        yield from ((int(draws.SANCTION), k, z) for k in range(n) if k != z)
    for k, i, j in history.design.links:
        if decided.played[t, i, j] and not decided.open[t, i, j]:
            yield (int(draws.ABSORB) + int(k), int(i), int(j))
    for source in sources_of(history, t):
        if source.addresses[0][0] in (int(draws.PREVAIL), int(draws.WAR)):
            yield from source.addresses


def _of_a_side(history: History, t: int, i: int, j: int) -> Iterator[Address]:
    if history.real(t, "choice.tremble") > 0:
        yield (int(draws.TREMBLE), i, j)
    yield (int(draws.INTEND), i, j)
    yield (int(draws.OBSERVE), i, j)
    if not history.ended.seen[t, i, j]:
        yield from ((int(channel), i, j) for channel in (draws.PURSUE, draws.PUBLISH, draws.INQUIRY))

"""Futures of a history: the same world from some round on, with other luck.

A run is stopped, its world copied into many lanes, and each lane goes on with draws of its own. Those draws
have addresses too: future k of a history has the draws of replicate k under a seed made of the history's
own seed and replicate (:func:`future_seed`), from whatever round it is forked. The futures of two rounds thus
share their luck, and what differs between them is what happened in between (common random numbers). A future
that some time later stands exactly where the history itself stands is the same future forked there, and is
not played twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.draws import Replacement
from regimesim.core.lanes import Design, Lanes, join
from regimesim.scenario.messages import InputError, known, quoted, show
from regimesim.scenario.scenario import Scenario
from regimesim.stats.estimates import Floats

Places = NDArray[np.intp]
Marks = NDArray[np.bool_]

SPELLS = {
    "regime": "the regime stands in {}",
    "peace": "there is no war before {}",
    "systemic": "there is no systemic war before {}",
}
"""Outcomes that may be asked about, and the words for them."""

_STEP = 5.0
"""Years after which lanes whose fate is known are dropped."""
_FULL = 0.75
"""A block is made smaller when less than this share of it is still to be played."""
_SALT = 21
"""Keeps the seeds of futures apart from others that are made of the same numbers."""


class Fates(NamedTuple):
    """Ends of some lanes, as far as they have been played."""

    stands: Marks  # (L,) at the date asked for
    years: Floats  # (L,) for how long it stood by then
    known: Marks  # (L,) whether nothing that follows can change the other two


@dataclass(frozen=True)
class Question:
    """The question whether something still stands at a date.

    Attributes
    ----------
    spell : {"regime", "peace", "systemic"}
        The first regime, the peace between all, or that without a systemic war.
    until : int
        The round in which it must still stand: a regime that formed by then and did not collapse before, a
        peace without a war before.
    last : int
        The round by which that is known: a collapse shows only when its bad window is over.
    window, onset, collapse
        What a regime is (model.md, section 6); the window in rounds.
    per_year : int
        Rounds.
    """

    spell: str
    until: int
    last: int
    window: int
    onset: float
    collapse: float
    per_year: int

    def fates(self, lanes: Lanes) -> Fates:
        """Tell what became of each lane, as far as it has been played."""
        late = np.full(len(lanes.points), lanes.round >= self.last)
        if self.spell != "regime":
            first = {"peace": lanes.tally.war_round, "systemic": lanes.tally.systemic_round}[self.spell]
            broken = first >= 0
            years = np.where(broken, np.minimum(first, self.until), self.until) / self.per_year
            return Fates(~broken | (first >= self.until), years, broken | late)
        found = lanes.regimes(np.full(len(late), self.onset), np.full(len(late), self.collapse), self.window)
        formed = (found.onset >= 0) & (found.onset <= self.until)
        collapsed = (found.onset >= 0) & found.ended
        stands = formed & (~collapsed | (found.end >= self.until))
        end = np.where(collapsed, np.minimum(found.end, self.until), self.until)
        return Fates(stands, np.where(formed, end - found.onset, 0) / self.per_year, collapsed | late)

    def known_from(self, history: Lanes) -> int:
        """The first round before which the fate of a history (one lane, played to its end) was known."""
        if self.spell == "regime":
            found = history.regimes(np.array([self.onset]), np.array([self.collapse]), self.window)
            if found.onset[0] >= 0 and found.ended[0]:
                return min(self.last, int(found.end[0]) + self.window)
            return self.last
        first = {"peace": history.tally.war_round, "systemic": history.tally.systemic_round}[self.spell][0]
        return self.last if first < 0 else min(self.last, int(first) + 1)


def question_of(scenario: Scenario, spell: str = "regime", until: float | None = None) -> Question:
    """Ask whether something still stands in a year of the calendar; the horizon if none is given.

    Raises
    ------
    InputError
        If there is no such spell, or the year lies outside the scenario's.
    """
    known(spell, SPELLS, "spell")
    m, rounds = scenario.rounds_per_year, scenario.rounds
    date = rounds if until is None else math.floor((until - scenario.start) * m + 0.5)
    if not 1 <= date <= rounds:
        first, last = scenario.start, scenario.start + rounds / m
        raise InputError(f"until must lie above {show(first)}, up to {show(last)}; got {quoted(until)}")
    window = scenario.window_rounds if spell == "regime" else 0
    onset, collapse = (float(scenario[f"measure.{name}"]) for name in ("onset", "collapse"))
    return Question(spell, date, min(rounds, date + window), window, onset, collapse, m)


def future_seed(seed: int, replicate: int) -> int:
    """Seed of the futures of one history."""
    words = np.random.SeedSequence((seed, replicate, _SALT)).generate_state(1, np.uint64)
    return int(words[0])


class Stops:
    """A history that is stopped at some rounds: what stood there, a lane each.

    Parameters
    ----------
    design : Design
        Of one point.
    seed, replicate : int
    rounds : sequence of int
    replacements : sequence of Replacement
        Draws of the history that are replaced.
    """

    def __init__(
        self,
        design: Design,
        seed: int,
        replicate: int,
        rounds: Sequence[int],
        replacements: Sequence[Replacement] = (),
    ) -> None:
        self.seed, self.replicate, self.replacements = seed, replicate, tuple(replacements)
        self._of: dict[int, Lanes] = {}
        own = np.array([replicate])
        lanes = Lanes(design, np.zeros(1, np.intp), own, seed)
        lanes.replace_draws(self.replacements)
        for t in sorted({*rounds}):
            lanes.play(t)
            self._of[t] = lanes.fork(np.zeros(1, np.intp), own)

    def __getitem__(self, t: int) -> Lanes:
        """The world before round ``t``."""
        return self._of[t]

    def __contains__(self, t: int) -> bool:
        """Tell whether it was stopped before round ``t``."""
        return t in self._of


def futures_of(
    stops: Stops,
    t: int,
    question: Question,
    number: int,
    revealed: Sequence[Replacement] = (),
    joins: int | None = None,
) -> Fates:
    """Fates of the futures of a history from round ``t`` on.

    Parameters
    ----------
    stops : Stops
    t : int
        One of its stops.
    question : Question
    number : int
        Of futures.
    revealed : sequence of Replacement
        Draws that all of them have: what is known already of what is to come.
    joins : int, optional
        A later stop. Futures that stand there where the history stands are left unknown: they are what the
        same futures from that stop on are.
    """
    lanes = stops[t].fork(
        np.zeros(number, np.intp), np.arange(number), future_seed(stops.seed, stops.replicate)
    )
    if revealed:
        lanes.replace_draws(revealed)
        lanes.play(t + 1)
        lanes.replace_draws(())
    same = np.zeros(number, np.bool_)
    if joins is not None:
        lanes.play(joins)
        same = stands_alike(lanes, stops[joins])
    return play_out(lanes, question, ~same)


def stands_alike(lanes: Lanes, one: Lanes) -> Marks:
    """Tell in which lanes the world, and the path to it, is that of another block's only lane."""
    alike: Marks = (lanes.tally.cooperating[: one.round] == one.tally.cooperating[: one.round]).all(axis=0)
    for first in ("war_round", "systemic_round"):
        alike &= getattr(lanes.tally, first) == getattr(one.tally, first)
    for name in lanes.world._fields:
        if name not in ("reach", "sums", "payoff", "dues"):
            mine, other = getattr(lanes.world, name), getattr(one.world, name)
            alike &= (mine == other).reshape(-1, len(alike)).all(axis=0)
    return alike


def play_out(lanes: Lanes, question: Question, wanted: Marks | None = None) -> Fates:
    """Play lanes until their fates are known, without those that are not wanted."""
    number = len(lanes.points)
    fates = Fates(np.zeros(number, np.bool_), np.zeros(number), np.zeros(number, np.bool_))
    left = np.arange(number) if wanted is None else np.flatnonzero(wanted)
    step = max(1, round(_STEP * question.per_year))
    if 0 < len(left) < number:
        lanes = _only(lanes, left)
    while len(left) > 0:
        found = question.fates(lanes)
        for target, source in zip(fates, found, strict=True):
            target[left] = source
        on = np.flatnonzero(~found.known)
        if not len(on):
            break
        if len(on) < _FULL * len(left):
            left, lanes = left[on], _only(lanes, on)
        lanes.play(min(question.last, lanes.round + step))
    return fates


def _only(lanes: Lanes, places: Places) -> Lanes:
    """The same lanes without the others, on the luck that they had."""
    fewer = lanes.fork(places, lanes.luck.replicate[places].astype(np.intp))
    fewer.luck = fewer.luck._replace(keys=lanes.luck.keys)
    return fewer


def pooled(parts: Sequence[tuple[Lanes, Places]]) -> Lanes:
    """Make one block of lanes of several that stand in the same round, each on the luck that it had."""
    replicates = np.concatenate([lanes.luck.replicate[places] for lanes, places in parts]).astype(np.intp)
    return join(parts, replicates)

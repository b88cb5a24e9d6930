"""Recorded events against those of the twin, noted where they happen in ``tests/support/naive.py``."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import generators
import naive
import numpy as np
import pytest
import twins

import regimesim.simulation.lowering
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.simulation import watching
from regimesim.simulation.columns import EVENT_NAMES, QUANTITIES
from regimesim.simulation.recording import play_and_record

BEGUN = {naive.MISUNDERSTANDING: "misunderstanding", naive.BREACH: "breach"}
ONE_OF_TWO = {"exclusion"}
"""Where both have joined against each other, either may be named first."""

Happened = tuple[int, str, int, int, float]


class Notes:
    """What happens in a run of the twin, noted by functions put in the place of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[Happened] = []
        self.since: dict[tuple[int, int], int] = {}
        self.hostile: list[set[tuple[int, int]]] = []
        self.onset: tuple[int, int] | None = None
        self.t = -1
        for name in ("step_1_events", "step_2_appraise", "step_6_estrange_and_sanction", "begin_war",
                     "go_to_war", "settle", "absorb_buffers", "reconcile", "stop_withholding",
                     "learn_credibility", "step_10_record"):  # fmt: skip
            self._watch(monkeypatch, name)

    def _watch(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        own, told = getattr(naive, name), getattr(self, name)

        def watched(world: Any, *rest: Any) -> None:
            told(world, *rest, play=lambda: own(world, *rest))

        monkeypatch.setattr(naive, name, watched)

    def note(self, kind: str, actor: int = -1, target: int = -1, value: float = 0.0) -> None:
        self.found.append((self.t, kind, actor, target, value))

    def step_1_events(self, world: Any, t: int, play: Any) -> None:
        self.t, members = t, list(world.member)
        play()
        for i in range(world.n):
            if world.member[i] != members[i]:
                self.note("joined" if world.member[i] else "left", i)
            if world.revolted[i]:
                self.note("revolution", i)
            if world.new_leader[i]:
                self.note("new leader", i)
        if world.wave:
            self.note("wave of revolution", value=sum(world.revolted))

    def step_2_appraise(self, world: Any, now: Any, play: Any) -> None:
        play()
        self.hostile.append({pair for pair in world.pairs() if not now.open[pair[0]][pair[1]]})

    def step_6_estrange_and_sanction(self, world: Any, now: Any, t: int, play: Any) -> None:
        before, years = naive.copy(world.left), world.punishment() / world.m
        play()
        for i, j in world.ordered_pairs():
            true, charge = now.action[j][i] == naive.D, now.charge[i][j]
            if charge == naive.PURSUED:
                self.note("accusation" if true else "false accusation", i, j)
            elif charge == naive.CLEARED:
                self.note("accusation cleared", i, j)
            if now.joined[i][j]:
                self.note("sanction joined", i, j, world.get("sanctions.cost"))
            if now.extended[i][j] and now.joined[i][j] and before[i][j] and world.prudent(j):
                self.note("estrangement prolonged", i, j, years)
            if world.left[i][j] and not before[i][j]:
                self.since[i, j] = t + 1
                if not (world.prudent(i) and world.prudent(j)):
                    self.note("cooperation withheld", i, j, years)
        for i, j in world.pairs():
            if now.quarrel[i][j]:
                self.note("quarrel abroad", i, j)
            if now.broke[i][j] in BEGUN:
                self.note(BEGUN[now.broke[i][j]], i, j, years)
            elif now.broke[i][j]:
                who = (i, j) if now.joined[i][j] else (j, i)
                self.note("exclusion", *who, years)
        for z, response in now.response.items():
            self.note("case" if now.true_case[z] else "case against an innocent", z, value=response)

    def begin_war(self, world: Any, now: Any, t: int, i: int, j: int, play: Any) -> None:
        self.onset = (i, j)
        self.note("war", i, j)
        play()
        self.onset = None

    def go_to_war(self, world: Any, now: Any, a: int, b: int, play: Any) -> None:
        assert self.onset is not None
        if (a, b) != self.onset:
            joiner = a if b in self.onset else b
            self.note("war joined", joiner, a + b - joiner)
        for i, j in ((a, b), (b, a)):
            if world.left[i][j] and not (world.prudent(i) and world.prudent(j)):
                if self.since[i, j] > self.t:  # it would have begun with the next round: it is not told
                    self.found.remove((self.t, "cooperation withheld", i, j, world.punishment() / world.m))
                    del self.since[i, j]
                else:
                    self.over(world, "withholding ended", i, j, both=False)
        if world.prudent(a) and world.prudent(b) and world.left[a][b]:
            self.over(world, "estrangement ended in war", a, b)
        play()

    def over(self, world: Any, kind: str, i: int, j: int, both: bool = True) -> None:
        begun = self.since.pop((i, j))
        if both:
            del self.since[j, i]
        self.note(kind, i, j, (self.t + 1 - begun) / world.m)

    def settle(self, world: Any, t: int, i: int, j: int, play: Any) -> None:
        before = list(world.sovereign)
        play()
        self.note("peace", i, j)
        for k, was in enumerate(before):
            if world.sovereign[k] != was:
                self.note("buffer restored", k)

    def absorb_buffers(self, world: Any, now: Any, t: int, play: Any) -> None:
        own, before = naive.satisfy, list(world.sovereign)

        def satisfy(world: Any, winner: int) -> None:
            k = next(k for k, was in enumerate(before) if was and not world.sovereign[k])
            before[k] = False
            self.note("buffer lost", k, winner)
            own(world, winner)

        naive.satisfy = satisfy
        try:
            play()
        finally:
            naive.satisfy = own

    def reconcile(self, world: Any, now: Any, t: int, play: Any) -> None:
        before = naive.copy(world.left)
        play()
        for i, j in world.pairs():
            if before[i][j] and not world.left[i][j] and world.prudent(i) and world.prudent(j):
                early = before[i][j] > 1
                self.over(world, "estrangement ended early" if early else "estrangement ran out", i, j)

    def stop_withholding(self, world: Any, now: Any, play: Any) -> None:
        before = naive.copy(world.left)
        play()
        for i, j in world.ordered_pairs():
            if before[i][j] and not world.left[i][j]:
                self.over(world, "withholding ended", i, j, both=False)

    def learn_credibility(self, world: Any, now: Any, t: int, play: Any) -> None:
        members = list(world.member)
        play()
        for z in range(world.n):
            if members[z] and not world.member[z]:
                self.note("left", z)

    def step_10_record(self, world: Any, now: Any, t: int, history: Any, play: Any) -> None:
        if now.systemic:
            self.note("systemic war")
        play()


@pytest.fixture(autouse=True)
def _automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regimesim.simulation.lowering, "load_strategy", twins.AUTOMATA.__getitem__)


def lively(number: int) -> Scenario:
    """A world in which much happens: buffers come and go, wars spread, cases are heard."""
    rng = random.Random(number)
    tree = generators.world(rng)
    tree |= generators.lively(generators.RULES[number % 5], rng, 0.3)
    tree["epochs"] = tree["epochs"] if number % 3 else []
    for name in tree["states"]:
        tree["states"][name]["strategy"] = rng.choice(["prudent"] * 4 + list(generators.AUTOMATA))
    return read_scenario(tree, f"lively {number}")


def unordered(events: list[Happened]) -> Counter[Happened]:
    """The same whoever is named first where either may be."""
    return Counter(
        (t, kind, *(sorted(who) if kind in ONE_OF_TWO else who), value) for t, kind, *who, value in events
    )


@pytest.mark.parametrize("number", range(60))
def test_events_are_those_of_the_twin(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = lively(number)
    notes = Notes(monkeypatch)
    summary = twins.history_of(scenario, number * 7919, number).summary
    lanes = twins.lanes_of(scenario, number * 7919, number)
    recording = play_and_record(lanes)
    events = zip(*(column[recording.events.lane == 2].tolist() for column in recording.events), strict=True)
    found = [(t, EVENT_NAMES[kind], actor, target, value) for _, t, kind, actor, target, value in events]
    here, there = unordered(found), unordered(notes.found)
    assert here == there, (here - there, there - here)
    yearly = recording.yearly[QUANTITIES.index("disputes"), :, 2]
    assert yearly.sum() == summary["disputes"]
    twins.compare_measures(lanes, summary)


@pytest.mark.parametrize("number", range(0, 60, 7))
def test_blocs_of_a_year_are_of_those_who_were_hostile_in_it(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = lively(number)
    notes = Notes(monkeypatch)
    twins.history_of(scenario, number, number)
    recording = play_and_record(twins.lanes_of(scenario, number, number))
    n, m = len(scenario.states), scenario.rounds_per_year
    for year in range(recording.yearly.shape[1]):
        hostile = set().union(*notes.hostile[year * m : (year + 1) * m])
        fits = []
        for camps in range(2**n):  # every division, by the bits of a number
            fits.append(
                sum(
                    ((camps >> i & 1) != (camps >> j & 1)) == ((i, j) in hostile)
                    for i in range(n)
                    for j in range(i + 1, n)
                )
            )
        pairs = n * (n - 1) / 2
        fit = recording.yearly[QUANTITIES.index("blocs_fit"), year, 2]
        assert fit == np.float32(max(fits) / pairs), year
        rival = 3 * len(hostile) >= pairs and 10 * max(fits) >= 9 * pairs
        assert recording.yearly[QUANTITIES.index("rival_blocs"), year, 2] == rival, year


@pytest.mark.parametrize("most", [1, 20_000])
def test_events_do_not_depend_on_how_many_rounds_are_looked_at_together(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = lively(11)
    together = play_and_record(twins.lanes_of(scenario, 5, 7)).events
    monkeypatch.setattr(watching, "MOST_KEPT", most)
    apart = play_and_record(twins.lanes_of(scenario, 5, 7)).events
    assert len(together.lane) > 100
    for one, other in zip(together, apart, strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_kind_of_event_is_met() -> None:
    """The worlds above are of use only if everything happens in one of them."""
    seen = set()
    for number in range(60):
        recording = play_and_record(twins.lanes_of(lively(number), number * 7919, number))
        seen |= {EVENT_NAMES[kind] for kind in recording.events.kind[recording.events.lane == 2]}
    assert seen == set(EVENT_NAMES)

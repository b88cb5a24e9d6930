"""Events of a block of lanes, found by the marks that the core leaves in the world after each round.

Marks are kept for some rounds and then looked at together: most rounds of most lanes are quiet, so that one
pass over each kind of mark finds the few places of which anything else has to be asked.

Three events leave no mark: which pairs began a war and who joined it, and which state absorbed a buffer. They
are found by the same draws as in the core (``core.draws``), which are functions of their addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core import draws
from regimesim.core.estrangement import BREACH, FOREVER, MISUNDERSTANDING, SANCTION
from regimesim.core.game import BALANCING
from regimesim.core.lanes import Lanes
from regimesim.core.perception import CLEARED as CLEARED_CHARGE
from regimesim.core.perception import STANDS
from regimesim.core.world import Setting
from regimesim.simulation.columns import (
    ACCUSED,
    ACCUSED_FALSELY,
    BREACHED,
    CASE,
    CASE_ON_INNOCENT,
    CLEARED,
    ENDED_EARLY,
    ENDED_IN_WAR,
    EXCLUDED,
    JOINED,
    LEADER,
    LEFT,
    LOST,
    MISUNDERSTOOD,
    PEACE,
    PROLONGED,
    QUARREL,
    RAN_OUT,
    RELENTED,
    RESTORED,
    REVOLUTION,
    SANCTIONED,
    SYSTEMIC,
    WAR_BEGINS,
    WAR_JOINED,
    WAVE,
    WITHHELD,
    Events,
)
from regimesim.stats.arrays import Array

WholeNumbers = NDArray[np.intp]

MOST_KEPT = 16_000_000
"""Bytes of marks that are kept until they are looked at, unless those of one round are more."""

_ROUND_KEYS = len(draws.round_keys(0))
"""Rows of the generator's keys, where no draws are replaced."""


def drawn_from(
    lanes: Lanes, lane: int, t: int, rounds: int, channel: int, i: int, j: int
) -> NDArray[np.float64]:
    """The draws of that address in one lane, in some rounds from round t on."""
    found = np.empty(rounds)
    replicate = int(lanes.luck.replicate[lane])
    draws.uniforms(lanes.luck.keys, replicate, int(t), int(channel), int(i), int(j), found)
    return found


def numbers_drawn(
    lanes: Lanes, lane: WholeNumbers, t: WholeNumbers, channel: WholeNumbers, i: WholeNumbers, j: WholeNumbers
) -> NDArray[np.float64]:
    """The draws of many addresses (``core.draws``), (C,) each."""
    keys = lanes.luck.keys
    if len(keys) > _ROUND_KEYS:
        addresses = zip(lane, t, channel, i, j, strict=True)
        return np.array([drawn_from(lanes, at, when, 1, *of)[0] for at, when, *of in addresses])
    pair = (np.minimum(i, j) << 16) | np.maximum(i, j)
    words = np.stack(draws.philox(t, channel >> 1, pair, lanes.luck.replicate[lane], keys))
    found: NDArray[np.float64] = draws.unit(words[2 * (channel % 2) + (i > j), np.arange(len(lane))])
    return found


class Held(NamedTuple):
    """Settings and rates that hold in the rounds that are kept: those of one phase."""

    setting: Setting
    rounds: Array  # [L] of an estrangement
    rule: Array  # [L] of sanctions
    absorb: Array  # [L]

    @classmethod
    def of(cls, lanes: Lanes) -> Held:
        """Take over what holds now."""
        game = lanes.game
        return cls(lanes.setting, game.rounds.copy(), game.rule.copy(), game.absorb.copy())


class Cells(NamedTuple):
    """Places in which something happened: round, lane and, where it has them, one state or two.

    Attributes
    ----------
    time, lane, actor, target : int array (C,)
        In the order of rounds, actors, their targets and lanes; -1: no such state. Rounds are counted from
        the first that is kept.
    """

    time: WholeNumbers
    lane: WholeNumbers
    actor: WholeNumbers
    target: WholeNumbers

    def where(self, which: Array) -> Cells:
        """Keep those that are marked, (C,)."""
        return Cells(self.time[which], self.lane[which], self.actor[which], self.target[which])

    def pairs(self) -> Cells:
        """Keep those whose actor goes before its target."""
        return self.where(self.actor < self.target)

    def of(self, array: Array) -> Array:
        """Look up an array (T, N, N, L) of what the actor does to the target."""
        return array[self.time, self.actor, self.target, self.lane]

    def back(self, array: Array) -> Array:
        """Look up what the target does to the actor."""
        return array[self.time, self.target, self.actor, self.lane]

    def of_actor(self, array: Array) -> Array:
        """Look up an array (T, N, L) of the actor."""
        return array[self.time, self.actor, self.lane]

    def of_target(self, array: Array) -> Array:
        """Look up an array (T, N, L) of the target."""
        return array[self.time, self.target, self.lane]


def marked(marks: Array) -> Cells:
    """Find what is not 0 in an array whose first axis is that of rounds, and whose last is that of lanes."""
    flat = np.flatnonzero(marks if marks.dtype == np.bool_ else marks != 0)  # faster than of whole numbers
    time, *states, lane = np.unravel_index(flat, marks.shape)
    nobody = np.full(len(flat), -1)
    return Cells(time, lane, *(*states, nobody, nobody)[:2])


FoundCells = tuple[int, Cells, Any]
"""A kind of event, where it happened, and its value there."""

_KEPT = (
    *("wave", "revolted", "new_leader", "member"),
    *("charge", "action", "quarrel"),
    *("accused", "accuses", "sanction", "joined"),
    *("played", "open", "broke", "extended", "left", "talks"),
    *("due", "at_war", "systemic", "sovereign", "capability"),
)
"""Fields of the world by which events are found."""


class Watch:
    """A block of lanes that is played round by round, and what happens in it.

    Attributes
    ----------
    lanes : Lanes
    kept : dict of str to array (T + 1, ...)
        Fields of the world, and the buffers lost so far, as each round ended; the first row is from before
        the first of these rounds.
    count : int
        Rounds kept.
    since : int array (N, N, L)
        The round in which i began to withhold cooperation from j, where it did before the rounds kept.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes, self.held = lanes, Held.of(lanes)
        prudent = lanes.setting.strategy < 0
        self.prudent = prudent[:, None] & prudent[None, :]
        self.since = np.full(lanes.world.left.shape, -1, np.int32)
        self.first, self.count = lanes.round, 0
        self.found: list[Events] = []
        size = sum(array.nbytes for _, array in self._fields())
        rows = 1 + max(1, min(lanes.design.rounds - lanes.round, MOST_KEPT // max(1, size)))
        self.kept = {name: np.empty((rows, *array.shape), array.dtype) for name, array in self._fields()}
        self._copy()

    def _fields(self) -> Iterator[tuple[str, Array]]:
        for name in _KEPT:
            yield name, getattr(self.lanes.world, name)
        yield "buffers_lost", self.lanes.tally.buffers_lost

    def _copy(self) -> None:
        for name, array in self._fields():
            self.kept[name][self.count] = array

    def keep(self) -> None:
        """Keep the marks of the round that has just been played."""
        if self.lanes.setting is not self.held.setting:
            self._look()
        if self.count == 0:
            self.held = Held.of(self.lanes)
        self.count += 1
        self._copy()
        if self.count + 1 == len(self.kept["wave"]):
            self._look()

    def events(self) -> Events:
        """List what happened in all rounds so far, round by round in the order of the steps of a round."""
        self._look()
        return _one_after_another(self.found)

    def _look(self) -> None:
        """Find what happened in the rounds kept, and go on from how the last of them ended."""
        rounds = Rounds(self)
        found = [*_marked_events(rounds), *_wars(rounds), *_losses(rounds)]
        whole = _one_after_another(found)
        order = order_of(whole.round - self.first)
        self.found.append(Events._make(column[order] for column in whole))
        self.since = rounds.since_at_end()
        for array in self.kept.values():
            array[0] = array[self.count]
        self.first, self.count = self.first + self.count, 0


def order_of(numbers: NDArray[np.integer]) -> WholeNumbers:
    """Places of whole numbers from 0 on, in their order; those that are alike stay as they are."""
    short = not len(numbers) or numbers.max() < 2**16  # then NumPy counts rather than compares
    order: WholeNumbers = np.argsort(numbers.astype(np.uint16) if short else numbers, kind="stable")
    return order


def _one_after_another(parts: Sequence[Events]) -> Events:
    return Events._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


class Rounds:
    """Rounds of a watch that are looked at together.

    Attributes
    ----------
    now, before : dict of str to array (T, ...)
        Fields as each round ended, and as the one before it did.
    begun : Cells
        Where cooperation began to be withheld.
    links : list of (int, int, int)
        Buffers, and the pairs of states between which they lie.
    """

    def __init__(self, watch: Watch) -> None:
        self.lanes, self.held, self.first = watch.lanes, watch.held, watch.first
        self.prudent, self.since = watch.prudent, watch.since
        self.now = {name: array[1 : watch.count + 1] for name, array in watch.kept.items()}
        self.before = {name: array[: watch.count] for name, array in watch.kept.items()}
        self.withheld = self.now["left"] > 0
        self.withheld_before = self.before["left"] > 0
        self.begun = marked(self.withheld > self.withheld_before)
        self.links: list[list[int]] = watch.held.setting.links.tolist()

    def parameter(self, group: str, name: str, lane: WholeNumbers) -> Array:
        """Look up a parameter in some lanes."""
        return self.held.setting.parameters[group][name][self.held.setting.row[lane]]

    def are_prudent(self, cells: Cells) -> Array:
        """Tell where both states are prudent."""
        return self.prudent[cells.actor, cells.target, cells.lane]

    def in_years(self, rounds: Array) -> Array:
        """Rounds as years."""
        return np.where(rounds >= FOREVER // 2, np.inf, rounds / self.lanes.design.rounds_per_year)

    def full_length(self, cells: Cells) -> Array:
        """Years of an estrangement that begins."""
        return self.in_years(self.held.rounds[cells.lane])

    @cached_property
    def _beginnings(self) -> tuple[WholeNumbers, WholeNumbers]:
        """Places and rounds in which withholding began, place by place in the order of time."""
        places = self._place(self.begun)
        order = np.argsort(places, kind="stable")
        return places[order], self.begun.time[order]

    def lasted(self, cells: Cells) -> Array:
        """Years for which cooperation has been withheld where it no longer is."""
        places, (begun, time), count = self._place(cells), self._beginnings, len(self.withheld)
        since = self.since.ravel()[places]
        if len(begun):
            latest = np.searchsorted(begun * count + time, places * count + cells.time) - 1
            here = (latest >= 0) & (begun[latest] == places)
            since = np.where(here, time[latest] + self.first + 1, since)
        unbroken = cells.of(self.withheld_before) & (since >= 0)
        return self.in_years(np.where(unbroken, cells.time + self.first + 1 - since, 0))

    def since_at_end(self) -> NDArray[np.int32]:
        """Since when cooperation is withheld: from the round after the one in which that began."""
        since = self.since.copy()
        since.ravel()[self._place(self.begun)] = self.begun.time + self.first + 1
        if len(self.withheld):
            since[~self.withheld[-1]] = -1
        return since

    def _place(self, cells: Cells) -> WholeNumbers:
        states, lanes = self.prudent.shape[1], self.prudent.shape[2]
        place: WholeNumbers = (cells.actor * states + cells.target) * lanes + cells.lane
        return place


def _marked_events(rounds: Rounds) -> Iterator[Events]:
    for kind, cells, value in _kinds_found(rounds):
        if number := len(cells.lane):
            values = np.empty(number)
            values[:] = value
            time = cells.time + rounds.first
            yield Events(cells.lane, time, np.full(number, kind), cells.actor, cells.target, values)


def _kinds_found(rounds: Rounds) -> Iterator[FoundCells]:
    """List what happened, kind by kind, in the order of the steps of a round."""
    now, before = rounds.now, rounds.before
    waves = marked(now["wave"])
    yield WAVE, waves, (now["revolted"][waves.time, :, waves.lane] > 0).sum(axis=1)
    yield REVOLUTION, marked(now["revolted"]), 0.0
    yield LEADER, marked(now["new_leader"]), 0.0
    yield JOINED, marked(now["member"] > before["member"]), 0.0
    yield from _offences(rounds)
    yield from _cases(rounds)
    joined = marked(now["joined"])
    yield from _joined_sanctions(rounds, joined)
    yield from _estrangements(rounds, joined)
    yield from _reconciliations(rounds)
    yield PEACE, marked(before["at_war"] == 1).pairs(), 0.0
    yield RESTORED, marked(now["sovereign"] > before["sovereign"]), 0.0
    yield SYSTEMIC, marked(now["systemic"]), 0.0
    yield LEFT, marked(now["member"] < before["member"]), 0.0


def _offences(rounds: Rounds) -> Iterator[FoundCells]:
    """Charges and quarrels."""
    now = rounds.now
    charged = marked(now["charge"])
    charge, did = charged.of(now["charge"]), charged.back(now["action"])
    yield ACCUSED, charged.where((charge == STANDS) & (did == 0)), 0.0
    yield ACCUSED_FALSELY, charged.where((charge == STANDS) & (did == 1)), 0.0
    yield CLEARED, charged.where(charge == CLEARED_CHARGE), 0.0
    yield QUARREL, marked(now["quarrel"]).pairs(), 0.0


def _cases(rounds: Rounds) -> Iterator[FoundCells]:
    now = rounds.now
    heard = marked((now["sanction"] >= 0) & (now["accused"] > 0))
    accuses = now["accuses"][heard.time, :, heard.actor, heard.lane] > 0
    defected = now["action"][heard.time, heard.actor, :, heard.lane] == 0
    guilty = (accuses & defected).any(axis=1) | (rounds.held.rule[heard.lane] == BALANCING)
    for kind, which in ((CASE, guilty), (CASE_ON_INNOCENT, ~guilty)):
        cells = heard.where(which)
        yield kind, cells, cells.of_actor(now["sanction"])


def _joined_sanctions(rounds: Rounds, joined: Cells) -> Iterator[FoundCells]:
    now = rounds.now
    cells = joined.where((joined.of_target(now["sanction"]) >= 0) & (joined.of_target(now["accused"]) > 0))
    yield SANCTIONED, cells, rounds.parameter("sanctions", "cost", cells.lane)


def _estrangements(rounds: Rounds, joined: Cells) -> Iterator[FoundCells]:
    """Estrangements and withholding, as they begin."""
    now = rounds.now
    broken = marked(now["broke"]).pairs()
    for kind, code in ((MISUNDERSTOOD, MISUNDERSTANDING), (BREACHED, BREACH)):
        cells = broken.where(broken.of(now["broke"]) == code)
        yield kind, cells, rounds.full_length(cells)
    excluded = joined.where((joined.of(now["broke"]) == SANCTION) | (joined.back(now["broke"]) == SANCTION))
    alone = excluded.back(now["joined"]) == 0
    cells = excluded.where(alone | (excluded.actor < excluded.target))  # if both joined, it is listed once
    yield EXCLUDED, cells, rounds.full_length(cells)
    again = (joined.of(now["extended"]) > 0) & joined.of(rounds.withheld_before) & rounds.are_prudent(joined)
    cells = joined.where(again)
    yield PROLONGED, cells, rounds.full_length(cells)
    cells = rounds.begun.where(~rounds.are_prudent(rounds.begun))
    yield WITHHELD, cells, rounds.in_years(cells.of(now["left"]))


def _reconciliations(rounds: Rounds) -> Iterator[FoundCells]:
    """Estrangements and withholding, as they end."""
    now, before = rounds.now, rounds.before
    ended = marked((rounds.withheld_before | (now["broke"] > 0)) & ~rounds.withheld)
    prudent = rounds.are_prudent(ended)
    over = ended.where(prudent & (ended.actor < ended.target))
    war = over.of(now["at_war"]) > 0
    early = (over.of(now["talks"]) > 0) & (over.of(before["left"]) > 1)
    for kind, which in ((RAN_OUT, ~war & ~early), (ENDED_EARLY, ~war & early), (ENDED_IN_WAR, war)):
        cells = over.where(which)
        yield kind, cells, rounds.lasted(cells)
    cells = ended.where(~prudent & ended.of(rounds.withheld_before))
    yield RELENTED, cells, rounds.lasted(cells)


class Notes:
    """Events that are found one by one."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, int, int, int]] = []

    def add(self, lane: int, t: int, kind: int, actor: int, target: int = -1) -> None:
        """Note one, in the order of ``columns.EVENT_ARRAYS``."""
        self.rows.append((lane, t, kind, actor, target))

    def events(self) -> Events:
        """All of them."""
        columns = np.array(self.rows, np.intp).reshape(-1, 5).T
        return Events._make([*columns, np.zeros(len(self.rows))])


def _wars(rounds: Rounds) -> Iterator[Events]:
    """Onsets of war, and who joined them: step 8 once more, where some pair may have begun to fight."""
    due = marked(rounds.now["due"]).pairs()
    due = due.where(due.of(rounds.before["at_war"]) <= 1)
    spreading = _may_spread(rounds, due)
    alone = due.where(~spreading)
    number = len(alone.lane)
    kind, value = np.full(number, WAR_BEGINS), np.zeros(number)
    yield Events(alone.lane, alone.time + rounds.first, kind, alone.actor, alone.target, value)
    yield _spreading_wars(rounds, due.where(spreading))


def _may_spread(rounds: Rounds, due: Cells) -> NDArray[np.bool_]:
    """Mark the onsets of rounds and lanes in which somebody might join a war."""
    apart, number = _apart(rounds, due.time, due.lane), np.arange(len(due.lane))
    others = np.arange(apart.shape[1])
    third = (others != due.actor[:, None]) & (others != due.target[:, None])
    from_either = apart[number, :, due.actor] | apart[number, :, due.target]
    might = (from_either & third).any(axis=1) & (rounds.parameter("war", "contagion", due.lane) > 0)
    here = due.time * rounds.prudent.shape[-1] + due.lane
    found: NDArray[np.bool_] = np.isin(here, here[might])
    return found


def _apart(rounds: Rounds, time: WholeNumbers, lane: WholeNumbers) -> NDArray[np.bool_]:
    """Tell who is estranged from whom as wars begin, [C, N, N]."""
    broke = rounds.now["broke"][time, :, :, lane] > 0
    withheld = rounds.withheld_before[time, :, :, lane] | broke | broke.swapaxes(1, 2)
    apart: NDArray[np.bool_] = withheld & rounds.prudent[:, :, lane].transpose(2, 0, 1)
    return apart


def _spreading_wars(rounds: Rounds, due: Cells) -> Events:
    """Wars that begin between pairs, one after the other, and who joins each."""
    notes, lanes = Notes(), rounds.prudent.shape[-1]
    due = due.where(np.argsort(due.time * lanes + due.lane, kind="stable"))
    groups, first = np.unique(due.time * lanes + due.lane, return_index=True)
    time, lane = np.divmod(groups, lanes)
    # a war that is settled in this round is over when others begin
    at_war = (rounds.before["at_war"][time, :, :, lane] > 1).tolist()
    apart, joins = _apart(rounds, time, lane).tolist(), _would_join(rounds, due).tolist()
    pairs = list(zip(due.actor.tolist(), due.target.tolist(), joins, strict=True))
    of_groups = zip(
        time.tolist(), lane.tolist(), pairwise([*first.tolist(), len(pairs)]), at_war, apart, strict=True
    )
    for t, number, (begin, end), fighting, estranged in of_groups:
        for kind, i, j in _wars_after_another(pairs[begin:end], fighting, estranged):
            notes.add(number, t + rounds.first, kind, i, j)
    return notes.events()


def _would_join(rounds: Rounds, due: Cells) -> NDArray[np.bool_]:
    """Tell which states would join the war of a pair if they may, [C, N]."""
    states, number = len(rounds.prudent), len(due.lane)
    time, lane, i, j = (np.repeat(column, states) for column in due)
    channel = np.tile(draws.JOIN + np.arange(states), number)
    drawn = numbers_drawn(rounds.lanes, lane, time + rounds.first, channel, i, j).reshape(number, states)
    join: NDArray[np.bool_] = drawn < rounds.parameter("war", "contagion", due.lane)[:, None]
    return join


def _wars_after_another(
    due: Sequence[tuple[int, int, list[bool]]], at_war: list[list[bool]], apart: list[list[bool]]
) -> Iterator[tuple[int, int, int]]:
    """Wars of one round and lane: its kind, and the two states of each; changes who is at war, and apart."""

    def fight(kind: int, a: int, b: int) -> tuple[int, int, int]:
        at_war[a][b] = at_war[b][a] = True
        apart[a][b] = apart[b][a] = False
        return kind, a, b

    for i, j, joins in due:
        if at_war[i][j]:
            continue
        yield fight(WAR_BEGINS, i, j)
        for k, would in enumerate(joins):
            for foe, other in [(i, j), (j, i)] if k not in (i, j) else []:
                if apart[k][foe] and not at_war[k][other] and not apart[k][other]:
                    if would:
                        yield fight(WAR_JOINED, k, foe)
                    break


class LaneInRound(NamedTuple):
    """One round of one lane."""

    rounds: Rounds
    time: int
    lane: int

    def now(self, name: str) -> Array:
        """A field as the round ended, lanes left out."""
        return self.rounds.now[name][self.time, ..., self.lane]

    def before(self, name: str) -> Array:
        """The same as the round before it ended."""
        return self.rounds.before[name][self.time, ..., self.lane]

    def parameter(self, group: str, name: str) -> float:
        """Look up a parameter."""
        return float(self.rounds.parameter(group, name, np.array([self.lane]))[0])

    def drawn(self, channel: int, i: int, j: int) -> float:
        """The draw of that address."""
        t = self.time + self.rounds.first
        return float(drawn_from(self.rounds.lanes, self.lane, t, 1, channel, i, j)[0])


def _losses(rounds: Rounds) -> Iterator[Events]:
    """Buffers absorbed, and by whom; also those that a settlement of the same round had just restored."""
    notes = Notes()
    counted = rounds.now["buffers_lost"] - rounds.before["buffers_lost"]
    for time, lane in np.argwhere(counted).tolist():
        moment = LaneInRound(rounds, time, lane)
        for kind, k, winner in _lost_and_restored(moment, int(counted[time, lane])):
            notes.add(lane, time + rounds.first, kind, k, winner)
    yield notes.events()


def _lost_and_restored(moment: LaneInRound, counted: int) -> Iterator[tuple[int, int, int]]:
    taken = moment.now("sovereign") == 0
    lost = taken & (moment.before("sovereign") > 0)
    if lost.sum() < counted:
        for k in np.flatnonzero(~lost & taken).tolist():
            if _restored(moment, k) and _swallowing(moment, k):
                yield RESTORED, k, -1
                lost[k] = True
    yield from _losses_of(moment, np.flatnonzero(lost).tolist())


def _restored(moment: LaneInRound, k: int) -> bool:
    """Tell whether a settlement of the round restored buffer k."""
    odds, at_war = moment.parameter("war", "restoration"), moment.before("at_war")
    return any(
        buffer == k and at_war[i, j] == 1 and moment.drawn(draws.RESTORE + k, i, j) < odds
        for buffer, i, j in moment.rounds.links
    )


def _losses_of(moment: LaneInRound, lost: list[int]) -> list[tuple[int, int, int]]:
    """Those of one lane, from the last to the first: what each added to capabilities is taken off again."""
    p, gain = float(moment.rounds.held.absorb[moment.lane]), moment.parameter("geography", "absorption_gain")
    capability, found = moment.now("capability"), []
    for k in lost[::-1]:
        i, j, u = _swallowing(moment, k) or (0, 0, 1.0)
        for winner in (i, j):
            earlier = capability * (1.0 + gain)
            earlier[winner] -= gain
            both = earlier[i] + earlier[j]
            share = earlier[i] / both if both > 0.0 else 0.5
            if (u < p * share) == (winner == i):
                found.append((LOST, k, winner))
                capability = earlier
                break
    return found[::-1]


def _swallowing(moment: LaneInRound, k: int) -> tuple[int, int, float] | None:
    """The first estranged pair whose draw comes to the loss of buffer k, and the draw."""
    played, open_, at_war = (moment.now(name) for name in ("played", "open", "at_war"))
    for buffer, i, j in moment.rounds.links:
        if buffer == k and played[i, j] and not open_[i, j] and not at_war[i, j]:
            u = moment.drawn(draws.ABSORB + k, i, j)
            if u < float(moment.rounds.held.absorb[moment.lane]):
                return i, j, u
    return None

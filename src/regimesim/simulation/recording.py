"""Recording of a block of lanes: yearly series and dated events, lane by lane.

Most events are marks that the core leaves in the world after each round. Three are not: which pairs began a
war and who joined it, and which state absorbed a buffer. They are told by the same draws as in the core
(``core.draws``), which are functions of their addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core import draws
from regimesim.core.estrangement import BREACH, FOREVER, MISUNDERSTANDING, SANCTION
from regimesim.core.game import BALANCING
from regimesim.core.lanes import Lanes
from regimesim.core.perception import CLEARED as CLEARED_CHARGE
from regimesim.core.perception import STANDS
from regimesim.simulation.blocs import blocs_fit, has_rival_blocs
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
    QUANTITIES,
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
    Event,
    Recording,
)
from regimesim.stats.arrays import Array


def number_drawn(lanes: Lanes, lane: int, t: int, channel: int, i: int, j: int) -> float:
    """The draw of that address in one lane (``core.draws``)."""
    return float(drawn_from(lanes, lane, t, 1, channel, i, j)[0])


def drawn_from(
    lanes: Lanes, lane: int, t: int, rounds: int, channel: int, i: int, j: int
) -> NDArray[np.float64]:
    """The draws of that address in one lane, in some rounds from round t on."""
    found = np.empty(rounds)
    replicate = int(lanes.luck.replicate[lane])
    draws.uniforms(lanes.luck.keys, replicate, int(t), int(channel), int(i), int(j), found)
    return found


def play_and_record(lanes: Lanes) -> Recording:
    """Play a block to its horizon, noting what happens."""
    rounds, per_year = lanes.design.rounds, lanes.design.rounds_per_year
    years = -(-rounds // per_year)
    yearly = np.zeros((len(QUANTITIES), years, len(lanes.points)), np.float32)
    watch, year = Watch(lanes), RecordedYear(lanes)
    events: list[Event] = []
    while lanes.round < rounds:
        events += watch.play()
        year.count()
        if lanes.round % per_year == 0 or lanes.round == rounds:
            yearly[:, (lanes.round - 1) // per_year] = year.end()
    return Recording(yearly, events, _pair_spells(lanes))


def _pair_spells(lanes: Lanes) -> NDArray[np.int32]:
    i, j = np.triu_indices(lanes.world.capability.shape[0], 1)
    tally = lanes.tally
    return np.stack([tally.pair_onset[i, j], tally.pair_breakdown[i, j], tally.pair_war[i, j]])


class RecordedYear:
    """The year that is running: sums over its rounds, and how things stand when it ends."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.disputes = lanes.tally.disputes.copy()
        self._begin()

    def _begin(self) -> None:
        self.first = self.lanes.round
        self.apart = self.lanes.tally.apart.copy()
        self.hostile = np.zeros(self.lanes.world.open.shape, np.bool_)

    def count(self) -> None:
        """Count the round that has just been played: pairs that were not open in it are hostile."""
        self.hostile |= self.lanes.world.open == 0

    def end(self) -> NDArray[np.float64]:
        """Rows of ``QUANTITIES`` for the year that ends here."""
        lanes, world, tally = self.lanes, self.lanes.world, self.lanes.tally
        n, rounds = world.capability.shape[0], lanes.round - self.first
        pairs, off = n * (n - 1) / 2, ~np.eye(n, dtype=np.bool_)
        fit = blocs_fit(self.hostile)
        means: dict[str, Array] = {
            "cooperation": tally.cooperating[self.first : lanes.round].sum(0) / (rounds * pairs),
            "trust": world.trust[off].sum(0) / (2 * pairs),
            "norm": world.norm.sum(0) / n,
            "credibility": world.credibility,
            "war": (world.at_war[off] > 0).sum(0) / (2 * pairs),
            "estranged": (tally.apart - self.apart) / (rounds * pairs),
            "disputes": tally.disputes - self.disputes,
            "buffers": world.sovereign.sum(0) / max(1, len(world.sovereign)),
            "revisionism": world.revisionism.sum(0) / n,
            "blocs_fit": fit,
            "rival_blocs": has_rival_blocs(self.hostile, fit),
        }
        terms = lanes.margins()  # last: a phase that begins with the next round begins here
        for term, name in enumerate(("now", "future", "law", "norm_term")):
            means[name] = terms[:, :, term].sum((0, 1)) / (2 * pairs)
        self.disputes = tally.disputes.copy()
        self._begin()
        return np.stack([means[name] for name in QUANTITIES])


class Before(NamedTuple):
    """The world before a round."""

    sovereign: Array
    at_war: Array
    left: Array


class Watch:
    """A block of lanes that is played round by round, and what happens in each.

    Attributes
    ----------
    lanes : Lanes
    since : int array (N, N, L)
        The round in which i began to withhold cooperation from j; -1 where it does not.
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.since = np.full(lanes.world.left.shape, -1, np.int32)
        self.member = lanes.world.member.copy()
        self.lost = lanes.tally.buffers_lost.copy()
        prudent = lanes.setting.strategy < 0
        self.prudent = prudent[:, None] & prudent[None, :]

    def play(self) -> list[Event]:
        """Play a round, and tell what happened in it."""
        before = self.before()
        self.lanes.play(self.lanes.round + 1)
        return self.events(before)

    def before(self) -> Before:
        """Keep what the events of the next round are told from."""
        return Before(*(getattr(self.lanes.world, name).copy() for name in Before._fields))

    def events(self, before: Before) -> list[Event]:
        """List what happened in the round that has just been played, in the order of the steps of a round."""
        t = self.lanes.round - 1
        found = [
            Event(t, kind, *cells, np.array(np.broadcast_to(value, cells.lane.shape), np.float64))
            for kind, cells, value in self._changes(before)
            if len(cells.lane)
        ]
        found += [*_wars(self, before, t), *_losses(self, before, t)]
        self._remember(before)
        return found

    def _changes(self, before: Before) -> Iterator[RecordedChange]:
        world = self.lanes.world
        if world.wave.any():
            waves = marked(world.wave)
            yield WAVE, waves, (world.revolted[:, waves.lane] > 0).sum(axis=0)
        yield REVOLUTION, marked(world.revolted), 0.0
        yield LEADER, marked(world.new_leader), 0.0
        yield JOINED, marked(world.member > self.member), 0.0
        yield from self._offences()
        yield from self._cases()
        joined = marked(world.joined)
        yield from self._sanctions(joined)
        yield from self._estrangements(before, joined)
        yield from self._reconciliations(before)
        yield PEACE, marked(before.at_war == 1).pairs(), 0.0
        yield RESTORED, marked(world.sovereign > before.sovereign), 0.0
        yield SYSTEMIC, marked(world.systemic), 0.0
        yield LEFT, marked(world.member < self.member), 0.0

    def _offences(self) -> Iterator[RecordedChange]:
        """Charges and quarrels."""
        world = self.lanes.world
        charged = marked(world.charge)
        stands, did = charged.of(world.charge) == STANDS, charged.back(world.action)
        yield ACCUSED, charged.where(stands & (did == 0)), 0.0
        yield ACCUSED_FALSELY, charged.where(stands & (did == 1)), 0.0
        yield CLEARED, charged.where(charged.of(world.charge) == CLEARED_CHARGE), 0.0
        yield QUARREL, marked(world.quarrel).pairs(), 0.0

    def _cases(self) -> Iterator[RecordedChange]:
        world = self.lanes.world
        if not world.accused.any():
            return
        heard = marked((world.sanction >= 0) & (world.accused > 0))
        of, lane = heard.actor, heard.lane
        true = (world.accuses[:, of, lane] > 0) & (world.action[of, :, lane].T == 0)
        guilty = true.any(axis=0) | (self.lanes.game.rule[lane] == BALANCING)
        for kind, which in ((CASE, guilty), (CASE_ON_INNOCENT, ~guilty)):
            cells = heard.where(which)
            yield kind, cells, world.sanction[cells.actor, cells.lane]

    def _sanctions(self, joined: Cells) -> Iterator[RecordedChange]:
        world, against = self.lanes.world, (joined.target, joined.lane)
        if len(joined.lane):
            cells = joined.where((world.sanction[against] >= 0) & (world.accused[against] > 0))
            row = self.lanes.row[cells.lane]
            yield SANCTIONED, cells, self.lanes.setting.parameters["sanctions"]["cost"][row]

    def _estrangements(self, before: Before, joined: Cells) -> Iterator[RecordedChange]:
        """Estrangements and withholding, as they begin."""
        world = self.lanes.world
        broken = marked(world.broke).pairs()
        for kind, code in ((MISUNDERSTOOD, MISUNDERSTANDING), (BREACHED, BREACH)):
            cells = broken.where(broken.of(world.broke) == code)
            yield kind, cells, self._full_length(cells)
        if len(joined.lane):
            excluded = joined.where(
                (joined.of(world.broke) == SANCTION) | (joined.back(world.broke) == SANCTION)
            )
            one = (excluded.actor < excluded.target) | (excluded.back(world.joined) == 0)
            cells = excluded.where(one)  # both joined against each other: it is told once
            yield EXCLUDED, cells, self._full_length(cells)
            again = (joined.of(world.extended) > 0) & (joined.of(before.left) > 0) & joined.of(self.prudent)
            cells = joined.where(again)
            yield PROLONGED, cells, self._full_length(cells)
        begun = marked((world.left > 0) > (before.left > 0))
        cells = begun.where(~begun.of(self.prudent))
        yield WITHHELD, cells, _in_years(cells.of(world.left), self.lanes)

    def _full_length(self, cells: Cells) -> Array:
        """Years of an estrangement that begins now."""
        return _in_years(self.lanes.game.rounds[cells.lane], self.lanes)

    def _reconciliations(self, before: Before) -> Iterator[RecordedChange]:
        """Estrangements and withholding, as they end."""
        world = self.lanes.world
        ended = marked(((before.left > 0) | (world.broke > 0)) & (world.left == 0))
        if not len(ended.lane):
            return
        prudent = ended.of(self.prudent)
        over = ended.where(prudent & (ended.actor < ended.target))
        war = over.of(world.at_war) > 0
        early = (over.of(world.talks) > 0) & (over.of(before.left) > 1)
        for kind, which in ((RAN_OUT, ~war & ~early), (ENDED_EARLY, ~war & early), (ENDED_IN_WAR, war)):
            cells = over.where(which)
            yield kind, cells, self._lasted(cells)
        cells = ended.where(~prudent & (ended.of(before.left) > 0))
        yield RELENTED, cells, self._lasted(cells)

    def _lasted(self, cells: Cells) -> Array:
        """Years for which cooperation has been withheld."""
        since = cells.of(self.since)
        return _in_years(np.where(since < 0, 0, self.lanes.round - since), self.lanes)

    def _remember(self, before: Before) -> None:
        """Since when cooperation is withheld: from the round after the one in which that began."""
        self.member, self.lost = self.lanes.world.member.copy(), self.lanes.tally.buffers_lost.copy()
        now = self.lanes.world.left > 0
        np.copyto(self.since, self.lanes.round, where=now > (before.left > 0))
        np.copyto(self.since, -1, where=~now)


class Cells(NamedTuple):
    """Places in which something happened in a round: lanes and, where it has them, one state or two.

    Attributes
    ----------
    lane, actor, target : int array (C,)
        In the order of actors, their targets and lanes; -1: no such state.
    """

    lane: NDArray[np.intp]
    actor: NDArray[np.intp]
    target: NDArray[np.intp]

    def where(self, which: Array) -> Cells:
        """Keep those that are marked, (C,)."""
        return Cells(self.lane[which], self.actor[which], self.target[which])

    def pairs(self) -> Cells:
        """Keep those whose actor goes before its target."""
        return self.where(self.actor < self.target)

    def of(self, array: Array) -> Array:
        """Look up an array (N, N, L) of what the actor does to the target."""
        return array[self.actor, self.target, self.lane]

    def back(self, array: Array) -> Array:
        """Look up what the target does to the actor."""
        return array[self.target, self.actor, self.lane]


def marked(marks: Array) -> Cells:
    """Find what is not 0 in an array whose last axis is that of lanes.

    Most rounds of most lanes are quiet: what happened is looked for in one pass over each kind of mark, and
    all else is asked of these few places.
    """
    flat = np.flatnonzero(marks if marks.dtype == np.bool_ else marks != 0)  # faster than of whole numbers
    if not len(flat):
        return _NOWHERE
    place, lane = np.divmod(flat, marks.shape[-1])
    nobody = np.full(len(flat), -1)
    if marks.ndim < 3:
        return Cells(lane, place if marks.ndim == 2 else nobody, nobody)
    return Cells(lane, *np.divmod(place, marks.shape[1]))


_NOWHERE = Cells(*np.zeros((3, 0), np.intp))
RecordedChange = tuple[int, Cells, Any]
"""A kind of event, where it happened, and its value there."""


def _in_years(rounds: Array, lanes: Lanes) -> Array:
    """Rounds as years."""
    return np.where(rounds >= FOREVER // 2, np.inf, rounds / lanes.design.rounds_per_year)


def _one(t: int, kind: int, lane: int, actor: int, target: int) -> Event:
    """A single event in one lane."""
    return Event(t, kind, np.array([lane]), np.array([actor]), np.array([target]), np.zeros(1))


def _wars(watch: Watch, before: Before, t: int) -> Iterator[Event]:
    """Onsets of war, and who joined them: step 8 once more, where some pair may have begun to fight."""
    lanes = watch.lanes
    due = marked(lanes.world.due).pairs()
    due = due.where(due.of(before.at_war) <= 1)
    if not len(due.lane):
        return
    spreads = lanes.setting.parameters["war"]["contagion"][lanes.row[due.lane]] > 0
    if not spreads.all():
        alone = due.where(~spreads)
        yield Event(t, WAR_BEGINS, *alone, np.zeros(len(alone.lane)))
    spreading: dict[int, list[tuple[int, int]]] = {}
    for lane, i, j in np.stack(due.where(spreads), axis=1).tolist():
        spreading.setdefault(lane, []).append((i, j))
    for lane in sorted(spreading):
        yield from _wars_of(watch, before, t, lane, spreading[lane])


def _wars_of(watch: Watch, before: Before, t: int, lane: int, due: list[tuple[int, int]]) -> Iterator[Event]:
    """Wars of one lane that begin between pairs, and spread."""
    world, lanes = watch.lanes.world, watch.lanes
    at_war = before.at_war[..., lane] > 1  # a war that is settled in this round is over when others begin
    broke = world.broke[..., lane] > 0
    apart = watch.prudent[..., lane] & ((before.left[..., lane] > 0) | broke | broke.T)
    contagion = float(lanes.setting.parameters["war"]["contagion"][lanes.row[lane]])

    def fight(a: int, b: int) -> None:
        at_war[a, b] = at_war[b, a] = True
        apart[a, b] = apart[b, a] = False

    for i, j in due:
        if at_war[i, j]:
            continue
        fight(i, j)
        yield _one(t, WAR_BEGINS, lane, i, j)
        for k in np.flatnonzero(apart[:, i] | apart[:, j]).tolist():
            for foe, other in [(i, j), (j, i)] if k not in (i, j) else []:
                if apart[k, foe] and not at_war[k, other] and not apart[k, other]:
                    if number_drawn(lanes, lane, t, draws.JOIN + k, i, j) < contagion:
                        fight(k, foe)
                        yield _one(t, WAR_JOINED, lane, k, foe)
                    break


def _losses(watch: Watch, before: Before, t: int) -> Iterator[Event]:
    """Buffers absorbed, and by whom; also those that a settlement of the same round had just restored."""
    lanes = watch.lanes
    gone = (before.sovereign > 0) & (lanes.world.sovereign == 0)
    counted = lanes.tally.buffers_lost - watch.lost
    for lane in (int(x) for x in np.flatnonzero(counted)):
        lost = gone[:, lane].copy()
        if lost.sum() < counted[lane]:
            for k in np.flatnonzero(~lost & (lanes.world.sovereign[:, lane] == 0)):
                if _restored(lanes, before, int(k), t, lane) and _swallowing(lanes, int(k), t, lane):
                    yield _one(t, RESTORED, lane, int(k), -1)
                    lost[k] = True
        yield from _losses_of(lanes, np.flatnonzero(lost), t, lane)


def _restored(lanes: Lanes, before: Before, k: int, t: int, lane: int) -> bool:
    """Tell whether a settlement of round t restored buffer k."""
    odds = float(lanes.setting.parameters["war"]["restoration"][lanes.row[lane]])
    return any(
        buffer == k
        and before.at_war[i, j, lane] == 1
        and number_drawn(lanes, lane, t, draws.RESTORE + k, int(i), int(j)) < odds
        for buffer, i, j in lanes.setting.links
    )


def _losses_of(lanes: Lanes, lost: Array, t: int, lane: int) -> list[Event]:
    """Those of one lane, from the last to the first: what each added to capabilities is taken off again."""
    world, p = lanes.world, float(lanes.game.absorb[lane])
    gain = float(lanes.setting.parameters["geography"]["absorption_gain"][lanes.row[lane]])
    capability, found = world.capability[:, lane].copy(), []
    for k in lost[::-1]:
        i, j, u = _swallowing(lanes, int(k), t, lane) or (0, 0, 1.0)
        for winner in (i, j):
            earlier = capability * (1.0 + gain)
            earlier[winner] -= gain
            both = earlier[i] + earlier[j]
            share = earlier[i] / both if both > 0.0 else 0.5
            if (u < p * share) == (winner == i):
                found.append(_one(t, LOST, lane, int(k), winner))
                capability = earlier
                break
    return found[::-1]


def _swallowing(lanes: Lanes, k: int, t: int, lane: int) -> tuple[int, int, float] | None:
    """The first estranged pair whose draw in round t comes to the loss of buffer k, and the draw."""
    world, p = lanes.world, float(lanes.game.absorb[lane])
    for buffer, i, j in lanes.setting.links:
        apart = world.played[i, j, lane] and not world.open[i, j, lane] and not world.at_war[i, j, lane]
        if buffer == k and apart:
            u = number_drawn(lanes, lane, t, draws.ABSORB + k, int(i), int(j))
            if u < p:
                return int(i), int(j), u
    return None

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
        self.diagonal = np.diag_indices(lanes.world.capability.shape[0])
        self._begin()

    def _begin(self) -> None:
        self.first = self.lanes.round
        self.apart = self.lanes.tally.apart.copy()
        self.hostile = np.zeros(self.lanes.world.open.shape, np.bool_)

    def count(self) -> None:
        """Count the round that has just been played: pairs that were not open in it are hostile."""
        self.hostile |= self.lanes.world.open == 0
        self.hostile[self.diagonal] = False

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
        n = len(prudent)
        self.upper = np.triu(np.ones((n, n), np.bool_), 1)[..., None]

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
        t, found = self.lanes.round - 1, []
        for kind, happened, value in self._changes(before):
            if happened.any():
                flat = np.flatnonzero(happened)  # a tenth of what looking along three axes takes
                *places, lane = np.unravel_index(flat, happened.shape)
                nobody = np.full(len(lane), -1)
                actor, target = (*places, nobody, nobody)[:2]
                values = np.broadcast_to(value, happened.shape)[(*places, lane)]
                found.append(Event(t, kind, lane, actor, target, values.astype(np.float64)))
        found += [*_wars(self, before, t), *_losses(self, before, t)]
        self._remember(before)
        return found

    def _changes(self, before: Before) -> Iterator[RecordedChange]:
        world = self.lanes.world
        yield WAVE, world.wave > 0, (world.revolted > 0).sum(axis=0)
        yield REVOLUTION, world.revolted > 0, 0.0
        yield LEADER, world.new_leader > 0, 0.0
        yield JOINED, world.member > self.member, 0.0
        yield from self._offences()
        yield from self._cases()
        yield from self._estrangements(before)
        yield PEACE, (before.at_war == 1) & self.upper, 0.0
        yield RESTORED, world.sovereign > before.sovereign, 0.0
        yield SYSTEMIC, world.systemic > 0, 0.0
        yield LEFT, world.member < self.member, 0.0

    def _offences(self) -> Iterator[RecordedChange]:
        """Charges and quarrels."""
        world = self.lanes.world
        did = world.action.swapaxes(0, 1)  # [i, j]: what j did to i
        yield ACCUSED, (world.charge == STANDS) & (did == 0), 0.0
        yield ACCUSED_FALSELY, (world.charge == STANDS) & (did == 1), 0.0
        yield CLEARED, world.charge == CLEARED_CHARGE, 0.0
        yield QUARREL, (world.quarrel > 0) & self.upper, 0.0

    def _cases(self) -> Iterator[RecordedChange]:
        world, rule = self.lanes.world, self.lanes.game.rule
        heard = (world.sanction >= 0) & (world.accused > 0)
        guilty = ((world.accuses > 0) & (world.action.swapaxes(0, 1) == 0)).any(axis=0) | (rule == BALANCING)
        yield CASE, heard & guilty, world.sanction
        yield CASE_ON_INNOCENT, heard & ~guilty, world.sanction
        flat = self.lanes.setting.parameters["sanctions"]["cost"][self.lanes.row]
        yield SANCTIONED, (world.joined > 0) & heard, flat

    def _estrangements(self, before: Before) -> Iterator[RecordedChange]:
        """Estrangements and withholding, as they begin and end."""
        world, game = self.lanes.world, self.lanes.game
        years = _in_years(game.rounds, self.lanes)
        yield MISUNDERSTOOD, (world.broke == MISUNDERSTANDING) & self.upper, years
        yield BREACHED, (world.broke == BREACH) & self.upper, years
        excluded = ((world.broke == SANCTION) | (world.broke.swapaxes(0, 1) == SANCTION)) & (world.joined > 0)
        lower_too = excluded & excluded.swapaxes(0, 1) & ~self.upper  # both joined against each other
        yield EXCLUDED, excluded & ~lower_too, years
        yield PROLONGED, (world.extended > 0) & (world.joined > 0) & (before.left > 0) & self.prudent, years
        begun = (before.left == 0) & ~self.prudent & (world.left > 0)
        yield WITHHELD, begun, _in_years(world.left, self.lanes)
        ended = ((before.left > 0) | (world.broke > 0)) & (world.left == 0)
        lasted = _in_years(np.where(self.since < 0, 0, self.lanes.round - self.since), self.lanes)
        over = ended & self.prudent & self.upper
        war, early = world.at_war > 0, (world.talks > 0) & (before.left > 1)
        yield RAN_OUT, over & ~war & ~early, lasted
        yield ENDED_EARLY, over & ~war & early, lasted
        yield ENDED_IN_WAR, over & war, lasted
        yield RELENTED, (before.left > 0) & (world.left == 0) & ~self.prudent, lasted

    def _remember(self, before: Before) -> None:
        """Since when cooperation is withheld: from the round after the one in which that began."""
        self.member, self.lost = self.lanes.world.member.copy(), self.lanes.tally.buffers_lost.copy()
        left = self.lanes.world.left
        self.since[(before.left == 0) & (left > 0)] = self.lanes.round
        self.since[left == 0] = -1


RecordedChange = tuple[int, Array, Any]
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
    due = (lanes.world.due > 0) & (before.at_war <= 1) & watch.upper
    spreads = lanes.setting.parameters["war"]["contagion"][lanes.row] > 0
    if (alone := due & ~spreads).any():
        i, j, lane = np.nonzero(alone)
        yield Event(t, WAR_BEGINS, lane, i, j, np.zeros(len(lane)))
    for which in np.flatnonzero((due & spreads).any(axis=(0, 1))):
        yield from _wars_of(watch, before, t, int(which))


def _wars_of(watch: Watch, before: Before, t: int, lane: int) -> Iterator[Event]:
    world, lanes = watch.lanes.world, watch.lanes
    n = len(world.at_war)
    at_war = before.at_war[..., lane] > 1  # a war that is settled in this round is over when others begin
    broke = world.broke[..., lane] * watch.upper[..., 0]
    apart = watch.prudent[..., lane] & ((before.left[..., lane] > 0) | (broke + broke.T > 0))
    contagion = float(lanes.setting.parameters["war"]["contagion"][lanes.row[lane]])

    def fight(a: int, b: int) -> None:
        at_war[a, b] = at_war[b, a] = True
        apart[a, b] = apart[b, a] = False

    for i in range(n):
        for j in range(i + 1, n):
            if world.due[i, j, lane] and not at_war[i, j]:
                fight(i, j)
                yield _one(t, WAR_BEGINS, lane, i, j)
                for k in range(n):
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

"""The round in its numbered steps, for whoever comes in between (:mod:`regimesim.simulation.mechanisms`).

:func:`regimesim.core.kernel.play` deals with a pair from its actions to what it learns of them, because that
is faster. Here a step goes through all pairs before the next one begins. No step of a pair reads what a later
step of another pair writes, so both ways give the same bits, and tests hold one against the other.
"""

from __future__ import annotations

from regimesim.core.automata import move_far, move_on
from regimesim.core.cases import learn_from_sanctions, pay_dues, sanction
from regimesim.core.compiler import entry, kernel
from regimesim.core.draws import INTEND, WAR, draw, fill_words
from regimesim.core.events import absorb_buffers, begin_wars, change_leaders, end_wars, grow, remember
from regimesim.core.game import new_phase
from regimesim.core.kernel import intend, put_terms, reckon, record
from regimesim.core.payoffs import pay, pay_for_intrusion, share_out
from regimesim.core.perception import (
    accuse,
    act_and_observe,
    act_in_plain_sight,
    be_certain,
    draw_chances,
    draw_conflict,
    draw_trembles,
    notice,
    observe,
)
from regimesim.core.tally import count_disputes, count_errors, count_pair, count_restraint
from regimesim.core.trust import learn, reconcile, relent, suspect
from regimesim.core.world import Mechanism

STEPS = (
    "events", "appraise", "decide", "act", "observe", "accuse",
    "sanction", "pay", "escalate", "learn", "record",
)  # fmt: skip
"""Steps of a round in their order: those of model.md, section 3, in which steps 5 and 6 are cut into
*observe* (5), *accuse* (5, and the estrangements of 6) and *sanction* (6)."""

_EVENTS, _APPRAISE, _DECIDE, _ACT, _OBSERVE, _ACCUSE, _SANCTION, _PAY, _ESCALATE, _LEARN = range(10)

DECIDED = _ACT
"""Steps of a round before this one form intentions, those from it on carry them out."""

_PRUDENT, _AUTOMATA, _LEADERS, _WAR, _ABSORPTION = (int(m) for m in tuple(Mechanism)[:5])
_SANCTIONS, _VOTES, _PROTECTION, _GROWTH, _CHANCE = (int(m) for m in tuple(Mechanism)[5:10])
_ERRORS, _ACCOUNTS, _LARGE, _TREMBLES = (int(m) for m in tuple(Mechanism)[10:14])


@entry
def play_steps(world, game, setting, tally, luck, t, first, last):
    """Play steps ``first`` to ``last - 1`` of round ``t`` in every lane (numbers: places in ``STEPS``).

    Parameters
    ----------
    world, game, setting, tally, luck : World, Game, Setting, Tally, Luck
        Changed in place, but for ``setting``.
    t, first, last : int
    """
    for step in range(first, last):
        if step == _EVENTS:
            _befall(world, game, setting, tally, luck, t)
        elif step == _APPRAISE:
            reckon(world, game, setting, True)
        elif step == _SANCTION:
            if setting.on[_SANCTIONS]:
                sanction(world, game, setting, tally, luck, t)
        elif step == _PAY:
            _pay(world, game, setting, tally, luck, t)
        elif step == _ESCALATE:
            _escalate(world, game, setting, tally, luck, t)
        elif step == _LEARN:
            _learn(world, game, setting, luck, t)
        elif step > _LEARN:
            record(world, game, setting, tally, t)
        else:
            _deal(world, game, setting, tally, luck, t, step)


@kernel
def _befall(world, game, setting, tally, luck, t):
    """Step 1."""
    new_phase(game, setting)
    if setting.on[_GROWTH] and t > 0 and t % setting.rounds_per_year == 0:
        grow(world, game, setting, luck, t)
    remember(world, game, setting)
    if setting.on[_LEADERS]:
        change_leaders(world, game, setting, tally, luck, t)


@kernel
def _deal(world, game, setting, tally, luck, t, step):
    """One of the steps that pairs take each for itself."""
    n = world.capability.shape[0]
    for i in range(n):
        for j in range(i + 1, n):
            if step == _DECIDE:
                intend(world, game, setting, tally, luck, t, i, j)
            elif step == _ACT:
                _act(world, game, setting, luck, t, i, j)
            elif step == _OBSERVE:
                _draw_views(game, setting, luck, t, i, j)
                observe(world, luck, i, j)
            elif setting.on[_PRUDENT] or setting.on[_WAR]:
                fill_words(luck, t, WAR, i, j)
                draw_conflict(world, game, luck, i, j)
                if setting.on[_PRUDENT]:
                    accuse(world, game, setting, tally, luck, t, i, j, notice(world, luck, i, j))


@kernel
def _draw_views(game, setting, luck, t, i, j):
    if setting.on[_ERRORS]:
        fill_words(luck, t, INTEND, i, j)
        draw_chances(luck, game, i, j)
    else:
        be_certain(luck, game, i, j)


@kernel
def _act(world, game, setting, luck, t, i, j):
    _draw_views(game, setting, luck, t, i, j)
    if setting.on[_TREMBLES]:
        draw_trembles(luck, game, t, i, j)
    if setting.on[_ERRORS]:
        act_and_observe(world, luck, i, j)
    else:
        act_in_plain_sight(world, luck, i, j)


@kernel
def _pay(world, game, setting, tally, luck, t):
    """Step 7; what is counted of dealings; and trust, which moves with what was seen in them (of step 9).

    Nothing in step 8 reads the trust of a pair that dealt; that of others is counted as it was before.
    """
    n, on = world.capability.shape[0], setting.on
    if on[_ACCOUNTS]:
        world.payoff[:] = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            if on[_PRUDENT]:
                count_disputes(world, tally, i, j)
                count_restraint(world, game, setting, tally, i, j)
            count_pair(world, game, tally, t, i, j)
            if on[_ERRORS]:
                count_errors(world, tally, i, j)
            if on[_ACCOUNTS]:
                pay(world, game, setting, i, j)
                learn(world, game, setting, tally, i, j)
                noticed = notice(world, luck, i, j)
                suspect(world, game, luck, i, j, noticed)
                suspect(world, game, luck, j, i, noticed)
    if on[_ACCOUNTS]:
        pay_for_intrusion(world, game)
        if on[_SANCTIONS]:
            pay_dues(world, game, setting)
        else:
            share_out(world, setting.rounds_per_year)


@kernel
def _escalate(world, game, setting, tally, luck, t):
    """Step 8."""
    if setting.on[_WAR]:
        end_wars(world, game, setting, luck, t)
        begin_wars(world, game, setting, tally, luck, t)
    if setting.on[_ABSORPTION]:
        absorb_buffers(world, game, setting, tally, luck, t)


@kernel
def _learn(world, game, setting, luck, t):
    """Step 9, but for what trust has moved already."""
    n, on = world.capability.shape[0], setting.on
    for i in range(n):
        for j in range(i + 1, n):
            if on[_LARGE]:
                move_far(world, setting, i, j)
                move_far(world, setting, j, i)
            elif on[_AUTOMATA]:
                move_on(world, setting, i, j)
                move_on(world, setting, j, i)
            if on[_PRUDENT]:
                reconcile(world, setting, luck, i, j)
                if on[_AUTOMATA]:
                    relent(world, i, j)
                    relent(world, j, i)
    if on[_SANCTIONS]:
        learn_from_sanctions(world, game, setting, luck, t)


@entry
def standing_terms(world, game, terms):
    """Give the four terms of every margin as they were reckoned last; ``terms`` is [N, N, 4, L]."""
    put_terms(world, game, terms)


@entry
def draw_lanes(keys, replicate, t, channel, i, j, drawn):
    """Write the draw of that address in every lane into ``drawn``."""
    for lane in range(drawn.shape[0]):
        drawn[lane] = draw(keys, replicate[lane], t, channel, i, j)

"""The round: the one place where the rules of model.md, section 3, are put in order."""

from __future__ import annotations

from regimesim.core.automata import follow, follow_firmly, move_far, move_on
from regimesim.core.cases import learn_from_sanctions, pay_dues, sanction
from regimesim.core.compiler import entry, kernel
from regimesim.core.decision import decide, margin_terms, tempt, value
from regimesim.core.draws import INTEND, WAR, fill_words
from regimesim.core.events import absorb_buffers, begin_wars, change_leaders, end_wars, grow, remember
from regimesim.core.game import appraise, new_phase
from regimesim.core.payoffs import pay, pay_for_intrusion, share_out
from regimesim.core.perception import (
    accuse,
    act_and_observe,
    act_in_plain_sight,
    be_certain,
    draw_chances,
    draw_conflict,
    draw_trembles,
    forget_charges,
    mark,
    notice,
)
from regimesim.core.sanctions import (
    expect_sanctions,
    protect,
    revalue,
    weigh_enforcement,
    weigh_joining,
)
from regimesim.core.tally import (
    count_disputes,
    count_errors,
    count_pair,
    count_restraint,
    count_round,
    count_spread,
    count_year,
)
from regimesim.core.trust import learn, reconcile, relent, suspect, suspect_everywhere, suspect_plainly
from regimesim.core.world import Mechanism

_PRUDENT, _AUTOMATA, _LEADERS, _WAR, _ABSORPTION = (int(m) for m in tuple(Mechanism)[:5])
_SANCTIONS, _VOTES, _PROTECTION, _GROWTH, _CHANCE = (int(m) for m in tuple(Mechanism)[5:10])
_ERRORS, _ACCOUNTS, _LARGE, _TREMBLES = (int(m) for m in tuple(Mechanism)[10:14])

WHOLE, UNTIL_DECIDED, SINCE_DECIDED = 0, 1, 2
"""Parts of a round: a caller that changes intentions plays it in two."""


@entry
def play(world, game, setting, tally, luck, first, last, part):
    """Play rounds ``first`` to ``last - 1`` in every lane; no phase may begin in between.

    Parameters
    ----------
    world, game, setting, tally, luck : World, Game, Setting, Tally, Luck
        Changed in place, but for ``setting``.
    first, last : int
    part : int
        ``WHOLE``, or the steps up to the intentions, or those after them.
    """
    n = world.capability.shape[0]
    on = setting.on
    for t in range(first, last):
        if part != SINCE_DECIDED:
            # 1 events
            new_phase(game, setting)
            if on[_GROWTH] and t > 0 and t % setting.rounds_per_year == 0:
                grow(world, game, setting, luck, t)
            if on[_PRUDENT] or on[_ACCOUNTS]:
                remember(world, game, setting)
            if on[_LEADERS]:
                change_leaders(world, game, setting, tally, luck, t)
            # 2 appraise
            reckon(world, game, setting, t == first)
        if part != UNTIL_DECIDED and on[_ACCOUNTS]:
            world.payoff[:] = 0.0
        for i in range(n):
            for j in range(i + 1, n):
                if part != SINCE_DECIDED:
                    # 3 decide
                    intend(world, game, setting, tally, luck, t, i, j)
                if part != UNTIL_DECIDED:
                    # 4 act, 5 observe and accuse, 6 estrange
                    deal(world, game, setting, tally, luck, t, i, j, part != WHOLE)
        if part != UNTIL_DECIDED:
            # 6 sanction
            if on[_SANCTIONS]:
                sanction(world, game, setting, tally, luck, t)
            # 7 pay
            if on[_ACCOUNTS]:
                pay_for_intrusion(world, game)
                if on[_SANCTIONS]:
                    pay_dues(world, game, setting)
                else:
                    share_out(world, setting.rounds_per_year)
            # 8 escalate
            if on[_WAR]:
                end_wars(world, game, setting, luck, t)
                begin_wars(world, game, setting, tally, luck, t)
            if on[_ABSORPTION]:
                absorb_buffers(world, game, setting, tally, luck, t)
            # 9 reconcile and learn
            if on[_PRUDENT]:
                for i in range(n):
                    for j in range(i + 1, n):
                        reconcile(world, setting, luck, i, j)
                        if on[_AUTOMATA]:
                            relent(world, i, j)
                            relent(world, j, i)
            if on[_SANCTIONS]:
                learn_from_sanctions(world, game, setting, luck, t)
            # 10 record
            record(world, game, setting, tally, t)


@kernel
def reckon(world, game, setting, first):
    """Step 2: bring all that decisions rest on up to date.

    ``first``: something else than rounds may have come before. What a pair can be is not marked in every
    round where nothing changes it.
    """
    n, on = world.capability.shape[0], setting.on
    changing = first or on[_PRUDENT] or on[_WAR]
    if on[_PRUDENT]:
        forget_charges(world)
    for i in range(n):
        for j in range(i + 1, n):
            if changing:
                mark(world, setting, i, j, on[_PRUDENT])
            appraise(world, game, setting, i, j)
            if on[_PROTECTION]:
                tempt(world, game, setting, i, j)
                tempt(world, game, setting, j, i)
            if on[_SANCTIONS] and on[_PRUDENT]:
                value(world, game, setting, i, j)
                value(world, game, setting, j, i)
    if on[_SANCTIONS] and on[_PRUDENT]:
        weigh_enforcement(world, game, setting)
        if on[_PROTECTION]:
            for i in range(n):
                weigh_joining(world, game, setting, i)
            protect(world, game)
            for i in range(n):
                for j in range(n):
                    if i != j:
                        revalue(world, game, setting, i, j)
        for i in range(n):
            weigh_joining(world, game, setting, i)
            expect_sanctions(world, game, setting, i, on[_VOTES])


@kernel
def prepare(world, game, setting, i, j):
    """Bring up to date what the two decisions of a pair rest on, unless that was done for sanctions."""
    on = setting.on
    if not on[_PROTECTION]:
        tempt(world, game, setting, i, j)
        tempt(world, game, setting, j, i)
    if on[_PRUDENT] and not on[_SANCTIONS]:
        value(world, game, setting, i, j)
        value(world, game, setting, j, i)


@kernel
def intend(world, game, setting, tally, luck, t, i, j):
    """Step 3 for a pair i < j."""
    on, words = setting.on, luck.words
    if on[_PRUDENT] or on[_ACCOUNTS]:
        prepare(world, game, setting, i, j)
    if on[_CHANCE]:
        fill_words(luck, t, INTEND, i, j)
    if on[_PRUDENT]:
        decide(world, game, setting, tally, luck, words[0], i, j)
        decide(world, game, setting, tally, luck, words[1], j, i)
    if on[_AUTOMATA] and on[_CHANCE]:
        follow(world, setting, i, j, words[0])
        follow(world, setting, j, i, words[1])
    elif on[_AUTOMATA]:
        follow_firmly(world, setting, i, j)
        follow_firmly(world, setting, j, i)


@kernel
def deal(world, game, setting, tally, luck, t, i, j, apart):
    """Steps 4 to 6 for a pair i < j, and all that later steps do to this pair alone.

    The two learn and are paid at once, because nothing in steps 6 to 8 reads what they learn or earn: so the
    arrays of a pair are read from memory once in a round. ``apart``: the words drawn in step 3 are gone.
    """
    on = setting.on
    if on[_ERRORS]:
        if apart or not on[_CHANCE]:
            fill_words(luck, t, INTEND, i, j)
        draw_chances(luck, game, i, j)
    else:
        be_certain(luck, game, i, j)
    if on[_TREMBLES]:
        draw_trembles(luck, game, t, i, j)
    if on[_ERRORS]:
        act_and_observe(world, luck, i, j)
    else:
        act_in_plain_sight(world, luck, i, j)
    if on[_PRUDENT] or on[_WAR]:
        fill_words(luck, t, WAR, i, j)
        draw_conflict(world, game, luck, i, j)
    noticed = 0
    if on[_PRUDENT]:
        noticed = notice(world, luck, i, j)
        accuse(world, game, setting, tally, luck, t, i, j, noticed)
        count_disputes(world, tally, i, j)
        count_restraint(world, game, setting, tally, i, j)
    count_pair(world, game, tally, t, i, j)
    if on[_ERRORS]:
        count_errors(world, tally, i, j)
    if on[_ACCOUNTS]:
        pay(world, game, setting, i, j)
        learn(world, game, setting, tally, i, j)
        if on[_PRUDENT]:
            suspect(world, game, luck, i, j, noticed)
            suspect(world, game, luck, j, i, noticed)
        elif on[_ERRORS]:
            suspect_everywhere(world, game, i, j)
            suspect_everywhere(world, game, j, i)
        else:
            suspect_plainly(world, game, i, j)
            suspect_plainly(world, game, j, i)
    if on[_LARGE]:
        move_far(world, setting, i, j)
        move_far(world, setting, j, i)
    elif on[_AUTOMATA]:
        move_on(world, setting, i, j)
        move_on(world, setting, j, i)


@kernel
def record(world, game, setting, tally, t):
    """Step 10."""
    year_ends = (t + 1) % setting.rounds_per_year == 0
    if setting.on[_ACCOUNTS]:
        count_round(world, game, tally)
        if year_ends:
            count_spread(world, tally)
    if year_ends or t + 1 == tally.cooperating.shape[0]:
        count_year(tally)


@entry
def margins(world, game, setting, terms):
    """Reckon, and give the four terms of every margin; ``terms`` is [N, N, 4, L], overwritten."""
    new_phase(game, setting)
    reckon(world, game, setting, True)
    n = world.capability.shape[0]
    for i in range(n):
        for j in range(i + 1, n):
            prepare(world, game, setting, i, j)
    put_terms(world, game, terms)


@kernel
def put_terms(world, game, terms):
    """Write the four terms of every margin, as they have been reckoned, into ``terms``."""
    n, lanes = world.capability.shape
    for i in range(n):
        for j in range(n):
            for lane in range(lanes):
                if i != j:
                    now, future, law, norm = margin_terms(world, game, i, j, lane)
                    terms[i, j, 0, lane], terms[i, j, 1, lane] = now, future
                    terms[i, j, 2, lane], terms[i, j, 3, lane] = law, norm

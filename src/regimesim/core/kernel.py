"""The round: the one place where the rules of model.md, section 3, are put in order."""

from __future__ import annotations

from enum import IntEnum

from regimesim.core.automata import follow, follow_firmly, move_far, move_on
from regimesim.core.compiler import entry, kernel
from regimesim.core.draws import INTEND, fill_words
from regimesim.core.events import (
    absorb_buffers,
    begin_wars,
    change_leaders,
    end_wars,
    grow,
    quarrel,
    remember,
)
from regimesim.core.game import any_marked, appraise, decide, margin_terms, set_rates
from regimesim.core.payoffs import pay, pay_for_intrusion
from regimesim.core.perception import (
    act_and_observe,
    act_in_plain_sight,
    draw_chances,
    draw_trembles,
    publish,
)
from regimesim.core.sanctions import charge, learn_from_sanctions, sanction
from regimesim.core.tally import (
    count_beliefs,
    count_errors,
    count_pair,
    count_restraint,
    count_round,
    count_spread,
    count_year,
)
from regimesim.core.trust import agree, learn, talk


class Mechanism(IntEnum):
    """What may be on in some lane of a block; where it is off in all, its loops are skipped."""

    PRUDENT = 0
    AUTOMATA = 1
    LEADERS = 2
    WAR = 3
    TALKS = 4
    ABSORPTION = 5
    SANCTIONS = 6
    GROWTH = 7
    CHANCE = 8  # intentions are drawn, not certain
    ERRORS = 9  # what is done may be seen as what it is not
    ACCOUNTS = 10  # trust moves and payoffs are added up
    LARGE = 11  # automata of more than eight states


_PRUDENT, _AUTOMATA, _LEADERS, _WAR, _TALKS, _ABSORPTION = (int(m) for m in tuple(Mechanism)[:6])
_SANCTIONS, _GROWTH, _CHANCE, _ERRORS, _ACCOUNTS, _LARGE = (int(m) for m in tuple(Mechanism)[6:])


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
            remember(world, game, setting)
            if on[_LEADERS]:
                change_leaders(world, game, setting, tally, luck, t)
            # 2 appraise
            appraise(world, game, setting)
        if part != UNTIL_DECIDED and on[_ACCOUNTS]:
            world.payoff[:] = 0.0
        for i in range(n):
            for j in range(i + 1, n):
                if on[_CHANCE] or on[_SANCTIONS]:
                    fill_words(luck, t, INTEND, i, j)
                if part != SINCE_DECIDED:
                    # 3 decide
                    intend(world, game, setting, luck, i, j)
                if part != UNTIL_DECIDED:
                    # 4 act, 5 observe
                    deal(world, game, setting, tally, luck, t, i, j)
        if part != UNTIL_DECIDED:
            # 6 sanction, 7 pay
            if on[_SANCTIONS]:
                sanction(world, game, setting, tally, luck, t)
                for i in range(n):
                    for j in range(i + 1, n):
                        pay(world, game, i, j)
            if on[_ACCOUNTS]:
                pay_for_intrusion(world, game)
            if on[_SANCTIONS]:
                charge(world, setting)
            # 8 escalate
            if on[_WAR]:
                end_wars(world, game, setting, luck, t)
            if on[_WAR] or on[_TALKS]:
                for i in range(n):
                    for j in range(i + 1, n):
                        if quarrel(world, luck, t, i, j):
                            begin_wars(world, game, setting, tally, luck, t, i, j)
                            talk(world, game, luck, i, j)
            if on[_ABSORPTION]:
                absorb_buffers(world, game, setting, tally, luck, t)
            # 9 learn
            if on[_TALKS]:
                for i in range(n):
                    for j in range(i + 1, n):
                        agree(world, setting, i, j)
            if on[_SANCTIONS]:
                learn_from_sanctions(world, game, setting, luck, t)
            # 10 record
            _record(world, game, setting, tally, t)


@kernel
def intend(world, game, setting, luck, i, j):
    """Step 3 for a pair i < j (``luck.words``: INTEND)."""
    on, words = setting.on, luck.words
    _mark_played(world, i, j)
    if on[_PRUDENT]:
        decide(world, game, i, j, words[0])
        decide(world, game, j, i, words[1])
    if on[_AUTOMATA] and on[_CHANCE]:
        follow(world, setting, i, j, words[0])
        follow(world, setting, j, i, words[1])
    elif on[_AUTOMATA]:
        follow_firmly(world, setting, i, j)
        follow_firmly(world, setting, j, i)


@kernel
def deal(world, game, setting, tally, luck, t, i, j):
    """Steps 4 and 5 for a pair i < j, and all that later steps do to this pair alone.

    The two learn at once, because nothing in steps 6 to 8 reads what they learn, and they are paid at once
    where nobody sanctions: so the arrays of a pair are read from memory once in a round.
    """
    on = setting.on
    if on[_ERRORS]:
        draw_chances(luck, game, t, i, j)
        act_and_observe(world, luck, i, j)
        count_errors(world, tally, i, j)
    else:
        draw_trembles(luck, game, t, i, j)
        act_in_plain_sight(world, luck, i, j)
    count_pair(world, tally, t, i, j)
    if on[_PRUDENT]:
        count_restraint(world, game, setting, tally, i, j)
    if on[_SANCTIONS]:
        publish(world, game, luck, i, j)
    elif on[_ACCOUNTS]:
        pay(world, game, i, j)
    if on[_ACCOUNTS]:
        count_beliefs(world, tally, i, j)
        learn(world, game, i, j)
    if on[_LARGE]:
        move_far(world, setting, i, j)
        move_far(world, setting, j, i)
    elif on[_AUTOMATA]:
        move_on(world, setting, i, j)
        move_on(world, setting, j, i)


@kernel
def _record(world, game, setting, tally, t):
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
    """Appraise, and give the four terms of every margin; ``terms`` is [N, N, 4, L], overwritten."""
    new_phase(game, setting)
    appraise(world, game, setting)
    n, lanes = world.capability.shape
    for i in range(n):
        for j in range(n):
            for lane in range(lanes):
                if i != j:
                    now, future, law, norm = margin_terms(world, game, i, j, lane)
                    terms[i, j, 0, lane], terms[i, j, 1, lane] = now, future
                    terms[i, j, 2, lane], terms[i, j, 3, lane] = law, norm


@kernel
def new_phase(game, setting):
    """Rates of the lanes for which a phase has just begun."""
    if any_marked(game.stale):
        for lane in range(game.stale.shape[0]):
            if game.stale[lane] == 2:
                set_rates(game, setting, lane)


@kernel
def _mark_played(world, i, j):
    played_ij, played_ji, at_war = world.played[i, j], world.played[j, i], world.at_war[i, j]
    for lane in range(at_war.shape[0]):
        played_ij[lane] = at_war[lane] == 0
        played_ji[lane] = played_ij[lane]

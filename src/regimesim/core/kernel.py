"""The round: the one place where the rules of model.md, section 3, are put in order."""

from __future__ import annotations

from enum import IntEnum

from regimesim.core.automata import follow, follow_firmly, move_on
from regimesim.core.compiler import entry, kernel
from regimesim.core.draws import INTEND, TREMBLE, WAR, fill_words, unit
from regimesim.core.events import (
    absorb_buffers,
    begin_wars,
    change_leaders,
    end_wars,
    grow,
    remember,
)
from regimesim.core.game import appraise, decide, margin_terms, set_rates
from regimesim.core.perception import act_and_observe, publish
from regimesim.core.sanctions import charge, learn_from_sanctions, sanction
from regimesim.core.tally import count_pair, count_round, count_sides


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


_PRUDENT, _AUTOMATA, _LEADERS, _WAR, _TALKS, _ABSORPTION, _SANCTIONS, _GROWTH, _CHANCE = (
    int(m) for m in Mechanism
)


WHOLE, UNTIL_DECIDED, SINCE_DECIDED = 0, 1, 2
"""Parts of a round: a caller that changes intentions plays it in two."""


@entry
def play(world, game, setting, tally, keys, replicate, words, first, last, part):
    """Play rounds ``first`` to ``last - 1`` in every lane; no phase may begin in between.

    Parameters
    ----------
    world, game, setting, tally : World, Game, Setting, Tally
        Changed in place, but for ``setting``.
    keys : uint32 array (10, 2)
        From ``draws.round_keys``.
    replicate : uint32 array (L,)
    words : uint32 array (4, L)
        Room for draws.
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
            if t > 0 and t % setting.rounds_per_year == 0:
                new_year(world, game, setting, tally, keys, replicate, t)
            remember(world, game, setting)
            if on[_LEADERS]:
                change_leaders(world, game, setting, tally, keys, replicate, t, words)
            # 2 appraise
            appraise(world, game, setting)
            # 3 decide
            for i in range(n):
                for j in range(i + 1, n):
                    _mark_played(world, i, j)
                    if on[_CHANCE]:
                        fill_words(words, keys, replicate, t, INTEND, i, j)
                    if on[_PRUDENT]:
                        decide(world, game, i, j, words[0])
                        decide(world, game, j, i, words[1])
                    if on[_AUTOMATA] and on[_CHANCE]:
                        follow(world, setting, i, j, words[0])
                        follow(world, setting, j, i, words[1])
                    elif on[_AUTOMATA]:
                        follow_firmly(world, setting, i, j)
                        follow_firmly(world, setting, j, i)
        if part != UNTIL_DECIDED:
            # 4 act, 5 observe
            for i in range(n):
                for j in range(i + 1, n):
                    fill_words(words, keys, replicate, t, TREMBLE, i, j)
                    act_and_observe(world, game, i, j, words)
                    if on[_SANCTIONS]:
                        fill_words(words, keys, replicate, t, INTEND, i, j)
                        publish(world, game, i, j, words)
                    count_pair(world, tally, t, i, j)
                    count_sides(world, game, setting, tally, i, j)
            # 6 sanction, 7 pay
            if on[_SANCTIONS]:
                sanction(world, setting, tally, keys, replicate, t)
            _pay(world, game)
            if on[_SANCTIONS]:
                charge(world, setting)
            # 8 escalate
            if on[_WAR]:
                end_wars(world, game, setting, keys, replicate, t)
            if on[_WAR] or on[_TALKS]:
                for i in range(n):
                    for j in range(i + 1, n):
                        if _any_exploitation(world, i, j):
                            fill_words(words, keys, replicate, t, WAR, i, j)
                            begin_wars(world, game, setting, tally, keys, replicate, t, i, j, words)
                            _talk(world, game, i, j, words)
            if on[_ABSORPTION]:
                absorb_buffers(world, game, setting, tally, keys, replicate, t)
            # 9 learn
            for i in range(n):
                for j in range(i + 1, n):
                    _learn(world, game, i, j)
                    if on[_AUTOMATA]:
                        move_on(world, setting, i, j)
                        move_on(world, setting, j, i)
                    if on[_TALKS]:
                        _agree(world, setting, i, j)
            if on[_SANCTIONS]:
                learn_from_sanctions(world, game, setting, keys, replicate, t)
            # 10 record
            count_round(world, game, setting, tally, t)


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
    for lane in range(game.stale.shape[0]):
        if game.stale[lane] == 2:
            set_rates(game, setting, lane)


@kernel
def new_year(world, game, setting, tally, keys, replicate, t):
    """The turn of a year: capabilities grow, and disputes are counted anew."""
    if setting.on[_GROWTH]:
        grow(world, game, setting, keys, replicate, t)
    for i in range(world.capability.shape[0]):
        for j in range(i + 1, world.capability.shape[0]):
            tally.disputed[i, j, :] = 0


@kernel
def _mark_played(world, i, j):
    played_ij, played_ji, at_war = world.played[i, j], world.played[j, i], world.at_war[i, j]
    for lane in range(at_war.shape[0]):
        played_ij[lane] = at_war[lane] == 0
        played_ji[lane] = played_ij[lane]


@kernel
def _pay(world, game):
    """Step 7, but for what sanctions and wars cost."""
    n, lanes = world.capability.shape
    reward, punishment = game.reward, game.punishment
    for i in range(n):
        payoff, member = world.payoff[i], world.member[i]
        for lane in range(lanes):
            payoff[lane] = 0.0
        for j in range(n):
            if i != j:
                own, other, played = world.action[i, j], world.action[j, i], world.played[i, j]
                gain, loss, undone = game.gain[i, j], game.loss[i, j], world.undone[i, j]
                for lane in range(lanes):
                    # every number is read first: a loop that reads one of several is not vectorised
                    mutual, betrayed, betrays, grim = reward[lane], loss[lane], gain[lane], punishment[lane]
                    spoils = grim if undone[lane] else betrays
                    restrained = mutual if other[lane] else betrayed
                    exploited = spoils if other[lane] else grim
                    earned = restrained if own[lane] else exploited
                    payoff[lane] += earned if played[lane] else 0.0
        for lane in range(lanes):
            payoff[lane] -= game.intrusion[lane] * member[lane]


@kernel
def _any_exploitation(world, i, j):
    action_ij, action_ji, count = world.action[i, j], world.action[j, i], 0
    for lane in range(action_ij.shape[0]):
        count += 1 - (action_ij[lane] & action_ji[lane])
    return count > 0


@kernel
def _learn(world, game, i, j):
    """Step 9: trust moves towards what was seen."""
    played, learning = world.played[i, j], game.learning
    trust_ij, trust_ji = world.trust[i, j], world.trust[j, i]
    seen_ij, seen_ji = world.seen[i, j], world.seen[j, i]
    for lane in range(learning.shape[0]):
        pace = learning[lane] * played[lane]
        trust_ij[lane] += pace * (seen_ij[lane] - trust_ij[lane])
        trust_ji[lane] += pace * (seen_ji[lane] - trust_ji[lane])


@kernel
def _talk(world, game, i, j, words):
    """Whether two states that exploit each other come to an agreement (words: WAR, NEGOTIATE)."""
    action_ij, action_ji, agrees, talk = world.action[i, j], world.action[j, i], world.agrees[i, j], game.talk
    for lane in range(talk.shape[0]):
        agrees[lane] = (unit(words[2, lane]) < talk[lane]) & (action_ij[lane] == 0) & (action_ji[lane] == 0)


@kernel
def _agree(world, setting, i, j):
    """An agreement takes effect, unless there is war."""
    agrees, played, at_war = world.agrees[i, j], world.played[i, j], world.at_war[i, j]
    for lane in range(agrees.shape[0]):
        if agrees[lane] & played[lane] and at_war[lane] == 0:
            agreed = setting.parameters[lane].diplomacy.agreement_trust
            world.trust[i, j, lane] = world.trust[j, i, lane] = agreed
        agrees[lane] = 0

"""The arrays that everything hangs on; their last axis is the *lane*, one (design point, replicate).

The lane axis is last and contiguous so that the compiled loops treat many replicates at once. Sizes:
N states, K buffer states, L lanes, T rounds. Wherever an array has two axes of states, ``[i, j]`` is
what i does, believes or gains towards j. Actions are 1 for restraint (C) and 0 for exploitation (D).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.bundles import by_reference
from regimesim.core.draws import round_keys

Reals = NDArray[np.float64]
Whole = NDArray[np.int32]
Bits = NDArray[np.int8]


@by_reference
class World(NamedTuple):
    """What changes as a run goes on (``docs/model.md``, section 2), and what happened this round."""

    capability: Reals  # [N, L] shares that sum to 1
    revisionism: Reals  # [N, L] rho >= 0
    norm: Reals  # [N, L] in [0, 1]
    turmoil: Whole  # [N, L] rounds left
    member: Bits  # [N, L]
    trust: Reals  # [N, N, L] in [0, 1]
    at_war: Whole  # [N, N, L] rounds left
    stance: Bits  # [N, N, L] state of i's automaton towards j
    sovereign: Bits  # [K, L]
    credibility: Reals  # [L] kappa in [0, 1]
    # this round
    played: Bits  # [N, N, L] the pair was not at war when the round began
    intend: Bits  # [N, N, L]
    action: Bits  # [N, N, L]
    seen: Bits  # [N, N, L] what i saw of j's action
    accuses: Bits  # [N, N, L] i's accusation of j became public
    undone: Bits  # [N, N, L] i's gain from exploiting j was undone
    agrees: Bits  # [N, N, L] i < j exploit each other and come to an agreement, unless there is war
    accused: Bits  # [N, L] there is a case against i
    invoked: Bits  # [L] there was a case against somebody
    sanction: Reals  # [N, L] M_i, share of the possible joiners' capability; -1 where not accused
    joined: Bits  # [N, N, L] k joined the sanction against i
    joiners: Whole  # [N, L] how many joined against i
    new_leader: Bits  # [N, L]
    revolted: Bits  # [N, L] struck by a wave of revolution
    wave: Bits  # [L] a wave of revolution began
    side: Bits  # [L, N] in the last war that others could join: 1, 2 or 0 for neither
    payoff: Reals  # [N, L]
    sums: Reals  # [7, L] room for sums over states


@by_reference
class Game(NamedTuple):
    """The effective game of every pair, and rates per round: functions of World and Setting.

    Kept from round to round; a lane is appraised again only when it is marked ``stale``.
    """

    stale: Bits  # [L] 0: valid, 1: appraise again, 2: a new phase, rates too
    buffer: Reals  # [N, N, L] B_ij
    gain: Reals  # [N, N, L] T'_ij
    loss: Reals  # [N, N, L] S'_ij
    u_dc: Reals  # [N, N, L] expected payoff of exploiting a state that restrains itself
    u_cd: Reals  # [N, N, L] ... of being exploited
    u_dd: Reals  # [N, N, L] ... of exploiting each other
    patience: Reals  # [N, N, L] worth of the future per unit of stake
    alarm: Reals  # [N, N, L] f_ij
    alarm_limit: NDArray[np.uint32]  # [N, N, L] i < j: the same as a limit for words
    certain: Bits  # [N, N, L] i < j: the chances that are certain, a bit each
    war_one: Reals  # [N, N, L] e1_ij
    war_both: Reals  # [N, N, L] e2_ij
    cost: Reals  # [N, N, L] cost_ij
    law: Reals  # [N, L]
    against: Bits  # [N, N, L] v_D > v_C at the last decision
    # the same for all pairs of a lane
    reward: Reals  # [L]
    punishment: Reals  # [L]
    hit: Reals  # [L] q
    restraint: Reals  # [L]
    temperature: Reals  # [L]
    rule: Bits  # [L] of sanctions
    tremble_limit: NDArray[np.uint32]  # [L]
    hit_limit: NDArray[np.uint32]  # [L]
    publicity: Reals  # [L]
    public_signal: Bits  # [L]
    learning: Reals  # [L]
    discount: Reals  # [L] delta, per round
    endured: Reals  # [L] delta^K
    intrusion: Reals  # [L] intrusion_cost * level**2
    fade: Reals  # [L] factor by which memory fades in a round
    socialize: Reals  # [L]
    turnover: Reals  # [L] probability per round
    wave: Reals  # [L]
    talk: Reals  # [L]
    absorb: Reals  # [L]
    unilateral: Reals  # [L] war, where one side exploits and nothing calms
    mutual: Reals  # [L] war, where both do
    abroad: Reals  # [L] a quarrel abroad between states that do not deter each other


@by_reference
class Luck(NamedTuple):
    """Where draws come from, and room for those of one pair."""

    keys: NDArray[np.uint32]  # [10, 2] what the seed stands for
    replicate: NDArray[np.uint32]  # [L]
    words: NDArray[np.uint32]  # [4, L] a block of draws
    chances: Bits  # [L] what the draws of a pair come to, a bit each: see perception


@by_reference
class Setting(NamedTuple):
    """What holds in the present phase, in R points (records: see ``parameters``)."""

    row: Whole  # [L] which point a lane plays, among the R
    parameters: NDArray[np.void]  # [R] RECORD
    states: NDArray[np.void]  # [N, R] STATE_RECORD
    strategy: Bits  # [N, L] number of the automaton, -1: prudent
    affinity: Reals  # [N, N, L]
    prior: Reals  # [N, N, L]
    strength: Reals  # [K, L]
    links: Whole  # [*, 3] (buffer, i, j), i < j, in the order of buffers
    cooperate: Reals  # [A, 16] probability of restraint in each state of each automaton
    firm: NDArray[np.uint32]  # [N, L] bit s: i's automaton restrains itself in its state s
    following: NDArray[np.uint32]  # [2, 4, N, L] what follows, in bits: see strategies.as_bits
    on: Bits  # [12] which mechanisms are on in some lane: see kernel.Mechanism
    rounds_per_year: int


@by_reference
class Tally(NamedTuple):
    """What is counted along the way (``docs/model.md``, section 6); rounds are -1 until they come."""

    cooperating: Whole  # [T, L] pairs that restrained each other
    disputed: Bits  # [N, N, L] the pair had a dispute this year
    disputes: Whole  # [L] pair-years, those of a year when it ends
    wars: Whole  # [L]
    war_round: Whole  # [L] round of the first war
    systemic_round: Whole  # [L]
    buffers_lost: Whole  # [L]
    revolutions: Whole  # [L] states struck
    invoked: Whole  # [L] times the sanctions procedure was invoked
    sanctioned: Whole  # [L] times somebody joined
    false_alarms: Whole  # [L]
    misses: Whole  # [L]
    exploitations: Whole  # [L]
    dealt: Whole  # [L] ordered pairs times rounds played
    restrained: Whole  # [L] restraint of prudent states, ordered pairs times rounds
    against: Whole  # [L] the same, against short-run interest
    error: Reals  # [L] sum of |b - what was done|
    trust: Reals  # [L] sum over rounds of the sum over ordered pairs
    credibility: Reals  # [L] sum over rounds
    spread: Reals  # [L] sum over years of the spread of trust over observers
    welfare: Reals  # [L] discounted sum of mean payoffs
    weight: Reals  # [L] sum of discounts
    present: Reals  # [L] discount of the next round
    pair_onset: Whole  # [N, N, L] first round of mutual restraint (i < j)
    pair_breakdown: Whole  # [N, N, L] first round after it without
    pair_war: Whole  # [N, N, L] first round of war


def allocate_luck(seed: int, replicates: NDArray[np.integer]) -> Luck:
    """The draws of some replicates."""
    lanes = len(replicates)
    return Luck(
        keys=round_keys(seed),
        replicate=replicates.astype(np.uint32),
        words=np.empty((4, lanes), np.uint32),
        chances=np.zeros(lanes, np.int8),
    )


def allocate_world(states: int, buffers: int, lanes: int) -> World:
    """A world of zeros."""
    n, k = (states, lanes), (buffers, lanes)
    pairs = (states, states, lanes)
    return World(
        capability=np.zeros(n), revisionism=np.zeros(n), norm=np.zeros(n),
        turmoil=np.zeros(n, np.int32), member=np.zeros(n, np.int8),
        trust=np.zeros(pairs), at_war=np.zeros(pairs, np.int32), stance=np.zeros(pairs, np.int8),
        sovereign=np.ones(k, np.int8), credibility=np.zeros(lanes),
        played=np.zeros(pairs, np.int8), intend=np.zeros(pairs, np.int8),
        action=np.zeros(pairs, np.int8), seen=np.zeros(pairs, np.int8),
        accuses=np.zeros(pairs, np.int8), undone=np.zeros(pairs, np.int8),
        agrees=np.zeros(pairs, np.int8),
        accused=np.zeros(n, np.int8), invoked=np.zeros(lanes, np.int8),
        sanction=np.full(n, -1.0), joined=np.zeros(pairs, np.int8),
        joiners=np.zeros(n, np.int32),
        new_leader=np.zeros(n, np.int8), revolted=np.zeros(n, np.int8),
        wave=np.zeros(lanes, np.int8),
        side=np.zeros((lanes, states), np.int8),
        payoff=np.zeros(n), sums=np.zeros((7, lanes)),
    )  # fmt: skip


_OF_PAIRS = frozenset(
    {"buffer", "gain", "loss", "u_dc", "u_cd", "u_dd", "patience", "alarm", "war_one", "war_both", "cost"}
)


def allocate_game(states: int, lanes: int) -> Game:
    """A game that must be appraised before it is used."""
    pairs = (states, states, lanes)
    fields: dict[str, Any] = {
        "stale": np.full(lanes, 2, np.int8),
        "law": np.zeros((states, lanes)),
        "against": np.zeros(pairs, np.int8),
        "certain": np.zeros(pairs, np.int8),
        "alarm_limit": np.zeros(pairs, np.uint32),
        "tremble_limit": np.zeros(lanes, np.uint32),
        "hit_limit": np.zeros(lanes, np.uint32),
        "rule": np.zeros(lanes, np.int8),
        "public_signal": np.zeros(lanes, np.int8),
    }
    for name in Game._fields:
        by_pair = name in _OF_PAIRS
        fields.setdefault(name, np.zeros(pairs if by_pair else lanes))
    return Game(**fields)


def allocate_tally(states: int, lanes: int, rounds: int) -> Tally:
    """Nothing counted yet."""
    pairs = (states, states, lanes)
    whole, real = (lambda: np.zeros(lanes, np.int32)), (lambda: np.zeros(lanes))
    return Tally(
        cooperating=np.zeros((rounds, lanes), np.int32), disputed=np.zeros(pairs, np.int8),
        disputes=whole(), wars=whole(),
        war_round=np.full(lanes, -1, np.int32), systemic_round=np.full(lanes, -1, np.int32),
        buffers_lost=whole(), revolutions=whole(), invoked=whole(), sanctioned=whole(),
        false_alarms=whole(), misses=whole(), exploitations=whole(), dealt=whole(),
        restrained=whole(), against=whole(),
        error=real(), trust=real(), credibility=real(), spread=real(), welfare=real(), weight=real(),
        present=np.ones(lanes),
        pair_onset=np.full(pairs, -1, np.int32), pair_breakdown=np.full(pairs, -1, np.int32),
        pair_war=np.full(pairs, -1, np.int32),
    )  # fmt: skip

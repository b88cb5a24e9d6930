"""The arrays that everything hangs on; their last axis is the *lane*, one (design point, replicate).

The lane axis is last and contiguous so that the compiled loops treat many replicates at once. Sizes:
N states, K buffer states, L lanes, T rounds. Wherever an array has two axes of states, ``[i, j]`` is
what i does, believes or gains towards j. Actions are 1 for cooperation (C) and 0 for defection (D).
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.bundles import by_reference
from regimesim.core.draws import TOGETHER, round_keys

Reals = NDArray[np.float64]
Whole = NDArray[np.int32]
Bits = NDArray[np.int8]


class Mechanism(IntEnum):
    """Mechanisms that may be on in some lane of a block; where one is off in all, its loops are skipped."""

    PRUDENT = 0
    AUTOMATA = 1
    LEADERS = 2
    WAR = 3
    ABSORPTION = 4
    SANCTIONS = 5
    VOTES = 6  # a centralized rule
    PROTECTION = 7  # a collective rule
    GROWTH = 8
    CHANCE = 9  # intentions are drawn, not certain
    ERRORS = 10  # what is done may be seen as what it is not
    ACCOUNTS = 11  # trust moves and payoffs are added up
    LARGE = 12  # automata of more than eight states
    TREMBLES = 13  # accidents
    SURPRISES = 14  # first strikes, or warnings
    ALLIES = 15  # some are spared as allies


@by_reference
class World(NamedTuple):
    """All that changes as a run goes on (``docs/model.md``, section 2), and what happened this round."""

    capability: Reals  # [N, L] shares that sum to 1
    revisionism: Reals  # [N, L] rho >= 0: the setting and the grievance above it
    norm: Reals  # [N, L] in [0, 1]
    turmoil: Whole  # [N, L] rounds left
    fine: Whole  # [N, L] rounds left
    member: Bits  # [N, L]
    trust: Reals  # [N, N, L] in [0, 1]
    at_war: Whole  # [N, N, L] rounds left
    left: Whole  # [N, N, L] rounds for which i withholds cooperation from j; FOREVER: without end
    kind: Bits  # [N, N, L] of an estrangement: see the constants in ``estrangement``
    stance: Bits  # [N, N, L] state of i's automaton towards j
    sovereign: Bits  # [K, L]
    credibility: Reals  # [L] kappa in [0, 1]
    # this round
    played: Bits  # [N, N, L] the pair was not at war when the round began
    open: Bits  # [N, N, L] ... nor estranged (a pair with an automaton never is)
    withheld: Bits  # [N, N, L] the prudent i withholds from an automaton j
    intend: Bits  # [N, N, L]
    action: Bits  # [N, N, L] 0 where the pair is not open
    seen: Bits  # [N, N, L] what i saw of j's action
    charge: Bits  # [N, N, L] i's accusation of j: 0 none was pursued, 1 it stands, 2 it was cleared
    accuses: Bits  # [N, N, L] i's charge makes a case against j
    broke: Bits  # [N, N, L] i < j: the kind of the estrangement that began, 0 if none did
    quarrel: Bits  # [N, N, L] i < j: a quarrel abroad spoils the relationship
    due: Bits  # [N, N, L] i < j: war begins, unless there is one already
    talks: Bits  # [N, N, L] i < j: an estrangement ends early
    extended: Bits  # [N, N, L] a sanction gave the pair its full length again
    accused: Bits  # [N, L] there is a case against i
    sanction: Reals  # [N, L] M_i, share of the capability asked that joined; -1 without a case
    joined: Bits  # [N, N, L] k joined the sanction against i
    new_leader: Bits  # [N, L]
    revolted: Bits  # [N, L] struck by a wave of revolution
    wave: Bits  # [L] a wave of revolution began
    systemic: Bits  # [L] a systemic war began
    payoff: Reals  # [N, L]
    dues: Reals  # [N, L] what joining sanctions costs
    sums: Reals  # [7, L] room for sums over states
    reach: Bits  # [L, N] room for the search for a systemic war


@by_reference
class Game(NamedTuple):
    """The effective game of every pair, and rates per round: functions of World and Setting.

    What only a change in the world's structure moves is kept from round to round, and a pair is appraised
    again only when it is ``stale``; what trust, norms, grievances and credibility move is reckoned anew.
    The kinds of estrangement are numbered 0 (misunderstanding), 1 (breach), 2 (sanction).
    """

    stale: Bits  # [N, N, L] i < j: appraise again
    fresh: Bits  # [L] a new phase: rates, too
    structure: Reals  # [*, N, N, L] all that an appraisal sets
    between: Reals  # [*, N, N, L] those of them that are the same for both sides, and looked up for i < j
    unsettled: Bits  # [N, N] i < j: in some lane the pair's first spell of cooperation has not ended
    models: Whole  # [N, N, 8] i < j: lanes with which others may be found alike
    like: NDArray[np.uint32]  # [2, L] room for some lanes, and those that they are like
    # of a pair's structure (4.1 to 4.3)
    buffer: Reals  # [N, N, L] B_ij
    appetite: Reals  # [N, N, L] what i wants of j, but for its grievance
    strike: Reals  # [N, N, L] what a first strike adds
    warning: Reals  # [N, N, L]
    bare_loss: Reals  # [N, N, L] S'_ij without protection
    toll: Reals  # [N, N, L] m h1 cost: what war in an open pair costs, a flow
    u_dd: Reals  # [N, N, L] flow of an estrangement by a breach
    cost: Reals  # [N, N, L] cost_ij
    confer: Reals  # [N, N, L] K_ij
    alarm: Reals  # [N, N, L] f_ij
    alarm_limit: NDArray[np.uint32]  # [N, N, L] i < j: the same as a limit for words
    certain: Bits  # [N, N, L] i < j: the chances that are certain, a bit each
    abroad: Reals  # [N, N, L] g_ij
    war_open: Reals  # [N, N, L] h1
    war_estranged: Reals  # [3, N, N, L] h of each kind
    ending: Reals  # [2, N, N, L] nu of misunderstanding and breach
    paid: Reals  # [3, N, N, L] A of each kind
    span: Reals  # [3, N, N, L] D of each kind
    one: Reals  # [N, N, L] O1
    dread: Reals  # [N, N, L] E: what distrust brings about
    healing: Reals  # [N, N, L] what it is divided by
    apart: Reals  # [2, N, N, L] a of misunderstanding and breach
    brings: Reals  # [2, N, N, L] d of misunderstanding and breach
    exposed: Reals  # [N, N, L] what a case that j brings weighs in law_ij
    # of this round
    gain: Reals  # [N, N, L] T'_ij
    loss: Reals  # [N, N, L] S'_ij
    u_dc: Reals  # [N, N, L] reckoned when asked for margins
    u_cd: Reals  # [N, N, L] likewise
    distrust: Reals  # [N, N, L] what full distrust takes from the value of open dealings
    value: Reals  # [N, N, L] O
    excluded: Reals  # [N, N, L] Lambda_S: what i loses if j excludes it
    forgone: Reals  # [N, N, L] the same, a round's share
    join: Reals  # [N, N, L] Pr_i(j): i joins a sanction against j
    law: Reals  # [N, N, L]
    against: Bits  # [N, N, L] v_D > v_C at the last decision
    nothing: Reals  # [L] zeros
    # of a state
    pursue: (
        Reals  # [N, L] chance that i acts on an accusation of its own: its resolve, unless it keeps a secret
    )
    # the same for all pairs of a lane
    rates: Reals  # [*, L] all of them that are real
    reward: Reals  # [L]
    punishment: Reals  # [L]
    hit: Reals  # [L] q
    restraint: Reals  # [L]
    temperature: Reals  # [L]
    coolness: Reals  # [L] 1 / temperature, at most 1e300, and 0 where that is 0
    readiness: Reals  # [L] m where states slip, and else more than any draw allows
    rule: Bits  # [L] of sanctions
    tremble_limit: NDArray[np.uint32]  # [L]
    hit_limit: NDArray[np.uint32]  # [L]
    learning: Reals  # [L] eta
    discount: Reals  # [L] delta, per round
    rounds: Whole  # [L] L: of an estrangement
    war_rounds: Whole  # [L] w
    waste: Reals  # [L] W: what a war takes from the future
    after_war: Reals  # [L] delta**(w + 1)
    fined: Reals  # [L] F: discounted rounds of a fine
    calmed: Reals  # [L] share of a distant interest that turmoil leaves
    intrusion: Reals  # [L] intrusion_cost * level**2
    shock: Reals  # [L] share of trust that a defection takes, where it is certain
    fade: Reals  # [L] factor by which memory fades in a round
    forget: Reals  # [L] share of a fresh grievance that fades in a round
    socialize: Reals  # [L]
    turnover: Reals  # [L] probability per round
    wave: Reals  # [L]
    talk: Reals  # [L]
    absorb: Reals  # [L]


@by_reference
class Luck(NamedTuple):
    """Address of the draws, and room for those of one pair."""

    keys: NDArray[np.uint32]  # [10, 2] what the seed stands for
    replicate: NDArray[np.uint32]  # [L]
    words: NDArray[np.uint32]  # [4, L + 8] a block of draws
    margin: Reals  # [L] room for the margin of a decision
    marks: Bits  # [L + 7 at most] room for marks, and none beyond L
    packed: NDArray[np.uint64]  # the same, eight in a number
    some: NDArray[np.uint32]  # [L + 8] room for some lanes
    chosen: NDArray[np.uint32]  # [L + 8] room for their replicates
    cases: Reals  # [6, L] room for what cases come to
    chances: Bits  # [L] what the draws of a pair come to, a bit each: see perception


@by_reference
class Setting(NamedTuple):
    """Parameters of the present phase, in R points (records: see ``parameters``)."""

    one: int  # 1 where all lanes play the same point
    row: Whole  # [L] which point a lane plays, among the R
    parameters: NDArray[np.void]  # [R] RECORD
    states: NDArray[np.void]  # [N, R] STATE_RECORD
    strategy: Bits  # [N, L] number of the automaton, -1: prudent
    affinity: Reals  # [N, N, L]
    prior: Reals  # [N, N, L]
    strength: Reals  # [K, L]
    ground: Reals  # [N, L] the setting above which a grievance is fresh
    links: Whole  # [*, 3] (buffer, i, j), i < j, in the order of buffers
    cooperate: Reals  # [A, 16] probability of cooperation in each state of each automaton
    alike: Bits  # [N] i follows the same automaton in every lane, or none: see the constants in ``automata``
    firm: NDArray[np.uint32]  # [N, L] bit s: i's automaton cooperates in its state s
    following: NDArray[np.uint32]  # [2, 4, N, L] what follows, in bits: see strategies.as_bits
    on: Bits  # [16] which mechanisms are on in some lane: see Mechanism
    rounds_per_year: int


@by_reference
class Tally(NamedTuple):
    """Counts along the way (``docs/model.md``, section 6); rounds are -1 until they come."""

    cooperating: Whole  # [T, L] pairs that cooperated
    disputed: Bits  # [N, N, L] the pair had a dispute this year
    disputes: Whole  # [L] pair-years, those of a year when it ends
    wars: Whole  # [L]
    war_round: Whole  # [L] round of the first war
    systemic_round: Whole  # [L]
    buffers_lost: Whole  # [L]
    revolutions: Whole  # [L] states struck
    estrangements: Whole  # [3, L] by kind
    false_breaches: Whole  # [L] breaches in which no charge was true
    apart: Whole  # [L] pairs times rounds estranged
    invoked: Whole  # [L] cases
    sanctioned: Whole  # [L] cases in which somebody joined
    innocents: Whole  # [L] of them, those without a true charge
    response: Reals  # [L] sum of M over cases
    false_alarms: Whole  # [L]
    misses: Whole  # [L]
    exploitations: Whole  # [L] defections
    dealt: Whole  # [L] ordered pairs times rounds in which the pair was open
    restrained: Whole  # [L] cooperation of prudent states, ordered pairs times rounds
    against: Whole  # [L] the same, against short-run interest
    willing: Whole  # [L] decisions of prudent states with a margin of at least 0
    pivotal: Whole  # [4, L] those that a term (now, future, law, norm) turned
    error: Reals  # [L] sum of |b - what was done|
    trust: Reals  # [L] sum over rounds of the sum over ordered pairs
    credibility: Reals  # [L] sum over rounds
    spread: Reals  # [L] sum over years of the spread of trust over observers
    welfare: Reals  # [L] discounted sum of mean payoffs
    weight: Reals  # [L] sum of discounts
    present: Reals  # [L] discount of the next round
    pair_onset: Whole  # [N, N, L] first round of mutual cooperation (i < j)
    pair_breakdown: Whole  # [N, N, L] first round after it without
    pair_war: Whole  # [N, N, L] first round of war


LINE = 64
"""Bytes of a line of the cache, and of the widest vectors."""


class Memory:
    """Room for the arrays of a block, side by side, each from the beginning of a line of the cache on.

    A large piece of memory has large pages, of which a loop over many arrays needs few; and a vector that
    lies in one line is read faster than one that lies in two.

    Parameters
    ----------
    size : int
        Bytes of the first piece; where it does not suffice there will be others.
    """

    def __init__(self, size: int) -> None:
        self._piece, self._used = np.zeros(0, np.uint8), 0
        self._size = size

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """An array of zeros."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if self._used + size > len(self._piece):
            piece = np.zeros(max(size, self._size) + LINE, np.uint8)
            self._piece, self._used = piece[-piece.ctypes.data % LINE :], 0
        taken = self._piece[self._used : self._used + size]
        self._used += -(-size // LINE) * LINE
        array: NDArray[Any] = taken.view(dtype).reshape(shape)
        return array


STARTS = {
    "sovereign": 1,
    "sanction": -1,
    "present": 1,
    "stale": 1,
    "fresh": 1,
    "unsettled": 1,
} | dict.fromkeys(("pair_onset", "pair_breakdown", "pair_war", "war_round", "systemic_round"), -1)
"""Fields of a bundle that do not begin with 0."""


def clear(bundle: World | Tally) -> None:
    """Have every field be what it is before the first round."""
    for name in bundle._fields:
        getattr(bundle, name).fill(STARTS.get(name, 0))


def _allocate(memory: Memory | None, kinds: dict[str, Any]) -> dict[str, Any]:
    """Allocate fields, given their shapes and types by name, as they are before the first round."""
    memory = memory or Memory(0)
    fields = {name: memory.zeros(shape, dtype) for name, (shape, dtype) in kinds.items()}
    for name in fields.keys() & STARTS.keys():
        fields[name].fill(STARTS[name])
    return fields


def _kinds(names: str, *kind: Any) -> dict[str, Any]:
    return dict.fromkeys(names.split(), kind)


_SUMS, _CASES = 7, 6
"""Rows of ``World.sums`` and of ``Luck.cases``: see ``sanctions`` and ``cases``."""


def allocate_luck(seed: int, replicates: NDArray[np.integer], memory: Memory | None = None) -> Luck:
    """Allocate the draws of some replicates."""
    lanes = len(replicates)
    kinds = {
        **_kinds("words", (4, lanes + TOGETHER), np.uint32),
        **_kinds("margin", (lanes,), np.float64),
        **_kinds("cases", (_CASES, lanes), np.float64),
        **_kinds("packed", (-(-lanes // 8),), np.uint64),
        **_kinds("some chosen", (lanes + TOGETHER,), np.uint32),
        **_kinds("chances", (lanes,), np.int8),
    }
    fields = _allocate(memory, kinds)
    marks = fields["packed"].view(np.int8)
    return Luck(keys=round_keys(seed), replicate=replicates.astype(np.uint32), marks=marks, **fields)


def allocate_world(states: int, buffers: int, lanes: int, memory: Memory | None = None) -> World:
    """Allocate a world of zeros, in which every buffer is sovereign."""
    of_states, of_pairs = (states, lanes), (states, states, lanes)
    kinds = {
        **_kinds("capability revisionism norm sanction payoff dues", of_states, np.float64),
        **_kinds("turmoil fine", of_states, np.int32),
        **_kinds("member accused new_leader revolted", of_states, np.int8),
        **_kinds("trust", of_pairs, np.float64),
        **_kinds("at_war left", of_pairs, np.int32),
        **_kinds("kind stance played open withheld intend action seen", of_pairs, np.int8),
        **_kinds("charge accuses broke quarrel due talks extended joined", of_pairs, np.int8),
        **_kinds("wave systemic", (lanes,), np.int8),
        **_kinds("credibility", (lanes,), np.float64),
        **_kinds("sovereign", (buffers, lanes), np.int8),
        **_kinds("sums", (_SUMS, lanes), np.float64),
        **_kinds("reach", (lanes, states), np.int8),
    }
    return World(**_allocate(memory, kinds))


BETWEEN = {"abroad": 1, "war_open": 1, "healing": 1, "war_estranged": 3, "ending": 2, "span": 3, "apart": 2}
"""Results of an appraisal that both sides of a pair share, and how many kinds there are of each."""
ASIDE = {
    **dict.fromkeys(("appetite", "strike", "warning", "bare_loss", "loss", "toll", "u_dd", "cost"), 1),
    **dict.fromkeys(("confer", "alarm", "one", "distrust", "dread", "exposed"), 1),
    **{"paid": 3, "brings": 2},
}
"""Results of an appraisal for each side of a pair."""
_RATES = (
    "reward punishment hit restraint temperature coolness readiness learning discount waste after_war fined "
    "calmed intrusion shock fade forget socialize turnover wave talk absorb"
)
MODELS = 8
"""Lanes of a pair that others are compared with."""


def allocate_game(states: int, lanes: int, memory: Memory | None = None) -> Game:
    """Allocate a game that must be appraised before it is used."""
    pairs = (states, states, lanes)
    kinds = {
        **_kinds("structure", (sum((BETWEEN | ASIDE).values()), *pairs), np.float64),
        **_kinds("buffer gain u_dc u_cd value excluded forgone join law", pairs, np.float64),
        **_kinds("rates", (len(_RATES.split()), lanes), np.float64),
        **_kinds("pursue", (states, lanes), np.float64),
        **_kinds("nothing", (lanes,), np.float64),
        **_kinds("alarm_limit", pairs, np.uint32),
        **_kinds("certain against stale", pairs, np.int8),
        **_kinds("unsettled", (states, states), np.int8),
        **_kinds("tremble_limit hit_limit", (lanes,), np.uint32),
        **_kinds("rounds war_rounds", (lanes,), np.int32),
        **_kinds("rule fresh", (lanes,), np.int8),
        **_kinds("models", (states, states, MODELS), np.int32),
        **_kinds("like", (2, lanes), np.uint32),
    }
    fields = _allocate(memory, kinds)
    return Game(**fields | _parts_of(fields["structure"]) | _parts_of_rates(fields["rates"]))


def _parts_of(structure: Reals) -> dict[str, Any]:
    """View the parts of all that an appraisal sets, each by its name."""
    parts, first = {"structure": structure, "between": structure[: sum(BETWEEN.values())]}, 0
    for name, several in (BETWEEN | ASIDE).items():
        parts[name] = structure[first] if several == 1 else structure[first : first + several]
        first += several
    return parts


def _parts_of_rates(rates: Reals) -> dict[str, Any]:
    return {"rates": rates, **dict(zip(_RATES.split(), rates, strict=True))}


def rejoin_game(game: Game) -> Game:
    """Make the parts of a game views of its whole again: in a copy of it they are arrays of their own."""
    return game._replace(**_parts_of(game.structure), **_parts_of_rates(game.rates))


def rejoin_luck(luck: Luck) -> Luck:
    """Make the marks of a copy views of the packed ones again."""
    return luck._replace(marks=luck.packed.view(np.int8))


def allocate_tally(states: int, lanes: int, rounds: int, memory: Memory | None = None) -> Tally:
    """Allocate a tally in which nothing has been counted."""
    pairs = (states, states, lanes)
    whole = (
        "disputes wars war_round systemic_round buffers_lost revolutions false_breaches apart invoked "
        "sanctioned innocents false_alarms misses exploitations dealt restrained against willing"
    )
    kinds = {
        **_kinds(whole, (lanes,), np.int32),
        **_kinds("response error trust credibility spread welfare weight present", (lanes,), np.float64),
        **_kinds("pair_onset pair_breakdown pair_war", pairs, np.int32),
        **_kinds("cooperating", (rounds, lanes), np.int32),
        **_kinds("disputed", pairs, np.int8),
        **_kinds("estrangements", (3, lanes), np.int32),
        **_kinds("pivotal", (4, lanes), np.int32),
    }
    return Tally(**_allocate(memory, kinds))

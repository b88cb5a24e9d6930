"""Strategies as small tables: probabilistic finite automata, and arrays of them for compiled kernels.

An *automaton* is in one of at most 16 states. Each state has a probability of cooperation; what was done and
what was seen decide the next one. Actions are numbers: 1 for cooperation (C), 0 for defection (D). *Own*
is the action taken, after any tremble; *seen* is the other's action as it was perceived.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_STATES = 16
"""An automaton's most states: the width of the kernel's tables."""
HALF = MOST_STATES // 2

AXELROD_PAYOFFS = (5.0, 3.0, 1.0, 0.0)
"""Temptation, reward, punishment and sucker's payoff of Axelrod's tournaments."""

Follow = tuple[tuple[int, int], tuple[int, int]]
"""``follow[own][seen]`` is the state that comes next."""


@dataclass(frozen=True)
class Automaton:
    """A strategy: in which states it cooperates, and how it moves between them.

    Attributes
    ----------
    name : str
    cooperate : tuple of float in [0, 1]
        Probability of cooperation in each state; the first state is where it starts.
    next : tuple of ((int, int), (int, int))
        ``next[state][own][seen]``, own and seen being 1 for C and 0 for D.

    Raises
    ------
    ValueError
        If there are no states or more than 16, the tables do not fit each other, a probability lies outside
        [0, 1] or a next state does not exist.

    Examples
    --------
    >>> tit_for_tat = Automaton("tit_for_tat", (1.0, 0.0), (((1, 0), (1, 0)),) * 2)
    >>> tit_for_tat.next[0][1][0]  # it cooperated and saw defection
    1
    """

    name: str
    cooperate: tuple[float, ...]
    next: tuple[Follow, ...]

    def __post_init__(self) -> None:
        count = len(self.cooperate)
        if not 1 <= count <= MOST_STATES:
            raise ValueError(f"{self.name}: an automaton has between 1 and {MOST_STATES} states; got {count}")
        if len(self.next) != count:
            raise ValueError(
                f"{self.name}: every state needs its next states; got {len(self.next)} for {count} states"
            )
        for state, chance in enumerate(self.cooperate):
            if not 0.0 <= chance <= 1.0:
                raise ValueError(f"{self.name}: cooperate of state {state} must lie in [0, 1]; got {chance}")
        for state, follow in enumerate(self.next):
            _check_follow(f"{self.name}: next of state {state}", follow, count)

    def __len__(self) -> int:
        """Count its states."""
        return len(self.cooperate)


def _check_follow(what: str, follow: Follow, count: int) -> None:
    if len(follow) != 2 or any(len(row) != 2 for row in follow):
        raise ValueError(f"{what} must be two pairs, by own and by seen action; got {follow}")
    for row in follow:
        for target in row:
            if not isinstance(target, int) or not 0 <= target < count:
                raise ValueError(f"{what} must be states from 0 to {count - 1}; got {target}")


def memory_one(p_cc: float, p_cd: float, p_dc: float, p_dd: float, start: float = 1.0) -> Automaton:
    """Cooperation with a probability that depends on the last round only.

    Parameters
    ----------
    p_cc, p_cd, p_dc, p_dd : float in [0, 1]
        Probability of cooperation after each outcome; the first letter is its own action.
    start : float in [0, 1]
        Probability of cooperation in the first round.

    Raises
    ------
    ValueError
        If a probability lies outside [0, 1].

    References
    ----------
    Nowak and Sigmund 1993, Nature 364, 56-58.

    Examples
    --------
    >>> memory_one(1, 0, 0, 1).cooperate  # win-stay lose-shift: start, then after CC, CD, DC, DD
    (1.0, 1.0, 0.0, 0.0, 1.0)
    """
    chances = (start, p_cc, p_cd, p_dc, p_dd)
    name = f"memory_one({', '.join(f'{p:.10g}' for p in (*chances[1:], start))})"
    return Automaton(name, tuple(float(p) for p in chances), (((4, 3), (2, 1)),) * 5)


def generous_tit_for_tat(generosity: float) -> Automaton:
    """Tit for tat that lets a defection pass with probability ``generosity``.

    Raises
    ------
    ValueError
        If ``generosity`` lies outside [0, 1].

    References
    ----------
    Molander 1985, J. Conflict Resolution 29, 611-618; Nowak and Sigmund 1992, Nature 355, 250-253.
    """
    follow = ((1, 0), (1, 0))
    return Automaton(f"generous_tit_for_tat({generosity:.10g})", (1.0, float(generosity)), (follow, follow))


def punish(rounds: float) -> Automaton:
    """Cooperation until either side defects, then ``rounds`` rounds of defection, then a fresh start.

    What happens during the punishment neither prolongs nor ends it. ``inf`` never forgives: the grim
    trigger of Friedman 1971.

    Parameters
    ----------
    rounds : int in [1, 15], or inf

    Raises
    ------
    ValueError
        If ``rounds`` is anything else.

    References
    ----------
    Friedman 1971, Rev. Economic Studies 38, 1-12; Green and Porter 1984, Econometrica 52, 87-100;
    Osborne 2004, An Introduction to Game Theory, ch. 14.

    Examples
    --------
    >>> punish(2).cooperate
    (1.0, 0.0, 0.0)
    """
    if rounds != math.inf and not (float(rounds).is_integer() and 1 <= rounds < MOST_STATES):
        raise ValueError(
            f"punish: rounds must be a whole number from 1 to {MOST_STATES - 1}, or inf; got {rounds}"
        )
    count = 1 if rounds == math.inf else int(rounds)
    after = [1] if rounds == math.inf else [*range(2, count + 1), 0]
    nice: Follow = ((1, 1), (1, 0))
    follow = (nice, *(((s, s), (s, s)) for s in after))
    return Automaton(f"punish({rounds:g})", (1.0, *(0.0,) * count), follow)


def zero_determinant_extortion(
    chi: float, phi: float, payoffs: Sequence[float] = AXELROD_PAYOFFS
) -> Automaton:
    """The strategy that holds its surplus over mutual defection at ``chi`` times the other's.

    Parameters
    ----------
    chi : float >= 1
        Extortion factor.
    phi : float > 0
        How fast it reacts; at most (P - S) / (P - S + chi (T - P)).
    payoffs : (temptation, reward, punishment, sucker)

    Raises
    ------
    ValueError
        If ``chi`` or ``phi`` is out of range for these payoffs.

    References
    ----------
    Press and Dyson 2012, PNAS 109, 10409-10413 (extortionate strategies).
    """
    t, r, p, s = payoffs
    if not (t > r > p > s):
        raise ValueError(
            f"zero_determinant_extortion: payoffs must fall from temptation to sucker; got {tuple(payoffs)}"
        )
    if not chi >= 1.0:
        raise ValueError(f"zero_determinant_extortion: chi must be at least 1; got {chi}")
    # what binds: p_cd >= 0, and p_cc >= 0, p_dc <= 1 for payoffs where one of these is tighter
    limit = (p - s) / max(p - s + chi * (t - p), chi * (p - s) + (t - p), (chi - 1.0) * (r - p))
    if not 0.0 < phi <= limit:
        raise ValueError(f"zero_determinant_extortion: phi must lie in (0, {limit:.6g}]; got {phi}")
    unit = phi / (p - s)
    chances = (
        1.0 - unit * (chi - 1.0) * (r - p),
        max(0.0, 1.0 - unit * ((p - s) + chi * (t - p))),
        min(1.0, unit * (chi * (p - s) + (t - p))),
        0.0,
    )
    automaton = memory_one(*chances)
    return Automaton(
        f"zero_determinant_extortion({chi:.10g}, {phi:.10g})", automaton.cooperate, automaton.next
    )


FAMILIES: dict[str, Callable[..., Automaton]] = {
    "memory_one": memory_one,
    "generous_tit_for_tat": generous_tit_for_tat,
    "punish": punish,
    "zero_determinant_extortion": zero_determinant_extortion,
}
"""The parametrised families, by name."""


def pack(automata: Sequence[Automaton]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Tables of several automata, for a compiled kernel.

    Parameters
    ----------
    automata : sequence of A automata

    Returns
    -------
    cooperate : ndarray of float64, shape (A, 16)
        Probability of cooperation, 0 in states that do not exist.
    following : ndarray of int64, shape (A, 16, 2, 2)
        Next state by own and seen action, 0 in states that do not exist.
    """
    cooperate = np.zeros((len(automata), MOST_STATES))
    following = np.zeros((len(automata), MOST_STATES, 2, 2), dtype=np.int64)
    for a, automaton in enumerate(automata):
        cooperate[a, : len(automaton)] = automaton.cooperate
        following[a, : len(automaton)] = automaton.next
    return cooperate, following


def as_bits(
    cooperate: NDArray[np.float64], following: NDArray[np.integer]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The tables of :func:`pack` as whole numbers: a shift looks up in many lanes at once, an index does not.

    Returns
    -------
    firm : ndarray of uint32, shape (A + 1,)
        Bit s: cooperation is certain in state s.
    following : ndarray of uint32, shape (A + 1, 2, 4)
        By half of the states and 2 * own + seen action: bits 4 s to 4 s + 3 hold the state that comes after
        state s of the first half, or s + 8.

    The last row, number -1, is that of states without an automaton: they stay where they are.
    """
    states = np.arange(MOST_STATES)
    firm = ((cooperate >= 1.0) << states).sum(-1)
    after = np.concatenate([following, np.broadcast_to(states[:, None, None], (1, MOST_STATES, 2, 2))])
    halves = after.transpose(0, 2, 3, 1).reshape(-1, 4, 2, HALF) << (4 * states[:HALF])
    return np.append(firm, 0).astype(np.uint32), halves.sum(-1).transpose(0, 2, 1).astype(np.uint32)

"""Theory: what is known exactly about the iterated Prisoners' Dilemma, in one place.

*Payoffs* are always (temptation, reward, punishment, sucker), T, R, P, S, per round. Textbook thresholds of
discounting and trust come from ``regimesim.theory.games``, exact play of any two automata from
``regimesim.theory.chains``, a pair of prudent states (how often it is estranged and for how long, what that
costs, what cooperation takes) from ``regimesim.theory.estrangement``; what else the literature gives in
closed form is here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from regimesim.theory.chains import (
    Lifetime,
    Play,
    cooperation_lifetime,
    discounted,
    stationary,
    transition_matrix,
)
from regimesim.theory.estrangement import (
    Estrangement,
    Relationship,
    best_cooperation,
    discount_needed,
    punishment_needed,
    resolve_needed,
    transparency_needed,
)
from regimesim.theory.games import (
    Payoffs,
    check_chance,
    checked_payoffs,
    critical_discount,
    matching_discount,
    pooled_discount,
    trust_threshold,
)

__all__ = [
    "Estrangement",
    "Lifetime",
    "Play",
    "Relation",
    "Relationship",
    "World",
    "best_cooperation",
    "cooperation_duration",
    "cooperation_lifetime",
    "critical_discount",
    "discount_needed",
    "discounted",
    "jervis_world",
    "matching_discount",
    "optimal_generosity",
    "pooled_discount",
    "punishment_needed",
    "resolve_needed",
    "stationary",
    "transition_matrix",
    "transparency_needed",
    "trust_threshold",
    "zero_determinant_relation",
]


def optimal_generosity(payoffs: Payoffs) -> float:
    """Find how often generous tit for tat should forgive: as often as invites no defection.

    Parameters
    ----------
    payoffs : (T, R, P, S), a Prisoners' Dilemma

    Returns
    -------
    float in [0, 1]
        min{1 - (T-R)/(R-S), (R-P)/(T-P)}, the limit of rare errors and no discounting, or 0 if that is less.

    Raises
    ------
    ValueError
        If the payoffs are not T > R > P > S.

    References
    ----------
    Molander 1985, J. Conflict Resolution 29, 611-618; Nowak and Sigmund 1992, Nature 355, 250-253.

    Examples
    --------
    >>> round(optimal_generosity((5, 3, 1, 0)), 4)
    0.3333
    """
    t, r, p, s = checked_payoffs(payoffs)
    if not t > r > p > s:
        raise ValueError(f"payoffs must be a Prisoners' Dilemma, T > R > P > S; got {tuple(payoffs)}")
    return max(0.0, min(1.0 - (t - r) / (r - s), (r - p) / (t - p)))


class Relation(NamedTuple):
    """own * (own payoff) + other * (the other's payoff) + constant = 0."""

    own: float
    other: float
    constant: float


def zero_determinant_relation(chances: Sequence[float], payoffs: Payoffs) -> Relation | None:
    """The linear relation that a memory-one strategy imposes on long-run payoffs, whatever the other plays.

    Parameters
    ----------
    chances : (p_cc, p_cd, p_dc, p_dd), in [0, 1]
        Probability of cooperation after each outcome, own action first.
    payoffs : (T, R, P, S)

    Returns
    -------
    Relation or None
        None if it imposes none. It holds where the long-run payoffs do not depend on the first round.

    Raises
    ------
    ValueError
        If ``chances`` are not four probabilities or payoffs not four finite numbers.

    References
    ----------
    Press and Dyson 2012, PNAS 109, 10409-10413 (zero-determinant strategies).

    Examples
    --------
    >>> own, other, constant = zero_determinant_relation((11 / 13, 1 / 2, 7 / 26, 0), (5, 3, 1, 0))
    >>> round(-other / own, 9)  # the extortion factor
    3.0
    """
    import numpy as np

    t, r, p, s = checked_payoffs(payoffs)
    if len(chances) != 4:
        raise ValueError(f"chances must be four probabilities; got {len(chances)}")
    for chance in chances:
        check_chance("a probability of cooperation", chance)
    own = np.array([[r, r, 1.0], [s, t, 1.0], [t, s, 1.0], [p, p, 1.0]])
    repeat = np.array([1.0, 1.0, 0.0, 0.0])
    shift = np.array(chances, dtype=float) - repeat
    solution = np.linalg.lstsq(own, shift, rcond=None)[0]
    if np.abs(own @ solution - shift).max() > 1e-9 or np.abs(shift).max() == 0.0:
        return None
    return Relation(*(float(x) for x in solution))


@dataclass(frozen=True)
class World:
    """One of Jervis's four worlds: its number and name, and what it means for a state that wants no more."""

    number: int
    name: str
    meaning: str


_WORLDS = {
    (True, False): World(
        1,
        "doubly dangerous",
        "Arming for safety threatens others and looks like aggression; striking first pays.",
    ),
    (False, False): World(
        2, "security dilemma", "Intentions stay hidden, but all can be safe at once, since holding is easier."
    ),
    (True, True): World(
        3, "aggression possible", "Arms tell who means harm, so that there is warning, but attack pays."
    ),
    (False, True): World(
        4,
        "doubly stable",
        "The peaceful can defend themselves without a threat to anyone, and be known by it.",
    ),
}


def jervis_world(offense_has_advantage: bool, distinguishable: bool) -> World:
    """In which of the four worlds of the security dilemma states find themselves.

    Parameters
    ----------
    offense_has_advantage : bool
        Is it easier to take than to hold? In the model: ``geography.offense_advantage`` above 0.
    distinguishable : bool
        Can a defensive posture be distinguished from an offensive one? In the model: transparent enough that
        hits outweigh alarms.

    References
    ----------
    Jervis 1978, World Politics 30, 167-214, table on p. 211.

    Examples
    --------
    >>> jervis_world(offense_has_advantage=False, distinguishable=True).name
    'doubly stable'
    """
    return _WORLDS[bool(offense_has_advantage), bool(distinguishable)]


def cooperation_duration(alarm: float) -> float:
    """Expected rounds of mutual cooperation before a false alarm ends it, 1/a.

    Parameters
    ----------
    alarm : float in [0, 1]
        Chance per round that the trigger is set off although nobody cheated. Where each of two sides
        has its own alarm f, a is 1 - (1 - f)^2.

    Returns
    -------
    float >= 1
        In rounds, the one that raises the alarm included; ``inf`` without alarms.

    Raises
    ------
    ValueError
        If ``alarm`` lies outside [0, 1].

    References
    ----------
    Green and Porter 1984, Econometrica 52, 87-100 (the length of a normal phase is geometric).

    Examples
    --------
    >>> cooperation_duration(0.05)
    20.0
    """
    check_chance("alarm", alarm)
    return 1.0 / alarm if alarm > 0.0 else math.inf

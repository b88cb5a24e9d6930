"""Exact play of two automata: their product Markov chain, solved without simulation.

A *chain* is a matrix of transition probabilities, ``[i, j]`` from state i to state j, rows summing to 1, that
starts in state 0. A set of states is *closed* if the chain never leaves it and *irreducible* if each of its
states is reached from each other. The *product chain* has a state for every pair of automaton states. In each
round the two draw their intentions, each intention is flipped with probability ``tremble``, each side sees
the other's action with errors (``miss``: defection seen as cooperation, ``false_alarm``: cooperation
seen as defection), and both move on by what they did and saw. All draws are independent, so the chain is
that of model.md 4.2, with private monitoring. Actions are numbers, 1 for
cooperation (C) and 0 for defection (D); *a* is the first automaton and *b* the second.

Everything is made a stationary distribution of an irreducible chain and found by elimination without
subtraction (Grassmann, Taksar and Heyman 1985, Operations Research 33, 1107-1116), which keeps full relative
precision however small the probabilities: every result is exact to rounding, however rare the errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regimesim.core.strategies import Automaton
from regimesim.core.world import Reals

Chance = float | tuple[float, float]
"""A probability that holds for both, or one for each of a and b."""


def reachable(chain: Reals) -> NDArray[np.bool_]:
    """Find which states can be reached from which, in any number of steps.

    Parameters
    ----------
    chain : ndarray of float, shape (n, n)

    Returns
    -------
    ndarray of bool, shape (n, n)
        ``[i, j]``: j can be reached from i. Every state reaches itself.

    Examples
    --------
    >>> reachable(np.array([[0.5, 0.5], [0.0, 1.0]])).tolist()
    [[True, True], [False, True]]
    """
    reach = (chain > 0.0) | np.eye(len(chain), dtype=bool)
    while True:
        further = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0.0
        if (further == reach).all():
            return reach
        reach = further


def cesaro(chain: Reals) -> Reals:
    """Long-run share of rounds in each state, from state 0.

    Right for every chain: a periodic one is averaged over its period, and several closed sets are
    weighted by their chances of being reached.

    Parameters
    ----------
    chain : ndarray of float, shape (n, n)

    Returns
    -------
    ndarray of float, shape (n,)
        Sums to 1.

    References
    ----------
    Kemeny and Snell 1960, Finite Markov Chains, ch. 3 and 5.

    Examples
    --------
    >>> cesaro(np.array([[0.0, 1.0], [1.0, 0.0]]))  # there and back for ever
    array([0.5, 0.5])
    """
    reach = reachable(chain)
    mutual = reach & reach.T
    closed = ~(reach & ~mutual).any(axis=1) & reach[0]
    share = np.zeros(len(chain))
    classes = np.unique(mutual[closed], axis=0)
    for members, weight in zip(classes, _absorption(chain, reach[0] & ~closed, classes), strict=True):
        share += weight * recurrent(chain, members)
    return share


def _absorption(chain: Reals, transient: NDArray[np.bool_], classes: NDArray[np.bool_]) -> Reals:
    """Chance of ending in each closed class from state 0: each is made one state that leads to the start."""
    if len(classes) == 1:
        return np.ones(1)
    passing = np.flatnonzero(transient)  # state 0 is the first of them
    count = len(passing)
    folded = np.zeros((count + len(classes), count + len(classes)))
    folded[:count, :count] = chain[np.ix_(passing, passing)]
    folded[:count, count:] = chain[passing] @ classes.T
    folded[count:, 0] = 1.0
    ends = recurrent(folded, np.ones(len(folded), dtype=bool))[count:]
    return np.asarray(ends / ends.sum())


def recurrent(chain: Reals, members: NDArray[np.bool_]) -> Reals:
    """Stationary distribution of a closed, irreducible set of states.

    Parameters
    ----------
    chain : ndarray of float, shape (n, n)
    members : ndarray of bool, shape (n,)
        The set; that it is closed and irreducible is trusted.

    Returns
    -------
    ndarray of float, shape (n,)
        Sums to 1; 0 outside the set.

    References
    ----------
    Grassmann, Taksar and Heyman 1985, Operations Research 33, 1107-1116.
    """
    index = np.flatnonzero(members)
    p = chain[np.ix_(index, index)].copy()
    for k in range(len(index) - 1, 0, -1):
        p[:k, k] /= p[k, :k].sum()
        p[:k, :k] += np.outer(p[:k, k], p[k, :k])
    weights = np.ones(len(index))
    for k in range(1, len(index)):
        weights[k] = weights[:k] @ p[:k, k]
    share = np.zeros(len(chain))
    share[index] = weights / weights.sum()
    return share


@dataclass(frozen=True, eq=False)
class Play:
    """Average course of a game between two automata over rounds.

    Attributes
    ----------
    payoff : (float, float)
        Mean payoff per round of a and of b.
    cooperation : (float, float)
        Share of rounds in which a, and in which b, cooperated.
    mutual_cooperation : float
        Share of rounds in which both did.
    outcomes : ndarray of float, shape (2, 2)
        Share of rounds by action of a and action of b.
    states : ndarray of float, shape (states of a, states of b)
        Share of rounds by the states of the automata at the beginning of the round: the limit distribution.
    """

    payoff: tuple[float, float]
    cooperation: tuple[float, float]
    mutual_cooperation: float
    outcomes: Reals
    states: Reals


@dataclass(frozen=True, eq=False)
class Lifetime:
    """Number of rounds of mutual cooperation before the first round that is something else.

    Attributes
    ----------
    mean : float
        Expected number of rounds; ``inf`` if with positive probability it never ends.
    survival : ndarray of float, shape (rounds + 1,)
        ``survival[t]`` is the probability that the first t rounds are all mutual cooperation.
    """

    mean: float
    survival: Reals


def transition_matrix(
    a: Automaton, b: Automaton, tremble: Chance = 0.0, miss: Chance = 0.0, false_alarm: Chance = 0.0
) -> Reals:
    """One round of the product chain.

    Parameters
    ----------
    a, b : Automaton
    tremble, miss, false_alarm : float or (float, float), in [0, 1]

    Returns
    -------
    ndarray of float, shape (n, n) with n = states of a times states of b
        ``[i, j]`` is the probability of going from joint state i to j, joint state (s, r) having number
        s * (states of b) + r. Rows sum to 1.

    Raises
    ------
    ValueError
        If a probability lies outside [0, 1].

    Examples
    --------
    >>> always = Automaton("always_cooperate", (1.0,), (((0, 0), (0, 0)),))
    >>> transition_matrix(always, always, tremble=0.1)
    array([[1.]])
    """
    moves = _product(a, b, tremble, miss, false_alarm)[1]
    return np.asarray(moves.sum(axis=(0, 1)))


def stationary(
    a: Automaton,
    b: Automaton,
    payoffs: Sequence[float],
    tremble: Chance = 0.0,
    miss: Chance = 0.0,
    false_alarm: Chance = 0.0,
) -> Play:
    """Long-run averages per round, from the start states.

    The Cesaro limit: right also where the chain is periodic or has several closed classes, whose
    chances of being reached from the start then weight them.

    Parameters
    ----------
    a, b : Automaton
    payoffs : (temptation, reward, punishment, sucker), payoff units per round
    tremble, miss, false_alarm : float or (float, float), in [0, 1], per round

    Raises
    ------
    ValueError
        If a probability lies outside [0, 1].

    References
    ----------
    Kemeny and Snell 1960, Finite Markov Chains, ch. 5; Nowak, Sigmund and El-Sedy 1995, J. Mathematical
    Biology 33, 703-722, for automata with errors.

    Examples
    --------
    >>> from regimesim.core.strategies import memory_one
    >>> pavlov = memory_one(1, 0, 0, 1)
    >>> round(stationary(pavlov, pavlov, (5, 3, 1, 0), tremble=0.01).payoff[0], 5)
    2.95109
    """
    actions, moves = _product(a, b, tremble, miss, false_alarm)
    return _play(cesaro(moves.sum(axis=(0, 1))), actions, payoffs, a)


def discounted(
    a: Automaton,
    b: Automaton,
    payoffs: Sequence[float],
    discount_factor: float,
    *,
    tremble: Chance = 0.0,
    miss: Chance = 0.0,
    false_alarm: Chance = 0.0,
) -> Play:
    """Discounted averages: round t = 0, 1, ... weighs (1 - delta) delta^t.

    Parameters
    ----------
    discount_factor : float in [0, 1)
        delta, per round. The rest as in :func:`stationary`, which is the limit delta -> 1.

    Raises
    ------
    ValueError
        If the discount factor lies outside [0, 1) or a probability outside [0, 1].

    References
    ----------
    Mailath and Samuelson 2006, Repeated Games and Reputations, sec. 2.1 (normalised payoffs).

    Examples
    --------
    >>> import math
    >>> from regimesim.core.strategies import memory_one, punish
    >>> discounted(memory_one(0, 0, 0, 0, 0), punish(math.inf), (5, 3, 1, 0), 0.5).payoff[0]  # 5, then 1s
    3.0
    """
    if not 0.0 <= discount_factor < 1.0:
        raise ValueError(f"discount_factor must lie in [0, 1); got {discount_factor}")
    actions, moves = _product(a, b, tremble, miss, false_alarm)
    # a chain that starts anew with probability 1 - delta is where the discounted one is
    chain = discount_factor * moves.sum(axis=(0, 1))
    chain[:, 0] += 1.0 - discount_factor
    return _play(recurrent(chain, reachable(chain)[0]), actions, payoffs, a)


def cooperation_lifetime(
    a: Automaton,
    b: Automaton,
    rounds: int = 100,
    tremble: Chance = 0.0,
    miss: Chance = 0.0,
    false_alarm: Chance = 0.0,
) -> Lifetime:
    """Find how long mutual cooperation lasts from the start: until the first round that is anything else.

    Parameters
    ----------
    rounds : int >= 0
        How far the distribution is wanted. The rest as in :func:`stationary`.

    Raises
    ------
    ValueError
        If ``rounds`` is negative or a probability lies outside [0, 1].

    References
    ----------
    Kemeny and Snell 1960, Finite Markov Chains, ch. 3 (absorbing chains).

    Examples
    --------
    >>> from regimesim.core.strategies import punish
    >>> cooperation_lifetime(punish(2), punish(2), false_alarm=(0.05, 0.0)).mean
    20.0
    """
    if rounds < 0:
        raise ValueError(f"rounds must not be negative; got {rounds}")
    actions, moves = _product(a, b, tremble, miss, false_alarm)
    together, stay = actions[1, 1], moves[1, 1]
    survival = np.empty(rounds + 1)
    alive = np.zeros(len(together))
    alive[0] = 1.0
    for t in range(rounds + 1):
        survival[t] = alive.sum()
        alive = alive @ stay
    return Lifetime(_mean_lifetime(actions, stay), np.minimum(survival, 1.0))


def _mean_lifetime(actions: Reals, stay: Reals) -> float:
    """Visits per cycle of the chain in which a breakdown is a state of its own and leads to the start."""
    count = len(stay)
    chain = np.zeros((count + 1, count + 1))
    chain[:count, :count] = stay
    chain[:count, count] = actions[0, 0] + actions[0, 1] + actions[1, 0]
    chain[count, 0] = 1.0
    reach = reachable(chain)
    if not reach[reach[0], count].all():
        return math.inf
    visits = recurrent(chain, reach[0])
    return float(visits[:count] @ actions[1, 1] / visits[count])


def _product(
    a: Automaton, b: Automaton, tremble: Chance, miss: Chance, false_alarm: Chance
) -> tuple[Reals, Reals]:
    """Probabilities of actions (x, y) in each joint state, and of actions and next joint state.

    Shapes (2, 2, n) and (2, 2, n, n).
    """
    flips, misses, alarms = (
        _both(name, value)
        for name, value in (("tremble", tremble), ("miss", miss), ("false_alarm", false_alarm))
    )
    act_a, act_b = _actions(a, flips[0]), _actions(b, flips[1])
    move_a, move_b = _moves(a, misses[0], alarms[0]), _moves(b, misses[1], alarms[1])
    count = len(a) * len(b)
    actions = np.einsum("xs,yr->xysr", act_a, act_b).reshape(2, 2, count)
    step = np.einsum("xyst,yxru->xysrtu", move_a, move_b).reshape(2, 2, count, count)
    return actions, actions[..., None] * step


def _both(name: str, value: Chance) -> tuple[float, float]:
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2 or not all(0.0 <= p <= 1.0 for p in pair):
        raise ValueError(f"{name} must lie in [0, 1] (or be a pair, for a and b); got {value}")
    return pair


def _actions(automaton: Automaton, tremble: float) -> Reals:
    """Shape (2, states): probability of D and of C; each from its own sum, so that small ones are exact."""
    c = np.array(automaton.cooperate)
    return np.stack([(1.0 - c) * (1.0 - tremble) + c * tremble, c * (1.0 - tremble) + (1.0 - c) * tremble])


def _moves(automaton: Automaton, miss: float, false_alarm: float) -> Reals:
    """Shape (own, other's action, states, states): probability of the next state."""
    sees = np.array([[1.0 - miss, miss], [false_alarm, 1.0 - false_alarm]])  # [action, seen]
    follow = np.zeros((2, 2, len(automaton), len(automaton)))
    for state, table in enumerate(automaton.next):
        for own in (0, 1):
            for seen in (0, 1):
                follow[own, seen, state, table[own][seen]] += 1.0
    return np.asarray(np.einsum("ya,xast->xyst", sees, follow))


def _play(states: Reals, actions: Reals, payoffs: Sequence[float], a: Automaton) -> Play:
    t, r, p, s = payoffs
    outcomes = actions @ states
    pay = np.array([[p, t], [s, r]])
    return Play(
        payoff=(float((outcomes * pay).sum()), float((outcomes.T * pay).sum())),
        cooperation=(float(outcomes[1].sum()), float(outcomes[:, 1].sum())),
        mutual_cooperation=float(outcomes[1, 1]),
        outcomes=outcomes,
        states=states.reshape(len(a), -1),
    )

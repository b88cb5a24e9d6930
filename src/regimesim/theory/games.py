"""Two-by-two games: their names, critical discount factors and thresholds of trust.

A state's *effective game* (model.md 4.1) is what it gains when both cooperate (``u_cc``), when it
defects against a state that cooperates (``u_dc``), when it cooperates alone (``u_cd``) and when both defect
(``u_dd``): its R, T, S and P. Deterrence, buffers and the dominance of defence work by changing which game
this is. *Payoffs* are always (temptation, reward, punishment, sucker), T, R, P, S, per round. A *critical
discount factor* is the least discount factor per round at which cooperation by both is an equilibrium;
``inf`` says that none below 1 suffices, so that ``discount >= critical_discount(...)`` is always the right
question.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GameName = Literal["Prisoners' Dilemma", "Chicken", "Stag Hunt", "Harmony", "Deadlock", "other"]

_TIE = 1e-9
"""Payoffs closer than this share of the largest count as equal: what rounding leaves is not a motive."""

Trigger = Literal["grim", "tit_for_tat", "win_stay_lose_shift"]
Payoffs = Sequence[float]


@dataclass(frozen=True)
class EffectiveGame:
    """Payoffs of one state from each outcome with another, in payoff units.

    Attributes
    ----------
    u_cc, u_dc, u_cd, u_dd : float
        The first letter is its own action, the second the other's.

    Examples
    --------
    >>> print(EffectiveGame(3.0, 5.0, 0.0, 1.0))
    Prisoners' Dilemma: both cooperate 3, defects alone 5, cooperates alone 0, both defect 1
    """

    u_cc: float
    u_dc: float
    u_cd: float
    u_dd: float

    @property
    def name(self) -> GameName:
        """Its name, as given by :func:`name_game`."""
        return name_game(self.u_cc, self.u_dc, self.u_cd, self.u_dd)

    def __str__(self) -> str:
        return (
            f"{self.name}: both cooperate {self.u_cc:.3g}, defects alone {self.u_dc:.3g}, "
            f"cooperates alone {self.u_cd:.3g}, both defect {self.u_dd:.3g}"
        )


def name_game(u_cc: float, u_dc: float, u_cd: float, u_dd: float) -> GameName:
    """The name of a game, by how its row player orders the four outcomes.

    With R, T, S, P for the four arguments:

    ===================  ==================================  ==========================================
    Prisoners' Dilemma   T > R > P >= S                      to defect is the answer to everything
    Chicken              T > R >= S > P                      defect against who yields, yield to who defects
    Stag Hunt            R >= T, P > S, R > P                do as the other does; to cooperate is better
    Harmony              R >= T, S >= P, R > P               to cooperate is the answer to everything
    Deadlock             T > R, P >= S, P >= R               to defect is, and nobody regrets it
    other                all the rest                        (Leader, Hero, a hunt for the worse, ...)
    ===================  ==================================  ==========================================

    Ties: R = T is no temptation, as in the model, where a state that gains nothing cooperates. At S = P
    the answer to defection is open and the answer to cooperation decides: Harmony without temptation,
    Prisoners' Dilemma with it (the weak one of Nowak and May). R = P is a Deadlock where there is temptation:
    cooperation would bring nothing. Payoffs that differ by a billionth of the largest or less are equal.

    Parameters
    ----------
    u_cc, u_dc, u_cd, u_dd : float
        Payoffs; the first letter is its own action, the second the other's (C: cooperation, D: defection).

    Returns
    -------
    str

    References
    ----------
    Rapoport and Guyer 1966, "A taxonomy of 2x2 games", General Systems 11, 203-214; Jervis 1978, World
    Politics 30, 167-214 (the four of them in the security dilemma); Nowak and May 1992, Nature 359, 826-829.

    Examples
    --------
    >>> name_game(3, 5, 0, 1), name_game(3, 2, 0, 1)
    ("Prisoners' Dilemma", 'Stag Hunt')
    """
    near = _TIE * max(abs(u_cc), abs(u_dc), abs(u_cd), abs(u_dd))
    tempted = u_dc > u_cc + near
    better_together = u_cc > u_dd + near
    resists = u_dd > u_cd + near
    yields = u_cd > u_dd + near
    if not better_together:
        return "Deadlock" if tempted and not yields else "other"
    if not tempted:
        return "Stag Hunt" if resists else "Harmony"
    if not yields:
        return "Prisoners' Dilemma"
    return "Chicken" if u_cc >= u_cd - near else "other"


def critical_discount(
    payoffs: Payoffs,
    trigger: Trigger = "grim",
    punishment_rounds: float = math.inf,
    hit: float = 1.0,
    alarm: float = 0.0,
) -> float:
    """Least discount factor at which mutual cooperation is an equilibrium, under a textbook trigger.

    Parameters
    ----------
    payoffs : (T, R, P, S), payoff units per round
    trigger : {"grim", "tit_for_tat", "win_stay_lose_shift"}
        What answers a defection. ``grim`` withdraws cooperation for ``punishment_rounds`` rounds: for ever
        by default, K rounds if finite; with ``hit`` and ``alarm`` it is the trigger of Green and Porter.
        ``win_stay_lose_shift`` is Pavlov.
    punishment_rounds : float >= 1
        K, in rounds; may be infinite.
    hit, alarm : float in [0, 1]
        q, f: chance per round that the punishment is set off by a defection, and without any.

    Returns
    -------
    float in [0, 1), or inf
        0 where there is nothing to be gained by defecting, ``inf`` where no discount factor below 1
        suffices.

    Raises
    ------
    ValueError
        If an argument is out of range, or a trigger other than ``grim`` is asked about noise or K.

    Notes
    -----
    For grim the condition is delta (q - f)(1 - delta^K)(R - P) >= (T - R)(1 - delta (1 - f) - f delta^(K+1)),
    with one signal for both sides; the left side over the right grows with delta, so the root is found by
    bisection. What a pair of the model needs, in which each side has its own signal, resolve and more, is for
    :mod:`regimesim.theory`. Tit for tat must deter defection for ever,
    (T - R)/(T - P), and every other round, (T - R)/(R - S). Pavlov punishes for one round: (T - R)/(R - P).

    References
    ----------
    Friedman 1971 (grim); Axelrod 1984, Proposition 2 (tit for tat); Kraines and Kraines 1989 (Pavlov);
    Green and Porter 1984, Econometrica 52, 87-100 (imperfect monitoring); Osborne 2004, ch. 14.

    Examples
    --------
    >>> round(critical_discount((5, 3, 1, 0)), 9)
    0.5
    >>> round(critical_discount((5, 3, 1, 0), punishment_rounds=2), 4)
    0.618
    >>> critical_discount((5, 3, 1, 0), "win_stay_lose_shift")
    inf
    """
    t, r, p, s = checked_payoffs(payoffs)
    if not punishment_rounds >= 1.0:
        raise ValueError(f"punishment_rounds must be at least 1; got {punishment_rounds}")
    check_chance("hit", hit)
    check_chance("alarm", alarm)
    if trigger == "grim":
        return _least_discount(t - r, r - p, punishment_rounds, hit, alarm)
    if (punishment_rounds, hit, alarm) != (math.inf, 1.0, 0.0):
        raise ValueError(
            f"punishment_rounds, hit and alarm are for trigger 'grim'; got them with {trigger!r}"
        )
    if trigger == "tit_for_tat":
        return max(_ratio_or_limit(t - r, t - p), _ratio_or_limit(t - r, r - s))
    if trigger == "win_stay_lose_shift":
        return _ratio_or_limit(t - r, r - p)
    raise ValueError(f"trigger must be grim, tit_for_tat or win_stay_lose_shift; got {trigger!r}")


def _least_discount(gain: float, loss: float, rounds: float, hit: float, alarm: float) -> float:
    """Find where patience reaches gain / loss: of cheating once, and of each round of punishment."""
    if gain <= 0.0:
        return 0.0
    if loss <= 0.0 or loss * _most_patience(rounds, hit, alarm) <= gain:
        return math.inf
    low, high = 0.0, math.nextafter(1.0, 0.0)
    while (middle := 0.5 * (low + high)) not in (low, high):
        if loss * _patience(middle, rounds, hit, alarm) >= gain:
            high = middle
        else:
            low = middle
    return high


def _patience(discount: float, rounds: float, hit: float, alarm: float) -> float:
    """Future loss by cheating once, in units of what a round of punishment takes, R - P."""
    if discount == 1.0:
        return (hit - alarm) * rounds / (1.0 + alarm * rounds)
    left = 0.0 if math.isinf(rounds) else discount**rounds
    return (
        discount * (hit - alarm) * (1.0 - left) / (1.0 - discount * (1.0 - alarm) - discount * alarm * left)
    )


def _most_patience(rounds: float, hit: float, alarm: float) -> float:
    """Patience in the limit of a discount factor of 1: (q - f) K / (1 + f K)."""
    if rounds < math.inf:
        return _patience(1.0, rounds, hit, alarm)
    if alarm == 0.0:
        return math.inf if hit > 0.0 else 0.0
    return (hit - alarm) / alarm


def matching_discount(payoffs: Payoffs, states: int, record: Literal["own", "public"] = "own") -> float:
    """Critical discount factor of grim where partners are drawn at random in every round.

    Parameters
    ----------
    payoffs : (T, R, P, S)
    states : int >= 2
        How many states there are, n.
    record : {"own", "public"}
        Whether a state remembers only what was done to itself, and so meets the cheated partner again with
        probability 1/(n - 1) a round, or everybody knows and answers.

    Returns
    -------
    float in [0, 1), or inf
        (n-1)(T-R) / [(n-1)(T-R) + (R-P)] for ``own``, (T-R)/(T-P) for ``public``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    Kandori 1992, Rev. Economic Studies 59, 63-80 (personal and community enforcement).

    Examples
    --------
    >>> matching_discount((5, 3, 1, 0), states=5), matching_discount((5, 3, 1, 0), 5, "public")
    (0.8, 0.5)
    """
    t, r, p, _ = checked_payoffs(payoffs)
    if states < 2:
        raise ValueError(f"states must be at least 2; got {states}")
    if record not in ("own", "public"):
        raise ValueError(f"record must be own or public; got {record!r}")
    gain = (t - r) * (states - 1 if record == "own" else 1)
    return _ratio_or_limit(gain, gain + r - p)


def pooled_discount(games: Sequence[Payoffs]) -> float:
    """Critical discount factor where cheating anywhere ends cooperation everywhere.

    Parameters
    ----------
    games : sequence of (T, R, P, S)
        The relationships of one state, all played in every round under perfect monitoring.

    Returns
    -------
    float in [0, 1), or inf
        sum(T - R) / sum(T - P). With like games that is the factor of each alone: pooling is irrelevant.
        With unlike ones it lies between the easiest and the hardest.

    Raises
    ------
    ValueError
        If there are no games or payoffs are not four finite numbers.

    References
    ----------
    Bernheim and Whinston 1990, RAND J. Economics 21, 1-26 (the irrelevance result).

    Examples
    --------
    >>> pooled_discount([(5, 3, 1, 0)] * 4)
    0.5
    """
    if not games:
        raise ValueError("pooled_discount needs at least one game")
    checked = [checked_payoffs(payoffs) for payoffs in games]
    return _ratio_or_limit(sum(t - r for t, r, _, _ in checked), sum(t - p for t, _, p, _ in checked))


def trust_threshold(payoffs: Payoffs, future: float = 0.0) -> float:
    """Least trust from which on cooperation is a best reply.

    Parameters
    ----------
    payoffs : (T, R, P, S)
        Of the effective game, which may be any 2x2 game: u_DC, u_CC, u_DD, u_CD.
    future : float
        What a defection costs later, whatever the trust; 0 is a single encounter.

    Returns
    -------
    float in [0, 1], or inf
        The least b at which v_C - v_D + future >= 0 and stays so for all higher b. Without a future in an
        assurance game that is (P - S) / [(R - T) + (P - S)]. ``inf`` where even full trust is not enough, as
        in a single Prisoners' Dilemma.

    Raises
    ------
    ValueError
        If payoffs are not four finite numbers or ``future`` is not finite.

    References
    ----------
    Kydd 2005, Trust and Mistrust in International Relations, ch. 2 (the minimum trust threshold).

    Examples
    --------
    >>> trust_threshold((3, 4, 1, 0))  # an assurance game
    0.5
    """
    t, r, p, s = checked_payoffs(payoffs)
    if not math.isfinite(future):
        raise ValueError(f"future must be a finite number; got {future}")
    at_none, at_full = s - p + future, r - t + future
    if at_full < 0.0:
        return math.inf
    return 0.0 if at_none >= 0.0 else at_none / (at_none - at_full)


def _ratio_or_limit(gain: float, whole: float) -> float:
    """gain / whole as a critical discount factor: 0 without gain, ``inf`` if it does not lie below 1."""
    if gain <= 0.0:
        return 0.0
    return gain / whole if gain < whole else math.inf


def checked_payoffs(payoffs: Payoffs) -> tuple[float, float, float, float]:
    """T, R, P, S as they are; ValueError unless they are four finite numbers."""
    if len(payoffs) != 4 or not all(math.isfinite(x) for x in payoffs):
        raise ValueError(f"payoffs must be four finite numbers, T, R, P and S; got {tuple(payoffs)}")
    t, r, p, s = (float(x) for x in payoffs)
    return t, r, p, s


def check_chance(name: str, value: float) -> None:
    """ValueError unless ``value`` is a probability."""
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must lie in [0, 1]; got {value}")

"""Two-by-two games by their names.

A state's *effective game* (model.md 4.1) is what it gains when both restrain themselves (``u_cc``), when it
exploits a state that restrains itself (``u_dc``), when it is exploited (``u_cd``) and when both exploit
(``u_dd``): its R, T, S and P. Deterrence, buffers and the dominance of defence work by changing which game
this is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GameName = Literal["Prisoners' Dilemma", "Chicken", "Stag Hunt", "Harmony", "Deadlock", "other"]

_TIE = 1e-9
"""Payoffs closer than this share of the largest count as equal: what rounding leaves is not a motive."""


@dataclass(frozen=True)
class EffectiveGame:
    """What one state gains from each outcome with another, in payoff units per round.

    Attributes
    ----------
    u_cc, u_dc, u_cd, u_dd : float
        The first letter is its own action, the second the other's.

    Examples
    --------
    >>> print(EffectiveGame(3.0, 5.0, 0.0, 1.0))
    Prisoners' Dilemma: both restrain 3, exploits 5, is exploited 0, both exploit 1
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
            f"{self.name}: both restrain {self.u_cc:.3g}, exploits {self.u_dc:.3g}, "
            f"is exploited {self.u_cd:.3g}, both exploit {self.u_dd:.3g}"
        )


def name_game(u_cc: float, u_dc: float, u_cd: float, u_dd: float) -> GameName:
    """The name of a game, by how its row player orders the four outcomes.

    With R, T, S, P for the four arguments:

    ===================  ==================================  ==========================================
    Prisoners' Dilemma   T > R > P >= S                      exploiting is the answer to everything
    Chicken              T > R >= S > P                      exploit who yields, yield to who exploits
    Stag Hunt            R >= T, P > S, R > P                do as the other does; restraint is better
    Harmony              R >= T, S >= P, R > P               restraint is the answer to everything
    Deadlock             T > R, P >= S, P >= R               exploiting is, and nobody regrets it
    other                all the rest                        (Leader, Hero, a hunt for the worse, ...)
    ===================  ==================================  ==========================================

    Ties: R = T is no temptation, as in the model, where a state that gains nothing restrains itself. At S = P
    the answer to exploitation is open and the answer to restraint decides: Harmony without temptation,
    Prisoners' Dilemma with it (the weak one of Nowak and May). R = P is a Deadlock where there is temptation:
    restraint would bring nothing. Payoffs that differ by a billionth of the largest or less are equal.

    Parameters
    ----------
    u_cc, u_dc, u_cd, u_dd : float
        Payoffs; the first letter is its own action, the second the other's (C: restraint, D: exploitation).

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

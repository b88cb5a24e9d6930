"""Choice: from a margin to an intention (model.md 4.3)."""

from __future__ import annotations

import math


def chance_to_cooperate(margin: float, temperature: float, rounds_per_year: int) -> float:
    """Chance per round that a prudent state intends to cooperate.

    Parameters
    ----------
    margin : float
        The sum of the four terms, payoff units.
    temperature : float >= 0
        Lambda; 0 is a strict best reply.
    rounds_per_year : int
        A slip has the chance 1 - s**(1/m) in a round, s being the chance of none in a year.

    Examples
    --------
    >>> chance_to_cooperate(0.0, 1.0, 1), chance_to_cooperate(0.0, 0.0, 4)
    (0.5, 1.0)
    >>> round(chance_to_cooperate(1.0, 0.5, 4), 4)  # (1 / (1 + e**-2)) ** (1/4)
    0.9688
    """
    if temperature == 0.0:
        return 1.0 if margin >= 0.0 else 0.0
    steady = math.pow(1.0 / (1.0 + math.exp(-min(abs(margin) / temperature, 700.0))), 1.0 / rounds_per_year)
    return steady if margin >= 0.0 else 1.0 - steady

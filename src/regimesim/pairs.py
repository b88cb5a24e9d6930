"""What each pair of states is really playing, and what it takes to cooperate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regimesim.core.lanes import Lanes
from regimesim.games import name_game
from regimesim.incentives import critical_discount, trust_threshold
from regimesim.lowering import lower
from regimesim.scenario import Scenario


@dataclass(frozen=True)
class Side:
    """One state's side of a pair, at one time.

    Attributes
    ----------
    state, other : str
    u_cc, u_dc, u_cd, u_dd : float
        The effective game, payoffs per round.
    game : str
        Its name by the ordering of the four.
    discount_needed, discount : float
        Yearly discount factor from which on mutual restraint sustains itself under full trust (inf: none
        does), and the one the state has.
    trust_needed, trust : float
        Trust from which on restraint is a best reply at the state's own patience, without law or norm (inf:
        none is enough), and the trust it has.
    now, future, law, norm : float
        Terms of its margin.
    """

    state: str
    other: str
    u_cc: float
    u_dc: float
    u_cd: float
    u_dd: float
    game: str
    discount_needed: float
    discount: float
    trust_needed: float
    trust: float
    now: float
    future: float
    law: float
    norm: float

    @property
    def margin(self) -> float:
        """What tips the decision: restraint where it is above 0."""
        return self.now + self.future + self.law + self.norm


@dataclass(frozen=True)
class Pair:
    """Two states, the buffers that lie between them and how much of the way they bar."""

    first: Side
    second: Side
    buffers: tuple[str, ...]
    buffering: float

    @property
    def game(self) -> str:
        """The name of the game, or both names where the sides differ."""
        one, two = self.first.game, self.second.game
        return one if one == two else f"{one} / {two}"

    @property
    def harder(self) -> Side:
        """The side for which cooperation takes more."""
        return max(self.first, self.second, key=lambda side: (side.discount_needed, side.trust_needed))


def pairs_of(scenario: Scenario) -> list[Pair]:
    """Every pair at the start of a scenario."""
    lanes = Lanes(lower(scenario), np.zeros(1, np.intp), np.zeros(1, np.intp), 0)
    return pairs_in(lanes, scenario)


def pairs_in(lanes: Lanes, scenario: Scenario, lane: int = 0) -> list[Pair]:
    """Every pair of a lane as it stands."""
    terms = lanes.margins()[..., lane]
    names = scenario.states
    between: dict[tuple[int, int], list[str]] = {}
    for k, i, j in lanes.setting.links:
        if lanes.world.sovereign[k, lane]:
            between.setdefault((int(i), int(j)), []).append(scenario.buffers[k])
    return [
        Pair(
            _side(lanes, names, i, j, terms, lane),
            _side(lanes, names, j, i, terms, lane),
            tuple(between.get((i, j), [])),
            float(lanes.game.buffer[i, j, lane]),
        )
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]


def _side(lanes: Lanes, names: Sequence[str], i: int, j: int, terms: np.ndarray, lane: int) -> Side:
    game, m = lanes.game, lanes.setting.rounds_per_year
    shadow = lanes.setting.parameters[lanes.row[lane]]["shadow"]
    u_cc, u_dc, u_cd, u_dd = (
        float(x)
        for x in (game.reward[lane], game.u_dc[i, j, lane], game.u_cd[i, j, lane], game.u_dd[i, j, lane])
    )
    needed = critical_discount(
        (u_dc, u_cc, u_dd, u_cd),
        punishment_rounds=float(shadow["punishment_rounds"]),
        hit=float(game.hit[lane]),
        alarm=float(game.alarm[i, j, lane]),
    )
    return Side(
        names[i], names[j], u_cc, u_dc, u_cd, u_dd, name_game(u_cc, u_dc, u_cd, u_dd),
        needed**m, float(shadow["discount_factor"]),
        trust_threshold((u_dc, u_cc, u_dd, u_cd), float(game.patience[i, j, lane])),
        float(lanes.world.trust[i, j, lane]),
        *(float(x) for x in terms[i, j]),
    )  # fmt: skip


def needed_and_had(needed: float, has: float) -> str:
    """What cooperation takes, and in brackets what there is: ``.60 (.90)``."""
    if math.isinf(needed) or needed > 1:
        return f"none suffices ({decimal(has)})"
    return f"none ({decimal(has)})" if needed <= 0 else f"{decimal(needed)} ({decimal(has)})"


def decimal(number: float) -> str:
    """A share without its leading zero."""
    text = f"{number:.2f}"
    return text[1:] if text.startswith("0.") else text

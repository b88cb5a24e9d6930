"""Pairs among others: what becomes of two that cooperate where third states answer false charges, too.

The forms of :mod:`regimesim.theory.exclusion`, with chances as the kernel appraises them in the world as it
stands. Who would join against whom, open with it or not, is asked of two lanes beside it: in one all pairs
are open, in the other all are estranged.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from regimesim.core.estrangement import FOREVER
from regimesim.core.game import BALANCING, CENTRALIZED, DECENTRALIZED, NONE
from regimesim.core.lanes import Lanes
from regimesim.stats.estimates import Floats
from regimesim.theory.exclusion import Cases, expected_company, mean_rounds, rounds_apart

_ALL_OPEN, _ALL_ESTRANGED = 0, 1
_OF_BREACH, _OF_SANCTION = 1, 2


class Prospects(NamedTuple):
    """Outlook of every pair that cooperates, arrays of shape (N, N), symmetric.

    Attributes
    ----------
    years_between : ndarray of float
        Expected years of cooperation until it is estranged, by itself or by others; infinite if never.
    years_of_breach : ndarray of float
        Expected years from a breach until it is open again, war included.
    share : ndarray of float
        Share of time in which both cooperate, in the long run.
    by_others : ndarray of float
        Chance per round that a case against an innocent estranges it while it is open.
    """

    years_between: Floats
    years_of_breach: Floats
    share: Floats
    by_others: Floats


def prospects_of(lanes: Lanes, lane: int = 0) -> Prospects:
    """Everything of :class:`Prospects` in the world of a lane that has been appraised."""
    game, m = lanes.game, lanes.setting.rounds_per_year
    direct = [_symmetric(chance) for chance in game.apart[..., lane]]
    mishaps = np.asarray(direct[0] + direct[1])

    def spans(extended: Floats) -> list[Floats]:
        return [_rounds_of_kind(lanes, lane, kind, extended) for kind in range(3)]

    def of_any_kind(excluded: Floats, extended: Floats) -> Floats:
        return mean_rounds([*direct, (1.0 - mishaps) * excluded], spans(extended))

    found = expected_company(_cases_of(lanes, lane), mishaps, of_any_kind)
    breaks = mishaps + (1.0 - mishaps) * found.excluded
    with np.errstate(divide="ignore"):
        between = np.asarray(1.0 / (breaks * m))
    return Prospects(between, spans(found.extended)[_OF_BREACH] / m, found.open, found.excluded)


def _rounds_of_kind(lanes: Lanes, lane: int, kind: int, extended: Floats) -> Floats:
    """Expected rounds until a pair estranged by a kind is open again, (N, N)."""
    game, rounds = lanes.game, int(lanes.game.rounds[lane])
    risk = _symmetric(game.war_estranged[kind, :, :, lane])
    ending = np.zeros_like(risk) if kind == _OF_SANCTION else _symmetric(game.ending[kind, :, :, lane])
    length = np.inf if rounds >= FOREVER else rounds
    return np.asarray(rounds_apart(risk, ending, extended, length, float(game.war_rounds[lane])))


def _symmetric(of_pairs: Floats) -> Floats:
    """Both sides of arrays that are kept of i < j alone."""
    above = np.triu(of_pairs, 1)
    return np.asarray(above + above.T)


def _cases_of(lanes: Lanes, lane: int) -> Cases:
    """Chances of cases against innocents in the world of a lane."""
    design, point = lanes.design, int(lanes.points[lane])
    twice = (np.repeat(of[point : point + 1], 2, axis=0) for of in (design.parameters, design.states))
    beside = lanes.beside(lane, *twice)
    beside.world.at_war[:], beside.world.left[:] = 0, 0
    beside.world.left[..., _ALL_ESTRANGED] = 1
    beside.margins()
    joining = beside.game.join
    if beside.game.rule[_ALL_OPEN] == CENTRALIZED:
        passing = _passing(beside)
        return Cases(_accusing(lanes, lane), passing, passing)
    return Cases(_accusing(lanes, lane), joining[..., _ALL_OPEN], joining[..., _ALL_ESTRANGED])


def _accusing(lanes: Lanes, lane: int) -> Floats:
    """Chance per round that j brings a case against an innocent z, (N, N): ``[j, z]``."""
    game, rule = lanes.game, int(lanes.game.rule[lane])
    if rule in (NONE, BALANCING):
        return np.zeros(game.alarm.shape[:2])
    shared = lanes.setting.parameters[lanes.row[lane]]
    stands = shared["transparency"]["publicity"] * (1.0 - shared["sanctions"]["inquiry"])
    prudent = lanes.setting.strategy[:, lane] < 0
    accused = prudent & ((lanes.world.member[:, lane] != 0) | (rule != DECENTRALIZED))
    uncleared = game.alarm[..., lane] * (1.0 - game.confer[..., lane])
    charged = prudent[:, None] * game.pursue[:, None, lane] * uncleared
    return np.asarray(charged * accused[None, :] * stands)


def _passing(beside: Lanes) -> Floats:
    """Chance that a vote passes against z, of every k that would have to exclude it, (N, N): ``[k, z]``.

    It is what the kernel expects of a sanction over what one would cost, the mean over accusers.
    """
    game, shared = beside.game, beside.setting.parameters[beside.row[_ALL_OPEN]]
    asked = (beside.world.member[:, _ALL_OPEN] != 0) & (beside.setting.strategy[:, _ALL_OPEN] < 0)
    lost = np.where(asked[None, :], game.excluded[..., _ALL_OPEN], 0.0)
    np.fill_diagonal(lost, 0.0)
    fine = float(shared["sanctions"]["severity"]) * float(game.fined[_ALL_OPEN])
    whole = game.exposed[..., _ALL_OPEN] * (lost.sum(axis=1, keepdims=True) - lost + fine)
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = np.where(whole > 0.0, game.law[..., _ALL_OPEN] / whole, 0.0)
    np.fill_diagonal(chance, 0.0)
    mean = chance.sum(axis=1) / (len(chance) - 1)
    return np.asarray(asked[:, None] * mean[None, :])

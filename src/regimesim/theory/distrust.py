"""Open dealings below full trust: what they are worth if the other cooperates as often as is expected of it.

One side cooperates in every round. The other does with the chance b, the trust of the first, which grows with
every cooperation that is seen (model.md 4.7, without loss of trust) and stays as it was through an
estrangement, unless the agreement gives more; a war sets it back. The value at b therefore hangs on that at
the next higher trust, and is reckoned downwards from full trust, where nothing grows any more. That is exact
but for the last part in 10**12 of distrust, which counts as none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_ENOUGH = 1e-12
_D, _C = 0, 1


class Doubts(NamedTuple):
    """A pair of which one side cooperates and the other may not; flows per year, chances per round.

    Attributes
    ----------
    discount : float
        Per round, below 1.
    flows : ((float, float), (float, float))
        ``[own][other]``: flow to this side by what both do, 0 for defection and 1 for cooperation.
    hit, alarm : float
    resolves : (float, float)
        Of this side and of the other.
    confer, abroad, war : float
        Chances that the two confer, that a quarrel abroad spoils the relationship, and of war where
        somebody defected.
    war_rounds : float
    endings : ((float, float, float), (float, float, float))
        Of a misunderstanding and of a breach: what it pays, and the discount at its end by time or
        agreement, and by war.
    learning, agreement, settlement : float
        Share of distrust that cooperation heals, least trust after an agreement, trust after a war.
    """

    discount: float
    flows: tuple[tuple[float, float], tuple[float, float]]
    hit: float
    alarm: float
    resolves: tuple[float, float]
    confer: float
    abroad: float
    war: float
    war_rounds: float
    endings: tuple[tuple[float, float, float], tuple[float, float, float]]
    learning: float
    agreement: float
    settlement: float


class Worth(NamedTuple):
    """A number that hangs on the value after a war: ``sure + later * value``."""

    sure: float
    later: float

    def plus(self, share: float, other: Worth) -> Worth:
        """Itself and a share of another."""
        return Worth(self.sure + share * other.sure, self.later + share * other.later)


class Dealing(NamedTuple):
    """Consequences of a round in the open, given what this side does and what trust there is.

    Attributes
    ----------
    paid : Worth
        The flow of the round, what estrangements pay, and wars.
    goes_on : (float, float)
        Discount of what follows in open dealings where this side saw the other defect, and cooperate.
    returns : (float, float)
        The same where an estrangement lies between, ended by time or an agreement.
    """

    paid: Worth
    goes_on: tuple[float, float]
    returns: tuple[float, float]


def value_at(doubts: Doubts, trust: float) -> float:
    """Discounted flows from now on in open dealings at a trust, both sides on the path of cooperation."""
    again = _climb(doubts, doubts.settlement)
    after_war = again.sure / (1.0 - again.later)
    found = _climb(doubts, trust)
    return found.sure + found.later * after_war


def loss_of_defection(doubts: Doubts, trust: float) -> float:
    """m times the discounted payoff that one defection at a trust costs; cooperation is resumed."""
    again = _climb(doubts, doubts.settlement)
    after_war = again.sure / (1.0 - again.later)
    same, more = (_climb(doubts, level) for level in (trust, _raised(doubts, trust)))
    rested = [_climb(doubts, max(level, doubts.agreement)) for level in (trust, _raised(doubts, trust))]
    path, cheated = (_worth_of(_dealing(doubts, own, trust), (same, more), rested) for own in (_C, _D))
    return path.sure - cheated.sure + (path.later - cheated.later) * after_war


@lru_cache(maxsize=32)
def _climb(doubts: Doubts, trust: float) -> Worth:
    """Value at a trust: levels are climbed to full trust, and reckoned from there."""
    levels = list(_rungs(doubts, trust))
    agreed = _climb(doubts, doubts.agreement) if trust < doubts.agreement else Worth(0.0, 0.0)
    above: Worth | None = None
    for level in reversed(levels):
        above = _value_below(doubts, level, above, agreed)
    assert above is not None
    return above


def _rungs(doubts: Doubts, trust: float) -> Iterator[float]:
    """A trust and those that it grows to; the last grows no more."""
    while 1.0 - trust > _ENOUGH and doubts.learning > 0.0:
        yield trust
        trust = _raised(doubts, trust)
    yield trust if doubts.learning == 0.0 else 1.0


def _raised(doubts: Doubts, trust: float) -> float:
    return trust + doubts.learning * (1.0 - trust)


def _value_below(doubts: Doubts, trust: float, above: Worth | None, agreed: Worth) -> Worth:
    """Value at a trust, from that at the next (None: there is none) and that after an agreement."""
    dealing = _dealing(doubts, _C, trust)
    found, stays = dealing.paid, dealing.goes_on[_D]
    levels = (trust, _raised(doubts, trust) if above is not None else trust)
    if above is None:
        stays += dealing.goes_on[_C]
    else:
        found = found.plus(dealing.goes_on[_C], above)
    for seen, level in enumerate(levels):
        if level < doubts.agreement:
            found = found.plus(dealing.returns[seen], agreed)
        elif seen == _C and above is not None:
            found = found.plus(dealing.returns[seen], above)
        else:
            stays += dealing.returns[seen]
    return Worth(found.sure / (1.0 - stays), found.later / (1.0 - stays))


def _worth_of(dealing: Dealing, goes_on: tuple[Worth, Worth], returns: list[Worth]) -> Worth:
    """Worth of a dealing, from the values at what it leads to, by what was seen."""
    found = dealing.paid
    for seen in (_D, _C):
        found = found.plus(dealing.goes_on[seen], goes_on[seen])
        found = found.plus(dealing.returns[seen], returns[seen])
    return found


def _dealing(doubts: Doubts, own: int, trust: float) -> Dealing:
    """Average over what the other does and what this side sees of it."""
    paid, goes_on, returns = Worth(0.0, 0.0), [0.0, 0.0], [0.0, 0.0]
    for other, acts in ((_D, 1.0 - trust), (_C, trust)):
        paid = paid.plus(acts, Worth(doubts.flows[own][other], 0.0))
        war = doubts.war if _D in (own, other) else 0.0
        paid = paid.plus(acts * war, Worth(0.0, doubts.discount ** (doubts.war_rounds + 1.0)))
        sees_d = doubts.alarm if other == _C else doubts.hit
        for seen, chance in ((_D, sees_d), (_C, 1.0 - sees_d)):
            weight = acts * (1.0 - war) * chance * doubts.discount
            breaks = _estranged_by(doubts, own, other, seen)
            goes_on[seen] += weight * (1.0 - sum(breaks))
            for share, (pays, by_time, by_war) in zip(breaks, doubts.endings, strict=True):
                paid = paid.plus(weight * share, Worth(pays, by_war))
                returns[seen] += weight * share * by_time
    return Dealing(paid, (goes_on[_D], goes_on[_C]), (returns[_D], returns[_C]))


def _estranged_by(doubts: Doubts, own: int, other: int, seen: int) -> tuple[float, float]:
    """Chances that the pair becomes estranged by a misunderstanding and by a breach."""
    mine = doubts.resolves[0] if seen == _D else 0.0
    theirs = doubts.resolves[1] * (doubts.alarm if own == _C else doubts.hit)
    true = 1.0 - (1.0 - mine * (other == _D)) * (1.0 - theirs * (own == _D))
    false = 1.0 - (1.0 - mine * (other == _C)) * (1.0 - theirs * (own == _C))
    breach = true + (1.0 - true) * (1.0 - doubts.confer) * false
    return 1.0 - (1.0 - true) * (1.0 - false) * (1.0 - doubts.abroad) - breach, breach

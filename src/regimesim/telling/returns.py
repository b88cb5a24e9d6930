"""Restraint that comes back, or comes at last: agreements, and returns without one."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from regimesim.core.draws import NEGOTIATE
from regimesim.telling.doors import chance
from regimesim.telling.entries import LARGE, MIDDLE, Told, told
from regimesim.telling.reasons import Bench, reason
from regimesim.telling.relations import BROKEN, RESTRAINED, Spells, changed, state_at
from regimesim.telling.replay import History
from regimesim.telling.wording import count, share, span


def agreements(history: History) -> dict[tuple[int, int], list[int]]:
    """Rounds in which a pair that exploited each other came to terms."""
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for t in range(history.rounds):
        rate = history.real(t, "diplomacy.renegotiation")
        if rate > 0:
            likely = chance(rate, history.per_year)
            for i, j in history.pairs:
                ended = history.ended
                quarrel = history.decided.played[t, i, j] and not (
                    ended.action[t, i, j] or ended.action[t, j, i]
                )
                if quarrel and ended.at_war[t, i, j] == 0 and history.unit(t, NEGOTIATE, i, j) < likely:
                    found[i, j].append(t)
    return found


def tell_returns(bench: Bench, found: Spells) -> list[Told]:
    """Agreements, and restraint that comes (back) without one."""
    history, entries = bench.history, []
    agreed = agreements(history)
    for i, j in history.pairs:
        terms = agreed.get((i, j), [])
        used: set[int] = set()
        for t, side in _restorations(found, i, j):
            earlier = [r for r in terms if t - 2 * history.per_year <= r < t]
            broken = rounds_without(found, i, j, t)
            if earlier:
                used.update(earlier)
                entries.append(_agreement(history, i, j, earlier[-1], t, broken))
            else:
                entries.append(_return(bench, (i, j), side, t, broken))
        vain = [
            r for r in terms
            if r not in used and r + history.window < history.rounds
            and state_at(found, i, j, r).state == state_at(found, j, i, r).state == BROKEN
        ]  # fmt: skip
        if vain:
            text = f"{history.names[i]} and {history.names[j]} come to terms, but restraint does not follow"
            later = f"Nor does it after {count(len(vain) - 1, 'later agreement')}." if len(vain) > 1 else ""
            entries.append(told(history, MIDDLE, vain[0], "agreement", text, [later]))
    return entries


def rounds_without(found: Spells, i: int, j: int, t: int) -> int:
    """Rounds just before t in which the two did not both restrain themselves; -1 if they never had."""
    for r in range(t - 1, -1, -1):
        if state_at(found, i, j, r).state == state_at(found, j, i, r).state == RESTRAINED:
            return t - 1 - r
    return -1


def _restorations(found: Spells, i: int, j: int) -> list[tuple[int, int]]:
    """(round, who came last) when both restrain themselves after one at least had not."""
    returns = []
    for a, b in ((i, j), (j, i)):
        for before, after in pairwise(found[a, b]):
            if before.state == BROKEN and after.state == RESTRAINED:
                other = state_at(found, b, a, after.first)
                same = other.first == after.first and state_changed(found, b, a, after.first)
                if other.state == RESTRAINED and not (same and a > b):
                    returns.append((after.first, -1 if same else a))
    return sorted(returns)


def state_changed(found: Spells, i: int, j: int, t: int) -> bool:
    """Whether i turned from exploitation to restraint in round t."""
    line = found[i, j]
    return any(x.state == BROKEN and y.state == RESTRAINED and y.first == t for x, y in pairwise(line))


def _agreement(history: History, i: int, j: int, agreed: int, t: int, broken: int) -> Told:
    a, b = history.names[i], history.names[j]
    level = share(history.real(agreed, "diplomacy.agreement_trust"))
    text = (
        f"{a} and {b} come to terms: trust on both sides {level}. From {history.date(t)} both restrain "
        f"themselves{_after(history, broken)}"
    )
    return told(history, LARGE - 1, agreed, "agreement", text)


def _return(bench: Bench, pair: tuple[int, int], side: int, t: int, broken: int) -> Told:
    history, names = bench.history, bench.history.names
    i, j = pair
    if side < 0:
        text = f"{names[i]} and {names[j]} restrain themselves towards each other{_after(history, broken)}"
        side = i
    else:
        other = j if side == i else i
        text = f"{names[side]} restrains itself towards {names[other]}{_after(history, broken)}"
    other = j if side == i else i
    detail = []
    if history.prudent(side):
        back = 5 * history.per_year if broken < 0 else min(broken, 5 * history.per_year)
        before = max(t - back, 0)
        found = reason(bench, side, other, t, before, sign=1)
        if found is not None:
            detail = [f"What changed most: {changed(found)}"]
    else:
        detail = [f"It follows its strategy, {history.strategy(side)}."]
    return told(history, MIDDLE + 1, t, "restoration", text, detail)


def _after(history: History, broken: int) -> str:
    if broken < 0:
        return " for the first time"
    return f", after {span(broken, history.per_year)} without" if broken >= history.per_year else " again"

"""Wars and settlements: who fought, why, who prevailed, and what came of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from regimesim.core.draws import JOIN, PREVAIL, WAR
from regimesim.telling.entries import GREAT, Told, told
from regimesim.telling.relations import BROKEN, RESTRAINED, Spells, state_at
from regimesim.telling.replay import History
from regimesim.telling.wording import listed, possessive, share, signed


class War(NamedTuple):
    """A war as it begins: between whom, and who stands by whom."""

    t: int
    i: int
    j: int
    with_i: tuple[int, ...]
    with_j: tuple[int, ...]


def wars(history: History) -> list[War]:
    """Every onset, in order (model.md 4.7)."""
    found = []
    peace = np.zeros_like(history.ended.at_war[0])
    for t in range(history.rounds):
        at_war = np.maximum(history.ended.at_war[t - 1] - 1, 0) if t else peace.copy()
        action = history.ended.action[t]
        for i, j in history.pairs:
            quarrel = history.decided.played[t, i, j] and not (action[i, j] and action[j, i])
            if quarrel and at_war[i, j] == 0:
                risks = history.risks.war_one if action[i, j] != action[j, i] else history.risks.war_both
                if history.unit(t, WAR, i, j) < risks[t, i, j]:
                    war = _war(history, t, i, j)
                    for a in (i, *war.with_i):
                        for b in (j, *war.with_j):
                            at_war[a, b] = at_war[b, a] = max(1, at_war[a, b])
                    found.append(war)
    return found


def _war(history: History, t: int, i: int, j: int) -> War:
    affinity, contagion = history.phase_at(t).affinity, history.real(t, "war.contagion")
    sides: tuple[list[int], list[int]] = ([], [])
    for k in range(len(history.names)):
        undecided = k in (i, j) or affinity[k][i] == affinity[k][j]
        if not undecided and history.unit(t, JOIN + k, i, j) < contagion:
            sides[affinity[k][i] < affinity[k][j]].append(k)
    return War(t, i, j, tuple(sides[0]), tuple(sides[1]))


def tell_wars(history: History, found: Spells) -> list[Told]:
    """Wars as they begin."""
    entries, before = [], set()
    for n, war in enumerate(wars(history)):
        t, i, j = war.t, war.i, war.j
        a, b = history.names[i], history.names[j]
        again = (i, j) in before
        before.add((i, j))
        joined = [
            f"{listed([history.names[k] for k in side])} {'joins' if len(side) == 1 else 'join'} {name}"
            for side, name in ((war.with_i, a), (war.with_j, b)) if side
        ]  # fmt: skip
        detail = [_origin(history, found, war)]
        fighting = 2 + len(war.with_i) + len(war.with_j)
        if joined:
            powers = len(history.names)
            systemic = ", a systemic war" if 2 * fighting >= powers else ""
            detail.append(f"{'; '.join(joined)}: {fighting} of {powers} great powers fight{systemic}.")
        text = f"War {'again ' if again else ''}between {a} and {b}"
        weight = GREAT + (2 if n == 0 else 0) + (1 if joined else 0) - (2 if again else 0)
        entries.append(told(history, weight, t, "war", text, detail))
    return entries


def _origin(history: History, found: Spells, war: War) -> str:
    t, i, j = war.t, war.i, war.j
    ij, ji = history.ended.action[t, i, j], history.ended.action[t, j, i]
    a, b = history.names[i], history.names[j]
    broken = [s.first for s in (state_at(found, i, j, t), state_at(found, j, i, t)) if s.state == BROKEN]
    if not ij and not ji:
        text = "It grows out of exploitation by both"
    else:
        text = f"It grows out of {possessive(b if ij else a)} exploitation of {a if ij else b}"
    if broken and min(broken) < t:
        text += f"; the quarrel dates from {history.date(min(broken))}"
    elif broken:
        text += ", which had only just begun"
    else:
        text += ", a single act"
    return text + "."


def tell_settlements(history: History, found: Spells, begun: list[Told]) -> list[Told]:
    """Wars as they end, who prevailed and what came of it: as weighty as the war was."""
    of_pair: dict[tuple[int, int, int], Told] = {}
    for war, entry in zip(wars(history), begun, strict=True):
        for a in (war.i, *war.with_i):
            for b in (war.j, *war.with_j):
                of_pair.setdefault((war.t, min(a, b), max(a, b)), entry)
    entries = []
    present: dict[tuple[int, int], Told] = {}
    for t in range(history.rounds):
        for i, j in history.pairs:
            if t and history.ended.at_war[t - 1, i, j] == 1:
                settled, war_of = _settlement(history, found, t, i, j), present[i, j]
                entries.append(settled._replace(after=war_of.entry))
            if (t, i, j) in of_pair and history.ended.at_war[t, i, j]:
                present[i, j] = of_pair[t, i, j]
    return entries


def prevails(history: History, t: int, i: int, j: int) -> bool:
    """Whether i won the war with j that is settled in round t, i < j."""
    shares = history.decided.capability[t].copy()
    for a, b in history.pairs:
        if history.ended.at_war[t - 1, a, b] == 1:
            both = shares[a] + shares[b]
            won = bool(history.unit(t, PREVAIL, a, b) < (shares[a] / both if both > 0 else 0.5))
            if (a, b) == (i, j):
                return won
            winner, loser = (a, b) if won else (b, a)
            lost = history.real(t, "war.capability_loss") * shares[loser]
            shares[loser] -= lost
            shares[winner] += lost / 2
            shares = shares / shares.sum() if lost else shares
    raise ValueError(f"no war between {i} and {j} is settled in round {t}")


def _settlement(history: History, found: Spells, t: int, i: int, j: int) -> Told:
    winner, loser = (i, j) if prevails(history, t, i, j) else (j, i)
    names = history.names
    text = f"Peace between {names[i]} and {names[j]}: {names[winner]} prevails"
    detail = []
    if history.real(t, "war.capability_loss") > 0:
        shares = [
            f"{names[k]} {share(history.decided.capability[t, k])} -> {share(history.ended.capability[t, k])}"
            for k in (winner, loser)
        ]
        detail.append(f"Shares of capability: {', '.join(shares)}.")
    resentment = history.real(t, "war.resentment")
    if resentment > 0:
        detail.append(f"{names[loser]} resents its defeat: revisionism {signed(resentment)}.")
    between = {int(k) for k, a, b in history.design.links if (a, b) == (i, j)}
    restored = history.ended.sovereign[t] > history.decided.sovereign[t]
    back = [k for k in sorted(between) if restored[k]]
    if back:
        detail.append(f"Restored: {listed([history.buffers[k] for k in back])}.")
    trust = share(history.real(t, "war.settlement_trust"))
    detail.append(f"Trust on both sides is {trust}; {_sequel(history, found, t, i, j)}.")
    return told(history, 0.0, t, "peace", text, detail)


def _sequel(history: History, found: Spells, t: int, i: int, j: int) -> str:
    if t + 1 >= history.rounds:
        return "here the record ends"
    sides = [state_at(found, a, b, t + 1).state for a, b in ((i, j), (j, i))]
    if sides[0] == sides[1] == RESTRAINED:
        return "restraint begins anew"
    if RESTRAINED in sides:
        only = i if sides[0] == RESTRAINED else j
        return f"only {history.names[only]} restrains itself"
    return "war begins again at once" if "war" in sides else "restraint does not return"

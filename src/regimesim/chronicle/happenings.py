"""What befalls states: epochs, revolutions and new leaders, wars and settlements, the loss of buffers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from regimesim.chronicle.entries import (
    ALWAYS,
    GREAT,
    SMALL,
    Told,
    count,
    dated_entry,
    possessive,
    sentence,
    share_text,
    signed,
)
from regimesim.chronicle.relations import BROKEN, RESTRAINED, PairSpells, cooperating, state_at
from regimesim.chronicle.replay import History, chance_a_round, rounds_in
from regimesim.core.draws import ABSORB, JOIN, PREVAIL, SPREAD, WAR
from regimesim.scenario.messages import listed, show, spoken
from regimesim.scenario.scenario import Phase

VISIBLE = 0.05
"""A change of norm or trust that is worth a word."""
MOST_LEADERS = 4


def tell_start(history: History, found: PairSpells) -> Told:
    """Trust, norm, and what holds."""
    n = len(history.names)
    prior = np.array(history.scenario.prior)[~np.eye(n, dtype=bool)]
    level = (
        f"trust {share_text(prior[0])} everywhere"
        if np.ptp(prior) == 0
        else (f"trust between {share_text(prior.min())} and {share_text(prior.max())}")
    )
    parts = [level]
    if history.real(0, "norms.restraint") > 0:
        norm = history.real(0, "norms.initial")
        parts.append("memory of the war fresh" if norm == 1 else f"norm {share_text(norm)}")
    conference = history.real(0, "diplomacy.conference")
    if conference > 0:
        parts.append(f"conferences talk through {share_text(conference)} of all doubts")
    rule = str(history.setting(0, "sanctions.rule"))
    parts.append("no sanctions" if rule == "none" else f"sanctions: {rule}")
    powers = f"{count(n, 'great power').capitalize()}"
    if history.buffers:
        powers += f" and {count(len(history.buffers), 'buffer state')}"
    kept, pairs = len(cooperating(found, history, 0)), len(history.pairs)
    verdict = (
        "All pairs restrain themselves from the start."
        if kept == pairs
        else "No pair restrains itself on both sides."
        if kept == 0
        else f"{kept} of {pairs} pairs restrain themselves on both sides."
    )
    if pairs == 1:
        both = "Both restrain themselves from the start."
        verdict = both if kept else "They do not both restrain themselves."
    strategies = {history.strategy(i) for i in range(n) if not history.prudent(i)}
    lines = [verdict]
    if strategies:
        followed = [f"{name} {history.strategy(i)}" for i, name in enumerate(history.names)]
        lines.append(f"Strategies: {', '.join(followed)}.")
    return dated_entry(history, ALWAYS, 0, "start", f"{powers}: {', '.join(parts)}", lines)


def tell_epochs(history: History) -> list[Told]:
    """Phases as they begin, and what they change."""
    entries = []
    phases = history.scenario.phases
    for number, t in enumerate(history.scenario.phase_rounds()):
        if number and t < history.rounds:
            changes = changes_between(phases[number - 1], phases[number])
            text = phases[number].because or "What holds changes"
            shown = changes if len(changes) <= 4 else [*changes[:3], f"{len(changes) - 3} more"]
            detail = [f"({'; '.join(shown)})"] if shown else []
            entries.append(dated_entry(history, ALWAYS, t, "epoch", text, detail))
    return entries


def changes_between(before: Phase, after: Phase) -> list[str]:
    """What an epoch changes: a name, its value before and after, each."""
    changes = [
        f"{name} {show(before.parameters[name])} -> {show(value)}"
        for name, value in after.parameters.items()
        if value != before.parameters[name]
    ]
    for old, new in zip(before.states, after.states, strict=True):
        changes += [
            f"{spoken(new.name)}: {key.replace('_', ' ')} {show(old[key])} -> {show(value)}"
            for key, value in new.settings.items()
            if value != old[key]
        ]
    for was, now in zip(before.buffers, after.buffers, strict=True):
        if was.strength != now.strength:
            changes.append(f"{spoken(now.name)}: strength {show(was.strength)} -> {show(now.strength)}")
    return changes + (["affinities"] if before.affinity != after.affinity else [])


def tell_home_fronts(history: History) -> list[Told]:
    """Revolutions, and leaders who matter."""
    revolutions, leaders = [], []
    for t in (int(t) for t in np.flatnonzero(history.decided.new_leader.any(1))):
        struck = []
        if history.decided.wave[t]:
            spread = history.real(t, "domestic.spread")
            struck = [i for i in range(len(history.names)) if history.unit(t, SPREAD, i, i) < spread]
        if struck:
            revolutions.append(_revolution(history, t, struck))
        for i in np.flatnonzero(history.decided.new_leader[t]):
            if int(i) not in struck:
                leaders += _leader(history, t, int(i))
    leaders.sort(key=lambda x: (-x.weight, x.entry.round))
    return revolutions + leaders[:MOST_LEADERS]


def _fall(history: History, t: int, i: int) -> tuple[float, float]:
    """i's norm at the end of the round before and now; no fall where norms have no weight."""
    if history.real(t, "norms.restraint") == 0:
        return 0.0, 0.0
    before = float(history.ended.norm[t - 1, i]) if t else history.real(0, "norms.initial")
    return before, float(history.decided.norm[t, i])


def _revolution(history: History, t: int, struck: list[int]) -> Told:
    names = [history.names[i] for i in struck]
    kept = history.real(t, "norms.institutionalization")
    falls = {i: _fall(history, t, i) for i in struck}
    heading = "Revolutions: " if len(struck) > 1 else "Revolution: "
    text = heading + listed(names)
    detail = []
    if kept < 1 and any(a - b > VISIBLE for a, b in falls.values()):
        whose = "New leaders keep" if len(struck) > 1 else "A new leader keeps"
        text += f". {whose} {share_text(kept)} of the old restraint"
        detail.append(
            "Norm: "
            + ", ".join(
                f"{history.names[i]} {share_text(a)} -> {share_text(b)}"
                for i, (a, b) in falls.items()
                if a - b > VISIBLE
            )
            + "."
        )
    rounds = rounds_in(history.real(t, "domestic.turmoil_years"), history.per_year)
    cause = history.real(t, "domestic.nationalism")
    if cause > 0:
        end = t + rounds
        over = end < history.rounds and all(history.decided.turmoil[end, i] == 0 for i in struck)
        if rounds and over:
            when = f"When turmoil ends ({history.date(end)}) it"
            detail.append(f"{when} leaves nationalism: revisionism {signed(cause)}.")
        elif not rounds:
            detail.append(f"It leaves nationalism: revisionism {signed(cause)}.")
    return dated_entry(history, GREAT - 1, t, "revolution", text, detail)


def _leader(history: History, t: int, i: int) -> list[Told]:
    before, now = _fall(history, t, i)
    own = history.names[i]
    last = history.ended.trust[t - 1, i] if t else np.array(history.scenario.prior)[i]
    moves = history.decided.trust[t, i] - last
    j = int(np.argmax(np.abs(moves)))
    parts, weight = [], 0.0
    if before - now > VISIBLE:
        kept = share_text(history.real(t, "norms.institutionalization"))
        parts.append(f"keeps {kept} of the old restraint (norm {share_text(before)} -> {share_text(now)})")
        weight += before - now
    if abs(moves[j]) > VISIBLE:
        trusts = "trusts" if moves[j] > 0 else "distrusts"
        moved = f"{share_text(last[j])} -> {share_text(history.decided.trust[t, i, j])}"
        parts.append(f"{trusts} {history.names[j]} more (trust {moved})")
        weight += abs(float(moves[j]))
    if not parts:
        return []
    return [dated_entry(history, SMALL + weight, t, "new leader", f"A new leader in {own} {listed(parts)}")]


def tell_buffers(history: History) -> list[Told]:
    """Buffer states as they are absorbed."""
    entries = []
    before: set[int] = set()
    for t in range(history.rounds):
        for k in np.flatnonzero(history.ended.sovereign[t] < history.decided.sovereign[t]):
            likely = chance_a_round(history.real(t, "geography.absorption"), history.per_year)
            i, j = next(
                (a, b)
                for a, b in _neighbours(history, int(k))
                if history.decided.played[t, a, b]
                and not history.ended.action[t, a, b]
                and history.unit(t, ABSORB + int(k), a, b) < likely
            )
            lost = spoken(history.buffers[int(k)])
            again = int(k) in before
            before.add(int(k))
            text = f"{history.names[i]} {'again absorbs' if again else 'absorbs'} {lost}"
            text += f" while exploiting {history.names[j]}"
            pairs = [f"{history.names[a]}-{history.names[b]}" for a, b in _links_to(history, int(k))]
            gain = history.real(t, "geography.absorption_gain")
            a, b = _links_to(history, int(k))[0]
            only = f"{history.names[a]} and {history.names[b]}"
            between = only if len(pairs) == 1 else listed(pairs)
            detail = [f"It had lain between {between}."]
            if gain > 0:
                own = share_text(history.decided.capability[t, i])
                detail.append(f"Share of capability {own} -> {share_text(history.ended.capability[t, i])}.")
            entries.append(dated_entry(history, GREAT - (4 if again else 0), t, "buffer lost", text, detail))
    return entries


def _links_to(history: History, buffer: int) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for k, a, b in history.design.links if k == buffer]


def _neighbours(history: History, buffer: int) -> list[tuple[int, int]]:
    """Ordered pairs across a buffer, in the order in which they may absorb it: by i, then by the links."""
    links = _links_to(history, buffer)
    return [(i, b if i == a else a) for i in range(len(history.names)) for a, b in links if i in (a, b)]


def tell_membership(history: History) -> list[Told]:
    """States that leave the institution; an epoch that moves them speaks for itself."""
    entries = []
    for t in range(history.rounds):
        for i in np.flatnonzero(history.ended.member[t] < history.decided.member[t]):
            own = history.names[int(i)]
            text = f"{own}, sanctioned, leaves the institution"
            left = int(history.ended.member[t].sum())
            remain = f"{count(left, 'member')} remain{'s' if left == 1 else ''}"
            entries.append(dated_entry(history, GREAT, t, "membership", text, [sentence(remain)]))
    return entries


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
                    war = _war_of(history, t, i, j)
                    for a in (i, *war.with_i):
                        for b in (j, *war.with_j):
                            at_war[a, b] = at_war[b, a] = max(1, at_war[a, b])
                    found.append(war)
    return found


def _war_of(history: History, t: int, i: int, j: int) -> War:
    affinity, contagion = history.phase_at(t).affinity, history.real(t, "war.contagion")
    sides: tuple[list[int], list[int]] = ([], [])
    for k in range(len(history.names)):
        undecided = k in (i, j) or affinity[k][i] == affinity[k][j]
        if not undecided and history.unit(t, JOIN + k, i, j) < contagion:
            sides[affinity[k][i] < affinity[k][j]].append(k)
    return War(t, i, j, tuple(sides[0]), tuple(sides[1]))


def tell_wars(history: History, found: PairSpells) -> list[Told]:
    """Wars as they begin."""
    entries, before = [], set()
    for n, war in enumerate(wars(history)):
        t, i, j = war.t, war.i, war.j
        a, b = history.names[i], history.names[j]
        again = (i, j) in before
        before.add((i, j))
        joined = [
            f"{listed([history.names[k] for k in side])} {'joins' if len(side) == 1 else 'join'} {name}"
            for side, name in ((war.with_i, a), (war.with_j, b))
            if side
        ]
        detail = [_origin(history, found, war)]
        fighting = 2 + len(war.with_i) + len(war.with_j)
        if joined:
            powers = len(history.names)
            systemic = ", a systemic war" if 2 * fighting >= powers else ""
            detail.append(f"{'; '.join(joined)}: {fighting} of {powers} great powers fight{systemic}.")
        text = f"War {'again ' if again else ''}between {a} and {b}"
        weight = GREAT + (2 if n == 0 else 0) + (1 if joined else 0) - (2 if again else 0)
        entries.append(dated_entry(history, weight, t, "war", text, detail))
    return entries


def _origin(history: History, found: PairSpells, war: War) -> str:
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


def tell_settlements(history: History, found: PairSpells, begun: list[Told]) -> list[Told]:
    """Wars as they end, who prevailed and what came of it: as weighty as the war was."""
    of_pair: dict[tuple[int, int, int], Told] = {}
    for war, opening in zip(wars(history), begun, strict=True):
        for a in (war.i, *war.with_i):
            for b in (war.j, *war.with_j):
                of_pair.setdefault((war.t, min(a, b), max(a, b)), opening)
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


def _settlement(history: History, found: PairSpells, t: int, i: int, j: int) -> Told:
    winner, loser = (i, j) if prevails(history, t, i, j) else (j, i)
    names = history.names
    text = f"Peace between {names[i]} and {names[j]}: {names[winner]} prevails"
    detail = []
    if history.real(t, "war.capability_loss") > 0:
        before, after = history.decided.capability[t], history.ended.capability[t]
        shares = [f"{names[k]} {share_text(before[k])} -> {share_text(after[k])}" for k in (winner, loser)]
        detail.append(f"Shares of capability: {', '.join(shares)}.")
    resentment = history.real(t, "war.resentment")
    if resentment > 0:
        detail.append(f"{names[loser]} resents its defeat: revisionism {signed(resentment)}.")
    between = {int(k) for k, a, b in history.design.links if (a, b) == (i, j)}
    restored = history.ended.sovereign[t] > history.decided.sovereign[t]
    back = [k for k in sorted(between) if restored[k]]
    if back:
        detail.append(f"Restored: {listed([history.buffers[k] for k in back])}.")
    trust = share_text(history.real(t, "war.settlement_trust"))
    detail.append(f"Trust on both sides is {trust}; {_sequel(history, found, t, i, j)}.")
    return dated_entry(history, 0.0, t, "peace", text, detail)


def _sequel(history: History, found: PairSpells, t: int, i: int, j: int) -> str:
    if t + 1 >= history.rounds:
        return "here the record ends"
    sides = [state_at(found, a, b, t + 1).state for a, b in ((i, j), (j, i))]
    if sides[0] == sides[1] == RESTRAINED:
        return "restraint begins anew"
    if RESTRAINED in sides:
        only = i if sides[0] == RESTRAINED else j
        return f"only {history.names[only]} restrains itself"
    return "war begins again at once" if "war" in sides else "restraint does not return"

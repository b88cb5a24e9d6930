"""Events that befall states: epochs, revolutions, new leaders, wars and settlements, loss of buffers."""

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
    span,
)
from regimesim.chronicle.estrangements import KIND_WORDS, EstrangementSpell, estrangements
from regimesim.chronicle.relations import COOPERATING, DEFECTING, PairSpells, cooperating, state_at
from regimesim.chronicle.replay import History, rounds_in
from regimesim.core.draws import PREVAIL
from regimesim.scenario.messages import listed, show, spoken
from regimesim.scenario.scenario import Phase
from regimesim.simulation.columns import (
    ENDED_IN_WAR,
    LOST,
    PEACE,
    REVOLUTION,
    SYSTEMIC,
    WAR_BEGINS,
    WAR_JOINED,
)

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
        "All pairs cooperate from the start."
        if kept == pairs
        else "No pair cooperates on both sides."
        if kept == 0
        else f"{kept} of {pairs} pairs cooperate on both sides."
    )
    if pairs == 1:
        verdict = "Both cooperate from the start." if kept else "They do not both cooperate."
    strategies = {history.strategy(i) for i in range(n) if not history.prudent(i)}
    lines = [verdict, _answer_to_offences(history)]
    if strategies:
        followed = [f"{name} {history.strategy(i)}" for i, name in enumerate(history.names)]
        lines.append(f"Strategies: {', '.join(followed)}.")
    return dated_entry(history, ALWAYS, 0, "start", f"{powers}: {', '.join(parts)}", lines)


def _answer_to_offences(history: History) -> str:
    """Say for how long states withdraw their cooperation after an offence, and how surely."""
    years, resolve = history.real(0, "shadow.punishment_years"), history.real(0, "shadow.resolve")
    if not any(map(history.prudent, range(len(history.names)))):
        return ""
    rounds = rounds_in(years, history.per_year)
    length = "for good" if np.isinf(years) else f"for {span(rounds, history.per_year)}"
    sure = "" if resolve == 1 else f", in {share_text(resolve)} of the cases"
    return f"An offence that is seen estranges {length}{sure}."


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
    """List what an epoch changes: a name, its value before and after, each."""
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
        struck = [event.actor for event in history.of_kind(REVOLUTION) if event.t == t]
        if struck:
            revolutions.append(_revolution(history, t, struck))
        for i in np.flatnonzero(history.decided.new_leader[t]):
            if int(i) not in struck:
                leaders += _leader(history, t, int(i))
    leaders.sort(key=lambda x: (-x.weight, x.entry.round))
    return revolutions + leaders[:MOST_LEADERS]


def _fall_of_trust(history: History, t: int, i: int) -> tuple[float, float]:
    """i's norm at the end of the round before and now; no fall where norms have no weight."""
    if history.real(t, "norms.restraint") == 0:
        return 0.0, 0.0
    before = float(history.ended.norm[t - 1, i]) if t else history.real(0, "norms.initial")
    return before, float(history.decided.norm[t, i])


def _revolution(history: History, t: int, struck: list[int]) -> Told:
    names = [history.names[i] for i in struck]
    kept = history.real(t, "norms.institutionalization")
    falls = {i: _fall_of_trust(history, t, i) for i in struck}
    heading = "Revolutions: " if len(struck) > 1 else "Revolution: "
    text = heading + listed(names)
    detail = []
    if kept < 1 and any(a - b > VISIBLE for a, b in falls.values()):
        whose = "New leaders keep" if len(struck) > 1 else "A new leader keeps"
        text += f". {whose} {share_text(kept)} of the old norm"
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
    before, now = _fall_of_trust(history, t, i)
    own = history.names[i]
    last = history.ended.trust[t - 1, i] if t else np.array(history.scenario.prior)[i]
    moves = history.decided.trust[t, i] - last
    j = int(np.argmax(np.abs(moves)))
    parts, weight = [], 0.0
    if before - now > VISIBLE:
        kept = share_text(history.real(t, "norms.institutionalization"))
        parts.append(f"keeps {kept} of the old norm ({share_text(before)} -> {share_text(now)})")
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
    """Buffer states as they are absorbed, and between whom they had lain."""
    entries, before, apart = [], set(), estrangements(history)
    for event in history.of_kind(LOST):
        t, k, i = event.t, event.actor, event.target
        again = k in before
        before.add(k)
        text = f"{history.names[i]} {'again absorbs' if again else 'absorbs'} {history.buffers[k]}"
        foes = [_other(one, i) for one in apart if one.t < t < one.end and i in (one.i, one.j)]
        foes = [j for j in foes if tuple(sorted((i, j))) in _links_to(history, k)]
        text += f" while it is estranged from {listed([history.names[j] for j in foes])}" if foes else ""
        pairs = _links_to(history, k)
        only = f"{history.names[pairs[0][0]]} and {history.names[pairs[0][1]]}"
        between = (
            only if len(pairs) == 1 else listed([f"{history.names[a]}-{history.names[b]}" for a, b in pairs])
        )
        detail = [f"It had lain between {between}."]
        if history.real(t, "geography.absorption_gain") > 0:
            own = share_text(history.decided.capability[t, i])
            detail.append(f"Share of capability {own} -> {share_text(history.ended.capability[t, i])}.")
        detail.append(_satisfied(history, t, i))
        entries.append(dated_entry(history, GREAT - (4 if again else 0), t, "buffer lost", text, detail))
    return entries


def _other(one: EstrangementSpell, i: int) -> int:
    return one.j if one.i == i else one.i


def _satisfied(history: History, t: int, i: int) -> str:
    """Say what a success abroad did to i's grievance in round t."""
    before, after = (float(x.revisionism[t, i]) for x in (history.decided, history.ended))
    if history.real(t, "war.satisfaction") == 0 or before - after < 0.005:
        return ""
    return f"It satisfies a grievance of {history.names[i]}: revisionism {signed(after - before)}."


def _links_to(history: History, buffer: int) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for k, a, b in history.design.links if k == buffer]


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
    """A war as it begins: between whom, and who joins it against whom."""

    t: int
    i: int
    j: int
    joined: tuple[tuple[int, int], ...]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """All pairs that fight, i < j."""
        return [(self.i, self.j), *((min(pair), max(pair)) for pair in self.joined)]


def wars(history: History) -> list[War]:
    """Every onset, in order (model.md 4.6)."""
    found: list[War] = []
    for event in history.of_kind(WAR_BEGINS, WAR_JOINED):
        if event.kind == WAR_BEGINS:
            found.append(War(event.t, event.actor, event.target, ()))
        else:
            found[-1] = found[-1]._replace(joined=(*found[-1].joined, (event.actor, event.target)))
    return found


def tell_wars(history: History, found: PairSpells) -> list[Told]:
    """Wars as they begin."""
    entries, before, names = [], set(), history.names
    apart = estrangements(history)
    systemic = {event.t for event in history.of_kind(SYSTEMIC)}
    for n, war in enumerate(wars(history)):
        t, i, j = war.t, war.i, war.j
        again = (i, j) in before
        before.add((i, j))
        detail = [_origin_of_war(history, found, apart, war)]
        if war.joined:
            joining = "; ".join(
                f"{names[k]}, estranged from {names[foe]}, joins against it" for k, foe in war.joined
            )
            fighting = len({k for pair in war.pairs for k in pair})
            detail.append(f"{joining}: {fighting} of {len(names)} great powers fight.")
        if t in systemic:
            detail.append("With those already at war it is a systemic war.")
        text = f"War {'again ' if again else ''}between {names[i]} and {names[j]}"
        weight = GREAT + (2 if n == 0 else 0) + (1 if war.joined else 0) - (2 if again else 0)
        entries.append(dated_entry(history, weight, t, "war", text, detail))
    return entries


def _origin_of_war(history: History, found: PairSpells, apart: list[EstrangementSpell], war: War) -> str:
    t, i, j = war.t, war.i, war.j
    names = history.names
    ended = [one for one in apart if {one.i, one.j} == {i, j} and one.over == ENDED_IN_WAR and one.end == t]
    if not history.decided.open[t, i, j] and ended:
        one = ended[0]
        broken = [
            s.first for s in (state_at(found, i, j, t), state_at(found, j, i, t)) if s.state == DEFECTING
        ]
        text = f"It grows out of an estrangement ({KIND_WORDS[one.kind]}) that began in {history.date(one.t)}"
        if broken and min(broken) < one.t:
            text += f"; cooperation had ended in {history.date(min(broken))}"
        return text + "."
    ij, ji = history.ended.action[t, i, j], history.ended.action[t, j, i]
    if not ij and not ji:
        text = "It grows out of defection by both"
    else:
        who, whom = (j, i) if ij else (i, j)
        text = f"It grows out of {possessive(names[who])} defection against {names[whom]}"
    return text + " in the same round."


def tell_settlements(history: History, found: PairSpells, begun: list[Told]) -> list[Told]:
    """Wars as they end, who prevailed and what came of it: as weighty as the war was."""
    opening = {
        (war.t, *pair): told for war, told in zip(wars(history), begun, strict=True) for pair in war.pairs
    }
    entries = []
    for event in history.of_kind(PEACE):
        t, i, j = event.t, event.actor, event.target
        last = max(when for when, a, b in opening if (a, b) == (i, j) and when < t)
        settled = _settlement(history, found, t, i, j)
        entries.append(settled._replace(after=opening[last, i, j].entry))
    return entries


def prevails(history: History, t: int, i: int, j: int) -> bool:
    """Tell whether i won the war with j that is settled in round t, i < j."""
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
    if (satisfied := _satisfied(history, t, winner)) and resentment == 0:
        detail.append(satisfied)
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
    if sides[0] == sides[1] == COOPERATING:
        return "cooperation begins anew"
    if COOPERATING in sides:
        only = i if sides[0] == COOPERATING else j
        return f"only {history.names[only]} cooperates"
    return "war begins again at once" if "war" in sides else "cooperation does not return"

"""What befalls states: epochs, revolutions and new leaders, wars and settlements, the loss of buffers."""

from __future__ import annotations

import numpy as np

from regimesim.core.draws import ABSORB, SPREAD
from regimesim.parameters import show
from regimesim.scenario import Phase, spoken
from regimesim.telling.doors import chance, rounds_of
from regimesim.telling.entries import ALWAYS, GREAT, SMALL, Told, told
from regimesim.telling.relations import Spells, cooperating
from regimesim.telling.replay import History
from regimesim.telling.wording import count, listed, sentence, share, signed

VISIBLE = 0.05
"""A change of norm or trust that is worth a word."""
MOST_LEADERS = 4


def tell_start(history: History, found: Spells) -> Told:
    """Trust, norm, and what holds."""
    n = len(history.names)
    prior = np.array(history.scenario.prior)[~np.eye(n, dtype=bool)]
    level = f"trust {share(prior[0])} everywhere" if np.ptp(prior) == 0 else (
        f"trust between {share(prior.min())} and {share(prior.max())}"
    )  # fmt: skip
    parts = [level]
    if history.real(0, "norms.restraint") > 0:
        norm = history.real(0, "norms.initial")
        parts.append("memory of the war fresh" if norm == 1 else f"norm {share(norm)}")
    conference = history.real(0, "diplomacy.conference")
    if conference > 0:
        parts.append(f"conferences talk through {share(conference)} of all doubts")
    rule = str(history.setting(0, "sanctions.rule"))
    parts.append("no sanctions" if rule == "none" else f"sanctions: {rule}")
    powers = f"{count(n, 'great power').capitalize()}"
    if history.buffers:
        powers += f" and {count(len(history.buffers), 'buffer state')}"
    kept, pairs = len(cooperating(found, history, 0)), len(history.pairs)
    verdict = (
        "All pairs restrain themselves from the start." if kept == pairs
        else "No pair restrains itself on both sides." if kept == 0
        else f"{kept} of {pairs} pairs restrain themselves on both sides."
    )  # fmt: skip
    if pairs == 1:
        both = "Both restrain themselves from the start."
        verdict = both if kept else "They do not both restrain themselves."
    strategies = {history.strategy(i) for i in range(n) if not history.prudent(i)}
    lines = [verdict]
    if strategies:
        followed = [f"{name} {history.strategy(i)}" for i, name in enumerate(history.names)]
        lines.append(f"Strategies: {', '.join(followed)}.")
    return told(history, ALWAYS, 0, "start", f"{powers}: {', '.join(parts)}", lines)


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
            entries.append(told(history, ALWAYS, t, "epoch", text, detail))
    return entries


def changes_between(before: Phase, after: Phase) -> list[str]:
    """What an epoch changes: a name, its value before and after, each."""
    changes = [
        f"{name} {show(before.parameters[name])} -> {show(value)}"
        for name, value in after.parameters.items() if value != before.parameters[name]
    ]  # fmt: skip
    for old, new in zip(before.states, after.states, strict=True):
        changes += [
            f"{spoken(new.name)}: {key.replace('_', ' ')} {show(old[key])} -> {show(value)}"
            for key, value in new.settings.items() if value != old[key]
        ]  # fmt: skip
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
        text += f". {whose} {share(kept)} of the old restraint"
        detail.append("Norm: " + ", ".join(
            f"{history.names[i]} {share(a)} -> {share(b)}" for i, (a, b) in falls.items() if a - b > VISIBLE
        ) + ".")  # fmt: skip
    rounds = rounds_of(history.real(t, "domestic.turmoil_years"), history.per_year)
    cause = history.real(t, "domestic.nationalism")
    if cause > 0:
        end = t + rounds
        over = end < history.rounds and all(history.decided.turmoil[end, i] == 0 for i in struck)
        if rounds and over:
            when = f"When turmoil ends ({history.date(end)}) it"
            detail.append(f"{when} leaves nationalism: revisionism {signed(cause)}.")
        elif not rounds:
            detail.append(f"It leaves nationalism: revisionism {signed(cause)}.")
    return told(history, GREAT - 1, t, "revolution", text, detail)


def _leader(history: History, t: int, i: int) -> list[Told]:
    before, now = _fall(history, t, i)
    own = history.names[i]
    last = history.ended.trust[t - 1, i] if t else np.array(history.scenario.prior)[i]
    moves = history.decided.trust[t, i] - last
    j = int(np.argmax(np.abs(moves)))
    parts, weight = [], 0.0
    if before - now > VISIBLE:
        kept = share(history.real(t, "norms.institutionalization"))
        parts.append(f"keeps {kept} of the old restraint (norm {share(before)} -> {share(now)})")
        weight += before - now
    if abs(moves[j]) > VISIBLE:
        trusts = "trusts" if moves[j] > 0 else "distrusts"
        moved = f"{share(last[j])} -> {share(history.decided.trust[t, i, j])}"
        parts.append(f"{trusts} {history.names[j]} more (trust {moved})")
        weight += abs(float(moves[j]))
    if not parts:
        return []
    return [told(history, SMALL + weight, t, "new leader", f"A new leader in {own} {listed(parts)}")]


def tell_buffers(history: History) -> list[Told]:
    """Buffer states as they are absorbed."""
    entries = []
    before: set[int] = set()
    for t in range(history.rounds):
        for k in np.flatnonzero(history.ended.sovereign[t] < history.decided.sovereign[t]):
            likely = chance(history.real(t, "geography.absorption"), history.per_year)
            i, j = next(
                (a, b) for a, b in _neighbours(history, int(k))
                if history.decided.played[t, a, b] and not history.ended.action[t, a, b]
                and history.unit(t, ABSORB + int(k), a, b) < likely
            )  # fmt: skip
            lost = spoken(history.buffers[int(k)])
            again = int(k) in before
            before.add(int(k))
            text = f"{history.names[i]} {'again absorbs' if again else 'absorbs'} {lost}"
            text += f" while exploiting {history.names[j]}"
            pairs = [f"{history.names[a]}-{history.names[b]}" for a, b in _links(history, int(k))]
            gain = history.real(t, "geography.absorption_gain")
            a, b = _links(history, int(k))[0]
            only = f"{history.names[a]} and {history.names[b]}"
            between = only if len(pairs) == 1 else listed(pairs)
            detail = [f"It had lain between {between}."]
            if gain > 0:
                own = share(history.decided.capability[t, i])
                detail.append(f"Share of capability {own} -> {share(history.ended.capability[t, i])}.")
            entries.append(told(history, GREAT - (4 if again else 0), t, "buffer lost", text, detail))
    return entries


def _links(history: History, buffer: int) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for k, a, b in history.design.links if k == buffer]


def _neighbours(history: History, buffer: int) -> list[tuple[int, int]]:
    """Ordered pairs across a buffer, in the order in which they may absorb it: by i, then by the links."""
    links = _links(history, buffer)
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
            entries.append(told(history, GREAT, t, "membership", text, [sentence(remain)]))
    return entries

"""Single acts between states that restrain each other, and what the other side made of them."""

from __future__ import annotations

from collections.abc import Callable

from regimesim.chronicle.entries import (
    SMALL,
    Told,
    dated_entry,
    likely,
    possessive,
    share_text,
    signed,
    times,
)
from regimesim.chronicle.reasons import Bench
from regimesim.chronicle.relations import RESTRAINED, PairSpells, state_at
from regimesim.chronicle.replay import History, logistic_of
from regimesim.core.draws import OBSERVE

CAPS = {"mis-seen": 5, "talked through": 4, "overlooked": 2, "lapse": 5}
"""How many entries of each kind are told at most; those that moved most go first."""

TURNED = 1.5
"""Added to the weight of an act after which restraint no longer paid."""


def tell_doubts(bench: Bench, found: PairSpells) -> tuple[list[Told], dict[str, int]]:
    """Acts mis-seen, overlooked or talked through, single breaches; and how many of each there were."""
    history = bench.history
    calm = _calm(history, found)
    gathered: dict[str, list[Told]] = {kind: [] for kind in CAPS}
    totals = dict.fromkeys(CAPS, 0)
    for i in range(len(history.names)):
        for j in range(len(history.names)):
            if i != j:
                _of_pair(bench, calm, i, j, gathered, totals)
    entries = []
    for kind, cap in CAPS.items():
        if kind == "talked through":  # those that changed nothing are all alike: one example will do
            gathered[kind] = [x for n, x in enumerate(gathered[kind]) if n == 0 or x.weight >= TURNED]
        entries += sorted(gathered[kind], key=lambda x: (-x.weight, x.entry.round))[:cap]
    return entries, totals


def _calm(history: History, found: PairSpells) -> Callable[[int, int, int], bool]:
    """Whether both sides of a pair are in a spell of restraint."""

    def calm(t: int, i: int, j: int) -> bool:
        return state_at(found, i, j, t).state == state_at(found, j, i, t).state == RESTRAINED

    return calm


def _of_pair(
    bench: Bench,
    calm: Callable[[int, int, int], bool],
    i: int,
    j: int,
    gathered: dict[str, list[Told]],
    totals: dict[str, int],
) -> None:
    """What i saw of j."""
    history = bench.history
    ended, played = history.ended, history.decided.played[:, i, j]
    streak: list[int] = []
    for t in range(history.rounds):
        if not played[t]:
            continue
        seen, done = ended.seen[t, i, j], ended.action[t, j, i]
        if done and seen and _talked_through(bench, t, i, j):
            totals["talked through"] += 1
            if calm(t, i, j):
                gathered["talked through"].append(_talk(bench, t, i, j))
        if done and not seen:
            totals["mis-seen"] += 1
        if not done:
            totals["overlooked" if seen else "lapse"] += 1
        if not calm(t, i, j):
            continue
        if done and not seen:
            if streak and t - streak[-1] > history.per_year:
                gathered["mis-seen"].append(_mistakes(bench, streak, i, j))
                streak = []
            streak.append(t)
        if not done:
            gathered["overlooked" if seen else "lapse"].append(_lapse(bench, t, i, j))
    if streak:
        gathered["mis-seen"].append(_mistakes(bench, streak, i, j))


def _draw(history: History, t: int, i: int, j: int) -> float:
    """What decided what i saw of j."""
    public = bool(history.setting(t, "transparency.public_signal"))
    return history.unit(t, OBSERVE, min(i, j), max(i, j)) if public else history.unit(t, OBSERVE, i, j)


def _talked_through(bench: Bench, t: int, i: int, j: int) -> bool:
    """Whether i would have taken j's restraint for exploitation, had there been no conference."""
    history = bench.history
    if history.real(t, "diplomacy.conference") == 0:
        return False
    drawn = _draw(history, t, i, j)
    return bool(history.risks.alarm[t, i, j] <= drawn < bench.alarms(t, conference=False)[i, j])


def _talk(bench: Bench, t: int, i: int, j: int) -> Told:
    history = bench.history
    own, other = history.names[i], history.names[j]
    before, after = (float(x.trust[t, i, j]) for x in (history.decided, history.ended))
    fallen = before * (1 - history.real(t, "trust.learning_rate"))
    line = (
        f"Without it {possessive(own)} trust would have fallen, {share_text(before)} -> {share_text(fallen)}"
    )
    turned = False
    if history.prudent(i) and t + 1 < history.rounds and history.decided.played[t + 1, i, j]:
        turned = bool(history.margin[t + 1, i, j] >= 0) and bench.margin(t + 1, i, j, fallen) < 0
        if history.decided.new_leader[t + 1, i]:
            turned = False
    line += ", and restraint would no longer have paid." if turned else "."
    text = (
        f"{own} doubts {other}; the two talk it through (conference). No harm: trust is {share_text(after)}"
    )
    weight = SMALL + (before - fallen) + TURNED * turned
    return dated_entry(history, weight, t, "talked through", text, [line])


def _mistakes(bench: Bench, streak: list[int], i: int, j: int) -> Told:
    """One act of restraint taken for exploitation, or several with less than a year in between."""
    history, t = bench.history, streak[0]
    own, other = history.names[i], history.names[j]
    before = float(history.decided.trust[t, i, j])
    after = float(history.ended.trust[streak[-1], i, j])
    moved = f"Trust {share_text(before)} -> {share_text(after)}"
    abroad = sum(_draw(history, r, i, j) >= bench.alarms(r, spill=False)[i, j] for r in streak)
    if len(streak) > 1:
        text = (
            f"{own} takes {possessive(other)} restraint for exploitation {times(len(streak))} by "
            f"{history.date(streak[-1])} (mis-seen). {moved}"
        )
    elif abroad:
        text = f"A quarrel abroad looks to {own} like exploitation by {other} (mis-seen). {moved}"
    else:
        text = f"{own} takes {possessive(other)} restraint for exploitation (mis-seen). {moved}"
    end = streak[-1] + 1
    if history.prudent(i) and end < history.rounds and history.decided.played[end, i, j]:
        worth = [float(history.margin[r, i, j]) for r in (t, end)]
        if worth[1] < worth[0]:
            text += f"; what restraint is worth to it {signed(worth[0])} -> {signed(worth[1])}"
    detail = []
    if abroad and len(streak) > 1:
        detail.append(f"Quarrels abroad looked like it {times(abroad)}.")
    turned = _turned(bench, streak[-1], i, j)
    if turned:
        detail.append(turned)
    return dated_entry(history, SMALL + (before - after) + TURNED * bool(turned), t, "mis-seen", text, detail)


def _turned(bench: Bench, t: int, i: int, j: int) -> str:
    """Whether what i believed to see in round t made restraint a bad bargain for it."""
    history = bench.history
    if not history.prudent(i) or t + 1 >= history.rounds or not history.decided.played[t + 1, i, j]:
        return ""
    if history.decided.new_leader[t + 1, i] or history.margin[t + 1, i, j] >= 0:
        return ""
    pace = history.real(t, "trust.learning_rate")
    trust = float(history.decided.trust[t, i, j])
    if bench.margin(t + 1, i, j, trust + pace * (1 - trust)) < 0:
        return ""
    return f"From here restraint towards {history.names[j]} no longer pays {history.names[i]}."


def _lapse(bench: Bench, t: int, i: int, j: int) -> Told:
    """j exploits i once, and i sees it or overlooks it."""
    history = bench.history
    own, other = history.names[i], history.names[j]
    before, after = float(history.decided.trust[t, i, j]), float(history.ended.trust[t, i, j])
    accident = " by accident" if history.decided.intend[t, j, i] else ""
    overlooked = bool(history.ended.seen[t, i, j])
    text = f"{other} exploits {own}{accident}, and {own} {'overlooks' if overlooked else 'sees'} it"
    text += f". Trust {share_text(before)} -> {share_text(after)}"
    if overlooked:
        return dated_entry(history, SMALL + 0.1, t, "overlooked", text)
    turned = _turned(bench, t, i, j)
    weight = 2.5 + (before - after) + TURNED * bool(turned)
    return dated_entry(history, weight, t, "lapse", text, [_motive(history, t, j, i), turned])


def _motive(history: History, t: int, j: int, i: int) -> str:
    """Whether j's exploitation of i was worth it."""
    if not history.prudent(j) or history.decided.intend[t, j, i]:
        return ""
    margin, temperature = float(history.margin[t, j, i]), history.real(t, "choice.temperature")
    chance = (
        f"; it had a chance of {likely(1 - logistic_of(margin / temperature))}" if temperature > 0 else ""
    )
    worth = "was not worth it" if margin >= 0 else "was worth it"
    return f"To {history.names[j]} the breach {worth} (restraint {signed(margin)}{chance})."

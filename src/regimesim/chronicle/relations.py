"""Cooperation between two states: how long it lasted, why it broke, and how it came back.

What a state does towards another is looked at where the two are open; while they are estranged it is what it
would do: a prudent state what its margin says, an automaton what it last did.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from regimesim.chronicle.entries import (
    LARGE,
    MIDDLE,
    Told,
    dated_entry,
    sentence,
    signed,
    span,
)
from regimesim.chronicle.reasons import Bench, Reason, legend, main_reason, margin_rows
from regimesim.chronicle.replay import History
from regimesim.scenario.messages import listed
from regimesim.simulation.columns import ENDED_EARLY, RAN_OUT
from regimesim.stats.arrays import Array

COOPERATING, DEFECTING, AT_WAR = "cooperating", "defecting", "war"
FULL = 5
"""Breaks that are told with all four terms; the later ones name only what changed most."""
MOST_OF_PAIRS = 0.75
"""Share of a year's acts that makes a change of conduct more than a passing act."""


class Spell(NamedTuple):
    """Rounds first .. end - 1, in which i was in one state towards j."""

    state: str
    first: int
    end: int


class Break(NamedTuple):
    """i, having cooperated with j since ``since``, stops in round t."""

    t: int
    i: int
    j: int
    since: int


PairSpells = dict[tuple[int, int], list[Spell]]


def conduct_spells(history: History) -> PairSpells:
    """The conduct of every state towards every other, as spells of cooperation, defection and war."""
    n = len(history.names)
    return {(i, j): _spells_of_pair(history, i, j) for i in range(n) for j in range(n) if i != j}


def _spells_of_pair(history: History, i: int, j: int) -> list[Spell]:
    willing, decided = history.willing[:, i, j], history.decided
    played = decided.played[:, i, j] == 1
    live = (decided.open[:, i, j] == 1) & (decided.withheld[:, i, j] == 0)
    states: list[str] = []
    for t in range(history.rounds):
        now = states[-1] if states else AT_WAR
        if not played[t]:
            now = AT_WAR
        elif now == AT_WAR:
            now = COOPERATING if _lasting(history, willing & played, t, True, 0.5) else DEFECTING
        elif live[t] and willing[t] != (now == COOPERATING):
            lasts = _lasting(history, willing & played, t, bool(willing[t]), MOST_OF_PAIRS)
            turned = COOPERATING if willing[t] else DEFECTING
            now = turned if lasts else now
        states.append(now)
    return _without_flickers(_runs(states), 2 * history.per_year)


def _lasting(history: History, willing: Array, t: int, value: bool, least: float) -> bool:
    """Tell whether the coming year (four rounds at least) is mostly so."""
    ahead = willing[t : t + history.window]
    enough = t == 0 or 2 * len(ahead) >= history.window
    return bool(enough and np.mean(ahead == value) >= least)


def _runs(states: list[str]) -> list[Spell]:
    found: list[Spell] = []
    for t, state in enumerate(states):
        if found and found[-1].state == state:
            found[-1] = found[-1]._replace(end=t + 1)
        else:
            found.append(Spell(state, t, t + 1))
    return found


def _without_flickers(found: list[Spell], least: int) -> list[Spell]:
    """Cooperation of less than two years between two spells of defection was none."""
    kept: list[Spell] = []
    for n, spell in enumerate(found):
        between = 0 < n < len(found) - 1 and {found[n - 1].state, found[n + 1].state} == {DEFECTING}
        if spell.state == COOPERATING and between and spell.end - spell.first < least:
            spell = spell._replace(state=DEFECTING)
        if kept and kept[-1].state == spell.state:
            kept[-1] = kept[-1]._replace(end=spell.end)
        else:
            kept.append(spell)
    return kept


def state_at(found: PairSpells, i: int, j: int, t: int) -> Spell:
    """The spell of i towards j that round t belongs to."""
    return next(spell for spell in found[i, j] if spell.first <= t < spell.end)


def breaks(history: History, found: PairSpells) -> list[Break]:
    """All ends of cooperation that had lasted two years, in the order of time."""
    ended = []
    for (i, j), line in found.items():
        for before, after in pairwise(line):
            lasted = before.end - before.first >= 2 * history.per_year
            if before.state == COOPERATING and after.state == DEFECTING and lasted:
                ended.append(Break(after.first, i, j, before.first))
    return sorted(ended)


def tell_breaks(bench: Bench, found: PairSpells) -> list[Told]:
    """Every break of cooperation; a partner's answer within a year belongs to it."""
    history = bench.history
    waiting = breaks(history, found)
    groups: list[list[Break]] = []
    taken: set[Break] = set()
    for n, lead in enumerate(waiting):
        if lead in taken:
            continue
        group = [lead]
        for other in waiting[n + 1 :]:
            answer = (other.i, other.j) == (lead.j, lead.i) and other.t - lead.t <= history.window
            if other not in taken and (answer or (other.t == lead.t and other.i == lead.i)):
                group.append(other)
        taken.update(group)
        groups.append(group)
    return [_tell_break(bench, found, group, n) for n, group in enumerate(groups)]


def tell_near_break(bench: Bench, found: PairSpells) -> list[Told]:
    """Tell when cooperation was worth least, where nobody ever stopped."""
    history = bench.history
    n = len(history.names)
    sides = [(i, j) for i in range(n) for j in range(n) if i != j and history.prudent(i)]
    least: tuple[float, int, int, int] | None = None
    for i, j in sides:
        weighed = np.where(history.decided.open[:, i, j] == 1, history.margin[:, i, j], np.inf)
        t = int(np.argmin(weighed))
        if np.isfinite(weighed[t]) and (least is None or weighed[t] < least[0]):
            least = (float(weighed[t]), t, i, j)
    if least is None or any(spell.state != COOPERATING for line in found.values() for spell in line):
        return []
    _, t, i, j = least
    text = (
        "Cooperation is nowhere and never worth less than here: "
        f"{history.names[i]} towards {history.names[j]}"
    )
    detail = margin_rows(history, i, j, t, max(0, t - 5 * history.per_year))
    moved = main_reason(bench, i, j, t, max(0, t - 5 * history.per_year))
    if moved is not None:
        detail.append(f"What changed most: {changed(moved)}")
    detail.append(legend(history, t))
    return [dated_entry(history, LARGE + 1, t, "near break", text, detail)]


def _tell_break(bench: Bench, found: PairSpells, group: list[Break], number: int) -> Told:
    history, lead, names = bench.history, group[0], bench.history.names
    own = [b for b in group if b.i == lead.i]
    answers = [b for b in group if b.i != lead.i]
    others = listed([names[b.j] for b in own])
    lasted = span(lead.t - lead.since, history.per_year)
    if len(own) == 1 and answers and answers[0].t == lead.t:
        text = f"{names[lead.i]} and {names[lead.j]} stop cooperating with each other"
    else:
        already = state_at(found, lead.j, lead.i, lead.t).state == DEFECTING and len(own) == 1
        text = f"{names[lead.i]}{', too,' if already else ''} stops cooperating with {others}"
        if already:
            text = text.replace("stops", "now stops")
    text += f", after {lasted}" if len(own) == 1 else ""
    detail = why_it_broke(bench, lead, named=len(own) > 1, explained=number == 0, full=number < FULL)
    for answer in answers:
        if answer.t > lead.t:
            detail.append(f"{names[answer.i]} answers in kind, {history.date(answer.t)}.")
    end = state_at(found, lead.i, lead.j, lead.t)
    if end.end < history.rounds and len(own) == 1 and _next(found, lead, end) == COOPERATING:
        detail.append(f"It lasts {span(end.end - end.first, history.per_year)}.")
    weight = LARGE + (2 if number < 2 else 1 if number < FULL else 0)
    return dated_entry(history, weight, lead.t, "break", text, detail)


def _next(found: PairSpells, lead: Break, spell: Spell) -> str:
    return state_at(found, lead.i, lead.j, spell.end).state


def why_it_broke(bench: Bench, lead: Break, named: bool, explained: bool, full: bool) -> list[str]:
    """The terms at a break and up to five years before, and what changed most."""
    history, (t, i, j, since) = bench.history, lead
    towards = f"Towards {history.names[j]}: " if named else ""
    if not history.prudent(i):
        return [towards + _automaton(history, i, j, t)]
    detail = []
    if history.decided.intend[t, i, j] == 1:
        detail.append(f"{towards}it begins by accident: {history.names[i]} had meant to cooperate.")
    before = max(since, t - 5 * history.per_year)
    if full:
        detail += [towards.strip()] if named else []
        detail += margin_rows(history, i, j, t, before)
    found = main_reason(bench, i, j, t, before)
    if found is None:
        loose = history.real(t, "choice.temperature") > 0
        detail.append(
            "No term had worsened: choice follows advantage loosely, and this time it went the other way."
            if loose
            else "No term had worsened by a visible amount."
        )
    else:
        detail.append(f"What changed most: {changed(found)}")
    if explained:
        detail.append(legend(history, t))
    return detail


def changed(found: Reason) -> str:
    because = f": {found.because}" if found.because else ""
    return sentence(f"{found.term} ({signed(found.change)}){because}").replace(
        found.term.capitalize(), found.term, 1
    )


def _automaton(history: History, i: int, j: int, t: int) -> str:
    text = f"It follows its strategy, {history.strategy(i)}"
    if t == 0 or not history.decided.open[t - 1, i, j] or history.ended.seen[t - 1, i, j]:
        return text + "."
    mistaken = " (misperception)" if history.ended.action[t - 1, j, i] else ""
    return f"{text}; in the round before it had seen a defection by {history.names[j]}{mistaken}."


def nothing_broke(history: History, found: PairSpells) -> bool:
    """Tell whether there was cooperation, no war, and no state that stopped after two years of it."""
    at_war = bool((history.ended.at_war > 0).any())
    ever = any(spell.state == COOPERATING for line in found.values() for spell in line)
    return ever and not at_war and not breaks(history, found)


def cooperating(found: PairSpells, history: History, t: int) -> list[tuple[int, int]]:
    """Pairs of which both sides cooperate in round t."""
    return [
        (i, j)
        for i, j in history.pairs
        if state_at(found, i, j, t).state == state_at(found, j, i, t).state == COOPERATING
    ]


def tell_returns(bench: Bench, found: PairSpells) -> list[Told]:
    """Cooperation that begins, or comes back."""
    return [
        _return(bench, (i, j), side, t, rounds_without(found, i, j, t))
        for i, j in bench.history.pairs
        for t, side in _restorations(found, i, j)
    ]


def rounds_without(found: PairSpells, i: int, j: int, t: int) -> int:
    """Rounds just before t in which the two did not both cooperate; -1 if they never had."""
    for r in range(t - 1, -1, -1):
        if state_at(found, i, j, r).state == state_at(found, j, i, r).state == COOPERATING:
            return t - 1 - r
    return -1


def _restorations(found: PairSpells, i: int, j: int) -> list[tuple[int, int]]:
    """(round, who came last) when both cooperate after one at least had not."""
    returns = []
    for a, b in ((i, j), (j, i)):
        for before, after in pairwise(found[a, b]):
            if before.state == DEFECTING and after.state == COOPERATING:
                other = state_at(found, b, a, after.first)
                same = other.first == after.first and state_changed(found, b, a, after.first)
                if other.state == COOPERATING and not (same and a > b):
                    returns.append((after.first, -1 if same else a))
    return sorted(returns)


def state_changed(found: PairSpells, i: int, j: int, t: int) -> bool:
    """Tell whether i turned from defection to cooperation in round t."""
    line = found[i, j]
    return any(x.state == DEFECTING and y.state == COOPERATING and y.first == t for x, y in pairwise(line))


def _return(bench: Bench, pair: tuple[int, int], side: int, t: int, broken: int) -> Told:
    history, names = bench.history, bench.history.names
    i, j = pair
    if side < 0:
        text = f"{names[i]} and {names[j]} cooperate{_after(history, broken)}"
        side = i
    else:
        text = f"{names[side]} cooperates with {names[j if side == i else i]}{_after(history, broken)}"
    other = j if side == i else i
    ended = [e for e in history.of_kind(RAN_OUT, ENDED_EARLY) if (e.actor, e.target) == pair and e.t < t]
    detail = []
    if ended and ended[-1].t >= t - history.window:
        detail.append(f"Their last estrangement ended in {history.date(ended[-1].t + 1)}.")
    if history.prudent(side):
        back = 5 * history.per_year if broken < 0 else min(broken, 5 * history.per_year)
        found = main_reason(bench, side, other, t, max(t - back, 0), sign=1)
        if found is not None:
            detail.append(f"What changed most: {changed(found)}")
    else:
        detail.append(f"It follows its strategy, {history.strategy(side)}.")
    return dated_entry(history, MIDDLE + 1, t, "restoration", text, detail)


def _after(history: History, broken: int) -> str:
    if broken < 0:
        return " for the first time"
    return f", after {span(broken, history.per_year)} without" if broken >= history.per_year else " again"

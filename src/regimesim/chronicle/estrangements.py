"""Estrangements: who accused whom, rightly or not, what estranged the two, until when, and how it ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from regimesim.chronicle.entries import (
    LARGE,
    Told,
    count,
    dated_entry,
    likely,
    possessive,
    sentence,
    share_text,
    signed,
    span,
    times,
)
from regimesim.chronicle.replay import Happening, History
from regimesim.scenario.messages import listed
from regimesim.simulation.columns import (
    ACCUSED,
    ACCUSED_FALSELY,
    BREACHED,
    CLEARED,
    ENDED_EARLY,
    ENDED_IN_WAR,
    EXCLUDED,
    MISUNDERSTOOD,
    PROLONGED,
    QUARREL,
    RAN_OUT,
    RELENTED,
    WITHHELD,
)

MOST_EPISODES = 14
"""Episodes that are told at most; those that moved most go first."""

TURNED = 1.5
"""Added to the weight of what made cooperation a bad bargain."""

KIND_WORDS = {MISUNDERSTOOD: "misunderstanding", BREACHED: "breach", EXCLUDED: "sanction", WITHHELD: ""}
_CHARGES = (ACCUSED, ACCUSED_FALSELY, CLEARED)
_WAYS_TO_END = (RAN_OUT, ENDED_EARLY, ENDED_IN_WAR, RELENTED)


class EstrangementSpell(NamedTuple):
    """Rounds t + 1 .. end - 1, in which i and j withhold cooperation from each other (or i alone)."""

    t: int
    i: int
    j: int
    kind: int
    charges: tuple[Happening, ...]
    quarrel: bool
    end: int
    over: int
    """Kind of event that ended it; -1 where the record ends first."""
    prolonged: tuple[int, ...]
    """States whose sanctions gave it its full length again."""


def estrangements(history: History) -> list[EstrangementSpell]:
    """All of them, as they begin."""
    found: list[EstrangementSpell] = []
    running: dict[tuple[int, int], int] = {}
    charges: dict[tuple[int, int, int], list[Happening]] = defaultdict(list)
    quarrels = {(e.t, e.actor, e.target) for e in history.of_kind(QUARREL)}
    for event in history.of_kind(*_CHARGES):
        charges[event.t, min(event.actor, event.target), max(event.actor, event.target)].append(event)
    for event in history.of_kind(*KIND_WORDS, *_WAYS_TO_END, PROLONGED):
        low, high = sorted((event.actor, event.target))
        if event.kind in KIND_WORDS:
            key = (event.actor, event.target) if event.kind == WITHHELD else (low, high)
            of_pair = tuple(charges[event.t, low, high]) if event.kind != EXCLUDED else ()
            quarrel = event.kind == MISUNDERSTOOD and (event.t, low, high) in quarrels
            running[key] = len(found)
            found.append(
                EstrangementSpell(event.t, event.actor, event.target, event.kind, of_pair, quarrel,
                             history.rounds, -1, ())
            )  # fmt: skip
            continue
        key = (event.actor, event.target) if event.kind == RELENTED else (low, high)
        if key not in running:
            continue
        here = found[running[key]]
        if event.kind == PROLONGED:
            found[running[key]] = here._replace(prolonged=(*here.prolonged, event.actor))
        else:
            end = event.t if event.kind == ENDED_IN_WAR else event.t + 1
            found[running.pop(key)] = here._replace(end=end, over=event.kind)
    return found


def episodes(history: History) -> list[list[EstrangementSpell]]:
    """Estrangements of one pair with less than a year in between are one episode."""
    of_pair: dict[tuple[int, int, bool], list[list[EstrangementSpell]]] = defaultdict(list)
    for one in estrangements(history):
        withheld = one.kind == WITHHELD
        key = (one.i, one.j, True) if withheld else (min(one.i, one.j), max(one.i, one.j), False)
        line = of_pair[key]
        if line and line[-1][-1].over != ENDED_IN_WAR and one.t - line[-1][-1].end < history.per_year:
            line[-1].append(one)
        else:
            line.append([one])
    return sorted((episode for line in of_pair.values() for episode in line), key=lambda e: e[0].t)


def tell_estrangements(history: History) -> list[Told]:
    """The episodes that moved most."""
    entries = [
        _single(history, episode[0]) if len(episode) == 1 else _several(history, episode)
        for episode in episodes(history)
    ]
    return sorted(entries, key=lambda x: (-x.weight, x.entry.round))[:MOST_EPISODES]


def _single(history: History, one: EstrangementSpell) -> Told:
    text = f"{_cause_of_estrangement(history, one)}. {_state(history, one)} {until(history, one)}"
    detail = [*_motives(history, one), _trust(history, one.t, one.t, one.i, one.j), *_prolonged(history, one)]
    turned = [line for a, b in _sides(one) if (line := turning(history, one.t, a, b))]
    weight = LARGE - 1 + _trust_lost(history, one.t, one.t, one) + TURNED * bool(turned)
    weight += 1.5 * (one.over == ENDED_IN_WAR) + min(1.0, _length(one) / (5 * history.per_year))
    return dated_entry(history, weight, one.t, "estrangement", text, [*detail, *turned])


def _several(history: History, episode: list[EstrangementSpell]) -> Told:
    first, last = episode[0], episode[-1]
    names = history.names
    kinds = Counter(KIND_WORDS[one.kind] for one in episode)
    told = [count(n, kind, f"{kind}es" if kind == "breach" else "") for kind, n in kinds.items() if kind]
    charges = [charge for one in episode for charge in one.charges]
    false = sum(charge.kind != ACCUSED for charge in charges)
    apart = sum(_length(one) for one in episode)
    many = times(len(episode))
    if first.kind == WITHHELD:
        text = f"{names[first.i]} withholds cooperation from {names[first.j]} {many}"
    else:
        text = f"{names[min(first.i, first.j)]} and {names[max(first.i, first.j)]} are estranged {many}"
    text += f" by {history.date(last.t)}, for {span(apart, history.per_year)} in all"
    text += f" ({', '.join(told)})" if told else ""
    detail = []
    if charges:
        detail.append(_right_and_wrong(len(charges), false))
    detail.append(_trust(history, first.t, last.t, first.i, first.j))
    detail.append(sentence(f"the last lasts {until(history, last)}"))
    turned = [line for a, b in _sides(last) if (line := turning(history, last.t, a, b))]
    weight = LARGE - 1 + _trust_lost(history, first.t, last.t, first) + TURNED * bool(turned)
    weight += 1.5 * (last.over == ENDED_IN_WAR) + min(2.0, apart / (5 * history.per_year))
    return dated_entry(history, weight, first.t, "estrangement", text, [*detail, *turned])


def _right_and_wrong(charges: int, false: int) -> str:
    """Say how many of several accusations were false."""
    if charges == 1:
        return f"The one accusation is {'false' if false else 'right'}."
    if false in (0, charges):
        return f"All {count(charges, 'accusation')} are {'false' if false else 'right'}."
    return (
        f"Of {count(charges, 'accusation')} {count(false, '').strip()} {'is' if false == 1 else 'are'} false."
    )


def _length(one: EstrangementSpell) -> int:
    return max(0, one.end - one.t - 1)


def _sides(one: EstrangementSpell) -> tuple[tuple[int, int], ...]:
    return ((one.i, one.j),) if one.kind == WITHHELD else ((one.i, one.j), (one.j, one.i))


def _cause_of_estrangement(history: History, one: EstrangementSpell) -> str:
    """Name what estranged the two, as a clause."""
    names = history.names
    if not one.charges and not one.quarrel:
        return f"{names[one.i]} joins the sanction against {names[one.j]}"
    if not one.charges:
        return f"A quarrel abroad spoils the relationship of {names[one.i]} and {names[one.j]}"
    text = accusations(history, one.charges)
    return text + ("; a quarrel abroad comes on top" if one.quarrel else "")


def accusations(history: History, charges: Sequence[Happening]) -> str:
    """Who accuses whom, rightly or not, as a clause."""
    names = history.names
    if len(charges) == 2 and charges[0].kind == charges[1].kind == ACCUSED:
        both = f"{names[charges[0].actor]} and {names[charges[0].target]}"
        return f"{both} accuse each other of defection, rightly"
    return "; ".join(_accusation(history, charge) for charge in charges)


def _accusation(history: History, charge: Happening) -> str:
    own, other = history.names[charge.actor], history.names[charge.target]
    if charge.kind == ACCUSED:
        return f"{own} accuses {other} of defection, rightly"
    if charge.kind == ACCUSED_FALSELY:
        return f"{own} accuses {other} of defection, wrongly: it had cooperated (misperception)"
    return f"{own} takes {possessive(other)} cooperation for defection; the two confer and clear it up"


def _state(history: History, one: EstrangementSpell) -> str:
    if one.kind == WITHHELD:
        return "It withholds its own cooperation"
    return f"The two are estranged ({KIND_WORDS[one.kind]})"


def until(history: History, one: EstrangementSpell) -> str:
    """Until when an estrangement lasts, and how it ends: ``until 1853 Q4, its full time``."""
    if one.over < 0:
        return "to the end of the record"
    when = history.date(min(one.end, history.rounds))
    if one.over == ENDED_IN_WAR:
        return f"until war breaks out, {when}"
    return f"until {when}, {_ending(history, one)}"


def _ending(history: History, one: EstrangementSpell) -> str:
    if one.over in (RAN_OUT, RELENTED):
        return "its full time"
    low, high = sorted((one.i, one.j))
    conceding = history.reckoned.ending[min(one.end, history.rounds) - 1, 1, low, high] > 0
    if one.kind == BREACHED:
        return "when one side gives in"
    return "when it is talked over" + (" or one side gives in" if conceding else "")


def _motives(history: History, one: EstrangementSpell) -> list[str]:
    """Why the accused did what it was rightly accused of."""
    return [
        motive(history, one.t, charge.target, charge.actor)
        for charge in one.charges
        if charge.kind == ACCUSED
    ]


def motive(history: History, t: int, j: int, i: int) -> str:
    """Tell whether j's defection against i was worth it, or an accident."""
    own = history.names[j]
    if history.decided.intend[t, j, i]:
        return f"{possessive(own)} defection is an accident: it had meant to cooperate."
    if not history.prudent(j):
        return f"{own} follows its strategy, {history.strategy(j)}."
    margin, loose = float(history.margin[t, j, i]), history.real(t, "choice.temperature") > 0
    chance = f"; it had a chance of {likely(1 - history.chance_to_cooperate(t, j, i))}" if loose else ""
    worth = "was not worth it, a slip" if margin >= 0 else "was worth it"
    return f"To {own} the defection {worth} (cooperation {signed(margin)}{chance})."


def turning(history: History, t: int, i: int, j: int) -> str:
    """Tell whether what i believed to see in round t made cooperation with j a bad bargain for it."""
    if not history.prudent(i) or t + 1 >= history.rounds or history.decided.new_leader[t + 1, i]:
        return ""
    if history.margin[t, i, j] < 0 or history.margin[t + 1, i, j] >= 0:
        return ""
    if history.ended.trust[t, i, j] >= history.decided.trust[t, i, j]:
        return ""
    return f"From here cooperation with {history.names[j]} no longer pays {history.names[i]}."


def _trust_lost(history: History, t: int, end: int, one: EstrangementSpell) -> float:
    """Measure the trust that the more distrustful side lost."""
    lost = [history.decided.trust[t, a, b] - history.ended.trust[end, a, b] for a, b in _sides(one)]
    return max(0.0, *map(float, lost))


def _trust(history: History, t: int, end: int, i: int, j: int) -> str:
    """Say how trust moved, where it did."""
    names, moved = history.names, []
    for a, b in ((i, j), (j, i)):
        before, after = (
            share_text(float(x)) for x in (history.decided.trust[t, a, b], history.ended.trust[end, a, b])
        )
        if before != after:
            moved.append(f"{names[a]} in {names[b]} {before} -> {after}")
    return f"Trust: {', '.join(moved)}." if moved else ""


def _prolonged(history: History, one: EstrangementSpell) -> list[str]:
    if not one.prolonged:
        return []
    who = listed([history.names[k] for k in dict.fromkeys(one.prolonged)])
    return [f"A sanction that {who} joins prolongs it."]

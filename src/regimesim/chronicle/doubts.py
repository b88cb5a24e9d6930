"""Single acts that estranged nobody: doubts talked through, defections overlooked, offences let pass."""

from __future__ import annotations

from regimesim.chronicle.entries import SMALL, Told, dated_entry, share_text
from regimesim.chronicle.estrangements import TURNED, motive
from regimesim.chronicle.reasons import Bench
from regimesim.chronicle.relations import COOPERATING, PairSpells, state_at
from regimesim.core.draws import OBSERVE

CAPS = {"talked through": 3, "overlooked": 2, "forgiven": 3}
"""Entries of each kind that are told at most; those that moved most go first."""

Totals = dict[str, int]


def tell_doubts(bench: Bench, found: PairSpells) -> tuple[list[Told], Totals]:
    """Tell what was cleared before it became a charge, overlooked or let pass; and how often each was."""
    gathered: dict[str, list[Told]] = {kind: [] for kind in CAPS}
    totals = dict.fromkeys((*CAPS, "defections", "false alarms"), 0)
    n = len(bench.history.names)
    for i in range(n):
        for j in range(n):
            if i != j:
                _of_pair(bench, found, (i, j), gathered, totals)
    entries = []
    for kind, cap in CAPS.items():
        if kind == "talked through":  # those that changed nothing are all alike: one example will do
            gathered[kind] = [x for n, x in enumerate(gathered[kind]) if n == 0 or x.weight >= TURNED]
        entries += sorted(gathered[kind], key=lambda x: (-x.weight, x.entry.round))[:cap]
    return entries, totals


def _of_pair(
    bench: Bench, found: PairSpells, pair: tuple[int, int], gathered: dict[str, list[Told]], totals: Totals
) -> None:
    """Give what i saw of j."""
    history, (i, j) = bench.history, pair
    ended, decided = history.ended, history.decided
    for t in range(history.rounds):
        if not decided.open[t, i, j] or decided.withheld[t, i, j]:
            continue
        seen, done = bool(ended.seen[t, i, j]), bool(ended.action[t, j, i])
        calm = state_at(found, i, j, t).state == state_at(found, j, i, t).state == COOPERATING
        totals["defections"] += not done
        totals["false alarms"] += done and not seen
        kind = ""
        if done and seen and _talked_through(bench, t, i, j):
            kind, entry = "talked through", _talk(bench, t, i, j)
        elif not done and seen:
            kind, entry = "overlooked", _overlooked(bench, t, i, j)
        elif not seen and not ended.charge[t, i, j] and history.prudent(i):
            kind, entry = "forgiven", _forgiven(bench, t, i, j)
        if kind:
            totals[kind] += 1
            if calm:
                gathered[kind].append(entry)


def _talked_through(bench: Bench, t: int, i: int, j: int) -> bool:
    """Tell whether i would have taken j's cooperation for defection, had there been no conference."""
    history = bench.history
    if history.real(t, "diplomacy.conference") == 0:
        return False
    drawn = history.unit(t, OBSERVE, i, j)
    return bool(history.reckoned.alarm[t, i, j] <= drawn < bench.alarms(t)[i, j])


def _talk(bench: Bench, t: int, i: int, j: int) -> Told:
    names = bench.history.names
    text = f"{names[i]} doubts {names[j]}; the two talk it through (conference), and no charge comes of it"
    return dated_entry(bench.history, SMALL, t, "talked through", text)


def _overlooked(bench: Bench, t: int, i: int, j: int) -> Told:
    history, names = bench.history, bench.history.names
    before, after = (share_text(float(x.trust[t, i, j])) for x in (history.decided, history.ended))
    text = f"{names[j]} defects against {names[i]}, which overlooks it. Trust {before} -> {after}"
    return dated_entry(history, SMALL + 0.1, t, "overlooked", text, [motive(history, t, j, i)])


def _forgiven(bench: Bench, t: int, i: int, j: int) -> Told:
    history, names = bench.history, bench.history.names
    before, after = (float(x.trust[t, i, j]) for x in (history.decided, history.ended))
    true = not history.ended.action[t, j, i]
    text = f"{names[i]} sees a defection by {names[j]} and lets it pass (leniency)"
    text += "" if true else "; there was none (misperception)"
    text += f". Trust {share_text(before)} -> {share_text(after)}"
    weight = SMALL + 0.5 + before - after
    return dated_entry(history, weight, t, "forgiven", text, [motive(history, t, j, i)] if true else [])

"""The chronicle of one run: what happened, when, and why, as a historian might note it.

``chronicle("concert", replicate=17)`` replays that run alone, exactly as it was in its batch, and tells it
as dated entries. Every sentence is true of that run; where there is too much to tell, what mattered least is
left out, and counted at the end.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.chronicle.doubts import tell_doubts
from regimesim.chronicle.entries import ALWAYS, ENTRY_KINDS, Entry, Told, count, span
from regimesim.chronicle.estrangements import tell_estrangements
from regimesim.chronicle.happenings import (
    tell_buffers,
    tell_epochs,
    tell_home_fronts,
    tell_membership,
    tell_settlements,
    tell_start,
    tell_wars,
    wars,
)
from regimesim.chronicle.institutions import (
    broken_pairs,
    fallen_most,
    regime_spells,
    tell_credibility,
    tell_end,
    tell_regimes,
    tell_sanctions,
    tell_surveys,
)
from regimesim.chronicle.reasons import Bench
from regimesim.chronicle.relations import (
    conduct_spells,
    nothing_broke,
    tell_breaks,
    tell_near_break,
    tell_returns,
)
from regimesim.chronicle.replacements import replacement_word
from regimesim.chronicle.replay import History, replay
from regimesim.core.lanes import Design
from regimesim.scenario.messages import listed
from regimesim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

_ARROW, _GAP = "\u00a0->\u00a0", "\u00a0 "
"""Blanks at which no line may end."""

DISCOUNT, FIRST_IN_FULL = 0.3, 3
LINES = 75
"""Entries a chronicle may have before those of less weight give way."""


@dataclass(frozen=True)
class Chronicle:
    """One run, told.

    Attributes
    ----------
    scenario : Scenario
    seed, replicate : int
    summary : str
        One sentence: how long the regime held, and what ended it.
    entries : tuple of Entry
        In the order of time.
    """

    scenario: Scenario
    seed: int
    replicate: int
    summary: str
    entries: tuple[Entry, ...]

    def text(self, width: int = 100) -> str:
        """The chronicle as lines of at most ``width`` characters."""
        margin = max((len(entry.date) for entry in self.entries), default=0) + 3
        title = f"{self.scenario.title or self.scenario.name}: replicate {self.replicate}, seed {self.seed}"
        lines = [title, *textwrap.wrap(self.summary, max(30, width)), ""]
        for entry in self.entries:
            lines += _wrapped_lines(entry.text, f"{entry.date:<{margin}}", " " * margin, width)
            for line in entry.detail:
                lines += _wrapped_lines(line, " " * (margin + 2), " " * (margin + 4), width)
        return "\n".join(lines)

    def frame(self) -> pd.DataFrame:
        """A row per entry: round, year, date, kind, text, detail (lines joined by newlines)."""
        import pandas as pd

        rows = [(e.round, e.year, e.date, e.kind, e.text, "\n".join(e.detail)) for e in self.entries]
        return pd.DataFrame(rows, columns=["round", "year", "date", "kind", "text", "detail"])

    def __str__(self) -> str:
        return self.text()


def chronicle(
    scenario: Scenario | str | Path, seed: int = 0, replicate: int = 0, *, design: Design | None = None
) -> Chronicle:
    """Replay one run and tell it.

    Parameters
    ----------
    scenario : Scenario, name or path
    seed : int in [0, 2**64)
    replicate : int in [0, 2**32)
    design : Design, optional
        The scenario's arrays, where they have been made already (``Results.design``).

    Raises
    ------
    InputError
        If an argument cannot be used.
    """
    if not isinstance(scenario, Scenario):
        from regimesim.simulation.simulate import as_scenario

        scenario = as_scenario(scenario)
    return chronicle_of(replay(scenario, seed, replicate, design))


def chronicle_of(history: History) -> Chronicle:
    """Tell a run that has been played again."""
    found, lanes = _tell(history), history.lanes
    entries = sorted(
        (t.entry for t in _entries_chosen(found)), key=lambda e: (e.round, ENTRY_KINDS.index(e.kind))
    )
    summary, replaced = summary_sentence(history), history.replacements
    if replaced:
        words = ", ".join(replacement_word(history.scenario, one) for one in replaced)
        summary = f"{summary} Not as it was: {words}."
    return Chronicle(history.scenario, lanes.seed, int(lanes.luck.replicate[0]), summary, tuple(entries))


def _tell(history: History) -> list[Told]:
    """Everything that may be told."""
    bench, conduct = Bench(history), conduct_spells(history)
    begun = tell_wars(history, conduct)
    doubts, totals = tell_doubts(bench, conduct)
    return [
        tell_start(history, conduct),
        *tell_epochs(history),
        *tell_home_fronts(history),
        *doubts,
        *tell_near_break(bench, conduct),
        *tell_breaks(bench, conduct),
        *tell_returns(bench, conduct),
        *tell_estrangements(history),
        *tell_sanctions(history),
        *tell_credibility(history),
        *tell_membership(history),
        *begun,
        *tell_settlements(history, conduct, begun),
        *tell_buffers(history),
        *tell_regimes(history),
        *tell_surveys(history, [entry.entry.round for entry in begun]),
        tell_end(history, totals, len(begun), nothing_broke(history, conduct)),
    ]


def _entries_chosen(found: list[Told]) -> list[Told]:
    """The weightiest entries that fit; the more of a kind there are, the less the next one weighs."""
    room = LINES
    chosen: list[Told] = []
    for item in sorted(_discounted(found), key=lambda x: (-x.weight, x.entry.round)):
        if item.after is None:
            whole = [item, *(other for other in found if other.after is item.entry)]
            lines = sum(_lines_of(part.entry) for part in whole)
            if item.weight >= ALWAYS or lines <= room:
                chosen += whole
                room -= lines
    return chosen


def _lines_of(entry: Entry) -> int:
    """Estimate the number of lines that it takes."""
    return sum(1 + len(line) // 85 for line in (entry.text, *entry.detail))


def _discounted(found: list[Told]) -> list[Told]:
    """Each entry's weight, less what is due for those of its kind."""
    kinds: dict[str, list[Told]] = {}
    for item in found:
        kinds.setdefault(item.entry.kind, []).append(item)
    return [
        item._replace(weight=item.weight - (DISCOUNT * rank if item.weight < ALWAYS else 0))
        for items in kinds.values()
        for rank, item in _ranked(sorted(items, key=lambda x: x.entry.round))
    ]


def _ranked(items: list[Told]) -> list[tuple[int, Told]]:
    """The first ones in the order of time, the others so that any beginning is spread over the whole run."""
    spread = sorted(range(FIRST_IN_FULL, len(items)), key=lambda n: _reversed_bits(n - FIRST_IN_FULL))
    return list(enumerate([*items[:FIRST_IN_FULL], *(items[n] for n in spread)]))


def _reversed_bits(number: int) -> float:
    """Van der Corput's sequence: 0, 1/2, 1/4, 3/4, 1/8, ... at 0, 1, 2, ..."""
    value, part = 0.0, 0.5
    while number:
        value += part * (number & 1)
        number, part = number >> 1, part / 2
    return value


def summary_sentence(history: History) -> str:
    """Say how long the regime held and what ended it, in one sentence."""
    regimes, window = regime_spells(history)
    begun = wars(history)
    years = span(history.rounds, history.per_year)
    first = begun[0] if begun else None
    peace = (
        "there was no war"
        if first is None
        else (
            f"{count(len(begun), 'war')} {'was' if len(begun) == 1 else 'were'} fought, "
            f"{'in' if len(begun) == 1 else 'the first in'} {history.date(first.t)} between "
            f"{history.names[first.i]} and {history.names[first.j]}"
        )
    )
    if not regimes:
        return f"No regime formed in {years}, and {peace}."
    spell = regimes[0]
    lasted = span(spell.end - spell.onset, history.per_year)
    dates = f"{history.date(spell.onset)} to {history.date(spell.end)}"
    if not spell.ended:
        since = history.date(spell.onset)
        return f"The regime held for {lasted}, from {since} to the end of the record, and {peace}."
    broken = broken_pairs(history, spell.end, window)
    pairs = [f"{history.names[i]} and {history.names[j]}" for i, j in broken]
    many = f"{count(len(pairs), 'pair')} of {len(history.pairs)} no longer cooperated"
    if len(history.pairs) == 1 or not pairs:
        two = len(history.pairs) == 1
        many = "the two no longer reliably cooperated" if two else "cooperation gave way here and there"
    elif len(pairs) < 3:
        many = f"{listed(pairs)} no longer cooperated"
    term = fallen_most(history, spell, window)
    why = f" (what had fallen most: {term[0]})" if term else ""
    again = f"; it came back {count(len(regimes) - 1, 'time')}" if len(regimes) > 1 else ""
    again = again.replace("one time", "once").replace("two times", "twice")
    held = f"held {lasted}, {dates}; it ended when"
    if spell.end == spell.onset:
        held = f"formed in {history.date(spell.onset)} and collapsed at once, when"
    return f"The regime {held} {many}{why}{again}; {peace}."


def _wrapped_lines(text: str, first: str, later: str, width: int) -> list[str]:
    wrapped = textwrap.wrap(
        text.replace(" -> ", _ARROW).replace("  ", _GAP),
        max(width, len(later) + 30),
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
    )
    return [line.replace("\u00a0", " ") for line in wrapped] or [first.rstrip()]

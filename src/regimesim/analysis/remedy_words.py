"""Words of remedies: the lines in which :class:`regimesim.analysis.remedies.Remedies` tells itself."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from regimesim.chronicle.entries import likely
from regimesim.scenario.messages import listed, show
from regimesim.stats.estimates import Estimate, share

if TYPE_CHECKING:
    from regimesim.analysis.forks import Spread
    from regimesim.analysis.remedies import LeverCourse, Remedies, Remedy

NO_EVIDENCE = (
    "This is what the model answers, under its rules and values: no evidence of what would have happened."
)
"""Said under every remedy."""
_MOST_NEAR = 5
"""Levers that do not suffice of which the best move is reported."""
_APART = "  "


def remedy_lines(found: Remedies, width: int) -> Iterator[str]:
    """Give all lines of an answer."""
    yield "What would have saved it"
    yield from textwrap.wrap(" ".join([found.sentence, *_doubts(found)]), width)
    if found.courses:
        yield ""
        yield from _table(found, width)
        yield ""
        yield from textwrap.wrap(" ".join(_notes(found)), width)
    left_out = f"Left out. {' '.join(found.left_out)}" if found.left_out else ""
    for words in (left_out, NO_EVIDENCE):
        if words:
            yield from textwrap.wrap(words, width)


def _doubts(found: Remedies) -> Iterator[str]:
    """Say what became of it in this history, and what is odd about the question there."""
    if not found.formed:
        yield "No regime formed in this history: asked is whether one forms and stands then."
    elif found.ended is None:
        yield f"In this history it stood to the end, {_year(found, found.scenario.years)}."
    else:
        yield f"In this history it ended in {_year(found, found.ended - found.scenario.start)}."
    if found.prolonged:
        last = _year(found, found.scenario.years)
        yield f"Futures go on after {last}, where the scenario ends, under its last phase."
    ready = [
        year for year, chance in zip(found.year, found.unmoved, strict=True) if chance >= found.wanted.odds
    ]
    if len(ready) == len(found.year):
        yield f"Nothing has to be moved: without a move the odds are {likely(float(found.unmoved[0]))}."
    elif ready:
        yield f"In {listed([*map(show, ready)])} nothing has to be moved."


def _year(found: Remedies, since: float) -> str:
    """A year of the calendar, or of the run where the scenario has none."""
    start = found.scenario.start
    return f"year {math.floor(since)}" if start == 0 else str(math.floor(start + since))


def _table(found: Remedies, width: int) -> Iterator[str]:
    """A line for each lever that suffices, and for some that come near."""
    assert found.first is not None
    fits = found.first.spread is not None
    rows = [("", "until", "smallest move", "from", "odds", "assumptions" * fits)]
    rows.append(("nothing moved", "", *_told_cells(found.first)))
    for course in found.sufficient:
        rows.append((_lever_name(course), show(found.latest(course) or 0.0), *_told_cells(course.told)))
    rows += [(_lever_name(course), "never", *_told_cells(course.told)) for course in _near(found)]
    yield from table_lines(rows, width)


def _lever_name(course: LeverCourse) -> str:
    return course.lever.name


def _told_cells(told: Remedy) -> tuple[str, str, str, str]:
    words = f"{told.words} ({abs(told.move):.0%})".replace("%", " %") if told.lever else ""
    return words, show(told.year), odds_text(told.chance), spread_text(told.spread)


def odds_text(chance: Estimate) -> str:
    """A chance with its interval: ``.91 [.89, .93]``."""
    ends = f"{likely(chance.lower)}, {likely(chance.upper)}"
    return f"{likely(chance.value)} [{ends}]"


def spread_text(spread: Spread | None) -> str:
    """A chance over all settings that fit: ``.62 (.31 to .97)``."""
    if spread is None:
        return ""
    mean, least, most = map(likely, spread)
    return f"{mean} ({least} to {most})"


def _near(found: Remedies) -> list[LeverCourse]:
    """Of the levers that do not suffice, those that raise the odds by more than luck."""
    assert found.first is not None
    others = [one for one in found.courses if not one.suffices.any()]
    return [one for one in others if _helps(found, one)][:_MOST_NEAR]


def _helps(found: Remedies, course: LeverCourse) -> bool:
    """Tell whether the best move of a lever is better than none, in the year for which it is reported."""
    without = float(found.unmoved[int(found.year.searchsorted(course.told.year))])
    return course.told.chance.lower > share(round(without * found.futures), found.futures).upper


def _notes(found: Remedies) -> Iterator[str]:
    """Say how the table is to be read, and which levers are not in it."""
    yield (
        "Until: the last year in which some move of that lever suffices. Smallest move: in the first year "
        "that needs one and has one that suffices, with its share of the way to the end of the range; of a "
        "lever that never suffices, the best. Odds: on fresh futures, with a 95 % interval; a move was "
        "chosen on others, and may miss what is wanted by a little."
    )
    if found.first is not None and found.first.spread is not None:
        yield "Assumptions: the mean over all settings that fit the record, and the middle 95 % of them."
    shown = {_lever_name(course) for course in (*found.sufficient, *_near(found))}
    rest = [course for course in found.courses if _lever_name(course) not in shown]
    helpful = [_lever_name(course) for course in rest if _helps(found, course)]
    useless = [_lever_name(course) for course in rest if not _helps(found, course)]
    if helpful:
        yield f"Less good: {listed(helpful)}."
    if useless:
        yield f"No move found to help by more than luck: {listed(useless)}."


def table_lines(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Rows in columns, the first with their heads; below each other where they do not fit."""
    kept = [k for k in range(len(rows[0])) if any(row[k] for row in rows)]
    wide = {k: max(len(row[k]) for row in rows) for k in kept}
    lines = [_APART.join(row[k].ljust(wide[k]) for k in kept).rstrip() for row in rows]
    if max(map(len, lines)) <= width:
        yield from lines
        return
    for row in rows[1:]:
        yield from textwrap.wrap(row[0], width)
        cells = [
            f"{head}: {cell}" if head else cell
            for head, cell in zip(rows[0][1:], row[1:], strict=True)
            if cell
        ]
        yield from textwrap.wrap("; ".join(cells), width, initial_indent="  ", subsequent_indent="    ")

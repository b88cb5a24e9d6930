"""Entries of a chronicle: how much each matters, and numbers, dates and lists as a reader meets them.

Numbers read ``.83`` and ``+2.1``, dates ``1848 Q1``, lists ``A and B``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from regimesim.chronicle.replay import History

ENTRY_KINDS = (
    "start",
    "epoch",
    "revolution",
    "new leader",
    "survey",
    "talked through",
    "overlooked",
    "forgiven",
    "near break",
    "break",
    "estrangement",
    "sanction",
    "credibility",
    "war",
    "buffer lost",
    "peace",
    "restoration",
    "membership",
    "regime begins",
    "regime collapses",
    "end",
)
"""Subjects of an entry, in the order in which it is told within a round."""

ALWAYS, GREAT, LARGE, MIDDLE, SMALL = 100.0, 8.0, 6.0, 4.0, 1.0
"""Weights: what is always told, and what gives way first when a chronicle grows too long."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBER_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@dataclass(frozen=True)
class Entry:
    """Something that happened in one run.

    Attributes
    ----------
    round : int
        Rounds since the start.
    year : float
        The same in the calendar of the scenario.
    date : str
        The same as printed: ``1848 Q1``.
    kind : str
        One of ``ENTRY_KINDS``.
    text : str
        One or two sentences.
    detail : tuple of str
        Further lines: reasons, numbers, consequences.
    """

    round: int
    year: float
    date: str
    kind: str
    text: str
    detail: tuple[str, ...] = ()


class Told(NamedTuple):
    """An entry, its weight, and the entry without which it makes no sense (a peace without its war)."""

    weight: float
    entry: Entry
    after: Entry | None = None


def dated_entry(
    history: History, weight: float, t: int, kind: str, text: str, detail: Sequence[str] = ()
) -> Told:
    """An entry dated by its round."""
    lines = tuple(line for line in detail if line)
    return Told(weight, Entry(t, history.year(t), history.date(t), kind, sentence(text), lines))


def date_text(start: float, rounds_per_year: int, t: int) -> str:
    """Round ``t`` as a date: ``1848 Q1``, ``1848 Mar``, ``1848 3/26``, ``1848``, ``431 BC Q2``.

    A scenario that starts in year 0 has no calendar; its dates read ``year 12 Q3``, counted from 0.
    """
    year, part = divmod(math.floor(start * rounds_per_year + 0.5) + t, rounds_per_year)
    named = f"year {year}" if start == 0 else f"{-year} BC" if year < 0 else str(year)
    if rounds_per_year == 1:
        return named
    if rounds_per_year == 4:
        return f"{named} Q{part + 1}"
    if rounds_per_year == 12:
        return f"{named} {_MONTHS[part]}"
    return f"{named} {part + 1}/{rounds_per_year}"


def share_text(value: float) -> str:
    """A number in [0, 1] with two decimals and no leading zero: ``.83``, ``0``, ``1``."""
    text = f"{value:.2f}"
    if text in ("0.00", "-0.00"):
        return "0"
    return "1" if text == "1.00" else text.replace("0.", ".", 1)


def likely(chance: float) -> str:
    """A chance: as a share, but never 0 or 1 if it is not exactly that."""
    if 0 < chance < 0.005:
        return "under .01"
    return "over .99" if 0.995 <= chance < 1 else share_text(chance)


def signed(value: float) -> str:
    """A number of payoff units with its sign: ``+2.1``, ``-0.63``, ``0``."""
    text = f"{value:+.1f}" if abs(value) >= 0.995 else f"{value:+.2f}"
    return "0" if float(text) == 0 else text


def possessive(name: str) -> str:
    """``Austria's``, ``United States'``."""
    return name + ("'" if name.endswith("s") else "'s")


def count(number: int, noun: str, plural: str = "") -> str:
    """``one war``, ``three wars``, ``14 wars``."""
    word = _NUMBER_WORDS[number] if 0 <= number < len(_NUMBER_WORDS) else f"{number:,}"
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def times(number: int) -> str:
    """``once``, ``twice``, ``three times``."""
    return {1: "once", 2: "twice"}.get(number) or count(number, "time")


def span(rounds: int, rounds_per_year: int) -> str:
    """A stretch of time: ``13 years``, ``2.5 years``, ``half a year``, ``one round``."""
    years = rounds / rounds_per_year
    if years == 0.5:
        return "half a year"
    if years < 1:
        return count(rounds, "round")
    if years >= 10 or years == int(years):
        return count(round(years), "year") if years < 13 else f"{round(years):,} years"
    return f"{years:.1f} years".replace(".0 ", " ")


def sentence(text: str) -> str:
    """With a capital at the beginning and a full stop at the end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")

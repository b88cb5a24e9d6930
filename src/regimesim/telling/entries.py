"""An entry of a chronicle, and how much it matters that it be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from regimesim.telling.replay import History
from regimesim.telling.wording import sentence

KINDS = (
    "start", "epoch", "revolution", "new leader", "survey", "mis-seen", "talked through", "overlooked",
    "lapse", "near break", "break", "sanction", "credibility", "war", "buffer lost", "peace", "agreement",
    "restoration", "membership", "regime begins", "regime collapses", "end",
)  # fmt: skip
"""What an entry may be about, in the order in which it is told within a round."""

ALWAYS, GREAT, LARGE, MIDDLE, SMALL = 100.0, 8.0, 6.0, 4.0, 1.0
"""Weights: what is always told, and what gives way first when a chronicle grows too long."""


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
        One of ``KINDS``.
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


def told(history: History, weight: float, t: int, kind: str, text: str, detail: Sequence[str] = ()) -> Told:
    """An entry dated by its round."""
    lines = tuple(line for line in detail if line)
    return Told(weight, Entry(t, history.year(t), history.date(t), kind, sentence(text), lines))

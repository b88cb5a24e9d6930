"""Turning points of a history: how the chance that cooperation lasts moved year by year, and by what.

The *chance* before a year is the share of futures, forked from the history as it then stood, in which the
regime (or the peace) still stands at the date asked for. It begins at what the scenario promises and ends at
0 or 1. As an expectation given a growing history it moves only by news: what everybody could foresee, such as
an epoch to come, is in it from the beginning, and on average it neither rises nor falls (a martingale). So
the changes of all years add up to the outcome minus the chance at the start, exactly.

The years in which it moved most are the turning points. In these the change is told apart by source: the
draws of what happened are made known to the futures one after the other, in the order of the rules, and what
each moves is its part. What is left is the rest of the year: all that might have happened and did not.

References
----------
Events that keep their address while others are replaced make such counterfactuals valid: arXiv 2603.11084.
Hall & Heyde 1980, *Martingale Limit Theory and Its Application*, ch. 1, for sums of news.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regimesim.analysis.futures import SPELLS, Fates, Question, Stops, futures_of, question_of
from regimesim.analysis.sources import Source, as_drawn, date_of, sources_of
from regimesim.chronicle.entries import likely, share_text
from regimesim.chronicle.replay import History, replay
from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.limits import MOST_FUTURES, MOST_WORKERS, whole_within
from regimesim.scenario.messages import show
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.simulate import as_scenario, on_threads
from regimesim.simulation.views import view
from regimesim.stats.estimates import Floats, tails

if TYPE_CHECKING:
    import pandas as pd

FUTURES, FEWEST = 500, 50
"""Forked from each year unless asked otherwise; and as few as that where a world is large."""
MOST_WORK = 400_000_000
"""Futures times rounds times pairs that are played without being asked for."""
YEARS_AFTER = 10.0
"""After the end of what ended, the date at which it is asked for unless one is given."""
MOST_TURNING_POINTS, LEAST_CHANGE = 6, 0.04
"""Turning points that are told, and what a year must move the chance by to be one."""
CONFIDENCE = 0.99
"""With which it must have moved at all."""
_PARTED = 200
"""Futures from which the parts of a year are told apart, at most."""
REST = "the rest of the year: what might have happened and did not"
_MOST_NAMED = 3


@dataclass(frozen=True)
class Change:
    """A change of the chance, and what made it.

    Attributes
    ----------
    round : int
        In which it happened; the first of its year where it is of the whole year.
    date : str
    cause : str
    change, error : float
        And its standard error.
    """

    round: int
    date: str
    cause: str
    change: float
    error: float


@dataclass(frozen=True)
class Year:
    """A year of the history.

    Attributes
    ----------
    year : float
        Of the calendar, as it begins.
    before, after : float
        The chance as it begins and ends.
    error : float
        Standard error of the change.
    changes : tuple of Change
        They add up to the change of the year.
    turning : bool
        Whether it is one of the turning points.
    """

    year: float
    before: float
    after: float
    error: float
    changes: tuple[Change, ...]
    turning: bool

    @property
    def change(self) -> float:
        """Move of the chance in that time."""
        return self.after - self.before


@dataclass(frozen=True)
class TurningPoints:
    """Course of the chance that something lasts, in one history.

    Attributes
    ----------
    scenario : Scenario
    seed, replicate : int
    spell : {"regime", "peace", "systemic"}
    until : float
        Year of the calendar in which it must still stand.
    stands : bool
        Whether it did.
    futures : int
        Forked from each year.
    year : float array (Y + 1,)
        Of the calendar; the last is when the outcome was known.
    chance, error : float arrays (Y + 1,)
        That it stands in ``until``, given the history up to that year; and the standard error.
    expected : float array (Y + 1,)
        Years for which it stands until then, expected; at last those for which it stood.
    years : tuple of Year
        Y of them.
    """

    scenario: Scenario
    seed: int
    replicate: int
    spell: str
    until: float
    stands: bool
    futures: int
    year: Floats
    chance: Floats
    error: Floats
    expected: Floats
    years: tuple[Year, ...]

    @property
    def prior(self) -> float:
        """The chance at the start."""
        return float(self.chance[0])

    @property
    def outcome(self) -> float:
        """1 if it stood, else 0."""
        return float(self.stands)

    @property
    def points(self) -> tuple[Year, ...]:
        """The turning points, in the order of time."""
        return tuple(year for year in self.years if year.turning)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, in the order of time; they add up to the outcome minus the chance at the start."""
        return tuple(change for year in self.years for change in year.changes)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "spell": self.spell,
            "until": self.until,
            "stands": self.stands,
            "prior": self.prior,
            "futures": self.futures,
            "curve": self.curve().to_dict("records"),
            "changes": self.frame().to_dict("records"),
            "turning": [point.year for point in self.points],
        }

    def frame(self) -> pd.DataFrame:
        """A row per change: round, date, cause, change, error."""
        import pandas as pd

        rows = [(c.round, c.date, c.cause, c.change, c.error) for c in self.changes]
        return pd.DataFrame(rows, columns=["round", "date", "cause", "change", "error"])

    def curve(self) -> pd.DataFrame:
        """A row per year: year, chance, error, expected."""
        import pandas as pd

        columns = {"year": self.year, "chance": self.chance, "error": self.error, "expected": self.expected}
        return pd.DataFrame(columns)

    @property
    def sentence(self) -> str:
        """Say what was asked, and how far the chance came."""
        asked = f"The chance that {SPELLS[self.spell].format(show(self.until))}"
        outcome = "1" if self.stands else "0"
        start = show(float(self.scenario.start))
        return f"{asked} was {likely(self.prior)} in {start} and came to {outcome} by {show(self.year[-1])}."

    def text(self, width: int = 100) -> str:
        """The course and the turning points, as lines of at most ``width`` characters."""
        wide = max(30, width)
        lines = ["Turning points", *textwrap.wrap(self.sentence, wide), ""]
        lines += [*textwrap.wrap(self._course(), wide, subsequent_indent="  "), ""]
        for point in self.points:
            lines += point_lines(point, wide)
        if not self.points:
            lines.append("No single year moved it beyond what so few futures can tell.")
        told = sum(point.change for point in self.points)
        rest = self.outcome - self.prior - told
        total = f"All years together: {_delta(self.outcome - self.prior)}"
        if self.points:
            total += f", of which {_delta(told)} in the turning points and {_delta(rest)} in all other years"
        lines += ["", *textwrap.wrap(f"{total}. {self.futures:,} futures from each year.", wide)]
        return "\n".join(lines)

    def _course(self) -> str:
        """The chance at about a dozen dates."""
        step = max(1, math.ceil((len(self.year) - 1) / 12))
        shown = [*range(0, len(self.year) - 1, step), len(self.year) - 1]
        return "   ".join(f"{show(self.year[k])} {likely(float(self.chance[k]))}" for k in shown)

    def __str__(self) -> str:
        return self.text()

    def plot(self) -> Any:
        """Draw the course; shows itself in a notebook, and ``.figure.savefig("picture.png")`` writes it."""
        return view("turning_points.plot")(self)


def likeliest(point: Year) -> Change:
    """The change that made most of a year's, among those of a single source if one went the same way."""
    same = [one for one in point.changes if one.cause != REST and one.change * point.change > 0]
    return max(same or point.changes, key=lambda one: abs(one.change))


def point_lines(point: Year, width: int) -> list[str]:
    """A turning point as lines."""
    head = f"{show(point.year)}   {likely(point.before)} -> {likely(point.after)}   "
    head += f"{_delta(point.change)} (+- {share_text(2 * point.error)})"
    lines = [head]
    for change in point.changes:
        words = (
            f"{_delta(change.change):>6}  {change.date + ': ' if change.cause != REST else ''}{change.cause}"
        )
        lines += textwrap.wrap(words, width, initial_indent="  ", subsequent_indent=" " * 10)
    return lines


def _delta(change: float) -> str:
    """A change of a chance: ``+.12``, ``-.05``, ``0``."""
    text = f"{change:+.2f}".replace("0.", ".")
    return "0" if text in ("+.00", "-.00") else text


@argument_kinds
def turning_points(
    scenario: Scenario | str | Path,
    seed: int = 0,
    replicate: int = 0,
    *,
    until: float | None = None,
    spell: str = "regime",
    futures: int = FUTURES,
    workers: int | None = None,
) -> TurningPoints:
    """Find the turning points of one run.

    Parameters
    ----------
    scenario : Scenario, name or path
    seed : int in [0, 2**64)
    replicate : int in [0, 2**32)
    until : float, optional
        Year of the calendar in which it must still stand. By default ten years after it ended in this run,
        or the horizon: then the outcome is known beforehand. For a forecast choose it without looking.
    spell : {"regime", "peace", "systemic"}
        What must stand: the first regime, the peace, the peace without a systemic war.
    futures : int
        Forked from each year.
    workers : int, optional
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        If an argument cannot be used.

    Examples
    --------
    >>> found = turning_points("concert", replicate=3, until=1830, futures=8)
    >>> round(sum(change.change for change in found.changes) - (found.outcome - found.prior), 12)
    0.0
    """
    return turning_points_of(replay(as_scenario(scenario), seed, replicate), until, spell, futures, workers)


def turning_points_of(
    history: History,
    until: float | None = None,
    spell: str = "regime",
    futures: int = FUTURES,
    workers: int | None = None,
) -> TurningPoints:
    """Find the turning points of a run that has been played again; see :func:`turning_points`."""
    whole_within(futures, "futures", 1, MOST_FUTURES)
    if workers is not None:
        whole_within(workers, "workers", 1, MOST_WORKERS)
    question = asked_of(history, spell, until)
    course = ChanceCourse(history, question, futures, workers)
    years = course.years()
    return TurningPoints(
        history.scenario,
        history.lanes.seed,
        course.replicate,
        spell,
        history.year(question.until),
        bool(course.stands[-1, 0]),
        futures,
        np.array([history.year(t) for t in course.moments]),
        course.stands.mean(axis=1),
        course.stands.std(axis=1) / math.sqrt(futures),
        course.lasted.mean(axis=1),
        years,
    )


def affordable(scenario: Scenario) -> int:
    """Number of futures from each year that take seconds, not minutes; 0 if there are too few."""
    rounds, states = scenario.rounds, len(scenario.states)
    work = (rounds / scenario.rounds_per_year) * (rounds / 2) * (states * (states - 1) / 2)
    number = int(min(FUTURES, MOST_WORK / max(1.0, work)))
    return number if number >= FEWEST else 0


def asked_of(history: History, spell: str, until: float | None) -> Question:
    """The question asked of a history: at a date, or ten years after the end that it came to."""
    question = question_of(history.scenario, spell, until)
    if until is not None:
        return question
    fates = question.fates(history.lanes)
    if fates.stands[0]:
        return question
    ended = question.known_from(history.lanes) - max(1, question.window)
    late = min(history.rounds, ended + round(YEARS_AFTER * history.per_year))
    return question_of(history.scenario, spell, history.year(late))


class ChanceCourse:
    """The chance of a history, year by year.

    Attributes
    ----------
    moments : list of int
        Rounds before which futures are forked, a year apart; the last is when the outcome was known.
    stands : float array (Y + 1, F)
        1 where a future stands; the last row is the outcome.
    lasted : float array (Y + 1, F)
        Years for which it stands.
    """

    def __init__(self, history: History, question: Question, futures: int, workers: int | None) -> None:
        self.history, self.question, self.workers = history, question, workers
        self.replicate = int(history.lanes.luck.replicate[0])
        known = question.known_from(history.lanes)
        self.moments = [*range(0, known, history.per_year), known]
        seed = history.lanes.seed
        self.stops = Stops(history.design, seed, self.replicate, range(known), history.replacements)
        self.futures = futures
        outcome = question.fates(history.lanes)
        self.stands, self.lasted = (
            np.repeat(np.asarray(value, np.float64), futures)[None]
            for value in (outcome.stands, outcome.years)
        )
        self._play()

    def _play(self) -> None:
        """Fork futures from each moment but the last; those that rejoin the history are known from later."""
        ends = list(zip(self.moments, self.moments[1:], strict=False))

        def fork(span: tuple[int, int]) -> Fates:
            t, after = span
            joins = after if after in self.stops else None
            return futures_of(self.stops, t, self.question, self.futures, (), joins)

        for found in reversed(on_threads(fork, ends, self.workers)):
            stands = np.where(found.known, found.stands, self.stands[0])
            lasted = np.where(found.known, found.years, self.lasted[0])
            self.stands = np.concatenate([stands[None], self.stands])
            self.lasted = np.concatenate([lasted[None], self.lasted])

    def years(self) -> tuple[Year, ...]:
        """The years, with the changes of each."""
        step = np.diff(self.stands, axis=0)
        change, error = step.mean(axis=1), step.std(axis=1) / math.sqrt(self.futures)
        sure = np.abs(change) > tails(CONFIDENCE)[0] * error
        order = [int(y) for y in np.argsort(-np.abs(change), kind="stable")]
        turning = [y for y in order if sure[y] and abs(change[y]) >= LEAST_CHANGE][:MOST_TURNING_POINTS]
        chance = self.stands.mean(axis=1)
        told = {y: self._parts(y) for y in turning}
        found = []
        for y in range(len(step)):
            before, after = float(chance[y]), float(chance[y + 1])
            parts = told.get(y, ())
            changes = (*parts, self._rest(y, after - before, float(error[y]), parts))
            year = self.history.year(self.moments[y])
            found.append(Year(year, before, after, float(error[y]), changes, y in told))
        return tuple(found)

    def _rest(self, y: int, change: float, error: float, parts: Sequence[Change]) -> Change:
        t, date = self.moments[y], show(self.history.year(self.moments[y]))
        if parts:
            return Change(t, date, REST, change - sum(part.change for part in parts), error)
        sources = [source for t in range(t, self.moments[y + 1]) for source in sources_of(self.history, t)]
        return Change(t, date, _named_sources(sources), change, error)

    def _parts(self, y: int) -> tuple[Change, ...]:
        """Parts of what happened in a year, source by source."""
        first, last = self.moments[y], self.moments[y + 1]
        by_round = {t: found for t in range(first, last) if (found := sources_of(self.history, t))}
        asked = [(t, known) for t, found in by_round.items() for known in range(len(found) + 1)]
        number = min(self.futures, _PARTED)
        joins = last if last in self.stops else None

        def fork(ask: tuple[int, int]) -> Floats:
            t, known = ask
            revealed = [draw for source in by_round[t][:known] for draw in as_drawn(self.history, source)]
            found = futures_of(self.stops, t, self.question, number, revealed, joins)
            return np.where(found.known, found.stands, self.stands[y + 1, :number])

        stands = dict(zip(asked, on_threads(fork, asked, self.workers), strict=True))
        parts = []
        for t, found in by_round.items():
            for known, source in enumerate(found):
                step = stands[t, known + 1] - stands[t, known]
                error = float(step.std()) / math.sqrt(number)
                parts.append(Change(t, date_of(self.history, t), source.words, float(step.mean()), error))
        return tuple(parts)


def _named_sources(sources: Sequence[Source]) -> str:
    """Tell the events of a year in a line."""
    if not sources:
        return "nothing of note"
    words = [source.words for source in sources[:_MOST_NAMED]]
    more = len(sources) - len(words)
    return "; ".join(words) + (f"; and {more} more" if more else "")

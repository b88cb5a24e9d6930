"""Remedies of a history: one change of its order, from a year on, that would have given it more time.

The history is stopped every few years and goes on with one lever of the order moved
(:mod:`regimesim.analysis.forks`). Asked is in what share of these futures the regime (or the peace) stands
some years later, counted from the year of the change. The smallest move for which that share reaches the odds
wanted is found on a grid, from small moves to large because the share need not grow with the move, and then
by halving the step before it. All moves have the same luck (common random numbers). A move that was chosen
because it did well has been lucky as well, so the odds reported are those of fresh futures.

This is what the model answers, under its rules and values. It is no evidence of what would have happened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from regimesim.analysis.forks import Forks, Move, Spread, Wanted
from regimesim.analysis.futures import Marks, Places, Question, question_of
from regimesim.analysis.levers import Lever, levers_of
from regimesim.analysis.remedy_words import remedy_lines
from regimesim.analysis.smallest_moves import MOVE_FUTURES, SCREENED, Found, smallest_moves, unmoved
from regimesim.chronicle.replay import History, replay
from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.limits import MOST_FUTURES, MOST_WORKERS, whole_within
from regimesim.scenario.messages import show
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import SET, Assumed, assumed, set_of
from regimesim.simulation.simulate import Progress, as_scenario, on_threads
from regimesim.simulation.views import view
from regimesim.stats.estimates import Estimate, Floats, share, value_and_ends

if TYPE_CHECKING:
    import pandas as pd

ODDS, STAND = 0.9, 50.0
"""Wanted unless asked otherwise: the odds, and the years for which it is to stand."""
WISHES = {
    "regime": "the regime stands {} years later",
    "peace": "there is no war for {} years",
    "systemic": "there is no systemic war for {} years",
}
"""Aims that may be asked for, in words."""
AFRESH = 1000
"""Fresh futures of a move that is reported."""
STOP_STEPS, MOST_STOPS = (1, 2, 5, 10, 20, 50), 10
"""Years between two stops: the first of these with which there are no more stops than that."""


@dataclass(frozen=True)
class Remedy:
    """A move of one lever in one year.

    Attributes
    ----------
    lever : Lever or None
        None where nothing is moved.
    year : float
        Of the calendar, from which on it is moved.
    move : float in [-1, 1]
        Share of the way to an end of the range.
    words : str
        Values before and after.
    suffices : bool
        Whether the odds were reached when it was chosen.
    chance : Estimate
        On fresh futures.
    spread : Spread or None
        Over the settings that fit the record, on fresh futures; None where no record is known.
    """

    lever: Lever | None
    year: float
    move: float
    words: str
    suffices: bool
    chance: Estimate
    spread: Spread | None


@dataclass(frozen=True)
class LeverCourse:
    """A lever, year by year.

    Attributes
    ----------
    lever : Lever
    move : float array (Y,)
        The smallest move found that gives the odds; 0 where none is needed, NaN where none suffices.
    best_move, best : float arrays (Y,)
        Of the moves tried the one with the highest chance, and that chance.
    told : Remedy
        The smallest move in the first year that needs one and in which one suffices; else the best of all.
    """

    lever: Lever
    move: Floats
    best_move: Floats
    best: Floats
    told: Remedy

    @property
    def suffices(self) -> Marks:
        """Years in which a move was needed and gives the odds, (Y,)."""
        return np.asarray(np.abs(self.move) > 0)


@dataclass(frozen=True)
class Remedies:
    """Remedies of one history.

    Attributes
    ----------
    scenario : Scenario
    seed, replicate : int
    wanted : Wanted
    futures : int
        Of each move by which it was chosen.
    year : float array (Y,)
        Of the calendar, in which levers are moved.
    unmoved : float array (Y,)
        The chance if none is.
    ended : float or None
        Year in which it ended in this history.
    formed : bool
        Whether there was a regime in this history; true of peace.
    prolonged : bool
        Whether futures go on after the scenario's own years, under its last phase.
    first : Remedy or None
        No move at all, in the first year that needs one; None where no year does.
    courses : tuple of LeverCourse
        Those that suffice first, the latest year before others; none where no year needs a move.
    left_out : tuple of str
        Sentences on levers that can do nothing here.
    """

    scenario: Scenario
    seed: int
    replicate: int
    wanted: Wanted
    futures: int
    year: Floats
    unmoved: Floats
    ended: float | None
    formed: bool
    prolonged: bool
    first: Remedy | None
    courses: tuple[LeverCourse, ...]
    left_out: tuple[str, ...]

    def latest(self, course: LeverCourse) -> float | None:
        """The last year in which a lever suffices."""
        return float(self.year[course.suffices][-1]) if course.suffices.any() else None

    @property
    def sufficient(self) -> tuple[LeverCourse, ...]:
        """Levers that suffice in some year."""
        return tuple(course for course in self.courses if course.suffices.any())

    @property
    def best(self) -> LeverCourse | None:
        """The lever that suffices by the smallest reported move; else the one with the best odds."""
        if not self.courses:
            return None
        if self.sufficient:
            return min(self.sufficient, key=lambda one: (one.told.year, abs(one.told.move)))
        return max(self.courses, key=lambda one: one.told.chance.value)

    def frame(self) -> pd.DataFrame:
        """A row per lever and year: lever, kind, year, move (NaN: none suffices), best_move, best."""
        import pandas as pd

        columns = ["lever", "kind", "year", "move", "best_move", "best"]
        rows = [
            (course.lever.name, course.lever.kind, *values)
            for course in self.courses
            for values in zip(self.year, course.move, course.best_move, course.best, strict=True)
        ]
        return pd.DataFrame(rows, columns=columns)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            **self.wanted._asdict(),
            "year": self.year.tolist(),
            "unmoved": self.unmoved.tolist(),
            "ended": self.ended,
            "prolonged": self.prolonged,
            "without a move": self.first and _plain_remedy(self.first),
            "levers": [
                {
                    "latest": self.latest(course),
                    **_plain_remedy(course.told),
                    "smallest": [None if math.isnan(x) else float(x) for x in course.move],
                    "best": course.best.tolist(),
                }
                for course in self.courses
            ],
            "left out": list(self.left_out),
        }

    def text(self, width: int = 100) -> str:
        """The remedies as lines of at most ``width`` characters."""
        return "\n".join(remedy_lines(self, max(30, width)))

    def __str__(self) -> str:
        return self.text()

    @property
    def sentence(self) -> str:
        """Say what was asked."""
        spell, odds, stand = self.wanted
        then = WISHES[spell].format(show(stand))
        return (
            f"One lever of the order is moved, from some year on. Wanted: {then}, with odds of {show(odds)}."
        )

    def plot(self) -> Any:
        """Draw levers by years; shows itself in a notebook, ``.figure.savefig("picture.png")`` writes it."""
        return view("remedies.plot")(self)


def _plain_remedy(told: Remedy) -> dict[str, Any]:
    return {
        "lever": told.lever and told.lever.name,
        "kind": told.lever and told.lever.kind,
        "year": told.year,
        "move": told.move,
        "values": told.words,
        "suffices": told.suffices,
        "chance": value_and_ends(told.chance),
        "over the settings that fit": told.spread and told.spread._asdict(),
    }


@argument_kinds
def remedies(
    scenario: Scenario | str | Path,
    seed: int = 0,
    replicate: int = 0,
    *,
    odds: float = ODDS,
    stand: float = STAND,
    spell: str = "regime",
    levers: Sequence[str] | None = None,
    futures: int = MOVE_FUTURES,
    workers: int | None = None,
) -> Remedies:
    """Find what would have saved a run: for each lever of its order the smallest move that suffices, by year.

    Parameters
    ----------
    scenario : Scenario, name or path
    seed : int in [0, 2**64)
    replicate : int in [0, 2**32)
    odds : float in (0, 1]
        Wanted.
    stand : float
        Years for which it is to stand, counted from the change. Where that date lies after the scenario's own
        years, futures go on under its last phase.
    spell : {"regime", "peace", "systemic"}
        What must stand.
    levers : sequence of str, optional
        These, instead of all that the scenario uses.
    futures : int
        Of each move that may suffice.
    workers : int, optional
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        If an argument cannot be used.

    Examples
    --------
    >>> found = remedies("anarchy", stand=5, levers=["norms.restraint"], futures=50)
    >>> [course.lever.name for course in found.courses]
    ['norms.restraint']
    """
    history = replay(as_scenario(scenario), seed, replicate)
    under = None if set_of(history.scenario) is None else assumed(history.scenario, SET)
    return remedies_of(history, Wanted(spell, odds, stand), levers, futures, under, workers)


def remedies_of(
    history: History,
    wanted: Wanted,
    levers: Sequence[str] | None = None,
    futures: int = MOVE_FUTURES,
    under: Assumed | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Remedies:
    """Find the remedies of a run that has been played again; see :func:`remedies`.

    Parameters
    ----------
    history : History
    wanted : Wanted
    levers : sequence of str, optional
    futures : int
    under : Assumed, optional
        The settings that fit the record, over which the odds are reported as well.
    workers : int, optional
    progress : callable, optional
        Called with the number of parts that are done since, of :func:`stages_of`.
    """
    wanted.check()
    whole_within(futures, "futures", SCREENED, MOST_FUTURES)
    if workers is not None:
        whole_within(workers, "workers", 1, MOST_WORKERS)
    found, question = levers_of(history.scenario, levers), question_of(history.scenario, wanted.spell)
    onset, end, ended = spell_of(history, question)
    moments = stops_of(history, question)
    forks = Forks(history, wanted, moments, under)
    done = progress or (lambda _: None)

    def search(t: int) -> _Row:
        row = _search(forks, found.levers, wanted.odds, futures, t)
        done(1)
        return row

    def tell(lever: Lever) -> LeverCourse:
        course = _course(forks, moments, rows, lever)
        done(1)
        return course

    rows = on_threads(search, moments, workers)
    chances = np.array([row.unmoved for row in rows])
    needed = [t for t, chance in zip(moments, chances, strict=True) if chance < wanted.odds]
    courses = on_threads(tell, found.levers if needed else (), workers)
    return Remedies(
        scenario=history.scenario,
        seed=history.lanes.seed,
        replicate=int(history.lanes.luck.replicate[0]),
        wanted=wanted,
        futures=futures,
        year=np.array([history.year(t) for t in moments]),
        unmoved=chances,
        ended=history.year(end) if ended else None,
        formed=onset >= 0,
        prolonged=forks.scenario.years > history.scenario.years,
        first=_told_move(forks, needed[0], None, False) if needed else None,
        courses=tuple(sorted(courses, key=_rank)),
        left_out=tuple(found.sentences()),
    )


def stages_of(history: History, wanted: Wanted, levers: Sequence[str] | None = None) -> int:
    """Number of parts of the work: a stop, or a lever that is reported."""
    stops = stops_of(history, question_of(history.scenario, wanted.spell))
    return len(stops) + len(levers_of(history.scenario, levers).levers)


def _search(forks: Forks, levers: Sequence[Lever], odds: float, futures: int, t: int) -> _Row:
    """Find the smallest moves before one round; none is looked for where none is needed."""

    def outcomes(moves: Sequence[Move | None], some: Places) -> Marks:
        return forks.stand(t, moves, some)

    chance = unmoved(outcomes, futures)
    if chance >= odds:
        return _Row(chance, {lever: Found(0.0, 0.0, chance) for lever in levers})
    sides = [(lever, side) for lever in levers for side in (1, -1) if lever.room(forks.scenario, side)]
    return _Row(chance, smallest_moves(outcomes, sides, odds, futures))


class _Row(NamedTuple):
    """Moves before one round, and the chance without any."""

    unmoved: float
    found: dict[Lever, Found]


def _course(forks: Forks, moments: Sequence[int], rows: Sequence[_Row], lever: Lever) -> LeverCourse:
    """A lever year by year, with the one move of it that is reported, on fresh futures."""
    found = [row.found[lever] for row in rows]
    move, best_move, best = (np.array(values) for values in zip(*found, strict=True))
    enough = np.flatnonzero(np.abs(move) > 0)
    needed = np.abs(best_move) > 0
    at = int(enough[0]) if len(enough) else int(np.argmax(np.where(needed, best, -1.0)))
    chosen = float(move[at]) if len(enough) else float(best_move[at])
    told = _told_move(forks, moments[at], (lever, chosen), bool(len(enough)))
    return LeverCourse(lever, move, best_move, best, told)


def _told_move(forks: Forks, t: int, move: Move | None, suffices: bool) -> Remedy:
    """A move before a round, as it is on fresh futures."""
    stands = forks.stand(t, [move], np.arange(AFRESH), fresh=True)
    chance = share(int(stands.sum()), stands.size)
    spread = forks.spread(t, move)
    year = forks.scenario.start + t / forks.scenario.rounds_per_year
    if move is None:
        return Remedy(None, year, 0.0, "", suffices, chance, spread)
    return Remedy(move[0], year, move[1], forks.words(t, move), suffices, chance, spread)


def _rank(course: LeverCourse) -> tuple[float, float, float]:
    """Place among levers: by the last year in which they suffice, by the move, by the odds."""
    years = np.flatnonzero(course.suffices)
    if not len(years):
        return (1.0, 0.0, -course.told.chance.value)
    return (-float(years[-1]) - 1.0, abs(course.told.move), 0.0)


def spell_of(history: History, question: Question) -> tuple[int, int, bool]:
    """Rounds in which the spell of a history began and ended (-1 and the horizon: never), and if it ended."""
    lanes = history.lanes
    if question.spell == "regime":
        found = lanes.regimes(np.array([question.onset]), np.array([question.collapse]), question.window)
        onset, ended = int(found.onset[0]), bool(found.ended[0])
        formed = onset >= 0
        return onset, int(found.end[0]) if formed else lanes.round, formed and ended
    first = {"peace": lanes.tally.war_round, "systemic": lanes.tally.systemic_round}[question.spell][0]
    return 0, int(first) if first >= 0 else lanes.round, bool(first >= 0)


def stops_of(history: History, question: Question) -> list[int]:
    """Rounds before which levers are moved: whole years apart, from the first to the end of the spell."""
    _, end, _ = spell_of(history, question)
    per_year = history.per_year
    years = max(1, math.ceil(end / per_year))
    step = next((step for step in STOP_STEPS if years <= step * MOST_STOPS), math.ceil(years / MOST_STOPS))
    return [*range(0, max(1, end), step * per_year)]

"""Forecasts of whether something lasts, held against what then came.

The forecast made in a year of a run is the share of its futures, forked there, in which the regime (or the
peace) still stands at a date that was chosen beforehand. If the futures are what they claim to be, a run is
like one of them: among forecasts of .3 three in ten come true, the time for which it stands is as likely to
fall between any two of theirs as between any other two, and forecasts do not drift.

References
----------
Brier 1950, *Monthly Weather Review* 78, 1-3.
Gneiting, Balabdaoui & Raftery 2007, *J. Royal Statistical Society B* 69, 243-268 (PIT).
Ferro 2014, *Quarterly J. Royal Meteorological Society* 140, 1917-1923 (Brier score of a small ensemble).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from regimesim.analysis.futures import Fates, Marks, Places, Question, future_seed, play_out, question_of
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError, show
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import as_scenario, check_runs, lanes_for, on_threads
from regimesim.stats.estimates import Estimate, Floats, mean, normal_estimate

if TYPE_CHECKING:
    import pandas as pd

RELIABILITY_BINS = 10
"""Of forecasts in a reliability curve, and of places in a histogram."""


class Bin(NamedTuple):
    """Forecasts between two values, and how often they came true.

    Runs are sorted by the forecast of one half of the futures, and the forecast of the other half is held
    against the outcome: those that are sorted high are so in part because those futures were lucky.
    """

    low: float
    high: float
    number: int
    forecast: float  # mean of those of the other half
    came: Estimate
    apart: Estimate  # came minus forecast


@dataclass(frozen=True)
class ChanceForecasts:
    """Forecasts for some runs, made in some years.

    Attributes
    ----------
    scenario : str
    spell : str
    until : float
        Year of the calendar forecast for.
    year : float array (D,)
        Of the calendar, in which forecasts were made.
    futures : int
        Behind each of them.
    half : float array (2, D, R)
        The chance that it stands in ``until``, by each half of the futures.
    place : float array (D, R)
        Where the time for which it stood lies among those of the futures: 0 below all of them, 1 above; by
        lot among equals.
    came : float array (R,)
        1 where it stood.
    """

    scenario: str
    spell: str
    until: float
    year: Floats
    futures: int
    half: Floats
    place: Floats
    came: Floats

    @property
    def forecast(self) -> Floats:
        """(D, R) the chance that it stands in ``until``."""
        whole: Floats = self.half.mean(axis=0)
        return whole

    def brier(self) -> list[Estimate]:
        """Brier score in each year: the mean square error, less what the small number of futures adds."""
        spread = self.forecast * (1 - self.forecast) / (self.futures - 1)
        return [mean(row) for row in (self.forecast - self.came) ** 2 - spread]

    def skill(self) -> list[Estimate]:
        """By how much the score is below that of always saying the share of runs in which it came true."""
        base = (self.came.mean() - self.came) ** 2
        spread = self.forecast * (1 - self.forecast) / (self.futures - 1)
        return [mean(base - row) for row in (self.forecast - self.came) ** 2 - spread]

    def reliability(self, bins: int = RELIABILITY_BINS) -> list[Bin]:
        """Share of forecasts that came true, by their value, where any were made; a run counts once."""
        sorting, held = self.half
        which = np.minimum((sorting * bins).astype(int), bins - 1)
        found = []
        for k in range(bins):
            chosen = which == k
            if chosen.any():
                came = _of_runs(chosen, np.broadcast_to(self.came, chosen.shape), (0.0, 1.0))
                apart = _of_runs(chosen, self.came - held, (-1.0, 1.0))
                made = int(chosen.sum()), float(held[chosen].mean())
                found.append(Bin(k / bins, (k + 1) / bins, *made, came, apart))
        return found

    def resolved(self) -> list[Estimate]:
        """Share of what is uncertain at the start that is known by each year: skill over the base score."""
        base = float(self.came.var())
        return [Estimate(*(end / base for end in (one.value, one.lower, one.upper))) for one in self.skill()]

    def drift(self) -> list[Estimate]:
        """Mean change of the forecasts from each year to the next, and at last to the outcome."""
        path = np.concatenate([self.forecast, self.came[None]])
        return [mean(step) for step in np.diff(path, axis=0)]

    def places(self, d: int) -> list[int]:
        """Count of runs in each tenth of their futures, of forecasts made in year number ``d``."""
        counted, _ = np.histogram(self.place[d], bins=RELIABILITY_BINS, range=(0.0, 1.0))
        return [int(number) for number in counted]

    def uniform(self, d: int) -> float:
        """Chance of places as uneven as those of year number ``d``, if runs are like their futures (chi2)."""
        from scipy.special import gammaincc  # type: ignore[import-untyped, unused-ignore]

        counted = np.array(self.places(d))
        expected = counted.sum() / RELIABILITY_BINS
        return float(gammaincc((RELIABILITY_BINS - 1) / 2, ((counted - expected) ** 2 / expected).sum() / 2))

    def frame(self) -> pd.DataFrame:
        """A row per year: mean forecast, Brier score, skill and drift, the last three with their ends."""
        import pandas as pd

        rows = []
        for year, made, *found in zip(
            self.year, self.forecast, self.brier(), self.skill(), self.drift(), strict=True
        ):
            rows.append((year, made.mean(), *(one.text(3) for one in found)))
        return pd.DataFrame(rows, columns=["year", "forecast", "brier", "skill", "drift"])


def _of_runs(chosen: Marks, values: Floats, limits: tuple[float, float]) -> Estimate:
    """Mean of the chosen values (D, R), with an interval in which a run's values are not independent."""
    number = chosen.sum()
    value = float((chosen * values).sum() / number)
    error = float(np.linalg.norm((chosen * (values - value)).sum(axis=0) / number))
    return normal_estimate(value, error, limits, 0.95)


def forecasts(
    scenario: Scenario | str | Path,
    until: float,
    years: Sequence[float],
    *,
    spell: str = "regime",
    runs: int = 1000,
    futures: int = 50,
    seed: int = 0,
    workers: int | None = None,
) -> ChanceForecasts:
    """Make forecasts for many runs, and hold them against what came.

    Parameters
    ----------
    scenario : Scenario, name or path
    until : float
        Year of the calendar to forecast for.
    years : sequence of float
        Years of the calendar in which to make forecasts, each before ``until``.
    spell : {"regime", "peace", "systemic"}
    runs : int
    futures : int
        An even number, behind each forecast.
    seed : int in [0, 2**64)
    workers : int, optional
        Threads; all cores by default.

    Raises
    ------
    InputError
        If an argument cannot be used.
    """
    made = as_scenario(scenario)
    check_runs(runs, seed, workers)
    question = question_of(made, spell, until)
    rounds = [math.floor((year - made.start) * made.rounds_per_year + 0.5) for year in years]
    if futures < 2 or futures % 2 or not rounds or not all(0 <= t < question.until for t in rounds):
        raise InputError(
            "forecasts need an even number of futures and years "
            f"from {show(made.start)} to before {show(until)}"
        )
    design = lower(made)
    size = lanes_for(design)
    blocks = [np.arange(first, min(runs, first + size)) for first in range(0, runs, size)]

    def play(replicates: Places) -> tuple[list[Fates], Fates]:
        lanes = Lanes(design, np.zeros(len(replicates), np.intp), replicates, seed)
        found = []
        for t in sorted(rounds):
            lanes.play(t)
            found.append(_futures(lanes, question, futures, size))
        return found, play_out(lanes, question)

    parts = on_threads(play, blocks, workers)
    came = np.concatenate([end.stands for _, end in parts]).astype(np.float64)
    stood = np.concatenate([end.years for _, end in parts])
    made_in = [[found[d] for found, _ in parts] for d in range(len(rounds))]
    stands = [np.concatenate([part.stands for part in row]) for row in made_in]
    half = np.array([[row[:, first::2].mean(axis=1) for row in stands] for first in (0, 1)])
    lasted = [np.concatenate([part.years for part in row]) for row in made_in]
    lot = np.random.default_rng(np.random.SeedSequence((seed, runs)))
    place = np.array([_rank_placed(stood, row, lot) for row in lasted])
    year = np.array([made.start + t / made.rounds_per_year for t in sorted(rounds)])
    until = made.start + question.until / made.rounds_per_year
    return ChanceForecasts(made.name, spell, until, year, futures, half, place, came)


def _futures(lanes: Lanes, question: Question, futures: int, size: int) -> Fates:
    """Fates of the futures of each lane: arrays (L, F)."""
    number = len(lanes.points)
    places = np.repeat(np.arange(number), futures)
    luck = lanes.luck.replicate[places].astype(np.intp) * futures + np.tile(np.arange(futures), number)
    seed = future_seed(lanes.seed, lanes.round)
    parts = []
    for first in range(0, len(places), size):
        chosen = slice(first, first + size)
        parts.append(play_out(lanes.fork(places[chosen], luck[chosen], seed), question))
    return Fates(*(np.concatenate(values).reshape(number, futures) for values in zip(*parts, strict=True)))


def _rank_placed(stood: Floats, futures: Floats, lot: np.random.Generator) -> Floats:
    """Give the place of each time among those of the futures (R, F), from 0 to 1, by lot among equals."""
    below = (futures < stood[:, None]).sum(axis=1)
    equal = (futures == stood[:, None]).sum(axis=1)
    among: Floats = (below + lot.random(len(stood)) * (equal + 1)) / (futures.shape[1] + 1)
    return among

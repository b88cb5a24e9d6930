"""Columns of results and their meaning: the names are the same in files, in data frames and here.

A *spell* is a duration with two columns: ``SPELL_years``, and ``SPELL_ended``, which is False where the
horizon came first (the duration is then censored). Measures are those of ``docs/model.md``, section 6. The
reference in ``docs/`` is made from these tables. A *recording* is what a block of lanes went through, coded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

QUANTITIES = (
    "cooperation",
    "trust",
    "norm",
    "credibility",
    "war",
    "buffers",
    "revisionism",
    "now",
    "future",
    "law",
    "norm_term",
)
"""Yearly series: share of pairs that cooperated; mean trust, norm, credibility; shares of pairs at war and
of buffer states sovereign; mean revisionism; and the means of the four terms of the margin, at the end of a
year."""

WAR_BEGINS, PEACE, LOST, RESTORED, REVOLUTION, LEADER, LEFT, JOINED = range(8)
KINDS = ("war", "peace", "buffer lost", "buffer restored", "revolution", "new leader", "left", "joined")
ONSET, COLLAPSE = "regime begins", "regime collapses"

_REAL = (
    "peace_years",
    "systemic_years",
    "regime_onset",
    "regime_years",
    "regime_loose_years",
    "regime_strict_years",
    "cooperation_rate",
    "welfare",
    "trust",
    "credibility",
    "expectation_error",
    "restraint_against_interest",
    "exploitation_rate",
    "false_alarm_share",
    "miss_share",
    "trust_spread",
)
_WHOLE = (
    "point",
    "replicate",
    "seed",
    "regime_spells",
    "disputes",
    "wars",
    "buffers_lost",
    "revolutions",
    "sanctions_invoked",
    "sanctions_joined",
)
_ENDED = ("peace_ended", "systemic_ended", "regime_ended", "regime_loose_ended", "regime_strict_ended")
KIND = dict.fromkeys(_REAL, "f") | dict.fromkeys(_WHOLE, "iu") | dict.fromkeys(_ENDED, "b")
"""Columns of a row per run, and NumPy's letters for what they hold."""

EVENT_ARRAYS = ("replicate", "round", "kind", "actor", "target")

SPELLS = {"regime": "cooperation", "peace": "peace"}

TERMS = ("now", "future", "law", "norm")


class Column(NamedTuple):
    """One column of a table."""

    name: str
    meaning: str
    unit: str = ""


Table = tuple[Column, ...]


def _spell(name: str, meaning: str) -> Table:
    return (
        Column(f"{name}_years", meaning, "years"),
        Column(f"{name}_ended", "whether it ended; if not, the horizon came first"),
    )


RUNS: Table = (
    Column("scenario", "name of the scenario"),
    Column("point", "number of the point in a sweep; 0 in a simulation by itself"),
    Column("replicate", "number of the run; with the seed it gives the same run again anywhere"),
    Column("seed", "the seed of all runs"),
    *_spell("peace", "time to the first war"),
    *_spell("systemic", "time to the first war with at least half of the states in it"),
    Column("regime_onset", "time to the first regime; missing where none formed", "years"),
    Column("regime_spells", "how many regimes there were"),
    *_spell("regime", "how long the first regime lasted; 0 where none formed"),
    *_spell("regime_loose", "the same with an onset of .75 and a collapse below .5"),
    *_spell("regime_strict", "the same with an onset of .95 and a collapse below .85"),
    Column("cooperation_rate", "share of pairs that cooperated, mean over rounds", "share"),
    Column("disputes", "pairs and years in which an exploitation was seen", "pair-years"),
    Column("wars", "pairs that went to war, each time they did"),
    Column("welfare", "mean payoff of a state in a round, discounted", "payoff per round"),
    Column("trust", "mean trust of ordered pairs over all rounds", "probability"),
    Column("credibility", "mean credibility of enforcement over rounds", "probability"),
    Column("expectation_error", "mean distance between trust and what the other then did", "probability"),
    Column(
        "restraint_against_interest",
        "of the restraint of prudent states, the share where exploiting would have paid more at once",
        "share",
    ),
    Column("exploitation_rate", "share of dealings in which a state exploited the other", "share"),
    Column("false_alarm_share", "share of dealings in which restraint was taken for exploitation", "share"),
    Column("miss_share", "share of dealings in which exploitation was overlooked", "share"),
    Column(
        "trust_spread",
        "how far the trust in one state differs between the others: standard deviation, "
        "mean over the ends of years",
        "probability",
    ),
    Column("buffers_lost", "buffer states absorbed"),
    Column("revolutions", "states struck by a revolution, each time they were"),
    Column("sanctions_invoked", "states accused, over all rounds"),
    Column("sanctions_joined", "states accused against whom somebody joined, over all rounds"),
)
"""``runs.parquet``, ``Results.runs``: a row per run."""

PATHS: Table = (
    Column("quantity", "what the row is of, as listed below"),
    Column("year", "year of the calendar"),
    Column("mean", "mean over runs"),
    *(Column(f"q{level:02}", f"quantile {level} % over runs") for level in (5, 25, 50, 75, 95)),
)
"""``paths.parquet``, ``Results.paths``: a row per yearly quantity and year."""

YEARLY: Table = (
    Column("cooperation", "share of pairs that cooperated, mean over the year", "share"),
    Column("trust", "mean trust of ordered pairs", "probability"),
    Column("norm", "mean strength of the norm of restraint"),
    Column("credibility", "credibility of enforcement", "probability"),
    Column("war", "share of pairs at war", "share"),
    Column("buffers", "share of buffer states that are sovereign", "share"),
    Column("revisionism", "mean revisionism", "payoff"),
    Column("now", "mean of the margin's term: what restraint brings at once", "payoff"),
    Column("future", "mean of the margin's term: what a breach would cost later", "payoff"),
    Column("law", "mean of the margin's term: what sanctions would cost", "payoff"),
    Column("norm_term", "mean of the margin's term: restraint from within", "payoff"),
)
"""Values of ``quantity`` in :data:`PATHS`; all but the first are as the year ends."""

EVENTS: Table = (
    Column("replicate", "number of the run"),
    Column("round", "number of the round, from 0"),
    Column("year", "year of the calendar, with its fraction"),
    Column("kind", "what happened, as listed below"),
    Column("actor", "the state or buffer state that it happened to; empty for a regime"),
    Column("target", "the other state of a war or a peace; else empty"),
)
"""``events.parquet``, ``Results.events``: a row per dated event."""

EVENT_KINDS: Table = (
    Column("war", "a pair goes to war"),
    Column("peace", "a pair's war ends"),
    Column("buffer lost", "a buffer state is absorbed"),
    Column("buffer restored", "a settlement restores a buffer state"),
    Column("revolution", "a state is struck by a revolution"),
    Column("new leader", "a state has a new leader"),
    Column("left", "a state leaves the institution"),
    Column("joined", "a state enters the institution"),
    Column("regime begins", "a regime is in force from here on"),
    Column("regime collapses", "it is no longer"),
)
"""Values of ``kind`` in :data:`EVENTS`."""

PAIRS: Table = (
    Column("replicate", "number of the run"),
    Column("state_a", "one state of the pair"),
    Column("state_b", "the other"),
    Column("restraint_onset", "time to the first mutual restraint; missing where there was none", "years"),
    *_spell("restraint", "how long it then went on unbroken"),
    *_spell("peace", "time to the first war between the two"),
)
"""``pairs.parquet``, ``Results.pairs``: a row per run and pair."""

SURVIVAL: Table = (
    Column("years", "how long after the start", "years"),
    Column("survival", "share that still stands (Kaplan-Meier)", "share"),
    Column("lower", "95 % interval, lower end", "share"),
    Column("upper", "95 % interval, upper end", "share"),
    Column("at_risk", "runs that stand and are watched just before"),
)
"""``Results.survival``: a row for 0 and per time at which a run ended or was last seen."""

SUMMARY: Table = (
    Column("point", "number of the point, as in the design"),
    Column("runs", "replicates"),
    Column(
        "SPELL_median",
        "until half have ended (empty: beyond the horizon), with `SPELL_median_lower` and "
        "`SPELL_median_upper`, a 95 % interval; SPELL is regime or peace",
        "years",
    ),
    Column(
        "SPELL_rmst",
        "restricted mean: how long it stands on average within the horizon; "
        "`SPELL_rmst_error` is its standard error",
        "years",
    ),
    Column(
        "SPELL_at_T",
        "share still standing after T = 10, 20, 50, 100 years (empty beyond the horizon)",
        "share",
    ),
    Column("SPELL_standing", "share that had not ended when last seen (censored)", "share"),
    Column("never_formed", "share of runs in which no regime formed", "share"),
    Column(
        "RATE",
        "mean over runs of any other measure of a run, under its own name; `RATE_error` is its "
        "standard error",
    ),
)
"""``summary.parquet``, ``SweepResults.summary``: a row per point of a sweep."""


class Event(NamedTuple):
    """One kind of event in one round, in all lanes where it happened (-1: no such state)."""

    round: int
    kind: int
    lane: NDArray[np.intp]
    actor: NDArray[np.intp]
    target: NDArray[np.intp]


class Recording(NamedTuple):
    """What a block went through."""

    yearly: NDArray[np.float32]  # [Q, Y, L]
    events: list[Event]
    pairs: NDArray[
        np.int32
    ]  # [3, P, L] per pair: first restraint, first breakdown after it, first war (-1: never)

"""Columns of results and their meaning, declared once; names are the same in files and in data frames.

A *spell* is a duration with two columns: ``SPELL_years``, and ``SPELL_ended``, which is False where the
horizon came first (the duration is then censored). Measures are those of ``docs/model.md``, section 6. A new
column of a run is one line in :data:`RUNS`, and the line that computes it in
``regimesim.simulation.simulate.measure``; what is checked, averaged and documented follows from the line. A
*recording* is what a block of lanes went through, coded.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Stored = Literal["", "bool", "int32", "int64", "uint64", "float64"]
"""Types in which a column of a run is stored; nothing for text, and for the columns of other tables."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, meaning, unit : str
    dtype : Stored
    key : bool
        It says which run this is, and is not a measure of it.
    spell : str
        The spell whose duration or end it is, if it is one.
    missing : bool
        It may hold NaN.
    share : bool
        It lies between 0 and 1.
    averaged : bool
        A sweep tells its mean over the runs of a point.
    accounts : bool
        It rests on trust, beliefs and payoffs, which a simulation without accounts does not follow.
    """

    name: str
    meaning: str
    unit: str = ""
    dtype: Stored = ""
    key: bool = False
    spell: str = ""
    missing: bool = False
    share: bool = False
    averaged: bool = False
    accounts: bool = False

    def holds(self, values: NDArray[np.generic]) -> bool:
        """Tell whether an array is of this column's kind; whole numbers may be of any size."""
        kind = np.dtype(self.dtype).kind
        return values.dtype.kind in ("iu" if kind in "iu" else kind)


Table = tuple[Column, ...]

TERMS = ("now", "future", "law", "norm")
"""The terms of a margin."""


@dataclass(frozen=True)
class Thresholds:
    """Shares of cooperating pairs: from the one on a regime is in force, under the other no longer."""

    onset: float
    collapse: float
    word: str

    @property
    def percents(self) -> str:
        """Both for people: ``75 and 50 %``."""
        return f"{100 * self.onset:g} and {100 * self.collapse:g} %"

    @property
    def decimals(self) -> tuple[str, str]:
        """Each without its leading zero: ``.75``."""
        return f"{self.onset:g}"[1:], f"{self.collapse:g}"[1:]

    @property
    def text(self) -> str:
        """Both, with what they are beside those of the regime as measured: ``looser (75 and 50 %)``."""
        return f"{self.word} ({self.percents})"


THRESHOLDS = {
    "regime_loose": Thresholds(0.75, 0.5, "looser"),
    "regime_strict": Thresholds(0.95, 0.85, "stricter"),
}
"""The two other pairs, by the spell that they make, that every headline is held against."""


def _measured(
    name: str, meaning: str, unit: str = "", *, share: bool = False, accounts: bool = False
) -> Column:
    return Column(name, meaning, unit, "float64", share=share, averaged=True, accounts=accounts)


def _counted(name: str, meaning: str, unit: str = "", *, averaged: bool = True) -> Column:
    return Column(name, meaning, unit, "int32", averaged=averaged)


def _spell(name: str, meaning: str) -> Table:
    ends = "whether it ended; if not, the horizon came first"
    return (
        Column(f"{name}_years", meaning, "years", "float64", spell=name),
        Column(f"{name}_ended", ends, dtype="bool", spell=name),
    )


RUNS: Table = (
    Column("scenario", "name of the scenario", key=True),
    Column("point", "number of the point in a sweep; 0 in a simulation by itself", dtype="int64", key=True),
    Column(
        "replicate",
        "number of the run; with the seed it gives the same run again anywhere",
        dtype="int64",
        key=True,
    ),
    Column("seed", "the seed of all runs", dtype="uint64", key=True),
    *_spell("peace", "time to the first war"),
    *_spell("systemic", "time to the first war with at least half of the states in it"),
    Column(
        "regime_onset",
        "time to the first regime; missing where none formed",
        "years",
        "float64",
        missing=True,
    ),
    _counted("regime_spells", "how many regimes there were", averaged=False),
    *_spell("regime", "how long the first regime lasted; 0 where none formed"),
    *chain.from_iterable(
        _spell(name, "the same with an onset of {} and a collapse below {}".format(*levels.decimals))
        for name, levels in THRESHOLDS.items()
    ),
    _measured("cooperation_rate", "share of pairs that cooperated, mean over rounds", "share", share=True),
    _measured(
        "cooperative_years", "area under the path of the cooperation rate: it needs no threshold", "years"
    ),
    _counted(
        "disputes",
        "pairs and years in which an estrangement other than a sanction or a war began, or a quarrel abroad "
        "fell in an estranged pair",
        "pair-years",
    ),
    _counted("wars", "onsets of war between two states, without those that join"),
    _counted("estrangements_misunderstanding", "pairs that became estranged by a misunderstanding"),
    _counted("estrangements_breach", "pairs that became estranged by a breach, real or believed"),
    _counted("estrangements_sanction", "pairs that became estranged by a sanction of a third state"),
    _counted("estrangements_false", "breaches in which no charge was true"),
    _measured("estranged_share", "share of pairs and rounds that were estranged", "share", share=True),
    _measured("welfare", "mean payoff of a state, discounted", "payoff per year", accounts=True),
    _measured(
        "trust", "mean trust of ordered pairs over all rounds", "probability", share=True, accounts=True
    ),
    _measured(
        "credibility",
        "mean credibility of enforcement over rounds",
        "probability",
        share=True,
        accounts=True,
    ),
    _measured(
        "expectation_error",
        "mean distance between trust and what the other then did",
        "probability",
        share=True,
        accounts=True,
    ),
    _measured(
        "restraint_against_interest",
        "of the cooperation of prudent states, the share where defection would have paid more at once",
        "share",
        share=True,
    ),
    *(
        _measured(
            f"pivotal_{term}",
            f"of the choices of cooperation by prudent states, the share that would have been defection "
            f"without the term {term!r}",
            "share",
            share=True,
        )
        for term in TERMS
    ),
    _measured(
        "exploitation_rate", "share of dealings in which a state defected or withheld", "share", share=True
    ),
    _measured(
        "false_alarm_share",
        "share of dealings in which cooperation was taken for defection",
        "share",
        share=True,
    ),
    _measured("miss_share", "share of dealings in which a defection was overlooked", "share", share=True),
    _measured(
        "trust_spread",
        "how far the trust in one state differs between the others: standard deviation, "
        "mean over the ends of years",
        "probability",
        accounts=True,
    ),
    _counted("buffers_lost", "buffer states absorbed"),
    _counted("revolutions", "states struck by a revolution, each time they were"),
    _counted("sanctions_invoked", "cases brought against a state"),
    _counted("sanctions_joined", "cases in which somebody joined the sanction"),
    _counted("sanctions_on_innocents", "of these, cases made of false charges alone"),
    _measured(
        "sanctions_response",
        "mean over cases of M, the share of the capability asked that joined",
        "share",
        share=True,
    ),
)
"""``runs.parquet``, ``Results.runs``: a row per run."""

RUN = {column.name: column for column in RUNS if column.dtype}
"""Columns of a run that are arrays, by name; all but the name of the scenario, which is one for all."""

RATES = tuple(column.name for column in RUNS if column.averaged)
"""Columns of which a point of a sweep has the mean and its standard error."""

SHARES = frozenset(column.name for column in RUNS if column.share)
"""Columns that lie between 0 and 1."""

ACCOUNTED = frozenset(column.name for column in RUNS if column.accounts)
"""Columns that rest on trust, beliefs and payoffs."""

MEASURES = tuple(column.name for column in RUN.values() if not (column.key or column.spell or column.missing))
"""Columns that have a mean over runs."""

SPELL_NAMES = tuple(dict.fromkeys(column.spell for column in RUNS if column.spell))
"""All spells of a run."""

SPELL_STEMS = {"regime": "cooperation", "peace": "peace"}
"""The two spells of every headline, and the word for what lasts."""

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
    Column("estranged", "share of pairs estranged, mean over the year", "share"),
    Column("disputes", "pairs that had a dispute in the year (see `disputes` above)", "pairs"),
    Column("buffers", "share of buffer states that are sovereign", "share"),
    Column("revisionism", "mean revisionism, grievances included", "payoff"),
    Column("blocs_fit", "share of pairs that fit the best division into two camps", "share"),
    Column("rival_blocs", "1 in a year with two rival camps, else 0: the mean is a share of runs", "share"),
    Column("now", "mean of the margin's term: what cooperation gains at once", "payoff"),
    Column("future", "mean of the margin's term: what a defection would cost later", "payoff"),
    Column("law", "mean of the margin's term: the sanction expected for a defection", "payoff"),
    Column("norm_term", "mean of the margin's term: restraint from within", "payoff"),
)
"""Values of ``quantity`` in :data:`PATHS`; means, counts and blocs are of the year, all else as it ends."""

QUANTITIES = tuple(column.name for column in YEARLY)
"""Names of the yearly series."""

EVENTS: Table = (
    Column("replicate", "number of the run"),
    Column("round", "number of the round, from 0"),
    Column("year", "year of the calendar, with its fraction"),
    Column("kind", "what happened, as listed below"),
    Column("actor", "the state that did it, or the state or buffer to which it happened; or empty"),
    Column("target", "the other state; empty where there is none"),
    Column("value", "the number named below in brackets; 0 where there is none"),
)
"""``events.parquet``, ``Results.events``: a row per dated event."""

ONSET, COLLAPSE = "regime begins", "regime collapses"

EVENT_KINDS: Table = (
    Column("war", "war breaks out between two states"),
    Column("peace", "a pair's war is settled"),
    Column("war joined", "the actor, estranged from the target, joins the war against it"),
    Column("systemic war", "a war connects at least three states and half of all"),
    Column("accusation", "the actor charges the target, which did defect"),
    Column("false accusation", "the actor charges the target, which had cooperated; it is believed"),
    Column("accusation cleared", "the actor charges the target falsely, and the two clear it in conference"),
    Column("quarrel abroad", "a quarrel abroad spoils the relationship of two states"),
    Column("misunderstanding", "two states are estranged by a cleared charge or a quarrel (years)"),
    Column("breach", "two states are estranged by a charge that is true, or believed (years)"),
    Column("exclusion", "the actor excludes the target by a sanction: the two are estranged (years)"),
    Column(
        "estrangement prolonged",
        "a sanction by the actor gives an estrangement its full length again (years)",
    ),
    Column("estrangement ran out", "two states are open to each other again, in time (years that it lasted)"),
    Column("estrangement ended early", "the same before its time: talked over, or conceded (years)"),
    Column("estrangement ended in war", "war breaks out between two estranged states (years that it lasted)"),
    Column("cooperation withheld", "the actor begins to withhold cooperation from an automaton (years)"),
    Column("withholding ended", "it no longer does"),
    Column("case", "a case is brought against the actor (M, the share of the capability asked that joined)"),
    Column("case against an innocent", "the same, of false charges alone (M)"),
    Column("sanction joined", "the actor joins the sanction against the target (what joining costs it)"),
    Column("buffer lost", "a buffer state is absorbed by the target"),
    Column("buffer restored", "a settlement restores a buffer state"),
    Column("wave of revolution", "a wave of revolution comes (how many states it strikes)"),
    Column("revolution", "a state is struck by a revolution"),
    Column("new leader", "a state has a new leader"),
    Column("left", "a state leaves the institution"),
    Column("joined", "a state enters the institution"),
    Column(ONSET, "a regime is in force from here on"),
    Column(COLLAPSE, "it is no longer"),
)
"""Values of ``kind`` in :data:`EVENTS`."""

EVENT_NAMES = tuple(column.name for column in EVENT_KINDS if column.name not in (ONSET, COLLAPSE))
"""Kinds of events that are recorded, in the order of their codes; those of a regime follow from its spell."""

WAR_BEGINS, PEACE, WAR_JOINED, SYSTEMIC = range(4)
ACCUSED, ACCUSED_FALSELY, CLEARED, QUARREL = range(4, 8)
MISUNDERSTOOD, BREACHED, EXCLUDED, PROLONGED = range(8, 12)
RAN_OUT, ENDED_EARLY, ENDED_IN_WAR, WITHHELD, RELENTED = range(12, 17)
CASE, CASE_ON_INNOCENT, SANCTIONED = range(17, 20)
LOST, RESTORED, WAVE, REVOLUTION, LEADER, LEFT, JOINED = range(20, 27)
OF_BUFFERS = (LOST, RESTORED)
"""Kinds whose actor is a buffer state; of all others it is a state."""

EVENT_ARRAYS = ("replicate", "round", "kind", "actor", "target", "value")

PAIRS: Table = (
    Column("replicate", "number of the run"),
    Column("state_a", "one state of the pair"),
    Column("state_b", "the other"),
    Column("restraint_onset", "time to the first mutual cooperation; missing where there was none", "years"),
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


class Events(NamedTuple):
    """Events of a block of lanes, in the order of time; columns as in :data:`EVENT_ARRAYS`, by lane."""

    lane: NDArray[np.intp]
    round: NDArray[np.intp]
    kind: NDArray[np.intp]
    actor: NDArray[np.intp]  # -1: no such state
    target: NDArray[np.intp]
    value: NDArray[np.float64]


class Recording(NamedTuple):
    """Record of what a block went through."""

    yearly: NDArray[np.float32]  # [Q, Y, L]
    events: Events
    pairs: NDArray[
        np.int32
    ]  # [3, P, L] per pair: first cooperation, first breakdown after it, first war (-1: never)

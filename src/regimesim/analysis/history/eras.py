"""A record of disputes by era: rates, spells of peace, and what luck alone would give.

A *spell* is a run of whole quiet years of a pair. It begins with the first quiet year that the pair is on
the record, or after a war; it has ended if a war begins in the year after its last, and is censored if the
pair leaves the record, goes to war in some other way, or the era or the record ends. A war in a pair's
first year, or straight after another, ends a spell of 0 years. So a spell from 1816 on with war in 1854 has
38 years.

*Late entry*: within an era the clock of a pair starts with the era, or with its own first quiet year in it,
and the years of peace behind it are told (``late_entry``) but not counted. A curve of an era therefore says
how long peace lasts from the era's beginning or the pair's entry, as it does in a simulation that begins
then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from regimesim.analysis.history.record import Record
from regimesim.analysis.history.rows import FORCE_LEVEL
from regimesim.scenario.messages import InputError, known
from regimesim.stats.arrays import Bools
from regimesim.stats.estimates import Ints, poisson, share
from regimesim.stats.survival import Curve, kaplan_meier

if TYPE_CHECKING:
    import pandas as pd


class Era(NamedTuple):
    """A stretch of years, both included."""

    name: str
    start: int
    end: int


ERAS = (
    Era("Concert", 1816, 1853),
    Era("1854-1870", 1854, 1870),
    Era("1871-1913", 1871, 1913),
    Era("League years", 1919, 1938),
    Era("Cold War", 1946, 1991),
)
WHOLE_RECORD = "whole record"
ENDS = ("war", "force")


class QuietSpells(NamedTuple):
    """Quiet spells as arrays: group, first year, whole years, whether it ended, quiet years before."""

    group: Ints
    start: Ints
    years: Ints
    ended: Bools
    late_entry: Ints


def eras_of(record: Record, eras: Sequence[Era] = ERAS) -> tuple[Era, ...]:
    """The eras on which the record has rows; the whole of it as one if there is none.

    Raises
    ------
    InputError
        If an era ends before it begins, or two have one name.
    """
    for era in eras:
        if era.end < era.start:
            raise InputError(f"era {era.name!r} ends ({era.end}) before it begins ({era.start})")
    names = [era.name for era in eras]
    if len(set(names)) < len(names):
        raise InputError(f"two eras have one name: {', '.join(names)}")
    covered = tuple(era for era in eras if record.rows["year"].between(era.start, era.end).any())
    return covered or (Era(WHOLE_RECORD, record.first, record.last),)


def era_named(name: str, eras: Sequence[Era]) -> Era:
    """An era by its name, its first year or its years: ``concert``, ``cold_war``, ``1816``, ``1816-1853``."""
    named = {}
    for era in eras:
        for key in (str(era.start), f"{era.start}-{era.end}", era.name.lower().replace(" ", "_")):
            named[key] = era
    key = str(name).lower().replace(" ", "_")
    if key in named:
        return named[key]
    known(key, [era.name.lower().replace(" ", "_") for era in eras], "era")
    raise AssertionError


def era_table(record: Record, eras: Sequence[Era] = ERAS, confidence: float = 0.95) -> pd.DataFrame:
    """Tabulate what happened, a row per era.

    Columns: ``era``, ``start``, ``end``; ``years`` on the record; fewest and most powers in a year
    (``powers_min``, ``powers_max``); ``wars`` begun; ``pair_years``; ``force_used``, those with force used;
    their ``share`` with a Wilson interval (``share_lower``, ``share_upper``; it takes pair-years for
    independent, which they are not quite); wars a year (``war_rate``) with an exact Poisson interval; and
    ``chance_of_none``, the probability of so many years without a war at the mean rate of the whole record.
    """
    import pandas as pd

    rows, wars = [], record.war_years()
    whole = record.rows["year"].nunique()
    for era in eras_of(record, eras):
        part = record.rows[record.rows["year"].between(era.start, era.end)]
        both = pd.concat(
            [part[["year", side]].set_axis(["year", "state"], axis=1) for side in ("state_a", "state_b")]
        )
        powers = both.groupby("year")["state"].nunique()
        begun = int(((wars >= era.start) & (wars <= era.end)).sum())
        force, years = int((part["hostility"] >= FORCE_LEVEL).sum()), len(powers)
        forced, rate = share(force, len(part), confidence), poisson(begun, years, confidence)
        rows.append(
            {
                "era": era.name,
                "start": era.start,
                "end": era.end,
                "years": years,
                "powers_min": int(powers.min()),
                "powers_max": int(powers.max()),
                "wars": begun,
                "pair_years": len(part),
                "force_used": force,
                "share": forced.value,
                "share_lower": forced.lower,
                "share_upper": forced.upper,
                "war_rate": rate.value,
                "war_rate_lower": rate.lower,
                "war_rate_upper": rate.upper,
                "chance_of_none": chance_of_quiet(years, len(wars), whole),
            }
        )
    return pd.DataFrame(rows)


def chance_of_quiet(years: float, wars: float = 10, span: float = 192) -> float:
    """Probability of so many years without a war, if wars come by chance at the mean rate ``wars / span``.

    The defaults are the wars between great powers from 1816 to 2007, by the Correlates of War.

    >>> [round(chance_of_quiet(years), 2) for years in (38, 46)]
    [0.14, 0.09]
    """
    if not (years >= 0 and wars >= 0 and 0 < span < math.inf):
        raise ValueError(f"years and wars cannot be negative, nor the span empty: {years}, {wars}, {span}")
    return math.exp(-wars / span * years)


def caution(record: Record, era: Era | None = None, eras: Sequence[Era] = ERAS) -> str:
    """Say what belongs beside every comparison: how much of the quiet luck explains."""
    wars, years = len(record.war_years()), record.rows["year"].nunique()
    if not wars:
        return (
            f"This record has no war in {years} years, so it does not tell how often wars come by chance. "
            "One quiet era cannot tell a regime from luck."
        )
    table = era_table(record, eras).sort_values(["wars", "years"], ascending=[True, False])
    order = (table["era"] != (era.name if era else "")).sort_values(kind="stable").index
    named = table.loc[order].drop_duplicates("years").head(2)
    chances = ", ".join(
        f"{row.years} quiet years {_decimal(row.chance_of_none)}" for row in named.itertuples(index=False)
    )
    return (
        f"This record has {wars} war{'s' if wars > 1 else ''} in {years} years, "
        f"{_decimal(wars / years, 3)} a year. At that rate luck alone gives, with probability: {chances}. "
        "One Concert cannot by itself tell a regime from luck."
    )


def quiet_spell_table(record: Record, until: str = "war", era: Era | None = None) -> pd.DataFrame:
    """Quiet spells of pairs, a row each: ``pair``, ``start``, ``years``, ``ended``, ``late_entry``.

    Parameters
    ----------
    record : Record
    until : {"war", "force"}
        Peace, until a war between the two begins; or calm, until force is used (hostility 4 or 5).
    era : Era, optional
        Only these years; see the module on how pairs enter it that are at peace already.
    """
    import pandas as pd

    known(until, ENDS, "end of a spell")
    rows = record.rows
    change = (rows[["state_a", "state_b"]] != rows[["state_a", "state_b"]].shift()).any(axis=1)
    pair, year = np.cumsum(change.to_numpy()) - 1, rows["year"].to_numpy()
    if until == "war":
        busy, onset = rows["war"].to_numpy(), rows["war_onset"].to_numpy()
    else:
        busy = rows["hostility"].to_numpy() >= FORCE_LEVEL
        onset = busy & ~(_follows(pair, year) & np.append(False, busy[:-1]))
    found = quiet_spells(pair, year, busy, onset, None if era is None else (era.start, era.end))
    names = (rows["state_a"] + "-" + rows["state_b"])[change.to_numpy()].to_numpy()
    return pd.DataFrame(
        {
            "pair": names[found.group],
            "start": found.start,
            "years": found.years,
            "ended": found.ended,
            "late_entry": found.late_entry,
        }
    )


def quiet_spells(
    group: Ints, year: Ints, busy: Bools, onset: Bools, window: tuple[int, int] | None = None
) -> QuietSpells:
    """Spells of rows that are not busy, in rows sorted by group and year.

    Parameters
    ----------
    group, year : int arrays (n,)
    busy, onset : bool arrays (n,)
        Whether it is not quiet, and whether what ends quiet began in that year (only where busy).
    window : (first, last), optional
        Years to look at; the others only tell how long it was quiet before.
    """
    follows = _follows(group, year)
    quiet_before = follows & np.append(False, ~busy[:-1])
    age = _age(~busy, quiet_before)  # whole quiet years up to and including this one
    inside = np.ones(len(year), np.bool_) if window is None else (year >= window[0]) & (year <= window[1])
    seen_before = quiet_before & np.append(False, inside[:-1])
    begins = inside & ~busy & ~seen_before
    at_once = inside & onset & ~seen_before  # no quiet year within the window
    last = inside & ~busy & ~np.append((quiet_before & inside & ~busy)[1:], False)
    struck = np.append((quiet_before & inside & onset)[1:], False)
    first, final = np.flatnonzero(begins), np.flatnonzero(last)
    behind = np.append(0, age[:-1])[at_once] * quiet_before[at_once]
    found = QuietSpells(
        np.concatenate([group[first], group[at_once]]),
        np.concatenate([year[first], year[at_once]]),
        np.concatenate([final - first + 1, np.zeros(at_once.sum(), np.int64)]),
        np.concatenate([struck[final], np.ones(at_once.sum(), np.bool_)]),
        np.concatenate([age[first] - 1, behind]),
    )
    order = np.lexsort((found.years, found.start, found.group))
    return QuietSpells(
        found.group[order],
        found.start[order],
        found.years[order],
        found.ended[order],
        found.late_entry[order],
    )


def peace_curve(record: Record, era: Era | None = None, until: str = "war") -> Curve:
    """Kaplan-Meier curve of the spells of an era (:func:`quiet_spell_table`).

    The band takes pairs for independent. They are not: one war may strike many pairs, so it is too narrow.
    """
    found = quiet_spell_table(record, until, era)
    if found.empty:
        raise InputError(f"no pair was at risk in {'the record' if era is None else era.name}")
    return kaplan_meier(found["years"], found["ended"])


def _follows(group: Ints, year: Ints) -> Bools:
    """Tell whether the row before is the same group's year before."""
    return np.append(False, (np.diff(group) == 0) & (np.diff(year) == 1))[: len(year)]


def _age(quiet: Bools, goes_on: Bools) -> Ints:
    """Length of the quiet run up to each row; 0 where it is not quiet."""
    place = np.arange(len(quiet))
    start = np.maximum.accumulate(np.where(quiet & ~goes_on, place, 0)) if len(quiet) else place
    return np.where(quiet, place - start + 1, 0)


def _decimal(number: Any, places: int = 2) -> str:
    text = f"{number:.{places}f}"
    return text[1:] if text.startswith("0.") else text

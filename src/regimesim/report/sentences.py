"""Sentences on results: the titles of the pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.headline import beside_record, by_window, limit_of
from regimesim.analysis.history.rates import group_of
from regimesim.scenario.messages import spoken
from regimesim.scenario.remarks import remarks
from regimesim.simulation.columns import QUANTITIES, SPELL_STEMS, THRESHOLDS
from regimesim.simulation.results import Results, percent


class Wording(NamedTuple):
    """Words for one kind of spell (``{}`` is a time or a share)."""

    name: str
    share: str
    since: str
    half: str
    some: str
    rest: str
    every: str
    none: str
    one_ended: str
    one_stands: str


def _wording_of_war(name: str, war: str, without: str) -> Wording:
    return Wording(
        name,
        f"runs {without} (%)",
        "years since the start",
        f"Half of the runs see a {war} {{}}",
        f"{{}} of the runs see no {war}",
        "{} see none",
        f"No run sees a {war}",
        "every run sees one",
        f"The run sees a {war} after {{}}",
        f"The run never sees a {war}",
    )


WORDINGS = {
    "regime": Wording(
        "Cooperation (the regime)",
        "runs whose regime still stands (%)",
        "years since the regime began",
        "Half of the regimes fall {}",
        "{} of the regimes stand to the end",
        "{} stand to the end",
        "Every regime stands to the end",
        "none stands to the end",
        "The regime falls after {}",
        "The regime stands to the end",
    ),
    "peace": _wording_of_war("Peace", "war between great powers", "still at peace"),
    "systemic": _wording_of_war("Systemic peace", "war of half the great powers", "without a systemic war"),
}


def wording(spell: str) -> Wording:
    """Choose the words for a spell; regimes at other thresholds are regimes."""
    return WORDINGS.get(spell, WORDINGS["regime"]._replace(name=f"Cooperation ({spoken(spell)})"))


def years(number: float) -> str:
    """A duration, as exactly as one speaks of it."""
    text = f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
    return f"{text} year{'s' if text != '1' else ''}"


def lasting_sentence(results: Results, spell: str = "regime") -> str:
    """Say how long a kind of spell lasts."""
    words, found = wording(spell), results.summary(spell)
    forms = spell.startswith("regime")
    never = results.never_formed if forms else 0.0
    if never == 1.0:
        return "No regime forms"
    if found.runs == 1:
        return words.one_stands if found.censored else words.one_ended.format(years(found.rmst.value))
    if found.censored == 1.0:
        return words.every
    if math.isinf(found.median.value):
        return capitalized(words.some.format(percent(found.censored)))
    rest = words.rest.format(percent(found.censored)) if found.censored else words.none
    if forms and found.median.value == 0 and never >= 0.5:
        return f"In {percent(never)} of the runs no regime forms; {rest}"
    median = found.median.value
    first = words.half.format(f"within {years(median)}" if median else "at once")
    if never:
        first = f"Counting the {percent(never)} that never form, {first[0].lower()}{first[1:]}"
    return f"{first}; {rest}"


def run_headline(results: Results) -> str:
    """Cooperation and peace, side by side."""
    regime, peace = (results.summary(spell).rmst.value for spell in ("regime", "peace"))
    average = " on average" if len(results) > 1 else ""
    horizon = years(results.scenario.years)
    return f"Out of {horizon}, cooperation lasts {regime:.1f} and peace {peace:.1f}{average}"


def made_of(results: Results) -> str:
    """States, buffer states, runs, years and seed."""
    scenario, seed = results.scenario, results.provenance["seed"]
    buffers = f", {counted(len(scenario.buffers), 'buffer state')}" if scenario.buffers else ""
    return (
        f"{counted(len(scenario.states), 'state')}{buffers}, {counted(len(results), 'run')} "
        f"of {counted(scenario.years, 'year')}, seed {seed}"
    )


def notes(results: Results) -> tuple[str, ...]:
    """Explain a regime, the headline at other thresholds and without any, rates, and what has no effect."""
    others = "; ".join(
        f"{results.summary(name).median.text()} at {'/'.join(levels.decimals)}"
        for name, levels in THRESHOLDS.items()
    )
    rates = results.scenario.years / 100
    per_century = {k: results.columns[k].mean() / rates for k in ("disputes", "wars")}
    high, low = (100 * float(results.scenario[f"measure.{name}"]) for name in ("onset", "collapse"))
    window = years(float(results.scenario["measure.window"]))
    area = results.rate("cooperative_years").text()
    return (
        f"A regime begins after {window} with {high:g} % of pairs cooperating, and ends before {window}"
        f" with under {low:g} %.",
        f"Its median at other thresholds: {others}.",
        f"Cooperative years, the area under the rate, which needs no threshold: {area}.",
        f"Per century: {per_century['disputes']:.1f} disputes (pair-years), {per_century['wars']:.1f} wars.",
        *([] if results.assumed is None else [results.assumed.words()]),
        *_beside_record(results),
        *_limits(results),
        *remarks(results.scenario),
    )


def _beside_record(results: Results) -> tuple[str, ...]:
    """Set the record's own rates beside the simulated ones, period by period."""
    rows = beside_record(results)
    if not rows:
        return ()
    disputes = "; ".join(
        f"{row.period.first}-{row.period.last} {_rounded(row.disputes)} ({_rounded(row.period.dispute_rate)})"
        for row in rows
    )
    wars = "; ".join(
        f"{row.period.first}-{row.period.last} {row.wars:.1f} [{row.wars_lower:.0f}, {row.wars_upper:.0f}] "
        f"({row.period.wars})"
        for row in rows
    )
    return (
        f"Pair-years with a dispute (record of {group_of(results.scenario).words}): {disputes}.",
        f"Wars, with the middle 95 % of histories (record): {wars}.",
    )


def _rounded(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")


def _limits(results: Results) -> tuple[str, ...]:
    """Say where the horizon, the first year or the measure's window decides a duration."""
    said = []
    for spell, word in SPELL_STEMS.items():
        limit = limit_of(results, spell)
        if limit == "ceiling":
            said.append(f"At the ceiling: {word} nearly always stands at the horizon, which sets its length.")
        elif limit == "floor":
            said.append(f"At the floor: {word} nearly never lasts, whatever is changed a little.")
    if windows := by_window(results):
        means = ", ".join(f"{mean:.1f} ({window:g})" for window, mean in windows.items())
        said.append(f"With so few states the window matters: mean regime in years, by its length: {means}.")
    return tuple(said)


def typical_run(results: Results) -> str:
    """The number of the typical run, and what becomes of its regime."""
    replicate = results.typical()
    lasted, ended = results.columns["regime_years"][replicate], results.columns["regime_ended"][replicate]
    onset = results.columns["regime_onset"][replicate]
    if math.isnan(onset):
        story = "no regime forms"
    elif ended:
        story = f"the regime lasts {years(lasted)}, to {dated(results.scenario.start, onset + lasted)}"
    else:
        story = "the regime stands to the end"
    return f"{replicate}: {story}"


def counted(number: float, noun: str) -> str:
    """A number of things."""
    return f"{number:,g} {noun}" + ("" if number == 1 else "s")


def dated(start: float, passed: float = 0.0) -> str:
    """A year of the calendar, or of the run where the scenario has no calendar."""
    return f"{start + passed:.0f}" if start else f"year {passed:.0f}"


def date(results: Results, index: int) -> str:
    """The name of a year: of the calendar if the scenario has one."""
    start = results.scenario.start
    return f"{start + index:.0f}" if start else f"year {index + 1}"


def course_sentence(results: Results) -> str:
    """Say how the rate of cooperation goes."""
    rates = results.yearly[QUANTITIES.index("cooperation")]
    if not rates.size:
        return "No yearly series were recorded"
    low, first, last = np.quantile(rates[-1], 0.05), np.median(rates[0]), np.median(rates[-1])
    who = "the median run" if rates.shape[1] > 1 else "the one recorded run"
    words = f"In {who} {percent(float(first))} of the pairs cooperate in {date(results, 0)}"
    if len(rates) > 1:
        same = percent(float(first)) == percent(float(last))
        words += f" and {'as many' if same else percent(float(last))} in {date(results, len(rates) - 1)}"
    if rates.shape[1] >= 20 and low < last:
        words += f"; one run in twenty ends at {percent(float(low))}{' or less' if low > 0 else ''}"
    return words


def expectations(results: Results) -> str:
    """Say how trust and norms go."""
    trust, norm = (results.yearly[QUANTITIES.index(name)] for name in ("trust", "norm"))
    if not trust.size:
        return "No yearly series were recorded"
    words = f"Trust goes from {trust[0].mean():.2f} to {trust[-1].mean():.2f}"
    if bound(results):
        words += f", norms from {norm[0].mean():.2f} to {norm[-1].mean():.2f}"
    return words


def bound(results: Results) -> bool:
    """Tell whether norms weigh anything in this scenario, at any time."""
    return any(float(phase.parameters["norms.restraint"]) > 0 for phase in results.scenario.phases)


def terms(results: Results) -> dict[str, NDArray[np.float64]]:
    """The four terms of the margin, year by year, as means over pairs and runs."""
    rows = {"now": "now", "future": "future", "law": "law", "norm": "norm_term"}
    return {name: results.yearly[QUANTITIES.index(row)].mean(axis=1) for name, row in rows.items()}


def restraint(results: Results) -> str:
    """Say what holds states back, against what they could gain, and what became of both."""
    if not results.yearly.size:
        return "No yearly series were recorded"
    means = terms(results)
    gain, held = -means["now"], means["future"] + means["law"] + means["norm"]
    short = np.flatnonzero(held < gain)
    if not short.size:
        words = "On average, what holds states back outweighs the gain throughout"
    elif short.size == len(gain):
        words = "On average, what holds states back never outweighs the gain"
    else:
        when = date(results, int(short[0]))
        words = f"On average, what holds states back first falls short of the gain in {when}"
    lost = {name: means[name].max() - means[name][-1] for name in ("future", "law", "norm")}
    most = max(lost, key=lambda name: lost[name])
    if lost[most] < 0.05:
        return words
    height = int(np.argmax(means[most]))
    since = f" in {date(results, height)}" if height else ""
    return (
        f"{words}; what fades most is the {most} ({means[most][height]:.1f}{since} to {means[most][-1]:.1f})"
    )


def foremost(causes: Mapping[str, float]) -> str:
    """The largest cause of collapse."""
    if not causes or max(causes.values()) <= 0:
        return "No regime collapses"
    name = max(causes, key=lambda name: causes[name])
    return f"The commonest end: {spoken(name)} ({percent(causes[name])} of the collapses)"


def capitalized(words: str) -> str:
    return words[:1].upper() + words[1:]

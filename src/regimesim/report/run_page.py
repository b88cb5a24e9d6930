"""The page of a run: one scenario, played many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from regimesim.analysis.pairs import Pair, needed_and_had, pairs_at_start
from regimesim.analysis.settings_that_fit import Uncertainties, both_uncertainties
from regimesim.analysis.turning_points import affordable, turning_points
from regimesim.report import sentences, settings
from regimesim.report.charts import (
    TITLES,
    course_chart,
    course_tables,
    present,
    standing_text,
    survival_chart,
)
from regimesim.report.figures.runs import century_figure, survival_figure, why_figure
from regimesim.report.figures.style import svg
from regimesim.report.figures.turning import turning_figure
from regimesim.report.markup import Html, definitions, element, frame_table, paragraphs, table, together
from regimesim.report.page import Choice, Page, Panel, Picture, Still, paragraphs_with, story_html, tell
from regimesim.report.settings import COMMON_TERMS, OF_A_RUN
from regimesim.scenario.messages import spoken
from regimesim.simulation.columns import SPELL_STEMS, TERMS, THRESHOLDS
from regimesim.simulation.results import Results, percent

if TYPE_CHECKING:
    from regimesim.analysis.collapse import Causes
    from regimesim.chronicle import Chronicle

FUTURES_OF_A_PAGE = 100
"""Forked from each year of the run that a page tells."""


class Asked(NamedTuple):
    """Origin of results: the command that gave them, and the one that tells their typical run."""

    command: str = ""
    explain: str = ""


def write_run(
    results: Results,
    path: str | Path,
    causes: Causes | None = None,
    stills: Mapping[str, str] | None = None,
    asked: Asked = Asked(),  # noqa: B008 (it cannot be changed)
    pairs: Sequence[Pair] | None = None,
    both: Uncertainties | None = None,
) -> Path:
    """Write the page of a run.

    Parameters
    ----------
    results : Results
    path : str or Path
        Of the file; one of that name is replaced.
    causes : Causes, optional
        Why regimes ended; looked into if not given.
    stills : mapping of name to SVG, optional
        ``survival``, ``century`` and ``why`` if they have been drawn already.
    asked : Asked, optional
    pairs : sequence of Pair, optional
        Pairs at the start; appraised if not given.
    both : Uncertainties, optional
        Luck, and all settings that fit the record; asked anew if not given, where the record is known.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    if causes is None:
        from regimesim.analysis.collapse import causes_of_collapse

        causes = causes_of_collapse(results)
    drawn = stills or {
        "survival": svg(survival_figure(results)),
        "century": svg(century_figure(results)),
        "why": svg(why_figure(results, causes.shares)),
    }
    at_start = pairs_at_start(results) if pairs is None else pairs
    uncertain = both_uncertainties(results) if both is None else both
    return run_page(results, causes, drawn, asked, at_start, uncertain).write(path)


def run_page(
    results: Results,
    causes: Causes,
    stills: Mapping[str, str],
    asked: Asked,
    pairs: Sequence[Pair],
    both: Uncertainties | None,
) -> Page:
    """Everything that there is to say of a run."""
    made = Page(spoken(results.scenario.title or results.scenario.name), _run_question(results, asked))
    made.add("answer", "The answer", _run_answer(results))
    made.add("lasting", "How long it lasts", made.picture(_run_survival(results, stills["survival"])))
    if both is not None:
        made.add("assumptions", "Luck and assumptions", *_luck_and_assumptions(both))
    made.add("course", "Course of cooperation", made.picture(_run_course(results, stills["century"])))
    made.add(
        "ends", "Why it ended", _causes_of_the_end(causes), made.picture(_why(results, causes, stills["why"]))
    )
    made.add("games", "What the pairs are playing", games(pairs))
    story = tell(results)
    turning = _turning(story) if story else None
    curve = [made.picture(turning)] if turning else []
    made.add("typical", "A typical run", story_html(story, asked.explain), *curve)
    made.add(
        "settings",
        "Settings",
        described(results),
        settings.parameters(results.scenario),
        settings.epoch_table(results.scenario),
        settings.world(results.scenario),
    )
    made.add("words", "Glossary", definitions((*COMMON_TERMS, *OF_A_RUN)))
    made.add(
        "provenance",
        "Provenance",
        paragraphs_with("Made by: ", asked.command),
        settings.provenance_table(results.provenance),
    )
    return made


def _run_question(results: Results, asked: Asked) -> Html:
    question = (
        f"How long do cooperation and peace last in the scenario {spoken(results.scenario.name)}, and why do "
        f"they end? Asked of {sentences.made_of(results)}."
    )
    return together([element("p", question), paragraphs_with("Asked by: ", asked.command)])


def _luck_and_assumptions(both: Uncertainties) -> tuple[Html, Html]:
    frame = both.table()
    rows = [(str(name), *map(str, row)) for name, row in zip(frame.index, frame.to_numpy(), strict=True)]
    head = ("", *map(str, frame.columns))
    return table("By luck, and over all settings that fit the record", head, rows), paragraphs(
        both.sentence()
    )


def _run_answer(results: Results) -> Html:
    lines = [
        f"{sentences.wording(spell).name}: {_lower(sentences.lasting_sentence(results, spell))}."
        for spell in SPELL_STEMS
    ]
    caption = "How long it lasts (years, 95 % intervals)"
    return together(
        [
            element("p", f"{sentences.run_headline(results)}.", class_="answer"),
            paragraphs(*lines),
            frame_table(caption, results.table()),
            paragraphs(*sentences.notes(results), class_="soft"),
        ]
    )


def _run_survival(results: Results, drawn: str) -> Picture:
    panels = []
    for spell in SPELL_STEMS:
        words, finding = sentences.wording(spell), sentences.lasting_sentence(results, spell)
        alt = (
            f"Survival curve: {words.share} by {words.since}. {finding}. The numbers are in the table below."
        )
        panels.append(
            Panel(
                f"live-{spell}", words.name, f"{finding}.", [Choice("", alt, survival_chart(results, spell))]
            )
        )
    loose, strict = THRESHOLDS.values()
    caption = (
        "Kaplan-Meier curves with 95 % bands; dashed to the median. Thin grey lines: the same runs with "
        f"{loose.word} (dotted) and {strict.word} (dashed and dotted) thresholds of what a regime is. "
        "What the horizon cuts off counts as standing until then."
    )
    return Picture(
        Still(drawn, "survival", sentences.run_headline(results), partial(survival_figure, results)),
        panels,
        caption,
        survival_table(results),
    )


def survival_table(results: Results) -> Html:
    """The curves at twenty ages."""
    curves = [results.curve(spell) for spell in SPELL_STEMS]
    rows = []
    for twentieth in range(21):
        age = results.scenario.years * twentieth / 20
        rows.append((f"{age:.4g}", *(cell for curve in curves for cell in standing_text(curve, age))))
    head = ("years", "regime stands", "95 % band", "at risk", "still at peace", "95 % band", "at risk")
    return table("Survival of cooperation and of peace", head, rows, class_="figures")


def _run_course(results: Results, drawn: str) -> Picture:
    names, finding = present(results), sentences.course_sentence(results)
    choices = []
    for name in names:
        alt = f"{TITLES[name].title} year by year: {TITLES[name].axis}, as bands over runs. "
        alt += f"{finding}. " if name == "cooperation" else ""
        choices.append(
            Choice(
                TITLES[name].title, f"{alt}The numbers are in the tables below.", course_chart(results, name)
            )
        )
    panels = [Panel("live-course", "Year by year", f"{finding}.", choices)] if choices else []
    caption = "The black line is the typical run."
    if results.yearly.shape[2] > 1:
        runs = f"{results.yearly.shape[2]:,} runs" if results.yearly.shape[2] < len(results) else "all runs"
        caption = (
            f"Bands: the middle half and the middle nine tenths of the runs in each year ({runs} were "
            f"recorded year by year). Dashed: their median. {caption}"
        )
    if len(results.scenario.phases) > 1:
        caption += " Dotted: the settings change (see the epochs below)."
    if not names:
        caption = "No yearly series were recorded."
    return Picture(
        Still(drawn, "century", finding, partial(century_figure, results)),
        panels,
        caption,
        course_tables(results) or paragraphs(caption),
    )


def _causes_of_the_end(causes: Causes) -> Html:
    collapses = len(causes.replicate)
    if not collapses:
        return paragraphs("No regime collapsed within the horizon.")
    rows = [(name, percent(share), f"{share * collapses:,.0f}") for name, share in causes.shares.items()]
    looked_into = f"{sentences.counted(collapses, 'collapse')} looked into"
    caption = f"What had lowered the margin of cooperation most, of {looked_into}"
    return together(
        [
            paragraphs(f"{sentences.foremost(causes.shares)}."),
            table(caption, ("cause", "share", "collapses"), rows, class_="figures"),
        ]
    )


def _why(results: Results, causes: Causes, drawn: str) -> Picture:
    words = f"{sentences.foremost(causes.shares)}. {sentences.restraint(results)}"
    caption = (
        f"{sentences.restraint(results)}. Layers: what holds a state back, as means over pairs and runs. "
        "Line: what defection gains it now."
    )
    seen = Still(drawn, "why", words, partial(why_figure, results, causes.shares))
    if not results.yearly.size:
        return Picture(seen, (), "No yearly series were recorded.", paragraphs("There are none."))
    means = sentences.terms(results)
    count = len(means["now"])
    rows = [
        (f"{results.scenario.start + k:g}", *(f"{means[term][k]:.2f}" for term in TERMS))
        for k in sorted({round(twentieth * (count - 1) / 20) for twentieth in range(21)})
    ]
    words_of = "Mean terms of the margin (payoff units)"
    numbers = table(words_of, ("year", *TERMS), rows, class_="figures")
    return Picture(seen, (), caption, numbers)


def _turning(story: Chronicle) -> Picture | None:
    """The turning points of the run that is told; None where they would take too long."""
    futures = min(FUTURES_OF_A_PAGE, affordable(story.scenario))
    if not futures:
        return None
    found = turning_points(story.scenario, story.seed, story.replicate, futures=futures)
    rows = [
        (change.date, change.cause, f"{change.change:+.3f}")
        for point in found.points
        for change in point.changes
    ]
    numbers = table("What moved the chance", ("date", "what happened", "change"), rows, class_="figures")
    caption = (
        f"Turning points of this run: the share of {found.futures:,} futures, forked from it in each year, "
        "in which the regime still stands at the date asked for. It moves only by news; the changes of all "
        "years add up to what came of it minus the chance at the start."
    )
    drawn = svg(turning_figure(found))
    seen = Still(drawn, "turning", found.sentence, partial(turning_figure, found))
    return Picture(seen, (), caption, numbers or paragraphs(caption))


def games(pairs: Sequence[Pair], of: str = "") -> Html:
    """Each pair's game and what cooperation takes; ``of`` ends the name of the table."""
    rows = []
    for pair in pairs:
        side = pair.harder
        rows.append(
            (
                f"{spoken(pair.first.state)}-{spoken(pair.second.state)}",
                pair.game,
                needed_and_had(side.discount_needed, side.discount),
                needed_and_had(side.trust_needed, side.trust),
                ", ".join(map(spoken, pair.buffers)) or "none",
            )
        )
    head = ("pair", "game", "discount needed (has)", "trust needed (has)", "buffer states between them")
    words = (
        "At the start. What cooperation takes is that of the side for which it takes more; in brackets what "
        "that side has. Where both sides play different games, both are named."
    )
    return together(
        [paragraphs(words), settings.long_table(f"The games of the pairs{of}", head, rows, "games")]
    )


def described(results: Results) -> Html:
    """Describe what the scenario stands for, and its source."""
    scenario = results.scenario
    source = f"Source: {scenario.source}" if scenario.source else ""
    return together([paragraphs(scenario.represents), paragraphs(source, class_="soft")])


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]

"""The page of a comparison: several scenarios on the same seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from regimesim.analysis.comparison import COMPARISON_CAUTION, HISTORICAL_MARKS, Comparison
from regimesim.analysis.matrix import Matrix
from regimesim.analysis.pairs import pairs_at_start
from regimesim.report import sentences, settings
from regimesim.report.charts import (
    TITLES,
    course_chart_of_many,
    course_tables_of_many,
    plane_chart,
    present,
    standing_text,
    survival_chart_of_many,
)
from regimesim.report.figures.comparisons import (
    comparison_headline,
    draw_comparison,
    save_comparison_figures,
)
from regimesim.report.figures.style import looks, svg
from regimesim.report.markup import (
    Html,
    definitions,
    details,
    element,
    frame_table,
    paragraphs,
    scenario_key,
    table,
    together,
)
from regimesim.report.matrix_page import add_matrix, write_matrix_tables
from regimesim.report.page import (
    BELOW,
    Choice,
    Page,
    Panel,
    Picture,
    Still,
    paragraphs_with,
    story_html,
    tell,
)
from regimesim.report.run_page import described, games
from regimesim.report.settings import COMMON_TERMS, OF_A_COMPARISON, OF_A_RUN
from regimesim.scenario.messages import spoken
from regimesim.simulation.columns import SPELL_STEMS, THRESHOLDS
from regimesim.simulation.folders import drawing, write_folder
from regimesim.simulation.results import json_text, write_results


def write_comparison(
    comparison: Comparison, path: str | Path, stills: Mapping[str, str] | None = None, command: str = ""
) -> Path:
    """Write the page of a comparison.

    Parameters
    ----------
    comparison : Comparison
    path : str or Path
        Of the file; one of that name is replaced.
    stills : mapping of name to SVG, optional
        ``survival``, ``plane`` and ``course`` if they have been drawn already.
    command : str, optional
        What was typed.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    drawn = stills or {
        kind: svg(draw_comparison(comparison, kind)) for kind in ("survival", "plane", "course")
    }
    return comparison_page(comparison, drawn, command).write(path)


def save_comparison(
    comparison: Comparison, path: Path, command: str = "", matrix: Matrix | None = None
) -> Path:
    """Write a new folder: a page, a folder of results each scenario, tables, pictures and a summary.

    Parameters
    ----------
    comparison : Comparison
    path : Path
    command : str, optional
        What was typed.
    matrix : Matrix, optional
        To be written and shown with it.

    Raises
    ------
    InputError
        If the folder exists or cannot be written.
    """

    def fill(folder: Path) -> None:
        for name, results in comparison.results.items():
            (folder / name).mkdir()
            write_results(results, folder / name)
        comparison.table().to_csv(folder / "table.csv")
        for spell in SPELL_STEMS:
            comparison.rmst(spell=spell).to_csv(folder / f"differences_{spell}.csv", index=False)
        answer = comparison.answer | ({"matrix": matrix.answer} if matrix else {})
        (folder / "summary.json").write_text(json_text(answer) + "\n", "utf-8")
        if matrix:
            write_matrix_tables(matrix, folder)
        with drawing():
            save_comparison_figures(comparison, folder)
            stills = {file.stem: file.read_text("utf-8") for file in folder.glob("*.svg")}
            comparison_page(comparison, stills, command, matrix).write(folder / "report.html")

    return write_folder(path, fill)


def comparison_page(
    comparison: Comparison, stills: Mapping[str, str], command: str, matrix: Matrix | None = None
) -> Page:
    """Everything that there is to say of a comparison, and of a matrix beside it."""
    names = [spoken(name) for name in comparison.names]
    scenarios = {name: results.scenario for name, results in comparison.results.items()}
    made = Page(" / ".join(names), _comparison_question(comparison, command))
    made.add("answer", "The answer", _comparison_answer(comparison))
    if matrix:
        add_matrix(made, matrix, stills["matrix"])
    made.add("differences", "Differences", _difference_table(comparison))
    made.add(
        "lasting",
        "How long it lasts",
        made.picture(_comparison_survival(comparison, stills["survival"])),
        paragraphs(COMPARISON_CAUTION, class_="note"),
    )
    made.add("plane", "Peace and cooperation", made.picture(_plane(comparison, stills["plane"])))
    if present(*comparison.results.values()):
        made.add(
            "course", "Course of cooperation", made.picture(_comparison_course(comparison, stills["course"]))
        )
    made.add("settings", "Settings", settings.parameters_of_many(scenarios))
    made.add("scenarios", "Each scenario", *_each(comparison))
    made.add("words", "Glossary", definitions((*COMMON_TERMS, *OF_A_COMPARISON, *OF_A_RUN)))
    first = next(iter(comparison.results.values()))
    about = {name: value for name, value in first.provenance.items() if name != "scenario"}
    made.add(
        "provenance",
        "Provenance",
        paragraphs_with("Made by: ", command),
        settings.provenance_table(about | {"scenarios": ", ".join(comparison.names)}),
    )
    return made


def _comparison_question(comparison: Comparison, command: str) -> Html:
    names = [spoken(name) for name in comparison.names]
    question = (
        f"Which lasts longer: {', '.join(names[:-1])} or {names[-1]}? Asked of "
        f"{sentences.counted(comparison.runs, 'run')} of {sentences.counted(comparison.years, 'year')} each, "
        f"on the same seeds (seed {comparison.seed})."
    )
    return together([element("p", question), paragraphs_with("Asked by: ", command)])


def _comparison_answer(comparison: Comparison) -> Html:
    first, *others = (f"{comparison.finding(spell)}." for spell in SPELL_STEMS)
    caption = "How long it lasts (years, 95 % intervals; disputes and wars in 100 pair-years)"
    return together(
        [
            element("p", " ".join([first, *others]), class_="answer"),
            frame_table(caption, comparison.table()),
            paragraphs("A row each for cooperation (the regime) and for peace.", class_="soft"),
        ]
    )


def _difference_table(comparison: Comparison) -> Html:
    against = comparison.names[0] if len(comparison.names) > 5 else None
    rows = [
        (
            f"{spoken(regime.longer)} minus {spoken(regime.shorter)}",
            regime.paired.text(),
            peace.paired.text(),
            ", ".join(f"{d.narrowed:.2f}" if d.narrowed < 1e6 else "all there is" for d in (regime, peace)),
        )
        for regime, peace in zip(
            comparison.differences(None, "regime", against),
            comparison.differences(None, "peace", against),
            strict=True,
        )
    ]
    caption = (
        f"Differences of the means (years out of {comparison.years:g}, 95 % intervals, on the same seeds)"
    )
    head = ("", "cooperation", "peace", "pairing narrows by")
    other = [
        (spoken(name), *(results.summary(spell, comparison.years).rmst.text() for spell in THRESHOLDS))
        for name, results in comparison.results.items()
    ]
    loose = "Mean years of cooperation if the thresholds of a regime are others"
    return together(
        [
            paragraphs("An interval that does not contain 0 tells the two apart."),
            table(caption, head, rows, class_="figures"),
            _besides_the_order(comparison, against),
            table(
                loose,
                ("", *(f"{levels.text} thresholds" for levels in THRESHOLDS.values())),
                other,
                class_="figures",
            ),
        ]
    )


def _still(comparison: Comparison, kind: str, drawn: str, words: str) -> Still:
    return Still(drawn, kind, words, partial(draw_comparison, comparison, kind))


def _besides_the_order(comparison: Comparison, against: str | None) -> Html:
    """Say what differs between two scenarios and is not the order."""
    pairs = comparison.differences(None, "regime", against)
    if not any(pair.besides for pair in pairs):
        return paragraphs("Nothing but the order differs between them.")
    listed = [
        (f"{spoken(pair.longer)} against {spoken(pair.shorter)}", "; ".join(pair.besides) or "nothing")
        for pair in pairs
    ]
    return together(
        [paragraphs("What differs between two scenarios besides the order:"), definitions(listed)]
    )


def _comparison_survival(comparison: Comparison, drawn: str) -> Picture:
    panels = []
    for spell in SPELL_STEMS:
        words, finding = sentences.wording(spell), comparison.finding(spell)
        alt = f"Survival curves, one a scenario: {words.share} by {words.since}. {finding}. {BELOW}"
        chart = Choice("", alt, survival_chart_of_many(comparison, spell))
        panels.append(Panel(f"live-{spell}", words.name, f"{finding}.", [chart]))
    marks = [mark for mark in HISTORICAL_MARKS if mark.years < comparison.years]
    caption = "Kaplan-Meier curves with 95 % bands."
    if marks:
        named = ", ".join(
            f"{mark.name}, {mark.years:g} years" + " (as years of peace only)" * (mark.spells == ("peace",))
            for mark in marks
        )
        caption += f" Dotted: durations of the record: {named}."
    seen, numbers = (
        _still(comparison, "survival", drawn, comparison_headline(comparison)),
        _survival_tables(comparison),
    )
    return Picture(seen, panels, caption, numbers, scenario_key(looks(comparison.names)))


def _survival_tables(comparison: Comparison) -> Html:
    found = []
    for spell in SPELL_STEMS:
        curves = [results.curve(spell) for results in comparison.results.values()]
        ages = [comparison.years * k / 10 for k in range(11)]
        rows = [
            (f"{age:.4g}", *(", ".join(_short(standing_text(curve, age))) for curve in curves))
            for age in ages
        ]
        caption = f"{sentences.wording(spell).name}: share still standing, 95 % band"
        found.append(table(caption, ("years", *map(spoken, comparison.names)), rows, class_="figures"))
    return together(found)


def _short(words: tuple[str, str, str]) -> list[str]:
    return [word for word in words[:2] if word]


def _plane(comparison: Comparison, drawn: str) -> Picture:
    alt = (
        "Years of peace across, years of cooperation up, a cloud of runs and one mark a scenario. "
        f"{comparison_headline(comparison)}. {BELOW}"
    )
    panel = Panel("live-plane", "The plane", "", [Choice("", alt, plane_chart(comparison))])
    rows = []
    for name, results in comparison.results.items():
        peace, regime = (
            results.summary(spell, comparison.years).rmst.text() for spell in ("peace", "regime")
        )
        rows.append((spoken(name), peace, regime))
    caption = (
        "Small: the first runs of each scenario, moved a little at random so that they do not hide one "
        "another. Large: means up to the horizon with 95 % intervals. Far right and low is peace without "
        "cooperation (deterrence), far right and high both (a regime)."
    )
    numbers = table(
        f"Means up to {comparison.years:g} years",
        ("scenario", "peace", "cooperation"),
        rows,
        class_="figures",
    )
    return Picture(
        _still(comparison, "plane", drawn, alt),
        [panel],
        caption,
        numbers,
        scenario_key(looks(comparison.names)),
    )


def _comparison_course(comparison: Comparison, drawn: str) -> Picture:
    choices = []
    for name in present(*comparison.results.values()):
        alt = f"{TITLES[name].title} of each scenario year by year: {TITLES[name].axis}. {BELOW}"
        choices.append(Choice(TITLES[name].title, alt, course_chart_of_many(comparison, name)))
    caption = (
        "Lines: medians over runs. Bands: the middle half of the runs. Years are counted from each "
        "scenario's start."
    )
    panel = Panel("live-course", "Year by year", "", choices)
    words = f"Cooperation and trust of each scenario year by year. {comparison.finding('regime')}."
    return Picture(
        _still(comparison, "course", drawn, words),
        [panel],
        caption,
        course_tables_of_many(comparison),
        scenario_key(looks(comparison.names)),
    )


def _each(comparison: Comparison) -> Sequence[Html]:
    found = []
    for name, results in comparison.results.items():
        scenario, of = results.scenario, f" of {spoken(name)}"
        title = spoken(name) + (f": {spoken(scenario.title)}" if scenario.title else "")
        found.append(
            details(
                title,
                described(results),
                paragraphs(f"Typical run {sentences.typical_run(results)}."),
                settings.epoch_table(scenario, of),
                settings.world(scenario, of),
                games(pairs_at_start(results), of),
                details(f"Chronicle of the typical run{of}", story_html(tell(results), "")),
            )
        )
    return found

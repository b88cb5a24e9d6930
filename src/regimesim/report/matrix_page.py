"""The page of a matrix, and its parts for the page of a comparison."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from regimesim.analysis.matrix import CELL_MEASURES, Matrix, parts_of, share_with_interval
from regimesim.report import settings
from regimesim.report.figures.matrix import matrix_figure, save_matrix_figure
from regimesim.report.figures.style import svg
from regimesim.report.markup import Html, definitions, paragraphs, table, together
from regimesim.report.page import Page, Picture, Still, paragraphs_with
from regimesim.report.sentences import capitalized, counted
from regimesim.report.settings import COMMON_TERMS, OF_A_COMPARISON
from regimesim.scenario.messages import spoken
from regimesim.simulation.folders import write_folder
from regimesim.simulation.results import json_text

OF_A_MATRIX: tuple[tuple[str, str], ...] = (
    (
        "world, order",
        "A world is what is given: states, strength, geography, arms, dated facts. An order is what states "
        "arrange: conferences, norms, sanctions, transparency.",
    ),
    (
        "share of the variance",
        "How much of the differences between cells follows the world, how much the order, and how much "
        "neither alone (interaction: an order does more in one world than in another). Every cell counts "
        "alike; noise is taken off; intervals by bootstrap over runs. Luck: share of the variance of single "
        "runs that lies within cells.",
    ),
)


def write_matrix(found: Matrix, path: str | Path, drawn: str = "", command: str = "") -> Path:
    """Write the page of a matrix.

    Parameters
    ----------
    found : Matrix
    path : str or Path
        Of the file; one of that name is replaced.
    drawn : str
        The picture as SVG, if it has been drawn already.
    command : str
        What was typed.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    return matrix_page(found, drawn or svg(matrix_figure(found)), command).write(path)


def save_matrix(found: Matrix, path: Path, command: str = "") -> Path:
    """Write a new folder: a page, tables, the picture, a row for each run of each cell, a summary.

    Raises
    ------
    InputError
        If the folder exists or cannot be written.
    """

    def fill(folder: Path) -> None:
        drawn = write_matrix_tables(found, folder)
        (folder / "summary.json").write_text(json_text(found.answer) + "\n", "utf-8")
        write_matrix(found, folder / "report.html", drawn, command)

    return write_folder(path, fill)


def write_matrix_tables(found: Matrix, folder: Path) -> str:
    """Write tables and picture into a folder in the making; returns the picture as SVG."""
    found.frame.to_csv(folder / "matrix.csv", index=False)
    found.effect_frame.to_csv(folder / "matrix_differences.csv", index=False)
    found.share_frame.to_csv(folder / "matrix_variance.csv", index=False)
    found.runs_frame.to_parquet(folder / "matrix_runs.parquet", index=False)
    save_matrix_figure(found, folder)
    return (folder / "matrix.svg").read_text("utf-8")


def matrix_page(found: Matrix, drawn: str, command: str) -> Page:
    """Everything that there is to say of a matrix."""
    question = (
        f"How long does cooperation last under each order in each world? Asked of "
        f"{counted(found.runs, 'run')} of {counted(found.years, 'year')} a cell, on the same seeds "
        f"(seed {found.seed})."
    )
    asked = paragraphs_with("Asked by: ", command)
    made = Page("Worlds by orders", together([paragraphs(question), asked]))
    made.add(
        "matrix", "Every order in every world", made.picture(picture(found, drawn)), matrix_remarks(found)
    )
    made.add("effects", "What the order changes, and the world", effects(found))
    made.add("variance", "World, order, and the fit of the two", variance(found))
    made.add("words", "Glossary", definitions((*OF_A_MATRIX, *COMMON_TERMS, *OF_A_COMPARISON)))
    cells = {"worlds": ", ".join(found.worlds), "orders": ", ".join(found.orders)}
    made.add("provenance", "Provenance", settings.provenance_table(found.provenance | cells))
    return made


def add_matrix(made: Page, found: Matrix, drawn: str) -> None:
    """Put a matrix on the page of a comparison."""
    parts = (made.picture(picture(found, drawn)), effects(found), variance(found), matrix_remarks(found))
    made.add("matrix", "Every order in every world", *parts, definitions(OF_A_MATRIX))


def picture(found: Matrix, drawn: str) -> Picture:
    """The heat maps with their numbers."""
    words = ". ".join(found.finding(measure.name) for measure in CELL_MEASURES)
    caption = (
        "Framed: a world with its own order, that of a scenario. Along a row only the order differs; along a "
        "column, the world."
    )
    seen = Still(drawn, "matrix", f"Worlds by orders. {words}.", partial(matrix_figure, found))
    return Picture(seen, [], caption, tables(found))


def tables(found: Matrix) -> Html:
    """Tables of cells, one for each measure; the scenario whose combination a cell is, in brackets."""
    parts = []
    for measure in CELL_MEASURES:
        rows = [
            (
                found.titles[world],
                *(_cell_words(found, (world, order), measure.name) for order in found.orders),
            )
            for world in found.worlds
        ]
        unit = f"restricted mean, years of {found.years:g}" if measure.spell else measure.unit
        head = ("", *(found.titles[order] for order in found.orders))
        parts.append(
            table(f"{capitalized(measure.name)} ({unit}, 95 % intervals)", head, rows, class_="figures")
        )
    return together(parts)


def _cell_words(found: Matrix, cell: tuple[str, str], measure: str) -> str:
    own = found.own.get(cell)
    return found.text(cell, measure) + (f" ({spoken(own)})" if own else "")


def effects(found: Matrix) -> Html:
    """Differences within worlds and within orders, with what differs besides the order."""
    captions = {
        "world": "Within a world, one order minus another: only the order differs",
        "order": "Within an order, one world minus another",
    }
    units = "years, disputes in 100 pair-years, 95 % intervals"
    parts, besides = [], {}
    for shared, (group, caption) in enumerate(captions.items()):
        rows = []
        for same in zip(*(found.effects(measure.name, group) for measure in CELL_MEASURES), strict=True):
            one, other = (found.titles[cell[1 - shared]] for cell in (same[0].cell, same[0].against))
            shared_by = found.titles[same[0].cell[shared]]
            rows.append((shared_by, f"{one} minus {other}", *(effect.estimate.text() for effect in same)))
            if same[0].besides:
                besides[f"{one} against {other}"] = "; ".join(same[0].besides)
        if rows:
            head = ("", "", *(measure.name for measure in CELL_MEASURES))
            parts.append(table(f"{caption} ({units})", head, rows, named=2, class_="figures"))
    if besides:
        parts += [
            paragraphs("What differs between two worlds besides their names:"),
            definitions(besides.items()),
        ]
    return together(parts)


def variance(found: Matrix) -> Html:
    """Shares of the variance."""
    if not found.shares:
        return paragraphs("The variance is not split: that takes two worlds, two orders and every cell.")
    names = ("world", "order", "interaction", "luck")
    rows = [
        (
            measure.name,
            *(share_with_interval(parts_of(found.shares[measure.name])[name]) for name in names),
        )
        for measure in CELL_MEASURES
    ]
    head = ("", "world", "order", "interaction", "luck, of single runs")
    caption = "Shares of the variance between cells (%, 95 % intervals by bootstrap over runs)"
    return together(
        [
            paragraphs(". ".join(found.finding(measure.name) for measure in CELL_MEASURES) + "."),
            table(caption, head, rows, class_="figures"),
        ]
    )


def matrix_remarks(found: Matrix) -> Html:
    """Arrangements that can do nothing in a world, and combinations that were refused."""
    return paragraphs(*found.remark_lines, class_="soft")

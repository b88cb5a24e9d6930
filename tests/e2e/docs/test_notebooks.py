"""The notebooks: they run without a warning, print what is stored, and type no result into prose."""

import ast
import io
import re
import tokenize

import nbformat
import pytest
from execution import NOTEBOOKS, ROOT, code_cells, executed, printed
from prose import CALLED, NO_RESULT, typed_results
from rotation import of_the_day

LARGEST = 400_000
"""Bytes."""

SETTINGS = [r"[~\w.]+=\S*", r"\{[^{}]*\}", r"\{[^{}]*\}"]
"""In code: ``name=value`` as on the command line, and tables of YAML, one inside another."""


@pytest.mark.parametrize(
    "words",
    [
        "Cooperation lasts 47 years.",
        "It rises by .05.",
        "In most runs, 78 % of them, it stands.",
        "The regime held for about sixty years.",
        "Three hundred runs later it falls.",
        "Ten per cent fall.",
        "In 1854 the model is at peace in 9 of 10 runs.",
    ],
)
def test_a_typed_result_is_found(words):
    assert typed_results(words)


@pytest.mark.parametrize(
    "words",
    [
        "From 1816 to 1853, or 1816-1914, see Jervis (1982, notes 31 and 33) and pp. 87-100.",
        "Set `transparency.level=0.3`; if $\\delta \\ge 1/2$, as in Exercise 2 and Answers 2, 3 and 5.",
        "2. **A richer prize.** In one world it is so, in two others not.",
        "Means with 95 % intervals; half of the pairs.",
    ],
)
def test_what_is_no_result_is_let_pass(words):
    assert typed_results(words) == []


def spoken_in(source):
    """Strings and comments of a piece of code that a reader takes for prose."""
    skipped = set()
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            skipped.update(map(id, ast.walk(node.format_spec)))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "write_text":
            skipped.update(id(inner) for argument in node.args for inner in ast.walk(argument))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_strings_and_comments_are_read_and_formats_are_not():
    code = "print(f'{x:>20.2f} years')  # gives 47\nprint('It lasts 12 years')\nrun('war.cost=12')\n"
    found = [typed_results(text, [*SETTINGS, *NO_RESULT]) for text in spoken_in(code)]
    assert sum(map(bool, found)) == 2


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture(scope="module")
def stored(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=() if path in of_the_day(NOTEBOOKS) else pytest.mark.verify)
        for path in NOTEBOOKS
    ],
)
def test_it_runs_and_prints_what_is_stored(path):
    """Two a day, in turn. If only stored outputs are old: ``python tools/execution.py`` writes them anew."""
    stored = nbformat.read(path, as_version=4)
    fresh = executed(path)
    assert printed(fresh) == printed(stored)
    shown = [[output.output_type for output in cell.outputs] for cell in code_cells(stored)]
    assert [[output.output_type for output in cell.outputs] for cell in code_cells(fresh)] == shown
    pictures = [
        output.data["image/png"]
        for cell in code_cells(stored)
        for output in cell.outputs
        if output.output_type != "stream" and "image/png" in output.data
    ]
    assert len(pictures) >= 2
    assert len(set(pictures)) == len(pictures)


def test_prose_types_no_result(stored):
    found = []
    for cell in stored.cells:
        if cell.cell_type == "markdown":
            found += typed_results(cell.source)
        else:
            for text in spoken_in(cell.source):
                found += typed_results(text, [*SETTINGS, *NO_RESULT])
    assert found == []


def test_it_asks_predicts_exercises_and_answers(stored):
    prose = "\n".join(cell.source for cell in stored.cells if cell.cell_type == "markdown")
    assert re.match(r"# \d \N{MIDDLE DOT} .+\n\n\*\*The question: .+\?\*\*", prose)
    asks, exercises, answers = (
        next(n for n, cell in enumerate(stored.cells) if heading in cell.source)
        for heading in ("## Before you run on", "## Exercises", "## Answers")
    )
    assert "nothing yet" in stored.cells[asks + 1].source
    assert asks < exercises <= answers
    asked = re.findall(r"(?m)^(\d)\. \*\*", prose.partition("## Exercises")[2].partition("## Answers")[0])
    assert asked == [str(n) for n in range(1, len(asked) + 1)]
    assert 3 <= len(asked) <= 5
    answered = re.findall(rf"\*\*Answers? ({CALLED})\.?\*\*|\*\*Answers? ({CALLED})\.\*\*", prose)
    assert sorted(re.findall(r"\d", str(answered))) == asked
    worked = [cell for cell in stored.cells[answers:] if cell.cell_type == "code"]
    assert worked
    assert all(cell.outputs for cell in worked)


def test_it_is_small_and_comes_from_no_machine(path, stored):
    assert path.stat().st_size < LARGEST
    text = path.read_text("utf-8")
    assert not re.search(r"/home/|/[r]oot/|/tmp/|/opt/|/[w]ork/|C:\\\\", text)
    assert all(out.get("name") != "stderr" for cell in code_cells(stored) for out in cell.outputs)


def test_a_warning_fails_a_notebook(tmp_path):
    cell = nbformat.v4.new_code_cell("import warnings; warnings.warn('careful')")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "warns.ipynb")
    with pytest.raises(Exception, match="careful"):
        executed(tmp_path / "warns.ipynb")


def test_the_page_of_notebooks_lists_them_all():
    page = (ROOT / "notebooks" / "README.md").read_text("utf-8")
    linked = re.findall(r"\]\((\d_\w+\.ipynb)\)", page)
    assert linked == [path.name for path in NOTEBOOKS]
    assert len(NOTEBOOKS) == 8

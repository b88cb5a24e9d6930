"""What the documents tell people to type, typed (the tutorial: ``test_tutorial.py``)."""

import shlex

import duckdb
import pytest
from snippets import PAGES, blocks, write_file

from regimesim.cli.main import main

SMALL = {
    "run": {"runs": 4, "years": 2},
    "compare": {"runs": 4, "years": 2},
    "diagnose": {"runs": 4, "years": 2},
    "history": {"runs": 4},
    "sweep": {"runs": 2, "years": 10},
    "sensitivity": {"runs": 2, "trajectories": 2, "samples": 2, "years": 2},
    "remedies": {"tries": 60, "runs": 4},
    "calibrate": {"draws": 4, "runs": 20, "answers": 1},
}
"""What makes a command quick that is not so already."""

NOT_RUN = {
    "python3 -m venv": "installs: .ci/run does it, and test_wheel.py with a wheel",
    "pip install": "installs: test_wheel.py",
    "mkdir first-hour": "test_wheel.py follows the tutorial in an environment of its own",
    "python -m pytest": "this is what runs",
    "ruff format": "test_habits.py",
    "python -m sphinx": "test_site.py",
    "python docs/make_reference.py": "would write into the checkout: test_reference.py",
    "python tools/execution.py": "would write into the checkout: test_notebooks.py",
    "python tests/support/snippets.py": "would write into the checkout: test_tutorial.py",
    "python tests/support/same_bits.py": "tests/twin and test_browser_kernel.py have a few worlds of it",
    "python tests/support/golden.py": "tests/golden",
    "python tools/mutation.py": "takes an hour: test_mutation.py has a sample",
    "python tools/build_kernel.py": "would write into the checkout: test_browser_kernel.py",
    "python tools/oldest.py": "test_versions.py installs what it says",
    "python3.11 -m venv old": "test_versions.py does it",
    "eval ": "test_completion.py asks real shells",
    "regimesim completion": "test_completion.py asks real shells",
    "python tools/fit_assumptions.py": "takes some minutes, and would write: test_fitting.py has a sample",
    "python -m benchmarks": "measures for a quarter of an hour: test_sections.py has a sample",
    "python -m regimesim demo": "opens a browser: test_demo_command.py",
    "python -m regimesim sweep +scenario=concert +sweep=assumptions engine=dask": "needs a cluster",
    "python -m regimesim sweep +scenario=concert +sweep=assumptions engine=slurm": "needs a cluster",
    "python -m regimesim predict": "fits for half a minute: test_prediction.py has a sample",
    "python -m regimesim explain +scenario=concert replicate=17 remedies=true": "test_remedies_command.py",
    "python -m regimesim remedies +scenario=concert": "test_remedies_command.py",
    "python -m regimesim compare order=concert": "test_matrix.py",
    "python -m regimesim compare 'worlds=[europe_1816,trade]'": "test_matrix.py",
    "python -m regimesim experiment 08": "tests/experiments derives every answer again",
    "python -m regimesim experiment literature/punishment scale": "the same",
    "python -m regimesim run -m": "starts hydra for every job: test_multirun.py",
}
"""Commands that are shown and not carried out here, by how they begin, with the reason."""

WITH_SNIPPETS = [page for page in PAGES if blocks(page)]
ELSEWHERE = {
    "docs/tutorial.md": "test_tutorial.py",
    "docs/model.md": "test_model_page.py",
    "docs/reference/commands.md": "test_reference.py",
}
"""Pages whose snippets another test takes up."""
HERE = [page for page in WITH_SNIPPETS if page not in ELSEWHERE]
SHOWN = {
    "r": "R's arrow is in none of the places that tests install from",
    "py": "a page of Mesa's needs Solara: test_mesa.py makes one where it is installed",
}
"""Languages that are not carried out, with the reason."""


def typed(block):
    """What is typed into a shell, line by line, without comments."""
    return [shlex.join(shlex.split(line, comments=True)) for line in block.text.splitlines() if line]


def lines(page):
    """The same of a whole page."""
    return [line for block in blocks(page) if block.language == "sh" for line in typed(block)]


def test_every_snippet_is_of_a_kind_that_is_run():
    assert set(ELSEWHERE) <= set(WITH_SNIPPETS)
    kinds = {block.language for page in HERE for block in blocks(page)}
    assert kinds <= {"sh", "python", "yaml", "csv", "sql", *SHOWN}


def test_what_is_not_run_is_there():
    """A reason for what nobody is told to type any more goes."""
    found = [line for page in WITH_SNIPPETS for line in lines(page)]
    assert [start for start in NOT_RUN if not any(line.startswith(start) for line in found)] == []


def smaller(words):
    """The same command, quickly done; what extends a sweep needs more runs than it had."""
    changes = SMALL.get(words[0], {}) | ({"runs": 3} if "extend=true" in words else {})
    if "remedies=true" in words and not any(word.startswith("levers=") for word in words):
        changes |= {"levers": "[shadow.resolve]"}
    if words[0] == "history" and not any(word.startswith("+scenario=") for word in words):
        changes = {}  # nothing is simulated
    kept = [word for word in words if word.partition("=")[0] not in changes]
    return [*kept, *(f"{name}={value}" for name, value in changes.items())]


@pytest.mark.parametrize("page", HERE)
def test_every_snippet_works(page, root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    before = {line for earlier in HERE[: HERE.index(page)] for line in lines(earlier)}  # done with that page
    for block in blocks(page):
        if block.language in ("yaml", "csv"):
            write_file(block, tmp_path)
        elif block.language == "python":
            exec(compile(block.text.replace("runs=1000", "runs=16"), page, "exec"), names)
        elif block.language == "sql":
            rows = duckdb.sql(block.text).fetchall()
            runs = names["found"].read_runs().merge(names["found"].design)
            means = runs.groupby("transparency.level")["regime_years"].mean()
            assert dict(rows) == pytest.approx(means.to_dict())
        elif block.language == "sh":
            for line in typed(block):
                words = shlex.split(line)
                if line in before or line.startswith(tuple(NOT_RUN)):
                    continue
                assert words[:3] == ["python", "-m", "regimesim"], line
                assert main([*smaller(words[3:]), "-q"]) == 0, line
    assert "Traceback" not in capsys.readouterr().err
    if page == "README.md":
        assert names["model"].round == 1

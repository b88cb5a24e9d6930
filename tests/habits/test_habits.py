"""Habits, checked like everything else: format, style, types, import contracts, light imports, documents."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import numpy as np
import pytest
from checkout import HEAVY, ROOT

import regimesim

PAGES = [
    *ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/**/*.py"), *ROOT.glob("seeds/*.*"),
    *ROOT.glob("experiments/**/*.md"), *ROOT.glob("experiments/**/*.py"),
]  # fmt: skip
LINT_IMPORTS = Path(sysconfig.get_path("scripts")) / "lint-imports"
PUBLISHED = (
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CITATION.cff", "codemeta.json",
    "pyproject.toml", ".ci/run",
)  # fmt: skip
OF_TODAY = pytest.mark.skipif(
    tuple(map(int, np.__version__.split(".")[:2])) < (2, 4),
    reason="types are checked against those of NumPy 2.4 or newer; older ones judge the code differently",
)


def output_of(*command, **options):
    done = subprocess.run(
        command,
        cwd=ROOT,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((sys.executable, "-m", "ruff", "format", "--check", "."), id="format"),
        pytest.param((sys.executable, "-m", "ruff", "check", "."), id="style"),
        pytest.param((sys.executable, "-m", "mypy"), id="types", marks=OF_TODAY),
        pytest.param((str(LINT_IMPORTS),), id="imports"),
    ],
)
def test_check(command):
    output_of(*command, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "110"})


@pytest.mark.skipif(os.name != "posix", reason="shells that ignore interrupts in the background are POSIX's")
def test_tests_of_interrupts_pass_where_interrupts_are_ignored():
    """As in ``python -m pytest &``: without a word in conftest.py nothing that they start is interrupted."""
    tests = ("tests/e2e/cli/test_faults.py", "-k", "others_lose and SIGINT")
    told = output_of(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    assert " passed" in told


def test_importing_the_package_imports_nothing_heavy():
    program = f"import regimesim, sys; print(sorted({HEAVY!r} & set(sys.modules)))"
    assert output_of(sys.executable, "-c", program).strip() == "[]"


def test_a_batch_needs_neither_mesa_nor_scipy():
    """They take longer to import than a thousand runs to play."""
    program = (
        "import sys, regimesim as rs; rs.simulate('concert', runs=2, years=1); print(sorted(sys.modules))"
    )
    imported = set(output_of(sys.executable, "-c", program).strip("[]\n").replace("'", "").split(", "))
    assert "numpy" in imported and not {"mesa", "scipy", "matplotlib", "hydra"} & imported


def test_the_answer_of_run_needs_no_library_that_only_files_do():
    """pandas, PyArrow, SciPy and Hydra's parser take longer to import than ten runs to play."""
    program = (
        "import sys, regimesim.cli.run as run; from regimesim.cli.main import main\n"
        "run._write_run = lambda *rest: sys.exit(print(sorted(sys.modules), file=sys.stderr))\n"
        "main(['run', '+scenario=concert', 'runs=2', 'years=2', 'war.cost=3.5'])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    imported = set(told.stderr.strip("[]\n").replace("'", "").split(", "))
    assert "Typical run" in told.stdout
    assert (
        "numpy" in imported and not {"mesa", "pandas", "pyarrow", "scipy", "matplotlib", "hydra"} & imported
    )


def test_public_names_are_few_and_all_there():
    assert len(regimesim.__all__) <= 20
    assert dir(regimesim) == sorted(regimesim.__all__)
    for name in regimesim.__all__:
        assert getattr(regimesim, name) is not None


def test_no_module_hides_a_public_function():
    """A package or module directly in ``regimesim`` that bore its name would, once it is loaded."""
    names = {path.stem for path in (ROOT / "src" / "regimesim").iterdir() if path.name != "__init__.py"}
    assert names & set(regimesim.__all__) == {"theory"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'regimesim' has no attribute 'simulat'"):
        regimesim.simulat  # noqa: B018


def test_the_version_is_the_same_everywhere():
    declared = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert regimesim.__version__ == declared
    assert re.search(r"^version: (\S+)$", read("CITATION.cff"), re.MULTILINE)[1] == declared
    assert f"## {declared}" in read("CHANGELOG.md")


def test_ci_runs_the_test_command_of_the_readme():
    (command,) = re.findall(r"^python3 -m venv .*pytest.*$", read("README.md"), re.MULTILINE)
    _, _, install, check = command.split(" && ")
    script = read(".ci/run")
    assert install.removeprefix("pip install ") in script
    assert f"\n{check} " in script


@pytest.mark.parametrize("name", [*PUBLISHED, *(path.relative_to(ROOT).as_posix() for path in PAGES)])
def test_nothing_published_names_a_package_host_or_a_machine(name):
    assert not re.search(r"index-url|find-links|file://|/home/|/[r]oot/|/opt/|/[w]ork/", read(name))

"""The wheel and the sdist: what is in them, and the wheel alone, outside the checkout, at its work."""

import json
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest
from installing import environment
from packaging.metadata import Metadata
from plainly import NEEDS, WORKS, refusal, write_disputes
from snippets import TUTORIAL, Reader, blocks, followed

from regimesim.simulation.provenance import program_version

CONSUMER = """
from typing import assert_type

import pandas as pd
from matplotlib.axes import Axes

import regimesim as rs
from regimesim.analysis.ablation import Ablation
from regimesim.analysis.comparison import Comparison
from regimesim.sweeps.results import SweepResults

concert = rs.load_scenario("concert", ["transparency.level=0.3"])
assert_type(concert, rs.Scenario)
results = rs.simulate(concert, runs=8, seed=0)
assert_type(results, rs.Results)
assert_type(results.runs, pd.DataFrame)
assert_type(results.survival("peace"), pd.DataFrame)
assert_type(results.plot("survival"), Axes)
assert_type(rs.compare(["concert", "bipolar"]), Comparison)
assert_type(rs.ablate(concert, "institutions"), Ablation)
assert_type(rs.sweep("anarchy", {"transparency.level": [0.2]}, "seen"), SweepResults)
assert_type(rs.load_results("seen"), rs.Results | SweepResults)
assert_type(rs.theory.critical_discount((5, 3, 1, 0)), float)
assert_type(rs.__version__, str)
rs.simulate(concert, runs="8")  # type: ignore[arg-type]
rs.simulat(concert)  # type: ignore[attr-defined]


class Cautious(rs.State):
    def intend(self, other: rs.State) -> bool:
        assert_type(self.trust_in(other), float)
        return self.trust_in(other) > 0.7


model = rs.RegimeModel(concert, seed=0, agents={"France": Cautious})
assert_type(model.states, list[rs.State])
assert_type(model.buffers, list[rs.BufferState])
assert_type(model.run(years=20), rs.RegimeModel)
"""


def test_the_wheel_carries_what_it_needs_and_nothing_else(built, root):
    names = zipfile.ZipFile(built.wheel).namelist()
    for folder, place in (("src/regimesim", "regimesim"), ("configs", "regimesim/configs")):
        files = {path.relative_to(root / folder) for path in (root / folder).rglob("*") if path.is_file()}
        wanted = {f"{place}/{file.as_posix()}" for file in files if file.suffix != ".pyc"}
        assert wanted - set(names) == set()
    assert {
        "regimesim/py.typed",
        "regimesim/app/static/page.html",
        "regimesim/configs/scenario/concert.yaml",
    } <= set(names)
    about = f"regimesim-{program_version()}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"regimesim", about}
    assert f"{about}/licenses/LICENSE" in names
    assert not [name for name in names if "__pycache__" in name]


def test_the_metadata_is_valid_and_true(built, root):
    with zipfile.ZipFile(built.wheel) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        found = Metadata.from_email(wheel.read(name), validate=True)
    assert (found.name, found.license_expression) == ("regimesim", "MIT")
    assert str(found.requires_python) == ">=3.11"
    for version in ("3.11", "3.12", "3.13"):
        assert f"Programming Language :: Python :: {version}" in found.classifiers
    base = [str(needed) for needed in found.requires_dist if "extra ==" not in str(needed)]
    names = {re.match(r"[\w-]+", needed)[0] for needed in base}
    assert {"numpy", "numba", "pandas", "mesa", "hydra-core"} <= names
    assert not names & {"salib", "lifelines", "dask", "pytest"}
    assert found.description == (root / "README.md").read_text("utf-8")


def test_the_sdist_holds_the_whole_source(built, root):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout: git does not say which files belong to it")
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    present = {name for name in listed.stdout.split("\0") if name and (root / name).is_file()}
    assert present - names == set()


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """An environment that has the wheel and no extras."""
    return environment(tmp_path_factory.mktemp("installed"), built.wheel, sys.executable)


@pytest.mark.verify
def test_the_main_job_from_a_wheel(installed):
    done = installed("-m", "regimesim", "run", "+scenario=concert", "runs=64", "years=20")
    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = (installed.folder / "outputs" / "run" / "concert").iterdir()
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert summary["runs"] == 64 and (folder / "survival.png").stat().st_size > 10_000
    where = installed("-c", "import regimesim; print(regimesim.__file__)")
    assert "site-packages" in where.stdout


@pytest.mark.verify
def test_the_tutorial_from_a_wheel(installed, tmp_path, monkeypatch):
    """As a newcomer follows it: every line typed into a shell, in an environment of the wheel alone."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    _, *rest = blocks(TUTORIAL)
    outputs = followed(Reader(tmp_path, installed.python))
    printed = [last for last, block in zip(["", *outputs], rest, strict=False) if block.language == "text"]
    assert printed == [block.text for block in rest if block.language == "text"]


@pytest.mark.verify
def test_every_command_from_a_wheel_without_extras(installed):
    write_disputes(installed.folder)
    for name, words in WORKS.items():
        done = installed("-m", "regimesim", *words)
        assert (done.returncode, done.stderr) == (0, ""), name
    for name, (words, extra) in NEEDS.items():
        done = installed("-m", "regimesim", *words)
        assert refusal(done.returncode, done.stdout, done.stderr, extra) == "", name


@pytest.mark.verify
def test_experiments_come_with_the_source(installed):
    done = installed("-m", "regimesim", "experiment")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("regimesim: no experiments here; ") and "unpack the source" in done.stderr


@pytest.mark.verify
def test_a_mistake_with_the_wheel(installed):
    done = installed("-m", "regimesim", "run", "+scenario=concrt")
    assert done.returncode == 2 and done.stderr.startswith("regimesim: no scenario 'concrt'. Did you mean")


@pytest.mark.verify
def test_a_consumer_is_told_the_types(installed):
    """mypy sees the installed wheel only; a wrong call must be refused for its type."""
    installed.install("pandas-stubs")
    file = installed.folder / "consumer.py"
    file.write_text(CONSUMER, "utf-8")
    mypy = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--python-executable",
        installed.python,
        "--cache-dir",
        "types",
    ]
    done = subprocess.run(
        [*mypy, file.name], cwd=installed.folder, capture_output=True, text=True, check=False
    )
    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout


@pytest.mark.verify
def test_the_sdist_installs_and_its_tests_pass_where_it_is_unpacked(built, tmp_path):
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    (tmp_path / "made").mkdir()
    installed = environment(tmp_path / "made", built.sdist, sys.executable)
    assert "Concert of Europe" in installed("-m", "regimesim", "list", "scenarios").stdout
    tests = ("tests/exact", "tests/theory/theory/test_exact.py", "tests/habits/test_habits.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests], cwd=source,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout

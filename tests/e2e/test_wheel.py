"""The wheel alone, installed into a fresh environment outside the checkout, does the main job."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from snippets import TUTORIAL, Reader, blocks, followed

pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """The wheel, built by the build backend itself."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"import hatchling.build as h; print(h.build_wheel({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", build], cwd=root, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Runs a command with the Python of an environment that has the wheel, in an empty folder."""
    folder = tmp_path_factory.mktemp("installed")
    venv = folder / "venv"
    pip = [sys.executable, "-m", "pip"]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True, capture_output=True)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run(
        [*pip, "--python", python, "install", "--quiet", "--disable-pip-version-check", wheel],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    empty = folder / "empty"
    empty.mkdir()
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*arguments):
        return subprocess.run(
            [python, *arguments], cwd=empty, env=environment, capture_output=True, text=True, timeout=600
        )

    run.folder, run.python = empty, python
    return run


def test_the_wheel_carries_what_it_needs(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "configs/config.yaml",
        "configs/scenario/concert.yaml",
        "configs/strategy/grim.yaml",
        "py.typed",
        "app/static/index.html",
        "app/static/page.js",
        "app/static/style.css",
    ):
        assert f"regimesim/{name}" in names
    assert not [name for name in names if not name.startswith("regimesim")]


def test_the_main_job_from_a_wheel(installed):
    done = installed("-m", "regimesim", "run", "+scenario=concert", "runs=64", "years=20")
    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = (installed.folder / "outputs" / "run" / "concert").iterdir()
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert summary["runs"] == 64 and (folder / "survival.png").stat().st_size > 10_000
    told = installed("-m", "regimesim", "explain", "+scenario=concert", "replicate=17")
    assert told.returncode == 0 and "replicate 17" in told.stdout
    where = installed("-c", "import regimesim; print(regimesim.__file__)")
    assert "site-packages" in where.stdout


def test_the_tutorial_from_a_wheel(installed, tmp_path, monkeypatch):
    """As a newcomer follows it: every line typed into a shell, in an environment of the wheel alone."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    _, *rest = blocks(TUTORIAL)
    outputs = followed(Reader(tmp_path, installed.python))
    printed = [last for last, block in zip(["", *outputs], rest, strict=False) if block.language == "text"]
    assert printed == [block.text for block in rest if block.language == "text"]


def test_experiments_come_with_the_source(installed):
    done = installed("-m", "regimesim", "experiment")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("regimesim: no experiments here; ") and "unpack the source" in done.stderr


def test_a_mistake_with_the_wheel(installed):
    done = installed("-m", "regimesim", "run", "+scenario=concrt")
    assert done.returncode == 2 and done.stderr.startswith("regimesim: no scenario 'concrt'. Did you mean")

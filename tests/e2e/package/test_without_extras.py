"""Without any extra every command works, or says in a sentence which extra it needs.

Here a program of its own finds none of the modules of the extras; ``test_wheel.py`` asks the same of a wheel
alone in an environment.
"""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from plainly import NEEDS, WORKS, refusal, write_disputes

PROGRAM = """
import contextlib, io, json, sys

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else self.finder.find_spec(name, path, target)

names, asked = json.load(sys.stdin)
hidden = set(names)
sys.meta_path[:] = map(Hiding, sys.meta_path)
from regimesim.cli.main import main

said = {}
for name, words in asked.items():
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(words)
    said[name] = code, out.getvalue(), err.getvalue()
print(json.dumps([said, sorted(hidden & sys.modules.keys())]))
""".replace(
    "hidden, asked = json.load(sys.stdin)", "hidden, asked = json.load(sys.stdin); hidden = set(hidden)"
)


def modules_of_extras(root):
    """Top-level modules of the libraries that only an extra asks for."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name: asked for name, asked in project["optional-dependencies"].items() if name != "test"}
    assert {"stats", "cluster", "report"} <= extras.keys()
    names = {_plain(re.match(r"[\w.-]+", text)[0]) for asked in extras.values() for text in asked}
    base = {_plain(re.match(r"[\w.-]+", text)[0]) for text in project["dependencies"]}
    found = packages_distributions().items()
    return {module for module, owners in found if {_plain(owner) for owner in owners} & (names - base)}


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.verify
def test_every_command_works_or_names_its_extra(root, tmp_path):
    """One program and one test for all of them: most of the time goes into its start."""
    write_disputes(tmp_path)
    hidden = modules_of_extras(root)
    assert {"SALib", "lifelines", "dask", "distributed", "dask_jobqueue"} <= hidden
    asked = WORKS | {name: words for name, (words, _) in NEEDS.items()}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, input=json.dumps([sorted(hidden), asked]),
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said, loaded = json.loads(done.stdout.splitlines()[-1])
    assert loaded == []
    assert {name: said[name] for name in WORKS if said[name][0] or said[name][2]} == {}
    for name, (_, extra) in NEEDS.items():
        assert refusal(*said[name], extra) == "", name
    assert not (tmp_path / "no").exists()
    for folder in ("run", "compare"):
        page = (tmp_path / folder / "report.html").read_text("utf-8")
        assert "<svg" in page and "regimesim[report]" in page and "vegaEmbed" not in page
    threads, processes = ((tmp_path / name / "summary.parquet").read_bytes() for name in ("sweep", "apart"))
    assert threads == processes

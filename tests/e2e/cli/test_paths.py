"""Names of folders and files that are tricks: refused in a sentence before any work, and nothing is left."""

import os

import mischief
import pytest

import regimesim as rs

COMMANDS = {
    "run": ["+scenario=anarchy", "runs=1", "years=1"],
    "compare": ["scenarios=[anarchy,bipolar]", "runs=2", "years=1"],
    "sweep": ["+scenario=anarchy", "war.cost=1,2", "runs=1", "years=1"],
    "diagnose": ["+scenario=bipolar", "runs=1", "years=1"],
    "sensitivity": ["+scenario=anarchy", "parameters=[war.cost]", "runs=1", "trajectories=2", "samples=2"],
    "remedies": ["+scenario=anarchy", "levers=[shadow.resolve]", "stand=1", "tries=8", "runs=2", "years=1"],
    "calibrate": ["+scenario=concert", "draws=8", "runs=2", "years=40", "answers=0"],
    "history": ["own.csv"],
    "plot": ["run"],
    "experiment": ["02-transparency", "scale=0.01"],
}
PLACES = {
    "a file": "file",
    "in a file": "file/x",
    "below a file": "file/../x",
    "a loop": "loop",
    "in a loop": "loop/x",
    "in a link to nowhere": "nowhere/x",
    "a null": "/dev/null",
    "in a null": "/dev/null/x",
    "in proc": "/proc/x/y",
    "long": "x" * 300,
    "longer": "/".join(["x" * 200] * 30),
    "no name": "",
    "a blank": " ",
    "of nobody": "~nobody_of_that_name/x",
    "zero": "x\x00y",
    "line": "x\ny",
    "escape": "x\x1b[2Jy",
    "turned": "x\u202ey",
    "no text": "x\udcff",
    "a pipe": "pipe",
    "in a pipe": "pipe/x",
}
SCENARIOS = {
    "passwords": "/etc/passwd",
    "upwards": "../../../../etc/passwd",
    "no end": "/dev/zero",
    "no beginning": "/dev/stdin",
    "a folder": ".",
    "a folder's name": "run",
    "a loop": "loop",
    "a loop by name": "loop.yaml",
    "a pipe": "pipe.yaml",
    "long": "x" * 5_000,
    "by a package": "pkg://regimesim",
    "an address": "https://example.org/x.yaml",
    "through one that is": "concert/../concert",
    "zero": "con\x00cert",
    "nobody's": "~nobody_of_that_name/x.yaml",
    "a table": "own.csv",
    "itself": "self.yaml",
    "another kind": "../strategy/grim",
    "a star": "*",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to be in, with a run, a table, and things that are not what they seem."""
    monkeypatch.chdir(tmp_path)
    rs.simulate("anarchy", runs=2, years=2).save("run")
    (tmp_path / "own.csv").write_text("year,state_a,state_b,hostility\n1900,A,B,0\n1901,A,B,5\n")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "self.yaml").write_text("defaults: [self]\nstates: {A: {}, B: {}}\n")
    for name in ("loop", "loop.yaml"):
        (tmp_path / name).symlink_to(name)
    (tmp_path / "nowhere").symlink_to("gone")
    for name in ("pipe", "pipe.yaml"):
        os.mkfifo(tmp_path / name)
    return tmp_path


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.skipif(os.name != "posix", reason="pipes and links are POSIX's")
@pytest.mark.parametrize("command", COMMANDS)
def test_places_that_are_none(command, folder):
    before = names(folder)
    for about, place in PLACES.items():
        assert mischief.answered(command, *COMMANDS[command], f"out={place}", "-q") is None, about
        assert names(folder) == before, about
    assert (folder / "file").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="pipes and links are POSIX's")
@pytest.mark.parametrize(
    "word",
    ["+scenario={}", "scenarios=[anarchy,{}]", "points={}", "show {}", "strategy={}", "+sweep={}", "plot {}"],
)
def test_names_that_are_none(word, folder):
    before = names(folder)
    for about, name in SCENARIOS.items():
        command, _, rest = word.format(name).rpartition(" ")
        asked = {
            "+scenario": ["run", rest, "runs=1"],
            "scenarios": ["compare", rest, "runs=1"],
            "points": ["sweep", "+scenario=anarchy", rest, "runs=1"],
            "strategy": ["run", "+scenario=anarchy", rest, "runs=1"],
            "+sweep": ["sweep", "+scenario=anarchy", rest, "runs=1"],
        }.get(rest.partition("=")[0], [command, rest])
        if asked == ["plot", "run"]:
            continue
        assert mischief.answered(*asked) is None, about
        assert names(folder) == before, about

"""``remedies``, and ``explain ... remedies=true``: answers, files, refusals, commands that can be typed."""

import csv
import json
import re
import shlex
import sys

import pytest

import regimesim as rs
from regimesim.cli.main import main

ANARCHY = ("remedies", "+scenario=anarchy", "stand=20", "levers=[shadow.resolve,transparency.level]")
SMALL = ("tries=40", "runs=40")
STORY = ("explain", "+scenario=anarchy", "replicate=1", "futures=0", "stand=20", "levers=shadow.resolve")


@pytest.fixture
def say(capsys, tmp_path, monkeypatch):
    """Carry out a command in an empty folder: its exit code, and what it wrote to stdout and to stderr."""
    monkeypatch.chdir(tmp_path)

    def carry_out(*arguments):
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return carry_out


def test_the_answer_stands_on_a_screen_and_in_a_folder(say, tmp_path):
    pytest.importorskip("ribs")
    code, out, err = say(*ANARCHY, *SMALL, "out=found")
    assert (code, err) == (0, "") and "Ways to it, the cheapest first" in out
    for title in ("What each cost can bring about", "Ways to it, the cheapest first"):
        assert re.search(rf"^{title}\n +cost +odds +what is moved$", out, re.MULTILINE)
    assert max(map(len, out.splitlines())) <= 100
    names = {path.name for path in (tmp_path / "found").iterdir()}
    assert {"remedies.png", "remedies.svg", "changes.csv", "changes.parquet", "way-1.yaml"} <= names
    assert {"summary.json", "provenance.json", "config.yaml"} <= names
    with open("found/changes.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["part"] == "published" and float(rows[0]["cost"]) == 0
    assert all(-1 <= float(row["shadow.resolve"]) <= 1 for row in rows)
    (command,) = re.findall(r"python -m regimesim (run .*)", out)
    assert command == "run +scenario=found/way-1.yaml"
    told = json.loads((tmp_path / "found" / "summary.json").read_text("utf-8"))["ways"][0]
    made = rs.load_scenario("found/way-1.yaml")
    assert made["shadow.resolve"] == pytest.approx(0.25 + 0.75 * told["moves"]["shadow.resolve"])
    assert say(*shlex.split(command), "runs=2")[0] == 0


def test_the_same_as_json_and_only_the_folder(say):
    pytest.importorskip("ribs")
    told = json.loads(say(*ANARCHY, *SMALL, "costs={shadow.resolve: 3}", "budget=2", "--json")[1])
    assert told["costs"] == {"shadow.resolve": 3.0, "transparency.level": 1.0} and told["budget"] == 2
    for one in (*told["frontier"], *told["ways"]):
        cost = sum(abs(x) * told["costs"][name] for name, x in one["moves"].items())
        assert one["cost"] == pytest.approx(cost) and cost <= 2 + 1e-9
    assert say(*ANARCHY, *SMALL, "out=quiet", "-q")[1] == "quiet\n"


def test_on_a_narrow_terminal_lines_stay_short(say, monkeypatch):
    pytest.importorskip("ribs")
    monkeypatch.setenv("COLUMNS", "50")
    out = say(*ANARCHY, *SMALL, "out=narrow")[1]
    assert max(len(line) for line in out.splitlines() if "python -m" not in line and "/" not in line) <= 50
    out = say(*STORY, "remedies=true")[1]
    assert max(len(line) for line in out.splitlines() if "python -m" not in line) <= 50


def test_without_ribs_it_is_said_what_to_install(say, monkeypatch):
    monkeypatch.setitem(sys.modules, "ribs", None)
    code, _, err = say(*ANARCHY, *SMALL)
    assert code == 2 and err == (
        'regimesim: different ways are searched by ribs: pip install "regimesim[remedies]"\n'
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("levers=[transparency.levl]", "no lever 'transparency.levl'. Did you mean 'transparency.level'?"),
        ("levers=[sight]", "no lever 'sight'.  (all: shadow.punishment_years, shadow.resolve, "),
        ("levers=[resolve]", "no lever 'resolve'. Did you mean 'shadow.resolve'?"),
        ("levers=war.cost", "war.cost is no lever: it belongs to the world, not to the order"),
        ("costs={norms.half_lif:2}", "costs: no lever 'norms.half_lif'."),
        ("costs={sanctions.quorum:2}", "costs: sanctions.quorum is none of the levers that are tried here"),
        ("costs={shadow.resolve:-1}", "must be a number above 0; got -1"),
        ("costs=[shadow.resolve]", "costs must be a table such as {NAME:PRICE,...}; got"),
        ("costs=2", "costs must be a table such as {NAME:PRICE,...}; got 2"),
        ("odds=90", "odds must lie in (0, 1]; got 90"),
        ("target=101", "target must lie between 0 and the 100 years of the scenario; got 101"),
        ("target=40 odds=.5", "target= asks for years on average, odds= for odds; give one of the two"),
        ("budget=0", "budget must lie in (0, 1000000]; got 0"),
        ("spell=war", "no spell 'war'"),
    ],
)
def test_what_cannot_be_asked_of_an_order_is_refused(typed, message, say):
    code, out, err = say("remedies", "+scenario=concert", *typed.split())
    assert (code, out) == (2, "") and message in err


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("odds=.5", "odds= is for remedies; add remedies=true"),
        ("remedies=true odds=0", "odds must lie in (0, 1]; got 0"),
        (
            "remedies=true levers=[norms.half_life]",
            "no lever of anarchy can be moved (norms.half_life: norms.",
        ),
        ("remedies=true stand=9990", "years from the start; at most 10000 can be played"),
    ],
)
def test_what_cannot_be_asked_of_a_history_is_refused(typed, message, say):
    code, out, err = say("explain", "+scenario=anarchy", "replicate=1", "futures=0", *typed.split())
    assert (code, out) == (2, "") and message in err


def test_the_command_under_remedies_plays_the_history_with_the_odds_that_were_wanted(say):
    """Its futures are those by which the move was chosen, so their share is at least 0.9, exactly."""
    out = say(*STORY, "remedies=true")[1]
    (command,) = re.findall(r"python -m regimesim (.*)", out)
    words = shlex.split(command)
    assert words[:3] == ["explain", "+scenario=anarchy", "replicate=1"] and len(words) == 4
    told = json.loads(say(*words, "futures=400", "until=20", "--json")[1])
    assert told["turning_points"]["prior"] >= 0.9
    assert say(*STORY, "remedies=true", "odds=1", "levers=war.resentment")[0] == 2  # given twice


def test_json_has_the_remedies(say):
    told = json.loads(say(*STORY, "remedies=true", "odds=.8", "--json")[1])["remedies"]
    assert told["odds"] == 0.8 and [one["lever"] for one in told["levers"]] == ["shadow.resolve"]
    assert len(told["levers"][0]["smallest"]) == len(told["year"]) == len(told["unmoved"])


def test_where_nothing_has_to_be_changed_no_way_is_promised(say, tmp_path):
    pytest.importorskip("ribs")
    out = say(*ANARCHY, *SMALL, "spell=peace", "odds=.1", "out=easy")[1]
    assert "Nothing has to be changed" in out and "way-1" not in out
    assert not [*(tmp_path / "easy").glob("way-*")] and (tmp_path / "easy" / "remedies.png").exists()

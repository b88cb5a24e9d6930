"""``explain``: the chronicle, the turning points and the hinges of a run, and the run with draws replaced."""

import json
import re
import shlex

import pytest

from regimesim.cli.main import main

WORLD = ("explain", "+scenario=concert", "replicate=17", "years=16")


@pytest.fixture
def say(capsys):
    """Carry out a command: its exit code, and what it wrote to stdout and to stderr."""

    def carry_out(*arguments):
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return carry_out


def test_the_turning_points_follow_the_chronicle(say):
    code, out, err = say(*WORLD, "futures=20")
    assert (code, err) == (0, "")
    story, _, turning = out.partition("\n\nTurning points\n")
    assert story.startswith("Concert of Europe")
    assert "20 futures from each year." in " ".join(turning.split())
    assert say(*WORLD, "futures=0")[1] == f"{story}\n"


def test_json_has_all_parts(say):
    told = json.loads(say(*WORLD, "futures=20", "hinges=true", "--json")[1])
    assert list(told) == ["chronicle", "turning_points", "hinges", "remedies"] and told["remedies"] is None
    points, hinges = told["turning_points"], told["hinges"]
    moved = sum(change["change"] for change in points["changes"])
    assert abs(moved - (points["stands"] - points["prior"])) < 1e-12
    assert hinges["tried"] > 1000 and {"words", "replace", "years"} <= set(hinges["hinges"][0])
    assert json.loads(say(*WORLD, "futures=0", "--json")[1])["turning_points"] is None


def test_every_command_under_a_hinge_tells_a_history_that_ends_otherwise(say):
    """The chronicle played by the printed command stands at the date at which that of the run does not."""
    asked = ("explain", "+scenario=concert", "replicate=17")
    out = say(*asked, "futures=0", "hinges=true")[1]
    date = float(re.search(r"what turns the ending in (\S+)\)", out)[1])
    commands = re.findall(r"python -m regimesim (.*)", out)
    assert commands
    for command in commands:
        words = shlex.split(command)
        assert words[:3] == [*asked]
        story = say(*words, "futures=0")[1]
        assert "Not as it was:" in " ".join(story.split())
        again = json.loads(say(*words, "futures=4", f"until={date}", "--json")[1])
        assert again["turning_points"]["stands"]


def test_the_command_under_a_hinge_has_all_that_was_typed(say):
    asked = (*WORLD, "war.cost=9", "seed=0", "replace=1816-Q3:turnover:France:0")
    out = say(*asked, "futures=0", "hinges=true")[1]
    commands = re.findall(r"python -m regimesim (.*)", out)
    assert commands
    for command in commands:
        *words, replaced = shlex.split(command)
        assert words == [*asked[:-1]] and "1816-Q3:turnover:France:0" in replaced


def test_a_large_world_is_told_without_its_futures_unless_asked(say):
    many = ("explain", "+scenario=anarchy", "years=1000", "shadow.rounds_per_year=4")
    out = say(*many)[1]
    assert "Turning points are left out" in out and "Turning points\n" not in out


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("replace=1820-Q2:wav:1", "no draw 'wav'. Did you mean 'wave'?"),
        ("replace=[1820-Q2:wave:1,1820-Q2]", "no draw ''"),
        ("replace=1820:wave:1", "it must begin with a round's date"),
        ("until=1800", "until must lie above 1816"),
        ("until=soon", "until must be a number such as 1853"),
        ("spell=war", "no spell 'war'"),
        ("futures=-1", "futures must lie in [0, 100000]"),
        ("hinges=maybe", "hinges must be true or false"),
    ],
)
def test_a_mistake_is_one_sentence(typed, message, say):
    code, out, err = say(*WORLD, typed)
    assert code != 0 and out == "" and err.startswith("regimesim: ") and message in err
    assert err.count("\n") == 1

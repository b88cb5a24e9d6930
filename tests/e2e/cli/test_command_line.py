"""The command line as a student meets it: what is typed wrongly, what is printed, what is interrupted.

In this process where possible; programs are started only where a signal, a pipe or a race is the matter.
"""

import json
import math
import os
import re
import subprocess
import sys

import pandas as pd
import pytest

import regimesim as rs
from regimesim.cli import output
from regimesim.cli.main import main
from regimesim.cli.table import COMMANDS

SMALL = ("runs=8", "years=5")
PROGRAM = (sys.executable, "-m", "regimesim")


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty folder to be in, at 100 columns, without a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def say(empty, capsys):
    """Carry out a command: its exit code, and what it wrote to stdout and to stderr."""

    def carry_out(*arguments):
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return carry_out


@pytest.fixture
def refused(say, empty):
    """Carry out a command that must be refused in a sentence, with nothing written; gives the sentence."""

    def refuse(*arguments):
        before = sorted(empty.rglob("*"))
        code, out, err = say(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("regimesim: ") and err.count("\n") == 1 and err.endswith("\n")
        assert "Traceback" not in err
        assert sorted(empty.rglob("*")) == before
        return err

    return refuse


WRONG = {
    "rnu +scenario=concert": "no command 'rnu'. Did you mean 'run'?",
    "help rnu": "no command 'rnu'",
    "rnu --help": "no command 'rnu'",
    "run": "which scenario? Add +scenario=NAME",
    "run +scenario=": "no scenario ''",
    "compare worlds=[trade] orders=[concrt]": "no order 'concrt'. Did you mean 'concert'?",
    "sweep +scenario=concert war.cost=5:9": "several values: transparency.level=0.2,0.4 or ",
    "run +scenarios=concert": "no setting '+scenarios'. Did you mean 'scenario'?",
    "run wrld=trade": "no setting 'wrld'. Did you mean 'world'?",
    "run -s concert": "no option '-s'; settings are written NAME=VALUE",
    "experiment 0": "several experiments begin with '0': 01-three-orders, 02-transparency, ",
    "run +scenario=concrt": "no scenario 'concrt'. Did you mean 'concert'?",
    "run +scenario=concert.yaml": "no scenario file 'concert.yaml'; the one that comes with regimesim is "
    "+scenario=concert",
    "run +scenario=./not/there.yaml": "no scenario file './not/there.yaml'",
    "run concert": "'concert' is not of the form name=value; write +scenario=concert",
    "run mine.yaml": "write +scenario=mine.yaml, without spaces",
    "RUN +scenario=concert": "no command 'RUN'. Did you mean 'run'?",
    "calibrate +scenario=trade": "each has its years, and trade has no calendar that begins with a year",
    "run +scenario concert": "write +scenario=NAME, without spaces",
    "run --scenario concert": "no option '--scenario'; settings are written +scenario=concert",
    "run --scenario=concert": "settings are written +scenario=concert",
    "run +scenario=concert --runs 100": "no option '--runs'; settings are written runs=100",
    "run +scenario=concert --runs=100": "settings are written runs=100",
    "run +scenario=concert --quite": "no option '--quite'; did you mean --quiet?",
    "run +scenario=concert transparency.level = 0.5": "write transparency.level=VALUE, without spaces",
    "run +scenario=concert =5": "'=5' is not of the form name=value",
    "run +scenario=concert runs=8 runs=9": "runs is given twice",
    "run +scenario=concert runs=0": "runs must lie in [1, 100000000]; got 0",
    "run +scenario=concert runs=-5": "runs must lie in [1, 100000000]; got -5",
    "run +scenario=concert runs=1.5": "runs must be a whole number; got 1.5",
    "run +scenario=concert runs=many": "runs must be a whole number; got 'many'",
    "run +scenario=concert runs=": "runs must be a whole number",
    "run +scenario=concert runs=10,20": "runs=10,20 gives several values",
    "run +scenario=concert run=5": "Did you mean 'runs'?",
    "run +scenario=concert seed=-1": "seed must lie in [0, 18446744073709551615]; got -1",
    "run +scenario=concert seed=1.5": "seed must be a whole number; got 1.5",
    "run +scenario=concert years=0": "years must lie in [0.25, 10000]; got 0",
    "run +scenario=concert years=abc": "years must be a number; got 'abc'",
    "run +scenario=concert workers=0": "workers must lie in [1, 1024]; got 0",
    "run +scenario=concert transparancy.level=0.5": "no parameter 'transparancy.level'. Did you mean "
    "'transparency.level'?",
    "run +scenario=concert transparency.level=1.4": "transparency.level must lie in [0, 1]; got 1.4 "
    "(command line)",
    "run +scenario=concert transparency.level=high": "transparency.level must be a number; got 'high'",
    "run +scenario=concert transparency.level=nan": "transparency.level must be a number; got nan",
    "run +scenario=concert transparency.level=0,5": "if a decimal is meant, write 0.5",
    "run +scenario=concert transparency.level=0.2,0.5": "gives several values where one is wanted",
    "run +scenario=concert transparency=0.5": "set one of them, such as transparency.level",
    "run +scenario=concert transparency={levl:1}": "Did you mean 'transparency.level'?",
    "run +scenario=concert ~foo": "no parameter 'foo'",
    "run +scenario=concert states.Frnce.revisionism=1": "Did you mean 'states.France.revisionism'?",
    "run +scenario=concert strategy=grimm": "no strategy 'grimm'. Did you mean 'grim'?",
    "run +scenario=concert buffers.Switzerland.between=[[France,Astria]]": "buffers.Switzerland.between: no "
    "state 'Astria'. Did you mean 'Austria'?",
    "run +scenario=concert buffers.Switzerland.between=[France,Austria]": "must be a list of pairs of states",
    "run +scenario=anarchy payoffs.temptation=2": "payoffs must be a Prisoners' Dilemma",
    "run +scenario=anarchy states={}": "states={} would change nothing",
    "run +scenario=anarchy states=[]": "states=[] would change nothing",
    "run +scenario=anarchy ~states": "a scenario needs between 2 and 200 states; got 0",
    "run +scenario=concert out=": "out= needs the name of a folder",
    "run +scenario=concert out=.": "out=. exists already; choose another folder or remove it",
    "run +scenario=concert out=file/x": "cannot write to file/x: Not a directory",
    f"run +scenario=concert out={'x' * 300}": "File name too long",
    "run +scenario=concert out=\udcff": "is not text in UTF-8",
    "explain": "which scenario?",
    "explain +scenario=concert replicate=-1": "replicate must lie in [0, 4294967295]; got -1",
    "explain +scenario=concert replicate=1.5": "replicate must be a whole number",
    "explain +scenario=concert runs=5": "no parameter 'runs'",
    "list foo": "no list 'foo'.  (all: scenarios, worlds, orders, strategies, parameters)",
    "list scenario": "Did you mean 'scenarios'?",
    "list parameters zzz": "none of the parameters speaks of 'zzz'",
    "list strategies zzz": "none of the strategies speaks of 'zzz'",
    "show": "show what?",
    "show concrt": "Did you mean 'concert'?",
    "show concert transparency.level=2": "transparency.level must lie in [0, 1]; got 2",
    "show grim extra": "grim is no scenario",
}  # fmt: skip


@pytest.mark.parametrize("typed", WRONG, ids=lambda typed: ascii(typed)[:60])
def test_a_mistake_is_one_sentence_that_helps(typed, refused, empty):
    (empty / "file").touch()
    assert WRONG[typed] in refused(*typed.split(" "))


def test_no_arguments_get_help_on_stderr(say):
    code, out, err = say()
    assert (code, out) == (2, "") and "The main job:" in err
    assert say("help") == say("--help") == (0, err, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, say):
    code, out, err = say("help", name)
    assert (code, err) == (0, "") and out.startswith(f"python -m regimesim {name} ")
    assert say(name, "--help")[1] == out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("states: {A: {}", "own.yaml, line 1: "),
        ("states: {A: {}, B: {}}\nbuffers: {X: {between: [[A, Ba]]}}", "buffers.X.between: no state 'Ba'"),
        ("states: {A: {}, B: {}}\npayoffs: {temptation: 2}", "payoffs must be a Prisoners' Dilemma"),
        ("states: {A: {}, B: {}}\nabout: {start: 2020-13-45}", "cannot be read: month must be in 1..12"),
        ("states: {A: {}, B: {}}\nyers: 5", "no key 'yers'. Did you mean 'years'?"),
        ("states: {}", "states: a scenario needs between 2 and 200 states; got 0"),
        ("states: [A, B]", "states: must be a table of names and values"),
        ("", "a scenario is a table of names and values"),
    ],
)
def test_a_wrong_scenario_of_ones_own_is_named_with_its_place(text, message, refused, empty):
    (empty / "configs" / "scenario").mkdir(parents=True)
    (empty / "configs" / "scenario" / "own.yaml").write_text(text, "utf-8")
    for name in ("own", "configs/scenario/own.yaml"):
        err = refused("run", f"+scenario={name}")
        assert "configs/scenario/own.yaml" in err and message in err


def test_a_scenario_of_ones_own_runs_by_name_and_by_path(say, empty):
    (empty / "configs" / "scenario").mkdir(parents=True)
    (empty / "configs" / "scenario" / "own.yaml").write_text("states: {A: {}, B: {}}\nyears: 5\n", "utf-8")
    (empty / "configs" / "scenario" / "folder.yaml").mkdir()
    for name in ("own", "configs/scenario/own.yaml"):
        code, out, err = say("run", f"+scenario={name}", "runs=8")
        assert (code, err) == (0, "") and f"explain +scenario={name} replicate=" in out
    assert re.search(r"^  own ", say("list", "scenarios")[1], re.MULTILINE)


@pytest.mark.parametrize("typed", ["scenario=anarchy", '+scenario="anarchy"', "+scenario='anarchy'"])
def test_ways_to_name_a_scenario(typed, say):
    code, out, _ = say("run", typed, *SMALL, "-q")
    assert code == 0 and out.startswith("outputs/run/anarchy/")


@pytest.mark.parametrize("out", ["deep/er", "1.50", "null", "true", "Ångström/历史", "a b (c)", "x,y", "'q'"])
def test_out_is_taken_as_it_is_typed(out, say, empty):
    code, printed, err = say("run", "+scenario=anarchy", *SMALL, "-q", f"out={out}")
    assert (code, err) == (0, "") and printed == out.strip("'") + "\n"
    assert (empty / out.strip("'") / "runs.parquet").is_file()
    code, _, err = say("run", "+scenario=anarchy", *SMALL, f"out={out}")
    assert code == 2 and "exists already" in err


def test_an_absolute_out(say, empty):
    folder = empty / "there"
    assert say("run", "+scenario=anarchy", *SMALL, "-q", f"out={folder}") == (0, f"{folder}\n", "")


def test_a_whole_number_may_be_written_with_an_exponent(say):
    answer = json.loads(say("run", "+scenario=anarchy", "runs=1e1", "years=2", "seed=0", "--json")[1])
    assert (answer["runs"], answer["seed"]) == (10, 0)


def test_a_strategy_for_all(say):
    assert say("run", "+scenario=concert", "strategy=grim", *SMALL, "-q")[0] == 0


def test_a_regime_that_never_collapses_is_said(say):
    code, out, _ = say("run", "+scenario=collective_security", *SMALL)
    assert code == 0 and "no regime collapsed within the horizon" in out


@pytest.mark.parametrize("scenario", ["concert", "bipolar", "anarchy", "league"])
def test_the_screen_fits_the_terminal(scenario, say, monkeypatch, capsys):
    """Simulated once, and told at three widths."""
    shown, tell = [], output.print_run
    monkeypatch.setattr(output, "print_run", lambda *told: [shown.append(told), tell(*told)])
    code, out, err = say("run", f"+scenario={scenario}", "runs=16", "years=20", "out=o")
    assert (code, err) == (0, "")
    for columns in (60, 80, 100, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        tell(*shown[0])
        said = capsys.readouterr().out
        assert "\033" not in said and (out.startswith(said) or columns != 100)
        table = 4  # the lines of the table of durations are as long as their numbers
        copied = ("o/", " " * 14 + "python")  # paths and commands are copied: they are not broken
        fitting = [line for line in said.splitlines()[2 + table :] if not line.startswith(copied)]
        assert 40 < max(map(len, fitting)) <= columns
        assert not re.search(r"(?<![\d.,])1 (runs|years|states|collapses|wars)\b", said)


def test_the_typical_run_is_told_by_the_command_that_is_printed(say):
    """With the seed and the settings of the runs that it stands for."""
    settings = ["+scenario=anarchy", "seed=5", "years=8", "transparency.level=0.9"]
    code, out, _ = say("run", *settings, "runs=16", "workers=1", "format=csv", "out=o")
    printed = re.search(r"python -m regimesim (explain .*)", out)[1].split()
    assert code == 0 and printed[1:-1] == settings
    assert say(*printed)[0] == 0


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """One run's folder, what it printed and its JSON."""
    folder = tmp_path_factory.mktemp("told")
    words = [*PROGRAM, "run", "+scenario=bipolar", "runs=64", "years=40", "seed=3"]
    where = {"cwd": folder, "capture_output": True, "text": True, "check": True}
    screen = subprocess.run([*words, "out=a"], **where)
    answer = subprocess.run([*words, "out=b", "--json"], **where)
    assert screen.stderr == answer.stderr == ""
    return folder, screen.stdout, answer.stdout


def _strictly(text):
    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_screen_json_tables_and_python_agree(told):
    folder, screen, printed = told
    answer = _strictly(printed)
    summary = _strictly((folder / "a" / "summary.json").read_text("utf-8"))
    assert answer == summary | {"folder": "b"}
    results = rs.simulate(rs.load_scenario("bipolar", ["years=40"]), runs=64, seed=3)
    table = pd.read_parquet(folder / "a" / "runs.parquet")
    pd.testing.assert_frame_equal(table, results.runs, check_dtype=False, check_index_type=False)
    assert answer["per century"]["wars"] == pytest.approx(table.wars.mean() * 100 / 40)
    assert answer["spells"]["regime"]["still standing"] == pytest.approx(1 - table.regime_ended.mean())
    median = results.summary("regime").median
    bounds = [x if math.isfinite(x) else None for x in (median.value, median.lower, median.upper)]
    assert answer["spells"]["regime"]["median"] == bounds
    assert median.text() in screen and f"{answer['per century']['wars']:.1f} wars" in screen
    assert f"{answer['typical']}: the regime" in screen
    loaded = rs.load_results(folder / "b")
    pd.testing.assert_frame_equal(loaded.runs, results.runs)


def test_json_without_nan_whatever_happens(say):
    """One run of a quarter of a year: no intervals, no collapse, no regime."""
    code, out, _ = say("run", "+scenario=anarchy", "runs=1", "years=0.25", "--json")
    assert code == 0 and _strictly(out)["runs"] == 1
    assert _strictly(say("theory", "+scenario=bipolar", "--json")[1])
    assert _strictly(say("explain", "+scenario=anarchy", "years=5", "--json")[1])
    assert _strictly(say("list", "--json")[1])


@pytest.fixture
def start(tmp_path):
    """Starts the program in an empty folder; none outlives the test."""
    started = []

    def begin(*arguments):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen([*PROGRAM, *arguments], cwd=tmp_path, **pipes))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
@pytest.mark.parametrize("words", [("list", "parameters"), ("--help",)])
def test_a_reader_who_has_seen_enough(start, words):
    process = start(*words)
    process.stdout.close()
    assert process.wait(timeout=60) == 0 and process.stderr.read() == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("word", ["list", "--help"])
def test_an_output_that_is_full(word):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([*PROGRAM, word], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1


def test_an_output_that_cannot_show_every_letter(tmp_path):
    done = subprocess.run(
        [*PROGRAM, "run", "+scenario=anarchy", *SMALL, "out=ü"], cwd=tmp_path, check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == "" and "\\xfc/" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
@pytest.mark.parametrize("no_colour", [False, True])
def test_a_terminal_sees_a_bar(no_colour, tmp_path):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    if no_colour:
        environment["NO_COLOR"] = "1"
    process = subprocess.Popen(
        [*PROGRAM, "run", "+scenario=anarchy", *SMALL], cwd=tmp_path, stdin=theirs, stdout=theirs,
        stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not more:
            break
        seen += more
    os.close(ours)
    assert process.wait(timeout=60) == 0
    text = seen.decode()
    assert "simulating" in text and "8/8" in text
    assert ("\033[1mHow long it lasts" in text) != no_colour
    assert text.rfind("\033[?25h") >= text.rfind("\033[?25l")  # the cursor is back


def test_help_imports_nothing_heavy():
    """That is why it answers at once, whatever the machine."""
    code = "import sys; from regimesim.cli.main import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    heavy = ("numpy", "numba", "pandas", "matplotlib", "hydra", "rich", "scipy", "yaml")
    assert not [name for name in heavy if f"'{name}'" in loaded]


def test_strategies_of_ones_own_are_listed_with_what_is_wrong(say, empty):
    folder = empty / "configs" / "strategy"
    folder.mkdir(parents=True)
    (folder / "prudent.yaml").write_text("states: {a: {cooperate: 1, after: {CC: a, CD: a, DC: a, DD: a}}}")
    (folder / "odd.yaml").write_text("nonsense: 1")
    (folder / "sulk.yaml").write_text(
        "about: Sulks for ever.  # a comment\n"
        "states:\n"
        "  nice: {cooperate: 1, after: {CC: nice, CD: sulking, DC: nice, DD: sulking}}\n"
        "  sulking: {cooperate: 0.25, after: {CC: sulking, CD: sulking, DC: sulking, DD: sulking}}\n"
    )
    _, listed, _ = say("list", "strategies")
    assert re.search(r"\n  odd +cannot be used: configs/strategy/odd.yaml: no key 'nonsense'", listed)
    assert re.search(r"\n  prudent +cannot be used: .*the name 'prudent' is taken", listed)
    assert re.search(r"\n  sulk +Sulks for ever\.\n", listed)
    assert "# a comment" in say("show", "sulk")[1]
    table = say("show", "sulk", "resolved=true")[1].splitlines()
    assert table[2].split() == ["nice", "1", "nice", "sulking", "nice", "sulking"]
    assert table[3].split() == ["sulking", "0.25", *["sulking"] * 4]

"""Advice at the prompt, sentence by sentence: what is typed from habit is answered with what to type."""

import json
import shlex

import pandas as pd
import pytest

import regimesim as rs
from regimesim.cli.main import main
from regimesim.simulation.columns import RATES

SMALL = ("runs=6", "years=5")


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Carry out a command in an empty folder: its exit code, and what it wrote to stdout and to stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def carry_out(*arguments):
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return carry_out


ADVISED = {
    "run +scenario=anarchy transparency.level=0.2,0.4": "python -m regimesim sweep +scenario=anarchy "
    "transparency.level=0.2,0.4",
    "run +scenario=anarchy runs=5 transparency.level=range(0,1,0.5)": "python -m regimesim sweep "
    "+scenario=anarchy 'transparency.level=range(0,1,0.5)'",
    "theory world=trade order=concert,self_help": "python -m regimesim sweep world=trade "
    "order=concert,self_help",
    "run +scenario=anarchy strategy=grim,tit_for_tat": "python -m regimesim sweep +scenario=anarchy "
    "strategy=grim,tit_for_tat",
    "compare scenarios=[trade,anarchy] war.cost=5,9": "python -m regimesim sweep +scenario=trade,anarchy "
    "war.cost=5,9",
    "compare war.cost=5,9": "python -m regimesim sweep +scenario=concert,bipolar,collective_security "
    "war.cost=5,9",
    "show anarchy war.cost=5,9": "python -m regimesim sweep +scenario=anarchy war.cost=5,9",
    "run +scenario=anarchy runs=5,6": "python -m regimesim run -m +scenario=anarchy runs=5,6",
    "run +scenario=anarchy transparency.level=0,5": "if a decimal is meant, write 0.5; to simulate each",
    "run +scenario=anarchy,trade": "python -m regimesim compare scenarios=[anarchy,trade]",
    "compare scenarios=anarchy,trade": "scenarios is a list; write it in brackets: scenarios=[anarchy,trade]",
    "sensitivity +scenario=anarchy parameters=war.cost,war.years": "write it in brackets: "
    "parameters=[war.cost,war.years]",
    "compare anarchy trade": "compare takes a list of scenarios; write scenarios=[anarchy,trade]",
    "compare anarchy": "write scenarios=[anarchy,NAME]",
    "compare +scenario=anarchy,trade": "write scenarios=[anarchy,trade]",
    "run +scenario=anarchy --cfg job": "python -m regimesim show anarchy resolved=true",
    "run --cfg=job": "python -m regimesim show NAME resolved=true",
    "run +scenario=anarchy --config-name mine": "a scenario of your own is +scenario=NAME",
    "run --config-dir=here +scenario=anarchy": "a scenario of your own is +scenario=NAME",
    "run +scenario=anarchy --hydra-help": "python -m regimesim help run",
    "run +scenario=anarchy hydra.run.dir=there": "the folder is chosen by out=there",
    "run +scenario=anarchy hydra/launcher=joblib": "settings of Hydra's own go with run -m",
    "run -m +scenario=anarchy,trade hydra.run.dir=there": "the folder of all jobs is hydra.sweep.dir=there",
    "run -m +scenario=anarchy,trade out=same": "with -m every job has a folder of its own; instead of "
    "out=same write hydra.sweep.dir=same: the jobs are then in its folders 0, 1, ...",
    "run +scenario=concert states.Germany.capability=1": "no state 'Germany' in this scenario (all: Britain, "
    "France, Russia, Austria, Prussia); one is added with states={Germany:{capability:1}}",
    "run +scenario=concert states.Germany={capability:1}": "no state 'Germany' in this scenario (all: Brit",
    "run +scenario=concert states.Frence.capability=1": "Did you mean 'states.France.capability'?",
    "run +scenario=anarchy buffers.Poland.strength=1": "no buffer 'Poland' in this scenario (all: none); one "
    "is added with buffers={Poland:{strength:0.5,between:[[ONE,OTHER]]}}",
    "sensitivity +scenario=anarchy outcome=foo": "no outcome 'foo'.  (all: peace, systemic, regime, ",
    "run +scenario=anarchy format=cvs": "no format 'cvs'. Did you mean 'csv'?  (all: parquet, csv)",
}


@pytest.mark.parametrize("typed", ADVISED)
def test_the_answer_is_what_to_type(typed, say, tmp_path):
    code, out, err = say(*typed.split(" "))
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert ADVISED[typed] in err
    assert list(tmp_path.iterdir()) == []


def advised(sentence):
    """Words of the command that a sentence ends with."""
    return shlex.split(sentence.partition("python -m regimesim ")[2])


@pytest.mark.parametrize(
    "typed",
    [
        "run +scenario=anarchy transparency.level=0.2,0.4",
        pytest.param("run +scenario=anarchy,trade", marks=pytest.mark.verify),
        "show anarchy war.cost=5,9",
        "run +scenario=anarchy --cfg job",
    ],
)
def test_what_is_advised_can_be_typed(typed, say):
    words = advised(say(*typed.split(" "))[2])
    small = () if words[0] == "show" else tuple(w for w in SMALL if not any(w[:5] == g[:5] for g in words))
    assert say(*words, *small)[0] == 0


def test_a_state_that_is_added_may_be_set(say):
    added = ("states={Germany:{capability:1}}", "states.Germany.resolve=0.5")
    code, out, _ = say("theory", "+scenario=concert", *added)
    assert code == 0 and "Britain to Germany" in out and "Germany to Britain" in out


@pytest.mark.parametrize("typed", ["scenario=anarchy", "+scenario=anarchy", "++scenario=anarchy"])
def test_a_scenario_is_named_with_or_without_a_plus(typed, say):
    assert say("theory", typed)[0] == 0


def test_every_outcome_is_named_where_one_is_unknown(say):
    assert say("sweep", "+scenario=anarchy", "war.cost=5,9", *SMALL, "out=swept", "-q")[0] == 0
    err = say("plot", "swept", "outcome=foo")[2]
    listed = err.partition("(all: ")[2].rstrip(")\n").split(", ")
    assert listed == ["both", "regime", "peace", *RATES]
    assert say("plot", "swept", f"outcome={listed[-1]}", "-q")[0] == 0


class TestUnused:
    SENTENCE = (
        "regimesim: sanctions.severity changes nothing in anarchy: no third state answers a charge "
        "(sanctions.rule=none)\n"
    )

    @pytest.mark.parametrize(
        "command",
        [
            "explain",
            "theory",
            *(pytest.param(name, marks=pytest.mark.verify) for name in ("run", "diagnose")),
        ],
    )
    def test_it_is_said_by_every_command(self, command, say):
        more = SMALL if command in ("run", "diagnose") else ()
        code, _, err = say(command, "+scenario=anarchy", "sanctions.severity=3", *more)
        assert (code, err) == (0, self.SENTENCE)

    @pytest.mark.verify
    def test_of_a_comparison_for_each_scenario(self, say):
        code, _, err = say("compare", "scenarios=[anarchy,league]", "sanctions.cost=1", *SMALL)
        assert code == 0 and err == self.SENTENCE.replace("severity", "cost")

    def test_of_what_is_varied(self, say):
        code, out, err = say("sweep", "+scenario=anarchy", "sanctions.severity=1,3", *SMALL)
        assert (code, err) == (0, self.SENTENCE)
        rows = [line.split()[1:] for line in out.splitlines() if line.startswith((" 1 ", " 3 "))]
        assert len(rows) == 2 and rows[0] == rows[1]

    @pytest.mark.verify
    def test_of_a_factor(self, say):
        words = ("parameters=[sanctions.severity,war.cost]", "trajectories=2", "samples=2", "runs=2")
        code, _, err = say("sensitivity", "+scenario=anarchy", "years=2", *words)
        assert code == 0 and self.SENTENCE in err

    @pytest.mark.verify
    def test_of_a_fitted_parameter(self, say):
        words = ("parameters=[deterrence.prudence,war.mutual]", "draws=2", "runs=2", "answers=0")
        code, _, err = say("calibrate", "+scenario=concert", *words)
        assert code == 0 and "deterrence.prudence changes nothing in concert: no two states" in err

    def test_in_the_answer(self, say):
        _, out, _ = say("run", "+scenario=anarchy", "sanctions.severity=3", *SMALL, "--json")
        assert json.loads(out)["unused"] == [self.SENTENCE.removeprefix("regimesim: ").rstrip("\n")]

    def test_in_the_tree_that_is_shown(self, say):
        _, out, _ = say("show", "anarchy", "sanctions.severity=3")
        assert f"# {self.SENTENCE.removeprefix('regimesim: ')}" in out

    def test_only_the_folder_is_printed_where_that_is_asked_for(self, say):
        words = ("sanctions.severity=1,3", *SMALL, "-q", "out=here")
        assert say("sweep", "+scenario=anarchy", *words)[1:] == ("here\n", "")

    def test_nothing_is_said_of_what_is_used(self, say):
        assert say("theory", "+scenario=league", "sanctions.cost=1")[2] == ""


class TestFewPoints:
    def test_a_range_of_one_value_is_a_table_of_one_row(self, say, tmp_path):
        code, out, err = say("sweep", "+scenario=anarchy", "transparency.level=range(0,1)", *SMALL)
        assert (code, err) == (0, "")
        assert "1 point, 6 runs of 5 years" in out and "Nothing varies" in out
        (folder,) = tmp_path.glob("outputs/sweep/anarchy/*")
        row = rs.load_results(folder).table.iloc[0]
        line = next(line for line in out.splitlines() if line.startswith(" 0 "))
        assert line.split() == [
            "0", f"{row['regime_rmst']:.1f}", "±", f"{row['regime_rmst_error']:.1f}",
            f"{row['peace_rmst']:.1f}", "±", f"{row['peace_rmst_error']:.1f}",
        ]  # fmt: skip
        assert not (folder / "phase.png").exists()
        assert say("plot", str(folder))[0] == 2  # there is nothing to draw it against

    def test_a_table_of_one_point(self, say, tmp_path):
        (tmp_path / "one.csv").write_text("transparency.level,war.cost\n0.3,9\n")
        code, out, _ = say("sweep", "+scenario=anarchy", "points=one.csv", *SMALL)
        assert code == 0 and "1 point" in out and " 0.3 " in out

    def test_up_to_twenty_points_are_all_printed(self, say):
        values = "transparency.level=range(0.05,1.05,0.05)"
        code, out, _ = say("sweep", "+scenario=anarchy", values, "runs=2", "years=2", "out=twenty")
        table = rs.load_results("twenty").table
        printed = [line.split()[0] for line in out.splitlines() if "±" in line]
        assert code == 0 and printed == [f"{level:g}" for level in table["transparency.level"]]
        assert len(printed) == 20

    def test_of_more_only_the_ends(self, say):
        values = "transparency.level=range(0,1.05,0.05)"
        _, out, _ = say("sweep", "+scenario=anarchy", values, "runs=2", "years=2")
        assert [line.split()[0] for line in out.splitlines() if "±" in line] == [
            "longest", "middle", "shortest",
        ] * 2  # fmt: skip


class TestTables:
    def test_runs_of_a_run(self, say):
        assert say("run", "+scenario=anarchy", *SMALL, "format=csv", "out=here", "-q")[0] == 0
        results = rs.load_results("here")
        read = pd.read_csv("here/runs.csv")
        pd.testing.assert_frame_equal(read, results.runs, check_dtype=False)
        assert len(read) == 6

    def test_only_on_request(self, say, tmp_path):
        say("sweep", "+scenario=anarchy", "war.cost=5,9", *SMALL, "out=swept", "-q")
        assert list(tmp_path.rglob("*.csv")) == []

    def test_points_and_runs_of_a_sweep(self, say):
        words = ("sweep", "+scenario=anarchy", "war.cost=5,9,13", "out=swept", "-q")
        assert say(*words, *SMALL, "format=csv")[0] == 0
        found = rs.load_results("swept")
        pd.testing.assert_frame_equal(pd.read_csv("swept/summary.csv"), found.table, check_dtype=False)
        pd.testing.assert_frame_equal(pd.read_csv("swept/runs.csv"), found.read_runs(), check_dtype=False)
        more = ("runs=9", "years=5", "extend=true")
        assert say(*words, *more)[0] == 0
        assert len(pd.read_csv("swept/runs.csv")) == 27  # what is there is of all runs

    def test_a_large_table_is_written_part_by_part(self, say, monkeypatch):
        from regimesim.cli import sweep

        monkeypatch.setattr(sweep, "_ROWS_AT_ONCE", 7)
        assert say("sweep", "+scenario=anarchy", "war.cost=5,9,13", *SMALL, "format=csv", "out=swept")[0] == 0
        expected = rs.load_results("swept").read_runs()
        pd.testing.assert_frame_equal(pd.read_csv("swept/runs.csv"), expected, check_dtype=False)

"""Answers and the folders they come from: what counts as the same, and what is refused."""

import json
import re

import pytest

from regimesim.analysis import experiments as module
from regimesim.analysis.experiments import (
    Experiment,
    differences,
    experiment,
    experiments,
    experiments_folder,
    in_words,
    leaves,
    plain_answer,
    runs_at,
    write,
)
from regimesim.cli.main import main
from regimesim.scenario.messages import InputError
from regimesim.stats.estimates import Estimate, interval_of, mean, near, share, sign


def interval(value, half):
    return {"value": value, "lower": value - half, "upper": value + half}


def test_a_mean_and_a_share_by_hand():
    """1, 2, 3, 4: s/2 = .645497, and t of 3 degrees is 3.182446. Wilson: 3 of 10 gives .1078 to .6032."""
    found = mean([1, 2, 3, 4])
    assert (found.value, found.upper) == pytest.approx((2.5, 2.5 + 3.182446 * 0.645497), abs=1e-5)
    assert interval_of(share(3, 10)) == pytest.approx(
        {"value": 0.3, "lower": 0.1078, "upper": 0.6032}, abs=1e-4
    )
    assert share(10, 10).upper == 1.0 and share(0, 10).lower == 0.0
    for hits, cases in ((3, 2), (-1, 2), (0, 0)):
        with pytest.raises(ValueError, match="a share needs cases"):
            share(hits, cases)
    with pytest.raises(ValueError, match="two values or more"):
        mean([1.0])


def test_what_an_interval_says():
    cases = {(1, 2): "more", (-2, -1): "less", (-1, 1): "open", (0, 1): "open"}
    assert {ends: sign(Estimate(sum(ends) / 2, *ends)) for ends in cases} == cases
    assert sign(Estimate(0.0, -0.1, 0.1), trifle=0.2) == "same"
    assert near(Estimate(2.0, 1.0, 3.0), 0.0) and not near(Estimate(2.0, 1.0, 3.0), -0.5)


def test_answers_are_told_apart_at_scale_1_by_a_millionth():
    answer = {"a": interval(1.0, 0.5), "b": [1, 2.0, "x", True, None]}
    assert differences(answer, answer) == []
    assert differences({**answer, "a": interval(1.0 + 1e-7, 0.5)}, answer) == []
    assert differences({**answer, "a": interval(1.0 + 1e-5, 0.5)}, answer) != []
    assert differences({**answer, "b": [1, 2.0, "x", 1, None]}, answer) == ["b.3: 1, expected True"]
    assert differences({"a": answer["a"]}, answer)[0] == "b.0: missing"
    assert differences(answer, {"a": answer["a"]})[0] == "b.0: not expected"


def test_at_a_smaller_scale_luck_may_explain_a_distance():
    """One estimate at .001: 3.29 standard errors. Half-widths 3 and 4 make 5, so 3.29/1.96 * 5 = 8.39."""
    expected = {"a": interval(0.0, 4.0)}
    assert differences({"a": interval(8.3, 3.0)}, expected, 0.1) == []
    assert differences({"a": interval(8.5, 3.0)}, expected, 0.1) != []
    assert differences({"a": interval(-8.5, 3.0)}, expected, 0.1) != []
    # the side that looks at the other counts
    skew = {"value": 8.5, "lower": 0.0, "upper": 8.5}
    assert differences({"a": skew}, expected, 0.1) == []
    # many estimates together may each be a little further off
    many = {str(n): interval(0.0, 4.0) for n in range(1000)}
    assert differences({**many, "0": interval(8.5, 3.0)}, many, 0.1) == []


def test_what_is_not_reached_and_what_is_open():
    never = {"value": None, "lower": 80.0, "upper": None}
    assert interval_of(Estimate(float("inf"), 80.0, float("inf"))) == never
    assert differences({"a": {"value": 90.0, "lower": 70.0, "upper": None}}, {"a": never}, 0.1) == []
    assert differences({"a": interval(20.0, 3.0)}, {"a": never}, 0.1) != []
    assert differences({"a": "open"}, {"a": "more"}, 0.1) == []
    assert differences({"a": "open"}, {"a": "more"}) != []
    assert differences({"a": "less"}, {"a": "more"}, 0.1) != []
    assert in_words(never) == "not reached [80, not reached]"


def test_places_and_plain_values():
    import numpy as np

    found = plain_answer({"a": {1: np.float64(2.0)}, "b": (np.int64(1), np.array([1, 2]))})
    assert dict(leaves(found)) == {"a.1": 2.0, "b.0": 1, "b.1.0": 1, "b.1.1": 2}
    with pytest.raises(ValueError, match="Out of range"):
        plain_answer({"a": float("nan")})
    with pytest.raises(TypeError, match="plain values"):
        plain_answer({"a": object()})


def test_runs_at():
    assert [runs_at(scale, 1000) for scale in (1, 0.2, 0.01)] == [1000, 200, 50]
    assert runs_at(0.1, 20) == 20 and runs_at(0.1, 20, least=4) == 4


def made(folder, body="def run(scale=1.0):\n    return {'a': 1}\n", expected='{"a": 1}'):
    folder.mkdir(parents=True)
    (folder / "run.py").write_text(body, "utf-8")
    (folder / "README.md").write_text("# A question\n", "utf-8")
    (folder / "expected.json").write_text(expected, "utf-8")
    return Experiment(folder.name, folder)


def test_a_folder_is_loaded_by_path(tmp_path):
    one = made(
        tmp_path / "one-1",
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass A:\n    x: int\ndef run(scale=1.0):\n    return {'a': A(1).x}\n",
    )
    assert (one.title, one.expected, one.load().run()) == ("A question", {"a": 1}, {"a": 1})
    with pytest.raises(InputError, match=r"no function run\(scale\)"):
        made(tmp_path / "two", "x = 1\n").load()
    with pytest.raises(InputError, match="cannot be read"):
        _ = made(tmp_path / "three", expected="{").expected
    with pytest.raises(InputError, match="is missing"):
        Experiment("four", tmp_path / "four").load()


def test_written_answers_read_back(tmp_path):
    answer = {"a": {"value": 1.23456789012, "lower": 1.0, "upper": None}, "b": [{"c": "x"}]}
    write(tmp_path, "expected.json", answer)
    text = (tmp_path / "expected.json").read_text("utf-8")
    assert '"a": {"value": 1.2345679, "lower": 1.0, "upper": null}' in text
    assert differences(json.loads(text), answer) == []


def test_names_may_be_short(tmp_path, monkeypatch):
    for name in ("08-terror", "09-regime", "literature/terrible", "literature/trade"):
        made(tmp_path / "experiments" / name)
    (tmp_path / "pyproject.toml").write_text("", "utf-8")
    monkeypatch.setattr(module, "experiments_folder", lambda: tmp_path / "experiments")
    assert list(experiments()) == ["08-terror", "09-regime", "literature/terrible", "literature/trade"]
    assert experiment("08").name == "08-terror"
    assert experiment("trade").name == "literature/trade"
    assert experiment("09-regime").name == "09-regime"
    assert experiment("8").name == "08-terror"
    for wrong in ("", "x", "1"):
        with pytest.raises(InputError, match="no experiment"):
            experiment(wrong)
    several = "several experiments begin with 't': literature/terrible and literature/trade; name one"
    with pytest.raises(InputError, match=several):
        experiment("t")


def test_without_the_source_it_says_where_to_get_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        module, "__file__", str(tmp_path / "lib" / "python" / "regimesim" / "analysis" / "experiments.py")
    )
    monkeypatch.chdir(tmp_path)
    assert main(["experiment"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("regimesim: no experiments here; ") and said.count("\n") == 1
    assert "unpack the source" in said
    # a wheel that is used in the folder of the source finds them there
    made(tmp_path / "experiments" / "one")
    (tmp_path / "pyproject.toml").write_text("", "utf-8")
    assert experiments_folder() == tmp_path / "experiments"


def test_the_command(tmp_path, monkeypatch, capsys):
    made(tmp_path / "experiments" / "one", expected='{"a": 1}')
    made(tmp_path / "experiments" / "two", expected='{"a": 2}')
    monkeypatch.setattr(module, "experiments_folder", lambda: tmp_path / "experiments")
    assert main(["experiment"]) == 0
    assert capsys.readouterr().out == "one  A question\ntwo  A question\n"
    assert main(["experiment", "one", f"out={tmp_path / 'a'}"]) == 0
    assert "Every number is the recorded one." in capsys.readouterr().out
    assert json.loads((tmp_path / "a" / "answer.json").read_text("utf-8")) == {"a": 1}
    assert main(["experiment", "two", "scale=0.5", f"out={tmp_path / 'b'}", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"] == ["a: 1, expected 2"]
    assert main(["experiment", "two", f"out={tmp_path / 'c'}"]) == 1
    assert "This is not what is recorded:\n a: 1, expected 2" in capsys.readouterr().out


def test_a_recorded_number_that_is_broken_is_noticed(tmp_path, monkeypatch, capsys):
    """Runs of the model, recorded: the same again ends with 0, and with 1 once a number is changed."""
    body = (
        "import regimesim as rs\n"
        "from regimesim.stats.estimates import interval_of\n"
        "def run(scale=1.0):\n"
        "    results = rs.simulate('anarchy', runs=32, seed=5, years=10, record=0)\n"
        "    return {'cooperation': interval_of(results.rate('cooperation_rate'))}\n"
    )
    one = made(tmp_path / "experiments" / "one", body)
    monkeypatch.setattr(module, "experiments_folder", lambda: tmp_path / "experiments")
    assert main(["experiment", "one", "record=true", "-q"]) == 0
    assert main(["experiment", "one", f"out={tmp_path / 'a'}"]) == 0
    assert "Every number is the recorded one." in capsys.readouterr().out
    text = (one.folder / "expected.json").read_text("utf-8")
    broken, count = re.subn(r'"value": ([\d.]+)', lambda m: f'"value": {float(m[1]) * 1.00001}', text)
    (one.folder / "expected.json").write_text(broken, "utf-8")
    for flags in ([], ["-q"], ["--json"]):
        assert main(["experiment", "one", f"out={tmp_path / f'b{flags}'}", *flags]) == 1
    assert count == 1
    assert "This is not what is recorded:\n cooperation: " in capsys.readouterr().out


def test_an_answer_is_recorded_by_the_command(tmp_path, monkeypatch, capsys):
    body = (
        "from regimesim.report.figures.style import blank\n"
        "def run(scale=1.0):\n    return {'a': 2}\n"
        "def draw(answer):\n    return blank(1, 1)[0]\n"
    )
    folder = made(tmp_path / "experiments" / "one", body).folder
    monkeypatch.setattr(module, "experiments_folder", lambda: tmp_path / "experiments")
    assert main(["experiment", "one", f"out={tmp_path / 'a'}", "-q"]) == 1
    assert main(["experiment", "one", "record=true"]) == 0
    assert "1 of the numbers before are others now" in capsys.readouterr().out
    assert json.loads((folder / "expected.json").read_text("utf-8")) == {"a": 2}
    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == {
        "README.md",
        "expected.json",
        "figure.png",
        "run.py",
    }
    assert main(["experiment", "one", f"out={tmp_path / 'b'}", "-q"]) == 0
    (folder / "expected.json").unlink()
    assert main(["experiment", "one", "record=true", "-q"]) == 0
    assert json.loads((folder / "expected.json").read_text("utf-8")) == {"a": 2}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["experiment", "green-portr"], "no experiment 'green-portr'"),
        (["experiment", "a", "b"], "one experiment at a time; got a, b"),
        (["experiment", "green-porter", "scale=x"], "scale must be a number such as 0.1; got 'x'"),
        (["experiment", "green-porter", "scale=0"], "scale must lie in (0, 1]; got 0"),
        (["experiment", "green-porter", "scal=1"], "no option 'scal'. Did you mean 'scale'?"),
        (["experiment", "green-porter", "scale=1", "scale=1"], "scale is given twice"),
        (["experiment", "green-porter", "out="], "out= needs the name of a folder"),
        (["experiment", "green-porter", "record=yes"], "record must be true or false; got 'yes'"),
        (
            ["experiment", "green-porter", "record=true", "scale=0.1"],
            "it goes without scale=, seed= and out=",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(words, said, capsys):
    assert main(words) == 2
    assert said in capsys.readouterr().err

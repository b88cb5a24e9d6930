"""The command ``sensitivity`` as a person types it."""

import json

import pandas as pd
import pytest

from regimesim.cli.main import main

VARIED = "parameters=[transparency.level,war.cost,trust.initial]"
SMALL = ["runs=4", "trajectories=2", "samples=4", "years=30", VARIED]


def asked(*words):
    return main(["sensitivity", "+scenario=concert", *SMALL, *words])


def test_the_answer_fits_a_screen_and_the_folder_holds_the_rest(tmp_path, capsys):
    pytest.importorskip("SALib")
    folder = tmp_path / "s"
    assert asked(f"out={folder}", "choice.temperature=interval(0.1,0.9)") == 0
    said = capsys.readouterr().out
    assert len(said.splitlines()) <= 40 and max(map(len, said.splitlines()[:-1])) <= 100
    assert "496 runs" in said  # four factors: 4 (2 * 5 + 4 * 6) + 40 (2 * 4 + 1)
    assert {p.name for p in folder.iterdir()} == {
        "sensitivity.csv", "sensitivity.parquet", "summary.json", "provenance.json", "config.yaml",
        "tornado.png", "tornado.svg", "morris.png", "morris.svg",
    }  # fmt: skip
    table = pd.read_csv(folder / "sensitivity.csv")
    assert set(table["parameter"]) == {
        "transparency.level",
        "war.cost",
        "trust.initial",
        "choice.temperature",
    }
    assert (table["high"][table["parameter"] == "choice.temperature"] == 0.9).all()
    pd.testing.assert_frame_equal(table.fillna({"unit": ""}), pd.read_parquet(folder / "sensitivity.parquet"))
    answer = json.loads((folder / "summary.json").read_text("utf-8"))
    assert answer["outcome"] == "regime" and answer["runs a point"] == 4


def test_the_same_again_is_the_same(tmp_path, capsys):
    pytest.importorskip("SALib")
    for name, workers in (("a", 1), ("b", 2)):
        assert asked(f"out={tmp_path / name}", f"workers={workers}", "-q", "outcome=disputes") == 0
    for name in ("sensitivity.csv", "summary.json", "tornado.svg", "morris.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert capsys.readouterr().out.split() == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_json_alone(tmp_path, capsys):
    pytest.importorskip("SALib")
    assert asked(f"out={tmp_path / 's'}", "--json", "outcome=peace") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [p["parameter"] for p in answer["parameters"]]
    assert answer["points"] == {"screening": 8, "indices": 20, "one at a time": 7}
    assert answer["runs"] == 4 * (8 + 20) + 40 * 7


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["outcome=regimes"], "no outcome 'regimes'. Did you mean 'regime'"),
        (["samples=100"], "samples must be a power of two (Sobol's sequence); got 100; take 128"),
        (["trajectories=1"], "trajectories must lie in [2, 100000]; got 1"),
        (["parameters=[war.cots]"], "no parameter 'war.cots'. Did you mean 'war.cost'"),
        (["parameters=3"], "parameters must be a list"),
        (["payoffs.temptation=interval(5,20)"], "payoffs.game=any allows other games"),
        (["war.cots=interval(5,20)"], "Did you mean 'war.cost'"),
        (["war.cost=interval(a,b)"], "an interval has two numbers"),
        (["runs=1000000", "samples=1024"], "lower runs= or samples="),
        (["war.cost=5,10"], "gives several values where one is wanted"),
    ],
)
def test_refusals(words, message, tmp_path, capsys):
    pytest.importorskip("SALib")
    keys = {word.partition("=")[0] for word in words}
    small = [word for word in SMALL if word.partition("=")[0] not in keys]
    assert main(["sensitivity", "+scenario=concert", *small, f"out={tmp_path / 's'}", *words]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_without_salib_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None)
    assert asked(f"out={tmp_path / 's'}") == 2
    assert 'sensitivity needs SALib: pip install "regimesim[stats]"' in capsys.readouterr().err


def test_one_run_a_point_cannot_tell_luck(tmp_path, capsys):
    pytest.importorskip("SALib")
    words = [word for word in SMALL if not word.startswith("runs")]
    assert main(["sensitivity", "+scenario=concert", *words, "runs=1", f"out={tmp_path / 's'}"]) == 0
    assert "take runs=2 or more" in " ".join(capsys.readouterr().out.split())

"""``assumptions=set`` as it is typed."""

import json

import pytest

import regimesim as rs
from regimesim.chronicle import chronicle
from regimesim.cli.main import main


def asked(capsys, *words):
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def test_explain_tells_the_run_that_was_made(capsys):
    results = rs.simulate("bipolar", runs=6, seed=1, years=20, assumptions="set")
    entries = asked(
        capsys, "explain", "+scenario=bipolar", "years=20", "seed=1", "replicate=5", "assumptions=set"
    )
    told = chronicle(results.world(5), 1, 5)
    assert [entry["text"] for entry in entries["chronicle"]] == [entry.text for entry in told.entries]


def test_explain_says_which_draw(capsys):
    main(["explain", "+scenario=bipolar", "years=5", "replicate=1", "assumptions=set"])
    assert "Played under draw 128 of 256 that fit the record" in " ".join(capsys.readouterr().out.split())


def test_run_prints_luck_and_assumptions(capsys):
    answer = asked(capsys, "run", "+scenario=bipolar", "runs=8", "years=20", "war.cost=24.5")
    both = answer["both uncertainties"]
    assert both["set"] == "superpowers_1946"
    assert both["held"] == ["war.cost"]
    least, most = both["peace, years"]["all settings that fit"]
    assert 0 < least <= most <= 20  # in so few years the draws may not be told apart
    main(["run", "+scenario=bipolar", "runs=8", "years=20"])
    said = " ".join(capsys.readouterr().out.split())
    assert "as is 95 % (luck) all settings that fit the case" in said


def test_run_says_that_there_is_no_record(capsys):
    main(["run", "+scenario=trade", "runs=4", "years=4"])
    said = " ".join(capsys.readouterr().out.split())
    assert "no set of assumptions that fit the record for trade" in said


def test_compare_says_of_which_it_knows(capsys):
    main(["compare", "scenarios=[bipolar,anarchy]", "runs=8", "years=5", "assumptions=set"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Luck and assumptions: bipolar" in said
    assert "no set of assumptions that fit the record for anarchy" in said


def test_diagnose_takes_the_set(capsys):
    answer = asked(capsys, "diagnose", "+scenario=bipolar", "runs=6", "years=5", "assumptions=set")
    assert answer["assumptions"]["set"] == "superpowers_1946"
    plain = asked(capsys, "diagnose", "+scenario=bipolar", "runs=6", "years=5", "out=plain")
    assert plain["assumptions"] == "published"
    assert plain["ablation"] != answer["ablation"]


@pytest.mark.parametrize("command", ["run", "explain", "diagnose"])
def test_what_cannot_be_is_refused_in_a_sentence(command, capsys):
    assert main([command, "+scenario=anarchy", "assumptions=set"]) == 2
    assert "no set of assumptions that fit the record for anarchy" in capsys.readouterr().err
    assert main([command, "+scenario=bipolar", "assumptions=sett"]) == 2
    assert "Did you mean 'set'?" in capsys.readouterr().err

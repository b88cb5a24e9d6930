"""Any valid world plays, is told and is written; anything else is refused in a sentence."""

import json

import mischief
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import regimesim as rs
from regimesim.cli.table import COMMANDS
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.files import parse_yaml, yaml_of
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.simulation.simulate import simulate

RUNS = 3
CRUSHED = {
    "states": {"A": {"growth": 1}, "B": {"growth": -1}, "C": {"growth": -1}}, "years": 400,
    "power": {"weight": 1}, "war": {"mutual": 1}, "choice": {"temperature": 1},
}  # fmt: skip
"""One state grows until the shares of others are rounded to 0, and 0 / 0 is no number."""
UNSEEN = {"states": {"大清": {}, "می\u200cخواهم": {}, "א": {}}, "years": 1}
"""Letters that the font of pictures has not."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def played(scenario, seed=0):
    """Results within their bounds."""
    results = simulate(scenario, RUNS, seed, workers=1)
    mischief.assert_within_bounds(results)
    return results


@mischief.sizes(60, 4_000)
def test_any_valid_world_plays_within_bounds_and_is_read_again(budget):
    @budget
    @given(mischief.worlds(8))
    @example(CRUSHED)
    def check(tree):
        try:
            scenario = read_scenario(parse_yaml(mischief.yaml_text(tree), "own.yaml"), "own")
        except InputError as error:
            assert "would name two pairs" in str(error), error
            return
        assert read_scenario(parse_yaml(yaml_of(tree_of(scenario)), "again"), "own") == scenario
        played(scenario)

    check()


@mischief.sizes(4, 400)
def test_what_is_saved_is_loaded_as_the_same(budget, folder):
    number = iter(range(10**9))

    @budget
    @given(mischief.worlds(4))
    def check(tree):
        try:
            results = played(read_scenario(tree, "own"))
        except InputError as error:
            assert "would name two pairs" in str(error), error
            return
        again = rs.load_results(results.save(folder / str(next(number))))
        assert again.scenario == results.scenario and again.provenance == results.provenance
        for table in ("runs", "paths", "events", "pairs"):
            pd.testing.assert_frame_equal(getattr(again, table), getattr(results, table))

    check()


@mischief.sizes(2, 150)
def test_every_command_has_an_answer_to_any_valid_world(budget, folder):
    number = iter(range(10**9))

    @budget
    @given(mischief.worlds(4))
    @example(UNSEEN)
    def check(tree):
        (folder / "own.yaml").write_text(mischief.yaml_text(tree), "utf-8")
        here, out = "+scenario=own.yaml", lambda: f"out={next(number)}"
        for words in (
            ["run", here, "runs=3", out()], ["explain", here], ["theory", here], ["show", "own.yaml"],
            ["compare", "scenarios=[own.yaml,anarchy]", "runs=3", "years=2", out()],
            ["diagnose", here, "runs=2", out()],
            ["sweep", here, "transparency.level=0,1", "runs=2", out()],
        ):  # fmt: skip
            said = mischief.answered(*words, "--json") if words[0] != "show" else mischief.answered(*words)
            if said is not None and words[0] != "show":
                json.loads(said, parse_constant=pytest.fail)

    check()


@mischief.sizes(150, 5_000)
def test_a_broken_world_is_refused_in_a_sentence(budget, folder):
    @budget
    @given(mischief.contents(mischief.worlds(3)))
    def check(content):
        (folder / "own.yaml").write_bytes(content)
        if mischief.answered("show", "own.yaml") is not None:
            scenario = load_scenario("own.yaml", ["years=1", "shadow.rounds_per_year=1"])
            if len(scenario.states) <= 8:
                played(scenario)

    check()


BASES = {
    "run": ["+scenario=own.yaml", "runs=1"], "explain": ["+scenario=own.yaml"], "theory": ["+scenario=own.yaml"],
    "compare": ["scenarios=[own.yaml,anarchy]", "runs=1", "years=1"], "diagnose": ["+scenario=own.yaml", "runs=1"],
    "sensitivity": ["+scenario=own.yaml", "parameters=[war.cost]", "runs=1", "trajectories=2", "samples=2"],
    "calibrate": ["+scenario=concert", "draws=8", "runs=2", "years=40", "answers=0"],
    "remedies": ["+scenario=own.yaml", "levers=[shadow.resolve]", "stand=1", "tries=8", "runs=2"],
    "sweep": ["+scenario=own.yaml", "war.cost=1,2", "runs=1"], "history": ["own.csv"], "plot": ["run"],
    "completion": ["bash"], "experiment": [], "list": [], "predict": ["draws=0"], "show": ["own.yaml"], "demo": ["open=false"],
}  # fmt: skip
"""A small task for every command (for `predict`, which has none, a refusal); a strange word is added to it."""


LONG = ("compare", "predict", "remedies")
"""Commands whose task takes long where nothing is said of its size."""


def test_every_command_is_among_them():
    assert set(BASES) == set(COMMANDS)


@mischief.sizes(80, 5_000)
def test_any_words_are_understood_or_refused(budget, folder, monkeypatch):
    monkeypatch.setattr("regimesim.cli.demo._open", lambda place: None)
    monkeypatch.setattr("regimesim.cli.demo._page", lambda own: "")
    (folder / "own.yaml").write_text("states: {A: {}, B: {}}\nyears: 1\n")
    (folder / "own.csv").write_text("year,state_a,state_b,hostility\n1900,A,B,0\n1901,A,B,5\n")
    simulate(load_scenario("own.yaml"), RUNS).save("run")

    @budget
    @given(st.sampled_from(sorted(BASES)), st.booleans(), st.lists(mischief.words, min_size=1, max_size=3))
    @example("run", False, ["-m", "hydra/launcher=x"])  # Hydra would leave the program
    @example("history", False, ["--json"])  # intervals without an end
    def check(command, alone, words):
        alone = alone and command not in LONG
        mischief.answered(command, *([] if alone else BASES[command]), *words)

    check()

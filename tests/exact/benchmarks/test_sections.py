"""Sections of the benchmarks: what they name is there, and what they print is so."""

import ast
import importlib
import shutil

import pytest


def test_every_section_has_a_title_and_measures():
    from benchmarks.__main__ import SECTIONS

    for name in SECTIONS:
        section = importlib.import_module(f"benchmarks.{name}")
        assert section.TITLE and callable(section.measure)


def test_steps_are_functions_of_the_kernel():
    from benchmarks import profile
    from regimesim.core import kernel

    calls = [call for steps in (profile.AUTOMATA, profile.CONCERT) for _, call in steps.values()]
    names = {
        node.func.id
        for call in calls
        for node in ast.walk(ast.parse(call))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert len(names) > 30 and [name for name in names if not hasattr(kernel, name)] == []


def test_a_target_is_met_or_it_is_said_that_it_is_not():
    from benchmarks import page
    from benchmarks.timing import Row, at_least, at_most, within

    rows = [
        at_least(2, "a", [1.0, 3.0, 2.0]),
        at_most(2, "b", [3.0]),
        within(1.2, "c", [0.8]),
        within(1.2, "d", [0.9]),
        Row("e", [1.0], "s"),
    ]
    table = page.table(page.section("title", rows)).splitlines()[-5:]
    assert [line.rpartition("times |")[2].strip(" |") for line in table[:4]] == [
        "at least 2: met",
        "at most 2: **not met**",
        "within 1.2 in both directions: **not met**",
        "within 1.2 in both directions: met",
    ]
    assert table[0].startswith("| a | 2 | 1 to 3 |") and "met" not in table[4]


@pytest.mark.verify
@pytest.mark.skipif(shutil.which("gcc") is None, reason="the programs in C take gcc")
def test_programs_in_c_end_with_the_same_bits(monkeypatch, tmp_path):
    from benchmarks import automata, concert, machine
    from regimesim.scenario.compose import load_scenario
    from regimesim.simulation.lowering import lower

    monkeypatch.setattr(machine, "CACHE", tmp_path)
    concert._same_as_c(concert._Inner(lower(load_scenario("concert", concert.CALM)), 16))
    assert automata._c()


@pytest.mark.verify
def test_the_mesa_model_plays_the_concert():
    from benchmarks import concert

    concert._same_as_mesa()

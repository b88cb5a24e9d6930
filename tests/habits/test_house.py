"""The floor plan: arrows between packages point down, and no file imports itself by any way round."""

import sys

import house
import pytest
from checkout import ROOT

FLOORS = (
    ("cli",),
    ("app",),
    ("report",),
    ("analysis",),
    ("sweeps", "chronicle"),
    ("simulation",),
    ("scenario", "theory", "stats"),
    ("core",),
)
HEIGHT = {package: -k for k, floor in enumerate(FLOORS) for package in floor}


@pytest.fixture(scope="module")
def arrows():
    """Imports at the top of files and inside functions; those for type checkers are left out."""
    return house.graph(ROOT / "src")


def package(module):
    return module.partition(".")[2].partition(".")[0]


def test_every_package_has_its_floor(arrows):
    assert {package(module) for module in arrows} - {"", "__main__"} == set(HEIGHT)


def test_arrows_between_packages_point_down(arrows):
    wrong = [
        f"{one} -> {other}"
        for one, others in arrows.items()
        for other in others
        if package(one) in HEIGHT
        and package(one) != package(other)
        and HEIGHT[package(one)] <= HEIGHT.get(package(other), 1)
    ]
    assert wrong == []


def test_no_file_imports_itself_by_any_way_round(arrows):
    assert house.cycles(arrows) == []


def test_rings_and_lazy_imports_are_seen(tmp_path):
    """The count itself: a ring that closes inside a function, and an import for types only."""
    folder = tmp_path / "src" / "regimesim"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "a.py").write_text("from regimesim import b\n")
    (folder / "b.py").write_text("def f():\n    from regimesim.c import g\n")
    (folder / "c.py").write_text("import regimesim.a\n")
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from regimesim.a import x\n"
    (folder / "d.py").write_text(types)
    found = house.graph(tmp_path / "src")
    assert house.cycles(found) == [{"regimesim.a", "regimesim.b", "regimesim.c"}]
    assert found["regimesim.d"] == set() and house.depth(found) == 1


def test_the_program_prints_its_counts(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["house.py"])
    house.main([])
    said = capsys.readouterr().out
    assert "names defined in two or more files" in said and "      0  rings of imports" in said

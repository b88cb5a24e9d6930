"""Modules of the page: each imports what there is, from one before it, and nothing that it does not use."""

import re
from importlib.resources import files

import pytest

from regimesim.analysis import collapse, futures, settings_that_fit, turning_points
from regimesim.app.page import MODULES
from regimesim.core import draws, estrangement
from regimesim.stats.estimates import tails

STATIC = files("regimesim.app") / "static"
WHOLE_NAME = r"(?<![\w$]){}(?![\w$])"


def text_of(name):
    if name == "kernel":
        return (files("regimesim.core") / "browser" / "kernel.js").read_text("utf-8")
    return (STATIC / f"{name}.js").read_text("utf-8")


def imports(text):
    return [
        (source, name.strip())
        for names, source in re.findall(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', text, re.MULTILINE)
        for name in names.split(",")
        if name.strip()
    ]


def exports(text):
    return set(re.findall(r"^export (?:async )?(?:class|const|function) ([\w$]+)", text, re.MULTILINE))


def test_every_file_is_a_module_of_the_page():
    there = {entry.name.removesuffix(".js") for entry in STATIC.iterdir() if entry.name.endswith(".js")}
    assert there | {"kernel"} == set(MODULES) and len(set(MODULES)) == len(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_stands_on_those_before_it(name):
    text = text_of(name)
    assert len(re.findall(r"^import\b", text, re.MULTILINE)) == len({source for source, _ in imports(text)})
    for source, imported in imports(text):
        assert MODULES.index(source) < MODULES.index(name), source
        assert imported in exports(text_of(source)), (source, imported)
        assert len(re.findall(WHOLE_NAME.format(re.escape(imported)), text)) > 1, f"{imported} is not used"


def test_nothing_is_exported_that_nobody_imports():
    asked = {pair for name in MODULES for pair in imports(text_of(name))}
    given = {(name, each) for name in MODULES if name != "kernel" for each in exports(text_of(name))}
    assert given - asked == set()


CONSTANT = re.compile(r"^const ([A-Z_]+) = (-?[\d._e]+);", re.MULTILINE)


def constants(name):
    return {key: float(value.replace("_", "")) for key, value in CONSTANT.findall(text_of(name))}


def test_channels_of_draws_are_those_of_the_core():
    found = constants("sources")
    assert found.pop("BY_SANCTION") == estrangement.SANCTION
    assert len(found) == 18
    assert found == {name: float(getattr(draws, name)) for name in found}


def test_what_the_page_decides_by_is_what_the_analysis_decides_by():
    found = constants("course")
    assert found == {
        "MOST_POINTS": turning_points.MOST_TURNING_POINTS,
        "LEAST_CHANGE": turning_points.LEAST_CHANGE,
        "SURE": pytest.approx(tails(turning_points.CONFIDENCE)[0], rel=1e-12),
    }
    assert constants("futures")["YEARS_AFTER"] == turning_points.YEARS_AFTER
    assert constants("futures")["SALT"] == futures._SALT
    assert constants("fits")["RUNS"] == settings_that_fit.SET_RUNS
    assert constants("collapse")["YEARS_BEFORE"] == collapse.YEARS_BEFORE
    causes = re.search(r"^const CAUSES = \{(.*?)^\};", text_of("collapse"), re.MULTILINE | re.DOTALL)[1]
    fields = [re.findall(r'"(\w+)"', line) for line in re.findall(r": (\[.*?\]),", causes)]
    assert fields == [list(of) for of in collapse.CAUSES.values()]

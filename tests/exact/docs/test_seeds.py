"""The claims of the sources: each has a mechanism, an experiment and a test, and its links lead there."""

import ast
import re

import pytest
import yaml
from checkout import ROOT

from regimesim.analysis.experiments import experiments_folder
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.files import scenario_names

SEEDS = ROOT / "seeds"
CLAIMS = yaml.safe_load((SEEDS / "claims.yaml").read_text("utf-8"))
IDS = [f"L{n}" for n in range(1, 21)] + [f"J{n}" for n in range(1, 9)]
TWELVE = (
    "01-three-orders", "02-transparency", "03-misses-and-false-alarms", "04-patience-and-frequency",
    "05-sanctions", "06-schroeder", "07-why-it-ended", "08-balance-of-terror", "09-is-it-a-regime",
    "10-security-and-trade", "11-four-worlds", "12-inclusive-peace",
)  # fmt: skip
KEYS = {"id", "source", "where", "claim", "mechanism", "scenarios", "experiments", "tests"}
EACH = pytest.mark.parametrize("claim", CLAIMS, ids=[claim["id"] for claim in CLAIMS])


def names_in(path):
    """Names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def headings():
    page = (ROOT / "docs/model.md").read_text("utf-8")
    return set(re.findall(r"^##+ (\d(?:\.\d)?) ", page, re.MULTILINE))


def test_every_id_is_there_once_and_in_order():
    assert [claim["id"] for claim in CLAIMS] == IDS
    assert {claim["id"][0]: claim["source"] for claim in CLAIMS} == {"L": "lipson", "J": "jervis"}


@EACH
def test_it_has_all_that_a_claim_needs(claim):
    assert claim.keys() - {"model_says"} == KEYS
    assert claim["claim"].endswith(".") and claim["where"]
    assert all(claim[part] for part in ("experiments", "tests"))
    assert all(claim["mechanism"][part] for part in ("words", "sections", "modules"))


@EACH
def test_its_mechanism_is_there(claim):
    assert set(claim["mechanism"]["sections"]) <= headings()
    for module in claim["mechanism"]["modules"]:
        assert (ROOT / "src/regimesim" / module).is_file(), module


@EACH
def test_its_tests_are_there(claim):
    for test in claim["tests"]:
        path, _, name = test.partition("::")
        assert name.startswith("test_") and name in names_in(path), test


@EACH
def test_its_experiments_are_there(claim):
    known = {f"literature/{path.name}" for path in (ROOT / "experiments/literature").iterdir()}
    known |= {path.parent.name for path in (ROOT / "experiments").glob("[0-9][0-9]-*/run.py")}
    assert set(claim["experiments"]) <= known
    assert set(claim["experiments"]) & {*TWELVE, "18-formation"}
    for name in claim["experiments"]:
        assert (experiments_folder() / name / "README.md").is_file(), name


def test_every_one_of_the_twelve_asks_about_a_claim():
    asked = {name for claim in CLAIMS for name in claim["experiments"]}
    assert asked >= set(TWELVE)
    folders = {path.name for path in experiments_folder().iterdir() if (path / "run.py").is_file()}
    assert folders - set(TWELVE) == {name for name in folders if int(name[:2]) > 12}
    assert folders >= set(TWELVE)


def test_scenarios_and_claims_agree():
    named = {claim["id"]: set(claim["scenarios"]) for claim in CLAIMS}
    files = {name: set(load_scenario(name).claims) for name in scenario_names()}
    assert named == {id_: {name for name, ids in files.items() if id_ in ids} for id_ in IDS}


def test_parameters_in_the_words_of_a_mechanism_exist():
    from regimesim.scenario.parameters import PARAMETERS

    names = {p.name for p in PARAMETERS}
    words = " ".join(claim["mechanism"]["words"] for claim in CLAIMS)
    assert set(re.findall(r"[a-z]+\.[a-z_]+", words)) <= names


@pytest.mark.parametrize("source", ["lipson", "jervis"])
def test_the_page_has_the_table_and_its_links_lead_somewhere(source, monkeypatch):
    """Written from the file by ``python seeds/tables.py``."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("seeds_tables", SEEDS / "tables.py")
    tables = module_from_spec(spec)
    spec.loader.exec_module(tables)
    text = (SEEDS / f"{source}.md").read_text("utf-8")
    assert tables.page(source) == text, "run: python seeds/tables.py"
    links = {link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")}
    assert len(links) > 10
    for link in links:
        assert (SEEDS / link.partition("#")[0]).exists(), link
    anchors = {link.partition("#")[2] for link in links} - {""}
    assert anchors <= {anchor(title) for title in re.findall(r"^##+ (.+)$", model_page(), re.MULTILINE)}


def model_page():
    return (ROOT / "docs/model.md").read_text("utf-8")


def anchor(title):
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def test_the_argument_fits_a_page_and_every_claim_is_on_one():
    for source in ("lipson", "jervis"):
        text = (SEEDS / f"{source}.md").read_text("utf-8")
        argument = text.partition("## The argument")[2].partition("## Claims")[0]
        assert 250 < len(argument.split()) < 700
    both = (SEEDS / "lipson.md").read_text("utf-8") + (SEEDS / "jervis.md").read_text("utf-8")
    assert set(re.findall(r"^\| \*\*([LJ]\d+)\*\*", both, re.MULTILINE)) == set(IDS)

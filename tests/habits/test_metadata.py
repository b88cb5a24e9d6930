"""What machines read of the project says the same everywhere: pyproject.toml, CITATION.cff, codemeta.json."""

import json
import re
import tomllib
from importlib.metadata import version

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from regimesim.core.jit import TRIED

CFF_KEYS = (
    "abstract authors cff-version commit contact date-released doi identifiers keywords license license-url "
    "message preferred-citation references repository repository-artifact repository-code title type url "
    "version"
)
"""All keys of the Citation File Format 1.2.0."""

CODEMETA_KEYS = (
    "@context @type applicationCategory author description developmentStatus keywords license name "
    "programmingLanguage runtimePlatform softwareRequirements version"
)
"""Terms of CodeMeta 3.0 that are used; another one is looked up before it is added here."""


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def citation(root):
    return yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))


@pytest.fixture(scope="module")
def codemeta(root):
    return json.loads((root / "codemeta.json").read_text("utf-8"))


def test_the_citation_file_has_the_form_of_its_format(citation):
    """As its schema asks: what is required, no key that it does not know, text where it wants text."""
    assert set(citation) <= set(CFF_KEYS.split())
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    for key in ("title", "message", "abstract", "license", "version"):
        assert isinstance(citation[key], str) and citation[key]
    assert [set(author) for author in citation["authors"]] == [{"name"}]  # an entity, not a person
    assert len(set(citation["keywords"])) == len(citation["keywords"])


def test_all_say_the_same(project, citation, codemeta):
    assert citation["version"] == codemeta["version"] == project["version"]
    assert citation["title"].partition(":")[0] == codemeta["name"] == project["name"]
    assert codemeta["description"] == project["description"]
    assert citation["license"] == project["license"]
    assert codemeta["license"] == f"https://spdx.org/licenses/{project['license']}"
    assert citation["keywords"] == codemeta["keywords"] == project["keywords"]
    authors = [author["name"] for author in project["authors"]]
    assert [author["name"] for author in citation["authors"]] == authors
    assert [author["name"] for author in codemeta["author"]] == authors


def test_codemeta_knows_what_is_needed(project, codemeta):
    assert set(codemeta) == set(CODEMETA_KEYS.split())
    assert codemeta["@context"] == "https://w3id.org/codemeta/3.0"
    least = re.fullmatch(r">=(\S+)", project["requires-python"])[1]
    assert codemeta["runtimePlatform"] == f"Python {least} or newer"
    needed = [Requirement(text) for text in project["dependencies"]]
    said = codemeta["softwareRequirements"]
    assert {one["@type"] for one in said} == {"SoftwareApplication"}
    assert [(r.name, r.specifier) for r in needed] == [
        (one["name"], SpecifierSet(one["version"])) for one in said
    ]


def test_the_licence_is_the_one_that_is_named(root, project):
    assert project["license"] == "MIT"
    assert (root / "LICENSE").read_text("utf-8").startswith("MIT License")


def test_what_has_internals_of_another_is_bound_to_versions_that_were_tried(root, project):
    """numba's modules under ``numba.core`` are nobody's promise: no newer version than the one tried here."""
    users = [path for path in root.glob("src/regimesim/core/*.py") if "numba.core" in path.read_text("utf-8")]
    (needed,) = (r for text in project["dependencies"] if (r := Requirement(text)).name == "numba")
    assert sorted(path.name for path in users) == ["jit.py", "numba_alone.py"]
    least, bound = (".".join(map(str, tried)) for tried in TRIED)
    assert needed.specifier == SpecifierSet(f">={least},<{bound}")
    assert needed.specifier.contains(version("numba"))
    assert not needed.specifier.contains("0.69") and not needed.specifier.contains("1.0")

"""Every scenario, world and order says what it stands for, and states its facts as the record has them."""

import csv
import os
import re
from pathlib import Path

import pytest
import yaml
from checkout import ROOT

from regimesim.scenario.compose import load_scenario
from regimesim.scenario.composition import part_tree
from regimesim.scenario.files import configs_folder
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.reading import read_scenario

NAMES = {
    "anarchy", "balance_kaplan", "balance_waltz", "bipolar", "collective_security", "concert", "league",
    "security_council", "trade",
}  # fmt: skip


def files(*groups):
    return [path for group in groups for path in sorted((configs_folder() / group).glob("*.yaml"))]


def named(path):
    return f"{path.parent.name}/{path.stem}"


VALUES = files("world", "order", "assumptions")
CLAIMS = {f"L{n}" for n in range(1, 21)} | {f"J{n}" for n in range(1, 9)}
IN_THE_RECORD = {
    "Austria": "AUH", "Britain": "UKG", "China": "CHN", "France": "FRN", "Germany": "GMY", "Italy": "ITA",
    "Japan": "JPN", "Prussia": "GMY", "Russia": "RUS", "Soviet_Union": "RUS", "United_States": "USA",
}  # fmt: skip
"""Names of states and their Correlates of War abbreviations."""


def record():
    """CINC by (state, year) in the user's copy of the record, or skip."""
    chosen = os.environ.get("REGIMESIM_DATA")
    folder = Path(chosen) if chosen else ROOT.parent / "shared" / "data"
    if not (folder / "capabilities.csv").is_file():
        pytest.skip(
            "no record of capabilities here: set REGIMESIM_DATA to the folder that has capabilities.csv"
        )
    with (folder / "capabilities.csv").open(encoding="utf-8", newline="") as file:
        return {(row["state"], int(row["year"])): row["cinc"] for row in csv.DictReader(file)}


def stated_capabilities(path):
    """(state, value, year) of each ``capability: .1  # fact: CINC 1816`` and of epochs of capabilities."""
    found, state = [], ""
    for line in path.read_text("utf-8").splitlines():
        owner = re.match(r"  (\w+):", line)
        state = owner[1] if owner else state
        stated = re.search(r"capability: ([\d.]+)\s+# fact: CINC (\d{4})", line)
        if stated:
            found.append((state, float(stated[1]), int(stated[2])))
    for name, strand in (yaml.safe_load(path.read_text("utf-8")).get("epochs") or {}).items():
        if "capabilities" in name:
            for epoch in strand:
                assert epoch["because"] == f"Capabilities of {epoch['year']}"
                found += [
                    (s, settings["capability"], epoch["year"]) for s, settings in epoch["states"].items()
                ]
    return found


def test_the_nine_are_there():
    assert {path.stem for path in files("scenario")} == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_it_loads_and_says_what_it_is(name):
    scenario = load_scenario(name)
    assert scenario.title and scenario.represents and scenario.source
    assert scenario.claims and set(scenario.claims) <= CLAIMS
    assert len(set(scenario.claims)) == len(scenario.claims)
    assert scenario.years == 100


@pytest.mark.parametrize("path", files("scenario", "world", "order", "assumptions"), ids=named)
def test_it_is_a_hydra_package_with_a_header(path):
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1] == "#" and lines[2].startswith("# ")
    header = "\n".join(line for line in lines if line.startswith("#"))
    if path.parent.name == "scenario":
        assert "Claims it bears on." in header
        assert set(load_scenario(path.stem).claims) == set(re.findall(r"\b[LJ]\d+\b", header))


@pytest.mark.parametrize("path", VALUES, ids=named)
def test_every_value_is_marked_as_fact_assumption_or_fitted(path):
    lines = path.read_text("utf-8").splitlines()
    first = next((n for n, line in enumerate(lines) if line == "about:"), 0)
    text = 0  # how far a text over several lines is indented
    for line in lines[first:]:
        indent = len(line) - len(line.lstrip())
        if text and indent > text:
            continue
        key, _, value = line.strip().removeprefix("- ").partition(":")
        said = value.partition("#")[0].strip()
        text = indent if said == ">-" else 0
        told = ("between", "because", "title", "represents", "source")
        of_the_record = indent > 4 and said.startswith("{capability:")
        dated = key == "year" and "Capabilities of" in "".join(lines)  # the strand says it of all its years
        if line.startswith("#") or not said or key in told or of_the_record or line.lstrip().startswith("["):
            continue
        assert re.search(r"# ((fact|assumption): \w|fitted\b)", line) or dated, (
            f"{named(path)}: {line.strip()}"
        )


@pytest.mark.parametrize("path", VALUES, ids=named)
def test_every_buffer_says_why_it_lies_there(path):
    text = path.read_text("utf-8")
    for buffer in yaml.safe_load(text).get("buffers", {}):
        assert re.search(rf"^  {buffer}: +# assumption: \w", text, re.MULTILINE), buffer


@pytest.mark.parametrize("path", files("world", "assumptions"), ids=named)
def test_capabilities_are_those_of_the_record(path):
    stated = stated_capabilities(path)
    states = set(yaml.safe_load(path.read_text("utf-8")).get("states") or ()) & set(IN_THE_RECORD)
    assert states == {state for state, _, _ in stated}
    known = record()
    for state, value, year in stated:
        assert float(known[IN_THE_RECORD[state], year]) == value, (state, year)


@pytest.mark.parametrize("path", files("world", "order"), ids=named)
def test_shared_assumptions_have_one_value(path):
    """A file of a world or an order names no value that it would have without naming it."""
    tree = yaml.safe_load(path.read_text("utf-8"))
    assert tree["defaults"][-1] == "_self_"
    base = {}
    for name in tree["defaults"][:-1]:
        group = path.parent.name
        base = part_tree(group, name) if "/" not in name else base | _assumed(name)
    for group, block in tree.items():
        for key, value in block.items() if isinstance(block, dict) and group != "about" else ():
            assert base.get(group, {}).get(key) != value, f"{group}.{key}"


def _assumed(name):
    return yaml.safe_load((configs_folder() / f"{name.lstrip('/')}.yaml").read_text("utf-8"))


def test_no_order_differs_in_transparency():
    levels = {path.stem: part_tree("order", path.stem)["transparency"]["level"] for path in files("order")}
    assert set(levels.values()) == {levels["concert"]}


@pytest.mark.parametrize("name", ["anarchy", "trade"])
def test_self_help_has_no_institution(name):
    scenario = load_scenario(name)
    for parameter in (
        "diplomacy.conference", "sanctions.rule", "norms.restraint", "deterrence.prudence",
    ):  # fmt: skip
        assert scenario[parameter] == BY_NAME[parameter].default, parameter
    assert scenario["periphery.insulation"] == 0
    assert not scenario.buffers


def test_kaplan_and_waltz_differ_in_the_source_of_restraint_only():
    kaplan, waltz = load_scenario("balance_kaplan"), load_scenario("balance_waltz")
    assert kaplan.world == waltz.world and kaplan.phases[0].states == waltz.phases[0].states
    differing = {p.partition(".")[0] for p in BY_NAME if kaplan[p] != waltz[p]}
    assert differing == {"norms", "sanctions"}
    assert kaplan["sanctions.rule"] == "none" and kaplan["norms.restraint"] > 0
    assert waltz["sanctions.rule"] == "balancing" and waltz["norms.restraint"] == 0


def members(scenario, year):
    """Names of the members in a year of the calendar."""
    phase = [phase for phase in scenario.phases if scenario.start + phase.year <= year][-1]
    return {state.name for state in phase.states if state["member"]}


def test_members_of_the_league_by_year():
    league = load_scenario("league")
    first = {"Britain", "France", "Italy", "Japan"}
    assert members(league, 1920) == members(league, 1926) == first
    assert members(league, 1927) == first | {"Germany"}
    assert members(league, 1934) == {"Britain", "France", "Italy"}
    assert members(league, 1935) == {"Britain", "France", "Italy", "Soviet_Union"}
    assert members(league, 1938) == {"Britain", "France", "Soviet_Union"}
    assert members(league, 1940) == {"Britain", "France"}
    italy = league.states.index("Italy")
    before, after = (next(p for p in league.phases if league.start + p.year == y) for y in (1934.7, 1935))
    assert all(after.affinity[i][italy] > before.affinity[i][italy] for i in (0, 1))
    elsewhere = load_scenario("concert", ["order=league"])
    assert members(elsewhere, 1816) == members(elsewhere, 1916) == set(elsewhere.states)


@pytest.mark.parametrize("name", ["bipolar", "security_council"])
def test_the_second_strike_becomes_secure(name):
    phases = load_scenario(name).phases
    soviet = [phase.states[1]["second_strike"] if phase.states[1]["nuclear"] else 0.0 for phase in phases]
    assert soviet == sorted(soviet) and soviet[0] == 0.0 and soviet[-1] >= 0.9
    assert phases[-1].states[0]["second_strike"] >= 0.9
    assert all(state["nuclear"] for state in phases[-1].states)


def test_the_wave_of_1848_spares_britain_and_russia():
    phases = {1816 + phase.year: phase for phase in load_scenario("concert").phases}
    spared = {state.name for state in phases[1848].states if state["unrest"] == 0}
    assert spared == {"Britain", "Russia"}
    assert all(state["unrest"] == 1 for year in (1816, 1848.5) for state in phases[year].states)
    assert phases[1848].parameters["domestic.revolution"] > phases[1848.5].parameters["domestic.revolution"]


def test_the_variant_without_unification_lacks_nothing_else():
    real = load_scenario("concert")
    variant = load_scenario("concert", ["world=europe_1816_without_unification"])
    assert variant.title == "Europe 1816 without unification under the Concert"
    assert [p.year for p in real.phases] == [p.year for p in variant.phases]
    for here, there in zip(real.phases, variant.phases, strict=True):
        assert (here.parameters, here.states, here.affinity) == (
            there.parameters,
            there.states,
            there.affinity,
        )
        lost = {b.name for b, kept in zip(here.buffers, there.buffers, strict=True) if b != kept}
        assert lost == ({"German_Middle_States", "Italian_States"} if here.year >= 55 else set())
    assert load_scenario("concert", ["~epochs.unification"]).phases[5].buffers == variant.phases[5].buffers


def test_the_walk_out_suspends_one_veto():
    text = (configs_folder() / "order" / "security_council.yaml").read_text("utf-8")
    comment = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    typed = re.search(r"'(members=.*?)'", comment)[1]
    council = load_scenario("security_council", [typed])
    away = {
        council.start + p.year: [s.name for s in p.states if s["veto"] and not s["member"]]
        for p in council.phases
    }
    assert [year for year, names in away.items() if names] == [1950]
    assert away[1950] == ["Soviet_Union"]
    assert all(state["veto"] for phase in council.phases for state in phase.states)


@pytest.mark.parametrize(
    "tree",
    [
        {"war": {"cost": 10**400}}, {"shadow": {"rounds_per_year": 10**400}}, {"years": 10**400},
        {"states": {"A": {"capability": -(10**400)}, "B": {}}}, {"affinity": {"A-B": 10**400}},
    ],
)  # fmt: skip
def test_a_number_too_large_for_any_real_is_refused_like_others(tree):
    with pytest.raises(InputError, match="must lie in"):
        read_scenario({"states": {"A": {}, "B": {}}} | tree, "x")

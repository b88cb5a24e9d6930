"""Every scenario file loads, says what it stands for, and states its facts as the record has them."""

import csv
import os
import re
from pathlib import Path

import pytest
import yaml
from checkout import ROOT

from regimesim.scenario.files import configs_folder
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.reading import read_scenario

NAMES = {
    "anarchy", "balance_kaplan", "balance_waltz", "bipolar", "collective_security", "concert", "league",
    "security_council", "trade",
}  # fmt: skip
FILES = {
    path.stem: path for path in sorted((configs_folder() / "scenario").glob("*.yaml")) if path.stem in NAMES
}
CLAIMS = {f"L{n}" for n in range(1, 21)} | {f"J{n}" for n in range(1, 9)}
IN_THE_RECORD = {
    "Austria": "AUH", "Britain": "UKG", "China": "CHN", "France": "FRN", "Germany": "GMY", "Italy": "ITA",
    "Japan": "JPN", "Prussia": "GMY", "Russia": "RUS", "Soviet_Union": "RUS", "United_States": "USA",
}  # fmt: skip
"""Names of states and their Correlates of War abbreviations."""

COMMON = (
    "shadow.discount_factor", "shadow.rounds_per_year", "shadow.punishment_rounds", "transparency.miss_rate",
    "transparency.false_alarm_rate", "domestic.turnover", "power.weight", "trust.learning_rate",
    "choice.temperature",
)  # fmt: skip
COMMON_IN_SECURITY = (
    "payoffs.temptation", "payoffs.reward", "payoffs.punishment", "payoffs.sucker",
    "war.unilateral", "war.mutual", "war.cost", "war.years", "war.settlement_trust",
)  # fmt: skip


def load(name):
    return read_scenario(yaml.safe_load(FILES[name].read_text("utf-8")), name, f"{name}.yaml")


def stated_capabilities(path):
    """(state, value as written, year) of each line ``capability: .1  # fact: CINC 1816 ...``."""
    found, state = [], ""
    for line in path.read_text("utf-8").splitlines():
        named = re.match(r"  (\w+):", line)
        state = named[1] if named else state
        stated = re.search(r"capability: ([\d.]+)\s+# fact: CINC (\d{4})", line)
        if stated:
            found.append((state, stated[1], int(stated[2])))
    return found


def record():
    """CINC by (state, year) in the user's copy of the record, or skip."""
    chosen = os.environ.get("REGIMESIM_DATA")
    folder = Path(chosen) if chosen else ROOT.parent / "shared" / "data"
    if not (folder / "capabilities.csv").is_file():
        pytest.skip(
            "no record of capabilities here: set REGIMESIM_DATA to the folder that has capabilities.csv"
        )
    with (folder / "capabilities.csv").open(encoding="utf-8", newline="") as file:
        return {(row["state"], int(row["year"])): float(row["cinc"]) for row in csv.DictReader(file)}


def test_the_nine_are_there():
    assert set(FILES) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_it_loads_and_says_what_it_is(name):
    scenario = load(name)
    assert scenario.title and scenario.represents and scenario.source
    assert scenario.claims and set(scenario.claims) <= CLAIMS
    assert len(set(scenario.claims)) == len(scenario.claims)
    assert scenario.years == 100


@pytest.mark.parametrize("name", sorted(NAMES))
def test_it_is_a_hydra_package_with_a_header(name):
    lines = FILES[name].read_text("utf-8").splitlines()
    assert lines[0] == "# @package _global_"
    header = "\n".join(line for line in lines[: lines.index("about:")])
    assert "What it represents." in header
    assert "Claims it bears on." in header
    assert re.search(r"\bfacts?\b", header, re.IGNORECASE)
    assert "judgement" in header
    named = set(re.findall(r"\b[LJ]\d+\b", header))
    assert set(load(name).claims) >= named


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_value_is_marked_as_fact_or_judgement(name):
    lines = FILES[name].read_text("utf-8").splitlines()
    body = lines[next(n for n, line in enumerate(lines) if line.startswith("years:")) :]
    words = ("between:", "because:")
    for line in body:
        key, _, value = line.strip().removeprefix("- ").partition(":")
        said = value.partition("#")[0].strip()
        if line.lstrip().startswith(("#", "[")) or not said or f"{key}:" in words:
            continue
        assert re.search(r"# (fact|judgement): \w", line), f"{name}: {line.strip()}"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_buffer_says_why_it_lies_there(name):
    tree = yaml.safe_load(FILES[name].read_text("utf-8"))
    text = FILES[name].read_text("utf-8")
    for buffer in tree.get("buffers", {}):
        assert re.search(rf"^  {buffer}: +# judgement: \w", text, re.MULTILINE), buffer


@pytest.mark.parametrize("name", sorted(NAMES))
def test_capabilities_are_those_of_the_record(name):
    stated = stated_capabilities(FILES[name])
    if name in ("concert", "bipolar", "league", "security_council"):
        assert {state for state, _, _ in stated} == set(load(name).states) & set(IN_THE_RECORD)
    if not stated:
        assert not set(load(name).states) & set(IN_THE_RECORD)
        return
    known = record()
    for state, written, year in stated:
        digits = len(written.partition(".")[2])
        assert f"{known[IN_THE_RECORD[state], year]:.{digits}f}" == written, state


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_world_is_the_same_everywhere(name):
    """What is no institution has the concert's value; trade alone plays for other stakes and without war."""
    here, concert = load(name), load("concert")
    for parameter in COMMON + (() if name == "trade" else COMMON_IN_SECURITY):
        assert here[parameter] == concert[parameter], parameter
    if name != "collective_security":
        assert here["transparency.level"] == concert["transparency.level"]


@pytest.mark.parametrize("name", ["anarchy", "trade"])
def test_self_help_has_no_institution(name):
    scenario = load(name)
    for parameter in (
        "diplomacy.conference", "diplomacy.mediation", "diplomacy.renegotiation", "sanctions.rule",
        "norms.restraint", "deterrence.prudence",
    ):  # fmt: skip
        assert scenario[parameter] == BY_NAME[parameter].default, parameter
    assert scenario["periphery.insulation"] == 0
    assert not scenario.buffers


def test_kaplan_and_waltz_differ_in_the_source_of_restraint_only():
    kaplan, waltz = load("balance_kaplan"), load("balance_waltz")
    assert [dict(s.settings) for s in kaplan.phases[0].states] == [
        dict(s.settings) for s in waltz.phases[0].states
    ]
    differing = {p.partition(".")[0] for p in BY_NAME if kaplan[p] != waltz[p]}
    assert differing == {"norms", "sanctions"}
    assert kaplan["sanctions.rule"] == "none" and kaplan["norms.restraint"] > 0
    assert waltz["sanctions.rule"] == "balancing" and waltz["norms.restraint"] == 0


def test_members_of_the_league_by_year():
    phases = {1920 + phase.year: phase for phase in load("league").phases}
    members = {
        year: {state.name for state in phase.states if state["member"]} for year, phase in phases.items()
    }
    assert members[1920] == {"Britain", "France", "Italy", "Japan"}
    assert members[1926.5] == members[1920] | {"Germany"}
    assert members[1934.5] == {"Britain", "France", "Italy", "Soviet_Union"}
    assert members[1937.75] == {"Britain", "France", "Soviet_Union"}
    italy = load("league").states.index("Italy")
    assert all(phases[1935].affinity[i][italy] > phases[1934.5].affinity[i][italy] for i in (0, 1))


def test_the_second_strike_becomes_secure():
    phases = load("bipolar").phases
    soviet = [phase.states[1]["second_strike"] if phase.states[1]["nuclear"] else 0.0 for phase in phases]
    assert soviet == sorted(soviet) and soviet[0] == 0.0 and soviet[-1] >= 0.9
    assert phases[-1].states[0]["second_strike"] >= 0.9


def variant(name):
    """The epochs that a header offers as a variant, read as they stand in the comment."""
    lines = [line[2:] for line in FILES[name].read_text("utf-8").splitlines() if line.startswith("#     ")]
    kept = [line for line in lines if re.match(r" +(- year|because|states|buffers):", line)]
    return yaml.safe_load("\n".join(kept))


@pytest.mark.parametrize("name", ["concert", "league", "security_council"])
def test_variants_of_a_header_can_be_used(name):
    tree = yaml.safe_load(FILES[name].read_text("utf-8"))
    extra = variant(name)
    assert extra
    tree["epochs"] = sorted([*(tree.get("epochs") or []), *extra], key=lambda epoch: epoch["year"])
    assert len(read_scenario(tree, name).phases) == 1 + len(tree["epochs"])


def test_the_walk_out_suspends_one_veto():
    tree = yaml.safe_load(FILES["security_council"].read_text("utf-8"))
    tree["epochs"] = variant("security_council")
    phases = read_scenario(tree, "security_council").phases
    away = [[s.name for s in phase.states if s["veto"] and not s["member"]] for phase in phases]
    assert away == [[], ["Soviet_Union"], []]


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

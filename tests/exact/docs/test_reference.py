"""What is declared is complete and true of the program, and the committed reference is what it gives."""

import doctest
import re
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from checkout import ROOT

import regimesim as rs
from regimesim.cli.table import COMMANDS
from regimesim.scenario.parameters import BUFFER, BY_NAME, GROUPS, PARAMETERS, STATE
from regimesim.simulation import columns
from regimesim.simulation.columns import COLLAPSE, EVENT_NAMES, ONSET

SPEC = spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
reference = module_from_spec(SPEC)
SPEC.loader.exec_module(reference)

DESIGN = {
    "payoffs": "temptation reward punishment sucker game",
    "shadow": "discount_factor rounds_per_year punishment_years resolve",
    "transparency": "level miss_rate false_alarm_rate early_warning target_knowledge intrusion_cost "
    "publicity",
    "diplomacy": "conference mediation cleavage renegotiation agreement_trust",
    "sanctions": "rule severity cost enforcement_value pledge alliance_weight balance_weight quorum "
    "veto_affinity credibility credibility_learning escalation inquiry exit",
    "geography": "offense_advantage buffer_effectiveness absorption absorption_gain",
    "deterrence": "retaliation first_strike_gain prudence",
    "norms": "restraint initial half_life socialization institutionalization",
    "domestic": "turnover reset revolution spread turmoil_years preoccupation nationalism "
    "grievance_half_life",
    "periphery": "rate insulation paradox",
    "war": "unilateral mutual cost years capability_loss resentment satisfaction settlement_trust "
    "restoration contagion",
    "power": "weight volatility",
    "trust": "initial learning_rate shock",
    "choice": "temperature tremble",
    "measure": "onset collapse window",
}
"""The names that users, files and tests rely on, by group."""


def test_exactly_the_parameters_of_the_design_are_declared():
    designed = {f"{group}.{name}" for group, names in DESIGN.items() for name in names.split()}
    assert set(BY_NAME) == designed
    assert len(PARAMETERS) == len(designed), "a parameter is declared twice"
    assert tuple(DESIGN) == GROUPS


@pytest.mark.parametrize("parameter", [*PARAMETERS, *STATE, *BUFFER], ids=lambda p: p.name)
def test_a_declaration_is_complete_and_does_not_contradict_itself(parameter):
    assert parameter.meaning
    assert parameter.source
    assert parameter.refusal(parameter.default) is None
    if parameter.range:
        low, high = parameter.range
        assert low < high
        assert parameter.refusal(low) is None
        assert parameter.refusal(high) is None


def test_every_parameter_and_setting_has_a_row():
    text = reference.parameters_page()
    for parameter in (*PARAMETERS, *STATE, *BUFFER):
        assert f"| `{parameter.name}`" in text


def test_every_scenario_strategy_and_command_has_its_place():
    scenarios, commands = reference.scenarios_page(), reference.commands_page()
    for path in ROOT.glob("configs/scenario/*.yaml"):
        assert f"\n## {path.stem}\n" in scenarios
    for path in ROOT.glob("configs/strategy/*.yaml"):
        assert f"| [`{path.stem}`](../../configs/strategy/{path.name}) |" in scenarios
    assert commands.count("\npython -m regimesim ") == commands.count("\n## ") - 1 == len(COMMANDS)


@pytest.mark.parametrize("place", reference.pages(), ids=lambda place: place.name)
def test_every_row_has_as_many_cells_as_its_head(place):
    for table in re.findall(r"(?:^\|.*\n)+", reference.pages()[place](), re.MULTILINE):
        assert len({row.replace("\\|", "").count("|") for row in table.splitlines()}) == 1, table


@pytest.mark.parametrize("place", reference.pages(), ids=lambda place: place.name)
def test_the_committed_page_is_up_to_date(place):
    committed = (ROOT / place).read_text(encoding="utf-8")
    assert committed == reference.pages()[place](), "run `python docs/make_reference.py`"


def names(table):
    return [column.name for column in table]


def test_the_columns_of_results_are_those_declared():
    results = rs.simulate("concert", runs=3, years=3)
    assert list(results.runs) == names(columns.RUNS)
    assert {name: str(column.dtype) for name, column in results.columns.items()} == {
        name: column.dtype for name, column in columns.RUN.items()
    }
    assert list(results.paths) == names(columns.PATHS)
    assert list(results.events) == names(columns.EVENTS)
    assert list(results.pairs) == names(columns.PAIRS)
    assert list(results.survival()) == names(columns.SURVIVAL)
    assert list(results.paths.quantity.unique()) == names(columns.YEARLY)
    assert names(columns.EVENT_KINDS) == [*EVENT_NAMES, ONSET, COLLAPSE]


def test_the_columns_of_a_sweep_are_those_declared(tmp_path):
    found = rs.sweep("anarchy", {"transparency.level": [0.2, 0.8]}, tmp_path / "sweep", runs=2)
    assert list(found.read_runs()) == [
        name for name in names(columns.RUNS) if name not in ("scenario", "seed")
    ]
    expected = set()
    for name in names(columns.SUMMARY):
        for spell in ("regime", "peace"):
            expected |= {name.replace("SPELL", spell).replace("_at_T", f"_at_{t}") for t in (10, 20, 50, 100)}
            expected |= {f"{spell}_median_lower", f"{spell}_median_upper", f"{spell}_rmst_error"}
    expected |= {*columns.RATES, *(f"{name}_error" for name in columns.RATES)}
    assert set(found.summary) == expected - {"RATE"}


def test_its_examples():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(reference, optionflags=flags) == doctest.TestResults(failed=0, attempted=2)

"""The parameters of the design are declared, and the committed reference is what their declarations give."""

from pathlib import Path

import pytest

from regimesim import reference
from regimesim.parameters import BUFFER, BY_NAME, GROUPS, PARAMETERS, STATE

ROOT = Path(__file__).parents[2]

DESIGN = {
    "payoffs": "temptation reward punishment sucker game",
    "shadow": "discount_factor rounds_per_year punishment_rounds",
    "transparency": "level miss_rate false_alarm_rate early_warning target_knowledge intrusion_cost "
    "publicity public_signal",
    "diplomacy": "conference mediation cleavage renegotiation agreement_trust",
    "sanctions": "rule severity cost enforcement_value pledge alliance_weight balance_weight quorum "
    "veto_affinity credibility credibility_learning exit",
    "geography": "offense_advantage buffer_effectiveness absorption absorption_gain",
    "deterrence": "retaliation first_strike_gain prudence",
    "norms": "restraint initial half_life socialization institutionalization",
    "domestic": "turnover reset revolution spread turmoil_years preoccupation nationalism",
    "periphery": "rate insulation paradox",
    "war": "unilateral mutual cost years capability_loss resentment settlement_trust restoration contagion",
    "power": "weight volatility",
    "trust": "initial learning_rate",
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
    text = reference.page()
    for parameter in (*PARAMETERS, *STATE, *BUFFER):
        assert f"| `{parameter.name}`" in text


def test_every_row_has_as_many_cells_as_the_head():
    for line in reference.page().splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") == 9, line


def test_the_committed_page_is_up_to_date():
    committed = (ROOT / reference.PAGE).read_text(encoding="utf-8")
    assert committed == reference.page(), "run `python -m regimesim.reference`"

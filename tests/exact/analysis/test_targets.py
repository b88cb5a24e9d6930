"""Targets from a table of one's own: hand-counted rates, and years that the table has not."""

import pytest

from regimesim.analysis.calibration.targets import targets_of
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario

SCENARIO = read_scenario(
    {"years": 10, "about": {"start": 1900}, "states": {"A": {}, "B": {}, "C": {}}}, "around 1900"
)
YEARS = (1900, 1901, 1902, 1903, 1904)
HOSTILITY = {("A", "B"): (0, 4, 5, 0, 1), ("A", "C"): (0, 0, 4, 0, 0), ("B", "C"): (0, 0, 0, 0, 4)}
"""Force is used (4 or more) in 4 pair-years of 15; one war, of 1902."""


def table(folder, without=()):
    """Write the table without some rows, which are named by year, or by year and pair."""
    lines = ["year,state_a,state_b,hostility"]
    for (a, b), levels in HOSTILITY.items():
        for year, level in zip(YEARS, levels, strict=True):
            if year not in without and (year, a + b) not in without:
                lines.append(f"{year},{a},{b},{level}")
    path = folder / "record.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_rates_are_those_counted_by_hand(tmp_path):
    names = ["disputes_1900_1904", "wars_1900_1904", "disputes_1901_1902", "wars_1903_1904"]
    found = targets_of(SCENARIO, names, table(tmp_path))
    assert [target.name for target in found] == names
    assert [target.value for target in found] == [4 / 15, 1 / 5, 3 / 6, 0 / 2]


@pytest.mark.parametrize("missing", [1901, 1902, 1903])
def test_a_table_in_which_years_are_missing_is_refused(tmp_path, missing):
    """A gap inside: its first and last years do not show it, and the rates would be of other years."""
    path = table(tmp_path, without=(missing,))
    with pytest.raises(InputError, match=r"record\.csv \(1900-1904\) does not cover all of these years"):
        targets_of(SCENARIO, ["wars_1900_1904"], path)
    before, after = (missing - 1, missing - 1), (missing + 1, missing + 1)
    for first, last in (before, after):
        assert targets_of(SCENARIO, [f"wars_{first}_{last}"], path)


@pytest.mark.parametrize(("first", "last"), [(1899, 1904), (1900, 1905)])
def test_years_before_and_after_the_table_are_refused(tmp_path, first, last):
    with pytest.raises(InputError, match="does not cover all of these years"):
        targets_of(SCENARIO, [f"disputes_{first}_{last}"], table(tmp_path))


def test_a_pair_that_is_missing_in_a_year_is_counted_out(tmp_path):
    """It has left the system: there are 14 pair-years, and all years are there."""
    found = targets_of(SCENARIO, ["disputes_1900_1904"], table(tmp_path, without=((1902, "AB"),)))
    assert found[0].value == 3 / 14

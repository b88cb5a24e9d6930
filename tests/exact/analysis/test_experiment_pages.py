"""Pages with the numbers of an answer in their places."""

import pytest

from regimesim.analysis.experiment_pages import filled, parting, table_of_cells

ESTIMATE = {"value": 0.25, "lower": 0.2, "upper": 0.3}
ANSWER = {"a": {"b c": ESTIMATE, "d": 2}, "rows": {"x": {"one": ESTIMATE, "two": "more"}, "y": {"one": 1.0}}}


def test_places_are_filled():
    assert (
        filled("It is {{a / b c}}, {{% a / b c}} %, {{ a / d }}.", ANSWER)
        == "It is 0.25 [0.20, 0.30], 25 [20, 30] %, 2."
    )


def test_a_place_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="a / nothing"):
        filled("{{a / nothing}}", ANSWER)


def test_tables_have_the_columns_that_there_are_or_those_named():
    assert table_of_cells(ANSWER["rows"]).splitlines() == [
        "| case | one | two |",
        "| --- | --- | --- |",
        "| x | 0.25 [0.20, 0.30] | more |",
        "| y | 1 |  |",
    ]
    assert table_of_cells(ANSWER["rows"], ["two"]).splitlines()[2] == "| x | more |"
    assert table_of_cells(ANSWER["a"]).splitlines() == [
        "| case | value |",
        "| --- | --- |",
        "| b c | 0.25 [0.20, 0.30] |",
        "| d | 2 |",
    ]


def test_what_parts_the_draws_is_told_beyond_luck_only():
    def part(lower, upper):
        return {
            "higher where it holds": {"value": (lower + upper) / 2, "lower": lower, "upper": upper},
            "median where it holds": {"value": 2.0},
            "median elsewhere": {"value": 1.0},
        }

    assert parting({"parts": {"p": part(0.4, 0.7)}}) == []
    assert parting({"parts": {"p": part(0.6, 0.8), "q": part(0.1, 0.2)}}) == [
        "`q` is low (median 2, elsewhere 1) and `p` is high (median 2, elsewhere 1)"
    ]

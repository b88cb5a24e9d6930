"""Values that are read without Hydra's parser, against that parser."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import assume, given
from hypothesis import strategies as st

from regimesim.scenario.compose import plain_value

LETTERS = "0123456789.-+_eEnNaAiIfFlLtTrRuUsS ,:["


def as_hydra_reads(text):
    found = OverridesParser.create().parse_override(f"x={text}")
    assert not found.is_sweep_override()
    return found.value()


def assert_read_alike(text):
    value, other = plain_value(text), as_hydra_reads(text)
    assert type(value) is type(other) and repr(value) == repr(other)


@given(st.text(LETTERS, max_size=9))
def test_what_is_plain_is_what_hydra_reads(text):
    assume(plain_value(text) is not ...)
    assert_read_alike(text)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "17",
        "-3",
        "0.25",
        "-0.0",
        "123456789.125",
        "True",
        "FALSE",
        "null",
        "tit_for_tat",
        "choice",
        "x1",
    ],
)
def test_numbers_and_words_are_plain(text):
    assert plain_value(text) is not ...
    assert_read_alike(text)


@pytest.mark.parametrize(
    "text",
    ["", " 1", "007", "1e6", "1.", ".5", "+1", "1_000", "nan", "-inf", "Inf", "a b", "a,b", "[1]", "{a:1}"],
)
def test_all_else_is_left_to_hydra(text):
    assert plain_value(text) is ...

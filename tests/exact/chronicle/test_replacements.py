"""Replaced draws: typed, printed and read again, and what is said of those that cannot be meant."""

import pytest
from eventful import busy

from regimesim.chronicle import chronicle_of
from regimesim.chronicle.replacements import (
    LARGEST_PLACE,
    REPLACEABLE,
    listed_words,
    read_replacements,
    replacement_word,
)
from regimesim.chronicle.replay import replay
from regimesim.core.draws import WHOLE_ROUND, Replacement
from regimesim.scenario.messages import InputError

WORLD = busy()
TYPED = [
    "1900-Q1:wave:0",
    "1901-Q4:turnover:B:1",
    "1901-Q4:spread:D:0",
    "1902-Q1:growth:A:0.50000000000",
    "1901-Q2:exit:C:0",
    "1930-Q3:observe:C:A:1",
    "1930-Q3:tremble:A:C:1",
    "1930-Q3:publish:A:C:1",
    "1930-Q3:intend:D:A:0",
    "1930-Q3:pursue:D:A:0",
    "1930-Q3:inquiry:A:D:0",
    "1930-Q3:sanction:A:D:0",
    "1930-Q3:war:A:D:0",
    "1930-Q3:quarrel:D:A:0",
    "1930-Q3:negotiate:B:C:0",
    "1930-Q3:prevail:B:C:0",
    "1930-Q3:confer:B:C:0",
    "1959-Q4:absorb:L_L:C:D:0",
    "1959-Q4:restore:K:A:B:0",
    "1959-Q4:join:D:A:B:0",
    "1900-Q2:round:5",
]


@pytest.mark.parametrize("word", TYPED)
def test_what_is_typed_is_printed_again(word):
    (one,) = read_replacements([word], WORLD, 7)
    assert one.replicate == 7
    written = replacement_word(WORLD, one)
    (again,) = read_replacements([written], WORLD, 7)
    assert again == one and written.split(":")[:-1] == word.split(":")[:-1]


def test_every_kind_of_draw_can_be_typed():
    assert {word.split(":")[1] for word in TYPED} == {*REPLACEABLE, "round"}


def test_addresses_are_those_of_the_model():
    """By hand, from section 5 of model.md: round 123 is the third quarter of 1930; a quarrel is WAR(j, i)."""
    typed = ["1930-Q3:observe:C:A:1", "1930-Q3:quarrel:A:D:0", "1959-Q4:absorb:L_L:D:C:0", "1900-Q2:round:5"]
    assert read_replacements(typed, WORLD, 3) == [
        Replacement(122, 3, 2, 0, LARGEST_PLACE, 3),
        Replacement(122, 4, 3, 0, 0, 3),
        Replacement(239, 1001, 2, 3, 0, 3),
        Replacement(1, WHOLE_ROUND, 0, 0, 5, 3),
    ]


WRONG = {
    "": "it must begin with a round's date from 1900-Q1 to 1959-Q4",
    "1960-Q1:wave:0": "it must begin with a round's date",
    "1900-Q1": "no draw ''",
    "1900-Q1:wav:0": "no draw 'wav'. Did you mean 'wave'?",
    "1900-Q1:wave": "write it as 1900-Q1:wave:NUMBER",
    "1900-Q1:observe:A:0": "write it as 1900-Q1:observe:STATE:STATE:NUMBER",
    "1900-Q1:absorb:A:B:0": "write it as 1900-Q1:absorb:BUFFER:STATE:STATE:NUMBER",
    "1900-Q1:observe:A:X:0": "no state 'X'",
    "1900-Q1:observe:A:A:0": "two different states are needed",
    "1900-Q1:absorb:A:A:B:0": "no buffer 'A'",
    "1900-Q1:wave:2": "the number at its end must lie in [0, 1]; got '2'",
    "1900-Q1:wave:nan": "must lie in [0, 1]",
    "1900-Q1:wave:yes": "must lie in [0, 1]; got 'yes'",
    "1900-Q1:round": "after round: comes the number of another run",
    "1900-Q1:round:-1": "after round: comes the number of another run",
    "1900-Q1:round:4294967296": "after round: comes the number of another run",
}


@pytest.mark.parametrize("word", WRONG)
def test_what_cannot_be_meant_is_refused(word):
    with pytest.raises(InputError) as refused:
        read_replacements([word], WORLD, 0)
    assert WRONG[word] in str(refused.value)


def test_several_are_a_list():
    several = read_replacements(["1900-Q1:wave:0", "1900-Q2:round:5"], WORLD, 0)
    assert listed_words(WORLD, several) == "replace=[1900-Q1:wave:0,1900-Q2:round:5]"
    assert listed_words(WORLD, several[:1]) == "replace=1900-Q1:wave:0"


def test_a_channel_that_draws_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="no draw has channel 7"):
        replacement_word(WORLD, Replacement(0, 7, 0, 1, 0))


def test_the_chronicle_says_what_is_not_as_it_was():
    replaced = read_replacements(["1905-Q1:wave:0"], WORLD, 0)
    history = replay(WORLD, 0, 0, replacements=replaced)
    assert history.happenings != replay(WORLD, 0, 0).happenings
    assert chronicle_of(history).summary.endswith("Not as it was: 1905-Q1:wave:0.")

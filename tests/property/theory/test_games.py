"""Names of 2x2 games: the textbook's orderings, and what a name may not depend on."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimesim.theory.games import name_game

# best outcome first: T (u_dc), R (u_cc), P (u_dd), S (u_cd); Rapoport and Guyer 1966, Jervis 1978
TEXTBOOK = {
    "TRPS": "Prisoners' Dilemma",
    "TRSP": "Chicken",
    "RTPS": "Stag Hunt",
    "RPTS": "Stag Hunt",
    "RTSP": "Harmony",
    "RSTP": "Harmony",
    "TPRS": "Deadlock",
    "PTRS": "Deadlock",
    "TSRP": "other",  # Leader
    "STRP": "other",  # Hero
    "PRTS": "other",  # a hunt in which exploiting each other is the better of the two meetings
}
payoffs = st.integers(-8, 8)
games = st.tuples(payoffs, payoffs, payoffs, payoffs)


def by_order(order):
    worth = {letter: 3.0 - place for place, letter in enumerate(order)}
    return name_game(worth["R"], worth["T"], worth["S"], worth["P"])


@pytest.mark.parametrize(("order", "name"), TEXTBOOK.items())
def test_the_orderings_of_the_textbook(order, name):
    assert by_order(order) == name


def test_all_strict_orderings_are_named():
    names = [by_order(order) for order in itertools.permutations("TRPS")]
    assert {name: names.count(name) for name in set(names)} == {
        "Prisoners' Dilemma": 1, "Chicken": 1, "Stag Hunt": 3, "Harmony": 5, "Deadlock": 5, "other": 9,
    }  # fmt: skip


@given(games)
def test_a_name_says_which_answers_are_best(game):
    """From the definitions of the docstring, ties included, in the language of best replies."""
    cc, dc, cd, dd = game
    name = name_game(*game)
    if name in (
        "Prisoners' Dilemma",
        "Deadlock",
    ):  # exploitation is never the worse answer, and once the better
        assert dc > cc and dd >= cd
    if name == "Harmony":
        assert cc >= dc and cd >= dd
    if name == "Stag Hunt":
        assert cc >= dc and dd > cd
    if name == "Chicken":
        assert dc > cc >= cd > dd
    if name in ("Prisoners' Dilemma", "Chicken", "Stag Hunt", "Harmony"):
        assert cc > dd
    if name == "Deadlock":
        assert dd >= cc


@given(games, st.integers(1, 1000), st.integers(-1000, 1000))
def test_a_name_does_not_depend_on_the_unit_of_payoff(game, unit, zero):
    assert name_game(*(unit * u + zero for u in game)) == name_game(*game)


@given(games)
def test_what_rounding_leaves_is_not_a_motive(game):
    rounded = [u * (1 + 1e-13) * (1 - 1e-13) + 1e-14 for u in game]
    assert name_game(*rounded) == name_game(*game) or not any(game)


@pytest.mark.parametrize(
    ("game", "name"),
    [
        ((3, 3, 1, 1), "Harmony"),
        ((3, 3, 0, 1), "Stag Hunt"),
        ((3, 5, 1, 1), "Prisoners' Dilemma"),
        ((3, 5, 3, 1), "Chicken"),
        ((1, 5, 0, 1), "Deadlock"),
        ((1, 1, 1, 1), "other"),
    ],
)
def test_ties(game, name):
    assert name_game(*game) == name

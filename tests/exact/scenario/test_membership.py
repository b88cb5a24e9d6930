"""Members and vetoes by rule: in the world that is meant, and in any other."""

import pytest

from regimesim.scenario.membership import seats
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario

STATES = {"Britain": 3.0, "France": 1.0, "Russia": 2.0, "Austria": 1.0}
DATED = {"Britain": "always", "France": {"until": 4, "from": 4.6}, "Russia": {"from": 7}, "Austria": "never"}


def held(rule, states=STATES):
    return {name for name, seat in seats(rule, states, "x").start.items() if seat}


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("all", "Britain France Russia Austria"),
        ("none", ""),
        ({"strongest": 1}, "Britain"),
        ({"strongest": 3}, "Britain Russia France"),  # of equals, the first in the list
        ({"strongest": 9}, "Britain France Russia Austria"),
        ({"named": ["France", "Austria"]}, "France Austria"),
        ({"named": ["France", "Spain"], "otherwise": "all"}, "Britain France Russia Austria"),
        ({"named": ["France", "Spain"], "otherwise": {"strongest": 2}}, "Britain Russia"),
        ({"named": ["France", "Austria"], "otherwise": "none"}, "France Austria"),
        ({"named": DATED}, "Britain France"),
    ],
)
def test_who_holds_a_seat(rule, names):
    assert held(rule) == set(names.split())


def test_dates_are_in_the_order_of_time():
    changes = seats({"named": DATED}, STATES, "x").changes
    assert changes == ((4.0, "France", False), (4.6, "France", True), (7.0, "Russia", True))
    twice = seats({"named": {"France": {"from": [1, 5], "until": [3, 9]}}}, STATES, "x")
    assert [(year, seat) for year, _, seat in twice.changes] == [(1, True), (3, False), (5, True), (9, False)]
    assert not twice.start["France"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "some",
            "x: must be all, none, {strongest: NUMBER} or {named: [STATE, ...], otherwise: RULE}; got 'some'",
        ),
        ({}, "x: must be all, none,"),
        ({"strongest": 2, "named": ["France"]}, "x: must be all, none,"),
        ({"strongest": 2, "otherwise": "all"}, "x: no rule 'otherwise'"),
        ({"strongest": 0}, "x.strongest: must be a whole number of states, at least 1; got 0"),
        ({"strongest": True}, "x.strongest: must be a whole number of states"),
        ({"named": ["Spain", "Naples"]}, "x: Spain, Naples not in this world; add a rule for other worlds"),
        ({"named": ["Britian"], "otherwise": "all"}, "x: no state 'Britian'. Did you mean 'Britain'?"),
        ({"named": []}, "x.named: must be a list of states, or a table"),
        ({"named": "France"}, "x.named: must be a list of states, or a table"),
        ({"named": ["Spain"], "otherwise": {"named": ["France"]}}, "x.otherwise: must hold in any world"),
        ({"named": ["Spain"], "otherwise": "some"}, "x.otherwise: must be all, none,"),
        (
            {"named": {"France": "sometimes"}},
            "x.named.France: must be always, never or {from: YEAR, until: YEAR}",
        ),
        ({"named": {"France": {"since": 3}}}, "x.named.France: no date 'since'.  (all: from, until)"),
        (
            {"named": {"France": {"from": 0}}},
            "x.named.France.from: must be years since the order began, above 0",
        ),
        (
            {"named": {"France": {"from": [2, 5]}}},
            "x.named.France: a seat is taken twice, the second time in year 5",
        ),
        ({"named": {"France": {"until": []}}}, "x.named.France: has no year in it"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(rule, words):
    with pytest.raises(InputError) as refused:
        seats(rule, STATES, "x")
    assert str(refused.value).startswith(words), refused.value


def test_members_and_vetoes_become_settings_and_phases():
    tree = {
        "states": {name: {"capability": value} for name, value in STATES.items()},
        "about": {"start": 1900},
        "members": {"named": DATED},
        "vetoes": {"strongest": 1},
        "epochs": [{"year": 1904, "because": "It rains", "war": {"cost": 1}}],
        "reforms": {
            "a": [{"year": 4, "because": "Doors open"}],
            "b": [{"year": 7.0, "transparency": {"level": 1}}],
        },
    }
    phases = read_scenario(tree, "x").phases
    assert [(p.year, p.because) for p in phases] == [
        (0, ""), (4, "It rains; Doors open; France leaves"), (4.6, "France joins"), (7, "Russia joins"),
    ]  # fmt: skip
    assert [s["veto"] for s in phases[0].states] == [True, False, False, False]
    assert [[s["member"] for s in p.states] for p in phases] == [
        [True, True, False, False],
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
    ]
    assert phases[-1].parameters["transparency.level"] == 1 and phases[1].parameters["war.cost"] == 1


def test_what_a_state_says_itself_comes_before_a_rule():
    tree = {"states": {"A": {"member": True}, "B": {}}, "members": "none", "vetoes": "all"}
    first = read_scenario(tree, "x").phases[0]
    assert [(s["member"], s["veto"]) for s in first.states] == [(True, True), (False, True)]

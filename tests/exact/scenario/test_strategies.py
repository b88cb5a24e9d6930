"""Strategies do what their literature says, history by history, and files that cannot be used are refused."""

import itertools
import math

import numpy as np
import pytest

from regimesim.core.strategies import (
    Automaton,
    generous_tit_for_tat,
    memory_one,
    pack,
    punish,
    zero_determinant_extortion,
)
from regimesim.scenario.files import configs_folder, strategy_names
from regimesim.scenario.messages import InputError
from regimesim.scenario.strategies import load_strategy, read_strategy

C, D = 1, 0
ROUNDS = 6
HISTORIES = [
    h for n in range(ROUNDS) for h in itertools.product(itertools.product((C, D), repeat=2), repeat=n)
]
"""Every history of up to five rounds, each round being (own action, action seen)."""


def chance_after(automaton, history):
    state = 0
    for own, seen in history:
        state = automaton.next[state][own][seen]
    return automaton.cooperate[state]


def seen_by(history):
    return [seen for _, seen in history]


def contrite(history):
    """Standing, kept for both sides (Sugden 1986, Boyd 1989).

    Whoever restrains itself is in good standing; whoever exploits loses it, unless it was in good standing
    itself and the other was not. Contrite tit for tat exploits exactly while it is in good standing and the
    other is not.
    """
    own_good = other_good = True
    for own, seen in history:
        own_good, other_good = (
            own == C or (own_good and not other_good),
            seen == C or (other_good and not own_good),
        )
    return D if own_good and not other_good else C


def punishing(rounds):
    def rule(history):
        left = 0
        for own, seen in history:
            if left:
                left -= 1
            elif D in (own, seen):
                left = rounds
        return D if left else C

    return rule


RULES = {
    "always_cooperate": lambda h: C,
    "always_defect": lambda h: D,
    "random": lambda h: 0.5,
    "tit_for_tat": lambda h: seen_by(h)[-1] if h else C,
    "generous_tit_for_tat": lambda h: 1 / 3 if seen_by(h)[-1:] == [D] else C,
    "contrite_tit_for_tat": contrite,
    "tit_for_two_tats": lambda h: D if seen_by(h)[-2:] == [D, D] else C,
    "two_tits_for_tat": lambda h: D if D in seen_by(h)[-2:] else C,
    "win_stay_lose_shift": lambda h: C if not h else h[-1][0] if h[-1][1] == C else 1 - h[-1][0],
    "grim": lambda h: C if not h or h[-1] == (C, C) else D,
    "punish_2": punishing(2),
    "punish_3": punishing(3),
    "punish(7)": punishing(7),
    "punish(inf)": lambda h: C if all(r == (C, C) for r in h) else D,
    "zero_determinant": lambda h: (
        {(C, C): 11 / 13, (C, D): 1 / 2, (D, C): 7 / 26, (D, D): 0}[h[-1]] if h else C
    ),
    "memory_one(0.1, 0.2, 0.3, 0.4, 0.5)": lambda h: (
        {(C, C): 0.1, (C, D): 0.2, (D, C): 0.3, (D, D): 0.4}[h[-1]] if h else 0.5
    ),
}


@pytest.mark.parametrize("spec", RULES)
def test_strategy_follows_its_definition(spec):
    automaton = load_strategy(spec)
    for history in HISTORIES:
        assert chance_after(automaton, history) == pytest.approx(RULES[spec](history), abs=1e-15), history


def test_every_file_is_defined_here_and_says_where_it_comes_from():
    yaml = pytest.importorskip("yaml")
    assert set(strategy_names()) == {name for name in RULES if "(" not in name}
    for name in strategy_names():
        tree = yaml.safe_load((configs_folder() / "strategy" / f"{name}.yaml").read_text())
        assert tree["title"] and tree["about"] and tree["source"]
        assert load_strategy(name).name == name


def test_contrition_does_not_answer_the_answer_to_its_own_slip():
    """Wu and Axelrod 1995: after one slip two contrite states are back at restraint two rounds later."""
    s = load_strategy("contrite_tit_for_tat")
    actions, states = [], [0, 0]
    for t in range(4):
        x, y = (int(s.cooperate[state]) for state in states)
        x = D if t == 0 else x  # a's accident
        actions.append((x, y))
        states = [s.next[states[0]][x][y], s.next[states[1]][y][x]]
    assert actions == [(D, C), (C, D), (C, C), (C, C)]


def test_families_agree_with_files():
    assert generous_tit_for_tat(1 / 3).cooperate == load_strategy("generous_tit_for_tat").cooperate
    assert load_strategy("generous_tit_for_tat(1/3)").cooperate[1] == 1 / 3
    for k in (2, 3):
        own, file = punish(k), load_strategy(f"punish_{k}")
        assert (own.cooperate, own.next) == (file.cooperate, file.next)
    built, file = zero_determinant_extortion(3, 1 / 26), load_strategy("zero_determinant")
    assert built.cooperate == pytest.approx(file.cooperate, abs=1e-15)
    assert built.next == file.next
    assert load_strategy("zero_determinant_extortion(3, 1/26, 5, 3, 1, 0)") == built
    assert load_strategy("zero_determinant_extortion(3, 1/26)") == built


def test_extortion_of_other_payoffs():
    """Press and Dyson 2012, worked by hand for T, R, P, S = 6, 4, 2, 0, chi = 2, phi = 1/10."""
    automaton = zero_determinant_extortion(2, 0.1, (6, 4, 2, 0))
    assert automaton.cooperate == pytest.approx((1, 0.9, 0.5, 0.4, 0.0), abs=1e-15)


def test_pack_lays_automata_side_by_side():
    cooperate, following = pack([load_strategy("tit_for_tat"), punish(15)])
    assert cooperate.shape == (2, 16) and cooperate.dtype == np.float64
    assert following.shape == (2, 16, 2, 2) and following.dtype == np.int64
    assert cooperate[0].tolist() == [1.0] + [0.0] * 15
    assert following[0, 0, C, D] == 1 and following[0, 1, D, C] == 0
    assert following[1, 0, D, C] == 1 and following[1, 15, C, C] == 0
    assert not following[0, 2:].any()
    assert pack([])[0].shape == (0, 16)


STAY = ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("cooperate", "following", "message"),
    [
        ((1.5,), (STAY,), "cooperate of state 0 must lie in"),
        ((math.nan,), (STAY,), "cooperate of state 0 must lie in"),
        ((1.0,), (((0, 0), (0, 1)),), "next of state 0 must be states from 0 to 0; got 1"),
        ((1.0,), (((0, 0), (-1, 0)),), "must be states from 0 to 0; got -1"),
        ((1.0,) * 17, (STAY,) * 17, "between 1 and 16 states; got 17"),
        ((), (), "between 1 and 16 states; got 0"),
        ((1.0, 0.0), (STAY,), "got 1 for 2 states"),
        ((1.0,), (((0, 0),),), "two pairs"),
        ((1.0,), (((0, 0), (0,)),), "two pairs"),
    ],
)
def test_impossible_automata_are_refused(cooperate, following, message):
    with pytest.raises(ValueError, match=message):
        Automaton("broken", cooperate, following)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: punish(0), "from 1 to 15"),
        (lambda: punish(16), "from 1 to 15"),
        (lambda: punish(2.5), "from 1 to 15"),
        (lambda: punish(-math.inf), "from 1 to 15"),
        (lambda: punish(math.nan), "from 1 to 15"),
        (lambda: memory_one(1, 0, 0, 2), "must lie in"),
        (lambda: generous_tit_for_tat(-0.1), "must lie in"),
        (lambda: zero_determinant_extortion(0.5, 0.01), "chi must be at least 1"),
        (lambda: zero_determinant_extortion(3, 0.08), "phi must lie in"),
        (lambda: zero_determinant_extortion(3, 0.01, (3, 5, 1, 0)), "payoffs must fall"),
        (lambda: zero_determinant_extortion(3, 0.01, (3, 3, 1, 0)), "payoffs must fall"),
        (lambda: zero_determinant_extortion(3, 0.01, (5, 1, 1, 0)), "payoffs must fall"),
        (lambda: zero_determinant_extortion(3, 0.01, (5, 3, 1, 1)), "payoffs must fall"),
    ],
)
def test_impossible_members_of_families_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_extortion_where_the_sucker_gets_something():
    """By hand for T, R, P, S = 7, 5, 2, 1, chi = 3, phi = 1/32: (T-P)/(P-S) = 5 and (R-P)/(P-S) = 3."""
    automaton = zero_determinant_extortion(3, 1 / 32, (7, 5, 2, 1))
    assert automaton.cooperate[1:] == pytest.approx((13 / 16, 1 / 2, 1 / 4, 0), abs=1e-15)


@pytest.mark.parametrize(
    ("payoffs", "chi", "limit"),
    [
        ((7, 5, 2, 1), 3, 1 / 16),
        ((3, 2.5, 2, 0.5), 3, 1.5 / 5.5),  # here p_dc <= 1 binds
        ((3, 2.1, 2, 0.5), 3, 1.5 / 5.5),
        ((5, 4.9, 1, 0), 3, 1 / 13),
        ((5, 4.9, 1, 0), 10, 1 / 41),
        ((5, 3, 1, 0), 1, 1 / 5),
    ],
)
def test_how_fast_extortion_may_react(payoffs, chi, limit):
    """The largest phi at which p_cd >= 0 and p_dc <= 1, by hand."""
    chances = zero_determinant_extortion(chi, limit * (1 - 1e-12), payoffs).cooperate
    assert min(chances[2], 1 - chances[3]) == pytest.approx(0, abs=1e-9)
    for phi in (limit * 1.001, 0.0):
        with pytest.raises(ValueError, match="phi must lie in"):
            zero_determinant_extortion(chi, phi, payoffs)


def test_one_round_is_the_shortest_punishment_and_fifteen_the_longest():
    assert punish(1).cooperate == (1.0, 0.0) and len(punish(15)) == 16


def test_extortion_at_its_limit_is_possible():
    """Press and Dyson 2012: phi <= (P-S)/((P-S) + chi (T-P)), 1/13 for chi = 3."""
    assert zero_determinant_extortion(3, 1 / 13).cooperate[2] == pytest.approx(0, abs=1e-15)


def tree(**changes):
    nice = {"cooperate": 1, "after": {"CC": "nice", "CD": "angry", "DC": "nice", "DD": "angry"}}
    angry = {"cooperate": 0, "after": {"CC": "nice", "CD": "angry", "DC": "nice", "DD": "angry"}}
    return {"title": "Tit for tat", "states": {"nice": nice, "angry": angry | changes}}


AFTER = tree()["states"]["nice"]["after"]
WHERE = r"^own\.yaml, states\.angry"


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (tree(cooperate=1.4), WHERE + r": cooperate must lie in \[0, 1\]; got 1.4$"),
        (tree(cooperate=math.nan), WHERE + r": cooperate must lie in"),
        (tree(cooperate="1/3"), WHERE + r": cooperate must be a number"),
        (tree(cooperate=True), WHERE + r": cooperate must be a number"),
        (tree(cooperate=None), WHERE + r": cooperate must be a number"),
        (tree(after=AFTER | {"CD": "angri"}), WHERE + r"\.after\.CD: no state 'angri'. Did you mean 'angry'"),
        (tree(after=AFTER | {"CD": 1}), WHERE + r"\.after\.CD: no state"),
        (tree(after=AFTER | {"DX": "nice"}), WHERE + r"\.after: no outcome 'DX'"),
        (tree(after={"CC": "nice"}), WHERE + r"\.after: what follows CD is missing"),
        (tree(after="nice"), WHERE + r"\.after: must be a table"),
        (tree(cooprate=1), WHERE + r": no key 'cooprate'. Did you mean 'cooperate'"),
        (tree() | {"sorce": ""}, r"^own\.yaml: no key 'sorce'. Did you mean 'source'"),
        (tree() | {"states": {}}, r"^own\.yaml, states: an automaton has between 1 and 16 states; got 0"),
        (tree() | {"states": {False: {}}}, r"^own\.yaml, states: a state's name must be a word"),
        ({"title": "none"}, r"^own\.yaml, states: must be a table"),
        (None, r"^own\.yaml: must be a table"),
        (tree() | {"states": {f"s{i}": {} for i in range(17)}}, "between 1 and 16 states; got 17"),
    ],
)
def test_a_broken_file_is_refused_with_file_and_key(broken, message):
    with pytest.raises(InputError, match=message):
        read_strategy(broken, "own", "own.yaml")


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("states:\n  flip: {cooperate: 0.5, after: {CC: flip, CD: flip, DC: flip, DD: flip}}\n")
    assert load_strategy(str(path)) == Automaton("own", (0.5,), (STAY,))
    path.write_text("states: {flip: [}")
    with pytest.raises(InputError, match=r"own\.yaml, line 1: "):
        load_strategy(str(path))
    with pytest.raises(InputError, match="no such file"):
        load_strategy(str(tmp_path / "absent.yaml"))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        load_strategy(str(path))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("tit_for_tt", "no strategy 'tit_for_tt'. Did you mean 'tit_for_tat'"),
        ("punish", r"needs numbers: type punish\(rounds\)"),
        ("punish()", "has 0 numbers"),
        ("punish(1, 2)", "has 2 numbers"),
        ("punish(2,)", "is not a number"),
        ("punish(__import__('os'))", "is not a number"),
        ("punish(nan)", "is not a number"),
        ("punish(1/0)", "is not a number"),
        ("punish(99)", "from 1 to 15"),
        ("memory_one(1, 0, 0, 2)", "must lie in"),
        ("memory_on(1, 0, 0, 1)", "no family of strategies 'memory_on'. Did you mean 'memory_one'"),
        ("zero_determinant_extortion(3, 1/26, 5)", "has 3 numbers"),
        ("../../etc/passwd", "no strategy"),
        ("", "no strategy"),
    ],
)
def test_a_wrong_spec_is_one_sentence(spec, message):
    with pytest.raises(InputError, match=message) as refusal:
        load_strategy(spec)
    assert "\n" not in str(refusal.value)

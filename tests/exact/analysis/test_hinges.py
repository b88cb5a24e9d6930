"""Hinges: each turns the ending when its own command is typed, and its words say what is otherwise."""

import shlex

import numpy as np
import pytest
from eventful import busy

import regimesim as rs
from regimesim.analysis.futures import question_of, stands_alike
from regimesim.analysis.hinges import _Bench, hinges_of, looked_at, single_draws
from regimesim.analysis.wordings import _PHRASES, conditional, happened
from regimesim.chronicle.replacements import LARGEST_PLACE, REPLACEABLE, kind_of, read_replacements
from regimesim.chronicle.replay import replay
from regimesim.cli.table import COMMANDS
from regimesim.core.draws import WHOLE_ROUND, Replacement
from regimesim.core.lanes import Lanes
from regimesim.simulation.lowering import lower

CONCERT = rs.load_scenario("concert")


def stands(made, question, seed, replicate, replacements):
    """Tell whether it stands in a history that is simply played again, alone, from the first round on."""
    lanes = Lanes(lower(made), np.zeros(1, np.intp), np.array([replicate]), seed)
    lanes.replace_draws(replacements)
    lanes.play(made.rounds)
    return bool(question.fates(lanes).stands[0])


@pytest.fixture(scope="module")
def short():
    """The Concert whose regime falls in 1820, and its hinges."""
    return hinges_of(replay(CONCERT, 0, 17), futures=40)


def typed(command):
    """Seed, replicate and replacements of a command, as the command line reads them."""
    python, _, package, name, *words = shlex.split(command)
    assert (python, package, name) == ("python", "regimesim", "explain")
    options = COMMANDS["explain"].read(words).options
    made = rs.load_scenario(words[0].removeprefix("+scenario="))
    replicate = options["replicate"]
    return made, options["seed"], replicate, read_replacements(options["replace"], made, replicate)


def test_every_hinge_turns_the_ending_when_its_command_is_typed(short):
    assert short.draws and short.draws[0].prevents
    for hinge in (*short.draws, *short.pairs):
        asked = typed(short.command(hinge.replacements))
        assert stands(asked[0], short.question, *asked[1:])
    for one in short.rounds:
        whole = Replacement(one.round, WHOLE_ROUND, 0, 0, one.other, 17)
        asked = typed(short.command([whole]))
        assert stands(asked[0], short.question, *asked[1:])


def test_what_a_hinge_gains_is_what_the_history_played_again_says(short):
    level = {"onset": np.array([0.9]), "collapse": np.array([0.75])}
    before = replay(CONCERT, 0, 17).lanes.regimes(**level, window=12)
    for hinge in short.draws:
        after = replay(CONCERT, 0, 17, replacements=hinge.replacements).lanes.regimes(**level, window=12)
        assert hinge.gained == after.end[0] - before.end[0] and hinge.stands == (after.end[0] == 400)


def test_a_pair_turns_the_ending_where_no_single_thing_does():
    """Replicate 3: two waves strike in 1848; without the first alone the second ends it all the same."""
    history = replay(CONCERT, 0, 3)
    found = hinges_of(history, futures=10, since=1846)
    assert not any(hinge.prevents for hinge in found.draws)
    waves = [Replacement(t, 10, 0, 0, LARGEST_PLACE, 3) for t in (128, 129)]
    assert tuple(waves) in [pair.replacements for pair in found.pairs]
    asked = typed(found.command(waves))
    assert asked[3] == waves and stands(asked[0], found.question, *asked[1:])
    assert not any(stands(asked[0], found.question, *asked[1:3], [one]) for one in waves)


@pytest.mark.parametrize(("replicate", "spell"), [(0, "peace"), (1, "systemic"), (2, "regime")])
def test_many_changes_at_once_end_as_each_of_them_alone(replicate, spell):
    """In a world in which everything happens, and also where the history has been changed before."""
    made = busy("decentralized", years=8)
    changed = read_replacements(["1900-Q3:quarrel:A:B:0"], made, replicate)
    history = replay(made, 5, replicate, replacements=changed)
    question = question_of(made, spell, 1906)
    bench = _Bench(history, question)
    candidates = [(one,) for t in range(bench.known) for one in single_draws(history, t)]
    candidates += [(Replacement(t, WHOLE_ROUND, 0, 0, k),) for t in range(bench.known) for k in (7, 8)]
    chosen = candidates[:: max(1, len(candidates) // 40)]
    turned = bench.turn(chosen)
    own = [(one._replace(replicate=replicate), *changed) for (one,) in chosen]
    alone = [stands(made, question, 5, replicate, parts) != bench.ends_standing for parts in own]
    assert list(turned) == alone
    if spell == "peace":
        assert 0 < turned.sum() < len(chosen)


def test_pairs_at_once_end_as_each_of_them_alone():
    made = busy("decentralized", years=8)
    history = replay(made, 5, 2)
    question = question_of(made, "regime", 1906)
    bench = _Bench(history, question)
    draws = [one for t in (2, 3, 9) for one in single_draws(history, t)][::9]
    pairs = [(one, other) for one in draws for other in draws if one.round < other.round][:25]
    found = bench._fates(pairs)
    own = [[part._replace(replicate=2) for part in pair] for pair in pairs]
    assert list(found) == [stands(made, question, 5, 2, parts) for parts in own]


def content(history, t):
    return {name: getattr(history.ended, name)[t] for name in history.ended._fields}


def every_address(made):
    """All draws of all kinds."""
    n = len(made.states)
    below = [(i, j) for i in range(n) for j in range(i + 1, n)]
    above = [(j, i) for i, j in below]
    places = {"nobody": [(0, 0)], "state": [(i, i) for i in range(n)], "pair": below}
    places |= {"pair, reversed": above, "sides": below + above}
    for kind in REPLACEABLE.values():
        for k in range({"": 1, "buffer": len(made.buffers), "state": n}[kind.counted]):
            yield from ((kind.channel + k, i, j) for i, j in places[kind.concerns])


def test_draws_that_are_not_looked_at_change_nothing():
    made = busy("decentralized", years=6)
    history = replay(made, 5, 1)
    bench = _Bench(history, question_of(made))
    for t in range(1, 18):
        others = sorted(set(every_address(made)) - set(looked_at(history, t)))
        candidates = [
            (Replacement(t, *address, value),) for address in others for value in (0, LARGEST_PLACE)
        ]
        alike = stands_alike(bench._changed(t, candidates), bench.stops[t + 1])
        assert [one for (one,), same in zip(candidates, alike, strict=True) if not same] == []


def test_a_draw_that_changes_the_round_changes_what_happened():
    """An event said not to have happened is in the history as it was, and is not in the other."""
    made, seen = busy("decentralized", years=2.5), set()
    history = replay(made, 5, 0)
    for t in (3, 9):
        for one in single_draws(history, t):
            other = replay(made, 5, 0, replacements=[one])
            address, (name, _) = one[:4], kind_of(one)
            was, then = happened(history, *address), happened(other, *address)
            idle = one.value == (0 if was else LARGEST_PLACE)  # it comes out as it did
            assert was != then or idle or _hidden(history, other, one, name)
            seen.add((name, was))
    assert {name for name, _ in seen} >= {
        "wave",
        "turnover",
        "observe",
        "intend",
        "war",
        "quarrel",
        "negotiate",
    }


def _hidden(history, other, one, name):
    """Tell why a flip is not seen: the round is the same, or what is drawn is not decided by it alone."""
    mine, theirs = content(history, one.round), content(other, one.round)
    same = all(np.array_equal(mine[part], theirs[part]) for part in mine)
    return same or name in ("wave", "growth")


def test_every_kind_of_draw_has_its_words():
    assert set(_PHRASES) == set(REPLACEABLE)
    history = replay(CONCERT, 0, 3)
    words = {
        "1848-Q1:wave:1": "Had no wave of revolution come in 1848 Q1",
        "1848-Q1:spread:Britain:0": "Had the revolution struck Britain in 1848 Q1",
        "1848-Q1:spread:France:1": "Had the revolution spared France in 1848 Q1",
        "1829-Q2:quarrel:Prussia:Austria:0": "Had a quarrel abroad divided Austria and Prussia in 1829 Q2",
        "1829-Q1:observe:Austria:Prussia:0": "Had Austria misread Prussia in 1829 Q1",
        "1833-Q2:intend:Prussia:Britain:0": "Had Prussia defected against Britain in 1833 Q2",
        "1816-Q1:round:5": "Had 1816 Q1 had the luck of run 5",
    }
    for word, said in words.items():
        assert conditional(history, read_replacements([word], CONCERT, 3)) == said
    two = read_replacements([*words][:2], CONCERT, 3)
    assert " and had " in conditional(history, two)


def test_hinges_are_told_in_lines_and_plain_values(short):
    text = short.text(80)
    assert max(len(line) for line in text.splitlines() if "python -m" not in line) <= 80
    said = "Had no wave of revolution come in 1816 Q4, the regime would have stood another "
    assert said in " ".join(text.split())
    told = short.as_dict()
    assert told["turning"] == len(short.turning) and told["hinges"][0]["replace"] == ["1816-Q4:wave:1"]
    assert [one["date"] for one in told["rounds"]] == ["1816 Q4", "1820 Q2"]
    assert str(short) == short.text()


def test_rounds_and_single_draws_agree(short):
    """Both waves turn the ending, and so does nearly any other luck of their rounds."""
    assert [one.round for one in short.rounds] == [3, 17]
    assert {3, 17} <= {one.round for one in short.turning}


def test_a_history_that_stands_is_turned_the_other_way():
    """A wave of revolution in the early 1820s would have ended the regime that stands in 1826."""
    history = replay(CONCERT, 0, 7)
    found = hinges_of(history, until=1826, futures=10, since=1820)
    assert any(kind_of(one)[0] == "wave" and one.value == 0 for one in found.turning)
    assert all(hinge.gained < 0 and not hinge.stands for hinge in found.draws)
    assert "less in this history" in " ".join(found.text().split())

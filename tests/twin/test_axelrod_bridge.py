"""A state that follows a strategy of the Axelrod library, against the kernel's own automata.

The library (4.13) is not a dependency of the tests: a stand-in with the parts that the bridge relies on takes
its place. From its sources: ``player.strategy(opponent)`` gives an ``Action`` and may read its own history
and its opponent's; after a turn ``player.update_history(own, other)`` is called; ``clone()`` gives a copy
without history; ``set_seed`` seeds ``player._random``; ``str(Action.C)`` is ``C``.
"""

import copy
import enum
import pickle
import random
import sys
import types
from typing import ClassVar

import numpy as np
import pytest

from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.axelrod import AxelrodState, axelrod_state
from regimesim.simulation.lowering import lower
from regimesim.simulation.model import RegimeModel

NOISY = {
    "years": 30,
    "transparency": {"miss_rate": 0.3, "false_alarm_rate": 0.3},
    "choice": {"temperature": 0.5, "tremble": 0.1},
    "war": {"mutual": 0.3, "unilateral": 0.1, "cost": 5},
}


class Action(enum.Enum):
    C = 1
    D = 0

    def __str__(self):
        return self.name


class History:
    def __init__(self):
        self.plays, self.coplays = [], []

    def append(self, own, other):
        self.plays.append(own)
        self.coplays.append(other)

    def __len__(self):
        return len(self.plays)

    def __getitem__(self, turn):
        return self.plays[turn]


class Player:
    classifier: ClassVar = {"inspects_source": False}

    def __init__(self):
        self.history = History()

    def clone(self):
        return type(self)()

    def set_seed(self, seed):
        self.seed, self._random = seed, random.Random(seed)

    def update_history(self, own, other):
        self.history.append(own, other)


class TitForTat(Player):
    def strategy(self, opponent):
        return opponent.history[-1] if opponent.history else Action.C


class WinStayLoseShift(Player):
    def strategy(self, opponent):
        if not self.history:
            return Action.C
        return Action.C if self.history[-1] == opponent.history[-1] else Action.D


class Coin(Player):
    def strategy(self, opponent):
        return Action(self._random.randrange(2))


class MindReader(Player):
    classifier: ClassVar = {"inspects_source": True}

    def strategy(self, opponent):
        return opponent.strategy(self)


class Plain:
    """The least that will do."""

    def __init__(self):
        self.history = History()

    def strategy(self, opponent):
        return "D" if opponent.history and str(opponent.history[-1]) == "D" else "C"


class Mumbler(Player):
    def strategy(self, opponent):
        return "perhaps"


@pytest.fixture(autouse=True)
def library(monkeypatch):
    stand_in = types.ModuleType("axelrod")
    stand_in.Action, stand_in.Player = Action, Player
    monkeypatch.setitem(sys.modules, "axelrod", stand_in)


def noisy(strategy, **changes):
    states = {"Athens": {}, "Sparta": {"strategy": strategy}, "Corinth": {"strategy": "random"}}
    return read_scenario({**NOISY, "states": states, **changes}, "greece")


def actions(lanes):
    return (lanes.world.action[:, :, 0] * lanes.world.played[:, :, 0]).tolist()


@pytest.mark.parametrize(
    ("player", "automaton"),
    [
        (TitForTat, "tit_for_tat"),
        (TitForTat(), "tit_for_tat"),
        (Plain(), "tit_for_tat"),
        (WinStayLoseShift, "win_stay_lose_shift"),
    ],
)
def test_a_player_does_what_the_automaton_does(player, automaton):
    """Under noise, accidents and wars, in every round of several runs."""
    scenario, fought = noisy(automaton), 0
    for replicate in range(4):
        table = Lanes(lower(scenario), np.zeros(1, np.intp), np.array([replicate]), 9)
        model = RegimeModel(scenario, seed=9, replicate=replicate, agents={"Sparta": axelrod_state(player)})
        while model.running:
            model.step()
            table.play(model.round)
            assert actions(model.lanes) == actions(table)
        fought += model.wars
        assert model.lanes.tally.cooperating.tobytes() == table.tally.cooperating.tobytes()
    assert fought > 0


def test_every_pair_has_a_player_of_its_own_with_a_seed_of_its_own():
    original = Coin()
    models = [
        RegimeModel(noisy("random"), seed, replicate, {"Athens": axelrod_state(original)}).run(3)
        for seed, replicate in [(1, 0), (1, 0), (1, 1), (2, 0)]
    ]
    seeds = [[m.states[0]._dealing_with(other)[0].seed for other in m.states[0].others] for m in models]
    assert seeds[0] == seeds[1] and len({seed for row in seeds for seed in row}) == 6
    assert models[0].lanes.tally.cooperating.tobytes() == models[1].lanes.tally.cooperating.tobytes()
    assert not original.history and not hasattr(original, "seed")


def test_players_remember_what_was_done_and_what_was_seen():
    scenario = noisy("random", war={"mutual": 3, "unilateral": 1})
    model = RegimeModel(scenario, seed=3, agents={"Sparta": axelrod_state(TitForTat)})
    sparta, athens = model.state("Sparta"), model.state("Athens")
    done, seen = [], []
    while model.running:
        model.step()
        if sparta.did(athens) is not None:
            done.append(Action(int(sparta.did(athens))))
            seen.append(Action(int(sparta.saw(athens))))
    player, opponent = sparta._dealing_with(athens)
    assert player.history.plays == opponent.history.coplays == done
    assert opponent.history.plays == player.history.coplays == seen
    assert len(done) < model.round  # wars


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_a_copy_goes_on_with_the_same_bits(copied):
    model = RegimeModel(noisy("random"), seed=3, agents={"Sparta": axelrod_state(Coin)}).run(10)
    twin = copied(model).run()
    model.run()
    assert isinstance(twin.state("Sparta"), AxelrodState)
    assert twin.lanes.tally.cooperating.tobytes() == model.lanes.tally.cooperating.tobytes()
    assert twin.lanes.world.trust.tobytes() == model.lanes.world.trust.tobytes()


def test_what_cannot_be_used_is_refused(monkeypatch):
    with pytest.raises(InputError, match="opponent's mind"):
        axelrod_state(MindReader)
    with pytest.raises(TypeError, match="has a method 'strategy'; got 'Tit For Tat'"):
        axelrod_state("Tit For Tat")
    model = RegimeModel(noisy("random"), seed=0, agents={"Athens": axelrod_state(Mumbler)})
    with pytest.raises(TypeError, match=r"AxelrodState\.intend must give"):
        model.step()
    monkeypatch.setitem(sys.modules, "axelrod", None)
    with pytest.raises(InputError, match=r"pip install 'regimesim\[axelrod\]'"):
        axelrod_state(TitForTat)

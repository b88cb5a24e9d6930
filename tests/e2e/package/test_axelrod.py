"""The Axelrod library itself, installed as the extra ``axelrod`` has it (its stand-in: ``tests/twin``).

python -m pytest -m verify tests/e2e/package/test_axelrod.py
"""

import json
import sys

import pytest
from installing import environment

pytestmark = pytest.mark.verify

PLAYERS = {
    "TitForTat": "tit_for_tat",
    "TitFor2Tats": "tit_for_two_tats",
    "TwoTitsForTat": "two_tits_for_tat",
    "WinStayLoseShift": "win_stay_lose_shift",
    "Grudger": "grim",
    "Cooperator": "always_cooperate",
    "Defector": "always_defect",
}
"""Players of the library, and the automata that come with the program."""

PROGRAM = """
import json, sys
import axelrod, numpy as np
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.axelrod import axelrod_state
from regimesim.simulation.lowering import lower
from regimesim.simulation.model import RegimeModel

def world(strategy):
    states = {"Athens": {}, "Sparta": {"strategy": strategy}, "Corinth": {"strategy": "random"}}
    return read_scenario({
        "years": 30, "states": states, "transparency": {"miss_rate": 0.3, "false_alarm_rate": 0.3},
        "choice": {"temperature": 0.5, "tremble": 0.1}, "war": {"unilateral": 0.1, "cost": 5},
        "shadow": {"punishment_years": 1},
    }, "greece")

def paths(name, automaton):
    found = []
    for replicate in range(3):
        table = Lanes(lower(world(automaton)), np.zeros(1, np.intp), np.array([replicate]), 9)
        table.play(table.design.rounds)
        player = axelrod_state(getattr(axelrod, name))
        model = RegimeModel(world(automaton), seed=9, replicate=replicate, agents={"Sparta": player}).run()
        found.append([
            [lanes.tally.cooperating[:, 0].tolist(), lanes.world.trust[..., 0].tolist(), int(lanes.tally.wars[0])]
            for lanes in (table, model.lanes)
        ])
    return found

said = {name: paths(name, automaton) for name, automaton in json.loads(sys.argv[1]).items()}
said["version"] = axelrod.__version__
coins = [
    RegimeModel(world("random"), seed, 0, {"Athens": axelrod_state(axelrod.Random(0.6))}).run()
    for seed in (1, 1, 2)
]
said["coins"] = [model.lanes.tally.cooperating[:, 0].tolist() for model in coins]
try:
    axelrod_state(axelrod.MindReader)
except InputError as refused:
    said["mind reader"] = str(refused)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("axelrod")
    installed = environment(folder, f"{built.wheel}[axelrod]", sys.executable)
    done = installed("-c", PROGRAM, json.dumps(PLAYERS))
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_it_is_the_version_that_the_bridge_is_written_for(said):
    assert said["version"].startswith("4.13.")


@pytest.mark.parametrize("player", PLAYERS)
def test_a_player_of_the_library_does_what_the_automaton_does(said, player):
    """Under noise, accidents and wars: cooperation of every round, trust at the end and wars, in three runs."""
    assert len(said[player]) == 3
    for table, stepped in said[player]:
        assert stepped == table
    assert sum(table[2] for table, _ in said[player]) > 0


def test_a_player_that_draws_has_the_luck_of_the_run(said):
    first, again, other = said["coins"]
    assert first == again != other


def test_a_player_that_reads_its_opponents_mind_is_refused(said):
    assert "opponent's mind" in said["mind reader"]

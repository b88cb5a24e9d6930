"""Automata with flip noise: five states that play tit for tat in every pair, for 200 rounds."""

from __future__ import annotations

import ctypes
from functools import partial

import mesa
import numpy as np

from benchmarks.machine import FOLDER, native, peer
from benchmarks.timing import Rate, Row, Worker, at_least, at_most, in_turn, rate, ratios
from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import lanes_for

TITLE = "Automata with flip noise"
NOISE, STATES, ROUNDS, REPLICATES = 0.05, 5, 200, 10_000
PAIRS = STATES * (STATES - 1) // 2
SEED = 0
TREE = {
    "years": ROUNDS / 4,
    "transparency": {"level": 1.0},
    "choice": {"tremble": NOISE},
    "states": {name: {"strategy": "tit_for_tat"} for name in "ABCDE"},
}


def measure(repetitions: int) -> list[Row]:
    """Dyad-rounds a second of regimesim, and how many times faster it is than each peer."""
    contestants: dict[str, Rate] = {
        "regimesim": _ours(accounts=True),
        "regimesim, actions": _ours(accounts=False),
        "NumPy": rate(lambda: play_numpy(1_000), 1_000 * PAIRS * ROUNDS),
        "Mesa with collector": rate(lambda: play_mesa(True), PAIRS * ROUNDS),
        "Mesa": rate(lambda: play_mesa(False), PAIRS * ROUNDS),
        **_c(),
    }
    workers = {
        name: Worker(python, FOLDER / "peers" / f"{name}_match.py")
        for name in ("axelrod", "egttools")
        if (python := peer(name))
    }
    found = in_turn(contestants | workers, repetitions)
    for worker in workers.values():
        worker.close()
    return _rows(found)


def _rows(found: dict[str, list[float]]) -> list[Row]:
    ours, lean, unit = found["regimesim"], found["regimesim, actions"], "million dyad-rounds a second"
    rows = [
        Row("regimesim, with trust, beliefs and payoffs", _millions(ours), unit),
        at_least(400, "regimesim, `accounts=False`: actions and what they come to", _millions(lean), unit),
    ]
    if "axelrod" in found:
        library, axelrod = "the Axelrod library's `Match.play`, which keeps actions", found["axelrod"]
        rows.append(at_least(1600, f"`accounts=False` faster than {library}", ratios(lean, axelrod)))
        rows.append(
            Row("with trust, beliefs and payoffs, faster than the same", ratios(ours, axelrod), "times")
        )
    if "egttools" in found:
        faster = ratios(ours, found["egttools"])
        rows.append(Row("with them, faster than EGTtools' `NormalFormGame.play`", faster, "times"))
    collecting, plain = ratios(ours, found["Mesa with collector"]), ratios(ours, found["Mesa"])
    return [
        *rows,
        at_least(600, "with them, faster than Mesa, an object a state, with collector", collecting),
        Row("with them, faster than the same without collector", plain, "times"),
        Row(
            "`accounts=False` faster than a NumPy batch of 1,000 replicates, which only plays",
            ratios(lean, found["NumPy"]),
            "times",
        ),
        *_rows_of_c(found),
    ]


def _rows_of_c(found: dict[str, list[float]]) -> list[Row]:
    ours, lean = found["regimesim"], found["regimesim, actions"]
    slower = ratios(found["C"], lean)
    rows = [Row("`accounts=False` slower than C that only plays, a loop over lanes", slower, "times")]
    if "C by hand" not in found:
        return rows
    by_hand = found["C by hand"]
    rows += [
        at_most(
            1.6, "`accounts=False` slower than C that only plays, vectorised by hand", ratios(by_hand, lean)
        ),
        Row("with trust, beliefs and payoffs, slower than the same", ratios(by_hand, ours), "times"),
        Row("that C, vectorised by hand", _millions(by_hand), "million dyad-rounds a second"),
    ]
    if "axelrod" in found:
        limit = ratios(by_hand, found["axelrod"])
        rows.append(Row("that C faster than the Axelrod library's `Match.play`", limit, "times"))
    return rows


def _millions(values: list[float]) -> list[float]:
    return [value / 1e6 for value in values]


def _ours(accounts: bool) -> Rate:
    design = lower(read_scenario(TREE, "automata"))
    size = lanes_for(design)
    blocks = -(-REPLICATES // size)

    def play() -> None:
        start = Lanes(design, np.zeros(size, np.intp), np.arange(size), SEED, accounts=accounts)
        for block in range(blocks):
            start.restart(np.arange(block * size, (block + 1) * size)).play(design.rounds)

    return rate(play, blocks * size * PAIRS * ROUNDS, least=0.0)


def played(design, size: int, first: int) -> Lanes:
    """A block of replicates, played to its end."""
    lanes = Lanes(design, np.zeros(size, np.intp), np.arange(first, first + size), SEED)
    lanes.play(design.rounds)
    return lanes


def _c() -> dict[str, Rate]:
    library = native("automata")
    design = lower(read_scenario(TREE, "automata"))
    lanes = played(design, lanes_for(design), 0)
    size = len(lanes.points)
    replicate = lanes.luck.replicate
    action, words = np.empty((STATES, STATES, size), np.int8), np.empty((4, size), np.uint32)
    # word + 0.5 < 2**32 * noise
    flip = ctypes.c_uint32(int(np.ceil(NOISE * 2**32 - 0.5)))
    found: dict[str, Rate] = {}
    for name, function in (("C", "play_plain"), ("C by hand", "play_by_hand")):
        if not hasattr(library, function):
            continue
        count = np.zeros(size, np.int32)
        before = (STATES, ROUNDS, size, address(lanes.luck.keys), address(replicate), flip)
        play = partial(getattr(library, function), *before, *map(address, (words, action, count)))
        play()
        if not np.array_equal(count, lanes.tally.cooperating.sum(0)):
            raise AssertionError(f"{name} played another game than regimesim")
        found[name] = rate(play, size * PAIRS * ROUNDS)
    return found


def address(array: np.ndarray) -> ctypes.c_void_p:
    """Address of an array's numbers; the array lives as long as the pointer does."""
    assert array.flags.c_contiguous
    return array.ctypes.data_as(ctypes.c_void_p)


def play_numpy(replicates: int) -> np.ndarray:
    """The game as one would write it for NumPy: all pairs of all replicates at once, round by round."""
    rng = np.random.default_rng(SEED)
    own = np.ones((replicates, PAIRS), np.bool_)
    other = own.copy()
    cooperating = np.zeros(replicates, np.int32)
    for _ in range(ROUNDS):
        flips = rng.random((2, replicates, PAIRS), np.float32) < NOISE
        own, other = other ^ flips[0], own ^ flips[1]
        cooperating += (own & other).sum(1)
    return cooperating


class Player(mesa.Agent):
    """A state that does to each other state what that did to it."""

    def __init__(self, model: Game) -> None:
        super().__init__(model)
        self.action: dict[Player, bool] = {}
        self.seen: dict[Player, bool] = {}
        self.payoff = 0.0

    def meet(self, others: list[Player]) -> None:
        """Know the others, and think well of them."""
        self.seen = {other: True for other in others if other is not self}

    def decide(self) -> None:
        """Tit for tat, and now and then an accident."""
        self.action = {
            other: seen != (self.model.random.random() < NOISE) for other, seen in self.seen.items()
        }

    def learn(self) -> None:
        """See what was done, and be paid."""
        self.payoff = 0.0
        for other in self.seen:
            theirs = other.action[self]
            self.seen[other] = theirs
            self.payoff += PAYOFF[self.action[other], theirs]


PAYOFF = {(True, True): 3.0, (True, False): 0.0, (False, True): 5.0, (False, False): 1.0}


class Game(mesa.Model):
    """Five players, each against each."""

    def __init__(self, collect: bool) -> None:
        super().__init__(seed=SEED)
        for _ in range(STATES):
            Player(self)
        players = list(self.agents)
        for player in players:
            player.meet(players)
        self.datacollector = (
            mesa.DataCollector({"cooperation": Game.cooperation}, {"payoff": "payoff"}) if collect else None
        )

    def cooperation(self) -> float:
        """The share of actions that were restraint."""
        actions = [action for player in self.agents for action in player.action.values()]
        return sum(actions) / len(actions)

    def step(self) -> None:
        """One round."""
        self.agents.do("decide")
        self.agents.do("learn")
        if self.datacollector is not None:
            self.datacollector.collect(self)


def play_mesa(collect: bool) -> Game:
    """One replicate."""
    game = Game(collect)
    for _ in range(ROUNDS):
        game.step()
    return game

"""Playing a state, and watching a run: year by year, for the map.

A game is a list of decisions: each year cooperation or defection towards each other state. With it the run
is played again from its address, so the server keeps nothing: a game is where its list is, in one tab or in a
link. What is told during a game is what the state itself would know: what it did, what it *saw* others do,
what everybody sees (wars, small states, revolutions, strength). Its earnings are not among it: they would
betray what it cannot see. A film of a run shows who trusts whom, who fights, which small states still
stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.app.setting import MOST_PLAYED, Deadline, PageSetting, check_work, prudent, whole, word
from regimesim.chronicle import Chronicle, chronicle
from regimesim.chronicle.replay import History, replay
from regimesim.core.decision import chance_to_cooperate
from regimesim.core.lanes import Lanes
from regimesim.scenario.limits import MOST_REPLICATE
from regimesim.scenario.messages import InputError, known, quoted, spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower

GAME_KEYS = ("state", "length", "replicate", "moves")
OTHER_SEEDS = 200
"""Replicates on which a finished game is held against the prudent choice."""

COOPERATION, DEFECTION = "C", "D"

_KIND_WORDS = {1: "a misunderstanding", 2: "a breach", 3: "a sanction"}


@dataclass(frozen=True)
class PlayedGame:
    """A game as far as it has gone.

    Attributes
    ----------
    setting : Setting
        In which the state decides prudently where nobody decides for it.
    position : int
        Which state is played.
    length : int
        Years.
    replicate : int
    moves : tuple of str
        A word a year, a letter for each other state in their order: C cooperates, D defects.
    """

    setting: PageSetting
    position: int
    length: int
    replicate: int
    moves: tuple[str, ...]

    @property
    def others(self) -> list[int]:
        """Positions of the other states."""
        return [k for k in range(len(self.setting.present.states)) if k != self.position]

    @property
    def over(self) -> bool:
        """True if all years have been decided."""
        return len(self.moves) == self.length

    @property
    def rounds(self) -> int:
        """Rounds of the whole game."""
        return self.length * self.setting.present.rounds_per_year


class Course(NamedTuple):
    """Course of a state, in L replicates; T rounds, N states."""

    earned: NDArray[np.float64]  # [L] mean payoff per year
    own_war: NDArray[np.int32]  # [L] round of its first war, -1 without
    any_war: NDArray[np.int32]  # [L] round of anybody's first war, -1 without


def read_game(body: Mapping[str, Any], setting: PageSetting) -> PlayedGame:
    """The game that a question is about.

    Raises
    ------
    InputError
    """
    states = setting.present.states
    position = states.index(known(word(body, "state"), states, "state"))
    most = min(MOST_PLAYED, math.floor(setting.present.years))
    if most < 1:
        raise InputError("a state is played year by year, and this scenario ends within its first year")
    length = whole(body, "length", min(20, most), 1, most)
    moves = body.get("moves", [])
    if not isinstance(moves, list) or len(moves) > length:
        raise InputError(f"moves must be a list of at most {length} years; got {quoted(moves)}")
    for year in moves:
        if not isinstance(year, str) or len(year) != len(states) - 1 or set(year) - {COOPERATION, DEFECTION}:
            raise InputError(
                f"the moves of a year must be {len(states) - 1} letters, C or D, one for each other state; "
                f"got {quoted(year)}"
            )
    return PlayedGame(
        prudent(setting, states[position]),
        position,
        length,
        whole(body, "replicate", 0, 0, MOST_REPLICATE),
        tuple(moves),
    )


def view_of(game: PlayedGame, deadline: Deadline) -> dict[str, Any]:
    """Give what the state knows by now; at the end, the reckoning."""
    scenario = game.setting.present
    check_work(scenario, 2 * OTHER_SEEDS + 2, rounds=game.rounds)
    lanes = _lanes(game, 1)
    years = [_year(game, lanes, moves) for moves in game.moves]
    return {
        "state": scenario.states[game.position],
        "label": spoken(scenario.states[game.position]),
        "others": [{"name": scenario.states[k], "label": spoken(scenario.states[k])} for k in game.others],
        "length": game.length,
        "played": len(game.moves),
        "year": _year_name(game, len(game.moves)),
        "per_year": scenario.rounds_per_year,
        "known": _known_to_state(game, lanes),
        "years": years,
        "over": game.over,
        "advice": None if game.over else _advice(game, lanes),
        "reckoning": reckoning(game, lanes, deadline) if game.over else None,
    }


def _lanes(game: PlayedGame, replicates: int, first: int | None = None) -> Lanes:
    numbers = (game.replicate if first is None else first) + np.arange(replicates)
    return Lanes(lower(game.setting.present), np.zeros(replicates, np.intp), numbers, game.setting.seed)


def _year_name(game: PlayedGame, year: int) -> str:
    start = game.setting.present.start
    return f"{start + year:.0f}" if start else f"Year {year + 1}"


def play_round(game: PlayedGame, lanes: Lanes, moves: str | None) -> None:
    """A round in which the state does as it was told, wherever it is open to the other."""
    lanes.decide()
    if moves is not None:
        world = lanes.world
        for other, letter in zip(game.others, moves, strict=True):
            told = np.int8(letter == COOPERATION)
            pair = world.intend[game.position, other]
            pair[:] = np.where(world.open[game.position, other] > 0, told, pair)
    lanes.carry_out()


def _year(game: PlayedGame, lanes: Lanes, moves: str) -> dict[str, Any]:
    """Play a year, and tell what the state saw of it."""
    i, others, world = game.position, game.others, lanes.world
    did, saw, dealt, fought, apart = (np.zeros(len(others), np.int64) for _ in range(5))
    events: list[str] = []
    number = lanes.round // lanes.design.rounds_per_year
    for _ in range(lanes.design.rounds_per_year):
        before = _public(lanes)
        play_round(game, lanes, moves)
        for k, other in enumerate(others):
            played, live = int(world.played[i, other, 0]), int(world.open[i, other, 0])
            dealt[k] += live
            fought[k] |= int(world.at_war[i, other, 0] > 0) | (1 - played)
            apart[k] += played & (1 - live)
            did[k] += live & int(world.action[i, other, 0])
            saw[k] += live & int(world.seen[i, other, 0])
        events += _public_events(game, lanes, before)
    towards = [
        {
            "other": game.setting.present.states[o],
            "chose": moves[k],
            "dealt": int(dealt[k]),
            "did": int(did[k]),
            "saw": int(saw[k]),
            "war": bool(fought[k]),
            "estranged": int(apart[k]),
            "trust": round(float(world.trust[i, o, 0]), 3),
        }
        for k, o in enumerate(others)
    ]
    return {"year": _year_name(game, number), "towards": towards, "events": list(dict.fromkeys(events))}


def _public(lanes: Lanes) -> dict[str, NDArray[Any]]:
    world = lanes.world
    return {name: getattr(world, name)[..., 0].copy() for name in ("at_war", "sovereign", "member", "left")}


def _public_events(game: PlayedGame, lanes: Lanes, before: Mapping[str, NDArray[Any]]) -> list[str]:
    """List what everybody has seen happen in the round."""
    scenario, world = game.setting.present, lanes.world
    names, small = [spoken(s) for s in scenario.states], [spoken(b) for b in scenario.buffers]
    n, found = len(names), []
    for a in range(n):
        for b in range(a + 1, n):
            now, then = int(world.at_war[a, b, 0]), int(before["at_war"][a, b])
            if then == 1:
                found.append(f"Peace between {names[a]} and {names[b]}.")
            if now > 0 and then <= 1:
                found.append(f"War between {names[a]} and {names[b]}.")
            apart, again = before["left"][a, b] == 0 < world.left[a, b, 0], before["left"][a, b] > 0
            if apart and world.kind[a, b, 0]:
                found.append(
                    f"{names[a]} and {names[b]} are estranged ({_KIND_WORDS[int(world.kind[a, b, 0])]})."
                )
            if again and not world.left[a, b, 0] and not now and world.open[a, b, 0] == 0:
                found.append(f"{names[a]} and {names[b]} deal with each other again.")
    for k, name in enumerate(small):
        if world.sovereign[k, 0] != before["sovereign"][k]:
            found.append(f"{name} {'stands again' if world.sovereign[k, 0] else 'is absorbed'}.")
    if lanes.setting.parameters["domestic"]["revolution"][0] > 0:
        struck = [names[a] for a in range(n) if world.revolted[a, 0]]
        found += [f"Revolution in {name}." for name in struck]
    if lanes.setting.parameters["sanctions"]["rule"][0] != 0:
        for a in range(n):
            joiners = int(world.joined[:, a, 0].sum())
            if world.sanction[a, 0] >= 0 and joiners:
                whom = "you" if a == game.position else names[a]
                found.append(f"{joiners} state{'s' if joiners > 1 else ''} joined a sanction against {whom}.")
    return found


def _known_to_state(game: PlayedGame, lanes: Lanes) -> dict[str, Any]:
    """Give what the state sees of the world as it stands."""
    world, n = lanes.world, len(game.setting.present.states)
    return {
        "capability": np.round(world.capability[:, 0], 4).tolist(),
        "trust": np.round(world.trust[game.position, :, 0], 3).tolist(),
        "war": [[a, b] for a in range(n) for b in range(a + 1, n) if world.at_war[a, b, 0] > 0],
        "estranged": [[a, b] for a in range(n) for b in range(a + 1, n) if world.kind[a, b, 0] > 0],
        "standing": world.sovereign[:, 0].astype(int).tolist(),
        "turmoil": (world.turmoil[:, 0] > 0).astype(int).tolist(),
    }


def _advice(game: PlayedGame, lanes: Lanes) -> list[dict[str, Any]]:
    """Advise as a prudent cabinet would: weigh the coming year, from what it believes."""
    terms = lanes.margins()[game.position, :, :, 0]
    temperature = float(lanes.game.temperature[0])
    found = []
    for other in game.others:
        now, future, law, norm = (round(float(x), 3) for x in terms[other])
        margin = float(terms[other].sum())
        chance = float(chance_to_cooperate(margin, temperature, lanes.design.rounds_per_year))
        found.append(
            {
                "other": game.setting.present.states[other],
                "now": now,
                "future": future,
                "law": law,
                "norm": norm,
                "margin": round(margin, 3),
                "chance": round(chance, 3),
            }
        )
    return found


def course_of_game(game: PlayedGame, lanes: Lanes, moves: Sequence[str] | None, deadline: Deadline) -> Course:
    """The whole game in every lane: by these moves, or as a prudent state would play it."""
    per_year, i = lanes.design.rounds_per_year, game.position
    earned = np.zeros(len(lanes.points))
    own_war = np.full(len(lanes.points), -1, np.int32)
    for t in range(game.rounds):
        play_round(game, lanes, None if moves is None else moves[t // per_year])
        earned += lanes.world.payoff[i]
        fighting = (lanes.world.at_war[i] > 0).any(0)
        own_war[:] = np.where((own_war < 0) & fighting, t, own_war)
        if t % per_year == 0:
            deadline()
    return Course(earned / game.length, own_war, lanes.tally.war_round)


def reckoning(game: PlayedGame, lanes: Lanes, deadline: Deadline) -> dict[str, Any]:
    """Sum up the game, beside what a prudent state would have made of the same luck."""
    yours = course_of_game(game, _lanes(game, 1), game.moves, deadline)
    theirs = course_of_game(game, _lanes(game, 1), None, deadline)
    many_yours = course_of_game(game, _lanes(game, OTHER_SEEDS, 0), game.moves, deadline)
    many_theirs = course_of_game(game, _lanes(game, OTHER_SEEDS, 0), None, deadline)
    return {
        "you": _outcome_of_game(game, yours),
        "prudent": _outcome_of_game(game, theirs),
        "many": {
            "runs": OTHER_SEEDS,
            "you": round(float(many_yours.earned.mean()), 3),
            "prudent": round(float(many_theirs.earned.mean()), 3),
            "better": int((many_yours.earned > many_theirs.earned).sum()),
            "you_war": int((many_yours.own_war >= 0).sum()),
            "prudent_war": int((many_theirs.own_war >= 0).sum()),
        },
        "eyes": _eyes(game),
    }


def _outcome_of_game(game: PlayedGame, found: Course) -> dict[str, Any]:
    return {
        "payoff": round(float(found.earned[0]), 3),
        "own_peace": _peace(game, int(found.own_war[0])),
        "peace": _peace(game, int(found.any_war[0])),
    }


def _peace(game: PlayedGame, war: int) -> dict[str, Any]:
    per_year = game.setting.present.rounds_per_year
    return {"years": (game.rounds if war < 0 else war) / per_year, "held": war < 0}


def _eyes(game: PlayedGame) -> list[dict[str, Any]]:
    """Tell what could not be seen: what others did, against what the state saw, and what they think of it."""
    lanes, i = _lanes(game, 1), game.position
    counts = np.zeros((len(game.others), 4), np.int64)
    for t in range(game.rounds):
        play_round(game, lanes, game.moves[t // lanes.design.rounds_per_year])
        for k, other in enumerate(game.others):
            if lanes.world.open[i, other, 0]:
                done, seen = int(lanes.world.action[other, i, 0]), int(lanes.world.seen[i, other, 0])
                counts[k] += (1, 1 - done, done & (1 - seen), (1 - done) & seen)
    names = ("dealings", "exploited", "false_alarms", "missed")
    return [
        {
            "other": game.setting.present.states[o],
            **dict(zip(names, map(int, counts[k]), strict=True)),
            "trust": round(float(lanes.world.trust[o, i, 0]), 3),
        }
        for k, o in enumerate(game.others)
    ]


def film(setting: PageSetting, replicate: int) -> dict[str, Any]:
    """The years of one run and its chronicle.

    Parameters
    ----------
    setting : Setting
    replicate : int in [0, 2**32)
    """
    history = replay(setting.present, setting.seed, replicate)
    told = chronicle(setting.present, setting.seed, replicate)
    return {
        "replicate": replicate,
        "seed": setting.seed,
        "start": setting.present.start,
        "calendar": setting.present.start != 0,
        "frames": [_frame(history, *years) for years in _rounds_of_years(setting.present)],
        "summary": told.summary,
        "entries": _entries(told, setting.present),
    }


def _rounds_of_years(scenario: Scenario) -> list[tuple[int, int]]:
    """First round and the round after the last of each year."""
    per_year, rounds = scenario.rounds_per_year, scenario.rounds
    return [(first, min(rounds, first + per_year)) for first in range(0, rounds, per_year)]


def _frame(history: History, first: int, end: int) -> dict[str, Any]:
    """Give the state of the world as a year ended, and who fought or cooperated in it."""
    ended, decided, n = history.ended, history.decided, len(history.names)
    cooperated = decided.open[first:end] & ended.action[first:end]
    both = cooperated & cooperated.transpose(0, 2, 1)
    i, j = np.triu_indices(n, 1)
    fought = (ended.at_war[first:end] > 0).any(0) | (decided.played[first:end] == 0).any(0)
    apart = ((decided.played[first:end] == 1) & (decided.open[first:end] == 0)).any(0)
    return {
        "capability": np.round(ended.capability[end - 1], 4).tolist(),
        "trust": np.round(ended.trust[end - 1], 3).tolist(),
        "war": [[int(a), int(b)] for a, b in zip(i, j, strict=True) if fought[a, b]],
        "estranged": [[int(a), int(b)] for a, b in zip(i, j, strict=True) if apart[a, b]],
        "standing": ended.sovereign[end - 1].astype(int).tolist(),
        "turmoil": (decided.turmoil[end - 1] > 0).astype(int).tolist(),
        "cooperation": round(float(both[:, i, j].mean()), 4),
    }


def _entries(told: Chronicle, scenario: Scenario) -> list[dict[str, Any]]:
    per_year = scenario.rounds_per_year
    last = -(-scenario.rounds // per_year) - 1
    return [
        {
            "date": e.date,
            "frame": min(last, e.round // per_year),
            "kind": e.kind,
            "text": e.text,
            "detail": list(e.detail),
        }
        for e in told.entries
    ]

"""Strategies of the Axelrod library (github.com/Axelrod-Python/Axelrod, 4.13) as states of a model.

A *player* of that library remembers what it did and what its opponent did. Here it is told what the state
really did, after accidents, and what the state *saw* of the other, rightly or wrongly.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from regimesim.scenario.messages import InputError, quoted
from regimesim.simulation.agents import Intention, State
from regimesim.simulation.model import RegimeModel

_CHEATS = ("inspects_source", "manipulates_source", "manipulates_state")
"""Names in the library of strategies that look into their opponent's head, or change it."""


def axelrod_state(player: Any) -> Callable[[RegimeModel, int], AxelrodState]:
    """Make a state follow a strategy of the Axelrod library.

    Parameters
    ----------
    player : axelrod.Player, or a subclass of it
        Each pair gets a copy of its own, without history and with a seed of its own.

    Returns
    -------
    callable
        For ``RegimeModel(..., agents={"France": axelrod_state(axelrod.TitForTat())})``.

    Raises
    ------
    InputError
        If the library is not installed, or the strategy must read its opponent's mind.
    TypeError
        If ``player`` is no player.
    """
    _library()
    if isinstance(player, type):
        player = player()
    if not callable(getattr(player, "strategy", None)):
        raise TypeError(f"a player of the Axelrod library has a method 'strategy'; got {quoted(player)}")
    classifier = getattr(player, "classifier", None) or {}
    if any(classifier.get(key) for key in _CHEATS):
        raise InputError(
            f"strategy {quoted(str(player))} looks into its opponent's mind, which no state can; use another"
        )
    return functools.partial(AxelrodState, player=player)


class AxelrodState(State):
    """A state that follows a strategy of the Axelrod library; made through :func:`axelrod_state`."""

    def __init__(self, model: RegimeModel, position: int, player: Any) -> None:
        super().__init__(model, position)
        self.player = player
        self._dealings: dict[int, tuple[Any, Any]] = {}

    def intend(self, other: State) -> Intention:
        """Ask the player that deals with ``other``."""
        player, opponent = self._dealing_with(other)
        answer: Intention = player.strategy(opponent)
        return answer if isinstance(answer, bool | np.bool_) else str(answer)  # type: ignore[return-value]

    def observe(self) -> None:
        """Tell every player what was done, and what was seen."""
        action = _library().Action
        for other in self.others:
            own, seen = self.did(other), self.saw(other)
            if own is not None and seen is not None:
                mine, theirs = (action.C if cooperated else action.D for cooperated in (own, seen))
                player, opponent = self._dealing_with(other)
                _remember(player, mine, theirs)
                _remember(opponent, theirs, mine)

    def _dealing_with(self, other: State) -> tuple[Any, Any]:
        """The player for this pair, and a stand-in for its opponent that has a history only."""
        if other.position not in self._dealings:
            player = _fresh_player(self.player)
            if hasattr(player, "set_seed"):
                address = [self.model.seed, self.model.replicate, self.position, other.position]
                player.set_seed(int(np.random.SeedSequence(address).generate_state(1)[0]))
            self._dealings[other.position] = (player, _library().Player())
        return self._dealings[other.position]


def _fresh_player(player: Any) -> Any:
    return player.clone() if hasattr(player, "clone") else copy.deepcopy(player)


def _remember(player: Any, own: Any, other: Any) -> None:
    if hasattr(player, "update_history"):
        player.update_history(own, other)
    else:
        player.history.append(own, other)


def _library() -> Any:
    try:
        import axelrod
    except ImportError:
        raise InputError(
            "strategies of the Axelrod library need that library: pip install 'regimesim[axelrod]'"
        ) from None
    return axelrod

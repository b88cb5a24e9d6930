"""Arrays that a mechanism may read, and when it may write them.

The names are those of :mod:`regimesim.core.world`; the last axis is the run. A *moment* is a place between
two steps of a round: moment k comes before step k of ``STEPS`` and after step k - 1; the last one comes after
all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regimesim.core.estrangement import FOREVER
from regimesim.core.lanes import Lanes
from regimesim.core.steps import STEPS
from regimesim.scenario.messages import InputError, listed
from regimesim.stats.arrays import Array

_BEFORE = {step: k for k, step in enumerate((*STEPS, "next round"))}


@dataclass(frozen=True)
class Writable:
    """An array that a mechanism may change.

    Attributes
    ----------
    meaning : str
    axes : tuple of str
        ``state``, ``buffer`` or nothing; then comes the axis of runs. Of two states, [i, j] is i towards j.
    low, high : float
        Bounds of its values.
    before : tuple of str
        Steps before which, and after the former of which, it may be changed; ``next round``: after all.
    """

    meaning: str
    axes: tuple[str, ...]
    low: float
    high: float
    before: tuple[str, ...]

    @property
    def moments(self) -> tuple[int, ...]:
        """The same as moments."""
        return tuple(_BEFORE[step] for step in self.before)


_STATE, _PAIR, _ALL = ("state",), ("state", "state"), ()
_WORLD = ("events", "appraise", "record", "next round")
_ANY, _MOST = float("-inf"), float("inf")

WRITABLE: dict[str, Writable] = {
    "capability": Writable("share of all; divided by the sum afterwards", _STATE, 0, _MOST, _WORLD),
    "revisionism": Writable("extra gain seen in defection", _STATE, 0, _MOST, _WORLD),
    "norm": Writable("norm of its leaders", _STATE, 0, 1, _WORLD),
    "turmoil": Writable("rounds of turmoil left", _STATE, 0, FOREVER, _WORLD),
    "member": Writable("1: takes part in the institution", _STATE, 0, 1, _WORLD),
    "trust": Writable("expectation that the other cooperates", _PAIR, 0, 1, _WORLD),
    "credibility": Writable("credibility of enforcement", _ALL, 0, 1, _WORLD),
    "sovereign": Writable("1: the buffer state is not absorbed", ("buffer",), 0, 1, _WORLD),
    "left": Writable(
        "rounds of estrangement left; the same both ways between two prudent states",
        _PAIR, 0, FOREVER, (*_WORLD, "sanction", "pay"),
    ),
    "kind": Writable(
        "kind of an estrangement: 1 misunderstanding, 2 breach, 3 sanction; 0 where there is none",
        _PAIR, 0, 3, (*_WORLD, "sanction", "pay"),
    ),
    "law": Writable("expected sanction: a term of the margin", _PAIR, _ANY, _MOST, ("decide",)),
    "gain": Writable("flow of defecting where the other cooperates", _PAIR, _ANY, _MOST, ("decide",)),
    "join": Writable("chance that i joins a sanction against j", _PAIR, 0, 1, ("decide",)),
    "intend": Writable("1: cooperation is intended", _PAIR, 0, 1, ("act",)),
    "action": Writable("1: has cooperated", _PAIR, 0, 1, ("observe",)),
    "seen": Writable("1: i saw j cooperate", _PAIR, 0, 1, ("accuse",)),
    "accuses": Writable("1: i brings a public case against j", _PAIR, 0, 1, ("sanction",)),
    "fine": Writable("rounds for which it is fined", _STATE, 0, FOREVER, (*_WORLD, "pay")),
    "dues": Writable("what joining sanctions costs it", _STATE, 0, _MOST, ("pay",)),
    "payoff": Writable("payoff of the round", _STATE, _ANY, _MOST, ("escalate", "learn", "record")),
    "due": Writable("1: war begins between i and j, i < j", _PAIR, 0, 1, ("escalate",)),
    "talks": Writable("1: an estrangement of i and j, i < j, ends now", _PAIR, 0, 1, ("learn",)),
}  # fmt: skip
"""Arrays that a mechanism may change, if its ``writes`` names them."""

READABLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "at_war": ("rounds of war left", _PAIR),
    "played": ("1: not at war when the round began", _PAIR),
    "open": ("1: ... nor estranged", _PAIR),
    "withheld": ("1: the prudent i withholds from an automaton j", _PAIR),
    "charge": ("accusation of j by i: 0 none, 1 it stands, 2 cleared", _PAIR),
    "broke": ("kind of the estrangement that began in this round, i < j", _PAIR),
    "quarrel": ("1: a quarrel abroad spoils the relationship, i < j", _PAIR),
    "accused": ("1: there is a case against it", _STATE),
    "sanction": ("share of the capability asked that joined; -1 without a case", _STATE),
    "joined": ("1: i joined the sanction against j", _PAIR),
    "new_leader": ("1: a new leader came", _STATE),
    "revolted": ("1: struck by a revolution", _STATE),
    "stance": ("state of i's automaton towards j", _PAIR),
    "loss": ("flow of cooperating where the other defects", _PAIR),
    "value": ("worth of open dealings to i", _PAIR),
    "cost": ("what a war with j costs i, once", _PAIR),
}
"""Further arrays that a mechanism may read. Marks of a round are set by its steps, and stand until then."""

_STRUCTURAL = ("capability", "member", "sovereign")
"""Parts of a pair's effective game that are not reckoned anew in every round."""


def array_of(lanes: Lanes, name: str) -> Array:
    """The array of that name."""
    home = lanes.world if name in lanes.world._fields else lanes.game
    found: Array = getattr(home, name)
    return found


def take_over(lanes: Lanes, name: str, before: Array, who: str) -> None:
    """Check an array that may have been changed, and let everything else follow.

    Parameters
    ----------
    lanes : Lanes
    name : str
    before : array
        As it was before.
    who : str
        Who changed it, for the message.

    Raises
    ------
    InputError
        If it holds what it cannot; the array is then as it was before.
    """
    values = array_of(lanes, name)
    changed = values != before
    if not changed.any():
        return
    refusal = _refusal(lanes, name, values)
    if refusal:
        values[:] = before
        raise InputError(f"{who}: {name} {refusal}")
    touched = changed.reshape(-1, changed.shape[-1]).any(axis=0)
    if name == "capability":
        values[:] = np.where(touched, values / values.sum(axis=0), values)
    elif name in ("intend", "action"):
        values &= lanes.world.open & (1 - lanes.world.withheld)
    elif name == "seen":
        values &= lanes.world.open
    elif name == "left":
        lanes.world.kind[values == 0] = 0
    if name in _STRUCTURAL:
        lanes.game.stale[:, :, touched] = 1


def _refusal(lanes: Lanes, name: str, values: Array) -> str:
    """Say what is wrong with these values; nothing if they can be."""
    bounds = WRITABLE[name]
    if not np.isfinite(values).all():
        return "must hold finite numbers"
    if (values < bounds.low).any() or (values > bounds.high).any():
        return f"must lie in [{bounds.low:g}, {bounds.high:g}]"
    if name == "capability" and not (values.sum(axis=0) > 0).all():
        return "must not be 0 for all states"
    if name in ("left", "kind"):
        prudent = lanes.setting.strategy < 0
        both = prudent[:, None] & prudent[None, :]
        if ((values != values.swapaxes(0, 1)) & both).any():
            return "must be the same both ways between two prudent states"
    return ""


def permitted(name: str) -> str:
    """Say when an array may be written."""
    return f"before {listed(WRITABLE[name].before, 'or')}"

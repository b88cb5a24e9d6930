"""Extension of a batch or a sweep, as one value: mechanisms, and states in Python."""

from __future__ import annotations

import functools
import hashlib
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Design, Lanes
from regimesim.scenario.messages import known
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.mechanisms.block import OpenLanes, checked_mechanisms
from regimesim.simulation.mechanisms.mechanism import Frame, Mechanism
from regimesim.simulation.provenance import PYTHON

if TYPE_CHECKING:
    from regimesim.simulation.mechanisms.minds import Agents, Minds

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Extension:
    """Mechanisms and states in Python.

    Attributes
    ----------
    mechanisms : tuple of Mechanism
    agents : mapping of str to callable
        As of :class:`regimesim.RegimeModel`.
    """

    mechanisms: tuple[Mechanism, ...] = ()
    agents: Agents = field(default_factory=dict)

    @classmethod
    def of(cls, mechanisms: Sequence[Mechanism], agents: Agents | None) -> Extension:
        """Check and put together what was given.

        Raises
        ------
        InputError
            If something is no mechanism.
        """
        return cls(checked_mechanisms(mechanisms), dict(agents or {}))

    def __bool__(self) -> bool:
        return bool(self.mechanisms or self.agents)

    def lanes(
        self,
        design: Design,
        points: NDArray[np.intp],
        replicates: NDArray[np.intp],
        seed: int,
        case: Callable[[int], Scenario],
    ) -> Lanes:
        """Lanes that are extended by this.

        Parameters
        ----------
        design, points, replicates, seed
            As of :class:`Lanes`.
        case : callable
            Gives the scenario of a point.
        """
        first = case(int(points[0]))
        for name in self.agents:
            known(name, first.states, "state", "agents")
        frame = Frame(first.states, first.buffers, first.start)
        lanes = PlayedByMinds(design, points, replicates, seed, frame, self.mechanisms)
        if self.agents:
            cases = {point: case(point) for point in set(points.tolist())}
            from regimesim.simulation.mechanisms.minds import Minds  # brings Mesa, which few runs need

            lanes.minds = Minds(lanes, [cases[point] for point in points.tolist()], self.agents)
        return lanes

    def about(self) -> dict[str, Any]:
        """Give what tells this extension from another, as plain values: for provenance."""
        if not self:
            return {}
        return {
            PYTHON: {
                "mechanisms": [identity(mechanism) for mechanism in self.mechanisms],
                "agents": {name: identity(kind) for name, kind in self.agents.items()},
            }
        }


NO_EXTENSION = Extension()
"""No extension: the rules as they are."""


class PlayedByMinds(OpenLanes):
    """Lanes in which states in Python decide, if there are any."""

    minds: Minds | None = None

    def play(self, until: int) -> None:
        """Play up to, not including, round ``until``, or to the horizon if that comes first."""
        if self.minds is None:
            super().play(until)
            return
        until = min(until, self.design.rounds)
        while self.round < until:
            self.minds.play_round()


def identity(thing: object) -> str:
    """Name a mechanism or a state by its class, its values and a checksum of its code.

    Of code only the classes' own is looked at, not what they call.
    """
    if isinstance(thing, functools.partial):
        given = ", ".join(
            [*map(_value_shown, thing.args), *(f"{k}={_value_shown(v)}" for k, v in thing.keywords.items())]
        )
        return f"{identity(thing.func)}({given})"
    kind = thing if isinstance(thing, type) else type(thing)
    if inspect.isroutine(thing):
        return f"{thing.__module__}.{thing.__qualname__} {_code_digest([thing])}"
    values = {} if isinstance(thing, type) else getattr(thing, "__dict__", {})
    shown = ", ".join(f"{name}={_value_shown(value)}" for name, value in sorted(values.items()))
    own = [one for one in kind.__mro__ if not one.__module__.startswith(("regimesim.", "mesa.", "builtins"))]
    return f"{kind.__module__}.{kind.__qualname__}({shown}) {_code_digest(own)}"


def _value_shown(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"array {hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()[:16]}"
    return _ADDRESS.sub("", repr(value))


def _code_digest(things: Sequence[Any]) -> str:
    digest = hashlib.sha256()
    for thing in things:
        try:
            digest.update(inspect.getsource(thing).encode())
        except (OSError, TypeError):  # typed into a prompt, say
            digest.update(_code_of(thing))
    return digest.hexdigest()[:16]


def _code_of(thing: Any) -> bytes:
    """The compiled code of a function, or of the functions of a class."""
    members = vars(thing).values() if isinstance(thing, type) else [thing]
    codes = [member.__code__ for member in members if hasattr(member, "__code__")]
    return b"".join(code.co_code + _ADDRESS.sub("", repr(code.co_consts)).encode() for code in codes)


def columns_measured(lanes: Lanes) -> dict[str, NDArray[Any]]:
    """Columns that mechanisms have measured; none where there are no mechanisms."""
    return lanes.measures() if isinstance(lanes, OpenLanes) else {}

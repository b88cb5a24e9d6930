"""A block of lanes that mechanisms interrupt."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.lanes import Design, Lanes
from regimesim.core.steps import DECIDED, STEPS, play_steps, standing_terms
from regimesim.core.world import Mechanism as Switch
from regimesim.core.world import Setting
from regimesim.scenario.messages import InputError, quoted
from regimesim.simulation.columns import RUN
from regimesim.simulation.mechanisms.mechanism import Frame, Mechanism, Moment

_PLAY: Callable[..., None] = play_steps
_TERMS: Callable[..., None] = standing_terms
_SPANS = {
    kernel.WHOLE: (0, len(STEPS)),
    kernel.UNTIL_DECIDED: (0, DECIDED),
    kernel.SINCE_DECIDED: (DECIDED, len(STEPS)),
}
_NEEDED = (Switch.PRUDENT, Switch.WAR, Switch.SANCTIONS, Switch.PROTECTION, Switch.ERRORS)
"""Switches of what a mechanism may bring into a world that has none of it, or change before it is used."""


class OpenLanes(Lanes):
    """Lanes that call mechanisms between the steps of a round.

    Parameters
    ----------
    design, points, replicates, seed
        As of :class:`Lanes`.
    frame : Frame
    mechanisms : sequence of Mechanism
        Copied: what they keep is of these runs.

    Attributes
    ----------
    mechanisms : tuple of Mechanism
    """

    def __init__(
        self,
        design: Design,
        points: NDArray[np.intp],
        replicates: NDArray[np.intp],
        seed: int,
        frame: Frame,
        mechanisms: Sequence[Mechanism],
    ) -> None:
        self.mechanisms = tuple(copy.deepcopy(mechanism) for mechanism in mechanisms)
        self.frame = frame
        super().__init__(design, points, replicates, seed)
        self._calls = _calls_of(self, self.mechanisms, frame)
        self._failed = False
        for mechanism in self.mechanisms:
            mechanism.begin(Moment(self, frame, mechanism, -1))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_calls"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become a copy: its mechanisms see its own arrays."""
        super().__setstate__(state)
        self._calls = _calls_of(self, self.mechanisms, self.frame)

    def terms_as_they_stand(self) -> NDArray[np.float64]:
        """Give the terms of every margin as step 2, and mechanisms after it, left them, [N, N, 4, L]."""
        states, lanes = self.world.capability.shape
        terms = np.zeros((states, states, 4, lanes))
        _TERMS(self.world, self.game, terms)
        return terms

    def measures(self) -> dict[str, NDArray[Any]]:
        """Give the columns that the mechanisms have measured.

        Raises
        ------
        InputError
            If a column is none.
        """
        found: dict[str, NDArray[Any]] = {}
        for mechanism in self.mechanisms:
            for name, values in mechanism.measures().items():
                column, who = np.asarray(values), f"{type(mechanism).__name__}.measures"
                if not isinstance(name, str) or not name.isidentifier() or name in RUN or name in found:
                    raise InputError(
                        f"{who}: {quoted(name)} cannot be the name of a column, or there is one of that name"
                    )
                if column.shape != (len(self.points),) or column.dtype.kind not in "biuf":
                    raise InputError(
                        f"{who}: {name} must be an array of {len(self.points)} numbers, one for each run"
                    )
                found[name] = column
        return found

    def _make_setting(self, phase: int) -> Setting:
        setting = super()._make_setting(phase)
        on = setting.on.copy()
        if self.mechanisms:
            on[list(_NEEDED)] = 1
        return setting._replace(on=on)

    def _play(self, last: int, part: int) -> None:
        if not self.mechanisms:
            super()._play(last, part)
            return
        if self._failed:
            raise InputError("a mechanism has failed in the middle of a round; begin anew")
        self._failed = True
        for t in range(self.round, last):
            self.frame.round = t
            self._play_round(t, *_SPANS[part])
        self._failed = False

    def _play_round(self, t: int, first: int, end: int) -> None:
        step = first
        for when in range(first, end + 1):
            calls = (
                self._calls[when] if (when, end) != (DECIDED, DECIDED) else []
            )  # they come with what is next
            if calls or when == end:
                if when > step:
                    _PLAY(self.world, self.game, self.setting, self.tally, self.luck, t, step, when)
                step = when
            for call in calls:
                call()


def checked_mechanisms(mechanisms: Sequence[Mechanism]) -> tuple[Mechanism, ...]:
    """Refuse what is no mechanism.

    Raises
    ------
    InputError
    """
    for mechanism in mechanisms:
        if isinstance(mechanism, type) and issubclass(mechanism, Mechanism):
            raise InputError(f"mechanisms are objects: {mechanism.__name__}(), with brackets")
        if not isinstance(mechanism, Mechanism):
            raise InputError(f"mechanisms are objects of a subclass of Mechanism; got {quoted(mechanism)}")
    return tuple(mechanisms)


def _calls_of(
    lanes: OpenLanes, mechanisms: Sequence[Mechanism], frame: Frame
) -> list[list[Callable[[], None]]]:
    """List the calls of each moment: first what comes after a step, then what comes before the next."""
    names = [
        [*([f"after_{STEPS[k - 1]}"] if k else []), *([f"before_{STEPS[k]}"] if k < len(STEPS) else [])]
        for k in range(len(STEPS) + 1)
    ]
    return [
        [
            _call_of(Moment(lanes, frame, mechanism, k), mechanism, name)
            for name in both
            for mechanism in mechanisms
            if hasattr(mechanism, name)
        ]
        for k, both in enumerate(names)
    ]


def _call_of(moment: Moment, mechanism: Mechanism, name: str) -> Callable[[], None]:
    method = getattr(mechanism, name)
    return lambda: moment.call(method, name)

"""Mechanisms of one's own, and what they see of a round."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Lanes
from regimesim.core.steps import STEPS, draw_lanes
from regimesim.scenario.messages import InputError, known
from regimesim.scenario.parameters import BY_NAME
from regimesim.simulation.mechanisms.arrays import READABLE, WRITABLE, array_of, permitted, take_over
from regimesim.stats.arrays import Array

_DRAW: Callable[..., None] = draw_lanes
_OWN_CHANNELS, _CHANNELS_EACH = 2**16, 2**10
"""The model's own draws have lower channels than the first; each mechanism has so many."""
_CALLED = ("begin", "measures", *(f"{when}_{step}" for step in STEPS for when in ("before", "after")))
"""Methods that are called."""


class Mechanism:
    """Something that a subclass adds to the rules, or measures, between the steps of a round.

    Methods called ``before_STEP`` and ``after_STEP`` are called in every round with a ``Moment``; STEP
    is one of ``events``, ``appraise``, ``decide``, ``act``, ``observe``, ``accuse``, ``sanction``, ``pay``,
    ``escalate``, ``learn``, ``record``. An object of the class is a pattern: every block of runs gets a copy
    of it, so what a method keeps in ``self`` belongs to the runs of its block.

    Attributes
    ----------
    writes : tuple of str
        The arrays that it changes; all others can only be read.

    Examples
    --------
    >>> import regimesim as rs
    >>> class Summit(rs.Mechanism):
    ...     writes = ("talks",)
    ...     def before_learn(self, moment):
    ...         if moment.round % 40 == 39:  # every ten years of four rounds
    ...             moment.talks[:] = 1
    >>> rs.simulate("concert", runs=8, years=20, mechanisms=[Summit()])
    <Results of concert: 8 runs of 20 years>
    """

    writes: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, part in vars(cls).items():
            when, _, step = name.partition("_")
            if when in ("before", "after"):
                known(step, STEPS, "step", f"{cls.__name__}.{name}")
            elif (
                callable(part) and name not in _CALLED and (meant := get_close_matches(name, _CALLED, 1, 0.8))
            ):
                raise InputError(f"{cls.__name__}.{name} would never be called; did you mean {meant[0]}?")
        if isinstance(cls.writes, str):
            raise InputError(f"{cls.__name__}: writes is a tuple of names: writes = ('{cls.writes}',)")
        for name in cls.writes:
            known(name, WRITABLE, "array that may be written", f"{cls.__name__}.writes")

    def begin(self, moment: Moment) -> None:
        """Make ready for the runs of a block; called before their first round."""

    def measures(self) -> Mapping[str, NDArray[Any]]:
        """Give columns for the table of runs, arrays (R,) of numbers by name; called after the last round."""
        return {}


class Moment:
    """The runs of a block as a mechanism sees them, at one place of a round.

    Arrays are attributes (``moment.trust``): the last axis is the run, those before it are states or buffers.
    Those that may not be written now, or are not in ``writes``, cannot be written.

    Attributes
    ----------
    round : int
        The round that is being played, from 0.
    states, buffers : tuple of str
    rounds_per_year : int
    start : float
        Year of the calendar in which the first round lies.
    replicate : int array (R,)
        Number of each run.
    """

    def __init__(self, lanes: Lanes, frame: Frame, who: Mechanism, when: int) -> None:
        self._lanes, self._frame, self._mechanism = lanes, frame, who
        self._who = type(who).__name__
        self._arrays: dict[str, Array] = {}
        for name in (*WRITABLE, *READABLE):
            view = array_of(lanes, name).view()
            view.flags.writeable = name in who.writes and when in WRITABLE[name].moments
            self._arrays[name] = view
        self._written = [name for name, array in self._arrays.items() if array.flags.writeable]
        self._salt = zlib.crc32(self._who.encode()) % 2**20
        self.states, self.buffers, self.start = frame.states, frame.buffers, frame.start
        self.rounds_per_year = lanes.design.rounds_per_year
        self.replicate = lanes.luck.replicate.astype(np.int64)

    def __getattr__(self, name: str) -> Array:
        arrays = self.__dict__.get("_arrays", {})
        if name not in arrays:
            try:
                known(name, arrays, "array")
            except InputError as error:
                raise AttributeError(str(error)) from None
        found: Array = arrays[name]
        return found

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._arrays})

    def __len__(self) -> int:
        """Number of runs R."""
        return len(self.replicate)

    @property
    def round(self) -> int:
        """The round that is being played, from 0."""
        return self._frame.round

    @property
    def year(self) -> float:
        """Calendar time at the beginning of the round."""
        return self.start + self.round / self.rounds_per_year

    @property
    def prudent(self) -> NDArray[np.bool_]:
        """True for a state that is prudent, (N, R); others follow an automaton."""
        return self._lanes.setting.strategy < 0

    def position(self, state: str) -> int:
        """The place of a state on an axis of states.

        Raises
        ------
        InputError
            If there is no such state.
        """
        return self.states.index(known(state, self.states, "state", self._who))

    def parameter(self, name: str) -> Array:
        """The value of a parameter in every run now, (R,); of a choice, its word.

        Raises
        ------
        InputError
            If there is no such parameter.
        """
        declared = known(name, BY_NAME, "parameter", self._who)
        setting = self._lanes.setting
        values: Array = setting.parameters[declared.group][declared.key][setting.row]
        return np.array(declared.choices)[values] if declared.kind == "choice" else values

    def draw(self, channel: int = 0, i: int = 0, j: int = 0) -> NDArray[np.float64]:
        """Uniform numbers on (0, 1), one for every run, (R,).

        They are a function of seed, run, round, the class's name, ``channel`` (0 to 1023) and two states; so
        a run has the same luck in every batch, and all other draws stay as they are.
        """
        if not 0 <= channel < _CHANNELS_EACH:
            raise InputError(f"{self._who}: a channel lies in [0, {_CHANNELS_EACH - 1}]; got {channel}")
        luck, drawn = self._lanes.luck, np.empty(len(self))
        address = _OWN_CHANNELS + self._salt * _CHANNELS_EACH + channel
        _DRAW(luck.keys, luck.replicate, self.round, address, i, j, drawn)
        return drawn

    def call(self, method: Callable[[Moment], object], name: str) -> None:
        """Have the mechanism do what it does here, and check what it wrote."""
        before = [(written, self._arrays[written].copy()) for written in self._written]
        who = f"{self._who}.{name}"
        try:
            method(self)
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise InputError(f"{who} writes what it may not write here; {self._may()}") from error
        for written, was in before:
            take_over(self._lanes, written, was, who)

    def _may(self) -> str:
        here = ", ".join(self._written) or "nothing"
        times = "; ".join(f"{name}: {permitted(name)}" for name in type(self._mechanism).writes)
        return f"it may write {here} here ({times or 'its class names no array in writes'})"


class Frame:
    """Names and time that the moments of a block share."""

    def __init__(self, states: tuple[str, ...], buffers: tuple[str, ...], start: float) -> None:
        self.states, self.buffers, self.start = states, buffers, start
        self.round = 0

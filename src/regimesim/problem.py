"""A problem of calibration: some parameters of a scenario, where to look for them, and what to meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.config import Setting, compose
from regimesim.expansion import points_of, sample
from regimesim.implausibility import Floats
from regimesim.parameters import BY_NAME, Parameter, quoted, show
from regimesim.points import SHAPING, Points
from regimesim.scenario import InputError, Scenario, known
from regimesim.targets import Target, targets_of

HANDFUL = (
    "transparency.level", "shadow.discount_factor", "shadow.punishment_rounds", "norms.restraint",
    "norms.half_life", "diplomacy.conference", "geography.buffer_effectiveness", "war.unilateral",
    "war.mutual", "choice.temperature",
)  # fmt: skip
"""What is fitted unless told otherwise, of what the scenario does not leave neutral: sight, patience, memory,
conferences, buffers, the two war rates and how loosely advantage is followed."""

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Problem:
    """What is fitted to what.

    Attributes
    ----------
    source : str
        The scenario's name or path.
    settings : tuple of (name, text)
        What was set in it, as typed.
    scenario : Scenario
        As it stands.
    ranges : dict of parameter to (low, high)
        Where each is sampled.
    targets : tuple of Target
    """

    source: str
    settings: tuple[Setting, ...]
    scenario: Scenario
    ranges: dict[str, tuple[float, float]]
    targets: tuple[Target, ...]

    @classmethod
    def of(
        cls,
        source: str | Path,
        settings: Sequence[Setting] = (),
        parameters: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
        targets: Sequence[str] | None = None,
        record: str | Path | None = None,
    ) -> Problem:
        """A problem, checked.

        Parameters
        ----------
        source : str or Path
            A scenario by name or by the path of its file.
        settings : sequence of (name, text)
        parameters : sequence of names, or mapping of name to (low, high), optional
            Declared ranges where no other are given; by default those of :data:`HANDFUL` that the scenario
            does not leave neutral.
        targets, record
            As in :func:`regimesim.targets.targets_of`.

        Raises
        ------
        InputError
        """
        scenario = compose(str(source), settings)
        chosen = _handful(scenario) if parameters is None else parameters
        ranges = _ranges(chosen)
        for key, _ in settings:
            if key.lstrip("+~") in ranges:
                raise InputError(f"{key.lstrip('+~')} cannot be both set and calibrated; leave it out")
        return cls(str(source), tuple(settings), scenario, ranges, targets_of(scenario, targets, record))

    @property
    def record(self) -> Floats:
        """The record's rates, (K,)."""
        return np.array([target.value for target in self.targets])

    def draws(self, count: int, seed: int) -> Columns:
        """A column per parameter, (count,): an even cover of their ranges."""
        drawn = sample("sobol", self.ranges, count, seed)
        return {name: _column(values) for name, values in drawn.items()}

    def published(self) -> Columns:
        """The parameters as the scenario has them, a column of one value each."""
        return {name: _column([self.scenario[name]]) for name in self.ranges}

    def points(self, columns: Columns) -> Points:
        """Draws as worlds to be played."""
        return points_of(self.source, self.settings, columns)


def _handful(scenario: Scenario) -> tuple[str, ...]:
    found = tuple(name for name in HANDFUL if scenario[name] != BY_NAME[name].default)
    if not found:
        raise InputError(f"{scenario.name} leaves all of {', '.join(HANDFUL)} neutral; name parameters=[...]")
    return found


def _ranges(chosen: Sequence[str] | Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    ranges: dict[str, tuple[float, float]] = {}
    for name in chosen:
        parameter = known(str(name), BY_NAME, "parameter")
        if name in ranges:
            raise InputError(f"parameter {name} is given twice")
        given = chosen[name] if isinstance(chosen, Mapping) else None
        ranges[parameter.name] = _range(parameter, given)
    if not ranges:
        raise InputError("calibrate needs a parameter; leave parameters= out for the usual handful")
    return ranges


def _range(parameter: Parameter, given: Any) -> tuple[float, float]:
    name = parameter.name
    if name in SHAPING:
        raise InputError(f"{name} cannot be calibrated: it shapes the world and is no number in it")
    if parameter.kind in ("switch", "choice"):
        if given is not None:
            raise InputError(f"{name} is sampled over all its values; give no range")
        return 0.0, 1.0
    if given is None:
        if parameter.range is None:
            raise InputError(f"{name} has no declared range; write parameters={{{name}:[LOW,HIGH]}}")
        return parameter.range
    numbers = list(given) if isinstance(given, list | tuple) else []
    whole = all(isinstance(x, int | float) and not isinstance(x, bool) for x in numbers)
    if len(numbers) != 2 or not whole or not numbers[0] < numbers[1] < np.inf:
        raise InputError(f"{name} needs a range, [LOW,HIGH]; got {quoted(given)}")
    for end in numbers:
        refusal = parameter.refusal(end)
        if refusal is not None:
            raise InputError(f"{name} {refusal}")
    return float(numbers[0]), float(numbers[1])


def _column(values: Sequence[Any]) -> NDArray[Any]:
    words = isinstance(values[0], str)
    return np.array(values, object) if words else np.array(values, None if _switch(values[0]) else np.float64)


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def as_numbers(name: str, column: Any) -> Floats:
    """Values of a parameter as numbers: switches 0 and 1, choices by their place among all."""
    parameter = BY_NAME[name]
    if parameter.kind == "choice":
        return np.array([float(parameter.choices.index(value)) for value in column])
    return np.asarray(column, np.float64)


def as_typed(name: str, number: float) -> str:
    """The other way round: what to print, with a few figures."""
    parameter = BY_NAME[name]
    if parameter.kind == "choice":
        return parameter.choices[round(number)]
    return show(number > 0.5) if parameter.kind == "switch" else f"{number:.3g}"

"""Assumptions that fit the record: a table of draws that comes with the package, a draw a replicate.

An *assumption* is a parameter of which nobody knows the right value. For some worlds the record of their very
states tells something of it; for those a *set* lies in ``configs/fits``: a table of draws of the assumptions,
each a setting that could have given the record, with a weight (a column for each parameter, and ``weight``),
and beside it what it was made of. It is made by ``tools/fit_assumptions.py``
(:mod:`regimesim.analysis.calibration.inference`).

Replicate r is played under one draw, found from r alone: the place in the cumulated weights of r's radical
inverse in base 2 (van der Corput 1935), so that the first 2^k replicates are spread over the draws as evenly
as can be, and a replicate is one world in every batch.

A draw sets a parameter where the scenario stands at the value that the set's own scenario is published with,
and in the phases that keep it. So what was typed, what another order brings and what an epoch changes stay.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Design
from regimesim.scenario.files import configs_folder
from regimesim.scenario.messages import InputError, known, listed, quoted
from regimesim.scenario.scenario import Phase, Scenario
from regimesim.simulation.lowering import lower
from regimesim.stats.estimates import Floats

if TYPE_CHECKING:
    import pandas as pd


PUBLISHED, SET = "published", "set"
CHOICES = (PUBLISHED, SET)
"""Choices of ``assumptions=``: the values as they are published, or those of all draws that fit."""
FOLDER = "fits"
WEIGHT = "weight"
TRUST = "trust.initial"
VARYING = ("parameters", "states", "strategy", "affinity", "prior", "strength")
"""Arrays of a design that have a row for each point."""
_DIGITS = 53
"""Binary digits of a replicate's place among the draws."""


@dataclass(frozen=True, eq=False)
class FittedSet:
    """Draws of assumptions that fit the record of some states.

    Attributes
    ----------
    name : str
        Of the world, and of its files.
    columns : dict of full name to float array (D,)
    weight : float array (D,)
        They add up to 1.
    about : dict
        Provenance: ``command``, ``seed``, ``scenario``, ``states``, ``record`` (in words), ``published`` (the
        values of that scenario), ``targets`` and what was found of the set.
    sha256 : str
        Of the table.
    """

    name: str
    columns: dict[str, Floats]
    weight: Floats
    about: dict[str, Any]
    sha256: str

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def published(self) -> dict[str, float]:
        """Values of the scenario that the set was made for."""
        return dict(self.about["published"])

    def draw_of(self, replicates: NDArray[Any]) -> NDArray[np.intp]:
        """The draw that each replicate is played under, by its number alone."""
        return drawn_by_weight(self.weight, radical_inverse(replicates))

    def frame(self) -> pd.DataFrame:
        """The table: a row a draw, a column for each parameter by its full name, and ``weight``."""
        import pandas as pd

        return pd.DataFrame(self.columns | {WEIGHT: self.weight})


def assumptions(scenario: Scenario | str) -> pd.DataFrame:
    """The draws of a scenario's assumptions that fit the record of its very states.

    Parameters
    ----------
    scenario : Scenario, or the name of a scenario

    Returns
    -------
    DataFrame
        A row a draw; a column for each parameter, by its full name, and ``weight`` (they add up to 1).

    Raises
    ------
    InputError
        If the record of these states is not known.

    Examples
    --------
    >>> import regimesim as rs
    >>> float(rs.assumptions("concert")["weight"].sum().round(6))
    1.0
    """
    from regimesim.scenario.compose import load_scenario

    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return needed_set(chosen).frame()


def set_names() -> tuple[str, ...]:
    """Names of the sets that come with the package."""
    return tuple(sorted(path.stem for path in (configs_folder() / FOLDER).glob("*.csv")))


@lru_cache(maxsize=8)
def read_set(name: str) -> FittedSet:
    """A set of the package, by name.

    Raises
    ------
    InputError
        If there is none, or its files do not belong together.
    """
    known(name, set_names(), "set of assumptions")
    folder = configs_folder() / FOLDER
    content = (folder / f"{name}.csv").read_bytes()
    about = json.loads((folder / f"{name}.json").read_text("utf-8"))
    sha256 = hashlib.sha256(content).hexdigest()
    if about["sha256"] != sha256:
        raise InputError(f"{name}.csv is not the table that {name}.json tells of; install regimesim again")
    head, *rows = csv.reader(content.decode("utf-8").splitlines())
    columns = dict(zip(head, np.array(rows, np.float64).T, strict=True))
    weight = columns.pop(WEIGHT)
    return FittedSet(name, columns, weight / weight.sum(), about, sha256)


def set_of(scenario: Scenario) -> FittedSet | None:
    """The set for a scenario: that of its very states, if the record of them is known."""
    for name in set_names():
        found = read_set(name)
        if set(found.about["states"]) == set(scenario.states):
            return found
    return None


def needed_set(scenario: Scenario) -> FittedSet:
    """The same, refused in a sentence where there is none."""
    found = set_of(scenario)
    if found is None:
        raise InputError(without_set(scenario.name))
    return found


def without_set(name: str) -> str:
    """The sentence on a scenario whose states have no record of their own."""
    worlds = listed(set_names())
    return (
        f"there is no set of assumptions that fit the record for {name}: the record is known of the states "
        f"of {worlds}"
    )


def radical_inverse(numbers: NDArray[Any]) -> Floats:
    """Numbers with their binary digits mirrored at the point: 0, 1/2, 1/4, 3/4, 1/8, ... at 0, 1, 2, ...

    >>> radical_inverse(np.arange(4)).tolist()
    [0.0, 0.5, 0.25, 0.75]
    """
    left = np.asarray(numbers, np.uint64).copy()
    value, part = np.zeros(left.shape), 0.5
    for _ in range(_DIGITS):
        value += part * (left & np.uint64(1))
        left >>= np.uint64(1)
        part /= 2
        if not left.any():
            break
    return value


def drawn_by_weight(weight: Floats, place: Floats) -> NDArray[np.intp]:
    """Rows in whose share of the cumulated weights these places in [0, 1) fall."""
    return np.minimum(np.searchsorted(np.cumsum(weight), place, side="right"), len(weight) - 1)


@dataclass(frozen=True, eq=False)
class Assumed:
    """One scenario under the draws of its set.

    Attributes
    ----------
    scenario : Scenario
        As it stands.
    draws : FittedSet
    held : tuple of str
        Parameters that no draw sets although their value is the published one: those that were typed.
    """

    scenario: Scenario
    draws: FittedSet
    held: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """Values that the draws set in this scenario, (D,) each."""
        own, world = self.draws.published, self.scenario
        return {
            name: column
            for name, column in self.draws.columns.items()
            if name not in self.held and world[name] == own[name] and (name != TRUST or epochs_alike(world))
        }

    @property
    def kept(self) -> tuple[str, ...]:
        """Parameters of the set that stay as this scenario has them."""
        return tuple(name for name in self.draws.columns if name not in self.columns)

    def draw_of(self, replicates: NDArray[Any]) -> NDArray[np.intp]:
        """The draw of each replicate."""
        return self.draws.draw_of(replicates)

    def design(self) -> Design:
        """All draws as points of a design, in their order."""
        return design_of_draws(self.scenario, self.columns, len(self.draws))

    def world(self, replicate: int) -> Scenario:
        """The world that one replicate is played in."""
        row = int(self.draw_of(np.array([replicate]))[0])
        return with_values(self.scenario, {name: float(x[row]) for name, x in self.columns.items()})

    def words(self) -> str:
        """Say what is varied, and what stays as it is here."""
        kept = f"; held as they are here: {', '.join(self.kept)}" if self.kept else ""
        return (
            f"All settings that fit: {len(self.columns)} assumptions over {len(self.draws)} draws that fit "
            f"the record of {self.draws.about['record']}{kept}."
        )

    def sentence(self, replicate: int) -> str:
        """Say which draw a replicate was played under, and what the draws set."""
        row = int(self.draw_of(np.array([replicate]))[0])
        return (
            f"Played under draw {row} of {len(self.draws)} that fit the record of "
            f"{self.draws.about['record']}; it sets {len(self.columns)} assumptions. Without "
            "assumptions=set the run is that of the published values."
        )

    def under(self, scenario: Scenario) -> Assumed:
        """The same draws in another scenario of the same states."""
        return Assumed(scenario, self.draws, self.held)

    def told(self) -> dict[str, Any]:
        """Give what provenance keeps of it."""
        return {"set": self.draws.name, "sha256": self.draws.sha256, "held": list(self.held)}


def assumed(
    scenario: Scenario, assumptions: str | Assumed | None, held: Collection[str] = ()
) -> Assumed | None:
    """Draws that a scenario is played under; None: as it is published.

    Parameters
    ----------
    scenario : Scenario
    assumptions : {"published", "set"} or Assumed, optional
    held : names of parameters
        Those that were typed: no draw sets them.

    Raises
    ------
    InputError
        If there is no such choice, or the scenario has no set.
    """
    if isinstance(assumptions, Assumed):
        return assumptions.under(scenario)
    if known(assumptions or PUBLISHED, CHOICES, "choice of assumptions") == PUBLISHED:
        return None
    found = needed_set(scenario)
    return Assumed(scenario, found, tuple(name for name in found.columns if name in held))


def told_again(scenario: Scenario, told: Mapping[str, Any]) -> Assumed:
    """Draws that provenance tells of, with the set as it is in the package now.

    Raises
    ------
    InputError
        If the set is another one now.
    """
    found = read_set(str(told["set"]))
    if found.sha256 != told["sha256"]:
        raise InputError(
            f"these runs were made with another set of assumptions than today's {quoted(found.name)}"
        )
    return Assumed(scenario, found, tuple(told["held"]))


def epochs_alike(scenario: Scenario) -> bool:
    """Tell whether all pairs begin with the same trust, that of ``trust.initial``."""
    trust = {x for i, row in enumerate(scenario.prior) for j, x in enumerate(row) if i != j}
    return trust == {scenario[TRUST]}


def design_of_draws(scenario: Scenario, columns: Mapping[str, NDArray[Any]], count: int) -> Design:
    """Points of a scenario that differ in the values of some parameters, in the phases that keep the first's.

    Parameters
    ----------
    scenario : Scenario
    columns : mapping of full name to float array (count,)
    count : int
        Number of points.
    """
    one = lower(scenario)
    many: dict[str, Any] = {name: np.repeat(getattr(one, name), count, axis=0) for name in VARYING}
    design = one._replace(**many)
    write_values(design, np.arange(count), scenario, columns)
    return design


def write_values(
    design: Design, rows: NDArray[np.intp], scenario: Scenario, columns: Mapping[str, NDArray[Any]]
) -> None:
    """Put values into some points of a design: in the phases that keep the first's, (len(rows),) each."""
    for name, column in columns.items():
        group, _, key = name.partition(".")
        if name == TRUST:
            design.prior[rows] = column[:, None, None] * (1.0 - np.eye(len(scenario.states)))
        for phase in following(scenario, name):
            design.parameters[group][key][rows, phase] = column


def following(scenario: Scenario, name: str) -> list[int]:
    """The phases in which a parameter has the value that it begins with."""
    first = scenario[name]
    return [k for k, phase in enumerate(scenario.phases) if phase.parameters[name] == first]


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """One point of :func:`design_of_draws` as a scenario in full."""
    first = scenario.phases[0].parameters

    def changed(phase: Phase) -> Phase:
        follows = {name: value for name, value in values.items() if phase.parameters[name] == first[name]}
        return replace(phase, parameters={**phase.parameters, **follows})

    world = replace(scenario, phases=tuple(changed(phase) for phase in scenario.phases))
    if TRUST not in values:
        return world
    n = len(scenario.states)
    prior = tuple(tuple(values[TRUST] if i != j else 0.0 for j in range(n)) for i in range(n))
    return replace(world, prior=prior)

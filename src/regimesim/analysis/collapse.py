"""Why cooperation ended: the margin at the collapse against five years before.

Each run whose regime collapsed is played again (a run is a function of its address) and its world kept at two
times: at the collapse, and five years before it or at the onset if that was later. The margin of a state,
averaged over ordered pairs, is a function of what it remembers, trusts, fears and owns; putting one of these
back to its former value and leaving the rest as it is gives that one's part in the fall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regimesim.core import kernel
from regimesim.core.lanes import Lanes
from regimesim.core.world import Reals, Setting, World, allocate_game
from regimesim.simulation.results import Results
from regimesim.simulation.simulate import lanes_for, on_threads

YEARS_BEFORE = 5.0

CAUSES: Mapping[str, tuple[str, ...]] = {
    "memory faded": ("norm",),
    "buffers lost": ("sovereign",),
    "grievances grew": ("revisionism", "turmoil"),
    "trust lost": ("trust",),
    "power shifted": ("capability",),
    "enforcement failed": ("credibility", "member"),
    "new conditions": (),
}
"""What may have lowered the margin, and the parts of the world that carry it; *new conditions* are those of
an epoch. *Trust lost* is told apart as *mis-seen acts* where most exploitation seen in those years was
imagined, and *chance* is a collapse before which nothing lowered the margin: hasty choices and accidents."""

MIS_SEEN, CHANCE = "mis-seen acts", "chance"
_COUNTED = ("false_alarms", "exploitations", "misses")


@dataclass(frozen=True)
class Causes:
    """Why the regimes of some runs collapsed.

    Attributes
    ----------
    replicate : int array (R,)
        The runs whose regime formed and collapsed.
    cause : str array (R,)
    shares : dict of str to float
        Share of each cause among them, the most frequent first.
    contribution : dict of str to float array (R,)
        What each change since five years before added to the mean margin (payoff units; negative: it
        undermined restraint).
    before, after : float arrays (R, 4)
        Mean terms of the margin (:data:`TERMS`) at both times.
    """

    replicate: NDArray[np.int64]
    cause: NDArray[np.str_]
    shares: dict[str, float]
    contribution: dict[str, NDArray[np.float64]]
    before: Reals
    after: Reals


def causes_of_collapse(results: Results, most: int = 2000, workers: int | None = None) -> Causes:
    """Find why regimes collapsed.

    Parameters
    ----------
    results : Results
    most : int
        At most so many of the runs, the first ones, are looked into.
    workers : int, optional
        Threads.
    """
    columns, per_year = results.columns, results.scenario.rounds_per_year
    fell = columns["regime_ended"] & ~np.isnan(columns["regime_onset"])
    chosen = np.nonzero(fell)[0][:most]
    onset = np.rint(columns["regime_onset"][chosen] * per_year).astype(np.int64)
    end = onset + np.rint(columns["regime_years"][chosen] * per_year).astype(np.int64)
    begin = np.maximum(onset, end - round(YEARS_BEFORE * per_year))
    replicate = columns["replicate"][chosen].astype(np.int64)
    design, seed = results.design, int(results.provenance["seed"])
    size = lanes_for(design)
    blocks = [slice(first, first + size) for first in range(0, len(chosen), size)]

    def look(block: slice) -> dict[str, NDArray[Any]]:
        lanes = Lanes(
            design, np.zeros(len(replicate[block]), np.intp), replicate[block].astype(np.intp), seed
        )
        return _contributions(*_moments(lanes, begin[block], end[block]))

    return _gather(replicate, on_threads(look, blocks, workers))


@dataclass(frozen=True)
class Moment:
    """The world and what held, each lane at a time of its own."""

    world: World
    setting: Setting
    counted: dict[str, NDArray[np.int32]]

    def terms(self) -> Reals:
        """Mean terms of the margin over ordered pairs, [4, L]."""
        n, lanes = self.world.capability.shape
        terms = np.zeros((n, n, 4, lanes))
        kernel.margins(self.world, allocate_game(n, lanes), self.setting, terms)
        return terms.sum((0, 1)) / (n * (n - 1))  # type: ignore[no-any-return]


def _moments(lanes: Lanes, begin: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[Moment, Moment]:
    before, after = _copy(lanes), _copy(lanes)
    for t in np.unique(np.concatenate([begin, end])):
        lanes.play(int(t))
        lanes.enter_phase()
        for moment, when in ((before, begin), (after, end)):
            _keep_moment(lanes, moment, np.nonzero(when == t)[0])
    return before, after


def _copy(lanes: Lanes) -> Moment:
    return Moment(
        World._make(field.copy() for field in lanes.world),
        _by_lane(lanes),
        {name: getattr(lanes.tally, name).copy() for name in _COUNTED},
    )


def _by_lane(lanes: Lanes) -> Setting:
    """What holds now, a row a lane: lanes are remembered at different times, maybe in different phases."""
    setting, row = lanes.setting, lanes.row
    return setting._replace(
        row=np.arange(len(row), dtype=np.int32),
        parameters=setting.parameters[row],
        states=np.ascontiguousarray(setting.states[:, row]),
        affinity=setting.affinity.copy(),
        prior=setting.prior.copy(),
        strength=setting.strength.copy(),
    )


def _keep_moment(lanes: Lanes, moment: Moment, which: NDArray[np.intp]) -> None:
    for name in World._fields:
        if name != "side":
            getattr(moment.world, name)[..., which] = getattr(lanes.world, name)[..., which]
    setting = _by_lane(lanes)
    for name in ("parameters", "states", "affinity", "prior", "strength"):
        getattr(moment.setting, name)[..., which] = getattr(setting, name)[..., which]
    for name in _COUNTED:
        moment.counted[name][which] = getattr(lanes.tally, name)[which]


def _contributions(before: Moment, after: Moment) -> dict[str, NDArray[Any]]:
    then, now = before.terms(), after.terms()
    found: dict[str, NDArray[Any]] = {"before": then.T, "after": now.T}
    for cause, fields in CAUSES.items():
        back = after.world._replace(**{name: getattr(before.world, name) for name in fields})
        setting = after.setting if fields else before.setting
        found[cause] = now.sum(0) - Moment(back, setting, {}).terms().sum(0)
    alarms, exploited, missed = (after.counted[k] - before.counted[k] for k in _COUNTED)
    found[MIS_SEEN] = alarms >= exploited - missed
    return found


def _gather(replicate: NDArray[np.int64], parts: list[dict[str, NDArray[Any]]]) -> Causes:
    none = {cause: np.zeros(0) for cause in CAUSES} | {"before": np.zeros((0, 4)), "after": np.zeros((0, 4))}
    joined = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]} if parts else none
    names, moved = np.array(list(CAUSES)), np.stack([joined[cause] for cause in CAUSES])
    lowest = moved.argmin(0)
    cause = np.where(moved.min(0, initial=0.0) < -1e-9, names[lowest], CHANCE).astype(object)
    if len(replicate):
        cause[(cause == "trust lost") & joined[MIS_SEEN]] = MIS_SEEN
    found, counts = np.unique(cause.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    shares = {str(found[k]): float(counts[k] / len(replicate)) for k in order}
    return Causes(
        replicate,
        cause.astype(str),
        shares,
        {name: joined[name] for name in CAUSES},
        joined["before"],
        joined["after"],
    )

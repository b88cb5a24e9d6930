"""Rare wars by splitting and roulette: probabilities that plain simulation would need millions of runs for.

A world that comes nearer to the rare event is split: copies of it, each with luck of its own, go on from
where it stands and share its weight. One that moves away is given up, but for a lucky few that take over the
weight of the others. So most of what is played is near the event, and the estimate is unbiased whatever the
weights are: they decide its error alone. *Near* is told by how many pairs are at war and how many estranged,
looked at every quarter. What each of these classes of worlds is worth is learnt in pilots: they count how
classes follow each other, which gives the chance of the event from each, and the variance that a quarter in a
class adds; the weight of a world is the inverse of the root of that. The runs from which all others descend,
the *roots*, are independent, which gives the interval.

References
----------
Kahn & Harris 1951, *National Bureau of Standards Applied Mathematics Series* 12, 27-30 (splitting, roulette).
Glasserman, Heidelberger, Shahabuddin & Zajic 1999, *Operations Research* 47(4), 585-600.
Booth & Hendricks 1984, *Nuclear Technology/Fusion* 5, 90-100 (weights from pilots).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.futures import Places
from regimesim.core.lanes import Design, Lanes, join
from regimesim.scenario.messages import InputError, known
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import as_scenario, check_runs, lanes_for
from regimesim.stats.estimates import Estimate, Floats, tails

RARE_SPELLS = ("systemic", "peace")
"""Events that may be rare: a systemic war, or a first war."""
PILOTS = 3
"""Each of them sees further than the one before."""
_PILOT_SHARE = 0.5
"""Roots of a pilot, of those asked for."""
_MOST_COPIES = 1000
"""Least share of a root's weight that a world may have."""
_CHECKS_A_YEAR = 4
_LANES = 512
"""Lanes of a block, at most: of its own, as what is drawn hangs on it, and not that which is fastest."""
_WARS, _ESTRANGED = 4, 6
"""Classes of worlds: 0, 1, 2, or 3 pairs or more at war; 0 to 4, or 5 or more estranged."""
_CLASSES = _WARS * _ESTRANGED
_LEAST, _NEARER = 1e-7, 8.0
"""A guess at the chance of the event in a quarter: among worlds at peace, and how many times that for each
pair that is estranged."""
_TRUSTED = 200
"""Lanes after which what was seen of a class counts as much as the guess."""
_SMALL = 0.25
"""A block with less than this share of its lanes left is joined with others."""


@dataclass(frozen=True)
class RareEvent:
    """Probability of a rare war, and the cost of finding it.

    Attributes
    ----------
    probability : Estimate
        That it comes within the horizon; the interval is that of its logarithm.
    years : float
    roots : int
        Independent runs from which all others were split.
    weights : float array (4, 6)
        Of a world in each class, relative to a root, by pairs at war and pairs estranged.
    lane_rounds : int
        Rounds played, those of the pilots included.
    cost_ratio : float
        Rounds that plain runs would need for the same standard error, to those played here.
    """

    probability: Estimate
    years: float
    roots: int
    weights: Floats
    lane_rounds: int
    cost_ratio: float


def rare_event(
    scenario: Scenario | str | Path,
    spell: str = "systemic",
    years: float | None = None,
    runs: int = 4096,
    seed: int = 0,
) -> RareEvent:
    """Estimate how probable a rare war is.

    Parameters
    ----------
    scenario : Scenario, name or path
    spell : {"systemic", "peace"}
        The first systemic war, or the first war, ends it.
    years : float, optional
        Horizon; the scenario's own by default.
    runs : int
        Roots.
    seed : int in [0, 2**64)

    Raises
    ------
    InputError
        If an argument cannot be used, or the event was not seen at all.

    Examples
    --------
    >>> found = rare_event("concert", "peace", years=5, runs=256)
    >>> 0.0 < found.probability.lower < found.probability.value < found.probability.upper < 0.1
    True
    """
    known(spell, RARE_SPELLS, "spell")
    check_runs(runs, seed)
    made = as_scenario(scenario, years)
    design = lower(made)
    learnt = _Learnt.nothing(max(1, design.rounds // 2))
    played = 0
    for pilot in range(PILOTS):
        roots = max(64, int(runs * _PILOT_SHARE))
        crowd = _Crowd(design, spell, roots, (seed, pilot + 1), learnt.weights())
        played += crowd.play()
        learnt = learnt.with_more(crowd)
    weights = learnt.weights()
    crowd = _Crowd(design, spell, runs, (seed, 0), weights)
    played += crowd.play()
    if not crowd.came.any():
        raise InputError(
            f"no such war came in {runs} runs and what was split from them; ask for more runs than {runs}"
        )
    estimate = _estimate(crowd.came)
    error = float(estimate.standard_error or 0.0)
    plain = estimate.value * (1 - estimate.value) / error**2 * design.rounds if error > 0 else math.inf
    table = weights.reshape(_WARS, _ESTRANGED)
    return RareEvent(estimate, made.years, runs, table, played, plain / played)


def _estimate(weight: Floats) -> Estimate:
    """The mean over roots, with an interval for its logarithm."""
    value, error = float(weight.mean()), float(weight.std(ddof=1)) / math.sqrt(len(weight))
    reach = math.exp(tails(0.95)[0] * error / value)
    return Estimate(value, value / reach, min(1.0, value * reach), error, 1.0)


class _Block(NamedTuple):
    """Lanes, the root of each, its weight (0: given up, or it came) and its class when last looked at."""

    lanes: Lanes
    root: Places
    weight: Floats
    of_class: Places


class _Crowd:
    """All worlds that descend from some roots, at one time.

    Attributes
    ----------
    came : float array (roots,)
        Weight of the descendants of each root to which the event came.
    moved : float array (C, C + 1)
        Weight that went from one class to another between two looks; the last column is the event.
    looked : float array (C,)
        Lanes that were in each class.
    """

    def __init__(
        self, design: Design, spell: str, roots: int, luck: tuple[int, int], weights: Floats
    ) -> None:
        self.spell, self.weights = spell, weights
        self.size = min(_LANES, lanes_for(design))
        self.came = np.zeros(roots)
        self.moved, self.looked = np.zeros((_CLASSES, _CLASSES + 1)), np.zeros(_CLASSES)
        self.rounds, self.step = design.rounds, max(1, design.rounds_per_year // _CHECKS_A_YEAR)
        self.next = roots
        seeds = np.random.SeedSequence(luck)
        self.roulette = np.random.default_rng(seeds.spawn(1)[0])
        self.seed = int(seeds.generate_state(1, np.uint64)[0])
        self.blocks = []
        for first in range(0, roots, self.size):
            root = np.arange(first, min(roots, first + self.size))
            lanes = Lanes(design, np.zeros(len(root), np.intp), root, self.seed)
            self.blocks.append(_Block(lanes, root, np.ones(len(root)), np.zeros(len(root), np.intp)))

    def play(self) -> int:
        """Play to the horizon; the number of lanes times rounds that it took."""
        played = 0
        for t in range(self.step, self.rounds + self.step, self.step):
            until = min(t, self.rounds)
            for block in self.blocks:
                played += len(block.root) * (until - block.lanes.round)
                block.lanes.play(until)
            self._look()
        return played

    def _look(self) -> None:
        """Note what came, give up what moved away and split what came nearer."""
        kept, parts, rows = [], [], []
        for block in self.blocks:
            copies = self._copies(block)
            alive = block.weight > 0
            if alive.mean() >= _SMALL and len(alive) >= _SMALL * self.size:
                kept.append(block)
                copies = np.maximum(copies - 1, 0)
            places = np.repeat(np.arange(len(copies)), copies)
            if len(places):
                parts.append((block.lanes, places))
                rows.append([values[places] for values in block[1:]])
        self.blocks = kept
        if parts:
            self._add(parts, [np.concatenate(values) for values in zip(*rows, strict=True)])

    def _copies(self, block: _Block) -> NDArray[np.intp]:
        """Lanes that each is to be; the weights are those of one of them afterwards (changed in place)."""
        tally, weight, now = block.lanes.tally, block.weight, class_of(block.lanes)
        came = (tally.systemic_round if self.spell == "systemic" else tally.war_round) >= 0
        np.add.at(self.came, block.root[came], weight[came])
        np.add.at(self.moved, (block.of_class, np.where(came, _CLASSES, now)), weight)
        np.add.at(self.looked, block.of_class, weight > 0)
        weight[came] = 0.0
        wanted = self.weights[now]
        lucky = self.roulette.random(len(weight)) * wanted < weight
        weight[:] = np.where(weight >= wanted, weight, np.where(lucky, wanted * (weight > 0), 0.0))
        copies = np.where(weight > 0, np.maximum(1, np.rint(weight / wanted)), 0).astype(np.intp)
        weight /= np.maximum(1, copies)
        block.of_class[:] = now
        return copies

    def _add(self, parts: Sequence[tuple[Lanes, Places]], rows: Sequence[NDArray[Any]]) -> None:
        """Take lanes in as blocks of their own, each on new luck."""
        number = len(rows[0])
        luck = np.arange(self.next, self.next + number)
        self.next += number
        lanes = join(parts, luck)
        for first in range(0, number, self.size):
            chosen = np.arange(first, min(number, first + self.size))
            block = lanes if number <= self.size else lanes.fork(chosen, luck[chosen])
            self.blocks.append(_Block(block, *(values[chosen] for values in rows)))


class _Learnt(NamedTuple):
    """Knowledge of the classes of worlds that pilots gave.

    Before a class has been looked at often, it is taken to be the nearer to the event the more pairs are
    estranged and, twice as much, at war.
    """

    moved: Floats  # (C, C + 1) weight
    looked: Floats  # (C,) lanes
    looks: int  # as far ahead as the value of a class is reckoned

    @classmethod
    def nothing(cls, looks: int) -> _Learnt:
        return cls(np.zeros((_CLASSES, _CLASSES + 1)), np.zeros(_CLASSES), looks)

    def with_more(self, crowd: _Crowd) -> _Learnt:
        """The same with what another pilot saw."""
        return _Learnt(self.moved + crowd.moved, self.looked + crowd.looked, self.looks)

    def weights(self) -> Floats:
        """Weight of a world in each class, relative to a root."""
        chances = self._chances()
        value = np.zeros(_CLASSES)
        for _ in range(self.looks):
            value = chances[:, :-1] @ value + chances[:, -1]
        ends = np.append(value, 1.0)
        variance = (chances * (ends[None] - value[:, None]) ** 2).sum(axis=1)
        weights: Floats = np.clip(np.sqrt(variance[0] / variance), 1.0 / _MOST_COPIES, 1.0)
        return weights

    def _chances(self) -> Floats:
        """Factor of a class between two looks: what was seen, and the less of it the more of a guess."""
        war, apart = np.divmod(np.arange(_CLASSES), _ESTRANGED)
        guess = np.zeros((_CLASSES, _CLASSES + 1))
        guess[:, -1] = np.minimum(_LEAST * _NEARER ** (2 * war + apart), 0.1)
        guess[np.arange(_CLASSES), np.arange(_CLASSES)] = 1.0 - guess[:, -1]
        seen = self.moved / np.maximum(self.moved.sum(axis=1), 1e-300)[:, None]
        share = (self.looked / (self.looked + _TRUSTED))[:, None]
        chances: Floats = share * seen + (1.0 - share) * guess
        return chances


def class_of(lanes: Lanes) -> NDArray[np.intp]:
    """The class of each lane's world, by how many pairs are at war and how many estranged."""
    world = lanes.world
    upper = np.triu(np.ones(world.left.shape[:2], np.bool_), 1)
    war = (world.at_war[upper] > 0).sum(axis=0)
    apart = ((world.left[upper] > 0) & (world.at_war[upper] == 0)).sum(axis=0)
    return np.asarray(np.minimum(war, _WARS - 1) * _ESTRANGED + np.minimum(apart, _ESTRANGED - 1), np.intp)

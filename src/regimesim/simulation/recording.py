"""Recording of a block of lanes: yearly series and dated events, lane by lane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Lanes
from regimesim.simulation.blocs import blocs_fit, has_rival_blocs
from regimesim.simulation.columns import QUANTITIES, Recording
from regimesim.simulation.watching import Watch
from regimesim.stats.arrays import Array


def play_and_record(lanes: Lanes) -> Recording:
    """Play a block to its horizon, noting what happens."""
    rounds, per_year = lanes.design.rounds, lanes.design.rounds_per_year
    years = -(-rounds // per_year)
    yearly = np.zeros((len(QUANTITIES), years, len(lanes.points)), np.float32)
    watch, year = Watch(lanes), RecordedYear(lanes)
    while lanes.round < rounds:
        lanes.play(lanes.round + 1)
        watch.keep()
        year.count()
        if lanes.round % per_year == 0 or lanes.round == rounds:
            yearly[:, (lanes.round - 1) // per_year] = year.end()
    return Recording(yearly, watch.events(), _pair_spells(lanes))


def _pair_spells(lanes: Lanes) -> NDArray[np.int32]:
    i, j = np.triu_indices(lanes.world.capability.shape[0], 1)
    tally = lanes.tally
    return np.stack([tally.pair_onset[i, j], tally.pair_breakdown[i, j], tally.pair_war[i, j]])


class RecordedYear:
    """The year that is running: sums over its rounds, and how things stand when it ends."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.disputes = lanes.tally.disputes.copy()
        self._begin()

    def _begin(self) -> None:
        self.first = self.lanes.round
        self.apart = self.lanes.tally.apart.copy()
        self.hostile = np.zeros(self.lanes.world.open.shape, np.bool_)

    def count(self) -> None:
        """Count the round that has just been played: pairs that were not open in it are hostile."""
        self.hostile |= self.lanes.world.open == 0

    def end(self) -> NDArray[np.float64]:
        """Rows of ``QUANTITIES`` for the year that ends here."""
        lanes, world, tally = self.lanes, self.lanes.world, self.lanes.tally
        n, rounds = world.capability.shape[0], lanes.round - self.first
        pairs, off = n * (n - 1) / 2, ~np.eye(n, dtype=np.bool_)
        fit = blocs_fit(self.hostile)
        means: dict[str, Array] = {
            "cooperation": tally.cooperating[self.first : lanes.round].sum(0) / (rounds * pairs),
            "trust": world.trust[off].sum(0) / (2 * pairs),
            "norm": world.norm.sum(0) / n,
            "credibility": world.credibility,
            "war": (world.at_war[off] > 0).sum(0) / (2 * pairs),
            "estranged": (tally.apart - self.apart) / (rounds * pairs),
            "disputes": tally.disputes - self.disputes,
            "buffers": world.sovereign.sum(0) / max(1, len(world.sovereign)),
            "revisionism": world.revisionism.sum(0) / n,
            "blocs_fit": fit,
            "rival_blocs": has_rival_blocs(self.hostile, fit),
        }
        terms = lanes.margins()  # last: a phase that begins with the next round begins here
        for term, name in enumerate(("now", "future", "law", "norm_term")):
            means[name] = terms[:, :, term].sum((0, 1)) / (2 * pairs)
        self.disputes = tally.disputes.copy()
        self._begin()
        return np.stack([means[name] for name in QUANTITIES])

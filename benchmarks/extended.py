"""Mechanisms and states in Python in a batch: how much slower they are than the rules alone."""

from __future__ import annotations

from functools import partial

from benchmarks.timing import Rate, Row, in_turn, rate, ratios
from regimesim.core.steps import STEPS
from regimesim.simulation.agents import State
from regimesim.simulation.mechanisms.mechanism import Mechanism, Moment
from regimesim.simulation.model import RegimeModel
from regimesim.simulation.simulate import simulate

TITLE = "Mechanisms and states in Python"
RUNS, FEW = 512, 32


class Light(Mechanism):
    """Comes in once a round, and writes one array of pairs."""

    writes = ("law",)

    def before_decide(self, moment: Moment) -> None:
        """Raise every expected sanction by nothing."""
        moment.law[:] += 0.0


class Everywhere(Mechanism):
    """Comes in before every step."""


for _step in STEPS:
    setattr(Everywhere, f"before_{_step}", lambda self, moment: None)


class Minded(State):
    """Decides by its trust, as the shortest state in Python would."""

    def intend(self, other: State) -> bool:
        """Cooperate where there is trust."""
        return self.trust_in(other) > 0.5


def measure(repetitions: int) -> list[Row]:
    """Centuries of the Concert a second, against the rules alone in a batch of the same size."""
    found = in_turn(
        {
            "plain": _batch(RUNS),
            "one": _batch(RUNS, mechanisms=[Light()]),
            "all": _batch(RUNS, mechanisms=[Everywhere()]),
            "mind": _batch(FEW, agents={"France": Minded}),
            "stepped": rate(lambda: RegimeModel("concert", 0, 0, {"France": Minded}).run(), 1),
        },
        repetitions,
    )
    return [
        Row("slower with a mechanism at one place of a round", ratios(found["plain"], found["one"]), "times"),
        Row("slower with one at eleven places", ratios(found["plain"], found["all"]), "times"),
        Row("a run with a state in Python, in a batch", [1e3 / x for x in found["mind"]], "milliseconds"),
        Row("slower than the rules alone", ratios(found["plain"], found["mind"]), "times"),
        Row("the same run stepped in Mesa", [1e3 / x for x in found["stepped"]], "milliseconds"),
    ]


def _batch(runs: int, **extended: object) -> Rate:
    play = partial(simulate, "concert", runs, workers=1, record=0, **extended)  # type: ignore[arg-type]
    return rate(play, runs)

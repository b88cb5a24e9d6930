"""Is it a regime? What the sources would ask of a scenario, and what the runs answer.

The *strong test* (Lipson; Jervis 1982): outcomes differ from those of power alone. The twin world has the
same seeds and powers and no institutions (:mod:`regimesim.analysis.arrangements`). The *weaker test*:
institutions lower the costs of transactions, steady expectations, help to coordinate. Beside both stand
Jervis's *restraint* against short-run interest, and whether *expectations converge*.

A test says *yes* only where the interval lies beyond a trifle (:data:`TRIFLE`), *no* only where it lies short
of one, *partly* where there is an effect that may be a trifle, *open* where the runs do not tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from regimesim.analysis.ablation import Worlds
from regimesim.analysis.arrangements import INSTITUTIONS
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.results import Results
from regimesim.simulation.simulate import Progress, lanes_for, on_threads
from regimesim.stats.estimates import Estimate, Floats, mean_of, value_and_ends

if TYPE_CHECKING:
    import pandas as pd

Ruling = Literal["yes", "partly", "no", "open"]

TRIFLE = 0.05
"""Too little to matter: of the horizon, of 1 for shares and errors, of the wars there would be (a
assumption)."""

SAME = Estimate(0.0, 0.0, 0.0, 0.0, 1.0)
"""Differences of a world from itself."""

NEAR_MARGIN = 0.1
"""Expectations with a smaller error than this have converged (an assumption)."""


@dataclass(frozen=True)
class Test:
    """One test.

    Attributes
    ----------
    name, question : str
    outcome : {"yes", "partly", "no", "open"}
    words : str
        The answer in a sentence, with the numbers that carry it.
    numbers : mapping of str to Estimate
    """

    name: str
    question: str
    outcome: Ruling
    words: str
    numbers: Mapping[str, Estimate]

    __test__ = False  # not a test of the program's


@dataclass(frozen=True)
class Verdict:
    """The outcome of :func:`is_it_a_regime`; ``institutions`` are what the twin is without."""

    scenario: str
    runs: int
    horizon: float
    institutions: tuple[str, ...]
    tests: tuple[Test, ...]

    def __getitem__(self, name: str) -> Test:
        return next(test for test in self.tests if test.name == name)

    @property
    def weaker(self) -> Ruling:
        """The weaker test as a whole: all three parts, some, none, or open."""
        parts = [self[name].outcome for name in WEAKER]
        if all(part == "yes" for part in parts):
            return "yes"
        if any(part in ("yes", "partly") for part in parts):
            return "partly"
        return "open" if "open" in parts else "no"

    @property
    def sentence(self) -> str:
        """The whole in a sentence or two; where tests disagree, it says so."""
        who, answers = spoken(self.scenario), self.answers
        if len(set(answers.values())) == 1:
            return f"{who}: all tests say {next(iter(answers.values()))}."
        listed = "; ".join(f"{name}: {outcome}" for name, outcome in answers.items())
        found = {test.outcome for test in self.tests}
        if "no" in found and found & {"yes", "partly"}:
            return (
                f"{who}: {listed}. The tests disagree, as Jervis and Lipson do over the Cold War: whether it "
                "is a regime depends on what is asked of one."
            )
        return f"{who}: {listed}."

    @property
    def answers(self) -> dict[str, Ruling]:
        """Outcomes, the weaker test as one."""
        return {
            "strong test": self["strong test"].outcome,
            "weaker test": self.weaker,
            "restraint": self["restraint"].outcome,
            "convergence": self["convergence"].outcome,
        }

    def frame(self) -> pd.DataFrame:
        """A row a number: test, outcome, number, value, lower, upper."""
        import pandas as pd

        rows = [
            (test.name, test.outcome, name, *value_and_ends(number))
            for test in self.tests
            for name, number in test.numbers.items()
        ]
        return pd.DataFrame(rows, columns=["test", "outcome", "number", "value", "lower", "upper"])

    def plain(self) -> dict[str, Any]:
        """Everything as plain values."""
        tests = [
            {
                "test": t.name,
                "question": t.question,
                "outcome": t.outcome,
                "words": t.words,
                "numbers": {name: value_and_ends(number) for name, number in t.numbers.items()},
            }
            for t in self.tests
        ]
        return {"verdict": self.sentence, "weaker test": self.weaker, "tests": tests}

    def __str__(self) -> str:
        lines = [f"  {t.name:<18}{t.outcome:<8}{t.words}" for t in self.tests]
        return "\n".join([f"Is it a regime?  {self.sentence}", *lines])


WEAKER = ("transaction costs", "expectations", "coordination")


def is_it_a_regime(
    scenario: Scenario | str | Path | Worlds,
    runs: int = 1000,
    seed: int = 0,
    years: float | None = None,
    workers: int | None = None,
    *,
    progress: Progress | None = None,
) -> Verdict:
    """Put a scenario to the tests; arguments as in :func:`regimesim.analysis.ablation.ablate`."""
    worlds = (
        scenario if isinstance(scenario, Worlds) else Worlds(scenario, runs, seed, years, workers, progress)
    )
    institutions = tuple(name for name in worlds.present if name in INSTITUTIONS)
    full, twin = worlds.results(), worlds.results(institutions)
    tests = (
        _strong(worlds, institutions),
        _costs(full, twin),
        _less(
            full,
            twin,
            "expectations",
            "Do institutions make others' acts more expected?",
            "expectation_error",
            "mean error of expectation",
        ),
        _less(
            full,
            twin,
            "coordination",
            "Do institutions help states to cooperate?",
            "cooperation_rate",
            "share of pairs that cooperate",
            sign=1.0,
        ),
        _restraint(full, twin),
        _convergence(*errors_by_half(worlds)),
    )
    return Verdict(worlds.scenario.name, worlds.runs, worlds.scenario.years, institutions, tests)


def judged(effect: Estimate, trifle: float) -> Ruling:
    """Judge, from an interval, an effect that ought to be positive."""
    if effect.lower > trifle:
        return "yes"
    if effect.upper < trifle:
        return "no"
    return "partly" if effect.lower > 0 else "open"


def _strong(worlds: Worlds, institutions: Sequence[str]) -> Test:
    horizon = worlds.scenario.years
    gains = {s: worlds.difference(institutions, (), s, horizon).paired for s in ("regime", "peace")}
    alone = worlds.results(institutions).summary("regime", horizon).rmst
    outcome = judged(gains["regime"], TRIFLE * horizon)
    if not institutions:
        words = "There are no institutions to take away: what lasts here is power's work."
    else:
        said = {
            "yes": "Institutions lengthen cooperation",
            "partly": "Institutions lengthen cooperation, perhaps by little",
            "no": "Institutions add nothing that matters to what power alone gives",
            "open": "It cannot be distinguished from the work of power alone",
        }[outcome]
        words = (
            f"{said}: {gains['regime'].text()} of {horizon:g} years of cooperation hang on them, and "
            f"{gains['peace'].text()} of peace; power alone gives {alone.text()} of cooperation."
        )
    numbers = {"cooperation gained": gains["regime"], "peace gained": gains["peace"], "power alone": alone}
    return Test("strong test", "Do outcomes differ from those of power alone?", outcome, words, numbers)


def _costs(full: Results, twin: Results) -> Test:
    """Quarrels settled short of war: wars for each dispute, a ratio of sums, by its influence function."""
    (mine, spread), (theirs, other) = (
        _ratio_of_means(r.columns["wars"], r.columns["disputes"]) for r in (full, twin)
    )
    gain = SAME if full is twin else mean_of(theirs + other - mine - spread, 1.0)
    outcome = "no" if full is twin else judged(gain, TRIFLE * theirs)
    found = mean_of(mine + spread, 1.0), mean_of(theirs + other, 1.0), gain
    numbers = dict(zip(("wars a dispute", "without institutions", "saved"), found, strict=True))
    words = (
        f"Of 100 disputes {100 * mine:.1f} end in war, and {100 * theirs:.1f} without institutions "
        f"({_hundred(gain)} saved)."
    )
    if mine == theirs == 0:
        words = "No dispute ends in war, with institutions or without."
    return Test("transaction costs", "Do institutions settle quarrels short of war?", outcome, words, numbers)


def _ratio_of_means(above: NDArray[Any], below: NDArray[Any]) -> tuple[float, Floats]:
    over, under = np.asarray(above, np.float64), np.asarray(below, np.float64)
    if under.sum() == 0:
        return 0.0, np.zeros(len(over))
    ratio = float(over.sum() / under.sum())
    return ratio, (over - ratio * under) / under.mean()


def _less(
    full: Results, twin: Results, name: str, question: str, column: str, noun: str, sign: float = -1.0
) -> Test:
    mine, theirs = (np.asarray(r.columns[column], np.float64) for r in (full, twin))
    gain = SAME if full is twin else mean_of(sign * (mine - theirs), 1.0)
    words = (
        f"The {noun} is {mine.mean():.2f}, without institutions {theirs.mean():.2f} "
        f"({'less' if sign < 0 else 'more'} by {gain.text()})."
    )
    if sign < 0 and theirs.mean() < mine.mean():
        words += " Settled enmity is expected too."
    numbers = {noun: mean_of(mine, 1.0), "without institutions": mean_of(theirs, 1.0), "gained": gain}
    return Test(name, question, judged(gain, TRIFLE), words, numbers)


def _restraint(full: Results, twin: Results) -> Test:
    """Measure how often states forgo an immediate gain, and how much of that power alone gives."""
    shares, forgone = [], []
    for results in (full, twin):
        columns = results.columns
        shares.append(np.asarray(columns["restraint_against_interest"], np.float64))
        forgone.append(shares[-1] * (1 - columns["exploitation_rate"]))
    gain = SAME if full is twin else mean_of(forgone[0] - forgone[1], 1.0)
    words = (
        f"In {100 * forgone[0].mean():.0f} % of their dealings states cooperate though defection would pay "
        f"at once, without institutions in {100 * forgone[1].mean():.0f} % ({_hundred(gain)} more); "
        f"{100 * shares[0].mean():.0f} % of all cooperation is of this kind."
    )
    found = mean_of(forgone[0], 1.0), mean_of(forgone[1], 1.0), gain, mean_of(shares[0], 1.0)
    names = "against interest", "without institutions", "gained", "share of restraint"
    question = "Do institutions bring restraint against short-run interest?"
    numbers = dict(zip(names, found, strict=True))
    return Test("restraint", question, judged(gain, TRIFLE), words, numbers)


def _convergence(first: Floats, second: Floats) -> Test:
    fall, early, late = mean_of(first - second, 1.0), mean_of(first, 1.0), mean_of(second, 1.0)
    outcome, said = _course_of_errors(fall, near=late.upper < NEAR_MARGIN)
    rise = Estimate(-fall.value, -fall.upper, -fall.lower)
    moved = f"down by {fall.text()}" if fall.value >= 0 else f"up by {rise.text()}"
    words = (
        f"Expectations {said}: their mean error is {early.value:.2f} in the first half of the years and "
        f"{late.value:.2f} in the second ({moved})."
    )
    numbers = {"error, first half": early, "error, second half": late, "fall": fall}
    return Test("convergence", "Do expectations converge?", outcome, words, numbers)


def _course_of_errors(fall: Estimate, near: bool) -> tuple[Ruling, str]:
    """Judge by how much errors fall from the first half to the second; ``near``: the second are small.

    Errors that are small and grow have not converged: it is *partly* where they grow by a trifle at most.
    """
    grows = fall.upper < 0
    if near and not grows:
        return "yes", "have converged"
    if near:
        little = -fall.lower <= TRIFLE
        return ("partly", "are near to what is done, but grow less so") if little else ("no", "diverge")
    outcome = judged(fall, TRIFLE)
    said = {
        "yes": "converge",
        "partly": "converge, perhaps by little",
        "no": "diverge" if grows else "do not converge",
        "open": "are not shown to converge",
    }
    return outcome, said[outcome]


def errors_by_half(worlds: Worlds) -> tuple[Floats, Floats]:
    """Mean |trust - what was then done| over the first half of the rounds and over the second, run by run."""
    under = worlds.under
    design = lower(worlds.scenario) if under is None else under.design()
    size, half = lanes_for(design), max(1, design.rounds // 2)

    def play(first: int) -> Floats:
        last = min(worlds.runs, first + size)
        replicates = np.arange(first, last)
        points = np.zeros(last - first, np.intp) if under is None else under.draw_of(replicates)
        lanes = Lanes(design, points, replicates, worlds.seed)
        counts = []
        for until in (half, design.rounds):
            lanes.play(until)
            counts.append((lanes.tally.error.copy(), lanes.tally.dealt.copy()))
        (error, dealt), (errors, dealings) = counts
        return np.stack([error / np.maximum(dealt, 1), (errors - error) / np.maximum(dealings - dealt, 1)])

    parts = on_threads(play, range(0, worlds.runs, size), worlds.workers)
    first, second = np.concatenate(parts, axis=1)
    return first, second


def _hundred(share: Estimate) -> str:
    return Estimate(100 * share.value, 100 * share.lower, 100 * share.upper).text()

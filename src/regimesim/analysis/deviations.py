"""Does cheating pay? One state plays otherwise than the rules say, on the same luck as a run in which it
does not.

A *deviation* is a secret: the others go on as if the state were like them, and learn of it only by what they
see. It may change what the state does in pairs that are open, whether it acts on its accusations, and
whether it joins sanctions. What it *loses* is its payoff in the run without the deviation minus that with
it, a flow per year.

Theory says that one defection does not pay where the margin, without the norm, is positive: a norm keeps a
state from what would pay. With choices that slip at a temperature of lambda this is asked of decisions in
which that margin exceeds 2 lambda, the *firm* ones. A deviation may be confined to defections there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim.core.decision import NORM
from regimesim.core.lanes import Lanes
from regimesim.core.world import Bits
from regimesim.scenario.messages import known
from regimesim.scenario.scenario import Phase, Power, Scenario
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import as_scenario, check_runs
from regimesim.stats.estimates import Estimate, Floats, mean

AutomatonTable = NDArray[np.int8]
"""Automata of memory two: [V, 25], 1 where one of them cooperates after a history."""

FIRM = 2.0
"""A decision is firm where the margin without the norm is above this multiple of the temperature."""
HISTORIES = 25
_OUTCOMES = 5
"""Of a round: closed (estranged or at war), and by own and seen action DD, DC, CD, CC."""
_PEACE = _OUTCOMES * 4 + 4


class Deviation:
    """A way to play otherwise; it keeps what it remembers of a block of lanes between rounds.

    Attributes
    ----------
    name, about : str
        Words for a table.
    defects : bool
        Whether it changes intentions, so that it may be confined to firm decisions.
    """

    name = "none"
    about = "the rules of the model"
    defects = True

    def begin(self, lanes: Lanes, state: int) -> None:
        """Before the first round."""

    def choose(self, lanes: Lanes, state: int) -> None:
        """Between decision and act: change what ``lanes`` hold of the state's choices, in place."""

    def learn(self, lanes: Lanes, state: int) -> None:
        """After a round."""


def _set(lanes: Lanes, state: int, cooperates: Bits | NDArray[np.bool_], where: object = True) -> None:
    """Intentions towards all others, where the pair is open and the state withholds nothing."""
    world = lanes.world
    free = (world.open[state] == 1) & (world.withheld[state] == 0) & np.asarray(where, np.bool_)
    world.intend[state] = np.where(free, cooperates, world.intend[state])


class Once(Deviation):
    """Defects against all others in one round."""

    name = "once"
    about = "defects once, after five years"

    def __init__(self, year: float = 5.0) -> None:
        self.year = year

    def choose(self, lanes: Lanes, state: int) -> None:
        if lanes.round == int(self.year * lanes.design.rounds_per_year + 0.5):
            _set(lanes, state, np.zeros_like(lanes.world.intend[state]))


class OneIn(Deviation):
    """Defects against all others in one round of several."""

    about = "defects in one round of {} and else follows the rules"

    def __init__(self, rounds: int = 4) -> None:
        self.rounds = rounds
        self.name, self.about = f"one in {rounds}", self.about.format(rounds)

    def choose(self, lanes: Lanes, state: int) -> None:
        if lanes.round % self.rounds == self.rounds - 1:
            _set(lanes, state, np.zeros_like(lanes.world.intend[state]))


class WhileTrusted(Deviation):
    """Defects against those that trust it, and follows the rules until they do again."""

    name = "while trusted"

    def __init__(self, trust: float = 0.9) -> None:
        self.trust = trust
        self.about = f"defects where the other's trust is at least {trust:g}"

    def choose(self, lanes: Lanes, state: int) -> None:
        trusted = lanes.world.trust[:, state] >= self.trust
        _set(lanes, state, np.zeros_like(lanes.world.intend[state]), trusted)


class BeforeTheEnd(Deviation):
    """Defects in the last years, after which nothing is counted."""

    name = "before the horizon"

    def __init__(self, years: float = 1.0) -> None:
        self.years = years
        self.about = f"defects in the last {years:g} year" + ("" if years == 1 else "s")

    def choose(self, lanes: Lanes, state: int) -> None:
        if lanes.design.rounds - lanes.round <= self.years * lanes.design.rounds_per_year:
            _set(lanes, state, np.zeros_like(lanes.world.intend[state]))


class AfterAccusation(Deviation):
    """Answers every accusation against it with one defection, as soon as the pair is open again."""

    name = "after accusation"
    about = "defects once after every accusation against it"

    def begin(self, lanes: Lanes, state: int) -> None:
        self.accused = np.zeros_like(lanes.world.intend[state])

    def choose(self, lanes: Lanes, state: int) -> None:
        answers = (self.accused == 1) & (lanes.world.open[state] == 1)
        _set(lanes, state, np.zeros_like(lanes.world.intend[state]), answers)
        self.accused[answers] = 0

    def learn(self, lanes: Lanes, state: int) -> None:
        self.accused |= (lanes.world.charge[:, state] != 0).astype(np.int8)


class Always(Deviation):
    """Defects in every round."""

    name = "always"
    about = "defects in every round"

    def choose(self, lanes: Lanes, state: int) -> None:
        _set(lanes, state, np.zeros_like(lanes.world.intend[state]))


class Never(Deviation):
    """Cooperates in every open round, whatever its margin says."""

    name = "never defect"
    about = "cooperates in every open round"
    defects = False

    def choose(self, lanes: Lanes, state: int) -> None:
        _set(lanes, state, np.ones_like(lanes.world.intend[state]))


class NeverAccuse(Deviation):
    """Acts on no accusation of its own, or on a share of those on which it would act: a secret leniency."""

    defects = False

    def __init__(self, share: float = 0.0) -> None:
        self.share = share
        self.name = "accuse less" if share else "never accuse"
        acts = f"{share:g} of the accusations it would act on" if share else "no accusation of its own"
        self.about = f"acts on {acts}, though the others reckon with its resolve"

    def choose(self, lanes: Lanes, state: int) -> None:
        row = lanes.row
        own = lanes.setting.states["resolve"][state, row]
        shared = lanes.setting.parameters["shadow"]["resolve"][row]
        lanes.game.pursue[state] = self.share * np.where(own >= 0.0, own, shared)


class NeverJoin(Deviation):
    """Joins no sanction, though the others reckon with it."""

    name = "never join"
    about = "joins no sanction, though the others reckon with it"
    defects = False

    def choose(self, lanes: Lanes, state: int) -> None:
        lanes.game.join[state] = 0.0


class MemoryTwo(Deviation):
    """Follows an automaton that remembers two rounds: own action and what was seen, or that the pair was
    closed.

    Parameters
    ----------
    tables : int8 array (25,) or (L, 25)
        1 where it cooperates after a history, which is numbered 5 * (the round before last) + (the last),
        with 0 for a closed round and 1 + 2 * own + seen for an open one; one table, or one for each lane.
    """

    name = "best of memory two"
    about = "the best answer found among automata that remember two rounds"

    def __init__(self, tables: AutomatonTable) -> None:
        self.tables = np.atleast_2d(tables)

    def begin(self, lanes: Lanes, state: int) -> None:
        shape = lanes.world.intend[state].shape
        self.history = np.full(shape, _PEACE)
        self.of_lane = np.broadcast_to(self.tables, (shape[1], HISTORIES))

    def choose(self, lanes: Lanes, state: int) -> None:
        _set(lanes, state, self.of_lane[np.arange(len(self.of_lane)), self.history])

    def learn(self, lanes: Lanes, state: int) -> None:
        world = lanes.world
        seen = 1 + 2 * world.action[state] + world.seen[state]
        self.history = _OUTCOMES * (self.history % _OUTCOMES) + np.where(world.open[state] == 1, seen, 0)


LIBRARY: tuple[Callable[[], Deviation], ...] = (
    Once,
    OneIn,
    lambda: OneIn(8),
    WhileTrusted,
    BeforeTheEnd,
    AfterAccusation,
    Always,
    Never,
    NeverAccuse,
    lambda: NeverAccuse(0.5),
    NeverJoin,
)
"""Every deviation but the best answer, which has to be found."""


class Played(NamedTuple):
    """Payoffs and acts of a state in each lane."""

    payoff: Floats  # (L,) mean flow per year
    present: Floats  # (L,) the same with each round weighted by the state's discounting
    defections: Floats  # (L,) a year, over the others
    firm: Floats  # (L,) share of its decisions with a firm margin; NaN if nobody asked


@dataclass(frozen=True)
class Loss:
    """Loss of a state by a deviation.

    Attributes
    ----------
    deviation, about, state : str
    payoff : Estimate
        Flow per year without the deviation.
    loss : Estimate
        What the deviation takes from it, per year over the horizon; below 0 it pays.
    present : Estimate
        The same with the future discounted, as the state does: a flow too.
    firm_loss : Estimate or None
        ``loss`` of the deviation confined to defections in firm decisions; None where it changes no
        intentions.
    defections : float
        A year, over all others, more than without.
    firm : float
        Share of the state's decisions that are firm, without the deviation.
    """

    deviation: str
    about: str
    state: str
    payoff: Estimate
    loss: Estimate
    present: Estimate
    firm_loss: Estimate | None
    defections: float
    firm: float

    @property
    def pays(self) -> bool:
        """True if it pays beyond luck."""
        return self.loss.upper < 0.0


def losses(
    scenario: Scenario | str,
    state: str,
    deviations: Sequence[Deviation] | None = None,
    runs: int = 200,
    seed: int = 0,
    years: float | None = None,
) -> list[Loss]:
    """Measure what each deviation costs one state, on the same seeds as the run without it.

    Parameters
    ----------
    scenario : Scenario, name or path
    state : str
        A prudent state.
    deviations : sequence of Deviation, optional
        :data:`LIBRARY` by default.
    runs, seed : int
    years : float, optional
        Horizon; the scenario's own by default.

    Raises
    ------
    InputError
        If an argument cannot be used.

    Examples
    --------
    >>> from regimesim.scenario.reading import read_scenario
    >>> pair = read_scenario({"states": {"Athens": {}, "Sparta": {}}}, "greece")
    >>> (found,) = losses(pair, "Athens", [Always()], runs=2, years=10)  # 5, then 1s, instead of 3s
    >>> round(found.loss.value, 3)
    1.9
    """
    made = as_scenario(scenario, years)
    check_runs(runs, seed)
    place = made.states.index(known(state, made.states, "state"))
    without = play_with_deviation(made, place, Deviation(), runs, seed, watch=True)
    found = []
    for each in [make() for make in LIBRARY] if deviations is None else deviations:
        with_it = play_with_deviation(made, place, each, runs, seed)
        firm = play_with_deviation(made, place, each, runs, seed, firm=True) if each.defects else None
        found.append(_loss(each, state, without, with_it, firm))
    return found


def _lenient(state: Power, share: float, phase: Phase) -> Power:
    own, shared = float(state["resolve"]), float(phase.parameters["shadow.resolve"])
    return replace(state, settings={**state.settings, "resolve": share * (own if own >= 0.0 else shared)})


def known_leniency(
    scenario: Scenario | str, state: str, share: float, runs: int = 200, seed: int = 0
) -> Loss:
    """Measure what it costs a state to be known as lenient, beside the same leniency in secret.

    Parameters
    ----------
    scenario : Scenario, name or path
    state : str
    share : float in [0, 1]
        Of its own resolve; all others know it.
    runs, seed : int

    Raises
    ------
    InputError
        If an argument cannot be used.
    """
    made = as_scenario(scenario)
    check_runs(runs, seed)
    place = made.states.index(known(state, made.states, "state"))
    phases = [
        replace(
            phase,
            states=tuple(
                _lenient(one, share, phase) if k == place else one for k, one in enumerate(phase.states)
            ),
        )
        for phase in made.phases
    ]
    lenient = Deviation()
    lenient.name = "known leniency"
    lenient.about = f"is known to act on {share:g} of the accusations it would act on"
    without = play_with_deviation(made, place, Deviation(), runs, seed, watch=True)
    with_it = play_with_deviation(replace(made, phases=tuple(phases)), place, lenient, runs, seed)
    return _loss(lenient, state, without, with_it, None)


def _loss(deviation: Deviation, state: str, without: Played, with_it: Played, firm: Played | None) -> Loss:
    return Loss(
        deviation.name,
        deviation.about,
        state,
        mean(without.payoff),
        mean(without.payoff - with_it.payoff),
        mean(without.present - with_it.present),
        None if firm is None else mean(without.payoff - firm.payoff),
        float((with_it.defections - without.defections).mean()),
        float(without.firm.mean()),
    )


def play_with_deviation(
    scenario: Scenario,
    state: int,
    deviation: Deviation,
    runs: int,
    seed: int = 0,
    *,
    firm: bool = False,
    watch: bool = False,
    copies: int = 1,
) -> Played:
    """Play a scenario to its horizon with one state that deviates.

    Parameters
    ----------
    firm : bool
        Whether the deviation is confined to defections in firm decisions.
    watch : bool
        Whether to count such decisions.
    copies : int
        Lanes for each replicate, one after the other: a deviation may differ from lane to lane.
    """
    design = lower(scenario)
    replicates = np.tile(np.arange(runs), copies)
    lanes = Lanes(design, np.zeros(len(replicates), np.intp), replicates, seed)
    account = _Account(lanes, state)
    deviation.begin(lanes, state)
    while lanes.round < design.rounds:
        lanes.decide()
        sure = _firm(lanes, state) if firm or watch else None
        if watch and sure is not None:
            account.count_firm(sure)
        before = lanes.world.intend[state].copy()
        deviation.choose(lanes, state)
        if firm and sure is not None:
            lanes.world.intend[state] = np.where(sure, lanes.world.intend[state] & before, before)
        lanes.carry_out()
        deviation.learn(lanes, state)
        account.add()
    return account.close()


class _Account:
    """Account of what a state is paid and does."""

    def __init__(self, lanes: Lanes, state: int) -> None:
        self.lanes, self.state = lanes, state
        self.paid, self.present, self.defected = np.zeros((3, len(lanes.points)))
        self.sure, self.decided = np.zeros((2, len(lanes.points)))
        self.weight, self.weights = 1.0, 0.0

    def count_firm(self, sure: NDArray[np.bool_]) -> None:
        free = (self.lanes.world.open[self.state] == 1) & (self.lanes.world.withheld[self.state] == 0)
        self.sure += (sure & free).sum(axis=0)
        self.decided += free.sum(axis=0)

    def add(self) -> None:
        world, game = self.lanes.world, self.lanes.game
        self.paid += world.payoff[self.state]
        self.present += self.weight * world.payoff[self.state]
        self.defected += ((world.open[self.state] == 1) & (world.action[self.state] == 0)).sum(axis=0)
        self.weights += self.weight
        self.weight *= float(game.discount[0])

    def close(self) -> Played:
        m, rounds = self.lanes.design.rounds_per_year, self.lanes.design.rounds
        with np.errstate(invalid="ignore"):
            firm = self.sure / self.decided if self.decided.any() else np.full(len(self.sure), np.nan)
        return Played(
            m * self.paid / rounds, m * self.present / self.weights, m * self.defected / rounds, firm
        )


def _firm(lanes: Lanes, state: int) -> NDArray[np.bool_]:
    """Towards whom, and in which lanes, what the state has to lose exceeds 2 lambda, (N, L)."""
    margin = lanes.margins()[state][:, :NORM].sum(axis=1)
    return np.asarray(margin > FIRM * lanes.game.temperature)


def best_answer(scenario: Scenario, state: int, runs: int = 40, seed: int = 0, passes: int = 6) -> MemoryTwo:
    """Search the automata of memory two for the one that earns a state most.

    Climbs from the best of a few well-known ones by the single change that gains most, as long as one gains.
    All are played on the same seeds, so that the best one's gain is overrated there: judge it on others.
    """
    tables = _starts()
    earned = _earned(scenario, state, tables, runs, seed)
    table, best = tables[earned.argmax()], float(earned.max())
    for _ in range(passes):
        changed = table ^ np.eye(HISTORIES, dtype=np.int8)
        earned = _earned(scenario, state, changed, runs, seed)
        if earned.max() <= best:
            break
        table, best = changed[earned.argmax()], float(earned.max())
    return MemoryTwo(table)


def _earned(scenario: Scenario, state: int, tables: AutomatonTable, runs: int, seed: int) -> Floats:
    """Mean payoff of each automaton."""
    deviation = MemoryTwo(np.repeat(tables, runs, axis=0))
    payoff = play_with_deviation(scenario, state, deviation, runs, seed, copies=len(tables)).payoff
    return np.asarray(payoff.reshape(len(tables), runs).mean(axis=1))


def _starts() -> AutomatonTable:
    """Automata to climb from: cooperate, defect, copy the other, defect after peace, do the opposite."""
    last = np.arange(HISTORIES) % _OUTCOMES
    seen_c, peace = (last == 2) | (last == 4), np.arange(HISTORIES) == _PEACE
    closed = last == 0
    return np.stack(
        [np.ones(HISTORIES), np.zeros(HISTORIES), seen_c | closed, ~peace, ~seen_c | closed]
    ).astype(np.int8)

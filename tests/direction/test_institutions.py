"""What institutions do: worlds that differ in one thing, on paired seeds, with intervals of the difference.

Intervals are at 95 %, paired by replicate. Where a world had to be chosen for an effect to show, or where an
expected effect is not there, the docstring says so with the numbers.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest

from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import tree_of
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import simulate
from regimesim.stats.estimates import Estimate
from regimesim.stats.survival import rmst_difference


def mean(values):
    """Mean over runs with its normal 95 % interval."""
    values = np.asarray(values, np.float64)
    error = float(values.std(ddof=1) / math.sqrt(len(values)))
    middle = float(values.mean())
    return Estimate(middle, middle - 1.959964 * error, middle + 1.959964 * error, error)


def columns(scenario, runs, seed):
    return simulate(scenario, runs=runs, seed=seed, record=0).columns


# ---------------------------------------------------------------- the League: one failure begets the next

MANCHURIA, HORIZON = 1931.75, 10
JAPAN = 3


class After(NamedTuple):
    """How it stands when Japan's year is over, one entry a run."""

    credibility: np.ndarray
    later: np.ndarray  # credibility a year later
    next: tuple[np.ndarray, np.ndarray]  # years to the next exploitation by another state; did it come
    answered: float  # mean M against Japan when it was accused in its year


def league(aggression, worth=None, changes=None):
    """The League, in which Japan's revisionism is up by ``aggression`` for a year from 1931.75 on, while it
    is worth ``worth`` to everybody as an ally (None: as the scenario has it)."""
    start = load_scenario("league", changes or [])
    tree = tree_of(start)
    begin = {"year": MANCHURIA, "because": "Japan's army marches in Manchuria"}
    end = {"year": MANCHURIA + 1, "because": "It is over"}
    if aggression:
        usual = float(start.phases[0].states[JAPAN]["revisionism"])
        begin["states"] = {"Japan": {"revisionism": usual + aggression}}
        end["states"] = {"Japan": {"revisionism": usual}}
    if worth is not None:
        others = [i for i in range(len(start.states)) if i != JAPAN]
        begin["affinity"] = {f"{start.states[i]}-to-Japan": worth for i in others}
        end["affinity"] = {f"{start.states[i]}-to-Japan": start.phases[0].affinity[i][JAPAN] for i in others}
    tree["epochs"] = sorted([*tree["epochs"], begin, end], key=lambda epoch: epoch["year"])
    return read_scenario(tree, "league")


def aftermath(scenario, runs=1_000, seed=3):
    design = lower(scenario)
    lanes = Lanes(design, np.zeros(runs, np.intp), np.arange(runs), seed)
    world, m = lanes.world, design.rounds_per_year
    begin = round((MANCHURIA - scenario.start) * m)
    off = ~np.eye(len(scenario.states), dtype=bool)[..., None]
    lanes.play(begin)
    met = []
    for _ in range(m):
        lanes.play(lanes.round + 1)
        met.append(np.where(world.sanction[JAPAN] >= 0, world.sanction[JAPAN], np.nan))
    credibility, waited = world.credibility.copy(), np.full(runs, -1)
    later = credibility
    for now in range(HORIZON * m):
        lanes.play(lanes.round + 1)
        exploited = ((world.played == 1) & (world.action == 0) & off).any(axis=1)
        by_another = np.delete(exploited, JAPAN, axis=0).any(axis=0)
        waited[(waited < 0) & by_another] = now
        if now == m - 1:
            later = world.credibility.copy()
    came = waited >= 0
    return After(credibility, later, (np.where(came, waited / m, HORIZON), came), float(np.nanmean(met)))


@pytest.fixture(scope="module")
def worlds():
    """Japan marches and everybody wants it as an ally; it marches and nobody does; it does not march."""
    return {
        "unpunished": aftermath(league(3.0, worth=10.0)),
        "punished": aftermath(league(3.0, worth=0.0)),
        "as published": aftermath(league(3.0)),
        "no failure": aftermath(league(0.0)),
    }


# ---------------------------------------------------------------- the Security Council: the veto

NO_VETO = [
    f"states.{state}.veto=false" for state in ("United_States", "Soviet_Union", "Britain", "France", "China")
]


@pytest.fixture(scope="module")
def councils():
    veto, none = load_scenario("security_council"), load_scenario("security_council", NO_VETO)
    return columns(veto, 1_000, 11), columns(none, 1_000, 11)


def test_without_the_veto_cooperation_is_more_and_lasts_longer(councils):
    """Cooperation +.22, credibility +.41, loose regime +9.0 [8.2, 9.8] years and peace +1.2 [.9, 1.5] of 100.
    At the usual thresholds no regime forms with or without it."""
    veto, none = councils
    for column in ("cooperation_rate", "credibility"):
        assert mean(none[column] - veto[column]).lower > 0, column
    for column in ("wars", "exploitation_rate", "disputes", "sanctions_invoked"):
        assert mean(none[column].astype(float) - veto[column]).upper < 0, column
    for spell in ("regime_loose", "peace"):
        samples = [(c[f"{spell}_years"], c[f"{spell}_ended"]) for c in (none, veto)]
        assert rmst_difference(*samples, 100, paired=True).lower > 0, spell


# ---------------------------------------------------------------- Kaplan and Waltz


@pytest.fixture(scope="module")
def balances():
    return [simulate(name, runs=1_000, seed=11, record=300) for name in ("balance_kaplan", "balance_waltz")]


def test_restraint_by_others_outlasts_restraint_from_within(balances):
    """J3 calls the two alike to look at; here Kaplan's keeps the peace 8.8 [7.6, 10.1] years less of 100
    than Waltz's (39 against 48), and its regime ends 19 [17, 20] years earlier (70 against 88)."""
    for spell in ("peace", "regime"):
        samples = [(b.columns[f"{spell}_years"], b.columns[f"{spell}_ended"]) for b in balances]
        assert rmst_difference(*samples, 100, paired=True).upper < 0, spell


# ---------------------------------------------------------------- many pairs


# ---------------------------------------------------------------- how many, and at what price


def enforced(states, cost, rule="decentralized", runs=200):
    """What a rule adds to cooperation: the rate with it less the rate without, run by run.

    States are those of ``collective_security`` with the sight of the other scenarios and no pledge.
    """
    tree = tree_of(load_scenario("collective_security"))
    tree |= {"states": {f"S{i}": {} for i in range(states)}, "affinity": {}, "epochs": []}
    tree["trust"] = {**tree["trust"], "initial": 0.9}
    tree["transparency"]["level"] = 0.4
    tree["sanctions"] |= {"cost": cost, "pledge": 0.0, "credibility": 0.5}

    def rate(rule):
        tree["sanctions"]["rule"] = rule
        return columns(read_scenario(tree, "many"), runs, 5)["cooperation_rate"]

    return rate(rule) - rate("none")


def test_sanctions_do_more_not_less_among_many_where_the_cost_can_be_borne():
    """What does not hold: that more states weaken sanctions. The expected cost is shared by J = 1 + κ (N - 2)
    joiners, so many enforce more readily than few: nine states against three, +.04 [.03, .05]
    at a cost of .2 and +.03 [.02, .04] at .5. At 1 neither enforces anything to speak of."""
    for cost in (0.2, 0.5):
        gain = mean(enforced(9, cost) - enforced(3, cost))
        assert gain.lower > 0, (cost, gain.text(3))

"""The simulator against closed forms of prudent pairs: how often they break, for how long, what they earn.

Every lane begins open at full trust and is played for T rounds. Expected numbers of those very rounds come
from powers of the Markov chain of :mod:`markov`, so nothing is left out at the beginning; closed forms of
:mod:`regimesim.theory` are of the long run. One error rate, FAMILY, holds for all comparisons of a test
together (Bonferroni); seeds are fixed.
"""

import math

import numpy as np
import pytest
from markov import B, Chain, M
from paired import NOISE, WAR, bound, cooperate, lanes_of, relationship_of, world, z_of

LANES, YEARS = 4_000, 40

WORLDS = {
    "false alarms": world(years=YEARS, transparency=NOISE),
    "misses": world(years=YEARS, transparency={"level": 0.0, "miss_rate": 0.8, "false_alarm_rate": 0.05}),
    "quarrels": world(years=YEARS, periphery={"rate": 0.5, "insulation": 0.2}),
    "leniency": world(years=YEARS, transparency=NOISE, shadow={"resolve": 0.35}),
    "conferences": world(years=YEARS, transparency=NOISE, diplomacy={"conference": 0.5}),
    "renegotiation": world(
        years=YEARS, transparency=NOISE, periphery={"rate": 0.5, "insulation": 0.2},
        diplomacy={"conference": 0.6, "renegotiation": 2.0}, shadow={"punishment_years": 2.0},
    ),
    "mediation": world(
        years=YEARS, payoffs={"sucker": -10.0}, transparency=NOISE, war={**WAR, "mutual": 0.6},
        diplomacy={"conference": 0.6, "mediation": 0.8},
    ),
    "war": world(
        years=YEARS, payoffs={"sucker": -10.0}, transparency=NOISE, war={**WAR, "mutual": 0.5}
    ),
    "twelve dealings a year": world(years=YEARS, transparency=NOISE, shadow={"rounds_per_year": 12}),
    "Chicken": world(
        years=YEARS, payoffs={"sucker": -0.5}, transparency=NOISE, choice={"temperature": 3.0},
        war={"mutual": 0.5, "cost": 20.0, "years": 1.0}, shadow={"punishment_years": 2.0},
    ),
}  # fmt: skip


def watch(tree):
    """Per lane: share of rounds open and cooperating, mean flow of S0, estrangements of each kind, wars."""
    lanes = lanes_of(tree, LANES)
    lanes.decide()  # sets the first phase
    open_, paid = np.zeros((2, LANES))
    begun = np.zeros((2, LANES))
    while True:
        open_ += lanes.world.open[0, 1]
        cooperate(lanes)
        lanes.carry_out()
        paid += lanes.world.payoff[0]
        for kind in (1, 2):
            begun[kind - 1] += lanes.world.broke[0, 1] == kind
        if lanes.round == lanes.design.rounds:
            break
        lanes.decide()
    rounds = lanes.design.rounds
    assert (lanes.tally.estrangements[:2] == begun).all()
    return {
        "open": open_ / rounds,
        "payoff": lanes.setting.rounds_per_year * paid / rounds,
        M: begun[0],
        B: begun[1],
        "wars": lanes.tally.wars.astype(float),
    }


def expected(chain, rounds):
    """The same from powers of the chain."""
    step, paid = chain.step(), chain.paid()
    where = np.zeros(len(step))
    where[0] = 1.0
    found = dict.fromkeys(("open", "payoff", M, B, "wars"), 0.0)
    first = chain.after(False)
    for _ in range(rounds):
        found["open"] += where[0] / rounds
        found["payoff"] += where @ paid / rounds
        for kind in (M, B):
            found[kind] += where[0] * first[chain.number[kind, chain.length]]
            apart = [where[chain.number[kind, left]] for left in range(1, chain.length + 1)]
            found["wars"] += chain.h[kind] * sum(apart)
        where = where @ step
    return found


@pytest.mark.parametrize("name", WORLDS)
def test_what_prudent_states_do_is_what_the_chain_expects(name):
    tree = WORLDS[name]
    chain = Chain(relationship_of(tree))
    seen, due = watch(tree), expected(chain, YEARS * chain.m)
    limit = bound(len(WORLDS) * len(due))
    wrong = {what: z_of(seen[what], due[what]) for what in due}
    assert max(map(abs, wrong.values())) < limit, wrong


@pytest.mark.parametrize("name", WORLDS)
def test_the_closed_forms_are_the_long_run_of_the_chain(name):
    """And a long run is near them already: within what its first years explain."""
    pair = relationship_of(WORLDS[name])
    chain = Chain(pair)
    shares = chain.shares()
    assert pair.cooperation_share == pytest.approx(shares[0], rel=1e-8)
    assert pair.average_payoff == pytest.approx(shares @ chain.paid(), rel=1e-8)
    late = expected(chain, 400 * chain.m)
    assert late["open"] == pytest.approx(pair.cooperation_share, abs=0.01)


def test_lengths_of_estrangements_in_play():
    """Rounds from a break until the pair is open again, in the world of renegotiation, by kind."""
    tree = WORLDS["renegotiation"]
    pair, m = relationship_of(tree), 4
    lanes = lanes_of(tree, LANES)
    since, lengths = np.zeros(LANES, int), {1: [], 2: []}
    kind = np.zeros(LANES, int)
    while lanes.round < lanes.design.rounds:
        lanes.decide()
        opened = (lanes.world.open[0, 1] == 1) & (kind > 0)
        for k in (1, 2):
            lengths[k].extend((lanes.round - since)[opened & (kind == k) & (since < 30 * m)])
        kind[opened] = 0
        lanes.carry_out()
        begun = (lanes.world.broke[0, 1] > 0) & (kind == 0)
        since[begun], kind[begun] = lanes.round, lanes.world.broke[0, 1][begun]
    for k, name in ((1, M), (2, B)):
        assert len(lengths[k]) > 500
        z = z_of(np.array(lengths[k], float), pair.years_of(name) * m)
        assert abs(z) < bound(2), (name, z)


def test_years_between_estrangements_are_geometric():
    """The first break of each lane: mean 1/a rounds and the whole distribution at three marks."""
    tree = world(years=400, transparency=NOISE)
    pair = relationship_of(tree)
    lanes = lanes_of(tree, LANES)
    lanes.play(lanes.design.rounds)
    first = lanes.tally.pair_breakdown[0, 1].astype(float)  # the round after the break
    assert (first > 0).all()
    a = 1 / (pair.years_between * 4)
    scores = [z_of(first, 1 / a)]
    scores += [
        z_of((first > mark).astype(float), (1 - a) ** mark) for mark in (1, round(0.5 / a), round(2 / a))
    ]
    assert max(map(abs, scores)) < bound(4), scores
    assert math.isclose(a, 1 - (1 - pair.alarm) ** 2)

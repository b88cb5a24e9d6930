"""The simulator against the exact chain: what two automata do to each other in many independent lanes.

Every lane begins at the start states, so nothing is dropped: the mean over the first T rounds of a lane is
held against the exact mean over these T rounds, from powers of ``theory.transition_matrix``. Where long-run
numbers are meant (``theory.stationary``), a beginning is left out, and the chain itself says how much: every
later round is exactly within 1e-6 of the limit.

Lanes are independent, so z is (mean over lanes - exact) / (standard deviation over lanes / root of lanes);
where no lane differs from another, the numbers must be equal. One error rate holds for the family of all
comparisons of a test: |z| must stay below the two-sided normal quantile of FAMILY / (comparisons). Seeds
are fixed.
"""

import math

import numpy as np
import pytest
from paired import bound

from regimesim import theory
from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.strategies import load_strategy
from regimesim.simulation.lowering import lower
from regimesim.theory import chains

AXELROD = (5.0, 3.0, 1.0, 0.0)
SEED = 20_260_101
DISCOUNT = 0.9

SLIPS = {"tremble": 0.01}
MORE_SLIPS = {"tremble": 0.05}
BLURRED = {"miss": 0.3, "false_alarm": 0.1}
EVERYTHING = {"tremble": 0.03, "miss": 0.2, "false_alarm": 0.05}
NOISES = (SLIPS, MORE_SLIPS, BLURRED, EVERYTHING)

PAIRS = [
    ("tit_for_tat", "tit_for_tat"),
    ("win_stay_lose_shift", "win_stay_lose_shift"),
    ("generous_tit_for_tat", "tit_for_tat"),
    ("grim", "win_stay_lose_shift"),
    ("contrite_tit_for_tat", "two_tits_for_tat"),
    ("tit_for_two_tats", "always_defect"),
    ("punish(3)", "punish(2)"),
    ("zero_determinant", "always_cooperate"),
    ("memory_one(0.9, 0.2, 0.6, 0.4, 0.7)", "random"),
    ("tit_for_two_tats", "win_stay_lose_shift"),
]  # ten pairs at four levels of noise: forty cases
CASES = [(a, b, noise) for a, b in PAIRS for noise in NOISES]


def lanes_of(a, b, rounds, lanes, *, tremble=0.0, miss=0.0, false_alarm=0.0, seed=SEED):
    """Two states with given automata; everything else is neutral, and a round is a year: four quarters in
    each of which a defection would be missed."""
    tree = {
        "years": rounds,
        "states": {"A": {"strategy": a}, "B": {"strategy": b}},
        "shadow": {"rounds_per_year": 1, "discount_factor": DISCOUNT},
        "transparency": {
            "level": 0, "miss_rate": miss**0.25, "false_alarm_rate": -math.log(1 - false_alarm),
        },
        "choice": {"tremble": tremble},
    }  # fmt: skip
    design = lower(read_scenario(tree, "two automata"))
    return Lanes(design, np.zeros(lanes, np.intp), np.arange(lanes), seed)


def watch(lanes, first=0):
    """Play to the horizon; means over rounds from ``first`` on, one row a quantity, one column a lane."""
    world, rounds = lanes.world, lanes.design.rounds
    lanes.play(first)
    sums = np.zeros((5, len(lanes.points)))
    while lanes.round < rounds:
        lanes.play(lanes.round + 1)
        ours, theirs = world.action[0, 1], world.action[1, 0]
        sums += np.stack([world.payoff[0], world.payoff[1], ours, theirs, ours & theirs])
    return sums / (rounds - first)


def lifetimes(lanes):
    """Rounds of mutual cooperation from the start to the first breakdown, or to the horizon."""
    onset, breakdown = lanes.tally.pair_onset[0, 1], lanes.tally.pair_breakdown[0, 1]
    return np.where(onset != 0, 0, np.where(breakdown < 0, lanes.round, breakdown))


def round_by_round(a, b, rounds, noise):
    """Exact expectations of what :func:`watch` adds up, in every round from the start, (rounds, 5)."""
    a, b, flip = load_strategy(a), load_strategy(b), noise.get("tremble", 0.0)
    cooperated = [np.array(x.cooperate) * (1 - flip) + (1 - np.array(x.cooperate)) * flip for x in (a, b)]
    ours, theirs = np.repeat(cooperated[0], len(b)), np.tile(cooperated[1], len(a))
    t, r, p, s = AXELROD
    both, only_they, only_we = ours * theirs, (1 - ours) * theirs, ours * (1 - theirs)
    neither = (1 - ours) * (1 - theirs)
    first = both * r + only_they * t + only_we * s + neither * p
    second = both * r + only_they * s + only_we * t + neither * p
    measured = np.stack([first, second, ours, theirs, both])
    chain = chains.transition_matrix(a, b, **noise)
    where = np.zeros(len(chain))
    where[0] = 1.0
    expected = np.empty((rounds, 5))
    for now in range(rounds):
        expected[now] = measured @ where
        where = where @ chain
    return expected


def long_run(a, b, noise):
    """The limit of what :func:`round_by_round` gives."""
    play = chains.stationary(load_strategy(a), load_strategy(b), AXELROD, **noise)
    return np.array([*play.payoff, *play.cooperation, play.mutual_cooperation])


def scores(samples, expected):
    """z of every row of ``samples``, (quantities, lanes), against its expectation."""
    errors = samples.std(axis=1, ddof=1) / math.sqrt(samples.shape[1])
    away = samples.mean(axis=1) - expected
    return np.where(errors > 1e-12, away / np.maximum(errors, 1e-300), np.where(abs(away) < 1e-9, 0, np.inf))


def compare(a, b, noise, rounds, lanes):
    """z of payoffs, cooperation, mutual cooperation, discounted payoff, lifetime and share still alive."""
    played = lanes_of(a, b, rounds, lanes, **noise)
    means = watch(played)
    lived = lifetimes(played)
    present = played.tally.welfare / played.tally.weight
    first, second = load_strategy(a), load_strategy(b)
    discounted = chains.discounted(first, second, AXELROD, DISCOUNT, **noise).payoff
    life = chains.cooperation_lifetime(first, second, rounds, **noise)
    mark = max(1, int(np.flatnonzero(life.survival >= 0.2)[-1]))
    samples = np.vstack([means, present, lived, lived >= mark])
    expected = [
        *round_by_round(a, b, rounds, noise).mean(axis=0),
        np.mean(discounted),  # the weight of rounds beyond the horizon is 0.9 ** 300, 2e-14
        life.survival[1:].sum(),  # of min(lifetime, horizon)
        life.survival[mark],
    ]
    return scores(samples, np.array(expected))


def check(cases, rounds, lanes):
    found = {(a, b, str(noise)): compare(a, b, noise, rounds, lanes) for a, b, noise in cases}
    limit = bound(sum(len(z) for z in found.values()))
    wrong = {case: z.round(2) for case, z in found.items() if np.abs(z).max() > limit}
    assert not wrong, f"|z| above {limit:.2f}: {wrong}"


@pytest.mark.parametrize("lanes", [1_024, pytest.param(16_384, marks=pytest.mark.verify)])
def test_forty_cases_agree_with_the_exact_chain(lanes):
    """Ten pairs of automata at four levels of noise, eight comparisons each."""
    assert len({(a, b, str(noise)) for a, b, noise in CASES}) == 40
    check(CASES, rounds=300, lanes=lanes)


def test_the_comparison_tells_a_tenth_more_noise():
    """The same lanes, held against an exact chain whose noise is 10 % higher, are refused."""
    for noise in (MORE_SLIPS, BLURRED):
        more = {name: 1.1 * rate for name, rate in noise.items()}
        pair = ("generous_tit_for_tat", "win_stay_lose_shift")
        means = watch(lanes_of(*pair, 300, 512, **noise))
        z = scores(means, round_by_round(*pair, 300, more).mean(axis=0))
        assert np.abs(z).max() > bound(320), (noise, z)


# ---------------------------------------------------------------- published long-run numbers

EXTORTION = "zero_determinant_extortion(3, 1/26)"
PUBLISHED = [
    ("tit_for_tat", "tit_for_tat", 0.01, (2.25, 2.25)),
    ("tit_for_tat", "tit_for_tat", 0.05, (2.25, 2.25)),
    ("tit_for_tat", "tit_for_tat", 0.3, (2.25, 2.25)),
    ("tit_for_tat", "tit_for_tat", 0.9, (2.25, 2.25)),
    ("win_stay_lose_shift", "win_stay_lose_shift", 0.01, (2.95109, 2.95109)),
    ("win_stay_lose_shift", "win_stay_lose_shift", 0.05, (2.7765, 2.7765)),
    ("generous_tit_for_tat(1/3)", "generous_tit_for_tat(1/3)", 0.01, (2.97032, 2.97032)),
    ("generous_tit_for_tat(1/3)", "generous_tit_for_tat(1/3)", 0.05, (2.859375, 2.859375)),
    ("grim", "grim", 0.01, (1.0397, 1.0397)),
    ("grim", "grim", 0.05, (1.1925, 1.1925)),
    (EXTORTION, "always_cooperate", 0.0, (41 / 11, 21 / 11)),
]  # fmt: skip


def settled(a, b, noise, rounds):
    """The first round from which on every expectation is within 1e-6 of the long run."""
    away = np.abs(round_by_round(a, b, rounds, noise) - long_run(a, b, noise)).max(axis=1)
    return int(np.flatnonzero(away > 1e-6)[-1]) + 1


def published_scores(lanes):
    rounds = 1_600
    for a, b, slip, payoffs in PUBLISHED:
        noise = {"tremble": slip}
        first = settled(a, b, noise, rounds)
        assert first < rounds / 2, (a, b, slip, first)
        means = watch(lanes_of(a, b, rounds, lanes, **noise), first)
        # the published numbers have four to six digits; theory.stationary has them all (test_exact)
        exact = long_run(a, b, noise)
        assert exact[:2] == pytest.approx(payoffs, abs=5e-5)
        yield (a, b, slip), scores(means, exact)


@pytest.mark.parametrize("lanes", [512, pytest.param(8_192, marks=pytest.mark.verify)])
def test_published_long_run_payoffs(lanes):
    """Molander 1985 and Nowak & Sigmund 1992 (tit for tat, 2.25 at every noise; generous, 2.97032 and
    2.859375); Nowak & Sigmund 1993 (win-stay lose-shift, 2.95109 and 2.7765; grim of one round's memory,
    1.0397 and 1.1925); Press & Dyson 2012 (extortion, 41/11 and 21/11)."""
    limit = bound(5 * len(PUBLISHED))
    wrong = {case: z.round(2) for case, z in published_scores(lanes) if np.abs(z).max() > limit}
    assert not wrong, f"|z| above {limit:.2f}: {wrong}"


def test_extortion_holds_its_relation_in_play():
    """Press & Dyson 2012: own surplus over P is three times the other's, here against win-stay lose-shift."""
    means = watch(lanes_of(EXTORTION, "win_stay_lose_shift", 1_000, 512), first=200)
    surplus = (means[0] - 1) - 3 * (means[1] - 1)
    assert abs(scores(surplus[None], np.zeros(1))[0]) < bound(1)


# ---------------------------------------------------------------- how long cooperation lasts

ALARMS = [(strategy, alarm) for strategy in ("punish(inf)", "punish(3)") for alarm in (0.02, 0.05, 0.2)]


@pytest.mark.parametrize(("strategy", "alarm"), ALARMS)
def test_cooperation_lasts_one_over_a(strategy, alarm):
    """Green & Porter 1984: a normal phase is geometric with mean 1/a. Either side's alarm ends it, so a is
    1 - (1 - f)^2. The whole distribution, not the mean alone."""
    either = 1 - (1 - alarm) ** 2
    rounds = round(20 / either)
    lanes = lanes_of(strategy, strategy, rounds, 4_096, false_alarm=alarm)
    lanes.play(rounds)
    lived = lifetimes(lanes)
    assert theory.cooperation_duration(either) == 1 / either
    marks = np.array([1, *(round(share / either) for share in (0.2, 0.5, 1, 2, 3))])
    samples = np.vstack([lived, lived[None] > marks[:, None]])
    # the alarm of round t is answered in round t + 1
    lost = (1 - either) ** rounds / either  # of the mean, beyond the horizon: exp(-20) of it
    z = scores(samples, np.array([1 / either - lost, *(1 - either) ** marks]))
    assert np.abs(z).max() < bound(len(ALARMS) * len(z)), z
    automaton = load_strategy(strategy)
    life = chains.cooperation_lifetime(automaton, automaton, 0, false_alarm=alarm)
    assert life.mean == pytest.approx(1 / either)

"""The cheapest changes of an order: toy aims with known frontiers, and a world in closed form.

In that world two states always defect, and there is no war within some years with the chance
exp(-RATE (1 - prudence) years): prudence alone does anything, and so every cost has an exact best.
"""

import math

import numpy as np
import pytest
from handmade import world

import regimesim as rs
from regimesim.analysis.changes import Aim, Changes, long_enough, prices_of
from regimesim.analysis.cheapest import Means, SearchEffort, cheapest_changes, cheapest_of
from regimesim.analysis.choosing import candidates, climbing, pruned, shrunk, thinned, unlike
from regimesim.analysis.diversity import Space, centroids, diverse, divisions
from regimesim.analysis.levers import levers_of
from regimesim.scenario.messages import InputError
from regimesim.simulation.assumptions import Assumed, needed_set
from regimesim.stats.estimates import near
from regimesim.stats.frontier import nondominated

pytest.importorskip("ribs")

RATE, YEARS = 0.06, 10.0
ARMED = {"strategy": "always_defect", "nuclear": True, "second_strike": 1.0}
PRUDENCE = "deterrence.prudence"
LEVERS = [PRUDENCE, "war.settlement_trust", "war.resentment"]
GAINS = np.array([0.2, 0.9, 0.5, 0.0])
"""Effect of a move of each toy lever all the way; upwards only."""


def deterred():
    return world({"A": ARMED, "B": ARMED}, m=4, years=20, war={"unilateral": RATE, "years": 1})


def stands(prudence):
    """Chance that there is no war in ten years."""
    return math.exp(-RATE * (1 - prudence) * YEARS)


def changes_of(made, levers, prices, aim, *rest):
    return Changes(long_enough(made, aim), levers, prices, aim, *rest)


def toy(budget=1.0, prices=(1, 1, 1, 1)):
    """Four levers of two kinds."""
    prices = np.array(prices, np.float64)

    def division(moves):
        parts = np.abs(moves) * prices
        two = np.stack([parts[:, :2].sum(1), parts[:, 2:].sum(1)], 1)
        total = two.sum(1, keepdims=True)
        return np.divide(two, total, out=np.zeros_like(two), where=total > 0)

    return Space(prices, np.ones((4, 2), bool), budget, division)


def linear(moves):
    return moves @ GAINS


def test_what_the_search_finds_comes_near_the_best_at_every_cost_and_never_beats_it():
    """A cost of c brings about 0.9 c at most; half of it in the other kind of levers 0.7 c."""
    space = toy()
    found = diverse(space, linear, 700, 0)
    cost = np.abs(found.moves).sum(axis=1)
    assert 600 < found.tried <= 700 and (cost <= 1 + 1e-12).all() and (np.abs(found.moves) <= 1).all()
    assert np.allclose(found.value, linear(found.moves)) and (found.value <= 0.9 * cost + 1e-9).all()
    front = nondominated(cost, found.value)
    for level in (0.3, 0.6, 1.0):
        reach = found.value[front[cost[front] <= level]].max()
        assert reach >= 0.9 * (level - 0.1) - 0.05
    mixed = np.abs(space.division(found.moves)[:, 0] - 0.5) < 0.1
    assert mixed.any() and found.value[mixed].max() > 0.9 * 0.7


@pytest.mark.verify
def test_the_search_is_the_same_for_the_same_seed():
    one, same, other = (diverse(toy(), linear, 200, seed) for seed in (3, 3, 4))
    assert np.array_equal(one.moves, same.moves) and np.array_equal(one.value, same.value)
    assert not np.array_equal(one.moves, other.moves)


def test_changes_stay_within_the_ranges_the_room_and_the_budget():
    space = toy(0.8, (1, 2, 0.5, 1))
    room = np.array([[True, True], [False, True], [True, False], [False, False]])
    space = Space(space.prices, room, space.budget, space.division)
    moves = space.decoded(np.random.default_rng(0).normal(0, 2, (500, 4)))
    assert (np.abs(moves) <= 1).all() and (np.abs(moves) @ space.prices <= 0.8 + 1e-12).all()
    assert (moves[:, 1] >= 0).all() and (moves[:, 2] <= 0).all() and (moves[:, 3] == 0).all()
    assert np.allclose(space.decoded(space.encoded(moves)), moves)
    singles = space.singles()
    assert len(singles) == 4 * 4 and ((singles != 0).sum(axis=1) == 1).all()
    assert np.abs(singles).max(axis=0).tolist() == [0.8, 0.4, 1.0, 0.0]  # the budget over the price
    pairs = space.pairs(singles[[0, 8]])
    assert pairs.tolist() == [((singles[0] + singles[8]) / 2).tolist()]


def test_cells_are_levels_of_cost_by_divisions_in_thirds():
    assert len(divisions(4)) == 20 and np.allclose(divisions(3).sum(axis=1), 1)
    assert centroids(2).shape == (40, 3) and np.allclose(np.unique(centroids(2)[:, 0])[:2], [0.05, 0.15])


def test_pruning_puts_back_what_does_nothing_the_cheapest_first():
    moves = np.array([[0.1, 0.5, 0.2, 0.3], [0.0, 0.4, 0.0, 0.4]])
    floor = np.array([0.45, 0.36])
    found = pruned(moves, floor, np.ones(4), linear)
    assert found.tolist() == [[0.0, 0.5, 0.0, 0.0], [0.0, 0.4, 0.0, 0.0]]
    high = pruned(moves[:1], linear(moves[:1]), np.ones(4), linear)
    assert high.tolist() == [[0.1, 0.5, 0.2, 0.0]]


def test_shrinking_stops_where_it_would_no_longer_do():
    found = shrunk(np.array([[0.0, 1.0, 0.0, 0.0]]), 0.45, linear)
    assert 0.5 <= found[0, 1] <= 0.5 + 1 / 32 and linear(found)[0] >= 0.45


def test_a_way_that_contains_a_cheaper_one_is_no_other_way():
    ways = np.array([[0.5, 0.0], [0.48, 0.3], [-0.5, 0.3], [0.2, 0.3], [0.0, 0.3]])
    assert unlike(ways).tolist() == [0, 2, 3, 4]


def test_of_each_division_the_cheapest_that_suffices_or_else_the_best():
    division = np.array([0, 0, 0, 1, 1, 2])
    cost, value = np.array([3.0, 2, 1, 1, 2, 0]), np.array([0.9, 0.9, 0.8, 0.3, 0.4, 1.0])
    assert candidates(division, cost, value, 0.9).tolist() == [1, 4]


def test_gains_that_are_told_are_no_trifles():
    assert climbing(np.array([0.1, 0.11, 0.14, 0.15, 0.3]), 0.1, 0.03).tolist() == [2, 4]
    assert thinned(np.arange(40), 5).tolist() == [0, 10, 20, 29, 39]


@pytest.fixture(scope="module")
def found():
    """Peace for ten years, where prudence costs twice as much as other levers."""
    aim, effort = Aim("peace", YEARS, 0.9), SearchEffort(tries=300, runs=100)
    return cheapest_of(deterred(), aim, Means(LEVERS, {PRUDENCE: 2}, 2.0), effort=effort)


def test_every_chance_is_that_of_the_closed_form(found):
    assert near(found.published.estimate, stands(0))
    assert len(found.frontier) >= 3 and found.reached and len(found.ways) >= 1
    for one in (*found.frontier, *found.ways):
        assert near(one.estimate, stands(one.moves[PRUDENCE]))
        assert one.cost == pytest.approx(
            sum(abs(x) * (2 if name == PRUDENCE else 1) for name, x in one.moves.items())
        )


def test_the_cheapest_way_costs_what_the_closed_form_says(found):
    """exp(-0.6 (1 - p)) = 0.9 at p = 0.824, which costs 1.65; no lever that does nothing is moved."""
    needed = 1 + math.log(0.9) / (RATE * YEARS)
    way = found.ways[0]
    assert set(way.moves) == {PRUDENCE} and way.reaches and way.division == {"punishing": 1.0}
    assert way.moves[PRUDENCE] == pytest.approx(needed, abs=0.09)
    assert way.words == (f"{PRUDENCE} 0 to {way.moves[PRUDENCE]:.3g}",)


def test_the_frontier_rises_with_the_cost(found):
    cost = [one.cost for one in found.frontier]
    assert cost == sorted(cost) and cost[0] > 0 and cost[-1] <= 2.0 + 1e-12
    for one in found.frontier:
        assert abs(stands(one.cost / 2) - stands(one.moves[PRUDENCE])) < 0.05


def test_a_way_as_a_scenario_is_what_was_told(found):
    made = found.changes.scenario_of(found.ways[0].vector(found.changes))
    assert made[PRUDENCE] == pytest.approx(found.ways[0].moves[PRUDENCE])
    runs = rs.simulate(made, runs=400, seed=5)
    assert near(found.ways[0].estimate, stands(made[PRUDENCE])) and len(runs) == 400


def test_what_the_budget_does_not_give_is_not_reached():
    aim = Aim("peace", YEARS, 0.9)
    short = cheapest_of(deterred(), aim, Means(LEVERS, budget=0.5), effort=SearchEffort(tries=150, runs=100))
    assert not short.reached and short.ways and not any(way.reaches for way in short.ways)
    assert short.ways[0].moves[PRUDENCE] == pytest.approx(0.5, abs=0.03)
    assert near(short.ways[0].estimate, stands(short.ways[0].moves[PRUDENCE]))


@pytest.mark.verify
def test_where_nothing_has_to_be_changed_there_are_no_ways():
    easy = cheapest_of(deterred(), Aim("peace", YEARS, 0.3), Means(LEVERS), effort=SearchEffort(60, 50))
    assert easy.ways == () and not easy.reached and len(easy.frame()) == 1 + len(easy.frontier)


def test_years_on_average_may_be_wanted_instead():
    """A constant hazard up to 20 years: the mean is (1 - exp(-20 h)) / h, rounds apart."""
    aim = Aim("peace", 50.0, 0.9, 17.0)
    found = cheapest_of(deterred(), aim, Means([PRUDENCE]), effort=SearchEffort(100, 100))
    hazard = RATE * (1 - found.ways[0].moves[PRUDENCE])
    expected = -math.expm1(-20 * hazard) / -math.expm1(-hazard / 4) / 4
    assert found.reached and near(found.ways[0].estimate, expected)
    assert found.ways[0].estimate.value == pytest.approx(17, abs=0.6)


def test_a_date_after_the_end_prolongs_the_runs():
    longer = changes_of(
        deterred(), levers_of(deterred(), [PRUDENCE]).levers, np.ones(1), Aim("peace", 40, 0.9), 0
    )
    values = longer.values(np.array([[0.0], [1.0]]), 2000, 2)
    assert longer.scenario.years == 40 and values[1].all()
    assert values[0].mean() == pytest.approx(math.exp(-RATE * 40), abs=4.5 * math.sqrt(0.09 * 0.91 / 2000))


def test_all_changes_have_the_seeds_of_run():
    """Runs of the search are those of ``simulate``, replicate by replicate."""
    made = rs.load_scenario("concert")
    changes = changes_of(made, levers_of(made).levers, np.ones(25), Aim("peace", 50.0, 0.9), 11)
    values = changes.values(np.zeros((2, 25)), 20, 0)
    runs = rs.simulate(made, runs=20, seed=11)
    assert np.array_equal(values[0], runs.columns["peace_years"] >= 50) and (values == values[0]).all()


@pytest.mark.verify
def test_over_the_settings_that_fit_the_share_that_reaches_is_told():
    """All draws the published setting, or prudence alone drawn: then the share is that of prudent draws."""
    made = rs.load_scenario("concert")
    levers = levers_of(made, ["shadow.resolve", "norms.restraint"]).levers
    draws = needed_set(made)
    under = Assumed(made, draws)
    changes = changes_of(made, levers, np.ones(2), Aim("regime", 20.0, 0.5), 0, under)
    over = changes.over_set(np.array([0.5, 0.0]))
    assert 0 <= over.spread.least <= over.spread.mean <= over.spread.most <= 1 and 0 <= over.reached <= 1
    easier = changes_of(made, levers, np.ones(2), Aim("regime", 20.0, 0.01), 0, under)
    assert easier.over_set(np.array([0.5, 0.0])).reached >= over.reached


def test_the_result_does_not_depend_on_threads():
    one, two = (
        cheapest_changes(
            deterred(), levers=LEVERS, spell="peace", stand=5, tries=60, runs=20, workers=workers
        )
        for workers in (1, 3)
    )
    assert one.as_dict() == two.as_dict()


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({"norms.half_life": 2}, "costs: norms.half_life is none of the levers that are tried here"),
        ({"transparency.level": 0}, "costs: that of transparency.level must be a number above 0; got 0"),
        ({"transparency.level": "dear"}, "must be a number above 0; got 'dear'"),
        ({"transparency.level": True}, "must be a number above 0; got True"),
    ],
)
def test_prices_that_are_none_are_refused(costs, message):
    levers = levers_of(rs.load_scenario("concert"), ["transparency.level"]).levers
    with pytest.raises(InputError) as refusal:
        prices_of(levers, costs)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"odds": 1.1}, "odds must lie in (0, 1]; got 1.1"),
        ({"stand": 0}, "stand must lie in [0.25, 10000] years; got 0"),
        ({"costs": ["shadow.resolve"]}, "costs must be a table of prices"),
        ({"target": 100}, "target must lie between 0 and the 100 years"),
        ({"budget": 0}, "budget must be a number above 0; got 0"),
        ({"budget": math.inf}, "budget must be a number above 0; got inf"),
        ({"tries": 0}, "tries must lie in [1, 1000000]"),
        ({"runs": 0}, "runs must lie in [1, 100000]"),
        ({"spell": "war"}, "no spell 'war'"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments, message):
    with pytest.raises(InputError) as refusal:
        cheapest_changes("concert", **arguments)
    assert message in str(refusal.value)

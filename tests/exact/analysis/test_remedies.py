"""Remedies of a history: a world whose chances are known in closed form, and identities that hold exactly.

Two states that always defect are at war with the same chance in every round, exp(-RATE (1 - prudence) years)
that there is none: prudence is a lever that surely saves at its end, and the trust after a war one that does
nothing before it.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from handmade import world

import regimesim as rs
from regimesim.analysis.forks import Forks, Wanted, moved_from, with_phase
from regimesim.analysis.futures import Stops, futures_of, question_of
from regimesim.analysis.levers import levers_of
from regimesim.analysis.remedies import remedies, remedies_of, spell_of, stops_of
from regimesim.analysis.smallest_moves import HALVINGS, SHARES_TRIED, smallest_moves
from regimesim.chronicle.replay import replay
from regimesim.scenario.messages import InputError
from regimesim.simulation.assumptions import Assumed, needed_set
from regimesim.simulation.lowering import lower
from regimesim.stats.estimates import near

RATE, OWN = 0.05, 0.2
ARMED = {"strategy": "always_defect", "nuclear": True, "second_strike": 1.0}
PRUDENCE, IDLE = "deterrence.prudence", "war.settlement_trust"


def deterred(years=20.0):
    """Two nuclear powers that always defect."""
    return world(
        {"A": ARMED, "B": ARMED}, m=4, years=years, about={"start": 1950},
        war={"unilateral": RATE, "years": 1}, deterrence={"prudence": OWN},
    )  # fmt: skip


def stands(move, years):
    """Chance that there is no war in some years after a move of prudence upwards."""
    return math.exp(-RATE * (1 - (OWN + move * (1 - OWN))) * years)


def ending(made, within):
    """The first history with a war after some years, and before others."""
    for replicate in range(200):
        history = replay(made, 7, replicate)
        first = int(history.lanes.tally.war_round[0])
        if within[0] <= first / 4 < within[1]:
            return history
    raise AssertionError


@pytest.fixture(scope="module")
def found():
    """Remedies of a history with a war after ten years or more; dates lie after its own twenty years."""
    return remedies_of(ending(deterred(), (10, 18)), Wanted("peace", 0.9, 15.0), [PRUDENCE, IDLE])


def test_chances_are_those_of_a_constant_hazard_whatever_the_year(found):
    assert found.prolonged and len(found.year) >= 5
    for chance in found.unmoved:
        assert abs(chance - stands(0, 15)) < 4.5 * math.sqrt(0.25 / found.futures)
    assert near(found.first.chance, stands(0, 15))


def test_the_smallest_move_gives_the_odds_by_the_closed_form(found):
    prudence = found.courses[0]
    assert prudence.lever.name == PRUDENCE and prudence.suffices.all()
    assert near(prudence.told.chance, stands(prudence.told.move, 15))
    for move in prudence.move:
        assert abs(stands(move, 15) - 0.9) < 4.5 * math.sqrt(0.09 / found.futures) + 0.01
    assert found.latest(prudence) == found.year[-1] and found.best is prudence
    assert prudence.told.suffices and prudence.told.year == found.year[0] == 1950
    assert prudence.told.words == f"0.2 to {OWN + (1 - OWN) * prudence.told.move:.3g}"


def test_the_end_of_the_range_surely_saves(found):
    assert (found.courses[0].best == 1.0).all()
    certain = remedies_of(ending(deterred(), (2, 4)), Wanted("peace", 1.0, 15.0), [PRUDENCE])
    assert 0.75 < certain.courses[0].told.move <= 1.0 and certain.courses[0].best[0] == 1.0


def test_a_lever_that_does_nothing_is_told_to_do_nothing(found):
    """With common random numbers not nearly so, but exactly: from each year on, whatever the move."""
    idle = found.courses[1]
    assert idle.lever.name == IDLE and np.isnan(idle.move).all() and found.latest(idle) is None
    few = remedies_of(ending(deterred(), (10, 18)), Wanted("peace", 0.9, 15.0), [IDLE], futures=50)
    assert np.array_equal(few.courses[0].best, few.unmoved)
    assert f"No move found to help by more than luck: {IDLE}." in " ".join(found.text().split())


def test_without_a_need_nothing_is_moved():
    story = remedies_of(replay(deterred(), 7, 0), Wanted("peace", 0.3, 1.0), [PRUDENCE], futures=50)
    assert story.courses == () and story.first is None and story.best is None
    assert "Nothing has to be moved" in " ".join(story.text().split())
    assert story.frame().empty and story.as_dict()["levers"] == []


def test_futures_without_a_move_are_those_of_the_turning_points():
    """The world is copied, a phase begins in it, and every future is the same, draw by draw."""
    made = rs.load_scenario("concert")
    history, moments = replay(made, 0, 3), [0, 46, 128]
    forks = Forks(history, Wanted("regime", 0.9, 30.0), moments)
    for t in moments:
        question = question_of(made, "regime", made.start + t / 4 + 30)
        whole = futures_of(Stops(history.design, 0, 3, [t]), t, question, 60).stands
        assert np.array_equal(forks.stand(t, [None], np.arange(60))[0], whole)
        still = forks.stand(t, [(lever, 0.0) for lever in levers_of(made).levers[::5]], np.arange(60))
        assert (still == whole).all()


def test_a_move_is_in_force_from_its_year_on_and_not_before():
    """A history under the moved scenario is the same up to that year, and has those futures from it."""
    made = rs.load_scenario("concert")
    (lever,) = levers_of(made, ["shadow.resolve"]).levers
    t, move = 42, (lever, 0.6)
    other = moved_from(made, t, move)
    question = question_of(made, "regime", made.start + t / 4 + 30)
    stops = Stops(lower(other), 0, 3, [t])
    history = replay(made, 0, 3)
    assert np.array_equal(stops[t].tally.cooperating[:t], history.lanes.tally.cooperating[:t])
    forks = Forks(history, Wanted("regime", 0.9, 30.0), [t])
    assert np.array_equal(forks.stand(t, [move], np.arange(80))[0], futures_of(stops, t, question, 80).stands)


def test_a_phase_is_put_in_where_none_begins():
    made = rs.load_scenario("concert")
    same, number = with_phase(made, 128)  # the wave of 1848
    assert same is made and number == 2
    longer, number = with_phase(made, 100)
    assert number == 2 and longer.phases[2].year == 25.0 and len(longer.phases) == len(made.phases) + 1
    assert longer.phases[2].parameters == made.phases[1].parameters


def test_over_the_settings_that_fit_each_goes_on_under_its_own(monkeypatch):
    """If all draws are the published setting, the chance over the set is that of fresh futures."""
    monkeypatch.setattr("regimesim.analysis.forks.UNDER_SET", 300)
    made = rs.load_scenario("concert")
    draws = needed_set(made)
    published = {name: np.full(len(draws), made[name]) for name in draws.columns}
    under = Assumed(made, replace(draws, columns=published))
    (lever,) = levers_of(made, ["shadow.resolve"]).levers
    forks = Forks(replay(made, 0, 3), Wanted("regime", 0.9, 30.0), [20], under)
    assert "shadow.resolve" in under.columns and len(under.columns) > 30
    for move in (None, (lever, 0.5)):
        fresh = forks.stand(20, [move], np.arange(300), fresh=True)
        assert forks.spread(20, move).mean == fresh.mean()


def test_over_the_settings_that_fit_the_lever_stands_where_it_is_moved(monkeypatch):
    """Draws in which only the lever differs change nothing: it stands where the move leads to."""
    monkeypatch.setattr("regimesim.analysis.forks.UNDER_SET", 300)
    made = rs.load_scenario("concert")
    draws = needed_set(made)
    spread = {"shadow.resolve": np.linspace(0.1, 1, len(draws))}
    (lever,) = levers_of(made, ["shadow.resolve"]).levers
    (other,) = levers_of(made, ["norms.restraint"]).levers
    forks = Forks(
        replay(made, 0, 3), Wanted("regime", 0.9, 30.0), [20], Assumed(made, replace(draws, columns=spread))
    )
    fresh = forks.stand(20, [(lever, 0.5), (other, 0.5)], np.arange(300), fresh=True).mean(axis=1)
    assert forks.spread(20, (lever, 0.5)).mean == fresh[0]
    assert forks.spread(20, (other, 0.5)).mean != fresh[1]


def test_the_smallest_share_of_the_grid_is_found_though_more_would_harm():
    """A chance that rises to 1 at half of the way and falls to 0 at the end."""
    (lever,) = levers_of(deterred(), [PRUDENCE]).levers

    def outcomes(moves, some):
        chance = np.array([0.0 if one is None else 1 - 2 * abs(abs(one[1]) - 0.5) for one in moves])
        return (some[None] + 0.5) / 400 < chance[:, None]

    found = smallest_moves(outcomes, [(lever, 1)], 0.8, 400)[lever]
    step = (SHARES_TRIED[1] - SHARES_TRIED[0]) / 2**HALVINGS
    assert 0.4 <= found.smallest <= 0.4 + step and (found.best, found.chance) == (0.5, 1.0)


def test_stops_are_whole_years_up_to_the_end_of_the_spell():
    history = ending(deterred(), (10, 18))
    question = question_of(history.scenario, "peace")
    _, end, ended = spell_of(history, question)
    stops = stops_of(history, question)
    assert ended and stops[0] == 0 and stops[-1] < end and {t % 8 for t in stops} == {0}
    calm = replay(world(2, m=4, years=100), 0, 0)
    assert stops_of(calm, question_of(calm.scenario, "peace")) == [*range(0, 400, 40)]


def test_the_result_does_not_depend_on_threads():
    history = ending(deterred(), (2, 4))
    one, two = (
        remedies_of(history, Wanted("peace", 0.9, 5.0), futures=60, workers=workers) for workers in (1, 3)
    )
    assert one.frame().equals(two.frame()) and one.as_dict() == two.as_dict()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"odds": 0}, "odds must lie in (0, 1]; got 0"),
        ({"odds": 90}, "odds must lie in (0, 1]; got 90"),
        ({"stand": 0}, "stand must lie in [0.25, 10000] years; got 0"),
        ({"stand": 9999}, "that takes 100"),
        ({"odds": "high"}, "odds must be a number"),
        ({"levers": "shadow.resolve"}, "levers must be a list of words"),
        ({"spell": "war"}, "no spell 'war'"),
        ({"levers": ["x"]}, "no lever 'x'"),
        ({"futures": 3}, "futures must lie in [50, 100000]; got 3"),
        ({"replicate": -1}, "replicate must lie in [0, 4294967295]"),
        ({"workers": 0}, "workers must lie in [1, 1024]"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments, message):
    with pytest.raises(InputError) as refusal:
        remedies(rs.load_scenario("concert"), **{"replicate": 3, **arguments})
    assert message in str(refusal.value)

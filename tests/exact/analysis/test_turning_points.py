"""Turning points: worlds whose chances are known in closed form, and identities that must hold exactly."""

import math

import numpy as np
import pytest
from eventful import busy
from handmade import world

import regimesim as rs
from regimesim.analysis.futures import Stops, futures_of, question_of
from regimesim.analysis.sources import as_drawn, sources_of
from regimesim.analysis.turning_points import (
    REST,
    affordable,
    asked_of,
    turning_points,
    turning_points_of,
)
from regimesim.chronicle.replay import replay
from regimesim.scenario.messages import InputError
from regimesim.stats.estimates import share

RATE = 0.05
VILLAINS = {"A": {"strategy": "always_defect"}, "B": {"strategy": "always_defect"}}


def memoryless():
    """Two states that always defect: war breaks out with the same chance in every round at peace."""
    return world(VILLAINS, m=4, years=20, war={"unilateral": RATE, "years": 1})


def with_outcome(made, stands, spell="peace", until=None):
    """The first history of a world that ends so."""
    question = question_of(made, spell, until)
    for replicate in range(100):
        history = replay(made, 11, replicate)
        if bool(question.fates(history.lanes).stands[0]) == stands:
            return history
    raise AssertionError


@pytest.mark.parametrize("stands", [False, True])
def test_the_chance_is_that_of_a_constant_hazard(stands):
    """While there is peace, P(no war by year 15) = exp(-0.05 (years left)), whatever the round."""
    made = memoryless()
    found = turning_points_of(with_outcome(made, stands, until=15.0), 15.0, "peace", 600)
    assert found.until == 15.0 and found.stands is stands and found.chance[-1] == found.outcome == stands
    for year, chance, expected in zip(found.year[:-1], found.chance, found.expected, strict=False):
        left = 15.0 - year
        reach = share(round(600 * chance), 600, 1 - 1e-5)
        assert reach.lower <= math.exp(-RATE * left) <= reach.upper
        mean = year + (1 - math.exp(-RATE * left)) / -math.expm1(-RATE / 4) / 4
        assert abs(expected - mean) < 4.5 * 15 / math.sqrt(12 * 600)


@pytest.mark.parametrize("replicate", [0, 1, 2])
@pytest.mark.parametrize("spell", ["regime", "peace", "systemic"])
def test_all_changes_add_up_to_the_outcome_minus_the_chance_at_the_start(replicate, spell):
    made = busy("decentralized")
    found = turning_points(made, 3, replicate, spell=spell, futures=40, until=1935)
    assert abs(sum(change.change for change in found.changes) - (found.outcome - found.prior)) < 1e-12
    for year, before, after in zip(found.years, found.chance, found.chance[1:], strict=False):
        assert (year.before, year.after) == (before, after)
        assert abs(sum(change.change for change in year.changes) - year.change) < 1e-12
    assert found.frame()["change"].sum() == pytest.approx(found.outcome - found.prior, abs=1e-12)
    assert list(found.curve()["chance"]) == list(found.chance)


def test_futures_that_rejoin_the_history_are_what_they_would_have_been():
    """They are not played twice; playing all of them gives the same fates, future by future."""
    made = rs.load_scenario("concert")
    question = question_of(made, "regime", 1840)
    history = replay(made, 0, 3)
    moments = [0, 20, 40, 44]
    stops = Stops(history.design, 0, 3, moments)
    whole = {t: futures_of(stops, t, question, 60) for t in moments}
    for t, joins in ((0, 20), (20, 40), (40, 44)):
        found = futures_of(stops, t, question, 60, (), joins)
        assert found.known.any() and (t != 40 or not found.known.all())
        stands = np.where(found.known, found.stands, whole[joins].stands)
        years = np.where(found.known, found.years, whole[joins].years)
        assert np.array_equal(stands, whole[t].stands) and np.array_equal(years, whole[t].years)


def test_what_is_made_known_to_futures_is_what_happened():
    """All sources of a round made known, many more rejoin the history: only what did not happen is open.

    At the turn of a year shares of capability are drawn, and no two futures are alike.
    """
    made, rejoined = busy("decentralized"), 0
    history = replay(made, 3, 1)
    question = question_of(made, "peace", 1935)
    known = question.known_from(history.lanes)
    rounds = [t for t in range(known) if t % 4 and sources_of(history, t)]
    assert len(rounds) > 5
    stops = Stops(history.design, 3, 1, [*rounds, *(t + 1 for t in rounds)])
    for t in rounds:
        revealed = [draw for source in sources_of(history, t) for draw in as_drawn(history, source)]
        blind, seeing = (futures_of(stops, t, question, 300, draws, t + 1) for draws in ((), revealed))
        rejoined += (~seeing.known).sum() > (~blind.known).sum()
    assert rejoined == len(rounds)


def test_a_year_is_told_apart_by_what_happened_in_it():
    """Replicate 17 of the Concert under seed 0: two waves of revolution, and the second ends it."""
    found = turning_points("concert", replicate=17, futures=60)
    (wave,) = [point for point in found.points if point.year == 1820]
    (first, *_, rest) = wave.changes
    assert first.cause.startswith("a wave of revolution strikes") and first.date == "1820 Q2"
    assert first.change < -0.5 and rest.cause == REST
    assert not found.stands and 1829 < found.until < 1831  # ten years after the collapse


def test_the_result_does_not_depend_on_threads_and_can_be_had_again():
    made = busy()
    one, two = (turning_points(made, 1, 2, futures=30, workers=workers) for workers in (1, 3))
    assert one.frame().equals(two.frame()) and one.curve().equals(two.curve())
    assert np.array_equal(one.curve(), turning_points(made, 1, 2, futures=30).curve())


def test_the_date_asked_for_is_ten_years_after_the_end_or_the_horizon():
    made = memoryless()
    fell = with_outcome(made, False)
    first = int(fell.lanes.tally.war_round[0])
    assert asked_of(fell, "peace", None).until == min(80, first + 40)
    assert asked_of(with_outcome(made, True), "peace", None).until == 80


def test_it_is_told_in_lines_and_plain_values():
    found = turning_points("concert", replicate=17, futures=60)
    text = found.text(72)
    assert max(map(len, text.splitlines())) <= 72
    asked = f"The chance that the regime stands in {found.until:g}"
    assert asked in text and "1820   " in text
    assert "All years together: " in text and "60 futures from each year." in str(found).replace("\n", " ")
    told = found.as_dict()
    assert told["turning"] == [point.year for point in found.points] and told["prior"] == found.prior
    axes = found.plot()
    assert axes.get_ylabel() == f"chance to stand in {found.until:g} (%)"
    assert [text.get_text() for text in axes.texts] == [str(k + 1) for k in range(len(found.points))]


def test_a_world_in_which_nothing_moves_has_no_turning_points():
    made = world({"A": {"strategy": "always_cooperate"}, "B": {"strategy": "always_cooperate"}}, years=5)
    found = turning_points(made, spell="peace", futures=8)
    assert found.points == () and (found.chance == 1).all() and found.stands
    assert "No single year moved it" in found.text()
    assert found.sentence == "The chance that there is no war before 5 was 1 in 0 and came to 1 by 5."


def test_a_large_world_is_not_forked_without_being_asked():
    assert affordable(rs.load_scenario("concert")) == 500
    assert affordable(world(2, m=52, years=1000)) == 0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"until": 1816}, "until must lie above 1816, up to 1916; got 1816"),
        ({"until": 1917}, "until must lie above 1816, up to 1916; got 1917"),
        ({"spell": "peas"}, "no spell 'peas'. Did you mean 'peace'?"),
        ({"futures": 0}, "futures must lie in"),
        ({"workers": 0}, "workers must lie in"),
        ({"replicate": -1}, "replicate must lie in"),
        ({"seed": 2**64}, "seed must lie in"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, message):
    with pytest.raises(InputError) as refused:
        turning_points("concert", **asked)
    assert message in str(refused.value)

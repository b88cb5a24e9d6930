"""The making of sets of assumptions: the table, its luck, and (``verify``) the shipped sets made anew."""

from types import SimpleNamespace

import numpy as np
import pytest

import regimesim as rs
from regimesim.analysis.calibration.checking import calibrated, identification, standing
from regimesim.analysis.calibration.fitting import SETS, Fit, FitQuestion, Region, distance, exposure, fit
from regimesim.analysis.calibration.inference import AcceptedDraws, Posterior
from regimesim.analysis.calibration.targets import targets_of
from regimesim.simulation.assumptions import read_set, with_values

pytest.importorskip("sklearn")
NEAR = 0.12
"""Distance by luck of means of 256 draws: four standard errors of a difference, and a bit."""


@pytest.fixture(scope="module")
def question():
    return FitQuestion.of("bipolar")


def test_the_prior_is_every_assumption_that_is_used_within_its_range():
    question = FitQuestion.of("concert")
    assert {"transparency.level", "norms.restraint", "trust.initial"} <= set(question.names)
    assert not {"shadow.rounds_per_year", "deterrence.retaliation"} & set(question.names)
    k = question.names.index("war.cost")
    assert (question.low[k], question.high[k]) == (5, 50)
    assert question.scenario.years == 98  # to the end of 1913
    assert question.columns(np.full((1, len(question.names)), 0.5))["war.cost"][0] == 27.5


def test_a_draw_is_one_history_with_luck_of_its_own(question):
    """Draw k is replicate k of its world, as the public simulation plays it."""
    positions = np.random.default_rng(0).random((3, len(question.names)))
    played = question.play(positions, 5, first=10)
    names = [target.name for target in question.targets]
    for k in range(3):
        values = {name: column[k] for name, column in question.columns(positions).items()}
        found = rs.simulate(with_values(question.scenario, values), runs=10 + k + 1, seed=5)
        last = found.yearly[:, :, -1]
        disputes = last[rs_quantity("disputes")]
        assert played[k, names.index("disputes_1946_1962")] == pytest.approx(disputes[:17].mean())
        assert played[k, names.index("disputes_1980_1991")] == pytest.approx(disputes[34:46].mean())
        wars = [t for t in question.targets if t.kind == "wars"]
        total = sum(played[k, names.index(t.name)] * t.period.years for t in wars)
        assert total == pytest.approx(found.columns["wars"][-1])


def rs_quantity(name):
    from regimesim.simulation.columns import QUANTITIES

    return QUANTITIES.index(name)


def test_distance_by_hand():
    """Root of counts: 4 against 9 disputes and 1 war against 0 are 1 and 1 away."""
    found = distance(np.array([[0.04, 0.1]]), np.array([0.09, 0.0]), np.array([100.0, 10.0]))
    np.testing.assert_allclose(found, np.sqrt(2.0))


def test_exposure_is_pair_years_or_years():
    concert = FitQuestion.of("concert")
    named = dict(
        zip([target.name for target in targets_of(concert.scenario)], exposure(concert), strict=True)
    )
    assert named["disputes_1816_1847"] == 320
    assert named["wars_1854_1870"] == 17


def told(question, positions):
    posterior = Posterior(positions, np.full(len(positions), 1 / len(positions)))
    return identification(SimpleNamespace(question=question), posterior, posterior).set_index("parameter")


def test_what_is_identified(question):
    """Draws that fill the lower half of one range and all of the others'."""
    positions = np.random.default_rng(1).random((4000, len(question.names)))
    positions[:, 3] /= 2
    frame = told(question, positions)
    assert frame.index[frame["identified"]].tolist() == [question.names[3]]
    row = frame.loc[question.names[3]]
    assert row["distance"] == pytest.approx(0.5, abs=0.03)
    assert row["width"] == pytest.approx(0.5, abs=0.02)
    assert row["moved"] == pytest.approx(-0.25 * np.sqrt(12), abs=0.05)


def test_a_setting_is_placed_among_draws(question):
    """Among draws that always fight, the published setting is the likelier source of the record."""
    wild = question.position(question.published | {"war.mutual": 0.3, "war.unilateral": 0.1, "war.cost": 5.0})
    region = Fit(question, Region(), AcceptedDraws(np.zeros((1, 1)), np.zeros((1, 1))), 3)
    found = standing(region, np.tile(np.clip(wild, 0, 1), (6, 1)), histories=40)
    assert found.below > 0.8
    assert found.share > 0.1


@pytest.mark.verify
@pytest.mark.parametrize("name", SETS)
def test_the_shipped_set_is_found_again_and_its_inference_calibrated(name):
    shipped, found = read_set(name), fit(SETS[name])
    question = found.question
    again = np.column_stack(list(found.drawn().values()))
    before = np.column_stack(list(shipped.columns.values()))
    span = question.high - question.low
    np.testing.assert_allclose((again.mean(0) - before.mean(0)) / span, 0, atol=NEAR)
    np.testing.assert_allclose((again.std(0) - before.std(0)) / span, 0, atol=NEAR)
    ranks = calibrated(found.nearest, found.truths(512), question.names)
    assert ranks.covers, ranks.coverage
    assert ranks.uniform, ranks.uneven

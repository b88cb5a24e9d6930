"""Sensitivity analysis against known shares of variance: of functions in place of play, of plain worlds."""

import math

import numpy as np
import pytest

from regimesim.analysis.factors import Box, Factor, factors_of, judgements, judgements_of
from regimesim.analysis.influence import Effort, influence
from regimesim.analysis.sensitivity import noise_of, outcome_of, player, screen, swings, variance_shares
from regimesim.scenario.compose import compose, load_scenario
from regimesim.scenario.files import scenario_names
from regimesim.scenario.mechanisms import OFF
from regimesim.scenario.messages import InputError
from regimesim.sweeps.chunks import play_points

pytest.importorskip("SALib")

NAMES = ("transparency.level", "transparency.miss_rate", "war.cost", "norms.restraint")


def factors(low, high, own=0.0, names=NAMES):
    return tuple(Factor(name, low, high, own) for name in names)


def playing(function, luck=None):
    """In place of the simulator: a function of the factors' values, and luck common to all points."""
    common = np.zeros(3) if luck is None else np.asarray(luck)
    return lambda columns: np.asarray(function(*columns.values()))[:, None] + common[None]


def test_ishigami():
    a, b = 7.0, 0.1
    played = playing(lambda x, y, z: np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x))
    found = variance_shares(factors(-math.pi, math.pi, names=NAMES[:3]), played, samples=2048)
    alone = 0.5 * (1 + b * math.pi**4 / 5) ** 2, a**2 / 8, 0.0
    both = b**2 * math.pi**8 * (1 / 18 - 1 / 50)  # of x and z together
    variance = sum(alone) + both
    for k, first in enumerate(found.first):
        assert first.value == pytest.approx(alone[k] / variance, abs=0.03)
    totals = [alone[0] + both, alone[1], both]
    for k, total in enumerate(found.total):
        assert total.value == pytest.approx(totals[k] / variance, abs=0.03)
        assert total.lower < totals[k] / variance < total.upper
    assert found.deviation == pytest.approx(math.sqrt(variance), rel=0.02)
    assert found.interactions == pytest.approx(both / variance, abs=0.05)


def test_a_product_has_nothing_alone_and_an_idle_factor_nothing_at_all():
    found = variance_shares(factors(-1, 1), playing(lambda w, x, y, z: 2 * w + x * y), samples=1024)
    assert found.total[0].value == pytest.approx(12 / 13, abs=0.03)
    for k in (1, 2):
        assert found.first[k].lower < 0.0 < found.first[k].upper
        assert found.total[k].value == pytest.approx(1 / 13, abs=0.01)
    assert (found.first[3].value, found.total[3].value) == (0.0, 0.0)


def test_luck_that_is_the_same_everywhere_changes_nothing():
    function = lambda w, x, y, z: 2 * w + x * y  # noqa: E731
    one = variance_shares(factors(-1, 1), playing(function), samples=64)
    other = variance_shares(factors(-1, 1), playing(function, [-5.0, 1.0, 4.0]), samples=64)
    assert [t.value for t in other.total] == pytest.approx([t.value for t in one.total])
    assert other.noise.share == pytest.approx(0.0, abs=1e-12)
    assert other.noise.apart > 0.5


def test_a_constant_has_no_shares():
    found = variance_shares(factors(0, 1), playing(lambda w, x, y, z: 0 * w + 3.0), samples=8)
    assert [t.value for t in found.total] == [0.0] * 4
    assert (found.mean, found.deviation, found.interactions) == (3.0, 0.0, 0.0)


def test_screening_of_a_plane():
    """An elementary effect of a linear function is its slope times two thirds of the range, everywhere."""
    found = screen(factors(10, 40), playing(lambda w, x, y, z: w - 3 * x + 0.1 * y), trajectories=6)
    assert found.mu_star == pytest.approx([20, 60, 2, 0])
    assert found.mu == pytest.approx([20, -60, 2, 0])
    assert found.sigma == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert found.reach == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert [factor.name for factor in found.foremost(2)] == ["transparency.miss_rate", "transparency.level"]
    assert found.points == 30


def test_swings_are_sorted_and_paired():
    luck = np.array([-30.0, 0.0, 30.0])
    found = swings(factors(-1, 2, own=1.0), playing(lambda w, x, y, z: w + 4 * x + 0 * z, luck), span=100.0)
    assert [swing.factor.name for swing in found] == [
        "transparency.miss_rate",
        "transparency.level",
        *NAMES[2:],
    ]
    assert (found[0].low.value, found[0].high.value, found[0].width) == (-8.0, 4.0, 12.0)
    # no run moves: three runs can miss what befalls a share 1 - .025^(1/3) of them
    assert found[3].high.upper == pytest.approx(100 * (1 - 0.025 ** (1 / 3)))


def test_the_error_of_a_swing_is_that_of_the_paired_differences():
    moved = np.array([1.0, 2.0, 6.0])
    found = swings(factors(0, 1, names=NAMES[:1]), lambda c: c["transparency.level"][:, None] * moved)
    assert found[0].high.value == 3.0
    assert found[0].high.standard_error == pytest.approx(math.sqrt((4 + 1 + 9) / 9))


def test_noise_by_hand():
    found = noise_of(np.array([[1.0, 3.0], [7.0, 5.0]]))  # mean squares: points 16, interaction 4; within 2
    assert found.share == pytest.approx(4 / 16)
    assert found.apart == pytest.approx(1 / (6 + 1))
    assert noise_of(np.array([[1.0, 3.0], [5.0, 7.0]])).share == 0.0
    assert math.isnan(noise_of(np.array([[1.0], [5.0]])).share)


def test_noise_of_known_variances():
    rng = np.random.default_rng(5)
    parts = 3 * rng.normal(size=(400, 1)), 4 * rng.normal(size=(1, 50)), 5 * rng.normal(size=(400, 50))
    found = noise_of(sum(parts))
    assert found.share == pytest.approx(0.5 / 9.5, rel=0.25)
    assert found.apart == pytest.approx(0.82 / 9.82, rel=0.25)


@pytest.fixture
def quiet(tmp_path):
    """A world in which nothing happens, as a file."""
    path = tmp_path / "quiet.yaml"
    path.write_text("strategy: always_cooperate\nyears: 10\nstates: {A: {}, B: {}}\n", "utf-8")
    return str(path)


def boxed(scenario, names, bounds):
    return Box(scenario, (), factors_of(compose(scenario, ()), names, bounds))


def test_the_one_parameter_that_can_matter_has_all_the_variance(quiet):
    """Two states that always cooperate, but for a trembling hand p: both hold back with (1 - p)^2."""
    names = ["choice.tremble", "war.cost", "sanctions.severity", "trust.initial", "domestic.spread"]
    box = boxed(quiet, names, {"choice.tremble": (0.0, 0.4)})
    outcome = outcome_of(box, "cooperation_rate")
    found = influence(box, outcome, Effort(32, 6, 64, 5), seed=3, workers=1, progress=None)
    shares = dict(zip([f.name for f in found.indices.factors], found.indices.total, strict=True))
    assert shares["choice.tremble"].value == pytest.approx(1.0, abs=0.1)
    assert all(t.lower <= 0.0 <= t.upper for name, t in shares.items() if name != "choice.tremble")
    assert found.indices.mean == pytest.approx((1 - 0.6**3) / 1.2, abs=0.02)
    assert found.swings[0].factor.name == "choice.tremble"
    assert found.swings[0].high.value == pytest.approx(0.36 - 1, abs=0.02)
    assert all(swing.width == 0.0 for swing in found.swings[1:])
    assert found.indices.noise.share < 0.02
    assert "most is choice.tremble" in found.sentences[0]


def test_a_played_interaction_has_its_share(quiet):
    """False alarms come at f (1 - level) a year, f in [0, .6]: each has 3/7 alone, and 1/7 is in both.

    In a quarter they have the chance 1 - exp(-.15 u v), u and v uniform: nearly .15 u v. Its mean is the sum
    of -(-.15)^k / (k! (k + 1)^2). All points have the same luck: .0025 is three standard errors.
    """
    bounds = {"transparency.level": (0.0, 1.0), "transparency.false_alarm_rate": (0.0, 0.6)}
    box = boxed(quiet, list(bounds), bounds)
    play = player(box, outcome_of(box, "false_alarm_share"), 640, 1, 1)
    found = variance_shares(box.factors, play, samples=256, seed=1)
    for first, total in zip(found.first, found.total, strict=True):
        assert first.value == pytest.approx(3 / 7, abs=0.06)
        assert total.value == pytest.approx(4 / 7, abs=0.06)
    mean = -sum((-0.15) ** k / (math.factorial(k) * (k + 1) ** 2) for k in range(1, 20))
    assert mean == pytest.approx(0.0363, abs=1e-4)
    assert found.mean == pytest.approx(mean, abs=0.0025)


def test_luck_is_told_from_parameters(quiet):
    """Noise of a share of r runs: with a tenth of the runs, ten times the noise."""
    box = boxed(quiet, ["choice.tremble"], {"choice.tremble": (0.05, 0.1)})
    outcome = outcome_of(box, "cooperation_rate")
    many, few = (
        variance_shares(box.factors, player(box, outcome, runs, 2, 1), samples=64).noise.share
        for runs in (200, 20)
    )
    assert 5 * many < few < 15 * many


def test_points_of_a_box_are_the_scenarios_that_one_would_type():
    names = ["shadow.rounds_per_year", "trust.initial", "transparency.level", "domestic.revolution"]
    box = boxed("concert", names, {})
    columns = {
        "shadow.rounds_per_year": np.array([2.0, 4.0, 2.0]), "trust.initial": np.array([0.6, math.nan, 0.8]),
        "transparency.level": np.array([0.2, 0.79, 0.9]), "domestic.revolution": np.array([0.0, 0.02, 0.1]),
    }  # fmt: skip
    points = box.points(columns)
    for k in (0, 2):
        typed = [f"{name}={column[k]:g}" for name, column in columns.items()]
        assert points.scenario(k) == load_scenario("concert", typed)
    assert points.scenario(1) == load_scenario("concert")


def test_whole_numbers_take_all_their_values_and_both_ends():
    factor = Factor("shadow.rounds_per_year", 1, 3, 2)
    assert factor.values(np.array([0.0, 0.3, 0.34, 0.66, 0.67, 1.0])).tolist() == [1, 1, 2, 2, 3, 3]
    assert Factor("war.cost", 5, 30, 12).values(np.array([0.0, 1.0])).tolist() == [5, 30]


@pytest.mark.parametrize("name", [*scenario_names(), "tit_for_tat"])
def test_what_a_scenario_does_not_use_changes_nothing(name):
    settings = [("years", "20")]
    if name == "tit_for_tat":
        name, settings = "concert", [*settings, ("strategy", "tit_for_tat")]
    scenario = compose(name, settings)
    used = {p.name for p in judgements_of(scenario)}
    idle = [p.name for p in judgements() if p.name not in used]
    # turned on, a mechanism that is off would of course do something
    idle = [n for n in idle if n not in OFF or any(ph.parameters[n] != OFF[n] for ph in scenario.phases)]
    if not idle:
        return
    found = factors_of(scenario, idle, {})
    rows = np.array([[f.own for f in found]] * (2 * len(found) + 1))
    for k, factor in enumerate(found):
        rows[2 * k + 1, k], rows[2 * k + 2, k] = factor.low, factor.high
    box = Box(name, settings, found)
    played = play_points(box.points({f.name: rows[:, k] for k, f in enumerate(found)}), 8, 0, 1)
    for column in ("regime_years", "peace_years", "disputes", "wars"):
        values = played[column].reshape(-1, 8)
        assert (values == values[0]).all(), column


@pytest.mark.parametrize("name", scenario_names())
def test_shipped_scenarios_leave_something_to_vary(name):
    scenario = compose(name, ())
    found = factors_of(scenario, None, {})
    assert {"transparency.level", "shadow.discount_factor", "choice.temperature"} <= {f.name for f in found}
    assert all(f.low < f.high for f in found)


def test_a_mechanism_that_is_switched_off_is_left_out():
    with_rule = {p.name for p in judgements_of(compose("league", ()))}
    without = {p.name for p in judgements_of(compose("league", [("sanctions.rule", "none")]))}
    gone = {name for name in with_rule - without if not name.startswith("sanctions.")}
    assert gone == {"transparency.publicity"}
    assert not any(name.startswith("sanctions.") for name in without)


@pytest.mark.parametrize(
    ("names", "bounds", "words"),
    [
        (["war.cots"], {}, "Did you mean 'war.cost'"),
        (["payoffs.temptation"], {}, r"payoffs.temptation=interval\(LOW,HIGH\)"),
        (["sanctions.rule"], {}, "sanctions.rule is no number"),
        ([], {}, "names none"),
        (None, {"war.cost": (9.0, 2.0)}, "the first must be the lower"),
        (None, {"transparency.level": (0.0, 1.4)}, r"must lie in \[0, 1\]; got 1.4"),
        (None, {"norms.half_life": (1.0, math.inf)}, "must be finite"),
        (None, {"payoffs.temptation": (5.0, 9.0)}, "must be a Prisoners' Dilemma"),
    ],
)
def test_refusals(names, bounds, words):
    with pytest.raises(InputError, match=words):
        factors_of(compose("concert", ()), names, bounds)


def test_any_game_lifts_the_bounds_of_payoffs():
    scenario = compose("concert", [("payoffs.game", "any")])
    (factor,) = factors_of(scenario, ["payoffs.temptation"], {"payoffs.temptation": (2.0, 9.0)})
    assert (factor.low, factor.high, factor.own) == (2.0, 9.0, 5.0)

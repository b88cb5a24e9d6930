"""Calibration against what is known otherwise: closed forms, sets that can be worked out, `simulate`."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, poisson

from regimesim.analysis.calibration.calibrate import Calibration, Problem, calibrate
from regimesim.analysis.calibration.findings import agreed, answers_of_draws, narrowing, tradeoffs
from regimesim.analysis.calibration.targets import (
    Target,
    fewest_histories,
    implausibility,
    watcher,
)
from regimesim.analysis.comparison import compare
from regimesim.analysis.history.eras import era_table
from regimesim.analysis.history.rates import GREAT_POWERS, Period
from regimesim.analysis.history.record import read_disputes
from regimesim.cli.main import main
from regimesim.report.figures.calibration import answers_figure, set_figure, targets_figure
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.messages import InputError
from regimesim.simulation.simulate import simulate
from regimesim.sweeps.chunks import play_points
from regimesim.sweeps.design import read_points

ROUGH = (("transparency.level", "0.15"),)
"""The Concert with eyes half shut: disputes and wars enough to be told from none."""

TREMBLING = """# @package _global_
about: {title: Five that err, start: 1816}
years: 60
norms: {restraint: 99}
shadow: {punishment_years: 0.02}
states: {A: {}, B: {}, C: {}, D: {}, E: {}}
transparency: {level: 1.0}
choice: {tremble: 0.001}
"""


class TestImplausibility:
    def test_by_hand(self):
        """Histories 0..4 and a record of 8: mean 3, deviations 3 2 1 0 1 5, and 5 is the largest."""
        histories = np.arange(5.0).reshape(1, 5, 1)
        found = implausibility(histories, np.array([8.0]))
        assert found.distance[0, 0] == pytest.approx(5 / math.sqrt(40 / 6))
        assert found.worst[0] == found.distance[0, 0]
        assert found.share[0] == pytest.approx(1 / 6)
        below = implausibility(8 - histories, np.array([0.0]))
        assert below.distance[0, 0] == pytest.approx(-found.distance[0, 0])
        assert below.share[0] == found.share[0]

    def test_a_count_against_the_poisson_distribution(self):
        mean, runs = 2.7, 40_000  # no two counts are equally far from the mean
        histories = np.random.default_rng(5).poisson(mean, (1, runs, 1)).astype(float)
        others = np.arange(60)
        for record in range(9):
            exact = poisson.pmf(others, mean)[np.abs(others - mean) >= abs(record - mean) - 1e-9].sum()
            share = implausibility(histories, np.array([float(record)])).share[0]
            assert abs(share - exact) < 5 * math.sqrt(exact / runs) + 1 / runs

    def test_the_level_is_exact_for_skewed_and_dependent_targets(self):
        """Continuous histories, one of which is the record: 1 in 20 is among the 5 % most implausible."""
        rng, problems, runs = np.random.default_rng(1), 3_000, 39
        out = 0
        for _ in range(problems):
            common = rng.exponential(size=(runs + 1, 1))
            drawn = common * rng.exponential(size=(runs + 1, 3)) ** 2
            found = implausibility(drawn[None, :-1], drawn[-1])
            out += found.share[0] <= 0.05 + 1e-9
        assert abs(out - 0.05 * problems) < 4 * math.sqrt(problems * 0.05 * 0.95)

    def test_what_never_varies(self):
        same = np.zeros((1, 30, 2))
        found = implausibility(same, np.zeros(2))
        assert (found.worst[0], found.share[0]) == (0, 1)
        found = implausibility(same, np.array([0.0, 1.0]))
        assert found.share[0] == pytest.approx(1 / 31)
        assert list(found.alone[0]) == [1, pytest.approx(1 / 31)]

    def test_how_many_histories_it_takes(self):
        assert fewest_histories(0.95) == 19
        far = implausibility(np.arange(18.0).reshape(1, 18, 1), np.array([1e6]))
        assert far.share[0] > 0.05
        far = implausibility(np.arange(19.0).reshape(1, 19, 1), np.array([1e6]))
        assert far.share[0] <= 0.05 + 1e-9


class TestTargets:
    def test_the_table_of_the_record_is_what_the_record_says(self, record):
        table = era_table(read_disputes(record)).to_dict("records")
        names = ("start", "end", "wars", "pair_years", "force_used", "powers_min", "powers_max")
        assert [Period(*(row[name] for name in names)) for row in table] == list(GREAT_POWERS.periods)

    def test_rates(self):
        first, second = GREAT_POWERS.periods[:2]
        assert Target("disputes", first).value == 12 / 380
        assert Target("wars", second).value == 4 / 17

    def test_those_of_a_scenario(self):
        def names(source):
            return [target.name for target in Problem.of(source).targets]

        def both(*periods):
            return [f"{kind}_{period}" for period in periods for kind in ("disputes", "wars")]

        assert names("concert") == both("1816_1847", "1848_1853", "1854_1870", "1871_1913")
        assert names("bipolar") == both("1946_1962", "1963_1979", "1980_1991")

    def test_a_period_is_what_happens_in_its_years(self):
        """Disputes of 38 years less those of 32; wars by the years of their outbreak."""
        problem = Problem.of("concert", ROUGH, ["war.mutual"])
        found = calibrate(problem, draws=1, runs=40, seed=3)
        scenario = load_scenario("concert", ["transparency.level=0.15"])
        early, both, long = (simulate(scenario, 40, 3, years) for years in (32, 38, 55))
        first, all_of_38 = (float(results.columns["disputes"].mean()) for results in (early, both))
        assert found.published["disputes_1816_1847"] == pytest.approx(first / 320)
        assert found.published["disputes_1848_1853"] == pytest.approx((all_of_38 - first) / 60)
        wars = long.events[long.events["kind"] == "war"]
        late = (wars["year"] >= 1854).sum() if wars["year"].min() > 1000 else (wars["year"] >= 38).sum()
        assert late > 20
        assert found.published["wars_1854_1870"] == pytest.approx(late / 40 / 17)

    def test_a_table_of_ones_own(self, record):
        problem = Problem.of("league", (), ["war.mutual"], ["disputes_1920_1938"], record)
        rows = read_disputes(record).rows.query("1920 <= year <= 1938")
        assert problem.targets[0].value == pytest.approx((rows["hostility"] >= 4).mean())
        whole = Problem.of("concert", record=record).targets
        assert [(t.name, t.value) for t in whole] == [  # of all great powers, six of them from 1861 on
            ("disputes_1816_1853", 12 / 380), ("wars_1816_1853", 0.0),
            ("disputes_1854_1870", 22 / 225), ("wars_1854_1870", 4 / 17),
        ]  # fmt: skip
        with pytest.raises(InputError, match="does not cover all of these years"):
            Problem.of("concert", (), None, ["wars_1810_1820"], record)


@pytest.fixture(scope="module")
def trembling(tmp_path_factory):
    path = tmp_path_factory.mktemp("trembling") / "trembling.yaml"
    path.write_text(TREMBLING, "utf-8")
    return path


class TestKnownSets:
    def test_a_world_whose_set_is_a_binomial_test(self, trembling):
        """All cooperate, some hands slip, all is seen: a pair-year is in dispute with 1 - (1 - tremble)**8.

        An offence is answered for one round, so that pair-years are very nearly independent, and a draw fits
        if 12 of 380 is not among the 5 % of counts that lie farthest from the mean.
        """
        problem = Problem.of(trembling, (), ["choice.tremble"], ["disputes_1816_1853"])
        found = calibrate(problem, draws=128, runs=399)
        rates = 1 - (1 - found.draws["choice.tremble"].to_numpy()) ** 8
        counts = np.arange(381)
        exact = []
        for rate in rates:
            far = np.abs(counts - 380 * rate) >= abs(12 - 380 * rate) - 1e-9
            exact.append(binom.pmf(counts, 380, rate)[far].sum())
        exact = np.array(exact)
        np.testing.assert_allclose(
            found.draws["disputes_1816_1853"], rates, atol=5 * math.sqrt(0.25 / (380 * 399))
        )
        clear = np.abs(exact - 0.05) > 0.04  # four standard errors of a share of 400 histories
        assert clear.sum() > 110
        fits = found.draws["fits"].to_numpy()
        assert 5 < fits.sum() < 30
        np.testing.assert_array_equal(fits[clear], exact[clear] > 0.05)
        assert not found.published["fits"]  # at .001 a pair-year in 125 is in dispute

    def test_the_point_that_made_the_record_is_in_the_set_and_a_far_one_is_not(self):
        """Sixty records are histories of a known point; each is held against the point and a far one."""
        problem = Problem.of("concert", (), ["war.unilateral"])
        points = problem.points({"war.unilateral": np.array([0.0, 0.1])})
        watch = watcher(problem.scenario, problem.targets)
        played, records = (play_points(points, runs, seed, watch=watch) for runs, seed in ((119, 0), (60, 9)))
        names = [target.name for target in problem.targets]
        histories, true = (np.stack([x[name] for name in names], -1) for x in (played, records))
        found = [implausibility(histories.reshape(2, 119, -1), record) for record in true[:60]]
        near, far = (sum(f.share[k] > 0.05 + 1e-9 for f in found) for k in (0, 1))
        assert near >= 50  # of 60 at 95 %: fewer with a chance under 1 in 1,000
        assert far <= 6

    def test_a_set_holds_the_point_that_made_its_record(self):
        problem = Problem.of("concert", ROUGH, {"war.mutual": (0.24, 0.26)})
        stands = calibrate(problem, 1, 20, seed=5).published
        counts = [round(stands[name] * size) for name, size in
                  (("disputes_1816_1847", 320), ("disputes_1854_1870", 170))]  # fmt: skip
        targets = (
            Target("disputes", Period(1816, 1847, 0, 320, counts[0], 5, 5)),
            Target("disputes", Period(1854, 1870, 0, 170, counts[1], 5, 5)),
        )
        found = calibrate(replace(problem, targets=targets), 8, 40)
        assert found.published["fits"] and found.draws["fits"].all()

    def test_every_draw_has_the_same_luck(self):
        """Prudence needs a second strike, which nobody in 1816 has: it changes nothing."""
        problem = Problem.of("concert", ROUGH, ["deterrence.prudence"])
        found = calibrate(problem, draws=8, runs=30)
        moments = found.draws.drop(columns=["draw", "deterrence.prudence"])
        assert moments.nunique().max() == 1
        assert found.published["wars_1854_1870"] == moments["wars_1854_1870"].iloc[0] > 0
        assert len(found.fitting) in (0, 8)
        other = calibrate(problem, draws=1, runs=30, seed=1)
        assert other.published["wars_1854_1870"] != found.published["wars_1854_1870"]

    def test_neither_threads_nor_further_draws_change_a_draw(self):
        problem = Problem.of("concert", ROUGH, ["norms.restraint", "war.mutual"])
        one, more = calibrate(problem, 4, 20, workers=1), calibrate(problem, 16, 20, workers=2)
        pd.testing.assert_frame_equal(one.draws, more.draws.iloc[:4])


def made(fits, **columns):
    """A calibration whose set is given."""
    problem = Problem.of("concert", (), list(columns))
    draws = pd.DataFrame(columns).assign(fits=fits, implausibility=0.0)
    return Calibration(problem, draws, pd.Series(dict.fromkeys(columns, 0.5)), 100, 0)


class TestIdentified:
    x, y = np.random.default_rng(2).uniform(size=(2, 2_000))

    def test_a_parameter_cut_off_and_one_left_alone(self):
        found = made(self.x < 0.3, **{"transparency.level": self.x, "transparency.miss_rate": self.y})
        table = narrowing(found).set_index("parameter")
        cut, free = table.loc["transparency.level"], table.loc["transparency.miss_rate"]
        assert cut["distance"] == 1  # every draw that fits lies below every other
        assert cut["narrowed"] and not free["narrowed"]
        assert cut["kept"] == pytest.approx(0.3, abs=0.03)
        assert free["kept"] == pytest.approx(1, abs=0.05)
        assert table.index[0] == "transparency.level"
        assert agreed(found) == ["transparency.level is at most 0.3"]
        assert not tradeoffs(found)["told"].any()

    def test_parameters_identified_only_together(self):
        found = made(
            abs(self.x + self.y - 1) < 0.05,
            **{"transparency.level": self.x, "transparency.publicity": self.y},
        )
        pair = tradeoffs(found).iloc[0]
        assert pair["told"] and pair["correlation"] < -0.95
        assert not narrowing(found)["narrowed"].any()
        assert agreed(found) == []

    @pytest.mark.parametrize("fits", [np.zeros(2_000, bool), np.ones(2_000, bool)], ids=["none", "all"])
    def test_nothing_is_said_where_nothing_differs(self, fits):
        found = made(fits, **{"transparency.level": self.x})
        assert not narrowing(found)["narrowed"].any()
        assert agreed(found) == []


@pytest.fixture(scope="module")
def rough():
    """Two common judgements; restraint, which only the Concert has, and socialization, which none has."""
    names = ["norms.restraint", "norms.socialization", "war.mutual", "choice.temperature"]
    return calibrate(Problem.of("concert", ROUGH, names), draws=64, runs=40)


class TestAnswers:
    def test_they_are_those_of_compare_and_of_simulate(self, rough):
        over = answers_of_draws(rough, draws=3, runs=20)
        names = ("concert", "bipolar", "collective_security")
        assert over.names == names and over.horizon == 100
        assert over.varied == {
            "concert": ("norms.restraint", "norms.socialization", "war.mutual", "choice.temperature"),
            "bipolar": ("war.mutual", "choice.temperature"),
            "collective_security": ("war.mutual", "choice.temperature"),
        }
        means = over.means.set_index(["draw", "scenario", "spell"])["mean"]
        stands = [load_scenario("concert", ["transparency.level=0.15"]), *names[1:]]
        published = compare(stands, 20, rough.seed)
        for spell in ("regime", "peace"):
            for name, results in published.results.items():
                expected = results.summary(spell).rmst.value
                assert means[-1, name, spell] == pytest.approx(expected)
        draw = rough.fitting.iloc[0]
        assert means.index[0][0] == draw["draw"]
        for name, keys in over.varied.items():
            extra = ["transparency.level=0.15"] if name == "concert" else []
            given = [f"{key}={float(draw[key])!r}" for key in keys]
            alone = simulate(load_scenario(name, [*extra, *given]), 20, rough.seed)
            assert means[draw["draw"], name, "peace"] == pytest.approx(alone.summary("peace").rmst.value)

    def test_shares_of_draws_add_up(self, rough):
        over = answers_of_draws(rough, draws=4, runs=10)
        table = over.orderings()
        np.testing.assert_allclose(table[["one_longer", "other_longer", "untold"]].sum(axis=1), 1)
        assert len(table) == 6
        ranges = over.ranges()
        assert (ranges["least"] <= ranges["median"]).all() and (ranges["median"] <= ranges["most"]).all()

    def test_pictures_stand_alone(self, rough):
        over = answers_of_draws(rough, draws=2, runs=8)
        for figure in (set_figure(rough), targets_figure(rough), answers_figure(rough, over)):
            words = [text.get_text() for text in figure.texts]
            assert any("seed 0" in word and "concert" in word for word in words)
            assert "nan" not in " ".join(words)


SMALL = ("draws=8", "runs=20", "answers=0")


@pytest.fixture
def undrawn(monkeypatch):
    """Pictures take longer than all the rest."""
    monkeypatch.setattr("regimesim.report.figures.calibration.save_calibration_figures", lambda *_: [])


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Carry out `calibrate`: its exit code, and what it wrote to stdout and to stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def carry_out(*arguments):
        code = main(["calibrate", *arguments])
        return code, *capsys.readouterr()

    return carry_out


class TestCommand:
    def test_what_it_prints_and_leaves(self, say, tmp_path):
        code, out, err = say("+scenario=concert", "transparency.level=0.15", "parameters=[war.unilateral]",
                             "draws=64", "runs=40", "answers=2", "out=here")  # fmt: skip
        assert (code, err) == (0, "")
        for words in ("of 64 draws", "Correlates of War", "What is identified", "answers of compare",
                      "To fit is not to be confirmed", "one Concert cannot by itself"):  # fmt: skip
            assert words in " ".join(out.split())
        assert not {"nan", "inf", "None"} & set(out.replace("[", " ").replace(",", " ").split())
        left = {path.name for path in (tmp_path / "here").iterdir()}
        assert left == {
            "draws.parquet", "set.csv", "targets.csv", "parameters.csv", "answers.csv", "differences.csv",
            "summary.json", "provenance.json", *(f"{name}.{kind}" for name in ("set", "targets", "answers")
                                                 for kind in ("png", "svg")),
        }  # fmt: skip
        draws = pd.read_parquet(tmp_path / "here" / "draws.parquet")
        assert len(draws) == 64
        points = read_points(tmp_path / "here" / "set.csv")
        assert list(points) == ["war.unilateral"]
        assert points["war.unilateral"] == pytest.approx(draws.loc[draws["fits"], "war.unilateral"].tolist())

    def test_json_and_quiet(self, say, undrawn):
        code, out, _ = say("+scenario=concert", *SMALL, "--json")
        answer = json.loads(out)
        assert code == 0 and answer["draws"] == 8 and len(answer["parameters"]) == 10
        assert answer["as it stands"]["fits"] in (True, False)
        code, out, _ = say("+scenario=concert", "parameters=[war.mutual]", *SMALL, "-q")
        assert code == 0 and out.startswith("outputs/calibrate/concert/") and out.count("\n") == 1

    def test_where_no_draw_fits_the_hardest_and_the_nearest_are_named(self, say, undrawn):
        code, out, _ = say("+scenario=concert", "transparency.level=1", "norms.restraint=99",
                           "periphery.rate=0", "norms.half_life=inf",
                           "domestic.turnover=0", "choice.temperature=0", "epochs=[]",
                           "parameters={war.mutual:[0.1,0.2]}", *SMALL)  # fmt: skip
        assert code == 0
        flat = " ".join(out.split())
        assert "None of 8 draws fits. Hardest is" in flat and "war.mutual=0.1" in flat
        assert "nan" not in out and "What is identified" not in out

    def test_where_all_fit(self, say, trembling, undrawn):
        code, out, _ = say(f"+scenario={trembling}", "parameters={choice.tremble:[0.0039,0.0041]}",
                           "targets=[disputes_1816_1853]", "draws=16", "runs=20", "answers=0")  # fmt: skip
        flat = " ".join(out.split())
        assert code == 0 and "All 16 draws fit (100 %)" in flat and "Too few draws do not fit" in flat

    def test_one_history_tells_nothing(self, say, undrawn):
        code, out, _ = say("+scenario=concert", "parameters=[war.mutual]", "draws=2", "runs=1", "answers=0")
        assert code == 0 and "it takes runs=19" in " ".join(out.split())

    def test_choices(self, say, trembling, undrawn):
        code, out, _ = say(f"+scenario={trembling}", "parameters=[sanctions.rule]", "choice.tremble=0.004",
                           "targets=[disputes_1816_1853]", "draws=32", "runs=20", "answers=0")  # fmt: skip
        assert code == 0 and "none to balancing" in out

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ("", "which scenario?"),
            ("+scenario=concert parameters=[norms.restrain]", "Did you mean 'norms.restraint'?"),
            ("+scenario=concert parameters=[war.mutual,war.mutual]", "war.mutual is given twice"),
            ("+scenario=concert parameters=[]", "needs a parameter"),
            (
                "+scenario=concert parameters=war.mutual",
                "parameters must be a list such as [NAME,...]; got 'war.mutual'",
            ),
            ("+scenario=concert parameters=[shadow.rounds_per_year]", "it shapes the world"),
            ("+scenario=concert parameters=[measure.onset]", "has no declared range"),
            ("+scenario=concert parameters={war.mutual:[0.3,0.1]}", "needs a range, [LOW,HIGH]"),
            ("+scenario=concert parameters={transparency.level:[0,2]}", "must lie in [0, 1]; got 2"),
            ("+scenario=concert war.mutual=0.1 parameters=[war.mutual]", "both set and calibrated"),
            ("+scenario=concert war.mutual=0.1,0.2", "wants one value"),
            ("+scenario=concert targets=[war_1816_1847]", "Did you mean 'wars_1816_1847'?"),
            ("+scenario=concert targets=[wars_1946_1991]", "all: disputes_1816_1847,"),
            (
                "+scenario=concert years=20 targets=[wars_1871_1913]",
                "outside the years of concert, 1816-1835",
            ),
            ("+scenario=concert targets=[]", "needs a target"),
            ("+scenario=concert years=10", "none of the record's periods"),
            ("+scenario=anarchy", "has no calendar"),
            ("+scenario=concert draws=0", "draws must lie in [1,"),
            ("+scenario=concert draws=many", "draws must be a whole number"),
            ("+scenario=concert runs=0", "runs must lie in [1,"),
            ("+scenario=concert answers=-1", "answers must lie in [0, 100000], 0 for none; got -1"),
            ("+scenario=concert record=nowhere.csv", "nowhere.csv"),
            ("+scenario=concert out=.", "exists already"),
        ],
    )
    def test_what_cannot_be_is_refused_in_a_sentence(self, say, tmp_path, arguments, words):
        code, out, err = say(*arguments.split())
        assert (code, out) == (2, "")
        assert words in err and err.count("\n") == 1
        assert list(tmp_path.iterdir()) == []

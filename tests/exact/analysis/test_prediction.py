"""Predictions: rivals in closed form, the model by hand, forecasts that know nothing of what came, scores."""

import hashlib
import json
import math

import matplotlib
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import nbinom, poisson

from regimesim.analysis.history import rates
from regimesim.analysis.prediction import forecasts as made
from regimesim.analysis.prediction import scores
from regimesim.analysis.prediction.forecasts import MODEL, Forecasts, checked_forecasts, forecast, thinning
from regimesim.analysis.prediction.rivals import Logit, climatology, logit_fit, null
from regimesim.analysis.prediction.scores import NULL, observed_outcome, score
from regimesim.analysis.prediction.tasks import LEARNT, STRETCHES, TASKS
from regimesim.cli.predict import predict_command
from regimesim.cli.table import COMMANDS, Flags
from regimesim.report.figures import style
from regimesim.report.figures.prediction import prediction_figure
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.messages import InputError
from regimesim.simulation.simulate import simulate

sr = pytest.importorskip("scoringrules")

TASK = {task.name: task for task in TASKS}
PUBLISHED = pd.DataFrame({"war.mutual": [load_scenario("concert")["war.mutual"]]})
RIVALS = {NULL: null, "climatology": climatology}


@pytest.fixture(scope="module")
def found():
    """Two draws: as published, and without war."""
    table = pd.DataFrame({"war.mutual": [PUBLISHED["war.mutual"][0], 0.0], "war.unilateral": [0.0, 0.0]})
    return forecast(RIVALS, table, runs=12, seed=3)


class TestTasks:
    def test_what_came_is_the_record(self):
        """Correlates of War: 9, 21 and 26 pair-years of force; a war in 1938, none between the others."""
        came = {name: task.shown(observed_outcome(task)) for name, task in TASK.items()}
        assert came == {
            "disputes_1871_1913": "9", "disputes_1919_1938": "21", "disputes_1946_1991": "26",
            "wars_1871_1913": "0", "wars_1919_1938": "1", "wars_1946_1991": "0",
            "first_war_1871_1913": "none", "first_war_1919_1938": "1938", "first_war_1946_1991": "none",
        }  # fmt: skip

    def test_war_years_agree_with_the_periods(self):
        for group in (rates.FIVE_POWERS, rates.SUPERPOWERS, rates.GREAT_POWERS):
            who = {id(rates.FIVE_POWERS): "five powers", id(rates.SUPERPOWERS): "superpowers"}.get(
                id(group), "great powers"
            )
            for period in group.periods:
                begun = [y for y in rates.WAR_YEARS[who] if period.first <= y <= period.last]
                assert len(begun) == period.wars, (who, period)

    def test_nothing_after_1870_is_learnt(self):
        assert [p.last for p in LEARNT] == [1847, 1853, 1870]
        assert min(stretch.first for stretch in STRETCHES) == 1871


class TestRivals:
    def test_the_null_is_negative_binomial(self):
        """31 disputes in 550 pair-years, 4 wars in 55 years, Jeffreys' prior."""
        disputes, wars = null(TASK["disputes_1871_1913"]), null(TASK["wars_1919_1938"])
        np.testing.assert_allclose(disputes[:200], nbinom.pmf(np.arange(200), 31.5, 550 / 980))
        np.testing.assert_allclose(wars[:30], nbinom.pmf(np.arange(30), 4.5, 55 / 75))

    def test_the_null_waits_for_the_first_war(self):
        first = null(TASK["first_war_1871_1913"])
        assert first[-1] == pytest.approx((55 / 98) ** 4.5)
        assert first[0] == pytest.approx(1 - (55 / 56) ** 4.5)
        pair = null(TASK["first_war_1946_1991"])
        assert pair[-1] == pytest.approx((55 / 59.6) ** 4.5), "one pair has a tenth of the wars of ten"

    def test_no_war_and_a_first_war_say_the_same(self):
        for rival in RIVALS.values():
            for stretch in STRETCHES:
                years = f"{stretch.first}_{stretch.last}"
                no_war = rival(TASK[f"wars_{years}"])[0]
                assert rival(TASK[f"first_war_{years}"])[-1] == pytest.approx(no_war)

    def test_climatology_by_hand(self):
        """Two periods of 38 years without a war, one of 17 with four."""
        wars = climatology(TASK["wars_1871_1913"])
        assert wars[0] == pytest.approx(38 / 55 + 17 / 55 * math.exp(-4 / 17 * 43))
        disputes = climatology(TASK["disputes_1919_1938"])
        means = [369 * rate for rate in (4 / 320, 8 / 60, 19 / 170)]
        shares = [32 / 55, 6 / 55, 17 / 55]
        by_hand = sum(share * poisson.pmf(21, mean) for share, mean in zip(shares, means, strict=True))
        assert disputes[21] == pytest.approx(by_hand)

    @pytest.mark.parametrize("rival", RIVALS.values(), ids=RIVALS)
    def test_chances_sum_to_one(self, rival):
        for task in TASKS:
            chances = rival(task)
            assert chances.shape == (task.values,)
            assert (chances >= 0).all()
            assert chances.sum() == pytest.approx(1)


def record(folder, after=0, seed=0):
    """A record with disputes where states touch; ``after`` shifts what came after 1870."""
    generator = np.random.default_rng(seed)
    states = ["UKG", "FRN", "RUS", "AUH", "GMY", "USA"]
    rows = []
    for year in [*range(1816, 1914), *range(1919, 1939), *range(1946, 1992)]:
        for i, a in enumerate(states):
            for b in states[i + 1 :]:
                land = int((i + states.index(b)) % 2)
                draw = generator.random()
                force = draw < (0.25 if land else 0.05) if year <= 1870 else bool(after)
                rows.append((year, a, b, 4 * int(force), int(draw < 0.01), land))
    names = ["year", "state_a", "state_b", "hostility", "war_onset", "contiguity"]
    pd.DataFrame(rows, columns=names).to_csv(folder / "great_power_dyad_years.csv", index=False)
    powers = [(year, state, 0.1 + 0.01 * k) for year in range(1816, 1992) for k, state in enumerate(states)]
    pd.DataFrame(powers, columns=["year", "state", "cinc"]).to_csv(folder / "capabilities.csv", index=False)
    return folder


class TestLogit:
    def test_the_fit_is_the_mode_of_the_penalised_likelihood(self):
        """SciPy's minimiser, from the likelihood itself, against Newton's steps."""
        generator = np.random.default_rng(5)
        columns = np.column_stack([np.ones(300), generator.normal(size=(300, 2))])
        outcomes = (generator.random(300) < 1 / (1 + np.exp(2 - columns[:, 1]))).astype(float)

        def minus(beta):
            eta = columns @ beta
            prior = (beta[0] / 10) ** 2 + ((beta[1:] / 2.5) ** 2).sum()
            return (np.logaddexp(0, eta) - outcomes * eta).sum() + prior / 2

        mode, spread = logit_fit(columns, outcomes)
        np.testing.assert_allclose(mode, minimize(minus, np.zeros(3)).x, atol=1e-4)
        errors = np.sqrt(np.diag(spread))
        assert abs(mode[1] - 1) < 4 * errors[1]
        assert abs(mode[2]) < 4 * errors[2]

    def test_perfect_separation_has_a_mode(self):
        columns = np.column_stack([np.ones(40), np.repeat([-1.0, 1.0], 20)])
        mode, _ = logit_fit(columns, np.repeat([0.0, 1.0], 20))
        assert np.isfinite(mode).all()
        assert mode[1] > 2

    def test_it_learns_that_neighbours_quarrel(self, tmp_path):
        logit = Logit.of(record(tmp_path))
        chances = logit(TASK["disputes_1871_1913"])
        assert chances.sum() == pytest.approx(1)
        mean = chances @ np.arange(len(chances))
        pairs = [(i + j) % 2 for i in range(5) for j in range(i + 1, 5)]
        expected = 43 * sum(0.25 if land else 0.05 for land in pairs)
        assert mean == pytest.approx(expected, rel=0.25)

    def test_what_came_changes_nothing(self, tmp_path):
        (tmp_path / "b").mkdir()
        one, other = Logit.of(record(tmp_path)), Logit.of(record(tmp_path / "b", after=1))
        for task in TASKS:
            np.testing.assert_array_equal(one(task), other(task))

    def test_what_it_needs(self, tmp_path):
        with pytest.raises(InputError, match=r"in one folder; there is no .*great_power_dyad_years"):
            Logit.of(tmp_path)
        record(tmp_path)
        frame = pd.read_csv(tmp_path / "capabilities.csv").drop(columns="cinc")
        frame.to_csv(tmp_path / "capabilities.csv", index=False)
        with pytest.raises(InputError, match=r"capabilities.csv has no column cinc"):
            Logit.of(tmp_path)


class TestModel:
    def test_it_counts_what_a_simulation_counts(self, found):
        """Bipolar, 46 years, the first draw: disputes, wars and the first of them, run by run."""
        scenario = load_scenario("bipolar", ["war.mutual=0.057", "years=46"]).with_parameters(
            {"war.mutual": float(PUBLISHED["war.mutual"][0]), "war.unilateral": 0.0}
        )
        runs = simulate(scenario, 12, seed=3, record=0).columns
        for name, values in (
            ("disputes_1946_1991", runs["disputes"]),
            ("wars_1946_1991", runs["wars"]),
            ("first_war_1946_1991", np.where(runs["peace_ended"], runs["peace_years"], 46)),
        ):
            counted = np.bincount(np.floor(values).astype(int), minlength=TASK[name].values) / 12
            np.testing.assert_allclose(found.draws[name][0], counted)

    def test_where_no_war_can_come_none_is_forecast(self, found):
        for stretch in STRETCHES:
            assert found.draws[f"wars_{stretch.first}_{stretch.last}"][1, 0] == 1
            assert found.draws[f"first_war_{stretch.first}_{stretch.last}"][1, -1] == 1

    def test_draws_are_mixed_by_weight(self, found):
        table = pd.DataFrame({"war.mutual": [0.05, 0.0], "war.unilateral": [0, 0], "weight": [1.0, 3.0]})
        _, weights = checked_forecasts(table)
        np.testing.assert_allclose(weights, [0.25, 0.75])
        mixed = Forecasts.of(found.draws, weights, 12, {}).by[MODEL]["wars_1919_1938"]
        rows = found.draws["wars_1919_1938"]
        np.testing.assert_allclose(mixed, 0.25 * rows[0] + 0.75 * rows[1], atol=1 / 24)

    def test_nothing_is_impossible_and_all_is_one(self, found):
        for by_task in found.by.values():
            for chances in by_task.values():
                assert (chances > 0).all()
                assert chances.sum() == pytest.approx(1)

    def test_thinning_keeps_the_share(self):
        kept = thinning(399, 369)
        np.testing.assert_allclose(kept.sum(axis=1), 1)
        assert kept[100] @ np.arange(370) == pytest.approx(100 * 369 / 399)
        np.testing.assert_allclose(thinning(46, 46), np.eye(47), atol=1e-12)

    def test_the_fit_uses_no_year_after_1870(self, monkeypatch):
        asked = {}

        def watched(problem, *rest):
            asked["targets"] = [target.period.last for target in problem.targets]
            asked["years"] = problem.scenario.start + problem.scenario.years
            return real(problem, *rest)

        def few(scenario):
            own = ("deterrence.retaliation",) if scenario == "bipolar" else ()
            return "war.mutual", "transparency.level", *own

        real = made.calibrate
        monkeypatch.setattr(made, "calibrate", watched)
        monkeypatch.setattr(made, "assumed_names", few)
        table = made.fitting(32, 20, seed=1)
        assert max(asked["targets"]) == 1870
        assert asked["years"] == 1871
        assert list(table.columns) == ["war.mutual", "transparency.level", "deterrence.retaliation"]
        assert 0 < len(table) < 32
        for name in table:
            low, high = made.BY_NAME[name].range
            assert table[name].between(low, high).all()

    def test_every_assumption_that_is_a_number_is_drawn(self):
        """Those with a declared range whose mechanism is at work, but for how time is cut."""
        names = made.assumed_names("concert")
        assert {"war.mutual", "norms.half_life", "diplomacy.conference"} <= set(names)
        assert not {"shadow.rounds_per_year", "trust.initial", "deterrence.retaliation"} & set(names)
        assert "deterrence.retaliation" in made.assumed_names("bipolar")

    def test_forecasts_do_not_read_what_came(self, found, monkeypatch):
        """With the later record gone the same forecasts come out, to the last digit."""
        monkeypatch.setattr(rates, "WAR_YEARS", {})
        monkeypatch.setattr(scores, "record_of", None)
        monkeypatch.setattr(scores, "WAR_YEARS", {})
        again = forecast(RIVALS, found.table, runs=12, seed=3)
        assert again.checksum == found.checksum
        with pytest.raises((TypeError, KeyError)):
            score(again)

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ({"war.mutual": []}, "has no rows"),
            ({"war.mutua": [0.1]}, "no parameter 'war.mutua'. Did you mean 'war.mutual'"),
            ({"war.mutual": [-1.0]}, "war.mutual must lie in"),
            ({"shadow.rounds_per_year": [4]}, "shapes a world"),
            ({"war.mutual": [0.1], "weight": [0.0]}, "the column weight must hold"),
        ],
    )
    def test_tables_that_cannot_be_used(self, table, message):
        with pytest.raises(InputError, match=message):
            checked_forecasts(pd.DataFrame(table))


class TestScores:
    def test_by_hand(self):
        chances = np.array([0.2, 0.5, 0.3])
        assert scores.crps(chances, 1) == pytest.approx(0.2**2 + 0.3**2)
        assert scores.crps(chances, 0) == pytest.approx(0.8**2 + 0.3**2)
        assert scores.log_score(chances, 1) == pytest.approx(-math.log(0.5))

    def test_of_the_null_in_closed_form(self, found):
        """The library's formula for a negative binomial; a little of an even distribution is mixed in."""
        table = score(found).table
        row = table[(table["task"] == "disputes_1871_1913") & (table["forecaster"] == NULL)].iloc[0]
        assert row["crps"] == pytest.approx(float(sr.crps_negbinom(9, 31.5, 550 / 980)), rel=0.01)
        assert row["log_score"] == pytest.approx(-nbinom.logpmf(9, 31.5, 550 / 980), rel=0.01)
        one = table[(table["task"] == "wars_1919_1938") & (table["forecaster"] == NULL)].iloc[0]
        none, once = nbinom.pmf([0, 1], 4.5, 55 / 75)
        assert one["pit"] == pytest.approx(none + once / 2, abs=1e-3)
        wars = table[(table["task"] == "wars_1871_1913") & (table["forecaster"] == NULL)].iloc[0]
        assert wars["brier"] == pytest.approx((1 - (55 / 98) ** 4.5) ** 2, rel=0.01)

    def handmade(self, ours):
        """A model that says ``ours`` of everything, and a null that is even."""
        draws = {t.name: np.stack([ours(t.values)] * 3) for t in TASKS}
        return Forecasts.of(draws, np.ones(3) / 3, 1000, {NULL: lambda t: np.ones(t.values) / t.values})

    def test_a_model_that_knows_what_came_beats_the_null_beyond_luck(self):
        came = {task.name: 0 for task in TASKS}
        sure = self.handmade(lambda values: np.append(0.9, np.full(values - 1, 0.1 / (values - 1))))
        found = score(sure, came)
        many = [name for name, task in TASK.items() if task.values > 40]
        assert found.against[found.against["of"].isin(many)]["told"].all(), "by luck less than once in 40"
        assert (found.against["difference"] < 0).all()
        assert "loses to the null (a stationary Poisson process) by CRPS on none" in found.findings[0]

    def test_a_loss_is_said_first_and_is_told(self):
        came = {task.name: task.values - 1 for task in TASKS}
        sure = self.handmade(lambda values: np.append(0.999, np.full(values - 1, 0.001 / (values - 1))))
        found = score(sure, came)
        rows = found.against[found.against["score"] == "log_score"]
        assert (rows["difference"] > 0).all()
        assert rows[rows["of"] == "all"]["told"].all()
        assert found.findings[0].startswith("The model loses to the null")
        assert "disputes 1871-1913" in found.findings[0]
        assert found.findings[1] == "It beats the null by CRPS on none; by log score on none."

    def test_two_that_say_the_same_are_not_told_apart(self):
        same = self.handmade(lambda values: np.ones(values) / values)
        found = score(same, {task.name: 0 for task in TASKS})
        assert not found.against["told"].any()
        np.testing.assert_allclose(found.against["difference"], 0, atol=1e-9)

    @pytest.mark.verify
    def test_the_interval_of_a_right_rival_covers(self):
        """Outcomes of the null's own: the difference lies within 95 % of the time, 57 of 60 on average."""
        generator = np.random.default_rng(2)
        some = self.handmade(lambda values: np.append(0.5, np.full(values - 1, 0.5 / (values - 1))))
        inside = []
        for _ in range(60):
            came = {t.name: int(generator.integers(t.values)) for t in TASKS}
            found = score(some, came)
            row = found._beside(scores.log_score, list(TASKS), NULL)
            inside.append(row["rival_lower"] <= row["difference"] <= row["rival_upper"])
        assert sum(inside) >= 50, "fewer come by chance once in ten thousand times"

    def test_the_picture_has_every_task_and_what_came(self, found):
        told = score(found)
        figure = prediction_figure(told)
        assert len(figure.axes) == 9
        lines = [line for ax in figure.axes for line in ax.lines if line.get_linestyle() == "--"]
        assert sorted(float(line.get_xdata()[0]) for line in lines) == sorted(
            map(float, told.outcomes.values())
        )
        words = "\n".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))
        assert found.checksum[:12] in words


class TestCommand:
    def given(self, folder, *more):
        PUBLISHED.assign(weight=1.0).to_csv(folder / "draws.csv", index=False)
        words = [f"assumptions={folder / 'draws.csv'}", "runs=6", f"out={folder / 'out'}", *more]
        return COMMANDS["predict"].read(words)

    def test_losses_stand_first_and_the_frozen_file_is_what_was_scored(self, tmp_path, capsys):
        predict_command(self.given(tmp_path, f"record={record(tmp_path)}"), Flags())
        shown = capsys.readouterr().out
        first = shown.split("\n\n")[1]
        assert first.startswith("The model loses to the null")
        assert "It beats the logit" in " ".join(shown.split())
        folder = tmp_path / "out"
        text = (folder / "forecasts.json").read_bytes()
        checksum = hashlib.sha256(text).hexdigest()
        assert (folder / "forecasts.sha256").read_text() == f"{checksum}  forecasts.json\n"
        assert f"forecasts frozen {checksum[:12]}" in shown
        frozen = json.loads(text)
        table = pd.read_csv(folder / "scores.csv")
        for row in table.itertuples():
            chances = np.array(frozen[row.forecaster][row.task])
            assert row.log_score == pytest.approx(-math.log(chances[row.came]))
            assert row.crps == pytest.approx(
                ((np.cumsum(chances) - (np.arange(len(chances)) >= row.came)) ** 2).sum()
            )
        assert {"forecasts.png", "model_against_rivals.csv", "draws.csv", "provenance.json"} <= {
            path.name for path in folder.iterdir()
        }

    def test_as_json_and_without_a_record(self, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr(style, "save_figures", lambda *_: None)
        predict_command(self.given(tmp_path), Flags(json=True))
        answer = json.loads(capsys.readouterr().out)
        assert answer["draws"] == 1
        assert {row["rival"] for row in answer["model against rivals"]} == {NULL, "climatology"}
        assert answer["findings"][0].startswith("The model loses")
        assert not pd.read_csv(tmp_path / "out" / "scores.csv")["forecaster"].isna().any()

    def test_what_it_refuses(self, tmp_path):
        with pytest.raises(InputError, match="no table of assumptions at nowhere"):
            predict_command(COMMANDS["predict"].read(["assumptions=nowhere.csv"]), Flags())
        with pytest.raises(InputError, match=r"the logit needs great_power_dyad_years.csv"):
            predict_command(self.given(tmp_path, f"record={tmp_path}"), Flags())

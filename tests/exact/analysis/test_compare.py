"""Comparisons on the same seeds: the numbers by hand, the same everywhere, and sensible at the edges."""

import json
import math

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from regimesim.analysis.comparison import HISTORICAL_MARKS, compare
from regimesim.cli.compare import compare_command, diagnose_command
from regimesim.cli.table import COMMANDS, Flags
from regimesim.report.figures import comparisons, style
from regimesim.report.figures.style import SCENARIOS
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.results import load_run
from regimesim.simulation.simulate import simulate

RUNS, YEARS = 30, 30


def made(name, strategy, **groups):
    return read_scenario(
        {"years": 20, "strategy": strategy, "states": {"A": {}, "B": {}, "C": {}}, **groups}, name
    )


DEGENERATE = [
    made("stands", "always_cooperate"),
    made("never", "always_defect", war={"unilateral": 0.5}),
    made("never_again", "always_defect", war={"unilateral": 20}),
]


@pytest.fixture(scope="module")
def three():
    return compare(runs=RUNS, seed=7, years=YEARS)


def words(figure):
    return "\n".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


class TestNumbers:
    def test_each_is_the_simulation_of_its_own(self, three):
        for name in ("concert", "bipolar", "collective_security"):
            alone = simulate(name, RUNS, seed=7, years=YEARS)
            for column, values in alone.columns.items():
                np.testing.assert_array_equal(three.results[name].columns[column], values)

    def test_a_paired_difference_by_hand(self, three):
        """Nothing is censored before the horizon: the RMST of peace is the mean of min(T, horizon)."""
        a, b = (
            np.minimum(three.results[n].columns["peace_years"], YEARS)
            for n in ("bipolar", "collective_security")
        )
        row = three.rmst(spell="peace").iloc[2]
        assert (row["longer"], row["shorter"]) == ("bipolar", "collective_security")
        assert row["estimate"] == pytest.approx((a - b).mean())
        assert row["standard_error"] == pytest.approx((a - b).std() / math.sqrt(RUNS))
        apart = math.hypot(a.std(), b.std()) / math.sqrt(RUNS)
        assert row["unpaired_standard_error"] == pytest.approx(apart)
        assert row["narrowed_by"] == pytest.approx(apart / row["standard_error"])

    def test_pairing_narrows_the_interval_where_luck_is_shared(self):
        concert = load_scenario("concert", ["transparency.level=0.3"])
        more = concert.with_parameters({"transparency.level": 0.31})
        found = compare({"a": concert, "b": more}, runs=200)
        assert (found.rmst()["narrowed_by"] > 1.1).all()

    def test_the_same_world_under_two_names_does_not_differ(self):
        found = compare({"one": "concert", "other": "concert"}, runs=RUNS, years=YEARS)
        for difference in found.differences(spell="peace"):
            assert difference.paired.value == 0
            assert difference.paired.standard_error == 0
            assert not difference.told
        assert "cannot be distinguished" in found.finding("peace")

    def test_against_one(self, three):
        found = three.rmst(against="bipolar")
        assert found["longer"].tolist() == ["bipolar"] * 2
        assert found["shorter"].tolist() == ["concert", "collective_security"]

    def test_the_horizon_is_the_shortest(self):
        found = compare([made("a", "always_cooperate"), "anarchy"], runs=2)
        assert found.years == 20
        with pytest.raises(InputError, match=r"horizon must lie in \(0, 20\], the years simulated; got 100"):
            found.rmst(horizon=100)

    def test_the_table_says_what_the_results_say(self, three):
        table = three.table()
        for name, results in three.results.items():
            for spell, word in (("regime", "cooperation"), ("peace", "peace")):
                row = table.loc[(name.replace("_", " "), word)]
                assert row["median"] == results.summary(spell).median.text()
                assert row[f"restricted mean ({YEARS})"] == results.summary(spell).rmst.text()

    def test_what_never_forms_is_cooperation_and_what_is_counted_stands_with_peace(self):
        """In one world everybody cooperates from the start; in another nobody ever does, and there is war."""
        found = compare(DEGENERATE[:2], runs=50)
        table = found.table()
        for name, share in (("stands", 0), ("never", 1)):
            assert table.loc[(name, "cooperation"), "never formed"] == f"{share:.0%}".replace("%", " %")
            assert table.loc[(name, "peace"), "never formed"] == "-"
            assert found.answer["never formed"][name] == share
            wars = float(table.loc[(name, "peace"), "wars"])
            assert (wars > 0) == (share == 1)
            assert wars == pytest.approx(
                100 * found.results[name].columns["wars"].mean() / (20 * 3), abs=0.05
            )
            assert table.loc[(name, "cooperation"), "wars"] == ""

    def test_rates_do_not_depend_on_the_number_of_pairs(self):
        """Always at odds, for a year each time: every pair has a dispute each year, whatever their number."""
        myopic = {"discount_factor": 1e-300, "punishment_years": 0.25, "rounds_per_year": 2}
        tree = {"years": 5, "shadow": myopic}
        two = read_scenario({**tree, "states": {"A": {}, "B": {}}}, "two")
        three = read_scenario({**tree, "states": {"A": {}, "B": {}, "C": {}}}, "three")
        found = compare({"two": two, "three": three}, runs=2)
        assert [found.answer["rates"][n]["disputes"][0] for n in ("two", "three")] == [100.0, 100.0]


class TestWords:
    def test_the_best_is_named_only_if_it_is_told_apart(self, three):
        assert (
            compare(DEGENERATE[:2], runs=50).finding()
            == "Cooperation lasts longest in stands, 20 of 20 years"
        )

    @pytest.mark.parametrize(
        ("scenarios", "message"),
        [
            (["concert"], "two scenarios or more; got concert"),
            ([], "two scenarios or more; got none"),
            (["concert", "concert"], "two scenarios are called 'concert'"),
            ("concert", "must be a list of scenarios"),
            ({"a/b": "concert", "c": "trade"}, "'a/b' cannot be the name of a folder"),
            (["concert", "leage"], "no scenario 'leage'. Did you mean 'league'"),
        ],
    )
    def test_what_cannot_be_compared(self, scenarios, message):
        with pytest.raises(InputError, match=message):
            compare(scenarios, runs=1)

    def test_an_unknown_name_spell_or_picture(self, three):
        with pytest.raises(InputError, match="no scenario in this comparison 'league'"):
            three.rmst(against="league")
        with pytest.raises(InputError, match="no spell 'war'"):
            three.rmst(spell="war")
        with pytest.raises(InputError, match=r"no picture 'plan'\. Did you mean 'plane'"):
            three.plot("plan")


class TestPictures:
    def test_the_lines_are_the_curves(self, three):
        for spell in ("regime", "peace"):
            ax = comparisons.draw_survivals(three, Figure().add_subplot(), spell)
            for name, results in three.results.items():
                drawn = next(line for line in ax.get_lines() if line.get_label() == name)
                curve = results.curve(spell)
                np.testing.assert_array_equal(drawn.get_xdata()[:-1], curve.years)
                np.testing.assert_array_equal(drawn.get_ydata()[:-1], curve.survival)

    def test_the_record_is_marked_with_its_caution(self):
        figure = compare(["anarchy", "trade"], runs=5, years=60).plot("survival")
        shown = words(figure).replace("\n", " ")
        assert shown.count("Concert 1816–1853: 38 years") == 2
        assert shown.count("Cold War 1946–1991: 46 years") == 1, "of peace; whether it was a regime is asked"
        assert "one Concert cannot by itself tell a regime from luck" in shown
        assert "seed 0" in shown
        assert [mark.years for mark in HISTORICAL_MARKS] == [1853 - 1816 + 1, 1991 - 1946 + 1]

    def test_a_mark_stands_at_the_means(self, three):
        ax = comparisons.draw_plane(three, Figure().add_subplot())
        for name, results in three.results.items():
            (mark,) = [x for x in ax.collections if x.get_label() == name]
            means = [results.summary(spell, YEARS).rmst.value for spell in ("peace", "regime")]
            np.testing.assert_allclose(mark.get_offsets()[0], means)
        assert {"neither", "deterrence: peace without cooperation"} <= {t.get_text() for t in ax.texts}

    def test_scenarios_without_a_look_of_their_own_are_told_apart(self):
        names = ["league", *SCENARIOS, "security_council", "balance_waltz", "mine"]
        assert len(set(style.looks(names).values())) == len(names)

    @pytest.mark.parametrize(
        ("names", "near"),
        [
            (["concert", "league"], {style.BLUE, style.SKY}),
            (["trade", "league", "mine"], {style.ORANGE, style.OCHRE}),
            (["anarchy", "league", "mine", "yours"], {style.BLACK, style.GREY}),
        ],
    )
    def test_no_two_are_drawn_in_colours_that_are_near_each_other(self, names, near):
        colours = {look.colour for look in style.looks(names).values()}
        assert len(colours) == len(names) and len(colours & near) == 1

    @pytest.mark.parametrize("runs", [1, 3])
    def test_every_case_can_be_drawn(self, runs):
        """Warnings are errors, here as everywhere."""
        found = compare(DEGENERATE, runs=runs)
        for kind in ("survival", "plane"):
            assert "nan" not in words(found.plot(kind)).lower()
        numbers = (
            found.rmst()
            .drop(columns=["longer", "shorter", "narrowed_by", "besides_the_order"])
            .to_numpy(dtype=float)
        )
        assert np.isfinite(numbers).all()
        assert not found.rmst()["narrowed_by"].isna().any()
        assert "nan" not in found.table().to_string().lower()
        assert "NaN" not in json.dumps(found.answer, allow_nan=False)


class TestFiles:
    def test_the_same_numbers_everywhere(self, three, tmp_path):
        folder = three.save(tmp_path / "out")
        summary = json.loads((folder / "summary.json").read_text())
        rows = pd.read_csv(folder / "differences_regime.csv")
        pd.testing.assert_frame_equal(rows, three.rmst())
        assert [row["estimate"] for row in summary["differences"]["regime"]] == rows["estimate"].tolist()
        for name, results in three.results.items():
            again = load_run(folder / name)
            np.testing.assert_array_equal(again.columns["regime_years"], results.columns["regime_years"])
            mean = summary["spells"][name]["regime"]["mean"][0]
            assert mean == again.summary("regime").rmst.value
        assert {"survival.png", "survival.svg", "plane.png", "plane.svg", "table.csv"} <= {
            path.name for path in folder.iterdir()
        }

    def test_the_command_compare(self, tmp_path, capsys):
        words = ["scenarios=[anarchy,trade]", "runs=6", "seed=3", "years=12", "transparency.level=0.3"]
        compare_command(COMMANDS["compare"].read([*words, f"out={tmp_path / 'a'}"]), Flags(json=True))
        answer = json.loads(capsys.readouterr().out)
        given = ["years=12", "transparency.level=0.3"]
        python = compare([load_scenario(n, given) for n in ("anarchy", "trade")], runs=6, seed=3)
        assert answer == json.loads(json.dumps(python.answer)) | {"folder": str(tmp_path / "a")}
        compare_command(COMMANDS["compare"].read([*words, f"out={tmp_path / 'b'}"]), Flags())
        shown = capsys.readouterr().out
        assert "one Concert cannot by itself" in shown.replace("\n", " ")
        assert "anarchy minus trade" in shown
        compare_command(COMMANDS["compare"].read([*words, f"out={tmp_path / 'c'}"]), Flags(quiet=True))
        assert capsys.readouterr().out == f"{tmp_path / 'c'}\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["scenarios=concert"], "scenarios must be a list"),
            (["scenarios=[concert]"], "two scenarios or more"),
            (["+scenario=concert"], r"compare takes a list of scenarios; write scenarios=\[concert,NAME\]"),
            (["concert", "trade"], r"write scenarios=\[concert,trade\]"),
            (["+scenario=concert,trade"], r"write scenarios=\[concert,trade\]"),
            (["scenarios=[anarchy,trade]", "runs=0"], r"runs must lie in \[1"),
            (["scenarios=[anarchy,trade]", "transparency.levl=0"], "no parameter"),
        ],
    )
    def test_what_the_command_refuses(self, arguments, message):
        with pytest.raises(InputError, match=message):
            compare_command(COMMANDS["compare"].read(arguments), Flags())

    def test_the_command_diagnose(self, tmp_path, capsys):
        words = ["+scenario=bipolar", "runs=4", "years=10"]
        diagnose_command(COMMANDS["diagnose"].read([*words, f"out={tmp_path / 'a'}"]), Flags())
        shown = capsys.readouterr().out
        assert "Is it a regime?" in shown and "together" in shown and "Not in this scenario: norms" in shown
        diagnose_command(COMMANDS["diagnose"].read([*words, f"out={tmp_path / 'b'}"]), Flags(json=True))
        answer = json.loads(capsys.readouterr().out)
        assert answer["verdict"].startswith("bipolar: ")
        assert {path.name for path in (tmp_path / "b").iterdir()} == {
            "summary.json", "verdict.csv", "ablation.csv", "shares_regime.csv", "shares_peace.csv",
            "arrangements.png", "arrangements.svg",
        }  # fmt: skip

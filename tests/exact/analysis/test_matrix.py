"""The matrix of worlds by orders: its cells, differences and variance, and where it is shown."""

import json

import matplotlib
import numpy as np
import pandas as pd
import pytest

import regimesim as rs
from regimesim.analysis.comparison import Comparison
from regimesim.analysis.matrix import CELL_MEASURES, Matrix, default_cells, matrix
from regimesim.cli.compare import compare_command
from regimesim.cli.table import COMMANDS, Flags
from regimesim.report.figures.matrix import matrix_figure
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.contrast import besides_order
from regimesim.scenario.messages import InputError
from regimesim.simulation.simulate import simulate

RUNS, YEARS = 40, 30
WORLDS = ["europe_1816", "superpowers_1946", "equals_seven"]
ORDERS = ["concert", "deterrence", "collective_security"]


@pytest.fixture(scope="module")
def found():
    return matrix(runs=RUNS, seed=7, years=YEARS)


@pytest.fixture(scope="module")
def small():
    return matrix(["trade", "superpowers_1946"], ["self_help", "concert"], runs=6, seed=1, years=8)


@pytest.fixture
def unwritten(monkeypatch):
    """Nothing is written: what is printed is asked for, and pages and pictures take longest."""
    for kind in (Comparison, Matrix):
        monkeypatch.setattr(kind, "save", lambda *_: None)


def typed(arguments, capsys, tmp_path, **flags):
    place = [] if any(word.startswith("out=") for word in arguments) else [f"out={tmp_path / 'out'}"]
    compare_command(COMMANDS["compare"].read([*arguments, *place]), Flags(**flags))
    return capsys.readouterr().out


class TestCells:
    def test_rows_and_columns_are_those_of_the_three_scenarios(self, found):
        assert default_cells() == (WORLDS, ORDERS)
        assert (found.worlds, found.orders) == (tuple(WORLDS), tuple(ORDERS))
        assert set(found.own.values()) == {"concert", "bipolar", "collective_security"}
        assert found.own["europe_1816", "concert"] == "concert"

    def test_a_cell_is_the_simulation_of_its_combination(self, found):
        words = ["world=superpowers_1946", "order=concert"]
        alone = simulate(load_scenario("", words), RUNS, seed=7, years=YEARS, record=0)
        cell = found.results["superpowers_1946", "concert"]
        for column, values in alone.columns.items():
            np.testing.assert_array_equal(cell.columns[column], values)

    def test_the_scenarios_on_the_diagonal_are_not_played_again(self, found):
        played = simulate("concert", RUNS, seed=7, years=YEARS)
        again = matrix(["europe_1816"], ORDERS, RUNS, 7, YEARS, played=[played])
        assert again.results["europe_1816", "concert"] is played
        other = matrix(
            ["europe_1816"], ORDERS, RUNS, 7, YEARS, overrides=["transparency.level=0.2"], played=[played]
        )
        assert other.results["europe_1816", "concert"] is not played

    def test_numbers_of_a_cell_by_hand(self, found):
        """Peace: the mean of min(T, horizon). Disputes: a hundred times those of a pair and year."""
        columns = found.results["superpowers_1946", "deterrence"].columns
        peace = np.minimum(columns["peace_years"], YEARS).mean()
        cell = ("superpowers_1946", "deterrence")
        assert found.estimate(cell, "peace").value == pytest.approx(peace)
        assert found.estimate(cell, "disputes").value == pytest.approx(
            100 * columns["disputes"].mean() / YEARS
        )

    def test_a_combination_that_makes_no_sense_is_told(self, tmp_path, monkeypatch):
        folder = tmp_path / "configs" / "order"
        folder.mkdir(parents=True)
        (folder / "crowd.yaml").write_text("about: {order: {title: a crowd, least_states: 4}}\n")
        monkeypatch.chdir(tmp_path)
        some = matrix(["trade", "superpowers_1946"], ["crowd", "self_help"], runs=2, years=3)
        assert list(some.refused) == [("superpowers_1946", "crowd")]
        assert "a crowd needs at least 4 states; Superpowers 1946 has 2" in some.remark_lines[-1]
        assert some.table().loc["Superpowers 1946", "a crowd"] == "-"
        assert some.shares == {} and "cannot be split" in some.finding()
        assert some.effect("peace", ("trade", "crowd"), ("superpowers_1946", "crowd")) is None
        with pytest.raises(InputError, match="a crowd needs at least 4 states"):
            some.estimate(("superpowers_1946", "crowd"))
        assert "-" in [t.get_text() for t in matrix_figure(some).findobj(matplotlib.text.Text)]
        with pytest.raises(InputError, match="a crowd needs at least 4 states"):
            matrix(["superpowers_1946"], ["crowd"], runs=2)

    @pytest.mark.parametrize(
        ("worlds", "orders", "message"),
        [
            (["trad"], None, "no world 'trad'. Did you mean 'trade'"),
            (None, ["concrt"], "no order 'concrt'. Did you mean 'concert'"),
            ("trade", None, "worlds must be a list"),
            ([], None, "worlds must be a list"),
            (["trade", "trade"], None, "two worlds are called 'trade'"),
        ],
    )
    def test_what_cannot_be_played(self, worlds, orders, message):
        with pytest.raises(InputError, match=message):
            matrix(worlds, orders, runs=1)


class TestDifferences:
    def test_by_hand(self, found):
        a, b = (
            np.minimum(found.results["equals_seven", order].columns["peace_years"], YEARS)
            for order in ("deterrence", "concert")
        )
        effect = found.effect("peace", ("equals_seven", "deterrence"), ("equals_seven", "concert"))
        assert effect.estimate.value == pytest.approx((a - b).mean())
        assert effect.estimate.standard_error == pytest.approx((a - b).std() / np.sqrt(RUNS))

    def test_of_disputes_by_hand(self, found):
        """In 100 pair-years, of seven states and of two."""
        seven, two = (
            found.results[w, "concert"].columns["disputes"] for w in ("equals_seven", "superpowers_1946")
        )
        runs = 100 / YEARS * (seven / 21 - two)
        effect = found.effect("disputes", ("equals_seven", "concert"), ("superpowers_1946", "concert"))
        assert effect.estimate.value == pytest.approx(runs.mean())
        assert effect.estimate.standard_error == pytest.approx(runs.std() / np.sqrt(RUNS))

    def test_every_pair_once(self, found):
        for group, shared in (("world", 0), ("order", 1)):
            effects = found.effects("disputes", group)
            assert len(effects) == 9
            assert all(e.cell[shared] == e.against[shared] and e.within == group for e in effects)
            assert len({frozenset((e.cell, e.against)) for e in effects}) == 9

    def test_within_a_world_nothing_but_the_order_differs(self, found):
        assert all(effect.besides == () for effect in found.effects("peace", "world"))

    def test_within_an_order_the_world_is_told(self, found):
        effect = found.effect("peace", ("superpowers_1946", "concert"), ("europe_1816", "concert"))
        assert {"2 states against 5", "trust.initial 0.5 against 0.9", "2 buffer states against 7"} <= set(
            effect.besides
        )

    def test_what_was_typed_is_told_if_it_is_not_the_order(self):
        concert = load_scenario("concert")
        other = load_scenario(
            "concert", ["war.cost=3", "diplomacy.conference=0.1", "states.France.revisionism=0.6"]
        )
        assert besides_order(concert, other) == (
            f"war.cost {concert['war.cost']:g} against 3",
            "states.France.revisionism 0.3 against 0.6",
        )
        without = load_scenario("concert", ["world=europe_1816_without_unification"])
        assert besides_order(concert, without) == ("other changes of the world at a date",)
        assert besides_order(concert, load_scenario("concert", ["order=league"])) == ()


class TestShares:
    def test_they_are_those_of_the_runs_less_their_noise(self, found):
        """Effect by effect in each run: the mean's square less its variance over the runs, set to 0 below."""
        peace = {
            cell: np.minimum(results.columns["peace_years"], YEARS) for cell, results in found.results.items()
        }
        every = np.mean(list(peace.values()), axis=0)
        rows = {w: np.mean([peace[w, o] for o in ORDERS], axis=0) - every for w in WORLDS}
        columns = {o: np.mean([peace[w, o] for w in WORLDS], axis=0) - every for o in ORDERS}
        rest = {(w, o): peace[w, o] - every - rows[w] - columns[o] for w, o in peace}

        def part(effects):
            squares = [runs.mean() ** 2 - runs.var(ddof=1) / RUNS for runs in effects.values()]
            return max(0.0, np.mean(squares))

        parts = np.array([part(rows), part(columns), part(rest)])
        got = found.shares["peace"]
        np.testing.assert_allclose(
            [got.rows.value, got.columns.value, got.interaction.value], parts / parts.sum(), rtol=1e-6
        )

    def test_one_world_cannot_be_split(self):
        assert matrix(["trade"], ["self_help", "concert"], runs=4, years=5).shares == {}


class TestShown:
    def test_the_same_numbers_everywhere(self, found, tmp_path):
        folder = found.save(tmp_path / "out", "as typed")
        summary = json.loads((folder / "summary.json").read_text())
        cells = pd.read_csv(folder / "matrix.csv")
        assert [row["value"] for row in summary["cells"]] == pytest.approx(cells["value"].tolist())
        runs = pd.read_parquet(folder / "matrix_runs.parquet")
        assert len(runs) == 9 * RUNS
        for (world, order), part in runs.groupby(["world", "order"]):
            mean = np.minimum(part["peace_years"], YEARS).mean()
            row = cells[(cells.world == world) & (cells.order == order) & (cells.measure == "peace")]
            assert row["value"].item() == pytest.approx(mean)
        page = (folder / "report.html").read_text()
        for measure in CELL_MEASURES:
            assert found.estimate(("europe_1816", "deterrence"), measure.name).text() in page
        assert {"matrix.png", "matrix.svg", "matrix_differences.csv", "matrix_variance.csv"} <= {
            path.name for path in folder.iterdir()
        }

    def test_every_number_is_in_the_picture_and_own_cells_are_framed(self, found):
        figure = found.plot()
        shown = {text.get_text() for text in figure.findobj(matplotlib.text.Text)}
        maps = [ax for ax in figure.axes if ax.images]
        assert len(maps) == 3
        for measure, ax in zip(CELL_MEASURES, maps, strict=True):
            for cell in found.results:
                assert found.text(cell, measure.name).partition(" [")[0] in shown
            corners = {(round(p.get_x() + 0.5), round(p.get_y() + 0.5)) for p in ax.patches}
            assert corners == {(0, 0), (1, 1), (2, 2)}
            places = dict(np.ndenumerate(ax.images[0].get_array()))
            estimate = found.estimate(("superpowers_1946", "collective_security"), measure.name)
            assert places[1, 2] == pytest.approx(estimate.value)

    def test_it_shows_itself(self, small):
        assert repr(small) == "<Matrix of 2 worlds by 2 orders: 6 runs of 8 years a cell>"
        assert "<table" in small._repr_html_()
        assert json.dumps(small.answer, allow_nan=False)
        assert rs.matrix is matrix

    def test_the_report_alone(self, small, tmp_path):
        assert "Worlds by orders" in small.report(tmp_path / "page.html").read_text()


class TestCommand:
    def test_without_an_argument_scenarios_and_matrix(self, tmp_path, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "100")
        words = ["runs=20", "years=10", f"out={tmp_path / 'a'}"]
        shown = typed(words, capsys, tmp_path)
        assert len(shown.splitlines()) <= 58
        assert "| 10 [" in shown.replace("  ", " ") or "| 9" in shown
        assert shown.count("|") >= 2 * 9, "the cells of three scenarios are framed, three times"
        assert "of the variance, %: world" in shown
        assert "Superpowers 1946: 2 states against 5" in shown
        assert (tmp_path / "a" / "matrix.png").exists() and (tmp_path / "a" / "concert").is_dir()
        assert "Every order in every world" in (tmp_path / "a" / "report.html").read_text()
        answer = json.loads((tmp_path / "a" / "summary.json").read_text())
        cells = {(c["world"], c["order"], c["measure"]): c["value"] for c in answer["matrix"]["cells"]}
        headline = answer["spells"]["bipolar"]["peace"]["mean"][0]
        assert cells["superpowers_1946", "deterrence", "peace"] == pytest.approx(headline)

    def test_orders_in_one_world(self, tmp_path, capsys, unwritten):
        words = ["world=europe_1816", "orders=[self_help,concert]", "runs=6", "years=8"]
        answer = json.loads(typed(words, capsys, tmp_path, json=True))
        assert answer["scenarios"] == ["self_help", "concert"] and "matrix" not in answer
        alone = simulate(load_scenario("concert"), 6, years=8)
        mean = alone.summary("peace").rmst.value
        assert answer["spells"]["concert"]["peace"]["mean"][0] == pytest.approx(mean)
        shown = typed([*words, f"out={tmp_path / 'b'}"], capsys, tmp_path)
        assert "Nothing but the order differs." in shown

    def test_worlds_under_one_order(self, tmp_path, capsys, unwritten):
        words = ["order=concert", "worlds=[trade,superpowers_1946]", "runs=4", "years=5"]
        shown = " ".join(typed(words, capsys, tmp_path).split())
        assert "trade minus superpowers 1946" in shown and "besides the order: 5 states against 2" in shown

    def test_worlds_by_orders(self, tmp_path, capsys):
        words = ["worlds=[trade,equals_five]", "orders=[self_help,concert]", "runs=4", "years=5"]
        shown = typed([*words, "transparency.level=0.2"], capsys, tmp_path)
        assert "2 worlds by 2 orders" in shown and "What the order changes" in shown
        assert "(the same seeds, 95 % intervals; | |: trade and anarchy)" in shown
        runs = pd.read_parquet(tmp_path / "out" / "matrix_runs.parquet")
        settings = ["world=trade", "order=concert", "transparency.level=0.2", "years=5"]
        alone = simulate(load_scenario("", settings), 4, record=0)
        part = runs[(runs.world == "trade") & (runs.order == "concert")]
        np.testing.assert_array_equal(part["disputes"], alone.columns["disputes"])

    def test_scenarios_alone_have_no_matrix(self, tmp_path, capsys, unwritten):
        words = ["scenarios=[anarchy,trade]", "runs=2", "years=5"]
        shown = typed(words, capsys, tmp_path)
        assert "Every order" not in shown and "besides the order: payoffs." in shown

    def test_many_orders_leave_the_intervals_to_the_table(self, tmp_path, capsys, monkeypatch, unwritten):
        monkeypatch.setenv("COLUMNS", "80")
        orders = "[self_help,concert,deterrence,league,collective_security,balance_waltz]"
        words = ["worlds=[trade,equals_five]", f"orders={orders}", "runs=2", "years=3"]
        shown = typed(words, capsys, tmp_path)
        assert "(intervals: matrix.csv)" in shown and "What the order changes" not in shown

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["scenarios=[concert,trade]", "orders=[concert]"], "cannot both be given"),
            (["world=trade", "worlds=[trade]"], "world= and worlds= cannot both be given"),
            (["worlds=[]"], "worlds must name one or more"),
            (["world=trade", "order=concert"], "two orders or two worlds; got concert in trade"),
            (["world=trad"], "no world 'trad'"),
        ],
    )
    def test_what_it_refuses(self, arguments, message, tmp_path):
        with pytest.raises(InputError, match=message):
            compare_command(COMMANDS["compare"].read([*arguments, "runs=1"]), Flags())

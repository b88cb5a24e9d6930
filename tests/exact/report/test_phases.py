"""Pictures of sweeps: the kind that the design asks for, thresholds that theory gives, titles that hold."""

import json
import math
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from regimesim.analysis.pairs import margins_of, pairs_of, points_from
from regimesim.cli.main import main
from regimesim.report.figures import landscape, style, sweeps
from regimesim.report.figures.axes import Axis
from regimesim.report.figures.landscape import Field, Landscape
from regimesim.report.figures.sweeps import crossings
from regimesim.scenario.messages import InputError
from regimesim.sweeps.design import points_of, product


def made(tables, scenario="concert", settings=(), years=100):
    """A sweep with results made by hand: cooperation rises from point to point, peace is 7, disputes fall."""
    points = points_of(scenario, [*settings, ("years", str(years))], product(tables))
    count = len(points)
    summary = pd.DataFrame({
        "point": np.arange(count), "runs": 30,
        "regime_rmst": np.linspace(2, 0.95 * years, count), "regime_rmst_error": 0.1,
        "peace_rmst": 7.0, "peace_rmst_error": 0.1,
        "disputes": np.linspace(9, 1, count), "disputes_error": 0.2,
    })  # fmt: skip
    about = {"seed": 424242, "version": "9.8.7"}
    return SimpleNamespace(design=points.frame(), summary=summary, worlds=points.worlds, provenance=about)


def spread(low, high, count):
    return np.linspace(low, high, count).round(6).tolist()


SEVEN = ["prudent", "grim", "tit_for_tat", "punish_2", "punish_3", "win_stay_lose_shift", "always_defect"]
LEVEL = {"transparency.level": spread(0, 1, 5)}
PATIENCE = {"shadow.discount_factor": spread(0.2, 0.95, 4)}
RULES = {"sanctions.rule": ["none", "decentralized", "collective"]}
MEMORY = {"norms.half_life": [1.0, 10.0, 100.0, math.inf]}
SAMPLE = {"transparency.level": spread(0, 1, 9), "war.cost": [5.0, 9.0, 7.0, 21.0, 2.0, 30.0, 11.0, 8.0, 6.0]}
CASES = {
    "a line": ([LEVEL], "lines"),
    "a line with no end": ([MEMORY], "lines"),
    "words": ([RULES], "dots"),
    "yes and no": ([{"states.Britain.member": [True, False]}], "dots"),
    "scenarios": ([{"scenario": ["concert", "anarchy"]}], "dots"),
    "a plane": ([LEVEL, PATIENCE], "plane"),
    "numbers by words": ([RULES, PATIENCE], "families"),
    "numbers by scenarios": ([{"scenario": ["concert", "league"]}, PATIENCE], "families"),
    "a plane with many words": ([{"strategy": SEVEN}, PATIENCE], "plane"),
    "a plane of words": ([RULES, {"states.Britain.member": [True, False]}], "plane"),
    "two by two": ([{"transparency.level": [0.2, 0.6]}, {"war.cost": [5.0, 20.0]}], "plane"),
    "a plane of worlds": ([{"shadow.rounds_per_year": [2.0, 4.0]}, MEMORY], "plane"),
    "a cube": ([LEVEL, PATIENCE, {"norms.restraint": [0.0, 1.0, 2.0]}], "multiples"),
    "a long cube": ([LEVEL, PATIENCE, {"norms.restraint": spread(0, 3, 9)}], "multiples"),
    "a cube with words": ([LEVEL, RULES, PATIENCE], "multiples"),
    "four axes": (
        [LEVEL, RULES, {"norms.restraint": [0.0, 1.0]}, {"states.Britain.member": [True, False]}],
        "scatter",
    ),
    "a sample": ([SAMPLE], "scatter"),
}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_is_drawn_and_says_where_it_comes_from(case):
    tables, kind = CASES[case]
    sweep = Landscape.of(made(tables))
    assert sweep.drawn == kind
    figure = sweeps.figure_of(sweep)
    words = " ".join(text.get_text().replace("\n", " ") for text in [*figure.texts, figure._suptitle])
    assert all(said in words for said in ("seed 424242", "version 9.8.7", "30 runs a point", "100 years"))
    assert f"{len(sweep.swept.design):,} points" in words
    assert ("command sensitivity" in words) == (kind == "scatter")
    assert not {"nan", "inf", "None"} & set(words.replace(",", " ").split())
    ElementTree.fromstring(style.svg(figure))
    titles = " ".join(ax.get_xlabel() + ax.get_ylabel() for ax in figure.axes)
    assert all(axis.name in titles or axis.name in _titles_and_keys(figure) for axis in sweep.axes)


def _titles_and_keys(figure):
    keys = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return " ".join([*(ax.get_title("left") for ax in figure.axes), *keys])


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        ("a line", "regime"),
        ("words", "disputes"),
        ("a plane", "peace"),
        ("a cube", "disputes"),
        ("a sample", "peace"),
    ],
)
def test_a_single_outcome(case, outcome):
    figure = sweeps.phase_figure(made(CASES[case][0]), outcome)
    labels = " ".join(ax.get_xlabel() + ax.get_ylabel() for ax in figure.axes)
    assert {"regime": "cooperation", "peace": "peace", "disputes": "disputes"}[outcome] in labels
    assert ("years of" in labels) == (outcome != "disputes")


def test_a_line_for_every_word_is_where_its_values_are():
    swept = made([RULES, PATIENCE])
    sweep = Landscape.of(swept, "regime")
    ax = sweeps.figure_of(sweep).axes[0]
    lines = {line.get_label(): line for line in ax.get_lines() if line.get_linestyle() != "None"}
    assert list(lines) == [f"sanctions.rule: {rule}" for rule in RULES["sanctions.rule"]]
    for rule, line in zip(RULES["sanctions.rule"], lines.values(), strict=True):
        chosen = swept.design["sanctions.rule"] == rule
        assert line.get_xdata().tolist() == swept.design.loc[chosen, "shadow.discount_factor"].tolist()
        assert line.get_ydata().tolist() == swept.summary.loc[chosen, "regime_rmst"].tolist()
    bands = [band for band in ax.collections if hasattr(band, "get_paths")]
    assert len(bands) == len(lines)
    edge = bands[0].get_paths()[0].vertices[:, 1]
    assert edge.max() - swept.summary["regime_rmst"][3] == pytest.approx(1.96 * 0.1, abs=1e-3)


def test_a_threshold_is_marked_on_the_line_that_crosses_it():
    """Automata have none: they do not weigh what they do."""
    patience = {"shadow.discount_factor": spread(0.02, 0.9, 23)}
    sweep = Landscape.of(made([{"strategy": ["prudent", "tit_for_tat"]}, patience], "anarchy"), "regime")
    numbers, words = sweep.family
    ax = sweeps.figure_of(sweep).axes[0]
    marks = [line for line in ax.get_lines() if line.get_marker() == "|"]
    assert marks and len(marks) == len(sweep.seen)
    prudent = ax.get_lines()[0]
    for threshold, mark in zip(sweep.seen, marks, strict=True):
        margin = sweep.grid(getattr(sweep.margins, threshold.kind), words, numbers)
        assert np.isnan(margin[1]).all()
        places = mark.get_xdata()
        for place, height in zip(places, mark.get_ydata(), strict=True):
            below, above = np.flatnonzero(numbers.at <= place)[-1], np.flatnonzero(numbers.at > place)[0]
            assert (margin[0][below] < 0) != (margin[0][above] < 0)
            assert height == pytest.approx(np.interp(place, *prudent.get_data()))
    assert "Points without a prudent state have none" in sweep.threshold_note


def test_cells_are_where_their_values_are():
    swept = made([LEVEL, PATIENCE])
    sweep = Landscape.of(swept, "regime")
    x, y = sweep.axes
    (mesh,) = [c for c in sweeps.figure_of(sweep).axes[0].collections if hasattr(c, "get_coordinates")]
    shown = mesh.get_array().reshape(4, 5)
    for point, row in swept.design.iterrows():
        column = x.values.index(row["transparency.level"])
        line = y.values.index(row["shadow.discount_factor"])
        assert shown[line, column] == swept.summary["regime_rmst"][point]
    assert x.edges[0] < x.at[0] < x.edges[1] < x.at[1]


def test_points_that_are_not_played_yet_are_left_empty():
    swept = made([LEVEL, PATIENCE])
    swept.summary = swept.summary.drop(index=[3, 8]).sample(frac=1, random_state=1)
    sweep = Landscape.of(swept, "regime")
    assert np.flatnonzero(np.isnan(sweep.fields[0].values)).tolist() == [3, 8]
    sweeps.figure_of(sweep)
    swept.summary = swept.summary.iloc[:0]
    with pytest.raises(InputError, match="no point of this sweep has been played"):
        Landscape.of(swept)


def test_the_critical_discount_factor_of_the_textbook():
    """Temptation 5, reward 3, punishment 1: grim holds from (T - R)/(T - P) = .5 on, at a round a year."""
    settings = [("shadow.rounds_per_year", "1"), ("trust.initial", "1"), ("choice.temperature", "0")]
    grid = {"shadow.discount_factor": spread(0.3, 0.8, 51)}
    neutral = [f"{name}=0" for name in ("war.unilateral", "war.mutual", "transparency.miss_rate")]
    neutral += ["transparency.false_alarm_rate=0", "payoffs.temptation=5", "payoffs.sucker=0"]
    neutral += ["shadow.resolve=1", "shadow.punishment_years=inf"]
    neutral += ["sanctions.rule=none", "power.weight=0", "norms.restraint=0"]
    neutral += ["geography.offense_advantage=0", "periphery.rate=0", "transparency.early_warning=0"]
    settings += [tuple(text.split("=")) for text in neutral]
    sweep = Landscape.of(made([grid, {"payoffs.temptation": [4.0, 5.0]}], "anarchy", settings), "regime")
    patience, temptation = sweep.axes
    margins = sweep.margins_on(temptation, patience)
    for row, critical in zip(margins.critical_least, (1 / 3, 1 / 2), strict=True):
        assert np.array_equal(row > 1e-9, np.array(patience.values) > critical + 1e-9)
        (crossing,) = crossings(patience.at, row)
        assert crossing == pytest.approx(critical, abs=0.01)
    assert sweep.margins.start_mean == pytest.approx(
        sweep.margins.critical_mean
    )  # full trust, no law, no norm
    assert [threshold.words.partition(", ")[2] for threshold in sweep.seen] == ["all pairs alike"] * 2


@pytest.mark.parametrize("scenario", ["concert", "league", "balance_waltz"])
def test_margins_are_those_of_the_pairs(scenario):
    tables = [{"transparency.level": [0.0, 0.5]}, PATIENCE, {"norms.restraint": [0.0, 2.0]}]
    points = points_of(scenario, (), product(tables))
    found = margins_of(points)
    for k in range(len(points)):
        sides = [side for pair in pairs_of(points.scenario(k)) for side in (pair.first, pair.second)]
        margins = [side.margin for side in sides]
        assert found.start_mean[k] == pytest.approx(np.mean(margins))
        assert found.start_least[k] == pytest.approx(min(margins))
        assert (found.critical_least[k] >= 0) == all(side.discount >= side.discount_needed for side in sides)


def test_the_threshold_is_drawn_where_the_margin_changes_sign():
    tables = [{"transparency.level": spread(0, 1, 21)}, {"shadow.discount_factor": spread(0.02, 0.9, 21)}]
    swept = made(tables, settings=[("norms.restraint", "0")])
    sweep = Landscape.of(swept, "regime")
    assert "critical_least" in [threshold.kind for threshold in sweep.seen]
    figure = sweeps.figure_of(sweep)
    drawn = [c for c in figure.axes[0].collections if c.get_path_effects() and hasattr(c, "levels")]
    assert len(drawn) == len(sweep.seen)
    x, y = sweep.axes
    margin = sweep.margins_on(y, x).critical_least
    line = drawn[[t.kind for t in sweep.seen].index("critical_least")]
    for level, patience in np.concatenate([path.vertices for path in line.get_paths()]):
        near = margin[np.abs(y.at - patience).argsort()[:2]][:, np.abs(x.at - level).argsort()[:2]]
        assert near.min() <= 1e-9 and near.max() >= -1e-9


def test_worlds_without_a_prudent_state_have_no_threshold():
    sweep = Landscape.of(made([LEVEL, {"strategy": ["tit_for_tat", "grim"]}]))
    assert np.isnan(sweep.margins.start_mean).all()
    assert sweep.seen == [] and sweep.threshold_note == ""


def test_points_come_back_from_the_table_and_the_worlds():
    tables = [
        {"scenario": ["concert", "anarchy"]},
        {"trust.initial": [0.5, 0.9]},
        {"states.A.revisionism": [0.0]},
    ]
    points = points_of("concert", (), product(tables[:2]) | {})
    back = points_from(points.frame(), points.worlds)
    assert back is not None and back.world.tolist() == points.world.tolist()
    assert points_from(points.frame(), points.worlds[:2]) is None


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (spread(0, 1, 41), "linear"),
        ([0.2, 0.6], "linear"),
        ([0.0, 1.0, 3.0], "linear"),
        ([1.0, 10.0, 100.0], "log"),
        ([1.0, 2.0, 5.0, 10.0, 20.0, 50.0], "log"),
        ([1.0, 10.0, 100.0, math.inf], "log"),
        ([0.0, 1.0, 10.0, 100.0], "row"),
        (["b", "a"], "row"),
        (np.geomspace(1, 1000, 31).tolist(), "log"),
        (np.random.default_rng(1).random(200).tolist(), "linear"),
    ],
)
def test_axes_find_their_scale(values, scale):
    axis = Axis.of("norms.half_life", values[::-1])
    assert axis.scale == scale
    assert (np.diff(axis.at) > 0).all()
    assert (axis.edges[:-1] < axis.at).all() and (axis.at < axis.edges[1:]).all()
    at, words = axis.ticks()
    assert 2 <= len(words) <= 10 and len(at) == len(set(words)) == len(words)
    assert all(axis.edges[0] <= tick <= axis.edges[-1] for tick in at)


def test_infinity_stands_a_step_beyond():
    axis = Axis.of("norms.half_life", [math.inf, 1.0, 10.0, 100.0])
    assert axis.at.tolist() == pytest.approx([0, 1, 2, 3])
    assert axis.ticks()[1] == ["1", "10", "100", "∞"]
    assert axis.title == "norms.half_life (years)"


def field(values, error=1.0, horizon=100.0, name="regime"):
    return Field(name, np.array(values, float), np.full(len(values), error), horizon)


ALIKE = "No difference in cooperation between these values of transparency level is beyond luck"


@pytest.mark.parametrize(
    ("values", "error", "sentence"),
    [
        ([10, 40, 70, 90], 1, "longer the higher the transparency level: 10 years at 0, 90 at 1"),
        ([90, 70, 71, 10], 2, "longer the lower the transparency level: 90 years at 0, 10 at 1"),
        ([10, 40, 90, 30], 1, "longest at transparency level 0.6 (90 years)"),
        ([10, 88, 90, 30], 2, "longest somewhere from transparency level 0.3 to 0.6 (about 90 years)"),
        ([50, 52, 49, 51], 2, ALIKE),
        ([100, 100, 100, 100], 0, ALIKE),
    ],
)
def test_titles_say_what_the_errors_bear_out(values, error, sentence):
    axis = Axis.of("transparency.level", [0.0, 0.3, 0.6, 1.0])
    told = landscape.along(axis, field(values, error))
    assert told.removeprefix("Cooperation lasts ") == sentence


def test_the_best_of_many_needs_more_than_two_errors():
    """Two points differ at 1.96 errors of the difference; the best of a hundred is held to 3.5."""
    gap = 2.5 * math.sqrt(2)
    assert landscape.cells_alike(field([0.0, gap]), 1) == [1]
    assert len(landscape.cells_alike(field([0.0] * 99 + [gap]), 1)) == 100


def test_words_are_named():
    axis = Axis.of("sanctions.rule", ["none", "collective", "balancing"])
    assert (
        landscape.along(axis, field([5, 30, 9]))
        == "Cooperation lasts longest with sanctions rule collective (30 years)"
    )
    rates = field([5, 30, 29], horizon=None, name="disputes")
    assert (
        landscape.along(axis, rates)
        == "Disputes is greatest with sanctions rule collective or balancing (30)"
    )


def test_the_axis_that_moves_most_is_named():
    design = pd.DataFrame(product([{"transparency.level": [0.0, 1.0]}, {"war.cost": [5.0, 20.0]}]))
    axes = [Axis.of(name, design[name]) for name in design]
    told = landscape.sweep_finding(axes, design, field([10, 20, 60, 70]))
    assert told.endswith("it moves most with transparency level, by 50 on average, with war cost by 10")
    told = landscape.sweep_finding(axes, design, field([10, 60, 60, 70], error=8.0))
    assert told.endswith("it moves alike with transparency level and war cost")


def test_a_sample_names_what_it_follows():
    design = pd.DataFrame({"transparency.level": spread(0, 1, 30), "war.cost": [5.0, 9.0] * 15})
    axes = [Axis.of(name, design[name]) for name in design]
    told = landscape.followed(axes, design, field(range(30)))
    assert told == "Cooperation rises most clearly with transparency level (rank correlation 1.00)"
    told = landscape.followed(axes, design, field([3, 1, 4, 1, 5, 9, 2, 6, 5, 3] * 3))
    assert told == "Cooperation follows none of these settings by itself"


def test_refusals():
    with pytest.raises(InputError, match=r"no outcome 'dispute'\. Did you mean 'disputes'"):
        sweeps.phase_figure(made([LEVEL]), "dispute")
    with pytest.raises(InputError, match="a single point"):
        sweeps.phase_figure(made([{"transparency.level": [0.5]}]))


def test_plot_draws_a_sweep_into_its_folder(tmp_path, capsys):
    folder = tmp_path / "swept"
    levels = "transparency.level=0.1,0.4,0.7"
    assert main(["sweep", "+scenario=concert", levels, "years=20", "runs=6", f"out={folder}", "-q"]) == 0
    assert {"phase.png", "phase.svg"} <= {p.name for p in folder.iterdir()}
    (folder / "phase.svg").write_text("lost")
    capsys.readouterr()
    assert main(["plot", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "cooperation" in said.lower() and said.endswith("phase.png phase.svg\n")
    assert "<svg" in (folder / "phase.svg").read_text()
    assert main(["plot", str(folder), "outcome=peace", f"out={tmp_path / 'new'}", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["pictures"] == ["phase_peace.png", "phase_peace.svg"]
    assert (tmp_path / "new" / "phase_peace.png").is_file() and len(answer["finding"]) == 1
    assert main(["plot", str(folder), "-q"]) == 0
    assert capsys.readouterr().out == f"{folder}\n"


def test_plot_draws_a_run_anew(tmp_path, capsys):
    folder = tmp_path / "run"
    assert main(["run", "+scenario=concert", "runs=8", "years=20", f"out={folder}", "-q"]) == 0
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    for picture in folder.glob("*.svg"):
        picture.write_text("lost")
    capsys.readouterr()
    assert main(["plot", str(folder)]) == 0
    assert "survival.png" in capsys.readouterr().out
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix != ".png"} == {
        name: data for name, data in before.items() if not name.endswith(".png")
    }
    assert main(["plot", str(folder), "outcome=peace"]) == 2
    assert "outcome= is for a sweep" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "plot takes the folder"),
        (["a", "b"], "plot takes the folder"),
        (["nowhere"], "no results in nowhere"),
        (["nowhere", "outcom=peace"], "Did you mean 'outcome'"),
    ],
)
def test_plot_refuses(words, message, capsys):
    assert main(["plot", *words]) == 2
    assert message in capsys.readouterr().err

"""Pictures say what the results say: lines are the curves, labels have units, captions tell the seed.

Nothing here looks at pixels. The results are made by hand, so that every number is known.
"""

import math
import struct
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from regimesim.report import sentences
from regimesim.report.figures import runs, timeline
from regimesim.report.figures.style import SCENARIOS, TERM_COLOURS, look, spread_out
from regimesim.report.figures.timeline import epoch_names
from regimesim.scenario.messages import InputError
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.columns import QUANTITIES, WAR_BEGINS
from regimesim.simulation.results import Results

EPOCHS = [
    {"year": 1830, "because": "Belgium leaves the Netherlands"},
    {
        "year": 1848,
        "because": "A wave of revolution with a $very$ long account of all that happened that year",
    },
    {"year": 1848.5, "because": "The wave is spent"},
    {"year": 1912, "because": "An end of the century that needs room"},
]


def made(
    regime, peace=None, *, years=100, recorded=None, states=3, changes=EPOCHS, start=1816, name="concert"
):
    """Results with regimes of these durations (negative: cut off at that age; 0: never formed)."""
    regime = np.asarray(regime, np.float64)
    peace = np.asarray(regime if peace is None else peace, np.float64)
    count, rows = len(regime), math.ceil(years)
    tree = {
        "about": {"title": "Concert_of $Europe$", "start": start},
        "years": years,
        "norms": {"restraint": 1.5},
        "states": {f"State_{n}": None for n in range(states)},
        "epochs": changes,
    }
    columns = {"replicate": np.arange(count), "regime_onset": np.where(regime == 0, np.nan, 1.0)}
    for spell, ages in (("regime", regime), ("regime_loose", 1.5 * regime), ("regime_strict", 0.5 * regime)):
        columns[f"{spell}_years"] = np.minimum(np.abs(ages), years)
        columns[f"{spell}_ended"] = ages >= 0
    for spell in ("peace", "systemic"):
        columns[f"{spell}_years"], columns[f"{spell}_ended"] = np.abs(peace), peace >= 0
    recorded = count if recorded is None else recorded
    falling = np.linspace(1, 0.2, rows)[:, None] ** np.linspace(0.5, 2, recorded)
    yearly = np.stack([falling * (n + 1) / 4 if n >= 7 else falling for n in range(len(QUANTITIES))])
    yearly[QUANTITIES.index("now")] *= -1
    happened = {key: np.zeros(recorded, np.int64) for key in ("kind", "actor", "target")}
    happened |= {"replicate": np.arange(recorded), "round": np.full(recorded, 3 * min(years, 30))}
    happened["kind"][:] = WAR_BEGINS
    scenario = read_scenario(tree, name)
    return Results(scenario, columns, yearly, happened, {"seed": 424242, "runs": count, "version": "9.8.7"})


MANY = [10, 20, 20, 40, 47, 60, 80, -99, -99, 0]
CASES = {
    "many": made(MANY),
    "all censored": made([-99] * 20),
    "none formed": made([0] * 20, [30] * 20),
    "most never formed": made([0] * 15 + [30] * 4 + [-99]),
    "one run that fell": made([47]),
    "one run that stands": made([-99]),
    "one run, nothing formed": made([0], [-100]),
    "nothing recorded": made(MANY, recorded=0),
    "one recorded": made(MANY, recorded=1),
    "one year": made([1, -1, 0], years=1, changes=[], start=0),
    "a quarter of a year": made([0.25, 0, 0], years=0.25, changes=[], start=0),
    "two states": made(MANY, states=2, name="somewhere"),
    "war at once": made(MANY, [0] * 10),
    "ten thousand years": made([5000, 70, -9999], years=10_000, changes=[]),
    "a hundred epochs": made(MANY, changes=[{"year": 1817 + n / 2, "because": "Again"} for n in range(100)]),
}


@pytest.fixture
def ax():
    return Figure().add_subplot()


def line(ax, name):
    return next(drawn for drawn in ax.get_lines() if drawn.get_label() == name)


def words(figure):
    return "\n".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))


@pytest.mark.parametrize("spell", ["regime", "peace", "systemic", "regime_loose"])
def test_the_line_is_the_curve(ax, spell):
    results = made(MANY, [5, 5, 9, 30, 31, 32, -100, -100, -100, -100])
    assert runs.draw_survival(results, ax, spell) is ax
    drawn, curve = line(ax, spell), results.curve(spell)
    np.testing.assert_array_equal(drawn.get_xdata(), curve.years)
    np.testing.assert_array_equal(drawn.get_ydata(), curve.survival)
    assert drawn.get_drawstyle() == "steps-post"
    assert "years since" in ax.get_xlabel() and "(%)" in ax.get_ylabel()


def test_the_band_is_the_interval(ax):
    results = CASES["many"]
    runs.draw_survival(results, ax)
    heights = {round(float(y), 9) for y in ax.collections[0].get_paths()[0].vertices[:, 1]}
    assert {round(float(y), 9) for y in [*results.curve().lower, *results.curve().upper]} <= heights


def test_the_median_is_written_down(ax):
    runs.draw_survival(CASES["many"], ax)
    median = CASES["many"].summary().median
    assert median.value == 40
    assert f"median {median.text()} years" in [text.get_text() for text in ax.texts]


def test_no_median_where_none_is_reached(ax):
    runs.draw_survival(CASES["all censored"], ax)
    assert not [text for text in ax.texts if "median" in text.get_text()]


def test_other_thresholds_are_drawn_only_where_they_matter(ax):
    runs.draw_survival(CASES["many"], ax)
    np.testing.assert_array_equal(
        line(ax, "regime_loose").get_xdata(), CASES["many"].curve("regime_loose").years
    )
    assert line(ax, "regime_strict").get_linewidth() < line(ax, "regime").get_linewidth()
    alike = Figure().add_subplot()
    runs.draw_survival(CASES["none formed"], alike)
    assert not [x for x in alike.get_lines() if str(x.get_label()).startswith("regime_")]


def test_marks_stand_where_they_are_put():
    figure = runs.survival_figure(CASES["many"], {"regime": {"the record": 38}, "peace": {"the record": 46}})
    left, right = figure.axes
    for ax, year in ((left, 38), (right, 46)):
        assert [x.get_xdata()[0] for x in ax.get_lines() if x.get_marker() == "v"] == [year]
        assert f"the record: {year}" in [text.get_text() for text in ax.texts]
    assert "a mark is no test" in words(figure)
    assert "a mark is no test" not in words(runs.survival_figure(CASES["many"]))


def test_runs_at_risk_are_counted_under_the_axis():
    left = runs.survival_figure(CASES["many"]).axes[0]
    counts = {text.xy[0]: text.get_text() for text in left.texts if hasattr(text, "xy")}
    assert counts[20] == "8", "those that fall in year 20 are still at risk then"
    assert counts[60] == "4"
    assert counts[100] == "–", "regimes began in year 1: none was watched for 100 years"


def test_the_titles_say_what_was_found():
    shown = words(runs.survival_figure(CASES["many"])).replace("\n", " ")
    assert "Out of 100 years, cooperation lasts 47.7" in shown
    assert (
        "Counting the 10 % that never form, half of the regimes fall within 40 years; 20 % stand to the end"
        in shown
    )


@pytest.mark.parametrize(
    ("case", "spell", "sentence"),
    [
        ("all censored", "regime", "Every regime stands to the end"),
        ("all censored", "peace", "No run sees a war between great powers"),
        ("none formed", "regime", "No regime forms"),
        (
            "none formed",
            "peace",
            "Half of the runs see a war between great powers within 30 years; every run sees one",
        ),
        ("most never formed", "regime", "In 75 % of the runs no regime forms; 5 % stand to the end"),
        ("one run that fell", "regime", "The regime falls after 47 years"),
        ("one run that stands", "regime", "The regime stands to the end"),
        ("one run, nothing formed", "peace", "The run never sees a war between great powers"),
        (
            "war at once",
            "peace",
            "Half of the runs see a war between great powers at once; every run sees one",
        ),
    ],
)
def test_sentences(case, spell, sentence):
    assert sentences.lasting_sentence(CASES[case], spell) == sentence


def test_a_century_shows_the_runs(ax):
    results = CASES["many"]
    timeline.century(results, ax)
    rates = results.yearly[QUANTITIES.index("cooperation")]
    np.testing.assert_allclose(line(ax, "median").get_ydata(), np.median(rates, axis=1))
    typical = line(ax, f"typical run (number {results.typical()})")
    np.testing.assert_array_equal(typical.get_ydata(), rates[:, results.typical()])
    np.testing.assert_array_equal(typical.get_xdata(), 1816 + np.arange(100))
    assert ax.get_xlabel() == "calendar year" and "(%)" in ax.get_ylabel()
    assert {"regime falls", "first war"} <= {text.get_text() for text in ax.texts}


def test_trust_and_norms_are_means(ax):
    timeline.trust(CASES["many"], ax)
    for name in ("trust", "norm"):
        means = CASES["many"].yearly[QUANTITIES.index(name)].mean(axis=1)
        np.testing.assert_allclose(line(ax, name).get_ydata(), means)
    assert "(0 to 1)" in ax.get_ylabel()


def test_norms_without_weight_are_not_drawn(ax):
    results = CASES["many"]
    free = Results(
        results.scenario.with_parameters({"norms.restraint": 0.0}),
        results.columns, results.yearly, results.happened, results.provenance,
    )  # fmt: skip
    timeline.trust(free, ax)
    assert "norm" not in [drawn.get_label() for drawn in ax.get_lines()]
    assert "norms" not in sentences.expectations(free)


def test_names_of_epochs_do_not_cover_one_another():
    placed = epoch_names(CASES["many"])
    assert [epoch.words for epoch in placed][-1].startswith("1830 Belgium")
    assert len({epoch.row for epoch in placed if epoch.year < 1850}) == 3, "one row each: they overlap"
    assert all(0 <= epoch.left < 1 for epoch in placed)


def test_the_gain_is_drawn_against_what_holds_back(ax):
    timeline.why(CASES["many"], ax)
    terms = sentences.terms(CASES["many"])
    np.testing.assert_allclose(line(ax, "now").get_ydata(), -terms["now"])
    layers = {layer.get_label(): layer.get_paths()[0].vertices[:, 1].max() for layer in ax.collections}
    assert list(layers) == ["future", "law", "norm"]
    assert layers["norm"] == pytest.approx((terms["future"] + terms["law"] + terms["norm"]).max())
    assert ax.get_ylabel() == "payoff units"


def test_a_term_without_weight_has_no_layer(ax):
    results = made(MANY)
    results.yearly[QUANTITIES.index("law")] = 0
    timeline.why(results, ax)
    assert [layer.get_label() for layer in ax.collections] == ["future", "norm"]


def test_causes_are_bars_with_shares_and_counts(ax):
    runs.ends({"memory_faded": 0.6, "buffers lost": 0.4}, ax, collapses=50)
    assert [bar.get_width() for bar in ax.patches] == [0.4, 0.6]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["buffers lost", "memory faded"]
    assert [text.get_text() for text in ax.texts] == ["40 % (20)", "60 % (30)"]
    assert ax.get_xlabel() == "collapses (%)"


def test_one_panel_without_causes_and_two_with():
    assert len(runs.why_figure(CASES["many"]).axes) == 1
    figure = runs.why_figure(CASES["many"], {"memory faded": 0.6, "buffers lost": 0.4})
    assert len(figure.axes) == 2
    assert "The commonest end: memory faded (60 % of the collapses)" in words(figure).replace("\n", " ")
    assert "No regime collapses" in words(runs.why_figure(CASES["all censored"], {}))


@pytest.mark.parametrize("make", [runs.survival_figure, runs.century_figure, runs.why_figure])
def test_captions_say_where_it_came_from(make):
    shown = words(make(CASES["many"]))
    for part in ("concert", "10 runs of 100 years", "seed 424242", "9.8.7", "Concert of $Europe$"):
        assert part in shown


@pytest.mark.parametrize("kind", ["survival", "century", "why", "trust"])
def test_draw(kind, ax):
    assert runs.draw_run(CASES["many"], kind, ax) is ax
    alone = runs.draw_run(CASES["many"], kind)
    assert alone is not ax
    assert "seed 424242" in words(alone.figure)
    assert alone.figure.get_suptitle()


def test_a_notebook_shows_a_picture_and_axes_of_one_but_no_axes_of_others(ax):
    drawn = runs.draw_run(CASES["many"], "survival")
    shown = drawn._repr_png_()
    width, height = struct.unpack(">II", shown[16:24])
    assert shown.startswith(b"\x89PNG\r\n")
    assert [width, height] == pytest.approx(100 * drawn.figure.get_size_inches(), abs=1)
    assert drawn.figure._repr_png_() == shown
    assert not hasattr(runs.draw_run(CASES["many"], "survival", ax), "_repr_png_")


def test_an_unknown_picture_is_refused_in_a_sentence():
    with pytest.raises(InputError, match=r"no picture 'survivel'. Did you mean 'survival'\?"):
        runs.draw_run(CASES["many"], "survivel")


@pytest.mark.parametrize("case", CASES)
def test_every_case_can_be_drawn_and_saved(case, tmp_path):
    """Warnings are errors, here as everywhere."""
    causes = {"memory faded": 1.0} if case == "many" else None
    paths = runs.save_run_figures(CASES[case], tmp_path / "new" / "folder", causes)
    names = [f"{name}.{kind}" for name in ("survival", "century", "why") for kind in ("png", "svg")]
    assert [path.name for path in paths] == names
    for path in paths:
        assert path.stat().st_size < 400_000
        if path.suffix == ".svg":
            ElementTree.parse(path)
        else:
            assert path.read_bytes().startswith(b"\x89PNG")
    for kind in ("survival", "century", "why", "trust"):
        runs.draw_run(CASES[case], kind)
    assert runs.inline_svg(CASES[case]).startswith("<svg")


def test_nothing_recorded_is_said():
    shown = words(runs.century_figure(CASES["nothing recorded"])) + words(
        runs.why_figure(CASES["nothing recorded"])
    )
    assert shown.count("No yearly series were recorded: simulate with record=1000") == 3


def test_the_same_results_give_the_same_files(tmp_path):
    first = runs.save_run_figures(CASES["many"], tmp_path / "one")
    again = runs.save_run_figures(CASES["many"], tmp_path / "two")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert "<dc:date>" not in first[1].read_text(encoding="utf-8")


def test_svg_holds_text_and_leaves_settings_alone():
    before = dict(matplotlib.rcParams)
    drawn = runs.inline_svg(CASES["many"])
    assert dict(matplotlib.rcParams) == before
    root = ElementTree.fromstring(drawn)
    assert root.get("aria-label") == sentences.lasting_sentence(CASES["many"])
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "years since the regime began" in texts


def test_pyplot_is_not_imported():
    code = (
        "import sys, regimesim.report.figures.runs; "
        "print('matplotlib.pyplot' in sys.modules, 'pandas' in sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["False", "False"]


def test_every_scenario_and_term_can_be_told_apart():
    looks = list(SCENARIOS.values())
    assert len({(found.line, found.marker) for found in looks}) == len(looks), "in grey"
    assert len({found.colour for found in looks}) == len(looks)
    assert look("concert") == SCENARIOS["concert"]
    assert look("unheard of", 1) != look("unheard of", 2)
    light = [
        np.dot(matplotlib.colors.to_rgb(colour), (0.299, 0.587, 0.114)) for colour in TERM_COLOURS.values()
    ]
    assert (np.diff(light) > 0.05).all()


def test_labels_are_moved_apart():
    assert spread_out([], 1) == []
    assert spread_out([0.0, 5.0], 1) == [0.0, 5.0]
    assert spread_out([1.0, 1.0, 1.0], 1) == [0.0, 1.0, 2.0]

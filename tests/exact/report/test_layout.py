"""Layout of the pictures: nothing covers anything else, no word runs out, no mark of a key reads as data."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.transforms import Bbox

import regimesim as rs
from regimesim.analysis.ablation import Worlds, ablate, shapley
from regimesim.analysis.comparison import compare
from regimesim.analysis.experiments import experiment, experiments
from regimesim.analysis.verdict import is_it_a_regime
from regimesim.report.figures import calibration, institutions, runs, style
from regimesim.report.figures.comparisons import draw_comparison

LONG = "A headline that goes on and on, " * 6


def boxes(figure):
    """Boxes of what a figure holds, in inches: headline, caption, panels with their words, keys."""
    figure.canvas.draw()
    scale = 1 / figure.dpi

    def inches(box):
        return Bbox(box.get_points() * scale)

    caption = next(text for text in figure.texts if text is not figure._suptitle)
    words = [inches(text.get_window_extent()) for text in (figure._suptitle, caption)]
    panels = [inches(ax.get_tightbbox()) for ax in figure.axes]
    keys = [inches(key.get_window_extent()) for key in figure.legends]
    return words, panels, keys


def overlap(one, other):
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return width > 0.02 and height > 0.02


def check(figure):
    """Headline, keys, panels and caption from top to bottom, inside the figure, and apart."""
    (title, *below), panels, keys = boxes(figure)
    wide, high = figure.get_size_inches()
    for box in (title, *below, *panels, *keys):
        assert box.x0 >= -0.01 and box.y0 >= -0.01 and box.y1 <= high + 0.01
        assert box.x1 <= wide + 0.12  # letters are wider at some resolutions
    top, bottom = (f(b) for f, b in ((max, [p.y1 for p in panels]), (min, [p.y0 for p in panels])))
    first = max([top, *(key.y1 for key in keys)])
    assert title.y0 - first == pytest.approx(style.APART, abs=0.03)
    assert bottom - below[0].y1 == pytest.approx(style.APART, abs=0.03)
    assert not any(overlap(key, panel) for key in keys for panel in panels)
    assert not any(overlap(one, other) for one, other in combinations(keys, 2))


@pytest.fixture(scope="module")
def results():
    return rs.simulate("concert", runs=20, years=40, seed=1)


@pytest.fixture(scope="module")
def compared():
    return compare(["concert", "league", "anarchy"], runs=12, years=20)


RUN = {
    "survival": runs.survival_figure,
    "century": runs.century_figure,
    "why": lambda found: runs.why_figure(found, {"grievances grew": 0.9, "trust lost": 0.1}, 10),
}


@pytest.mark.parametrize("kind", RUN)
def test_pictures_of_a_run(kind, results):
    check(RUN[kind](results))


@pytest.mark.parametrize("kind", ["survival", "plane", "course"])
def test_pictures_of_a_comparison(kind, compared):
    check(draw_comparison(compared, kind))


@pytest.mark.parametrize("kind", RUN)
def test_on_a_narrow_screen_panels_stand_below_one_another(kind, results):
    figure = style.narrow(lambda: RUN[kind](results))
    check(figure)
    assert figure.get_size_inches()[0] == style.NARROW and not style.is_narrow()
    _, panels, _ = boxes(figure)
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(panels))
    wide = [ax.get_position().width * style.NARROW for ax in figure.axes]
    assert min(wide) > 0.4 * style.NARROW


def test_a_figure_is_as_high_as_its_words_need():
    heights = []
    for headline in ("Short", LONG, 3 * LONG):
        figure, (ax,) = style.blank(6, 9, (0.1, 0.4, 0.8, 0.2))
        ax.plot([0, 1], [0, 1])
        style.framed(figure, headline, "Caption\n" + LONG)
        check(figure)
        heights.append(figure.get_size_inches()[1])
        assert ax.get_position().height * heights[-1] == pytest.approx(1.8)
    assert heights == sorted(heights) and heights[0] < 3.2


def test_a_key_names_each_line_once_and_is_folded_where_it_is_too_wide():
    figure, axes = style.blank(8, 4, (0.1, 0.2, 0.35, 0.6), (0.6, 0.2, 0.35, 0.6))
    for ax in axes:
        for k in range(6):
            ax.plot([0, 1], [k, k], label=f"a line with quite a long name, {k}")
    style.key_above(figure, *axes)
    style.framed(figure, "Headline", "Caption")
    check(figure)
    (key,) = figure.legends
    assert [text.get_text()[-1] for text in key.get_texts()] == list("012345")
    assert not any(ax.get_legend() for ax in axes)


def test_ticks_on_a_scale_of_roots_stand_apart():
    for top in np.geomspace(1e-3, 2, 60):
        ticks = calibration._ticks_of_roots(float(top))
        assert ticks[0] == 0 and len(ticks) >= 3 and ticks[-1] <= top
        assert np.diff(np.sqrt(ticks)).min() >= 0.11 * np.sqrt(top)


LEGENDS = ("02", "04", "07", "12")


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n.startswith(LEGENDS) else [pytest.mark.verify]) for n in experiments()],
)
def test_pictures_of_the_experiments(name):
    found = experiment(name)
    figure = found.load().draw(found.expected)
    check(figure)
    assert not any(ax.get_legend() for ax in figure.axes) or name.startswith(("09", "11", "literature"))


class TestDiagnosis:
    @pytest.fixture(scope="class")
    @staticmethod
    def found():
        worlds = Worlds("bipolar", 8, 0, 20)
        shares = [shapley(worlds, spell=spell) for spell in ("regime", "peace")]
        return is_it_a_regime(worlds), ablate(worlds, "full"), shares

    def test_marks_stand_at_the_estimates(self, found):
        verdict, ablation, shares = found
        figure = institutions.diagnosis_figure(verdict, ablation, shares, 7)
        check(figure)
        for ax, spell, share in zip(figure.axes, ("regime", "peace"), shares, strict=True):
            filled, hollow = (container[0] for container in ax.containers)
            names = [label.get_text().replace(" ", "_") for label in figure.axes[0].get_yticklabels()]
            assert names[-1] == "together" and set(names[:-1]) == set(share.years)
            done = [share.estimate(name).value for name in names]
            np.testing.assert_allclose(np.array(filled.get_xdata(), float), done)
            lost = {row.change: getattr(row, spell).value for row in ablation.rows}
            expected = [lost[f"without {n}"] for n in names[:-1]] + [lost["without everything"]]
            np.testing.assert_allclose(np.array(hollow.get_xdata(), float), expected)

    def test_it_says_what_was_judged_and_of_what(self, found):
        verdict, ablation, shares = found
        figure = institutions.diagnosis_figure(verdict, ablation, shares, 7)
        words = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
        assert "Is it a regime? Strong test" in words and "seed 7" in words and "8 runs a world" in words
        assert all(f"{name} {outcome}".lower() in words.lower() for name, outcome in verdict.answers.items())

    def test_the_headline_claims_no_more_than_the_intervals(self, found):
        verdict, ablation, shares = found
        total = shares[0].total
        headline = institutions.diagnosis_figure(verdict, ablation, shares, 7).get_suptitle()
        assert ("is not shown" in headline) == (total.lower <= 0)

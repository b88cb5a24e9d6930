"""The page of a run or comparison: the numbers of everywhere, readable by everyone, safe with any name."""

import json
import math
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import regimesim as rs
from regimesim.analysis.comparison import compare
from regimesim.cli.main import main
from regimesim.report import charts
from regimesim.report import page as vega
from regimesim.stats.survival import kaplan_meier

VOID = {"meta", "link", "br"}
NASTY = '<script>alert("1")</script> & Größe 历史 $title \u2028 %'


class Read(HTMLParser):
    """A page taken apart: its elements, the text in each, its tables; refuses what is not well formed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.tables, self.words, self.scripts = [], [], {}, [], []
        self.row, self.caption = None, None
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.row = []
        if tag in ("td", "th"):
            self.row.append("")
        if tag == "table":
            self.rows = []
        if tag == "caption":
            self.caption = ""

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "tr":
            self.rows.append(self.row)
        if tag == "table":
            assert self.caption not in self.tables
            self.tables[self.caption] = self.rows

    def handle_data(self, data):
        if "script" in self.open:
            self.scripts.append(data)
        elif "style" not in self.open:
            self.words.append(data)
            if "caption" in self.open:
                self.caption += data
            elif self.open and {"td", "th"} & set(self.open):
                self.row[-1] += data

    @property
    def text(self):
        return " ".join(self.words)

    def table(self, beginning):
        (found,) = [rows for name, rows in self.tables.items() if name.startswith(beginning)]
        return found


def read(path):
    return Read(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run's folder and its page."""
    folder = tmp_path_factory.mktemp("page") / "run"
    words = ["run", "+scenario=bipolar", "runs=64", "years=40", "seed=3", f"out={folder}", "-q"]
    assert main(words) == 0
    return folder, read(folder / "report.html")


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A comparison, its folder and its page."""
    folder = tmp_path_factory.mktemp("page") / "compare"
    words = ["compare", "scenarios=[anarchy,bipolar,trade]", "runs=48", "years=30", f"out={folder}", "-q"]
    assert main(words) == 0
    return folder, read(folder / "report.html")


def rows_of(frame):
    return [
        [*(name if isinstance(name, tuple) else (name,)), *map(str, row)]
        for name, row in zip(frame.index, frame.to_numpy(), strict=True)
    ]


def test_a_run_says_the_same_on_page_terminal_parquet_and_in_python(run, capsys, tmp_path):
    folder, page = run
    results = rs.simulate(rs.load_scenario("bipolar", ["years=40"]), runs=64, seed=3)
    head, *rows = page.table("How long it lasts")
    assert rows == rows_of(results.table()) and head[1:] == list(results.table().columns)
    stored = pd.read_parquet(folder / "runs.parquet")
    for row, spell in zip(rows, ("regime", "peace"), strict=True):
        curve = kaplan_meier(stored[f"{spell}_years"], stored[f"{spell}_ended"])
        assert row[1] == curve.median().text()
        assert row[3] == f"{100 * (~stored[f'{spell}_ended']).mean():.0f} %"
    assert rows[0][4] == f"{100 * stored.regime_onset.isna().mean():.0f} %"
    words = ["run", "+scenario=bipolar", "runs=64", "years=40", "seed=3", f"out={tmp_path / 'again'}"]
    assert main(words) == 0
    screen = capsys.readouterr().out
    for row in rows:
        assert re.search(r" +".join(map(re.escape, row)), screen)
    assert screen.splitlines()[-1].split()[1] == "report.html"
    assert f"{stored.wars.mean() * 100 / 40:.1f} wars" in page.text


def test_a_comparison_says_the_same_on_page_terminal_parquet_and_in_python(three, capsys, tmp_path):
    folder, page = three
    found = compare(["anarchy", "bipolar", "trade"], runs=48, years=30)
    head, *rows = page.table("How long it lasts")
    assert rows == rows_of(found.table()) and head[2:] == list(found.table().columns)
    for name in found.names:
        stored = pd.read_parquet(folder / name / "runs.parquet")
        for spell, word in (("regime", "cooperation"), ("peace", "peace")):
            (row,) = [row for row in rows if row[:2] == [name, word]]
            assert row[2] == kaplan_meier(stored[f"{spell}_years"], stored[f"{spell}_ended"]).median().text()
            assert row[4] == f"{100 * (~stored[f'{spell}_ended']).mean():.0f} %"
    differences = page.table("Differences of the means")[1:]
    for spell, column in (("regime", 1), ("peace", 2)):
        estimates = [row["estimate"] for row in found.answer["differences"][spell]]
        assert [float(row[column].split()[0]) for row in differences] == pytest.approx(estimates, abs=0.5)
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert all(f"{words}." in page.text for words in summary["findings"].values())
    assert (
        main(["compare", "scenarios=[anarchy,bipolar,trade]", "runs=48", "years=30", f"out={tmp_path / 'o'}"])
        == 0
    )
    screen = capsys.readouterr().out
    assert all(all(cell in screen for cell in row) for row in rows)
    assert screen.splitlines()[-1].split()[1] == "report.html"


@pytest.mark.parametrize("kind", ["run", "three"])
def test_it_can_be_read_without_eyes_mouse_or_network(kind, request):
    _, page = request.getfixturevalue(kind)
    tags = [tag for tag, _ in page.elements]
    assert ("html", {"lang": "en"}) in page.elements and tags.count("title") == tags.count("h1") == 1
    assert {"header", "nav", "main", "footer"} <= set(tags)
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
    for attribute in ("aria-labelledby", "aria-controls", "for"):
        targets += [f"#{attrs[attribute]}" for _, attrs in page.elements if attribute in attrs]
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    assert tags.count("table") == tags.count("caption")
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in page.elements if tag == "th")
    pictures = [attrs for tag, attrs in page.elements if tag == "svg" and "aria-hidden" not in attrs]
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in pictures)
    assert tags.count("figure") == tags.count("figcaption") >= 3
    assert not [
        a for _, a in page.elements if re.match(r"(https?:)?//", a.get("src", "") or a.get("href", "") or "")
    ]
    assert not [tag for tag in tags if tag in ("img", "iframe", "object", "embed", "form", "base")]
    (policy,) = [a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a]
    assert policy.startswith("default-src 'none'") and "http" not in policy and "eval" not in policy
    assert not re.search(r"\b(nan|None|NaN)\b", page.text)


def test_what_was_asked_and_how_to_ask_again(run):
    _, page = run
    assert "python -m regimesim run +scenario=bipolar runs=64 years=40 seed=3" in page.text
    assert re.search(
        r"python -m regimesim explain \+scenario=bipolar years=40 seed=3 replicate=\d+", page.text
    )
    assert "2 states, 2 buffer states, 64 runs of 40 years, seed 3" in page.text
    rows = {row[0]: row for row in page.table("Parameters that differ")}
    assert rows["payoffs.sucker"][1:3] == ["-1.9", "0"] and rows["war.cost"][4] == "payoff"
    epochs = page.table("Epochs")
    assert epochs[1][:2] == ["1949 Q3", "The Soviet Union tests its first bomb"]
    assert "nuclear false \N{RIGHTWARDS ARROW} true" in epochs[1][2]
    provenance = dict(page.table("Provenance")[1:])
    assert provenance["seed"] == "3" and provenance["version"] == rs.__version__


def test_any_name_is_only_a_name(world, tmp_path):
    states = {"<b>A": {"revisionism": 1}, 'B" onload="x': {}, "Österreich-历": {}}
    about = {"title": NASTY, "represents": NASTY, "source": NASTY}
    epochs = [{"year": 2, "because": NASTY, "war": {"mutual": 0.5}}]
    buffers = {" ".join(NASTY.split()): {"between": [["<b>A", 'B" onload="x']]}}
    nasty = world(states=states, years=5, about=about, epochs=epochs, buffers=buffers, name="<i>$x")
    results = rs.simulate(nasty, runs=8)
    page = read(results.report(tmp_path / "page.html"))
    tags = [tag for tag, _ in page.elements]
    assert not {"b", "i"} & set(tags) and tags.count("script") == (3 if vega.vega_script() else 0)
    assert not [attrs for _, attrs in page.elements if "onload" in attrs]
    assert NASTY in page.text and "Österreich-历" in page.text
    both = compare({"one": nasty, "tw&o": nasty}, runs=8)
    page = read(both.report(tmp_path / "both.html"))
    assert page.table("How long it lasts")[3][0] == "tw&o" and "b" not in [tag for tag, _ in page.elements]


def test_without_the_extra_the_pictures_are_still(monkeypatch, tmp_path):
    monkeypatch.setattr(vega, "vega_script", lambda: None)
    page = read(rs.simulate("anarchy", runs=16, years=10).report(tmp_path / "page.html"))
    tags = [tag for tag, _ in page.elements]
    assert "script" not in tags and "select" not in tags and tags.count("svg") >= 3
    assert 'pip install "regimesim[report]"' in page.text


EXTREMES = {
    "nothing ends": {"parameters": {"trust.initial": 1.0}, "runs": 20},
    "no regime ever": {"parameters": {"trust.initial": 0.0}, "runs": 20, "strategy": "always_defect"},
    "all ends": {"parameters": {"choice.tremble": 0.5, "measure.onset": 0.3, "measure.collapse": 0.29},
                 "runs": 20},
    "one run": {"runs": 1},
    "one year": {"years": 1, "runs": 20},
    "a quarter": {"years": 0.25, "runs": 3},
    "no series": {"runs": 20, "record": 0},
    "one recorded": {"runs": 20, "record": 1},
    "long": {"years": 3000, "runs": 2, "parameters": {"shadow.rounds_per_year": 1, "choice.tremble": 0.1}},
    "forty": {"states": {f"S{k}": {} for k in range(40)}, "years": 5, "runs": 4},
}  # fmt: skip


@pytest.mark.parametrize("case", EXTREMES)
def test_extremes_make_sense(case, world, tmp_path):
    given = dict(EXTREMES[case])
    runs, record = given.pop("runs"), given.pop("record", 1000)
    results = rs.simulate(world(given.pop("parameters", {}), **given), runs=runs, record=record)
    path = results.report(tmp_path / "page.html")
    page = read(path)
    assert not re.search(r"\b(nan|None|NaN)\b", page.text) and path.stat().st_size < 3e6
    assert page.table("How long it lasts")[1:] == rows_of(results.table())
    survival = page.table("Survival of cooperation")
    assert len(survival) == 22 and survival[1][0] == "0"
    if case == "nothing ends":
        assert "no regime collapsed" in page.text.lower() and survival[-1][4] == "100 %"
    if case == "no regime ever":
        assert "No regime forms" in page.text and survival[1][1] == "0 %"
    if case == "forty":
        assert len(page.table("The games of the pairs (the first 20 of 780)")) == 21
        assert len(page.table("The games of the pairs, continued")) == 761
    if case == "long":
        assert "too large to tell" not in page.text
    if case == "no series":
        assert "No yearly series were recorded" in page.text


def test_what_is_too_long_to_tell_is_not_told(world, tmp_path):
    large = world(states=12, years=800)
    page = read(rs.simulate(large, runs=1, record=0).report(tmp_path / "page.html"))
    assert "too large to tell" in page.text


def test_thinned_curves_look_the_same():
    """At the end of every step that a screen can show the share is that of the whole curve."""
    rng = np.random.default_rng(1)
    years = np.round(rng.exponential(40, 20_000), 3)
    curve = kaplan_meier(np.minimum(years, 100), years < 100)
    rows = np.array(charts.steps(curve, 100.0))
    assert len(curve.years) > 5000 and len(rows) <= charts.CHART_BINS + 3
    assert tuple(rows[0]) == (0, 100, *(100 * x[0] for x in (curve.lower, curve.upper)))
    width = 100 / charts.CHART_BINS
    for edge in np.arange(1, charts.CHART_BINS) * width - 1e-5:
        row = rows[np.searchsorted(rows[:, 0], edge, side="left") - 1]
        before = np.searchsorted(curve.years, edge, side="left") - 1
        assert row[1] == pytest.approx(100 * curve.survival[before], abs=1e-9)


@pytest.mark.parametrize("kind", ["run", "three"])
def test_every_chart_is_valid_vega_lite(kind, request):
    vl_convert = pytest.importorskip("vl_convert", reason="the extra 'report' is not installed")
    _, page = request.getfixturevalue(kind)
    drawn = json.loads(page.scripts[0])
    assert len(drawn) == (3 if kind == "run" else 4)
    for choices in drawn.values():
        for choice in choices:
            spec = choice["spec"]
            spec["datasets"] = {
                name: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
                for name, table in spec["datasets"].items()
            }
            made = vl_convert.vegalite_to_svg(spec | {"width": 500})
            assert made.count("<path") > 5 and choice["words"].endswith("below.")


def test_a_page_is_whole_and_replaces_the_one_before(tmp_path):
    results = rs.simulate("anarchy", runs=4, years=3)
    path = tmp_path / "page.html"
    path.write_text("before", "utf-8")
    assert results.report(path) == path and path.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
    with pytest.raises(rs.InputError, match="cannot write to"):
        results.report(tmp_path)
    with pytest.raises(rs.InputError, match="cannot write to"):
        results.report(path / "under" / "a file")


def test_standing_is_read_off_the_curve():
    curve = kaplan_meier([1, 2, 2, 5], [True, True, False, False])
    assert charts.standing_text(curve, 0)[0] == "100 %" and charts.standing_text(curve, 0)[2] == "4"
    assert charts.standing_text(curve, 2)[0] == "50 %" and charts.standing_text(curve, 2)[2] == "3"
    assert charts.standing_text(curve, 6) == ("not watched so long", "", "0")
    assert math.isclose(kaplan_meier([1, 2, 2, 5], [True, True, False, False]).at(2), 0.5)

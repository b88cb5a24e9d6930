"""Live charts: what each shows, as a specification of Vega-Lite.

Data are rows under the names of their columns, which is shorter than a name for every number (CSV would be
too, but reading it takes ``eval``, which the page forbids). Lines of many rows are thinned to what a screen
can show. The yearly series have time across.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from regimesim.report import matplotlib_alone  # noqa: F401  (before matplotlib)

# isort: split
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from regimesim.analysis.comparison import HISTORICAL_MARKS, Comparison
from regimesim.report import sentences
from regimesim.report.figures.comparisons import MOST_CLOUD_POINTS
from regimesim.report.figures.style import BLACK, GREY, PALE, Look, look, looks
from regimesim.report.markup import Html, dashes, outline, table, together
from regimesim.scenario.messages import spoken
from regimesim.simulation.columns import QUANTITIES, THRESHOLDS
from regimesim.simulation.results import QUANTILES, Results, percent
from regimesim.stats.estimates import Floats
from regimesim.stats.survival import Curve

Spec = dict[str, Any]

CHART_BINS = 600
"""Steps of a curve that are told apart: about one a pixel."""
AGES = 200
"""Places at which the pointer can stop."""

_VEGA_CONFIG: Spec = {
    "aria": False,
    "font": "system-ui, 'DejaVu Sans', sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": BLACK,
        "titleColor": BLACK,
        "tickColor": GREY,
        "domainColor": GREY,
        "gridColor": "#e8e8e8",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelOverlap": "greedy",
        "labelSeparation": 8,
    },
}

YEARS_DRAWN, YEARS_DRAWN_OF_MANY = 300, 120
"""Years drawn of a series, alone and beside others."""
ROWS = 21
"""Years in the table of a series."""


def chart(layers: Sequence[Spec], height: int = 300) -> Spec:
    """Layers as a chart as wide as its place; a table that several layers draw is written once."""
    tables: dict[int, Spec] = {id(layer["data"]): layer["data"] for layer in layers}
    names = {key: f"t{k}" for k, key in enumerate(tables)}
    named = [layer | {"data": {"name": names[id(layer["data"])]}} for layer in layers]
    return {
        "background": "white",
        "width": "container",
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": _VEGA_CONFIG,
        "datasets": {names[key]: table for key, table in tables.items()},
        "layer": named,
    }


def data(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Spec:
    """Rows under the names of their columns; ``page.js`` makes of them what Vega-Lite reads."""
    return {"columns": list(head), "rows": [[_brief(x) for x in row] for row in rows]}


def _brief(value: Any) -> Any:
    """A number with as many digits as can be seen."""
    if not isinstance(value, float):
        return value
    rounded = float(f"{value:.5g}")
    return int(rounded) if rounded == int(rounded) else rounded


def axis(field: str, title: str, domain: Sequence[float] | None = None, **more: Any) -> Spec:
    """A quantitative axis."""
    scale: Spec = {"nice": False, "zero": False} | ({"domain": list(domain)} if domain else {})
    return {"field": field, "type": "quantitative", "scale": scale, "title": title, "axis": more}


def pointer(
    across: Spec, head: Sequence[str], titles: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[Spec]:
    """Draw the pointer: a vertical line, and what the columns after the first say there.

    The whole height is divided into stripes that nobody sees, one a row, from half-way to half-way between
    the first column's numbers; a pointer, or a finger, is always in one of them. (Vega-Lite's own way, to
    take the nearest, loses words.)
    """
    places = np.array([row[0] for row in rows], np.float64)
    middles = (places[1:] + places[:-1]) / 2
    ends = np.concatenate([places[:1], middles]), np.concatenate([middles, places[-1:]])
    stripes = [(*row, float(a), float(b)) for row, a, b in zip(rows, *ends, strict=True)]
    given = data((*head, "from", "to"), stripes)
    tooltip = [{"field": h, "type": "nominal", "title": t} for h, t in zip(head, titles, strict=True)]
    tooltip[0] |= {"type": "quantitative", "format": ".5~g"}
    here = {"type": "point", "fields": [head[0]], "on": "pointerover", "clear": "pointerout"}
    visible = {"condition": {"param": "here", "value": 0.8, "empty": False}, "value": 0}
    return [
        {
            "data": given,
            "mark": {"type": "rule", "color": GREY},
            "encoding": {"x": across, "opacity": visible},
        },
        {
            "data": given,
            "mark": {"type": "rect", "opacity": 0},
            "params": [{"name": "here", "select": here}],
            "encoding": {"x": across | {"field": "from"}, "x2": {"field": "to"}, "tooltip": tooltip},
        },
    ]


def ages(results: Results) -> Floats:
    """Years at which curves are read: whole ones where there are enough of them."""
    years = results.scenario.years
    whole = years == int(years) and 20 <= years <= 1.25 * AGES
    return np.linspace(0, years, 1 + (int(years) if whole else min(AGES, results.scenario.rounds)))


def steps(curve: Curve, horizon: float) -> list[tuple[float, float, float, float]]:
    """Rows of a curve, in percent, up to the horizon; thinned where many fall on one pixel."""
    bins = (curve.years * (CHART_BINS / horizon)).astype(np.int64)
    kept = np.unique(np.concatenate([[0], np.flatnonzero(np.diff(bins)), [len(bins) - 1]]))
    rows = [
        (float(curve.years[k]), *(float(100 * x[k]) for x in (curve.survival, curve.lower, curve.upper)))
        for k in kept
    ]
    return [*rows, (max(horizon, rows[-1][0]), *rows[-1][1:])]  # type: ignore[list-item]


def standing_text(curve: Curve, years: float) -> tuple[str, str, str]:
    """Share, band and runs at risk at one age, in words."""
    row = max(0, int(np.searchsorted(curve.years, years, side="right")) - 1)
    if years > curve.years[-1] and curve.survival[-1] > 0:
        return "not watched so long", "", "0"
    at_risk = np.append(curve.at_risk, 0)[np.searchsorted(curve.years, years, side="left")]
    band = f"{percent(float(curve.lower[row]))} to {percent(float(curve.upper[row]))}"
    return percent(float(curve.survival[row])), band, f"{at_risk:,}"


def survival_chart(results: Results, spell: str) -> Spec:
    """A Kaplan-Meier curve with its band; for the regime also at the two other pairs of thresholds."""
    curve, words, horizon = results.curve(spell), sentences.wording(spell), results.scenario.years
    across, up = axis("year", words.since, (0, horizon)), axis("share", words.share, (0, 100))
    head, colour = ("year", "share", "lower", "upper"), look(results.scenario.name).colour
    band = {"x": across, "y": axis("lower", words.share, (0, 100)), "y2": {"field": "upper"}}
    line = {"type": "line", "interpolate": "step-after"}
    given = data(head, steps(curve, horizon))
    layers: list[Spec] = [
        {
            "data": given,
            "encoding": band,
            "mark": {"type": "area", "interpolate": "step-after", "color": colour, "opacity": 0.2},
        },
    ]
    dashes = ([2, 3], [7, 3, 2, 3])
    others = dict(zip(THRESHOLDS, dashes, strict=True)) if spell == "regime" else {}
    for name, dash in others.items():
        if f"{name}_years" in results.columns:
            thin = line | {"color": GREY, "strokeWidth": 1, "strokeDash": dash}
            layers.append(
                {
                    "data": data(head, steps(results.curve(name), horizon)),
                    "mark": thin,
                    "encoding": {"x": across, "y": up},
                }
            )
    layers.append(
        {
            "data": given,
            "encoding": {"x": across, "y": up},
            "mark": line | {"color": colour, "strokeWidth": 2.5},
        }
    )
    median = curve.median().value
    if 0 < median < horizon:
        half = data(("year", "share"), [(0, 50), (median, 50), (median, 0)])
        dashed = {"type": "line", "color": GREY, "strokeDash": [5, 4], "strokeWidth": 1}
        order = {"field": "share", "type": "quantitative", "sort": "descending"}
        layers.append({"data": half, "mark": dashed, "encoding": {"x": across, "y": up, "order": order}})
    told = [(float(age), *standing_text(curve, float(age))) for age in ages(results)]
    titles = ("years", "still standing", "95 % band", "runs at risk")
    return chart([*layers, *pointer(across, ("year", "share", "band", "risk"), titles, told)])


def survival_chart_of_many(comparison: Comparison, spell: str) -> Spec:
    """A curve a scenario, with bands; dotted, the durations of the record."""
    words, horizon = sentences.wording(spell), comparison.years
    curves = [results.curve(spell) for results in comparison.results.values()]
    across, up = axis("year", words.since, (0, horizon)), axis("share", words.share, (0, 100))
    rows = [(k, *row) for k, curve in enumerate(curves) for row in steps(curve, horizon)]
    given = data(("of", "year", "share", "lower", "upper"), rows)
    colour, dash = by_scenario(comparison)
    band = {"x": across, "y": axis("lower", words.share, (0, 100)), "y2": {"field": "upper"}, "color": colour}
    layers: list[Spec] = [
        {
            "data": given,
            "encoding": band,
            "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.13},
        },
        {
            "data": given,
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.2},
            "encoding": {"x": across, "y": up, "color": colour, "strokeDash": dash},
        },
    ]
    marks = [(mark.years,) for mark in HISTORICAL_MARKS if spell in mark.spells and mark.years < horizon]
    if marks:
        dotted = {"type": "rule", "color": BLACK, "strokeDash": [1, 3], "strokeWidth": 1.5}
        layers.append({"data": data(("year",), marks), "mark": dotted, "encoding": {"x": across}})
    first = next(iter(comparison.results.values()))
    told = [(float(age), *(standing_text(c, float(age))[0] for c in curves)) for age in ages(first)]
    head = ("year", *(f"s{k}" for k in range(len(curves))))
    return chart([*layers, *pointer(across, head, ("years", *map(spoken, comparison.names)), told)], 340)


def plane_chart(comparison: Comparison) -> Spec:
    """Years of peace across, years of cooperation up: a cloud and one large mark a scenario."""
    horizon, style = comparison.years, list(looks(comparison.names).values())
    ends = (-0.04 * horizon, 1.05 * horizon), (-0.11 * horizon, 1.11 * horizon)
    ticks = [t for t in MaxNLocator(6).tick_values(0, horizon) if 0 <= t <= horizon]
    titles = "years of peace", "years of cooperation"
    across, up = (
        axis(s, t, e, values=ticks) for s, t, e in zip(("peace", "regime"), titles, ends, strict=True)
    )
    places = {"x": across, "y": up}
    colour, _ = by_scenario(comparison)
    shape = _scaled([outline(each) for each in style])
    diagonal = data(("peace", "regime"), [(0, 0), (horizon, horizon)])
    layers: list[Spec] = [
        {"data": diagonal, "mark": {"type": "line", "color": PALE, "strokeWidth": 1.5}, "encoding": places},
        {
            "data": data(("of", "peace", "regime"), _cloud(comparison)),
            "encoding": places | {"color": colour},
            "mark": {"type": "point", "shape": "circle", "filled": True, "size": 10, "opacity": 0.25},
        },
        *_corners(horizon, places),
    ]
    means, told = [], []
    for k, (name, results) in enumerate(comparison.results.items()):
        peace, regime = (results.summary(spell, horizon).rmst for spell in ("peace", "regime"))
        means.append((k, peace.value, peace.lower, peace.upper, regime.value, regime.lower, regime.upper))
        told.append((spoken(name), regime.text(), peace.text()))
    head = ("of", "peace", "peace_low", "peace_high", "regime", "regime_low", "regime_high")
    given, rule = data(head, means), {"type": "rule", "color": BLACK, "strokeWidth": 1.5}
    low_across, low_up = across | {"field": "peace_low"}, up | {"field": "regime_low"}
    layers += [
        {"data": given, "mark": rule, "encoding": {"x": low_across, "x2": {"field": "peace_high"}, "y": up}},
        {"data": given, "mark": rule, "encoding": {"x": across, "y": low_up, "y2": {"field": "regime_high"}}},
    ]
    words = data(
        (*head, "name", "regime_text", "peace_text"),
        [(*mean, *texts) for mean, texts in zip(means, told, strict=True)],
    )
    shown = (("name", "scenario"), ("regime_text", "cooperation (mean)"), ("peace_text", "peace (mean)"))
    tooltip = [{"field": field, "type": "nominal", "title": title} for field, title in shown]
    layers.append(
        {
            "data": words,
            "encoding": places | {"shape": shape, "color": colour, "tooltip": tooltip},
            "mark": {
                "type": "point",
                "filled": True,
                "size": 220,
                "stroke": BLACK,
                "strokeWidth": 1.5,
                "opacity": 1,
            },
        }
    )
    return chart(layers, 460)


def _cloud(comparison: Comparison) -> list[tuple[int, float, float]]:
    """The first runs of each scenario, moved a little at random so that they do not hide one another."""
    moved, horizon = np.random.default_rng(0), comparison.years
    rows = []
    for k, results in enumerate(comparison.results.values()):
        columns = [
            np.minimum(results.columns[f"{s}_years"][:MOST_CLOUD_POINTS], horizon)
            for s in ("peace", "regime")
        ]
        across, up = (x + 0.012 * horizon * moved.uniform(-1, 1, len(x)) for x in columns)
        rows += [(k, float(f"{x:.4g}"), float(f"{y:.4g}")) for x, y in zip(across, up, strict=True)]
    return rows


def _corners(horizon: float, places: Spec) -> list[Spec]:
    """Names of the corners of the plane."""
    found = []
    for words, peace, regime, side in (
        ("regime", 1.03, 1.065, "right"),
        ("deterrence", 1.03, -0.065, "right"),
        ("neither", -0.02, -0.065, "left"),
    ):
        mark = {
            "type": "text",
            "text": words,
            "align": side,
            "fontSize": 12,
            "fontStyle": "italic",
            "fontWeight": "bold",
            "color": GREY,
        }
        place = data(("peace", "regime"), [(peace * horizon, regime * horizon)])
        found.append({"data": place, "mark": mark, "encoding": places})
    return found


def by_scenario(comparison: Comparison) -> tuple[Spec, Spec]:
    """Colour and dashes of each scenario, as everywhere."""
    style: list[Look] = list(looks(comparison.names).values())
    return _scaled([each.colour for each in style]), _scaled([dashes(each) for each in style])


def _scaled(values: Sequence[Any]) -> Spec:
    scale = {"domain": list(range(len(values))), "range": list(values)}
    return {"field": "of", "type": "nominal", "scale": scale, "legend": None}


class Quantity(NamedTuple):
    """A yearly series: its name, its axis, and the range of its values if they have one."""

    title: str
    axis: str
    scale: float = 1.0
    top: float | None = None


TITLES: Mapping[str, Quantity] = {
    "cooperation": Quantity("Cooperation rate", "pairs that cooperate (%)", 100, 100),
    "trust": Quantity("Trust", "mean trust (0 to 1)", 1, 1),
    "norm": Quantity("Norm of restraint", "mean norm (0 to 1)", 1, 1),
    "credibility": Quantity("Credibility of enforcement", "credibility (0 to 1)", 1, 1),
    "war": Quantity("Pairs at war", "pairs at war (%)", 100),
    "estranged": Quantity("Pairs estranged", "pairs estranged (%)", 100),
    "disputes": Quantity("Disputes", "pairs with a dispute in the year"),
    "buffers": Quantity("Buffer states standing", "buffer states still sovereign (%)", 100, 100),
    "revisionism": Quantity("Revisionism", "mean revisionism, grievances included (payoff units)"),
    "blocs_fit": Quantity("Two camps", "pairs that fit the best division into two camps (%)", 100, 100),
    "rival_blocs": Quantity("Rival blocs", "two rival camps (1: yes, 0: no)", 1, 1),
    "now": Quantity("Reason now: what defection gains at once (below 0)", "margin, now (payoff units)"),
    "future": Quantity("Reason future: what the estrangement costs", "margin, future (payoff units)"),
    "law": Quantity("Reason law: the sanction expected", "margin, law (payoff units)"),
    "norm_term": Quantity("Reason norm: restraint from within", "margin, norm (payoff units)"),
}


def present(*results: Results) -> list[str]:
    """Series worth showing: cooperation, trust, and those that are not one number throughout."""
    if not all(each.yearly.size for each in results):
        return []
    chosen = []
    for name in QUANTITIES:
        values = [each.yearly[QUANTITIES.index(name)] for each in results]
        moves = max(float(v.max()) for v in values) - min(float(v.min()) for v in values) > 1e-6
        weighs = any(map(sentences.bound, results)) or not name.startswith("norm")
        if name in ("cooperation", "trust") or (moves and weighs):
            chosen.append(name)
    return chosen


def course_chart(results: Results, quantity: str) -> Spec:
    """Bands over runs, their median, and the typical run."""
    words, start = TITLES[quantity], results.scenario.start
    series, rows, shown = (
        _course_series(results, quantity),
        _course_rows(results, YEARS_DRAWN),
        look(results.scenario.name),
    )
    levels = np.quantile(series, QUANTILES, axis=1)
    typical, several = series[:, results.typical()], series.shape[1] > 1
    head = ("year", "q05", "q25", "q50", "q75", "q95", "typical")
    given = data(head, [(year, *map(float, levels[:, k]), float(typical[k])) for year, k in rows])
    first, last = rows[0][0], rows[-1][0]
    across = axis(
        "year",
        "calendar year" if start else "years since the start",
        (first, last),
        format="d" if last - first > 3 else ".4~g",
    )
    domain = (0.0, words.top) if words.top else None
    layers: list[Spec] = []
    for low, high, opacity in (("q05", "q95", 0.15), ("q25", "q75", 0.3)) if several else ():
        places = {"x": across, "y": axis(low, words.axis, domain), "y2": {"field": high}}
        layers.append(
            {
                "data": given,
                "mark": {"type": "area", "color": shown.colour, "opacity": opacity},
                "encoding": places,
            }
        )
    epochs = [(start + phase.year,) for phase in results.scenario.phases[1:] if start + phase.year < last]
    if epochs:
        dotted = {"type": "rule", "color": GREY, "strokeDash": [1, 3], "strokeWidth": 1.2}
        layers.append({"data": data(("year",), epochs), "mark": dotted, "encoding": {"x": across}})
    lines = [("typical", {"color": BLACK, "strokeWidth": 1.3})]
    if several:
        lines.insert(0, ("q50", {"color": shown.colour, "strokeWidth": 2.5, "strokeDash": [7, 4]}))
    for field, style in lines:
        layers.append(
            {
                "data": given,
                "mark": {"type": "line", **style},
                "encoding": {"x": across, "y": axis(field, words.axis, domain)},
            }
        )
    told, titles = [], ["year", "typical run"]
    for year, k in rows:
        cells = [_short_number(typical[k])]
        if several:
            cells += [
                _short_number(levels[2, k]),
                _band_text(levels[1, k], levels[3, k]),
                _band_text(levels[0, k], levels[4, k]),
            ]
        told.append((year, *cells, *([_since(results, year)] if epochs else [])))
    titles += ["median", "half of the runs", "nine tenths"] if several else []
    titles += ["settings changed"] if epochs else []
    return chart(
        [*layers, *pointer(across, [f"c{k}" if k else "year" for k in range(len(titles))], titles, told)]
    )


def course_chart_of_many(comparison: Comparison, quantity: str) -> Spec:
    """The median of each scenario, and the middle half of its runs."""
    words, every = TITLES[quantity], list(comparison.results.values())
    years = [index for _, index in _course_rows(every[0], YEARS_DRAWN_OF_MANY)]
    times = [0.0, 1.0] if len(set(years)) == 1 else [float(index) for index in years]
    levels = [np.quantile(_course_series(results, quantity), (0.25, 0.5, 0.75), axis=1) for results in every]
    rows = [
        (of, time, *map(float, level[:, k]))
        for of, level in enumerate(levels)
        for time, k in zip(times, years, strict=True)
    ]
    given = data(("of", "year", "q25", "q50", "q75"), rows)
    colour, dash = by_scenario(comparison)
    across = axis("year", "years since the start", (times[0], times[-1]))
    domain = (0.0, words.top) if words.top else None
    band = {"x": across, "y": axis("q25", words.axis, domain), "y2": {"field": "q75"}, "color": colour}
    line = {"x": across, "y": axis("q50", words.axis, domain), "color": colour, "strokeDash": dash}
    told = [
        (time, *(_short_number(level[1, k]) for level in levels))
        for time, k in zip(times, years, strict=True)
    ]
    head = ["year", *(f"s{k}" for k in range(len(every)))]
    return chart(
        [
            {"data": given, "mark": {"type": "area", "opacity": 0.13}, "encoding": band},
            {"data": given, "mark": {"type": "line", "strokeWidth": 2.2}, "encoding": line},
            *pointer(across, head, ["years", *map(spoken, comparison.names)], told),
        ]
    )


def course_tables(results: Results) -> Html:
    """Each series as a table, every so many years."""
    found = []
    for name in present(results):
        levels = np.quantile(_course_series(results, name), QUANTILES, axis=1)
        rows = [
            (f"{year:g}", *(_short_number(levels[level, k]) for level in (2, 1, 3, 0, 4)))
            for year, k in _course_rows(results, ROWS)
        ]
        words = TITLES[name]
        head = ("year", "median", "lower quarter", "upper quarter", "lower twentieth", "upper twentieth")
        found.append(table(f"{words.title}: {words.axis}, quantiles over runs", head, rows, class_="figures"))
    return together(found)


def course_tables_of_many(comparison: Comparison) -> Html:
    """The medians of each series as a table."""
    every, found = list(comparison.results.values()), []
    for name in present(*every):
        medians = [np.median(_course_series(results, name), axis=1) for results in every]
        indices = dict.fromkeys(index for _, index in _course_rows(every[0], ROWS))
        rows = [(str(k), *(_short_number(median[k]) for median in medians)) for k in indices]
        words, head = TITLES[name], ("years", *map(spoken, comparison.names))
        found.append(table(f"{words.title}: {words.axis}, medians over runs", head, rows, class_="figures"))
    return together(found)


def _course_series(results: Results, quantity: str) -> NDArray[np.float64]:
    series: NDArray[np.float64] = results.yearly[QUANTITIES.index(quantity)].astype(np.float64)
    return TITLES[quantity].scale * series


def _course_rows(results: Results, most: int) -> list[tuple[float, int]]:
    """Dates and positions of the years to be shown; a single year is drawn from beginning to end."""
    count, start = results.yearly.shape[1], results.scenario.start
    if count == 1:
        return [(start, 0), (start + 1, 0)]
    picked = np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))
    return [(start + float(k), int(k)) for k in picked]


def _since(results: Results, year: float) -> str:
    """The epoch that began last."""
    passed = year - results.scenario.start
    begun = [phase for phase in results.scenario.phases[1:] if phase.year < passed + 1]
    if not begun:
        return "not yet"
    return f"{math.floor(results.scenario.start + begun[-1].year)} {begun[-1].because}".strip()


def _short_number(value: float) -> str:
    return f"{round(float(value), 6) + 0.0:.3g}" if abs(value) < 99.5 else f"{value:.0f}"


def _band_text(low: float, high: float) -> str:
    return f"{_short_number(low)} to {_short_number(high)}"

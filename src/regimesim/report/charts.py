"""Live charts: what each shows, as a specification of Vega-Lite.

Data are rows under the names of their columns, which is shorter than a name for every number (CSV would be
too, but reading it takes ``eval``, which the page forbids). Lines of many rows are thinned to what a screen
can show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from regimesim import findings
from regimesim.compare import RECORD, Comparison
from regimesim.comparing import MOST_POINTS, looks
from regimesim.palette import BLACK, GREY, PALE, Look, look
from regimesim.report.marks import dashes, outline
from regimesim.results import Results, percent
from regimesim.scenario import spoken
from regimesim.survival import Curve

Spec = dict[str, Any]
Floats = NDArray[np.float64]

BINS = 600
"""Steps of a curve that are told apart: about one a pixel."""
AGES = 200
"""Places at which the pointer can stop."""

_CONFIG: Spec = {
    "aria": False, "font": "system-ui, 'DejaVu Sans', sans-serif", "view": {"stroke": None},
    "axis": {
        "labelColor": BLACK, "titleColor": BLACK, "tickColor": GREY, "domainColor": GREY,
        "gridColor": "#e8e8e8", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
        "titlePadding": 8, "labelOverlap": "greedy", "labelSeparation": 8,
    },
}  # fmt: skip


def chart(layers: Sequence[Spec], height: int = 300) -> Spec:
    """Layers as a chart as wide as its place; a table that several layers draw is written once."""
    tables: dict[int, Spec] = {id(layer["data"]): layer["data"] for layer in layers}
    names = {key: f"t{k}" for k, key in enumerate(tables)}
    named = [layer | {"data": {"name": names[id(layer["data"])]}} for layer in layers]
    return {
        "background": "white", "width": "container", "height": height,
        "autosize": {"type": "fit", "contains": "padding"}, "config": _CONFIG,
        "datasets": {names[key]: table for key, table in tables.items()}, "layer": named,
    }  # fmt: skip


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
    """Where the pointer is: a vertical line, and what the columns after the first say there.

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
        {"data": given, "mark": {"type": "rule", "color": GREY},
         "encoding": {"x": across, "opacity": visible}},
        {"data": given, "mark": {"type": "rect", "opacity": 0}, "params": [{"name": "here", "select": here}],
         "encoding": {"x": across | {"field": "from"}, "x2": {"field": "to"}, "tooltip": tooltip}},
    ]  # fmt: skip


def ages(results: Results) -> Floats:
    """Years at which curves are read: whole ones where there are enough of them."""
    years = results.scenario.years
    whole = years == int(years) and 20 <= years <= 1.25 * AGES
    return np.linspace(0, years, 1 + (int(years) if whole else min(AGES, results.scenario.rounds)))


def steps(curve: Curve, horizon: float) -> list[tuple[float, float, float, float]]:
    """Rows of a curve, in percent, up to the horizon; thinned where many fall on one pixel."""
    bins = (curve.years * (BINS / horizon)).astype(np.int64)
    kept = np.unique(np.concatenate([[0], np.flatnonzero(np.diff(bins)), [len(bins) - 1]]))
    rows = [
        (float(curve.years[k]), *(float(100 * x[k]) for x in (curve.survival, curve.lower, curve.upper)))
        for k in kept
    ]
    return [*rows, (max(horizon, rows[-1][0]), *rows[-1][1:])]  # type: ignore[list-item]


def standing(curve: Curve, years: float) -> tuple[str, str, str]:
    """Share, band and runs at risk at one age, in words."""
    row = max(0, int(np.searchsorted(curve.years, years, side="right")) - 1)
    if years > curve.years[-1] and curve.survival[-1] > 0:
        return "not watched so long", "", "0"
    at_risk = np.append(curve.at_risk, 0)[np.searchsorted(curve.years, years, side="left")]
    band = f"{percent(float(curve.lower[row]))} to {percent(float(curve.upper[row]))}"
    return percent(float(curve.survival[row])), band, f"{at_risk:,}"


def survival(results: Results, spell: str) -> Spec:
    """A Kaplan-Meier curve with its band; for the regime also at the two other pairs of thresholds."""
    curve, words, horizon = results.curve(spell), findings.wording(spell), results.scenario.years
    across, up = axis("year", words.since, (0, horizon)), axis("share", words.share, (0, 100))
    head, colour = ("year", "share", "lower", "upper"), look(results.scenario.name).colour
    band = {"x": across, "y": axis("lower", words.share, (0, 100)), "y2": {"field": "upper"}}
    line = {"type": "line", "interpolate": "step-after"}
    given = data(head, steps(curve, horizon))
    layers: list[Spec] = [
        {"data": given, "encoding": band,
         "mark": {"type": "area", "interpolate": "step-after", "color": colour, "opacity": 0.2}},
    ]  # fmt: skip
    others = {"regime_loose": [2, 3], "regime_strict": [7, 3, 2, 3]} if spell == "regime" else {}
    for name, dash in others.items():
        if f"{name}_years" in results.columns:
            thin = line | {"color": GREY, "strokeWidth": 1, "strokeDash": dash}
            layers.append({"data": data(head, steps(results.curve(name), horizon)), "mark": thin,
                           "encoding": {"x": across, "y": up}})  # fmt: skip
    layers.append({"data": given, "encoding": {"x": across, "y": up},
                   "mark": line | {"color": colour, "strokeWidth": 2.5}})  # fmt: skip
    median = curve.median().value
    if 0 < median < horizon:
        half = data(("year", "share"), [(0, 50), (median, 50), (median, 0)])
        dashed = {"type": "line", "color": GREY, "strokeDash": [5, 4], "strokeWidth": 1}
        order = {"field": "share", "type": "quantitative", "sort": "descending"}
        layers.append({"data": half, "mark": dashed, "encoding": {"x": across, "y": up, "order": order}})
    told = [(float(age), *standing(curve, float(age))) for age in ages(results)]
    titles = ("years", "still standing", "95 % band", "runs at risk")
    return chart([*layers, *pointer(across, ("year", "share", "band", "risk"), titles, told)])


def survival_of_many(comparison: Comparison, spell: str) -> Spec:
    """A curve a scenario, with bands; dotted, the durations of the record."""
    words, horizon = findings.wording(spell), comparison.years
    curves = [results.curve(spell) for results in comparison.results.values()]
    across, up = axis("year", words.since, (0, horizon)), axis("share", words.share, (0, 100))
    rows = [(k, *row) for k, curve in enumerate(curves) for row in steps(curve, horizon)]
    given = data(("of", "year", "share", "lower", "upper"), rows)
    colour, dash = by_scenario(comparison)
    band = {"x": across, "y": axis("lower", words.share, (0, 100)), "y2": {"field": "upper"}, "color": colour}
    layers: list[Spec] = [
        {"data": given, "encoding": band,
         "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.13}},
        {"data": given, "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.2},
         "encoding": {"x": across, "y": up, "color": colour, "strokeDash": dash}},
    ]  # fmt: skip
    marks = [(mark.years,) for mark in RECORD if spell in mark.spells and mark.years < horizon]
    if marks:
        dotted = {"type": "rule", "color": BLACK, "strokeDash": [1, 3], "strokeWidth": 1.5}
        layers.append({"data": data(("year",), marks), "mark": dotted, "encoding": {"x": across}})
    first = next(iter(comparison.results.values()))
    told = [(float(age), *(standing(c, float(age))[0] for c in curves)) for age in ages(first)]
    head = ("year", *(f"s{k}" for k in range(len(curves))))
    return chart([*layers, *pointer(across, head, ("years", *map(spoken, comparison.names)), told)], 340)


def plane(comparison: Comparison) -> Spec:
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
        {"data": data(("of", "peace", "regime"), _cloud(comparison)), "encoding": places | {"color": colour},
         "mark": {"type": "point", "shape": "circle", "filled": True, "size": 10, "opacity": 0.25}},
        *_corners(horizon, places),
    ]  # fmt: skip
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
    words = data((*head, "name", "regime_text", "peace_text"),
                 [(*mean, *texts) for mean, texts in zip(means, told, strict=True)])  # fmt: skip
    shown = (("name", "scenario"), ("regime_text", "cooperation (mean)"), ("peace_text", "peace (mean)"))
    tooltip = [{"field": field, "type": "nominal", "title": title} for field, title in shown]
    layers.append({
        "data": words, "encoding": places | {"shape": shape, "color": colour, "tooltip": tooltip},
        "mark": {"type": "point", "filled": True, "size": 220, "stroke": BLACK, "strokeWidth": 1.5,
                 "opacity": 1},
    })  # fmt: skip
    return chart(layers, 460)


def _cloud(comparison: Comparison) -> list[tuple[int, float, float]]:
    """The first runs of each scenario, moved a little at random so that they do not hide one another."""
    moved, horizon = np.random.default_rng(0), comparison.years
    rows = []
    for k, results in enumerate(comparison.results.values()):
        columns = [
            np.minimum(results.columns[f"{s}_years"][:MOST_POINTS], horizon) for s in ("peace", "regime")
        ]
        across, up = (x + 0.012 * horizon * moved.uniform(-1, 1, len(x)) for x in columns)
        rows += [(k, float(f"{x:.4g}"), float(f"{y:.4g}")) for x, y in zip(across, up, strict=True)]
    return rows


def _corners(horizon: float, places: Spec) -> list[Spec]:
    """Names of the corners of the plane."""
    found = []
    for words, peace, regime, side in (
        ("regime", 1.03, 1.065, "right"), ("deterrence", 1.03, -0.065, "right"),
        ("neither", -0.02, -0.065, "left"),
    ):  # fmt: skip
        mark = {"type": "text", "text": words, "align": side, "fontSize": 12, "fontStyle": "italic",
                "fontWeight": "bold", "color": GREY}  # fmt: skip
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

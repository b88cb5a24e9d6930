"""Live charts with time across: the yearly series of one scenario, or of several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regimesim import findings
from regimesim.compare import Comparison
from regimesim.palette import BLACK, GREY, look
from regimesim.recording import QUANTITIES
from regimesim.report.charts import Spec, axis, by_scenario, chart, data, pointer
from regimesim.report.markup import Html, table, together
from regimesim.results import QUANTILES, Results
from regimesim.scenario import spoken

MOST_YEARS, MOST_OF_MANY = 300, 120
"""Years drawn of a series, alone and beside others."""
ROWS = 21
"""Years in the table of a series."""


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
    "buffers": Quantity("Buffer states standing", "buffer states still sovereign (%)", 100, 100),
    "revisionism": Quantity("Revisionism", "mean revisionism (payoff units)"),
    "now": Quantity("Reason now: what exploiting gains at once (below 0)", "margin, now (payoff units)"),
    "future": Quantity("Reason future: what others' answer costs", "margin, future (payoff units)"),
    "law": Quantity("Reason law: what sanctions cost", "margin, law (payoff units)"),
    "norm_term": Quantity("Reason norm: restraint within", "margin, norm (payoff units)"),
}


def present(*results: Results) -> list[str]:
    """Series worth showing: cooperation, trust, and those that are not one number throughout."""
    if not all(each.yearly.size for each in results):
        return []
    chosen = []
    for name in QUANTITIES:
        values = [each.yearly[QUANTITIES.index(name)] for each in results]
        moves = max(float(v.max()) for v in values) - min(float(v.min()) for v in values) > 1e-6
        weighs = any(map(findings.bound, results)) or not name.startswith("norm")
        if name in ("cooperation", "trust") or (moves and weighs):
            chosen.append(name)
    return chosen


def course(results: Results, quantity: str) -> Spec:
    """Bands over runs, their median, and the typical run."""
    words, start = TITLES[quantity], results.scenario.start
    series, rows, shown = _series(results, quantity), _rows(results, MOST_YEARS), look(results.scenario.name)
    levels = np.quantile(series, QUANTILES, axis=1)
    typical, several = series[:, results.typical()], series.shape[1] > 1
    head = ("year", "q05", "q25", "q50", "q75", "q95", "typical")
    given = data(head, [(year, *map(float, levels[:, k]), float(typical[k])) for year, k in rows])
    first, last = rows[0][0], rows[-1][0]
    across = axis("year", "calendar year" if start else "years since the start", (first, last),
                  format="d" if last - first > 3 else ".4~g")  # fmt: skip
    domain = (0.0, words.top) if words.top else None
    layers: list[Spec] = []
    for low, high, opacity in (("q05", "q95", 0.15), ("q25", "q75", 0.3)) if several else ():
        places = {"x": across, "y": axis(low, words.axis, domain), "y2": {"field": high}}
        layers.append({"data": given, "mark": {"type": "area", "color": shown.colour, "opacity": opacity},
                       "encoding": places})  # fmt: skip
    epochs = [(start + phase.year,) for phase in results.scenario.phases[1:] if start + phase.year < last]
    if epochs:
        dotted = {"type": "rule", "color": GREY, "strokeDash": [1, 3], "strokeWidth": 1.2}
        layers.append({"data": data(("year",), epochs), "mark": dotted, "encoding": {"x": across}})
    lines = [("typical", {"color": BLACK, "strokeWidth": 1.3})]
    if several:
        lines.insert(0, ("q50", {"color": shown.colour, "strokeWidth": 2.5, "strokeDash": [7, 4]}))
    for field, style in lines:
        layers.append({"data": given, "mark": {"type": "line", **style},
                       "encoding": {"x": across, "y": axis(field, words.axis, domain)}})  # fmt: skip
    told, titles = [], ["year", "typical run"]
    for year, k in rows:
        cells = [_number(typical[k])]
        if several:
            cells += [
                _number(levels[2, k]),
                _span(levels[1, k], levels[3, k]),
                _span(levels[0, k], levels[4, k]),
            ]
        told.append((year, *cells, *([_since(results, year)] if epochs else [])))
    titles += ["median", "half of the runs", "nine tenths"] if several else []
    titles += ["settings changed"] if epochs else []
    return chart(
        [*layers, *pointer(across, [f"c{k}" if k else "year" for k in range(len(titles))], titles, told)]
    )


def course_of_many(comparison: Comparison, quantity: str) -> Spec:
    """The median of each scenario, and the middle half of its runs."""
    words, every = TITLES[quantity], list(comparison.results.values())
    years = [index for _, index in _rows(every[0], MOST_OF_MANY)]
    times = [0.0, 1.0] if len(set(years)) == 1 else [float(index) for index in years]
    levels = [np.quantile(_series(results, quantity), (0.25, 0.5, 0.75), axis=1) for results in every]
    rows = [
        (of, time, *map(float, level[:, k]))
        for of, level in enumerate(levels) for time, k in zip(times, years, strict=True)
    ]  # fmt: skip
    given = data(("of", "year", "q25", "q50", "q75"), rows)
    colour, dash = by_scenario(comparison)
    across = axis("year", "years since the start", (times[0], times[-1]))
    domain = (0.0, words.top) if words.top else None
    band = {"x": across, "y": axis("q25", words.axis, domain), "y2": {"field": "q75"}, "color": colour}
    line = {"x": across, "y": axis("q50", words.axis, domain), "color": colour, "strokeDash": dash}
    told = [(time, *(_number(level[1, k]) for level in levels)) for time, k in zip(times, years, strict=True)]
    head = ["year", *(f"s{k}" for k in range(len(every)))]
    return chart([
        {"data": given, "mark": {"type": "area", "opacity": 0.13}, "encoding": band},
        {"data": given, "mark": {"type": "line", "strokeWidth": 2.2}, "encoding": line},
        *pointer(across, head, ["years", *map(spoken, comparison.names)], told),
    ])  # fmt: skip


def course_tables(results: Results) -> Html:
    """Each series as a table, every so many years."""
    found = []
    for name in present(results):
        levels = np.quantile(_series(results, name), QUANTILES, axis=1)
        rows = [
            (f"{year:g}", *(_number(levels[level, k]) for level in (2, 1, 3, 0, 4)))
            for year, k in _rows(results, ROWS)
        ]  # fmt: skip
        words = TITLES[name]
        head = ("year", "median", "lower quarter", "upper quarter", "lower twentieth", "upper twentieth")
        found.append(table(f"{words.title}: {words.axis}, quantiles over runs", head, rows, class_="figures"))
    return together(found)


def course_tables_of_many(comparison: Comparison) -> Html:
    """The medians of each series as a table."""
    every, found = list(comparison.results.values()), []
    for name in present(*every):
        medians = [np.median(_series(results, name), axis=1) for results in every]
        indices = dict.fromkeys(index for _, index in _rows(every[0], ROWS))
        rows = [(str(k), *(_number(median[k]) for median in medians)) for k in indices]
        words, head = TITLES[name], ("years", *map(spoken, comparison.names))
        found.append(table(f"{words.title}: {words.axis}, medians over runs", head, rows, class_="figures"))
    return together(found)


def _series(results: Results, quantity: str) -> NDArray[np.float64]:
    series: NDArray[np.float64] = results.yearly[QUANTITIES.index(quantity)].astype(np.float64)
    return TITLES[quantity].scale * series


def _rows(results: Results, most: int) -> list[tuple[float, int]]:
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


def _number(value: float) -> str:
    return f"{round(float(value), 6) + 0.0:.3g}" if abs(value) < 99.5 else f"{value:.0f}"


def _span(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}"

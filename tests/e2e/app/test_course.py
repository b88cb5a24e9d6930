"""Futures of a history in a browser: the chance by year, and what moved it, are those of ``explain``."""

import re

import pytest

import regimesim as rs
from regimesim.analysis.sources import sources_of
from regimesim.analysis.turning_points import turning_points_of
from regimesim.chronicle.replay import replay
from regimesim.scenario.compose import load_scenario

FUTURES = 200


def course_of(reader, link, futures=FUTURES):
    """The table of a run's chance that the sandbox shows, in points of 100."""
    reader.visit(f"#sandbox?{link}&runs=10")
    reader.press(f"How did its chance move? ({futures} futures from each year)")
    reader.until("document.querySelector('.course details table') !== null")
    return reader.ask(
        "[...document.querySelectorAll('.course table tbody tr')]"
        ".map((r) => [r.cells[0].textContent, Number(r.cells[1].textContent)])"
    )


def events_of(history, first, last):
    """Results of the draws of some rounds, in the page's words."""
    for t in range(first, last):
        for source in sources_of(history, t):
            yield re.sub(r"^.+ absorbs (.+)$", r"\1 is absorbed", source.words)


@pytest.mark.parametrize(
    ("world", "order", "replicate", "seed", "settings", "futures"),
    [
        ("europe_1816", "concert", 3, 2**63 + 11, ["years=50", "norms.half_life=15"], 200),
        *(
            pytest.param(*case, marks=pytest.mark.verify)
            for case in (
                ("europe_1816", "concert", 150, 0, [], 200),
                ("superpowers_1946", "deterrence", 2, 0, ["years=40"], 200),
                ("europe_1816", "concert", 7, 5, ["war.contagion=0.5", "domestic.turnover=0.4"], 200),
                ("powers_1920", "league", 1, 0, [], 100),
                ("council_1946", "collective_security", 4, 0, [], 200),
            )
        ),
    ],
)
def test_the_chance_and_its_turning_points_are_those_of_explain(
    reader, world, order, replicate, seed, settings, futures
):
    typed = "".join(f"&{setting}" for setting in settings)
    rows = course_of(reader, f"world={world}&order={order}{typed}&seed={seed}&replicate={replicate}", futures)
    history = replay(load_scenario(f"{world}_under_{order}", settings), seed, replicate)
    expected = turning_points_of(history, futures=futures)
    assert [year for year, _ in rows[:-1]] == [f"{year:.0f}" for year in expected.year[:-1]]
    assert [chance for _, chance in rows] == [round(100 * float(chance), 1) for chance in expected.chance]
    told = reader.ask("[...document.querySelectorAll('.turns li')].map((li) => li.textContent)")
    assert [text[:4] for text in told] == [f"{point.year:.0f}" for point in expected.points]
    for text, point in zip(told, expected.points, strict=True):
        first = int((point.year - history.scenario.start) * history.per_year)
        words = list(events_of(history, first, min(first + history.per_year, history.rounds)))[:3]
        assert "; ".join(words).lower() in text.lower()


@pytest.mark.parametrize(
    ("world", "order", "settings", "replicate"),
    [
        pytest.param("europe_1816", "concert", [], 32, marks=pytest.mark.verify),  # a revolution
        pytest.param("trade", "concert", ["years=40", "transparency.level=0.3"], 1, marks=pytest.mark.verify),
        (  # a defection against interest
            "trade",
            "concert",
            ["years=30", "domestic.turnover=0", "domestic.revolution=0", "transparency.level=0.1"],
            4,
        ),
    ],
)
def test_what_moved_a_year_is_what_explain_says(reader, world, order, settings, replicate):
    typed = "".join(f"&{setting}" for setting in settings)
    course_of(reader, f"world={world}&order={order}{typed}&replicate={replicate}")
    scenario = load_scenario(f"{world}_under_{order}", settings)
    expected = rs.turning_points(scenario, 0, replicate, futures=FUTURES)
    for number, point in enumerate(expected.points):
        place = f".turns > li:nth-child({number + 1})"
        reader.click(f"{place} button")
        reader.until("document.querySelector(`${arguments[0]} .parts ul`) !== null", place)
        told = reader.ask(
            "[...document.querySelectorAll(`${arguments[0]} .parts li`)].map((e) => e.textContent)", place
        )
        said = [re.fullmatch(r"([+−]?\d+) (.*)", line).groups() for line in told]
        shown = [(float(moved.replace("−", "-")), text.partition(": ")[2]) for moved, text in said[:-1]]
        *parts, rest = ((100 * change.change, change.cause) for change in point.changes)
        parts.sort(key=lambda part: -abs(part[0]))
        for (moved, words), (expected_move, cause) in zip(shown, parts, strict=False):
            if words:  # what moved it little is told together
                assert (moved, words) == (pytest.approx(expected_move, abs=0.51), cause)
        assert float(said[-1][0].replace("−", "-")) == pytest.approx(rest[0], abs=0.51)

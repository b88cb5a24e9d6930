"""Designs: what a sweep expands to, against each point composed on its own."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimesim.scenario.compose import load_scenario, several, sweep_request
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import BY_NAME
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import simulate
from regimesim.sweeps.chunks import Rectangle, cut, play_chunk, play_points
from regimesim.sweeps.design import expand, fill_box, product, read_points, read_sheet
from regimesim.sweeps.points import Points

EPOCHS = """
years: 20
states: {A: {}, B: {revisionism: 1}, C: {}}
buffers: {M: {between: [[A, B]], strength: 0.3}}
transparency: {level: 0.5}
epochs:
  - {year: 5, transparency: {level: 0.7}, states: {B: {revisionism: 2}}}
  - {year: 9, norms: {restraint: 1}, buffers: {M: {strength: 0.9}}}
"""


def design(*words: str) -> Points:
    return expand(sweep_request(words, {}))


@pytest.fixture
def mine(tmp_path: Path) -> str:
    (tmp_path / "mine.yaml").write_text(EPOCHS)
    return str(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    "words",
    [
        ("transparency.level=0.1,0.9", "norms.restraint=0,2", "states.B.revisionism=0,3"),
        ("buffers.M.strength=0.1,0.5", "shadow.rounds_per_year=1,4", "trust.initial=0.2,0.8"),
        ("strategy=tit_for_tat,grim", "sanctions.rule=none,collective", "norms.half_life=10,inf"),
        ("scenario=concert,league", "war.cost=5,9", "states.Britain.nuclear=true,false"),
    ],
)
def test_a_point_is_the_world_that_one_would_compose_for_it(words: tuple[str, ...], mine: str) -> None:
    """What is written into arrays, also where an epoch sets it anew, is what Hydra and the reader make."""
    if not words[0].startswith("scenario"):
        words = (f"scenario={mine}", *words)
    points = design(*words)
    assert len(points) == 2 ** (len(words) - (0 if "," in words[0] else 1))
    frame, seen = points.frame(), 0
    for batch in points.batches():
        for row, point in list(enumerate(batch.chosen))[::3]:
            settings = frame.loc[point].drop("point").to_dict()
            name = settings.pop("scenario", mine)
            alone = load_scenario(name, [f"{key}={_typed(value)}" for key, value in settings.items()])
            one = lower(alone)
            for field in ("parameters", "states", "affinity", "prior", "strength"):
                assert getattr(batch.design, field)[row].tobytes() == getattr(one, field)[0].tobytes(), field
            assert (batch.design.rounds, batch.design.rounds_per_year) == (one.rounds, one.rounds_per_year)
            assert lower(points.scenario(int(point))).parameters.tobytes() == one.parameters.tobytes()
            assert [s.strategy for s in points.scenario(int(point)).phases[0].states] == [
                s.strategy for s in alone.phases[0].states
            ]
            seen += 1
    assert seen >= len(points) / 4


def _typed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)


def test_every_run_of_a_design_is_the_run_of_its_point() -> None:
    points = design(
        "scenario=concert", "transparency.level=0.2,0.5", "shadow.rounds_per_year=2,4", "years=12"
    )
    columns = play_points(points, 40, seed=3)
    for point in range(len(points)):
        alone = simulate(points.scenario(point), 40, seed=3, record=0).columns
        here = columns["point"] == point
        for name in set(alone) - {"point"}:
            np.testing.assert_array_equal(alone[name], columns[name][here], err_msg=name)


def test_a_chunk_is_the_same_however_the_rest_is_cut() -> None:
    points = design("scenario=anarchy", "transparency.level=range(0.1,0.8,0.1)", "years=8")
    whole = play_chunk(points, Rectangle(0, len(points), 0, 24), 1)
    part = play_chunk(points.take(2, 5), Rectangle(2, 5, 7, 19), 1)
    inside = (
        (whole["point"] >= 2) & (whole["point"] < 5) & (whole["replicate"] >= 7) & (whole["replicate"] < 19)
    )
    for name, column in part.items():
        np.testing.assert_array_equal(column, whole[name][inside], err_msg=name)


@given(st.integers(1, 40), st.integers(0, 30), st.integers(1, 50), st.integers(1, 400), st.integers(0, 20))
def test_chunks_tile_a_rectangle_and_fill_it_evenly(
    points: int, first: int, runs: int, size: int, offset: int
) -> None:
    rectangle = Rectangle(offset, offset + points, first, first + runs)
    count = np.zeros((offset + points, first + runs), int)
    for chunk in cut(rectangle, size):
        assert 0 < chunk.runs <= size
        count[chunk.first_point : chunk.last_point, chunk.first : chunk.last] += 1
        done = count[offset:, first:].sum(axis=1)
        assert done.max() - done.min() <= max(1, size // min(points, size))  # balanced wherever it is stopped
    assert (count[offset:, first:] == 1).all()
    assert count.sum() == points * runs


def test_hydras_words_for_several_values() -> None:
    assert several("a.b", "range(0.5,0.71,0.1)") == (0.5, 0.6, 0.7)
    assert several("a.b", "range(0.1,0.4,0.1)") == (0.1, 0.2, 0.3)  # Hydra itself adds 0.4 by rounding
    assert several("a.b", "range(1,0,-0.25)") == (1.0, 0.75, 0.5, 0.25)
    assert several("a.b", "choice(x,y)") == ("x", "y")
    assert several("a.b", "true,false") == (True, False)
    assert several("strategy", "memory_one(1,0,0,1)") == ()
    assert several("scenario", "folder with spaces/mine.yaml") == ()
    with pytest.raises(InputError, match=r"a sweep takes values such as 0.5,0.9 or range"):
        several("a.b", "interval(0,1)")


def test_a_product_of_tables_keeps_rows_of_a_table_together() -> None:
    columns = product([{"war.cost": [1, 2], "war.years": [3, 4]}, {"norms.restraint": [0.5, 0.6, 0.7]}])
    rows = list(zip(*(column.tolist() for column in columns.values()), strict=True))
    assert rows == [(a, b, c) for a, b in ((1, 3), (2, 4)) for c in (0.5, 0.6, 0.7)]


def test_a_latin_hypercube_has_one_point_in_every_stratum() -> None:
    table = fill_box("latin_hypercube", {"war.cost": (2.0, 10.0), "norms.restraint": (0.0, 1.0)}, 50, seed=1)
    for (low, high), column in zip([(2.0, 10.0), (0.0, 1.0)], table.values(), strict=True):
        strata = np.floor((np.array(column) - low) / (high - low) * 50).astype(int)
        assert sorted(strata) == list(range(50))


def test_choices_are_drawn_with_all_their_values() -> None:
    bounds = {"war.cost": (1.0, 4.0), "sanctions.rule": (0.0, 1.0)}
    table = fill_box("sobol", bounds, 64, seed=0)
    assert set(table["sanctions.rule"]) == set(BY_NAME["sanctions.rule"].choices)


def test_the_files_of_sweeps_can_be_used_and_the_command_line_has_the_last_word() -> None:
    sheet = read_sheet("transparency_by_shadow")
    asked = sweep_request(["scenario=anarchy", "transparency.level=0.3", "war.cost=1,2"], {})
    points = expand(asked, sheet.tables)
    assert points.swept == ("shadow.discount_factor", "war.cost")
    assert points.scenario(0)["transparency.level"] == 0.3
    assert len(expand(sweep_request(["scenario=concert"], {}), read_sheet("institutions").tables)) == 256


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("designn: grid\nsettings: {war.cost: [1, 2]}", "no key 'designn'. Did you mean 'design'?"),
        ("design: halton\nsettings: {war.cost: [1, 2]}", "no design 'halton'"),
        ("settings: []", "settings must be a table of what is varied"),
        ("settings: {war.cost: [[1]]}", "war.cost must be a list of values"),
        (
            "design: table\nsettings: {war.cost: [1, 2], war.years: [1]}",
            "equally long; got war.cost 2, war.years 1",
        ),
        ("design: sobol\nsettings: {war.cost: [2, 1]}", "war.cost needs its bounds, [LOW, HIGH]; got [2, 1]"),
        ("design: sobol\npoints: many\nsettings: {war.cost: [1, 2]}", "points must be a whole number"),
        ("design: sobol\nsettings: {measure.onset: declared}", "measure.onset has no declared range"),
    ],
)
def test_a_file_that_is_no_design_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_sheet(str(path))
    assert words in str(refused.value)
    assert "mine.yaml" in str(refused.value)


def test_points_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("point,transparency.level, strategy\n0,0.25,grim\n1,0.5,tit_for_tat\n")
    table = read_points(path)
    assert table == {"transparency.level": [0.25, 0.5], "strategy": ["grim", "tit_for_tat"]}
    points = expand(sweep_request(["scenario=anarchy"], {}), [table])
    assert [points.scenario(k)["transparency.level"] for k in (0, 1)] == [0.25, 0.5]
    path.write_text("transparency.level\n0.25\n\n0.5\n,\n")
    with pytest.raises(InputError, match=r"points\.csv"):
        read_points(path)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["transparency.level=0.2,1.4"], r"sweep: transparency.level must lie in [0, 1]; got 1.4"),
        (["transparency.lvel=0.2,0.4"], "Did you mean 'transparency.level'?"),
        (["payoffs.temptation=5,2"], "payoffs must be a Prisoners' Dilemma"),
        (["strategy=tit_for_tat,grimm"], "Did you mean 'grim'?"),
        (["war.cost=1"], "sweep over what?"),
        (["measure.collapse=0.5,0.95"], "measure.collapse must not be above measure.onset"),
        (["war.cost=range(0,3000000,1)"], "gives more than 100,000 values"),
        (
            ["war.cost=range(0,2000)", "war.years=range(1,2,0.0005)"],
            "at most 2,000,000 points; got 4,000,000",
        ),
        (["war.cost=one,2"], "war.cost mixes numbers and words"),
    ],
)
def test_a_design_that_cannot_be_simulated_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(InputError) as refused:
        design("scenario=anarchy", *words)
    assert message in str(refused.value)

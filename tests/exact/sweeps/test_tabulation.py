"""The table of a sweep against the statistics of each of its points taken alone."""

import numpy as np
import pyarrow as pa
import pytest

from regimesim.scenario.compose import load_scenario, sweep_request
from regimesim.simulation.columns import RATES
from regimesim.stats.survival import kaplan_meier, summary
from regimesim.sweeps import summary as tabulation
from regimesim.sweeps.chunks import Rectangle, play_points
from regimesim.sweeps.design import expand
from regimesim.sweeps.summary import tabulate

RUNS = 60


def parts_of(columns: dict, chunks: list[Rectangle]) -> tuple:
    """The columns of a design as the parts of a sweep: the chunks, and what reads them."""
    found = {}
    for chunk in chunks:
        inside = (columns["point"] >= chunk.first_point) & (columns["point"] < chunk.last_point)
        inside &= (columns["replicate"] >= chunk.first) & (columns["replicate"] < chunk.last)
        found[chunk] = pa.table({name: column[inside] for name, column in columns.items()})
    return chunks, lambda chunk, names: found[chunk].select(list(names))


@pytest.fixture(scope="module")
def played():
    words = ["scenario=concert", "years=24", "transparency.level=0.1,0.4,0.9", "shadow.rounds_per_year=2,4"]
    points = expand(sweep_request(words, {}))
    return points, play_points(points, RUNS, seed=1)


def test_a_row_says_what_the_statistics_of_its_runs_say(played) -> None:
    points, columns = played
    table = tabulate(points, RUNS, *parts_of(columns, [Rectangle(0, 6, 0, 25), Rectangle(0, 6, 25, RUNS)]))
    assert table["point"].tolist() == list(range(6))
    for k in range(6):
        here = columns["point"] == k
        for spell in ("regime", "peace"):
            years, ended = columns[f"{spell}_years"][here], columns[f"{spell}_ended"][here]
            expected, curve = summary(years, ended, 24.0), kaplan_meier(years, ended)
            median = [table[f"{spell}_median{end}"][k] for end in ("", "_lower", "_upper")]
            wanted = [expected.median.value, expected.median.lower, expected.median.upper]
            assert [np.inf if np.isnan(x) else x for x in median] == pytest.approx(wanted)
            assert table[f"{spell}_rmst"][k] == pytest.approx(expected.rmst.value, abs=1e-9)
            assert table[f"{spell}_rmst_error"][k] == pytest.approx(
                expected.rmst.standard_error or 0.0, abs=1e-9
            )
            assert table[f"{spell}_standing"][k] == expected.censored
            for year in (10, 20):
                assert table[f"{spell}_at_{year}"][k] == pytest.approx(curve.at(year))
            assert np.isnan([table[f"{spell}_at_{year}"][k] for year in (50, 100)]).all()
        assert table["never_formed"][k] == np.isnan(columns["regime_onset"][here]).mean()
        for name in RATES:
            values = columns[name][here].astype(float)
            assert table[name][k] == pytest.approx(values.mean(), rel=1e-12, abs=1e-12)
            assert table[f"{name}_error"][k] == pytest.approx(
                values.std(ddof=1) / np.sqrt(RUNS), rel=1e-9, abs=1e-12
            )


def test_no_bit_depends_on_how_the_runs_are_cut_or_the_points_are_grouped(played, monkeypatch) -> None:
    points, columns = played
    one = tabulate(points, RUNS, *parts_of(columns, [Rectangle(0, 6, 0, RUNS)]))
    chunks = [Rectangle(a, b, r, s) for r, s in ((0, 7), (7, 50), (50, 60)) for a, b in ((0, 2), (2, 6))]
    monkeypatch.setattr(tabulation, "CELLS", 1)  # a point at a time
    other = tabulate(points, RUNS, *parts_of(columns, chunks))
    for name, column in one.items():
        assert column.tobytes() == other[name].tobytes(), name


def test_the_columns_that_are_tabulated_are_those_of_a_run() -> None:
    from regimesim.simulation.simulate import simulate

    columns = simulate(load_scenario("bipolar"), runs=2, years=1, record=0).columns
    assert set(tabulation.COLUMNS) <= set(columns)
    left_out = {
        name for name in set(columns) - set(tabulation.COLUMNS) if name not in ("seed", "regime_spells")
    }
    assert all(name.startswith(("systemic", "regime_loose", "regime_strict")) for name in left_out)


@pytest.mark.parametrize("runs", [1, 2])
def test_few_runs_that_all_stand_or_all_fall_give_no_nonsense(runs: int) -> None:
    points = expand(sweep_request(["scenario=anarchy", "years=3", "choice.tremble=0,0.5"], {}))
    columns = play_points(points, runs, seed=0)
    table = tabulate(points, runs, *parts_of(columns, [Rectangle(0, 2, 0, runs)]))
    assert np.isfinite(table["regime_rmst"]).all()
    assert np.isfinite(table["regime_rmst_error"]).all()
    assert np.isfinite(table["wars_error"]).all()

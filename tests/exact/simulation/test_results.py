"""Results: the tables hang together, survive the disk, and do not depend on how the work was cut up."""

import numpy as np
import pandas as pd
import pytest

import regimesim as rs
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import measure


@pytest.fixture(scope="module")
def results():
    return rs.simulate("bipolar", runs=150, seed=3, years=30)


def test_the_same_runs_alone_in_a_batch_and_on_any_number_of_threads(results):
    """A run is a function of its address: block, threads and recording change no bit."""
    single = rs.simulate("bipolar", runs=150, seed=3, years=30, workers=1, record=0)
    for name, column in results.columns.items():
        assert np.array_equal(column, single.columns[name], equal_nan=column.dtype.kind == "f"), name
    design = lower(rs.load_scenario("bipolar", ["years=30"]))
    alone = Lanes(design, np.zeros(1, int), np.array([137]), 3)
    alone.play(design.rounds)
    for name, column in measure(alone).items():
        assert np.array_equal(column[0], results.columns[name][137], equal_nan=column.dtype.kind == "f"), name


def test_a_longer_horizon_extends_the_path(results):
    longer = rs.simulate("bipolar", runs=150, seed=3, years=40)
    assert np.array_equal(longer.yearly[:, :30], results.yearly)


def test_saved_and_loaded(results, tmp_path):
    folder = results.save(tmp_path / "out")
    again = rs.load_results(folder)
    pd.testing.assert_frame_equal(again.runs, results.runs)
    pd.testing.assert_frame_equal(again.paths, results.paths)
    pd.testing.assert_frame_equal(again.events, results.events)
    pd.testing.assert_frame_equal(again.pairs, results.pairs)
    assert again.scenario == results.scenario
    for name in ("runs", "paths", "events", "pairs"):
        on_disk = pd.read_parquet(folder / f"{name}.parquet")
        pd.testing.assert_frame_equal(on_disk, getattr(results, name), check_dtype=False)
    with pytest.raises(InputError, match="exists already"):
        results.save(folder)
    (folder / "runs.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match="damaged"):
        rs.load_results(folder)


def test_events_and_pairs_agree_with_the_runs(results):
    """Wars, peace of pairs and regimes are told three times; they must be the same story."""
    runs, events, pairs = results.runs, results.events, results.pairs
    first = events[events.kind == "war"].groupby("replicate")["round"].min() / 4
    ended = runs[runs.peace_ended].set_index("replicate").peace_years
    pd.testing.assert_series_equal(first, ended, check_names=False, check_dtype=False, check_index_type=False)
    assert np.allclose(pairs.groupby("replicate").peace_years.min(), runs.peace_years)
    struck = events[events.kind == "revolution"].groupby("replicate").size()
    assert struck.reindex(runs.replicate, fill_value=0).tolist() == runs.revolutions.tolist()
    begun = events[events.kind == "regime begins"].set_index("replicate")["round"] / 4
    assert np.allclose(begun, runs.regime_onset.dropna())


def test_revolutions_are_told_as_often_as_they_are_counted():
    scenario = rs.load_scenario("concert", ["domestic.revolution=1", "domestic.spread=0.9", "years=20"])
    results = rs.simulate(scenario, runs=40)
    assert (results.events.kind == "revolution").sum() == results.columns["revolutions"].sum() > 0


def test_spread_of_trust_by_hand(world):
    """A, B, C; A trusts B .9, C trusts B .5, all others 1, nothing is learnt: sd .2 for B, 0 for A and C;
    mean .2/3."""
    trust = {"initial": {"default": 1.0, "A-to-B": 0.9, "C-to-B": 0.5}, "learning_rate": 0}
    scenario = world(states=3, years=2, trust=trust)
    found = rs.simulate(scenario, runs=1).columns["trust_spread"]
    assert found[0] == pytest.approx(0.2 / 3)


@pytest.mark.parametrize(
    ("argument", "value"), [("runs", 0), ("runs", 2.5), ("seed", -1), ("seed", True), ("years", 0)]
)
def test_arguments_that_cannot_be_used(argument, value):
    with pytest.raises(InputError, match=argument):
        rs.simulate("anarchy", **{"runs": 2, argument: value})


def test_seed_zero_is_a_seed():
    zero, one = (rs.simulate("bipolar", runs=20, seed=seed, years=30).columns["trust"] for seed in (0, 1))
    assert not np.array_equal(zero, one)

"""Files that are damaged, hostile or of another kind: what is read from them is right, or refused in a sentence."""

import io
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import mischief
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import regimesim as rs
from regimesim.scenario.messages import InputError
from regimesim.scenario.strategies import load_strategy
from regimesim.simulation.simulate import simulate

TINY = "states: {A: {}, B: {}}\nyears: 3\nwar: {mutual: 0.5}\nchoice: {tremble: 0.2}\nabout: {title: Tiny}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to be in, with a small scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(TINY)
    return tmp_path


def same(one, other):
    """Whether two results say the same."""
    tables = ("runs", "paths", "events", "pairs")
    for table in tables:
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))
    return one.scenario == other.scenario and one.provenance == other.provenance


@mischief.sizes(80, 4_000)
def test_damaged_results_are_noticed(budget, folder):
    whole = simulate(rs.load_scenario("tiny.yaml"), runs=20)
    place = whole.save(folder / "run")
    files = mischief.snapshot(place)

    @budget
    @given(mischief.harms(files))
    @example(("pair_spells.npy", "swap", files[Path("happened.npz")]))  # NumPy takes an archive, too
    def check(harm):
        mischief.restore(place, files)
        mischief.do_harm(place, harm)
        try:
            found = rs.load_results(place)
        except InputError:
            assert mischief.answered("plot", "run") is None
        else:
            assert same(found, whole)

    check()


@mischief.sizes(80, 4_000)
def test_what_is_changed_by_intent_is_refused_or_can_be_used(budget, folder):
    place = simulate(rs.load_scenario("tiny.yaml"), runs=20).save(folder / "run")
    files = mischief.snapshot(place)
    read = {
        name: content
        for name, content in files.items()
        if f"  {name}\n" in (place / "checksums.txt").read_text()
    }

    series = files[Path("yearly.npy")]
    half = series.replace(b"'shape': (", b"'shape':" + bytes(2), 1)

    @budget
    @given(mischief.harms(read))
    @example(
        (Path("yearly.npy"), "damage", half)
    )  # NumPy reads it as Python, of which it is no whole sentence
    def check(harm):
        mischief.restore(place, files)
        mischief.do_harm(place, harm)
        mischief.seal(place)
        try:
            found = rs.load_results(place)
        except InputError:
            assert mischief.answered("plot", "run") is None
        else:
            assert all(len(getattr(found, table)) >= 0 for table in ("runs", "paths", "events", "pairs"))
            found.table()

    check()


SCHEMAS = st.dictionaries(
    st.sampled_from(["scenario", "point", "replicate", "seed", "regime_years", "regime_ended", "regime_onset", "x"]),
    st.sampled_from([
        [1, 2], [1.5, float("nan")], [float("inf"), 0.0], ["a", "b"], [True, False], [None, None], [[1], [2]],
        [{"a": 1}, {"a": 2}], [b"x", b"y"], [2**63, 1], [pd.Timestamp(0), pd.Timestamp(1)],
    ]),
)  # fmt: skip


@mischief.sizes(30, 1_000)
def test_tables_of_another_kind_are_refused(budget, folder):
    place = simulate(rs.load_scenario("tiny.yaml"), runs=2).save(folder / "run")
    files = mischief.snapshot(place)
    run = pq.read_table(place / "runs.parquet").to_pandas()

    @budget
    @given(SCHEMAS, st.booleans())
    def check(columns, beside):
        mischief.restore(place, files)
        frame = run.assign(**columns) if beside else pd.DataFrame(columns)
        table = pa.Table.from_pandas(frame)
        pq.write_table(table, place / "runs.parquet")
        mischief.seal(place)
        mischief.answered("plot", "run")

    check()


class Evil:
    """What is unpickled would leave a trace."""

    def __reduce__(self):
        return os.system, ("touch pwned",)


def test_nothing_is_unpickled(folder):
    place = simulate(rs.load_scenario("tiny.yaml"), runs=2).save(folder / "run")
    files, evil = mischief.snapshot(place), pickle.dumps(Evil())
    table = pq.read_table(place / "runs.parquet")
    about = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": evil}
    field = pa.field("regime_years", pa.float64(), metadata=about)
    number = table.schema.get_field_index("regime_years")
    buffer = io.BytesIO()
    np.save(buffer, np.array([Evil()], object), allow_pickle=True)
    spoilt = {
        "runs.parquet": table.set_column(number, field, table["regime_years"]).replace_schema_metadata({b"pandas": evil}),
        "yearly.npy": buffer.getvalue(), "pair_spells.npy": evil, "provenance.json": evil, "config.yaml": evil,
    }  # fmt: skip
    for name, content in spoilt.items():
        mischief.restore(place, files)
        if isinstance(content, bytes):
            (place / name).write_bytes(content)
        else:
            pq.write_table(content, place / name)
        mischief.seal(place)
        mischief.answered("plot", "run")
        assert not (folder / "pwned").exists()


@mischief.sizes(8, 1_500)
def test_a_damaged_sweep_is_refused_or_mended(budget, folder):
    words = ("sweep", "+scenario=tiny.yaml", "transparency.level=0.2,0.8", "runs=8", "out=sweep", "-q")
    assert mischief.answered(*words) == "sweep\n"
    place = folder / "sweep"
    files = mischief.snapshot(place)
    table = rs.load_results(place).table
    part = min(name for name in files if name.parts[0] == "parts")

    @budget
    @given(mischief.harms(files))
    @example((part, "pipe", None))  # reading it would have no end, and so would writing to the next two
    @example((Path(".lock"), "pipe", None))
    @example((Path("sweep.log"), "pipe", None))
    @example((Path("design.parquet"), "pipe", None))
    def check(harm):
        mischief.restore(place, files)
        mischief.do_harm(place, harm)
        mischief.answered("plot", "sweep")
        again = mischief.answered(*words)
        if again is not None:
            pd.testing.assert_frame_equal(rs.load_results(place).table, table)
            assert len(rs.load_results(place).read_runs()) == 16

    check()


STATE_NAMES = st.sampled_from(["nice", "nasty", "1", "no", "a b", "", "CC", "大清"])
AUTOMATA = st.fixed_dictionaries({
    "states": st.dictionaries(
        STATE_NAMES,
        st.fixed_dictionaries({
            "cooperate": st.one_of(st.floats(0, 1), st.sampled_from(mischief.JUNK)),
            "after": st.dictionaries(st.sampled_from(["CC", "CD", "DC", "DD"]), STATE_NAMES, min_size=4),
        }),
        min_size=1, max_size=4,
    )
})  # fmt: skip
FAMILIES = st.builds(
    "{}({})".format,
    st.sampled_from(["memory_one", "punish", "generous_tit_for_tat", "zero_determinant_extortion", "os", "eval", ""]),
    st.lists(st.one_of(
        st.floats().map(repr), st.integers(-20, 20).map(str), st.sampled_from([*mischief.VALUES, "1/3", "1/0", "0/0"]),
        st.text(max_size=5),
    ), max_size=7).map(",".join),
)  # fmt: skip


@mischief.sizes(80, 4_000)
def test_any_strategy_plays_or_is_refused(budget, folder):
    @budget
    @given(st.one_of(FAMILIES, mischief.contents(AUTOMATA), AUTOMATA.map(mischief.yaml_text)))
    def check(strategy):
        spec = "own.yaml"
        if isinstance(strategy, bytes):
            (folder / spec).write_bytes(strategy)
        elif strategy.startswith("{"):
            (folder / spec).write_text(strategy, "utf-8")
        else:
            spec = strategy
        try:
            automaton = load_strategy(spec)
        except InputError as error:
            assert "\n" not in str(error).strip() or "\n" in spec
            return
        assert 1 <= len(automaton) <= 16 and all(0 <= chance <= 1 for chance in automaton.cooperate)
        if spec.isprintable() and len(spec) < 1_000:
            assert mischief.answered("show", "tiny.yaml", f"strategy={spec}") is not None

    check()


SHEETS = st.fixed_dictionaries({}, optional={
    "design": st.sampled_from(["grid", "latin_hypercube", "sobol", "table", "x", 1, None]),
    "runs": st.sampled_from([1, 2, 0, -1, 1.5, "a", None, 10**400]),
    "points": st.sampled_from([1, 2, 4, 0, -1, 1.5, "a", None, 10**12]),
    "seed": st.sampled_from([0, 1, -1, 2**70, "a", None]),
    "settings": st.dictionaries(
        st.sampled_from(["war.cost", "transparency.level", "states.A.veto", "strategy", "payoffs.game", "scenario", "years",
                         "trust.initial", "shadow.rounds_per_year", "x", "out", "", "states.A.capability", "epochs"]),
        st.one_of(
            st.lists(st.one_of(st.floats(0, 1), st.sampled_from([1, 2, True, "grim", "any", *mischief.JUNK])), max_size=3),
            st.sampled_from(["declared", "0,1", "range(0,1,0.5)", *mischief.VALUES, *mischief.JUNK]),
        ), max_size=3,
    ),
})  # fmt: skip


@mischief.sizes(40, 2_000)
def test_any_design_is_played_or_refused(budget, folder):
    number = iter(range(10**9))
    out = lambda: f"out={next(number)}"  # noqa: E731

    @budget
    @given(st.one_of(SHEETS.map(lambda tree: mischief.yaml_text(tree).encode()), mischief.contents(SHEETS)))
    def check(content):
        (folder / "own.yaml").write_bytes(content)
        mischief.answered("sweep", "+scenario=tiny.yaml", "+sweep=own.yaml", "runs=1", out(), "-q")

    check()


CELLS = st.one_of(
    st.floats(allow_nan=True).map(repr), st.sampled_from(["0", "1", "0.5", "true", "grim", "", " ", "nan", "1e400", "-1", '"', "大清",
                                                          "9" * 400, "${x}", "a;b", "'"]),
    st.text(max_size=4),
)  # fmt: skip


def tables(heads):
    """Texts of tables with such columns, whole or ragged."""
    rows = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5)
    return st.tuples(
        st.lists(st.sampled_from(heads), min_size=1, max_size=4), rows, st.sampled_from(",;\t")
    ).map(
        lambda three: "\n".join(three[2].join(row) for row in (three[0], *three[1])).encode(
            "utf-8", "replace"
        )
    )


@mischief.sizes(40, 2_000)
def test_any_table_of_points_is_played_or_refused(budget, folder):
    number = iter(range(10**9))
    heads = [
        "war.cost",
        "transparency.level",
        "states.A.veto",
        "strategy",
        "scenario",
        "point",
        "x",
        "",
        "~war.cost",
        "+years",
    ]

    @budget
    @given(st.one_of(tables(heads), mischief.damaged(tables(heads)), st.binary(max_size=200)))
    def check(content):
        (folder / "own.csv").write_bytes(content)
        mischief.answered(
            "sweep", "+scenario=tiny.yaml", "points=own.csv", "runs=1", f"out={next(number)}", "-q"
        )

    check()


DISPUTES = ["year", "state_a", "state_b", "hostility", "war", "war_onset", "war_id", "x", ""]
WHOLE = b"year,state_a,state_b,hostility\n" + b"".join(
    f"{year},A,{other},{(year * 7 + len(other)) % 6}\n".encode()
    for year in range(1900, 1912)
    for other in ("B", "CC")
)


def parquet_of(columns):
    """A Parquet file of such columns."""
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


@mischief.sizes(80, 4_000)
def test_any_table_of_disputes_is_read_or_refused(budget, folder):
    number = iter(range(10**9))
    parquet = parquet_of(
        {"year": [1900, 1901], "state_a": ["A", "A"], "state_b": ["B", "B"], "hostility": [0, 5]}
    )
    odd = st.dictionaries(
        st.sampled_from(DISPUTES[:7]),
        st.sampled_from([[1900, 1901], ["A", "B"], [0, 5], [0.5, None], [[1], [2]], [True, False], [b"\xff", b"x"], [2**62, -1]]),
    )  # fmt: skip

    @budget
    @given(st.one_of(
        tables(DISPUTES), mischief.damaged(st.just(WHOLE)), mischief.damaged(st.just(parquet)), odd.map(parquet_of),
        st.binary(max_size=200),
    ))  # fmt: skip
    def check(content):
        (folder / "own").write_bytes(content)
        said = mischief.answered("history", "own", f"out={next(number)}", "--json")
        if said is not None:
            json.loads(said, parse_constant=pytest.fail)

    check()


ENDLESS = """
import os, sys
from regimesim.cli.main import main
os.chdir(sys.argv[1])
os.mkfifo("pipe.yaml")
os.symlink("/dev/zero", "zero.yaml")
os.symlink("round.yaml", "round.yaml")
os.mkdir("folder.yaml")
open("huge.yaml", "wb").truncate(2**30)
for name in ("pipe", "zero", "round", "folder", "huge"):
    file = f"{name}.yaml"
    for words in (
        ["run", f"+scenario={file}"], ["run", "+scenario=anarchy", f"strategy={file}"], ["show", file],
        ["compare", f"scenarios=[{file},anarchy]"], ["history", file], ["plot", file],
        ["sweep", "+scenario=anarchy", f"+sweep={file}"], ["sweep", "+scenario=anarchy", f"points={file}"],
        ["calibrate", "+scenario=concert", f"record={file}", "draws=2", "runs=1"],
    ):
        assert main(words) == 2, words
"""


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no /dev/zero")
def test_files_without_an_end_are_not_read(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ENDLESS, tmp_path], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 45 and all(line.startswith("regimesim: ") for line in lines), done.stderr

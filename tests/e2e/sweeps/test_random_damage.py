"""Files of runs and sweeps that are damaged at random: no number changes unnoticed, and sweeps are mended."""

import os
import random
from collections import Counter
from pathlib import Path

import mischief
import pandas as pd
import pytest

import regimesim as rs
from regimesim.cli.main import main
from regimesim.scenario.messages import InputError
from regimesim.simulation.checksums import listed_sums, sum_of
from regimesim.simulation.results import save_results
from regimesim.sweeps import sweep as sweeps

WORLD = "states: {A: {}, B: {}}\nyears: 4\nwar: {mutual: 0.5}\nchoice: {tremble: 0.2}\n"
LEVELS = {"transparency.level": [0.2, 0.5, 0.8]}
RUNS, SIZE = 16, 12


def few_or_a_thousand(few):
    """Numbers of damages: few every day, a thousand with ``-m verify``."""
    many = pytest.param(1000, marks=pytest.mark.verify)
    return pytest.mark.parametrize("times", [few, many], ids=["a few", "a thousand"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to be in, with a small scenario in which the luck of each seed is another."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sweeps, "runs_of_chunk", lambda points, runs: SIZE)
    Path("world.yaml").write_text(WORLD)
    return tmp_path


def flip(content, luck, other):
    del other
    changed = bytearray(content)
    if changed:
        changed[luck.randrange(len(changed))] ^= 1 << luck.randrange(8)
    return bytes(changed)


def truncate(content, luck, other):
    del other
    return content[: luck.randrange(len(content) or 1)]


def swap(content, luck, other):
    del luck
    return content if other is None else other


HARMS = {
    "flip": flip,
    "truncate": truncate,
    "empty": lambda content, luck, other: b"",
    "delete": lambda content, luck, other: None,
    "swap": swap,
}


def same_place(name):
    """A name of a file without the checksum that the names of parts carry."""
    return name.with_name(name.stem.rpartition("_")[0]) if name.parent.name == "parts" else name


def damage(place, files, others, luck):
    """Harm one to three files of a folder, each in one way; what was done."""
    beside = {same_place(name): content for name, content in others.items()}
    done = []
    for name in luck.sample(sorted(files), luck.choice((1, 1, 1, 2, 3))):
        how = luck.choice(sorted(HARMS))
        content = HARMS[how](files[name], luck, beside.get(same_place(name)))
        if content is None:
            (place / name).unlink()
        else:
            (place / name).write_bytes(content)
        done.append((how, str(name)))
    return done


def as_the_command_does(folder):
    """Add files such as the command adds to the tables."""
    for name in ("report.html", "summary.json", "survival.png", "survival.svg"):
        (folder / name).write_text(f"{folder} {name}")


def tables_of_a_run(found):
    return [found.runs, found.paths, found.events, found.pairs]


def runs_of(found):
    return found.dataset().to_table().to_pandas().sort_values(["point", "replicate"], ignore_index=True)


OF_A_SWEEP = (lambda found: found.table, lambda found: found.read_runs(), runs_of)


def tables_of_a_sweep(found):
    return [table_of(found) for table_of in OF_A_SWEEP]


def answered(ask):
    """Everything that is read of a folder; None if it is refused."""
    try:
        return ask()
    except InputError:
        return None


def check_same(found, expected, done):
    for one, other in zip(found, expected, strict=True):
        if one is not None:
            try:
                pd.testing.assert_frame_equal(one, other, check_exact=True)
            except AssertionError as difference:
                raise AssertionError(f"a number changed after {done}") from difference


@few_or_a_thousand(40)
def test_a_damaged_run_is_refused_or_says_the_same(times, folder):
    for seed in (0, 1):
        save_results(rs.simulate("world.yaml", RUNS, seed), folder / str(seed), as_the_command_does)
    place, luck, refused = folder / "0", random.Random(7), Counter()
    files, others = mischief.snapshot(place), mischief.snapshot(folder / "1")
    assert {str(name) for name in files} - set(listed_sums(place)) == {"checksums.txt"}
    assert all(sum_of(place / name) == number for name, number in listed_sums(place).items())
    expected = tables_of_a_run(rs.load_results(place))
    for _ in range(times):
        mischief.restore(place, files)
        done = damage(place, files, others, luck)
        found = answered(lambda: tables_of_a_run(rs.load_results(place)))
        refused[found is None] += 1
        if found is not None:
            check_same(found, expected, done)
            changed = {
                name
                for how, name in done
                if how != "delete" and files[Path(name)] != (place / name).read_bytes()
            }
            assert {Path(name).suffix for name in changed} <= {".png", ".svg", ".txt"}, done
    assert refused[True] > refused[False]


@few_or_a_thousand(10)
def test_a_damaged_sweep_is_refused_or_says_the_same_and_is_mended(times, folder):
    for seed in (0, 1):
        sweeps.sweep("world.yaml", LEVELS, str(seed), RUNS, seed)
    place, luck, refused = folder / "0", random.Random(7), Counter()
    files, others = mischief.snapshot(place), mischief.snapshot(folder / "1")
    assert len(files) == 5 + 1 + 48 // SIZE  # with the lock and the log
    expected = tables_of_a_sweep(rs.load_results(place))
    assert not expected[0].equals(tables_of_a_sweep(rs.load_results(folder / "1"))[0])
    for _ in range(times):
        mischief.restore(place, files)
        done = damage(place, files, others, luck)
        found = [answered(lambda: table_of(rs.load_results(place))) for table_of in OF_A_SWEEP]  # noqa: B023
        refused[any(table is None for table in found)] += 1
        check_same(found, expected, done)
        mended = sweeps.sweep("world.yaml", LEVELS, "0", RUNS, 0)
        check_same(tables_of_a_sweep(mended), expected, done)
        check_same(tables_of_a_sweep(rs.load_results(place)), expected, done)
        assert all(sum_of(place / name) == number for name, number in listed_sums(place).items()), done
    assert refused[True] > refused[False]


@pytest.mark.parametrize(
    ("what", "harm"), [(what, harm) for what in ("run", "sweep") for harm in ("flip", "truncate")]
)
def test_the_commands_answer_in_a_sentence(what, harm, folder, capsys):
    if what == "run":
        rs.simulate("world.yaml", runs=RUNS).save("kept")
        name = "yearly.npy"
    else:
        sweeps.sweep("world.yaml", LEVELS, "kept", RUNS)
        name = "summary.parquet"
    file = Path("kept", name)
    file.write_bytes(HARMS[harm](file.read_bytes(), random.Random(1), None))
    assert main(["plot", "kept"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("regimesim: ") and said.err.count("\n") == 1 and name in said.err
    assert sorted(os.listdir("kept"))


def test_pictures_drawn_anew_are_in_the_list_again(folder):
    place = save_results(rs.simulate("world.yaml", runs=RUNS), folder / "kept", as_the_command_does)
    before = listed_sums(place)
    (place / "survival.png").write_bytes(b"spoilt")
    assert main(["plot", "kept", "-q"]) == 0
    listed = listed_sums(place)
    assert listed["survival.png"] == sum_of(place / "survival.png") != before["survival.png"]
    assert set(listed) >= set(before)
    assert len(rs.load_results(place)) == RUNS

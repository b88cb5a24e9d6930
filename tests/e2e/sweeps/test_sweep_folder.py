"""The folder of a sweep: damaged, shared, extended, full, read-only; what is refused, and memory."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from disks import fill, mounted, remount
from sweeps import bits

from regimesim.cli.main import main
from regimesim.scenario.messages import InputError
from regimesim.simulation.checksums import seal
from regimesim.sweeps import dataset
from regimesim.sweeps.results import load_results
from regimesim.sweeps.sweep import sweep

LEVELS = [0.1, 0.4, 0.7, 0.9]
SMALL = "years: 5\nwar: {mutual: 0.5}\nchoice: {tremble: 0.2}\nstates: {A: {}, B: {}}\n"


@pytest.fixture
def small(tmp_path):
    """A scenario of two states and five years."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    return file


@pytest.fixture
def play(small, tmp_path):
    """Carry out a small sweep into a folder: its bits."""

    def carry_out(name="sweep", runs=1024, levels=LEVELS, **options):
        swept = {"transparency.level": levels, "shadow.discount_factor": [0.7, 0.9]}
        found = sweep(small, swept, tmp_path / name, runs, **options)
        return bits(found.folder)

    return carry_out


def log_of(folder):
    return (folder / "sweep.log").read_text()


def chunk_of(part):
    return part.name.rpartition("_")[0]


def flip(file, place=None):
    content = bytearray(file.read_bytes())
    content[len(content) // 2 if place is None else place] ^= 1
    file.write_bytes(content)


def truncate(file):
    file.write_bytes(file.read_bytes()[:-1])


def halve(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file):
    file.write_bytes(b"")


@pytest.mark.parametrize("harm", [flip, truncate, empty, os.unlink])
def test_a_damaged_part_is_noticed_and_played_again(harm, play, tmp_path):
    whole = play()
    assert len(whole) == 2 + 16
    part = sorted((tmp_path / "sweep" / "parts").iterdir())[5]
    harm(part)
    assert play() == whole
    if harm is not os.unlink:
        assert f"put into damaged/: {part.name}" in log_of(tmp_path / "sweep")
        assert [file.name for file in (tmp_path / "sweep" / "damaged").iterdir()] == [part.name]
    assert "1 of 16 chunks to be played" in log_of(tmp_path / "sweep")


def test_what_does_not_belong_into_parts_is_passed_over_or_put_aside(play, tmp_path):
    whole, other = play(), play("other", seed=1)
    parts, others = (sorted((tmp_path / name / "parts").iterdir()) for name in ("sweep", "other"))
    assert [chunk_of(part) for part in parts] == [chunk_of(part) for part in others]
    assert not {part.name for part in parts} & {part.name for part in others}
    parts[3].unlink()
    shutil.copy(others[3], parts[0].parent)  # whole, of the same chunk, but of other luck
    moved = parts[4].name.replace("_p0000000-0000008_", "_p0000008-0000016_")
    shutil.copy(parts[4], parts[0].parent / moved)
    (parts[0].parent / "notes.txt").write_text("mine")
    (parts[0].parent / ".partial-0123").write_bytes(b"half a part")
    again = play()
    assert again.pop("notes.txt") and again == whole
    aside = {file.name for file in (tmp_path / "sweep" / "damaged").iterdir()}
    assert aside == {others[3].name, moved}
    assert not (parts[0].parent / ".partial-0123").exists()
    frame = load_results(tmp_path / "sweep").read_runs()
    assert len(frame) == 8 * 1024 and not frame.duplicated(["point", "replicate"]).any()
    assert play("other", seed=1) == other


def test_a_sweep_killed_while_it_drew_its_pictures_goes_on(play, tmp_path):
    whole = play()
    half = tmp_path / "sweep" / ".partial-0123"
    half.mkdir()
    (half / "phase.png").write_bytes(b"half a picture")
    assert play() == whole and not half.exists()


def spoil(file):
    """Change what a manifest or a design says."""
    before = file.read_bytes()
    values = np.float64(0.7).tobytes() if file.suffix == ".parquet" else b'"runs": 1024'
    flip(file, before.index(values) + len(values) - 1)


@pytest.mark.parametrize("harm", [spoil, flip, halve, os.unlink])
@pytest.mark.parametrize("place", ["manifest.json", "design.parquet"])
def test_a_damaged_manifest_or_design_is_refused_and_written_anew_by_the_same_command(
    place, harm, play, tmp_path
):
    whole = play()
    file = tmp_path / "sweep" / place
    before = file.read_bytes()
    harm(file)
    other = {"seed": 1} if place == "manifest.json" else {"levels": [0.1, 0.2]}
    harmed = file.read_bytes() if file.exists() else None
    if harmed is not None or place == "design.parquet":
        with pytest.raises(InputError, match=r"the sweep in \S+ is damaged: .*"):
            load_results(tmp_path / "sweep")
    with pytest.raises(
        InputError, match=r"the command that made it writes it anew|holds a sweep of 8 points"
    ):
        play(**other)
    assert (file.read_bytes() if file.exists() else None) in (harmed, before)
    assert play() == whole
    assert f"written anew: {place}" in log_of(tmp_path / "sweep")
    assert place == "manifest.json" or file.read_bytes() == before
    assert not (tmp_path / "sweep" / "damaged").exists()


@pytest.mark.parametrize("harm", [flip, empty])
def test_a_damaged_summary_is_refused_and_written_anew(harm, play, tmp_path):
    whole = play()
    harm(tmp_path / "sweep" / "summary.parquet")
    words = r"summary\.parquet is not the one in checksums\.txt; the same sweep writes it anew"
    with pytest.raises(InputError, match=words):
        load_results(tmp_path / "sweep").table  # noqa: B018
    assert play() == whole


@pytest.mark.parametrize("harm", [flip, halve, os.unlink])
def test_a_damaged_list_of_checksums_is_refused_and_written_anew(harm, play, tmp_path):
    whole = play()
    harm(tmp_path / "sweep" / "checksums.txt")
    with pytest.raises(InputError, match=r"is damaged: |the same sweep writes it anew"):
        load_results(tmp_path / "sweep").table  # noqa: B018
    assert play() == whole
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "-c", "checksums.txt"], cwd=tmp_path / "sweep", check=True)


def test_parts_and_summary_of_another_seed_are_refused_and_made_anew(play, tmp_path):
    whole = play()
    play("other", seed=1)
    sweep_folder, other = tmp_path / "sweep", tmp_path / "other"
    shutil.rmtree(sweep_folder / "parts")
    shutil.copytree(other / "parts", sweep_folder / "parts")
    for name in ("summary.parquet", "checksums.txt"):
        shutil.copy(other / name, sweep_folder / name)
    with pytest.raises(InputError, match=r"manifest\.json is not the one in checksums\.txt"):
        load_results(sweep_folder)
    seal(sweep_folder, ("manifest.json", "design.parquet", "summary.parquet"))
    found = load_results(sweep_folder)
    with pytest.raises(InputError, match=r"summary\.parquet was made from other parts"):
        found.table  # noqa: B018
    with pytest.raises(InputError, match="is damaged or of another sweep; the same sweep plays it again"):
        found.read_runs()
    assert play() == whole


def test_a_part_that_vanishes_or_is_of_another_seed_is_noticed_by_whoever_reads(play, tmp_path):
    whole = play()
    play("other", seed=1)
    folder = tmp_path / "sweep"
    part, others = (sorted((tmp_path / name / "parts").iterdir())[5] for name in ("sweep", "other"))
    content = part.read_bytes()
    part.unlink()
    for read in (lambda found: found.table, lambda found: found.read_runs(), lambda found: found.dataset()):
        with pytest.raises(InputError, match=r"missing.*; the same sweep plays it again"):
            read(load_results(folder))
    part.write_bytes(others.read_bytes())  # of another seed, under the name of the one that was there
    with pytest.raises(InputError, match=f"parts/{part.name} is damaged or of another sweep"):
        load_results(folder).read_runs()
    part.write_bytes(content)
    shutil.copy(others, part.parent)  # beside it: the right one is read
    found = load_results(folder)
    assert len(found.read_runs()) == 8 * 1024 and len(found.table) == 8
    assert found.dataset().count_rows() == 8 * 1024
    assert play() == whole


def test_only_the_parts_of_the_points_that_are_asked_for_are_read(small, tmp_path, monkeypatch):
    monkeypatch.setattr("regimesim.sweeps.sweep.runs_of_chunk", lambda points, runs: 10)
    levels = {"transparency.level": [round(0.01 * k, 2) for k in range(1, 31)]}
    found = sweep(small, levels, tmp_path / "sweep", 2)
    parts = sorted((tmp_path / "sweep" / "parts").iterdir())
    assert len({chunk_of(part) for part in parts}) == len(parts) > 3
    whole = found.read_runs()
    assert found.read_runs([]).empty and list(found.read_runs([])) == list(whole)
    flip(next(part for part in parts if "_p0000000-" in part.name))
    again = load_results(tmp_path / "sweep")
    last = again.read_runs([29], ["peace_years"])
    expected = whole[whole["point"] == 29][["point", "replicate", "peace_years"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(last, expected)
    with pytest.raises(InputError, match="is damaged or of another sweep"):
        again.read_runs([0, 29])
    with pytest.raises(InputError, match=r"no column 'paece_years'\. Did you mean 'peace_years'"):
        again.read_runs(columns=["paece_years"])


def test_a_second_sweep_into_the_same_folder_is_refused(play, small, tmp_path):
    refused = []

    def meanwhile(done):
        if done and not refused:
            with pytest.raises(InputError, match="another sweep is writing to"):
                play()
            refused.append(done)

    play(progress=meanwhile)
    assert refused


def test_a_folder_of_something_else_is_refused(play, tmp_path):
    for name in ("design.parquet", "thesis.txt"):
        (tmp_path / name / "sweep").mkdir(parents=True)
        (tmp_path / name / "sweep" / name).write_text("mine")
        with pytest.raises(InputError, match="holds something else than a sweep"):
            play(f"{name}/sweep")
        assert (tmp_path / name / "sweep" / name).read_text() == "mine"


def test_a_sweep_killed_before_its_manifest_was_there_begins_anew(play, tmp_path):
    whole = play()
    folder = tmp_path / "sweep"
    for name in ("manifest.json", "summary.parquet"):
        (folder / name).unlink()
    shutil.rmtree(folder / "parts")
    (folder / "parts").mkdir()
    assert play() == whole


def rows(folder):
    """All runs, apart from how points are numbered."""
    found = load_results(folder)
    frame = found.read_runs().merge(found.design, on="point").drop(columns="point")
    return frame.sort_values([*found.points.swept, "replicate"], ignore_index=True)


def test_an_extended_sweep_is_the_one_made_at_once(play, tmp_path):
    play(runs=100, levels=LEVELS[:2])
    for runs, levels in ((300, LEVELS[:2]), (300, LEVELS), (700, [*LEVELS, 1.0])):
        with pytest.raises(InputError, match=r"extend=True makes it \d+ points of \d+ runs"):
            play(runs=runs, levels=levels)
        play(runs=runs, levels=levels, extend=True)
    play("at_once", runs=700, levels=[*LEVELS, 1.0])
    pd.testing.assert_frame_equal(rows(tmp_path / "sweep"), rows(tmp_path / "at_once"), check_exact=True)
    tables = [
        load_results(tmp_path / name).table.drop(columns="point").sort_values(
            ["transparency.level", "shadow.discount_factor"], ignore_index=True
        )
        for name in ("sweep", "at_once")
    ]  # fmt: skip
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_an_extended_sweep_whose_list_of_checksums_is_damaged_is_mended(play, tmp_path):
    play(runs=100, levels=LEVELS[2:])
    whole = play(runs=200, levels=LEVELS, extend=True)  # its points are in another order than those of a grid
    flip(tmp_path / "sweep" / "checksums.txt", 10)
    with pytest.raises(InputError, match="is not the one in"):
        load_results(tmp_path / "sweep").table  # noqa: B018
    assert play(runs=200, levels=LEVELS) == whole


def test_a_damaged_design_of_a_sweep_with_runs_added_costs_no_part(play, tmp_path):
    """The manifest tells how such a sweep is cut; the command alone would cut it in another way."""
    play(runs=100)
    whole = play(runs=300, extend=True)
    halve(tmp_path / "sweep" / "design.parquet")
    assert play(runs=300) == whole
    assert not (tmp_path / "sweep" / "damaged").exists()
    assert "chunks to be played" not in log_of(tmp_path / "sweep").rpartition("written anew: design")[2]


def test_an_extension_killed_between_its_design_and_its_manifest(play, tmp_path):
    whole = play()
    folder = tmp_path / "sweep"
    manifest = (folder / "manifest.json").read_bytes()
    summary = (folder / "summary.parquet").read_bytes()
    play(levels=[*LEVELS, 1.0], extend=True)
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "summary.parquet").unlink()
    again = play()
    assert again["summary.parquet"] == whole["summary.parquet"]
    assert (folder / "summary.parquet").read_bytes() == summary
    assert {name for name in again if name.startswith("r")} == {n for n in whole if n.startswith("r")}


def test_what_would_not_be_of_one_kind_is_refused(play, small, tmp_path, monkeypatch):
    play()
    before = bits(tmp_path / "sweep")
    with pytest.raises(InputError, match="holds a sweep with seed=0, not 1; another folder begins anew"):
        play(seed=1)
    with pytest.raises(
        InputError, match=r"trust.learning_rate was [\d.]+, not 0.37; another folder begins anew"
    ):
        play(overrides={"trust.learning_rate": 0.37}, extend=True)
    with pytest.raises(InputError, match=r"varies transparency.level, shadow.*, not norms.restraint"):
        sweep(small, {"norms.restraint": [0.1, 0.2]}, tmp_path / "sweep", 1024, extend=True)
    small.write_text(SMALL.replace("years: 5", "years: 6"))
    with pytest.raises(InputError, match="5 years, not 6; another folder begins anew"):
        play()
    small.write_text(SMALL)
    real = dataset.provenance
    monkeypatch.setattr(dataset, "provenance", lambda **about: real(**about) | {"core": "another"})
    with pytest.raises(InputError, match="was begun with another version of the model"):
        play()
    monkeypatch.undo()
    assert bits(tmp_path / "sweep") == before == play()


NEEDS_DASK = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="Dask is not installed"
)
ENGINES = ["local", pytest.param("processes", marks=pytest.mark.verify),
           pytest.param("dask", marks=[pytest.mark.verify, NEEDS_DASK])]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_disk_keeps_what_is_whole_and_goes_on_when_there_is_room(engine, small, tmp_path, capsys):
    words = ("sweep", f"+scenario={small}", "transparency.level=0.1,0.4,0.7,0.9", "runs=8192", "-q")
    chosen = (f"engine={engine}", "engine.workers=2")
    assert main([*words, f"out={tmp_path / 'roomy'}"]) == 0
    capsys.readouterr()
    sizes = [part.stat().st_size for part in (tmp_path / "roomy" / "parts").iterdir()]
    room = 64_000 + sum(sizes) // 2
    with mounted(tmp_path / "disk", "-o", f"size={room}") as disk:
        folder = disk / "sweep"
        for _ in range(2):
            assert main([*words, *chosen, f"out={folder}"]) == 2
            err = capsys.readouterr().err
            assert err.startswith(f"regimesim: cannot write to {folder}: No space left on device.  ")
            assert "of 32,768 runs are kept; the same command goes on from there" in err
            assert err.count("\n") == 1
            assert 0 < len(list((folder / "parts").glob("r*.parquet"))) < len(sizes)
        remount(disk, f"size={8 * room}")
        assert main([*words, *chosen, f"out={folder}"]) == 0
        assert bits(folder) == bits(tmp_path / "roomy")
        assert not (folder / "damaged").exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_disk_without_room_for_anything(engine, small, tmp_path, capsys):
    words = ("sweep", f"+scenario={small}", "transparency.level=0.1,0.4", "runs=64", f"engine={engine}", "-q")
    with mounted(tmp_path / "disk", "-o", "size=64k") as disk:
        fill(disk / "ballast")
        assert main([*words, f"out={disk / 'sweep'}"]) == 2
        err = capsys.readouterr().err
        assert "No space left on device" in err and err.count("\n") == 1
        (disk / "ballast").unlink()
        remount(disk, "size=1m")
        assert main([*words, f"out={disk / 'sweep'}"]) == 0


def test_a_folder_that_becomes_read_only(small, tmp_path, capsys):
    words = ("sweep", f"+scenario={small}", "transparency.level=0.1,0.4", "-q")
    with mounted(tmp_path / "disk", "-o", "size=16m") as disk:
        out = f"out={disk / 'sweep'}"
        remount(disk, "ro")
        assert main([*words, "runs=2048", out]) == 2
        assert f"cannot write to {disk}: Read-only file system" in capsys.readouterr().err
        remount(disk, "rw")
        assert main([*words, "runs=2048", out]) == 0
        whole = bits(disk / "sweep")
        remount(disk, "ro")
        assert main([*words, "runs=4096", "extend=true", out]) == 2
        err = capsys.readouterr().err
        assert "Read-only file system" in err and err.count("\n") == 1
        assert bits(disk / "sweep") == whole
        remount(disk, "rw")
        assert main([*words, "runs=4096", "extend=true", out]) == 0


PEAK = """
import json, resource, sys, time
from pathlib import Path
from regimesim.cli.main import main
began = time.monotonic()
assert main(sys.argv[1:]) == 0
print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.monotonic() - began]))
"""


def peak_of(*words):
    """Most megabytes that a sweep has ever held, and its seconds."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "sweep", "-q", *words], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.verify
def test_memory_does_not_grow_with_the_number_of_runs(small, tmp_path):
    words = (f"+scenario={small}", "transparency.level=range(0,1,0.1)", "engine.workers=2")
    peaks = {}
    for runs in (1_000, 100_000):
        peaks[10 * runs], seconds = peak_of(*words, f"runs={runs}", f"out={tmp_path / str(runs)}")
        print(f"{10 * runs:,} runs: {peaks[10 * runs]:.0f} MB at most, {seconds:.0f} s")
    # chunks hold a sixteenth of a small design, up to their bound: that is all that may grow
    assert peaks[1_000_000] - peaks[10_000] < 250


@pytest.mark.verify
def test_a_hundred_thousand_points(small, tmp_path):
    words = (f"+scenario={small}", "transparency.level=range(0,0.9995,0.001)")
    peak, seconds = peak_of(
        *words, "shadow.discount_factor=range(0.5,0.9,0.004)", "runs=1", f"out={tmp_path / 'sweep'}"
    )
    print(f"100,000 points: {peak:.0f} MB at most, {seconds:.0f} s")
    assert len(load_results(tmp_path / "sweep")) >= 100_000
    assert peak < 1_500

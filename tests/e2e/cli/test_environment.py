"""Environments that people bring: settings of matplotlib, numba and Hydra, narrow terminals, large worlds."""

import os
import stat
import subprocess
import sys

import pytest
import yaml

from regimesim.cli.run import _strategy_rows
from regimesim.core import ownership
from regimesim.scenario.files import yaml_of
from regimesim.scenario.strategies import load_strategy

LONG = pytest.mark.verify
SMALL = ("+scenario=anarchy", "runs=4", "years=4")
THEIRS = "text.usetex: True\nfont.size: 30\naxes.grid: True\nlines.linewidth: 9\nsvg.fonttype: path\n"


def typed(folder, *words, **variables):
    return subprocess.run(
        [sys.executable, "-m", "regimesim", *words], cwd=folder, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, env={**os.environ, **variables}, timeout=300,
    )  # fmt: skip


def pictures(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".png", ".svg")}


def test_settings_of_others_change_no_picture(tmp_path):
    plain, theirs = tmp_path / "plain", tmp_path / "theirs"
    for folder in (plain, theirs):
        folder.mkdir()
    (theirs / "matplotlibrc").write_text(THEIRS)
    (theirs / ".numba_config.yaml").write_text("{neither: [YAML")
    one = typed(plain, "run", *SMALL, "out=here")
    other = typed(theirs, "run", *SMALL, "out=here", MPLBACKEND="nonsense")
    assert (one.returncode, other.returncode) == (0, 0), other.stderr
    assert other.stderr == ""
    assert pictures(plain / "here") == pictures(theirs / "here") != {}


@pytest.mark.verify
def test_a_failed_picture_costs_no_table(tmp_path):
    (tmp_path / "matplotlibrc").write_bytes(b"\xff\xfe\x00 not of UTF-8")
    done = typed(tmp_path, "run", *SMALL, "out=here")
    assert done.returncode == 0
    assert "not all pictures could be drawn" in done.stderr and "everything else is written" in done.stderr
    assert {"runs.parquet", "summary.json", "checksums.txt"} <= {
        p.name for p in (tmp_path / "here").iterdir()
    }
    assert "Traceback" not in done.stderr


@pytest.mark.verify
@pytest.mark.parametrize(
    ("words", "wide"),
    [
        (("run", "+scenario=concert", "runs=4", "years=6", "out=a"), 3),
        (("theory", "+scenario=bipolar"), 0),
        (("compare", "runs=4", "years=4", "out=c"), 4),
    ],
)
def test_a_narrow_terminal(words, wide, tmp_path):
    """Lines beyond forty columns: headings and commands that are to be copied, but no table."""
    done = typed(tmp_path, *words, COLUMNS="40")
    assert done.returncode == 0
    assert sum(len(line) > 40 for line in done.stdout.splitlines()) <= wide


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("hydra.sweep.dir=${oc.env:HOME}", "reads what is not the job's"),
        pytest.param("hydra.sweep.subdir=${hydra.runtime.cwd}", "reads what is not the job's", marks=LONG),
        pytest.param("hydra.sweep.dir=", "gives nothing after the =", marks=LONG),
        pytest.param(
            "hydra.sweep.subdir=${hydra.job.nothing}", "Interpolation key", marks=pytest.mark.verify
        ),
        pytest.param("hydra.sweeper.max_batch_size=abc", "Hydra refuses the jobs", marks=pytest.mark.verify),
        pytest.param("hydra/launcher=nonsense", "Hydra refuses the jobs", marks=pytest.mark.verify),
    ],
)
def test_settings_of_hydra_that_are_wrong_are_a_sentence(word, sentence, tmp_path):
    done = typed(tmp_path, "run", "-m", *SMALL, word)
    assert done.returncode == 2
    assert sentence in done.stderr and "Traceback" not in done.stderr


def test_a_world_too_large_is_a_sentence(tmp_path):
    tree = {"years": 10_000, "states": {f"S{i}": {} for i in range(200)}}
    (tmp_path / "big.yaml").write_text(yaml.dump(tree))
    done = typed(tmp_path, "run", "+scenario=big.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith("regimesim: 200 states for 10,000 years are 199,000,000 pair-years a run")
    assert done.stderr.count("\n") == 1


def test_a_strategy_of_the_working_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs" / "strategy").mkdir(parents=True)
    after = {"CC": "calm", "CD": "angry", "DC": "calm", "DD": "angry"}
    tree = {"about": "Answers in kind.", "states": {"calm": {"cooperate": 1, "after": after}, "angry": {"cooperate": 0.25, "after": after}}}  # fmt: skip  # noqa: E501
    (tmp_path / "configs" / "strategy" / "mine.yaml").write_text(yaml_of(tree))
    assert load_strategy("mine").cooperate == (1.0, 0.25)
    assert load_strategy("tit_for_tat").cooperate == (1.0, 0.0)
    (tmp_path / "configs" / "strategy" / "broken.yaml").write_text("states: []")
    rows = {name: about for _, name, about in _strategy_rows()}
    assert rows["mine"] == "Answers in kind." and "cannot be used" in rows["broken"]
    (tmp_path / "configs" / "strategy" / "tit_for_tat.yaml").write_text(yaml_of(tree))
    assert load_strategy("tit_for_tat").cooperate == (1.0, 0.25)


POSIX = pytest.mark.skipif(os.name != "posix", reason="owners of files are POSIX's")


@POSIX
def test_a_file_that_others_may_change_is_not_ones_own(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    file = folder / "code"
    file.write_bytes(b"")
    file.chmod(0o644)
    assert ownership.only_mine(file)
    for place, mode in ((file, 0o646), (file, 0o666), (folder, 0o707), (folder, 0o1777)):
        before = stat.S_IMODE(place.stat().st_mode)
        place.chmod(mode)
        assert not ownership.only_mine(file), oct(mode)
        place.chmod(before)
    assert ownership.only_mine(file)


@POSIX
def test_a_file_of_another_owner_is_not_ones_own(tmp_path, monkeypatch):
    file = tmp_path / "code"
    file.write_bytes(b"")
    file.chmod(0o600)
    owner = file.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert ownership.only_mine(file) is (owner == 0)


@POSIX
def test_a_link_is_judged_by_what_it_leads_to(tmp_path):
    (tmp_path / "open").mkdir(mode=0o777)
    (tmp_path / "open").chmod(0o777)
    target = tmp_path / "open" / "code"
    target.write_bytes(b"")
    link = tmp_path / "link"
    link.symlink_to(target)
    assert not ownership.only_mine(link)
    with pytest.raises(FileNotFoundError):
        ownership.only_mine(tmp_path / "none")

"""Processors that a process may use: by affinity, and by the quota of its control groups."""

import math
import os

import pytest

from regimesim.simulation import processors as module
from regimesim.simulation.processors import processors, quota


@pytest.fixture
def group(tmp_path):
    """A control group: what it is called, what is in its files; gives its quota."""

    def made(line, files):
        (tmp_path / "of").write_text(line + "\n")
        for name, content in files.items():
            path = tmp_path / "fs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return quota(tmp_path / "fs", tmp_path / "of")

    return made


def test_version_2_with_limits_of_groups_around(group):
    files = {"cpu.max": "max 100000", "a/cpu.max": "150000 100000", "a/b/cpu.max": "400000 100000"}
    assert group("0::/a/b", files) == 1.5


def test_in_a_container_the_root_of_the_tree_is_its_own(group):
    assert group("0::/", {"cpu.max": "200000 100000\n"}) == 2.0
    assert group("0::/not/there", {"cpu.max": "50000 100000"}) == 0.5


def test_version_1(group):
    files = {"cpu,cpuacct/job/cpu.cfs_quota_us": "300000", "cpu,cpuacct/job/cpu.cfs_period_us": "100000"}
    assert group("4:cpu,cpuacct:/job", files) == 3.0
    assert group("4:cpu,cpuacct:/none", {"cpu,cpuacct/none/cpu.cfs_quota_us": "-1"}) == math.inf


@pytest.mark.parametrize("content", ["max 100000", "", "abc", "0 100000", "100000 0"])
def test_what_sets_no_limit(group, content):
    assert group("0::/", {"cpu.max": content}) == math.inf


def test_no_limit_where_there_are_no_groups(tmp_path):
    assert quota(tmp_path, tmp_path / "none") == math.inf


@pytest.mark.parametrize(("allowed", "count"), [(0.3, 1), (1.5, 2), (2.4, 2), (math.inf, 3)])
def test_the_smaller_of_both(monkeypatch, allowed, count):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    monkeypatch.setattr(module, "quota", lambda: allowed)
    assert processors() == count


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be bound here")
def test_a_bound_process_counts_what_it_is_bound_to():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert processors() == 1
    finally:
        os.sched_setaffinity(0, before)

"""Targets against each other: golden runs and random worlds leave the same bits on all of them."""

import shutil
import subprocess
import sys

import emulated_kernel
import pytest
import same_bits
from checkout import ROOT

from regimesim.core import keeping, native

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")


@needs_node
def test_few_worlds_compiled_here_and_in_the_browser(capfd):
    assert same_bits.compare(["numba", "wasm"], 3, lanes=67) == 0
    assert "9 worlds on 2 targets: none differ" in capfd.readouterr().out


def test_a_difference_is_told(monkeypatch, capsys):
    answers = {"numba": {"a": "1", "b": "2"}, "wasm": {"a": "1", "b": "3"}}
    monkeypatch.setattr(same_bits, "digests_elsewhere", lambda target, number, lanes: answers[target])
    assert same_bits.compare(["numba", "wasm"], 0) == 1
    said = capsys.readouterr().out
    assert "b differs: {'numba': '2', 'wasm': '3'}" in said and "2 worlds on 2 targets: 1 differ" in said


@pytest.mark.verify
@needs_node
def test_200_worlds_on_all_targets():
    """With object code for the levels of this processor, and for ARM where it can be emulated."""
    targets = [*native.usable_targets(), *["aarch64"] * emulated_kernel.available()]
    build = [sys.executable, str(ROOT / "tools/build_kernel.py"), *targets]
    if not set(targets) <= keeping.shipped_targets():
        subprocess.run(build, check=True)
    assert same_bits.compare(["numba", *targets, "wasm", "python"], 200) == 0
    assert same_bits.compare(["numba", *targets, "wasm"], 40, lanes=131) == 0

"""The core as a WebAssembly module: the same bits as numba, in Node, and made from the present sources."""

import json
import shutil

import golden
import numpy as np
import pytest
import same_bits
import wasm_kernel

from regimesim.core import kernel
from regimesim.core.keeping import core_hash
from regimesim.core.lanes import Lanes
from regimesim.scenario.compose import load_scenario
from regimesim.simulation.lowering import lower

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")


@pytest.fixture(scope="module")
def node():
    with wasm_kernel.Node() as process:
        yield process


def test_it_is_made_from_the_present_sources():
    assert wasm_kernel.DESCRIPTION["sources"] == core_hash(), "run `python tools/build_kernel.py wasm32`"


def test_it_asks_for_memory_only():
    module = (wasm_kernel.FOLDER / "kernel.wasm").read_bytes()
    assert module[:4] == b"\0asm"
    assert module.count(b"\x03env") == 1 and b"\x03env\x06memory\x02" in module


@needs_node
@pytest.mark.parametrize("name", [*golden.WORLDS, "concert"])
@pytest.mark.parametrize("lanes", [1, 13])
def test_the_same_bits(name, lanes, node, monkeypatch):
    """Every array after the last round, in all phases, with the margins there and the regimes of the run."""
    scenario = load_scenario(name) if name == "concert" else golden.scenario_of(name)
    compiled = same_bits.left_by(scenario, lanes)
    for entry, (module, function) in same_bits.ENTRIES.items():
        monkeypatch.setattr(module, function, lambda *given, entry=entry: node.call(entry, *given))
    here = same_bits.left_by(scenario, lanes)
    assert [key for key in compiled if compiled[key] != here[key]] == []


@needs_node
def test_a_difference_is_noticed(node):
    """The arrays that come back are those of the module: played to another round, they differ."""
    design = lower(load_scenario("concert"))
    here, there = (Lanes(design, np.zeros(8, np.intp), np.arange(8), 1) for _ in range(2))
    here.play(9)
    node.call("play", there.world, there.game, there.setting, there.tally, there.luck, 0, 8, kernel.WHOLE)
    assert here.world.trust.tobytes() != there.world.trust.tobytes()
    node.call("play", there.world, there.game, there.setting, there.tally, there.luck, 8, 9, kernel.WHOLE)
    assert here.world.trust.tobytes() == there.world.trust.tobytes()


def test_what_is_described_is_what_the_core_has():
    design = lower(load_scenario("concert"))
    block = Lanes(design, np.zeros(8, np.intp), np.arange(8), 1)
    described = wasm_kernel.DESCRIPTION["bundles"]
    for bundle in (block.world, block.game, block.setting, block.tally, block.luck):
        names = [field["name"] for field in described[type(bundle).__name__]]
        assert names == list(bundle._fields)
    (reward,) = (f for f in wasm_kernel.DESCRIPTION["records"]["parameters"]["fields"] if "reward" in f[0])
    record = block.setting.parameters
    assert json.dumps(reward) == json.dumps(
        [
            "payoffs.reward",
            "f8",
            record.dtype.fields["payoffs"][1] + record["payoffs"].dtype.fields["reward"][1],
        ]
    )

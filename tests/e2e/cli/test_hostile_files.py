"""What SECURITY.md promises of files: whatever stands in them, nothing is imported, run or disclosed."""

import io
import os
import pickle
import shutil

import numpy as np
import pytest

import regimesim as rs
from regimesim.cli.main import main
from regimesim.scenario.messages import InputError

WORLD = "states: {A: {}, B: {}}\nyears: 2\n"
AUTOMATON = "states: {nice: {cooperate: 1, after: {CC: nice, CD: nice, DC: nice, DD: nice}}}\n"
SWEEP = "design: grid\nsettings: {transparency.level: [0.2, 0.4]}\n"
RUN = "os.system\nargs: ['touch owned']"

SCENARIOS = {
    "a call in YAML": WORLD + "about: !!python/object/apply:os.system ['touch owned']\n",
    "a module in YAML": WORLD + "about: !!python/module:hostile\n",
    "something to make": WORLD + f"_target_: {RUN}\n",
    "something to make, deeper": WORLD + "war: {cost: {_target_: os.system, _args_: ['touch owned']}}\n",
    "settings of Hydra": WORLD + "hydra: {launcher: {_target_: os.system, command: touch owned}}\n",
    "defaults of Hydra": "defaults: [{override hydra/launcher: hostile}]\n" + WORLD,
    "a search path": WORLD + "hydra: {searchpath: ['pkg://hostile', 'file://.']}\n",
    "an interpolation": WORLD + "war: {cost: '${oc.env:REGIMESIM_SECRET}'}\n",
    "an expression": WORLD + "war: {cost: \"__import__('os').system('touch owned')\"}\n",
    "a strategy that is code": "states: {A: {strategy: \"__import__('os').system('touch owned')\"}, B: {}}\n",
    "a family with code": "states: {A: {strategy: \"punish(__import__('os').getcwd())\"}, B: {}}\n",
    "a strategy that is Python": "states: {A: {strategy: hostile.py}, B: {}}\n",
}
STRATEGIES = {
    "a call in YAML": AUTOMATON + "about: !!python/object/apply:os.system ['touch owned']\n",
    "something to make": AUTOMATON + f"_target_: {RUN}\n",
    "an expression": AUTOMATON.replace("1,", "\"__import__('os').system('touch owned')\",", 1),
}
SWEEPS = {
    "a call in YAML": SWEEP + "about: !!python/object/apply:os.system ['touch owned']\n",
    "something to make": SWEEP + f"_target_: {RUN}\n",
    "an interpolation": SWEEP.replace("0.4", "'${oc.env:REGIMESIM_SECRET}'"),
}
ENGINES = {
    "shell commands": ("engine: slurm\nprologue: [touch owned]\n", "an engine named local is local"),
    "another machine": ("engine: dask\naddress: tcp://192.0.2.1:8786\n", "an engine named local is local"),
    "a call in YAML": ("workers: !!python/object/apply:os.system ['touch owned']\n", "local.yaml, line 1"),
}


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Carry out a command in a folder with hostile files: refused in a sentence, and nothing has happened."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGIMESIM_SECRET", "xyzzy")
    (tmp_path / "hostile.py").write_text("open('owned', 'w')\n", "utf-8")

    def refuse(*words):
        assert main([*words, "-q"]) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.startswith("regimesim: ") and said.err.count("\n") == 1
        assert "xyzzy" not in said.err and "Traceback" not in said.err
        assert not (tmp_path / "owned").exists()
        return said.err

    refuse.folder = tmp_path
    return refuse


def put(folder, kind, name, text):
    path = folder / "configs" / kind / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("text", SCENARIOS.values(), ids=SCENARIOS)
def test_a_scenario(refused, text):
    put(refused.folder, "scenario", "mine", text)
    refused("run", "+scenario=mine", "runs=2")
    refused("run", "+scenario=mine", "runs=2", "transparency.level=0.5")  # by way of Hydra
    refused("show", "mine")
    refused("sweep", "+scenario=mine", "transparency.level=0.2,0.4", "runs=2")


@pytest.mark.parametrize("text", STRATEGIES.values(), ids=STRATEGIES)
def test_a_strategy(refused, text):
    (refused.folder / "mine.yaml").write_text(text, "utf-8")
    refused("run", "+scenario=anarchy", "strategy=mine.yaml", "runs=2")


@pytest.mark.parametrize("text", SWEEPS.values(), ids=SWEEPS)
def test_a_sweep(refused, text):
    put(refused.folder, "sweep", "mine", text)
    refused("sweep", "+scenario=anarchy", "+sweep=mine", "runs=2")


@pytest.mark.parametrize(("text", "reason"), ENGINES.values(), ids=ENGINES)
def test_an_engine_that_nobody_named(refused, text, reason):
    """A file in the working directory goes before the package's; it cannot send a plain sweep elsewhere."""
    put(refused.folder, "engine", "local", text)
    assert reason in refused("sweep", "+scenario=anarchy", "transparency.level=0.2,0.4", "runs=2")


def test_a_setting_on_the_command_line(refused):
    refused("run", "+scenario=anarchy", "runs=2", "war.cost='${oc.env:REGIMESIM_SECRET}'")
    refused("run", "+scenario=anarchy", "runs=2", "war.cost={_target_:os.system}")
    refused("run", "+scenario=anarchy", "runs=2", "+hydra.launcher._target_=os.system")


class Owned:
    """What runs code when it is unpickled."""

    def __reduce__(self):
        return os.system, ("touch owned",)


@pytest.mark.parametrize("name", ["yearly.npy", "pair_spells.npy", "happened.npz", "runs.parquet"])
def test_results_from_elsewhere_are_not_unpickled(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rs.simulate("anarchy", runs=2, years=2).save("results")
    shutil.copytree("results", "pickled")
    array = io.BytesIO()
    np.save(array, np.array([Owned()], object), allow_pickle=True)
    whole = array.getvalue() if name.endswith(".npy") else pickle.dumps(Owned())
    (tmp_path / "pickled" / name).write_bytes(whole)
    with pytest.raises(InputError, match="damaged"):
        rs.load_results("pickled")
    assert not (tmp_path / "owned").exists()
    assert len(rs.load_results("results")) == 2

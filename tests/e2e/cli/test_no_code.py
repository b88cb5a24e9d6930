"""Nothing in a configuration can import or run code: Python's own audit of what hostile ones bring about.

A program plays a few harmless worlds, so that everything it needs is loaded. Then every event that Python
audits is watched, while configurations, words and folders that name code to be run are read and played.
"""

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import mischief
import pytest
import yaml

import regimesim as rs
from regimesim.simulation.simulate import simulate

TROJAN = "open('taken', 'w').close()\ndef run(*_, **__):\n    open('taken', 'w').close()\n"
"""A module in the working directory, where Python looks for modules: whoever loads it leaves a trace."""

TWO = "states: {A: {}, B: {}}\nyears: 1\n"
CALLS = ("trojan.run", "os.system", "subprocess.Popen", "builtins.eval", "hydra.utils.call")
WORDS = [f"{{_target_: {call}}}" for call in CALLS] + [
    "'${trojan:}'", "'${oc.env:HOME}'", "'${oc.decode:trojan}'", "'${oc.create:{_target_: trojan.run}}'", "'${hydra:runtime.cwd}'",
    "'trojan.run()'", "\"__import__('trojan')\"", "'trojan(1)'", "trojan.yaml", "'{{ trojan }}'", "'$(touch taken)'", "'`touch taken`'",
]  # fmt: skip
FILES = {
    **{f"tag {tag}": f"states: !!python/{tag} ['touch taken']\n" for tag in (
        "object/apply:os.system", "object/new:os.system", "object:trojan.run", "name:trojan.run", "module:trojan",
    )},
    **{f"{place} {word}": TWO + place % word for word in WORDS for place in (
        "about: {title: %s}\n", "war: {cost: %s}\n", "strategy: %s\n", "epochs: [{year: 1, because: %s}]\n", "%s: 1\n",
    )},
    "launcher": TWO + "hydra: {launcher: {_target_: trojan.run}}\n",
    "defaults": "defaults: [trojan, override hydra/launcher: trojan, _self_]\n" + TWO,
    "search path": TWO + "hydra: {searchpath: ['pkg://trojan', 'file:///tmp']}\n",
    "package": "# @package trojan\n" + TWO,
}  # fmt: skip
TYPED = [
    *(f"{head}={word}" for head in ("war.cost", "war", "strategy", "states.A.strategy", "epochs", "about", "+trojan", "_target_")
      for word in ("trojan.run", "{_target_:trojan.run}", "${trojan:}", "${oc.env:HOME}", "trojan(1)", "'__import__(trojan)'")),
    "hydra/launcher=trojan", "+hydra/launcher=trojan", "hydra.launcher._target_=trojan.run", "hydra.searchpath=[pkg://trojan]",
    "hydra.job_logging.handlers.x.class=trojan.run", "hydra.callbacks.x._target_=trojan.run", "--config-dir=.", "-cd.",
    "+scenario@trojan=x", "defaults=[trojan]", "hydra.output_subdir=trojan",
]  # fmt: skip

PROGRAM = r"""
import json, os, sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
import regimesim as rs
from regimesim.cli.main import main

def heard(words):
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(words)
    return code, said.getvalue()

tasks = json.load(open("tasks.json"))
for words in tasks["harmless"]:
    code, said = heard(words)
    assert code == 0, said
watched, events = [False], set()
NEVER = ("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "subprocess.Popen", "pty.spawn",
         "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request",
         "ctypes.dlopen", "pickle.find_class", "marshal.loads", "webbrowser.open", "shutil.copyfile",
         "os.symlink", "os.link", "sys.addaudithook", "cpython.run_command", "cpython.run_module")

def names(code):
    return {code.co_name, *code.co_names, *(n for c in code.co_consts if hasattr(c, "co_names") for n in names(c))}

def hook(event, arguments):
    if not watched[0]:
        return
    watched[0] = False  # what is done here is not what is watched
    try:
        if event in NEVER:
            events.add(f"{event} {arguments!r}"[:300])
        elif event == "import" and "trojan" in str(arguments[0]):
            events.add(f"import {arguments[0]}")
        elif event == "compile" and any(w in str(arguments[0]) for w in ("trojan", "taken", "os.system")):
            events.add(f"compile {arguments!r}"[:300])
        elif event == "exec" and names(arguments[0]) & {"trojan", "taken", "system", "Popen"} and "trojan" in repr(arguments[0].co_consts):
            events.add(f"exec {arguments!r}"[:300])
        elif event == "open" and isinstance(arguments[0], str):
            path, mode = os.path.realpath(arguments[0]), str(arguments[1])
            writes = any(sign in mode for sign in "wax+") or (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
            inside = path.startswith(tuple(tasks["places"]["write" if writes else "read"]))
            if not inside or "trojan" in path:
                events.add(f"open {path} {mode}")
        elif event in ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate", "shutil.rmtree"):
            path = os.path.realpath(str(arguments[0]))
            if isinstance(arguments[0], str | os.PathLike) and not path.startswith(tuple(tasks["places"]["write"])):
                if len(arguments) < 2 or arguments[-1] in (-1, None):  # not relative to a folder that is open
                    events.add(f"{event} {path}")
    finally:
        watched[0] = True

sys.addaudithook(hook)
codes = {}
for words in tasks["hostile"]:
    watched[0] = True
    try:
        code, said = heard(words)
    finally:
        watched[0] = False
    assert code in (0, 2) and "Traceback" not in said, (words, said)
    codes[code] = codes.get(code, 0) + 1
print(json.dumps({"events": sorted(events), "codes": codes}))
"""


class Evil:
    """What is unpickled would run a command."""

    def __reduce__(self):
        return os.system, ("touch taken",)


def results_folders(folder):
    """Folders of results in which a file was replaced by a pickle, or names code."""
    whole = simulate(rs.load_scenario(str(folder / "own.yaml")), runs=2).save(folder / "run")
    names = []
    for number, name in enumerate(("runs.parquet", "yearly.npy", "happened.npz", "pair_spells.npy", "config.yaml",
                                   "provenance.json")):  # fmt: skip
        place = folder / f"run{number}"
        shutil.copytree(whole, place)
        (place / name).write_bytes(pickle.dumps(Evil()))
        mischief.seal(place)
        names.append(place.name)
    place = folder / "target"
    shutil.copytree(whole, place)
    (place / "config.yaml").write_text("states: !!python/object/apply:trojan.run []\n")
    about = json.loads((place / "provenance.json").read_text()) | {
        "_target_": "trojan.run",
        "scenario": "../../trojan",
    }
    (place / "provenance.json").write_text(json.dumps(about))
    mischief.seal(place)
    return [*names, place.name]


def test_no_configuration_imports_or_runs_anything(tmp_path):
    (tmp_path / "own.yaml").write_text(TWO)
    (tmp_path / "trojan.py").write_text(TROJAN)
    (tmp_path / "own.csv").write_text("year,state_a,state_b,hostility\n1900,A,B,0\n1901,A,B,5\n")
    for kind in ("scenario", "strategy", "sweep", "engine"):
        (tmp_path / "configs" / kind).mkdir(parents=True)
    hostile = []
    for number, text in enumerate(FILES.values()):
        name = f"h{number}"
        (tmp_path / "configs" / "scenario" / f"{name}.yaml").write_text(text)
        hostile += [["show", name, "war.cost=1"]]
        if number % 4 == 0:
            hostile += [["show", "own.yaml", f"strategy=configs/scenario/{name}.yaml"]]
            hostile += [["sweep", "+scenario=own.yaml", f"+sweep=configs/scenario/{name}.yaml", "-q"]]
    for word in TYPED:
        hostile += [["show", "own.yaml", word]]
        hostile += [["run", "-m", "+scenario=own.yaml", word, "runs=1", "-q"]] if "hydra" in word else []
    for name, text in (
        ("one", "engine: local\nworkers: {_target_: trojan.run}\n"),
        ("two", "engine: trojan.run\n"),
    ):
        (tmp_path / "configs" / "engine" / f"{name}.yaml").write_text(text)
        hostile += [
            ["sweep", "+scenario=own.yaml", "war.cost=1,2", "runs=1", "-q", f"engine={name}", "out=engine"]
        ]
    folders = results_folders(tmp_path)
    hostile += [["plot", name] for name in folders]
    (tmp_path / "pickle.csv").write_bytes(pickle.dumps(Evil()))
    hostile += [["history", "pickle.csv"], ["sweep", "+scenario=own.yaml", "points=pickle.csv", "out=points"]]
    harmless = [
        ["run", "+scenario=own.yaml", "runs=2", "-q"], ["plot", "run"], ["show", "own.yaml", "war.cost=2"],
        ["theory", "+scenario=own.yaml"], ["history", "own.csv", "-q"], ["run", "-m", "+scenario=own.yaml", "runs=1,2", "-q"],
        ["sweep", "+scenario=anarchy", "war.cost=1,2", "years=1", "runs=1", "-q", "out=first"],
    ]  # fmt: skip
    tasks = {"harmless": harmless, "hostile": hostile, "places": places(tmp_path)}
    (tmp_path / "tasks.json").write_text(json.dumps(tasks))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["events"] == []
    assert found["codes"]["2"] > 150
    assert not (tmp_path / "taken").exists()


def places(folder):
    """Where the program may read, and where it may write."""
    write = [
        str(folder),
        "/dev/null",
        os.path.realpath("/tmp/numba"),
        str(rs.core.keeping.cache_folder().parent),
    ]
    read = [
        *write,
        sys.prefix,
        sys.base_prefix,
        str(Path(__file__).parents[3]),
        "/proc/",
        "/sys/",
        "/usr/share/",
        "/etc/localtime",
    ]
    return {"write": write, "read": [os.path.realpath(place) if len(place) > 6 else place for place in read]}


def test_the_watch_sees_what_it_is_to_see(tmp_path):
    """With a reader of YAML that does what tags say, the same files leave their traces."""
    (tmp_path / "bad.yaml").write_text(FILES["tag object/apply:os.system"])
    program = (
        "import sys, yaml\nseen = []\n"
        "sys.addaudithook(lambda event, arguments: seen.append(event))\n"
        "yaml.load(open('bad.yaml'), Loader=yaml.UnsafeLoader)\nassert 'os.system' in seen\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "taken").exists()
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(FILES["tag object/apply:os.system"])

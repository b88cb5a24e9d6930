"""Compiled code on disk: believed only if it is whole, and of this very function; without it, all goes on."""

import ast
import importlib
import os
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from regimesim.core import keeping
from regimesim.core.lanes import Lanes
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import simulate

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="the compiler is switched off"
)

SOURCE = """
from regimesim.core.compiler import entry

@entry
def double(x):
    return 2 * x

@entry
def triple(x):
    return 3 * x
"""


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A module of two functions, imported anew as often as wanted, with a folder for compiled code."""
    monkeypatch.setenv("REGIMESIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("regimesim.core.keeping.core_hash", lambda: "core")
    source = tmp_path / "kept_module.py"
    source.write_text(SOURCE)

    def module():
        names = {"__name__": "kept_module"}
        exec(compile(source.read_text(), source, "exec"), names)
        return SimpleNamespace(**names)

    def hits(function):
        return sum(function.stats.cache_hits.values())

    def files():
        return sorted((tmp_path / "cache" / "core").iterdir())

    return SimpleNamespace(module=module, hits=hits, files=files, source=source, folder=tmp_path / "cache")


def test_it_is_compiled_once(kept):
    first, second = kept.module(), kept.module()
    assert first.double(3) == 6 and kept.hits(first.double) == 0
    assert second.double(4) == 8 and kept.hits(second.double) == 1
    assert second.double(0.5) == 1.0 and kept.hits(second.double) == 1  # of another type
    assert len(kept.files()) == 2
    assert all(file.name.startswith("kept_module.double-") for file in kept.files())
    assert keeping.anything_kept()


def test_an_edit_anywhere_in_its_file_counts(kept):
    assert kept.module().double(3) == 6
    kept.source.write_text(SOURCE.replace("2 * x", "5 * x"))
    assert kept.module().double(3) == 15


def zero(file):
    file.write_bytes(b"")


def truncate(file):
    file.write_bytes(file.read_bytes()[:-100])


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def garbage(file):
    file.write_bytes(os.urandom(5000))


def another(file):
    """The code of the other function, under the name of this one."""
    (other,) = (found for found in file.parent.iterdir() if "triple" in found.name)
    file.write_bytes(other.read_bytes())


def folder(file):
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", [zero, truncate, flip, garbage, another, folder, os.unlink])
def test_damaged_code_is_compiled_anew(harm, kept):
    module = kept.module()
    assert (module.double(3), module.triple(3)) == (6, 9)
    (file,) = (found for found in kept.files() if "double" in found.name)
    harm(file)
    again = kept.module()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if harm is folder else "error")
        assert again.double(5) == 10 and kept.hits(again.double) == 0
    last = kept.module()
    assert harm is folder or (last.double(5) == 10 and kept.hits(last.double) == 1)


def test_where_nothing_can_be_kept_it_is_said(kept, monkeypatch):
    keeping._say_once.cache_clear()
    kept.folder.write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match=r"compiled code cannot be kept in .*REGIMESIM_CACHE names another"):
        assert kept.module().double(3) == 6
    monkeypatch.delenv("REGIMESIM_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def nobody():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("regimesim.core.keeping.Path.home", nobody)
    module = kept.module()
    with pytest.warns(UserWarning, match="compiled code cannot be kept"):
        assert module.double(3) == 6
    assert module.triple(3) == 9  # a warning would fail here
    assert not keeping.anything_kept()


def test_several_processes_keep_the_same(kept, tmp_path):
    code = "from kept_module import *; print([double(x) for x in (1, 1.5, True)], triple(2))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert {process.communicate()[0] for process in started} == {"[2, 3.0, 2] 6\n"}
    (there,) = kept.folder.iterdir()
    assert len(list(there.iterdir())) == 4 and not list(there.glob(".*"))


def called_from_python():
    """Functions of the core under ``@entry``, by module, as they stand in its files."""
    for path in sorted(Path(keeping.__file__).parent.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            marks = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            if any(isinstance(mark, ast.Name) and mark.id == "entry" for mark in marks):
                yield path.stem, node.name


def test_whatever_python_calls_is_kept():
    """Each, as the module has it; what is not under ``@entry`` cannot be called from Python at all."""
    found = set(called_from_python())
    assert {("kernel", "play"), ("kernel", "margins")} <= found
    for module, name in found:
        function = getattr(importlib.import_module(f"regimesim.core.{module}"), name)
        assert isinstance(function._cache, keeping.Kept), name
        assert function._cache._name == f"regimesim.core.{module}.{name}"


def test_the_kernel_is_loaded_and_not_compiled_in_the_next_process(world):
    """Played here, so that it is kept; another process then compiles neither of its two entries."""
    simulate(world(years=1), runs=1, workers=1)
    code = (
        "from regimesim.core import kernel; from regimesim.core.lanes import Lanes; import numpy as np\n"
        "from regimesim.scenario.reading import read_scenario\n"
        "from regimesim.simulation.lowering import lower\n"
        "lanes = Lanes(lower(read_scenario({'states': {'A': {}, 'B': {}}, 'years': 1}, 'x')), "
        "np.zeros(1, int), np.arange(1), 0)\n"
        "lanes.margins(); lanes.play(2)\n"
        "print([sum(f.stats.cache_misses.values()) for f in (kernel.play, kernel.margins)])\n"
    )
    Lanes(lower(world(years=1)), np.zeros(1, np.intp), np.arange(1), 0).margins()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[0, 0]\n"


@pytest.mark.skipif(os.name != "posix", reason="owners of files are POSIX's")
def test_code_that_others_may_have_written_is_not_loaded(kept, monkeypatch):
    keeping._say_unsafe.cache_clear()
    kept.module().double(2)
    (file,) = kept.files()
    assert file.stat().st_mode & 0o022 == 0
    file.chmod(0o666)
    module = kept.module()
    with pytest.warns(UserWarning, match="is not loaded, because others may write there"):
        assert module.double(2) == 4
    assert kept.hits(module.double) == 0
    (file,) = kept.files()
    assert file.stat().st_mode & 0o022 == 0  # written anew
    module = kept.module()
    assert module.double(2) == 4 and kept.hits(module.double) == 1

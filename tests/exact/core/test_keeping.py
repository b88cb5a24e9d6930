"""Compiled code on disk: believed only if it is whole, and of this very function; without it, all goes on."""

import os
import subprocess
import sys
import warnings
from types import SimpleNamespace

import pytest

from regimesim.core import keeping
from regimesim.core.compiler import entry

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


def test_the_kernel_is_kept():
    """All functions that Python calls are, and one that is not wrapped says so here."""
    assert isinstance(entry(lambda x: x)._cache, keeping.Kept)

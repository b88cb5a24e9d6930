"""Compiled code on disk: believed only if it is whole, and of this very function; without it, all goes on."""

import ast
import hashlib
import importlib
import json
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from build_kernel import ALL_ENTRIES, Sizes, examples

import regimesim as rs
from regimesim.core import keeping, native
from regimesim.core.bundles import shape_of
from regimesim.core.compiler import entry
from regimesim.core.functions import Entry
from regimesim.core.lanes import Lanes
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import simulate

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="the compiler is switched off"
)

SOURCE = """
from regimesim.core.compiler import entry

@entry
def double(x, found):
    found[0] = 2 * x

@entry
def triple(x, found):
    found[0] = 3 * x
"""


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A module of two functions, imported anew as often as wanted, with a folder for compiled code."""
    monkeypatch.setenv("REGIMESIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("regimesim.core.keeping.core_hash", lambda: "core")
    source, compiled = tmp_path / "kept_module.py", []
    source.write_text(SOURCE)
    make = keeping._compiled

    def noted(entry, arguments, shapes):
        compiled.append(entry.__name__)
        return make(entry, arguments, shapes)

    monkeypatch.setattr(keeping, "_compiled", noted)

    def module():
        names = {"__name__": "kept_module"}
        exec(compile(source.read_text(), source, "exec"), names)
        return SimpleNamespace(**{name: giving(names[name]) for name in ("double", "triple")})

    def files():
        return sorted((tmp_path / "cache" / "core").iterdir())

    return SimpleNamespace(
        module=module, compiled=compiled, files=files, source=source, folder=tmp_path / "cache"
    )


def giving(function):
    """The function with what it finds as its result."""

    def call(x):
        found = np.zeros(1)
        function(x, found)
        return found[0]

    return call


def test_it_is_compiled_once(kept):
    first, second = kept.module(), kept.module()
    assert first.double(3) == 6 and first.double(5) == 10 and kept.compiled == ["double"]
    assert second.double(4) == 8 and kept.compiled == ["double"]
    assert second.double(0.5) == 1.0 and kept.compiled == ["double", "double"]  # of another type
    assert len(kept.files()) == 2
    assert all(file.name.startswith("kept_module.double-") for file in kept.files())
    assert keeping.anything_kept()


def test_who_types_in_python_is_told_what_takes_so_long(kept, monkeypatch, capsys):
    monkeypatch.setattr(keeping, "_SLOW", ("kept_module.double",))
    monkeypatch.delattr(sys, "ps1", raising=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # notebooks were tested before
    first = kept.module()
    assert first.triple(3) == 9 and first.double(3) == 6
    assert capsys.readouterr().err == ""  # a program
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    second = kept.module()
    assert second.triple(0.5) == 1.5 and second.double(3) == 6  # quick, and kept
    assert capsys.readouterr().err == ""
    assert second.double(0.5) == 1.0
    assert capsys.readouterr().err == "regimesim: compiling the model (once, for a minute or less)\n"


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
        assert again.double(5) == 10 and kept.compiled == ["double", "triple", "double"]
    last = kept.module()
    assert last.double(5) == 10 and (harm is folder or len(kept.compiled) == 3)


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
    code = (
        "from kept_module import *; import numpy as np; a = np.zeros(4)\n"
        "for k, x in enumerate((1, 1.5, True)): double(x, a[k:])\n"
        "triple(2, a[3:]); print(a.tolist())"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert {process.communicate()[0] for process in started} == {"[2.0, 3.0, 2.0, 6.0]\n"}
    (there,) = kept.folder.iterdir()
    assert len(list(there.iterdir())) == 4 and not list(there.glob(".*"))


def called_from_python():
    """Functions of the core under ``@entry``, by module, as they stand in its files."""
    for path in sorted(Path(keeping.__file__).parent.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            marks = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            if any(isinstance(mark, ast.Name) and mark.id == "entry" for mark in marks):
                yield path.stem, node.name


def test_whatever_python_calls_is_an_entry():
    """Each, as the module has it; what is not under ``@entry`` is plain Python where Python calls it."""
    found = set(called_from_python())
    assert found == {
        ("kernel", "play"), ("kernel", "margins"), ("spells", "_scan"), ("draws", "uniforms"),
        ("steps", "play_steps"), ("steps", "draw_lanes"), ("steps", "standing_terms"),
    }  # fmt: skip
    for module, name in found:
        function = getattr(importlib.import_module(f"regimesim.core.{module}"), name)
        assert isinstance(function, Entry) and keeping.entry_name(function) == f"core.{module}.{name}"
        assert pickle.loads(pickle.dumps(function)) is function


class Curious(rs.Mechanism):
    """Calls all that a mechanism can make the core do."""

    def before_learn(self, moment):
        moment.draw(0, 0, 1)


def test_all_of_them_are_shipped_for_the_types_that_they_are_called_with():
    functions = [shipped.function for shipped in ALL_ENTRIES.values()]
    named = {(one.__module__.rpartition(".")[2], one.__name__) for one in functions}
    assert named == set(called_from_python())
    rs.simulate("anarchy", runs=2, years=1, mechanisms=[Curious()])
    rs.simulate("anarchy", runs=2, years=1)
    model = rs.RegimeModel("anarchy", mechanisms=[Curious()]).run(years=1)
    assert model.lanes.terms_as_they_stand().any()
    given = examples(Sizes())
    for name, shipped in ALL_ENTRIES.items():
        shapes = tuple(shape_of(given[argument]) for argument in shipped.arguments)
        assert set(shipped.function.codes) <= {shapes}, name
        assert shipped.function.codes or name in ("uniforms", "margins"), name


def test_the_kernel_is_loaded_and_not_compiled_in_the_next_process(world):
    """Played here, so that it is kept; another process then compiles neither of its two entries."""
    simulate(world(years=1), runs=1, workers=1)
    code = (
        "import sys; from regimesim.core.lanes import Lanes; import numpy as np\n"
        "from regimesim.scenario.reading import read_scenario\n"
        "from regimesim.simulation.lowering import lower\n"
        "lanes = Lanes(lower(read_scenario({'states': {'A': {}, 'B': {}}, 'years': 1}, 'x')), "
        "np.zeros(1, int), np.arange(1), 0)\n"
        "lanes.margins(); lanes.play(2)\n"
        "print('numba' in sys.modules)\n"
    )
    Lanes(lower(world(years=1)), np.zeros(1, np.intp), np.arange(1), 0).margins()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """An entry whose code is shipped for this machine, as the package would bring it."""
    monkeypatch.setenv("REGIMESIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(keeping, "SHIPPED", tmp_path / "built")
    monkeypatch.setattr("regimesim.core.native.usable_targets", lambda: ("best", "plain"))
    monkeypatch.delenv("REGIMESIM_TARGET", raising=False)

    @entry
    def double(x, found):
        found[0] = 2 * x

    from regimesim.core import jit

    found = np.zeros(1)
    code = jit.code_for_here(double, (3, found), "double")
    contents = {
        "sources": keeping.core_hash(),
        "targets": {"plain": hashlib.sha256(code).hexdigest()},
        "entries": {keeping.entry_name(double): {"symbol": "double", "shapes": ["int", "<f8[1]"]}},
    }
    keeping.SHIPPED.mkdir()
    (keeping.SHIPPED / "plain.o").write_bytes(code)

    def call(x, **changed):
        (keeping.SHIPPED / "built.json").write_text(json.dumps(contents | changed))
        for cached in (keeping._contents, keeping._loaded, keeping._say_once):
            cached.cache_clear()
        double.codes.clear()
        double(x, found)
        return found[0], keeping.target()

    yield call
    keeping._contents.cache_clear()


def test_what_is_shipped_is_used(shipped, monkeypatch):
    monkeypatch.setattr(keeping, "_compiled", None)
    assert shipped(21) == (42, "plain")
    assert keeping.anything_kept()


def test_code_for_other_arguments_is_compiled(shipped):
    assert shipped(1.5) == (3, "plain")


def test_what_is_shipped_of_other_sources_is_never_used(shipped):
    with pytest.warns(UserWarning, match="installed is of other sources, so the model is compiled"):
        assert shipped(2, sources="others") == (4, "numba")


def test_what_is_shipped_but_damaged_is_not_used(shipped):
    with pytest.warns(UserWarning, match="for plain cannot be loaded, so the model is compiled"):
        assert shipped(2, targets={"plain": "another checksum"})[0] == 4


def test_a_target_may_be_asked_for(shipped, monkeypatch):
    monkeypatch.setenv("REGIMESIM_TARGET", "numba")
    assert shipped(2) == (4, "numba")
    monkeypatch.setenv("REGIMESIM_TARGET", "plain")
    assert shipped(2) == (4, "plain")


def test_levels_of_processors(monkeypatch):
    """By the flags of an old, a middling and a new one."""
    old, new = "sse2 avx", " ".join(sorted(native.LEVELS["x86-64-v4"]))
    for flags, levels in (
        (old, ("x86-64",)),
        (new.replace("avx512bw", ""), ("x86-64-v3", "x86-64")),
        (new, ("x86-64-v4", "x86-64-v3", "x86-64")),
    ):
        monkeypatch.setattr(native, "_line", lambda name, flags=flags: flags)
        monkeypatch.setattr("sys.platform", "linux")
        monkeypatch.setattr("platform.machine", lambda: "x86_64")
        assert native.usable_targets.__wrapped__() == levels
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert native.usable_targets.__wrapped__() == ("aarch64",)
    monkeypatch.setattr("sys.platform", "darwin")
    assert native.usable_targets.__wrapped__() == ()


def test_numba_that_was_not_tried_is_refused_in_words():
    from regimesim.core import jit

    jit._refuse_what_was_not_tried("0.60.0")
    for version in ("0.59.1", "0.69.0rc1", "1.0"):
        with pytest.raises(ImportError, match=r'pip install "numba>=0\.60,<0\.69"'):
            jit._refuse_what_was_not_tried(version)


@pytest.mark.skipif(os.name != "posix", reason="owners of files are POSIX's")
def test_code_that_others_may_have_written_is_not_loaded(kept, monkeypatch):
    keeping._say_once.cache_clear()
    kept.module().double(2)
    (file,) = kept.files()
    assert file.stat().st_mode & 0o022 == 0
    file.chmod(0o666)
    module = kept.module()
    with pytest.warns(UserWarning, match="is not loaded, because others may write there"):
        assert module.double(2) == 4
    (file,) = kept.files()
    assert file.stat().st_mode & 0o022 == 0  # written anew
    assert kept.module().double(2) == 4

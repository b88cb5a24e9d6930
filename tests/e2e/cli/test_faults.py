"""Signals at any moment, full and read-only disks, two commands in one folder, clocks that are wrong.

Nothing is lost that was told to be written, and what stands under its own name is whole.

    python -m pytest -m verify tests/e2e/cli/test_faults.py     storms of each signal
"""

import functools
import hashlib
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from disks import fill, mounted, remount

import regimesim as rs
from regimesim.cli.main import main
from regimesim.core.keeping import cache_folder
from regimesim.simulation import folders as storage
from regimesim.simulation import provenance

PROGRAM = (sys.executable, "-m", "regimesim")
WHEN_MADE = {"provenance.json", "checksums.txt", "manifest.json", "report.html", "sweep.log"}
"""Files that tell the time, or the command."""
STARTED = 0.3
"""Seconds after which Python itself, and not the program, has begun; before, an interrupt is Python's."""
INT, TERM, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGKILL
STORM = 15
ONCE = (("run", INT, 1), ("run", TERM, 1), ("compare", INT, 1), ("plot", KILL, 1))
"""Commands, signals and how often they come, that are tried every time."""

RUN = ("run", "+scenario=bipolar", "runs=100", "years=40")
COMPARE = ("compare", "scenarios=[anarchy,bipolar]", "runs=20", "years=20")
SWEEP = ("sweep", "+scenario=bipolar", "transparency.level=0.2,0.8", "runs=100", "years=40")
PLOT = ("plot", "{run}")
REPORT = "import sys, regimesim as rs; rs.load_results(sys.argv[1]).report(sys.argv[2])"
COMMANDS = {"run": RUN, "compare": COMPARE, "sweep": SWEEP, "plot": PLOT}


def content(folder):
    """Every file that does not tell the time, by its name: a checksum. Pages are held to their end."""
    found = {}
    for file in folder.rglob("*"):
        if file.suffix == ".html":
            assert file.read_text("utf-8").rstrip().endswith("</html>")
        if file.is_file() and file.name not in WHEN_MADE:
            found[str(file.relative_to(folder))] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a command leaves where nothing happens to it, by its name; a finished ``run`` to draw."""
    parent = tmp_path_factory.mktemp("undisturbed")

    @functools.cache
    def left(name):
        assert main([*told(COMMANDS[name], parent / "run"), "-q", f"out={parent / name}"]) == 0
        return content(parent / name)

    left("run")
    return SimpleNamespace(run=parent / "run", left=left)


@pytest.fixture(scope="module")
def seconds(undisturbed, tmp_path_factory):
    """How long a program takes about."""
    began = time.monotonic()
    Program(RUN, tmp_path_factory.mktemp("timed")).end()
    return time.monotonic() - began


def told(words, run):
    return [word.replace("{run}", str(run)) for word in words]


def said(capsys):
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    return err


class Program:
    """A command that is going on in a folder of its own, writing to ``made``."""

    def __init__(self, words, place):
        place.mkdir(exist_ok=True)
        self.place = place
        self.made = place / "made"
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen([*PROGRAM, *words, "-q", "out=made"], cwd=place, text=True, **pipes)

    def wait(self, seconds=0.0, writing=False):
        """So long; until it writes, if so wanted, or has ended."""
        until = time.monotonic() + 120
        while writing and self.process.poll() is None and not list(self.place.rglob("*.p*")):
            assert time.monotonic() < until, "nothing is written"
            time.sleep(0.002)
        time.sleep(seconds)

    def end(self):
        """Its exit code and what it said on stderr; both are checked for what they never are."""
        _, said = self.process.communicate(timeout=120)
        code = self.process.returncode
        assert code in (0, 2, 130, -INT, -TERM, -KILL), (code, said)
        assert said.count("\n") == (code in (2, 130)), (code, said)
        assert code != 130 or said.startswith("regimesim: interrupted"), said
        return code, said


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize(
    ("name", "number", "times"),
    [
        pytest.param(
            name, number, times, id=f"{name}-{number.name}-{times}",
            marks=() if (name, number, times) in ONCE else pytest.mark.verify,
        )
        for name in ("run", "compare", "plot") for number in (INT, TERM, KILL) for times in (1, STORM)
    ],
)  # fmt: skip
def test_a_signal_at_any_moment(name, number, times, undisturbed, seconds, tmp_path):
    """Every other one comes as soon as something is written. (Sweeps: test_sweep_faults.py.)"""
    luck = random.Random(f"{name} {number} {times}")
    for hit in range(times):  # the first as soon as it writes, if need be the only one
        program = Program(told(COMMANDS[name], undisturbed.run), tmp_path / str(hit))
        if hit % 2 == 0:
            program.wait(luck.uniform(0, 0.3 * seconds), writing=True)
        else:
            program.wait(luck.uniform(STARTED, 1.2 * seconds))
        program.process.send_signal(number)
        code, _ = program.end()
        assert code in ((0, 130, -INT) if number == INT else (0, -number))
        if name == "plot":  # its pictures are put there one by one, each of them whole
            assert content_of(program.made).items() <= undisturbed.left(name).items()
        elif program.made.exists():
            assert content(program.made) == undisturbed.left(name)
        if code == 0:
            assert content(program.made) == undisturbed.left(name)
        left = [entry.name for entry in program.place.rglob(".partial-*")]
        assert number == KILL or not left
        assert {entry.name for entry in program.place.iterdir()} - {program.made.name} <= set(left)


def content_of(folder):
    """As :func:`content`, without what is not finished."""
    return {name: sum_ for name, sum_ in content(folder).items() if not name.startswith(".partial-")}


@pytest.mark.verify
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("times", [1, STORM])
def test_a_page_is_whole_or_not_there(times, undisturbed, seconds, tmp_path):
    page, luck = tmp_path / "report.html", random.Random(f"report {times}")
    command = [sys.executable, "-c", REPORT, undisturbed.run, page]
    subprocess.run(command, check=True)
    whole = page.read_bytes()
    page.unlink()
    for _ in range(times):
        process = subprocess.Popen(command)
        time.sleep(luck.uniform(0.3, 1.0) * seconds)
        process.kill()
        code = process.wait(timeout=60)
        assert code in (0, -KILL)
        assert page.exists() or code
        assert not page.exists() or page.read_bytes() == whole
        page.unlink(missing_ok=True)


LOST = """
import signal, sys, time
from regimesim.cli import main as cli

class Dies:
    def __del__(self):
        signal.raise_signal(signal.Signals[sys.argv[1]])  # raised where nothing can be raised

def carry_out(arguments, flags):
    doomed = Dies()
    del doomed
    time.sleep(60)
    print("never")

cli._function = lambda place: carry_out
raise SystemExit(cli.main(["list"]))
"""

HALF_MADE = """
import signal, sys
from regimesim.cli import main as cli
from regimesim.scenario.messages import InputError

def carry_out(arguments, flags):
    try:
        signal.raise_signal(signal.Signals[sys.argv[1]])
    finally:
        raise {error}("of what was half made")

cli._function = lambda place: carry_out
raise SystemExit(cli.main(["list"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [INT, TERM], ids=lambda number: number.name)
@pytest.mark.parametrize(
    "program", [LOST, *(HALF_MADE.replace("{error}", name) for name in ("InputError", "KeyError"))]
)
def test_a_signal_that_others_lose(program, number):
    """In a destructor, where it cannot be raised; or in a library whose tidying up fails on what it left."""
    done = subprocess.run([sys.executable, "-c", program, number.name], capture_output=True, text=True)
    said = "regimesim: interrupted; what was not finished is not kept\n"
    assert (done.returncode, done.stderr) == ((130, said) if number == INT else (-number, ""))


@pytest.mark.verify
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["run", "compare", "sweep"])
@pytest.mark.parametrize("number", [INT, TERM], ids=lambda number: number.name)
def test_a_signal_while_it_compiles(name, number, tmp_path, monkeypatch):
    """Nobody waits for the compiler: what it is at is not kept."""
    monkeypatch.setenv("REGIMESIM_CACHE", str(tmp_path / "cache"))
    luck = random.Random(f"{name} {number}")
    for hit in range(3):
        program = Program(COMMANDS[name], tmp_path / str(hit))
        program.wait(luck.uniform(4, 10))
        program.process.send_signal(number)
        code, _ = program.end()
        assert code == (130 if number == INT else -number)
        assert not list(tmp_path.glob("cache/**/*kernel.play*"))
        assert name == "sweep" or not program.made.exists()


# ------------------------------------------------------------------------------------ two in one folder

PAIRS = [
    pytest.param(first, second, marks=[] if (first, second) == ("run", "run") else pytest.mark.verify)
    for first, second in itertools.combinations_with_replacement(COMMANDS, 2)
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_at_once_in_one_folder(first, second, undisturbed, tmp_path):
    """One has it, the other says why not; only sweeps share one, a second finding all done."""
    both = [Program(told(COMMANDS[name], undisturbed.run), tmp_path) for name in (first, second)]
    ended = {name: [] for name in (first, second)}
    for name, program in zip((first, second), both, strict=True):
        ended[name].append(program.end()[0])
    codes = sorted(itertools.chain(*ended.values()))
    assert codes == [0, 2] or (codes == [0, 0] and {first, second} <= {"sweep", "plot"}), ended
    assert [entry.name for entry in tmp_path.iterdir()] == ["made"]
    there = content(tmp_path / "made")
    for name, found in ended.items():
        if 0 in found:
            assert undisturbed.left(name).items() <= there.items()
    if first == second or "plot" not in (first, second):
        assert there in [undisturbed.left(name) for name in ended]


@pytest.mark.verify
def test_two_at_once_each_in_its_own_folder(tmp_path):
    words = [*PROGRAM, *RUN, "-q"]
    both = [subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0] and told[0] != told[1]


# ------------------------------------------------------------------------------------------------ disks

MORE = {
    "calibrate": ("calibrate", "+scenario=concert", "draws=16", "runs=5", "answers=2", "years=40"),
    "sensitivity": (
        "sensitivity",
        "+scenario=bipolar",
        "runs=4",
        "trajectories=2",
        "samples=8",
        "top=2",
        "years=10",
    ),
    "history": ("history", "{record}", "+scenario=bipolar", "runs=20"),
    "diagnose": ("diagnose", "+scenario=bipolar", "runs=10", "years=20"),
    "experiment": ("experiment", "02-transparency", "scale=0.01"),
}
FULL = [
    pytest.param(name, share, marks=[] if (name, share) == ("compare", 0.5) else pytest.mark.verify)
    for name in ("run", "compare", "plot", *MORE) for share in (0.05, 0.5, 0.95)
]  # fmt: skip


@pytest.mark.parametrize(("name", "share"), FULL)
def test_a_full_disk(name, share, undisturbed, tmp_path, capsys, request):
    """Nothing is left, and it is said in a sentence; with room, the same command is as ever."""
    words = [*told({**COMMANDS, **MORE}[name], undisturbed.run), "-q"]
    if name == "history":
        words[1] = str(request.getfixturevalue("record") / "great_power_dyad_years.csv")
    size = 1 << 22
    with mounted(tmp_path / "disk", "-o", f"size={size}") as disk:
        assert main([*words, f"out={disk / 'room' / 'made'}"]) == 0
        needed = size - shutil.disk_usage(disk).free
        shutil.rmtree(disk / "room")
        (disk / "ballast").write_bytes(bytes(size - int(share * needed)))
        capsys.readouterr()
        assert main([*words, f"out={disk / 'no' / 'made'}"]) == 2
        err = said(capsys)
        assert err.startswith(f"regimesim: cannot write to {disk / 'no' / 'made'}"), err
        assert "No space left on device" in err
        assert os.listdir(disk) == ["ballast"]
        (disk / "ballast").unlink()
        assert main([*words, f"out={disk / 'no' / 'made'}"]) == 0
        if name in COMMANDS:
            assert content(disk / "no" / "made") == undisturbed.left(name)


def test_a_disk_without_room_for_a_folder(undisturbed, tmp_path, capsys):
    with mounted(tmp_path / "disk", "-o", "size=64k,nr_inodes=2") as disk:
        fill(disk / "ballast")
        for words in (RUN, COMPARE, SWEEP, told(PLOT, undisturbed.run)):
            assert main([*words, "-q", f"out={disk / 'made'}"]) == 2
            assert "No space left on device" in said(capsys)
            assert os.listdir(disk) == ["ballast"]


@pytest.mark.parametrize("name", ["run", "plot", pytest.param("compare", marks=pytest.mark.verify)])
def test_a_disk_that_cannot_be_written_or_turns_so(name, undisturbed, tmp_path, capsys, monkeypatch):
    words = [*told(COMMANDS[name], undisturbed.run), "-q"]
    with mounted(tmp_path / "disk", "-o", "size=16m") as disk:
        remount(disk, "ro")
        assert main([*words, f"out={disk / 'made'}"]) == 2
        assert f"cannot write to {disk}: Read-only file system" in said(capsys).replace("/made:", ":")
        remount(disk, "rw")
        rename, replace = os.rename, os.replace
        monkeypatch.setattr(os, "rename", lambda *paths: [remount(disk, "ro"), rename(*paths)])
        monkeypatch.setattr(os, "replace", lambda *paths: [remount(disk, "ro"), replace(*paths)])
        assert main([*words, f"out={disk / 'made'}"]) == 2
        monkeypatch.undo()
        err = said(capsys)
        assert f"cannot write to {disk / 'made'}" in err and "Read-only file system" in err
        assert not content_of(disk / "made")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no folder in which nobody can write")
@pytest.mark.verify
@pytest.mark.parametrize("plain", ["1", ""])
def test_without_a_home(plain, tmp_path):
    """Nothing can be kept for the next time, which is said once if it matters; all else is as ever."""
    told = {"HOME": "/proc", "XDG_CACHE_HOME": "", "REGIMESIM_CACHE": "", "MPLCONFIGDIR": ""}
    told["REGIMESIM_TARGET"] = "numba"
    environment = os.environ | told | ({"NUMBA_DISABLE_JIT": plain} if plain else {})
    done = subprocess.run(
        [*PROGRAM, "run", "+scenario=bipolar", "runs=1", "years=1", "-q", "out=made"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "made\n" and len(rs.load_results(tmp_path / "made")) == 1
    expected = "" if plain else "regimesim: compiled code cannot be kept in /proc/.cache/regimesim/"
    assert done.stderr.startswith(expected) and done.stderr.count("\n") == bool(expected)


@pytest.mark.verify
def test_damaged_compiled_code(undisturbed, tmp_path, monkeypatch):
    """A bit of each file is turned, as disks do it: it is compiled anew, and the results are as ever."""
    shutil.copytree(cache_folder(), tmp_path / "cache" / cache_folder().name)
    luck = random.Random("compiled")
    files = list(tmp_path.rglob("*.compiled"))
    assert any("kernel.play" in file.name for file in files)
    for file in files:
        bits = bytearray(file.read_bytes())
        bits[luck.randrange(len(bits))] ^= 1 << luck.randrange(8)
        file.write_bytes(bits)
    monkeypatch.setenv("REGIMESIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REGIMESIM_TARGET", "numba")
    program = Program(RUN, tmp_path / "place")
    assert program.end() == (0, "")
    assert content(program.made) == undisturbed.left("run")


# ------------------------------------------------------------------------------------------------ clocks


class Stopped(datetime):
    """A clock that stands at a leap second long ago."""

    @classmethod
    def now(cls, tz=None):
        return cls(1816, 12, 31, 23, 59, 59, tzinfo=tz)


def test_clocks_that_stand_still_or_go_back(tmp_path, monkeypatch, capsys):
    """Folders named after the time never meet, and no result rests on the time."""
    monkeypatch.chdir(tmp_path)
    assert main([*RUN, "-q"]) == 0
    for module in (storage, provenance, rs.sweep):
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", Stopped)
    for _ in range(2):
        assert main([*RUN, "-q"]) == 0
    folders = capsys.readouterr().out.split()
    assert folders[2] == f"{folders[1]}-2" and Path(folders[1]).name.startswith("1816-12-31T23-59-59")
    first, *others = (content(tmp_path / folder) for folder in folders)
    assert others == [first, first]
    assert all(len(rs.load_results(tmp_path / folder)) == 100 for folder in folders)


def test_a_sweep_whose_files_are_of_other_times(undisturbed, tmp_path, monkeypatch, capsys):
    """Begun tomorrow and finished yesterday, by the clock of the machine."""
    folder = tmp_path / "made"
    assert main([*SWEEP, "-q", f"out={folder}"]) == 0
    for part in itertools.islice((folder / "parts").iterdir(), 1):
        part.unlink()
    (folder / "summary.parquet").unlink()
    for place, when in zip([folder, *folder.rglob("*")], itertools.cycle([0, 4e9]), strict=False):
        os.utime(place, (when, when))
    assert main([*SWEEP, "-q", f"out={folder}"]) == 0
    assert content(folder) == undisturbed.left("sweep")

"""Sweeps started as programs, to be killed, interrupted and starved; what is left of them; their bits."""

import hashlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path

from regimesim.cli.main import main

SWEEP = (sys.executable, "-m", "regimesim", "sweep", "+scenario=concert", "transparency.level=0.2,0.5,0.8")
PATIENCE = 300
MARK = "REGIMESIM_TEST_MARK"


def bits(folder):
    """The content of every part by its name, of the design and of the summary."""
    files = [*(folder / "parts").iterdir(), folder / "design.parquet", folder / "summary.parquet"]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


class Started:
    """A sweep that is going on, in a process group of its own; all its processes carry a mark."""

    def __init__(self, folder, *words, runs, command=SWEEP):
        self.mark = uuid.uuid4().hex
        environment = {**os.environ, MARK: self.mark, "COLUMNS": "100"}
        self.folder, self.began = folder, time.monotonic()
        self.program = subprocess.Popen(
            [*command, f"runs={runs}", f"out={folder}", "-q", *words], env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    @property
    def going(self):
        return self.program.poll() is None

    @property
    def parts(self):
        return len(list((self.folder / "parts").glob("r*.parquet")))

    def processes(self):
        """All its processes that are there, itself included, by number: their command lines."""
        return marked(self.mark)

    def workers(self):
        """Processes that play: started by multiprocessing, whoever has started them."""
        found = self.processes()
        return [n for n, line in found.items() if "spawn_main" in line and n != self.program.pid]

    def signal(self, number, everybody=False):
        if everybody:
            os.killpg(self.program.pid, number)
        else:
            self.program.send_signal(number)

    def wait_for_parts(self, least=1, workers=0):
        """Until some parts are written; whether it is still going on."""
        until = time.monotonic() + PATIENCE
        while self.going and (self.parts < least or len(self.workers()) < workers):
            assert time.monotonic() < until, "nothing is written"
            time.sleep(0.02)
        return self.going

    def end(self):
        """Its exit code and what it said on stderr, when it has ended."""
        out, err = self.program.communicate(timeout=PATIENCE)
        assert "Traceback" not in out + err, out + err
        return self.program.returncode, err

    def all_gone(self, within=30):
        """Whether none of its processes is left a little after it has ended."""
        until = time.monotonic() + within
        while self.processes():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


def marked(mark):
    """Processes that carry a mark, by number: their command lines."""
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                if f"{MARK}={mark}".encode() in (place / "environ").read_bytes():
                    found[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # gone, or another's
                continue
    return found


def finish(folder, *words, runs):
    """Do the same sweep again to its end, undisturbed: in this process, unless on another engine."""
    if words:
        assert Started(folder, *words, runs=runs).end() == (0, "")
    else:
        with redirect_stdout(StringIO()):
            assert main([*SWEEP[3:], f"runs={runs}", f"out={folder}", "-q"]) == 0
    return bits(folder)


def kill_main(folder, *words, runs, times, luck, longest):
    """Kill -9 sweeps at random moments and go on, until so many have been hit; finished folders."""
    hits, number = 0, 0
    while hits < times:
        place = folder / str(number)
        while hits < times:
            started = Started(place, *words, runs=runs)
            with suppress(subprocess.TimeoutExpired):
                started.program.wait(luck.uniform(0.0, longest))
            if not started.going:
                ended = started.end()
                assert ended == (0, ""), ended
                break
            started.signal(signal.SIGKILL)
            started.program.communicate(timeout=PATIENCE)
            assert started.all_gone()
            hits += 1
        finish(place, runs=runs)
        yield place
        number += 1


def kill_workers(folder, *words, runs, times, luck, pause):
    """Kill -9 workers of sweeps at random moments until so many are dead; finished folders."""
    hits, number = 0, 0
    while hits < times:
        place = folder / str(number)
        started = Started(place, *words, runs=runs)
        while started.going and hits < times:
            time.sleep(luck.uniform(0.0, pause))
            if (workers := started.workers()) and started.parts:
                victim = luck.choice(workers)
                try:
                    os.kill(victim, signal.SIGKILL)
                    hits += 1
                except ProcessLookupError:
                    continue
        code, err = started.end()
        gave_up = code == 2 and "times in a row" in err and "the same command goes on" in err
        assert (code, err) == (0, "") or gave_up, (code, err)
        assert started.all_gone()
        finish(place, runs=runs)
        yield place
        number += 1


def seeded(*words):
    """Luck that is the same every time."""
    return random.Random(" ".join(map(str, words)))


class Cluster:
    """A Dask scheduler and two workers of its own, as somebody else would have started them."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler, self.workers = None, []

    def start(self):
        self.scheduler = _dask("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.workers = [_dask("worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
                        for _ in range(2)]  # fmt: skip

    def kill_scheduler(self):
        self.scheduler.kill()
        self.scheduler.wait()

    def stop(self):
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()


def _dask(what, *words):
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{what}", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

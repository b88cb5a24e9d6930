"""Sweeps that are killed, interrupted and deserted, as programs: the bits are those of an undisturbed one."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sweeps import Cluster, Started, bits, finish, kill_main, kill_workers, seeded

RUNS = 2000
DASK = importlib.util.find_spec("distributed") is not None
needs_dask = pytest.mark.skipif(not DASK, reason="Dask is not installed: pip install 'regimesim[cluster]'")
pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes by /proc")
STORM = 20


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The bits of a sweep that nothing happens to."""
    return finish(tmp_path_factory.mktemp("undisturbed") / "sweep", runs=RUNS)


def engine(name, times):
    marks = [pytest.mark.verify] if times == STORM or name == "dask" else []
    return pytest.param(name, times, marks=[*marks, *([needs_dask] if name == "dask" else [])])


@pytest.mark.parametrize(
    ("name", "times"),
    [engine("processes", 2), engine("local", STORM), engine("processes", STORM), engine("dask", STORM)],
)
def test_a_sweep_that_is_killed_goes_on(name, times, tmp_path, undisturbed):
    words = (f"engine={name}", "engine.workers=2")
    longest = 8.0 if name == "dask" else 5.0
    storm = kill_main(
        tmp_path, *words, runs=RUNS, times=times, luck=seeded("main", name, times), longest=longest
    )
    for folder in storm:
        assert bits(folder) == undisturbed


@pytest.mark.parametrize(
    ("name", "times"), [engine("processes", 1), engine("processes", STORM), engine("dask", STORM)]
)
def test_workers_that_are_killed_are_replaced(name, times, tmp_path):
    of_twice = finish(tmp_path / "undisturbed", runs=2 * RUNS)
    words = (f"engine={name}", "engine.workers=2")
    pause = 6.0 if name == "dask" else 1.5  # seconds at most between two kills
    storm = kill_workers(
        tmp_path, *words, runs=2 * RUNS, times=times, luck=seeded("workers", name, times), pause=pause
    )
    for folder in storm:
        assert bits(folder) == of_twice
        if name == "processes" and times == 1:
            assert "lost with its worker and begun anew" in (folder / "sweep.log").read_text()


@pytest.mark.verify
@needs_dask
def test_a_scheduler_that_is_killed_is_waited_for_a_little(tmp_path, undisturbed):
    luck, cluster = seeded("scheduler"), Cluster()
    cluster.start()
    words = ("engine=dask", f"engine.address={cluster.address}")
    hits, number = 0, 0
    try:
        while hits < STORM:
            place = tmp_path / str(number)
            number += 1
            while hits < STORM:
                started = Started(place, *words, runs=RUNS)
                started.wait_for_parts(luck.randrange(12))
                time.sleep(luck.uniform(0.0, 1.0))
                going, back = started.going, luck.random() < 0.7
                cluster.kill_scheduler()
                cluster.stop()
                if back:
                    cluster.start()
                code, err = started.end()
                hits += going
                said = "no Dask scheduler answers at" in err and err.count("\n") == 1
                assert (code, err) == (0, "") or (code == 2 and said), (code, err)
                if not back:
                    cluster.start()
                if code == 0:
                    break
            finish(place, *words, runs=RUNS)
            assert bits(place) == undisturbed
    finally:
        cluster.stop()


@pytest.mark.verify
@needs_dask
def test_a_cluster_without_workers_is_given_up(tmp_path):
    cluster = Cluster()
    cluster.start()
    for worker in cluster.workers:
        worker.kill()
    try:
        words = ("engine=dask", f"engine.address={cluster.address}", "engine.patience=2")
        code, err = Started(tmp_path / "sweep", *words, runs=RUNS).end()
    finally:
        cluster.stop()
    assert code == 2 and "has had no workers for 2 seconds" in err


@needs_dask
def test_a_scheduler_that_does_not_answer_is_a_sentence(tmp_path, undisturbed):
    words = ("engine=dask", "engine.address=nonsense://127.0.0.1:1")
    code, err = Started(tmp_path / "sweep", *words, runs=RUNS).end()
    assert code == 2 and "no Dask scheduler answers at nonsense://127.0.0.1:1" in err
    assert finish(tmp_path / "sweep", runs=RUNS) == undisturbed


INT, TERM = signal.SIGINT, signal.SIGTERM
INTERRUPTS = [
    pytest.param(
        name, number, everybody, id=f"{name}-{number.name}-{'group' if everybody else 'alone'}",
        marks=[] if (name, number, everybody) in (("local", TERM, False), ("processes", INT, True))
        else [pytest.mark.verify] if name != "dask" else [pytest.mark.verify, needs_dask],
    )
    for name in ("local", "processes", "dask") for number in (INT, TERM) for everybody in (False, True)
]  # fmt: skip


@pytest.mark.parametrize(("name", "number", "everybody"), INTERRUPTS)
def test_an_interrupt_leaves_nothing_but_what_is_done(name, number, everybody, tmp_path, undisturbed):
    words = (f"engine={name}", "engine.workers=2")
    started = Started(tmp_path / "sweep", *words, runs=RUNS)
    if not started.wait_for_parts(1):
        pytest.skip("it was done before it could be interrupted")
    started.signal(number, everybody)
    code, err = started.end()
    assert started.all_gone()
    if number == INT:
        assert code == 130
        assert err.startswith("regimesim: interrupted; the runs that are done are kept in ")
        assert err.count("\n") == 1
    else:
        assert (code, err) == (-TERM, "")
    assert started.parts >= 1
    assert finish(started.folder, runs=RUNS) == undisturbed


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """A real SLURM, answering on this machine; with ``REGIMESIM_SLURM`` (a script) one is started."""
    if importlib.util.find_spec("dask_jobqueue") is None:
        pytest.skip("dask-jobqueue is not installed: pip install 'regimesim[cluster]'")
    if not (shutil.which("sbatch") and shutil.which("squeue")):
        pytest.skip("no SLURM on this machine (no sbatch, squeue)")
    script, before = os.environ.get("REGIMESIM_SLURM"), dict(os.environ)
    if script:
        folder = tmp_path_factory.mktemp("slurm")
        os.environ |= {"SLURM_DIR": str(folder), "SLURM_CONF": str(folder / "slurm.conf")}
        subprocess.run([script, "start"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    try:
        if subprocess.run(["sinfo"], capture_output=True, check=False).returncode:
            pytest.skip(
                "SLURM does not answer on this machine; REGIMESIM_SLURM names a script that starts it"
            )
        yield lambda *words: subprocess.check_output(words, text=True).split()
    finally:
        if script:
            subprocess.run([script, "stop"], check=False)
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.verify
def test_slurm_plays_the_same_and_replaces_a_cancelled_job(slurm, tmp_path):
    runs = 6 * RUNS
    words = ("engine=slurm", "engine.workers=2", "engine.memory=1GB")
    started = Started(tmp_path / "sweep", *words, runs=runs)
    mine = ("squeue", "--noheader", "--format=%A", "--states=RUNNING")
    assert started.wait_for_parts(2)
    jobs = slurm(*mine)
    assert len(jobs) == 2
    slurm("scancel", jobs[0])
    until = time.monotonic() + 100
    while started.going and not set(slurm(*mine)) - set(jobs):
        assert time.monotonic() < until, "the cancelled job is not replaced"
        time.sleep(0.1)
    assert started.going, "it was done before the job was replaced"
    assert started.end() == (0, "")
    assert "SLURM has lost the worker" in (started.folder / "sweep.log").read_text()
    assert bits(started.folder) == finish(tmp_path / "local", runs=runs)
    refused = Started(tmp_path / "refused", *words, "engine.partition=nonesuch", runs=runs).end()
    assert refused[0] == 2 and "SLURM does not take such jobs: invalid partition" in refused[1]


@pytest.mark.verify
@pytest.mark.parametrize("number", [INT, TERM, signal.SIGKILL], ids=["INT", "TERM", "KILL"])
def test_an_interrupted_sweep_leaves_no_jobs(slurm, number, tmp_path):
    words = ("engine=slurm", "engine.workers=2", "engine.memory=1GB")
    started = Started(tmp_path / "sweep", *words, runs=6 * RUNS)
    assert started.wait_for_parts(1)
    started.signal(number)
    code, err = started.end()
    expected = (130, 1) if number == INT else (-number, 0)
    assert (code, err.count("\n")) == expected, err
    until = time.monotonic() + 90
    while slurm("squeue", "--noheader", "--format=%A"):
        assert time.monotonic() < until, "jobs are left"
        time.sleep(0.2)
    assert finish(started.folder, runs=6 * RUNS) == finish(tmp_path / "local", runs=6 * RUNS)


def test_a_program_that_has_been_killed_leaves_no_workers(tmp_path):
    program = (
        "import os, sys, time; from regimesim.sweeps.clusters import Workers\n"
        "def main():\n"
        "    pool = Workers(2)\n"
        "    tasks = [pool.submit(time.sleep, 600) for _ in range(2)]\n"
        "    print(*pool._processes, flush=True); os.kill(os.getpid(), 9)\n"
        "if __name__ == '__main__':\n    main()\n"
    )
    file = tmp_path / "program.py"
    file.write_text(program)
    done = subprocess.run([sys.executable, file], capture_output=True, text=True, check=False)
    workers = [Path("/proc", number) for number in done.stdout.split()]
    assert len(workers) == 2
    until = time.monotonic() + 30
    while any(worker.exists() for worker in workers):
        assert time.monotonic() < until, "workers are left"
        time.sleep(0.05)

"""Where chunks are played: threads, processes, a Dask cluster, SLURM; one interface for all.

An *engine* opens a ``concurrent.futures.Executor``. Workers write the parts themselves and give back only
which chunk they have done, so that results do not pass through one process. What an engine loses (a worker
that is killed, a job that is cancelled) is played again; a part is the same file whoever writes it.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from regimesim.catalogue import names_of, path_of, read_yaml, shown
from regimesim.chunks import Rectangle, play_chunk
from regimesim.dataset import Folder
from regimesim.parameters import quoted
from regimesim.points import Points
from regimesim.scenario import InputError, known

MOST_ATTEMPTS = 4
"""How often a chunk that takes its worker down with it is begun."""


class Task(NamedTuple):
    """A chunk, and what a worker needs to play it."""

    folder: str
    points: Points
    chunk: Rectangle
    seed: int


def play_task(task: Task) -> Rectangle:
    """Play a chunk and write its part."""
    columns = play_chunk(task.points, task.chunk, task.seed)
    Folder(Path(task.folder)).write_part(task.chunk, columns)
    return task.chunk


class EngineError(RuntimeError):
    """An engine cannot go on; the message is a sentence."""


@dataclass(frozen=True)
class Engine:
    """One of ``configs/engine``, with its settings."""

    name: str
    settings: Mapping[str, Any]

    @property
    def workers(self) -> int:
        """How many chunks are played at once."""
        return int(self.settings.get("workers") or os.cpu_count() or 1)

    @contextmanager
    def open(self, folder: Path) -> Iterator[Executor]:
        """An executor, closed at the end; after a failure or interruption what has not begun is cancelled."""
        opened = {"local": self._threads, "processes": self._processes, "dask": self._dask,
                  "slurm": self._slurm}[self.name]  # fmt: skip
        with opened(folder) as pool:
            try:
                yield pool
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    @contextmanager
    def _threads(self, folder: Path) -> Iterator[Executor]:
        with ThreadPoolExecutor(self.workers) as pool:
            yield pool

    @contextmanager
    def _processes(self, folder: Path) -> Iterator[Executor]:
        from multiprocessing import get_context

        context = get_context("spawn")
        with ProcessPoolExecutor(self.workers, context, initializer=_leave_interrupts) as pool:
            yield pool

    @contextmanager
    def _dask(self, folder: Path) -> Iterator[Executor]:
        distributed = _distributed()
        address = self.settings.get("address")
        if address is None:
            cluster = distributed.LocalCluster(
                n_workers=self.workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
            )
            with cluster, distributed.Client(cluster) as client, client.get_executor() as pool:
                yield pool
            return
        try:
            client = distributed.Client(str(address), timeout="20s")
        except OSError:
            raise EngineError(f"no Dask scheduler answers at {address}") from None
        with client, client.get_executor() as pool:
            yield pool

    @contextmanager
    def _slurm(self, folder: Path) -> Iterator[Executor]:
        distributed = _distributed()
        jobqueue: Any = import_module("dask_jobqueue")

        chosen = self.settings
        optional = {
            name: chosen[key]
            for name, key in (("queue", "partition"), ("account", "account"), ("interface", "interface"))
            if chosen.get(key) is not None
        }
        cluster = jobqueue.SLURMCluster(
            cores=int(chosen["cores"]), processes=int(chosen["cores"]), memory=str(chosen["memory"]),
            walltime=str(chosen["walltime"]), log_directory=str(folder / "slurm"), silence_logs=50,
            job_extra_directives=list(chosen.get("directives") or []),
            job_script_prologue=list(chosen.get("prologue") or []),
            scheduler_options={"dashboard_address": None}, **optional,
        )  # fmt: skip
        jobs = max(1, self.workers // int(chosen["cores"]))
        with cluster, distributed.Client(cluster) as client:
            cluster.adapt(minimum_jobs=jobs, maximum_jobs=jobs)  # unlike scale(), replaces a cancelled job
            with client.get_executor() as pool:
                yield pool


def _leave_interrupts() -> None:
    """An interrupt is for the process that hands out the work; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise InputError("engine=dask and engine=slurm need Dask: pip install 'regimesim[cluster]'") from None
    return distributed


def engine_of(name: str, settings: Mapping[str, Any]) -> Engine:
    """An engine by the name of its file in ``configs/engine``, with some settings changed.

    Raises
    ------
    InputError
    """
    path = path_of("engine", known(name, names_of("engine"), "engine"))
    tree = read_yaml(path, "engine")
    kind = str(tree.pop("engine", path.stem))
    known(kind, ("local", "processes", "dask", "slurm"), "engine", shown(path))
    tree.pop("about", None)
    for key, value in settings.items():
        known(key, tree, f"setting of the engine {name}:", "command line")
        tree[key] = value
    workers = tree.get("workers")
    if workers is not None and (
        isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= 10_000
    ):
        raise InputError(f"engine.workers must be a whole number in [1, 10000]; got {quoted(workers)}")
    return Engine(kind, tree)


def carry_out(
    engine: Engine,
    tasks: Sequence[Task],
    done: Callable[[Rectangle], None],
    log: Callable[[str], None],
) -> None:
    """Play every task on an engine; what is lost with a worker is begun anew.

    Parameters
    ----------
    engine : Engine
    tasks : sequence of Task
    done : callable
        Told of every chunk whose part is written.
    log : callable
        Told in a sentence what was lost.

    Raises
    ------
    EngineError
        If the engine is gone, or the same chunk takes down worker after worker.
    """
    waiting = list(reversed(tasks))
    attempts: Counter[Rectangle] = Counter()
    folder = Path(tasks[0].folder) if tasks else Path()
    while waiting:
        with engine.open(folder) as pool:
            _drain(pool, engine, waiting, attempts, done, log)


def _drain(
    pool: Executor,
    engine: Engine,
    waiting: list[Task],
    attempts: Counter[Rectangle],
    done: Callable[[Rectangle], None],
    log: Callable[[str], None],
) -> None:
    """Hand out tasks, a few ahead of what is being played, until all are done or the pool is broken."""
    flying: dict[Future[Rectangle], Task] = {}
    while waiting or flying:
        lost: list[tuple[Task, BaseException]] = []
        broken = False
        while waiting and len(flying) <= 2 * engine.workers and not broken:
            try:
                flying[pool.submit(play_task, waiting[-1])] = waiting[-1]
                waiting.pop()
            except BrokenExecutor:
                broken = True
        for future in wait(flying, return_when=FIRST_COMPLETED).done:
            task, error = flying.pop(future), _error_of(future)
            if error is None:
                attempts.clear()
                done(task.chunk)
            elif _is_loss(error):
                lost.append((task, error))
                broken = broken or isinstance(error, BrokenExecutor | CancelledError)
            else:
                raise error
        for task, error in lost:
            attempts[task.chunk] += 1
            _begin_anew(task, error, attempts[task.chunk], log)
            waiting.append(task)
        if broken:
            waiting.extend(flying.values())
            return


def _error_of(future: Future[Rectangle]) -> BaseException | None:
    return CancelledError() if future.cancelled() else future.exception()


def _is_loss(error: BaseException) -> bool:
    """Whether a worker was lost, rather than the work refused; Dask's own error is told by its name."""
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ == "KilledWorker"


def _begin_anew(task: Task, error: BaseException, attempts: int, log: Callable[[str], None]) -> None:
    a, b, first, last = task.chunk
    name = f"replicates {first} to {last - 1} of points {a} to {b - 1}"
    if attempts >= MOST_ATTEMPTS:
        raise EngineError(
            f"workers die {MOST_ATTEMPTS} times in a row before {name} are done; "
            "is there memory enough for so many?"
        ) from error
    log(f"lost with its worker and begun anew: {name} ({type(error).__name__})")

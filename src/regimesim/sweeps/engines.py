"""Engines that play chunks: threads, processes, a Dask cluster, jobs; one interface for all.

An *engine* opens a ``concurrent.futures.Executor``. Workers write the parts themselves and give back only
the name of the file, so that results do not pass through one process. What an engine loses (a worker that is
killed, a job that is cancelled) is played again; a part is the same file whoever writes it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from regimesim.core.keeping import core_hash
from regimesim.core.lanes import Lanes
from regimesim.scenario.files import names_of, path_of, read_yaml, shown_path
from regimesim.scenario.limits import whole_within
from regimesim.scenario.messages import InputError, known, quoted, settings_place
from regimesim.simulation.mechanisms.extension import NO_EXTENSION, Extension
from regimesim.simulation.processors import processors
from regimesim.simulation.simulate import Columns, simulate
from regimesim.sweeps.chunks import ChunkWatch, Rectangle, play_chunk, to_the_horizon
from regimesim.sweeps.clusters import (
    OF_JOBS,
    EngineError,
    LostEngine,
    OpenedCluster,
    Workers,
    check_installed,
    open_dask,
)
from regimesim.sweeps.dataset import PARTS, Folder
from regimesim.sweeps.jobs import open_jobs, system_of
from regimesim.sweeps.points import Points

MOST_ATTEMPTS = 4
"""Times a chunk that takes its worker down with it is begun."""

ENGINE_KINDS = ("local", "processes", "dask", "slurm", "jobs")
"""Places in which chunks can be played; each but the last is also the name of an engine."""

LOOK_EVERY = 2.0
"""Seconds after which an engine is asked how it fares."""

Words = Callable[[str], None]


class Task(NamedTuple):
    """A chunk, and what a worker needs to play it."""

    folder: str
    points: Points
    chunk: Rectangle
    seed: int
    key: str  # what the chunk plays: see ``dataset.Folder.keys``
    core: str  # the version of the model that is wanted
    extension: Extension = NO_EXTENSION


class _Stopped(BaseException):
    """The sweep has been interrupted: a thread ends its chunk."""


def play_task(task: Task, watch: ChunkWatch = to_the_horizon) -> str:
    """Play a chunk and write its part; the name of its file.

    Raises
    ------
    EngineError
        If the worker has another version of the model.
    """
    if core_hash() != task.core:
        raise EngineError(
            "a worker has another version of regimesim than this one; install the same for both"
        )
    columns = play_chunk(task.points, task.chunk, task.seed, watch, task.extension)
    return Folder(Path(task.folder)).write_part(task.chunk, columns, task.key).name


@dataclass(frozen=True)
class Engine:
    """One of ``configs/engine``, with its settings."""

    name: str
    settings: Mapping[str, Any]

    @property
    def workers(self) -> int:
        """Number of chunks that are played at once, as asked for."""
        return int(self.settings.get("workers") or processors())

    @contextmanager
    def open(self, folder: Path, log: Words) -> Iterator[OpenedCluster]:
        """The engine at work, closed at the end; after a failure or interruption it is stopped at once."""
        with self._opening(folder, log) as opened:
            try:
                yield opened
            except BaseException:
                opened.stop()
                raise

    def _opening(self, folder: Path, log: Words) -> AbstractContextManager[OpenedCluster]:
        if self.name in OF_JOBS:
            return open_jobs(self.settings, self.workers, log, folder)
        if self.name == "dask":
            return open_dask(self.settings, self.workers, log)
        return self._processes() if self.name == "processes" else self._threads()

    @contextmanager
    def _threads(self) -> Iterator[OpenedCluster]:
        simulate("anarchy", runs=1, years=0.25)  # if it has to be compiled, then where an interrupt is heard
        with _Threads(self.workers) as pool:
            yield OpenedCluster(pool, lambda: self.workers, pool.stop)

    @contextmanager
    def _processes(self) -> Iterator[OpenedCluster]:
        with Workers(self.workers) as pool:
            yield OpenedCluster(pool, lambda: self.workers, pool.stop)


class _Threads(ThreadPoolExecutor):
    """Threads that leave a chunk between two blocks of runs when they are stopped."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._stopping = threading.Event()

    def submit(self, task: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        return super().submit(task, *args, watch=self._watch, **options)

    def stop(self) -> None:
        self._stopping.set()
        self.shutdown(wait=False, cancel_futures=True)

    def _watch(self, lanes: Lanes) -> Columns:
        if self._stopping.is_set():
            raise _Stopped
        return to_the_horizon(lanes)


def engine_of(name: str, settings: Mapping[str, Any]) -> Engine:
    """An engine by the name of its file in ``configs/engine``, with some settings changed.

    Raises
    ------
    InputError
    """
    path = path_of("engine", known(name, names_of("engine"), "engine"))
    tree = read_yaml(path, "engine")
    kind = str(tree.pop("engine", path.stem))
    known(kind, ENGINE_KINDS, "engine", shown_path(path))
    if (
        path.stem in ENGINE_KINDS and kind != path.stem
    ):  # a file that lies about could send a plain sweep elsewhere
        raise InputError(
            f"{shown_path(path)}: an engine named {path.stem} is {path.stem}; got {quoted(kind)}"
        )
    tree.pop("about", None)
    for key, value in settings.items():
        known(key, tree, f"setting of the engine {name}:", settings_place())
        tree[key] = value
    for key, value in tree.items():
        words = value if isinstance(value, list) else [value]
        if isinstance(value, dict):
            words = [*value, *value.values()]
        if any(isinstance(word, str) and not word.isprintable() for word in words):
            raise InputError(f"engine.{key} must be one line; got {quoted(value)}")  # it goes into a script
    workers = tree.get("workers")
    if workers is not None:
        whole_within(workers, "engine.workers", 1, 10_000)
    patience = tree.get("patience")
    if patience is not None and (
        isinstance(patience, bool) or not isinstance(patience, int | float) or not patience > 0
    ):
        raise InputError(f"engine.patience must be a positive number of seconds; got {quoted(patience)}")
    if kind in OF_JOBS:
        system_of(tree)
    if kind == "dask" or kind in OF_JOBS:
        check_installed(kind)
    return Engine(kind, tree)


def carry_out(
    engine: Engine, folder: Path, tasks: Iterable[Task], done: Callable[[Rectangle], None], log: Words
) -> None:
    """Play every task on an engine; what is lost with a worker is begun anew.

    Parameters
    ----------
    engine : Engine
    folder : Path
    tasks : iterable of Task
        Made as they are needed.
    done : callable
        Told of every chunk whose part is written.
    log : callable
        Told in a sentence what was lost.

    Raises
    ------
    EngineError
        If the engine is gone, or the same chunk takes down worker after worker.
    """
    work = _Work(iter(tasks), folder, done, log)
    while not work.finished:
        try:
            with engine.open(folder, log) as opened:
                work.drain(opened)
        except LostEngine as lost:
            work.losses += 1
            if work.losses >= MOST_ATTEMPTS:
                raise EngineError(f"{lost}, {MOST_ATTEMPTS} times in a row") from None
            log(f"{lost}; opening it anew")


@dataclass
class _Work:
    """The tasks of a sweep: those not begun, those under way, those to be begun anew."""

    fresh: Iterator[Task]
    folder: Path
    done: Callable[[Rectangle], None]
    log: Words
    again: list[Task] = field(default_factory=list)
    flying: dict[Future[str], Task] = field(default_factory=dict)
    attempts: Counter[Rectangle] = field(default_factory=Counter)
    losses: int = 0  # engines in a row that were lost with nothing done
    finished: bool = False

    def drain(self, opened: OpenedCluster) -> None:
        """Hand out tasks, a few ahead of what is being played, until all are done or the pool is broken."""
        try:
            width, looked = opened.look(), time.monotonic()
            while True:
                self._hand_out(opened, 2 * width + 1)
                if not self.flying:
                    self.finished = True
                    return
                lost = [
                    self._land(future)
                    for future in wait(self.flying, LOOK_EVERY, return_when=FIRST_COMPLETED).done
                ]
                if any(lost):
                    return
                if time.monotonic() - looked > LOOK_EVERY:
                    width, looked = opened.look(), time.monotonic()
        except BrokenExecutor:
            return
        finally:
            self.again.extend(self.flying.values())
            self.flying.clear()

    def _hand_out(self, opened: OpenedCluster, most: int) -> None:
        while len(self.flying) < most:
            task = self.again.pop() if self.again else next(self.fresh, None)
            if task is None:
                return
            try:
                self.flying[opened.pool.submit(play_task, task)] = task
            except BaseException:
                self.again.append(task)
                raise

    def _land(self, future: Future[str]) -> bool:
        """Take note of a task that has come back; whether its engine is broken."""
        task = self.flying.pop(future)
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            self.attempts.clear()
            self.losses = 0
            _check_there(self.folder / PARTS / future.result())
            self.done(task.chunk)
            return False
        self.again.append(task)
        if isinstance(error, CancelledError):
            raise LostEngine("the scheduler of the cluster is gone")
        if not _is_loss(error):
            raise _in_words(error)
        self.attempts[task.chunk] += 1
        _begin_anew(task, error, self.attempts[task.chunk], self.log)
        return isinstance(error, BrokenExecutor)


def _check_there(part: Path) -> None:
    """Refuse a cluster whose workers write somewhere else."""
    for pause in (0.0, 1.0, 5.0):  # a network's file system may be late
        time.sleep(pause)
        if part.is_file():
            return
    raise EngineError(f"a worker has written {part.name}, but not into {part.parent}: is that folder shared?")


def _is_loss(error: BaseException) -> bool:
    """Tell whether a worker was lost, rather than the work refused; Dask's own error is told by its name."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


def _in_words(error: BaseException) -> BaseException:
    """Say what a worker met; in a sentence, where it is not the program's fault."""
    if isinstance(error, MemoryError):
        return EngineError("a worker has run out of memory; ask for fewer workers")
    if isinstance(error, ImportError):
        return EngineError(f"a worker cannot load regimesim ({error}); install it where workers run")
    return error


def _begin_anew(task: Task, error: BaseException, attempts: int, log: Words) -> None:
    a, b, first, last = task.chunk
    name = f"replicates {first} to {last - 1} of points {a} to {b - 1}"
    if attempts >= MOST_ATTEMPTS:
        raise EngineError(
            f"workers die {MOST_ATTEMPTS} times in a row before {name} are done; "
            "is there memory enough for so many?"
        ) from error
    log(f"lost with its worker and begun anew: {name} ({type(error).__name__})")

"""Workers of a sweep: processes of this machine, and Dask clusters.

Processes go when they are told to, and with the process that started them. A Dask cluster is on this machine,
behind a scheduler that is running already, or made of jobs (:mod:`regimesim.sweeps.jobs`). Dask itself plays
again what is lost with a worker. What it leaves to its user is told here in sentences: a scheduler that does
not answer, and a cluster that nobody works for.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, NamedTuple, TypeVar

from regimesim.scenario.messages import InputError

T = TypeVar("T")
_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

OF_JOBS = ("slurm", "jobs")
"""Kinds of engines whose workers are jobs of a batch system."""

ANSWERS_WITHIN = 10.0
"""Seconds after which a scheduler that says nothing is given up."""

REPLACED_WITHIN = 30.0
"""Seconds in which a cluster of this machine has a new worker for one that died, or is opened anew.

A worker that is killed while it starts is not replaced by Dask."""

_LOGGERS = ("distributed", "tornado", "asyncio", "dask_jobqueue")


class Workers(ProcessPoolExecutor):
    """A pool of processes that no interrupt of the terminal reaches: they follow the process that has them.

    They hold one end of a pipe. When the other is closed, by :meth:`stop` or because its process is no more,
    they are gone at once; what they were writing has not been given its name yet.
    """

    def __init__(self, count: int) -> None:
        context = get_context("spawn")
        followed, self._leash = context.Pipe(duplex=False)
        super().__init__(count, context, initializer=_follow, initargs=(followed,))

    def submit(self, task: Callable[..., T], /, *args: Any, **options: Any) -> Future[T]:
        """Hand out a task; may start a process."""
        with sheltered():
            return super().submit(task, *args, **options)

    def stop(self) -> None:
        """End all processes at once."""
        self._leash.close()


def _follow(followed: Connection) -> None:
    def end() -> None:
        followed.poll(None)  # nothing is ever sent: this returns when the other end is closed
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()


@contextmanager
def sheltered() -> Iterator[None]:
    """Start processes that no SIGINT reaches, and be interrupted before or after, not meanwhile."""
    arrived: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        arrived.append(number)

    in_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, remember) for number in _ENDING} if in_main else {}
    masked = None
    if hasattr(signal, "pthread_sigmask"):
        resource_tracker.ensure_running()  # which would lift the mask if it had to be started later
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        if masked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        for number, handler in before.items():
            if handler is not None:  # set by a program in C
                signal.signal(number, handler)
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)


class EngineError(RuntimeError):
    """An engine cannot go on; the message is a sentence."""


class LostEngine(RuntimeError):
    """An engine is gone and may be opened anew; the message is a sentence."""


class OpenedCluster(NamedTuple):
    """An engine at work.

    Attributes
    ----------
    pool : Executor
    look : callable
        How many chunks it plays at once by now; told every few seconds. Raises ``LostEngine`` or
        ``EngineError``.
    stop : callable
        Ends at once what is being played.
    """

    pool: Executor
    look: Callable[[], int]
    stop: Callable[[], None]


@contextmanager
def open_dask(
    settings: Mapping[str, Any], workers: int, log: Callable[[str], None]
) -> Iterator[OpenedCluster]:
    """A cluster of processes of this machine, or that of the scheduler at ``address``."""
    address = settings.get("address")
    with quiet_dask() as distributed:
        if address is not None:
            with _client_of(distributed, str(address)) as client:
                yield opened(client, settings, f"the Dask scheduler at {address}", log)
            return
        with sheltered(), as_asked("Dask", LostEngine):
            cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            )
        with closed(cluster), distributed.Client(cluster) as client:
            yield opened(client, settings, "the Dask cluster", log, workers)


@contextmanager
def as_asked(name: str, failure: type[RuntimeError] = EngineError) -> Iterator[None]:
    """Say in a sentence that a cluster cannot be made of its settings."""
    try:
        yield
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise failure(f"{name} cannot be started as asked: {str(error).rstrip('.')}") from None


@contextmanager
def closed(cluster: Any) -> Iterator[None]:
    """A cluster, closed at the end; what goes wrong then concerns nobody any more."""
    try:
        yield
    finally:
        with suppress(Exception):
            cluster.close()


@contextmanager
def quiet_dask() -> Iterator[Any]:
    """Dask without its own words on stderr; of chunks that were lost it tells us, who begin them anew."""
    import dask
    import distributed

    heads = {name: logging.getLogger(name) for name in _LOGGERS}
    named = logging.root.manager.loggerDict.items()
    heads |= {n: lg for n, lg in named if isinstance(lg, logging.Logger) and n.partition(".")[0] in _LOGGERS}
    before = {name: logger.level for name, logger in heads.items()}
    for logger in heads.values():
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), dask.config.set({"distributed.scheduler.allowed-failures": 0}):
            warnings.filterwarnings("ignore", module="distributed")  # a port that is taken, a slow close
            yield distributed
    finally:
        for name, logger in heads.items():
            logger.setLevel(before[name])


def check_installed(kind: str) -> None:
    """Refuse an engine whose libraries are not there, before anything is begun.

    Raises
    ------
    InputError
    """
    needed = ("dask", "distributed", *(["dask_jobqueue"] if kind in OF_JOBS else []))
    missing = next((name for name in needed if find_spec(name) is None), None)
    if missing is not None:
        raise InputError(f'engine={kind} needs {missing.replace("_", "-")}: pip install "regimesim[cluster]"')


@contextmanager
def _client_of(distributed: Any, address: str) -> Iterator[Any]:
    try:
        client = distributed.Client(address, timeout=f"{ANSWERS_WITHIN:g}s")
    except (OSError, ValueError) as error:
        reason = f" ({error})" if isinstance(error, ValueError) else ""
        raise EngineError(f"no Dask scheduler answers at {address}{reason}") from None
    with client:
        yield client


def opened(
    client: Any, settings: Mapping[str, Any], name: str, log: Callable[[str], None], wanted: int = 0
) -> OpenedCluster:
    patience = settings.get("patience")
    watch = _Watch(client, name, None if patience is None else float(patience), log, wanted)
    pool = client.get_executor(pure=False)  # a chunk begun anew is not the one that was lost
    return OpenedCluster(pool, watch.look, lambda: _stop(client, pool))


def _stop(client: Any, pool: Executor) -> None:
    if client.status == "running":
        with suppress(Exception):  # a cluster that is going down anyway
            pool.shutdown(wait=False)


@dataclass
class _Watch:
    """Watch on a cluster: its scheduler, its workers."""

    client: Any
    name: str
    patience: float | None
    log: Callable[[str], None]
    wanted: int  # workers that are its own to replace
    workers: dict[str, int] = field(default_factory=dict)
    alone_since: float | None = None
    short_since: float | None = None

    def look(self) -> int:
        """Count the chunks that the cluster plays at once.

        Raises
        ------
        LostEngine
            If its scheduler is gone, or a worker of this machine is not replaced.
        EngineError
            If it has been without workers for too long.
        """
        now = self._threads()
        for address in self.workers.keys() - now.keys():
            self.log(f"{self.name} has lost the worker {address}")
        self.workers = now
        if len(now) >= self.wanted:
            self.short_since = None
        elif self.short_since is None:
            self.short_since = time.monotonic()
        elif time.monotonic() - self.short_since > REPLACED_WITHIN:
            raise LostEngine(f"{self.name} has not replaced a worker")
        if now:
            self.alone_since = None
        elif self.alone_since is None:
            self.alone_since = time.monotonic()
            self.log(f"{self.name} has no workers; waiting for one")
        elif self.patience is not None and time.monotonic() - self.alone_since > self.patience:
            raise EngineError(f"{self.name} has had no workers for {self.patience:g} seconds")
        return sum(now.values())

    def _threads(self) -> dict[str, int]:
        gone = LostEngine(f"{self.name} is gone")
        if self.client.status != "running":
            raise gone
        try:
            found: dict[str, int] = self.client.sync(
                self.client.scheduler.ncores, callback_timeout=ANSWERS_WITHIN
            )
        except (OSError, TimeoutError):
            raise gone from None
        return found

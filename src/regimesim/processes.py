"""Processes of this machine that go when they are told to, and with the process that started them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")
_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


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

"""Compilation of the core.

Four decorators: ``scalar`` for functions of numbers, which are inlined into the loops that call them (a loop
over lanes with a call left in it is not vectorised), ``kernel`` for functions that loop, ``lanewise`` for
loops over rows that do not overlap, and ``entry`` for those that Python calls. All divide as NumPy does,
because a test for zero at every division prevents vectorising too, and none reorders floating-point
arithmetic: compiled and plain Python give the same bits.

Nothing is compiled here, nor is numba imported: an entry asks for its code when it is first called
(:mod:`regimesim.core.keeping`), and most often that is code which was made before.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from regimesim.core.bundles import shape_of

F = TypeVar("F", bound=Callable[..., Any])
SWITCHED_OFF = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
"""Plain Python throughout, as numba's own switch says."""


class Compiled:
    """A function of the core: compiled for compiled functions, plain Python, at NumPy's rules, for Python."""

    def __init__(self, function: Callable[..., Any], manner: str) -> None:
        functools.update_wrapper(self, function)
        self.function, self.manner = function, manner

    def __call__(self, *arguments: Any) -> Any:
        """Give what the compiled function gives, bit for bit."""
        with np.errstate(all="ignore"):
            return _as_plain(self.function(*map(_as_numpy, arguments)))

    def __reduce__(self) -> str:
        """Name it: it is what its module has."""
        return self.__qualname__  # type: ignore[no-any-return, attr-defined]

    @functools.cached_property
    def dispatcher(self) -> Any:
        """The same function in the hands of numba."""
        from regimesim.core import jit

        return jit.dispatcher(self.function, self.manner)


class Entry(Compiled):
    """A function that Python calls compiled; ``codes`` has its code by the types of arguments."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function, "entry")
        self.codes: dict[tuple[str, ...], Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Call the code for these types of arguments, which is looked for, or made, the first time."""
        shapes = tuple([shape_of(argument) for argument in arguments])
        code = self.codes.get(shapes)
        if code is None:
            from regimesim.core.keeping import code_of

            code = self.codes[shapes] = code_of(self, arguments, shapes)
        return code(*arguments)


def _as_numpy(value: Any) -> Any:
    return np.float64(value) if type(value) is float else value


def _as_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_as_plain(each) for each in value)
    return value.item() if isinstance(value, np.generic) else value


def scalar(function: F) -> F:
    """Compile a function of numbers, inlined wherever it is called."""
    return function if SWITCHED_OFF else Compiled(function, "scalar")  # type: ignore[return-value]


def kernel(function: F) -> F:
    """Compile a function that loops over lanes, for other compiled functions to call."""
    return function if SWITCHED_OFF else Compiled(function, "kernel")  # type: ignore[return-value]


def lanewise(function: F) -> F:
    """Compile a loop over lanes that is given its rows one by one, no two of which may overlap.

    It is inlined, and there is nothing to check before the loop: it is vectorised, however many rows it reads
    and writes.
    """
    return function if SWITCHED_OFF else Compiled(function, "lanewise")  # type: ignore[return-value]


def entry(function: F) -> F:
    """Compile a function that Python calls: it changes its arguments and gives nothing."""
    return function if SWITCHED_OFF else Entry(function)  # type: ignore[return-value]

"""Functions of the core, before anything is compiled: what they are, and how Python calls them."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from regimesim.core.bundles import shape_of

Code = Callable[..., Any]
Shapes = tuple[str, ...]


@functools.cache
def switched_off() -> bool:
    """Tell whether all is plain Python, as numba's own switch says."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


class Compiled:
    """A function of the core: compiled for compiled functions, plain Python, at NumPy's rules, for Python."""

    def __init__(self, function: Code, manner: str) -> None:
        functools.update_wrapper(self, function)
        self.function, self.manner = function, manner

    def __call__(self, *arguments: Any) -> Any:
        """Give what the compiled function gives, bit for bit."""
        with np.errstate(all="ignore"):
            return _as_plain(self.function(*map(_as_numpy, arguments)))

    def __reduce__(self) -> str:
        """Name it: it is what its module has."""
        return self.__qualname__  # type: ignore[no-any-return, attr-defined]


class Entry(Compiled):
    """A function that Python calls compiled; ``codes`` has its code by the types of arguments."""

    def __init__(self, function: Code, find: Callable[[Entry, tuple[Any, ...], Shapes], Code]) -> None:
        super().__init__(function, "entry")
        self.find, self.codes = find, dict[Shapes, Code]()

    def __call__(self, *arguments: Any) -> Any:
        """Call the code for these types of arguments, which is looked for, or made, the first time."""
        shapes = tuple([shape_of(argument) for argument in arguments])
        code = self.codes.get(shapes)
        if code is None:
            code = self.codes[shapes] = self.find(self, arguments, shapes)
        return code(*arguments)


def _as_numpy(value: Any) -> Any:
    return np.float64(value) if type(value) is float else value


def _as_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_as_plain(each) for each in value)
    return value.item() if isinstance(value, np.generic) else value

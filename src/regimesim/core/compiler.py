"""Compilation of the core.

Five decorators: ``scalar`` for functions of numbers, which are inlined into the loops that call them (a loop
over lanes with a call left in it is not vectorised), ``kernel`` for functions that loop, ``lanewise`` for
loops over rows that do not overlap, ``inlined`` for what hands rows over to them, and ``entry`` for those
that Python calls. All divide as NumPy does, because a test for zero at every division prevents vectorising
too, and none reorders floating-point arithmetic: compiled and plain Python give the same bits.

Nothing is compiled here, nor is numba imported: an entry asks for its code when it is first called
(:mod:`regimesim.core.keeping`), and most often that is code which was made before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from regimesim.core.functions import Code, Compiled, Entry, Shapes, switched_off

F = TypeVar("F", bound=Callable[..., Any])


def _find(entry: Entry, arguments: tuple[Any, ...], shapes: Shapes) -> Code:
    from regimesim.core.keeping import code_of

    return code_of(entry, arguments, shapes)


def scalar(function: F) -> F:
    """Compile a function of numbers, inlined wherever it is called."""
    return function if switched_off() else Compiled(function, "scalar")  # type: ignore[return-value]


def kernel(function: F) -> F:
    """Compile a function that loops over lanes, for other compiled functions to call."""
    return function if switched_off() else Compiled(function, "kernel")  # type: ignore[return-value]


def lanewise(function: F) -> F:
    """Compile a loop over lanes that is given its rows one by one, no two of which may overlap.

    It is inlined, and there is nothing to check before the loop: it is vectorised, however many rows it reads
    and writes.
    """
    return function if switched_off() else Compiled(function, "lanewise")  # type: ignore[return-value]


def inlined(function: F) -> F:
    """Compile a function into each of its callers: what they give it as a number is one in its loops."""
    return function if switched_off() else Compiled(function, "inlined")  # type: ignore[return-value]


def entry(function: F) -> F:
    """Compile a function that Python calls: it changes its arguments and gives nothing."""
    return function if switched_off() else Entry(function, _find)  # type: ignore[return-value]

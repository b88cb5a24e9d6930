"""Compilation of the core.

Three decorators: ``scalar`` for functions of numbers, which are inlined into the loops that call them
(a loop over lanes with a call left in it is not vectorised), ``kernel`` for functions that loop, and
``entry`` for those of them that Python calls. All divide as NumPy does, because a test for zero at every
division prevents vectorising too, and none reorders floating-point arithmetic: compiled and plain Python give
the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

import regimesim.core.jit  # noqa: F401 (teaches numba of bundles)
from regimesim.core.keeping import Kept

F = TypeVar("F", bound=Callable[..., Any])


def scalar(function: F) -> F:
    """Compile a function of numbers, inlined wherever it is called."""
    compiled: F = numba.njit(error_model="numpy", forceinline=True, no_cfunc_wrapper=True, _nrt=False)(
        function
    )
    return compiled


def kernel(function: F) -> F:
    """Compile a function that loops over lanes, for other compiled functions to call."""
    compiled: F = numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)(
        function
    )
    return compiled


def lanewise(function: F) -> F:
    """Compile a loop over lanes that is given its rows one by one, no two of which may overlap.

    It is inlined, and there is nothing to check before the loop: it is vectorised, however many rows it reads
    and writes.
    """
    compiled: F = numba.njit(error_model="numpy", forceinline=True, no_cfunc_wrapper=True, _nrt=False)(
        function
    )
    if compiled is not function:
        compiled._compiler._customize_flags = _without_aliases  # type: ignore[attr-defined]
    return compiled


def _without_aliases(flags: Any) -> Any:
    flags.noalias = True
    return flags


def entry(function: F) -> F:
    """Compile a kernel that Python calls, and keep the result on disk between runs."""
    compiled: F = numba.njit(error_model="numpy", nogil=True, no_cfunc_wrapper=True, _nrt=False)(function)
    if compiled is not function:  # with the compiler switched off they are the same
        compiled._cache = Kept(function)  # type: ignore[attr-defined]
    return compiled

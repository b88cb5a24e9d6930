"""How the core is compiled, and where compiled code is kept.

Two decorators: ``scalar`` for functions of numbers, which are inlined into the loops that call them
(a loop over lanes with a call left in it is not vectorised), and ``kernel`` for functions that loop.
Both divide as NumPy does, because a test for zero at every division prevents vectorising too, and
neither reorders floating-point arithmetic: compiled and plain Python give the same bits.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

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


def entry(function: F) -> F:
    """Compile a kernel that Python calls, and keep the result on disk between runs.

    numba's own cache notices a change in the file of ``function`` only. The folder is therefore
    named after the content of the whole core: any edit anywhere in it makes a new one.
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        compiled: F = numba.njit(
            error_model="numpy", nogil=True, cache=True, no_cfunc_wrapper=True, _nrt=False
        )(function)
    finally:
        numba.config.CACHE_DIR = before
    return compiled


def cache_folder() -> Path:
    """Where compiled code of this very core is kept (XDG cache, or ``REGIMESIM_CACHE``)."""
    chosen = os.environ.get("REGIMESIM_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return (Path(chosen) if chosen else Path(home) / "regimesim") / core_hash()


def core_hash() -> str:
    """A name for the exact content of the core's sources."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]

"""Named tuples of arrays that compiled functions hand on by reference, and their tables in memory.

numba passes a named tuple by value: each of its arrays becomes eight or so arguments of every function
that is given it, and the bundles of :mod:`regimesim.core.world` nearly nine hundred. They took more time to
compile than what the functions do with them. A class marked with :func:`by_reference` is one argument, the
address of a table of its arrays, and is used like any named tuple: ``world.trust[i, j, lane]``.

A table is the same for every target: for an array two null pointers (its owners, to numba), the number of
its elements, the bytes of one, the address of the first, the extent of each axis and the bytes from one to
the next along it; for a number itself. All are 64 bits wide, but for pointers, which are as wide as those of
the target.
"""

from __future__ import annotations

import functools
import sys
from typing import Any, TypeVar

import numpy as np

C = TypeVar("C", bound=type[tuple[Any, ...]])


class ByReference:
    """Mark of the classes that compiled functions take by reference; an instance keeps its own table."""

    _shape: str | None = None

    def __getstate__(self) -> None:
        """Leave the table out of copies: it says where the arrays of this very instance are."""


def by_reference(cls: C) -> C:
    """Have compiled functions take instances of the named tuple ``cls`` by reference."""
    names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    return type(cls.__name__, (ByReference, cls), names)  # type: ignore[return-value]


def shape_of(value: Any) -> str:
    """Describe what compiled code has to know of an argument: the same text, the same code.

    Examples
    --------
    >>> shape_of(np.zeros((2, 3))), shape_of(np.zeros((2, 3)).T), shape_of(1), shape_of(np.float64(0.5))
    ('<f8[2]', '<f8[2, Fortran]', 'int', 'float')
    """
    if isinstance(value, ByReference):
        if value._shape is None:
            fields = zip(value._fields, value, strict=True)  # type: ignore[attr-defined, call-overload]
            text = f"&{type(value).__name__}({', '.join(f'{k} {shape_of(x)}' for k, x in fields)})"
            value._shape = sys.intern(text)
        return value._shape
    if isinstance(value, np.ndarray):
        flags = value.flags
        order = "" if flags.c_contiguous else ", Fortran" if flags.f_contiguous else ", strided"
        return f"{_kind(value.dtype)}[{value.ndim}{order}{'' if flags.writeable else ', read-only'}]"
    return _NUMBERS.get(type(value)) or (
        value.dtype.str if isinstance(value, np.generic) else type(value).__name__
    )


_NUMBERS = {int: "int", np.int64: "int", float: "float", np.float64: "float"}


@functools.cache
def _kind(dtype: np.dtype[Any]) -> str:
    return dtype.str if dtype.names is None else f"record{dtype.descr}"


def words_of(value: Any) -> list[int]:
    """Lay out an entry of a table, or an array as an argument, in 64-bit words."""
    if isinstance(value, np.ndarray):
        address = value.ctypes.data  # the interface of arrays describes records, which takes long
        return [0, 0, value.size, value.itemsize, address, *value.shape, *value.strides]
    return [int(value)]


def address_of(bundle: ByReference) -> int:
    """Address of a bundle's table for a target of 64 bits; made once, as its arrays stay where they are.

    Threads share settings: the first table that is ready is that of all, and stays for as long as the bundle.
    """
    made = bundle.__dict__.get("_table")
    if made is None:
        words = [word for entry in bundle for word in words_of(entry)]  # type: ignore[attr-defined]
        table = np.array(words, np.int64)
        made = bundle.__dict__.setdefault("_table", (table.__array_interface__["data"][0], table))
    return int(made[0])

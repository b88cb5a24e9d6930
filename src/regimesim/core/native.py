"""Object code in this process: loaded by LLVM, without a compiler or a linker, and called by its address.

A function takes the address for a result that it does not give, that for an error that it does not raise,
and then its arguments: bundles by the address of their table, arrays as the words of theirs, numbers
themselves. It gives 0.
"""

from __future__ import annotations

import ctypes
import functools
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regimesim.core.bundles import ByReference, address_of, words_of

_V3 = "avx2 bmi1 bmi2 f16c fma abm movbe"
LEVELS = {
    "x86-64-v4": frozenset(f"{_V3} avx512f avx512bw avx512cd avx512dq avx512vl".split()),
    "x86-64-v3": frozenset(_V3.split()),
    "x86-64": frozenset[str](),
}
"""Levels of x86-64 by what the system says of a processor that has them, the best first."""

_RESULTS = (ctypes.c_int64 * 8)()
_ENGINES: list[Any] = []
"""Loaded code stays where it is."""


class Code:
    """A loaded function; the arguments of every call are of the kinds that it was made for."""

    def __init__(self, address: int) -> None:
        self._address = address
        self._function: Any = None

    def __call__(self, *arguments: Any) -> None:
        """Call it; other threads of Python run meanwhile."""
        words: list[Any] = []
        for argument in arguments:
            if isinstance(argument, ByReference):
                words.append(address_of(argument))
            elif isinstance(argument, float):
                words.append(float(argument))
            else:
                words += words_of(argument)
        if self._function is None:
            self._function = _prototype(words)(self._address)
        status = self._function(_RESULTS, ctypes.byref(_RESULTS, 32), *words)
        if status:
            raise RuntimeError(f"compiled code ended with status {status}")


def _prototype(words: list[Any]) -> Any:
    kinds = [ctypes.c_double if isinstance(word, float) else ctypes.c_int64 for word in words]
    return ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *kinds)


def load(content: bytes) -> Callable[[str], Code]:
    """Load an object file, and give the function that finds a function in it by its name.

    Raises
    ------
    RuntimeError
        If it cannot be loaded, or the function is not there.
    """
    import llvmlite.binding as llvm  # type: ignore[import-untyped]

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=0, jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(content))
    engine.finalize_object()
    _ENGINES.append(engine)

    def find(name: str) -> Code:
        address = engine.get_function_address(name)
        if not address:
            raise RuntimeError(f"no function {name} in the compiled code")
        return Code(address)

    return find


@functools.cache
def usable_targets() -> tuple[str, ...]:
    """Name the targets whose code runs on this machine, the fastest first."""
    machine = platform.machine().lower()
    if sys.platform != "linux" or machine not in ("x86_64", "amd64", "aarch64"):
        return ()
    if machine == "aarch64":
        return ("aarch64",)
    here = _flags()
    return tuple(level for level, needed in LEVELS.items() if needed <= here)


@functools.cache
def processor() -> str:
    """Tell this kind of processor from others, for code that is made for it alone."""
    return f"{platform.processor()} {_line('model name')} {_line('flags')}{_line('Features')}"


def _flags() -> frozenset[str]:
    """List what the system says that the processor can do."""
    return frozenset(_line("flags").split())


@functools.cache
def _line(name: str) -> str:
    """Look up what the system says of its first processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")

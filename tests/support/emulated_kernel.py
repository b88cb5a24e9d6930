"""Object code for another processor in the place of what numba compiles: an emulator runs its entries.

It takes QEMU's user mode and a C compiler for that processor: in Debian the packages ``qemu-user``,
``gcc-aarch64-linux-gnu`` and ``libc6-dev-arm64-cross``.
"""

from __future__ import annotations

import ctypes
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from checkout import SUPPORT

from regimesim.core.bundles import ByReference, words_of

EMULATOR, COMPILER = "qemu-aarch64", "aarch64-linux-gnu-gcc"
ENTRIES = ("play", "margins", "uniforms", "scan")
BASE, RESULTS, ALIGNMENT = 0x200000000, 64, 64


def available() -> bool:
    """Tell whether the emulator and the compiler are there."""
    return bool(shutil.which(EMULATOR) and shutil.which(COMPILER))


class Emulator:
    """A process of the other processor that runs entries of an object file."""

    def __init__(self, code: Path) -> None:
        self.folder = tempfile.TemporaryDirectory()
        program = Path(self.folder.name, "kernel")
        sources = [str(SUPPORT / "emulated_kernel.c"), str(code)]
        subprocess.run([COMPILER, "-static", "-O1", *sources, "-lm", "-o", str(program)], check=True)
        self.process = subprocess.Popen(
            [EMULATOR, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Emulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.folder.cleanup()

    def call(self, entry: str, *arguments: Any) -> None:
        """Call an entry; the arrays among the arguments, and in bundles, are changed as it changes them."""
        memory = Memory()
        words = [word for argument in arguments for word in memory.words(argument)]
        given = bytes(memory.content)
        head = struct.pack("<3q", ENTRIES.index(entry), len(given), len(words))
        self.process.stdin.write(head + b"".join(words) + given)
        self.process.stdin.flush()
        memory.take_back(self.process.stdout.read(len(given)))


class Memory:
    """The memory of the other process, with everything that a call needs."""

    def __init__(self) -> None:
        self.content = bytearray(RESULTS)
        self.places: dict[int, tuple[np.ndarray, int]] = {}

    def words(self, argument: Any) -> list[bytes]:
        """Put an argument into memory, and give the words that are handed over for it."""
        if isinstance(argument, ByReference):
            table = b"".join(word for entry in argument for word in self.words(entry))
            return [struct.pack("<q", BASE + self.put(table))]
        if isinstance(argument, float):
            return [struct.pack("<d", argument)]
        words = words_of(argument)
        if isinstance(argument, np.ndarray):
            words[4] = self.address(argument)
        return [struct.pack("<q", word) for word in words]

    def put(self, content: bytes) -> int:
        """Append some bytes; where they begin."""
        self.content += bytes(-len(self.content) % ALIGNMENT)
        start = len(self.content)
        self.content += content
        return start

    def address(self, array: np.ndarray) -> int:
        """Address of an array, together with whatever else lies in the memory that it is a part of."""
        owner = array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        if id(owner) not in self.places:
            self.places[id(owner)] = owner, self.put(ctypes.string_at(owner.ctypes.data, owner.nbytes))
        return BASE + self.places[id(owner)][1] + array.ctypes.data - owner.ctypes.data

    def take_back(self, content: bytes) -> None:
        """Copy what the arrays hold there into them."""
        for owner, start in self.places.values():
            if owner.flags.writeable:
                ctypes.memmove(owner.ctypes.data, content[start : start + owner.nbytes], owner.nbytes)

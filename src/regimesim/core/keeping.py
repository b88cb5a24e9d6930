"""Compiled code on disk: a file for each function and signature, believed only if it is whole.

numba's own cache knows of an edit in the file of a function only, believes whatever it finds, and lets no
program start where it cannot write. Here the folder is named after the content of the whole core; a file
begins with the checksum of what it holds and of what it was compiled for; and one that cannot be read, or
written, only means that the function is compiled.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import platform
import uuid
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

SUFFIX = ".compiled"
_CHECKSUM = hashlib.sha256().digest_size


class Kept(NullCache):  # type: ignore[misc]
    """A cache that a dispatcher of numba asks before it compiles, and gives the code to afterwards."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}"
        try:
            self._source = Path(function.__code__.co_filename).read_bytes()
        except OSError:  # within an archive, say: what it does is all there is to tell it by
            self._source = function.__code__.co_code

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(cache_folder())

    def load_overload(self, sig: Any, target_context: Any) -> CompileResult | None:
        """Load what is kept for those types of arguments, or None."""
        target_context.refresh()
        key = self._key(sig, target_context.codegen())
        with suppress(OSError):
            content = self._path(key).read_bytes()
            payload = content[_CHECKSUM:]
            if content[:_CHECKSUM] == _checksum(key, payload):
                return CompileResult._rebuild(target_context, *pickle.loads(payload))
        return None

    def save_overload(self, sig: Any, data: CompileResult) -> None:
        """Keep what has been compiled; two processes may do so at once."""
        key, payload = self._key(sig, data.codegen), dumps(data._reduce())
        path = self._path(key)
        partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(_checksum(key, payload) + payload)
            os.replace(partial, path)
        except OSError as error:
            _say_once(path.parent, error.strerror)
        finally:
            with suppress(OSError):
                partial.unlink()

    def _key(self, signature: Any, codegen: Any) -> bytes:
        made_for = (numba.__version__, platform.python_version(), codegen.magic_tuple(), signature)
        return hashlib.sha256(repr((self._name, made_for)).encode() + self._source).digest()

    def _path(self, key: bytes) -> Path:
        return cache_folder() / f"{self._name.removeprefix('regimesim.')}-{key.hex()[:16]}{SUFFIX}"


def _checksum(key: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(key + payload).digest()


@functools.cache
def _say_once(folder: Path, reason: str) -> None:
    warnings.warn(
        f"compiled code cannot be kept in {folder} ({reason}), so it is compiled every time; REGIMESIM_CACHE "
        "names another folder",
        stacklevel=4,
    )


def cache_folder() -> Path:
    """Name the folder of compiled code of this very core (XDG cache, or ``REGIMESIM_CACHE``)."""
    if chosen := os.environ.get("REGIMESIM_CACHE"):
        return Path(chosen) / core_hash()
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # whoever this is has no home: a folder that cannot be made
        home = Path(os.devnull)
    return home / "regimesim" / core_hash()


def anything_kept() -> bool:
    """Tell whether compiled code of this very core is on disk."""
    return any(cache_folder().glob(f"*{SUFFIX}"))


_NOT_COMPILED = ("keeping.py", "native.py")
"""Files of the core that no compiled code depends on."""


@functools.cache
def core_hash() -> str:
    """A name for the exact content of the core's sources, as far as compiled code depends on them."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name not in _NOT_COMPILED:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]

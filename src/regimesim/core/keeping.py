"""Code of entries: shipped with the package, kept on disk, or compiled; never that of other sources.

What the package brings was made ahead of time for some targets (``tools/build_kernel.py``) and says from
which sources; what this machine compiles is kept in a folder named after them, an object file for each
function and types of arguments, which begins with the checksum of its content and of what it is for. A file
that cannot be read, written or loaded, that is of anything else, or that somebody else could have written,
only means that the function is compiled.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import sys
import threading
import uuid
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from regimesim.core import native
from regimesim.core.functions import Entry, Shapes, switched_off
from regimesim.core.ownership import only_mine

SUFFIX = ".compiled"
SHIPPED = Path(__file__).parent / "built"
"""Folder of what was made ahead of time; an editable install has none."""
NUMBA = "numba"
_CHECKSUM = hashlib.sha256().digest_size
_LOCK = threading.Lock()


def code_of(entry: Entry, arguments: tuple[Any, ...], shapes: Shapes) -> Callable[..., Any]:
    """Find code of an entry for some types of arguments, or compile it."""
    with _LOCK:
        found = entry.codes.get(shapes) or _shipped(entry, shapes) or _kept(entry, shapes)
        return found or _compiled(entry, arguments, shapes)


def target() -> str:
    """Name what the kernel was made for: a shipped target, ``numba``, or ``python`` without any compiler."""
    if switched_off():
        return "python"
    return next((name for name in _usable() if name in shipped_targets()), NUMBA)


def shipped_targets() -> frozenset[str]:
    """Name the targets for which code of the present sources is shipped."""
    return frozenset(_contents()["targets"])


def _usable() -> tuple[str, ...]:
    """Name the targets to be looked for; ``REGIMESIM_TARGET`` names one, or ``numba``."""
    asked = os.environ.get("REGIMESIM_TARGET")
    return native.usable_targets() if not asked else (asked,)


@functools.cache
def _contents() -> dict[str, Any]:
    """Read what is shipped; nothing if it was made from other sources."""
    with suppress(OSError, ValueError):
        contents: dict[str, Any] = json.loads((SHIPPED / "built.json").read_text("utf-8"))
        if contents["sources"] == core_hash():
            return contents
        _say_once("the compiled code that was installed is of other sources, so the model is compiled")
    return {"entries": {}, "targets": {}}


def _shipped(entry: Entry, shapes: Shapes) -> Callable[..., Any] | None:
    name, known = target(), _contents()["entries"].get(entry_name(entry))
    if name == NUMBA or known is None or tuple(known["shapes"]) != shapes:
        return None
    with suppress(OSError, RuntimeError, ImportError):
        return _loaded(name)(known["symbol"])
    _say_once(f"the compiled code for {name} cannot be loaded, so the model is compiled")
    return None


@functools.cache
def _loaded(name: str) -> Callable[[str], native.Code]:
    content = (SHIPPED / f"{name}.o").read_bytes()
    if hashlib.sha256(content).hexdigest() != _contents()["targets"][name]:
        raise OSError(f"{name}.o is damaged")
    return native.load(content)


def _kept(entry: Entry, shapes: Shapes) -> Callable[..., Any] | None:
    path, key = _place(entry, shapes)
    with suppress(OSError, RuntimeError, ImportError):
        if not only_mine(path):
            _say_once(
                f"compiled code in {path.parent} is not loaded, because others may write there, and it is "
                "compiled anew; REGIMESIM_CACHE names another folder"
            )
            return None
        content = path.read_bytes()
        payload = content[_CHECKSUM:]
        if content[:_CHECKSUM] == _checksum(key, payload):
            return native.load(payload)(_symbol(entry))
    return None


def _compiled(entry: Entry, arguments: tuple[Any, ...], shapes: Shapes) -> Callable[..., Any]:
    """Compile an entry, and keep the code if it gives nothing; another is compiled in every process."""
    from regimesim.core import jit

    if entry_name(entry) in _SLOW and is_interactive():
        print("regimesim: compiling the model (once, for a minute or less)", file=sys.stderr, flush=True)
    payload = jit.code_for_here(entry, arguments, _symbol(entry))
    if payload is None:
        return jit.dispatcher_of(entry)  # type: ignore[no-any-return]
    path, key = _place(entry, shapes)
    _keep(path, _checksum(key, payload) + payload)
    try:
        return native.load(payload)(_symbol(entry))
    except RuntimeError as error:
        _say_once(f"compiled code cannot be loaded ({error}), so it is compiled in every process")
        return jit.dispatcher_of(entry)  # type: ignore[no-any-return]


_SLOW = ("core.kernel.play", "core.steps.play_steps")
"""Entries that take so long that somebody who waits wants to know what for."""


def is_interactive() -> bool:
    """Tell whether somebody types in Python or in a notebook; commands have a bar of their own."""
    return hasattr(sys, "ps1") or "ipykernel" in sys.modules


def _keep(path: Path, content: bytes) -> None:
    """Write a file as a whole; two processes may do so at once."""
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o755, exist_ok=True)
        partial.write_bytes(content)
        partial.chmod(0o644)  # whatever the user's mask is
        os.replace(partial, path)
    except OSError as error:
        _say_once(
            f"compiled code cannot be kept in {path.parent} ({error.strerror}), so it is compiled every "
            "time; REGIMESIM_CACHE names another folder"
        )
    finally:
        with suppress(OSError):
            partial.unlink()


def _place(entry: Entry, shapes: Shapes) -> tuple[Path, bytes]:
    """Give the file of a function and types of arguments, and all that the code in it depends on."""
    name = entry_name(entry)
    made_for = (name, version("numba"), platform.machine(), native.processor(), shapes)
    key = hashlib.sha256(repr(made_for).encode() + _source_of(entry)).digest()
    return cache_folder() / f"{name}-{key.hex()[:16]}{SUFFIX}", key


def _source_of(entry: Entry) -> bytes:
    code = entry.function.__code__
    try:
        return Path(code.co_filename).read_bytes()
    except OSError:  # within an archive, say: what it does is all there is to tell it by
        return code.co_code


def entry_name(entry: Entry) -> str:
    """Name an entry by its module and its own name."""
    return f"{entry.function.__module__}.{entry.function.__qualname__}".removeprefix("regimesim.")


def _symbol(entry: Entry) -> str:
    return entry.function.__name__.strip("_")


def _checksum(key: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(key + payload).digest()


@functools.cache
def _say_once(what: str) -> None:
    warnings.warn(what, stacklevel=6)


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
    """Tell whether compiled code of this very core is on disk, or none is needed."""
    return target() != NUMBA or any(cache_folder().glob(f"*{SUFFIX}"))


_NOT_COMPILED = ("bundles.py", "keeping.py", "native.py")
"""Files of the core that no compiled code depends on."""


@functools.cache
def core_hash() -> str:
    """A name for the exact content of the core's sources, as far as compiled code depends on them."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name not in _NOT_COMPILED:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]

"""Folders and files that are there whole or not at all.

What is made is written into a folder beside its place and moved there when it is complete: whatever stands
under its own name is whole. The name is chosen before anything is made, so that at no moment an interrupt
finds something made that nobody would take away again.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from regimesim.scenario.messages import InputError, quoted

PARTIAL = ".partial-"


def write_folder(path: Path, fill: Callable[[Path], None]) -> Path:
    """Make a folder with everything that ``fill`` writes into it, or none at all."""
    check_absent(path)
    try:
        with workshop(path.parent) as partial:
            try:
                fill(partial)
            except InputError as error:  # of a file in the making: it is said of what it is to be
                raise InputError(str(error).replace(str(partial), str(path))) from None
            try:
                os.rename(partial, path)
            except OSError:
                if os.path.lexists(path):
                    raise InputError(
                        f"out={path} was taken by another command meanwhile; choose another"
                    ) from None
                raise
    except OSError as error:
        raise InputError(f"cannot write to {path}: {system_reason(error)}") from None
    return path


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A new folder in ``folder`` for what is not finished, and ``folder`` itself if there is none.

    Afterwards it is gone, but for what has been moved out of it, and so is a folder made for nothing.
    """
    missing = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    partial = aside(folder / "any")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for place in missing:
            with suppress(OSError):  # something is in it
                place.rmdir()


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file under another name and move it to its place: what has its name is whole.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    partial = aside(path)
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


_OF_THE_DISK = {
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EROFS", "EFBIG", "EIO", "EACCES", "EPERM")
}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw pictures within this: whatever goes wrong with them is said, and costs nothing else.

    What the disk refuses is raised, because it concerns the tables too.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise
        words = " ".join(str(error).split()) or type(error).__name__
        warnings.warn(f"not all pictures could be drawn ({words}); everything else is written", stacklevel=3)


def aside(path: Path) -> Path:
    """A name beside a place, for what is not finished; nothing is made, so that an interrupt leaves nothing.

    It is absolute: a library may take a relative path for an address of the web.
    """
    return path.absolute().with_name(f"{PARTIAL}{secrets.token_hex(8)}")


def system_reason(error: OSError) -> str:
    """Why the system refuses, in its words."""
    return os.strerror(error.errno) if error.errno else " ".join(str(error).split())


def folder_named(out: str) -> Path:
    """The folder that ``out=DIR`` names.

    Raises
    ------
    InputError
        If that is no name.
    """
    if not out.strip():
        raise InputError("out= needs the name of a folder")
    folder = os.path.expanduser(out)
    if folder.startswith("~"):
        raise InputError(f"out={out}: there is nobody of that name; a folder so called is out=./{out}")
    return Path(folder)


def folder_of_now(*names: str) -> Path:
    """A folder in ``outputs``, named after the time; where clocks are set back, another of that time."""
    now = datetime.now().isoformat(timespec="microseconds").replace(":", "-")
    folder = Path("outputs", *names, now)
    for number in count(2):
        if not os.path.lexists(folder):
            break
        folder = folder.with_name(f"{now}-{number}")
    return folder


def check_absent(path: Path) -> None:
    """Refuse a folder to be made that is there already, or whose name cannot be."""
    try:
        path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"cannot write to {path}: {system_reason(error)}") from None
    except ValueError:  # a null byte
        raise InputError(f"{quoted(str(path))} cannot be the name of a folder") from None
    raise InputError(f"out={path} exists already; choose another folder or remove it")


def check_writable(folder: Path) -> None:
    """Refuse a folder that nothing could be written into, before any work is done; leaves nothing behind."""
    nearest = folder
    try:
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        if not nearest.is_dir():
            raise InputError(f"cannot write to {folder}: {nearest} is not a folder")
        probe = aside(nearest / "probe")
        try:
            probe.mkdir()
        finally:
            with suppress(FileNotFoundError):
                probe.rmdir()
    except OSError as error:
        raise InputError(f"cannot write to {nearest}: {system_reason(error)}") from None
    except InputError:  # which is a ValueError
        raise
    except ValueError:  # a null byte
        raise InputError(f"{quoted(str(folder))} cannot be the name of a folder") from None

"""Files that nobody else can have changed: compiled code is run, so it is not taken from any other."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_BY_GROUP, _BY_ALL = stat.S_IWGRP, stat.S_IWOTH


def only_mine(path: Path) -> bool:
    """Tell whether nobody but this user and the administrator can change a file, or put another in its place.

    The file and each folder above it must belong to one of the two, and be writable for no one else; a folder
    such as ``/tmp``, in which only the owner of a file can replace it, may stand above.

    Raises
    ------
    OSError
        If there is no such file.
    """
    if os.name != "posix":
        return True
    real = Path(os.path.realpath(path))
    return all(_is_mine(os.stat(place), place in real.parents[1:]) for place in (real, *real.parents))


def _is_mine(found: os.stat_result, above: bool) -> bool:
    if found.st_uid not in (0, os.getuid()):
        return False
    if above and found.st_mode & stat.S_ISVTX:
        return True
    if found.st_mode & _BY_ALL:
        return False
    return not found.st_mode & _BY_GROUP or _is_mine_alone(found.st_gid)


def _is_mine_alone(group: int) -> bool:
    """Tell whether a group is that of this user alone, as many systems give to everybody."""
    import grp
    import pwd

    try:
        me, there = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(group)
    except KeyError:
        return False
    return there.gr_name == me and set(there.gr_mem) <= {me}

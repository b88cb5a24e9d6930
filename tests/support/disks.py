"""Disks of any size, mounted for a test: full ones, and such as are turned read-only."""

import os
import shutil
import subprocess
from contextlib import contextmanager, suppress

import pytest


@contextmanager
def mounted(folder, *options):
    """A file system of its own at a folder."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)]
    if os.geteuid() or shutil.which("mount") is None:
        pytest.skip("only root can mount a file system")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def fill(file):
    """Leave no room beside a file."""
    with open(file, "wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(b"x" * 4096)

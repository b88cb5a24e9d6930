"""Environments outside the checkout: a Python, and a wheel or an sdist installed as users install it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from oldest import oldest, uv, wheels_only

PYTHONS = ("3.11", "3.12", "3.13")
AGES = ("oldest", "newest")


@dataclass(frozen=True)
class Environment:
    """A Python with the package, and an empty folder to be in."""

    python: Path
    folder: Path

    def __call__(self, *arguments, **options):
        """Carry out a command with that Python, in that folder."""
        hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
        settings = {key: value for key, value in os.environ.items() if key not in hidden}
        settings["REGIMESIM_CACHE"] = str(self.folder.parent / "cache")
        return subprocess.run(
            [self.python, *arguments], cwd=self.folder, env=settings, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, **options,
        )  # fmt: skip

    def install(self, *packages):
        uv("pip", "install", "--python", self.python, *wheels_only(), *packages)


def environment(folder, package, python, age="newest"):
    """A fresh environment with the package without extras, and its oldest or its newest libraries."""
    uv("venv", "--python", python, folder / "venv")
    made = Environment(
        folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"), folder / "empty"
    )
    made.folder.mkdir()
    constraints = []
    if age == "oldest":
        (folder / "oldest.txt").write_text(oldest(python, ()), "utf-8")
        constraints = ["--constraint", folder / "oldest.txt"]
    made.install(package, *constraints)
    return made


def interpreter(version):
    """A Python of that version, by its name or among those of pyenv; None if there is none that runs."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"))]
    check = f"import sys; sys.exit('{version}' != '%d.%d' % sys.version_info[:2])"
    return next((path for path in found if path and _runs(path, check)), None)


def _runs(path, check):
    return subprocess.run([path, "-c", check], capture_output=True, check=False).returncode == 0

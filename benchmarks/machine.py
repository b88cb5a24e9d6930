"""The machine, and all that has to be built first: C programs, and environments for peers."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
import venv
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FOLDER = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "regimesim-benchmarks"
OPTIONS = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
"""None of them changes a number."""
PEERS = {"axelrod": "axelrod==4.13.1", "egttools": "egttools==0.1.14.2"}


def native(name: str) -> ctypes.CDLL:
    """A C program of ``benchmarks/native``, compiled for this machine."""
    CACHE.mkdir(parents=True, exist_ok=True)
    target = CACHE / f"{name}.so"
    source = FOLDER / "native" / f"{name}.c"
    subprocess.run(["gcc", *OPTIONS, "-shared", "-fPIC", source, "-o", target, "-lm"], check=True)
    return ctypes.CDLL(str(target))


def peer(name: str) -> Path | None:
    """The interpreter of an environment with that peer in it, made if there is none; None if it cannot be."""
    home = CACHE / name
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(home, with_pip=True)
        done = subprocess.run([python, "-m", "pip", "install", "-q", PEERS[name]], check=False)
        if done.returncode:
            print(f"{PEERS[name]} cannot be installed here; left out", file=sys.stderr)
            return None
    return python


def facts() -> dict[str, str]:
    """The machine and the versions."""
    gcc = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=False).stdout
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: _version(name) for name in ("numpy", "numba", "mesa")},
        "gcc": f"{gcc.strip()} {' '.join(OPTIONS)}",
        **{name: pin.split("==")[1] for name, pin in PEERS.items()},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"

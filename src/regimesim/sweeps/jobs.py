"""Workers that are jobs of a batch system: SLURM, and every other that dask-jobqueue knows.

What is common to all systems has one name here. Whatever else the file of an engine says is handed to
dask-jobqueue under the name it has there, so that another system costs no more than a file.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from regimesim.scenario.messages import known
from regimesim.sweeps.clusters import (
    EngineError,
    OpenedCluster,
    as_asked,
    closed,
    opened,
    quiet_dask,
    sheltered,
)

CLUSTERS = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "lsf": "LSFCluster",
    "sge": "SGECluster",
    "oar": "OARCluster",
    "htcondor": "HTCondorCluster",
    "moab": "MoabCluster",
}
"""dask-jobqueue's class for each batch system."""

_COMMON = ("system", "workers", "cores", "memory", "interface", "directives", "skip", "prologue", "patience")
_RENAMED = {"partition": "queue"}
_ASKS_FOR_MEMORY = {"slurm": "--mem=", "lsf": "#BSUB -M", "htcondor": "RequestMemory"}
"""The line of a job script that does, where it is one of its own."""
_SOME = "1GB"
"""dask-jobqueue wants a number, also where nothing is made of it."""


def system_of(settings: Mapping[str, Any]) -> str:
    """Name the batch system of an engine.

    Raises
    ------
    InputError
        If it is not known.
    """
    return str(known(str(settings.get("system", "slurm")), list(CLUSTERS), "batch system", "engine.system"))


def job_settings(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Translate an engine's settings into those of a job of dask-jobqueue.

    Parameters
    ----------
    settings : mapping
        As in the file of the engine; what is null is left out.
    folder : Path
        Of the sweep: jobs log into a folder in it.
    """
    system, cores, memory = system_of(settings), int(settings["cores"]), settings.get("memory")
    found: dict[str, Any] = {
        "cores": cores,
        "processes": cores,
        "memory": _SOME if memory is None else str(memory),
        "log_directory": str(folder.absolute() / system),
        "job_extra_directives": settings.get("directives") or [],
        "job_directives_skip": list(settings.get("skip") or []),
        "job_script_prologue": list(settings.get("prologue") or []),
    }
    for name, value in settings.items():
        if value is not None and (name not in _COMMON or name == "interface"):
            found[_RENAMED.get(name, name)] = value
    return found | (_without_memory(system, cores, found) if memory is None else {})


def _without_memory(system: str, cores: int, found: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by which neither the job asks for memory nor its worker watches over it."""
    changed: dict[str, Any] = {"worker_extra_args": ["--memory-limit", "0"]}
    if system in _ASKS_FOR_MEMORY:
        changed["job_directives_skip"] = [*found["job_directives_skip"], _ASKS_FOR_MEMORY[system]]
    if system in ("pbs", "moab") and "resource_spec" not in found:
        changed["resource_spec"] = f"select=1:ncpus={cores}"
    if system == "oar":
        changed["memory_per_core_property_name"] = "not_applicable"
    return changed


@contextmanager
def open_jobs(
    settings: Mapping[str, Any], workers: int, log: Callable[[str], None], folder: Path
) -> Iterator[OpenedCluster]:
    """Jobs as workers; one that is cancelled or reaches its walltime is replaced."""
    system = system_of(settings)
    with quiet_dask() as distributed:
        with sheltered():  # its import makes of an interrupt a silent success
            jobqueue: Any = import_module("dask_jobqueue")
        make = getattr(jobqueue, CLUSTERS[system])
        name, command = system.upper(), str(make.job_cls.submit_command).split()[0]
        if shutil.which(command) is None:
            raise EngineError(
                f"jobs of {name} are started by its command {command}, and there is none on this machine"
            )
        quiet = {"silence_logs": logging.CRITICAL, "scheduler_options": {"dashboard_address": None}}
        with sheltered(), as_asked(name):
            cluster = make(**job_settings(settings, folder), **quiet)
        jobs = max(1, workers // int(settings["cores"]))
        with closed(cluster), distributed.Client(cluster) as client:
            if system == "slurm":
                _refuse_unacceptable(cluster.job_script())
            cluster.adapt(minimum_jobs=jobs, maximum_jobs=jobs)  # unlike scale(), replaces a cancelled job
            yield opened(client, settings, name, log)


def _refuse_unacceptable(script: str) -> None:
    """Ask SLURM whether it would take such a job: it is asked for workers later, where nobody hears a no."""
    asked = subprocess.run(
        ["sbatch", "--test-only"], input=script, text=True, capture_output=True, check=False
    )
    if asked.returncode:
        lines = [line.partition("error: ")[2] or line for line in asked.stderr.splitlines() if line.strip()]
        raise EngineError(f"SLURM does not take such jobs: {'; '.join(lines) or 'sbatch gives no reason'}")

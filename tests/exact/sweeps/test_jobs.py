"""Scripts of jobs, system by system: what they ask for, what is left out, what is added."""

import pytest

from regimesim.scenario.files import names_of
from regimesim.scenario.messages import InputError
from regimesim.sweeps.clusters import EngineError
from regimesim.sweeps.engines import engine_of
from regimesim.sweeps.jobs import CLUSTERS, job_settings, open_jobs, system_of

jobqueue = pytest.importorskip("dask_jobqueue")
MEMORY = {
    "slurm": "#SBATCH --mem=2G", "pbs": ":mem=1908MB", "moab": ":mem=1908MB", "lsf": "#BSUB -M 2000",
    "htcondor": "RequestMemory = ",
}  # fmt: skip
ALONE = {"pbs": "#PBS -l select=1:ncpus=1\n", "moab": "#PBS -l select=1:ncpus=1\n", "oar": "/nodes=1/core=1,"}


def script(name, folder, **settings):
    engine = engine_of(name, settings)
    options = job_settings(engine.settings, folder)
    if name == "lsf":
        options["lsf_units"] = "mb"  # else it is asked of LSF
    cluster = getattr(jobqueue, CLUSTERS[system_of(engine.settings)])
    return cluster.job_cls(scheduler="tcp://head:1", name="w", **options).job_script()


def test_every_system_that_dask_jobqueue_knows_has_a_file():
    known = {name for name in dir(jobqueue) if name.endswith("Cluster")}
    assert set(CLUSTERS.values()) == known - {"LocalCluster", "JobQueueCluster"}
    assert set(CLUSTERS) <= set(names_of("engine"))


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_job_asks_for_memory_unless_it_is_null(name, tmp_path):
    asked, without = script(name, tmp_path), script(name, tmp_path, memory=None)
    if name in MEMORY:
        assert MEMORY[name] in asked
        assert MEMORY[name] not in without
    assert "--memory-limit 1.86GiB" in asked
    assert "--memory-limit 0 " in f"{without} ".replace("'", " ").replace("\n", " ")
    assert ALONE.get(name, "") in without
    assert str(tmp_path) in asked or name == "oar"


def test_lines_are_left_out_and_added(tmp_path):
    asked = script(
        "slurm", tmp_path, skip=["--cpus-per-task", "-J"], directives=["--qos=long"], partition="main",
        prologue=["module load python"], walltime="02:00:00", account="me",
    )  # fmt: skip
    lines = [line for line in asked.splitlines() if line.startswith("#SBATCH")]
    assert [line for line in lines if "-e " not in line and "-o " not in line] == [
        "#SBATCH -p main", "#SBATCH -A me", "#SBATCH -n 1", "#SBATCH --mem=2G", "#SBATCH -t 02:00:00",
        "#SBATCH --qos=long",
    ]  # fmt: skip
    assert "\nmodule load python\n" in asked


def test_settings_of_a_system_are_handed_on_by_name(tmp_path):
    asked = script("pbs", tmp_path, queue="long", resource_spec="select=1:ncpus=4:mem=8gb", cores=4)
    assert "#PBS -q long\n" in asked and "#PBS -l select=1:ncpus=4:mem=8gb\n" in asked
    assert "--nworkers 4" in asked


def test_a_file_of_ones_own_is_another_engine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "configs" / "engine"
    place.mkdir(parents=True)
    text = "engine: jobs\nsystem: sge\nworkers: 2\ncores: 1\nmemory: null\nresource_spec: h_vmem=3G\n"
    (place / "ours.yaml").write_text(text)
    assert "#$ -l h_vmem=3G\n" in script("ours", tmp_path)
    (place / "theirs.yaml").write_text(text.replace("sge", "sgee"))
    with pytest.raises(InputError, match=r"engine\.system: no batch system 'sgee'\. Did you mean 'sge'"):
        engine_of("theirs", {})


@pytest.mark.parametrize(
    ("name", "command"), [("pbs", "qsub"), ("lsf", "bsub"), ("htcondor", "condor_submit")]
)
def test_a_system_that_is_not_here_is_said(name, command, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = engine_of(name, {})
    with (
        pytest.raises(EngineError, match=f"jobs of {name.upper()} are started by its command {command}"),
        open_jobs(engine.settings, 1, lambda _: None, tmp_path),
    ):
        pass

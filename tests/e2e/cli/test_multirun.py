"""`run -m`: jobs by Hydra's own launchers."""

import json
import subprocess
import sys

import pandas as pd
import pytest

PROGRAM = (sys.executable, "-m", "regimesim", "run", "-m")
SMALL = ("runs=4", "years=2", "-q")


def jobs(tmp_path, *words):
    return subprocess.run(
        [*PROGRAM, *words, *SMALL], cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_a_job_for_every_combination(tmp_path):
    done = jobs(tmp_path, "+scenario=anarchy,trade", "transparency.level=0.2,0.4", "hydra.sweep.dir=here")
    assert done.returncode == 0, done.stderr
    found = sorted(tmp_path.glob("here/*/results"))
    assert len(found) == 4
    asked = [json.loads((f / "provenance.json").read_text())["scenario"] for f in found]
    assert asked == ["anarchy", "anarchy", "trade", "trade"]
    assert all(len(pd.read_parquet(f / "runs.parquet")) == 4 for f in found)


def test_a_job_that_is_refused_does_not_stop_the_others(tmp_path):
    done = jobs(tmp_path, "scenario=anarchyy,anarchy", "hydra.sweep.dir=here")
    assert done.returncode == 2
    assert "Did you mean 'anarchy'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "here" / "1" / "results" / "runs.parquet").is_file()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["scenario=anarchy", "strategy=memory_one(1,0,0,1),grim"],
            "put text with special characters in quotes",
        ),
        (["anarchy"], "write +scenario=anarchy"),
    ],
)
def test_what_cannot_be_read_is_said_at_once(words, sentence, tmp_path):
    done = jobs(tmp_path, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr

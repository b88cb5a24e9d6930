"""What docs/how-to.md and README.md tell people to type, typed."""

import re
import shlex

import pytest

from regimesim.cli import main

SMALL = {
    "run": ["runs=4", "years=2", "-q"],
    "+sweep=transparency_by_shadow": ["runs=2", "years=10", "-q"],
    "sensitivity": ["runs=2", "trajectories=2", "samples=2", "years=2", "-q"],
    "calibrate": ["draws=4", "runs=20", "answers=1", "-q"],
}


def blocks(root, name, language):
    text = (root / name).read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands(root, name):
    lines = "\n".join(blocks(root, name, "sh")).splitlines()
    found = [shlex.split(line, comments=True) for line in lines if line.startswith("python -m regimesim")]
    return [words[3:] for words in found]


@pytest.mark.parametrize("page", ["docs/how-to.md", "README.md"])
def test_every_command_works(page, root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs" / "scenario").mkdir(parents=True)
    for written in blocks(root, "docs/how-to.md", "yaml"):
        (tmp_path / "configs" / "scenario" / "mine.yaml").write_text(written, "utf-8")
    asked = commands(root, page)
    assert len(asked) >= 4
    for words in asked:
        if words[0] == "demo":  # serves until it is interrupted: tests/e2e/test_demo_command.py
            continue
        assert main([*words, *SMALL.get(words[0], SMALL.get(words[-1], []))]) == 0, words
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("page", ["docs/how-to.md", "README.md"])
def test_every_python_snippet_works(page, root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for code in blocks(root, page, "python"):
        exec(compile(code.replace("runs=1000", "runs=16"), page, "exec"), names)
    assert names["model"].round > 0

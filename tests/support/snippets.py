"""The snippets of the documents, done as a reader would do them; as a program, prints what they print anew.

``python tests/support/snippets.py`` follows the tutorial in an empty folder and writes what is printed into
its blocks ``text``, each of which stands for the output of the block before it.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from checkout import ROOT

from regimesim.cli.main import main

TUTORIAL = ROOT / "docs" / "tutorial.md"
PAGES = [
    "README.md", "CONTRIBUTING.md", "SECURITY.md",
    *(path.relative_to(ROOT).as_posix() for folder in ("docs", "experiments", "notebooks", "seeds")
      for path in sorted((ROOT / folder).rglob("*.md"))),
]  # fmt: skip

_FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w/]+\.(?:yaml|csv))`")
_PLACE = re.compile(r"under the line `([^`]+)`")


class Block(NamedTuple):
    """One fenced block of a page."""

    language: str
    text: str
    before: str  # the page up to it


def blocks(page):
    """The fenced blocks of a page, in order."""
    text = (ROOT / page).read_text("utf-8")
    return [Block(found[1], found[2], text[: found.start()]) for found in _FENCE.finditer(text)]


def write_file(block, folder):
    """Put a block where the text before it says: into the file last named, under a line of it if one is."""
    path = folder / _FILE.findall(block.before)[-1]
    path.parent.mkdir(parents=True, exist_ok=True)
    place = _PLACE.search(block.before.rpartition("```")[2])
    if place is None:
        path.write_text(block.text, "utf-8")
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines.insert(lines.index(f"{place[1]}\n") + 1, block.text)
    path.write_text("".join(lines), "utf-8")


class Reader:
    """Somebody who follows a page in a folder, from top to bottom, with one session of Python.

    With a ``python``, everything is typed into a shell that finds this one; without, code and plain commands
    of the program are carried out in this process, which saves starting it each time.
    """

    def __init__(self, folder, python=None):
        self.folder, self.python, self.session = folder, python, {}
        path = os.pathsep.join([str(Path(python or sys.executable).parent), os.environ["PATH"]])
        self.environment = os.environ | {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}

    def do(self, block):
        """Do what a block says; what it prints."""
        if block.language == "yaml":
            write_file(block, self.folder)
        elif block.language == "sh":
            return "".join(map(self._typed, block.text.splitlines()))
        elif block.language == "python":
            return self._run(block.text)
        return ""

    def _typed(self, line):
        words = shlex.split(line, comments=True)
        if self.python is None and words[:3] == ["python", "-m", "regimesim"] and not {">", "|"} & set(words):
            with self._here() as printed:
                assert main(words[3:]) == 0, line
            return printed.getvalue()
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stdout)
        return done.stdout

    def _run(self, code):
        if self.python is None:
            with self._here() as printed:
                exec(compile(code, "snippet", "exec"), self.session)
            return printed.getvalue()
        so_far = self.session.setdefault("typed", [])
        script = "\n".join(
            ["import io, sys; sys.stdout = io.StringIO()", *so_far, "sys.stdout = sys.__stdout__", code]
        )
        so_far.append(code)
        return self._typed(f"python -c {shlex.quote(script)}")

    @contextlib.contextmanager
    def _here(self):
        before = os.environ.copy()
        os.environ |= {"COLUMNS": "100", "NO_COLOR": "1"}
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(io.StringIO()) as printed:
                yield printed
        finally:
            os.environ.clear()
            os.environ |= before


def followed(reader):
    """What each block of the tutorial prints, in order, but for the first, which installs the program."""
    first, *rest = blocks(TUTORIAL)
    assert "pip install" in first.text
    return [reader.do(block) for block in rest]


def _write():
    with tempfile.TemporaryDirectory() as folder:
        printed = ["", *followed(Reader(Path(folder)))]
    shown = iter(["", *printed])  # a block `text` shows what the one before it printed
    text = TUTORIAL.read_text("utf-8")

    def anew(found):
        last = next(shown)
        return f"```text\n{last}```" if found[1] == "text" else found[0]

    TUTORIAL.write_text(_FENCE.sub(anew, text), "utf-8")


if __name__ == "__main__":
    _write()

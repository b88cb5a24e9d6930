"""Experiments: a question put to the model, and the answer as it was found.

An *experiment* is a folder below ``experiments/`` with a ``README.md``, a ``run.py`` and an
``expected.json``. Its name is its path there (``08-balance-of-terror``, ``literature/green-porter``).
``run.py`` has

- ``run(scale=1.0)``, which gives the answer (:mod:`regimesim.answer`). At a smaller scale fewer runs are made
  (:func:`runs_at`), so that intervals are wider;
- optionally ``draw(answer)``, which gives a matplotlib figure;
- optionally ``SMALL``, the scale at which it takes seconds (:data:`SMALL` by default);
- ``main()``, which calls :func:`publish`.

``expected.json`` is the answer at scale 1. :func:`regimesim.answer.differences` holds another against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from regimesim.answer import (
    OPEN,
    Answer,
    differences,
    in_words,
    is_estimate,
    leaves,
    mean,
    near,
    plain,
    rounded,
    share,
    sign,
    told,
)
from regimesim.scenario import InputError, known

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "OPEN",
    "SMALL",
    "Answer",
    "Experiment",
    "differences",
    "experiment",
    "experiments",
    "experiments_folder",
    "in_words",
    "is_estimate",
    "leaves",
    "mean",
    "near",
    "plain",
    "publish",
    "rounded",
    "runs_at",
    "share",
    "sign",
    "told",
    "write",
]

SMALL = 0.1
"""The reduced size, unless an experiment has its own."""

_WHERE = (
    "the experiments come with the source, not with the installed package: "
    "unpack the source and give the command in its top folder, where experiments/ is"
)


def runs_at(scale: float, full: int, least: int = 50) -> int:
    """How many runs to make: ``full`` at scale 1, fewer at smaller ones, never fewer than ``least``."""
    return max(min(least, full), round(scale * full))


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    name : str
        Its path below ``experiments/``.
    folder : Path
    """

    name: str
    folder: Path

    @property
    def title(self) -> str:
        """The heading of its README."""
        try:
            text = (self.folder / "README.md").read_text("utf-8")
        except OSError:
            return ""
        found = re.search(r"^# +(.+?) *$", text, re.MULTILINE)
        return found[1] if found else ""

    @property
    def expected(self) -> Answer:
        """The answer as it was found at scale 1.

        Raises
        ------
        InputError
            If ``expected.json`` cannot be read.
        """
        path = self.folder / "expected.json"
        try:
            answer: Answer = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read: {error}") from None
        return answer

    def load(self) -> ModuleType:
        """Its ``run.py`` as a module of a name that nobody else has; the path of imports stays as it was.

        Raises
        ------
        InputError
            If there is no function ``run`` in it.
        """
        import sys
        from importlib.util import module_from_spec, spec_from_file_location

        path = self.folder / "run.py"
        spec = spec_from_file_location("regimesim_experiment_" + re.sub(r"\W", "_", self.name), path)
        if spec is None or spec.loader is None or not path.is_file():
            raise InputError(f"{path} is missing")
        module = module_from_spec(spec)
        sys.modules[spec.name] = module  # where dataclasses look for the names in annotations
        spec.loader.exec_module(module)
        if not callable(getattr(module, "run", None)):
            raise InputError(f"{path} has no function run(scale)")
        return module


def experiments_folder() -> Path:
    """The folder of experiments: of the checkout that the package lies in, or else of the one we stand in.

    Raises
    ------
    InputError
        If there is none.
    """
    for top in (Path(__file__).resolve().parents[2], Path.cwd()):
        folder = top / "experiments"
        if (top / "pyproject.toml").is_file() and folder.is_dir():
            return folder
    raise InputError(f"no experiments here; {_WHERE}")


def experiments() -> dict[str, Experiment]:
    """All experiments by name, in the order of their names."""
    top = experiments_folder()
    folders = sorted(path.parent for path in top.rglob("run.py"))
    names = {folder.relative_to(top).as_posix(): folder for folder in folders}
    return {name: Experiment(name, folder) for name, folder in names.items()}


def experiment(name: str) -> Experiment:
    """The experiment of that name; the beginning or the last part will do where only one is meant.

    Raises
    ------
    InputError
        If there is none, or if there are several.
    """
    found = experiments()
    short = [full for full in found if full.startswith(name) or full.rpartition("/")[2].startswith(name)]
    if name not in found and name and len(short) == 1:
        return found[short[0]]
    one: Experiment = known(name, found, "experiment")
    return one


def publish(file: str, run: Callable[..., Answer], draw: Callable[[Answer], Figure] | None = None) -> None:
    """Make an experiment's answer, write it beside its ``run.py`` with its figure, and print it.

    Parameters
    ----------
    file : str
        ``__file__`` of the ``run.py``.
    run, draw : functions of the experiment
    """
    answer = rounded(plain(run()))
    write(Path(file).resolve().parent, "expected.json", answer, draw)
    for place, part in leaves(answer):
        print(f"{place}: {in_words(part)}")


def write(folder: Path, name: str, answer: Answer, draw: Callable[[Answer], Figure] | None = None) -> None:
    """Write an answer as ``name``, and its figure, into a folder."""
    text = json.dumps(rounded(plain(answer)), indent=1, ensure_ascii=False, allow_nan=False)
    text = re.sub(r'\{\s+"value": (.*),\s+"lower": (.*),\s+"upper": (.*)\s+\}', _on_a_line, text)
    (folder / name).write_text(text + "\n", "utf-8")
    if draw is not None:
        draw(answer).savefig(folder / "figure.png", dpi=150, metadata={"Software": None})


def _on_a_line(found: re.Match[str]) -> str:
    value, lower, upper = found.groups()
    return f'{{"value": {value}, "lower": {lower}, "upper": {upper}}}'

"""Experiments: a question put to the model, and the answer as it was found.

An *experiment* is a folder below ``experiments/`` with a ``README.md``, a ``run.py`` and an
``expected.json``. Its name is its path there (``08-balance-of-terror``, ``literature/green-porter``).
``run.py`` has

- ``run(scale=1.0)``, which gives the answer. At a smaller scale fewer runs are made
  (:func:`runs_at`), so that intervals are wider;
- optionally ``draw(answer)``, which gives a matplotlib figure;
- optionally ``SMALL``, the scale at which it takes seconds (:data:`SMALL_SCALE` by default).

``python -m regimesim experiment NAME record=true`` writes the answer and its figure there.

An *answer* is made of names and plain values, nested as one likes. A number that rests on luck is an
*estimate*, ``{"value": .., "lower": .., "upper": ..}`` with a 95 % interval; one that does not is a plain
number. A verdict that the intervals do not bear is ``"open"``. ``expected.json`` is the answer at scale 1;
:func:`differences` holds another against it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from regimesim.scenario.messages import InputError, known
from regimesim.stats.estimates import NORMAL_QUANTILE, OPEN, Estimate, interval_of

if TYPE_CHECKING:
    pass

SMALL_SCALE = 0.1
"""The reduced size, unless an experiment has its own."""

_WHERE = (
    "the experiments come with the source, not with the installed package: "
    "unpack the source and give the command in its top folder, where experiments/ is"
)

Answer = Mapping[str, Any]

ERROR_RATE = 1e-3
"""Chance that an answer is called different although only luck is: one rate for all its estimates."""
_ESTIMATE = frozenset(("value", "lower", "upper"))

BORNE_OUT: Literal["borne out"] = "borne out"
NOT: Literal["not borne out"] = "not borne out"
ONLY: Literal["only where"] = "only where"


def runs_at(scale: float, full: int, least: int = 50) -> int:
    """Count the runs to make: ``full`` at scale 1, fewer at smaller ones, never fewer than ``least``."""
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
    def recorded(self) -> bool:
        """Tell whether an answer has been recorded."""
        return (self.folder / "expected.json").is_file()

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
    for top in (Path(__file__).resolve().parents[3], Path.cwd()):
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


def write(folder: Path, name: str, answer: Answer) -> None:
    """Write an answer as ``name`` into a folder."""
    text = json.dumps(rounded(plain(answer)), indent=1, ensure_ascii=False, allow_nan=False)
    text = re.sub(r'\{\s+"value": (.*),\s+"lower": (.*),\s+"upper": (.*)\s+\}', _on_a_line, text)
    (folder / name).write_text(text + "\n", "utf-8")


def _on_a_line(found: re.Match[str]) -> str:
    value, lower, upper = found.groups()
    return f'{{"value": {value}, "lower": {lower}, "upper": {upper}}}'


def plain(answer: Any) -> Any:
    """An answer as JSON gives it back: names as text, numbers of NumPy as numbers.

    Raises
    ------
    ValueError
        For a number that is not finite (say None, as :func:`regimesim.stats.estimates.interval_of` does).
    """

    def number(value: Any) -> Any:
        if hasattr(value, "tolist"):
            return value.tolist()
        raise TypeError(f"an answer is made of plain values; got {type(value).__name__}")

    return json.loads(json.dumps(answer, allow_nan=False, default=number))


def is_estimate(value: Any) -> bool:
    """Tell whether a part of an answer is an estimate."""
    return isinstance(value, Mapping) and value.keys() == _ESTIMATE


def leaves(answer: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The parts of an answer with their places (``a.b.2``), estimates whole."""
    if is_estimate(answer) or not isinstance(answer, Mapping | list):
        yield place, answer
        return
    parts = answer.items() if isinstance(answer, Mapping) else enumerate(answer)
    for name, part in parts:
        yield from leaves(part, f"{place}.{name}" if place else str(name))


def differences(found: Answer, expected: Answer, scale: float = 1.0) -> list[str]:
    """In what an answer is not the expected one; each a sentence.

    At scale 1 the same draws were made, so all numbers must agree to a millionth. At another, an estimate may
    be off by what luck explains: its distance from the expected value is held against the two intervals put
    together (Zou and Donner 2008, Statistics in Medicine 27, 1693-1702), widened so that the chance of a
    single false alarm in the whole answer is :data:`ERROR_RATE`. (The smaller run is part of the larger, so
    that the two are nearer than independent ones; the test is cautious.) ``open`` on either side then
    agrees with anything: the estimate behind it is compared anyway.
    """
    ours, theirs = dict(leaves(plain(found))), dict(leaves(plain(expected)))
    wrong = [f"{place}: missing" for place in theirs if place not in ours]
    wrong += [f"{place}: not expected" for place in ours if place not in theirs]
    number = sum(is_estimate(value) for value in theirs.values())
    wider = NormalDist().inv_cdf(1 - ERROR_RATE / (2 * max(1, number))) / NORMAL_QUANTILE
    for place in theirs:
        if place in ours and not _agree(ours[place], theirs[place], scale, wider):
            wrong.append(f"{place}: {in_words(ours[place])}, expected {in_words(theirs[place])}")
    return wrong


def _agree(found: Any, expected: Any, scale: float, wider: float) -> bool:
    if is_estimate(found) and is_estimate(expected):
        if scale == 1.0:
            return all(_equal(found[end], expected[end]) for end in _ESTIMATE)
        return _within_luck(found, expected, wider)
    if scale != 1.0 and OPEN in (found, expected):
        return True
    return _equal(found, expected)


def _equal(found: Any, expected: Any) -> bool:
    numbers = [isinstance(x, int | float) and not isinstance(x, bool) for x in (found, expected)]
    if all(numbers):
        return math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-9)
    return type(found) is type(expected) and bool(found == expected)


def _within_luck(found: Mapping[str, Any], expected: Mapping[str, Any], wider: float) -> bool:
    a, b = _value_and_ends(found), _value_and_ends(expected)
    if a[0] > b[0]:
        a, b = b, a
    if math.isinf(a[2]) or math.isinf(b[1]):
        return True
    if math.isinf(b[0]):
        return False
    # the lower one may reach up, the higher one down
    rounding = 1e-6 * max(1.0, abs(a[0]), abs(b[0]))
    return b[0] - a[0] <= wider * math.hypot(a[2] - a[0], b[0] - b[1]) + rounding


def _value_and_ends(estimate: Mapping[str, Any]) -> tuple[float, float, float]:
    value, lower, upper = (estimate[end] for end in ("value", "lower", "upper"))
    return (
        math.inf if value is None else value,
        -math.inf if lower is None else lower,
        math.inf if upper is None else upper,
    )


def in_words(part: Any) -> str:
    """A part of an answer, short."""
    if is_estimate(part):
        return Estimate(*_value_and_ends(part)).text()
    if isinstance(part, float):
        return f"{part:.6g}"
    return "not reached" if part is None else str(part)


def rounded(answer: Any) -> Any:
    """The same to eight digits: what two machines agree on."""
    if isinstance(answer, Mapping):
        return {name: rounded(part) for name, part in answer.items()}
    if isinstance(answer, list):
        return [rounded(part) for part in answer]
    return float(f"{answer:.8g}") if isinstance(answer, float) else answer


def verdict(*parts: str) -> str:
    """Judge a claim of several parts.

    Parameters
    ----------
    *parts : {"more", "less", "same", "open"}
        For each part the sign (:func:`regimesim.stats.estimates.sign`) of what is claimed to be positive.

    Examples
    --------
    >>> verdict("more", "more"), verdict("more", "same"), verdict("less"), verdict("more", "open")
    ('borne out', 'only where', 'not borne out', 'open')
    """
    if OPEN in parts:
        return OPEN
    held = [part == "more" for part in parts]
    return BORNE_OUT if all(held) else ONLY if any(held) else NOT


def finding(
    outcome: str, measured: str, estimate: Estimate, robust: Mapping[str, Any], where: str = ""
) -> dict[str, Any]:
    """A claim's part of an answer.

    Parameters
    ----------
    outcome : str
        As :func:`verdict` gives it.
    measured : str
        What the estimate is of, in words without numbers that luck could move.
    estimate : Estimate
        The number that carries the verdict best.
    robust : mapping
        Of :func:`regimesim.analysis.robustness.robustness`: where what was found here is found again.
    where : str
        Of a claim that holds only somewhere: where, or which part of it.
    """
    return {
        "verdict": outcome,
        "where": where,
        "measured": measured,
        "estimate": interval_of(estimate),
        "robustness": robust,
    }


def findings(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The findings in an experiment's answer by claim; none where it bears on no claim."""
    return dict(answer.get("claims", {}))


def in_order(ids: Iterable[str]) -> list[str]:
    """Ids of claims by source and number: L1, L2, .. L20, J1, .."""
    return sorted(ids, key=lambda name: ("LJ".index(name[0]), int(name[1:])))

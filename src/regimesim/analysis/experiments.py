"""Experiments: a question put to the model, and the answer as it was found.

An *experiment* is a folder below ``experiments/`` with a ``run.py``, an ``expected.json``, a ``page.md`` and
the ``README.md`` that is made of the two (:mod:`regimesim.analysis.experiment_pages`). Its name is its path
there (``08-balance-of-terror``, ``literature/green-porter``). ``run.py`` has

- ``run(scale=1.0)``, which gives the answer. At a smaller scale fewer runs are made
  (:func:`runs_at`), so that intervals are wider;
- ``SEED``, unless nothing in it rests on luck. All of its luck comes from there, also its draws of the
  judgements, so that it can be asked again with other luck (:meth:`Experiment.load`);
- optionally ``draw(answer)``, which gives a matplotlib figure;
- optionally ``SMALL``, the scale at which it takes seconds (:data:`SMALL_SCALE` by default).

``python -m regimesim experiment NAME record=true`` writes the answer, the page and the figure there.

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
from typing import Any, Literal

from regimesim.scenario.messages import InputError, known, listed, quoted
from regimesim.stats.estimates import NORMAL_QUANTILE, OPEN, Estimate, interval_of

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
CONTRARY: Literal["contrary"] = "contrary"
UNDECIDED: Literal["undecided"] = "undecided"
ONLY: Literal["only where"] = "only where"
VERDICTS = (BORNE_OUT, ONLY, UNDECIDED, CONTRARY)
RARE = 0.05
"""Share of draws from which on what is found there counts."""
OTHER_SEEDS, OTHER_SCALE = (1, 2), 0.4
"""The other luck that verdicts are made again with: added to the experiment's seed, and at what size."""


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

    def load(self, seed: int | None = None) -> ModuleType:
        """Its ``run.py`` as a module of a name that nobody else has; the path of imports stays as it was.

        Parameters
        ----------
        seed : int, optional
            Instead of its own ``SEED``.

        Raises
        ------
        InputError
            If there is no function ``run`` in it, or no ``SEED`` to replace.
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
        if seed is not None:
            if not hasattr(module, "SEED"):
                raise InputError(f"nothing in {self.name} rests on luck; it has no seed")
            module.SEED = seed  # type: ignore[attr-defined]
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
    """The experiment of that name; its number, beginning or last part will do where only one is meant.

    Raises
    ------
    InputError
        If there is none, or if there are several.
    """
    found = experiments()
    begin = name.zfill(2) if name.isdigit() and name != "0" else name
    short = [full for full in found if full.startswith(begin) or full.rpartition("/")[2].startswith(begin)]
    if name not in found and name and len(short) == 1:
        return found[short[0]]
    if name not in found and name and short:
        raise InputError(f"several experiments begin with {quoted(name)}: {listed(short)}; name one")
    one: Experiment = known(name, found, "experiment")
    return one


def verdicts_by_seed(one: Experiment, answer: Answer) -> dict[str, dict[str, str]]:
    """Verdicts of an answer, and those found with other luck.

    Parameters
    ----------
    one : Experiment
    answer : mapping
        At the experiment's own seed and full size. :data:`OTHER_SEEDS` more are asked with
        :data:`OTHER_SCALE` of the runs and draws.
    """
    if not findings(answer):
        return {}
    seed = one.load().SEED
    told = {str(seed): _verdicts(answer)}
    for more in OTHER_SEEDS:
        told[str(seed + more)] = _verdicts(one.load(seed + more).run(OTHER_SCALE))
    return told


def _verdicts(answer: Answer) -> dict[str, str]:
    return {claim: part["verdict"] for claim, part in findings(answer).items()}


def write(folder: Path, name: str, answer: Answer) -> None:
    """Write an answer as ``name`` into a folder."""
    text = json.dumps(rounded(plain_answer(answer)), indent=1, ensure_ascii=False, allow_nan=False)
    text = re.sub(r'\{\s+"value": (.*),\s+"lower": (.*),\s+"upper": (.*)\s+\}', _on_a_line, text)
    (folder / name).write_text(text + "\n", "utf-8")


def _on_a_line(found: re.Match[str]) -> str:
    value, lower, upper = found.groups()
    return f'{{"value": {value}, "lower": {lower}, "upper": {upper}}}'


def plain_answer(answer: Any) -> Any:
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


def differences(found: Answer, expected: Answer, scale: float = 1.0, same_seed: bool = True) -> list[str]:
    """In what an answer is not the expected one; each a sentence.

    At scale 1 and the same seed the same draws were made, so all numbers must agree to a millionth.
    Otherwise an estimate may be off by what luck explains: its distance from the expected value is held
    against the two intervals put together (Zou and Donner 2008, Statistics in Medicine 27, 1693-1702),
    widened so that the chance of a single false alarm in the whole answer is :data:`ERROR_RATE`. (The
    smaller run is part of the larger, so that the two are nearer than independent ones; the test is
    cautious.) Words that follow from an interval (``open``, a verdict) then agree with any other: the
    estimate behind them is compared anyway.
    """
    exact = scale == 1.0 and same_seed
    ours, theirs = (
        {place: part for place, part in leaves(plain_answer(answer)) if not _of_verdicts(place, exact)}
        for answer in (found, expected)
    )
    wrong = [f"{place}: missing" for place in theirs if place not in ours]
    wrong += [f"{place}: not expected" for place in ours if place not in theirs]
    number = sum(is_estimate(value) for value in theirs.values())
    wider = NormalDist().inv_cdf(1 - ERROR_RATE / (2 * max(1, number))) / NORMAL_QUANTILE
    for place in theirs:
        if place in ours and not _agree(ours[place], theirs[place], exact, wider):
            wrong.append(f"{place}: {in_words(ours[place])}, expected {in_words(theirs[place])}")
    return wrong


def _of_verdicts(place: str, exact: bool) -> bool:
    """Tell whether a part is made when an answer is recorded, or says in words where a verdict holds."""
    return place.startswith("verdicts by seed") or (
        not exact and re.search(r"^claims\.\w+\.where$", place) is not None
    )


_NO_SIGN = frozenset((OPEN, "same"))


def _agree(found: Any, expected: Any, exact: bool, wider: float) -> bool:
    if is_estimate(found) and is_estimate(expected):
        if exact:
            return all(_equal(found[end], expected[end]) for end in _ESTIMATE)
        return _within_luck(found, expected, wider)
    if not exact and isinstance(found, str) and isinstance(expected, str):
        words = {found, expected}
        return found == expected or bool(words & _NO_SIGN) or words <= frozenset(VERDICTS)
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


def verdict(*parts: str, draws: Mapping[str, Any] | None = None) -> str:
    """Judge a claim of several parts: the one rule for all claims.

    - *borne out*: every part holds at the published setting, and in the draws of the judgements the contrary
      is found in less than :data:`RARE` and the claim in as much or more;
    - *contrary*: no part holds and the contrary of one is found at the published setting, and the claim is
      found in less than :data:`RARE` of the draws;
    - *undecided*: luck explains every part at the published setting;
    - *only where*: all the rest, what holds in part, or at the published setting and not in the draws, or the
      other way round.

    Parameters
    ----------
    *parts : {"more", "less", "same", "open"}
        For each part the sign (:func:`regimesim.stats.estimates.sign`) of what is claimed to be positive.
    draws : mapping, optional
        Shares ``holds`` and ``contrary`` of the draws.

    Examples
    --------
    >>> verdict("more", "more"), verdict("more", "same"), verdict("less"), verdict("open")
    ('borne out', 'only where', 'contrary', 'undecided')
    >>> verdict("more", draws={"holds": {"value": 0.6}, "contrary": {"value": 0.2}})
    'only where'
    """
    here = all(part == "more" for part in parts)
    holds, contrary = here, "less" in parts
    if draws:
        holds, contrary = (draws[word]["value"] >= RARE for word in ("holds", "contrary"))
    if here:
        return BORNE_OUT if holds and not contrary else ONLY
    if "more" in parts:
        return ONLY
    if "less" in parts:
        return ONLY if holds else CONTRARY
    return UNDECIDED


_CONTRARY_ELSEWHERE = "the judgements are near the published ones: in others the contrary is found"
_NOWHERE_ELSE = "the judgements are near the published ones: in others luck may explain it"
_NOT_HERE = "the judgements are others than the published ones"


def finding(
    parts: Mapping[str, str], measured: str, estimate: Estimate, robust: Mapping[str, Any], where: str = ""
) -> dict[str, Any]:
    """A claim's part of an answer, with its verdict.

    Parameters
    ----------
    parts : mapping of str to str
        The sign found for each part at the published setting, as :func:`verdict` takes it, by its name.
    measured : str
        What the estimate is of, in words without numbers that luck could move.
    estimate : Estimate
        The number that carries the verdict best.
    robust : mapping
        Of :func:`regimesim.analysis.robustness.robustness`: where what was found here is found again.
    where : str
        Of a claim that holds only in part at the published setting: which, where the names of the parts that
        hold do not say it.
    """
    outcome = verdict(*parts.values(), draws=robust["draws"])
    held = [name for name, part in parts.items() if part == "more"]
    if len(held) == len(parts):
        where = _CONTRARY_ELSEWHERE if robust["draws"]["contrary"]["value"] >= RARE else _NOWHERE_ELSE
    elif not where:
        where = "; ".join(held) or _NOT_HERE
    return {
        "verdict": outcome,
        "where": where if outcome == ONLY else "",
        "at the published setting": dict(parts),
        "measured": measured,
        "estimate": interval_of(estimate),
        "robustness": robust,
    }


def findings(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The findings in an experiment's answer by claim; none where it bears on no claim."""
    return dict(answer.get("claims", {}))


def claims_in_order(ids: Iterable[str]) -> list[str]:
    """Ids of claims by source and number: L1, L2, .. L20, J1, .. M1, .. (M: of the model's own rules)."""
    return sorted(ids, key=lambda name: ("LJM".index(name[0]), int(name[1:])))

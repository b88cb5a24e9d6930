"""The command ``calibrate``: which settings fit the record, what they agree on, what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim import console
from regimesim.answers import DRAWS, RUNS, Answers, answers, scenarios_of
from regimesim.calibrate import CONFIDENCE, Calibration, calibrate, check
from regimesim.calibration_words import NOT_CONFIRMED, agreements, print_calibration
from regimesim.commands import output_folder
from regimesim.compare import CAUTION
from regimesim.config import Request, sweep_request
from regimesim.identified import narrowing, tradeoffs
from regimesim.parameters import quoted
from regimesim.problem import Problem
from regimesim.provenance import provenance
from regimesim.results import json_text, provenance_json
from regimesim.scenario import InputError
from regimesim.storage import write_folder
from regimesim.targets import SOURCE

if TYPE_CHECKING:
    import pandas as pd

    from regimesim.cli import Flags

_OPTIONS = {
    "draws": 1024, "runs": 200, "seed": 0, "workers": None, "out": None, "parameters": None, "targets": None,
    "record": None, "answers": DRAWS,
}  # fmt: skip


def calibrate_command(arguments: Sequence[str], flags: Flags) -> None:
    """Find the settings that fit the record, say what they have in common, and write it all down."""
    problem, options, folder = _asked(arguments)
    numbers = {key: options[key] for key in ("draws", "runs", "seed", "workers")}
    check(problem, **numbers)
    total = (options["draws"] + 1) * options["runs"]
    with console.progress("playing draws", total, flags) as advance:
        found = calibrate(problem, **numbers, progress=advance)
    over = None
    if options["answers"] and len(found.fitting):
        some = min(options["answers"], len(found.fitting)) + 1
        with console.progress("comparing", some * RUNS * len(scenarios_of(found)), flags) as advance:
            over = answers(found, options["answers"], RUNS, options["workers"], advance)
    answer = calibration_answer(found, over, options["record"])
    with console.working("writing results", flags):
        write_folder(folder, lambda partial: _write(partial, found, over, answer))
    if flags.json:
        print(json_text(answer | {"folder": str(folder)}))
    elif flags.quiet:
        print(folder)
    else:
        print_calibration(found, over, folder, options["record"])


def _asked(arguments: Sequence[str]) -> tuple[Problem, dict[str, Any], Path]:
    asked = sweep_request(arguments, _OPTIONS)
    if asked.swept:
        name, values = next(iter(asked.swept.items()))
        given = ",".join(map(str, values))
        raise InputError(f"calibrate varies its parameters itself; {name}={given} wants one value")
    options = asked.options
    parameters, targets = options["parameters"], options["targets"]
    if not (parameters is None or isinstance(parameters, dict) or _names(parameters)):
        raise InputError(f"parameters= takes a list: parameters=[norms.restraint]; got {quoted(parameters)}")
    if not (targets is None or _names(targets)):
        raise InputError(f"targets= takes a list: targets=[wars_1816_1853]; got {quoted(targets)}")
    most = options["answers"]
    if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= 100_000:
        raise InputError(f"answers must be a whole number in [0, 100000], 0 for none; got {quoted(most)}")
    problem = Problem.of(asked.scenario, asked.settings, parameters, targets, options["record"])
    folder = output_folder("calibrate", Request(problem.scenario, options, asked.overrides))
    return problem, options, folder


def _names(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(name, str) for name in given)


def calibration_answer(found: Calibration, over: Answers | None, record: str | None = None) -> dict[str, Any]:
    """Everything that ``calibrate`` has to say, as plain values."""
    problem, nearest = found.problem, found.nearest
    shown = ("draw", *problem.ranges, "implausibility", "worst")
    answer: dict[str, Any] = {
        "scenario": problem.scenario.name, "record": record or SOURCE, "draws": len(found.draws),
        "runs": found.runs, "seed": found.seed, "confidence": CONFIDENCE, "fit": len(found.fitting),
        "decisive": found.decisive,
        "as it stands": {
            "fits": bool(found.published["fits"]), "implausibility": float(found.published["implausibility"]),
            "share": float(found.published["share"]), "worst": found.published["worst"],
        },
        "nearest": {name: _plain(nearest[name]) for name in shown},
        "targets": _records(found.targets()), "parameters": _records(narrowing(found)),
        "trade-offs": _records(tradeoffs(found)), "agreed": agreements(found, over),
        "not confirmed": NOT_CONFIRMED, "caution": CAUTION,
    }  # fmt: skip
    if over is not None:
        answer["answers"] = {
            "draws": over.draws, "runs": over.runs, "years": over.horizon, "varied": over.varied,
            "ranges": _records(over.ranges()), "orderings": _records(over.orderings()),
        }  # fmt: skip
    return answer


def _records(frame: pd.DataFrame) -> Any:
    return [{key: _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value != value else value


def _write(folder: Path, found: Calibration, over: Answers | None, answer: dict[str, Any]) -> None:
    from regimesim.calibrating import save_figures

    problem = found.problem
    found.draws.to_parquet(folder / "draws.parquet", index=False)
    points = found.fitting[["draw", *problem.ranges]].rename(columns={"draw": "point"})
    points.to_csv(folder / "set.csv", index=False)
    found.targets().to_csv(folder / "targets.csv", index=False)
    narrowing(found).to_csv(folder / "parameters.csv", index=False)
    if over is not None:
        over.means.to_csv(folder / "answers.csv", index=False)
        over.differences.to_csv(folder / "differences.csv", index=False)
    about = provenance(
        seed=found.seed, runs=found.runs, draws=len(found.draws), scenario=problem.scenario.name,
        settings=dict(problem.settings), ranges=problem.ranges,
        targets={target.name: target.value for target in problem.targets},
    )  # fmt: skip
    (folder / "provenance.json").write_text(provenance_json(about), "utf-8")
    (folder / "summary.json").write_text(json_text(answer) + "\n", "utf-8")
    save_figures(found, over, folder)

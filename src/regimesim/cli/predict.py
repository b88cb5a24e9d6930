"""The command ``predict``: later years predicted from those up to 1870, frozen, then scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.cli import output
from regimesim.simulation.folders import write_folder
from regimesim.simulation.provenance import provenance
from regimesim.simulation.results import json_text, provenance_json

if TYPE_CHECKING:
    from regimesim.analysis.prediction.rivals import Rival
    from regimesim.analysis.prediction.scores import Scores
    from regimesim.analysis.prediction.tasks import ForecastTask
    from regimesim.cli.table import Flags, Given

PREDICTION_CAUTION = (
    "The order and the world of each stretch of years are those of its scenario and are given, not "
    "predicted; whoever wrote them knew what came. Three stretches are few: a score here can refute, not "
    "confirm."
)
NO_LOGIT = "Without record=FOLDER there is no logit with capability and contiguity beside them."


def predict_command(given: Given, flags: Flags) -> None:
    """Forecast, freeze, score, and say first where the model loses to chance at a constant rate."""
    from regimesim.analysis.prediction.forecasts import fitting, forecast, read_assumptions
    from regimesim.analysis.prediction.scores import rules, score

    options = given.options
    rules()
    rivals = _rivals(options["record"], options["seed"])
    how = {name: options[name] for name in ("runs", "seed", "workers")}
    folder = output.output_folder(options["out"], "predict")
    if options["assumptions"] is None:
        with output.progress("fitting", (options["draws"] + 1) * options["runs"], flags) as advance:
            table = fitting(options["draws"], **how, progress=advance)
    else:
        table = read_assumptions(options["assumptions"])
    with output.working("forecasting", flags):
        forecasts = forecast(rivals, table, **how)

    def fill(partial: Path) -> None:
        forecasts.freeze(partial)
        _write_scores(partial, score(forecasts), options)

    with output.working("scoring", flags):
        write_folder(folder, fill)
        found = score(forecasts)
    logit = options["record"] is not None
    output.announce(flags, folder, found.answer, lambda: print_scores(found, folder, logit))


def _rivals(record: str | None, seed: int) -> dict[str, Rival]:
    from regimesim.analysis.prediction.rivals import Logit, climatology, null
    from regimesim.analysis.prediction.scores import NULL

    rivals: dict[str, Rival] = {NULL: null, "climatology": climatology}
    return rivals if record is None else rivals | {"logit": Logit.of(record, seed)}


def _write_scores(folder: Path, found: Scores, options: dict[str, Any]) -> None:
    """Write scores, picture, draws and provenance beside the frozen forecasts."""
    from regimesim.report.figures.prediction import prediction_figure
    from regimesim.report.figures.style import save_figures

    found.table.to_csv(folder / "scores.csv", index=False)
    found.against.to_csv(folder / "model_against_rivals.csv", index=False)
    if found.forecasts.table is not None:
        found.forecasts.table.to_csv(folder / "draws.csv", index=False)
    save_figures([("forecasts", prediction_figure(found))], folder)
    (folder / "summary.json").write_text(json_text(found.answer) + "\n", "utf-8")
    about = provenance(seed=options["seed"], runs=options["runs"], draws=len(found.forecasts.weights))
    (folder / "provenance.json").write_text(provenance_json(about), "utf-8")


def print_scores(found: Scores, folder: Path, logit: bool) -> None:
    """The answer of ``predict``."""
    from regimesim.analysis.prediction.tasks import TASKS

    forecasts = found.forecasts
    size = f"{len(forecasts.weights):,} draws, {forecasts.runs} histories each"
    print(
        f"{output.bold('Prediction from 1816-1870')}   {size}; forecasts frozen {forecasts.checksum[:12]}\n"
    )
    for sentence in found.findings:
        print(output.folded(sentence, indent="  ", first=""))
    print("\n" + output.bold("Forecasts") + " (median and middle 90 %)")
    rows: list[tuple[str, ...]] = [("", "came", *found.forecasters)]
    rows += [(task.words, task.shown(found.outcomes[task.name]), *_ends(found, task)) for task in TASKS]
    _print_rows(rows)
    print("\n" + output.bold("Scores") + " (CRPS, log score; the less the better; PIT)")
    rows = [("", *found.forecasters), *((task.words, *_scores(found, task)) for task in TASKS)]
    totals = found.totals[found.totals["kind"] == "wars"]
    rows.append(("Brier score of no war, mean", *(f"{brier:.2f}" for brier in totals["brier"])))
    _print_rows(rows)
    print("\n" + output.bold("The model minus the null") + " (log score; below 0 the model is better)")
    _print_rows(_beside_null(found))
    print("\n" + output.folded(PREDICTION_CAUTION + ("" if logit else f" {NO_LOGIT}")))
    print(f"\n{folder}/  forecasts.json forecasts.sha256 scores.csv forecasts.png ...")


def _beside_null(found: Scores) -> list[tuple[str, ...]]:
    """Differences to the null by kind and in all, with what luck would let one see."""
    from regimesim.analysis.prediction.scores import NULL
    from regimesim.analysis.prediction.tasks import TASK_KINDS, WORDS

    rows: list[tuple[str, ...]] = [
        ("", "with 95 % over the draws", "if the null were right", "if the model were right")
    ]
    table = found.against[(found.against["rival"] == NULL) & (found.against["score"] == "log_score")]
    for of in (*TASK_KINDS, "all"):
        row = table[table["of"] == of].iloc[0]
        ends = [f"{row[f'{side}_lower']:.1f} to {row[f'{side}_upper']:.1f}" for side in ("rival", "model")]
        here = f"{row['difference']:.1f} [{row['lower']:.1f}, {row['upper']:.1f}]"
        rows.append((WORDS.get(of, "all nine tasks"), here, *ends))
    return rows


def _ends(found: Scores, task: ForecastTask) -> list[str]:
    """Median and middle 90 % of each forecast."""
    part = found.table[found.table["task"] == task.name]
    ends = zip(*(part[name].tolist() for name in ("median", "lower", "upper")), strict=True)
    return [f"{task.shown(middle)} [{task.shown(low)}, {task.shown(high)}]" for middle, low, high in ends]


def _scores(found: Scores, task: ForecastTask) -> list[str]:
    part = found.table[found.table["task"] == task.name]
    numbers = zip(*(part[name].tolist() for name in ("crps", "log_score", "pit")), strict=True)
    return [f"{crps:.2f}, {log:.1f}; {pit:.2f}" for crps, log, pit in numbers]


def _print_rows(rows: list[tuple[str, ...]]) -> None:
    wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        print(" " + "   ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip())

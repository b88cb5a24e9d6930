"""The command ``calibrate``: which settings fit the record, what they agree on, what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.analysis.calibration.calibrate import (
    SET_CONFIDENCE,
    Calibration,
    Problem,
    as_typed,
    calibrate,
    check,
)
from regimesim.analysis.calibration.findings import (
    ANSWER_RUNS,
    FEWEST_DRAWS,
    Answers,
    agreed,
    answers_of_draws,
    narrowing,
    scenarios_of,
    tradeoffs,
)
from regimesim.analysis.calibration.targets import SOURCE, fewest_histories
from regimesim.analysis.comparison import COMPARISON_CAUTION
from regimesim.analysis.factors import idle_within
from regimesim.cli import output
from regimesim.cli.advice import say
from regimesim.cli.history import record_read
from regimesim.scenario.compose import names_typed, sweep_request
from regimesim.scenario.messages import InputError, show, spoken
from regimesim.scenario.remarks import told_unused
from regimesim.simulation.columns import SPELL_STEMS
from regimesim.simulation.folders import drawing, write_folder
from regimesim.simulation.provenance import provenance
from regimesim.simulation.results import json_text, percent, provenance_json
from regimesim.sweeps.points import python_value

if TYPE_CHECKING:
    import pandas as pd

    from regimesim.analysis.history.record import Record
    from regimesim.cli.table import Flags, Given

NOT_CONFIRMED = (
    "To fit is not to be confirmed: the targets were looked at, and other parameters, held still here, may "
    "do as well. Nothing else in the program uses this set; the scenario stays as published."
)


def calibrate_command(given: Given, flags: Flags) -> None:
    """Find the settings that fit the record, say what they have in common, and write it all down."""
    options = given.options
    record = _record_of(options)
    problem, folder = _calibrate_request(given, record)
    names = [*names_typed(given.settings), *problem.ranges]
    idle = idle_within(problem.source, problem.settings, problem.ranges, names)
    say(flags, told_unused(problem.scenario.name, idle))
    numbers = {key: options[key] for key in ("draws", "runs", "seed", "workers")}
    check(problem, **numbers)
    total = (options["draws"] + 1) * options["runs"]
    with output.progress("playing draws", total, flags) as advance:
        found = calibrate(problem, **numbers, progress=advance)
    over = None
    if options["answers"] and len(found.fitting):
        some = min(options["answers"], len(found.fitting)) + 1
        with output.progress("comparing", some * ANSWER_RUNS * len(scenarios_of(found)), flags) as advance:
            over = answers_of_draws(found, options["answers"], ANSWER_RUNS, options["workers"], advance)
    answer = calibration_answer(found, over, options["record"])
    if record is not None:
        answer["notes"] = [record.read_as, *record.doubts]
    with output.working("writing results", flags):
        write_folder(folder, lambda partial: _write_calibration(partial, found, over, answer))
    output.announce(flags, folder, answer, lambda: print_calibration(found, over, folder, record))


def _record_of(options: Mapping[str, Any]) -> Record | None:
    """The table of disputes that is named; None for the record of the Correlates of War."""
    if options["record"] is not None:
        return record_read(options["record"], options)
    for name in ("members", "covers", "columns."):
        if options[name]:
            raise InputError(
                f"{name.rstrip('.')}= says how to read a table of disputes; name one with record=PATH"
            )
    return None


def _calibrate_request(given: Given, record: Record | None) -> tuple[Problem, Path]:
    asked, options = sweep_request(given.settings, given.options), given.options
    if asked.swept:
        name, values = next(iter(asked.swept.items()))
        listed = ",".join(map(str, values))
        raise InputError(f"calibrate varies its parameters itself; {name}={listed} wants one value")
    problem = Problem.of(asked.scenario, asked.settings, options["parameters"], options["targets"], record)
    return problem, output.output_folder(options["out"], "calibrate", problem.scenario.name)


def calibration_answer(found: Calibration, over: Answers | None, record: str | None = None) -> dict[str, Any]:
    """Everything that ``calibrate`` has to say, as plain values."""
    problem, nearest = found.problem, found.nearest
    shown = ("draw", *problem.ranges, "implausibility", "worst")
    answer: dict[str, Any] = {
        "scenario": problem.scenario.name,
        "record": record or SOURCE,
        "draws": len(found.draws),
        "runs": found.runs,
        "seed": found.seed,
        "confidence": SET_CONFIDENCE,
        "fit": len(found.fitting),
        "decisive": found.decisive,
        "as it stands": {
            "fits": bool(found.published["fits"]),
            "implausibility": float(found.published["implausibility"]),
            "share": float(found.published["share"]),
            "worst": found.published["worst"],
        },
        "nearest": {name: _plain(nearest[name]) for name in shown},
        "targets": _records(found.targets()),
        "parameters": _records(narrowing(found)),
        "trade-offs": _records(tradeoffs(found)),
        "agreed": agreement_sentences(found, over),
        "not confirmed": NOT_CONFIRMED,
        "caution": COMPARISON_CAUTION,
    }
    if over is not None:
        answer["answers"] = {
            "draws": over.draws,
            "runs": over.runs,
            "years": over.horizon,
            "varied": over.varied,
            "ranges": _records(over.ranges()),
            "orderings": _records(over.orderings()),
        }
    return answer


def _records(frame: pd.DataFrame) -> Any:
    return [{key: _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value != value else value


def _write_calibration(
    folder: Path, found: Calibration, over: Answers | None, answer: dict[str, Any]
) -> None:
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
        seed=found.seed,
        runs=found.runs,
        draws=len(found.draws),
        scenario=problem.scenario.name,
        settings=dict(problem.settings),
        ranges=problem.ranges,
        targets={target.name: target.value for target in problem.targets},
    )
    (folder / "provenance.json").write_text(provenance_json(about), "utf-8")
    (folder / "summary.json").write_text(json_text(answer) + "\n", "utf-8")
    with drawing():
        from regimesim.report.figures.calibration import save_calibration_figures

        save_calibration_figures(found, over, folder)


def print_calibration(found: Calibration, over: Answers | None, folder: Path, record: Record | None) -> None:
    """The answer of ``calibrate`` on one screen."""
    scenario, count = found.problem.scenario, len(found.problem.ranges)
    title = output.bold(spoken(scenario.title or scenario.name))
    parameters = f"{count} parameter{'s' if count > 1 else ''}"
    print(
        f"{title}   {_many(len(found.draws), 'draw')} of {parameters}, {_history(found.runs)} each on the "
        f"same seeds (seed {found.seed})\n"
    )
    for said in (_fitting(found), _standing(found)):
        print(output.folded(said))
    source = record.name if record else SOURCE
    print("\n" + output.bold(f"The record ({source})") + " and the middle 95 % of the histories as it stands")
    print(output.text_table(_target_table(found)))
    for words in (record.read_as, *record.doubts) if record else ():
        print(output.folded(f" {words}"))
    if len(_powers(found)):
        print(output.folded(" " + _powers(found)))
    if len(found.fitting):
        print(
            "\n"
            + output.bold("What is identified")
            + f" (middle 90 % of the {len(found.fitting):,} that fit)"
        )
        print(output.text_table(_parameter_table(found)))
        print("\n".join(map(output.folded, _sentences(found))))
    if over is not None:
        _print_answers(found, over)
    print("\n" + output.folded(NOT_CONFIRMED) + "\n" + output.folded(COMPARISON_CAUTION) + "\n")
    names = "set.png targets.png set.csv draws.parquet summary.json ..."
    print(f"{folder}/  {names}")


def _fitting(found: Calibration) -> str:
    number, draws = len(found.fitting), len(found.draws)
    if not found.decisive:
        least = fewest_histories(SET_CONFIDENCE)
        return (
            f"Nothing can be ruled out: it takes runs={least} histories or more to say that a draw does not "
            f"fit with {100 * SET_CONFIDENCE:.0f} %, so all of them count as fitting."
        )
    joint = "all targets together" if len(found.problem.targets) > 1 else "its target"
    if number:
        many = f"{'All' if number == draws else f'{number:,} of'} {_many(draws, 'draw')}"
        return (
            f"{many} fit{'s' if draws == 1 else ''} ({percent(number / draws)}): for {joint}, the record is "
            f"among the {100 * SET_CONFIDENCE:.0f} % least surprising of their single histories."
        )
    nearest, (hardest, excludes) = found.nearest, found.hardest
    values = " ".join(f"{name}={show(python_value(nearest[name]))}" for name in found.problem.ranges)
    return (
        f"None of {_many(draws, 'draw')} fits. Hardest is {_words_of_target(found, hardest)}, which alone "
        f"rules out {percent(excludes)}. Nearest, {nearest['implausibility']:.1f} standard deviations off in "
        f"{_words_of_target(found, nearest['worst'])}: {values}."
    )


def _standing(found: Calibration) -> str:
    own, name = found.published, spoken(found.problem.scenario.name)
    if own["fits"]:
        said = "fits as well" if len(found.fitting) else "fits"
        return f"{name} as it stands {said}." if found.decisive else ""
    worst = own["worst"]
    record = {target.name: target.value for target in found.problem.targets}[worst]
    return (
        f"{name} as it stands does not fit: {_words_of_target(found, worst)} are {_brief(record)} in the "
        f"record and {_own_rate(own, worst)} in its histories."
    )


def _target_table(found: Calibration) -> pd.DataFrame:
    import pandas as pd

    table, rows = found.targets(), {}
    for _, row in table.iterrows():
        means = f"{_brief(row['set_least'])} to {_brief(row['set_most'])}" if len(found.fitting) else "-"
        rows[_words_of_target(found, row["target"])] = {
            "record": _brief(row["record"]),
            "as it stands": _own_rate(found.published, row["target"]),
            "means of draws that fit": means,
            "alone rules out": percent(row["excludes"]),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _own_rate(own: pd.Series[Any], name: str) -> str:
    return f"{_brief(own[name])} [{_brief(own[f'{name}_lower'])}, {_brief(own[f'{name}_upper'])}]"


def _brief(value: float) -> str:
    return f"{value:.3f}"


def _powers(found: Calibration) -> str:
    """A word where the record's powers are not as many as the scenario's states."""
    states, said = len(found.problem.scenario.states), {}
    for period in dict.fromkeys(target.period for target in found.problem.targets):
        if (period.fewest, period.most) != (states, states):
            powers = f"{period.fewest}-{period.most}" if period.fewest < period.most else f"{period.most}"
            said[f"{period.first}-{period.last}"] = powers
    if not said:
        return ""
    listed = ", ".join(f"{powers} in {years}" for years, powers in said.items())
    return f"The scenario has {states} states; the great powers of the record were {listed}."


def _parameter_table(found: Calibration) -> pd.DataFrame:
    import pandas as pd

    few = min(len(found.fitting), len(found.draws) - len(found.fitting)) < FEWEST_DRAWS
    rows = {}
    for _, row in narrowing(found).iterrows():
        low, high, own, q05, q95 = (
            as_typed(row["parameter"], row[key]) for key in ("low", "high", "published", "q05", "q95")
        )
        rows[row["parameter"]] = {
            "sampled": f"{low} to {high}",
            "stands at": own,
            "that fit": f"{q05} to {q95}",
            "keeps": f"{100 * row['kept']:.0f} %",
            "distance": "-" if few else f"{row['distance']:.2f}",
            "narrowed": "-" if few else "yes" if row["narrowed"] else "no",
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _sentences(found: Calibration) -> list[str]:
    if min(len(found.fitting), len(found.draws) - len(found.fitting)) < FEWEST_DRAWS:
        few, more = "fit" if len(found.fitting) < FEWEST_DRAWS else "do not fit", 8 * len(found.draws)
        return [f" Too few draws {few} to tell in what those that fit differ; draws={more} gives more."]
    table, bound = narrowing(found), tradeoffs(found)
    told = bound[bound["told"]].head(3)
    pairs = "; ".join(f"{p['one']} and {p['other']} ({p['correlation']:+.2f})" for _, p in told.iterrows())
    free = list(table.loc[~table["narrowed"], "parameter"])
    ends = "; ".join(agreed(found)) or "none; each parameter may lie anywhere in its range"
    return [
        " Keeps: how wide that is, against all draws. Distance: of the draws that fit from the others "
        "(Kolmogorov-Smirnov); narrowed: more than luck would.",
        f" Bound to each other within the set (rank correlation): {pairs or 'no two parameters'}.",
        f" Not identified alone: {', '.join(free) or 'none'}.",
        f" Held by all that fit: {ends}.",
    ]


def agreement_sentences(found: Calibration, over: Answers | None) -> list[str]:
    """Say what holds at every draw that fits: ends of ranges shut out, and which order outlasts which."""
    return agreed(found) + ([] if over is None else over.certain())


def _print_answers(found: Calibration, over: Answers) -> None:
    import pandas as pd

    heading = output.bold("How the answers of compare vary")
    some = f"{_many(over.draws, 'draw')} of the set"
    print(f"\n{heading} over {some} (years out of {over.horizon:g}; {_many(over.runs, 'run')} each)")
    cells: dict[str, dict[str, str]] = {}
    for row in over.ranges().to_dict("records"):
        word, mine = SPELL_STEMS[row["spell"]], cells.setdefault(spoken(row["scenario"]), {})
        mine[f"{word} as it stands"] = f"{row['published']:.0f}"
        mine[f"{word} over the set"] = f"{row['least']:.0f} to {row['most']:.0f} (median {row['median']:.0f})"
    print(output.text_table(pd.DataFrame.from_dict(cells, orient="index")))
    lines = {}
    for row in over.orderings().to_dict("records"):
        one, other = spoken(row["one"]), spoken(row["other"])
        lines[f"{SPELL_STEMS[row['spell']]}: {one} minus {other}"] = {
            "as they stand": f"{row['published']:+.0f}",
            "longer in": percent(row["one_longer"]),
            "shorter in": percent(row["other_longer"]),
            "undecided in": percent(row["untold"]),
        }
    print(output.text_table(pd.DataFrame.from_dict(lines, orient="index")))
    certain = "; ".join(over.certain()) or "none of these orders outlasts another"
    print(output.folded(f" At every one of these draws: {certain}."))
    mine_name = spoken(found.problem.scenario.name)
    for name in over.names[1:]:
        common = ", ".join(over.varied[name]) or "nothing"
        print(output.folded(f" Published alike in {mine_name} and {spoken(name)}, so set in both: {common}."))


def _words_of_target(found: Calibration, name: str) -> str:
    return {target.name: target.words for target in found.problem.targets}[name]


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _history(number: int) -> str:
    return f"{number:,} histor{'ies' if number != 1 else 'y'}"

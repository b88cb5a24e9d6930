"""The commands ``sweep`` and ``plot``."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.cli import output
from regimesim.cli.advice import say
from regimesim.scenario.compose import SweepRequest, names_typed, sweep_request, value_of
from regimesim.scenario.files import there
from regimesim.scenario.messages import InputError, listed, show, spoken
from regimesim.scenario.remarks import told_unused
from regimesim.simulation.checksums import reseal
from regimesim.simulation.columns import SPELL_STEMS
from regimesim.simulation.folders import drawing, folder_named, system_reason, workshop
from regimesim.simulation.results import Results

if TYPE_CHECKING:
    from regimesim.cli.table import Flags, Given
    from regimesim.sweeps.engines import Engine
    from regimesim.sweeps.points import Points
    from regimesim.sweeps.results import SweepResults

RUNS_A_POINT = 100
MOST_POINTS_SHOWN = 20
"""Points up to which each is printed."""
RUNS_TABLE = "runs.csv"
_ROWS_AT_ONCE = 1_000_000
_LONGEST_NAME = 100


def sweep_command(given: Given, flags: Flags) -> None:
    """Simulate many settings, go on with what was begun, and say where cooperation lasts."""
    from regimesim.sweeps.sweep import conduct, points_under

    options = given.options
    engine = _engine(options)
    points, runs, name = _design(sweep_request(given.settings, options), options)
    where = listed(list(dict.fromkeys(world.name for world in points.worlds)))
    unused = told_unused(where, points.idle([*names_typed(given.settings), *points.swept]))
    say(flags, unused)
    points = points_under(points, options["assumptions"], given.names)
    folder = _sweep_folder(options["out"], points, name)
    with output.progress("simulating", runs * len(points), flags) as advance:
        try:
            found = conduct(
                points,
                folder,
                runs,
                options["seed"],
                engine=engine,
                extend=options["extend"],
                progress=advance,
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; the runs that are done are kept in {folder}, the same command goes on"
            ) from None
    answer = sweep_answer(found) | {"unused": list(unused)}

    if options["format"] == "csv" or (folder / RUNS_TABLE).exists():  # one of fewer points would mislead
        with output.working("writing tables", flags):
            write_sweep_tables(found)
    if _varies(found):
        with output.working("drawing", flags), drawing():
            draw_sweep(found)
    output.announce(flags, folder, answer, lambda: print_sweep(found, answer))


def _varies(found: SweepResults) -> bool:
    """Tell whether there is something to draw an outcome against."""
    return any(len(set(column.tolist())) > 1 for column in found.points.columns.values())


def write_sweep_tables(found: SweepResults) -> list[Path]:
    """Write ``summary.csv``, a row a point, and ``runs.csv``, a row a run, into the folder of a sweep."""

    def write(folder: Path) -> list[Path]:
        summary, runs = folder / "summary.csv", folder / RUNS_TABLE
        found.table.to_csv(summary, index=False)
        step = max(1, _ROWS_AT_ONCE // found.manifest.runs)
        for first in range(0, len(found), step):
            rows = found.read_runs(range(first, min(first + step, len(found))))
            rows.to_csv(runs, index=False, mode="a", header=first == 0)
        return [summary, runs]

    return _written(found.folder, write)


def _engine(options: Mapping[str, Any]) -> Engine:
    from regimesim.sweeps.engines import engine_of

    settings = {
        key: text if key in ("address", "walltime") else value_of(f"engine.{key}", text)
        for key, text in options["engine."].items()
    }
    if options["workers"] is not None:
        settings["workers"] = options["workers"]
    return engine_of(options["engine"], settings)


def _design(asked: SweepRequest, options: Mapping[str, Any]) -> tuple[Points, int, str]:
    """The points, how many runs of each, and a name for the design."""
    from regimesim.sweeps.design import DesignTable, expand, read_points, read_sheet

    tables: list[DesignTable] = []
    runs, name = options["runs"], ""
    if (chosen := options["sweep"]) is not None:
        sheet = read_sheet(chosen)
        tables.extend(sheet.tables)
        runs, name = runs if runs is not None else sheet.runs, sheet.name
    if (file := options["points"]) is not None:
        tables.append(read_points(file))
        name = name or Path(file).stem
    return expand(asked, tables), RUNS_A_POINT if runs is None else runs, name


def _sweep_folder(out: str | None, points: Points, name: str) -> Path:
    """Name the folder of the sweep; the same command finds the same folder, so that it goes on there."""
    from regimesim.simulation.folders import check_writable, folder_named

    if out is None:
        name = name or "_by_".join(points.swept)[:_LONGEST_NAME]
        folder = Path("outputs") / "sweep" / points.worlds[0].name / name
    else:
        folder = folder_named(out)
    check_writable(folder if there(folder) else folder.parent)
    return folder


def sweep_answer(found: SweepResults) -> dict[str, Any]:
    """Give the answer of a sweep as plain values."""
    table, swept = found.table, found.points.swept
    answer: dict[str, Any] = {
        "scenario": found.worlds[0].name,
        "points": len(found),
        "runs": found.manifest.runs,
        "seed": found.manifest.seed,
        "swept": {name: len(set(table[name])) for name in swept},
    }
    for spell in SPELL_STEMS:
        ranked = table.sort_values([f"{spell}_rmst", "point"])
        answer[spell] = {
            words: {
                "years": float(row[f"{spell}_rmst"]),
                "error": float(row[f"{spell}_rmst_error"]),
                "point": int(row["point"]),
                "settings": {name: row[name] for name in swept},
            }
            for words, (_, row) in zip(
                ("shortest", "middle", "longest"),
                (list(ranked.iloc[[0, len(ranked) // 2, len(ranked) - 1]].iterrows())),
                strict=True,
            )
        }
    return answer


def print_sweep(found: SweepResults, answer: dict[str, Any]) -> None:
    """The answer of ``sweep`` on one screen."""
    world = found.worlds[0]
    axes = ", ".join(f"{name} ({count} values)" for name, count in answer["swept"].items())
    runs = answer["runs"]
    print(f"{output.bold(spoken(world.title or world.name))}   {axes}")
    each = f"{runs:,} run{'s' if runs != 1 else ''} of {world.years:g} years"
    points = f"{len(found):,} points, each {each} on the same seeds" if len(found) > 1 else f"1 point, {each}"
    print(f"{points} (seed {answer['seed']})")
    print("\n".join([*(output.folded(under.words()) for under in found.points.assumed[:1]), ""]))
    if len(found) <= MOST_POINTS_SHOWN:
        _print_points(found, world.years)
    else:
        _print_extremes(answer, world.years)
    place = found.folder
    drawn = "phase.png  " if _varies(found) else ""
    print(f"\n{place}/  {drawn}summary.parquet  design.parquet  parts/  manifest.json")
    if not _varies(found):
        print("Nothing varies, and so there is no picture; several values are 0.2,0.4 or range(0,1,0.1).")
    print(f'In Python: rs.load_results("{place}").table', flush=True)


def _print_points(found: SweepResults, years: float) -> None:
    """A line a point: its settings, and how long both kinds of spell last."""
    head = [*found.points.swept, *(f"years of {word}" for word in SPELL_STEMS.values())]
    lines = [head]
    for _, row in found.table.iterrows():
        settings = [_value_text(row[name]) for name in found.points.swept]
        lines.append([*settings, *(_mean_and_error(row, spell) for spell in SPELL_STEMS)])
    print(
        output.bold("How long it lasts") + f" (restricted means over {years:g} years, with standard errors)"
    )
    wide = [max(len(line[k]) for line in lines) for k in range(len(head))]
    for line in lines:
        print(" " + "   ".join(cell.ljust(n) for cell, n in zip(line, wide, strict=True)).rstrip())


def _mean_and_error(row: Any, spell: str) -> str:
    return f"{row[f'{spell}_rmst']:5.1f} \N{PLUS-MINUS SIGN} {row[f'{spell}_rmst_error']:.1f}"


def _print_extremes(answer: dict[str, Any], years: float) -> None:
    """The points at which each kind of spell is longest and shortest, and one between."""
    for spell, word in SPELL_STEMS.items():
        print(
            output.bold(f"Years of {word}")
            + f" (restricted mean over {years:g} years, with its standard error)"
        )
        for words in ("longest", "middle", "shortest"):
            row = answer[spell][words]
            settings = "  ".join(f"{name}={_value_text(v)}" for name, v in row["settings"].items())
            lasts = f"{row['years']:6.1f} \N{PLUS-MINUS SIGN} {row['error']:.1f}"
            print(f" {words:<9}{lasts}   {settings}")


def _value_text(value: Any) -> str:
    return show(value.item() if hasattr(value, "item") else value)


def plot_command(given: Given, flags: Flags) -> None:
    """Draw what a folder of results holds: a sweep over its axes, a run anew."""
    from regimesim.sweeps.results import load_results

    if len(given.words) != 1:
        raise InputError("plot takes the folder of a run or a sweep: plot outputs/sweep/concert/...")
    path, outcome, out = Path(os.path.expanduser(given.words[0])), *map(given.options.get, ("outcome", "out"))
    results: Any = load_results(path)
    folder = path if out is None else folder_named(out)
    if isinstance(results, Results):
        if outcome is not None:
            raise InputError(
                "outcome= is for a sweep; this folder holds a run, of which all pictures are drawn"
            )
        found: list[str] = []
        draw = _of_run(results)
    else:
        found, draw = _of_sweep(results, outcome or "both")
    with output.working("drawing", flags):
        own = folder == path
        paths = _written(folder, draw, replace=own, listed=own and isinstance(results, Results))

    def screen() -> None:
        for sentence in found:
            print(textwrap.fill(sentence if sentence.endswith(".") else f"{sentence}.", output.width()))
        print(f"{folder}/  {' '.join(path.name for path in paths)}")

    output.announce(flags, folder, {"pictures": [path.name for path in paths], "finding": found}, screen)


Draw = Callable[[Path], list[Path]]


def _of_run(results: Results) -> Draw:
    from regimesim.analysis.collapse import causes_of_collapse
    from regimesim.report.figures.runs import save_run_figures

    return lambda folder: save_run_figures(results, folder, causes_of_collapse(results).shares)


def _of_sweep(results: Any, outcome: str) -> tuple[list[str], Draw]:
    from regimesim.report.figures.landscape import Landscape
    from regimesim.report.figures.sweeps import save_sweep_figure

    sweep = Landscape.of(results, outcome)
    name = "phase" if outcome == "both" else f"phase_{outcome}"
    found = [*sweep.findings, *([sweep.advice] if sweep.advice else [])]
    return found, lambda folder: save_sweep_figure(sweep, folder, name)


def draw_sweep(results: Any, outcome: str = "both") -> list[Path]:
    """Draw a sweep into its own folder."""
    return _written(results.folder, _of_sweep(results, outcome)[1])


def _written(folder: Path, draw: Draw, replace: bool = True, listed: bool = False) -> list[Path]:
    """Pictures drawn aside and then put into a folder, in place of those of the same name if so wanted.

    ``listed``: the folder has a list of checksums, into which they are written anew.
    """
    try:
        with workshop(folder) as partial:
            paths = draw(partial)
            for path in paths:
                if not replace and os.path.lexists(folder / path.name):
                    raise InputError(f"{folder / path.name} is there already; choose another with out=")
            for path in paths:
                os.replace(path, folder / path.name)
            if listed:
                reseal(folder, [path.name for path in paths])
    except OSError as error:
        raise InputError(
            f"cannot write to {folder}: {system_reason(error)}; choose another with out="
        ) from None
    return [folder / path.name for path in paths]

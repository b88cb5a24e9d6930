"""The command ``sweep``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim import console
from regimesim.config import SweepRequest, sweep_request, value_of
from regimesim.parameters import quoted, show
from regimesim.results import json_text
from regimesim.scenario import InputError, spoken

if TYPE_CHECKING:
    from regimesim.cli import Flags
    from regimesim.engines import Engine
    from regimesim.points import Points
    from regimesim.swept import SweepResults

_OPTIONS = {
    "runs": None, "seed": 0, "workers": None, "out": None, "extend": False, "engine": "local",
    "sweep": None, "points": None,
}  # fmt: skip
RUNS = 100
_LONGEST_NAME = 100
_WORDS = {"regime": "cooperation", "peace": "peace"}


def sweep_command(arguments: Sequence[str], flags: Flags) -> None:
    """Simulate many settings, go on with what was begun, and say where cooperation lasts."""
    engine_words = [word for word in arguments if word.lstrip("+").startswith("engine.")]
    asked = sweep_request([word for word in arguments if word not in engine_words], _OPTIONS)
    engine = _engine(asked, engine_words)
    points, runs, name = _design(asked)
    extend = asked.options["extend"]
    if not isinstance(extend, bool):
        raise InputError(f"extend must be true or false; got {quoted(extend)}")
    folder = _folder(asked, points, name)
    from regimesim.sweep import conduct

    with console.progress("simulating", runs * len(points), flags) as advance:
        try:
            found = conduct(
                points, folder, runs, asked.options["seed"], engine=engine, extend=extend, progress=advance
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; the runs that are done are kept in {folder}, the same command goes on"
            ) from None
    answer = sweep_answer(found)
    from regimesim.phases_cli import draw_sweep

    with console.working("drawing", flags):
        draw_sweep(found)
    if flags.json:
        print(json_text(answer | {"folder": str(folder)}))
    elif flags.quiet:
        print(folder)
    else:
        print_sweep(found, answer)


def _engine(asked: SweepRequest, words: Sequence[str]) -> Engine:
    from regimesim.engines import engine_of

    settings = {}
    for word in words:
        key, equals, text = word.lstrip("+").removeprefix("engine.").partition("=")
        if not equals:
            raise InputError(f"{quoted(word)} is not of the form name=value (command line)")
        settings[key] = text if key in ("address", "walltime") else value_of(f"engine.{key}", text)
    if asked.options["workers"] is not None:
        settings["workers"] = asked.options["workers"]
    return engine_of(str(asked.options["engine"]), settings)


def _design(asked: SweepRequest) -> tuple[Points, int, str]:
    """The points, how many runs of each, and a name for the design."""
    from regimesim.expansion import Table, expand, read_points, read_sheet
    from regimesim.simulate import check_runs

    tables: list[Table] = []
    runs, name = asked.options["runs"], ""
    if (chosen := asked.options["sweep"]) is not None:
        sheet = read_sheet(str(chosen))
        tables.extend(sheet.tables)
        runs, name = runs if runs is not None else sheet.runs, sheet.name
    if (file := asked.options["points"]) is not None:
        tables.append(read_points(str(file)))
        name = name or Path(str(file)).stem
    runs = RUNS if runs is None else runs
    check_runs(runs, asked.options["seed"])
    return expand(asked, tables), runs, name


def _folder(asked: SweepRequest, points: Points, name: str) -> Path:
    """Where the sweep is; the same command finds the same folder, so that it goes on there."""
    from regimesim.storage import check_writable, folder_named
    from regimesim.trees import there

    out = asked.options["out"]
    if out is None:
        name = name or "_by_".join(points.swept)[:_LONGEST_NAME]
        folder = Path("outputs") / "sweep" / points.worlds[0].name / name
    else:
        folder = folder_named(out)
    check_writable(folder if there(folder) else folder.parent)
    return folder


def sweep_answer(found: SweepResults) -> dict[str, Any]:
    """What a sweep has to say, as plain values."""
    table, swept = found.table, found.points.swept
    answer: dict[str, Any] = {
        "scenario": found.worlds[0].name, "points": len(found), "runs": found.manifest.runs,
        "seed": found.manifest.seed, "swept": {name: len(set(table[name])) for name in swept},
    }  # fmt: skip
    for spell in _WORDS:
        ranked = table.sort_values([f"{spell}_rmst", "point"])
        answer[spell] = {
            words: {
                "years": float(row[f"{spell}_rmst"]), "error": float(row[f"{spell}_rmst_error"]),
                "point": int(row["point"]), "settings": {name: row[name] for name in swept},
            }
            for words, (_, row) in zip(
                ("shortest", "middle", "longest"),
                (list(ranked.iloc[[0, len(ranked) // 2, len(ranked) - 1]].iterrows())), strict=True,
            )
        }  # fmt: skip
    return answer


def print_sweep(found: SweepResults, answer: dict[str, Any]) -> None:
    """The answer of ``sweep`` on one screen."""
    world = found.worlds[0]
    axes = ", ".join(f"{name} ({count} values)" for name, count in answer["swept"].items())
    runs = answer["runs"]
    print(f"{console.bold(spoken(world.title or world.name))}   {axes}")
    each = f"{runs:,} run{'s' if runs != 1 else ''} of {world.years:g} years"
    print(f"{len(found):,} points, each {each} on the same seeds (seed {answer['seed']})\n")
    for spell, word in _WORDS.items():
        print(console.bold(f"Years of {word}") + f" (mean up to {world.years:g}, with its standard error)")
        for words in ("longest", "middle", "shortest"):
            row = answer[spell][words]
            settings = "  ".join(f"{name}={_value(v)}" for name, v in row["settings"].items())
            years = f"{row['years']:6.1f} \N{PLUS-MINUS SIGN} {row['error']:.1f}"
            print(f" {words:<9}{years}   {settings}")
    place = found.folder
    print(f"\n{place}/  phase.png  summary.parquet  design.parquet  parts/  manifest.json")
    print(f'In Python: rs.load_results("{place}").table', flush=True)


def _value(value: Any) -> str:
    return show(value.item() if hasattr(value, "item") else value)

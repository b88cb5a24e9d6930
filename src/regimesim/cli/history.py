"""The command ``history``: a record of disputes by era, beside a simulation, with the caution due to it.

What is read and how: :mod:`regimesim.analysis.history.record`; what is counted:
:mod:`regimesim.analysis.history.eras`; what a simulation is set against:
:mod:`regimesim.analysis.history.comparison`.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.analysis.history.comparison import beside, words_of
from regimesim.analysis.history.eras import (
    ERAS,
    Era,
    caution,
    era_named,
    era_table,
    eras_of,
    peace_curve,
    quiet_spell_table,
)
from regimesim.analysis.history.record import MAY_BE, NEEDED, Record, read_disputes
from regimesim.cli import output
from regimesim.report.figures.comparisons import history_figure
from regimesim.report.figures.style import save_png
from regimesim.scenario.messages import InputError, known, quoted, spoken
from regimesim.simulation.folders import (
    write_folder,
)
from regimesim.simulation.results import Results, json_text, provenance_json

if TYPE_CHECKING:
    import pandas as pd

    from regimesim.cli.table import Flags


@dataclass(frozen=True)
class HistoryRequest:
    """Request of the command: the table's names, the eras, one of them, and what is for a scenario."""

    columns: dict[str, str]
    eras: tuple[Era, ...]
    era: str | None
    out: str | None
    rest: tuple[str, ...]


def history_command(arguments: Sequence[str], flags: Flags) -> None:
    """Print a record by era, beside a simulation if a scenario is given, and write it all down."""
    path, asked = _history_request(arguments)
    record = read_disputes(path, asked.columns)
    eras = eras_of(record, asked.eras)
    era = None if asked.era is None else era_named(asked.era, eras)
    results, folder = None, output.output_folder(asked.out, "history", Path(path).stem)
    if asked.rest:
        results, era = _simulated_era(asked, record, eras, era, flags)
    table, said = era_table(record, eras), [*record.doubts, caution(record, era, eras)]
    compared = beside(record, results, era) if results is not None and era is not None else None

    def fill(partial: Path) -> None:
        _write_history(partial, record, eras, said)
        if results is not None and era is not None and compared is not None:
            compared.to_csv(partial / "beside.csv", index=False)
            save_png(history_figure(record, results, era), partial / "peace.png")
            (partial / "provenance.json").write_text(provenance_json(results.provenance), "utf-8")

    with output.working("writing tables", flags):
        write_folder(folder, fill)
    if flags.json:
        answer = {"eras": json.loads(table.to_json(orient="records")), "notes": said, "folder": str(folder)}
        if compared is not None:
            answer["beside"] = json.loads(compared.to_json(orient="records"))
        print(json_text(answer))
    elif flags.quiet:
        print(folder)
    else:
        heading = ""
        if results is not None and era is not None:
            years = f"{results.scenario.years:g} years"
            heading = f"{era.name} beside {spoken(results.scenario.name)}, {len(results):,} runs of {years}"
        _print_history(record, table, compared, heading)
        print("\n".join(textwrap.fill(words, output.width()) for words in said))
        print(f"\n{folder}/  {' '.join(sorted(file.name for file in folder.iterdir()))}")


def _history_request(arguments: Sequence[str]) -> tuple[str, HistoryRequest]:
    """The path (the one word that is no setting) and the settings."""
    words = [word for word in arguments if not _setting(word)]
    if len(words) != 1:
        raise InputError(
            "which table? Give one file or folder: python -m regimesim history PATH [+scenario=NAME]"
            + (f"; got {' and '.join(map(quoted, words))}" if words else "")
        )
    columns: dict[str, str] = {}
    given: dict[str, str] = {}
    rest = []
    for word in arguments:
        key, _, value = word.partition("=")
        key = key.strip().lstrip("+")
        if word == words[0]:
            continue
        if key.startswith("columns."):
            name = known(key.removeprefix("columns."), (*NEEDED, *MAY_BE), "column")
            columns[name] = value.strip()
        elif key in ("era", "eras", "out"):
            given[key] = value.strip()
        else:
            rest.append(word)
    if rest and not any(word.lstrip("+").startswith("scenario=") for word in rest):
        raise InputError(
            f"{quoted(rest[0])} is a setting of a scenario; add +scenario=NAME to compare with one"
        )
    eras = _eras(given["eras"]) if "eras" in given else ERAS
    return words[0], HistoryRequest(columns, eras, given.get("era"), given.get("out"), tuple(rest))


def _setting(word: str) -> bool:
    return word.startswith("~") or re.match(r"\+{0,2}[A-Za-z_][\w.-]*\s*=", word) is not None


def _eras(text: str) -> tuple[Era, ...]:
    """Eras as they are typed: ``eras=1816-1853,Detente:1969-1979``."""
    found = []
    for part in text.strip("[]'\" ").split(","):
        match = re.fullmatch(r"\s*(?:([^:]+):)?\s*(\d{1,4})\s*-\s*(\d{1,4})\s*", part)
        if match is None:
            raise InputError(
                f"eras are typed NAME:FIRST-LAST,...: eras=Concert:1816-1853; got {quoted(part)}"
            )
        name, first, last = match.groups()
        found.append(Era((name or f"{first}-{last}").strip(), int(first), int(last)))
    return tuple(found)


def _simulated_era(
    asked: HistoryRequest, record: Record, eras: Sequence[Era], era: Era | None, flags: Flags
) -> tuple[Results, Era]:
    """The scenario, simulated for as many years as the era has on the record unless told otherwise."""
    from regimesim.scenario.compose import request
    from regimesim.simulation.simulate import check_runs, simulate

    wanted = request(asked.rest, {"runs": 1000, "seed": 0, "workers": None})
    scenario, options = wanted.scenario, wanted.options
    check_runs(options["runs"], options["seed"], options["workers"])
    begun = [era for era in eras if era.start <= scenario.start + 1 <= era.end + 1] or list(eras)
    era = era or begun[0]
    told = any(word.lstrip("+").startswith("years=") for word in asked.rest)
    on_record = int(era_table(record, [era])["years"].iloc[0])
    with output.progress("simulating", options["runs"], flags) as advance:
        results = simulate(
            scenario,
            options["runs"],
            options["seed"],
            None if told else on_record,
            workers=options["workers"],
            progress=advance,
        )
    return results, era


def _write_history(folder: Path, record: Record, eras: Sequence[Era], said: Sequence[str]) -> None:
    import pandas as pd

    era_table(record, eras).to_csv(folder / "eras.csv", index=False)
    curves = [
        peace_curve(record, era).frame().assign(era=era.name)
        for era in eras
        if len(quiet_spell_table(record, "war", era))
    ]
    if curves:
        pd.concat(curves).to_csv(folder / "curves.csv", index=False)
    for until, name in (("war", "peace"), ("force", "calm")):
        found = [quiet_spell_table(record, until, era).assign(era=era.name) for era in eras]
        pd.concat(found).to_csv(folder / f"{name}.csv", index=False)
    (folder / "notes.txt").write_text("\n".join(said) + "\n", "utf-8")


def words_of_eras(table: pd.DataFrame) -> pd.DataFrame:
    """The table of :func:`regimesim.analysis.history.eras.era_table` as text, a row per era."""
    import pandas as pd

    def span(low: Any, high: Any) -> str:
        return f"{low}" if low == high else f"{low}-{high}"

    def interval(row: Any, name: str, places: int) -> str:
        value, low, high = (row[key] for key in (name, f"{name}_lower", f"{name}_upper"))
        return f"{value:.{places}f} [{low:.{places}f}, {high:.{places}f}]"

    rows = {}
    for _, row in table.iterrows():
        years = span(row["start"], row["end"])
        name = row["era"] if years in row["era"] else f"{row['era']} {years}"
        rows[name] = {
            "years": row["years"],
            "powers": span(row["powers_min"], row["powers_max"]),
            "wars": row["wars"],
            "wars a year": interval(row, "war_rate", 3),
            "pair-years": row["pair_years"],
            "force used": row["force_used"],
            "share": interval(row, "share", 2),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _print_history(record: Record, table: pd.DataFrame, compared: pd.DataFrame | None, heading: str) -> None:
    rows, first, last = len(record.rows), record.first, record.last
    print(f"{output.bold(record.name)}   {rows:,} pair-years, {first}-{last}\n")
    print(output.bold("The record by era") + " (95 % intervals)")
    print(output.text_table(words_of_eras(table)) + "\n")
    if compared is not None:
        print(output.bold(heading) + " (95 % intervals)")
        print(output.text_table(words_of(compared)))
        print(" A dispute: force used (record); estrangement or war begun, or a quarrel in one (model).\n")

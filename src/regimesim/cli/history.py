"""The command ``history``: a record of disputes by era, beside a simulation, with the caution due to it.

What is read and how: :mod:`regimesim.analysis.history.record`; what is counted:
:mod:`regimesim.analysis.history.eras`; what a simulation is set against:
:mod:`regimesim.analysis.history.comparison`.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.analysis.history.comparison import beside, words_beside
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
from regimesim.scenario.messages import InputError, known, quoted, spoken
from regimesim.simulation.folders import drawing, write_folder
from regimesim.simulation.results import Results, provenance_json

if TYPE_CHECKING:
    import pandas as pd

    from regimesim.cli.table import Flags, Given


def history_command(given: Given, flags: Flags) -> None:
    """Print a record by era, beside a simulation if a scenario is given, and write it all down."""
    path, options = _path_of(given), given.options
    record = record_read(path, options)
    eras = eras_of(record, ERAS if options["eras"] is None else _eras(options["eras"]))
    era = None if options["era"] is None else era_named(options["era"], eras)
    results, folder = None, output.output_folder(options["out"], "history", Path(path).stem)
    if given.settings:
        results, era = _simulated_era(given, record, eras, era, flags)
    table = era_table(record, eras)
    said = [record.read_as, *record.doubts, caution(record, era, eras)]
    compared = beside(record, results, era) if results is not None and era is not None else None

    def fill(partial: Path) -> None:
        _write_history(partial, record, eras, said)
        if results is not None and era is not None and compared is not None:
            compared.to_csv(partial / "beside.csv", index=False)
            (partial / "provenance.json").write_text(provenance_json(results.provenance), "utf-8")
            with drawing():
                from regimesim.report.figures.comparisons import history_figure
                from regimesim.report.figures.style import save_png

                save_png(history_figure(record, results, era), partial / "peace.png")

    with output.working("writing tables", flags):
        write_folder(folder, fill)
    answer = {"eras": json.loads(table.to_json(orient="records")), "notes": said}
    if compared is not None:
        answer["beside"] = json.loads(compared.to_json(orient="records"))

    def screen() -> None:
        heading = ""
        if results is not None and era is not None:
            years = f"{results.scenario.years:g} years"
            heading = f"{era.name} beside {spoken(results.scenario.name)}, {len(results):,} runs of {years}"
        _print_history(record, table, compared, heading)
        print("\n".join(textwrap.fill(words, output.width()) for words in said[1:]))
        print(f"\n{folder}/  {' '.join(sorted(file.name for file in folder.iterdir()))}")

    output.announce(flags, folder, answer, screen)


def record_read(path: str, options: Mapping[str, Any]) -> Record:
    """Read a table of disputes, with the options of a command that say what it leaves open."""
    columns = {known(key, (*NEEDED, *MAY_BE), "column"): name for key, name in options["columns."].items()}
    covers = None
    if (typed := options["covers"]) is not None:
        match = re.fullmatch(r"\s*(\d{1,4})\s*-\s*(\d{1,4})\s*", typed)
        if match is None:
            raise InputError(f"covers= takes two years, FIRST-LAST: covers=1816-2010; got {quoted(typed)}")
        covers = int(match[1]), int(match[2])
    return read_disputes(path, columns, options["members"], covers)


def _path_of(given: Given) -> str:
    """The table: the one word that is no setting. Refuses settings of a scenario where none is named."""
    if len(given.words) != 1:
        raise InputError(
            "which table? Give one file or folder: python -m regimesim history PATH [+scenario=NAME]"
            + (f"; got {' and '.join(map(quoted, given.words))}" if given.words else "")
        )
    simulated = [*given.settings, *(name for name in ("runs", "seed", "workers") if name in given.typed)]
    if simulated and not given.has("scenario"):
        raise InputError(
            f"{quoted(simulated[0])} is a setting of a scenario; add +scenario=NAME to compare with one"
        )
    return given.words[0]


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
    given: Given, record: Record, eras: Sequence[Era], era: Era | None, flags: Flags
) -> tuple[Results, Era]:
    """The scenario, simulated for as many years as the era has on the record unless told otherwise."""
    from regimesim.cli.advice import asked
    from regimesim.simulation.simulate import simulate

    scenario, options = asked(given, flags).scenario, given.options
    begun = [era for era in eras if era.start <= scenario.start + 1 <= era.end + 1] or list(eras)
    era = era or begun[0]
    on_record = int(era_table(record, [era])["years"].iloc[0])
    with output.progress("simulating", options["runs"], flags) as advance:
        results = simulate(
            scenario,
            options["runs"],
            options["seed"],
            None if given.has("years") else on_record,
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
    print(f"{output.bold(record.name)}   {rows:,} pair-years, {first}-{last}")
    print(output.folded(record.read_as) + "\n")
    print(output.bold("The record by era") + " (95 % intervals)")
    print(output.text_table(words_of_eras(table)) + "\n")
    if compared is not None:
        print(output.bold(heading) + " (95 % intervals)")
        print(output.text_table(words_beside(compared)))
        print(" A dispute: force used (record); estrangement or war begun, or a quarrel in one (model).\n")

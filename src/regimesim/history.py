"""The command ``history``: a record of disputes by era, beside a simulation, with the caution due to it.

What is read and how: :mod:`regimesim.record`; what is counted: :mod:`regimesim.eras`; what a simulation is
set against: :mod:`regimesim.beside`.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim import console
from regimesim.beside import beside, share_after, simulated, words_of
from regimesim.eras import (
    ERAS,
    Era,
    caution,
    chance_of_quiet,
    era_named,
    era_table,
    eras_of,
    peace_curve,
    spells,
)
from regimesim.parameters import quoted
from regimesim.record import MAY_BE, NEEDED, Record, read_disputes
from regimesim.results import Results, json_text, percent, provenance_json
from regimesim.scenario import InputError, known, spoken
from regimesim.storage import check_absent, check_writable, folder_named, folder_of_now, write_folder

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from regimesim.cli import Flags

__all__ = [
    "ERAS", "Era", "Record", "beside", "caution", "chance_of_quiet", "era_table", "history_command",
    "history_figure", "peace_curve", "read_disputes", "spells",
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the command was asked: the table's names, the eras, one of them, and what is for a scenario."""

    columns: dict[str, str]
    eras: tuple[Era, ...]
    era: str | None
    out: str | None
    rest: tuple[str, ...]


def history_figure(record: Record, results: Results, era: Era) -> Figure:
    """Peace of pairs: the record of an era against a simulation, with bands, and the caution below."""
    from regimesim import palette

    seen, theirs = simulated(results), peace_curve(record, era)
    span = float(min(max(theirs.years[-1], 1), seen.years))
    figure, (ax,) = palette.blank(8.5, 5.4, (0.09, 0.26, 0.885, 0.58))
    style = palette.look(results.scenario.name)
    name = f"simulated: {spoken(results.scenario.name)}"
    ax.fill_between(theirs.years, theirs.lower, theirs.upper, step="post", color=palette.PALE, alpha=0.6,
                    linewidth=0)  # fmt: skip
    ax.fill_between(seen.peace.years, seen.peace.lower, seen.peace.upper, step="post", color=style.colour,
                    alpha=0.25, linewidth=0)  # fmt: skip
    ax.step(theirs.years, theirs.survival, where="post", color=palette.BLACK, linewidth=2.0, linestyle="--",
            label=f"record: {era.name}")  # fmt: skip
    ax.step(
        seen.peace.years, seen.peace.survival, where="post", color=style.colour, linewidth=2.0, label=name
    )
    ax.set(xlim=(0, span), ylim=(0, 1.04))
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    palette.label(ax, "whole years of peace", "spells of peace between pairs that last longer (%)")
    ax.legend(loc="lower left", fontsize=9, frameon=False)
    one, other = (percent(share_after(curve, span).value) for curve in (theirs, seen.peace))
    headline = (
        f"Of the spells of peace between pairs, {one} last {span:g} years in the record, {other} simulated"
    )
    about = palette.caption(
        results,
        "Kaplan-Meier curves of spells of peace, those after a war included; 95 % bands (pairs of the "
        "record, runs of the model taken for independent).",
        f"Record: {record.name}, {era.name} ({era.start}-{era.end}).",
    )
    return palette.framed(figure, headline, f"{about}\n{caution(record, era)}")


def history_command(arguments: Sequence[str], flags: Flags) -> None:
    """Print a record by era, beside a simulation if a scenario is given, and write it all down."""
    path, asked = _asked(arguments)
    record = read_disputes(path, asked.columns)
    eras = eras_of(record, asked.eras)
    era = None if asked.era is None else era_named(asked.era, eras)
    results, folder = None, _folder(asked.out, Path(path).stem)
    if asked.rest:
        results, era = _simulated_era(asked, record, eras, era, flags)
    table, said = era_table(record, eras), [*record.doubts, caution(record, era, eras)]
    compared = beside(record, results, era) if results is not None and era is not None else None

    def fill(partial: Path) -> None:
        _write(partial, record, eras, said)
        if results is not None and era is not None and compared is not None:
            compared.to_csv(partial / "beside.csv", index=False)
            history_figure(record, results, era).savefig(
                partial / "peace.png", dpi=150, metadata={"Software": None}
            )
            (partial / "provenance.json").write_text(provenance_json(results.provenance), "utf-8")

    with console.working("writing tables", flags):
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
        _print(record, table, compared, heading)
        print("\n".join(textwrap.fill(words, console.width()) for words in said))
        print(f"\n{folder}/  {' '.join(sorted(file.name for file in folder.iterdir()))}")


def _asked(arguments: Sequence[str]) -> tuple[str, Asked]:
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
    return words[0], Asked(columns, eras, given.get("era"), given.get("out"), tuple(rest))


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


def _folder(out: str | None, name: str) -> Path:
    folder = folder_of_now("history", name) if out is None else folder_named(out)
    check_absent(folder)
    check_writable(folder.parent)
    return folder


def _simulated_era(
    asked: Asked, record: Record, eras: Sequence[Era], era: Era | None, flags: Flags
) -> tuple[Results, Era]:
    """The scenario, simulated for as many years as the era has on the record unless told otherwise."""
    from regimesim.config import request
    from regimesim.simulate import check_runs, simulate

    wanted = request(asked.rest, {"runs": 1000, "seed": 0, "workers": None})
    scenario, options = wanted.scenario, wanted.options
    check_runs(options["runs"], options["seed"], options["workers"])
    begun = [era for era in eras if era.start <= scenario.start + 1 <= era.end + 1] or list(eras)
    era = era or begun[0]
    told = any(word.lstrip("+").startswith("years=") for word in asked.rest)
    on_record = int(era_table(record, [era])["years"].iloc[0])
    with console.progress("simulating", options["runs"], flags) as advance:
        results = simulate(
            scenario, options["runs"], options["seed"], None if told else on_record,
            workers=options["workers"], progress=advance,
        )  # fmt: skip
    return results, era


def _write(folder: Path, record: Record, eras: Sequence[Era], said: Sequence[str]) -> None:
    import pandas as pd

    era_table(record, eras).to_csv(folder / "eras.csv", index=False)
    curves = [
        peace_curve(record, era).frame().assign(era=era.name)
        for era in eras
        if len(spells(record, "war", era))
    ]
    if curves:
        pd.concat(curves).to_csv(folder / "curves.csv", index=False)
    for until, name in (("war", "peace"), ("force", "calm")):
        found = [spells(record, until, era).assign(era=era.name) for era in eras]
        pd.concat(found).to_csv(folder / f"{name}.csv", index=False)
    (folder / "notes.txt").write_text("\n".join(said) + "\n", "utf-8")


def words_of_eras(table: pd.DataFrame) -> pd.DataFrame:
    """The table of :func:`regimesim.eras.era_table` as text, a row per era."""
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
            "years": row["years"], "powers": span(row["powers_min"], row["powers_max"]), "wars": row["wars"],
            "wars a year": interval(row, "war_rate", 3), "pair-years": row["pair_years"],
            "force used": row["force_used"], "share": interval(row, "share", 2),
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")


def _print(record: Record, table: pd.DataFrame, compared: pd.DataFrame | None, heading: str) -> None:
    rows, first, last = len(record.rows), record.first, record.last
    print(f"{console.bold(record.name)}   {rows:,} pair-years, {first}-{last}\n")
    print(console.bold("The record by era") + " (95 % intervals)")
    print(console.table(words_of_eras(table)) + "\n")
    if compared is not None:
        print(console.bold(heading) + " (95 % intervals)")
        print(console.table(words_of(compared)))
        print(" A dispute: force used (record), exploitation seen by its victim (model).\n")

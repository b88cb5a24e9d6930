"""The table of ``docs/performance.md``, from the numbers in ``benchmarks/results.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from benchmarks.machine import FOLDER
from benchmarks.timing import Row

RESULTS = FOLDER / "results.json"
PAGE = FOLDER.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def kept() -> dict[str, Any]:
    """Results of former measurements."""
    if RESULTS.exists():
        return json.loads(RESULTS.read_text(encoding="utf-8"))
    return {"machine": {}, "sections": {}}


def section(title: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Rows as plain values."""
    return {
        "title": title,
        "date": date.today().isoformat(),
        "repetitions": max((len(row.values) for row in rows), default=0),
        "rows": [
            {"what": row.what, "median": row.median, "low": min(row.values), "high": max(row.values),
             "unit": row.unit, "target": row.target, "met": row.met}
            for row in rows
        ],
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    """A section as Markdown."""
    lines = [
        f"### {found['title']}", "",
        f"Measured on {found['date']}, up to {found['repetitions']} repetitions.", "",
        "| what | median | lowest to highest | unit | target |", "|---|---:|---:|---|---|",
    ]  # fmt: skip
    for row in found["rows"]:
        met = "" if row["met"] is None else (": met" if row["met"] else ": **not met**")
        spread = f"{_number(row['low'])} to {_number(row['high'])}"
        lines.append(
            f"| {row['what']} | {_number(row['median'])} | {spread} | {row['unit']} | {row['target']}{met} |"
        )
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    """Three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(found: dict[str, Any], order: Sequence[str]) -> None:
    """Put the tables between the two marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    machine = "; ".join(f"{name}: {value}" for name, value in found["machine"].items())
    tables = "\n".join(table(found["sections"][name]) for name in order if name in found["sections"])
    PAGE.write_text(f"{before}{BEGIN}\n{machine}.\n\n{tables}{END}{after}", encoding="utf-8")

"""``python -m benchmarks [SECTION ...]``: measure, and write the table of ``docs/performance.md``.

Sections that are not named keep the numbers they have. One core is used, but where threads are measured.
"""

from __future__ import annotations

import argparse
import importlib
import json

from benchmarks import page
from benchmarks.machine import facts
from benchmarks.timing import pin

SECTIONS = ("automata", "concert", "profile", "size", "sweeps", "extended", "whole", "start")
"""Modules of this folder, each with a ``TITLE`` and ``measure(repetitions) -> list[Row]``."""


def main() -> None:
    """Measure what was asked for, print it, and keep it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("section", nargs="*", help=f"{', '.join(SECTIONS)} (default: all)")
    parser.add_argument("-n", "--repetitions", type=int, default=7)
    asked = parser.parse_args()
    unknown = set(asked.section) - set(SECTIONS)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    kept = page.kept()
    kept["machine"] = facts()
    for name in asked.section or SECTIONS:
        section = importlib.import_module(f"benchmarks.{name}")
        pin(1)
        rows = section.measure(asked.repetitions)
        kept["sections"][name] = page.section(section.TITLE, rows)
        print(page.table(kept["sections"][name]), flush=True)
        page.RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    page.write(kept, SECTIONS)


if __name__ == "__main__":
    main()

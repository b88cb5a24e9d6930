"""Measure the page of ``demo`` in the browsers of this machine: ``python tests/support/measure_page.py``.

Prints its size, the time from opening to the first screen, in the sandbox the time from a moved slider to a
first curve and to the curve of all 1,000 runs, and the time that the curve of the tenth screen takes. Times
are the page's own, until its elements are changed and before they are painted; medians of several moves.
Other programs that compute at the same time lengthen them, but not the processor time, which is that of the
browser and all its workers (on Linux).
"""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path

from firefox_reader import FIREFOX, Firefox
from page_reader import CHROMIUM, DRIVER, Chromium, Reader

from regimesim.app.page import page

MOVES = (0.2, 0.5, 0.3, 0.6, 0.4, 0.7, 0.35)
SLIDER = "input[aria-label='transparency: level, slider']"
READY = "document.querySelector('main').dataset.ready"
TAKEN = "performance.getEntriesByName(arguments[0]).at(-1).duration"
"""Milliseconds that the page itself measured last."""


def processor_time(root: int) -> float:
    """Seconds that a process and all that it started have computed."""
    ticks, parents = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        number = int(stat.parent.name)
        parents[number], ticks[number] = int(fields[1]), int(fields[11]) + int(fields[12])
    inside = {root}
    while more := {one for one, parent in parents.items() if parent in inside} - inside:
        inside |= more
    return sum(ticks.get(one, 0) for one in inside) / os.sysconf("SC_CLK_TCK")


def measured(reader: Reader) -> dict[str, float]:
    """Times of one browser, in milliseconds."""
    opened = []
    for _ in range(3):
        reader.visit("")
        opened.append(reader.ask("performance.getEntriesByName('first screen')[0].startTime"))
    reader.visit("#sandbox")
    reader.until(f"{READY} !== undefined")
    first, whole = [], []
    began = processor_time(reader.pid)
    for place in MOVES:
        before = reader.ask(READY)
        reader.slide(place, SLIDER)
        reader.until(f"{READY} !== arguments[0]", before)
        reader.until("document.querySelector('.part-reach strong') !== null")
        first.append(reader.ask(TAKEN, "first redraw"))
        whole.append(reader.ask(TAKEN, "whole redraw"))
    computed = 1000 * (processor_time(reader.pid) - began) / len(MOVES)
    reader.visit("#accident")
    reader.press("Bet")
    course = reader.until("performance.getEntriesByName('course').at(-1)?.duration")
    return {
        "from opening to the first screen": statistics.median(opened),
        "from the slider to a curve of 100 runs or more": statistics.median(first),
        "from the slider to the curve of 1,000 runs": statistics.median(whole),
        "the curve of chance on the tenth screen": course,
        "processor time of a move, with the range of the assumptions (512 runs) and the map": computed,
    }


def main() -> None:
    """Measure, and print."""
    text = page()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{len(text.encode()) / 1000:.0f} kB; {os.cpu_count()} processors, load {load}")
    there = {Chromium: CHROMIUM and DRIVER, Firefox: FIREFOX}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "page.html"
        place.write_text(text, "utf-8")
        for kind in (one for one, found in there.items() if found):
            reader = kind(Path(folder))
            reader.address = place.as_uri()
            try:
                for name, taken in measured(reader).items():
                    print(f"{kind.name}: {name}: {taken:.0f} ms")
            finally:
                reader.quit()


if __name__ == "__main__":
    main()

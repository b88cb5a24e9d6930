"""Writes ``docs/cheating.md``: does cheating pay? ``python docs/make_cheating.py [runs=200] [corners=16]``

Every deviation of ``regimesim.analysis.deviations`` is played by the strongest and the weakest state of every
scenario, and by one state in random corners of the assumptions, on the same seeds as the run without it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from regimesim.analysis import deviations, robustness
from regimesim.analysis.deviations import Loss
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.files import scenario_names
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.scenario import Scenario
from regimesim.scenario.strategies import PRUDENT
from regimesim.simulation.simulate import on_threads

PAGE = Path("docs/cheating.md")
SEED, SEARCH = 16, 1716
CORNER_OF, CORNER_STATE, CORNER_RUNS = "concert", "Russia", 60
LENIENT = 0.5
DRAWN = (*robustness.COMMON, "shadow.resolve", "shadow.punishment_years", "trust.shock")

HEAD = """\
# Does cheating pay?

<!-- Made by `{command}`: edit there. -->

One state deviates in secret, and the same run without the deviation, on the same seeds, says what that
costs it. *Loss* is its payoff per year without the deviation minus that with it; below 0 the deviation pays.
*Discounted* weighs the future as the state does. *Firm* confines the deviation to defections in firm
decisions: those in which the [margin](model.md#43-the-decision-of-a-prudent-state), without the
norm, exceeds 2 λ. (A norm keeps a state from what would pay; it is no payoff.) *Defections* are those a year,
over all others, that it commits more than without. Brackets are 95 % intervals over {runs} runs
(seed {seed}). The best automaton of memory two is searched for on other seeds ({search}).
"""


def main(arguments: Sequence[str]) -> None:
    asked = {"runs": 200, "corners": 16} | {k: int(v) for k, v in (a.split("=") for a in arguments)}
    scenarios = {name: load_scenario(name) for name in scenario_names()}
    cases = [(name, state) for name, scenario in scenarios.items() for state in extremes(scenario)]
    rows = on_threads(lambda case: of_case(scenarios[case[0]], case[1], asked["runs"]), cases, None)
    found = dict(zip(cases, rows, strict=True))
    corners = on_threads(lambda number: corner(scenarios[CORNER_OF], number), range(asked["corners"]), None)
    command = " ".join(["python docs/make_cheating.py", *arguments])
    head = HEAD.format(command=command, runs=asked["runs"], seed=SEED, search=SEARCH)
    parts = [head, findings(found), corner_table(corners)]
    parts += [case_table(name, state, rows) for (name, state), rows in found.items()]
    PAGE.write_text("\n".join(parts), "utf-8")


def extremes(scenario: Scenario) -> list[str]:
    """The strongest and the weakest prudent state at the start; one, where all are alike."""
    powers = [power for power in scenario.phases[0].states if power.strategy == PRUDENT]
    ordered = sorted(powers, key=lambda power: -float(power["capability"]))
    alike = ordered[0]["capability"] == ordered[-1]["capability"]
    return [power.name for power in (ordered[:1] if alike else (ordered[0], ordered[-1]))]


def of_case(scenario: Scenario, state: str, runs: int) -> list[Loss]:
    """Every deviation of one state."""
    place, tried = scenario.states.index(state), max(20, runs // 5)
    best = deviations.best_answer(scenario, place, runs=tried, seed=SEARCH)
    library = [make() for make in deviations.LIBRARY]
    return [
        *deviations.losses(scenario, state, [*library, best], runs, SEED),
        deviations.known_leniency(scenario, state, LENIENT, runs, SEED),
    ]


def corner(base: Scenario, number: int) -> list[Loss]:
    """The same in a corner: every assumption at one end of its range, as a draw has it."""
    for attempt in range(100):
        rng = random.Random(1000 * number + attempt)
        ends = {name: rng.choice(BY_NAME[name].range or (0.0, 1.0)) for name in DRAWN}
        try:
            scenario = base.with_parameters(ends)
        except InputError:
            continue
        library = [make() for make in deviations.LIBRARY]
        return deviations.losses(scenario, CORNER_STATE, library, CORNER_RUNS, SEED)
    raise RuntimeError("no valid corner was found")


def findings(found: dict[tuple[str, str], list[Loss]]) -> str:
    """How many cases a deviation pays in, and which."""
    head = ("deviation", "pays", "costs", "undecided", "pays where", "pays if firm")
    lines = ["## Deviations that pay\n", table(head)]
    names = dict.fromkeys((row.deviation, row.about) for rows in found.values() for row in rows)
    for name, about in names:
        rows = {case: row for case, all_ in found.items() for row in all_ if row.deviation == name}
        where = [f"{spoken(case[0])} ({spoken(case[1])})" for case, row in rows.items() if row.pays]
        firm = [row.firm_loss for row in rows.values() if row.firm_loss is not None]
        pays, costs = len(where), sum(row.loss.lower > 0 for row in rows.values())
        cells = (
            f"{name}: {about}",
            pays,
            costs,
            len(rows) - pays - costs,
            ", ".join(where),
            sum(one.upper < 0 for one in firm) if firm else "",
        )
        lines.append(row_of(cells))
    return "\n".join([*lines, ""])


def corner_table(corners: list[list[Loss]]) -> str:
    """Over corners: how often each deviation pays, and how much it costs."""
    lines = [
        f"## In random corners\n\n{len(corners)} corners of {len(DRAWN)} assumptions of `{CORNER_OF}`, each "
        f"at one end of its range; {spoken(CORNER_STATE)} deviates, {CORNER_RUNS} runs each.\n",
        table(("deviation", "pays", "costs", "undecided", "pays if firm", "least loss", "greatest loss")),
    ]
    for rows in zip(*corners, strict=True):
        pays, costs = sum(r.pays for r in rows), sum(r.loss.lower > 0 for r in rows)
        firm = [r.firm_loss for r in rows if r.firm_loss is not None]
        ordered = sorted((r.loss for r in rows), key=lambda loss: loss.value)
        cells = (
            rows[0].deviation,
            pays,
            costs,
            len(rows) - pays - costs,
            sum(one.upper < 0 for one in firm) if firm else "",
            ordered[0].text(),
            ordered[-1].text(),
        )
        lines.append(row_of(cells))
    return "\n".join([*lines, ""])


def case_table(name: str, state: str, rows: list[Loss]) -> str:
    """One state of one scenario."""
    lines = [
        f"## {spoken(name).capitalize()}: {spoken(state)}\n",
        f"Without a deviation it earns {rows[0].payoff.text()} a year; {100 * rows[0].firm:.0f} % of its "
        "decisions are firm.\n",
        table(("deviation", "loss a year", "discounted", "firm", "defections")),
    ]
    for row in rows:
        firm = row.firm_loss.text() if row.firm_loss is not None else ""
        cells = (row.deviation, row.loss.text(), row.present.text(), firm, f"{row.defections:+.2f}")
        lines.append(row_of(cells))
    return "\n".join([*lines, ""])


def table(head: Iterable[str]) -> str:
    """Head of a table."""
    names = list(head)
    return row_of(names) + "\n" + row_of(["---"] * len(names))


def row_of(cells: Iterable[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])

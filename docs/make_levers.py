"""Writes ``docs/levers.md``: one assumption at a time. ``python docs/make_levers.py [runs=400] [values=5]``

Every assumption with a declared range, and the sanction rule, moves through its range in the three headline
scenarios, all others as they are, on the same seeds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from regimesim.analysis.comparison import DEFAULT
from regimesim.analysis.factors import factors_of, judgements, judgements_of
from regimesim.analysis.sensitivity import Outcome
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.simulate import on_threads, simulate
from regimesim.stats.estimates import Estimate, mean

PAGE = Path("docs/levers.md")
SEED = 0
RULE = "sanctions.rule"
OUTCOMES = {"regime": "cooperation", "peace": "peace"}
"""Words of the page by kind of spell."""
ENOUGH = 5.0
"""Years by which a lever moves a mean to count."""

HEAD = """\
# One assumption at a time

<!-- Made by `{command}`: edit there. -->

Each assumption moves through its declared range, at {values} values, while all others stay as they are;
{runs} runs at each value, on the same seeds (seed {seed}). *Moves* is the greatest difference of the mean
duration, in years up to the horizon, between two of these values; *from* and *to* are the values with the
least and the greatest mean. Brackets are 95 % intervals of that difference. The two values were chosen
because they differ most, so that the interval of a lever that moves nothing lies above 0; what counts here
is a move of {enough:g} years. `sensitivity` moves all assumptions together.
"""


class Move(NamedTuple):
    """Moves of a lever in one outcome of one scenario."""

    years: Estimate
    least: str
    greatest: str

    @property
    def counts(self) -> bool:
        return self.years.value >= ENOUGH


Moves = dict[str, Move]
"""By kind of spell."""


def main(arguments: Sequence[str]) -> None:
    asked = {"runs": 400, "values": 5} | {k: int(v) for k, v in (a.split("=") for a in arguments)}
    names = [*(p.name for p in judgements()), RULE]
    cases = [(scenario, name) for scenario in DEFAULT for name in names if is_used(scenario, name)]
    found = on_threads(lambda case: moves(*case, asked["runs"], asked["values"]), cases, None)
    table = {name: {} for name in names}  # type: dict[str, dict[str, Moves]]
    for (scenario, name), moved in zip(cases, found, strict=True):
        table[name][scenario] = moved
    command = " ".join(["python docs/make_levers.py", *arguments])
    head = HEAD.format(command=command, seed=SEED, enough=ENOUGH, **asked)
    parts = [head, summary(table), *(scenario_table(name, table) for name in DEFAULT)]
    PAGE.write_text("\n".join(parts), "utf-8")


def is_used(scenario: str, name: str) -> bool:
    """Tell whether a lever can do anything: a rule of sanctions needs third states."""
    world = load_scenario(scenario)
    return name == RULE or name in {p.name for p in judgements_of(world)}


def moves(scenario: str, name: str, runs: int, count: int) -> Moves:
    """Move one lever through its range."""
    played = {}
    for text in values_of(scenario, name, count):
        try:
            world = load_scenario(scenario, [f"{name}={text}"])
        except InputError:
            continue  # a value that makes no world with the others as they are
        played[text] = years_of(world, runs)
    return {kind: furthest({text: years[kind] for text, years in played.items()}) for kind in OUTCOMES}


def values_of(scenario: str, name: str, count: int) -> list[str]:
    """Values through the range, as they are typed."""
    if name == RULE:
        return list(BY_NAME[RULE].choices)
    (factor,) = factors_of(load_scenario(scenario), [name], {})
    values = factor.values(np.linspace(0.0, 1.0, count))
    return list(dict.fromkeys(f"{value:.6g}" for value in values))


def years_of(world: Scenario, runs: int) -> dict[str, np.ndarray]:
    """Years run by run, up to the horizon, by kind of spell."""
    columns = simulate(world, runs, SEED, workers=1).columns
    return {kind: Outcome(kind, world.years).of(columns, runs)[0] for kind in OUTCOMES}


def furthest(played: dict[str, np.ndarray]) -> Move:
    """The two values between which an outcome moves most."""
    ordered = sorted(played, key=lambda text: float(played[text].mean()))
    least, greatest = ordered[0], ordered[-1]
    return Move(mean(played[greatest] - played[least]), least, greatest)


def summary(table: dict[str, dict[str, Moves]]) -> str:
    """Say which levers count in which scenario, and which in none."""
    lines = ["## Levers that count\n", row_of(["assumption", *map(spoken, DEFAULT)]), rule(4)]
    for name, by_scenario in table.items():
        if any(move.counts for moved in by_scenario.values() for move in moved.values()):
            lines.append(row_of([f"`{name}`", *(cell(by_scenario.get(one)) for one in DEFAULT)]))
    idle = [
        f"`{name}`"
        for name, by_scenario in table.items()
        if by_scenario and not any(move.counts for moved in by_scenario.values() for move in moved.values())
    ]
    unused = [f"`{name}`" for name, by_scenario in table.items() if not by_scenario]
    return "\n".join([
        *lines,
        f"\nMove neither mean by {ENOUGH:g} years in any of the three: {', '.join(idle) or 'none'}.\n",
        f"Used in none of the three: {', '.join(unused) or 'none'}.\n",
    ])  # fmt: skip


def cell(moved: Moves | None) -> str:
    """Both moves in whole years, those that count in bold."""
    if moved is None:
        return "not used"
    words = {kind: f"{OUTCOMES[kind]} {move.years.value:.0f}" for kind, move in moved.items()}
    return ", ".join(f"**{words[kind]}**" if moved[kind].counts else words[kind] for kind in moved)


def scenario_table(scenario: str, table: dict[str, dict[str, Moves]]) -> str:
    """All levers of one scenario, the strongest first."""
    head = ("assumption", "cooperation moves", "from", "to", "peace moves", "from", "to")
    used = {name: by_scenario[scenario] for name, by_scenario in table.items() if scenario in by_scenario}
    ordered = sorted(used, key=lambda name: -max(move.years.value for move in used[name].values()))
    lines = [f"## {spoken(scenario).capitalize()}\n", row_of(head), rule(len(head))]
    for name in ordered:
        cells = [text for m in used[name].values() for text in (m.years.text(), m.least, m.greatest)]
        lines.append(row_of([f"`{name}`", *cells]))
    return "\n".join([*lines, ""])


def rule(columns: int) -> str:
    return row_of(["---"] * columns)


def row_of(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main(sys.argv[1:])

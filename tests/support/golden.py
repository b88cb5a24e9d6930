"""Golden runs: small worlds whose every decision is recorded, and what differs when one is played again.

    python tests/support/golden.py            plays them and says what differs; 1 if anything that counts does
    python tests/support/golden.py --record   writes down what they do now
    python tests/support/golden.py --print    prints what they do now

A world is a scenario in ``tests/golden``. What it did is beside it, a line for a round of a replicate:

    CC C'D .. DD | 0.8125 4.5

These are the pairs (0, 1), (0, 2), ... in order: what each of the two did, with a ' where the other mistook
it, or two dots for a pair at war; then the mean trust and the mean payoff. Floats are printed so that
reading them gives the same bits.

**Decisions have no tolerance.** Floats have one, for a machine whose arithmetic rounds otherwise. Where a
decision differs the report tells how far the draw behind it was from its threshold: a hair's breadth means
that rounding tipped it, anything more that a rule has changed.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

import naive
import numpy as np
import yaml
from checkout import TESTS

from regimesim.core.lanes import Lanes
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.scenario.strategies import PRUDENT, load_strategy
from regimesim.simulation.lowering import lower
from regimesim.simulation.simulate import measure

FOLDER = TESTS / "golden"
WORLDS = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
SEED = 1815
REPLICATES = (0, 1, 130)
"""The last lies beyond the first block of a batch, so that two threads have something to share."""

TOLERANCE = 1e-9
"""How far floats may differ, as a share of their size (or of 1): about a million times what rounding does."""
NEAR = 1e-9
"""A draw that is no farther from its threshold may be tipped by rounding."""

Record = dict[str, Any]
"""By replicate: ``runs``, its row of that table, and ``rounds``, a line each."""


class Difference(NamedTuple):
    """What differs between a record and a run; rounding alone does not count."""

    text: str
    counts: bool


def scenario_of(world: str) -> Scenario:
    """A world by name."""
    path = FOLDER / f"{world}.yaml"
    return read_scenario(yaml.safe_load(path.read_text(encoding="utf-8")), world, str(path))


def recorded(world: str) -> Record:
    """What a world did when it was recorded."""
    return json.loads((FOLDER / f"{world}.json").read_text(encoding="utf-8"))


def played(scenario: Scenario) -> Record:
    """What it does now: all replicates side by side, round by round."""
    points = np.zeros(len(REPLICATES), np.intp)
    lanes = Lanes(lower(scenario), points, np.array(REPLICATES), SEED)
    lines: list[list[str]] = [[] for _ in REPLICATES]
    while lanes.round < lanes.design.rounds:
        lanes.play(lanes.round + 1)
        for lane, told in enumerate(lines):
            told.append(line_of(lanes, lane))
    rows = rows_of(measure(lanes))
    return {
        str(replicate): {"runs": row, "rounds": told}
        for replicate, row, told in zip(REPLICATES, rows, lines, strict=True)
    }


def rows_of(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table as plain values."""
    plain = {name: np.asarray(column).tolist() for name, column in columns.items()}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def line_of(lanes: Lanes, lane: int) -> str:
    """The last round of a lane."""
    world, n = lanes.world, lanes.world.capability.shape[0]
    pairs = []
    for i, j in combinations(range(n), 2):
        acts = [(i, j), (j, i)] if world.played[i, j, lane] else []
        pairs.append("".join(_act(world, a, b, lane) for a, b in acts) or "..")
    off = ~np.eye(n, dtype=bool)
    trust, payoff = math.fsum(world.trust[off, lane]), math.fsum(world.payoff[:, lane])
    return f"{' '.join(pairs)} | {trust / (n * n - n)!r} {payoff / n!r}"


def differences(scenario: Scenario, before: Record, after: Record) -> Iterator[Difference]:
    """What differs, in words: in each replicate the first decision or the first floats, and its measures."""
    for replicate in before:
        old, new, place = before[replicate], after[replicate], f"{scenario.name}, replicate {replicate}"
        yield from _in_rounds(scenario, int(replicate), place, old["rounds"], new["rounds"])
        for name in sorted({*old["runs"], *new["runs"]}):
            yield from _compared(old["runs"].get(name), new["runs"].get(name), f"{place}, {name}")


def report(found: list[Difference]) -> str:
    """All differences, those that count first."""
    return "\n".join(d.text for d in sorted(found, key=lambda d: not d.counts))


def _act(world: Any, i: int, j: int, lane: int) -> str:
    action = world.action[i, j, lane]
    return "DC"[action] + ("'" if world.seen[j, i, lane] != action else "")


def _in_rounds(
    scenario: Scenario, replicate: int, place: str, before: list[str], after: list[str]
) -> Iterator[Difference]:
    if len(before) != len(after):
        yield Difference(f"{place}: {len(after)} rounds in place of {len(before)}", True)
    rounded = False
    for t, (old, new) in enumerate(zip(before, after, strict=False)):
        (old_acts, old_floats), (new_acts, new_floats) = (line.split(" | ") for line in (old, new))
        if old_acts != new_acts:
            yield _first_decision(scenario, replicate, f"{place}, round {t}", t, old_acts, new_acts)
            return
        names = ("mean trust", "mean payoff")
        for name, x, y in zip(names, old_floats.split(), new_floats.split(), strict=True):
            for found in _compared(float(x), float(y), f"{place}, round {t}, {name}"):
                if found.counts or not rounded:
                    yield found
                if found.counts:
                    return
                rounded = True


def _compared(old: Any, new: Any, what: str) -> Iterator[Difference]:
    if old == new or (old != old and new != new):
        return
    text = f"{what}: {new!r} in place of {old!r}"
    if type(old) is not float or type(new) is not float:
        yield Difference(text, True)
    elif abs(old - new) <= TOLERANCE * max(1.0, abs(old)):
        yield Difference(f"{text}, {abs(old - new):.1e} apart: rounding, within the tolerance", False)
    else:
        yield Difference(f"{text}, {abs(old - new):.1e} apart: more than rounding", True)


def _first_decision(
    scenario: Scenario, replicate: int, place: str, t: int, before: str, after: str
) -> Difference:
    """The first pair that differs in a round, and how far the draw behind it was from its threshold."""
    pairs = combinations(range(len(scenario.states)), 2)
    (i, j), old, new = next(x for x in zip(pairs, before.split(), after.split(), strict=True) if x[1] != x[2])
    names = [scenario.states[i], scenario.states[j]]
    away = min(_distances(scenario, replicate, t, i, j, old, new))
    verdict = "rounding tipped it" if away <= NEAR else "a rule has changed"
    return Difference(
        f"{place}, {names[0]} and {names[1]}: {new} in place of {old}; "
        f"the draw that decided it was {away:.1e} from its threshold: {verdict}",
        True,
    )


def _distances(
    scenario: Scenario, replicate: int, t: int, i: int, j: int, old: str, new: str
) -> Iterator[float]:
    """How far the draws that may have made the difference were from their thresholds, as the twin has it."""
    rounds = naive.play(scenario, SEED, replicate, tables(scenario), t + 1).rounds

    def away(when: int, channel: int, a: int, b: int, threshold: float) -> float:
        return abs(naive.uniform(SEED, replicate, when, channel, a, b) - threshold)

    if ".." in (old, new) and t > 0:  # at war in one of them: it began a round ago
        game = rounds[t - 1]["game"][i][j]
        yield from (away(t - 1, naive.WAR, i, j, risk) for risk in (game.e1, game.e2))
        return
    now, (was, has) = rounds[t], (_sides(old), _sides(new))
    for (a, b), x, y in zip(((i, j), (j, i)), was, has, strict=True):
        if x[0] != y[0]:
            if now["temperature"] == 0.0 and scenario.phases[0].states[a].strategy == PRUDENT:
                yield abs(math.fsum(now["terms"][a][b]))
            else:
                yield away(t, naive.INTEND, a, b, now["chance"][a][b])
            yield away(t, naive.TREMBLE, a, b, now["tremble"])
        elif x != y:
            eye = (min(a, b), max(a, b)) if now["public_signal"] else (b, a)
            game = now["game"][b][a]
            yield from (away(t, naive.OBSERVE, *eye, chance) for chance in (game.hit, game.alarm))


def tables(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """The automata of a scenario as the twin reads them."""
    names = {state.strategy for state in scenario.phases[0].states} - {PRUDENT}
    automata = {name: load_strategy(name) for name in names}
    return {name: {"cooperate": a.cooperate, "next": a.next} for name, a in automata.items()}


def printed(records: Mapping[str, Record]) -> str:
    """Records of several worlds as text; equal texts are equal to the last bit."""
    return json.dumps(records, indent=1) + "\n"


def _sides(pair: str) -> list[str]:
    """``C'D`` as ``["C'", "D"]``."""
    split = 2 if pair[1] == "'" else 1
    return [pair[:split], pair[split:]]


def main(words: list[str]) -> int:
    """The command."""
    records = {world: played(scenario_of(world)) for world in WORLDS}
    if "--record" in words:
        for world, record in records.items():
            (FOLDER / f"{world}.json").write_text(printed(record), encoding="utf-8")
    if "--print" in words:
        print(printed(records), end="")
        return 0
    found = [
        difference
        for world, record in records.items()
        for difference in differences(scenario_of(world), recorded(world), record)
    ]
    print(report(found) or f"{len(WORLDS)} worlds, to the last bit")
    return int(any(difference.counts for difference in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Golden runs: small worlds whose every decision is recorded, and what differs when one is played again.

    python tests/support/golden.py            plays them and says what differs; 1 if anything that counts does
    python tests/support/golden.py --record   writes down what the twin makes of them now
    python tests/support/golden.py --print    prints what they do now

A world is a scenario in ``tests/golden``. What it did is beside it, a line for a round of a replicate, as
the twin plays it and not the kernel:

    CC C'Db .. -- Cw | 0.8125 4.5

These are the pairs (0, 1), (0, 2), ... in order: what each of the two did, with a ' where the other mistook
it and w where it withheld cooperation; two dots for a pair at war and two dashes for one that is estranged.
A letter behind says that the pair became estranged: m by a misunderstanding, b by a breach, s by a sanction.
Then come the mean trust and the mean payoff. Floats are printed so that reading them gives the same bits.

**Decisions have no tolerance.** Floats have one, for a machine whose arithmetic rounds otherwise. Where a
decision differs the report tells how far the draw behind it was from its threshold: a hair's breadth means
that rounding tipped it, anything more that a rule has changed.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations, permutations
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


def played_by_twin(scenario: Scenario) -> Record:
    """What the twin makes of it."""
    record = {}
    for replicate in REPLICATES:
        history = naive.play(scenario, SEED, replicate, tables(scenario))
        record[str(replicate)] = {
            "runs": {**_with_nan(history.summary), "point": 0, "replicate": replicate, "seed": SEED},
            "rounds": [line(now) for now in history.rounds],
        }
    return record


def _with_nan(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {name: math.nan if value is None else value for name, value in summary.items()}


def rows_of(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table as plain values."""
    plain = {name: np.asarray(column).tolist() for name, column in columns.items()}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def line_of(lanes: Lanes, lane: int) -> str:
    """The last round of a lane."""
    tables = ("played", "open", "withheld", "action", "seen", "broke", "trust")
    now = {name: getattr(lanes.world, name)[..., lane].tolist() for name in tables}
    return line({**now, "payoff": lanes.world.payoff[:, lane].tolist()})


def line(now: Mapping[str, Any]) -> str:
    """A round as a line, from tables of what was done in it."""
    n = len(now["payoff"])
    pairs = " ".join(_pair(now, i, j) for i, j in combinations(range(n), 2))
    trust = math.fsum(now["trust"][i][j] for i in range(n) for j in range(n) if i != j)
    return f"{pairs} | {trust / (n * n - n)!r} {math.fsum(now['payoff']) / n!r}"


def _pair(now: Mapping[str, Any], i: int, j: int) -> str:
    if not now["played"][i][j]:
        return ".."
    acts = "".join(_act(now, a, b) for a, b in ((i, j), (j, i))) if now["open"][i][j] else "--"
    return acts + ("", "m", "b", "s")[now["broke"][i][j]]


def _act(now: Mapping[str, Any], i: int, j: int) -> str:
    action = now["action"][i][j]
    mistaken = "'" if now["seen"][j][i] != action else ""
    return ("w" if now["withheld"][i][j] else "DC"[action]) + mistaken


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
    away = min(_distances(scenario, replicate, t, i, j, old, new), default=math.inf)
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
    history = naive.play(scenario, SEED, replicate, tables(scenario), t + 1)
    before, after = _Draws(scenario, replicate, history, t - 1), _Draws(scenario, replicate, history, t)
    if ".." in (old, new):  # at war in one of them: it began, or was settled, a round ago
        yield from before.of_war(i, j)
    elif "--" in (old[:2], new[:2]) and old[:2] != new[:2]:
        yield from before.of_estrangement(i, j)
    elif old[-1] in "mbs" or new[-1] in "mbs":
        yield from after.of_estrangement(i, j)
    if "-" not in old + new and "." not in old + new:
        for (a, b), x, y in zip(((i, j), (j, i)), _sides(old), _sides(new), strict=True):
            if x[0] != y[0]:
                yield from after.of_action(a, b)
            elif x != y:
                yield from after.of_view(b, a)


class _Draws:
    """Distances of the draws of a round from their thresholds."""

    def __init__(self, scenario: Scenario, replicate: int, history: Any, t: int) -> None:
        self.scenario, self.replicate, self.history, self.t = scenario, replicate, history, t
        begun = [number for number, first in enumerate(scenario.phase_rounds()) if first <= max(t, 0)]
        self.phase = scenario.phases[begun[-1]]
        self.looks = history.appraised[max(t, 0)]

    def away(self, channel: int, a: int, b: int, *thresholds: float) -> Iterator[float]:
        u = naive.uniform(SEED, self.replicate, self.t, channel, a, b) if self.t >= 0 else math.inf
        yield from (abs(u - threshold) for threshold in thresholds)

    def of_war(self, i: int, j: int) -> Iterator[float]:
        look, contagion = self.looks[i][j], self.phase.parameters["war.contagion"]
        yield from self.away(naive.WAR, i, j, *(look[name] for name in ("h1", "hM", "hB", "hS")))
        for k, a, b in permutations(range(len(self.looks)), 3):
            if a < b and len({i, j} & {k, a, b}) == 2 and k in (i, j):
                yield from self.away(naive.JOIN + k, a, b, contagion)

    def of_estrangement(self, i: int, j: int) -> Iterator[float]:
        look, parameters = self.looks[i][j], self.phase.parameters
        yield from self.away(naive.CONFER, i, j, look["K"])
        yield from self.away(naive.QUARREL, j, i, look["g"])
        yield from self.away(naive.NEGOTIATE, i, j, *look["nu"].values())
        for a, b in ((i, j), (j, i)):
            yield from self.of_view(a, b)
            own = self.phase.states[a]["resolve"]
            yield from self.away(naive.PURSUE, a, b, own if own >= 0.0 else parameters["shadow.resolve"])
            yield from self.away(naive.SANCTION, a, b, self.looks[a][b]["join"])
            for k in range(len(self.looks)):
                yield from self.away(naive.PUBLISH, k, b, parameters["transparency.publicity"])
                yield from self.away(naive.INQUIRY, k, b, parameters["sanctions.inquiry"])

    def of_view(self, i: int, j: int) -> Iterator[float]:
        yield from self.away(naive.OBSERVE, i, j, self.looks[i][j]["q"], self.looks[i][j]["f"])

    def of_action(self, i: int, j: int) -> Iterator[float]:
        yield from self.away(naive.TREMBLE, i, j, self.phase.parameters["choice.tremble"])
        terms, heat = self.history.terms[self.t][i][j], self.phase.parameters["choice.temperature"]
        if terms is None:
            strategy = self.scenario.phases[0].states[i].strategy
            if strategy != PRUDENT:
                stance = self.history.rounds[self.t - 1]["stance"][i][j] if self.t else 0
                yield from self.away(naive.INTEND, i, j, load_strategy(strategy).cooperate[stance])
            return
        margin = naive.margin_of(terms)
        yield abs(margin)
        if heat > 0.0:
            slip = 1.0 / (1.0 + naive.exp(-(abs(margin) / heat)))
            u = naive.uniform(SEED, self.replicate, self.t, naive.INTEND, i, j)
            yield abs((1.0 - u) ** self.scenario.rounds_per_year - slip)


def tables(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """The automata of a scenario as the twin reads them."""
    names = {state.strategy for state in scenario.phases[0].states} - {PRUDENT}
    automata = {name: load_strategy(name) for name in names}
    return {name: {"cooperate": a.cooperate, "next": a.next} for name, a in automata.items()}


def printed(records: Mapping[str, Record]) -> str:
    """Records of several worlds as text; equal texts are equal to the last bit."""
    return json.dumps(records, indent=1) + "\n"


def _sides(pair: str) -> list[str]:
    """``C'Db`` as ``["C'", "D"]``."""
    acts = pair.rstrip("mbs")
    split = 2 if acts[1] == "'" else 1
    return [acts[:split], acts[split:]]


def main(words: list[str]) -> int:
    """The command."""
    if "--record" in words:
        for world in WORLDS:
            text = printed(played_by_twin(scenario_of(world)))
            (FOLDER / f"{world}.json").write_text(text, encoding="utf-8")
    records = {world: played(scenario_of(world)) for world in WORLDS}
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

"""Settings of a simulation, as tables: parameters not neutral, states, buffers, epochs, provenance.

Beside them stands what the figures of a page mean, for somebody who meets them for the first time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regimesim.chronicle.entries import date_text
from regimesim.chronicle.happenings import changes_between
from regimesim.report.markup import Html, details, element, paragraphs, table, together
from regimesim.report.sentences import capitalized
from regimesim.scenario.messages import show, spoken
from regimesim.scenario.parameters import BY_NAME, PARAMETERS, STATE, Parameter
from regimesim.scenario.scenario import Pairs, Scenario

FIRST_ROWS = 20
"""Rows of a long table that are shown at once."""

COMMON_TERMS: tuple[tuple[str, str], ...] = (
    (
        "run (replicate)",
        "One play of the world from beginning to end, with luck of its own. Its number and the seed give "
        "the same run again anywhere.",
    ),
    (
        "regime, cooperation",
        "States cooperate in nearly all pairs, and go on doing so. It begins and ends where the "
        "share of cooperating pairs crosses two thresholds; others give other durations.",
    ),
    (
        "peace",
        "Time from the start to the first war between great powers. Deterrence may keep it without a regime.",
    ),
    (
        "median",
        "Half of the runs last no longer than this. 'over 100' means that fewer than half had ended when "
        "the simulation stopped.",
    ),
    (
        "restricted mean (RMST)",
        "Restricted mean: out of the first so many years, how many it stands on average. It can be told "
        "even where most runs outlast the horizon, so it is what scenarios are compared by.",
    ),
    (
        "still standing (censored)",
        "Runs that had not ended at the horizon. How long they would have lasted is unknown, but they "
        "count for as long as they were watched.",
    ),
    (
        "never formed",
        "Runs in which no regime began at all; they count as a duration of 0 years.",
    ),
    (
        "95 % interval [a, b]",
        "Where the number would probably lie with infinitely many runs. It tells how much chance is left "
        "in the simulation, not whether the model is right.",
    ),
    (
        "survival curve (Kaplan-Meier)",
        "The share that still stands after so many years; its band is the 95 % interval at each year. It "
        "falls only when something ends.",
    ),
    (
        "runs at risk",
        "Runs that still stand and are still watched; where they are few the curve is uncertain.",
    ),
    (
        "typical run",
        "The run whose regime lasts nearest to the median. It shows how things may go, not how they must.",
    ),
    (
        "trust",
        "What a state believes to be the chance that another cooperates. It moves with what is "
        "seen, and what is seen may be mistaken.",
    ),
    (
        "norm",
        "How far leaders are bound by the memory of the last war; it fades with its half-life.",
    ),
    (
        "margin: now, future, law, norm",
        "What tips a state's decision: what cooperation gains or costs at once, what the estrangement after "
        "a defection would cost, the sanction it expects, and restraint from within. It cooperates where the "
        "sum is not below 0.",
    ),
    (
        "neutral",
        "The value at which a mechanism is switched off. With everything neutral the model is the "
        "textbook Prisoners' Dilemma, played again and again.",
    ),
)

OF_A_RUN: tuple[tuple[str, str], ...] = (
    (
        "Prisoners' Dilemma",
        "Defection is the better answer to everything, yet both would be better off if both cooperated.",
    ),
    (
        "Stag Hunt",
        "Cooperation is best if the other cooperates too: a matter of trust.",
    ),
    (
        "Chicken",
        "Defect if the other yields, but yield if it defects; to be estranged is the worst.",
    ),
    (
        "Harmony, Deadlock",
        "Cooperation, or defection, is the answer to everything and nobody regrets it.",
    ),
    (
        "discount needed (has)",
        "What a payoff a year ahead must be worth today for cooperation to sustain itself under full trust; "
        "in brackets what it is worth to the state.",
    ),
    (
        "trust needed (has)",
        "From which trust on cooperation is worth it at the state's patience, without sanctions or "
        "norms; in brackets the trust it starts with.",
    ),
    (
        "bands",
        "Middle half and middle nine tenths of the runs in each year.",
    ),
)

OF_A_COMPARISON: tuple[tuple[str, str], ...] = (
    (
        "the same seeds",
        "Run 17 of every scenario has the same luck. Differences are taken run by run, so that what is "
        "common to both cancels.",
    ),
    (
        "pairing narrows by",
        "How much wider the interval of a difference would be with different seeds.",
    ),
    (
        "disputes, wars in 100 pair-years",
        "Rates that do not depend on how many states there are or how long one looks.",
    ),
    (
        "the plane",
        "Peace across, cooperation up. Far right and low is peace by deterrence; far right and high a "
        "regime.",
    ),
)


def long_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], class_: str = "") -> Html:
    """A table, the first rows of it if it is long; the rest is shown on demand."""
    first, rest = rows[:FIRST_ROWS], rows[FIRST_ROWS:]
    if not rest:
        return table(caption, head, rows, class_=class_)
    more = table(f"{caption}, continued", head, rest, class_=class_)
    shown = table(f"{caption} (the first {FIRST_ROWS} of {len(rows):,})", head, first, class_=class_)
    return together([shown, details(f"The other {len(rest):,}", more)])


def parameters(scenario: Scenario) -> Html:
    """Parameters that differ from neutral at the start."""
    chosen = [p for p in PARAMETERS if _differs(scenario, p)]
    if not chosen:
        return paragraphs("Every parameter is neutral: this is the textbook iterated Prisoners' Dilemma.")
    rows = [
        (p.name, _value_of(scenario, p), show(p.default), capitalized(p.meaning), p.unit or "no unit")
        for p in chosen
    ]
    return table(
        "Parameters that differ from neutral, at the start",
        ("name", "value", "neutral", "meaning", "unit"),
        rows,
        class_="settings",
    )


def parameters_of_many(scenarios: Mapping[str, Scenario]) -> Html:
    """Parameters that differ from neutral in any scenario; what differs between them is marked."""
    rows = []
    for p in PARAMETERS:
        if any(_differs(scenario, p) for scenario in scenarios.values()):
            values = [_value_of(scenario, p) for scenario in scenarios.values()]
            common = max(values, key=values.count) if len(set(values)) > 1 else None
            cells = [
                value if common is None or value == common else element("strong", value) for value in values
            ]
            rows.append((p.name, *cells, show(p.default), capitalized(p.meaning), p.unit or "no unit"))
    if not rows:
        return paragraphs("Every parameter is neutral in all of them.")
    head = ("name", *map(spoken, scenarios), "neutral", "meaning", "unit")
    marked = paragraphs("Bold: other than in most of the scenarios.", class_="soft")
    return together(
        [
            table(
                "Parameters that differ from neutral in any scenario, at the start",
                head,
                rows,
                class_="settings",
            ),
            marked,
        ]
    )


def _differs(scenario: Scenario, parameter: Parameter) -> bool:
    if parameter.name == "trust.initial" and _by_pair(scenario):
        return True
    return scenario[parameter.name] != parameter.default


def _value_of(scenario: Scenario, parameter: Parameter) -> str:
    if parameter.name == "trust.initial" and _by_pair(scenario):
        levels = [x for i, row in enumerate(scenario.prior) for j, x in enumerate(row) if i != j]
        return f"{show(min(levels))} to {show(max(levels))}, by pair"
    return show(scenario[parameter.name])


def _by_pair(scenario: Scenario) -> bool:
    n = len(scenario.states)
    return any(
        scenario.prior[i][j] != scenario["trust.initial"] for i in range(n) for j in range(n) if i != j
    )


def states(scenario: Scenario, of: str = "") -> Html:
    """Each state's strategy and the settings that differ from neutral in any of them."""
    first = scenario.phases[0]
    chosen = [p for p in STATE if any(state[p.name] != p.default for state in first.states)]
    head = ("state", "strategy", *(spoken(p.name) for p in chosen))
    rows = [
        (spoken(state.name), spoken(state.strategy), *(show(state[p.name]) for p in chosen))
        for state in first.states
    ]
    meanings = "; ".join(f"{spoken(p.name)}: {p.meaning}" + f" ({p.unit})" * bool(p.unit) for p in chosen)
    return together([long_table(f"States{of}", head, rows), paragraphs(capitalized(meanings), class_="soft")])


def buffers(scenario: Scenario, of: str = "") -> Html:
    """Buffer states: between whom they lie and how strong they are."""
    names, first = scenario.states, scenario.phases[0]
    rows = [
        (
            spoken(b.name),
            ", ".join(f"{spoken(names[i])}-{spoken(names[j])}" for i, j in b.between),
            show(b.strength),
        )
        for b in first.buffers
    ]
    head = ("buffer state", "between", "strength (share of the exposure it blocks)")
    return long_table(f"Buffer states{of}", head, rows) if rows else Html("")


def pairwise(scenario: Scenario, of: str = "") -> Html:
    """Trust at the start and affinities, where they differ between pairs."""
    parts = []
    if _by_pair(scenario):
        parts.append(
            _of_pairs(f"Trust at the start{of}", scenario.prior, scenario, float(scenario["trust.initial"]))
        )
    if any(x for row in scenario.phases[0].affinity for x in row):
        caption = f"Affinities{of}: what the other is worth as a future ally"
        parts.append(_of_pairs(caption, scenario.phases[0].affinity, scenario, 0.0))
    return together(parts)


def _of_pairs(caption: str, values: Pairs, scenario: Scenario, rest: float) -> Html:
    names = [spoken(name) for name in scenario.states]
    rows = [
        (f"{names[i]} towards {names[j]}", show(values[i][j]))
        for i in range(len(names))
        for j in range(len(names))
        if i != j and values[i][j] != rest
    ]
    return long_table(f"{caption} ({show(rest)} where not named)", ("pair", "value"), rows)


def epoch_table(scenario: Scenario, of: str = "") -> Html:
    """Tabulate what changes when, and why."""
    rows, phases = [], scenario.phases
    for before, after, t in zip(phases, phases[1:], scenario.phase_rounds()[1:], strict=False):
        if t < scenario.rounds:
            changes = [element("li", _explained(change)) for change in changes_between(before, after)]
            date = date_text(scenario.start, scenario.rounds_per_year, t)
            rows.append((date, after.because or "no reason is given", element("ul", *changes)))
    if not rows:
        return paragraphs("Nothing is changed on the way: there are no epochs within these years.")
    return table(f"Epochs{of}: what changes when, and why", ("date", "because", "what changes"), rows)


def _explained(change: str) -> str:
    """A change, with the meaning of the parameter if it is one."""
    name = change.partition(" ")[0]
    text = change.replace(" -> ", " \N{RIGHTWARDS ARROW} ")
    return f"{text} ({BY_NAME[name].meaning})" if name in BY_NAME else text


def world(scenario: Scenario, of: str = "") -> Html:
    """States, buffer states and what holds between pairs; ``of`` ends the names of the tables."""
    return together([states(scenario, of), buffers(scenario, of), pairwise(scenario, of)])


def provenance_table(about: Mapping[str, Any]) -> Html:
    """Tabulate where the figures came from: all that is needed to make them again."""
    words = {"core": "core (hash of the model's code)", "made": "made (UTC)"}
    rows = []
    for name, value in about.items():
        if isinstance(value, Mapping):
            value = ", ".join(f"{key} {version}" for key, version in value.items())
        if name != "command":
            rows.append((words.get(name, spoken(name)), show(value)))
    return table("Provenance", ("of", "value"), rows)

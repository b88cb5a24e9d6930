"""Settings of a question: a scenario, what was changed in it, what was taken away, which runs.

It comes from outside, as JSON of bounded size and YAML (:mod:`regimesim.scenario.files`). How much may be
asked for is limited: sizes that fit a screen, and work that is done before anybody gets bored.
"""

from __future__ import annotations

import copy
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from regimesim.analysis.arrangements import ARRANGEMENTS, without
from regimesim.scenario.files import check_tree, parse_yaml, strategy_names
from regimesim.scenario.messages import InputError, known, quoted, show
from regimesim.scenario.parameters import BUFFER_BY_NAME, BY_NAME, STATE_BY_NAME, Parameter, Value
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.scenario import Scenario
from regimesim.scenario.strategies import PRUDENT

SETTING_KEYS = ("scenario", "yaml", "set", "without", "runs", "seed")
OWN = "yours"
"""The name of a scenario that came as YAML."""

_FAMILY = re.compile(r"[A-Za-z_]\w*\s*\([-+0-9a-z.,/ \t]*\)")

Trees = Mapping[str, Mapping[str, Any]]
"""The trees of the published scenarios, by name; read once, when the server starts."""

MOST_BODY = 131_072
"""Bytes of a question."""

MOST_YAML = 65_536
"""Characters of a scenario of one's own."""

PAGE_STATES = 12
PAGE_BUFFERS = 40
PAGE_EPOCHS = 30
PAGE_YEARS = 300
MOST_ROUNDS = 2_400
PAGE_RUNS = 2_000
MOST_WORK = 30_000_000
"""Dealings between two states in all runs of a question together: some seconds on one core."""

MOST_PLAYED = 60
"""Years for which one may play a state."""

SECONDS = 10.0
"""Longest time for which a question is worked at."""

SHOWN: Mapping[str, int] = {
    "body": MOST_BODY,
    "yaml": MOST_YAML,
    "runs": PAGE_RUNS,
    "years": PAGE_YEARS,
    "played": MOST_PLAYED,
}
"""What the page should know of these."""

_PLACE = "your file"


@dataclass(frozen=True)
class PageSetting:
    """A setting, valid.

    Attributes
    ----------
    published : Scenario
        As it was before anything was changed.
    twin : Scenario
        The same, watched for as many years as what is played: what that is held against.
    complete : Scenario
        With what was changed, before anything was taken away.
    present : Scenario
        What is played.
    changes : mapping of full name to value
    removed : tuple of str
        Names of arrangements.
    runs, seed : int
    shipped : bool
        Whether the scenario is one that the server knows by name.
    """

    published: Scenario
    twin: Scenario
    complete: Scenario
    present: Scenario
    changes: Mapping[str, Value]
    removed: tuple[str, ...]
    runs: int
    seed: int
    shipped: bool

    @property
    def changed(self) -> bool:
        """True if it differs from its twin."""
        return self.present != self.twin

    def command(self) -> str:
        """The same on the command line; empty where that takes a file."""
        if not self.shipped or self.removed:
            return ""
        words = [f"{name}={_as_typed(value)}" for name, value in self.changes.items()]
        scenario = f"+scenario={self.published.name}"
        return " ".join(
            ["python -m regimesim run", scenario, *words, f"runs={self.runs}", f"seed={self.seed}"]
        )


def read_setting(body: Mapping[str, Any], trees: Trees, *also: str) -> PageSetting:
    """The setting that a question is about.

    Parameters
    ----------
    body : mapping
        ``scenario`` (a name) or ``yaml`` (a text), ``set``, ``without``, ``runs``, ``seed``.
    trees : mapping of name to tree
    *also : str
        Further keys that the question may have.

    Raises
    ------
    InputError
        If anything is unknown, of the wrong type or out of bounds.
    """
    for key in body:
        known(key, (*SETTING_KEYS, *also), "key of a question")
    tree, name, shipped = _tree(body, trees)
    place = "" if shipped else "your file"
    published = _scenario_of_tree(tree, name, place, trees)
    changes = _changes(body.get("set", {}), published)
    complete = _scenario_of_tree(_tree_with(tree, changes), name, "", trees) if changes else published
    removed = _removed(body.get("without", []))
    present = check_world(without(complete, *removed))
    return PageSetting(
        published,
        replace(published, years=present.years),
        complete,
        present,
        changes,
        removed,
        whole(body, "runs", 300, 1, PAGE_RUNS),
        whole(body, "seed", 0, 0, 2**32 - 1),
        shipped,
    )


def whole(body: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    """A whole number of a question, within its bounds.

    Raises
    ------
    InputError
    """
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{name} must be a whole number; got {quoted(value)}")
    if not low <= value <= high:
        raise InputError(f"{name} must lie in [{low:,}, {high:,}] on this page; got {value:,}")
    return value


def word(body: Mapping[str, Any], name: str) -> str:
    """A word of a question.

    Raises
    ------
    InputError
    """
    value = body.get(name)
    if not isinstance(value, str) or len(value) > 200:
        raise InputError(f"{name} must be a word; got {quoted(value)}")
    return value


def _tree(body: Mapping[str, Any], trees: Trees) -> tuple[Mapping[str, Any], str, bool]:
    """A tree, its name, and whether the server knew it."""
    if ("yaml" in body) == ("scenario" in body):
        raise InputError("a question names either a scenario or the text of one (yaml)")
    if "scenario" in body:
        name = word(body, "scenario")
        return known(name, trees, "scenario"), name, True
    text = body["yaml"]
    if not isinstance(text, str):
        raise InputError(f"yaml must be the text of a scenario; got {quoted(text)}")
    tree = parse_scenario_yaml(text)
    if "defaults" in tree:
        raise InputError(
            f"{_PLACE}: defaults are not read on this page; paste what 'python -m regimesim show FILE' prints"
        )
    return tree, OWN, False


def _scenario_of_tree(tree: Mapping[str, Any], name: str, place: str, trees: Trees) -> Scenario:
    """The scenario of a tree, small enough and with strategies that need no file of anybody's."""
    scenario = check_world(read_scenario(tree, name, place))
    states = scenario.phases[0].states
    allowed = {PRUDENT, *strategy_names()}
    if name in trees and any(state.strategy not in allowed for state in states):
        allowed |= {state.strategy for state in read_scenario(trees[name], name).phases[0].states}
    for state in states:
        if state.strategy not in allowed and not _FAMILY.fullmatch(state.strategy):
            at = f"{place}, " if place else ""
            known(state.strategy, sorted(allowed), "strategy", f"{at}states.{state.name}.strategy")
    return scenario


def _changes(block: Any, scenario: Scenario) -> dict[str, Value]:
    if not isinstance(block, dict):
        raise InputError(f"set must be a table of parameters and values; got {quoted(block)}")
    return {name: _checked_value(name, value, scenario) for name, value in block.items()}


def _checked_value(name: str, value: Any, scenario: Scenario) -> Value:
    check_tree(value)
    parameter = parameter_of(name, scenario)
    if value == "inf" and parameter is not None and parameter.takes_infinity:
        return math.inf
    if isinstance(value, bool | int | float | str):
        return value
    raise InputError(f"{name} must be a single value; got {quoted(value)}")


def parameter_of(name: str, scenario: Scenario) -> Parameter | None:
    """The declaration behind a name that may be set on the page; None for ``years`` and a strategy.

    Raises
    ------
    InputError
        For a name that stands for nothing.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    head, _, rest = name.partition(".")
    owner, _, key = rest.rpartition(".")
    if head == "states" and owner in scenario.states and (key in STATE_BY_NAME or key == "strategy"):
        return STATE_BY_NAME.get(key)
    if head == "buffers" and owner in scenario.buffers and key in BUFFER_BY_NAME:
        return BUFFER_BY_NAME[key]
    if name == "years":
        return None
    names = [
        *BY_NAME,
        "years",
        *(f"states.{s}.{key}" for s in scenario.states for key in (*STATE_BY_NAME, "strategy")),
    ]
    known(name, [*names, *(f"buffers.{b}.strength" for b in scenario.buffers)], "parameter")
    raise AssertionError(name)


def _tree_with(tree: Mapping[str, Any], changes: Mapping[str, Value]) -> dict[str, Any]:
    """The tree with changes written into it: as on the command line, an epoch may change them again."""
    changed = copy.deepcopy(dict(tree))
    for name, value in changes.items():
        path = [name] if name == "years" else [name.partition(".")[0], *_rest(name)]
        block = changed
        for key in path[:-1]:
            if not isinstance(block.get(key), dict):
                block[key] = {}
            block = block[key]
        block[path[-1]] = value
    return changed


def _rest(name: str) -> list[str]:
    head, _, rest = name.partition(".")
    return list(rest.rpartition(".")[::2]) if head in ("states", "buffers") else [rest]


def _removed(block: Any) -> tuple[str, ...]:
    if not isinstance(block, list) or len(block) > len(ARRANGEMENTS):
        raise InputError(f"without must be a list of arrangements; got {quoted(block)}")
    return tuple(dict.fromkeys(known(str(name), ARRANGEMENTS, "arrangement").name for name in block))


def _as_typed(value: Value) -> str:
    text = show(value)
    return f"'{text}'" if isinstance(value, str) and not text.replace("_", "").isalnum() else text


def prudent(setting: PageSetting, state: str) -> PageSetting:
    """The same with one state that decides prudently, whatever its strategy is."""
    first = setting.present.phases[0]
    states = tuple(replace(s, strategy=PRUDENT) if s.name == state else s for s in first.states)
    phases = (replace(first, states=states), *setting.present.phases[1:])
    return replace(setting, present=replace(setting.present, phases=phases))


def check_world(scenario: Scenario) -> Scenario:
    """Refuse a scenario that is too large for the page.

    Raises
    ------
    InputError
    """
    sizes = (
        ("states", len(scenario.states), PAGE_STATES),
        ("buffer states", len(scenario.buffers), PAGE_BUFFERS),
        ("epochs", len(scenario.phases) - 1, PAGE_EPOCHS),
        ("years", scenario.years, PAGE_YEARS),
        ("rounds a run (years times shadow.rounds_per_year)", scenario.rounds, MOST_ROUNDS),
    )
    for what, size, most in sizes:
        if size > most:
            raise InputError(
                f"at most {most:,} {what} on this page; got {size:,g} "
                "(python -m regimesim run takes larger worlds)"
            )
    return scenario


def check_work(scenario: Scenario, runs: int, worlds: int = 1, rounds: int | None = None) -> None:
    """Refuse more work than a page should wait for.

    Parameters
    ----------
    scenario : Scenario
    runs : int
        Of each world.
    worlds : int
        How many worlds of this size are played.
    rounds : int, optional
        Of each run; to the horizon by default.

    Raises
    ------
    InputError
    """
    states = len(scenario.states)
    work = runs * worlds * (rounds or scenario.rounds) * states * (states - 1) // 2
    if work > MOST_WORK:
        fewer = max(1, runs * MOST_WORK // work)
        raise InputError(
            f"that would be {work:,} dealings between two states, and this page plays at most "
            f"{MOST_WORK:,} at a time; take {fewer:,} runs or fewer, or fewer years"
        )


class Deadline:
    """A stop-watch that work looks at between its blocks: ``progress`` of :func:`regimesim.simulate`."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def __call__(self, _done: int = 0) -> None:
        """Go on, or give up.

        Raises
        ------
        InputError
            When the time is over.
        """
        if time.monotonic() > self._end:
            raise InputError(
                f"this took longer than {self.seconds:g} seconds and was stopped; ask for fewer runs or years"
            )


def read_json(text: bytes) -> dict[str, Any]:
    """A question: one JSON table.

    Raises
    ------
    InputError
    """
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise InputError("the question is nested too deeply") from None
    except (ValueError, UnicodeDecodeError):  # not JSON, not UTF-8, or a number of thousands of digits
        raise InputError("the question is not JSON") from None
    if not isinstance(found, dict):
        raise InputError("the question must be a table of names and values")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def parse_scenario_yaml(text: str) -> dict[str, Any]:
    """A scenario of one's own as a tree of plain values.

    Raises
    ------
    InputError
    """
    if len(text) > MOST_YAML:
        raise InputError(f"{_PLACE} has {len(text):,} characters; at most {MOST_YAML:,} are read here")
    tree = parse_yaml(text, _PLACE)
    if not isinstance(tree, dict):
        raise InputError(f"{_PLACE}: a scenario is a table of names and values; got {quoted(tree)}")
    return tree

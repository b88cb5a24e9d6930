"""Replaced draws as they are typed and printed: ``1848-Q1:spread:Austria:1``.

A replacement names a round by its date (with hyphens for blanks), what is drawn, whom it concerns, and the
number in [0, 1] that stands there instead of the drawn one. Most draws decide whether something happens, and
it does where the number is below its chance: 0 makes it happen, 1 prevents it. ``1848-Q1:round:5`` gives the
whole round the luck of replicate 5. The names are those of the channels in ``docs/model.md``, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from regimesim.chronicle.entries import date_text
from regimesim.core import draws
from regimesim.core.draws import WHOLE_ROUND, Replacement
from regimesim.scenario.limits import MOST_REPLICATE
from regimesim.scenario.messages import InputError, known, quoted
from regimesim.scenario.scenario import Scenario

LARGEST_PLACE = 2**32 - 1
"""The largest word of a draw, printed as 1."""
ROUND = "round"


class Drawn(NamedTuple):
    """A kind of draw: its channel, whom it concerns, and what is counted on from the channel."""

    channel: int
    concerns: str  # nobody, a state, two states in order ("sides"), a pair, a pair the other way round
    counted: str = ""  # a buffer or a third state, whose number is added to the channel


REPLACEABLE: Mapping[str, Drawn] = {
    "tremble": Drawn(int(draws.TREMBLE), "sides"),
    "publish": Drawn(int(draws.PUBLISH), "sides"),
    "intend": Drawn(int(draws.INTEND), "sides"),
    "observe": Drawn(int(draws.OBSERVE), "sides"),
    "war": Drawn(int(draws.WAR), "pair"),
    "quarrel": Drawn(int(draws.WAR), "pair, reversed"),
    "negotiate": Drawn(int(draws.NEGOTIATE), "pair"),
    "prevail": Drawn(int(draws.PREVAIL), "pair"),
    "turnover": Drawn(int(draws.TURNOVER), "state"),
    "spread": Drawn(int(draws.SPREAD), "state"),
    "wave": Drawn(int(draws.WAVE), "nobody"),
    "growth": Drawn(int(draws.GROWTH), "state"),
    "sanction": Drawn(int(draws.SANCTION), "sides"),
    "exit": Drawn(int(draws.EXIT), "state"),
    "pursue": Drawn(int(draws.PURSUE), "sides"),
    "confer": Drawn(int(draws.CONFER), "pair"),
    "inquiry": Drawn(int(draws.INQUIRY), "sides"),
    "absorb": Drawn(int(draws.ABSORB), "pair", "buffer"),
    "restore": Drawn(int(draws.RESTORE), "pair", "buffer"),
    "join": Drawn(int(draws.JOIN), "pair", "state"),
}
"""All draws of model.md, section 5, by the names that are typed."""

_ORDERS: Mapping[str, Callable[[int, int], tuple[int, int]]] = {
    "sides": lambda i, j: (i, j),
    "pair": lambda i, j: (min(i, j), max(i, j)),
    "pair, reversed": lambda i, j: (max(i, j), min(i, j)),
}


def kind_of(replacement: Replacement) -> tuple[str, int]:
    """The kind of draw that is replaced, and the number counted on from its channel."""
    channel, i, j = replacement.channel, replacement.i, replacement.j
    for name, kind in REPLACEABLE.items():
        counted = channel - kind.channel
        own = counted == 0 or (kind.counted != "" and 0 <= counted < draws.MOST_BUFFERS)
        if own and (kind.concerns in ("nobody", "state") or _ORDERS[kind.concerns](i, j) == (i, j)):
            return name, counted
    raise ValueError(f"no draw has channel {channel} for ({i}, {j})")


def date_word(scenario: Scenario, t: int) -> str:
    """Round ``t`` as it is typed: ``1848-Q1``."""
    return date_text(scenario.start, scenario.rounds_per_year, t).replace(" ", "-")


def replacement_word(scenario: Scenario, replacement: Replacement) -> str:
    """A replacement as it is typed; whose run it is is not part of it."""
    date = date_word(scenario, replacement.round)
    if replacement.channel == WHOLE_ROUND:
        return f"{date}:{ROUND}:{replacement.value}"
    name, number = kind_of(replacement)
    kind, states = REPLACEABLE[name], scenario.states
    counted = {"buffer": scenario.buffers, "state": states}
    parts = [date, name, *([counted[kind.counted][number]] if kind.counted else [])]
    if kind.concerns == "state":
        parts.append(states[replacement.i])
    elif kind.concerns != "nobody":
        parts += [states[replacement.i], states[replacement.j]]
    return ":".join([*parts, _number_word(replacement.value)])


def _number_word(word: int) -> str:
    return {0: "0", LARGEST_PLACE: "1"}.get(word) or f"{(word + 0.5) / 2**32:.11f}"


def read_replacements(words: Sequence[str], scenario: Scenario, replicate: int) -> list[Replacement]:
    """Read replacements of one run as they are typed.

    Raises
    ------
    InputError
        If a word is no replacement, or one of its names is unknown.

    Examples
    --------
    >>> from regimesim.scenario.reading import read_scenario
    >>> pair = read_scenario({"states": {"Athens": {}, "Sparta": {}}}, "greece")
    >>> (one,) = read_replacements(["year-2-Q3:observe:Sparta:Athens:1"], pair, 0)
    >>> one.round, one.i, one.j, replacement_word(pair, one)
    (10, 1, 0, 'year-2-Q3:observe:Sparta:Athens:1')
    """
    dates = {date_word(scenario, t): t for t in range(scenario.rounds)}
    return [_read_replacement(word, scenario, replicate, dates) for word in words]


def _read_replacement(word: str, scenario: Scenario, replicate: int, dates: Mapping[str, int]) -> Replacement:
    place = f"replace={word}"
    date, *parts = word.split(":")
    if date not in dates:
        first, last = date_word(scenario, 0), date_word(scenario, scenario.rounds - 1)
        raise InputError(
            f"{place}: it must begin with a round's date from {first} to {last}; got {quoted(date)}"
        )
    name = known(parts[0] if parts else "", [*REPLACEABLE, ROUND], "draw", place)
    if name == ROUND:
        return Replacement(dates[date], WHOLE_ROUND, 0, 0, _other_run(parts[1:], place), replicate)
    kind = REPLACEABLE[name]
    names = [kind.counted] if kind.counted else []
    names += {"nobody": [], "state": ["state"]}.get(kind.concerns, ["state", "state"])
    if len(parts) != len(names) + 2:
        form = ":".join([date, name, *(n.upper() for n in names), "NUMBER"])
        raise InputError(f"{place}: write it as {form}")
    lists = {"buffer": scenario.buffers, "state": scenario.states}
    found = [
        lists[of].index(known(typed, lists[of], of, place))
        for of, typed in zip(names, parts[1:-1], strict=True)
    ]
    number = found.pop(0) if kind.counted else 0
    i, j = (*found, *found, 0, 0)[:2]
    if kind.concerns not in ("nobody", "state"):
        if i == j:
            raise InputError(f"{place}: two different states are needed")
        i, j = _ORDERS[kind.concerns](i, j)
    return Replacement(dates[date], kind.channel + number, i, j, _word_of(parts[-1], place), replicate)


def _other_run(parts: Sequence[str], place: str) -> int:
    if len(parts) == 1 and parts[0].isdecimal() and int(parts[0]) <= MOST_REPLICATE:
        return int(parts[0])
    raise InputError(
        f"{place}: after round: comes the number of another run, such as 5; got {quoted(':'.join(parts))}"
    )


def _word_of(text: str, place: str) -> int:
    """A number in [0, 1] as the word of a draw."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise InputError(f"{place}: the number at its end must lie in [0, 1]; got {quoted(text)}")
    return min(LARGEST_PLACE, int(number * 2**32))


def listed_words(scenario: Scenario, replacements: Sequence[Replacement]) -> str:
    """The setting that replaces these draws, as it is typed: ``replace=[...]``."""
    words = [replacement_word(scenario, one) for one in replacements]
    return f"replace={words[0]}" if len(words) == 1 else f"replace=[{','.join(words)}]"

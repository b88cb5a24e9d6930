"""Messages to people: the error for what cannot be done as asked, and values as they are shown in it.

What a person can type differs between the command line and Python, and so does the advice (:func:`spelt`).

A *place* is where something stands: a file, or a file and a key in it (``file.yaml, states.France``).
"""

from __future__ import annotations

import difflib
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regimesim.scenario.parameters import Value

LARGEST_NUMBER = 10**300
"""Whole numbers beyond it cannot even be compared as reals."""


class InputError(ValueError):
    """Something a person asked for cannot be done; the message is one sentence that says what to change."""


class MismatchError(InputError):
    """A world and an order that make no sense together."""


_PROMPT: ContextVar[bool] = ContextVar("regimesim.prompt", default=False)


@contextmanager
def prompt() -> Iterator[None]:
    """While this lasts, advice is for somebody who types commands."""
    before = _PROMPT.set(True)
    try:
        yield
    finally:
        _PROMPT.reset(before)


def spelt(command: str, python: str) -> str:
    """Choose the words for where a person types: a command, or Python."""
    return command if _PROMPT.get() else python


def settings_place() -> str:
    """Name the place of settings that were typed."""
    return spelt("command line", "overrides")


def spoken(name: str) -> str:
    """A name as it is printed: ``United_States`` is typed, ``United States`` is read."""
    return name.replace("_", " ")


def known(
    name: str, names: Iterable[str] | Mapping[str, Any], kind: str, place: str = "", most: int = 16
) -> Any:
    """The entry of that name, or a refusal that suggests the nearest ones or names all that there are.

    Returns the value if ``names`` is a mapping, otherwise the name itself. The refusal names all if they are
    no more than ``most``, or if none is near. Of more than forty, names with a dot are then listed by group.
    """
    if name in names:
        return names[name] if isinstance(names, Mapping) else name
    every = list(names)
    near = _alike_names(str(name), every)
    hint = f". Did you mean {listed([repr(one) for one in near], 'or')}?" if near else "."
    if len(every) <= most or not near:
        hint += f"  (all: {', '.join(_at_most_forty(every)) or 'none'})"
    raise InputError(f"{prefix(place)}no {kind} {quoted(name)}{hint}")


def _alike_names(name: str, names: Sequence[str]) -> list[str]:
    """The nearest name, or the first few with that last part: for ``cost`` those of wars and sanctions."""
    last = {one: one.rpartition(".")[2] for one in names}
    if same := [one for one in names if name.casefold() in (one.casefold(), last[one].casefold())]:
        return same[:3]
    if near := difflib.get_close_matches(name, names, 1, 0.6):
        return near
    parts = difflib.get_close_matches(name, set(last.values()), 1, 0.75)
    return [one for one in names if last[one] in parts][:3]


def _at_most_forty(names: Sequence[str]) -> list[str]:
    """Names; of more than forty those with a dot by group: ``sanctions.NAME``."""
    if len(names) <= 40:
        return list(names)
    groups = (f"{one.partition('.')[0]}.NAME" if "." in one else one for one in names)
    return list(dict.fromkeys(groups))


def prefix(place: str) -> str:
    """``place`` as the beginning of a message."""
    return f"{place}: " if place else ""


def inner_place(place: str, key: str) -> str:
    """A place inside a place: ``file.yaml, states.France``."""
    if not place:
        return key
    return f"{place}.{key}" if ", " in place or not place.endswith((".yaml", ".yml")) else f"{place}, {key}"


def show(value: Value) -> str:
    """A value as it would be typed: ``0.5``, ``3``, ``inf``, ``true``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, int) and abs(value) > _READABLE:
        return f"a number of {digits(value)} digits"
    return str(value)


def quoted(value: object) -> str:
    """A wrong value as it is shown back, shortened if it is long."""
    if isinstance(value, int) and abs(value) > _READABLE:
        return show(value)
    try:
        text = repr(value)
    except ValueError:  # a number of thousands of digits in it
        text = f"a {type(value).__name__} with a number in it that is too long to be shown"
    return text if len(text) <= 60 else text[:57] + "..."


_READABLE = 10**40


def digits(number: int) -> int:
    """Count the digits of a whole number, also where Python does not write them out.

    >>> digits(10**5000), digits(10**5000 - 1)
    (5001, 5000)
    """
    power = int(math.log10(abs(number) or 1))
    return power + int(abs(number) >= 10**power)


_HARMLESS = frozenset(
    "\t\n\r\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}\N{SOFT HYPHEN}"
    "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
)


def legible(text: str) -> bool:
    """Tell whether every sign of a text can be shown, and none steers the terminal that shows it.

    >>> legible("大清"), legible("Österreich-Ungarn"), legible("a\\0b"), legible("\\x1b[31m")
    (True, True, False, False)
    """
    return all(sign in _HARMLESS or unicodedata.category(sign) not in ("Cc", "Cs", "Cf") for sign in text)


def listed(names: Sequence[str], word: str = "and") -> str:
    """``Austria``, ``Austria and Prussia``, ``Austria, Prussia and France``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"

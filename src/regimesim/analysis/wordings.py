"""Words for draws that come out otherwise: ``had Austria not misread Prussia in 1848 Q3``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from regimesim.analysis.sources import date_of
from regimesim.chronicle.happenings import prevails
from regimesim.chronicle.replacements import kind_of
from regimesim.chronicle.replay import Happening, History
from regimesim.core.draws import WHOLE_ROUND, Replacement
from regimesim.scenario.messages import listed
from regimesim.simulation import columns as kinds


def happened(history: History, t: int, channel: int, i: int, j: int) -> bool:
    """Tell whether what a draw decides came true in round t."""
    if channel == WHOLE_ROUND:
        return False
    name, number = kind_of(Replacement(t, channel, i, j, 0))
    return _HAPPENED[name](history, t, (i, j, number))


def conditional(history: History, replacements: Sequence[Replacement]) -> str:
    """Say what would have been otherwise; the dates of several changes are told each."""
    words = [_would_have(history, one) for one in replacements]
    text = listed(words)
    return text[:1].upper() + text[1:]


def _would_have(history: History, one: Replacement) -> str:
    date = date_of(history, one.round)
    if one.channel == WHOLE_ROUND:
        return f"had {date} had the luck of run {one.value}"
    name, number = kind_of(one)
    was = happened(history, one.round, one.channel, one.i, one.j) or (name == "growth" and one.value > 0)
    first, second = history.names[one.i], history.names[one.j]
    third = _third(history, name, number)
    if name == "observe" and not history.ended.action[one.round, one.j, one.i]:
        phrase = "not seen {second} defect" if was else "seen {second} defect"
        return f"had {first} {phrase.format(second=second)} in {date}"
    return f"had {_PHRASES[name][was].format(first=first, second=second, third=third)} in {date}"


def _third(history: History, name: str, number: int) -> str:
    if name in ("absorb", "restore"):
        return history.buffers[number]
    return history.names[number] if name == "join" else ""


_PHRASES: Mapping[str, tuple[str, str]] = {
    "tremble": (
        "{first} defected against {second} by accident",
        "{first} dealt with {second} as it meant to",
    ),
    "publish": (
        "the charge of {first} against {second} become public",
        "the charge of {first} against {second} not become public",
    ),
    "intend": ("{first} defected against {second}", "{first} not defected against {second}"),
    "observe": ("{first} misread {second}", "{first} not misread {second}"),
    "war": ("war broken out between {first} and {second}", "war not broken out between {first} and {second}"),
    "quarrel": (
        "a quarrel abroad divided {second} and {first}",
        "no quarrel abroad divided {second} and {first}",
    ),
    "negotiate": (
        "{first} and {second} ended their estrangement early",
        "{first} and {second} not ended their estrangement early",
    ),
    "prevail": ("{first} prevailed over {second}", "{second} prevailed over {first}"),
    "turnover": ("{first} had a new leader", "{first} kept its leader"),
    "spread": ("the revolution struck {first}", "the revolution spared {first}"),
    "wave": ("a wave of revolution come", "no wave of revolution come"),
    "growth": ("{first} grown as little as it could", "{first} grown as much as it could"),
    "sanction": (
        "{first} joined the sanction against {second}",
        "{first} not joined the sanction against {second}",
    ),
    "exit": ("{first} left the institution", "{first} not left the institution"),
    "pursue": ("{first} acted on what it saw of {second}", "{first} let pass what it saw of {second}"),
    "confer": ("{first} and {second} cleared the charge", "{first} and {second} not cleared the charge"),
    "inquiry": (
        "an inquiry cleared {second} of the charge of {first}",
        "no inquiry cleared {second} of the charge of {first}",
    ),
    "absorb": ("{third} been absorbed", "{third} not been absorbed"),
    "restore": ("the peace restored {third}", "the peace not restored {third}"),
    "join": (
        "{third} joined the war between {first} and {second}",
        "{third} not joined the war between {first} and {second}",
    ),
}
"""Words for the other course of events, by what is drawn: where it did not happen, and where it did."""

_Whom = tuple[int, int, int]


def _happenings(history: History, t: int, *which: int) -> list[Happening]:
    return [event for event in history.happenings if event.t == t and event.kind in which]


def _happened_between(history: History, t: int, whom: _Whom, *which: int) -> bool:
    return any({event.actor, event.target} == {*whom[:2]} for event in _happenings(history, t, *which))


def _of_actor(history: History, t: int, actor: int, *which: int) -> bool:
    return any(event.actor == actor for event in _happenings(history, t, *which))


def _misread(history: History, t: int, whom: _Whom) -> bool:
    """Tell whether i took j's cooperation for defection, or saw its defection."""
    i, j, _ = whom
    return bool(history.decided.open[t, i, j] and not history.ended.seen[t, i, j])


def _defected(history: History, t: int, whom: _Whom) -> bool:
    i, j, _ = whom
    return bool(history.decided.open[t, i, j] and not history.ended.action[t, i, j])


_HAPPENED: Mapping[str, Callable[[History, int, _Whom], bool]] = {
    "tremble": lambda h, t, w: (
        bool(h.decided.open[t, w[0], w[1]])
        and h.decided.intend[t, w[0], w[1]] != h.ended.action[t, w[0], w[1]]
    ),
    "publish": lambda h, t, w: bool(h.ended.accuses[t, w[0], w[1]]),
    "intend": _defected,
    "observe": _misread,
    "war": lambda h, t, w: _happened_between(h, t, w, kinds.WAR_BEGINS),
    "quarrel": lambda h, t, w: _happened_between(h, t, w, kinds.QUARREL),
    "negotiate": lambda h, t, w: _happened_between(h, t, w, kinds.ENDED_EARLY),
    "prevail": lambda h, t, w: _happened_between(h, t, w, kinds.PEACE) and prevails(h, t, w[0], w[1]),
    "turnover": lambda h, t, w: (
        _of_actor(h, t, w[0], kinds.LEADER) and not _of_actor(h, t, w[0], kinds.REVOLUTION)
    ),
    "spread": lambda h, t, w: _of_actor(h, t, w[0], kinds.REVOLUTION),
    "wave": lambda h, t, w: bool(_happenings(h, t, kinds.WAVE)),
    "growth": lambda h, t, w: False,
    "sanction": lambda h, t, w: bool(h.ended.joined[t, w[0], w[1]]),
    "exit": lambda h, t, w: _of_actor(h, t, w[0], kinds.LEFT),
    "pursue": lambda h, t, w: bool(h.ended.charge[t, w[0], w[1]]),
    "confer": lambda h, t, w: h.ended.charge[t, w[0], w[1]] == 2 or h.ended.charge[t, w[1], w[0]] == 2,
    "inquiry": lambda h, t, w: h.ended.charge[t, w[0], w[1]] == 1 and not h.ended.accuses[t, w[0], w[1]],
    "absorb": lambda h, t, w: _of_actor(h, t, w[2], kinds.LOST),
    "restore": lambda h, t, w: _of_actor(h, t, w[2], kinds.RESTORED),
    "join": lambda h, t, w: _of_actor(h, t, w[2], kinds.WAR_JOINED),
}
"""Tell whether something happened that is drawn, by what is drawn; of (i, j, what is counted on)."""

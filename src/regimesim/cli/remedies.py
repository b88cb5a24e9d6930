"""The command ``remedies``, and what ``explain`` says of remedies."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from regimesim.cli import output
from regimesim.scenario.compose import request
from regimesim.scenario.messages import InputError, show

if TYPE_CHECKING:
    from regimesim.analysis.levers import Lever
    from regimesim.analysis.remedies import Remedies
    from regimesim.chronicle.replay import History
    from regimesim.cli.table import Flags, Given
    from regimesim.scenario.scenario import Phase, Scenario
    from regimesim.simulation.assumptions import Assumed

_OF_REMEDIES = ("odds", "stand", "levers")
"""Options of ``explain`` that speak of remedies only."""


def remedies_asked(history: History, given: Given, flags: Flags, under: Assumed | None) -> Remedies | None:
    """The remedies of a history if ``explain`` is asked for them."""
    options = given.options
    if not options["remedies"]:
        if typed := [name for name in _OF_REMEDIES if name in given.typed]:
            raise InputError(f"{typed[0]}= is for remedies; add remedies=true")
        return None
    from regimesim.analysis.forks import Wanted
    from regimesim.analysis.remedies import parts_of, remedies_of

    wanted, levers = Wanted(options["spell"], options["odds"], options["stand"]), options["levers"]
    total = parts_of(history, wanted, levers)
    with output.progress("looking for remedies", total, flags) as advance:
        return remedies_of(history, wanted, levers, under=under, progress=advance)


def remedy_command(found: Remedies, words: Sequence[str]) -> str:
    """Say which command plays the history with its best remedy; nothing where no settings come to it."""
    if found.best is None:
        return ""
    from regimesim.analysis.forks import moved_from, with_phase

    told, scenario = found.best.told, found.scenario
    assert told.lever is not None
    t = round((told.year - scenario.start) * scenario.rounds_per_year)
    world, since = with_phase(scenario, t)
    after = told.lever.moved(world.phases[since], told.move)
    settings = _settings(told.lever, after, t / scenario.rounds_per_year)
    asked = [word for word in words if not word.startswith("replicate=")]
    if not _comes_to(asked, settings, moved_from(scenario, t, (told.lever, told.move))):
        return ""
    line = f"python -m regimesim explain {shlex.join([*words, *settings])}"
    of = (
        "This history with the smallest of these moves"
        if found.sufficient
        else "This history with the best of them"
    )
    return f"{of} ({told.lever.name}):\n    {line}"


def _settings(lever: Lever, after: Phase, year: float) -> list[str]:
    """Settings that put the values of a phase into force some years after the start."""
    group, _, key = lever.name.partition(".")
    values = [show(float(value)) for value in lever.values(after)]
    owners = [buffer.name for buffer in after.buffers] if group == "buffers" else [""]
    pairs = list(zip(owners, values, strict=True))
    if year == 0:
        return [f"{group}.{owner}.{key}={value}".replace("..", ".") for owner, value in pairs]
    inner = ", ".join(
        f"{owner}: {{{key}: {value}}}" if owner else f"{key}: {value}" for owner, value in pairs
    )
    return [f"reforms=[{{year: {show(year)}, {group}: {{{inner}}}}}]"]


def _comes_to(words: Sequence[str], settings: Sequence[str], wanted: Scenario) -> bool:
    """Tell whether words make a scenario with the phases that are wanted."""
    own = [word for word in words if not word.startswith(("seed=", "assumptions="))]
    try:
        made = request([*own, *settings]).scenario
    except InputError:
        return False
    return len(made.phases) == len(wanted.phases) and all(map(_alike, made.phases, wanted.phases))


def _alike(one: Phase, other: Phase) -> bool:
    """Tell whether two phases have the same settings, but for rounding."""
    strengths = zip(one.buffers, other.buffers, strict=True)
    return (
        math.isclose(one.year, other.year)
        and all(_close(one.parameters[name], other.parameters[name]) for name in one.parameters)
        and all(_close(mine.strength, its.strength) for mine, its in strengths)
    )


def _close(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-8, abs_tol=1e-12)
    return one == other

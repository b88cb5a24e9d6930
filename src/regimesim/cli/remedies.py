"""The command ``remedies``, and what ``explain`` says of remedies."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regimesim.cli import output
from regimesim.cli.advice import asked
from regimesim.scenario.compose import request
from regimesim.scenario.messages import InputError, show, spoken
from regimesim.simulation.assumptions import SET, assumed, set_of
from regimesim.simulation.results import json_text, percent

if TYPE_CHECKING:
    from regimesim.analysis.cheapest import CheapestChanges, OrderChange
    from regimesim.analysis.levers import Lever
    from regimesim.analysis.remedies import Remedies
    from regimesim.chronicle.replay import History
    from regimesim.cli.table import Flags, Given
    from regimesim.scenario.scenario import Phase, Scenario
    from regimesim.simulation.assumptions import Assumed

_LEAST_ROOM = 30
"""Letters beside the numbers of a change, without which what is moved stands below them."""
_OF_REMEDIES = ("odds", "stand", "levers")
"""Options of ``explain`` that speak of remedies only."""


@contextmanager
def _progress_to_the_end(what: str, total: int, flags: Flags) -> Iterator[Callable[[int], None]]:
    """A bar of work of which no more is known than about how much there is: at the end it is full."""
    left = [total]

    def step(done: int) -> None:
        done = min(done, left[0])
        left[0] -= done
        advance(done)

    with output.progress(what, total, flags) as advance:
        yield step
        step(total)


def remedies_asked(history: History, given: Given, flags: Flags, under: Assumed | None) -> Remedies | None:
    """The remedies of a history if ``explain`` is asked for them."""
    options = given.options
    if not options["remedies"]:
        if typed := [name for name in _OF_REMEDIES if name in given.typed]:
            raise InputError(f"{typed[0]}= is for remedies; add remedies=true")
        return None
    from regimesim.analysis.forks import Wanted
    from regimesim.analysis.remedies import remedies_of, stages_of

    wanted, levers = Wanted(options["spell"], options["odds"], options["stand"]), options["levers"]
    total = stages_of(history, wanted, levers)
    with _progress_to_the_end("looking for remedies", total, flags) as advance:
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
    settings = _settings_for(told.lever, after, t / scenario.rounds_per_year)
    asked = [word for word in words if not word.startswith("replicate=")]
    if not _comes_to(asked, settings, moved_from(scenario, t, (told.lever, told.move))):
        return ""
    line = f"python -m regimesim explain {shlex.join([*words, *settings])}"
    of = (
        "This history with the smallest of these moves"
        if found.sufficient
        else "This history with the best of them"
    )
    return f"{output.folded(f'{of} ({told.lever.name}):')}\n    {line}"


def _settings_for(lever: Lever, after: Phase, year: float) -> list[str]:
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
    return len(made.phases) == len(wanted.phases) and all(map(_same_settings, made.phases, wanted.phases))


def _same_settings(one: Phase, other: Phase) -> bool:
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


def remedies_command(given: Given, flags: Flags) -> None:
    """Find the cheapest changes of a scenario's order, and different ways to the same end."""
    from regimesim.analysis.changes import Aim
    from regimesim.analysis.cheapest import Means, SearchEffort, cheapest_of

    scenario, options = asked(given, flags).scenario, given.options
    if options["target"] is not None and (typed := {"odds", "stand"} & given.typed):
        raise InputError(f"target= asks for years on average, {min(typed)}= for odds; give one of the two")
    aim = Aim(options["spell"], options["stand"], options["odds"], options["target"])
    under = None if set_of(scenario) is None else assumed(scenario, SET, given.names)
    means = Means(options["levers"], options["costs"] or {}, options["budget"])
    folder = output.output_folder(options["out"], "remedies", scenario.name)
    effort = SearchEffort(options["tries"], options["runs"], options["workers"])
    with _progress_to_the_end("trying changes", effort.total, flags) as advance:
        found = cheapest_of(scenario, aim, means, options["seed"], under, effort._replace(progress=advance))
    with output.working("writing results", flags):
        save_cheapest(found, folder)
    answer = found.as_dict()
    output.announce(flags, folder, answer, lambda: print("\n".join(_screen(found, folder))))


def save_cheapest(found: CheapestChanges, folder: Path) -> None:
    """Write table, answer, picture and a scenario for each way into a new folder, or nothing at all."""
    from regimesim.simulation.folders import drawing, write_folder
    from regimesim.simulation.provenance import provenance
    from regimesim.simulation.results import scenario_yaml

    changes, base = found.changes, found.changes.scenario
    about = provenance(
        seed=changes.seed,
        runs=found.runs,
        tried=found.tried,
        scenario=base.name,
        budget=found.budget,
        aim=changes.aim._asdict(),
        costs=found.as_dict()["costs"],
    )

    def fill(partial: Path) -> None:
        table = found.frame()
        table.to_csv(partial / "changes.csv", index=False)
        table.to_parquet(partial / "changes.parquet", index=False)
        for name, tree in (("summary", found.as_dict()), ("provenance", about)):
            (partial / f"{name}.json").write_text(json_text(tree) + "\n", "utf-8")
        (partial / "config.yaml").write_text(scenario_yaml(base), "utf-8")
        for number, way in enumerate(found.ways, 1):
            text = scenario_yaml(changes.scenario_of(way.vector(changes)))
            (partial / f"way-{number}.yaml").write_text(text, "utf-8")
        with drawing():
            from regimesim.report.figures.remedies import save_cheapest_figure

            save_cheapest_figure(found, partial)

    write_folder(folder, fill)


def _screen(found: CheapestChanges, folder: Path) -> Iterator[str]:
    """The answer on one screen."""
    from regimesim.analysis.remedy_words import NO_EVIDENCE

    base = found.changes.scenario
    yield f"{output.bold(spoken(base.title or base.name))}   the cheapest change of its order"
    yield output.folded(_question_words(found))
    yield from _change_lines(found)
    yield ""
    for words in _cheapest_notes(found):
        yield output.folded(words)
    if found.left_out:
        yield output.folded(f"Left out. {' '.join(found.left_out)}")
    yield output.folded(NO_EVIDENCE)
    if found.ways:
        yield f"\nThe first way:  python -m regimesim run +scenario={folder}/way-1.yaml"
    yield f"\n{folder}/  remedies.png changes.csv {'way-1.yaml ' if found.ways else ''}summary.json ..."


def _question_words(found: CheapestChanges) -> str:
    aim, base = found.changes.aim, found.changes.scenario
    what = {"regime": "the regime", "peace": "peace", "systemic": "peace without a systemic war"}[aim.spell]
    if aim.target is not None:
        wish = f"{what} lasts {show(aim.target)} of {show(base.years)} years on average"
    else:
        wish = f"{what} stands {show(aim.stand)} years after the start with odds of {show(aim.odds)}"
    after = ", beyond the scenario's own years under its last phase" * found.prolonged
    return (
        f"Wanted: {wish}{after}, for a cost of {show(found.budget)} at most. Cost: the share of the way to "
        "the end of its range that a lever is moved, times its price. "
        f"{found.tried:,} changes tried on the same {found.runs:,} runs (seed {found.changes.seed})."
    )


def _ways_head(found: CheapestChanges) -> str:
    if found.reached:
        return "Ways to it, the cheapest first"
    return "Nothing found reaches it; the best of each way" if found.ways else "Nothing has to be changed"


def _change_lines(found: CheapestChanges) -> Iterator[str]:
    """Each change: cost, what comes of it, the same over all settings that fit, and what is moved.

    The frontier and the ways are two tables with the same columns, each with a head.
    """
    ways = [(f"{number}", way) for number, way in enumerate(found.ways, 1)]
    rows = [("", one) for one in (found.published, *found.frontier)] + ways
    cells = [(f" {name:<2}", f"{one.cost:.2f}", *_number_cells(found, one)) for name, one in rows]
    heads = ("", "cost", *_number_heads(found))
    wide = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    for row, ((name, one), texts) in enumerate(zip(rows, cells, strict=True)):
        if row in (0, len(rows) - len(ways)):
            yield f"\n{output.bold(_ways_head(found) if row else 'What each cost can bring about')}"
            yield from _beside_numbers(_in_columns(heads, wide), "what is moved")
        line = _in_columns(texts, wide)
        kinds = ", ".join(f"{kind} {percent(part)}" for kind, part in one.division.items())
        words = "; ".join(one.words) or "as published"
        yield from _beside_numbers(line, f"{words} ({kinds})" if name else words)
    if not ways:
        yield f"\n{output.bold(_ways_head(found))}"


def _in_columns(texts: Sequence[str], wide: Sequence[int]) -> str:
    return "  ".join(text.ljust(w) for text, w in zip(texts, wide, strict=True)) + "  "


def _beside_numbers(line: str, words: str) -> Iterator[str]:
    """Words beside a line, or below it where there is no room."""
    if output.width() - len(line) < _LEAST_ROOM:
        yield line.rstrip()
        line = " " * 6
    yield output.folded(words, " " * len(line), line)


def _number_heads(found: CheapestChanges) -> list[str]:
    outcome = "odds" if found.changes.aim.target is None else "years"
    return [outcome] if found.published.over_set is None else [outcome, "all that fit", "reached"]


def _number_cells(found: CheapestChanges, one: OrderChange) -> list[str]:
    from regimesim.analysis.remedy_words import odds_text, spread_text

    odds = found.changes.aim.target is None
    cells = [odds_text(one.estimate) if odds else one.estimate.text()]
    if one.over_set is not None:
        mean, least, most = one.over_set.spread
        cells.append(spread_text(one.over_set.spread) if odds else f"{mean:.0f} ({least:.0f} to {most:.0f})")
        cells.append(percent(one.over_set.reached).rjust(7))
    return cells


def _cheapest_notes(found: CheapestChanges) -> Iterator[str]:
    outcome = _number_heads(found)[0].capitalize()
    over = (
        "All that fit: the same over all settings that fit the record (middle 95 %). Reached: in how many "
        "of them what is wanted is reached. "
    ) * (found.published.over_set is not None)
    yield (
        f"{outcome}: on fresh seeds [95 %]. {over}A change was chosen on other seeds than these, so a way "
        "may miss what is wanted by a little."
    )
    if found.published.over_set is None:
        yield "No record of these states is known: nothing can be said over settings that fit it."

"""Output of results on a terminal: plain words, aligned columns, colour only where it helps."""

from __future__ import annotations

import math
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.scenario.messages import listed, show, spoken
from regimesim.scenario.parameters import Parameter

if TYPE_CHECKING:
    from regimesim.analysis.collapse import Causes
    from regimesim.analysis.pairs import Pair, Side
    from regimesim.analysis.settings_that_fit import Uncertainties
    from regimesim.cli.table import Flags
    from regimesim.core.strategies import Automaton
    from regimesim.scenario.scenario import Scenario
    from regimesim.simulation.results import Results
    from regimesim.stats.estimates import Estimate

MOST_PAIRS = 12
_HEAD_WIDTH = 14
LEAST_WIDTH = 32
NARROW_SCREEN, _WIDE = 60, 200
"""Columns below which what does not fit is put one below the other: tables of durations, others."""


def width() -> int:
    """Columns of the terminal, or 100."""
    return max(LEAST_WIDTH, min(120, shutil.get_terminal_size((100, 24)).columns))


def folded(words: str, indent: str | None = None, first: str | None = None) -> str:
    """Words folded at the width of the terminal; indented as they begin unless told otherwise."""
    given = " " * (len(words) - len(words.lstrip()))
    indent, first = (given if word is None else word for word in (indent, first))
    return textwrap.fill(words.strip(), width(), initial_indent=first, subsequent_indent=indent)


@contextmanager
def progress(what: str, total: int, flags: Flags) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, on a terminal only; gives the function that moves it."""
    if flags.quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from regimesim.core.keeping import anything_kept

    columns = (
        TextColumn(" {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task(
            what if anything_kept() else "compiling the model (once), then simulating", total=total, rate=""
        )

        def advance(done: int) -> None:
            speed = bar.tasks[task].speed
            rate = f"{speed:,.0f} runs a second" if speed else ""
            bar.update(task, advance=done, description=what, rate=rate)

        yield advance


@contextmanager
def working(what: str, flags: Flags) -> Iterator[None]:
    """A word on stderr while something takes a moment, on a terminal only."""
    if flags.quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    from regimesim.core.keeping import anything_kept

    with Console(stderr=True).status(what if anything_kept() else f"compiling the model (once), then {what}"):
        yield


def run_answer(results: Results, causes: Causes, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Give the answer of ``run`` as plain values."""
    scenario, horizon = results.scenario, results.scenario.years
    spells = {}
    for spell in ("regime", "peace"):
        found = results.summary(spell)
        spells[spell] = {
            "median": _number_lines(found.median),
            f"restricted mean ({horizon:g})": _number_lines(found.rmst),
            "still standing": found.censored,
        }
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "states": list(scenario.states),
        "buffers": list(scenario.buffers),
        "runs": len(results),
        "years": horizon,
        "seed": results.provenance["seed"],
        "spells": spells,
        "never formed": results.never_formed,
        "per century": {
            name: float(results.columns[name].mean() * 100 / horizon) for name in ("disputes", "wars")
        },
        "causes": causes.shares,
        "collapses": len(causes.replicate),
        "pairs": [
            {
                "pair": [p.first.state, p.second.state],
                "game": [p.first.game, p.second.game],
                "buffers": list(p.buffers),
            }
            for p in pairs
        ],
        "typical": results.typical(),
    }


def _number_lines(estimate: Estimate) -> list[float | None]:
    """Value and interval; None stands for beyond the horizon."""
    values = (estimate.value, estimate.lower, estimate.upper)
    return [x if math.isfinite(x) else None for x in values]


def print_run(
    results: Results,
    causes: Causes,
    pairs: Sequence[Pair],
    explain: str,
    both: Uncertainties | None = None,
) -> None:
    """The answer of ``run`` on one screen; ``explain`` is the command that tells the typical run."""
    from regimesim.report.sentences import dated, made_of, notes, typical_run

    scenario = results.scenario
    print(_title(spoken(scenario.title or scenario.name), made_of(results)) + "\n")
    print(bold("How long it lasts") + " (years, 95 % intervals)")
    print(_headline_table(results.headline()))
    for words in notes(results):
        print(textwrap.fill(words, width(), initial_indent=" ", subsequent_indent="  "))
    print("\n" + uncertainty_lines(results.scenario, both) + "\n")
    print(bold("What the pairs are playing") + f" ({dated(scenario.start)})" * bool(scenario.start))
    print("\n".join(_pair_lines(pairs)) + "\n")
    print(_headed("Why it ended", _causes(causes)))
    print(_headed("Typical run", typical_run(results)))
    print(f"{'':<{_HEAD_WIDTH}}{explain}\n", flush=True)


def print_files(folder: Path) -> None:
    """Print where the results lie, and what of them to look at first."""
    print(_files_in(folder))


def uncertainty_lines(scenario: Scenario, both: Uncertainties | None) -> str:
    """Both uncertainties as a table, or a sentence where the record of the states is not known."""
    from regimesim.simulation.assumptions import set_of

    if both is not None:
        return "\n".join(
            [bold("Luck and assumptions"), _headline_table(both.rows(), _WIDE), folded(f" {both.sentence()}")]
        )
    if set_of(scenario) is None:
        return _without_set([scenario.name])
    return folded(f" No draw that fits the record sets anything in {scenario.name}: its values are its own.")


def uncertainties_of_several(results: Mapping[str, Results], both: Mapping[str, Uncertainties]) -> str:
    """The same of several scenarios, with a sentence on those of which no record is known."""
    from regimesim.analysis.settings_that_fit import CAUTIONS
    from regimesim.simulation.assumptions import set_of

    lines = []
    for name, found in both.items():
        lines += [f"{bold('Luck and assumptions')}: {spoken(name)}", _headline_table(found.rows(), _WIDE)]
        lines.append(folded(f" {found.under.words()}"))
    none = [name for name, one in results.items() if set_of(one.scenario) is None]
    lines += [folded(f" {CAUTIONS}")] if both else []
    return "\n".join([*lines, *([_without_set(none)] if none else [])])


def uncertainties_in_short(both: Mapping[str, Uncertainties]) -> str:
    """A line for each scenario: what luck leaves open, and what all settings that fit the record do."""
    lines = [bold("Luck, and all settings that fit the record") + " (years)"]
    for name, found in both.items():
        cells = [
            f"{what.partition(',')[0]} {row['as is']} {row['95 % (luck)']}, {row['all settings that fit']}"
            for what, row in islice(found.rows().items(), 2)
        ]
        lines.append(folded(f" {spoken(name)}: {'; '.join(cells)}"))
    return "\n".join(lines)


def _without_set(names: Sequence[str]) -> str:
    from regimesim.simulation.assumptions import without_set

    words = without_set(listed([*map(spoken, names)]))
    return folded(f" {words[0].upper()}{words[1:]}.")


def _title(name: str, about: str) -> str:
    """Title of an answer, in one line but on a narrow terminal."""
    if width() >= NARROW_SCREEN or len(name) + len(about) + 3 <= width():
        return f"{bold(name)}   {about}"
    return f"{bold(folded(name))}\n{folded(about, ' ', ' ')}"


def _headed(heading: str, text: str) -> str:
    """Text beside a heading, wrapped at the terminal's width."""
    lines = textwrap.wrap(text, width() - _HEAD_WIDTH, break_long_words=False, break_on_hyphens=False)
    return bold(heading.ljust(_HEAD_WIDTH)) + f"\n{'':<{_HEAD_WIDTH}}".join(
        line.replace("\xa0", " ") for line in lines
    )


def text_table(frame: Any, least: int = NARROW_SCREEN) -> str:
    """A table; on a terminal narrower than ``least`` that it does not fit, its cells below each other."""
    columns = [str(name) for name in frame.columns]
    rows = [[str(index), *map(str, row)] for index, row in zip(frame.index, frame.to_numpy(), strict=True)]
    return _table_of(columns, rows, least)


def _headline_table(table: Mapping[str, Mapping[str, str]], least: int = NARROW_SCREEN) -> str:
    """The same of rows of cells by their columns' names: it needs no pandas, which takes long to import."""
    columns = list(next(iter(table.values())))
    return _table_of(columns, [[name, *row.values()] for name, row in table.items()], least)


def _table_of(columns: Sequence[str], rows: Sequence[Sequence[str]], least: int) -> str:
    lengths = [max(len(row[k]) for row in [["", *columns], *rows]) for k in range(len(columns) + 1)]
    lines = [
        " " + "   ".join(cell.ljust(length) for cell, length in zip(line, lengths, strict=True)).rstrip()
        for line in [["", *columns], *rows]
    ]
    if width() < least and max(map(len, lines)) > width():
        return "\n".join(_stacked(row[0], zip(columns, row[1:], strict=True)) for row in rows)
    return "\n".join(lines)


def in_columns(rows: Sequence[Sequence[str]], apart: str = "   ", headed: bool = False) -> list[str]:
    """Lines of a table, or on a narrow terminal lines for every row (``headed``: the first names columns)."""
    if not rows:
        return []
    wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [apart.join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows]
    if width() >= NARROW_SCREEN or max(map(len, lines)) < width():
        return lines
    head, *rest = rows if headed else (("",) * len(wide), *rows)
    return [_stacked(row[0], zip(head[1:], row[1:], strict=True))[1:] for row in rest]


def _stacked(name: str, cells: Iterable[tuple[str, str]]) -> str:
    """A row of a table for a narrow terminal: its name, then a line for each column."""
    named = ((f"{column}: " if column else "", cell) for column, cell in cells if cell)
    lines = [folded(f"{column}{cell}", "     ", "   ") for column, cell in named]
    return "\n".join([f" {name}", *lines])


def _pair_lines(pairs: Sequence[Pair]) -> list[str]:
    """A line a pair, or one for all that are alike: its game, what cooperation needs, what lies between."""
    from regimesim.analysis.pairs import needed_and_had

    alike: dict[tuple[str, ...], list[str]] = {}
    for pair in pairs:
        side = pair.harder
        discount = needed_and_had(side.discount_needed, side.discount)
        row = (
            discount,
            needed_and_had(side.trust_needed, side.trust),
            pair.game,
            ", ".join(map(spoken, pair.buffers)),
        )
        alike.setdefault(row, []).append(f"{spoken(pair.first.state)}-{spoken(pair.second.state)}")
    rows = [(_names_of_pairs(names, len(pairs)), *row) for row, names in alike.items()]
    table = [("", "discount", "trust", "game", "buffers" * any(row[4] for row in rows)), *rows[:MOST_PAIRS]]
    more = len(rows) - MOST_PAIRS
    rest = [f" ... and {more} more"] if more > 0 else []
    if width() < NARROW_SCREEN:
        stacked = [_stacked(row[0], zip(table[0][1:], row[1:], strict=True)) for row in table[1:]]
        return [folded("What cooperation needs (and in brackets what there is):", "  ", " "), *stacked, *rest]
    lengths = [max(len(row[k]) for row in table) for k in range(4)]
    lines = [
        " " + "  ".join(cell.ljust(n) for cell, n in zip(row, (*lengths, 0), strict=True)) for row in table
    ]
    return [
        " What cooperation needs (and in brackets what there is):",
        lines[0][: width()].rstrip(),
        *(_cut(line.rstrip()) for line in lines[1:]),
        *rest,
    ]


def _names_of_pairs(names: Sequence[str], pairs: int) -> str:
    from regimesim.report.sentences import counted

    if len(names) == pairs > 1:
        return f"all {pairs} pairs"
    return names[0] if len(names) == 1 else f"{names[0]} and {counted(len(names) - 1, 'more pair')}"


def _cut(line: str) -> str:
    return line if len(line) <= width() else line[: width() - 3].rstrip(" ,") + "..."


def _causes(causes: Causes) -> str:
    from regimesim.report.sentences import counted

    collapses = len(causes.replicate)
    if not collapses:
        return "no regime collapsed within the horizon"
    listed = ", ".join(
        f"{name} {_share_of_causes(share)}".replace(" ", "\xa0") for name, share in causes.shares.items()
    )
    return f"{listed} (of {counted(collapses, 'collapse')} looked into)"


def _share_of_causes(share: float) -> str:
    return "under 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _files_in(folder: Path) -> str:
    names = sorted((path.name for path in folder.iterdir()), key=_by_use)
    return f"{folder}/  {' '.join(names[:4])} ..."


def _by_use(name: str) -> tuple[int, str]:
    order = (".html", "survival.png", "runs.parquet", "why.png")
    return next((k for k, end in enumerate(order) if name.endswith(end)), len(order)), name


def print_theory(scenario: Scenario, pairs: Sequence[Pair]) -> None:
    """Each side of each pair: its game and margin, what cooperation needs, what an estrangement comes to."""
    print(f"{bold(spoken(scenario.title or scenario.name))}   at the start\n")
    sides = [side for pair in pairs for side in (pair.first, pair.second)]
    names = [f"{spoken(side.state)} to {spoken(side.other)}" for side in sides]
    tables = {
        "What is played: payoffs a year if both cooperate, it defects, the other does, both are estranged": (
            (
                "",
                "both",
                "defects",
                "alone",
                "estranged",
                "game",
                "now",
                "future",
                "sanction",
                "norm",
                "margin",
            ),
            [_game_played(side) for side in sides],
        ),
        "What cooperation needs under full trust, without sanction and norm (has)": (
            ("", "discount", "transparency", "resolve", "punishment, years", "trust"),
            [_needed(side) for side in sides],
        ),
        "What becomes of two that cooperate": (
            ("", "estranged every", "a breach lasts", "cooperating", "a breach costs"),
            [_expected(side) for side in sides],
        ),
    }
    for heading, (head, rows) in tables.items():
        print(folded(f" {heading}"))
        lines = [head, *((name, *row) for name, row in zip(names, rows, strict=True))]
        print("\n".join(f" {line}" for line in in_columns(lines, "  ", headed=True)) + "\n")
    print(
        folded(
            " now, future, sanction, norm: the terms of the margin, payoff a year; it cooperates where their "
            "sum is not below 0. Needs are least values of one setting, of all states alike, all others as "
            "they are."
        )
    )
    if any(side.by_others > 0.0 for side in sides):
        print(folded(f" {_OF_INNOCENTS}"))


_OF_INNOCENTS = (
    "Cases against innocents are taken into what becomes of two that cooperate, but not into margins and "
    "needs, since no state reckons with them. The share of time is then not exact: it was within 1 point of "
    "what is played in worlds of three to twelve like states."
)


def _game_played(side: Side) -> tuple[str, ...]:
    payoffs = (f"{x:.2f}" for x in (side.u_cc, side.u_dc, side.u_cd, side.u_dd))
    terms = (f"{x:+.1f}" for x in (side.now, side.future, side.law, side.norm, side.margin))
    return (*payoffs, side.game, *terms)


def _needed(side: Side) -> tuple[str, ...]:
    from regimesim.analysis.pairs import needed_and_had

    needs = side.needs
    return (
        needed_and_had(needs.discount, side.discount),
        needed_and_had(needs.transparency, side.transparency),
        needed_and_had(needs.resolve, side.resolve),
        f"{_until(needs.punishment_years, 'none suffices')} ({_until(side.punishment_years, 'for ever')})",
        needed_and_had(needs.trust, side.trust),
    )


def _expected(side: Side) -> tuple[str, ...]:
    from regimesim.report.sentences import counted

    between = "never" if math.isinf(side.years_between) else counted(round(side.years_between, 1), "year")
    apart = "ever" if math.isinf(side.estranged_years) else counted(round(side.estranged_years, 1), "year")
    return between, apart, f"{100 * side.cooperation_share:.0f} %", f"{side.breach_cost:.1f}"


def _until(years: float, none: str) -> str:
    return none if math.isinf(years) else f"{years:g}"


def print_list(rows: Sequence[tuple[str, str, str]]) -> None:
    """Names and what they are, under a heading each kind."""
    kind = ""
    for this, name, about in rows:
        if this != kind:
            print(("\n" if kind else "") + bold(this))
            kind = this
        longest = max(len(row[1]) for row in rows if row[0] == this)
        print(_item(f"  {name:<{longest}}  ", about))


def _item(head: str, text: str) -> str:
    """A name and what it is: wrapped on a terminal, a line each where a program reads."""
    if not sys.stdout.isatty():
        return head + text
    return "\n".join(textwrap.wrap(text, width(), initial_indent=head, subsequent_indent=" " * len(head)))


def short_bounds(parameter: Parameter) -> str:
    """Default and bounds of a parameter in a few characters."""
    return f"{show(parameter.default)}  {parameter.bounds()}"


def print_parameter(parameter: Parameter) -> None:
    """Everything that is declared of a parameter."""
    print(bold(parameter.name))
    rows = {
        "meaning": parameter.meaning,
        "default": show(parameter.default),
        "permitted": parameter.bounds(),
        "plausible": "" if parameter.range is None else " to ".join(map(show, parameter.range)),
        "unit": parameter.unit,
        "symbol": parameter.symbol,
        "source": parameter.source,
    }
    for name, text in rows.items():
        if text:
            print(_item(f"  {name:<11}", text))


def print_strategy(automaton: Automaton, states: Sequence[str]) -> None:
    """An automaton as a table, its states by the names that its file gives them."""
    from regimesim.scenario.strategies import OUTCOMES

    wide = 2 + max(len(name) for name in (*states, "state"))

    def line(state: str, chance: str, following: Iterable[str]) -> str:
        return f"  {state:<{wide}}{chance:<12}{''.join(f'{name:<{wide}}' for name in following)}".rstrip()

    print(bold(automaton.name))
    print(line("state", "cooperates", (f"{outcome}:" for outcome in OUTCOMES)))
    for name, chance, after in zip(states, automaton.cooperate, automaton.next, strict=True):
        print(line(name, f"{chance:.4g}", (states[after[own][seen]] for own in (1, 0) for seen in (1, 0))))
    print("  After its own action and the one that it saw (C cooperates, D defects): its next state.")


def bold(text: str) -> str:
    """Heavier, on a terminal that shows it."""
    plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return text if plain else f"\033[1m{text}\033[0m"


def announce(flags: Flags, folder: Path, answer: Mapping[str, Any], screen: Callable[[], None]) -> None:
    """Say what was found: as JSON, only where it lies, or on the screen, as the flags ask."""
    from regimesim.simulation.results import json_text

    if flags.json:
        print(json_text({**answer, "folder": str(folder)}))
    elif flags.quiet:
        print(folder)
    else:
        screen()


def output_folder(out: str | None, *names: str) -> Path:
    """Name the folder of a command: ``out=DIR``, or one named after the time; it must not exist yet.

    Checked before any work is done, so that nobody waits for results that cannot be written.
    """
    from regimesim.simulation.folders import check_absent, check_writable, folder_named, folder_of_now

    folder = folder_of_now(*names) if out is None else folder_named(out)
    check_absent(folder)
    check_writable(folder.parent)
    return folder

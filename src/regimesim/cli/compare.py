"""The commands ``compare`` and ``diagnose``: orders beside each other, and one order without its
arrangements."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from regimesim.cli import advice, output
from regimesim.scenario.compose import request
from regimesim.scenario.messages import InputError, listed, spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import PUBLISHED, Assumed, assumed
from regimesim.simulation.results import json_text

if TYPE_CHECKING:
    from regimesim.analysis.ablation import Ablation, Shares
    from regimesim.analysis.comparison import Comparison
    from regimesim.analysis.matrix import Matrix, Measure
    from regimesim.analysis.settings_that_fit import Uncertainties
    from regimesim.analysis.verdict import Verdict
    from regimesim.cli.table import Flags, Given

_MOST_EFFECTS = 2
"""Differences beside each other on a line."""


class _Asked(NamedTuple):
    """A comparison that was asked for: scenarios, or worlds and orders, or both."""

    scenarios: list[Scenario]
    worlds: list[str]
    orders: list[str]
    settings: tuple[str, ...]


def compare_command(given: Given, flags: Flags) -> None:
    """Simulate scenarios, or worlds under orders, on the same seeds: which lasts longer, and how sure."""
    from regimesim.analysis.comparison import compare, named
    from regimesim.analysis.settings_that_fit import uncertainties

    options, asked = given.options, _asked(given, flags)
    command = shlex.join(["python", "-m", "regimesim", "compare", *given.arguments])
    if not asked.scenarios:
        _matrix_command(asked, given, command, flags)
        return
    scenarios = named(asked.scenarios)
    folder = output.output_folder(options["out"], "compare", "-".join(s.name for s in scenarios)[:80])
    more = len(asked.worlds) * len(asked.orders) - len(scenarios) if asked.worlds else 0
    with output.progress("simulating", options["runs"] * (len(scenarios) + more), flags) as advance:
        found = compare(
            scenarios,
            options["runs"],
            options["seed"],
            workers=options["workers"],
            assumptions=options["assumptions"],
            held=given.names,
            progress=advance,
        )
        beside = _matrix_of(asked, given, advance, found) if asked.worlds else None
    with output.working("asking all settings that fit", flags):
        both = uncertainties(found, options["workers"], given.names)
    with output.working("writing results", flags):
        found.save(folder, command, beside)
    plain = {name: one.plain() for name, one in both.items()}
    answer = found.answer | ({"matrix": beside.answer} if beside else {})
    answer |= {"both uncertainties": plain} if plain else {}
    output.announce(flags, folder, answer, lambda: print_comparison(found, folder, both, beside))


def _matrix_command(asked: _Asked, given: Given, command: str, flags: Flags) -> None:
    options = given.options
    folder = output.output_folder(options["out"], "compare", "worlds-by-orders")
    cells = len(asked.worlds) * len(asked.orders)
    with output.progress("simulating", options["runs"] * cells, flags) as advance:
        found = _matrix_of(asked, given, advance)
    with output.working("writing results", flags):
        found.save(folder, command)
    output.announce(flags, folder, found.answer, lambda: print_matrix_alone(found, folder))


def _matrix_of(
    asked: _Asked, given: Given, advance: Callable[[int], None], found: Comparison | None = None
) -> Matrix:
    from regimesim.analysis.matrix import matrix

    options = given.options
    return matrix(
        asked.worlds,
        asked.orders,
        options["runs"],
        options["seed"],
        found.years if found else None,
        options["workers"],
        overrides=asked.settings,
        played=tuple(found.results.values()) if found else (),
        progress=advance,
    )


def _asked(given: Given, flags: Flags) -> _Asked:
    """Sort out what is compared: with scenarios only those; with one world its orders; else the matrix."""
    from regimesim.analysis.matrix import default_cells

    _refuse_single_names(given)
    if "scenarios" in given.typed:
        for name in ("worlds", "orders"):
            if name in given.typed:
                raise InputError(f"scenarios= and {name}= cannot both be given; leave one of them out")
        return _Asked(_scenarios_of(given, flags), [], [], given.settings)
    chosen = {group: _named_in(given, group) for group in ("world", "order")}
    settings = tuple(word for word in given.settings if _group_of(word) is None)
    headline = default_cells()
    if not any(chosen.values()):
        return _Asked(_scenarios_of(given, flags), *headline, settings)
    worlds, orders = (chosen[group] or own for group, own in zip(chosen, headline, strict=True))
    if min(len(worlds), len(orders)) > 1:
        return _Asked([], worlds, orders, settings)
    return _Asked(_cells_asked(worlds, orders, settings, given), [], [], settings)


def _refuse_single_names(given: Given) -> None:
    bare = [word for word in given.settings if "=" not in word and not word.startswith("~")]
    single = [word.partition("=")[2] for word in given.settings if word.lstrip("+").startswith("scenario=")]
    if bare or single:
        meant = [name for word in (*bare, *single) for name in word.strip("[]").split(",") if name]
        wanted = ",".join([*meant, *(["NAME"] if len(meant) < 2 else [])])
        raise InputError(f"compare takes a list of scenarios; write scenarios=[{wanted}]")


def _group_of(word: str) -> str | None:
    """The group that a setting chooses from: ``world=trade``."""
    name = word.lstrip("+").partition("=")[0].strip()
    return name if name in ("world", "order") else None


def _named_in(given: Given, group: str) -> list[str]:
    """Worlds or orders that were typed, as one or as a list."""
    single = [word.partition("=")[2].strip() for word in given.settings if _group_of(word) == group]
    several = given.options[f"{group}s"] or []
    if single and several:
        raise InputError(f"{group}= and {group}s= cannot both be given; leave one of them out")
    if f"{group}s" in given.typed and not several:
        raise InputError(f"{group}s must name one or more; got none")
    return [*single, *several]


def _cells_asked(
    worlds: Sequence[str], orders: Sequence[str], settings: Sequence[str], given: Given
) -> list[Scenario]:
    """Orders in one world, named by the order, or worlds under one order, named by the world."""
    found = []
    for world in worlds:
        for order in orders:
            words = [f"world={world}", f"order={order}", *settings]
            name = Path(order if len(worlds) == 1 else world).stem
            found.append(replace(request(words, given.options).scenario, name=name))
    if len(found) == 1:
        raise InputError(
            f"compare needs two orders or two worlds; got {orders[0]} in {worlds[0]}  "
            "(to simulate one: run world=NAME order=NAME)"
        )
    return found


def _scenarios_of(given: Given, flags: Flags) -> list[Scenario]:
    """The scenarios, with the settings that all of them are given."""
    names = given.options["scenarios"]
    found = [advice.asked(given, flags, [f"scenario={name}", *given.settings]).scenario for name in names]
    if len(found) < 2:
        raise InputError(f"compare needs two scenarios or more; got {', '.join(names) or 'none'}")
    return found


def print_comparison(
    found: Comparison, folder: Path, both: Mapping[str, Uncertainties], beside: Matrix | None = None
) -> None:
    """The answer of ``compare`` on one screen."""
    from regimesim.analysis.comparison import COMPARISON_CAUTION
    from regimesim.simulation.columns import SPELL_STEMS, THRESHOLDS

    runs = f"{found.runs:,} run{'s' if found.runs != 1 else ''} of {found.years:g} years each"
    title = output.bold(" / ".join(map(spoken, found.names)))
    print(f"{title}   {runs}, the same seeds (seed {found.seed})\n")
    print(output.bold("How long it lasts") + " (years, 95 % intervals; disputes and wars: in 100 pair-years)")
    print(_aligned(found.table()))
    findings = [output.folded(f"{found.finding(spell)}.") for spell in SPELL_STEMS]
    if beside:
        print("\n".join(findings))
        if both:
            print(output.uncertainties_in_short(both))
        print_matrix(beside)
    else:
        print("\n" + output.uncertainties_of_several(found.results, both))
        print("\n" + output.bold("Differences") + f" (years out of {found.years:g}, on the same seeds)")
        print("\n".join(_difference_lines(found)))
        for spell, levels in THRESHOLDS.items():
            words = ", ".join(
                f"{spoken(name)} {results.summary(spell, found.years).rmst.text()}"
                for name, results in found.results.items()
            )
            print(output.folded(f" Cooperation at {levels.text} thresholds: {words}"))
        print("\n" + "\n".join(findings))
    print(output.folded(COMPARISON_CAUTION) + "\n")
    print(f"{folder}/  report.html survival.png {'matrix.png ' if beside else ''}plane.png table.csv ...")


def print_matrix_alone(found: Matrix, folder: Path) -> None:
    """The answer of ``compare`` where worlds and orders were asked for."""
    size = f"{len(found.worlds)} worlds by {len(found.orders)} orders"
    print(f"{output.bold(size)}   {found.runs:,} runs of {found.years:g} years a cell, seed {found.seed}\n")
    print_matrix(found)
    print(f"\n{folder}/  report.html matrix.png matrix.csv matrix_differences.csv ...")


def print_matrix(found: Matrix) -> None:
    """Worlds down, orders across: cells with intervals, differences, and the parts of the variance."""
    framed = f"; | |: {listed([spoken(name) for name in found.own.values()])}" if found.own else ""
    print(output.bold("Every order in every world") + f" (the same seeds, 95 % intervals{framed})")
    print("\n".join(_matrix_lines(found)))
    for group, heading in (("world", "What the order changes"), ("order", "What the world changes")):
        if lines := _effect_lines(found, group):
            print(output.bold(heading) + f" ({lines[0]})")
            print("\n".join(lines[1:]))
    for words in found.remark_lines:
        print(output.folded(words, indent="   ", first=" "))


def _matrix_lines(found: Matrix) -> list[str]:
    """A block for each measure: its name and the parts of its variance, then a line for each world."""
    from regimesim.analysis.matrix import CELL_MEASURES

    wide = _fits_the_screen(found)
    rows = [("", *(f"  {found.titles[order]}" for order in found.orders))]
    heads = {}
    for measure in CELL_MEASURES:
        heads[len(rows)] = _measure_line(found, measure)
        for world in found.worlds:
            cells = (_framed_text(found, (world, order), measure.name, wide) for order in found.orders)
            rows.append((f"  {found.titles[world]}", *cells))
    lines = []
    for k, line in enumerate(output.in_columns(rows)):
        lines += [heads[k]] if k in heads else []
        lines.append(" " + line)
    return [*lines, *([] if wide else [" (intervals: matrix.csv)"])]


def _fits_the_screen(found: Matrix) -> bool:
    """Tell whether the cells fit the terminal with their intervals."""
    cells = [
        max(len(found.titles[order]), *(len(found.text((w, order), "cooperation")) for w in found.worlds))
        for order in found.orders
    ]
    names = max(len(found.titles[world]) for world in found.worlds)
    return names + sum(cells) + 7 * len(cells) <= output.width() + 10


def _framed_text(found: Matrix, cell: tuple[str, str], measure: str, wide: bool) -> str:
    """A cell; between strokes where it is a scenario's own combination."""
    text = found.text(cell, measure)
    text = text if wide else text.partition(" [")[0]
    return f"| {text} |" if cell in found.own else f"  {text}"


def _measure_line(found: Matrix, measure: Measure) -> str:
    from regimesim.analysis.matrix import parts_of, share_with_interval

    unit = f"years of {found.years:g}" if measure.spell else measure.unit
    head = f" {measure.name.capitalize()}, {unit}"
    if measure.name not in found.shares:
        return head
    parts = parts_of(found.shares[measure.name])
    shares = ", ".join(
        f"{name} {share_with_interval(parts[name])}" for name in ("world", "order", "interaction")
    )
    return f"{head}; of the variance, %: {shares}"


def _effect_lines(found: Matrix, group: str) -> list[str]:
    """Differences of cooperation and peace to the first order (world), a line for each world (order)."""
    rows_of, columns_of = (found.worlds, found.orders) if group == "world" else (found.orders, found.worlds)
    first, *others = columns_of
    if not 1 <= len(others) <= _MOST_EFFECTS:
        return []
    heads = [f"{found.titles[other]}: {word}" for other in others for word in ("cooperation", "peace")]
    rows = [("", *(head if k % 2 == 0 else "peace" for k, head in enumerate(heads)))]
    besides: dict[str, tuple[str, ...]] = {}
    for name in rows_of:
        texts = []
        for other in others:
            pair = [(name, x) if group == "world" else (x, name) for x in (other, first)]
            for measure in ("cooperation", "peace"):
                effect = found.effect(measure, pair[0], pair[1])
                texts.append(effect.estimate.text() if effect else "-")
                if effect and effect.besides:
                    besides[found.titles[other]] = effect.besides
        rows.append((found.titles[name], *texts))
    lines = [" " + line for line in output.in_columns(rows)]
    for title, words in besides.items():
        lines.append(output.folded(f"{title}: {'; '.join(words)}", indent="     ", first="   "))
    return [f"years, minus {found.titles[first]}", *lines]


def _difference_lines(found: Comparison) -> list[str]:
    against = found.names[0] if len(found.names) > 5 else None
    pairs = list(
        zip(
            found.differences(None, "regime", against),
            found.differences(None, "peace", against),
            strict=True,
        )
    )
    rows = []
    for regime, peace in pairs:
        gain = [_factor_text(d.narrowed) for d in (regime, peace)]
        rows.append(
            (
                f"{spoken(regime.longer)} minus {spoken(regime.shorter)}",
                f"cooperation {regime.paired.text()}",
                f"peace {peace.paired.text()}",
                f"pairing narrows by {gain[0]}, {gain[1]}",
            )
        )
    lines = [" " + line for line in output.in_columns(rows)]
    if not any(regime.besides for regime, _ in pairs):
        return [*lines, " Nothing but the order differs."]
    found_lines = []
    for line, (regime, _) in zip(lines, pairs, strict=True):
        words = "; ".join(regime.besides) or "nothing"
        found_lines += [line, output.folded(f"besides the order: {words}", indent="     ", first="   ")]
    return found_lines


def _factor_text(number: float) -> str:
    return f"{number:.2f}" if number < 1e6 else "all there is"


def diagnose_command(given: Given, flags: Flags) -> None:
    """Is it a regime, what hangs on each of its arrangements, and how much has each of them done."""
    from regimesim.analysis.ablation import Worlds, ablate, shapley
    from regimesim.analysis.verdict import is_it_a_regime

    options, scenario = given.options, advice.asked(given, flags).scenario
    folder = output.output_folder(options["out"], "diagnose", scenario.name)
    under = assumed(scenario, options["assumptions"], given.names)
    worlds = Worlds(
        scenario, options["runs"], options["seed"], workers=options["workers"], assumptions=under or PUBLISHED
    )
    total = options["runs"] * 2 ** len(worlds.present)
    with output.progress("simulating", total, flags) as advance:
        worlds.progress = advance
        shares = [shapley(worlds, spell=spell) for spell in ("regime", "peace")]
    with output.working("judging", flags):
        verdict, ablation = is_it_a_regime(worlds), ablate(worlds, "full")
        answer = diagnosis(verdict, ablation, shares) | {"seed": options["seed"]}
        answer["assumptions"] = PUBLISHED if under is None else under.told()
        _write_diagnosis(folder, answer, verdict, ablation, shares)
    output.announce(flags, folder, answer, lambda: print_diagnosis(verdict, ablation, shares, folder, under))


def diagnosis(verdict: Verdict, ablation: Ablation, shares: Sequence[Shares]) -> dict[str, Any]:
    """Everything that ``diagnose`` has to say, as plain values."""
    return {
        "scenario": verdict.scenario,
        "runs": verdict.runs,
        "years": verdict.horizon,
        **verdict.plain(),
        "institutions": list(verdict.institutions),
        "absent": list(ablation.absent),
        "ablation": ablation.frame().to_dict("records"),
        "shares": {found.spell: found.frame().to_dict("records") for found in shares},
    }


def _write_diagnosis(
    folder: Path, answer: dict[str, Any], verdict: Verdict, ablation: Ablation, shares: Sequence[Shares]
) -> None:
    from regimesim.report.figures.institutions import save_diagnosis_figure
    from regimesim.simulation.folders import write_folder

    def fill(partial: Path) -> None:
        save_diagnosis_figure(verdict, ablation, shares, answer["seed"], partial)
        verdict.frame().to_csv(partial / "verdict.csv", index=False)
        ablation.frame().to_csv(partial / "ablation.csv", index=False)
        for found in shares:
            found.frame().to_csv(partial / f"shares_{found.spell}.csv", index=False)
        (partial / "summary.json").write_text(json_text(answer) + "\n", "utf-8")

    write_folder(folder, fill)


def print_diagnosis(
    verdict: Verdict,
    ablation: Ablation,
    shares: Sequence[Shares],
    folder: Path,
    under: Assumed | None = None,
) -> None:
    """The answer of ``diagnose``."""
    runs = f"{verdict.runs:,} run{'s' if verdict.runs != 1 else ''} of {verdict.horizon:g} years"
    print(f"{output.bold(spoken(verdict.scenario))}   {runs}, every world on the same seeds\n")
    print(output.bold("Is it a regime?"))
    print(output.folded(verdict.sentence))
    for test in verdict.tests:
        print(output.folded(f"{test.name} - {test.outcome}: {test.words}", indent="   ", first=" "))
    print("\n" + output.bold("What hangs on each arrangement") + " (years, 95 % intervals)")
    print(_aligned(ablation.table()) + "\n")
    print(output.bold("How much each has done") + " (Shapley shares of the years, 95 % intervals)")
    rows: list[tuple[str, ...]] = [("", "of cooperation", "of peace")]
    for name in (*shares[0].years, "together"):
        rows.append((name, *(found.estimate(name).text(1) for found in shares)))
    print("\n".join(" " + line for line in output.in_columns(rows)))
    if ablation.absent:
        print(output.folded(f"Not in this scenario: {', '.join(ablation.absent)}."))
    if under is not None:
        print(output.folded(under.words()))
    picture = "arrangements.png " if shares[0].years else ""
    print(f"\n{folder}/  {picture}summary.json verdict.csv ablation.csv ...")


def _aligned(frame: Any) -> str:
    names = [name if isinstance(name, tuple) else (str(name),) for name in frame.index]
    rows = [("",) * len(names[0]) + tuple(map(str, frame.columns))] if names else []
    for before, name, row in zip([(), *names], names, frame.to_numpy(), strict=False):
        first = "" if before[:1] == name[:1] else name[0]
        rows.append((first, *name[1:], *map(str, row)))
    return "\n".join(" " + line for line in output.in_columns(rows))

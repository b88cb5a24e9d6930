"""The commands ``run``, ``explain``, ``theory``, ``list`` and ``show``.

``run -m`` is Hydra's: it starts a run for every combination of values, by whichever of its launchers is
chosen.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.cli import output
from regimesim.cli.advice import asked, unused_of
from regimesim.cli.table import COMMANDS, Flags, Given
from regimesim.scenario.compose import files_asked, hydra_jobs, load_scenario, names_typed, settled
from regimesim.scenario.composition import CHOSEN_GROUPS, combination, part_files, part_tree
from regimesim.scenario.files import (
    names_of,
    path_of,
    read_text,
    scenario_names,
    shown_path,
    strategy_names,
    yaml_of,
)
from regimesim.scenario.messages import InputError, known, legible, quoted
from regimesim.scenario.parameters import ORDER, PARAMETERS, WORLD, Belongs
from regimesim.scenario.reading import in_order
from regimesim.scenario.remarks import remarks, unused
from regimesim.scenario.strategies import load_strategy, names_of_states
from regimesim.simulation.assumptions import PUBLISHED, SET, Assumed, assumed, set_of
from regimesim.simulation.results import json_text

if TYPE_CHECKING:
    from regimesim.analysis.collapse import Causes
    from regimesim.analysis.pairs import Pair
    from regimesim.analysis.settings_that_fit import Uncertainties
    from regimesim.scenario.scenario import Scenario
    from regimesim.simulation.results import Results

_HEAD = "# @package _global_\n"
_OF_THE_TELLING = ("futures", "until", "spell", "hinges", "replace", "remedies", "odds", "stand", "levers")
"""Options of ``explain`` that say what is told of a history, or what is replaced in it."""
_FUTURES_LEFT_OUT = (
    "Turning points are left out: in a world of this size they take minutes. With futures=50 they are there."
)
_PRUDENT_WORDS = "cooperates where it is worth it at its present trust"


def run_command(given: Given, flags: Flags) -> None:
    """Simulate a scenario, say how long cooperation lasted and why it ended, and write it all down."""
    found = asked(given, flags)
    scenario = found.scenario
    under = assumed(scenario, given.options["assumptions"], given.names)
    folder = output.output_folder(given.options["out"], "run", scenario.name)
    from regimesim.analysis.settings_that_fit import begin_set, both_uncertainties
    from regimesim.simulation.simulate import begun

    workers, seed = given.options["workers"], given.options["seed"]
    ahead = begin_set(scenario, seed, workers, given.names) if under is None else None
    pairs_found = begun(lambda: _pairs(scenario), workers)
    results = _simulate(scenario, given.options, flags, under)
    from regimesim.analysis.collapse import causes_of_collapse

    with output.working("looking into the collapses, and asking all settings that fit", flags):
        causes_found = begun(lambda: causes_of_collapse(results, workers=workers), workers)
        pairs = pairs_found()
        both = both_uncertainties(results, workers, given.names, ahead)
        causes = causes_found()
    answer = output.run_answer(results, causes, pairs) | {"unused": list(unused_of(found))}
    if both is not None:
        answer["both uncertainties"] = both.plain()
    explained = f"{_told_by(given)} replicate={results.typical()}"
    if flags.screen:  # pictures take longer than all that is told: nobody waits for them
        output.print_run(results, causes, pairs, explained, both)
    _write_run(folder, results, causes, pairs, both, answer, explained, given, flags)
    output.announce(flags, folder, answer, lambda: output.print_files(folder))


def _pairs(scenario: Scenario) -> list[Pair]:
    from regimesim.analysis.pairs import pairs_of

    return pairs_of(scenario)


def _write_run(
    folder: Path,
    results: Results,
    causes: Causes,
    pairs: Sequence[Pair],
    both: Uncertainties | None,
    answer: Mapping[str, Any],
    explained: str,
    given: Given,
    flags: Flags,
) -> None:
    from regimesim.simulation.folders import drawing
    from regimesim.simulation.results import save_results

    def add(partial: Path) -> None:
        (partial / "summary.json").write_text(json_text(answer) + "\n", "utf-8")
        if given.options["format"] == "csv":
            results.runs.to_csv(partial / "runs.csv", index=False)
        with drawing():
            from regimesim.report.figures.runs import save_run_figures
            from regimesim.report.run_page import Asked, write_run

            figures = {path.stem: path for path in save_run_figures(results, partial, causes.shares)}
            stills = {name: path.with_suffix(".svg").read_text("utf-8") for name, path in figures.items()}
            typed = Asked(f"python -m regimesim run {shlex.join(given.arguments)}", explained)
            write_run(results, partial / "report.html", causes, stills, typed, pairs, both)

    with output.working("writing results", flags):
        save_results(results, folder, add)


def _told_by(given: Given) -> str:
    """The command that tells one of the runs that were asked for, but for which."""
    run, explain = (COMMANDS[name].options for name in ("run", "explain"))
    only_of_run = {option.name for option in run if option.kind != "setting"} - {o.name for o in explain}
    mine = [word for word in given.arguments if word.partition("=")[0].lstrip("+") not in only_of_run]
    return f"python -m regimesim explain {shlex.join(mine)}"


def _simulate(scenario: Scenario, options: Mapping[str, Any], flags: Flags, under: Assumed | None) -> Results:
    from regimesim.simulation.simulate import simulate

    with output.progress("simulating", options["runs"], flags) as advance:
        return simulate(
            scenario,
            options["runs"],
            options["seed"],
            workers=options["workers"],
            assumptions=under or PUBLISHED,
            progress=advance,
        )


def explain_command(given: Given, flags: Flags) -> None:
    """Tell one run as a chronicle, with its turning points, and its hinges and remedies if asked for."""
    scenario, options = asked(given, flags).scenario, given.options
    under = assumed(scenario, options["assumptions"], given.names)
    if under is not None:
        scenario = under.world(options["replicate"])
    from regimesim.analysis.hinges import hinges_of
    from regimesim.analysis.turning_points import affordable, asked_of, turning_points_of
    from regimesim.chronicle import chronicle_of
    from regimesim.chronicle.replacements import read_replacements
    from regimesim.chronicle.replay import replay
    from regimesim.cli.remedies import remedies_asked, remedy_command

    replaced = read_replacements(options["replace"] or [], scenario, options["replicate"])
    spell, until = options["spell"], options["until"]
    futures = affordable(scenario) if options["futures"] is None else options["futures"]
    with output.working("playing", flags):
        history = replay(scenario, options["seed"], options["replicate"], replacements=replaced)
        asked_of(history, spell, until)
        told = chronicle_of(history)
    with output.working("playing its futures", flags):
        points = turning_points_of(history, until, spell, futures) if futures else None
    with output.working("looking for hinges", flags):
        hinges = hinges_of(history, spell, until) if options["hinges"] else None
        hinges = hinges and replace(hinges, asked=_history_words(given))
    remedies = remedies_asked(history, given, flags, None if under else _set_for(scenario, given))
    parts = {"turning_points": points, "hinges": hinges, "remedies": remedies}
    if flags.json:
        answer = {"chronicle": told.frame().to_dict("records")}
        print(json_text(answer | {name: part and part.as_dict() for name, part in parts.items()}))
        return
    left_out = "" if futures or options["futures"] == 0 else _FUTURES_LEFT_OUT
    texts = [part.text(output.width()) for part in (told, *parts.values()) if part]
    again = remedy_command(remedies, _history_words(given)) if remedies else ""
    drawn = output.folded(under.sentence(options["replicate"])) if under is not None else ""
    said = [words for words in (again, left_out, drawn) if words]
    print("\n\n".join([*texts, *said]))


def _set_for(scenario: Scenario, given: Given) -> Assumed | None:
    """The settings that fit the record of a scenario's states, if it is known."""
    return None if set_of(scenario) is None else assumed(scenario, SET, given.names)


def _history_words(given: Given) -> tuple[str, ...]:
    """The words that were typed, without those that do not say which history it is."""
    return tuple(word for word in given.arguments if word.partition("=")[0] not in _OF_THE_TELLING)


def theory_command(given: Given, flags: Flags) -> None:
    """Print what theory says of each pair at the start: its game, and what cooperation would take."""
    scenario = asked(given, flags).scenario
    from regimesim.analysis.pairs import pairs_of

    with output.working("appraising", flags):
        pairs = pairs_of(scenario)
    if flags.json:
        print(json_text([asdict(pair) for pair in pairs]))
    else:
        output.print_theory(scenario, pairs)


def list_command(given: Given, flags: Flags) -> None:
    """Print what there is."""
    arguments = given.words
    kinds = {
        "scenarios": _scenario_rows,
        "worlds": lambda: _part_rows(WORLD),
        "orders": lambda: _part_rows(ORDER),
        "strategies": _strategy_rows,
        "parameters": _parameter_rows,
    }
    chosen = [known(arguments[0], kinds, "list")] if arguments else list(kinds.values())
    words = [word.lower() for word in arguments[1:]]
    rows = [row for kind in chosen for row in kind() if all(word in " ".join(row).lower() for word in words)]
    if not rows:
        raise InputError(f"none of the {arguments[0]} speaks of {quoted(' '.join(words))}")
    if flags.json:
        print(json_text([dict(zip(("kind", "name", "about"), row, strict=True)) for row in rows]))
    else:
        output.print_list(rows)


def _scenario_rows() -> list[tuple[str, str, str]]:
    found = []
    for name in scenario_names():
        try:
            found.append(("scenarios", name, load_scenario(name).title))
        except InputError as error:
            found.append(("scenarios", name, f"cannot be used: {error}"))
    return found


def _part_rows(group: Belongs) -> list[tuple[str, str, str]]:
    """Worlds or orders: the name of each file, its title and what it says of itself."""
    found = []
    for name in names_of(group):
        try:
            about = part_tree(group, name).get("about", {}).get(group, {})
            title, represents = (
                str(about.get("title", "")),
                " ".join(str(about.get("represents", "")).split()),
            )
            found.append(
                (f"{group}s", name, f"{title[:1].upper()}{title[1:]}. {represents}".strip(". ") + ".")
            )
        except InputError as error:
            found.append((f"{group}s", name, f"cannot be used: {error}"))
    return found


def _strategy_rows() -> list[tuple[str, str, str]]:
    return [
        ("strategies", "prudent", f"{_PRUDENT_WORDS} (the default)"),
        *(("strategies", name, _strategy_words(name)) for name in strategy_names()),
    ]


def _strategy_words(name: str) -> str:
    from regimesim.scenario.strategies import strategy_about

    try:
        return strategy_about(name)
    except InputError as error:
        return f"cannot be used: {error}"


def _parameter_rows() -> list[tuple[str, str, str]]:
    return [("parameters", p.name, f"{output.short_bounds(p)}  {p.meaning}") for p in PARAMETERS]


def show_command(given: Given, flags: Flags) -> None:
    """Print one thing: files as they are written, or with ``resolved=true`` the tree that they come to."""
    resolved = given.options["resolved"]
    arguments = [word for word in given.arguments if not word.startswith("resolved=")]
    if not arguments:
        raise InputError(
            "show what? Give the name of a scenario, a world, an order, a strategy or a parameter"
        )
    if part := _part_of(arguments):
        tree = part_tree(*part)
        sys.stdout.write(f"{_HEAD}{yaml_of(in_order(tree))}" if resolved else _as_written(part_files(*part)))
        return
    name, overrides = arguments[0], list(arguments[1:])
    name = name.lstrip("+").removeprefix("scenario=")
    if name.startswith(("world=", "order=")):  # a combination without a scenario
        name, overrides = "", list(arguments)
    parameters = {p.name: p for p in PARAMETERS}
    if overrides and (name in parameters or name in strategy_names()):
        raise InputError(
            f"{name} is no scenario: nothing can be set in it; got {quoted(' '.join(overrides))}"
        )
    if name == "prudent":
        print(f"prudent {_PRUDENT_WORDS}: not a table but a calculation, docs/model.md, section 4.3")
    elif name in parameters:
        output.print_parameter(parameters[name])
    elif name in strategy_names():
        if resolved:
            output.print_strategy(load_strategy(name), names_of_states(name))
        else:
            load_strategy(name)  # what cannot be used is refused, not shown
            sys.stdout.write(_as_written([path_of("strategy", name)]))
    elif (
        not name
        or name in scenario_names()
        or combination(name)
        or name.endswith((".yaml", ".yml"))
        or os.sep in name
    ):
        tree, scenario = settled(name, overrides)
        if files := () if resolved else files_asked(name, overrides):
            sys.stdout.write(_as_written(files))
            return
        chosen = f"# world: {scenario.world.name}   order: {scenario.order.name}\n" if scenario.world else ""
        sentences = (*remarks(scenario), *unused(scenario, names_typed(overrides)))
        said = "".join(f"# {words}\n" for words in sentences)
        sys.stdout.write(f"{_HEAD}{chosen}{said}{yaml_of(in_order(tree))}")
    else:
        names = [
            *scenario_names(), *names_of(WORLD), *names_of(ORDER), "prudent", *strategy_names(), *parameters,
        ]  # fmt: skip
        known(name, names, "scenario, world, order, strategy or parameter")


def _as_written(files: Sequence[Path]) -> str:
    """Put files one after another, comments included; what an earlier one says goes before a later one."""
    texts = []
    for number, path in enumerate(reversed(files), 1):
        head = f"{number} of {len(files)}  {shown_path(path)}" if len(files) > 1 else shown_path(path)
        texts.append(f"# {head}\n{read_text(path, 'scenario')}")
    text = "\n---\n".join(text.rstrip("\n") + "\n" for text in texts)
    return "".join(sign if sign == "\n" or legible(sign) else "?" for sign in text)


def _part_of(arguments: Sequence[str]) -> tuple[Belongs, str] | None:
    """The world or the order that alone is asked for; a scenario of the same name goes before it."""
    if len(arguments) != 1:
        return None
    for group in CHOSEN_GROUPS:
        if arguments[0].lstrip("+").startswith(f"{group}="):
            return group, arguments[0].partition("=")[2]
        if arguments[0] in names_of(group) and arguments[0] not in scenario_names():
            return group, arguments[0]
    return None


def multirun(arguments: Sequence[str], flags: Flags) -> None:
    """Carry out the jobs; what one of them refuses is said, and does not stop the others.

    Raises
    ------
    InputError
        After all jobs, if one of those in this process was refused.
    """
    if out := next((word for word in arguments if word.lstrip("+").startswith("out=")), ""):
        raise InputError(
            f"with -m every job has a folder of its own; instead of {out} write "
            f"hydra.sweep.dir={out.partition('=')[2] or 'DIR'}: the jobs are then in its folders 0, 1, ..."
        )
    refused = []

    def job(words: list[str], folder: Path) -> None:

        try:
            given = COMMANDS["run"].read([*words, f"out={folder / 'results'}"])
            run_command(given, replace(flags, multirun=False))
        except InputError as error:
            refused.append(words)
            print(f"regimesim: {' '.join(words)}: {error}", file=sys.stderr)

    hydra_jobs(arguments, job)
    if refused:
        raise InputError(f"{len(refused)} of the jobs could not be done as asked")

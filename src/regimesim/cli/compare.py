"""The commands ``compare`` and ``diagnose``: orders beside each other, and one order without its
arrangements."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.cli import output
from regimesim.scenario.compose import request
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.scenario import Scenario
from regimesim.simulation.assumptions import PUBLISHED, Assumed, assumed
from regimesim.simulation.results import json_text

if TYPE_CHECKING:
    from regimesim.analysis.ablation import Ablation, Shares
    from regimesim.analysis.comparison import Comparison
    from regimesim.analysis.settings_that_fit import Uncertainties
    from regimesim.analysis.verdict import Verdict
    from regimesim.cli.table import Flags, Given


def compare_command(given: Given, flags: Flags) -> None:
    """Simulate several scenarios on the same seeds: which lasts longer, and how sure are we."""
    from regimesim.analysis.comparison import compare, named
    from regimesim.analysis.settings_that_fit import uncertainties

    options, scenarios = given.options, _scenarios_of(given)
    together = "-".join(scenario.name for scenario in scenarios)[:80]
    scenarios = named(scenarios)
    folder = output.output_folder(options["out"], "compare", together)
    with output.progress("simulating", options["runs"] * len(scenarios), flags) as advance:
        found = compare(
            scenarios,
            options["runs"],
            options["seed"],
            workers=options["workers"],
            assumptions=options["assumptions"],
            held=given.names,
            progress=advance,
        )
    with output.working("asking all settings that fit", flags):
        both = uncertainties(found, options["workers"], given.names)
    with output.working("writing results", flags):
        found.save(folder, shlex.join(["python", "-m", "regimesim", "compare", *given.arguments]))
    plain = {name: one.plain() for name, one in both.items()}
    answer = found.answer | ({"both uncertainties": plain} if plain else {})
    output.announce(flags, folder, answer, lambda: print_comparison(found, folder, both))


def _scenarios_of(given: Given) -> list[Scenario]:
    """The scenarios, with the settings that all of them are given."""
    if given.has("scenario"):
        raise InputError("compare takes a list: scenarios=[concert,bipolar]")
    names = given.options["scenarios"]
    if len(names) < 2:
        raise InputError(f"compare needs two scenarios or more; got {', '.join(names) or 'none'}")
    return [request([f"scenario={name}", *given.settings], given.options).scenario for name in names]


def print_comparison(found: Comparison, folder: Path, both: Mapping[str, Uncertainties]) -> None:
    """The answer of ``compare`` on one screen."""
    from regimesim.analysis.comparison import CAUTION
    from regimesim.simulation.columns import SPELLS, THRESHOLDS

    runs = f"{found.runs:,} run{'s' if found.runs != 1 else ''} of {found.years:g} years each"
    title = output.bold(" / ".join(map(spoken, found.names)))
    print(f"{title}   {runs}, the same seeds (seed {found.seed})\n")
    print(output.bold("How long it lasts") + " (years, 95 % intervals; disputes and wars: in 100 pair-years)")
    print(_aligned(found.table()) + "\n")
    print(output.uncertainties_of_several(found.results, both) + "\n")
    print(output.bold("Differences") + f" (years out of {found.years:g}, on the same seeds)")
    print("\n".join(_difference_lines(found)))
    for spell, levels in THRESHOLDS.items():
        words = ", ".join(
            f"{spoken(name)} {results.summary(spell, found.years).rmst.text()}"
            for name, results in found.results.items()
        )
        print(f" Cooperation at {levels.text} thresholds: {words}")
    print("\n" + "\n".join(f"{found.finding(spell)}." for spell in SPELLS))
    print(output.folded(CAUTION) + "\n")
    print(f"{folder}/  report.html survival.png plane.png table.csv ...")


def _difference_lines(found: Comparison) -> list[str]:
    against = found.names[0] if len(found.names) > 5 else None
    rows = []
    for regime, peace in zip(
        found.differences(None, "regime", against), found.differences(None, "peace", against), strict=True
    ):
        gain = [_factor_text(d.narrowed) for d in (regime, peace)]
        rows.append(
            (
                f"{spoken(regime.longer)} minus {spoken(regime.shorter)}",
                f"cooperation {regime.paired.text()}",
                f"peace {peace.paired.text()}",
                f"pairing narrows by {gain[0]}, {gain[1]}",
            )
        )
    return [" " + line for line in _in_columns(rows)]


def _factor_text(number: float) -> str:
    return f"{number:.2f}" if number < 1e6 else "all there is"


def diagnose_command(given: Given, flags: Flags) -> None:
    """Is it a regime, what hangs on each of its arrangements, and how much has each of them done."""
    from regimesim.analysis.ablation import Worlds, ablate, shapley
    from regimesim.analysis.verdict import is_it_a_regime

    options, scenario = given.options, request(given.settings, given.options).scenario
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
    from regimesim.simulation.folders import write_folder

    def fill(partial: Path) -> None:
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
    print("\n".join(" " + line for line in _in_columns(rows)))
    if ablation.absent:
        print(output.folded(f"Not in this scenario: {', '.join(ablation.absent)}."))
    if under is not None:
        print(output.folded(under.words()))
    print(f"\n{folder}/  summary.json verdict.csv ablation.csv ...")


def _aligned(frame: Any) -> str:
    names = [name if isinstance(name, tuple) else (str(name),) for name in frame.index]
    rows = [("",) * len(names[0]) + tuple(map(str, frame.columns))] if names else []
    for before, name, row in zip([(), *names], names, frame.to_numpy(), strict=False):
        first = "" if before[:1] == name[:1] else name[0]
        rows.append((first, *name[1:], *map(str, row)))
    return "\n".join(" " + line for line in _in_columns(rows))


def _in_columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return ["   ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows]

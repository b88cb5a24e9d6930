"""The command ``sensitivity``: takes its arguments and the flags, and prints."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim.cli import output
from regimesim.cli.advice import say
from regimesim.scenario.compose import names_typed, request, sweep_request
from regimesim.scenario.limits import MOST_RUNS
from regimesim.scenario.messages import InputError, spoken
from regimesim.scenario.remarks import told_unused
from regimesim.simulation.results import json_text, percent

if TYPE_CHECKING:
    from regimesim.analysis.influence import Effort, Influence
    from regimesim.cli.table import Flags, Given
    from regimesim.stats.estimates import Estimate

LONG = 100_000
"""Runs from which on their number is said before they are played."""
_ROWS_SHOWN = 12


def sensitivity_command(given: Given, flags: Flags) -> None:
    """Find which assumptions decide how long it lasts: screening, shares of variance, one at a time."""
    from regimesim.analysis.factors import Box, factors_of, intervals
    from regimesim.analysis.influence import influence
    from regimesim.analysis.sensitivity import outcome_of, salib

    bounds, others = intervals(given.settings)
    options, named = given.options, sweep_request(others, given.options)
    scenario = request(others, options).scenario
    effort = _effort(options)
    salib()
    folder = output.output_folder(options["out"], "sensitivity", scenario.name)
    factors = factors_of(scenario, options["parameters"], bounds)
    if not factors:
        raise InputError(f"{scenario.name} makes no assumption to vary; name some: parameters=[war.cost]")
    total = effort.total(len(factors))
    if total > MOST_RUNS:
        raise InputError(f"that makes {total:,} runs, more than {MOST_RUNS:,}; lower runs= or samples=")
    with output.working("reading the scenario", flags):
        box = Box(named.scenario, named.settings, factors)
        names = [*names_typed(others), *(factor.name for factor in factors)]
        idle = told_unused(scenario.name, box.idle(names))
    say(flags, idle)
    with output.working("reading the scenario", flags):
        outcome = outcome_of(box, options["outcome"])
    if total > LONG and not flags.quiet:
        print(f"regimesim: {total:,} runs to play ({_plan(effort, len(factors))})", file=sys.stderr)
    with output.progress("simulating", total, flags) as advance:
        found = influence(box, outcome, effort, options["seed"], options["workers"], advance)
    with output.working("writing results", flags):
        save(found, folder)
    output.announce(flags, folder, found.answer, lambda: print_influence(found, folder))


def _effort(options: dict[str, Any]) -> Effort:
    from regimesim.analysis.influence import Effort

    samples = options["samples"]
    if samples & (samples - 1):
        near = 2 ** samples.bit_length()
        raise InputError(f"samples must be a power of two (Sobol's sequence); got {samples}; take {near}")
    return Effort(options["runs"], options["trajectories"], samples, options["top"])


def _plan(effort: Effort, factors: int) -> str:
    from regimesim.analysis.influence import TIMES

    screened, shared, moved = effort.points(factors)
    return (
        f"{screened:,} points to screen {factors} parameters and {shared:,} for the indices, "
        f"{effort.runs:,} runs each; {moved:,} one at a time, {TIMES * effort.runs:,} runs each"
    )


def save(found: Influence, folder: Path) -> None:
    """Write tables, answer and pictures into a new folder, or nothing at all."""
    from regimesim.simulation.folders import drawing, write_folder
    from regimesim.simulation.provenance import provenance
    from regimesim.simulation.results import scenario_yaml

    def fill(partial: Path) -> None:
        table, base = found.frame(), found.box.base
        table.to_csv(partial / "sensitivity.csv", index=False)
        table.to_parquet(partial / "sensitivity.parquet", index=False)
        about = provenance(
            seed=found.seed,
            runs=found.effort.runs,
            years=base.years,
            scenario=base.name,
            outcome=found.outcome.name,
            trajectories=found.effort.trajectories,
            samples=found.effort.samples,
        )
        for name, tree in (("summary", found.answer), ("provenance", about)):
            (partial / f"{name}.json").write_text(json_text(tree) + "\n", "utf-8")
        (partial / "config.yaml").write_text(scenario_yaml(base), "utf-8")
        with drawing():
            from regimesim.report.figures.sensitivity import save_sensitivity_figures

            save_sensitivity_figures(found, partial)

    write_folder(folder, fill)


def print_influence(found: Influence, folder: Path) -> None:
    """The answer on one screen."""
    from regimesim.analysis.influence import TIMES

    base, effort, factors = found.box.base, found.effort, found.box.factors
    until = f", on average up to {base.years:g}" if found.outcome.horizon is not None else ""
    print(f"{output.bold(spoken(base.title or base.name))}   {found.what}{until}, seed {found.seed}")
    print(
        output.folded(
            f"{effort.total(len(factors)):,} runs: {_plan(effort, len(factors))}. "
            "The same luck at every point."
        )
        + "\n"
    )
    print(output.bold("What moves it") + " (95 % intervals)")
    print("\n".join(" " + line for line in _influence_table(found)))
    hidden = len(factors) - _ROWS_SHOWN
    if hidden > 0:
        print(f" ... and {hidden} more in sensitivity.csv")
    print(
        output.folded(
            "alone, in all: the share of the variance over the box of those that matter most, alone and with "
            "interactions (Sobol); low, high: the difference at each bound, all others as they are "
            f"({TIMES * effort.runs:,} runs each)."
        )
        + "\n"
    )
    for sentence in found.sentences:
        print(output.folded(f"{sentence}."))
    print(output.folded(noise_sentence(found)))
    if found.left_out:
        print(
            output.folded(
                f"Left out, as their mechanism is off here: {len(found.left_out)} of the assumptions."
            )
        )
    print(f"\n{folder}/  tornado.png morris.png sensitivity.csv summary.json ...")


def noise_sentence(found: Influence) -> str:
    """Say how much of the variance is luck, and why."""
    noise, runs = found.indices.noise, found.effort.runs
    if math.isnan(noise.share):
        return "With one run a point, luck cannot be separated from the parameters; take runs=2 or more."
    return (
        f"Luck makes up {percent(noise.share)} of the variance between points of {runs:,} runs; it would be "
        f"{percent(noise.apart)} had every point luck of its own: what luck does everywhere alike drops out, "
        "what it does here and not there remains and counts as interaction."
    )


def _influence_table(found: Influence) -> list[str]:
    from regimesim.analysis.sensitivity import Swing

    def rank(swing: Swing) -> float:
        at = shared.get(swing.factor.name)
        return -found.indices.total[at].value - 1 if at is not None else -swing.width * 1e-9

    shared = {f.name: k for k, f in enumerate(found.indices.factors)}
    rows: list[tuple[str, ...]] = [("", "bounds (own)", "alone", "in all", "low", "high")]
    for swing in sorted(found.swings, key=rank)[:_ROWS_SHOWN]:
        factor, at = swing.factor, shared.get(swing.factor.name)
        shares = [
            _share_text(getattr(found.indices, name)[at]) if at is not None else ""
            for name in ("first", "total")
        ]
        bounds = f"{factor.text(factor.low)} to {factor.text(factor.high)} ({factor.text(factor.own)})"
        ends = [_difference_text(end) for end in (swing.low, swing.high)]
        rows.append((factor.name, bounds, *shares, *ends))
    wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows]


def _share_text(estimate: Estimate) -> str:
    return f"{_two(estimate.value)} ±{_two((estimate.upper - estimate.lower) / 2)}"


def _two(share: float) -> str:
    return f"{share:.2f}".replace("0.", ".").replace("-.00", ".00")


def _difference_text(estimate: Estimate) -> str:
    if estimate.lower == estimate.upper == 0:
        return "as it is"
    return f"{_signed(estimate.value)} ±{(estimate.upper - estimate.lower) / 2:.2g}"


def _signed(value: float) -> str:
    if abs(value) >= 10:
        return f"{value:+.0f}"
    return f"{value:+.1f}" if abs(value) >= 1 else f"{value:+.2g}"

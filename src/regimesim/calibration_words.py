"""A calibration on one screen: what fits, what is identified, and how the answers of ``compare`` vary."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regimesim import console
from regimesim.answers import Answers
from regimesim.calibrate import CONFIDENCE, Calibration
from regimesim.compare import CAUTION, SPELLS
from regimesim.identified import FEWEST, agreed, narrowing, tradeoffs
from regimesim.implausibility import fewest_histories
from regimesim.parameters import show
from regimesim.points import plain
from regimesim.problem import as_typed
from regimesim.results import percent
from regimesim.scenario import spoken
from regimesim.targets import SOURCE

if TYPE_CHECKING:
    import pandas as pd

NOT_CONFIRMED = (
    "To fit is not to be confirmed: the targets were looked at, and other parameters, held still here, may "
    "do as well. Nothing else in the program uses this set; the scenario stays as published."
)


def print_calibration(found: Calibration, over: Answers | None, folder: Path, record: str | None) -> None:
    """The answer of ``calibrate`` on one screen."""
    scenario, count = found.problem.scenario, len(found.problem.ranges)
    title = console.bold(spoken(scenario.title or scenario.name))
    parameters = f"{count} parameter{'s' if count > 1 else ''}"
    print(f"{title}   {_many(len(found.draws), 'draw')} of {parameters}, {_history(found.runs)} each on the "
          f"same seeds (seed {found.seed})\n")  # fmt: skip
    for said in (_fitting(found), _standing(found)):
        print(_wrapped(said))
    source = Path(record).name if record else SOURCE
    print(
        "\n" + console.bold(f"The record ({source})") + " and the middle 95 % of the histories as it stands"
    )
    print(console.table(_target_table(found)))
    if len(_powers(found)):
        print(_wrapped(" " + _powers(found)))
    if len(found.fitting):
        print(
            "\n"
            + console.bold("What is identified")
            + f" (middle 90 % of the {len(found.fitting):,} that fit)"
        )
        print(console.table(_parameter_table(found)))
        print("\n".join(map(_wrapped, _sentences(found))))
    if over is not None:
        _print_answers(found, over)
    print("\n" + _wrapped(NOT_CONFIRMED) + "\n" + _wrapped(CAUTION) + "\n")
    names = "set.png targets.png set.csv draws.parquet summary.json ..."
    print(f"{folder}/  {names}")


def _fitting(found: Calibration) -> str:
    number, draws = len(found.fitting), len(found.draws)
    if not found.decisive:
        least = fewest_histories(CONFIDENCE)
        return (
            f"Nothing is told: it takes runs={least} histories or more before a draw can be told not to fit "
            f"with {100 * CONFIDENCE:.0f} %, so all of them count as fitting."
        )
    joint = "all targets together" if len(found.problem.targets) > 1 else "its target"
    if number:
        many = f"{'All' if number == draws else f'{number:,} of'} {_many(draws, 'draw')}"
        return (
            f"{many} fit{'s' if draws == 1 else ''} ({percent(number / draws)}): for {joint}, the record is "
            f"among the {100 * CONFIDENCE:.0f} % least surprising of their single histories."
        )
    nearest, (hardest, excludes) = found.nearest, found.hardest
    values = " ".join(f"{name}={show(plain(nearest[name]))}" for name in found.problem.ranges)
    return (
        f"None of {_many(draws, 'draw')} fits. Hardest is {_words(found, hardest)}, which alone rules out "
        f"{percent(excludes)}. Nearest, {nearest['implausibility']:.1f} standard deviations off in "
        f"{_words(found, nearest['worst'])}: {values}."
    )


def _standing(found: Calibration) -> str:
    own, name = found.published, spoken(found.problem.scenario.name)
    if own["fits"]:
        said = "fits as well" if len(found.fitting) else "fits"
        return f"{name} as it stands {said}." if found.decisive else ""
    worst = own["worst"]
    record = {target.name: target.value for target in found.problem.targets}[worst]
    return (
        f"{name} as it stands does not fit: {_words(found, worst)} are {_rate(record)} in the record and "
        f"{_own_rate(own, worst)} in its histories."
    )


def _target_table(found: Calibration) -> pd.DataFrame:
    import pandas as pd

    table, rows = found.targets(), {}
    for _, row in table.iterrows():
        means = f"{_rate(row['set_least'])} to {_rate(row['set_most'])}" if len(found.fitting) else "-"
        rows[_words(found, row["target"])] = {
            "record": _rate(row["record"]), "as it stands": _own_rate(found.published, row["target"]),
            "means of draws that fit": means, "alone rules out": percent(row["excludes"]),
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")


def _own_rate(own: pd.Series[Any], name: str) -> str:
    return f"{_rate(own[name])} [{_rate(own[f'{name}_lower'])}, {_rate(own[f'{name}_upper'])}]"


def _rate(value: float) -> str:
    return f"{value:.3f}"


def _powers(found: Calibration) -> str:
    """A word where the record's powers are not as many as the scenario's states."""
    states, said = len(found.problem.scenario.states), {}
    for period in dict.fromkeys(target.period for target in found.problem.targets):
        if (period.fewest, period.most) != (states, states):
            powers = f"{period.fewest}-{period.most}" if period.fewest < period.most else f"{period.most}"
            said[f"{period.first}-{period.last}"] = powers
    if not said:
        return ""
    listed = ", ".join(f"{powers} in {years}" for years, powers in said.items())
    return f"The scenario has {states} states; the great powers of the record were {listed}."


def _parameter_table(found: Calibration) -> pd.DataFrame:
    import pandas as pd

    few = min(len(found.fitting), len(found.draws) - len(found.fitting)) < FEWEST
    rows = {}
    for _, row in narrowing(found).iterrows():
        low, high, own, q05, q95 = (
            as_typed(row["parameter"], row[key]) for key in ("low", "high", "published", "q05", "q95")
        )
        rows[row["parameter"]] = {
            "sampled": f"{low} to {high}", "stands at": own, "that fit": f"{q05} to {q95}",
            "keeps": f"{100 * row['kept']:.0f} %", "distance": "-" if few else f"{row['distance']:.2f}",
            "narrowed": "-" if few else "yes" if row["narrowed"] else "no",
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")


def _sentences(found: Calibration) -> list[str]:
    if min(len(found.fitting), len(found.draws) - len(found.fitting)) < FEWEST:
        few, more = "fit" if len(found.fitting) < FEWEST else "do not fit", 8 * len(found.draws)
        return [f" Too few draws {few} to tell in what those that fit differ; draws={more} gives more."]
    table, bound = narrowing(found), tradeoffs(found)
    told = bound[bound["told"]].head(3)
    pairs = "; ".join(f"{p['one']} and {p['other']} ({p['correlation']:+.2f})" for _, p in told.iterrows())
    free = list(table.loc[~table["narrowed"], "parameter"])
    ends = "; ".join(agreed(found)) or "none; each parameter may lie anywhere in its range"
    return [
        " Keeps: how wide that is, against all draws. Distance: of the draws that fit from the others "
        "(Kolmogorov-Smirnov); narrowed: more than luck would.",
        f" Bound to each other within the set (rank correlation): {pairs or 'no two parameters'}.",
        f" Not identified alone: {', '.join(free) or 'none'}.",
        f" Held by all that fit: {ends}.",
    ]


def agreements(found: Calibration, over: Answers | None) -> list[str]:
    """What holds at every draw that fits: ends of ranges shut out, and which order outlasts which."""
    return agreed(found) + ([] if over is None else over.certain())


def _print_answers(found: Calibration, over: Answers) -> None:
    import pandas as pd

    heading = console.bold("How the answers of compare vary")
    some = f"{_many(over.draws, 'draw')} of the set"
    print(f"\n{heading} over {some} (years out of {over.horizon:g}; {_many(over.runs, 'run')} each)")
    cells: dict[str, dict[str, str]] = {}
    for row in over.ranges().to_dict("records"):
        word, mine = SPELLS[row["spell"]], cells.setdefault(spoken(row["scenario"]), {})
        mine[f"{word} as it stands"] = f"{row['published']:.0f}"
        mine[f"{word} over the set"] = f"{row['least']:.0f} to {row['most']:.0f} (median {row['median']:.0f})"
    print(console.table(pd.DataFrame.from_dict(cells, orient="index")))
    lines = {}
    for row in over.orderings().to_dict("records"):
        one, other = spoken(row["one"]), spoken(row["other"])
        lines[f"{SPELLS[row['spell']]}: {one} less {other}"] = {
            "as they stand": f"{row['published']:+.0f}", "longer in": percent(row["one_longer"]),
            "shorter in": percent(row["other_longer"]), "not told apart in": percent(row["untold"]),
        }  # fmt: skip
    print(console.table(pd.DataFrame.from_dict(lines, orient="index")))
    certain = "; ".join(over.certain()) or "none of these orders outlasts another"
    print(_wrapped(f" At every one of these draws: {certain}."))
    mine_name = spoken(found.problem.scenario.name)
    for name in over.names[1:]:
        common = ", ".join(over.varied[name]) or "nothing"
        print(_wrapped(f" Published alike in {mine_name} and {spoken(name)}, so set in both: {common}."))


def _words(found: Calibration, name: str) -> str:
    return {target.name: target.words for target in found.problem.targets}[name]


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _history(number: int) -> str:
    return f"{number:,} histor{'ies' if number != 1 else 'y'}"


def _wrapped(words: str) -> str:
    indent = " " * (len(words) - len(words.lstrip()))
    return textwrap.fill(words.strip(), console.width(), initial_indent=indent, subsequent_indent=indent)

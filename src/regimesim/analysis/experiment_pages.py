"""Pages of experiments: what ``page.md`` says, with the numbers of the answer in their places.

A place is the names of a part of the answer with `` / `` between them. In a page stand

- ``{{place}}``: the part, an estimate with its interval;
- ``{{% place}}``: the same in percent;
- ``{{table place}}``, ``{{table place | name, name}}``: a part made of parts as a table, with all of its
  columns or those named;
- ``{{claims}}``: every finding with its verdict, what was measured, how often it was found again, and
  whether other seeds give the same verdict.

So a page quotes only what the answer holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from regimesim.analysis.experiments import Answer, findings, in_words, is_estimate

_PLACE = re.compile(r"\{\{(.+?)\}\}")


def filled(template: str, answer: Answer) -> str:
    """A page with its numbers.

    Examples
    --------
    >>> filled("It lasts {{a / b}} years, {{% c}} %.", {"a": {"b": 3.0}, "c": 0.25})
    'It lasts 3 years, 25 %.'
    """
    return _PLACE.sub(lambda found: _filling(found[1].strip(), answer), template)


def part_of(answer: Answer, place: str) -> Any:
    """A part of an answer by its place.

    Raises
    ------
    KeyError
        With the whole place, if there is none.
    """
    found: Any = answer
    for name in place.split(" / "):
        if not isinstance(found, Mapping) or name.strip() not in found:
            raise KeyError(place)
        found = found[name.strip()]
    return found


def _filling(words: str, answer: Answer) -> str:
    if words == "claims":
        return claims_table(answer)
    if words.startswith("table "):
        place, _, names = words.removeprefix("table ").partition(" | ")
        return table_of_cells(
            part_of(answer, place.strip()), [name.strip() for name in names.split(",") if name]
        )
    if words.startswith("% "):
        return percent_cell(part_of(answer, words.removeprefix("% ")))
    return _page_cell(part_of(answer, words))


def percent_cell(part: Any) -> str:
    """A share, or an estimate of one, in percent and without the sign."""
    if is_estimate(part):
        return in_words({end: None if part[end] is None else 100 * part[end] for end in part})
    return in_words(100 * part)


def table_of_cells(part: Mapping[str, Any], columns: list[str] | None = None) -> str:
    """Parts as rows: an estimate each, or several by column."""
    if not all(isinstance(row, Mapping) and not is_estimate(row) for row in part.values()):
        return _table_lines(
            ["case", "value"], [[name, _page_cell(row)] for name, row in part.items() if _is_told(row)]
        )
    names = columns or list(
        dict.fromkeys(name for row in part.values() for name in row if _is_told(row[name]))
    )
    rows = [
        [word, *(_page_cell(row[name]) if name in row else "" for name in names)]
        for word, row in part.items()
    ]
    return _table_lines(["case", *names], rows)


def claims_table(answer: Answer) -> str:
    """The findings of an answer as a table, and what parts the draws in which each holds from the rest."""
    rows, lines = [], []
    for claim, part in findings(answer).items():
        draws = part["robustness"]["draws"]
        rows.append(
            [
                f"**{claim}**",
                f"**{part['verdict']}** {part['where']}".strip(),
                f"{_page_cell(part['estimate'])} {part['measured']}",
                f"{percent_cell(draws['holds'])} %",
                f"{percent_cell(draws['contrary'])} %",
                _at_seeds(answer, claim),
            ]
        )
        lines += [f"- {claim} is found more often where {words}." for words in parting(part["robustness"])]
    head = ["claim", "verdict", "measured", "found again in", "contrary in", "at other seeds"]
    return "\n".join([_table_lines(head, rows), *(["", *lines] if lines else [])])


def parting(robust: Mapping[str, Any], most: int = 2) -> list[str]:
    """The judgements that part the draws best, beyond luck, in words; one sentence's worth or none."""
    told = []
    for name, part in robust.get("parts", {}).items():
        chance = part["higher where it holds"]
        if chance["lower"] is None or chance["lower"] <= 0.5 <= chance["upper"]:
            continue
        way = "high" if chance["value"] > 0.5 else "low"
        middle, other = part["median where it holds"]["value"], part["median elsewhere"]["value"]
        if middle is None or other is None:
            continue
        words = f"`{name}` is {way} (median {middle:.2g}, elsewhere {other:.2g})"
        told.append((abs(chance["value"] - 0.5), words))
    best = [words for _, words in sorted(told, reverse=True)[:most]]
    return [" and ".join(best)] if best else []


def _at_seeds(answer: Answer, claim: str) -> str:
    told = [by_claim[claim] for by_claim in answer.get("verdicts by seed", {}).values()]
    return "the same" if len(set(told)) <= 1 else ", ".join(told[1:])


def _is_told(part: Any) -> bool:
    return is_estimate(part) or not isinstance(part, Mapping | list)


def _page_cell(part: Any) -> str:
    return f"{part:.3g}" if isinstance(part, float) else in_words(part)


def _table_lines(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

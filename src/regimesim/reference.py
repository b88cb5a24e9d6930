"""The reference of parameters, ``docs/reference/parameters.md``, made from their declarations.

``python -m regimesim.reference`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from regimesim.parameters import BUFFER, FIXED, GROUPS, PARAMETERS, STATE, Parameter, show

PAGE = Path("docs/reference/parameters.md")

_HEAD = """\
# Parameters

<!-- Made by `python -m regimesim.reference` from src/regimesim/parameters.py: edit there. -->

A parameter is spelled `group.name` everywhere: in a scenario's YAML file, on the command line
(`python -m regimesim run +scenario=concert transparency.level=0.8`), in Python and in results. Defaults are
neutral: with all of them the model is the textbook iterated Prisoners' Dilemma.

*Bounds* are what is accepted (a round bracket excludes its end). *Plausible* is where a judgement may lie;
sensitivity analyses vary the parameter there. Sections are those of the [model](../model.md). A star marks
what holds for a whole run, so that an epoch cannot change it.
"""
_STATE_YAML = "In YAML: `states: {France: {ideology: 0.8}}`."
_BUFFER_YAML = "In YAML: `buffers: {Belgium: {between: [[Britain, France]], strength: 0.5}}`."
_COLUMNS = ("name", "symbol", "default", "bounds", "plausible", "unit", "meaning", "source")


def page() -> str:
    """The whole page, in Markdown."""
    groups = (_section(group, [p for p in PARAMETERS if p.group == group]) for group in GROUPS)
    state = _section("Settings of a state", STATE, _STATE_YAML)
    buffer = _section("Settings of a buffer state", BUFFER, _BUFFER_YAML)
    return "\n".join([_HEAD, *groups, state, buffer])


def table(parameters: Sequence[Parameter]) -> str:
    """One Markdown table, a row per parameter.

    Examples
    --------
    >>> from regimesim.parameters import BY_NAME
    >>> print(table([BY_NAME["trust.learning_rate"]]).splitlines()[2])
    | `trust.learning_rate` | η | 0.1 | [0, 1] | 0.02 to 0.3 | per round | how far ... | section 4.9 |
    """
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *(_row(p) for p in parameters)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _section(title: str, parameters: Sequence[Parameter], note: str = "") -> str:
    lead = f"{note}\n\n" if note else ""
    return f"## {title}\n\n{lead}{table(parameters)}"


def _row(parameter: Parameter) -> tuple[str, ...]:
    p = parameter
    star = "\\*" if p.name in FIXED else ""
    plausible = f"{show(p.range[0])} to {show(p.range[1])}" if p.range else ""
    source = f"section {p.source}" if p.source[:1].isdigit() else p.source
    symbol = "" if p.symbol in (p.key, p.name) else p.symbol
    cells = (f"`{p.name}`{star}", symbol, show(p.default), p.bounds(), plausible, p.unit, p.meaning, source)
    return tuple(cell.replace("|", "\\|") for cell in cells)


def main() -> None:
    """Write the page into the checkout that this module belongs to."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "pyproject.toml").is_file():
        raise SystemExit("regimesim.reference: run it in a checkout; an installed package has no docs folder")
    (root / PAGE).parent.mkdir(parents=True, exist_ok=True)
    (root / PAGE).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

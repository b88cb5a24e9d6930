"""The reference pages of ``docs/reference`` that are made from what the program declares.

Parameters, columns, commands and scenarios say of themselves what they are; ``python docs/make_reference.py``
writes that down for readers. A test holds the pages against it.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from numpydoc.docscrape import NumpyDocString

from regimesim.cli.table import COMMANDS, SWITCH_LINES, Command, Option
from regimesim.core.estrangement import FOREVER
from regimesim.core.steps import STEPS
from regimesim.core.strategies import FAMILIES
from regimesim.scenario import membership
from regimesim.scenario.compose import load_scenario
from regimesim.scenario.composition import part_tree
from regimesim.scenario.files import configs_folder, read_yaml
from regimesim.scenario.messages import show, spoken
from regimesim.scenario.parameters import (
    BUFFER,
    FIXED,
    GROUPS,
    ORDER,
    PARAMETERS,
    STATE,
    WORLD,
    Belongs,
    Parameter,
)
from regimesim.scenario.scenario import Scenario
from regimesim.scenario.strategies import load_strategy
from regimesim.simulation import columns
from regimesim.simulation.mechanisms.arrays import READABLE, WRITABLE, Writable

FOLDER = Path("docs/reference")

_MADE = "<!-- Made by `python docs/make_reference.py` from {}: edit there. -->\n"

_PARAMETERS = f"""\
# Parameters

{_MADE.format("src/regimesim/scenario/parameters.py")}
A parameter is spelled `group.name` everywhere: in a scenario's YAML file, on the command line
(`python -m regimesim run +scenario=concert transparency.level=0.8`), in Python and in results. Defaults are
neutral: with all of them the model is the textbook iterated Prisoners' Dilemma.

*Bounds* are what is accepted (a round bracket excludes its end). *Plausible* is the range of an assumption;
sensitivity analyses vary the parameter there. Sections are those of the [model](../model.md). A star marks
what holds for a whole run, so that an epoch cannot change it. A parameter *belongs to* a world (what is
given) or to an order (what states arrange); how a run is measured belongs to the scenario. See [worlds and
orders](worlds.md).
"""
_STATE_YAML = "In YAML: `states: {France: {ideology: 0.8}}`."
_BUFFER_YAML = "In YAML: `buffers: {Belgium: {between: [[Britain, France]], strength: 0.5}}`."
_HEAD = ("name", "meaning", "default", "bounds", "plausible", "unit", "symbol", "belongs to", "source")

_COLUMNS = f"""\
# Columns of results

{_MADE.format("src/regimesim/simulation/columns.py")}
Names are the same in files and in data frames. The [model](../model.md#6-measures) says how each measure is
counted.
"""
_COMMANDS = f"""\
# Commands

{_MADE.format("src/regimesim/cli/table.py")}
Settings are written `name=value`, as in Hydra; what stands in brackets may be left out. A command ends with
0 if it was carried out, 1 if it failed, 2 if what was asked cannot be done (it says why in one sentence),
130 if it was interrupted. `python -m regimesim help NAME` prints the same.
"""
_SCENARIOS = f"""\
# Scenarios and strategies

{_MADE.format("the files in configs/")}
A scenario is a [world and an order](worlds.md) that belong together, with the claims that they bear on;
`python -m regimesim show NAME` prints one in full. Claims are those of the [sources](../../seeds/README.md).
"""
_WORLDS = f"""\
# Worlds and orders

{_MADE.format("the files in configs/")}
A *world* is what is given: states, their capability, ideology, grievances and arms, geography, payoffs, dated
facts. An *order* is what states arrange: conferences, norms, sanctions, transparency, settlements, who is a
member. Any order can be put into any world (`run +scenario=concert order=self_help`, `run world=trade
order=concert`); an order that needs more states than a world has is refused, and what can have no effect in a
world is said. Each file says of every value whether it is a fact or an assumption, and why. Values that files
share stand in `configs/assumptions`. How to bring your own:
[how to](../how-to.md#write-a-world-or-an-order).
"""
_PYTHON = f"""\
# Python

{_MADE.format("docstrings; the names are listed in docs/site/python.rst")}
The public names of `regimesim`, with what they take. `help(regimesim.simulate)` prints a docstring in full,
with what is returned, errors and examples; in the [site](../../CONTRIBUTING.md#documents) all of them
stand here. What is not on
this page may change without notice.
"""
_MECHANISMS = f"""\
# Mechanisms

{_MADE.format("src/regimesim/simulation/mechanisms/arrays.py and src/regimesim/core/steps.py")}
Arrays that a [mechanism](../how-to.md#add-a-mechanism) finds in its moment, and the places of a round at
which it may write them. The last axis is the run; of two states, [i, j] is what i does, has or believes
towards j. *Before* a step is the same moment as *after* the former one: methods `after_...` come first.
*Next round* is after `record`. Bounds are checked when a method returns, and what depends on an array
follows.
"""
_WHAT_HAPPENS = {
    "events": "a phase begins; growth; turmoil, memory, grievances; leaders and revolutions",
    "appraise": "the effective game of every pair, and who would join a sanction",
    "decide": "intentions; states in Python are asked after it, and before `after_decide`",
    "act": "what is done, after accidents",
    "observe": "each sees what the other did, in its own way",
    "accuse": "accusations; they and quarrels estrange; what a conflict comes to is drawn (`due`, `talks`)",
    "sanction": "third states answer",
    "pay": "what was done is paid; trust moves with what was seen",
    "escalate": "wars end and begin; buffers are absorbed",
    "learn": "estrangements run out or are ended early; automata, credibility, membership",
    "record": "what is measured is counted",
}
_STRATEGY_FILE = """\
## A strategy as a file

A file `configs/strategy/NAME.yaml` in the working folder is found by its name, before those of the program;
any other by its path. Its keys:

| key | meaning |
|---|---|
| `states` | a table of at most 16 states; the first is where the automaton begins |
| `states.X.cooperate` | the probability of cooperation in state X, in [0, 1] |
| `states.X.after` | what follows `CC`, `CD`, `DC`, `DD`: its own action, then the action that it saw |
| `about` | what it does, in a sentence: `list strategies` prints it |
| `title`, `source` | a name for people, and where it comes from |
"""
_NAMES = Path(__file__).resolve().parent / "site" / "python.rst"


def pages() -> Mapping[Path, Callable[[], str]]:
    """Each page's place in a checkout, and how it is made."""
    return {
        FOLDER / "parameters.md": parameters_page,
        FOLDER / "columns.md": columns_page,
        FOLDER / "commands.md": commands_page,
        FOLDER / "scenarios.md": scenarios_page,
        FOLDER / "worlds.md": worlds_page,
        FOLDER / "python.md": python_page,
        FOLDER / "mechanisms.md": mechanisms_page,
    }


def parameters_page() -> str:
    """Every parameter: bounds, meaning, source."""
    groups = (_section(group, [p for p in PARAMETERS if p.group == group]) for group in GROUPS)
    state = _section("Settings of a state", STATE, _STATE_YAML)
    buffer = _section("Settings of a buffer state", BUFFER, _BUFFER_YAML)
    return "\n".join([_PARAMETERS, *groups, state, buffer])


def _section(title: str, parameters: Sequence[Parameter], note: str = "") -> str:
    lead = f"{note}\n\n" if note else ""
    return f"## {title}\n\n{lead}{parameter_table(parameters)}"


def parameter_table(parameters: Sequence[Parameter]) -> str:
    """One Markdown table, a row per parameter.

    Examples
    --------
    >>> from regimesim.scenario.parameters import BY_NAME
    >>> print(parameter_table([BY_NAME["trust.learning_rate"]]).splitlines()[2])
    | `trust.learning_rate` | share ... | 0.4 | [0, 1] | 0.05 to 0.8 | per year | | world | section 4.7 |
    """
    return table(_HEAD, map(_row, parameters))


def _row(parameter: Parameter) -> tuple[str, ...]:
    p = parameter
    star = "\\*" if p.name in FIXED else ""
    plausible = f"{show(p.range[0])} to {show(p.range[1])}" if p.range else ""
    source = f"section {p.source}" if p.source[:1].isdigit() else p.source
    symbol = "" if p.symbol in (p.key, p.name) else p.symbol
    kind = (p.unit, symbol, p.belongs, source)
    return (f"`{p.name}`{star}", p.meaning, show(p.default), p.bounds(), plausible, *kind)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def columns_page() -> str:
    """Every column of every table of results."""
    accounted = ", ".join(f"`{name}`" for name in sorted(columns.ACCOUNTED))
    tables = {
        "Runs": (
            columns.RUNS,
            "A row per run: `runs.parquet`, `Results.runs`; the parts of a sweep have the "
            "same columns but for `scenario` and `seed`, which its manifest and design tell. A "
            f"simulation without accounts leaves out {accounted}.",
        ),
        "Survival": (
            columns.SURVIVAL,
            "A row for 0 and for each time at which a run ended or was last seen: `Results.survival()`.",
        ),
        "Yearly course": (
            columns.PATHS,
            "A row per quantity and year, over the runs of which it is kept: "
            "`paths.parquet`, `Results.paths`.",
        ),
        "Yearly quantities": (
            columns.YEARLY,
            "Values of `quantity`; means, counts and blocs are of the year, all else is as the year ends.",
        ),
        "Events": (columns.EVENTS, "A row per dated event: `events.parquet`, `Results.events`."),
        "Kinds of events": (columns.EVENT_KINDS, "Values of `kind`."),
        "Pairs": (columns.PAIRS, "A row per run and pair: `pairs.parquet`, `Results.pairs`."),
        "Summary of a sweep": (
            columns.SUMMARY,
            "A row per point: `summary.parquet`, `SweepResults.summary`.",
        ),
    }
    parts = [
        f"## {title}\n\n{about}\n\n"
        + table(("name", "meaning", "unit"), [(f"`{c.name}`", c.meaning, c.unit) for c in declared])
        for title, (declared, about) in tables.items()
    ]
    return "\n".join([_COLUMNS, *parts])


def commands_page() -> str:
    """Every command, as it describes itself."""
    parts = [
        f"## {name}\n\n{command.about[0].upper()}{command.about[1:]}.\n\n"
        f"```text\npython -m regimesim {name} {command.usage}\n```\n{_option_table(command)}"
        for name, command in COMMANDS.items()
    ]
    options = f"## Options of every command\n\n```text\n{SWITCH_LINES}\n```\n"
    return "\n".join([_COMMANDS, *parts, options])


def _default_of(option: Option) -> str:
    if option.kind == "names" and option.default is not None:
        return option.shown
    return "" if option.default is None else show(option.default)


def _option_table(command: Command) -> str:
    rows = [
        (
            f"`{option.name}`",
            option.about,
            _default_of(option),
            option.bounds,
        )
        for option in command.options
    ]
    return "\n" + table(("option", "meaning", "default", "permitted"), rows) if rows else ""


def scenarios_page() -> str:
    """Every scenario and strategy that comes with the program."""
    scenarios = [_scenario(load_scenario(path)) for path in _shipped("scenario")]
    strategies = []
    for path in _shipped("strategy"):
        name, about = path.stem, read_yaml(path, "strategy")
        size = str(len(load_strategy(name)))
        strategies.append(
            (f"[`{name}`](../../configs/strategy/{name}.yaml)", size, about["about"], about["source"])
        )
    families = [(f"`{name}{_numbers(family)}`", _first_line(family)) for name, family in FAMILIES.items()]
    return "\n".join(
        [
            _SCENARIOS,
            *scenarios,
            "## Strategies\n",
            "`prudent`, the default, is a calculation and no table: see the "
            "[model](../model.md#43-the-decision-of-a-prudent-state).\n",
            table(("name", "states", "what it does", "source"), strategies),
            _STRATEGY_FILE,
            "## Families of strategies\n",
            table(("name and numbers", "what it does"), families),
        ]
    )


def mechanisms_page() -> str:
    """Every array that a mechanism may read or write, and when."""
    writable = [
        (f"`{name}`", _axes(array.axes), array.meaning, _span(array), ", ".join(array.before))
        for name, array in WRITABLE.items()
    ]
    readable = [(f"`{name}`", _axes(axes), meaning) for name, (meaning, axes) in READABLE.items()]
    numbers = dict(zip(STEPS, ("1", "2", "3", "4", "5", "5, 6", "6", "7", "8", "9", "10"), strict=True))
    steps = [(f"`{step}`", number, _WHAT_HAPPENS[step]) for step, number in numbers.items()]
    return "\n".join(
        [
            _MECHANISMS,
            "## Steps\n",
            table(("step", "in section 3", "what happens"), steps),
            "## Arrays that may be written\n",
            table(("name", "axes", "meaning", "bounds", "before"), writable),
            "## Arrays that may be read\n",
            "All of those above, and:\n",
            table(("name", "axes", "meaning"), readable),
        ]
    )


def _axes(axes: Sequence[str]) -> str:
    return ", ".join([*axes, "run"])


def _span(array: Writable) -> str:
    whole = "for ever" if array.high == FOREVER else show(float(array.high))
    return "any" if array.low == -math.inf else f"{show(float(array.low))} to {whole}"


def python_page() -> str:
    """Every public name of the package: signature, first paragraph, arguments or attributes."""
    parts = [_PYTHON]
    text = _NAMES.read_text("utf-8")
    for found in re.finditer(r"^(.+)\n-+$|^\.\. auto(\w+):: (\S+)\n((?:   :.*\n)*)", text, re.MULTILINE):
        title, kind, name, options = found.groups()
        if title:
            parts.append(f"## {title}\n")
        elif kind == "module":
            module = import_module(name)
            parts += [_described(f"{name}.{each}", getattr(module, each), "###") for each in module.__all__]
        else:
            parts.append(_described(name, _named(name), "###"))
            if ":members:" in options:
                left_out = re.search(r":exclude-members: (.*)", options)
                parts += _members(name, set(re.split(r",\s*", left_out[1]) if left_out else ()))
    return "\n".join(parts)


def _named(name: str) -> Any:
    """The object of a dotted name."""
    module, _, last = name.rpartition(".")
    return getattr(import_module(module), last)


def _members(name: str, left_out: set[str]) -> list[str]:
    """Public members of a class that have a docstring, in the order of the source."""
    members = vars(_named(name))
    kept = [key for key in members if key[0] != "_" and key not in left_out]
    unwrapped = [(key, getattr(members[key], "__func__", members[key])) for key in kept]
    short = name.rpartition(".")[2]
    return [
        _described(f"{short}.{key}", member, "####")
        for key, member in unwrapped
        if isinstance(member, property) or inspect.isfunction(member)
        if inspect.getdoc(member)
    ]


def _described(name: str, member: Any, rank: str) -> str:
    """A heading, the signature if it can be called, the first paragraph and a table of what it takes."""
    doc = NumpyDocString(inspect.getdoc(member) or "")
    own = "Attributes" if inspect.isclass(member) and doc["Attributes"] else "Parameters"
    rows = [(f"`{entry.name}`", _markdown(entry.type), _markdown(" ".join(entry.desc))) for entry in doc[own]]
    parts = [f"{rank} {name}\n", _signature(name, member), _markdown(" ".join(doc["Summary"])) + "\n"]
    if rows:
        parts.append(table(("attribute" if own == "Attributes" else "argument", "kind", "meaning"), rows))
    return "\n".join(filter(None, parts))


def _signature(name: str, member: Any) -> str:
    """A line of code with arguments and defaults; types are given in words."""
    if isinstance(member, property) or (inspect.isclass(member) and issubclass(member, Exception)):
        return ""
    if not callable(member):
        return ""
    signature = inspect.signature(member)
    arguments = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for key, parameter in signature.parameters.items()
        if key not in ("self", "cls")
    ]
    plain = signature.replace(parameters=arguments, return_annotation=inspect.Signature.empty)
    return f"`{name.removeprefix('regimesim.')}{plain}`\n"


def _markdown(text: str) -> str:
    """Words of a docstring as Markdown."""
    text = re.sub(r":\w+(?::\w+)?:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", " ".join(text.split()))
    return text.replace("``", "`")


def worlds_page() -> str:
    """Every world and order, what belongs to each, and the rules of membership."""
    return "\n".join(
        [
            _WORLDS,
            "## Worlds\n",
            *(_world(path.stem) for path in _shipped(WORLD)),
            "## Orders\n",
            *(_order(path.stem) for path in _shipped(ORDER)),
            "## What belongs to which\n",
            table(("part", "parameters", "besides"), [_belonging(WORLD), _belonging(ORDER)]),
            "`measure.*` belongs to neither: a scenario's file or the command line may set it.\n",
            "## Who is a member, who has a veto\n",
            _rules(),
        ]
    )


def _world(name: str) -> str:
    tree = part_tree(WORLD, name)
    about = tree["about"]
    dates = [
        f"{change['because']} ({change['year']:g})"
        for strand in (tree.get("epochs") or {}).values()
        for change in strand
        if not change["because"].startswith("Capabilities")
    ]
    rows = {
        "start": f"{about['start']:g}" if about["start"] else "",
        "states": ", ".join(map(spoken, tree["states"])),
        "buffer states": ", ".join(map(spoken, tree.get("buffers") or ())),
        "dated facts": "; ".join(dates),
    }
    return _part(WORLD, name, about[WORLD], rows)


def _order(name: str) -> str:
    tree = part_tree(ORDER, name)
    reforms = [f"{change['because']} (year {change['year']:g})" for change in tree.get("reforms") or ()]
    sanctions = tree.get("sanctions", {}).get("rule", "none")
    rows = {
        "members": _seats(tree.get("members", "all")),
        "vetoes": _seats(tree.get("vetoes", "none")),
        "sanctions": "" if sanctions == "none" else sanctions,
        "reforms": "; ".join(reforms),
    }
    return _part(ORDER, name, tree["about"][ORDER], rows)


def _part(group: str, name: str, about: Mapping[str, str], rows: Mapping[str, str]) -> str:
    title = f"{about['title'][:1].upper()}{about['title'][1:]}"
    file = {"sources": about.get("source", ""), "file": f"[`{name}.yaml`](../../configs/{group}/{name}.yaml)"}
    head = f"### {name}\n\n**{title}.** {' '.join(about['represents'].split())}\n"
    return f"{head}\n{_fields({**rows, **file})}"


def _fields(rows: Mapping[str, str]) -> str:
    return table(("field", "value"), [(name, text) for name, text in rows.items() if text])


def _seats(rule: object) -> str:
    """A rule of membership in words."""
    if not isinstance(rule, Mapping):
        return str(rule)
    if "strongest" in rule:
        return f"the {rule['strongest']} strongest"
    named = rule["named"]
    dated: list[tuple[str, Any]] = (
        list(named.items()) if isinstance(named, Mapping) else [(n, "always") for n in named]
    )
    said = [
        f"{spoken(name)} {dates}" if dates == "never" else
        spoken(name) if dates == "always" else
        f"{spoken(name)} ({', '.join(f'{key} year {year}' for key, year in dates.items())})"
        for name, dates in dated
    ]  # fmt: skip
    return f"{', '.join(said)}; in other worlds {_seats(rule['otherwise'])}"


def _belonging(group: Belongs) -> tuple[str, str, str]:
    declared = [f"`{p.name}`" for p in PARAMETERS if p.belongs == group]
    besides = {
        WORLD: "`states` (" + ", ".join(f"`{p.name}`" for p in STATE if p.belongs == WORLD) + "), `buffers`, "
        "`affinity`, `epochs`, `years`, `about.start`",
        ORDER: "`members`, `vetoes`, `reforms`, `strategy`",
    }
    return group, ", ".join(declared), besides[group]


def _rules() -> str:
    text = inspect.getdoc(membership) or ""
    return text.partition("\n\n")[2].replace("``", "`") + "\n"


def _shipped(kind: str) -> list[Path]:
    """The package's own files, whatever stands in the working directory."""
    return sorted((configs_folder() / kind).glob("*.yaml"))


def _scenario(scenario: Scenario) -> str:
    later = [f"{phase.because} ({scenario.start + phase.year:g})" for phase in scenario.phases[1:]]
    end = scenario.start + scenario.years
    span = f"{scenario.start:g} to {end:g}" if scenario.start else f"{scenario.years:g} years"
    rows = {
        "time": span,
        "states": ", ".join(map(spoken, scenario.states)),
        "buffer states": ", ".join(map(spoken, scenario.buffers)),
        "later": "; ".join(later),
        "claims": ", ".join(map(_claim, scenario.claims)),
        "sources": scenario.source,
        "world": f"[{scenario.world.name}](worlds.md#{scenario.world.name})" if scenario.world else "",
        "order": f"[{scenario.order.name}](worlds.md#{scenario.order.name})" if scenario.order else "",
        "file": f"[`{scenario.name}.yaml`](../../configs/scenario/{scenario.name}.yaml)",
    }
    head = f"## {scenario.name}\n\n**{scenario.title}.** {scenario.represents}\n"
    return f"{head}\n{_fields(rows)}"


def _claim(name: str) -> str:
    return f"[{name}](../../seeds/{'lipson' if name.startswith('L') else 'jervis'}.md)"


def _numbers(family: Callable[..., object]) -> str:
    numbers = inspect.signature(family).parameters.values()
    return f"({', '.join(p.name if p.default is p.empty else f'{p.name}={p.default}' for p in numbers)})"


def _first_line(family: Callable[..., object]) -> str:
    return (inspect.getdoc(family) or "").splitlines()[0].replace("``", "`")


def main() -> None:
    """Write the pages into the checkout that this program belongs to."""
    root = Path(__file__).resolve().parents[1]
    for place, page in pages().items():
        (root / place).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
